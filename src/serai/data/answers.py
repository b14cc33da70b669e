"""Results that were stored as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from serai.domain.backcast import BackcastResult
from serai.domain.conditions import ConditionsResult
from serai.domain.frontier import FrontierResult
from serai.domain.invest import InvestResult
from serai.domain.results import AnswerResult, Result
from serai.domain.sensitivity import SensitivityResult
from serai.domain.stored import Stored
from serai.domain.vectors import VectorsResult
from serai.errors import ScenarioError, state_fault

__all__ = ["read_answer", "read_stored"]

Kind = TypeVar("Kind", bound=Result)


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


def read_stored(folder: Path) -> Stored:
    """
    Return the long studies whose results lie beside the tables.

    Parameters
    ----------
    folder
        The tables, perhaps with `answer.json`, `sensitivity.json`, `backcast.json`,
        `frontier.json`, `conditions.json`, `invest.json` and `vectors.json`, as the commands of the
        same names print them.

    Raises
    ------
    ScenarioError
        A file is there, but is no such result.
    """
    return Stored(
        sensitivity=_find(folder, SensitivityResult, "sensitivity"),
        backcast=_find(folder, BackcastResult, "backcast"),
        frontier=_find(folder, FrontierResult, "frontier"),
        invest=_find(folder, InvestResult, "invest"),
        answer=_find(folder, AnswerResult, "answer"),
        vectors=_find(folder, VectorsResult, "vectors"),
        conditions=_find(folder, ConditionsResult, "conditions"),
    )


def _find(folder: Path, kind: type[Kind], command: str) -> Kind | None:
    path = folder / f"{command}.json"
    return _read(path, kind, command) if path.exists() else None


def _read(path: Path, kind: type[Kind], command: str) -> Kind:
    wanted, then = f"what `serai {command} --json` prints", "make it anew, or leave it out"
    try:
        return kind.model_validate_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise ScenarioError(state_fault(str(path), str(fault), wanted, then)) from fault
    except ValidationError as fault:
        got = f"a file that is none ({fault.error_count()} of its keys are wrong)"
        raise ScenarioError(state_fault(str(path), got, wanted, then)) from fault
