"""Numbers as people read them: two or three digits that matter, thousands apart, units said."""

import math
from typing import Final

from serai.outputs.language import ENGLISH, Language, mark

__all__ = ["NOTHING", "say_amount", "say_band", "say_days", "say_plain", "say_quantity",
           "say_share", "say_unit", "say_usd"]  # fmt: skip

NOTHING: Final = "–"
"""What stands where there is no number."""

MINUS: Final = "−"
MILLION: Final = 1e6
UNITS: Final = (
    mark("TEU"),
    mark("FEU"),
    mark("USD"),
    mark("USD/TEU"),
    mark("USD/FEU"),
    mark("USD/t"),
    mark("USD/t/day"),
    mark("t"),
    mark("kt"),
    mark("k TEU"),
    mark("t/TEU"),
    mark("t/yr"),
    mark("TEU/yr"),
    mark("h"),
    mark("days"),
    mark("km"),
    mark("USD/TEU/day"),
    mark("USD/kg"),
    mark("USD/bbl"),
    mark("ships"),
    mark("m"),
    mark("index"),
    mark("scale"),
    mark("multiple"),
    mark("times the capacity before"),
    mark("times the dwell before"),
    mark("times the cost before"),
    mark("times the feared before"),
    mark("times the free before"),
)
"""Units of the tables that the catalogues have; those of money by money are the same in all."""
WHOLE_PERCENT_FROM: Final = 0.0995
"""[-]. Shares from here on need no decimal."""
SMALLEST_SHARE: Final = 0.0005
"""[-]. Smaller shares that are not zero are only called small."""


def say_share(share: float | None, lang: Language = ENGLISH) -> str:
    """
    Return a share in per cent, with one decimal below ten per cent.

    Parameters
    ----------
    share
        [-]. Any finite number; None or not a number is said to be nothing.
    lang
        Language of the words.

    Returns
    -------
    text
        Such as `3.4 %`.

    Examples
    --------
    >>> say_share(0.0344), say_share(0.344), say_share(0.0001), say_share(-0.02)
    ('3.4 %', '34 %', '< 0.1 %', '−2.0 %')
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    size = abs(share)
    if size < SMALLEST_SHARE:
        return "0 %" if size < SMALLEST_SHARE * SMALLEST_SHARE else lang.figures("< 0.1 %")
    digits = 0 if size >= WHOLE_PERCENT_FROM else 1
    return f"{_sign(share)}{lang.figures(f'{100.0 * size:,.{digits}f}')} %"


def say_band(low: float | None, high: float | None, lang: Language = ENGLISH) -> str:
    """
    Return two shares as one range.

    Parameters
    ----------
    low
        [-]. Lower end.
    high
        [-]. Upper end.
    lang
        Language of the words.

    Returns
    -------
    text
        Such as `2.1–5.0 %`; one share where both ends read the same.

    Examples
    --------
    >>> say_band(0.021, 0.05), say_band(0.2, 0.2), say_band(0.00001, 0.12)
    ('2.1–5.0 %', '20 %', '< 0.1–12 %')
    """
    first, last = say_share(low, lang), say_share(high, lang)
    if NOTHING in (first, last):
        return NOTHING
    if first == last:
        return first
    start = first.removesuffix(" %")
    if MINUS in first + last:
        return lang.say("{low} to {high}", low=start, high=last)
    return f"{start}–{last}"


def say_amount(amount: float | None, *, digits: int = 3, lang: Language = ENGLISH) -> str:
    """
    Return an amount with few digits that matter; millions are spelt out.

    Parameters
    ----------
    amount
        Any finite number; None or not a number is said to be nothing.
    digits
        [-], > 0. Digits that matter.
    lang
        Language of the words.

    Returns
    -------
    text
        Such as `12,300` or `1.23 million`.

    Examples
    --------
    >>> say_amount(12345), say_amount(1234567), say_amount(0.0), say_amount(3.14159, digits=2)
    ('12,300', '1.23 million', '0', '3.1')
    """
    if amount is None or not math.isfinite(amount):
        return NOTHING
    if abs(round_digits(amount, digits)) >= MILLION:
        return lang.say("{amount} million", amount=_say_digits(amount / MILLION, digits, lang))
    return say_plain(amount, digits=digits, lang=lang)


def say_plain(amount: float | None, *, digits: int = 3, lang: Language = ENGLISH) -> str:
    """
    Return an amount with few digits that matter, for a column whose heading has the unit.

    Parameters
    ----------
    amount
        Any finite number; None or not a number is said to be nothing.
    digits
        [-], > 0. Digits that matter.
    lang
        Language of the words.

    Returns
    -------
    text
        Such as `12,300` or `0.42`.

    Examples
    --------
    >>> say_plain(1234567), say_plain(0.4237, digits=2), say_plain(-41.26), say_plain(7.0)
    ('1,230,000', '0.42', '−41.3', '7')
    """
    if amount is None or not math.isfinite(amount):
        return NOTHING
    if amount == round(amount):
        return f"{_sign(amount)}{lang.figures(f'{abs(round_digits(amount, digits)):,.0f}')}"
    return _say_digits(amount, digits, lang)


def say_quantity(amount: float, unit: str, lang: Language = ENGLISH) -> str:
    """
    Return an amount with its unit; a share in per cent.

    Parameters
    ----------
    amount
        Any finite number.
    unit
        As the tables have it; `-` is none.
    lang
        Language of the words.

    Examples
    --------
    >>> say_quantity(2412.3, "USD/FEU"), say_quantity(0.55, "share"), say_quantity(1.25, "-")
    ('2,410 USD/FEU', '55 %', '1.25')
    """
    if unit.startswith("share"):
        return say_share(amount, lang)
    said = say_plain(amount, lang=lang)
    return said if unit in ("", "-") else f"{said} {say_unit(unit, lang)}"


def say_unit(unit: str, lang: Language = ENGLISH) -> str:
    """
    Return a unit as people write it.

    Parameters
    ----------
    unit
        As the tables have it.
    lang
        Language of the words.

    Examples
    --------
    >>> say_unit("USD/FEU"), say_unit("times the capacity before")
    ('USD/FEU', 'times the capacity before')
    """
    return lang.say(unit)


def say_usd(amount: float | None, lang: Language = ENGLISH) -> str:
    """
    Return dollars in whole dollars, to three digits that matter; one decimal or two below ten.

    Parameters
    ----------
    amount
        [USD per anything].
    lang
        Language of the words.

    Returns
    -------
    text
        Without the unit, which stands in the heading.

    Examples
    --------
    >>> say_usd(5234.2), say_usd(42.4), say_usd(3.25)
    ('5,230', '42', '3.2')
    """
    whole_from = 9.95
    if amount is None or not math.isfinite(amount):
        return NOTHING
    if abs(amount) >= whole_from:
        digits = max(2, min(3, math.floor(math.log10(abs(amount))) + 1))
        return say_plain(amount, digits=digits, lang=lang)
    return say_plain(amount, digits=2, lang=lang)


def say_days(days: float | None, lang: Language = ENGLISH) -> str:
    """
    Return days with one decimal below a hundred.

    Parameters
    ----------
    days
        [days], >= 0.
    lang
        Language of the words.

    Returns
    -------
    text
        Without the unit.

    Examples
    --------
    >>> say_days(18.44), say_days(140.2), say_days(None)
    ('18.4', '140', '–')
    """
    whole_from = 99.95
    if days is None or not math.isfinite(days):
        return NOTHING
    said = lang.figures(f"{abs(days):.{0 if abs(days) >= whole_from else 1}f}")
    return f"{_sign(days)}{said}"


def round_digits(amount: float, digits: int) -> float:
    """
    Return an amount rounded to so many digits that matter.

    Parameters
    ----------
    amount
        Any finite number.
    digits
        [-], > 0.

    Returns
    -------
    rounded
        The nearest number with that many digits.
    """
    return float(f"{amount:.{digits - 1}e}")


def _say_digits(amount: float, digits: int, lang: Language) -> str:
    """Say a number with that many digits, zeros at the end too."""
    rounded = round_digits(amount, digits)
    if rounded == 0.0:
        return "0"
    decimals = min(6, max(0, digits - 1 - math.floor(math.log10(abs(rounded)))))
    return f"{_sign(rounded)}{lang.figures(f'{abs(rounded):,.{decimals}f}')}"


def _sign(value: float) -> str:
    return MINUS if value < 0.0 else ""
