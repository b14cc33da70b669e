"""Ropes between a country and the powers: who holds how much of what, and how even it is."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.results import Record, Result

__all__ = ["POWERS", "Event", "EventEntry", "EventsResult", "PowerShare", "ReverseRow",
           "RopeChange", "RopeResult", "RopeSet", "TerritoryRow", "Tie", "Ties",
           "VectorsResult"]  # fmt: skip

POWERS = ("CHN", "RUS", "EU", "USA", "TUR", "IND", "IRN", "JPN", "KOR", "GBR", "GULF", "CHE")
"""The powers that a score counts; what others hold is the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A published figure of what a power, or everybody, holds."""

    id: str
    power: str
    use: str
    """amount, share, total, other or alternative."""
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RopeSet:
    """One measure of one dimension of a country's ties in one year."""

    id: str
    country: str
    dimension: str
    year: int
    """Last year that the figures are for."""
    since: int
    """First year that they are for."""
    measure: str
    unit: str
    is_headline: bool
    note: str
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """All that is published of ties between countries and powers."""

    sets: tuple[RopeSet, ...]
    flags: tuple[tuple[str, str], ...]
    """Country, and a tie without a share in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something dated: a visit, an agreement, a project, a closure."""

    id: str
    date: str
    title: str
    parties: tuple[str, ...]
    forum: str
    kind: str
    sectors: tuple[str, ...]
    status: str
    value_musd: float | None
    effect: str
    model_ids: tuple[str, ...]
    reason: str
    source_title: str
    source_publisher: str
    source_url: str
    source_date: str
    note: str


class PowerShare(Result):
    """What one power holds of a rope."""

    power: str
    """Code of the power; a country that is no power, where others are told."""
    share: float
    """[-] Of the rope."""
    low: float
    """[-] P10 over what sources leave open."""
    high: float
    """[-] P90 over what sources leave open."""
    evidence: list[str]
    """Ids of the ties behind it."""


class RopeResult(Result):
    """One rope: a dimension of a country's ties in a year."""

    dimension: str
    """trade, investment, debt, energy, transit, critical minerals, people, security, technology,
    media or currency."""
    year: int | None
    """Year of the figures; null where there are none."""
    measure: str
    """What is measured; empty where there are no data."""
    has_data: bool
    """False: nothing is known, which is not zero."""
    is_modelled: bool
    """Computed by the corridor model rather than published."""
    shares: list[PowerShare]
    """Largest first."""
    others: float
    """[-] Held by countries that are no powers; in the transit rope they stand in `shares`."""
    rest: float
    """[-] Not allocated to anybody."""
    concentration: float | None
    """[-] Herfindahl-Hirschman index, middle of the rest spread thinly and as one block."""
    balance: float | None
    """[-] 1 even among the powers, 0 one holder."""
    balance_low: float | None
    """[-] P10 over sources, with the rest spread or as one block, or over draws where it is
    modelled; null without draws."""
    balance_high: float | None
    """[-] P90; null without draws."""
    n_effective: float | None
    """[-] Effective number of partners, 1 over the concentration."""
    note: str
    """Remark on the figures."""


class TerritoryRow(Result):
    """What crossing one foreign territory means to a country's trade, from the corridor model."""

    territory: str
    """ISO 3166 alpha-3."""
    goods: str
    """all, oil, grain, uranium or containers."""
    crossing_share: float
    """[-] Of the value of the country's trade that crosses it; shares overlap."""
    last_share: float
    """[-] Of the value that has it as the foreign territory next to the sea or the other end."""
    loss: float | None
    """[-] Rise of cost if it is closed to transit, by value, at most 1; null if not asked."""
    kept: float | None
    """[-] Of the tonnes that cross it, what finds another way once it is closed."""


class ReverseRow(Result):
    """What a country's territory means to the trade of a power, from the corridor model."""

    power: str
    """Code of the power."""
    goods: str
    """all, oil, grain, uranium or containers."""
    crossing_share: float
    """[-] Of the value of the power's trade in the tables that crosses the country."""
    loss: float
    """[-] Rise of the power's cost if the country is closed to transit, by value, at most 1."""
    kept: float | None
    """[-] Of the tonnes that cross it, what finds another way; null where nothing crosses."""
    asymmetry: float | None
    """[-] The country's loss without the power less the power's without the country: above zero
    where the country depends more; all goods, powers whose territory was closed."""


class RopeChange(Result):
    """What became of a rope since an earlier year."""

    dimension: str
    """The rope."""
    points: float
    """What it adds to the change of the score over the ropes with data in both years."""
    by_power: dict[str, float]
    """The same by power, and `rest` for what is no power's; the parts sum to it."""
    years: list[int]
    """Years of the figures, then and now."""


class VectorsResult(Result):
    """How a country stands between the powers in a year."""

    country: str
    """ISO 3166 alpha-3."""
    year: int
    """Year asked for; ropes say of which year their figures are."""
    ropes: list[RopeResult]
    """One per dimension."""
    score: float | None
    """0 to 100: mean balance of the ropes with data; null without any."""
    score_low: float | None
    """P10 over sources and weights of the ropes."""
    score_high: float | None
    """P90 over sources and weights of the ropes."""
    weakest: str | None
    """The rope with the least balance, to be told beside the score."""
    weakest_balance: float | None
    """[-] Its balance."""
    lean: dict[str, float]
    """[-] Tilt toward each power: mean of its shares over the ropes with data."""
    without: dict[str, float]
    """Score without each rope in turn."""
    territories: list[TerritoryRow]
    """The transit rope's ground: territories crossed, by goods."""
    territories_before: list[TerritoryRow]
    """The same without the scenario or event that was asked for; empty if none was."""
    shift: dict[str, float]
    """[-] What each holder of the transit rope adds to the change of its balance by the scenario or
    event; the parts sum to it. Empty if none was asked for."""
    reverse: list[ReverseRow]
    """The arrow turned: what the country means to the powers; empty if not asked."""
    since: int | None
    """The earlier year of `changes`; null if none was asked for."""
    changes: list[RopeChange]
    """Ropes with data in both years, the largest change first; the points sum to the change of
    the score over these ropes."""
    flags: list[str]
    """Ties without a share: alliances, bases."""
    scenario: str
    """Scenario of the corridor model behind the transit rope."""
    told: str
    """What the event that was asked for does in the model, or why nothing; empty if none was."""
    record: Record
    """What was solved, on which tables."""


class EventEntry(Result):
    """A dated event and what stands for it in the model."""

    id: str
    """Id in the table of events."""
    date: str
    """As precise as known."""
    title: str
    """What happened."""
    parties: list[str]
    """Who; ISO 3166 alpha-3, EUU for the European Union."""
    kind: str
    """visit, summit, agreement, memorandum, project, loan, closure, sanction or dispute."""
    sectors: list[str]
    """What it is about."""
    status: str
    """announced, signed, in-force, built, held or cancelled."""
    value_musd: float | None
    """[million USD] As announced; parent and child deals overlap."""
    model_ids: list[str]
    """Measures, projects, closures or yearly inputs that stand for it in the model."""
    reason: str
    """What these do, or why it changes nothing on the corridors."""
    source: str
    """Title, publisher, date and address."""
    note: str
    """Remark."""


class EventsResult(Result):
    """Events by date."""

    events: list[EventEntry]
    """Oldest first."""
    n_all: int
    """Events in the register."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the data."""
