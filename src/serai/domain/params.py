"""Every behavioural number: how shippers weigh money and time, and how they choose."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.ranged import Ranged

__all__ = ["Params"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Params:
    """Behavioural parameters by name. Arrays have shape (n_params,)."""

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    table: Ranged

    def __getitem__(self, name: str) -> float:
        """Return a parameter's value."""
        return float(self.table.value[self.ids.index(name)])
