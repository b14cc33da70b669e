"""What a long study keeps: whole lines, of this study alone; no interruption loses any."""

import json
from pathlib import Path

import pytest

from serai.data.journal import Journal
from serai.errors import ScenarioError

STUDY = {"study": "invented", "seed": 1}


def test_what_is_kept_is_found_again_to_the_bit(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    journal = Journal(path, STUDY)
    journal.keep("screening", 3, [0.1 + 0.2, 1 / 3])
    again = Journal(path, STUDY)
    assert again.find("screening", 3) == [0.1 + 0.2, 1 / 3]
    assert again.find("screening", 2) is None
    assert again.find("weights", 3) is None


def test_a_torn_line_is_left_out_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    journal = Journal(path, STUDY)
    for step in range(3):
        journal.keep("a", step, step)
    whole = path.read_bytes()
    for cut in range(1, len(whole)):
        path.write_bytes(whole[:-cut])
        again = Journal(path, STUDY)
        kept = [step for step in range(3) if again.find("a", step) is not None]
        assert kept == list(range(len(kept)))
        again.keep("a", 9, "new")
        lines = path.read_text("utf-8").splitlines()
        assert json.loads(lines[0]) == STUDY
        assert json.loads(lines[-1]) == {"stage": "a", "step": 9, "found": "new"}
        assert len(lines) == len(kept) + 2


def test_steps_of_another_study_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    Journal(path, STUDY).keep("a", 0, 1)
    before = path.read_bytes()
    with pytest.raises(ScenarioError, match="steps of another study"):
        Journal(path, STUDY | {"seed": 2})
    assert path.read_bytes() == before


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\n")
    for path in (tmp_path, tmp_path / "binary", tmp_path / "none" / "steps"):
        with pytest.raises(ScenarioError, match="cannot be used"):
            Journal(path, STUDY)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "steps"
    journal = Journal(path, STUDY)
    path.unlink()
    path.mkdir()
    with pytest.raises(ScenarioError, match="make room"):
        journal.keep("a", 0, 1)


def test_without_a_file_steps_are_kept_in_memory() -> None:
    journal = Journal(None, {})
    journal.keep("a", 0, [1.5])
    assert journal.find("a", 0) == [1.5]
