"""Tables of a terminal: columns that keep their figures whole and cut only names."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from serai.domain.results import MAX_OMITTED, Record, RunCertificate
from serai.outputs.numbers import say_plain
from serai.outputs.words import say_omitted

__all__ = ["Column", "print_certificate", "print_names", "print_record", "print_table"]

MAX_ROWS: Final = 30
MAX_NAMES: Final = 10
INDENT: Final = 2
GAP: Final = 2
LEAST_NAME: Final = 12


class Column(NamedTuple):
    """
    A heading of one or two lines.

    Figures and words keep their width; the one column of names takes what is left of the line and
    cuts what is longer.
    """

    head: str
    kind: Literal["names", "words", "figures"] = "figures"
    most: int | None = None
    """Letters beyond which words are cut."""


def print_table(
    console: Console,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    max_rows: int = MAX_ROWS,
    weight: Literal["bold", "none"] = "bold",
) -> None:
    """
    Print a table under its title; nothing where there are no rows.

    Parameters
    ----------
    console
        Where to print; its width is kept.
    title
        What the table shows, with the units that its headings lack.
    columns
        Headings; at most one column of names.
    rows
        Cells; a short row is filled up with empty ones.
    max_rows
        [-], > 0. Rows shown; the others are counted.
    weight
        Of the title's letters.
    """
    if not rows:
        return
    full = [[*row, *[""] * len(columns)][: len(columns)] for row in rows]
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    widths = _measure(columns, full, console.width - INDENT)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.head,
            no_wrap=True,
            overflow="ellipsis",
            vertical="bottom",
            width=width,
            justify="right" if column.kind == "figures" else "left",
        )
    for row in full[:max_rows]:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(Text(title, style=weight, overflow="fold"))
    console.print(Padding(table, (0, 0, 0, INDENT)))
    if len(rows) > max_rows:
        console.print(Text(f"  and {len(rows) - max_rows} more", style="dim"))


def _measure(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the width of each column; names get what the others leave of the room."""
    widths = []
    for ix, column in enumerate(columns):
        cells = (*column.head.split("\n"), *(row[ix] for row in rows))
        width = max(cell_len(text) for text in cells)
        widths.append(min(width, column.most or width))
    spare = room - sum(widths) - GAP * len(widths)
    for ix, column in enumerate(columns):
        if column.kind == "names":
            widths[ix] = max(LEAST_NAME, widths[ix] + min(0, spare))
    return widths


def print_names(console: Console, start: str, names: Sequence[str]) -> None:
    """
    Print the first few of many names.

    Parameters
    ----------
    console
        Where to print.
    start
        What they are.
    names
        All of them.
    """
    shown = ", ".join(names[:MAX_NAMES])
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    console.print(Text(f"\n{start}{shown}{more}"))


def print_certificate(console: Console, certificate: RunCertificate) -> None:
    """
    Print how good an equilibrium is.

    Parameters
    ----------
    console
        Where to print.
    certificate
        Its measures.
    """
    holds = certificate.holds()
    console.print(
        Text(
            f"\nCertificate {'holds' if holds else 'DOES NOT HOLD: do not quote'}: relative gap "
            f"{certificate.relative_gap:.1e}, complementarity {certificate.complementarity:.1e}, "
            f"conservation {certificate.conservation:.1e}, overload {certificate.overload:.1e}, "
            f"worst class {certificate.worst_class_gap:.1e}, waits within "
            f"{certificate.wait_residual:.1e} h.",
            style="dim" if holds else "bold red",
        )
    )
    omitted = certificate.omitted
    if omitted is not None:
        told = f"Missing routes, {omitted.n_cells} cells searched: {say_omitted(omitted)}."
        style = "dim" if omitted.share <= MAX_OMITTED else "yellow"
        console.print(Text(told, style=style))


def print_record(console: Console, record: Record) -> None:
    """
    Print how an answer came about, in one line.

    Parameters
    ----------
    console
        Where to print.
    record
        Versions, seed, routes, time.
    """
    console.print(
        Text(
            f"Serai {record.version}, data {record.data_version}, seed {record.seed}, "
            f"{say_plain(record.n_routes, digits=7)} routes, {say_plain(record.seconds)} s.",
            style="dim",
        )
    )
