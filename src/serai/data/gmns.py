"""
From the GMNS tables of somebody's own network to the tables that the model reads.

A node is a place, or one of the terminals of its `place_id`; a link between nodes is line-haul or a
transfer; `zone_id` says where goods start and end. The way back is `serai.data.gmns_out`. What a
table of the model has no column for travels with it as text in a column `gmns`.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from serai.data.gmns_links import LinkRows, read_units, refuse_other_config, sort_links
from serai.data.gmns_parts import (
    CARRIED,
    LINK_VALUES,
    Row,
    Work,
    build_frame,
    carry,
    is_door,
    low_high,
    rows_of,
    with_range,
)
from serai.data.gmns_words import ACCESS, FROM_NODE, NODE_KINDS, ZONE_CENTRE, mode_at
from serai.data.schema import read_schema
from serai.data.tables import split_list
from serai.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serai.data.findings import Finding

    Tables = Mapping[str, pd.DataFrame]

__all__ = ["WEIGHTS", "Read", "from_gmns"]

WEIGHTS: Final = ("export_weight_box", "import_weight_box", "export_weight_bulk",
                  "import_weight_bulk")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Tables made from GMNS, and what had to be assumed on the way."""

    tables: dict[str, pd.DataFrame]
    """As `read_tables` returns them."""
    findings: tuple[Finding, ...]
    """Warnings: what was not used, or taken for something without being told."""


def from_gmns(given: Tables, *, needs_zones: bool = True) -> Read:
    """
    Return the tables of the model that GMNS tables mean.

    Parameters
    ----------
    given
        `node` and `link`, and if there are any `zone`, `config`, `rates`, `demand` and tables of
        the model, as `read_tables` returns them with `read_gmns_schema`.
    needs_zones
        Whether a network without any zone is refused.

    Returns
    -------
    read
        Places, links, zones, access, resources and demand, beside whatever else was given.

    Raises
    ------
    DataError
        Rows contradict each other; all that do are named.
    """
    work = Work({str(row["node_id"]): row for row in rows_of(given["node"])})
    refuse_other_config(given, work)
    km, km_h = read_units(given, work)
    hauls = sort_links(given, work)
    for row, kind, transfer in hauls:
        if kind not in ("transfer", ACCESS) and not transfer:
            for end in ("from_node_id", "to_node_id"):
                if not is_door(work.nodes[row[end]]):
                    work.modes[row[end]].add(mode_at(kind))
    years = pd.to_numeric(given["demand"]["year"]) if "demand" in given else pd.Series([2019])
    first_year = int(years.min()) if len(years) else 2019
    links, access, resources = LinkRows(given, work, km, km_h, first_year).build(hauls)
    if work.faults:
        raise DataError(work.faults)
    zones = _zones(given, work, needs_zones=needs_zones)
    from_nodes = _doors_of_nodes(work)
    places = _places(work, links + from_nodes[0])
    kept = {name: table for name, table in given.items()
            if name not in ("node", "link", "zone", "config", "rates")}  # fmt: skip
    made = {
        "places": build_frame("places", places, "node.csv"),
        "links": build_frame("links", links + from_nodes[0], "link.csv"),
        "zones": build_frame("zones", zones, "zone.csv" if "zone" in given else "node.csv"),
        "access": build_frame("access", access + from_nodes[1], "link.csv"),
        "resources": build_frame("resources", resources, "link.csv"),
    }
    for name in ("access", "resources"):
        if name in kept and len(kept[name]):
            joined = [kept[name], made[name]] if len(made[name]) else [kept[name]]
            made[name] = pd.concat(joined)
            made[name].attrs["file"] = f"{name}.csv"
    if work.faults:
        raise DataError(work.faults)
    tables = {name: (kept | made)[name] for name in read_schema() if name in kept | made}
    if "demand" in tables:
        tables["demand"] = _demand(tables)
    return Read(tables=tables, findings=tuple(work.findings))


# ------------------------------------------------------------------------------ nodes and zones


def _doors_of_nodes(work: Work) -> tuple[list[Row], list[Row]]:
    """Return the links and the access that `zone_id` of a node stands for: none of it costs."""
    links: list[Row] = []
    access: dict[str, Row] = {}
    free = {name: 0.0 for value in LINK_VALUES for name in (value, *low_high(value))}
    for node in work.nodes.values():
        zone, place = node["zone_id"], node["place_id"] or node["node_id"]
        if not zone or node["node_type"] == ZONE_CENTRE:
            continue
        other = access.get(place, {}).get("zone_id", zone)
        if other != zone:
            work.refuse(f"node.csv row {node['row']} ({node['node_id']}), column zone_id",
                        f"{zone}, though {place} has {other}", "one zone per place",
                        "give the node a place_id of its own")  # fmt: skip
            continue
        access[place] = {
            "row": node["row"], "zone_id": zone, "place_id": place, "access_km": 0.0,
            "length_source": FROM_NODE, "time_h": 0.0, "time_low_h": 0.0, "time_high_h": 0.0,
            "grade": "derived", "source_ids": node["source_ids"],
            **{n: 0.0 for v in LINK_VALUES[2:] for n in (v, *low_high(v))},
        }  # fmt: skip
        if is_door(node):
            continue
        modes = {node["mode"]} if node["mode"] else work.modes.get(node["node_id"], set())
        for mode in sorted(modes):
            for word, start, end in (("load", "door", mode), ("unload", mode, "door")):
                links.append({
                    **free, "row": node["row"], "link_id": f"{place}.{mode}.{word}",
                    "from_place": place, "to_place": place, "from_mode": start, "to_mode": end,
                    "kind": "transfer", "transfer_type": word, "length_km": 0.0,
                    "countries_iso3": node["country_iso3"], "status": "open",
                    "opens_year": math.nan, "closed_from_year": math.nan, "grade": "derived",
                    "source_ids": node["source_ids"], "note": FROM_NODE,
                })  # fmt: skip
    return links, list(access.values())


def _places(work: Work, links: list[Row]) -> list[Row]:
    """Return a row per place, its terminals' own nodes carried along."""
    modes: dict[str, list[str]] = defaultdict(list)
    for link in links:
        for side in ("from", "to"):
            if link[f"{side}_mode"] != "door":
                modes[link[f"{side}_place"]].append(link[f"{side}_mode"])
    groups: dict[str, list[Row]] = defaultdict(list)
    for node in work.nodes.values():
        if node["node_type"] != ZONE_CENTRE:
            groups[node["place_id"] or node["node_id"]].append(node)
    rows = []
    for place, nodes in groups.items():
        main = next((n for n in nodes if n["node_id"] == place), nodes[0])
        said = [m for n in nodes for m in (*split_list(n["modes"]), n["mode"]) if m not in
                ("", "door")]  # fmt: skip
        every = dict.fromkeys([*said, *sorted(set(modes[place]))])
        carried = [json.loads(carry(n)) for n in nodes]
        rows.append({
            "row": main["row"], "place_id": place, "name": main["name"] or place,
            "kind": _kind_of(main, list(every)), "country_iso3": main["country_iso3"],
            "lat": main["y_coord"], "lon": main["x_coord"], "modes": ";".join(every),
            "grade": main["evidence"] or "assumed", "source_ids": main["source_ids"],
            "note": main["note"], CARRIED: json.dumps(carried, ensure_ascii=False),
        })  # fmt: skip
    return rows


def _kind_of(node: Row, modes: list[str]) -> str:
    if node["node_type"] in NODE_KINDS:
        return str(node["node_type"])
    if node["zone_id"]:
        return "city"
    water = {"sea": "sea_port", "ferry": "sea_port", "river": "sea_port", "air": "airport"}
    return next((water[m] for m in modes if m in water), "inland_terminal"
                if "road" in modes or not modes else "rail_junction")  # fmt: skip


def _zones(given: Tables, work: Work, *, needs_zones: bool) -> list[Row]:
    """Return the zones of the file, or those that nodes name."""
    nodes: dict[str, Row] = {}
    for node in work.nodes.values():
        if node["zone_id"]:
            nodes.setdefault(node["zone_id"], node)
    if "zone" in given:
        listed = rows_of(given["zone"])
    else:
        blank = {"super_zone": "", "country_iso3": "", "range_pct": math.nan, "how_derived": "",
                 "x_coord": math.nan, "y_coord": math.nan, "evidence": "", "source_ids": "",
                 "note": "", "place_id": "", "population": math.nan,
                 "gdp_share_of_country": math.nan,
                 **{n: math.nan for w in WEIGHTS for n in (w, *low_high(w))}}  # fmt: skip
        listed = [
            {**blank, "zone_id": z, "name": n["name"], "row": n["row"]} for z, n in nodes.items()
        ]
    if not listed and needs_zones:
        work.refuse("node.csv, column zone_id", "no zone at any node", "one where goods start or "
                    "end", "fill in zone_id of the nodes that trade")  # fmt: skip
    n_in = pd.Series([row["super_zone"] or row["zone_id"] for row in listed]).value_counts()
    rows = []
    for row in listed:
        node = nodes.get(row["zone_id"], {})
        x, y = (row[c] if not math.isnan(row[c]) else node.get(c, math.nan)
                for c in ("x_coord", "y_coord"))  # fmt: skip
        if math.isnan(x) or math.isnan(y):
            where = f"zone.csv row {row['row']} ({row['zone_id']})"
            work.refuse(where, "no node with this zone_id", "a node, or x_coord and y_coord",
                        "fill in zone_id of its node")  # fmt: skip
        region = row["super_zone"] or row["zone_id"]
        made = {
            "row": row["row"], "zone_id": row["zone_id"], "name": row["name"] or row["zone_id"],
            "country_iso3": row["country_iso3"] or node.get("country_iso3", ""),
            "region": region, "place_id": row["place_id"], "lat": y, "lon": x,
            "population": row["population"], "gdp_share_of_country": row["gdp_share_of_country"],
            "how_derived": row["how_derived"], "grade": row["evidence"] or "assumed",
            "source_ids": row["source_ids"], "note": row["note"],
            CARRIED: carry(row) if "zone" in given else "",
        }  # fmt: skip
        for weight in WEIGHTS:
            given_row = dict(row)
            if math.isnan(row[weight]):
                given_row[weight] = 1.0 / int(n_in[region])
            off = row["range_pct"] if n_in[region] > 1 else math.nan
            made |= with_range(given_row, weight, off)
        rows.append(made)
    return rows


def _demand(tables: Tables) -> pd.DataFrame:
    """Return the demand with units, ranges and grades filled in."""
    table = tables["demand"].copy()
    if "classes" in tables:
        unit = table["class_id"].map(tables["classes"].set_index("class_id")["unit"])
        table["unit"] = table["unit"].where(table["unit"] != "", unit.fillna(""))
    if "range_pct" not in table:
        return table
    off = table["range_pct"].fillna(0.0) / 100.0
    table["low"] = table["low"].fillna(table["value"] * (1 - off))
    table["high"] = table["high"].fillna(table["value"] * (1 + off))
    table["grade"] = table["grade"].replace("", "assumed")
    table = table.drop(columns=["range_pct", "mirror_value"])
    table.attrs["file"] = "demand.csv"
    return table
