"""Closures and seasons by date: what keeps goods from passing, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["Calendar", "Spell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A closure between two dates, or a season of every year."""

    id: str
    what: str
    """In words."""
    closure_id: str = ""
    """Closure whose effects say where; empty for a season."""
    resources: tuple[str, ...] = ()
    """What a season takes from."""
    first: date
    """First day; of a season in any year."""
    last: date
    """Last day; of a season in the same year, or the next where it spans the new year."""
    share: float
    """[-] Share of the traffic, or of the days, that is lost while it lasts."""
    grade: str
    source_ids: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Return closure or season."""
        return "closure" if self.closure_id else "season"

    def ends(self, day: date) -> date | None:
        """
        Return the last day of the spell that a day lies in, None where it lies in none.

        Parameters
        ----------
        day
            The day.
        """
        if self.closure_id:
            return self.last if self.first <= day <= self.last else None
        span = self.last.year - self.first.year
        for year in (day.year - 1, day.year):
            first, last = self.first.replace(year=year), self.last.replace(year=year + span)
            if first <= day <= last:
                return last
        return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """What the tables know of dates."""

    spells: tuple[Spell, ...]
    undated: Mapping[str, str]
    """By resource: a season that has no dates in the tables, in their words."""
