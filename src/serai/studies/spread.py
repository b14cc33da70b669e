"""Many tasks of one work, in this process or in several, in order whatever finishes first."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Generic, Protocol, Self, TypeVar

import numba

from serai.studies.shares import Progress

__all__ = ["Pool", "Work", "spread"]

Task_contra = TypeVar("Task_contra", contravariant=True)
Done_co = TypeVar("Done_co", covariant=True)
Task = TypeVar("Task")
Done = TypeVar("Done")


class Work(Protocol[Task_contra, Done_co]):
    """What every task of a process shares; it is sent to each process once."""

    def do(self, task: Task_contra, /) -> Done_co:
        """
        Do one task.

        Parameters
        ----------
        task
            One of those that are spread.
        """


_SHARED: list[Work[Any, Any]] = []
"""Filled once in each worker process by `_begin`; empty everywhere else."""


def _begin(work: Work[Any, Any]) -> None:
    # The parent answers an interrupt for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    numba.set_num_threads(1)
    _SHARED.append(work)


def _do(task: Any) -> Any:  # noqa: ANN401 - whatever the work takes and gives
    return _SHARED[0].do(task)


class Pool(Generic[Task, Done]):
    """
    Processes, or none, that share one work.

    Parameters
    ----------
    work
        Does one task.
    workers
        [-], >= 1. Processes; one does everything here.
    """

    def __init__(self, work: Work[Task, Done], workers: int) -> None:
        self._work = work
        self._pool = (
            ProcessPoolExecutor(
                workers, multiprocessing.get_context("spawn"), _begin, (work,)
            )
            if workers > 1
            else None
        )  # fmt: skip

    def __enter__(self) -> Self:
        """Open the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, and no task that waits."""
        # Once: a second shutdown that cancels nothing would undo this one.
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def do(self, tasks: Sequence[Task], *, tell: Progress, stage: str) -> Iterator[Done]:
        """
        Do tasks and yield what comes of them, in their order.

        Parameters
        ----------
        tasks
            The tasks.
        tell
            Told how far they are.
        stage
            What it is told by.

        Yields
        ------
        done
            What came of each task.
        """
        tell(stage, 0, len(tasks))
        handed_out = map(self._work.do, tasks) if self._pool is None else _start(self._pool, tasks)
        for i, result in enumerate(handed_out, 1):
            yield result
            tell(stage, i, len(tasks))


def _start(pool: ProcessPoolExecutor, tasks: Sequence[Any]) -> Iterator[Any]:
    """
    Hand out the tasks; workers are born deaf to an interrupt, which their parent answers.

    A termination is answered when all are born: one that the pool does not know of yet would be
    waited for without end.
    """
    if threading.current_thread() is not threading.main_thread():
        return pool.map(_do, tasks)
    asked: list[int] = []
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    heeded = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        handed_out = pool.map(_do, tasks)
    finally:
        signal.signal(signal.SIGINT, heard)
        signal.signal(signal.SIGTERM, heeded)
    if asked:
        raise KeyboardInterrupt
    return handed_out


def spread(
    work: Work[Task_contra, Done_co],
    tasks: Sequence[Task_contra],
    *,
    workers: int,
    tell: Progress,
    stage: str,
) -> Iterator[Done_co]:
    """
    Do tasks and yield what comes of them, in their order.

    Parameters
    ----------
    work
        Does one task.
    tasks
        The tasks.
    workers
        [-], >= 1. Processes; one does everything here.
    tell
        Told how far the work is.
    stage
        What it is told by.

    Yields
    ------
    done
        What came of each task.
    """
    with Pool(work, workers) as pool:
        yield from pool.do(tasks, tell=tell, stage=stage)
