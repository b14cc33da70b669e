"""A scenario made ready and solved on given routes, with its certificate and its record."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version

import numpy as np

from serai.domain.ranged import FloatArray
from serai.domain.results import Record, RunCertificate
from serai.domain.routes import Routes
from serai.domain.scenario import CloseTransit, Scenario
from serai.domain.world import World
from serai.model.apply import apply_scenario
from serai.model.assign import Solution
from serai.model.choice import (
    Offers,
    Problem,
    build_offers,
    build_problem,
)
from serai.model.demand import Cells, build_cells
from serai.model.empties import balances_of
from serai.model.graph import Graph, build_graph
from serai.model.queues import Queued, build_queues, solve_queued

__all__ = [
    "Run",
    "Setting",
    "Start",
    "assign",
    "describe",
    "offers_of",
    "prepare",
    "with_transit_closed",
    "worst",
]

OF_BASE = ("year", "infrastructure_year", "demand", "empties")
"""What of a scenario its base and its demand depend on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """A scenario made ready: its graph, the base that sizes and scales rest on, its demand."""

    scenario: Scenario
    base: Graph
    graph: Graph
    cells: Cells


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Start:
    """Where a solution may start from. Arrays have shape (n_limits,) of the graph."""

    price: FloatArray
    """[USD per TEU or t] Scarcity prices."""
    wait_h: FloatArray
    """[h] Queues."""
    box_price: Mapping[str, float] = field(default_factory=dict)
    """[USD/TEU] By region whose boxes balance."""

    def of(self, problem: Problem, graph: Graph) -> tuple[FloatArray, FloatArray]:
        """
        Return prices by row of a problem [USD per year], and waits by limit [h].

        Parameters
        ----------
        problem
            Of the graph.
        graph
            The graph.
        """
        price = self.price[problem.limit] * graph.limits.capacity[problem.limit]
        of_boxes = [self.box_price.get(r, 0.0) * problem.n_boxes for r in problem.balanced]
        return np.concatenate([price, of_boxes]), self.wait_h[problem.limit]

    def moved(self, here: Graph, there: Graph) -> Start:
        """
        Return the same start for another graph, whose limits may be others.

        Parameters
        ----------
        here
            The graph that this start is of.
        there
            Of the same network; limits that are new to it start at zero.
        """
        known, wanted = here.limits.of_resource, there.limits.of_resource
        both = (known >= 0) & (wanted >= 0)
        price, wait_h = np.zeros((2, len(there.limits.capacity)))
        price[wanted[both]] = self.price[known[both]]
        wait_h[wanted[both]] = self.wait_h[known[both]]
        return replace(self, price=price, wait_h=wait_h)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One scenario, solved."""

    world: World
    setting: Setting
    routes: Routes
    problem: Problem
    """Its costs have no waits in them."""
    queued: Queued
    record: Record

    @property
    def solution(self) -> Solution:
        """Return flows and prices."""
        return self.queued.solution

    @property
    def certificate(self) -> RunCertificate:
        """Say how good the equilibrium is."""
        arrays, cells = self.problem.arrays, self.setting.cells
        class_ix = cells.class_ix[self.problem.group_cell]
        gap = np.bincount(class_ix, self.solution.cell_gap)
        scale = np.bincount(class_ix, arrays.cell_demand / arrays.cell_theta)
        return RunCertificate(
            **self.solution.certificate.model_dump(),
            worst_class_gap=float(np.max(gap / np.maximum(scale, 1e-300), initial=0.0)),
            wait_residual=self.queued.residual_h,
            worst_at=self._worst_at(gap / np.maximum(scale, 1e-300)),
        )

    def _worst_at(self, class_gap: FloatArray) -> str:
        """Name the class with the largest gap, and the limit furthest from fitting its price."""
        solution, limits = self.solution, self.setting.graph.limits
        named = self.world.classes.ids[int(np.argmax(class_gap))]
        if not len(solution.price):
            return f"class {named}"
        n_limits = len(self.problem.limit)
        capacity = np.arange(len(solution.price)) < n_limits
        over = solution.load - capacity
        off = np.where(capacity, np.maximum(over, 0.0), np.abs(over))
        at = int(np.argmax(off + np.abs(solution.price * over)))
        if at >= n_limits:
            return f"class {named}, boxes of {self.problem.balanced[at - n_limits]}"
        limit = self.problem.limit[at]
        resource = self.world.network.resources.ids[limits.resource[limit]]
        return f"class {named}, {resource} in {'TEU' if limits.is_box[limit] else 't'}"

    @property
    def end(self) -> Start:
        """Return prices and waits for another solution to start from."""
        return Start(price=self.limit_price, wait_h=self.limit_wait_h, box_price=self.box_price)

    @property
    def box_price(self) -> dict[str, float]:
        """[USD/TEU] What a box is worth in each region whose boxes balance, relative to China."""
        prices = self.solution.price[len(self.problem.limit) :] / self.problem.n_boxes
        return dict(zip(self.problem.balanced, prices.tolist(), strict=True))

    @property
    def limit_wait_h(self) -> FloatArray:
        """[h], shape (n_limits,) of the graph. Queues."""
        return self._by_limit(self.queued.wait_h)

    @property
    def limit_price(self) -> FloatArray:
        """[USD per TEU or t], shape (n_limits,) of the graph. Scarcity prices."""
        capacity = self.setting.graph.limits.capacity[self.problem.limit]
        return self._by_limit(self.solution.price[: len(capacity)] / capacity)

    @property
    def limit_load(self) -> FloatArray:
        """[-], shape (n_limits,) of the graph. Use as a share of capacity."""
        return self._by_limit(self.solution.load[: len(self.problem.limit)])

    def _by_limit(self, values: FloatArray) -> FloatArray:
        """Lay values of the problem's limits out over those of the graph, zero elsewhere."""
        out = np.zeros(len(self.setting.graph.limits.capacity))
        out[self.problem.limit] = values
        return out


def prepare(world: World, scenario: Scenario, *, like: Setting | None = None) -> Setting:
    """
    Return a scenario's graph, base and demand.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens.
    like
        A setting of the same world; its base and its demand are taken where they are the same.

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
        empties=scenario.empties,
    )  # fmt: skip
    graph = build_graph(world, apply_scenario(world, scenario))
    if like is not None and all(
        getattr(like.scenario, name) == getattr(scenario, name) for name in OF_BASE
    ):
        return replace(like, scenario=scenario, graph=graph)
    return Setting(
        scenario=scenario,
        base=build_graph(world, apply_scenario(world, plain)),
        graph=graph,
        cells=build_cells(world, scenario.year, demand=scenario.demand),
    )


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
    cells = setting.cells
    balances = balances_of(world, cells)
    return build_offers(world, setting.base, setting.graph, cells, routes, balances)


def assign(
    world: World,
    setting: Setting,
    routes: Routes,
    *,
    offers: Offers | None = None,
    start: Start | None = None,
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
        Prices and waits to start from; none if left out.
    seed
        Kept in the record; the equilibrium itself draws nothing.

    Returns
    -------
    run
        Flows, prices, certificate and record.
    """
    began = time.perf_counter()
    problem = build_problem(offers or offers_of(world, setting, routes), setting.graph)
    queued = _solve(world, setting.graph, problem, start)
    record = describe(
        world, setting.scenario, seed=seed, gap=queued.solution.certificate.relative_gap,
        n_routes=len(routes.mark), seconds=time.perf_counter() - began,
    )  # fmt: skip
    return Run(
        world=world, setting=setting, routes=routes, problem=problem, queued=queued,
        record=record,
    )  # fmt: skip


def _solve(world: World, graph: Graph, problem: Problem, start: Start | None) -> Queued:
    return solve_queued(
        problem.arrays, problem.group_usd_per_h, build_queues(world, graph).at(problem.limit),
        n_balances=len(problem.balanced), start=None if start is None else start.of(problem, graph),
    )  # fmt: skip


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


def worst(certificates: Sequence[RunCertificate]) -> RunCertificate:
    """
    Return the worst of several certificates, figure by figure.

    Parameters
    ----------
    certificates
        At least one.
    """
    worst_gap = max(certificates, key=lambda c: c.relative_gap)
    return worst_gap.model_copy(
        update={
            name: float(np.max([getattr(c, name) for c in certificates]))
            for name in RunCertificate.model_fields
            if name not in ("worst_at", "omitted")
        }
    )
