import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serai.outputs.numbers import (
    NOTHING,
    say_amount,
    say_band,
    say_days,
    say_plain,
    say_share,
    say_usd,
)

AMOUNTS = st.floats(min_value=1e-3, max_value=1e12)


@pytest.mark.parametrize("say", [say_share, say_amount, say_plain, say_usd, say_days])
@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_is_no_number_is_a_dash(say: object, value: float | None) -> None:
    assert callable(say)
    assert say(value) == NOTHING


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1e-12, "0 %"),
        (0.0004, "< 0.1 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (1.0, "100 %"),
        (-0.031, "−3.1 %"),
    ],
)
def test_shares_have_one_decimal_below_ten_per_cent(share: float, text: str) -> None:
    assert say_share(share) == text


def test_a_band_that_goes_below_zero_has_no_dash_between_two_signs() -> None:
    assert say_band(-0.02, 0.05) == "−2.0 to 5.0 %"
    assert say_band(None, 0.05) == NOTHING


@given(AMOUNTS)
def test_an_amount_is_off_by_half_a_digit_at_most(amount: float) -> None:
    said = float(say_plain(amount).replace(",", ""))
    assert said == pytest.approx(amount, rel=0.0051)


@given(st.integers(min_value=0, max_value=10**9))
def test_whole_amounts_have_no_decimals(amount: int) -> None:
    assert "." not in say_plain(float(amount))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (999499.0, "999,000"),
        (999999.0, "1.00 million"),
        (36e6, "36.0 million"),
        (-2.5e6, "−2.50 million"),
        (0.0, "0"),
    ],
)
def test_millions_are_spelt_out(amount: float, text: str) -> None:
    assert say_amount(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(9.96, "10"), (99.6, "100"), (123456.0, "123,000"), (-41.2, "−41"), (0.04, "0.040")],
)
def test_dollars_are_whole_from_ten_on(amount: float, text: str) -> None:
    assert say_usd(amount) == text
