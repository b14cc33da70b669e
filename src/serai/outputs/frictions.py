"""Frictions of regional relations on a terminal and as a chart."""

from typing import Final

import numpy as np
from matplotlib.patches import Patch
from rich.console import Console
from rich.text import Text

from serai.domain.frictions import FrictionsResult
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.drawing import (
    INK,
    SMALL_PT,
    add_axes,
    is_narrow,
    measure_legend_in,
    open_sheet,
    put_legend,
    write_svg,
)
from serai.outputs.words import FORCED, VOLUNTARY

__all__ = ["describe_frictions", "draw_frictions", "print_frictions"]

N_COUNTRIES: Final = 5
LINE_IN: Final = 0.32
THOUSAND: Final = 1e3


def print_frictions(console: Console, result: FrictionsResult) -> None:
    """
    Print what each friction does, and whom it touches.

    Parameters
    ----------
    console
        Where to print.
    result
        The result.
    """
    rows = [
        [f"{row.friction} {row.name}", f"{row.shippers_musd:+,.1f}", f"{row.rents_musd:+,.1f}",
         f"{row.middle.teu / THOUSAND:+,.1f}", f"{row.served.t / THOUSAND:+,.0f}", row.grade]
        for row in result.rows
    ]  # fmt: skip
    heads = ("shippers\nm USD/yr", "rents\nm USD/yr", "corridor\nk TEU", "served\nk t")
    columns = [Column("friction", "names"), *map(Column, heads), Column("grade", "words")]
    print_table(console, "Frictions against the base of their year", columns, rows,
                max_rows=len(rows))  # fmt: skip
    console.print()
    whom = [
        [row.friction, ", ".join(f"{c} {gain:+,.1f}" for c, gain in
                                 list(row.by_country.items())[:N_COUNTRIES]) or "nobody",
         " ".join(row.evidence)]
        for row in result.rows
    ]  # fmt: skip
    whose = [Column("", "words"), Column("shippers of whom, m USD a year", "names"),
             Column("evidence", "words", 28)]  # fmt: skip
    print_table(console, "Whose shippers gain, half at either end of a shipment", whose, whom,
                max_rows=len(whom))  # fmt: skip
    console.print(Text("\nAsk `serai evidence ID` for what stands behind a number.", style="dim"))
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def draw_frictions(result: FrictionsResult, *, width_in: float) -> str:
    """
    Draw what each friction does to shippers.

    Parameters
    ----------
    result
        The result.
    width_in
        [in]. Width of the sheet.

    Returns
    -------
    svg
        One element.
    """
    key = f"frictions-{'narrow' if is_narrow(width_in) else 'wide'}"
    keys = [Patch(color=VOLUNTARY, lw=0, label="shippers gain"),
            Patch(color=FORCED, lw=0, label="shippers lose")]  # fmt: skip
    top_in = measure_legend_in(keys, width_in)
    bars_in = 2 * LINE_IN * len(result.rows)
    height_in = top_in + 0.25 + bars_in + 0.35
    with open_sheet(key, width_in, height_in) as figure:
        axes = add_axes(figure, left_in=0.1, right_in=0.3, top_in=top_in + 0.25,
                        bottom_in=0.35)  # fmt: skip
        at = np.arange(len(result.rows))
        gains = np.array([row.shippers_musd for row in result.rows])
        axes.barh(at + 0.2, gains, height=0.4, color=np.where(gains >= 0, VOLUNTARY, FORCED))
        axes.axvline(0.0, color=INK, lw=0.8)
        widest = max(float(np.abs(gains).max(initial=0.0)), 1e-3)
        axes.set_xlim(min(1.15 * gains.min(initial=0.0), -0.02 * widest), 1.15 * widest)
        for i, row in enumerate(result.rows):
            axes.text(axes.get_xlim()[0], i - 0.22, f"{row.name}: {row.shippers_musd:+,.1f}",
                      fontsize=SMALL_PT, color=INK, va="center")  # fmt: skip
        axes.set_ylim(len(result.rows) - 0.4, -0.6)
        axes.set_yticks([])
        axes.set_title("million USD a year that moving costs shippers less", loc="left",
                       fontsize=SMALL_PT, color=INK)  # fmt: skip
        axes.grid(axis="x")
        put_legend(figure, keys)
        return write_svg(figure, key, describe_frictions(result))


def describe_frictions(result: FrictionsResult) -> str:
    """
    Return the chart in words.

    Parameters
    ----------
    result
        The result.
    """
    said = [f"{row.name}: {row.shippers_musd:+,.1f}" for row in result.rows]
    return f"What shippers gain, million USD a year. {'; '.join(said)}."
