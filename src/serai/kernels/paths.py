"""Shortest paths on compressed arrays."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from serai.kernels.heap import pull, push

__all__ = [
    "fill_path_links",
    "fill_path_marks",
    "fill_through_links",
    "fill_through_marks",
    "fill_trees",
]

MAX_TRIES = 8
"""Links that a path through some links is tried by, cheapest first, until one has no loop."""


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


@njit(cache=True)
def _walk(via, last_link, next_link, tail, head, start, end, seen):  # type: ignore[no-untyped-def]  # pragma: no cover
    # The links' count, 0 for a path that meets a node twice.
    seen[:] = False
    count = 1
    node = tail[via]
    seen[node] = True
    while node != start:
        node = tail[last_link[node]]
        seen[node] = True
        count += 1
    node = head[via]
    while not seen[node]:
        seen[node] = True
        if node == end:
            return count
        node = head[next_link[node]]
        count += 1
    return 0


@njit(cache=True, parallel=True)
def fill_through_marks(
    vias: NDArray[np.int32],
    cost: NDArray[np.float64],
    ends_of_link: NDArray[np.int32],
    last_link: NDArray[np.int32],
    distance: NDArray[np.float64],
    next_link: NDArray[np.int32],
    rest: NDArray[np.float64],
    tree: NDArray[np.int32],
    ends: NDArray[np.int32],
    farthest: float,
    link_mark: NDArray[np.uint64],
    via: NDArray[np.int32],
    mark: NDArray[np.uint64],
    length: NDArray[np.int32],
) -> None:
    """
    Find the cheapest path of each pair through one of some links.

    Parameters
    ----------
    vias
        [-], shape (n_vias,). Links of which a path uses one or more.
    cost
        [any], shape (n_links,). As for `fill_trees`.
    ends_of_link
        [-], shape (2, n_links). Start and end node of each link.
    last_link
        [-], shape (n_origins, n_nodes). From `fill_trees`.
    distance
        [any], shape (n_origins, n_nodes). From `fill_trees`.
    next_link
        [-], shape (n_dests, n_nodes). From `fill_trees` with all links turned round.
    rest
        [any], shape (n_dests, n_nodes). From `fill_trees` with all links turned round.
    tree
        [-], shape (2, n_paths). Row of `last_link` and of `next_link` of each pair.
    ends
        [-], shape (2, n_paths). First and last node.
    farthest
        [-], shape (scalar), > 1. A path may cost so many times the cheapest at the same costs.
    link_mark
        [-], shape (n_links,). A random number per link.
    via
        [-], shape (n_paths,). Filled with the link that the path was found by, -1 for none.
    mark
        [-], shape (n_paths,). Filled as by `fill_path_marks`.
    length
        [-], shape (n_paths,). Filled as by `fill_path_marks`.

    Notes
    -----
    Of each link the cheapest way there and the cheapest way on are put together; such paths with a
    loop in them are passed over, up to `MAX_TRIES` (single-via paths, `abraham2013`).
    """
    tail, head = ends_of_link[0], ends_of_link[1]
    for path in prange(tree.shape[1]):
        origin, dest = tree[0, path], tree[1, path]
        start, end = ends[0, path], ends[1, path]
        via[path] = -1
        mark[path] = np.uint64(0)
        length[path] = 0
        most = farthest * distance[origin, end]
        if not np.isfinite(most):
            continue
        total = np.empty(vias.shape[0])
        for i in range(vias.shape[0]):
            link = vias[i]
            total[i] = distance[origin, tail[link]] + cost[link] + rest[dest, head[link]]
        seen = np.empty(distance.shape[1], np.bool_)
        for _ in range(MAX_TRIES):
            best = np.argmin(total)
            if not total[best] <= most:
                break
            total[best] = np.inf
            link = vias[best]
            count = _walk(
                link, last_link[origin], next_link[dest], tail, head, start, end, seen
            )  # fmt: skip
            if count > 0:
                via[path] = link
                length[path] = count
                mixed = link_mark[link]
                node = tail[link]
                while node != start:
                    mixed ^= link_mark[last_link[origin, node]]
                    node = tail[last_link[origin, node]]
                node = head[link]
                while node != end:
                    mixed ^= link_mark[next_link[dest, node]]
                    node = head[next_link[dest, node]]
                mark[path] = mixed
                break


@njit(cache=True)
def fill_through_links(
    via: NDArray[np.int32],
    ends_of_link: NDArray[np.int32],
    last_link: NDArray[np.int32],
    next_link: NDArray[np.int32],
    tree: NDArray[np.int32],
    end: NDArray[np.int32],
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
) -> None:
    """
    Write out the links of each path through a link, first to last.

    Parameters
    ----------
    via
        [-], shape (n_paths,). From `fill_through_marks`.
    ends_of_link
        [-], shape (2, n_links). Start and end node of each link.
    last_link
        [-], shape (n_origins, n_nodes). As for `fill_through_marks`.
    next_link
        [-], shape (n_dests, n_nodes). As for `fill_through_marks`.
    tree
        [-], shape (2, n_paths). As for `fill_through_marks`.
    end
        [-], shape (n_paths,). Last node.
    path_start
        [-], shape (n_paths + 1,). Where each path's links stand in `path_link`.
    path_link
        [-], shape (path_start[-1],). Filled.
    """
    tail, head = ends_of_link[0], ends_of_link[1]
    for path in range(via.shape[0]):
        at = path_start[path + 1]
        node = head[via[path]]
        while node != end[path]:
            at -= 1
            node = head[next_link[tree[1, path], node]]
        # `at` is where the way on begins: the link itself stands before it.
        place = at
        node = head[via[path]]
        while node != end[path]:
            path_link[place] = next_link[tree[1, path], node]
            node = head[path_link[place]]
            place += 1
        path_link[at - 1] = via[path]
        node = tail[via[path]]
        for place in range(at - 2, path_start[path] - 1, -1):
            path_link[place] = last_link[tree[0, path], node]
            node = tail[path_link[place]]
