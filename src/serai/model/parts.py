"""A part of a choice problem: the cells that matter most, solved first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray
from serai.kernels.choice import ChoiceArrays
from serai.model.ragged import find_rows

__all__ = ["cut_cells", "heavy_cells"]


def heavy_cells(problem: ChoiceArrays, flow: FloatArray, share: float) -> NDArray[np.int64]:
    """
    Return the fewest cells that make up a share of all use of limits.

    Parameters
    ----------
    problem
        The choice problem.
    flow
        [class unit], shape (n_options,).
    share
        [-], 0 to 1. What part of the use, each limit counted in shares of its capacity.

    Returns
    -------
    cells
        [-], shape (n_heavy,). Sorted.
    """
    taken = np.concatenate([[0.0], np.cumsum(problem.use_amount)])
    per_unit = (taken[problem.use_start[1:]] - taken[problem.use_start[:-1]])[problem.bundle]
    use = np.add.reduceat(flow * per_unit, problem.nest_start[problem.cell_start[:-1]])
    order = np.argsort(-use, kind="stable")
    known = np.cumsum(use[order])
    return np.sort(order[: int(np.searchsorted(known, share * known[-1])) + 1])


def cut_cells(
    problem: ChoiceArrays, cells: NDArray[np.int64]
) -> tuple[ChoiceArrays, NDArray[np.int64]]:
    """
    Return the problem of some cells alone.

    Parameters
    ----------
    problem
        The choice problem.
    cells
        [-], shape (n_cells,). Those to keep, sorted.

    Returns
    -------
    part
        Its limits are those of the whole.
    options
        [-], shape (n_options,). The whole problem's options that are in it.
    """
    cell_start, nests = find_rows(problem.cell_start, cells)
    nest_start, options = find_rows(problem.nest_start, nests)
    is_used = np.zeros(len(problem.use_start) - 1, np.bool_)
    is_used[problem.bundle[options]] = True
    use_start, uses = find_rows(problem.use_start, np.flatnonzero(is_used))
    n_chunks = len(problem.chunk_start) - 1
    part = ChoiceArrays(
        chunk_start=np.linspace(0, len(cells), n_chunks + 1).astype(np.int64),
        cell_start=cell_start,
        cell_demand=problem.cell_demand[cells],
        cell_theta=problem.cell_theta[cells],
        nest_start=nest_start,
        nest_theta=problem.nest_theta[nests],
        nest_constant=problem.nest_constant[nests],
        cost=problem.cost[options],
        log_size=problem.log_size[options],
        bundle=(np.cumsum(is_used, dtype=np.int32) - 1)[problem.bundle[options]],
        use_start=use_start,
        use_limit=problem.use_limit[uses],
        use_amount=problem.use_amount[uses],
    )
    return part, options
