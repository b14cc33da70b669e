"""The tightrope and the register of events from the command line."""

import json
from pathlib import Path

import pytest

from tests.command import serai, write_sound


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


@pytest.mark.slow
def test_what_an_event_shifts_is_told_beside_what_was() -> None:
    event = next(
        e for e in serai("events", "--json").document()["events"]
        if any(i.startswith("PJ") for i in e["model_ids"])
    )  # fmt: skip
    found = serai("vectors", "KAZ", "--after", event["id"], "--draws", "0", "--json")
    assert found.code == 0, found.err
    document = json.loads(found.out)
    assert event["id"] in document["told"]
    assert document["territories_before"]
    assert document["scenario"] == f"after-{event['id'].lower()}"
    oil = next(r for r in document["territories"] if (r["goods"], r["territory"]) == ("oil", "RUS"))
    # Published: 94 % of oil exports crossed Russia in 2022 (T0104).
    assert 0.8 <= oil["crossing_share"] <= 0.97
    assert oil["loss"] > 0.5


def test_a_file_that_is_no_answer_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    for path in (wrong, tmp_path / "none.json"):
        found = serai("brief", "--answer", path, "--page", tmp_path / "b.html")
        assert (found.code, found.out) == (2, "")
        assert "serai answer --json" in found.err
    assert not (tmp_path / "b.html").exists()
