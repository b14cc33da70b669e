"""The certificate must be computed right, and must fail on what is no equilibrium."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from serai.cli.rim import require_certificate
from serai.domain.results import Certificate, RunCertificate
from serai.errors import NotConvergedError
from serai.model.assign import Solution, solve
from serai.run import worst
from tests.kernels import naive
from tests.kernels.naive import Cell

Floats = NDArray[np.float64]

N_LIMITS = 4


@pytest.fixture
def cells() -> list[Cell]:
    return naive.make_cells(np.random.default_rng(11), n_cells=25, n_limits=N_LIMITS)


@pytest.fixture
def solution(cells: list[Cell]) -> Solution:
    return solve(naive.pack_cells(cells), N_LIMITS, max_gap=1e-9)


def scale_of(cells: list[Cell]) -> float:
    return math.fsum(cell.demand / cell.theta for cell in cells)


def gap(cells: list[Cell], flow: Floats, price: Floats) -> float:
    """Return the relative gap by the plain twins of the primal and the dual."""
    primal = naive.compute_primal(cells, flow.tolist())
    return (primal - naive.compute_dual(cells, price.tolist())) / scale_of(cells)


def feasible_step(cells: list[Cell], flow: Floats, rng: np.random.Generator) -> Floats:
    """Return flows of which a tenth of a tenth of each cell has moved to the outside route."""
    out = flow.copy()
    first = 0
    for cell in cells:
        last = first + sum(len(nest.routes) for nest in cell.nests) - 1
        taken = out[first:last] * rng.uniform(0.0, 0.1, last - first)
        out[first:last] -= taken
        out[last] += taken.sum()
        first = last + 1
    return out


def test_the_gap_is_the_primal_less_the_dual(cells: list[Cell], solution: Solution) -> None:
    held = solution.certificate
    assert held.holds(1e-9)
    # Two sums of 1e8 USD whose difference is 1e-9 of the scale: rounding leaves about 1e-13.
    assert abs(held.relative_gap - gap(cells, solution.flow, solution.price)) < 1e-11
    load = naive.load_limits(cells, solution.flow.tolist(), N_LIMITS)
    slack = [p * (1 - x) for p, x in zip(solution.price.tolist(), load, strict=True)]
    assert_allclose(held.complementarity, math.fsum(map(abs, slack)) / scale_of(cells), atol=1e-14)
    assert abs(held.overload - max(0.0, *(x - 1 for x in load))) < 1e-14
    assert_allclose(solution.load, load, rtol=1e-12)


def test_after_the_repair_no_limit_is_exceeded_and_nothing_is_lost(
    cells: list[Cell], solution: Solution
) -> None:
    assert solution.certificate.overload <= 1e-12
    problem = naive.pack_cells(cells)
    served = np.add.reduceat(solution.flow, problem.nest_start[problem.cell_start[:-1]])
    assert_allclose(served, problem.cell_demand, rtol=1e-12)
    assert (solution.flow >= 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_other_flows_have_a_larger_gap(cells: list[Cell], solution: Solution, seed: int) -> None:
    moved = feasible_step(cells, solution.flow, np.random.default_rng(seed))
    load = np.array(naive.load_limits(cells, moved.tolist(), N_LIMITS))
    assert (load <= 1.0 + 1e-9).all()
    assert gap(cells, moved, solution.price) > 1e-5 > 1e3 * solution.certificate.relative_gap


@pytest.mark.parametrize("seed", range(5))
def test_other_prices_have_a_larger_gap(cells: list[Cell], solution: Solution, seed: int) -> None:
    factor = np.random.default_rng(seed).uniform(0.8, 1.25, N_LIMITS)
    assert gap(cells, solution.flow, solution.price * factor) > 1e-6
    assert gap(cells, solution.flow, solution.price + 0.01 * scale_of(cells)) > 1e-4


@pytest.mark.parametrize("seed", range(3))
def test_any_prices_bound_any_feasible_flows(cells: list[Cell], seed: int) -> None:
    """Weak duality: the gap is never negative, so a small one proves something."""
    rng = np.random.default_rng(seed)
    for _ in range(20):
        price = rng.exponential(0.05 * scale_of(cells), N_LIMITS) * (rng.random(N_LIMITS) < 0.7)
        raw, _ = naive.choose(cells, rng.permutation(price).tolist())
        over = max(1.0, *naive.load_limits(cells, raw, N_LIMITS))
        flow, first = np.array(raw), 0
        for cell in cells:
            last = first + sum(len(nest.routes) for nest in cell.nests) - 1
            flow[last] += flow[first:last].sum() * (1 - 1 / over)
            flow[first:last] /= over
            first = last + 1
        assert gap(cells, flow, price) > -1e-12


def test_who_stops_at_the_start_has_no_certificate(cells: list[Cell]) -> None:
    start = solve(naive.pack_cells(cells), N_LIMITS, max_steps=0)
    assert not start.certificate.holds()
    assert start.certificate.relative_gap > 1e-3
    assert start.certificate.overload <= 1e-12  # repaired all the same


def test_each_figure_can_break_the_promise_by_itself() -> None:
    good = {"relative_gap": 1e-9, "complementarity": 1e-7, "conservation": 1e-12, "overload": 0.0}
    assert Certificate(**good).holds()
    for name, bad in (
        ("relative_gap", 2e-8), ("complementarity", 2e-6), ("conservation", 2e-9),
        ("overload", 2e-6), ("relative_gap", math.nan),
    ):  # fmt: skip
        assert not Certificate(**(good | {name: bad})).holds(), name


def test_the_worst_of_certificates_with_one_that_is_no_number_does_not_hold() -> None:
    good = RunCertificate(
        relative_gap=0.0, complementarity=0.0, conservation=0.0, overload=0.0,
        worst_class_gap=0.0, wait_residual=0.0,
    )  # fmt: skip
    bad = good.model_copy(update={"relative_gap": float("nan")})
    assert worst([good, good]).holds()
    assert not worst([good, bad]).holds()
    assert not worst([bad, good]).holds()
    assert not worst([good, good.model_copy(update={"wait_residual": 2e-4})]).holds()


def test_who_did_not_get_there_says_where_it_sits() -> None:
    bad = RunCertificate(
        relative_gap=0.1, complementarity=0.0, conservation=0.0, overload=0.0,
        worst_class_gap=0.2, wait_residual=0.0, worst_at="class COAL, R_GATE in t",
    )  # fmt: skip
    with pytest.raises(NotConvergedError, match="most of it at class COAL, R_GATE in t") as raised:
        require_certificate(bad)
    assert raised.value.gap == 0.1
    good = bad.model_copy(update={"relative_gap": 0.0, "worst_at": "class C_OM"})
    assert worst([good, bad]).worst_at == bad.worst_at
