"""What a person writes of an ensemble: what may go wrong in a year, how likely, for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from serai.domain.scenario import ChangeLinks, Shock, Written

__all__ = ["Correlation", "Disruption", "EnsembleSpec", "Outcome"]

DAYS = 365
MONTHS = 12

CaseName = Literal["today", "funded", "full"]
Corridor = Literal["north", "middle", "south", "east", "sea", "air", "pipeline", "direct"]
Grade = Literal["observed", "derived", "assumed"]


class Outcome(Written):
    """One way in which a disruption may turn out: a pair of probability and duration."""

    probability: float = Field(ge=0, le=1)
    """[-] That a year has it."""
    days: float = Field(gt=0, le=DAYS)
    """[days] How long it lasts."""
    days_high: float | None = Field(default=None, gt=0, le=DAYS)
    """[days] Drawn evenly between `days` and this; `days` alone when left out."""
    size: float = Field(default=1.0, gt=0)
    """[-] Share of the shocks as written: 0.5 is half of the change; what is closed is closed."""

    @model_validator(mode="after")
    def _days_in_order(self) -> Outcome:
        if self.days_high is not None and self.days_high < self.days:
            raise ValueError(f"days_high is {self.days_high:g}; must be {self.days:g} or more")
        return self


class Disruption(Written):
    """Something that may go wrong, with the ways in which it may turn out."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Short name: lower-case letters, digits, - and _."""
    title: str
    """One line for people."""
    kind: Literal["weather", "water level", "closure", "capacity", "ocean", "sanctions", "ban"]
    """What sort of thing it is."""
    months: tuple[int, ...] = tuple(range(1, MONTHS + 1))
    """Months in which it may begin."""
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    """From the mildest to the worst: correlations go by this order."""
    shocks: tuple[Shock, ...] = Field(min_length=1)
    """What it does, as in a scenario."""
    grade: Grade
    """How well probabilities, durations and sizes are known; the weakest of them."""
    source_ids: str
    """Facts, closures and inputs that they rest on, joined by ``;``."""
    note: str = ""
    """Why these numbers."""

    @model_validator(mode="after")
    def _make_sense(self) -> Disruption:
        total = sum(outcome.probability for outcome in self.outcomes)
        if total > 1 + 1e-12:
            raise ValueError(f"probabilities of {self.id} sum to {total:g}; must be 1 or less")
        if not self.months or any(not 1 <= month <= MONTHS for month in self.months):
            raise ValueError(f"months of {self.id} are {list(self.months)}; must be 1 to {MONTHS}")
        for outcome in self.outcomes:
            for shock in self.shocks:
                if outcome.size != 1.0 and not _has_size(shock, outcome.size):
                    raise ValueError(
                        f"size {outcome.size:g} of {self.id} cannot be taken of a shock of kind "
                        f"{shock.kind}; only of a change that is added or multiplied, and stays at "
                        "zero or above"
                    )
        return self

    def shocks_of(self, size: float) -> tuple[Shock, ...]:
        """
        Return the shocks at a size.

        Parameters
        ----------
        size
            [-], > 0. Share of what is written.
        """
        return tuple(_scaled(shock, size) for shock in self.shocks)


def _has_size(shock: Shock, size: float) -> bool:
    """Say whether a part of a shock is a shock; sums and factors have parts, closures do not."""
    if not isinstance(shock, ChangeLinks):
        return shock.kind in ("close", "close_transit") and size >= 1.0
    return shock.operation == "add" or (
        shock.operation == "multiply" and 1.0 + size * (shock.value - 1.0) >= 0.0
    )


def _scaled(shock: Shock, size: float) -> Shock:
    if size == 1.0 or not isinstance(shock, ChangeLinks):
        return shock
    whole = shock.value
    value = size * whole if shock.operation == "add" else 1.0 + size * (whole - 1.0)
    return shock.model_copy(update={"value": value})


class Correlation(Written):
    """How two disruptions go together."""

    between: tuple[str, str]
    """Ids of two disruptions."""
    value: float = Field(ge=-1, le=1)
    """[-] Correlation of the two normal variables behind them (a Gaussian copula)."""
    grade: Grade
    """How well it is known."""
    source_ids: str
    """What it rests on."""
    note: str = ""
    """Why this number."""


class EnsembleSpec(Written):
    """What may go wrong in a year, and on what it is tried."""

    name: str = Field(default="ensemble", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Short name: lower-case letters, digits, - and _."""
    title: str = ""
    """One line for people."""
    note: str = ""
    """Why these disruptions, and what is left out."""
    cases: tuple[CaseName, ...] = Field(default=("today",), min_length=1)
    """What is built; every case meets the same draws. Corridors are taken out of the first."""
    without: tuple[Corridor, ...] = ()
    """Corridors whose absence is tried on the same draws."""
    together: int | None = Field(default=None, ge=1)
    """How many disruptions at once are solved together, at most: of more, those that cost least
    alone add what they cost alone. Everything is solved together when left out."""
    sampling: Literal["sobol", "latin"] = "sobol"
    """Scrambled Sobol points, or a Latin hypercube."""
    disruptions: tuple[Disruption, ...] = Field(min_length=1)
    """What may go wrong."""
    correlations: tuple[Correlation, ...] = ()
    """Pairs that go together; all others are independent."""

    @model_validator(mode="after")
    def _make_sense(self) -> EnsembleSpec:
        faults = list(self._faults())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        ids = [one.id for one in self.disruptions]
        named = (("disruption", ids), ("case", self.cases), ("corridor", self.without))
        for word, names in named:
            for name, count in Counter(names).items():
                if count > 1:
                    yield f"{word} {name} stands there {count} times"
        pairs = Counter(tuple(sorted(one.between)) for one in self.correlations)
        for pair, count in pairs.items():
            for unknown in sorted(set(pair) - set(ids)):
                yield f"a correlation names {unknown!r}, which is none of {', '.join(ids)}"
            if pair[0] == pair[1]:
                yield f"a correlation of {pair[0]} with itself"
            if count > 1:
                yield f"the correlation of {' and '.join(pair)} stands there {count} times"
