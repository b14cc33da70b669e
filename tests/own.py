"""Small networks in GMNS for tests, and cells of them changed."""

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


def write_pair(folder: Path, *, node: str = "", link: str = "") -> Path:
    """Write two zones and a road between them; a heading of nodes or links may be given more."""
    write_lines(folder, "node.csv", f"node_id,x_coord,y_coord,zone_id{node.partition('|')[0]}",
                f"A,50,40,ZA{node.partition('|')[2]}", f"B,51,40,ZB{node.partition('|')[2]}")  # fmt: skip
    extra, _, cells = link.partition("|")
    write_lines(
        folder, "link.csv",
        f"link_id,from_node_id,to_node_id,directed,facility_type,length,free_speed,"
        f"cost_usd_teu,cost_usd_t{extra}", f"L,A,B,0,road,90,45,100,10{cells}",
    )  # fmt: skip
    write_lines(folder, "demand.csv", "origin_region,dest_region,class_id,year,value",
                "ZA,ZB,C_OM,2023,1000", "ZB,ZA,C_OM,2023,500")  # fmt: skip
    return folder
