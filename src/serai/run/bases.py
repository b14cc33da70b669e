"""Bases that scenarios start from, each solved once for as long as somebody asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from serai.domain.routes import Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.run.rounds import base_of, planned_routes, run_rounds, run_scenario
from serai.run.solved import Run

__all__ = ["Bases"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Base:
    """What the scenarios of one year and demand start from."""

    run: Run

    @cached_property
    def planned(self) -> Routes:
        """Find routes over what projects add."""
        return planned_routes(self.run.world, self.run.setting.scenario)


class Bases:
    """
    Runs of the scenarios of one world, each from its base, which is solved once.

    Parameters
    ----------
    world
        The tables.
    most
        [-], >= 1. How many bases are kept, those asked for last; each is about 150 MB. All of
        them if left out.
    """

    def __init__(self, world: World, *, most: int | None = None) -> None:
        self.world = world
        self._most = most
        self._known: OrderedDict[str, _Base] = OrderedDict()

    def has(self, scenario: Scenario) -> bool:
        """
        Say whether the base of a scenario is known.

        Parameters
        ----------
        scenario
            Any.
        """
        return _key(scenario) in self._known

    def of(self, scenario: Scenario) -> Run:
        """
        Return the run of the base of a scenario.

        Parameters
        ----------
        scenario
            Any.
        """
        return self._base(scenario).run

    def run(self, scenario: Scenario) -> Run:
        """
        Run a scenario as `run_scenario` does, to the bit.

        Parameters
        ----------
        scenario
            What is built, decided and happens.

        Raises
        ------
        ScenarioError
            The scenario names what the tables do not have.
        """
        *_, run = self.rounds(scenario)
        return run

    def rounds(self, scenario: Scenario) -> Iterator[Run]:
        """
        Run a scenario round by round as `run_rounds` does, to the bit.

        Parameters
        ----------
        scenario
            What is built, decided and happens.

        Raises
        ------
        ScenarioError
            The scenario names what the tables do not have.
        """
        base = self._base(scenario)
        return run_rounds(self.world, scenario, base=base.run, planned=lambda: base.planned)

    def _base(self, scenario: Scenario) -> _Base:
        key = _key(scenario)
        if key not in self._known:
            self._known[key] = _Base(run=run_scenario(self.world, base_of(scenario)))
            if self._most is not None and len(self._known) > self._most:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]


def _key(scenario: Scenario) -> str:
    return base_of(scenario).model_dump_json()
