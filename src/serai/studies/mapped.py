"""What the maps of the answer show: the divertible boxes, link by link and corridor by corridor."""

from __future__ import annotations

import numpy as np

from serai.domain.results import LinkFlow
from serai.run import Run
from serai.studies.cases import divertible
from serai.studies.runs import NO_HAUL, corridor_amounts
from serai.studies.tally import NAMES, tally

__all__ = ["divertible_links"]


def divertible_links(run: Run, base: Run) -> list[LinkFlow]:
    """
    Return the flows of those cells alone that the question is about.

    Parameters
    ----------
    run
        The state to draw.
    base
        Today, Russia open: its cells that use Russian railways are counted.

    Returns
    -------
    flows
        One per link and corridor that has any boxes on it, corridors in their order.
    """
    counted = divertible(base).is_counted
    flows = tally(run)
    mine = counted[flows.cell]
    links = run.world.network.links
    is_haul = ~np.isin(links.kind, NO_HAUL)
    teu, t = (
        corridor_amounts(run, np.where(mine, amount, 0.0), flows) for amount in (flows.teu, flows.t)
    )
    return [
        LinkFlow(link_id=links.ids[i], teu=float(teu[i, c]), t=float(t[i, c]), corridor=corridor)
        for c, corridor in enumerate(NAMES[:-1])
        for i in np.flatnonzero((teu[:, c] > 0) & is_haul)
    ]
