"""How far capital carries: shares of the Middle Corridor against what is spent on projects."""

from __future__ import annotations

from serai.domain.results import Amounts, Band, Record, Result, RunCertificate

__all__ = ["FrontierPoint", "FrontierResult"]


class FrontierPoint(Result):
    """The most that a capital buys, of all sets of projects that were solved."""

    capex_musd: float
    """[million USD] Capital of `projects`."""
    forced_share: Band
    """[-] Of divertible boxes, Russia closed: of the best point of at most this capital."""
    voluntary_share: Band
    """[-] Of divertible boxes, Russia open: of the best point of at most this capital."""
    usd_feu: float
    """[USD/FEU] Boxes China-Europe by the Middle Corridor, Russia closed, scarcity included."""
    days: float
    """[days] Door to door of the same, queues included."""
    projects: list[str]
    """Projects of the set; one of the shares rises by it above all cheaper sets."""
    added: list[str]
    """Those that the point before does not have."""
    dropped: list[str]
    """Those that only the point before has."""


class FrontierResult(Result):
    """The replacement frontier."""

    points: list[FrontierPoint]
    """From no capital on; shares never fall."""
    measures: str
    """Soft measures in force at every point: all or none."""
    divertible: Amounts
    """What the shares are of."""
    candidates: list[str]
    """Projects to choose from."""
    n_sets: int
    """Sets of projects solved."""
    is_exact: bool
    """Whether these are all sets there are."""
    n_draws: int
    """Draws of all ranged inputs behind the bands."""
    certificate: RunCertificate
    """The worst of all runs."""
    record: Record
    """How the result came about."""
