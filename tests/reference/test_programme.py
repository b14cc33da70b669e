"""The dual solver against programs we did not write: scipy on the primal and on the dual."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import optimize

from serai.domain.results import MAX_GAP
from serai.model.assign import Solution, solve
from tests.kernels import naive
from tests.kernels.naive import Cell

Floats = NDArray[np.float64]

TIGHT = 1e-12
"""Relative gap to solve to: an error in shares goes with its square root, so 1e-6 of demand."""

PROBLEMS = [(seed, n_cells, n_limits) for seed, (n_cells, n_limits) in enumerate(
    [(3, 1), (3, 2), (4, 2), (4, 3), (5, 3), (5, 4), (6, 4), (6, 1)]
)]  # fmt: skip


def demand_of_routes(cells: list[Cell]) -> Floats:
    """Return the demand of each route's cell, [class unit]."""
    return np.array([cell.demand for cell in cells for nest in cell.nests for _ in nest.routes])


def solve_primal(cells: list[Cell], n_limits: int) -> Floats:
    """Minimise costs and entropies over flows, with scipy's sequential quadratic programme."""
    routes = [route for cell in cells for nest in cell.nests for route in nest.routes]
    of_cell = np.repeat(
        np.arange(len(cells)), [sum(len(nest.routes) for nest in cell.nests) for cell in cells]
    )
    demand = demand_of_routes(cells)
    use = np.zeros((n_limits, len(routes)))
    for column, route in enumerate(routes):
        for limit, amount in route.use.items():
            use[limit, column] = amount
    member = (of_cell == np.arange(len(cells))[:, None]).astype(float)
    theta = np.array([n.theta for cell in cells for n in cell.nests for _ in n.routes])
    theta0 = np.array([cell.theta for cell in cells])[of_cell]
    constant = np.array([n.constant for cell in cells for n in cell.nests for _ in n.routes])
    cost = np.array([route.cost for route in routes])
    size = np.array([route.log_size for route in routes])
    nest = np.repeat(
        np.arange(sum(len(cell.nests) for cell in cells)),
        [len(n.routes) for cell in cells for n in cell.nests],
    )
    unit = float((demand * cost).sum() / len(cells))

    def value(share: Floats) -> float:
        return naive.compute_primal(cells, (share * demand).tolist()) / unit

    def slope(share: Floats) -> Floats:
        flow = share * demand
        whole = np.bincount(nest, flow)[nest]
        out = cost + constant + (np.log(flow / whole) - size) / theta
        out += (np.log(whole / demand) + 1.0) / theta0
        return np.asarray(out * demand / unit)

    found = optimize.minimize(
        value,
        (1.0 / member.sum(axis=1))[of_cell],
        jac=slope,
        bounds=optimize.Bounds(np.full(len(routes), 1e-14), np.ones(len(routes))),
        constraints=[
            optimize.LinearConstraint(member, np.ones(len(cells)), np.ones(len(cells))),
            optimize.LinearConstraint(use * demand, np.full(n_limits, -np.inf), np.ones(n_limits)),
        ],
        method="SLSQP",
        options={"maxiter": 2000, "ftol": 1e-15},
    )
    return np.asarray(found.x * demand)


def solve_dual(cells: list[Cell], n_limits: int) -> Floats:
    """Maximise the plain twin of the dual with scipy, and return the flows at its prices."""
    unit = math.fsum(cell.demand / cell.theta for cell in cells)

    def value(price: Floats) -> tuple[float, Floats]:
        prices = (price * unit).tolist()
        flows, _ = naive.choose(cells, prices)
        load = np.array(naive.load_limits(cells, flows, n_limits))
        return -naive.compute_dual(cells, prices) / unit, 1.0 - load

    found = optimize.minimize(
        value, np.zeros(n_limits), jac=True, bounds=[(0.0, None)] * n_limits,
        method="L-BFGS-B", options={"ftol": 0.0, "gtol": 1e-11, "maxiter": 2000},
    )  # fmt: skip
    return np.asarray(found.x * unit)


def solved(cells: list[Cell], n_limits: int, max_gap: float = TIGHT) -> Solution:
    return solve(naive.pack_cells(cells), n_limits, max_gap=max_gap)


@pytest.mark.parametrize(("seed", "n_cells", "n_limits"), PROBLEMS)
def test_flows_are_those_of_the_primal_programme(seed: int, n_cells: int, n_limits: int) -> None:
    # Demand of one size: what matters little to the objective, scipy finds but roughly.
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=n_cells, n_limits=n_limits, decades=1.0)
    solution = solved(cells, n_limits)
    assert (solution.price > 0).any(), "no limit binds: the problem shows nothing"
    expected = solve_primal(cells, n_limits)
    assert_allclose(solution.flow / demand_of_routes(cells), expected / demand_of_routes(cells),
                    rtol=0, atol=1e-5)  # fmt: skip
    ours, theirs = (naive.compute_primal(cells, f.tolist()) for f in (solution.flow, expected))
    assert ours <= theirs + 1e-9 * abs(theirs)


@pytest.mark.parametrize(("seed", "n_cells", "n_limits"), PROBLEMS)
@pytest.mark.parametrize("scale", [1e-3, 1e3, 1e6])
def test_prices_are_those_of_the_dual_programme(
    seed: int, n_cells: int, n_limits: int, scale: float
) -> None:
    rng = np.random.default_rng(100 + seed)
    cells = naive.make_cells(rng, n_cells=n_cells, n_limits=n_limits, scale=scale)
    solution = solved(cells, n_limits)
    assert solution.certificate.holds(TIGHT)
    price = solve_dual(cells, n_limits)
    unit = math.fsum(cell.demand / cell.theta for cell in cells)
    assert_allclose(solution.price / unit, price / unit, rtol=0, atol=1e-7)
    flows, _ = naive.choose(cells, price.tolist())
    share = (solution.flow - np.array(flows)) / demand_of_routes(cells)
    assert np.abs(share).max() < 1e-5


@pytest.mark.parametrize("outside", [1.9, 4.0, 8.0])
@pytest.mark.parametrize("tightness", [1.0, 0.1, 1e-3])
@pytest.mark.parametrize(("n_cells", "n_limits"), [(1, 1), (2, 1), (5, 3), (80, 25)])
def test_hard_problems_converge(
    n_cells: int, n_limits: int, tightness: float, outside: float
) -> None:
    """Gates for one in a thousand, and an outside route that nobody takes unless he must."""
    for seed in range(4 if n_cells < 10 else 1):
        rng = np.random.default_rng([seed, n_cells])
        cells = naive.make_cells(
            rng, n_cells=n_cells, n_limits=n_limits, tightness=tightness, outside=outside
        )
        solution = solved(cells, n_limits, max_gap=MAX_GAP)
        assert solution.certificate.holds()
        assert solution.n_iterations <= 100


def test_a_start_at_other_prices_ends_at_the_same_flows() -> None:
    cells = naive.make_cells(np.random.default_rng(7), n_cells=30, n_limits=4)
    problem = naive.pack_cells(cells)
    cold = solve(problem, 4, max_gap=TIGHT)
    warm = solve(problem, 4, start=cold.price * 3.0 + 1e5, max_gap=TIGHT)
    assert warm.certificate.holds(TIGHT)
    assert_allclose(warm.flow, cold.flow, atol=1e-5 * problem.cell_demand.max())
    again = solve(problem, 4, start=cold.price, max_gap=TIGHT)
    assert again.n_iterations <= 1
