"""The answer in three sentences, written from its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from serai.domain.results import CaseResult, OutlookRow

__all__ = ["headline"]

NOTHING = 0.02
"""A share below this is called next to nothing."""


def headline(
    cases: Sequence[CaseResult], divertible_teu: float, outlook: Sequence[OutlookRow]
) -> list[str]:
    """
    Return the answer in three sentences.

    Parameters
    ----------
    cases
        Every case, open and closed.
    divertible_teu
        [TEU/yr] Divertible boxes.
    outlook
        Later years.

    Returns
    -------
    sentences
        How far it can replace when forced and when free; what binds and where the rest goes;
        what it takes and whether time changes it.
    """
    by = {(c.case, c.russia): c for c in cases}
    today, full = by["today", "closed"], by["full", "closed"]
    free, limitless = by["full", "open"], by["unlimited", "closed"]
    verdict = "No" if full.share.high < 0.5 else "In part" if full.share.high < 1.0 else "Yes"  # noqa: PLR2004
    first = (
        f"{verdict}: of the {_thousands(divertible_teu)} boxes (TEU) a year that use Russian "
        f"railways between places outside Russia and Belarus, the Middle Corridor could take over "
        f"{_share(today)} today if Russia closed, {_share(full)} with every project and measure on "
        f"the table, and {_share(limitless)} even without any capacity limit; left to choose "
        f"freely, shippers would move {_share(free)}."
    )
    binds = full.binding[0].name if full.binding else None
    rest = {
        "the sea": full.sea_share,
        "routes through Iran": full.south_share,
        "ports of eastern China": full.east_share,
        "no route at all": full.unserved_share,
    }
    where = max(rest, key=lambda k: rest[k])
    second = f"Most of the rest goes to {where} ({rest[where]:.0%})" + (
        f"; on the corridor itself {binds} binds first." if binds else "; no limit binds on it."
    )
    years = sorted({row.year for row in outlook})
    later = [row.forced_share for row in outlook if years and row.year == years[-1]]
    third = (
        f"The full programme costs {full.capex_musd / 1e3:.1f} bn USD, of which "
        f"{full.capex_middle_musd / 1e3:.1f} bn serve the corridor; a box then pays "
        f"{full.usd_feu:,.0f} USD/FEU and {full.days:.0f} days against "
        f"{full.sea_usd_feu:,.0f} USD/FEU and {full.sea_days:.0f} days by sea"
        + (
            f", and with the demand of {years[-1]} the forced share is "
            f"{min(later):.0%} to {max(later):.0%}."
            if later
            else "."
        )
    )
    return [first, second, third]


def _share(case: CaseResult) -> str:
    band = case.share
    if abs(band.value) < NOTHING and abs(band.high) < NOTHING:
        return "next to nothing"
    if band.low == band.high:
        return f"{band.value:.0%}"
    return f"{band.value:.0%} ({band.low:.0%} to {band.high:.0%})"


def _thousands(number: float) -> str:
    return f"{round(number, -3):,.0f}"
