"""What the sides found, judged by one measure that belongs to none of them."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from serai.domain.roads import RoadProblem

__all__ = ["measure_gap"]


def measure_gap(problem: RoadProblem, flow: NDArray[np.float64]) -> float:
    """
    Return 1 - SPTT / TSTT of link flows, with SciPy's Dijkstra.

    Parameters
    ----------
    problem
        Network and demand.
    flow
        [unit of demand], shape (n_links,).

    Returns
    -------
    gap
        [-]. Pairs that no path joins do not count.
    """
    ratio = np.divide(flow, problem.capacity, out=np.zeros_like(flow), where=problem.b != 0.0)
    time = problem.free_time * (1.0 + problem.b * ratio**problem.power)
    # A node that no trip may pass is split: trips start at its copy and end at itself.
    n_nodes = problem.n_nodes
    apart = problem.tail < problem.first_thru
    tail = np.where(apart, problem.tail + n_nodes, problem.tail)
    # Of links between the same nodes the quickest counts.
    order = np.lexsort((time, problem.head, tail))
    ends = np.stack([tail, problem.head], axis=1)[order]
    is_first = np.r_[True, (ends[1:] != ends[:-1]).any(axis=1)]
    matrix = csr_matrix(
        (time[order][is_first], (ends[is_first, 0], ends[is_first, 1])),
        shape=(2 * n_nodes, 2 * n_nodes),
    )
    pairs = np.flatnonzero(problem.origin != problem.dest)
    origins, row = np.unique(problem.origin[pairs], return_inverse=True)
    starts = np.where(origins < problem.first_thru, origins + n_nodes, origins)
    least = dijkstra(matrix, indices=starts)[row, problem.dest[pairs]]
    met = np.isfinite(least)
    return float(1.0 - problem.demand[pairs][met] @ least[met] / (flow @ time))
