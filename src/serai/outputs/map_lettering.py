"""Where names and numbered discs stand on a map so that none covers another."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIDES", "Box", "Name", "place_names", "spread_discs"]

Spots = NDArray[np.float64]

LETTER_WIDTH: Final = 0.6
"""[-]. Mean width of a letter over its size, a little generous."""
LETTER_HEIGHT: Final = 1.1
GAPS: Final = (0.45, 1.1, 1.8)
"""[-]. Distances of a name from its dot over the size of the letters, nearest first."""
PUSHES: Final = 200

SIDES: Final[Mapping[str, tuple[float, float, str, str]]] = {
    "right": (1.0, 0.0, "left", "center"),
    "left": (-1.0, 0.0, "right", "center"),
    "above": (0.0, 1.0, "center", "bottom"),
    "below": (0.0, -1.0, "center", "top"),
}
"""Side of a place to where its name stands: right, up, and how the name is aligned."""


class Box(NamedTuple):
    """A rectangle on the sheet, [pt]."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        """
        Say whether two rectangles overlap.

        Parameters
        ----------
        other
            The other rectangle.

        Returns
        -------
        answer
            Whether it does.
        """
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def holds(self, other: "Box") -> bool:
        """
        Say whether the other rectangle lies inside this one.

        Parameters
        ----------
        other
            The other rectangle.

        Returns
        -------
        answer
            Whether it does.
        """
        return (
            self.left <= other.left
            and self.bottom <= other.bottom
            and self.right >= other.right
            and self.top >= other.top
        )


class Name(NamedTuple):
    """A name beside its place."""

    text: str
    x: float
    y: float
    side: str
    font_pt: float
    gap: float = GAPS[0]

    def stand(self) -> tuple[float, float]:
        """Return the corner or edge at which the text is anchored, [pt]."""
        right, up, _, _ = SIDES[self.side]
        away = self.gap * self.font_pt
        return self.x + right * away, self.y + up * away

    def box(self) -> Box:
        """Return the rectangle that the text fills, [pt]."""
        x, y = self.stand()
        width = LETTER_WIDTH * self.font_pt * len(self.text)
        height = LETTER_HEIGHT * self.font_pt
        right, up, _, _ = SIDES[self.side]
        left = x + (right - 1.0) / 2.0 * width
        bottom = y + (up - 1.0) / 2.0 * height
        return Box(left, bottom, left + width, bottom + height)


def place_names(names: Sequence[Name], taken: Sequence[Box], frame: Box) -> list[Name]:
    """
    Return the names, each on the first side where it covers nothing, its wished side first.

    Parameters
    ----------
    names
        Names in the order of weight, each on its wished side.
    taken
        [pt]. What names must not cover.
    frame
        [pt]. The map.

    Returns
    -------
    placed
        Names inside the frame; one that is free on no side keeps its wished side, or the first that
        stays inside; one that fits on no side is left out.
    """
    placed: list[Name] = []
    full = list(taken)
    for name in names:
        sides = [name.side, *(side for side in SIDES if side != name.side)]
        moves = [name._replace(side=side, gap=gap) for gap in GAPS for side in sides]
        inside = [moved for moved in moves if frame.holds(moved.box())]
        free = [moved for moved in inside if not any(moved.box().meets(box) for box in full)]
        if not inside:
            continue
        best = (free or inside)[0]
        placed.append(best)
        full.append(best.box())
    return placed


def spread_discs(homes: Spots, radii: NDArray[np.float64]) -> Spots:
    """
    Return centres near their homes where no disc covers another.

    Parameters
    ----------
    homes
        [pt], shape (n_discs, 2). Where the discs belong.
    radii
        [pt], shape (n_discs,), > 0.

    Returns
    -------
    spots
        [pt], shape (n_discs, 2).
    """
    n_discs = len(homes)
    angles = 2.0 * np.pi * np.arange(n_discs) / max(n_discs, 1)
    spots = homes + 1e-3 * np.column_stack([np.cos(angles), np.sin(angles)])
    for _ in range(PUSHES):
        is_moved = False
        for one in range(n_discs):
            for other in range(one + 1, n_discs):
                apart = spots[other] - spots[one]
                distance = float(np.hypot(*apart))
                lacking = float(radii[one] + radii[other]) + 1.0 - distance
                if lacking > 0.0:
                    push = apart / max(distance, 1e-9) * (lacking / 2.0 + 1e-6)
                    spots[one] -= push
                    spots[other] += push
                    is_moved = True
        if not is_moved:
            break
    return np.asarray(spots)
