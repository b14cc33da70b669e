"""Which projects pay: gains, costs, orders and sets of projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from serai.domain.ranged import Ranged
from serai.domain.results import Amounts, Band, Record, Result, RunCertificate

__all__ = ["Aim", "Alternative", "Appraisal", "Gain", "InvestResult", "Pair", "Programme",
           "ProjectRow", "Step", "SupplyPoint", "YearRow"]  # fmt: skip

Aim = Literal["net", "forced", "voluntary"]
"""What is made as large as can be: net benefit a year, or a share of the divertible boxes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Appraisal:
    """How money of different years is compared."""

    names: ClassVar = ("discount_rate", "upkeep_share", "spend_years", "transit_margin")
    table: Ranged
    """Shape (4,), in the order of `names`."""

    @property
    def discount_rate(self) -> float:
        """[-] Real, per year."""
        return float(self.table.value[0])

    @property
    def upkeep_share(self) -> float:
        """[-] Of the capital, per year in operation."""
        return float(self.table.value[1])

    @property
    def spend_years(self) -> int:
        """[years] Before the opening, over which the capital is spent in equal parts."""
        return max(round(float(self.table.value[2])), 1)

    @property
    def transit_margin(self) -> float:
        """[-] Of a transit tariff, above what carrying costs."""
        return float(self.table.value[3])


class Gain(Result):
    """What a project, or a set, adds in a year of full operation."""

    benefit_musd: float
    """[million USD per year] Shippers and owners of what is scarce, less subsidies; Russia open."""
    shippers_musd: float
    """[million USD per year] Rule of half: what moving costs shippers less."""
    rents_musd: float
    """[million USD per year] Scarcity prices that owners of what is scarce earn more."""
    subsidies_musd: float
    """[million USD per year] What China pays more: already in what shippers gain."""
    paid_musd: float
    """[million USD per year] Tariffs that carriers take more: a transfer, not in the benefit."""
    benefit_closed_musd: float
    """[million USD per year] The benefit with Russia closed."""
    forced_share: float
    """[-] Of divertible boxes, Russia closed."""
    voluntary_share: float
    """[-] Of divertible boxes, Russia open."""
    middle: Amounts
    """On the Middle Corridor, Russia open."""
    middle_closed: Amounts
    """On the Middle Corridor, Russia closed."""


class ProjectRow(Result):
    """One project."""

    project: str
    """Id."""
    name: str
    """What the tables call it."""
    capex_musd: Band
    """[million USD] With its range in the tables."""
    open_year: int
    """Of the tables."""
    annual_cost_musd: float
    """[million USD per year] Capital as an annuity over the project's life, and upkeep."""
    alone: Gain
    """With nothing else built."""
    at_best: Gain | None
    """In the best set: what it adds, or would add; None where it would break the budget."""
    is_best: bool
    """Whether it is in the best set."""
    in_draws: float | None
    """[-] Share of the draws whose best set has it; None without draws."""


class Step(Result):
    """A project in its turn."""

    project: str
    """Id."""
    capex_musd: float
    """[million USD] Of this and all before."""
    gain: Gain
    """What it adds to those before."""
    annual_cost_musd: float
    """[million USD per year] Of this alone."""
    npv_musd: float
    """[million USD] To the last year, at its place in the order."""
    benefit_cost_ratio: float | None
    """[-] Present benefits over present costs; None where nothing is spent."""
    usd_teu: float | None
    """[USD/TEU] Annual cost over boxes added to the corridor, Russia closed; None without."""
    usd_t: float | None
    """[USD/t] Annual cost over tonnes added to the corridor, Russia open; None without."""


class SupplyPoint(Result):
    """A set of projects below which no other carries as much for less."""

    amount: float
    """[TEU or t per year] Added to the Middle Corridor."""
    annual_cost_musd: float
    """[million USD per year] Of the set."""
    capex_musd: float
    """[million USD] Of the set."""
    marginal_usd: float
    """[USD per TEU or t] From the point before to this one."""
    added: list[str]
    """Projects that the point before does not have."""
    dropped: list[str]
    """Projects that only the point before has."""


class Pair(Result):
    """Two projects that are worth more, or less, together."""

    first: str
    """Id of one."""
    second: str
    """Id of the other."""
    together_musd: float
    """[million USD per year] Benefit of both less that of each alone: below zero they compete."""


class YearRow(Result):
    """One year of the best set."""

    year: int
    """The year."""
    opened: list[str]
    """Projects that open in it."""
    capital_musd: float
    """[million USD] Spent in it."""
    upkeep_musd: float
    """[million USD] Of what is open."""
    benefit_musd: float
    """[million USD] Of what is open."""


class Programme(Result):
    """The best set."""

    projects: list[str]
    """Ids."""
    capex_musd: float
    """[million USD]."""
    annual_cost_musd: float
    """[million USD per year]."""
    gain: Gain
    """Against nothing built."""
    net_musd: Band
    """[million USD per year] Benefit less annual cost, in full operation."""
    npv_musd: float
    """[million USD] By the year that each project opens in, to the last year."""
    benefit_cost_ratio: float | None
    """[-] Present benefits over present costs; None where nothing is spent."""
    residual_musd: float
    """[million USD] Present value of what the projects are still worth after the last year."""
    years: list[YearRow]
    """From the first to the last."""


class Alternative(Result):
    """Another set that comes near the best."""

    projects: list[str]
    """Ids."""
    value: float
    """In the unit of the aim."""
    capex_musd: float
    """[million USD]."""
    added: list[str]
    """Projects that the best set does not have."""
    dropped: list[str]
    """Projects that only the best set has."""


class InvestResult(Result):
    """Which projects, and in which order."""

    aim: Aim = Field(description="What is made as large as can be: net benefit, or a share.")
    budget_musd: float | None
    """[million USD] Capital there is; None for no limit."""
    measures: str
    """Soft measures in force throughout: all or none."""
    best: Programme
    """The best set found."""
    value: float
    """Of the best set, in the unit of the aim: million USD per year, or share."""
    bound: float
    """No set has a larger value: see the documentation for what that rests on."""
    relative_gap: float
    """[-] Bound over value, less one; zero where all sets were solved."""
    is_exact: bool
    """Whether all sets were solved."""
    n_sets: int
    """Sets of projects solved."""
    order: list[Step]
    """Projects in their turn."""
    projects: list[ProjectRow]
    """Every project to choose from."""
    supply_teu: list[SupplyPoint]
    """Boxes on the corridor, Russia closed."""
    supply_t: list[SupplyPoint]
    """Tonnes on the corridor, Russia open."""
    pairs: list[Pair]
    """The first of the order, two by two."""
    alternatives: list[Alternative]
    """Other sets nearly as good."""
    n_draws: int
    """Draws behind bands and robustness."""
    grown_year: int
    """Year whose demand and prices benefits grow to, from those of the base year."""
    discount_rate: float
    """[-] Per year."""
    last_year: int
    """Last year of present values."""
    certificate: RunCertificate
    """The worst of all runs."""
    record: Record
    """How the result came about."""
