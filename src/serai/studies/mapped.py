"""What the maps of the answer show: the divertible boxes, link by link and corridor by corridor."""

from __future__ import annotations

import numpy as np

from serai.domain.results import LinkFlow
from serai.run import Run
from serai.studies.cases import divertible
from serai.studies.runs import NO_HAUL, link_amounts
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
    out = []
    for number, corridor in enumerate(NAMES[:-1]):
        chosen = mine & (flows.corridor == number)
        teu = link_amounts(run, np.where(chosen, flows.teu, 0.0), flows)
        t = link_amounts(run, np.where(chosen, flows.t, 0.0), flows)
        out += [
            LinkFlow(link_id=links.ids[i], teu=float(teu[i]), t=float(t[i]), corridor=corridor)
            for i in np.flatnonzero((teu > 0) & is_haul)
        ]
    return out
