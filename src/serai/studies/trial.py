"""What a run of somebody's own tables gives: what is not carried and why, what to know better."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

import numpy as np

from serai.data.load import PACK
from serai.data.scenarios import read_scenario
from serai.domain.listings import Improvement, NotCarried, Trial
from serai.domain.ranged import FloatArray
from serai.domain.results import Amounts
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.run import Run, run_scenario
from serai.studies.runs import link_amounts
from serai.studies.tally import NAMES, Tally, bottlenecks, resources_used, tally

__all__ = ["find_scenario", "try_out"]

BASE_YEAR: Final = 2023
LEAST_LOST: Final = 0.01
"""[-] Share of a cell's demand from which what is not carried is told."""
MOST_TOLD: Final = 20
"""How many cells are told."""
MOST_IMPROVED: Final = 5
"""How many numbers are named as worth knowing better."""
UNSERVED: Final = NAMES.index("unserved")


def find_scenario(folder: Path, world: World) -> Scenario:
    """
    Return the scenario to try a folder with.

    Parameters
    ----------
    folder
        With `scenario.toml`, or without.
    world
        Its tables.

    Returns
    -------
    scenario
        The file's; without one the base in the latest year of the demand up to 2023, or its first.

    Raises
    ------
    ScenarioError
        The file has faults, or its year no demand.
    """
    years = sorted(set(world.flows.year.tolist()))
    path = folder / "scenario.toml"
    if not path.is_file() or folder == PACK:
        year = max((y for y in years if y <= BASE_YEAR), default=years[0])
        return Scenario(year=year)
    scenario = read_scenario(str(path))
    if scenario.year not in years:
        raise ScenarioError(
            state_fault(
                "scenario.toml, year",
                str(scenario.year),
                f"a year with demand: {', '.join(map(str, years))}",
                "correct the year, or add rows to demand.csv",
            )
        )
    return scenario


def try_out(world: World, scenario: Scenario) -> Trial:
    """
    Run a scenario and say what of its demand is not carried, and what to know better.

    Parameters
    ----------
    world
        The tables.
    scenario
        The scenario.

    Returns
    -------
    trial
        Without flows: `serai run` tells them.
    """
    run = run_scenario(world, scenario)
    flows = tally(run)
    served = flows.corridor != UNSERVED
    lost = _not_carried(run, flows)
    teu, t = (float(a[served].sum()) for a in (flows.teu, flows.t))
    return Trial(
        scenario=scenario.name,
        year=scenario.year,
        demand=Amounts(teu=float(flows.teu.sum()), t=float(flows.t.sum())),
        served=Amounts(teu=teu, t=t),
        not_carried=lost,
        holds=run.certificate.holds(),
        why_nothing="" if t > 0 else _why_nothing(run, lost),
        improve=_improve(run, flows),
    )


def _why_nothing(run: Run, lost: list[NotCarried]) -> str:
    if not float(run.setting.cells.demand.sum()) > 0:
        return f"demand.csv has no flow above zero in {run.setting.scenario.year}"
    reasons = sorted({one.why for one in lost})
    return "; ".join(reasons) or "nothing wants to move"


def _not_carried(run: Run, flows: Tally) -> list[NotCarried]:
    """Return the cells of which a part is not carried, most tonnes first."""
    cells, classes, zones = run.setting.cells, run.world.classes, run.world.zones
    n = len(cells.demand)
    out = flows.corridor == UNSERVED
    lost = np.bincount(flows.cell[out], flows.flow[out], minlength=n)
    tonnes = np.bincount(flows.cell[out], flows.t[out], minlength=n)
    told = np.flatnonzero((lost > LEAST_LOST * cells.demand) & (cells.demand > 0))
    has_route = np.zeros(n, np.bool_)
    has_route[flows.cell[~out]] = True
    unconnected = _without_routes(run)
    order = told[np.argsort(-tonnes[told], kind="stable")][:MOST_TOLD]
    return [
        NotCarried(
            origin=zones.ids[cells.origin[i]],
            dest=zones.ids[cells.dest[i]],
            class_id=classes.ids[cells.class_ix[i]],
            unit="TEU" if classes.is_box[cells.class_ix[i]] else "t",
            demand=float(cells.demand[i]),
            unserved=float(lost[i]),
            why=_why(run, flows, i, has_route=bool(has_route[i]), is_lost=i in unconnected),
        )
        for i in order.tolist()
    ]


def _why(run: Run, flows: Tally, cell: int, *, has_route: bool, is_lost: bool) -> str:
    if is_lost:
        return "no route by its modes over open, priced links"
    if not has_route:
        return "shut by the scenario: every route is closed, or has a limit of zero"
    mine = flows.cell == cell
    used = resources_used(run, mine, np.ones(len(mine)))
    names = ", ".join(dict.fromkeys(b.name for b in bottlenecks(run, used)))
    if names:
        return f"limits that bind: {names}"
    return "dearer than not being served (params.toml, outside_cost_ratio)"


def _without_routes(run: Run) -> set[int]:
    """Return the cells for which no route was found at all."""
    cells, routes = run.setting.cells, run.routes
    offered = set(
        zip(
            routes.origin[routes.offer_route].tolist(),
            routes.dest[routes.offer_route].tolist(),
            routes.offer_class.tolist(),
            strict=True,
        )
    )
    every = zip(cells.origin.tolist(), cells.dest.tolist(), cells.class_ix.tolist(), strict=True)
    return {i for i, key in enumerate(every) if key not in offered}


def _improve(run: Run, flows: Tally) -> list[Improvement]:
    """Return the numbers whose range moves most money in the run, first ones first."""
    links, classes = run.world.network.links, run.world.classes
    is_box = classes.is_box[flows.class_ix]
    per_h = run.setting.cells.usd_per_h[flows.cell]
    money: dict[str, FloatArray] = {
        "cost_usd_teu": np.where(is_box, flows.flow, 0.0),
        "cost_usd_t": np.where(is_box, 0.0, flows.flow),
        "free_time_h": flows.flow * per_h,
        "dwell_h": flows.flow * per_h,
    }
    moved: dict[tuple[str, int], float] = defaultdict(float)
    at = {key: i for i, key in enumerate(links.ids)}
    for name, amount in money.items():
        ranged, users = getattr(links, name), link_amounts(run, amount, flows)
        width = np.nan_to_num(ranged.high - ranged.low)
        for i in np.flatnonzero(users * width > 0).tolist():
            # Both directions of a row of link.csv, or of access.csv, are one number.
            key = re.sub(r"\.(back|in)$", "", links.ids[i])
            moved[name, at.get(key, at.get(f"{key}.out", i))] += float(users[i] * width[i])
    found = sorted(((usd, *key) for key, usd in moved.items()), key=lambda one: (-one[0], one[1:]))
    return [
        Improvement(
            id=f"{'access' if links.kind[i] == 'access' else 'links'}."
            f"{links.ids[i].removeprefix('access:').removesuffix('.out')}.{name}",
            value=float(getattr(links, name).value[i]),
            low=float(getattr(links, name).low[i]),
            high=float(getattr(links, name).high[i]),
            grade=str(links.grade[i]),
            moves_usd_yr=usd,
        )
        for usd, name, i in found[:MOST_IMPROVED]
    ]
