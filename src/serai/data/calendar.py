"""Closures and seasons by date, as the tables say them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.tables import split_list
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
    tables = read_folder(folder, ("calendar", "closures", "resources"))
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
    known = {} if closures is None else closures.set_index("closure_id").to_dict("index")
    for line, row in tables["calendar"].to_dict("index").items():
        where = f"calendar.csv row {line} ({row['spell_id']})"
        closure_id, resources = str(row["closure_id"]), split_list(row["resource_ids"])
        if bool(closure_id) == bool(resources):
            got = f"{'both' if resources else 'neither'} of closure_id and resource_ids"
            then = "fill in one and empty the other"
            faults.append(state_fault(where, got, "one of them", then))
            continue
        if closure_id and closure_id not in known:
            got, wanted = f"closure_id {closure_id}", "a row of closures.csv"
            faults.append(state_fault(where, got, wanted, "add it or remove this row"))
            continue
        days, what = _days_of(row, known.get(closure_id))
        if days is None:
            got = f"{row['day_from'] or 'nothing'} to {row['day_to'] or 'nothing'}"
            faults.append(state_fault(where, got, "two days, MM-DD", "correct them"))
            continue
        yield Spell(
            id=str(row["spell_id"]), what=what, closure_id=closure_id, resources=resources,
            first=days[0], last=days[1], share=float(row["share"]), grade=str(row["grade"]),
            source_ids=split_list(row["source_ids"]),
        )  # fmt: skip


def _days_of(
    row: Mapping[Hashable, Any], closure: Mapping[Hashable, Any] | None
) -> tuple[tuple[date, date] | None, str]:
    """Return the first and the last day of a spell, None if they are no days, and what it is."""
    if closure is not None:
        first = _full_day(closure["date_from"], last=False)
        last = _full_day(closure["date_to"], last=True)
        what = str(closure["what"])
    else:
        first, last = _season_day(row["day_from"]), _season_day(row["day_to"])
        what = str(row["what"] or row["spell_id"])
    if first is None or last is None:
        return None, what
    if closure is None and last < first:
        last = last.replace(year=SOME_YEAR + 1)
    return (first, last), what


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
