"""The equilibrium: prices on limits at which everybody's choice fits, with its certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from serai.domain.ranged import FloatArray
from serai.domain.results import MAX_GAP, Certificate
from serai.kernels.choice import (
    ChoiceArrays,
    fill_choice,
    fill_curvature,
    fill_dues,
    fill_loads,
    fill_objective,
    fill_repaired,
    fill_taken,
)

__all__ = ["FIRST_RADIUS", "Dual", "Solution", "certify", "climb", "finish", "solve"]

FIRST_RADIUS = 4.0
"""How far a price may move in the first step, in its own units (see `Dual.unit`)."""

LAST_RADIUS = 1e-12
"""The search ends where no longer step makes the dual larger."""

ROUNDING = 1e-13
"""Share of the dual's value below which its changes are rounding."""

MAX_STEPS = 200
"""Newton steps after which the best prices are returned as they are."""

LOOSEST, TIGHTEN = 1e-2, 1e-3
"""Misfit first asked for, as a share of the gap; and what it is multiplied by if that was not
enough."""

MAX_ROUNDED_STEPS = 3
"""Steps taken where all that is left to gain is rounding."""

STILL_GOOD = 0.05
"""A curvature is used again as long as the misfit falls by this factor with it."""

MAX_MODEL_STEPS = 60
"""Steps, and halvings of a step, spent on the quadratic model."""

EDGE = 1e-3
"""Prices nearer than this to an end of their range, in their own units, may be put on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """Flows and prices of a choice problem."""

    flow: FloatArray
    """[class unit per year], shape (n_options,). Repaired: no limit is exceeded."""
    price: FloatArray
    """[USD per year], shape (n_limits,). Price of a limit's whole capacity."""
    load: FloatArray
    """[-], shape (n_limits,). Repaired flows as a share of capacity."""
    cell_gap: FloatArray
    """[USD per year], shape (n_cells,), >= 0 but for rounding. What each cell adds to the gap."""
    certificate: Certificate
    n_iterations: int


class Dual:
    """
    The dual function and its derivatives at one point.

    Parameters
    ----------
    problem
        The choice problem.
    n_limits
        [-], >= 0. Number of limits.
    n_balances
        [-], >= 0. Number of balances: rows after the limits whose use must sum to nothing, at a
        price of either sign.
    has_outside
        The last route of every cell uses nothing.
    """

    def __init__(
        self,
        problem: ChoiceArrays,
        n_limits: int,
        *,
        n_balances: int = 0,
        has_outside: bool = True,
    ) -> None:
        self.problem, self.has_outside, self.n_limits = problem, has_outside, n_limits
        self.is_balance = np.arange(n_limits + n_balances) >= n_limits
        self.capacity = np.where(self.is_balance, 0.0, 1.0)
        self.room = self.capacity
        self.ceiling = np.inf if has_outside else _dearest(problem)
        self.scale = max(float((problem.cell_demand / problem.cell_theta).sum()), 1e-300)
        self.load = np.zeros(len(self.room))
        """[-], shape (n_rows,). Loads of the flows of these prices, others left out."""
        n_chunks, n_bundles = len(problem.chunk_start) - 1, len(problem.use_start) - 1
        self.flow = np.empty(len(problem.cost))
        self.value = -np.inf
        self._known: tuple[NDArray[np.int64], FloatArray] | None = None
        self.price: FloatArray | None = None
        """The prices that the flows are of."""
        self._value = np.empty(n_chunks)
        self._taken = np.empty((n_chunks, n_bundles))

    @cached_property
    def unit(self) -> FloatArray:
        """[USD per year], shape (n_limits,). What moves a limit's users by a factor of about e."""
        problem = self.problem
        n_options = np.diff(problem.nest_start[problem.cell_start])
        demand = np.repeat(problem.cell_demand, n_options)
        whole = self.loads(demand, amount=np.abs(problem.use_amount))
        spread = demand / np.repeat(problem.cell_theta, n_options)
        sums = self.loads(spread, amount=np.ones_like(problem.use_amount))
        return np.asarray(np.where(whole > 0, sums / np.where(whole > 0, whole, 1.0), 1.0))

    def at(self, price: FloatArray) -> tuple[float, FloatArray]:
        """
        Return the dual's value and its slope (load less capacity), and hold the flows.

        Parameters
        ----------
        price
            [USD per year], shape (n_limits,), >= 0.
        """
        fill_choice(self.problem, self.dues(price), self.flow, self._value, self._taken)
        self.price, self.value = price, float(self._value.sum() - price @ self.room)
        self.load = self._loads_taken(self.problem.use_amount)
        return self.value, self.load - self.room

    def dues(self, price: FloatArray) -> FloatArray:
        """
        Return what each bundle of uses pays, [USD per class unit], shape (n_bundles,).

        Parameters
        ----------
        price
            [USD per year], shape (n_limits,).
        """
        due = np.empty(self._taken.shape[1])
        fill_dues(self.problem, price, due)
        return due

    def hold(self, rest: FloatArray) -> None:
        """
        Let others take a part of each limit, whatever its price.

        Parameters
        ----------
        rest
            [-], shape (n_limits,), >= 0; of balances of either sign.
        """
        self.room, self.price = self.capacity - rest, None

    def clip(self, price: FloatArray) -> FloatArray:
        """
        Return the nearest prices that may be: those of limits are not below zero.

        Parameters
        ----------
        price
            [USD per year], shape (n_limits,).
        """
        return np.where(self.is_balance, price, np.maximum(price, 0.0))

    def has_price(self, price: FloatArray) -> NDArray[np.bool_]:
        """
        Say which limits hold at these prices: full ones, and balances always.

        Parameters
        ----------
        price
            [USD per year], shape (n_limits,).
        """
        return self.is_balance | (price > 0.0)

    def recost(self, cost: FloatArray) -> None:
        """
        Change what the options cost.

        Parameters
        ----------
        cost
            [USD per class unit], shape (n_options,).
        """
        self.problem, self.price = self.problem._replace(cost=cost), None

    def misfit(self, price: FloatArray, slope: FloatArray) -> float:
        """
        Return the worst of overload and price times unused capacity over the scale.

        Parameters
        ----------
        price
            [USD per year], shape (n_limits,), >= 0.
        slope
            [-], shape (n_limits,). From `at`.
        """
        unused = float(np.abs(price * slope).sum()) / self.scale
        return max(float(self.excess(slope).max(initial=0.0)), unused)

    def excess(self, slope: FloatArray) -> FloatArray:
        """
        Return by how much each limit is exceeded, and each balance missed.

        Parameters
        ----------
        slope
            [-], shape (n_limits,). Load less capacity.
        """
        return np.where(self.is_balance, np.abs(slope), np.maximum(slope, 0.0))

    def loads(self, flow: FloatArray, *, amount: FloatArray | None = None) -> FloatArray:
        """
        Return the use of each limit, [share of capacity], shape (n_limits,).

        Parameters
        ----------
        flow
            [class unit], shape (n_options,). What the options carry.
        amount
            [any], shape (n_uses,). What a unit counts for, by use; its use if left out.
        """
        fill_taken(self.problem, flow, self._taken)
        return self._loads_taken(self.problem.use_amount if amount is None else amount)

    def _loads_taken(self, amount: FloatArray) -> FloatArray:
        load = np.empty(len(self.room))
        fill_loads(self.problem, self._taken.sum(axis=0), amount, load)
        return load

    def fall(
        self, live: NDArray[np.int64], other: FloatArray, worth: FloatArray | None = None
    ) -> FloatArray:
        """
        Return how fast some limits' loads fall as what their uses cost rises.

        Parameters
        ----------
        live
            [-], shape (n_live,). The limits: rows and columns of the result.
        other
            [any per unit of what rises], shape (n_uses,). What each use comes to cost.
        worth
            [USD per any], shape (n_cells,). What it is worth to each cell; one if left out.
        """
        place = np.full(len(self.room), -1, np.int32)
        place[live] = np.arange(len(live))
        if worth is None:
            worth = np.ones(len(self.problem.cell_demand))
        parts = np.empty((len(self._value), len(live), len(live)))
        fill_curvature(self.problem, self.flow, place, other, worth, parts)
        return np.asarray(parts.sum(axis=0))

    def model(self, live: NDArray[np.int64]) -> tuple[FloatArray, bool]:
        """
        Return the curvature by some prices, the last one taken if it was by them, and if it is new.

        Parameters
        ----------
        live
            [-], shape (n_live,). The limits.
        """
        known = self._known
        if known is not None and np.array_equal(known[0], live):
            return known[1], False
        self._known = live, self.curvature(live)
        return self._known[1], True

    def forget(self) -> None:
        """Take the curvature anew next time."""
        self._known = None

    def curvature(self, live: NDArray[np.int64]) -> FloatArray:
        """
        Return minus the second derivative by some prices, each counted in its `unit`.

        Parameters
        ----------
        live
            [-], shape (n_live,). The limits: rows and columns of the result.
        """
        unit = self.unit[live]
        held = self.fall(live, self.problem.use_amount) * np.outer(unit, unit)
        # What cancels out where everybody passes leaves rounding: the diagonal stays above it.
        load = np.where(self.is_balance, 1.0, np.maximum(self.load, 1.0))[live]
        return np.asarray(held + np.diag(1e-10 * np.diag(held) + 1e-12 * unit * load))

    def shift(self, change: FloatArray) -> None:
        """
        Let everybody choose anew after a change of the prices, from the flows as they are.

        Parameters
        ----------
        change
            [USD per year], shape (n_limits,).
        """
        problem = self.problem
        dues = self.dues(change)[problem.bundle]
        nest = np.repeat(np.arange(len(problem.nest_theta)), np.diff(problem.nest_start))
        cell = np.repeat(np.arange(len(problem.cell_theta)), np.diff(problem.cell_start))
        theta, theta0 = problem.nest_theta, problem.cell_theta[cell]
        whole = np.add.reduceat(self.flow, problem.nest_start[:-1])
        moved = self.flow * np.exp(-theta[nest] * dues)
        ratio = np.add.reduceat(moved, problem.nest_start[:-1]) / np.where(whole > 0, whole, 1.0)
        ratio = np.where(whole > 0, ratio, 1.0)
        nests = whole * ratio ** (theta0 / theta)
        nests *= (problem.cell_demand / np.add.reduceat(nests, problem.cell_start[:-1]))[cell]
        within = np.where(whole > 0, nests / np.where(whole > 0, whole * ratio, 1.0), 0.0)
        self.flow = moved * within[nest]


def solve(
    problem: ChoiceArrays,
    n_limits: int,
    *,
    n_balances: int = 0,
    start: FloatArray | None = None,
    has_outside: bool = True,
    max_gap: float = MAX_GAP,
    max_steps: int = MAX_STEPS,
) -> Solution:
    """
    Find the prices at which every limit holds, by Newton steps on the dual in a trust region.

    Parameters
    ----------
    problem
        The choice problem.
    n_limits
        [-], >= 0. Number of limits.
    n_balances
        [-], >= 0. Number of balances, as in `Dual`.
    start
        [USD per year], shape (n_rows,). Prices to start from; zero if left out.
    has_outside
        The last route of every cell uses nothing: it takes what does not fit. Without it flows
        stay as the prices have them, and a problem that cannot be solved at all is given up as
        soon as the dual is above what any feasible flow could cost.
    max_gap
        [-], > 0. Relative gap to reach; overload and complementarity are held to the same.
    max_steps
        [-], >= 0. Steps after which the best prices are returned as they are.

    Returns
    -------
    solution
        Flows, prices and the certificate; whether it converged stands in the certificate.

    Notes
    -----
    Where nearly everybody passes a gate or nearly nobody, the dual is all but straight and a
    Newton step goes far astray. So each step is the best of the quadratic model within a box
    around the prices, which widens while the model foretells the gain and shrinks where it does
    not (Conn, Gould & Toint, Trust-Region Methods, 2000, ch. 6).
    """
    dual = Dual(problem, n_limits, n_balances=n_balances, has_outside=has_outside)
    price = np.zeros(n_limits + n_balances) if start is None else dual.clip(start)
    return finish(dual, price, max_gap=max_gap, max_steps=max_steps)


def finish(
    dual: Dual, price: FloatArray, *, max_gap: float, max_steps: int = MAX_STEPS
) -> Solution:
    """
    Climb from some prices until the certificate holds.

    Parameters
    ----------
    dual
        The problem.
    price
        [USD per year], shape (n_limits,), >= 0. Where to start.
    max_gap
        [-], > 0. Relative gap to reach; overload and complementarity are held to the same.
    max_steps
        [-], >= 0. Steps after which the best prices are returned as they are.

    Returns
    -------
    solution
        Flows, prices and the certificate; whether it converged stands in the certificate.
    """
    steps, tolerance = 0, LOOSEST * max_gap
    while True:
        price, spent = climb(dual, price, tolerance=tolerance, max_steps=max_steps - steps)
        steps += spent
        found = certify(dual, price)
        if found.certificate.holds(max_gap, max_gap) or not spent or steps >= max_steps:
            break
        tolerance *= TIGHTEN
    if not found.certificate.holds(max_gap, max_gap):
        dual.at(price)
        _polish(dual, price)
        found = certify(dual, price)
    return replace(found, n_iterations=steps)


def climb(
    dual: Dual, price: FloatArray, *, tolerance: float, max_steps: int = MAX_STEPS
) -> tuple[FloatArray, int]:
    """
    Raise the dual until loads and prices fit; its flows are then those of the prices.

    Parameters
    ----------
    dual
        The problem.
    price
        [USD per year], shape (n_limits,), >= 0. Where to start.
    tolerance
        [-], > 0. Overload, and price times unused capacity over the scale, that are good enough.
    max_steps
        [-], >= 0. Steps after which the best prices are returned as they are.

    Returns
    -------
    price
        [USD per year], shape (n_limits,), >= 0.
    n_steps
        [-]. Steps taken.
    """
    value, slope = dual.at(price)
    radius, steps, n_rounded = FIRST_RADIUS, 0, 0
    misfit = dual.misfit(price, slope)
    while steps < max_steps and radius > LAST_RADIUS and value <= dual.ceiling:
        if misfit <= tolerance or n_rounded == MAX_ROUNDED_STEPS:
            break
        unit = dual.unit
        live = np.flatnonzero(dual.has_price(price) | (slope > 0.0))
        curvature, is_new = dual.model(live)
        step = np.zeros(len(price))
        least = np.where(dual.is_balance, -np.inf, -price / unit)
        low = np.maximum(least, -radius)[live]
        step[live] = _best_step(curvature, (slope * unit)[live], low, radius)
        expected = float((slope * unit) @ step - 0.5 * step[live] @ curvature @ step[live])
        if expected <= 0.0:
            if is_new:
                break
            dual.forget()
            continue
        trial = np.where(step > least, dual.clip(price + step * unit), 0.0)
        new_value, new_slope = dual.at(trial)
        steps += 1
        is_rounding = expected <= ROUNDING * abs(value)
        n_rounded += is_rounding
        quality = 1.0 if is_rounding else (new_value - value) / expected
        radius = _next_radius(radius, float(np.abs(step).max()), quality)
        new_misfit = dual.misfit(trial, new_slope)
        if quality > 1e-3:  # noqa: PLR2004
            if new_misfit > STILL_GOOD * misfit:
                dual.forget()
            price, value, slope, misfit = trial, new_value, new_slope, new_misfit
        elif not is_new:
            dual.at(price)
            dual.forget()
    if dual.price is not price:
        dual.at(price)
    return price, steps


def _polish(dual: Dual, price: FloatArray) -> None:
    """
    Move the flows to where prices too fine to be written down would have them.

    Where a price is a million times the cost by which choices scatter, its last digit still moves
    flows by 1e-10: the last Newton step is taken by the flows alone.
    """
    held = np.flatnonzero(dual.has_price(price))
    for _ in range(MAX_ROUNDED_STEPS if len(held) else 0):
        slope = (dual.loads(dual.flow) - dual.capacity)[held]
        step = _newton(dual.curvature(held), slope * dual.unit[held])
        if not np.abs(step).max() <= EDGE:
            return
        change = np.zeros(len(price))
        change[held] = step * dual.unit[held]
        dual.shift(change)


def _next_radius(radius: float, length: float, quality: float) -> float:
    """Widen the box where the model held at its edge, shrink it where the model failed."""
    if quality < 0.25:  # noqa: PLR2004
        return 0.25 * min(radius, length)
    return 4.0 * radius if quality > 0.75 and length >= 0.99 * radius else radius  # noqa: PLR2004


def _best_step(
    curvature: FloatArray, slope: FloatArray, low: FloatArray, high: float
) -> FloatArray:
    """Maximise slope x - x curvature x / 2 between low and high (Bertsekas 1982)."""
    step, gain = np.zeros_like(slope), 0.0
    for _ in range(MAX_MODEL_STEPS):
        rise = slope - curvature @ step
        # Bertsekas's rule: the edge narrows as nothing is left to gain.
        left = float(np.abs(np.clip(step + rise / np.diag(curvature), low, high) - step).max())
        edge = min(EDGE, EDGE * high, left)
        at_low, at_high = (step <= low + edge) & (rise < 0), (step >= high - edge) & (rise > 0)
        step = np.where(at_low, low, np.where(at_high, high, step))
        free = np.flatnonzero(~(at_low | at_high))
        gain = float(slope @ step - 0.5 * step @ curvature @ step)
        if not len(free):
            break
        move = np.zeros_like(slope)
        move[free] = _newton(curvature[np.ix_(free, free)], (slope - curvature @ step)[free])
        move *= min(1.0, float((high - low).max()) / max(float(np.abs(move).max()), 1e-300))
        before = gain
        for halvings in range(MAX_MODEL_STEPS):
            trial = np.clip(step + 0.5**halvings * move, low, high)
            gain = float(slope @ trial - 0.5 * trial @ curvature @ trial)
            if gain > before:
                step = trial
                break
        if gain - before <= 1e-6 * gain:
            break
    return step


def _newton(curvature: FloatArray, slope: FloatArray) -> FloatArray:
    try:
        return np.asarray(linalg.cho_solve(linalg.cho_factor(curvature), slope))
    except linalg.LinAlgError:
        return np.asarray(slope / np.diag(curvature))


def _dearest(problem: ChoiceArrays) -> float:
    """Return what no flows that carry the demand can exceed: the dual is not above it either."""
    cost = problem.cost - problem.log_size / np.repeat(
        problem.nest_theta, np.diff(problem.nest_start)
    )
    cost += np.repeat(problem.nest_constant, np.diff(problem.nest_start))
    worst = np.maximum.reduceat(cost, problem.nest_start[problem.cell_start[:-1]])
    total = float((problem.cell_demand * worst).sum())
    return total + 1e-6 * abs(total)


def certify(dual: Dual, price: FloatArray) -> Solution:
    """
    Repair the flows, which are those of the prices, and say how good the result is.

    Parameters
    ----------
    dual
        The problem, with its flows.
    price
        [USD per year], shape (n_limits,), >= 0.

    Returns
    -------
    solution
        What does not fit has moved to the outside route, if there is one.
    """
    problem, raw = dual.problem, dual.flow
    load = dual.loads(raw)
    first = problem.nest_start[problem.cell_start[:-1]]
    cells, excess = np.empty(len(problem.cell_demand)), np.zeros(len(problem.cell_demand))
    fill_objective(problem, raw, cells)
    flow = raw.copy()
    if dual.has_outside and (load[: dual.n_limits] > 1.0).any():
        saved, repaired = np.empty(len(cells)), np.empty(len(cells))
        # What has no limit is never exceeded.
        fill_repaired(
            problem, dual.dues(price), np.where(dual.is_balance, 0.0, load), raw, flow, saved
        )
        fill_objective(problem, flow, repaired)
        excess, cells, load = repaired - cells - saved, repaired, dual.loads(flow)
    served = np.add.reduceat(flow, first)
    wanted = np.maximum(problem.cell_demand, 1e-300)
    gap = float(cells.sum()) - dual.value
    unused = price * (dual.capacity - load)
    certificate = Certificate(
        relative_gap=(max(gap, 0.0) if dual.has_outside else abs(gap)) / dual.scale,
        complementarity=float(np.abs(unused).sum()) / dual.scale,
        conservation=float(np.max(np.abs(served - problem.cell_demand) / wanted, initial=0.0)),
        overload=float(np.max(dual.excess(load - dual.capacity), initial=0.0)),
    )
    return Solution(
        flow=flow, price=price, load=load, cell_gap=excess, certificate=certificate, n_iterations=0
    )
