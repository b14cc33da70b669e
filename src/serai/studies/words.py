"""The answer in three sentences, written from its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from serai.domain.results import CaseResult, OutlookRow
from serai.outputs.numbers import say_share, say_usd

__all__ = ["headline"]

NOTHING = 0.02
"""A share below this is called next to nothing."""

HALF, WHOLE = 0.5, 1.0
"""Forced shares of the full programme from which the answer is "in part", and "yes"."""


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
        How far it can replace when forced and when free; where the rest goes and what binds;
        what it takes, and whether time changes it.
    """
    by = {(c.case, c.russia): c for c in cases}
    return [
        _how_far(by, divertible_teu),
        _where_and_what(by["today", "closed"], by["full", "closed"]),
        _what_it_takes(by["full", "closed"], outlook),
    ]


def _how_far(by: dict[tuple[str, str], CaseResult], divertible_teu: float) -> str:
    full = by["full", "closed"].share.value
    verdict = "No" if full < HALF else "Only in part" if full < WHOLE else "Yes, at full programme"
    return (
        f"{verdict}: of the {round(divertible_teu, -3):,.0f} boxes (TEU) a year that cross Russia "
        f"by rail between places outside Russia and Belarus, the Middle Corridor could take over "
        f"{_share(by['today', 'closed'])} today if Russia closed, "
        f"{_share(by['funded', 'closed'])} with what is under construction or funded, "
        f"{_share(by['full', 'closed'])} with every project and measure on the table, and "
        f"{_share(by['unlimited', 'closed'])} if nothing limited it; left free, shippers would "
        f"move {_share(by['full', 'open'])} even with the full programme."
    )


def _where_and_what(today: CaseResult, full: CaseResult) -> str:
    rest = {
        "by routes through Iran": today.south_share,
        "by sea": today.sea_share,
        "out through China": today.east_share,
        "nowhere": today.unserved_share,
    }
    first, second = sorted(rest, key=lambda way: -rest[way])[:2]
    binds = [b.name for b in full.binding]
    return (
        f"If Russia closed today, {say_share(rest[first])} would go {first} and "
        f"{say_share(rest[second])} {second}"
        + (
            f"; with the full programme the corridor is held back first by {binds[0]}"
            + (f", then by {binds[1]}." if len(binds) > 1 else ".")
            if binds
            else "; with the full programme no limit on the corridor binds."
        )
    )


def _what_it_takes(full: CaseResult, outlook: Sequence[OutlookRow]) -> str:
    later = [row for row in outlook if row.year == max(r.year for r in outlook)]
    shares = [row.forced_share for row in later]
    return (
        f"The full programme costs {full.capex_musd / 1e3:.1f} bn USD, "
        f"{full.capex_middle_musd / 1e3:.1f} bn of it for the corridor, and a box from China to "
        f"Europe then pays {say_usd(full.usd_feu)} USD/FEU and {full.days:.0f} days against "
        f"{say_usd(full.sea_usd_feu)} USD/FEU and {full.sea_days:.0f} days by sea"
        + (
            f"; with the demand of {later[0].year} the forced share is {say_share(min(shares))} "
            f"to {say_share(max(shares))}, so growth does not help it."
            if later and max(shares) < full.share.value
            else f"; with the demand of {later[0].year} the forced share is "
            f"{say_share(min(shares))} to {say_share(max(shares))}."
            if later
            else "."
        )
    )


def _share(case: CaseResult) -> str:
    band = case.share
    if max(abs(band.value), abs(band.high)) < NOTHING:
        return "next to nothing"
    if band.low == band.high:
        return say_share(band.value)
    return f"{say_share(band.value)} ({say_share(band.low)} to {say_share(band.high)})"
