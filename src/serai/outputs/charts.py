"""Charts of an answer as SVG: shares, where flow goes, and later years."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from serai.domain.results import AnswerResult, Band, CaseResult, OutlookRow
from serai.outputs.drawing import (
    CLEAR,
    FAINT,
    INK,
    SMALL_PT,
    add_axes,
    dress_percent,
    is_narrow,
    measure_axes_in,
    measure_legend_in,
    measure_text_in,
    open_sheet,
    pick_ink,
    put_legend,
    write_name,
    write_svg,
)
from serai.outputs.language import ENGLISH, Language
from serai.outputs.numbers import say_band, say_share
from serai.outputs.words import (
    COLOURS,
    DESTINATIONS,
    FORCED,
    VOLUNTARY,
    list_cases,
    name_case,
    name_corridor,
    pick_case,
    split_route,
)

__all__ = [
    "describe_destinations",
    "describe_outlook",
    "describe_shares",
    "draw_destinations",
    "draw_outlook",
    "draw_shares",
]

NAME_MARGIN_IN: Final = 1.75
CENTRAL_GAP: Final = 0.004
"""[-]. Share of the axis beyond which the central run gets a marker of its own."""


class _Row(NamedTuple):
    """One line of a chart of shares: a band at a height, and how it looks."""

    band: Band
    y_in: float
    colour: str
    marker: Literal["o", "s"]
    note: str


# ---------------------------------------------------------------- share by case


def draw_shares(answer: AnswerResult, *, width_in: float, lang: Language = ENGLISH) -> str:
    """
    Draw the share of divertible boxes that the Middle Corridor takes, by case, with its band.

    Parameters
    ----------
    answer
        The answer.
    width_in
        [in]. Width of the sheet.
    lang
        Language of the words.

    Returns
    -------
    svg
        One element.
    """
    key = f"shares-{'narrow' if is_narrow(width_in) else 'wide'}"
    narrow = is_narrow(width_in)
    cases = list_cases(answer)
    step_in, first_in = (0.78, 0.42) if narrow else (0.62, 0.2)
    plot_in = max(1, len(cases)) * step_in + 0.04
    note = lang.say("by definition")
    rows = _stack_rows(answer, cases, step_in=step_in, first_in=first_in, note=note)
    has_central = _central_differs(rows)
    keys = _list_share_keys(answer, has_central=has_central, lang=lang)
    legend_in = measure_legend_in(keys, width_in)
    with open_sheet(key, width_in, plot_in + legend_in + 0.5) as figure:
        axes = add_axes(
            figure,
            left_in=0.1 if narrow else NAME_MARGIN_IN,
            right_in=1.3,
            top_in=legend_in,
            bottom_in=0.5,
        )
        axes.set_ylim(plot_in, 0.0)
        axes.set_xlim(*_span_shares([row.band for row in rows]))
        for ix, case in enumerate(cases):
            write_name(axes, name_case(case, lang=lang), ix * step_in, step_in)
        for row in rows:
            _draw_band(axes, row, has_central=has_central, lang=lang)
        dress_percent(axes, lang.say("share of the divertible TEU"), lang=lang)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_shares(answer, lang))


def describe_shares(answer: AnswerResult, lang: Language = ENGLISH) -> str:
    """
    Return the chart of shares in words.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    text
        One sentence per case.
    """
    said = []
    for case in list_cases(answer):
        closed, opened = (pick_case(answer, case, state) for state in ("closed", "open"))
        parts = []
        if closed is not None:
            share = _say_value(closed.share, lang)
            parts.append(lang.say("forced share {share} with Russia closed", share=share))
        if opened is not None:
            share = _say_value(opened.share, lang)
            parts.append(lang.say("voluntary share {share} with Russia open", share=share))
        said.append(f"{name_case(case, lang=lang)}: {', '.join(parts)}.")
    start = lang.say("Share of divertible boxes taken by the Middle Corridor.")
    return " ".join([start, *said])


def _stack_rows(
    answer: AnswerResult, cases: Sequence[str], *, step_in: float, first_in: float, note: str
) -> list[_Row]:
    rows = []
    for ix, case in enumerate(cases):
        top_in = ix * step_in + first_in
        closed, opened = (pick_case(answer, case, state) for state in ("closed", "open"))
        if closed is not None:
            rows.append(_Row(closed.share, top_in, FORCED, "o", ""))
        if opened is not None:
            told = f" {note}" if case == "today" and not opened.share.central else ""
            rows.append(_Row(opened.share, top_in + 0.22, VOLUNTARY, "s", told))
    return rows


def _list_share_keys(
    answer: AnswerResult, *, has_central: bool, lang: Language
) -> list[Line2D | Patch]:
    n_draws = answer.draws.n
    forced, voluntary = (
        (
            lang.say("Russia closed: forced share, median"),
            lang.say("Russia open: voluntary share, median"),
        )
        if n_draws
        else (
            lang.say("Russia closed: forced share, central run"),
            lang.say("Russia open: voluntary share, central run"),
        )
    )
    keys: list[Line2D | Patch] = [
        _make_key(FORCED, "o", forced),
        _make_key(VOLUNTARY, "s", voluntary),
    ]
    if n_draws:
        label = lang.say_count("P10–P90 of {n} draw", "P10–P90 of {n} draws", n_draws)
        keys.append(Patch(color=FORCED, alpha=0.35, label=label))
    if has_central:
        label = lang.say("central run")
        keys.append(Line2D([], [], ls="", marker="D", mfc="none", mec=INK, ms=5, label=label))
    return keys


def _make_key(colour: str, marker: str, label: str) -> Line2D:
    return Line2D([], [], ls="", marker=marker, mfc=colour, mec="white", ms=7, label=label)


def _draw_band(axes: Axes, row: _Row, *, has_central: bool, lang: Language) -> None:
    """Draw a band, its median, its central run, and both in figures."""
    band = row.band
    axes.barh(
        row.y_in, band.high - band.low, left=band.low, height=0.15, color=row.colour, alpha=0.35
    )
    if has_central and band.central != band.value:
        axes.plot(band.central, row.y_in, "D", mfc="none", mec=INK, ms=5, clip_on=False, zorder=4)
    axes.plot(
        band.value, row.y_in, row.marker, mfc=row.colour, mec="white", ms=7, clip_on=False, zorder=3
    )
    axes.annotate(
        _say_value(band, lang) + row.note,
        (max(band.high, band.value, band.central), row.y_in),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL_PT,
        annotation_clip=False,
        bbox=CLEAR,
    )


def _say_value(band: Band, lang: Language) -> str:
    """Say a median and its band in figures."""
    if band.low == band.high:
        return say_share(band.value, lang)
    return f"{say_share(band.value, lang)} ({say_band(band.low, band.high, lang)})"


def _central_differs(rows: Sequence[_Row]) -> bool:
    low, high = _span_shares([row.band for row in rows])
    return any(abs(row.band.central - row.band.value) > CENTRAL_GAP * (high - low) for row in rows)


def _span_shares(bands: Sequence[Band]) -> tuple[float, float]:
    """Return the ends of an axis that starts at zero unless something is negative."""
    ends = [end for band in bands for end in (band.low, band.high, band.central, band.value)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if high <= low:
        return 0.0, 0.1
    return 1.05 * low, high + 0.02 * (high - low)


# ---------------------------------------------------------------- where it goes


def draw_destinations(answer: AnswerResult, *, width_in: float, lang: Language = ENGLISH) -> str:
    """
    Draw where the divertible boxes go when Russia closes, one stacked bar per case.

    Parameters
    ----------
    answer
        The answer.
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
    key = f"destinations-{'narrow' if narrow else 'wide'}"
    cases = [case for case in answer.cases if case.russia == "closed"]
    step_in = 0.62 if narrow else 0.44
    plot_in = max(1, len(cases)) * step_in + 0.04
    keys = [_make_patch(name, lang) for name in _list_destinations(cases)]
    legend_in = measure_legend_in(keys, width_in)
    with open_sheet(key, width_in, plot_in + legend_in + 0.5) as figure:
        axes = add_axes(
            figure,
            left_in=0.1 if narrow else NAME_MARGIN_IN,
            right_in=0.25,
            top_in=legend_in,
            bottom_in=0.5,
        )
        axes.set_ylim(plot_in, 0.0)
        axes.set_xlim(*_span_stacks(cases))
        for ix, case in enumerate(cases):
            write_name(axes, name_case(case.case, case.title, lang), ix * step_in, step_in)
            middle_in = (ix + 1) * step_in - 0.18 if narrow else (ix + 0.5) * step_in
            _draw_stack(axes, case, middle_in, lang)
        dress_percent(axes, lang.say("share of the divertible TEU, central run"), lang=lang)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_destinations(answer, lang))


def describe_destinations(answer: AnswerResult, lang: Language = ENGLISH) -> str:
    """
    Return the chart of destinations in words.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    text
        One sentence per case.
    """
    said = []
    for case in answer.cases:
        if case.russia == "closed":
            parts = [
                f"{name_corridor(name, lang)} {say_share(share, lang)}"
                for name, share in split_route(case).items()
                if share
            ]
            said.append(f"{name_case(case.case, case.title, lang)}: {', '.join(parts)}.")
    return " ".join([lang.say("Where the divertible boxes go when Russia closes."), *said])


def _list_destinations(cases: Sequence[CaseResult]) -> list[str]:
    """Return the destinations that anything goes to."""
    least = 5e-4
    return [
        name
        for name in DESTINATIONS
        if any(abs(split_route(case)[name]) >= least for case in cases)
    ]


def _make_patch(name: str, lang: Language) -> Patch:
    unserved = name == "unserved"
    return Patch(
        facecolor=COLOURS[name],
        edgecolor=FAINT if unserved else "white",
        hatch="////" if unserved else None,
        label=lang.say("Still Northern") if name == "north" else name_corridor(name, lang),
    )


def _span_stacks(cases: Sequence[CaseResult]) -> tuple[float, float]:
    stacks = [split_route(case).values() for case in cases]
    low = min((sum(share for share in stack if share < 0.0) for stack in stacks), default=0.0)
    high = max((sum(share for share in stack if share > 0.0) for stack in stacks), default=1.0)
    return low, max(1.0, high)


def _draw_stack(axes: Axes, case: CaseResult, y_in: float, lang: Language) -> None:
    """Draw one stacked bar; what is less than before goes to the left of zero."""
    ends = [0.0, 0.0]
    for name, share in split_route(case).items():
        if not share:
            continue
        side = int(share > 0.0)
        unserved = name == "unserved"
        axes.barh(
            y_in,
            share,
            left=ends[side],
            height=0.27,
            facecolor=COLOURS[name],
            edgecolor=FAINT if unserved else "white",
            linewidth=0.8,
            hatch="////" if unserved else None,
        )
        _label_piece(axes, name, share, (ends[side] + share / 2.0, y_in), lang)
        ends[side] += share


def _label_piece(
    axes: Axes, name: str, share: float, spot: tuple[float, float], lang: Language
) -> None:
    """Write a share into its piece of a bar, if the piece is wide enough."""
    low, high = axes.get_xlim()
    text = say_share(share, lang)
    width_in = abs(share) / (high - low) * measure_axes_in(axes)
    if width_in < measure_text_in(text, SMALL_PT) + 0.06:
        return
    axes.text(
        *spot,
        text,
        ha="center",
        va="center",
        fontsize=SMALL_PT,
        color=pick_ink(COLOURS[name]),
        bbox=CLEAR if name == "unserved" else None,
    )


# ---------------------------------------------------------------- later years


def draw_outlook(rows: Sequence[OutlookRow], *, width_in: float, lang: Language = ENGLISH) -> str:
    """
    Draw the shares against the demand of later years: reference, with low and high demand.

    Parameters
    ----------
    rows
        Outlook of one case.
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
    key = f"outlook-{'narrow' if narrow else 'wide'}"
    years = sorted({row.year for row in rows})
    step_in = 0.78 if narrow else 0.62
    first_in = 0.42 if narrow else 0.2
    plot_in = max(1, len(years)) * step_in + 0.04
    drawn = [
        _Row(
            _span_demand(rows, year, column), ix * step_in + first_in + 0.22 * at, colour, mark, ""
        )
        for ix, year in enumerate(years)
        for at, (column, colour, mark) in enumerate(OUTLOOK_LINES)
    ]
    keys = _list_outlook_keys(lang)
    legend_in = measure_legend_in(keys, width_in)
    with open_sheet(key, width_in, plot_in + legend_in + 0.5) as figure:
        axes = add_axes(
            figure,
            left_in=0.1 if narrow else NAME_MARGIN_IN,
            right_in=1.3,
            top_in=legend_in,
            bottom_in=0.5,
        )
        axes.set_ylim(plot_in, 0.0)
        axes.set_xlim(*_span_shares([row.band for row in drawn]))
        for ix, year in enumerate(years):
            write_name(axes, lang.say("Demand of {year}", year=year), ix * step_in, step_in)
        for row in drawn:
            _draw_band(axes, row, has_central=False, lang=lang)
        label = (
            lang.say("share of that year's divertible TEU")
            if narrow
            else lang.say("share of that year's divertible TEU, central run")
        )
        dress_percent(axes, label, lang=lang)
        put_legend(figure, keys)
        return write_svg(figure, key, describe_outlook(rows, lang))


OUTLOOK_LINES: Final[tuple[tuple[Literal["forced", "voluntary"], str, Literal["o", "s"]], ...]] = (
    ("forced", FORCED, "o"),
    ("voluntary", VOLUNTARY, "s"),
)


def _list_outlook_keys(lang: Language) -> list[Line2D | Patch]:
    return [
        _make_key(FORCED, "o", lang.say("Russia closed: forced share, reference demand")),
        _make_key(VOLUNTARY, "s", lang.say("Russia open: voluntary share, reference demand")),
        Patch(color=FORCED, alpha=0.35, label=lang.say("between low and high demand")),
    ]


def describe_outlook(rows: Sequence[OutlookRow], lang: Language = ENGLISH) -> str:
    """
    Return the chart of later years in words.

    Parameters
    ----------
    rows
        Outlook of one case.
    lang
        Language of the words.

    Returns
    -------
    text
        One sentence per year.
    """
    said = [
        lang.say(
            "{year}: forced share {forced}, voluntary share {voluntary}.",
            year=year,
            forced=_say_value(_span_demand(rows, year, "forced"), lang),
            voluntary=_say_value(_span_demand(rows, year, "voluntary"), lang),
        )
        for year in sorted({row.year for row in rows})
    ]
    start = lang.say("Share taken by the Middle Corridor at the demand of later years.")
    return " ".join([start, *said])


def _span_demand(
    rows: Sequence[OutlookRow], year: int, column: Literal["forced", "voluntary"]
) -> Band:
    """Return the share at reference demand, between those at the least and the most demand."""
    shares = {
        row.demand: row.forced_share if column == "forced" else row.voluntary_share
        for row in rows
        if row.year == year
    }
    value = shares.get("reference", sum(shares.values()) / len(shares))
    return Band(value=value, low=min(shares.values()), high=max(shares.values()), central=value)
