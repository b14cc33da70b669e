"""Rows of unequal length that stand one after the other in one array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import IntArray

__all__ = ["compress", "find_rows", "take_rows"]


def find_rows(
    start: NDArray[np.int64], rows: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Return where some rows will start when they stand by themselves, and where their cells are.

    Parameters
    ----------
    start
        [-], shape (n_rows + 1,). Row i is start[i]:start[i + 1].
    rows
        [-], shape (n_taken,). The rows wanted.

    Returns
    -------
    start
        [-], shape (n_taken + 1,).
    cells
        [-], shape (start[-1],). Places in the old array.
    """
    length = np.diff(start)[rows]
    new = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    return new, np.repeat(start[:-1][rows] - new[:-1], length) + np.arange(new[-1])


def take_rows(
    start: NDArray[np.int64], values: NDArray[Any], rows: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """
    Return some rows of a table whose rows are of unequal length.

    Parameters
    ----------
    start
        [-], shape (n_rows + 1,). Row i is values[start[i]:start[i + 1]].
    values
        [any], shape (start[-1],) or more.
    rows
        [-], shape (n_taken,). The rows wanted.

    Returns
    -------
    start
        [-], shape (n_taken + 1,).
    values
        [any], shape (start[-1],).
    """
    new, cells = find_rows(start, rows)
    return new, values[cells]


def compress(tail: IntArray, head: IntArray, n_nodes: int) -> tuple[IntArray, IntArray, IntArray]:
    """
    Return the links by the node that they leave, as the kernels that search a graph want them.

    Parameters
    ----------
    tail
        [-], shape (n_links,). Node that each link leaves; swap it with `head` to go backwards.
    head
        [-], shape (n_links,). Node that each link reaches.
    n_nodes
        [-], >= 0. Number of nodes.

    Returns
    -------
    first_out
        [-], shape (n_nodes + 1,). Slots that leave node i are first_out[i]:first_out[i + 1].
    slot_link
        [-], shape (n_links,). Link of each slot; those of one node in the order of the links.
    slot_head
        [-], shape (n_links,). Node that each slot's link reaches.
    """
    slot_link = np.argsort(tail, kind="stable").astype(np.int32)
    first_out = np.searchsorted(tail[slot_link], np.arange(n_nodes + 1)).astype(np.int32)
    return first_out, slot_link, head[slot_link].astype(np.int32)
