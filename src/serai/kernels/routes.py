"""What a route is made of: its legs, what it draws on, and sums over its links."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = ["count_legs", "fill_draws", "fill_legs", "fill_sums"]


@njit(cache=True, parallel=True)
def fill_sums(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    path_row: NDArray[np.int32],
    values: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """
    Sum a value over the links of each path.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    path_row
        [-], shape (n_paths,). Row of `values` that the path reads (its direction).
    values
        [any], shape (n_rows, n_links). What is summed.
    sums
        [any], shape (n_paths,). Filled.
    """
    for path in prange(path_start.shape[0] - 1):
        total = 0.0
        for at in range(path_start[path], path_start[path + 1]):
            total += values[path_row[path], path_link[at]]
        sums[path] = total


@njit(cache=True, parallel=True)
def count_legs(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    is_break: NDArray[np.bool_],
    n_legs: NDArray[np.int64],
) -> None:
    """
    Count the legs of each path: the runs of links between two breaks.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    is_break
        [-], shape (n_links,). The link changes vehicle: load, unload, port, gauge change …
    n_legs
        [-], shape (n_paths,). Filled.
    """
    for path in prange(path_start.shape[0] - 1):
        count = 0
        inside = False
        for at in range(path_start[path], path_start[path + 1]):
            if is_break[path_link[at]]:
                inside = False
            elif not inside:
                inside = True
                count += 1
        n_legs[path] = count


@njit(cache=True, parallel=True)
def fill_legs(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    is_break: NDArray[np.bool_],
    ends: NDArray[np.int32],
    hours: NDArray[np.float64],
    leg_start: NDArray[np.int64],
    leg_ends: NDArray[np.int32],
    leg_share: NDArray[np.float64],
) -> None:
    """
    Fill each path's legs and the share of its time that each takes.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    is_break
        [-], shape (n_links,). As for `count_legs`.
    ends
        [-], shape (n_links, 2). First and last terminal of each link.
    hours
        [h], shape (n_links,). Time of each link.
    leg_start
        [-], shape (n_paths + 1,). Legs of each path, from `count_legs`.
    leg_ends
        [-], shape (leg_start[-1], 2). Filled with a leg's first and last terminal.
    leg_share
        [-], shape (leg_start[-1],). Filled; sums to 1 over a path.
    """
    for path in prange(path_start.shape[0] - 1):
        leg = leg_start[path] - 1
        inside = False
        total = 0.0
        for at in range(path_start[path], path_start[path + 1]):
            link = path_link[at]
            if is_break[link]:
                inside = False
                continue
            if not inside:
                inside = True
                leg += 1
                leg_ends[leg, 0] = ends[link, 0]
                leg_share[leg] = 0.0
            leg_ends[leg, 1] = ends[link, 1]
            leg_share[leg] += hours[link] + 1e-9
            total += hours[link] + 1e-9
        for leg in range(leg_start[path], leg_start[path + 1]):
            leg_share[leg] /= total


@njit(cache=True)
def fill_draws(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    carriage_of: NDArray[np.int8],
    link_direction: NDArray[np.int32],
    resource_start: NDArray[np.int32],
    resource_ix: NDArray[np.int32],
    draw_start: NDArray[np.int64],
    draw: NDArray[np.int32],
) -> int:
    """
    Fill what each path draws on: every resource once, with direction and carriage.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    carriage_of
        [-], shape (n_links,). What the goods ride in once they leave the link's first terminal:
        0 a wagon, 1 a truck, -1 as before.
    link_direction
        [-], shape (n_links,). 0 or 1.
    resource_start
        [-], shape (n_links + 1,). Resources of each link.
    resource_ix
        [-], shape (resource_start[-1],). Resources.
    draw_start
        [-], shape (n_paths + 1,). Filled.
    draw
        [-], shape (large enough,). Filled with 4 resource + 2 direction + carriage.

    Returns
    -------
    n_draws
        How many entries of `draw` were filled.
    """
    count = 0
    for path in range(path_start.shape[0] - 1):
        draw_start[path] = count
        carriage = 0
        for at in range(path_start[path], path_start[path + 1]):
            link = path_link[at]
            if carriage_of[link] >= 0:
                carriage = carriage_of[link]
            for one in range(resource_start[link], resource_start[link + 1]):
                known = False
                for before in range(draw_start[path], count):
                    if draw[before] // 4 == resource_ix[one]:
                        known = True
                        break
                if not known:
                    draw[count] = 4 * resource_ix[one] + 2 * link_direction[link] + carriage
                    count += 1
    draw_start[path_start.shape[0] - 1] = count
    return count
