"""Maps of flows as SVG: one picture, or before and after side by side."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from serai.outputs.language import ENGLISH, Language
from serai.outputs.map_legend import (
    DASHES,
    INK,
    arrange_legend,
    draw_badge,
    draw_legend,
    measure_legend_pt,
    measure_radius_pt,
    measure_width_pt,
    number_bottlenecks,
)
from serai.outputs.map_lettering import SIDES, Box, Name, place_names, spread_discs
from serai.outputs.map_parts import (
    CORRIDORS,
    LETTERING,
    PAIR_VIEW,
    PHONE_VIEW,
    WIDE_VIEW,
    BasemapShapes,
    Bottleneck,
    FlowLine,
    FlowPanel,
    FlowScale,
    MapCorridor,
    MapView,
    PlaceLabel,
    label_main_places,
)
from serai.outputs.projection import drop_near_points, offset_line, to_sheet

__all__ = [
    "CORRIDORS",
    "PHONE_VIEW",
    "WIDE_VIEW",
    "Bottleneck",
    "FlowLine",
    "FlowPanel",
    "FlowScale",
    "MapCorridor",
    "MapView",
    "PlaceLabel",
    "choose_scale",
    "draw_flow_map",
    "draw_flow_maps_pair",
    "label_main_places",
]

Line = NDArray[np.float64]
Spot = tuple[float, float]

WATER: Final = "#e3ecf3"
LAND: Final = "#f8f6f0"
HOME_LAND: Final = "#efe8d6"
HOME: Final = "KAZ"
BORDER: Final = "#c6beae"
FAINT_INK: Final = "#a39b8c"
SEA_INK: Final = "#7f9db3"
FONT: Final = "DejaVu Sans"
FALLBACK_FONTS: Final = "'DejaVu Sans', Verdana, Arial, sans-serif"
LAND_DETAIL_PT: Final = 0.5
LINE_DETAIL_PT: Final = 1.2
CASING_PT: Final = 1.6
DASHED_FROM_PT: Final = 14.0
FULL_STEPS: Final = (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0)


def choose_scale(
    panels: Iterable[FlowPanel],
    unit: str,
    *,
    corridors: Mapping[str, MapCorridor] = CORRIDORS,
) -> FlowScale:
    """
    Return a scale that fits the largest flow of all maps, rounded up to a plain number.

    Parameters
    ----------
    panels
        Maps that are compared.
    unit
        Words for the legend, such as "TEU a year, both directions".
    corridors
        Looks by corridor key; corridors of fixed width do not count.

    Returns
    -------
    scale
        Scale for `draw_flow_map` or `draw_flow_maps_pair`.
    """
    largest = 0.0
    for panel in panels:
        for line in merge_lines(panel.lines):
            growing = [
                flow for key, flow in line.flows.items() if corridors[key].fixed_width_pt is None
            ]
            largest = max([largest, *growing])
    if largest <= 0.0:
        return FlowScale(unit=unit, full_flow=1.0)
    power = 10.0 ** np.floor(np.log10(largest))
    step = next(step for step in FULL_STEPS if step * power >= largest * (1.0 - 1e-9))
    return FlowScale(unit=unit, full_flow=float(step * power))


def draw_flow_map(
    basemap: BasemapShapes,
    panel: FlowPanel,
    scale: FlowScale,
    *,
    labels: Sequence[PlaceLabel] = (),
    view: MapView = WIDE_VIEW,
    corridors: Mapping[str, MapCorridor] = CORRIDORS,
    lang: Language = ENGLISH,
) -> str:
    """
    Draw the flows of one case on a map.

    Parameters
    ----------
    basemap
        Land and borders.
    panel
        Title, flows and bottlenecks.
    scale
        Width of flows.
    labels
        Names of places.
    view
        Part of the world and size: `WIDE_VIEW` or `PHONE_VIEW`.
    corridors
        Looks by corridor key, from north to south.
    lang
        Language of the words.

    Returns
    -------
    svg
        One `<svg>` element without a prolog, the same bytes for the same input.
    """
    return _draw_sheet(basemap, (panel,), scale, _Look(labels, view, corridors, lang))


def draw_flow_maps_pair(
    basemap: BasemapShapes,
    panels: tuple[FlowPanel, FlowPanel],
    scale: FlowScale,
    *,
    labels: Sequence[PlaceLabel] = (),
    corridors: Mapping[str, MapCorridor] = CORRIDORS,
    lang: Language = ENGLISH,
) -> str:
    """
    Draw two cases side by side, with one scale and one legend.

    Parameters
    ----------
    basemap
        Land and borders.
    panels
        Before, on the left, and after, on the right.
    scale
        Width of flows in both.
    labels
        Names of places.
    corridors
        Looks by corridor key, from north to south.
    lang
        Language of the words.

    Returns
    -------
    svg
        One `<svg>` element without a prolog, the same bytes for the same input.
    """
    return _draw_sheet(basemap, panels, scale, _Look(labels, PAIR_VIEW, corridors, lang))


def merge_lines(lines: Iterable[FlowLine]) -> list[FlowLine]:
    """
    Return one line per course, running from west to east, with all flows on it added up.

    Parameters
    ----------
    lines
        Lines of links; a link and its reverse, or rail of two gauges, may share a course.

    Returns
    -------
    merged
        Lines in the order of first appearance.
    """
    merged: dict[bytes, FlowLine] = {}
    for line in lines:
        first, last = line.points[0], line.points[-1]
        points = line.points if tuple(first) <= tuple(last) else line.points[::-1]
        key = np.ascontiguousarray(points).tobytes()
        flows = dict(merged[key].flows) if key in merged else {}
        for corridor, flow in line.flows.items():
            flows[corridor] = flows.get(corridor, 0.0) + flow
        merged[key] = replace(line, points=points, flows=flows)
    return list(merged.values())


# ---------------------------------------------------------------- the sheet


class _Look(NamedTuple):
    """Everything about a sheet that is not data."""

    labels: Sequence[PlaceLabel]
    view: MapView
    corridors: Mapping[str, MapCorridor]
    lang: Language


class _Pen(NamedTuple):
    """Where a map is being drawn: the axes, its lower left corner in points, its frame."""

    axes: Axes
    corner_pt: Spot
    frame: Rectangle
    look: _Look

    def place(self, points: Line) -> Line:
        """Return where longitude and latitude fall on the whole sheet, [pt]."""
        return to_sheet(points, self.look.view.sheet) + self.corner_pt

    def box(self) -> Box:
        """Return the map's frame, [pt]."""
        (left, bottom), sheet = self.corner_pt, self.look.view.sheet
        return Box(left, bottom, left + sheet.width_pt, bottom + sheet.height_pt)

    def sees(self, spots: Line) -> bool:
        """Say whether a line may touch the frame."""
        return self.box().meets(Box(*spots.min(axis=0), *spots.max(axis=0)))


def _draw_sheet(
    basemap: BasemapShapes, panels: Sequence[FlowPanel], scale: FlowScale, look: _Look
) -> str:
    """Draw maps from left to right, the legend below."""
    view = look.view
    gap_pt, title_pt = 12.0, 1.9 * view.font_pt
    width_pt = len(panels) * view.sheet.width_pt + (len(panels) - 1) * gap_pt
    legend = arrange_legend(panels, scale, view, look.corridors, look.lang)
    legend_pt = measure_legend_pt(legend, view)
    height_pt = title_pt + view.sheet.height_pt + legend_pt
    title = " | ".join(panel.title for panel in panels)
    with mpl.rc_context(
        {
            "font.family": FONT,
            "font.size": view.font_pt,
            "svg.fonttype": "none",
            "svg.hashsalt": f"serai {view.name} {title}",
            "path.simplify": False,
        }
    ):
        figure = Figure(figsize=(width_pt / 72.0, height_pt / 72.0))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0.0, width_pt)
        axes.set_ylim(0.0, height_pt)
        axes.set_axis_off()
        numbers = number_bottlenecks(panels)
        every = [one.price_usd_teu for panel in panels for one in panel.bottlenecks]
        highest = max(every, default=0.0)
        for ix, panel in enumerate(panels):
            corner = (ix * (view.sheet.width_pt + gap_pt), legend_pt)
            pen = _open_frame(axes, corner, look)
            _draw_land(pen, basemap)
            _draw_flows(pen, merge_lines(panel.lines), scale)
            _draw_places(pen, _draw_bottlenecks(pen, panel.bottlenecks, numbers, highest))
            top_pt = corner[1] + view.sheet.height_pt + 0.45 * view.font_pt
            axes.text(corner[0] + 1.0, top_pt, panel.title, color=INK, weight="bold")
        draw_legend(axes, legend, view, legend_pt)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return _tidy_svg(drawn.getvalue(), look.lang.say("Map of flows: {title}", title=title))


def _open_frame(axes: Axes, corner_pt: Spot, look: _Look) -> _Pen:
    """Return a pen for one map, its water painted."""
    sheet = look.view.sheet
    frame = Rectangle(
        corner_pt, sheet.width_pt, sheet.height_pt, facecolor=WATER, edgecolor="none", zorder=0
    )
    axes.add_patch(frame)
    return _Pen(axes, corner_pt, frame, look)


def _draw_land(pen: _Pen, basemap: BasemapShapes) -> None:
    """Draw land, borders and the names of countries and seas."""
    seen: dict[str, list[Line]] = {LAND: [], HOME_LAND: []}
    for country in basemap.countries:
        colour = HOME_LAND if country.iso3 == HOME else LAND
        for ring in country.rings:
            spots = pen.place(ring)
            if pen.sees(spots):
                seen[colour].append(drop_near_points(spots, LAND_DETAIL_PT))
    for colour, rings in seen.items():
        if rings:
            outline = Outline.make_compound_path(*[Outline(ring, closed=True) for ring in rings])
            land = PathPatch(outline, facecolor=colour, edgecolor=colour, linewidth=0.4, zorder=1)
            pen.axes.add_artist(land)
            land.set_clip_path(pen.frame)
    borders = [spots for spots in map(pen.place, basemap.borders) if pen.sees(spots)]
    if borders:
        paths = [Outline(drop_near_points(spots, LAND_DETAIL_PT)) for spots in borders]
        lines = PathPatch(
            Outline.make_compound_path(*paths), fill=False, edgecolor=BORDER, lw=0.5, zorder=1.5
        )
        pen.axes.add_artist(lines)
        lines.set_clip_path(pen.frame)
    for name in LETTERING:
        x, y = pen.place(np.array([[name.lon, name.lat]]))[0]
        if name.is_sea and not pen.look.view.has_all_labels:
            continue
        pen.axes.text(
            x,
            y,
            pen.look.lang.say(name.text),
            color=SEA_INK if name.is_sea else FAINT_INK,
            style="italic" if name.is_sea else "normal",
            fontsize=(0.78 if name.is_sea else 0.84) * pen.look.view.font_pt,
            ha="center",
            va="center",
            zorder=1.8,
            clip_path=pen.frame,
            clip_on=True,
        )


def _add_line(
    pen: _Pen, spots: Line, colour: str, width_pt: float, *, zorder: float, dashes: bool = False
) -> None:
    """Add a line that ends at the map's frame."""
    line = Line2D(
        spots[:, 0],
        spots[:, 1],
        color=colour,
        linewidth=width_pt,
        zorder=zorder,
        solid_capstyle="round",
        solid_joinstyle="round",
        dash_capstyle="butt",
        linestyle=DASHES if dashes else None,
    )
    pen.axes.add_artist(line)
    line.set_clip_path(pen.frame)


def _draw_flows(pen: _Pen, lines: Sequence[FlowLine], scale: FlowScale) -> None:
    """Draw flows as bands side by side on each course, the widest lowest."""
    view = pen.look.view
    bundles = []
    for line in lines:
        widths = {
            key: measure_width_pt(line.flows.get(key, 0.0), scale, look, view.full_width_pt)
            for key, look in pen.look.corridors.items()
        }
        total_pt = sum(widths.values())
        spots = pen.place(line.points)
        if total_pt > 0.0 and pen.sees(spots):
            bundles.append((total_pt, line, widths, drop_near_points(spots, LINE_DETAIL_PT)))
    bundles.sort(key=lambda bundle: -bundle[0])
    fixed = {key for key, look in pen.look.corridors.items() if look.fixed_width_pt is not None}
    for total_pt, _, widths, spots in bundles:
        if any(width > 0.0 for key, width in widths.items() if key not in fixed):
            _add_line(pen, spots, LAND, total_pt + CASING_PT, zorder=3.0)
    for total_pt, line, widths, spots in bundles:
        reach = np.hypot(*(spots[-1] - spots[0]))
        from_left_pt = total_pt / 2.0
        for key, width_pt in widths.items():
            if width_pt <= 0.0:
                continue
            course = offset_line(spots, from_left_pt - width_pt / 2.0)
            from_left_pt -= width_pt
            _add_line(
                pen,
                course,
                pen.look.corridors[key].colour,
                width_pt,
                zorder=2.5 if key in fixed else 3.5,
                dashes=line.is_inferred and reach > DASHED_FROM_PT,
            )


def _draw_places(pen: _Pen, taken: Sequence[Box]) -> None:
    """Draw dots and names of places inside the frame, off the discs."""
    view = pen.look.view
    names = []
    dots = []
    for label in sorted(pen.look.labels, key=lambda label: not label.is_main):
        if not (label.is_main or view.has_all_labels):
            continue
        x, y = pen.place(np.array([[label.lon, label.lat]]))[0]
        font_pt = view.font_pt if label.is_main else 0.88 * view.font_pt
        if pen.box().holds(Box(x, y, x, y)):
            names.append(Name(label.name, float(x), float(y), label.side, font_pt))
            dots.append(Box(x - 2.0, y - 2.0, x + 2.0, y + 2.0))
    for ix, name in enumerate(place_names(names, [*taken, *dots], pen.box())):
        dot = Circle(
            (name.x, name.y), 0.2 * view.font_pt, facecolor="white", edgecolor=INK, lw=0.9, zorder=6
        )
        pen.axes.add_artist(dot)
        _, _, across, along = SIDES[name.side]
        x, y = name.stand()
        pen.axes.text(
            x,
            y,
            name.text,
            color=INK,
            ha=across,
            va=along,
            fontsize=name.font_pt,
            zorder=7,
            gid=f"halo_{ix}",
        )


def _draw_bottlenecks(
    pen: _Pen, bottlenecks: Sequence[Bottleneck], numbers: Mapping[str, int], highest: float
) -> list[Box]:
    """Draw a numbered disc at each listed bottleneck and return what the discs cover."""
    listed = [one for one in bottlenecks if one.name in numbers]
    if not listed:
        return []
    font_pt = pen.look.view.font_pt
    homes = pen.place(np.array([[one.lon, one.lat] for one in listed]))
    radii = np.array([measure_radius_pt(one.price_usd_teu, highest, font_pt) for one in listed])
    boxes = []
    for one, home, spot, radius_pt in zip(
        listed, homes, spread_discs(homes, radii), radii, strict=True
    ):
        if not pen.sees(home[None, :]):
            continue
        if np.hypot(*(spot - home)) > radius_pt:
            _add_line(pen, np.array([home, spot]), INK, 0.8, zorder=7.5)
        draw_badge(pen.axes, (spot[0], spot[1]), numbers[one.name], radius_pt, font_pt)
        boxes.append(Box(*(spot - radius_pt), *(spot + radius_pt)))
    return boxes


# ---------------------------------------------------------------- the text of the SVG


def _tidy_svg(text: str, title: str) -> str:
    """Return the bare element: no prolog, halos behind names, short numbers, only ids in use."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>\s*", "", text, flags=re.DOTALL)  # would rule the whole page
    text = re.sub(
        r'(<g id="halo_\d+">\s*<text style=")',
        r"\1paint-order: stroke; stroke: #ffffff; stroke-opacity: 0.85; stroke-width: 2.6px; "
        r"stroke-linejoin: round; ",
        text,
    )
    text = text.replace(f"'{FONT}'", FALLBACK_FONTS)
    used = set(re.findall(r'#([\w-]+)[")]', text))
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", text)
    text = re.sub(r'( d="[^"]*")', lambda found: _shorten(found[0]), text)
    text = re.sub(r"<g>\s*(<path[^>]*/>)\s*</g>", r"\1", text)
    label = escape(title, quote=True)
    root = f'<svg role="img" aria-label="{label}" stroke-linejoin="round" '
    return text.replace("<svg ", root, 1)


def _shorten(path: str) -> str:
    """Return the same path in fewer letters: tenths of a point, and steps instead of places."""
    if "C" in path or "Q" in path:
        return re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.2f}", path)
    parts: list[str] = []
    last_x = last_y = 0
    for letter, right, down in re.findall(r"([MLz])(?:\s*(-?[\d.]+)\s+(-?[\d.]+))?", path):
        if letter == "z":
            parts.append("z")
            continue
        x, y = round(10.0 * float(right)), round(10.0 * float(down))
        if letter == "M":
            parts.append(f"M{_write_tenths(x)} {_write_tenths(y)}l")
        elif (x, y) != (last_x, last_y):
            parts.append(f"{_write_tenths(x - last_x)} {_write_tenths(y - last_y)} ")
        last_x, last_y = x, y
    short = re.sub(r"l(?=[Mz]|$)", "", "".join(parts).strip().replace(" -", "-"))
    return f' d="{short}"'


def _write_tenths(tenths: int) -> str:
    """Return a number of tenths as a decimal without idle noughts."""
    whole, rest = divmod(abs(tenths), 10)
    digits = f"{whole or ''}.{rest}" if rest else f"{whole}"
    return f"-{digits}" if tenths < 0 else digits
