"""
Make the lines of the links and the base map of the data pack from open graphs and borders.

Run from the project's folder: ``python -m scripts.make_geometry --graphs DIR``. Reads from DIR
``rail_eurasia_repaired.npz``, ``highways_eurasia.npz`` (OpenStreetMap,
ODbL), ``marnet_searoute.geojson`` (sea lanes, Apache-2.0) and ``countries-50m.json`` (Natural Earth
as TopoJSON, public domain); from ``--pack``: the tables of places and links; from beside itself:
towns on rivers and pipelines, and the ISO numbers of countries. Writes ``odbl/link_geometry.csv``,
``sea_geometry.csv`` and ``basemap.csv`` into the pack. Method and limits:
``docs/explain/geometry.md``.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from scripts.geometry_shapes import (
    EARTH_RADIUS_KM,
    Line,
    find_countries,
    make_basemap,
    measure_km,
    measure_km_between,
    read_rows,
    read_topology,
    simplify_line,
    to_xyz,
)
from serai.data.geometry import encode_line, great_circle

WAYPOINTS = Path(__file__).parent / "geometry_waypoints.csv"

MAX_DETOUR = 1.6  # a path longer than this times the link's own length is a gap in the graph
LAND_TOLERANCE_KM = 1.5
SEA_TOLERANCE_KM = 3.0
STUB_FACTOR = 2.0  # the way from a place to the graph counts double, so near lines win
LAND_STUB_LIMIT_KM = 60.0
SEA_STUB_LIMIT_KM = 250.0
LAND_JOINED_KM = 15.0  # a longer stub is said in the file
SEA_JOINED_KM = 60.0
FOREIGN_LIMIT_KM = 25.0  # generalised borders are off by some kilometres
FOREIGN_FACTOR = 6.0
FOREIGN_STEP_KM = 5.0
FOREIGN_NOTE_KM = 40.0
SMALLEST_COMPONENT = 150
LANE_STEP_KM = 25.0

LAND_KINDS = {"rail": "rail", "road": "road"}
WATER_KINDS = ("sea", "feeder", "ferry", "river", "pipeline")
CASPIAN_BOX = (46.0, 36.0, 55.0, 47.6)
CASPIAN_LANE_POINT = (50.82, 43.56)
VOLGA_DON = ((47.8023, 45.1174), (39.0431, 47.104))

# Edges of the lane graph that carry a passage's name, by the name the links use.
PASSAGE_OF_LANE = {
    "babalmandab": "Bab-el-Mandeb",
    "bosporus": "Bosphorus",
    "dardanelles": "Dardanelles",
    "gibraltar": "Gibraltar",
    "malacca": "Malacca",
    "ormuz": "Hormuz",
    "south_africa": "Cape of Good Hope",
    "suez": "Suez",
    "sunda": "Sunda",
    "volga_don": "Volga-Don",
}

# Where on a named lane its passage lies, [deg] west, south, east, north; the rest stays open.
GATES = {"Suez": (32.0, 29.95, 33.0, 31.4), "Volga-Don": (39.8, 46.5, 49.0, 49.5)}

# Waypoints that lie on a named stretch: links that end there may use it.
ALSO_OPEN = {"XZSUN": "Sunda", "XZCGH": "Cape of Good Hope"}


class Pair(NamedTuple):
    """Links that share one line: one kind of way between two places, in both directions."""

    family: str
    start: str
    end: str
    passage: str
    length_km: float
    countries: frozenset[str]
    forward_ids: tuple[str, ...]
    reverse_ids: tuple[str, ...]


class Graph(NamedTuple):
    """Undirected graph with two more nodes per place: one that only leaves, one that only ends."""

    points: Line  # (n_nodes, 2) lon, lat
    weights: "csr_matrix[np.float64]"  # square, [km], stubs times STUB_FACTOR
    out_node: dict[str, int]
    in_node: dict[str, int]
    country: NDArray[np.int16]  # (n_nodes + 2 n_places,), -1 none


class Route(NamedTuple):
    """What was found for a pair, and how."""

    pair: Pair
    basis: str
    points: Line
    note: str


# ---------------------------------------------------------------- graphs


def build_graph(
    points: Line,
    ends: NDArray[np.int64],
    km: NDArray[np.float64],
    places: dict[str, tuple[float, float]],
    candidates: Callable[[str], Iterable[tuple[int, float]]],
    country: NDArray[np.int16],
) -> Graph:
    """Return the graph with its places hung on: a node to leave from, a node to arrive at."""
    n_nodes, n_places = len(points), len(places)
    tails, heads, costs = [ends[:, 0], ends[:, 1]], [ends[:, 1], ends[:, 0]], [km, km]
    out_node, in_node = {}, {}
    for ix, place_id in enumerate(places):
        out_node[place_id], in_node[place_id] = n_nodes + ix, n_nodes + n_places + ix
        for node, stub_km in candidates(place_id):
            tails += [np.array([out_node[place_id], node])]
            heads += [np.array([node, in_node[place_id]])]
            costs += [np.full(2, stub_km * STUB_FACTOR + 1e-3)]
    tail, head, cost = np.concatenate(tails), np.concatenate(heads), np.concatenate(costs)
    size = n_nodes + 2 * n_places
    order = np.lexsort((cost, head, tail))  # of parallel edges the shortest stays
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
    weights = csr_matrix((cost[first], (tail[first], head[first])), shape=(size, size))
    where = np.array(list(places.values()))
    return Graph(
        np.vstack([points, where, where]),
        weights,
        out_node,
        in_node,
        np.r_[country, np.full(2 * n_places, -1, dtype=np.int16)],
    )


def build_land_graph(
    path: Path, places: dict[str, tuple[float, float]], locate: Callable[[Line], NDArray[np.int16]]
) -> Graph:
    """Return a rail or road graph; a place hangs on near nodes of each larger component."""
    with np.load(path) as file:
        points = file["nodes"][:, ::-1].astype(np.float64)
        ends = np.column_stack([file["u"], file["v"]]).astype(np.int64)
        km = file["km"].astype(np.float64)
    adjacency = csr_matrix((km, (ends[:, 0], ends[:, 1])), shape=(len(points),) * 2)
    _, component = connected_components(adjacency, directed=False)
    trees = []
    for label, size in enumerate(np.bincount(component)):
        if size >= SMALLEST_COMPONENT:
            members = np.flatnonzero(component == label)
            trees.append((KDTree(to_xyz(points[members])), members))

    def hang(place_id: str) -> Iterator[tuple[int, float]]:
        at = to_xyz(np.array([places[place_id]]))[0]
        for tree, members in trees:
            chords, near = tree.query(
                at, k=4, distance_upper_bound=LAND_STUB_LIMIT_KM / EARTH_RADIUS_KM
            )
            for chord, ix in zip(np.atleast_1d(chords), np.atleast_1d(near), strict=True):
                if np.isfinite(chord):
                    yield int(members[ix]), float(chord) * EARTH_RADIUS_KM

    return build_graph(points, ends, km, places, hang, locate(points))


class Lanes(NamedTuple):
    """Sea lanes cut into short steps."""

    points: Line
    ends: NDArray[np.int64]
    km: NDArray[np.float64]
    passage: NDArray[np.object_]  # per edge: the name links use, "" open, "-" never open
    is_caspian: NDArray[np.bool_]  # per node


def read_lanes(path: Path) -> Lanes:
    """Return the lane graph with every vertex a node and long steps cut up."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    index: dict[tuple[float, float], int] = {}
    edges: list[tuple[int, int, str]] = []
    for feature in features:
        shape = feature["geometry"]
        name = feature["properties"].get("passage") or ""
        parts = [shape["coordinates"]] if shape["type"] == "LineString" else shape["coordinates"]
        for part in parts:
            corners = np.array([point[:2] for point in part], dtype=np.float64)
            ends = {tuple(np.round(corners[ix], 3)) for ix in (0, -1)}
            if ends == {tuple(np.round(end, 3)) for end in VOLGA_DON}:
                name = "volga_don"
            steps = cut_up(corners, LANE_STEP_KM)
            nodes = [index.setdefault((round(x, 4), round(y, 4)), len(index)) for x, y in steps]
            middles = (steps[:-1] + steps[1:]) / 2.0
            edges += [
                (a, b, name_passage(name, middle))
                for a, b, middle in zip(nodes[:-1], nodes[1:], middles, strict=True)
                if a != b
            ]
    points = np.array(list(index))
    ends_of = np.array([edge[:2] for edge in edges])
    km = measure_km_between(points[ends_of[:, 0]], points[ends_of[:, 1]])
    passages = np.array([edge[2] for edge in edges], dtype=np.object_)
    is_inland = passages == "Volga-Don"
    adjacency = csr_matrix((km[~is_inland], tuple(ends_of[~is_inland].T)), shape=(len(points),) * 2)
    _, component = connected_components(adjacency, directed=False)
    home = component[np.linalg.norm(points - CASPIAN_LANE_POINT, axis=1).argmin()]
    return Lanes(points, ends_of, km, passages, component == home)


def name_passage(name: str, middle: Line) -> str:
    """Return the passage that a step of a named lane belongs to: "" none, "-" one never used."""
    if not name:
        return ""
    passage = PASSAGE_OF_LANE.get(name, "-")
    west, south, east, north = GATES.get(passage, (-360.0, -90.0, 360.0, 90.0))
    return passage if west <= middle[0] <= east and south <= middle[1] <= north else ""


def cut_up(corners: Line, step_km: float) -> Line:
    """Return a polyline with no step longer than given."""
    parts = [corners[:1]]
    for start, end, km in zip(corners[:-1], corners[1:], measure_km(corners), strict=True):
        share = np.linspace(0.0, 1.0, max(1, int(np.ceil(km / step_km))) + 1)[1:, None]
        parts.append((1.0 - share) * start + share * end)
    return np.vstack(parts)


def is_on_caspian(point: tuple[float, float]) -> bool:
    """Say whether a port lies on the Caspian Sea."""
    west, south, east, north = CASPIAN_BOX
    return west <= point[0] <= east and south <= point[1] <= north


def build_sea_graph(
    lanes: Lanes,
    passages: frozenset[str],
    places: dict[str, tuple[float, float]],
    locate: Callable[[Line], NDArray[np.int16]],
) -> Graph:
    """Return the lanes with every named passage shut but a few; a port hangs on its own basin."""
    is_open = np.array([name in passages for name in lanes.passage])
    used = np.zeros(len(lanes.points), dtype=bool)
    used[lanes.ends[is_open].ravel()] = True

    def hang(place_id: str) -> Iterator[tuple[int, float]]:
        at = places[place_id]
        nodes = np.flatnonzero(used & (lanes.is_caspian == is_on_caspian(at)))
        km = measure_km_between(np.tile(at, (len(nodes), 1)), lanes.points[nodes])
        near = km.argsort(kind="stable")[:25]
        share = np.linspace(0.1, 1.0, 10)
        stubs = np.array(at) + share[:, None, None] * (lanes.points[nodes[near]] - at)
        over_land = (locate(stubs.reshape(-1, 2)) >= 0).reshape(10, -1).mean(axis=0)
        for ix, land in zip(near, over_land, strict=True):
            if km[ix] <= SEA_STUB_LIMIT_KM:
                yield int(nodes[ix]), float(km[ix]) * (1.0 + 5.0 * float(land))

    return build_graph(
        lanes.points,
        lanes.ends[is_open],
        lanes.km[is_open],
        places,
        hang,
        np.full(len(lanes.points), -1, dtype=np.int16),
    )


# ---------------------------------------------------------------- routes


def find_path(
    graph: Graph, pair: Pair, weights: "csr_matrix[np.float64]"
) -> NDArray[np.int64] | None:
    """Return the nodes of the shortest path of a pair, or None."""
    limit = 2.5 * pair.length_km + 4.0 * LAND_STUB_LIMIT_KM
    start, end = graph.out_node[pair.start], graph.in_node[pair.end]
    from_start = np.array([start])
    _, before = dijkstra(weights, indices=from_start, return_predecessors=True, limit=limit)
    if before[0, end] < 0:
        return None
    path = [end]
    while path[-1] != start:
        path.append(int(before[0, path[-1]]))
    return np.array(path[::-1])


def measure_foreign_km(graph: Graph, path: NDArray[np.int64], allowed: NDArray[np.bool_]) -> float:
    """Return how far a path runs through countries that its link does not name."""
    foreign = ~allowed[graph.country[path]]
    return float(measure_km(graph.points[path])[foreign[1:] & foreign[:-1]].sum())


def route_pair(graph: Graph, pair: Pair, country_ids: Sequence[str], tolerance_km: float) -> Route:
    """Return the line of a pair: the graph's path if it is good enough, else a great circle."""
    allowed = np.array([iso3 in pair.countries for iso3 in country_ids] + [True])
    path = find_path(graph, pair, graph.weights)
    if path is not None and measure_foreign_km(graph, path, allowed) > FOREIGN_LIMIT_KM:
        dearer = graph.weights.copy()
        dearer.data = dearer.data * np.where(
            allowed[graph.country[dearer.indices]], 1.0, FOREIGN_FACTOR
        )
        again = find_path(graph, pair, dearer)
        path = path if again is None else again
    ends = (
        tuple(graph.points[graph.out_node[pair.start]]),
        tuple(graph.points[graph.in_node[pair.end]]),
    )
    if path is None:
        return Route(pair, "inferred", great_circle(*ends), "no path in the graph")
    line = graph.points[path]
    km = measure_km(line)
    if km.sum() > MAX_DETOUR * max(pair.length_km, float(measure_km(np.array(ends)).sum())):
        return Route(
            pair,
            "inferred",
            great_circle(*ends),
            f"path in the graph is {km.sum() / pair.length_km:.1f} times the link's length",
        )
    simple = simplify_line(line, tolerance_km)
    stub_km = max(km[0], km[-1])
    if stub_km > (LAND_JOINED_KM if pair.family in LAND_KINDS else SEA_JOINED_KM):
        return Route(pair, "joined", simple, f"straight stub of {stub_km:.0f} km to the graph")
    return Route(pair, "graph", simple, "")


def note_foreign_land(
    routes: Sequence[Route],
    locate: Callable[[Line], NDArray[np.int16]],
    country_ids: Sequence[str],
) -> list[Route]:
    """Return the routes, with a word where one runs over land that its links do not list."""
    steps = [cut_up(route.points, FOREIGN_STEP_KM) for route in routes]
    where = np.split(locate(np.vstack(steps)), np.cumsum([len(one) for one in steps])[:-1])
    noted = []
    for route, countries in zip(routes, where, strict=True):
        count = Counter(country_ids[ix] for ix in countries if ix >= 0)
        foreign = [
            f"{FOREIGN_STEP_KM * number:.0f} km in {iso3}"
            for iso3, number in sorted(count.items())
            if iso3 not in route.pair.countries and FOREIGN_STEP_KM * number > FOREIGN_NOTE_KM
        ]
        words = [route.note] if route.note else []
        words += [f"about {', '.join(foreign)}, which the link does not list"] if foreign else []
        noted.append(route._replace(note="; ".join(words)))
    return noted


def passages_of(pair: Pair) -> frozenset[str]:
    """Return the passages that a pair may use: its own and those its ends lie in."""
    if pair.family == "river":
        return frozenset(("", "Volga-Don"))
    return frozenset(("", pair.passage, ALSO_OPEN.get(pair.start, ""), ALSO_OPEN.get(pair.end, "")))


def read_waypoints(path: Path) -> dict[tuple[str, str], Line]:
    """Return the towns that rivers, canals and pipelines pass, in both directions."""
    waypoints = {}
    for row in read_rows(path):
        towns = np.array(row["towns_lon_lat"].replace(";", " ").split(), dtype=np.float64)
        start, end = row["from_place"], row["to_place"]
        waypoints[start, end] = towns.reshape(-1, 2)
        waypoints[end, start] = towns.reshape(-1, 2)[::-1]
    return waypoints


def route_by_waypoints(
    pair: Pair, places: dict[str, tuple[float, float]], waypoints: dict[tuple[str, str], Line]
) -> Route | None:
    """Return the line through the towns known for a pair."""
    between = waypoints.get((pair.start, pair.end))
    if between is None:
        return None
    line = np.vstack([places[pair.start], between, places[pair.end]])
    return Route(pair, "waypoints", line, "drawn through towns on the way")


# ---------------------------------------------------------------- tables


def read_pairs(path: Path) -> list[Pair]:
    """Return the line-haul links that want a line, grouped by family, ends and passage."""
    groups: dict[tuple[str, frozenset[str], str], list[dict[str, str]]] = {}
    for row in read_rows(path):
        family = LAND_KINDS.get(row["kind"].split("_")[0], row["kind"])
        if family in LAND_KINDS.values() or family in WATER_KINDS:
            water = "water" if family in ("sea", "feeder", "ferry") else family
            key = (water, frozenset((row["from_place"], row["to_place"])), row["passage"])
            groups.setdefault(key, []).append(row)
    pairs = []
    for (family, _, passage), rows in groups.items():
        start, end = rows[0]["from_place"], rows[0]["to_place"]
        pairs.append(
            Pair(
                family,
                start,
                end,
                passage,
                max(float(row["length_km"]) for row in rows),
                frozenset(iso3 for row in rows for iso3 in row["countries_iso3"].split(";")),
                tuple(sorted(row["link_id"] for row in rows if row["from_place"] == start)),
                tuple(sorted(row["link_id"] for row in rows if row["from_place"] != start)),
            )
        )
    return sorted(pairs, key=lambda pair: (pair.forward_ids, pair.reverse_ids))


def describe_route(route: Route) -> dict[str, str]:
    """Return the row of a route."""
    source = {"rail": "S-RAIL", "road": "S-ROAD", "water": "S-SEA", "river": "S-SEA"}
    is_drawn = route.basis in ("waypoints", "inferred")
    return {
        "forward_link_ids": ";".join(route.pair.forward_ids),
        "reverse_link_ids": ";".join(route.pair.reverse_ids),
        "basis": route.basis,
        "grade": "assumed" if is_drawn else "derived",
        "source_ids": "S-EXPERT" if is_drawn else source[route.pair.family],
        "note": route.note,
        "line": encode_line(route.points),
    }


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write a table whole or not at all."""
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    draft.replace(path)
    sys.stdout.write(f"{path.name}: {len(rows)} rows, {path.stat().st_size / 1000:.0f} kB\n")


def route_land(
    graphs: Path,
    pairs: Sequence[Pair],
    places: dict[str, tuple[float, float]],
    locate: Callable[[Line], NDArray[np.int16]],
    country_ids: Sequence[str],
) -> list[Route]:
    """Return the lines of rail and road."""
    routes = []
    for family, name in (("rail", "rail_eurasia_repaired.npz"), ("road", "highways_eurasia.npz")):
        own = [pair for pair in pairs if pair.family == family]
        used = {end for pair in own for end in (pair.start, pair.end)}
        here = {place_id: at for place_id, at in places.items() if place_id in used}
        graph = build_land_graph(graphs / name, here, locate)
        routes += [route_pair(graph, pair, country_ids, LAND_TOLERANCE_KM) for pair in own]
    return routes


def route_water(
    graphs: Path,
    pairs: Sequence[Pair],
    places: dict[str, tuple[float, float]],
    locate: Callable[[Line], NDArray[np.int16]],
    country_ids: Sequence[str],
) -> list[Route]:
    """Return the lines of sea legs by their passages, and of rivers and pipelines."""
    lanes = read_lanes(graphs / "marnet_searoute.geojson")
    routes: list[Route] = []
    waypoints = read_waypoints(WAYPOINTS)
    graphs_by_passages: dict[frozenset[str], Graph] = {}
    for pair in pairs:
        if pair.family not in ("water", "river", "pipeline"):
            continue
        drawn = route_by_waypoints(pair, places, waypoints)
        if drawn is not None:
            routes.append(drawn)
            continue
        ends = (places[pair.start], places[pair.end])
        if pair.family == "pipeline":
            routes.append(Route(pair, "inferred", great_circle(*ends), ""))
            continue
        passages = passages_of(pair)
        if passages not in graphs_by_passages:
            here = {
                end: places[end]
                for one in pairs
                if one.family == pair.family
                for end in (one.start, one.end)
                if passages_of(one) == passages
            }
            graphs_by_passages[passages] = build_sea_graph(lanes, passages, here, locate)
        routes.append(route_pair(graphs_by_passages[passages], pair, country_ids, SEA_TOLERANCE_KM))
    return routes


def main() -> None:
    """Make the three files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    pack = Path(__file__).parents[1] / "src" / "serai" / "data" / "pack"
    parser.add_argument("--graphs", type=Path, required=True, help="folder with the graph files")
    parser.add_argument("--pack", type=Path, default=pack, help="folder of the data pack")
    chosen = parser.parse_args()
    arcs, countries = read_topology(chosen.graphs / "countries-50m.json")
    write_rows(chosen.pack / "basemap.csv", make_basemap(arcs, countries))

    def locate(points: Line) -> NDArray[np.int16]:
        return find_countries(arcs, countries, points)

    places = {
        row["place_id"]: (float(row["lon"]), float(row["lat"]))
        for row in read_rows(chosen.pack / "places.csv")
    }
    pairs = read_pairs(chosen.pack / "odbl" / "links.csv")
    ids = [country.iso3 for country in countries]
    for name, route in (("odbl/link_geometry.csv", route_land), ("sea_geometry.csv", route_water)):
        routes = route(chosen.graphs, pairs, places, locate, ids)
        routes = note_foreign_land(routes, locate, ids)
        routes.sort(key=lambda one: (one.pair.forward_ids, one.pair.reverse_ids))
        write_rows(chosen.pack / name, [describe_route(one) for one in routes])
        count = Counter((one.pair.family, one.basis) for one in routes)
        for (family, basis), number in sorted(count.items()):
            sys.stdout.write(f"  {family:9}{basis:10}{number:5}\n")


if __name__ == "__main__":
    main()
