"""P10, P50 and P90 of a sum: closed forms, and a twin by draws."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.ranged import Ranged
from serai.model.spread import Parts, quantiles


def make_parts(rows: list[tuple[float, float, float, int]], waits: list[float]) -> Parts:
    value, low, high, group = (np.array(column) for column in zip(*rows, strict=True))
    return Parts(
        value=value.astype(float), low=low.astype(float), high=high.astype(float),
        group=group.astype(np.int32), waits_h=np.array(waits),
    )  # fmt: skip


def test_what_is_wrong_together_adds_end_by_end() -> None:
    parts = make_parts([(10, 8, 15, 3), (20, 10, 30, 3), (5, 5, 5, -1)], [])
    # Reading an end off 1,000 points misses it by a thousandth of the spread.
    assert_allclose(quantiles(parts, (0.1, 0.5, 0.9)), (23, 35, 50), rtol=2e-3)


def test_independent_normal_parts_add_by_the_square_root() -> None:
    # A low end at or below zero makes a part normal.
    parts = make_parts([(0, -3, 3, 0), (0, -4, 4, 1), (7, 7, 7, -1)], [])
    assert_allclose(quantiles(parts, (0.1, 0.5, 0.9)), (2, 7, 12), atol=0.01)


def test_a_lone_wait_is_exponential_about_its_mean() -> None:
    parts = make_parts([(100, 100, 100, -1)], [24.0])
    # The tail beyond 1,000 points is cut; their mean is put right.
    want = [100 - 24 * np.log(1 - p) for p in (0.5, 0.9)]
    assert_allclose(quantiles(parts, (0.5, 0.9)), want, rtol=2e-3)


def test_what_is_certain_has_no_spread() -> None:
    assert quantiles(make_parts([(3, 3, 3, -1), (4, 4, 4, -1)], []), (0.1, 0.9)) == [7, 7]
    assert quantiles(make_parts([(3, 3, 3, 0)], []), (0.1, 0.9)) == [3, 3]


@pytest.mark.parametrize("seed", range(4))
def test_draws_of_the_same_ranges_have_the_same_quantiles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, n_draws = 30, 100_000
    value = rng.uniform(1, 200, n)
    low, high = value * rng.uniform(0.4, 1, n), value * rng.uniform(1, 2.5, n)
    low[:3] = 0
    group = rng.integers(-1, 8, n).astype(np.int32)
    waits = np.array([70.0, 5.0, 0.0])
    z = rng.standard_normal((8, n_draws))
    sums = rng.exponential(70.0, n_draws) + rng.exponential(5.0, n_draws)
    for i in range(n):
        one = (np.full(n_draws, array[i]) for array in (value, low, high))
        each = np.arange(n_draws, dtype=np.int32) if group[i] >= 0 else np.full(n_draws, -1)
        of_draws = Ranged(**dict(zip(("value", "low", "high"), one, strict=True)),
                          group=each.astype(np.int32))  # fmt: skip
        sums += of_draws.drawn(z[max(group[i], 0)]).value
    parts = Parts(value=value, low=low, high=high, group=group, waits_h=waits)
    found = quantiles(parts, (0.1, 0.5, 0.9))
    # So many draws place a quantile within half a hundredth of the spread, one time in three.
    assert_allclose(found, np.quantile(sums, (0.1, 0.5, 0.9)), atol=0.02 * sums.std())
