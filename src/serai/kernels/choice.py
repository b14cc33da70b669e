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
    "fill_loads",
    "fill_objective",
    "fill_repaired",
    "fill_sizes",
]

TINY = 1e-150
"""[class unit per year] Flows below this have no curvature: their inverse would overflow."""


class ChoiceArrays(NamedTuple):
    """
    A choice problem: cells hold nests, nests hold routes, routes use limits.

    Routes of nest n are nest_start[n]:nest_start[n + 1], nests of cell k are
    cell_start[k]:cell_start[k + 1]. `use_amount` is in units of the limit's capacity, so that
    every limit's load is at most 1. Cells of chunk j are chunk_start[j]:chunk_start[j + 1].
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
    use_start: NDArray[np.int64]
    use_limit: NDArray[np.int32]
    use_amount: NDArray[np.float64]


@njit(cache=True, parallel=True)
def fill_choice(
    problem: ChoiceArrays,
    price: NDArray[np.float64],
    flow: NDArray[np.float64],
    chunk_value: NDArray[np.float64],
    chunk_load: NDArray[np.float64],
) -> None:
    """
    Share every cell's demand out at the given prices.

    Parameters
    ----------
    problem
        The choice problem.
    price
        [USD], shape (n_limits,), >= 0. Price of a limit's whole capacity.
    flow
        [class unit], shape (n_routes,). Filled.
    chunk_value
        [USD], shape (n_chunks,). Filled with demand times expected cost, summed over the cells.
    chunk_load
        [-], shape (n_chunks, n_limits). Filled with the load as a share of capacity.
    """
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        chunk_value[chunk] = 0.0
        load = chunk_load[chunk]
        load[:] = 0.0
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
                    c = problem.cost[route]
                    for use in range(problem.use_start[route], problem.use_start[route + 1]):
                        c += problem.use_amount[use] * price[problem.use_limit[use]]
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
                share = np.exp(-theta0 * (value - lowest)) / total
                for route in range(problem.nest_start[nest], problem.nest_start[nest + 1]):
                    flow[route] *= demand * share
                    for use in range(problem.use_start[route], problem.use_start[route + 1]):
                        load[problem.use_limit[use]] += flow[route] * problem.use_amount[use]


@njit(cache=True, parallel=True)
def fill_loads(
    problem: ChoiceArrays,
    flow: NDArray[np.float64],
    amount: NDArray[np.float64],
    chunk_load: NDArray[np.float64],
) -> None:
    """
    Sum flow times amount over the routes that use each limit.

    Parameters
    ----------
    problem
        The choice problem.
    flow
        [any], shape (n_routes,). What the routes carry.
    amount
        [any], shape (n_uses,). What a unit takes of the limit, by use.
    chunk_load
        [any], shape (n_chunks, n_limits). Filled, one addend per chunk.
    """
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        load = chunk_load[chunk]
        load[:] = 0.0
        first = problem.nest_start[problem.cell_start[problem.chunk_start[chunk]]]
        last = problem.nest_start[problem.cell_start[problem.chunk_start[chunk + 1]]]
        for route in range(first, last):
            for use in range(problem.use_start[route], problem.use_start[route + 1]):
                load[problem.use_limit[use]] += flow[route] * amount[use]


@njit(cache=True)
def _add_outer(out, weight, rows, left, right, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(count):
        a = rows[i]
        for j in range(count):
            out[a, rows[j]] += weight * left[a] * right[rows[j]]


@njit(cache=True, parallel=True)
def fill_curvature(
    problem: ChoiceArrays,
    flow: NDArray[np.float64],
    place: NDArray[np.int32],
    other: NDArray[np.float64],
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
        [USD per unit of what rises], shape (n_uses,). What each use comes to cost as the limit's
        price rises by one: `use_amount` itself for prices of capacity, which makes the matrix
        symmetric and positive semidefinite; the value of an hour for waits.
    chunk_curvature
        [1 per unit of what rises], shape (n_chunks, n_rows, n_rows). Filled, one addend per chunk.

    Notes
    -----
    With shares q of routes in a nest, P of nests in a cell, uses a, costs b and their means,
    ``H = sum d [sum_n P_n theta_n (sum_p q_p a b' - a_n b_n') + theta_0 (sum_n P_n a_n b_n'
    - a_k b_k')]``.
    """
    n_rows = chunk_curvature.shape[1]
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        curvature = chunk_curvature[chunk]
        curvature[:] = 0.0
        a_nest, a_cell, b_nest, b_cell = (
            np.zeros(n_rows), np.zeros(n_rows), np.zeros(n_rows), np.zeros(n_rows),
        )  # fmt: skip
        nest_rows, cell_rows = np.empty(n_rows, np.int64), np.empty(n_rows, np.int64)
        in_nest, in_cell = np.zeros(n_rows, np.bool_), np.zeros(n_rows, np.bool_)
        row, a, b = np.empty(n_rows, np.int64), np.empty(n_rows), np.empty(n_rows)
        for cell in range(problem.chunk_start[chunk], problem.chunk_start[chunk + 1]):
            demand = problem.cell_demand[cell]
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
                    n_used = 0
                    for use in range(problem.use_start[route], problem.use_start[route + 1]):
                        i = place[problem.use_limit[use]]
                        if i >= 0:
                            row[n_used], a[n_used] = i, problem.use_amount[use]
                            b[n_used] = other[use]
                            n_used += 1
                    for u in range(n_used):
                        i = row[u]
                        if not in_nest[i]:
                            in_nest[i] = True
                            nest_rows[n_nest] = i
                            n_nest += 1
                        a_nest[i] += f * a[u]
                        b_nest[i] += f * b[u]
                        for v in range(n_used):
                            curvature[i, row[v]] += theta * f * a[u] * b[v]
                if total > TINY:
                    weight = (theta0 - theta) / total
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
            _add_outer(curvature, -theta0 / demand, cell_rows, a_cell, b_cell, n_cell)
            for j in range(n_cell):
                a_cell[cell_rows[j]] = 0.0
                b_cell[cell_rows[j]] = 0.0
                in_cell[cell_rows[j]] = False


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
    price: NDArray[np.float64],
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
    price
        [USD], shape (n_limits,), >= 0. Price of a limit's whole capacity.
    load
        [-], shape (n_limits,). Loads of the flows.
    flow
        [class unit], shape (n_routes,). The flows.
    repaired
        [class unit], shape (n_routes,). Filled: no limit is loaded above 1.
    saved
        [USD], shape (n_cells,). Filled with what is paid less for capacity.
    """
    for cell in prange(problem.cell_start.shape[0] - 1):
        first = problem.nest_start[problem.cell_start[cell]]
        last = problem.nest_start[problem.cell_start[cell + 1]] - 1
        moved = 0.0
        less = 0.0
        for route in range(first, last + 1):
            share, dues = 1.0, 0.0
            for use in range(problem.use_start[route], problem.use_start[route + 1]):
                limit = problem.use_limit[use]
                share = min(share, 1.0 / max(load[limit], 1.0))
                dues += problem.use_amount[use] * price[limit]
            repaired[route] = flow[route] * share
            taken = flow[route] - repaired[route]
            moved += taken
            less += taken * dues
        repaired[last] += moved
        saved[cell] = less


@njit(cache=True, parallel=True)
def fill_delays(
    use_start: NDArray[np.int64],
    use_limit: NDArray[np.int32],
    limit_resource: NDArray[np.int32],
    wait: NDArray[np.float64],
    per_hour: NDArray[np.float64],
    hours: NDArray[np.float64],
    use_hour: NDArray[np.float64],
) -> None:
    """
    Fill how long each route waits.

    Parameters
    ----------
    use_start
        [-], shape (n_routes + 1,). Uses of each route; those of one resource stand together.
    use_limit
        [-], shape (n_uses,). Limit of each use.
    limit_resource
        [-], shape (n_limits,). Resource of each limit.
    wait
        [h], shape (n_limits,), >= 0. Wait before each limit.
    per_hour
        [USD per class unit and hour], shape (n_routes,). Value of time.
    hours
        [h], shape (n_routes,). Filled: who passes two limits of one resource waits once, before
        the slower.
    use_hour
        [USD per class unit and hour], shape (n_uses,). Filled with the value of time, zero for
        limits that nobody waits for.
    """
    for route in prange(use_start.shape[0] - 1):
        total = 0.0
        first = use_start[route]
        while first < use_start[route + 1]:
            resource = limit_resource[use_limit[first]]
            slowest = first
            last = first
            while last < use_start[route + 1] and limit_resource[use_limit[last]] == resource:
                use_hour[last] = 0.0
                if wait[use_limit[last]] > wait[use_limit[slowest]]:
                    slowest = last
                last += 1
            use_hour[slowest] = per_hour[route]
            total += wait[use_limit[slowest]]
            first = last
        hours[route] = total


@njit(cache=True, parallel=True)
def fill_sizes(
    nest_start: NDArray[np.int64],
    nest_theta: NDArray[np.float64],
    cost: NDArray[np.float64],
    sequence: NDArray[np.int64],
    leg_start: NDArray[np.int64],
    leg: NDArray[np.int64],
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
    for nest in prange(nest_start.shape[0] - 1):
        first, last = nest_start[nest], nest_start[nest + 1]
        theta = nest_theta[nest]
        # The first route of each distinct sequence speaks for it.
        speaker = np.empty(last - first, np.int64)
        n_sequences = 0
        for route in range(first, last):
            is_new = True
            for s in range(n_sequences):
                if sequence[speaker[s]] == sequence[route]:
                    is_new = False
                    break
            if is_new:
                speaker[n_sequences] = route
                n_sequences += 1
        for s in range(n_sequences):
            mine = sequence[speaker[s]]
            size = 0.0
            for a in range(leg_start[mine], leg_start[mine + 1]):
                count = 0
                for other in range(n_sequences):
                    theirs = sequence[speaker[other]]
                    for b in range(leg_start[theirs], leg_start[theirs + 1]):
                        if leg[b] == leg[a]:
                            count += 1
                            break
                size += leg_share[a] / count
            best = np.inf
            for route in range(speaker[s], last):
                if sequence[route] == mine:
                    best = min(best, cost[route])
            total = 0.0
            for route in range(speaker[s], last):
                if sequence[route] == mine:
                    total += np.exp(-theta * (cost[route] - best))
            whole = (np.log(size) if size > 0.0 else 0.0) - np.log(total)
            for route in range(speaker[s], last):
                if sequence[route] == mine:
                    log_size[route] = whole
