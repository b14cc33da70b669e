"""The choice problem of one state: who may choose which route, at what cost, with what size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from serai.domain.network import Network
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import CORRIDORS, FAMILIES, Routes
from serai.domain.world import World
from serai.kernels.choice import ChoiceArrays, fill_sizes
from serai.kernels.routes import fill_sums
from serai.model.demand import Cells
from serai.model.empties import Balances, with_balances
from serai.model.graph import EAST, WEST, Graph
from serai.model.routes import links_met
from serai.model.uses import Uses, build_uses

__all__ = [
    "AVOIDED",
    "AVOIDING_REGIONS",
    "OUTSIDE",
    "SEGMENTS",
    "Offers",
    "Problem",
    "any_link",
    "build_offers",
    "build_problem",
    "crosses_any",
    "route_sums",
    "subsidies",
]

OUTSIDE = len(FAMILIES)
"""Family code of the route that is not served."""

SEGMENTS = ("captive", "open", "avoiding")
"""
Kinds of shippers in a cell: captive ones ask for sea alone, avoiding ones shun Russian and
Belarusian territory, open ones choose among everything.
"""

AVOIDED = ("RUS", "BLR")
"""Territories that avoiding shippers shun and that the risk premium is paid for."""

AVOIDING_REGIONS = "EU_"
"""Regions whose shippers avoid: names that start so (EU, United Kingdom, EFTA, West Balkans)."""

N_CHUNKS = 16
"""Sums over cells are taken in this many parts, in order, whatever the number of threads."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """
    The choice problem with what is needed to read its solution.

    Options are routes open to a shipper, arrays of shape (n_options,); groups are the kinds of
    shippers of the cells, arrays of shape (n_groups,).
    """

    arrays: ChoiceArrays
    option_group: IntArray
    option_route: IntArray
    """-1 for the outside route."""
    option_family: NDArray[np.int8]
    group_cell: IntArray
    group_segment: NDArray[np.int8]
    group_demand: FloatArray
    """[class unit per year]."""
    group_usd_per_h: FloatArray
    """[USD per class unit and hour] Value of time."""
    limit: IntArray
    """Index into the graph's limits of each limit in the problem."""
    balanced: tuple[str, ...]
    """Regions whose boxes must balance: rows after the limits."""
    n_boxes: float
    """[TEU/yr] Boxes that the rows count in shares of."""


def route_sums(routes: Routes, direction: IntArray, *values: FloatArray) -> list[FloatArray]:
    """
    Sum link values over routes.

    Parameters
    ----------
    routes
        The routes.
    direction
        [-], shape (n_routes,). Row of `values` that each route reads.
    *values
        [any], each of shape (n_links,) or, by direction, (2, n_links).

    Returns
    -------
    sums
        [any], one array of shape (n_routes,) per value. NaN where any link has none.
    """
    n_links = values[0].shape[-1]
    columns = np.stack([np.broadcast_to(v, (2, n_links)) for v in values], axis=2)
    sums = np.empty((len(routes.mark), len(values)))
    fill_sums(routes.link_start, routes.link_ix, direction, columns, sums)
    return [np.ascontiguousarray(column) for column in sums.T]


def any_link(routes: Routes, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """
    Return which routes use any of the masked links, shape (n_routes,).

    Parameters
    ----------
    routes
        The routes.
    mask
        [-], shape (n,). What is meant.
    """
    if not mask.any():
        return np.zeros(len(routes.mark), np.bool_)
    return links_met(routes.link_start, routes.link_ix, mask[:, None])[:, 0]


def crosses_any(network: Network, routes: Routes, countries: tuple[str, ...]) -> NDArray[np.bool_]:
    """
    Return which routes use any of the territories, shape (n_routes,).

    Parameters
    ----------
    network
        The network.
    routes
        The routes.
    countries
        ISO 3166 alpha-3.
    """
    columns = [network.country_ids.index(c) for c in countries if c in network.country_ids]
    return np.asarray(routes.crosses[:, columns].any(axis=1))


def _siberian_gates(network: Network) -> NDArray[np.bool_]:
    """Return the rail crossings from China to Russia and Mongolia, shape (n_links,)."""
    links = network.links
    country = np.array([*network.places.countries, ""])
    start, end = country[links.from_place], country[links.to_place]
    china = (start == "CHN") | (end == "CHN")
    north = np.isin(start, ("RUS", "MNG")) | np.isin(end, ("RUS", "MNG"))
    return np.asarray(china & north & np.char.startswith(links.from_mode, "rail"))


def _kinds_of_zones(world: World) -> tuple[NDArray[np.bool_], ...]:
    """Say which zones are outside avoided territory, European, Chinese, Iranian: (n_zones,)."""
    country, region = np.array(world.zones.countries), np.array(world.zones.regions)
    return (
        ~np.isin(country, AVOIDED),
        np.char.startswith(region, AVOIDING_REGIONS),
        region == "CHN",
        country == "IRN",
    )


def subsidies(
    world: World, graph: Graph, routes: Routes, route: IntArray, ends: tuple[IntArray, IntArray]
) -> FloatArray:
    """
    Return what China pays towards a box on each route, [USD/TEU], shape (n,).

    Parameters
    ----------
    world
        The tables.
    graph
        Graph of the state, with the year's subsidies.
    routes
        The routes.
    route
        [-], shape (n,). Routes of boxes.
    ends
        [-], each of shape (n,). Zones of origin and of destination.
    """
    _, european, chinese, _ = ([mask[end] for end in ends] for mask in _kinds_of_zones(world))
    land = (routes.family == FAMILIES.index("land"))[route]
    rail = crosses_any(graph.network, routes, ("KAZ", "MNG", "RUS"))[route] & land
    west, east = chinese[0] & european[1] & rail, chinese[1] & european[0] & rail
    paid = np.where(west, graph.inputs["cn_subsidy_west"] / 2, 0.0)
    return np.asarray(paid + np.where(east, graph.inputs["cn_subsidy_east"] / 2, 0.0))


class _Pairs:
    """The (cell, route) pairs of a problem and their costs."""

    def __init__(
        self, world: World, base: Graph, graph: Graph, cells: Cells, routes: Routes
    ) -> None:
        self.world, self.graph, self.cells, self.routes = world, graph, cells, routes
        n_zones = len(world.zones.ids)
        lon = world.zones.lon
        self.direction = np.where(lon[routes.dest] < lon[routes.origin], WEST, EAST).astype(
            np.int32
        )
        key = (
            routes.offer_class.astype(np.int64) * n_zones + routes.origin[routes.offer_route]
        ) * n_zones + routes.dest[routes.offer_route]
        order = np.argsort(key, kind="stable")
        wanted = (cells.class_ix.astype(np.int64) * n_zones + cells.origin) * n_zones + cells.dest
        first = np.searchsorted(key[order], wanted, "left")
        count = np.searchsorted(key[order], wanted, "right") - first
        self.cell = np.repeat(np.arange(len(wanted)), count)
        at = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        self.route = routes.offer_route[order][np.repeat(first, count) + at]
        is_offered = ~any_link(routes, ~graph.is_open)
        keep = is_offered[self.route]
        self.cell, self.route = self.cell[keep], self.route[keep]
        self.by_siberia = any_link(routes, _siberian_gates(graph.network))
        self.base_cost = self._cost(base)
        self._drop(np.isfinite(self.base_cost))
        self._drop(self._is_sensible())
        self.cost = self.base_cost if graph is base else self._cost(graph)
        self._drop(np.isfinite(self.cost))

    def _drop(self, keep: NDArray[np.bool_]) -> None:
        self.cell, self.route = self.cell[keep], self.route[keep]
        self.base_cost = self.base_cost[keep]
        if hasattr(self, "cost"):
            self.cost = self.cost[keep]

    def _cost(self, graph: Graph) -> FloatArray:
        """Money, time, reliability, subsidy and risk premium of each pair."""
        world, cells, routes = self.world, self.cells, self.routes
        is_box = world.classes.is_box[cells.class_ix[self.cell]]

        by_route = route_sums(
            routes, self.direction, graph.usd_teu, graph.usd_t,
            graph.hours + graph.feared_h, graph.spread_h,
        )  # fmt: skip
        teu, t, hours, spread = (values[self.route] for values in by_route)
        money = np.where(is_box, teu, t) * world.classes.price_share[cells.class_ix[self.cell]]
        weight = world.params["reliability_scale"] * cells.reliability[self.cell]
        cost = money + cells.usd_per_h[self.cell] * (hours + weight * spread)
        cost += self._route_terms(graph, is_box)
        return np.asarray(np.maximum(cost, 0.05 * money))

    def _route_terms(self, graph: Graph, is_box: NDArray[np.bool_]) -> FloatArray:
        """Price what belongs to a whole route: risk premium, subsidy, what the gates put off."""
        world, cells, routes = self.world, self.cells, self.routes
        ends = (cells.origin[self.cell], cells.dest[self.cell])
        foreign, european, _, persian = (
            [mask[end] for end in ends] for mask in _kinds_of_zones(world)
        )
        is_foreign = foreign[0] & foreign[1]
        by_land = routes.family != FAMILIES.index("pipeline")
        risky = (crosses_any(graph.network, routes, AVOIDED) & by_land)[self.route] & is_foreign
        payload = world.classes.payload_t_per_teu.value[cells.class_ix[self.cell]]
        per_teu = np.where(is_box, 1.0, np.where(payload > 0, payload, 20.0))
        terms = np.where(risky, graph.inputs["avoidance_penalty"] / 2 / per_teu, 0.0)
        land = (routes.family == FAMILIES.index("land"))[self.route] & is_box
        terms -= np.where(is_box, subsidies(world, graph, routes, self.route, ends), 0.0)
        held = world.params["siberia_usd_teu"] / per_teu
        terms += np.where(self.by_siberia[self.route] & is_foreign & land, held, 0.0)
        by_iran = crosses_any(graph.network, routes, ("IRN",))[self.route]
        by_iran &= (european[0] | european[1]) & ~(persian[0] | persian[1])
        terms += np.where(by_iran, world.params["iran_usd_teu"] / per_teu, 0.0)
        return np.where(world.classes.is_empty[cells.class_ix[self.cell]], 0.0, terms)

    def _is_sensible(self) -> NDArray[np.bool_]:
        """Drop variants far dearer than the best of their family and corridor."""
        corridor = self.routes.corridor[self.route].astype(np.int64)
        family = self.routes.family[self.route]
        key = (self.cell.astype(np.int64) * len(FAMILIES) + family) * len(CORRIDORS) + corridor
        _, inverse = np.unique(key, return_inverse=True)
        best = np.full(int(inverse.max(initial=-1)) + 1, np.inf)
        np.minimum.at(best, inverse, self.base_cost)
        return self.base_cost <= self.world.params["dominated_ratio"] * best[inverse]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offers:
    """What every shipper may choose in a state, before a shock shuts anything."""

    world: World
    pairs: _Pairs
    reference: FloatArray
    """[USD per class unit], shape (n_cells,). Cheapest base cost: what scales go by."""
    groups: _Groups
    option_pair: NDArray[np.int64]
    option_group: NDArray[np.int64]
    log_size: FloatArray
    uses: Uses
    """Of the pairs."""
    balances: Balances | None


def build_offers(
    world: World,
    base: Graph,
    graph: Graph,
    cells: Cells,
    routes: Routes,
    balances: Balances | None = None,
) -> Offers:
    """
    Return what shippers may choose in a state.

    Parameters
    ----------
    world
        The tables.
    base
        Graph of the same year without projects, measures and shocks: scales and sizes come
        from its uncongested costs, so that they are held across cases.
    graph
        Graph of the state.
    cells
        The demand.
    routes
        The routes; those whose links are not open here are left out.
    balances
        Of boxes in these cells, if they must balance.

    Returns
    -------
    offers
        Options with their costs, sizes and uses.
    """
    pairs = _Pairs(world, base, graph, cells, routes)
    reference = _reference_cost(pairs, any_link(routes, ~base.is_open), len(cells.demand))
    groups = _groups(world, graph, cells, pairs)
    option_pair, option_group = _options(graph, pairs, groups)
    uses = build_uses(world, graph, routes, pairs.route, cells.class_ix[pairs.cell])
    if balances is not None:
        uses = with_balances(uses, balances, pairs.cell)
    return Offers(
        world=world,
        pairs=pairs,
        reference=reference,
        groups=groups,
        option_pair=option_pair,
        option_group=option_group,
        log_size=_sizes(world, pairs, reference, groups, (option_pair, option_group)),
        uses=uses,
        balances=balances,
    )


def _reference_cost(pairs: _Pairs, planned: NDArray[np.bool_], n_cells: int) -> FloatArray:
    """Cheapest base cost of each cell; the class's median where a cell has no route."""
    reference = np.full(n_cells, np.inf)
    now = ~planned[pairs.route]
    np.minimum.at(reference, pairs.cell[now], pairs.base_cost[now])
    late = ~np.isfinite(reference)
    best = np.full(n_cells, np.inf)
    np.minimum.at(best, pairs.cell, pairs.base_cost)
    reference[late] = best[late]
    for k in np.unique(pairs.cells.class_ix[~np.isfinite(reference)]):
        mine = pairs.cells.class_ix == k
        known = reference[mine & np.isfinite(reference)]
        reference[mine & ~np.isfinite(reference)] = np.median(known) if len(known) else 1000.0
    return reference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Groups:
    """Kinds of shippers: arrays of shape (n_groups,), sorted by cell then segment."""

    cell: IntArray
    segment: NDArray[np.int8]
    demand: FloatArray


def _groups(world: World, graph: Graph, cells: Cells, pairs: _Pairs) -> _Groups:
    n = len(cells.demand)
    has = np.zeros((n, len(FAMILIES)), np.bool_)
    has[pairs.cell, pairs.routes.family[pairs.route]] = True
    maritime = _maritime_regions(world)
    region = np.array(world.zones.regions)
    by_sea = np.isin(region[cells.origin], maritime) & np.isin(region[cells.dest], maritime)
    contestable = np.ones(len(world.classes.ids))
    for k, class_id in enumerate(world.classes.ids):
        if world.classes.is_box[k] and not world.classes.is_empty[k]:
            contestable[k] = np.clip(world.params[f"contestable_{class_id.lower()}"], 0, 1)
    captive = np.where(by_sea & has[:, FAMILIES.index("sea")], 1 - contestable[cells.class_ix], 0.0)
    is_foreign, is_european, _, _ = _kinds_of_zones(world)
    foreign = is_foreign[cells.origin] & is_foreign[cells.dest]
    # Trade that has no sea to fall back on keeps to the shortest way more often.
    avoid = np.where(by_sea, 1.0, world.params["avoidance_landlocked"])
    avoid = avoid * graph.inputs["avoidance_share"]
    european = is_european[cells.origin] | is_european[cells.dest]
    avoid = np.where(european & foreign, avoid, 0.0)
    avoid = np.clip(avoid, 0.0, 1.0)
    share = np.stack([captive, (1 - captive) * (1 - avoid), (1 - captive) * avoid], axis=1)
    cell, segment = np.nonzero(share > 0)
    return _Groups(
        cell=cell.astype(np.int32),
        segment=segment.astype(np.int8),
        demand=cells.demand[cell] * share[cell, segment],
    )


def _maritime_regions(world: World) -> list[str]:
    """
    Regions with a country that has a terminal on the ocean.

    The ocean is the water that most sea links lie in: a ship on the Caspian takes a sea link too,
    and cannot reach Rotterdam by it.
    """
    links, places, zones = world.network.links, world.network.places, world.zones
    sea = links.kind == "sea"
    ends = (links.from_place[sea], links.to_place[sea])
    joined = coo_array((np.ones(len(ends[0])), ends), shape=(len(places.ids),) * 2)
    water = connected_components(joined, directed=False)[1]
    shores = water[ends[0]]
    ocean = np.flatnonzero(water == np.bincount(shores).argmax()) if len(shores) else ()
    ports = {places.countries[p] for p in ocean}
    return sorted({r for r, c in zip(zones.regions, zones.countries, strict=True) if c in ports})


def _options(
    graph: Graph, pairs: _Pairs, groups: _Groups
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every group with the routes that its shippers consider."""
    family = pairs.routes.family[pairs.route]
    avoided = crosses_any(graph.network, pairs.routes, AVOIDED)[pairs.route]
    allowed = {
        SEGMENTS.index("captive"): family == FAMILIES.index("sea"),
        SEGMENTS.index("open"): np.ones(len(family), np.bool_),
        SEGMENTS.index("avoiding"): ~avoided | (family == FAMILIES.index("pipeline")),
    }
    option_pair, option_group = [], []
    for segment, mask in allowed.items():
        of_cell = np.full(len(pairs.cells.demand), -1, np.int64)
        mine = np.flatnonzero(groups.segment == segment)
        of_cell[groups.cell[mine]] = mine
        chosen = np.flatnonzero(mask & (of_cell[pairs.cell] >= 0))
        option_pair.append(chosen)
        option_group.append(of_cell[pairs.cell[chosen]])
    pair, group = np.concatenate(option_pair), np.concatenate(option_group)
    order = np.lexsort((pair, family[pair], group))
    return pair[order], group[order]


def _is_shut(world: World, graph: Graph, pairs: _Pairs) -> NDArray[np.bool_]:
    """Say which pairs a shock shuts: a closed link, a territory closed to transit, a zero limit."""
    routes = pairs.routes
    shut = any_link(routes, graph.is_closed)[pairs.route]
    if graph.closed_transit:
        country = np.array(world.zones.countries)
        ends = (country[pairs.cells.origin[pairs.cell]], country[pairs.cells.dest[pairs.cell]])
        foreign = ~(np.isin(ends[0], graph.closed_transit) | np.isin(ends[1], graph.closed_transit))
        shut = shut | (
            crosses_any(graph.network, routes, graph.closed_transit)[pairs.route] & foreign
        )
    return np.asarray(shut)


def build_problem(offers: Offers, graph: Graph) -> Problem:
    """
    Return the choice problem of a state.

    Parameters
    ----------
    offers
        What shippers may choose.
    graph
        Graph of the state: what it shuts is left out. It may differ from the graph of the offers
        in that alone.

    Returns
    -------
    problem
        One nest per family and group, the outside route in every group.
    """
    world, pairs, reference, groups = offers.world, offers.pairs, offers.reference, offers.groups
    pair, group = offers.option_pair, offers.option_group
    family = pairs.routes.family[pairs.route]
    uses = offers.uses
    keep = ~(_is_shut(world, graph, pairs) | uses.is_dead)[pair]
    pair, group, log_size = pair[keep], group[keep], offers.log_size[keep]
    n_groups = len(groups.cell)
    # The outside route closes every group.
    all_group = np.concatenate([group, np.arange(n_groups)])
    all_family = np.concatenate([family[pair], np.full(n_groups, OUTSIDE)]).astype(np.int8)
    outside_cost = world.params["outside_cost_ratio"] * reference[groups.cell]
    # An empty box may stay where it is.
    is_empty = world.classes.is_empty[pairs.cells.class_ix[groups.cell]]
    outside_cost = np.where(is_empty, 0.0, outside_cost)
    order = np.lexsort((all_family, all_group))
    all_group, all_family = all_group[order], all_family[order]
    cost = np.concatenate([pairs.cost[pair], outside_cost])[order]
    size = np.concatenate([log_size, np.zeros(n_groups)])[order]
    source = np.concatenate([pair, np.full(n_groups, -1)])[order]
    nest_key = all_group * (OUTSIDE + 1) + all_family
    _, nest_first = np.unique(nest_key, return_index=True)
    nest_group = all_group[nest_first]
    nest_family = all_family[nest_first]
    upper = world.params["scale_upper"]
    lower = max(world.params["scale_lower"], upper)
    at = reference[groups.cell[nest_group]]
    constants = _constants(world, pairs.cells.class_ix[groups.cell[nest_group]], nest_family)
    group_start = np.searchsorted(nest_group, np.arange(n_groups + 1)).astype(np.int64)
    arrays = ChoiceArrays(
        chunk_start=np.linspace(0, n_groups, N_CHUNKS + 1).astype(np.int64),
        cell_start=group_start,
        cell_demand=groups.demand,
        cell_theta=upper / reference[groups.cell],
        nest_start=np.append(nest_first, len(all_group)).astype(np.int64),
        nest_theta=lower / at,
        nest_constant=constants * at,
        cost=cost,
        log_size=size,
        bundle=np.append(uses.bundle, len(uses.start) - 2)[source].astype(np.int32),
        use_start=uses.start,
        use_limit=uses.use_limit,
        use_amount=uses.amount,
    )
    return Problem(
        arrays=arrays,
        option_group=all_group.astype(np.int32),
        option_route=_pick(pairs.route, source),
        option_family=all_family,
        group_cell=groups.cell,
        group_segment=groups.segment,
        group_demand=groups.demand,
        group_usd_per_h=pairs.cells.usd_per_h[groups.cell],
        limit=uses.limit,
        balanced=() if offers.balances is None else offers.balances.regions,
        n_boxes=1.0 if offers.balances is None else offers.balances.whole,
    )


def _pick(values: NDArray[np.integer], source: NDArray[np.int64]) -> IntArray:
    """Return the values of the pairs, -1 for source -1, also where there are no pairs at all."""
    return np.append(values, -1)[source].astype(np.int32)


def _constants(world: World, class_ix: IntArray, family: NDArray[np.int8]) -> FloatArray:
    """Family constants as a share of the cell's cheapest cost; sea and outside have none."""
    is_box = world.classes.is_box[class_ix]
    out = np.zeros(len(family))
    land = (family == FAMILIES.index("land")) & ~world.classes.is_empty[class_ix]
    out[land & is_box] = world.params["constant_land_box"]
    out[land & ~is_box] = world.params["constant_land_bulk"]
    out[family == FAMILIES.index("air")] = world.params["constant_air"]
    out[family == FAMILIES.index("pipeline")] = world.params["constant_pipeline"]
    return out


def _sizes(
    world: World,
    pairs: _Pairs,
    reference: FloatArray,
    groups: _Groups,
    options: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> FloatArray:
    """Leg-based path sizes of the options, before any shock shuts one."""
    pair, group = options
    key = group * OUTSIDE + pairs.routes.family[pairs.route[pair]]
    _, first = np.unique(key, return_index=True)
    lower = max(world.params["scale_lower"], world.params["scale_upper"])
    theta = lower / reference[groups.cell[group[first]]]
    log_size = np.zeros(len(pair))
    fill_sizes(
        np.append(first, len(pair)).astype(np.int64), theta, pairs.base_cost[pair],
        pairs.routes.sequence[pairs.route[pair]], pairs.routes.leg_start, pairs.routes.leg,
        pairs.routes.leg_share, log_size,
    )  # fmt: skip
    return log_size
