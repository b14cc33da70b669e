"""What a map program calls a layer, and what a matrix file holds: values without their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, freeze
from serai.domain.results import Result

__all__ = ["GIS_SUFFIXES", "Cell", "ExportResult", "ImportResult", "Layer", "Line",
           "Matrices", "Shape", "files_of_layers"]  # fmt: skip

GIS_SUFFIXES: Final = (".gpkg", ".parquet", ".geojson")
"""Suffixes of the files that hold layers."""

Line = NDArray[np.float64]
"""[deg], shape (n_points, 2). Longitude and latitude, WGS 84 (EPSG:4326)."""

Shape = tuple[Line, ...]
"""A point (one line of one point), a line, or several lines; nothing where there is none."""

Cell = str | int | float | None
"""A value of a row; None where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """Rows with a shape each; every column has shape (n_rows,)."""

    name: str
    kind: Literal["point", "line"]
    columns: Mapping[str, tuple[Cell, ...]]
    shapes: tuple[Shape, ...]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.shapes)


def files_of_layers(path: Path, names: Sequence[str]) -> dict[str, Path]:
    """
    Return the file of each layer: one for all, or one each where a format holds a single layer.

    Parameters
    ----------
    path
        The file that was asked for; it holds the first layer.
    names
        Names of the layers.

    Examples
    --------
    >>> [str(one) for one in files_of_layers(Path("net.geojson"), ["links", "nodes"]).values()]
    ['net.geojson', 'net.nodes.geojson']
    """
    if path.suffix.lower() == ".gpkg":
        return dict.fromkeys(names, path)
    beside = {name: path.with_name(f"{path.stem}.{name}{path.suffix}") for name in names[1:]}
    return {names[0]: path, **beside}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matrices:
    """Square matrices of one size, and the names of their rows and columns."""

    values: Mapping[str, FloatArray]
    """By name, shape (n_zones, n_zones): from the zone of the row to that of the column."""
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By name of the lookup, the ids of the zones in their order."""
    units: Mapping[str, str] = field(default_factory=dict)
    """By name of the matrix, its unit, where it is known."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What else is said about all of them: scenario, year, version, hashes of the tables."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for array in self.values.values():
            freeze(array)


class ExportResult(Result):
    """What was written."""

    what: str
    """network, flows, routes, skims or demand."""
    scenario: str
    """Name of the scenario; the network is that of the tables, whatever the scenario."""
    year: int
    """Year of demand and prices."""
    files: list[str]
    """Paths of the files."""
    contents: dict[str, int]
    """Rows by layer or table, zones by set of matrices, nodes and edges of a graph."""
    left_out: str
    """What is in the run and not in the file; empty if it is all there."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the data."""


class ImportResult(Result):
    """What was read, and into which tables it went."""

    file: str
    """What was read."""
    folder: str
    """Folder of tables."""
    rows: dict[str, int]
    """Rows written, by table."""
    from_package: list[str]
    """Tables that neither the file nor the folder had: copied from the package."""
    notes: list[str]
    """What a reader should know: lookups that were used, cells that were summed."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the package's data."""
