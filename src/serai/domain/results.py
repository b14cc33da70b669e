"""What a run returns, in the form every face prints and every schema describes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["MAX_GAP", "MAX_OMITTED", "MAX_SLACK", "MAX_WAIT_RESIDUAL_H", "Certificate", "Omitted",
           "Result", "RunCertificate"]  # fmt: skip

MAX_OMITTED = 1e-3
"""[-] What the best missing routes should take at most; told, no part of what must hold."""

MAX_GAP = 1e-8
"""[-] Relative gap up to which a certificate holds."""

MAX_SLACK = 1e-6
"""[-] Complementarity and overload up to which it holds."""

MAX_WAIT_RESIDUAL_H = 1e-4
"""[h] How far waits may be from those that the flows cause."""


class Result(BaseModel):
    """Base of every answer: frozen, its fields documented, its JSON schema generated."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, ser_json_inf_nan="null"
    )


class Certificate(Result):
    """How good an equilibrium is."""

    relative_gap: float
    """(primal - dual) / sum of demand / theta0, after flows were repaired to feasibility."""
    complementarity: float
    """Sum of price times unused capacity, over the same scale."""
    conservation: float
    """Largest share of a cell's demand that is neither served nor counted as unserved."""
    overload: float
    """Largest share by which a limit is exceeded."""

    def holds(self, max_gap: float = MAX_GAP, max_slack: float = MAX_SLACK) -> bool:
        """
        Say whether the solution meets its promise.

        Parameters
        ----------
        max_gap
            [-], > 0. What the gap may be at most.
        max_slack
            [-], > 0. What complementarity and overload may be at most.
        """
        return (
            self.relative_gap <= max_gap
            and self.complementarity <= max_slack
            and self.conservation <= 1e-9  # noqa: PLR2004
            and self.overload <= max_slack
        )


class Omitted(Result):
    """What routes outside the choice sets would take of some cells, weighted by tonnes."""

    n_cells: int
    """[-] Cells that were searched exactly."""
    share: float
    """[-] What the best route by a missing corridor would take, at path size one."""
    variant_share: float
    """[-] What the best missing sequence of legs (another port or station too) would take so."""
    moved_share: float
    """[-] What would change corridor if all sequences that are missing were on offer."""


class RunCertificate(Certificate):
    """How good an equilibrium of the corridor model is."""

    worst_class_gap: float
    """The gap of the class that is worst off, over that class's own scale."""
    wait_residual: float
    """[h] Largest difference between the waits reckoned with and those that the flows cause."""
    worst_at: str = ""
    """Where what is left sits: the class with the largest gap, the limit furthest from fitting."""
    omitted: Omitted | None = None
    """Where an exact search was asked for."""

    def holds(self, max_gap: float = MAX_GAP, max_slack: float = MAX_SLACK) -> bool:
        """
        Say whether the solution meets its promise.

        Parameters
        ----------
        max_gap
            [-], > 0. What the gap may be at most.
        max_slack
            [-], > 0. What complementarity and overload may be at most.
        """
        return super().holds(max_gap, max_slack) and self.wait_residual <= MAX_WAIT_RESIDUAL_H


class Band(Result):
    """A number with what the draws make of it."""

    value: float
    """Median of the draws; the central run where nothing is drawn."""
    low: float
    """P10 of the draws; the central run where nothing is drawn."""
    high: float
    """P90 of the draws; the central run where nothing is drawn."""
    central: float
    """The run with every input at its value."""


class Record(Result):
    """How an answer came about."""

    version: str
    """Version of the code."""
    data_version: str
    """Version of the data."""
    inputs: dict[str, str]
    """SHA-256 of every input table."""
    scenario: dict[str, object]
    """The scenario as applied."""
    seed: int
    """Seed of the draws."""
    relative_gap: float
    """Worst relative gap of the runs behind the answer."""
    n_routes: int
    """Distinct routes in the choice sets."""
    seconds: float
    """[s] Time taken."""


class Bottleneck(Result):
    """A limit that binds."""

    resource: str
    """Resource id."""
    name: str
    """What it is."""
    limit: str
    """TEU or t: which of its two limits."""
    capacity: float
    """[TEU/yr or t/yr]."""
    load: float
    """[-] Use as a share of capacity."""
    wait_h: float | None
    """[h] Queue before it, beyond what is always waited; null where nobody queues (pipelines)."""
    price_usd_teu: float
    """[USD/TEU] Scarcity price for a box of average payload."""
    price_usd_t: float
    """[USD/t] Scarcity price for a tonne that is not in a box."""


class Amounts(Result):
    """Freight in both units."""

    teu: float
    """[TEU/yr] Boxes."""
    t: float
    """[t/yr] All goods, boxes included."""


class CorridorFlow(Result):
    """What a corridor carries."""

    corridor: str
    """north, middle, south, east, sea, air, pipeline, direct or unserved."""
    teu: float
    """[TEU/yr]."""
    t: float
    """[t/yr]."""


class ClassFlow(Result):
    """What becomes of a class."""

    class_id: str
    """Commodity class."""
    unit: str
    """TEU or t: unit of the amounts by corridor."""
    by_corridor: dict[str, float]
    """[unit/yr] Amount by corridor, unserved included."""


class LinkFlow(Result):
    """What a link carries."""

    link_id: str
    """Link."""
    teu: float
    """[TEU/yr]."""
    t: float
    """[t/yr]."""
    corridor: str
    """Corridor with the most tonnes on it."""


class BoxBalance(Result):
    """Boxes of a region in balance: what comes in, laden or empty, goes out."""

    region: str
    """Trading region."""
    laden_out: float
    """[TEU/yr] Boxes that leave with goods."""
    laden_in: float
    """[TEU/yr] Boxes that come with goods."""
    empty_out: float
    """[TEU/yr] Boxes that leave empty."""
    empty_in: float
    """[TEU/yr] Boxes that come empty."""
    usd_teu: float
    """[USD/TEU] What a box is worth there more than in China: who takes it away pays it."""


class RunResult(Result):
    """One scenario."""

    scenario: str
    """Name."""
    title: str
    """One line for people."""
    year: int
    """Year of demand and prices."""
    demand: Amounts
    """All that wants to move."""
    served: Amounts
    """What moves."""
    unserved: Amounts
    """What does not: served + unserved = demand."""
    corridors: list[CorridorFlow]
    """By corridor; unserved last."""
    classes: list[ClassFlow]
    """By commodity class."""
    bottlenecks: list[Bottleneck]
    """Binding limits, dearest first."""
    links: list[LinkFlow]
    """Line-haul links that carry anything, in the order of the tables."""
    countries: dict[str, Amounts]
    """Freight that uses a country's territory; a box counts once in every country it crosses."""
    boxes: list[BoxBalance]
    """By region, where boxes balance; else nothing."""
    unconnected: list[str]
    """Cells without any route even before shocks, as origin-destination-class; all unserved."""
    certificate: RunCertificate
    """How good the equilibrium is."""
    record: Record
    """How it came about."""


class CaseResult(Result):
    """One case of the answer, with Russian and Belarusian territory open or closed to transit."""

    case: str
    """today, funded, full or unlimited."""
    title: str
    """The case in words."""
    russia: str
    """open or closed."""
    share: Band
    """[-] Boxes: voluntary share where open, forced share where closed (of divertible TEU)."""
    share_t: Band
    """[-] The same for tonnes of all goods."""
    teu: float
    """[TEU/yr] Middle Corridor flow of the divertible cells, central run."""
    t: float
    """[t/yr] The same in tonnes of all goods."""
    unserved_share: float
    """[-] Of divertible TEU: how much more is not served than today with Russia open."""
    sea_share: float
    """[-] Of divertible TEU: how much more goes by sea."""
    south_share: float
    """[-] Of divertible TEU: how much more crosses Iran by land."""
    east_share: float
    """[-] Of divertible TEU: how much more leaves by land through China."""
    other_share: float
    """[-] Of divertible TEU: air, pipeline and direct land routes."""
    north_share: float
    """[-] Of divertible TEU: how much still uses Russian or Belarusian territory."""
    by_class: dict[str, float]
    """[-] Share by class, in the class's unit; classes with divertible flow only."""
    capex_musd: float
    """[million USD] Projects of the case that are not built today, all corridors."""
    capex_band: Band
    """[million USD] The same with the projects' ranges."""
    capex_middle_musd: float
    """[million USD] Those of them that serve the Middle Corridor."""
    usd_per_teu: float | None
    """[USD per TEU and year] Middle Corridor capital per extra TEU; null without capital."""
    usd_per_t: float | None
    """[USD per t and year] The same per extra tonne."""
    days: float
    """[days] Door to door by the Middle Corridor, boxes China-Europe, queues included."""
    usd_feu: float
    """[USD/FEU] Price of the same, with scarcity prices."""
    north_days: float | None
    """[days] By the Northern route; null where it is closed."""
    north_usd_feu: float | None
    """[USD/FEU] By the Northern route, with scarcity prices; null where it is closed."""
    sea_days: float
    """[days] By sea."""
    sea_usd_feu: float
    """[USD/FEU] By sea."""
    binding: list[Bottleneck]
    """What binds on the Middle Corridor, dearest first."""
    projects: list[str]
    """Projects of the case that are not built today."""
    measures: list[str]
    """Soft measures of the case."""


class OutlookRow(Result):
    """The full programme against the demand of a later year."""

    year: int
    """Year of the demand."""
    demand: str
    """low, reference or high."""
    case: str
    """The case."""
    divertible: Amounts
    """Divertible flow of that year, with what is built today."""
    forced_share: float
    """[-] Boxes, central run."""
    voluntary_share: float
    """[-] Boxes, central run."""


class Draws(Result):
    """The draws behind the bands."""

    n: int
    """How many."""
    inputs_varied: int
    """Ranged values that vary."""
    dimensions: int
    """Independent dimensions that they span."""


class BaseYear(Result):
    """The answer's headline in another base year."""

    year: int
    """Base year."""
    divertible: Amounts
    """Divertible flow."""
    cases: dict[str, float]
    """[-] Box shares by case and state of Russia, such as ``full/closed``; central run."""


class AnswerMap(Result):
    """Where the divertible boxes go today, link by link and corridor by corridor."""

    russia: str
    """open or closed."""
    links: list[LinkFlow]
    """One per link and corridor that carries any of them; without those that carry less than
    0.3 % of what the busiest does."""


class AnswerResult(Result):
    """The headline: how far the Middle Corridor can replace the routes through Russia."""

    base_year: int
    """Year whose demand and prices are held across cases."""
    built_by: int
    """Year whose infrastructure is called today."""
    headline: list[str]
    """The answer in three sentences."""
    divertible: Amounts
    """What uses Russian territory by rail between places outside Russia and Belarus, today."""
    divertible_by_class: dict[str, float]
    """By class, in the class's unit."""
    cases: list[CaseResult]
    """Each case, open and closed."""
    other_years: list[BaseYear]
    """The same shares on another base year."""
    outlook: list[OutlookRow]
    """Later years' demand: the "ever" in "ever replace"."""
    maps: list[AnswerMap]
    """Today, Russia open and Russia closed."""
    draws: Draws
    """How the bands were made."""
    certificate: RunCertificate
    """The worst of all runs."""
    assumed_share: float
    """[-] Share of the Middle Corridor's cost that rests on values graded assumed."""
    evidence: list[str]
    """Evidence rows used: links and resources of the Middle Corridor routes."""
    record: Record
    """How the answer came about."""
