"""What carrying and handling a tonne emits, for quote sheets; it enters no choice."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.ranged import Ranged

__all__ = ["EmissionFactors"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmissionFactors:
    """
    Greenhouse gas by kind of link and by type of transfer, well-to-wheel.

    Every gauge of rail is one kind. Arrays have shape (n_factors,).
    """

    ids: tuple[str, ...]
    """Kind of link (rail, road, sea …) or type of transfer (port, border …)."""
    table: Ranged
    """[gCO2e/tkm, or kgCO2e/t where goods are handled]"""
