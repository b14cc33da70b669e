"""What was written for other programs, and read from them, for a terminal."""

from rich.console import Console
from rich.text import Text

from serai.domain.layers import ExportResult, ImportResult

__all__ = ["print_export", "print_import"]

MANY = 4

ATTRIBUTION = "Where you pass it on, say: © OpenStreetMap contributors, ODbL."
"""What has to be said with links by rail and road."""


def print_export(console: Console, result: ExportResult) -> None:
    """
    Print what was written.

    Parameters
    ----------
    console
        Where to print.
    result
        What was written.
    """
    head = f"\n{result.what} of {result.scenario}, {result.year}"
    console.print(Text(head.capitalize(), style="bold"))
    for file in result.files[:MANY]:
        console.print(Text(f"  {file}"))
    if len(result.files) > MANY:
        console.print(Text(f"  and {len(result.files) - MANY} more files"))
    told = [f"{n:,} {name}" for name, n in result.contents.items()]
    more = " …" if len(told) > MANY else ""
    console.print(Text(f"  {', '.join(told[:MANY])}{more}"))
    if result.left_out:
        console.print(Text(f"  {result.left_out}."))
    if result.what in ("network", "flows", "routes"):
        console.print(Text(f"  {ATTRIBUTION}", style="dim"))


def print_import(console: Console, result: ImportResult) -> None:
    """
    Print what was read and where it went.

    Parameters
    ----------
    console
        Where to print.
    result
        What was read.
    """
    told = ", ".join(f"{n:,} rows of {name}" for name, n in result.rows.items())
    console.print(Text(f"\n{result.file}: {told}, into {result.folder}", style="bold"))
    for note in result.notes:
        console.print(Text(f"  {note}"))
    if result.from_package:
        n_tables = len(result.from_package)
        console.print(Text(f"  {n_tables} tables that {result.folder} did not have are those of "
                           "the package"))  # fmt: skip
    console.print(Text(f"Next: serai check {result.folder}"))
