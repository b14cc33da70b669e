"""The evidence register: every number of the tables as a row of its own, with where it is from."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from serai.data.schema import NUMBER_ROLES, read_schema
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from serai.data.schema import Table

    Tables = Mapping[str, pd.DataFrame]

SOURCE_TABLES: Final = ("sources", "facts", "events", "ties")
"""Tables whose ids a `source_ids` cell may name."""

TOPIC_COLUMNS: Final = ("topic", "dimension", "sectors")
"""Columns that say what a row is about in one word or two."""

PLACE_KEY: Final = ("places", "place_id")
RESOURCE_KEY: Final = ("resources", "resource_id")

_SOURCE_FIELDS: Final = {
    "title": ("title", "source_title"),
    "publisher": ("publisher", "source_publisher"),
    "date": ("date", "source_date"),
    "url": ("url", "source_url"),
    "note": ("note",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One number of the tables, with all that is known about it."""

    id: str
    """Table, key and column, e.g. `links.KZAAU-AZALA.fd.free_time_h`."""
    table: str
    key: str
    """Key of the table's row; parts joined by `/`."""
    column: str
    row: int
    """Line in the file, the heading being line 1."""
    what: str
    """What the row is about, in words."""
    meaning: str
    """What the column means."""
    role: str
    """`value` (has a band, may be varied), `context`, `coordinate` or `year`."""
    value: float
    low: float
    """NaN where there is no band."""
    high: float
    unit: str
    year: str
    """Year the number is for; empty where it is for any."""
    places: tuple[str, ...]
    """Ids of the places its row names."""
    source_ids: tuple[str, ...]
    grade: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that numbers cite."""

    id: str
    table: str
    title: str
    publisher: str
    date: str
    url: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Register:
    """Every number of a set of tables, ready to be looked up."""

    rows: Mapping[str, EvidenceRow]
    """By id, in the order of the tables."""
    groups: Mapping[str, tuple[str, ...]]
    """Ids of the numbers of one table row, by `table.key`; of all years of it, without the year."""
    at_place: Mapping[str, tuple[str, ...]]
    """Ids of the numbers whose row names a place, by the place's id."""
    texts: Mapping[str, str]
    """Words of each table row in lower case, by `table.key`."""
    topics: Mapping[str, str]
    """Topic of each table row that has one, in lower case, by `table.key`."""
    names: Mapping[str, str]
    """Names of the places, by id."""
    sources: Mapping[str, Source]


SELECTORS: Final = ("resources", "between", "places", "countries", "kinds", "link_ids")
"""Columns of an effect that say where it acts."""


MANY: Final = 4
"""So many links or places of an effect are counted, not named."""


def build_register(tables: Tables, *, schema: Mapping[str, Table] | None = None) -> Register:
    """
    Return the register of all numbers in the tables.

    Parameters
    ----------
    tables
        As `read_tables` returns them.
    schema
        The data dictionary; the package's own if not given.

    Returns
    -------
    register
        One row per filled cell of every column whose role is a number.
    """
    schema = read_schema() if schema is None else schema
    names = dict(zip(tables["places"]["place_id"], tables["places"]["name"], strict=True))
    drawn = _find_resource_places(tables)
    rows: dict[str, EvidenceRow] = {}
    texts: dict[str, str] = {}
    topics: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name, frame in tables.items():
        cells: dict[str, list[Any]] = {column: frame[column].tolist() for column in frame.columns}
        keys = _list_keys(schema[name], cells)
        places = _list_places(schema[name], cells, drawn)
        if name == "effects":
            owners = dict(zip(keys, cells["owner_id"], strict=True))
        about = list(zip(keys, _name_rows(cells, keys, names), places, strict=True))
        rows |= {row.id: row for row in _read_rows(schema[name], frame.index, cells, about)}
        words = [cells[c.name] for c in schema[name].columns.values() if not c.is_number]
        for key, found in zip(keys, zip(*words, strict=True), strict=True):
            texts[f"{name}.{key}"] = " ".join(filter(None, found)).casefold()
        for column in filter(cells.__contains__, TOPIC_COLUMNS):
            topics |= {
                f"{name}.{k}": c.casefold() for k, c in zip(keys, cells[column], strict=True)
            }
    groups: defaultdict[str, list[str]] = defaultdict(list)
    at_place: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        groups[f"{row.table}.{row.key}"].append(row.id)
        if row.key.endswith(f"/{row.year}"):
            groups[f"{row.table}.{row.key.removesuffix(f'/{row.year}')}"].append(row.id)
        if row.table == "effects":
            owner = owners[row.key]
            for table in ("effects", "projects", "measures", "closures"):
                groups[f"{table}.{owner}"].append(row.id)
        for place in row.places:
            at_place[place].append(row.id)
    return Register(
        rows=rows,
        groups={key: tuple(ids) for key, ids in groups.items()},
        at_place={place: tuple(ids) for place, ids in at_place.items()},
        texts=texts,
        topics=topics,
        names=names,
        sources=_read_sources(tables),
    )


def _list_keys(table: Table, cells: Mapping[str, list[Any]]) -> list[str]:
    """Return the key of each row, its parts joined by `/`."""
    parts = [map(str, cells[name]) for name in table.key]
    return ["/".join(key) for key in zip(*parts, strict=True)]


def _find_resource_places(tables: Tables) -> dict[str, list[str]]:
    """Return the places at the ends of the links that draw on each resource."""
    links = tables["links"]
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for names, *ends in zip(
        links["resource_ids"], links["from_place"], links["to_place"], strict=True
    ):
        for name in split_list(names):
            found[name] |= dict.fromkeys(ends)
    return {name: list(places) for name, places in found.items()}


def _list_places(
    table: Table, cells: Mapping[str, list[Any]], drawn: Mapping[str, list[str]]
) -> list[tuple[str, ...]]:
    """Return the places that each row names, by itself or through the resources it names."""
    named: list[list[Sequence[str]]] = [[()] * len(cells[table.key[0]])]
    for column in table.columns.values():
        if PLACE_KEY in (*column.key, (table.name, column.name)):
            named.append([split_list(cell) for cell in cells[column.name]])
        elif table.name != "links" and RESOURCE_KEY in (*column.key, (table.name, column.name)):
            named.append(
                [
                    [place for name in split_list(cell) for place in drawn.get(name, ())]
                    for cell in cells[column.name]
                ]
            )
    return [
        tuple(dict.fromkeys(p for part in row for p in part)) for row in zip(*named, strict=True)
    ]


def _name_rows(
    cells: Mapping[str, list[Any]], keys: list[str], names: Mapping[str, str]
) -> list[str]:
    """Return what each row is about, in words."""
    if "from_place" in cells:
        ends = zip(cells["from_place"], cells["to_place"], cells["kind"], strict=True)
        return [f"{names[tail]} – {names[head]}, {kind}" for tail, head, kind in ends]
    if "place_id" in cells and "zone_id" in cells and "name" not in cells:
        return [
            f"{zone} – {names[at]}"
            for zone, at in zip(cells["zone_id"], cells["place_id"], strict=True)
        ]
    if "owner_id" in cells:
        where = [name for name in SELECTORS if name in cells]
        said = zip(cells["owner_id"], cells["quantity"], cells["operation"], strict=True)
        return [
            f"{owner}: {quantity} {operation} on " + " and ".join(
                ", ".join(items) if len(items) < MANY else f"{len(items)} of {name}"
                for name in where if (items := split_list(cells[name][i]))
            )
            for i, (owner, quantity, operation) in enumerate(said)
        ]  # fmt: skip
    if "label" in cells:
        return cells["label"]
    if "metric" in cells:
        return [
            f"{at}: {metric}"
            for at, metric in zip(
                cells.get("place", cells.get("country", keys)), cells["metric"], strict=True
            )
        ]
    return next((cells[name] for name in ("name", "what", "title") if name in cells), keys)


def _read_rows(
    table: Table,
    lines: Iterable[int],
    cells: Mapping[str, list[Any]],
    about: list[tuple[str, str, tuple[str, ...]]],
) -> Iterator[EvidenceRow]:
    """Yield the numbers of one table; `about` has the key, the words and the places of each row."""
    n = len(about)
    none, nan = [""] * n, [math.nan] * n
    keys = [key for key, _, _ in about]
    years = cells.get("year", cells.get("valid_from_year", none))
    grades = ["observed"] * n if table.is_evidence else cells.get("grade", none)
    notes = cells.get("note", none)
    for column in table.columns.values():
        if column.role not in NUMBER_ROLES or column.name in table.key:
            continue
        bands = cells.get(column.low, nan), cells.get(column.high, nan)
        units = cells[column.unit[1:]] if column.unit.startswith("@") else [column.unit] * n
        cited = keys if table.is_evidence else cells.get(column.sources, none)
        numbers = zip(cells[column.name], *bands, units, years, strict=True)
        evidence = zip(cited, grades, notes, strict=True)
        for line, (key, what, places), number, (source, grade, note) in zip(
            lines, about, numbers, evidence, strict=True
        ):
            value, low, high, unit, year = number
            if math.isnan(value):
                continue
            yield EvidenceRow(
                id=f"{table.name}.{key}.{column.name}",
                table=table.name,
                key=key,
                column=column.name,
                row=line,
                what=what,
                meaning=column.meaning,
                role=column.role,
                value=value,
                low=low,
                high=high,
                unit=unit,
                year=str(year),
                places=places,
                source_ids=split_list(source),
                grade=grade,
                note=note,
            )


def _read_sources(tables: Tables) -> dict[str, Source]:
    """Return everything that a `source_ids` cell may name."""
    found = {}
    for table in filter(tables.__contains__, SOURCE_TABLES):
        frame = tables[table]
        texts = {
            field: frame[next(name for name in names if name in frame.columns)].tolist()
            for field, names in _SOURCE_FIELDS.items()
        }
        for at, key in enumerate(frame.iloc[:, 0]):
            found[key] = Source(id=key, table=table, **{f: cells[at] for f, cells in texts.items()})
    return found
