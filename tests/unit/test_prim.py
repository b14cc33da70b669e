"""Boxes of conditions: known boxes, every box of a small grid, and another program's peeling."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from serai.domain.ranged import FloatArray
from serai.studies.prim import (
    ALPHA,
    HIGH,
    LEAST_MASS,
    LOW,
    BoolArray,
    Box,
    choose_box,
    drop_idle,
    find_boxes,
    peel,
    quasi_p,
    slice_at,
)

N = 400


def make_states(seed: int = 20) -> tuple[FloatArray, BoolArray]:
    """Return 400 states of six ranges, a decision and three levels: a box, one in twenty wrong."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.random((N, 6)), rng.integers(0, 2, N), rng.integers(0, 3, N)]).astype(
        float
    )
    planted = (x[:, 0] > 0.5) & (x[:, 1] < 0.6) & (x[:, 6] > 0.5)
    return x, planted ^ (rng.random(N) < 0.05)


def box_of(n_columns: int, *limits: tuple[int, int, float]) -> Box:
    box = Box.whole(n_columns)
    for column, end, limit in limits:
        box = box.moved((column, end), limit)
    return box


def test_coverage_and_density_are_counted_by_hand() -> None:
    """Ten states on a line, of interest from the sixth on; the box holds the fifth to the ninth."""
    x = np.arange(1.0, 11.0)[:, None]
    y = x[:, 0] >= 6
    hold = box_of(1, (0, LOW, 4.5), (0, HIGH, 9.0)).measure(x, y)
    assert (hold.coverage, hold.density, hold.mass, hold.base_rate) == (4 / 5, 4 / 5, 0.5, 0.5)
    shut_out = (0.8 - 0.5) / 0.5
    assert hold.balance == pytest.approx(2 * 0.8 * shut_out / (0.8 + shut_out))
    assert Box.whole(1).measure(x, y).balance == 0.0
    empty = box_of(1, (0, LOW, 11.0)).measure(x, y)
    assert (empty.coverage, empty.mass, empty.balance) == (0.0, 0.0, 0.0)
    assert np.isnan(empty.density)


def test_a_slice_ends_between_two_states_and_never_through_equal_ones() -> None:
    order = np.arange(21.0)
    assert slice_at(order, 0.05, LOW) == 1.5  # falls on a state: beyond it
    assert slice_at(order, 0.06, LOW) == 1.5
    assert slice_at(order, 0.06, HIGH) == 18.5
    decision = np.array([0.0] * 10 + [1.0] * 10)
    assert slice_at(decision, 0.05, LOW) == slice_at(decision, 0.05, HIGH) == 0.5


def test_the_box_of_a_grid_is_the_best_of_all_boxes() -> None:
    """Two inputs of eight levels: all 1,296 boxes are tried, none balances better."""
    levels = np.arange(8.0)
    x = np.array(list(itertools.product(levels, levels)))
    y = (x[:, 0] >= 5) & (x[:, 1] <= 2)
    y[::19] = ~y[::19]
    spans = list(itertools.combinations_with_replacement(levels, 2))
    every = [
        box_of(2, (0, LOW, a), (0, HIGH, b), (1, LOW, c), (1, HIGH, d))
        for (a, b), (c, d) in itertools.product(spans, spans)
    ]
    assert len(every) == 1296
    best = max(box.measure(x, y).balance for box in every)
    found = choose_box(peel(x, y), x, y, most=2)
    assert found.measure(x, y).balance == pytest.approx(best)
    assert np.array_equal(found.limits, [[4.5, -np.inf], [np.inf, 2.5]])


def test_the_peeling_is_that_of_the_workbench(root: Path) -> None:
    """Of the EMA Workbench 2.5.3 (Delft): the same box at every slice, and its quasi-p-values."""
    known = json.loads((root / "tests/reference/prim.json").read_text("utf-8"))
    x, y = make_states()
    mine = peel(x, y, alpha=known["peel_alpha"], least=known["mass_min"])
    assert (known["peel_alpha"], known["mass_min"]) == (ALPHA, LEAST_MASS)
    told = [(hold.coverage, hold.density, hold.mass) for hold in (b.measure(x, y) for b in mine)]
    np.testing.assert_allclose(told, known["trajectory"], atol=1e-6)
    chances = quasi_p(mine[-1], x, y)
    assert {f"{c}.{end}": p for (c, end), p in chances.items()} == pytest.approx(known["quasi_p"])


def test_a_quasi_p_value_is_a_binomial_tail() -> None:
    x, y = make_states()
    box = box_of(8, (0, LOW, 0.5), (6, LOW, 0.5))
    held, wider = box.holds(x), x[:, 6] >= 0.5
    chance = binom.sf((held & y).sum() - 1, held.sum(), y[wider].mean())
    assert quasi_p(box, x, y)[0, LOW] == pytest.approx(chance)
    never = box_of(8, (0, LOW, 2.0))
    assert quasi_p(never, x, y) == {(0, LOW): 1.0}


def test_a_planted_box_is_found_and_idle_limits_are_dropped() -> None:
    x, y = make_states()
    (box, _), *_ = find_boxes(x, y, most_boxes=2, most_columns=4)
    assert box.sides == [(0, LOW), (1, HIGH), (6, LOW)]
    assert box.limits[LOW, 0] == pytest.approx(0.5, abs=0.03)
    assert box.limits[HIGH, 1] == pytest.approx(0.6, abs=0.03)
    idle = box.moved((3, LOW), 0.1)
    assert drop_idle(idle, x, y).sides == box.sides
    assert next(find_boxes(x, y, most_boxes=2, most_columns=2))[0].columns != box.columns


def test_two_planted_boxes_are_found_one_after_the_other() -> None:
    rng = np.random.default_rng(2)
    x = rng.random((1000, 4))
    y = ((x[:, 0] > 0.7) & (x[:, 1] > 0.5)) | ((x[:, 2] < 0.3) & (x[:, 3] < 0.5))
    found = [box for box, _ in find_boxes(x, y, most_boxes=3, most_columns=4)]
    assert {tuple(box.columns) for box in found[:2]} == {(0, 1), (2, 3)}


@given(st.integers(0, 2**32 - 1), st.integers(20, 120), st.floats(0.05, 0.95))
def test_every_slice_makes_the_box_smaller_and_denser(seed: int, n: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.random((n, 3)), rng.integers(0, 3, n)]).astype(float)
    y = rng.random(n) < rate
    trajectory = peel(x, y)
    holds = [box.measure(x, y) for box in trajectory]
    for wide, narrow, (before, after) in zip(
        trajectory[:-1], trajectory[1:], itertools.pairwise(holds), strict=True
    ):
        assert wide.contains(narrow)
        assert not narrow.contains(wide)
        assert after.density > before.density
        assert LEAST_MASS - 1e-12 <= after.mass < before.mass
    for box, _ in find_boxes(x, y, most_boxes=2, most_columns=3):
        assert 1 <= len(box.columns) <= 3
        assert all(chance <= 0.05 for chance in quasi_p(box, x, y).values())
