"""What a year's disruptions cost: distributions over draws, by case, class, country and place."""

from __future__ import annotations

from serai.domain.results import Record, Result, RunCertificate

__all__ = ["CaseRisk", "ClassRisk", "CountryRisk", "CriticalResource", "DisruptionRisk",
           "EnsembleResult", "OptionValue", "Spread"]  # fmt: skip


class Spread(Result):
    """A number over the draws."""

    calm: float
    """In a year without disruptions."""
    mean: float
    """Mean of the draws: what is expected of a year."""
    p50: float
    """Median of the draws."""
    p95: float
    """Exceeded by one draw in twenty: for a loss, the value at risk."""
    tail: float
    """Mean of the draws from `p95` on: for a loss, the conditional value at risk."""


class ClassRisk(Result):
    """What a class meets in a year."""

    class_id: str
    """Commodity class."""
    cost_usd_t: Spread
    """[USD/t] Paid per tonne that is carried, scarcity included."""
    days: Spread
    """[days] Door to door per tonne that is carried, queues included."""
    unserved_t: Spread
    """[t/yr] Not carried."""


class CountryRisk(Result):
    """What a country bears in a year."""

    country: str
    """ISO 3166 alpha-3."""
    loss_musd: Spread
    """[million USD/yr] What its trade bears more than in a calm year: half of what each shipment
    bears falls to either end; prices of scarce capacity are in it."""
    transit_lost_t: Spread
    """[t/yr] What crosses its territory less than in a calm year; below zero: more."""


class CriticalResource(Result):
    """A place or a link whose loss or shortness costs."""

    resource: str
    """Resource id."""
    name: str
    """What it is."""
    hit_musd: float
    """[million USD/yr] Expected loss of the disruptions that take from its own capacity or links;
    a loss of several disruptions at once is shared in proportion to what each costs alone."""
    scarcity_musd: float
    """[million USD/yr] Rise, over a calm year, of the expected price of all its capacity."""
    full_share: float
    """[-] Expected share of the year in which it is full."""
    full_calm: bool
    """Whether it is full in a calm year."""


class DisruptionRisk(Result):
    """What one disruption contributes."""

    disruption: str
    """Id in the list."""
    title: str
    """One line for people."""
    years: float
    """[-] Share of the draws that have it."""
    days: float
    """[days/yr] Expected."""
    alone_musd: float
    """[million USD/yr] Expected loss if it always came alone."""
    share_musd: float
    """[million USD/yr] Its part of the expected loss; the parts of all sum to it."""
    grade: str
    """How well its probabilities, durations and sizes are known."""


class CaseRisk(Result):
    """One case over the draws."""

    case: str
    """What is built, and which corridor is left out."""
    cost_musd: Spread
    """[million USD/yr] Generalised cost of all trade: prices, time, queues, what goes unserved."""
    loss_musd: Spread
    """[million USD/yr] The same above that of a calm year."""
    loss_error_musd: float
    """[million USD/yr] Standard error of the mean loss, as if draws were independent; those of
    Sobol points and Latin hypercubes are nearer to it than that."""
    loss_percentiles_musd: list[float]
    """[million USD/yr] Loss that 1, 2 … 99 of 100 draws stay below."""
    classes: list[ClassRisk]
    """By class."""
    countries: list[CountryRisk]
    """Largest expected loss first."""
    resources: list[CriticalResource]
    """Most critical first: by the larger of `hit_musd` and `scarcity_musd`."""
    disruptions: list[DisruptionRisk]
    """Largest part first."""


class OptionValue(Result):
    """What a corridor is worth: what all trade would cost more without it."""

    corridor: str
    """The corridor."""
    value_musd: Spread
    """[million USD/yr] Cost without it less cost with it, draw by draw."""
    insurance_musd: float
    """[million USD/yr] What disruptions add to the expected value: mean less calm."""


class EnsembleResult(Result):
    """An ensemble of years with disruptions."""

    name: str
    """Of the list of disruptions."""
    title: str
    """Of the list."""
    n_draws: int
    """Years drawn; every case meets the same."""
    n_states: int
    """Sets of disruptions at once that the draws go through."""
    n_solved: int
    """Those solved, each once for every case; the others are put together of them."""
    composed_share: float
    """[-] Share of all days in states that were put together, not solved (see `together`)."""
    sampling: str
    """sobol or latin."""
    cases: list[CaseRisk]
    """In the order of the list."""
    options: list[OptionValue]
    """Corridors whose absence was tried in the first case."""
    out: str | None
    """Where the draws are kept."""
    certificate: RunCertificate
    """The worst of all states; looser than a run's, see `max_gap`."""
    max_gap: float
    """[-] Relative gap that every state was solved to."""
    max_residual_h: float
    """[h] How far waits may be from those that flows cause."""
    record: Record
    """How the result came about; its scenario is the list of disruptions."""

    def holds(self) -> bool:
        """Say whether every state was solved as well as was promised."""
        told = self.certificate.model_copy(update={"wait_residual": 0.0})
        return (
            told.holds(self.max_gap, self.max_gap)
            and self.certificate.wait_residual <= self.max_residual_h
        )
