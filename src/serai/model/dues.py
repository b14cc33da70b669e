"""What a route meets at its limits in an equilibrium: queues, and the worth of a scarce slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from serai.domain.demand import Classes
from serai.domain.ranged import FloatArray, IntArray
from serai.model.graph import Graph
from serai.model.uses import draws_of_classes

__all__ = ["Due", "Dues", "dues_on"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dues:
    """Of each limit of a graph what an equilibrium found. Arrays have shape (n_limits,)."""

    wait_h: FloatArray
    """[h] Mean queue."""
    price: FloatArray
    """[USD per TEU or t] Scarcity price."""


class Due(NamedTuple):
    """What a path meets at one limit, at the first of its links that draws on it."""

    at: int
    """Position in the path."""
    wait_h: float
    """[h]."""
    usd_unit: float
    """[USD per class unit]."""


def dues_on(
    graph: Graph, classes: Classes, class_ix: int, dues: Dues, path: IntArray, draw: IntArray
) -> Iterator[Due]:
    """
    Yield what a path meets, limit by limit; each limit once, as in the equilibrium.

    Parameters
    ----------
    graph
        The graph.
    classes
        Commodity classes.
    class_ix
        Which class is carried.
    dues
        From the equilibrium.
    path
        Links, first to last.
    draw
        [-]. What the path draws on: 4 resource + 2 direction + carriage, as routes have it.
    """
    links, limits = graph.network.links, graph.limits
    draws = draws_of_classes(classes, graph.network.resources)
    of_links = [
        set(links.resource_ix[links.resource_start[i] : links.resource_start[i + 1]].tolist())
        for i in path
    ]
    for code in draw.tolist():
        resource, direction, carriage = code // 4, code // 2 % 2, code % 2
        if not draws[resource, class_ix, carriage]:
            continue
        at = next(n for n, uses in enumerate(of_links) if resource in uses)
        for measure in (0, 1):
            limit = int(limits.of_resource[resource, direction, measure])
            if limit < 0 or (measure == 1 and not classes.is_box[class_ix]):
                continue
            amount = float(classes.tonnes_per_unit[class_ix]) if measure == 0 else 1.0
            wait, usd = float(dues.wait_h[limit]), float(dues.price[limit]) * amount
            if np.isfinite(wait + usd) and wait + usd > 0.0:
                yield Due(at, wait, usd)
