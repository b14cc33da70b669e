"""The command line: what it prints where, with which exit code, and how it refuses."""

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import serai as package
from scripts.make_cli_page import render
from serai.cli import commands, studies
from serai.cli.commands import app
from serai.data.load import PACK
from serai.data.scenarios import list_shipped
from serai.domain.results import RunCertificate, RunResult
from serai.domain.world import World
from serai.errors import DataError, ScenarioError
from serai.model.wardrop import solve_user_equilibrium
from serai.run import Run
from serai.studies import roads
from serai.studies import runs as runs_module
from serai.studies.lookup import read_checked_world
from tests.command import bare_page, serai, sound_tables, write_sound
from tests.networks import write_network, write_sioux_falls
from tests.tiny_tables import change_cells, change_text, write_tiny
from tests.toy import write_tables

COMMANDS = (
    "answer", "run", "compare", "scenarios", "routes", "evidence", "check", "assign", "schema",
    "select", "skim", "solve", "backcast", "sensitivity",
    "frontier", "invest", "conditions", "tariff", "frictions", "storage", "ensemble",
    "vectors", "events", "brief", "export", "import", "new", "extend", "triplogs", "serve",
)  # fmt: skip


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of small tables that are in order; not to be written to."""
    return write_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ------------------------------------------------------------------ the front door


def test_the_version_names_code_and_data() -> None:
    found = serai("--version")
    assert (found.code, found.err) == (0, "")
    assert found.out == f"serai {package.__version__}, data {package.DATA_VERSION}\n"


def test_help_names_every_command_and_every_exit_code() -> None:
    text = serai("--help").out
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in COMMANDS)
    assert all(f" {code} " in text.replace("\n", " ") for code in (0, 2, 3, 4, 5, 130))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    found = serai(name, "--help")
    assert found.code == 0
    assert "Usage: " in found.out
    assert "--json" in found.out or name in ("schema", "serve")


@pytest.mark.parametrize(
    "words",
    [["fly"], ["run", "--yaer", "2023"], ["run", "--year", "soon"], ["answer", "--draws", "-1"],
     ["routes", "XIAN"], ["routes", "A", "B", "--top", "0"], ["answer", "--workers", "0"], []],
    ids=str,
)  # fmt: skip
def test_what_is_mistyped_ends_with_code_2_and_says_so_on_standard_error(words: list[str]) -> None:
    found = serai(*words)
    assert found.code == 2
    assert found.out == ""
    assert "Usage" in found.err


# ------------------------------------------------------------------ running


def test_a_run_prints_flows_and_certificate_and_nothing_on_standard_error(sound: Path) -> None:
    found = serai("run", "base", "--data", sound)
    assert (found.code, found.err) == (0, "")
    for text in ("Flow by corridor", "What binds", "Certificate holds", "data own tables"):
        assert text in found.out
    assert max(map(len, found.out.splitlines())) <= 120


def test_the_base_is_run_when_nothing_is_named(sound: Path) -> None:
    document = serai("run", "--data", sound, "--json").document()
    assert (document["scenario"], document["year"]) == ("base", 2023)


def test_the_year_of_the_terminal_beats_that_of_the_scenario(sound: Path) -> None:
    document = serai("run", "base", "--year", 2021, "--data", sound, "--json").document()
    assert document["year"] == document["record"]["scenario"]["year"] == 2021


def test_settings_change_the_run_and_stand_in_its_record(sound: Path) -> None:
    plain = serai("run", "--data", sound, "--json").document()
    words = ["--set", "resources.R_FEEDER.capacity_teu_yr=0", "--set", "params.scale_upper=7"]
    changed = serai("run", "--data", sound, *words, "--json").document()
    assert changed["corridors"] != plain["corridors"]
    told = changed["record"]["scenario"]
    assert told["params"] == {"scale_upper": 7.0}
    assert told["shocks"][0]["resources"] == ["R_FEEDER"]
    assert "params" not in plain["record"]["scenario"] or not plain["record"]["scenario"]["params"]


def test_a_file_may_stand_for_the_name_of_a_scenario(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("capacity_limits = false\n", "utf-8")
    document = serai("run", "mine.toml", "--data", sound, "--json").document()
    assert document["scenario"] == "mine"
    assert document["bottlenecks"] == []


def test_served_and_unserved_make_up_the_demand(sound: Path) -> None:
    document = serai("run", "russia-closed", "--data", sound, "--json").document()
    for unit in ("teu", "t"):
        total = document["served"][unit] + document["unserved"][unit]
        assert total == pytest.approx(document["demand"][unit], rel=1e-9)


def test_a_closed_world_leaves_everything_unserved_and_is_no_error(
    sound: Path, tmp_path: Path
) -> None:
    kinds = sorted({row["kind"] for row in sound_tables()["links"]})
    text = f"[[shocks]]\nkind = 'close'\nkinds = {kinds}\n"
    (tmp_path / "shut.toml").write_text(text, "utf-8")
    found = serai("run", "shut.toml", "--data", sound, "--json")
    document = found.document()
    assert found.code == 0
    assert document["unserved"] == document["demand"]
    assert document["served"] == {"teu": 0.0, "t": 0.0}
    assert document["links"] == []
    assert all(row["t"] == 0.0 for row in document["corridors"] if row["corridor"] != "unserved")


def test_no_route_is_quoted_in_a_closed_world(sound: Path, tmp_path: Path) -> None:
    kinds = sorted({row["kind"] for row in sound_tables()["links"]})
    (tmp_path / "shut.toml").write_text(f"[[shocks]]\nkind = 'close'\nkinds = {kinds}\n", "utf-8")
    found = serai("routes", "CNINL", "EUINL", "--scenario", "shut.toml", "--data", sound)
    assert (found.code, found.out) == (4, "")
    assert "the scenario closes every way" in found.err


def spoil_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run say that it did not converge."""

    def summarize(run: Run) -> RunResult:
        bad = RunCertificate(
            relative_gap=0.5, complementarity=0.1, conservation=0.0, overload=0.2,
            worst_class_gap=0.5, wait_residual=0.0, worst_at="class COAL",
        )  # fmt: skip
        return runs_module.summarize(run).model_copy(update={"certificate": bad})

    monkeypatch.setattr(commands, "summarize", summarize)


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_an_unconverged_run_is_printed_refused_and_ends_with_code_5(
    sound: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    spoil_certificate(monkeypatch)
    found = serai("run", "base", "--data", sound, *words)
    assert found.code == 5
    assert "relative_gap 5.0e-01" in found.err
    assert "most of it at class COAL" in found.err
    assert "do not quote it" in found.err
    if words:
        assert found.document()["certificate"]["relative_gap"] == 0.5
    else:
        assert "DOES NOT HOLD" in found.out


# ------------------------------------------------------------------ comparing


def test_a_scenario_compared_with_itself_shows_no_change(sound: Path) -> None:
    document = serai("compare", "base", "base", "--data", sound, "--json").document()
    for part in ("corridors", "countries", "classes", "bottlenecks"):
        assert all(row["change"] == 0.0 for row in document[part]), part


def test_a_comparison_says_who_wins_and_who_loses(sound: Path) -> None:
    found = serai("compare", "base", "russia-closed", "--data", sound)
    assert (found.code, found.err) == (0, "")
    assert "russia-closed against base" in found.out
    document = serai("compare", "base", "russia-closed", "--data", sound, "--json").document()
    changes = {row["name"]: row["change"] for row in document["corridors"] if row["unit"] == "t/yr"}
    assert changes["north"] < 0 < changes["middle"]
    assert len(document["records"]) == 2


def test_a_comparison_across_years_is_made_with_a_warning(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "later.toml").write_text("year = 2030\n", "utf-8")
    found = serai("compare", "base", "later.toml", "--data", sound)
    assert found.code == 0
    assert "base is of 2023, later of 2030" in found.err
    same = serai("compare", "base", "later.toml", "--year", 2030, "--data", sound)
    assert (same.code, same.err) == (0, "")


# ------------------------------------------------------------------ looking up


def test_all_shipped_scenarios_are_listed_with_their_titles() -> None:
    found = serai("scenarios")
    assert (found.code, found.err) == (0, "")
    for scenario in list_shipped():
        assert re.search(
            rf"^{scenario.name}\s+{re.escape(scenario.title)}$", found.out, re.MULTILINE
        )


def test_one_scenario_is_told_in_full() -> None:
    found = serai("scenarios", "suez-closed")
    assert "Ships sail round the Cape of Good Hope" in found.out
    assert "shocks: passages Suez, kind close" in found.out
    assert serai("scenarios", "suez").code == 2


def test_a_number_is_told_with_its_range_grade_and_source() -> None:
    found = serai("evidence", "links.KZAAU-AZALA.fd.cost_usd_teu")
    assert (found.code, found.err) == (0, "")
    assert "Aktau" in found.out
    assert re.search(r"USD/TEU \(.* to .*\); (observed|derived|assumed)", found.out)
    assert "Sources" in found.out


def test_all_about_a_place_is_told() -> None:
    document = serai("evidence", "--place", "Aktau", "--json").document()
    tables = {number["id"].split(".")[0] for number in document["numbers"]}
    assert {"places", "links", "resources"} <= tables
    known = {source["id"] for source in document["sources"]}
    assert {i for number in document["numbers"] for i in number["source_ids"]} <= known


def test_a_quote_names_every_territory_and_keeps_clear_of_those_to_avoid() -> None:
    found = serai("routes", "XIAN", "DUISBURG", "--avoid", "RUS,BLR", "--json")
    document = found.document()
    assert document["avoid"] == ["RUS", "BLR"]
    assert document["routes"]
    for route in document["routes"]:
        for leg in route["legs"]:
            assert not {"RUS", "BLR"} & set(leg["countries"]), leg
    assert len(serai("routes", "XIAN", "DUISBURG", "--top", 1, "--json").document()["routes"]) == 1


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["routes", "Khorgos", "Duisburg"], "Nur Zholy (Khorgos road)"),
        (["routes", "XIAN", "Atlantis"], "place: got 'Atlantis'"),
        (["routes", "XIAN", "DUISBURG", "--class", "BOX"], "class"),
        (["routes", "XIAN", "DUISBURG", "--avoid", "RSU"], "or RUS"),
        (["routes", "XIAN", "DUISBURG", "--scenario", "suez"], "did you mean suez-closed"),
        (["run", "rusia-closed"], "did you mean russia-closed"),
        (["run", "base", "--set", "links.KZAAU-AZALA.fe.cost=1"], "cost_usd_teu"),
        (["run", "base", "--year", "2018"], "2019 or more"),
        (["compare", "base", "base2"], "scenario: got 'base2'"),
        (["evidence"], "--place, --link, --topic, --source and --grade"),
        (["evidence", "--link", "KZAAU-AZALB"], "KZAAU-AZALA"),
        (["evidence", "--topic", "waerhousing"], "warehousing"),
        (["evidence", "--source", "F9999"], "wanted the name or id of known source"),
        (["evidence", "--source", "E0001"], "which no number cites"),
        (["evidence", "--grade", "guessed"], "one of observed, derived, assumed"),
        (["evidence", "--place", "Aktau", "--link", "XZBOS-XZMAR"], "for each by itself"),
        (["evidence", "KZAAU-AZALA.fx"], "did you mean"),
        (["evidence", "--place", "Aktua"], "Aktau"),
        (["schema", "anwser"], "one of answer"),
        (["sensitivity", "--base", "100", "--inputs", "0"], "--inputs: got 0"),
        (["sensitivity", "--resume", "."], "--resume .: got a folder"),
        (["sensitivity", "--resume", "/"], "--resume /: got a folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_not_known_gets_a_suggestion_and_code_2(words: list[str], hint: str) -> None:
    found = serai(*words)
    assert (found.code, found.out) == (2, "")
    assert hint in found.err
    assert found.err.startswith("serai: ")


def test_a_missing_year_of_demand_is_told(sound: Path) -> None:
    found = serai("run", "base", "--year", 2022, "--data", sound)
    assert found.code == 2
    assert "no demand in the tables; want one of 2021, 2023, 2030, 2040" in found.err


def test_places_that_nothing_connects_end_with_code_4(sound: Path) -> None:
    found = serai("routes", "CNINL", "EUINL", "--avoid", "DEU", "--data", sound)
    assert (found.code, found.out) == (4, "")
    assert "it ends in DEU" in found.err


# ------------------------------------------------------------------ own tables

Spoil = Callable[[Path], object]


def cut_off(folder: Path) -> None:
    """Cut a file short in the middle of a row."""
    path = folder / "links.csv"
    path.write_bytes(path.read_bytes()[:-20])


def empty_demand(folder: Path) -> None:
    path = folder / "demand.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")


SPOILT: dict[str, tuple[Spoil, str]] = {
    "unknown column": (
        lambda d: change_text(d, "places.csv", "country_iso3", "contry_iso3"),
        "did you mean country_iso3?",
    ),
    "wrong unit": (
        lambda d: change_cells(d, "effects.csv", "X1.1", unit="t/yr"),
        "column unit: got 't/yr'",
    ),
    "negative value": (
        lambda d: change_cells(d, "links.csv", "WEST-EAST.sea", dwell_h="-1"),
        "column dwell_h: got '-1'",
    ),
    "missing value": (
        lambda d: change_cells(d, "resources.csv", "R_FERRY", basis=""),
        "column basis: got an empty cell",
    ),
    "duplicate id": (
        lambda d: change_text(d, "places.csv", "EAST,", "WEST,"),
        "a key that row 2 already has",
    ),
    "dangling end": (
        lambda d: change_cells(d, "links.csv", "WEST-EAST.sea", to_place="NOWHERE"),
        "'NOWHERE'",
    ),
    "disconnected origin": (
        lambda d: change_cells(d, "links.csv", "WEST.sea.load", status="closed"),
        "no path between zones ZW–ZE",
    ),
    "empty demand": (empty_demand, "demand.csv: got no rows"),
    "half-written file": (cut_off, "links.csv"),
    "no file": (lambda d: (d / "zones.csv").unlink(), "zones.csv: got no file"),
    "empty file": (lambda d: (d / "zones.csv").write_text(""), "zones.csv: got an empty file"),
    "no text": (
        lambda d: (d / "zones.csv").write_bytes(b"\xff\xfe"), "zones.csv: got byte 0xff"
    ),
}  # fmt: skip


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a folder of tiny tables, free to be spoilt, with the parameter their boxes need."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    return write_tiny(folder)


def test_sound_tables_pass_the_check(sound: Path) -> None:
    found = serai("check", sound)
    assert (found.code, found.err) == (0, "")
    assert "can be run: no errors and 2 warnings" in found.out
    document = serai("check", sound, "--json").document()
    assert document["is_runnable"]
    assert document["is_sourced"]
    assert document["trial"]["holds"]
    # The toy's gauge change reaches from Belarus to Germany, both ways: the check sees that.
    warnings = [one for one in document["findings"] if one["severity"] == "warning"]
    assert {one["check"] for one in warnings} == {"lengths fit coordinates"}
    assert all("got a transfer between ends 1,1" in one["message"] for one in warnings)
    assert document["rows"]["places"] == 16


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_tables_fail_the_check_with_their_fault(tiny: Path, name: str) -> None:
    spoil, hint = SPOILT[name]
    spoil(tiny)
    found = serai("check", tiny)
    assert found.code == DataError.exit_code
    assert hint in found.out
    assert "cannot be run" in found.out


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_tables_are_not_run(tiny: Path, name: str) -> None:
    spoil, hint = SPOILT[name]
    spoil(tiny)
    found = serai("run", "base", "--data", tiny)
    assert found.code == (4 if name == "disconnected origin" else 3)
    assert found.out == ""
    assert hint in found.err


def test_all_faults_of_a_folder_come_in_one_message(tiny: Path) -> None:
    change_cells(tiny, "links.csv", "WEST-EAST.sea", dwell_h="-1", to_place="NOWHERE")
    change_cells(tiny, "places.csv", "WEST", lat="north")
    found = serai("run", "base", "--data", tiny)
    assert found.err.startswith("serai: 4 faults\n")
    document = serai("check", tiny, "--json")
    assert document.code == 3
    assert document.out.count('"severity": "error"') == 4


def test_a_class_of_boxes_without_its_parameter_is_told(tiny: Path) -> None:
    found = serai("run", "base", "--data", tiny)
    assert found.code == 3
    assert "params.toml: got no entry contestable_box" in found.err
    assert "contestable_box" in serai("check", tiny).out


def test_parameters_that_cannot_be_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(PACK, folder)
    path = folder / "params.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(?s)\[iran_usd_teu\].*?\n\n", "", text), "utf-8")
    found = serai("run", "base", "--data", folder)
    assert found.code == 3
    assert "params.toml: got no entry iran_usd_teu" in found.err
    path.write_text(re.sub(r"(?s)(\[scale_upper\].*?low = )\S+", r"\g<1>-4", text), "utf-8")
    assert "wanted 0.1 to 1000, as its unit is scale" in serai("check", folder).out
    path.write_text(re.sub(r'(?s)(\[caspian_h\].*?unit = )"h"', r'\g<1>"days"', text), "utf-8")
    assert "got days; wanted h; convert" in serai("run", "base", "--data", folder).err


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("params.caspian_h=-4", "0 or more, as its unit is h"),
        ("params.contestable_c_ts=1.7", "0 to 1, as its unit is share"),
        ("params.outside_cost_ratio=0.1", "1 or more, as its unit is multiple"),
        ("year_inputs.avoidance_share=7", "0 to 1, as its unit is share"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(setting: str, wanted: str) -> None:
    found = serai("run", "base", "--set", setting)
    assert found.code == 2
    assert f"wanted {wanted}" in found.err


def test_numbers_without_evidence_fail_the_check_but_can_be_run(tmp_path: Path) -> None:
    tables = sound_tables()
    row = tables["resources"][0]
    row["capacity_low_t_yr"] = row["capacity_high_t_yr"] = row["capacity_t_yr"]
    folder = write_tables(tmp_path, tables)
    found = serai("check", folder)
    assert found.code == 3
    said = " ".join(found.out.split())
    assert "can be run, but not every number has its evidence" in said
    assert serai("run", "base", "--data", folder).code == 0


@pytest.mark.parametrize(
    "words", [["run", "base", "--data"], ["check"], ["evidence", "X", "--data"]]
)
def test_a_folder_that_is_none_is_told(words: list[str], tmp_path: Path) -> None:
    found = serai(*words, tmp_path / "nowhere")
    assert found.code == 3
    assert "no folder" in found.out + found.err


# ------------------------------------------------------------------ the page


def test_an_answer_is_printed_and_its_page_written(sound: Path, tmp_path: Path) -> None:
    found = serai("answer", "--draws", 0, "--workers", 1, "--data", sound)
    assert found.code == 0
    assert "Divertible flow 2023" in found.out
    page = tmp_path / "serai-answer.html"
    assert found.err == f"The page is at {page}\n"
    text = page.read_text("utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "The boxes that the question is about" in text
    assert [path.name for path in tmp_path.iterdir()] == ["serai-answer.html"]


def test_the_page_of_own_tables_in_another_language_leaves_the_json_in_english(
    sound: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    words = ("--draws", 0, "--workers", 1, "--data", sound, "--page", page, "--json")
    answer = serai("answer", "--lang", "kk", *words).document()
    assert answer["headline"][0].split(":")[0] in ("No", "Only in part", "Yes, at full programme")
    text = page.read_text("utf-8")
    assert '<html lang="kk">' in text
    assert "Орта дәліз Ресей арқылы маршруттарды алмастыра ала ма?" in text
    assert answer["headline"][0] not in text


@pytest.mark.parametrize(
    ("page", "hint"),
    [("folder", "a folder"), ("file/page.html", "no folder"), ("file/deep/page.html", "no folder")],
)
def test_a_page_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, page: str, hint: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    began = time.perf_counter()
    found = serai("answer", "--page", tmp_path / page)
    assert time.perf_counter() - began < 2.0
    assert (found.code, found.out) == (2, "")
    assert hint in found.err


def test_a_page_that_cannot_be_written_in_the_end_costs_no_answer(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(commands, "assemble_page", bare_page)
    found = serai("answer", "--draws", 0, "--workers", 1, "--data", sound, "--json")
    assert found.code == 2
    assert '"headline"' in found.out
    assert "No space left on device" in found.err
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ interruption and pipes


def start(*words: object, cwd: Path) -> subprocess.Popen[str]:
    """Start a command as a shell does: in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "serai", *map(str, words)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("wait_s", [0.3, 4.0], ids=["while loading", "while working"])
def test_ctrl_c_is_quiet_and_leaves_nothing_half_written(tmp_path: Path, wait_s: float) -> None:
    process = start("answer", "--draws", 2, cwd=tmp_path)
    time.sleep(wait_s)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert out == ""
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_that_a_library_turns_into_a_fault_stays_one(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compile_it(*_: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise SystemError("the compiler met an exception")

    monkeypatch.setattr(commands, "check_folder", compile_it)
    found = serai("check", sound)
    assert (found.code, found.out) == (130, "")
    assert found.err == "serai: interrupted; nothing half-written is left\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_that_a_library_loses_ends_the_work_at_its_next_step(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []

    def lose_it(*_: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        lost.append("once")

    def read(data: Path | None) -> World:
        lose_it()
        return read_checked_world(data)

    monkeypatch.setattr(studies, "read_checked_world", read)
    found = serai("backcast", "--draws", "0", "--data", sound)
    assert (found.code, found.out, lost) == (130, "", ["once"])
    assert serai("check", sound).code == 0, "an interrupt ends one command, not the next"


def members(group: int) -> list[int]:
    """Return the processes of a group that still live."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()[0]
            if os.getpgid(int(folder.name)) == group and state != "Z":
                found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes of Linux")
def test_a_termination_stops_the_workers_too(sound: Path, tmp_path: Path) -> None:
    process = start("answer", "--draws", 5000, "--workers", 2, "--data", sound, cwd=tmp_path)
    give_up = time.monotonic() + 60
    while len(members(process.pid)) < 3 and time.monotonic() < give_up:
        time.sleep(0.2)
    assert len(members(process.pid)) >= 3, "no worker was seen"
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing half-written" in err
    while members(process.pid) and time.monotonic() < give_up:
        time.sleep(0.2)
    assert members(process.pid) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_study_goes_on_with_the_same_numbers(sound: Path, tmp_path: Path) -> None:
    sizes = {"--trajectories": 2, "--base": 4, "--inputs": 2, "--workers": 1}
    words: list[object] = ["sensitivity", *(word for size in sizes.items() for word in size)]
    words += ["--json", "--data", sound]
    whole = serai(*words).document()
    kept = tmp_path / "steps"
    for n_lines in (5, 150):
        process = start(*words, "--resume", kept, cwd=tmp_path)
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up and (
            not kept.exists() or kept.read_bytes().count(b"\n") < n_lines
        ):
            time.sleep(0.02)
        process.kill()
        process.communicate(timeout=60)
        assert kept.read_bytes().count(b"\n") >= n_lines
    found = serai(*words, "--resume", kept).document()
    steps = [line.partition('"found"')[0] for line in kept.read_text("utf-8").splitlines()[1:]]
    assert len(steps) == len(set(steps)) == found["n_solved"], "none lost, none twice"
    for document in (whole, found):
        document.pop("record")
    assert found == whole
    other = serai(*words, "--resume", kept, "--seed", "2")
    assert (other.code, other.out) == (2, "")
    assert "steps of another study" in other.err


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize("words", [[], ["--json"]], ids=str)
def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path, words: list[str]) -> None:
    process = start("scenarios", *words, cwd=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""
    process.stderr.close()


def test_what_should_not_happen_is_one_line_and_code_1(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr(commands, "run_scenario", fail)
    found = serai("run", "--data", sound)
    assert (found.code, found.out) == (1, "")
    assert "this should not happen (KeyError: 'gone')" in found.err
    assert found.err.count("\n") == 1


def test_whoever_wants_to_see_where_an_error_was_raised_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SERAI_TRACEBACK", "1")
    with pytest.raises(ScenarioError, match="rusia-closed"):
        serai("run", "rusia-closed")


def test_a_terminal_shows_how_far_the_work_is(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    found = serai("compare", "base", "russia-closed", "--data", sound)
    assert found.code == 0
    assert "Running base and russia-closed" in found.err
    assert "Running" not in found.out


def test_any_name_is_printed_whatever_the_alphabet_of_the_terminal(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "serai", "scenarios", "tripp-open"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert "Türkiye" in told.stdout.decode("utf-8")


# ------------------------------------------------------------------ the page of the manual


def test_the_manual_is_in_step_with_the_commands(root: Path) -> None:
    text = (root / "docs" / "reference" / "cli.md").read_text("utf-8")
    assert text == render(), "run `python -m scripts.make_cli_page`"
    assert len(COMMANDS) == len(app.registered_commands)


# ------------------------------------------------------------------ test networks


def test_a_test_network_is_solved_told_and_written(tmp_path: Path) -> None:
    net, trips = write_sioux_falls(tmp_path)
    flows = tmp_path / "flows.csv"
    found = serai("assign", "--net", net, "--trips", trips, "--gap", "1e-8", "--flows", flows)
    assert found.code == 0
    assert "4231335.28" in found.out
    rows = flows.read_text("utf-8").splitlines()
    assert rows[0] == "from,to,flow,cost"
    assert len(rows) == 77
    document = serai("assign", "--net", net, "--trips", trips, "--json").document()
    assert document["relative_gap"] <= 1e-6
    total = sum(float(f) * float(c) for _, _, f, c in (row.split(",") for row in rows[1:]))
    assert total == pytest.approx(document["tstt"], rel=1e-4)


def test_a_gap_that_is_out_of_reach_ends_with_its_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, trips = write_sioux_falls(tmp_path)
    brief = functools.partial(solve_user_equilibrium, max_sweeps=2)
    monkeypatch.setattr(roads, "solve_user_equilibrium", brief)
    found = serai("assign", "--net", net, "--trips", trips, "--json")
    assert found.code == 5
    assert '"relative_gap"' in found.out
    assert "the best point found" in found.err


def test_pairs_without_a_path_are_told(tmp_path: Path) -> None:
    files = write_network(tmp_path, ["1 2 1 0 1 0 0;"], ["Origin 2", "1 : 3;"], nodes=2, zones=2)
    found = serai("assign", "--net", files[0], "--trips", files[1])
    assert found.code == 0
    assert "No path joins 1 pairs (3 trips, in no figure above): 2-1" in found.out
    assert serai("assign", "--net", tmp_path / "none", "--trips", files[1]).code == 3


@pytest.mark.parametrize(
    "words", [["skim", "--out"], ["assign", "--net", "a", "--trips", "b", "--flows"]]
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, words: list[str]
) -> None:
    found = serai(*words, tmp_path)
    assert found.code == 2
    assert f"{words[-1]} {tmp_path}: got a folder; wanted a file name" in found.err
    assert found.out == ""


def test_missing_routes_are_searched_where_asked_and_told(sound: Path) -> None:
    found = serai("run", "base", "--data", sound, "--exact", "3", "--seed", "1", "--json")
    assert found.code == 0
    omitted = found.document()["certificate"]["omitted"]
    assert omitted["n_cells"] >= 1
    assert 0.0 <= omitted["share"] <= omitted["variant_share"] <= 1.0
    told = serai("run", "base", "--data", sound, "--exact", "3")
    assert "Missing routes" in told.out
    assert "Missing routes" not in serai("run", "base", "--data", sound).out
    assert (
        serai("run", "base", "--data", sound, "--json").document()["certificate"]["omitted"] is None
    )


# ------------------------------------------------------------------------------ past years


def test_a_past_year_is_held_against_what_was_published(sound: Path, tmp_path: Path) -> None:
    chart = tmp_path / "years.svg"
    found = serai("backcast", "--year", 2023, "--draws", 2, "--workers", 1, "--data", sound,
                  "--chart", chart, "--json")  # fmt: skip
    assert found.code == 0, found.err
    rows = found.document()["rows"]
    assert {row["year"] for row in rows} == {2023}
    assert {row["status"] for row in rows} == {"blind"}, (
        "own tables without targets know no outcome"
    )
    assert all(row["observed"] is None and row["error"] is None for row in rows)
    assert all(row["low"] is None or row["low"] <= row["high"] for row in rows)
    assert chart.read_text("utf-8").startswith("<svg")
    told = serai("backcast", "--year", 2023, "--draws", 0, "--data", sound)
    assert told.code == 0
    assert "northern_teu" in told.out
    assert "P10" not in told.out


@pytest.mark.parametrize("year", [1999, 2031])
def test_a_year_that_the_back_cast_does_not_know_is_told(sound: Path, year: int) -> None:
    found = serai("backcast", "--year", year, "--data", sound)
    assert (found.code, found.out) == (2, "")
    assert f"--year: got {year}; wanted one of 2019" in found.err
