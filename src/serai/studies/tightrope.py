"""How a country stands between the powers: all its ropes in one result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from serai.domain.ranged import FloatArray
from serai.domain.scenario import Scenario
from serai.domain.vectors import (
    Event,
    RopeChange,
    RopeResult,
    TerritoryRow,
    Ties,
    VectorsResult,
)
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.run import Bases, describe, worst
from serai.studies.shares import Progress
from serai.studies.transit import (
    CLOSED,
    draw_last,
    find_reverse,
    find_territories,
    solve_without,
    transit_rope,
)
from serai.studies.vectors import (
    DIMENSIONS,
    N_SAMPLES,
    change_by_power,
    no_data,
    pick_set,
    rope_of,
    score_of,
)

__all__ = ["YEARS", "Question", "check_country", "scenario_after", "tightrope", "tightropes",
           "without"]  # fmt: skip

YEARS = (2019, 2020, 2021, 2022, 2023, 2024, 2025)
"""Years that may be asked for."""


def check_country(ties: Ties, country: str, year: int, *, since: int | None = None) -> None:
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
    since
        An earlier year to compare with.

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
    for option, asked in (("--year", year), ("--since", since)):
        if asked is not None and asked not in YEARS:
            wanted = f"one of {YEARS[0]} to {YEARS[-1]}"
            faults.append(state_fault(option, str(asked), wanted, "choose another year"))
    if faults:
        raise ScenarioError("\n".join(faults))


def scenario_after(world: World, event: Event, year: int) -> tuple[Scenario, Scenario, str]:
    """
    Return a year's world without and with what an event decided, and what that does.

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
    before
        The year without the projects, measures and dated closures that stand for the event.
    after
        The year with them; the same as before if none does.
    told
        What they do, or why the event changes nothing on the corridors.
    """
    effects = world.effects
    closures = {
        owner: year in range(int(first), int(last) + 1)
        for owner, is_dated, first, last in zip(
            effects.owners, effects.is_dated, effects.year_from, effects.year_to, strict=True
        )
        if is_dated
    }
    projects = tuple(i for i in event.model_ids if i in world.projects.ids)
    measures = tuple(i for i in event.model_ids if i in world.measures.ids)
    dated = [i for i in event.model_ids if i not in (*projects, *measures)]
    lifted = tuple(i for i in dated if closures.get(i))
    told = f"{event.id}, {event.title}: {event.reason}"
    if rest := [i for i in dated if i not in lifted]:
        told += f" {', '.join(rest)} act in other years, or as inputs of a year: --since compares."
    plain = Scenario(year=year)
    name = f"after-{event.id.lower()}"
    if not (projects or measures or lifted):
        return plain, plain, told
    after = plain.model_copy(
        update={"name": name, "projects": projects or "built", "measures": measures or "none"}
    )
    return plain.model_copy(update={"lifted": lifted}), after, told


def without(scenario: Scenario) -> Scenario:
    """
    Return the same world without what a scenario decides and without what happens in it.

    Parameters
    ----------
    scenario
        Of which year, infrastructure and demand stay.
    """
    return Scenario(year=scenario.year, built_by=scenario.built_by, demand=scenario.demand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about a country in a year, beside its ropes."""

    scenario: Scenario | None = None
    """What is built, decided and happens; the year itself if left out."""
    before: Scenario | None = None
    """What it is compared with; the world `without` it if left out."""
    since: int | None = None
    """An earlier year to compare with."""
    lose: Sequence[str] = CLOSED
    """Territories that are closed to transit in turn, those that the network has; with none, the
    arrow is not turned."""
    draws: int = 0
    """Draws of all ranged inputs, for the band of the transit rope."""
    seed: int = 1
    """Seed of the draws."""
    workers: int = 1
    """Processes for the draws."""


def tightrope(
    bases: Bases,
    ties: Ties,
    country: str,
    year: int,
    *,
    question: Question | None = None,
    tell: Progress,
) -> VectorsResult:
    """
    Return a country's ropes, their balance and what foreign territory its trade crosses.

    Parameters
    ----------
    bases
        Of the tables.
    ties
        The ropes' figures, and ties without a share.
    country
        ISO 3166 alpha-3.
    year
        Calendar year.
    question
        What else is asked.
    tell
        Told how far the work is.

    Raises
    ------
    ScenarioError
        The country or a year is not known.
    """
    began = time.perf_counter()
    asked = question or Question()
    check_country(ties, country, year, since=asked.since)
    used = asked.scenario or Scenario(year=year)
    # A network of somebody's own need not have every power's land.
    lose = tuple(t for t in asked.lose if t in bases.world.network.country_ids)
    base = asked.before or without(used)
    earlier: list[TerritoryRow] = []
    if used.model_copy(update={"name": base.name}) != base:
        solved = solve_without(bases, base, lose, tell=tell)
        earlier = find_territories(solved, country)
    solved = solve_without(bases, used, (*lose, *([country] if lose else [])), tell=tell)
    territories = find_territories(solved, country)
    drawn = draw_last(bases.world, solved.base, country, n=asked.draws, seed=asked.seed,
                      workers=asked.workers, tell=tell)  # fmt: skip
    after, sampled = transit_rope(territories, year, drawn)
    ropes, balances = _ropes(ties, country, year, after)
    if len(sampled):
        spots = np.random.default_rng(asked.seed).random(N_SAMPLES)
        balances["transit"] = np.quantile(sampled, spots)
    fields: dict[str, Any] = score_of(ropes, balances)
    shift = change_by_power(transit_rope(earlier, year)[0], after) if earlier else {}
    changes: list[RopeChange] = []
    if asked.since is not None:
        changes = _changes(bases, ties, country, (asked.since, ropes), tell)
    return VectorsResult(
        country=country, year=year, ropes=ropes, territories=territories,
        territories_before=earlier, shift=shift,
        reverse=find_reverse(solved, country, territories) if lose else [],
        since=asked.since, changes=changes,
        flags=[words for code, words in ties.flags if code == country],
        scenario=used.name, told="",
        record=describe(
            bases.world, used, seed=asked.seed,
            gap=worst([run.certificate for run in (solved.base, *solved.shut.values())]
                      ).relative_gap,
            n_routes=len(solved.base.routes.mark), seconds=time.perf_counter() - began,
        ), **fields,
    )  # fmt: skip


def _ropes(
    ties: Ties, country: str, year: int, transit: RopeResult
) -> tuple[list[RopeResult], dict[str, FloatArray]]:
    """Return all ropes of a year, and samples of the balance of those with data."""
    ropes: list[RopeResult] = []
    balances: dict[str, FloatArray] = {}
    for i, dimension in enumerate(DIMENSIONS):
        if dimension == "transit":
            rope = transit
            balances[dimension] = np.full(N_SAMPLES, rope.balance or 0.0)
        elif (found := pick_set(ties.sets, country, dimension, year)) is None:
            rope = no_data(dimension)
        else:
            rope, balances[dimension] = rope_of(found, seed=i)
            if found.since <= year <= found.year:
                rope = rope.model_copy(update={"year": year})
        ropes.append(rope)
    return ropes, balances


def _changes(
    bases: Bases, ties: Ties, country: str, then: tuple[int, list[RopeResult]], tell: Progress
) -> list[RopeChange]:
    """Return what each rope and power adds to the change of the score since an earlier year."""
    since, now = then
    solved = solve_without(bases, Scenario(year=since), (), tell=tell)
    transit = transit_rope(find_territories(solved, country), since)[0]
    old = {r.dimension: r for r in _ropes(ties, country, since, transit)[0] if r.has_data}
    both = [(old[r.dimension], r) for r in now if r.has_data and r.dimension in old]
    found = []
    for before, after in both:
        parts = {p: 100.0 * v / len(both) for p, v in change_by_power(before, after).items()}
        years = [before.year or since, after.year or since]
        found.append(RopeChange(dimension=after.dimension, points=sum(parts.values()),
                                by_power=parts, years=years))  # fmt: skip
    return sorted(found, key=lambda c: (-abs(c.points), c.dimension))


def tightropes(bases: Bases, ties: Ties, country: str, *, tell: Progress) -> list[VectorsResult]:
    """
    Return a country's ropes in every year, for a picture: without the loss of territories.

    Parameters
    ----------
    bases
        Of the tables.
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
        plain = Question(lose=())
        found.append(
            tightrope(bases, ties, country, year, question=plain, tell=lambda _s, _d, _t: None)
        )
    tell("years", len(YEARS), len(YEARS))
    return found
