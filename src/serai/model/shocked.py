"""A case under shocks, from the case without them: only what a shock changes is worked out."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import Routes
from serai.domain.world import World
from serai.model.choice import Offers, Problem, any_link, build_problem, crosses_any, route_sums
from serai.model.graph import Graph, Limits

__all__ = ["Calm", "RouteSums", "Shocked", "build_calm", "can_shock", "shock", "without_options"]

PRICED = ("usd_teu", "usd_t", "hours", "feared_h", "spread_h")
"""What of the links enters what a route costs."""

LEAST = 0.05
"""Share of the price that a route costs at least, as `build_offers` has it."""

FORBIDDEN_USD = 1e9
"""[USD per class unit] What nobody ever pays: a route at this price carries exactly nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RouteSums:
    """Price and time of the routes. Arrays have shape (n_routes,)."""

    usd_teu: FloatArray
    usd_t: FloatArray
    hours: FloatArray
    """[h] Queues are not in it."""

    def money(self, world: World, route: IntArray, class_ix: IntArray) -> FloatArray:
        """
        Return what classes pay on routes, [USD per class unit], shape (n,).

        Parameters
        ----------
        world
            The tables.
        route
            [-], shape (n,). Routes.
        class_ix
            [-], shape (n,). Who goes there.
        """
        classes = world.classes
        by_unit = np.where(classes.is_box[class_ix], self.usd_teu[route], self.usd_t[route])
        return np.asarray(by_unit * classes.price_share[class_ix])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calm:
    """A case without shocks, made ready to be shocked."""

    offers: Offers
    routes: Routes
    graph: Graph
    sums: RouteSums
    problem: Problem
    option_pair: NDArray[np.int64]
    """Shape (n_options,). Pair of each option, -1 for the outside route."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shocked:
    """The same case under shocks."""

    graph: Graph
    sums: RouteSums
    problem: Problem
    """All options of the calm case are in it; what is shut costs more than anybody pays."""


def build_calm(offers: Offers, routes: Routes, graph: Graph) -> Calm:
    """
    Return a case made ready to be shocked.

    Parameters
    ----------
    offers
        What shippers may choose.
    routes
        The routes.
    graph
        The graph of the offers.
    """
    sums = route_sums(routes, offers.pairs.direction, graph.usd_teu, graph.usd_t, graph.hours)
    problem = build_problem(offers, graph)
    # Priced by its own number, every option says which pair it is.
    numbered = copy.copy(offers.pairs)
    numbered.cost = np.arange(len(offers.pairs.cost), dtype=np.float64)
    numbers = build_problem(replace(offers, pairs=numbered), graph).arrays.cost
    return Calm(
        offers=offers, routes=routes, graph=graph, problem=problem,
        sums=RouteSums(usd_teu=sums[0], usd_t=sums[1], hours=sums[2]),
        option_pair=np.where(problem.option_route >= 0, numbers, -1.0).astype(np.int64),
    )  # fmt: skip


def can_shock(before: Graph, after: Graph) -> bool:
    """
    Say whether a case under shocks follows from the case without them.

    Parameters
    ----------
    before
        Graph without the shocks.
    after
        Graph with them.

    Returns
    -------
    can
        False where they open a link, give a limit where there was none, or change what belongs to
        whole routes: then `build_offers` must do it.
    """
    one, other = before.limits, after.limits
    return (
        before.inputs == after.inputs
        and np.array_equal(before.is_open, after.is_open)
        and not bool((before.is_closed & ~after.is_closed).any())
        and set(before.closed_transit) <= set(after.closed_transit)
        and np.array_equal(one.resource, other.resource)
        and np.array_equal(one.is_box, other.is_box)
        and not bool(((one.capacity == 0.0) & (other.capacity > 0.0)).any())
        and all(
            np.array_equal(np.isnan(getattr(before, name)), np.isnan(getattr(after, name)))
            for name in PRICED
        )
    )


def shock(calm: Calm, graph: Graph) -> Shocked:
    """
    Return a case under shocks.

    Parameters
    ----------
    calm
        The case without them.
    graph
        Its graph with them; `can_shock` holds.

    Returns
    -------
    shocked
        What `build_offers` and `build_problem` return for the graph, to rounding, but that options
        which are shut stay in it. Path sizes and scales are held, as they are everywhere.
    """
    sums, pair_cost = _priced(calm, graph)
    arrays, limit = calm.problem.arrays, calm.problem.limit
    amount, is_dead = _used(calm, calm.graph.limits, graph.limits, limit)
    is_shut = _is_shut(calm, graph)
    cost = arrays.cost
    served = calm.option_pair >= 0
    if pair_cost is not None or is_shut is not None:
        by_pair = calm.offers.pairs.cost if pair_cost is None else pair_cost
        if is_shut is not None:
            by_pair = np.where(is_shut, FORBIDDEN_USD, by_pair)
        cost = np.where(served, by_pair[calm.option_pair], cost)
    if is_dead is not None:
        cost = np.where(is_dead[arrays.bundle], FORBIDDEN_USD, cost)
    changed = arrays._replace(cost=cost, use_amount=amount)
    return Shocked(graph=graph, sums=sums, problem=replace(calm.problem, arrays=changed))


def without_options(shocked: Shocked, options: NDArray[np.bool_]) -> Problem:
    """
    Return a problem some of whose options nobody may take.

    Parameters
    ----------
    shocked
        The case.
    options
        [-], shape (n_options,). Which; none of them is the outside route.
    """
    arrays = shocked.problem.arrays
    cost = np.where(options, FORBIDDEN_USD, arrays.cost)
    return replace(shocked.problem, arrays=arrays._replace(cost=cost))


def _priced(calm: Calm, graph: Graph) -> tuple[RouteSums, FloatArray | None]:
    """Return price and time of the routes, and what pairs cost if that changes."""
    before, pairs, world = calm.graph, calm.offers.pairs, calm.offers.world
    if all(np.array_equal(getattr(before, n), getattr(graph, n), equal_nan=True) for n in PRICED):
        return calm.sums, None
    change = [np.nan_to_num(getattr(graph, n) - getattr(before, n)) for n in PRICED]
    teu, t, hours, feared, spread = route_sums(calm.routes, pairs.direction, *change)
    more = RouteSums(usd_teu=teu, usd_t=t, hours=hours)
    sums = RouteSums(
        usd_teu=calm.sums.usd_teu + teu, usd_t=calm.sums.usd_t + t,
        hours=calm.sums.hours + hours,
    )  # fmt: skip
    who = (world, pairs.route, pairs.cells.class_ix[pairs.cell])
    weight = world.params["reliability_scale"] * pairs.cells.reliability[pairs.cell]
    felt = (hours + feared)[pairs.route] + weight * spread[pairs.route]
    cost = pairs.cost + more.money(*who) + pairs.cells.usd_per_h[pairs.cell] * felt
    return sums, np.maximum(cost, LEAST * sums.money(*who))


def _used(
    calm: Calm, before: Limits, after: Limits, limit: IntArray
) -> tuple[FloatArray, NDArray[np.bool_] | None]:
    """Return uses in shares of other capacities, and which bundles need what has none left."""
    arrays = calm.problem.arrays
    old, new = before.capacity[limit], after.capacity[limit]
    if np.array_equal(old, new):
        return arrays.use_amount, None
    is_gone = new <= 0.0
    factor = np.where(is_gone, 1.0, old / np.where(is_gone, 1.0, new))
    # Rows after the limits are balances of boxes, which no capacity is of.
    is_row = arrays.use_limit < len(limit)
    at = np.where(is_row, arrays.use_limit, 0)
    amount = arrays.use_amount * np.where(is_row, factor[at], 1.0)
    if not is_gone.any():
        return amount, None
    met = np.concatenate([[0], np.cumsum(is_row & is_gone[at])])
    return amount, (met[arrays.use_start[1:]] - met[arrays.use_start[:-1]]) > 0


def _is_shut(calm: Calm, graph: Graph) -> NDArray[np.bool_] | None:
    """Say which pairs the shocks shut, None if none."""
    before, pairs, routes = calm.graph, calm.offers.pairs, calm.routes
    shut: NDArray[np.bool_] | None = None
    if not np.array_equal(before.is_closed, graph.is_closed):
        shut = any_link(routes, graph.is_closed)[pairs.route]
    if set(graph.closed_transit) - set(before.closed_transit):
        closed = graph.closed_transit
        country = np.array(calm.offers.world.zones.countries)
        inner = np.isin(country, closed)
        cells = pairs.cells
        foreign = ~(inner[cells.origin[pairs.cell]] | inner[cells.dest[pairs.cell]])
        passed = crosses_any(graph.network, routes, closed)[pairs.route] & foreign
        shut = passed if shut is None else shut | passed
    return shut
