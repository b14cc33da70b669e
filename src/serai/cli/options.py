"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "Chart", "Data", "Draws", "Named", "Projects", "Seed", "SoftMeasures",
           "Workers", "Year", "split_commas"]  # fmt: skip

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document (see `schema`).")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Own tables in place of the package's (those beside a scenario file, if there are).",
    ),
]
Year = Annotated[
    int | None, typer.Option("--year", help="Year of demand and prices, in place of its own.")
]
Named = Annotated[
    str, typer.Argument(help="Name of a scenario (see `scenarios`), or path of a TOML file.")
]
Draws = Annotated[int, typer.Option(min=0, help="Draws of all ranged inputs, for bands.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the draws.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes for the draws.")]
Chart = Annotated[Path | None, typer.Option(help="File for a chart (SVG).")]
Projects = Annotated[
    str | None,
    typer.Option(help="Ids joined by commas; all that serve the corridor if left out."),
]
SoftMeasures = Annotated[
    bool, typer.Option("--measures/--no-measures", help="Soft measures in force throughout.")
]


def split_commas(text: str | None) -> list[str]:
    """
    Return what an option names, joined by commas.

    Parameters
    ----------
    text
        As it was typed; None if it was left out.

    Examples
    --------
    >>> split_commas(" PJ01, PJ05,")
    ['PJ01', 'PJ05']
    """
    return [one.strip() for one in (text or "").split(",") if one.strip()]
