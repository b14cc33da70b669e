"""The replacement frontier on a terminal, as a chart and as a table of a page."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from rich.console import Console
from rich.text import Text

from serai.domain.frontier import FrontierPoint, FrontierResult
from serai.domain.results import Band
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    FAINT,
    INK,
    SMALL_PT,
    add_axes,
    is_narrow,
    measure_legend_in,
    open_sheet,
    put_legend,
    spell_figures,
    write_svg,
)
from serai.outputs.language import ENGLISH, Language
from serai.outputs.numbers import say_band, say_days, say_share, say_usd
from serai.outputs.page_tables import Group, Table
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = ["describe_frontier", "draw_frontier", "print_frontier", "tabulate_frontier"]

SHARES_IN: Final = 2.6
PANEL_IN: Final = 0.95
GAP_IN: Final = 0.3
THOUSAND: Final = 1e3


def print_frontier(console: Console, result: FrontierResult) -> None:
    """
    Print the frontier point by point.

    Parameters
    ----------
    console
        Where to print.
    result
        The frontier.
    """
    has_bands = result.n_draws > 0
    band = [Column("P10–P90")] if has_bands else []
    columns = [
        Column("capital,\nbn USD"), Column("forced\nshare"), *band, Column("voluntary\nshare"),
        *band, Column("USD\nper FEU"), Column("days"), Column("projects", "names"),
    ]  # fmt: skip
    rows = [_list_point(point, has_bands=has_bands) for point in result.points]
    print_table(console, _title(result, ENGLISH), columns, rows, max_rows=len(rows))
    console.print(Text(f"\n{_say_method(result, ENGLISH)}", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _title(result: FrontierResult, lang: Language) -> str:
    if result.measures == "all":
        return lang.say(
            "What capital buys: shares of the divertible TEU by the Middle Corridor, with all "
            "soft measures"
        )
    return lang.say(
        "What capital buys: shares of the divertible TEU by the Middle Corridor, with no soft "
        "measures"
    )


def _list_point(point: FrontierPoint, *, has_bands: bool) -> list[str]:
    cells = [f"{point.capex_musd / THOUSAND:.2f}"]
    for band in (point.forced_share, point.voluntary_share):
        cells.append(say_share(band.value))
        if has_bands:
            cells.append(say_band(band.low, band.high))
    changes = [f"+{p}" for p in point.added] + [f"−{p}" for p in point.dropped]
    return [
        *cells,
        say_usd(point.usd_feu),
        say_days(point.days),
        " ".join(changes) or "none",
    ]


def _say_method(result: FrontierResult, lang: Language) -> str:
    rest = lang.say(
        "Projects: what is added (+) and dropped (−) against the line above. Prices and days: "
        "China–Europe, Russia closed, queues and scarcity included."
    )
    how = (
        lang.say("Shares: the best of at most that capital; all sets of projects were solved.")
        if result.is_exact
        else lang.say(
            "Shares: the best of at most that capital; {sets} sets of {projects} projects were "
            "solved; another may do better, so this is a lower bound.",
            sets=result.n_sets,
            projects=len(result.candidates),
        )
    )
    return f"{how} {rest}"


def tabulate_frontier(
    result: FrontierResult, names: Mapping[str, str], lang: Language = ENGLISH
) -> Table:
    """
    Return the frontier with the projects by name.

    Parameters
    ----------
    result
        The frontier.
    names
        Names of projects by id.
    lang
        Language of the words.
    """
    rows = tuple(
        (
            lang.figures(f"{point.capex_musd / THOUSAND:.2f}"),
            "; ".join(
                [
                    *(names.get(p, p) for p in point.added),
                    *(lang.say("without {name}", name=names.get(p, p)) for p in point.dropped),
                ]
            )
            or lang.say("nothing built"),
            say_share(point.forced_share.value, lang),
            say_share(point.voluntary_share.value, lang),
            say_usd(point.usd_feu, lang),
            say_days(point.days, lang),
        )
        for point in result.points
    )
    return Table(
        caption=lang.say("What capital buys, step by step"),
        heads=(
            *(lang.say("bn USD"), lang.say("Added"), lang.say("forced share")),
            *(lang.say("voluntary"), lang.say("USD/FEU"), lang.say("days")),
        ),
        groups=(Group(title="", rows=rows),),
        n_text=2,
        note=_say_method(result, lang),
    )


def draw_frontier(result: FrontierResult, *, width_in: float, lang: Language = ENGLISH) -> str:
    """
    Draw shares, price and days against capital.

    Parameters
    ----------
    result
        The frontier.
    width_in
        [in]. Width of the sheet.
    lang
        Language of the words.

    Returns
    -------
    svg
        One element.
    """
    narrow = is_narrow(width_in)
    key = f"frontier-{'narrow' if narrow else 'wide'}"
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=FORCED, lw=1.8, label=lang.say("forced share: Russia closed")),
        Line2D([], [], color=VOLUNTARY, lw=1.8, label=lang.say("voluntary share: Russia open")),
    ]
    if result.n_draws:
        keys.append(Patch(color=FORCED, alpha=0.2, lw=0, label=lang.say("P10 to P90")))
    top_in = measure_legend_in(keys, width_in)
    heights = (SHARES_IN, PANEL_IN, PANEL_IN)
    height_in = top_in + sum(heights) + 2 * GAP_IN + 0.75
    capital = np.array([point.capex_musd / THOUSAND for point in result.points])
    with open_sheet(key, width_in, height_in) as figure:
        axes, above = [], top_in + 0.2
        for panel_in in heights:
            one = add_axes(
                figure, left_in=0.62, right_in=0.15, top_in=above,
                bottom_in=height_in - above - panel_in,
            )  # fmt: skip
            axes.append(one)
            above += panel_in + GAP_IN
        _draw_shares(axes[0], result.points, capital, lang)
        prices = [p.usd_feu for p in result.points]
        _draw_line(axes[1], capital, prices, lang.say("USD per FEU"), lang)
        _draw_line(axes[2], capital, [p.days for p in result.points], lang.say("days"), lang)
        axes[2].set_xlabel(lang.say("capital of projects, billion USD"))
        spell_figures(axes[2].xaxis, lang)
        for one in axes:
            one.set_xlim(0.0, 1.03 * max(capital[-1], 1e-3))
            one.grid(axis="y")
        for one in axes[:2]:
            one.tick_params(labelbottom=False)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_frontier(result, lang))


def _draw_shares(
    axes: Axes, points: Sequence[FrontierPoint], capital: np.ndarray, lang: Language
) -> None:
    axes.set_title(
        lang.say("share of the divertible TEU"), loc="left", fontsize=SMALL_PT, color=INK
    )
    for bands, colour in (
        ([p.forced_share for p in points], FORCED),
        ([p.voluntary_share for p in points], VOLUNTARY),
    ):
        _draw_band(axes, capital, bands, colour, lang)
    axes.set_ylim(bottom=0.0)
    axes.yaxis.set_major_formatter(lambda value, _: lang.figures(f"{100 * value:.0f} %"))


def _draw_band(
    axes: Axes, capital: np.ndarray, bands: Sequence[Band], colour: str, lang: Language
) -> None:
    """Draw steps: capital between two points buys what the lower one does."""
    value, low, high = (
        np.array([getattr(band, end) for band in bands]) for end in ("value", "low", "high")
    )
    axes.fill_between(capital, low, high, step="post", color=colour, alpha=0.2, lw=0)
    axes.step(capital, value, where="post", color=colour, lw=1.8)
    axes.plot(capital, value, marker="o", ms=3, ls="", color=colour)
    axes.annotate(
        say_share(float(value[-1]), lang), (capital[-1], float(value[-1])), xytext=(-2, 5),
        textcoords="offset points", ha="right", fontsize=SMALL_PT, color=colour,
    )  # fmt: skip


def _draw_line(
    axes: Axes, capital: np.ndarray, values: Sequence[float], title: str, lang: Language
) -> None:
    axes.set_title(title, loc="left", fontsize=SMALL_PT, color=INK)
    axes.step(capital, values, where="post", color=FAINT, lw=1.4)
    axes.plot(capital, values, marker="o", ms=3, ls="", color=FAINT)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: lang.figures(f"{value:,.0f}"))
    axes.margins(y=0.2)


def describe_frontier(result: FrontierResult, lang: Language = ENGLISH) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The frontier.
    lang
        Language of the words.
    """
    said = [
        lang.say(
            "{capital} bn USD: forced {forced}, voluntary {voluntary}, {usd} USD/FEU, {days} days",
            capital=lang.figures(f"{point.capex_musd / THOUSAND:.2f}"),
            forced=say_share(point.forced_share.value, lang),
            voluntary=say_share(point.voluntary_share.value, lang),
            usd=say_usd(point.usd_feu, lang),
            days=say_days(point.days, lang),
        )
        for point in result.points
    ]
    return f"{_title(result, lang)}. {'; '.join(said)}."
