"""Shortest paths on compressed arrays."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = ["fill_path_links", "fill_path_marks", "fill_trees"]


@njit(cache=True)
def _sift_up(keys, items, at):  # type: ignore[no-untyped-def]  # pragma: no cover
    key, item = keys[at], items[at]
    while at > 0:
        up = (at - 1) >> 2
        if keys[up] <= key:
            break
        keys[at], items[at] = keys[up], items[up]
        at = up
    keys[at], items[at] = key, item


@njit(cache=True)
def _sift_down(keys, items, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    key, item = keys[0], items[0]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        best = child
        for other in range(child + 1, min(child + 4, size)):
            if keys[other] < keys[best]:
                best = other
        if keys[best] >= key:
            break
        keys[at], items[at] = keys[best], items[best]
        at = best
    keys[at], items[at] = key, item


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
    n_slots = slot_link.shape[0]
    for row in prange(origins.shape[0]):
        reached = distance[row]
        link_in = last_link[row]
        keys = np.empty(n_slots + 1, np.float64)
        items = np.empty(n_slots + 1, np.int32)
        for node in range(n_nodes):
            reached[node] = np.inf
            link_in[node] = -1
        reached[origins[row]] = 0.0
        keys[0], items[0] = 0.0, origins[row]
        size = 1
        while size > 0:
            key, node = keys[0], items[0]
            size -= 1
            keys[0], items[0] = keys[size], items[size]
            if size > 0:
                _sift_down(keys, items, size)
            if key > reached[node]:
                continue
            for slot in range(first_out[node], first_out[node + 1]):
                total = key + cost[slot_link[slot]]
                head = slot_head[slot]
                if total < reached[head]:
                    reached[head] = total
                    link_in[head] = slot_link[slot]
                    keys[size], items[size] = total, head
                    _sift_up(keys, items, size)
                    size += 1


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
