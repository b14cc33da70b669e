"""Past years on a terminal and as a chart: the model's band beside what was published."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.backcast import BackcastResult, BackcastRow
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
    write_svg,
)
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import say_unit
from serai.outputs.page_tables import Group, Table
from serai.outputs.words import COLOURS

__all__ = [
    "CHARTED",
    "LARGE",
    "describe_backcast",
    "draw_backcast",
    "list_misses",
    "print_backcast",
    "say_backcast",
    "say_figure",
    "tabulate_backcast",
]

CHARTED: Final = (
    "northern_teu", "middle_teu", "middle_kt", "middle_export_kt", "btk_kt", "instc_east_kt",
)  # fmt: skip
"""What is drawn, in this order."""

SHORT: Final = {
    "northern_teu": mark("Northern route, China–Europe boxes, k TEU"),
    "middle_teu": mark("Middle Corridor, boxes, k TEU"),
    "middle_kt": mark("Middle Corridor, but crude, kt"),
    "middle_export_kt": mark("Kazakh exports within it, kt"),
    "btk_kt": mark("Baku–Tbilisi–Kars rail, kt"),
    "instc_east_kt": mark("Kazakhstan–Turkmenistan–Iran rail, kt"),
}
STATUSES: Final = (mark("fitted"), mark("seen"), mark("blind"), mark("forecast"))
"""What is known of a figure."""
LARGE: Final = 0.3
"""[-] A miss beyond this is explained."""

BLIND: Final = "#f0ece2"
"""Behind years of which nothing published is known."""
PANEL_IN: Final = 1.55
MARGIN_IN: Final = 0.42


def print_backcast(console: Console, result: BackcastResult) -> None:
    """
    Print past years: the model's, its band, the published, the miss.

    Parameters
    ----------
    console
        Where to print.
    result
        The years.
    """
    has_bands = result.n_draws > 0
    columns = [
        Column("What", "names"), Column("year"), Column("model"),
        *([Column("P10–P90")] if has_bands else []),
        Column("published"), Column("miss"), Column("status", "words"),
    ]  # fmt: skip
    groups: dict[str, list[BackcastRow]] = {}
    for row in result.rows:
        groups.setdefault(f"{row.quantity}, {row.unit}", []).append(row)
    for title, rows in groups.items():
        cells = [_list_row(row, has_bands=has_bands, lang=ENGLISH) for row in rows]
        print_table(console, title.capitalize(), columns, cells, max_rows=len(cells))
    for what, why in list_misses(result):
        console.print(Text(f"\n{what}. {why}"))
    told = "fitted: parameters are estimated on it; seen: known, not fitted; "
    told += "blind: no value is known to this model; forecast: of others, never fitted"
    console.print(Text(f"\n{told}.", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _list_row(row: BackcastRow, *, has_bands: bool, lang: Language) -> list[str]:
    band = [f"{say_figure(row.low, lang)}–{say_figure(row.high, lang)}"] if has_bands else []
    return [
        row.id, str(row.year), say_figure(row.model, lang), *band,
        say_figure(row.observed, lang), _say_miss(row, lang), lang.say(row.status),
    ]  # fmt: skip


def say_figure(value: float | None, lang: Language = ENGLISH) -> str:
    """
    Return a figure with a place after the point where it is small.

    Parameters
    ----------
    value
        [any]. None for one that is not known.
    lang
        Language of the words.
    """
    if value is None:
        return "–"
    return lang.figures(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}")  # noqa: PLR2004


def say_backcast(result: BackcastResult, lang: Language = ENGLISH) -> str:
    """
    Say how often the model comes near what was published.

    Parameters
    ----------
    result
        The years.
    lang
        Language of the words.

    Returns
    -------
    words
        Two sentences: figures that parameters are fitted to, and figures that they are not.
    """
    said = []
    for status, told in (
        (
            "fitted",
            mark(
                "Of {n} figures fitted to, {near} come out within {large} % and {inside} lie in "
                "the band."
            ),
        ),
        (
            "seen",
            mark(
                "Of {n} figures not fitted to, {near} come out within {large} % and {inside} lie "
                "in the band."
            ),
        ),
    ):
        mine = [r for r in result.rows if r.status == status and r.observed is not None]
        near = sum(r.error is not None and abs(r.error) <= LARGE for r in mine)
        inside = sum(
            r.low is not None and r.high is not None and r.low <= (r.observed or 0.0) <= r.high
            for r in mine
        )
        large = f"{100 * LARGE:.0f}"
        said.append(lang.say(told, n=len(mine), near=near, large=large, inside=inside))
    return " ".join(said)


def tabulate_backcast(result: BackcastResult, lang: Language = ENGLISH) -> Table:
    """
    Return what was published beside what the model makes of it.

    Parameters
    ----------
    result
        The years.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per published figure, by quantity.
    """
    known = [row for row in result.rows if row.observed is not None]
    groups = [
        Group(
            title=f"{name[0].upper()}{name[1:]}, {say_unit(unit, lang)}",
            rows=tuple(
                (
                    str(r.year), say_figure(r.observed, lang), say_figure(r.model, lang),
                    f"{say_figure(r.low, lang)}–{say_figure(r.high, lang)}",
                    _say_miss(r, lang), lang.say(r.status),
                )
                for r in known
                if (r.name, r.unit) == (name, unit)
            ),
        )
        for name, unit in dict.fromkeys((row.name, row.unit) for row in known)
    ]  # fmt: skip
    return Table(
        caption=lang.say("The model against what was published"),
        heads=(
            *(lang.say("Year"), lang.say("published"), lang.say("model")),
            *("P10–P90", lang.say("miss"), lang.say("status")),
        ),
        groups=tuple(groups),
        note=lang.say(
            "Fitted: four numbers are estimated on it. Seen: known to whoever built the model, "
            "not fitted to. Forecast: of others, never fitted to."
        ),
    )


def list_misses(result: BackcastResult, lang: Language = ENGLISH) -> list[tuple[str, str]]:
    """
    Return the large misses with their reasons.

    Parameters
    ----------
    result
        The years.
    lang
        Language of the words.

    Returns
    -------
    misses
        What is missed and by how much, and why; misses of one reason together.
    """
    told: dict[str, list[str]] = {}
    for row in result.rows:
        if row.reason:
            told.setdefault(row.reason, []).append(
                f"{row.name}, {row.year}: {_say_miss(row, lang)}"
            )
    return [("; ".join(what), why) for why, what in told.items()]


def _say_miss(row: BackcastRow, lang: Language) -> str:
    if row.error is None:
        return "–"
    return lang.figures(f"{100 * row.error:+.0f} %").replace("-", "−")


def draw_backcast(result: BackcastResult, *, width_in: float, lang: Language = ENGLISH) -> str:
    """
    Draw the main totals over the years, with bands, published values and blind years.

    Parameters
    ----------
    result
        The years.
    width_in
        [in]. Width of the sheet.
    lang
        Language of the words.

    Returns
    -------
    svg
        One element.
    """
    n_columns = 1 if is_narrow(width_in) else 2
    key = f"backcast-{n_columns}"
    shown = [name for name in CHARTED if any(row.id == name for row in result.rows)]
    n_rows = -(-len(shown) // n_columns)
    keys = _list_keys(lang)
    legend_in = measure_legend_in(keys, width_in)
    height_in = legend_in + n_rows * (PANEL_IN + MARGIN_IN) + 0.1
    panel_in = width_in / n_columns
    with open_sheet(key, width_in, height_in) as figure:
        for ix, name in enumerate(shown):
            row, column = divmod(ix, n_columns)
            top_in = legend_in + row * (PANEL_IN + MARGIN_IN) + 0.26
            axes = add_axes(
                figure,
                left_in=column * panel_in + 0.5,
                right_in=width_in - (column + 1) * panel_in + 0.12,
                top_in=top_in,
                bottom_in=height_in - top_in - PANEL_IN + 0.14,
            )
            rows = [r for r in result.rows if r.id == name and r.status != "forecast"]
            _draw_panel(axes, rows, lang)
            axes.set_title(lang.say(SHORT[name]), loc="left", fontsize=SMALL_PT, color=INK)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_backcast(result, lang))


def _draw_panel(axes: Axes, rows: Sequence[BackcastRow], lang: Language) -> None:
    years = np.array([row.year for row in rows])
    model, low, high = (
        np.array([getattr(row, end) for row in rows], np.float64)
        for end in ("model", "low", "high")
    )
    colour = COLOURS.get(rows[0].corridor, FAINT)
    seen = [row.year for row in rows if row.observed is not None]
    first_blind = max(seen, default=years[0] - 1) + 0.5
    if first_blind < years[-1]:
        axes.axvspan(first_blind, years[-1] + 0.4, color=BLIND, lw=0)
    axes.fill_between(years, low, high, color=colour, alpha=0.22, lw=0)
    axes.plot(years, model, color=colour, lw=1.6, marker="o", ms=3)
    for row in rows:
        if row.observed is not None:
            filled = row.status == "fitted"
            axes.plot(
                row.year, row.observed, marker="D", ms=5.5, mec=INK, mew=1.0,
                mfc=INK if filled else "white", ls="", zorder=4,
            )  # fmt: skip
    axes.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    axes.set_xticks(years)
    top = max([*high, *(row.observed or 0.0 for row in rows)])
    axes.set_ylim(0.0, 1.08 * top if top > 0 else 1.0)
    axes.yaxis.set_major_formatter(lambda value, _: lang.figures(f"{value:,.0f}"))
    axes.grid(axis="y")
    axes.locator_params(axis="y", nbins=4)


def _list_keys(lang: Language) -> list[Line2D | Patch]:
    grey = COLOURS["middle"]
    return [
        Line2D([], [], color=grey, marker="o", ms=3, lw=1.6, label=lang.say("model")),
        Patch(color=grey, alpha=0.22, lw=0, label=lang.say("P10 to P90")),
        Line2D([], [], color=INK, marker="D", ms=5, ls="", label=lang.say("published, fitted")),
        Line2D([], [], color=INK, marker="D", ms=5, ls="", mfc="white",
               label=lang.say("published, not fitted")),
        Patch(color=BLIND, lw=0, label=lang.say("nothing later is known")),
    ]  # fmt: skip


def describe_backcast(result: BackcastResult, lang: Language = ENGLISH) -> str:
    """
    Say what the chart shows.

    Parameters
    ----------
    result
        The years.
    lang
        Language of the words.

    Returns
    -------
    words
        For those who cannot see it.
    """
    told = [
        lang.say(
            "{year}: {model} against {observed} published",
            year=row.year,
            model=say_figure(row.model, lang),
            observed=say_figure(row.observed, lang),
        )
        for row in result.rows
        if row.id == "middle_kt" and row.status == "fitted"
    ]
    return lang.say(
        "Modelled totals of past years with their bands beside published ones, blind years "
        "shaded. Middle Corridor, thousand tonnes but crude: {years}.",
        years="; ".join(told),
    )
