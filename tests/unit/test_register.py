"""Every number has a row in the register, can be found, and its evidence is audited."""

import math
import time
from pathlib import Path

import pandas as pd
import pytest

from serai.data.check_evidence import audit_register
from serai.data.evidence import (
    Search,
    find_at_place,
    find_evidence,
    find_places,
    find_sources,
    search_evidence,
    suggest_ids,
)
from serai.data.load import PACK
from serai.data.register import Register, build_register
from serai.data.tables import read_tables
from serai.errors import ScenarioError
from serai.studies.lookup import ask_evidence, read_known
from tests.tiny_tables import change_cells, change_text, write_tiny

PARAMETER = """\
[theta]
value = 0.1
low = 0.05
high = 0.2
unit = "1/USD"
grade = "assumed"
source = "S1"
label = "theta"
meaning = "scale of the choice"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.toml").write_text(PARAMETER, "utf-8")
    return write_tiny(tmp_path)


@pytest.fixture
def register(folder: Path) -> Register:
    return build_register(read_tables(folder))


def test_a_row_has_all_that_is_known_about_a_number(register: Register) -> None:
    row = register.rows["links.WEST-EAST.sea.free_time_h"]
    assert (row.table, row.key, row.column) == ("links", "WEST-EAST.sea", "free_time_h")
    assert (row.value, row.low, row.high, row.unit) == (12, 10, 15, "h")
    assert (row.grade, row.source_ids, row.role) == ("derived", ("F1",), "value")
    assert row.places == ("WEST", "EAST")
    assert row.row == 10
    assert row.what == "Westport – Eastport (ferry), sea"
    assert row.meaning.startswith("moving or handling time")


def test_a_row_takes_unit_and_year_from_its_own_cells(register: Register) -> None:
    row = register.rows["demand.E/W/ORE/2023.value"]
    assert (row.unit, row.year, row.value) == ("t", "2023", 50000)
    assert register.rows["resources.R_FERRY/2022.capacity_teu_yr"].year == "2022"


def test_parameters_and_published_figures_are_rows_too(register: Register) -> None:
    theta = register.rows["params.theta.value"]
    assert (theta.unit, theta.source_ids, theta.what) == ("1/USD", ("S1",), "theta")
    fact = register.rows["facts.F1.value"]
    assert (fact.grade, fact.source_ids, fact.unit) == ("observed", ("F1",), "kt")
    assert math.isnan(fact.low)


def test_empty_cells_and_keys_are_no_numbers(register: Register) -> None:
    assert "resources.R_FERRY/2019.capacity_teu_yr" not in register.rows
    assert not any(key.endswith("valid_from_year") for key in register.rows)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("links.WEST-EAST.sea.dwell_h", ["links.WEST-EAST.sea.dwell_h"]),
        ("params.theta", ["params.theta.value"]),
        ("theta", ["params.theta.value"]),
        ("R_FERRY.capacity_t_yr", [
            "resources.R_FERRY/2019.capacity_t_yr", "resources.R_FERRY/2022.capacity_t_yr",
        ]),
        ("demand.W/E/BOX", ["demand.W/E/BOX/2023.value"]),
        ("places.WEST", ["places.WEST.lat", "places.WEST.lon"]),
        ("bridge", [
            "projects.P1.open_year", "projects.P1.capex_musd", "projects.P1.lifetime_yr",
        ]),
    ],
)  # fmt: skip
def test_numbers_are_found_by_id_row_and_words(
    register: Register, text: str, ids: list[str]
) -> None:
    assert [row.id for row in find_evidence(register, text)] == ids


def test_all_numbers_of_a_link_are_found_by_its_id(register: Register) -> None:
    rows = find_evidence(register, "WEST-EAST.sea")
    assert [row.column for row in rows] == [
        "length_km", "free_time_h", "dwell_h", "cost_usd_teu", "cost_usd_t",
    ]  # fmt: skip


def test_a_source_is_found_with_what_cites_it(register: Register) -> None:
    rows = find_evidence(register, "F1")
    assert rows[0].id == "facts.F1.value"
    assert {"links.WEST-EAST.sea.free_time_h", "projects.P1.capex_musd"} <= {r.id for r in rows}


def test_sources_are_resolved(register: Register) -> None:
    (source,) = find_sources(register, register.rows["links.WEST-EAST.sea.free_time_h"])
    assert (source.id, source.table) == ("F1", "facts")
    assert (source.title, source.publisher) == ("Yearbook", "Port of Eastport")
    assert (source.date, source.url) == ("2024-02", "https://example.org")


@pytest.fixture(scope="module")
def pack() -> Register:
    return build_register(read_tables(PACK))


def ids_of(register: Register, **asked: str) -> set[str]:
    return {row.id for row in search_evidence(register, Search(**asked))}


def test_a_search_answers_to_all_that_is_asked(pack: Register) -> None:
    """A plain filter over every row of the register finds the same."""
    every = pack.rows.values()
    on_link = {r.id for r in every if r.table == "links" and r.key.startswith("KZAAU-AZALA.")}
    assert ids_of(pack, link="kzaau-azala") == on_link
    assert ids_of(pack, link="KZAAU-AZALA.fd") == {i for i in on_link if ".fd." in i}
    graded = {r.id for r in every if r.grade == "assumed"}
    assert ids_of(pack, grade="assumed") == graded
    citing = {r.id for r in every if "F0220" in r.source_ids}
    assert ids_of(pack, source="f0220") == citing
    assert ids_of(pack, source="F0220", link="KZAAU-AZALA") == citing & on_link
    place = {row.id for row in find_at_place(pack, "Aktau")}
    assert ids_of(pack, place="Aktau", grade="assumed") == place & graded
    assert ids_of(pack, text="links.KZAAU-AZALA.fd", source="F0220") <= on_link & citing
    topics = ids_of(pack, topic="warehousing")
    assert topics
    assert all(pack.topics[i.rpartition(".")[0]] == "10 warehousing" for i in topics)


def test_a_chain_goes_back_to_what_no_formula_makes() -> None:
    found = ask_evidence(Search(text="demand.CHN/KAZ/C_OM/2040.value"), read_known())
    steps = found.numbers[0].chain
    assert [step.id for step in steps] == [
        "demand.CHN/KAZ/C_OM/2040.value", "demand.CHN/KAZ/C_OM/2030.value",
    ]  # fmt: skip
    assert steps[0].input_ids == [steps[1].id]
    assert steps[1].input_ids == ["demand.CHN/KAZ/C_OM/2025.value"]
    plain = ask_evidence(Search(text="links.KZAAU-AZALA.fd.cost_usd_teu"), read_known())
    assert plain.numbers[0].chain == []


@pytest.mark.parametrize("text", ["links.WEST-EAST.see", "west-east.see", "WEST-EAST.sea.dwel_h"])
def test_an_unknown_id_gets_suggestions(register: Register, text: str) -> None:
    assert "links.WEST-EAST.sea" in suggest_ids(register, text)
    with pytest.raises(ScenarioError, match=r"did you mean .*links\.WEST-EAST\.sea") as caught:
        find_evidence(register, text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["", "  ", "qqqq"])
def test_nonsense_is_refused_without_suggestions(register: Register, text: str) -> None:
    with pytest.raises(ScenarioError, match="look it up"):
        find_evidence(register, text)
    with pytest.raises(ScenarioError, match="look it up"):
        find_places(register, text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("EAST", ("EAST",)),
        ("east", ("EAST",)),
        ("Eastport", ("EAST",)),
        ("eastport (ferry)", ("EAST",)),
        ("Westport", ("WEST",)),
    ],
)
def test_a_place_is_found_by_id_or_name(
    register: Register, text: str, ids: tuple[str, ...]
) -> None:
    assert find_places(register, text) == ids


def test_an_unknown_place_gets_a_suggestion(register: Register) -> None:
    with pytest.raises(ScenarioError, match=r"did you mean Westport \(WEST\)"):
        find_places(register, "Westprot")


def test_all_about_a_place_is_found(register: Register) -> None:
    rows = find_at_place(register, "Eastport")
    ids = [row.id for row in rows]
    assert ids[0] == "places.EAST.lat"
    assert ids[-1] == "facts.F1.value"
    assert len(set(ids)) == len(ids)
    for wanted in (
        "links.WEST-EAST.sea.free_time_h",
        "resources.R_FERRY/2019.capacity_t_yr",
        "zones.ZE.lat",
        "access.ZE/EAST.time_h",
        "projects.P1.capex_musd",
        "effects.X1.1.value",
    ):
        assert wanted in ids
    assert "links.WEST.sea.load.free_time_h" not in ids


# ---------------------------------------------------------------- audit


def test_good_evidence_has_no_findings(register: Register) -> None:
    assert audit_register(register) == []


def audit_changed(folder: Path, file: str, key: str, **cells: str) -> str:
    """Return what the audit finds on changed tables; the reader's own checks are passed by."""
    tables = read_tables(folder)
    table = tables[file].copy()
    at = table.index[table.iloc[:, 0] == key][0]
    for column, cell in cells.items():
        is_number = pd.api.types.is_numeric_dtype(table[column])
        table.loc[at, column] = float(cell) if is_number else cell
    return "\n".join(map(str, audit_register(build_register(tables | {file: table}))))


@pytest.mark.parametrize(
    ("cells", "got", "wanted"),
    [
        ({"grade": ""}, "no grade", "observed, derived or assumed"),
        ({"source_ids": ""}, "no source", "an id in source_ids"),
        ({"source_ids": "F1;F7"}, "source F7", "ids of sources, facts"),
        ({"free_time_h": "99"}, "10.0 / 99.0 / 15.0", "low <= value <= high"),
        ({"free_time_high_h": "nan"}, "10.0 / 12.0 / nan", "low <= value <= high"),
        (
            {"grade": "assumed", "free_time_low_h": "12", "free_time_high_h": "12"},
            "assumed and exact (12.0)",
            "low < high",
        ),
    ],
)
def test_bad_evidence_is_found(folder: Path, cells: dict[str, str], got: str, wanted: str) -> None:
    text = audit_changed(folder, "links", "WEST-EAST.sea", **cells)
    assert "links row 10 (WEST-EAST.sea), column free_time_h" in text
    assert f"got {got}; wanted {wanted}" in text


def test_a_dwell_of_zero_may_be_assumed_exactly(folder: Path) -> None:
    change_cells(folder, "links.csv", "WEST-EAST.sea", grade="assumed")
    assert audit_register(build_register(read_tables(folder))) == []


def test_a_parameter_without_a_known_source_is_found(folder: Path) -> None:
    change_text(folder, "sources.csv", "S1,", "S2,")
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text("utf-8").replace(",S1", ",S2"), "utf-8")
    change_text(folder, "params.toml", '"S1"', '"S2"')
    text = audit_changed(folder, "params", "theta", source="S1")
    assert "params row 1 (theta), column value: got source S1" in text


def test_a_large_register_is_built_quickly(folder: Path) -> None:
    tables = read_tables(folder)
    links = pd.concat([tables["links"]] * 300, ignore_index=True)
    links["link_id"] += links.index.astype(str)
    demand = pd.concat([tables["demand"]] * 3000, ignore_index=True)
    demand["year"] = demand.index
    start = time.perf_counter()
    register = build_register(tables | {"links": links, "demand": demand})
    assert len(register.rows) > 20_000
    assert time.perf_counter() - start < 2
