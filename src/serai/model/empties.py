"""Empty boxes: what may go back to where it came from, and what must balance in every region."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import EMPTY, Classes, Flows, Zones
from serai.domain.ranged import FloatArray, IntArray, Ranged
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.demand import Cells
from serai.model.ragged import find_rows
from serai.model.uses import Uses

__all__ = ["Balances", "balances_of", "with_balances", "with_empties"]

REFERENCE = "CHN"
"""Region whose boxes the prices of boxes are relative to, if it trades in any."""


def with_empties(world: World, year: int) -> World:
    """
    Return the world with a class of empty boxes.

    Parameters
    ----------
    world
        The tables, or a draw of them.
    year
        Year of the demand.

    Returns
    -------
    world
        Every box that comes laden from a region may go back there empty, at a share of the price
        of a laden one, or stay for nothing. Empties start where boxes are unloaded and end where
        they are loaded, in the proportions of the zones' weights.

    Raises
    ------
    ScenarioError
        An empty box is said to weigh nothing.
    """
    classes, flows = world.classes, world.flows
    laden = classes.is_box[flows.class_ix] & (flows.year == year)
    ends = [np.array(side)[laden] for side in (flows.origin, flows.dest)]
    pairs, at = np.unique(np.stack(ends, axis=1), axis=0, return_inverse=True)
    amounts = [
        np.bincount(at.ravel(), values[laden], minlength=len(pairs)).astype(np.float64)
        for values in (flows.amount.value, flows.amount.low, flows.amount.high)
    ]
    return replace(
        world,
        classes=_with_class(world, classes),
        zones=_with_weights(classes, world.zones),
        flows=_with_returns(flows, pairs, amounts, len(classes.ids), year),
    )


def _with_class(world: World, classes: Classes) -> Classes:
    params = world.params
    tare = params["empty_t_per_teu"]
    if tare <= 0:
        raise ScenarioError(
            state_fault("params.empty_t_per_teu", f"{tare:g}", "more than 0 t/TEU", "correct it")
        )

    def more(table: Ranged, value: float) -> Ranged:
        return _joined(table, Ranged.fixed(np.array([value])))

    return replace(
        classes,
        ids=(*classes.ids, EMPTY),
        names=(*classes.names, "Empty boxes"),
        is_box=np.append(classes.is_box, np.True_),
        modes=(*classes.modes, frozenset({"rail", "road", "sea", "ferry", "river"})),
        payload_t_per_teu=more(classes.payload_t_per_teu, tare),
        value_usd_per_t=more(classes.value_usd_per_t, 0.0),
        value_of_time_usd_per_t_day=more(
            classes.value_of_time_usd_per_t_day, params["empty_usd_teu_day"] / tare
        ),
        reliability_ratio=more(classes.reliability_ratio, 0.0),
        price_share=np.append(classes.price_share, params["empty_price_share"]),
    )


def _with_weights(classes: Classes, zones: Zones) -> Zones:
    # Boxes are empty where they were unloaded, and wanted where they are loaded.
    mean = zones.weight.value[:, classes.is_box].mean(axis=1)
    return replace(zones, weight=_joined(zones.weight, Ranged.fixed(mean[:, None, ::-1]), axis=1))


def _with_returns(
    flows: Flows, pairs: NDArray[np.str_], amounts: list[FloatArray], class_ix: int, year: int
) -> Flows:
    value, low, high = amounts
    group = np.full(len(value), -1, np.int32)
    return replace(
        flows,
        origin=(*flows.origin, *pairs[:, 1].tolist()),
        dest=(*flows.dest, *pairs[:, 0].tolist()),
        class_ix=np.append(flows.class_ix, np.full(len(pairs), class_ix, np.int32)),
        year=np.append(flows.year, np.full(len(pairs), year, flows.year.dtype)),
        amount=_joined(flows.amount, Ranged(value=value, low=low, high=high, group=group)),
        unit_value_usd_per_t=np.append(flows.unit_value_usd_per_t, np.full(len(pairs), np.nan)),
    )


def _joined(first: Ranged, second: Ranged, axis: int = 0) -> Ranged:
    return Ranged(
        **{
            name: np.concatenate([getattr(first, name), getattr(second, name)], axis=axis)
            for name in ("value", "low", "high", "group")
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balances:
    """Boxes that leave a region less those that come in, which must be nothing."""

    regions: tuple[str, ...]
    """Region of each balance; that of `REFERENCE`, whose balance follows, is left out."""
    leaves: IntArray
    """Shape (n_cells,). Balance of the region that a cell's boxes leave, -1 for none."""
    enters: IntArray
    """Shape (n_cells,)."""
    whole: float
    """[TEU/yr] All boxes: what a balance is counted in shares of."""


def balances_of(world: World, cells: Cells) -> Balances | None:
    """
    Return the balances of boxes, None where empty boxes are no class.

    Parameters
    ----------
    world
        The tables, or what `with_empties` made of them.
    cells
        All of the demand.
    """
    is_box = world.classes.is_box[cells.class_ix]
    if not world.classes.is_empty.any() or not is_box.any():
        return None
    region = np.array(world.zones.regions)
    ends = [np.where(is_box, region[zone], "") for zone in (cells.origin, cells.dest)]
    known = sorted({*ends[0].tolist(), *ends[1].tolist()} - {""})
    left_out = REFERENCE if REFERENCE in known else known[0]
    regions = tuple(r for r in known if r != left_out)
    place = {r: i for i, r in enumerate(regions)}
    leaves, enters = (np.array([place.get(r, -1) for r in end], np.int32) for end in ends)
    laden = is_box & ~world.classes.is_empty[cells.class_ix]
    return Balances(
        regions=regions, leaves=leaves, enters=enters, whole=float(cells.demand[laden].sum())
    )


def with_balances(uses: Uses, balances: Balances, cell: NDArray[np.integer]) -> Uses:
    """
    Return uses of limits and, in rows after them, of balances.

    Parameters
    ----------
    uses
        Of pairs of a class and a route.
    balances
        The balances.
    cell
        [-], shape (n_pairs,). Cell of each pair.
    """
    n, n_limits = len(balances.regions) + 1, len(uses.limit)
    key = (uses.bundle.astype(np.int64) * n + balances.leaves[cell] + 1) * n
    key += balances.enters[cell] + 1
    known, bundle = np.unique(key, return_inverse=True)
    before, leaves, enters = known // n**2, known // n % n - 1, known % n - 1
    start, use = find_rows(uses.start, before)
    apart = leaves != enters
    out, into = np.flatnonzero(apart & (leaves >= 0)), np.flatnonzero(apart & (enters >= 0))
    owner = np.concatenate([np.repeat(np.arange(len(known)), np.diff(start)), out, into])
    limit = np.concatenate([uses.use_limit[use], n_limits + leaves[out], n_limits + enters[into]])
    one = 1.0 / balances.whole
    amount = np.concatenate([uses.amount[use], np.full(len(out), one), np.full(len(into), -one)])
    order = np.argsort(owner, kind="stable")
    # What uses nothing comes last.
    start = np.searchsorted(owner[order], np.arange(len(known) + 2))
    return replace(
        uses, bundle=bundle.astype(np.int32), start=start.astype(np.int64),
        use_limit=limit[order].astype(np.int32), amount=amount[order],
    )  # fmt: skip
