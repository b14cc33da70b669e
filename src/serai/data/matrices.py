"""Matrices in the open matrix format (OMX), read, and what demand they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from serai.data.own import read_folder
from serai.domain.layers import Matrices
from serai.domain.ranged import FloatArray
from serai.errors import DataError, ScenarioError, require_library, state_fault

__all__ = ["ReadDemand", "demand_of_matrices", "read_matrices"]

YEAR: Final = "year"
FIRST_YEAR: Final = 2019
LAST_YEAR: Final = 2040
FIGURES: Final = re.compile(r"^(?P<class_id>.+?)(?:_(?P<unit>teu|t)_yr)?$")
"""Name of a matrix of demand: a class, with or without its unit."""


def read_matrices(path: Path) -> Matrices:
    """
    Read a file of matrices, whatever program wrote it.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    matrices
        In the order of the file. Entries of lookups are text, whole numbers without a point.

    Raises
    ------
    ScenarioError
        The library is not installed.
    DataError
        The file cannot be read, or matrices and lookups are not what they should be; all faults
        are named.
    """
    openmatrix = require_library("openmatrix", str(path), "formats")
    tables = require_library("tables", str(path), "formats")
    if not path.is_file():
        raise DataError(state_fault(str(path), "no such file", "an OMX file", "check the path"))
    try:
        with openmatrix.open_file(str(path), "r") as file:
            return _read(path, file)
    except tables.HDF5ExtError as error:
        got, then = "a file that is no HDF5, or cut short", "write it anew"
        raise DataError(state_fault(path.name, got, "an OMX file", then)) from error


def _read(path: Path, file: Any) -> Matrices:  # noqa: ANN401 - an open file
    faults: list[str] = []
    nodes = {node._v_name: node for node in _arrays(file, "data")}  # noqa: SLF001 - their name
    if not nodes:
        wanted = "matrices in the group /data"
        raise DataError(state_fault(path.name, "no matrices", wanted, "check what wrote the file"))
    values = {}
    for name, node in nodes.items():
        where = f"{path.name}, matrix {name}"
        if len(node.shape) != 2 or node.shape[0] != node.shape[1]:  # noqa: PLR2004 - rows, columns
            got = f"{' x '.join(map(str, node.shape))} cells"
            faults.append(state_fault(where, got, "a square matrix", "check what wrote the file"))
        elif np.dtype(node.dtype).kind not in "iuf":
            faults.append(state_fault(where, f"cells of type {node.dtype}", "numbers", "correct"))
        else:
            values[name] = np.array(node.read(), dtype=np.float64)
    sizes = {len(matrix) for matrix in values.values()}
    if len(sizes) > 1:
        got = f"matrices of {', '.join(map(str, sorted(sizes)))} zones"
        faults.append(state_fault(path.name, got, "one size", "write one file for each"))
    lookups = {}
    for node in _arrays(file, "lookup"):
        name = node._v_name  # noqa: SLF001 - their name
        lookups[name] = tuple(_say(entry) for entry in node.read().ravel().tolist())
        if len(sizes) == 1 and len(lookups[name]) not in sizes:
            got, wanted = f"{len(lookups[name])} entries", f"{min(sizes)}, one for each zone"
            where = f"{path.name}, lookup {name}"
            faults.append(state_fault(where, got, wanted, "check what wrote the file"))
    if faults:
        raise DataError(faults)
    attributes = file.root._v_attrs  # noqa: SLF001 - their name
    notes = {key: _say(attributes[key]) for key in attributes._v_attrnamesuser}  # noqa: SLF001
    units = {name: _say(node.attrs["unit"]) for name, node in nodes.items()
             if "unit" in node.attrs}  # fmt: skip
    return Matrices(values=values, lookups=lookups, units=units, notes=notes)


def _arrays(file: Any, group: str) -> list[Any]:  # noqa: ANN401 - an open file
    return list(file.list_nodes(f"/{group}", "Array")) if group in file.root else []


def _say(entry: object) -> str:
    if isinstance(entry, bytes):
        return entry.decode("utf-8")
    item = entry.item() if isinstance(entry, np.generic) else entry
    return str(int(item)) if isinstance(item, float) and item.is_integer() else str(item)


# ---------------------------------------------------------------- demand


class ReadDemand(NamedTuple):
    """Rows of the table of demand, as text."""

    rows: list[dict[str, str]]
    notes: list[str]
    keys: frozenset[tuple[str, str]]
    """Class and year of each matrix: rows of the table that these replace."""


def demand_of_matrices(
    matrices: Matrices, folder: Path, *, source: str, year: int | None
) -> ReadDemand:
    """
    Return the trade between regions that matrices of demand stand for.

    Parameters
    ----------
    matrices
        One per class, named as the class, in its unit a year; cells that are empty count 0.
    folder
        Tables with the zones and the classes.
    source
        What the matrices were read from.
    year
        Year of the demand; the file's own attribute `year` if left out.

    Returns
    -------
    demand
        Cells between zones are summed to their regions; no range is known.

    Raises
    ------
    ScenarioError
        No year is known.
    DataError
        Names are no classes, no lookup names zones, or cells are below 0; all faults are named.
    """
    tables = read_folder(folder)
    classes = dict(zip(tables["classes"].class_id, tables["classes"].unit, strict=True))
    of_year = _year(matrices, source, year)
    faults: list[str] = []
    regions, note = _regions(matrices, tables["zones"], source, faults)
    rows, keys = [], set()
    for name, cells in matrices.values.items():  # noqa: PD011 - a mapping of ours
        class_id = _class_of(name, classes, source, faults)
        if np.nanmin(cells, initial=0.0) < 0.0 or np.isinf(cells).any():
            where = f"{source}, matrix {name}"
            faults.append(state_fault(where, "cells below 0, or infinite", "0 or more", "correct"))
        if class_id is None or faults:
            continue
        keys.add((class_id, str(of_year)))
        known = {"class_id": class_id, "unit": classes[class_id], "year": str(of_year)}
        rows += _rows(np.nan_to_num(cells), regions, known)
    if faults:
        raise DataError(faults)
    told = f"imported from {source}"
    return ReadDemand([row | {"note": told} for row in rows], [note], frozenset(keys))


def _year(matrices: Matrices, source: str, year: int | None) -> int:
    text = str(year) if year is not None else matrices.notes.get(YEAR, "")
    if text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    got = f"year {text}" if text else "no year"
    wanted = f"the year of the demand, {FIRST_YEAR} to {LAST_YEAR}"
    raise ScenarioError(state_fault(source, got, wanted, "say it: --year YEAR"))


def _regions(
    matrices: Matrices, zones: pd.DataFrame, source: str, faults: list[str]
) -> tuple[list[str], str]:
    """Return the region of each row, by the lookup that names zones or regions."""
    by_zone = dict(zip(zones.zone_id, zones.region, strict=True))
    known = {"zones": by_zone, "regions": {region: region for region in by_zone.values()}}
    wanted = "a lookup of ids of zones.csv, or of their regions"
    if not matrices.lookups:
        then = "add a lookup: the order of the zones is not known without"
        faults.append(state_fault(source, "no lookup", wanted, then))
        return [], ""
    lost: dict[str, tuple[str, ...]] = {}
    for name, ids in matrices.lookups.items():
        twice = sorted({one for one in ids if ids.count(one) > 1})
        for what, region_of in known.items():
            if not twice and all(one in region_of for one in ids):
                note = f"lookup {name} names {what}"
                summed = "; their cells are summed by region" if what == "zones" else ""
                return [region_of[one] for one in ids], note + summed
        lost[name] = tuple(twice or (one for one in ids if one not in by_zone))
    for name, ids in lost.items():
        more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""  # noqa: PLR2004
        told = f"{', '.join(ids[:5])}{more}"
        is_twice = matrices.lookups[name].count(ids[0]) > 1
        got = f"{told} twice" if is_twice else f"unknown zones: {told}"
        then = "add them to zones.csv, or correct the lookup"
        faults.append(state_fault(f"{source}, lookup {name}", got, wanted, then))
    return [], ""


def _class_of(name: str, classes: Mapping[str, str], source: str, faults: list[str]) -> str | None:
    found = FIGURES.match(name)
    class_id = name if name in classes else found["class_id"] if found else ""
    unit = "" if name in classes or not found else found["unit"] or ""
    where = f"{source}, matrix {name}"
    if class_id not in classes:
        wanted = f"the id of a class ({', '.join(classes)}), with or without its unit a year"
        then = "rename the matrix, or write only the demand"
        faults.append(state_fault(where, "no class of that name", wanted, then))
        return None
    if unit and unit != classes[class_id].lower():
        wanted = f"{class_id}_{classes[class_id].lower()}_yr"
        faults.append(state_fault(where, f"unit {unit}", wanted, "convert the cells"))
        return None
    return class_id


def _rows(values: FloatArray, regions: list[str], known: Mapping[str, str]) -> list[dict[str, str]]:
    """Sum by region and return what is not nothing."""
    ids, index = np.unique(np.array(regions), return_inverse=True)
    summed = np.zeros((len(ids), len(ids)))
    np.add.at(summed, (index[:, None], index[None, :]), values)
    amounts = {(o, d): repr(float(summed[o, d])) for o, d in np.argwhere(summed).tolist()}
    return [
        {"origin_region": str(ids[o]), "dest_region": str(ids[d]), **known,
         **dict.fromkeys(("value", "low", "high"), amount),
         "grade": "assumed", "basis": "", "source_ids": ""}
        for (o, d), amount in amounts.items()
    ]  # fmt: skip
