"""Closures and seasons by date, as the tables say them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from serai.data.load import PACK
from serai.data.schema import read_schema
from serai.data.tables import read_tables, split_list
from serai.domain.calendar import Calendar, Spell
from serai.errors import DataError, state_fault

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_calendar"]

SOME_YEAR = 2001
"""A year without a leap day, for days of a season."""


def read_calendar(folder: Path = PACK) -> Calendar:
    """
    Return closures and seasons by date.

    Parameters
    ----------
    folder
        The tables; where they have none of dates, nothing is known of dates.

    Returns
    -------
    calendar
        Spells, and resources with a season that has no dates.

    Raises
    ------
    DataError
        A table has faults, or a row is neither a closure nor a season; all are named.
    """
    schema = read_schema()
    wanted = {name: schema[name] for name in ("calendar", "closures", "resources")}
    tables = read_tables(folder, schema=wanted)
    resources = tables["resources"]
    seasons = dict(zip(resources.resource_id, resources.seasonal_note, strict=True))
    faults: list[str] = []
    spells = list(_spells(tables, faults)) if "calendar" in tables else []
    if faults:
        raise DataError(faults)
    dated = {r for spell in spells for r in spell.resources}
    undated = {r: note for r, note in seasons.items() if note and r not in dated}
    return Calendar(spells=tuple(spells), undated=undated)


def _spells(tables: dict[str, pd.DataFrame], faults: list[str]) -> Iterator[Spell]:
    closures = tables.get("closures")
    known = {} if closures is None else {row.closure_id: row for row in closures.itertuples()}
    for row in tables["calendar"].itertuples():
        where = f"calendar.csv row {row.Index} ({row.spell_id})"
        resources = split_list(row.resource_ids)
        if bool(row.closure_id) == bool(resources):
            got = "both" if resources else "neither"
            faults.append(state_fault(where, f"{got} of closure_id and resource_ids",
                                      "one of them", "fill in one and empty the other"))  # fmt: skip
            continue
        if row.closure_id and row.closure_id not in known:
            faults.append(state_fault(where, f"closure_id {row.closure_id}", "a row of closures.csv",
                                      "add it or remove this row"))  # fmt: skip
            continue
        if row.closure_id:
            closure = known[row.closure_id]
            what, first, last = closure.what, closure.date_from, closure.date_to
            days = [_full_day(first, last=False), _full_day(last, last=True)]
        else:
            what = row.note or row.spell_id
            days = [_season_day(cell) for cell in (row.day_from, row.day_to)]
        first_day, last_day = days
        if first_day is None or last_day is None:
            got = f"{row.day_from or 'nothing'} to {row.day_to or 'nothing'}"
            faults.append(state_fault(where, got, "two days, MM-DD", "correct them"))
            continue
        if not row.closure_id and last_day < first_day:
            last_day = last_day.replace(year=SOME_YEAR + 1)
        yield Spell(
            id=row.spell_id, what=what, closure_id=row.closure_id, resources=resources,
            first=first_day, last=last_day, share=float(row.share), grade=row.grade,
            source_ids=split_list(row.source_ids),
        )  # fmt: skip


def _season_day(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{SOME_YEAR}-{text}")
    except ValueError:
        return None


def _full_day(text: str, *, last: bool) -> date | None:
    """Read a date or its beginning: the first day of the year or month, or the last."""
    parts = text.split("-")
    try:
        if len(parts) == 3:  # noqa: PLR2004 - year, month and day
            return date.fromisoformat(text)
        year, month = int(parts[0]), int(parts[1]) if len(parts) > 1 else 0
        if not last:
            return date(year, month or 1, 1)
        after = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
        return after - timedelta(days=1)
    except ValueError:
        return None
