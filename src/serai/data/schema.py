"""
The data dictionary: which tables and columns there are, with units, bounds, keys and roles.

It is one table, `schema.csv`, which feeds the reader, the checks, the evidence register and the
reference page. A row without a column describes the table itself: whether a folder must have it,
and its key columns.
"""

from __future__ import annotations

import csv
import math
import re
import sys
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from serai.errors import DataError, state_fault
from serai.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DTYPES: Final = ("text", "list", "date", "int", "float")
FILLED: Final = ("yes", "band", "no")
ROLES: Final = ("id", "value", "low", "high", "coordinate", "year", "text", "context")
NUMBER_ROLES: Final = ("value", "context", "coordinate", "year")
"""Roles whose every cell is a row of the evidence register."""

_INTERVAL: Final = re.compile(r"([\[(])(\S+), (\S+)([\])])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """An interval a number must lie in."""

    text: str
    low: float
    high: float
    is_low_open: bool
    is_high_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    table: str
    name: str
    dtype: str
    """`text`, `list` (of texts, joined by `;`), `date`, `int` or `float`."""
    unit: str
    """Empty for texts; `@unit` where the row names its unit in the column `unit`."""
    required: str
    """`yes`, `no`, or `band`: the column must be there, a cell is filled when its value is."""
    bounds: Bounds | None
    allowed: tuple[str, ...]
    """Words a cell, or an item of a list, may be; empty for any."""
    key: tuple[tuple[str, str], ...]
    """(table, column) pairs; each cell or item must be found in one of them."""
    role: str
    low: str
    """Column with the lowest defensible value, of a column whose role is `value`."""
    high: str
    sources: str
    """Column with the sources of this number."""
    exact: tuple[float, ...]
    """Numbers that are exact by definition, hence need no band even where the row is assumed."""
    meaning: str

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers."""
        return self.dtype in ("int", "float")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: a file, its columns and its key."""

    name: str
    is_required: bool
    """Whether a folder without it is refused."""
    needs_rows: bool
    """Whether it is refused when it has no rows."""
    is_evidence: bool
    """Whether its rows are sources themselves and need no grade or source."""
    is_open: bool
    """Whether it may have columns of other programs, which are kept as they are."""
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    meaning: str


def read_schema() -> Mapping[str, Table]:
    """
    Return the data dictionary that ships with the package.

    Returns
    -------
    schema
        Tables by name, in the order of the file.
    """
    return build_schema(_rows_of("schema.csv"))


def read_gmns_schema() -> Mapping[str, Table]:
    """
    Return the dictionary of somebody's own network: GMNS tables, with any other table beside them.

    Returns
    -------
    schema
        Tables by name: those of GMNS in place of places, links, zones and demand; only `node` and
        `link` must be there. Parameters are read on their own: a network says what differs.
    """
    own = _rows_of("gmns.csv")
    renamed = {"places.place_id": "node.node_id|node.place_id", "zones.zone_id": "zone.zone_id",
               "zones.region": "zone.super_zone|zone.zone_id",
               "links.link_id": "", "links.passage": ""}  # fmt: skip
    # What an effect selects of links is checked once they are made.
    others = [
        {**row, "key": "|".join(renamed.get(key, key) for key in row["key"].split("|"))}
        | ({} if row["column"] else {"required": "no"})
        for row in _rows_of("schema.csv")
        if row["table"]
        not in {"places", "links", "zones", "params", *(one["table"] for one in own)}
    ]
    return build_schema([*own, *others])


def _rows_of(name: str) -> list[dict[str, str]]:
    text = files("serai.data").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def build_schema(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Table]:
    """
    Return the tables that the rows of a data dictionary describe.

    Parameters
    ----------
    rows
        Cells by the columns of `schema.csv`; a table's own row comes before its columns.

    Returns
    -------
    schema
        Tables by name.

    Raises
    ------
    DataError
        A row contradicts another or uses a word that has no meaning here.
    """
    heads: dict[str, Mapping[str, str]] = {}
    columns: dict[str, dict[str, Column]] = {}
    for row in rows:
        if row["column"]:
            columns[row["table"]][row["column"]] = _build_column(row)
        else:
            heads[row["table"]] = row
            columns[row["table"]] = {}
    schema = {
        name: Table(
            name=name,
            is_required=head["required"] != "no",
            needs_rows=head["required"] == "rows",
            is_evidence=head["role"] == "evidence",
            is_open=head["role"] == "gmns",
            key=tuple(head["key"].split(";")),
            columns=MappingProxyType(columns[name]),
            meaning=head["meaning"],
        )
        for name, head in heads.items()
    }
    if faults := [fault for table in schema.values() for fault in _find_faults(table, schema)]:
        raise DataError(faults)
    return MappingProxyType(schema)


def _build_column(row: Mapping[str, str]) -> Column:
    """Return one column from its row."""
    key = tuple(part.split(".") for part in row["key"].split("|") if part)
    return Column(
        table=row["table"],
        name=row["column"],
        dtype=row["dtype"],
        unit=row["unit"],
        required=row["required"],
        bounds=_read_bounds(row["bounds"]),
        allowed=tuple(row["allowed"].split("|")) if row["allowed"] else (),
        key=tuple((table, column) for table, column in key),
        role=row["role"],
        low=row["low"],
        high=row["high"],
        sources=row["sources"] or "source_ids",
        exact=tuple(float(number) for number in row["exact"].split("|") if number),
        meaning=row["meaning"],
    )


def _read_bounds(text: str) -> Bounds | None:
    """Return the interval that `text` writes, e.g. `(0, 1]`; None for none."""
    if not text:
        return None
    found = _INTERVAL.fullmatch(text)
    if found is None:
        raise DataError(
            state_fault("schema.csv bounds", repr(text), "an interval like (0, 1]", "correct it")
        )
    opening, low, high, closing = found.groups()
    return Bounds(
        text=text,
        low=float(low),
        high=float(high),
        is_low_open=opening == "(",
        is_high_open=closing == ")",
    )


def _find_faults(table: Table, schema: Mapping[str, Table]) -> list[str]:
    """Return what contradicts itself in the description of one table."""
    found = [
        (name, "a key column that is missing", "a column of the table")
        for name in table.key
        if name not in table.columns
    ]
    for column in table.columns.values():
        found += [
            (column.name, f"key {target}.{name}", "a column of the dictionary")
            for target, name in column.key
            if target not in schema or name not in schema[target].columns
        ]
        found += [
            (column.name, f"companion {other!r}", "a column of the table")
            for other in (column.low, column.high)
            if other and other not in table.columns
        ]
        rules = (
            (column.dtype in DTYPES, f"dtype {column.dtype!r}", " or ".join(DTYPES)),
            (column.role in ROLES, f"role {column.role!r}", " or ".join(ROLES)),
            (column.required in FILLED, f"required {column.required!r}", " or ".join(FILLED)),
            (column.is_number == (column.unit in UNITS), f"unit {column.unit!r}", "see UNITS"),
            (
                (column.role == "value") == bool(column.low and column.high),
                f"role {column.role!r}",
                "low and high columns, of values only",
            ),
        )
        found += [(column.name, got, wanted) for holds, got, wanted in rules if not holds]
    return [
        state_fault(f"schema.csv {table.name}.{name}", got, wanted, "correct the dictionary")
        for name, got, wanted in found
    ]


def describe_schema(schema: Mapping[str, Table]) -> str:
    """
    Return the reference page of the data dictionary.

    Parameters
    ----------
    schema
        Tables by name.

    Returns
    -------
    page
        Markdown.
    """
    return _describe_tables(schema, "Data dictionary", "schema.csv", "")


def describe_gmns() -> str:
    """
    Return the reference page of the tables of somebody's own network.

    Returns
    -------
    page
        Markdown.
    """
    own = {row["table"] for row in _rows_of("gmns.csv")}
    schema = {name: table for name, table in read_gmns_schema().items() if name in own}
    return _describe_tables(schema, "Tables of an own network (GMNS)", "gmns.csv", " gmns")


def _describe_tables(schema: Mapping[str, Table], title: str, file: str, word: str) -> str:
    command = f"python -m serai.data.schema{word}"
    lines = [
        f"# {title}",
        "",
        f"Made from `src/serai/data/{file}` by `{command}`; not to be edited.",
        "",
        "A table is a CSV file, UTF-8, one line of headings; a list in a cell is joined by `;`.",
        "A number has its lowest and highest defensible value beside it; they are filled together.",
        "Filled *yes*: never empty; *band*: filled when its value is; *no*: may be empty, and the",
        "column may be missing.",
        "",
        "| table | a folder must have it | key | what |",
        "|---|---|---|---|",
    ]
    for table in schema.values():
        must = "yes" if table.is_required else "no"
        key = ", ".join(f"`{name}`" for name in table.key)
        lines.append(f"| [{table.name}](#{table.name}) | {must} | {key} | {table.meaning} |")
    for table in schema.values():
        lines += ["", f"## {table.name}", "", table.meaning, ""]
        lines += ["| column | type | unit | filled | role | may be | meaning |"]
        lines += ["|---|---|---|---|---|---|---|"]
        lines += [_describe_column(column) for column in table.columns.values()]
    lines += ["", "## Units", "", "| unit | meaning |", "|---|---|"]
    lines += [f"| {unit} | {meaning} |" for unit, meaning in UNITS.items()]
    return "\n".join(lines) + "\n"


def _describe_column(column: Column) -> str:
    """Return a column's line of the reference page."""
    may_be = [f"`{word}`" for word in column.allowed]
    if column.bounds and not (math.isinf(column.bounds.low) and math.isinf(column.bounds.high)):
        may_be.append(f"{column.bounds.text}")
    may_be += [f"→ {table}.{name}" for table, name in column.key]
    cells = (
        f"`{column.name}`",
        column.dtype,
        column.unit,
        column.required,
        column.role,
        ", ".join(may_be),
        column.meaning,
    )
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    wants_gmns = sys.argv[1:] == ["gmns"]
    sys.stdout.write(describe_gmns() if wants_gmns else describe_schema(read_schema()))
