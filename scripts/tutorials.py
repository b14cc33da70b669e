"""Python shown in documents: run it in order, and show what it prints; a test compares the two."""

import contextlib
import io
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

__all__ = ["Step", "find_steps", "run_steps"]

PAGE: Final = Path(__file__).parents[1] / "docs" / "tutorial" / "python.md"
PICTURE: Final = "corridors.svg"
"""What the tutorial draws; it is shown from docs/pictures/tutorial-corridors.svg."""
STEP: Final = re.compile(
    r"```python\n(?P<code>.*?)```\n(?:\n```text\n(?P<shown>.*?)```\n)?", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A block of code, and what it prints."""

    code: str
    shown: str
    start: int
    """Place of the whole step in the document."""
    end: int


def find_steps(text: str) -> Iterator[Step]:
    """
    Yield the blocks of Python in a document, each with the block of text right below it.

    Parameters
    ----------
    text
        Markdown.

    Yields
    ------
    step
        In their order.
    """
    for found in STEP.finditer(text):
        yield Step(code=found["code"], shown=found["shown"] or "", start=found.start(),
                   end=found.end())  # fmt: skip


def run_steps(steps: list[Step], folder: Path) -> list[str]:
    """
    Run blocks of code in one place, one after the other.

    Parameters
    ----------
    steps
        The blocks.
    folder
        Where what they write goes.

    Returns
    -------
    printed
        What each prints.
    """
    names: dict[str, Any] = {"__name__": "tutorial"}
    printed = []
    before = Path.cwd()
    os.chdir(folder)
    try:
        for number, step in enumerate(steps, 1):
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(compile(step.code, f"step {number}", "exec"), names)  # noqa: S102 - our own page
            printed.append("\n".join(line.rstrip() for line in said.getvalue().splitlines()))
    finally:
        os.chdir(before)
    return printed


def refresh(page: Path) -> None:
    """Write what every block prints below it, and keep the picture."""
    text = page.read_text("utf-8")
    steps = list(find_steps(text))
    with TemporaryDirectory() as folder:
        printed = run_steps(steps, Path(folder))
        shutil.copy(Path(folder) / PICTURE, page.parents[1] / "pictures" / f"tutorial-{PICTURE}")
    parts, at = [], 0
    for step, said in zip(steps, printed, strict=True):
        shown = f"\n```text\n{said}\n```\n" if said else ""
        parts += [text[at : step.start], f"```python\n{step.code}```\n{shown}"]
        at = step.end
    page.write_text("".join([*parts, text[at:]]), "utf-8")


if __name__ == "__main__":
    refresh(PAGE)
    print(f"wrote {PAGE}")
