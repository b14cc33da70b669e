"""What foreign territory a country's trade crosses, and what it would cost to lose one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.domain.network import WATER_KINDS
from serai.domain.ranged import FloatArray
from serai.domain.scenario import CloseTransit, Scenario
from serai.domain.vectors import PowerShare, RopeResult, TerritoryRow
from serai.domain.world import World
from serai.run import Run, run_scenario
from serai.studies.shares import Progress
from serai.studies.tally import scarcity_usd, tally
from serai.studies.vectors import balance_of

__all__ = ["CLOSED", "GOODS", "find_territories", "transit_rope"]

CLOSED: Final = ("RUS", "CHN", "IRN")
"""Powers whose land can be lost to transit; straits are open to merchant ships."""

CASPIAN: Final = ("AZE", "IRN", "KAZ", "RUS", "TKM")
"""Whose ports stand on it: ships between them do not reach the sea."""

EU: Final = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV",
    "HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN",
    "SWE",
)  # fmt: skip
"""Members, one power in the rope."""

GOODS: Final[Mapping[str, tuple[str, ...]]] = {
    "all": (),
    "oil": ("CRUDE", "OILP"),
    "grain": ("GRAIN",),
    "uranium": ("URAN",),
    "containers": ("C_TS", "C_OM", "C_LV"),
}
"""Classes of each group of goods; none means all of them."""

DIRECT: Final = ""
"""Where no foreign territory lies between a country and the sea or the other end."""


def find_territories(
    world: World,
    country: str,
    scenario: Scenario,
    *,
    lose: Sequence[str] = CLOSED,
    tell: Progress,
) -> list[TerritoryRow]:
    """
    Return what each foreign territory means to a country's trade, by goods.

    Parameters
    ----------
    world
        The tables.
    country
        ISO 3166 alpha-3.
    scenario
        What is built, decided and happens.
    lose
        Territories that are closed to transit in turn.
    tell
        Told how far the work is.

    Returns
    -------
    rows
        By goods, largest crossing share first. By value at border prices: the share that crosses,
        the share that has it next to the sea or the other end, and, for territories of powers, the
        rise of felt cost if it is closed to goods that neither start nor end in it (one at most,
        as where nothing is left), and what of the tonnes finds another way.
    """
    tell("solving", 0, 1 + len(lose))
    base = run_scenario(world, scenario)
    first = _Trade(base, country)
    lost = {}
    for i, power in enumerate(lose):
        tell(f"without {power}", 1 + i, 1 + len(lose))
        closed = CloseTransit(kind="close_transit", countries=(power,))
        shut = scenario.model_copy(update={"shocks": (*scenario.shocks, closed)})
        lost[power] = _Trade(run_scenario(world, shut), country)
    tell("solving", 1 + len(lose), 1 + len(lose))
    return [row for goods in GOODS for row in _rows(first, goods, lost)]


def transit_rope(rows: Sequence[TerritoryRow], year: int) -> RopeResult:
    """
    Return the transit rope: who holds the last territory, of the trade that crosses any.

    Parameters
    ----------
    rows
        From `find_territories`.
    year
        Calendar year.

    Returns
    -------
    rope
        Territories count as holders here, powers or not: a neighbour can shut its line too.
    """
    last: dict[str, float] = {}
    for row in rows:
        if row.goods == "all" and row.last_share > 0:
            power = "EU" if row.territory in EU else row.territory
            last[power] = last.get(power, 0.0) + row.last_share
    crossing = sum(last.values())
    shares = {t: v / crossing for t, v in last.items()} if crossing > 0 else {}
    concentration = sum(v**2 for v in shares.values())
    balance = float(balance_of(concentration)) if shares else None
    told = [
        PowerShare(power=t, share=v, low=v, high=v, evidence=[])
        for t, v in sorted(shares.items(), key=lambda i: -i[1])
    ]
    return RopeResult(
        dimension="transit", year=year, measure="trade by value that crosses foreign territory, by "
        "the one next to the sea or the other end", has_data=bool(shares), is_modelled=True,
        shares=told, others=0.0, rest=0.0,
        concentration=concentration if shares else None, balance=balance, balance_low=None,
        balance_high=None, n_effective=1.0 / concentration if shares else None,
        note=f"{1.0 - crossing:.0%} of the trade that is served crosses nobody's territory",
    )  # fmt: skip


class _Trade:
    """A country's foreign trade in a run. Arrays have shape (n_options,) of its own options."""

    def __init__(self, run: Run, country: str) -> None:
        world, cells, flows = run.world, run.setting.cells, tally(run)
        codes = np.array(world.zones.countries)
        start, end = codes[cells.origin[flows.cell]], codes[cells.dest[flows.cell]]
        is_foreign = (start == country) != (end == country)
        self.mine = np.flatnonzero(is_foreign & (flows.flow > 0))
        self.country, self.run = country, run
        self.cell, self.route = flows.cell[self.mine], flows.route[self.mine]
        self.is_export = start[self.mine] == country
        self.other = np.where(self.is_export, end[self.mine], start[self.mine])
        self.class_id = np.array(world.classes.ids)[flows.class_ix[self.mine]]
        self.t = flows.t[self.mine]
        self.value = self.t * world.classes.value_usd_per_t.value[flows.class_ix[self.mine]]
        felt = run.queued.arrays.cost + scarcity_usd(run)
        self.cost = felt[self.mine] * flows.flow[self.mine]
        self.flow = flows.flow[self.mine]
        self.between, self.ashore = self._walk()

    def of(self, goods: str) -> NDArray[np.bool_]:
        """Say which options carry a group of goods."""
        named = GOODS[goods]
        return np.isin(self.class_id, named) if named else np.ones(len(self.cell), np.bool_)

    def crosses(self, territory: str) -> NDArray[np.bool_]:
        """Say which options cross land of a territory that is neither end's."""
        return np.array([territory in between for between in self.between])

    def last(self) -> NDArray[np.str_]:
        """Return the territory next to the sea or the other end; empty where none is."""
        return np.array([way[-1] if way else DIRECT for way in self.ashore], dtype=str)

    def _walk(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return the foreign territories of each option: all by land, and up to the sea."""
        network, routes = self.run.world.network, self.run.routes
        links = network.links
        country = np.array([*network.places.countries, ""])
        ends = country[links.from_place], country[links.to_place]
        basin = np.isin(ends[0], CASPIAN) & np.isin(ends[1], CASPIAN)
        at_sea = np.isin(links.kind, WATER_KINDS) & ~basin
        ways: dict[tuple[int, bool], tuple[list[str], list[str]]] = {}
        everything: list[list[str]] = []
        ashore: list[list[str]] = []
        for route, is_export, other in zip(
            self.route.tolist(), self.is_export.tolist(), self.other.tolist(), strict=True
        ):
            if route < 0:
                everything.append([])
                ashore.append([])
                continue
            if (route, is_export) not in ways:
                path = routes.link_ix[routes.link_start[route] : routes.link_start[route + 1]]
                met, wet = ends[1][path], at_sea[path]
                if not is_export:
                    met, wet = ends[0][path[::-1]], wet[::-1]
                stop = int(np.argmax(wet)) if wet.any() else len(met)
                ways[route, is_export] = met[~wet].tolist(), met[:stop].tolist()
            whole, first = ways[route, is_export]
            # The EU is one power: what ends in it crosses nobody else there.
            own = ("", self.country, *(EU if other in EU else (other,)))
            everything.append([c for c in whole if c not in own])
            ashore.append([c for c in first if c not in own])
        return everything, ashore

    def mean_cost(self) -> tuple[FloatArray, FloatArray]:
        """Return the mean felt cost and the tonnes left behind by cell, NaN where none trades."""
        n = len(self.run.setting.cells.demand)
        flow = np.bincount(self.cell, self.flow, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(self.cell, self.cost, n) / flow
        left = np.bincount(self.cell, np.where(self.route < 0, self.t, 0.0), n)
        return mean, left.astype(np.float64)


def _rows(first: _Trade, goods: str, lost: Mapping[str, _Trade]) -> list[TerritoryRow]:
    mask = first.of(goods) & (first.route >= 0)
    whole = float(first.value[mask].sum())
    if whole <= 0:
        return []
    last = first.last()
    rows = []
    for territory in first.run.world.network.country_ids:
        if territory == first.country:
            continue
        crosses = first.crosses(territory) & mask
        share = float(first.value[crosses].sum()) / whole
        is_last = mask & (last == territory)
        last_share = float(first.value[is_last].sum()) / whole
        if max(share, last_share) <= 0.0:
            continue
        loss, kept = (
            _lose(first, lost[territory], mask, crosses) if territory in lost else (None, None)
        )
        rows.append(
            TerritoryRow(
                territory=territory,
                goods=goods,
                crossing_share=share,
                last_share=last_share,
                loss=loss,
                kept=kept,
            )
        )
    return sorted(rows, key=lambda r: (-r.crossing_share, r.territory))


def _lose(
    first: _Trade, after: _Trade, mask: NDArray[np.bool_], crosses: NDArray[np.bool_]
) -> tuple[float, float | None]:
    """Return the rise of cost by value, at most one, and what of the tonnes finds another way."""
    (before, left), (then, left_then) = first.mean_cost(), after.mean_cost()
    with np.errstate(invalid="ignore", divide="ignore"):
        rise = np.clip((then - before) / before, 0.0, 1.0)
    rise = np.where(np.isnan(rise), 1.0, rise)
    value = first.value[mask]
    loss = float((value * rise[first.cell[mask]]).sum() / value.sum())
    # What a cell has crossing may be stranded, no more: others that are pushed out did not cross.
    crossing = np.bincount(first.cell[crosses], first.t[crosses], len(left))
    stranded = np.minimum(np.maximum(left_then - left, 0.0), crossing)
    total = float(crossing.sum())
    return loss, None if total <= 0 else 1.0 - float(stranded.sum()) / total
