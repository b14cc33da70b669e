"""Choice under limits and balances against a general convex solver."""

import math

import cvxpy
import numpy as np
import pytest
from cvxpy.atoms.elementwise.rel_entr import rel_entr
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from serai.model.assign import solve
from serai.model.queues import Queues, solve_queued
from tests.kernels import naive

N_LIMITS, N_BALANCES = 4, 2
SEEDS = range(8)


def make_cells(seed: int) -> list[naive.Cell]:
    """Return a random problem whose routes also bring something to two places, or take it away."""
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=30, n_limits=N_LIMITS, decades=1.0)
    total = sum(cell.demand for cell in cells)

    def moved(route: naive.Route) -> naive.Route:
        signs = rng.choice([-1.0, 0.0, 0.5], N_BALANCES) if route.use else np.zeros(N_BALANCES)
        more = {N_LIMITS + i: float(s) / total for i, s in enumerate(signs) if s}
        return route._replace(use={**route.use, **more})

    return [
        naive.Cell(
            cell.demand,
            cell.theta,
            [
                naive.Nest(nest.theta, nest.constant, [moved(r) for r in nest.routes])
                for nest in cell.nests
            ],
        )
        for cell in cells
    ]


def solve_by_cones(cells: list[naive.Cell]) -> NDArray[np.float64]:
    """Minimise costs and entropies with CVXPY and Clarabel; return shares of the demand."""
    routes = [route for cell in cells for nest in cell.nests for route in nest.routes]
    total = sum(cell.demand for cell in cells)
    demand = np.array([c.demand for c in cells for n in c.nests for _ in n.routes])
    share = cvxpy.Variable(len(routes), nonneg=True)
    flow = np.diag(demand / total) @ share
    terms = [flow @ np.array([route.cost for route in routes]) / 1000.0]
    constraints, at = [], 0
    for cell in cells:
        wholes = []
        for nest in cell.nests:
            mine = range(at, at + len(nest.routes))
            at += len(nest.routes)
            whole = sum(flow[p] for p in mine)
            terms += [rel_entr(flow[p], math.exp(routes[p].log_size) * whole) / nest.theta / 1000.0
                      for p in mine]  # fmt: skip
            part = cell.demand / total
            terms += [rel_entr(whole, part) / cell.theta / 1000.0, whole * nest.constant / 1000.0]
            wholes.append(whole)
        constraints.append(sum(wholes) * total / cell.demand == 1.0)
    use = np.zeros((N_LIMITS + N_BALANCES, len(routes)))
    for p, route in enumerate(routes):
        for i, amount in route.use.items():
            use[i, p] = amount
    use *= total
    constraints += [use[:N_LIMITS] @ flow <= 1.0, use[N_LIMITS:] @ flow == 0.0]
    problem = cvxpy.Problem(cvxpy.Minimize(sum(terms)), constraints)
    problem.solve(  # type: ignore[no-untyped-call]  # the library has no types here
        solver=cvxpy.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10
    )
    return np.asarray(share.value)


@pytest.mark.parametrize("seed", SEEDS)
def test_flows_are_those_of_a_general_convex_solver(seed: int) -> None:
    cells = make_cells(seed)
    problem = naive.pack_cells(cells)
    found = solve(problem, N_LIMITS, n_balances=N_BALANCES, max_gap=1e-11)
    assert found.certificate.holds()
    assert np.abs(found.load[N_LIMITS:]).max() <= 1e-8
    demand = np.repeat(problem.cell_demand, np.diff(problem.nest_start[problem.cell_start]))
    assert_allclose(found.flow / demand, solve_by_cones(cells), atol=1e-5)


def test_prices_of_balances_have_either_sign() -> None:
    found = [
        solve(naive.pack_cells(make_cells(seed)), N_LIMITS, n_balances=N_BALANCES) for seed in SEEDS
    ]
    prices = np.array([one.price[N_LIMITS:] for one in found])
    assert (prices < 0).any()
    assert (prices > 0).any()
    assert all((one.price[:N_LIMITS] >= 0).all() for one in found)


def test_waits_and_balances_are_found_together() -> None:
    problem = naive.pack_cells(make_cells(3))
    queues = Queues(resource=np.arange(N_LIMITS, dtype=np.int32), variability=1.0,
                    rate_per_h=np.array([0.05, 0.3, 1.0, 9.0]), period_h=720.0)  # fmt: skip
    per_hour = np.random.default_rng(5).exponential(2.0, len(problem.cell_demand))
    found = solve_queued(problem, per_hour, queues, n_balances=N_BALANCES)
    assert found.solution.certificate.holds()
    assert found.residual_h <= 1e-4
    assert np.abs(found.solution.load[N_LIMITS:]).max() <= 1e-6
    # The same choice, the waits held in its costs.
    again = solve(found.arrays, N_LIMITS, n_balances=N_BALANCES, max_gap=1e-11)
    assert_allclose(again.flow, found.solution.flow, rtol=1e-3, atol=1e-3)
