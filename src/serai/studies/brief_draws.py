"""The brief's own numbers: what scenarios shift and territories mean, with bands over draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from serai.data.scenarios import read_scenario
from serai.domain.ranged import FloatArray
from serai.domain.results import Band
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import draw_world
from serai.run import Bases, Run
from serai.studies.comparison import run_pair
from serai.studies.draws import Known, deviates, span_of
from serai.studies.outcomes import outcomes
from serai.studies.shares import Progress
from serai.studies.spread import spread
from serai.studies.tally import NAMES, tally
from serai.studies.tightrope import without
from serai.studies.transit import crossing_share

__all__ = ["SCENARIOS", "brief_numbers"]

SCENARIOS: Final = (
    "visa-free-and-single-window", "kyrgyz-tajik-border-closed",
    "corridor-to-indian-ports-complete",
)  # fmt: skip
"""Ready scenarios that claims are answered by."""

YEAR: Final = 2023
COUNTRY: Final = "KAZ"
GOODS: Final = ("oil", "uranium")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """Everything that is solved at each draw."""

    world: World
    base: Known
    pairs: Mapping[str, tuple[Known, Known]]

    def do(self, task: FloatArray) -> dict[str, float]:
        """Return all numbers at one draw."""
        drawn = draw_world(self.world, task)
        found = _base_numbers(self.base.solve(drawn))
        for name, pair in self.pairs.items():
            before, after = (one.solve(drawn) for one in pair)
            found |= _shift(name, before, after)
        return found


def brief_numbers(
    bases: Bases, *, draws: int, seed: int, workers: int, tell: Progress
) -> dict[str, Band]:
    """
    Return the numbers that the brief tells beside those of the answer and the ropes.

    Parameters
    ----------
    bases
        Of the tables with their ranges.
    draws
        [-], >= 0. Draws of all ranged inputs.
    seed
        Seed of the draws.
    workers
        [-], >= 1. Processes.
    tell
        Told how far the work is.

    Returns
    -------
    numbers
        The run at the tables' values, with P10 and P90 of the draws, widened to it; alike without
        draws. Totals of 2023 by their quantity; percent of the value of oil and uranium that
        crosses Russia (`oil RUS`); what a scenario shifts, such as
        `visa-free-and-single-window middle TEU`, in boxes, tonnes or USD (`cost`) a year.
    """
    tell("scenarios", 0, 1 + len(SCENARIOS))
    world = bases.world
    base = bases.run(Scenario(year=YEAR))
    found = _base_numbers(base)
    pairs = {}
    for i, name in enumerate(SCENARIOS):
        tell("scenarios", 1 + i, 1 + len(SCENARIOS))
        scenario = read_scenario(name)
        before, after = run_pair(bases, without(scenario), scenario)
        found |= _shift(name, before, after)
        pairs[name] = Known.of(before), Known.of(after)
    tell("scenarios", 1 + len(SCENARIOS), 1 + len(SCENARIOS))
    drawn = []
    if draws:
        work = _Work(world=world, base=Known.of(base), pairs=pairs)
        z = deviates(draws, world.n_dimensions, seed)
        drawn = list(spread(work, list(z), workers=workers, tell=tell, stage="draws"))
    return {name: _band(value, [one[name] for one in drawn]) for name, value in found.items()}


def _base_numbers(run: Run) -> dict[str, float]:
    crossing = {f"{g} RUS": 100 * crossing_share(run, COUNTRY, "RUS", g) for g in GOODS}
    return outcomes(run) | crossing


def _shift(name: str, before: Run, after: Run) -> dict[str, float]:
    """Return what a scenario changes against the same world without what it does."""
    found: list[dict[str, float]] = []
    for run in (before, after):
        flows = tally(run)
        t, teu = flows.by_corridor(flows.t), flows.by_corridor(flows.teu)
        totals = {f"{name} {way} t": float(t[i]) for i, way in enumerate(NAMES)}
        totals |= {f"{name} {way} TEU": float(teu[i]) for i, way in enumerate(NAMES)}
        felt = run.queued.arrays.cost * run.solution.flow
        totals[f"{name} cost"] = float(np.sum(felt))
        found.append(totals)
    return {key: found[1][key] - found[0][key] for key in found[0]}


def _band(central: float, drawn: list[float]) -> Band:
    low, high = span_of([v for v in drawn if np.isfinite(v)], central)
    return Band(value=central, low=low, high=high, central=central)
