"""What `import serai` promises: names, examples, the numbers of the commands, what it costs."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

import serai
from serai.outputs.frames import COLUMNS
from serai.studies import front
from tests.command import serai as command
from tests.command import write_sound

PROMISED: Final = {
    "DATA_VERSION", "Run", "Scenario", "SeraiError", "World", "__version__", "answer", "compare",
    "evidence", "export", "import_file", "read_omx", "read_scenario", "read_world", "routes",
    "run_scenario", "to_networkx",
}  # fmt: skip
"""Whoever takes one away breaks somebody's notebook."""

HEAVY: Final = ("geopandas", "matplotlib", "networkx", "numba", "numpy", "openmatrix", "pandas",
                "pydantic", "pyogrio", "scipy", "tables")  # fmt: skip

TABLES: Final = ("corridors", "classes", "countries", "flows", "bottlenecks", "routes", "skims",
                 "demand")  # fmt: skip

WORDS: Final = {"class_id", "corridor", "country_iso3", "dest", "from_name", "from_place", "grade",
                "kind", "link_id", "link_ids", "name", "origin", "resource_id", "source_ids",
                "to_name", "to_place", "transfer_type", "unit"}  # fmt: skip
"""Columns that hold words; every other has its unit in its name."""

UNITS: Final = ("_yr", "_km", "_h", "_share", "_usd_t", "_usd_teu", "_usd_unit", "_kg_co2e_unit",
                "kg_co2e_unit")  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def run(sound: Path) -> serai.Run:
    return serai.run_scenario(serai.read_world(sound), "russia-closed")


def test_the_root_offers_what_is_promised_and_nothing_else() -> None:
    assert set(serai.__all__) == PROMISED
    assert list(serai.__all__) == sorted(serai.__all__)
    assert dir(serai) == sorted(PROMISED)
    assert all(hasattr(serai, name) for name in PROMISED)
    with pytest.raises(AttributeError, match="module 'serai' has no attribute 'solve_everything'"):
        serai.solve_everything  # type: ignore[attr-defined]  # noqa: B018 - asking is the test


def test_every_call_has_a_docstring_with_an_example() -> None:
    for name in PROMISED - {"DATA_VERSION", "__version__", "Scenario", "SeraiError", "World"}:
        text = inspect.getdoc(getattr(serai, name)) or ""
        assert ">>> " in text, f"{name}: no example"
    for name in ("Scenario", "SeraiError", "World"):
        assert inspect.getdoc(getattr(serai, name))


def test_every_call_is_typed_from_end_to_end() -> None:
    for name in PROMISED:
        value = getattr(serai, name)
        if inspect.isfunction(value):
            hints = inspect.signature(value)
            assert hints.return_annotation is not inspect.Signature.empty, name
            assert all(p.annotation is not p.empty for p in hints.parameters.values()), name


def test_importing_the_package_loads_none_of_its_libraries() -> None:
    code = (
        "import sys, serai; serai.__version__; serai.DATA_VERSION; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_command_line_loads_no_library_of_the_formats() -> None:
    optional = ("geopandas", "networkx", "openmatrix", "pyogrio", "shapely", "tables")
    code = f"import sys, serai.cli; print([n for n in {optional} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_tidy_and_every_column_is_explained(run: serai.Run, name: str) -> None:
    rows: front.Rows = getattr(run, name)
    table = rows.table()
    assert len(rows) == len(table) > 0
    assert rows.columns == {column: COLUMNS[column] for column in table.columns}
    assert not table.duplicated().any(), "one row per observation"
    assert isinstance(table.index, pd.RangeIndex)
    for column in table.columns:
        is_text = column in WORDS
        assert is_text or f"_{column}".endswith(UNITS), f"{column}: no unit"
        assert is_text == (not pd.api.types.is_numeric_dtype(table[column])), column
        if not is_text:
            assert COLUMNS[column].startswith("["), column
    assert f"{len(table):,} rows of" in repr(rows)
    assert "<table" in rows._repr_html_()


def test_a_table_is_a_copy_that_may_be_spoilt(run: serai.Run) -> None:
    table = run.flows.table()
    table["t_yr"] = 0.0
    assert run.flows.table().t_yr.sum() > 0.0


def test_tables_add_up_to_the_same_totals(run: serai.Run) -> None:
    corridors = run.corridors.table().set_index("corridor")
    classes = run.classes.table().groupby("corridor").sum(numeric_only=True)
    for unit in ("teu_yr", "t_yr"):
        assert classes[unit].to_dict() == pytest.approx(corridors[unit].to_dict(), rel=1e-9)
        routes = run.routes.table().groupby("corridor")[unit].sum().to_dict()
        whole = corridors[unit].to_dict()
        for name, amount in routes.items():
            assert amount == pytest.approx(whole[name], rel=1e-6, abs=10.0)
    skims = run.skims.table()
    served = corridors.drop("unserved").teu_yr.sum()
    assert skims.served_unit_yr[skims.unit == "TEU"].sum() == pytest.approx(served)


# ------------------------------------------------------------------ the same numbers everywhere


def same(ours: dict[str, object], theirs: dict[str, object]) -> bool:
    """Say whether two documents agree but for the time they took."""

    def strip(document: object) -> object:
        if isinstance(document, dict):
            return {key: strip(value) for key, value in document.items() if key != "seconds"}
        return [strip(one) for one in document] if isinstance(document, list) else document

    return strip(ours) == strip(theirs)


def test_a_run_in_python_is_that_of_the_command(sound: Path, run: serai.Run) -> None:
    theirs = command("run", "russia-closed", "--data", sound, "--json").document()
    assert same(run.result.model_dump(mode="json"), theirs)
    table = run.corridors.table()
    assert table.t_yr.tolist() == [row["t"] for row in theirs["corridors"]]
    links = {row["link_id"]: row["t"] for row in theirs["links"]}
    flows = run.flows.table().set_index("link_id").t_yr
    assert flows[list(links)].to_dict() == links


def test_a_comparison_a_quote_and_evidence_are_those_of_the_commands(sound: Path) -> None:
    world = serai.read_world(sound)
    compared = serai.compare(world, "base", "russia-closed")
    theirs = command("compare", "base", "russia-closed", "--data", sound, "--json").document()
    assert same(compared.result.model_dump(mode="json"), theirs)
    assert len(compared.table()) == sum(
        len(theirs[part]) for part in ("corridors", "countries", "classes", "bottlenecks")
    )
    quoted = serai.routes(world, "CNINL", "EUINL", avoid=["RUS"])
    words = ("routes", "CNINL", "EUINL", "--avoid", "RUS", "--data", sound, "--json")
    theirs = command(*words).document()
    assert same(quoted.result.model_dump(mode="json"), theirs)
    assert quoted.table().usd_feu.tolist() == [route["price"] for route in theirs["routes"]]
    assert len(quoted.legs) == sum(len(route["legs"]) for route in theirs["routes"])
    found = serai.evidence("R_FERRY", world)
    theirs = command("evidence", "R_FERRY", "--data", sound, "--json").document()
    assert same(found.result.model_dump(mode="json"), theirs)
    assert found.table().value.tolist() == [row["value"] for row in theirs["numbers"]]


def test_the_table_of_an_answer_has_its_cases(sound: Path) -> None:
    found = serai.answer(serai.read_world(sound), draws=0)
    table = found.table()
    assert len(table) == 8
    for row, case in zip(table.to_dict("records"), found.result.cases, strict=True):
        told = row["case"], row["russia"], row["share"]
        assert told == (case.case, case.russia, case.share.value)
    assert all(column in COLUMNS for column in table.columns)


def test_a_wrong_name_says_what_was_wanted(sound: Path) -> None:
    world = serai.read_world(sound)
    with pytest.raises(serai.SeraiError, match="did you mean"):
        serai.run_scenario(world, "rusia-closed")
    with pytest.raises(serai.SeraiError, match="no folder"):
        serai.read_world(sound / "nowhere")
