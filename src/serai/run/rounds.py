"""From a scenario to its run: find routes, solve, look again until nothing new is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.effects import Selector
from serai.domain.ranged import FloatArray
from serai.domain.routes import Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import select_links
from serai.model.choice import (
    AVOIDED,
)
from serai.model.empties import with_empties
from serai.model.routes import merge_routes
from serai.model.search import Search, find_routes, searches_of
from serai.model.uses import draws_of_classes
from serai.run.solved import Run, Setting, assign, prepare
from serai.units import HOURS_PER_DAY

__all__ = [
    "MAX_PRICED_SEARCHES",
    "NOTHING_NEW",
    "base_of",
    "carried_by_new",
    "planned_routes",
    "priced_routes",
    "run_rounds",
    "run_scenario",
    "search_routes",
    "surcharges",
]

MAX_PRICED_SEARCHES = 10
"""How often, at most, routes are looked for again at the prices and waits of the last solution."""


NOTHING_NEW = 1e-3
"""Share of all tonnes on the routes found last below which no more are looked for."""


def search_routes(world: World, setting: Setting) -> Routes:
    """
    Return the routes that the network offers under the table of searches.

    Parameters
    ----------
    world
        The tables.
    setting
        From `prepare`; its shocks do not hide a route.

    Returns
    -------
    routes
        Several corridors per cell, whatever is closed.
    """
    graph = setting.graph
    unshocked = replace(graph, is_closed=np.zeros_like(graph.is_closed), closed_transit=())
    return find_routes(
        unshocked, setting.cells, world.classes, world.zones,
        searches_of(world.network, world.searches),
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip


def base_of(scenario: Scenario) -> Scenario:
    """
    Return the scenario that a scenario starts from: its year as it is, nothing decided or shut.

    Parameters
    ----------
    scenario
        Any.
    """
    return Scenario(
        year=scenario.year, built_by=scenario.built_by, demand=scenario.demand,
        empties=scenario.empties,
    )  # fmt: skip


def run_scenario(
    world: World,
    scenario: Scenario,
    *,
    base: Run | None = None,
    planned: Callable[[], Routes] | None = None,
    seed: int = 0,
) -> Run:
    """
    Run one scenario: find routes, solve, look again at the prices found until nothing new is used.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens.
    base
        As in `run_rounds`.
    planned
        As in `run_rounds`.
    seed
        Kept in the record.

    Returns
    -------
    run
        The solved scenario: the last of its rounds.

    Raises
    ------
    ScenarioError
        The scenario names what the tables do not have.
    """
    *_, run = run_rounds(world, scenario, base=base, planned=planned, seed=seed)
    return run


def run_rounds(
    world: World,
    scenario: Scenario,
    *,
    base: Run | None = None,
    planned: Callable[[], Routes] | None = None,
    seed: int = 0,
) -> Iterator[Run]:
    """
    Run one scenario round by round: each solves it on more routes, the last on all it needs.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens. It starts from the routes, prices and waits of its base.
    base
        The run of `base_of` the scenario; run here if left out.
    planned
        Returns what `planned_routes` does, for who keeps it; asked if a project adds links.
    seed
        Kept in the record.

    Yields
    ------
    run
        An equilibrium on the routes known so far.

    Raises
    ------
    ScenarioError
        The scenario names what the tables do not have.
    """
    began = time.perf_counter()
    plain = base_of(scenario)
    told = {name: getattr(scenario, name) for name in ("name", "title", "note")}
    is_plain = scenario == plain.model_copy(update=told)
    if is_plain and base is not None:
        record = base.record.model_copy(update={"scenario": scenario.model_dump(mode="json")})
        yield replace(base, setting=replace(base.setting, scenario=scenario), record=record)
        return
    if is_plain:
        if scenario.empties:
            world = with_empties(world, scenario.year)
        setting = prepare(world, scenario)
        run = assign(world, setting, search_routes(world, setting), seed=seed)
    else:
        before = base or run_scenario(world, plain, seed=seed)
        world = before.world
        setting = prepare(world, scenario, like=before.setting)
        routes = before.routes
        if (setting.graph.is_open & ~before.setting.graph.is_open).any():
            routes = merge_routes([routes, planned() if planned else planned_routes(world, plain)])
        start = before.end.moved(before.setting.graph, setting.graph)
        run = assign(world, setting, routes, start=start, seed=seed)
    yield run
    for _ in range(MAX_PRICED_SEARCHES):
        known = run.routes.mark
        merged = merge_routes([run.routes, priced_routes(run)])
        run = assign(world, setting, merged, start=run.end, seed=seed)
        record = run.record.model_copy(update={"seconds": time.perf_counter() - began})
        run = replace(run, record=record)
        yield run
        if carried_by_new(run, known) <= NOTHING_NEW:
            break


def planned_routes(world: World, base: Scenario) -> Routes:
    """
    Return the routes that the network offers once every project of the table is built.

    Parameters
    ----------
    world
        The tables; of a base's run, where boxes balance.
    base
        A scenario of the year in question.
    """
    return search_routes(world, prepare(world, base.model_copy(update={"projects": "all"})))


def carried_by_new(run: Run, known: NDArray[np.uint64]) -> float:
    """
    Return the share of all tonnes that routes carry which were not known before.

    Parameters
    ----------
    run
        A solved scenario.
    known
        Marks of the routes known before.
    """
    route, cell = run.problem.option_route, run.problem.group_cell[run.problem.option_group]
    is_new = ~np.isin(run.routes.mark, known)
    tonnes = run.world.classes.tonnes_per_unit[run.setting.cells.class_ix[cell]]
    carried = run.solution.flow * tonnes
    by_new = np.append(is_new, False)[route]
    return float(carried[by_new].sum() / max(carried.sum(), 1e-300))


def priced_routes(run: Run, extra: FloatArray | None = None) -> Routes:
    """
    Return the cheapest routes at a run's scarcity prices, also without avoided territory.

    Parameters
    ----------
    run
        A solved scenario.
    extra
        [USD per class unit], shape (n_classes, n_links). Charged besides; nothing if left out.

    Returns
    -------
    routes
        One route per cell and ban: none; Suez and the Cape; all territory shunned or closed to
        transit; both.
    """
    world, graph = run.world, run.setting.graph
    surcharge = surcharges(run) + (0.0 if extra is None else extra)
    shunned = Selector(countries=(*AVOIDED, *graph.closed_transit))
    territory = select_links(world.network, shunned)
    ocean = select_links(world.network, Selector(passages=("Suez", "Cape of Good Hope")))
    none = np.zeros_like(territory)
    return find_routes(
        graph, run.setting.cells, world.classes, world.zones,
        [Search(banned=b) for b in (none, ocean, territory, territory | ocean)],
        reliability_scale=world.params["reliability_scale"], surcharge=surcharge,
    )  # fmt: skip


def surcharges(run: Run) -> FloatArray:
    """
    Return what prices and waits add to the links, [USD per class unit], (n_classes, n_links).

    Parameters
    ----------
    run
        A solved scenario.
    """
    world, graph = run.world, run.setting.graph
    links, limits = graph.network.links, graph.limits
    price, wait = run.limit_price, run.limit_wait_h
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    draws = draws_of_classes(world.classes, world.network.resources)
    tonnes = world.classes.tonnes_per_unit
    per_h = world.classes.value_of_time_usd_per_t_day.value * tonnes / HOURS_PER_DAY
    out = np.zeros((len(world.classes.ids), len(links.ids)))
    for measure in (0, 1):
        limit = limits.of_resource[links.resource_ix, graph.link_direction[owner], measure]
        known = limit >= 0
        for k, is_box in enumerate(world.classes.is_box):
            if measure == 1 and not is_box:
                continue
            uses = draws[links.resource_ix[known], k].any(axis=1)
            amount = tonnes[k] if measure == 0 else 1.0
            due = price[limit[known]] * amount + wait[limit[known]] * per_h[k]
            np.add.at(out[k], owner[known], np.where(uses, due, 0.0))
    return out
