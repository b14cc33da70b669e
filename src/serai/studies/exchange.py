"""Files of other programs: what a scenario becomes in them, and tables from what they wrote."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

import serai
from serai.data.exchange import (
    LINE_BASIS,
    encode_csv,
    gmns_tables,
    home_of,
    missing_tables,
    tables_of_layers,
)
from serai.data.folders import is_network
from serai.data.layers import read_layers
from serai.data.matrices import demand_of_matrices, read_matrices
from serai.data.own import read_folder
from serai.data.schema import read_schema
from serai.domain.layers import (
    GIS_SUFFIXES,
    Cell,
    ExportResult,
    ImportResult,
    Layer,
    Matrices,
    Shape,
)
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import DataError, ScenarioError, state_fault
from serai.model.empties import with_empties
from serai.outputs.frames import COLUMNS
from serai.outputs.layers import encode_layers
from serai.outputs.matrices import encode_graph, encode_matrices
from serai.outputs.styles import style_bottlenecks, style_flows, style_links, style_nodes
from serai.outputs.whole import write_together
from serai.run import Run, prepare, run_scenario
from serai.studies import frames
from serai.studies.graphs import build_networkx
from serai.studies.lines import line_of, read_lines, spot_of
from serai.studies.tally import NAMES

__all__ = ["LEAST_ROUTE_T_YR", "What", "choose_what", "export_file", "import_file", "needs_run"]

What = Literal["network", "flows", "routes", "skims", "demand"]
"""What can be exported."""

WHATS: Final[tuple[What, ...]] = get_args(What)

GMNS: Final = ""
"""A path without a suffix is a folder of GMNS tables."""

GRAPH_SUFFIXES: Final = (".graphml", ".json")

HOLDS: Final[Mapping[str, tuple[What, ...]]] = {
    **dict.fromkeys(GIS_SUFFIXES, ("flows", "network", "routes")),
    ".omx": ("skims", "demand"),
    **dict.fromkeys((*GRAPH_SUFFIXES, GMNS), ("network",)),
}
"""What each format holds; the first is meant where nothing is said."""

LEAST_ROUTE_T_YR: Final = 10_000.0
"""[t/yr] Routes that carry less are left out of files of routes, not out of tables."""

TOML: Final = ("params.toml", "route_searches.toml")
"""Files of behaviour that go with a network as they are."""

ATTRIBUTION: Final = (
    "Contains information from OpenStreetMap, © OpenStreetMap contributors, available under the "
    "Open Database License."
)

SKIMS: Final[Mapping[str, str]] = {
    "served_unit_yr": "{unit}_yr", "time_h": "h", "wait_h": "wait_h",
    "price_usd_unit": "usd_{unit}", "scarcity_usd_unit": "scarcity_usd_{unit}",
    "box_usd_unit": "box_usd_{unit}", "kg_co2e_unit": "kg_co2e_{unit}",
}  # fmt: skip
"""End of a matrix's name by column of the skims."""


def choose_what(path: Path, what: str | None) -> What:
    """
    Return what is to be written to a file, or refuse.

    Parameters
    ----------
    path
        The file; its suffix is the format.
    what
        What was asked for; what the format is for, if left out.

    Raises
    ------
    ScenarioError
        No format has that suffix, or the format cannot hold that.

    Examples
    --------
    >>> choose_what(Path("base.gpkg"), None)
    'flows'
    """
    held = HOLDS.get(path.suffix.lower())
    if held is None:
        wanted = f"a file that ends in {_say_suffixes(HOLDS)}"
        got = f"suffix {path.suffix!r}"
        raise ScenarioError(state_fault(f"export {path}", got, wanted, "name it so"))
    if what is None:
        return held[0]
    for one in held:
        if one == what:
            return one
    fits = [suffix for suffix, holds in HOLDS.items() if what in holds]
    wanted = f"one of {', '.join(held)}"
    then = f"{what} go to {_say_suffixes(fits)}" if fits else f"there are {', '.join(WHATS)}"
    raise ScenarioError(state_fault(f"export {path} --what", what, wanted, then))


def _say_suffixes(suffixes: Iterable[str]) -> str:
    """Join suffixes as a person would."""
    named = [suffix or "no suffix (a folder of GMNS tables)" for suffix in suffixes]
    return ", ".join(named[:-1]) + (" or " if named[1:] else "") + named[-1]


def needs_run(what: What) -> bool:
    """
    Say whether a scenario has to be solved to write this.

    Parameters
    ----------
    what
        What is to be written.
    """
    return what in ("flows", "routes", "skims")


def export_file(
    path: Path, what: What, world: World, scenario: Scenario, *, run: Run | None = None
) -> ExportResult:
    """
    Write a file for another program.

    Parameters
    ----------
    path
        The file.
    what
        What `choose_what` returned for it.
    world
        The tables.
    scenario
        What is built, decided and happens.
    run
        The scenario, solved; solved here if it is wanted and left out.

    Returns
    -------
    result
        What was written.

    Raises
    ------
    ScenarioError
        A library is missing, or the scenario names what the tables do not have.
    DataError
        The tables changed since they were read, or the file cannot be written.
    """
    if needs_run(what) and run is None:
        run = run_scenario(world, scenario)
    made = _encode(_Order(path=path, what=what, world=world, scenario=scenario, run=run))
    write_together(made.files)
    return ExportResult(
        what=what,
        scenario=scenario.name,
        year=scenario.year,
        files=[str(file) for file in made.files],
        contents=made.contents,
        left_out=made.left_out,
        version=serai.__version__,
        data_version=world.data_version,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Order:
    """What is to be written where."""

    path: Path
    what: What
    world: World
    scenario: Scenario
    run: Run | None

    @property
    def solved(self) -> Run:
        """Return the run, which whoever asks for flows has."""
        if self.run is None:
            raise ValueError(f"{self.what}: no run; want one")
        return self.run

    @property
    def notes(self) -> dict[str, str]:
        """Say where the file comes from."""
        return {
            "title": f"Serai {self.what}, scenario {self.scenario.name}",
            "scenario": self.scenario.name,
            "scenario_as_applied": self.scenario.model_dump_json(),
            "year": str(self.scenario.year),
            "version": serai.__version__,
            "data_version": self.world.data_version,
            "inputs_sha256": _digest(self.world),
            "attribution": ATTRIBUTION,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Made:
    """Files ready to be written."""

    files: dict[Path, bytes]
    contents: dict[str, int]
    left_out: str = ""


def _digest(world: World) -> str:
    """Return one hash for all input tables."""
    told = "".join(f"{name} {digest}\n" for name, digest in sorted(world.hashes.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def _encode(order: _Order) -> _Made:
    suffix = order.path.suffix.lower()
    if suffix == ".omx":
        matrices = _MATRICES[order.what](order)
        n_zones = len(order.world.zones.ids)
        made = {order.path: encode_matrices(order.path, matrices)}
        return _Made(files=made, contents={"zones": n_zones, "matrices": len(matrices.values)})
    if suffix in GRAPH_SUFFIXES:
        graph = build_networkx(order.world, order.scenario)
        contents = {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
        return _Made(files={order.path: encode_graph(order.path, graph)}, contents=contents)
    if suffix == GMNS:
        return _encode_gmns(order)
    layers, styles, left_out = _LAYERS[order.what](order)
    files = encode_layers(order.path, layers, styles=styles, notes=order.notes)
    contents = {layer.name: len(layer) for layer in layers}
    return _Made(files=files, contents=contents, left_out=left_out)


def _encode_gmns(order: _Order) -> _Made:
    """Return all tables as a network in GMNS, which is complete: it can be run."""
    folder, world = order.path, order.world
    if folder.is_dir() and any(folder.iterdir()):
        got, wanted = "a folder with something in it", "a new folder, or an empty one"
        raise ScenarioError(state_fault(f"export {folder}", got, wanted, "choose another"))
    _refuse_changed(world)
    tables = gmns_tables(read_folder(world.folder))
    files = {folder / f"{name}.csv": encode_csv(*rows) for name, rows in tables.items()}
    for name in TOML:
        if (world.folder / name).is_file():
            files[folder / name] = (world.folder / name).read_bytes()
    return _Made(files=files, contents={name: len(rows) for name, (_, rows) in tables.items()})


# ---------------------------------------------------------------- layers


Told = tuple[list[Layer], dict[str, str], str]


def _network_layers(order: _Order) -> Told:
    """Return places and links as the tables have them, and the lines of the links."""
    world = order.world
    _refuse_changed(world)
    tables = read_folder(world.folder)
    places, links = tables["places"], tables["links"]
    at = [(np.array([[lon, lat]]),) for lon, lat in zip(places.lon, places.lat, strict=True)]
    geometry = read_lines(world.folder)
    index = {link_id: i for i, link_id in enumerate(world.network.links.ids)}
    shapes: list[Shape] = []
    basis: list[Cell] = []
    for link_id in links.link_id:
        i = index.get(link_id)
        line = None if i is None else line_of(world.network, geometry, i)
        shapes.append(() if line is None else (line.points,))
        is_drawn = link_id in geometry.lines
        basis.append(None if line is None else "drawn" if is_drawn else "great_circle")
    layers = [
        Layer(name="links", kind="line", shapes=tuple(shapes),
              columns={**_columns(links), LINE_BASIS: tuple(basis)}),
        Layer(name="nodes", kind="point", shapes=tuple(at),
              columns=_columns(places.drop(columns=["lat", "lon"]))),
    ]  # fmt: skip
    return layers, {"links": style_links(), "nodes": style_nodes()}, ""


def _refuse_changed(world: World) -> None:
    """Refuse tables that are no longer those that were read."""
    for name in ("places", "links", "node", "link"):
        path = home_of(world.folder, name)
        held = hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
        if world.hashes.get(path.name, held) != held:
            got, wanted = "another content than was read", "the tables as they were read"
            raise DataError(state_fault(str(path), got, wanted, "read the tables again"))


def _columns(table: pd.DataFrame) -> dict[str, tuple[Cell, ...]]:
    """Return columns with None where nothing is: texts that are empty, numbers that are NaN."""
    dtypes = {
        c.name: c.dtype for t in ("places", "links") for c in read_schema()[t].columns.values()
    }
    return {
        str(name): tuple(_cell(value, dtypes.get(str(name), "")) for value in table[name].tolist())
        for name in table.columns
    }


def _cell(value: Any, dtype: str) -> Cell:  # noqa: ANN401 - whatever a column holds
    if value is None or value == "" or value != value:  # noqa: PLR0124 - NaN is not itself
        return None
    return int(value) if dtype == "int" else value


def _flow_layers(order: _Order) -> Told:
    run, world = order.solved, order.world
    flows, limits = frames.flows_of(run), frames.bottlenecks_of(run)
    geometry = read_lines(world.folder)
    index = {link_id: i for i, link_id in enumerate(world.network.links.ids)}
    lines = [line_of(world.network, geometry, index[link_id]) for link_id in flows.link_id]
    spots = [spot_of(world.network, resource_id) for resource_id in limits.resource_id]
    layers = [
        Layer(name="flows", kind="line", columns=_columns(flows),
              shapes=tuple(() if line is None else (line.points,) for line in lines)),
        Layer(name="bottlenecks", kind="point", columns=_columns(limits),
              shapes=tuple(() if spot is None else (np.array([spot]),) for spot in spots)),
    ]  # fmt: skip
    carried = set(flows.corridor)
    styles = {"flows": style_flows(name for name in NAMES if name in carried),
              "bottlenecks": style_bottlenecks()}  # fmt: skip
    return layers, styles, ""


def _route_layers(order: _Order) -> Told:
    run, world = order.solved, order.world
    routes = frames.routes_of(run)
    kept = routes[routes.t_yr >= LEAST_ROUTE_T_YR].reset_index(drop=True)
    geometry = read_lines(world.folder)
    index = {link_id: i for i, link_id in enumerate(world.network.links.ids)}
    lines = {
        link_id: line_of(world.network, geometry, index[link_id])
        for link_id in {one for text in kept.link_ids for one in text.split(";")}
    }
    shapes = tuple(
        tuple(line.points for one in text.split(";") if (line := lines[one]) is not None)
        for text in kept.link_ids
    )
    layer = Layer(name="routes", kind="line", columns=_columns(kept), shapes=shapes)
    share = float(kept.t_yr.sum() / max(routes.t_yr.sum(), 1e-300))
    left_out = (
        f"{len(routes) - len(kept):,} of {len(routes):,} routes carry less than "
        f"{LEAST_ROUTE_T_YR:,.0f} t a year each and are left out; those in the file carry "
        f"{100.0 * share:.0f} % of the tonnes"
    )
    carried = set(kept.corridor)
    style = style_flows(name for name in NAMES if name in carried)
    return [layer], {"routes": style}, left_out if len(kept) < len(routes) else ""


_LAYERS: Final[Mapping[str, Callable[[_Order], Told]]] = {
    "network": _network_layers, "flows": _flow_layers, "routes": _route_layers,
}  # fmt: skip


# ---------------------------------------------------------------- matrices


def _zones_of(order: _Order) -> dict[str, tuple[str, ...]]:
    """Name the zones: by their id, and by number for programs that know only numbers."""
    ids = order.world.zones.ids
    return {"zone_id": tuple(ids), "zone_number": tuple(str(i + 1) for i in range(len(ids)))}


def _fill(order: _Order, table: pd.DataFrame, ends: Mapping[str, str], empty: float) -> Matrices:
    """Lay the columns of a table of zones out as one matrix per class and column."""
    zones = {zone: i for i, zone in enumerate(order.world.zones.ids)}
    values: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = {}
    units = {}
    for class_id, rows in table.groupby("class_id", sort=True):
        unit = str(rows.unit.iloc[0])
        at = ([zones[zone] for zone in rows.origin], [zones[zone] for zone in rows.dest])
        for column, end in ends.items():
            name = f"{class_id}_{end.format(unit=unit.lower())}"
            values[name] = np.full((len(zones), len(zones)), empty)
            values[name][at] = rows[column].to_numpy()
            units[name] = _unit(column, unit)
    return Matrices(values=values, lookups=_zones_of(order), units=units, notes=order.notes)


def _unit(column: str, unit: str) -> str:
    """Return the unit of a column for a class that is counted in TEU, or in tonnes."""
    told = COLUMNS[column].partition("]")[0].removeprefix("[").split(" or ")
    return told[0] if unit == "TEU" else told[-1]


def _skim_matrices(order: _Order) -> Matrices:
    return _fill(order, frames.skims_of(order.solved), SKIMS, np.nan)


def _demand_matrices(order: _Order) -> Matrices:
    world = order.world
    if order.scenario.empties:
        world = with_empties(world, order.scenario.year)
    table = frames.demand_of(world, prepare(world, order.scenario).cells)
    return _fill(order, table, {"demand_unit_yr": "{unit}_yr"}, 0.0)


_MATRICES: Final[Mapping[str, Callable[[_Order], Matrices]]] = {
    "skims": _skim_matrices, "demand": _demand_matrices,
}  # fmt: skip


# ---------------------------------------------------------------- import


def import_file(path: Path, folder: Path, *, year: int | None = None) -> ImportResult:
    """
    Bring a file of another program into a folder of tables.

    Layers of nodes and links become places, links and their lines; matrices become demand. Tables
    that neither the file nor the folder has are copied from the package.

    Parameters
    ----------
    path
        GeoPackage, GeoParquet, GeoJSON or OMX.
    folder
        The folder; made if need be.
    year
        Year of the demand of matrices that do not say theirs.

    Returns
    -------
    result
        What went where.

    Raises
    ------
    ScenarioError
        The format is not known, a library is missing, or no year is known.
    DataError
        The file, or the tables it would make, have faults; all are named and nothing is written.
    """
    if folder.exists() and not folder.is_dir():
        wanted = "a folder of tables"
        raise ScenarioError(state_fault(str(folder), "a file", wanted, "name a folder"))
    if is_network(folder):
        got, wanted = "a network in GMNS", "a folder of tables like the package's, or a new one"
        then = "choose another; `serai export DIR --data` with such a folder writes GMNS"
        raise ScenarioError(state_fault(str(folder), got, wanted, then))
    if path.suffix.lower() == ".omx":
        made = _import_matrices(path, folder, year)
    else:
        made = _import_layers(path, folder)
    files, rows, copied, notes = made
    write_together(files)
    return ImportResult(
        file=str(path),
        folder=str(folder),
        rows=rows,
        from_package=sorted(copied),
        notes=notes,
        version=serai.__version__,
        data_version=serai.DATA_VERSION,
    )


Brought = tuple[dict[Path, bytes], dict[str, int], Sequence[str], list[str]]


def _import_layers(path: Path, folder: Path) -> Brought:
    read = read_layers(path)
    files, rows = tables_of_layers(read.layers, folder, path.name)
    missing = missing_tables(folder, ("places", "links"))
    copied = {folder / name: source.read_bytes() for name, source in missing.items()}
    return {**copied, **files}, rows, list(missing), list(read.notes)


def _import_matrices(path: Path, folder: Path, year: int | None) -> Brought:
    matrices = read_matrices(path)
    demand = demand_of_matrices(matrices, folder, source=path.name, year=year)
    home = home_of(folder, "demand")
    with home.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(io.StringIO(file.read(), newline=""))
        held = list(reader)
        kept = [row for row in held if (row["class_id"], row["year"]) not in demand.keys]
        names = list(reader.fieldnames or ())
    names += [name for name in demand.rows[0] if name not in names] if demand.rows else []
    rows = [[row.get(name, "") for name in names] for row in (*kept, *demand.rows)]
    classes = ", ".join(f"{class_id} {of}" for class_id, of in sorted(demand.keys))
    notes = [*demand.notes, f"in place of {len(held) - len(kept):,} rows of {classes}"]
    return {home: encode_csv(names, rows)}, {"demand": len(demand.rows)}, [], notes
