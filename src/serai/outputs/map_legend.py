"""The legend below maps of flows."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from serai.outputs.language import ENGLISH, Language
from serai.outputs.map_parts import FlowPanel, FlowScale, MapCorridor, MapView

__all__ = [
    "BADGE",
    "DASHES",
    "INK",
    "Block",
    "arrange_legend",
    "draw_badge",
    "draw_legend",
    "measure_legend_pt",
    "measure_radius_pt",
    "measure_width_pt",
    "number_bottlenecks",
]

INK: Final = "#26303a"
BADGE: Final = "#26303a"
LINE_HEIGHT: Final = 1.6
"""[-]. Distance of legend rows over the size of the letters."""
ROW_LETTERS: Final = 48
"""Letters of a bottleneck's name and numbers that fit its column; a longer name is cut."""
LEGEND_SHARES: Final = (1.0, 0.25, 0.05)
MAX_LISTED: Final = 6
THINNEST_PT: Final = 0.5
SMALLEST_SHARE: Final = 1e-3
"""[-]. Share of the full flow below which a line is left out."""


Style = tuple[float, Sequence[float]] | None
DASHES: Final[Style] = (0.0, (2.2, 0.9))


class Row(NamedTuple):
    """One entry: words beside a line, a numbered badge, or alone."""

    words: str
    colour: str = INK
    width_pt: float = 0.0
    number: int = 0
    radius_pt: float = 0.0
    style: Style = None


class Block(NamedTuple):
    """Entries under one heading."""

    heading: str
    rows: Sequence[Row]


def measure_width_pt(flow: float, scale: FlowScale, corridor: MapCorridor, full_pt: float) -> float:
    """
    Return how wide a flow is drawn: as the square root of the flow, or not at all.

    Parameters
    ----------
    flow
        [unit of the scale], >= 0.
    scale
        Flow that has the full width.
    corridor
        Looks; a fixed width wins.
    full_pt
        [pt], > 0. Full width of the view.

    Returns
    -------
    width
        [pt], >= 0.
    """
    share = flow / scale.full_flow
    if share < SMALLEST_SHARE:
        return 0.0
    if corridor.fixed_width_pt is not None:
        return corridor.fixed_width_pt
    return max(THINNEST_PT, full_pt * float(np.sqrt(share)))


def measure_radius_pt(price_usd_teu: float, highest_usd_teu: float, font_pt: float) -> float:
    """
    Return the radius of a bottleneck's badge; its area beyond the number grows with the price.

    Parameters
    ----------
    price_usd_teu
        [USD/TEU], >= 0. Scarcity price.
    highest_usd_teu
        [USD/TEU], >= 0. Highest price on the sheet.
    font_pt
        [pt], > 0. Size of the letters.

    Returns
    -------
    radius
        [pt], > 0.
    """
    share = price_usd_teu / highest_usd_teu if highest_usd_teu > 0.0 else 0.0
    return font_pt * float(np.sqrt(0.33 + 0.75 * min(1.0, share)))


def number_bottlenecks(panels: Sequence[FlowPanel]) -> dict[str, int]:
    """
    Return a number for each bottleneck, the dearest on any map first.

    Parameters
    ----------
    panels
        Maps on one sheet.

    Returns
    -------
    numbers
        Number from 1 by name; equal names on two maps share one.
    """
    dearest: dict[str, float] = {}
    for panel in panels:
        for one in panel.bottlenecks:
            dearest[one.name] = max(dearest.get(one.name, 0.0), one.price_usd_teu)
    names = sorted(dearest, key=lambda name: (-dearest[name], name))[:MAX_LISTED]
    return {name: number for number, name in enumerate(names, start=1)}


def arrange_legend(
    panels: Sequence[FlowPanel],
    scale: FlowScale,
    view: MapView,
    corridors: Mapping[str, MapCorridor],
    lang: Language = ENGLISH,
) -> tuple[Block, ...]:
    """
    Return what the legend says.

    Parameters
    ----------
    panels
        Maps on one sheet.
    scale
        Width of flows.
    view
        Size of lines and letters.
    corridors
        Looks by corridor key; those without flow on any map are left out.
    lang
        Language of the words.

    Returns
    -------
    blocks
        Corridors, widths and, if there are any, bottlenecks.
    """
    used = {
        key
        for panel in panels
        for line in panel.lines
        for key, flow in line.flows.items()
        if measure_width_pt(flow, scale, corridors[key], view.full_width_pt) > 0.0
    }
    looks = [
        Row(lang.say(look.label), look.colour, look.fixed_width_pt or 0.55 * view.full_width_pt)
        for key, look in corridors.items()
        if key in used
    ]
    grey = MapCorridor(label="", colour="#7a7f85")
    if any(line.is_inferred for panel in panels for line in panel.lines):
        looks.append(Row(lang.say("dashed: course drawn straight"), grey.colour, 2.0, style=DASHES))
    widths = [
        Row(
            _write_number(share * scale.full_flow, lang),
            grey.colour,
            measure_width_pt(share * scale.full_flow, scale, grey, view.full_width_pt),
        )
        for share in LEGEND_SHARES
    ]
    blocks = [
        Block(lang.say("Corridors"), looks),
        Block(lang.say("Width: {unit}", unit=scale.unit), widths),
    ]
    badges = _list_bottlenecks(panels, view, lang)
    if badges:
        blocks.append(Block(lang.say("Bottlenecks: scarcity price, USD/TEU"), badges))
    return tuple(blocks)


def measure_legend_pt(blocks: Sequence[Block], view: MapView) -> float:
    """
    Return the height of the legend.

    Parameters
    ----------
    blocks
        What the legend says.
    view
        Number of columns and size of letters.

    Returns
    -------
    height
        [pt], > 0.
    """
    return sum(_measure_tiers(blocks, view)) + 0.4 * view.font_pt


def draw_legend(axes: Axes, blocks: Sequence[Block], view: MapView, top_pt: float) -> None:
    """
    Draw the legend below the maps.

    Parameters
    ----------
    axes
        Axes whose unit is a point.
    blocks
        What the legend says.
    view
        Number of columns and size of letters.
    top_pt
        [pt]. Upper edge.
    """
    font_pt, line_pt = view.font_pt, LINE_HEIGHT * view.font_pt
    column_pt = axes.get_xlim()[1] / min(view.n_legend_columns, len(blocks))
    tiers_pt = _measure_tiers(blocks, view)
    for ix, block in enumerate(blocks):
        tier, column = divmod(ix, view.n_legend_columns)
        left_pt = 0.3 * font_pt + column * column_pt
        y = top_pt - sum(tiers_pt[:tier]) - 1.1 * line_pt
        axes.text(left_pt, y, block.heading, color=INK, weight="bold", va="center")
        for row in block.rows:
            y -= line_pt
            words_pt = left_pt + 3.6 * font_pt
            if row.number:
                words_pt = left_pt + 2.6 * font_pt
                draw_badge(axes, (left_pt + 1.1 * font_pt, y), row.number, row.radius_pt, font_pt)
            else:
                ends = [left_pt, left_pt + 2.8 * font_pt]
                line = Line2D(
                    ends, [y, y], color=row.colour, linewidth=row.width_pt, linestyle=row.style
                )
                line.set_solid_capstyle("butt")
                axes.add_line(line)
            axes.text(words_pt, y, row.words, color=INK, va="center")


def draw_badge(
    axes: Axes, spot: tuple[float, float], number: int, radius_pt: float, font_pt: float
) -> None:
    """
    Draw a bottleneck's numbered disc.

    Parameters
    ----------
    axes
        Axes whose unit is a point.
    spot
        [pt]. Centre.
    number
        Number in the legend.
    radius_pt
        [pt], > 0.
    font_pt
        [pt], > 0. Size of letters on the sheet.
    """
    axes.add_patch(Circle(spot, radius_pt, facecolor=BADGE, edgecolor="white", lw=0.9, zorder=8))
    axes.text(
        spot[0],
        spot[1] - 0.31 * font_pt,
        str(number),
        fontsize=0.84 * font_pt,
        color="white",
        weight="bold",
        ha="center",
        zorder=9,
    )


def _measure_tiers(blocks: Sequence[Block], view: MapView) -> list[float]:
    """Return the height of each row of blocks, [pt]."""
    heights = [(len(block.rows) + 1.8) * LINE_HEIGHT * view.font_pt for block in blocks]
    step = view.n_legend_columns
    return [max(heights[ix : ix + step]) for ix in range(0, len(heights), step)]


def _list_bottlenecks(panels: Sequence[FlowPanel], view: MapView, lang: Language) -> list[Row]:
    """Return a row per bottleneck with its price on each map."""
    by_panel = [{one.name: one for one in panel.bottlenecks} for panel in panels]
    every = [one for found in by_panel for one in found.values()]
    highest = max((one.price_usd_teu for one in every), default=0.0)
    rows = []
    for name, number in number_bottlenecks(panels).items():
        shown = [found.get(name) for found in by_panel]
        words = " → ".join(_write_number(one.price_usd_teu, lang) if one else "0" for one in shown)
        waits = [one.wait_h for one in shown if one]
        if max(waits) >= 1.0:
            words = lang.say(
                "{prices}; wait {hours} h", prices=words, hours=lang.figures(f"{waits[-1]:.0f}")
            )
        price = max(one.price_usd_teu for one in shown if one)
        radius_pt = min(measure_radius_pt(price, highest, view.font_pt), 0.78 * view.font_pt)
        room = ROW_LETTERS - len(words)
        told = name if len(name) <= room else f"{name[: room - 1].rstrip()}…"
        rows.append(Row(f"{told}: {words}", number=number, radius_pt=radius_pt))
    return rows


def _write_number(value: float, lang: Language) -> str:
    """Return a number with at most three digits that say something."""
    if value >= 1000.0:  # noqa: PLR2004 - from here on no decimals
        digits = int(np.floor(np.log10(value))) - 2
        value = round(value / 10.0**digits) * 10.0**digits
        return lang.figures(f"{value:,.0f}")
    return lang.figures(f"{value:.3g}")
