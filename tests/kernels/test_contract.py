"""What every kernel owes its reader and its tests."""

import ast
import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

MODULES = ("alternatives", "buckets", "choice", "heap", "paths", "routes")


def list_kernels() -> list[tuple[str, Callable[..., object]]]:
    kernels = []
    for module in MODULES:
        room = importlib.import_module(f"serai.kernels.{module}")
        kernels += [
            (name, getattr(getattr(room, name), "py_func", getattr(room, name)))
            for name in room.__all__
            if name[0].islower()
        ]
    return kernels


@pytest.mark.parametrize(("name", "kernel"), list_kernels())
def test_every_array_is_documented_with_unit_and_shape(
    name: str, kernel: Callable[..., object]
) -> None:
    told = inspect.getdoc(kernel) or ""
    parameters = (
        told.split("Parameters\n----------\n")[1].split("\nReturns\n")[0].split("\nNotes\n")[0]
    )
    entries = dict(re.findall(r"^(\w+)\n    (.+)$", parameters, flags=re.MULTILINE))
    assert list(entries) == list(inspect.signature(kernel).parameters), name
    for argument, text in entries.items():
        if argument != "problem":  # a bundle, documented where it is defined
            assert re.match(r"\[[^\]]+\], shape \(.+\)", text), f"{name}: {argument}: {text}"


def test_every_kernel_has_a_test_beside_its_twin() -> None:
    called = {
        node.func.id
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert {name for name, _ in list_kernels()} <= called
