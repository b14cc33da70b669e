"""The commands of somebody's own network: begin one, extend the package's, time its borders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

import serai
from serai.cli.options import AsJson, Data
from serai.cli.rim import emit, say, track
from serai.data.extend import extend_tables
from serai.data.load import PACK
from serai.data.new import files_of
from serai.domain.own import ExtendResult, NewResult, SnapRow
from serai.errors import ScenarioError, state_fault
from serai.outputs.networks import (
    print_extension,
    print_new,
    print_trip_log,
    require_new,
    write_folder,
    write_scenario,
)
from serai.outputs.whole import require_writable, write_whole
from serai.studies.lookup import version_of
from serai.studies.triplogs import read_borders

__all__ = ["NETWORKS"]

Target = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder to make; it must be new or empty.")
]


def _new(
    folder: Target,
    source: Annotated[
        str,
        typer.Option("--from", help="example, pack (all tables), or a TNTP file *_net.tntp."),
    ] = "example",
    trips: Annotated[
        Path | None, typer.Option(help="TNTP file of trips; the one beside the links.")
    ] = None,
    nodes: Annotated[
        Path | None, typer.Option(help="TNTP file of nodes; the one beside the links.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """
    Begin a network of your own.

    Writes a folder that runs: a worked example in GMNS with six places, two corridors and one
    bottleneck; a copy of the package's tables; or a network of the field in TNTP.
    """
    require_new(folder)
    if source in ("example", "pack") and (trips or nodes):
        raise ScenarioError(
            state_fault(
                "--trips or --nodes",
                f"one with --from {source}",
                "a TNTP file *_net.tntp",
                "leave it out",
            )
        )
    files = files_of(source, trips=trips, nodes=nodes)
    write_folder(folder, files)
    run = f"serai run {folder / 'scenario.toml'}"
    if "scenario.toml" not in files:
        run = f"serai run base --data {folder}"
    result = NewResult(
        folder=str(folder),
        source=source,
        files=sorted(files),
        next=[f"serai check {folder}", run, "edit the tables, and check again"],
        version=serai.__version__,
        data_version=version_of(folder),
    )
    emit(result, print_new, is_json=as_json)


def _extend(
    folder: Target,
    addition: Annotated[
        Path,
        typer.Option(
            "--with",
            metavar="FOLDER",
            help="node.csv and link.csv, or rows of places.csv, links.csv and any other table.",
        ),
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Add places and links to the package's tables.

    Writes a new, complete folder for --data. New rows are checked against the tables, each new
    place is told its nearest old one, and sources are kept. The package itself is never changed.
    """
    require_new(folder)
    with track("Adding places and links"):
        found = extend_tables(data or PACK, addition)
        write_folder(folder, found.files)
    result = ExtendResult(
        folder=str(folder),
        added=found.added,
        snaps=[SnapRow(place_id=s.place_id, nearest=s.nearest, name=s.name, km=s.km,
                       is_joined=s.is_joined) for s in found.snaps],
        warnings=[str(one).removeprefix("warning ") for one in found.findings],
        next=[f"serai check {folder}", f"serai run base --data {folder}"],
        version=serai.__version__,
        data_version=version_of(folder),
    )  # fmt: skip
    emit(result, print_extension, is_json=as_json)


def _triplogs(
    log: Annotated[Path, typer.Argument(metavar="LOG.csv", help="Trips, a row per leg or stop.")],
    out: Annotated[
        Path | None, typer.Option(help="Scenario file to write, with the dwell that was logged.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Read border times from trip logs (CAREC CPMM).

    Indicators TFI1 to TFI4, and the dwell that they propose for the links at borders: observed,
    with n, median and range. Logged hours have gauge change in them; what links have already is
    taken off, so that nothing counts twice.
    """
    require_writable(out, "--out")
    with track("Reading trips"):
        result = read_borders(log, folder=data or PACK)
    if out is not None:
        write_whole(out, write_scenario(log.name, result))
        say(f"The scenario is at {out.resolve()}")
    emit(result, print_trip_log, is_json=as_json)


NETWORKS: Final[dict[str, Callable[..., None]]] = {
    "new": _new,
    "extend": _extend,
    "triplogs": _triplogs,
}
"""Commands by name."""
