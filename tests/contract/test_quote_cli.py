"""The quote sheet on the command line: files, switches, and what each wrong word is told."""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.command import serai, write_sound

TRIP = ("routes", "CNINL", "EUINL")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("quote"))


def test_files_are_written_beside_the_answer_and_told_of(sound: Path, tmp_path: Path) -> None:
    names = {f"--{kind}": tmp_path / f"sheet.{kind}" for kind in ("csv", "xlsx")}
    names["--page"] = tmp_path / "new folder" / "sheet.html"
    words = [word for pair in names.items() for word in map(str, pair)]
    found = serai(*TRIP, "--data", sound, *words, "--json")
    assert found.code == 0
    assert all(str(path) in found.err.replace("\n", "") for path in names.values())
    document = found.document()
    n_legs = sum(len(route["legs"]) for route in document["routes"])
    assert len((tmp_path / "sheet.csv").read_text("utf-8").splitlines()) == 1 + n_legs
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    prices = [row[6] for row in book["Routes"].iter_rows(min_row=2, values_only=True)]
    assert prices == pytest.approx([route["price"] for route in document["routes"]])
    assert "<script" not in names["--page"].read_text("utf-8")


def test_paths_that_cannot_be_written_are_all_refused_before_work(
    sound: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("kept", "utf-8")
    found = serai(*TRIP, "--data", sound, "--csv", tmp_path, "--xlsx", file / "x.xlsx",
                  "--page", tmp_path)  # fmt: skip
    assert (found.code, found.out) == (2, "")
    assert f"--csv {tmp_path}: got a folder; wanted a file name" in found.err
    assert "a path through file, which is no folder" in found.err
    assert f"--page {tmp_path}: got the file of --csv; wanted a file of its own" in found.err
    assert file.read_text("utf-8") == "kept"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--unit", "box"], "unit: got 'box'; wanted one of FEU, TEU, t"),
        (["--currency", "yen"], "currency: got 'YEN'; wanted one of USD, EUR"),
        (["--price-year", "1999"], "price year: got '1999'; wanted one of 2019"),
        (["--price-year", "soon"], "Invalid value for '--price-year'"),
        (["--date", "2026-13-01"], "date: got '2026-13-01'; wanted a day from 2019-01-01"),
        (["--why", "best"], "why: got 'best'; wanted two routes of the sheet, such as 1,2"),
        (["--why", "1,99"], "why: got 1,99; wanted two routes of the sheet, 1 to "),
        (["--top", "0"], "Invalid value for '--top'"),
        (["--year", "1990"], "--year"),
    ],
    ids=str,
)
def test_every_wrong_option_has_its_message(sound: Path, words: list[str], said: str) -> None:
    found = serai(*TRIP, "--data", sound, *words)
    assert (found.code, found.out) == (2, "")
    assert said in " ".join(found.err.split())


def test_several_wrong_words_end_in_one_error(sound: Path) -> None:
    found = serai("routes", "CNINX", "EUINL", "--data", sound, "--unit", "box", "--date", "soon",
                  "--why", "1", "--avoid", "RUX")  # fmt: skip
    assert found.code == 2
    assert "5 faults" in found.err


def test_queues_are_asked_for_and_held_to_their_certificate(sound: Path) -> None:
    free, busy = (
        serai(*TRIP, "--data", sound, *more, "--json").document() for more in ((), ("--waits",))
    )
    assert free["waits_year"] is None
    assert free["certificate"] is None
    assert busy["waits_year"] == 2023
    assert busy["certificate"]["relative_gap"] <= 1e-8
    days = {route["corridor"]: route["days"] for route in free["routes"]}
    queued = {route["corridor"]: route["days"] - route["queue_days"] for route in busy["routes"]}
    assert queued["north"] == pytest.approx(days["north"])
    shown = serai(*TRIP, "--data", sound, "--waits").out
    assert "queues of 2023" in shown
    assert "Certificate holds" in shown


def test_a_sheet_of_the_terminal_fits_and_says_the_day(sound: Path) -> None:
    found = serai(*TRIP, "--data", sound, "--date", "2021-05-01", "--why", "2,1", "--unit", "t")
    assert found.code == 0
    for text in ("prices of 2021", "USD/t", "Why 2, not 1?", "Departure 2021-05-01", "Paid to "):
        assert text in found.out
    kept = serai(*TRIP, "--data", sound, "--date", "2021-05-01", "--year", "2023")
    assert "prices of 2023" in kept.out


def test_the_schema_describes_units_of_money(sound: Path) -> None:
    described = json.loads(serai("schema", "routes").out)
    assert {"Basis", "Leg", "Payee", "Departure", "Why"} <= set(described["$defs"])
    document = serai(*TRIP, "--data", sound, "--currency", "EUR", "--json").document()
    assert document["basis"]["money"] == "EUR/FEU"
