"""Can the Middle Corridor replace the routes through Russia? The headline, with its bands."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray
from serai.domain.results import (
    Amounts,
    AnswerMap,
    AnswerResult,
    BaseYear,
    CaseResult,
    Draws,
    OutlookRow,
    RunCertificate,
)
from serai.domain.routes import CORRIDORS, Routes
from serai.domain.world import World
from serai.errors import DataError, state_fault
from serai.run import (
    Run,
    Start,
    describe,
    worst,
)
from serai.studies.cases import (
    BASE_YEAR,
    BUILT_BY,
    CASES,
    SERVES_MIDDLE,
    all_cases,
    case_scenario,
    divertible,
    project_ids,
    trips,
)
from serai.studies.draws import Drawn, band_of, count_varied, draw_shares
from serai.studies.mapped import divertible_links
from serai.studies.omitted import find_omitted
from serai.studies.runs import link_amounts
from serai.studies.shares import (
    CaseShares,
    Key,
    Progress,
    Shares,
    measure,
    settle_cases,
    solve_cases,
)
from serai.studies.tally import NAMES, bottlenecks, resources_used, tally
from serai.studies.words import headline
from serai.units import USD_PER_MUSD

__all__ = ["answer_question"]

OUTLOOK_YEARS = (2030, 2040)
OTHER_YEARS = (2021,)

SLIVER = 3e-3
"""Flows below this share of the largest are on no map: the choice model gives every route some."""

LEAST_USE = 0.01
"""Share of the corridor's divertible goods that a limit must serve to be told as one of its own."""


def answer_question(
    world: World,
    *,
    draws: int = 64,
    seed: int = 1,
    workers: int = 2,
    progress: Progress | None = None,
) -> AnswerResult:
    """
    Answer whether the Middle Corridor can replace the routes through Russia.

    Parameters
    ----------
    world
        The tables.
    draws
        [-], >= 0. How often every ranged input is drawn; 0 leaves the bands empty.
    seed
        Seed of the draws.
    workers
        [-], >= 1. Processes for the draws; any number gives the same answer.
    progress
        Told how far the work is.

    Returns
    -------
    answer
        Shares by case with their bands, what binds, what it costs, and how sure this is.

    Raises
    ------
    DataError
        The tables have no demand in a year that the question asks about, or no route by one of its
        two corridors.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    _require_years(world)
    routes, runs = settle_cases(world, tell)
    _require_corridors(routes)
    central = measure(runs)
    start = {key: run.end for key, run in runs.items()}
    others = _other_years(world, routes, start, tell)
    outlook = _outlook(world, routes, start, tell)
    drawn = draw_shares(world, routes, start, n=draws, seed=seed, workers=workers, tell=tell)
    certificate = worst(
        [central.certificate, *(d.certificate for d in drawn), others[1], outlook[1]]
    ).model_copy(update={"omitted": find_omitted(runs["today", "open"], seed=seed, tell=tell)})
    cases = [_case(world, runs, central, drawn, key) for key in all_cases()]
    return AnswerResult(
        base_year=BASE_YEAR,
        built_by=BUILT_BY,
        headline=headline(cases, central.teu, outlook[0]),
        divertible=Amounts(teu=central.teu, t=central.t),
        divertible_by_class=_by_class(world, central),
        cases=cases,
        other_years=others[0],
        outlook=outlook[0],
        maps=_maps(runs),
        draws=Draws(
            n=draws,
            inputs_varied=count_varied(world) if draws else 0,
            dimensions=world.n_dimensions if draws else 0,
        ),
        certificate=certificate,
        assumed_share=_assumed_share(runs["full", "closed"]),
        evidence=_evidence(runs["full", "closed"]),
        record=describe(
            world, case_scenario("today", "open"), seed=seed, gap=certificate.relative_gap,
            n_routes=len(routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _require_years(world: World) -> None:
    """Refuse tables without demand in the years that are asked about."""
    wanted = (*OTHER_YEARS, BASE_YEAR, *OUTLOOK_YEARS)
    years = sorted(set(world.flows.year.tolist()))
    if not set(wanted) <= set(years):
        raise DataError(
            state_fault("answer, demand.csv", f"demand of {', '.join(map(str, years))}",
                        f"of {', '.join(map(str, wanted))}",
                        "add rows of these years, or ask `serai run`, `compare` or `routes`")
        )  # fmt: skip


def _require_corridors(routes: Routes) -> None:
    """Refuse tables in which nothing goes by one of the two corridors."""
    found = {CORRIDORS[i] for i in set(routes.corridor.tolist())}
    lost = [name for name in ("north", "middle") if name not in found]
    if lost:
        raise DataError(
            state_fault("answer, routes", f"none by the corridor {' or '.join(lost)}",
                        "routes by land through RUS, and by water between KAZ or TKM and AZE",
                        "add the links, or ask `serai run`, `compare` or `routes`")
        )  # fmt: skip


def _maps(runs: Mapping[Key, Run]) -> list[AnswerMap]:
    base = runs["today", "open"]
    flows = {r: divertible_links(runs["today", r], base) for r in ("open", "closed")}
    least = SLIVER * max((one.teu for found in flows.values() for one in found), default=0.0)
    return [
        AnswerMap(russia=russia, links=[one for one in found if one.teu >= least])
        for russia, found in flows.items()
    ]


def _case(
    world: World, runs: dict[Key, Run], central: Shares, drawn: list[Drawn], key: Key
) -> CaseResult:
    case, russia = key
    run, mine, today = runs[key], central.cases[key], central.cases["today", russia]
    weights = divertible(runs["today", "open"]).teu
    trip = trips(run, weights)
    middle, north, sea = trip["middle"], trip["north"], trip["sea"]
    projects = project_ids(world, case)
    capex = {p: float(c) for p, c in zip(world.projects.ids, world.projects.capex_musd.value,
                                         strict=True)}  # fmt: skip
    of_middle = sum(capex[p] for p in project_ids(world, case, SERVES_MIDDLE))
    extra_teu, extra_t = mine.teu - today.teu, mine.t - today.t
    moved = dict(zip(NAMES, mine.moved.tolist(), strict=True))
    return CaseResult(
        case=case,
        title=CASES[case],
        russia=russia,
        share=band_of([d.cases[key].share for d in drawn], mine.share),
        share_t=band_of([d.cases[key].share_t for d in drawn], mine.share_t),
        teu=mine.teu,
        t=mine.t,
        unserved_share=max(moved["unserved"], 0.0),
        sea_share=moved["sea"],
        south_share=moved["south"],
        east_share=moved["east"],
        other_share=moved["air"] + moved["pipeline"] + moved["direct"],
        north_share=mine.left_north,
        by_class=_class_shares(world, mine),
        capex_musd=sum(capex[p] for p in projects),
        capex_band=band_of(
            [sum(d.capex_musd[p] for p in projects) for d in drawn],
            sum(capex[p] for p in projects),
        ),
        capex_middle_musd=of_middle,
        usd_per_teu=_per(of_middle, extra_teu),
        usd_per_t=_per(of_middle, extra_t),
        days=middle.days if middle else float("nan"),
        usd_feu=middle.usd_feu if middle else float("nan"),
        north_days=north.days if north else None,
        north_usd_feu=north.usd_feu if north else None,
        sea_days=sea.days if sea else float("nan"),
        sea_usd_feu=sea.usd_feu if sea else float("nan"),
        binding=bottlenecks(run, *_used_by_middle(run, runs["today", "open"])),
        projects=projects,
        measures=list(world.measures.ids) if case in ("full", "unlimited") else [],
    )


def _used_by_middle(run: Run, base: Run) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the resources that divertible goods on the corridor draw on, and its boxes."""
    flows = tally(run)
    counted = divertible(base).is_counted
    middle = (flows.corridor == NAMES.index("middle")) & counted[flows.cell]
    return (
        resources_used(run, middle, flows.t, least=LEAST_USE),
        resources_used(run, middle, flows.teu, least=LEAST_USE),
    )


def _per(musd: float, extra: float) -> float | None:
    """Return USD per unit, None where nothing is spent or nothing gained."""
    return musd * USD_PER_MUSD / extra if musd > 0 and extra > 1.0 else None


def _by_class(world: World, central: Shares) -> dict[str, float]:
    return {c: float(v) for c, v in zip(world.classes.ids, central.by_class, strict=True) if v > 0}


def _class_shares(world: World, mine: CaseShares) -> dict[str, float]:
    return {
        c: float(v) for c, v in zip(world.classes.ids, mine.by_class, strict=True) if np.isfinite(v)
    }


def _other_years(
    world: World, routes: Routes, start: dict[Key, Start], tell: Progress
) -> tuple[list[BaseYear], RunCertificate]:
    rows, certificates = [], []
    for i, year in enumerate(OTHER_YEARS):
        tell("other base year", i, len(OTHER_YEARS))
        shares = measure(solve_cases(world, routes, start=start, year=year))
        certificates.append(shares.certificate)
        rows.append(
            BaseYear(
                year=year,
                divertible=Amounts(teu=shares.teu, t=shares.t),
                cases={f"{c}/{r}": shares.cases[c, r].share for c, r in shares.cases},
            )
        )
    tell("other base year", len(OTHER_YEARS), len(OTHER_YEARS))
    return rows, worst(certificates)


def _outlook(
    world: World, routes: Routes, start: dict[Key, Start], tell: Progress
) -> tuple[list[OutlookRow], RunCertificate]:
    rows, certificates = [], []
    todo = [(y, d) for y in OUTLOOK_YEARS for d in ("low", "reference", "high")]
    keys = (("today", "open"), ("full", "open"), ("full", "closed"))
    for i, (year, demand) in enumerate(todo):
        tell("outlook", i, len(todo))
        shares = measure(
            solve_cases(world, routes, start=start, year=year, demand=demand, keys=keys)
        )
        certificates.append(shares.certificate)
        rows.append(
            OutlookRow(
                year=year,
                demand=demand,
                case="full",
                divertible=Amounts(teu=shares.teu, t=shares.t),
                forced_share=shares.cases["full", "closed"].share,
                voluntary_share=shares.cases["full", "open"].share,
            )
        )
    tell("outlook", len(todo), len(todo))
    return rows, worst(certificates)


def _middle_links(run: Run) -> FloatArray:
    """Return boxes by link on the Middle Corridor, [TEU/yr], shape (n_links,)."""
    flows = tally(run)
    middle = flows.corridor == NAMES.index("middle")
    return link_amounts(run, np.where(middle, flows.teu, 0.0), flows)


def _assumed_share(run: Run) -> float:
    """Share of what Middle Corridor boxes pay and wait that rests on assumed link rows."""
    teu = _middle_links(run)
    graph, links = run.setting.graph, run.world.network.links
    per_h = np.average(run.setting.cells.usd_per_h, weights=run.setting.cells.demand)
    cost = teu * (np.nan_to_num(graph.usd_teu.mean(axis=0)) + per_h * graph.hours)
    return float(cost[links.grade == "assumed"].sum() / max(cost.sum(), 1e-300))


def _evidence(run: Run) -> list[str]:
    """Rows of the tables behind the Middle Corridor, most used first."""
    teu = _middle_links(run)
    links = run.world.network.links
    busy = [i for i in np.argsort(-teu, kind="stable") if teu[i] > 0.01 * teu.max()]
    rows = [f"links.{links.ids[i]}" for i in busy if not links.ids[i].startswith("access:")]
    used = [f"resources.{b.resource}" for b in bottlenecks(run)]
    return [*dict.fromkeys(used), *rows]
