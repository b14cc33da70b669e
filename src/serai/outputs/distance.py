"""
Time-distance and cost-distance diagrams of routes.

The convention is UNESCAP's: kilometres from the origin to the right, days or dollars summed
upwards, a slope along every haul and an upright step at every place where goods wait or pay.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from serai.domain.quotes import Leg, QuoteRoute
from serai.outputs.drawing import (
    FAINT,
    INK,
    SMALL_PT,
    add_axes,
    is_narrow,
    measure_text_in,
    open_sheet,
    write_svg,
)
from serai.outputs.language import ENGLISH, Language
from serai.outputs.numbers import say_days, say_plain, say_usd
from serai.outputs.words import COLOURS, name_corridor
from serai.units import HOURS_PER_DAY

__all__ = ["Stop", "Trace", "describe_distance", "draw_distance", "trace_route"]

Quantity = Literal["days", "usd"]
Box = tuple[float, float, float, float]
FEU: Final = "USD/FEU"
"""What money is counted in unless a sheet says otherwise."""

Crowd = tuple[NDArray[np.float64], list[Box]]
"""Points along the lines, and boxes of the words already written, [pt]."""

SEA_MODES: Final = frozenset({"sea", "ferry", "feeder", "river"})
LETTER_PT: Final = 7.5
SAMPLE_PT: Final = 2.0
FALLBACK: Final = "#6a3d9a"
SPARE: Final = ("#6a3d9a", "#7f6000", "#b2182b", "#1b7837")
"""Colours of further routes by a corridor."""
MARGINS_IN: Final = (0.5, 0.2, 0.52, 0.5)
"""Left, right, upper, lower."""


class Stop(NamedTuple):
    """An upright step: a place where goods wait or pay."""

    name: str
    km: float
    """[km] From the origin."""
    before: float
    """[days or money] Sum on arrival."""
    after: float
    """[days or money] Sum on leaving."""


class Trace(NamedTuple):
    """A route as a line: corners, whether the piece after each is afloat, and its stops."""

    corridor: str
    end: str
    """Where it ends."""
    km: list[float]
    total: list[float]
    afloat: list[bool]
    stops: list[Stop]
    name: str = ""
    """What the line is called; its corridor's name if empty."""
    colour: str = ""
    """Its corridor's colour if empty."""

    def say_name(self, lang: Language = ENGLISH) -> str:
        """
        Return what the line is called.

        Parameters
        ----------
        lang
            Language of the name.
        """
        return self.name or name_corridor(self.corridor, lang)

    def pick_colour(self) -> str:
        """Return the colour of the line."""
        return self.colour or COLOURS.get(self.corridor, FALLBACK)


class _Frame(NamedTuple):
    """Where data fall on the sheet."""

    axes: Axes
    width_pt: float
    height_pt: float
    far_km: float
    top: float
    is_narrow: bool

    def place(self, km: float, total: float) -> tuple[float, float]:
        """Return a point's place from the lower left corner of the axes, [pt]."""
        return km / self.far_km * self.width_pt, total / self.top * self.height_pt


def trace_route(route: QuoteRoute, quantity: Quantity) -> Trace:
    """
    Return a route as the line of a diagram.

    Parameters
    ----------
    route
        Route with its legs.
    quantity
        What is summed: days, or usd for USD per FEU.

    Returns
    -------
    trace
        Corners from the origin on; neighbouring transfers are one stop.
    """
    end = route.legs[-1].to if route.legs else ""
    trace = Trace(route.corridor, end, [0.0], [0.0], [], [])
    for leg in route.legs:
        km, total = trace.km[-1], trace.total[-1]
        after = total + (leg.hours / HOURS_PER_DAY if quantity == "days" else leg.price)
        if _is_step(leg):
            trace.km.append(km)
            trace.total.append(after)
            trace.afloat.append(False)
            _add_stop(trace.stops, leg, Stop(_name_stop(leg), km, total, after))
        if leg.km > 0.0:
            trace.km.append(km + leg.km)
            trace.total.append(after)
            trace.afloat.append(leg.mode in SEA_MODES)
    return trace


def draw_distance(
    routes: Sequence[QuoteRoute],
    quantity: Quantity,
    *,
    width_in: float,
    money: str = FEU,
    names: Sequence[str] = (),
    lang: Language = ENGLISH,
) -> str:
    """
    Draw routes between the same two places against distance.

    Parameters
    ----------
    routes
        At least one; told apart by their corridors.
    quantity
        What is summed: days, or usd for USD per FEU.
    width_in
        [in]. Width of the sheet.
    money
        What the prices of the routes are counted in.
    names
        What each route is called, unlike its neighbours; its corridor's name if left out.
    lang
        Language of the words.

    Returns
    -------
    svg
        One element.
    """
    narrow = is_narrow(width_in)
    key = f"{quantity}-{'narrow' if narrow else 'wide'}"
    height_in = 4.6 if narrow else 4.3
    traces = _trace_all(routes, quantity, names)
    left_in, right_in, top_in, bottom_in = MARGINS_IN
    with open_sheet(key, width_in, height_in) as figure:
        axes = add_axes(
            figure, left_in=left_in, right_in=right_in, top_in=top_in, bottom_in=bottom_in
        )
        frame = _Frame(
            axes,
            72.0 * (width_in - left_in - right_in),
            72.0 * (height_in - top_in - bottom_in),
            1.04 * max([1.0, *(trace.km[-1] for trace in traces)]),
            1.16 * max([1e-9, *(trace.total[-1] for trace in traces)]),
            narrow,
        )
        _dress(frame, quantity, money, lang)
        for trace in traces:
            _draw_trace(axes, trace)
        _write_labels(frame, traces, quantity, money, lang)
        _put_keys(figure, traces, lang)
        told = describe_distance(routes, quantity, money=money, names=names, lang=lang)
        return write_svg(figure, key, told)


def _trace_all(
    routes: Sequence[QuoteRoute], quantity: Quantity, names: Sequence[str]
) -> list[Trace]:
    """Trace every route; a corridor's second line has another colour than its first."""
    traces: list[Trace] = []
    spare = iter(SPARE)
    for ix, route in enumerate(routes):
        trace = trace_route(route, quantity)
        is_second = any(other.corridor == route.corridor for other in traces)
        colour = next(spare, FALLBACK) if is_second else ""
        traces.append(trace._replace(name=names[ix] if names else "", colour=colour))
    return traces


def describe_distance(
    routes: Sequence[QuoteRoute],
    quantity: Quantity,
    *,
    money: str = FEU,
    names: Sequence[str] = (),
    lang: Language = ENGLISH,
) -> str:
    """
    Return a diagram in words.

    Parameters
    ----------
    routes
        Routes of the diagram.
    quantity
        What is summed.
    money
        What the prices of the routes are counted in.
    names
        What each route is called; its corridor's name if left out.
    lang
        Language of the words.

    Returns
    -------
    text
        One sentence per route.
    """
    kind = (
        lang.say("Time-distance diagram.")
        if quantity == "days"
        else lang.say("Cost-distance diagram.")
    )
    said = [kind]
    for trace in _trace_all(routes, quantity, names):
        steps = sorted(trace.stops, key=lambda stop: stop.before - stop.after)[:5]
        places = ", ".join(
            f"{stop.name} {_say(stop.after - stop.before, quantity, money, lang)}" for stop in steps
        )
        said.append(
            lang.say(
                "{corridor}: {total} over {km} km; largest steps: {places}.",
                corridor=trace.say_name(lang),
                total=_say(trace.total[-1], quantity, money, lang),
                km=say_plain(trace.km[-1], lang=lang),
                places=places or lang.say("none"),
            )
        )
    return " ".join(said)


def _is_step(leg: Leg) -> bool:
    return leg.mode == "transfer" or leg.km <= 0.0


def _name_stop(leg: Leg) -> str:
    return leg.from_ if leg.from_ == leg.to else f"{leg.from_} / {leg.to}"


def _add_stop(stops: list[Stop], leg: Leg, stop: Stop) -> None:
    """Add a stop, or make the last one higher where nothing was hauled in between."""
    if stops and stops[-1].after == stop.before and _touches(stops[-1].name, leg):
        last = stops.pop()
        names = [*last.name.split(" / "), *stop.name.split(" / ")]
        name = " / ".join(dict.fromkeys(names))
        stop = Stop(name, last.km, last.before, stop.after)
    stops.append(stop)


def _touches(name: str, leg: Leg) -> bool:
    return leg.from_ in name.split(" / ")


def _say(amount: float, quantity: Quantity, money: str, lang: Language) -> str:
    if quantity == "days":
        return lang.say("{days} days", days=say_days(amount, lang))
    currency = money.partition("/")[0]
    if currency == "USD":
        return lang.say("{usd} USD", usd=say_usd(amount, lang))
    return f"{say_usd(amount, lang)} {currency}"


# ---------------------------------------------------------------- drawing


def _dress(frame: _Frame, quantity: Quantity, money: str, lang: Language) -> None:
    """Set ends, grid and labels of the axes."""
    axes = frame.axes
    axes.set_xlim(0.0, frame.far_km)
    axes.set_ylim(0.0, frame.top)
    axes.grid(visible=True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda km, _: lang.figures(f"{km:,.0f}")))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda sum_, _: lang.figures(f"{sum_:,.10g}")))
    axes.set_xlabel(lang.say("km from the origin"))
    if quantity == "days":
        name = lang.say("days since departure")
    else:
        name = lang.say("USD per FEU, summed") if money == FEU else f"{money}, summed"
    axes.annotate(
        name,
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(-72.0 * MARGINS_IN[0] + 2.0, 8.0),
        textcoords="offset points",
        fontsize=SMALL_PT,
        color=FAINT,
        annotation_clip=False,
    )


def _draw_trace(axes: Axes, trace: Trace) -> None:
    colour = trace.pick_colour()
    for ix, afloat in enumerate(trace.afloat):
        axes.plot(
            trace.km[ix : ix + 2],
            trace.total[ix : ix + 2],
            color=colour,
            linewidth=2.0,
            linestyle=(0, (1.2, 1.2)) if afloat else "-",
            solid_capstyle="round",
            zorder=3,
        )
    axes.plot(
        [stop.km for stop in trace.stops],
        [stop.after for stop in trace.stops],
        "o" if trace.corridor == "middle" else "s",
        mfc="white",
        mec=colour,
        mew=1.2,
        ms=4,
        zorder=4,
    )


def _put_keys(figure: Figure, traces: Sequence[Trace], lang: Language) -> None:
    keys = [
        Line2D(
            [],
            [],
            color=trace.pick_colour(),
            linewidth=2.0,
            marker="o" if trace.corridor == "middle" else "s",
            mfc="white",
            ms=4,
            label=trace.say_name(lang),
        )
        for trace in traces
    ]
    if any(any(trace.afloat) for trace in traces):
        keys.append(
            Line2D(
                [],
                [],
                color=FAINT,
                linewidth=2.0,
                linestyle=(0, (1.2, 1.2)),
                label=lang.say("by water"),
            )
        )
    figure.legend(
        handles=keys,
        loc="upper right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=len(keys),
        borderaxespad=0.1,
        handlelength=2.2,
        columnspacing=1.2,
        labelcolor=INK,
    )


# ---------------------------------------------------------------- names of places


def _write_labels(
    frame: _Frame, traces: Sequence[Trace], quantity: Quantity, money: str, lang: Language
) -> None:
    """Name the ends and, largest first, as many steps as find room."""
    lines = np.concatenate([_sample(frame, trace) for trace in traces])
    taken: list[Box] = []
    for trace in traces:
        said = _say(trace.total[-1], quantity, money, lang)
        text = said if frame.is_narrow else f"{trace.end}: {said}"
        is_high = trace.total[-1] == max(other.total[-1] for other in traces)
        _write_end(frame, text, trace, (lines, taken), is_high=is_high)
    steps = [(stop, trace) for trace in traces for stop in trace.stops if stop.km < trace.km[-1]]
    steps.sort(key=lambda pair: pair[0].before - pair[0].after)
    named = set()
    for stop, trace in steps:
        if stop in named:
            continue
        named.add(stop)
        spot = frame.place(stop.km, (stop.before + stop.after) / 2.0)
        name = stop.name.split(" / ")[0] if frame.is_narrow else stop.name
        text = f"{name} +{_say_short(stop.after - stop.before, quantity, lang)}"
        is_high = _is_above(stop, trace, traces)
        _write_where_free(frame, text, spot, (lines, taken), is_high=is_high)


def _is_above(stop: Stop, trace: Trace, traces: Sequence[Trace]) -> bool:
    """Say whether a line is the highest one where it has this stop."""
    own = float(np.interp(stop.km, trace.km, trace.total))
    return all(own >= float(np.interp(stop.km, other.km, other.total)) for other in traces)


def _say_short(amount: float, quantity: Quantity, lang: Language) -> str:
    if quantity == "days":
        return lang.say("{days} d", days=say_days(amount, lang))
    return say_usd(amount, lang)


def _write_end(frame: _Frame, text: str, trace: Trace, crowd: Crowd, *, is_high: bool) -> None:
    """Write the sum at the end of a line, in bold: above the highest line, below the others."""
    lines, taken = crowd
    x_pt, y_pt = frame.place(trace.km[-1], trace.total[-1])
    width_pt = 72.0 * measure_text_in(text, SMALL_PT) * 1.1
    last_pt = frame.width_pt + 72.0 * MARGINS_IN[1] - width_pt
    left_pt = max(3.0, min(x_pt + (4.0 - width_pt if is_high else 7.0), last_pt))
    for lift in (7.0, 18.0, 30.0) if is_high else (-4.0, -16.0, -28.0, -40.0, -52.0, -64.0, 7.0):
        box = (left_pt, y_pt + lift, left_pt + width_pt, y_pt + lift + SMALL_PT)
        if not _hits(box, lines, taken):
            break
    taken.append(box)
    colour = trace.pick_colour()
    _write(frame, text, (box[2], box[1]), colour, "right", weight="bold")


def _list_lifts(*, is_high: bool) -> Iterable[tuple[float, float]]:
    """Give steps away from a stop: up and left of a high line, down and right of a low one."""
    side = -1.0 if is_high else 1.0
    for far in (0.0, 8.0, 16.0, 26.0, 38.0, 52.0, 66.0):
        yield side * (6.0 + 0.5 * far), -side * far - 3.0


def _write_where_free(
    frame: _Frame, text: str, spot: tuple[float, float], crowd: Crowd, *, is_high: bool
) -> None:
    """Write a name at the nearest place where it covers nothing; nowhere if there is none."""
    lines, taken = crowd
    width_pt = 72.0 * measure_text_in(text, LETTER_PT)
    side = "right" if is_high else "left"
    last_pt = frame.width_pt + 72.0 * MARGINS_IN[1] - width_pt
    for right_pt, up_pt in _list_lifts(is_high=is_high):
        left_pt = spot[0] + right_pt - (width_pt if is_high else 0.0)
        left_pt = min(max(left_pt, 3.0), last_pt)
        y_pt = spot[1] + up_pt
        box = (left_pt, y_pt - 2.0, left_pt + width_pt, y_pt + LETTER_PT + 1.0)
        if box[1] < 1.0 or box[3] > frame.height_pt or _hits(box, lines, taken):
            continue
        end_pt = min(max(spot[0], left_pt + 4.0), left_pt + width_pt - 4.0)
        leader = np.linspace(spot, (end_pt, box[1] if is_high else box[3]), 24)
        if any(_hits(other, leader, ()) for other in taken):
            continue
        taken.append(box)
        _write(frame, text, (left_pt + (width_pt if is_high else 0.0), y_pt), INK, side)
        if abs(up_pt + 3.0) > LETTER_PT:
            _draw_leader(frame, leader)
        return


def _draw_leader(frame: _Frame, leader: NDArray[np.float64]) -> None:
    frame.axes.annotate(
        "",
        tuple(leader[0]),
        xytext=tuple(leader[-1]),
        xycoords="axes points",
        textcoords="axes points",
        arrowprops={
            "arrowstyle": "-",
            "color": FAINT,
            "linewidth": 0.6,
            "shrinkA": 0,
            "shrinkB": 2,
        },
    )


def _write(
    frame: _Frame,
    text: str,
    spot: tuple[float, float],
    colour: str,
    side: str,
    *,
    weight: str = "normal",
) -> None:
    frame.axes.annotate(
        text,
        spot,
        xycoords="axes points",
        ha="right" if side == "right" else "left",
        va="baseline",
        color=colour,
        weight=weight,
        fontsize=SMALL_PT if weight == "bold" else LETTER_PT,
        annotation_clip=False,
        zorder=5,
    )


def _sample(frame: _Frame, trace: Trace) -> NDArray[np.float64]:
    """Return points along a line, close enough together that no letter slips through, [pt]."""
    corners = np.array(
        [frame.place(km, total) for km, total in zip(trace.km, trace.total, strict=True)]
    )
    pieces = [corners[:1]]
    for start, end in pairwise(corners):
        n_points = int(np.ceil(np.hypot(*(end - start)) / SAMPLE_PT)) + 1
        pieces.append(start + np.linspace(0.0, 1.0, n_points + 1)[1:, None] * (end - start))
    return np.concatenate(pieces)


def _hits(box: Box, lines: NDArray[np.float64], taken: Sequence[Box]) -> bool:
    """Say whether a box covers a line or another box."""
    left, low, right, high = box
    x_pt, y_pt = lines[:, 0], lines[:, 1]
    inside = (x_pt > left - 2) & (x_pt < right + 2) & (y_pt > low - 2) & (y_pt < high + 2)
    if bool(inside.any()):
        return True
    return any(
        left < other[2] and right > other[0] and low < other[3] and high > other[1]
        for other in taken
    )
