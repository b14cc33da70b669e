"""How a country stands between the powers: all its ropes in one result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import serai
from serai.domain.scenario import Scenario
from serai.domain.vectors import Event, RopeResult, TerritoryRow, Ties, VectorsResult
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.studies.shares import Progress
from serai.studies.transit import CLOSED, find_territories, transit_rope
from serai.studies.vectors import (
    DIMENSIONS,
    N_SAMPLES,
    change_by_power,
    no_data,
    pick_set,
    rope_of,
    score_of,
)

__all__ = ["YEARS", "check_country", "scenario_after", "tightrope", "tightropes", "without"]

YEARS = (2019, 2020, 2021, 2022, 2023, 2024, 2025)
"""Years that may be asked for."""


def check_country(ties: Ties, country: str, year: int) -> None:
    """
    Refuse countries and years of which nothing can be told.

    Parameters
    ----------
    ties
        The ropes' figures.
    country
        ISO 3166 alpha-3.
    year
        Calendar year.

    Raises
    ------
    ScenarioError
        Names every fault, and what there is.
    """
    known = sorted({s.country for s in ties.sets})
    faults = []
    if country not in known:
        wanted = f"one of {', '.join(known)}" if known else "tables with ropes (ropes.csv)"
        faults.append(state_fault("country", country, wanted, "correct the code"))
    if year not in YEARS:
        wanted = f"one of {YEARS[0]} to {YEARS[-1]}"
        faults.append(state_fault("--year", str(year), wanted, "choose another year"))
    if faults:
        raise ScenarioError("\n".join(faults))


def scenario_after(world: World, event: Event, year: int) -> tuple[Scenario, str]:
    """
    Return a year's world with what an event decided, and what that does.

    Parameters
    ----------
    world
        The tables.
    event
        The event.
    year
        Calendar year.

    Returns
    -------
    scenario
        With the projects and measures that stand for the event; the plain year if none does.
    told
        What they do, or why the event changes nothing on the corridors.
    """
    projects = tuple(i for i in event.model_ids if i in world.projects.ids)
    measures = tuple(i for i in event.model_ids if i in world.measures.ids)
    dated = [i for i in event.model_ids if i not in (*projects, *measures)]
    told = f"{event.id}, {event.title}: {event.reason}"
    if dated:
        told += f" {', '.join(dated)} act in the years they are dated for: compare those years."
    if projects or measures:
        name = f"after-{event.id.lower()}"
        return Scenario(name=name, year=year, projects=projects, measures=measures), told
    return Scenario(year=year), told


def without(scenario: Scenario) -> Scenario:
    """
    Return the same world without what a scenario decides and without what happens in it.

    Parameters
    ----------
    scenario
        Of which year, infrastructure and demand stay.
    """
    return Scenario(year=scenario.year, built_by=scenario.built_by, demand=scenario.demand)


def tightrope(
    world: World,
    ties: Ties,
    country: str,
    year: int,
    *,
    scenario: Scenario | None = None,
    lose: Sequence[str] = CLOSED,
    tell: Progress,
) -> VectorsResult:
    """
    Return a country's ropes, their balance and what foreign territory its trade crosses.

    Parameters
    ----------
    world
        The tables.
    ties
        The ropes' figures, and ties without a share.
    country
        ISO 3166 alpha-3.
    year
        Calendar year.
    scenario
        What is built, decided and happens, to be compared with the world `without` it; the year
        itself if left out.
    lose
        Territories that are closed to transit in turn.
    tell
        Told how far the work is.

    Raises
    ------
    ScenarioError
        The country or the year is not known.
    """
    check_country(ties, country, year)
    used = scenario or Scenario(year=year)
    before: list[TerritoryRow] = []
    if used != without(used):
        before = find_territories(world, country, without(used), lose=lose, tell=tell)
    territories = find_territories(world, country, used, lose=lose, tell=tell)
    after = transit_rope(territories, year)
    ropes: list[RopeResult] = []
    balances = {}
    for i, dimension in enumerate(DIMENSIONS):
        if dimension == "transit":
            rope = after
            balances[dimension] = np.full(N_SAMPLES, rope.balance or 0.0)
        elif (found := pick_set(ties.sets, country, dimension, year)) is None:
            rope = no_data(dimension)
        else:
            rope, balances[dimension] = rope_of(found, seed=i)
            if found.since <= year <= found.year:
                rope = rope.model_copy(update={"year": year})
        ropes.append(rope)
    fields: dict[str, Any] = score_of(ropes, balances)
    shift = change_by_power(transit_rope(before, year), after) if before else {}
    return VectorsResult(
        country=country, year=year, ropes=ropes, territories=territories,
        territories_before=before, shift=shift,
        flags=[words for code, words in ties.flags if code == country],
        scenario=used.name, told="", version=serai.__version__,
        data_version=serai.DATA_VERSION, **fields,
    )  # fmt: skip


def tightropes(world: World, ties: Ties, country: str, *, tell: Progress) -> list[VectorsResult]:
    """
    Return a country's ropes in every year, for a picture: without the loss of territories.

    Parameters
    ----------
    world
        The tables.
    ties
        The ropes' figures.
    country
        ISO 3166 alpha-3.
    tell
        Told how far the work is.
    """
    found = []
    for i, year in enumerate(YEARS):
        tell("years", i, len(YEARS))
        found.append(tightrope(world, ties, country, year, lose=(), tell=lambda _s, _d, _t: None))
    tell("years", len(YEARS), len(YEARS))
    return found
