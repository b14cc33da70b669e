"""What a box pays to whom on the Middle Corridor, and the rate at which it would break even."""

from __future__ import annotations

from typing import Final

import numpy as np

from serai.domain.network import WATER_KINDS, Links
from serai.domain.ranged import FloatArray
from serai.domain.routes import CORRIDORS
from serai.domain.tariff import BreakEven, Section
from serai.model.choice import AVOIDING_REGIONS
from serai.model.graph import direction_of
from serai.run import Run
from serai.studies.cases import divertible, find_cheapest
from serai.studies.tally import tally

__all__ = ["find_break_even", "find_sections"]

LEAST_USD: Final = 15.0
"""[USD/TEU] Sections that take less are told together."""

WORDS: Final = {
    "port": "port", "border": "border", "gauge_change": "gauge change",
    "gauge_change_and_border": "border and gauge change", "interchange": "interchange",
    "ferry_board": "ferry terminal",
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
        Averages over boxes between China and Europe that cross the Caspian, weighted by boxes,
        from east to west; what takes less than `LEAST_USD` is one row at the end. A section
        counts boxes that do not use it as zero, so that the rows add up to the average rate.
    """
    links, graph = run.world.network.links, run.setting.graph
    on, boxes = _boxes_on_links(run)
    total = max(boxes, 1e-300)
    usd = (on * np.nan_to_num(np.broadcast_to(graph.usd_teu, on.shape))).sum(axis=0) / total
    hours = (on.sum(axis=0) * np.nan_to_num(graph.hours)) / total
    km = on.sum(axis=0) * links.length_km / total
    place_lon = np.append(run.world.network.places.lon, np.nan)
    ends = np.stack([place_lon[links.from_place], place_lon[links.to_place]])
    lon = np.where(np.isfinite(ends), ends, 0.0).sum(axis=0)
    lon /= np.maximum(np.isfinite(ends).sum(axis=0), 1)
    rows: dict[tuple[str, str, str], FloatArray] = {}
    for i in np.flatnonzero(on.sum(axis=0) > 0).tolist():
        one = rows.setdefault(_section_of(links, run, i), np.zeros(4))
        one += usd[i], hours[i], km[i], usd[i] * lon[i]
    kept = [key for key in rows if rows[key][0] >= LEAST_USD]
    order = sorted(kept, key=lambda key: -rows[key][3] / rows[key][0])
    sections = [_section(*key, rows[key]) for key in order]
    rest = np.sum([rows[key] for key in rows if key not in kept] or [np.zeros(4)], axis=0)
    return [*sections, _section("all others", "", "", rest)] if sections else []


def _section(name: str, country: str, kind: str, sums: FloatArray) -> Section:
    return Section(
        name=name, country=country, kind=kind, usd_teu=float(sums[0]), hours=float(sums[1]),
        km=float(sums[2]),
    )  # fmt: skip


def _boxes_on_links(run: Run) -> tuple[FloatArray, float]:
    """Return boxes between China and Europe by the corridor: on links by direction, and in all."""
    flows, routes, cells, world = tally(run), run.routes, run.setting.cells, run.world
    region = np.array(world.zones.regions)
    ends = [region[cells.origin[flows.cell]], region[cells.dest[flows.cell]]]
    wanted = (flows.corridor == MIDDLE) & (flows.teu > 0)
    wanted &= ((ends[0] == "CHN") & np.char.startswith(ends[1], AVOIDING_REGIONS)) | (
        (ends[1] == "CHN") & np.char.startswith(ends[0], AVOIDING_REGIONS)
    )
    weight = np.bincount(flows.route[wanted], flows.teu[wanted], len(routes.mark))
    lon = world.zones.lon
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    on = np.zeros((2, len(world.network.links.ids)))
    for r in np.flatnonzero(weight > 0):
        path = routes.link_ix[routes.link_start[r] : routes.link_start[r + 1]]
        on[direction[r], path] += weight[r]
    return on, float(weight.sum())


def _section_of(links: Links, run: Run, i: int) -> tuple[str, str, str]:
    """Return name, country and kind of the section that a link belongs to."""
    ids = run.world.network.country_ids
    countries = "/".join(c for c, inside in zip(ids, links.in_country[i], strict=True) if inside)
    kind = str(links.kind[i])
    if kind in ("access", "transfer") and str(links.transfer_type[i]) in ("", "load", "unload"):
        return "both ends", "", "drayage and handling"
    if kind == "transfer":
        what = WORDS.get(str(links.transfer_type[i]), str(links.transfer_type[i]))
    elif kind in WATER_KINDS:
        what = "crossing" if kind == "ferry" else "ship"
    else:
        what = "railway" if kind.startswith("rail") else kind
    operator = str(links.operator[i])
    return operator or countries, countries, what


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
    cells, world = run.setting.cells, run.world
    weights, classes = divertible(run).teu, world.classes
    best = find_cheapest(run, (weights > 0) & classes.is_box[cells.class_ix])
    here = best["middle"]
    rows = []
    for k in np.flatnonzero(classes.is_box & ~classes.is_empty):
        for rival in ("north", "sea"):
            there = best[rival]
            cell, at, other = np.intersect1d(here.cell, there.cell, return_indices=True)
            weight = np.where(cells.class_ix[cell] == k, weights[cell], 0.0)
            if weight.sum() < 1.0:
                continue
            gap, rate, rate_there = (
                float(np.average(values, weights=weight))
                for values in (
                    there.felt[other] - here.felt[at],
                    here.usd_teu[at],
                    there.usd_teu[other],
                )
            )
            rows.append(
                BreakEven(
                    class_id=classes.ids[k], name=classes.names[k], rival=rival,
                    rate_usd_teu=rate, rival_usd_teu=rate_there, break_even_usd_teu=rate + gap,
                )
            )  # fmt: skip
    return rows
