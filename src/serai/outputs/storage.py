"""Stores on the way on a terminal and as a chart."""

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.results import Band
from serai.domain.storage import StorageClass, StorageHub, StorageResult
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    CLEAR,
    FAINT,
    INK,
    SMALL_PT,
    add_axes,
    measure_legend_in,
    open_sheet,
    put_legend,
    write_svg,
)
from serai.outputs.numbers import NOTHING, say_days, say_plain, say_share, say_usd
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = ["describe_storage", "draw_storage", "print_storage"]

N_MARKETS: Final = 12
STEP_IN: Final = 0.27
LEFT_IN: Final = 2.25
NAME_LETTERS: Final = 33
THOUSAND: Final = 1e3
SHADE: Final = "#e4e7ea"
LEAST_FEE: Final = 1.0
"""[USD/TEU/day] Left end of the chart's axis: less is drawn there."""


def print_storage(console: Console, result: StorageResult) -> None:
    """
    Print the plan, the candidates, the classes and the largest markets.

    Parameters
    ----------
    console
        Where to print.
    result
        The study.
    """
    console.print()
    console.print(Text(_say_plan(result), style="bold"))
    _print_plan(console, result)
    _print_candidates(console, result)
    _print_classes(console, result)
    _print_markets(console, result)
    console.print(Text(f"\n{_say_method(result)}", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _say_plan(result: StorageResult) -> str:
    """Say what the best plan is and what it is worth, or that nothing pays."""
    chosen = [hub for hub in result.hubs if hub.is_chosen]
    than = "over straight shipment" + (" and stores abroad" if result.rivals else "")
    if not chosen:
        return f"At the tables' values no store on the way pays {than}."
    told = ", ".join(f"{hub.name} {say_plain(hub.room_m2)} m2" for hub in chosen)
    return f"Best plan: {told}. Gain {than}: {_say_musd(result.gain_musd_yr)} million USD a year."


def _say_musd(band: Band) -> str:
    if band.low == band.high:
        return say_plain(band.value, digits=2)
    return f"{say_plain(band.value, digits=2)} ({_say_range(band)})"


def _say_range(band: Band) -> str:
    ends = [say_plain(end, digits=2) for end in (band.low, band.high)]
    joint = " to " if band.low < 0 else "–"
    return joint.join(ends) if ends[0] != ends[1] else ends[0]


def _print_plan(console: Console, result: StorageResult) -> None:
    rows = [
        [
            hub.name, say_plain(hub.stock_teu), say_plain(hub.teu), say_plain(hub.t / THOUSAND),
            say_days(hub.days_in_store), say_days(hub.days_saved), say_usd(hub.fee_usd_teu_day),
            say_usd(hub.break_even_fee_usd_teu_day), say_plain(hub.gain_musd_yr.central, digits=2),
        ]
        for hub in result.hubs
        if hub.is_chosen
    ]  # fmt: skip
    columns = [
        Column("Hub", "names"), Column("TEU in\nstock"), Column("TEU\na year"),
        Column("kt\na year"), Column("days in\nstore"), Column("days\nsaved"),
        Column("fee"), Column("break-\neven"), Column("M USD\na year"),
    ]  # fmt: skip
    title = "Hubs of the best plan, at the tables' values; fees in USD per TEU and day"
    print_table(console, title, columns,
                rows)  # fmt: skip


def _print_candidates(console: Console, result: StorageResult) -> None:
    has_bands = result.n_draws > 0
    band = [Column("P10–P90")] if has_bands else []
    rivals = bool(result.rivals)
    rows = []
    for hub in result.hubs:
        cells = [hub.name]
        for one in (hub.alone_musd_yr, *([hub.unrivalled_musd_yr] if rivals else [])):
            cells.append(say_plain(one.value, digits=2))
            if has_bands:
                cells.append(_say_range(one))
        rows.append([*cells, say_share(hub.chosen_share)])
    columns = [
        Column("Candidate", "names"), Column("gain,\nM USD/yr"), *band,
        *([Column("no stores\nabroad"), *band] if rivals else []), Column("in best\nplan of"),
    ]  # fmt: skip
    print_table(console, "Each candidate if it were the only one", columns, rows)


def _print_classes(console: Console, result: StorageResult) -> None:
    has_bands = result.n_draws > 0
    band = [Column("P10–P90")] if has_bands else []
    rivals = bool(result.rivals)
    rows = []
    for one in result.classes:
        cells = [one.class_id, f"{say_plain(one.flow / THOUSAND)} k{one.unit}",
                 say_usd(one.over_direct_usd_unit.value)]  # fmt: skip
        if has_bands:
            cells.append(_say_usd_range(one.over_direct_usd_unit))
        if rivals:
            cells += [say_usd(one.over_rivals_usd_unit.value), say_share(one.pays_over_rivals)]
        rows.append(
            [*cells, say_usd(one.break_even_fee_usd_teu_day), say_days(one.break_even_days)]
        )
    columns = [
        Column("Class", "words"), Column("transit\na year"), Column("gain on\nstraight"), *band,
        *([Column("on stores\nabroad"), Column("pays\nfor")] if rivals else []),
        Column("even\nfee"), Column("even\ndays"),
    ]  # fmt: skip
    print_table(console, "Goods in transit, each pair of zones at its best candidate: USD per unit",
                columns, rows)  # fmt: skip


def _say_usd_range(band: Band) -> str:
    joint = " to " if band.low < 0 else "–"
    return joint.join(say_usd(end) for end in (band.low, band.high))


def _print_markets(console: Console, result: StorageResult) -> None:
    rivals = bool(result.rivals)
    rows = [
        [
            one.class_id, f"{one.origin}–{one.dest}", one.hub,
            f"{say_plain(one.flow / THOUSAND)} k{one.unit}", say_usd(one.over_direct_usd_unit),
            *([say_usd(one.over_rivals_usd_unit)] if rivals else []),
            say_days(one.days_saved), say_usd(one.break_even_fee_usd_teu_day),
        ]
        for one in result.markets[:N_MARKETS]
    ]  # fmt: skip
    columns = [
        Column("Class", "words"), Column("market", "words"), Column("best\ncandidate", "names"),
        Column("transit\na year"), Column("gain on\nstraight"),
        *([Column("on stores\nabroad")] if rivals else []), Column("days\nsaved"),
        Column("even\nfee"),
    ]  # fmt: skip
    print_table(console, "Markets with the largest gain", columns, rows)


def _say_method(result: StorageResult) -> str:
    never = [one.class_id for one in result.classes if one.over_direct_usd_unit.central <= 0]
    nothing = f" On the mean of all markets a stock loses for {', '.join(never)}." if never else ""
    abroad = (
        f" Stores abroad: {', '.join(result.rivals)}; their opening is paid already."
        if result.rivals else " Stores abroad are left out."
    )  # fmt: skip
    return (
        "Gain: total logistics cost of shipping straight (or by the best store abroad) less that "
        "by the hub. Days saved: from a buyer's order to delivery. Fee: room, running and opening; "
        "break-even: the fee, and the days in store, at which nothing is gained over straight "
        f"shipment, in the plan over stores abroad too.{nothing}{abroad}"
    )


def draw_storage(result: StorageResult, *, width_in: float) -> str:
    """
    Draw what each candidate is worth alone, and the fee up to which each class gains.

    Parameters
    ----------
    result
        The study.
    width_in
        [in]. Width of the sheet.

    Returns
    -------
    svg
        One element.
    """
    keys: list[Line2D | Patch] = [
        Patch(color=VOLUNTARY, label="over straight shipment"),
        *([Patch(color=FORCED, label="over stores abroad too")] if result.rivals else []),
    ]
    if result.n_draws:
        keys.append(Line2D([], [], color=FAINT, lw=1.0, label="P10 to P90"))
    top_in = measure_legend_in(keys, width_in) + 0.3
    hubs_in, classes_in = (STEP_IN * max(1, len(one)) for one in (result.hubs, result.classes))
    height_in = top_in + hubs_in + 1.0 + classes_in + 0.5
    half_in = (width_in - LEFT_IN) / 2.0
    with open_sheet("storage-wide", width_in, height_in) as figure:
        bottom_in = height_in - top_in - hubs_in
        panels = [("unrivalled_musd_yr", VOLUNTARY, LEFT_IN, half_in + 0.15)]
        if result.rivals:
            panels.append(("alone_musd_yr", FORCED, LEFT_IN + half_in + 0.15, 0.15))
        for name, colour, left_in, right_in in panels:
            axes = add_axes(figure, left_in=left_in, right_in=right_in, top_in=top_in,
                            bottom_in=bottom_in)  # fmt: skip
            bands = [getattr(hub, name) for hub in result.hubs]
            _draw_bars(axes, bands, colour)
            labels = [hub.name for hub in result.hubs] if name == "unrivalled_musd_yr" else []
            _dress(axes, len(bands), labels)
            axes.set_xlabel("million USD a year")
            title = "each hub alone: over straight shipment" if labels else "over stores abroad too"
            axes.set_title(title, loc="left", fontsize=SMALL_PT, color=INK)
        fees = add_axes(figure, left_in=LEFT_IN, right_in=0.15, bottom_in=0.5,
                        top_in=height_in - classes_in - 0.5)  # fmt: skip
        _draw_fees(fees, result.classes, result.hubs)
        put_legend(figure, keys)
        return write_svg(figure, "storage-wide", describe_storage(result))


def _draw_bars(axes: Axes, bands: Sequence[Band], colour: str) -> None:
    """Draw a bar per hub with its span, and say its length at the end of either."""
    at = np.arange(len(bands)) + 0.5
    value, low, high = (
        np.array([getattr(band, end) for band in bands]) for end in ("value", "low", "high")
    )
    axes.barh(at, value, height=0.5, color=colour)
    axes.hlines(at, low, high, color=FAINT, lw=1.0)
    end = np.maximum(value, high)
    for y, x, said in zip(at, end, value, strict=True):
        axes.annotate(
            say_plain(float(said), digits=2), (x, y), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=SMALL_PT, color=INK, bbox=CLEAR,
        )  # fmt: skip
    axes.set_xlim(min(0.0, 1.1 * float(low.min(initial=0.0))),
                  1.25 * max(float(end.max(initial=0.0)), 1e-3))  # fmt: skip


def _dress(axes: Axes, n: int, labels: Sequence[str]) -> None:
    """Put names beside the rows, the first on top."""
    axes.set_ylim(max(n, 1), 0.0)
    axes.set_yticks(np.arange(n) + 0.5, labels or [""] * n)
    axes.tick_params(axis="y", length=0)
    for text in axes.get_yticklabels():
        text.set_color(INK)
    axes.spines["left"].set_visible(False)
    axes.axvline(0.0, color=FAINT, lw=0.8)
    axes.grid(axis="x")


def _draw_fees(axes: Axes, classes: Sequence[StorageClass], hubs: Sequence[StorageHub]) -> None:
    """Draw the fee at which each class gains nothing against what the plan's hubs cost."""
    fees = [hub.fee_usd_teu_day for hub in hubs if hub.fee_usd_teu_day is not None]
    axes.set_xscale("log")
    highest = max([10.0, *(one.break_even_fee_usd_teu_day or 0.0 for one in classes), *fees])
    axes.set_xlim(LEAST_FEE, 3.0 * highest)
    if fees:
        axes.axvspan(min(fees) * 0.97, max(fees) * 1.03, color=SHADE, lw=0)
    for y, one in enumerate(classes):
        fee = one.break_even_fee_usd_teu_day
        if fee is None:
            said, x = "does not pay at any fee", LEAST_FEE
        else:
            said, x = say_usd(fee), max(fee, LEAST_FEE)
            axes.plot(x, y + 0.5, "o", ms=6, color=VOLUNTARY)
        axes.annotate(said, (x, y + 0.5), xytext=(7, 0), textcoords="offset points", va="center",
                      fontsize=SMALL_PT, color=INK if fee is not None else FAINT)  # fmt: skip
    _dress(axes, len(classes), [_short(one.name) for one in classes])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("USD per TEU and day")
    shaded = " (shaded: cost in the plan's hubs)" if fees else ""
    axes.set_title(f"fee up to which a stock beats straight shipment{shaded}", loc="left",
                   fontsize=SMALL_PT, color=INK)  # fmt: skip


def _short(name: str) -> str:
    """Return a class's name without its examples."""
    return textwrap.shorten(name.partition(" (")[0], NAME_LETTERS, placeholder=" …")


def describe_storage(result: StorageResult) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The study.
    """
    hubs = "; ".join(
        f"{hub.name} alone {say_plain(hub.unrivalled_musd_yr.value, digits=2)} million USD a year "
        f"over straight shipment, {say_plain(hub.alone_musd_yr.value, digits=2)} over stores abroad"
        for hub in result.hubs
    )
    fees = "; ".join(
        f"{one.class_id} {say_usd(one.break_even_fee_usd_teu_day)}" for one in result.classes
    )
    none = f" ({NOTHING}: at no fee)"
    return f"{_say_plan(result)} {hubs}. Break-even fee, USD per TEU and day{none}: {fees}."
