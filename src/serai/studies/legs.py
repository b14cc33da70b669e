"""The ways of a run's transit goods: straight, and by a hub on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Classes
from serai.domain.effects import Selector
from serai.domain.ranged import FloatArray, IntArray, Ranged
from serai.domain.routes import FAMILIES
from serai.domain.world import World
from serai.kernels.paths import fill_trees
from serai.model.apply import select_links
from serai.model.choice import AVOIDED, crosses_any
from serai.model.search import class_costs
from serai.run import Run, surcharges
from serai.studies.tally import tally
from serai.units import HOURS_PER_DAY

__all__ = ["LEAST_TEU", "Leg", "Legs", "Parts", "find_legs", "find_parts", "hub_nodes",
           "sum_along", "teu_per_unit"]  # fmt: skip

LEAST_TEU: Final = 24.0
"""[TEU/yr, or loads of one] Less between two zones is left out: nobody keeps a stock of it."""

OCEAN: Final = Selector(passages=("Suez", "Cape of Good Hope"))
"""Goods that went by land are weighed by land."""

ON_LAND: Final = ("rail", "road")
"""Beginnings of the modes of terminals at which goods may be taken into a hub."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Transit goods of a pair of zones, on one side of Russia. Arrays have shape (n_parts,)."""

    cell: IntArray
    """Index into the run's cells."""
    crosses_avoided: NDArray[np.bool_]
    """Over Russian or Belarusian territory; the rest keeps off it, on the way to a hub too."""
    flow: FloatArray
    """[class unit per year]."""
    may_use: NDArray[np.bool_]
    """Shape (n_parts, n_hubs): the hub's country is on the way and is neither end of it."""


class Leg(NamedTuple):
    """A way's figures, each of one shape."""

    usd: FloatArray
    """[USD per class unit] What is paid, scarcity prices included."""
    rail_usd: FloatArray
    """[USD per class unit] Of it, for hauls by rail, without scarcity prices."""
    days: FloatArray
    """[days] Free-flow time and waits."""
    spread_days: FloatArray
    """[days] Standard deviation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Legs:
    """The cheapest ways by generalized cost; infinite where there is none."""

    direct_cost: FloatArray
    """[USD per class unit], shape (n_parts,). Generalized cost."""
    via_cost: FloatArray
    """[USD per class unit], shape (n_parts, n_hubs). Generalized cost, before handling."""
    direct: Leg
    """Shape (n_parts,)."""
    inward: Leg
    """Shape (n_parts, n_hubs)."""
    outward: Leg
    """Shape (n_parts, n_hubs)."""


def find_parts(
    run: Run, classes: tuple[str, ...], places: IntArray, is_rival: NDArray[np.bool_]
) -> Parts:
    """
    Return the transit goods that a run carries by land through the candidates' countries.

    Parameters
    ----------
    run
        A solved scenario.
    classes
        Classes that may be stored.
    places
        [-], shape (n_hubs,). Places of the hubs.
    is_rival
        [-], shape (n_hubs,). Stores that may also serve buyers of their own country.
    """
    world, cells, routes, flows = run.world, run.setting.cells, run.routes, tally(run)
    network = world.network
    countries = np.array([network.places.countries[p] for p in places])
    own = tuple(sorted(set(countries[~is_rival].tolist())))
    route = np.maximum(flows.route, 0)
    taken = (flows.route >= 0) & (routes.family[route] == FAMILIES.index("land"))
    taken &= np.isin(np.array(world.classes.ids), classes)[flows.class_ix]
    code = 2 * flows.cell + crosses_any(network, routes, AVOIDED)[route]
    n = 2 * len(cells.demand)
    cell = np.arange(n) // 2
    zone_country = np.array(world.zones.countries)
    transit = np.zeros((n, len(own)))
    for j, country in enumerate(own):
        through = taken & crosses_any(network, routes, (country,))[route]
        through &= zone_country[cells.origin[flows.cell]] != country
        through &= zone_country[cells.dest[flows.cell]] != country
        transit[:, j] = np.bincount(code[through], flows.flow[through], minlength=n)
    # With candidates in several countries, goods count for those that most of them cross.
    flow = transit.max(axis=1, initial=0.0)
    kept = flow * teu_per_unit(world.classes)[cells.class_ix[cell]] >= LEAST_TEU
    of_own = transit[kept] >= 0.5 * flow[kept, None]
    column = [own.index(c) if c in own else 0 for c in countries]
    return Parts(
        cell=cell[kept].astype(np.int32),
        crosses_avoided=(np.arange(n) % 2 == 1)[kept],
        flow=flow[kept],
        may_use=is_rival | of_own[:, column],
    )


def teu_per_unit(classes: Classes) -> FloatArray:
    """
    Return the boxes that a unit of each class fills, 0 where nothing of it goes in boxes.

    Parameters
    ----------
    classes
        Commodity classes.
    """
    payload = classes.payload_t_per_teu.value
    of_tonnes = np.where(payload > 0, 1.0 / np.where(payload > 0, payload, 1.0), 0.0)
    return np.where(classes.is_box, 1.0, of_tonnes)


def hub_nodes(world: World, places: IntArray) -> tuple[IntArray, IntArray]:
    """
    Return the terminals on land of some places.

    Parameters
    ----------
    world
        The tables.
    places
        [-], shape (n_hubs,). Places.

    Returns
    -------
    nodes
        [-], shape (n_nodes,). Nodes, each at which a train or a lorry is loaded or changed.
    hub
        [-], shape (n_nodes,). Index into `places`.
    """
    links = world.network.links
    at = [
        (node, place)
        for nodes, where, modes in (
            (links.tail, links.from_place, links.from_mode),
            (links.head, links.to_place, links.to_mode),
        )
        for node, place in zip(
            *(a[np.isin(where, places) & _starts(modes)].tolist() for a in (nodes, where)),
            strict=True,
        )
    ]
    order = {p: i for i, p in enumerate(places.tolist())}
    found = sorted({(order[place], node) for node, place in at})
    hub, nodes = (np.array([pair[i] for pair in found], np.int32) for i in (0, 1))
    return nodes, hub


def _starts(modes: NDArray[np.str_]) -> NDArray[np.bool_]:
    return np.asarray(np.any([np.char.startswith(modes, word) for word in ON_LAND], axis=0))


def find_legs(run: Run, parts: Parts, places: IntArray) -> Legs:
    """
    Return the ways of transit goods at a run's prices and waits.

    Parameters
    ----------
    run
        A solved scenario.
    parts
        From `find_parts`.
    places
        [-], shape (n_hubs,). Places of the hubs.

    Returns
    -------
    legs
        Straight and by each hub under the same bans, so that a call never makes a way cheaper. A
        way by a hub stops at one of its terminals and goes on from there.
    """
    world, cells = run.world, run.setting.cells
    prices = _Prices(run)
    nodes, hub = hub_nodes(world, places)
    shape = (len(parts.flow), len(places))
    cost, via = np.full(shape[0], np.inf), np.full(shape, np.inf)
    direct, inward, outward = np.zeros((4, shape[0])), np.zeros((4, *shape)), np.zeros((4, *shape))
    code = np.stack(
        [cells.class_ix[parts.cell], cells.direction[parts.cell], parts.crosses_avoided]
    )
    for k, d, crosses in np.unique(code, axis=1).T:
        mine = np.flatnonzero((code == np.array([[k], [d], [crosses]])).all(axis=0))
        trees = _Trees(world, *prices.of(int(k), int(d), crosses=bool(crosses)))
        zones, row = np.unique(cells.origin[parts.cell[mine]], return_inverse=True)
        starts = np.concatenate([world.network.zone_out[zones], nodes])
        ends = world.network.zone_in[cells.dest[parts.cell[mine]]]
        reached, figures = trees.grow(starts)
        cost[mine] = reached[row, ends]
        direct[:, mine] = figures[:, row, ends]
        legs = reached[row][:, nodes] + reached[len(zones) :, ends].T
        for h in range(len(places)):
            at = np.flatnonzero(hub == h)
            if not len(at):
                continue
            best = at[np.argmin(legs[:, at], axis=1)]
            via[mine, h] = legs[np.arange(len(mine)), best]
            inward[:, mine, h] = figures[:, row, nodes[best]]
            outward[:, mine, h] = figures[:, len(zones) + best, ends]
    return Legs(
        direct_cost=cost, via_cost=via,
        direct=Leg(*direct), inward=Leg(*inward), outward=Leg(*outward),
    )  # fmt: skip


class _Prices:
    """What a unit of a class meets on each link of a run."""

    def __init__(self, run: Run) -> None:
        self.run, self.world, self.graph = run, run.world, run.setting.graph
        self.surcharge, self.scarcity = surcharges(run), _scarcity(run)
        self.scale = run.world.params["reliability_scale"]
        network = run.world.network
        closed = self.graph.closed_transit
        ocean = select_links(network, OCEAN)
        self.banned = {
            crosses: ocean | _territory(run.world, countries)
            for crosses, countries in (
                (True, tuple(c for c in closed if c not in AVOIDED)),
                (False, (*AVOIDED, *closed)),
            )
        }

    def of(self, k: int, d: int, *, crosses: bool) -> tuple[FloatArray, FloatArray]:
        """Return generalized cost by link, and the figures of a leg, shape (4, n_links)."""
        graph, classes = self.graph, self.world.classes
        cost = class_costs(graph, classes, k, self.scale)[d] + self.surcharge[k]
        money = (graph.usd_teu if classes.is_box[k] else graph.usd_t)[d] * classes.price_share[k]
        per_h = (
            classes.value_of_time_usd_per_t_day.value[k]
            * classes.tonnes_per_unit[k] / HOURS_PER_DAY
        )  # fmt: skip
        scarcity = self.scarcity[k]
        wait_h = (self.surcharge[k] - scarcity) / max(per_h, 1e-300)
        by_rail = np.char.startswith(graph.network.links.kind, "rail")
        figures = np.stack(
            [money + scarcity, np.where(by_rail, money, 0.0),
             (graph.hours + wait_h) / HOURS_PER_DAY, graph.spread_h * self.scale / HOURS_PER_DAY]
        )  # fmt: skip
        return np.where(self.banned[crosses], np.inf, cost), np.nan_to_num(figures)


def _territory(world: World, countries: tuple[str, ...]) -> NDArray[np.bool_]:
    if not countries:
        return np.zeros(len(world.network.links.ids), np.bool_)
    return select_links(world.network, Selector(countries=countries))


def _scarcity(run: Run) -> FloatArray:
    """Return what prices alone add to the links: the surcharges of goods that lose no value."""
    classes = run.world.classes
    timeless = replace(
        classes,
        value_of_time_usd_per_t_day=Ranged.fixed(np.zeros(len(classes.ids))),
    )
    return surcharges(replace(run, world=replace(run.world, classes=timeless)))


class _Trees:
    """Cheapest ways from some nodes to all others, and what is met on them."""

    def __init__(self, world: World, cost: FloatArray, figures: FloatArray) -> None:
        self.network, self.cost, self.figures = world.network, cost, figures

    def grow(self, starts: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return costs (n_starts, n_nodes) and figures (4, n_starts, n_nodes)."""
        links, n_nodes = self.network.links, len(self.network.node_ids)
        order = np.argsort(links.tail, kind="stable").astype(np.int32)
        first = np.searchsorted(links.tail[order], np.arange(n_nodes + 1)).astype(np.int32)
        last = np.empty((len(starts), n_nodes), np.int32)
        reached = np.empty(last.shape)
        fill_trees(
            first, order, np.ascontiguousarray(links.head[order]), self.cost,
            np.ascontiguousarray(starts, np.int32), last, reached,
        )  # fmt: skip
        return reached, sum_along(last, links.tail, self.figures)


def sum_along(last_link: IntArray, tail: IntArray, values: FloatArray) -> FloatArray:
    """
    Sum link values along the ways of trees.

    Parameters
    ----------
    last_link
        [-], shape (n_trees, n_nodes). Last link of each way, -1 at the start and where there is
        none.
    tail
        [-], shape (n_links,). Start node of each link.
    values
        [any], shape (n_values, n_links).

    Returns
    -------
    sums
        [any], shape (n_values, n_trees, n_nodes). Each round sums twice as many links.
    """
    n_trees, n_nodes = last_link.shape
    tree = np.arange(n_trees)[:, None] * n_nodes
    here = tree + np.arange(n_nodes)
    before = np.where(last_link >= 0, tree + tail[last_link], here).ravel()
    sums = np.where(last_link >= 0, values[:, last_link], 0.0).reshape(len(values), -1)
    while (further := before[before]).tobytes() != before.tobytes():
        sums += sums[:, before]
        before = further
    return sums.reshape(len(values), n_trees, n_nodes)
