"""Conditions of a share on a terminal, as a chart and as a table of a page."""

import re
import textwrap
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.conditions import Conditions, ConditionsResult, Limit, StateBox
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    INK,
    SMALL_PT,
    add_axes,
    is_narrow,
    measure_legend_in,
    measure_text_in,
    open_sheet,
    put_legend,
    write_name,
    write_svg,
)
from serai.outputs.numbers import NOTHING, say_quantity, say_share
from serai.outputs.page_tables import Group, Table
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = [
    "describe_conditions",
    "draw_conditions",
    "print_conditions",
    "say_bounds",
    "say_held_out",
    "tabulate_conditions",
]

COLOURS: Final = {"carries": FORCED, "fails": VOLUNTARY}
TRACK: Final = "#e6e8eb"
TRADE_IN: Final = 1.9
MAX_LINES: Final = 2
LEAST_CHANCE: Final = 1e-3


def print_conditions(console: Console, result: ConditionsResult) -> None:
    """
    Print the boxes of both kinds, and the inputs that they were looked for over.

    Parameters
    ----------
    console
        Where to print.
    result
        The study.
    """
    for found in (result.carries, result.fails):
        console.print(Text(f"\n{_head(result, found)}", style="bold"))
        for box in found.boxes:
            columns = [
                Column("condition", "names"), Column("limit", "words", 24),
                Column("its range", "words", 16), Column("by\nchance"), Column("of\nhalves"),
            ]  # fmt: skip
            rows = [_list_limit(limit) for limit in box.limits]
            print_table(console, box.sentence, columns, rows, weight="none")
        console.print(Text(f"\n{say_held_out(found)}"))
    print_table(
        console, "What the share depends on, the strongest first",
        [Column("input", "names"), Column("correlation"), Column("by chance")],
        [[one.name, f"{one.correlation:+.2f}".replace("-", "−"), _say_chance(one.chance)]
         for one in result.tested],
    )  # fmt: skip
    console.print(Text(f"\n{_say_method(result)}", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _head(result: ConditionsResult, found: Conditions) -> str:
    bound = "at least" if found.kind == "carries" else "less than"
    return (
        f"Where the corridor carries {bound} {say_share(result.share)}, Russia {result.russia}: "
        f"{say_share(found.base_rate)} of {result.n_draws:,} states"
    )


def _list_limit(limit: Limit) -> list[str]:
    return [
        limit.name,
        say_bounds(limit),
        _say_range(limit),
        _say_chance(limit.chance),
        say_share(limit.support),
    ]


def say_bounds(limit: Limit) -> str:
    """
    Say a limit in few words.

    Parameters
    ----------
    limit
        On one input.

    Returns
    -------
    text
        Such as `at most 34 h`, `lower 60 %` or `yes`.
    """
    low, high = limit.low, limit.high
    if _is_decision(limit):
        return "yes" if low is not None else "no"
    if not limit.unit:
        if low is None or high is None:
            return f"lower {say_share(high)}" if low is None else f"upper {say_share(1.0 - low)}"
        return f"{say_share(low)} to {say_share(high)}"
    least, most = (None if v is None else say_quantity(v, limit.unit) for v in (low, high))
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _is_decision(limit: Limit) -> bool:
    return limit.input_id.startswith("decisions.")


def _say_range(limit: Limit) -> str:
    if not limit.unit:
        return "yes or no" if _is_decision(limit) else "its P10 to P90"
    ends = (say_quantity(end, limit.unit) for end in (limit.range_low, limit.range_high))
    return " to ".join(end.removesuffix(f" {limit.unit}") for end in ends)


def _say_chance(chance: float) -> str:
    return "< 0.1 %" if chance < LEAST_CHANCE else f"{100.0 * chance:.1f} %"


def say_held_out(found: Conditions) -> str:
    """
    Say how well boxes do on states that they were not found on.

    Parameters
    ----------
    found
        One kind of states.
    """
    if not found.boxes or found.density is None:
        return (
            "No conditions were found: with so many draws nothing tells these states from the "
            "others."
        )
    told = []
    if len(found.boxes) > 1:
        told.append(
            f"One or the other of these holds in {say_share(found.coverage)} of such states; "
            f"{say_share(found.density)} of the states where one does are such."
        )
    if found.held_out_coverage is not None and found.held_out_density is not None:
        told.append(
            "Found anew on random halves of the draws and tried on the other halves: "
            f"{say_share(found.held_out_coverage)} and {say_share(found.held_out_density)}."
        )
    return " ".join(told)


def _say_method(result: ConditionsResult) -> str:
    decided = (
        "projects and packages of soft measures at random"
        if result.case is None
        else f"projects and measures of the case {result.case}"
    )
    return (
        f"{result.n_draws:,} states of {result.n_inputs} inputs, {decided}; rows of an input move "
        "together, so shares of states are no probabilities. By chance: how likely as many are "
        f"such without the limit. Of halves: of {result.n_halves} random halves of the draws, "
        "those that find the limit too."
    )


def tabulate_conditions(result: ConditionsResult) -> Table:
    """
    Return the limits of all boxes, box by box.

    Parameters
    ----------
    result
        The study.
    """
    groups = tuple(
        Group(
            title=_say_box(result, found, i),
            rows=tuple((*_list_limit(limit),) for limit in box.limits),
        )
        for found in (result.carries, result.fails)
        for i, box in enumerate(found.boxes)
    )
    return Table(
        caption="Every limit, and how sure it is",
        heads=("Condition", "Limit", "Its range", "By chance", "Of halves"),
        groups=groups,
        n_text=3,
        note=_say_method(result),
    )


def _say_box(result: ConditionsResult, found: Conditions, at: int) -> str:
    bound = "at least" if found.kind == "carries" else "less than"
    box = found.boxes[at]
    number = f" ({at + 1})" if len(found.boxes) > 1 else ""
    return (
        f"It carries {bound} {say_share(result.share)}{number}: {say_share(box.coverage)} of such "
        f"states; {say_share(box.density)} of the states here are such"
    )


# ------------------------------------------------------------------------------ the chart


def draw_conditions(result: ConditionsResult, *, width_in: float) -> str:
    """
    Draw the limits of every box in the ranges of its inputs, and the trade-off behind the boxes.

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
    narrow = is_narrow(width_in)
    key = f"conditions-{'narrow' if narrow else 'wide'}"
    share = say_share(result.share)
    keys: list[Line2D | Patch] = [
        Patch(color=COLOURS["carries"], label=f"carries at least {share}"),
        Patch(color=COLOURS["fails"], label=f"carries less than {share}"),
    ]
    rows = [
        (COLOURS[found.kind], textwrap.wrap(_say_box(result, found, at), 46 if narrow else 96), box)
        for found in (result.carries, result.fails)
        for at, box in enumerate(found.boxes)
    ]
    rows_in = sum(_head_in(head) + _height_in(box, narrow=narrow) for _, head, box in rows)
    ends = [say_bounds(limit) for *_, box in rows for limit in box.limits]
    right_in = 0.1 + max((measure_text_in(end, SMALL_PT) for end in ends), default=0.0)
    top_in, foot_in = measure_legend_in(keys, width_in) + 0.05, TRADE_IN + 1.15
    left_in = 0.1 if narrow else 2.9
    with open_sheet(key, width_in, top_in + max(rows_in, 0.1) + foot_in) as figure:
        axes = add_axes(
            figure, left_in=left_in, right_in=0.1 if narrow else right_in, top_in=top_in,
            bottom_in=foot_in,
        )  # fmt: skip
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(max(rows_in, 0.1), 0.0)
        axes.axis("off")
        at_in = 0.0
        for colour, head, box in rows:
            write_name(axes, "\n".join(head), at_in, _head_in(head))
            at_in = _draw_box(axes, colour, box, at_in + _head_in(head), narrow=narrow)
        trade = add_axes(
            figure, left_in=0.75, right_in=0.2, top_in=top_in + max(rows_in, 0.1) + 0.55,
            bottom_in=0.55,
        )  # fmt: skip
        _draw_trade_off(trade, result)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_conditions(result))


def _wrap(name: str, width: int) -> list[str]:
    """Return a name in up to two lines, without what stands in brackets."""
    bare = re.sub(r"\s*\(.*?\)", "", name)
    lines = textwrap.wrap(bare, width, break_on_hyphens=False) or [""]
    if len(lines) > MAX_LINES:
        lines[MAX_LINES - 1] += " …"
    return lines[:MAX_LINES]


def _step_in(name: Sequence[str], *, narrow: bool) -> float:
    return (0.42 if narrow else 0.2) + 0.14 * len(name)


def _height_in(box: StateBox, *, narrow: bool) -> float:
    width = 46 if narrow else 40
    return sum(_step_in(_wrap(limit.name, width), narrow=narrow) for limit in box.limits) + 0.06


def _head_in(head: Sequence[str]) -> float:
    return 0.16 + 0.15 * len(head)


def _draw_box(axes: Axes, colour: str, box: StateBox, top_in: float, *, narrow: bool) -> float:
    """Draw a box's limits from its top on; return where the next box begins, [in]."""
    for limit in box.limits:
        name = _wrap(limit.name, 46 if narrow else 40)
        step_in = _step_in(name, narrow=narrow)
        write_name(axes, "\n".join(name), top_in, step_in, weight="normal")
        y_in = top_in + (step_in - 0.13 if narrow else step_in / 2.0)
        low = 0.0 if limit.low_place is None else limit.low_place
        high = 1.0 if limit.high_place is None else limit.high_place
        if _is_decision(limit):
            low, high = (0.5, 1.0) if limit.low is not None else (0.0, 0.5)
        axes.barh(y_in, 1.0, height=0.13, color=TRACK)
        axes.barh(y_in, high - low, left=low, height=0.13, color=colour)
        axes.annotate(
            say_bounds(limit), (1.0, y_in), xytext=(0, 9) if narrow else (5, 0),
            textcoords="offset points", ha="right" if narrow else "left", va="center",
            fontsize=SMALL_PT, color=INK, annotation_clip=False,
        )  # fmt: skip
        top_in += step_in
    return top_in + 0.06


def _draw_trade_off(axes: Axes, result: ConditionsResult) -> None:
    axes.set_title(
        "density: of the states within limits, such ones\n"
        "coverage: of such states, those within limits",
        loc="left", fontsize=SMALL_PT, color=INK,
    )  # fmt: skip
    for found in (result.carries, result.fails):
        colour = COLOURS[found.kind]
        axes.axhline(found.base_rate, color=colour, lw=0.8, ls=":")
        axes.plot([p.coverage for p in found.peels], [p.density for p in found.peels],
                  color=colour, lw=1.2, marker="o", ms=2.5)  # fmt: skip
        axes.plot([box.coverage for box in found.boxes], [box.density for box in found.boxes],
                  ls="", marker="D", ms=6, color=colour, mec="white", mew=0.8)  # fmt: skip
    axes.set_xlim(0.0, 1.03)
    axes.set_ylim(0.0, 1.05)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.set_xlabel("coverage")
    axes.set_ylabel("density")
    axes.grid(visible=True)


def describe_conditions(result: ConditionsResult) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The study.
    """
    said = [box.sentence for found in (result.carries, result.fails) for box in found.boxes]
    return f"{_head(result, result.carries)}. {' '.join(said) or NOTHING}"
