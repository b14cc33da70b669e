"""What foreign territory a country's trade crosses, and what it would cost to lose one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.domain.network import WATER_KINDS
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.scenario import CloseTransit, Scenario
from serai.domain.vectors import POWERS, PowerShare, ReverseRow, RopeResult, TerritoryRow
from serai.domain.world import World
from serai.kernels.routes import fill_last
from serai.model.apply import draw_world
from serai.model.routes import links_met
from serai.run import Bases, Run, run_scenario
from serai.studies.draws import Known, deviates, span_of
from serai.studies.shares import Progress
from serai.studies.spread import spread
from serai.studies.tally import scarcity_usd, tally
from serai.studies.vectors import balance_of

__all__ = ["CLOSED", "GOODS", "Solved", "crossing_share", "draw_last", "find_reverse",
           "find_territories", "solve_without", "transit_rope"]  # fmt: skip

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

GULF: Final = ("ARE", "BHR", "KWT", "OMN", "QAT", "SAU")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """A year as it is, and with each of some territories closed to transit."""

    base: Run
    shut: Mapping[str, Run]


def solve_without(
    bases: Bases, scenario: Scenario, territories: Sequence[str], *, tell: Progress
) -> Solved:
    """
    Solve a scenario, and again with each of some territories closed to transit.

    Parameters
    ----------
    bases
        Of the tables.
    scenario
        What is built, decided and happens.
    territories
        ISO 3166 alpha-3, closed in turn.
    tell
        Told how far the work is.
    """
    n = 1 + len(territories)
    tell("solving", 0, n)
    base = bases.run(scenario)
    shut = {}
    for i, territory in enumerate(territories):
        tell(f"without {territory}", 1 + i, n)
        closed = CloseTransit(kind="close_transit", countries=(territory,))
        used = scenario.model_copy(update={"shocks": (*scenario.shocks, closed)})
        shut[territory] = run_scenario(bases.world, used, base=base)
    tell("solving", n, n)
    return Solved(base=base, shut=shut)


def find_territories(solved: Solved, country: str) -> list[TerritoryRow]:
    """
    Return what each foreign territory means to a country's trade, by goods.

    Parameters
    ----------
    solved
        The year, and what it is without territories.
    country
        ISO 3166 alpha-3.

    Returns
    -------
    rows
        By goods, largest crossing share first. By value at border prices: the share that crosses,
        the share that has it next to the sea or the other end, and, for territories that were
        closed, the rise of felt cost if it is closed to goods that neither start nor end in it
        (one at most, as where nothing is left), and what of the tonnes finds another way.
    """
    first = _Trade(solved.base, (country,))
    lost = {t: _Trade(run, (country,)) for t, run in solved.shut.items() if t != country}
    among = solved.base.world.network.country_ids
    return [row for goods in GOODS for row in _rows(first, goods, lost, among)]


def crossing_share(run: Run, country: str, territory: str, goods: str) -> float:
    """
    Return the share of the value of a country's trade that crosses a territory.

    Parameters
    ----------
    run
        The solved year.
    country
        ISO 3166 alpha-3.
    territory
        ISO 3166 alpha-3.
    goods
        One of `GOODS`.

    Returns
    -------
    share
        [-]. Zero where there is no such trade.
    """
    rows = _rows(_Trade(run, (country,)), goods, {}, (territory,))
    return rows[0].crossing_share if rows else 0.0


def find_reverse(
    solved: Solved, country: str, territories: Sequence[TerritoryRow]
) -> list[ReverseRow]:
    """
    Return what a country's territory means to the trade of the powers, by goods.

    Parameters
    ----------
    solved
        The year, and what it is without the country.
    country
        ISO 3166 alpha-3.
    territories
        What the powers' territories mean to the country.

    Returns
    -------
    rows
        Powers that trade in the tables; all goods, and groups of goods that cross the country.
        The same formulas with the arrow turned.
    """
    loss_to = {row.territory: row.loss for row in territories if row.goods == "all"}
    zones = set(solved.base.world.zones.countries)
    rows = []
    for power in POWERS:
        own = {"EU": EU, "GULF": GULF}.get(power, (power,))
        if not zones & set(own) or country in own:
            continue
        first = _Trade(solved.base, own)
        lost = {country: _Trade(solved.shut[country], own)}
        for goods in GOODS:
            found = _rows(first, goods, lost, (country,))
            if not found and goods != "all":
                continue
            share, loss, kept = (
                (found[0].crossing_share, found[0].loss or 0.0, found[0].kept)
                if found
                else (0.0, 0.0, None)
            )
            mine = loss_to.get(power) if goods == "all" else None
            rows.append(
                ReverseRow(
                    power=power, goods=goods, crossing_share=share, loss=loss, kept=kept,
                    asymmetry=None if mine is None else mine - loss,
                )
            )  # fmt: skip
    return rows


def draw_last(
    world: World, base: Run, country: str, *, n: int, seed: int, workers: int, tell: Progress
) -> list[dict[str, float]]:
    """
    Draw all ranged inputs and tell who then holds a country's last territory.

    Parameters
    ----------
    world
        The tables with their ranges.
    base
        The year at the tables' values: its routes are kept, its prices begin.
    country
        ISO 3166 alpha-3.
    n
        [-], >= 0. Draws.
    seed
        Seed of the draws.
    workers
        [-], >= 1. Processes.
    tell
        Told how far the work is.

    Returns
    -------
    drawn
        Shares of the trade that crosses any territory, by holder, one set per draw.
    """
    if n == 0:
        return []
    work = _LastWork(world=world, known=Known.of(base), country=country)
    z = deviates(n, world.n_dimensions, seed)
    return list(spread(work, list(z), workers=workers, tell=tell, stage="draws"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LastWork:
    """A year, to be solved again in drawn worlds."""

    world: World
    known: Known
    country: str

    def do(self, task: FloatArray) -> dict[str, float]:
        """Return who holds the last territory in one drawn world."""
        run = self.known.solve(draw_world(self.world, task))
        trade, among = _Trade(run, (self.country,)), self.world.network.country_ids
        return _last_shares(_rows(trade, "all", {}, among))[0]


def _last_shares(rows: Sequence[TerritoryRow]) -> tuple[dict[str, float], float]:
    """Return who holds the last territory, and the share of trade that crosses any."""
    last: dict[str, float] = {}
    for row in rows:
        if row.goods == "all" and row.last_share > 0:
            power = "EU" if row.territory in EU else row.territory
            last[power] = last.get(power, 0.0) + row.last_share
    crossing = sum(last.values())
    return ({t: v / crossing for t, v in last.items()} if crossing > 0 else {}), crossing


def transit_rope(
    rows: Sequence[TerritoryRow], year: int, drawn: Sequence[Mapping[str, float]] = ()
) -> tuple[RopeResult, FloatArray]:
    """
    Return the transit rope: who holds the last territory, of the trade that crosses any.

    Parameters
    ----------
    rows
        From `find_territories`.
    year
        Calendar year.
    drawn
        From `draw_last`.

    Returns
    -------
    rope
        Territories count as holders here, powers or not: a neighbour can shut its line too.
        Without draws it has no band.
    balance
        [-], shape (len(drawn),). At every draw.
    """
    shares, crossing = _last_shares(rows)
    concentration = sum(v**2 for v in shares.values())
    balance = float(balance_of(concentration)) if shares else None
    balances = np.array(
        [float(balance_of(sum(v**2 for v in one.values()))) for one in drawn if one]
    )
    low = high = None
    if balance is not None and len(balances):
        low, high = span_of(balances, balance)
    told = [_share(t, v, drawn) for t, v in sorted(shares.items(), key=lambda i: -i[1])]
    rope = RopeResult(
        dimension="transit", year=year, measure="trade by value that crosses foreign territory, by "
        "the one next to the sea or the other end", has_data=bool(shares), is_modelled=True,
        shares=told, others=0.0, rest=0.0,
        concentration=concentration if shares else None, balance=balance, balance_low=low,
        balance_high=high, n_effective=1.0 / concentration if shares else None,
        note=f"{1.0 - crossing:.0%} of the trade that is served crosses nobody's territory",
    )  # fmt: skip
    return rope, balances


def _share(power: str, share: float, drawn: Sequence[Mapping[str, float]]) -> PowerShare:
    """Tell a holder's share with its band over the draws; the share itself without draws."""
    low, high = span_of([one.get(power, 0.0) for one in drawn if one], share)
    return PowerShare(power=power, share=share, low=low, high=high, evidence=[])


class _Trade:
    """
    The foreign trade of a country, or of several as one, in a run.

    Arrays have shape (n_options,) of its own options.
    """

    def __init__(self, run: Run, own: Sequence[str]) -> None:
        world, cells, flows = run.world, run.setting.cells, tally(run)
        countries = world.network.country_ids
        self.names = (*countries, *sorted(set(world.zones.countries) - set(countries)))
        code = {name: i for i, name in enumerate(self.names)}
        zone = np.array([code[name] for name in world.zones.countries], np.int32)
        start, end = zone[cells.origin[flows.cell]], zone[cells.dest[flows.cell]]
        self.is_own, self.in_eu = (np.isin(self.names, group) for group in (own, EU))
        starts = self.is_own[start]
        is_foreign = starts != self.is_own[end]
        mine = np.flatnonzero(is_foreign & (flows.flow > 0))
        self.own, self.run = tuple(own), run
        self.cell, self.route = flows.cell[mine], flows.route[mine]
        self.is_export = starts[mine]
        self.other = np.where(self.is_export, end[mine], start[mine])
        """Country at the other end, as index into `names`."""
        self.class_id = np.array(world.classes.ids)[flows.class_ix[mine]]
        self.t = flows.t[mine]
        self.value = self.t * world.classes.value_usd_per_t.value[flows.class_ix[mine]]
        felt = run.queued.arrays.cost + scarcity_usd(run)
        self.cost = felt[mine] * flows.flow[mine]
        self.flow = flows.flow[mine]

    def of(self, goods: str) -> NDArray[np.bool_]:
        """Say which options carry a group of goods."""
        named = GOODS[goods]
        return np.isin(self.class_id, named) if named else np.ones(len(self.cell), np.bool_)

    def crosses(self, territory: str) -> NDArray[np.bool_]:
        """Say which options cross land of a territory that is neither end's."""
        at = self.names.index(territory)
        met = self._met[:, at, 0][self.route]
        met[self.is_export] = self._met[:, at, 1][self.route[self.is_export]]
        # The EU is one power: what ends in it crosses nobody else there.
        at_end = self.in_eu[self.other] if territory in EU else self.other == at
        crossed: NDArray[np.bool_] = met & ~at_end & (self.route >= 0)
        return crossed

    def is_last(self, territory: str) -> NDArray[np.bool_]:
        """Say of which options a territory is next to the sea or the other end."""
        return np.asarray(self._last == self.names.index(territory))

    @cached_property
    def _met(self) -> NDArray[np.bool_]:
        """
        Territories by land of each route, shape (n_routes, n_countries, 2).

        First as it is met where links begin, coming in; then where they end, going out.
        """
        routes, n = self.run.routes, len(self.run.world.network.country_ids)
        ends, at_sea = self._ends
        masks = (ends[:, None] == np.arange(n)[:, None]) & ~at_sea[:, None, None]
        met = links_met(routes.link_start, routes.link_ix, masks.reshape(len(ends), -1))
        return met.reshape(-1, n, 2)

    @cached_property
    def _ends(self) -> tuple[IntArray, NDArray[np.bool_]]:
        """Countries where links begin and end, (n_links, 2), -1 for none; which are at sea."""
        network = self.run.world.network
        links, codes = network.links, {c: i for i, c in enumerate(network.country_ids)}
        of_place = np.array([*(codes.get(c, -1) for c in network.places.countries), -1], np.int32)
        names = np.array([*network.places.countries, ""])
        basin = np.isin(names[links.from_place], CASPIAN) & np.isin(names[links.to_place], CASPIAN)
        at_sea = np.isin(links.kind, WATER_KINDS) & ~basin
        ends = np.column_stack([of_place[links.from_place], of_place[links.to_place]])
        return np.ascontiguousarray(ends), at_sea

    @cached_property
    def _last(self) -> IntArray:
        """Return the territory next to the sea or the other end; -1 where there is none."""
        routes, (ends, at_sea) = self.run.routes, self._ends
        n = len(self.names)
        # Neither end is foreign, and what ends in the EU is at its end anywhere in it.
        is_home = np.eye(n, dtype=np.bool_) | self.is_own | np.outer(self.in_eu, self.in_eu)
        last = np.empty(len(self.route), np.int32)
        fill_last(
            routes.link_start, routes.link_ix, self.route, self.is_export, self.other, ends,
            at_sea, is_home, last,
        )  # fmt: skip
        return last

    def mean_cost(self) -> tuple[FloatArray, FloatArray]:
        """Return the mean felt cost and the tonnes left behind by cell, NaN where none trades."""
        n = len(self.run.setting.cells.demand)
        flow = np.bincount(self.cell, self.flow, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(self.cell, self.cost, n) / flow
        left = np.bincount(self.cell, np.where(self.route < 0, self.t, 0.0), n)
        return mean, left.astype(np.float64)


def _rows(
    first: _Trade, goods: str, lost: Mapping[str, _Trade], among: Sequence[str]
) -> list[TerritoryRow]:
    mask = first.of(goods) & (first.route >= 0)
    whole = float(first.value[mask].sum())
    if whole <= 0:
        return []
    rows = []
    for territory in among:
        if territory in first.own:
            continue
        crosses = first.crosses(territory) & mask
        share = float(first.value[crosses].sum()) / whole
        is_last = mask & first.is_last(territory)
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
