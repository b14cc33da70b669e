"""The tightrope and the register of events, on a terminal and as a picture."""

from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.vectors import EventEntry, EventsResult, RopeResult, TerritoryRow, VectorsResult
from serai.outputs.columns import Column, print_table
from serai.outputs.drawing import (
    FAINT,
    INK,
    SMALL_PT,
    add_axes,
    measure_legend_in,
    open_sheet,
    pick_ink,
    put_legend,
    write_svg,
)
from serai.outputs.numbers import say_share

__all__ = ["describe_ropes", "draw_ropes", "print_events", "print_vectors"]

POWER_COLOURS: Final[Mapping[str, str]] = {
    "CHN": "#d55e00", "RUS": "#0072b2", "EU": "#e0b400", "USA": "#009e73", "TUR": "#cc79a7",
    "IND": "#8c564b", "IRN": "#56b4e9",
}  # fmt: skip
"""Okabe-Ito, as far as it goes; other powers are grey."""

OTHER_POWER: Final = "#9aa3ad"
NOBODY: Final = "#eceef0"
ROW_IN: Final = 0.46
TIMELINE_IN: Final = 1.5
PARTIES: Final = ("CHN", "RUS", "EUU", "USA", "TUR", "IND", "IRN")
LEAST_WRITTEN: Final = 0.3
LEAST_TOLD: Final = 0.02
LEAST_CHANGE: Final = 0.05
"""[points] of the score."""


def print_vectors(console: Console, result: VectorsResult) -> None:
    """
    Print a country's ropes, its score and the territories that its trade crosses.

    Parameters
    ----------
    console
        Where to print.
    result
        The ropes.
    """
    console.print(Text(f"\n{result.country} between the powers, {result.year}", style="bold"))
    if result.told:
        console.print(Text(result.told))
    if result.score is not None:
        console.print(
            Text(
                f"Balance {result.score:.0f} of 100 ({result.score_low:.0f}–"
                f"{result.score_high:.0f} over sources and weights); weakest rope: "
                f"{result.weakest} ({100 * (result.weakest_balance or 0):.0f})."
            )
        )
        lean = ", ".join(f"{p} {say_share(v)}" for p, v in list(result.lean.items())[:6])
        n, rest = sum(r.has_data for r in result.ropes), 1.0 - sum(result.lean.values())
        console.print(
            Text(
                f"Lean over {n} of {len(result.ropes)} ropes, those with data: {lean}; "
                f"{say_share(rest)} with others or nobody named."
            )
        )
    columns = [
        Column("Rope", "words"), Column("of"), Column("balance"), Column("partners"),
        Column("held by", "names"), Column("rest"),
    ]  # fmt: skip
    print_table(
        console, "Ropes: balance (P10–P90), 0 one holder, 100 even; rest not allocated", columns,
        [_list_rope(rope) for rope in result.ropes],
    )  # fmt: skip
    columns = [
        Column("Goods", "words"), Column("territory", "words"), Column("crosses"),
        Column("last"), Column("loss"), Column("another\nway"),
    ]  # fmt: skip
    if result.territories_before:
        columns += [Column("crosses\nbefore"), Column("last\nbefore")]
    before = {(r.goods, r.territory): r for r in result.territories_before}
    now = {(r.goods, r.territory): r for r in result.territories}
    rows = [
        _list_territory(key, now.get(key), before.get(key), has_before=bool(before))
        for key in dict.fromkeys([*now, *before])
        if any(
            r is not None and (r.loss is not None or r.crossing_share >= LEAST_TOLD)
            for r in (now.get(key), before.get(key))
        )
    ]
    print_table(
        console, "Foreign territory that trade crosses, by value, and what its closing costs",
        columns, rows, max_rows=len(rows) or 1,
    )  # fmt: skip
    if result.shift:
        parts = sorted(result.shift.items(), key=lambda i: -abs(i[1]))[:4]
        told = ", ".join(f"{name} {100 * part:+.1f}" for name, part in parts)
        whole = 100 * sum(result.shift.values())
        console.print(Text(f"\nThe transit rope's balance changes by {whole:+.1f}: {told}."))
    _print_reverse(console, result)
    _print_changes(console, result)
    if result.flags:
        console.print(Text("\nWithout a share: " + "; ".join(result.flags) + ".", style="dim"))


def _print_reverse(console: Console, result: VectorsResult) -> None:
    """Print what the country means to the powers."""
    rows = [
        [r.power, r.goods, say_share(r.crossing_share), _say(r.loss), _say(r.kept),
         "–" if r.asymmetry is None else f"{100 * r.asymmetry:+.0f}"]
        for r in result.reverse
        if r.crossing_share >= LEAST_TOLD or r.asymmetry is not None
    ]  # fmt: skip
    print_table(
        console, f"The arrow turned: trade of the powers that crosses {result.country}, by value, "
        "and what its closing costs them",
        [Column("Power", "words"), Column("goods", "words"), Column("crosses"), Column("loss"),
         Column("another\nway"), Column("asymmetry,\npoints")],
        rows,
    )  # fmt: skip
    if rows:
        console.print(
            Text(f"Asymmetry: loss of {result.country} without the power less the power's without "
                 f"it; above zero {result.country} depends more.", style="dim")
        )  # fmt: skip


def _print_changes(console: Console, result: VectorsResult) -> None:
    """Print what each rope and power adds to the change of the score since an earlier year."""
    rows = []
    for one in result.changes:
        parts = sorted(one.by_power.items(), key=lambda i: -abs(i[1]))[:4]
        told = ", ".join(f"{p} {v:+.1f}" for p, v in parts if abs(v) >= LEAST_CHANGE)
        of = "–".join(str(y) for y in dict.fromkeys(one.years))
        rows.append([one.dimension, of, f"{one.points:+.1f}", told])
    total = sum(one.points for one in result.changes)
    print_table(
        console, f"Since {result.since}: {total:+.1f} points over the ropes with data in both "
        "years", [Column("Rope", "words"), Column("figures of"), Column("points"),
                  Column("by power", "names")], rows,
    )  # fmt: skip


def _list_rope(rope: RopeResult) -> list[str]:
    if not rope.has_data or rope.balance is None:
        return [rope.dimension, "–", "no data", "", "", ""]
    band = ""
    if rope.balance_low is not None and rope.balance_high is not None:
        band = f" ({100 * rope.balance_low:.0f}–{100 * rope.balance_high:.0f})"
    held = ", ".join(f"{s.power} {100 * s.share:.0f}" for s in rope.shares[:4])
    return [
        rope.dimension + ("*" if rope.is_modelled else ""), str(rope.year),
        f"{100 * rope.balance:.0f}{band}", f"{rope.n_effective:.1f}", f"{held} %",
        say_share(rope.rest + rope.others),
    ]  # fmt: skip


def _list_territory(
    key: tuple[str, str], row: TerritoryRow | None, before: TerritoryRow | None, *, has_before: bool
) -> list[str]:
    cells = [*key, *_list_shares(row)]
    if row is None:
        cells += ["–", "–"]
    else:
        cells += [_say(row.loss), _say(row.kept)]
    return [*cells, *_list_shares(before)] if has_before else cells


def _list_shares(row: TerritoryRow | None) -> list[str]:
    """Return what crosses a territory, and what has it last: nothing does where it is not told."""
    return [say_share(getattr(row, name, 0.0)) for name in ("crossing_share", "last_share")]


def _say(share: float | None) -> str:
    return "–" if share is None else say_share(share)


def print_events(console: Console, result: EventsResult) -> None:
    """
    Print dated events with what stands for them in the model.

    Parameters
    ----------
    console
        Where to print.
    result
        The events.
    """
    columns = [
        Column("date"), Column("id", "words"), Column("status", "words"), Column("What", "names"),
        Column("in the model", "words", 24),
    ]  # fmt: skip
    rows = [
        [e.date, e.id, e.status, e.title, ", ".join(e.model_ids) or "no effect"]
        for e in result.events
    ]
    if not rows:
        console.print(Text("\nNo such event."))
        return
    print_table(
        console, f"{len(rows)} of {result.n_all} events", columns, rows, max_rows=len(rows)
    )  # fmt: skip
    if len(rows) == 1:
        one = result.events[0]
        console.print(Text(f"\n{one.reason} Source: {one.source}.", style="dim"))


def draw_ropes(
    years: Sequence[VectorsResult], events: Sequence[EventEntry], *, width_in: float
) -> str:
    """
    Draw every rope over the years by who holds it, and the events of the same years below.

    Parameters
    ----------
    years
        The ropes by year.
    events
        Dated events; those tied to the model are filled.
    width_in
        [in]. Width of the sheet.

    Returns
    -------
    svg
        One element.
    """
    names = [rope.dimension for rope in years[0].ropes]
    keys: list[Line2D | Patch] = [
        *(Patch(color=colour, label=power) for power, colour in POWER_COLOURS.items()),
        Patch(color=OTHER_POWER, label="others"), Patch(color=NOBODY, label="not allocated"),
        Line2D([], [], color=FAINT, marker="o", ls="", ms=4, label="event in the model"),
        Line2D([], [], color=FAINT, marker="o", ls="", ms=4, mfc="white", label="other event"),
    ]  # fmt: skip
    legend_in = measure_legend_in(keys, width_in)
    plot_in = ROW_IN * len(names)
    height_in = legend_in + plot_in + 0.3 + TIMELINE_IN + 0.4
    country = years[0].country
    key = f"ropes-{country.lower()}"
    with open_sheet(key, width_in, height_in) as figure:
        left_in = 1.25
        axes = add_axes(
            figure, left_in=left_in, right_in=0.1, top_in=legend_in,
            bottom_in=height_in - legend_in - plot_in,
        )  # fmt: skip
        first, last = years[0].year, years[-1].year
        axes.set_xlim(first - 0.5, last + 0.5)
        axes.set_ylim(len(names), 0)
        for at, name in enumerate(names):
            axes.text(
                first - 0.56, at + 0.5, name, ha="right", va="center", fontsize=SMALL_PT, color=INK
            )
            for result in years:
                rope = next(r for r in result.ropes if r.dimension == name)
                _draw_rope(axes, result.year, at, rope)
        axes.set_axis_off()
        below = add_axes(
            figure, left_in=left_in, right_in=0.1, top_in=legend_in + plot_in + 0.2,
            bottom_in=0.35,
        )  # fmt: skip
        _draw_events(below, events, first, last)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_ropes(years))


def _draw_rope(axes: Axes, year: int, at: int, rope: RopeResult) -> None:
    left, width = year - 0.46, 0.92
    if not rope.has_data:
        axes.text(
            year, at + 0.5, "no data", ha="center", va="center", fontsize=SMALL_PT - 1, color=FAINT
        )
        return
    start, stale = left, rope.year != year
    axes.barh(at + 0.5, width, left=left, height=0.72, color=NOBODY, lw=0)
    held = {s.power: s.share for s in rope.shares}
    order = [p for p in POWER_COLOURS if p in held]
    others = sum(v for p, v in held.items() if p not in POWER_COLOURS)
    others += rope.others
    for share, colour in [*((held[p], POWER_COLOURS[p]) for p in order), (others, OTHER_POWER)]:
        axes.barh(
            at + 0.5, share * width, left=start, height=0.72, color=colour, lw=0,
            alpha=0.45 if stale else 1.0,
        )  # fmt: skip
        if share >= LEAST_WRITTEN:
            axes.text(
                start + share * width / 2, at + 0.5, f"{100 * share:.0f}", ha="center",
                va="center", fontsize=SMALL_PT - 1, color=INK if stale else pick_ink(colour),
            )  # fmt: skip
        start += share * width


def _draw_events(axes: Axes, events: Sequence[EventEntry], first: int, last: int) -> None:
    for row, party in enumerate(PARTIES):
        colour = POWER_COLOURS["EU" if party == "EUU" else party]
        months: dict[float, list[EventEntry]] = {}
        for event in events:
            if party in event.parties and first <= int(event.date[:4]) <= last:
                months.setdefault(_month_of(event.date), []).append(event)
        for at, some in months.items():
            lift = min(0.14, 0.75 / len(some))
            for up, event in enumerate(sorted(some, key=lambda e: not e.model_ids)):
                axes.plot(
                    at, row - lift * up + 0.2, marker="o", ms=3.2, ls="", mec=colour, mew=0.9,
                    mfc=colour if event.model_ids else "white",
                )  # fmt: skip
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.set_ylim(len(PARTIES) - 0.4, -0.8)
    axes.set_yticks(range(len(PARTIES)), ["EU" if p == "EUU" else p for p in PARTIES])
    axes.set_xticks(range(first, last + 1))
    axes.grid(axis="x", alpha=0.5)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _month_of(date: str) -> float:
    """Return the middle of a date's month as a year, or that of the year."""
    month = date[5:7]
    return int(date[:4]) - 0.5 + ((int(month) - 0.5) / 12 if month.isdigit() else 0.5)


def describe_ropes(years: Sequence[VectorsResult]) -> str:
    """
    Say what the picture shows.

    Parameters
    ----------
    years
        The ropes by year.

    Returns
    -------
    words
        For those who cannot see it.
    """
    told = [
        f"{r.year}: {r.score:.0f} of 100, weakest {r.weakest}" for r in years if r.score is not None
    ]
    return (
        f"Who holds each rope of {years[0].country} by year, paler where figures are of an earlier "
        f"year, with the events of each power below. Balance {'; '.join(told)}."
    )
