"""Money of different years and currencies: one function that says what a dollar is in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from serai.errors import ScenarioError, state_fault

__all__ = ["CURRENCIES", "Money", "Rates", "convert"]

CURRENCIES: Final = ("USD", "EUR")
"""What amounts may be told in."""


class Rates(NamedTuple):
    """A year's means."""

    usd_per_eur: float
    """[USD/EUR]."""
    us_cpi: float
    """[-] US consumer prices, 1982-84 = 100."""


class Money(NamedTuple):
    """Money of one kind: a currency of one year."""

    currency: str
    """One of `CURRENCIES`."""
    year: int
    """Year."""


def convert(amount: float, start: Money, end: Money, rates: Mapping[int, Rates]) -> float:
    """
    Return what an amount of one money is in another.

    Between years at constant prices of the United States, between currencies at the mean rate of
    the year of the money: euros of 2021 become dollars of 2021, then dollars of 2023, then euros
    of 2023. There and back is the same amount.

    Parameters
    ----------
    amount
        [start]. Any finite amount.
    start
        What it is in.
    end
        What it shall be in.
    rates
        Rates by year.

    Returns
    -------
    amount
        [end].

    Raises
    ------
    ScenarioError
        A currency or a year is not known; names all that is not.

    Examples
    --------
    >>> rates = {2021: Rates(1.2, 100.0), 2023: Rates(1.1, 110.0)}
    >>> round(convert(120.0, Money("USD", 2021), Money("EUR", 2023), rates), 6)
    120.0
    """
    if start == end:
        return amount
    faults = [fault for money in dict.fromkeys((start, end)) for fault in _faults(money, rates)]
    if faults:
        raise ScenarioError(faults)
    usd = amount * (rates[start.year].usd_per_eur if start.currency == "EUR" else 1.0)
    usd *= rates[end.year].us_cpi / rates[start.year].us_cpi
    return usd / (rates[end.year].usd_per_eur if end.currency == "EUR" else 1.0)


def _faults(money: Money, rates: Mapping[int, Rates]) -> list[str]:
    faults = []
    if money.currency not in CURRENCIES:
        wanted = f"one of {', '.join(CURRENCIES)}"
        faults.append(state_fault("currency", repr(money.currency), wanted, "choose one of them"))
    if money.year not in rates:
        wanted = f"one of {', '.join(map(str, sorted(rates)))}"
        then = "choose one of them, or add the year to money.csv"
        faults.append(state_fault("year of money", str(money.year), wanted, then))
    return faults
