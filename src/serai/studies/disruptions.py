"""Years drawn from a list of disruptions: what happens, when, for how long, and what overlaps."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from serai.domain.disruptions import DAYS, EnsembleSpec
from serai.domain.ranged import FloatArray
from serai.domain.scenario import Scenario, Shock
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.apply import apply_scenario

__all__ = ["CALM", "State", "Year", "Years", "check_disruptions", "correlations_of", "keep_worst",
           "lone_states", "name_state", "shocks_of"]  # fmt: skip

State = tuple[tuple[int, float], ...]
"""What goes on at a time: disruptions by their number in the list, each with its size."""

CALM: State = ()

MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ROUNDING: Final = 1e-9
EDGE: Final = 1e-12
"""Draws this near to 0 or 1 are moved inside: a normal variable has no end."""

MAX_POINTS: Final = 2**30
"""Sobol points that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One draw."""

    days: dict[State, int]
    """[days] How long each state goes on; they sum to a year."""
    happened: tuple[int, ...]
    """Numbers of the disruptions that it has."""


def check_disruptions(world: World, spec: EnsembleSpec, scenario: Scenario) -> None:
    """
    Refuse disruptions that name what the tables do not have, or that cannot go together so.

    Parameters
    ----------
    world
        The tables.
    spec
        The disruptions.
    scenario
        A case without them.

    Raises
    ------
    ScenarioError
        All faults are named.
    """
    faults: list[str] = []
    for one in spec.disruptions:
        shocked = scenario.model_copy(update={"name": one.id, "shocks": one.shocks})
        try:
            apply_scenario(world, shocked)
        except ScenarioError as error:
            faults += [fault.replace("scenario ", "disruption ", 1) for fault in error.faults]
    try:
        correlations_of(spec)
    except ScenarioError as error:
        faults += error.faults
    if faults:
        raise ScenarioError(faults)


def correlations_of(spec: EnsembleSpec) -> FloatArray:
    """
    Return the correlation of the normal variables behind the disruptions.

    Parameters
    ----------
    spec
        The disruptions.

    Returns
    -------
    matrix
        [-], shape (n_disruptions, n_disruptions).

    Raises
    ------
    ScenarioError
        No variables are correlated so: the matrix is not positive semidefinite.
    """
    ids = [one.id for one in spec.disruptions]
    matrix = np.eye(len(ids))
    for one in spec.correlations:
        i, j = (ids.index(name) for name in one.between)
        matrix[i, j] = matrix[j, i] = one.value
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -ROUNDING:
        got = f"a matrix that no variables can have (its smallest eigenvalue is {least:.3g})"
        wanted = "a positive semidefinite matrix"
        then = "bring correlations of the same disruptions nearer to each other, or to zero"
        raise ScenarioError(state_fault(f"{spec.name}: correlations", got, wanted, then))
    return matrix


def shocks_of(spec: EnsembleSpec, state: State) -> tuple[Shock, ...]:
    """
    Return the shocks of a state, in the order of the list.

    Parameters
    ----------
    spec
        The disruptions.
    state
        What goes on.
    """
    return tuple(shock for i, size in state for shock in spec.disruptions[i].shocks_of(size))


def name_state(spec: EnsembleSpec, state: State) -> str:
    """
    Return the name of a state: ids with their sizes where these are not one.

    Parameters
    ----------
    spec
        The disruptions.
    state
        What goes on.
    """
    words = [spec.disruptions[i].id + ("" if size == 1.0 else f"@{size!r}") for i, size in state]
    return "+".join(words) or "calm"


def lone_states(spec: EnsembleSpec) -> list[State]:
    """
    Return the calm state, and every disruption alone in each of its sizes.

    Parameters
    ----------
    spec
        The disruptions.
    """
    return [
        CALM,
        *dict.fromkeys(
            ((i, outcome.size),)
            for i, one in enumerate(spec.disruptions)
            for outcome in one.outcomes
        ),
    ]


def keep_worst(state: State, most: int | None, cost: Mapping[tuple[int, float], float]) -> State:
    """
    Return the disruptions of a state that cost most, in the order of the list.

    Parameters
    ----------
    state
        What goes on.
    most
        [-], >= 1. How many are kept; all if None.
    cost
        [any] Of each alone.
    """
    if most is None or len(state) <= most:
        return state
    kept = sorted(state, key=lambda one: (-cost[one], one))[:most]
    return tuple(sorted(kept))


@dataclass(frozen=True, kw_only=True)
class Years:
    """
    Draws of years, any part of which can be had alone.

    Notes
    -----
    One column of uniform points per disruption, made normal and correlated (a Gaussian copula: Li,
    J. Fixed Income 9, 2000), says whether it happens, in which of its outcomes, and, by the place
    within the outcome's band, for how long; a second, independent column says on which day it
    begins. Days wrap at the end of the year: a draw is one of many years like it.
    """

    spec: EnsembleSpec
    n: int
    seed: int

    def points(self, first: int, last: int) -> FloatArray:
        """
        Return uniform points.

        Parameters
        ----------
        first, last
            [-], 0 <= first <= last <= n. Draws first:last.

        Returns
        -------
        points
            [-], 0 to 1, shape (last - first, 2 n_disruptions).
        """
        n_columns = 2 * len(self.spec.disruptions)
        if self.spec.sampling == "latin":
            return self._hypercube[first:last]
        from scipy.stats import qmc  # noqa: PLC0415 - half a second that few commands need

        sampler = qmc.Sobol(n_columns, scramble=True, rng=self.seed)
        if first:
            sampler.fast_forward(first)
        with warnings.catch_warnings():
            # Balance needs a power of two; who asks for another number gets it all the same.
            warnings.simplefilter("ignore", UserWarning)
            return np.asarray(sampler.random(last - first))

    @cached_property
    def _hypercube(self) -> FloatArray:
        """Return all points: a Latin hypercube cannot be had in parts."""
        from scipy.stats import qmc  # noqa: PLC0415 - half a second that few commands need

        sampler = qmc.LatinHypercube(2 * len(self.spec.disruptions), rng=self.seed)
        return np.asarray(sampler.random(self.n))

    @cached_property
    def _factor(self) -> FloatArray:
        """Return F with F F' the correlations; a symmetric root, which semidefinite ones have."""
        values, vectors = np.linalg.eigh(correlations_of(self.spec))
        return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)

    def copula(self, points: FloatArray) -> FloatArray:
        """
        Return correlated uniform values.

        Parameters
        ----------
        points
            [-], shape (n, n_disruptions). Independent ones.
        """
        normal = ndtri(np.clip(points, EDGE, 1.0 - EDGE))
        return np.asarray(ndtr(normal @ self._factor))

    def draw(self, first: int, last: int) -> Iterator[Year]:
        """
        Yield years.

        Parameters
        ----------
        first, last
            [-], 0 <= first <= last <= n. Draws first:last.

        Yields
        ------
        year
            The states that it goes through.
        """
        points = self.points(first, last)
        k = len(self.spec.disruptions)
        for happens, begins in zip(self.copula(points[:, :k]), points[:, k:], strict=True):
            events = [
                event
                for i in range(k)
                if (event := self._event(i, float(happens[i]), float(begins[i]))) is not None
            ]
            yield Year(days=_overlay(events), happened=tuple(event[0] for event in events))

    def _event(self, i: int, happens: float, begins: float) -> tuple[int, float, int, int] | None:
        """Return number, size, first day and days of a disruption, None where it stays away."""
        one = self.spec.disruptions[i]
        above = 1.0 - happens
        for outcome in reversed(one.outcomes):
            if above < outcome.probability:
                depth = 1.0 - above / outcome.probability
                high = outcome.days if outcome.days_high is None else outcome.days_high
                days = max(1, round(outcome.days + depth * (high - outcome.days)))
                starts = self._first_days[i]
                start = starts[min(int(begins * len(starts)), len(starts) - 1)]
                return i, outcome.size, start, days
            above -= outcome.probability
        return None

    @cached_property
    def _first_days(self) -> list[list[int]]:
        """Return, by disruption, the days of the year on which it may begin."""
        first = np.concatenate([[0], np.cumsum(MONTH_DAYS)]).tolist()
        days_of = [list(range(*ends)) for ends in itertools.pairwise(first)]
        return [
            [day for month in sorted(set(one.months)) for day in days_of[month - 1]]
            for one in self.spec.disruptions
        ]


def _overlay(events: list[tuple[int, float, int, int]]) -> dict[State, int]:
    """Cut a year where something begins or ends, and count the days of each state."""
    cuts = sorted({0, DAYS, *((start + d) % DAYS for _, _, start, days in events
                              for d in (0, days))})  # fmt: skip
    days_of: dict[State, int] = {}
    for begin, end in itertools.pairwise(cuts):
        state = tuple((i, size) for i, size, start, days in events if (begin - start) % DAYS < days)
        days_of[state] = days_of.get(state, 0) + end - begin
    return days_of
