"""Flows of a run, link by link, class by class and corridor by corridor: what a map filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from serai.domain.ranged import FloatArray, IntArray
from serai.run import Run
from serai.studies.runs import NO_HAUL, class_traffic

__all__ = ["LimitUse", "LinkFlows", "flows_by_link", "limits_in_use"]

LEAST_T = 0.5
"""[t/yr] A link carries less than this of a class and a corridor: a sliver that is left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkFlows:
    """One row per line-haul link, class and corridor that carries anything; sorted so."""

    link: IntArray
    """Index into the links."""
    class_ix: IntArray
    corridor: IntArray
    """Index into `CORRIDORS`."""
    amount: FloatArray
    """[class unit per year]."""


class LimitUse(NamedTuple):
    """How far a limit is used."""

    resource_ix: int
    """Index into the resources."""
    resource: str
    """Id."""
    name: str
    """For people."""
    way: str
    """The direction it holds for, as the names of two places; empty where it holds for both."""
    is_box: bool
    """Whether boxes are counted, in TEU; else tonnes of everything."""
    capacity: float
    """[TEU/yr or t/yr]."""
    load: float
    """[-] Use as a share of the capacity."""
    wait_h: float
    """[h] Queue."""
    price: float
    """[USD per TEU or t] Scarcity price."""


def limits_in_use(run: Run) -> list[LimitUse]:
    """
    Return the limits that anything draws on.

    Parameters
    ----------
    run
        A solved scenario.
    """
    limits, resources = run.setting.graph.limits, run.world.network.resources
    price, wait_h, load = run.limit_price, run.limit_wait_h, run.limit_load
    return [
        LimitUse(
            resource_ix=int(r), resource=resources.ids[r], name=resources.names[r],
            way=_way(run, int(r), i),
            is_box=bool(limits.is_box[i]), capacity=float(limits.capacity[i]),
            load=float(load[i]), wait_h=float(wait_h[i]), price=float(price[i]),
        )
        for i, r in enumerate(limits.resource) if load[i] > 0
    ]  # fmt: skip


def _way(run: Run, resource: int, limit: int) -> str:
    network = run.world.network
    if not network.resources.is_per_direction[resource]:
        return ""
    ends = [network.places.names[p] if p >= 0 else "" for p in network.resources.section[resource]]
    is_back = limit in run.setting.graph.limits.of_resource[resource, 1]
    if not all(ends):
        return "backwards" if is_back else "forwards"
    return "–".join(reversed(ends) if is_back else ends)


def flows_by_link(run: Run, traffic: FloatArray | None = None) -> LinkFlows:
    """
    Return a run's flows by link, class and corridor.

    Parameters
    ----------
    run
        A solved scenario.
    traffic
        What `class_traffic` returns for it, for who has it.

    Returns
    -------
    flows
        Without transfers and drayage, and without slivers below half a tonne a year.
    """
    if traffic is None:
        traffic = class_traffic(run)
    is_haul = ~np.isin(run.world.network.links.kind, NO_HAUL)
    tonnes = traffic * run.world.classes.tonnes_per_unit[:, None]
    link, class_ix, corridor = np.nonzero((tonnes >= LEAST_T) & is_haul[:, None, None])
    return LinkFlows(
        link=link.astype(np.int32), class_ix=class_ix.astype(np.int32),
        corridor=corridor.astype(np.int32), amount=traffic[link, class_ix, corridor],
    )  # fmt: skip
