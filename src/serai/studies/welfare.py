"""What a solved run costs its shippers, and what of that only changes hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from serai.kernels.choice import fill_objective
from serai.model.choice import route_sums, subsidies
from serai.model.graph import direction_of
from serai.run import Run
from serai.studies.tally import tally
from serai.units import USD_PER_MUSD

__all__ = ["Welfare", "welfare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Welfare:
    """A year's sums of a run, [million USD per year]."""

    felt_musd: float
    """Cost that shippers feel: money, time, reserves; scarcity prices included, subsidies off."""
    rent_musd: float
    """Scarcity prices: paid by shippers, earned by who owns what is scarce."""
    paid_musd: float
    """Tariffs and rates: paid by shippers, earned by carriers, ports and railways."""
    subsidy_musd: float
    """What China pays towards boxes by rail."""

    @property
    def net_musd(self) -> float:
        """Return what is earned less what is felt and what is paid towards it."""
        return self.rent_musd - self.felt_musd - self.subsidy_musd


def welfare(run: Run) -> Welfare:
    """
    Return a run's sums.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    welfare
        The felt cost is demand times the expected least cost (the logsum) of every kind of
        shippers, not served counting as a way. As demand is given, the rule of half holds for it
        exactly: half the sum of demand before and after is the demand.

    References
    ----------
    williams1976; dejong2007.
    """
    arrays, solution = run.queued.arrays, run.solution
    value = np.empty(len(arrays.cell_demand))
    fill_objective(arrays, solution.flow, value)
    n_limits = len(run.problem.limit)
    rent = float((solution.price * solution.load)[:n_limits].sum())
    flows = tally(run)
    world, routes, graph, cells = run.world, run.routes, run.setting.graph, run.setting.cells
    lon = world.zones.lon
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    teu, t = route_sums(routes, direction, graph.usd_teu, graph.usd_t)
    mine = np.flatnonzero((flows.route >= 0) & (flows.flow > 0))
    route, cell, class_ix = flows.route[mine], flows.cell[mine], flows.class_ix[mine]
    is_box = world.classes.is_box[class_ix]
    price = np.where(is_box, teu[route], t[route]) * world.classes.price_share[class_ix]
    ends = (cells.origin[cell], cells.dest[cell])
    given = subsidies(world, graph, routes, route, ends)
    return Welfare(
        felt_musd=(float(value.sum()) + rent) / USD_PER_MUSD,
        rent_musd=rent / USD_PER_MUSD,
        paid_musd=float((flows.flow[mine] * price).sum()) / USD_PER_MUSD,
        subsidy_musd=float((flows.teu[mine] * given).sum()) / USD_PER_MUSD,
    )
