"""Bare problems, read and solved."""

from __future__ import annotations

from pathlib import Path

from serai.data.programme import read_programme
from serai.domain.programme import SolveResult
from serai.model.programme import solve_programme

__all__ = ["solve_file"]


def solve_file(path: Path) -> SolveResult:
    """
    Solve the bare problem of a JSON file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    result
        Flows, prices and the certificate, which may not hold.

    Raises
    ------
    DataError
        The file cannot be read or has faults.
    InfeasibleError
        The resources cannot carry the demand.
    """
    return solve_programme(read_programme(path))
