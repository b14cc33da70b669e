"""The solver's manners; that its answers are right is shown in tests/reference."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.results import Certificate
from serai.model import assign
from serai.model.assign import solve
from tests.kernels import naive


@pytest.fixture
def cells() -> list[naive.Cell]:
    return naive.make_cells(np.random.default_rng(2), n_cells=12, n_limits=3)


def test_the_problem_is_left_as_it_was(cells: list[naive.Cell]) -> None:
    problem = naive.pack_cells(cells)
    before = [array.tobytes() for array in problem]
    start = np.full(3, 5.0)
    solve(problem, 3, start=start)
    assert [array.tobytes() for array in problem] == before
    assert start.tolist() == [5.0, 5.0, 5.0]


def test_the_same_problem_has_the_same_solution_to_the_last_bit(cells: list[naive.Cell]) -> None:
    one, two = (solve(naive.pack_cells(cells), 3) for _ in range(2))
    assert one.flow.tobytes() == two.flow.tobytes()
    assert one.price.tobytes() == two.price.tobytes()
    assert one.n_iterations == two.n_iterations > 0


def test_the_number_of_chunks_changes_nothing_but_rounding(cells: list[naive.Cell]) -> None:
    one, many = (solve(naive.pack_cells(cells, n), 3, max_gap=1e-12) for n in (1, 12))
    assert_allclose(one.flow, many.flow, rtol=1e-6, atol=1e-9)


def test_who_is_stopped_says_so(cells: list[naive.Cell]) -> None:
    stopped = solve(naive.pack_cells(cells), 3, max_steps=1)
    assert stopped.n_iterations == 1
    assert not stopped.certificate.holds()
    assert isinstance(stopped.certificate, Certificate)
    assert (stopped.load <= 1 + 1e-12).all(), "repaired all the same"


def test_a_start_below_nothing_is_a_start_at_nothing(cells: list[naive.Cell]) -> None:
    problem = naive.pack_cells(cells)
    below = solve(problem, 3, start=np.full(3, -1e9))
    assert below.flow.tobytes() == solve(problem, 3).flow.tobytes()


def test_a_smaller_gap_takes_no_fewer_steps(cells: list[naive.Cell]) -> None:
    problem = naive.pack_cells(cells)
    steps = [solve(problem, 3, max_gap=gap).n_iterations for gap in (1e-2, 1e-4, 1e-6, 1e-10)]
    assert steps == sorted(steps)
    for gap in (1e-2, 1e-4, 1e-6, 1e-10):
        assert solve(problem, 3, max_gap=gap).certificate.holds(gap, gap)


def test_limits_that_nobody_uses_are_free(cells: list[naive.Cell]) -> None:
    more = solve(naive.pack_cells(cells), 5)
    assert more.price[3:].tolist() == [0.0, 0.0]
    assert more.load[3:].tolist() == [0.0, 0.0]
    assert_allclose(more.flow, solve(naive.pack_cells(cells), 3).flow, rtol=1e-3, atol=1e-3)


def test_a_curvature_that_rounding_has_spoilt_is_replaced_by_its_diagonal() -> None:
    spoilt = np.array([[1.0, 2.0], [2.0, 4.0 - 1e-3]])
    assert assign._newton(spoilt, np.array([3.0, 8.0])).tolist() == [3.0, 8.0 / spoilt[1, 1]]
    sound = np.array([[2.0, 1.0], [1.0, 2.0]])
    assert_allclose(assign._newton(sound, np.array([3.0, 3.0])), [1.0, 1.0])


def test_flows_moved_by_a_change_of_prices_are_those_of_the_new_prices(
    cells: list[naive.Cell],
) -> None:
    problem = naive.pack_cells(cells)
    price = np.array([3e4, 0.0, 1e5])
    change = np.array([1e4, 2e4, -5e4])
    dual = assign.Dual(problem, 3, has_outside=True)
    dual.at(price)
    dual.shift(change)
    expected, _ = naive.choose(cells, (price + change).tolist())
    assert_allclose(dual.flow, expected, rtol=1e-9, atol=1e-12)
