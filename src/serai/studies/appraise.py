"""Money of different years: annuities, present values, the cash flows of a programme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from serai.domain.invest import YearRow
from serai.domain.ranged import FloatArray

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Works", "annuity", "discounts", "flows_of", "ratio_of"]

FIRST_YEAR: Final = 2026
"""Year that present values are of; infrastructure of this year is called today."""

LAST_YEAR: Final = 2040


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """What building a project takes."""

    project: str
    capex_musd: float
    open_year: int
    lifetime_yr: float
    upkeep_musd: float
    """[million USD per year] In operation."""


def annuity(rate: float, years: float) -> float:
    """
    Return what a loan of one costs a year.

    Parameters
    ----------
    rate
        [-], >= 0. Interest per year.
    years
        [years], > 0. Life of the loan.

    Examples
    --------
    >>> round(annuity(0.05, 30), 5)
    0.06505
    >>> annuity(0.0, 20)
    0.05
    """
    return 1.0 / years if rate == 0 else rate / (1.0 - (1.0 + rate) ** -years)


def discounts(rate: float) -> FloatArray:
    """
    Return what a dollar of each year is worth in the first, shape (n_years,).

    Parameters
    ----------
    rate
        [-], > -1. Interest per year.
    """
    return np.asarray((1.0 + rate) ** -np.arange(LAST_YEAR - FIRST_YEAR + 1.0))


def flows_of(
    works: Sequence[Works], benefit_musd: Mapping[int, float], *, spend_years: int
) -> tuple[list[YearRow], float]:
    """
    Return a programme year by year.

    Parameters
    ----------
    works
        Its projects.
    benefit_musd
        [million USD per year] By year.
    spend_years
        [years], >= 1. Over which capital is spent before the opening; what falls before the
        first year is spent in it.

    Returns
    -------
    rows
        One per year.
    residual
        [million USD] Worth after the last year: the part of each life that is left.
    """
    rows, residual = [], 0.0
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        capital = sum(
            one.capex_musd / spend_years
            for one in works
            for spent in range(one.open_year - spend_years, one.open_year)
            if max(spent, FIRST_YEAR) == year
        )
        rows.append(
            YearRow(
                year=year,
                opened=sorted(w.project for w in works if max(w.open_year, FIRST_YEAR) == year),
                capital_musd=capital,
                upkeep_musd=sum(w.upkeep_musd for w in works if w.open_year <= year),
                benefit_musd=benefit_musd[year],
            )
        )
    for one in works:
        used = (LAST_YEAR + 1 - max(one.open_year, FIRST_YEAR)) / one.lifetime_yr
        residual += one.capex_musd * float(np.clip(1.0 - used, 0.0, 1.0))
    return rows, residual


def ratio_of(
    rows: Sequence[YearRow], residual_musd: float, rate: float
) -> tuple[float, float | None]:
    """
    Return net present value and benefit-cost ratio.

    Parameters
    ----------
    rows
        One per year, from the first.
    residual_musd
        [million USD] Worth after the last year; counted off the costs.
    rate
        [-] Interest per year.

    Returns
    -------
    npv
        [million USD].
    ratio
        [-] Present benefits over present costs; None where nothing is spent.
    """
    worth = discounts(rate)
    benefit = float(worth @ [row.benefit_musd for row in rows])
    cost = float(worth @ [row.capital_musd + row.upkeep_musd for row in rows])
    cost -= residual_musd * float(worth[-1]) / (1.0 + rate)
    return benefit - cost, benefit / cost if cost > 0 else None
