"""The units Serai computes in, the year its dollars belong to, and the factors between them."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PRICE_YEAR: Final = 2023
"""Year of every price in USD, unless a table names another year."""

HOURS_PER_DAY: Final = 24.0
DAYS_PER_YEAR: Final = 365.0
TEU_PER_FEU: Final = 2.0
KG_PER_T: Final = 1000.0
USD_PER_MUSD: Final = 1e6

BOUNDS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "-": (0.0, math.inf),
        "share": (0.0, 1.0),
        "share of the cheapest cost": (-1.0, 1.0),
        "scale": (0.1, 1000.0),
        "multiple": (1.0, math.inf),
        "h": (0.0, math.inf),
        "days": (0.0, math.inf),
        "t": (1e-3, math.inf),
        "TEU": (1e-3, math.inf),
        "USD/TEU": (0.0, math.inf),
        "USD/FEU": (0.0, math.inf),
        "USD/kg": (0.0, math.inf),
    }
)
"""What a parameter or a yearly input may be at least and at most, by its unit."""

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "-": "pure number: share, factor, weight, count",
        "%": "per cent",
        "%/day": "per cent of the value per day",
        "@unit": "the row says the unit, in its column `unit`",
        "@cost_unit": "the row says the unit, in its column `cost_unit`",
        "TEU/yr": "twenty-foot equivalent units per year",
        "USD": f"United States dollars at {PRICE_YEAR} prices",
        "USD/TEU": "dollars per twenty-foot equivalent unit",
        "USD/TEU/km": "dollars per twenty-foot equivalent unit and kilometre",
        "USD/m2/yr": "dollars per square metre of floor and year",
        "USD/t": "dollars per tonne of goods",
        "USD/t/day": "dollars per tonne of goods and day",
        "USD/t/km": "dollars per tonne of goods and kilometre",
        "days": "days of 24 hours",
        "deg": "degrees, WGS 84",
        "h": "hours",
        "km": "kilometres",
        "km/h": "kilometres per hour",
        "m": "metres",
        "million USD": "million dollars",
        "million USD/yr": "million dollars per year",
        "persons": "inhabitants",
        "t": "tonnes of goods",
        "t/TEU": "tonnes of goods per loaded twenty-foot equivalent unit",
        "t/yr": "tonnes of goods per year",
        "trains/day": "trains per day",
        "veh/h/lane": "vehicles per hour and lane",
        "yr": "calendar year, or years",
    }
)
"""Unit names the data dictionary may use, and what each means."""


def can_be(value: float, unit: str) -> bool:
    """
    Say whether a parameter or yearly input may have a value.

    Parameters
    ----------
    value
        The value.
    unit
        Its unit; one that is not in `BOUNDS` has none.
    """
    least, most = BOUNDS.get(unit, (-math.inf, math.inf))
    return least <= value <= most


def say_bounds(unit: str) -> str:
    """
    Say what a parameter or yearly input may be.

    Parameters
    ----------
    unit
        Its unit, of `BOUNDS`.
    """
    least, most = BOUNDS[unit]
    ends = f"{least:g} or more" if most == math.inf else f"{least:g} to {most:g}"
    return f"{ends}, as its unit is {unit}"
