"""A solved scenario as tidy tables: a row per observation, units in the names of the columns."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import Routes
from serai.domain.world import World
from serai.model.choice import route_sums
from serai.model.demand import Cells
from serai.model.graph import direction_of
from serai.model.queues import build_queues
from serai.run import Run
from serai.studies.runs import class_traffic, link_flows
from serai.studies.tally import (
    NAMES,
    NEGLIGIBLE_USD,
    bottlenecks,
    mean_payload,
    resources_used,
    scarcity_usd,
    tally,
)
from serai.studies.uses import skim

__all__ = ["bottlenecks_of", "classes_of", "demand_of", "flows_of", "links_of_route",
           "routes_of", "skims_of"]  # fmt: skip

LEAST_T_YR: Final = 0.5
"""[t/yr] Routes that carry less are rounding of the choice."""


def classes_of(run: Run) -> pd.DataFrame:
    """
    Return what becomes of each class, by corridor.

    Parameters
    ----------
    run
        A solved scenario.
    """
    flows, classes = tally(run), run.world.classes
    size = (len(classes.ids), len(NAMES))
    at = np.ravel_multi_index((flows.class_ix, flows.corridor), size)
    keep = np.flatnonzero(np.repeat(~classes.is_empty, len(NAMES)))
    return pd.DataFrame({
        "class_id": np.array(classes.ids, dtype=object)[keep // len(NAMES)],
        "corridor": np.array(NAMES, dtype=object)[keep % len(NAMES)],
        "teu_yr": np.bincount(at, flows.teu, minlength=size[0] * size[1])[keep],
        "t_yr": np.bincount(at, flows.t, minlength=size[0] * size[1])[keep],
    })  # fmt: skip


def bottlenecks_of(run: Run) -> pd.DataFrame:
    """
    Return the limits with a scarcity price, dearest for a box first.

    Parameters
    ----------
    run
        A solved scenario.
    """
    rows = bottlenecks(run)
    resources = run.world.network.resources
    version = {
        resources.ids[r]: v
        for v, r in enumerate(resources.version_resource)
        if resources.valid_from_year[v] <= run.setting.scenario.infrastructure_year
    }
    first = {resources.ids[r]: v for v, r in reversed(list(enumerate(resources.version_resource)))}
    at = [version.get(row.resource, first[row.resource]) for row in rows]
    return pd.DataFrame({
        "resource_id": [row.resource for row in rows],
        "name": [row.name for row in rows],
        "capacity_teu_yr": [row.capacity if row.limit == "TEU" else np.nan for row in rows],
        "capacity_t_yr": [row.capacity if row.limit == "t" else np.nan for row in rows],
        "use_share": [row.load for row in rows],
        "wait_h": [np.nan if row.wait_h is None else row.wait_h for row in rows],
        "scarcity_usd_teu": [row.price_usd_teu for row in rows],
        "scarcity_usd_t": [row.price_usd_t for row in rows],
        "grade": [str(resources.grade[v]) for v in at],
        "source_ids": [str(resources.source_ids[v]) for v in at],
    })  # fmt: skip


def flows_of(run: Run) -> pd.DataFrame:
    """
    Return what each link between two places carries, with the limits it draws on.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    table
        Line-haul, and crossings of borders; what is handled inside one place is no way.
    """
    links, places = run.world.network.links, run.world.network.places
    is_way = (links.from_place != links.to_place) & (
        np.minimum(links.from_place, links.to_place) >= 0
    )
    rows = link_flows(run, class_traffic(run), is_way)
    index = {link_id: i for i, link_id in enumerate(links.ids)}
    at = np.array([index[row.link_id] for row in rows], np.int64)
    limits = _limits_by_link(run)
    names, ids = (np.array(texts, dtype=object) for texts in (places.names, places.ids))
    return pd.DataFrame({
        "link_id": [row.link_id for row in rows],
        "from_place": ids[links.from_place[at]],
        "to_place": ids[links.to_place[at]],
        "from_name": names[links.from_place[at]],
        "to_name": names[links.to_place[at]],
        "kind": links.kind[at].astype(object),
        "transfer_type": links.transfer_type[at].astype(object),
        "corridor": [row.corridor for row in rows],
        "t_yr": [row.t for row in rows],
        "teu_yr": [row.teu for row in rows],
        **{name: values[at] for name, values in limits.items()},
        "length_km": links.length_km[at],
        "grade": links.grade[at].astype(object),
        "source_ids": links.source_ids[at].astype(object),
    })  # fmt: skip


def _limits_by_link(run: Run) -> dict[str, NDArray[Any]]:
    """Return binding resource, use, scarcity prices and waits by link, shape (n_links,)."""
    graph, flows = run.setting.graph, tally(run)
    links, limits, resources = graph.network.links, graph.limits, run.world.network.resources
    load, price, wait = run.limit_load, run.limit_price, run.limit_wait_h
    queues = np.isfinite(build_queues(run.world, graph).rate_per_h)
    by_boxes = resources_used(run, flows.teu > 0, flows.teu)
    payload, n_links = mean_payload(run), len(links.ids)
    owner = np.repeat(np.arange(n_links), np.diff(links.resource_start))
    named, use, waits = np.full(n_links, "", object), *np.full((2, n_links), np.nan)
    usd_teu, usd_t = np.zeros((2, n_links))
    for measure, per_box in ((0, payload), (1, 1.0)):
        drawn = limits.of_resource[links.resource_ix, graph.link_direction[owner], measure]
        for link, limit, resource in zip(owner, drawn, links.resource_ix, strict=True):
            if limit < 0:
                continue
            if not load[limit] <= use[link]:  # nothing is known yet: NaN
                use[link], named[link] = load[limit], resources.ids[resource]
            if queues[limit]:
                waits[link] = np.nan_to_num(waits[link]) + wait[limit]
            if price[limit] > NEGLIGIBLE_USD:
                usd_teu[link] += price[limit] * per_box * by_boxes[resource]
                usd_t[link] += price[limit] * (measure == 0)
    return {"resource_id": named, "use_share": use, "scarcity_usd_teu": usd_teu,
            "scarcity_usd_t": usd_t, "wait_h": waits}  # fmt: skip


def routes_of(run: Run) -> pd.DataFrame:
    """
    Return the routes that are used, by origin, destination, class and route, most tonnes first.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    table
        A row per class on a route that carries half a tonne a year or more.
    """
    flows, cells, world = tally(run), run.setting.cells, run.world
    order = np.argsort(-flows.t, kind="stable")
    kept = order[(flows.route[order] >= 0) & (flows.t[order] >= LEAST_T_YR)]
    route, cell = flows.route[kept], flows.cell[kept]
    zones, links = np.array(world.zones.ids, dtype=object), world.network.links
    class_ix = flows.class_ix[kept]
    is_box = world.classes.is_box[class_ix]
    figures = _route_figures(run)
    return pd.DataFrame({
        "origin": zones[cells.origin[cell]],
        "dest": zones[cells.dest[cell]],
        "class_id": np.array(world.classes.ids, dtype=object)[class_ix],
        "corridor": np.array(NAMES, dtype=object)[flows.corridor[kept]],
        "t_yr": flows.t[kept],
        "teu_yr": flows.teu[kept],
        "length_km": figures["length_km"][route],
        "time_h": figures["time_h"][route] + run.queued.option_wait_h[kept],
        "wait_h": run.queued.option_wait_h[kept],
        "unit": np.where(is_box, "TEU", "t").astype(object),
        "price_usd_unit": np.where(is_box, figures["usd_teu"][route], figures["usd_t"][route]),
        "scarcity_usd_unit": scarcity_usd(run)[kept],
        "link_ids": [";".join(links.ids[i] for i in links_of_route(run.routes, r)) for r in route],
    })  # fmt: skip


def _route_figures(run: Run) -> dict[str, FloatArray]:
    """Return length, time and prices by route, shape (n_routes,)."""
    zones, graph, routes = run.world.zones, run.setting.graph, run.routes
    direction = direction_of(zones.lon[routes.origin], zones.lon[routes.dest])
    names = ("length_km", "time_h", "usd_teu", "usd_t")
    values = (graph.network.links.length_km, graph.hours, graph.usd_teu, graph.usd_t)
    return dict(zip(names, route_sums(routes, direction, *values), strict=True))


def links_of_route(routes: Routes, route: int) -> IntArray:
    """
    Return the links of a route, first to last.

    Parameters
    ----------
    routes
        The routes.
    route
        [-], >= 0. Which.
    """
    return routes.link_ix[routes.link_start[route] : routes.link_start[route + 1]]


def skims_of(run: Run) -> pd.DataFrame:
    """
    Return what trips take between all zones, averaged over the routes used.

    Parameters
    ----------
    run
        A solved scenario.
    """
    rows = skim(run).rows
    names = {"origin": "origin", "dest": "dest", "class_id": "class_id", "unit": "unit",
             "demand": "demand_unit_yr", "served": "served_unit_yr", "hours": "time_h",
             "wait_h": "wait_h", "usd": "price_usd_unit", "scarcity_usd": "scarcity_usd_unit",
             "box_usd": "box_usd_unit", "kg_co2e": "kg_co2e_unit"}  # fmt: skip
    texts = ("origin", "dest", "class_id", "unit")
    return pd.DataFrame({
        ours: pd.Series([getattr(row, theirs) for row in rows],
                        dtype=object if ours in texts else np.float64)
        for theirs, ours in names.items()
    })  # fmt: skip


def demand_of(world: World, cells: Cells) -> pd.DataFrame:
    """
    Return what wants to move between zones in a year.

    Parameters
    ----------
    world
        The tables.
    cells
        The year's demand by origin, destination and class.
    """
    keep = np.flatnonzero((cells.demand > 0) & ~world.classes.is_empty[cells.class_ix])
    keep = keep[np.lexsort((cells.class_ix[keep], cells.dest[keep], cells.origin[keep]))]
    zones, classes = np.array(world.zones.ids, dtype=object), world.classes
    class_ix = cells.class_ix[keep]
    return pd.DataFrame({
        "origin": zones[cells.origin[keep]],
        "dest": zones[cells.dest[keep]],
        "class_id": np.array(classes.ids, dtype=object)[class_ix],
        "unit": np.where(classes.is_box[class_ix], "TEU", "t").astype(object),
        "demand_unit_yr": cells.demand[keep],
    })  # fmt: skip
