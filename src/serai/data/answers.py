"""An answer that was stored as JSON."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from serai.domain.results import AnswerResult
from serai.errors import ScenarioError, state_fault

__all__ = ["read_answer"]


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
    wanted, then = "what `serai answer --json` prints", "make it anew, or leave it out"
    try:
        return AnswerResult.model_validate_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise ScenarioError(state_fault(str(path), str(fault), wanted, then)) from fault
    except ValidationError as fault:
        got = f"a file that is none ({fault.error_count()} of its keys are wrong)"
        raise ScenarioError(state_fault(str(path), got, wanted, then)) from fault
