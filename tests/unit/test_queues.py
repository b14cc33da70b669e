"""Waits that rise with use: the law, and the fixed point against a plain one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from serai.domain.scenario import Scenario
from serai.kernels.choice import ChoiceArrays
from serai.model.assign import solve
from serai.model.queues import Queues, build_queues, solve_queued
from serai.run import prepare
from tests.kernels import naive
from tests.toy import toy_world

Floats = NDArray[np.float64]

N_LIMITS = 4


def make_queues(rate: list[float], period: float = 720.0, k: float = 1.0) -> Queues:
    return Queues(resource=np.arange(len(rate), dtype=np.int32), rate_per_h=np.array(rate),
                  period_h=period, variability=k)  # fmt: skip


# ---------------------------------------------------------------- the law


def test_well_below_capacity_it_is_the_steady_state_of_a_server() -> None:
    queues = make_queues([1.0] * 4, period=1e7, k=0.5)
    load = np.array([0.1, 0.5, 0.8, 0.95])
    assert_allclose(queues.wait_h(load), 0.5 * load / (1 - load), rtol=1e-4)


def test_at_capacity_it_is_the_root_of_the_period() -> None:
    assert_allclose(make_queues([0.1]).wait_h(np.ones(1)), np.sqrt(720.0 / (2 * 0.1)))


def test_above_capacity_the_queue_grows_through_the_period() -> None:
    queues = make_queues([1e6])
    assert_allclose(queues.wait_h(np.array([1.5])), 720.0 / 2 * 0.5, rtol=1e-4)


def test_nobody_waits_where_nobody_comes_or_where_nothing_queues() -> None:
    queues = make_queues([0.1, np.inf])
    assert queues.wait_h(np.zeros(2)).tolist() == [0.0, 0.0]
    assert queues.wait_h(np.full(2, 0.99))[1] == 0.0


@given(
    load=st.floats(0.0, 1.2), rate=st.floats(1e-3, 1e2), period=st.floats(24.0, 8760.0),
    k=st.floats(0.1, 4.0),
)  # fmt: skip
def test_waits_rise_with_use_and_the_slope_says_how_fast(
    load: float, rate: float, period: float, k: float
) -> None:
    queues = make_queues([rate], period, k)
    step = 1e-6
    low, mid, high = (queues.wait_h(np.array([load + d]))[0] for d in (0.0, step, 2 * step))
    assert -1e-9 <= low < high
    slope = queues.slope_h(np.array([load + step]))[0]
    assert slope == pytest.approx((high - low) / (2 * step), rel=1e-3, abs=1e-3)
    assert mid <= make_queues([rate / 2], period, k).wait_h(np.array([load + step]))[0]


def test_ships_trains_and_lorries_queue_and_pipelines_do_not() -> None:
    toy = toy_world()
    graph = prepare(toy, Scenario(year=2023)).graph
    queues = build_queues(toy, graph)
    kinds = np.array(toy.network.resources.kinds)[graph.limits.resource]
    assert np.isinf(queues.rate_per_h[kinds == "pipeline"]).all()
    assert np.isfinite(queues.rate_per_h[kinds != "pipeline"]).all()


# ---------------------------------------------------------------- the fixed point


def make_problem(seed: int) -> tuple[ChoiceArrays, Floats, Queues]:
    rng = np.random.default_rng(seed)
    problem = naive.pack_cells(naive.make_cells(rng, n_cells=25, n_limits=N_LIMITS))
    per_hour = rng.exponential(2.0, len(problem.cell_demand))
    return problem, per_hour, make_queues([0.05, 0.3, 1.0, np.inf])


def by_option(problem: ChoiceArrays, per_cell: Floats) -> Floats:
    return np.repeat(per_cell, np.diff(problem.nest_start[problem.cell_start]))


def wait_plainly(problem: ChoiceArrays, per_hour: Floats, queues: Queues) -> tuple[Floats, Floats]:
    """Let waits follow flows and flows waits, a tenth of the way at a time."""
    wait, worth = np.zeros(N_LIMITS), by_option(problem, per_hour)
    for _ in range(400):
        cost = problem.cost.copy()
        for route, bundle in enumerate(problem.bundle):
            uses = problem.use_limit[problem.use_start[bundle] : problem.use_start[bundle + 1]]
            hours, _ = naive.wait_for(uses.tolist(), list(range(N_LIMITS)), wait.tolist())
            cost[route] += worth[route] * hours
        found = solve(problem._replace(cost=cost), N_LIMITS, max_gap=1e-12)
        wait = 0.9 * wait + 0.1 * queues.wait_h(found.load)
    return wait, found.flow


@pytest.mark.parametrize("seed", range(3))
def test_the_waits_are_those_of_a_plain_damped_iteration(seed: int) -> None:
    problem, per_hour, queues = make_problem(seed)
    queued = solve_queued(problem, per_hour, queues, max_gap=1e-12, max_residual_h=1e-9)
    wait, flow = wait_plainly(problem, per_hour, queues)
    assert queued.residual_h <= 1e-9
    assert wait.max() > 1.0
    assert_allclose(queued.wait_h, wait, atol=1e-6)
    assert_allclose(queued.solution.flow, flow, rtol=1e-5, atol=1e-5 * problem.cell_demand.max())
    added = queued.option_wait_h * by_option(problem, per_hour)
    assert_allclose(added, queued.arrays.cost - problem.cost, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_other_starts_end_at_the_same_waits(seed: int) -> None:
    problem, per_hour, queues = make_problem(seed)
    cold = solve_queued(problem, per_hour, queues, max_gap=1e-12, max_residual_h=1e-9)
    warm = solve_queued(problem, per_hour, queues, start=(2.0 * cold.solution.price + 10.0,
                        cold.wait_h * 3 + 50.0), max_gap=1e-12,
                        max_residual_h=1e-9)  # fmt: skip
    assert_allclose(warm.wait_h, cold.wait_h, atol=1e-6)
    again = solve_queued(problem, per_hour, queues, start=(cold.solution.price,
                         cold.wait_h))  # fmt: skip
    assert again.n_rounds <= 2


def test_without_queues_nothing_waits_and_the_flows_are_the_programmes() -> None:
    problem, per_hour, _ = make_problem(1)
    none = make_queues([np.inf] * N_LIMITS)
    queued = solve_queued(problem, per_hour, none)
    assert queued.wait_h.tolist() == [0.0] * N_LIMITS
    assert_allclose(queued.solution.flow, solve(problem, N_LIMITS).flow, rtol=1e-4, atol=1e-3)


def test_longer_busy_times_send_more_away() -> None:
    problem, per_hour, _ = make_problem(2)
    loads = [
        solve_queued(problem, per_hour, make_queues([0.05, 0.3, 1.0, 2.0], period)).solution.load
        for period in (1.0, 100.0, 1000.0, 5000.0)
    ]
    totals = [load.sum() for load in loads]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < totals[0]
