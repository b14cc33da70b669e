"""Random bare problems, as a person would write them."""

from typing import Any

import numpy as np
from numpy.random import Generator

from serai.domain.programme import Programme, SolveResult
from serai.model.programme import solve_programme

Document = dict[str, Any]


def make_document(
    rng: Generator,
    *,
    n_groups: int = 6,
    n_resources: int = 4,
    with_nests: bool = True,
    cost_unit: float = 1.0,
    room: float = 1.05,
) -> Document:
    """Return a problem that can be solved: some random flows, times `room`, fit its capacities."""
    groups: list[Document] = []
    nests: list[Document] = []
    paths: list[Document] = []
    use: list[list[float]] = []
    load = np.zeros(n_resources)
    for g in range(n_groups):
        theta = rng.uniform(0.2, 2.0) / cost_unit
        groups.append({"demand": float(np.exp(rng.normal(2.0, 1.0))), "theta": theta})
        n_nests = int(rng.integers(0, 4)) if with_nests else 0
        first = len(nests)
        nests += [
            {"group": g, "theta": theta * rng.uniform(1.0, 4.0),
             "constant": rng.normal(0.0, 0.5) * cost_unit}
            for _ in range(n_nests)
        ]  # fmt: skip
        n_paths = int(rng.integers(1, 7))
        share = rng.dirichlet(np.ones(n_paths))
        for k in range(n_paths):
            row: Document = {"group": g, "cost": rng.uniform(1.0, 5.0) * cost_unit,
                             "size": rng.uniform(0.2, 1.0)}  # fmt: skip
            if n_nests and rng.random() < 0.8:
                row["nest"] = first + int(rng.integers(n_nests))
            for r in range(n_resources):
                if rng.random() < 0.4:
                    amount = rng.uniform(0.2, 3.0)
                    use.append([r, len(paths), amount])
                    load[r] += amount * share[k] * groups[g]["demand"]
            paths.append(row)
    capacity = (load * room + 1e-3).tolist()
    return {"groups": groups, "nests": nests, "paths": paths, "use": use,
            "resources": [{"capacity": c} for c in capacity]}  # fmt: skip


def solved(document: Document) -> SolveResult:
    return solve_programme(Programme.model_validate(document))
