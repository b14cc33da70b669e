"""Inputs of the rows, and what a side gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from serai.data.tntp import read_tntp
from serai.domain.roads import RoadProblem
from serai.model.ragged import compress

__all__ = [
    "Outcome",
    "RoadGraph",
    "Side",
    "make_tiny_graph",
    "make_tiny_problem",
    "pick_pairs",
    "read_graph",
    "read_problem",
]

LEAST_TIME = 1e-6
"""Free-flow time of links that have none, where a program wants times above zero."""

LINKS = ((0, 2, 0.1), (2, 1, 5.0), (0, 3, 5.0), (3, 1, 0.1), (2, 3, 1.0))
"""From, to and free-flow time of a tiny network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a side found, to be checked: the same from every side."""

    values: NDArray[np.float64]
    n_done: int = 1
    """Pieces of work, for rates."""


Side = Callable[[], Outcome]
"""The work itself, everything before it done; this is what is timed."""


class RoadGraph(NamedTuple):
    """A road graph in slots, both directions of every road."""

    first_out: NDArray[np.int32]
    slot_head: NDArray[np.int32]
    slot_km: NDArray[np.float64]


def read_problem(folder: Path) -> RoadProblem:
    """Read the test network in a folder."""
    net = next(folder.glob("*_net.tntp"))
    return read_tntp(net, net.with_name(net.name.replace("_net", "_trips")))


def make_tiny_problem() -> RoadProblem:
    """Make a network that takes no time, so that programs can load their compiled code."""
    tail, head, time = np.array(LINKS).T
    n = len(LINKS)
    return RoadProblem(
        n_nodes=4, first_thru=0, tail=tail.astype(np.int32), head=head.astype(np.int32),
        capacity=np.ones(n), free_time=time, b=np.full(n, 0.15), power=np.full(n, 4.0),
        origin=np.zeros(1, np.int32), dest=np.ones(1, np.int32), demand=np.ones(1),
    )  # fmt: skip


def make_tiny_graph() -> RoadGraph:
    """Make a road graph for the same purpose."""
    problem = make_tiny_problem()
    first_out, slot_link, slot_head = compress(problem.tail, problem.head, problem.n_nodes)
    return RoadGraph(first_out, slot_head, problem.free_time[slot_link])


def read_graph(path: Path) -> RoadGraph:
    """Read the trunk-road graph."""
    with np.load(path) as file:
        n_nodes, km = len(file["nodes"]), np.tile(file["km"].astype(np.float64), 2)
        tail = np.concatenate([file["u"], file["v"]])
        head = np.concatenate([file["v"], file["u"]])
    first_out, slot_link, slot_head = compress(tail, head, n_nodes)
    return RoadGraph(first_out, slot_head, km[slot_link])


def pick_pairs(problem: RoadProblem, n_pairs: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return origins and destinations of some pairs with demand, always the same."""
    pairs = np.flatnonzero(problem.origin != problem.dest)
    chosen = np.random.default_rng(1).choice(pairs, min(n_pairs, len(pairs)), replace=False)
    return problem.origin[chosen].astype(np.int32), problem.dest[chosen].astype(np.int32)
