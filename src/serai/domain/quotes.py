"""A forwarder's quote sheet: routes, legs, terms and what they are counted in."""

from __future__ import annotations

from typing import Final

from pydantic import ConfigDict

from serai.domain.results import Record, Result, RunCertificate

__all__ = ["TERMS", "Basis", "Departure", "Fact", "Hindrance", "Leg", "Payee", "QuoteResult",
           "QuoteRoute", "SheetSource", "Term", "Why", "WhyTerm"]  # fmt: skip


TERMS: Final = (
    *("Rail", "Road", "Sea", "Ferry", "River", "Air", "Pipeline"),
    *("Terminals and ports", "Borders and gauge changes"),
    *("Time", "Unreliability", "Queues", "Scarce slots"),
)
"""Terms of the generalized cost, in the order in which they are told: money, then hours."""


class Basis(Result):
    """What amounts of a sheet are counted in."""

    unit: str = "FEU"
    """FEU, TEU or t: what money, emissions and tonne-kilometres are told for."""
    currency: str = "USD"
    """USD or EUR."""
    rate_year: int = 2023
    """Year whose money the rates are taken to be in."""
    price_year: int = 2023
    """Year whose money they are told in."""
    tonnes: float = 0.0
    """[t] Weight of the goods in one unit."""
    per_usd_feu: float = 1.0
    """[money per USD/FEU] What a dollar per FEU of the year of the rates is in this money."""
    per_feu: float = 1.0
    """[units per FEU] What an amount per FEU is per unit."""

    money: str = "USD/FEU"
    """Currency and unit."""


class Leg(Result):
    """Part of a route between two changes of vehicle or territory: one transport chain element."""

    from_: str
    """Name of the place where it starts."""
    to: str
    """Name of the place where it ends."""
    mode: str
    """rail, road, sea, ferry, air, pipeline, river, transfer or drayage."""
    what: str = ""
    """Kind of transfer: border, gauge_change, port, load …; empty for line-haul."""
    km: float
    """[km] Along the line."""
    hours: float
    """[h] Moving, handling and fixed dwell, and queues where they are in; adds up to the route."""
    hours_p50: float
    """[h] Median over the ranges; medians do not add up."""
    hours_p90: float
    """[h] In nine cases of ten it takes no longer; does not add up."""
    queue_h: float = 0.0
    """[h] Mean wait in queues, part of `hours`; 0 where waits are not in."""
    price: float
    """[money of the sheet] Average rate of the year."""
    scarcity: float = 0.0
    """[money of the sheet] What a scarce slot is worth beyond the price; 0 without waits."""
    paid_to: str
    """Who is paid, as far as the tables tell: the operator, or the kind of firm."""
    kg_co2e: float
    """[kg CO2e per unit] Well-to-wheel."""
    tkm: float
    """[t km per unit] Transport activity, along the line."""
    tce: str
    """TOC (transport operation category) or HOC (hub operation category), and which."""
    factor: str
    """Row of the emission factors that it is computed by."""
    countries: list[str]
    """Territories, ISO 3166 alpha-3; empty on the high seas."""
    grade: str
    """Weakest evidence grade of its links."""
    inferred: str = ""
    """Why it counts as inferred: numbers judged, length by rule, or both; empty if neither."""
    link_ids: list[str]
    """Links, for `serai evidence`."""
    touches: list[list[str]]
    """The proof: territories that each link crosses, starts or ends in, as `link_ids`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        alias_generator=lambda name: name.rstrip("_"),
        populate_by_name=True,
        serialize_by_alias=True,
    )


class Payee(Result):
    """What one party is paid on a route."""

    paid_to: str
    """Who is paid."""
    countries: list[str]
    """On which territories."""
    price: float
    """[money of the sheet] Sum of its legs."""


class Term(Result):
    """One term of the generalized cost of a route."""

    term: str
    """What it is."""
    amount: float | None = None
    """Hours, where it is hours at the value of time; null for money."""
    cost: float
    """[money of the sheet] What it counts for."""


class Hindrance(Result):
    """What keeps goods from passing a leg when they get there."""

    leg: int
    """Which leg, from 1."""
    kind: str
    """closure or season."""
    id: str
    """Row of the calendar."""
    what: str
    """What is shut, or why less passes."""
    reached: str
    """Day on which the goods get there, YYYY-MM-DD."""
    until: str
    """Last day of it, YYYY-MM-DD."""
    share: float
    """[-] Share of the traffic, or of the days, that is lost while it lasts."""
    is_shut: bool
    """More is lost than passes: the leg counts as shut."""
    grade: str
    """Evidence grade of the share."""
    source_ids: list[str]
    """Where it is from."""


class Departure(Result):
    """When a route can be begun."""

    asked: str
    """Day asked for, YYYY-MM-DD."""
    is_open: bool
    """No leg is shut when the goods get there."""
    earliest: str | None
    """First day from then on with all legs open when reached; null if none within two years."""
    hindrances: list[Hindrance]
    """What is met when leaving on the day asked for."""
    unknown: list[str]
    """Resources of the route with a season that the data give no dates for."""


class QuoteRoute(Result):
    """One route of a quote sheet."""

    corridor: str
    """north, middle, south, east, sea, air, pipeline or direct."""
    legs: list[Leg]
    """First to last."""
    km: float
    """[km]."""
    days: float
    """[days] Sum of the legs: every time at its value, queues at their mean where they are in."""
    days_p50: float
    """[days] Median over the ranges and, where they are in, the queues."""
    days_p90: float
    """[days] In nine cases of ten it takes no longer."""
    queue_days: float = 0.0
    """[days] Mean wait in queues, part of `days`."""
    price: float
    """[money of the sheet] Sum of the legs."""
    price_p10: float
    """[money of the sheet] Low end over the ranges of the rates."""
    price_p90: float
    """[money of the sheet] High end."""
    scarcity: float = 0.0
    """[money of the sheet] What scarce slots are worth beyond the price; 0 without waits."""
    subsidy: float = 0.0
    """[money of the sheet] What China pays towards such a box, beside the price: not taken off."""
    payees: list[Payee]
    """What each party is paid; adds up to the price."""
    generalized: float
    """[money of the sheet] What routes are ordered by: the sum of the terms."""
    terms: list[Term]
    """Terms of the generalized cost."""
    kg_co2e: float
    """[kg CO2e per unit] Well-to-wheel."""
    countries: list[str]
    """Territories in the order of the route."""
    borders: int
    """Changes of territory by land or at a port."""
    gauge_changes: int
    """Changes of track gauge."""
    grade: str
    """Weakest evidence grade of its links."""
    assumed_share: float
    """[-] Share of the price that rests on values graded assumed."""
    departure: Departure | None = None
    """Where a day was asked for."""


class WhyTerm(Result):
    """A term of two routes, side by side."""

    term: str
    """What it is."""
    first: float
    """[money of the sheet] Of the first route."""
    second: float
    """[money of the sheet] Of the second route."""
    difference: float
    """[money of the sheet] Second less first; sums to the difference of generalized cost."""


class Fact(Result):
    """A figure of two routes, side by side, that is no term of the cost."""

    what: str
    """What it is."""
    unit: str
    """Its unit."""
    first: float
    """Of the first route."""
    second: float
    """Of the second route."""
    difference: float
    """Second less first."""


class Why(Result):
    """Why one route comes before another."""

    first: int
    """Route on the sheet, from 1."""
    second: int
    """The other one."""
    terms: list[WhyTerm]
    """Terms of the generalized cost; their differences add up to that of the whole."""
    generalized: WhyTerm
    """The whole."""
    facts: list[Fact]
    """Days, kilometres, emissions and borders beside it."""
    sentence: str
    """The answer in a sentence."""


class SheetSource(Result):
    """Where numbers of a sheet are from."""

    id: str
    """Id of a source, a figure, an event or a tie."""
    title: str
    """Its title."""
    publisher: str
    """Who published it."""
    date: str
    """When."""
    url: str
    """Where, empty where there is no address."""


class QuoteResult(Result):
    """A forwarder's quote sheet."""

    origin: str
    """Place id."""
    origin_name: str
    """Its name."""
    dest: str
    """Place id."""
    dest_name: str
    """Its name."""
    class_id: str
    """Commodity class."""
    class_name: str
    """Its name."""
    avoid: list[str]
    """Territories that no route touches."""
    year: int
    """Year of the rates."""
    basis: Basis
    """What amounts are counted in."""
    waits_year: int | None
    """Year of the demand whose queues and scarce slots are in; null: free-flow, none are."""
    date: str | None = None
    """Day of departure asked for, YYYY-MM-DD."""
    validity: str
    """How far the prices hold."""
    routes: list[QuoteRoute]
    """Different routes, best first by generalized cost."""
    why: Why | None = None
    """Two of them side by side, where that was asked for."""
    notes: list[str]
    """What the figures are and are not."""
    sources: list[SheetSource]
    """What the links of the routes cite, and the factors and rates used."""
    certificate: RunCertificate | None = None
    """How good the equilibrium is that the waits come from."""
    record: Record
    """How it came about."""
