"""Why goods cannot get from one zone to another: what is missing, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import breadth_first_order

from serai.data.findings import list_some
from serai.data.gmns_parts import great_circle_km
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from serai.data.check_graph import LinkGraph

    Mask = NDArray[np.bool_]

__all__ = ["why_lost"]


def why_lost(
    graph: LinkGraph,
    goods: tuple[str, str],
    starts: Sequence[str],
    ends: Sequence[str],
    places: pd.DataFrame,
) -> str:
    """
    Return what stands between two sets of doors.

    Parameters
    ----------
    graph
        The links.
    goods
        Column with the price that the goods pay, and the list of modes they may use.
    starts
        Labels of the doors they start from.
    ends
        Labels of the doors they want.
    places
        With `place_id`, `lat` and `lon`.

    Returns
    -------
    reason
        The links that are closed, unpriced or of another mode; or the nearest two terminals that
        nothing joins.
    """
    if not any(label in graph.nodes for label in starts):
        return "no door where it starts (a load link, or zone_id of a node, for its modes)"
    if not any(label in graph.nodes for label in ends):
        return "no door where it ends (an unload link, or zone_id of a node, for its modes)"
    column, allowed = goods
    links = graph.links
    tests = {
        "no price": links[column].notna().to_numpy(dtype=bool),
        "another mode": _of_modes(links, allowed),
        "not open": graph.is_open,
    }
    everything = np.ones(len(links), dtype=bool)
    for relaxed in (("no price",), ("another mode",), ("not open",), tuple(tests)):
        usable = everything.copy()
        for name, mask in tests.items():
            if name not in relaxed:
                usable &= mask
        path = _find_path(graph, usable, starts, ends)
        if path is None:
            continue
        told = [
            f"{name}: {list_some(dict.fromkeys(links['link_id'].iloc[path[~mask[path]]]), 3)}"
            for name, mask in tests.items() if name in relaxed and not mask[path].all()
        ]  # fmt: skip
        return "a way but for links with " + "; ".join(told)
    return _name_gap(graph, starts, ends, places)


def _of_modes(links: pd.DataFrame, allowed_modes: str) -> Mask:
    allowed = {*split_list(allowed_modes), "door"}
    usable = np.ones(len(links), dtype=bool)
    for end in ("from_mode", "to_mode"):
        modes = links[end].str.replace(r"^rail_\d+$", "rail", regex=True)
        usable &= modes.isin(allowed).to_numpy(dtype=bool)
    return usable


def _find_path(
    graph: LinkGraph, usable: Mask, starts: Sequence[str], ends: Sequence[str]
) -> NDArray[np.intp] | None:
    """Return the links of a path with the fewest of them, None if there is none."""
    matrix = graph.matrix(usable)
    chosen = {(int(graph.tail[i]), int(graph.head[i])): int(i) for i in np.flatnonzero(usable)}
    for start in (graph.nodes[s] for s in starts if s in graph.nodes):
        _, before = breadth_first_order(matrix, start)
        for end in (graph.nodes[e] for e in ends if e in graph.nodes):
            if before[end] < 0:
                continue
            path, at = [], end
            while at != start:
                path.append(chosen[int(before[at]), at])
                at = int(before[at])
            return np.array(path[::-1], dtype=np.intp)
    return None


def _name_gap(
    graph: LinkGraph, starts: Sequence[str], ends: Sequence[str], places: pd.DataFrame
) -> str:
    """Return the nearest two terminals between which a link would close the gap."""
    everything = np.ones(len(graph.links), dtype=bool)
    out = graph.reach(everything, list(starts))
    back = _reach_back(graph, list(ends))
    at: Mapping[str, tuple[float, float]] = {
        str(p): (x, y) for p, x, y in places[["place_id", "lon", "lat"]].itertuples(index=False)
    }

    def terminals(labels: set[str]) -> list[str]:
        return sorted(one for one in labels if ".door " not in one)

    pairs = [
        (great_circle_km(at[_place(a)], at[_place(b)]), a, b)
        for a in terminals(out) for b in terminals(back) if _place(a) in at and _place(b) in at
    ]  # fmt: skip
    if not pairs:
        return "no line at one of the ends"
    km, a, b = min(pairs)
    return f"no way at all: nearest are {a} and {b}, {km:,.0f} km apart, which no link joins"


def _place(label: str) -> str:
    return label.rpartition(".")[0]


def _reach_back(graph: LinkGraph, ends: list[str]) -> set[str]:
    """Return the labels of all nodes from which goods can get to the ends."""
    matrix = graph.matrix(np.ones(len(graph.links), dtype=bool)).T.tocsr()
    labels = tuple(graph.nodes)
    found: set[str] = set()
    for end in ends:
        if end in graph.nodes:
            order = breadth_first_order(matrix, graph.nodes[end], return_predecessors=False)
            found.update(labels[i] for i in order.tolist())
    return found
