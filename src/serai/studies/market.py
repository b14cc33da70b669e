"""The market for transit of boxes: who could go by the corridor, and who charges on which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray
from serai.domain.routes import CORRIDORS, FAMILIES
from serai.kernels.choice import ChoiceArrays
from serai.model.assign import Dual
from serai.model.choice import route_sums
from serai.model.graph import direction_of
from serai.model.parts import cut_cells
from serai.run import Run
from serai.studies.game import Game, Outcome
from serai.units import USD_PER_MUSD

__all__ = ["MIDDLE", "OTHER", "Market", "charge_links", "find_market"]

MIDDLE: Final = "middle"
OTHER: Final = "other"

CAP_USD: Final = 3000.0
"""[USD/TEU] No charge goes above."""

COVERED: Final = 0.99
"""[-] Part of the market's boxes by land that the game keeps; the corridor's count tenfold."""

EXTRA_WEIGHT: Final = 10.0

SLIVER: Final = 1e-4
"""[-] Options that carry less of a group, with all charges as now and with none, are left out."""

LEAST_TEU: Final = 500.0
"""[TEU/yr] A country whose routes of a kind carry less transit has no charge on them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Market:
    """Boxes that could go by the corridor, with what they pay to whom."""

    run: Run
    game: Game
    countries: tuple[str, ...]
    """Shape (n_charges,). Who sets each charge."""
    kinds: tuple[str, ...]
    """Shape (n_charges,). `MIDDLE` or `OTHER`."""
    present_usd: FloatArray
    """[USD/TEU], shape (n_options, n_charges). What is charged above costs now."""
    corridor: NDArray[np.int64]
    """Shape (n_options,). Index into `CORRIDORS`, -1 for not going."""
    route: NDArray[np.int32]
    """Shape (n_options,). -1 for not going."""
    by_land: NDArray[np.bool_]
    """Shape (n_options,)."""
    margin: float
    """[-] Of present tariffs, above costs."""

    @property
    def owners(self) -> tuple[int, ...]:
        """Return a number per charge: those of one country have the same."""
        names = sorted(set(self.countries))
        return tuple(names.index(c) for c in self.countries)

    def left(self, discount: float, partners: Sequence[str]) -> FloatArray:
        """
        Return the part that stays of what is charged above costs now, shape (n_charges,).

        Parameters
        ----------
        discount
            [-]. Part of the present tariff taken off, on the corridor, by partners.
        partners
            Who takes it off.
        """
        gives = [
            c in partners and kind == MIDDLE
            for c, kind in zip(self.countries, self.kinds, strict=True)
        ]
        return 1.0 - np.where(gives, discount / self.margin, 0.0)

    def at_present(self, left: FloatArray | None = None) -> Game:
        """
        Return the game with today's tariffs in its costs, and charges beside them.

        Parameters
        ----------
        left
            [-], shape (n_charges,). The part that stays of what is charged above costs; all.
        """
        parts = np.ones(len(self.countries)) if left is None else left
        cost = self.game.problem.cost + self.present_usd @ parts
        return replace(self.game, problem=self.game.problem._replace(cost=cost))

    def average_usd(self, outcome: Outcome) -> FloatArray:
        """
        Return what is charged above costs now, on average, [USD/TEU], shape (n_charges,).

        Parameters
        ----------
        outcome
            At present.
        """
        return self.paid_usd(outcome) / np.maximum(outcome.taken, 1e-9)

    def paid_usd(self, outcome: Outcome) -> FloatArray:
        """
        Return what present tariffs bring above costs, [USD per year], shape (n_charges,).

        Parameters
        ----------
        outcome
            At present.
        """
        return np.asarray(outcome.flow @ self.present_usd)

    def by_country(self, usd: FloatArray) -> dict[str, float]:
        """
        Return sums over each country's charges, [million USD per year].

        Parameters
        ----------
        usd
            [USD per year], shape (n_charges,).
        """
        out = dict.fromkeys(sorted(set(self.countries)), 0.0)
        for country, brings in zip(self.countries, usd.tolist(), strict=True):
            out[country] += brings / USD_PER_MUSD
        return out

    def middle_teu(self, outcome: Outcome) -> float:
        """
        Return boxes on the corridor, [TEU/yr].

        Parameters
        ----------
        outcome
            What shippers do.
        """
        return float(outcome.flow[self.corridor == CORRIDORS.index(MIDDLE)].sum())


def find_market(run: Run, countries: Sequence[str], margin: float) -> Market:
    """
    Return the market of a solved scenario.

    Parameters
    ----------
    run
        The scenario.
    countries
        Those that charge.
    margin
        [-], > 0. Of present transit tariffs, above costs.
    """
    problem, routes, cells = run.problem, run.routes, run.setting.cells
    route = problem.option_route
    cell = problem.group_cell[problem.option_group]
    class_ix = cells.class_ix[cell]
    classes = run.world.classes
    is_box = classes.is_box[class_ix] & ~classes.is_empty[class_ix] & (route >= 0)
    known = np.maximum(route, 0)
    corridor = np.where(route >= 0, routes.corridor[known], -1).astype(np.int64)
    by_land = is_box & (
        (problem.option_family == FAMILIES.index("land"))
        | (corridor == CORRIDORS.index(MIDDLE))
    )  # fmt: skip
    options = _cut(run, is_box, by_land, corridor)
    part, kept = cut_cells(run.queued.arrays, options)
    names = [(c, kind) for c in countries for kind in (MIDDLE, OTHER)]
    pays = _pays(run, kept, names, by_land, corridor)
    tariff = _tariffs(run, kept, [c for c, _ in names]) * pays
    used = run.solution.flow[kept] @ pays >= LEAST_TEU
    pays, present = pays[:, used], margin * tariff[:, used]
    part = part._replace(cost=part.cost - present.sum(axis=1))
    keep = _worth_keeping(part, present)
    part, kept, pays, present = _drop(part, keep), kept[keep], pays[keep], present[keep]
    return Market(
        run=run,
        game=_game(run, part, kept, pays),
        countries=tuple(c for (c, _), is_used in zip(names, used, strict=True) if is_used),
        kinds=tuple(k for (_, k), is_used in zip(names, used, strict=True) if is_used),
        present_usd=present,
        corridor=corridor[kept],
        route=route[kept],
        by_land=by_land[kept],
        margin=margin,
    )


def _cut(
    run: Run, is_box: NDArray[np.bool_], by_land: NDArray[np.bool_], corridor: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the groups of shippers that have a way by the corridor and go by land most."""
    group, n = run.problem.option_group, len(run.problem.group_cell)
    middle = is_box & (corridor == CORRIDORS.index(MIDDLE))
    has_way = np.bincount(group[middle], minlength=n) > 0
    flow = run.solution.flow
    weight = np.bincount(group, np.where(by_land, flow, 0.0), n)
    weight = weight + EXTRA_WEIGHT * np.bincount(group, np.where(middle, flow, 0.0), n)
    weight = np.where(has_way, weight, 0.0)
    order = np.argsort(-weight, kind="stable")
    part = np.cumsum(weight[order])
    n_kept = int(np.searchsorted(part, COVERED * part[-1])) + 1
    return np.sort(order[:n_kept])


def _pays(
    run: Run, kept: NDArray[np.int64], names: Sequence[tuple[str, str]],
    by_land: NDArray[np.bool_], corridor: NDArray[np.int64],
) -> NDArray[np.bool_]:  # fmt: skip
    """Say which option pays which charge: boxes by land through a country, not from or to it."""
    problem, world, cells = run.problem, run.world, run.setting.cells
    country = np.array(world.zones.countries)
    cell = problem.group_cell[problem.option_group[kept]]
    ends = country[cells.origin[cell]], country[cells.dest[cell]]
    known = np.maximum(problem.option_route[kept], 0)
    middle = corridor[kept] == CORRIDORS.index(MIDDLE)
    ids = world.network.country_ids
    out = np.zeros((len(kept), len(names)), np.bool_)
    for i, (c, kind) in enumerate(names):
        through = run.routes.crosses[known, ids.index(c)] & (ends[0] != c) & (ends[1] != c)
        out[:, i] = through & by_land[kept] & (middle == (kind == MIDDLE))
    return out


def _tariffs(run: Run, kept: NDArray[np.int64], countries: Sequence[str]) -> FloatArray:
    """Return what each option pays in each country, [USD/TEU], shape (n_options, n)."""
    world, routes, graph = run.world, run.routes, run.setting.graph
    inside = world.network.links.in_country
    share = inside / np.maximum(inside.sum(axis=1), 1)[:, None]
    lon = world.zones.lon
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    columns = [share[:, world.network.country_ids.index(c)] for c in countries]
    sums = route_sums(routes, direction, *(graph.usd_teu * column for column in columns))
    known = np.maximum(run.problem.option_route[kept], 0)
    return np.nan_to_num(np.stack([one[known] for one in sums], axis=1))


def _worth_keeping(part: ChoiceArrays, present: FloatArray) -> NDArray[np.bool_]:
    """Say which options carry more than a sliver, with charges as now or without any."""
    keep = np.zeros(len(part.cost), np.bool_)
    for cost in (part.cost, part.cost + present.sum(axis=1)):
        free = part._replace(cost=cost)
        dual = Dual(free, int(part.use_limit.max(initial=-1)) + 1)
        dual.at(np.zeros(len(dual.room)))
        of_cell = np.repeat(part.cell_demand, np.diff(part.nest_start[part.cell_start]))
        keep |= dual.flow >= SLIVER * of_cell
    keep[part.nest_start[part.cell_start[1:]] - 1] = True
    return keep


def _drop(part: ChoiceArrays, keep: NDArray[np.bool_]) -> ChoiceArrays:
    """Return a problem without some of its options, and without nests that are empty then."""
    left = np.concatenate([[0], np.cumsum(keep)])
    start = left[part.nest_start]
    full = np.diff(start) > 0
    nests = np.concatenate([[0], np.cumsum(full)])
    return part._replace(
        cell_start=nests[part.cell_start].astype(np.int64),
        nest_start=np.append(start[:-1][full], start[-1]).astype(np.int64),
        nest_theta=part.nest_theta[full], nest_constant=part.nest_constant[full],
        cost=part.cost[keep], log_size=part.log_size[keep], bundle=part.bundle[keep],
    )  # fmt: skip


def _game(run: Run, part: ChoiceArrays, kept: NDArray[np.int64], pays: NDArray[np.bool_]) -> Game:
    """Return the game; what is not in it keeps its part of every limit."""
    n_limits = len(run.problem.limit)
    price = run.solution.price[:n_limits]
    mine = Dual(part, n_limits).loads(run.solution.flow[kept])
    others = np.maximum(run.solution.load[:n_limits] - mine, 0.0)
    return Game(
        problem=part, room=np.maximum(1.0 - others, 0.0), charged=pays, first=price,
        cap_usd=np.full(pays.shape[1], CAP_USD),
    )  # fmt: skip


def charge_links(market: Market, charge_usd: FloatArray, kind: str) -> FloatArray:
    """
    Lay charges of one kind on the links that enter each country: (n_classes, n_links).

    Parameters
    ----------
    market
        The market.
    charge_usd
        [USD/TEU], shape (n_charges,).
    kind
        `MIDDLE` or `OTHER`.

    Returns
    -------
    extra
        [USD/TEU] More than now, for boxes: to look for routes by.
    """
    world = market.run.world
    links = world.network.links
    country = np.array([*world.network.places.countries, ""])
    start, end = country[links.from_place], country[links.to_place]
    extra = np.zeros(len(links.ids))
    for i, (c, of) in enumerate(zip(market.countries, market.kinds, strict=True)):
        if of == kind:
            paid = market.game.charged[:, i]
            now = float(market.present_usd[paid, i].mean()) if paid.any() else 0.0
            extra[(end == c) & (start != c)] += charge_usd[i] - now
    return np.where(world.classes.is_box[:, None], np.maximum(extra, -50.0)[None, :], 0.0)
