"""A quote sheet on a terminal: routes side by side, then each leg by leg."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from serai.domain.quotes import Departure, Leg, QuoteResult, QuoteRoute, Why
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.numbers import say_days, say_plain, say_share, say_usd

__all__ = ["name_leg", "name_operation", "print_quote", "say_departure", "say_met", "say_proof",
           "say_title"]  # fmt: skip

MOST_TERRITORIES: Final = 2
"""Territories of a leg that a narrow column names; further ones are counted."""
LEAST_SHOWN_H: Final = 0.05
"""[h] Shorter queues are not shown."""
SHORT_HUBS: Final = {
    "gauge_change": "gauge",
    "gauge_change_and_border": "gauge",
    "ferry_board": "board",
    "interchange": "change",
}
"""Kinds of transfer as a narrow column has them."""


def print_quote(console: Console, quote: QuoteResult) -> None:
    """
    Print a quote sheet: the routes side by side, then each leg by leg.

    Parameters
    ----------
    console
        Where to print; its width is kept.
    quote
        What the forwarder asked for.
    """
    unit, money = quote.basis.unit, quote.basis.money
    console.print()
    console.print(Text(say_title(quote), style="bold"))
    print_table(
        console,
        "Routes, best first by generalized cost",
        [
            Column("#"),
            Column("corridor", "words"),
            Column("days\nP50"),
            Column("\nP90"),
            Column(f"\n{money}"),
            Column(f"kg CO2e\nper {unit}"),
            Column("\nkm"),
            Column("bor-\nders"),
            Column("gauge\nbreaks"),
            Column("\ngrade", "words"),
        ],
        [_list_route(ix, route) for ix, route in enumerate(quote.routes, start=1)],
    )
    if quote.why is not None:
        _print_why(console, quote.why, money)
    for ix, route in enumerate(quote.routes, start=1):
        _print_route(console, ix, route, quote)
    console.print()
    for note in (quote.validity, *quote.notes):
        console.print(Text(note, style="dim"))
    if quote.certificate is not None:
        print_certificate(console, quote.certificate)
    print_record(console, quote.record)


def say_title(quote: QuoteResult) -> str:
    """
    Return what a sheet is of, in a line.

    Parameters
    ----------
    quote
        The sheet.
    """
    basis = quote.basis
    said = f"{quote.origin} to {quote.dest}, class {quote.class_id}, prices of {quote.year}"
    if basis.price_year != basis.rate_year:
        said += f" in {basis.currency} of {basis.price_year}"
    if quote.avoid:
        said += f", avoiding {', '.join(quote.avoid)}"
    return said + (f", queues of {quote.waits_year}" if quote.waits_year else "")


def _list_route(ix: int, route: QuoteRoute) -> list[str]:
    return [
        str(ix),
        route.corridor,
        say_days(route.days_p50),
        say_days(route.days_p90),
        say_usd(route.price),
        say_plain(route.kg_co2e),
        say_plain(route.km),
        str(route.borders),
        str(route.gauge_changes),
        route.grade,
    ]


def _print_route(console: Console, ix: int, route: QuoteRoute, quote: QuoteResult) -> None:
    """Print the legs of a route, who is paid, the proof and the departure."""
    waits = [Column("queue\nh")] if quote.waits_year else []
    print_table(
        console,
        f"{ix}. {route.corridor}: {' '.join(route.countries)}",
        [
            Column("From – to", "names"),
            Column("mode", "words"),
            Column("km"),
            Column("h"),
            *waits,
            Column(quote.basis.money),
            Column("kg CO2e"),
            Column("over", "words"),
            Column("grade", "words"),
        ],
        [_list_leg(leg, waits=quote.waits_year is not None) for leg in route.legs],
        max_rows=len(route.legs),
    )
    lines = [_say_price(route, quote), _say_payees(route)]
    if quote.avoid:
        lines.append(say_proof(route, quote.avoid))
    if route.departure is not None:
        lines += [say_departure(route.departure), *say_met(route)]
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))


def name_leg(leg: Leg) -> str:
    """
    Return the two ends of a leg; a star marks what is inferred.

    Parameters
    ----------
    leg
        The leg.
    """
    said = leg.from_ if leg.from_ == leg.to else f"{leg.from_} – {leg.to}"
    return f"{said}*" if leg.inferred else said


def name_operation(leg: Leg) -> str:
    """
    Return what happens on a leg, in a word.

    Parameters
    ----------
    leg
        The leg.
    """
    return SHORT_HUBS.get(leg.what, leg.what) or leg.mode


def _list_leg(leg: Leg, *, waits: bool) -> list[str]:
    return [
        name_leg(leg),
        name_operation(leg),
        say_plain(leg.km) if leg.km else "",
        say_plain(leg.hours),
        *([f"{leg.queue_h:.1f}" if leg.queue_h >= LEAST_SHOWN_H else ""] if waits else []),
        say_usd(leg.price),
        say_usd(leg.kg_co2e),
        _say_countries(leg),
        leg.grade,
    ]


def _say_countries(leg: Leg) -> str:
    """Name two territories, or the first and how many more; the sea is none."""
    first, n = leg.countries[:1], len(leg.countries)
    return " ".join(leg.countries) if n <= MOST_TERRITORIES else f"{first[0]} +{n - 1}"


def _say_price(route: QuoteRoute, quote: QuoteResult) -> str:
    said = (
        f"Price {say_usd(route.price_p10)} to {say_usd(route.price_p90)} {quote.basis.money} "
        f"(P10–P90), {say_share(route.assumed_share)} of it on assumed values"
    )
    if route.scarcity:
        said += f"; a scarce slot is worth {say_usd(route.scarcity)} more"
    if route.subsidy:
        said += f"; China pays {say_usd(route.subsidy)} towards such a box"
    return said + "."


def _say_payees(route: QuoteRoute) -> str:
    paid = sorted(route.payees, key=lambda payee: -payee.price)
    return "Paid to " + ", ".join(f"{p.paid_to} {say_usd(p.price)}" for p in paid) + "."


def say_proof(route: QuoteRoute, avoid: Sequence[str]) -> str:
    """
    Return the proof that a route keeps clear of territories.

    Parameters
    ----------
    route
        The route.
    avoid
        Territories, ISO 3166 alpha-3.
    """
    n = sum(len(leg.link_ids) for leg in route.legs)
    met = sorted({c for leg in route.legs for link in leg.touches for c in link} & set(avoid))
    if met:
        return f"NOT PROVED: links touch {', '.join(met)}."
    each = "its one link does not touch" if n == 1 else f"none of its {n} links touches"
    return f"Proof: {each} {' or '.join(avoid)}."


def say_departure(departure: Departure) -> str:
    """
    Return when a route can be begun.

    Parameters
    ----------
    departure
        What was found.
    """
    if departure.is_open:
        return f"Departure {departure.asked}: no leg is shut when reached."
    if departure.earliest is None:
        return f"Departure {departure.asked}: shut, and no open day within two years."
    return f"Departure {departure.asked}: shut; earliest {departure.earliest}."


def say_met(route: QuoteRoute) -> list[str]:
    """
    Return what is met on a route, leg by leg, when it is begun on the day asked for.

    Parameters
    ----------
    route
        The route.
    """
    if route.departure is None:
        return []
    said = []
    for met in route.departure.hindrances:
        leg = route.legs[met.leg - 1]
        name = leg.from_ if leg.from_ == leg.to else f"{leg.from_} – {leg.to}"
        state = "shut" if met.is_shut else f"{say_share(met.share)} lost"
        said.append(f"{name}, reached {met.reached}: {state} until {met.until} ({met.what}; "
                    f"{met.grade}).")  # fmt: skip
    if route.departure.unknown:
        said.append(f"Seasons without dates: {'; '.join(route.departure.unknown)}.")
    return said


def _print_why(console: Console, why: Why, money: str) -> None:
    """Print two routes side by side, term by term, and the answer in a sentence."""
    rows = [
        [t.term, say_usd(t.first), say_usd(t.second), _signed(t.difference)]
        for t in (*why.terms, why.generalized)
    ]
    print_table(
        console,
        f"Why {why.first}, not {why.second}? Terms of the generalized cost, {money}",
        [Column("", "names"), Column(f"route {why.first}"), Column(f"route {why.second}"),
         Column("difference")],
        rows,
        max_rows=len(rows),
    )  # fmt: skip
    facts = [
        [f.what if f.unit in ("-", "share", "days") else f"{f.what}, {f.unit}",
         say_plain(f.first), say_plain(f.second), _signed(f.difference)]
        for f in why.facts
    ]  # fmt: skip
    print_table(
        console,
        "Beside it",
        [Column("", "names"), Column(f"route {why.first}"), Column(f"route {why.second}"),
         Column("difference")],
        facts,
    )  # fmt: skip
    console.print(Padding(Text(why.sentence), (1, 0, 0, 2), expand=False))


def _signed(amount: float) -> str:
    return ("+" if amount > 0 else "") + say_plain(amount)
