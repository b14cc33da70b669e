"""Work that takes more than a moment: asked for once, looked at until it is done, or called off."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Literal

from serai.errors import ScenarioError

__all__ = ["BusyError", "Job", "JobBook", "State"]

State = Literal["waiting", "running", "done", "failed", "cancelled"]

KEPT: Final = 200
"""Jobs remembered at most; of those that ended the oldest go first."""

MAX_OPEN: Final = 12
"""Jobs that wait or run at once at most."""


class BusyError(ScenarioError):
    """Too much has been asked for at once."""


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One piece of work, on its way. Written to by whoever works on it, under its lock."""

    kind: str
    """What was asked for, such as run or frontier."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    state: State = "waiting"
    stage: str = ""
    """What is being done, in words."""
    done: int = 0
    """Steps of the stage that are done."""
    total: int = 0
    """Steps of the stage; 0 where nobody knows."""
    version: int = 0
    """Rises with every change."""
    result: bytes | None = None
    """JSON of what was found so far."""
    is_final: bool = False
    """Whether the result is the last word."""
    faults: tuple[tuple[str, str], ...] = ()
    """Kind and words of what went wrong."""
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    """[s] Time since the start, until the end."""
    is_called_off: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, stage: str, done: int, total: int) -> None:
        """
        Say how far the work is.

        Parameters
        ----------
        stage
            What is being done.
        done
            Steps that are done.
        total
            Steps in all, 0 where nobody knows.
        """
        with self.lock:
            if self.is_over:
                return
            self.state, self.stage, self.done, self.total = "running", stage, done, total
            self._moves()

    def show(self, result: bytes, *, is_final: bool) -> None:
        """
        Lay down what was found so far.

        Parameters
        ----------
        result
            JSON.
        is_final
            Whether this is the last word; the job is done then.
        """
        with self.lock:
            if self.is_over:
                return
            self.result, self.is_final = result, is_final
            self.state = "done" if is_final else "running"
            self._moves()

    def fail(self, faults: tuple[tuple[str, str], ...]) -> None:
        """
        End the job with what went wrong.

        Parameters
        ----------
        faults
            Kind and words of each.
        """
        with self.lock:
            if self.is_over:
                return
            self.state, self.faults = "failed", faults
            self._moves()

    def call_off(self) -> None:
        """End the job as soon as whoever works on it looks up; what has ended stays as it is."""
        self.is_called_off.set()
        with self.lock:
            if not self.is_over:
                self.state = "cancelled"
                self._moves()

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will come."""
        return self.state in ("done", "failed", "cancelled")

    def _moves(self) -> None:
        self.version += 1
        self.seconds = time.monotonic() - self.began


class JobBook:
    """All jobs of a server by their ids, which nobody can guess."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, kind: str) -> Job:
        """
        Return a new job.

        Parameters
        ----------
        kind
            What was asked for.

        Raises
        ------
        BusyError
            Too many jobs are open.
        """
        with self._lock:
            n_open = sum(not job.is_over for job in self._jobs.values())
            if n_open >= MAX_OPEN:
                raise BusyError(
                    f"jobs: got one more while {n_open} wait or run; wanted at most {MAX_OPEN} at "
                    "once; wait for one to end, or call one off"
                )
            job = Job(kind=kind)
            self._jobs[job.id] = job
            ended = [key for key, one in self._jobs.items() if one.is_over]
            for key in ended[: max(len(self._jobs) - KEPT, 0)]:
                del self._jobs[key]
            return job

    def get(self, job_id: str) -> Job | None:
        """
        Return a job; None where there is none of that id.

        Parameters
        ----------
        job_id
            Its id.
        """
        with self._lock:
            return self._jobs.get(job_id)

    def call_off_all(self) -> None:
        """Call every open job off."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.call_off()
