"""Serai's side of each row."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scripts.bench.work import LEAST_TIME, Outcome, RoadGraph, Side, pick_pairs
from serai.domain.roads import RoadProblem
from serai.kernels.alternatives import (
    fill_diverse_paths,
    fill_path_size_shares,
    fill_shortest_paths,
)
from serai.kernels.buckets import fill_large_tree
from serai.kernels.paths import fill_trees
from serai.model.ragged import compress
from serai.model.wardrop import solve_user_equilibrium

__all__ = ["find_shortest_paths", "grow_large_trees", "share_routes", "solve_equilibrium"]

N_ROOM = 256
"""Links that a route of the test networks has at most."""


def solve_equilibrium(problem: RoadProblem, *, n_cores: int, max_gap: float) -> Side:
    """Prepare a user equilibrium."""
    del n_cores  # numba has been told

    def work() -> Outcome:
        return Outcome(values=solve_user_equilibrium(problem, max_gap=max_gap).flow)

    return work


class _Slots(NamedTuple):
    forth: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]
    back: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]
    cost: NDArray[np.float64]


def _slots_of(problem: RoadProblem) -> _Slots:
    return _Slots(
        compress(problem.tail, problem.head, problem.n_nodes),
        compress(problem.head, problem.tail, problem.n_nodes),
        np.maximum(problem.free_time, LEAST_TIME),
    )


def _turn_round(
    slots: _Slots, dest: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return what is left to go from each node to each destination, and each pair's row."""
    ends, tree = np.unique(dest, return_inverse=True)
    rest = np.empty((len(ends), len(slots.back[0]) - 1))
    fill_trees(*slots.back, slots.cost, ends, np.empty(rest.shape, np.int32), rest)
    return rest, tree.astype(np.int32)


def share_routes(
    problem: RoadProblem,
    *,
    n_cores: int,
    n_pairs: int,
    n_paths: int,
    penalty: float,
    max_searches: int,
) -> Side:
    """Prepare routes by link penalty and their shares."""
    del n_cores
    slots, (origin, dest) = _slots_of(problem), pick_pairs(problem, n_pairs)

    def work() -> Outcome:
        rest, tree = _turn_round(slots, dest)
        link = np.empty((len(dest), n_paths, N_ROOM), np.int32)
        length = np.empty(link.shape[:2], np.int32)
        size, share = np.empty(link.shape[:2]), np.empty(link.shape[:2])
        fill_diverse_paths(
            *slots.forth, slots.cost, rest, tree, origin, dest, penalty, max_searches, link, length
        )
        fill_path_size_shares(link, length, slots.cost, 1.0, 1.0, size, share)
        return Outcome(values=size[length > 0], n_done=int((length > 0).sum()))

    return work


def find_shortest_paths(problem: RoadProblem, *, n_cores: int, n_pairs: int, n_paths: int) -> Side:
    """Prepare a search for several shortest paths."""
    del n_cores
    slots, (origin, dest) = _slots_of(problem), pick_pairs(problem, n_pairs)

    def work() -> Outcome:
        rest, tree = _turn_round(slots, dest)
        link = np.empty((len(dest), n_paths, N_ROOM), np.int32)
        length, cost = np.empty(link.shape[:2], np.int32), np.empty(link.shape[:2])
        fill_shortest_paths(*slots.forth, slots.cost, rest, tree, origin, dest, link, length, cost)
        return Outcome(values=cost.ravel(), n_done=len(dest))

    return work


def grow_large_trees(graph: RoadGraph, *, n_cores: int, n_origins: int) -> Side:
    """Prepare trees of a large graph."""
    del n_cores
    n_nodes = len(graph.first_out) - 1
    origins = np.random.default_rng(1).integers(0, n_nodes, n_origins)
    width = float(np.median(graph.slot_km))

    def work() -> Outcome:
        last_slot, distance = np.empty(n_nodes, np.int32), np.empty(n_nodes)
        found = []
        for origin in origins:
            fill_large_tree(*graph, origin, width, last_slot, distance)
            found.append(distance[np.isfinite(distance)].sum())
        return Outcome(values=np.array(found), n_done=n_origins)

    return work
