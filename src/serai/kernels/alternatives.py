"""Several paths for one pair of nodes: the shortest ones, different ones, and their shares."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from serai.kernels.heap import pull, push

__all__ = ["fill_diverse_paths", "fill_path_size_shares", "fill_shortest_paths"]

N_CHUNKS = 64
"""Pairs are worked off in so many parcels at most, each with work space of its own."""

ROOT, AT, SLOT, BEFORE, PATH = range(5)
N_FIELDS = 5
"""
Of a part: the known path, and how many of its links, that all its paths begin with; the slot that
they do not go on with; the part that had more such slots; its cheapest path, -1 if not known yet.
"""


@njit(cache=True)
def _find_way(  # type: ignore[no-untyped-def]  # pragma: no cover
    first_out, way, price, rest, start, end, reached, slot_in, met, queue
):
    """
    Search a path led by what is left to go at least (A*); `slot_in` holds it if there is one.

    `reached` must be inf but for nodes that are shut, at -1, and is left so.
    """
    keys, nodes, place = queue
    if rest[start] == np.inf:
        return False
    before = reached[start]
    reached[start] = 0.0
    n_met, size, node = 0, 0, start
    while node >= 0 and node != end:
        # The best node met from here is next, more often than not: it is kept out of the queue.
        best, least, so_far = -1, np.inf, reached[node]
        for slot in range(first_out[node], first_out[node + 1]):
            total = so_far + price[slot]
            head = way[slot]
            if head < 0:  # a dead end
                if ~head != end:
                    continue
                head = end
            if total >= reached[head] or rest[head] == np.inf:
                continue
            if reached[head] == np.inf:
                met[n_met] = head
                n_met += 1
            reached[head] = total
            slot_in[head] = slot
            key = total + rest[head]
            if place[head] >= 0 or (key >= least and head != best):
                size = push(keys, nodes, place, size, head, key)
                continue
            if best >= 0 and head != best:
                size = push(keys, nodes, place, size, best, least)
            best, least = head, key
        if size > 0 and least > keys[0]:
            if best >= 0:
                size = push(keys, nodes, place, size, best, least)
            best = nodes[0]
            size = pull(keys, nodes, place, size)
        node = best
    for rank in range(size):
        place[nodes[rank]] = -1
    for i in range(n_met):
        reached[met[i]] = np.inf
    reached[start] = before
    return node == end


@njit(cache=True)
def _fill_ways(first_out, slot_head, tail, way):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill each slot's start and end; an end from where the only way is back is `~end`."""
    for node in range(first_out.shape[0] - 1):
        for slot in range(first_out[node], first_out[node + 1]):
            head = slot_head[slot]
            tail[slot] = node
            way[slot] = ~head
            for onward in range(first_out[head], first_out[head + 1]):
                if slot_head[onward] != node:
                    way[slot] = head


@njit(cache=True, parallel=True)
def fill_shortest_paths(
    first_out: NDArray[np.int32],
    slot_link: NDArray[np.int32],
    slot_head: NDArray[np.int32],
    cost: NDArray[np.float64],
    rest: NDArray[np.float64],
    tree: NDArray[np.int32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    path_link: NDArray[np.int32],
    length: NDArray[np.int32],
    path_cost: NDArray[np.float64],
) -> None:
    """
    Find the cheapest paths of each pair that pass no node twice, cheapest first.

    Every path found parts what is left into those that leave it at its first node, at its second
    and so on (Yen 1971, Lawler 1972). A part is searched only when the least that it can cost is
    the least of all, and the search is led by the exact cost that is left to go without the
    part's restrictions. Paths that differ by links between the same nodes are different.

    Parameters
    ----------
    first_out
        [-], shape (n_nodes + 1,). As for `fill_trees`.
    slot_link
        [-], shape (n_links,). As for `fill_trees`.
    slot_head
        [-], shape (n_links,). As for `fill_trees`.
    cost
        [any], shape (n_links,), >= 0 or inf. An infinite cost shuts the link.
    rest
        [any], shape (n_trees, n_nodes). Least cost from each node to an end: the distances of
        `fill_trees` over all links turned round.
    tree
        [-], shape (n_pairs,). Row of `rest` that belongs to the pair's end.
    start
        [-], shape (n_pairs,). First node.
    end
        [-], shape (n_pairs,). Last node. A pair from a node to itself has no path.
    path_link
        [-], shape (n_pairs, n_paths, n_room). Filled with each path's links, first to last. A path
        of more than n_room links is cut; its length says so.
    length
        [-], shape (n_pairs, n_paths). Filled with the number of links, 0 where there is no path.
    path_cost
        [any], shape (n_pairs, n_paths). Filled, inf where there is no path.

    References
    ----------
    yen1971, lawler1972.
    """
    n_nodes = first_out.shape[0] - 1
    n_pairs, n_paths = length.shape
    n_chunks = min(N_CHUNKS, n_pairs)
    tail, way = np.empty_like(slot_head), np.empty_like(slot_head)
    _fill_ways(first_out, slot_head, tail, way)
    slot_cost = cost[slot_link]
    for chunk in prange(n_chunks):
        price = slot_cost.copy()
        work = (
            np.full(n_nodes, np.inf), np.empty(n_nodes, np.int32), np.empty(n_nodes, np.int32),
            (np.empty(n_nodes), np.empty(n_nodes, np.int32), np.full(n_nodes, -1, np.int32)),
        )  # fmt: skip
        n_room = n_paths * n_nodes + 1
        parts = np.empty((N_FIELDS, n_room), np.int32)
        queue = (np.empty(n_room), np.empty(n_room, np.int32), np.full(n_room, -1, np.int32))
        pool, pool_start = np.empty(16 * n_nodes, np.int32), np.zeros(n_room + 1, np.int64)
        taken, taken_cost = np.empty(n_paths, np.int32), np.empty(n_paths)
        for pair in range(chunk * n_pairs // n_chunks, (chunk + 1) * n_pairs // n_chunks):
            length[pair] = 0
            path_cost[pair] = np.inf
            if start[pair] == end[pair]:
                continue
            pool, n_taken = _list_shortest(
                first_out, slot_head, tail, way, slot_cost, price, rest[tree[pair]], start[pair],
                end[pair], parts, queue, pool, pool_start, taken, taken_cost, work,
            )  # fmt: skip
            # A bound and a cost are sums in different orders: two may stand the wrong way round.
            order = np.argsort(taken_cost[:n_taken], kind="mergesort")
            for rank in range(n_taken):
                path_cost[pair, rank] = taken_cost[order[rank]]
                begin, finish = pool_start[taken[order[rank]] : taken[order[rank]] + 2]
                length[pair, rank] = finish - begin
                for i in range(min(finish - begin, path_link.shape[2])):
                    path_link[pair, rank, i] = slot_link[pool[begin + i]]


@njit(cache=True)
def _list_shortest(  # type: ignore[no-untyped-def]  # pragma: no cover
    first_out, slot_head, tail, way, slot_cost, price, rest, start, end, parts, queue, pool,
    pool_start, taken, taken_cost, work,
):  # fmt: skip
    """Write a pair's paths into the pool; return the pool and how many there are."""
    keys, waiting, place = queue
    parts[:, 0] = -1
    parts[AT, 0] = 0
    n_parts, n_known, n_taken = 1, 0, 0
    size = push(keys, waiting, place, 0, 0, rest[start])
    while size > 0 and keys[0] < np.inf:
        part, key = waiting[0], keys[0]
        size = pull(keys, waiting, place, size)
        path = parts[PATH, part]
        if path < 0:  # only a bound so far
            if pool_start[n_known] + first_out.shape[0] > pool.shape[0]:
                pool = np.concatenate((pool, np.empty_like(pool)))
            total = _search_part(
                first_out, slot_head, tail, way, slot_cost, price, rest, start, end, parts, part,
                pool, pool_start, n_known, work,
            )  # fmt: skip
            if total < np.inf:
                parts[PATH, part] = n_known
                n_known += 1
                size = push(keys, waiting, place, size, part, total)
            continue
        taken[n_taken], taken_cost[n_taken] = path, key
        n_taken += 1
        if n_taken == taken.shape[0]:
            break
        n_parts, size = _split_part(
            first_out, slot_head, slot_cost, price, rest, start, parts, part, n_parts, queue, size,
            pool, pool_start, work[0],
        )  # fmt: skip
    for rank in range(size):
        place[waiting[rank]] = -1
    return pool, n_taken


@njit(cache=True)
def _shut(price, parts, part):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Shut the slots that a part does not go on with."""
    while part > 0:
        price[parts[SLOT, part]] = np.inf
        part = parts[BEFORE, part]


@njit(cache=True)
def _open(price, slot_cost, parts, part):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Undo `_shut`."""
    while part > 0:
        price[parts[SLOT, part]] = slot_cost[parts[SLOT, part]]
        part = parts[BEFORE, part]


@njit(cache=True)
def _search_part(  # type: ignore[no-untyped-def]  # pragma: no cover
    first_out, slot_head, tail, way, slot_cost, price, rest, start, end, parts, part, pool,
    pool_start, n_known, work,
):  # fmt: skip
    """Write a part's cheapest path behind the paths known; return its cost."""
    reached, slot_in, met, queue = work
    begin = pool_start[n_known]
    n = parts[AT, part]
    node = start
    for i in range(n):
        slot = pool[pool_start[parts[ROOT, part]] + i]
        pool[begin + i] = slot
        reached[node] = -1.0
        node = slot_head[slot]
    reached[node] = -1.0
    _shut(price, parts, part)
    is_found = _find_way(
        first_out, way, price, rest, node, end, reached, slot_in, met, queue
    )  # fmt: skip
    _open(price, slot_cost, parts, part)
    reached[start] = np.inf
    for i in range(begin, begin + n):
        reached[slot_head[pool[i]]] = np.inf
    if not is_found:
        return np.inf
    there = end
    while there != node:
        n += 1
        there = tail[slot_in[there]]
    there = end
    for i in range(begin + n - 1, begin + parts[AT, part] - 1, -1):
        pool[i] = slot_in[there]
        there = tail[pool[i]]
    pool_start[n_known + 1] = begin + n
    total = 0.0
    for i in range(begin, begin + n):
        total += slot_cost[pool[i]]
    return total


@njit(cache=True)
def _split_part(  # type: ignore[no-untyped-def]  # pragma: no cover
    first_out, slot_head, slot_cost, price, rest, start, parts, part, n_parts, queue, size, pool,
    pool_start, reached,
):  # fmt: skip
    """Split what is left of a part by where paths leave its cheapest one; put the pieces in."""
    keys, waiting, place = queue
    path = parts[PATH, part]
    begin = pool_start[path]
    node = start
    total = 0.0
    for i in range(pool_start[path + 1] - begin):
        slot = pool[begin + i]
        reached[node] = -1.0
        if i >= parts[AT, part]:
            new = n_parts
            parts[ROOT, new], parts[AT, new], parts[SLOT, new] = path, i, slot
            parts[BEFORE, new] = part if i == parts[AT, part] else -1
            parts[PATH, new] = -1
            _shut(price, parts, new)
            least = np.inf
            for way in range(first_out[node], first_out[node + 1]):
                if reached[slot_head[way]] > 0.0:
                    least = min(least, price[way] + rest[slot_head[way]])
            _open(price, slot_cost, parts, new)
            if least < np.inf:
                n_parts += 1
                size = push(keys, waiting, place, size, new, total + least)
        total += slot_cost[slot]
        node = slot_head[slot]
    reached[start] = np.inf
    for i in range(begin, pool_start[path + 1]):
        reached[slot_head[pool[i]]] = np.inf
    return n_parts, size


@njit(cache=True, parallel=True)
def fill_diverse_paths(
    first_out: NDArray[np.int32],
    slot_link: NDArray[np.int32],
    slot_head: NDArray[np.int32],
    cost: NDArray[np.float64],
    rest: NDArray[np.float64],
    tree: NDArray[np.int32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    penalty: float,
    max_searches: int,
    path_link: NDArray[np.int32],
    length: NDArray[np.int32],
) -> None:
    """
    Find different paths of each pair: links of a path found become dearer for the next search.

    Parameters
    ----------
    first_out
        [-], shape (n_nodes + 1,). As for `fill_trees`.
    slot_link
        [-], shape (n_links,). As for `fill_trees`.
    slot_head
        [-], shape (n_links,). As for `fill_trees`.
    cost
        [any], shape (n_links,), >= 0 or inf. An infinite cost shuts the link.
    rest
        [any], shape (n_trees, n_nodes). As for `fill_shortest_paths`.
    tree
        [-], shape (n_pairs,). Row of `rest` that belongs to the pair's end.
    start
        [-], shape (n_pairs,). First node.
    end
        [-], shape (n_pairs,). Last node. A pair from a node to itself has no path.
    penalty
        [-], shape (scalar), > 1. What a link's cost is multiplied with each time it is used.
    max_searches
        [-], shape (scalar), >= 1. Searches per pair, those included that find a path known.
    path_link
        [-], shape (n_pairs, n_paths, n_room). Filled with each path's links, as they are found. A
        path of more than n_room links is cut; its length says so.
    length
        [-], shape (n_pairs, n_paths). Filled with the number of links, 0 where there is no path.

    References
    ----------
    delabarra1993.
    """
    n_nodes = first_out.shape[0] - 1
    n_pairs, n_paths = length.shape
    n_chunks = min(N_CHUNKS, n_pairs)
    tail, way = np.empty_like(slot_head), np.empty_like(slot_head)
    _fill_ways(first_out, slot_head, tail, way)
    slot_cost = cost[slot_link]
    for chunk in prange(n_chunks):
        price = slot_cost.copy()
        reached = np.full(n_nodes, np.inf)
        slot_in = np.empty(n_nodes, np.int32)
        met = np.empty(n_nodes, np.int32)
        queue = (np.empty(n_nodes), np.empty(n_nodes, np.int32), np.full(n_nodes, -1, np.int32))
        known = np.empty((n_paths, n_nodes), np.int32)  # slots, last to first
        for pair in range(chunk * n_pairs // n_chunks, (chunk + 1) * n_pairs // n_chunks):
            length[pair] = 0
            if start[pair] == end[pair]:
                continue
            n_known, n_searches = 0, 0
            while n_known < n_paths and n_searches < max_searches:
                n_searches += 1
                if not _find_way(
                    first_out, way, price, rest[tree[pair]], start[pair], end[pair], reached,
                    slot_in, met, queue,
                ):  # fmt: skip
                    break
                n = 0
                node = end[pair]
                while node != start[pair]:
                    slot = slot_in[node]
                    known[n_known, n] = slot
                    price[slot] *= penalty
                    n += 1
                    node = tail[slot]
                is_new = True
                for other in range(n_known):
                    i = n - 1
                    if length[pair, other] == n:
                        while i >= 0 and known[other, i] == known[n_known, i]:
                            i -= 1
                    is_new &= i >= 0
                if is_new:
                    length[pair, n_known] = n
                    n_known += 1
            for path in range(n_known):
                n = length[pair, path]
                for i in range(n):
                    slot = known[path, n - 1 - i]
                    price[slot] = slot_cost[slot]
                    if i < path_link.shape[2]:
                        path_link[pair, path, i] = slot_link[slot]


@njit(cache=True, parallel=True)
def fill_path_size_shares(
    path_link: NDArray[np.int32],
    length: NDArray[np.int32],
    cost: NDArray[np.float64],
    scale: float,
    weight: float,
    size: NDArray[np.float64],
    share: NDArray[np.float64],
) -> None:
    """
    Share each pair's demand among its paths by a logit with path sizes.

    A link adds its part of a path's cost, divided by how many of the pair's paths have it, to the
    path's size; a path's share goes with size ** weight * exp(-scale * cost).

    Parameters
    ----------
    path_link
        [-], shape (n_pairs, n_paths, n_room). From `fill_diverse_paths`, not cut.
    length
        [-], shape (n_pairs, n_paths). From `fill_diverse_paths`.
    cost
        [any], shape (n_links,), >= 0. Cost of each link.
    scale
        [1/unit of cost], shape (scalar), >= 0. How sharply costs are told apart.
    weight
        [-], shape (scalar), >= 0. Power of the path size.
    size
        [-], shape (n_pairs, n_paths). Filled; 1 for a path that shares no link, 0 for none.
    share
        [-], shape (n_pairs, n_paths). Filled; sums to 1 over a pair that has a path.

    References
    ----------
    benakiva1999.
    """
    n_pairs, n_paths = length.shape
    n_chunks = min(N_CHUNKS, n_pairs)
    for chunk in prange(n_chunks):
        count = np.zeros(cost.shape[0], np.int32)
        for pair in range(chunk * n_pairs // n_chunks, (chunk + 1) * n_pairs // n_chunks):
            best = np.inf
            for path in range(n_paths):
                total = 0.0
                for i in range(length[pair, path]):
                    total += cost[path_link[pair, path, i]]
                    count[path_link[pair, path, i]] += 1
                share[pair, path] = total
                if length[pair, path] > 0:
                    best = min(best, total)
            whole = 0.0
            for path in range(n_paths):
                n = length[pair, path]
                total, part = share[pair, path], 0.0
                for i in range(n):
                    link = path_link[pair, path, i]
                    # A path without any cost has its links count alike.
                    part += (cost[link] / total if total > 0.0 else 1.0 / n) / count[link]
                size[pair, path] = part
                share[pair, path] = part**weight * np.exp(scale * (best - total)) if n else 0.0
                whole += share[pair, path]
            for path in range(n_paths):
                if length[pair, path] > 0:
                    share[pair, path] /= whole
                for i in range(length[pair, path]):
                    count[path_link[pair, path, i]] = 0
