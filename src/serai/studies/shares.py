"""The answer's numbers in one state of the inputs: every case, open and closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from serai.domain.ranged import FloatArray
from serai.domain.results import RunCertificate
from serai.domain.routes import Routes
from serai.domain.world import World
from serai.model.routes import merge_routes
from serai.run import (
    MAX_PRICED_SEARCHES,
    NOTHING_NEW,
    Run,
    Start,
    assign,
    carried_by_new,
    offers_of,
    prepare,
    priced_routes,
    search_routes,
    with_transit_closed,
    worst,
)
from serai.studies.cases import (
    Divertible,
    all_cases,
    case_scenario,
    class_totals,
    corridor_totals,
    divertible,
    middle_resources,
)
from serai.studies.tally import NAMES, sums_by, tally

__all__ = [
    "TODAY",
    "CaseShares",
    "Key",
    "Progress",
    "Shares",
    "measure",
    "settle_cases",
    "solve_cases",
]

MIDDLE = NAMES.index("middle")

Key = tuple[str, str]
"""Case and state of Russia."""

TODAY: Final[Key] = ("today", "open")
"""What shares are against."""

Progress = Callable[[str, int, int], None]
"""Called with a stage in words, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseShares:
    """One case, open or closed, against today with Russia open."""

    share: float
    """[-] Middle Corridor gain over divertible boxes."""
    share_t: float
    """[-] The same for tonnes."""
    teu: float
    """[TEU/yr] Middle Corridor flow of the counted cells."""
    t: float
    """[t/yr]."""
    moved: FloatArray
    """[-], shape (len(NAMES),). Change of boxes by corridor over divertible boxes."""
    left_north: float
    """[-] Boxes still on the northern corridor over divertible boxes."""
    by_class: FloatArray
    """[-], shape (n_classes,). Share by class, NaN where nothing is divertible."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """All cases in one state of the inputs."""

    teu: float
    """[TEU/yr] Divertible boxes."""
    t: float
    """[t/yr] Divertible tonnes."""
    by_class: FloatArray
    """[class unit per year], shape (n_classes,). Divertible by class."""
    cases: Mapping[Key, CaseShares]
    certificate: RunCertificate


def solve_cases(
    world: World,
    routes: Routes,
    *,
    start: Mapping[Key, Start] | None = None,
    year: int = 2023,
    demand: str = "reference",
    keys: tuple[Key, ...] = tuple(all_cases()),
) -> dict[Key, Run]:
    """
    Solve cases on one set of routes.

    Parameters
    ----------
    world
        The tables, or a draw of them.
    routes
        The choice sets of every case.
    start
        Prices and waits to start from, by case.
    year
        Year of demand and prices.
    demand
        Low, reference or high.
    keys
        The cases to solve.

    Returns
    -------
    runs
        By case and state of Russia.
    """
    runs = {}
    free = middle_resources(world, routes)
    opened = None
    for case in dict.fromkeys(case for case, _ in keys):
        of = {
            russia: case_scenario(case, russia, year=year, demand=demand, unlimited=free)
            for russia in ("open", "closed")
        }
        opened = prepare(world, of["open"], like=opened)
        offers = offers_of(world, opened, routes)
        settings = {"open": opened, "closed": with_transit_closed(opened, of["closed"])}
        for key in keys:
            if key[0] == case:
                first = None if start is None else start.get(key)
                runs[key] = assign(world, settings[key[1]], routes, offers=offers, start=first)
    return runs


def settle_cases(
    world: World, tell: Progress, *, keys: tuple[Key, ...] = tuple(all_cases())
) -> tuple[Routes, dict[Key, Run]]:
    """
    Find one set of routes for every case, and solve cases on it at the tables' values.

    Parameters
    ----------
    world
        The tables.
    tell
        Told how far the work is.
    keys
        The cases to solve.

    Returns
    -------
    routes
        The choice sets, searched at today's prices and at those of solved cases.
    runs
        By case and state of Russia.
    """
    done = MAX_PRICED_SEARCHES + 2
    tell("cases", 0, done)
    far = ("today", "full")  # whose prices differ most
    settings = [prepare(world, case_scenario(case, "open")) for case in far]
    routes = merge_routes([search_routes(world, setting) for setting in settings])
    of_far = tuple(key for key in all_cases() if key[0] in far)
    known, start = routes.mark[:0], dict[Key, Start]()
    for at in range(MAX_PRICED_SEARCHES):
        tell("cases", at + 1, done)
        runs = solve_cases(world, routes, start=start, keys=of_far)
        start = {key: run.end for key, run in runs.items()}
        if max(carried_by_new(run, known) for run in runs.values()) <= NOTHING_NEW:
            break
        known = routes.mark
        routes = merge_routes([routes, *(priced_routes(run) for run in runs.values())])
    runs = solve_cases(world, routes, start=start, keys=keys)
    tell("cases", done, done)
    return routes, runs


def measure(runs: Mapping[Key, Run]) -> Shares:
    """
    Return the shares of solved cases.

    Parameters
    ----------
    runs
        By case and state of Russia; ``("today", "open")`` must be among them.

    Returns
    -------
    shares
        Forced where closed, voluntary where open; zero for today, open, by construction.
    """
    base = runs[TODAY]
    flow = divertible(base)
    before = tally(base)
    at_first = (
        corridor_totals(before, flow.is_counted, before.teu),
        corridor_totals(before, flow.is_counted, before.t),
    )
    n_classes = len(base.world.classes.ids)
    by_class = sums_by(base.setting.cells.class_ix, flow.units, n_classes)
    first_by_class = class_totals(before, flow.is_counted, "middle", n_classes)
    cases = {
        key: _one(run, flow, at_first, (by_class, first_by_class)) for key, run in runs.items()
    }
    return Shares(
        teu=float(flow.teu.sum()),
        t=float(flow.t.sum()),
        by_class=by_class,
        cases=cases,
        certificate=worst([r.certificate for r in runs.values()]),
    )


def _one(
    run: Run,
    flow: Divertible,
    at_first: tuple[FloatArray, FloatArray],
    classes: tuple[FloatArray, FloatArray],
) -> CaseShares:
    after = tally(run)
    teu = corridor_totals(after, flow.is_counted, after.teu)
    t = corridor_totals(after, flow.is_counted, after.t)
    n_teu, n_t = max(flow.teu.sum(), 1e-300), max(flow.t.sum(), 1e-300)
    by_class, first_by_class = classes
    gained = class_totals(after, flow.is_counted, "middle", len(by_class)) - first_by_class
    return CaseShares(
        share=float((teu - at_first[0])[MIDDLE] / n_teu),
        share_t=float((t - at_first[1])[MIDDLE] / n_t),
        teu=float(teu[MIDDLE]),
        t=float(t[MIDDLE]),
        moved=(teu - at_first[0]) / n_teu,
        left_north=float(teu[NAMES.index("north")] / n_teu),
        by_class=np.where(by_class > 0, gained / np.where(by_class > 0, by_class, 1.0), np.nan),
    )
