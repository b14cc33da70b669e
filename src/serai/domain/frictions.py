"""Frictions of regional relations: what each costs, and whom."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.results import Amounts, Record, Result, RunCertificate
from serai.domain.scenario import Scenario

__all__ = ["Friction", "FrictionRow", "FrictionsResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Friction:
    """A change of the base of its year."""

    id: str
    name: str
    scenario: Scenario
    """The base with the change."""
    grade: str
    source_ids: tuple[str, ...]
    note: str


class FrictionRow(Result):
    """What a friction, or its end, does."""

    friction: str
    """Id."""
    name: str
    """What changes."""
    shippers_musd: float
    """[million USD per year] What moving costs shippers less; below zero it costs more."""
    rents_musd: float
    """[million USD per year] What owners of what is scarce earn more."""
    by_country: dict[str, float]
    """[million USD per year] What shippers gain, half at either end; largest first."""
    served: Amounts
    """More freight that moves at all."""
    middle: Amounts
    """More freight on the Middle Corridor."""
    grade: str
    """How good the numbers behind it are: observed, derived or assumed."""
    evidence: list[str]
    """Ids to ask `serai evidence` for."""
    note: str
    """What stands for it in the model."""


class FrictionsResult(Result):
    """Frictions one by one, against the base of their year."""

    rows: list[FrictionRow]
    """In the order of the table."""
    certificate: RunCertificate
    """The worst of all runs."""
    record: Record
    """How the result came about."""
