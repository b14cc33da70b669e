"""Answers as tables of a terminal: aligned, units in the headings, no wider than 80 columns."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from serai.domain.comparison import Change, CompareResult
from serai.domain.results import (
    AnswerResult,
    Band,
    Bottleneck,
    CaseResult,
    RunResult,
)
from serai.outputs.columns import (
    Column,
    print_certificate,
    print_names,
    print_record,
    print_table,
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

__all__ = ["print_answer", "print_compare", "print_run"]

MAX_LIMITS: Final = 4
"""Limits shown per case of an answer."""
MAX_CHANGES: Final = 10
LAST_LIMIT_USD: Final = 0.5
"""[USD per TEU or t]. Scarcity prices below half a dollar are not told in a change."""


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
    _print_draws(console, answer)
    print_certificate(console, answer.certificate)
    print_record(console, answer.record)


def _print_shares(console: Console, answer: AnswerResult) -> None:
    drawn = bool(answer.draws.n)
    rows = []
    for name in list_cases(answer):
        closed, opened = (pick_case(answer, name, state) for state in ("closed", "open"))
        bands = (
            closed.share if closed else None,
            opened.share if opened else None,
            closed.share_t if closed else None,
        )
        said = [cell for band in bands for cell in _say_share(band)]
        rows.append([name_case(name), *(said if drawn else said[::2])])
    heads = [Column("forced\nTEU"), Column("\nband"), Column("voluntary\nTEU"), Column("\nband")]
    heads += [Column("forced\nt"), Column("\nband")]
    print_table(
        console,
        "Share of the divertible flow that the Middle Corridor takes "
        + ("(median, P10–P90)" if drawn else "(central run)"),
        [Column("Case", "words"), *(heads if drawn else heads[::2])],
        rows,
    )


def _say_share(band: Band | None) -> tuple[str, str]:
    """Say a share, and its band if it has one."""
    if band is None:
        return NOTHING, ""
    return say_share(band.value), say_band(band.low, band.high) if band.low != band.high else ""


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
    print_table(
        console,
        "Where it goes when Russia closes (% of divertible TEU, central run)",
        [Column("Case", "words"), *(Column(head) for head in heads)],
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
    print_table(console, "What binds when Russia is closed, dearest first", columns, rows)


def _limit_columns(limits: Sequence[Bottleneck]) -> list[Column]:
    """Return the headings of a table of limits; waits only where the model has queues."""
    waits = [Column("wait h")] if any(limit.wait_h is not None for limit in limits) else []
    return [
        Column("Limit", "names"),
        Column("USD/TEU"),
        Column("USD/t"),
        Column("load %"),
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
    print_table(
        console,
        "What it takes (capital beyond today; per extra TEU and t a year, Russia closed)",
        [
            Column("Case", "words"),
            Column("all\nM USD"),
            Column("\nrange"),
            Column("Middle\nM USD"),
            Column("Middle\nUSD/TEU"),
            Column("\nUSD/t"),
        ],
        rows,
    )


def _print_costs(console: Console, answer: AnswerResult) -> None:
    rows = [_list_costs(case) for case in answer.cases]
    print_table(
        console,
        "Door to door, boxes China–Europe (days with queues; prices with scarcity)",
        [
            Column("Case", "words"),
            Column("\nRussia", "words"),
            Column("Middle\ndays"),
            Column("\nUSD/FEU"),
            Column("North\ndays"),
            Column("\nUSD/FEU"),
            Column("Sea\ndays"),
            Column("\nUSD/FEU"),
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
    print_table(
        console,
        "Other years (share of that year's divertible TEU, central run)",
        [
            Column("Case", "words"),
            Column("Year"),
            Column("demand", "words"),
            Column("divertible\nTEU a year"),
            Column("\nforced"),
            Column("\nvoluntary"),
        ],
        rows,
    )


def _print_draws(console: Console, answer: AnswerResult) -> None:
    if not answer.draws.n:
        console.print(Text("\nNo draws were made, hence no bands; --draws 64 makes them."))
        return
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
    print_table(
        console,
        "Flow by corridor",
        [Column("Corridor", "words"), Column("TEU a year"), Column("t a year")],
        [[row.corridor, say_amount(row.teu), say_amount(row.t)] for row in run.corridors],
    )
    _print_classes(console, run)
    print_table(
        console,
        "What binds, dearest first",
        _limit_columns(run.bottlenecks),
        [_list_limit(limit) for limit in run.bottlenecks] or [["nothing binds"]],
    )
    countries = sorted(run.countries.items(), key=lambda item: -item[1].t)
    print_table(
        console,
        "Freight by territory used",
        [Column("Country", "words"), Column("TEU a year"), Column("t a year")],
        [[code, say_amount(flow.teu), say_amount(flow.t)] for code, flow in countries],
    )
    if run.boxes:
        _print_boxes(console, run)
    if run.unconnected:
        print_names(console, f"{len(run.unconnected)} without any route: ", run.unconnected)
    print_certificate(console, run.certificate)
    print_record(console, run.record)


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
    print_table(
        console,
        "By class (% of the class by corridor)",
        [
            Column("Class", "words"),
            Column("a year"),
            *(Column(SHORT_CORRIDORS.get(name, name)) for name in shown),
        ],
        rows,
        max_rows=len(rows),
    )


def _print_boxes(console: Console, run: RunResult) -> None:
    by_size = sorted(run.boxes, key=lambda row: -(row.laden_out + row.laden_in))
    print_table(
        console,
        "Boxes in balance (TEU a year), and what one is worth more than in China",
        [Column("Region", "words"), Column("Laden out"), Column("in"), Column("Empty out"),
         Column("in"), Column("USD")],
        [[row.region, say_amount(round(row.laden_out)), say_amount(round(row.laden_in)),
          say_amount(round(row.empty_out)), say_amount(round(row.empty_in)), say_plain(row.usd_teu)]
         for row in by_size],
        max_rows=len(by_size),
    )  # fmt: skip


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
    print_certificate(console, compared.certificate)
    for record in compared.records:
        print_record(console, record)


def _print_changes(
    console: Console,
    title: str,
    changes: Sequence[Change],
    *,
    least: float = 0.0,
    max_rows: int = MAX_CHANGES,
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
    print_table(
        console,
        title,
        [
            Column("", "names"),
            Column("unit", "words"),
            Column("before"),
            Column("after"),
            Column("change"),
        ],
        rows or [["nothing changed"]],
        max_rows=max_rows,
    )


def _say_figure(amount: float) -> str:
    """Say an amount or a price; below a thousandth it is nothing."""
    least = 1e-3
    return "0" if abs(amount) < least else say_amount(amount)
