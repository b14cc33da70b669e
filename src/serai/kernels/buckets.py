"""One shortest-path tree of a large, sparse graph."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["fill_large_tree"]

MOST_BUCKETS = 1 << 20
"""Of a width that would need more, a larger one is used."""


@njit(cache=True)
def fill_large_tree(
    first_out: NDArray[np.int32],
    slot_head: NDArray[np.int32],
    slot_cost: NDArray[np.float64],
    origin: int,
    width: float,
    last_slot: NDArray[np.int32],
    distance: NDArray[np.float64],
) -> None:
    """
    Find the cheapest path from one node to every node with a ring of buckets.

    Nodes wait in the bucket of their distance, a list that any of them can leave in one step
    (Dial 1969). Within a bucket they are worked off in any order, and once more when they turn out
    to be nearer, so that distances are exact for any width (Denardo and Fox 1979).

    Parameters
    ----------
    first_out
        [-], shape (n_nodes + 1,). Slots leaving node i are first_out[i]:first_out[i + 1].
    slot_head
        [-], shape (n_slots,). Node at the end of each slot's link.
    slot_cost
        [any], shape (n_slots,), >= 0 or inf. Cost of each slot's link; an infinite one shuts it.
    origin
        [-], shape (scalar). Start node.
    width
        [unit of cost], shape (scalar), > 0. Width of a bucket; about the middle link cost is
        fastest.
    last_slot
        [-], shape (n_nodes,). Filled with the slot by which the path comes in, -1 for none.
    distance
        [unit of cost], shape (n_nodes,). Filled with the path's cost, inf where there is none.

    References
    ----------
    dial1969, denardo1979.
    """
    dearest = 0.0
    for slot in range(slot_cost.shape[0]):
        if slot_cost[slot] < np.inf:
            dearest = max(dearest, slot_cost[slot])
    scale = 1.0 / max(width, dearest / MOST_BUCKETS)
    n_buckets = 1
    while n_buckets < dearest * scale + 3.0:
        n_buckets *= 2
    ring = n_buckets - 1  # a mask: two labels that wait are never a whole ring apart
    n_nodes = first_out.shape[0] - 1
    first = np.full(n_buckets, -1, np.int32)
    after, before = np.empty(n_nodes, np.int32), np.empty(n_nodes, np.int32)
    bucket = np.full(n_nodes, -1, np.int32)
    distance[:] = np.inf
    last_slot[:] = -1
    distance[origin], first[0] = 0.0, origin
    after[origin], before[origin], bucket[origin] = -1, -1, 0
    n_waiting, here = 1, 0
    while n_waiting > 0:
        node = first[here]
        if node < 0:
            here = (here + 1) & ring
            continue
        first[here] = after[node]
        if after[node] >= 0:
            before[after[node]] = -1
        bucket[node] = -1
        n_waiting -= 1
        for slot in range(first_out[node], first_out[node + 1]):
            total = distance[node] + slot_cost[slot]
            head = slot_head[slot]
            if total >= distance[head]:
                continue
            distance[head] = total
            last_slot[head] = slot
            there, where = int(total * scale) & ring, bucket[head]
            if where == there:
                continue
            if where >= 0:
                if before[head] >= 0:
                    after[before[head]] = after[head]
                else:
                    first[where] = after[head]
                if after[head] >= 0:
                    before[after[head]] = before[head]
                n_waiting -= 1
            if first[there] >= 0:
                before[first[there]] = head
            after[head], before[head], bucket[head] = first[there], -1, there
            first[there] = head
            n_waiting += 1
