"""What a route is made of: its legs, what it draws on, and sums over its links."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = [
    "count_legs",
    "count_uses",
    "fill_any",
    "fill_draws",
    "fill_last",
    "fill_legs",
    "fill_sums",
    "fill_traffic",
    "fill_uses",
]


@njit(cache=True, parallel=True)
def fill_sums(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    path_row: NDArray[np.int32],
    values: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """
    Sum values over the links of each path.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    path_row
        [-], shape (n_paths,). Row of `values` that the path reads (its direction).
    values
        [any], shape (n_rows, n_links, n_values). What is summed.
    sums
        [any], shape (n_paths, n_values). Filled.
    """
    for path in prange(path_start.shape[0] - 1):
        total = sums[path]
        total[:] = 0.0
        for at in range(path_start[path], path_start[path + 1]):
            value = values[path_row[path], path_link[at]]
            for j in range(total.shape[0]):
                total[j] += value[j]


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
        [-], shape (n_links,). The link changes vehicle: load, unload, port or gauge change.
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
    path_hours: NDArray[np.float64],
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
    path_hours
        [h], shape (n_paths,). Filled with the time of all links.
    """
    for path in prange(path_start.shape[0] - 1):
        leg = leg_start[path] - 1
        inside = False
        total = 0.0
        path_hours[path] = 0.0
        for at in range(path_start[path], path_start[path + 1]):
            link = path_link[at]
            path_hours[path] += hours[link]
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


@njit(cache=True, parallel=True)
def fill_any(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    flags: NDArray[np.uint64],
    found: NDArray[np.uint64],
) -> None:
    """
    Say for each path which flags any of its links has, 64 flags to a word.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    flags
        [-], shape (n_links, n_words). Flags of each link, as bits.
    found
        [-], shape (n_paths, n_words). Filled with those of all its links.
    """
    for path in prange(path_start.shape[0] - 1):
        for word in range(flags.shape[1]):
            met = np.uint64(0)
            for at in range(path_start[path], path_start[path + 1]):
                met |= flags[path_link[at], word]
            found[path, word] = met


@njit(cache=True, parallel=True)
def count_uses(
    route: NDArray[np.int32],
    class_ix: NDArray[np.int32],
    draw_start: NDArray[np.int64],
    draw: NDArray[np.int32],
    draws: NDArray[np.bool_],
    limit_of: NDArray[np.int32],
    capacity: NDArray[np.float64],
    n_uses: NDArray[np.int64],
) -> None:
    """
    Count the limits that each (class, route) pair uses.

    Parameters
    ----------
    route
        [-], shape (n_pairs,). Route of each pair.
    class_ix
        [-], shape (n_pairs,). Class of each pair.
    draw_start
        [-], shape (n_routes + 1,). Draws of each route.
    draw
        [-], shape (draw_start[-1],). 4 resource + 2 direction + carriage.
    draws
        [-], shape (n_resources, n_classes, 2). Who draws on what, by carriage.
    limit_of
        [-], shape (n_resources, 2, n_classes, 2). Limit by resource, direction, class and
        measure, -1 for none.
    capacity
        [any], shape (n_limits,). Capacities.
    n_uses
        [-], shape (n_pairs,). Filled; -1 where a used limit has no capacity.
    """
    for pair in prange(route.shape[0]):
        count = 0
        k = class_ix[pair]
        for at in range(draw_start[route[pair]], draw_start[route[pair] + 1]):
            resource, direction = draw[at] // 4, draw[at] // 2 % 2
            if not draws[resource, k, draw[at] % 2]:
                continue
            for measure in range(2):
                limit = limit_of[resource, direction, k, measure]
                if limit < 0:
                    continue
                if capacity[limit] <= 0.0:
                    count = -1
                    break
                count += 1
            if count < 0:
                break
        n_uses[pair] = count


@njit(cache=True, parallel=True)
def fill_uses(
    route: NDArray[np.int32],
    class_ix: NDArray[np.int32],
    draw_start: NDArray[np.int64],
    draw: NDArray[np.int32],
    draws: NDArray[np.bool_],
    limit_of: NDArray[np.int32],
    amount: NDArray[np.float64],
    capacity: NDArray[np.float64],
    use_start: NDArray[np.int64],
    use_limit: NDArray[np.int32],
    use_amount: NDArray[np.float64],
) -> None:
    """
    Fill the limits that each (class, route) pair uses, and how much of each.

    Parameters
    ----------
    route
        [-], shape (n_pairs,). Route of each pair, -1 for one that uses nothing.
    class_ix
        [-], shape (n_pairs,). Class of each pair.
    draw_start
        [-], shape (n_routes + 1,). Draws of each route.
    draw
        [-], shape (draw_start[-1],). As for `count_uses`.
    draws
        [-], shape (n_resources, n_classes, 2). As for `count_uses`.
    limit_of
        [-], shape (n_resources, 2, n_classes, 2). As for `count_uses`.
    amount
        [t or TEU per class unit], shape (n_classes, 2). What a unit takes of each measure.
    capacity
        [t/yr or TEU/yr], shape (n_limits,). Capacities.
    use_start
        [-], shape (n_pairs + 1,). Where each pair's uses stand, from `count_uses`.
    use_limit
        [-], shape (use_start[-1],). Filled.
    use_amount
        [share of capacity per class unit], shape (use_start[-1],). Filled.
    """
    for pair in prange(route.shape[0]):
        if route[pair] < 0:
            continue
        k = class_ix[pair]
        to = use_start[pair]
        for at in range(draw_start[route[pair]], draw_start[route[pair] + 1]):
            resource, direction = draw[at] // 4, draw[at] // 2 % 2
            if not draws[resource, k, draw[at] % 2]:
                continue
            for measure in range(2):
                limit = limit_of[resource, direction, k, measure]
                if limit >= 0:
                    use_limit[to] = limit
                    use_amount[to] = amount[k, measure] / capacity[limit]
                    to += 1


@njit(cache=True)
def fill_traffic(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    path: NDArray[np.int32],
    column: NDArray[np.int32],
    amount: NDArray[np.float64],
    traffic: NDArray[np.float64],
) -> None:
    """
    Add up what passes each link.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    path
        [-], shape (n_flows,). The path that each flow takes; -1 for none.
    column
        [-], shape (n_flows,). Where each flow is counted.
    amount
        [any], shape (n_flows,). How much flows.
    traffic
        [any], shape (n_links, n_columns). Filled.
    """
    traffic[:] = 0.0
    for flow in range(path.shape[0]):
        if path[flow] < 0 or amount[flow] == 0.0:
            continue
        for at in range(path_start[path[flow]], path_start[path[flow] + 1]):
            traffic[path_link[at], column[flow]] += amount[flow]


@njit(cache=True)
def fill_last(
    path_start: NDArray[np.int64],
    path_link: NDArray[np.int32],
    path: NDArray[np.int32],
    is_export: NDArray[np.bool_],
    other: NDArray[np.int32],
    ends: NDArray[np.int32],
    is_sea: NDArray[np.bool_],
    is_home: NDArray[np.bool_],
    last: NDArray[np.int32],
) -> None:
    """
    Find the last foreign country that each flow meets by land, from its own country outward.

    Parameters
    ----------
    path_start
        [-], shape (n_paths + 1,). Links of each path.
    path_link
        [-], shape (path_start[-1],). Links.
    path
        [-], shape (n_flows,). The path that each flow takes; -1 for none.
    is_export
        [-], shape (n_flows,). The path leads away from the flow's own country; else towards it.
    other
        [-], shape (n_flows,). Country at the other end.
    ends
        [-], shape (n_links, 2). Countries where each link begins and ends, -1 for none.
    is_sea
        [-], shape (n_links,). Where the sea begins: what lies beyond is not looked at.
    is_home
        [-], shape (n_countries, n_countries). By country at the other end: which are not foreign.
    last
        [-], shape (n_flows,). Filled; -1 where there is none.
    """
    for flow in range(path.shape[0]):
        last[flow] = -1
        if path[flow] < 0:
            continue
        first, stop = path_start[path[flow]], path_start[path[flow] + 1]
        for step in range(stop - first):
            link = path_link[first + step] if is_export[flow] else path_link[stop - 1 - step]
            if is_sea[link]:
                break
            country = ends[link, 1 if is_export[flow] else 0]
            if country >= 0 and not is_home[other[flow], country]:
                last[flow] = country
