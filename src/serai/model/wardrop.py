"""Deterministic user equilibrium: nobody has a quicker way at the times that all make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.roads import RoadProblem
from serai.kernels.paths import fill_trees
from serai.kernels.wardrop import add_paths, fill_link_times, load_paths, shift_flows
from serai.model.ragged import compress

__all__ = ["Law", "UserEquilibrium", "solve_user_equilibrium"]

Law = Literal["bpr", "conical"]
"""How link times rise with flow."""

N_PASSES = 20
"""Shifts of flow over all pairs between two searches for paths, at most."""

PASSED_OVER = 0.05
"""[-] Pairs whose paths differ by less than this share of the gap wait for a later sweep."""

ENOUGH = 0.01
"""[-] A search for paths follows once what is left to gain is this share of the gap."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UserEquilibrium:
    """Link flows and times, and how far they are from an equilibrium."""

    flow: FloatArray
    time: FloatArray
    relative_gap: float
    """1 - SPTT / TSTT, at the times of the final flows."""
    objective: float
    """Beckmann's: the integral of the times over the flows."""
    tstt: float
    """[flow x time] All demand at the times of the final flows."""
    n_sweeps: int
    unreachable: IntArray
    """Pairs that no path joins; their demand is in no figure."""


class _Paths:
    """The paths of all pairs, as linked lists over one pool of links."""

    def __init__(self, n_pairs: int) -> None:
        self.first = np.full(n_pairs, -1, np.int32)
        self.after = np.full(max(4 * n_pairs, 64), -1, np.int32)
        self.flow = np.zeros(len(self.after))
        self.start = np.zeros(len(self.after) + 1, np.int64)
        self.pool = np.empty(32 * len(self.after), np.int32)
        self.n = 0

    def add(
        self,
        trees: tuple[IntArray, FloatArray],
        tail: IntArray,
        pairs: tuple[IntArray, IntArray, IntArray, FloatArray],
        time: FloatArray,
    ) -> None:
        """Add shortest paths; room doubles whenever it runs out."""
        while True:
            n = add_paths(trees, tail, pairs, time, self.first, self.after, self.start,
                          self.flow, self.pool, self.n)  # fmt: skip
            if n >= 0:
                self.n = n
                return
            self.n = -1 - n
            self.after = np.concatenate([self.after, np.full_like(self.after, -1)])
            self.flow = np.concatenate([self.flow, np.zeros_like(self.flow)])
            self.start = np.concatenate([self.start, np.zeros(len(self.after) // 2, np.int64)])
            self.pool = np.concatenate([self.pool, np.empty_like(self.pool)])


def solve_user_equilibrium(
    problem: RoadProblem, *, max_gap: float = 1e-6, max_sweeps: int = 500, law: Law = "bpr"
) -> UserEquilibrium:
    """
    Return flows at which every used path of a pair takes the least time (Wardrop 1952).

    Paths are generated as they become shortest; flow moves between the paths of a pair by
    projected Newton steps, pair after pair (Jayakrishnan et al. 1994), and link times follow each
    move. Trees are grown on all threads, flow moves on one, so that results are the same to the
    bit for any number of threads.

    Parameters
    ----------
    problem
        Network and demand. A pair from a node to itself uses no link.
    max_gap
        [-], > 0. Relative gap that is good enough.
    max_sweeps
        [-], >= 1. Searches for paths at most.
    law
        ``bpr``: times as the network has them. ``conical``: links whose times rise with a power
        above one take it for the steepness of a conical law (Spiess 1990), which doubles the
        time at capacity and rises no faster than in a straight line far above it.

    Returns
    -------
    equilibrium
        The best point found; see its gap.
    """
    # A node that no trip may pass is a start and an end apart.
    first_thru, n_nodes = problem.first_thru, problem.n_nodes
    begins = np.where(np.arange(n_nodes) < first_thru, n_nodes + np.arange(n_nodes),
                      np.arange(n_nodes)).astype(np.int32)  # fmt: skip
    tail = begins[problem.tail]
    first_out, slot_link, slot_head = compress(tail, problem.head, n_nodes + first_thru)
    rises = (problem.b != 0.0) & (problem.power > 1.0)
    steepness = np.where(rises & (law == "conical"), problem.power, 0.0)
    laws = np.stack([problem.free_time, problem.b, problem.capacity, problem.power, steepness])

    apart = np.flatnonzero(problem.origin != problem.dest)
    starts, row = np.unique(problem.origin[apart], return_inverse=True)
    roots = begins[starts]
    dest = problem.dest[apart].astype(np.int32)
    trees = (
        np.empty((len(roots), n_nodes + first_thru), np.int32),
        np.empty((len(roots), n_nodes + first_thru)),
    )
    flow = np.zeros(len(tail))
    time, slope = np.empty_like(flow), np.empty_like(flow)
    fill_link_times(flow, laws, time, slope)
    fill_trees(first_out, slot_link, slot_head, time, roots, *trees)
    met = np.isfinite(trees[1][row, dest])
    dest, demand = dest[met], problem.demand[apart[met]]
    tree: IntArray = row[met].astype(np.int32)
    pairs = (tree, roots[tree], dest, demand)
    paths = _Paths(len(demand))
    mark = np.zeros(len(tail) + 1, np.int64)
    paths.add(trees, tail, pairs, time)
    sweep = 0
    while True:
        sweep += 1
        load_paths(paths.first, paths.after, paths.start, paths.pool, demand, paths.flow, flow)
        fill_link_times(flow, laws, time, slope)
        fill_trees(first_out, slot_link, slot_head, time, roots, *trees)
        tstt = float(flow @ time)
        gap = 1.0 - float(demand @ trees[1][tree, dest]) / tstt if tstt > 0.0 else 0.0
        if gap <= max_gap or sweep >= max_sweeps:
            break
        paths.add(trees, tail, pairs, time)
        for _ in range(N_PASSES):
            excess = shift_flows(paths.first, paths.after, paths.start, paths.pool, laws,
                                 paths.flow, flow, time, slope, mark,
                                 PASSED_OVER * gap)  # fmt: skip
            if excess <= ENOUGH * gap * tstt:
                break
    return UserEquilibrium(
        flow=flow, time=time, relative_gap=max(gap, 0.0), objective=_beckmann(flow, laws),
        tstt=tstt, n_sweeps=sweep, unreachable=apart[~met].astype(np.int32),
    )  # fmt: skip


def _beckmann(flow: FloatArray, laws: FloatArray) -> float:
    free, b, capacity, power, steepness = laws
    rises = (b != 0.0) & (power != 0.0)
    v = np.divide(flow, capacity, out=np.zeros_like(flow), where=rises)
    added = np.where(rises, v**power / (power + 1.0), 1.0)
    total = np.where(steepness > 0.0, 0.0, free * flow * (1.0 + b * added))
    s, x = np.where(steepness > 0.0, steepness, 2.0), flow / np.where(capacity > 0.0, capacity, 1.0)
    c = (2.0 * s - 1.0) / (2.0 * s - 2.0)
    cone = x * (2.0 - s - c) + 0.5 * s * x**2 + _root_below(1.0, s, c) - _root_below(1.0 - x, s, c)
    return float((total + np.where(steepness > 0.0, free * capacity * cone, 0.0)).sum())


def _root_below(u: FloatArray | float, s: FloatArray, c: FloatArray) -> FloatArray:
    """Return an antiderivative of sqrt(s^2 u^2 + c^2)."""
    curved = c**2 / (2.0 * s) * np.arcsinh(s * u / c)
    return np.asarray(0.5 * u * np.sqrt((s * u) ** 2 + c**2) + curved)
