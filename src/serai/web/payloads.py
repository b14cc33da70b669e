"""What the server sends: results as the command line prints them, and what a map needs beside."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import serai
from serai.data.geometry import read_basemap
from serai.data.load import PACK
from serai.data.money import read_rates
from serai.data.own import read_folder
from serai.domain.comparison import CompareResult
from serai.domain.levers import Lever
from serai.domain.routes import CORRIDORS
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.outputs.map_parts import LETTERING, label_main_places
from serai.outputs.page import READ_BY_MODEL
from serai.outputs.vectors import POWER_COLOURS
from serai.outputs.words import COLOURS, CORRIDOR_NAMES
from serai.run import Run
from serai.studies.flows import LinkFlows, flows_by_link, limits_in_use
from serai.studies.lines import line_of, read_lines, spot_of
from serai.studies.runs import NO_HAUL, class_traffic, summarize

__all__ = ["basemap_payload", "compare_payload", "meta_payload", "network_payload", "run_payload"]

DEGREE_DIGITS = 3
"""Digits after the point of a coordinate: about 100 m."""


def run_payload(run: Run) -> bytes:
    """
    Return a run as JSON: what `serai run --json` prints, and its flows for a map.

    Parameters
    ----------
    run
        A solved scenario.
    """
    traffic = class_traffic(run)
    flows = json.dumps(_pack_flows(flows_by_link(run, traffic)))
    limits = json.dumps([one._asdict() for one in limits_in_use(run)])
    return b'{"run":%b,"flows":%b,"limits":%b}' % (
        summarize(run, traffic).model_dump_json().encode(), flows.encode(), limits.encode(),
    )  # fmt: skip


def compare_payload(result: CompareResult, before: Run, after: Run) -> bytes:
    """
    Return a comparison as JSON: what `serai compare --json` prints, and both flows for a map.

    Parameters
    ----------
    result
        The comparison.
    before
        The first run.
    after
        The second.
    """
    runs = [run_payload(run) for run in (before, after)]
    return b'{"compare":%b,"before":%b,"after":%b}' % (result.model_dump_json().encode(), *runs)


def _pack_flows(flows: LinkFlows) -> dict[str, str]:
    """Return columns as base64 of little-endian numbers: exact, and read at once by a browser."""
    return {
        "link": _pack(flows.link, "<u4"),
        "class": _pack(flows.class_ix, "<u1"),
        "corridor": _pack(flows.corridor, "<u1"),
        "amount": _pack(flows.amount, "<f8"),
    }


def _pack(values: NDArray[Any], kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def network_payload(world: World) -> bytes:
    """
    Return places, links, resources and classes as JSON, with the lines of a map.

    Parameters
    ----------
    world
        The tables.
    """
    network, classes = world.network, world.classes
    places, resources = network.places, network.resources
    return json.dumps({
        "places": [
            {"id": i, "name": n, "country": c, "kind": k, "lon": round(x, 4), "lat": round(y, 4)}
            for i, n, c, k, x, y in zip(places.ids, places.names, places.countries, places.kinds,
                                        places.lon.tolist(), places.lat.tolist(), strict=True)
        ],
        "links": list(_links(world)),
        "resources": [
            {"id": i, "name": n, "spot": spot_of(network, i)}
            for i, n in zip(resources.ids, resources.names, strict=True)
        ],
        "classes": [
            {"id": i, "is_box": bool(b), "t_per_unit": float(t), "is_empty": bool(e)}
            for i, b, t, e in zip(classes.ids, classes.is_box, classes.tonnes_per_unit,
                                  classes.is_empty, strict=True)
        ],
        "corridors": list(CORRIDORS),
        "is_own": world.folder != PACK,
    }).encode()  # fmt: skip


def _links(world: World) -> Iterable[dict[str, Any]]:
    """Yield every link by its place in the tables; those that no map draws have no line."""
    network, geometry = world.network, read_lines(world.folder)
    links, start = network.links, network.links.resource_start
    back = _ways_back(world)
    for i, link_id in enumerate(links.ids):
        out: dict[str, Any] = {"id": link_id, "kind": str(links.kind[i])}
        line = None if links.kind[i] in NO_HAUL else line_of(network, geometry, i)
        if line is not None:
            out |= {
                "from": int(links.from_place[i]),
                "to": int(links.to_place[i]),
                "back": back.get(i, -1),
                "km": float(links.length_km[i]),
                "operator": str(links.operator[i]),
                "grade": str(links.grade[i]),
                "resources": links.resource_ix[start[i] : start[i + 1]].tolist(),
                "inferred": line.is_inferred,
                "line": np.round(line.points, DEGREE_DIGITS).ravel().tolist(),
            }
        yield out


def _ways_back(world: World) -> dict[int, int]:
    """Pair each line-haul link with the one of its kind between the same terminals, backwards."""
    links = world.network.links
    ends = zip(links.kind.tolist(), links.tail.tolist(), links.head.tolist(), strict=True)
    at: dict[tuple[str, int, int], list[int]] = {}
    for i, key in enumerate(ends):
        at.setdefault(key, []).append(i)
    out: dict[int, int] = {}
    for (kind, tail, head), ways in at.items():
        backwards = at.get((kind, head, tail), [])
        out |= dict(zip(ways, backwards, strict=False))
    return out


def basemap_payload(world: World) -> bytes:
    """
    Return land and borders as GeoJSON, and the names that every map carries.

    Parameters
    ----------
    world
        The tables, for the places that they have.
    """
    basemap = read_basemap(PACK)
    features = [
        {
            "type": "Feature",
            "properties": {"iso3": country.iso3, "name": country.name},
            "geometry": {"type": "MultiPolygon", "coordinates": _polygons(country.rings)},
        }
        for country in basemap.countries
    ]
    borders = [np.round(line, DEGREE_DIGITS).tolist() for line in basemap.borders]
    features.append({
        "type": "Feature", "properties": {"iso3": "", "name": "borders"},
        "geometry": {"type": "MultiLineString", "coordinates": borders},
    })  # fmt: skip
    places = world.network.places
    at = {key: (places.lon[i], places.lat[i]) for i, key in enumerate(places.ids)}
    return json.dumps({
        "land": {"type": "FeatureCollection", "features": features},
        "labels": [
            {"name": one.name, "lon": float(one.lon), "lat": float(one.lat), "side": one.side,
             "is_main": one.is_main}
            for one in label_main_places(at)
        ],
        "lettering": [
            {"name": one.text, "lon": one.lon, "lat": one.lat, "is_sea": one.is_sea}
            for one in LETTERING
        ],
    }).encode()  # fmt: skip


def _polygons(rings: Sequence[NDArray[np.float64]]) -> list[list[list[list[float]]]]:
    """Sort rings into polygons: one inside an odd number of others is a hole of the smallest."""
    outers: list[int] = []
    holes: list[tuple[int, int]] = []
    for i, ring in enumerate(rings):
        around = [j for j, other in enumerate(rings) if j != i and _is_inside(ring[0], other)]
        if len(around) % 2 == 0:
            outers.append(i)
        else:
            holes.append((i, min(around, key=lambda j: _area(rings[j]))))
    told = [np.round(ring, DEGREE_DIGITS).tolist() for ring in rings]
    return [[told[i], *(told[h] for h, j in holes if j == i)] for i in outers]


def _is_inside(point: NDArray[np.float64], ring: NDArray[np.float64]) -> bool:
    """Say whether a point lies in a ring (even-odd rule)."""
    x, y = ring[:, 0], ring[:, 1]
    crosses = (y[:-1] > point[1]) != (y[1:] > point[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x[:-1] + (point[1] - y[:-1]) * (x[1:] - x[:-1]) / (y[1:] - y[:-1])
    return bool(np.count_nonzero(crosses & (point[0] < at)) % 2)


def _area(ring: NDArray[np.float64]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])))


def meta_payload(world: World, scenarios: Sequence[Scenario], levers: Sequence[Lever]) -> bytes:
    """
    Return what a page needs to draw its controls, as JSON.

    Parameters
    ----------
    world
        The tables.
    scenarios
        What is offered, today first.
    levers
        What can be moved.
    """
    tables = read_folder(world.folder)
    zones = world.zones
    return json.dumps({
        "version": serai.__version__,
        "data_version": world.data_version,
        "years": sorted({int(year) for year in world.flows.year}),
        "countries": list(world.network.country_ids),
        "regions": sorted({*zones.regions}),
        "scenarios": [
            {"name": one.name, "title": one.title, "note": " ".join(one.note.split()),
             "scenario": one.model_dump(mode="json", exclude_unset=True)}
            for one in scenarios
        ],
        "levers": [one.model_dump(exclude={"shocks", "changes"}) for one in levers],
        "projects": _rows(tables, "projects", "project_id", "name", "country", "status",
                          "open_year", "capex_musd", "corridor"),
        "measures": _rows(tables, "measures", "measure_id", "name", "status", "cost_musd_yr"),
        "classes": _rows(tables, "classes", "class_id", "name", "unit"),
        "names": CORRIDOR_NAMES,
        "colours": COLOURS,
        "powers": POWER_COLOURS,
        "inputs": {name: world.hashes[name] for name in READ_BY_MODEL if name in world.hashes},
        "rates": {year: one._asdict() for year, one in read_rates(world.folder).items()},
    }).encode()  # fmt: skip


def _rows(tables: Mapping[str, pd.DataFrame], table: str, *columns: str) -> list[dict[str, Any]]:
    """Return some columns of a table, the first as `id`."""
    if table not in tables:
        return []
    cells = tables[table][list(columns)].rename(columns={columns[0]: "id"})
    return [dict(row) for row in json.loads(cells.to_json(orient="records"))]
