"""What a box pays to whom on the Middle Corridor, and the rate at which it would break even."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.domain.network import WATER_KINDS, Links
from serai.domain.ranged import FloatArray
from serai.domain.routes import CORRIDORS, FAMILIES
from serai.domain.tariff import BreakEven, Section
from serai.model.choice import route_sums
from serai.model.graph import direction_of
from serai.run import Run
from serai.studies.cases import divertible
from serai.studies.tally import scarcity_usd, tally

__all__ = ["find_break_even", "find_sections"]

LEAST_USD: Final = 1.0
"""[USD/TEU] Sections that take less are left out."""

WORDS: Final = {
    "port": "port", "border": "border", "gauge_change": "gauge change",
    "gauge_change_and_border": "border and gauge change", "interchange": "interchange",
    "ferry_board": "ferry terminal", "load": "loading", "unload": "unloading",
}  # fmt: skip
"""What transfers are called."""

MIDDLE: Final = CORRIDORS.index("middle")


def find_sections(run: Run) -> list[Section]:
    """
    Return what every operator takes of the average box on the corridor.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    sections
        Averages over the boxes that cross the Caspian in the run, weighted by boxes; in the
        order in which most of them come from the east. A section's average counts boxes that
        do not use it as zero, so that the rows add up to the average rate.
    """
    flows, routes, graph = tally(run), run.routes, run.setting.graph
    links = run.world.network.links
    mine = np.flatnonzero((flows.corridor == MIDDLE) & (flows.teu > 0))
    weight = np.bincount(flows.route[mine], flows.teu[mine], len(routes.mark))
    lon = run.world.zones.lon
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    used = np.flatnonzero(weight > 0)
    boxes = np.zeros((2, len(links.ids)))
    for r in used:
        on = routes.link_ix[routes.link_start[r] : routes.link_start[r + 1]]
        boxes[direction[r], on] += weight[r]
    total = max(float(weight.sum()), 1e-300)
    usd = (boxes * np.nan_to_num(np.broadcast_to(graph.usd_teu, boxes.shape))).sum(axis=0) / total
    hours, km = (boxes.sum(axis=0) * v / total for v in (np.nan_to_num(graph.hours),
                                                         links.length_km))  # fmt: skip
    keys = [_section_of(links, run, i) for i in range(len(links.ids))]
    rows: dict[tuple[str, str, str], FloatArray] = {}
    place_lon = np.append(run.world.network.places.lon, np.nan)
    for i in np.flatnonzero(boxes.sum(axis=0) > 0):
        one = rows.setdefault(keys[i], np.zeros(5))
        at = np.nanmean([place_lon[links.from_place[i]], place_lon[links.to_place[i]], 0.0])
        one += usd[i], hours[i], km[i], usd[i] * at, usd[i]
    order = sorted(rows, key=lambda key: -rows[key][3] / max(rows[key][4], 1e-9))
    return [
        Section(name=name, country=country, kind=kind, usd_teu=float(rows[name, country, kind][0]),
                hours=float(rows[name, country, kind][1]), km=float(rows[name, country, kind][2]))
        for name, country, kind in order
        if rows[name, country, kind][0] >= LEAST_USD
    ]  # fmt: skip


def _section_of(links: Links, run: Run, i: int) -> tuple[str, str, str]:
    """Return name, country and kind of the section that a link belongs to."""
    ids = run.world.network.country_ids
    countries = "/".join(c for c, inside in zip(ids, links.in_country[i], strict=True) if inside)
    kind = str(links.kind[i])
    if kind == "transfer":
        what = WORDS.get(str(links.transfer_type[i]), str(links.transfer_type[i]))
    elif kind in WATER_KINDS:
        what = "crossing" if kind == "ferry" else "ship"
    else:
        what = "railway" if kind.startswith("rail") else kind
    operator = str(links.operator[i])
    return operator or f"{countries} {what}".strip(), countries, what


def find_break_even(run: Run) -> list[BreakEven]:
    """
    Return the corridor's rate at which boxes would find it and a rival alike.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    rows
        By class and rival. Averages over the cells that use Russian rail today and have both a
        way by the corridor and one by the rival, weighted by their boxes there: the cheapest of
        each by what shippers feel, prices and waits of the run included.
    """
    problem, cells, world = run.problem, run.setting.cells, run.world
    weights = divertible(run).teu
    route = problem.option_route
    cell = problem.group_cell[problem.option_group]
    mine = np.flatnonzero((route >= 0) & (weights[cell] > 0))
    felt = run.queued.arrays.cost[mine] + scarcity_usd(run)[mine]
    money = _money(run, mine)
    corridor, family = run.routes.corridor[route[mine]], run.routes.family[route[mine]]
    best = {
        word: _cheapest(felt, money, cell[mine], mask, len(weights))
        for word, mask in (
            ("middle", corridor == MIDDLE),
            ("north", corridor == CORRIDORS.index("north")),
            ("sea", (family == FAMILIES.index("sea")) & (corridor == CORRIDORS.index("sea"))),
        )
    }
    rows = []
    for k in np.flatnonzero(world.classes.is_box & ~world.classes.is_empty):
        for rival in ("north", "sea"):
            both = np.isfinite(best["middle"][0]) & np.isfinite(best[rival][0])
            weight = np.where(both & (cells.class_ix == k), weights, 0.0)
            if weight.sum() < 1.0:
                continue
            gap = np.average(_finite(best[rival][0] - best["middle"][0]), weights=weight)
            rate = np.average(_finite(best["middle"][1]), weights=weight)
            rows.append(
                BreakEven(
                    class_id=world.classes.ids[k], name=world.classes.names[k], rival=rival,
                    rate_usd_teu=float(rate),
                    rival_usd_teu=float(np.average(_finite(best[rival][1]), weights=weight)),
                    break_even_usd_teu=float(rate + gap),
                )
            )  # fmt: skip
    return rows


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, 0.0)


def _money(run: Run, mine: NDArray[np.int64]) -> FloatArray:
    """[USD/TEU] Price of options, scarcity included."""
    routes, graph = run.routes, run.setting.graph
    lon = run.world.zones.lon
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    (by_route,) = route_sums(routes, direction, graph.usd_teu)
    return np.asarray(by_route[run.problem.option_route[mine]] + scarcity_usd(run)[mine])


def _cheapest(
    felt: FloatArray, money: FloatArray, cell: NDArray[np.integer], mask: NDArray[np.bool_], n: int
) -> tuple[FloatArray, FloatArray]:
    """Return felt cost and price of each cell's cheapest masked option, inf where none is."""
    at = np.flatnonzero(mask)
    order = at[np.lexsort((felt[at], cell[at]))]
    cells, first = np.unique(cell[order], return_index=True)
    out = np.full(n, np.inf), np.full(n, np.inf)
    out[0][cells], out[1][cells] = felt[order[first]], money[order[first]]
    return out
