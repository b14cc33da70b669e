"""Shortest paths against the naive twin, on random graphs with ties, loops and shut links."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from serai.kernels.paths import (
    fill_path_links,
    fill_path_marks,
    fill_through_links,
    fill_through_marks,
    fill_trees,
)
from tests.kernels import naive
from tests.kernels.naive import Arc

Trees = tuple[NDArray[np.int32], NDArray[np.float64]]


def grow(arcs: list[Arc], n_nodes: int, cost: list[float], origins: list[int]) -> Trees:
    last_link = np.full((len(origins), n_nodes), -7, np.int32)
    distance = np.full((len(origins), n_nodes), np.nan)
    first_out, slot_link, slot_head = naive.compress(arcs, n_nodes)
    fill_trees(
        first_out, slot_link, slot_head, np.array(cost, np.float64), np.array(origins, np.int32),
        last_link, distance,
    )  # fmt: skip
    return last_link, distance


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Arc], int, list[float]]:
    """Draw a small graph; few different costs, so that paths tie; some free, some shut."""
    n_nodes = draw(st.integers(1, 8))
    node = st.integers(0, n_nodes - 1)
    arcs = draw(st.lists(st.tuples(node, node), max_size=24))
    price = st.sampled_from([0.0, 0.1, 1.0, 1.0, 2.0, 2.5, math.inf])
    return arcs, n_nodes, [draw(price) for _ in arcs]


@given(graphs())
def test_distances_are_those_of_bellman_and_ford_to_the_last_bit(
    graph: tuple[list[Arc], int, list[float]],
) -> None:
    # Exact: both add up from the origin, and rounding keeps the order of sums.
    arcs, n_nodes, cost = graph
    _, distance = grow(arcs, n_nodes, cost, list(range(n_nodes)))
    for origin in range(n_nodes):
        assert distance[origin].tolist() == naive.find_distances(arcs, n_nodes, cost, origin)


@given(graphs())
def test_a_tree_leads_to_every_node_at_the_distance_it_gives(
    graph: tuple[list[Arc], int, list[float]],
) -> None:
    arcs, n_nodes, cost = graph
    last_link, distance = grow(arcs, n_nodes, cost, list(range(n_nodes)))
    for origin in range(n_nodes):
        assert last_link[origin, origin] == -1
        for node in range(n_nodes):
            links = naive.walk_back(last_link[origin].tolist(), arcs, origin, node)
            assert (links is None) == math.isinf(distance[origin, node])
            if links is not None:
                total = 0.0
                for link in links:
                    total += cost[link]
                assert total == distance[origin, node]
                assert len(links) < n_nodes


@given(graphs())
@settings(max_examples=50)
def test_marks_lengths_and_links_are_those_of_the_paths(
    graph: tuple[list[Arc], int, list[float]],
) -> None:
    arcs, n_nodes, cost = graph
    last_link, _ = grow(arcs, n_nodes, cost, list(range(n_nodes)))
    rng = np.random.default_rng(len(arcs))
    link_mark = rng.integers(0, 2**64, len(arcs), np.uint64)
    tail = np.array([arc[0] for arc in arcs], np.int32)
    tree, end = (a.ravel().astype(np.int32) for a in np.indices((n_nodes, n_nodes)))
    mark, length = np.zeros(len(tree), np.uint64), np.zeros(len(tree), np.int32)
    fill_path_marks(last_link, tail, link_mark, tree, tree, end, mark, length)
    paths = [
        naive.walk_back(last_link[a].tolist(), arcs, a, b)
        for a, b in zip(tree.tolist(), end.tolist(), strict=True)
    ]
    expected = [naive.mark_path(path, link_mark.tolist()) for path in paths]
    assert list(zip(mark.tolist(), length.tolist(), strict=True)) == expected
    path_start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    path_link = np.full(path_start[-1], -1, np.int32)
    fill_path_links(last_link, tail, tree, end, path_start, path_link)
    assert path_link.tolist() == [link for path in paths for link in path or ()]


@pytest.mark.parametrize("farthest", [1.001, 1.3, 100.0])
@pytest.mark.parametrize("seed", range(12))
def test_the_cheapest_path_through_some_links_is_that_of_the_twin(
    seed: int, farthest: float
) -> None:
    rng = np.random.default_rng(seed)
    n_nodes = int(rng.integers(2, 9))
    arcs = [(int(a), int(b)) for a, b in rng.integers(0, n_nodes, (3 * n_nodes, 2))]
    cost = rng.exponential(1.0, len(arcs))
    cost[rng.random(len(arcs)) < 0.1] = np.inf
    vias = np.flatnonzero(rng.random(len(arcs)) < 0.3)[:8].astype(np.int32)
    last_link, distance = grow(arcs, n_nodes, cost.tolist(), list(range(n_nodes)))
    turned = [(b, a) for a, b in arcs]
    next_link, rest = grow(turned, n_nodes, cost.tolist(), list(range(n_nodes)))
    tree = np.array([(a, b) for a in range(n_nodes) for b in range(n_nodes) if a != b], np.int32).T
    tree = np.ascontiguousarray(tree)
    link_mark = rng.integers(0, 2**64, len(arcs), np.uint64)
    via, length = np.full(tree.shape[1], -7, np.int32), np.full(tree.shape[1], -7, np.int32)
    mark = np.empty(tree.shape[1], np.uint64)
    ends_of_link = np.ascontiguousarray(np.array(arcs, np.int32).T)
    fill_through_marks(
        vias, cost, ends_of_link, last_link, distance, next_link, rest, tree, tree, farthest,
        link_mark, via, mark, length,
    )  # fmt: skip
    expected = [
        naive.through(arcs, n_nodes, cost.tolist(), vias.tolist(), (a, b), farthest)
        for a, b in tree.T.tolist()
    ]
    marks = [naive.mark_path(path, link_mark.tolist()) for path in expected]
    assert list(zip(mark.tolist(), length.tolist(), strict=True)) == marks
    assert [v < 0 for v in via.tolist()] == [path is None for path in expected]
    found = via >= 0
    path_start = np.concatenate([[0], np.cumsum(length[found])]).astype(np.int64)
    path_link = np.full(path_start[-1], -1, np.int32)
    fill_through_links(
        via[found], ends_of_link, last_link, next_link, tree[:, found], tree[1, found],
        path_start, path_link,
    )  # fmt: skip
    assert path_link.tolist() == [link for path in expected for link in path or ()]


def test_a_larger_graph_gives_the_same_distances_as_the_twin(rng: np.random.Generator) -> None:
    n_nodes, n_links = 120, 700
    arcs = [(int(a), int(b)) for a, b in rng.integers(0, n_nodes, (n_links, 2))]
    cost = rng.exponential(100.0, n_links)
    cost[rng.random(n_links) < 0.2] = np.inf
    origins = [0, 5, 5, 119]
    _, distance = grow(arcs, n_nodes, cost.tolist(), origins)
    for row, origin in enumerate(origins):
        assert distance[row].tolist() == naive.find_distances(arcs, n_nodes, cost.tolist(), origin)


def test_a_link_of_infinite_cost_is_no_way() -> None:
    last_link, distance = grow([(0, 1), (1, 2)], 3, [1.0, math.inf], [0])
    assert distance.tolist() == [[0.0, 1.0, math.inf]]
    assert last_link.tolist() == [[-1, 0, -1]]


@pytest.mark.parametrize("clone_first", [True, False])
def test_of_two_equal_links_the_one_that_stands_first_is_used(*, clone_first: bool) -> None:
    arcs = [(0, 1), (0, 1), (1, 2)] if clone_first else [(1, 2), (0, 1), (0, 1)]
    last_link, _ = grow(arcs, 3, [1.0, 1.0, 1.0], [0])
    assert last_link[0, 1] == (0 if clone_first else 1)
