"""A folder of tables is read with its types, or refused with every fault at once."""

import os
from pathlib import Path

import numpy as np
import pytest

from serai.data.tables import read_tables, split_list
from serai.errors import DataError
from tests.tiny_tables import change_cells, change_text, write_tiny


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


def find_fault(folder: Path) -> str:
    """Return the only fault of a folder."""
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    assert len(caught.value.faults) == 1, "\n".join(caught.value.faults)
    return caught.value.faults[0]


def check_fault(fault: str, where: str, got: str, wanted: str, then: str) -> None:
    """Hold a fault against what it must say, each part in its place."""
    told_where, _, rest = fault.partition(": got ")
    told_got, _, rest = rest.partition("; wanted ")
    told_wanted, _, told_then = rest.partition("; ")
    assert told_where == where
    assert got in told_got
    assert wanted in told_wanted
    assert then in told_then


# ---------------------------------------------------------------- good folders


def test_cells_get_the_types_of_the_dictionary(folder: Path) -> None:
    tables = read_tables(folder)
    links = tables["links"].set_index("link_id")
    assert links.loc["WEST-EAST.sea", "free_time_h"] == 12.0
    assert links.loc["WEST-EAST.sea", "countries_iso3"] == "AAA;BBB"
    assert split_list("AAA;BBB") == ("AAA", "BBB")
    assert split_list("") == ()
    assert tables["demand"]["year"].dtype == np.int64
    assert np.isnan(tables["resources"]["capacity_teu_yr"].iloc[0])
    assert tables["places"]["note"].tolist() == ["", ""]


def test_the_index_is_the_line_of_the_file(folder: Path) -> None:
    change_text(folder, "places.csv", "derived,S1,\nEAST", 'derived,S1,"two\nlines"\n\nEAST')
    assert read_tables(folder)["places"].index.tolist() == [2, 5]


def test_columns_that_may_be_missing_are_filled_with_nothing(folder: Path) -> None:
    links = read_tables(folder)["links"]
    assert set(links["passage"]) == {""}
    assert links["opens_year"].isna().all()


def test_optional_tables_may_be_missing(folder: Path) -> None:
    for name in ("countries", "projects", "closures", "effects", "sources", "facts"):
        (folder / f"{name}.csv").unlink()
    assert set(read_tables(folder)) == {
        "places", "links", "resources", "zones", "access", "classes", "demand",
    }  # fmt: skip


def test_a_table_may_lie_with_the_open_street_map_ones(folder: Path) -> None:
    (folder / "odbl").mkdir()
    (folder / "links.csv").rename(folder / "odbl" / "links.csv")
    change_cells(folder, "odbl/links.csv", "WEST-EAST.sea", free_time_h="-1", free_time_low_h="-1")
    with pytest.raises(DataError, match=r"odbl/links.csv row 10 \(WEST-EAST.sea\)"):
        read_tables(folder)


def test_files_of_other_programs_are_read(folder: Path) -> None:
    path = folder / "places.csv"
    text = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert len(read_tables(folder)["places"]) == 2


def test_parameters_are_read_like_a_table(folder: Path) -> None:
    entry = 'value = 0.1\nlow = 0.05\nhigh = 1\nunit = "1/USD"\ngrade = "assumed"\n'
    text = f'[theta]\n{entry}source = "S1"\nlabel = "theta"\nmeaning = "scale"\n'
    (folder / "params.toml").write_text(text, "utf-8")
    row = read_tables(folder)["params"].iloc[0]
    assert (row["name"], row["value"], row["high"], row["unit"]) == ("theta", 0.1, 1.0, "1/USD")


# ---------------------------------------------------------------- one fault each

CELL_FAULTS = [
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"length_km": "three"}, "length_km",
        ("'three'", "a number [km] in [0, inf)", "write the number alone, km"),
        id="words for a number",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"free_time_h": "12 h"}, "free_time_h",
        ("'12 h'", "a number [h]", "write the number alone, h"), id="unit in the cell",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"length_km": "nan"}, "length_km",
        ("'nan'", "a number [km]", "empty means unknown"), id="not a number",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"length_km": "inf"}, "length_km",
        ("'inf'", "a number [km]", "write the number"), id="infinite",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"length_km": "-300"}, "length_km",
        ("'-300'", "in [0, inf)", "length of the way"), id="negative",
    ),
    pytest.param(
        "resources.csv", "R_FERRY", {"availability_low": "0"}, "availability_low",
        ("'0'", "in (0, 1]", "correct it"), id="on an open bound",
    ),
    pytest.param(
        "resources.csv", "R_FERRY", {"availability_high": "1.2"}, "availability_high",
        ("'1.2'", "in (0, 1]", "correct it"), id="above the bound",
    ),
    pytest.param(
        "resources.csv", "R_FERRY", {"valid_from_year": "2019.5"}, "valid_from_year",
        ("'2019.5'", "a whole number [yr]", "write the number alone"), id="half a year",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"length_km": ""}, "length_km",
        ("an empty cell", "a number [km]", "fill it in"), id="empty required number",
    ),
    pytest.param(
        "places.csv", "WEST", {"name": ""}, "name",
        ("an empty cell", "a text", "fill it in"), id="empty required text",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"status": "closd"}, "status",
        ("'closd'", "one of open, planned, closed", "use one of these words"), id="unknown word",
    ),
    pytest.param(
        "classes.csv", "BOX", {"allowed_modes": "rail;truck"}, "allowed_modes",
        ("'rail;truck'", "a list of rail, road", "use one of these words"),
        id="unknown word in list",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"countries_iso3": "AAA; BBB"}, "countries_iso3",
        ("'AAA; BBB'", "words joined by ';'", "correct the list"), id="padded list",
    ),
    pytest.param(
        "places.csv", "WEST", {"modes": "sea;sea;rail_1520"}, "modes",
        ("'sea;sea;rail_1520'", "none twice", "correct the list"), id="doubled word in list",
    ),
    pytest.param(
        "closures.csv", "X1", {"date_to": "31.12.2022"}, "date_to",
        ("'31.12.2022'", "YYYY-MM-DD", "correct it"), id="bad date",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"resource_ids": "R_FERY"}, "resource_ids",
        ("'R_FERY'", "an id of resources.resource_id", "did you mean R_FERRY?"), id="dangling list",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"to_place": "OEST"}, "to_place",
        ("'OEST'", "an id of places.place_id", "add it to places.csv"), id="dangling link end",
    ),
    pytest.param(
        "demand.csv", "W", {"dest_region": "N"}, "dest_region",
        ("'N'", "an id of zones.region", "add it to zones.csv"), id="unknown region",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"source_ids": "F1;F9"}, "source_ids",
        ("'F9'", "sources.source_id or facts.id", "add it to sources.csv"), id="unknown source",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"free_time_h": "30"}, "free_time_h",
        ("10 / 30 / 15", "free_time_low_h <= free_time_h <= free_time_high_h",
        "put the three in order"), id="value above its band",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"dwell_high_h": ""}, "dwell_high_h",
        ("an empty cell", "a number filled together with dwell_h", "fill in the band"),
        id="half a band",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"cost_usd_t": ""}, "cost_usd_t",
        ("an empty cell", "a number filled together with cost_low_usd_t and", "fill it in"),
        id="band without value",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "key", "cells", "column", "told"), CELL_FAULTS)
def test_a_bad_cell_is_named_with_file_row_and_column(
    folder: Path, file: str, key: str, cells: dict[str, str], column: str, told: tuple[str, ...]
) -> None:
    line = change_cells(folder, file, key, **cells)
    shown = {
        "R_FERRY": f"R_FERRY/{cells.get('valid_from_year', '2019')}",
        "W": f"W/{cells.get('dest_region', 'E')}/BOX/2023",
    }.get(key, key)
    check_fault(find_fault(folder), f"{file} row {line} ({shown}), column {column}", *told)


PARAMETER = """\
[theta]
value = 1
low = 0
high = 2
unit = "-"
grade = "assumed"
source = "S1"
label = "x"
meaning = "x"
"""

FILE_FAULTS = [
    pytest.param(
        "zones.csv", b"", "zones.csv",
        ("an empty file", "a heading and rows", "write it again"), id="empty file",
    ),
    pytest.param(
        "places.csv", b"place_id\nK\xf6ln\n", "places.csv",
        ("byte 0xf6 at position 10", "UTF-8 text", "save the file as UTF-8"), id="not UTF-8",
    ),
    pytest.param(
        "params.toml", b"[theta]\nvalue =", "params.toml",
        ("a text that breaks off", "TOML", "half-written"), id="TOML that breaks off",
    ),
    pytest.param(
        "params.toml", (PARAMETER + "remark = 1\n").encode(), "params.toml row 1, column remark",
        ("an unknown column", "a known one", "remove it"), id="unknown key of a parameter",
    ),
    pytest.param(
        "params.toml", ("beta = 3\n" + PARAMETER).encode(), "params.toml row 1 (beta)",
        ("3", "an entry with value, low, high", "fill it in"), id="parameter without a band",
    ),
    pytest.param(
        "params.toml", PARAMETER.replace("= 2", "= 0.5").encode(),
        "params.toml row 1 (theta), column value",
        ("0 / 1 / 0.5", "low <= value <= high", "put the three in order"), id="parameter too high",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "content", "where", "told"), FILE_FAULTS)
def test_a_bad_file_is_named(
    folder: Path, file: str, content: bytes, where: str, told: tuple[str, ...]
) -> None:
    (folder / file).write_bytes(content)
    check_fault(find_fault(folder), where, *told)


TEXT_FAULTS = [
    pytest.param(
        "access.csv", [("assumed,S1\nZE", "assumed,S1\nZE\nZE")], "access.csv row 3 (ZE)",
        ("1 cells", "14, as in the heading", "half-written"), id="half a row",
    ),
    pytest.param(
        "zones.csv", [("EAST,40.5,52", 'EAST,"40.5,52')], "zones.csv row 3",
        ("cells that end badly", "CSV", "half-written"), id="open quotes",
    ),
    pytest.param(
        "closures.csv", [("closure_id,what", "closure_id,daty_to,what"), ("X1,", "X1,,")],
        "closures.csv row 1, column daty_to",
        ("an unknown column", "a known one", "did you mean date_to?"), id="unknown column",
    ),
    pytest.param(
        "closures.csv", [("what,kind", "what,kind,kind"), ("X1,", "X1,,")],
        "closures.csv row 1, column kind",
        ("the column twice", "it once", "remove one"), id="a column twice",
    ),
    pytest.param(
        "sources.csv", [("title,publisher", "publisher"), ("An estimate,", "")],
        "sources.csv row 1, column title",
        ("no such column", "the column (title)", "add it"), id="missing column",
    ),
    pytest.param(
        "resources.csv", [("all,2019", "all,2022")],
        "resources.csv row 3 (R_FERRY/2022), column valid_from_year",
        ("a key that row 2 already has", "a key of its own", "rename or remove one"),
        id="doubled key",
    ),
    pytest.param(
        "facts.csv", [("F1,4 capacity", "F1,4 capacity,,,,1,,,,,,,,,,\nF 2,4 capacity")],
        "facts.csv row 3 (F 2), column id",
        ("'F 2'", "an id without blanks, ';' or '/'", "rename it"), id="blank in an id",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "changes", "where", "told"), TEXT_FAULTS)
def test_a_text_that_is_no_table_is_named(
    folder: Path, file: str, changes: list[tuple[str, str]], where: str, told: tuple[str, ...]
) -> None:
    for old, new in changes:
        change_text(folder, file, old, new)
    check_fault(find_fault(folder), where, *told)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "zones.csv").unlink()
    check_fault(find_fault(folder), "zones.csv", "no file", "the table", "add it to")


def test_a_misspelt_file_is_named(folder: Path) -> None:
    (folder / "effects.csv").rename(folder / "effect.csv")
    check_fault(find_fault(folder), "effects.csv", "no file", "the table", "rename effect.csv?")


def test_a_folder_in_the_place_of_a_file_is_named(folder: Path) -> None:
    (folder / "zones.csv").unlink()
    (folder / "zones.csv").mkdir()
    told = "a file that cannot be read", "a readable file", "check the path and its rights"
    check_fault(find_fault(folder), "zones.csv", *told)


def test_a_table_without_rows_is_named(folder: Path) -> None:
    heading = (folder / "demand.csv").read_text("utf-8").splitlines()[0]
    (folder / "demand.csv").write_text(heading + "\n", "utf-8")
    told = "no rows", "at least one", "fill it in: Trade between two regions"
    check_fault(find_fault(folder), "demand.csv", *told)


@pytest.mark.parametrize("n_lost", [1, 2, 30])
def test_a_file_cut_anywhere_is_half_written(folder: Path, n_lost: int) -> None:
    path = folder / "classes.csv"
    path.write_bytes(path.read_bytes()[:-n_lost])
    told = "a last line without its end", "a line end after the last row", "half-written"
    check_fault(find_fault(folder), "classes.csv row 3", *told)


def test_a_wrong_unit_in_a_heading_gets_a_suggestion(folder: Path) -> None:
    change_text(folder, "access.csv", ",time_h,", ",time_min,")
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    unknown, missing = caught.value.faults
    assert "column time_min: got an unknown column" in unknown
    assert "column time_h: got no such column" in missing
    assert "in h" in missing


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    check_fault(find_fault(tmp_path / "no"), str(tmp_path / "no"), "no folder", "a folder", "path")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_file_without_rights_is_named(folder: Path) -> None:
    (folder / "zones.csv").chmod(0)
    check_fault(find_fault(folder), "zones.csv", "cannot be read", "a readable file", "rights")


# ---------------------------------------------------------------- many faults


def test_the_faults_of_all_files_are_listed_at_once(folder: Path) -> None:
    change_cells(folder, "links.csv", "WEST-EAST.sea", length_km="-1", status="ajar")
    change_cells(folder, "places.csv", "EAST", lat="140")
    change_cells(folder, "demand.csv", "E", class_id="COAL")
    (folder / "zones.csv").unlink()
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    text = str(caught.value)
    assert text.startswith("5 faults\n")
    for part in ("column length_km", "column status", "column lat", "'COAL'", "zones.csv: got no"):
        assert part in text


def test_a_torn_table_does_not_make_others_dangle(folder: Path) -> None:
    text = (folder / "places.csv").read_text("utf-8")
    (folder / "places.csv").write_text(text[:-40], "utf-8")
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    assert all(fault.startswith("places.csv") for fault in caught.value.faults)


def test_the_same_lost_id_is_one_fault_that_names_its_rows(folder: Path) -> None:
    change_text(folder, "access.csv", "assumed,S1", "assumed,S2")
    fault = find_fault(folder)
    assert "access.csv row 2 (ZW/WEST), column source_ids" in fault
    assert "'S2' (also in row 3)" in fault


def test_an_unknown_column_hides_no_other_fault(folder: Path) -> None:
    change_text(folder, "links.csv", "link_id,", "colour,link_id,")
    text = (folder / "links.csv").read_text("utf-8").splitlines()
    rows = [text[0], *(f"red,{line}" for line in text[1:])]
    (folder / "links.csv").write_text("\n".join(rows) + "\n", "utf-8")
    change_cells(folder, "links.csv", "red", dwell_h="-1")
    with pytest.raises(DataError) as caught:
        read_tables(folder)
    assert "column colour: got an unknown column" in str(caught.value)
    assert "column dwell_h" in str(caught.value)
