"""What projects, measures and closures do to the network, and which links they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray, Ranged, freeze

__all__ = ["Effects", "Measures", "Projects", "Selector", "YearInputs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which links are meant: AND between fields, OR inside one; an empty field is no limit."""

    links: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    transfer_types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """Rows of one table for all owners. Arrays have shape (n_effects,)."""

    ids: tuple[str, ...]
    owners: tuple[str, ...]
    is_dated: NDArray[np.bool_]
    """Whether the owner is a closure: what it does holds in its own years, whatever is built."""
    selectors: tuple[Selector, ...]
    quantity: tuple[str, ...]
    operation: tuple[str, ...]
    value: Ranged
    year_from: IntArray
    year_to: IntArray

    def __post_init__(self) -> None:
        """Lock the arrays."""
        freeze(self.is_dated)
        freeze(self.year_from)
        freeze(self.year_to)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projects:
    """Investments. Arrays have shape (n_projects,)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    corridors: tuple[str, ...]
    status: tuple[str, ...]
    open_year: IntArray
    lifetime_yr: FloatArray
    """[years] NaN where the table does not say."""
    capex_musd: Ranged

    def __post_init__(self) -> None:
        """Lock the arrays."""
        freeze(self.open_year)
        freeze(self.lifetime_yr)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measures:
    """Soft measures: agreements, tariffs, procedures. Arrays have shape (n_measures,)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    status: tuple[str, ...]
    cost_musd_yr: Ranged


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YearInputs:
    """Named inputs by year. `table.value` has shape (n_inputs, n_years), NaN where unknown."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    years: tuple[int, ...]
    table: Ranged

    def get(self, name: str, year: int) -> float:
        """
        Return one input, of the nearest year that has it (2040 falls back to 2030).

        Parameters
        ----------
        name
            Id of the input.
        year
            Year wanted.

        Raises
        ------
        KeyError
            There is no such input.
        """
        if name not in self.ids:
            raise KeyError(name)
        row: FloatArray = self.table.value[self.ids.index(name)]
        known = [(abs(y - year), j) for j, y in enumerate(self.years) if row[j] == row[j]]
        return float(row[min(known)[1]])
