"""What a solved run carries: options with their flows in both units, summed as a reader asks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.results import Bottleneck
from serai.domain.routes import CORRIDORS, Routes
from serai.kernels.choice import fill_dues
from serai.model.queues import build_queues
from serai.run import Run

__all__ = ["NAMES", "NEGLIGIBLE_USD", "Tally", "bottlenecks", "box_usd", "corridors_of",
           "mean_payload", "resources_used", "scarcity_usd", "sums_by", "tally"]  # fmt: skip

NAMES = (*CORRIDORS, "unserved")
"""Corridors, and what is not served."""

NEGLIGIBLE_USD = 1e-3
"""[USD per TEU or t] A scarcity price below this is rounding, not scarcity."""


def sums_by(index: NDArray[np.integer], amount: FloatArray, n: int) -> FloatArray:
    """
    Return the sums of an amount by index, shape (n,).

    Parameters
    ----------
    index
        [-], shape (n_options,). Where each amount goes.
    amount
        [any], shape (n_options,). What is summed.
    n
        [-], > 0. Number of sums.
    """
    return np.bincount(index, amount, minlength=n).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Flows by option. Arrays have shape (n_options,)."""

    route: IntArray
    """-1 for the outside route."""
    cell: IntArray
    class_ix: IntArray
    corridor: IntArray
    """Index into `NAMES`."""
    flow: FloatArray
    """[class unit per year]."""
    teu: FloatArray
    """[TEU/yr]."""
    t: FloatArray
    """[t/yr]."""
    empty: FloatArray
    """[TEU/yr] Empty boxes, which are in no other amount: they are no freight."""

    def by_corridor(self, amount: FloatArray) -> FloatArray:
        """
        Return an amount by corridor, shape (len(NAMES),).

        Parameters
        ----------
        amount
            [any], shape (n_options,). What is summed.
        """
        return sums_by(self.corridor, amount, len(NAMES))

    def by_cell(self, amount: FloatArray, mask: NDArray[np.bool_], n_cells: int) -> FloatArray:
        """
        Return the masked options' amount by cell, shape (n_cells,).

        Parameters
        ----------
        amount
            [any], shape (n_options,). What is summed.
        mask
            [-], shape (n,). What is meant.
        n_cells
            [-], > 0. Number of cells.
        """
        return sums_by(self.cell[mask], amount[mask], n_cells)


def corridors_of(routes: Routes, route: IntArray) -> IntArray:
    """
    Return the corridor of some routes, as index into `NAMES`.

    Parameters
    ----------
    routes
        The routes.
    route
        [-], shape (n,). Which; -1 for the outside route.
    """
    known = routes.corridor[np.maximum(route, 0)]
    return np.where(route >= 0, known, len(CORRIDORS)).astype(np.int32)


def tally(run: Run) -> Tally:
    """
    Return a run's flows by option.

    Parameters
    ----------
    run
        A solved scenario.
    """
    problem, cells, classes = run.problem, run.setting.cells, run.world.classes
    route = problem.option_route
    cell = problem.group_cell[problem.option_group]
    class_ix = cells.class_ix[cell]
    is_empty = classes.is_empty[class_ix]
    flow = np.where(is_empty, 0.0, run.solution.flow)
    return Tally(
        route=route,
        cell=cell,
        class_ix=class_ix,
        corridor=corridors_of(run.routes, route),
        flow=flow,
        teu=np.where(classes.is_box[class_ix], flow, 0.0),
        t=flow * classes.tonnes_per_unit[class_ix],
        empty=np.where(is_empty & (route >= 0), run.solution.flow, 0.0),
    )


def scarcity_usd(run: Run) -> FloatArray:
    """
    Return what the scarcity prices add to each option, [USD per class unit], shape (n_options,).

    Parameters
    ----------
    run
        A solved scenario.
    """
    return _dues(run, of_boxes=False)


def box_usd(run: Run) -> FloatArray:
    """
    Return what a box is worth more where an option starts than where it ends, shape (n_options,).

    Parameters
    ----------
    run
        A solved scenario; zero, [USD per TEU], unless boxes balance in it.
    """
    return _dues(run, of_boxes=True)


def _dues(run: Run, *, of_boxes: bool) -> FloatArray:
    arrays = run.problem.arrays
    is_box_row = np.arange(len(run.solution.price)) >= len(run.problem.limit)
    due = np.empty(len(arrays.use_start) - 1)
    fill_dues(arrays, np.where(is_box_row == of_boxes, run.solution.price, 0.0), due)
    return np.asarray(due[arrays.bundle])


def bottlenecks(
    run: Run,
    used: NDArray[np.bool_] | None = None,
    by_boxes: NDArray[np.bool_] | None = None,
) -> list[Bottleneck]:
    """
    Return the limits with a scarcity price, dearest for a box first.

    Parameters
    ----------
    run
        A solved scenario.
    used
        [-], shape (n_resources,). Resources to keep; all if left out.
    by_boxes
        [-], shape (n_resources,). Those that boxes draw on; the others cost a box nothing.
        Whatever any box draws on if left out.

    Returns
    -------
    bottlenecks
        One per limit. A limit in tonnes costs a box its payload; the average payload of the
        boxes in the demand is used.
    """
    limits, network = run.setting.graph.limits, run.world.network
    price, load, wait = run.limit_price, run.limit_load, run.limit_wait_h
    queues = np.isfinite(build_queues(run.world, run.setting.graph).rate_per_h)
    payload = mean_payload(run)
    if by_boxes is None:
        flows = tally(run)
        by_boxes = resources_used(run, flows.teu > 0, flows.teu)
    rows = []
    for i in np.flatnonzero(price > NEGLIGIBLE_USD):
        r = int(limits.resource[i])
        if used is not None and not used[r]:
            continue
        is_box = bool(limits.is_box[i])
        rows.append(
            Bottleneck(
                resource=network.resources.ids[r],
                name=network.resources.names[r],
                limit="TEU" if is_box else "t",
                capacity=float(limits.capacity[i]),
                load=float(load[i]),
                wait_h=float(wait[i]) if queues[i] else None,
                price_usd_teu=float((price[i] if is_box else price[i] * payload) * by_boxes[r]),
                price_usd_t=0.0 if is_box else float(price[i]),
            )
        )
    return sorted(rows, key=lambda b: (-b.price_usd_teu, -b.price_usd_t, b.resource, b.limit))


def mean_payload(run: Run) -> float:
    """
    Return the average payload of the boxes in the demand, [t/TEU].

    Parameters
    ----------
    run
        A solved scenario.
    """
    cells, classes = run.setting.cells, run.world.classes
    is_box = (classes.is_box & ~classes.is_empty)[cells.class_ix]
    teu = cells.demand[is_box]
    tonnes = teu * classes.payload_t_per_teu.value[cells.class_ix[is_box]]
    return float(tonnes.sum() / max(teu.sum(), 1e-300))


def resources_used(
    run: Run, options: NDArray[np.bool_], flow: FloatArray, *, least: float = 0.0
) -> NDArray[np.bool_]:
    """
    Return which resources the masked options with flow draw on, shape (n_resources,).

    Parameters
    ----------
    run
        A solved scenario.
    options
        [-], shape (n_options,). Options that are looked at.
    flow
        [any], shape (n_options,). What the options carry.
    least
        [-]. Share of what they carry in all that a resource must be used by; any, if left out.
    """
    arrays, limit = run.problem.arrays, run.problem.limit
    length = np.diff(arrays.use_start)
    taken = np.bincount(arrays.bundle[options], flow[options], minlength=len(length))
    met = np.bincount(arrays.use_limit, np.repeat(taken, length), minlength=len(limit))[
        : len(limit)
    ]
    is_used = (met > 0) & (met >= least * taken.sum())
    out = np.zeros(len(run.world.network.resources.ids), np.bool_)
    out[run.setting.graph.limits.resource[limit[is_used]]] = True
    return out
