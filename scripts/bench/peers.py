"""The other programs' side of each row, each on the same network and the same pairs."""

import importlib
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.bench.work import LEAST_TIME, Outcome, RoadGraph, Side, pick_pairs
from serai.domain.roads import RoadProblem

__all__ = [
    "find_paths_with_igraph",
    "find_paths_with_networkx",
    "find_paths_with_scipy",
    "grow_trees_with_scipy",
    "share_routes_by_elimination",
    "share_routes_by_penalty",
    "solve_with_aequilibrae",
    "solve_with_pytraf",
]

MOST_ROUNDS = 5000
"""Iterations that an assignment may take."""

# ------------------------------------------------------------------ equilibrium


def _restate(problem: RoadProblem) -> tuple[NDArray[np.float64], ...]:
    """Return free-flow times, b and powers; a constant time is told with b 0 and power 1."""
    is_constant = (problem.b == 0.0) | (problem.power == 0.0)
    return (
        np.where(is_constant, problem.free_time * (1.0 + problem.b), problem.free_time),
        np.where(is_constant, 0.0, problem.b),
        np.where(is_constant, 1.0, problem.power),
    )


def solve_with_pytraf(problem: RoadProblem, *, n_cores: int, max_gap: float) -> Side:
    """Prepare pytraf's gradient projection; nodes that no trip may pass are its centroids."""
    pytraf = importlib.import_module("pytraf")
    free_time, b, power = _restate(problem)
    network = pytraf.Network(
        problem.n_nodes, problem.tail.astype(np.int64), problem.head.astype(np.int64),
        free_time, problem.capacity, b, power,
        is_centroid=np.arange(problem.n_nodes) < problem.first_thru, allow_u_turns=True,
    )  # fmt: skip
    demand = pytraf.Demand(
        problem.n_nodes, problem.origin.astype(np.int64), problem.dest.astype(np.int64),
        problem.demand,
    )  # fmt: skip

    def work() -> Outcome:
        found = network.assign(demand, gap=max_gap, threads=n_cores, max_iter=MOST_ROUNDS)
        return Outcome(values=np.asarray(found.links.flow))

    return work


def _make_graph(problem: RoadProblem) -> tuple[Any, NDArray[np.int64]]:
    """Return AequilibraE's graph and its centroids; nodes count from 1."""
    frames = importlib.import_module("pandas")
    graph = importlib.import_module("aequilibrae.paths").Graph()
    free_time, b, power = _restate(problem)
    graph.network = frames.DataFrame(
        {
            "link_id": np.arange(1, len(problem.tail) + 1),
            "a_node": problem.tail + 1,
            "b_node": problem.head + 1,
            "direction": 1,
            "capacity": problem.capacity,
            "time": np.maximum(free_time, LEAST_TIME),
            "b": b,
            "power": power,
        }
    )
    graph.network_ok, graph.status = True, "OK"
    shut = np.arange(problem.first_thru)
    zones = np.unique(np.concatenate([problem.origin, problem.dest, shut])).astype(np.int64) + 1
    graph.prepare_graph(zones)
    graph.set_graph("time")
    graph.set_skimming([])
    graph.set_blocked_centroid_flows(problem.first_thru > 0)
    return graph, zones


def solve_with_aequilibrae(problem: RoadProblem, *, n_cores: int, max_gap: float) -> Side:
    """Prepare AequilibraE's biconjugate Frank-Wolfe."""
    paths = importlib.import_module("aequilibrae.paths")
    graph, zones = _make_graph(problem)
    matrix = importlib.import_module("aequilibrae.matrix").AequilibraeMatrix()
    matrix.create_empty(zones=len(zones), matrix_names=["trips"], memory_only=True)
    matrix.index[:] = zones
    trips = np.zeros((len(zones), len(zones)))
    row, column = (np.searchsorted(zones, end + 1) for end in (problem.origin, problem.dest))
    np.add.at(trips, (row, column), problem.demand)
    matrix.matrix["trips"][:, :] = trips
    matrix.computational_view(["trips"])
    task = paths.TrafficAssignment()
    task.set_classes([paths.TrafficClass("all", graph, matrix)])
    task.set_vdf("BPR")
    task.set_vdf_parameters({"alpha": "b", "beta": "power"})
    task.set_capacity_field("capacity")
    task.set_time_field("time")
    task.set_algorithm("bfw")
    task.max_iter, task.rgap_target = MOST_ROUNDS, max_gap
    task.set_cores(n_cores)

    def work() -> Outcome:
        task.execute()
        flow = task.results()["trips_ab"].reindex(np.arange(1, len(problem.tail) + 1))
        return Outcome(values=np.nan_to_num(flow.to_numpy(float)))

    return work


# ------------------------------------------------------------------ routes


def _share_routes(
    problem: RoadProblem, n_cores: int, n_pairs: int, algorithm: str, **settings: float
) -> Side:
    frames = importlib.import_module("pandas")
    graph, _ = _make_graph(problem)
    task = importlib.import_module("aequilibrae.paths").RouteChoice(graph)
    task.set_cores(n_cores)
    task.set_choice_set_generation(algorithm, **settings)
    origin, dest = pick_pairs(problem, n_pairs)
    pairs = frames.MultiIndex.from_arrays(
        [origin + 1, dest + 1], names=["origin id", "destination id"]
    )
    task.add_demand(frames.DataFrame({"demand": np.ones(len(origin))}, index=pairs))
    task.prepare()

    def work() -> Outcome:
        task.execute(perform_assignment=True)
        size = task.get_results()["path overlap"].to_numpy(float)
        return Outcome(values=size, n_done=len(size))

    return work


def share_routes_by_penalty(
    problem: RoadProblem,
    *,
    n_cores: int,
    n_pairs: int,
    n_paths: int,
    penalty: float,
    max_searches: int,
) -> Side:
    """Prepare AequilibraE's route choice by link penalty, as Serai's."""
    return _share_routes(
        problem, n_cores, n_pairs, "lp", max_routes=n_paths, max_depth=max_searches,
        max_misses=max_searches, penalty=penalty,
    )  # fmt: skip


def share_routes_by_elimination(
    problem: RoadProblem,
    *,
    n_cores: int,
    n_pairs: int,
    n_paths: int,
    penalty: float,
    max_searches: int,
) -> Side:
    """Prepare AequilibraE's route choice by breadth-first link elimination, its default."""
    del penalty, max_searches
    return _share_routes(
        problem, n_cores, n_pairs, "bfsle", max_routes=n_paths, max_depth=n_paths
    )  # fmt: skip


def find_paths_with_scipy(
    problem: RoadProblem, *, n_cores: int, n_pairs: int, n_paths: int
) -> Side:
    """Prepare SciPy's algorithm of Yen."""
    del n_cores
    yen = importlib.import_module("scipy.sparse.csgraph").yen
    matrix = _make_matrix(problem)
    pairs = list(zip(*(end.tolist() for end in pick_pairs(problem, n_pairs)), strict=True))

    def work() -> Outcome:
        cost = [yen(matrix, origin, dest, n_paths) for origin, dest in pairs]
        return Outcome(values=np.concatenate(cost), n_done=len(pairs))

    return work


def _make_matrix(problem: RoadProblem) -> Any:  # noqa: ANN401 - a matrix of a library without hints
    sparse = importlib.import_module("scipy.sparse")
    cost = np.maximum(problem.free_time, LEAST_TIME)
    ends = problem.tail.astype(np.int32), problem.head.astype(np.int32)
    return sparse.csr_matrix((cost, ends), shape=(problem.n_nodes, problem.n_nodes))


def find_paths_with_igraph(
    problem: RoadProblem, *, n_cores: int, n_pairs: int, n_paths: int
) -> Side:
    """Prepare igraph's algorithm of Yen."""
    del n_cores
    edges = np.stack([problem.tail, problem.head], axis=1).tolist()
    graph = importlib.import_module("igraph").Graph(problem.n_nodes, edges, directed=True)
    price = np.maximum(problem.free_time, LEAST_TIME)
    weights = price.tolist()
    pairs = list(zip(*(end.tolist() for end in pick_pairs(problem, n_pairs)), strict=True))

    def work() -> Outcome:
        cost = [
            price[path].sum()
            for origin, dest in pairs
            for path in graph.get_k_shortest_paths(
                origin, dest, k=n_paths, weights=weights, output="epath"
            )
        ]
        return Outcome(values=np.array(cost), n_done=len(pairs))

    return work


def find_paths_with_networkx(
    problem: RoadProblem, *, n_cores: int, n_pairs: int, n_paths: int
) -> Side:
    """Prepare NetworkX's algorithm of Yen."""
    del n_cores
    networkx = importlib.import_module("networkx")
    graph = networkx.DiGraph()
    cost = np.maximum(problem.free_time, LEAST_TIME).tolist()
    graph.add_weighted_edges_from(
        zip(problem.tail.tolist(), problem.head.tolist(), cost, strict=True)
    )
    pairs = list(zip(*(end.tolist() for end in pick_pairs(problem, n_pairs)), strict=True))

    def work() -> Outcome:
        found = [
            networkx.path_weight(graph, path, "weight")
            for origin, dest in pairs
            for path in islice(
                networkx.shortest_simple_paths(graph, origin, dest, weight="weight"), n_paths
            )
        ]
        return Outcome(values=np.array(found), n_done=len(pairs))

    return work


# ------------------------------------------------------------------ large graphs


def grow_trees_with_scipy(graph: RoadGraph, *, n_cores: int, n_origins: int) -> Side:
    """Prepare SciPy's Dijkstra, distances alone."""
    del n_cores
    dijkstra = importlib.import_module("scipy.sparse.csgraph").dijkstra
    sparse = importlib.import_module("scipy.sparse")
    n_nodes = len(graph.first_out) - 1
    matrix = sparse.csr_matrix(
        (graph.slot_km, graph.slot_head, graph.first_out), shape=(n_nodes, n_nodes)
    )
    origins = np.random.default_rng(1).integers(0, n_nodes, n_origins)

    def work() -> Outcome:
        found = []
        for origin in origins:
            distance = dijkstra(matrix, indices=origin)
            found.append(distance[np.isfinite(distance)].sum())
        return Outcome(values=np.array(found), n_done=n_origins)

    return work
