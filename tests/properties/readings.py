"""What a run says, by names instead of positions, so that two worlds can be held together."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from serai.domain.routes import CORRIDORS, Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.kernels.paths import fill_trees
from serai.model.graph import Graph
from serai.model.queues import build_queues, solve_queued
from serai.model.search import class_costs, find_routes, searches_of
from serai.run import Run, Setting, assign, prepare, search_routes

Floats = NDArray[np.float64]

TIGHT = 1e-12
"""Relative gap for comparisons: an error in shares goes with its square root, so 1e-6."""

TIGHT_H = 1e-9
"""[h] How far waits may be from those of the flows."""


def assign_tightly(world: World, setting: Setting, routes: Routes) -> Run:
    """Solve a setting on given routes to a tiny gap."""
    run = assign(world, setting, routes)
    queued = solve_queued(
        run.problem.arrays, run.problem.group_usd_per_h,
        build_queues(world, setting.graph).at(run.problem.limit),
        start=(run.solution.price, run.queued.wait_h),
        max_gap=TIGHT, max_residual_h=TIGHT_H,
    )  # fmt: skip
    return replace(run, queued=queued)


def solve_tightly(world: World, scenario: Scenario) -> Run:
    """Solve a scenario on the routes of the table of searches to a tiny gap."""
    setting = prepare(world, scenario)
    return assign_tightly(world, setting, search_routes(world, setting))


def solve_with_bans(world: World, scenario: Scenario, *links: str) -> Run:
    """Solve on the table's searches, each made with none, each and all of these links shut."""
    setting = prepare(world, scenario)
    ids = np.array(world.network.links.ids)
    shut = [np.isin(ids, some) for some in ([], *([link] for link in links), links)]
    routes = find_routes(
        setting.graph, setting.cells, world.classes, world.zones,
        [replace(search, banned=search.banned | more)
         for search in searches_of(world.network, world.searches) for more in shut],
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip
    return assign_tightly(world, setting, routes)


def option_cells(run: Run) -> NDArray[np.int32]:
    """Return the cell of every option."""
    return np.asarray(run.problem.group_cell[run.problem.option_group])


def class_link_flows(run: Run) -> Floats:
    """Return [class unit per year], shape (n_classes, n_links)."""
    n_links, n_classes = len(run.world.network.links.ids), len(run.world.classes.ids)
    served = run.problem.option_route >= 0
    route = run.problem.option_route[served]
    flow = run.solution.flow[served]
    k = run.setting.cells.class_ix[option_cells(run)[served]]
    length = np.diff(run.routes.link_start)[route]
    first = np.repeat(run.routes.link_start[route], length)
    at = first + np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    out = np.zeros((n_classes, n_links))
    np.add.at(out, (np.repeat(k, length), run.routes.link_ix[at]), np.repeat(flow, length))
    return out


def flows_by_name(run: Run) -> dict[tuple[str, str], float]:
    """Return flows by class id and link id."""
    ids, links = run.world.classes.ids, run.world.network.links.ids
    table = class_link_flows(run)
    return {(k, i): float(table[a, b]) for a, k in enumerate(ids) for b, i in enumerate(links)}


def prices_by_name(run: Run) -> dict[tuple[str, bool, int], float]:
    """Return scarcity prices by resource, kind of limit and number of direction."""
    limits, seen = run.setting.graph.limits, dict[tuple[str, bool], int]()
    out = {}
    for i, price in enumerate(run.limit_price.tolist()):
        key = (run.world.network.resources.ids[limits.resource[i]], bool(limits.is_box[i]))
        seen[key] = seen.get(key, -1) + 1
        out[*key, seen[key]] = price
    return out


def corridor_totals(run: Run) -> Floats:
    """Return [class unit per year], shape (n_classes, n_corridors + 1); last: not served."""
    route = run.problem.option_route
    corridor = np.where(route >= 0, run.routes.corridor[route], len(CORRIDORS))
    out = np.zeros((len(run.world.classes.ids), len(CORRIDORS) + 1))
    k = run.setting.cells.class_ix[option_cells(run)]
    np.add.at(out, (k, corridor), run.solution.flow)
    return out


def served_by_cell(run: Run) -> tuple[Floats, Floats]:
    """Return what is served and what is not, [class unit per year], shape (n_cells,)."""
    n, route = len(run.setting.cells.demand), run.problem.option_route
    served, left = (
        np.bincount(option_cells(run)[mask], run.solution.flow[mask], minlength=n)
        for mask in (route >= 0, route < 0)
    )
    return np.asarray(served), np.asarray(left)


def route_ids(run: Run, route: int) -> list[str]:
    """Return the ids of a route's links, first to last."""
    start, end = run.routes.link_start[route : route + 2]
    return [run.world.network.links.ids[i] for i in run.routes.link_ix[start:end]]


def assert_sound(run: Run) -> None:
    """Hold a run against everything that no shock may break."""
    world, network = run.world, run.world.network
    cells, routes = run.setting.cells, run.routes
    assert run.solution.certificate.holds()
    assert (run.solution.flow >= 0).all()
    assert (run.limit_price >= 0).all()
    assert (run.limit_load <= 1 + 1e-9).all()
    served, left = served_by_cell(run)
    # A cell's routes are a few dozen shares that sum to one.
    assert_allclose(served + left, cells.demand, rtol=1e-12)
    # In at a node, less out: what arrives there less what starts there, class by class.
    balance = np.zeros((len(world.classes.ids), len(network.node_ids)))
    for k, on_link in enumerate(class_link_flows(run)):
        np.add.at(balance[k], network.links.head, on_link)
        np.add.at(balance[k], network.links.tail, -on_link)
    wanted = np.zeros_like(balance)
    np.add.at(wanted, (cells.class_ix, network.zone_in[cells.dest]), served)
    np.add.at(wanted, (cells.class_ix, network.zone_out[cells.origin]), -served)
    # Sums of some dozens of flows: rounding is below 1e-12 of the class's whole.
    assert np.abs(balance - wanted).max() <= 1e-11 * cells.demand.sum()
    for route in range(len(routes.mark)):
        start, end = routes.link_start[route : route + 2]
        links = routes.link_ix[start:end]
        assert len(links) > 0
        assert network.links.tail[links[0]] == network.zone_out[routes.origin[route]]
        assert network.links.head[links[-1]] == network.zone_in[routes.dest[route]]
        assert_array_equal(network.links.head[links[:-1]], network.links.tail[links[1:]])
        assert len(set(network.links.tail[links].tolist())) == len(links), "a node twice"


def assert_same_bits(mine: Run, other: Run) -> None:
    """Hold two runs together to the last bit."""
    for a, b in (
        (mine.solution.flow, other.solution.flow),
        (mine.solution.price, other.solution.price),
        (mine.solution.load, other.solution.load),
        (mine.routes.mark, other.routes.mark),
        (mine.routes.link_ix, other.routes.link_ix),
        (mine.problem.arrays.cost, other.problem.arrays.cost),
        (mine.problem.arrays.log_size, other.problem.arrays.log_size),
    ):
        assert a.tobytes() == b.tobytes()
    assert mine.solution.certificate == other.solution.certificate


def distances(world: World, graph: Graph) -> Floats:
    """Return [USD], shape (n_classes, 2, n_zones, n_zones): cheapest uncongested costs."""
    network = world.network
    out = np.empty((len(world.classes.ids), 2, len(network.zone_ids), len(network.zone_ids)))
    shape = (len(network.zone_ids), len(network.node_ids))
    for k in range(len(world.classes.ids)):
        cost = class_costs(graph, world.classes, k, world.params["reliability_scale"])
        for direction in (0, 1):
            last_link, distance = np.empty(shape, np.int32), np.empty(shape)
            fill_trees(
                graph.first_out, graph.slot_link, graph.slot_head,
                np.ascontiguousarray(cost[direction]), network.zone_out, last_link, distance,
            )  # fmt: skip
            out[k, direction] = distance[:, network.zone_in]
    return out
