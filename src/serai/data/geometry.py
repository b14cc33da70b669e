"""Lines of links and borders of countries, for maps only: the model never sees them."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.errors import DataError

__all__ = [
    "Basemap",
    "CountryShape",
    "Geometry",
    "decode_line",
    "encode_line",
    "great_circle",
    "read_basemap",
    "read_geometry",
]

UNITS_PER_DEGREE: Final = 1000
"""A stored number is a thousandth of a degree, about 110 m."""

LINE_FILES: Final = ("odbl/link_geometry.csv", "sea_geometry.csv")
BASEMAP_FILE: Final = "basemap.csv"
LINE_COLUMNS: Final = ("forward_link_ids", "reverse_link_ids", "basis", "line")
BASEMAP_COLUMNS: Final = ("kind", "iso3", "name", "line")
BASES: Final = ("graph", "joined", "waypoints", "inferred")
EARTH_RADIUS_KM: Final = 6371.0
GREAT_CIRCLE_STEP_KM: Final = 150.0

Line = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Geometry:
    """Polylines of links, each as arrays of [lon, lat] in degrees."""

    lines: Mapping[str, Line]
    """Link id to [deg], shape (n_points, 2), from the link's start to its end; read-only."""

    inferred: frozenset[str]
    """Ids of the links whose line is a great circle because no graph or waypoint gave one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountryShape:
    """Land of one country; every ring is closed, inside and outside follow the even-odd rule."""

    iso3: str
    name: str
    rings: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basemap:
    """Land and borders under a map of flows; what is not land is water, the Caspian too."""

    countries: tuple[CountryShape, ...]
    borders: tuple[Line, ...]


def encode_line(points: Line) -> str:
    """
    Return a polyline as text: thousandths of a degree, first absolute, then steps.

    Parameters
    ----------
    points
        [deg], shape (n_points, 2), n_points >= 2. Longitude and latitude.

    Returns
    -------
    text
        Whole numbers joined by spaces: lon, lat, then the step to each next lon and lat.

    Examples
    --------
    >>> encode_line(np.array([[76.85, 43.25], [76.9, 43.2]]))
    '76850 43250 50 -50'
    """
    units = np.rint(np.asarray(points, dtype=np.float64) * UNITS_PER_DEGREE).astype(np.int64)
    steps = np.diff(units, axis=0)
    moved = steps[np.any(steps != 0, axis=1)]
    if len(moved) == 0:
        moved = steps[:1]
    return " ".join(str(value) for value in np.vstack([units[:1], moved]).ravel())


def decode_line(text: str) -> Line:
    """
    Return the polyline that `encode_line` wrote.

    Parameters
    ----------
    text
        Whole numbers joined by spaces.

    Returns
    -------
    points
        [deg], shape (n_points, 2), read-only. Longitude and latitude.

    Raises
    ------
    ValueError
        A word is not a whole number, the numbers are not pairs of two points or more, or a point
        is off the globe.

    Examples
    --------
    >>> decode_line("76850 43250 50 -50").tolist()
    [[76.85, 43.25], [76.9, 43.2]]
    """
    units = np.array([int(word) for word in text.split()], dtype=np.int64)
    if len(units) % 2 or len(units) < 4:  # noqa: PLR2004 - two points of two numbers
        raise ValueError(f"got {len(units)} numbers, wanted an even number from 4 on")
    points: Line = units.reshape(-1, 2).cumsum(axis=0) / UNITS_PER_DEGREE
    if np.any(np.abs(points) > (360.0, 90.0)):
        raise ValueError("a point lies off the globe: |lon| > 360 or |lat| > 90")
    points.flags.writeable = False
    return points


def great_circle(start: tuple[float, float], end: tuple[float, float]) -> Line:
    """
    Return the shortest line on the sphere between two points, for legs by air.

    Parameters
    ----------
    start
        [deg], longitude and latitude of the first point.
    end
        [deg], longitude and latitude of the last point, not opposite to `start`.

    Returns
    -------
    points
        [deg], shape (n_points, 2), read-only. A point at least every 150 km; longitudes never
        jump at the date line.
    """
    lon, lat = np.radians(np.array([start, end], dtype=np.float64)).T
    ends = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    angle = float(np.arccos(np.clip(ends[0] @ ends[1], -1.0, 1.0)))
    n_steps = max(1, int(np.ceil(angle * EARTH_RADIUS_KM / GREAT_CIRCLE_STEP_KM)))
    along = np.linspace(0.0, 1.0, n_steps + 1)[:, None]
    xyz = (1.0 - along) * ends[0] + along * ends[1]
    if angle > 0.0:
        xyz = np.sin((1.0 - along) * angle) * ends[0] + np.sin(along * angle) * ends[1]
    lons = np.unwrap(np.arctan2(xyz[:, 1], xyz[:, 0]))
    lats = np.arctan2(xyz[:, 2], np.hypot(xyz[:, 0], xyz[:, 1]))
    points: Line = np.degrees(np.column_stack([lons, lats]))
    points[0], points[-1] = start, (points[-1, 0], end[1])
    points.flags.writeable = False
    return points


def read_geometry(folder: Path) -> Geometry:
    """
    Read the lines of all line-haul links that have one; links by air have none.

    Parameters
    ----------
    folder
        The data pack, with `odbl/link_geometry.csv` and `sea_geometry.csv`.

    Returns
    -------
    geometry
        A line per link id; a reverse link has its partner's line backwards.

    Raises
    ------
    DataError
        A file is missing or a row is faulty; all faults are named.
    """
    faults: list[str] = []
    lines: dict[str, Line] = {}
    inferred: set[str] = set()
    for name in LINE_FILES:
        for where, row in _rows(folder / name, LINE_COLUMNS, faults):
            line = _line(where, row, faults)
            if row["basis"] not in BASES:
                faults.append(f"{where}: basis is {row['basis']!r}; wanted one of {BASES}")
            if line is None:
                continue
            for column, points in (("forward_link_ids", line), ("reverse_link_ids", line[::-1])):
                for link_id in filter(None, row[column].split(";")):
                    if link_id in lines:
                        faults.append(f"{where}: {link_id} has a line already; keep one")
                    lines[link_id] = points
                    if row["basis"] == "inferred":
                        inferred.add(link_id)
    if faults:
        raise DataError(faults)
    return Geometry(lines=MappingProxyType(lines), inferred=frozenset(inferred))


def read_basemap(folder: Path) -> Basemap:
    """
    Read the land and the borders drawn under every map.

    Parameters
    ----------
    folder
        The data pack, with `basemap.csv`.

    Returns
    -------
    basemap
        Countries in the file's order, and the lines between them.

    Raises
    ------
    DataError
        The file is missing or a row is faulty; all faults are named.
    """
    faults: list[str] = []
    names: dict[str, str] = {}
    rings: dict[str, list[Line]] = {}
    borders: list[Line] = []
    for where, row in _rows(folder / BASEMAP_FILE, BASEMAP_COLUMNS, faults):
        line = _line(where, row, faults)
        if line is None:
            continue
        if row["kind"] == "border":
            borders.append(line)
        elif row["kind"] == "land":
            names[row["iso3"]] = row["name"]
            rings.setdefault(row["iso3"], []).append(line)
        else:
            faults.append(f"{where}: kind is {row['kind']!r}; wanted land or border")
    if faults:
        raise DataError(faults)
    countries = tuple(
        CountryShape(iso3=iso3, name=names[iso3], rings=tuple(own)) for iso3, own in rings.items()
    )
    return Basemap(countries=countries, borders=tuple(borders))


def _rows(
    path: Path, columns: tuple[str, ...], faults: list[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row with the words that say where it stands; a missing file is a fault."""
    if not path.is_file():
        faults.append(f"{path}: no such file; restore it or rerun scripts/make_geometry.py")
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            faults.append(f"{path}: columns {missing} are missing; wanted {list(columns)}")
            return
        for number, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                faults.append(f"{path.name} row {number}: wrong number of cells; cut short?")
            else:
                yield f"{path.name} row {number}", row


def _line(where: str, row: Mapping[str, str], faults: list[str]) -> Line | None:
    """Decode the row's line, or note the fault."""
    try:
        return decode_line(row["line"])
    except ValueError as error:
        faults.append(f"{where}: line is unreadable ({error}); see docs/explain/geometry.md")
        return None
