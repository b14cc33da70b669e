"""A part of a choice problem: what it keeps, and that it is solved like the whole."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.kernels.choice import ChoiceArrays
from serai.model import queues
from serai.model.assign import Dual
from serai.model.parts import cut_cells, heavy_cells
from serai.model.queues import Queues, solve_queued
from tests.kernels import naive


@pytest.fixture
def cells() -> list[naive.Cell]:
    return naive.make_cells(np.random.default_rng(4), n_cells=40, n_limits=4)


def list_uses(problem: ChoiceArrays) -> list[list[tuple[int, float]]]:
    """Return the limits and amounts of every option."""
    start = problem.use_start
    uses = list(zip(problem.use_limit.tolist(), problem.use_amount.tolist(), strict=True))
    return [uses[start[b] : start[b + 1]] for b in problem.bundle]


def test_a_part_is_the_problem_of_its_cells(cells: list[naive.Cell]) -> None:
    kept = np.array([0, 3, 17, 39])
    part, options = cut_cells(naive.pack_cells(cells), kept)
    alone = naive.pack_cells([cells[i] for i in kept])
    for name in part._fields:
        if name not in ("chunk_start", "bundle", "use_start", "use_limit", "use_amount"):
            assert getattr(part, name).tolist() == getattr(alone, name).tolist(), name
    assert list_uses(part) == list_uses(alone)
    assert naive.pack_cells(cells).cost[options].tolist() == part.cost.tolist()


def test_the_heavy_cells_use_most(cells: list[naive.Cell]) -> None:
    problem = naive.pack_cells(cells)
    dual = Dual(problem, 4)
    dual.at(np.zeros(4))
    whole = dual.loads(dual.flow).sum()
    for share in (0.5, 0.9, 0.99):
        kept = heavy_cells(problem, dual.flow, share)
        part, options = cut_cells(problem, kept)
        used = Dual(part, 4).loads(dual.flow[options]).sum()
        assert share <= used / whole <= 1.0
        assert len(kept) < len(cells) or share > 0.9
    assert len(heavy_cells(problem, dual.flow, 0.5)) < 15


def test_the_heavy_first_ends_where_all_at_once_do(
    cells: list[naive.Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = naive.pack_cells(cells)
    per_hour = np.random.default_rng(5).exponential(2.0, len(problem.cell_demand))
    before = Queues(resource=np.arange(4, dtype=np.int32), rate_per_h=np.array([0.05, 0.3, 1, 9]),
                    period_h=720.0, variability=1.0)  # fmt: skip
    found = []
    for many in (10, 1000):
        monkeypatch.setattr(queues, "MANY_CELLS", many)
        found.append(solve_queued(problem, per_hour, before, max_gap=1e-12, max_residual_h=1e-9))
    assert_allclose(found[0].wait_h, found[1].wait_h, atol=1e-6)
    assert_allclose(found[0].solution.flow, found[1].solution.flow, rtol=1e-5, atol=1e-4)
    assert found[0].n_rounds < found[1].n_rounds


def test_what_others_take_is_not_there_for_these(cells: list[naive.Cell]) -> None:
    problem = naive.pack_cells(cells)
    rest = np.array([0.3, 0.0, 0.9, 0.5])
    price = np.array([1e3, 0.0, 5e3, 2e2])
    value, slope = Dual(problem, 4).at(price)
    dual = Dual(problem, 4)
    dual.hold(rest)
    less, steeper = dual.at(price)
    assert_allclose(steeper - slope, rest)
    assert_allclose(less - value, price @ rest)


def test_many_light_cells_that_overfill_a_limit_by_themselves_are_no_trap() -> None:
    """The few that use most are solved for beside others who alone are too many for a gate."""
    gate = naive.Nest(0.05, 0.0, [naive.Route(100.0, 0.0, {0: 1e-3})])
    stay = naive.Nest(0.05, 0.0, [naive.Route(500.0, 0.0, {})])
    inn = naive.Nest(0.05, 0.0, [naive.Route(90.0, 0.0, {0: 1e-5, 1: 1.0})])
    cells = [naive.Cell(5.0, 0.01, [gate, stay]) for _ in range(3000)]
    cells += [naive.Cell(5000.0, 0.01, [inn, stay])]
    before = Queues(resource=np.arange(2, dtype=np.int32), rate_per_h=np.array([0.3, 50.0]),
                    period_h=720.0, variability=1.0)  # fmt: skip
    problem = naive.pack_cells(cells)
    found = solve_queued(problem, np.ones(len(cells)), before)
    assert found.solution.certificate.holds()
    assert found.residual_h <= 1e-4
    assert found.solution.load.tolist() == pytest.approx([1.0, 1.0])
