"""Sheets that charts are drawn on: fonts, margins in inches, and SVG that can stand in a page."""

import io
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, ScalarFormatter

from serai.outputs.language import ENGLISH, Language

__all__ = [
    "CLEAR",
    "FAINT",
    "INK",
    "NARROW_IN",
    "SMALL_PT",
    "WIDE_IN",
    "add_axes",
    "count_letters",
    "dress_percent",
    "is_narrow",
    "measure_axes_in",
    "measure_legend_in",
    "measure_text_in",
    "open_sheet",
    "pick_ink",
    "put_legend",
    "spell_figures",
    "wrap_letters",
    "wrap_name",
    "write_name",
    "write_svg",
]

WIDE_IN: Final = 7.6
"""[in]. Width of a chart on a screen or on A4."""
NARROW_IN: Final = 3.7
"""[in]. Width of a chart on a phone."""
NARROW_BELOW_IN: Final = 5.0
MAX_LINES: Final = 2
"""Of a name beside or above its row."""

FONT_PT: Final = 9.0
SMALL_PT: Final = 8.0
INK: Final = "#1b1f24"
FAINT: Final = "#565d66"
GRID: Final = "#d9dce0"
CLEAR: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""Box that keeps grid lines out of words."""
FONT: Final = "DejaVu Sans"
"""Ships with matplotlib, so that text is measured alike on every machine."""
SHOWN_FONTS: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
"""What readers see: narrower than the font that was measured."""
DARK_BELOW: Final = 0.18
"""[-]. Relative luminance below which white reads better than black (equal contrast)."""


@contextmanager
def open_sheet(key: str, width_in: float, height_in: float) -> Iterator[Figure]:
    """
    Give an empty figure; text and lines drawn meanwhile follow the house style.

    Parameters
    ----------
    key
        Name of the drawing, unlike every other one on the page.
    width_in
        [in], > 0. Width.
    height_in
        [in], > 0. Height.

    Yields
    ------
    figure
        The sheet.
    """
    options: dict[Any, Any] = {
        "font.family": FONT,
        "font.size": FONT_PT,
        "text.color": INK,
        "text.parse_math": False,
        "axes.labelcolor": FAINT,
        "axes.labelsize": SMALL_PT,
        "axes.edgecolor": FAINT,
        "axes.linewidth": 0.7,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelsize": SMALL_PT,
        "ytick.labelsize": SMALL_PT,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "hatch.linewidth": 0.8,
        "legend.frameon": False,
        "legend.fontsize": SMALL_PT,
        "svg.fonttype": "none",
        "svg.hashsalt": f"serai {key}",
    }
    with mpl.rc_context(options):
        yield Figure(figsize=(width_in, height_in))


def add_axes(
    figure: Figure, *, left_in: float, right_in: float, top_in: float, bottom_in: float
) -> Axes:
    """
    Return axes with the margins given.

    Parameters
    ----------
    figure
        The sheet.
    left_in
        [in], >= 0. Left margin.
    right_in
        [in], >= 0. Right margin.
    top_in
        [in], >= 0. Upper margin.
    bottom_in
        [in], >= 0. Lower margin.

    Returns
    -------
    axes
        New axes on the figure.
    """
    width_in, height_in = (float(size) for size in figure.get_size_inches())
    return figure.add_axes(
        (
            left_in / width_in,
            bottom_in / height_in,
            (width_in - left_in - right_in) / width_in,
            (height_in - top_in - bottom_in) / height_in,
        )
    )


def is_narrow(width_in: float) -> bool:
    """
    Say whether names go above their bars instead of beside them.

    Parameters
    ----------
    width_in
        [in]. Width of the sheet.

    Returns
    -------
    narrow
        Whether the sheet is for a phone.
    """
    return width_in < NARROW_BELOW_IN


def measure_text_in(text: str, size_pt: float = FONT_PT) -> float:
    """
    Return roughly how wide a line of text is.

    Parameters
    ----------
    text
        One line.
    size_pt
        [pt], > 0. Size of the letters.

    Returns
    -------
    width
        [in]. A little more than most fonts need.
    """
    return 0.6 * count_letters(text) * size_pt / 72.0


def count_letters(text: str) -> float:
    """
    Return how many Latin letters are as wide as a text; Cyrillic ones are a tenth wider.

    Parameters
    ----------
    text
        One line.

    Examples
    --------
    >>> count_letters("Aktau"), count_letters("Актау")
    (5.0, 5.5)
    """
    n_cyrillic = sum("CYRILLIC" in unicodedata.name(letter, "") for letter in text)
    return len(text) + 0.1 * n_cyrillic


def wrap_letters(text: str, letters: int) -> list[str]:
    """
    Return a text in lines of so many Latin letters, or of fewer that are as wide.

    Parameters
    ----------
    text
        Words.
    letters
        [-], > 0. Latin letters that fill a line.
    """
    width = int(letters * len(text) / max(count_letters(text), 1.0))
    return textwrap.wrap(text, width, break_on_hyphens=False)


def wrap_name(name: str, letters: int) -> list[str]:
    """
    Return a name in up to two lines, without what stands in brackets.

    Parameters
    ----------
    name
        Words.
    letters
        [-], > 0. Latin letters that fill a line.
    """
    lines = wrap_letters(re.sub(r"\s*\(.*?\)", "", name), letters) or [""]
    if len(lines) > MAX_LINES:
        lines[MAX_LINES - 1] += " …"
    return lines[:MAX_LINES]


def pick_ink(colour: str) -> str:
    """
    Return black or white, whichever reads better on a colour.

    Parameters
    ----------
    colour
        Such as `#d55e00`.

    Returns
    -------
    ink
        Colour of text.
    """
    parts = [int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]
    knee = 0.04045
    linear = [part / 12.92 if part <= knee else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < DARK_BELOW else INK


def write_name(
    axes: Axes, name: str, top_in: float, step_in: float, *, weight: str = "bold"
) -> None:
    """
    Write what a row of a chart is: beside it, or above it where the sheet is narrow.

    Parameters
    ----------
    axes
        Axes whose vertical unit is the inch, growing downwards.
    name
        One line or two.
    top_in
        [in], >= 0. Where the row begins.
    step_in
        [in], > 0. Height of the row.
    weight
        Weight of the letters.
    """
    narrow = is_narrow(_measure_sheet_in(axes))
    box = axes.get_position()
    axes.text(
        0.0 if narrow else -box.x0 / box.width,
        top_in + (0.05 if narrow else step_in / 2.0),
        name,
        transform=axes.get_yaxis_transform(),
        va="top" if narrow else "center",
        fontsize=FONT_PT,
        weight=weight,
        linespacing=1.15,
        bbox=CLEAR if narrow else None,
    )


def measure_axes_in(axes: Axes) -> float:
    """
    Return how wide axes are.

    Parameters
    ----------
    axes
        Axes of a sheet.

    Returns
    -------
    width
        [in], > 0.
    """
    return float(axes.get_position().width) * _measure_sheet_in(axes)


def _measure_sheet_in(axes: Axes) -> float:
    """Return how wide the whole sheet is, [in]."""
    figure = axes.get_figure(root=True)
    return float(figure.get_size_inches()[0]) if figure is not None else WIDE_IN


def dress_percent(axes: Axes, label: str, *, origin: float = 0.0, lang: Language = ENGLISH) -> None:
    """
    Label the horizontal axis in per cent and leave of the frame only what is read.

    Parameters
    ----------
    axes
        Axes of shares; their ends are set.
    label
        What the shares are of.
    origin
        [-]. Where bars begin.
    lang
        Language of the words.
    """
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: lang.figures(f"{100.0 * value:.4g} %").replace("-", "−"))
    )
    axes.set_xlabel(label)
    axes.axvline(origin, color=FAINT, linewidth=0.8)


class _Figures(ScalarFormatter):
    """Figures of an axis as matplotlib chooses them, as a language writes them."""

    def __init__(self, lang: Language) -> None:
        super().__init__()
        self.lang = lang

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.lang.figures(super().__call__(x, pos))


def spell_figures(axis: Axis, lang: Language) -> None:
    """
    Write the figures of an axis in a language.

    Parameters
    ----------
    axis
        Of any numbers.
    lang
        Language of the figures.
    """
    axis.set_major_formatter(_Figures(lang))


def put_legend(figure: Figure, keys: Sequence[Line2D | Patch]) -> None:
    """
    Put the legend at the top left corner of a sheet.

    Parameters
    ----------
    figure
        The sheet; `measure_legend_in` says how much room its upper margin needs.
    keys
        Marks with their labels; nothing is put where there are none.
    """
    if not keys:
        return
    figure.legend(
        handles=list(keys),
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=_count_columns(keys, float(figure.get_size_inches()[0])),
        borderaxespad=0.1,
        handlelength=1.4,
        handletextpad=0.5,
        columnspacing=1.4,
        labelspacing=0.35,
        labelcolor=INK,
    )


def measure_legend_in(keys: Sequence[Line2D | Patch], width_in: float) -> float:
    """
    Return how much room the legend takes above a chart.

    Parameters
    ----------
    keys
        Marks with their labels.
    width_in
        [in], > 0. Width of the sheet.

    Returns
    -------
    height
        [in].
    """
    return 0.1 + 0.19 * -(-len(keys) // _count_columns(keys, width_in))


def _count_columns(keys: Sequence[Line2D | Patch], width_in: float) -> int:
    """Return how many columns of the longest label fit into a sheet."""
    longest = max((measure_text_in(str(key.get_label()), SMALL_PT) for key in keys), default=1.0)
    return max(1, min(len(keys), int(width_in / (longest + 0.4))))


def write_svg(figure: Figure, key: str, label: str) -> str:
    """
    Return a figure as one element that may stand in a page beside others.

    Parameters
    ----------
    figure
        Drawn on a sheet of the same key.
    key
        Name of the drawing, unlike every other one on the page.
    label
        What the drawing says, for those who cannot see it.

    Returns
    -------
    svg
        One `<svg>` element without a prolog, the same bytes for the same drawing; its ids begin
        with the key.
    """
    drawn = io.StringIO()
    with warnings.catch_warnings():
        # The reader's browser has more letters than the font that text is measured with.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return _tidy(drawn.getvalue(), key, label)


def _tidy(text: str, key: str, label: str) -> str:
    """Drop prolog, metadata, style sheet and unused ids; set the fonts that readers see."""
    text = text[text.index("<svg") :].strip()
    for tag in ("metadata", "style"):
        text = re.sub(rf"\s*<{tag}\b.*?</{tag}>", "", text, flags=re.DOTALL)
    text = text.replace(f"'{FONT}'", SHOWN_FONTS)
    used = set(re.findall(r'#([\w-]+)[")]', text))
    text = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{key}-{found[1]}"' if found[1] in used else "",
        text,
    )
    text = re.sub(r'(url\(|xlink:href=")#([\w-]+)', rf"\1#{key}-\2", text)
    text = re.sub(r' (?:d|x|y|transform)="[^"]*"', lambda found: _shorten(found[0]), text)
    said = escape(label, quote=True)
    return text.replace(
        "<svg ",
        f'<svg role="img" aria-label="{said}" stroke-linejoin="round" stroke-linecap="butt" ',
        1,
    )


def _shorten(attribute: str) -> str:
    """Return an attribute's numbers with two decimals at most."""
    return re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", attribute)
