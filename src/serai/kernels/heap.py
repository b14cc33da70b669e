"""
A queue of nodes, nearest first: a 4-ary heap that knows where each node stands in it.

Both functions become part of the kernels that call them, and numba's cache of those does not see
a change made here: after one, remove `__pycache__` in this folder.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["pull", "push"]


@njit(cache=True, inline="always")
def push(
    keys: NDArray[np.float64],
    nodes: NDArray[np.int32],
    place: NDArray[np.int32],
    size: int,
    node: int,
    key: float,
) -> int:
    """
    Put a node in; move it forward if it is in already.

    Parameters
    ----------
    keys
        [any], shape (n_nodes,). Key at each rank. Changed.
    nodes
        [-], shape (n_nodes,). Node at each rank. Changed.
    place
        [-], shape (n_nodes,). Rank of each node, -1 for one that is not in. Changed.
    size
        [-], shape (scalar). Nodes that are in.
    node
        [-], shape (scalar). The node.
    key
        [any], shape (scalar). Its key, no larger than the one it has.

    Returns
    -------
    size
        [-]. Nodes that are in now.
    """
    at = place[node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        up = (at - 1) >> 2
        if keys[up] <= key:
            break
        keys[at], nodes[at] = keys[up], nodes[up]
        place[nodes[at]] = at
        at = up
    keys[at], nodes[at] = key, node
    place[node] = at
    return size


@njit(cache=True, inline="always")
def pull(
    keys: NDArray[np.float64], nodes: NDArray[np.int32], place: NDArray[np.int32], size: int
) -> int:
    """
    Take out the first node, `nodes[0]`, to be read before.

    Parameters
    ----------
    keys
        [any], shape (n_nodes,). From `push`. Changed.
    nodes
        [-], shape (n_nodes,). From `push`. Changed.
    place
        [-], shape (n_nodes,). From `push`. Changed.
    size
        [-], shape (scalar). Nodes that are in, at least one.

    Returns
    -------
    size
        [-]. Nodes that are left.
    """
    size -= 1
    place[nodes[0]] = -1
    if size == 0:
        return size
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        best = 4 * at + 1
        if best >= size:
            break
        least = keys[best]
        for other in range(best + 1, min(best + 4, size)):
            if keys[other] < least:
                best, least = other, keys[other]
        if least >= key:
            break
        keys[at], nodes[at] = least, nodes[best]
        place[nodes[at]] = at
        at = best
    keys[at], nodes[at] = key, node
    place[node] = at
    return size
