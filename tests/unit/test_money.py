"""Money of other years and currencies: there and back, by hand, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serai.data.load import PACK
from serai.data.money import read_rates
from serai.data.tables import read_tables
from serai.domain.money import CURRENCIES, Money, convert
from serai.errors import ScenarioError

RATES = read_rates()
kinds = st.builds(Money, st.sampled_from(CURRENCIES), st.sampled_from(sorted(RATES)))


def test_dollars_of_2023_are_so_many_euros_of_2021_by_hand() -> None:
    usd_of_2021 = 1000 * 270.970 / 304.702
    got = convert(1000, Money("USD", 2023), Money("EUR", 2021), RATES)
    assert got == pytest.approx(usd_of_2021 / 1.1827)
    assert convert(1000, Money("USD", 2023), Money("EUR", 2023), RATES) == pytest.approx(
        1000 / 1.0813
    )


@given(amount=st.floats(-1e9, 1e9), start=kinds, middle=kinds, end=kinds)
def test_there_and_back_is_the_same_and_the_way_does_not_matter(
    amount: float, start: Money, middle: Money, end: Money
) -> None:
    there = convert(amount, start, end, RATES)
    assert convert(there, end, start, RATES) == pytest.approx(amount, rel=1e-12, abs=1e-9)
    by_way = convert(convert(amount, start, middle, RATES), middle, end, RATES)
    assert by_way == pytest.approx(there, rel=1e-12, abs=1e-9)


def test_all_that_is_unknown_of_a_money_is_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        convert(1.0, Money("GBP", 1950), Money("USD", 2023), RATES)
    text = str(caught.value)
    assert "currency: got 'GBP'; wanted one of USD, EUR" in text
    assert "year of money: got 1950; wanted one of 2019, 2020" in text
    assert convert(1.0, Money("GBP", 1950), Money("GBP", 1950), RATES) == 1.0


def test_published_means_are_observed_and_the_last_year_says_that_it_is_not() -> None:
    table = read_tables(PACK)["money"].set_index("year")
    assert set(table.loc[2019:2024, "grade"]) == {"observed"}
    assert table.loc[2025, "grade"] == "assumed"
    # The yearly inputs tell the same series, rounded.
    inputs = read_tables(PACK)["year_inputs"]
    for name, of in (("usd_per_eur", 1.0), ("us_cpi", 255.657)):
        rows = inputs[inputs.input_id == name].set_index("year")["value"]
        for year in RATES:
            assert getattr(RATES[year], name) == pytest.approx(of * rows[year], rel=0.005)
