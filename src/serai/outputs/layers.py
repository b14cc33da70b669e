"""Layers as files of map programs: GeoPackage, GeoParquet and GeoJSON."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd

from serai.domain.layers import Cell, Layer, Shape, files_of_layers
from serai.errors import require_library

__all__ = ["encode_layers"]

CRS: Final = "EPSG:4326"
STYLE_TABLE: Final = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""
"""Where QGIS keeps, and looks for, the styles of a GeoPackage's layers."""


def encode_layers(
    path: Path,
    layers: Sequence[Layer],
    *,
    styles: Mapping[str, str],
    notes: Mapping[str, str],
) -> dict[Path, bytes]:
    """
    Return the files that hold some layers, in the format that the suffix asks for.

    Parameters
    ----------
    path
        Where the first layer goes; see `files_of_layers`.
    layers
        At least one.
    styles
        QGIS style (QML) by name of layer: inside a GeoPackage, beside the other files.
    notes
        What is said about the file in its own metadata.

    Returns
    -------
    files
        Content by path.

    Raises
    ------
    ScenarioError
        The library that the format needs is not installed.
    """
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        return {path: _encode_geopackage(path, layers, styles, notes)}
    encode = _encode_geojson if suffix == ".geojson" else _encode_geoparquet
    places = files_of_layers(path, [layer.name for layer in layers])
    files = {places[layer.name]: encode(path, layer, notes) for layer in layers}
    return files | {
        places[name].with_suffix(".qml"): style.encode("utf-8") for name, style in styles.items()
    }


# ---------------------------------------------------------------- GeoJSON


def _encode_geojson(_: Path, layer: Layer, notes: Mapping[str, str]) -> bytes:
    """Write RFC 7946; numbers are written so that they are read back to the bit."""
    names = list(layer.columns)
    rows = zip(*layer.columns.values(), strict=True)
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(names, row, strict=True)),
            "geometry": _geometry(layer, shape),
        }
        for row, shape in zip(rows, layer.shapes, strict=True)
    ]
    document = {"type": "FeatureCollection", "name": layer.name, "serai": dict(notes)}
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features
    )
    head = json.dumps(document, ensure_ascii=False)[:-1]
    return f'{head}, "features": [\n{lines}\n]}}\n'.encode()


def _geometry(layer: Layer, shape: Shape) -> dict[str, object] | None:
    if not shape:
        return None
    if layer.kind == "point":
        return {"type": "Point", "coordinates": shape[0][0].tolist()}
    if len(shape) == 1:
        return {"type": "LineString", "coordinates": shape[0].tolist()}
    return {"type": "MultiLineString", "coordinates": [line.tolist() for line in shape]}


# ---------------------------------------------------------------- with GDAL and Arrow


def _to_frame(layer: Layer, where: str) -> Any:  # noqa: ANN401 - a GeoDataFrame
    """Return a GeoDataFrame; several lines in one row make all rows several lines."""
    geopandas = require_library("geopandas", where, "formats")
    shapely = require_library("shapely", where, "formats")
    is_multi = any(len(shape) > 1 for shape in layer.shapes)

    def make(shape: Shape) -> object:
        if not shape:
            return None
        if layer.kind == "point":
            return shapely.Point(shape[0][0])
        if is_multi:
            return shapely.MultiLineString(list(shape))
        return shapely.LineString(shape[0])

    columns = {name: _series(cells) for name, cells in layer.columns.items()}
    shapes = geopandas.GeoSeries([make(shape) for shape in layer.shapes], crs=CRS)
    return geopandas.GeoDataFrame(columns, geometry=shapes)


def _series(cells: Sequence[Cell]) -> pd.Series:
    """Return a column whose type holds all its cells, missing ones included."""
    known = [cell for cell in cells if cell is not None]
    if not known or any(isinstance(cell, str) for cell in known):
        return pd.Series(list(cells), dtype=object)
    if all(isinstance(cell, int) for cell in known):
        return pd.Series(list(cells), dtype="Int64")
    return pd.Series([np.nan if cell is None else cell for cell in cells], dtype=np.float64)


def _encode_geopackage(
    path: Path, layers: Sequence[Layer], styles: Mapping[str, str], notes: Mapping[str, str]
) -> bytes:
    where = str(path)
    pyogrio = require_library("pyogrio", where, "formats")
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.gpkg"
        for layer in layers:
            pyogrio.write_dataframe(
                _to_frame(layer, where), draft, layer=layer.name, driver="GPKG",
                geometry_type=_geometry_type(layer), layer_metadata=dict(notes),
            )  # fmt: skip
        if styles:
            _add_styles(draft, styles)
        return draft.read_bytes()


def _geometry_type(layer: Layer) -> str:
    if layer.kind == "point":
        return "Point"
    return "MultiLineString" if any(len(shape) > 1 for shape in layer.shapes) else "LineString"


def _add_styles(draft: Path, styles: Mapping[str, str]) -> None:
    """Add the table in which QGIS keeps styles, as QGIS itself makes it."""
    with contextlib.closing(sqlite3.connect(draft)) as database:
        database.execute(STYLE_TABLE)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', 'styles of QGIS')"
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "ui) VALUES ('', '', ?, 'geom', ?, ?, '', 1, 'made by Serai', '', '')",
            [(name, name, style) for name, style in styles.items()],
        )
        database.commit()


def _encode_geoparquet(path: Path, layer: Layer, notes: Mapping[str, str]) -> bytes:
    frame = _to_frame(layer, str(path))
    parquet = require_library("pyarrow.parquet", str(path), "formats")
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.parquet"
        frame.to_parquet(draft, index=False)
        table = parquet.read_table(draft)
        said = {b"serai": json.dumps(dict(notes)).encode(), **table.schema.metadata}
        parquet.write_table(table.replace_schema_metadata(said), draft)
        return draft.read_bytes()
