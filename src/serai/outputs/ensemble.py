"""An ensemble of years with disruptions on a terminal and as a chart."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator
from rich.console import Console
from rich.text import Text

from serai.domain.ensemble import CaseRisk, EnsembleResult, OptionValue, Spread
from serai.outputs.columns import Column, print_record, print_table
from serai.outputs.drawing import (
    CLEAR,
    FAINT,
    INK,
    SMALL_PT,
    add_axes,
    is_narrow,
    measure_legend_in,
    open_sheet,
    put_legend,
    write_svg,
)
from serai.outputs.numbers import say_amount, say_days, say_share, say_usd
from serai.outputs.words import COLOURS, CORRIDOR_NAMES, FORCED, VOLUNTARY, name_case

__all__ = ["describe_ensemble", "draw_ensemble", "print_ensemble"]

N_ROWS: Final = 12
N_BARS: Final = 10
N_COUNTRIES: Final = 8
NEAR: Final = ("KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE", "GEO")
"""Countries of the corridor, told however little they bear."""

THOUSAND: Final = 1e3
LEAST_T: Final = 5.0
"""[t/yr] Less is told as nothing."""
PANEL_IN: Final = 2.3
BAR_IN: Final = 0.2
GAP_IN: Final = 0.76
CASE_COLOURS: Final = (FORCED, VOLUNTARY, "#9aa4ae")
LEAST_MUSD: Final = 0.1
GRID: Final = "#c3c8ce"


def print_ensemble(console: Console, result: EnsembleResult) -> None:
    """
    Print what a year's disruptions cost.

    Parameters
    ----------
    console
        Where to print.
    result
        The ensemble.
    """
    rows = [[name_case(one.case), *_say_loss(one.loss_musd)] for one in result.cases]
    columns = [Column("case", "names"), Column("expected"), Column("median"), Column("P95"),
               Column("mean of the\nworst 5 %")]  # fmt: skip
    print_table(console, "Loss of a year against one without disruptions, million USD",
                columns, rows)  # fmt: skip
    _print_options(console, result)
    first = result.cases[0]
    _print_disruptions(console, first)
    _print_countries(console, first)
    _print_classes(console, first)
    _print_resources(console, first)
    console.print(Text(f"\n{_say_method(result)}", style="dim"))
    _print_certificate(console, result)
    print_record(console, result.record)


def _say_loss(loss: Spread) -> list[str]:
    return [say_amount(value) for value in (loss.mean, loss.p50, loss.p95, loss.tail)]


def _print_options(console: Console, result: EnsembleResult) -> None:
    columns = [Column("corridor", "names"), Column("calm year"), Column("expected"),
               Column("P95"), Column("of it by\ndisruptions")]  # fmt: skip
    rows = [
        [CORRIDOR_NAMES[one.corridor], *(say_amount(v) for v in (
            one.value_musd.calm, one.value_musd.mean, one.value_musd.p95, one.insurance_musd))]
        for one in result.options
    ]  # fmt: skip
    title = "What a corridor is worth a year: cost without it less cost with it, million USD"
    print_table(console, title, columns, rows)


def _print_disruptions(console: Console, case: CaseRisk) -> None:
    columns = [Column("disruption", "names"), Column("of years"), Column("days\na year"),
               Column("alone"), Column("its part"), Column("grade", "words")]  # fmt: skip
    rows = [
        [one.title, say_share(one.years), f"{one.days:.1f}", say_amount(one.alone_musd),
         say_amount(one.share_musd), one.grade]
        for one in case.disruptions
    ]  # fmt: skip
    print_table(console, f"What it comes from, {_in_words(case)}: expected million USD a year",
                columns, rows, max_rows=N_ROWS)  # fmt: skip


def _print_countries(console: Console, case: CaseRisk) -> None:
    columns = [
        Column("country", "words"), Column("expected"), Column("P95"), Column("worst 5 %"),
        Column("transit lost,\nkt, expected"), Column("P95"),
    ]  # fmt: skip
    rows = [
        [one.country, *(say_amount(v) for v in (
            one.loss_musd.mean, one.loss_musd.p95, one.loss_musd.tail)),
         *map(_say_kt, (one.transit_lost_t.mean, one.transit_lost_t.p95))]
        for i, one in enumerate(case.countries)
        if i < N_COUNTRIES or one.country in NEAR
    ]  # fmt: skip
    print_table(console, f"Who bears it, {_in_words(case)}: million USD a year", columns, rows)


def _say_kt(tonnes: float) -> str:
    return say_amount(tonnes / THOUSAND if abs(tonnes) >= LEAST_T else 0.0)


def _print_classes(console: Console, case: CaseRisk) -> None:
    columns = [Column("class", "words"), Column("USD/t\ncalm"), Column("expected"), Column("P95"),
               Column("days\ncalm"), Column("P95"), Column("unserved kt\nexpected"),
               Column("P95")]  # fmt: skip
    rows = [
        [one.class_id, *(say_usd(v) for v in (
            one.cost_usd_t.calm, one.cost_usd_t.mean, one.cost_usd_t.p95)),
         say_days(one.days.calm), say_days(one.days.p95),
         *map(_say_kt, (one.unserved_t.mean, one.unserved_t.p95))]
        for one in case.classes
    ]  # fmt: skip
    print_table(console, f"What goods meet, {_in_words(case)}", columns, rows)


def _print_resources(console: Console, case: CaseRisk) -> None:
    columns = [Column("place or link", "names"), Column("hit"), Column("scarcity"),
               Column("full")]  # fmt: skip
    rows = [
        [one.name, say_amount(one.hit_musd), say_amount(one.scarcity_musd),
         say_share(one.full_share)]
        for one in case.resources
    ]  # fmt: skip
    title = (
        f"What is critical, {_in_words(case)}: loss of what hits it and rise of its price, "
        "expected million USD a year; share of the year it is full"
    )
    print_table(console, title, columns, rows, max_rows=N_ROWS)


def _in_words(case: CaseRisk) -> str:
    return name_case(case.case).lower()


def _say_method(result: EnsembleResult) -> str:
    kind = "Sobol points" if result.sampling == "sobol" else "a Latin hypercube"
    composed = (
        f" ({say_share(result.composed_share)} of all days in states put together of these)"
        if result.composed_share > 0
        else ""
    )
    return (
        f"{result.n_draws:,} years by {kind}; {result.n_solved:,} states were solved for every "
        f"case{composed} and weighed by their days; every case meets the same years. Cost: prices, "
        "time, queues and what goes unserved. A state is solved as if it lasted: a short stop "
        "costs less than this where goods can wait, more where shippers cannot turn so fast."
    )


def _print_certificate(console: Console, result: EnsembleResult) -> None:
    told, good = result.certificate, result.holds()
    console.print(
        Text(
            f"\n{'Every state is' if good else 'NOT EVERY STATE IS, do not quote:'} solved to a "
            f"relative gap of {result.max_gap:.0e} and waits of {result.max_residual_h:g} h: worst "
            f"gap {told.relative_gap:.1e}, overload {told.overload:.1e}, waits "
            f"{told.wait_residual:.1e} h.",
            style="dim" if good else "bold red",
        )
    )
    if result.out is not None:
        console.print(Text(f"The draws are in {result.out}", style="dim"))


# ------------------------------------------------------------------ the chart


def draw_ensemble(result: EnsembleResult, *, width_in: float) -> str:
    """
    Draw how often which loss is exceeded, where it comes from, and what corridors are worth.

    Parameters
    ----------
    result
        The ensemble.
    width_in
        [in]. Width of the sheet.

    Returns
    -------
    svg
        One element.
    """
    key = f"ensemble-{'narrow' if is_narrow(width_in) else 'wide'}"
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=colour, lw=1.8, label=name_case(case.case))
        for case, colour in zip(result.cases, CASE_COLOURS, strict=False)
    ]
    parts = [one for one in result.cases[0].disruptions if one.share_musd > LEAST_MUSD][:N_BARS]
    heights = [PANEL_IN]
    heights += [BAR_IN * len(parts) + 0.1] if parts else []
    heights += [BAR_IN * len(result.options) + 0.1] if result.options else []
    top_in = measure_legend_in(keys, width_in)
    height_in = top_in + 0.2 + sum(heights) + GAP_IN * len(heights)
    with open_sheet(key, width_in, height_in) as figure:
        above = top_in + 0.2
        axes: list[Axes] = []
        for panel_in in heights:
            left_in = 0.62 if not axes else min(3.1, 0.42 * width_in)
            one = add_axes(
                figure, left_in=left_in, right_in=0.55 if axes else 0.2, top_in=above,
                bottom_in=height_in - above - panel_in,
            )  # fmt: skip
            axes.append(one)
            above += panel_in + GAP_IN
        _draw_curves(axes[0], result.cases)
        if parts:
            title = "where the expected loss comes from, million USD a year (scale of factors)"
            _draw_bars(axes[1], title, [one.title for one in parts],
                       [one.share_musd for one in parts], [FAINT] * len(parts))  # fmt: skip
        if result.options:
            _draw_options(axes[-1], result.options)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_ensemble(result))


def _draw_curves(axes: Axes, cases: Sequence[CaseRisk]) -> None:
    axes.set_title("chance that a year loses more", loc="left", fontsize=SMALL_PT, color=INK)
    most = 0.0
    for case, colour in zip(cases, CASE_COLOURS, strict=False):
        loss = np.array(case.loss_percentiles_musd)
        axes.plot(loss / THOUSAND, np.arange(99, 0, -1), color=colour, lw=1.8)
        mean = case.loss_musd.mean
        axes.plot([mean / THOUSAND], [float(100 - np.interp(mean, loss, np.arange(1, 100)))],
                  marker="o", ms=4, color=colour)  # fmt: skip
        most = max(most, float(loss[-1]))
    case = cases[0]
    mean = case.loss_musd.mean
    at = float(100 - np.interp(mean, case.loss_percentiles_musd, np.arange(1, 100)))
    axes.annotate(
        f"expected: {say_amount(mean)} million USD", (mean / THOUSAND, at), xytext=(8, 6),
        textcoords="offset points", fontsize=SMALL_PT, color=CASE_COLOURS[0],
    )  # fmt: skip
    axes.set_xlabel("loss against a calm year, billion USD")
    axes.set_xlim(0.0, 1.03 * max(most / THOUSAND, 1e-3))
    axes.set_ylim(0.0, 100.0)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    axes.grid(axis="both")


def _draw_options(axes: Axes, options: Sequence[OptionValue]) -> None:
    _draw_bars(
        axes, "what a corridor is worth a year, million USD (scale of factors)",
        [CORRIDOR_NAMES[one.corridor] for one in options],
        [one.value_musd.mean for one in options],
        [COLOURS.get(one.corridor, FAINT) for one in options],
    )  # fmt: skip


def _draw_bars(
    axes: Axes, title: str, names: Sequence[str], values: Sequence[float], colours: Sequence[str]
) -> None:
    # A few are a thousand times the others: places on a scale of factors, not lengths of bars.
    axes.set_title(title, loc="left", fontsize=SMALL_PT, color=INK)
    at, shown = np.arange(len(names)), [max(value, LEAST_MUSD) for value in values]
    axes.set_xscale("log")
    axes.set_xlim(LEAST_MUSD, 8.0 * max(*shown, 10.0 * LEAST_MUSD))
    axes.hlines(at, LEAST_MUSD, shown, color=GRID, lw=1.0)
    axes.scatter(shown, at, s=30, color=list(colours), zorder=3)
    for y, value, x in zip(at, values, shown, strict=True):
        axes.annotate(say_amount(value), (x, float(y)), xytext=(7, 0),
                      textcoords="offset points", va="center", fontsize=SMALL_PT,
                      bbox=CLEAR)  # fmt: skip
    axes.set_yticks(at, [_shorten(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x")


def _shorten(name: str, most: int = 46) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def describe_ensemble(result: EnsembleResult) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The ensemble.
    """
    said = [
        f"{name_case(one.case)}: expected {say_amount(one.loss_musd.mean)}, P95 "
        f"{say_amount(one.loss_musd.p95)} million USD"
        for one in result.cases
    ]
    said += [
        f"{CORRIDOR_NAMES[one.corridor]} corridor worth {say_amount(one.value_musd.mean)}"
        for one in result.options
    ]
    return f"Loss of a year of disruptions against a calm one. {'; '.join(said)}."
