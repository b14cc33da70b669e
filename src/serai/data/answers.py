"""Results that were stored as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from serai.domain.backcast import BackcastResult
from serai.domain.results import AnswerResult, Result
from serai.domain.sensitivity import SensitivityResult
from serai.errors import ScenarioError, state_fault

__all__ = ["read_answer", "read_stored"]

Stored = TypeVar("Stored", bound=Result)


def read_answer(path: Path) -> AnswerResult:
    """
    Return what `serai answer --json` printed into a file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ScenarioError
        It cannot be read, or is no such answer.
    """
    return _read(path, AnswerResult, "answer")


def read_stored(folder: Path) -> tuple[SensitivityResult | None, BackcastResult | None]:
    """
    Return the long studies whose results lie beside the tables.

    Parameters
    ----------
    folder
        The tables, perhaps with `sensitivity.json` and `backcast.json`, as the commands of the
        same names print them.

    Returns
    -------
    sensitivity
        What moves the answer most; None where there is no such file.
    backcast
        Past years against what was published; None where there is no such file.

    Raises
    ------
    ScenarioError
        A file is there, but is no such result.
    """
    paths = folder / "sensitivity.json", folder / "backcast.json"
    return (
        _read(paths[0], SensitivityResult, "sensitivity") if paths[0].exists() else None,
        _read(paths[1], BackcastResult, "backcast") if paths[1].exists() else None,
    )


def _read(path: Path, kind: type[Stored], command: str) -> Stored:
    wanted, then = f"what `serai {command} --json` prints", "make it anew, or leave it out"
    try:
        return kind.model_validate_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise ScenarioError(state_fault(str(path), str(fault), wanted, then)) from fault
    except ValidationError as fault:
        got = f"a file that is none ({fault.error_count()} of its keys are wrong)"
        raise ScenarioError(state_fault(str(path), got, wanted, then)) from fault
