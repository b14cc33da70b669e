"""The tightrope and the register of events from the command line."""

from pathlib import Path

import pytest

from serai.data.load import read_world
from serai.domain.scenario import Scenario
from serai.run import Bases
from serai.studies.transit import find_territories, solve_without
from tests.command import ROPED_EVENT, serai, write_roped, write_sound
from tests.once import solved_once


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ATL"], "country: got ATL"),
        (["KAZ", "--year", "1999"], "--year: got 1999"),
        (["KAZ", "--since", "1999"], "--since: got 1999"),
        (["KAZ", "--after", "E9999"], "event: got E9999"),
        (["KAZ", "--with", "base", "--after", "E0001"], "--with, --after: got both"),
        (["KAZ", "--with", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_told_is_one_error(words: list[str], told: str) -> None:
    found = serai("vectors", *words)
    assert (found.code, found.out) == (2, "")
    assert told in found.err


def test_own_tables_without_ropes_say_so(sound: Path) -> None:
    found = serai("vectors", "KAZ", "--data", sound)
    assert found.code == 2
    assert "tables with ropes" in found.err
    assert serai("events", "--data", sound).code == 0


def test_events_print_what_they_do_in_the_model() -> None:
    found = serai("events", "--party", "IND", "--since", "2023", "--json").document()
    assert found["events"]
    assert all(e["reason"] and "IND" in e["parties"] for e in found["events"])
    told = serai("events", "--party", "IND", "--since", "2023")
    assert "no effect" in told.out
    assert serai("events", "--since", "2099").out.strip() == "No such event."
    wrong = serai("events", "--party", "ATL", "--status", "dreamt")
    assert wrong.code == 2
    assert wrong.err.count("got") == 2


def test_what_an_event_shifts_is_told_beside_what_was(tmp_path: Path) -> None:
    folder = write_roped(tmp_path)
    words = ("vectors", "KAZ", "--after", ROPED_EVENT, "--draws", "0", "--data", folder)
    document = serai(*words, "--json").document()
    assert ROPED_EVENT in document["told"]
    assert document["territories_before"]
    assert document["territories_before"] != document["territories"]
    assert document["scenario"] == f"after-{ROPED_EVENT.lower()}"
    told = serai(*words)
    assert "before" in told.out
    assert "The transit rope's balance changes by" in told.out


@pytest.mark.slow
def test_oil_crosses_russia_as_published() -> None:
    with solved_once():
        solved = solve_without(
            Bases(read_world()), Scenario(year=2023), ("RUS",), tell=lambda _s, _d, _t: None
        )
    rows = find_territories(solved, "KAZ")
    oil = next(r for r in rows if (r.goods, r.territory) == ("oil", "RUS"))
    # Published: 94 % of oil exports crossed Russia in 2022 (T0104).
    assert 0.8 <= oil.crossing_share <= 0.97
    assert oil.loss is not None
    assert oil.loss > 0.5


def test_a_file_that_is_no_answer_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    for path in (wrong, tmp_path / "none.json"):
        found = serai("brief", "--answer", path, "--page", tmp_path / "b.html")
        assert (found.code, found.out) == (2, "")
        assert "serai answer --json" in found.err
    assert not (tmp_path / "b.html").exists()
