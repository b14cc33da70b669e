"""Bare choice problems on the solver of the corridor model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.sparse import csr_array, hstack

from serai.domain.programme import Programme, SolveResult
from serai.domain.ranged import FloatArray
from serai.domain.results import Certificate
from serai.errors import InfeasibleError, state_fault
from serai.kernels.choice import ChoiceArrays
from serai.model.assign import solve

__all__ = ["name_worst", "solve_programme"]

MAX_GAP = 1e-11
"""[-] Asked of a bare problem: an error in shares goes with the square root of the gap."""

N_CHUNKS = 8

CARRIED = 1e-9
"""[-] Share of all demand that may be left before a problem counts as infeasible."""

MANY = 20
"""Names told in one message."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """What of a problem has to be solved: arrays over its live paths, in the solver's order."""

    path: NDArray[np.int64]
    group: NDArray[np.int64]
    limit: NDArray[np.int64]
    use: csr_array
    """Shape (n_live_paths, n_limits), in shares of capacity."""
    is_dead: NDArray[np.bool_]
    """Shape (n_paths,). Paths that need a resource without capacity."""


def solve_programme(programme: Programme) -> SolveResult:
    """
    Solve a bare problem.

    Parameters
    ----------
    programme
        Groups, paths, resources.

    Returns
    -------
    result
        Flows, prices and the certificate, which may not hold.

    Raises
    ------
    InfeasibleError
        The resources cannot carry the demand; those in the way are named.

    Notes
    -----
    The convex programme and its dual are those of the corridor model (docs/explain/equilibrium.md),
    without a route for what does not fit: flows are those of the prices, not repaired.
    """
    parts = _take_apart(programme)
    demand = np.array([group.demand for group in programme.groups])
    flows, prices = np.zeros(len(programme.paths)), np.zeros(len(programme.resources))
    if not np.isin(np.flatnonzero(demand > 0), parts.group).all():
        _require_room(programme, parts, demand)
    certificate = Certificate(relative_gap=0.0, complementarity=0.0, conservation=0.0, overload=0.0)
    if len(parts.path):
        arrays = _arrays(programme, parts, demand)
        found = solve(arrays, len(parts.limit), has_outside=False, max_gap=MAX_GAP)
        certificate = found.certificate
        if not certificate.holds():
            _require_room(programme, parts, demand)
        flows[parts.path] = found.flow
        capacity = np.array([row.capacity for row in programme.resources])[parts.limit]
        prices[parts.limit] = found.price / capacity
    return SolveResult(flows=flows.tolist(), prices=prices.tolist(), certificate=certificate)


def name_worst(programme: Programme, result: SolveResult) -> str:
    """
    Name the resource whose price fits its use least.

    Parameters
    ----------
    programme
        The problem.
    result
        What `solve_programme` found.

    Returns
    -------
    name
        Empty if no resource has a capacity.
    """
    capacity = np.array([row.capacity for row in programme.resources])
    limited = np.flatnonzero(np.isfinite(capacity) & (capacity > 0))
    if not len(limited):
        return ""
    used, flow, price = np.zeros(len(capacity)), np.array(result.flows), np.array(result.prices)
    for resource, path, amount in programme.use:
        used[resource] += amount * flow[path]
    over = np.maximum(used - capacity, 0.0)[limited] / capacity[limited]
    unused = np.abs(price * (used - capacity))[limited]
    off = np.maximum(over, unused / max(float((price * used)[limited].sum()), 1e-300))
    worst = int(limited[np.argmax(off)])
    return f"resources[{worst}] (used {used[worst]:g} of {capacity[worst]:g})"


def _take_apart(programme: Programme) -> _Parts:
    n_paths = len(programme.paths)
    capacity = np.array([row.capacity for row in programme.resources])
    triples = [row for row in programme.use if row[2] > 0]
    resource, path = (np.array([row[i] for row in triples], np.int64) for i in (0, 1))
    amount = np.array([row[2] for row in triples])
    is_dead = np.zeros(n_paths, np.bool_)
    is_dead[path[capacity[resource] == 0]] = True
    group = np.array([row.group for row in programme.paths], np.int64)
    nest = np.array([-1 if row.nest is None else row.nest for row in programme.paths], np.int64)
    demand = np.array([row.demand for row in programme.groups])
    live = np.flatnonzero(~is_dead & (demand[group] > 0)) if n_paths else np.empty(0, np.int64)
    live = live[np.lexsort((live, nest[live], group[live]))]
    place = np.full(n_paths, -1, np.int64)
    place[live] = np.arange(len(live))
    known = np.isfinite(capacity[resource]) & (capacity[resource] > 0) & (place[path] >= 0)
    limit, column = np.unique(resource[known], return_inverse=True)
    shares = amount[known] / capacity[resource[known]]
    return _Parts(
        path=live,
        group=group[live],
        limit=limit,
        use=csr_array((shares, (place[path[known]], column)), shape=(len(live), len(limit))),
        is_dead=is_dead,
    )


def _arrays(programme: Programme, parts: _Parts, demand: FloatArray) -> ChoiceArrays:
    paths = [programme.paths[p] for p in parts.path]
    theta = np.array([group.theta for group in programme.groups])
    groups, group_first = np.unique(parts.group, return_index=True)
    nest = np.array([-1 if path.nest is None else path.nest for path in paths], np.int64)
    changes = (np.diff(parts.group) != 0) | (np.diff(nest) != 0)
    nest_first = np.concatenate([[0], np.flatnonzero(changes) + 1]).astype(np.int64)
    of_nest = nest[nest_first]
    scales = np.array([0.0, *(row.theta for row in programme.nests)])[of_nest + 1]
    constants = np.array([0.0, *(row.constant for row in programme.nests)])[of_nest + 1]
    n_chunks = min(N_CHUNKS, len(groups))
    return ChoiceArrays(
        chunk_start=np.linspace(0, len(groups), n_chunks + 1).astype(np.int64),
        cell_start=np.append(np.searchsorted(nest_first, group_first), len(nest_first)).astype(
            np.int64
        ),
        cell_demand=demand[groups],
        cell_theta=theta[groups],
        nest_start=np.append(nest_first, len(paths)),
        nest_theta=np.where(of_nest < 0, theta[parts.group[nest_first]], scales),
        nest_constant=constants,
        cost=np.array([path.cost for path in paths]),
        log_size=np.log([path.size for path in paths]),
        bundle=np.arange(len(paths), dtype=np.int32),
        use_start=parts.use.indptr.astype(np.int64),
        use_limit=parts.use.indices.astype(np.int32),
        use_amount=parts.use.data,
    )


def _least_unserved(parts: _Parts, demand: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return by group what cannot be carried at best, and the limits in the way."""
    n_paths, n_groups = len(parts.path), len(demand)
    member = csr_array(
        (np.ones(n_paths), (parts.group, np.arange(n_paths))), shape=(n_groups, n_paths)
    )
    unserved = csr_array((np.ones(n_groups), (np.arange(n_groups),) * 2))
    nothing = csr_array((len(parts.limit), n_groups))
    found = optimize.linprog(  # type: ignore[call-overload]  # its stubs know no sparse arrays
        np.concatenate([np.zeros(n_paths), np.ones(n_groups)]),
        A_eq=hstack([member, unserved]),
        b_eq=demand,
        A_ub=hstack([parts.use.T, nothing]),
        b_ub=np.ones(len(parts.limit)),
        method="highs",
    )
    return found.x[n_paths:], np.flatnonzero(found.ineqlin.marginals < 0)


def _require_room(programme: Programme, parts: _Parts, demand: FloatArray) -> None:
    """Raise if nobody could carry all of the demand."""
    unserved, limits = _least_unserved(parts, demand)
    stranded = np.setdiff1d(np.flatnonzero(demand > 0), parts.group)
    stuck = np.union1d(stranded, np.flatnonzero(unserved > CARRIED * demand.sum()))
    if not len(stuck):
        return
    shut = {p for p in np.flatnonzero(parts.is_dead).tolist() if programme.paths[p].group in stuck}
    resources = {int(parts.limit[i]) for i in limits} | {
        r for r, p, amount in programme.use
        if p in shut and amount > 0 and programme.resources[r].capacity == 0
    }  # fmt: skip
    named = sorted(resources)
    told = [f"resources[{r}] (capacity {programme.resources[r].capacity:g})" for r in named]
    groups = [f"groups[{k}] ({unserved[k]:g} of {demand[k]:g})" for k in stuck]
    cause = f"{_some(told)} cannot carry" if told else "no path carries"
    raise InfeasibleError(
        state_fault(
            "problem",
            f"demand of which {cause} {unserved.sum():g} of {demand.sum():g}: {_some(groups)}",
            "paths and capacities that carry all of it",
            "raise them, or give the groups a path that uses none",
        ),
        resources=tuple(named),
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more
