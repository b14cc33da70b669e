"""What no set of projects can exceed, if none adds more or less than it was seen to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from serai.domain.ranged import FloatArray
from serai.studies.sets import Chosen

__all__ = ["Master", "find_spans"]

MIP_GAP: Final = 1e-6
"""Relative gap of the master problem."""


def find_spans(
    benefit: Mapping[Chosen, float], projects: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """
    Return the least and the most that each project was seen to add to another set.

    Parameters
    ----------
    benefit
        [any] By solved set; nothing and every project alone are among them.
    projects
        The projects.

    Returns
    -------
    least
        [any], shape (n_projects,).
    most
        [any], shape (n_projects,).

    Examples
    --------
    >>> a, b = frozenset("a"), frozenset("b")
    >>> known = {frozenset(): 0.0, a: 1.0, b: 2.0, a | b: 4.0}
    >>> [span.tolist() for span in find_spans(known, "ab")]
    [[1.0, 2.0], [2.0, 3.0]]
    """
    seen = [
        [
            benefit[one | {p}] - benefit[one]
            for one in benefit
            if p not in one and one | {p} in benefit
        ]
        for p in projects
    ]
    return np.array([min(one) for one in seen]), np.array([max(one) for one in seen])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Master:
    """
    The best set that solved sets leave possible: a mixed-integer programme.

    Notes
    -----
    From every solved set R a bound on every other set S follows: what R is worth, and the most
    that each project of S beyond R, less the least that each of R beyond S, was seen to add. The
    largest value that all these bounds leave possible is found by HiGHS; solving the set that has
    it adds a bound, as in logic-based Benders decomposition (Hooker & Ottosson 2003).
    """

    projects: tuple[str, ...]
    cost: FloatArray
    """[any], shape (n_projects,). Taken off the benefit."""
    capex_musd: FloatArray
    """[million USD], shape (n_projects,)."""
    budget_musd: float | None

    def solve(self, benefit: Mapping[Chosen, float]) -> tuple[float, Chosen]:
        """
        Return the largest benefit less cost that is left possible, and a set that has it.

        Parameters
        ----------
        benefit
            [any] By solved set.

        Returns
        -------
        bound
            [any].
        chosen
            The set.
        """
        least, most = find_spans(benefit, self.projects)
        n = len(self.projects)
        rows, upper = [], []
        for one, worth in benefit.items():
            inside = np.array([p in one for p in self.projects])
            rows.append(np.append(-np.where(inside, least, most), 1.0))
            upper.append(worth - float(least[inside].sum()))
        if self.budget_musd is not None:
            rows.append(np.append(self.capex_musd, 0.0))
            upper.append(self.budget_musd)
        solved = milp(
            np.append(self.cost, -1.0),
            constraints=LinearConstraint(np.array(rows), ub=np.array(upper)),
            integrality=np.append(np.ones(n), 0.0),
            bounds=Bounds(np.append(np.zeros(n), -np.inf), np.append(np.ones(n), np.inf)),
            options={"mip_rel_gap": MIP_GAP},
        )
        picked = np.flatnonzero(np.asarray(solved.x)[:n] > 0.5)  # noqa: PLR2004
        bound = -float(solved.mip_dual_bound or 0.0)
        return bound, frozenset(self.projects[i] for i in picked)
