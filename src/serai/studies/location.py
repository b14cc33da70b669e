"""Hub location: which hubs to open, how large, for whom, as a mixed-integer programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from serai.domain.ranged import FloatArray, IntArray
from serai.errors import NotConvergedError

__all__ = ["HubCost", "Plan", "locate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCost:
    """What a hub takes beside the room that its users rent."""

    opening_usd_yr: float
    """[USD/yr] Of each hub opened."""
    module_usd_yr: float
    """[USD/yr] Of each module, used or not."""
    module_m2: float
    """[m2] Room of a module."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Hubs with their sizes and users."""

    modules: IntArray
    """Shape (n_hubs,). Modules opened, 0 where the hub is not."""
    share: FloatArray
    """Shape (n_parts, n_hubs). Part of the goods that stands in each hub."""
    gain_usd_yr: float
    """[USD/yr] All users' gains less running and opening."""
    gap: float
    """[-] Proven distance from the best plan."""


def locate(
    worth_usd_yr: FloatArray,
    room_m2: FloatArray,
    cost: HubCost,
    *,
    max_hubs: int,
    modules: IntArray | None = None,
    max_gap: float = 1e-6,
) -> Plan:
    """
    Return the plan of the highest gain.

    Parameters
    ----------
    worth_usd_yr
        [USD/yr], shape (n_parts, n_hubs). What all of a part gains in a hub; what is not above 0 is
        never served.
    room_m2
        [m2], shape (n_parts, n_hubs), >= 0. Room that all of it takes there.
    cost
        Opening and running.
    max_hubs
        [-], >= 0. Hubs that may be opened.
    modules
        [-], shape (n_hubs,). Modules to open, no more and no less; chosen if left out.
    max_gap
        [-], >= 0. Proven distance from the best plan at which the search may stop.

    Raises
    ------
    NotConvergedError
        The solver gave up.

    Notes
    -----
    ``max sum g x - sum F y - sum c m`` subject to ``sum_h x <= 1``, ``x <= y``,
    ``sum_k r x <= M m``, ``m <= n y``, ``sum y <= N``; x >= 0, y in {0, 1}, m whole.

    References
    ----------
    campbell1994, cornuejols1991.
    """
    n_parts, n_hubs = worth_usd_yr.shape
    part, hub = np.nonzero(worth_usd_yr > 0)
    gain, room = worth_usd_yr[part, hub], room_m2[part, hub]
    n = len(part)
    most = np.ceil(np.bincount(hub, room, minlength=n_hubs) / cost.module_m2 + 1e-9)
    if modules is not None:
        most = modules.astype(np.float64)
    loss = np.concatenate(
        [-gain, np.full(n_hubs, cost.opening_usd_yr), np.full(n_hubs, cost.module_usd_yr)]
    )
    least = np.zeros(len(loss))
    top = np.concatenate([np.ones(n + n_hubs), most])
    if modules is not None:
        least[n:] = top[n:] = np.concatenate([modules > 0, modules])
        max_hubs = int((modules > 0).sum())
    found = milp(
        loss,
        integrality=np.concatenate([np.zeros(n), np.ones(2 * n_hubs)]),
        bounds=Bounds(least, top),
        constraints=_constraints((part, hub), room / cost.module_m2, most, max_hubs, n_parts),
        options={"mip_rel_gap": max_gap},
    )
    if found.x is None or not found.success:
        raise NotConvergedError(
            f"hub location: got {found.message!r}; wanted a plan proven best; ask for fewer hubs",
            1.0,
        )
    share = np.zeros((n_parts, n_hubs))
    share[part, hub] = np.clip(found.x[:n], 0.0, 1.0)
    return Plan(
        modules=np.rint(found.x[n + n_hubs :]).astype(np.int32),
        share=share,
        gain_usd_yr=float(-found.fun),
        gap=float(found.mip_gap or 0.0),
    )


def _constraints(
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    modules: FloatArray,
    most: FloatArray,
    max_hubs: int,
    n_parts: int,
) -> LinearConstraint:
    """Return the rows of the programme; columns are shares, hubs, modules."""
    (part, hub), n, n_hubs = pairs, len(modules), len(most)
    at = np.arange(n)
    ones, eye = np.ones(n), csr_array(np.eye(n_hubs))
    of_hub = csr_array((modules, (hub, at)), (n_hubs, n))
    none = csr_array((n_hubs, n))
    rows = [
        # Goods stand in one place.
        hstack([csr_array((ones, (part, at)), (n_parts, n)), csr_array((n_parts, 2 * n_hubs))]),
        # Nothing stands in a hub that is not open.
        hstack([csr_array((ones, (at, at)), (n, n)), csr_array((-ones, (at, hub)), (n, n_hubs)),
                csr_array((n, n_hubs))]),
        # Room.
        hstack([of_hub, csr_array((n_hubs, n_hubs)), -eye]),
        hstack([none, csr_array(np.diag(-most)), eye]),
        csr_array(np.concatenate([np.zeros(n), np.ones(n_hubs), np.zeros(n_hubs)])[None]),
    ]  # fmt: skip
    upper = np.concatenate([np.ones(n_parts), np.zeros(n + 2 * n_hubs), [float(max_hubs)]])
    return LinearConstraint(vstack(rows, format="csr"), -np.inf, upper)
