"""A folder of tables small enough to read: two towns, a railway, a ferry, one flow of each unit."""

import csv
from pathlib import Path

FILES = {
    "places": """\
place_id,name,kind,country_iso3,lat,lon,modes,grade,source_ids,note
WEST,Westport,sea_port,AAA,40,50,rail_1520;sea,derived,S1,
EAST,Eastport (ferry),sea_port,BBB,40.5,52,rail_1520;sea,derived,S1,
""",
    "countries": """\
iso3,name,rail_gauge_mm,c5_member,eaeu_member,eu_member,grade,source_ids,note
AAA,Aland,1520,0,0,0,derived,S1,
BBB,Bland,1520,0,0,0,derived,S1,
""",
    "resources": """\
resource_id,name,section_from,section_to,kind,capacity_t_yr,capacity_low_t_yr,capacity_high_t_yr,\
capacity_teu_yr,capacity_low_teu_yr,capacity_high_teu_yr,basis,availability_factor,\
availability_low,availability_high,draws,valid_from_year,grade,source_ids,note
R_FERRY,The ferries,WEST,EAST,vessel_fleet,1000000,800000,1200000,,,,both,\
0.8,0.7,0.9,all,2019,assumed,S1,
R_FERRY,The ferries,WEST,EAST,vessel_fleet,1500000,1200000,1700000,20000,15000,25000,\
both,0.8,0.7,0.9,all,2022,assumed,S1,
""",
    "zones": """\
zone_id,name,country_iso3,region,place_id,lat,lon,\
export_weight_box,export_weight_box_low,export_weight_box_high,\
import_weight_box,import_weight_box_low,import_weight_box_high,\
export_weight_bulk,export_weight_bulk_low,export_weight_bulk_high,\
import_weight_bulk,import_weight_bulk_low,import_weight_bulk_high,grade,source_ids
ZW,West,AAA,W,WEST,40,50,1,1,1,1,1,1,1,1,1,1,1,1,derived,S1
ZE,East,BBB,E,EAST,40.5,52,1,1,1,1,1,1,1,1,1,1,1,1,derived,S1
""",
    "access": """\
zone_id,place_id,access_km,time_h,time_low_h,time_high_h,cost_usd_teu,cost_low_usd_teu,\
cost_high_usd_teu,cost_usd_t,cost_low_usd_t,cost_high_usd_t,grade,source_ids
ZW,WEST,20,3,2,4,50,40,60,3,2,4,assumed,S1
ZE,EAST,20,3,2,4,50,40,60,3,2,4,assumed,S1
""",
    "classes": """\
class_id,name,unit,payload_t_per_teu,payload_low_t_per_teu,payload_high_t_per_teu,\
value_usd_per_t,value_low_usd_per_t,value_high_usd_per_t,\
rate_pct_per_day,rate_low_pct_per_day,rate_high_pct_per_day,\
value_of_time_usd_per_t_day,value_of_time_low_usd_per_t_day,value_of_time_high_usd_per_t_day,\
reliability_ratio,reliability_ratio_low,reliability_ratio_high,allowed_modes,grade,source_ids
BOX,Boxes,TEU,8,6,10,6000,3000,9000,0.1,0.05,0.2,6,3,9,0.8,0.4,1.2,rail;sea,assumed,S1
ORE,Ore,t,0,0,0,100,80,120,0.02,0.01,0.03,0.02,0.01,0.03,0.3,0.2,0.4,rail;sea,assumed,S1
""",
    "demand": """\
origin_region,dest_region,class_id,unit,year,value,low,high,grade,basis,source_ids
W,E,BOX,TEU,2023,1000,800,1200,assumed,modelled,S1
E,W,ORE,t,2023,50000,40000,60000,derived,pinned,F1
""",
    "projects": """\
project_id,name,country,status,open_year,open_year_low,open_year_high,\
capex_musd,capex_low_musd,capex_high_musd,lifetime_yr,place_ids,resource_ids,grade,source_ids
P1,A railway bridge,AAA;BBB,planned,2030,2028,2035,500,300,900,50,WEST;EAST,,derived,F1
""",
    "closures": """\
closure_id,what,kind,date_from,date_to,days,grade,source_ids
X1,The ferries,sea line,2022-02-24,2022-12,200,observed,F1
""",
    "effects": """\
effect_id,owner_id,link_ids,kinds,transfer_types,countries,between,places,passages,operators,\
resources,quantity,operation,value,low,high,unit,year_from,year_to,grade,source_ids
P1.1,P1,,rail_1520,,,AAA-BBB,,,,,status,open,,,,,,,derived,F1
X1.1,X1,,,,,,,,,R_FERRY,capacity_t_yr,multiply,0.5,0.4,0.6,-,2022,2022,derived,F1
""",
    "sources": """\
source_id,title,publisher,url,date,licence,origin_sha256,note
S1,An estimate,,,,,,
""",
    "facts": """\
id,topic,corridor,place,metric,value,low,high,unit,year,source_title,source_publisher,source_url,\
source_date,note,confidence
F1,4 capacity,Ferry,Eastport,Ore shipped,50,,,kt,2023,Yearbook,Port of Eastport,https://example.org,2024-02,,high
""",
}

LINK_HEADING = (
    "link_id,from_place,to_place,from_mode,to_mode,kind,transfer_type,length_km,free_time_h,"
    "free_time_low_h,free_time_high_h,dwell_h,dwell_low_h,dwell_high_h,cost_usd_teu,"
    "cost_low_usd_teu,cost_high_usd_teu,cost_usd_t,cost_low_usd_t,cost_high_usd_t,countries_iso3,"
    "status,resource_ids,grade,source_ids"
)


def write_tiny(folder: Path) -> Path:
    """Write the tables into `folder` and return it."""
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    lines = [LINK_HEADING]
    for place, country in (("WEST", "AAA"), ("EAST", "BBB")):
        for mode in ("sea", "rail_1520"):
            for link, start, end, kind in (
                (f"{place}.{mode}.load", "door", mode, "load"),
                (f"{place}.{mode}.unload", mode, "door", "unload"),
            ):
                ends = f"{place},{place},{start},{end},transfer,{kind},0"
                lines.append(f"{link},{ends},2,1,3,6,3,9,40,30,50,2,1,3,{country},open,,assumed,S1")
    for start, end in (("WEST", "EAST"), ("EAST", "WEST")):
        numbers = "12,10,15,0,0,0,100,80,120,5,4,6,AAA;BBB"
        ends = f"{start},{end},sea,sea,sea,,300"
        lines.append(f"{start}-{end}.sea,{ends},{numbers},open,R_FERRY,derived,F1")
        ends = f"{start},{end},rail_1520,rail_1520,rail_1520,,400"
        lines.append(f"{start}-{end}.rail,{ends},{numbers},planned,,assumed,S1")
    (folder / "links.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def change_cells(folder: Path, file: str, key: str, **cells: str) -> int:
    """Change cells of the row whose first cell is `key`; return its line in the file."""
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    at = next(ix for ix, row in enumerate(rows) if row[0] == key)
    for column, text in cells.items():
        rows[at][rows[0].index(column)] = text
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)
    return at + 1


def change_text(folder: Path, file: str, old: str, new: str) -> None:
    """Replace text in a file, wherever it stands."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
