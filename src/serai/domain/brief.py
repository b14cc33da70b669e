"""Claims and open questions, answered one by one."""

from __future__ import annotations

from serai.domain.results import Result

__all__ = ["BriefEntry", "BriefResult"]


class BriefEntry(Result):
    """A claim or an open question, and what the model says of it."""

    id: str
    """Short name."""
    question: str
    """The claim or question, in our words."""
    is_answered: bool
    """False: the model cannot say, and the answer tells why."""
    answer: str
    """In words, with the numbers."""
    value: float | None
    """The main number; null where there is none."""
    low: float | None
    """P10 of it; null where it has no band."""
    high: float | None
    """P90 of it; null where it has no band."""
    unit: str
    """Unit of the main number."""
    basis: str
    """Command that tells more."""
    evidence: list[str]
    """Ids of events, figures, measures and projects behind it."""


class BriefResult(Result):
    """The brief."""

    entries: list[BriefEntry]
    """In the order of the articles."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the data."""
