"""The brief on a terminal and as one page."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from serai.domain.brief import BriefEntry, BriefResult
from serai.outputs.page import open_template
from serai.outputs.whole import write_whole

__all__ = ["print_brief", "render_brief", "write_brief"]


def print_brief(console: Console, result: BriefResult) -> None:
    """
    Print every question with its answer.

    Parameters
    ----------
    console
        Where to print.
    result
        The brief.
    """
    for entry in result.entries:
        console.print(Text(f"\n{entry.question}", style="bold"))
        console.print(Text(entry.answer))
        console.print(Text(foot_of(entry), style="dim"))
    console.print(Text(f"\nSerai {result.version}, data {result.data_version}.", style="dim"))


def foot_of(entry: BriefEntry) -> str:
    """
    Return what stands under an answer: where to look for more, and what it rests on.

    Parameters
    ----------
    entry
        The question.
    """
    rests = f"; rests on {', '.join(entry.evidence)}" if entry.evidence else ""
    return f"More: {entry.basis}{rests}"


def render_brief(result: BriefResult) -> str:
    """
    Return the page as HTML.

    Parameters
    ----------
    result
        The brief.

    Returns
    -------
    html
        A whole document that needs nothing else.
    """
    return open_template("brief.html").render(brief=result, foot=foot_of)


def write_brief(path: Path, result: BriefResult) -> None:
    """
    Write the page.

    Parameters
    ----------
    path
        The file.
    result
        The brief.
    """
    write_whole(path, render_brief(result).encode())
