"""A road network with fixed demand, as test networks of the field have it, and its equilibrium."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.ranged import FloatArray, IntArray, freeze
from serai.domain.results import Result

__all__ = ["AssignResult", "RoadProblem", "Unreachable"]


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


class Unreachable(Result):
    """A pair of zones that no path joins; its trips are in no figure."""

    origin: int
    """Zone, as the file counts it."""
    dest: int
    """Zone, as the file counts it."""
    demand: float
    """Trips."""


class AssignResult(Result):
    """Deterministic user equilibrium of a test network, pure travel time."""

    network: str
    """Name of the file of links."""
    n_links: int
    """Links."""
    n_pairs: int
    """Pairs of zones with trips."""
    demand: float
    """Trips, those within a zone included."""
    relative_gap: float
    """1 - SPTT / TSTT, link times at the final flows."""
    max_gap: float
    """The gap asked for."""
    objective: float
    """Beckmann's: the integral of the times over the flows."""
    tstt: float
    """Time of all trips."""
    n_sweeps: int
    """Searches for paths."""
    unreachable: list[Unreachable]
    """Pairs that no path joins."""
    seconds: float
    """[s] Solving, without reading files."""
    version: str
    """Version of the code; the data pack has no part in it."""
