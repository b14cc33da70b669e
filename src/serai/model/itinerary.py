"""One route of a quote sheet: its legs, what they add up to, and the terms of its cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from serai.domain.demand import Classes, Zones
from serai.domain.network import WATER_KINDS, Links, Network
from serai.domain.quotes import Leg, Payee, QuoteRoute, Term
from serai.domain.ranged import FloatArray, IntArray, Ranged
from serai.domain.routes import CORRIDORS, Routes
from serai.errors import NoPathError
from serai.model.dues import Due, Dues, dues_on
from serai.model.graph import Graph
from serai.model.payees import name_operation, name_payee
from serai.model.routes import routes_of_links
from serai.model.search import mode_of
from serai.model.sheet import (
    Figures,
    Trip,
    assumed_share,
    countries_of,
    factors_of,
    territories_of,
    touching,
)
from serai.model.spread import Parts, quantiles
from serai.units import HOURS_PER_DAY

__all__ = ["Pricing", "as_route", "parts_of", "price_path"]

GRADES = ("observed", "derived", "assumed")
"""Evidence grades, best first."""

BY_RULE = "great_circle_factor"
"""How a length was found that no graph or table gave."""

TRACED = ("air",)
"""Kinds of line-haul whose length is a great circle by nature."""

MONEY = {
    "rail": "Rail",
    "road": "Road",
    "access": "Road",
    "sea": "Sea",
    "feeder": "Sea",
    "ferry": "Ferry",
    "river": "River",
    "air": "Air",
    "pipeline": "Pipeline",
    "load": "Terminals and ports",
    "unload": "Terminals and ports",
    "port": "Terminals and ports",
    "ferry_board": "Terminals and ports",
    "interchange": "Terminals and ports",
    "border": "Borders and gauge changes",
    "gauge_change": "Borders and gauge changes",
    "gauge_change_and_border": "Borders and gauge changes",
}
"""Terms of money, by kind of line-haul or type of transfer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pricing:
    """What a path is priced with."""

    graph: Graph
    classes: Classes
    figures: Figures
    trip: Trip
    dues: Dues | None = None
    """Queues and scarcity of an equilibrium; None: free-flow."""


def price_path(pricing: Pricing, path: IntArray) -> QuoteRoute:
    """
    Return one route of a quote sheet, in USD per FEU of the graph's year.

    Parameters
    ----------
    pricing
        Graph, figures, trip and, where waits are in, what the equilibrium found.
    path
        Links, first to last.

    Returns
    -------
    route
        Itemised by leg: links in a row of one mode, operator and emission factor are one leg, and
        every transfer is a leg of its own. Territories come in the order of travel; where a link
        crosses more than two, those between its ends are in alphabetical order.

    Raises
    ------
    NoPathError
        The path touches a territory that the trip avoids: the guarantee is checked once more.
    """
    graph, figures, trip = pricing.graph, pricing.figures, pricing.trip
    network = graph.network
    links = network.links
    broken = path[touching(network, trip.avoid)[path]]
    if len(broken):
        raise NoPathError(
            f"a route found uses {', '.join(links.ids[i] for i in broken)}, in territory to avoid "
            f"({', '.join(trip.avoid)}); want none; report this as a fault of the program"
        )
    routes = as_route(graph, trip, path)
    dues = _dues(pricing, path, routes)
    legs = [_leg(pricing, path, part, dues) for part in _parts(links, path)]
    terms = list(_terms(pricing, path, dues))
    p50, p90 = quantiles(parts_of(graph, figures, path, dues), (0.5, 0.9))
    usd_p10, usd_p90 = quantiles(_price_parts(pricing, path), (0.1, 0.9))
    waits_h = sum(due.wait_h for due in dues)
    return QuoteRoute(
        corridor=CORRIDORS[int(routes.corridor[0])],
        legs=legs,
        km=float(links.length_km[path].sum()),
        days=(float(figures.hours[path].sum()) + waits_h) / HOURS_PER_DAY,
        days_p50=p50 / HOURS_PER_DAY,
        days_p90=p90 / HOURS_PER_DAY,
        queue_days=waits_h / HOURS_PER_DAY,
        price=float(figures.usd[path].sum()),
        price_p10=usd_p10,
        price_p90=usd_p90,
        scarcity=sum(due.usd_unit for due in dues) * figures.units,
        payees=_payees(legs),
        generalized=sum(term.cost for term in terms),
        terms=terms,
        kg_co2e=float(figures.kg_co2e[path].sum()),
        countries=countries_of(network, path),
        borders=_borders(network, path),
        gauge_changes=int(np.char.startswith(links.transfer_type[path], "gauge_change").sum()),
        grade=_weakest(links.grade[path].tolist()),
        assumed_share=assumed_share(links, figures.usd, path),
    )


def as_route(graph: Graph, trip: Trip, path: IntArray) -> Routes:
    """
    Return a path as the routes of the model are; its two places stand for zones.

    Parameters
    ----------
    graph
        The graph.
    trip
        The trip.
    path
        Links, first to last.
    """
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
    return routes_of_links(graph, ends, pairs, [path], trip.class_ix)


def _dues(pricing: Pricing, path: IntArray, routes: Routes) -> list[Due]:
    if pricing.dues is None:
        return []
    k = pricing.trip.class_ix
    return list(dues_on(pricing.graph, pricing.classes, k, pricing.dues, path, routes.draw))


# --------------------------------------------------------------------------------- ranges


def parts_of(graph: Graph, figures: Figures, path: IntArray, dues: Sequence[Due] = ()) -> Parts:
    """
    Return the times of a path with their ranges.

    Parameters
    ----------
    graph
        The graph.
    figures
        From `figures_of`.
    path
        Links.
    dues
        Queues on them.

    Returns
    -------
    parts
        [h]. Moving and handling, and dwell, of each link, as far as the year and the projects have
        stretched them; what they add to a link without time of its own is certain.
    """
    links = graph.network.links
    table = links.free_time_h.value[path] + links.dwell_h.value[path]
    hours = figures.hours[path]
    scale = np.divide(hours, table, out=np.zeros_like(hours), where=table > 0)
    return Parts(
        value=np.concatenate(
            [*(_end(links, path, "value") * scale), np.where(table > 0, 0, hours)]
        ),
        low=np.concatenate([*(_end(links, path, "low") * scale), np.where(table > 0, 0, hours)]),
        high=np.concatenate([*(_end(links, path, "high") * scale), np.where(table > 0, 0, hours)]),
        group=np.concatenate(
            [links.free_time_h.group[path], links.dwell_h.group[path], np.full(len(path), -1)]
        ).astype(np.int32),
        waits_h=np.array([due.wait_h for due in dues], np.float64),
    )


def _end(links: Links, path: IntArray, end: str) -> FloatArray:
    """Return an end of the ranges of both kinds of time, shape (2, n_path)."""
    return np.stack([getattr(t, end)[path] for t in (links.free_time_h, links.dwell_h)])


def _price_parts(pricing: Pricing, path: IntArray) -> Parts:
    figures, links = pricing.figures, pricing.graph.network.links
    is_box = bool(pricing.classes.is_box[pricing.trip.class_ix])
    table = links.cost_usd_teu if is_box else links.cost_usd_t
    return Parts(
        value=figures.usd[path], low=figures.low_usd[path], high=figures.high_usd[path],
        group=table.group[path], waits_h=np.zeros(0),
    )  # fmt: skip


# --------------------------------------------------------------------------------- legs


def _parts(links: Links, path: IntArray) -> Iterator[slice]:
    """Cut a path into legs."""
    factors = factors_of(links)
    start = 0
    for at in range(1, len(path) + 1):
        if at == len(path) or not _is_one_leg(links, int(path[at - 1]), int(path[at])) or (
            factors[path[at - 1]] != factors[path[at]]
        ):  # fmt: skip
            yield slice(start, at)
            start = at


def _is_one_leg(links: Links, a: int, b: int) -> bool:
    if "transfer" in (links.kind[a], links.kind[b]):
        return False
    return bool(
        mode_of(links.kind[a]) == mode_of(links.kind[b]) and links.operator[a] == links.operator[b]
    )


def _leg(pricing: Pricing, path: IntArray, where: slice, dues: Sequence[Due]) -> Leg:
    graph, figures, part = pricing.graph, pricing.figures, path[where]
    network, links = graph.network, graph.network.links
    mine = [due for due in dues if where.start <= due.at < where.stop]
    mode = mode_of(str(links.kind[part[0]]))
    what = str(links.transfer_type[part[0]]) if mode == "transfer" else ""
    factor = what or str(factors_of(links)[part[0]])
    countries = countries_of(network, part)
    p50, p90 = quantiles(parts_of(graph, figures, part, mine), (0.5, 0.9))
    waits_h, km = sum(due.wait_h for due in mine), float(links.length_km[part].sum())
    return Leg(
        from_=_name(network, int(part[0]), start=True),
        to=_name(network, int(part[-1]), start=False),
        mode={"access": "drayage"}.get(mode, mode),
        what=what,
        km=km,
        hours=float(figures.hours[part].sum()) + waits_h,
        hours_p50=p50,
        hours_p90=p90,
        queue_h=waits_h,
        price=float(figures.usd[part].sum()),
        scarcity=sum(due.usd_unit for due in mine) * figures.units,
        paid_to=name_payee(network, part, countries),
        kg_co2e=float(figures.kg_co2e[part].sum()),
        tkm=figures.tonnes * km,
        tce=name_operation(factor),
        factor=factor,
        countries=countries,
        grade=_weakest(links.grade[part].tolist()),
        inferred=_inferred(links, part),
        link_ids=[links.ids[i] for i in part],
        touches=[_touched(network, int(i)) for i in part],
    )


def _touched(network: Network, link: int) -> list[str]:
    """Return the territories that a link crosses, starts or ends in: what `touching` looks at."""
    links, places = network.links, network.places
    met = territories_of(network, link)
    if links.kind[link] == "access":
        return met
    ends = [places.countries[p] for p in (links.from_place[link], links.to_place[link])]
    return list(dict.fromkeys(c for c in (*met, *ends) if c))


def _inferred(links: Links, part: IntArray) -> str:
    """Say what of a leg nobody published."""
    said = []
    if (links.grade[part] == "assumed").any():
        said.append("numbers judged")
    is_ruled = (links.length_source[part] == BY_RULE) & ~np.isin(links.kind[part], TRACED)
    if is_ruled.any():
        said.append("length by rule")
    return ", ".join(said)


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


def _payees(legs: Sequence[Leg]) -> list[Payee]:
    found: dict[str, list[Leg]] = {}
    for leg in legs:
        found.setdefault(leg.paid_to, []).append(leg)
    return [
        Payee(
            paid_to=name,
            countries=list(dict.fromkeys(c for leg in mine for c in leg.countries)),
            price=sum(leg.price for leg in mine),
        )
        for name, mine in found.items()
    ]


def _borders(network: Network, path: IntArray) -> int:
    """
    Count the changes of territory that goods meet by land or at a port.

    Waters and airspace passed on the way are none.
    """
    links = network.links
    over = (*WATER_KINDS, "air")
    on_land = [i for i in path if links.kind[i] not in over]
    met = [c for i in on_land for c in territories_of(network, int(i))]
    return sum(a != b for a, b in pairwise(met))


# --------------------------------------------------------------------------------- terms


def _terms(pricing: Pricing, path: IntArray, dues: Sequence[Due]) -> Iterator[Term]:
    """Yield the terms of the generalized cost; what shippers fear is none of them."""
    figures, links = pricing.figures, pricing.graph.network.links
    share = float(pricing.classes.price_share[pricing.trip.class_ix])
    money: dict[str, float] = {}
    words = np.where(links.kind == "transfer", links.transfer_type, factors_of(links))[path]
    for word, usd in zip(words.tolist(), (figures.usd[path] * share).tolist(), strict=True):
        name = MONEY.get(word, "Terminals and ports")
        money[name] = money.get(name, 0.0) + usd
    for name in dict.fromkeys(MONEY.values()):
        if name in money:
            yield Term(term=name, cost=money[name])
    hours, risk = float(figures.hours[path].sum()), float(figures.unreliable_h[path].sum())
    yield Term(term="Time", amount=hours, cost=hours * figures.usd_per_h)
    yield Term(term="Unreliability", amount=risk, cost=risk * figures.usd_per_h)
    if pricing.dues is not None:
        waits_h = sum(due.wait_h for due in dues)
        scarcity = sum(due.usd_unit for due in dues) * figures.units
        yield Term(term="Queues", amount=waits_h, cost=waits_h * figures.usd_per_h)
        yield Term(term="Scarce slots", cost=scarcity)
