"""The quote sheet: truly different routes between two places, itemised."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from serai.data.find import find_place
from serai.domain.results import QuoteResult
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import NoPathError, ScenarioError, state_fault
from serai.model.apply import apply_scenario
from serai.model.graph import Graph, build_graph
from serai.model.quote import ends_of, explain_no_path, find_paths
from serai.model.search import searches_of
from serai.model.sheet import Figures, Trip, figures_of, price_path
from serai.run import describe

__all__ = ["Inquiry", "quote"]


class Inquiry(BaseModel):
    """What a shipper asks."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    origin: str
    """Name or id of the place where the goods are loaded."""
    dest: str
    """Name or id of the place where they are unloaded."""
    class_id: str = "C_OM"
    """Commodity class."""
    top: int = Field(default=5, ge=1)
    """How many routes at most."""
    avoid: tuple[str, ...] = ()
    """Territories that no route may touch, ISO 3166 alpha-3."""


def quote(world: World, scenario: Scenario, inquiry: Inquiry) -> QuoteResult:
    """
    Return the best truly different routes between two places.

    From the door of the first place, loading included, to the door of the second, unloading
    included; the drayage beyond is not in it. At a place without doors in the tables (most
    crossings, some towns) the route begins or ends at a terminal and nothing is loaded there.
    Times are free-flow, prices those of the scenario's year.

    Parameters
    ----------
    world
        The tables.
    scenario
        Year, projects, measures, shocks. Capacities do not matter here.
    inquiry
        From where to where, what, how many, and what to avoid.

    Returns
    -------
    sheet
        Routes by generalized cost, best first. None touches a territory to avoid.

    Raises
    ------
    ScenarioError
        A place, the class or a territory is not known, or the two places are the same.
    NoPathError
        Nothing connects them; says what blocks.
    """
    began = time.perf_counter()
    trip = _read_inquiry(world, inquiry)
    # What a box is worth in a region is known to an equilibrium alone: quotes are at paid rates.
    paid = scenario.model_copy(update={"empties": False})
    graph = build_graph(world, apply_scenario(world, paid))
    figures = figures_of(
        graph, world.classes, world.emission_factors, trip,
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip
    bans = [search.banned for search in searches_of(world.network, world.searches)]
    paths = find_paths(graph, figures, trip, bans, inquiry.top)
    if not paths:
        raise NoPathError(_say_no_path(world, graph, figures, trip))
    return QuoteResult(
        origin=world.network.places.ids[trip.origin],
        dest=world.network.places.ids[trip.dest],
        class_id=world.classes.ids[trip.class_ix],
        avoid=list(trip.avoid),
        year=scenario.year,
        routes=[price_path(graph, figures, trip, path) for path in paths],
        record=describe(
            world, scenario, seed=0, gap=0.0, n_routes=len(paths),
            seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _say_no_path(world: World, graph: Graph, figures: Figures, trip: Trip) -> str:
    names = world.network.places.names
    without = f" without {', '.join(trip.avoid)}" if trip.avoid else ""
    where = (
        f"routes {names[trip.origin]}–{names[trip.dest]} for "
        f"{world.classes.ids[trip.class_ix]}{without}"
    )
    reason = explain_no_path(graph, figures, trip)
    return f"{where}: got none; wanted at least one; {reason}"


def _read_inquiry(world: World, inquiry: Inquiry) -> Trip:
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
    faults += _unknown("class", [class_id], world.classes.ids)
    faults += _unknown("avoid", avoid, world.network.country_ids)
    if len(ends) == 2:  # noqa: PLR2004 - both were found
        faults += _end_faults(world, ends[0], ends[1])
    if faults:
        raise ScenarioError(faults)
    return Trip(
        origin=ends[0], dest=ends[1], class_ix=world.classes.ids.index(class_id), avoid=avoid
    )


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
