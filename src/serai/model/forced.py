"""The cheapest path that passes given places in a given order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from serai.domain.network import WATER_KINDS, Network
from serai.domain.ranged import FloatArray, IntArray
from serai.kernels.paths import fill_trees
from serai.model.graph import Graph

__all__ = ["forced_path"]


def forced_path(
    graph: Graph, cost: FloatArray, places: Sequence[int], starts: IntArray, ends: IntArray
) -> IntArray | None:
    """
    Return the links of the cheapest path through places in their order.

    The search runs on copies of the network, one for each number of places passed: a link that
    ends at the next place leads to the next copy, every other link stays in its own. From a
    place to one that a usable link over water joins to it, the path takes such a link (Aktau,
    then Alat, means across the sea); between all others it is free.

    Parameters
    ----------
    graph
        The graph.
    cost
        [any], shape (n_links,), >= 0 or inf.
    places
        Indices of places, in the order in which they are to be passed.
    starts
        Nodes where the path may start; a node at the first place has passed it.
    ends
        Nodes where it may end, once every place is passed.

    Returns
    -------
    path
        First to last; None where no path passes them all.
    """
    if not len(starts) or not len(ends):
        return None
    n_nodes, n_links, n_copies = len(graph.network.node_ids), len(cost), len(places) + 1
    at = _place_of_nodes(graph.network)
    passed = np.arange(n_copies)[:, None]
    wanted = np.array([*places, -2])
    slot_head = graph.slot_head[None, :]
    copy = passed + (at[slot_head] == wanted[passed])
    roots = (starts + n_nodes * (at[starts] == wanted[0])).astype(np.int32)
    shape = (len(roots), n_nodes * n_copies)
    last_link, distance = np.empty(shape, np.int32), np.empty(shape)
    fill_trees(
        np.append((graph.first_out[:-1] + n_links * passed).ravel(), n_links * n_copies),
        (graph.slot_link + n_links * passed).astype(np.int32).ravel(),
        (slot_head + n_nodes * copy).astype(np.int32).ravel(),
        _cost_by_copy(graph.network, cost, places).ravel(), roots, last_link, distance,
    )  # fmt: skip
    goals = ends + n_nodes * (n_copies - 1)
    row, column = np.unravel_index(int(np.argmin(distance[:, goals])), (len(roots), len(goals)))
    if not np.isfinite(distance[row, goals[column]]):
        return None
    path: list[int] = []
    node = int(goals[column])
    while node != roots[row]:
        step = int(last_link[row, node])
        path.append(step % n_links)
        node = int(graph.network.links.tail[path[-1]]) + n_nodes * (step // n_links)
    return np.array(path[::-1], np.int32)


def _cost_by_copy(network: Network, cost: FloatArray, places: Sequence[int]) -> FloatArray:
    """Return the cost of each link in each copy: inf for ways round water."""
    links = network.links
    out = np.tile(cost, (len(places) + 1, 1))
    for passed in range(1, len(places)):
        here, there = places[passed - 1], places[passed]
        leaves = (links.from_place == here) & (links.kind != "access") & np.isfinite(cost)
        joins = leaves & (links.to_place == there) & np.isin(links.kind, WATER_KINDS)
        if joins.any():
            out[passed, ~(joins | (leaves & (links.to_place == here)))] = np.inf
    return out


def _place_of_nodes(network: Network) -> IntArray:
    """Return the place of each node, -1 for a zone, shape (n_nodes,)."""
    links = network.links
    out = np.full(len(network.node_ids), -1, np.int32)
    for node, place, mode in (
        (links.tail, links.from_place, links.from_mode),
        (links.head, links.to_place, links.to_mode),
    ):
        known = mode != "zone"
        out[node[known]] = place[known]
    return out
