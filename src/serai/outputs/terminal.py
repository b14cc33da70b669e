"""Answers as tables of a terminal: aligned, units in the headings, no wider than 80 columns."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from serai.domain.results import (
    AnswerResult,
    Band,
    Bottleneck,
    CaseResult,
    Certificate,
    Change,
    CompareResult,
    QuoteResult,
    QuoteRoute,
    Record,
    RunResult,
)
from serai.outputs.numbers import (
    NOTHING,
    say_amount,
    say_band,
    say_days,
    say_plain,
    say_share,
    say_usd,
)
from serai.outputs.words import DESTINATIONS, list_cases, name_case, pick_case, split_route

__all__ = ["print_answer", "print_compare", "print_quote", "print_run"]

MAX_ROWS: Final = 10
"""Rows of a long table that are shown; the others are counted."""
MAX_LIMITS: Final = 4
"""Limits shown per case of an answer."""
MAX_MOVERS: Final = 5
INDENT: Final = 2
GAP: Final = 2
LEAST_NAME: Final = 12
MOST_TERRITORIES: Final = 11
LAST_LIMIT_USD: Final = 0.5
"""[USD per TEU or t]. Scarcity prices below half a dollar are not told in a change."""


class _Column(NamedTuple):
    """
    A heading of one or two lines.

    Figures and words keep their width; the one column of names takes what is left of the line and
    cuts what is longer.
    """

    head: str
    kind: Literal["names", "words", "figures"] = "figures"
    most: int | None = None
    """Letters beyond which words are cut."""


# ---------------------------------------------------------------- answers


def print_answer(console: Console, answer: AnswerResult) -> None:
    """
    Print an answer: the sentences, the shares, where flow goes, what binds, what it takes.

    Parameters
    ----------
    console
        Where to print; its width is kept.
    answer
        The answer.
    """
    console.print()
    for ix, sentence in enumerate(answer.headline):
        console.print(Text(sentence, style="bold" if ix == 0 else ""))
    flow = answer.divertible
    console.print(
        Text(
            f"\nDivertible flow {answer.base_year}: {say_amount(flow.teu)} TEU and "
            f"{say_amount(flow.t)} t a year.",
            style="dim",
        )
    )
    _print_shares(console, answer)
    _print_destinations(console, answer)
    _print_answer_limits(console, answer)
    _print_effort(console, answer)
    _print_costs(console, answer)
    _print_outlook(console, answer)
    _print_movers(console, answer)
    _print_certificate(console, answer.certificate)
    _print_record(console, answer.record)


def _print_shares(console: Console, answer: AnswerResult) -> None:
    rows = []
    for name in list_cases(answer):
        cells = [name_case(name)]
        for state in ("closed", "open"):
            case = pick_case(answer, name, state)
            cells += _say_share(case.share if case else None)
        closed = pick_case(answer, name, "closed")
        cells += _say_share(closed.share_t if closed else None)
        rows.append(cells)
    kind = "median, P10–P90" if answer.draws.n else "central run, no draws"
    _print_table(
        console,
        f"Share of the divertible flow that the Middle Corridor takes ({kind})",
        [
            _Column("Case", "words"),
            _Column("forced\nTEU"),
            _Column("\nband"),
            _Column("voluntary\nTEU"),
            _Column("\nband"),
            _Column("forced\nt"),
            _Column("\nband"),
        ],
        rows,
    )


def _say_share(band: Band | None) -> list[str]:
    if band is None:
        return [NOTHING, ""]
    drawn = band.low != band.high
    return [say_share(band.value), say_band(band.low, band.high) if drawn else ""]


def _print_destinations(console: Console, answer: AnswerResult) -> None:
    heads = ("Middle", "South", "East", "Sea", "Other", "Unserved", "North")
    rows = [
        [
            name_case(case.case, case.title),
            *(f"{100.0 * split_route(case)[name]:.1f}".replace("-", "−") for name in DESTINATIONS),
        ]
        for case in answer.cases
        if case.russia == "closed"
    ]
    _print_table(
        console,
        "Where it goes when Russia closes (% of divertible TEU, central run)",
        [_Column("Case", "words"), *(_Column(head) for head in heads)],
        rows,
    )


def _print_answer_limits(console: Console, answer: AnswerResult) -> None:
    closed = [case for case in answer.cases if case.russia == "closed"]
    limits = [limit for case in closed for limit in case.binding]
    columns = _limit_columns(limits)
    rows = []
    for case in closed:
        rows.append([name_case(case.case, case.title)])
        rows += [
            [f"  {cells[0]}", *cells[1:]] for cells in map(_list_limit, case.binding[:MAX_LIMITS])
        ]
        hidden = len(case.binding) - MAX_LIMITS
        if hidden > 0:
            rows.append([f"  and {hidden} more"])
        if not case.binding:
            rows.append(["  nothing binds"])
    _print_table(console, "What binds when Russia is closed, dearest first", columns, rows)


def _limit_columns(limits: Sequence[Bottleneck]) -> list[_Column]:
    """Return the headings of a table of limits; waits only where the model has queues."""
    waits = [_Column("wait h")] if any(limit.wait_h is not None for limit in limits) else []
    return [
        _Column("Limit", "names"),
        _Column("USD/TEU"),
        _Column("USD/t"),
        _Column("load %"),
        *waits,
    ]


def _list_limit(limit: Bottleneck) -> list[str]:
    return [
        limit.name,
        say_usd(limit.price_usd_teu or None),
        say_usd(limit.price_usd_t or None),
        f"{100.0 * limit.load:.0f}",
        say_plain(limit.wait_h),
    ]


def _print_effort(console: Console, answer: AnswerResult) -> None:
    rows = []
    for name in list_cases(answer):
        case = pick_case(answer, name, "closed") or pick_case(answer, name, "open")
        if case is None or not case.capex_musd:
            continue
        band = case.capex_band
        drawn = band.low != band.high
        rows.append(
            [
                name_case(name),
                say_usd(case.capex_musd),
                f"{say_usd(band.low)}–{say_usd(band.high)}" if drawn else NOTHING,
                say_usd(case.capex_middle_musd),
                say_usd(case.usd_per_teu),
                say_usd(case.usd_per_t),
            ]
        )
    _print_table(
        console,
        "What it takes (capital beyond today; per extra TEU and t a year, Russia closed)",
        [
            _Column("Case", "words"),
            _Column("all\nM USD"),
            _Column("\nrange"),
            _Column("Middle\nM USD"),
            _Column("Middle\nUSD/TEU"),
            _Column("\nUSD/t"),
        ],
        rows,
    )


def _print_costs(console: Console, answer: AnswerResult) -> None:
    rows = [_list_costs(case) for case in answer.cases]
    _print_table(
        console,
        "Door to door, boxes China–Europe (free-flow days; prices with scarcity)",
        [
            _Column("Case", "words"),
            _Column("\nRussia", "words"),
            _Column("Middle\ndays"),
            _Column("\nUSD/FEU"),
            _Column("North\ndays"),
            _Column("\nUSD/FEU"),
            _Column("Sea\ndays"),
            _Column("\nUSD/FEU"),
        ],
        rows,
    )


def _list_costs(case: CaseResult) -> list[str]:
    return [
        name_case(case.case, case.title),
        case.russia,
        say_days(case.days),
        say_usd(case.usd_feu),
        say_days(case.north_days),
        say_usd(case.north_usd_feu),
        say_days(case.sea_days),
        say_usd(case.sea_usd_feu),
    ]


def _print_outlook(console: Console, answer: AnswerResult) -> None:
    rows = [
        [
            name_case(row.case),
            str(row.year),
            row.demand,
            say_amount(row.divertible.teu),
            say_share(row.forced_share),
            say_share(row.voluntary_share),
        ]
        for row in answer.outlook
    ]
    rows += [
        [
            name_case(case),
            str(other.year),
            "base year",
            say_amount(other.divertible.teu),
            say_share(other.cases.get(f"{case}/closed")),
            say_share(other.cases.get(f"{case}/open")),
        ]
        for other in answer.other_years
        for case in list_cases(answer)
    ]
    _print_table(
        console,
        "Other years (share of that year's divertible TEU, central run)",
        [
            _Column("Case", "words"),
            _Column("Year"),
            _Column("demand", "words"),
            _Column("divertible\nTEU a year"),
            _Column("\nforced"),
            _Column("\nvoluntary"),
        ],
        rows,
    )


def _print_movers(console: Console, answer: AnswerResult) -> None:
    if not answer.draws.n:
        console.print(Text("\nNo draws were made, hence no bands; --draws 64 makes them."))
        return
    rows = [
        [mover.name, say_share(mover.low_share), say_share(mover.high_share)]
        for mover in answer.movers[:MAX_MOVERS]
    ]
    _print_table(
        console,
        "What would change the answer (forced share, full programme, one input at a time)",
        [_Column("Input", "names"), _Column("at its\nP10"), _Column("at its\nP90")],
        rows,
    )
    console.print(
        Text(
            f"\nBands: {answer.draws.n} draws of {say_plain(answer.draws.inputs_varied, digits=6)} "
            "ranged values.",
            style="dim",
        )
    )


# ---------------------------------------------------------------- runs


def print_run(console: Console, run: RunResult) -> None:
    """
    Print one scenario: flows by corridor and class, what binds, territories, certificate.

    Parameters
    ----------
    console
        Where to print; its width is kept.
    run
        What the run returned.
    """
    console.print()
    console.print(Text(f"{run.scenario}: {run.title}" if run.title else run.scenario, style="bold"))
    served = run.served.t / run.demand.t if run.demand.t else 0.0
    console.print(
        Text(
            f"Year {run.year}. Demand {say_amount(run.demand.teu)} TEU and "
            f"{say_amount(run.demand.t)} t; {say_share(served)} of the tonnes served."
        )
    )
    _print_table(
        console,
        "Flow by corridor",
        [_Column("Corridor", "words"), _Column("TEU a year"), _Column("t a year")],
        [[row.corridor, say_amount(row.teu), say_amount(row.t)] for row in run.corridors],
    )
    _print_classes(console, run)
    _print_table(
        console,
        "What binds, dearest first",
        _limit_columns(run.bottlenecks),
        [_list_limit(limit) for limit in run.bottlenecks] or [["nothing binds"]],
    )
    countries = sorted(run.countries.items(), key=lambda item: -item[1].t)
    _print_table(
        console,
        "Freight by territory used",
        [_Column("Country", "words"), _Column("TEU a year"), _Column("t a year")],
        [[code, say_amount(flow.teu), say_amount(flow.t)] for code, flow in countries],
    )
    if run.unconnected:
        _print_long(console, f"{len(run.unconnected)} without any route: ", run.unconnected)
    _print_certificate(console, run.certificate)
    _print_record(console, run.record)


def _print_classes(console: Console, run: RunResult) -> None:
    names = [row.corridor for row in run.corridors]
    shown = [name for name in names if any(row.by_corridor.get(name) for row in run.classes)]
    rows = []
    for row in run.classes:
        total = sum(row.by_corridor.values())
        shares = [row.by_corridor.get(name, 0.0) / total if total else 0.0 for name in shown]
        rows.append(
            [
                row.class_id,
                f"{say_amount(total)} {row.unit}",
                *(f"{100.0 * share:.0f}" if share else "" for share in shares),
            ]
        )
    _print_table(
        console,
        "By class (% of the class by corridor)",
        [
            _Column("Class", "words"),
            _Column("a year"),
            *(_Column(SHORT_CORRIDORS.get(name, name)) for name in shown),
        ],
        rows,
        max_rows=len(rows),
    )


SHORT_CORRIDORS: Final = {"pipeline": "pipe", "unserved": "none", "middle": "mid"}


# ---------------------------------------------------------------- comparisons


def print_compare(console: Console, compared: CompareResult) -> None:
    """
    Print what changed between two scenarios.

    Parameters
    ----------
    console
        Where to print; its width is kept.
    compared
        One scenario against another.
    """
    console.print()
    console.print(Text(f"{compared.after} against {compared.before}", style="bold"))
    _print_changes(console, "By corridor", compared.corridors, max_rows=len(compared.corridors))
    _print_changes(console, "By territory used", compared.countries)
    _print_changes(console, "By class and corridor", compared.classes)
    _print_changes(console, "Scarcity prices", compared.bottlenecks, least=LAST_LIMIT_USD)
    _print_certificate(console, compared.certificate)
    for record in compared.records:
        _print_record(console, record)


def _print_changes(
    console: Console,
    title: str,
    changes: Sequence[Change],
    *,
    least: float = 0.0,
    max_rows: int = MAX_ROWS,
) -> None:
    """Print the largest changes, largest first where there are more than fit."""
    moved = [change for change in changes if abs(change.change) > least]
    if len(moved) > max_rows:
        moved.sort(key=lambda change: -abs(change.change))
    rows = [
        [
            change.name,
            change.unit,
            _say_figure(change.before),
            _say_figure(change.after),
            ("+" if change.change > 0.0 else "") + _say_figure(change.change),
        ]
        for change in moved
    ]
    _print_table(
        console,
        title,
        [
            _Column("", "names"),
            _Column("unit", "words"),
            _Column("before"),
            _Column("after"),
            _Column("change"),
        ],
        rows or [["nothing changed"]],
        max_rows=max_rows,
    )


def _say_figure(amount: float) -> str:
    """Say an amount or a price; below a thousandth it is nothing."""
    least = 1e-3
    return "0" if abs(amount) < least else say_amount(amount)


# ---------------------------------------------------------------- quotes


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
    console.print()
    title = f"{quote.origin} to {quote.dest}, class {quote.class_id}, prices of {quote.year}"
    if quote.avoid:
        title += f", avoiding {', '.join(quote.avoid)}"
    console.print(Text(title, style="bold"))
    _print_table(
        console,
        "Routes, best first by generalized cost",
        [
            _Column("#"),
            _Column("corridor", "words"),
            _Column("days\n(range)"),
            _Column("\nUSD/FEU"),
            _Column("kg CO2e\nper FEU"),
            _Column("\nkm"),
            _Column("bor-\nders"),
            _Column("gauge\nbreaks"),
            _Column("\ngrade", "words"),
        ],
        [_list_route(ix, route) for ix, route in enumerate(quote.routes, start=1)],
    )
    for ix, route in enumerate(quote.routes, start=1):
        _print_legs(console, ix, route)
    _print_record(console, quote.record)


def _list_route(ix: int, route: QuoteRoute) -> list[str]:
    return [
        str(ix),
        route.corridor,
        f"{say_days(route.days)} ({route.days_low:.0f}–{route.days_high:.0f})",
        say_usd(route.usd_feu),
        say_plain(route.kg_co2e),
        say_plain(route.km),
        str(route.borders),
        str(route.gauge_changes),
        route.grade,
    ]


def _print_legs(console: Console, ix: int, route: QuoteRoute) -> None:
    rows = [
        [
            leg.from_ if leg.from_ == leg.to else f"{leg.from_} – {leg.to}",
            leg.mode,
            say_plain(leg.km) if leg.km else "",
            say_days(leg.hours),
            say_usd(leg.usd),
            " ".join(leg.countries),
            leg.grade,
        ]
        for leg in route.legs
    ]
    _print_table(
        console,
        f"{ix}. {route.corridor}: {' '.join(route.countries)}",
        [
            _Column("From – to", "names"),
            _Column("mode", "words"),
            _Column("km"),
            _Column("h"),
            _Column("USD/FEU"),
            _Column("over", "words", MOST_TERRITORIES),
            _Column("grade", "words"),
        ],
        rows,
        max_rows=len(rows),
    )


# ---------------------------------------------------------------- what all share


def _print_table(
    console: Console,
    title: str,
    columns: Iterable[_Column],
    rows: Sequence[Sequence[str]],
    *,
    max_rows: int = MAX_ROWS * 3,
) -> None:
    """Print a table under its title, short rows filled up; nothing where there are no rows."""
    if not rows:
        return
    columns = list(columns)
    rows = [[*row, *[""] * len(columns)][: len(columns)] for row in rows]
    widths = _measure(columns, rows, console.width - INDENT)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.head,
            no_wrap=True,
            overflow="ellipsis",
            vertical="bottom",
            width=width,
            justify="right" if column.kind == "figures" else "left",
        )
    for row in rows[:max_rows]:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(Text(title, style="bold", overflow="fold"))
    console.print(Padding(table, (0, 0, 0, INDENT)))
    if len(rows) > max_rows:
        console.print(Text(f"  and {len(rows) - max_rows} more", style="dim"))


def _measure(columns: Sequence[_Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the width of each column; names get what the others leave of the room."""
    widths = []
    for ix, column in enumerate(columns):
        cells = (*column.head.split("\n"), *(row[ix] for row in rows))
        width = max(cell_len(text) for text in cells)
        widths.append(min(width, column.most or width))
    names = [ix for ix, column in enumerate(columns) if column.kind == "names"]
    spare = room - sum(widths) - GAP * len(widths)
    for ix in names[:1]:
        widths[ix] = max(LEAST_NAME, widths[ix] + min(0, spare))
    return widths


def _print_long(console: Console, start: str, names: Sequence[str]) -> None:
    """Print the first few of many names."""
    shown = ", ".join(names[:MAX_ROWS])
    more = f" and {len(names) - MAX_ROWS} more" if len(names) > MAX_ROWS else ""
    console.print(Text(f"\n{start}{shown}{more}"))


def _print_certificate(console: Console, certificate: Certificate) -> None:
    holds = certificate.holds()
    console.print(
        Text(
            f"\nCertificate {'holds' if holds else 'DOES NOT HOLD: do not quote'}: relative gap "
            f"{certificate.relative_gap:.1e}, complementarity {certificate.complementarity:.1e}, "
            f"conservation {certificate.conservation:.1e}, overload {certificate.overload:.1e}.",
            style="dim" if holds else "bold red",
        )
    )


def _print_record(console: Console, record: Record) -> None:
    console.print(
        Text(
            f"Serai {record.version}, data {record.data_version}, seed {record.seed}, "
            f"{say_plain(record.n_routes, digits=7)} routes, {say_plain(record.seconds)} s.",
            style="dim",
        )
    )
