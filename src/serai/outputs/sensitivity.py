"""What moves the answer most, on a terminal, as a chart and as a table of a page."""

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.sensitivity import Effect, Influence, SensitivityResult
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    CLEAR,
    FAINT,
    SMALL_PT,
    add_axes,
    dress_percent,
    is_narrow,
    measure_legend_in,
    open_sheet,
    put_legend,
    wrap_name,
    write_name,
    write_svg,
)
from serai.outputs.language import ENGLISH, Language
from serai.outputs.numbers import NOTHING, say_amount, say_band, say_share
from serai.outputs.page_tables import Group, Table
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = [
    "describe_sensitivity",
    "draw_sensitivity",
    "print_sensitivity",
    "say_cost",
    "tabulate_sensitivity",
]

LOW_END: Final = "#9fb8cc"
HIGH_END: Final = "#1f4e79"
PERCENT: Final = 100.0


def print_sensitivity(console: Console, result: SensitivityResult) -> None:
    """
    Print the inputs that the doubt comes from, and what knowing them better would cost.

    Parameters
    ----------
    console
        Where to print.
    result
        The study.
    """
    rows = [
        [
            one.name, say_share(one.forced.at_low), say_share(one.forced.at_high),
            _say_part(one.forced.total, ENGLISH), _say_part(one.voluntary.total, ENGLISH),
            say_cost(one),
        ]
        for one in result.inputs
    ]  # fmt: skip
    rest = result.rest
    others = f"All {rest.n_values:,} other ranged values"
    rows.append(
        [
            others,
            "",
            "",
            _say_part(rest.forced_total, ENGLISH),
            _say_part(rest.voluntary_total, ENGLISH),
            "",
        ]
    )
    print_table(
        console,
        f"What moves the answer most: full programme, forced share {_say_span(result, 'forced')}, "
        f"voluntary {_say_span(result, 'voluntary')}",
        [
            Column("Input", "names"), Column("forced\nat P10"), Column("\nat P90"),
            Column("doubt:\nforced"), Column("\nvoluntary"),
            Column("to know better,\nUSD thousand"),
        ],
        rows,
        max_rows=len(rows),
    )  # fmt: skip
    console.print(Text(f"\n{_say_method(result)}", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _say_method(result: SensitivityResult) -> str:
    return (
        "Doubt: part of the variance that stays when all else is known (total index); the parts "
        "add up to more than all where inputs work together. "
        f"{result.n_inputs} inputs screened over {result.n_trajectories} trajectories, the "
        f"strongest {len(result.inputs)} weighed over {result.n_base} base samples; "
        f"{result.n_solved:,} states solved."
    )


def _say_span(result: SensitivityResult, share: str) -> str:
    band = result.forced if share == "forced" else result.voluntary
    return f"{say_share(band.value)} ({say_band(band.low, band.high)})"


def _say_part(part: float, lang: Language) -> str:
    """Say a part of the variance; an estimate below none is none."""
    return lang.figures(f"{PERCENT * max(part, 0.0):.0f} %")


def say_cost(one: Influence, lang: Language = ENGLISH) -> str:
    """
    Say what it would cost to know an input better, in thousand USD.

    Parameters
    ----------
    one
        The input.
    lang
        Language of the words.

    Returns
    -------
    words
        Low to high; a dash where nobody has judged it.
    """
    if one.learn_usd is None:
        return NOTHING
    low, high = one.learn_usd.low / 1e3, one.learn_usd.high / 1e3
    return f"{say_amount(low, lang=lang)}–{say_amount(high, lang=lang)}"


def tabulate_sensitivity(result: SensitivityResult, lang: Language = ENGLISH) -> Table:
    """
    Return the strongest inputs with how each could be known better.

    Parameters
    ----------
    result
        The study.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per input, all others last.
    """
    forced = result.forced.high - result.forced.low
    voluntary = result.voluntary.high - result.voluntary.low
    rows = [
        (
            one.name, one.learn or NOTHING,
            _say_known(one.forced, forced, lang), _say_known(one.voluntary, voluntary, lang),
            say_cost(one, lang),
        )
        for one in result.inputs
    ]  # fmt: skip
    return Table(
        caption=lang.say("What it would take to be surer"),
        heads=(
            *(lang.say("Input"), lang.say("How it could be known better")),
            *(lang.say("forced"), lang.say("voluntary"), lang.say("USD thousand")),
        ),
        spans=(
            ("", 2),
            (lang.say("Band if known, points"), 2),
            (lang.say("Cost, assumed"), 1),
        ),
        groups=(Group(title="", rows=tuple(rows)),),
        n_text=2,
        note=lang.say(
            "Bands today: forced {forced}, voluntary {voluntary} points from P10 to P90. A known "
            "input takes its own part of the variance away (first-order index); what remains "
            "counts as if it were normal. What surveys and logs cost nobody published for these "
            "corridors: judged, with a range.",
            forced=_points(forced, lang),
            voluntary=_points(voluntary, lang),
        ),
    )


def _say_known(effect: Effect, width: float, lang: Language) -> str:
    return _points(effect.band_left * width, lang)


def _points(width: float, lang: Language) -> str:
    return lang.figures(f"{PERCENT * width:.1f}")


def draw_sensitivity(
    result: SensitivityResult, *, width_in: float, lang: Language = ENGLISH
) -> str:
    """
    Draw how far each strong input moves the forced share, and its part of the doubt.

    Parameters
    ----------
    result
        The study.
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
    key = f"sensitivity-{'narrow' if narrow else 'wide'}"
    names = [
        *(wrap_name(one.name, 46 if narrow else 36) for one in result.inputs),
        [lang.say("All {n} other values", n=lang.figures(f"{result.rest.n_values:,}"))],
    ]
    steps = [(0.4 if narrow else 0.24) + 0.14 * len(name) for name in names]
    tops = [sum(steps[:ix]) for ix in range(len(steps))]
    keys: list[Line2D | Patch] = [
        Patch(color=LOW_END, label=lang.say("input at its P10")),
        Patch(color=HIGH_END, label=lang.say("input at its P90")),
        Patch(color=FORCED, label=lang.say("part of the doubt, forced")),
        Patch(color=VOLUNTARY, label=lang.say("part of the doubt, voluntary")),
    ]
    top_in = measure_legend_in(keys, width_in)
    left_in, parts_in = (0.1, 1.25) if narrow else (2.6, 1.9)
    with open_sheet(key, width_in, sum(steps) + top_in + 0.5) as figure:
        swings = add_axes(
            figure, left_in=left_in, right_in=parts_in + 0.35, top_in=top_in, bottom_in=0.5
        )
        parts = add_axes(
            figure, left_in=width_in - parts_in, right_in=0.3, top_in=top_in, bottom_in=0.5
        )
        for axes in (swings, parts):
            axes.set_ylim(sum(steps), 0.0)
        # Long names reach over the other axes.
        swings.set_zorder(2)
        swings.patch.set_visible(False)
        _limit(swings, result)
        for name, top, step in zip(names, tops, steps, strict=True):
            write_name(swings, "\n".join(name), top, step, weight="normal")
        heights = [
            top + step - 0.18 if narrow else top + step / 2.0
            for top, step in zip(tops, steps, strict=True)
        ]
        for one, y_in in zip(result.inputs, heights, strict=False):
            _draw_swing(swings, one.forced, (result.forced.central, y_in), lang)
        _draw_parts(parts, result, heights)
        label = (
            lang.say("forced share, full programme")
            if narrow
            else lang.say("forced share, full programme, of divertible TEU")
        )
        dress_percent(swings, label, origin=result.forced.central, lang=lang)
        dress_percent(parts, lang.say("of the variance"), lang=lang)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_sensitivity(result, lang))


def _limit(axes: Axes, result: SensitivityResult) -> None:
    ends = [e for one in result.inputs for e in (one.forced.at_low, one.forced.at_high)]
    ends.append(result.forced.central)
    room = 0.3 * max(1e-4, max(ends) - min(ends))
    axes.set_xlim(min(ends) - room, max(ends) + room)


def _draw_swing(axes: Axes, effect: Effect, spot: tuple[float, float], lang: Language) -> None:
    """Draw both ends of one input's swing from the central share, and say them."""
    central, y_in = spot
    ends = ((effect.at_low, LOW_END), (effect.at_high, HIGH_END))
    for share, colour in sorted(ends, key=lambda end: -abs(end[0] - central)):
        axes.barh(y_in, share - central, left=central, height=0.17, color=colour)
    first, last = sorted((effect.at_low, effect.at_high))
    for share, side in ((min(first, central), "right"), (max(last, central), "left")):
        if share == central and first != last:
            continue
        axes.annotate(
            say_share(share, lang),
            (share, y_in),
            xytext=(4 if side == "left" else -4, 0),
            textcoords="offset points",
            ha="left" if side == "left" else "right",
            va="center",
            fontsize=SMALL_PT,
            annotation_clip=False,
            bbox=CLEAR,
        )


def _draw_parts(axes: Axes, result: SensitivityResult, heights: Sequence[float]) -> None:
    """Draw the parts of the doubt with their errors, forced above voluntary."""
    rest = result.rest
    rows = [
        *(
            ((one.forced.total, one.forced.total_error),
             (one.voluntary.total, one.voluntary.total_error))
            for one in result.inputs
        ),
        ((rest.forced_total, rest.forced_error), (rest.voluntary_total, rest.voluntary_error)),
    ]  # fmt: skip
    for y_in, pair in zip(heights, rows, strict=True):
        for (part, error), colour, shift in zip(
            pair, (FORCED, VOLUNTARY), (-0.055, 0.055), strict=True
        ):
            axes.barh(y_in + shift, max(part, 0.0), height=0.1, color=colour)
            axes.plot(
                [max(part - error, 0.0), max(part + error, 0.0)], [y_in + shift] * 2,
                color=FAINT, lw=0.8,
            )  # fmt: skip
    axes.set_xlim(0.0, 1.05 * max(0.1, *(max(p + e for p, e in pair) for pair in rows)))


def describe_sensitivity(result: SensitivityResult, lang: Language = ENGLISH) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The study.
    lang
        Language of the words.

    Returns
    -------
    text
        One phrase per input.
    """
    said = [
        lang.say(
            "{name}: {low} at its P10, {high} at its P90; {forced} of the doubt about the forced "
            "share, {voluntary} about the voluntary",
            name=one.name,
            low=say_share(one.forced.at_low, lang),
            high=say_share(one.forced.at_high, lang),
            forced=_say_part(one.forced.total, lang),
            voluntary=_say_part(one.voluntary.total, lang),
        )
        for one in result.inputs
    ]
    start = lang.say(
        "Forced share of the full programme, {share} in the middle",
        share=say_share(result.forced.central, lang),
    )
    return f"{start}. {'; '.join(said)}."
