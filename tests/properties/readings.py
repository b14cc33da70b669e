"""What a run says, by names instead of positions, so that two worlds can be held together."""

import numpy as np
from numpy.typing import NDArray

from serai.domain.routes import CORRIDORS
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.routes import ban_masks, find_routes
from serai.run import Run, assign, prepare, search_routes

Floats = NDArray[np.float64]

TIGHT = 1e-12
"""Relative gap for comparisons: an error in shares goes with its square root, so 1e-6."""


def solve_tightly(world: World, scenario: Scenario) -> Run:
    """Solve a scenario on the routes of the table of searches to a tiny gap."""
    setting = prepare(world, scenario)
    return assign(world, setting, search_routes(world, setting), max_gap=TIGHT)


def solve_with_bans(world: World, scenario: Scenario, *links: str) -> Run:
    """Solve on the table's searches, each made with none, each and all of these links shut."""
    setting = prepare(world, scenario)
    ids = np.array(world.network.links.ids)
    shut = [np.isin(ids, some) for some in ([], *([link] for link in links), links)]
    routes = find_routes(
        setting.graph, setting.cells, world.classes, world.zones,
        [ban | more for ban in ban_masks(world.network, world.searches) for more in shut],
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip
    return assign(world, setting, routes, max_gap=TIGHT)


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
