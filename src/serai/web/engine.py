"""Scenarios solved for several people at once: one thread, each job a round in its turn."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from serai.domain.routes import Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import SeraiError
from serai.run import Run, base_of, planned_routes, run_rounds, run_scenario
from serai.studies.comparison import N_STEPS, run_pair
from serai.studies.quote import Inquiry, quote
from serai.studies.runs import compare_runs
from serai.web.jobs import Job
from serai.web.payloads import compare_payload, run_payload

__all__ = ["Engine", "Ground"]

MAX_GROUNDS: Final = 3
"""Bases that are kept: a base is about 150 MB."""

MAX_RESULTS: Final = 24
"""Finished results that are kept, for those who come back to a scenario."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What the scenarios of one year and demand start from."""

    base: Run

    @cached_property
    def planned(self) -> Routes:
        """Find routes over what projects add."""
        return planned_routes(self.base.world, self.base.setting.scenario)


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
        self._grounds: OrderedDict[str, Ground] = OrderedDict()
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
        ground = self._ground(scenario)
        rounds = run_rounds(self.world, scenario, base=ground.base, planned=lambda: ground.planned)
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

        def tell(done: int) -> None:
            job.tell("running both scenarios", done, N_STEPS)

        tell(0)
        pair = run_pair(self.world, before, after, tell=tell, base=lambda s: self._ground(s).base)
        yield
        found = compare_payload(compare_runs(*pair), *pair)
        self._keep(key, found)
        job.show(found, is_final=True)

    def _quote(self, job: Job, scenario: Scenario, inquiry: Inquiry) -> Iterator[None]:
        def solve(world: World, wanted: Scenario) -> Run:
            ground = self._ground(wanted)
            return run_scenario(world, wanted, base=ground.base, planned=lambda: ground.planned)

        job.tell("looking for routes", 0, 0)
        yield
        found = quote(self.world, scenario, inquiry, tell=job.tell, solve=solve)
        job.show(found.model_dump_json(by_alias=True).encode(), is_final=True)

    def _prepare(self, job: Job, scenario: Scenario) -> Iterator[None]:
        """Solve the base of a scenario, if nobody has."""
        if _key(base_of(scenario)) not in self._grounds:
            job.tell(f"solving the base of {scenario.year}", 0, 0)
            yield
            self._ground(scenario)

    def _ground(self, scenario: Scenario) -> Ground:
        plain = base_of(scenario)
        key = _key(plain)
        if key not in self._grounds:
            base = run_scenario(self.world, plain)
            self._grounds[key] = Ground(base=base)
            while len(self._grounds) > MAX_GROUNDS:
                self._grounds.popitem(last=False)
        self._grounds.move_to_end(key)
        return self._grounds[key]

    def _keep(self, key: str, found: bytes) -> None:
        self._results[key] = found
        while len(self._results) > MAX_RESULTS:
            self._results.popitem(last=False)


def _key(scenario: Scenario) -> str:
    return scenario.model_dump_json()
