"""What routes outside the choice sets would take, by exact search on a sample of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.effects import Selector
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.results import Omitted
from serai.domain.routes import Routes
from serai.kernels.alternatives import fill_shortest_paths
from serai.kernels.choice import fill_choice, fill_delays, fill_dues
from serai.kernels.paths import fill_trees
from serai.model.apply import select_links
from serai.model.choice import AVOIDED, Problem, build_offers, build_problem
from serai.model.demand import Cells
from serai.model.empties import balances_of
from serai.model.graph import EAST, WEST
from serai.model.queues import build_queues
from serai.model.ragged import compress
from serai.model.routes import merge_routes, routes_of_links
from serai.model.search import class_costs
from serai.run import Run, surcharges
from serai.studies.shares import Progress
from serai.studies.tally import NAMES, corridors_of

__all__ = ["N_CELLS", "find_omitted"]

N_CELLS = 200
"""Cells that are searched."""

N_PATHS = 40
"""Cheapest paths looked at for each cell, with all territory and without avoided territory."""

N_ROOM = 256
"""Links that a path may have."""


def find_omitted(
    run: Run, *, n_cells: int = N_CELLS, seed: int = 0, tell: Progress | None = None
) -> Omitted:
    """
    Return what routes outside the choice sets would take.

    Parameters
    ----------
    run
        A solved scenario.
    n_cells
        [-], >= 1. Cells to search, drawn at random among those with demand.
    seed
        Seed of the draw.
    tell
        Told how far the work is.

    Returns
    -------
    omitted
        Over the cells drawn, weighted by tonnes, at the prices and waits of the run.

    Notes
    -----
    The cheapest loopless paths of each cell are listed exactly (`fill_shortest_paths`); a missing
    route dearer than the last of them is not seen. Variants of a sequence of legs that a choice
    set has share its size and would take nothing more: they are not missing.
    """
    cells = run.setting.cells
    some = np.flatnonzero(cells.demand > 0)
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(some, min(n_cells, len(some)), replace=False))
    found = list(_search(run, chosen, tell or (lambda _stage, _done, _total: None)))
    part = replace(
        cells, **{name: getattr(cells, name)[chosen] for name in Cells.__dataclass_fields__}
    )
    graph, base, world = run.setting.graph, run.setting.base, run.world
    sets = [run.routes, merge_routes([run.routes, *found])]
    balances = balances_of(world, cells)
    if balances is not None:
        balances = replace(balances, leaves=balances.leaves[chosen], enters=balances.enters[chosen])
    problems = [
        build_problem(build_offers(world, base, graph, part, routes, balances), graph)
        for routes in sets
    ]
    known, whole = (_Priced.of(run, *pair) for pair in zip(problems, sets, strict=True))
    tonnes = world.classes.tonnes_per_unit[part.class_ix]
    total = max(float(part.demand @ tonnes), 1e-300)
    weight = known.problem.group_demand * tonnes[known.problem.group_cell]
    before, after = (priced.by_corridor(tonnes) for priced in (known, whole))
    return Omitted(
        n_cells=len(chosen),
        share=float(_best_missing(known, whole, by="corridor") @ weight) / total,
        variant_share=float(_best_missing(known, whole, by="sequence") @ weight) / total,
        moved_share=float(np.abs(after - before).sum()) / 2.0 / total,
    )


def _search(run: Run, chosen: NDArray[np.intp], tell: Progress) -> Iterator[Routes]:
    """Yield the cheapest paths of the chosen cells, class by class."""
    world, graph, cells = run.world, run.setting.graph, run.setting.cells
    country, surcharge, done = np.array(world.zones.countries), surcharges(run), 0
    avoided = select_links(world.network, Selector(countries=AVOIDED))
    avoided &= world.network.links.kind != "pipeline"
    shut = select_links(world.network, Selector(countries=graph.closed_transit))
    for k in np.unique(cells.class_ix[chosen]):
        mine = chosen[cells.class_ix[chosen] == k]
        cost = class_costs(graph, world.classes, k, world.params["reliability_scale"])
        pairs, paths = [], list[IntArray]()
        for direction in (WEST, EAST):
            for is_foreign in (False, True):
                at = mine[cells.direction[mine] == direction]
                ends = [np.isin(country[z[at]], graph.closed_transit)
                        for z in (cells.origin, cells.dest)]  # fmt: skip
                at = at[~(ends[0] | ends[1]) == is_foreign]
                price = cost[direction] + surcharge[k]
                price = np.where(shut & is_foreign, np.inf, price)
                for banned in (price, np.where(avoided, np.inf, price)):
                    for i, path in _cheapest(run, banned, cells.origin[at], cells.dest[at]):
                        pairs.append((cells.origin[at[i]], cells.dest[at[i]]))
                        paths.append(path)
        done += len(mine)
        tell("missing routes", done, len(chosen))
        ends_of = np.array(pairs, np.int32).reshape(-1, 2)
        yield routes_of_links(graph, world.zones, ends_of, paths, int(k))


def _cheapest(
    run: Run, cost: FloatArray, origin: IntArray, dest: IntArray
) -> Iterator[tuple[int, IntArray]]:
    """Yield the pair and the links of the cheapest paths of pairs of zones."""
    if not len(origin):
        return
    network, graph = run.world.network, run.setting.graph
    links, n_nodes = network.links, len(network.node_ids)
    zones, tree = np.unique(dest, return_inverse=True)
    last_link = np.empty((len(zones), n_nodes), np.int32)
    rest = np.empty((len(zones), n_nodes))
    ends = network.zone_in[zones].astype(np.int32)
    # All links turned round: distances to an end are those from it.
    fill_trees(*compress(links.head, links.tail, n_nodes), cost, ends, last_link, rest)
    path_link = np.zeros((len(origin), N_PATHS, N_ROOM), np.int32)
    length = np.zeros((len(origin), N_PATHS), np.int32)
    path_cost = np.empty((len(origin), N_PATHS))
    fill_shortest_paths(
        graph.first_out, graph.slot_link, graph.slot_head, cost, rest, tree.astype(np.int32),
        network.zone_out[origin].astype(np.int32), network.zone_in[dest].astype(np.int32),
        path_link, length, path_cost,
    )  # fmt: skip
    for i, p in np.argwhere((length > 0) & (length <= N_ROOM)):
        yield int(i), path_link[i, p, : length[i, p]].copy()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Priced:
    """A choice problem at a run's prices and waits. Arrays have shape (n_options,)."""

    problem: Problem
    cost: FloatArray
    """[USD per class unit] Prices and waits in it."""
    sequence: NDArray[np.uint64]
    """Hash of the route's legs, 0 for the outside route."""
    corridor: IntArray
    """Index of the corridor, the last for the outside route."""

    @classmethod
    def of(cls, run: Run, problem: Problem, routes: Routes) -> _Priced:
        """Price a problem of some of the run's cells."""
        arrays, graph, n_balances = problem.arrays, run.setting.graph, len(problem.balanced)
        price, wait = run.end.of(problem, graph)
        queues = build_queues(run.world, graph).at(problem.limit).beside(n_balances)
        n_bundles = len(arrays.use_start) - 1
        due, hours = np.empty(n_bundles), np.empty(n_bundles)
        fill_dues(arrays, price, due)
        wait = np.append(wait, np.zeros(n_balances))
        fill_delays(arrays, queues.resource, wait, hours, np.empty(len(arrays.use_limit)))
        per_hour = problem.group_usd_per_h[problem.option_group]
        route = problem.option_route
        sequence = routes.sequence_key[routes.sequence[np.maximum(route, 0)]]
        return cls(
            problem=problem,
            cost=arrays.cost + due[arrays.bundle] + hours[arrays.bundle] * per_hour,
            sequence=np.where(route >= 0, sequence, np.uint64(0)),
            corridor=corridors_of(routes, route),
        )

    @property
    def nest(self) -> NDArray[np.intp]:
        """Nest of each option."""
        start = self.problem.arrays.nest_start
        return np.repeat(np.arange(len(start) - 1), np.diff(start))

    def by_corridor(self, tonnes: FloatArray) -> FloatArray:
        """Return the tonnes that take each corridor, shape (n_cells, n_corridors + 1)."""
        arrays = self.problem.arrays._replace(cost=self.cost)
        n_chunks, n_bundles = len(arrays.chunk_start) - 1, len(arrays.use_start) - 1
        flow, value, taken = (
            np.empty(shape) for shape in (len(self.cost), n_chunks, (n_chunks, n_bundles))
        )
        fill_choice(arrays, np.zeros(n_bundles), flow, value, taken)
        out = np.zeros((len(tonnes), len(NAMES)))
        cell = self.problem.group_cell[self.problem.option_group]
        np.add.at(out, (cell, self.corridor), flow * tonnes[cell])
        return out


def _best_missing(known: _Priced, whole: _Priced, *, by: str) -> FloatArray:
    """Return by group what the best route of a missing corridor, or sequence, takes at size one."""
    arrays, others = known.problem.arrays, whole.problem.arrays
    weight = arrays.log_size - arrays.nest_theta[known.nest] * known.cost
    sums, nest_of = np.logaddexp.reduceat(weight, arrays.nest_start[:-1]), whole.nest
    value = arrays.nest_constant - sums / arrays.nest_theta
    first_of = arrays.nest_start[:-1]
    group, family = known.problem.option_group[first_of], known.problem.option_family[first_of]
    of_nests = zip(group.tolist(), family.tolist(), strict=True)
    nests = {key: n for n, key in enumerate(of_nests)}
    groups = {key: g for g, key in enumerate(_keys(known.problem))}
    told = getattr(whole, by).tolist()
    seen = set(zip(known.problem.option_group.tolist(), getattr(known, by).tolist(), strict=True))
    mine = [groups.get(key, -1) for key in _keys(whole.problem)]
    out = np.zeros(len(arrays.cell_theta))
    for o, of in enumerate(whole.problem.option_group.tolist()):
        g = mine[of]
        if whole.problem.option_route[o] < 0 or g < 0 or (g, told[o]) in seen:
            continue
        scale, constant = others.nest_theta[nest_of[o]], others.nest_constant[nest_of[o]]
        at = nests.get((g, int(whole.problem.option_family[o])))
        first, last = arrays.cell_start[g], arrays.cell_start[g + 1]
        rivals = np.delete(value[first:last], [] if at is None else [at - first])
        utility = -scale * whole.cost[o]
        together = utility if at is None else np.logaddexp(utility, sums[at])
        lead = arrays.cell_theta[g] * (constant - together / scale - rivals)
        share = np.exp(utility - together - np.logaddexp.reduce([0.0, *lead]))
        out[g] = max(out[g], float(share))
    return out


def _keys(problem: Problem) -> list[tuple[int, int]]:
    """Return cell and segment of each group."""
    return list(zip(problem.group_cell.tolist(), problem.group_segment.tolist(), strict=True))
