"""Transit tariffs: what each country takes by itself, together, and what a discount does."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize_scalar

from serai.domain.ranged import FloatArray
from serai.domain.scenario import Scenario
from serai.domain.tariff import Charge, Discount, Found, Regime, Split, TariffResult
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.routes import merge_routes
from serai.run import Run, assign, describe, priced_routes, run_scenario
from serai.studies.game import (
    Game,
    Outcome,
    Settled,
    best_answer,
    play,
)
from serai.studies.market import MIDDLE, OTHER, Market, charge_links, find_market
from serai.studies.shares import Progress
from serai.studies.spread import Pool
from serai.studies.tariff_sheet import find_break_even, find_sections
from serai.units import USD_PER_MUSD

__all__ = ["COUNTRIES", "Bargain", "tariff"]

COUNTRIES: Final = ("KAZ", "RUS", "BLR", "AZE", "GEO", "TUR", "UZB", "TKM")
"""Who charges for transit, if nobody else is named."""

MANY: Final = 6
"""Partners at most: those that earn most on the corridor, where there are more."""

DISCOUNTS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)

FIRST_USD: Final = (5.0, 1500.0)
"""[USD/TEU] Starts are drawn between these, evenly in the logarithm."""

MAX_ROUTED: Final = 3
"""How often, at most, routes are looked for at the charges found."""

NOTHING_NEW: Final = 1e-3
"""[-] Part of the market's boxes on new routes below which no more are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bargain:
    """What is asked."""

    countries: tuple[str, ...]
    starts: int
    seed: int

    @classmethod
    def of(
        cls, world: World, countries: Sequence[str] = (), *, starts: int = 20, seed: int = 1
    ) -> Bargain:
        """
        Return a question that can be answered.

        Parameters
        ----------
        world
            The tables.
        countries
            ISO 3166 alpha-3; those of `COUNTRIES` that the tables know, if left out.
        starts
            [-], >= 1. Starts of the game.
        seed
            Seed of the starts.

        Raises
        ------
        ScenarioError
            Names every fault.
        """
        known = world.network.country_ids
        named = tuple(dict.fromkeys(countries)) or tuple(c for c in COUNTRIES if c in known)
        faults = [
            state_fault("--countries", one, f"one of {', '.join(known)}", "correct it")
            for one in named
            if one not in known
        ]
        if len(named) < 2:  # noqa: PLR2004
            faults.append(state_fault("--countries", ", ".join(named) or "none",
                                      "two or more", "name who charges for transit"))  # fmt: skip
        if starts < 1:
            faults.append(state_fault("--starts", str(starts), "1 or more", "raise it"))
        if faults:
            raise ScenarioError("\n".join(faults))
        return cls(countries=named, starts=starts, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Play:
    """A task: play from a start, or answer one charge."""

    owners: tuple[int, ...]
    first_usd: FloatArray
    answer: int | None = None
    """Look for the best value of this charge alone, the others as they are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plays:
    """What every task of a process shares."""

    game: Game

    def do(self, task: _Play) -> Any:  # noqa: ANN401 - as the task is
        """
        Play, or answer.

        Parameters
        ----------
        task
            The task.
        """
        if task.answer is not None:
            return best_answer(self.game, task.owners, task.first_usd, task.answer)
        return play(self.game, task.owners, first_usd=task.first_usd)


def tariff(
    world: World,
    scenario: Scenario,
    bargain: Bargain,
    *,
    margin: float,
    workers: int = 2,
    progress: Progress | None = None,
) -> TariffResult:
    """
    Return tariffs by section, break-even rates, discounts, and charges by each and together.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens.
    bargain
        Who charges, and from how many starts.
    margin
        [-], > 0. Of present transit tariffs, above costs.
    workers
        [-], >= 1. Processes; any number gives the same result.
    progress
        Told how far the work is.

    Returns
    -------
    result
        The equilibrium of each for itself as it was found: from how many starts, how far apart,
        how far from everyone's best answer.

    References
    ----------
    cournot1838; spengler1950; shapley1953.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    tell("routes", 0, 1)
    run = run_scenario(world, scenario)
    market, settled, new_routes, n_routed = _settle(run, bargain, margin, tell)
    run = market.run
    partners = _partners(market, settled.outcome)
    with Pool(_Plays(game=market.game), workers) as pool:
        found, each = _starts(pool, market, bargain, settled, tell)
        worth, together = _coalitions(pool, market, partners, each, tell)
    discounts, best_discount, reduced = _discounts(market, partners)
    split = _split(market, partners, worth, each, together)
    values = {one.country: one.shapley_musd for one in split}
    return TariffResult(
        scenario=scenario.name, margin=margin, partners=list(partners),
        market_teu=float(market.game.problem.cell_demand.sum()),
        sections=find_sections(run), break_even=find_break_even(run),
        discounts=discounts, regimes=_regimes(market, each, together, reduced),
        best_discount=best_discount,
        found=found.model_copy(update={"new_routes": new_routes, "n_routed": n_routed}),
        split=split,
        is_acceptable=all(one.shapley_musd >= one.each_musd - 1e-6 for one in split),
        is_in_core=all(
            sum(values[c] for c in group) >= brings - 1e-6 for group, brings in worth.items()
        ),
        seed=bargain.seed,
        certificate=run.certificate,
        record=describe(
            world, scenario, seed=bargain.seed, gap=run.certificate.relative_gap,
            n_routes=len(run.routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------ each for itself


def _settle(
    run: Run, bargain: Bargain, margin: float, tell: Progress
) -> tuple[Market, Settled, float, int]:
    """Play, look for routes at the charges found, and play again until no new one is used."""
    new_routes = np.inf
    known = run.routes.mark
    for turn in range(MAX_ROUTED + 1):
        tell("each for itself", turn, MAX_ROUTED + 1)
        market = find_market(run, bargain.countries, margin)
        _require_market(market)
        first = market.average_usd(_solve_present(market))
        settled = play(market.game, market.owners, first_usd=first)
        if turn:
            is_new = np.append(~np.isin(run.routes.mark, known), False)[market.route]
            boxes = settled.outcome.flow
            new_routes = float(boxes[is_new].sum() / boxes.sum())
        if new_routes <= NOTHING_NEW or turn == MAX_ROUTED:
            break
        known = run.routes.mark
        charge = settled.outcome.charge_usd
        routes = [priced_routes(run, charge_links(market, charge, k)) for k in (MIDDLE, OTHER)]
        run = assign(run.world, run.setting, merge_routes([run.routes, *routes]), start=run.end)
    tell("each for itself", MAX_ROUTED + 1, MAX_ROUTED + 1)
    return market, settled, new_routes, turn


def _solve_present(market: Market) -> Outcome:
    return market.at_present().solve(np.zeros(market.game.n_charges))


def _require_market(market: Market) -> None:
    if MIDDLE not in market.kinds:
        raise ScenarioError(
            state_fault(
                "--countries", "none through which boxes pass on the Middle Corridor",
                "one or more", "name countries on the corridor, or another scenario",
            )
        )  # fmt: skip


def _starts(
    pool: Pool[_Play, Any], market: Market, bargain: Bargain, settled: Settled, tell: Progress
) -> tuple[Found, Outcome]:
    """Play from many starts, and let every charge look for a better answer."""
    n = market.game.n_charges
    low, high = np.log(FIRST_USD)
    drawn = np.random.default_rng(bargain.seed).uniform(low, high, (bargain.starts - 1, n))
    tasks = [_Play(owners=market.owners, first_usd=np.exp(row)) for row in drawn]
    plays: list[Settled] = [settled, *pool.do(tasks, tell=tell, stage="starts")]
    stood = [one for one in plays if one.has_settled]
    ends = np.array([one.outcome.charge_usd for one in stood or plays])
    best = (stood or plays)[0].outcome
    used = best.taken > 1.0
    spread = np.ptp(ends, axis=0) / np.maximum(best.charge_usd, 1.0)
    asked = [_Play(owners=market.owners, first_usd=best.charge_usd, answer=i) for i in range(n)]
    answers = list(pool.do(asked, tell=tell, stage="best answers"))
    away = np.array([
        abs(value - charge) / max(charge, 1.0)
        for (value, _), charge in zip(answers, best.charge_usd, strict=True)
    ]) * used  # fmt: skip
    at = int(np.argmax(away))
    return Found(
        n_starts=len(plays), n_settled=len(stood), spread=float((spread * used).max()),
        residual=float(away[at]), forgone=float(max(gain for _, gain in answers)),
        at=f"{market.countries[at]} {market.kinds[at]}", new_routes=0.0, n_routed=0,
    ), best  # fmt: skip


# ------------------------------------------------------------------------------ together


def _partners(market: Market, each: Outcome) -> tuple[str, ...]:
    """Return the countries with a charge on the corridor; of many those that earn most there."""
    on_corridor = np.array(market.kinds) == MIDDLE
    earns = market.by_country(np.where(on_corridor, each.revenue_usd, 0.0))
    able = {c for c, k in zip(market.countries, market.kinds, strict=True) if k == MIDDLE}
    return tuple(sorted(sorted(able, key=lambda c: (-earns[c], c))[:MANY]))


def _coalitions(
    pool: Pool[_Play, Any], market: Market, partners: Sequence[str], each: Outcome, tell: Progress
) -> tuple[dict[frozenset[str], float], Outcome]:
    """Return what every group of partners brings itself together, and all partners' charges."""
    groups = [
        frozenset(group)
        for n in range(2, len(partners) + 1)
        for group in itertools.combinations(partners, n)
    ]
    tasks = [_Play(owners=_owners(market, group), first_usd=each.charge_usd) for group in groups]
    plays: list[Settled] = list(pool.do(tasks, tell=tell, stage="coalitions"))
    alone = market.by_country(each.revenue_usd)
    worth = {frozenset({c}): alone[c] for c in partners}
    for group, settled in zip(groups, plays, strict=True):
        revenue = market.by_country(settled.outcome.revenue_usd)
        worth[group] = sum(revenue[c] for c in sorted(group))
    return worth, plays[-1].outcome if plays else each


def _owners(market: Market, group: frozenset[str]) -> tuple[int, ...]:
    """Return owners' numbers when a group acts as one."""
    names = sorted(set(market.countries) - group)
    return tuple(names.index(c) + 1 if c not in group else 0 for c in market.countries)


def _split(
    market: Market, partners: Sequence[str], worth: Mapping[frozenset[str], float],
    each: Outcome, together: Outcome,
) -> list[Split]:  # fmt: skip
    alone, joint = (market.by_country(one.revenue_usd) for one in (each, together))
    value = shapley(partners, worth)
    return [
        Split(
            country=c, each_musd=alone[c], together_musd=joint[c], shapley_musd=value[c],
            transfer_musd=value[c] - joint[c],
        )
        for c in partners
    ]  # fmt: skip


def shapley(players: Sequence[str], worth: Mapping[frozenset[str], float]) -> dict[str, float]:
    """
    Return each player's mean contribution over all orders in which they could join.

    Parameters
    ----------
    players
        The players.
    worth
        What every group of them brings; a group that is missing, such as nobody, brings nothing.

    Examples
    --------
    >>> worth = {frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 7.0}
    >>> shapley("ab", worth)
    {'a': 3.0, 'b': 4.0}
    """
    n = len(players)
    out = {}
    for player in players:
        others = [one for one in players if one != player]
        total = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for group in map(frozenset, itertools.combinations(others, size)):
                joined = worth.get(group | {player}, 0.0)
                total += weight * (joined - worth.get(group, 0.0))
        out[player] = total
    return out


# ------------------------------------------------------------------------------ regimes


def _regimes(
    market: Market, each: Outcome, together: Outcome, discount: tuple[FloatArray, Outcome]
) -> list[Regime]:
    """Tell the ways of charging: as now, each for itself, partners together, and a discount."""
    now, (left, reduced) = _solve_present(market), discount
    present = _regime(market, "present", now, market.paid_usd(now), None)
    return [
        present,
        _regime(market, "each", each, each.revenue_usd, present),
        _regime(market, "together", together, together.revenue_usd, present),
        _regime(market, "discount", reduced, market.paid_usd(reduced) * left, present),
    ]


def _regime(
    market: Market, name: str, now: Outcome, usd: FloatArray, present: Regime | None
) -> Regime:
    """Tell one way of charging, by what each charge brings a year."""
    middle = market.middle_teu(now)
    felt, earns = now.felt_usd / USD_PER_MUSD, market.by_country(usd)
    gained, before = 0.0, sum(earns.values())
    if present is not None:
        gained, before = present.felt_musd - felt, sum(present.revenue_musd.values())
    average = usd / np.maximum(now.taken, 1e-9)
    charge = np.where(now.charge_usd > 0.0, now.charge_usd, average)
    return Regime(
        name=name,
        charges=[
            Charge(country=c, routes=k, usd_teu=float(each), teu=float(teu),
                   revenue_musd=float(brings) / USD_PER_MUSD)
            for c, k, each, teu, brings in zip(
                market.countries, market.kinds, charge, now.taken, usd, strict=True)
        ],
        revenue_musd=earns, felt_musd=felt, middle_teu=middle,
        other_teu=float(now.flow[market.by_land].sum()) - middle,
        shippers_musd=gained, world_musd=gained + sum(earns.values()) - before,
    )  # fmt: skip


def _discounts(
    market: Market, partners: Sequence[str]
) -> tuple[list[Discount], float, tuple[FloatArray, Outcome]]:
    """Return what equal discounts do, the best for the partners, and what it leaves and does."""
    nothing = np.zeros(market.game.n_charges)
    start = _solve_present(market)

    def at(discount: float) -> tuple[FloatArray, Outcome]:
        left = market.left(discount, partners)
        return left, market.at_present(left).solve(nothing, start.price)

    def earned(left: FloatArray, outcome: Outcome) -> dict[str, float]:
        return market.by_country(market.paid_usd(outcome) * left)

    def lost(discount: float) -> float:
        brings = earned(*at(float(discount)))
        return -sum(brings[c] for c in partners)

    rows = []
    for discount in DISCOUNTS:
        left, outcome = at(discount)
        rows.append(
            Discount(
                discount=discount, middle_teu=market.middle_teu(outcome),
                revenue_musd=earned(left, outcome),
                shippers_musd=(start.felt_usd - outcome.felt_usd) / USD_PER_MUSD,
            )
        )  # fmt: skip
    best = minimize_scalar(lost, bounds=(-5.0, 0.9), method="bounded", options={"xatol": 1e-3}).x
    return rows, float(best), at(float(best))
