"""The search for the best set of projects: orders, neighbours, and cuts that bound what is left."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from serai.domain.invest import Aim
from serai.studies.bounds import Master
from serai.studies.sets import Built, Chosen, SetTask
from serai.studies.shares import Progress
from serai.studies.spread import Pool

__all__ = ["NOTHING", "Ledger", "Search"]

NOTHING: Chosen = frozenset()

N_EXACT: Final = 8
"""Projects up to which every set is solved."""

N_TRIED: Final = 4
"""Projects tried at once for the next place in the order."""

N_TRIES: Final = 2
"""Rounds of trying, at most, for a place: later ones go to the best of those tried."""

N_CUTS: Final = 30
"""Rounds of the master problem, at most."""

CLOSE: Final = 0.01
"""[-] Relative gap that is good enough."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ledger:
    """Sets of projects that were solved, what they are worth and what they cost."""

    pool: Pool[SetTask, list[Built]]
    tell: Progress
    aim: Aim
    capex_musd: Mapping[str, float]
    annual_cost_musd: Mapping[str, float]
    budget_musd: float | None
    found: dict[Chosen, Built] = field(default_factory=dict)

    def add(self, stage: str, sets: Iterable[Chosen]) -> None:
        """
        Solve the sets that are not known yet.

        Parameters
        ----------
        stage
            What the progress is told by.
        sets
            The sets.
        """
        new = [one for one in dict.fromkeys(sets) if one not in self.found]
        tasks = [SetTask(sets=(one,)) for one in new]
        done = list(self.pool.do(tasks, tell=self.tell, stage=stage)) if tasks else []
        self.found.update(zip(new, (built for (built,) in done), strict=True))

    def benefit(self, chosen: Chosen) -> float:
        """
        Return what a set gains against nothing built, [million USD per year], Russia open.

        Parameters
        ----------
        chosen
            A solved set.
        """
        return benefit_of(self.found[chosen], self.found[NOTHING])

    def cost(self, chosen: Chosen) -> float:
        """
        Return what a set costs a year, [million USD per year].

        Parameters
        ----------
        chosen
            A set.
        """
        return sum(self.annual_cost_musd[p] for p in sorted(chosen))

    def capital(self, chosen: Chosen) -> float:
        """
        Return the capital of a set, [million USD].

        Parameters
        ----------
        chosen
            A set.
        """
        return sum(self.capex_musd[p] for p in sorted(chosen))

    def value(self, chosen: Chosen) -> float:
        """
        Return what the aim makes of a set: [million USD per year], or [-] for a share.

        Parameters
        ----------
        chosen
            A solved set.
        """
        return value_of(self.aim, self.found[chosen], self.found[NOTHING], self.cost(chosen))

    def is_affordable(self, chosen: Chosen) -> bool:
        """
        Say whether a set is within the budget.

        Parameters
        ----------
        chosen
            A set.
        """
        return self.budget_musd is None or self.capital(chosen) <= self.budget_musd + 1e-9

    def ranked(self) -> list[Chosen]:
        """Return the affordable sets, best first; of equals the cheaper."""
        sets = [one for one in self.found if self.is_affordable(one)]
        return sorted(sets, key=lambda s: (-round(self.value(s), 9), self.capital(s), sorted(s)))


def benefit_of(built: Built, nothing: Built) -> float:
    """
    Return what a set gains, [million USD per year], Russia open.

    Parameters
    ----------
    built
        The set.
    nothing
        Nothing built, in the same world.
    """
    now, then = built.open.welfare, nothing.open.welfare
    return now.net_musd - then.net_musd


def value_of(aim: Aim, built: Built, nothing: Built, annual_cost_musd: float) -> float:
    """
    Return what an aim makes of a set.

    Parameters
    ----------
    aim
        What is made as large as can be.
    built
        The set.
    nothing
        Nothing built, in the same world.
    annual_cost_musd
        [million USD per year] Of the set.
    """
    if aim == "net":
        return benefit_of(built, nothing) - annual_cost_musd
    return (built.closed if aim == "forced" else built.open).share


@dataclass(frozen=True, kw_only=True, eq=False)
class Search:
    """The search, step by step; each step adds to the ledger."""

    ledger: Ledger
    projects: tuple[str, ...]

    def run(self) -> tuple[list[str], float]:
        """
        Search.

        Returns
        -------
        order
            Projects in their turn, as far as the budget goes.
        bound
            What no affordable set exceeds, in the unit of the aim.
        """
        ledger, every = self.ledger, frozenset(self.projects)
        alone = [frozenset({p}) for p in self.projects]
        ledger.add("projects one by one",
                   [NOTHING, every, *alone, *(every - one for one in alone)])  # fmt: skip
        is_small = len(self.projects) <= N_EXACT
        if is_small:
            ledger.add("all sets", (
                frozenset(one) for n in range(len(self.projects) + 1)
                for one in itertools.combinations(sorted(self.projects), n)))  # fmt: skip
        order = self._order()
        if is_small:
            return order, ledger.value(ledger.ranked()[0])
        self._look_around()
        self._supply()
        bound = self._cut()
        return order, max(bound, ledger.value(ledger.ranked()[0]))

    def _order(self) -> list[str]:
        """Return the projects in their turn: next is who adds most for its cost, of those tried."""
        ledger, every = self.ledger, frozenset(self.projects)
        hope = {p: max(self._score(NOTHING, p), self._score(every - {p}, p)) for p in self.projects}
        order: list[str] = []
        while True:
            built = frozenset(order)
            left = [p for p in hope if p not in built and ledger.is_affordable(built | {p})]
            if not left:
                return order
            fresh: dict[str, float] = {}
            for _ in range(N_TRIES):
                stale = sorted((p for p in left if p not in fresh), key=lambda p: (-hope[p], p))
                if not stale or max(fresh.values(), default=-np.inf) >= hope[stale[0]]:
                    break
                ledger.add(f"order, place {len(order) + 1}", (built | {p} for p in stale[:N_TRIED]))
                fresh |= {p: self._score(built, p) for p in stale[:N_TRIED]}
            hope |= fresh
            order.append(min(fresh, key=lambda p: (-fresh[p], p)))

    def _score(self, built: Chosen, project: str) -> float:
        """Return what a project adds: net of its cost, or share per cost."""
        ledger = self.ledger
        rise = ledger.value(built | {project}) - ledger.value(built)
        if ledger.aim == "net":
            return rise
        return rise / max(ledger.annual_cost_musd[project], 1e-3)

    def _look_around(self) -> None:
        """Solve the sets one project away from the best, until none is better."""
        for _ in range(2):
            best = self.ledger.ranked()[0]
            around = [best ^ {p} for p in self.projects]
            self.ledger.add("around the best", filter(self.ledger.is_affordable, around))
            if self.ledger.ranked()[0] == best:
                return

    def _supply(self) -> None:
        """Solve the beginnings of two orders: boxes and tonnes on the corridor per cost."""
        ledger, every = self.ledger, frozenset(self.projects)

        def rise(chosen: Chosen, project: str, *, in_boxes: bool) -> float:
            with_it, without = ledger.found[chosen | {project}], ledger.found[chosen - {project}]
            if in_boxes:
                return with_it.closed.middle.teu - without.closed.middle.teu
            return with_it.open.middle.t - without.open.middle.t

        for in_boxes in (True, False):
            gain = {
                p: max(rise(NOTHING, p, in_boxes=in_boxes), rise(every, p, in_boxes=in_boxes))
                / max(ledger.annual_cost_musd[p], 1e-3)
                for p in self.projects
            }
            order = sorted(self.projects, key=lambda p: (-gain[p], p))
            begun = (frozenset(order[:n]) for n in range(2, len(order)))
            ledger.add("supply curves", filter(ledger.is_affordable, begun))

    def _cut(self) -> float:
        """Bound what is left, and solve what promises most, until nothing promises more."""
        ledger = self.ledger
        net = ledger.aim == "net"
        master = Master(
            projects=self.projects,
            cost=np.array([ledger.annual_cost_musd[p] * net for p in self.projects]),
            capex_musd=np.array([ledger.capex_musd[p] for p in self.projects]),
            budget_musd=ledger.budget_musd,
        )
        bound = np.inf
        for turn in range(N_CUTS):
            ledger.tell("bounds", turn, N_CUTS)
            worth = {s: ledger.value(s) + ledger.cost(s) * net for s in ledger.found}
            bound, chosen = master.solve(worth)
            best = ledger.value(ledger.ranked()[0])
            if bound <= best + CLOSE * abs(best) or chosen in ledger.found:
                break
            ledger.add("bounds: a set", [chosen])
        return bound
