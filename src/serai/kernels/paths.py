"""Shortest paths on compressed arrays."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from serai.kernels.heap import pull, push

__all__ = ["fill_path_links", "fill_path_marks", "fill_trees"]


@njit(cache=True)
def _leads_back(first_out, slot_head, node, head):  # type: ignore[no-untyped-def]  # pragma: no cover
    for slot in range(first_out[head], first_out[head + 1]):  # noqa: SIM110 - numba
        if slot_head[slot] != node:
            return False
    return True


@njit(cache=True, parallel=True)
def fill_trees(
    first_out: NDArray[np.int32],
    slot_link: NDArray[np.int32],
    slot_head: NDArray[np.int32],
    cost: NDArray[np.float64],
    origins: NDArray[np.int32],
    last_link: NDArray[np.int32],
    distance: NDArray[np.float64],
) -> None:
    """
    Find the cheapest path from each origin to every node (Dijkstra, 4-ary heap).

    Parameters
    ----------
    first_out
        [-], shape (n_nodes + 1,). Slots leaving node i are first_out[i]:first_out[i + 1].
    slot_link
        [-], shape (n_links,). Link of each slot.
    slot_head
        [-], shape (n_links,). Node at the end of each slot's link.
    cost
        [any], shape (n_links,), >= 0 or inf. An infinite cost shuts the link.
    origins
        [-], shape (n_origins,). Start nodes.
    last_link
        [-], shape (n_origins, n_nodes). Filled with the last link of the path, -1 for none.
    distance
        [any], shape (n_origins, n_nodes). Filled with the path's cost, inf where there is none.
    """
    n_nodes = first_out.shape[0] - 1
    price = np.empty(slot_link.shape[0])
    # From the end of such a link the only way is back: nothing is to be gained from there.
    is_end = np.empty(slot_link.shape[0], np.bool_)
    for node in range(n_nodes):
        for slot in range(first_out[node], first_out[node + 1]):
            price[slot] = cost[slot_link[slot]]
            is_end[slot] = _leads_back(first_out, slot_head, node, slot_head[slot])
    for row in prange(origins.shape[0]):
        reached = distance[row]
        link_in = last_link[row]
        keys = np.empty(n_nodes)
        nodes = np.empty(n_nodes, np.int32)
        place = np.full(n_nodes, -1, np.int32)
        reached[:] = np.inf
        link_in[:] = -1
        reached[origins[row]] = 0.0
        size = push(keys, nodes, place, 0, origins[row], 0.0)
        while size > 0:
            key, node = keys[0], nodes[0]
            size = pull(keys, nodes, place, size)
            for slot in range(first_out[node], first_out[node + 1]):
                total = key + price[slot]
                head = slot_head[slot]
                if total < reached[head]:
                    reached[head] = total
                    link_in[head] = slot_link[slot]
                    if not is_end[slot]:
                        size = push(keys, nodes, place, size, head, total)


@njit(cache=True, parallel=True)
def fill_path_marks(
    last_link: NDArray[np.int32],
    tail: NDArray[np.int32],
    link_mark: NDArray[np.uint64],
    tree: NDArray[np.int32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    mark: NDArray[np.uint64],
    length: NDArray[np.int32],
) -> None:
    """
    Fill each path's mark (its links' marks, combined by exclusive or) and its number of links.

    Parameters
    ----------
    last_link
        [-], shape (n_trees, n_nodes). From `fill_trees`.
    tail
        [-], shape (n_links,). Start node of each link.
    link_mark
        [-], shape (n_links,). A random number per link.
    tree
        [-], shape (n_paths,). Row of `last_link` to follow.
    start
        [-], shape (n_paths,). First node.
    end
        [-], shape (n_paths,). Last node.
    mark
        [-], shape (n_paths,). Filled; 0 where there is no path.
    length
        [-], shape (n_paths,). Filled with the number of links, 0 where there is no path.
    """
    for path in prange(tree.shape[0]):
        node = end[path]
        total = np.uint64(0)
        count = 0
        while node != start[path]:
            link = last_link[tree[path], node]
            if link < 0:
                total = np.uint64(0)
                count = 0
                break
            total ^= link_mark[link]
            count += 1
            node = tail[link]
        mark[path] = total
        length[path] = count


@njit(cache=True)
def fill_path_links(
    last_link: NDArray[np.int32],
    tail: NDArray[np.int32],
    tree: NDArray[np.int32],
    end: NDArray[np.int32],
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
) -> None:
    """
    Write out the links of each path, first to last.

    Parameters
    ----------
    last_link
        [-], shape (n_trees, n_nodes). From `fill_trees`.
    tail
        [-], shape (n_links,). Start node of each link.
    tree
        [-], shape (n_paths,). Row of `last_link` to follow.
    end
        [-], shape (n_paths,). Last node.
    path_start
        [-], shape (n_paths + 1,). Where each path's links stand in `path_link`.
    path_link
        [-], shape (path_start[-1],). Filled.
    """
    for path in range(tree.shape[0]):
        node = end[path]
        for at in range(path_start[path + 1] - 1, path_start[path] - 1, -1):
            link = last_link[tree[path], node]
            path_link[at] = link
            node = tail[link]
