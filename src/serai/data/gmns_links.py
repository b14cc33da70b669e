"""From rows of link.csv to line-haul, transfers, drayage and limits; units and kinds told apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from serai.data.findings import list_some
from serai.data.gmns_parts import (
    CARRIED,
    LINK_VALUES,
    Row,
    Work,
    carry,
    great_circle_km,
    is_door,
    low_high,
    rows_of,
    with_range,
)
from serai.data.gmns_words import (
    ACCESS,
    BOTH_WAYS,
    DEFAULT_GAUGE_MM,
    FROM_LINK,
    KM,
    KM_PER_H,
    WGS_84,
    ZONE_CENTRE,
    mode_at,
    read_kind,
)
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]

__all__ = ["LinkRows", "read_units", "refuse_other_config", "sort_links"]

CAPACITIES: Final = ("capacity_t_yr", "capacity_teu_yr")
RATES: Final = {"cost_usd_teu": "cost_usd_teu_km", "cost_usd_t": "cost_usd_t_km"}
"""Prices of a link, and the columns of `rates` that stand in for them."""
RESOURCE_KINDS: Final = {
    "border": "border_slot", "gauge_change": "gauge_change", "port": "port_berth",
    "gauge_change_and_border": "gauge_change", "ferry_board": "port_berth",
    "interchange": "terminal", "load": "terminal", "unload": "terminal", "sea": "vessel_fleet",
    "feeder": "vessel_fleet", "ferry": "vessel_fleet", "river": "vessel_fleet",
    "pipeline": "pipeline",
}  # fmt: skip
"""Kind of the resource that a link's own capacity makes; a lane for the others."""

FEW: Final = 5
"""Fewer lengths than this do not tell miles from kilometres."""
MOST_SPEED_OFF: Final = 0.01
"""[-] How far length over free_speed may be off free_time_h before it is told."""


# ------------------------------------------------------------------------------ units


def refuse_other_config(given: Tables, work: Work) -> None:
    """
    Refuse coordinates and money that are in no known system.

    Parameters
    ----------
    given
        With `config`, if there is one.
    work
        Faults are added here.
    """
    for row in rows_of(given["config"]) if "config" in given else ():
        crs, money = row["crs"].strip().lower(), row["currency"].strip().upper()
        if crs not in WGS_84:
            work.refuse("config.csv, column crs", repr(row["crs"]), "EPSG:4326 (WGS 84)",
                        "convert x_coord and y_coord to longitude and latitude")  # fmt: skip
        if money not in ("", "USD"):
            work.refuse("config.csv, column currency", repr(row["currency"]), "USD",
                        "convert toll and prices to dollars")  # fmt: skip


def read_units(given: Tables, work: Work) -> tuple[float, float]:
    """
    Return km and km/h of one unit of length and of speed in the file.

    Parameters
    ----------
    given
        With `link`, and `config` if there is one.
    work
        Faults are added here, and what had to be inferred.
    """
    config = rows_of(given["config"])[0] if "config" in given and len(given["config"]) else {}
    found = []
    for column, known in (("long_length", KM), ("speed", KM_PER_H)):
        word = str(config.get(column, "")).strip().lower()
        if word and word not in known:
            work.refuse(f"config.csv, column {column}", repr(word),
                        f"one of {', '.join(known)}", "name the unit of link.csv")  # fmt: skip
        found.append(known.get(word, math.nan) if word else math.nan)
    km, km_h = found
    if math.isnan(km):
        km = _infer_km(given["link"], work) if not config.get("long_length") else 1.0
    return km, (1.0 if math.isnan(km_h) else km_h)


def _infer_km(link: pd.DataFrame, work: Work) -> float:
    """Return km unless lengths against great circles say that they are in another unit."""
    straight = np.array([_great_circle_km(row, work.nodes) for row in rows_of(link)])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = link["length"].to_numpy(np.float64) / straight
    ratio = ratio[np.isfinite(ratio) & (straight > 0.1) & (ratio > 0)]  # noqa: PLR2004 - [km]
    middle = float(np.median(ratio)) if len(ratio) else 1.0
    least = 0.95 if len(ratio) >= FEW else 0.0
    unit = next((u for u, most in (("mi", least), ("km", 100.0), ("m", 2000.0), ("ft", math.inf))
                 if middle < most), "km")  # fmt: skip
    if unit != "km" and middle >= KM["km"] / KM["mi"] * 0.95:
        work.warn(
            "units of GMNS", "link.csv, column length",
            f"no config.csv; the middle length is {middle:,.4g} times the kilometres between its "
            "ends", f"km, or a unit; it was read as {unit}",
            f"write config.csv with the columns dataset_name,long_length and {unit} below",
        )  # fmt: skip
        return KM[unit]
    return 1.0


def _great_circle_km(row: Row, nodes: Mapping[str, Row]) -> float:
    ends = [nodes.get(row[end]) for end in ("from_node_id", "to_node_id")]
    if None in ends:
        return math.nan
    return great_circle_km(*((one["x_coord"], one["y_coord"]) for one in ends if one))


def sort_links(given: Tables, work: Work) -> list[tuple[Row, str, str]]:
    """
    Return the links that freight may use, with kind and transfer type.

    Parameters
    ----------
    given
        With `link`.
    work
        Faults are added here, and what was left out or assumed.
    """
    found, skipped, ungauged = [], [], []
    for row in rows_of(given["link"]):
        told = read_kind(row["facility_type"], row["allowed_uses"], row["gauge_mm"])
        ends = [work.nodes[row["from_node_id"]], work.nodes[row["to_node_id"]]]
        if told is None and any(map(is_door, ends)):
            told = ("transfer", "load")
        if told is None:
            work.refuse(
                f"link.csv row {row['row']} ({row['link_id']}), column facility_type",
                repr(row["facility_type"]) + (f", gauge_mm {row['gauge_mm']}" if row["gauge_mm"]
                                              else ""),
                "a kind or transfer_type of links, or a class of roads or railways",
                "say what runs there, such as road, rail_1520, sea, border or port",
            )  # fmt: skip
            continue
        if not told[0]:
            skipped.append(row["link_id"])
            continue
        plain = row["facility_type"].strip().lower()
        if told[0] == f"rail_{DEFAULT_GAUGE_MM}" and told[0] != plain and not row["gauge_mm"]:
            ungauged.append(row["link_id"])
            row["evidence"] = "assumed"
        found.append((row, *told))
    if skipped:
        work.warn("links of freight", "link.csv, column allowed_uses",
                  f"{len(skipped)} links without a use for freight: {list_some(skipped)}",
                  "auto, truck, rail, ship …",
                  "nothing, if they carry no goods: they are left out")  # fmt: skip
    if ungauged:
        work.warn("gauges", "link.csv, column gauge_mm",
                  f"{len(ungauged)} railway links without one: {list_some(ungauged)}",
                  f"the gauge; they were read as {DEFAULT_GAUGE_MM} and marked as assumed",
                  "fill in gauge_mm, or name rail_1520 … as facility_type")  # fmt: skip
    return found


class LinkRows:
    """
    Makes rows of links, access and resources from rows of link.csv.

    Parameters
    ----------
    given
        All tables.
    work
        Nodes, and where faults are added.
    km
        [km] One unit of length.
    km_h
        [km/h] One unit of speed.
    year
        First year of the demand: capacities hold from then on.
    """

    def __init__(self, given: Tables, work: Work, km: float, km_h: float, year: int) -> None:
        self.work, self.km, self.km_h, self.year = work, km, km_h, year
        rates = rows_of(given["rates"]) if "rates" in given else []
        self.rates = {row["kind"]: row for row in rates}
        self.ids = set(given["link"]["link_id"])
        taken = set(given["resources"]["resource_id"]) if "resources" in given else set()
        self.resource_ids = taken
        self.untimed: list[str] = []
        self.unpriced: list[str] = []
        self.counted: list[str] = []
        self.tolled: list[str] = []

    def build(self, found: list[tuple[Row, str, str]]) -> tuple[list[Row], list[Row], list[Row]]:
        """
        Return rows of links, access and resources; what is missing is refused or told.

        Parameters
        ----------
        found
            Rows with kind and transfer type, from `sort_links`.
        """
        links: list[Row] = []
        access: list[Row] = []
        resources: list[Row] = []
        for row, kind, transfer in found:
            if kind == ACCESS:
                access += self._access(row)
                continue
            made = self._link(row, kind, transfer)
            if made is None:
                continue
            resources += self._resource(row, made)
            links.append(made)
            if str(row["directed"]).lower() in BOTH_WAYS and row["facility_type"] != "storage":
                links.append(self._back(made))
        self._tell()
        return links, access, resources

    def _tell(self) -> None:
        for ids, got, wanted, then in (
            (self.untimed, "without free_time_h or free_speed", "hours, or length and speed",
             "fill in free_speed, free_time_h, or a speed_km_h of rates.csv for their kind"),
        ):  # fmt: skip
            if ids:
                self.work.refuse("link.csv", f"{len(ids)} links {got}: {list_some(ids)}", wanted,
                                 then)  # fmt: skip
        if self.unpriced:
            self.work.warn(
                "prices of links", "link.csv, columns cost_usd_teu and cost_usd_t",
                f"{len(self.unpriced)} links without any price: {list_some(self.unpriced)}",
                "one at least: without, nothing may use a link",
                "fill in prices, or add rates.csv with a price of a kilometre by kind",
            )  # fmt: skip
        if self.counted:
            self.work.warn(
                "capacity basis", "link.csv, column capacity",
                f"{len(self.counted)} links with vehicles per hour and lane: "
                f"{list_some(self.counted)}", "freight a year; it is not used as a limit",
                "write capacity_t_yr or capacity_teu_yr, with capacity_basis, where freight is "
                "limited",
            )  # fmt: skip
        if self.tolled:
            self.work.warn(
                "tolls", "link.csv, column toll",
                f"{len(self.tolled)} links: {list_some(self.tolled)}",
                "a price: a toll of a vehicle is not one of a box or a tonne, and is not added",
                "put it into cost_usd_teu and cost_usd_t",
            )  # fmt: skip

    def _ends(self, row: Row, kind: str, transfer: str) -> Row | None:
        """Return places and modes of the two ends."""
        ends: Row = {}
        doors = [is_door(self.work.nodes[row[f"{side}_node_id"]]) for side in ("from", "to")]
        where = f"link.csv row {row['row']} ({row['link_id']})"
        if all(doors):
            self.work.refuse(where, "a link between two centroids", "one between a centroid and a "
                             "terminal", "add the terminal between them")  # fmt: skip
            return None
        for side, at_door in zip(("from", "to"), doors, strict=True):
            node = self.work.nodes[row[f"{side}_node_id"]]
            ends[f"{side}_place"] = node["place_id"] or node["node_id"]
            if at_door:
                ends[f"{side}_mode"] = "door"
                continue
            known = {node["mode"]} if node["mode"] else self.work.modes.get(node["node_id"], set())
            known = known or (set(split_list(node["modes"])))
            mine = mode_at(kind) if kind != "transfer" else ""
            if mine and not any(doors):
                if node["mode"] and node["mode"] != mine:
                    self.work.refuse(f"{where}, column {side}_node_id",
                                     f"{node['node_id']}, a terminal of {node['mode']}",
                                     f"a terminal of {mine}",
                                     "join it to another node, or correct mode")  # fmt: skip
                    return None
                ends[f"{side}_mode"] = mine
            elif len(known) != 1:
                got = f"{node['node_id']}, where {' and '.join(sorted(known)) or 'no line'} meet"
                self.work.refuse(
                    f"{where}, column {side}_node_id", got, "a terminal of one mode",
                    "make one node per mode with the same place_id, and fill in mode",
                )  # fmt: skip
                return None
            else:
                ends[f"{side}_mode"] = next(iter(known))
        kind_and_type = ("transfer", "load" if doors[0] else "unload") if any(doors) else (
            kind, transfer)  # fmt: skip
        return {**ends, "kind": kind_and_type[0], "transfer_type": kind_and_type[1]}

    def _link(self, row: Row, kind: str, transfer: str) -> Row | None:
        ends = self._ends(row, kind, transfer)
        if ends is None:
            return None
        made: Row = {
            **ends,
            "row": row["row"], "link_id": row["link_id"],
            "length_km": self._length(row, ends), "length_source": row["length_source"],
            "gauge_mm": row["gauge_mm"], "passage": row["passage"],
            "countries_iso3": row["countries_iso3"] or self._countries(row),
            "operator": row["jurisdiction"], "status": row["status"] or "open",
            "opens_year": row["opens_year"], "closed_from_year": row["closed_from_year"],
            "resource_ids": row["resource_ids"], "grade": row["evidence"] or "assumed",
            "source_ids": row["source_ids"], "note": row["note"], CARRIED: carry(row),
        }  # fmt: skip
        rate = self.rates.get(kind, {})
        given = dict(row)
        self._fill_time(given, made, rate)
        is_unpriced = math.isnan(row["cost_usd_teu"]) and math.isnan(row["cost_usd_t"])
        if is_unpriced and kind != "transfer" and rate:
            for name, per_km in RATES.items():
                _take_rate(given, name, rate, per_km, made["length_km"])
            made["grade"] = "assumed"
            made["source_ids"] = made["source_ids"] or rate["source_ids"]
        if math.isnan(given["dwell_h"]):
            given["dwell_h"] = 0.0
        for name in LINK_VALUES:
            made |= with_range(given, name, row["range_pct"])
        if math.isnan(made["cost_usd_teu"]) and math.isnan(made["cost_usd_t"]):
            self.unpriced.append(row["link_id"])
        if not math.isnan(row["capacity"]):
            self.counted.append(row["link_id"])
        if row["toll"] > 0:
            self.tolled.append(row["link_id"])
        return made

    def _length(self, row: Row, ends: Row) -> float:
        if not math.isnan(row["length"]):
            return float(row["length"]) * self.km if self.km != 1.0 else float(row["length"])
        if ends["kind"] != "transfer":
            self.work.refuse(f"link.csv row {row['row']} ({row['link_id']}), column length",
                             "an empty cell", "the length of the way", "fill it in")  # fmt: skip
        return 0.0

    def _countries(self, row: Row) -> str:
        ends = [self.work.nodes[row[end]]["country_iso3"] for end in ("from_node_id", "to_node_id")]
        return ";".join(dict.fromkeys(filter(None, ends)))

    def _fill_time(self, given: Row, made: Row, rate: Row) -> None:
        """Fill in free_time_h from length over speed where the row does not say it."""
        speed = given["free_speed"] * self.km_h
        by_speed = made["length_km"] / speed if speed > 0 else math.nan
        if math.isnan(given["free_time_h"]):
            if math.isnan(by_speed) and rate and not math.isnan(rate["speed_km_h"]):
                km = made["length_km"]
                for name, other in zip(("free_time_h", *low_high("free_time_h")),
                                       ("speed_km_h", "speed_high_km_h", "speed_low_km_h"),
                                       strict=True):  # fmt: skip
                    given[name] = km / rate[other] if rate[other] > 0 else math.nan
                made["grade"] = "assumed"
                return
            if math.isnan(by_speed):
                if made["kind"] != "transfer":
                    self.untimed.append(given["link_id"])
                by_speed = 0.0
            given["free_time_h"] = by_speed
        elif not math.isnan(by_speed) and made["kind"] != "transfer" and (
            abs(by_speed - given["free_time_h"]) > MOST_SPEED_OFF * max(by_speed, 1e-9)
        ):  # fmt: skip
            self.work.warn(
                "speed and time", f"link.csv row {given['row']} ({given['link_id']})",
                f"free_speed that makes {by_speed:.4g} h and free_time_h {given['free_time_h']:g}",
                "the same; free_time_h counts", "correct one of them, or leave free_speed empty",
            )  # fmt: skip

    def _resource(self, row: Row, made: Row) -> list[Row]:
        """Return the limit that a link's own capacity makes, and let the link draw on it."""
        if all(math.isnan(row[name]) for name in CAPACITIES):
            return []
        where = f"link.csv row {row['row']} ({row['link_id']})"
        if not row["capacity_basis"]:
            self.work.refuse(f"{where}, column capacity_basis", "an empty cell",
                             "both or one direction",
                             "say whether the capacity holds for each direction")  # fmt: skip
        name = f"R_{row['link_id']}"
        while name in self.resource_ids:
            name += "_"
        self.resource_ids.add(name)
        made["resource_ids"] = ";".join([*split_list(made["resource_ids"]), name])
        at = made["transfer_type"] or made["kind"]
        resource: Row = {
            "row": row["row"], "resource_id": name, "name": row["name"] or row["link_id"],
            "section_from": made["from_place"], "section_to": made["to_place"],
            "kind": RESOURCE_KINDS.get(at, "lane"), "basis": row["capacity_basis"] or "both",
            "availability_factor": 1.0, "availability_low": 1.0, "availability_high": 1.0,
            "draws": "all", "valid_from_year": self.year, "grade": made["grade"],
            "source_ids": made["source_ids"], "note": FROM_LINK,
        }  # fmt: skip
        for capacity in CAPACITIES:
            resource |= with_range(row, capacity, row["range_pct"])
        return [resource]

    def _back(self, made: Row) -> Row:
        """Return the other direction of a link that stands for both."""
        name = f"{made['link_id']}.back"
        while name in self.ids:
            name += "_"
        self.ids.add(name)
        turned = {"load": "unload", "unload": "load"}
        gauges = made["gauge_mm"].split(">")
        return {
            **made, "link_id": name, CARRIED: "",
            "from_place": made["to_place"], "to_place": made["from_place"],
            "from_mode": made["to_mode"], "to_mode": made["from_mode"],
            "transfer_type": turned.get(made["transfer_type"], made["transfer_type"]),
            "gauge_mm": ">".join(reversed(gauges)),
        }  # fmt: skip

    def _access(self, row: Row) -> list[Row]:
        """Return the drayage between the centre of a zone and a door."""
        ends = [self.work.nodes[row[end]] for end in ("from_node_id", "to_node_id")]
        where = f"link.csv row {row['row']} ({row['link_id']})"
        zone, door = ends
        if zone["node_type"] != ZONE_CENTRE or not zone["zone_id"]:
            self.work.refuse(f"{where}, column from_node_id", zone["node_id"],
                             f"a node of node_type {ZONE_CENTRE} with its zone_id",
                             "let access start at the centre of the zone")  # fmt: skip
            return []
        if str(row["directed"]).lower() not in BOTH_WAYS:
            self.work.refuse(f"{where}, column directed", repr(row["directed"]),
                             "0: access stands for both directions", "write 0")  # fmt: skip
        given = {**row, "time_h": row["free_time_h"], "time_low_h": row["free_time_low_h"],
                 "time_high_h": row["free_time_high_h"]}  # fmt: skip
        km = 0.0 if math.isnan(row["length"]) else row["length"] * self.km
        if math.isnan(given["time_h"]):
            given["time_h"] = km / (row["free_speed"] * self.km_h) if row["free_speed"] > 0 else 0.0
        made = {
            "row": row["row"], "zone_id": zone["zone_id"],
            "place_id": door["place_id"] or door["node_id"], "rank": row["rank"],
            "access_km": km, "length_source": row["length_source"],
            "grade": row["evidence"] or "assumed", "source_ids": row["source_ids"],
            "note": row["note"],
        }  # fmt: skip
        for name in ("time_h", "cost_usd_teu", "cost_usd_t"):
            made |= with_range(given, name, row["range_pct"])
        return [made]


def _take_rate(given: Row, name: str, rate: Row, per_km: str, km: float) -> None:
    for mine, other in zip((name, *low_high(name)), (per_km, *low_high(per_km)), strict=True):
        given[mine] = rate[other] * km
