"""What the words of GMNS tables mean here: modes, units, and the kinds of links and nodes."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "BOTH_WAYS",
    "CENTROID",
    "DEFAULT_GAUGE_MM",
    "FROM_LINK",
    "FROM_NODE",
    "KM",
    "KM_PER_H",
    "NODE_KINDS",
    "WGS_84",
    "ZONE_CENTRE",
    "mode_at",
    "read_kind",
]

CENTROID: Final = "centroid"
"""node_type of a node where goods start and end and through which none pass."""
ZONE_CENTRE: Final = "zone"
"""node_type of the centre of a zone that ships through doors."""
FROM_NODE: Final = "node.zone_id"
"""What says that a row stands for the zone of a node and for nothing else."""
FROM_LINK: Final = "from link.csv"
"""Note of a resource that stands for the capacity of one link."""

DEFAULT_GAUGE_MM: Final = "1435"
"""Gauge of a railway whose file names none; such links are marked as assumed."""

GAUGES: Final = ("1000", "1435", "1520", "1668", "1676")
HAULS: Final = (*(f"rail_{g}" for g in GAUGES), "road", "sea", "feeder", "ferry", "river", "air",
                "pipeline")  # fmt: skip
TRANSFERS: Final = ("load", "unload", "border", "gauge_change", "gauge_change_and_border",
                    "interchange", "port", "ferry_board", "storage")  # fmt: skip
ACCESS: Final = "access"

NODE_KINDS: Final = ("city", "rail_junction", "border_crossing", "sea_port", "passage",
                     "gauge_change", "airport", "inland_terminal", "dry_port")  # fmt: skip

KM: Final = {"km": 1.0, "kilometer": 1.0, "kilometers": 1.0, "kilometre": 1.0, "kilometres": 1.0,
             "m": 1e-3, "meter": 1e-3, "meters": 1e-3, "metre": 1e-3, "metres": 1e-3,
             "mi": 1.609344, "mile": 1.609344, "miles": 1.609344,
             "ft": 3.048e-4, "foot": 3.048e-4, "feet": 3.048e-4}  # fmt: skip
"""[km] One of each unit of length."""
KM_PER_H: Final = {"kph": 1.0, "km/h": 1.0, "kmh": 1.0, "km/hr": 1.0, "mph": 1.609344,
                   "mi/h": 1.609344, "mps": 3.6, "m/s": 3.6}  # fmt: skip
"""[km/h] One of each unit of speed."""
WGS_84: Final = ("", "4326", "epsg:4326", "wgs84", "wgs 84", "wgs_84", "ogc:crs84", "crs84")
BOTH_WAYS: Final = ("0", "false")
"""Lower-case cells of `directed` of a link that stands for both directions."""

_ROADS: Final = frozenset({
    "road", "motorway", "trunk", "primary", "secondary", "tertiary", "residential",
    "unclassified", "service", "living_street", "freeway", "highway", "expressway", "arterial",
    "collector", "local", "ramp", "interstate", "frontage_road", "street", "connector",
    "centroid_connector"
})  # fmt: skip
_RAILS: Final = frozenset({"rail", "railway", "railroad", "train"})
_USES: Final = {
    **dict.fromkeys(["auto", "truck", "car", "lorry", "hgv", "freight", "drive", "motor_vehicle",
                     "sov", "hov", "hov2", "hov3", "vehicle", "all", "road"], "road"),
    **dict.fromkeys(["rail", "railway", "train"], "rail"),
    **dict.fromkeys(["sea", "ship", "vessel"], "sea"),
    "ferry": "ferry", "river": "river", "barge": "river", "air": "air", "plane": "air",
    "pipeline": "pipeline", "feeder": "feeder", **{f"rail_{g}": f"rail_{g}" for g in GAUGES},
}  # fmt: skip
_NOT_FREIGHT: Final = frozenset({
    "bike", "bicycle", "walk", "ped", "pedestrian", "foot", "transit", "bus", "tram",
    "light_rail", "subway", "metro", "aeroway", "cycleway", "footway", "path", "steps"
})  # fmt: skip


def mode_at(kind: str) -> str:
    """
    Return the mode of the terminals between which a kind of line-haul runs.

    Parameters
    ----------
    kind
        Such as `feeder`, which runs between `sea` terminals.
    """
    return "sea" if kind == "feeder" else kind


def read_kind(facility_type: str, allowed_uses: str, gauge_mm: str) -> tuple[str, str] | None:
    """
    Return the kind and the transfer type that GMNS cells of a link mean.

    Parameters
    ----------
    facility_type
        Class of the link, ours or another tool's.
    allowed_uses
        Uses, joined by `,` or `;`.
    gauge_mm
        Track gauge, empty if unknown.

    Returns
    -------
    kind
        Kind and transfer type, `("", "")` for a link that freight does not use; None if the cells
        do not tell.
    """
    facility = facility_type.strip().lower().replace(" ", "_")
    if facility in HAULS:
        return facility, ""
    if facility in TRANSFERS:
        return "transfer", facility
    if facility == ACCESS:
        return ACCESS, ""
    uses = [use.strip().lower() for use in re.split(r"[,;]", allowed_uses) if use.strip()]
    if facility in _NOT_FREIGHT or (uses and all(use in _NOT_FREIGHT for use in uses)):
        return "", ""
    parts = {facility, re.sub(r"_link$", "", facility), *facility.split("_")}
    modes = [_USES[use] for use in uses if use in _USES]
    mode = "rail" if parts & _RAILS else "road" if parts & _ROADS else next(iter(modes), "")
    if mode == "rail":
        gauge = gauge_mm or DEFAULT_GAUGE_MM
        return (f"rail_{gauge}", "") if gauge in GAUGES else None
    return (mode, "") if mode else None
