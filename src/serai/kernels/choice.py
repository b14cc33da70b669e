"""Two-level choice with prices on limits: loads, the dual's value, slope and curvature."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = ["ChoiceArrays", "fill_choice", "fill_curvature", "fill_loads", "fill_sizes"]

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
def _add_outer(curvature, weight, limits, mean, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(count):
        a = limits[i]
        for j in range(count):
            curvature[a, limits[j]] += weight * mean[a] * mean[limits[j]]


@njit(cache=True, parallel=True)
def fill_curvature(
    problem: ChoiceArrays,
    flow: NDArray[np.float64],
    place: NDArray[np.int32],
    chunk_curvature: NDArray[np.float64],
) -> None:
    """
    Fill minus the second derivative of the dual by some prices (a positive semidefinite matrix).

    Parameters
    ----------
    problem
        The choice problem.
    flow
        [class unit], shape (n_routes,). From `fill_choice` at the same prices.
    place
        [-], shape (n_limits,). Row of each limit in the matrix, -1 for one left out.
    chunk_curvature
        [1/USD], shape (n_chunks, n_rows, n_rows). Filled, one addend per chunk.

    Notes
    -----
    With shares q of routes in a nest, P of nests in a cell, uses a and their means,
    ``H = sum d [sum_n P_n theta_n (sum_p q_p a a' - a_n a_n') + theta_0 (sum_n P_n a_n a_n'
    - a_k a_k')]``.
    """
    n_rows = chunk_curvature.shape[1]
    for chunk in prange(problem.chunk_start.shape[0] - 1):
        curvature = chunk_curvature[chunk]
        curvature[:] = 0.0
        of_nest, of_cell = np.zeros(n_rows), np.zeros(n_rows)
        nest_rows, cell_rows = np.empty(n_rows, np.int64), np.empty(n_rows, np.int64)
        in_nest, in_cell = np.zeros(n_rows, np.bool_), np.zeros(n_rows, np.bool_)
        row, amount = np.empty(n_rows, np.int64), np.empty(n_rows)
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
                            row[n_used], amount[n_used] = i, problem.use_amount[use]
                            n_used += 1
                    for u in range(n_used):
                        i = row[u]
                        if not in_nest[i]:
                            in_nest[i] = True
                            nest_rows[n_nest] = i
                            n_nest += 1
                        of_nest[i] += f * amount[u]
                        for v in range(n_used):
                            curvature[i, row[v]] += theta * f * amount[u] * amount[v]
                if total > TINY:
                    _add_outer(curvature, (theta0 - theta) / total, nest_rows, of_nest, n_nest)
                for j in range(n_nest):
                    i = nest_rows[j]
                    if not in_cell[i]:
                        in_cell[i] = True
                        cell_rows[n_cell] = i
                        n_cell += 1
                    of_cell[i] += of_nest[i]
                    of_nest[i] = 0.0
                    in_nest[i] = False
            _add_outer(curvature, -theta0 / demand, cell_rows, of_cell, n_cell)
            for j in range(n_cell):
                of_cell[cell_rows[j]] = 0.0
                in_cell[cell_rows[j]] = False


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
