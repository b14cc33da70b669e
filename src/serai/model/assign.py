"""The equilibrium: prices on limits at which everybody's choice fits, with its certificate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from serai.domain.ranged import FloatArray
from serai.domain.results import Certificate
from serai.kernels.choice import ChoiceArrays, fill_choice, fill_curvature, fill_loads

__all__ = ["Solution", "solve"]

FIRST_RADIUS = 4.0
"""How far a price may move in the first step, in its own units (see `_price_units`)."""

LAST_RADIUS = 1e-12
"""The search ends where no longer step makes the dual larger."""

ROUNDING = 1e-13
"""Share of the dual's value below which its changes are rounding."""

MAX_MODEL_STEPS = 60
"""Steps, and halvings of a step, spent on the quadratic model."""

NEARLY = 1e-4
"""Overload, and price times unused capacity, below which the certificate is worth computing."""

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
    certificate: Certificate
    n_iterations: int


class _Dual:
    """The dual function and its derivatives at one point."""

    def __init__(self, problem: ChoiceArrays, n_limits: int) -> None:
        self.problem = problem
        n_chunks = len(problem.chunk_start) - 1
        self.flow = np.empty(len(problem.cost))
        self._value = np.empty(n_chunks)
        self._load = np.empty((n_chunks, n_limits))
        self.option = np.repeat(np.arange(len(problem.cost)), np.diff(problem.use_start))

    def at(self, price: FloatArray) -> tuple[float, FloatArray]:
        """Return the dual's value and its slope (load less capacity)."""
        fill_choice(self.problem, price, self.flow, self._value, self._load)
        value = float(self._value.sum() - price.sum())
        return value, self._load.sum(axis=0) - 1.0

    def loads(self, flow: FloatArray, *, unweighted: bool = False) -> FloatArray:
        """Return the use of each limit: flow times amount, or flow alone."""
        parts = np.empty_like(self._load)
        amount = np.ones_like(self.problem.use_amount) if unweighted else self.problem.use_amount
        fill_loads(self.problem, flow, amount, parts)
        return np.asarray(parts.sum(axis=0))

    def curvature(self, unit: FloatArray, live: NDArray[np.int64]) -> FloatArray:
        """Return minus the second derivative by the live prices, counted in `unit`."""
        place = np.full(len(unit), -1, np.int32)
        place[live] = np.arange(len(live))
        parts = np.empty((len(self._value), len(live), len(live)))
        fill_curvature(self.problem, self.flow, place, parts)
        held = parts.sum(axis=0) * np.outer(unit[live], unit[live])
        # What cancels out where everybody passes leaves rounding: the diagonal stays above it.
        load = np.maximum(self._load.sum(axis=0), 1.0)[live]
        return np.asarray(held + np.diag(1e-10 * np.diag(held) + 1e-12 * unit[live] * load))


def solve(
    problem: ChoiceArrays,
    n_limits: int,
    *,
    start: FloatArray | None = None,
    max_gap: float = 1e-6,
    max_iterations: int = 200,
) -> Solution:
    """
    Find the prices at which every limit holds, by Newton steps on the dual in a trust region.

    Parameters
    ----------
    problem
        The choice problem.
    n_limits
        [-], >= 0. Number of limits.
    start
        [USD per year], shape (n_limits,), >= 0. Prices to start from; zero if left out.
    max_gap
        [-], > 0. Relative gap to reach; overload and complementarity are held to the same.
    max_iterations
        [-], > 0. Steps after which the best prices are returned as they are.

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
    dual = _Dual(problem, n_limits)
    price = np.zeros(n_limits) if start is None else np.maximum(start, 0.0)
    scale = max(float((problem.cell_demand / problem.cell_theta).sum()), 1e-300)
    value, slope = dual.at(price)
    unit = _price_units(dual)
    best = _repaired(dual, price, value, scale) if _nearly_fits(price, slope, scale) else None
    live, curvature = _live(dual, unit, price, slope)
    radius, steps = FIRST_RADIUS, 0
    while steps < max_iterations and radius > LAST_RADIUS and len(live):
        if best is not None and best.certificate.holds(max_gap):
            break
        step = np.zeros(n_limits)
        low = np.maximum(-price / unit, -radius)[live]
        step[live] = _best_step(curvature, (slope * unit)[live], low, radius)
        expected = float((slope * unit) @ step - 0.5 * step[live] @ curvature @ step[live])
        if expected <= 0.0:
            break
        trial = np.where(step > -price / unit, np.maximum(price + step * unit, 0.0), 0.0)
        new_value, new_slope = dual.at(trial)
        steps += 1
        is_rounding = expected <= ROUNDING * abs(value)
        quality = 1.0 if is_rounding else (new_value - value) / expected
        radius = _next_radius(radius, float(np.abs(step).max()), quality)
        if quality > 1e-3:  # noqa: PLR2004
            price, value, slope = trial, new_value, new_slope
            live, curvature = _live(dual, unit, price, slope)
            if _nearly_fits(price, slope, scale):
                best = _repaired(dual, price, value, scale)
    if best is None or best.price is not price:
        dual.at(price)
        best = _repaired(dual, price, value, scale)
    return Solution(
        flow=best.flow, price=best.price, load=best.load,
        certificate=best.certificate, n_iterations=steps,
    )  # fmt: skip


def _nearly_fits(price: FloatArray, slope: FloatArray, scale: float) -> bool:
    """Say whether the raw flows are near enough that repairing them, which is dear, may do."""
    worst = max(float(slope.max(initial=0.0)), float(np.abs(price * slope).sum()) / scale)
    return worst <= NEARLY


def _live(
    dual: _Dual, unit: FloatArray, price: FloatArray, slope: FloatArray
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the limits whose price may move now, and the curvature by these."""
    live = np.flatnonzero((price > 0.0) | (slope > 0.0))
    return live, dual.curvature(unit, live)


def _price_units(dual: _Dual) -> FloatArray:
    """Return the change of each price that moves its users by a factor of about e, [USD]."""
    problem = dual.problem
    n_options = np.diff(problem.nest_start[problem.cell_start])
    demand = np.repeat(problem.cell_demand, n_options)
    whole = dual.loads(demand)
    sums = dual.loads(demand / np.repeat(problem.cell_theta, n_options), unweighted=True)
    return np.asarray(np.where(whole > 0, sums / np.where(whole > 0, whole, 1.0), 1.0))


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


def _repaired(dual: _Dual, price: FloatArray, value: float, scale: float) -> Solution:
    """Move what does not fit to the outside route, and say how good the result is."""
    problem, raw, option = dual.problem, dual.flow, dual.option
    load = dual.loads(raw)
    flow = raw.copy()
    over = load > 1.0
    if over.any():
        room = np.where(over, 1.0 / np.where(over, load, 1.0), 1.0)
        share = np.ones(len(raw))
        np.minimum.at(share, option, room[problem.use_limit])
        taken = raw * (1.0 - share)
        flow -= taken
        last = problem.nest_start[problem.cell_start[1:]] - 1
        group = np.searchsorted(last, np.arange(len(raw)))
        flow[last] += np.bincount(group, taken, minlength=len(last))
        load = dual.loads(flow)
    primal = _primal(problem, flow)
    served = np.add.reduceat(flow, problem.nest_start[problem.cell_start[:-1]])
    wanted = np.maximum(problem.cell_demand, 1e-300)
    certificate = Certificate(
        relative_gap=max(primal - value, 0.0) / scale,
        complementarity=float(np.abs(price * (1.0 - load)).sum()) / scale,
        conservation=float(np.max(np.abs(served - problem.cell_demand) / wanted, initial=0.0)),
        overload=float(np.max(load - 1.0, initial=0.0)),
    )
    return Solution(flow=flow, price=price, load=load, certificate=certificate, n_iterations=0)


def _primal(problem: ChoiceArrays, flow: FloatArray) -> float:
    """Return the convex programme's objective: costs, constants and both entropies."""
    nest_first = problem.nest_start[:-1]
    per_nest = np.add.reduceat(flow, nest_first)
    nest_of = np.repeat(np.arange(len(per_nest)), np.diff(problem.nest_start))
    theta = problem.nest_theta[nest_of]
    cell_of = np.repeat(np.arange(len(problem.cell_demand)), np.diff(problem.cell_start))
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(flow > 0, flow * (np.log(flow / per_nest[nest_of]) - problem.log_size), 0)
        demand = problem.cell_demand[cell_of]
        between = np.where(per_nest > 0, per_nest * np.log(per_nest / demand), 0.0)
    return float(
        (flow * problem.cost).sum()
        + (per_nest * problem.nest_constant).sum()
        + (within / theta).sum()
        + (between / problem.cell_theta[cell_of]).sum()
    )
