"""Boxes of conditions that hold many cases of interest: the patient rule induction method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from serai.domain.ranged import FloatArray

__all__ = [
    "Box",
    "Hold",
    "choose_box",
    "drop_idle",
    "find_boxes",
    "measure_held",
    "peel",
    "quasi_p",
]

ALPHA: Final = 0.05
"""[-] Part of a box that one peel takes off."""

LEAST_MASS: Final = 0.05
"""[-] Of all draws: no box holds less."""

LIKELY_CHANCE: Final = 0.05
"""[-] Quasi-p-value above which a limit is dropped."""

LEAST_WORTH: Final = 0.5
"""[-] Balance of coverage and density of a later box over that of the first, over all states."""

LOW, HIGH = 0, 1

BoolArray = NDArray[np.bool_]
Side = tuple[int, int]
"""Column, and `LOW` or `HIGH`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Box:
    """Limits by column, both within; minus and plus infinity where there is none."""

    limits: FloatArray
    """[any], shape (2, n_columns). Low and high."""

    @classmethod
    def whole(cls, n_columns: int) -> Box:
        """
        Return the box of all states.

        Parameters
        ----------
        n_columns
            [-], > 0.
        """
        return cls(limits=np.array([[-np.inf], [np.inf]]).repeat(n_columns, axis=1))

    @property
    def sides(self) -> list[Side]:
        """Those that are limited, by column."""
        columns, ends = np.nonzero(np.isfinite(self.limits.T))
        return list(zip(columns.tolist(), ends.tolist(), strict=True))

    @property
    def columns(self) -> list[int]:
        """Those that are limited."""
        return sorted({column for column, _ in self.sides})

    def contains(self, other: Box) -> bool:
        """
        Say whether all of another box lies in this one.

        Parameters
        ----------
        other
            The other box.
        """
        wider = (self.limits[LOW] <= other.limits[LOW]) & (self.limits[HIGH] >= other.limits[HIGH])
        return bool(wider.all())

    def moved(self, side: Side, limit: float | None = None) -> Box:
        """
        Return the box with one limit moved.

        Parameters
        ----------
        side
            Which.
        limit
            [any]. Where to; away if left out.
        """
        column, end = side
        limits = self.limits.copy()
        limits[end, column] = (-np.inf, np.inf)[end] if limit is None else limit
        return Box(limits=limits)

    def holds(self, x: FloatArray) -> BoolArray:
        """
        Say which states lie in the box.

        Parameters
        ----------
        x
            [any], shape (n, n_columns). States.
        """
        return np.asarray(((x >= self.limits[LOW]) & (x <= self.limits[HIGH])).all(axis=1))

    def measure(self, x: FloatArray, y: BoolArray) -> Hold:
        """
        Tell how well the box holds the cases of interest.

        Parameters
        ----------
        x
            [any], shape (n, n_columns), n > 0. States.
        y
            [-], shape (n,). Which are of interest.
        """
        return measure_held(self.holds(x), y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How well a box holds the cases of interest."""

    coverage: float
    """[-] Of all cases of interest: those in the box."""
    density: float
    """[-] Of all states in the box: those of interest; NaN for an empty box."""
    mass: float
    """[-] Of all states: those in the box."""

    base_rate: float
    """[-] Of all states: those of interest."""

    @property
    def balance(self) -> float:
        """
        Return the harmonic mean of coverage and of how much of the others the box shuts out.

        The latter is (density - base rate) / (1 - base rate): the box of all states is worth
        nothing, however common the cases of interest are.
        """
        if not self.density > self.base_rate:
            return 0.0
        shut_out = (self.density - self.base_rate) / (1.0 - self.base_rate)
        return 2.0 * self.coverage * shut_out / (self.coverage + shut_out)


def measure_held(held: BoolArray, y: BoolArray) -> Hold:
    """
    Tell how well a choice of states holds the cases of interest.

    Parameters
    ----------
    held
        [-], shape (n,), n > 0. Which states are in.
    y
        [-], shape (n,). Which are of interest.
    """
    both, cases, inside = (int(one.sum()) for one in (held & y, y, held))
    return Hold(
        coverage=both / cases if cases else 0.0,
        density=both / inside if inside else float("nan"),
        mass=inside / len(y),
        base_rate=cases / len(y),
    )


def peel(x: FloatArray, y: BoolArray, *, alpha: float = ALPHA, least: float = LEAST_MASS
         ) -> list[Box]:  # fmt: skip
    """
    Peel thin slices off the box of all states, the best one at a time.

    Parameters
    ----------
    x
        [any], shape (n, n_columns). States.
    y
        [-], shape (n,). Which are of interest.
    alpha
        [-] 0 to 0.5. Part of the box that a slice holds; whole levels where a column has few.
    least
        [-] 0 to 1. Least part of all states that a box holds.

    Returns
    -------
    trajectory
        From the box of all states on. Each slice gains most density per state that it costs, so
        that a column of two levels is not preferred for costing half at once.

    References
    ----------
    friedman1999; the gain per state is that of kwakkel2016.
    """
    box = Box.whole(x.shape[1])
    trajectory, inside = [box], np.arange(len(y))
    while True:
        here, of_interest = x[inside], y[inside]
        order = np.sort(here, axis=0)
        best: tuple[tuple[float, int], Side, float, BoolArray] | None = None
        limited = set(box.columns)
        for column in range(x.shape[1]):
            for end in (HIGH, LOW):
                limit = slice_at(order[:, column], alpha, end)
                kept = here[:, column] >= limit if end == LOW else here[:, column] <= limit
                n_kept = int(kept.sum())
                if not least * len(y) <= n_kept < len(inside):
                    continue
                gain = of_interest[kept].mean() - of_interest.mean()
                n_limited = len(limited | {column})
                key = float(gain / (len(inside) - n_kept)), -n_limited
                if best is None or key > best[0]:
                    best = key, (column, end), limit, kept
        if best is None or best[0][0] <= 0.0:
            return trajectory
        _, side, limit, kept = best
        box, inside = box.moved(side, limit), inside[kept]
        trajectory.append(box)


def slice_at(order: FloatArray, alpha: float, end: int) -> float:
    """
    Return where a slice ends: between two states, never through equal ones.

    Parameters
    ----------
    order
        [any], shape (n,), n > 0. A column, sorted.
    alpha
        [-] 0 to 0.5. Part of the states in the slice.
    end
        `LOW` or `HIGH`: where the slice lies.
    """
    if end == HIGH:
        return -slice_at(-order[::-1], alpha, LOW)
    at = (len(order) - 1) * alpha
    below, above = int(np.floor(at)), int(np.ceil(at))
    while order[below] == order[above] and above < len(order) - 1:
        above += 1
    return float(order[below] + order[above]) / 2.0


def quasi_p(box: Box, x: FloatArray, y: BoolArray) -> dict[Side, float]:
    """
    Tell for each limit how likely chance alone gives the box its density.

    Parameters
    ----------
    box
        The box.
    x
        [any], shape (n, n_columns). States.
    y
        [-], shape (n,). Which are of interest.

    Returns
    -------
    chances
        [-] By limit: the chance that as many states as the box holds, drawn from the box without
        that limit, hold as many cases of interest or more. Not a p-value proper, as the same
        states chose the limit.

    References
    ----------
    bryant2010.
    """
    sides = box.sides
    outside = np.array(
        [x[:, c] < box.limits[LOW, c] if end == LOW else x[:, c] > box.limits[HIGH, c]
         for c, end in sides]
    ).reshape(len(sides), len(y))  # fmt: skip
    n_outside = outside.sum(axis=0)
    held = n_outside == 0
    # A state comes in by dropping a limit if that is the only one that keeps it out.
    wider = n_outside == outside
    density = (wider & y).sum(axis=1) / np.maximum(wider.sum(axis=1), 1)
    n_held, n_cases = int(held.sum()), int((held & y).sum())
    chances = bdtrc(n_cases - 1, n_held, density) if n_cases else np.ones(len(sides))
    return dict(zip(sides, chances.tolist(), strict=True))


def drop_idle(box: Box, x: FloatArray, y: BoolArray) -> Box:
    """
    Drop the limits that chance alone may explain, the idlest first.

    Parameters
    ----------
    box
        The box.
    x
        [any], shape (n, n_columns). States.
    y
        [-], shape (n,). Which are of interest.
    """
    while chances := quasi_p(box, x, y):
        worst = max(chances, key=lambda side: chances[side])
        if chances[worst] <= LIKELY_CHANCE:
            return box
        box = box.moved(worst)
    return box


def choose_box(trajectory: Sequence[Box], x: FloatArray, y: BoolArray, *, most: int) -> Box:
    """
    Return the box of a trajectory that balances coverage and density best.

    Parameters
    ----------
    trajectory
        From `peel`.
    x
        [any], shape (n, n_columns). States.
    y
        [-], shape (n,). Which are of interest.
    most
        [-], >= 1. Columns that a box may limit.

    Returns
    -------
    box
        Idle limits are dropped first.
    """
    lean = [drop_idle(box, x, y) for box in trajectory]
    few = [box for box in lean if len(box.columns) <= most]
    return max(few, key=lambda box: box.measure(x, y).balance)


def find_boxes(
    x: FloatArray, y: BoolArray, *, most_boxes: int, most_columns: int
) -> Iterator[tuple[Box, list[Box]]]:
    """
    Find boxes one after the other, each among the states that those before do not hold.

    Parameters
    ----------
    x
        [any], shape (n, n_columns), n > 0. States.
    y
        [-], shape (n,). Which are of interest.
    most_boxes
        [-], >= 1. Boxes to look for.
    most_columns
        [-], >= 1. Columns that a box may limit.

    Yields
    ------
    box
        With one limit at least; none that holds an earlier one whole, or is
        worth less than `LEAST_WORTH` of the first.
    trajectory
        What it was chosen from.
    """
    left = np.ones(len(y), np.bool_)
    found: list[Box] = []
    while len(found) < most_boxes and left.sum() > LEAST_MASS * len(y) and (y & left).any():
        least = LEAST_MASS * len(y) / int(left.sum())
        trajectory = peel(x[left], y[left], least=least)
        # What helps among the states that are left may be idle among all.
        box = drop_idle(choose_box(trajectory, x[left], y[left], most=most_columns), x, y)
        worth = box.measure(x, y).balance
        if not box.sides or any(box.contains(before) for before in found):
            return
        if found and worth < LEAST_WORTH * found[0].measure(x, y).balance:
            return
        yield box, trajectory
        found.append(box)
        left &= ~box.holds(x)
