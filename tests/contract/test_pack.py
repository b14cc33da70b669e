"""The data pack keeps its promises: clean tables, a sound network, evidence for every number."""

import csv
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

import serai.data
from serai.data.check import check_pack
from serai.data.check_evidence import audit_register, audit_uses, find_uses
from serai.data.register import Register, build_register
from serai.data.schema import Table, read_schema
from serai.data.tables import read_tables
from serai.errors import DataError
from tests.tiny_tables import change_cells

PACK = Path(serai.data.__file__).parent / "pack"
GEOMETRY = {"basemap.csv", "sea_geometry.csv", "link_geometry.csv"}
"""Lines to draw maps with: nothing is computed from them."""

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
CODES = {
    "classes.hs_chapters",
    "countries.rail_gauge_mm",
    "events.date",
    "events.source_date",
    "facts.source_date",
    "facts.year",
    "formulas.digits",
    "formulas.input_step",
    "formulas.step",
    "links.gauge_mm",
    "sources.date",
    "ties.source_date",
}
"""Columns of texts whose cells may look like a number: chapters, gauges, dates, roundings."""


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return read_tables(PACK)


@pytest.fixture(scope="module")
def register(tables: dict[str, pd.DataFrame]) -> Register:
    return build_register(tables)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the pack's tables that may be spoilt."""
    for path in [*PACK.rglob("*.csv"), PACK / "params.toml"]:
        if path.name not in GEOMETRY:
            (tmp_path / path.parent.relative_to(PACK)).mkdir(exist_ok=True)
            shutil.copy(path, tmp_path / path.relative_to(PACK))
    return tmp_path


def find_unregistered(folder: Path, register: Register) -> list[str]:
    """Return the cells of all CSV files that are numbers and have no row in the register."""
    schema = read_schema()
    found = []
    for path in sorted(folder.rglob("*.csv")):
        if path.name in GEOMETRY:
            continue
        table = schema[path.stem]
        bands = {band for c in table.columns.values() for band in (c.low, c.high)}
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                key = "/".join(row[name] for name in table.key)
                for column, cell in row.items():
                    name = f"{table.name}.{key}.{column}"
                    is_other = column in {*table.key, *bands} or f"{table.name}.{column}" in CODES
                    if NUMBER.fullmatch(cell) and not is_other and name not in register.rows:
                        found.append(name)
    return found


def test_the_pack_has_a_table_for_every_one_in_the_dictionary() -> None:
    files = {path.stem for path in PACK.rglob("*.csv") if path.name not in GEOMETRY}
    assert {*files, "params"} == set(read_schema())


def test_the_pack_has_every_column_of_the_dictionary_in_its_order() -> None:
    for name, table in read_schema().items():
        for path in PACK.rglob(f"{name}.csv"):
            with path.open(encoding="utf-8", newline="") as lines:
                assert next(csv.reader(lines)) == list(table.columns), path.name


def test_the_files_are_utf_8_with_plain_line_ends() -> None:
    for path in PACK.rglob("*.csv"):
        content = path.read_bytes()
        assert b"\r" not in content, path.name
        assert content.endswith(b"\n"), path.name
        assert not content.startswith(b"\xef\xbb\xbf"), path.name
        content.decode("utf-8")


def test_what_derives_from_open_street_map_lies_apart_with_its_licence() -> None:
    assert {"links.csv", "link_geometry.csv"} <= {path.name for path in (PACK / "odbl").iterdir()}
    assert any(
        "ODbL" in p.read_text("utf-8") for p in (PACK / "odbl").glob("*.*") if p.suffix != ".csv"
    )


def test_the_network_is_sound(tables: dict[str, pd.DataFrame]) -> None:
    assert list(map(str, check_pack(tables))) == []


def test_the_evidence_of_every_number_is_in_order(register: Register) -> None:
    assert list(map(str, audit_register(register))) == []


def test_all_evidence_is_used_or_marked_as_context(tables: dict[str, pd.DataFrame]) -> None:
    assert list(map(str, audit_uses(tables))) == []


def test_evidence_that_is_neither_used_nor_marked_is_found(
    tables: dict[str, pd.DataFrame],
) -> None:
    facts = tables["facts"].copy()
    used = find_uses(tables)
    idle = next(i for i, key in zip(facts.index, facts["id"], strict=True) if key not in used)
    busy = next(i for i, key in zip(facts.index, facts["id"], strict=True) if key in used)
    facts.loc[idle, "use"], facts.loc[busy, "use"] = "", "context"
    found = sorted(finding.got for finding in audit_uses(tables | {"facts": facts}))
    assert found == ["marked as context, and used", "neither used nor marked as context"]


def test_every_number_of_the_pack_has_a_row_in_the_register(register: Register) -> None:
    assert find_unregistered(PACK, register) == []


def test_a_number_outside_the_register_is_found(copy: Path) -> None:
    change_cells(copy, "projects.csv", "PJ01", note="1200")
    register = build_register(read_tables(copy))
    assert find_unregistered(copy, register) == ["projects.PJ01.note"]


def test_a_column_the_register_leaves_out_is_found(tables: dict[str, pd.DataFrame]) -> None:
    schema = _hide(read_schema(), "projects", "lifetime_yr")
    found = find_unregistered(PACK, build_register(tables, schema=schema))
    assert len(found) == len(tables["projects"])
    assert {name.rpartition(".")[2] for name in found} == {"lifetime_yr"}


def _hide(schema: Mapping[str, Table], table: str, column: str) -> Mapping[str, Table]:
    """Return a dictionary in which one column holds no numbers to register."""
    columns = dict(schema[table].columns)
    columns[column] = replace(columns[column], role="text")
    changed = replace(schema[table], columns=MappingProxyType(columns))
    return MappingProxyType({**schema, table: changed})


@pytest.mark.parametrize(
    ("cells", "got"),
    [
        ({"source_ids": ""}, "got no source"),
        (
            {"capex_low_musd": "96", "capex_high_musd": "96", "grade": "assumed"},
            "got assumed and exact",
        ),
    ],
)
def test_a_number_without_evidence_is_found(copy: Path, cells: dict[str, str], got: str) -> None:
    line = change_cells(copy, "projects.csv", "PJ01", **cells)
    found = [str(finding) for finding in audit_register(build_register(read_tables(copy)))]
    assert any(f"projects row {line} (PJ01), column capex_musd: {got}" in text for text in found)


def test_a_column_nobody_described_is_refused(copy: Path) -> None:
    path = copy / "measures.csv"
    lines = path.read_text("utf-8").splitlines()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line},{'cost' if ix == 0 else ix}\n" for ix, line in enumerate(lines))
    with pytest.raises(DataError, match=r"measures\.csv row 1, column cost: got an unknown"):
        read_tables(copy)


def test_a_closed_strait_that_stays_open_is_found(tables: dict[str, pd.DataFrame]) -> None:
    links = tables["links"].copy()
    links["passage"] = links["passage"].replace("Bosphorus", "")
    found = {finding.check for finding in check_pack(tables | {"links": links})}
    assert "Bosphorus closed leaves the Black Sea without sea access" in found
