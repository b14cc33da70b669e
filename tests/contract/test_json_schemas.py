"""Every JSON answer is what its schema says, and has what was promised."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import serai as package
from serai.cli import commands
from serai.cli.commands import RESULTS
from serai.domain.brief import BriefResult
from serai.outputs.brief import render_brief
from tests.command import bare_page, serai, write_roped, write_sound
from tests.ensembles import write_toy_spec
from tests.networks import write_braess
from tests.once import find_shared, solved_once
from tests.own import write_lines

Document = dict[str, Any]

WORDS: dict[str, list[str]] = {
    "answer": ["--draws", "2", "--workers", "1", "--data", "DIR"],
    "run": ["russia-closed", "--data", "DIR", "--set", "params.scale_upper=6"],
    "compare": ["base", "russia-closed", "--data", "DIR"],
    "routes": ["XIAN", "DUISBURG", "--class", "C_OM", "--top", "5", "--avoid", "RUS,BLR"],
    "scenarios": [],
    "evidence": ["--place", "Aktau"],
    "check": ["DIR"],
    "assign": ["--net", "NET", "--trips", "TRIPS"],
    "solve": ["PROBLEM"],
    "select": ["R_FERRY", "--data", "DIR"],
    "skim": ["--data", "DIR"],
    "backcast": ["--year", "2023", "--draws", "2", "--workers", "1", "--data", "DIR"],
    "sensitivity": ["--trajectories", "2", "--base", "2", "--inputs", "2", "--data", "DIR"],
    "frontier": ["--draws", "2", "--workers", "1", "--data", "DIR"],
    "invest": ["--draws", "1", "--workers", "1", "--data", "DIR"],
    "tariff": ["--starts", "2", "--workers", "1", "--data", "DIR"],
    "conditions": ["--draws", "20", "--workers", "1", "--data", "DIR"],
    "storage": ["--hubs", "KZCIT", "--draws", "2", "--workers", "1", "--data", "DIR"],
    "ensemble": ["SPEC", "-n", "4", "--workers", "1", "--data", "DIR"],
    "frictions": ["--data", "DIR"],
    "events": ["--party", "IND"],
    "vectors": ["KAZ", "--draws", "1", "--workers", "1", "--data", "ROPED"],
    "export": ["OUT", "--what", "network", "--data", "DIR"],
    "import": ["LAYERS", "MINE"],
    "new": ["NEWDIR"],
    "extend": ["EXTDIR", "--with", "MORE", "--data", "DIR"],
    "triplogs": ["LOG"],
    "brief": ["--answer", "ANSWER", "--draws", "1", "--workers", "1"],
}


class Documents(dict[str, Document]):
    """What commands print with --json: run when first asked for, by one of the processes."""

    def __init__(self, folder: Path, shared: Path) -> None:
        super().__init__()
        self.shared = shared
        root = Path(__file__).parents[2]
        self.folder, tables = folder, folder / "tables"
        tables.mkdir()
        write_sound(tables)
        (folder / "roped").mkdir()
        write_braess(folder, with_shortcut=True)
        package.export(package.read_world(tables), folder / "net.geojson", "network")
        write_lines(folder / "more", "node.csv", "node_id,x_coord,y_coord,country_iso3",
                    "KZNEW,68.1,48.1,KAZ")  # fmt: skip
        write_lines(
            folder / "more", "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,"
            "length,free_speed,cost_usd_teu,range_pct",
            "L,KZNEW,KZCIT.rail_1520,0,rail_1520,20,30,40,20",
        )  # fmt: skip
        write_lines(folder, "log.csv", "trip_id,step,mode,event,place,to_place,hours",
                    "A,1,rail,border,CNALASH,KZDOS,40")  # fmt: skip
        self.files = {
            "NEWDIR": folder / "begun", "EXTDIR": folder / "extended", "MORE": folder / "more",
            "LOG": folder / "log.csv",
            "ANSWER": root / "src/serai/data/pack/answer.json", "DIR": tables,
            "SPEC": write_toy_spec(folder), "ROPED": write_roped(folder / "roped"),
            "NET": folder / "own_net.tntp", "TRIPS": folder / "own_trips.tntp",
            "OUT": folder / "out.geojson", "LAYERS": folder / "net.geojson",
            "MINE": folder / "mine", "PROBLEM": root / "docs/examples/problem.json",
        }  # fmt: skip

    def __missing__(self, name: str) -> Document:
        kept = self.shared / f"document-{name}.json"
        if kept.exists():
            self[name] = json.loads(kept.read_text("utf-8"))
            return self[name]
        page = ["--page", str(self.folder / "page.html")] if name in ("answer", "brief") else []
        told = [str(self.files.get(word, word)) for word in WORDS[name]]
        with solved_once(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(commands, "assemble_page", bare_page)
            self[name] = serai(name, *told, *page, "--json").document()
        draft = self.folder / kept.name
        draft.write_text(json.dumps(self[name]), "utf-8")
        draft.replace(kept)
        return self[name]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    return Documents(tmp_path_factory.mktemp("schemas"), find_shared(tmp_path_factory))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """Return what the check prints of a folder that cannot be read."""
    outcome = serai("check", tmp_path_factory.mktemp("empty"), "--json")
    assert outcome.code == 3
    return dict(json.loads(outcome.out))


def schema_of(name: str) -> Document:
    return dict(serai("schema", name).document())


def test_every_command_that_answers_has_a_schema() -> None:
    assert set(RESULTS) == set(WORDS)


@pytest.mark.parametrize("name", WORDS)
def test_an_answer_is_what_its_schema_says(documents: Documents, name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    faults = Draft202012Validator(schema).iter_errors(documents[name])
    assert [fault.message for fault in faults] == []


def test_the_answer_of_a_check_that_fails_is_what_its_schema_says(spoilt: Document) -> None:
    Draft202012Validator(schema_of("check")).validate(spoilt)
    assert not spoilt["is_runnable"]
    assert spoilt["n_errors"] == len(spoilt["findings"])


@pytest.mark.parametrize("name", WORDS)
def test_a_schema_refuses_what_it_does_not_know(documents: Documents, name: str) -> None:
    validator = Draft202012Validator(schema_of(name))
    assert not validator.is_valid(documents[name] | {"surprise": 1})
    assert not validator.is_valid({})


@pytest.mark.parametrize("name", WORDS)
def test_every_field_is_explained(name: str) -> None:
    schema = schema_of(name)
    for title, part in {name: schema, **schema.get("$defs", {})}.items():
        assert part["description"], title
        for field, about in part["properties"].items():
            assert about.get("description"), f"{title}.{field}"


def test_the_answer_has_what_was_promised(documents: Documents) -> None:
    answer = documents["answer"]
    assert answer["base_year"] == 2023
    assert {"teu", "t"} <= set(answer["divertible"])
    pairs = [(case["case"], case["russia"]) for case in answer["cases"]]
    cases = ("today", "funded", "full", "unlimited")
    assert sorted(pairs) == sorted((c, r) for c in cases for r in ("open", "closed"))
    for case in answer["cases"]:
        assert {"value", "low", "high"} <= set(case["share"])
        assert case["share"]["low"] <= case["share"]["value"] <= case["share"]["high"]
        wanted = {"teu", "t", "unserved_share", "sea_share", "capex_musd", "days", "usd_feu"}
        assert wanted <= set(case)
        for limit in case["binding"]:
            assert {"resource", "wait_h", "price_usd_teu"} <= set(limit)
    certificate = {"relative_gap", "complementarity", "conservation", "overload"}
    assert certificate <= set(answer["certificate"])
    assert answer["draws"]["n"] == 2
    assert answer["draws"]["inputs_varied"] > 0
    assert 0 <= answer["assumed_share"] <= 1
    assert answer["record"]["seed"] == 1


def test_a_quote_has_what_was_promised(documents: Documents) -> None:
    for route in documents["routes"]["routes"]:
        wanted = {
            "days_p50",
            "days_p90",
            "price",
            "payees",
            "kg_co2e",
            "countries",
            "legs",
            "terms",
        }
        assert wanted | {"borders", "gauge_changes", "grade"} <= set(route)
        for leg in route["legs"]:
            told = {"from", "to", "mode", "km", "hours", "hours_p90", "price", "paid_to", "tce"}
            assert told | {"kg_co2e", "touches", "inferred", "grade"} <= set(leg)
    assert documents["routes"]["basis"]["money"] == "USD/FEU"


@pytest.mark.parametrize("name", sorted(WORDS.keys() - {"assign", "solve"}))
def test_every_answer_names_the_versions_of_code_and_data(documents: Documents, name: str) -> None:
    document = documents[name]
    records = document.get("records") or [document.get("record") or document]
    for record in records:
        assert record["version"]
        assert record["data_version"]


def test_a_record_says_what_was_run_on_which_tables(documents: Documents) -> None:
    record = documents["run"]["record"]
    assert len(record["inputs"]["links.csv"]) == 64
    assert record["scenario"]["shocks"][0] == {
        "kind": "close_transit", "countries": ["RUS", "BLR"],
    }  # fmt: skip
    assert record["scenario"]["params"] == {"scale_upper": 6.0}
    assert record["relative_gap"] <= 1e-6
    assert record["seconds"] > 0


def test_every_claim_has_an_answer_or_says_why_not(documents: Documents) -> None:
    entries = {entry["id"]: entry for entry in documents["brief"]["entries"]}
    assert len(entries) >= 15
    for name, entry in entries.items():
        assert entry["question"].endswith("?"), name
        assert entry["basis"].startswith("serai "), name
        assert entry["is_answered"] or "cannot say" in entry["answer"], name
        assert (entry["value"] is not None) == entry["is_answered"], name
        # A price of the first limit has no band; the sources of the minerals agree.
        has_band = entry["low"] is not None and entry["low"] < entry["high"]
        assert has_band == (entry["is_answered"] and name not in ("limits", "rare-earths")), name
    stored = Path(__file__).parents[2] / "src/serai/data/pack/answer.json"
    cases = json.loads(stored.read_text("utf-8"))["cases"]
    full = next(c for c in cases if (c["case"], c["russia"]) == ("full", "closed"))
    told = entries["replace"]
    assert [told[k] for k in ("value", "low", "high")] == pytest.approx(
        [full["share"][k] for k in ("value", "low", "high")]
    )
    page = render_brief(BriefResult.model_validate(documents["brief"]))
    assert all(f'id="{name}"' in page for name in entries)
    assert "<script" not in page
