"""Routes looked for: the cheapest of each class and pair of zones in every way of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Classes, Zones
from serai.domain.effects import Selector
from serai.domain.network import Network
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import Routes
from serai.domain.world import RouteSearch
from serai.kernels.paths import (
    fill_path_links,
    fill_path_marks,
    fill_through_links,
    fill_through_marks,
    fill_trees,
)
from serai.model.apply import select_links
from serai.model.demand import Cells
from serai.model.graph import EAST, WEST, Graph
from serai.model.ragged import compress
from serai.model.routes import Bundle, collect_routes, link_marks
from serai.model.uses import draws_of_classes

__all__ = ["FARTHEST", "Search", "class_costs", "find_routes", "mode_of", "searches_of"]

FARTHEST = 1.5
"""A way through somewhere is looked at if it costs at most so many times the cheapest way."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """One way to look for routes."""

    banned: NDArray[np.bool_]
    """[-], shape (n_links,). Links that no route of it uses."""
    through: NDArray[np.bool_] | None = None
    """[-], shape (n_links,). Links of which every route of it uses some, if it must."""


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
    money = money * classes.price_share[class_ix]
    tonnes = classes.tonnes_per_unit[class_ix]
    per_h = classes.value_of_time_usd_per_t_day.value[class_ix] * tonnes / 24.0
    ratio = classes.reliability_ratio.value[class_ix] * reliability_scale
    cost = money + per_h * (graph.hours + graph.feared_h + ratio * graph.spread_h)
    usable = graph.is_open & ~graph.is_closed & _may_use(graph.network, classes, class_ix)
    return np.where(np.isfinite(cost) & usable, np.maximum(cost, 0.0), np.inf)


def _may_use(network: Network, classes: Classes, class_ix: int) -> NDArray[np.bool_]:
    """Say which links are of the class's modes; a pipeline takes only what draws on it."""
    links = network.links
    allowed = classes.modes[class_ix] | {"door", "zone"}
    may = np.ones(len(links.ids), np.bool_)
    for words, always in (
        (links.from_mode.tolist(), ()),
        (links.to_mode.tolist(), ()),
        (links.kind.tolist(), ("transfer", "access")),
    ):
        known = {word: word in always or mode_of(word) in allowed for word in set(words)}
        may &= np.array([known[word] for word in words], np.bool_)
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    draws = draws_of_classes(classes, network.resources)[links.resource_ix, class_ix, 0]
    may[owner[(links.kind[owner] == "pipeline") & ~draws]] = False
    return np.asarray(may)


def find_routes(
    graph: Graph,
    cells: Cells,
    classes: Classes,
    zones: Zones,
    searches: Sequence[Search],
    *,
    reliability_scale: float,
    surcharge: FloatArray | None = None,
) -> Routes:
    """
    Find the cheapest route of every cell under each search.

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
    searches
        How to look, such as `searches_of` a table.
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
    marks = link_marks(graph.network.links)
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
                found = _search(graph, cost_of_links, cells, wanted, searches, marks)
                bundles.append((k, found))
    return collect_routes(graph, zones, bundles)


class _Trees:
    """The cheapest ways from some zones and to some zones, under one ban after another."""

    def __init__(self, graph: Graph, cost: FloatArray, pairs: IntArray) -> None:
        self.graph, self.network, self.cost = graph, graph.network, cost
        links = graph.network.links
        self.ends_of_link = np.stack([links.tail, links.head])
        self.ends = np.stack([self.network.zone_out[pairs[0]], self.network.zone_in[pairs[1]]])
        nodes, tree = zip(*(np.unique(e, return_inverse=True) for e in self.ends), strict=True)
        self.nodes, self.tree = nodes, np.stack(tree).astype(np.int32)
        self.known: dict[tuple[bytes, bool], tuple[IntArray, FloatArray]] = {}

    def under(
        self, banned: NDArray[np.bool_], *, backward: bool = False
    ) -> tuple[IntArray, FloatArray]:
        """Return the last links, or the next ones, and the costs from, or to, the zones."""
        key = banned.tobytes(), backward
        if key not in self.known:
            graph, links, nodes = self.graph, self.network.links, self.nodes[backward]
            slots = (
                compress(links.head, links.tail, len(self.network.node_ids)) if backward
                else (graph.first_out, graph.slot_link, graph.slot_head)
            )  # fmt: skip
            shape = (len(nodes), len(self.network.node_ids))
            link, cost = np.empty(shape, np.int32), np.empty(shape)
            fill_trees(*slots, np.where(banned, np.inf, self.cost), nodes, link, cost)
            self.known[key] = link, cost
        return self.known[key]

    def find(
        self, search: Search, marks: NDArray[np.uint64]
    ) -> tuple[IntArray, NDArray[np.uint64], IntArray]:
        """Return each pair's link that the route was found by, its mark and its length."""
        n_pairs = self.ends.shape[1]
        via, length = np.full(n_pairs, -1, np.int32), np.zeros(n_pairs, np.int32)
        mark = np.zeros(n_pairs, np.uint64)
        last_link, distance = self.under(search.banned)
        if search.through is None:
            tail, (start, end) = self.network.links.tail, self.ends
            fill_path_marks(last_link, tail, marks, self.tree[0], start, end, mark, length)
        elif (vias := np.flatnonzero(search.through & ~search.banned)).size:
            fill_through_marks(
                vias.astype(np.int32), self.cost, self.ends_of_link, last_link, distance,
                *self.under(search.banned, backward=True), self.tree, self.ends, FARTHEST, marks,
                via, mark, length,
            )  # fmt: skip
        return via, mark, length

    def write(
        self, search: Search, chosen: NDArray[np.bool_], via: IntArray, length: IntArray
    ) -> list[IntArray]:
        """Return the lengths and the links of the routes of some pairs."""
        start = np.concatenate([[0], np.cumsum(length[chosen], dtype=np.int64)])
        path_link = np.empty(start[-1], np.int32)
        tree, end = self.tree[:, chosen], self.ends[1, chosen]
        last_link, _ = self.under(search.banned)
        if search.through is None:
            fill_path_links(last_link, self.network.links.tail, tree[0], end, start, path_link)
        elif len(path_link):
            next_link, _ = self.under(search.banned, backward=True)
            fill_through_links(
                via[chosen], self.ends_of_link, last_link, next_link, tree, end, start, path_link
            )
        return [length[chosen], path_link]


def _search(
    graph: Graph,
    cost: FloatArray,
    cells: Cells,
    wanted: NDArray[np.bool_],
    searches: Sequence[Search],
    marks: NDArray[np.uint64],
) -> Bundle:
    """Search in every way; return the distinct marks, their zones and their links."""
    pairs = np.unique(np.stack([cells.origin[wanted], cells.dest[wanted]]), axis=1)
    trees = _Trees(graph, cost, pairs)
    seen: list[NDArray[np.uint64]] = []
    parts: list[Bundle] = []
    for search in searches:
        via, mark, length = trees.find(search, marks)
        new = length > 0
        for old in seen:
            new &= mark != old
        seen.append(mark)
        links = trees.write(search, new, via, length)
        parts.append((mark[new], pairs[:, new].T.astype(np.int32), links))
    return (
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        [np.concatenate([p[2][j] for p in parts]) for j in (0, 1)],
    )


def searches_of(network: Network, table: Sequence[RouteSearch]) -> list[Search]:
    """
    Return the ways to look for routes that a table tells.

    Parameters
    ----------
    network
        The network.
    table
        The table of searches.
    """

    def meant(selectors: Sequence[Selector]) -> NDArray[np.bool_]:
        mask = np.zeros(len(network.links.ids), np.bool_)
        for selector in selectors:
            mask |= select_links(network, selector)
        return mask

    return [
        Search(
            banned=meant(row.bans),
            through=meant(row.vias) if row.vias else None,
        )
        for row in table
    ]
