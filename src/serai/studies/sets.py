"""Sets of projects, each solved with Russia open and closed: what studies of investment share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from serai.domain.ranged import FloatArray
from serai.domain.results import Amounts, RunCertificate
from serai.domain.routes import Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.apply import draw_world
from serai.run import Run, Setting, Start, assign, offers_of, prepare, with_transit_closed
from serai.studies.cases import (
    BASE_YEAR,
    SERVES_MIDDLE,
    case_scenario,
    divertible,
    project_ids,
    trips,
)
from serai.studies.shares import TODAY, Key, measure, solve_cases
from serai.studies.tally import NAMES, tally
from serai.studies.welfare import Welfare, welfare

__all__ = ["Built", "Chosen", "Measures", "SetTask", "SetWork", "Way",
           "find_candidates", "set_scenario"]  # fmt: skip

Chosen = frozenset[str]
"""A set of projects."""

Measures = Literal["all", "none"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """A set of projects with Russia open, or closed."""

    share: float
    """[-] Middle Corridor gain over divertible boxes, against today with Russia open."""
    middle: Amounts
    """All that the Middle Corridor carries, divertible or not."""
    welfare: Welfare


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Built:
    """What a set of projects does."""

    open: Way
    closed: Way
    usd_feu: float
    """[USD/FEU] Boxes China-Europe by the Middle Corridor, Russia closed."""
    days: float
    certificate: RunCertificate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetTask:
    """Sets to solve, at the tables' values or at a draw."""

    sets: tuple[Chosen, ...]
    z: FloatArray | None = None
    """[-], shape (n_dimensions,). Standard normal deviates of a draw."""
    year: int = BASE_YEAR
    """Year of demand and prices."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SetWork:
    """What every task of a process shares."""

    world: World
    routes: Routes
    start: Mapping[Key, Start]
    measures: Measures

    @cached_property
    def _bases(self) -> dict[int, Run]:
        return {}

    def base(self, task: SetTask) -> tuple[World, Run]:
        """
        Return the world of a task, and today with Russia open in it.

        Parameters
        ----------
        task
            The task.
        """
        if task.z is not None:
            world = draw_world(self.world, task.z)
            return world, self._solve_base(world, task.year)
        if task.year not in self._bases:
            self._bases[task.year] = self._solve_base(self.world, task.year)
        return self.world, self._bases[task.year]

    def _solve_base(self, world: World, year: int) -> Run:
        return solve_cases(world, self.routes, start=self.start, year=year, keys=(TODAY,))[TODAY]

    def do(self, task: SetTask) -> list[Built]:
        """
        Solve sets of projects.

        Parameters
        ----------
        task
            Which, and at what values.
        """
        world, base = self.base(task)
        weights = divertible(base).teu
        return [self._solve(world, base, weights, chosen) for chosen in task.sets]

    def _solve(self, world: World, base: Run, weights: FloatArray, chosen: Chosen) -> Built:
        opened, closed = self.settings(world, base, chosen)
        offers = offers_of(world, opened, self.routes)
        runs = {TODAY: base}
        for russia, setting in (("open", opened), ("closed", closed)):
            start = self.start["full" if chosen else "today", russia]
            runs["set", russia] = assign(world, setting, self.routes, offers=offers, start=start)
        shares = measure(runs)
        trip = trips(runs["set", "closed"], weights)["middle"]
        return Built(
            open=_way(runs["set", "open"], shares.cases["set", "open"].share),
            closed=_way(runs["set", "closed"], shares.cases["set", "closed"].share),
            usd_feu=trip.usd_feu if trip else float("nan"),
            days=trip.days if trip else float("nan"),
            certificate=shares.certificate,
        )

    def settings(self, world: World, base: Run, chosen: Chosen) -> tuple[Setting, Setting]:
        """
        Return a set made ready, Russia open and closed.

        Parameters
        ----------
        world
            The tables, or a draw of them.
        base
            Today with Russia open in the same world.
        chosen
            The projects.
        """
        year = base.setting.scenario.year
        opened = prepare(
            world, set_scenario(chosen, "open", self.measures, year), like=base.setting
        )
        shut = set_scenario(chosen, "closed", self.measures, year)
        return opened, with_transit_closed(opened, shut)


def set_scenario(chosen: Chosen, russia: str, measures: Measures, year: int) -> Scenario:
    """
    Return the scenario in which a set of projects is built.

    Parameters
    ----------
    chosen
        Projects beyond those built today.
    russia
        ``open`` or ``closed``.
    measures
        Whether the soft measures are in force.
    year
        Year of demand and prices.
    """
    update = {"name": f"set-{russia}", "projects": tuple(sorted(chosen)), "measures": measures}
    return case_scenario("full", russia, year=year).model_copy(update=update)


def _way(run: Run, share: float) -> Way:
    flows = tally(run)
    middle = NAMES.index("middle")
    return Way(
        share=share,
        middle=Amounts(
            teu=float(flows.by_corridor(flows.teu)[middle]),
            t=float(flows.by_corridor(flows.t)[middle]),
        ),
        welfare=welfare(run),
    )


def find_candidates(world: World, named: Sequence[str] = ()) -> tuple[str, ...]:
    """
    Return the projects to choose from.

    Parameters
    ----------
    world
        The tables.
    named
        Ids; all that serve the Middle Corridor and are not built, if left out.

    Raises
    ------
    ScenarioError
        A project is not known, or built today.
    """
    if not named:
        return tuple(project_ids(world, "full", SERVES_MIDDLE))
    free = project_ids(world, "full")
    faults = []
    for one in dict.fromkeys(named):
        if one not in world.projects.ids:
            faults.append(state_fault("--projects", one, f"one of {', '.join(free)}",
                                      "correct the id"))  # fmt: skip
        elif one not in free:
            faults.append(state_fault("--projects", f"{one}, which is built",
                                      f"one of {', '.join(free)}", "leave it out"))  # fmt: skip
    if faults:
        raise ScenarioError("\n".join(faults))
    return tuple(dict.fromkeys(named))
