"""Two-level choice with prices on limits: loads, the dual's value, slope and curvature."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = [
    "ChoiceArrays",
    "fill_choice",
    "fill_curvature",
    "fill_delays",
    "fill_dues",
    "fill_loads",
    "fill_objective",
    "fill_repaired",
    "fill_sizes",
    "fill_taken",
]

TINY = 1e-150
"""[class unit per year] Flows below this have no curvature: their inverse would overflow."""

N_SIZE_CHUNKS = 16
"""Path sizes are filled in this many parts, each with its own scratch arrays."""

SLIVER = 1e-9
"""Share of a cell's demand below which a route's curvature is left out."""


class ChoiceArrays(NamedTuple):
    """
    A choice problem: cells hold nests, nests hold routes, routes use limits.

    Routes of nest n are nest_start[n]:nest_start[n + 1], nests of cell k are
    cell_start[k]:cell_start[k + 1]. Routes that use the same limits alike share a bundle: the uses
    of bundle b are use_start[b]:use_start[b + 1]. `use_amount` is in units of the limit's capacity,
    so that every limit's load is at most 1. Cells of chunk j are
    chunk_start[j]:chunk_start[j + 1].
    """

    chunk_start: NDArray[np.int64]
    cell_start: NDArray[np.int64]
    cell_demand: NDArray[np.float64]
    cell_theta: NDArray[np.float64]
    nest_start: NDArray[np.int64]
    nest_theta: NDArray[np.float64]
    nest_constant: NDArray[np.float64]
    cost: NDArray[np.float64]
    log_size: NDArray[np.float64]
    bundle: NDArray[np.int32]
    use_start: NDArray[np.int64]
    use_limit: NDArray[np.int32]
    use_amount: NDArray[np.float64]


@njit(cache=True)
def fill_dues(problem: ChoiceArrays, price: NDArray[np.float64], due: NDArray[np.float64]) -> None:
    """
    Fill what each bundle of uses pays.

    Parameters
    ----------
    problem
        The choice problem.
    price
        [USD], shape (n_limits,). Price of a limit's whole capacity.
    due
        [USD per class unit], shape (n_bundles,). Filled.
    """
    for bundle in range(problem.use_start.shape[0] - 1):
        total = 0.0
        for use in range(problem.use_start[bundle], problem.use_start[bundle + 1]):
            total += problem.use_amount[use] * price[problem.use_limit[use]]
        due[bundle] = total


@njit(cache=True, parallel=True)
def fill_choice(
    problem: ChoiceArrays,
    due: NDArray[np.float64],
    flow: NDArray[np.float64],
    chunk_value: NDArray[np.float64],
    chunk_taken: NDArray[np.float64],
) -> None:
    """
    Share every cell's demand out at the given dues.

    Parameters
    ----------
    problem
        The choice problem.
    due
        [USD per class unit], shape (n_bundles,). From `fill_dues`.
    flow
        [class unit], shape (n_routes,). Filled.
    chunk_value
        [USD], shape (n_chunks,). Filled with demand times expected cost, summed over the cells.
    chunk_taken
        [class unit], shape (n_chunks, n_bundles). Filled with the flow on each bundle.
    """
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        chunk_value[chunk] = 0.0
        taken = chunk_taken[chunk]
        taken[:] = 0.0
        for cell in range(problem.chunk_start[chunk], problem.chunk_start[chunk + 1]):
            nests = range(problem.cell_start[cell], problem.cell_start[cell + 1])
            theta0 = problem.cell_theta[cell]
            lowest = np.inf
            cost_of_nest = np.empty(problem.cell_start[cell + 1] - problem.cell_start[cell])
            for nest in nests:
                first, last = problem.nest_start[nest], problem.nest_start[nest + 1]
                theta = problem.nest_theta[nest]
                best = np.inf
                for route in range(first, last):
                    c = problem.cost[route] + due[problem.bundle[route]]
                    c -= problem.log_size[route] / theta
                    flow[route] = c
                    best = min(best, c)
                total = 0.0
                for route in range(first, last):
                    w = np.exp(-theta * (flow[route] - best))
                    flow[route] = w
                    total += w
                for route in range(first, last):
                    flow[route] /= total
                value = problem.nest_constant[nest] + best - np.log(total) / theta
                cost_of_nest[nest - problem.cell_start[cell]] = value
                lowest = min(lowest, value)
            total = 0.0
            for j in range(cost_of_nest.shape[0]):
                total += np.exp(-theta0 * (cost_of_nest[j] - lowest))
            demand = problem.cell_demand[cell]
            chunk_value[chunk] += demand * (lowest - np.log(total) / theta0)
            for nest in nests:
                value = cost_of_nest[nest - problem.cell_start[cell]]
                carried = demand * np.exp(-theta0 * (value - lowest)) / total
                for route in range(problem.nest_start[nest], problem.nest_start[nest + 1]):
                    flow[route] *= carried
                    taken[problem.bundle[route]] += flow[route]


@njit(cache=True, parallel=True)
def fill_taken(
    problem: ChoiceArrays, flow: NDArray[np.float64], chunk_taken: NDArray[np.float64]
) -> None:
    """
    Sum what the routes carry over those that share a bundle.

    Parameters
    ----------
    problem
        The choice problem.
    flow
        [any], shape (n_routes,). What the routes carry.
    chunk_taken
        [any], shape (n_chunks, n_bundles). Filled, one addend per chunk.
    """
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        taken = chunk_taken[chunk]
        taken[:] = 0.0
        first = problem.nest_start[problem.cell_start[problem.chunk_start[chunk]]]
        last = problem.nest_start[problem.cell_start[problem.chunk_start[chunk + 1]]]
        for route in range(first, last):
            taken[problem.bundle[route]] += flow[route]


@njit(cache=True)
def fill_loads(
    problem: ChoiceArrays,
    taken: NDArray[np.float64],
    amount: NDArray[np.float64],
    load: NDArray[np.float64],
) -> None:
    """
    Sum flow times amount over the bundles that use each limit.

    Parameters
    ----------
    problem
        The choice problem.
    taken
        [any], shape (n_bundles,). What the bundles carry.
    amount
        [any], shape (n_uses,). What a unit takes of the limit, by use.
    load
        [any], shape (n_limits,). Filled.
    """
    load[:] = 0.0
    for bundle in range(problem.use_start.shape[0] - 1):
        for use in range(problem.use_start[bundle], problem.use_start[bundle + 1]):
            load[problem.use_limit[use]] += taken[bundle] * amount[use]


@njit(cache=True)
def _add_outer(out, weight, rows, left, right, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(count):
        a = rows[i]
        scaled = weight * left[a]
        for j in range(count):
            out[a, rows[j]] += scaled * right[rows[j]]


@njit(cache=True)
def _add_bundles(out, by_bundle, start, row, a, b):  # type: ignore[no-untyped-def]  # pragma: no cover
    for bundle in range(start.shape[0] - 1):
        weight = 0.0
        for chunk in range(by_bundle.shape[0]):
            weight += by_bundle[chunk, bundle]
        for u in range(start[bundle], start[bundle + 1]):
            for v in range(start[bundle], start[bundle + 1]):
                out[row[u], row[v]] += weight * a[u] * b[v]


@njit(cache=True)
def _live_uses(problem, place, other):  # type: ignore[no-untyped-def]  # pragma: no cover
    n_bundles = problem.use_start.shape[0] - 1
    start = np.zeros(n_bundles + 1, np.int64)
    row = np.empty(problem.use_limit.shape[0], np.int64)
    a, b = np.empty(row.shape[0]), np.empty(row.shape[0])
    n = 0
    for bundle in range(n_bundles):
        for use in range(problem.use_start[bundle], problem.use_start[bundle + 1]):
            i = place[problem.use_limit[use]]
            if i >= 0:
                row[n], a[n], b[n] = i, problem.use_amount[use], other[use]
                n += 1
        start[bundle + 1] = n
    return start, row, a, b


@njit(cache=True)
def _scratch(n_rows):  # type: ignore[no-untyped-def]  # pragma: no cover
    return (
        np.zeros(n_rows), np.zeros(n_rows), np.empty(n_rows, np.int64), np.zeros(n_rows, np.bool_)
    )  # fmt: skip


@njit(cache=True, parallel=True)
def fill_curvature(
    problem: ChoiceArrays,
    flow: NDArray[np.float64],
    place: NDArray[np.int32],
    other: NDArray[np.float64],
    cell_weight: NDArray[np.float64],
    chunk_curvature: NDArray[np.float64],
) -> None:
    """
    Fill how fast loads fall as what the uses cost rises: minus the derivative of load by price.

    Parameters
    ----------
    problem
        The choice problem.
    flow
        [class unit], shape (n_routes,). From `fill_choice` at the same prices.
    place
        [-], shape (n_limits,). Row of each limit in the matrix, -1 for one left out.
    other
        [any per unit of what rises], shape (n_uses,). What each use comes to cost as what the limit
        charges rises by one: `use_amount` itself for prices of capacity, which makes the matrix
        symmetric and positive semidefinite; one or nothing for waits.
    cell_weight
        [USD per any], shape (n_cells,). What it is worth to each cell: one for prices, the value of
        an hour for waits.
    chunk_curvature
        [1 per unit of what rises], shape (n_chunks, n_rows, n_rows). Filled, one addend per chunk.

    Notes
    -----
    With shares q of routes in a nest, P of nests in a cell, uses a, costs b and their means,
    ``H = sum d v [sum_n P_n theta_n (sum_p q_p a b' - a_n b_n') + theta_0 (sum_n P_n a_n b_n'
    - a_k b_k')]``.
    """
    n_rows = chunk_curvature.shape[1]
    start, row, a, b = _live_uses(problem, place, other)
    by_bundle = np.zeros((chunk_curvature.shape[0], start.shape[0] - 1))
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        curvature = chunk_curvature[chunk]
        curvature[:] = 0.0
        a_nest, b_nest, nest_rows, in_nest = _scratch(n_rows)
        a_cell, b_cell, cell_rows, in_cell = _scratch(n_rows)
        for cell in range(problem.chunk_start[chunk], problem.chunk_start[chunk + 1]):
            demand, worth = problem.cell_demand[cell], cell_weight[cell]
            if demand <= TINY:
                continue
            n_cell = 0
            theta0 = problem.cell_theta[cell]
            for nest in range(problem.cell_start[cell], problem.cell_start[cell + 1]):
                theta = problem.nest_theta[nest]
                n_nest = 0
                total = 0.0
                for route in range(problem.nest_start[nest], problem.nest_start[nest + 1]):
                    f = flow[route]
                    total += f
                    bundle = problem.bundle[route]
                    first, last = start[bundle], start[bundle + 1]
                    if first == last or f <= SLIVER * demand:
                        continue
                    by_bundle[chunk, bundle] += theta * worth * f
                    for u in range(first, last):
                        i = row[u]
                        if not in_nest[i]:
                            in_nest[i] = True
                            nest_rows[n_nest] = i
                            n_nest += 1
                        a_nest[i] += f * a[u]
                        b_nest[i] += f * b[u]
                if total > TINY:
                    weight = (theta0 - theta) * worth / total
                    _add_outer(curvature, weight, nest_rows, a_nest, b_nest, n_nest)
                for j in range(n_nest):
                    i = nest_rows[j]
                    if not in_cell[i]:
                        in_cell[i] = True
                        cell_rows[n_cell] = i
                        n_cell += 1
                    a_cell[i] += a_nest[i]
                    b_cell[i] += b_nest[i]
                    a_nest[i] = 0.0
                    b_nest[i] = 0.0
                    in_nest[i] = False
            _add_outer(curvature, -theta0 * worth / demand, cell_rows, a_cell, b_cell, n_cell)
            for j in range(n_cell):
                a_cell[cell_rows[j]] = 0.0
                b_cell[cell_rows[j]] = 0.0
                in_cell[cell_rows[j]] = False
    _add_bundles(chunk_curvature[0], by_bundle, start, row, a, b)


@njit(cache=True, parallel=True)
def fill_objective(
    problem: ChoiceArrays, flow: NDArray[np.float64], value: NDArray[np.float64]
) -> None:
    """
    Fill what the convex programme minimises, cell by cell.

    Parameters
    ----------
    problem
        The choice problem.
    flow
        [class unit], shape (n_routes,), >= 0.
    value
        [USD], shape (n_cells,). Filled with costs, constants and both entropies.
    """
    for cell in prange(problem.cell_start.shape[0] - 1):
        total = 0.0
        demand = problem.cell_demand[cell]
        for nest in range(problem.cell_start[cell], problem.cell_start[cell + 1]):
            first, last = problem.nest_start[nest], problem.nest_start[nest + 1]
            whole = 0.0
            for route in range(first, last):
                whole += flow[route]
            if whole <= 0.0:
                continue
            within = 0.0
            for route in range(first, last):
                if flow[route] > 0.0:
                    total += flow[route] * problem.cost[route]
                    within += flow[route] * (np.log(flow[route] / whole) - problem.log_size[route])
            total += within / problem.nest_theta[nest] + whole * problem.nest_constant[nest]
            total += whole * np.log(whole / demand) / problem.cell_theta[cell]
        value[cell] = total


@njit(cache=True, parallel=True)
def fill_repaired(
    problem: ChoiceArrays,
    due: NDArray[np.float64],
    load: NDArray[np.float64],
    flow: NDArray[np.float64],
    repaired: NDArray[np.float64],
    saved: NDArray[np.float64],
) -> None:
    """
    Take from every route what the fullest of its limits cannot carry; the cell's last takes it.

    Parameters
    ----------
    problem
        The choice problem; the last route of each cell uses nothing.
    due
        [USD per class unit], shape (n_bundles,). From `fill_dues`.
    load
        [-], shape (n_limits,). Loads of the flows.
    flow
        [class unit], shape (n_routes,). The flows.
    repaired
        [class unit], shape (n_routes,). Filled: no limit is loaded above 1.
    saved
        [USD], shape (n_cells,). Filled with what is paid less for capacity.
    """
    share = np.ones(due.shape[0])
    for bundle in range(due.shape[0]):
        for use in range(problem.use_start[bundle], problem.use_start[bundle + 1]):
            share[bundle] = min(share[bundle], 1.0 / max(load[problem.use_limit[use]], 1.0))
    for cell in prange(problem.cell_start.shape[0] - 1):
        first = problem.nest_start[problem.cell_start[cell]]
        last = problem.nest_start[problem.cell_start[cell + 1]] - 1
        moved = 0.0
        less = 0.0
        for route in range(first, last + 1):
            repaired[route] = flow[route] * share[problem.bundle[route]]
            taken = flow[route] - repaired[route]
            moved += taken
            less += taken * due[problem.bundle[route]]
        repaired[last] += moved
        saved[cell] = less


@njit(cache=True)
def fill_delays(
    problem: ChoiceArrays,
    limit_resource: NDArray[np.int32],
    wait: NDArray[np.float64],
    hours: NDArray[np.float64],
    counts: NDArray[np.float64],
) -> None:
    """
    Fill how long each bundle of uses waits.

    Parameters
    ----------
    problem
        The choice problem; uses of one resource stand together.
    limit_resource
        [-], shape (n_limits,). Resource of each limit.
    wait
        [h], shape (n_limits,), >= 0. Wait before each limit.
    hours
        [h], shape (n_bundles,). Filled: who passes two limits of one resource waits once, before
        the slower.
    counts
        [-], shape (n_uses,). Filled with one for the limits that are waited for, zero for others.
    """
    for bundle in range(problem.use_start.shape[0] - 1):
        total = 0.0
        first, end = problem.use_start[bundle], problem.use_start[bundle + 1]
        while first < end:
            resource = limit_resource[problem.use_limit[first]]
            slowest = first
            last = first
            while last < end and limit_resource[problem.use_limit[last]] == resource:
                counts[last] = 0.0
                if wait[problem.use_limit[last]] > wait[problem.use_limit[slowest]]:
                    slowest = last
                last += 1
            counts[slowest] = 1.0
            total += wait[problem.use_limit[slowest]]
            first = last
        hours[bundle] = total


@njit(cache=True, parallel=True)
def fill_sizes(
    nest_start: NDArray[np.int64],
    nest_theta: NDArray[np.float64],
    cost: NDArray[np.float64],
    sequence: NDArray[np.int64],
    leg_start: NDArray[np.int64],
    leg: NDArray[np.int32],
    leg_share: NDArray[np.float64],
    log_size: NDArray[np.float64],
) -> None:
    """
    Fill each route's path size, counted in legs.

    Parameters
    ----------
    nest_start
        [-], shape (n_nests + 1,). Routes of each nest.
    nest_theta
        [1/USD], shape (n_nests,), > 0. Scale of each nest.
    cost
        [USD], shape (n_routes,). Uncongested base cost.
    sequence
        [-], shape (n_routes,). Index of the route's sequence of legs.
    leg_start
        [-], shape (n_sequences + 1,). Legs of each sequence.
    leg
        [-], shape (leg_start[-1],). Index of a leg (terminal, terminal, mode).
    leg_share
        [-], shape (leg_start[-1],). Share of the sequence's time that the leg takes.
    log_size
        [-], shape (n_routes,), <= 0. Filled with ln S.

    Notes
    -----
    ``S_s = sum_a share_a / N_a``, N_a counting the distinct sequences of the nest that hold leg a
    (Hoogendoorn-Lanser et al., TRR 1921, 2005). The routes of one sequence share its size: divided
    by the sum of exp(-theta (cost - best)) over them, they weigh together what the best of them
    weighs alone, so that a clone, or a worse variant, adds nothing.
    """
    n_nests = nest_start.shape[0] - 1
    n_legs = leg.max() + 1 if leg.shape[0] else 0
    for chunk in prange(N_SIZE_CHUNKS):
        count, holder = np.zeros(n_legs, np.int32), np.full(n_legs, -1, np.int32)
        place = np.full(leg_start.shape[0] - 1, -1, np.int32)
        for nest in range(chunk * n_nests // N_SIZE_CHUNKS, (chunk + 1) * n_nests // N_SIZE_CHUNKS):
            first, last = nest_start[nest], nest_start[nest + 1]
            theta = nest_theta[nest]
            mine = np.empty(last - first, np.int64)
            best, total = np.empty(last - first), np.zeros(last - first)
            n_sequences = 0
            for route in range(first, last):
                at = place[sequence[route]]
                if at < 0:
                    at = n_sequences
                    place[sequence[route]], mine[at], best[at] = at, sequence[route], cost[route]
                    n_sequences += 1
                best[at] = min(best[at], cost[route])
            for s in range(n_sequences):
                for a in range(leg_start[mine[s]], leg_start[mine[s] + 1]):
                    if holder[leg[a]] != s:
                        holder[leg[a]] = s
                        count[leg[a]] += 1
            for route in range(first, last):
                at = place[sequence[route]]
                total[at] += np.exp(-theta * (cost[route] - best[at]))
            for s in range(n_sequences):
                size = 0.0
                for a in range(leg_start[mine[s]], leg_start[mine[s] + 1]):
                    size += leg_share[a] / count[leg[a]]
                best[s] = (np.log(size) if size > 0.0 else 0.0) - np.log(total[s])
            for route in range(first, last):
                log_size[route] = best[place[sequence[route]]]
            for s in range(n_sequences):
                place[mine[s]] = -1
                for a in range(leg_start[mine[s]], leg_start[mine[s] + 1]):
                    count[leg[a]], holder[leg[a]] = 0, -1
