"""A bare choice problem with limits, as a person or a program writes it, and its solution."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from serai.domain.results import Certificate, Result

__all__ = ["GroupRow", "NestRow", "PathRow", "Programme", "ResourceRow", "SolveResult"]

Index = Annotated[int, Field(ge=0, strict=True)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class GroupRow(_Row):
    """People who share one demand."""

    demand: Annotated[float, Field(ge=0.0)]
    """[unit]"""
    theta: Positive
    """[1/cost] Scale of the choice; with nests the upper one, between nests."""


class NestRow(_Row):
    """Paths of a group that are alike."""

    group: Index
    theta: Positive
    """[1/cost] Scale within the nest, at least the group's."""
    constant: float = 0.0
    """[cost] What the nest costs beyond its paths."""


class PathRow(_Row):
    """A way to go."""

    group: Index
    cost: float
    """[cost per unit]"""
    size: Positive = 1.0
    """[-] Path size; it enters as its logarithm."""
    nest: Index | None = None
    """None: with the other paths of the group that have no nest."""


class ResourceRow(_Row):
    """What runs out."""

    capacity: Annotated[float, Field(ge=0.0, allow_inf_nan=True)]
    """[unit of the resource] Infinity: no limit."""


class Programme(_Row):
    """Groups choose among paths; paths use resources; no resource is used beyond its capacity."""

    groups: tuple[GroupRow, ...]
    paths: tuple[PathRow, ...]
    resources: tuple[ResourceRow, ...] = ()
    use: tuple[tuple[Index, Index, Annotated[float, Field(ge=0.0)]], ...] = ()
    """Resource, path, amount of the resource per unit on the path; repeated ones add up."""
    nests: tuple[NestRow, ...] = ()


class SolveResult(Result):
    """Flows and prices of a bare problem."""

    flows: list[float]
    """[unit] By path."""
    prices: list[float]
    """[cost per unit of the resource] By resource; above zero where it is full."""
    certificate: Certificate
    """How good the solution is."""
