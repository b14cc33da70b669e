"""The picture of the house: which room may look at which, from the contract that holds it."""

import tomllib
from pathlib import Path
from typing import Final

from matplotlib.patches import FancyBboxPatch

from serai.outputs.drawing import FAINT, INK, SMALL_PT, add_axes, open_sheet, write_svg

__all__ = ["draw_house", "list_layers"]

PROJECT: Final = Path(__file__).resolve().parents[1] / "pyproject.toml"
ROOMS: Final = {
    "cli": "parses, calls, prints",
    "web": "the page",
    "studies": "answer, frontier, tariff, ensemble …: each calls run as often as it needs",
    "run": "the one path from inputs to a result with its record",
    "data": "tables, scenarios, evidence",
    "model": "routes, choice, queues, equilibrium",
    "outputs": "tables, charts, maps, pages",
    "domain": "frozen values with units",
    "kernels": "compiled loops on arrays",
    "units": "canonical units",
    "errors": "faults in words",
}
FACES: Final = ("cli", "web")
ROW_IN: Final = 0.62
GAP_IN: Final = 0.2
TINTS: Final = ("#e8eef4", "#f3ece2")
ARROW: Final = {"arrowstyle": "-|>", "color": FAINT, "lw": 0.9}


def list_layers() -> list[list[str]]:
    """Return the rooms by layer, from the top, as the import contract has them."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def draw_house(*, width_in: float) -> str:
    """
    Draw the layers, each on the one that it stands on.

    Parameters
    ----------
    width_in
        [in], > 0. Width of the sheet.

    Returns
    -------
    svg
        One element.
    """
    layers = list_layers()
    step_in = ROW_IN + GAP_IN
    height_in = step_in * len(layers)
    with open_sheet("house", width_in, height_in) as figure:
        axes = add_axes(figure, left_in=0.05, right_in=0.05, top_in=0.05, bottom_in=0.05)
        axes.set_axis_off()
        axes.set_xlim(0.0, width_in)
        axes.set_ylim(height_in - GAP_IN, 0.0)
        for level, rooms in enumerate(layers):
            top_in = level * step_in
            room_in = width_in / len(rooms)
            for at, room in enumerate(rooms):
                left_in = at * room_in + 0.06
                axes.add_patch(FancyBboxPatch(
                    (left_in, top_in + 0.04), room_in - 0.12, ROW_IN - 0.08,
                    boxstyle="round,pad=0,rounding_size=0.06",
                    facecolor=TINTS[level % len(TINTS)], edgecolor=FAINT, linewidth=0.7,
                ))  # fmt: skip
                middle_in = left_in + (room_in - 0.12) / 2.0
                axes.text(middle_in, top_in + 0.24, room, ha="center", weight="bold", color=INK)
                axes.text(
                    middle_in,
                    top_in + 0.45,
                    ROOMS[room],
                    ha="center",
                    fontsize=SMALL_PT - 0.5,
                    color=FAINT,
                )
            if level + 1 < len(layers):
                axes.annotate(
                    "", (width_in / 2.0, top_in + step_in + 0.04),
                    (width_in / 2.0, top_in + ROW_IN - 0.04), arrowprops=ARROW,
                )  # fmt: skip
        return write_svg(figure, "house", describe_house(layers))


def describe_house(layers: list[list[str]]) -> str:
    """Return the picture in words."""
    said = "; on ".join(" beside ".join(rooms) for rooms in layers)
    return f"Rooms of the house from the top, each looking only downwards: {said}."
