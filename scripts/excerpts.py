"""Commands shown in documents: find them, and cut from what they print the parts that are shown."""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Block", "cut_excerpt", "find_blocks", "refresh_blocks"]

PROMPT: Final = "$ "
CUT: Final = "…"
FENCE: Final = re.compile(
    r"(?:<!-- shown: (?P<shown>.*?) -->\n)?```console\n(?P<body>.*?)```\n", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block of a document: commands, and what is shown of the last one's output."""

    shown: str
    """Sections to show: beginnings of their first lines, each with `=N` for at most N lines more,
    joined by ` | `; empty to show nothing."""
    commands: tuple[str, ...]
    output: tuple[str, ...]
    start: int
    """Place of the body in the document."""
    end: int


def find_blocks(text: str) -> Iterator[Block]:
    """
    Yield the console blocks of a document.

    Parameters
    ----------
    text
        Markdown.

    Yields
    ------
    block
        In their order.
    """
    for found in FENCE.finditer(text):
        lines = found["body"].splitlines()
        n_commands = sum(line.startswith(PROMPT) for line in lines)
        yield Block(
            shown=found["shown"] or "",
            commands=tuple(line.removeprefix(PROMPT) for line in lines[:n_commands]),
            output=tuple(lines[n_commands:]),
            start=found.start("body"),
            end=found.end("body"),
        )


def cut_excerpt(output: str, shown: str) -> list[str]:
    """
    Cut the sections to show from what a command printed.

    Parameters
    ----------
    output
        Sections are parted by empty lines; the first line of one is its name.
    shown
        As in `Block`.

    Returns
    -------
    lines
        Sections parted by empty lines; a section that is cut ends with an ellipsis.

    Raises
    ------
    ValueError
        No section begins so.
    """
    sections = [part.splitlines() for part in re.split(r"\n\s*\n", output.strip("\n"))]
    lines: list[str] = []
    for wanted in filter(None, shown.split(" | ")):
        name, _, most = wanted.partition("=")
        section = next((s for s in sections if s[0].startswith(name)), None)
        if section is None:
            raise ValueError(f"no section begins with {name!r} in:\n{output}")
        kept = section[: 1 + int(most)] if most else section
        lines += [""] if lines else []
        lines += [line.rstrip() for line in kept]
        lines += [f"  {CUT}"] if len(kept) < len(section) else []
    return lines


def refresh_blocks(text: str, run: Callable[[Sequence[str]], str]) -> str:
    """
    Return a document with every shown output made anew.

    Parameters
    ----------
    text
        Markdown.
    run
        Takes the words of a command, returns what it prints.

    Returns
    -------
    text
        Blocks without `shown` are left as they are.
    """
    parts, at = [], 0
    for block in find_blocks(text):
        if not block.shown:
            continue
        output = [run(shlex.split(command)) for command in block.commands][-1]
        lines = [f"{PROMPT}{c}" for c in block.commands] + cut_excerpt(output, block.shown)
        parts += [text[at : block.start], "\n".join(lines) + "\n"]
        at = block.end
    return "".join([*parts, text[at:]])
