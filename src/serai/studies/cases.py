"""The cases of the answer, and the definitions its shares rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import CORRIDORS, FAMILIES, Routes
from serai.domain.scenario import CloseTransit, Scenario
from serai.domain.world import World
from serai.model.choice import AVOIDED, AVOIDING_REGIONS, crosses_any, route_sums
from serai.model.graph import direction_of
from serai.outputs.language import mark
from serai.run import Run
from serai.studies.tally import NAMES, Tally, scarcity_usd, sums_by, tally
from serai.units import HOURS_PER_DAY

__all__ = [
    "BUILT_BY",
    "CASES",
    "SERVES_MIDDLE",
    "Cheapest",
    "Divertible",
    "Trip",
    "all_cases",
    "case_scenario",
    "divertible",
    "find_cheapest",
    "middle_resources",
]

BASE_YEAR = 2023
"""Year whose demand and prices every case holds."""

BUILT_BY = 2026
"""Year whose infrastructure is called today."""

CASES = {
    "today": mark("What is built today"),
    "funded": mark("And what is under construction or funded"),
    "full": mark("And what is planned or proposed, with the soft measures"),
    "unlimited": mark("The full programme with no capacity limit along the corridor"),
}
"""Cases in their order, with their words."""

SERVES_MIDDLE = ("Middle", "Middle south", "Middle (TRIPP)", "All")
"""Corridors of projects whose capital is counted as the Middle Corridor's."""

LEAST_SHARE = 1e-3
"""Cells of which less than this share uses Russian rail today are not divertible: the choice
model gives every route a sliver, and a sliver is no traffic."""

LEFT_OUT = ("CRUDE",)
"""Crude goes by pipeline; what little is on rail is left out of the tonnes."""


def case_scenario(
    case: str,
    russia: str,
    *,
    year: int = BASE_YEAR,
    demand: str = "reference",
    unlimited: tuple[str, ...] = (),
) -> Scenario:
    """
    Return the scenario of a case.

    Parameters
    ----------
    case
        One of `CASES`.
    russia
        ``open``, or ``closed``: Russian and Belarusian territory carries no transit; trade that
        starts or ends there goes on.
    year
        Year of demand and prices.
    demand
        Low, reference or high.
    unlimited
        Resources along the corridor, whose limits the case ``unlimited`` lifts; the rivals keep
        theirs, so that the case shows what willingness alone sets.

    Returns
    -------
    scenario
        With the infrastructure of `BUILT_BY` and the projects and measures of the case.
    """
    shocks = (CloseTransit(kind="close_transit", countries=AVOIDED),)
    return Scenario.model_validate(
        {
            "name": f"{case}-{russia}",
            "title": f"{CASES[case]}; Russia {russia}",
            "year": year,
            "built_by": BUILT_BY,
            "demand": demand,
            "projects": {"today": "built", "funded": "funded"}.get(case, "all"),
            "measures": "all" if case in ("full", "unlimited") else "none",
            "unlimited": unlimited if case == "unlimited" else (),
            "shocks": shocks if russia == "closed" else (),
        }
    )


def middle_resources(world: World, routes: Routes) -> tuple[str, ...]:
    """
    Return the resources that Middle Corridor routes draw on, outside Russia and Iran.

    Parameters
    ----------
    world
        The tables.
    routes
        The routes.
    """
    middle = routes.corridor == CORRIDORS.index("middle")
    middle &= ~crosses_any(world.network, routes, (*AVOIDED, "IRN"))
    of_route = np.repeat(middle, np.diff(routes.draw_start))
    return tuple(world.network.resources.ids[r] for r in np.unique(routes.draw[of_route] // 4))


def all_cases() -> Iterator[tuple[str, str]]:
    """Yield every case, open and closed."""
    for case in CASES:
        for russia in ("open", "closed"):
            yield case, russia


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Divertible:
    """What uses Russian rail between places outside Russia and Belarus. Shape (n_cells,)."""

    is_counted: NDArray[np.bool_]
    """Cells of which enough does."""
    teu: FloatArray
    """[TEU/yr]."""
    t: FloatArray
    """[t/yr], crude left out."""
    units: FloatArray
    """[class unit per year]."""


def divertible(run: Run) -> Divertible:
    """
    Return the divertible flow of a run with today's infrastructure and Russia open.

    Parameters
    ----------
    run
        The solved base.

    Returns
    -------
    divertible
        By cell.
    """
    flows = tally(run)
    world, cells = run.world, run.setting.cells
    country = np.array(world.zones.countries)
    foreign = ~(np.isin(country[cells.origin], AVOIDED) | np.isin(country[cells.dest], AVOIDED))
    kept = ~np.isin(np.array(world.classes.ids)[cells.class_ix], LEFT_OUT)
    n = len(cells.demand)
    by_rail = flows.route >= 0
    by_rail &= run.routes.uses_russian_rail[np.maximum(flows.route, 0)]
    units = flows.by_cell(flows.flow, by_rail, n)
    counted = foreign & kept & (units > LEAST_SHARE * cells.demand)
    return Divertible(
        is_counted=counted,
        teu=np.where(counted, flows.by_cell(flows.teu, by_rail, n), 0.0),
        t=np.where(counted, flows.by_cell(flows.t, by_rail, n), 0.0),
        units=np.where(counted, units, 0.0),
    )


def corridor_totals(flows: Tally, counted: NDArray[np.bool_], amount: FloatArray) -> FloatArray:
    """
    Return an amount of the counted cells by corridor, shape (len(NAMES),).

    Parameters
    ----------
    flows
        Flows by option.
    counted
        [-], shape (n_cells,). Cells that are counted.
    amount
        [any], shape (n_options,). What is summed.
    """
    mask = counted[flows.cell]
    return sums_by(flows.corridor[mask], amount[mask], len(NAMES))


def class_totals(
    flows: Tally, counted: NDArray[np.bool_], corridor: str, n_classes: int
) -> FloatArray:
    """
    Return the counted cells' flow on a corridor by class, shape (n_classes,).

    Parameters
    ----------
    flows
        Flows by option.
    counted
        [-], shape (n_cells,). Cells that are counted.
    corridor
        One of `NAMES`.
    n_classes
        [-], > 0. Number of classes.
    """
    mask = counted[flows.cell] & (flows.corridor == NAMES.index(corridor))
    return sums_by(flows.class_ix[mask], flows.flow[mask], n_classes)


# ------------------------------------------------------------------- days and dollars door to door


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """An average trip, door to door."""

    days: float
    usd_feu: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cheapest:
    """The way that costs least as shippers feel it, of each cell that has one on a corridor."""

    cell: IntArray
    """Shape (n,). Cells."""
    felt: FloatArray
    """[USD per class unit], scarcity included."""
    usd_teu: FloatArray
    """[USD/TEU] Price, scarcity included; subsidies and risk premiums left out."""
    hours: FloatArray
    """[h] Queues included."""


def find_cheapest(run: Run, wanted: NDArray[np.bool_]) -> dict[str, Cheapest]:
    """
    Return the cheapest ways of some cells by the corridor, the Northern route and the sea.

    Parameters
    ----------
    run
        A solved scenario: at its scarcity prices and waits.
    wanted
        [-], shape (n_cells,). Cells of boxes.
    """
    problem = run.problem
    route = problem.option_route
    cell = problem.group_cell[problem.option_group]
    mine = np.flatnonzero((route >= 0) & wanted[cell])
    scarcity = scarcity_usd(run)[mine]
    felt = run.queued.arrays.cost[mine] + scarcity
    money, hours = _money_and_hours(run, route[mine])
    hours = hours + run.queued.option_wait_h[mine]
    corridor, family = run.routes.corridor[route[mine]], run.routes.family[route[mine]]
    out = {}
    for word, mask in (
        ("middle", corridor == CORRIDORS.index("middle")),
        ("north", corridor == CORRIDORS.index("north")),
        ("sea", (family == FAMILIES.index("sea")) & (corridor == CORRIDORS.index("sea"))),
    ):
        at = np.flatnonzero(mask)
        order = at[np.lexsort((felt[at], cell[mine][at]))]
        cells_here, first = np.unique(cell[mine][order], return_index=True)
        best = order[first]
        out[word] = Cheapest(
            cell=cells_here, felt=felt[best], usd_teu=money[best] + scarcity[best],
            hours=hours[best],
        )  # fmt: skip
    return out


def trips(run: Run, weights: FloatArray) -> dict[str, Trip | None]:
    """
    Return what boxes from China to Europe meet on each corridor, door to door.

    Parameters
    ----------
    run
        A solved scenario.
    weights
        [TEU/yr], shape (n_cells,). Divertible boxes: the average is theirs in every case.

    Returns
    -------
    trips
        For ``middle``, ``north`` and ``sea``: the cheapest route of each cell at this run's
        scarcity prices, averaged; None where no cell has one. The price is what shippers pay,
        scarcity prices included, subsidies and risk premiums left out.
    """
    cells, world = run.setting.cells, run.world
    region = np.array(world.zones.regions)
    wanted = (
        (weights > 0)
        & world.classes.is_box[cells.class_ix]
        & (region[cells.origin] == "CHN")
        & np.char.startswith(region[cells.dest], AVOIDING_REGIONS)
    )
    out: dict[str, Trip | None] = dict.fromkeys(("middle", "north", "sea"))
    for word, best in find_cheapest(run, wanted).items():
        if len(best.cell):
            weight = weights[best.cell]
            out[word] = Trip(
                days=float(np.average(best.hours, weights=weight) / HOURS_PER_DAY),
                usd_feu=float(2 * np.average(best.usd_teu, weights=weight)),
            )
    return out


def _money_and_hours(run: Run, route: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return price [USD/TEU] and time [h] of routes."""
    routes, graph = run.routes, run.setting.graph
    lon = run.world.zones.lon
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    money, hours = route_sums(routes, direction, graph.usd_teu, graph.hours)
    return money[route], hours[route]


def project_ids(world: World, case: str, which: tuple[str, ...] | None = None) -> list[str]:
    """
    Return the projects of a case that are not built today, all or of some corridors.

    Parameters
    ----------
    world
        The tables.
    case
        One of `CASES`.
    which
        Corridors of projects to keep; all if left out.
    """
    status = {
        "today": (),
        "funded": ("under construction", "funded"),
    }.get(case, ("under construction", "funded", "planned", "proposed"))
    projects = world.projects
    return [
        p
        for p, s, c in zip(projects.ids, projects.status, projects.corridors, strict=True)
        if s in status and (which is None or c in which)
    ]
