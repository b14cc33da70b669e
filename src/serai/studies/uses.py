"""Who uses a bottleneck (select link), and what trips between all zones take (skims)."""

from __future__ import annotations

import difflib

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import IntArray
from serai.domain.results import Amounts
from serai.domain.uses import SelectResult, SkimResult, SkimRow, User
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.choice import any_link, route_sums
from serai.model.graph import direction_of
from serai.model.sheet import emissions_of
from serai.model.uses import draws_of_classes
from serai.run import Run
from serai.studies.tally import NAMES, Tally, box_usd, scarcity_usd, sums_by, tally

__all__ = ["check_selection", "select_users", "skim"]

NEGLIGIBLE_T = 0.5
"""[t/yr] Users of less are rounding of the choice, and left out of the list."""


def check_selection(world: World, what: str) -> None:
    """
    Refuse an id that is neither a link nor a resource.

    Parameters
    ----------
    world
        The tables.
    what
        Id of a link or a resource.

    Raises
    ------
    ScenarioError
        There is none of that id.
    """
    known = (*world.network.resources.ids, *world.network.links.ids)
    if what not in known:
        near = difflib.get_close_matches(what, known, n=3)
        then = f"did you mean {' or '.join(near)}?" if near else "see `serai evidence WORDS`"
        wanted = "the id of a link or a resource"
        raise ScenarioError(state_fault("selection", repr(what), wanted, then))


def select_users(run: Run, what: str) -> SelectResult:
    """
    Return who uses a link or a resource.

    Parameters
    ----------
    run
        A solved scenario.
    what
        Id of a link or a resource.

    Returns
    -------
    result
        Flows by regions, class and corridor.

    Raises
    ------
    ScenarioError
        There is no link and no resource of that id.
    """
    check_selection(run.world, what)
    network, zones = run.world.network, run.world.zones
    flows = tally(run)
    if what in network.resources.ids:
        at = network.resources.ids.index(what)
        name, uses = network.resources.names[at], _draw_on(run, flows, at)
    else:
        mask = np.array(network.links.ids) == what
        link = int(np.flatnonzero(mask)[0])
        ends = (network.links.from_place[link], network.links.to_place[link])
        name = " – ".join(dict.fromkeys(network.places.names[p] for p in ends))
        by_route = any_link(run.routes, mask)
        uses = (flows.route >= 0) & by_route[np.maximum(flows.route, 0)]
    mine = np.flatnonzero(uses & (flows.flow + flows.empty > 0))
    cells, cell = run.setting.cells, flows.cell[mine]
    regions, region = np.unique(np.array(zones.regions), return_inverse=True)
    parts = (region[cells.origin[cell]], region[cells.dest[cell]], flows.class_ix[mine],
             flows.corridor[mine])  # fmt: skip
    sizes = (len(regions), len(regions), len(run.world.classes.ids), len(NAMES))
    keys, found = np.unique(np.ravel_multi_index(parts, sizes), return_inverse=True)
    inverse: IntArray = found.astype(np.int32)
    # Empty boxes take room too.
    tare = run.world.classes.tonnes_per_unit[flows.class_ix[mine]]
    teu = sums_by(inverse, (flows.teu + flows.empty)[mine], len(keys))
    t = sums_by(inverse, flows.t[mine] + flows.empty[mine] * tare, len(keys))
    index = np.stack(np.unravel_index(keys, sizes), axis=1)
    users = [
        User(origin=str(regions[o]), dest=str(regions[d]), class_id=run.world.classes.ids[k],
             corridor=NAMES[c], teu=float(teu[i]), t=float(t[i]))
        for i in np.argsort(-t, kind="stable") if t[i] > NEGLIGIBLE_T
        for o, d, k, c in (index[i],)
    ]  # fmt: skip
    return SelectResult(
        id=what,
        name=name,
        scenario=run.setting.scenario.name,
        total=Amounts(teu=float(teu.sum()), t=float(t.sum())),
        users=users,
        certificate=run.certificate,
        record=run.record,
    )


def _draw_on(run: Run, flows: Tally, resource: int) -> NDArray[np.bool_]:
    """Say which options draw on a resource, limited or not."""
    routes = run.routes
    owner = np.repeat(np.arange(len(routes.mark)), np.diff(routes.draw_start))
    mine = routes.draw // 4 == resource
    carriage = np.full(len(routes.mark), -1)
    carriage[owner[mine]] = routes.draw[mine] % 2
    of_option = np.where(flows.route >= 0, carriage[np.maximum(flows.route, 0)], -1)
    draws = draws_of_classes(run.world.classes, run.world.network.resources)[resource]
    return np.asarray((of_option >= 0) & draws[flows.class_ix, np.maximum(of_option, 0)])


def skim(run: Run) -> SkimResult:
    """
    Return what trips take between all zones, averaged over the routes used.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    result
        One row per cell with demand.
    """
    world, cells, graph, flows = run.world, run.setting.cells, run.setting.graph, tally(run)
    zones, classes, routes = world.zones, world.classes, run.routes
    direction = direction_of(zones.lon[routes.origin], zones.lon[routes.dest])
    hours, usd_teu, usd_t, kg_t = route_sums(
        routes, direction, graph.hours, graph.usd_teu, graph.usd_t,
        emissions_of(world.network.links, world.emission_factors),
    )  # fmt: skip
    route, is_box = np.maximum(flows.route, 0), classes.is_box[flows.class_ix]
    wait = run.queued.option_wait_h
    values = {
        "hours": hours[route] + wait,
        "wait_h": wait,
        "usd": np.where(is_box, usd_teu[route], usd_t[route]),
        "scarcity_usd": scarcity_usd(run),
        "box_usd": box_usd(run),
        "kg_co2e": kg_t[route] * classes.tonnes_per_unit[flows.class_ix],
    }
    n = len(cells.demand)
    carried = np.where(flows.route >= 0, flows.flow, 0.0)
    served = sums_by(flows.cell, carried, n)
    means = {}
    for name, value in values.items():
        total = sums_by(flows.cell, np.where(carried > 0, carried * value, 0.0), n)
        means[name] = total / np.where(served > 0, served, np.nan)
    return SkimResult(
        scenario=run.setting.scenario.name,
        year=run.setting.scenario.year,
        rows=[
            SkimRow(
                origin=zones.ids[cells.origin[i]],
                dest=zones.ids[cells.dest[i]],
                class_id=classes.ids[cells.class_ix[i]],
                unit="TEU" if classes.is_box[cells.class_ix[i]] else "t",
                demand=float(cells.demand[i]),
                served=float(served[i]),
                **{k: None if np.isnan(v[i]) else float(v[i]) for k, v in means.items()},
            )
            for i in np.lexsort((cells.class_ix, cells.dest, cells.origin))
            if cells.demand[i] > 0 and not classes.is_empty[cells.class_ix[i]]
        ],
        certificate=run.certificate,
        record=run.record,
    )
