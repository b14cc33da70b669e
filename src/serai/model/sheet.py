"""What a route takes, costs and emits, link by link and leg by leg."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Classes, Zones
from serai.domain.emissions import EmissionFactors
from serai.domain.network import WATER_KINDS, Links, Network
from serai.domain.ranged import FloatArray, IntArray, Ranged
from serai.domain.results import Leg, QuoteRoute
from serai.domain.routes import CORRIDORS
from serai.errors import DataError, NoPathError
from serai.model.graph import Graph, direction_of
from serai.model.routes import routes_of_links
from serai.model.search import class_costs, mode_of
from serai.units import HOURS_PER_DAY, KG_PER_T, TEU_PER_FEU

__all__ = [
    "Figures",
    "Trip",
    "assumed_share",
    "countries_of",
    "emissions_of",
    "figures_of",
    "price_path",
    "tonnes_of_feu",
    "touching",
]

TONNES_PER_TEU = 20.0
"""[t] What counts as a TEU of a class that never goes in boxes (crude, coal)."""

GRADES = ("observed", "derived", "assumed")
"""Evidence grades, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """From where to where, with what, and which territories it may not touch."""

    origin: int
    """Index into the places."""
    dest: int
    """Index into the places."""
    class_ix: int
    """Index into the classes."""
    avoid: tuple[str, ...] = ()
    """ISO 3166 alpha-3."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """What each link takes, costs and emits for one trip. Arrays have shape (n_links,)."""

    hours: FloatArray
    """[h]."""
    low_h: FloatArray
    """[h] At the low end of the link's times."""
    high_h: FloatArray
    """[h] At the high end."""
    usd: FloatArray
    """[USD/FEU], NaN where the class may not go."""
    low_usd: FloatArray
    """[USD/FEU] At the low end of the link's prices."""
    high_usd: FloatArray
    """[USD/FEU] At the high end."""
    generalized: FloatArray
    """[USD/FEU], inf where the class may not go."""
    kg_co2e: FloatArray
    """[kg CO2e per FEU]."""


def tonnes_of_feu(classes: Classes, class_ix: int) -> float:
    """
    Return the weight of an FEU of a class.

    Parameters
    ----------
    classes
        Commodity classes.
    class_ix
        Which class.

    Returns
    -------
    tonnes
        [t] Two TEU's payload; 40 t where the class never goes in boxes.
    """
    payload = float(classes.payload_t_per_teu.value[class_ix])
    return TEU_PER_FEU * (payload if payload > 0 else TONNES_PER_TEU)


def touching(network: Network, countries: Sequence[str]) -> NDArray[np.bool_]:
    """
    Return which links touch any of the territories.

    Parameters
    ----------
    network
        The network.
    countries
        ISO 3166 alpha-3.

    Returns
    -------
    mask
        [-], shape (n_links,). True where a link crosses, starts in or ends in one of them.
    """
    links = network.links
    columns = [network.country_ids.index(c) for c in countries if c in network.country_ids]
    inside = np.array([*(c in countries for c in network.places.countries), False])
    is_drayage = links.kind == "access"
    at_ends = (inside[links.from_place] | inside[links.to_place]) & ~is_drayage
    return np.asarray(links.in_country[:, columns].any(axis=1) | at_ends)


# --------------------------------------------------------------------------------- figures


def figures_of(
    graph: Graph,
    classes: Classes,
    factors: EmissionFactors,
    trip: Trip,
    *,
    reliability_scale: float,
) -> Figures:
    """
    Return what each link takes, costs and emits for a trip.

    An FEU is two TEU; of a class counted in tonnes it is two TEU's payload, or 40 t where the
    class never goes in boxes.

    Parameters
    ----------
    graph
        The graph, with the prices of its year.
    classes
        Commodity classes.
    factors
        Emission factors.
    trip
        The trip: its class, and its direction, which prices differ by.
    reliability_scale
        [-], >= 0. Share of a link's spread that shippers count.

    Returns
    -------
    figures
        One value per link.

    Raises
    ------
    DataError
        A kind of link or type of transfer has no emission factor.
    """
    links, places, k = graph.network.links, graph.network.places, trip.class_ix
    way = int(direction_of(places.lon[[trip.origin]], places.lon[[trip.dest]])[0])
    is_box = bool(classes.is_box[k])
    tonnes = tonnes_of_feu(classes, k)
    units = TEU_PER_FEU if is_box else tonnes
    usd = (graph.usd_teu if is_box else graph.usd_t)[way] * units
    table = links.cost_usd_teu if is_box else links.cost_usd_t
    # A sheet orders routes by money, time and risk: what shippers fear has no place there.
    calm = replace(graph, feared_h=np.zeros_like(graph.feared_h))
    generalized = class_costs(calm, classes, k, reliability_scale)[way] * units
    time = links.free_time_h.value + links.dwell_h.value
    return Figures(
        hours=graph.hours,
        low_h=graph.hours * _ratio(links.free_time_h.low + links.dwell_h.low, time),
        high_h=graph.hours * _ratio(links.free_time_h.high + links.dwell_h.high, time),
        usd=usd,
        low_usd=usd * _ratio(table.low, table.value),
        high_usd=usd * _ratio(table.high, table.value),
        generalized=generalized,
        kg_co2e=emissions_of(links, factors) * tonnes,
    )


def _ratio(end: FloatArray, value: FloatArray) -> FloatArray:
    """How far the end of a range lies from its value; it moves with the prices of the year."""
    return np.divide(end, value, out=np.ones_like(value), where=value > 0)


def emissions_of(links: Links, factors: EmissionFactors) -> FloatArray:
    """
    Return what carrying a tonne over each link emits, well-to-wheel.

    Parameters
    ----------
    links
        The links.
    factors
        Emissions per tonne and kilometre, and per handling.

    Returns
    -------
    emissions
        [kg CO2e per t], shape (n_links,).

    Raises
    ------
    DataError
        A kind of link or type of transfer has no emission factor.
    """
    known = dict(zip(factors.ids, factors.table.value.tolist(), strict=True))
    is_hub = links.kind == "transfer"
    carried = np.where(
        is_hub, links.from_mode, np.where(links.kind == "access", "road", links.kind)
    )
    carried = np.where(np.char.startswith(carried, "rail"), "rail", carried)
    by_km = ~is_hub | (links.length_km > 0)
    missing = ({*carried[by_km].tolist()} | {*links.transfer_type[is_hub].tolist()}) - {*known}
    if missing - {"door"}:
        raise DataError(
            f"emission_factors.csv: no row for {', '.join(sorted(missing))}; want one for every "
            "kind of link and type of transfer; add them"
        )
    per_tkm = np.array([known.get(word, 0.0) for word in carried]) / KG_PER_T
    per_t = np.array([known.get(word, 0.0) for word in links.transfer_type])
    return np.asarray(per_tkm * links.length_km + np.where(is_hub, per_t, 0.0))


# --------------------------------------------------------------------------------- pricing


def price_path(graph: Graph, figures: Figures, trip: Trip, path: IntArray) -> QuoteRoute:
    """
    Return one route of a quote sheet.

    Parameters
    ----------
    graph
        The graph.
    figures
        From `figures_of`.
    trip
        The trip.
    path
        Links, first to last.

    Returns
    -------
    route
        Itemised by leg: links in a row of one mode and operator are one leg, and every transfer
        is a leg of its own. Territories come in the order of travel; where a link crosses more
        than two, those between its ends are in alphabetical order.

    Raises
    ------
    NoPathError
        The path touches a territory that the trip avoids: the guarantee is checked once more.
    """
    network = graph.network
    links = network.links
    broken = path[touching(network, trip.avoid)[path]]
    if len(broken):
        raise NoPathError(
            f"a route found uses {', '.join(links.ids[i] for i in broken)}, in territory to avoid "
            f"({', '.join(trip.avoid)}); want none; report this as a fault of the program"
        )
    return QuoteRoute(
        corridor=_corridor(graph, trip, path),
        legs=[_leg(network, figures, path[part]) for part in _parts(links, path)],
        km=float(links.length_km[path].sum()),
        days=float(figures.hours[path].sum()) / HOURS_PER_DAY,
        days_low=float(figures.low_h[path].sum()) / HOURS_PER_DAY,
        days_high=float(figures.high_h[path].sum()) / HOURS_PER_DAY,
        usd_feu=float(figures.usd[path].sum()),
        generalized_usd_feu=float(figures.generalized[path].sum()),
        kg_co2e=float(figures.kg_co2e[path].sum()),
        countries=countries_of(network, path),
        borders=_borders(network, path),
        gauge_changes=int(np.char.startswith(links.transfer_type[path], "gauge_change").sum()),
        grade=_weakest(links.grade[path].tolist()),
        assumed_share=assumed_share(links, figures.usd, path),
    )


def assumed_share(links: Links, usd: FloatArray, path: IntArray) -> float:
    """
    Return the share of a path's price that stands on links graded assumed.

    Parameters
    ----------
    links
        The links.
    usd
        [USD/FEU], shape (n_links,).
    path
        Links.

    Returns
    -------
    share
        [-], 0 for a path that costs nothing.
    """
    total = float(usd[path].sum())
    guessed = float(usd[path[links.grade[path] == "assumed"]].sum())
    return guessed / total if total > 0 else 0.0


def _corridor(graph: Graph, trip: Trip, path: IntArray) -> str:
    """Classify the path as the routes of the model are; its two places stand for zones."""
    places = graph.network.places
    two = [trip.origin, trip.dest]
    ends = Zones(
        ids=tuple(places.ids[i] for i in two),
        names=tuple(places.names[i] for i in two),
        regions=tuple(places.countries[i] for i in two),
        countries=tuple(places.countries[i] for i in two),
        lat=places.lat[two],
        lon=places.lon[two],
        weight=Ranged.fixed(np.zeros((2, trip.class_ix + 1, 2))),
    )
    pairs = np.array([[0, 1]], np.int32)
    return CORRIDORS[int(routes_of_links(graph, ends, pairs, [path], trip.class_ix).corridor[0])]


def _parts(links: Links, path: IntArray) -> Iterator[slice]:
    """Cut a path into legs."""
    start = 0
    for at in range(1, len(path) + 1):
        if at == len(path) or not _is_one_leg(links, int(path[at - 1]), int(path[at])):
            yield slice(start, at)
            start = at


def _is_one_leg(links: Links, a: int, b: int) -> bool:
    if "transfer" in (links.kind[a], links.kind[b]):
        return False
    return bool(
        mode_of(links.kind[a]) == mode_of(links.kind[b]) and links.operator[a] == links.operator[b]
    )


def _leg(network: Network, figures: Figures, part: IntArray) -> Leg:
    links = network.links
    mode = mode_of(str(links.kind[part[0]]))
    return Leg(
        from_=_name(network, int(part[0]), start=True),
        to=_name(network, int(part[-1]), start=False),
        mode={"access": "drayage"}.get(mode, mode),
        what=str(links.transfer_type[part[0]]) if mode == "transfer" else "",
        km=float(links.length_km[part].sum()),
        hours=float(figures.hours[part].sum()),
        usd=float(figures.usd[part].sum()),
        kg_co2e=float(figures.kg_co2e[part].sum()),
        countries=countries_of(network, part),
        grade=_weakest(links.grade[part].tolist()),
        link_ids=[links.ids[i] for i in part],
    )


def _name(network: Network, link: int, *, start: bool) -> str:
    links = network.links
    mode = (links.from_mode if start else links.to_mode)[link]
    place = (links.from_place if start else links.to_place)[link]
    if mode == "zone":
        node = (links.tail if start else links.head)[link]
        return str(network.node_ids[node]).split(":")[0]
    return str(network.places.names[place])


def _weakest(grades: list[str]) -> str:
    return max(grades, key=GRADES.index)


def _territories(network: Network, link: int) -> list[str]:
    """Territories of a link: its start's first, its end's last, the others between."""
    links, places = network.links, network.places
    inside = [network.country_ids[c] for c in np.flatnonzero(links.in_country[link])]
    ends = [places.countries[p] for p in (links.from_place[link], links.to_place[link]) if p >= 0]
    first, last = (ends[0], ends[-1]) if ends else ("", "")
    rest = sorted(c for c in inside if c not in (first, last))
    order = [*([first] if first in inside else []), *rest]
    return [*order, *([last] if last in inside and last != first else [])]


def countries_of(network: Network, path: IntArray) -> list[str]:
    """
    Return the territories of a path.

    Parameters
    ----------
    network
        The network.
    path
        Links, first to last.

    Returns
    -------
    countries
        ISO 3166 alpha-3, in the order in which they are first entered.
    """
    return list(dict.fromkeys(c for i in path for c in _territories(network, int(i))))


def _borders(network: Network, path: IntArray) -> int:
    """
    Count the changes of territory that goods meet by land or at a port.

    Waters and airspace passed on the way are none.
    """
    links = network.links
    over = (*WATER_KINDS, "air")
    on_land = [i for i in path if links.kind[i] not in over]
    met = [c for i in on_land for c in _territories(network, int(i))]
    return sum(a != b for a, b in pairwise(met))
