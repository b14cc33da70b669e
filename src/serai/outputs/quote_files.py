"""A quote sheet as files: CSV with a row for every leg, and an Excel workbook."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import xlsxwriter

from serai.domain.quotes import TERMS, Leg, QuoteResult, QuoteRoute
from serai.errors import DataError, state_fault
from serai.outputs.quote import say_departure, say_met, say_proof, say_title
from serai.outputs.whole import write_csv, write_whole

__all__ = ["Heading", "tabulate_legs", "tabulate_routes", "tabulate_terms", "write_quote_csv",
           "write_quote_xlsx"]  # fmt: skip

Cell = str | float | int | None
Row = list[Cell]

WIDEST: Final = 60
"""[letters] Of a column."""
PAPER_A4: Final = 9
"""Number of A4 in the format of Excel."""
FORMATS: Final = {"h": "#,##0.0", "days": "#,##0.0", "share": "0.0%", "money": "#,##0.00",
                  "km": "#,##0", "kg": "#,##0.0", "": "General"}  # fmt: skip


class Heading(NamedTuple):
    """A column: its name with its unit, and what its numbers are."""

    name: str
    kind: str = ""
    """Key of `FORMATS`."""


def _suffix(quote: QuoteResult) -> str:
    return quote.basis.money.replace("/", "_").lower()


def tabulate_routes(quote: QuoteResult) -> tuple[list[Heading], list[Row]]:
    """
    Return a row for every route.

    Parameters
    ----------
    quote
        The sheet.
    """
    money, unit = _suffix(quote), quote.basis.unit.lower()
    columns: list[tuple[Heading, Callable[[QuoteRoute], Cell]]] = [
        (Heading("corridor"), lambda r: r.corridor),
        (Heading("days_p50", "days"), lambda r: r.days_p50),
        (Heading("days_p90", "days"), lambda r: r.days_p90),
        (Heading("days_sum", "days"), lambda r: r.days),
        (Heading("queue_days", "days"), lambda r: r.queue_days),
        (Heading(f"price_{money}", "money"), lambda r: r.price),
        (Heading(f"price_p10_{money}", "money"), lambda r: r.price_p10),
        (Heading(f"price_p90_{money}", "money"), lambda r: r.price_p90),
        (Heading(f"scarcity_{money}", "money"), lambda r: r.scarcity),
        (Heading(f"subsidy_{money}", "money"), lambda r: r.subsidy),
        (Heading(f"generalized_{money}", "money"), lambda r: r.generalized),
        (Heading(f"kg_co2e_{unit}", "kg"), lambda r: r.kg_co2e),
        (Heading("km", "km"), lambda r: r.km),
        (Heading("borders"), lambda r: r.borders),
        (Heading("gauge_changes"), lambda r: r.gauge_changes),
        (Heading("territories"), lambda r: " ".join(r.countries)),
        (Heading("grade"), lambda r: r.grade),
        (Heading("assumed_share", "share"), lambda r: r.assumed_share),
    ]
    if quote.avoid:
        columns.append((Heading("proof"), lambda r: say_proof(r, quote.avoid)))
    if quote.date is not None:
        columns += [
            (Heading("departure"), lambda r: say_departure(r.departure) if r.departure else ""),
            (Heading("met_on_the_way"), lambda r: " ".join(say_met(r))),
        ]
    rows: list[Row] = [
        [ix, *(read(route) for _, read in columns)] for ix, route in enumerate(quote.routes, 1)
    ]
    return [Heading("route"), *(heading for heading, _ in columns)], rows


def tabulate_legs(quote: QuoteResult) -> tuple[list[Heading], list[Row]]:
    """
    Return a row for every leg of every route.

    Parameters
    ----------
    quote
        The sheet.
    """
    money, unit = _suffix(quote), quote.basis.unit.lower()
    columns: list[tuple[Heading, Callable[[Leg], Cell]]] = [
        (Heading("from"), lambda leg: leg.from_),
        (Heading("to"), lambda leg: leg.to),
        (Heading("mode"), lambda leg: leg.mode),
        (Heading("what"), lambda leg: leg.what),
        (Heading("km", "km"), lambda leg: leg.km),
        (Heading("hours", "h"), lambda leg: leg.hours),
        (Heading("hours_p50", "h"), lambda leg: leg.hours_p50),
        (Heading("hours_p90", "h"), lambda leg: leg.hours_p90),
        (Heading("queue_h", "h"), lambda leg: leg.queue_h),
        (Heading(f"price_{money}", "money"), lambda leg: leg.price),
        (Heading(f"scarcity_{money}", "money"), lambda leg: leg.scarcity),
        (Heading("paid_to"), lambda leg: leg.paid_to),
        (Heading("tce"), lambda leg: leg.tce),
        (Heading(f"tkm_{unit}", "kg"), lambda leg: leg.tkm),
        (Heading(f"kg_co2e_{unit}", "kg"), lambda leg: leg.kg_co2e),
        (Heading("territories"), lambda leg: " ".join(leg.countries)),
        (Heading("grade"), lambda leg: leg.grade),
        (Heading("inferred"), lambda leg: leg.inferred),
        (Heading("link_ids"), lambda leg: ";".join(leg.link_ids)),
        (Heading("links_touch"), lambda leg: ";".join(" ".join(t) or "-" for t in leg.touches)),
    ]
    rows: list[Row] = [
        [ix, n, *(read(leg) for _, read in columns)]
        for ix, route in enumerate(quote.routes, 1)
        for n, leg in enumerate(route.legs, 1)
    ]
    return [Heading("route"), Heading("leg"), *(heading for heading, _ in columns)], rows


def tabulate_terms(quote: QuoteResult) -> tuple[list[Heading], list[Row]]:
    """
    Return a row for every term of the cost, and the difference of two routes if it was asked for.

    Parameters
    ----------
    quote
        The sheet.
    """
    money = _suffix(quote)
    found_terms = {term.term for route in quote.routes for term in route.terms}
    names = sorted(found_terms, key=TERMS.index)
    costs = [{term.term: term.cost for term in route.terms} for route in quote.routes]
    heads = [Heading("term")]
    heads += [Heading(f"route_{ix}_{money}", "money") for ix in range(1, len(costs) + 1)]
    rows: list[Row] = [[name, *(cost.get(name, 0.0) for cost in costs)] for name in names]
    rows.append(["Generalized cost", *(route.generalized for route in quote.routes)])
    if (why := quote.why) is not None:
        heads.append(Heading(f"route_{why.second}_less_{why.first}_{money}", "money"))
        found = {term.term: term.difference for term in (*why.terms, why.generalized)}
        rows = [[*row, found.get(str(row[0]), 0.0)] for row in rows]
    return heads, rows


def _list_notes(quote: QuoteResult) -> Iterator[Row]:
    yield ["Sheet", say_title(quote)]
    yield ["Class", f"{quote.class_id}: {quote.class_name}"]
    yield ["Amounts", f"{quote.basis.money}; {quote.basis.currency} of {quote.basis.price_year}"]
    yield ["Validity", quote.validity]
    for note in quote.notes:
        yield ["Note", note]
    if quote.why is not None:
        yield ["Why", quote.why.sentence]
    record = quote.record
    yield ["Made by", f"Serai {record.version}, data {record.data_version}"]
    for one in quote.sources:
        told = ". ".join(filter(None, (one.title, one.publisher, one.date)))
        yield [f"Source {one.id}", told, one.url]


def write_quote_csv(path: Path, quote: QuoteResult) -> None:
    """
    Write the legs of a sheet as CSV, whole or not at all.

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
    heads, rows = tabulate_legs(quote)
    write_csv(path, [head.name for head in heads], rows)


def write_quote_xlsx(path: Path, quote: QuoteResult) -> None:
    """
    Write a sheet as an Excel workbook, whole or not at all.

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
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties({"title": say_title(quote), "author": f"Serai {quote.record.version}"})
        for name, (heads, rows) in (
            ("Routes", tabulate_routes(quote)),
            ("Legs", tabulate_legs(quote)),
            ("Terms", tabulate_terms(quote)),
            ("Notes", ([Heading("what"), Heading("words"), Heading("address")],
                       list(_list_notes(quote)))),
        ):  # fmt: skip
            _fill(book, name, heads, rows, say_title(quote))
    try:
        write_whole(path, data.getvalue())
    except OSError as error:
        wanted = "a file that can be written"
        raise DataError(state_fault(str(path), str(error), wanted, "try another")) from error


def _fill(
    book: xlsxwriter.Workbook, name: str, heads: Sequence[Heading], rows: Sequence[Row], title: str
) -> None:
    """Fill a sheet: a frozen heading, widths by content, numbers as numbers, ready for print."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    kinds = {
        kind: book.add_format({"num_format": told, "valign": "top", "text_wrap": not kind})
        for kind, told in FORMATS.items()
    }
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head.name, bold)
        cells = [row[column] for row in rows if column < len(row)]
        letters = max([len(head.name) // 2 + 2, *(len(_shown(cell)) for cell in cells)])
        sheet.set_column(column, column, min(WIDEST, letters + 2))
        for line, row in enumerate(rows, 1):
            cell = row[column] if column < len(row) else None
            if isinstance(cell, str):
                sheet.write_string(line, column, cell, kinds[""])
            elif cell is not None:
                sheet.write_number(line, column, cell, kinds[head.kind])
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{title.replace('&', '&&')}")
    sheet.set_footer("&L&A&RPage &P of &N")
    if rows and name != "Notes":
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)


def _shown(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else f"{cell:,.2f}"
