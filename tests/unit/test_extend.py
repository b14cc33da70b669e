"""Places and links added to the package's tables: checked, snapped, and nothing of it changed."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from serai.data.extend import extend_tables
from serai.data.load import PACK, read_world
from serai.data.tables import read_tables
from serai.errors import DataError
from serai.outputs.networks import write_folder
from tests.own import change, write_lines
from tests.tiny_tables import write_tiny


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    return write_tiny(tmp_path / "base")


@pytest.fixture
def addition(tmp_path: Path) -> Path:
    folder = tmp_path / "more"
    write_lines(folder, "node.csv", "node_id,name,x_coord,y_coord,country_iso3,source_ids",
                "NEWP,New port,50.002,40.001,AAA,MINE")  # fmt: skip
    write_lines(
        folder, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
        "free_speed,cost_usd_teu,cost_usd_t,range_pct,evidence,source_ids",
        "NEW-EAST,NEWP,EAST.sea,0,sea,180,20,90,4,20,derived,MINE",
        "NEW-WEST,WEST.sea,NEWP,0,sea,1,10,5,1,20,assumed,MINE",
    )  # fmt: skip
    write_lines(folder, "sources.csv", "source_id,title", "MINE,My own survey")
    return folder


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def test_what_is_added_is_there_and_the_base_is_as_it_was(
    base: Path, addition: Path, tmp_path: Path
) -> None:
    before = digest(base)
    found = extend_tables(base, addition)
    write_folder(tmp_path / "whole", found.files)
    assert digest(base) == before
    assert found.added == {"places": 1, "links": 4, "sources": 1}
    old, new = read_tables(base), read_tables(tmp_path / "whole")
    links = new["links"].set_index("link_id")
    assert links.loc["NEW-EAST", "free_time_h"] == 9.0
    assert links.loc["NEW-EAST.back", "to_place"] == "NEWP"
    assert (links.loc["NEW-EAST", "source_ids"], links.loc["NEW-EAST", "grade"]) == (
        "MINE", "derived",
    )  # fmt: skip
    for name, table in old.items():
        key = next(iter(table))
        kept = new[name][new[name][key].isin(table[key])]
        assert len(kept) == len(table)
    assert "NEWP" in read_world(tmp_path / "whole").network.places.ids


def test_new_places_are_told_their_nearest_old_one(base: Path, addition: Path) -> None:
    found = extend_tables(base, addition)
    (snap,) = found.snaps
    assert (snap.place_id, snap.nearest, snap.is_joined) == ("NEWP", "WEST", True)
    assert snap.km == pytest.approx(0.204, abs=0.001)
    assert found.findings == ()
    text = (addition / "link.csv").read_text().splitlines()
    (addition / "link.csv").write_text("\n".join(text[:2]) + "\n")
    (warning,) = extend_tables(base, addition).findings
    assert "NEWP: got 0.2 km from WEST (Westport)" in str(warning)


def test_a_mode_that_a_place_gets_is_listed_there(
    base: Path, addition: Path, tmp_path: Path
) -> None:
    write_lines(
        addition, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
        "free_speed,cost_usd_teu,range_pct", "R,NEWP,WEST,0,road,5,50,9,20",
    )  # fmt: skip
    found = extend_tables(base, addition)
    write_folder(tmp_path / "whole", found.files)
    places = read_tables(tmp_path / "whole")["places"].set_index("place_id")
    assert places.loc["WEST", "modes"] == "rail_1520;sea;road"
    assert "new modes at WEST" in str(found.findings)


def test_rows_like_the_packages_are_added_as_they_are(base: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    header, first, *_ = (base / "places.csv").read_text().splitlines()
    write_lines(rows, "places.csv", header, first.replace("WEST,Westport", "THIRD,Third"))
    found = extend_tables(base, rows)
    assert found.added == {"places": 1}
    assert b"THIRD,Third" in found.files["places.csv"]


def test_answers_of_the_package_are_not_carried_along(tmp_path: Path) -> None:
    write_lines(tmp_path, "node.csv", "node_id,x_coord,y_coord,country_iso3", "KZNEW,51,43,KAZ")
    write_lines(
        tmp_path, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
        "free_speed,cost_usd_teu,range_pct", "L,KZNEW,KZAAU.rail_1520,0,rail_1520,70,40,30,20",
    )  # fmt: skip
    before = digest(PACK)
    files = extend_tables(PACK, tmp_path).files
    assert digest(PACK) == before
    assert not [name for name in files if name.endswith(".json")]
    assert {"odbl/links.csv", "scenarios/base.toml", "params.toml"} <= set(files)
    assert files["VERSION"].decode().startswith("0.1.0 with ")


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (
        shutil.rmtree, "got no folder; wanted a folder",
    ),
    "empty files": (
        lambda d: [path.write_text("") for path in d.iterdir()], "got an empty file",
    ),
    "a place that is there": (
        lambda d: change(d, "node.csv", "NEWP", node_id="WEST"),
        "column to_node_id: got 'NEWP'",
    ),
    "an id that is taken": (
        lambda d: change(d, "link.csv", "NEW-EAST", link_id="EAST-WEST.sea"),
        "column link_id: got EAST-WEST.sea; wanted an id that the base has not",
    ),
    "an end that nobody has": (
        lambda d: change(d, "link.csv", "NEW-EAST", to_node_id="EASY.sea"),
        "column to_node_id: got 'EASY.sea'; wanted an id of node.node_id; did you mean EAST.sea?",
    ),
    "a source that nobody has": (
        lambda d: change(d, "link.csv", "NEW-EAST", source_ids="S9"),
        "column source_ids: got 'S9'",
    ),
    "a line of another mode": (
        lambda d: change(d, "link.csv", "NEW-EAST", facility_type="road"),
        "got EAST.sea, a terminal of sea; wanted a terminal of road",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_addition_is_told_where_it_stands(base: Path, addition: Path, name: str) -> None:
    spoil, hint = SPOILT[name]
    spoil(addition)
    with pytest.raises(DataError) as caught:
        extend_tables(base, addition)
    assert hint in str(caught.value)


def test_a_folder_without_rows_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="got no rows; wanted at least one"):
        extend_tables(base, tmp_path / "none")


def test_a_network_in_gmns_is_not_extended_but_edited(addition: Path) -> None:
    with pytest.raises(DataError, match=r"add the rows to its node\.csv"):
        extend_tables(addition, addition)
