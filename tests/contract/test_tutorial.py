"""The tutorial runs as it stands, and prints what it shows."""

from pathlib import Path

import pytest

from scripts.tutorials import PAGE, PICTURE, find_steps, run_steps
from tests.contract.test_docs import is_alike
from tests.once import solved_once


def test_blocks_are_found_with_what_stands_below_them() -> None:
    page = "a\n```python\nx = 1\n```\n\n```text\nno\n```\nb\n```python\nprint(x + 1)\n```\n"
    steps = list(find_steps(page))
    assert [(step.code, step.shown) for step in steps] == [("x = 1\n", "no\n"),
                                                           ("print(x + 1)\n", "")]  # fmt: skip
    assert run_steps(steps, Path.cwd()) == ["", "2"]


@pytest.mark.slow
def test_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    steps = list(find_steps(PAGE.read_text("utf-8")))
    assert len(steps) >= 8
    with solved_once():
        printed = run_steps(steps, tmp_path)
    for step, said in zip(steps, printed, strict=True):
        ours, theirs = said.splitlines(), step.shown.splitlines()
        assert len(ours) == len(theirs), f"{step.code}\nprints\n{said}"
        for line, shown in zip(ours, theirs, strict=True):
            assert is_alike(line, shown), f"printed: {line}\non the page: {shown}"
    assert {PICTURE, "more-ships.gpkg"} <= {path.name for path in tmp_path.iterdir()}
