"""The replacement frontier: the share that capital buys, over sets of projects."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from serai.domain.frontier import FrontierPoint, FrontierResult
from serai.domain.ranged import FloatArray
from serai.domain.results import Amounts, RunCertificate
from serai.domain.world import World
from serai.run import describe, worst
from serai.studies.cases import case_scenario
from serai.studies.draws import band_of, deviates
from serai.studies.sets import Built, Chosen, Measures, SetTask, SetWork
from serai.studies.shares import TODAY, Key, Progress, measure, settle_cases
from serai.studies.spread import spread

__all__ = ["frontier"]

N_EXACT: Final = 8
"""Projects up to which every set is solved."""

N_ROUNDS: Final = 2
N_NEIGHBOURS: Final = 30
"""Sets solved in each round of looking around the frontier."""

LEAST_GAIN: Final = 0.002
"""[-] Of divertible boxes: points that add less, in both shares, are left out."""

N_POINTS: Final = 10
"""Points told at most: where there are more, those that add least are left out."""

EVEN_MUSD: Final = 100.0
"""[million USD] Capital from which on factors count, not sums, when points are thinned out."""

Sets = tuple[Chosen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a set of projects does."""

    forced: float
    voluntary: float
    usd_feu: float
    days: float
    certificate: RunCertificate


def _found(built: Built) -> Found:
    return Found(
        forced=built.closed.share, voluntary=built.open.share, usd_feu=built.usd_feu,
        days=built.days, certificate=built.certificate,
    )  # fmt: skip


def frontier(
    world: World,
    *,
    candidates: Sequence[str],
    measures: Measures = "all",
    draws: int = 10,
    seed: int = 1,
    workers: int = 2,
    progress: Progress | None = None,
) -> FrontierResult:
    """
    Return the most that capital buys of the divertible flow.

    Parameters
    ----------
    world
        The tables with their ranges.
    candidates
        Projects to choose from.
    measures
        Whether the soft measures are in force at every point.
    draws
        [-], >= 0. Draws of all ranged inputs for the bands of the points.
    seed
        Seed of the draws.
    workers
        [-], >= 1. Processes; any number gives the same result.
    progress
        Told how far the work is.

    Returns
    -------
    result
        The upper envelope over all sets of projects that were solved: all sets for up to
        `N_EXACT` projects; else each project alone, each left out of all, the first of three
        orders, and in rounds the neighbours of the frontier that promise most. A lower bound of
        the frontier then, as another set may do better.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    keys: tuple[Key, ...] = (TODAY, ("today", "closed"), ("full", "open"), ("full", "closed"))
    routes, runs = settle_cases(world, tell, keys=keys)
    start = {key: run.end for key, run in runs.items()}
    work = SetWork(world=world, routes=routes, start=start, measures=measures)

    def solve(stage: str, sets: Sets) -> list[Found]:
        tasks = [SetTask(sets=(one,)) for one in sets]
        done = spread(work, tasks, workers=workers, tell=tell, stage=stage)
        return [_found(built) for one in done for built in one]

    capex = dict(zip(world.projects.ids, world.projects.capex_musd.value.tolist(), strict=True))
    cost = {p: capex[p] for p in candidates}
    found = search_sets(cost, solve)
    envelope = thin_out(find_envelope(found, cost), found, cost)
    z = deviates(draws, world.n_dimensions, seed) if draws else ()
    tasks = [SetTask(z=row, sets=tuple(envelope)) for row in z]
    done = spread(work, tasks, workers=workers, tell=tell, stage="draws") if tasks else ()
    drawn = [[_found(built) for built in one] for one in done]
    solved = [*found.values(), *(one for points in drawn for one in points)]
    central = measure(runs)
    certificate = worst([central.certificate, *(one.certificate for one in solved)])
    return FrontierResult(
        points=_points(found, envelope, cost, drawn),
        measures=measures,
        divertible=Amounts(teu=central.teu, t=central.t),
        candidates=list(candidates),
        n_sets=len(found),
        is_exact=len(found) == 2 ** len(cost),
        n_draws=draws,
        certificate=certificate,
        record=describe(
            world, case_scenario("full", "closed"), seed=seed, gap=certificate.relative_gap,
            n_routes=len(routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------ the search


def search_sets(
    cost: Mapping[str, float], solve: Callable[[str, Sets], list[Found]]
) -> dict[Chosen, Found]:
    """
    Solve sets of projects that may lie on the frontier.

    Parameters
    ----------
    cost
        [million USD] By project.
    solve
        Solves sets, told by a stage.

    Returns
    -------
    found
        By set; the empty one and the full one are among them.
    """
    every, none = frozenset(cost), frozenset[str]()
    found: dict[Chosen, Found] = {}

    def add(stage: str, sets: Iterable[Chosen]) -> None:
        new = tuple(one for one in dict.fromkeys(sets) if one not in found)
        found.update(zip(new, solve(stage, new), strict=True))

    if len(cost) <= N_EXACT:
        add("all sets", (frozenset(one) for n in range(len(cost) + 1)
                         for one in itertools.combinations(sorted(cost), n)))  # fmt: skip
        return found
    alone = [frozenset({p}) for p in cost]
    add("projects one by one", [none, every, *alone, *(every - one for one in alone)])
    first = {p: _sum(found[frozenset({p})]) - _sum(found[none]) for p in cost}
    last = {p: _sum(found[every]) - _sum(found[every - {p}]) for p in cost}
    mean = {p: (first[p] + last[p]) / 2.0 for p in cost}
    orders = [
        sorted(cost, key=lambda p: (-gain[p] / max(cost[p], 1.0), p))
        for gain in (first, last, mean)
    ]
    add("projects in order", (frozenset(order[:n]) for order in orders for n in range(len(cost))))
    for _ in range(N_ROUNDS):
        promising = _look_around(found, cost, mean)
        if not promising:
            break
        add("around the frontier", promising)
    return found


def _sum(one: Found) -> float:
    return one.forced + one.voluntary


def _look_around(
    found: Mapping[Chosen, Found], cost: Mapping[str, float], gain: Mapping[str, float]
) -> list[Chosen]:
    """Return unsolved sets, one project off the frontier, that promise most above it."""
    envelope = find_envelope(found, cost)
    at = np.array([_cost_of(one, cost) for one in envelope])
    top = np.array([_sum(found[one]) for one in envelope])
    promise: dict[Chosen, float] = {}
    for one in envelope:
        for p in cost:
            other = one ^ {p}
            if other in found:
                continue
            guess = _sum(found[one]) + (gain[p] if p in other else -gain[p])
            level = float(top[at <= _cost_of(other, cost)].max(initial=0.0))
            promise[other] = max(promise.get(other, -np.inf), guess - level)
    order = sorted(promise, key=lambda s: (-promise[s], sorted(s)))
    return order[:N_NEIGHBOURS]


def _cost_of(chosen: Chosen, cost: Mapping[str, float]) -> float:
    return sum(cost[p] for p in sorted(chosen))


def find_envelope(found: Mapping[Chosen, Found], cost: Mapping[str, float]) -> list[Chosen]:
    """
    Return the sets at which one of the shares rises above that of every cheaper set.

    Parameters
    ----------
    found
        By set.
    cost
        [million USD] By project.

    Returns
    -------
    sets
        By capital, the empty set first; rises of less than `LEAST_GAIN` in both shares are left
        out, but for the highest of each.
    """
    order = sorted(found, key=lambda s: (_cost_of(s, cost), -_sum(found[s]), sorted(s)))
    summit = [max(order, key=share) for share in (
        lambda s: found[s].forced, lambda s: found[s].voluntary)]  # fmt: skip
    kept: list[Chosen] = []
    forced = voluntary = -np.inf
    for one in order:
        rise = max(found[one].forced - forced, found[one].voluntary - voluntary)
        if not kept or rise >= LEAST_GAIN or (one in summit and rise > 0):
            kept.append(one)
            forced = max(forced, found[one].forced)
            voluntary = max(voluntary, found[one].voluntary)
    return kept


def thin_out(
    envelope: Sequence[Chosen],
    found: Mapping[Chosen, Found],
    cost: Mapping[str, float],
) -> list[Chosen]:
    """
    Return at most `N_POINTS` points of an envelope, first and last among them.

    Parameters
    ----------
    envelope
        By capital.
    found
        By set.
    cost
        [million USD] By project.

    Returns
    -------
    sets
        Left out one by one is the point that hides least: its rise times the capital up to the
        next point, by factors.
    """
    kept = list(envelope)
    while len(kept) > N_POINTS:
        at = np.log([EVEN_MUSD + _cost_of(one, cost) for one in kept])
        best = _run_up(found[one] for one in kept)
        hidden = np.diff(best, axis=0).sum(axis=1)[:-1] * np.diff(at)[1:]
        del kept[1 + int(np.argmin(hidden))]
    return kept


# ------------------------------------------------------------------------------ the points


def _points(
    found: Mapping[Chosen, Found],
    envelope: Sequence[Chosen],
    cost: Mapping[str, float],
    drawn: Sequence[Sequence[Found]],
) -> list[FrontierPoint]:
    # At the tables' values as at each draw, capital can be left unspent.
    central = _run_up(found[one] for one in envelope)
    shares = [_run_up(then) for then in drawn]
    points: list[FrontierPoint] = []
    before = frozenset[str]()
    for i, chosen in enumerate(envelope):
        points.append(
            FrontierPoint(
                capex_musd=_cost_of(chosen, cost),
                forced_share=band_of([one[i, 0] for one in shares], float(central[i, 0])),
                voluntary_share=band_of([one[i, 1] for one in shares], float(central[i, 1])),
                usd_feu=found[chosen].usd_feu, days=found[chosen].days,
                projects=sorted(chosen),
                added=sorted(chosen - before), dropped=sorted(before - chosen),
            )
        )  # fmt: skip
        before = chosen
    return points


def _run_up(points: Iterable[Found]) -> FloatArray:
    """Return the highest of both shares so far, point by point: [-], shape (n_points, 2)."""
    shares: FloatArray = np.maximum.accumulate([(one.forced, one.voluntary) for one in points])
    return shares
