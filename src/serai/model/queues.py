"""Waits that rise with use: their law, and the equilibrium in which they are what they cause."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.network import WATER_KINDS
from serai.domain.ranged import FloatArray, IntArray, freeze
from serai.domain.results import MAX_GAP, MAX_WAIT_RESIDUAL_H
from serai.domain.world import World
from serai.kernels.choice import ChoiceArrays, fill_delays
from serai.model.assign import FIRST_RADIUS, Dual, Solution, climb, finish
from serai.model.graph import Graph
from serai.model.parts import cut_cells, heavy_cells
from serai.units import DAYS_PER_YEAR, HOURS_PER_DAY

__all__ = ["Queued", "Queues", "build_queues", "solve_queued"]

MAX_ROUNDS = 40
"""Rounds after which the waits are returned as they are."""

ROUGH, FINE, CLOSE_H = 1e-5, 1e-2, 1.0
"""Misfit of prices asked for while waits are further off than `CLOSE_H`, and, as a share of the
gap, afterwards."""

STEEP_H, LESS_STEEP_H, FEW_ROUNDS = 30.0, 2.0, 5
"""[h] Waits that rise by less over the whole capacity are taken as the flows have them: in the
first few rounds, and afterwards."""

STILL_GOOD = 0.3
"""A derivative is used again as long as waits come closer by this factor with it."""

ALIKE = 1e-10
"""Users of two limits that differ by less, in the curvature, are the same."""

NEAR = 1e-2
"""Misfit of prices from which all cells are solved at once, if waits are close too."""

HEAVY, MANY_CELLS = (0.6, 0.9, 0.9), 2000
"""A problem of many cells is first solved for the few that make up these shares of all use, one
after the other, the others held as they are."""

SMALLEST_STEP = 1 / 64
"""Share of a step that is taken even if the waits do not come closer by it."""

BY_SHIP = ("port_berth", "vessel_fleet", "terminal")
"""Kinds of resources at which ships queue, or goods for ships."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queues:
    """
    The queue before each limit. Arrays have shape (n_limits,).

    Notes
    -----
    The delay at a server with random arrivals, from an empty queue, averaged over a period T, by
    the coordinate transformation of Kimber & Hollis (Traffic queues and delays at road junctions,
    TRRL LR 909, 1979), in the form of Akçelik (ARRB 21, 1991)::

        w(x) = T/4 [ (x - 1) + sqrt((x - 1)^2 + 8 k x / (Q T)) ]

    with the use x as a share of capacity, Q services per hour, and k the variability of arrivals
    and services (1: both random; 0.5: services alike). It is 0 at x = 0, near the steady state
    k x / (Q (1 - x)) well below capacity, and finite at capacity: it holds for any x >= 0.
    """

    resource: IntArray
    """Resource of each limit."""
    rate_per_h: FloatArray
    """[services/h] Trains, ships or lorries at capacity; inf where nobody queues."""
    period_h: float
    """[h] How long a demand above the average lasts."""
    variability: float
    """[-]"""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        freeze(self.resource)
        freeze(self.rate_per_h)

    def at(self, limits: NDArray[np.integer]) -> Queues:
        """
        Return the queues before some of the limits.

        Parameters
        ----------
        limits
            Which.
        """
        return replace(self, resource=self.resource[limits], rate_per_h=self.rate_per_h[limits])

    def beside(self, n_balances: int) -> Queues:
        """
        Return these queues and, after them, rows that nobody waits for.

        Parameters
        ----------
        n_balances
            [-], >= 0. How many.
        """
        none = np.arange(n_balances, dtype=np.int32) + 1 + self.resource.max(initial=-1)
        return replace(
            self,
            resource=np.concatenate([self.resource, none]),
            rate_per_h=np.concatenate([self.rate_per_h, np.full(n_balances, np.inf)]),
        )

    def wait_h(self, load: FloatArray) -> FloatArray:
        """
        Return the wait before each limit.

        Parameters
        ----------
        load
            [-], shape (n_limits,), >= 0. Use as a share of capacity.

        Returns
        -------
        wait
            [h], shape (n_limits,), >= 0.
        """
        wait = self.period_h / 4.0 * ((load - 1.0) + self._root(load))
        return np.where(np.isfinite(self.rate_per_h), wait, 0.0)

    def slope_h(self, load: FloatArray) -> FloatArray:
        """
        Return how fast the wait before each limit rises with its use.

        Parameters
        ----------
        load
            [-], shape (n_limits,), >= 0. Use as a share of capacity.

        Returns
        -------
        slope
            [h], shape (n_limits,), >= 0.
        """
        push = 4.0 * self.variability / (self.rate_per_h * self.period_h)
        root = np.maximum(self._root(load), 1e-300)
        slope = self.period_h / 4.0 * (1.0 + ((load - 1.0) + push) / root)
        return np.where(np.isfinite(self.rate_per_h), slope, 0.0)

    def _root(self, load: FloatArray) -> FloatArray:
        push = 8.0 * self.variability * load / (self.rate_per_h * self.period_h)
        return np.asarray(np.sqrt((load - 1.0) ** 2 + push))


def build_queues(world: World, graph: Graph) -> Queues:
    """
    Return the queues before the limits of a state.

    Parameters
    ----------
    world
        The tables.
    graph
        Graph of the state.
    """
    params, limits = world.params, graph.limits
    vehicle = _vehicles(world)[limits.resource]
    lot = np.full(len(limits.capacity), np.inf)
    for word in ("ship", "train", "lorry"):
        of_t, of_teu = params[f"queue_{word}_t"], params[f"queue_{word}_teu"]
        lot = np.where(vehicle == word, np.where(limits.is_box, of_teu, of_t), lot)
    per_h = limits.capacity / (DAYS_PER_YEAR * HOURS_PER_DAY)
    queues = (vehicle != "") & (per_h > 0) & np.isfinite(per_h)
    return Queues(
        resource=limits.resource.astype(np.int32),
        rate_per_h=np.where(queues, per_h / np.where(np.isfinite(lot), lot, 1.0), np.inf),
        period_h=params["queue_period_h"],
        variability=params["queue_variability"],
    )


def _vehicles(world: World) -> NDArray[np.str_]:
    """Say what queues at each resource: ship, train, lorry or, at a pipeline, nothing."""
    links, resources = world.network.links, world.network.resources
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    by_water = np.isin(links.kind, WATER_KINDS)[owner]
    by_road = (links.kind == "road") | ((links.from_mode == "road") & (links.to_mode == "road"))
    n = len(resources.ids)
    uses = np.bincount(links.resource_ix, minlength=n)
    on_water = np.bincount(links.resource_ix, by_water, n)
    on_road = np.bincount(links.resource_ix, by_road[owner], n)
    kinds = np.array(resources.kinds)
    is_ship = np.isin(kinds, BY_SHIP) | (2 * on_water > uses)
    is_lorry = ~is_ship & (uses > 0) & (on_road == uses)
    vehicle = np.where(is_ship, "ship", np.where(is_lorry, "lorry", "train"))
    return np.where(kinds == "pipeline", "", vehicle)


# ---------------------------------------------------------------- the fixed point


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queued:
    """An equilibrium whose waits are those of its flows."""

    solution: Solution
    arrays: ChoiceArrays
    """The problem with the waits in its costs."""
    option_wait_h: FloatArray
    """[h], shape (n_options,). Time spent waiting on each route."""
    wait_h: FloatArray
    """[h], shape (n_limits,). What everybody reckons with."""
    residual_h: float
    """[h] Largest difference to what the flows cause."""
    n_rounds: int


def solve_queued(
    problem: ChoiceArrays,
    per_hour: FloatArray,
    queues: Queues,
    *,
    n_balances: int = 0,
    start: tuple[FloatArray, FloatArray] | None = None,
    max_gap: float = MAX_GAP,
    max_residual_h: float = MAX_WAIT_RESIDUAL_H,
) -> Queued:
    """
    Find prices and waits at which everybody's choice causes both.

    Parameters
    ----------
    problem
        The choice problem, its costs without waits.
    per_hour
        [USD per class unit and hour], shape (n_cells,). Value of time.
    queues
        The queue before each limit of the problem.
    n_balances
        [-], >= 0. Number of balances after the limits, as in `Dual`; nobody waits for them.
    start
        Prices [USD per year], shape (n_rows,), and waits [h], shape (n_limits,), to start from;
        zero if left out.
    max_gap
        [-], > 0. Relative gap to reach at given waits.
    max_residual_h
        [h], > 0. How far the waits may be from those that the flows cause.

    Returns
    -------
    queued
        Whether it converged stands in the solution's certificate and in the residual.

    Notes
    -----
    At given waits the equilibrium is a convex programme (`solve`). The waits are the fixed point
    of waits -> equilibrium -> waits, which no programme has, since each class values an hour
    differently. It is found by Newton steps with the derivative of the whole map, prices moving so
    that full limits stay full; steps that come no closer are halved. Most of the way is gone with
    the cells that use most, the others held still.
    """
    queues = queues.beside(n_balances)
    whole = _Settling(problem, per_hour, queues, n_balances)
    price, wait = np.zeros(len(queues.rate_per_h)), np.zeros(len(queues.rate_per_h))
    if start is not None:
        price = whole.dual.clip(start[0])
        wait[: len(start[1])] = np.maximum(start[1], 0.0)
    # A part of the cells need not be able to balance what the others leave.
    if len(problem.cell_demand) >= MANY_CELLS and not n_balances:
        price, wait = _settle_heavy(whole, price, wait)
    price, wait, rounds = whole.settle(
        price, wait, tolerance=FINE * max_gap, max_residual_h=max_residual_h
    )
    solution = finish(whole.dual, price, max_gap=max_gap)
    return Queued(
        solution=solution, arrays=whole.dual.problem, wait_h=wait[: whole.dual.n_limits],
        option_wait_h=whole.hours[problem.bundle],
        residual_h=float(np.abs(queues.wait_h(solution.load) - wait).max(initial=0.0)),
        n_rounds=rounds,
    )  # fmt: skip


def _settle_heavy(
    whole: _Settling, price: FloatArray, wait: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Settle more and more of the cells that use most, the others held as they are."""
    whole.reckon_with(wait)
    _, slope = whole.dual.at(price)
    missing = np.abs(whole.queues.wait_h(whole.dual.load) - wait).max(initial=0.0)
    if missing <= CLOSE_H and whole.dual.misfit(price, slope) <= NEAR:
        return price, wait
    for share in HEAVY:
        cells = heavy_cells(whole.problem, whole.dual.flow, share)
        part, options = cut_cells(whole.problem, cells)
        heavy = _Settling(part, whole.per_hour[cells], whole.queues)
        load = whole.dual.load
        others = np.maximum(load - heavy.dual.loads(whole.dual.flow[options]), 0.0)
        # Where all are too many the others leave their share of the excess out.
        heavy.dual.hold(others / np.maximum(load, 1.0))
        price, wait, _ = heavy.settle(price, wait, tolerance=ROUGH, max_residual_h=CLOSE_H)
        whole.reckon_with(wait)
        whole.dual.at(price)
    return price, wait


class _Settling:
    """A problem on its way to waits that are those of its flows."""

    def __init__(
        self, problem: ChoiceArrays, per_hour: FloatArray, queues: Queues, n_balances: int = 0
    ) -> None:
        self.problem, self.per_hour, self.queues = problem, per_hour, queues
        n_limits = len(queues.rate_per_h) - n_balances
        self.dual = Dual(problem, n_limits, n_balances=n_balances)
        self.hours = np.empty(len(problem.use_start) - 1)
        """[h], shape (n_bundles,)."""
        self.counts = np.empty(len(problem.use_limit))
        """[-], shape (n_uses,). One for what is waited for."""
        n_options = np.diff(problem.nest_start[problem.cell_start])
        self.option_per_hour = np.repeat(per_hour, n_options)

    def reckon_with(self, wait: FloatArray) -> None:
        """Let waits enter the costs."""
        problem = self.problem
        fill_delays(problem, self.queues.resource, wait, self.hours, self.counts)
        self.dual.recost(problem.cost + self.hours[problem.bundle] * self.option_per_hour)

    def settle(
        self, price: FloatArray, wait: FloatArray, *, tolerance: float, max_residual_h: float
    ) -> tuple[FloatArray, FloatArray, int]:
        """Return prices and waits that fit each other, and the rounds it took."""
        before, share, goal = np.inf, 1.0, max(ROUGH, tolerance)
        base, step, system = wait, np.zeros(len(wait)), None
        for rounds in range(1, MAX_ROUNDS + 1):
            self.reckon_with(wait)
            price, _ = climb(self.dual, price, tolerance=goal)
            load = self.dual.load + (self.dual.capacity - self.dual.room)
            missing = self.queues.wait_h(load) - wait
            residual = float(np.abs(missing).max(initial=0.0))
            fits = residual <= max_residual_h
            if rounds == MAX_ROUNDS or (fits and goal == tolerance):
                break
            if fits or residual <= CLOSE_H:
                goal = tolerance
            if fits:
                continue  # so far to roughly solved prices
            if residual > before and share > SMALLEST_STEP:
                share /= 2.0
                wait = np.maximum(base + share * step, 0.0)
                continue
            slope = self.queues.slope_h(load)
            is_held = self.dual.has_price(price)
            is_stale = rounds == FEW_ROUNDS + 1 or residual > STILL_GOOD * before
            if system is None or is_stale or not system.is_of(is_held):
                steep = STEEP_H if rounds <= FEW_ROUNDS else LESS_STEEP_H
                system = self._linear(price, slope > steep)
            before, share, base = residual, 1.0, wait
            step, rise = system.step(slope, missing)
            wait = np.maximum(base + step, 0.0)
            price = self.dual.clip(price + rise)
        return price, wait, rounds

    def _linear(self, price: FloatArray, is_steep: NDArray[np.bool_]) -> _Linear:
        """Return how loads and prices move with the steep waits, near some prices."""
        is_held = self.dual.has_price(price)
        live = np.flatnonzero(is_held | is_steep)
        held = is_held[live]
        by_wait = self.dual.fall(live, self.counts, self.per_hour)
        # How the prices of full limits move with the waits, so that full limits stay full.
        moves = np.zeros((len(live), len(live)))
        if held.any():
            by_price = self.dual.fall(live, self.problem.use_amount)
            diagonal = np.diag(by_price)[held]
            unit = np.where(diagonal > 0.0, 1.0 / np.sqrt(np.maximum(diagonal, 1e-300)), 0.0)
            # Limits with the same users share one price between them.
            within = by_price[np.ix_(held, held)] * np.outer(unit, unit)
            found = np.linalg.pinv(within, ALIKE, hermitian=True) @ (by_wait[held] * unit[:, None])
            moves[held] = -found * unit[:, None]
            by_wait = by_wait + by_price @ moves
        return _Linear(
            live=live, is_held=is_held, by_wait=by_wait, moves=moves,
            reach=FIRST_RADIUS * self.dual.unit[live],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Linear:
    """How loads and prices move with the waits, near some prices."""

    live: NDArray[np.int64]
    """Limits that it tells of; of the others a wait causes next to nothing."""
    is_held: NDArray[np.bool_]
    """Limits that had a price."""
    by_wait: FloatArray
    """[1/h], shape (n_live, n_live). Fall of loads."""
    moves: FloatArray
    """[USD per year and h], shape (n_live, n_live). Rise of prices."""
    reach: FloatArray
    """[USD per year], shape (n_live,). How far prices may move at once."""

    def is_of(self, is_held: NDArray[np.bool_]) -> bool:
        """Say whether the same limits have a price."""
        return bool(np.array_equal(is_held, self.is_held))

    def step(self, slope: FloatArray, missing: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the change of waits that closes the fixed point, and that of the prices."""
        live, step, rise = self.live, missing.copy(), np.zeros(len(missing))
        system = np.eye(len(live)) + slope[live, None] * self.by_wait
        step[live] = np.linalg.solve(system, missing[live])
        rise[live] = np.clip(self.moves @ step[live], -self.reach, self.reach)
        return step, rise
