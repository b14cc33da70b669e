"""A quote sheet as one page of HTML that needs nothing else, made for printing on A4."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from serai.domain.quotes import QuoteResult, QuoteRoute
from serai.errors import DataError, state_fault
from serai.outputs.distance import Quantity, draw_distance
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.outputs.numbers import say_amount, say_days, say_plain, say_share, say_usd
from serai.outputs.page import open_template
from serai.outputs.quote import (
    name_leg,
    name_operation,
    say_departure,
    say_met,
    say_proof,
    say_title,
)
from serai.outputs.whole import write_whole
from serai.outputs.words import name_corridor

__all__ = ["draw_sheet", "render_quote_page", "write_quote_page"]

WIDTHS_IN: Final = (WIDE_IN, NARROW_IN)
QUANTITIES: Final[tuple[Quantity, ...]] = ("days", "usd")

MOST_DRAWN = 4
"""Routes drawn in the diagrams: more lines than these hide one another."""


def write_quote_page(path: Path, quote: QuoteResult) -> None:
    """
    Write a sheet as a page, whole or not at all.

    Parameters
    ----------
    path
        File to write; an old one is replaced.
    quote
        The sheet.

    Raises
    ------
    DataError
        The file cannot be written; nothing is left behind.
    """
    data = render_quote_page(quote).encode("utf-8")
    try:
        write_whole(path, data)
    except OSError as error:
        wanted = "a file that can be written"
        raise DataError(state_fault(str(path), str(error), wanted, "try another")) from error


def render_quote_page(quote: QuoteResult) -> str:
    """
    Return a sheet as HTML.

    Parameters
    ----------
    quote
        The sheet.

    Returns
    -------
    html
        A whole document without scripts; the same text for the same sheet.
    """
    charts = {
        quantity: tuple(draw_sheet(quote, quantity, width_in=width) for width in WIDTHS_IN)
        for quantity in QUANTITIES
    }
    return open_template("quote.html").render(
        quote=quote,
        title=say_title(quote),
        charts=charts,
        n_drawn=len(_pick_drawn(quote)),
        cards=[_card(ix, route, quote) for ix, route in enumerate(quote.routes, 1)],
        why=_why(quote),
        say=say_plain,
    )


def draw_sheet(quote: QuoteResult, quantity: Quantity, *, width_in: float) -> str:
    """
    Draw the routes of a sheet over distance: two that are compared, then the best by corridor.

    Parameters
    ----------
    quote
        The sheet.
    quantity
        Days or money.
    width_in
        [in]. Width of the drawing.

    Returns
    -------
    svg
        One element.
    """
    chosen = _pick_drawn(quote)
    return draw_distance(
        [quote.routes[ix - 1] for ix in chosen], quantity, width_in=width_in,
        money=quote.basis.money,
        names=[f"{ix} {name_corridor(quote.routes[ix - 1].corridor)}" for ix in chosen],
    )  # fmt: skip


def _pick_drawn(quote: QuoteResult) -> list[int]:
    """Return which routes are drawn: two that are compared, then the best of each corridor."""
    compared = [] if quote.why is None else [quote.why.first, quote.why.second]
    seen = {quote.routes[ix - 1].corridor for ix in compared}
    for ix, route in enumerate(quote.routes, 1):
        if route.corridor not in seen:
            seen.add(route.corridor)
            compared.append(ix)
    return sorted(compared[:MOST_DRAWN])


def _card(ix: int, route: QuoteRoute, quote: QuoteResult) -> Mapping[str, object]:
    """Return what the card of a route shows, in words."""
    money = quote.basis.money
    price = (
        f"{say_usd(route.price)} {money} ({say_usd(route.price_p10)} to "
        f"{say_usd(route.price_p90)}, P10–P90)"
    )
    facts = [
        ("Days", f"{say_days(route.days_p50)} (P50), {say_days(route.days_p90)} (P90)"),
        ("Price", price),
        ("Emissions", f"{say_plain(route.kg_co2e)} kg CO2e/{quote.basis.unit}, well-to-wheel"),
        ("Distance", f"{say_plain(route.km)} km"),
        ("On the way", f"{route.borders} borders, {route.gauge_changes} gauge changes"),
        ("Evidence", f"{route.grade}; {say_share(route.assumed_share)} of the price assumed"),
    ]  # fmt: skip
    if quote.waits_year:
        facts.insert(1, ("Queues", f"{say_days(route.queue_days)} days of it, on average"))
    if route.scarcity:
        facts.append(("Scarce slots", f"worth {say_usd(route.scarcity)} {money} more"))
    if route.subsidy:
        facts.append(("China pays", f"{say_usd(route.subsidy)} {money} beside the price"))
    legs = [
        {
            "name": name_leg(leg), "mode": name_operation(leg), "km": say_plain(leg.km) if leg.km
            else "", "hours": say_plain(leg.hours), "p90": say_plain(leg.hours_p90),
            "price": say_usd(leg.price), "paid_to": leg.paid_to, "tce": leg.tce,
            "kg": say_usd(leg.kg_co2e), "grade": leg.grade,
            "proof": "; ".join(
                f"{link} ({' '.join(touched) or 'high seas'})"
                for link, touched in zip(leg.link_ids, leg.touches, strict=True)
            ),
        }
        for leg in route.legs
    ]  # fmt: skip
    return {
        "ix": ix,
        "corridor": name_corridor(route.corridor),
        "countries": " ".join(route.countries),
        "facts": facts,
        "legs": legs,
        "total": {"hours": say_plain(24.0 * route.days), "price": say_usd(route.price),
                  "kg": say_plain(route.kg_co2e), "km": say_plain(route.km)},
        "proof": say_proof(route, quote.avoid) if quote.avoid else "",
        "departure": [say_departure(route.departure), *say_met(route)] if route.departure else [],
        "payees": [(p.paid_to, say_usd(p.price))
                   for p in sorted(route.payees, key=lambda p: -p.price)],
    }  # fmt: skip


def _why(quote: QuoteResult) -> Mapping[str, object] | None:
    """Return the comparison of two routes as rows of words."""
    why = quote.why
    if why is None:
        return None
    rows = [
        (t.term, say_usd(t.first), say_usd(t.second), _signed(t.difference))
        for t in (*why.terms, why.generalized)
    ]
    facts = [
        (f.what if f.unit in ("-", "share", "days") else f"{f.what}, {f.unit}",
         say_plain(f.first), say_plain(f.second), _signed(f.difference))
        for f in why.facts
    ]  # fmt: skip
    return {"first": why.first, "second": why.second, "rows": rows, "facts": facts,
            "sentence": why.sentence}  # fmt: skip


def _signed(amount: float) -> str:
    return ("+" if amount > 0 else "") + say_amount(amount)
