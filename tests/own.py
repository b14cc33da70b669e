"""Small networks in GMNS for tests, and cells of them changed."""

import csv
import shutil
from pathlib import Path

from serai.data.new import EXAMPLE


def write_example(folder: Path) -> Path:
    """Copy the worked example into a folder and return it."""
    return Path(shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True))


def write_lines(folder: Path, file: str, *lines: str) -> None:
    """Write a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text("\n".join(lines) + "\n", "utf-8")


def write_pair(folder: Path) -> Path:
    """Write two zones and a road between them."""
    write_lines(folder, "node.csv", "node_id,x_coord,y_coord,zone_id", "A,50,40,ZA", "B,51,40,ZB")
    write_lines(
        folder, "link.csv",
        "link_id,from_node_id,to_node_id,directed,facility_type,length,free_speed,"
        "cost_usd_teu,cost_usd_t", "L,A,B,0,road,90,45,100,10",
    )  # fmt: skip
    write_lines(folder, "demand.csv", "origin_region,dest_region,class_id,year,value",
                "ZA,ZB,C_OM,2023,1000", "ZB,ZA,C_OM,2023,500")  # fmt: skip
    return folder


def change(folder: Path, file: str, key: str, **cells: str) -> Path:
    """Change cells of the row whose first cell is `key`, adding columns; return the folder."""
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    heading = list(dict.fromkeys([*rows[0], *cells]))
    rows = [row | cells if row[heading[0]] == key else row for row in rows]
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, heading, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder
