"""From the tables that the model reads to GMNS tables, and into the files of a folder."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from serai.data.gmns import WEIGHTS
from serai.data.gmns_parts import CARRIED, LINK_VALUES, low_high
from serai.data.gmns_words import (
    ACCESS,
    CENTROID,
    FROM_LINK,
    FROM_NODE,
    NODE_KINDS,
    ZONE_CENTRE,
    mode_at,
    read_kind,
)
from serai.data.schema import read_gmns_schema
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serai.data.schema import Table

    Tables = Mapping[str, pd.DataFrame]
    Row = dict[str, Any]
    Terminal = tuple[str, str]

__all__ = ["to_gmns"]

BACK: Final = ".back"
MOST_KM_H: Final = 200.0
"""[km/h] The specification knows no faster link: an aircraft's hours stand in free_time_h."""
NUMBERS: Final = tuple(n for v in LINK_VALUES for n in (v, *low_high(v)))
CONFIG: Final = {"dataset_name": "Serai", "long_length": "km", "speed": "kph",
                 "crs": "EPSG:4326", "currency": "USD", "version_number": "0.96"}  # fmt: skip


def to_gmns(tables: Tables) -> dict[str, pd.DataFrame]:
    """
    Return the GMNS tables that tables of the model mean.

    A place with one mode is one node; one whose goods change mode is a node per terminal beside
    its own, so that other programs cannot change mode for nothing. Nothing is lost: `from_gmns`
    gives the same tables again, and what came from GMNS has its own ids and cells.

    Parameters
    ----------
    tables
        Of a folder: places, links, zones and access; any others pass through.

    Returns
    -------
    gmns
        `node`, `link`, `zone` and `config`, and the other tables.
    """
    nodes = _Nodes(tables)
    links = _links(tables, nodes)
    given = {
        "node": nodes.rows(),
        "link": links,
        "zone": [_zone(row) for row in _rows(tables["zones"])],
        "config": [dict(CONFIG)],
    }
    schema = read_gmns_schema()
    made = {name: _frame(schema[name], rows) for name, rows in given.items()}
    others = {n: t for n, t in tables.items() if n not in ("places", "links", "zones", "access")}
    if "resources" in others:
        table = others["resources"]
        others["resources"] = table[~table["resource_id"].isin(nodes.folded)]
        # Where every limit stands in the row of its link, there is no table of them.
        if len(table) and others["resources"].empty:
            del others["resources"]
    return {**made, **others}


def _rows(table: pd.DataFrame) -> list[Row]:
    return table.to_dict("records")  # type: ignore[return-value]


def _frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    """Return rows as a table: the columns of the dictionary, then those of other programs."""
    columns = table.columns
    others = dict.fromkeys(k for row in rows for k in row if k not in columns)
    data: dict[str, Any] = {}
    for c in columns.values():
        blank = math.nan if c.is_number else ""
        cells = [row.get(c.name, blank) for row in rows]
        data[c.name] = np.array(
            [math.nan if c.is_number and cell == "" else cell for cell in cells],
            dtype=np.float64 if c.is_number else object,
        )
    data |= {k: np.array([row.get(k, "") for row in rows], dtype=object) for k in others}
    frame = pd.DataFrame(data)
    frame.attrs["file"] = f"{table.name}.csv"
    return frame


def _is_free(row: Row) -> bool:
    return all(row[name] == 0.0 for name in NUMBERS)


@dataclass
class _Nodes:
    """Hands out the nodes of terminals, doors and centres of zones."""

    tables: Tables
    ids: set[str] = field(default_factory=set)
    known: dict[Terminal, str] = field(default_factory=dict)
    """Node of each place and mode; `door` is a mode, and so is "" for the place itself."""
    made: list[Row] = field(default_factory=list)
    folded: set[str] = field(default_factory=set)
    """Resources that stand in the row of their link."""
    zone_at: dict[str, str] = field(default_factory=dict)
    """Zone of each place that is its own door, free of charge."""

    def __post_init__(self) -> None:
        """Make the nodes of all places."""
        self._fold_doors()
        split, doors = self._find_split()
        places = _rows(self.tables["places"])
        self.ids = {row["place_id"] for row in places}
        for place in places:
            for node in json.loads(place.get(CARRIED) or "[]"):
                self.ids.add(node["node_id"])
        for place in places:
            self._place(place, split, has_door=place["place_id"] in doors)

    def _fold_doors(self) -> None:
        """Find the places whose access and doors say no more than `zone_id` of a node."""
        links = self.tables["links"]
        at_door = links[(links["from_mode"] == "door") | (links["to_mode"] == "door")]
        plain: dict[str, set[Terminal]] = defaultdict(set)
        spoilt: set[str] = set()
        for row in _rows(at_door):
            place, word = row["from_place"], row["transfer_type"]
            mode = row["to_mode"] if word == "load" else row["from_mode"]
            named = f"{place}.{mode}.{word}"
            if row["note"] == FROM_NODE and _is_free(row) and row["link_id"] == named:
                plain[mode + "@" + place].add((word, mode))
        for key, words in plain.items():
            if len(words) != 2:  # noqa: PLR2004 - load and unload
                spoilt.add(key.partition("@")[2])
        for row in _rows(self.tables["access"]):
            numbers = [row[n] for n in row if n.startswith(("time", "cost", "access_km"))]
            is_free = row["length_source"] == FROM_NODE and all(n == 0.0 for n in numbers)
            if is_free and row["place_id"] not in spoilt and row["place_id"] not in self.zone_at:
                self.zone_at[row["place_id"]] = row["zone_id"]
            elif row["place_id"] in self.zone_at:
                spoilt.add(row["place_id"])
        for place in spoilt:
            self.zone_at.pop(place, None)

    def is_folded(self, link: Row) -> bool:
        """Say whether a link is there because of `zone_id` of a node."""
        return link["note"] == FROM_NODE and link["from_place"] in self.zone_at and _is_free(link)

    def _find_split(self) -> tuple[set[str], set[str]]:
        """Return the places that need a node per terminal, and those that need a door."""
        modes: dict[str, set[str]] = defaultdict(set)
        crossed: set[str] = set()
        doors = set(self.tables["access"]["place_id"]) - set(self.zone_at)
        for place in _rows(self.tables["places"]):
            modes[place["place_id"]] |= set(split_list(place["modes"]))
        for row in _rows(self.tables["links"]):
            if self.is_folded(row):
                continue
            for side in ("from", "to"):
                if row[f"{side}_mode"] == "door":
                    doors.add(row[f"{side}_place"])
                else:
                    modes[row[f"{side}_place"]].add(row[f"{side}_mode"])
                    if row["kind"] == "transfer":
                        crossed.add(row[f"{side}_place"])
        return {p for p in crossed if len(modes[p]) > 1}, doors

    def _place(self, place: Row, split: set[str], *, has_door: bool) -> None:
        """Make the node of a place, and those of its terminals that came from GMNS."""
        key = place["place_id"]
        carried = json.loads(place.get(CARRIED) or "[]")
        main: Row = next((n for n in carried if n["node_id"] == key), {})
        modes = split_list(place["modes"])
        row = self._row(place, main)
        if key in self.zone_at and not carried:
            row["zone_id"] = self.zone_at[key]
        if not modes and has_door and not carried:
            row["mode"] = "door"
        if len(modes) == 1 and key not in split and not row.get("mode"):
            row["mode"] = modes[0]
        self.made.append(row)
        self.known[key, ""] = key
        if key not in split and not main.get("mode"):
            self.known |= {(key, mode): key for mode in modes}
        if row.get("mode"):
            self.known[key, row["mode"]] = key
        elif main.get("node_type") == CENTROID:
            self.known[key, "door"] = key
        for node in (n for n in carried if n["node_id"] != key):
            self.made.append(self._without_zone(node, key))
            mode = node.get("mode") or (
                "door" if node.get("node_type") == CENTROID else modes[0] if modes else ""
            )
            self.known.setdefault((key, mode), node["node_id"])

    def _without_zone(self, node: Row, place: str) -> Row:
        """Return a node as it came; its zone is dropped where drayage says otherwise by now."""
        return {k: v for k, v in node.items() if k != "zone_id" or place in self.zone_at}

    def _row(self, place: Row, main: Row) -> Row:
        key = place["place_id"]
        row = {
            **self._without_zone(main, key), "node_id": key, "name": place["name"],
            "x_coord": place["lon"], "y_coord": place["lat"],
            "country_iso3": place["country_iso3"], "evidence": place["grade"],
            "source_ids": place["source_ids"], "note": place["note"], "modes": place["modes"],
        }  # fmt: skip
        if main.get("node_type") in (None, *NODE_KINDS):
            row["node_type"] = place["kind"]
        return row

    def of(self, place: str, mode: str) -> str:
        """Return the node of a terminal; it is made if there is none yet."""
        if (place, mode) not in self.known:
            at = next(row for row in self.made if row["node_id"] == self.known[place, ""])
            name = self.free(f"{place}.{mode}")
            self.known[place, mode] = name
            self.made.append({
                "node_id": name, "name": at["name"], "x_coord": at["x_coord"],
                "y_coord": at["y_coord"], "place_id": place, "parent_node_id": place,
                "mode": mode, "node_type": CENTROID if mode == "door" else "",
            })  # fmt: skip
        return self.known[place, mode]

    def centre(self, zone: Row) -> str:
        """Return the node of the centre of a zone."""
        key = (zone["zone_id"], ZONE_CENTRE)
        if key not in self.known:
            self.known[key] = self.free(f"{zone['zone_id']}.{ZONE_CENTRE}")
            self.made.append({
                "node_id": self.known[key], "name": zone["name"], "x_coord": zone["lon"],
                "y_coord": zone["lat"], "node_type": ZONE_CENTRE, "zone_id": zone["zone_id"],
            })  # fmt: skip
        return self.known[key]

    def free(self, name: str) -> str:
        """Return a node id that nothing has yet."""
        while name in self.ids:
            name += "_"
        self.ids.add(name)
        return name

    def rows(self) -> list[Row]:
        """Return all nodes."""
        return self.made


def _links(tables: Tables, nodes: _Nodes) -> list[Row]:
    """Return the rows of link.csv: line-haul, transfers, and drayage."""
    limits = _own_limits(tables, nodes)
    rows = {row["link_id"]: row for row in _rows(tables["links"])}
    backs = _backs(rows)
    made = []
    for key, row in rows.items():
        if key not in backs.values() and not nodes.is_folded(row):
            made.append(_link(row, nodes, limits.get(key, {}), both=key in backs))
    ids = set(rows)
    zones = {row["zone_id"]: row for row in _rows(tables["zones"])}
    for row in _rows(tables["access"]):
        if nodes.zone_at.get(row["place_id"]) == row["zone_id"]:
            continue
        name = f"{ACCESS}.{row['zone_id']}-{row['place_id']}"
        while name in ids:
            name += "_"
        ids.add(name)
        made.append(_access(row, name, nodes, zones[row["zone_id"]]))
    return made


def _access(row: Row, name: str, nodes: _Nodes, zone: Row) -> Row:
    return {
        "link_id": name, "from_node_id": nodes.centre(zone),
        "to_node_id": nodes.of(row["place_id"], "door"), "directed": "0",
        "facility_type": ACCESS, "length": row["access_km"],
        "length_source": row["length_source"], "rank": row["rank"],
        "free_time_h": row["time_h"], "free_time_low_h": row["time_low_h"],
        "free_time_high_h": row["time_high_h"],
        **{n: row[n] for v in ("cost_usd_teu", "cost_usd_t") for n in (v, *low_high(v))},
        "evidence": row["grade"], "source_ids": row["source_ids"], "note": row["note"],
    }  # fmt: skip


def _own_limits(tables: Tables, nodes: _Nodes) -> dict[str, Row]:
    """Return the capacities that stand in the row of their link, by link."""
    found = {}
    table = tables.get("resources")
    for row in _rows(table) if table is not None else ():
        if row["note"] == FROM_LINK:
            nodes.folded.add(row["resource_id"])
            found[row["resource_id"]] = row
    by_link: dict[str, Row] = {}
    for link in _rows(tables["links"]):
        for name in split_list(link["resource_ids"]):
            if name in found:
                by_link[link["link_id"]] = found[name]
    return by_link


def _backs(rows: Mapping[str, Row]) -> dict[str, str]:
    """Return the links that stand for both directions, with the id of the way back."""
    found = {}
    turned = {"load": "unload", "unload": "load"}
    for key, row in rows.items():
        for name in (f"{key}{BACK}", f"{key}{BACK}_"):
            other = rows.get(name)
            if other is None or row["transfer_type"] == "storage":
                continue
            mirror = {
                **row, "link_id": name, "from_place": row["to_place"],
                "to_place": row["from_place"], "from_mode": row["to_mode"],
                "to_mode": row["from_mode"], CARRIED: other.get(CARRIED),
                "transfer_type": turned.get(row["transfer_type"], row["transfer_type"]),
                "gauge_mm": ">".join(reversed(row["gauge_mm"].split(">"))),
            }  # fmt: skip
            if not other.get(CARRIED) and all(_same(mirror[k], other[k]) for k in other):
                found[key] = name
    return found


def _same(one: object, other: object) -> bool:
    blank = (None, "")
    return one == other or (one in blank and other in blank) or (one != one and other != other)  # noqa: PLR0124


def _link(row: Row, nodes: _Nodes, limit: Row, *, both: bool) -> Row:
    carried: Row = json.loads(row.get(CARRIED) or "{}")
    ends = {
        f"{side}_node_id": nodes.of(row[f"{side}_place"], row[f"{side}_mode"])
        for side in ("from", "to")
    }
    is_haul = row["kind"] != "transfer"
    told = (row["kind"], row["transfer_type"])
    means = read_kind(*(carried.get(c, "") for c in ("facility_type", "allowed_uses", "gauge_mm")))
    at_door = "door" in (row["from_mode"], row["to_mode"])
    resources = [r for r in split_list(row["resource_ids"]) if r not in nodes.folded]
    made = {
        **carried, **ends, "link_id": row["link_id"], "directed": "0" if both else "1",
        "length": row["length_km"], "length_source": row["length_source"],
        "gauge_mm": row["gauge_mm"], "countries_iso3": row["countries_iso3"],
        "passage": row["passage"], "jurisdiction": row["operator"], "status": row["status"],
        "opens_year": row["opens_year"], "closed_from_year": row["closed_from_year"],
        "resource_ids": ";".join(resources), "evidence": row["grade"],
        "source_ids": row["source_ids"], "note": row["note"],
        **{name: row[name] for name in NUMBERS},
    }  # fmt: skip
    if (
        carried.get("directed", "").lower()
        in {"0": ("0", "false"), "1": ("1", "true")}[made["directed"]]
    ):
        made["directed"] = carried["directed"]
    if means != told and not (at_door and carried):
        made["facility_type"] = row["transfer_type"] or row["kind"]
    if is_haul:
        made |= _speed(row, carried)
        made["allowed_uses"] = carried.get("allowed_uses") or mode_at(row["kind"])
    if limit:
        made |= {n: limit[n] for v in ("capacity_t_yr", "capacity_teu_yr")
                 for n in (v, *low_high(v))} | {"capacity_basis": limit["basis"]}  # fmt: skip
    return made


def _speed(row: Row, carried: Row) -> Row:
    """Return free_speed [km/h], which other programs go by."""
    hours, km = row["free_time_h"], row["length_km"]
    said = float(carried.get("free_speed") or "nan")
    if said > 0 and math.isclose(km / said, hours, rel_tol=1e-9):
        return {"free_speed": said}
    speed = km / hours if hours > 0 and km > 0 else math.nan
    return {"free_speed": speed if speed <= MOST_KM_H else math.nan}


def _zone(row: Row) -> Row:
    carried: Row = json.loads(row.get(CARRIED) or "{}")
    return {
        **carried, "zone_id": row["zone_id"], "name": row["name"],
        "super_zone": row["region"], "country_iso3": row["country_iso3"],
        "place_id": row["place_id"], "x_coord": row["lon"], "y_coord": row["lat"],
        "population": row["population"], "gdp_share_of_country": row["gdp_share_of_country"],
        "how_derived": row["how_derived"], "evidence": row["grade"],
        "source_ids": row["source_ids"], "note": row["note"],
        **{n: row[n] for w in WEIGHTS for n in (w, *low_high(w))},
    }  # fmt: skip
