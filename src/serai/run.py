"""The one path from inputs to a run: world, scenario, routes, equilibrium, record."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray
from serai.domain.results import Certificate, Record
from serai.domain.routes import Routes
from serai.domain.scenario import CloseTransit, Scenario
from serai.domain.world import World
from serai.model.apply import apply_scenario
from serai.model.assign import Solution, solve
from serai.model.choice import (
    AVOIDED,
    Offers,
    Problem,
    build_offers,
    build_problem,
    draws_of_classes,
)
from serai.model.demand import Cells, build_cells
from serai.model.graph import Graph, build_graph
from serai.model.routes import ban_masks, find_routes, merge_routes

__all__ = [
    "Run",
    "Setting",
    "assign",
    "describe",
    "offers_of",
    "prepare",
    "priced_routes",
    "run_scenario",
    "search_routes",
    "with_transit_closed",
    "worst",
]

N_PRICED_SEARCHES = 2
"""How often routes are looked for again at the scarcity prices of the last equilibrium."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """A scenario made ready: its graph, the base that sizes and scales rest on, its demand."""

    scenario: Scenario
    base: Graph
    graph: Graph
    cells: Cells


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One scenario, solved."""

    world: World
    setting: Setting
    routes: Routes
    problem: Problem
    solution: Solution
    record: Record

    @property
    def limit_price(self) -> FloatArray:
        """[USD per TEU or t], shape (n_limits,) of the graph. Scarcity prices."""
        limits = self.setting.graph.limits
        price = np.zeros(len(limits.capacity))
        price[self.problem.limit] = self.solution.price / limits.capacity[self.problem.limit]
        return price

    @property
    def limit_load(self) -> FloatArray:
        """[-], shape (n_limits,) of the graph. Use as a share of capacity."""
        load = np.zeros(len(self.setting.graph.limits.capacity))
        load[self.problem.limit] = self.solution.load
        return load


def prepare(world: World, scenario: Scenario) -> Setting:
    """
    Return a scenario's graph, base and demand.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens.

    Returns
    -------
    setting
        The base is the same year's tables without projects beyond those built, measures,
        closures or shocks: scales and path sizes come from it and are held across cases.

    Raises
    ------
    ScenarioError
        The scenario names what the tables do not have.
    """
    plain = Scenario(
        year=scenario.year, built_by=scenario.infrastructure_year, closures=False,
    )  # fmt: skip
    state = apply_scenario(world, scenario)
    return Setting(
        scenario=scenario,
        base=build_graph(world, apply_scenario(world, plain)),
        graph=build_graph(world, state),
        cells=build_cells(world, scenario.year, demand=scenario.demand),
    )


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
        ban_masks(world.network, world.searches),
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip


def with_transit_closed(setting: Setting, scenario: Scenario) -> Setting:
    """
    Return a setting whose scenario closes territories to transit and changes nothing else.

    Parameters
    ----------
    setting
        Of the same scenario without that shock.
    scenario
        With it.

    Returns
    -------
    setting
        What `prepare` returns for the scenario, at a fraction of the work.
    """
    closed = tuple(c for s in scenario.shocks if isinstance(s, CloseTransit) for c in s.countries)
    graph = replace(setting.graph, closed_transit=closed)
    return replace(setting, scenario=scenario, graph=graph)


def offers_of(world: World, setting: Setting, routes: Routes) -> Offers:
    """
    Return what the shippers of a setting may choose before anything is shut.

    Parameters
    ----------
    world
        The tables.
    setting
        From `prepare`.
    routes
        The routes.
    """
    return build_offers(world, setting.base, setting.graph, setting.cells, routes)


def assign(
    world: World,
    setting: Setting,
    routes: Routes,
    *,
    offers: Offers | None = None,
    start: NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Run:
    """
    Solve one scenario on given routes.

    Parameters
    ----------
    world
        The tables.
    setting
        From `prepare`.
    routes
        The choice sets.
    offers
        What `offers_of` returns for a setting that differs in its shocks alone; computed here if
        left out.
    start
        [USD per TEU or t], shape (n_limits,) of the graph, >= 0. Prices to start from.
    seed
        Kept in the record; the equilibrium itself draws nothing.

    Returns
    -------
    run
        Flows, prices, certificate and record.
    """
    began = time.perf_counter()
    problem = build_problem(offers or offers_of(world, setting, routes), setting.graph)
    warm = None
    if start is not None:
        warm = start[problem.limit] * setting.graph.limits.capacity[problem.limit]
    solution = solve(problem.arrays, len(problem.limit), start=warm)
    record = describe(
        world, setting.scenario, seed=seed, gap=solution.certificate.relative_gap,
        n_routes=len(routes.mark), seconds=time.perf_counter() - began,
    )  # fmt: skip
    return Run(
        world=world, setting=setting, routes=routes, problem=problem, solution=solution,
        record=record,
    )  # fmt: skip


def run_scenario(
    world: World, scenario: Scenario, *, routes: Routes | None = None, seed: int = 0
) -> Run:
    """
    Run one scenario: find routes, solve, look again at the prices found, solve again.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens.
    routes
        Choice sets to start from; found here if left out.
    seed
        Kept in the record.

    Returns
    -------
    run
        The solved scenario.

    Raises
    ------
    ScenarioError
        The scenario names what the tables do not have.
    """
    began = time.perf_counter()
    setting = prepare(world, scenario)
    if routes is None:
        routes = search_routes(world, setting)
    run = assign(world, setting, routes, seed=seed)
    for _ in range(N_PRICED_SEARCHES):
        more = priced_routes(run)
        merged = merge_routes(setting.graph, world.zones, [run.routes, more])
        if len(merged.mark) == len(run.routes.mark) and len(merged.offer_class) == len(
            run.routes.offer_class
        ):
            break
        run = assign(world, setting, merged, start=run.limit_price, seed=seed)
    record = run.record.model_copy(update={"seconds": time.perf_counter() - began})
    return replace(run, record=record)


def priced_routes(run: Run) -> Routes:
    """
    Return the cheapest routes at a run's scarcity prices, also without avoided territory.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    routes
        One route per cell and ban: none; Suez and the Cape; all territory shunned or closed to
        transit; both.
    """
    world, graph = run.world, run.setting.graph
    surcharge = _surcharges(run)
    network = world.network
    territory = np.zeros(len(network.links.ids), np.bool_)
    for country in (*AVOIDED, *graph.closed_transit):
        if country in network.country_ids:
            territory |= network.links.in_country[:, network.country_ids.index(country)]
    ocean = np.isin(network.links.passage, ("Suez", "Cape of Good Hope"))
    none = np.zeros_like(territory)
    return find_routes(
        graph, run.setting.cells, world.classes, world.zones,
        [none, ocean, territory, territory | ocean],
        reliability_scale=world.params["reliability_scale"], surcharge=surcharge,
    )  # fmt: skip


def _surcharges(run: Run) -> FloatArray:
    """Lay the scarcity prices on the links: [USD per class unit], (n_classes, n_links)."""
    world, graph = run.world, run.setting.graph
    links, limits = graph.network.links, graph.limits
    price = run.limit_price
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    draws = draws_of_classes(world)
    tonnes = world.classes.tonnes_per_unit
    out = np.zeros((len(world.classes.ids), len(links.ids)))
    for measure in (0, 1):
        limit = limits.of_resource[links.resource_ix, graph.link_direction[owner], measure]
        known = limit >= 0
        for k, is_box in enumerate(world.classes.is_box):
            if measure == 1 and not is_box:
                continue
            uses = draws[links.resource_ix[known], k].any(axis=1)
            amount = tonnes[k] if measure == 0 else 1.0
            np.add.at(out[k], owner[known], np.where(uses, price[limit[known]] * amount, 0.0))
    return out


def describe(
    world: World, scenario: Scenario, *, seed: int, gap: float, n_routes: int, seconds: float
) -> Record:
    """
    Return the record of a run: versions, hashes, scenario, seed, gap and time.

    Parameters
    ----------
    world
        The tables.
    scenario
        The scenario.
    seed
        Seed of the draws.
    gap
        [-], >= 0. Relative gap.
    n_routes
        [-], >= 0. Distinct routes.
    seconds
        [s], >= 0. Time taken.
    """
    return Record(
        version=version("serai"),
        data_version=world.data_version,
        inputs=dict(world.hashes),
        scenario=scenario.model_dump(mode="json"),
        seed=seed,
        relative_gap=gap,
        n_routes=n_routes,
        seconds=seconds,
    )


def worst(certificates: Sequence[Certificate]) -> Certificate:
    """
    Return the worst of several certificates, figure by figure.

    Parameters
    ----------
    certificates
        At least one.
    """
    return Certificate(
        **{
            name: float(np.max([getattr(c, name) for c in certificates]))
            for name in ("relative_gap", "complementarity", "conservation", "overload")
        }
    )
