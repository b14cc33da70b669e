"""Stores on the way: what they take, and which of them pay for which goods and markets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, Ranged, freeze
from serai.domain.results import Band, Record, Result, RunCertificate

__all__ = ["StorageClass", "StorageHub", "StorageInputs", "StorageMarket", "StorageResult"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StorageInputs:
    """What holding goods on the way takes: behaviour, classes of goods, places."""

    ids: tuple[str, ...]
    values: Ranged
    """Shape (n_inputs,), units as in the table."""
    class_ids: tuple[str, ...]
    """Classes that may be stored; shape (n_stored,) of the two that follow."""
    stockable_share: Ranged
    ageing_pct_day: Ranged
    place_ids: tuple[str, ...]
    """Candidates and rivals; shape (n_hubs,) of the three that follow."""
    place_names: tuple[str, ...]
    is_rival: NDArray[np.bool_]
    rent_usd_m2_yr: Ranged
    n_dimensions: int
    """Number of independent dimensions that the ranges span."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        freeze(self.is_rival)

    def __getitem__(self, name: str) -> float:
        """Return an input of the table of behaviour, in its unit there."""
        return float(self.values.value[self.ids.index(name)])

    def drawn(self, z: FloatArray) -> StorageInputs:
        """
        Return the inputs at one draw.

        Parameters
        ----------
        z
            [-], shape (n_dimensions,). Standard normal deviates.
        """
        names = ("values", "stockable_share", "ageing_pct_day", "rent_usd_m2_yr")
        return replace(self, **{name: getattr(self, name).drawn(z) for name in names})


class StorageHub(Result):
    """A place where goods may be held on their way."""

    place_id: str
    """Place."""
    name: str
    """What it is called."""
    is_chosen: bool
    """Whether it is in the best plan."""
    chosen_share: float
    """[-] Part of the draws in whose own best plan it is; the central run's without draws."""
    gain_musd_yr: Band
    """[million USD/yr] In the best plan, its own cost taken off; hub and size held over draws."""
    alone_musd_yr: Band
    """[million USD/yr] At its best size if no other candidate is opened; 0: not worth opening."""
    unrivalled_musd_yr: Band
    """[million USD/yr] The same if there were no stores abroad to use instead."""
    users_gain_musd_yr: float
    """[million USD/yr] In the best plan, before room, running and opening are paid."""
    cost_musd_yr: float
    """[million USD/yr] Room, running and opening."""
    room_m2: float
    """[m2] Room that is opened."""
    stock_teu: float
    """[TEU] Mean stock in it, goods in bulk by the boxes that they would fill."""
    teu: float
    """[TEU/yr] Boxes through it."""
    t: float
    """[t/yr] Goods through it, those in boxes too."""
    days_in_store: float | None
    """[days] Mean time of goods in it."""
    days_saved: float | None
    """[days] By which a buyer's order is filled sooner than from the origin."""
    fee_usd_teu_day: float | None
    """[USD/TEU/day] What a box in stock costs a day: room, running and opening."""
    break_even_fee_usd_teu_day: float | None
    """[USD/TEU/day] The fee at which its users would gain nothing."""


class StorageMarket(Result):
    """Goods of a class from one region to another, each pair of zones at its best candidate."""

    class_id: str
    """Commodity class."""
    origin: str
    """Region."""
    dest: str
    """Region."""
    hub: str
    """Name of the candidate that is best for most of it, opened or not."""
    rival: str | None
    """Name of the store abroad that is best for most of it; null: none pays."""
    unit: str
    """TEU or t."""
    flow: float
    """[unit/yr] Transit by land through the candidates' country."""
    stored: float
    """[unit/yr] Held in the hubs of the best plan."""
    over_direct_usd_unit: float
    """[USD/unit] Gain over straight shipment, room paid; below 0: it does not pay."""
    over_rivals_usd_unit: float
    """[USD/unit] The same over the best store abroad, where one pays."""
    days_saved: float
    """[days] By which an order is filled sooner than from the origin."""
    days_in_store: float
    """[days] In the candidate."""
    break_even_fee_usd_teu_day: float | None
    """[USD/TEU/day] Fee at which nothing is gained over straight shipment; null: at no fee."""
    break_even_days: float | None
    """[days] In store, at the rent, at which nothing is gained over it; null: at no time."""


class StorageClass(Result):
    """Goods of a class in all markets, each pair of zones at its best candidate."""

    class_id: str
    """Commodity class."""
    name: str
    """What it is."""
    unit: str
    """TEU or t."""
    flow: float
    """[unit/yr] Transit by land through the candidates' country."""
    stockable: float
    """[unit/yr] Of it, what could be kept in stock."""
    stored: float
    """[unit/yr] Held in the hubs of the best plan."""
    over_direct_usd_unit: Band
    """[USD/unit] Mean gain over straight shipment, room paid."""
    over_rivals_usd_unit: Band
    """[USD/unit] The same over the best store abroad, where one pays."""
    pays_over_direct: float
    """[-] Part of the flow that gains over straight shipment."""
    pays_over_rivals: float
    """[-] Part of the flow that gains over the best store abroad too."""
    days_saved: float
    """[days] Mean, by which an order is filled sooner than from the origin."""
    break_even_fee_usd_teu_day: float | None
    """[USD/TEU/day] Mean fee at which nothing is gained over straight shipment; null: none."""
    break_even_days: float | None
    """[days] Mean time in store, at the rent, at which nothing is gained over it; null: none."""


class StorageResult(Result):
    """Which stores on the way pay, for which goods and markets, at what size."""

    scenario: str
    """Scenario whose flows, prices and waits hold."""
    gain_musd_yr: Band
    """[million USD/yr] Of the best plan, with its hubs and sizes held over the draws."""
    best_gain_musd_yr: Band
    """[million USD/yr] Of each draw's own best plan."""
    max_hubs: int
    """[-] Hubs that the plan may open."""
    hubs: list[StorageHub]
    """Candidates, by what each is worth alone."""
    rivals: list[str]
    """Names of the stores abroad that stand already."""
    classes: list[StorageClass]
    """Classes that may be stored, by the gain over straight shipment of all that could be."""
    markets: list[StorageMarket]
    """The largest: by what the plan gains, then by what a stock gains over straight shipment."""
    n_parts: int
    """[-] Pairs of zones by class and side of Russia that were weighed."""
    mip_gap: float
    """[-] Proven distance of the best plan from the best there is."""
    n_draws: int
    """Draws of all ranged inputs behind the bands."""
    certificate: RunCertificate
    """The worst of all runs."""
    record: Record
    """How the result came about."""
