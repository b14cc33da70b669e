"""What a quote sheet says of itself: how far prices hold, what figures are, and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.schema import read_schema
from serai.data.tables import read_tables, split_list
from serai.domain.quotes import Basis, QuoteRoute, SheetSource
from serai.domain.world import World

__all__ = ["list_notes", "list_sources", "say_validity"]

CITABLE: Final = {
    "sources": ("source_id", "title", "publisher", "date", "url"),
    "facts": ("id", "source_title", "source_publisher", "source_date", "source_url"),
    "events": ("id", "source_title", "source_publisher", "source_date", "source_url"),
    "ties": ("id", "source_title", "source_publisher", "source_date", "source_url"),
}
"""Tables that numbers may cite, and their columns of id, title, publisher, date and address."""


def say_validity(world: World, year: int, basis: Basis) -> str:
    """
    Return how far the prices of a sheet hold.

    Parameters
    ----------
    world
        The tables: a year that the yearly inputs lack takes those of the nearest one.
    year
        Year of the rates.
    basis
        What amounts are counted in.
    """
    known = world.year_inputs.years
    near = min(known, key=lambda y: (abs(y - year), y)) if known else year
    of = f"{year}" if near == year else f"{year} (yearly inputs of {near}, the nearest)"
    money = "" if basis.rate_year == year else f", taken as money of {basis.rate_year}"
    if basis.price_year != basis.rate_year:
        money += f", told in {basis.currency} of {basis.price_year}"
    return (
        f"Mean rates of {of}{money}: no carrier's offer, and held to no day. A rate of the day "
        "lies in four cases of five between P10 and P90 as far as the ranges of the tables go; "
        "ask the parties that are paid before you book."
    )


def list_notes(
    routes: Sequence[QuoteRoute], basis: Basis, *, waits_year: int | None, day: date | None
) -> list[str]:
    """
    Return what the figures of a sheet are and are not.

    Parameters
    ----------
    routes
        Its routes.
    basis
        What amounts are counted in.
    waits_year
        Year of the demand whose queues are in; None: none are.
    day
        Day of departure asked for.
    """
    queues = (
        f"Queues are in, the means of the demand of {waits_year}: each is spread exponentially."
        if waits_year else "Queues are not in: times are free-flow (--waits adds them)."
    )  # fmt: skip
    season = (
        "A leg is shut if more than half of its traffic or days is lost when the goods get there; "
        "storms and other seasons without dates are named, not reckoned."
        if day else "No day was asked for, so no season is said (--date says it)."
    )  # fmt: skip
    days = (
        "Days: the low, middle and high times of the links are read as P10, P50 and P90; links "
        f"made from one rate are wrong together, others independently. {queues}"
    )
    prices = (
        "Prices are paid by the shipper, to whom each leg names as far as the tables tell: they "
        "do not part a railway's rate from wagon and box hire, nor a border's from customs."
    )
    emissions = (
        f"Emissions: well-to-wheel, kg CO2e per {basis.unit} of {basis.tonnes:.4g} t, by transport "
        "chain element (TCE): transport (TOC) by mean factors along the line, hubs (HOC) by the "
        "tonne. Mean factors of modes, not of carriers."
    )
    order = (
        "Routes are ordered by generalized cost: price, time at the value of time, unreliability"
        + (", queues and scarce slots." if waits_year else ".")
        + " What shippers fear beyond it (sanctions, trust) is not in it."
    )
    notes = [days, prices, emissions, season, order]
    if any(leg.inferred for route in routes for leg in route.legs):
        notes.append(
            "* inferred: some number of the leg is judged without a source, or its length follows "
            "a rule (great circle times a factor)."
        )
    if any(route.subsidy for route in routes):
        notes.append(
            "China pays towards boxes by rail to and from Europe: told beside the price, which is "
            "before it; whether a forwarder gets it depends on the platform."
        )
    return notes


def list_sources(folder: Path, routes: Sequence[QuoteRoute], basis: Basis) -> list[SheetSource]:
    """
    Return what a sheet rests on: sources of its links, emission factors, money and dates.

    Parameters
    ----------
    folder
        The tables.
    routes
        Routes of the sheet.
    basis
        What amounts are counted in.
    """
    schema = read_schema()
    names = ("links", "emission_factors", "money", *CITABLE)
    tables = read_folder(folder, names)
    if any(name not in tables for name in ("emission_factors", "money")):
        pack = read_tables(PACK, schema={n: schema[n] for n in ("emission_factors", "money")})
        tables = {**pack, **tables}
    links = {link for route in routes for leg in route.legs for link in leg.link_ids}
    factors = {leg.factor for route in routes for leg in route.legs}
    is_other = basis.currency != "USD" or basis.price_year != basis.rate_year
    years = {basis.rate_year, basis.price_year} if is_other else set()
    cited = [
        tables["links"].source_ids[tables["links"].link_id.isin(links)],
        tables["emission_factors"].source_ids[tables["emission_factors"].what.isin(factors)],
        tables["money"].source_ids[tables["money"].year.isin(years)],
    ]
    wanted = dict.fromkeys(one for column in cited for cell in column for one in split_list(cell))
    for route in routes:
        for met in route.departure.hindrances if route.departure else ():
            wanted |= dict.fromkeys(met.source_ids)
    found: dict[str, SheetSource] = {}
    for name, columns in CITABLE.items():
        if name not in tables:
            continue
        rows = tables[name].loc[tables[name][columns[0]].isin(wanted), list(columns)]
        for row in rows.itertuples(index=False):
            one, title, publisher, day, url = (str(cell) for cell in row)
            found.setdefault(one, SheetSource(id=one, title=title, publisher=publisher, date=day,
                                              url=url))  # fmt: skip
    return [found[one] for one in wanted if one in found]
