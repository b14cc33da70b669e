"""Long studies: commands in a process of their own, so that page and terminal say the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from serai.data.load import PACK
from serai.domain.world import World
from serai.web import PROGRESS
from serai.web.jobs import Job
from serai.web.wire import StudyAsked

__all__ = ["Studies"]

LOOK_S: Final = 0.2
"""[s] How often a study is asked whether it was called off."""

PATIENCE_S: Final = 10.0
"""[s] A study that was called off may take so long to leave."""


class Studies:
    """
    Runs studies one after the other.

    Parameters
    ----------
    world
        The tables; the commands read them from their folder.
    """

    def __init__(self, world: World) -> None:
        self.folder = world.folder
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="studies")

    def start(self, job: Job, asked: StudyAsked) -> None:
        """
        Begin a study as soon as none is running.

        Parameters
        ----------
        job
            Where its progress and its result go.
        asked
            Which.
        """
        self._pool.submit(self._run, job, asked)

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job, asked: StudyAsked) -> None:
        if job.is_called_off.is_set():
            return
        job.tell(f"starting {asked.study}", 0, 0)
        with tempfile.TemporaryDirectory(prefix="serai-") as folder, (
            Path(folder, "out").open("w+b")) as out:  # fmt: skip
            said: list[str] = []
            with subprocess.Popen(  # noqa: S603 - our own command, each word checked
                self._words(asked), stdout=out, stderr=subprocess.PIPE, cwd=folder, text=True,
                encoding="utf-8", env={**os.environ, PROGRESS: "json"},
            ) as process:  # fmt: skip
                reader = threading.Thread(target=_listen, args=(process, job, said), daemon=True)
                reader.start()
                while process.poll() is None:
                    if job.is_called_off.wait(LOOK_S):
                        _end(process)
                reader.join()
            out.seek(0)
            _conclude(job, process.returncode, out.read(), said)

    def _words(self, asked: StudyAsked) -> list[str]:
        options = [f"--{name}={value}" for name, value in asked.options.items()]
        data = [] if self.folder == PACK else [f"--data={self.folder}"]
        subject = [asked.subject] if asked.subject else []
        return [sys.executable, "-m", "serai", asked.study, *subject, "--json", *options, *data]


def _listen(process: subprocess.Popen[str], job: Job, said: list[str]) -> None:
    """Take progress off what a study says; keep the rest."""
    for line in process.stderr or ():
        try:
            told = json.loads(line)
            job.tell(str(told["stage"]), int(told["done"]), int(told["total"]))
        except (ValueError, KeyError, TypeError):
            said.append(line.rstrip())


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _conclude(job: Job, code: int, out: bytes, said: list[str]) -> None:
    if job.is_called_off.is_set():
        return
    if code == 0:
        job.show(out, is_final=True)
    else:
        text = "\n".join(said).removeprefix("serai: ") or f"the study ended with code {code}"
        job.fail((("StudyError", text),))
