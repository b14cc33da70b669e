"""Why this route and not that one: two routes term by term, in the money that is asked for."""

from __future__ import annotations

from typing import Final

from serai.domain.quotes import TERMS, Basis, Fact, QuoteRoute, Term, Why, WhyTerm
from serai.outputs.numbers import say_usd

__all__ = ["compare_routes", "restate"]

LEAST_SHARE: Final = 0.02
"""[-] Terms that move the difference by less, as a share of all moves, are left out of words."""


def restate(route: QuoteRoute, basis: Basis) -> QuoteRoute:
    """
    Return a route in other money and for another unit: the one place where amounts are converted.

    Parameters
    ----------
    route
        In USD per FEU of the year of its rates.
    basis
        What it shall be told in.

    Returns
    -------
    route
        The same route; hours, kilometres and shares are untouched.
    """
    money, load = basis.per_usd_feu, basis.per_feu

    def scaled(names: tuple[str, ...], of: object) -> dict[str, float]:
        return {name: getattr(of, name) * money for name in names}

    legs = [
        leg.model_copy(
            update={
                **scaled(("price", "scarcity"), leg),
                "kg_co2e": leg.kg_co2e * load,
                "tkm": leg.tkm * load,
            }
        )
        for leg in route.legs
    ]
    sums = ("price", "price_p10", "price_p90", "scarcity", "subsidy", "generalized")
    return route.model_copy(
        update={
            **scaled(sums, route),
            "legs": legs,
            "payees": [p.model_copy(update=scaled(("price",), p)) for p in route.payees],
            "terms": [t.model_copy(update=scaled(("cost",), t)) for t in route.terms],
            "kg_co2e": route.kg_co2e * load,
        }
    )


def compare_routes(routes: list[QuoteRoute], first: int, second: int, *, basis: Basis) -> Why:
    """
    Return two routes side by side, term by term.

    Parameters
    ----------
    routes
        Routes of a sheet.
    first
        One of them, from 1.
    second
        Another one.
    basis
        What amounts are counted in.

    Returns
    -------
    why
        The differences of the terms add up to that of the generalized cost.
    """
    one, other = routes[first - 1], routes[second - 1]
    costs = [_by_term(route.terms) for route in (one, other)]
    names = sorted({*costs[0], *costs[1]}, key=TERMS.index)
    terms = [_row(name, costs[0].get(name, 0.0), costs[1].get(name, 0.0)) for name in names]
    whole = _row("Generalized cost", one.generalized, other.generalized)
    facts = [
        Fact(what=what, unit=unit, first=a, second=b, difference=b - a)
        for what, unit, a, b in (
            ("Days, P50", "days", one.days_p50, other.days_p50),
            ("Days, P90", "days", one.days_p90, other.days_p90),
            ("Price", basis.money, one.price, other.price),
            ("Emissions, well-to-wheel", f"kg CO2e/{basis.unit}", one.kg_co2e, other.kg_co2e),
            ("Distance", "km", one.km, other.km),
            ("Borders", "-", float(one.borders), float(other.borders)),
            ("Gauge changes", "-", float(one.gauge_changes), float(other.gauge_changes)),
            ("Price on assumed values", "share", one.assumed_share, other.assumed_share),
        )
    ]
    return Why(
        first=first, second=second, terms=terms, generalized=whole, facts=facts,
        sentence=_say(first, second, terms, whole, basis),
    )  # fmt: skip


def _by_term(terms: list[Term]) -> dict[str, float]:
    return {term.term: term.cost for term in terms}


def _row(name: str, first: float, second: float) -> WhyTerm:
    return WhyTerm(term=name, first=first, second=second, difference=second - first)


def _say(first: int, second: int, terms: list[WhyTerm], whole: WhyTerm, basis: Basis) -> str:
    """Say which route comes first, and what speaks for and against it, the weightiest first."""
    size = sum(abs(t.difference) for t in terms)
    better, worse = (first, second) if whole.difference >= 0.0 else (second, first)
    sign = 1.0 if whole.difference >= 0.0 else -1.0
    told = sorted(terms, key=lambda t: -abs(t.difference))
    told = [t for t in told if abs(t.difference) > LEAST_SHARE * size]
    pro = [
        f"{t.term.lower()} {say_usd(abs(t.difference))}" for t in told if sign * t.difference > 0
    ]
    con = [
        f"{t.term.lower()} {say_usd(abs(t.difference))}" for t in told if sign * t.difference < 0
    ]
    said = (
        f"Route {better} comes before route {worse} by {say_usd(abs(whole.difference))} "
        f"{basis.money}"
    )
    if pro:
        said += f": it saves {', '.join(pro)}"
    if con:
        said += f"{';' if pro else ':'} it costs more for {', '.join(con)}"
    return said + "."
