"""An ensemble: years of disruptions, solved state by state, kept as they are finished."""

from __future__ import annotations

import contextlib
import importlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from serai.data.parts import Parts
from serai.domain.disruptions import EnsembleSpec
from serai.domain.ensemble import EnsembleResult
from serai.domain.ranged import FloatArray
from serai.domain.world import World
from serai.errors import ScenarioError, SeraiError, state_fault
from serai.run import Start, describe
from serai.studies.cases import case_scenario
from serai.studies.disruptions import (
    CALM,
    State,
    Year,
    Years,
    check_disruptions,
    keep_worst,
    lone_states,
)
from serai.studies.ensemble_cases import (
    LOOSE_GAP,
    LOOSE_RESIDUAL_H,
    Cases,
    Found,
    Layout,
    cases_of,
)
from serai.studies.ensemble_rows import read_states, tabulate_draws, tabulate_states
from serai.studies.ensemble_summary import Known, summarize_ensemble
from serai.studies.shares import Key, Progress, settle_cases
from serai.studies.spread import spread

__all__ = ["BLOCK", "Plan", "ensemble"]

BLOCK: Final = 250
"""Draws of one part of the data set."""

FLUSH_S: Final = 3.0
"""[s] How long a solved state may wait to be kept."""

WORTH: Final = 6
"""States for which a process is worth its start."""

FORMAT: Final = 1
"""Of the data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many years are drawn, where they are kept, and who works on them."""

    n: int
    seed: int = 1
    out: str | None = None
    """Folder or address; None keeps nothing."""
    resume: bool = False
    workers: int = 2
    """Processes of this machine, where there is no scheduler."""
    dask: str | None = None
    """Address of a scheduler."""

    def require(self) -> None:
        """
        Refuse a plan that means nothing.

        Raises
        ------
        ScenarioError
            All faults are named.
        """
        faults = []
        if self.n < 1:
            faults.append(state_fault("-n", str(self.n), "1 or more", "draw some years"))
        if self.resume and self.out is None:
            faults.append(
                state_fault("--resume", "no --out", "the folder to go on with", "name it")
            )
        if faults:
            raise ScenarioError(faults)


def ensemble(
    world: World, spec: EnsembleSpec, plan: Plan, *, progress: Progress | None = None
) -> EnsembleResult:
    """
    Return what a year's disruptions cost.

    Parameters
    ----------
    world
        The tables.
    spec
        What may go wrong.
    plan
        How many years, where they are kept, who works.
    progress
        Told how far the work is.

    Returns
    -------
    result
        The same to the last bit, whoever works and however often it was interrupted.

    Raises
    ------
    ScenarioError
        The disruptions, the scheduler or the folder will not do; nothing is left behind.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    plan.require()
    check_disruptions(world, spec, case_scenario(spec.cases[0], "open"))
    with contextlib.ExitStack() as stack:
        client = None
        if plan.dask is not None:
            cluster = _cluster()
            client = cluster.connect(plan.dask)
            stack.callback(client.close)
        address = plan.out or stack.enter_context(tempfile.TemporaryDirectory())
        parts = Parts(address, _study(world, spec, plan), resume=plan.resume)
        work = _Work(world=world, spec=spec, plan=plan, parts=parts, client=client, tell=tell)
        known = work.solve()
        result = summarize_ensemble(world, spec, plan.n, plan.seed, parts, known)
        record = describe(
            world, case_scenario(spec.cases[0], "open"), seed=plan.seed,
            gap=result.certificate.relative_gap, n_routes=known.n_routes,
            seconds=time.perf_counter() - began,
        )  # fmt: skip
        told = record.model_copy(update={"scenario": spec.model_dump(mode="json")})
        return result.model_copy(update={"record": told, "out": plan.out})


def _study(world: World, spec: EnsembleSpec, plan: Plan) -> dict[str, Any]:
    """Return what makes two ensembles the same."""
    return {
        "format": FORMAT,
        "version": version("serai"),
        "list of disruptions": spec.model_dump(mode="json"),
        "number of draws": plan.n,
        "seed": plan.seed,
        "set of tables": dict(world.hashes),
        "tolerance": [LOOSE_GAP, LOOSE_RESIDUAL_H],
    }


def _cluster() -> Any:  # noqa: ANN401 - the library is an extra
    try:
        return importlib.import_module("serai.studies.cluster")
    except ImportError as fault:
        got, then = f"a missing library ({fault.name})", "install it: pip install 'serai[cluster]'"
        raise ScenarioError(state_fault("--dask", got, "distributed", then)) from fault


# ------------------------------------------------------------------ the work


@dataclass(kw_only=True, eq=False)
class _Work:
    """An ensemble on its way."""

    world: World
    spec: EnsembleSpec
    plan: Plan
    parts: Parts
    client: Any
    tell: Progress
    known: dict[State, list[Found]] = field(default_factory=dict)
    n_routes: int = 0
    _fresh: list[State] = field(default_factory=list)
    """Solved, and not kept yet."""
    _kept_s: float = 0.0
    _block: int = 0
    """First block that is not kept."""

    def solve(self) -> Known:
        """Solve all states that are not kept, and keep every block of draws when it can be."""
        self._take_up()
        try:
            self._solve_missing()
            self._keep_draws()
        finally:
            self._keep_states()
        return Known(row_of=self._row, drawn=self._drawn, solved=tuple(self.known),
                     n_routes=self.n_routes)  # fmt: skip

    @property
    def _years(self) -> Years:
        return Years(spec=self.spec, n=self.plan.n, seed=self.plan.seed)

    def _blocks(self) -> Iterator[tuple[int, list[Year]]]:
        years = self._years
        for block, first in enumerate(range(0, self.plan.n, BLOCK)):
            yield block, list(years.draw(first, min(first + BLOCK, self.plan.n)))

    @cached_property
    def _drawn(self) -> dict[State, int]:
        """Return the days of all draws in each of their states, in the order they need them."""
        days: dict[State, int] = {}
        for _, drawn in self._blocks():
            for year in drawn:
                for state, n in year.days.items():
                    days[state] = days.get(state, 0) + n
        return days

    def _kept_of(self, state: State) -> State:
        """Return what is solved of a state, by what each disruption costs alone."""
        most = self.spec.together
        if most is None or len(state) <= most:
            return state
        return keep_worst(state, most, self._lone_cost)

    @cached_property
    def _lone_cost(self) -> dict[tuple[int, float], float]:
        return {s[0]: float(self.known[s][0].row[0]) for s in lone_states(self.spec) if s}

    def _take_up(self) -> None:
        for number in self.parts.numbers("states"):
            found, self.n_routes = read_states(self.parts.read("states", number), self.spec)
            self.known.update(found)

    def _solve_missing(self) -> None:
        alone = [state for state in lone_states(self.spec) if state not in self.known]
        if not alone and not any(self._missing(1)):
            return
        keys: tuple[Key, ...] = tuple((case, "open") for case in self.spec.cases)
        routes, runs = settle_cases(self.world, self.tell, keys=keys)
        self.n_routes = len(routes.mark)
        names = [case.name for case in cases_of(self.spec)]
        first = {case.name: {CALM: runs[case.built, "open"].end} for case in cases_of(self.spec)}
        cases = Cases(world=self.world, routes=routes, spec=self.spec, start=first)
        watch = _Watch(tell=self.tell)
        for size in range(4):
            if size < 2:  # noqa: PLR2004 - calm, then each alone, then pairs, then all others
                stage = [state for state in alone if len(state) == size]
            else:
                stage = [s for s in self._missing(2) if size == 3 or len(s) == size]  # noqa: PLR2004
            # Sent to the workers as it is now: with the ends of what is known of fewer at once.
            ends: dict[str, dict[State, Start]] = {
                name: {s: found[i].end for s, found in self.known.items() if len(s) < min(size, 3)}
                for i, name in enumerate(names)
            }
            ready = replace(cases, start=ends if size else first)
            watch.begin(len(stage))
            for state, found in self._spread(ready, stage):
                self._take(state, found)
                watch.step()

    def _missing(self, least: int) -> list[State]:
        """Return the states of so many disruptions or more that are to be solved yet."""
        kept = dict.fromkeys(self._kept_of(state) for state in self._drawn)
        return [state for state in kept if len(state) >= least and state not in self.known]

    def _spread(self, cases: Cases, states: Sequence[State]) -> Iterator[tuple[State, list[Found]]]:
        if not states:
            return
        if self.client is not None:
            yield from _cluster().solve_by_scheduler(self.client, cases, states)
            return
        workers = max(1, min(self.plan.workers, int(len(states) / WORTH)))
        try:
            done = spread(cases, states, workers=workers, tell=lambda *_: None, stage="")
            yield from zip(states, done, strict=True)
        except BrokenProcessPool as fault:
            got = "a process that ended before its time (killed, or out of memory)"
            then = "what is finished is kept where --out says: go on with --resume"
            raise SeraiError(state_fault("--workers", got, "all to finish", then)) from fault

    def _take(self, state: State, found: list[Found]) -> None:
        self.known[state] = found
        self._fresh.append(state)
        if time.monotonic() - self._kept_s > FLUSH_S:
            self._keep_states()
            self._keep_draws()

    def _keep_states(self) -> None:
        if self._fresh:
            number = max(self.parts.numbers("states"), default=-1) + 1
            fresh, self._fresh = self._fresh, []
            rows = {state: self.known[state] for state in fresh}
            self.parts.write("states", number, tabulate_states(rows, self.spec, self.n_routes))
        self._kept_s = time.monotonic()

    def _keep_draws(self) -> None:
        """Keep every block of draws all of whose states are solved."""
        kept = set(self.parts.numbers("draws"))
        while (first := self._block * BLOCK) < self.plan.n:
            if self._block not in kept:
                drawn = list(self._years.draw(first, min(first + BLOCK, self.plan.n)))
                if not self._can_be_read(drawn):
                    return
                rows = tabulate_draws(first, drawn, self._row, self.spec, self._layout)
                self.parts.write("draws", self._block, rows)
            self._block += 1

    def _can_be_read(self, drawn: Sequence[Year]) -> bool:
        if any(state not in self.known for state in lone_states(self.spec)):
            return False
        return all(self._kept_of(state) in self.known for year in drawn for state in year.days)

    def _row(self, state: State) -> FloatArray:
        """Return what a state comes to: solved, or put together of what is."""
        kept = self._kept_of(state)
        rows = np.stack([found.row for found in self.known[kept]])
        if kept == state:
            return rows
        calm = np.stack([found.row for found in self.known[CALM]])
        sums = slice(0, self._layout.slices["resource_full"].start)
        for one in sorted(set(state) - set(kept)):
            alone = np.stack([found.row for found in self.known[(one,)]])
            rows[:, sums] += alone[:, sums] - calm[:, sums]
        return rows

    @cached_property
    def _layout(self) -> Layout:
        return Layout.of(self.world)


@dataclass(kw_only=True, eq=False)
class _Watch:
    """Tells how fast states are solved and how long the rest will take."""

    tell: Callable[[str, int, int], None]
    total: int = 0
    done: int = 0
    began: float = 0.0

    def begin(self, total: int) -> None:
        """Begin so many."""
        self.total, self.done, self.began = total, 0, time.monotonic()

    def step(self) -> None:
        """Count one more."""
        self.done += 1
        rate = self.done / max(time.monotonic() - self.began, 1e-9)
        left = round((self.total - self.done) / rate)
        self.tell(
            f"states, {60 * rate:.0f} a minute, {left // 60}:{left % 60:02} left",
            self.done, self.total,
        )  # fmt: skip
