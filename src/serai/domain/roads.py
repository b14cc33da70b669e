"""A road network with fixed demand, as test networks of the field have it."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.ranged import FloatArray, IntArray, freeze

__all__ = ["RoadProblem"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadProblem:
    """Links have shape (n_links,), demand has shape (n_pairs,). Nodes count from 0."""

    n_nodes: int
    first_thru: int
    """Nodes below may start and end trips, and no trip passes through them."""
    tail: IntArray
    head: IntArray
    capacity: FloatArray
    """[unit of demand]"""
    free_time: FloatArray
    b: FloatArray
    power: FloatArray
    origin: IntArray
    dest: IntArray
    demand: FloatArray

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for name in ("tail", "head", "capacity", "free_time", "b", "power", "origin", "dest",
                     "demand"):  # fmt: skip
            freeze(getattr(self, name))
