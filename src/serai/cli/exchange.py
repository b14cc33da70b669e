"""The commands that write files for other programs, and read theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from serai.cli.options import AsJson, Data, Named, Year
from serai.cli.rim import emit, require_certificate, track
from serai.data.scenarios import read_scenario, with_year
from serai.outputs.exchange import print_export, print_import
from serai.outputs.whole import require_writable
from serai.run import run_scenario
from serai.studies.exchange import choose_what, export_file, import_file, needs_run
from serai.studies.lookup import read_checked_world

__all__ = ["EXCHANGE"]


def _export(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="File to write; its suffix is the format: .gpkg, .parquet, .geojson, .omx, "
            ".graphml or .json (networkx); without one a folder of GMNS tables.",
        ),
    ],
    scenario: Named = "base",
    what: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="network, flows, routes, skims or demand; flows for a map, skims for .omx and "
            "the network for a graph if left out.",
        ),
    ] = None,
    year: Year = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Write a file for a map program, a model or a notebook.

    GeoPackage and GeoJSON open in QGIS with their style: width by tonnes, colour by corridor. A
    file of layers that holds one only has the others beside it: FILE.nodes.geojson.
    """
    chosen = choose_what(file, what)
    if file.suffix:
        require_writable(file, "FILE")
    read = with_year(read_scenario(scenario), year)
    with track(f"Writing {file.name}") as tell:
        world = read_checked_world(data)
        run = None
        if needs_run(chosen):
            tell(f"Running {read.name}", 0, 0)
            run = run_scenario(world, read)
            require_certificate(run.certificate)
        result = export_file(file, chosen, world, read, run=run)
    emit(result, print_export, is_json=as_json)


def _import(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Layers `nodes` and `links` (.gpkg, .parquet, .geojson), or matrices (.omx).",
        ),
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of tables.")],
    year: Annotated[
        int | None, typer.Option(help="Year of the demand of matrices that do not say theirs.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """
    Bring a file of another program into a folder of tables.

    Layers become places and links, as `export FILE --what network` writes them; matrices named
    after classes, with a lookup of zones, become demand. What neither the file nor the folder has
    is copied from the package. Nothing is written if anything is wrong.
    """
    with track(f"Reading {file.name}"):
        result = import_file(file, folder, year=year)
    emit(result, print_import, is_json=as_json)


EXCHANGE: Final[Mapping[str, Callable[..., Any]]] = {"export": _export, "import": _import}
"""By the name under which each is called."""
