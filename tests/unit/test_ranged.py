"""A number with its range: what a draw makes of it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.ranged import Z_P90, Ranged


def ranged(value: float, low: float, high: float, group: int = 0) -> Ranged:
    cells = (np.array([number]) for number in (value, low, high))
    return Ranged(**dict(zip(("value", "low", "high"), cells, strict=True)),
                  group=np.array([group], np.int32))  # fmt: skip


BANDS = [(100.0, 50.0, 300.0), (1.0, 0.9, 1.0), (-2.0, -5.0, 1.0), (3.0, 0.0, 9.0), (0.0, 0.0, 4.0)]


@pytest.mark.parametrize(("value", "low", "high"), BANDS)
def test_the_median_is_the_value_and_the_range_is_p10_to_p90(
    value: float, low: float, high: float
) -> None:
    band = ranged(value, low, high)
    for z, expected in ((0.0, value), (-Z_P90, low), (Z_P90, high)):
        assert_allclose(band.drawn(np.array([z])).value, [expected], rtol=1e-14, atol=1e-14)


def test_z_p90_is_the_quantile_of_the_normal_distribution() -> None:
    share = (np.random.default_rng(1).standard_normal(200_000) < Z_P90).mean()
    assert abs(share - 0.9) < 0.003  # three standard errors are 0.002


@pytest.mark.parametrize(("value", "low", "high"), BANDS)
def test_a_larger_deviate_gives_no_smaller_number(value: float, low: float, high: float) -> None:
    band = ranged(value, low, high)
    drawn = [float(band.drawn(np.array([z])).value[0]) for z in np.linspace(-4, 4, 33)]
    assert drawn == sorted(drawn)


def test_a_positive_number_stays_positive_however_far_the_draw() -> None:
    band = ranged(100.0, 1.0, 5000.0)
    for z in (-8.0, -3.0, 8.0):
        assert band.drawn(np.array([z])).value[0] > 0


def test_rows_of_one_group_move_together_and_others_do_not() -> None:
    band = Ranged(
        value=np.array([10.0, 20.0, 30.0, 40.0]), low=np.array([5.0, 10.0, 15.0, 40.0]),
        high=np.array([20.0, 40.0, 60.0, 40.0]), group=np.array([0, 0, 1, -1], np.int32),
    )  # fmt: skip
    drawn = band.drawn(np.array([1.0, 0.0])).value
    assert drawn[0] / 10.0 == drawn[1] / 20.0 > 1.0
    assert drawn[2:].tolist() == [30.0, 40.0]


def test_the_ranges_stay_beside_a_draw_and_the_original_stays_as_it_was() -> None:
    band = ranged(10.0, 5.0, 20.0)
    drawn = band.drawn(np.array([1.0]))
    assert drawn.low is band.low
    assert drawn.high is band.high
    assert band.value.tolist() == [10.0]
    with pytest.raises(ValueError, match="read-only"):
        drawn.value[0] = 1.0


def test_what_has_no_value_has_no_range() -> None:
    band = ranged(np.nan, np.nan, np.nan)
    assert not band.has_range.any()
    assert np.isnan(band.drawn(np.array([2.0])).value).all()


def test_a_fixed_number_is_never_drawn() -> None:
    fixed = Ranged.fixed(np.array([1.0, 2.0]))
    assert fixed.drawn(np.array([3.0])) is fixed
    assert not fixed.has_range.any()


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        Ranged(value=np.zeros(2), low=np.zeros(3), high=np.zeros(2), group=np.zeros(2, np.int32))
