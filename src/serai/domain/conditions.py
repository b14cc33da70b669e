"""Conditions under which the Middle Corridor carries a share, and under which it does not."""

from __future__ import annotations

from typing import Literal

from serai.domain.results import Band, Record, Result, RunCertificate

__all__ = ["Conditions", "ConditionsResult", "Limit", "Peel", "StateBox", "Tested"]


class Tested(Result):
    """An input that the share depends on, as far as the draws tell."""

    input_id: str
    """Table and name of the input; `decisions.` and a package or the projects; `ocean`."""
    name: str
    """In words."""
    correlation: float
    """[-] Of ranks with the share, with those that stand before it held."""
    chance: float
    """[-] How likely an idle input looks so strong, times the number of inputs."""


class Limit(Result):
    """A limit of a box on one input."""

    input_id: str
    """Table and name of the input."""
    name: str
    """In words."""
    unit: str
    """Of all four numbers; a place in its range where an input is many rows; empty for a decision,
    which is 0 or 1."""
    low: float | None
    """Least value in the box; None where there is no such limit."""
    high: float | None
    """Greatest value in the box."""
    low_place: float | None
    """[-] The least value's place in the range: of all draws, those below; 0 or 1 of a decision."""
    high_place: float | None
    """[-] The greatest value's place."""
    range_low: float
    """The input's own range: P10; of the ocean the cheapest year."""
    range_high: float
    """P90; of the ocean the dearest year."""
    chance: float
    """[-] Quasi-p-value: how likely a box without the limit gives this density by chance."""
    support: float
    """[-] Of all random halves of the draws: those whose boxes limit this input from the same
    side."""
    words: str
    """The limit in words."""


class StateBox(Result):
    """States with something in common."""

    limits: list[Limit]
    """All hold at once; the strongest first."""
    coverage: float
    """[-] Of all states of interest: those in the box."""
    density: float
    """[-] Of all states in the box: those of interest."""
    mass: float
    """[-] Of all states: those in the box."""
    sentence: str
    """The box in words."""


class Peel(Result):
    """A box on the way from all states to the densest."""

    coverage: float
    """[-] Of all states of interest: those in the box."""
    density: float
    """[-] Of all states in the box: those of interest."""
    mass: float
    """[-] Of all states: those in the box."""
    n_limited: int
    """Inputs that it limits."""


class Conditions(Result):
    """When the corridor carries the share, or when it fails to."""

    kind: Literal["carries", "fails"]
    """What the states of interest do."""
    base_rate: float
    """[-] Of all states: those of interest."""
    boxes: list[StateBox]
    """Each was found among the states that those before leave out, but is measured on all."""
    coverage: float
    """[-] Of all states of interest: those in any of the boxes."""
    density: float | None
    """[-] Of all states in any of the boxes: those of interest; None without a box."""
    held_out_coverage: float | None
    """[-] The same where boxes were found on one random half of the draws and tried on the other:
    the mean of many halves, those that find no box counted as zero."""
    held_out_density: float | None
    """[-] The same for the density, over the halves that find a box."""
    peels: list[Peel]
    """Trade-off between coverage and density: the way to the first box and beyond."""


class ConditionsResult(Result):
    """Under which conditions the Middle Corridor carries a share of the divertible boxes."""

    share: float
    """[-] Of the divertible boxes: what is asked for."""
    case: Literal["today", "funded", "full"] | None
    """Whose projects and soft measures hold; None where they were drawn."""
    russia: Literal["open", "closed"]
    """Whether Russian and Belarusian territory carries transit."""
    carries: Conditions
    """When the corridor carries it."""
    fails: Conditions
    """When it does not."""
    drawn: Band
    """[-] The share over the draws; `central` at the tables' values, all projects and measures
    or those of the case."""
    tested: list[Tested]
    """Inputs that boxes may limit, strongest first."""
    packages: dict[str, list[str]]
    """Soft measures by package that is drawn in force or not."""
    n_inputs: int
    """Inputs drawn, decisions included."""
    n_draws: int
    """States solved."""
    n_halves: int
    """Random halves behind `support` and what is held out."""
    certificate: RunCertificate
    """The worst of all runs."""
    record: Record
    """How the result came about."""
