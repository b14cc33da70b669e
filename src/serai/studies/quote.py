"""The quote sheet: truly different routes between two places, itemised."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from serai.data.calendar import read_calendar
from serai.data.find import find_place
from serai.data.money import read_rates
from serai.data.scenarios import with_year
from serai.domain.money import CURRENCIES, Money, Rates, convert
from serai.domain.quotes import Basis, QuoteResult, QuoteRoute
from serai.domain.ranged import IntArray
from serai.domain.results import Record
from serai.domain.scenario import FIRST_YEAR, LAST_YEAR, Scenario
from serai.domain.world import World
from serai.errors import NoPathError, ScenarioError, state_fault
from serai.model.apply import apply_scenario
from serai.model.calendar import Watch, departure, watch
from serai.model.choice import subsidies
from serai.model.dues import Dues
from serai.model.graph import Graph, build_graph
from serai.model.itinerary import Pricing, as_route, price_path
from serai.model.quote import ends_of, explain_no_path, find_paths
from serai.model.search import searches_of
from serai.model.sheet import Figures, Trip, figures_of
from serai.model.uses import draws_of_classes
from serai.run import Bases, Run, describe, surcharges
from serai.studies.quote_words import list_notes, list_sources, say_validity
from serai.studies.why import compare_routes, restate
from serai.units import TEU_PER_FEU

__all__ = ["UNITS", "Inquiry", "quote"]

UNITS = ("FEU", "TEU", "t")
"""What amounts may be told for."""

MOST_ROUTES = 20
"""Routes of a sheet at most."""

Tell = Callable[[str, int, int], None]


class Inquiry(BaseModel):
    """What a shipper asks."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    origin: str
    """Name or id of the place where the goods are loaded."""
    dest: str
    """Name or id of the place where they are unloaded."""
    class_id: str = "C_OM"
    """Commodity class."""
    top: int = Field(default=5, ge=1, le=MOST_ROUTES)
    """How many routes at most."""
    avoid: tuple[str, ...] = ()
    """Territories that no route may touch, ISO 3166 alpha-3."""
    unit: str = "FEU"
    """FEU, TEU or t: what money and emissions are told for."""
    currency: str = "USD"
    """USD or EUR."""
    price_year: int | None = None
    """Year whose money amounts are told in, at constant prices; the year of the rates if empty."""
    date: str = ""
    """Day of departure, YYYY-MM-DD; no season is said if empty."""
    keeps_year: bool = False
    """Rates and closures are those of the scenario's year, not of the year of the date."""
    waits: bool = False
    """Whether queues and scarce slots of the scenario's equilibrium are in."""
    why: str = ""
    """Two routes of the sheet to lay side by side, such as ``1,2``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the words of an inquiry mean."""

    trip: Trip
    unit: str
    currency: str
    day: date | None
    year: int
    """Of the rates and closures: the scenario's, or that of the day."""
    why: tuple[int, int] | None


def quote(
    world: World,
    scenario: Scenario,
    inquiry: Inquiry,
    *,
    tell: Tell | None = None,
    bases: Bases | None = None,
) -> QuoteResult:
    """
    Return the best truly different routes between two places.

    From the door of the first place, loading included, to the door of the second, unloading
    included; the drayage beyond is not in it. At a place without doors in the tables (most
    crossings, some towns) the route begins or ends at a terminal and nothing is loaded there.

    Parameters
    ----------
    world
        The tables.
    scenario
        Year, projects, measures, shocks. Capacities matter to waits alone.
    inquiry
        From where to where, what, how many, what to avoid, and how to tell it.
    tell
        Takes a stage, how many of its steps are done, and how many there are.
    bases
        Of the tables, for who has them at hand.

    Returns
    -------
    sheet
        Routes by generalized cost, best first. None touches a territory to avoid.

    Raises
    ------
    ScenarioError
        A place, the class, a territory, the unit, the currency, a year, the day or the two routes
        to compare are not known, or the two places are the same; all faults are named.
    NoPathError
        Nothing connects them; says what blocks.
    """
    began = time.perf_counter()
    rates = read_rates(world.folder)
    asked = _read_inquiry(world, scenario, inquiry, rates)
    if asked.year != scenario.year:
        scenario = with_year(scenario, asked.year)
    # What a box is worth in a region is known to an equilibrium alone: quotes are at paid rates.
    paid = scenario.model_copy(update={"empties": False})
    waiting = (bases or Bases(world)) if inquiry.waits else None
    graph, run = _graph(world, paid, tell, waiting)
    pricing = _pricing(world, graph, run, asked.trip)
    paths = _find(world, pricing, run, inquiry.top)
    if asked.why and max(asked.why) > len(paths):
        raise ScenarioError(
            state_fault("why", inquiry.why, f"two routes of the sheet, 1 to {len(paths)}",
                        "ask for more with top, or for others")
        )  # fmt: skip
    routes = [_route(world, pricing, path) for path in paths]
    if asked.day is not None:
        routes = _dated(world, pricing, routes, asked.day)
    basis = _basis(asked, inquiry, pricing.figures, rates)
    record = describe(
        world, paid, seed=0, gap=run.certificate.relative_gap if run else 0.0,
        n_routes=len(paths), seconds=time.perf_counter() - began,
    )  # fmt: skip
    routes = [restate(route, basis) for route in routes]
    return _sheet(world, asked, basis, routes, run, record)


def _sheet(
    world: World,
    asked: _Read,
    basis: Basis,
    routes: list[QuoteRoute],
    run: Run | None,
    record: Record,
) -> QuoteResult:
    """Put the sheet together, with what it says of itself."""
    places, classes, trip = world.network.places, world.classes, asked.trip
    waits_year = None if run is None else run.setting.scenario.year
    return QuoteResult(
        origin=places.ids[trip.origin],
        origin_name=places.names[trip.origin],
        dest=places.ids[trip.dest],
        dest_name=places.names[trip.dest],
        class_id=classes.ids[trip.class_ix],
        class_name=classes.names[trip.class_ix],
        avoid=list(trip.avoid),
        year=asked.year,
        basis=basis,
        waits_year=waits_year,
        date=asked.day.isoformat() if asked.day else None,
        validity=say_validity(world, asked.year, basis),
        routes=routes,
        why=compare_routes(routes, *asked.why, basis=basis) if asked.why else None,
        notes=list_notes(routes, basis, waits_year=waits_year, day=asked.day),
        sources=list_sources(world.folder, routes, basis),
        certificate=None if run is None else run.certificate,
        record=record,
    )


def _graph(
    world: World,
    scenario: Scenario,
    tell: Tell | None,
    bases: Bases | None,
) -> tuple[Graph, Run | None]:
    """Return the graph of a scenario and, where waits are wanted, an equilibrium."""
    if bases is None:
        return build_graph(world, apply_scenario(world, scenario)), None
    if tell is not None:
        tell(f"Running {scenario.name} for its queues", 0, 0)
    # A year without demand takes the queues of the nearest one that has it, on what is built then.
    known = np.unique(world.flows.year).tolist()
    near = min(known, key=lambda year: (abs(year - scenario.year), year))
    if near == scenario.year:
        run = bases.run(scenario)
        return run.setting.graph, run
    of_demand = {"year": near, "built_by": scenario.infrastructure_year}
    run = bases.run(scenario.model_copy(update=of_demand))
    return build_graph(world, apply_scenario(world, scenario)), run


def _pricing(world: World, graph: Graph, run: Run | None, trip: Trip) -> Pricing:
    figures = figures_of(
        graph, world.classes, world.emission_factors, trip,
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip
    dues = None if run is None else Dues(wait_h=run.limit_wait_h, price=run.limit_price)
    return Pricing(graph=graph, classes=world.classes, figures=figures, trip=trip, dues=dues)


def _find(world: World, pricing: Pricing, run: Run | None, top: int) -> list[IntArray]:
    """Find the paths, at the equilibrium's waits and prices where there is one; best first."""
    graph, trip, figures = pricing.graph, pricing.trip, pricing.figures
    if run is not None:
        due = surcharges(run)[trip.class_ix] * figures.units
        figures = replace(figures, generalized=figures.generalized + due)
    bans = [search.banned for search in searches_of(world.network, world.searches)]
    paths = find_paths(graph, figures, trip, bans, top)
    if not paths:
        raise NoPathError(_say_no_path(world, graph, figures, trip))
    if run is None:
        return paths
    # The search counts a limit on every link that draws on it; a route meets it once.
    return sorted(paths, key=lambda path: price_path(pricing, path).generalized)


def _route(world: World, pricing: Pricing, path: IntArray) -> QuoteRoute:
    route = price_path(pricing, path)
    return route.model_copy(update={"subsidy": _subsidy(world, pricing, path)})


def _subsidy(world: World, pricing: Pricing, path: IntArray) -> float:
    """Return what China pays towards an FEU on a path, by the rule of the model, [USD/FEU]."""
    trip, zones = pricing.trip, world.zones
    if not world.classes.is_box[trip.class_ix]:
        return 0.0
    ends = []
    for place in (trip.origin, trip.dest):
        country = world.network.places.countries[place]
        inside = np.flatnonzero([c == country for c in zones.countries])
        if not len(inside):
            return 0.0
        places = world.network.places
        off = np.hypot(zones.lat[inside] - places.lat[place], zones.lon[inside] - places.lon[place])
        ends.append(np.array([inside[int(np.argmin(off))]], np.int32))
    routes = as_route(pricing.graph, trip, path)
    per_teu = subsidies(world, pricing.graph, routes, np.zeros(1, np.int32), (ends[0], ends[1]))
    return float(per_teu[0]) * TEU_PER_FEU


def _dated(world: World, pricing: Pricing, routes: list[QuoteRoute], day: date) -> list[QuoteRoute]:
    """Say of each route when it can be begun."""
    calendar = read_calendar(world.folder)
    watches: list[Watch] = watch(world, calendar, pricing.trip.class_ix)
    links, resources = world.network.links, world.network.resources
    draws = draws_of_classes(world.classes, resources)[:, pricing.trip.class_ix, :].max(axis=1)
    hours = dict(zip(links.ids, pricing.figures.hours.tolist(), strict=True))
    at = {link: i for i, link in enumerate(links.ids)}
    dated = []
    for route in routes:
        drawn = dict.fromkeys(
            resources.ids[r]
            for leg in route.legs for link in leg.link_ids
            for r in links.resource_ix[links.resource_start[at[link]] :
                                       links.resource_start[at[link] + 1]]
            if draws[r]
        )  # fmt: skip
        undated = {resources.names[resources.ids.index(r)]: calendar.undated[r]
                   for r in drawn if r in calendar.undated}  # fmt: skip
        found = departure(route, watches, day, link_hours=hours, undated=undated)
        dated.append(route.model_copy(update={"departure": found}))
    return dated


def _basis(asked: _Read, inquiry: Inquiry, figures: Figures, rates: dict[int, Rates]) -> Basis:
    # Rates of a year without a mean yet are taken as money of the nearest year that has one.
    money_year = min(rates, key=lambda known: (abs(known - asked.year), known))
    price_year = money_year if inquiry.price_year is None else inquiry.price_year
    per_feu = {"FEU": 1.0, "TEU": 1.0 / TEU_PER_FEU, "t": 1.0 / figures.tonnes}[asked.unit]
    money = convert(1.0, Money("USD", money_year), Money(asked.currency, price_year), rates)
    return Basis(
        unit=asked.unit,
        currency=asked.currency,
        rate_year=money_year,
        price_year=price_year,
        money=f"{asked.currency}/{asked.unit}",
        tonnes=figures.tonnes * per_feu,
        per_usd_feu=money * per_feu,
        per_feu=per_feu,
    )


# --------------------------------------------------------------------------------- words


def _say_no_path(world: World, graph: Graph, figures: Figures, trip: Trip) -> str:
    names = world.network.places.names
    without = f" without {', '.join(trip.avoid)}" if trip.avoid else ""
    where = (
        f"routes {names[trip.origin]}–{names[trip.dest]} for "
        f"{world.classes.ids[trip.class_ix]}{without}"
    )
    reason = explain_no_path(graph, figures, trip)
    return f"{where}: got none; wanted at least one; {reason}"


def _read_inquiry(
    world: World, scenario: Scenario, inquiry: Inquiry, rates: dict[int, Rates]
) -> _Read:
    """Find what the words of an inquiry mean, or raise all that is wrong with them."""
    faults: list[str] = []
    ends: list[int] = []
    for word, text in (("origin", inquiry.origin), ("dest", inquiry.dest)):
        try:
            ends.append(find_place(world.network.places, text))
        except ScenarioError as error:
            faults += [f"{word} {fault}" for fault in error.faults]
    avoid = tuple(dict.fromkeys(c.strip().upper() for c in inquiry.avoid if c.strip()))
    class_id = inquiry.class_id.strip().upper()
    unit = {name.upper(): name for name in UNITS}.get(inquiry.unit.strip().upper(), inquiry.unit)
    currency = inquiry.currency.strip().upper()
    faults += _unknown("class", [class_id], world.classes.ids)
    faults += _unknown("avoid", avoid, world.network.country_ids)
    faults += _unknown("unit", [unit], UNITS)
    faults += _unknown("currency", [currency], CURRENCIES)
    if inquiry.price_year is not None:
        years = [str(year) for year in sorted(rates)]
        faults += _unknown("price year", [str(inquiry.price_year)], years)
    day, why = _read_day(inquiry.date, faults), _read_why(inquiry.why, faults)
    if len(ends) == 2:  # noqa: PLR2004 - both were found
        faults += _end_faults(world, ends[0], ends[1])
    if faults:
        raise ScenarioError(faults)
    trip = Trip(
        origin=ends[0], dest=ends[1], class_ix=world.classes.ids.index(class_id), avoid=avoid
    )
    year = scenario.year if day is None or inquiry.keeps_year else day.year
    return _Read(trip=trip, unit=unit, currency=currency, day=day, year=year, why=why)


def _read_day(text: str, faults: list[str]) -> date | None:
    """Return a day of a year that scenarios may have."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        wanted = f"a day from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31, YYYY-MM-DD"
        faults.append(state_fault("date", repr(text), wanted, "write it so"))
    return day


def _read_why(text: str, faults: list[str]) -> tuple[int, int] | None:
    """Return two different places in the order of the routes."""
    if not text.strip():
        return None
    words = [word.strip() for word in text.split(",")]
    if len(words) == 2 and all(w.isdecimal() and int(w) > 0 for w in words):  # noqa: PLR2004
        first, second = map(int, words)
        if first != second:
            return first, second
    faults.append(state_fault("why", repr(text), "two routes of the sheet, such as 1,2",
                              "name them by their numbers"))  # fmt: skip
    return None


def _end_faults(world: World, origin: int, dest: int) -> Iterator[str]:
    places = world.network.places
    if origin == dest:
        yield state_fault("dest", f"{places.names[dest]}, the origin itself", "another place",
                          "name two places")  # fmt: skip
    for word, place, leaves in (("origin", origin, True), ("dest", dest, False)):
        is_passage = places.kinds[place] == "passage"
        if is_passage or not len(ends_of(world.network, place, leaves=leaves)):
            got = f"{places.names[place]} ({places.kinds[place]})"
            yield state_fault(word, got, "a place where goods are loaded or change over",
                              "name a town, port, terminal or crossing")  # fmt: skip


def _unknown(word: str, texts: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if text not in known:
            near = difflib.get_close_matches(text, known, n=3, cutoff=0.5)
            then = f"did you mean {' or '.join(near)}?" if near else "choose one of them"
            yield state_fault(word, repr(text), f"one of {', '.join(known)}", then)
