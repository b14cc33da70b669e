"""Two scenarios on the same routes, so that only what they say differs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from serai.domain.scenario import Scenario
from serai.model.routes import merge_routes
from serai.run import Bases, Run, assign

__all__ = ["N_STEPS", "run_pair", "step_pair"]

N_STEPS = 4
"""Steps of a comparison."""


def run_pair(
    bases: Bases,
    before: Scenario,
    after: Scenario,
    *,
    tell: Callable[[int], None] = lambda _done: None,
) -> tuple[Run, Run]:
    """
    Run two scenarios with one set of routes to choose from.

    Parameters
    ----------
    bases
        Of the tables.
    before
        The first scenario.
    after
        The second.
    tell
        Told after each of `N_STEPS` steps how many are done.

    Returns
    -------
    runs
        In the order given.

    Raises
    ------
    ScenarioError
        A scenario names what the tables do not have.
    """
    runs: tuple[Run, ...] = ()
    for at, solved in enumerate(step_pair(bases, before, after)):
        runs = solved
        tell(at + 1)
    return runs[0], runs[1]


def step_pair(bases: Bases, before: Scenario, after: Scenario) -> Iterator[tuple[Run, ...]]:
    """
    Run two scenarios with one set of routes to choose from, step by step.

    Each scenario finds its own routes first. Sizes of paths rest on the whole set, so both are
    solved again on the union; a scenario compared with itself shows no change at all.

    Parameters
    ----------
    bases
        Of the tables.
    before
        The first scenario.
    after
        The second.

    Yields
    ------
    runs
        After each of `N_STEPS` steps those that are solved on the union; in the order given.
    """
    first: list[Run] = []
    seconds: list[float] = []
    for scenario in (before, after):
        began = time.perf_counter()
        first.append(bases.run(scenario))
        seconds.append(time.perf_counter() - began)
        yield ()
    routes = merge_routes([run.routes for run in first])
    second: list[Run] = []
    for at, run in enumerate(first):
        began = time.perf_counter()
        again = assign(run.world, run.setting, routes, start=run.end)
        spent = seconds[at] + time.perf_counter() - began
        second.append(replace(again, record=again.record.model_copy(update={"seconds": spent})))
        yield tuple(second)
