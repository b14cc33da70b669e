"""What a plan of stores says hub by hub, class by class and market by market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.results import Band
from serai.domain.storage import StorageClass, StorageHub, StorageInputs, StorageMarket
from serai.run import Run
from serai.studies.inventory import Gains
from serai.studies.legs import Parts
from serai.studies.location import HubCost, Plan
from serai.units import DAYS_PER_YEAR, USD_PER_MUSD

__all__ = ["Case", "HubBands", "cost_of_hub", "list_classes", "list_hubs", "list_markets"]


N_MARKETS: Final = 40
"""Markets that are told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A run's transit goods and what a stock of them gains in each candidate."""

    run: Run
    parts: Parts
    gains: Gains
    room_m2: FloatArray
    """Shape (n_parts, n_hubs). Of all that could be kept in stock."""

    @property
    def class_ix(self) -> IntArray:
        """[-], shape (n_parts,). Class of each part."""
        return np.asarray(self.run.setting.cells.class_ix[self.parts.cell])

    @property
    def best(self) -> IntArray:
        """[-], shape (n_parts,). The candidate that each part gains most from."""
        return np.asarray(np.argmax(self.gains.over_direct, axis=1), np.int32)

    @property
    def is_possible(self) -> NDArray[np.bool_]:
        """[-], shape (n_parts,). Parts that can stand in some candidate."""
        return np.asarray(np.isfinite(self.gains.over_direct).any(axis=1))

    def at_best(self, figure: FloatArray) -> FloatArray:
        """
        Return a figure of each part at its best candidate, shape (n_parts,).

        Parameters
        ----------
        figure
            [any], shape (n_parts, n_hubs).
        """
        return np.asarray(figure[np.arange(len(figure)), self.best])

    def gain_by_hub(self, plan: Plan, inputs: StorageInputs) -> FloatArray:
        """
        Return [USD/yr], shape (n_hubs,): what a plan's users gain less what its hubs cost.

        Parameters
        ----------
        plan
            The plan.
        inputs
            What holding takes.
        """
        net = np.where(plan.share > 0, self.gains.over_rivals, 0.0)
        users = (plan.share * net * self.gains.stockable[:, None]).sum(axis=0)
        return np.asarray(users - own_cost(plan, cost_of_hub(inputs)))

    def mean_by_class(self, inputs: StorageInputs) -> FloatArray:
        """
        Return [USD/unit], shape (2, n_stored): mean gains over straight shipment and over rivals.

        Parameters
        ----------
        inputs
            What holding takes.
        """
        ids, kept = self.run.world.classes.ids, self.is_possible
        out = np.full((2, len(inputs.class_ids)), np.nan)
        for i, class_id in enumerate(inputs.class_ids):
            mine = kept & (self.class_ix == ids.index(class_id))
            weight = self.parts.flow[mine]
            if not weight.sum() > 0:
                continue
            for row, net in enumerate((self.gains.over_direct, self.gains.over_rivals)):
                out[row, i] = np.average(self.at_best(net)[mine], weights=weight)
        return out


def cost_of_hub(inputs: StorageInputs) -> HubCost:
    """
    Return what a hub takes beside the room that its users rent.

    Parameters
    ----------
    inputs
        What holding takes.
    """
    return HubCost(
        opening_usd_yr=inputs["opening_musd_yr"] * USD_PER_MUSD,
        module_usd_yr=inputs["module_m2"] * inputs["running_usd_m2_yr"],
        module_m2=inputs["module_m2"],
    )


def own_cost(plan: Plan, cost: HubCost) -> FloatArray:
    """
    Return what a plan's hubs take beside the room that their users rent.

    Parameters
    ----------
    plan
        The plan.
    cost
        Of each hub and module.

    Returns
    -------
    cost
        [USD/yr], shape (n_hubs,).
    """
    opened = np.where(plan.modules > 0, cost.opening_usd_yr, 0.0)
    return np.asarray(opened + plan.modules * cost.module_usd_yr)


class HubBands(NamedTuple):
    """What draws say of a hub."""

    chosen_share: float
    held: Band
    alone: Band
    unrivalled: Band


def list_hubs(
    case: Case, plan: Plan, inputs: StorageInputs, bands: list[HubBands]
) -> list[StorageHub]:
    """
    Return the candidates, by what each is worth alone.

    Parameters
    ----------
    case
        The goods at the tables' values.
    plan
        The best plan for it.
    inputs
        What holding takes.
    bands
        By hub.
    """
    classes = case.run.world.classes
    gains, own = case.gains, own_cost(plan, cost_of_hub(inputs))
    places = zip(inputs.place_ids, inputs.place_names, inputs.is_rival, strict=True)
    stored = plan.share * gains.stockable[:, None]
    stock = stored * gains.store_days / DAYS_PER_YEAR * gains.slots[:, None]
    net = np.where(plan.share > 0, gains.over_rivals, 0.0)
    rent = stock.sum(axis=0) * DAYS_PER_YEAR * gains.fee_usd_teu_day
    users = (stored * net).sum(axis=0) + rent
    boxes = stored * classes.is_box[case.class_ix][:, None]
    loads = stored * gains.slots[:, None]
    rows = []
    for h, (place, name) in enumerate((p, n) for p, n, is_rival in places if not is_rival):
        teu_days = float(stock[:, h].sum()) * DAYS_PER_YEAR
        cost = float(rent[h] + own[h])
        rows.append(
            StorageHub(
                place_id=place, name=name,
                is_chosen=bool(plan.modules[h] > 0), chosen_share=bands[h].chosen_share,
                gain_musd_yr=bands[h].held, alone_musd_yr=bands[h].alone,
                unrivalled_musd_yr=bands[h].unrivalled,
                users_gain_musd_yr=float(users[h]) / USD_PER_MUSD, cost_musd_yr=cost / USD_PER_MUSD,
                room_m2=float(plan.modules[h]) * inputs["module_m2"],
                stock_teu=float(stock[:, h].sum()),
                teu=float(boxes[:, h].sum()),
                t=float((stored[:, h] * classes.tonnes_per_unit[case.class_ix]).sum()),
                days_in_store=_mean(gains.store_days[:, h], loads[:, h]),
                days_saved=_mean(gains.saved_days[:, h], loads[:, h]),
                fee_usd_teu_day=cost / teu_days if teu_days > 0 else None,
                break_even_fee_usd_teu_day=float(users[h]) / teu_days if teu_days > 0 else None,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda r: (-r.alone_musd_yr.central, -r.unrivalled_musd_yr.central))


def _mean(figure: FloatArray, weight: FloatArray) -> float | None:
    """Return a weighted mean, None where nothing weighs."""
    used = weight > 0
    return float(np.average(figure[used], weights=weight[used])) if used.any() else None


class _Group:
    """Some parts, each at its best candidate, in one line."""

    def __init__(self, case: Case, mine: NDArray[np.bool_]) -> None:
        self.case, self.mine = case, np.flatnonzero(mine)
        self.flow = case.parts.flow[self.mine]

    def mean(self, figure: FloatArray) -> float:
        """Return the mean of a figure by part, weighted by the flow."""
        return float(np.average(figure[self.mine], weights=self.flow))

    def part(self, mask: NDArray[np.bool_]) -> float:
        """Return the part of the flow that a mask meets."""
        return float(self.flow[mask[self.mine]].sum() / self.flow.sum())

    def break_even(self) -> tuple[float | None, float | None]:
        """Return the fee [USD/TEU/day] and the days in store at which nothing is gained."""
        gains, case = self.case.gains, self.case
        before = self.mean(case.at_best(gains.before_store))
        days = case.at_best(gains.store_days)
        held = self.mean(days * gains.holding_usd_day)
        slot_days = self.mean(days * gains.slots)
        room = self.mean(days * gains.slots * gains.fee_usd_teu_day[case.best])
        fee = (before - held) / slot_days
        longest = before / (held + room) * self.mean(days)
        return (fee if fee > 0 else None), (longest if longest > 0 else None)

    def usual(self, at: IntArray) -> int:
        """Return the index that most of the flow has."""
        return int(np.argmax(np.bincount(at[self.mine], self.flow)))


def list_classes(
    case: Case, plan: Plan, inputs: StorageInputs, bands: list[tuple[Band, Band]]
) -> list[StorageClass]:
    """
    Return the classes that may be stored, by what a stock of all of it would gain.

    Parameters
    ----------
    case
        The goods at the tables' values.
    plan
        The best plan for it.
    inputs
        What holding takes.
    bands
        Mean gain over straight shipment and over rivals, by class of `inputs`.
    """
    classes, gains, kept = case.run.world.classes, case.gains, case.is_possible
    stored = plan.share.sum(axis=1) * gains.stockable
    over = {name: case.at_best(getattr(gains, name)) for name in ("over_direct", "over_rivals")}
    rows = []
    for i, class_id in enumerate(inputs.class_ids):
        k = classes.ids.index(class_id)
        group = _Group(case, kept & (case.class_ix == k))
        if not len(group.mine):
            continue
        fee, days = group.break_even()
        rows.append(
            StorageClass(
                class_id=class_id, name=classes.names[k], unit=_unit(case, k),
                flow=float(group.flow.sum()),
                stockable=float(gains.stockable[group.mine].sum()),
                stored=float(stored[group.mine].sum()),
                over_direct_usd_unit=bands[i][0], over_rivals_usd_unit=bands[i][1],
                pays_over_direct=group.part(over["over_direct"] > 0),
                pays_over_rivals=group.part(over["over_rivals"] > 0),
                days_saved=group.mean(case.at_best(gains.saved_days)),
                break_even_fee_usd_teu_day=fee, break_even_days=days,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda r: -r.over_direct_usd_unit.central * r.stockable)


def list_markets(case: Case, plan: Plan, inputs: StorageInputs) -> list[StorageMarket]:
    """
    Return the markets that gain most.

    Parameters
    ----------
    case
        The goods at the tables' values.
    plan
        The best plan for it.
    inputs
        What holding takes.
    """
    cells, gains, zones = case.run.setting.cells, case.gains, case.run.world.zones
    regions, region = np.unique(np.array(zones.regions), return_inverse=True)
    cell = case.parts.cell
    code = np.ravel_multi_index(
        (case.class_ix, region[cells.origin[cell]], region[cells.dest[cell]]),
        (len(case.run.world.classes.ids), len(regions), len(regions)),
    )
    stored = plan.share * gains.stockable[:, None]
    in_plan = (stored * np.where(plan.share > 0, gains.over_rivals, 0.0)).sum(axis=1)
    possible = case.is_possible
    direct = np.where(possible, case.at_best(gains.over_direct), 0.0)
    of_plan, of_stock = (np.bincount(code, worth) for worth in (in_plan, direct * gains.stockable))
    codes = [c for c in np.unique(code[possible]) if of_plan[c] > 0 or of_stock[c] > 0]
    codes.sort(key=lambda c: (-of_plan[c], -of_stock[c]))
    rows = []
    for c in codes[:N_MARKETS]:
        k, o, d = np.unravel_index(c, (len(case.run.world.classes.ids), len(regions), len(regions)))
        group = _Group(case, possible & (code == c))
        fee, days = group.break_even()
        rows.append(
            StorageMarket(
                class_id=case.run.world.classes.ids[k],
                origin=str(regions[o]), dest=str(regions[d]),
                hub=_names(inputs, rivals=False)[group.usual(case.best)],
                rival=_best_rival(case, group, inputs),
                unit=_unit(case, int(k)), flow=float(group.flow.sum()),
                stored=float(stored[group.mine].sum()),
                over_direct_usd_unit=group.mean(direct),
                over_rivals_usd_unit=group.mean(case.at_best(gains.over_rivals)),
                days_saved=group.mean(case.at_best(gains.saved_days)),
                days_in_store=group.mean(case.at_best(gains.store_days)),
                break_even_fee_usd_teu_day=fee, break_even_days=days,
            )
        )  # fmt: skip
    return rows


def _best_rival(case: Case, group: _Group, inputs: StorageInputs) -> str | None:
    """Return the store abroad that is best for most of a group, None where that is none."""
    rivals = _names(inputs, rivals=True)
    if not rivals:
        return None
    offers = case.gains.rival_usd
    at = np.where(offers.max(axis=1) > 0, np.argmax(offers, axis=1) + 1, 0)
    usual = group.usual(at.astype(np.int32))
    return rivals[usual - 1] if usual else None


def _names(inputs: StorageInputs, *, rivals: bool) -> list[str]:
    named = zip(inputs.place_names, inputs.is_rival, strict=True)
    return [name for name, is_rival in named if is_rival == rivals]


def _unit(case: Case, class_ix: int) -> str:
    return "TEU" if case.run.world.classes.is_box[class_ix] else "t"
