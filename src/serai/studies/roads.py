"""Test networks of the field, solved and told."""

from __future__ import annotations

import time
from pathlib import Path

import serai
from serai.data.tntp import read_tntp
from serai.domain.roads import AssignResult, Unreachable
from serai.model.wardrop import Law, solve_user_equilibrium
from serai.outputs.whole import write_csv

__all__ = ["assign_network"]


def assign_network(
    net: Path, trips: Path, *, max_gap: float, law: Law = "bpr", flows: Path | None = None
) -> AssignResult:
    """
    Solve a test network to its deterministic user equilibrium.

    Parameters
    ----------
    net
        TNTP file of links.
    trips
        TNTP file of trips.
    max_gap
        [-], > 0. Relative gap that is good enough.
    law
        ``bpr`` or ``conical``, how link times rise with flow.
    flows
        File for `from,to,flow,cost` of every link; none is written if left out.

    Returns
    -------
    result
        The equilibrium's figures; its gap may be larger than asked for.

    Raises
    ------
    DataError
        A file cannot be read or written.
    """
    problem = read_tntp(net, trips)
    began = time.perf_counter()
    found = solve_user_equilibrium(problem, max_gap=max_gap, law=law)
    seconds = time.perf_counter() - began
    if flows is not None:
        columns = (problem.tail + 1, problem.head + 1, found.flow, found.time)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        write_csv(flows, ("from", "to", "flow", "cost"), rows)
    return AssignResult(
        network=net.name.removesuffix(".tntp").removesuffix("_net"),
        n_links=len(problem.tail),
        n_pairs=len(problem.demand),
        demand=float(problem.demand.sum()),
        relative_gap=found.relative_gap,
        max_gap=max_gap,
        objective=found.objective,
        tstt=found.tstt,
        n_sweeps=found.n_sweeps,
        unreachable=[
            Unreachable(
                origin=int(problem.origin[w]) + 1,
                dest=int(problem.dest[w]) + 1,
                demand=float(problem.demand[w]),
            )
            for w in found.unreachable
        ],
        seconds=seconds,
        version=serai.__version__,
    )
