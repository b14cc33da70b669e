"""Routes: sequences of links between zones, what they are made of and who may use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray, freeze

__all__ = ["CORRIDORS", "FAMILIES", "Routes"]

FAMILIES = ("sea", "land", "air", "pipeline")
"""Families of routes: the main mode, by kilometres."""

CORRIDORS = ("north", "middle", "south", "east", "sea", "air", "pipeline", "direct")
"""
Corridors of routes: north uses Russian or Belarusian rail or road; middle crosses the Caspian
between Kazakhstan or Turkmenistan and Azerbaijan; south crosses Iran by land; east goes out by
land through a China that is neither start nor end; sea, air and pipeline by the main mode; direct
is every other land route.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Routes:
    """
    Physical routes, sorted by mark, and which class may use which.

    Arrays over routes have shape (n_routes,), over offers (class on route) (n_offers,).
    """

    mark: NDArray[np.uint64]
    """A hash of the links; equal marks are one route."""
    origin: IntArray
    dest: IntArray
    link_start: NDArray[np.int64]
    link_ix: IntArray
    family: NDArray[np.int8]
    """Index into `FAMILIES`."""
    corridor: NDArray[np.int8]
    """Index into `CORRIDORS`."""
    crosses: NDArray[np.bool_]
    """Shape (n_routes, n_countries): territories that the route uses."""
    uses_russian_rail: NDArray[np.bool_]
    """The route runs by rail over Russian territory."""
    sequence: NDArray[np.int64]
    """Index of the route's sequence of legs; equal indices, same terminals and modes."""
    sequence_key: NDArray[np.uint64]
    """Shape (n_sequences,), sorted. A hash of the legs."""
    leg_start: NDArray[np.int64]
    """Shape (n_sequences + 1,)."""
    leg: IntArray
    """Index of a leg."""
    leg_key: NDArray[np.int64]
    """Shape (n_legs,), sorted. First terminal x nodes of the network + last terminal."""
    leg_share: FloatArray
    draw_start: NDArray[np.int64]
    draw: IntArray
    """4 resource + 2 direction + carriage (0 wagon, 1 truck)."""
    offer_class: IntArray
    offer_route: IntArray
    """Sorted by class, then route."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for name in self.__dataclass_fields__:
            freeze(getattr(self, name))
