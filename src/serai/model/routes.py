"""What a route is: its links and legs, its family and corridor, who is offered it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Zones
from serai.domain.network import WATER_KINDS, Links, Network
from serai.domain.ranged import IntArray
from serai.domain.routes import CORRIDORS, FAMILIES, Routes
from serai.kernels.routes import count_legs, fill_any, fill_draws, fill_legs, fill_sums
from serai.model.apply import caspian_links
from serai.model.graph import Graph
from serai.model.ragged import take_rows

__all__ = [
    "Bundle",
    "collect_routes",
    "link_marks",
    "links_met",
    "merge_routes",
    "routes_of_links",
]

Bundle = tuple[NDArray[np.uint64], IntArray, list[IntArray]]
"""Marks of routes, their zones, and the lengths and links of their paths."""

BREAKS = ("load", "unload", "port", "ferry_board", "interchange", "gauge_change",
          "gauge_change_and_border")  # fmt: skip
"""Transfers at which the goods change vehicle: legs run between them."""


def link_marks(links: Links) -> NDArray[np.uint64]:
    """
    Return a number per link that depends on its id alone, shape (n_links,).

    Parameters
    ----------
    links
        The links.
    """
    return np.array(
        [int.from_bytes(hashlib.blake2b(i.encode(), digest_size=8).digest(), "little")
         for i in links.ids],
        dtype=np.uint64,
    )  # fmt: skip


def collect_routes(graph: Graph, zones: Zones, bundles: list[tuple[int, Bundle]]) -> Routes:
    """
    Return the distinct routes of several bundles of paths.

    Parameters
    ----------
    graph
        The graph.
    zones
        Zones of the network.
    bundles
        Class and paths; the first that has a path says what it is made of.
    """
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
    link_start, link_ix = take_rows(start, path_link, first)
    pairs = np.concatenate([b[1] for _, b in bundles])[first]
    offers = _offers(offers_of, inverse.ravel(), len(unique))
    return _describe(graph, zones, unique, pairs, link_start, link_ix, offers)


def _offers(classes: NDArray[np.integer], routes: NDArray[np.integer], n_routes: int) -> IntArray:
    """Return the distinct pairs of class and route, sorted by class, then route."""
    key = np.sort(classes.astype(np.int64) * max(n_routes, 1) + routes)
    key = key[np.append(True, key[1:] != key[:-1])] if len(key) else key
    return np.stack([key // max(n_routes, 1), key % max(n_routes, 1)]).astype(np.int32)


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
    marks = link_marks(graph.network.links)
    mark = np.array([np.bitwise_xor.reduce(marks[p]) for p in paths], np.uint64)
    links = np.concatenate(paths) if paths else np.empty(0, np.int32)
    length = np.array([len(p) for p in paths], np.int32)
    bundle = (mark, pairs.astype(np.int32), [length, links.astype(np.int32)])
    return collect_routes(graph, zones, [(class_ix, bundle)])


def merge_routes(many: Sequence[Routes]) -> Routes:
    """
    Return the union of several sets of routes.

    Parameters
    ----------
    many
        Sets of routes of one network; the first that has a route, or a sequence of legs, says
        what it is made of.

    Returns
    -------
    routes
        Every distinct route, offered to every class that any set offers it to.
    """

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(routes, name) for routes in many])

    def rows(
        start: str, values: NDArray[Any], chosen: NDArray[np.int64]
    ) -> tuple[NDArray[Any], ...]:
        length = np.concatenate([np.diff(getattr(routes, start)) for routes in many])
        return take_rows(np.concatenate([[0], np.cumsum(length)]), values, chosen)

    mark, first, inverse = np.unique(joined("mark"), return_index=True, return_inverse=True)
    keys = np.concatenate([routes.sequence_key[routes.sequence] for routes in many])[first]
    known, speaker = np.unique(joined("sequence_key"), return_index=True)
    leg_key = np.unique(joined("leg_key"))
    legs = [np.searchsorted(leg_key, routes.leg_key)[routes.leg] for routes in many]
    leg_start, leg = rows("leg_start", np.concatenate(legs).astype(np.int32), speaker)
    shift = np.cumsum([0, *(len(routes.mark) for routes in many[:-1])])
    offered = np.concatenate([r.offer_route + at for r, at in zip(many, shift, strict=True)])
    offers = _offers(joined("offer_class"), inverse.ravel()[offered], len(mark))
    link_start, link_ix = rows("link_start", joined("link_ix"), first)
    draw_start, draw = rows("draw_start", joined("draw"), first)
    plain = ("origin", "dest", "family", "corridor", "crosses", "uses_russian_rail")
    return Routes(
        mark=mark,
        **{name: joined(name)[first] for name in plain},
        link_start=link_start,
        link_ix=link_ix,
        sequence=np.searchsorted(known, keys),
        sequence_key=known,
        leg_start=leg_start,
        leg=leg,
        leg_key=leg_key,
        leg_share=rows("leg_start", joined("leg_share"), speaker)[1],
        draw_start=draw_start,
        draw=draw,
        offer_class=offers[0].copy(),
        offer_route=offers[1].copy(),
    )


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
    family = _families(network, link_start, link_ix)
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
    words = (
        land & (inside["RUS"] | inside["BLR"]),
        caspian_links(network),
        land & inside["IRN"],
        land & inside["CHN"],
        rail & inside["RUS"],
    )
    found = links_met(link_start, link_ix, np.column_stack([links.in_country, *words]))
    n_countries = len(network.country_ids)
    crosses = np.ascontiguousarray(found[:, :n_countries])
    north, middle, south, east, russian = found[:, n_countries:].T
    corridor = _corridors(
        family,
        north=north,
        middle=middle,
        south=south & ~(ends == "IRN").any(axis=0),
        east=east & ~(ends == "CHN").any(axis=0),
    )
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
        **_sequences(graph, link_start, link_ix),
        draw_start=draw_start,
        draw=draw,
        offer_class=np.ascontiguousarray(offers[0]),
        offer_route=np.ascontiguousarray(offers[1]),
    )


def links_met(
    link_start: NDArray[np.int64], link_ix: IntArray, masks: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """
    Say for each path and mask whether any of its links is in the mask.

    Parameters
    ----------
    link_start
        [-], shape (n_paths + 1,). Links of each path.
    link_ix
        [-], shape (link_start[-1],). Links.
    masks
        [-], shape (n_links, n_masks).

    Returns
    -------
    found
        [-], shape (n_paths, n_masks).
    """
    n_links, n_masks = masks.shape
    n_words = max(-(-n_masks // 64), 1)
    packed = np.zeros((n_links, 8 * n_words), np.uint8)
    packed[:, : -(-n_masks // 8)] = np.packbits(masks, axis=1)
    found = np.empty((len(link_start) - 1, n_words), np.uint64)
    fill_any(link_start, link_ix, packed.view(np.uint64), found)
    return np.unpackbits(found.view(np.uint8), axis=1, count=n_masks).astype(np.bool_)


def _families(
    network: Network, link_start: NDArray[np.int64], link_ix: IntArray
) -> NDArray[np.int8]:
    """Return the main mode by kilometres; who flies at all is air, who is piped pipeline."""
    links = network.links
    kind = links.kind
    masks = (
        np.isin(kind, WATER_KINDS), np.char.startswith(kind, "rail") | (kind == "road"),
        kind == "air", kind == "pipeline",
    )  # fmt: skip
    km = np.ascontiguousarray(np.stack(masks, axis=1) * links.length_km[:, None])
    total = np.empty((len(link_start) - 1, len(masks)))
    fill_sums(link_start, link_ix, np.zeros(len(total), np.int32), km[None], total)
    water, land, air, pipeline = total.T
    family = np.where(water > land, 0, 1)
    family = np.where(pipeline > 0, FAMILIES.index("pipeline"), family)
    return np.where(air > 0, FAMILIES.index("air"), family).astype(np.int8)


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
) -> dict[str, NDArray[Any]]:
    """Return each route's sequence of legs, and the legs of each sequence."""
    links = graph.network.links
    is_break = np.isin(links.transfer_type, BREAKS) | (links.kind == "access")
    count = np.empty(len(link_start) - 1, np.int64)
    count_legs(link_start, link_ix, is_break, count)
    starts = np.concatenate([[0], np.cumsum(count)])
    ends = np.empty((starts[-1], 2), np.int32)
    share = np.empty(starts[-1])
    hours = np.empty(len(count))
    terminals = np.ascontiguousarray(np.stack([links.tail, links.head], axis=1))
    fill_legs(link_start, link_ix, is_break, terminals, graph.hours, starts, ends, share, hours)
    leg = ends[:, 0].astype(np.int64) * len(graph.network.node_ids) + ends[:, 1]
    # A sequence's hash: its legs mixed with their place in the row.
    place = np.arange(starts[-1]) - np.repeat(starts[:-1], count)
    mixed = (leg.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= (2 * place.astype(np.uint64) + np.uint64(1)) * np.uint64(0xBF58476D1CE4E5B9)
    summed = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    key = summed[starts[1:]] - summed[starts[:-1]]
    # The quickest route of a sequence gives the shares: a clone of it gives the same.
    order = np.lexsort((hours, key))
    known, first, sequence = np.unique(key[order], return_index=True, return_inverse=True)
    chosen = order[first]
    back = np.empty(len(order), np.int64)
    back[order] = sequence.ravel()
    leg_start, legs = take_rows(starts, leg, chosen)
    leg_key, leg = np.unique(legs, return_inverse=True)
    return {
        "sequence": back, "sequence_key": known, "leg_start": leg_start,
        "leg": leg.astype(np.int32), "leg_key": leg_key,
        "leg_share": take_rows(starts, share, chosen)[1],
    }  # fmt: skip


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
