"""A number with its range: what is varied together when inputs are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "IntArray", "Ranged", "freeze"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

Z_P90 = 1.2815515655446004
"""Standard normal quantile of 0.9: a range is read as P10 to P90."""


def freeze(array: NDArray[np.generic]) -> None:
    """
    Make an array read-only, in place.

    Parameters
    ----------
    array
        The array.
    """
    array.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranged:
    """
    Values with a low and a high each; every array has the same shape and is read-only.

    A range is read as P10 to P90 around the value, which is the median. Rows of one `group`
    were made from the same rate and are wrong together: one draw moves them all.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    group: IntArray
    """Index of the draw's dimension, -1 for a value that has no range."""

    def __post_init__(self) -> None:
        """Check the shapes and lock the arrays."""
        shapes = {self.value.shape, self.low.shape, self.high.shape, self.group.shape}
        if len(shapes) != 1:
            raise ValueError(f"Ranged: shapes differ: {sorted(shapes)}; want one shape")
        for array in (self.value, self.low, self.high, self.group):
            freeze(array)

    @classmethod
    def fixed(cls, value: FloatArray) -> Ranged:
        """
        Return values without a range.

        Parameters
        ----------
        value
            [any]. The values.
        """
        held = np.array(value, dtype=np.float64)
        return cls(
            value=held, low=held.copy(), high=held.copy(), group=np.full(held.shape, -1, np.int32)
        )

    @property
    def has_range(self) -> NDArray[np.bool_]:
        """[-], shape of `value`. True where low or high differs from the value."""
        with np.errstate(invalid="ignore"):
            return (self.low < self.value) | (self.high > self.value)

    def drawn(self, z: FloatArray) -> Ranged:
        """
        Return the values at one draw; the range stays beside them.

        Parameters
        ----------
        z
            [-], shape (n_dimensions,). Standard normal deviates, one per group.

        Returns
        -------
        drawn
            Two-piece lognormal through low (P10), value (median) and high (P90) where all three
            are positive, else two-piece normal.
        """
        varied = (self.group >= 0) & self.has_range
        if not varied.any():
            return self
        value = self.value.copy()
        mid, low, high = self.value[varied], self.low[varied], self.high[varied]
        t = z[self.group[varied]] / Z_P90
        end = np.where(t < 0, low, high)
        positive = (low > 0) & (mid > 0) & (high > 0)
        ratio = np.where(positive, end / np.where(positive, mid, 1.0), 1.0)
        value[varied] = np.where(positive, mid * ratio ** np.abs(t), mid + np.abs(t) * (end - mid))
        return replace(self, value=value)
