"""The answer in three sentences, written from its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from serai.domain.results import CaseResult, OutlookRow
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import NOTHING as NONE
from serai.outputs.numbers import say_share, say_usd

__all__ = ["headline"]

NOTHING = 0.02
"""A share below this is called next to nothing."""

HALF, WHOLE = 0.5, 1.0
"""Forced shares of the full programme from which the answer is "in part", and "yes"."""

WAYS: Final = {
    "south": (
        mark("{share} would go by routes through Iran"),
        mark("{share} by routes through Iran"),
    ),
    "sea": (mark("{share} would go by sea"), mark("{share} by sea")),
    "east": (mark("{share} would go out through China"), mark("{share} out through China")),
    "unserved": (mark("{share} would go nowhere"), mark("{share} nowhere")),
}
"""Where the rest goes, said first and said second."""


def headline(
    cases: Sequence[CaseResult],
    divertible_teu: float,
    outlook: Sequence[OutlookRow],
    lang: Language = ENGLISH,
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
    lang
        Language of the words; what binds is named as the cases name it.

    Returns
    -------
    sentences
        How far it can replace when forced and when free; where the rest goes and what binds;
        what it takes, and whether time changes it.
    """
    by = {(c.case, c.russia): c for c in cases}
    return [
        _how_far(by, divertible_teu, lang),
        _where_and_what(by["today", "closed"], by["full", "closed"], lang),
        _what_it_takes(by["full", "closed"], outlook, lang),
    ]


def _how_far(by: dict[tuple[str, str], CaseResult], divertible_teu: float, lang: Language) -> str:
    full = by["full", "closed"].share.value
    if full < HALF:
        verdict = lang.say("No")
    else:
        verdict = lang.say("Only in part") if full < WHOLE else lang.say("Yes, at full programme")
    return lang.say(
        "{verdict}: of the {boxes} boxes (TEU) a year that cross Russia by rail between places "
        "outside Russia and Belarus, the Middle Corridor could take over {today} today if Russia "
        "closed, {funded} with what is under construction or funded, {full} with every project and "
        "measure on the table, and {unlimited} if nothing limited it; left free, shippers would "
        "move {free} even with the full programme.",
        verdict=verdict,
        boxes=lang.figures(f"{round(divertible_teu, -3):,.0f}"),
        today=_share(by["today", "closed"], lang),
        funded=_share(by["funded", "closed"], lang),
        full=_share(by["full", "closed"], lang),
        unlimited=_share(by["unlimited", "closed"], lang),
        free=_share(by["full", "open"], lang),
    )


def _where_and_what(today: CaseResult, full: CaseResult, lang: Language) -> str:
    rest = {
        "south": today.south_share,
        "sea": today.sea_share,
        "east": today.east_share,
        "unserved": today.unserved_share,
    }
    ways = sorted(rest, key=lambda way: -rest[way])[:2]
    first, second = (
        lang.say(WAYS[way][place], share=say_share(rest[way], lang))
        for place, way in enumerate(ways)
    )
    binds = [b.name for b in full.binding]
    if not binds:
        return lang.say(
            "If Russia closed today, {first} and {second}; with the full programme no limit on the "
            "corridor binds.",
            first=first,
            second=second,
        )
    if len(binds) == 1:
        return lang.say(
            "If Russia closed today, {first} and {second}; with the full programme the corridor is "
            "held back first by {limit}.",
            first=first,
            second=second,
            limit=binds[0],
        )
    return lang.say(
        "If Russia closed today, {first} and {second}; with the full programme the corridor is "
        "held back first by {limit}, then by {next}.",
        first=first,
        second=second,
        limit=binds[0],
        next=binds[1],
    )


def _what_it_takes(full: CaseResult, outlook: Sequence[OutlookRow], lang: Language) -> str:
    cost = lang.say(
        "The full programme costs {capital} bn USD, {middle} bn of it for the corridor, and a box "
        "from China to Europe then pays {usd} USD/FEU and {days} days against {sea_usd} USD/FEU "
        "and {sea_days} days by sea",
        capital=lang.figures(f"{full.capex_musd / 1e3:.1f}"),
        middle=lang.figures(f"{full.capex_middle_musd / 1e3:.1f}"),
        usd=say_usd(full.usd_feu, lang),
        days=_days(full.days),
        sea_usd=say_usd(full.sea_usd_feu, lang),
        sea_days=_days(full.sea_days),
    )
    if not outlook:
        return f"{cost}."
    year = max(row.year for row in outlook)
    shares = [row.forced_share for row in outlook if row.year == year]
    told = (
        mark(
            "{cost}; with the demand of {year} the forced share is {low} to {high}, so growth does "
            "not help it."
        )
        if max(shares) < full.share.value
        else mark("{cost}; with the demand of {year} the forced share is {low} to {high}.")
    )
    low, high = say_share(min(shares), lang), say_share(max(shares), lang)
    return lang.say(told, cost=cost, year=year, low=low, high=high)


def _days(days: float) -> str:
    """Return whole days; nothing where no box goes, as on a network without China or Europe."""
    return f"{days:.0f}" if math.isfinite(days) else NONE


def _share(case: CaseResult, lang: Language) -> str:
    band = case.share
    if max(abs(band.value), abs(band.high)) < NOTHING:
        return lang.say("next to nothing")
    if band.low == band.high:
        return say_share(band.value, lang)
    return lang.say(
        "{value} ({low} to {high})",
        value=say_share(band.value, lang),
        low=say_share(band.low, lang),
        high=say_share(band.high, lang),
    )
