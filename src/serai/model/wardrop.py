"""Deterministic user equilibrium: nobody has a quicker way at the times that all make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.roads import RoadProblem
from serai.kernels.paths import fill_trees
from serai.kernels.wardrop import add_paths, fill_link_times, load_paths, shift_flows

__all__ = ["UserEquilibrium", "solve_user_equilibrium"]

N_PASSES = 6
"""Shifts of flow over all pairs between two searches for paths, at most."""

PASSED_OVER = 0.02
"""[-] Pairs whose paths differ by less than this share of the gap wait for a later sweep."""

ENOUGH = 0.05
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
    problem: RoadProblem, *, max_gap: float = 1e-6, max_sweeps: int = 500
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
    slot_link = np.argsort(tail, kind="stable").astype(np.int32)
    first_out = np.zeros(n_nodes + first_thru + 1, np.int32)
    np.add.at(first_out, tail + 1, 1)
    first_out = np.cumsum(first_out).astype(np.int32)
    slot_head = problem.head[slot_link].astype(np.int32)
    law = np.stack([problem.free_time, problem.b, problem.capacity, problem.power])

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
    fill_link_times(flow, law, time, slope)
    fill_trees(first_out, slot_link, slot_head, time, roots, *trees)
    met = np.isfinite(trees[1][row, dest])
    dest, demand = dest[met], problem.demand[apart[met]]
    tree: IntArray = row[met].astype(np.int32)
    pairs = (tree, roots[tree], dest, demand)
    paths = _Paths(len(demand))
    mark = np.zeros(len(tail) + 1, np.int64)
    gap, tstt, sweep = 0.0 if not len(demand) else np.inf, 0.0, 0
    while gap > max_gap and sweep < max_sweeps:
        sweep += 1
        paths.add(trees, tail, pairs, time)
        load_paths(paths.first, paths.after, paths.start, paths.pool, demand, paths.flow, flow)
        fill_link_times(flow, law, time, slope)
        for _ in range(N_PASSES if sweep > 1 else 1):
            least = PASSED_OVER * gap if np.isfinite(gap) else 0.0
            excess = shift_flows(paths.first, paths.after, paths.start, paths.pool, law,
                                 paths.flow, flow, time, slope, mark, least)  # fmt: skip
            if excess <= ENOUGH * gap * tstt:
                break
        load_paths(paths.first, paths.after, paths.start, paths.pool, demand, paths.flow, flow)
        fill_link_times(flow, law, time, slope)
        fill_trees(first_out, slot_link, slot_head, time, roots, *trees)
        tstt = float(flow @ time)
        gap = 1.0 - float(demand @ trees[1][tree, dest]) / tstt if tstt > 0.0 else 0.0
    return UserEquilibrium(
        flow=flow, time=time, relative_gap=max(gap, 0.0), objective=_beckmann(flow, law),
        tstt=tstt, n_sweeps=sweep, unreachable=apart[~met].astype(np.int32),
    )  # fmt: skip


def _beckmann(flow: FloatArray, law: FloatArray) -> float:
    free, b, capacity, power = law
    rises = (b != 0.0) & (power != 0.0)
    v = np.divide(flow, capacity, out=np.zeros_like(flow), where=rises)
    added = np.where(rises, v**power / (power + 1.0), 1.0)
    return float((free * flow * (1.0 + b * added)).sum())
