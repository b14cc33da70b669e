"""Trees of large graphs against the naive twin, and against another program's."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from serai.kernels.buckets import fill_large_tree
from tests.kernels import naive
from tests.kernels.naive import Arc

GRAPHS = os.environ.get("SERAI_GRAPHS")
"""Folder of the road graph."""

Tree = tuple[NDArray[np.int32], NDArray[np.float64]]


def grow(arcs: list[Arc], n_nodes: int, cost: list[float], origin: int, width: float) -> Tree:
    """Return the last link and the distance of each node."""
    first_out, slot_link, slot_head = naive.compress(arcs, n_nodes)
    last_slot, distance = np.full(n_nodes, -7, np.int32), np.full(n_nodes, np.nan)
    slot_cost = np.array(cost, np.float64)[slot_link]
    fill_large_tree(first_out, slot_head, slot_cost, origin, width, last_slot, distance)
    return np.where(last_slot < 0, -1, np.append(slot_link, -1)[last_slot]), distance


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(
            st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)))
        )
    ),
    st.sampled_from([1e-9, 0.3, 1.0, 50.0]),
    st.integers(0, 2**32 - 1),
)
def test_any_width_gives_the_distances_of_bellman_and_ford(
    shape: tuple[int, list[Arc]], width: float, seed: int
) -> None:
    n_nodes, arcs = shape
    prices = np.array([0.0, 0.1, 1.0, 1.0, 2.5, 40.0, math.inf])
    cost = np.random.default_rng(seed).choice(prices, len(arcs)).tolist()
    for origin in range(n_nodes):
        last_link, distance = grow(arcs, n_nodes, cost, origin, width)
        assert distance.tolist() == naive.find_distances(arcs, n_nodes, cost, origin)
        for node in range(n_nodes):
            links = naive.walk_back(last_link.tolist(), arcs, origin, node)
            assert (links is None) == math.isinf(distance[node])
            total = 0.0
            for link in links or ():
                total += cost[link]
            assert links is None or total == distance[node]


def test_the_road_graph_has_the_distances_of_another_program() -> None:
    if GRAPHS is None:
        pytest.skip("SERAI_GRAPHS names no folder with the road graph")
    with np.load(Path(GRAPHS, "highways_eurasia.npz")) as file:
        n_nodes, km = len(file["nodes"]), np.tile(file["km"].astype(float), 2)
        tail = np.concatenate([file["u"], file["v"]])
        head = np.concatenate([file["v"], file["u"]])
    order = np.argsort(tail, kind="stable")
    first_out = np.searchsorted(tail[order], np.arange(n_nodes + 1)).astype(np.int32)
    slots = first_out, head[order].astype(np.int32), km[order]
    last_slot, distance = np.empty(n_nodes, np.int32), np.empty(n_nodes)
    fill_large_tree(*slots, 0, 1.0, last_slot, distance)
    matrix = csr_array((slots[2], slots[1], slots[0]), shape=(n_nodes, n_nodes))
    assert_allclose(distance, dijkstra(matrix, indices=[0])[0], rtol=1e-12)
