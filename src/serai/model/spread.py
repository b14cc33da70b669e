"""How far a sum of ranged values spreads: P10, P50 and P90 of days and of prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from serai.domain.ranged import FloatArray, IntArray, Ranged

__all__ = ["Parts", "quantiles"]

N_POINTS = 1000
"""Equally likely points that stand for one independent part."""

N_CELLS = 8192
"""Cells of the grid on which independent parts are added."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Ranged values that add up. Arrays have shape (n_parts,)."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    group: IntArray
    """Parts of one group are wrong together; -1: known exactly."""
    waits_h: FloatArray
    """[h], shape (n_waits,). Mean waits, each by itself, exponentially distributed."""


def quantiles(parts: Parts, probabilities: Sequence[float]) -> list[float]:
    """
    Return quantiles of the sum of ranged values and waits.

    Parameters
    ----------
    parts
        What adds up.
    probabilities
        [-], each in (0, 1).

    Returns
    -------
    quantiles
        Unit of the parts, one per probability.

    Notes
    -----
    Each value is spread as the draws of every study spread it (`Ranged.drawn`: low, value and high
    are P10, P50 and P90 of a two-piece lognormal, or normal where one is not positive). Parts of
    one group move together, so that their quantiles add; groups are independent and are convolved
    on a grid. The wait in a queue near its capacity is nearly exponential about its mean.

    References
    ----------
    kingman1962.
    """
    sums = list(_independent(parts))
    fixed = float(parts.value[parts.group < 0].sum())
    if not sums:
        return [fixed] * len(probabilities)
    least = sum(float(points[0]) for points in sums)
    span = sum(float(points[-1] - points[0]) for points in sums)
    if span <= 0.0:
        return [fixed + least] * len(probabilities)
    step = span / (N_CELLS - 1)
    size = 2 * N_CELLS
    spectrum = np.ones(size // 2 + 1, np.complex128)
    for points in sums:
        spectrum *= np.fft.rfft(_on_grid((points - points[0]) / step), size)
    mass = np.maximum(np.fft.irfft(spectrum, size), 0.0)
    below = np.cumsum(mass)
    # A cell's mass lies about its middle: half of it is below.
    middle = (below - 0.5 * mass) / below[-1]
    rising = np.concatenate([[True], np.diff(middle) > 0.0])
    at = np.interp(probabilities, middle[rising], np.flatnonzero(rising).astype(np.float64))
    return [float(fixed + least + step * x) for x in at]


def _independent(parts: Parts) -> Iterator[FloatArray]:
    """Yield each independent sum as equally likely points, rising."""
    p = (np.arange(N_POINTS) + 0.5) / N_POINTS
    z = np.asarray(ndtri(p), np.float64)
    for group in np.unique(parts.group[parts.group >= 0]):
        mine = parts.group == group
        ranged = Ranged(
            value=np.repeat(parts.value[mine][:, None], N_POINTS, axis=1),
            low=np.repeat(parts.low[mine][:, None], N_POINTS, axis=1),
            high=np.repeat(parts.high[mine][:, None], N_POINTS, axis=1),
            group=np.broadcast_to(
                np.arange(N_POINTS, dtype=np.int32), (mine.sum(), N_POINTS)
            ).copy(),
        )
        yield np.asarray(ranged.drawn(z).value.sum(axis=0), np.float64)
    for wait in parts.waits_h[parts.waits_h > 0.0]:
        points = -np.log1p(-p)
        yield wait * points / points.mean()


def _on_grid(places: FloatArray) -> FloatArray:
    """Return points as mass on a grid, shared between the two nearest cells so the mean stays."""
    cell = np.minimum(places.astype(np.int64), N_CELLS - 2)
    part = places - cell
    mass = np.bincount(cell, 1.0 - part, N_CELLS) + np.bincount(cell + 1, part, N_CELLS)
    return np.asarray(mass / len(places), np.float64)
