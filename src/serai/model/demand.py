"""Trade between regions, shared out to cells: origin zone, destination zone and class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.world import World
from serai.errors import DataError, ScenarioError
from serai.model.graph import direction_of

__all__ = ["Cells", "build_cells"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Demand by origin zone, destination zone and class. Arrays have shape (n_cells,)."""

    origin: IntArray
    dest: IntArray
    class_ix: IntArray
    direction: IntArray
    demand: FloatArray
    """[class unit per year], >= 0."""
    usd_per_h: FloatArray
    """[USD per class unit and hour] Value of time."""
    reliability: FloatArray
    """[-] Value of a spread hour as a multiple of the value of time."""


def build_cells(world: World, year: int, *, demand: str = "reference") -> Cells:
    """
    Return the cells of one year.

    Parameters
    ----------
    world
        The tables.
    year
        Year of the demand.
    demand
        ``reference``, or the ``low`` or ``high`` edge of the ranges.

    Returns
    -------
    cells
        In an order that does not depend on the order of the rows. A region's trade is shared
        out by the product of the zones' weights, so a region's total is kept.

    Raises
    ------
    ScenarioError
        There is no demand for that year.
    DataError
        A region has no zone to start or end at: demand is never dropped.
    """
    flows, zones, classes = world.flows, world.zones, world.classes
    years = sorted(set(flows.year.tolist()))
    if year not in years:
        raise ScenarioError(
            f"scenario year {year}: no demand in the tables; want one of "
            f"{', '.join(map(str, years))}"
        )
    amounts = {
        "reference": flows.amount.value, "low": flows.amount.low, "high": flows.amount.high,
    }[demand]  # fmt: skip
    regions = np.array(zones.regions)
    weight = zones.weight.value
    per_h = classes.value_of_time_usd_per_t_day.value * classes.tonnes_per_unit / 24.0
    rows = sorted(
        np.flatnonzero(flows.year == year).tolist(),
        key=lambda i: (flows.origin[i], flows.dest[i], int(flows.class_ix[i]), amounts[i]),
    )
    parts: list[tuple[np.ndarray, ...]] = []
    lost: list[str] = []
    for i in rows:
        k = int(flows.class_ix[i])
        start = np.flatnonzero(regions == flows.origin[i])
        end = np.flatnonzero(regions == flows.dest[i])
        share = np.outer(weight[start, k, 0], weight[end, k, 1]).ravel()
        origin, dest = np.repeat(start, len(end)), np.tile(end, len(start))
        keep = (share > 0) & (origin != dest)
        if not keep.any() and amounts[i] > 0:
            lost.append(f"{flows.origin[i]}-{flows.dest[i]}-{classes.ids[k]}")
        share = share[keep] / share[keep].sum() if keep.any() else share[keep]
        factor = 1.0
        if np.isfinite(flows.unit_value_usd_per_t[i]):
            factor = flows.unit_value_usd_per_t[i] / classes.value_usd_per_t.value[k]
        n = int(keep.sum())
        parts.append(
            (origin[keep], dest[keep], np.full(n, k), share * amounts[i],
             np.full(n, per_h[k] * factor))
        )  # fmt: skip
    if lost:
        raise DataError(
            [f"demand.csv {flow}: no pair of two zones with weights; want a zone with an export "
             "weight at one end and another with an import weight at the other; add it to "
             "zones.csv or drop the row" for flow in lost]
        )  # fmt: skip
    origin, dest, class_ix, amount, usd_per_h = (
        np.concatenate(c) for c in zip(*parts, strict=True)
    )
    return Cells(
        origin=origin.astype(np.int32),
        dest=dest.astype(np.int32),
        class_ix=class_ix.astype(np.int32),
        direction=direction_of(zones.lon[origin], zones.lon[dest]),
        demand=amount.astype(np.float64),
        usd_per_h=usd_per_h,
        reliability=classes.reliability_ratio.value[class_ix],
    )
