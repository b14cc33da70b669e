"""Truly different routes between two places, found by the network itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.network import WATER_KINDS, Links, Network
from serai.domain.ranged import FloatArray, IntArray
from serai.kernels.paths import fill_trees
from serai.model.graph import Graph
from serai.model.sheet import Figures, Trip, countries_of, touching

__all__ = ["cheapest_path", "ends_of", "explain_no_path", "find_paths"]

SAME_SHARE = 0.8
"""Two routes are one if they share more than this part of the shorter one's kilometres."""

WORTHWHILE = 3.0
"""A route is not offered if its generalized cost is more than this many times the best one's."""

PENALTY = 1.25
"""What a link costs more, each time that a route found uses it, in the search for further ones."""

MAX_ROUNDS = 60
"""How many further searches there are at most."""


def ends_of(network: Network, place: int, *, leaves: bool, at_door: bool = True) -> IntArray:
    """
    Return the nodes at which a trip may start or end at a place.

    Parameters
    ----------
    network
        The network.
    place
        Index into the places.
    leaves
        True for the start of a trip, False for its end.
    at_door
        True: the door, so that loading or unloading counts; the terminals of every mode where
        the place has no door. False: the terminals.

    Returns
    -------
    nodes
        Sorted; empty where nothing stops.
    """
    links = network.links
    here = ((links.from_place if leaves else links.to_place) == place) & (links.kind != "access")
    mode = links.from_mode if leaves else links.to_mode
    node = links.tail if leaves else links.head
    door = here & (mode == "door")
    return np.unique(node[door if at_door and door.any() else here & (mode != "door")])


def _forbidden(graph: Graph, trip: Trip) -> NDArray[np.bool_]:
    """Links of avoided territory, and of territory closed to transit that is neither end's."""
    places = graph.network.places
    ends = (places.countries[trip.origin], places.countries[trip.dest])
    transit = () if set(ends) & set(graph.closed_transit) else graph.closed_transit
    return touching(graph.network, (*trip.avoid, *transit))


def cheapest_path(
    graph: Graph, cost: FloatArray, starts: IntArray, ends: IntArray
) -> IntArray | None:
    """
    Return the links of the cheapest path from any start to any end.

    Parameters
    ----------
    graph
        The graph.
    cost
        [any], shape (n_links,), >= 0 or inf.
    starts
        Nodes.
    ends
        Nodes.

    Returns
    -------
    path
        First to last; None where nothing connects them.
    """
    if not len(starts) or not len(ends):
        return None
    network = graph.network
    shape = (len(starts), len(network.node_ids))
    last_link, distance = np.empty(shape, np.int32), np.empty(shape)
    fill_trees(
        graph.first_out, graph.slot_link, graph.slot_head, np.ascontiguousarray(cost),
        starts.astype(np.int32), last_link, distance,
    )  # fmt: skip
    reached = distance[:, ends]
    row, column = np.unravel_index(int(np.argmin(reached)), reached.shape)
    if not np.isfinite(reached[row, column]):
        return None
    path: list[int] = []
    node = ends[column]
    while node != starts[row]:
        path.append(int(last_link[row, node]))
        node = network.links.tail[path[-1]]
    return np.array(path[::-1], np.int32)


def find_paths(
    graph: Graph, figures: Figures, trip: Trip, bans: Sequence[NDArray[np.bool_]], top: int
) -> list[IntArray]:
    """
    Find truly different paths, best first.

    Candidates are the cheapest path under each ban and, while they are too few, the cheapest
    at prices that rise by a quarter on every link that a path found uses (ships then take the
    best way between the ports found, not the one that avoids used links). Going from the best to
    the worst by generalized cost, a candidate is kept if it shares at most 0.8 of the kilometres
    (of the shorter of the two) with each one kept before, and costs at most three times the best.

    Parameters
    ----------
    graph
        The graph.
    figures
        From `figures_of`.
    trip
        From where to where; what it avoids is never used.
    bans
        Each [-], shape (n_links,). Links that one search may not use.
    top
        > 0. How many to return at most.

    Returns
    -------
    paths
        Links of each, first to last; empty where there is none.
    """
    network = graph.network
    starts = ends_of(network, trip.origin, leaves=True)
    ends = ends_of(network, trip.dest, leaves=False)
    cost = np.where(_forbidden(graph, trip), np.inf, figures.generalized)
    found: dict[bytes, IntArray] = {}
    for ban in (np.zeros(len(cost), np.bool_), *bans):
        path = cheapest_path(graph, np.where(ban, np.inf, cost), starts, ends)
        if path is not None:
            found.setdefault(path.tobytes(), path)
    penalty = np.ones(len(cost))
    for path in found.values():
        penalty[path] *= PENALTY
    kept = _different(network.links, figures, list(found.values()))
    for _ in range(MAX_ROUNDS if found else 0):
        if len(kept) >= top:
            break
        path = cheapest_path(graph, cost * penalty, starts, ends)
        if path is None:
            break
        penalty[path] *= PENALTY
        path = _straighten(graph, cost, path)
        if path.tobytes() not in found:
            found[path.tobytes()] = path
            kept = _different(network.links, figures, list(found.values()))
    return kept[:top]


def _straighten(graph: Graph, cost: FloatArray, path: IntArray) -> IntArray:
    """Replace each run over water by the cheapest one between the same two terminals."""
    links = graph.network.links
    over = np.isin(links.kind, WATER_KINDS)
    afloat = np.where(over, cost, np.inf)
    cuts = np.flatnonzero(np.diff(over[path])) + 1
    runs = []
    for run in np.split(path, cuts):
        if over[run[0]]:
            ends = (links.tail[run[:1]], links.head[run[-1:]])
            best = cheapest_path(graph, afloat, *ends)
            runs.append(run if best is None else best)
        else:
            runs.append(run)
    return np.concatenate(runs)


def _different(links: Links, figures: Figures, paths: list[IntArray]) -> list[IntArray]:
    """Keep, from the best on, the paths that differ from every better one kept."""
    kept: list[IntArray] = []
    costs = [float(figures.generalized[p].sum()) for p in paths]
    order = sorted(range(len(paths)), key=lambda i: (costs[i], paths[i].tolist()))
    for i in order:
        path = paths[i]
        km = links.length_km[path].sum()
        shares = [
            links.length_km[np.intersect1d(path, other)].sum()
            / max(min(km, links.length_km[other].sum()), 1.0)
            for other in kept
        ]
        if costs[i] <= WORTHWHILE * costs[order[0]] and all(s <= SAME_SHARE for s in shares):
            kept.append(path)
    return kept


def explain_no_path(graph: Graph, figures: Figures, trip: Trip) -> str:
    """
    Say why nothing connects two places.

    Parameters
    ----------
    graph
        The graph.
    figures
        From `figures_of`.
    trip
        The trip that has no path.

    Returns
    -------
    reason
        Which territory blocks, whether a closure does, or that there is no link at all.
    """
    places = graph.network.places
    for word, end in (("starts", trip.origin), ("ends", trip.dest)):
        if places.countries[end] in trip.avoid:
            return f"it {word} in {places.countries[end]}; leave that out of the list to avoid"
    shorter = [tuple(c for c in trip.avoid if c != left_out) for left_out in trip.avoid]
    alone = [
        left_out
        for left_out, rest in zip(trip.avoid, shorter, strict=True)
        if find_paths(graph, figures, replace(trip, avoid=rest), (), 1)
    ]
    if alone:
        return f"leaving {' or '.join(alone)} out of the list to avoid opens a route"
    if trip.avoid and (free := find_paths(graph, figures, replace(trip, avoid=()), (), 1)):
        crossed = countries_of(graph.network, free[0])
        blocked = [c for c in crossed if c in trip.avoid]
        return (
            f"the cheapest route crosses {', '.join(crossed)}: {', '.join(blocked)} block "
            "together; shorten the list to avoid"
        )
    if graph.is_closed.any() or graph.closed_transit:
        return "the scenario closes every way, or there is none; try it without its shocks"
    return "no open links connect them for goods of this class; see their terminals and modes"
