"""The data dictionary describes tables and refuses to contradict itself."""

import csv
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from serai.data.schema import (
    build_schema,
    describe_gmns,
    describe_schema,
    read_gmns_schema,
    read_schema,
)
from serai.errors import DataError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "data-dictionary.md"
REQUIRED = {"places", "links", "resources", "zones", "access", "classes", "demand"}


@pytest.fixture
def rows() -> list[dict[str, str]]:
    text = files("serai.data").joinpath("schema.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def change(rows: list[dict[str, str]], column: str, **cells: str) -> list[Mapping[str, str]]:
    table, _, name = column.partition(".")
    return [row | cells if (row["table"], row["column"]) == (table, name) else row for row in rows]


def test_a_folder_must_have_the_tables_a_run_needs() -> None:
    assert {name for name, table in read_schema().items() if table.is_required} == REQUIRED


def test_every_number_has_a_unit_and_every_value_a_band() -> None:
    for table in read_schema().values():
        for column in table.columns.values():
            assert column.is_number == bool(column.unit), column
            if column.role == "value":
                assert table.columns[column.low].role == "low"
                assert table.columns[column.high].role == "high"
                assert table.columns[column.low].unit == column.unit


def test_every_column_says_what_it_means() -> None:
    assert all(c.meaning for table in read_schema().values() for c in table.columns.values())


def test_bounds_are_read_as_intervals() -> None:
    bounds = read_schema()["resources"].columns["availability_factor"].bounds
    assert bounds is not None
    assert (bounds.low, bounds.high, bounds.is_low_open, bounds.is_high_open) == (0, 1, True, False)


@pytest.mark.parametrize(
    ("column", "cells", "got"),
    [
        ("links.free_time_h", {"unit": "hours"}, "unit 'hours'"),
        ("links.free_time_h", {"low": "free_time_min"}, "companion 'free_time_min'"),
        ("links.free_time_h", {"low": "", "high": ""}, "role 'value'"),
        ("links.from_place", {"key": "places.town"}, "key places.town"),
        ("links.note", {"dtype": "string"}, "dtype 'string'"),
        ("links.note", {"role": "remark"}, "role 'remark'"),
        ("links.note", {"required": "maybe"}, "required 'maybe'"),
        ("links.length_km", {"bounds": ">= 0"}, "'>= 0'"),
        ("links.", {"key": "number"}, "a key column that is missing"),
    ],
)
def test_a_dictionary_that_contradicts_itself_is_refused(
    rows: list[dict[str, str]], column: str, cells: dict[str, str], got: str
) -> None:
    with pytest.raises(DataError, match=r"schema\.csv") as caught:
        build_schema(change(rows, column, **cells))
    assert f"got {got}" in str(caught.value)


def test_the_reference_page_is_the_dictionary() -> None:
    page = describe_schema(read_schema())
    assert PAGE.read_text("utf-8") == page, (
        f"python -m serai.data.schema > docs/reference/{PAGE.name}"
    )


def test_the_reference_page_has_every_column_with_its_unit() -> None:
    page = describe_schema(read_schema())
    for table in read_schema().values():
        assert f"\n## {table.name}\n" in page
        for column in table.columns.values():
            assert f"| `{column.name}` | {column.dtype} | {column.unit} |" in page


def test_the_reference_page_of_own_networks_is_their_dictionary() -> None:
    page = describe_gmns()
    assert page == PAGE.with_name("gmns.md").read_text("utf-8"), "python -m serai.data.schema gmns"
    schema = read_gmns_schema()
    assert {n for n, t in schema.items() if t.is_required} == {"node", "link"}
    assert {n for n, t in schema.items() if t.is_open} == {"node", "link", "zone", "config"}
