"""Deterministic user equilibrium on paths: gradient projection, one pair at a time."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["add_paths", "fill_link_times", "load_paths", "shift_flows"]

ALIKE = 1e-14
"""[-] A path that is cheaper by less is not new: its cost is a sum in another order."""


@njit(cache=True, inline="always")
def _time_and_slope(flow, law, a):  # type: ignore[no-untyped-def]  # pragma: no cover
    free, b, capacity, power, steepness = law[0, a], law[1, a], law[2, a], law[3, a], law[4, a]
    if steepness > 0.0:
        spare = steepness * (1.0 - flow / capacity)
        bend = (2.0 * steepness - 1.0) / (2.0 * steepness - 2.0)
        root = np.sqrt(spare * spare + bend * bend)
        slope = free * steepness / capacity * (1.0 - spare / root)
        return free * (2.0 + root - spare - bend), slope
    if b == 0.0 or power == 0.0:
        return free * (1.0 + b), 0.0
    v = flow / capacity
    if power == 4.0:  # noqa: PLR2004 - the common case, several times faster
        cube = v * v * v
        return free * (1.0 + b * cube * v), 4.0 * free * b * cube / capacity
    if v <= 0.0:
        return free, (free * b / capacity if power == 1.0 else 0.0)
    raised = v ** (power - 1.0)
    return free * (1.0 + b * raised * v), power * free * b * raised / capacity


@njit(cache=True)
def fill_link_times(
    flow: NDArray[np.float64],
    law: NDArray[np.float64],
    time: NDArray[np.float64],
    slope: NDArray[np.float64],
) -> None:
    """
    Fill travel times by the law of the Bureau of Public Roads or the conical one.

    Parameters
    ----------
    flow
        [any], shape (n_links,), >= 0.
    law
        Shape (5, n_links). Free-flow time, b, capacity, power and steepness s. With s = 0, time =
        free * (1 + b * x ** power), x = flow / capacity. With s > 1, conical: time = free *
        (2 + sqrt(s^2 (1 - x)^2 + c^2) - s (1 - x) - c), c = (2 s - 1) / (2 s - 2).
    time
        [unit of the free-flow time], shape (n_links,). Filled.
    slope
        [time per unit of flow], shape (n_links,). Filled.

    References
    ----------
    spiess1990.
    """
    for a in range(flow.shape[0]):
        time[a], slope[a] = _time_and_slope(flow[a], law, a)


@njit(cache=True)
def add_paths(
    trees: tuple[NDArray[np.int32], NDArray[np.float64]],
    tail: NDArray[np.int32],
    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]],
    time: NDArray[np.float64],
    first: NDArray[np.int32],
    after: NDArray[np.int32],
    start: NDArray[np.int64],
    path_flow: NDArray[np.float64],
    pool: NDArray[np.int32],
    n_paths: int,
) -> int:
    """
    Give each pair its shortest path, where it is shorter than all it has.

    Parameters
    ----------
    trees
        Last link and distance, from `fill_trees`.
    tail
        [-], shape (n_links,). Start node of each link.
    pairs
        Shape (n_pairs,) each: row of the trees, start node, end node, demand.
    time
        [any], shape (n_links,). The times that the trees go by.
    first
        [-], shape (n_pairs,). First path of each pair, -1 for none. Changed.
    after
        [-], shape (n_room,). The pair's next path, -1 for none. Changed.
    start
        [-], shape (n_room + 1,). Where each path's links stand in `pool`. Changed.
    path_flow
        [unit of demand], shape (n_room,). A first path takes the whole demand. Changed.
    pool
        [-], shape (n_links_room,). Links of the paths. Changed.
    n_paths
        [-]. Paths so far.

    Returns
    -------
    n_paths
        [-]. Paths now; -1 - n_paths where room has run out, and the call must be made again.
    """
    last_link, distance = trees
    row, origin, dest, demand = pairs
    for w in range(row.shape[0]):
        new = distance[row[w], dest[w]]
        if not np.isfinite(new):
            continue
        best = np.inf
        k = first[w]
        while k >= 0:
            total = 0.0
            for i in range(start[k], start[k + 1]):
                total += time[pool[i]]
            best = min(best, total)
            k = after[k]
        if new >= best * (1.0 - ALIKE):
            continue
        length = 0
        node = dest[w]
        while node != origin[w]:
            node = tail[last_link[row[w], node]]
            length += 1
        at = start[n_paths]
        if n_paths >= after.shape[0] or at + length > pool.shape[0]:
            return -1 - n_paths
        node = dest[w]
        for i in range(at + length - 1, at - 1, -1):
            pool[i] = last_link[row[w], node]
            node = tail[pool[i]]
        start[n_paths + 1] = at + length
        path_flow[n_paths] = demand[w] if first[w] < 0 else 0.0
        after[n_paths] = first[w]
        first[w] = n_paths
        n_paths += 1
    return n_paths


@njit(cache=True)
def load_paths(
    first: NDArray[np.int32],
    after: NDArray[np.int32],
    start: NDArray[np.int64],
    pool: NDArray[np.int32],
    demand: NDArray[np.float64],
    path_flow: NDArray[np.float64],
    flow: NDArray[np.float64],
) -> None:
    """
    Scale each pair's path flows to its demand and sum them on links.

    Parameters
    ----------
    first
        From `add_paths`.
    after
        From `add_paths`.
    start
        From `add_paths`.
    pool
        From `add_paths`.
    demand
        [any], shape (n_pairs,).
    path_flow
        [unit of demand], shape (n_room,). Changed.
    flow
        [unit of demand], shape (n_links,). Filled.
    """
    flow[:] = 0.0
    for w in range(first.shape[0]):
        total = 0.0
        k = first[w]
        while k >= 0:
            total += path_flow[k]
            k = after[k]
        k = first[w]
        while k >= 0:
            path_flow[k] *= demand[w] / total
            for i in range(start[k], start[k + 1]):
                flow[pool[i]] += path_flow[k]
            k = after[k]


@njit(cache=True)
def shift_flows(
    first: NDArray[np.int32],
    after: NDArray[np.int32],
    start: NDArray[np.int64],
    pool: NDArray[np.int32],
    law: NDArray[np.float64],
    path_flow: NDArray[np.float64],
    flow: NDArray[np.float64],
    time: NDArray[np.float64],
    slope: NDArray[np.float64],
    mark: NDArray[np.int64],
    tolerance: float,
) -> float:
    """
    Move flow, pair after pair, from each path to the pair's cheapest by a Newton step.

    Only links that one of the two paths has and the other has not count and change. Link flows,
    times and slopes follow each move at once. Paths left without flow are dropped.

    Parameters
    ----------
    first
        From `add_paths`. Changed.
    after
        From `add_paths`. Changed.
    start
        From `add_paths`.
    pool
        From `add_paths`.
    law
        As for `fill_link_times`.
    path_flow
        [unit of demand], shape (n_room,). Changed.
    flow
        [unit of demand], shape (n_links,). Changed.
    time
        [any], shape (n_links,). Changed.
    slope
        [any], shape (n_links,). Changed.
    mark
        [-], shape (n_links + 1,). Work space; the last is the stamp in use. Changed.
    tolerance
        [-], >= 0. Pairs whose paths differ by less than this share are passed over.

    Returns
    -------
    excess
        [flow x time]. What all would gain on their pair's cheapest path, as met on the way.
    """
    stamp = mark[-1]
    excess = 0.0
    for w in range(first.shape[0]):
        if first[w] < 0 or after[first[w]] < 0:
            continue
        best, worst, cheapest = np.inf, 0.0, -1
        k = first[w]
        while k >= 0:
            total = 0.0
            for i in range(start[k], start[k + 1]):
                total += time[pool[i]]
            if total < best:
                best, cheapest = total, k
            worst = max(worst, total)
            k = after[k]
        if worst - best <= tolerance * worst:
            continue
        before, k = -1, first[w]
        while k >= 0:
            following = after[k]
            if k != cheapest:
                stamp += 2
                excess += _shift_pair(
                    k, cheapest, start, pool, law, path_flow, flow, time, slope, mark, stamp
                )
                if path_flow[k] <= 0.0:
                    if before < 0:
                        first[w] = following
                    else:
                        after[before] = following
                else:
                    before = k
            else:
                before = k
            k = following
    mark[-1] = stamp
    return excess


@njit(cache=True)
def _shift_pair(  # type: ignore[no-untyped-def]  # pragma: no cover
    k, cheapest, start, pool, law, path_flow, flow, time, slope, mark, stamp
):
    gain, bend = 0.0, 0.0
    for i in range(start[cheapest], start[cheapest + 1]):
        mark[pool[i]] = stamp
    for i in range(start[k], start[k + 1]):
        a = pool[i]
        if mark[a] >= stamp:
            mark[a] = stamp + 1
        else:
            gain += time[a]
            bend += slope[a]
    for i in range(start[cheapest], start[cheapest + 1]):
        a = pool[i]
        if mark[a] == stamp:
            gain -= time[a]
            bend += slope[a]
    # Moves for other paths may have made this one the cheaper: then flow comes back.
    room = path_flow[k] if gain > 0.0 else path_flow[cheapest]
    step = room if bend <= 0.0 else min(room, abs(gain) / bend)
    moved = step if gain > 0.0 else -step
    if gain == 0.0 or moved == 0.0:
        return 0.0
    excess = max(gain, 0.0) * path_flow[k]
    for i in range(start[k], start[k + 1]):
        a = pool[i]
        if mark[a] < stamp:
            flow[a] = max(flow[a] - moved, 0.0)
            time[a], slope[a] = _time_and_slope(flow[a], law, a)
    for i in range(start[cheapest], start[cheapest + 1]):
        a = pool[i]
        if mark[a] == stamp:
            flow[a] = max(flow[a] + moved, 0.0)
            time[a], slope[a] = _time_and_slope(flow[a], law, a)
    path_flow[cheapest] += moved
    path_flow[k] -= moved
    return excess
