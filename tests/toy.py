"""
A world small enough to think about: from China to Europe by north, middle and sea.

The tables are lists of rows, so that a test can change a cell, clone a link or shuffle the rows
before they are written and read. Country codes are real, because corridors are told apart by
them; the numbers are not.
"""

import atexit
import csv
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import numpy as np

from serai.data.load import PACK, read_world
from serai.domain.world import World

Row = dict[str, str]
Tables = dict[str, list[Row]]

EVIDENCE: Final = {"grade": "assumed", "source_ids": "S1"}
SPREAD: Final = (0.8, 1.25)
"""Low and high of every range, as multiples of the value."""

MEMBERSHIPS: Final = ("c5_member", "eaeu_member", "eu_member")

PLACES: Final = {
    "CNINL": ("CHN", 30.0, 105.0),
    "CNPRT": ("CHN", 31.0, 121.0),
    "CNBRD": ("CHN", 45.0, 82.5),
    "KZBRD": ("KAZ", 45.2, 82.0),
    "KZCIT": ("KAZ", 48.0, 68.0),
    "KZRUS": ("KAZ", 52.0, 60.0),
    "KZCAS": ("KAZ", 43.6, 51.2),
    "AZCAS": ("AZE", 40.0, 49.4),
    "GEPRT": ("GEO", 42.1, 41.7),
    "RUKAZ": ("RUS", 52.1, 59.0),
    "RUMOW": ("RUS", 55.7, 37.6),
    "BYEUR": ("BLR", 52.1, 23.7),
    "EUINL": ("DEU", 51.4, 6.8),
    "EUPRT": ("DEU", 53.5, 8.6),
    "XXSUZ": ("", 30.0, 32.5),
    "XXCAP": ("", -35.0, 18.0),
}

# id, from place and mode, to place and mode, kind, transfer, km, h, USD/TEU, USD/t, countries,
# passage, resources; each line stands for both directions.
LINKS: Final = (
    "CNINL-CNPRT rail_1435 rail_1435 rail_1435 - 1500 40 400 20 CHN - -",
    "CNPRT-CNPRT rail_1435 sea transfer port 0 20 110 6 CHN - -",
    "CNINL-CNBRD rail_1435 rail_1435 rail_1435 - 3000 70 900 40 CHN - -",
    "CNBRD-KZBRD rail_1435 rail_1520 transfer gauge_change_and_border 0 30 250 9 CHN;KAZ - R_GAUGE",
    "KZBRD-KZCIT rail_1520 rail_1520 rail_1520 - 1300 40 450 16 KAZ - -",
    "KZCIT-KZRUS rail_1520 rail_1520 rail_1520 - 1000 30 350 13 KAZ - -",
    "KZRUS-RUKAZ rail_1520 rail_1520 transfer border 0 8 60 2 KAZ;RUS - R_NORTH",
    "RUKAZ-RUMOW rail_1520 rail_1520 rail_1520 - 1600 45 550 20 RUS - R_NORTH",
    "RUMOW-BYEUR rail_1520 rail_1520 rail_1520 - 1100 30 400 15 RUS;BLR - -",
    "BYEUR-EUINL rail_1520 rail_1435 transfer gauge_change_and_border 1100 60 700 30 BLR;DEU - -",
    "KZCIT-KZCAS rail_1520 rail_1520 rail_1520 - 1900 55 600 22 KAZ - -",
    "KZCAS-KZCAS rail_1520 ferry transfer ferry_board 0 12 80 3 KAZ - R_PORT",
    "KZCAS-KZCAS rail_1520 sea transfer port 0 16 90 5 KAZ - R_PORT",
    "KZCAS-AZCAS ferry ferry ferry - 450 26 500 18 KAZ;AZE - R_FERRY",
    "KZCAS-AZCAS sea sea feeder - 450 30 420 14 KAZ;AZE - R_FEEDER",
    "AZCAS-AZCAS rail_1520 ferry transfer ferry_board 0 12 80 3 AZE - -",
    "AZCAS-AZCAS rail_1520 sea transfer port 0 16 90 5 AZE - -",
    "AZCAS-GEPRT rail_1520 rail_1520 rail_1520 - 900 35 450 17 AZE;GEO - R_GEO",
    "GEPRT-GEPRT rail_1520 sea transfer port 0 20 100 6 GEO - -",
    "GEPRT-EUPRT sea sea sea - 6000 240 700 18 GEO;TUR Bosphorus -",
    "CNPRT-XXSUZ sea sea sea - 13500 430 900 22 - - -",
    "XXSUZ-EUPRT sea sea sea - 6500 210 400 10 EGY Suez -",
    "CNPRT-XXCAP sea sea sea - 17000 560 1100 27 - - -",
    "XXCAP-EUPRT sea sea sea - 12000 390 800 19 - Cape:of:Good:Hope -",
    "EUPRT-EUPRT rail_1435 sea transfer port 0 24 120 7 DEU - -",
    "EUPRT-EUINL rail_1435 rail_1435 rail_1435 - 350 12 180 9 DEU - -",
    "KZCIT-RUMOW road road road - 2900 80 3500 150 KAZ;RUS - R_TRUCKS",
)

DOORS: Final = (
    "CNINL rail_1435",
    "CNPRT rail_1435",
    "CNPRT sea",
    "KZCIT rail_1520",
    "KZCIT road",
    "RUMOW rail_1520",
    "RUMOW road",
    "EUINL rail_1435",
    "EUPRT rail_1435",
    "EUPRT sea",
)

# id, ends, kind, t/yr, TEU/yr, basis, draws, first year; two lines of one id are versions.
RESOURCES: Final = (
    "R_GAUGE CNBRD KZBRD gauge_change 9000000 400000 one:direction all 2019",
    "R_NORTH KZRUS RUMOW single_track 8000000 150000 one:direction all 2019",
    "R_PORT KZCAS - port_berth 3000000 - both all 2019",
    "R_FERRY KZCAS AZCAS vessel_fleet 1200000 - both wagons;trucks 2019",
    "R_FEEDER KZCAS AZCAS vessel_fleet - 8000 both containers 2019",
    "R_FEEDER KZCAS AZCAS vessel_fleet - 10000 both containers 2022",
    "R_GEO AZCAS GEPRT single_track 2500000 30000 one:direction all 2019",
    "R_TRUCKS KZCIT RUMOW border_slot 2000000 - both trucks 2019",
)

ZONES: Final = {
    "ZCN1": ("CHN", "CHN", 30.5, 104.5, 0.4),
    "ZCN2": ("CHN", "CHN", 31.2, 121.3, 0.6),
    "ZKAZ": ("KAZ", "KAZ", 48.1, 68.2, 1.0),
    "ZRUS": ("RUS", "RUS", 55.6, 37.5, 1.0),
    "ZEU1": ("DEU", "EU_W", 51.3, 7.0, 0.7),
    "ZEU2": ("DEU", "EU_W", 53.0, 9.0, 0.3),
}

ACCESS: Final = (
    "ZCN1 CNINL 30",
    "ZCN2 CNPRT 40",
    "ZCN2 CNINL 1300",
    "ZKAZ KZCIT 50",
    "ZRUS RUMOW 60",
    "ZEU1 EUINL 40",
    "ZEU1 EUPRT 300",
    "ZEU2 EUPRT 50",
    "ZEU2 EUINL 320",
)

# id, unit, t/TEU, USD/t, USD/t/day, reliability ratio, modes. Ids are those of the pack, whose
# behavioural parameters go by class.
CLASSES: Final = (
    "C_TS TEU 7 18000 45 1.0 rail;road;sea;ferry",
    "C_OM TEU 8 6000 6 0.8 rail;sea;ferry",
    "ORES t 0 300 0.1 0.3 rail;sea;ferry",
    "GRAIN t 0 250 0.1 0.3 rail;road;sea;ferry",
)

DEMAND: Final = (
    "CHN EU_W C_TS 2023 200000",
    "CHN EU_W C_OM 2023 900000",
    "EU_W CHN C_OM 2023 400000",
    "KAZ EU_W C_OM 2023 20000",
    "CHN RUS C_OM 2023 150000",
    "KAZ CHN ORES 2023 3000000",
    "KAZ EU_W ORES 2023 1500000",
    "KAZ RUS ORES 2023 900000",
    "RUS CHN ORES 2023 4000000",
    "KAZ EU_W GRAIN 2023 2500000",
    "CHN EU_W C_TS 2021 150000",
    "CHN EU_W C_OM 2021 2000000",
    "KAZ EU_W ORES 2021 1300000",
)

YEAR_INPUTS: Final = (
    "ocean_paid_cn_neur_west 1.0 3.0",
    "ocean_paid_cn_med_west 1.0 2.0",
    "ocean_spot_cn_neur_east 1.0 1.2",
    "ocean_spot_cn_med_east 1.0 1.4",
    "north_1520_tariff_west 100 80",
    "north_1520_tariff_east 100 110",
    "kz_transit_tariff_index 100 90",
    "titr_through_discount 0.1 0",
    "cn_border_hours_policy 0 48",
    "avoidance_share 0.3 0",
    "avoidance_penalty 800 0",
    "cn_subsidy_west 600 1500",
    "cn_subsidy_east 200 700",
)

PROJECTS: Final = (
    "PJ1 A:second:feeder:fleet funded 2026",
    "PJ2 A:tunnel:below:the:Caspian proposed 2035",
    "PJ3 A:wider:gate built 2022",
)

EFFECTS: Final = (
    "PJ1.1 PJ1 resources=R_FEEDER capacity_teu_yr set 30000",
    "PJ2.1 PJ2 link_ids=KZCAS-AZCAS.rail_1520;AZCAS-KZCAS.rail_1520 status open -",
    "PJ3.1 PJ3 resources=R_GAUGE capacity_t_yr add 1000000",
    "MS1.1 MS1 kinds=rail_1520,countries=AZE;GEO free_time_h multiply 0.8",
    "MS1.2 MS1 transfer_types=port,places=KZCAS dwell_h add -5",
    "X01.1 X01 passages=Suez status close - 2021",
    "X02.1 X02 resources=R_FERRY capacity_t_yr multiply 0.9 2023",
)


# What the pack fits, the toy world fixes, so that a new fit moves no test.
PARAMS: Final = {
    "reliability_scale": 0.5,
    "scale_lower": 16.0,
    "scale_upper": 5.0,
    "constant_land_box": 0.1,
    "constant_land_bulk": 0.02,
    "contestable_c_ts": 0.5,
    "contestable_c_om": 0.15,
    "caspian_h": 30.0,
    "siberia_usd_teu": 300.0,
    "avoidance_landlocked": 0.3,
    "outside_cost_ratio": 4.0,
    "dominated_ratio": 1.6,
}

SEARCHES: Final = """\
[cheapest]

[no_russia]
ban = [{ countries = ["RUS", "BLR"] }]

[land]
ban = [{ passages = ["Suez", "Cape of Good Hope"] }]

[land_by_the_caspian]
ban = [{ passages = ["Suez", "Cape of Good Hope"] }, { countries = ["RUS"] }]

[ferry]
ban = [
  { passages = ["Suez", "Cape of Good Hope"] },
  { countries = ["RUS"] },
  { kinds = ["feeder"] },
]

[by_the_cape]
ban = [{ passages = ["Suez"] }]
"""


def band(stem: str, unit: str, text: str, spread: Sequence[float] = SPREAD) -> Row:
    """Return a value with its low and high as the tables name them; `-` is an empty cell."""
    value = "" if text == "-" else text
    low, high = (f"{float(value) * f:.12g}" if value else "" for f in spread)
    if value.startswith("-"):
        low, high = high, low
    end = f"_{unit}" if unit else ""
    return {f"{stem}{end}": value, f"{stem}_low{end}": low, f"{stem}_high{end}": high}


def plain(text: str) -> str:
    """Return a word of the lists above as the tables have it."""
    return "" if text == "-" else text.replace(":", " ")


def link_row(link_id: str, ends: Sequence[str], kind: str, transfer: str, *words: str) -> Row:
    """Return a row of the link table."""
    km, hours, usd_teu, usd_t, countries, passage, resources = words
    return {
        "link_id": link_id,
        "from_place": ends[0], "to_place": ends[1], "from_mode": ends[2], "to_mode": ends[3],
        "kind": kind, "transfer_type": plain(transfer), "length_km": km,
        **band("free_time", "h", hours),
        **band("dwell", "h", "6" if kind == "transfer" else "0"),
        **band("cost", "usd_teu", usd_teu),
        **band("cost", "usd_t", usd_t),
        "countries_iso3": plain(countries), "passage": plain(passage), "operator": f"of {kind}",
        "status": "open", "resource_ids": plain(resources), **EVIDENCE,
    }  # fmt: skip


def link_rows() -> list[Row]:
    """Return both directions of every link, the doors, and one line that is only planned."""
    rows = []
    for line in LINKS:
        pair, start, end, kind, transfer, *words = line.split()
        a, b = pair.split("-")
        tag = kind if start == end else f"{start}>{end}"
        back = kind if start == end else f"{end}>{start}"
        rows.append(link_row(f"{a}-{b}.{tag}", (a, b, start, end), kind, transfer, *words))
        rows.append(link_row(f"{b}-{a}.{back}", (b, a, end, start), kind, transfer, *words))
    for line in DOORS:
        place, mode = line.split()
        words = ["0", "8", "60", "3", PLACES[place][0], "-", "-"]
        rows.append(
            link_row(
                f"{place}.{mode}.load", (place, place, "door", mode), "transfer", "load", *words
            )
        )
        rows.append(
            link_row(
                f"{place}.{mode}.unload", (place, place, mode, "door"), "transfer", "unload", *words
            )
        )
    for a, b in (("KZCAS", "AZCAS"), ("AZCAS", "KZCAS")):
        words = ["450", "14", "300", "11", "KAZ;AZE", "-", "-"]
        ends = (a, b, "rail_1520", "rail_1520")
        rows.append(link_row(f"{a}-{b}.rail_1520", ends, "rail_1520", "-", *words))
        rows[-1]["status"] = "planned"
    return rows


def _places() -> list[Row]:
    modes: dict[str, set[str]] = {place: set() for place in PLACES}
    for line in LINKS:
        pair, start, end, *_ = line.split()
        for place, mode in zip(pair.split("-"), (start, end), strict=True):
            modes[place].add(mode)
    return [
        {
            "place_id": place, "name": place.title(),
            "kind": "passage" if not country else "city", "country_iso3": country,
            "lat": f"{lat}", "lon": f"{lon}", "modes": ";".join(sorted(modes[place])), **EVIDENCE,
        }
        for place, (country, lat, lon) in PLACES.items()
    ]  # fmt: skip


def _resources() -> list[Row]:
    rows = []
    for line in RESOURCES:
        name, start, end, kind, t_yr, teu_yr, basis, draws, since = line.split()
        rows.append({
            "resource_id": name, "name": f"Resource {name}", "section_from": start,
            "section_to": plain(end), "kind": kind,
            **band("capacity", "t_yr", t_yr), **band("capacity", "teu_yr", teu_yr),
            "basis": plain(basis), "availability_factor": "0.9", "availability_low": "0.8",
            "availability_high": "0.95", "draws": draws, "valid_from_year": since, **EVIDENCE,
        })  # fmt: skip
    return rows


def _zones() -> list[Row]:
    rows = []
    for zone, (country, region, lat, lon, share) in ZONES.items():
        row = {
            "zone_id": zone, "name": zone.title(), "country_iso3": country, "region": region,
            "lat": f"{lat}", "lon": f"{lon}", **EVIDENCE,
        }  # fmt: skip
        for side in ("export", "import"):
            for what in ("box", "bulk"):
                row |= band(f"{side}_weight_{what}", "", f"{share}")
        rows.append(row)
    return rows


def _access() -> list[Row]:
    rows = []
    for line in ACCESS:
        zone, place, km = line.split()
        rows.append({
            "zone_id": zone, "place_id": place, "access_km": km,
            **band("time", "h", f"{3 + int(km) / 50:g}"),
            **band("cost", "usd_teu", f"{30 + int(km):g}"),
            **band("cost", "usd_t", f"{2 + int(km) / 20:g}"), **EVIDENCE,
        })  # fmt: skip
    return rows


def _classes() -> list[Row]:
    rows = []
    for line in CLASSES:
        name, unit, payload, value, of_time, ratio, modes = line.split()
        rows.append({
            "class_id": name, "name": name, "unit": unit, **band("payload", "t_per_teu", payload),
            **band("value", "usd_per_t", value), **band("rate", "pct_per_day", "0.1"),
            **band("value_of_time", "usd_per_t_day", of_time),
            **band("reliability_ratio", "", ratio), "allowed_modes": modes, **EVIDENCE,
        })  # fmt: skip
    return rows


def _demand() -> list[Row]:
    rows = []
    for line in DEMAND:
        origin, dest, name, year, amount = line.split()
        unit = next(row.split()[1] for row in CLASSES if row.split()[0] == name)
        rows.append({
            "origin_region": origin, "dest_region": dest, "class_id": name, "unit": unit,
            "year": year, **_bare(band("value", "", amount)), "basis": "modelled", **EVIDENCE,
        })  # fmt: skip
    return rows


def _bare(row: Row) -> Row:
    """Rename value_low to low, value_high to high."""
    return {key.removeprefix("value_"): cell for key, cell in row.items()}


def _year_inputs() -> list[Row]:
    return [
        {
            "input_id": name, "year": year, "name": name, **_bare(band("value", "", value)),
            "unit": "-", "kind": "input", **EVIDENCE,
        }
        for name, *values in (line.split() for line in YEAR_INPUTS)
        for year, value in zip(("2023", "2021"), values, strict=True)
    ]  # fmt: skip


def _projects() -> list[Row]:
    rows = []
    for line in PROJECTS:
        name, title, status, opens = line.split()
        year = int(opens)
        rows.append({
            "project_id": name, "name": plain(title), "status": plain(status), "open_year": opens,
            "open_year_low": f"{year - 1}", "open_year_high": f"{year + 2}",
            "capex_musd": "100", "capex_low_musd": "80", "capex_high_musd": "150",
            "lifetime_yr": "30", **EVIDENCE,
        })  # fmt: skip
    return rows


def _effects() -> list[Row]:
    columns = ("link_ids", "kinds", "transfer_types", "countries", "between", "places", "passages",
               "operators", "resources")  # fmt: skip
    rows = []
    for line in EFFECTS:
        name, owner, selector, quantity, operation, value, *years = line.split()
        row = {"effect_id": name, "owner_id": owner} | dict.fromkeys(columns, "")
        row |= dict(part.split("=") for part in selector.split(","))
        row |= {"quantity": quantity, "operation": operation, **_bare(band("value", "", value))}
        row |= {"unit": "" if value == "-" else "-", "year_from": "", "year_to": ""}
        if years:
            row |= {"year_from": years[0], "year_to": years[0]}
        rows.append(row | EVIDENCE)
    return rows


def _params() -> list[Row]:
    """Return every parameter that the pack has, at the toy world's value where it has its own."""
    rows = []
    for name, row in tomllib.loads((PACK / "params.toml").read_text("utf-8")).items():
        value = PARAMS.get(name, float(row["value"]))
        low, high = sorted((SPREAD[0] * value, SPREAD[1] * value))
        top = 1.0 if row["unit"] == "share" else np.inf
        rows.append({"name": name, "unit": row["unit"], "value": f"{value}", "low": f"{low}",
                     "high": f"{min(high, top)}"})  # fmt: skip
    return rows


def _params_toml(rows: Sequence[Row]) -> str:
    return "".join(
        f'[{row["name"]}]\nlabel = "{row["name"]}"\nvalue = {row["value"]}\n'
        f"low = {row['low']}\nhigh = {row['high']}\n"
        f'unit = "{row["unit"]}"\n'
        'grade = "assumed"\nsource = "S1"\nmeaning = "as in the pack"\n\n'
        for row in rows
    )


def toy_tables() -> Tables:
    """Return the tables of the toy world, free to be changed."""
    countries = sorted({c for c, *_ in PLACES.values() if c} | {"TUR", "EGY"})
    return {
        "places": _places(),
        "links": link_rows(),
        "resources": _resources(),
        "zones": _zones(),
        "access": _access(),
        "classes": _classes(),
        "countries": [
            {"iso3": c, "name": c, **dict.fromkeys(MEMBERSHIPS, "0"), **EVIDENCE} for c in countries
        ],
        "demand": _demand(),
        "year_inputs": _year_inputs(),
        "params": _params(),
        "projects": _projects(),
        "measures": [
            {
                "measure_id": "MS1", "name": "One window at the Caspian", "status": "signed",
                "cost_musd_yr": "5", "cost_low_musd_yr": "2", "cost_high_musd_yr": "9", **EVIDENCE,
            }
        ],
        "closures": [
            {"closure_id": name, "what": what, "date_from": day, "date_to": day} | EVIDENCE
            for name, what, day in (("X01", "Suez", "2021-03-23"), ("X02", "ferry", "2023-01-01"))
        ],
        "effects": _effects(),
        "sources": [{"source_id": "S1", "title": "Made up for the tests"}],
    }  # fmt: skip


def write_tables(folder: Path, tables: Mapping[str, Sequence[Row]]) -> Path:
    """Write tables as files and return their folder."""
    for name, rows in tables.items():
        if name == "params":
            (folder / "params.toml").write_text(_params_toml(rows), "utf-8")
            continue
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "route_searches.toml").write_text(SEARCHES, "utf-8")
    return folder


def read_toy(tables: Mapping[str, Sequence[Row]]) -> World:
    """Return the world that tables stand for; their folder is there until the tests end."""
    folder = Path(mkdtemp(prefix="serai-toy-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return read_world(write_tables(folder, tables))


@cache
def toy_world() -> World:
    """Return the toy world; it is frozen, so that all tests may share it."""
    return read_toy(toy_tables())


def change_row(rows: list[Row], key: str, **cells: str) -> None:
    """Change cells of the row whose first cell is `key`."""
    row = next(row for row in rows if next(iter(row.values())) == key)
    assert set(cells) <= set(row)
    row.update(cells)


def shuffled(tables: Tables, rng: np.random.Generator) -> Tables:
    """Return the tables with the rows of each in another order."""
    return {name: [rows[i] for i in rng.permutation(len(rows))] for name, rows in tables.items()}
