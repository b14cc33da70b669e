"""Routes found by the network itself: the cheapest per class under a table of what is avoided."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Classes, Zones
from serai.domain.network import WATER_KINDS, Links, Network
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import CORRIDORS, FAMILIES, Routes
from serai.domain.world import RouteSearch
from serai.kernels.paths import fill_path_links, fill_path_marks, fill_trees
from serai.kernels.routes import count_legs, fill_any, fill_draws, fill_legs
from serai.model.apply import caspian_links, select_links
from serai.model.demand import Cells
from serai.model.graph import EAST, WEST, Graph

__all__ = [
    "ban_masks",
    "class_costs",
    "find_routes",
    "merge_routes",
    "mode_of",
    "routes_of_links",
]

BREAKS = ("load", "unload", "port", "ferry_board", "interchange", "gauge_change",
          "gauge_change_and_border")  # fmt: skip
"""Transfers at which the goods change vehicle: legs run between them."""

Bundle = tuple[NDArray[np.uint64], IntArray, list[IntArray]]


def mode_of(word: str) -> str:
    """
    Return the mode of a terminal or a kind of link, as the classes name modes.

    Parameters
    ----------
    word
        A kind of link or the mode of a terminal.
    """
    if word.startswith("rail"):
        return "rail"
    return "sea" if word == "feeder" else word


def class_costs(
    graph: Graph, classes: Classes, class_ix: int, reliability_scale: float
) -> FloatArray:
    """
    Return what one unit of a class pays on each link, by direction.

    Parameters
    ----------
    graph
        The graph.
    classes
        Commodity classes.
    class_ix
        Which class.
    reliability_scale
        [-], >= 0. Share of a link's spread that shippers count.

    Returns
    -------
    cost
        [USD per class unit], shape (2, n_links), inf where the class may not go. The value of
        time is the class's own; a flow with another value per tonne is priced in its cell.
    """
    money = graph.usd_teu if classes.is_box[class_ix] else graph.usd_t
    tonnes = classes.tonnes_per_unit[class_ix]
    per_h = classes.value_of_time_usd_per_t_day.value[class_ix] * tonnes / 24.0
    ratio = classes.reliability_ratio.value[class_ix] * reliability_scale
    cost = money + per_h * (graph.hours + graph.feared_h + ratio * graph.spread_h)
    usable = graph.is_open & ~graph.is_closed & _may_use(graph.network.links, classes, class_ix)
    return np.where(np.isfinite(cost) & usable, np.maximum(cost, 0.0), np.inf)


def _may_use(links: Links, classes: Classes, class_ix: int) -> NDArray[np.bool_]:
    allowed = classes.modes[class_ix] | {"door", "zone"}
    words = {w: mode_of(w) in allowed for w in {*links.from_mode.tolist(), *links.to_mode.tolist()}}
    by_end = [np.array([words[w] for w in ends]) for ends in (links.from_mode, links.to_mode)]
    kinds = {w: w in ("transfer", "access") or mode_of(w) in allowed for w in set(links.kind)}
    return np.asarray(np.array([kinds[w] for w in links.kind]) & by_end[0] & by_end[1])


def _link_marks(links: Links) -> NDArray[np.uint64]:
    """Return a number per link that depends on its id alone."""
    return np.array(
        [int.from_bytes(hashlib.blake2b(i.encode(), digest_size=8).digest(), "little")
         for i in links.ids],
        dtype=np.uint64,
    )  # fmt: skip


def find_routes(
    graph: Graph,
    cells: Cells,
    classes: Classes,
    zones: Zones,
    bans: Sequence[NDArray[np.bool_]],
    *,
    reliability_scale: float,
    surcharge: FloatArray | None = None,
) -> Routes:
    """
    Find the cheapest route of every cell under each ban.

    Parameters
    ----------
    graph
        The graph; links that a shock shuts are not used.
    cells
        The cells that want routes.
    classes
        Commodity classes.
    zones
        Zones of the cells.
    bans
        Each [-], shape (n_links,). Links that one search may not use.
    reliability_scale
        [-], >= 0. As in `class_costs`.
    surcharge
        [USD per class unit], shape (n_classes, n_links). Scarcity prices on links, none if left
        out: then one search serves both directions at their mean price.

    Returns
    -------
    routes
        Distinct routes, with the classes that found them.
    """
    marks = _link_marks(graph.network.links)
    bundles: list[tuple[int, Bundle]] = []
    for k in range(len(classes.ids)):
        mine = cells.class_ix == k
        if not mine.any():
            continue
        cost = class_costs(graph, classes, k, reliability_scale)
        if surcharge is None:
            rounds = [(cost.mean(axis=0), mine)]
        else:
            rounds = [(cost[d] + surcharge[k], mine & (cells.direction == d)) for d in (WEST, EAST)]
        for cost_of_links, wanted in rounds:
            if wanted.any():
                found = _search(graph, cost_of_links, cells, wanted, bans, marks)
                bundles.append((k, found))
    return _collect(graph, zones, bundles)


def _search(
    graph: Graph,
    cost: FloatArray,
    cells: Cells,
    wanted: NDArray[np.bool_],
    bans: Sequence[NDArray[np.bool_]],
    marks: NDArray[np.uint64],
) -> Bundle:
    """Search once per ban; return the distinct marks, their zones and their links."""
    network = graph.network
    pairs = np.unique(np.stack([cells.origin[wanted], cells.dest[wanted]]), axis=1)
    zones, tree = np.unique(pairs[0], return_inverse=True)
    start, end = network.zone_out[pairs[0]], network.zone_in[pairs[1]]
    shape = (len(zones), len(network.node_ids))
    seen: list[NDArray[np.uint64]] = []
    parts: list[Bundle] = []
    distance = np.empty(shape)
    for ban in bans:
        last_link = np.empty(shape, np.int32)
        fill_trees(
            graph.first_out, graph.slot_link, graph.slot_head, np.where(ban, np.inf, cost),
            network.zone_out[zones], last_link, distance,
        )  # fmt: skip
        mark = np.empty(len(start), np.uint64)
        length = np.empty(len(start), np.int32)
        tail = network.links.tail
        fill_path_marks(last_link, tail, marks, tree.astype(np.int32), start, end, mark, length)
        new = length > 0
        for old in seen:
            new &= mark != old
        seen.append(mark)
        path_start = np.concatenate([[0], np.cumsum(length[new], dtype=np.int64)])
        path_link = np.empty(path_start[-1], np.int32)
        fill_path_links(
            last_link, tail, tree[new].astype(np.int32), end[new], path_start, path_link
        )
        parts.append((mark[new], pairs[:, new].T.astype(np.int32), [length[new], path_link]))
    return (
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        [np.concatenate([p[2][j] for p in parts]) for j in (0, 1)],
    )


def _collect(graph: Graph, zones: Zones, bundles: list[tuple[int, Bundle]]) -> Routes:
    if not bundles:
        empty = np.empty(0, np.int32)
        none = np.empty(0, np.uint64)
        bundles = [(0, (none, np.empty((0, 2), np.int32), [empty, empty]))]
    mark = np.concatenate([b[0] for _, b in bundles])
    length = np.concatenate([b[2][0] for _, b in bundles]).astype(np.int64)
    path_link = np.concatenate([b[2][1] for _, b in bundles])
    offers_of = np.repeat([k for k, _ in bundles], [len(b[0]) for _, b in bundles])
    unique, first, inverse = np.unique(mark, return_index=True, return_inverse=True)
    start = np.concatenate([[0], np.cumsum(length)])
    link_start = np.concatenate([[0], np.cumsum(length[first])]).astype(np.int64)
    link_ix = (
        np.concatenate([path_link[start[i] : start[i + 1]] for i in first])
        if len(first)
        else np.empty(0, np.int32)
    )
    pairs = np.concatenate([b[1] for _, b in bundles])[first]
    offers = np.unique(np.stack([offers_of, inverse.ravel()]), axis=1).astype(np.int32)
    return _describe(graph, zones, unique, pairs, link_start, link_ix, offers)


def routes_of_links(
    graph: Graph, zones: Zones, pairs: IntArray, paths: Sequence[IntArray], class_ix: int
) -> Routes:
    """
    Return routes that are given as links (a named corridor, a quote).

    Parameters
    ----------
    graph
        The graph.
    zones
        Zones of the network.
    pairs
        [-], shape (n, 2). Origin and destination zone of each path.
    paths
        Links of each path, first to last.
    class_ix
        The class that uses them.

    Returns
    -------
    routes
        The distinct ones among them.
    """
    marks = _link_marks(graph.network.links)
    mark = np.array([np.bitwise_xor.reduce(marks[p]) for p in paths], np.uint64)
    links = np.concatenate(paths) if paths else np.empty(0, np.int32)
    length = np.array([len(p) for p in paths], np.int32)
    bundle = (mark, pairs.astype(np.int32), [length, links.astype(np.int32)])
    return _collect(graph, zones, [(class_ix, bundle)])


def merge_routes(graph: Graph, zones: Zones, many: Sequence[Routes]) -> Routes:
    """
    Return the union of several sets of routes.

    Parameters
    ----------
    graph
        A graph of the same network.
    zones
        Zones of the network.
    many
        Sets of routes.

    Returns
    -------
    routes
        Every distinct route, offered to every class that any set offers it to.
    """
    bundles = []
    for routes in many:
        for k in np.unique(routes.offer_class):
            chosen = routes.offer_route[routes.offer_class == k]
            length = np.diff(routes.link_start)[chosen]
            at = np.repeat(routes.link_start[chosen] - np.cumsum(length) + length, length)
            links = routes.link_ix[at + np.arange(length.sum())]
            pairs = np.stack([routes.origin[chosen], routes.dest[chosen]], axis=1)
            bundles.append((int(k), (routes.mark[chosen], pairs, [length, links])))
    return _collect(graph, zones, bundles)


# ------------------------------------------------------------------------- what a route is


def _describe(
    graph: Graph,
    zones: Zones,
    mark: NDArray[np.uint64],
    pairs: IntArray,
    link_start: NDArray[np.int64],
    link_ix: IntArray,
    offers: IntArray,
) -> Routes:
    network = graph.network
    links = network.links
    n = len(mark)
    of_link = np.repeat(np.arange(n), np.diff(link_start))

    def any_of(*masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found = np.empty((n, len(masks)), np.bool_)
        fill_any(link_start, link_ix, np.ascontiguousarray(np.stack(masks, axis=1)), found)
        return found

    crosses = any_of(*links.in_country.T)
    family = _families(network, of_link, link_ix, n)
    land = np.char.startswith(links.kind, "rail") | (links.kind == "road")
    rail = np.char.startswith(links.kind, "rail")
    inside = {
        c: links.in_country[:, network.country_ids.index(c)]
        if c in network.country_ids
        else np.zeros(len(links.ids), np.bool_)
        for c in ("RUS", "BLR", "IRN", "CHN")
    }
    ends = np.stack(
        [np.array(zones.countries)[pairs[:, 0]], np.array(zones.countries)[pairs[:, 1]]]
    )
    north, middle, south, east, russian = any_of(
        land & (inside["RUS"] | inside["BLR"]),
        caspian_links(network),
        land & inside["IRN"],
        land & inside["CHN"],
        rail & inside["RUS"],
    ).T
    corridor = _corridors(
        family,
        north=north,
        middle=middle,
        south=south & ~(ends == "IRN").any(axis=0),
        east=east & ~(ends == "CHN").any(axis=0),
    )
    sequence, leg_start, leg, leg_share = _sequences(graph, link_start, link_ix)
    draw_start, draw = _draws(graph, link_start, link_ix)
    return Routes(
        mark=mark,
        origin=np.ascontiguousarray(pairs[:, 0], np.int32),
        dest=np.ascontiguousarray(pairs[:, 1], np.int32),
        link_start=link_start,
        link_ix=link_ix.astype(np.int32),
        family=family,
        corridor=corridor,
        crosses=crosses,
        uses_russian_rail=russian.copy(),
        sequence=sequence,
        leg_start=leg_start,
        leg=leg,
        leg_share=leg_share,
        draw_start=draw_start,
        draw=draw,
        offer_class=np.ascontiguousarray(offers[0]),
        offer_route=np.ascontiguousarray(offers[1]),
    )


def _families(
    network: Network, of_link: NDArray[np.int64], link_ix: IntArray, n: int
) -> NDArray[np.int8]:
    """Return the main mode by kilometres; who flies at all is air, who is piped pipeline."""
    links = network.links
    kind = links.kind
    km = {
        "water": np.isin(kind, WATER_KINDS),
        "land": np.char.startswith(kind, "rail") | (kind == "road"),
        "air": kind == "air",
        "pipeline": kind == "pipeline",
    }
    total = {
        word: np.bincount(of_link, np.where(mask, links.length_km, 0.0)[link_ix], minlength=n)
        for word, mask in km.items()
    }
    family = np.where(total["water"] > total["land"], 0, 1)
    family = np.where(total["pipeline"] > 0, FAMILIES.index("pipeline"), family)
    return np.where(total["air"] > 0, FAMILIES.index("air"), family).astype(np.int8)


def _corridors(
    family: NDArray[np.int8],
    *,
    north: NDArray[np.bool_],
    middle: NDArray[np.bool_],
    south: NDArray[np.bool_],
    east: NDArray[np.bool_],
) -> NDArray[np.int8]:
    order = [
        (family == FAMILIES.index("air"), "air"),
        (middle, "middle"),
        (family == FAMILIES.index("pipeline"), "pipeline"),
        (north, "north"),
        (south, "south"),
        (east, "east"),
        (family == FAMILIES.index("sea"), "sea"),
    ]
    codes = [CORRIDORS.index(word) for _, word in order]
    return np.select([m for m, _ in order], codes, CORRIDORS.index("direct")).astype(np.int8)


def _sequences(
    graph: Graph, link_start: NDArray[np.int64], link_ix: IntArray
) -> tuple[NDArray[np.int64], NDArray[np.int64], IntArray, FloatArray]:
    """Return the number of each route's sequence of legs, and the legs of each sequence."""
    links = graph.network.links
    is_break = np.isin(links.transfer_type, BREAKS) | (links.kind == "access")
    count = np.empty(len(link_start) - 1, np.int64)
    count_legs(link_start, link_ix, is_break, count)
    leg_start = np.concatenate([[0], np.cumsum(count)])
    ends = np.empty((leg_start[-1], 2), np.int32)
    share = np.empty(leg_start[-1])
    terminals = np.ascontiguousarray(np.stack([links.tail, links.head], axis=1))
    fill_legs(link_start, link_ix, is_break, terminals, graph.hours, leg_start, ends, share)
    leg_key = ends[:, 0].astype(np.int64) * len(graph.network.node_ids) + ends[:, 1]
    _, leg = np.unique(leg_key, return_inverse=True)
    leg = leg.ravel().astype(np.int32)
    # A sequence's hash: its legs' numbers mixed with their place in the row.
    place = np.arange(leg_start[-1]) - np.repeat(leg_start[:-1], count)
    mixed = (leg.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= (2 * place.astype(np.uint64) + np.uint64(1)) * np.uint64(0xBF58476D1CE4E5B9)
    of_route = np.repeat(np.arange(len(count)), count)
    key = np.zeros(len(count), np.uint64)
    np.add.at(key, of_route, mixed)
    # The quickest route of a sequence gives the shares: a clone of it gives the same.
    owner = np.repeat(np.arange(len(count)), np.diff(link_start))
    hours = np.bincount(owner, graph.hours[link_ix], minlength=len(count))
    order = np.lexsort((hours, key))
    unique, sequence = np.unique(key, return_inverse=True)
    first = order[np.searchsorted(key[order], unique)]
    chosen = np.concatenate([np.arange(leg_start[i], leg_start[i + 1]) for i in first]) if len(
        first) else np.empty(0, np.int64)  # fmt: skip
    starts = np.concatenate([[0], np.cumsum(count[first])]).astype(np.int64)
    return sequence.ravel().astype(np.int64), starts, leg[chosen], share[chosen]


def _draws(
    graph: Graph, link_start: NDArray[np.int64], link_ix: IntArray
) -> tuple[NDArray[np.int64], IntArray]:
    links = graph.network.links
    carriage = np.full(len(links.ids), -1, np.int8)
    carriage[np.char.startswith(links.from_mode, "rail")] = 0
    carriage[links.from_mode == "road"] = 1
    n_resources = np.diff(links.resource_start)
    draw = np.empty(int(n_resources[link_ix].sum()), np.int32)
    draw_start = np.zeros(len(link_start), np.int64)
    count = fill_draws(
        link_start, link_ix, carriage, graph.link_direction,
        links.resource_start, links.resource_ix, draw_start, draw,
    )  # fmt: skip
    return draw_start, draw[:count].copy()


def ban_masks(network: Network, searches: Sequence[RouteSearch]) -> list[NDArray[np.bool_]]:
    """
    Return the banned links of each search.

    Parameters
    ----------
    network
        The network.
    searches
        The searches.
    """
    masks = []
    for search in searches:
        mask = np.zeros(len(network.links.ids), np.bool_)
        for selector in search.bans:
            mask |= select_links(network, selector)
        masks.append(mask)
    return masks
