"""What reading GMNS tables is made of: rows, ranges, and what is found wrong on the way."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from serai.data.findings import Finding
from serai.data.gmns_words import CENTROID
from serai.data.schema import read_schema
from serai.errors import state_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]

__all__ = ["CARRIED", "LINK_VALUES", "Row", "Work", "build_frame", "carry", "great_circle_km",
           "is_door", "low_high", "rows_of", "with_range"]  # fmt: skip

CARRIED: Final = "gmns"
"""Column of places, links and zones with the cells of GMNS that have no column of their own."""

LINK_VALUES: Final = ("free_time_h", "dwell_h", "cost_usd_teu", "cost_usd_t")


@dataclass(slots=True)
class Work:
    """What is known so far."""

    nodes: dict[str, Row]
    modes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Modes of the line-haul that meets at each node."""
    faults: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, where: str, got: str, wanted: str, then: str) -> None:
        """
        Add a fault.

        Parameters
        ----------
        where
            File, row and column.
        got
            What stands there.
        wanted
            What would be accepted.
        then
            What to do next.
        """
        self.faults.append(state_fault(where, got, wanted, then))

    def warn(self, check: str, where: str, got: str, wanted: str, then: str) -> None:
        """
        Add a warning.

        Parameters
        ----------
        check
            Name of the check.
        where
            File and column.
        got
            What stands there.
        wanted
            What would be better.
        then
            What to do next.
        """
        self.findings.append(
            Finding(check=check, where=where, got=got, wanted=wanted, then=then,
                    severity="warning")
        )  # fmt: skip


def low_high(name: str) -> tuple[str, str]:
    """
    Return the names of the columns with the range of a value.

    Parameters
    ----------
    name
        Name of the value's column, such as `cost_usd_teu` or `value`.
    """
    for stem in ("free_time", "dwell", "cost", "capacity", "speed"):
        if name.startswith(f"{stem}_"):
            unit = name.removeprefix(stem)
            return f"{stem}_low{unit}", f"{stem}_high{unit}"
    return (f"{name}_low", f"{name}_high") if name != "value" else ("low", "high")


def build_frame(name: str, rows: Iterable[Row], file: str) -> pd.DataFrame:
    """
    Return rows as a typed table of the model.

    Parameters
    ----------
    name
        Name of the table.
    rows
        Cells by column; what is left out is empty. `row` is the line in the file.
    file
        Where they come from, for messages.
    """
    rows = list(rows)
    columns = read_schema()[name].columns
    whole = {c.name: np.float64 if c.is_number else object for c in columns.values()}
    carried = {CARRIED: object} if any(CARRIED in row for row in rows) else {}
    data = {
        column: np.array(
            [row.get(column, math.nan if dtype is np.float64 else "") for row in rows], dtype=dtype
        )
        for column, dtype in (whole | carried).items()
    }
    frame = pd.DataFrame(data, index=pd.Index([int(row.get("row", 1)) for row in rows], name="row"))
    for c in columns.values():
        if c.dtype == "int" and c.required == "yes":
            frame[c.name] = frame[c.name].astype(np.int64)
    frame.attrs["file"] = file
    return frame


def rows_of(table: pd.DataFrame) -> list[Row]:
    """
    Return the rows of a table with the line of each as `row`.

    Parameters
    ----------
    table
        As `read_tables` returns it.
    """
    lines = table.index.tolist()
    rows: list[Row] = table.to_dict("records")  # type: ignore[assignment]
    return [{**row, "row": line} for row, line in zip(rows, lines, strict=True)]


def _text(cell: object) -> str:
    """Return a cell as it would stand in a file."""
    if isinstance(cell, float):
        return "" if math.isnan(cell) else repr(int(cell) if cell.is_integer() else cell)
    return str(cell)


def carry(row: Row) -> str:
    """
    Return the filled cells of a GMNS row as text, sorted by column.

    Parameters
    ----------
    row
        Its cells.
    """
    told = {k: _text(v) for k, v in row.items() if k != "row"}
    return json.dumps({k: v for k, v in sorted(told.items()) if v}, ensure_ascii=False)


def great_circle_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """
    Return the length of the great circle between two points.

    Parameters
    ----------
    start
        [deg] Longitude and latitude.
    end
        [deg] Longitude and latitude.

    Returns
    -------
    length
        [km] On a sphere of 6371 km.
    """
    (x1, y1), (x2, y2) = (np.radians(point) for point in (start, end))
    half = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    return float(2 * 6371.0 * np.arcsin(np.sqrt(min(half, 1.0))))


def is_door(node: Row) -> bool:
    """
    Say whether goods start and end at a node and never pass it.

    Parameters
    ----------
    node
        Its cells.
    """
    return bool(node["mode"] == "door" or (node["node_type"] == CENTROID and not node["mode"]))


def with_range(given: Row, name: str, range_pct: float) -> Row:
    """
    Return a value with its range: its own, that of the row, or none.

    Parameters
    ----------
    given
        Cells of the row.
    name
        Column of the value.
    range_pct
        [%], >= 0. How far any number of the row may be off; NaN if nothing is said.
    """
    low, high = (name.replace("time_h", f"time_{w}_h") if name == "time_h" else n
                 for w, n in zip(("low", "high"), low_high(name), strict=True))  # fmt: skip
    value = given[name]
    off = 0.0 if math.isnan(range_pct) else range_pct / 100.0
    bounds = [given.get(low, math.nan), given.get(high, math.nan)]
    for i, factor in enumerate((1.0 - off, 1.0 + off)):
        if math.isnan(bounds[i]):
            bounds[i] = value if factor == 1.0 else float(f"{value * factor:.12g}")
    return {name: value, low: bounds[0], high: bounds[1]}
