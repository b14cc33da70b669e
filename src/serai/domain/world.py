"""Everything a run starts from, read once and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serai.domain.backcast import Target
from serai.domain.demand import Classes, Flows, Zones
from serai.domain.effects import Effects, Measures, Projects, Selector, YearInputs
from serai.domain.emissions import EmissionFactors
from serai.domain.network import Network
from serai.domain.params import Params

__all__ = ["RouteSearch", "World"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSearch:
    """One way to look for routes: the cheapest without some links, or through some, or both."""

    name: str
    bans: tuple[Selector, ...] = ()
    """No route of it uses any of these."""
    vias: tuple[Selector, ...] = ()
    """Every route of it uses some of these, if there are any."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """The network and everything beside it, as the tables have it."""

    network: Network
    classes: Classes
    zones: Zones
    flows: Flows
    effects: Effects
    projects: Projects
    measures: Measures
    year_inputs: YearInputs
    params: Params
    searches: tuple[RouteSearch, ...]
    targets: tuple[Target, ...]
    emission_factors: EmissionFactors
    n_dimensions: int
    """Number of independent dimensions that the ranges of all tables span."""
    data_version: str
    hashes: dict[str, str]
    """Content hash per input table."""
    folder: Path
    """Where the tables were read: what only files and maps need (names, lines, notes) is there."""
