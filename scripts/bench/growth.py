"""How the solver's time grows with the problem: exponent and picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

__all__ = ["draw_growth", "exponent_of"]

Sizes = Sequence[Mapping[str, float]]


def exponent_of(sizes: Sizes) -> float:
    """
    Return the slope of log seconds over log options.

    Parameters
    ----------
    sizes
        At least two problems, each with `options` and `seconds`.
    """
    options, seconds = (np.log([row[name] for row in sizes]) for name in ("options", "seconds"))
    return float(np.polyfit(options, seconds, 1)[0])


def draw_growth(sizes: Sizes, path: Path) -> None:
    """
    Draw seconds over the number of options, both on logarithmic axes.

    Parameters
    ----------
    sizes
        At least two problems.
    path
        The SVG file.
    """
    figure = Figure(figsize=(5.4, 3.2), layout="constrained")
    axes = figure.add_subplot()
    options, seconds = ([row[name] for row in sizes] for name in ("options", "seconds"))
    axes.loglog(options, seconds, "o-", color="#1f5a8a")
    for row in sizes:
        axes.annotate(f"{row['times']:g}×, {row['limits']:,.0f} limits",
                      (row["options"], row["seconds"]), textcoords="offset points",
                      xytext=(6, -12), fontsize=8)  # fmt: skip
    axes.minorticks_off()
    axes.set_xticks(options, [f"{value:,.0f}" for value in options])
    axes.set_yticks(seconds, [f"{value:.2g}" for value in seconds])
    axes.set_xlabel("routes on offer, all groups together")
    axes.set_ylabel("seconds")
    axes.set_title(f"Time grows with the {exponent_of(sizes):.2f}th power of the size", fontsize=10)
    axes.margins(x=0.25, y=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
