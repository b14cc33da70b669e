"""Stocks on the way: days in store, and what a unit gains by standing in a hub."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from serai.domain.ranged import FloatArray
from serai.domain.storage import StorageInputs
from serai.run import Run
from serai.studies.legs import Legs, Parts, teu_per_unit
from serai.units import DAYS_PER_YEAR, HOURS_PER_DAY

__all__ = ["Gains", "count_markets", "stock_days", "weigh"]

WEEKS_PER_YEAR: Final = DAYS_PER_YEAR / 7.0

BY_HUB: Final = ("before_store", "store_days", "saved_days", "fee_usd_teu_day")
"""Figures whose last axis is the hub."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gains:
    """What goods gain by a stock in a candidate, per class unit. Shape (n_parts, n_hubs) or so."""

    before_store: FloatArray
    """[USD/unit] Over straight shipment, before the hub's own stock and its room are paid; -inf
    where it cannot be."""
    holding_usd_day: FloatArray
    """[USD/unit/day], shape (n_parts,). Capital and ageing."""
    store_days: FloatArray
    """[days] Mean time in the hub."""
    saved_days: FloatArray
    """[days] By which a buyer's order is filled sooner than from the origin."""
    slots: FloatArray
    """[TEU/unit], shape (n_parts,). Boxes that a unit fills."""
    stockable: FloatArray
    """[unit/yr], shape (n_parts,). Flow that could be kept in stock."""
    fee_usd_teu_day: FloatArray
    """[USD/TEU/day], shape (n_hubs,). Rent of the room that a box in stock takes."""
    rival_usd: FloatArray
    """[USD/unit], shape (n_parts, n_rivals). What stores abroad offer over straight shipment, their
    room paid; -inf where they cannot."""

    @property
    def over_direct(self) -> FloatArray:
        """[USD/unit], shape (n_parts, n_hubs). With the stock held and its room paid."""
        a_day = self.holding_usd_day[:, None] + self.slots[:, None] * self.fee_usd_teu_day
        return self.before_store - a_day * self.store_days

    @property
    def over_rivals(self) -> FloatArray:
        """[USD/unit], shape (n_parts, n_hubs). The same, less what the best store abroad offers."""
        best = self.rival_usd.max(axis=1, initial=0.0)
        return np.asarray(self.over_direct - best[:, None])


def stock_days(
    lead_days: FloatArray,
    spread_days: FloatArray,
    interval_days: float,
    *,
    cv_day: float,
    safety_factor: float,
    pooled: FloatArray | float = 1.0,
) -> FloatArray:
    """
    Return the mean stock of who orders at regular intervals, in days of demand.

    Parameters
    ----------
    lead_days
        [days], shape (n,). From order to delivery.
    spread_days
        [days], shape (n,). Standard deviation of it.
    interval_days
        [days], >= 0. Between orders.
    cv_day
        [-], >= 0. Standard deviation of a day's demand over its mean.
    safety_factor
        [-], >= 0. Standard deviations that are kept in stock.
    pooled
        [-], > 0. Buyers of like size whose independent demands share the stock.

    Returns
    -------
    days
        [days]. Half an interval, and the safety stock
        ``k sqrt(cv**2 (lead + interval) / n + spread**2)``: pooling helps against what buyers do,
        not against late trains.

    References
    ----------
    baumol1970, tyworth1998, maister1976.

    Examples
    --------
    >>> stock_days(np.array([9.0]), np.array([3.0]), 7.0, cv_day=1.0, safety_factor=2.0)
    array([13.5])
    """
    variance = cv_day**2 * (lead_days + interval_days) / pooled + spread_days**2
    return interval_days / 2.0 + safety_factor * np.sqrt(variance)


def count_markets(run: Run, parts: Parts, legs: Legs, reach: float) -> FloatArray:
    """
    Return in how many markets the goods of an origin can be sold from a hub.

    Parameters
    ----------
    run
        The scenario.
    parts
        The goods.
    legs
        Their ways.
    reach
        [-], >= 0. Part of the straight way's cost that calling at the hub may add.

    Returns
    -------
    markets
        [-], shape (n_parts, n_hubs), >= 1. Countries in reach for goods of the same class from the
        same zone, as one over the sum of their squared shares.
    """
    zones, cells = run.world.zones, run.setting.cells
    _, country = np.unique(np.array(zones.countries), return_inverse=True)
    n_countries = int(country.max()) + 1
    seller, row = np.unique(
        np.stack([cells.class_ix[parts.cell], cells.origin[parts.cell]]), axis=1,
        return_inverse=True,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        in_reach = legs.via_cost <= (1.0 + reach) * legs.direct_cost[:, None]
    flow = np.where(in_reach & parts.may_use, parts.flow[:, None], 0.0)
    n_sellers = seller.shape[1]
    code = row * n_countries + country[cells.dest[parts.cell]]
    by_country = np.stack(
        [np.bincount(code, column, minlength=n_sellers * n_countries) for column in flow.T], axis=-1
    ).reshape(n_sellers, n_countries, flow.shape[1])
    squares = (by_country**2).sum(axis=1)
    markets = by_country.sum(axis=1) ** 2 / np.where(squares > 0, squares, 1.0)
    return np.asarray(np.maximum(markets, 1.0)[row])


def weigh(run: Run, parts: Parts, legs: Legs, inputs: StorageInputs) -> Gains:
    """
    Return what goods gain by a stock in each candidate, and what stores abroad offer.

    Parameters
    ----------
    run
        The scenario.
    parts
        The goods.
    legs
        Their ways.
    inputs
        What holding takes.

    Returns
    -------
    gains
        Of the candidates: total logistics cost straight, less that by the hub: carriage, handling,
        capital and ageing of what is under way and in stock, the buyers' room, and what a day
        between order and delivery is worth to them.
    """
    goods = _Goods(run, parts, inputs)
    law = {"cv_day": inputs["demand_cv_day"], "safety_factor": inputs["safety_factor"]}
    direct, inward, outward = legs.direct, legs.inward, legs.outward
    pooled = inputs["buyers_pooled"] * count_markets(run, parts, legs, inputs["reach"])
    in_store = stock_days(
        inward.days, inward.spread_days, inputs["restock_interval_d"], pooled=pooled, **law
    )
    at_buyer = stock_days(outward.days, outward.spread_days, inputs["hub_interval_d"], **law)
    straight = stock_days(direct.days, direct.spread_days, inputs["direct_interval_d"], **law)
    discount = inputs["consolidation_discount"] * goods.thinness()[:, None]
    of_way = (
        inward.usd - discount * inward.rail_usd
        + outward.usd * (1.0 + inputs["small_lot_surcharge"])
        - direct.usd[:, None]
    )  # fmt: skip
    buyer_fee = goods.slots * goods.fee(inputs["buyer_rent_usd_m2_yr"])
    moved = (inward.days + outward.days) - direct.days[:, None]
    saved = direct.days[:, None] - outward.days
    gain = (
        goods.holding[:, None] * (straight[:, None] - at_buyer - moved)
        + buyer_fee[:, None] * (straight[:, None] - at_buyer)
        + goods.urgency[:, None] * saved
        - of_way - goods.handling[:, None]
    )  # fmt: skip
    possible = (
        (goods.slots > 0)[:, None]
        & parts.may_use
        & np.isfinite(legs.via_cost)
        & np.isfinite(legs.direct_cost)[:, None]
    )
    every = Gains(
        before_store=np.where(possible, gain, -np.inf),
        holding_usd_day=goods.holding,
        store_days=in_store,
        saved_days=saved,
        slots=goods.slots,
        stockable=goods.stockable,
        fee_usd_teu_day=goods.fee(inputs.rent_usd_m2_yr.value),
        rival_usd=np.zeros((len(goods.slots), 0)),
    )
    mine, rival = ~inputs.is_rival, inputs.is_rival
    return replace(
        every,
        **{name: getattr(every, name)[..., mine] for name in BY_HUB},
        rival_usd=every.over_direct[:, rival],
    )


class _Goods:
    """What the goods of each part are: figures per class unit, arrays of shape (n_parts,)."""

    def __init__(self, run: Run, parts: Parts, inputs: StorageInputs) -> None:
        world, cells = run.world, run.setting.cells
        classes, self.inputs = world.classes, inputs
        k = cells.class_ix[parts.cell]
        tonnes = classes.tonnes_per_unit[k]
        row = np.array([inputs.class_ids.index(classes.ids[i]) for i in k], np.int32)
        of_time = classes.value_of_time_usd_per_t_day.value[k] * tonnes / HOURS_PER_DAY
        # A flow of another value per tonne has its own value of time, in proportion.
        usd_per_h = cells.usd_per_h[parts.cell]
        factor = np.where(of_time > 0, usd_per_h / np.where(of_time > 0, of_time, 1.0), 1.0)
        value = classes.value_usd_per_t.value[k] * tonnes * factor
        capital = inputs["capital_pct_yr"] / 100.0 / DAYS_PER_YEAR
        ageing = inputs.ageing_pct_day.value[row] / 100.0
        self.holding = value * (capital + ageing)
        beyond = np.maximum(usd_per_h * HOURS_PER_DAY - self.holding, 0.0)
        self.urgency = inputs["urgency"] * beyond
        self.slots = teu_per_unit(classes)[k]
        self.handling = (
            inputs["lifts_usd_teu"] * self.slots + inputs["in_out_usd_t"] * tonnes
        )  # fmt: skip
        share = np.clip(inputs.stockable_share.value[row], 0.0, 1.0)
        self.stockable = parts.flow * share
        self._pair_teu = _sum_by_pair(run, parts, parts.flow * self.slots)

    def thinness(self) -> FloatArray:
        """Return [-] how far a pair of zones is from filling a train a week by itself."""
        full = self.inputs["train_teu_week"] * WEEKS_PER_YEAR
        return np.maximum(0.0, 1.0 - self._pair_teu / full)

    def fee(self, rent_usd_m2_yr: FloatArray | float) -> FloatArray:
        """Return [USD/TEU/day] the rent of the room that a box in stock takes."""
        room = self.inputs["m2_per_teu"] / self.inputs["fill"]
        return np.asarray(rent_usd_m2_yr) * room / DAYS_PER_YEAR


def _sum_by_pair(run: Run, parts: Parts, amount: FloatArray) -> FloatArray:
    """Return the amount of all parts between the same two zones, for each part."""
    cells = run.setting.cells
    pair = cells.origin[parts.cell].astype(np.int64) * len(run.world.zones.ids)
    pair = pair + cells.dest[parts.cell]
    _, row = np.unique(pair, return_inverse=True)
    return np.asarray(np.bincount(row, amount)[row])
