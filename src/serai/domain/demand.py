"""What is carried: commodity classes, zones, and the yearly trade between regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray, Ranged, freeze

__all__ = ["EMPTY", "Classes", "Flows", "Zones"]

EMPTY = "EMPTY"
"""Id of the class of empty boxes, which no table has: it is made where boxes have to balance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """Commodity classes. Every array has shape (n_classes,)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    is_box: NDArray[np.bool_]
    """True: counted in TEU; False: in tonnes."""
    modes: tuple[frozenset[str], ...]
    payload_t_per_teu: Ranged
    value_usd_per_t: Ranged
    value_of_time_usd_per_t_day: Ranged
    reliability_ratio: Ranged
    price_share: FloatArray
    """[-], >= 0. Part of the price of its unit that the class pays: 1 but for empty boxes."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        freeze(self.is_box)
        freeze(self.price_share)

    @property
    def is_empty(self) -> NDArray[np.bool_]:
        """[-], shape (n_classes,). Boxes without goods."""
        return np.array([i == EMPTY for i in self.ids])

    @property
    def tonnes_per_unit(self) -> FloatArray:
        """[t per class unit], shape (n_classes,)."""
        return np.where(self.is_box, self.payload_t_per_teu.value, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Zones:
    """Zones in regions, with the weights that share a region's trade out."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    countries: tuple[str, ...]
    lat: FloatArray
    lon: FloatArray
    weight: Ranged
    """Shape (n_zones, n_classes, 2). Share of the region's export (0) and import (1)."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for array in (self.lat, self.lon):
            freeze(array)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """Yearly trade between regions by every route and mode. Arrays have shape (n_flows,)."""

    origin: tuple[str, ...]
    dest: tuple[str, ...]
    class_ix: IntArray
    year: IntArray
    amount: Ranged
    """[class unit per year], >= 0."""
    unit_value_usd_per_t: FloatArray
    """NaN: the value of the class holds."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for array in (self.class_ix, self.year, self.unit_value_usd_per_t):
            freeze(array)
