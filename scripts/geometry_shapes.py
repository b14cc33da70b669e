"""Lines on the sphere, countries and the base map, for `make_geometry.py`."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from serai.data.geometry import encode_line

Line = NDArray[np.float64]

COUNTRIES = Path(__file__).parent / "geometry_countries.csv"
EARTH_RADIUS_KM = 6371.0
KM_PER_DEGREE = 111.195
BASEMAP_TOLERANCE_KM = 2.0
SMALLEST_ISLAND_KM2 = 150.0
NO_ISO_NUMBER = {"Kosovo": "XKX", "Somaliland": "SOM", "N. Cyprus": "CYP", "Siachen Glacier": "XSG"}
CRIMEA_POINT = (34.1, 45.3)  # shown with Ukraine (UN General Assembly resolution 68/262)
BASEMAP_BOX = (-26.0, -40.0, 180.0, 82.0)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- spherical odds and ends


def to_xyz(points: Line) -> Line:
    """Return unit vectors of [lon, lat] in degrees."""
    lon, lat = np.radians(np.asarray(points, dtype=np.float64)).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def measure_km(points: Line) -> NDArray[np.float64]:
    """Return the length of each step of a polyline, [km]."""
    return measure_km_between(points[:-1], points[1:])


def measure_km_between(starts: Line, ends: Line) -> NDArray[np.float64]:
    """Return the great-circle distance of pairs of points, [km]."""
    chord = np.linalg.norm(to_xyz(starts) - to_xyz(ends), axis=1)
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)))


def simplify_line(points: Line, tolerance_km: float) -> Line:
    """Return the line of Douglas and Peucker: no dropped point is farther than the tolerance."""
    scale = np.array([np.cos(np.radians(points[:, 1].mean())), 1.0]) * KM_PER_DEGREE
    flat = points * scale
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    todo = [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:  # noqa: PLR2004 - nothing between
            continue
        base = flat[last] - flat[first]
        offset = flat[first + 1 : last] - flat[first]
        share = np.clip(offset @ base / max(float(base @ base), 1e-12), 0.0, 1.0)
        distance = np.linalg.norm(offset - share[:, None] * base, axis=1)
        worst = int(distance.argmax())
        if distance[worst] > tolerance_km:
            middle = first + 1 + worst
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return np.asarray(points[keep])


# ---------------------------------------------------------------- countries


class Country(NamedTuple):
    """A country's rings as lists of arcs: arc number, or its complement when run backwards."""

    iso3: str
    name: str
    rings: list[list[int]]


def read_topology(path: Path) -> tuple[list[Line], list[Country]]:
    """Return the shared arcs and the countries of a TopoJSON file, with our names and ids."""
    iso3_of_number = {row["iso_number"]: row["iso3"] for row in read_rows(COUNTRIES)}
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]
    countries: dict[str, Country] = {}
    moved: list[list[int]] = []
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        iso3 = NO_ISO_NUMBER.get(name) or iso3_of_number.get(str(shape.get("id")))
        if iso3 is None:
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [ring for polygon in polygons for ring in polygon]
        if iso3 == "RUS":
            moved = [ring for ring in rings if holds(join_arcs(arcs, ring), CRIMEA_POINT)]
            rings = [ring for ring in rings if ring not in moved]
        known = countries.get(iso3)
        if known is None:
            countries[iso3] = Country(iso3, name, rings)
        else:
            known.rings.extend(rings)
    countries["UKR"].rings.extend(moved)
    named = {"SOM": "Somalia", "CYP": "Cyprus", "AUS": "Australia"}
    return arcs, [
        country._replace(name=named.get(country.iso3, country.name))
        for _, country in sorted(countries.items())
    ]


def join_arcs(arcs: Sequence[Line], ring: Sequence[int]) -> Line:
    """Return the closed ring that a list of arcs describes."""
    parts = [arcs[ix] if ix >= 0 else arcs[~ix][::-1] for ix in ring]
    joined = np.vstack([parts[0], *(part[1:] for part in parts[1:])])
    joined[:, 0] = np.unwrap(
        joined[:, 0], period=360.0
    )  # a country astride the date line stays whole
    return joined


def holds(ring: Line, point: tuple[float, float]) -> bool:
    """Say whether a ring encloses a point."""
    return bool(Outline(ring).contains_point(point))


def find_countries(
    arcs: Sequence[Line], countries: Sequence[Country], points: Line
) -> NDArray[np.int16]:
    """Return the index of the country that each point lies in, -1 for none."""
    found = np.full(len(points), -1, dtype=np.int16)
    for ix, country in enumerate(countries):
        inside = np.zeros(len(points), dtype=bool)
        for refs in country.rings:
            ring = join_arcs(arcs, refs)
            (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
            near = np.flatnonzero(
                (points[:, 0] >= west)
                & (points[:, 0] <= east)
                & (points[:, 1] >= south)
                & (points[:, 1] <= north)
            )
            inside[near] ^= Outline(ring).contains_points(points[near])
        found[inside] = ix
    return found


def measure_area_km2(ring: Line) -> float:
    """Return the area of a ring, near enough to tell islands from rocks."""
    x = ring[:, 0] * np.cos(np.radians(ring[:, 1].mean()))
    y = ring[:, 1]
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2.0 * KM_PER_DEGREE**2


def make_basemap(arcs: Sequence[Line], countries: Sequence[Country]) -> list[dict[str, str]]:
    """Return the rows of the base map: simplified rings of land, and borders between countries."""
    small = [simplify_line(arc, BASEMAP_TOLERANCE_KM) for arc in arcs]
    west, south, east, north = BASEMAP_BOX
    rows: list[dict[str, str]] = []
    users: dict[int, list[str]] = {}
    for country in countries:
        areas = [measure_area_km2(join_arcs(arcs, refs)) for refs in country.rings]
        for refs, area in zip(country.rings, areas, strict=True):
            ring = join_arcs(small, refs)
            low, high = ring.min(axis=0), ring.max(axis=0)
            seen = low[0] < east and high[0] > west and low[1] < north and high[1] > south
            if not seen or len(ring) < 4 or (area < SMALLEST_ISLAND_KM2 and area < max(areas)):  # noqa: PLR2004
                continue
            rows.append(
                {
                    "kind": "land",
                    "iso3": country.iso3,
                    "name": country.name,
                    "line": encode_line(ring),
                }
            )
            for ix in refs:
                users.setdefault(ix if ix >= 0 else ~ix, []).append(country.iso3)
    for ix, owners in sorted(users.items()):
        if len(set(owners)) > 1:
            rows.append(
                {
                    "kind": "border",
                    "iso3": ";".join(sorted(set(owners))),
                    "name": "",
                    "line": encode_line(small[ix]),
                }
            )
    return rows
