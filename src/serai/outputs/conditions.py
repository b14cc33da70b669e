"""Conditions of a share on a terminal, as a chart and as a table of a page."""

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
    wrap_letters,
    wrap_name,
    write_name,
    write_svg,
)
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import NOTHING, say_quantity, say_share, say_unit
from serai.outputs.page_tables import Group, Table
from serai.outputs.words import FORCED, VOLUNTARY, name_case

__all__ = [
    "DECISIONS",
    "PREFIX",
    "describe_conditions",
    "draw_conditions",
    "print_conditions",
    "say_bounds",
    "say_clause",
    "say_held_out",
    "say_state_box",
    "tabulate_conditions",
]

COLOURS: Final = {"carries": FORCED, "fails": VOLUNTARY}
TRACK: Final = "#e6e8eb"
TRADE_IN: Final = 1.9
LEAST_CHANCE: Final = 1e-3

DECISIONS: Final = {
    "projects": (
        mark("All planned and proposed projects built"),
        mark("everything planned or proposed is built"),
        mark("nothing is built beyond what is funded"),
    ),
    "trust": (
        mark("Joint operator, fixed sailings, tracking"),
        mark("a joint operator, fixed sailings and tracking are in force"),
        mark("a joint operator, fixed sailings and tracking are not in force"),
    ),
    "tariffs": (
        mark("Tariff, subsidy and insurance measures"),
        mark("the tariff, subsidy and insurance measures are in force"),
        mark("the tariff, subsidy and insurance measures are not in force"),
    ),
    "borders": (
        mark("Border, port and customs measures"),
        mark("the border, port and customs measures are in force"),
        mark("the border, port and customs measures are not in force"),
    ),
}
"""By decision: its name, and what is said where it is taken and where it is not."""

PREFIX: Final = "decisions."
"""How the ids of decisions begin."""

WHERE: Final = {
    ("carries", "closed"): mark(
        "With Russia closed the corridor carries at least {share} of what uses Russian rail today "
        "where {conditions}"
    ),
    ("carries", "open"): mark(
        "With Russia open the corridor carries at least {share} of what uses Russian rail today "
        "where {conditions}"
    ),
    ("fails", "closed"): mark(
        "With Russia closed the corridor carries less than {share} of what uses Russian rail today "
        "where {conditions}"
    ),
    ("fails", "open"): mark(
        "With Russia open the corridor carries less than {share} of what uses Russian rail today "
        "where {conditions}"
    ),
}
"""What a box says, by its kind and the state of Russian and Belarusian territory."""

HEADS: Final = {
    ("carries", "closed"): mark(
        "Where the corridor carries at least {share}, Russia closed: {rate} of {n} states"
    ),
    ("carries", "open"): mark(
        "Where the corridor carries at least {share}, Russia open: {rate} of {n} states"
    ),
    ("fails", "closed"): mark(
        "Where the corridor carries less than {share}, Russia closed: {rate} of {n} states"
    ),
    ("fails", "open"): mark(
        "Where the corridor carries less than {share}, Russia open: {rate} of {n} states"
    ),
}
"""What stands above the boxes of a kind."""


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
        console.print(Text(f"\n{_head(result, found, ENGLISH)}", style="bold"))
        for box in found.boxes:
            columns = [
                Column("condition", "names"), Column("limit", "words", 24),
                Column("its range", "words", 16), Column("by\nchance"), Column("of\nhalves"),
            ]  # fmt: skip
            rows = [_list_limit(limit, ENGLISH) for limit in box.limits]
            print_table(console, box.sentence, columns, rows, weight="none")
        console.print(Text(f"\n{say_held_out(found)}"))
    print_table(
        console, "What the share depends on, the strongest first",
        [Column("input", "names"), Column("correlation"), Column("by chance")],
        [[one.name, f"{one.correlation:+.2f}".replace("-", "−"), _say_chance(one.chance, ENGLISH)]
         for one in result.tested],
    )  # fmt: skip
    console.print(Text(f"\n{_say_method(result, ENGLISH)}", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _head(result: ConditionsResult, found: Conditions, lang: Language) -> str:
    return lang.say(
        HEADS[found.kind, result.russia],
        share=say_share(result.share, lang),
        rate=say_share(found.base_rate, lang),
        n=lang.figures(f"{result.n_draws:,}"),
    )


def _list_limit(limit: Limit, lang: Language) -> list[str]:
    return [
        limit.name,
        say_bounds(limit, lang),
        _say_range(limit, lang),
        _say_chance(limit.chance, lang),
        say_share(limit.support, lang),
    ]


def say_bounds(limit: Limit, lang: Language = ENGLISH) -> str:
    """
    Say a limit in few words.

    Parameters
    ----------
    limit
        On one input.
    lang
        Language of the words.

    Returns
    -------
    text
        Such as `at most 34 h`, `lower 60 %` or `yes`.
    """
    low, high = limit.low, limit.high
    if _is_decision(limit):
        return lang.say("yes") if low is not None else lang.say("no")
    if not limit.unit:
        return _say_part(low, high, lang)
    least, most = (None if v is None else say_quantity(v, limit.unit, lang) for v in (low, high))
    if least is None:
        return lang.say("at most {most}", most=most)
    if most is None:
        return lang.say("at least {least}", least=least)
    return lang.say("{low} to {high}", low=least, high=most)


def _say_part(low: float | None, high: float | None, lang: Language) -> str:
    """Say a part of a range, [-] from 0 to 1."""
    if low is None:
        return lang.say("lower {share}", share=say_share(high, lang))
    if high is None:
        return lang.say("upper {share}", share=say_share(1.0 - low, lang))
    return lang.say("{low} to {high}", low=say_share(low, lang), high=say_share(high, lang))


def say_clause(
    input_id: str,
    name: str,
    unit: str,
    ends: tuple[float | None, float | None],
    lang: Language = ENGLISH,
) -> str:
    """
    Say a limit as a clause that follows "where".

    Parameters
    ----------
    input_id
        What is limited.
    name
        The same in words.
    unit
        Empty for a place in the range and for a decision.
    ends
        [unit] Least and greatest value; None where there is no such limit.
    lang
        Language of the words.
    """
    low, high = ends
    if input_id.startswith(PREFIX):
        _, taken, not_taken = DECISIONS[input_id.removeprefix(PREFIX)]
        return lang.say(not_taken if low is None else taken)
    if not unit:
        return _say_place(name, low, high, lang)
    least, most = (None if end is None else say_quantity(end, unit, lang) for end in ends)
    if least is None:
        return lang.say("“{name}” is at most {most}", name=name, most=most)
    if most is None:
        return lang.say("“{name}” is at least {least}", name=name, least=least)
    return lang.say("“{name}” lies between {low} and {high}", name=name, low=least, high=most)


def _say_place(name: str, low: float | None, high: float | None, lang: Language) -> str:
    """Say where in its range an input lies, [-] from 0 to 1."""
    if low is None:
        part = say_share(high, lang)
        return lang.say("“{name}” lies in the lower {part} of its range", name=name, part=part)
    if high is None:
        part = say_share(1.0 - low, lang)
        return lang.say("“{name}” lies in the upper {part} of its range", name=name, part=part)
    told = mark("“{name}” lies between {low} and {high} of its range")
    return lang.say(told, name=name, low=say_share(low, lang), high=say_share(high, lang))


def say_state_box(
    kind: str, russia: str, share: float, box: StateBox, lang: Language = ENGLISH
) -> str:
    """
    Say a box in a sentence.

    Parameters
    ----------
    kind
        Whether its states carry the share or fail to.
    russia
        State of Russian and Belarusian territory: open or closed.
    share
        [-]. What is asked for.
    box
        The states, each limit in words.
    lang
        Language of the words.
    """
    *first, last = [limit.words for limit in box.limits]
    clauses = lang.say("{first} and {last}", first=", ".join(first), last=last) if first else last
    where = lang.say(WHERE[kind, russia], share=say_share(share, lang), conditions=clauses)
    values = {
        "coverage": say_share(box.coverage, lang), "density": say_share(box.density, lang),
    }  # fmt: skip
    if not first:
        held = lang.say(
            "{coverage} of such states have this; {density} of the states that have this are such.",
            **values,
        )
    elif len(first) == 1:
        held = lang.say(
            "{coverage} of such states have both; {density} of the states that have both are such.",
            **values,
        )
    else:
        held = lang.say(
            "{coverage} of such states have all of this; {density} of the states that have all of "
            "this are such.",
            **values,
        )
    return f"{where}: {held}"


def _is_decision(limit: Limit) -> bool:
    return limit.input_id.startswith(PREFIX)


def _say_range(limit: Limit, lang: Language) -> str:
    if not limit.unit:
        return lang.say("yes or no") if _is_decision(limit) else lang.say("its P10 to P90")
    low, high = (
        say_quantity(end, limit.unit, lang).removesuffix(f" {say_unit(limit.unit, lang)}")
        for end in (limit.range_low, limit.range_high)
    )
    return lang.say("{low} to {high}", low=low, high=high)


def _say_chance(chance: float, lang: Language) -> str:
    return lang.figures("< 0.1 %" if chance < LEAST_CHANCE else f"{100.0 * chance:.1f} %")


def say_held_out(found: Conditions, lang: Language = ENGLISH) -> str:
    """
    Say how well boxes do on states that they were not found on.

    Parameters
    ----------
    found
        One kind of states.
    lang
        Language of the words.
    """
    if not found.boxes or found.density is None:
        return lang.say(
            "No conditions were found: with so many draws nothing tells these states from the "
            "others."
        )
    told = []
    if len(found.boxes) > 1:
        told.append(
            lang.say(
                "One or the other of these holds in {coverage} of such states; {density} of the "
                "states where one does are such.",
                coverage=say_share(found.coverage, lang),
                density=say_share(found.density, lang),
            )
        )
    if found.held_out_coverage is not None and found.held_out_density is not None:
        told.append(
            lang.say(
                "Found anew on random halves of the draws and tried on the other halves: "
                "{coverage} and {density}.",
                coverage=say_share(found.held_out_coverage, lang),
                density=say_share(found.held_out_density, lang),
            )
        )
    return " ".join(told)


def _say_method(result: ConditionsResult, lang: Language) -> str:
    values: dict[str, object] = {
        "n": lang.figures(f"{result.n_draws:,}"), "inputs": result.n_inputs,
        "halves": result.n_halves,
    }  # fmt: skip
    if result.case is None:
        return lang.say(
            "{n} states of {inputs} inputs, projects and packages of soft measures at random; rows "
            "of an input move together, so shares of states are no probabilities. By chance: how "
            "likely as many are such without the limit. Of halves: of {halves} random halves of "
            "the draws, those that find the limit too.",
            **values,
        )
    return lang.say(
        "{n} states of {inputs} inputs, projects and measures of the case “{case}”; rows of an "
        "input move together, so shares of states are no probabilities. By chance: how likely as "
        "many are such without the limit. Of halves: of {halves} random halves of the draws, "
        "those that find the limit too.",
        case=name_case(result.case, lang=lang),
        **values,
    )


def tabulate_conditions(result: ConditionsResult, lang: Language = ENGLISH) -> Table:
    """
    Return the limits of all boxes, box by box.

    Parameters
    ----------
    result
        The study.
    lang
        Language of the words.
    """
    groups = tuple(
        Group(
            title=_say_box(result, found, i, lang),
            rows=tuple((*_list_limit(limit, lang),) for limit in box.limits),
        )
        for found in (result.carries, result.fails)
        for i, box in enumerate(found.boxes)
    )
    return Table(
        caption=lang.say("Every limit, and how sure it is"),
        heads=(
            *(lang.say("Condition"), lang.say("Limit"), lang.say("Its range")),
            *(lang.say("By chance"), lang.say("Of halves")),
        ),
        groups=groups,
        n_text=3,
        note=_say_method(result, lang),
    )


def _say_box(result: ConditionsResult, found: Conditions, at: int, lang: Language) -> str:
    box = found.boxes[at]
    number = f" ({at + 1})" if len(found.boxes) > 1 else ""
    told = (
        mark(
            "It carries at least {share}: {coverage} of such states; {density} of the states here "
            "are such"
        )
        if found.kind == "carries"
        else mark(
            "It carries less than {share}: {coverage} of such states; {density} of the states here "
            "are such"
        )
    )
    return lang.say(
        told,
        share=f"{say_share(result.share, lang)}{number}",
        coverage=say_share(box.coverage, lang),
        density=say_share(box.density, lang),
    )


# ------------------------------------------------------------------------------ the chart


def draw_conditions(result: ConditionsResult, *, width_in: float, lang: Language = ENGLISH) -> str:
    """
    Draw the limits of every box in the ranges of its inputs, and the trade-off behind the boxes.

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
    key = f"conditions-{'narrow' if narrow else 'wide'}"
    share = say_share(result.share, lang)
    keys: list[Line2D | Patch] = [
        Patch(color=COLOURS["carries"], label=lang.say("carries at least {share}", share=share)),
        Patch(color=COLOURS["fails"], label=lang.say("carries less than {share}", share=share)),
    ]
    rows = [
        (
            COLOURS[found.kind],
            wrap_letters(_say_box(result, found, at, lang), 46 if narrow else 96),
            box,
        )
        for found in (result.carries, result.fails)
        for at, box in enumerate(found.boxes)
    ]
    rows_in = sum(_head_in(head) + _height_in(box, narrow=narrow) for _, head, box in rows)
    ends = [say_bounds(limit, lang) for *_, box in rows for limit in box.limits]
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
            at_in = _draw_box(axes, colour, box, at_in + _head_in(head), narrow=narrow, lang=lang)
        trade = add_axes(
            figure, left_in=0.75, right_in=0.2, top_in=top_in + max(rows_in, 0.1) + 0.55,
            bottom_in=0.55,
        )  # fmt: skip
        _draw_trade_off(trade, result, lang)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_conditions(result, lang))


def _step_in(name: Sequence[str], *, narrow: bool) -> float:
    return (0.42 if narrow else 0.2) + 0.14 * len(name)


def _height_in(box: StateBox, *, narrow: bool) -> float:
    width = 46 if narrow else 40
    return sum(_step_in(wrap_name(limit.name, width), narrow=narrow) for limit in box.limits) + 0.06


def _head_in(head: Sequence[str]) -> float:
    return 0.16 + 0.15 * len(head)


def _draw_box(
    axes: Axes, colour: str, box: StateBox, top_in: float, *, narrow: bool, lang: Language
) -> float:
    """Draw a box's limits from its top on; return where the next box begins, [in]."""
    for limit in box.limits:
        name = wrap_name(limit.name, 46 if narrow else 40)
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
            say_bounds(limit, lang), (1.0, y_in), xytext=(0, 9) if narrow else (5, 0),
            textcoords="offset points", ha="right" if narrow else "left", va="center",
            fontsize=SMALL_PT, color=INK, annotation_clip=False,
        )  # fmt: skip
        top_in += step_in
    return top_in + 0.06


def _draw_trade_off(axes: Axes, result: ConditionsResult, lang: Language) -> None:
    axes.set_title(
        lang.say(
            "density: of the states within limits, such ones\n"
            "coverage: of such states, those within limits"
        ),
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
        axis.set_major_formatter(lambda value, _: lang.figures(f"{100 * value:.0f} %"))
    axes.set_xlabel(lang.say("coverage"))
    axes.set_ylabel(lang.say("density"))
    axes.grid(visible=True)


def describe_conditions(result: ConditionsResult, lang: Language = ENGLISH) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The study.
    lang
        Language of the words.
    """
    said = [box.sentence for found in (result.carries, result.fails) for box in found.boxes]
    return f"{_head(result, result.carries, lang)}. {' '.join(said) or NOTHING}"
