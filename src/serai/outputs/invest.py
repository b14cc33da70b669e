"""Which projects pay: on a terminal, as a chart and as tables of a page."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.invest import InvestResult, Step, SupplyPoint
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    INK,
    SMALL_PT,
    add_axes,
    count_letters,
    is_narrow,
    measure_legend_in,
    open_sheet,
    put_legend,
    spell_figures,
    write_svg,
)
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import say_share
from serai.outputs.page_tables import Group, Table
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = [
    "describe_invest",
    "draw_invest",
    "print_invest",
    "say_best",
    "tabulate_order",
    "tabulate_payback",
    "tabulate_supply",
]  # fmt: skip

AIMS: Final = {
    "net": mark("net benefit a year"),
    "forced": mark("forced share, Russia closed"),
    "voluntary": mark("voluntary share, Russia open"),
}
"""What is made as large as can be, in words."""

LINE_IN: Final = 0.19
SUPPLY_IN: Final = 2.0
GAP_IN: Final = 0.75
THOUSAND: Final = 1e3
NAME_LETTERS: Final = 40
COST: Final = "#b3bac2"
"""Colour of what is spent."""
DEAREST_USD: Final = 1e5
"""[USD] Unit costs above are not told to the digit."""
N_PAIRS: Final = 8
N_TOLD: Final = 8


def print_invest(console: Console, result: InvestResult) -> None:
    """
    Print the best set, the order, the supply curve, pairs and alternatives.

    Parameters
    ----------
    console
        Where to print.
    result
        The result.
    """
    for line in say_best(result, {}):
        console.print(Text(line))
    console.print()
    names = {row.project: row.name for row in result.projects}
    tables = (
        tabulate_order(result, names), tabulate_payback(result), *_supplies(result, {}, ENGLISH),
        _tabulate_pairs(result),
    )  # fmt: skip
    for table in tables:
        _print(console, table)
    if result.alternatives:
        _print(console, _tabulate_alternatives(result))
    console.print(Text(_say_method(result, ENGLISH), style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _print(console: Console, table: Table) -> None:
    columns = [Column(head, "names" if i < table.n_text else "figures")
               for i, head in enumerate(table.heads)]  # fmt: skip
    rows = [list(row) for group in table.groups for row in group.rows]
    print_table(console, table.caption, columns, rows, max_rows=len(rows))
    console.print()


def say_best(result: InvestResult, names: Mapping[str, str], lang: Language = ENGLISH) -> list[str]:
    """
    Return the best set in sentences.

    Parameters
    ----------
    result
        The result.
    names
        Names of projects by id; ids where there is none.
    lang
        Language of the words.
    """
    best, gain = result.best, result.best.gain

    def whole(musd: float) -> str:
        return lang.figures(f"{musd:,.0f}")

    chosen = ("; " if names else ", ").join(names.get(p, p) for p in best.projects)
    aim = lang.say(AIMS[result.aim])
    projects = chosen or lang.say("nothing")
    first = (
        lang.say("Best by {aim}: {projects}", aim=aim, projects=projects)
        if result.budget_musd is None
        else lang.say(
            "Best by {aim} within {budget} million USD: {projects}",
            aim=aim, budget=whole(result.budget_musd), projects=projects,
        )
    )  # fmt: skip
    sums = {
        "capital": whole(best.capex_musd), "benefit": whole(gain.benefit_musd),
        "cost": whole(best.annual_cost_musd), "net": whole(best.net_musd.central),
    }  # fmt: skip
    if result.n_draws:
        band = best.net_musd
        year = lang.say(
            "Capital {capital} million USD. A year: benefit {benefit}, cost {cost}, net {net} "
            "million USD; over the draws {median} ({low} to {high})",
            median=whole(band.value), low=whole(band.low), high=whole(band.high), **sums,
        )  # fmt: skip
    else:
        year = lang.say(
            "Capital {capital} million USD. A year: benefit {benefit}, cost {cost}, net {net} "
            "million USD",
            **sums,
        )
    return [first, year, _say_present(result, lang), _say_gain(result, lang)]


def _say_present(result: InvestResult, lang: Language) -> str:
    return lang.say(
        "To {year} at {rate} %: net present value {npv} million USD, benefit-cost ratio {ratio}",
        year=result.last_year,
        rate=lang.figures(f"{100 * result.discount_rate:g}"),
        npv=lang.figures(f"{result.best.npv_musd:,.0f}"),
        ratio=_say_ratio(result.best.benefit_cost_ratio, lang),
    )


def _say_gain(result: InvestResult, lang: Language) -> str:
    gain = result.best.gain
    forced, voluntary = say_share(gain.forced_share, lang), say_share(gain.voluntary_share, lang)
    if result.is_exact:
        return lang.say(
            "Forced share +{forced}, voluntary +{voluntary}; all sets were solved",
            forced=forced, voluntary=voluntary,
        )  # fmt: skip
    return lang.say(
        "Forced share +{forced}, voluntary +{voluntary}; no set is more than {gap} % better, as "
        "far as was seen",
        forced=forced, voluntary=voluntary,
        gap=lang.figures(f"{100 * result.relative_gap:.1f}"),
    )  # fmt: skip


def tabulate_order(
    result: InvestResult, names: Mapping[str, str], lang: Language = ENGLISH
) -> Table:
    """
    Return the projects in their turn.

    Parameters
    ----------
    result
        The result.
    names
        Names of projects by id.
    lang
        Language of the words.
    """
    chosen = set(result.best.projects)
    rows = tuple(
        (
            f"{step.project}{'*' if step.project in chosen else ''} "
            f"{_short(names.get(step.project, ''))}".rstrip(),
            lang.figures(f"{step.capex_musd:,.0f}"),
            lang.figures(f"{step.gain.benefit_musd:,.1f}"),
            lang.figures(f"{step.annual_cost_musd:,.1f}"),
            _say_ratio(step.benefit_cost_ratio, lang),
            lang.figures(f"{100 * step.gain.forced_share:+.1f}".replace("-0.0", "+0.0")),
            _say_unit(step.usd_teu, lang),
        )
        for step in result.order
    )
    return Table(
        caption=lang.say(
            "In which order: what each project adds to those above it (* in the best set; million "
            "USD, benefit and cost a year)"
        ),
        heads=(lang.say("project"), lang.say("capital\nso far"), lang.say("benefit"),
               lang.say("cost"), lang.say("B/C"), lang.say("forced\npoints"),
               lang.say("USD\nper TEU")),
        groups=(Group(title="", rows=rows),),
        n_text=1,
        note=_say_method(result, lang),
    )  # fmt: skip


def tabulate_payback(result: InvestResult, lang: Language = ENGLISH) -> Table:
    """
    Return the best set year by year.

    Parameters
    ----------
    result
        The result.
    lang
        Language of the words.
    """
    rows: list[tuple[str, ...]] = []
    first = 0
    for row in result.best.years:
        sums = (row.capital_musd, row.upkeep_musd, row.benefit_musd)
        told = (" ".join(row.opened) or "–", *(lang.figures(f"{one:,.0f}") for one in sums))
        if rows and not row.opened and (rows[-1][0], *rows[-1][2:]) == told:
            rows[-1] = (told[0], f"{first}–{row.year}", *told[1:])
        else:
            first = row.year
            rows.append((told[0], str(first), *told[1:]))
    return Table(
        caption=lang.say("The best set year by year, million USD"),
        heads=(
            *(lang.say("opens"), lang.say("year"), lang.say("capital")),
            *(lang.say("upkeep"), lang.say("benefit")),
        ),
        groups=(Group(title="", rows=tuple(rows)),),
        n_text=1,
        note=lang.say("Demand grows to that of {year} and stays.", year=result.grown_year),
    )


def _say_ratio(ratio: float | None, lang: Language) -> str:
    return "–" if ratio is None else lang.figures(f"{ratio:.1f}")


def _say_unit(usd: float | None, lang: Language) -> str:
    if usd is None:
        return "–"
    return lang.figures(f"{usd:,.0f}" if usd <= DEAREST_USD else f"> {DEAREST_USD:,.0f}")


def _short(name: str) -> str:
    room = int(NAME_LETTERS * len(name) / max(count_letters(name), 1.0))
    return name if len(name) <= room else f"{name[: room - 1].rstrip(' ,(')}…"


def tabulate_supply(
    result: InvestResult, names: Mapping[str, str], lang: Language = ENGLISH
) -> Table:
    """
    Return the supply curve of boxes diverted with Russia closed.

    Parameters
    ----------
    result
        The result.
    names
        Names of projects by id.
    lang
        Language of the words.
    """
    return _supplies(result, names, lang)[0]


def _supplies(
    result: InvestResult, names: Mapping[str, str], lang: Language
) -> tuple[Table, Table]:
    return (
        _tabulate_supply(
            result.supply_teu, names,
            lang.say("What it costs to bring boxes onto the Middle Corridor, Russia closed"),
            (lang.say("thousand\nTEU/yr"), lang.say("USD per\nextra TEU")), THOUSAND, lang,
        ),
        _tabulate_supply(
            result.supply_t, names,
            lang.say("What it costs to bring tonnes onto the Middle Corridor, Russia open"),
            (lang.say("million\nt/yr"), lang.say("USD per\nextra t")), THOUSAND**2, lang,
        ),
    )  # fmt: skip


def _tabulate_supply(
    points: Sequence[SupplyPoint], names: Mapping[str, str], caption: str,
    heads: tuple[str, str], scale: float, lang: Language,
) -> Table:  # fmt: skip
    rows = tuple(
        (
            "; ".join([*(names.get(p, f"+{p}") for p in one.added),
                       *(lang.say("without {name}", name=names.get(p, p)) for p in one.dropped)]),
            lang.figures(f"{one.capex_musd:,.0f}"),
            lang.figures(f"{one.annual_cost_musd:,.0f}"),
            lang.figures(f"{one.amount / scale:,.1f}"),
            lang.figures(f"{one.marginal_usd:,.{0 if scale == THOUSAND else 1}f}"),
        )
        for one in points
    )  # fmt: skip
    return Table(
        caption=caption,
        heads=(
            *(lang.say("built next"), lang.say("capital\nm USD"), lang.say("m USD\na year")),
            *heads,
        ),
        groups=(Group(title="", rows=rows),),
        n_text=1,
        note=lang.say(
            "The lower hull over all sets solved: each step is the cheapest way to the next box."
        ),
    )


def _tabulate_pairs(result: InvestResult) -> Table:
    pairs = sorted(result.pairs, key=lambda one: -abs(one.together_musd))[:N_PAIRS]
    rows = tuple((f"{one.first} with {one.second}", f"{one.together_musd:+,.1f}") for one in pairs)
    return Table(
        caption="Which projects compete (below zero) or need each other: the strongest pairs",
        heads=("pair", "m USD a year\ntogether"),
        groups=(Group(title="", rows=rows),),
        n_text=1,
        note="",
    )


def _tabulate_alternatives(result: InvestResult) -> Table:
    is_net = result.aim == "net"
    rows = tuple(
        (
            " ".join([*(f"+{p}" for p in one.added), *(f"−{p}" for p in one.dropped)]),
            f"{one.capex_musd:,.0f}",
            f"{one.value:,.1f}" if is_net else say_share(one.value),
        )
        for one in result.alternatives[:N_TOLD]
    )
    return Table(
        caption="Other sets within 5 % of the best",
        heads=("against the best", "capital\nm USD", "net\nm USD/yr" if is_net else "share"),
        groups=(Group(title="", rows=rows),),
        n_text=1,
        note="",
    )


def _say_method(result: InvestResult, lang: Language) -> str:
    return lang.say(
        "Benefit: what moving costs shippers less (rule of half), with scarcity rents, less "
        "China's subsidies; demand of 2023, Russia open. Cost: capital as an annuity at {rate} % "
        "over each project's life, and upkeep. B/C: present values to {year}, demand growing. Per "
        "TEU: Russia closed.",
        rate=lang.figures(f"{100 * result.discount_rate:g}"),
        year=result.last_year,
    )


# ------------------------------------------------------------------------------ the chart


def draw_invest(
    result: InvestResult,
    names: Mapping[str, str] | None = None,
    *,
    width_in: float,
    lang: Language = ENGLISH,
) -> str:
    """
    Draw benefits beside costs by project, and the supply curve.

    Parameters
    ----------
    result
        The result.
    names
        Names of projects by id; those of the result if left out.
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
    key = f"invest-{'narrow' if narrow else 'wide'}"
    called = names or {row.project: row.name for row in result.projects}
    keys: list[Line2D | Patch] = [
        Patch(color=VOLUNTARY, lw=0, label=lang.say("benefit a year, to those above it")),
        Patch(color=COST, lw=0, label=lang.say("cost a year")),
        Line2D([], [], color=FORCED, lw=1.8, label=lang.say("cost of the next box, Russia closed")),
    ]
    top_in = measure_legend_in(keys, width_in)
    bars_in = LINE_IN * max(len(result.order), 1) + 0.1
    height_in = top_in + 0.25 + bars_in + GAP_IN + SUPPLY_IN + 0.6
    with open_sheet(key, width_in, height_in) as figure:
        left_in = 0.45 if narrow else 3.05
        axes = add_axes(figure, left_in=left_in, right_in=0.2, top_in=top_in + 0.25,
                        bottom_in=height_in - top_in - 0.25 - bars_in)  # fmt: skip
        _draw_order(axes, result.order, {} if narrow else called, lang)
        below = add_axes(figure, left_in=0.75, right_in=0.2,
                         top_in=top_in + 0.25 + bars_in + GAP_IN, bottom_in=0.55)  # fmt: skip
        _draw_supply(below, result.supply_teu, lang)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_invest(result, lang))


def _draw_order(
    axes: Axes, steps: Sequence[Step], names: Mapping[str, str], lang: Language
) -> None:
    at = np.arange(len(steps))
    axes.barh(at - 0.19, [s.gain.benefit_musd for s in steps], height=0.36, color=VOLUNTARY)
    axes.barh(at + 0.19, [s.annual_cost_musd for s in steps], height=0.36, color=COST)
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.set_yticks(at, [f"{_short(names.get(s.project, ''))}  {s.project}".strip() for s in steps])
    axes.tick_params(axis="y", length=0, labelsize=SMALL_PT)
    title = lang.say("million USD a year, in the order of the projects")
    axes.set_title(title, loc="left", fontsize=SMALL_PT, color=INK)
    spell_figures(axes.xaxis, lang)
    axes.grid(axis="x")


def _draw_supply(axes: Axes, points: Sequence[SupplyPoint], lang: Language) -> None:
    title = lang.say("USD a year for each further TEU on the corridor")
    axes.set_title(title, loc="left", fontsize=SMALL_PT, color=INK)
    axes.set_xlabel(lang.say("thousand TEU a year more on the Middle Corridor, Russia closed"))
    spell_figures(axes.xaxis, lang)
    if points:
        ends = np.array([0.0, *(one.amount / THOUSAND for one in points)])
        levels = np.array([one.marginal_usd for one in points])
        axes.stairs(levels, ends, baseline=None, color=FORCED, lw=1.8)
        axes.set_yscale("log")
        axes.set_xlim(0.0, 1.03 * ends[-1])
    axes.yaxis.set_major_formatter(
        lambda usd, _: lang.figures(f"{usd:,.0f}" if usd >= 1 else f"{usd:g}")
    )
    axes.grid(axis="y")


def describe_invest(result: InvestResult, lang: Language = ENGLISH) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The result.
    lang
        Language of the words.
    """
    said = [
        lang.say(
            "{project}: benefit {benefit}, cost {cost}",
            project=step.project,
            benefit=lang.figures(f"{step.gain.benefit_musd:,.1f}"),
            cost=lang.figures(f"{step.annual_cost_musd:,.1f}"),
        )
        for step in result.order
    ]
    supply = [
        lang.say(
            "{teu} thousand TEU at {usd} USD for the next",
            teu=lang.figures(f"{one.amount / THOUSAND:,.0f}"),
            usd=lang.figures(f"{one.marginal_usd:,.0f}"),
        )
        for one in result.supply_teu
    ]
    return lang.say(
        "Projects in order, million USD a year. {projects}. Supply of boxes, Russia closed: "
        "{supply}.",
        projects="; ".join(said),
        supply="; ".join(supply),
    )
