"""States of an ensemble solved by the workers of a scheduler (needs `serai[cluster]`)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from distributed import Client, WorkerPlugin, as_completed, get_worker

from serai.errors import ScenarioError, SeraiError, state_fault
from serai.studies.disruptions import State
from serai.studies.ensemble_cases import Cases, Found

__all__ = ["connect", "solve_by_scheduler"]

ANSWER_S: Final = 10
"""[s] How long a scheduler may take to answer, and to have a worker."""

PATIENCE_S: Final = 60.0
"""[s] How long a scheduler may be without a worker, or out of reach, before a run is given up."""

PAUSE_S: Final = 0.05
LOOK_S: Final = 2.0
RETRIES: Final = 3
"""How often a task whose worker died is tried again."""


def connect(address: str) -> Client:
    """
    Return a client of a scheduler that answers and has a worker.

    Parameters
    ----------
    address
        Such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ScenarioError
        Nobody answers, or no worker is there.
    """
    where = f"--dask {address}"
    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as fault:
        got, wanted = "no answer", "the address of a running scheduler"
        then = "start one with `dask scheduler`, and workers with `dask worker ADDRESS`"
        raise ScenarioError(state_fault(where, got, wanted, then)) from fault
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError as fault:
        client.close()  # type: ignore[no-untyped-call]
        got, then = "a scheduler without a worker", "start some: `dask worker ADDRESS --nthreads 1`"
        raise ScenarioError(state_fault(where, got, "one at least", then)) from fault
    return client


class _Held(WorkerPlugin):
    """What every task of a worker shares, sent once to each, also to those that come later."""

    def __init__(self, name: str, cases: Cases) -> None:
        self.name, self.cases = name, cases


def _do(name: str, state: State) -> list[Found]:
    held: Any = get_worker().plugins[name]
    found: list[Found] = held.cases.do(state)
    return found


def solve_by_scheduler(
    client: Client, cases: Cases, states: Sequence[State]
) -> Iterator[tuple[State, list[Found]]]:
    """
    Solve states, and yield them as they are done.

    Parameters
    ----------
    client
        From `connect`.
    cases
        Does one.
    states
        The states.

    Yields
    ------
    done
        A state and what was found, by case.

    Raises
    ------
    SeraiError
        A task failed for good, or scheduler or workers are gone.
    """
    name = f"serai-{secrets.token_hex(8)}"
    call: Any = client
    call.register_plugin(_Held(name, cases), name=name)
    futures = call.map(_do, [name] * len(states), list(states), pure=False, retries=RETRIES)
    of_key = {future.key: state for future, state in zip(futures, states, strict=True)}
    finished: Any = as_completed(  # type: ignore[no-untyped-call]
        futures, loop=call.loop, raise_errors=False
    )
    try:
        alive = looked = time.monotonic()
        while of_key:
            batch = finished.next_batch(block=False)
            for future in batch:
                yield of_key.pop(future.key), _result_of(future)
                future.release()
            now = time.monotonic()
            if batch:
                alive = now
                continue
            time.sleep(PAUSE_S)
            if now - looked > LOOK_S:
                looked = now
                alive = now if _has_workers(call) else alive
            if now - alive > PATIENCE_S:
                raise _gone(f"no scheduler or no worker for {PATIENCE_S:.0f} s")
    finally:
        _let_go(call, name, futures)


def _result_of(future: Any) -> list[Found]:  # noqa: ANN401 - the library says no more
    if future.status == "finished":
        found: list[Found] = future.result()
        return found
    if future.status == "error":
        fault = future.exception()
        raise _gone(f"a task that failed ({type(fault).__name__}: {fault})") from fault
    raise _gone(f"a task that was {future.status}: the scheduler is gone")


def _gone(got: str) -> SeraiError:
    then = "what is finished is kept where --out says: go on with --resume"
    return SeraiError(state_fault("--dask", got, "every state solved", then))


def _has_workers(client: Any) -> bool:  # noqa: ANN401
    return client.status == "running" and bool(client.scheduler_info(n_workers=1)["workers"])


def _let_go(client: Any, name: str, futures: list[Any]) -> None:  # noqa: ANN401
    """Free the workers of what they hold, if they are still there."""
    if client.status == "running":
        client.cancel(futures)
        try:
            client.unregister_worker_plugin(name)
        except (OSError, KeyError, TimeoutError, RuntimeError):
            return
