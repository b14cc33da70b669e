"""What of the package's scenarios and levers means something on the tables that are served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from serai.data.levers import LEVERS, read_levers
from serai.data.load import PACK
from serai.data.scenarios import list_shipped
from serai.domain.levers import Lever, compose
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import DataError, ScenarioError
from serai.model.apply import apply_scenario
from serai.model.graph import Graph, build_graph
from serai.studies.trial import find_scenario

__all__ = ["levers_of", "scenarios_of"]

MOVED = ("hours", "feared_h", "usd_teu", "usd_t", "is_open", "is_closed")
"""What of a graph a lever may move, besides capacities, closed territories and yearly inputs."""


def scenarios_of(world: World) -> tuple[Scenario, ...]:
    """
    Return the scenarios that a page offers, the first to begin with.

    Parameters
    ----------
    world
        The tables: the package's with all that ship, or somebody's own with `scenario.toml`.

    Raises
    ------
    ScenarioError
        The file of somebody's own has faults.
    """
    if world.folder == PACK:
        return list_shipped()
    return tuple(_own(world))


def _own(world: World) -> Iterator[Scenario]:
    chosen = find_scenario(world.folder, world)
    yield Scenario(year=chosen.year, title=f"{chosen.year} as the tables have it")
    if chosen != Scenario(year=chosen.year):
        yield chosen


def levers_of(world: World, today: Scenario) -> tuple[Lever, ...]:
    """
    Return the levers that move something on some tables: their own, or else the package's.

    Parameters
    ----------
    world
        The tables.
    today
        What the levers are added to.

    Raises
    ------
    DataError
        The file of levers has faults, or one of their own names what the tables do not have.
    """
    own = world.folder / LEVERS
    is_own = own.is_file() and world.folder != PACK
    levers = read_levers(own if is_own else PACK / LEVERS)
    still = build_graph(world, apply_scenario(world, today))
    kept, faults = [], []
    for lever in levers:
        try:
            if _moves(world, today, levers, lever, still):
                kept.append(lever)
        except ScenarioError as error:
            # One of the package's names what these tables do not have; one of their own must not.
            faults += [f"{LEVERS} {lever.id}: {fault}" for fault in error.faults]
    if is_own and faults:
        raise DataError(faults)
    return tuple(kept)


def _moves(
    world: World, today: Scenario, levers: Sequence[Lever], lever: Lever, still: Graph
) -> bool:
    end = lever.low if lever.high == lever.neutral else lever.high
    scenario = compose(levers, {lever.id: end}, today)
    graph = build_graph(world, apply_scenario(world, scenario))
    return (
        any(not np.array_equal(getattr(graph, n), getattr(still, n), equal_nan=n in MOVED[:4])
            for n in MOVED)
        or not np.array_equal(graph.limits.capacity, still.limits.capacity)
        or graph.closed_transit != still.closed_transit
        or graph.inputs != still.inputs
    )  # fmt: skip
