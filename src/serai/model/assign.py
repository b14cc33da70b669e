"""The equilibrium: prices on limits at which everybody's choice fits, with its certificate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from serai.domain.ranged import FloatArray
from serai.domain.results import Certificate
from serai.kernels.choice import ChoiceArrays, fill_choice, fill_curvature

__all__ = ["Solution", "solve"]

ARMIJO = 1e-4
"""Share of the predicted gain that a step has to keep (Bertsekas 1982)."""


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
        self._curvature = np.empty((n_chunks, n_limits, n_limits))

    def at(self, price: FloatArray) -> tuple[float, FloatArray]:
        """Return the dual's value and its slope (load less capacity)."""
        fill_choice(self.problem, price, self.flow, self._value, self._load)
        value = float(self._value.sum() - price.sum())
        return value, self._load.sum(axis=0) - 1.0

    def curvature(self) -> FloatArray:
        """Return minus the second derivative at the last point."""
        fill_curvature(self.problem, self.flow, self._curvature)
        return np.asarray(self._curvature.sum(axis=0))


def solve(
    problem: ChoiceArrays,
    n_limits: int,
    *,
    start: FloatArray | None = None,
    max_gap: float = 1e-6,
    max_iterations: int = 200,
) -> Solution:
    """
    Find the prices at which every limit holds, by a projected Newton method on the dual.

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

    References
    ----------
    bertsekas1982, two-metric projection with an active set.
    """
    dual = _Dual(problem, n_limits)
    price = np.zeros(n_limits) if start is None else np.maximum(start, 0.0)
    scale = max(float((problem.cell_demand / problem.cell_theta).sum()), 1e-300)
    value, slope = dual.at(price)
    best = _repaired(problem, dual.flow, price, value, scale)
    steps = 0
    while steps < max_iterations and not best.certificate.holds(max_gap) and n_limits:
        price, value, slope, moved = _step(dual, price, value, slope)
        steps += 1
        best = _repaired(problem, dual.flow, price, value, scale)
        if not moved:
            break
    return Solution(
        flow=best.flow, price=best.price, load=best.load,
        certificate=best.certificate, n_iterations=steps,
    )  # fmt: skip


def _step(
    dual: _Dual, price: FloatArray, value: float, slope: FloatArray
) -> tuple[FloatArray, float, FloatArray, bool]:
    """Take one Newton step on the free prices, projected on price >= 0."""
    size = max(float(np.abs(price).max(initial=0.0)), 1.0)
    bound = (price <= 1e-12 * size) & (slope <= 0)
    free = np.flatnonzero(~bound)
    curvature = dual.curvature()[np.ix_(free, free)]
    diagonal = np.diag(curvature)
    damping = 1e-10 * max(float(diagonal.max(initial=0.0)), 1e-300)
    direction = np.zeros_like(price)
    direction[free] = linalg.solve(
        curvature + np.diag(damping + 1e-9 * diagonal), slope[free], assume_a="sym"
    )
    if slope[free] @ direction[free] <= 0:
        direction[free] = slope[free] / (damping + diagonal)
    length = 1.0
    while length > 1e-10:  # noqa: PLR2004
        trial = np.maximum(price + length * direction, 0.0)
        new_value, new_slope = dual.at(trial)
        gain = float(slope @ (trial - price))
        if new_value >= value + ARMIJO * gain - 1e-13 * abs(value):
            return trial, new_value, new_slope, True
        length *= 0.5
    value, slope = dual.at(price)
    return price, value, slope, False


def _repaired(
    problem: ChoiceArrays, raw: FloatArray, price: FloatArray, value: float, scale: float
) -> Solution:
    """Move what does not fit to the outside route, and say how good the result is."""
    n_limits = len(price)
    option = np.repeat(np.arange(len(raw)), np.diff(problem.use_start))
    load = np.bincount(
        problem.use_limit, raw[option] * problem.use_amount, minlength=n_limits
    ) if n_limits else np.zeros(0)  # fmt: skip
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
        load = np.bincount(problem.use_limit, flow[option] * problem.use_amount, minlength=n_limits)
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
