"""What the page says of what a side found."""

import numpy as np
from numpy.typing import NDArray

from scripts.bench.checks import measure_gap
from scripts.bench.rows import Row
from scripts.bench.work import RoadGraph
from serai.domain.roads import RoadProblem

__all__ = ["judge_found"]

ALIKE = 1e-9
"""[-] Costs that differ by less are the same."""


def judge_found(
    source: RoadProblem | RoadGraph, row: Row, found: dict[str, NDArray[np.float64]]
) -> dict[str, str]:
    """
    Judge what each side found.

    Parameters
    ----------
    source
        What the row works on.
    row
        The row.
    found
        By side.

    Returns
    -------
    verdicts
        Gap of an equilibrium; number and mean path size of routes; else whether all costs are
        Serai's.
    """
    if "max_gap" in row.options and isinstance(source, RoadProblem):
        return {side: f"gap {measure_gap(source, flow):.1e}" for side, flow in found.items()}
    if row.unit == "paths/s":
        return {
            side: f"{len(size):,} routes, mean size {size.mean():.3f}"
            for side, size in found.items()
        }
    return {
        side: "same costs"
        if len(cost) == len(found["Serai"]) and np.allclose(cost, found["Serai"], rtol=ALIKE)
        else "other costs"
        for side, cost in found.items()
    }
