"""One scenario told to a reader, and one against another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from serai.domain.comparison import Change, CompareResult
from serai.domain.ranged import FloatArray
from serai.domain.results import (
    Amounts,
    BoxBalance,
    ClassFlow,
    CorridorFlow,
    LinkFlow,
    RunResult,
)
from serai.domain.routes import CORRIDORS
from serai.kernels.routes import fill_traffic
from serai.run import Run, worst
from serai.studies.tally import NAMES, Tally, bottlenecks, sums_by, tally

__all__ = ["class_traffic", "compare_runs", "corridor_amounts", "link_amounts", "link_flows",
           "summarize"]  # fmt: skip

NO_HAUL = ("transfer", "access")
"""Kinds of links that are not drawn on a map."""


def summarize(run: Run, traffic: FloatArray | None = None) -> RunResult:
    """
    Return a run in the form every face prints.

    Parameters
    ----------
    run
        A solved scenario.
    traffic
        What `class_traffic` returns for it, for who has it.

    Returns
    -------
    result
        Flows by corridor, class, link and country, what binds, certificate and record.
    """
    flows = tally(run)
    if traffic is None:
        traffic = class_traffic(run)
    teu, t = flows.by_corridor(flows.teu), flows.by_corridor(flows.t)
    scenario = run.setting.scenario
    return RunResult(
        scenario=scenario.name,
        title=scenario.title,
        year=scenario.year,
        demand=Amounts(teu=float(teu.sum()), t=float(t.sum())),
        served=Amounts(teu=float(teu[:-1].sum()), t=float(t[:-1].sum())),
        unserved=Amounts(teu=float(teu[-1]), t=float(t[-1])),
        corridors=[
            CorridorFlow(corridor=name, teu=float(a), t=float(b))
            for name, a, b in zip(NAMES, teu, t, strict=True)
        ],
        classes=_by_class(run, flows),
        bottlenecks=bottlenecks(run),
        links=link_flows(run, traffic, ~np.isin(run.world.network.links.kind, NO_HAUL)),
        countries=_by_country(run, flows),
        boxes=_boxes(run),
        unconnected=_unconnected(run),
        certificate=run.certificate,
        record=run.record,
    )


def _by_class(run: Run, flows: Tally) -> list[ClassFlow]:
    classes = run.world.classes
    out = []
    for k, class_id in enumerate(classes.ids):
        if classes.is_empty[k]:
            continue
        mine = flows.class_ix == k
        amount = np.bincount(flows.corridor[mine], flows.flow[mine], minlength=len(NAMES))
        out.append(
            ClassFlow(
                class_id=class_id,
                unit="TEU" if classes.is_box[k] else "t",
                by_corridor=dict(zip(NAMES, amount.tolist(), strict=True)),
            )
        )
    return out


def link_amounts(run: Run, amount: FloatArray, flows: Tally) -> FloatArray:
    """
    Return an amount by link, shape (n_links,).

    Parameters
    ----------
    run
        A solved scenario.
    amount
        [any], shape (n_options,). What is summed.
    flows
        Flows by option.
    """
    return np.asarray(corridor_amounts(run, amount, flows).sum(axis=1))


def corridor_amounts(run: Run, amount: FloatArray, flows: Tally) -> FloatArray:
    """
    Return an amount by link and corridor, shape (n_links, n_corridors).

    Parameters
    ----------
    run
        A solved scenario.
    amount
        [any], shape (n_options,). What is summed.
    flows
        Flows by option.
    """
    routes = run.routes
    traffic = np.empty((len(run.world.network.links.ids), len(CORRIDORS)))
    fill_traffic(routes.link_start, routes.link_ix, flows.route, flows.corridor, amount, traffic)
    return traffic


def _route_amounts(run: Run, amount: FloatArray, flows: Tally) -> FloatArray:
    served = flows.route >= 0
    return sums_by(flows.route[served], amount[served], len(run.routes.mark))


def class_traffic(run: Run) -> FloatArray:
    """
    Return what each link carries, [class unit per year], shape (n_links, n_classes, n_corridors).

    Parameters
    ----------
    run
        A solved scenario.
    """
    flows, routes = tally(run), run.routes
    n_links, n_classes = len(run.world.network.links.ids), len(run.world.classes.ids)
    column = (flows.class_ix * len(CORRIDORS) + flows.corridor).astype(np.int32)
    traffic = np.empty((n_links, n_classes * len(CORRIDORS)))
    fill_traffic(routes.link_start, routes.link_ix, flows.route, column, flows.flow, traffic)
    return traffic.reshape(n_links, n_classes, len(CORRIDORS))


def link_flows(run: Run, traffic: FloatArray, wanted: NDArray[np.bool_]) -> list[LinkFlow]:
    """
    Return what links carry, those that carry nothing left out, in the order of the tables.

    Parameters
    ----------
    run
        A solved scenario.
    traffic
        What `class_traffic` returns for it.
    wanted
        [-], shape (n_links,). Which links are told.
    """
    links, classes = run.world.network.links, run.world.classes
    teu = traffic[:, classes.is_box].sum(axis=(1, 2))
    by_corridor = np.einsum("lkc,k->lc", traffic, classes.tonnes_per_unit)
    t, most = by_corridor.sum(axis=1), by_corridor.argmax(axis=1)
    return [
        LinkFlow(link_id=links.ids[i], teu=float(teu[i]), t=float(t[i]), corridor=NAMES[most[i]])
        for i in np.flatnonzero((t > 0) & wanted)
    ]


def _by_country(run: Run, flows: Tally) -> dict[str, Amounts]:
    names = run.world.network.country_ids
    amounts = [_route_amounts(run, amount, flows) for amount in (flows.teu, flows.t)]
    used = np.flatnonzero(amounts[1])
    row, country = np.nonzero(run.routes.crosses[used])
    teu, t = (sums_by(country, amount[used][row], len(names)) for amount in amounts)
    return {
        name: Amounts(teu=float(a), t=float(b)) for name, a, b in zip(names, teu, t, strict=True)
    }


def _unconnected(run: Run) -> list[str]:
    """Name the cells that no route of the network serves."""
    cells, world = run.setting.cells, run.world
    n_zones = len(world.zones.ids)
    routes = run.routes
    key = (
        routes.offer_class.astype(np.int64) * n_zones + routes.origin[routes.offer_route]
    ) * n_zones + routes.dest[routes.offer_route]
    mine = (cells.class_ix.astype(np.int64) * n_zones + cells.origin) * n_zones + cells.dest
    offered = np.isin(mine, key)
    return [
        f"{world.zones.ids[cells.origin[i]]}-{world.zones.ids[cells.dest[i]]}-"
        f"{world.classes.ids[cells.class_ix[i]]}"
        for i in np.flatnonzero(~offered & (cells.demand > 0) & ~_is_empty(run))
    ]


def _is_empty(run: Run) -> NDArray[np.bool_]:
    """Say which cells are of empty boxes."""
    return run.world.classes.is_empty[run.setting.cells.class_ix]


def _boxes(run: Run) -> list[BoxBalance]:
    """Tell the boxes that leave and enter each region, where they balance."""
    problem, cells, zones = run.problem, run.setting.cells, run.world.zones
    if not problem.balanced:
        return []
    cell = problem.group_cell[problem.option_group]
    moves = run.world.classes.is_box[cells.class_ix[cell]] & (problem.option_route >= 0)
    flow = np.where(moves, run.solution.flow, 0.0)
    names, region = np.unique(np.array(zones.regions), return_inverse=True)
    ends = [region[zone[cell]].astype(np.int32) for zone in (cells.origin, cells.dest)]
    crosses, is_empty = ends[0] != ends[1], _is_empty(run)[cell]
    sums = [
        sums_by(end, np.where(mask & crosses, flow, 0.0), len(names))
        for mask in (~is_empty, is_empty) for end in ends
    ]  # fmt: skip
    return [
        BoxBalance(region=str(name), laden_out=float(sums[0][i]), laden_in=float(sums[1][i]),
                   empty_out=float(sums[2][i]), empty_in=float(sums[3][i]),
                   usd_teu=run.box_price.get(str(name), 0.0))
        for i, name in enumerate(names)
        if any(values[i] for values in sums)
    ]  # fmt: skip


def compare_runs(before: Run, after: Run) -> CompareResult:
    """
    Return what changes from one run to another.

    Parameters
    ----------
    before
        A solved scenario.
    after
        Another.

    Returns
    -------
    result
        Changes by corridor, country, class and bottleneck.
    """
    a, b = summarize(before), summarize(after)
    corridors = [
        Change(name=x.corridor, unit=unit, before=p, after=q, change=q - p)
        for x, y in zip(a.corridors, b.corridors, strict=True)
        for unit, p, q in (("TEU/yr", x.teu, y.teu), ("t/yr", x.t, y.t))
    ]
    countries = [
        Change(name=c, unit="t/yr", before=a.countries[c].t, after=b.countries[c].t,
               change=b.countries[c].t - a.countries[c].t)
        for c in a.countries
    ]  # fmt: skip
    classes = [
        Change(
            name=f"{x.class_id} {corridor}", unit=f"{x.unit}/yr", before=p,
            after=y.by_corridor[corridor], change=y.by_corridor[corridor] - p,
        )
        for x, y in zip(a.classes, b.classes, strict=True)
        for corridor, p in x.by_corridor.items()
    ]  # fmt: skip
    return CompareResult(
        before=a.scenario,
        after=b.scenario,
        corridors=corridors,
        countries=[c for c in countries if c.before or c.after],
        classes=[c for c in classes if c.before or c.after],
        bottlenecks=_price_changes(a, b),
        certificate=worst([a.certificate, b.certificate]),
        records=[a.record, b.record],
    )


def _price_changes(a: RunResult, b: RunResult) -> list[Change]:
    before = {(x.resource, x.limit): x for x in a.bottlenecks}
    after = {(x.resource, x.limit): x for x in b.bottlenecks}
    out = []
    for key in {**before, **after}:
        unit = "USD/TEU" if key[1] == "TEU" else "USD/t"
        field = "price_usd_teu" if key[1] == "TEU" else "price_usd_t"
        p, q = (float(getattr(x[key], field)) if key in x else 0.0 for x in (before, after))
        out.append(Change(name=f"{key[0]} {key[1]}", unit=unit, before=p, after=q, change=q - p))
    return sorted(out, key=lambda c: (-abs(c.change), c.name))
