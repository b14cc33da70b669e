"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "Chart", "Data", "Draws", "Named", "Seed", "Workers", "Year"]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document (see `schema`).")]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Own tables in place of the package's."),
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
