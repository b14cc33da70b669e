"""The corridor network: places, terminals, directed links and the resources they draw on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray, Ranged, freeze

__all__ = ["WATER_KINDS", "Links", "Network", "Places", "Resources", "StrArray"]

StrArray = NDArray[np.str_]

WATER_KINDS = ("sea", "feeder", "ferry", "river")
"""Kinds of line-haul on water."""


def _lock(*arrays: NDArray[np.generic]) -> None:
    for array in arrays:
        freeze(array)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Cities, junctions, crossings, ports and passages. Arrays have shape (n_places,)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    countries: tuple[str, ...]
    kinds: tuple[str, ...]
    lat: FloatArray
    lon: FloatArray

    def __post_init__(self) -> None:
        """Lock the arrays."""
        _lock(self.lat, self.lon)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Links:
    """
    Directed links: line-haul, transfers and the drayage between zones and doors.

    Every array has shape (n_links,) unless it says otherwise, and is read-only.
    """

    ids: tuple[str, ...]
    tail: IntArray
    head: IntArray
    from_place: IntArray
    """Index into `Places`, -1 for a zone."""
    to_place: IntArray
    from_mode: StrArray
    to_mode: StrArray
    kind: StrArray
    transfer_type: StrArray
    operator: StrArray
    passage: StrArray
    status: StrArray
    """open, planned (waits for its project) or closed."""
    opens_year: IntArray
    """0 for what stood before the first year."""
    closed_from_year: IntArray
    """Year from which a closed link is shut, 0 for always."""
    grade: StrArray
    source_ids: StrArray
    """Where the row's numbers come from, joined by `;`."""
    in_country: NDArray[np.bool_]
    """Shape (n_links, n_countries): the link crosses the country's territory."""
    length_km: FloatArray
    length_source: StrArray
    """How the length was found: graph, sea_lane, tariff, great_circle_factor; empty if not told."""
    free_time_h: Ranged
    dwell_h: Ranged
    cost_usd_teu: Ranged
    """NaN: boxes may not use the link."""
    cost_usd_t: Ranged
    resource_start: IntArray
    """Shape (n_links + 1,). Resources of link i are resource_ix[start[i]:start[i + 1]]."""
    resource_ix: IntArray

    def __post_init__(self) -> None:
        """Lock the arrays."""
        _lock(
            self.tail, self.head, self.from_place, self.to_place, self.from_mode, self.to_mode,
            self.kind, self.transfer_type, self.operator, self.passage, self.status,
            self.opens_year, self.closed_from_year, self.grade, self.source_ids, self.in_country,
            self.length_km, self.length_source, self.resource_start, self.resource_ix,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resources:
    """
    What can run out. A resource has up to two limits: tonnes of everything, and boxes alone.

    Capacities are kept by version; the version in force in a year is the last one whose
    `valid_from_year` is not later. Arrays over versions have shape (n_versions,).
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    is_per_direction: NDArray[np.bool_]
    """Shape (n_resources,). True: the capacity holds for each direction by itself."""
    draws: tuple[frozenset[str], ...]
    """Who uses the resource: all, containers, bulk, oil, grain, gas, wagons, trucks, vehicles."""
    section: IntArray
    """Shape (n_resources, 2). Places at its two ends (-1: none)."""
    version_resource: IntArray
    valid_from_year: IntArray
    capacity_t_yr: Ranged
    """NaN: no limit in tonnes."""
    capacity_teu_yr: Ranged
    availability: Ranged
    """Share of the year that weather and ice leave."""
    grade: StrArray
    source_ids: StrArray
    """Where a version's numbers come from, joined by `;`."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        _lock(
            self.is_per_direction, self.section, self.version_resource, self.valid_from_year,
            self.grade, self.source_ids,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """A virtual network: its nodes are terminals (place and mode), doors and zones."""

    places: Places
    country_ids: tuple[str, ...]
    node_ids: tuple[str, ...]
    links: Links
    resources: Resources
    zone_ids: tuple[str, ...]
    zone_out: IntArray
    """Shape (n_zones,). Node where the goods of a zone start."""
    zone_in: IntArray
    """Shape (n_zones,). Node where the goods of a zone end."""

    def __post_init__(self) -> None:
        """Lock the arrays."""
        _lock(self.zone_out, self.zone_in)
