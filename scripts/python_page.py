"""Print the reference page of the Python interface, from the docstrings of what `serai` exports."""

import dataclasses
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from numpydoc.docscrape import NumpyDocString  # type: ignore[import-untyped]
from pydantic import BaseModel

import serai

__all__ = ["render"]

HEAD: Final = """\
# The Python interface

Made by `python -m scripts.make_pictures --pages` from the docstrings of what `import {module}`
gives; a test keeps it in step with the code.
"""
SECTIONS: Final = ("Parameters", "Returns", "Yields", "Raises")


def render(module: ModuleType = serai) -> str:
    """
    Return the page.

    Parameters
    ----------
    module
        What is shown: everything that its `__all__` names.
    """
    lines = [HEAD.format(module=module.__name__)]
    for name in sorted(module.__all__, key=str.casefold):
        lines += _show(f"{module.__name__}.{name}", getattr(module, name))
    return "\n".join(lines)


def _show(name: str, thing: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a module exports
    """Yield the heading, the signature and the docstring of a name."""
    yield f"## {name}\n"
    if isinstance(thing, ModuleType):
        yield f"{inspect.getdoc(thing) or ''}\n"
    elif not callable(thing):
        yield f"`{type(thing).__name__}`\n"
    else:
        yield from _show_callable(name, thing)


def _show_callable(name: str, thing: Any) -> Iterator[str]:  # noqa: ANN401 - function or class
    if inspect.isroutine(thing):
        yield f"```python\n{_sign(name, thing)}\n```\n"
    parsed = NumpyDocString(inspect.getdoc(thing) or "")
    for part in ("Summary", "Extended Summary"):
        if any(parsed[part]):
            yield "\n".join(parsed[part]) + "\n"
    for section in SECTIONS:
        if parsed[section]:
            rows = [(one.name or one.type, " ".join(one.desc)) for one in parsed[section]]
            yield from _tabulate(section, rows)
    if inspect.isclass(thing):
        yield from _show_fields(thing)
    if any(parsed["Notes"]):
        yield "\n".join(parsed["Notes"]) + "\n"
    if any(parsed["Examples"]):
        yield "```pycon\n" + "\n".join(parsed["Examples"]) + "\n```\n"


def _show_fields(kind: type) -> Iterator[str]:
    if issubclass(kind, BaseModel):
        rows = [(key, field.description or "") for key, field in kind.model_fields.items()]
        yield from _tabulate("Fields", rows)
    elif dataclasses.is_dataclass(kind):
        names = ", ".join(f"`{field.name}`" for field in dataclasses.fields(kind))
        yield f"Fields: {names}.\n"


def _sign(name: str, function: Any) -> str:  # noqa: ANN401 - a function or a method
    """Return a call with its arguments, one to a line where they are many."""
    signature = inspect.signature(function)
    plain = signature.replace(
        parameters=[p.replace(annotation=p.empty) for p in signature.parameters.values()],
        return_annotation=signature.empty,
    )
    return f"{name}{plain}"


def _tabulate(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    yield f"| {title} | |"
    yield "|---|---|"
    for name, told in rows:
        yield f"| `{name}` | {' '.join(told.split()).replace('|', chr(92) + '|')} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(render())
