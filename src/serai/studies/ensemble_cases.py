"""What a state of disruptions does to each case: solved from the case's own calm solution."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from serai.domain.disruptions import EnsembleSpec
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.results import RunCertificate
from serai.domain.routes import CORRIDORS, Routes
from serai.domain.world import World
from serai.kernels.choice import fill_dues, fill_objective
from serai.model.choice import Problem
from serai.model.graph import Graph
from serai.model.queues import Queued, build_queues, solve_queued
from serai.model.shocked import (
    Calm,
    RouteSums,
    Shocked,
    build_calm,
    can_shock,
    shock,
    without_options,
)
from serai.run import Setting, Start, offers_of, prepare
from serai.studies.cases import case_scenario
from serai.studies.disruptions import CALM, State, shocks_of
from serai.studies.tally import sums_by

__all__ = ["CERTIFICATE", "FULL", "Case", "Cases", "Layout", "cases_of", "certificate_of"]

FULL = 0.999
"""[-] Use as a share of capacity from which a limit counts as full."""

TINY = 1e-300

LOOSE_GAP, LOOSE_RESIDUAL_H = 1e-6, 1e-2
"""[-], [h] How good a state's equilibrium is: looser than a run's, as thousands are solved."""

CERTIFICATE = ("relative_gap", "complementarity", "conservation", "overload", "worst_class_gap",
               "wait_residual")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Something built, with all corridors or without one."""

    name: str
    built: str
    """One of the answer's cases."""
    without: str = ""
    """Corridor that nobody may take."""


def cases_of(spec: EnsembleSpec) -> tuple[Case, ...]:
    """
    Return the cases of a list of disruptions.

    Parameters
    ----------
    spec
        The disruptions.

    Returns
    -------
    cases
        Those named, then the first of them without each corridor named.
    """
    first = spec.cases[0]
    return (
        *(Case(name, name) for name in spec.cases),
        *(Case(f"{first} without {corridor}", first, corridor) for corridor in spec.without),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each number of a solved state stands in its row."""

    classes: tuple[str, ...]
    countries: tuple[str, ...]
    resources: tuple[str, ...]
    corridors: tuple[str, ...] = CORRIDORS

    @property
    def parts(self) -> dict[str, int]:
        """Length of each part, in their order; amounts are of a year that is all like this."""
        n_classes, n_countries = len(self.classes), len(self.countries)
        n_resources = len(self.resources)
        return {
            "cost_usd": 1,
            "class_usd": n_classes,
            "class_tonne_h": n_classes,
            "class_served_t": n_classes,
            "class_unserved_t": n_classes,
            "country_usd": n_countries,
            "country_transit_t": n_countries,
            "resource_usd": n_resources,
            "resource_full": n_resources,
            "corridor_t": len(self.corridors),
            "certificate": len(CERTIFICATE),
        }

    @property
    def slices(self) -> dict[str, slice]:
        """Where each part stands."""
        ends = np.cumsum(list(self.parts.values())).tolist()
        return {
            name: slice(end - n, end)
            for (name, n), end in zip(self.parts.items(), ends, strict=True)
        }

    @property
    def length(self) -> int:
        """Length of a row."""
        return sum(self.parts.values())

    @classmethod
    def of(cls, world: World) -> Layout:
        """
        Return the layout of a world's results.

        Parameters
        ----------
        world
            The tables.
        """
        countries = dict.fromkeys([*world.network.country_ids, *world.zones.countries])
        return cls(
            classes=world.classes.ids,
            countries=tuple(sorted(filter(None, countries))),
            resources=world.network.resources.ids,
        )


def certificate_of(rows: Iterable[FloatArray], layout: Layout) -> RunCertificate:
    """
    Return the worst certificate of solved states, figure by figure.

    Parameters
    ----------
    rows
        Of the states.
    layout
        Where their numbers stand.
    """
    at = layout.slices["certificate"]
    worst = np.max([row[..., at].reshape(-1, len(CERTIFICATE)).max(axis=0) for row in rows], axis=0)
    told = dict(zip(CERTIFICATE, worst.tolist(), strict=True))
    return RunCertificate(**told)


class _Lock:
    """A lock that may travel to another process, where it is a new one."""

    def __init__(self) -> None:
        self.held = threading.Lock()

    def __reduce__(self) -> tuple[type[_Lock], tuple[()]]:
        return (type(self), ())


@dataclass(frozen=True, kw_only=True, eq=False)
class Cases:
    """
    All cases, ready to be solved in any state; what every task of a process shares.

    A state's numbers depend on nothing but the state: a disruption alone is solved from the calm
    solution, two together from it and what each alone adds, more from the dearest pair of them.
    """

    world: World
    routes: Routes
    spec: EnsembleSpec
    start: Mapping[str, Mapping[State, Start]]
    """By case and state; of the calm state at least."""
    max_gap: float = LOOSE_GAP
    max_residual_h: float = LOOSE_RESIDUAL_H
    _lock: _Lock = field(default_factory=_Lock)

    @cached_property
    def layout(self) -> Layout:
        """Where each number stands."""
        return Layout.of(self.world)

    def do(self, task: State) -> list[Found]:
        """
        Solve every case in a state.

        Parameters
        ----------
        task
            The state.

        Returns
        -------
        found
            By case.
        """
        # Two threads of one process would meet in one library of loops.
        with self._lock.held:
            numba.set_num_threads(1)
            return [self._read(solved) for solved in self.solve(task)]

    def solve(self, state: State) -> Iterator[Solved]:
        """
        Solve every case in a state.

        Parameters
        ----------
        state
            What goes on.

        Yields
        ------
        solved
            By case.
        """
        known: dict[str, tuple[Calm, Shocked]] = {}
        for case in cases_of(self.spec):
            if case.built not in known:
                known[case.built] = self._shock(case.built, state)
            calm, shocked = known[case.built]
            problem = shocked.problem
            if case.without:
                is_out = self.routes.corridor == CORRIDORS.index(case.without)
                route = problem.option_route
                problem = without_options(shocked, (route >= 0) & is_out[route])
            price, wait = self._guess(case, state).of(problem, shocked.graph)
            queued = solve_queued(
                problem.arrays, problem.group_usd_per_h,
                build_queues(self.world, shocked.graph).at(problem.limit),
                n_balances=len(problem.balanced), start=(price, wait),
                max_gap=self.max_gap, max_residual_h=self.max_residual_h,
            )  # fmt: skip
            yield Solved(case=case, calm=calm, graph=shocked.graph, sums=shocked.sums,
                         problem=problem, queued=queued)  # fmt: skip

    def _shock(self, built: str, state: State) -> tuple[Calm, Shocked]:
        setting, calm = self._calm[built]
        scenario = setting.scenario.model_copy(update={"shocks": shocks_of(self.spec, state)})
        graph = prepare(self.world, scenario, like=setting).graph
        if can_shock(calm.graph, graph):
            return calm, shock(calm, graph)
        offers = offers_of(self.world, replace(setting, graph=graph), self.routes)
        calm = build_calm(offers, self.routes, graph)
        return calm, Shocked(graph=graph, sums=calm.sums, problem=calm.problem)

    def _guess(self, case: Case, state: State) -> Start:
        """Return where to start from: the nearest that is known, and what each other alone adds."""
        known = self.start[case.name]
        calm = known[CALM]
        pairs = [pair for pair in itertools.combinations(state, 2) if pair in known]
        nearest = max(pairs, key=lambda pair: float(known[pair].price.sum()), default=CALM)
        first = known[nearest]
        alone = [known[(one,)] for one in state if one not in nearest and (one,) in known]
        price = first.price + sum(one.price - calm.price for one in alone)
        wait_h = first.wait_h + sum(one.wait_h - calm.wait_h for one in alone)
        return Start(price=np.maximum(price, 0.0), wait_h=np.maximum(wait_h, 0.0))

    @cached_property
    def _calm(self) -> dict[str, tuple[Setting, Calm]]:
        built: dict[str, tuple[Setting, Calm]] = {}
        like: Setting | None = None
        for name in self.spec.cases:
            like = prepare(self.world, case_scenario(name, "open"), like=like)
            offers = offers_of(self.world, like, self.routes)
            built[name] = like, build_calm(offers, self.routes, like.graph)
        return built

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.world, self.routes)

    def _read(self, solved: Solved) -> Found:
        limits, at = solved.graph.limits, solved.problem.limit
        price, wait = np.zeros(len(limits.capacity)), np.zeros(len(limits.capacity))
        capacity = limits.capacity[at]
        paid = solved.queued.solution.price[: len(at)]
        price[at] = np.where(capacity > 0.0, paid / np.where(capacity > 0.0, capacity, 1.0), 0.0)
        wait[at] = solved.queued.wait_h
        row = self._reader.read(solved, self.layout)
        return Found(row=row, end=Start(price=price, wait_h=wait))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """A case in a state, solved."""

    case: Case
    calm: Calm
    graph: Graph
    sums: RouteSums
    problem: Problem
    queued: Queued


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What is kept of a solved state."""

    row: FloatArray
    """[see `Layout`], shape (n_values,)."""
    end: Start


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Static:
    """What the options of a problem have whatever happens. Arrays have shape (n_options,)."""

    first: NDArray[np.int64]
    """Shape (n_groups,). First option of each group."""
    served: NDArray[np.int64]
    """Options with a route, shape (n_served,)."""
    outside: NDArray[np.int64]
    """Options without."""
    class_ix: IntArray
    tonnes: FloatArray
    """[t per class unit]."""


class Reader:
    """
    Reads what a country, a class or a resource bears from solved states.

    Parameters
    ----------
    world
        The tables.
    routes
        The routes.
    """

    def __init__(self, world: World, routes: Routes) -> None:
        self.world, self.routes = world, routes
        layout = Layout.of(world)
        place = {country: i for i, country in enumerate(layout.countries)}
        self.zone_country = np.array([place[c] for c in world.zones.countries])
        known = [i for i, c in enumerate(world.network.country_ids) if c]
        columns = np.array([place[world.network.country_ids[i]] for i in known], np.int64)
        self.transit = _transit(
            routes, self.zone_country, routes.crosses[:, known], columns, len(layout.countries)
        )
        self._of: dict[int, tuple[Calm, _Static]] = {}

    def read(self, solved: Solved, layout: Layout) -> FloatArray:
        """
        Return what a solved state comes to.

        Parameters
        ----------
        solved
            The state.
        layout
            Where each number goes.

        Returns
        -------
        row
            [see `Layout`], shape (n_values,).
        """
        at, row = layout.slices, np.zeros(layout.length)
        problem, solution = solved.problem, solved.queued.solution
        static, cells = self._static(solved), solved.calm.offers.pairs.cells
        cell, n_limits = problem.group_cell, len(problem.limit)
        cost = np.empty(len(cell))
        fill_objective(solved.queued.arrays, solution.flow, cost)
        row[at["cost_usd"]] = cost.sum()
        dues = _dues(solved)
        borne = cost + np.add.reduceat(solution.flow * dues, static.first)
        for end in (cells.origin[cell], cells.dest[cell]):
            row[at["country_usd"]] += np.bincount(
                self.zone_country[end], borne / 2, len(layout.countries)
            )
        tonnes = solution.flow * static.tonnes
        for name, values in self._by_class(solved, static, dues, tonnes).items():
            row[at[name]] = values
        route = problem.option_route[static.served]
        by_route = np.bincount(route, tonnes[static.served], len(self.routes.mark))
        row[at["country_transit_t"]] = self.transit @ by_route
        row[at["corridor_t"]] = np.bincount(self.routes.corridor, by_route, len(layout.corridors))
        of_limit = solved.graph.limits.resource[problem.limit]
        n_resources = len(layout.resources)
        row[at["resource_usd"]] = np.bincount(of_limit, solution.price[:n_limits], n_resources)
        is_full = solution.load[:n_limits] >= FULL
        row[at["resource_full"]] = np.bincount(of_limit, is_full, n_resources) > 0
        told = [getattr(solution.certificate, name) for name in CERTIFICATE[:-2]]
        of_class = cells.class_ix[cell]
        scale = np.bincount(of_class, problem.group_demand / problem.arrays.cell_theta)
        gap = np.bincount(of_class, solution.cell_gap) / np.maximum(scale, TINY)
        row[at["certificate"]] = [*told, gap.max(), solved.queued.residual_h]
        return row

    def _static(self, solved: Solved) -> _Static:
        """Return what belongs to a problem whatever happens; two of one case share it."""
        known = self._of.get(id(solved.calm))
        if known is not None and known[0] is solved.calm:
            return known[1]
        problem, cells = solved.problem, solved.calm.offers.pairs.cells
        group = problem.option_group
        class_ix = cells.class_ix[problem.group_cell[group]]
        static = _Static(
            first=np.searchsorted(group, np.arange(len(problem.group_cell))),
            served=np.flatnonzero(problem.option_route >= 0),
            outside=np.flatnonzero(problem.option_route < 0),
            class_ix=class_ix, tonnes=self.world.classes.tonnes_per_unit[class_ix],
        )  # fmt: skip
        self._of[id(solved.calm)] = solved.calm, static
        return static

    def _by_class(
        self, solved: Solved, static: _Static, dues: FloatArray, tonnes: FloatArray
    ) -> dict[str, FloatArray]:
        """Sum money, hours and tonnes of what is served, and the tonnes of what is not."""
        n, flow = len(self.world.classes.ids), solved.queued.solution.flow
        served, outside = static.served, static.outside
        route, mine = solved.problem.option_route[served], static.class_ix[served]
        money = solved.sums.money(self.world, route, mine) + dues[served]
        hours = solved.sums.hours[route] + solved.queued.option_wait_h[served]
        carried = tonnes[served]
        return {
            "class_usd": sums_by(mine, flow[served] * money, n),
            "class_tonne_h": sums_by(mine, carried * hours, n),
            "class_served_t": sums_by(mine, carried, n),
            "class_unserved_t": sums_by(static.class_ix[outside], tonnes[outside], n),
        }


def _dues(solved: Solved) -> FloatArray:
    """Return what scarcity adds to every option, [USD per class unit]."""
    arrays, n_limits = solved.problem.arrays, len(solved.problem.limit)
    price = solved.queued.solution.price
    due = np.empty(len(arrays.use_start) - 1)
    fill_dues(arrays, np.where(np.arange(len(price)) < n_limits, price, 0.0), due)
    return np.asarray(due[arrays.bundle])


def _transit(
    routes: Routes,
    zone_country: NDArray[np.int64],
    crosses: NDArray[np.bool_],
    columns: NDArray[np.int64],
    n_countries: int,
) -> csr_array:
    """Say which routes cross which countries without beginning or ending there."""
    route, at = np.nonzero(crosses)
    country = columns[at]
    inner = (zone_country[routes.origin[route]] == country) | (
        zone_country[routes.dest[route]] == country
    )
    ones = np.ones(int((~inner).sum()))
    shape = (n_countries, len(routes.mark))
    return csr_array((ones, (country[~inner], route[~inner])), shape=shape)
