"""Networks of one's own from the command line: begun, checked, run, extended, calibrated."""

import json
import math
from pathlib import Path

import pytest

from serai.data.answers import read_answer
from serai.data.load import PACK
from serai.studies.words import headline
from tests.command import serai
from tests.networks import write_sioux_falls
from tests.own import change, write_example, write_lines, write_pair


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ------------------------------------------------------------------ new


def test_the_next_three_commands_run() -> None:
    begun = serai("new", "mine")
    assert begun.code == 0
    assert "serai run mine/scenario.toml" in begun.out
    assert serai("check", "mine").code == 0
    ran = serai("run", "mine/scenario.toml")
    assert ran.code == 0
    assert "Ships Aktau to Alat" in ran.out


def test_the_readme_of_a_new_network_explains_every_file_and_its_commands_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = serai("new", "mine", "--json").document()
    readme = (tmp_path / "mine" / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in readme for name in document["files"] if name != "README.md")
    commands = [line.split()[1:] for line in readme.splitlines() if line.startswith("    serai")]
    monkeypatch.chdir(tmp_path / "mine")
    assert [serai(*words).code for words in commands] == [0, 0, 0]


def test_a_copy_of_the_packages_tables_is_all_of_them() -> None:
    document = serai("new", "all", "--from", "pack", "--json").document()
    tables = {path.name for path in PACK.rglob("*.csv")}
    assert tables <= {Path(name).name for name in document["files"]}
    assert not [name for name in document["files"] if name.endswith(".json")]


def test_a_tntp_network_becomes_one_that_runs(tmp_path: Path) -> None:
    net, _ = write_sioux_falls(tmp_path)
    nodes = "".join(f"{i}\t{-96.8 + i / 100}\t{43.5 + i % 5 / 50}\t;\n" for i in range(1, 25))
    net.with_name(net.name.replace("net", "node")).write_text("Node\tX\tY\t;\n" + nodes)
    begun = serai("new", "falls", "--from", net)
    assert begun.code == 0, begun.err
    links = (tmp_path / "falls/link.csv").read_text().splitlines()
    assert len(links) == 77
    document = serai("check", "falls", "--json").document()
    assert document["is_runnable"]
    assert document["trial"]["served"]["teu"] == pytest.approx(360_600, rel=1e-4)
    assert "trip is one TEU a year" in (tmp_path / "falls/README.md").read_text()


NEW_FAULTS = {
    "a folder that is full": (["full"], "got a folder that is not empty"),
    "a file": (["file"], "got a file; wanted a folder"),
    "an odd source": (["x", "--from", "mars"], "wanted example, pack, or a file *_net.tntp"),
    "trips of no network": (["x", "--trips", "t.tntp"], "--trips or --nodes: got one with --from"),
    "a file that is not there": (["x", "--from", "no_net.tntp"], "got a file that cannot be read"),
}


@pytest.mark.parametrize("name", NEW_FAULTS)
def test_a_network_that_cannot_be_begun_leaves_nothing(tmp_path: Path, name: str) -> None:
    write_lines(tmp_path / "full", "a.txt", "mine")
    (tmp_path / "file").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    words, hint = NEW_FAULTS[name]
    found = serai("new", *words)
    assert found.code in (2, 3)
    assert hint in found.err
    assert found.out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_tntp_without_coordinates_says_what_is_wanted(tmp_path: Path) -> None:
    net, _ = write_sioux_falls(tmp_path)
    found = serai("new", "falls", "--from", net)
    assert found.code == 3
    assert "a network on a map needs coordinates" in found.err
    node = net.with_name(net.name.replace("net", "node"))
    node.write_text("Node X Y ;\n" + "".join(f"{i} 50000 510000 ;\n" for i in range(1, 24)))
    found = serai("new", "falls", "--from", net)
    assert "node 24: got no row; wanted x and y" in found.err
    assert "wanted longitude and latitude (WGS 84)" in found.err
    assert not (tmp_path / "falls").exists()


def test_a_folder_that_breaks_half_way_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Path.write_bytes

    def write(path: Path, data: bytes) -> int:
        if path.name == "zone.csv":
            raise OSError("no space left")
        return kept(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    found = serai("new", "deep/mine")
    assert found.code == 3
    assert "no space left" in found.err
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ data beside the scenario


def test_commands_take_the_tables_beside_a_scenario(tmp_path: Path) -> None:
    write_example(tmp_path / "mine")
    path = "mine/scenario.toml"
    (tmp_path / "mine/shut.toml").write_text(
        '[[shocks]]\nkind = "close"\nlinks = ["AKQ-ALT", "AKQ-ALT.back"]\n'
    )
    assert "R_AKQ-ALT" in serai("select", "R_AKQ-ALT", path).out
    assert "KAZ" in serai("skim", path).out
    compared = serai("compare", path, "mine/shut.toml", "--json").document()
    (middle,) = [c for c in compared["corridors"]
                 if c["name"] == "middle" and c["unit"] == "TEU/yr"]  # fmt: skip
    assert middle["after"] == 0
    assert middle["before"] > 0
    named = serai("run", path, "--data", "mine", "--json").document()
    found = serai("run", path, "--json").document()
    assert named["corridors"] == found["corridors"]


def test_an_answer_that_lacks_years_or_corridors_says_so_in_one_message(tmp_path: Path) -> None:
    write_example(tmp_path / "mine")
    found = serai("answer", "--draws", "0", "--data", "mine")
    assert (found.code, found.out) == (3, "")
    assert found.err.count("\n") == 1
    assert "got demand of 2023; wanted of 2021, 2023, 2030, 2040" in found.err
    pair = write_pair(tmp_path / "pair")
    rows = [f"ZA,ZB,C_OM,{year},1000" for year in (2021, 2023, 2030, 2040)]
    write_lines(pair, "demand.csv", "origin_region,dest_region,class_id,year,value", *rows)
    found = serai("answer", "--draws", "0", "--data", "pair")
    assert found.code == 3
    assert "none by the corridor north or middle" in found.err


def test_an_answer_without_boxes_from_china_has_a_dash_for_their_days() -> None:
    stored = read_answer(PACK / "answer.json")
    none = {"days": math.nan, "sea_days": math.nan, "usd_feu": math.nan, "sea_usd_feu": math.nan}
    cases = [case.model_copy(update=none) for case in stored.cases]
    told = " ".join(headline(cases, 45_000, stored.outlook))
    assert "then pays – USD/FEU and – days against – USD/FEU and – days by sea" in told


def test_a_network_that_is_exported_to_gmns_runs_to_the_same_flows(tmp_path: Path) -> None:
    write_example(tmp_path / "mine")
    assert serai("export", "again", "--data", "mine").code == 0
    links = [(tmp_path / name / "link.csv").read_text().count("\n") for name in ("mine", "again")]
    assert links == [6, 6]
    ours, theirs = (
        serai("run", "base", "--data", name, "--json").document() for name in ("mine", "again")
    )
    assert ours["corridors"] == theirs["corridors"]
    assert ours["bottlenecks"] == theirs["bottlenecks"]


# ------------------------------------------------------------------ check


def test_a_check_has_three_answers(tmp_path: Path) -> None:
    write_example(tmp_path / "mine")
    change(tmp_path / "mine", "link.csv", "ALA-AST", length="1000")
    out = serai("check", "mine").out
    heads = ["Can I run?", "Can I trust it?", "What to improve?", "Rows read"]
    assert [out.index(head) for head in heads] == sorted(out.index(head) for head in heads)
    assert "got 1,000 km for 2,2" in out
    assert "From the package, as the folder has none: classes, countries" in out
    document = serai("check", "mine", "--json").document()
    assert {one["question"] for one in document["findings"]} == {"trust"}
    assert document["borrowed"][0] == "classes"


# ------------------------------------------------------------------ extend and triplogs


def test_an_extended_pack_runs(tmp_path: Path) -> None:
    write_lines(tmp_path / "more", "node.csv", "node_id,name,x_coord,y_coord,country_iso3",
                "KZNEW,New yard,51.3,43.7,KAZ")  # fmt: skip
    write_lines(
        tmp_path / "more", "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,"
        "length,free_speed,cost_usd_teu,range_pct",
        "KZNEW-KZAAU,KZNEW,KZAAU.rail_1520,0,rail_1520,20,30,40,20",
    )  # fmt: skip
    found = serai("extend", "ext", "--with", "more")
    assert found.code == 0, found.err
    assert "KZMANGY (Mangystau)" in found.out
    told = serai("evidence", "--place", "KZNEW", "--data", "ext")
    assert told.code == 0
    again = serai("extend", "ext", "--with", "more")
    assert again.code == 2
    assert "got a folder that is not empty" in again.err


def test_a_trip_log_prints_what_to_set_and_writes_a_scenario(tmp_path: Path) -> None:
    write_lines(tmp_path, "log.csv", "trip_id,step,mode,event,place,to_place,hours",
                "A,1,rail,border,CNALASH,KZDOS,40", "B,1,rail,border,CNALASH,KZDOS,60")  # fmt: skip
    found = serai("triplogs", "log.csv", "--out", "borders.toml")
    assert found.code == 0
    assert "serai run --set links.CNALASH.r14-KZDOS.r15.gau.dwell_h=47.68" in found.out
    assert "gauge change" in found.out
    assert serai("scenarios", "borders.toml").code == 0
    document = json.loads(serai("triplogs", "log.csv", "--json").out)
    assert document["borders"][0]["n"] == 2
    assert serai("triplogs", "none.csv").code == 3
