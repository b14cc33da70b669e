"""A file that keeps what a long study has done, line by line, so that it can go on later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from serai.errors import ScenarioError, state_fault

__all__ = ["Journal"]


class Journal:
    """
    Finished steps of a long study, on disk as they finish.

    The first line names the study; every other line is one step. A last line that an
    interruption tore is left out and written over.

    Parameters
    ----------
    path
        The file; made if it is not there. None keeps nothing.
    study
        What makes two studies the same: tables, options, version.

    Raises
    ------
    ScenarioError
        The file is of another study, is no such file, or cannot be written.
    """

    def __init__(self, path: Path | None, study: dict[str, Any]) -> None:
        self._path = path
        self._done: dict[tuple[str, int], Any] = {}
        if path is None:
            return
        head = json.dumps(study, sort_keys=True)
        try:
            whole = _read_whole_lines(path)
            lines = whole.decode("utf-8").splitlines()
            if lines and lines[0] != head:
                got, wanted = "steps of another study", "a new file, or one of this very study"
                then = "the tables, the options or the version differ: choose another file"
                raise ScenarioError(state_fault(str(path), got, wanted, then))
            with path.open("ab") as file:
                file.truncate(len(whole))
                if not lines:
                    file.write(f"{head}\n".encode())
        except (OSError, UnicodeDecodeError) as fault:
            raise _refuse(path, fault) from fault
        for line in lines[1:]:
            step = json.loads(line)
            self._done[step["stage"], step["step"]] = step["found"]

    def find(self, stage: str, step: int) -> Any:  # noqa: ANN401 - whatever the study keeps
        """
        Return what a step found, None if it is not done.

        Parameters
        ----------
        stage
            Part of the study.
        step
            Its number there.
        """
        return self._done.get((stage, step))

    def keep(self, stage: str, step: int, found: Any) -> None:  # noqa: ANN401
        """
        Keep what a step found.

        Parameters
        ----------
        stage
            Part of the study.
        step
            Its number there.
        found
            What JSON can hold.

        Raises
        ------
        ScenarioError
            The file cannot be written any more.
        """
        self._done[stage, step] = found
        if self._path is None:
            return
        line = json.dumps({"stage": stage, "step": step, "found": found})
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as fault:
            raise _refuse(self._path, fault) from fault


def _read_whole_lines(path: Path) -> bytes:
    """Return what a file holds up to its last line end; nothing of a file that is not there."""
    held = path.read_bytes() if path.exists() else b""
    return held[: held.rfind(b"\n") + 1]


def _refuse(path: Path, fault: Exception) -> ScenarioError:
    got, then = f"a file that cannot be used ({fault})", "make room, or choose another path"
    return ScenarioError(state_fault(str(path), got, "a text file that can be written", then))
