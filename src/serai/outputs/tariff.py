"""Transit tariffs on a terminal and as a chart."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.tariff import Discount, Regime, TariffResult
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    INK,
    SMALL_PT,
    add_axes,
    is_narrow,
    measure_legend_in,
    open_sheet,
    put_legend,
    write_svg,
)
from serai.outputs.numbers import say_share
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = ["describe_tariff", "draw_tariff", "print_tariff"]

REGIMES: Final = {
    "present": "as now",
    "each": "each for itself",
    "together": "partners together",
    "discount": "best equal discount",
}
"""Ways of charging, in words."""

COLOURS: Final = {
    "present": "#b3bac2", "each": FORCED, "together": VOLUNTARY, "discount": "#b08f2a",
}  # fmt: skip
RIVALS: Final = {"north": "Northern route", "sea": "sea"}
THOUSAND: Final = 1e3
PANEL_IN: Final = 1.9
GAP_IN: Final = 0.8


def print_tariff(console: Console, result: TariffResult) -> None:
    """
    Print tariffs, break-even rates, discounts, charges and the split.

    Parameters
    ----------
    console
        Where to print.
    result
        The result.
    """
    _print_sections(console, result)
    _print_break_even(console, result)
    _print_discounts(console, result)
    _print_regimes(console, result)
    _print_charges(console, result)
    _print_split(console, result)
    console.print(Text(_say_found(result)))
    console.print(Text(f"\n{_say_method(result)}", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _print_sections(console: Console, result: TariffResult) -> None:
    rows = [
        [one.name, one.kind, f"{one.usd_teu:,.0f}", f"{one.km:,.0f}", f"{one.hours:,.0f}"]
        for one in result.sections
    ]
    total = sum(one.usd_teu for one in result.sections)
    rows.append(["all", "", f"{total:,.0f}", f"{sum(s.km for s in result.sections):,.0f}",
                 f"{sum(s.hours for s in result.sections):,.0f}"])  # fmt: skip
    columns = [Column("who", "names"), Column("for what", "words"), Column("USD\nper TEU"),
               Column("km"), Column("hours")]  # fmt: skip
    title = "Sectional tariffs: what the average box on the Middle Corridor pays, from east to west"
    print_table(console, title, columns, rows, max_rows=len(rows))
    console.print()


def _print_break_even(console: Console, result: TariffResult) -> None:
    rows = [
        [one.name, RIVALS[one.rival], f"{one.rival_usd_teu:,.0f}", f"{one.rate_usd_teu:,.0f}",
         f"{one.break_even_usd_teu:,.0f}" if one.break_even_usd_teu > 0 else "below 0"]
        for one in result.break_even
    ]  # fmt: skip
    columns = [Column("boxes", "names"), Column("against", "words"), Column("its rate"),
               Column("corridor\nnow"), Column("break-\neven")]  # fmt: skip
    title = "Break-even through rate of the corridor, USD/TEU door to door, boxes by Russian rail"
    print_table(console, title, columns, rows, max_rows=len(rows))
    console.print()


def _print_discounts(console: Console, result: TariffResult) -> None:
    partners = result.partners
    rows = [
        [say_share(one.discount) if one.discount else "none", f"{one.middle_teu / THOUSAND:,.1f}",
         *(f"{one.revenue_musd[c]:,.1f}" for c in partners),
         f"{sum(one.revenue_musd[c] for c in partners):,.1f}", f"{one.shippers_musd:,.1f}"]
        for one in result.discounts
    ]  # fmt: skip
    columns = [Column("discount", "names"), Column("thousand\nTEU"), *map(Column, partners),
               Column("all\npartners"), Column("shippers\ngain")]  # fmt: skip
    title = (
        "An equal discount of all partners on the corridor: who pays (million USD a year above "
        "costs)"
    )
    print_table(console, title, columns, rows, max_rows=len(rows))
    console.print()


def _print_regimes(console: Console, result: TariffResult) -> None:
    regimes = result.regimes
    rows = [
        [country, *(f"{one.revenue_musd[country]:,.0f}" for one in regimes)]
        for country in regimes[0].revenue_musd
    ]
    rows += [
        ["shippers gain", *(f"{round(one.shippers_musd):,}" for one in regimes)],
        ["all, against now", *(f"{round(one.world_musd):,}" for one in regimes)],
        ["thousand TEU, corridor", *(f"{one.middle_teu / THOUSAND:,.0f}" for one in regimes)],
        ["thousand TEU, other land", *(f"{one.other_teu / THOUSAND:,.0f}" for one in regimes)],
    ]
    columns = [Column("", "names"), *(Column(_break(REGIMES[one.name])) for one in regimes)]
    title = "Who earns what on transit, by who sets the charges (million USD a year above costs)"
    print_table(console, title, columns, rows, max_rows=len(rows))
    console.print()


def _break(words: str) -> str:
    """Put the last word on a line of its own."""
    return "\n".join(words.rsplit(" ", 1))


def _print_charges(console: Console, result: TariffResult) -> None:
    names = [f"{one.country} {one.routes}" for one in result.regimes[0].charges]
    rows = [
        [name, *(f"{regime.charges[i].usd_teu:,.0f}" for regime in result.regimes)]
        for i, name in enumerate(names)
    ]
    columns = [
        Column("charge", "names"),
        *(Column(_break(REGIMES[r.name])) for r in result.regimes),
    ]
    title = "Charges above costs, USD/TEU; `middle` on the corridor, `other` on all other routes"
    print_table(console, title, columns, rows, max_rows=len(rows))
    console.print()


def _print_split(console: Console, result: TariffResult) -> None:
    rows = [
        [one.country, f"{one.each_musd:,.1f}", f"{one.together_musd:,.1f}",
         f"{one.shapley_musd:,.1f}", f"{one.transfer_musd:+,.1f}"]
        for one in result.split
    ]  # fmt: skip
    heads = ("each for\nitself", "its charges\ntogether", "Shapley\nvalue", "is paid\n(pays)")
    columns = [Column("country", "names"), *map(Column, heads)]
    title = "A split of what acting together brings (million USD a year)"
    print_table(console, title, columns, rows, max_rows=len(rows))
    console.print()


def _say_found(result: TariffResult) -> str:
    found = result.found
    accepted = (
        "every partner gets at least what it has alone"
        if result.is_acceptable
        else "not every partner gets what it has alone"
    )
    core = (
        "no group could do better apart"
        if result.is_in_core
        else "some group could do better apart"
    )
    each, together = (one for one in result.regimes if one.name in ("each", "together"))
    kept = sum(together.revenue_musd[c] - each.revenue_musd[c] for c in result.partners)
    lost = (
        f"Charging each for itself costs the partners {kept:,.0f} and shippers "
        f"{together.shippers_musd - each.shippers_musd:,.0f} million USD a year against acting "
        "together. "
    )
    return lost + (
        f"Each for itself: {found.n_settled} of {found.n_starts} starts came to rest, at most "
        f"{say_share(found.spread)} apart; the farthest charge ({found.at}) is "
        f"{say_share(found.residual)} from its owner's best answer. With the Shapley values "
        f"{accepted}; {core}."
    )


def _say_method(result: TariffResult) -> str:
    return (
        f"Boxes of shippers who could go by the corridor ({result.market_teu / 1e6:.1f} million "
        f"TEU a year, sea included). Costs: {say_share(1 - result.margin)} of present tariffs, "
        f"assumed. Waits as now; {say_share(result.found.new_routes)} of the boxes on routes found "
        "last."
    )


# ------------------------------------------------------------------------------ the chart


def draw_tariff(result: TariffResult, *, width_in: float) -> str:
    """
    Draw what discounts do, and who earns what under each way of charging.

    Parameters
    ----------
    result
        The result.
    width_in
        [in]. Width of the sheet.

    Returns
    -------
    svg
        One element.
    """
    narrow = is_narrow(width_in)
    key = f"tariff-{'narrow' if narrow else 'wide'}"
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=INK, lw=1.6, label="boxes on the corridor"),
        Line2D([], [], color=VOLUNTARY, lw=1.6, ls="--", label="partners' revenue above costs"),
        *(Patch(color=COLOURS[r.name], lw=0, label=REGIMES[r.name]) for r in result.regimes),
    ]
    top_in = measure_legend_in(keys, width_in)
    height_in = top_in + 2 * PANEL_IN + GAP_IN + 0.85
    with open_sheet(key, width_in, height_in) as figure:
        above = top_in + 0.25
        first = add_axes(figure, left_in=0.55, right_in=0.6, top_in=above,
                         bottom_in=height_in - above - PANEL_IN)  # fmt: skip
        _draw_discounts(first, result.discounts, result.partners)
        above += PANEL_IN + GAP_IN
        second = add_axes(figure, left_in=0.55, right_in=0.6, top_in=above,
                          bottom_in=height_in - above - PANEL_IN)  # fmt: skip
        _draw_regimes(second, result.regimes)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_tariff(result))


def _draw_discounts(axes: Axes, rows: Sequence[Discount], partners: Sequence[str]) -> None:
    at = np.array([100 * one.discount for one in rows])
    axes.plot(at, [one.middle_teu / THOUSAND for one in rows], color=INK, lw=1.6, marker="o", ms=3)
    axes.set_title("thousand TEU a year on the corridor", loc="left", fontsize=SMALL_PT, color=INK)
    axes.set_xlabel("equal discount on present tariffs, %")
    axes.set_ylim(bottom=0.0)
    axes.grid(axis="y")
    right = axes.twinx()
    revenue = [sum(one.revenue_musd[c] for c in partners) for one in rows]
    right.plot(at, revenue, color=VOLUNTARY, lw=1.6, ls="--", marker="o", ms=3)
    right.set_title("million USD", loc="right", fontsize=SMALL_PT, color=VOLUNTARY)
    right.tick_params(axis="y", colors=VOLUNTARY, length=0)
    for spine in right.spines.values():
        spine.set_visible(False)


def _draw_regimes(axes: Axes, regimes: Sequence[Regime]) -> None:
    countries = list(regimes[0].revenue_musd)
    width = 0.8 / len(regimes)
    for i, one in enumerate(regimes):
        at = np.arange(len(countries)) + (i - (len(regimes) - 1) / 2) * width
        axes.bar(at, [one.revenue_musd[c] for c in countries], width=0.9 * width,
                 color=COLOURS[one.name])  # fmt: skip
    axes.set_xticks(np.arange(len(countries)), countries)
    axes.tick_params(axis="x", length=0)
    axes.set_title("revenue from transit above costs, million USD a year", loc="left",
                   fontsize=SMALL_PT, color=INK)  # fmt: skip
    axes.grid(axis="y")


def describe_tariff(result: TariffResult) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The result.
    """
    discounts = [
        f"{say_share(one.discount)}: {one.middle_teu / THOUSAND:,.1f} thousand TEU"
        for one in result.discounts
    ]
    regimes = [
        f"{REGIMES[one.name]}: "
        + ", ".join(f"{c} {value:,.0f}" for c, value in one.revenue_musd.items())
        for one in result.regimes
    ]
    return (
        f"Equal discount and boxes on the Middle Corridor. {'; '.join(discounts)}. Revenue above "
        f"costs, million USD a year. {'; '.join(regimes)}."
    )
