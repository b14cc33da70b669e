"""Who uses a link or a resource, and what trips between all zones take: results."""

from __future__ import annotations

from serai.domain.results import Amounts, Record, Result, RunCertificate

__all__ = ["SelectResult", "SkimResult", "SkimRow", "User"]


class User(Result):
    """A flow that uses what was selected."""

    origin: str
    """Region where it starts."""
    dest: str
    """Region where it ends."""
    class_id: str
    """Commodity class."""
    corridor: str
    """Corridor of its routes."""
    teu: float
    """[TEU/yr]."""
    t: float
    """[t/yr]."""


class SelectResult(Result):
    """Who uses a link or a resource (select link)."""

    id: str
    """Link or resource."""
    name: str
    """What it is."""
    scenario: str
    """Name of the scenario."""
    total: Amounts
    """All that uses it; a flow counts once, however often it passes."""
    users: list[User]
    """By regions, class and corridor, most tonnes first."""
    certificate: RunCertificate
    """How good the equilibrium is."""
    record: Record
    """How it came about."""


class SkimRow(Result):
    """What a trip takes on average over the routes used."""

    origin: str
    """Zone where it starts."""
    dest: str
    """Zone where it ends."""
    class_id: str
    """Commodity class."""
    unit: str
    """TEU or t: unit of demand, and what prices and emissions are per."""
    demand: float
    """[unit/yr]."""
    served: float
    """[unit/yr]."""
    hours: float | None
    """[h] Under way, handled and waiting, queues included; null where nothing is served."""
    wait_h: float | None
    """[h] Of these in queues."""
    usd: float | None
    """[USD/unit] Prices of the links, without scarcity prices."""
    scarcity_usd: float | None
    """[USD/unit] Scarcity prices."""
    box_usd: float | None
    """[USD/unit] What a box is worth more at the start than at the end; 0 unless boxes balance."""
    kg_co2e: float | None
    """[kg CO2e/unit] Well-to-wheel."""


class SkimResult(Result):
    """Times, prices and emissions between all zones (skims)."""

    scenario: str
    """Name of the scenario."""
    year: int
    """Year of demand and prices."""
    rows: list[SkimRow]
    """By origin, destination and class."""
    certificate: RunCertificate
    """How good the equilibrium is."""
    record: Record
    """How it came about."""
