"""Plain twins of the kernels: slow, obvious, on lists and floats, without numpy's arithmetic."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from serai.kernels.choice import ChoiceArrays

Arc = tuple[int, int]
"""Start node and end node of a link."""


# ------------------------------------------------------------------------------ paths


def compress(
    arcs: Sequence[Arc], n_nodes: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return first_out, slot_link and slot_head as `fill_trees` wants them."""
    slots = [link for node in range(n_nodes) for link, arc in enumerate(arcs) if arc[0] == node]
    first = [sum(arc[0] < node for arc in arcs) for node in range(n_nodes + 1)]
    heads = [arcs[link][1] for link in slots]
    return np.array(first, np.int32), np.array(slots, np.int32), np.array(heads, np.int32)


def least_key(table: dict[int, float]) -> float:
    """Return the key of the node that leaves a queue next."""
    return min(table.values())


def find_distances(
    arcs: Sequence[Arc], n_nodes: int, cost: Sequence[float], origin: int
) -> list[float]:
    """Relax every link again and again until nothing gets nearer (Bellman and Ford)."""
    distance = [math.inf] * n_nodes
    distance[origin] = 0.0
    changed = True
    while changed:
        changed = False
        for (start, end), price in zip(arcs, cost, strict=True):
            if distance[start] + price < distance[end]:
                distance[end] = distance[start] + price
                changed = True
    return distance


def walk_back(
    last_link: Sequence[int], arcs: Sequence[Arc], origin: int, node: int
) -> list[int] | None:
    """Return the links of the tree's path from the origin to a node, None where there is none."""
    links: list[int] = []
    while node != origin:
        if last_link[node] < 0:
            return None
        links.insert(0, last_link[node])
        node = arcs[links[0]][0]
    return links


def through(
    arcs: Sequence[Arc],
    n_nodes: int,
    cost: Sequence[float],
    vias: Sequence[int],
    ends: tuple[int, int],
    farthest: float,
) -> list[int] | None:
    """Return the cheapest loopless pair of cheapest ways to and from one of some links."""
    start, end = ends
    direct = cheapest_links(arcs, n_nodes, cost, start, end)
    found = []
    for via in vias:
        there = cheapest_links(arcs, n_nodes, cost, start, arcs[via][0])
        back = cheapest_links(arcs, n_nodes, cost, arcs[via][1], end)
        if direct is None or there is None or back is None or math.isinf(cost[via]):
            continue
        path = [*there, via, *back]
        met = [start, *(arcs[link][1] for link in path)]
        total = sum(cost[link] for link in path)
        if len(set(met)) == len(met) and total <= farthest * sum(cost[i] for i in direct):
            found.append((total, path))
    return min(found)[1] if found else None


def cheapest_links(
    arcs: Sequence[Arc], n_nodes: int, cost: Sequence[float], start: int, end: int
) -> list[int] | None:
    """Return the links of the only cheapest path, by going back along tight links."""
    distance = find_distances(arcs, n_nodes, cost, start)
    if math.isinf(distance[end]):
        return None
    links: list[int] = []
    while end != start:
        links.insert(0, next(
            i for i, (a, b) in enumerate(arcs)
            if b == end and distance[a] + cost[i] == distance[end]
        ))  # fmt: skip
        end = arcs[links[0]][0]
    return links


def mark_path(links: Sequence[int] | None, link_mark: Sequence[int]) -> tuple[int, int]:
    """Return a path's mark and number of links."""
    if not links:
        return 0, 0
    mark = 0
    for link in links:
        mark ^= link_mark[link]
    return mark, len(links)


# ------------------------------------------------------------------------------ alternatives


def list_ways(
    arcs: Sequence[Arc], cost: Sequence[float], start: int, end: int
) -> list[tuple[float, list[int]]]:
    """Return every path that passes no node twice, with its cost, cheapest first."""
    found: list[tuple[float, list[int]]] = []

    def go_on(node: int, passed: list[int], links: list[int], total: float) -> None:
        if node == end:
            found.append((total, links))
            return
        for link, (tail, head) in enumerate(arcs):
            if tail == node and head not in passed and math.isfinite(cost[link]):
                go_on(head, [*passed, head], [*links, link], total + cost[link])

    if start != end:
        go_on(start, [start], [], 0.0)
    return sorted(found)


def list_diverse_ways(
    arcs: Sequence[Arc],
    cost: Sequence[float],
    ends: Arc,
    *,
    penalty: float,
    max_searches: int,
    n_paths: int,
) -> list[list[int]]:
    """Return the cheapest path again and again, each time with used links dearer."""
    price = list(cost)
    kept: list[list[int]] = []
    for _ in range(max_searches):
        ways = list_ways(arcs, price, *ends)
        if not ways or len(kept) == n_paths:
            break
        links = ways[0][1]
        for link in links:
            price[link] *= penalty
        if links not in kept:
            kept.append(links)
    return kept


def share_by_path_size(
    paths: Sequence[Sequence[int]], cost: Sequence[float], scale: float, weight: float
) -> tuple[list[float], list[float]]:
    """Return path sizes and shares."""
    sizes = []
    for path in paths:
        total = sum(cost[link] for link in path)
        sizes.append(
            sum(
                (cost[link] / total if total > 0 else 1 / len(path))
                / sum(link in other for other in paths)
                for link in path
            )
        )
    worth = [
        size**weight * math.exp(-scale * sum(cost[link] for link in path))
        for size, path in zip(sizes, paths, strict=True)
    ]
    return sizes, [w / sum(worth) for w in worth]


# ------------------------------------------------------------------------------ routes


def sum_values(
    paths: Sequence[Sequence[int]], rows: Sequence[int], values: Sequence[Sequence[float]]
) -> list[float]:
    """Sum each path's values in its row."""
    return [
        sum((values[row][link] for link in path), 0.0)
        for path, row in zip(paths, rows, strict=True)
    ]


def add_traffic(
    paths: Sequence[Sequence[int]],
    flows: Iterable[tuple[int, int, float]],
    n_links: int,
    n_columns: int,
) -> list[list[float]]:
    """Return what passes each link, by column: flows are (path or -1, column, amount)."""
    traffic = [[0.0] * n_columns for _ in range(n_links)]
    for path, column, amount in flows:
        for link in paths[path] if path >= 0 else ():
            traffic[link][column] += amount
    return traffic


def find_last(
    path: Sequence[int],
    is_export: bool,  # noqa: FBT001 - as the kernel has it
    ends: Sequence[Sequence[int]],
    is_sea: Sequence[bool],
    home: Collection[int],
) -> int:
    """Return the last foreign country met by land, from the own country outward; -1 for none."""
    met = []
    for link in path if is_export else reversed(path):
        if is_sea[link]:
            break
        met.append(ends[link][1 if is_export else 0])
    foreign = [country for country in met if country >= 0 and country not in home]
    return foreign[-1] if foreign else -1


def cut_legs(path: Sequence[int], is_break: Sequence[bool]) -> list[list[int]]:
    """Cut a path into the runs of links between two breaks."""
    legs: list[list[int]] = []
    fresh = True
    for link in path:
        if is_break[link]:
            fresh = True
        else:
            if fresh:
                legs.append([])
            legs[-1].append(link)
            fresh = False
    return legs


def describe_legs(
    legs: Sequence[Sequence[int]], ends: Sequence[Arc], hours: Sequence[float]
) -> list[tuple[int, int, float]]:
    """Return each leg's first and last terminal and its share of the time under way."""
    tiny = 1e-9  # the kernel's own: legs without any time share a route equally
    times = [sum(hours[link] + tiny for link in leg) for leg in legs]
    return [
        (ends[leg[0]][0], ends[leg[-1]][1], time / sum(times))
        for leg, time in zip(legs, times, strict=True)
    ]


def list_draws(
    path: Sequence[int],
    carriage_of: Sequence[int],
    direction: Sequence[int],
    resources: Sequence[Sequence[int]],
) -> list[int]:
    """Return what a path draws on: each resource once, as it was met first."""
    met: dict[int, int] = {}
    carriage = 0
    for link in path:
        if carriage_of[link] >= 0:
            carriage = carriage_of[link]
        for resource in resources[link]:
            met.setdefault(resource, 4 * resource + 2 * direction[link] + carriage)
    return list(met.values())


def list_uses(
    draws: Sequence[int],
    class_ix: int,
    who: Sequence[Sequence[Sequence[bool]]],
    limit_of: Sequence[Sequence[Sequence[Sequence[int]]]],
) -> list[tuple[int, int]]:
    """Return (limit, measure) of everything that a class uses up on a route with these draws."""
    uses = []
    for code in draws:
        resource, direction, carriage = code // 4, code // 2 % 2, code % 2
        if who[resource][class_ix][carriage]:
            limits = limit_of[resource][direction][class_ix]
            uses += [(limit, measure) for measure, limit in enumerate(limits) if limit >= 0]
    return uses


# ------------------------------------------------------------------------------ choice


class Route(NamedTuple):
    """One route: its cost, the logarithm of its size, and what it uses of each limit."""

    cost: float
    log_size: float
    use: dict[int, float]
    """Units of the limit's whole capacity per class unit."""


@dataclass(frozen=True)
class Nest:
    """Routes of one family."""

    theta: float
    constant: float
    routes: list[Route]


@dataclass(frozen=True)
class Cell:
    """What somebody wants to have carried; the last nest holds the outside route alone."""

    demand: float
    theta: float
    nests: list[Nest]


def pack_cells(cells: Sequence[Cell], n_chunks: int = 3) -> ChoiceArrays:
    """Return the arrays that the kernels and the solver want."""
    nests = [nest for cell in cells for nest in cell.nests]
    routes = [route for nest in nests for route in nest.routes]

    def starts(counts: Sequence[int]) -> NDArray[np.int64]:
        return np.cumsum([0, *counts], dtype=np.int64)

    # Routes that use the same limits alike share a bundle.
    bundles = list(dict.fromkeys(tuple(route.use.items()) for route in routes))
    return ChoiceArrays(
        chunk_start=np.linspace(0, len(cells), n_chunks + 1).astype(np.int64),
        cell_start=starts([len(cell.nests) for cell in cells]),
        cell_demand=np.array([cell.demand for cell in cells]),
        cell_theta=np.array([cell.theta for cell in cells]),
        nest_start=starts([len(nest.routes) for nest in nests]),
        nest_theta=np.array([nest.theta for nest in nests]),
        nest_constant=np.array([nest.constant for nest in nests]),
        cost=np.array([route.cost for route in routes]),
        log_size=np.array([route.log_size for route in routes]),
        bundle=np.array([bundles.index(tuple(route.use.items())) for route in routes], np.int32),
        use_start=starts([len(bundle) for bundle in bundles]),
        use_limit=np.array([i for bundle in bundles for i, _ in bundle], np.int32),
        use_amount=np.array([a for bundle in bundles for _, a in bundle], np.float64),
    )


def _soft_minimum(costs: Sequence[float], theta: float) -> tuple[float, list[float]]:
    """Return minus the logsum over theta, and the shares that go with it."""
    best = min(costs)
    weights = [math.exp(-theta * (cost - best)) for cost in costs]
    total = math.fsum(weights)
    return best - math.log(total) / theta, [weight / total for weight in weights]


def choose(cells: Sequence[Cell], price: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the flow of every route, and each cell's demand times its expected cost."""
    flows: list[float] = []
    values: list[float] = []
    for cell in cells:
        means, shares = [], []
        for nest in cell.nests:
            costs = [
                route.cost
                + math.fsum(amount * price[limit] for limit, amount in route.use.items())
                - route.log_size / nest.theta
                for route in nest.routes
            ]
            mean, share = _soft_minimum(costs, nest.theta)
            means.append(nest.constant + mean)
            shares.append(share)
        mean, of_nests = _soft_minimum(means, cell.theta)
        values.append(cell.demand * mean)
        flows += [
            cell.demand * of_nest * part
            for of_nest, share in zip(of_nests, shares, strict=True)
            for part in share
        ]
    return flows, values


def load_limits(cells: Sequence[Cell], flows: Sequence[float], n_limits: int) -> list[float]:
    """Return the use of each limit as a share of its capacity."""
    loads = [0.0] * n_limits
    routes = [route for cell in cells for nest in cell.nests for route in nest.routes]
    for route, flow in zip(routes, flows, strict=True):
        for limit, amount in route.use.items():
            loads[limit] += flow * amount
    return loads


def compute_primal(cells: Sequence[Cell], flows: Sequence[float]) -> float:
    """Return the programme's objective: costs, constants and both entropies."""
    total = 0.0
    rest = iter(flows)
    for cell in cells:
        for nest in cell.nests:
            mine = [next(rest) for _ in nest.routes]
            whole = math.fsum(mine)
            if whole <= 0.0:
                continue
            total += whole * nest.constant + whole / cell.theta * math.log(whole / cell.demand)
            for route, flow in zip(nest.routes, mine, strict=True):
                if flow > 0.0:
                    part = math.log(flow / whole) - route.log_size
                    total += flow * route.cost + flow / nest.theta * part
    return total


def compute_dual(cells: Sequence[Cell], price: Sequence[float]) -> float:
    """Return the dual's value: expected costs at the prices, less the prices of capacity."""
    return math.fsum(choose(cells, price)[1]) - math.fsum(price)


Vectors = Sequence[Sequence[float]]


def _mean(weights: Sequence[float], vectors: Vectors) -> list[float]:
    whole = math.fsum(weights)
    return [math.fsum(w * x for w, x in zip(weights, column, strict=True)) / whole
            for column in zip(*vectors, strict=True)]  # fmt: skip


def _covariance(weights: Sequence[float], left: Vectors, right: Vectors) -> NDArray[np.float64]:
    """Return the weighted covariance of two kinds of vectors, entry by entry."""
    u, v, size = _mean(weights, left), _mean(weights, right), range(len(left[0]))
    return np.array([
        [math.fsum(w * (a[i] - u[i]) * (b[j] - v[j])
                   for w, a, b in zip(weights, left, right, strict=True)) for j in size]
        for i in size
    ])  # fmt: skip


def compute_curvature(
    cells: Sequence[Cell],
    flows: Sequence[float],
    n_limits: int,
    dues: Sequence[dict[int, float]] | None = None,
) -> NDArray[np.float64]:
    """
    Return minus the derivative of the loads by what uses cost; their amounts if no dues are given.

    A price moves flow between the routes of a nest, by its scale times the covariance of what
    they use, and between nests, by the cell's scale times the covariance of their means.
    """
    out = np.zeros((n_limits, n_limits))
    rest, cost = (
        iter(flows),
        iter(dues or [r.use for c in cells for n in c.nests for r in n.routes]),
    )
    for cell in cells:
        wholes, means, prices = [], [], []
        for nest in cell.nests:
            mine = [next(rest) for _ in nest.routes]
            due = [next(cost) for _ in nest.routes]
            if math.fsum(mine) <= 0.0:
                continue
            uses = [[route.use.get(i, 0.0) for i in range(n_limits)] for route in nest.routes]
            costs = [[one.get(i, 0.0) for i in range(n_limits)] for one in due]
            out += nest.theta * _covariance(mine, uses, costs)
            wholes.append(math.fsum(mine))
            means.append(_mean(mine, uses))
            prices.append(_mean(mine, costs))
        if wholes:
            out += cell.theta * _covariance(wholes, means, prices)
    return out


def compute_sizes(
    cost: Sequence[float],
    sequence: Sequence[int],
    legs: Sequence[Sequence[int]],
    shares: Sequence[Sequence[float]],
    theta: float,
) -> list[float]:
    """Return the logarithm of each route's path size among the routes of one nest."""
    here = set(sequence)
    logs = []
    for number in sequence:
        size = sum(
            share / sum(leg in legs[other] for other in here)
            for leg, share in zip(legs[number], shares[number], strict=True)
        )
        variants = [c for c, n in zip(cost, sequence, strict=True) if n == number]
        best = min(variants)
        together = sum(math.exp(-theta * (c - best)) for c in variants)
        logs.append((math.log(size) if size > 0 else 0.0) - math.log(together))
    return logs


def make_cells(
    rng: np.random.Generator,
    *,
    n_cells: int,
    n_limits: int,
    scale: float = 1000.0,
    tightness: float = 0.5,
    decades: float = 4.0,
    outside: float = 1.9,
) -> list[Cell]:
    """
    Return a random problem with nests, limits and the outside route.

    `scale` is the level of costs [USD]; capacities are about `tightness` of what would be used if
    they were free; demand varies over `decades` powers of ten; not to be served costs about
    `outside` times as much as a route.
    """
    cells = []
    alike: list[dict[int, float]] = []
    for _ in range(n_cells):
        theta = rng.uniform(3.0, 8.0) / scale
        nests = []
        for _ in range(int(rng.integers(1, 4))):
            routes: list[Route] = []
            for _ in range(int(rng.integers(1, 4))):
                n_used = int(rng.integers(0, min(n_limits, 3) + 1))
                used = rng.choice(n_limits, n_used, replace=False)
                use = {int(i): float(rng.uniform(0.5, 2.0)) for i in sorted(used)}
                if len(routes) == 1 and alike:  # some routes use the limits as others do
                    use = alike[len(alike) // 2]
                alike.append(use)
                cost = float(scale * rng.uniform(0.8, 1.3))
                routes.append(Route(cost, float(-rng.exponential(0.5)), use))
            lower = float(theta * rng.uniform(1.0, 4.0))
            nests.append(Nest(lower, float(scale * rng.uniform(-0.1, 0.2)), routes))
        refused = Route(float(scale * outside * rng.uniform(0.85, 1.15)), 0.0, {})
        nests.append(Nest(float(theta), 0.0, [refused]))
        cells.append(Cell(float(10 ** rng.uniform(0, decades)), float(theta), nests))
    free, _ = choose(cells, [0.0] * n_limits)
    load = load_limits(cells, free, n_limits)
    capacity = [max(value, 1e-3) * tightness * rng.uniform(0.5, 1.5) for value in load]
    return [
        Cell(
            cell.demand,
            cell.theta,
            [
                Nest(
                    nest.theta,
                    nest.constant,
                    [
                        Route(r.cost, r.log_size, {i: a / capacity[i] for i, a in r.use.items()})
                        for r in nest.routes
                    ],
                )
                for nest in cell.nests
            ],
        )
        for cell in cells
    ]


def wait_for(
    uses: Sequence[int], resource_of: Sequence[int], wait: Sequence[float]
) -> tuple[float, list[bool]]:
    """Return the hours on a route that uses these limits, and which of them are waited for."""
    chosen = [
        max((u for u, limit in enumerate(uses) if resource_of[limit] == resource),
            key=lambda u: (wait[uses[u]], -u))
        for resource in dict.fromkeys(resource_of[limit] for limit in uses)
    ]  # fmt: skip
    return sum(wait[uses[u]] for u in chosen), [u in chosen for u in range(len(uses))]
