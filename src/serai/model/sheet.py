"""What each link takes, costs and emits for a trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Classes
from serai.domain.emissions import EmissionFactors
from serai.domain.network import Links, Network
from serai.domain.ranged import FloatArray, IntArray
from serai.errors import DataError
from serai.model.graph import Graph, direction_of
from serai.model.search import class_costs
from serai.units import HOURS_PER_DAY, KG_PER_T, TEU_PER_FEU

__all__ = [
    "Figures",
    "Trip",
    "assumed_share",
    "countries_of",
    "emissions_of",
    "factors_of",
    "figures_of",
    "territories_of",
    "tonnes_of_feu",
    "touching",
]

TONNES_PER_TEU = 20.0
"""[t] What counts as a TEU of a class that never goes in boxes (crude, coal)."""


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
    tonnes: float
    """[t] Weight of the goods in an FEU."""
    units: float
    """[class units per FEU] Two TEU, or its tonnes."""
    usd_per_h: float
    """[USD per FEU and hour] Value of time."""
    unreliable_h: FloatArray
    """[h] Hours that the spread of a link's time counts for."""


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
    per_day = float(classes.value_of_time_usd_per_t_day.value[k])
    return Figures(
        hours=graph.hours,
        low_h=graph.hours * _ratio(links.free_time_h.low + links.dwell_h.low, time),
        high_h=graph.hours * _ratio(links.free_time_h.high + links.dwell_h.high, time),
        usd=usd,
        low_usd=usd * _ratio(table.low, table.value),
        high_usd=usd * _ratio(table.high, table.value),
        generalized=generalized,
        kg_co2e=emissions_of(links, factors) * tonnes,
        tonnes=tonnes,
        units=units,
        usd_per_h=per_day * classes.tonnes_per_unit[k] * units / HOURS_PER_DAY,
        unreliable_h=classes.reliability_ratio.value[k] * reliability_scale * graph.spread_h,
    )


def _ratio(end: FloatArray, value: FloatArray) -> FloatArray:
    """How far the end of a range lies from its value; it moves with the prices of the year."""
    return np.divide(end, value, out=np.ones_like(value), where=value > 0)


def factors_of(links: Links) -> NDArray[np.str_]:
    """
    Return the emission factor by which each link's kilometres count.

    Parameters
    ----------
    links
        The links.

    Returns
    -------
    factors
        Shape (n_links,). Kind of line-haul, every gauge of rail being one; of a transfer the mode
        it begins with.
    """
    by_road = np.where(links.kind == "access", "road", links.kind)
    carried = np.where(links.kind == "transfer", links.from_mode, by_road)
    return np.asarray(np.where(np.char.startswith(carried, "rail"), "rail", carried))


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
    carried = factors_of(links)
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


def territories_of(network: Network, link: int) -> list[str]:
    """
    Return the territories of a link: its start's first, its end's last, the others between.

    Parameters
    ----------
    network
        The network.
    link
        Index of the link.
    """
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
    return list(dict.fromkeys(c for i in path for c in territories_of(network, int(i))))
