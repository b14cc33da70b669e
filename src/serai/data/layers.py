"""Layers of map programs, read: GeoPackage, GeoParquet and GeoJSON, on WGS 84 or brought to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from serai.domain.layers import GIS_SUFFIXES, Cell, Layer, Line, Shape, files_of_layers
from serai.errors import DataError, ScenarioError, require_library, state_fault

__all__ = ["ReadLayers", "read_layers"]

CRS: Final = "EPSG:4326"
WGS84_NAMES: Final = ("CRS84", "EPSG::4326", "EPSG:4326")
FURTHEST_DEG: Final = (360.0, 90.0)
"""Lines may run on across the date line."""

OF_OTHERS: Final = ("fid", "ogc_fid", "geometry", "geom")
"""Columns that map programs add."""


class ReadLayers(NamedTuple):
    """What a file held."""

    layers: dict[str, Layer]
    """By name."""
    notes: tuple[str, ...]
    """What was done to them."""


def read_layers(path: Path) -> ReadLayers:
    """
    Read the layers `nodes` and `links`.

    Parameters
    ----------
    path
        File of both, or of `links` with that of `nodes` beside it (see `files_of_layers`).

    Returns
    -------
    found
        Shapes in degrees, longitude first; another reference system is brought to EPSG:4326.

    Raises
    ------
    ScenarioError
        The suffix is none that is known, or a library is not installed.
    DataError
        A file, a layer or a reference system is missing, or shapes are of the wrong kind.
    """
    suffix = path.suffix.lower()
    if suffix not in GIS_SUFFIXES:
        wanted = f"a file that ends in {', '.join(GIS_SUFFIXES)} or .omx"
        raise ScenarioError(state_fault(str(path), repr(path.suffix), wanted, "save it as such"))
    files = files_of_layers(path, ("links", "nodes"))
    faults: list[str] = []
    notes: list[str] = []
    layers: dict[str, Layer] = {}
    for name, file in files.items():
        if not file.is_file():
            then = "check the path; `serai export` writes both files"
            wanted = f"the file of the layer {name}"
            faults.append(state_fault(str(file), "no such file", wanted, then))
            continue
        read = _read_geojson if suffix == ".geojson" else _read_frame
        columns, shapes = read(file, name, faults, notes)
        if columns is not None:
            _check_shapes(file, name, shapes, faults)
            layers[name] = Layer(
                name=name, kind="point" if name == "nodes" else "line", columns=columns,
                shapes=tuple(shapes),
            )  # fmt: skip
    if faults:
        raise DataError(list(dict.fromkeys(faults)))
    return ReadLayers(layers, tuple(dict.fromkeys(notes)))


Read = tuple[dict[str, tuple[Cell, ...]] | None, list[Shape]]


def _check_shapes(file: Path, name: str, shapes: Sequence[Shape], faults: list[str]) -> None:
    """Add rows whose shape is none that a node, or a link, can have."""
    for row, shape in enumerate(shapes, 1):
        where = f"{file.name}, layer {name}, row {row}"
        if name == "nodes" and (len(shape) != 1 or len(shape[0]) != 1):
            faults.append(state_fault(where, "no point", "one point", "draw it where it lies"))
        elif name == "links" and shape and (len(shape) > 1 or len(shape[0]) <= 1):
            got = f"{len(shape)} lines" if len(shape) > 1 else "a point"
            faults.append(state_fault(where, got, "one line, or none", "join its parts"))
        elif not all((np.abs(line) <= FURTHEST_DEG).all() for line in shape):
            got = "a point off the globe"
            wanted = "longitude and latitude in degrees"
            faults.append(state_fault(where, got, wanted, "say which reference system it is in"))


# ---------------------------------------------------------------- GeoJSON


def _read_geojson(file: Path, name: str, faults: list[str], _: list[str]) -> Read:
    """Read RFC 7946, which knows one reference system alone."""
    try:
        document = json.loads(file.read_text("utf-8-sig"))
        features = document["features"]
        rows = [(feature["properties"] or {}, feature["geometry"]) for feature in features]
        shapes = [_shape(geometry) for _, geometry in rows]
    except (OSError, ValueError, LookupError, TypeError) as error:
        got = f"a file that cannot be read ({type(error).__name__}: {error})"
        faults.append(state_fault(file.name, got, "a GeoJSON FeatureCollection", "write it anew"))
        return None, []
    crs = document.get("crs")
    named = str(crs and crs.get("properties", {}).get("name", crs))
    if crs is not None and not named.endswith(WGS84_NAMES):
        then = f"save it in {CRS}: RFC 7946 has no other"
        got = f"reference system {named}"
        faults.append(state_fault(f"{file.name}, layer {name}", got, CRS, then))
        return None, []
    names = list(dict.fromkeys(key for properties, _ in rows for key in properties))
    columns = {key: tuple(_cell(properties.get(key)) for properties, _ in rows) for key in names}
    return _own(columns), shapes


def _shape(geometry: Mapping[str, Any] | None) -> Shape:
    if geometry is None:
        return ()
    kind, points = geometry["type"], geometry["coordinates"]
    lines = {"Point": [[points]], "LineString": [points]}.get(kind, points)
    if kind not in ("Point", "LineString", "MultiLineString"):
        raise ValueError(f"a geometry of type {kind}")
    return tuple(_line(line) for line in lines)


def _line(points: object) -> Line:
    """Take longitude and latitude; a height is left out."""
    line = np.array(points, dtype=np.float64)[:, :2]
    line.setflags(write=False)
    return line


def _own(columns: dict[str, tuple[Cell, ...]]) -> dict[str, tuple[Cell, ...]]:
    return {name: cells for name, cells in columns.items() if name.lower() not in OF_OTHERS}


def _cell(value: object) -> Cell:
    """Return a value as Python has it; what is missing is None, also if it is called NaN."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN is not itself
        return None
    item = value.item() if isinstance(value, np.generic) else value
    if isinstance(item, bool):
        return int(item)
    return item if isinstance(item, str | int | float) else str(item)


# ---------------------------------------------------------------- GeoPackage and GeoParquet


def _read_frame(file: Path, name: str, faults: list[str], notes: list[str]) -> Read:
    """Read with GDAL or Arrow, and bring to WGS 84."""
    geopandas = require_library("geopandas", str(file), "formats")
    require_library("pyogrio", str(file), "formats")
    where = f"{file.name}, layer {name}"
    try:
        if file.suffix.lower() == ".parquet":
            frame = geopandas.read_parquet(file)
        else:
            held = list(geopandas.list_layers(file)["name"])
            if name not in held:
                got, wanted = f"layers {', '.join(held)}", f"a layer {name}"
                then = "rename the layer; `serai export FILE.gpkg --what network` shows the form"
                faults.append(state_fault(file.name, got, wanted, then))
                return None, []
            frame = geopandas.read_file(file, layer=name)
    except (OSError, ValueError, RuntimeError) as error:
        got = f"a file that cannot be read ({str(error).splitlines()[0]})"
        wanted = "a GeoParquet file" if file.suffix.lower() == ".parquet" else "a GeoPackage"
        faults.append(state_fault(file.name, got, wanted, "write it anew"))
        return None, []
    if not isinstance(frame, geopandas.GeoDataFrame):
        faults.append(state_fault(where, "no geometry", "points or lines", "save it as a layer"))
        return None, []
    if frame.crs is None:
        then = "set the layer's reference system, then save it"
        faults.append(state_fault(where, "no reference system", CRS, then))
        return None, []
    if not frame.crs.equals(CRS, ignore_axis_order=True):
        notes.append(f"{where}: brought from {frame.crs.name} to {CRS}")
        frame = frame.to_crs(CRS)
    return _take_apart(frame)


def _take_apart(frame: Any) -> Read:  # noqa: ANN401 - a GeoDataFrame
    shapely = require_library("shapely", "layers", "formats")
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns = {
        str(name): tuple(_cell(value) for value in plain[name].tolist()) for name in plain.columns
    }
    shapes = [
        ()
        if shape is None or shape.is_empty
        else tuple(_line(shapely.get_coordinates(part)) for part in shapely.get_parts(shape))
        for shape in frame.geometry
    ]
    return _own(columns), shapes
