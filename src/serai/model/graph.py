"""The graph of one state: open links, the year's prices by direction, limits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.network import Links, Network
from serai.domain.ranged import Z_P90, FloatArray, IntArray
from serai.domain.world import World
from serai.model.apply import State
from serai.model.ragged import compress

__all__ = [
    "EAST",
    "PRICE_YEAR",
    "WEST",
    "Graph",
    "Limits",
    "build_graph",
    "direction_of",
]

WEST, EAST = 0, 1
"""Direction of a trip: which of the yearly west- and eastbound prices it pays."""

PRICE_YEAR = 2023
"""Year of the prices in the link table; the yearly inputs scale them to other years."""

NO_CAPACITY = 1e-6
"""[t/yr or TEU/yr] A capacity of less is none."""

NORTH_DAYS_YEAR = 2025
"""Year of Russian and Belarusian rail times in the link table: they sum to its index."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """What may not be exceeded in a state. Arrays have shape (n_limits,)."""

    resource: IntArray
    is_box: NDArray[np.bool_]
    """True: a limit on boxes, in TEU; False: on tonnes of everything."""
    capacity: FloatArray
    """[TEU/yr or t/yr], >= 0."""
    of_resource: IntArray
    """Shape (n_resources, 2, 2): limit by resource, direction of use, t or TEU; -1 for none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """Arrays over links have shape (n_links,), prices by direction (2, n_links)."""

    network: Network
    year: int
    first_out: IntArray
    slot_link: IntArray
    slot_head: IntArray
    is_open: NDArray[np.bool_]
    """What the infrastructure offers."""
    is_closed: NDArray[np.bool_]
    """What shocks shut on top of it."""
    closed_transit: tuple[str, ...]
    hours: FloatArray
    """[h] Moving, handling and fixed dwell; queues are not in it."""
    spread_h: FloatArray
    """[h] Standard deviation read from the link's time range (P10 to P90)."""
    usd_teu: FloatArray
    """[USD/TEU], NaN where boxes may not go."""
    usd_t: FloatArray
    """[USD/t], NaN where tonnes may not go."""
    feared_h: FloatArray
    """[h] What shippers expect to lose beyond free-flow time; in no quote or count of days."""
    limits: Limits
    link_direction: IntArray
    """0 along its resource's section, 1 against it."""
    inputs: dict[str, float]
    """The yearly inputs that the price of a whole route depends on."""


def direction_of(origin_lon: FloatArray, dest_lon: FloatArray) -> IntArray:
    """
    Return WEST where the trip ends west of its start, else EAST.

    Parameters
    ----------
    origin_lon
        [deg], shape (n,). Longitude of the start.
    dest_lon
        [deg], shape (n,). Longitude of the end.
    """
    return np.where(dest_lon < origin_lon, WEST, EAST).astype(np.int32)


def build_graph(world: World, state: State) -> Graph:
    """
    Return the graph of a state.

    Parameters
    ----------
    world
        The tables.
    state
        From `apply_scenario`.

    Returns
    -------
    graph
        Everything that routes and limits are computed from.
    """
    network = world.network
    links = network.links
    first_out, slot_link, slot_head = compress(links.tail, links.head, len(network.node_ids))
    year = _YearPrices(world, state)
    free_h = state.free_time_h * year.time_factor()
    spread = (links.free_time_h.high - links.free_time_h.low) / (2 * Z_P90)
    return Graph(
        network=network,
        year=state.year,
        first_out=first_out,
        slot_link=slot_link,
        slot_head=slot_head,
        is_open=state.is_open,
        is_closed=state.is_closed,
        closed_transit=state.closed_transit,
        hours=np.maximum(free_h + state.dwell_h + year.extra_hours(), 0.0),
        spread_h=np.maximum(spread, 0.0),
        usd_teu=year.box_prices(),
        usd_t=state.cost_usd_t * year.bulk_factor(),
        feared_h=state.feared_h,
        limits=_limits(network, state),
        link_direction=_link_directions(network),
        inputs=year.for_routes(),
    )


class _YearPrices:
    """The yearly inputs, as factors on the prices and times of the link table."""

    def __init__(self, world: World, state: State) -> None:
        self.inputs = world.year_inputs
        self.state = state
        self.year = state.year
        self.overrides = state.year_overrides
        self.links = world.network.links
        ids = list(world.network.country_ids)
        self.inside = {
            c: world.network.links.in_country[:, ids.index(c)] if c in ids
            else np.zeros(len(world.network.links.ids), dtype=np.bool_)
            for c in ("KAZ", "RUS", "BLR", "AZE", "GEO", "CHN", "TUR", "BGR", "TKM")
        }  # fmt: skip

    def get(self, name: str, year: int | None = None) -> float:
        """Return an input of the state's year, NaN where the tables do not have it."""
        if name not in self.inputs.ids:
            return float("nan")
        if year is None and name in self.overrides:
            return self.overrides[name]
        return self.inputs.get(name, self.year if year is None else year)

    def ratio(self, name: str) -> float:
        """Return an input relative to the year of the link table's prices, 1 without it."""
        now, then = self.get(name), self.get(name, PRICE_YEAR)
        return now / then if np.isfinite(now) and np.isfinite(then) and then != 0 else 1.0

    def difference(self, name: str) -> float:
        """Return an input less its value in the year of the link table's prices, 0 without it."""
        now, then = self.get(name), self.get(name, PRICE_YEAR)
        return now - then if np.isfinite(now) and np.isfinite(then) else 0.0

    def _rail(self, *countries: str) -> NDArray[np.bool_]:
        inside = np.any([self.inside[c] for c in countries], axis=0)
        return np.asarray((self.links.kind == "rail_1520") & inside)

    def _caspian(self) -> NDArray[np.bool_]:
        east = self.inside["KAZ"] | self.inside["TKM"]
        water = np.isin(self.links.kind, ("ferry", "feeder"))
        return np.asarray(water & east & self.inside["AZE"])

    def box_prices(self) -> FloatArray:
        """Return [USD/TEU], shape (2, n_links): box prices of the year by direction of the trip."""
        prices = self.state.cost_usd_teu * self._box_factor()
        if not self.state.has_mean_rates:
            return prices
        # A trip over a link costs what the trip back over its way back does.
        back = _ways_back(self.links)
        return np.asarray(np.where(back >= 0, (prices + prices[::-1, back]) / 2, prices))

    def _box_factor(self) -> FloatArray:
        """Return [-], shape (2, n_links): box prices of the year by direction."""
        factor = np.ones((2, len(self.links.ids)))
        sea, air = self.links.kind == "sea", self.links.kind == "air"
        west = (self.ratio("ocean_paid_cn_neur_west") + self.ratio("ocean_paid_cn_med_west")) / 2
        east = (self.ratio("ocean_spot_cn_neur_east") + self.ratio("ocean_spot_cn_med_east")) / 2
        factor[WEST, sea] *= west
        factor[EAST, sea] *= east
        factor[:, air] *= self.ratio("air_rate_cn_eur")
        north = self._rail("RUS", "BLR")
        factor[WEST, north] *= self.ratio("north_1520_tariff_west")
        factor[EAST, north] *= self.ratio("north_1520_tariff_east")
        factor[:, self._rail("KAZ")] *= self.ratio("kz_transit_tariff_index")
        discount = self.get("titr_through_discount")
        if np.isfinite(discount):
            factor[:, self._rail("AZE", "GEO") | self._caspian()] *= 1 - discount
        return factor

    def bulk_factor(self) -> FloatArray:
        """Return [-], shape (2, n_links): prices of tonnes of the year; only air has an input."""
        factor = np.ones((2, len(self.links.ids)))
        factor[:, self.links.kind == "air"] *= self.ratio("air_rate_cn_eur")
        return factor

    def time_factor(self) -> FloatArray:
        """Return [-], shape (n_links,): times of the year."""
        factor = np.ones(len(self.links.ids))
        factor[self.links.kind == "sea"] *= (
            self.ratio("ocean_days_cn_neur_suez") + self.ratio("ocean_days_cn_med_suez")
        ) / 2
        now, then = self.get("north_days_1520"), self.get("north_days_1520", NORTH_DAYS_YEAR)
        if np.isfinite(now) and np.isfinite(then):
            factor[self._rail("RUS", "BLR")] *= now / then
        return factor

    def extra_hours(self) -> FloatArray:
        """Return [h], shape (n_links,): policy at gates, waits, the share by the Cape."""
        extra = np.zeros(len(self.links.ids))
        links = self.links
        leaves_china = self.inside["CHN"] & np.isin(
            links.transfer_type, ("border", "gauge_change_and_border")
        )
        leaves_china &= np.char.startswith(links.from_mode, "rail")
        extra[leaves_china] += self.difference("cn_border_hours_policy")
        kapikule = (links.kind == "transfer") & self.inside["TUR"] & self.inside["BGR"]
        extra[kapikule & (links.from_mode == "road")] += self.difference("kapikule_road_wait")
        longer = self.get("ocean_days_cn_neur_cape") - self.get("ocean_days_cn_neur_suez")
        detour = self.get("ocean_share_cape") * longer * 24.0
        if np.isfinite(detour):
            extra[links.passage == "Suez"] += detour
        return extra

    def for_routes(self) -> dict[str, float]:
        """Return the inputs that enter the price of a whole route, 0 without them."""
        names = ("avoidance_share", "avoidance_penalty", "cn_subsidy_west", "cn_subsidy_east")
        return {name: float(np.nan_to_num(self.get(name))) for name in names}


def _ways_back(links: Links) -> IntArray:
    """Return the link of the same kind that runs the other way, -1 where there is none."""
    columns = (links.tail, links.head, links.kind, links.transfer_type, links.passage)
    seen: Counter[tuple[object, ...]] = Counter()
    known: dict[tuple[object, ...], int] = {}
    wanted = []
    for i, (tail, head, *like) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        # Of several side by side the first runs back over the first.
        nth = seen[tail, head, *like]
        seen[tail, head, *like] += 1
        known[tail, head, *like, nth] = i
        wanted.append((head, tail, *like, nth))
    return np.array([known.get(way, -1) for way in wanted], np.int32)


def _limits(network: Network, state: State) -> Limits:
    resources = network.resources
    of_resource = np.full((len(resources.ids), 2, 2), -1, np.int32)
    resource: list[int] = []
    is_box: list[bool] = []
    capacity: list[float] = []
    for r, is_per_direction in enumerate(resources.is_per_direction):
        for measure, values in enumerate((state.capacity_t_yr, state.capacity_teu_yr)):
            if not np.isfinite(values[r]):
                continue
            for direction in (0, 1):
                if direction == 1 and not is_per_direction:
                    of_resource[r, 1, measure] = of_resource[r, 0, measure]
                    continue
                of_resource[r, direction, measure] = len(resource)
                resource.append(r)
                is_box.append(measure == 1)
                capacity.append(float(values[r]) if values[r] > NO_CAPACITY else 0.0)
    return Limits(
        resource=np.array(resource, np.int32),
        is_box=np.array(is_box, np.bool_),
        capacity=np.array(capacity, np.float64),
        of_resource=of_resource,
    )


def _link_directions(network: Network) -> IntArray:
    """Say for each link whether it runs along its first resource's section or against it."""
    links, places, resources = network.links, network.places, network.resources
    out = np.zeros(len(links.ids), np.int32)
    xy = np.stack([places.lon, places.lat], axis=1)
    for i in np.flatnonzero(np.diff(links.resource_start)):
        a, b = resources.section[links.resource_ix[links.resource_start[i]]]
        start, end = links.from_place[i], links.to_place[i]
        if a >= 0 and b >= 0 and start != end:
            out[i] = int((xy[end] - xy[start]) @ (xy[b] - xy[a]) < 0)
        elif b < 0 or start == end:
            # At a port the way on to the water is one direction, the way off it the other.
            out[i] = int(links.to_mode[i] in ("rail_1520", "rail_1435", "road", "door"))
    return out
