"""One scenario against another: results."""

from __future__ import annotations

from serai.domain.results import Record, Result, RunCertificate

__all__ = ["Change", "CompareResult"]


class Change(Result):
    """A number before and after."""

    name: str
    """What it counts."""
    unit: str
    """Its unit."""
    before: float
    """In the first scenario."""
    after: float
    """In the second."""
    change: float
    """After less before."""


class CompareResult(Result):
    """One scenario against another."""

    before: str
    """Name of the first scenario."""
    after: str
    """Name of the second."""
    corridors: list[Change]
    """[TEU/yr and t/yr] By corridor."""
    countries: list[Change]
    """[t/yr] Freight over a country's territory."""
    classes: list[Change]
    """By class and corridor."""
    bottlenecks: list[Change]
    """[USD/TEU and USD/t] Scarcity prices."""
    certificate: RunCertificate
    """The worse of the two."""
    records: list[Record]
    """How both came about."""
