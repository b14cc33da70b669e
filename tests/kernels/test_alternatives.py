"""Several paths per pair against the list of all paths, on random graphs."""

import math
import os
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from serai.data.tntp import read_tntp
from serai.kernels.alternatives import (
    fill_diverse_paths,
    fill_path_size_shares,
    fill_shortest_paths,
)
from serai.kernels.paths import fill_trees
from tests.kernels import naive
from tests.kernels.naive import Arc

TNTP = os.environ.get("SERAI_TNTP")
"""Folder of the published test networks."""

Graph = tuple[list[Arc], int, list[float]]


class Pairs:
    """All that both kernels want for some pairs of nodes."""

    def __init__(self, graph: Graph, pairs: list[Arc]) -> None:
        arcs, n_nodes, cost = graph
        self.cost = np.array(cost, np.float64)
        self.slots = naive.compress(arcs, n_nodes)
        self.start, self.end = (np.array(nodes, np.int32) for nodes in zip(*pairs, strict=True))
        ends, tree = np.unique(self.end, return_inverse=True)
        self.tree = tree.astype(np.int32)
        self.rest = np.empty((len(ends), n_nodes))
        back = naive.compress([(head, tail) for tail, head in arcs], n_nodes)
        last_link = np.empty((len(ends), n_nodes), np.int32)
        fill_trees(*back, self.cost, ends, last_link, self.rest)

    def find_shortest(self, n_paths: int, n_room: int) -> tuple[NDArray[np.int32], ...]:
        link = np.full((len(self.start), n_paths, n_room), -1, np.int32)
        length = np.full(link.shape[:2], -1, np.int32)
        price = np.full(link.shape[:2], np.nan)
        fill_shortest_paths(*self.slots, self.cost, self.rest, self.tree, self.start, self.end,
                            link, length, price)  # fmt: skip
        return link, length, price

    def find_diverse(
        self, n_paths: int, n_room: int, penalty: float, max_searches: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        link = np.full((len(self.start), n_paths, n_room), -1, np.int32)
        length = np.full(link.shape[:2], -1, np.int32)
        fill_diverse_paths(*self.slots, self.cost, self.rest, self.tree, self.start, self.end,
                           penalty, max_searches, link, length)  # fmt: skip
        return link, length


def name_pairs(n_nodes: int) -> list[Arc]:
    return [(a, b) for a in range(n_nodes) for b in range(n_nodes)]


@st.composite
def graphs(draw: st.DrawFn, *, with_ties: bool) -> Graph:
    """Draw a small graph with loops, twin links and shut links."""
    n_nodes = draw(st.integers(1, 6))
    node = st.integers(0, n_nodes - 1)
    arcs = draw(st.lists(st.tuples(node, node), max_size=16))
    if with_ties:
        price = st.sampled_from([0.0, 0.1, 1.0, 1.0, 2.0, 2.5, math.inf])
        return arcs, n_nodes, [draw(price) for _ in arcs]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cost = rng.exponential(1.0, len(arcs))
    cost[rng.random(len(arcs)) < 0.1] = np.inf
    return arcs, n_nodes, cost.tolist()


def check_paths(graph: Graph, n_paths: int) -> None:
    arcs, n_nodes, cost = graph
    pairs = name_pairs(n_nodes)
    link, length, price = Pairs(graph, pairs).find_shortest(n_paths, n_nodes)
    for row, (start, end) in enumerate(pairs):
        ways = naive.list_ways(arcs, cost, start, end)
        found = [link[row, k, :n].tolist() for k, n in enumerate(length[row]) if n]
        assert len(found) == min(len(ways), n_paths)
        assert len({tuple(path) for path in found}) == len(found)
        known = {tuple(path): total for total, path in ways}
        assert [known[tuple(path)] for path in found] == price[row, : len(found)].tolist()
        assert np.isinf(price[row, len(found) :]).all()
        assert (np.diff(price[row, : len(found)]) >= 0.0).all()
        # Two sums of the same costs in another order are alike, not the same.
        assert_allclose(price[row, : len(found)], [w[0] for w in ways[:n_paths]], rtol=1e-12)


@given(graphs(with_ties=True), st.integers(1, 12))
def test_shortest_paths_are_the_first_of_all_paths(graph: Graph, n_paths: int) -> None:
    check_paths(graph, n_paths)


@given(graphs(with_ties=False))
@settings(max_examples=50)
def test_shortest_paths_without_ties_are_the_same_paths(graph: Graph) -> None:
    arcs, n_nodes, cost = graph
    link, length, _ = Pairs(graph, pairs := name_pairs(n_nodes)).find_shortest(5, n_nodes)
    for row, pair in enumerate(pairs):
        found = [link[row, k, :n].tolist() for k, n in enumerate(length[row]) if n]
        assert found == [path for _, path in naive.list_ways(arcs, cost, *pair)][:5]


def test_all_paths_of_a_larger_graph_come_in_order(rng: np.random.Generator) -> None:
    n_nodes, n_links = 60, 240
    arcs = [(int(a), int(b)) for a, b in rng.integers(0, n_nodes, (n_links, 2))]
    cost = rng.exponential(1.0, n_links).tolist()
    pairs = [(0, 7), (3, 50), (59, 1), (59, 7)]
    data = Pairs((arcs, n_nodes, cost), pairs)
    link, length, price = data.find_shortest(200, n_nodes)
    shortest = dijkstra(to_matrix(arcs, cost, n_nodes), indices=[0, 3, 59, 59])
    for row, (start, end) in enumerate(pairs):
        assert length[row].min() > 0
        assert (np.diff(price[row]) >= 0.0).all()
        assert_allclose(price[row, 0], shortest[row, end], rtol=1e-12)
        paths = [tuple(link[row, k, :n].tolist()) for k, n in enumerate(length[row])]
        assert len(set(paths)) == len(paths)
        for path in paths:
            nodes = [start, *(arcs[a][1] for a in path)]
            assert nodes[-1] == end
            assert [arcs[a][0] for a in path] == nodes[:-1]
            assert len(set(nodes)) == len(nodes)


def test_the_number_of_threads_changes_no_path(rng: np.random.Generator) -> None:
    n_nodes, n_links = 40, 160
    arcs = [(int(a), int(b)) for a, b in rng.integers(0, n_nodes, (n_links, 2))]
    cost = rng.integers(1, 4, n_links).astype(float).tolist()  # many ties
    data = Pairs((arcs, n_nodes, cost), name_pairs(n_nodes)[::7])

    def find_all() -> list[NDArray[np.generic]]:
        return [*data.find_shortest(6, n_nodes), *data.find_diverse(6, n_nodes, 1.3, 12)]

    n_threads = numba.get_num_threads()
    many = find_all()
    numba.set_num_threads(1)
    try:
        one = find_all()
    finally:
        numba.set_num_threads(n_threads)
    for a, b in zip(one, many, strict=True):
        np.testing.assert_array_equal(a, b)


def to_matrix(arcs: list[Arc], cost: list[float], n_nodes: int) -> csr_array:
    """Return the cheapest link of each pair of nodes as a matrix."""
    least: dict[Arc, float] = {}
    for arc, price in zip(arcs, cost, strict=True):
        least[arc] = min(price, least.get(arc, price))
    tail, head = np.array(list(least), np.int32).T
    return csr_array((list(least.values()), (tail, head)), shape=(n_nodes, n_nodes))


def test_paths_of_a_published_network_cost_what_another_program_says() -> None:
    if TNTP is None:
        pytest.skip("SERAI_TNTP names no folder with the published test networks")
    csgraph = pytest.importorskip("scipy.sparse.csgraph")
    if not hasattr(csgraph, "yen"):
        pytest.skip("this SciPy has no search for several paths")
    net = next(Path(TNTP, "Anaheim").glob("*_net.tntp"))
    problem = read_tntp(net, net.with_name(net.name.replace("_net", "_trips")))
    arcs = list(zip(problem.tail.tolist(), problem.head.tolist(), strict=True))
    cost = problem.free_time.tolist()
    pairs = list(zip(problem.origin.tolist(), problem.dest.tolist(), strict=True))[::40]
    _, _, price = Pairs((arcs, problem.n_nodes, cost), pairs).find_shortest(10, 1)
    matrix = to_matrix(arcs, cost, problem.n_nodes)
    for row, (start, end) in enumerate(pairs):
        assert_allclose(price[row], csgraph.yen(matrix, start, end, 10), rtol=1e-12)


@given(graphs(with_ties=False), st.sampled_from([1.01, 1.3, 3.0]), st.integers(1, 8))
def test_diverse_paths_are_those_of_the_twin(
    graph: Graph, penalty: float, max_searches: int
) -> None:
    arcs, n_nodes, cost = graph
    pairs = name_pairs(n_nodes)
    link, length = Pairs(graph, pairs).find_diverse(4, n_nodes, penalty, max_searches)
    for row, pair in enumerate(pairs):
        found = [link[row, k, :n].tolist() for k, n in enumerate(length[row]) if n]
        assert found == naive.list_diverse_ways(
            arcs, cost, pair, penalty=penalty, max_searches=max_searches, n_paths=4
        )


@given(graphs(with_ties=True))
@settings(max_examples=50)
def test_diverse_paths_with_ties_are_paths_and_different(graph: Graph) -> None:
    arcs, n_nodes, cost = graph
    pairs = name_pairs(n_nodes)
    link, length = Pairs(graph, pairs).find_diverse(4, n_nodes, 1.5, 8)
    for row, pair in enumerate(pairs):
        ways = naive.list_ways(arcs, cost, *pair)
        found = [link[row, k, :n].tolist() for k, n in enumerate(length[row]) if n]
        assert all(path in [links for _, links in ways] for path in found)
        assert len({tuple(path) for path in found}) == len(found)
        assert bool(found) == bool(ways)
        if found:
            first = sum(cost[a] for a in found[0])
            assert_allclose(first, ways[0][0], rtol=1e-12)


def test_a_path_that_has_no_room_tells_its_length() -> None:
    graph: Graph = ([(0, 1), (1, 2), (2, 3), (0, 3)], 4, [1.0, 1.0, 1.0, 9.0])
    data = Pairs(graph, [(0, 3)])
    for link, length in (data.find_shortest(3, 2)[:2], data.find_diverse(3, 2, 5.0, 9)):
        assert length.tolist() == [[3, 1, 0]]
        assert link[0, :2].tolist() == [[0, 1], [3, -1]]


@given(graphs(with_ties=True), st.sampled_from([0.0, 0.7]), st.sampled_from([0.0, 1.0, 1.8]))
@settings(max_examples=50)
def test_shares_are_those_of_the_twin(graph: Graph, scale: float, weight: float) -> None:
    _, n_nodes, cost = graph
    link, length = Pairs(graph, name_pairs(n_nodes)).find_diverse(4, n_nodes, 1.5, 8)
    size, share = np.full(length.shape, np.nan), np.full(length.shape, np.nan)
    fill_path_size_shares(link, length, np.array(cost, np.float64), scale, weight, size, share)
    for row, lengths in enumerate(length):
        paths = [link[row, k, :n].tolist() for k, n in enumerate(lengths) if n]
        sizes, shares = naive.share_by_path_size(paths, cost, scale, weight)
        nothing = [0.0] * (4 - len(paths))
        assert_allclose(size[row], sizes + nothing, rtol=1e-12)
        assert_allclose(share[row], shares + nothing, rtol=1e-12)
