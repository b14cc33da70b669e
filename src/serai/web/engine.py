"""Scenarios solved for several people at once: one thread, each job a round in its turn."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Final

from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import SeraiError
from serai.run import Bases, Run
from serai.studies.comparison import N_STEPS, step_pair
from serai.studies.quote import Inquiry, quote
from serai.studies.runs import compare_runs
from serai.web.jobs import Job
from serai.web.payloads import compare_payload, run_payload

__all__ = ["Engine"]

MAX_BASES: Final = 3
"""Bases that are kept."""

MAX_RESULTS: Final = 24
"""Finished results that are kept, for those who come back to a scenario."""


class Engine:
    """
    Solve scenarios, each from the base of its year, as `run_scenario` does.

    Parameters
    ----------
    world
        The tables.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._bases = Bases(world, most=MAX_BASES)
        self._results: OrderedDict[str, bytes] = OrderedDict()
        self._turns: deque[tuple[Job, Iterator[None]]] = deque()
        self._wake = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="solver", daemon=True)
        self._thread.start()

    def run(self, job: Job, scenario: Scenario) -> None:
        """
        Solve a scenario; its rounds appear in the job.

        Parameters
        ----------
        job
            Where the results go.
        scenario
            What is asked.
        """
        self._take(job, self._run(job, scenario))

    def compare(self, job: Job, before: Scenario, after: Scenario) -> None:
        """
        Solve two scenarios on the same routes.

        Parameters
        ----------
        job
            Where the result goes.
        before
            The first.
        after
            The second.
        """
        self._take(job, self._compare(job, before, after))

    def quote(self, job: Job, scenario: Scenario, inquiry: Inquiry) -> None:
        """
        Look for routes between two places.

        Parameters
        ----------
        job
            Where the sheet goes.
        scenario
            What is built and what happens.
        inquiry
            What a shipper asks.
        """
        self._take(job, self._quote(job, scenario, inquiry))

    def close(self) -> None:
        """Take no more work and leave the rest undone."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()
        self._thread.join()

    # ---------------------------------------------------------------- turns

    def _take(self, job: Job, work: Iterator[None]) -> None:
        with self._wake:
            self._turns.append((job, work))
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._turns and not self._is_closed:
                    self._wake.wait()
                if self._is_closed:
                    return
                job, work = self._turns.popleft()
            if job.is_called_off.is_set():
                continue
            try:
                next(work)
            except StopIteration:
                continue
            except SeraiError as error:
                job.fail(tuple((type(error).__name__, fault) for fault in error.faults))
                continue
            except Exception as error:  # noqa: BLE001 - the thread must outlive any fault of ours
                text = (
                    f"this should not happen ({type(error).__name__}: {error}); please report it "
                    "with the scenario"
                )
                job.fail((("Fault", text),))
                continue
            with self._wake:
                self._turns.append((job, work))

    def _run(self, job: Job, scenario: Scenario) -> Iterator[None]:
        key = _key(scenario)
        if key in self._results:
            self._results.move_to_end(key)
            job.show(self._results[key], is_final=True)
            return
        yield from self._prepare(job, scenario)
        rounds = self._bases.rounds(scenario)
        job.tell("solving", 0, 0)
        yield
        for at, run in enumerate(rounds):
            if at == 0:
                # A picture to look at meanwhile; the last round is what `serai run` says.
                job.show(run_payload(run), is_final=False)
            job.tell("looking for routes at the prices found", at, 0)
            yield
        found = run_payload(run)
        self._keep(key, found)
        job.show(found, is_final=True)

    def _compare(self, job: Job, before: Scenario, after: Scenario) -> Iterator[None]:
        key = f"{_key(before)} {_key(after)}"
        if key in self._results:
            job.show(self._results[key], is_final=True)
            return
        for scenario in (before, after):
            yield from self._prepare(job, scenario)
        job.tell("running both scenarios", 0, N_STEPS)
        yield
        runs: tuple[Run, ...] = ()
        for at, solved in enumerate(step_pair(self._bases, before, after)):
            runs = solved
            job.tell("running both scenarios", at + 1, N_STEPS)
            yield
        found = compare_payload(compare_runs(runs[0], runs[1]), runs[0], runs[1])
        self._keep(key, found)
        job.show(found, is_final=True)

    def _quote(self, job: Job, scenario: Scenario, inquiry: Inquiry) -> Iterator[None]:
        job.tell("looking for routes", 0, 0)
        yield
        found = quote(self.world, scenario, inquiry, tell=job.tell, bases=self._bases)
        job.show(found.model_dump_json(by_alias=True).encode(), is_final=True)

    def _prepare(self, job: Job, scenario: Scenario) -> Iterator[None]:
        """Solve the base of a scenario, if nobody has."""
        if not self._bases.has(scenario):
            job.tell(f"solving the base of {scenario.year}", 0, 0)
            yield
            self._bases.of(scenario)

    def _keep(self, key: str, found: bytes) -> None:
        self._results[key] = found
        while len(self._results) > MAX_RESULTS:
            self._results.popitem(last=False)


def _key(scenario: Scenario) -> str:
    return scenario.model_dump_json()
