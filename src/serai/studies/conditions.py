"""Under which conditions the Middle Corridor carries a share: scenario discovery."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

import serai
from serai.data.journal import Journal
from serai.domain.conditions import (
    Conditions,
    ConditionsResult,
    Limit,
    Peel,
    StateBox,
    Tested,
)
from serai.domain.ranged import FloatArray
from serai.domain.results import RunCertificate
from serai.domain.world import World
from serai.errors import require_options
from serai.outputs.conditions import say_state_box
from serai.run import describe, worst
from serai.studies.cases import case_scenario
from serai.studies.draws import band_of
from serai.studies.factors import Factor, list_factors, say_limit
from serai.studies.prim import HIGH, LOW, BoolArray, Box, find_boxes, measure_held, quasi_p
from serai.studies.shares import Key, Progress, measure, settle_cases
from serai.studies.spread import spread
from serai.studies.states import Case, State, StateWork, draw_states, list_packages

__all__ = ["ConditionsPlan", "conditions"]

LEAST_DRAWS: Final = 20
MOST_TESTED: Final = 15
"""Inputs that boxes may limit at most."""

SURE: Final = 0.01
"""[-] Chance, over all inputs together, that an idle one is taken for one that matters."""

MOST_BOXES: Final = 2
MOST_LIMITS: Final = 4
"""Inputs that a box limits at most: more than that nobody keeps in mind."""

N_HALVES: Final = 50
"""Random halves of the draws that boxes are found on, to be tried on the other half."""

STAGE: Final = "states"
Russia = Literal["open", "closed"]


@dataclass(frozen=True, kw_only=True)
class ConditionsPlan:
    """What is asked, and how much is solved."""

    share: float = 0.25
    """[-] Of the divertible boxes, above 0 and below 1."""
    case: str | None = None
    """One of `Case`; projects and measures are drawn if left out."""
    russia: str = "closed"
    """Open or closed."""
    draws: int = 240
    """States solved, `LEAST_DRAWS` or more."""
    seed: int = 1
    """Seed of the draws, 0 or more."""

    def require(self) -> None:
        """
        Refuse a plan that cannot be followed.

        Raises
        ------
        ScenarioError
            Something is out of bounds; all that is, is named.
        """
        cases, states = get_args(Case), get_args(Russia)
        require_options(
            (0.0 < self.share < 1.0, "--share", self.share, "above 0 and below 1, such as 0.25"),
            (self.case in (None, *cases), "--case", self.case, f"one of {', '.join(cases)}"),
            (self.russia in states, "--russia", self.russia, " or ".join(states)),
            (self.draws >= LEAST_DRAWS, "--draws", self.draws, f"{LEAST_DRAWS} or more"),
            (self.seed >= 0, "--seed", self.seed, "0 or more"),
            then="choose another",
        )

    def name_study(self, world: World) -> dict[str, Any]:
        """
        Return what makes two studies the same, for a journal.

        Parameters
        ----------
        world
            The tables.

        Returns
        -------
        study
            Without the share and the number of draws: solved states serve any share, and more
            draws begin with the same.
        """
        return {
            "study": "conditions",
            "version": serai.__version__,
            "tables": dict(world.hashes),
            "case": self.case,
            "russia": self.russia,
            "seed": self.seed,
        }


def conditions(
    world: World,
    *,
    plan: ConditionsPlan | None = None,
    workers: int = 2,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> ConditionsResult:
    """
    Tell under which conditions the corridor carries a share, and under which it fails to.

    Parameters
    ----------
    world
        The tables with their ranges.
    plan
        What is asked; the usual if left out.
    workers
        [-], >= 1. Processes; any number gives the same result.
    journal
        Keeps what is solved, so that it can go on later.
    progress
        Told how far the work is.

    Returns
    -------
    result
        Boxes of states, found by peeling over the inputs that matter.

    Raises
    ------
    ScenarioError
        The plan is out of bounds.

    References
    ----------
    friedman1999, bryant2010, kwakkel2016; the inputs by stepwise rank regression (iman1979).
    """
    began = time.perf_counter()
    plan = plan or ConditionsPlan()
    plan.require()
    tell = progress or (lambda _stage, _done, _total: None)
    russia, case = cast("Russia", plan.russia), cast("Case | None", plan.case)
    central: Key = (case or "full", russia)
    keys = dict.fromkeys([("today", "open"), ("today", russia), ("full", russia), central])
    routes, runs = settle_cases(world, tell, keys=tuple(keys))
    start = {key: run.end for key, run in runs.items()}
    draws = draw_states(world, n=plan.draws, seed=plan.seed, case=case)
    work = StateWork(world=world, routes=routes, start=start, russia=russia)
    share, certificates = _solve(work, draws.states, journal or Journal(None, {}), workers, tell)
    factors, x = list_factors(world, draws, has_decisions=case is None)
    search = _Search(factors=factors, x=x, share=share, plan=plan)
    at_tables = measure(runs)
    certificate = worst([at_tables.certificate, *certificates])
    return ConditionsResult(
        share=plan.share, case=case, russia=russia,
        carries=search.find("carries", tell), fails=search.find("fails", tell),
        drawn=band_of(share, at_tables.cases[central].share),
        tested=search.list_tested(),
        packages={} if case else {k: list(ids) for k, ids in list_packages(world).items()},
        n_inputs=len(factors), n_draws=plan.draws, n_halves=N_HALVES,
        certificate=certificate,
        record=describe(
            world, case_scenario(*central), seed=plan.seed, gap=certificate.relative_gap,
            n_routes=len(routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _solve(
    work: StateWork, states: Sequence[State], journal: Journal, workers: int, tell: Progress
) -> tuple[FloatArray, list[RunCertificate]]:
    """Return the share of every state, and the certificates of all."""
    missing = [i for i in range(len(states)) if journal.find(STAGE, i) is None]
    done = len(states) - len(missing)

    def tell_all(what: str, at: int, _of: int) -> None:
        tell(what, done + at, len(states))

    tasks = [states[i] for i in missing]
    found = spread(work, tasks, workers=workers, tell=tell_all, stage=STAGE)
    for i, (share, certificate) in zip(missing, found, strict=True):
        kept = {"share": share, "certificate": certificate.model_dump(mode="json")}
        journal.keep(STAGE, i, kept)
    steps = [journal.find(STAGE, i) for i in range(len(states))]
    certificates = [RunCertificate.model_validate(step["certificate"]) for step in steps]
    return np.array([step["share"] for step in steps], np.float64), certificates


# ------------------------------------------------------------------------------ inputs that matter


def rank_columns(x: FloatArray, y: FloatArray) -> list[tuple[int, float, float]]:
    """
    Return the columns that a value depends on, the strongest first.

    Parameters
    ----------
    x
        [any], shape (n, n_columns). States.
    y
        [any], shape (n,). The value.

    Returns
    -------
    found
        Column, its correlation of ranks with the columns before it held, and the chance that the
        strongest of so many idle columns looks like that (Bonferroni): `SURE` at most.
    """
    from scipy.stats import rankdata  # noqa: PLC0415 - half a second that few commands need

    left, value = (_centre(rankdata(one, axis=0)) for one in (x, y[:, None]))
    found: list[tuple[int, float, float]] = []
    while len(found) < min(MOST_TESTED, len(y) - 3):
        size = np.sqrt((left**2).sum(axis=0))
        known = size > 1e-9 * len(y) ** 1.5
        known[[column for column, *_ in found]] = False
        if not known.any() or not value.any():
            break
        unit = left / np.where(known, size, np.inf)
        r = unit.T @ value[:, 0] / np.linalg.norm(value)
        best = int(np.argmax(np.abs(r)))
        freedom = len(y) - 2 - len(found)
        t = abs(r[best]) * np.sqrt(freedom / max(1.0 - r[best] ** 2, 1e-12))
        chance = min(1.0, float(2.0 * stdtr(freedom, -t)) * x.shape[1])
        if chance > SURE:
            break
        found.append((best, float(r[best]), chance))
        axis = unit[:, [best]]
        value, left = value - axis @ (axis.T @ value), left - axis @ (axis.T @ left)
    return found


def _centre(values: FloatArray) -> FloatArray:
    return np.asarray(values - values.mean(axis=0))


# ------------------------------------------------------------------------------ boxes


def discover(x: FloatArray, y: BoolArray, columns: Sequence[int]) -> tuple[list[Box], list[Box]]:
    """
    Find boxes of states of interest.

    Parameters
    ----------
    x
        [-], shape (n, n_columns). States.
    y
        [-], shape (n,). Which are of interest.
    columns
        Those that boxes may limit.

    Returns
    -------
    boxes
        Over all columns; at most `MOST_BOXES`.
    trajectory
        The way to the first box and beyond.
    """
    if not columns or y.all() or not y.any():
        return [], []
    found = list(find_boxes(x[:, columns], y, most_boxes=MOST_BOXES, most_columns=MOST_LIMITS))

    def widen(box: Box) -> Box:
        limits = Box.whole(x.shape[1]).limits
        limits[:, columns] = box.limits
        return Box(limits=limits)

    way = [widen(box) for box in found[0][1]] if found else []
    return [widen(box) for box, _ in found], way


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """The states with what is known of them."""

    factors: Sequence[Factor]
    x: FloatArray
    share: FloatArray
    plan: ConditionsPlan

    @cached_property
    def strong(self) -> list[tuple[int, float, float]]:
        """Columns that the share depends on."""
        return rank_columns(self.x, self.share)

    @cached_property
    def halves(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64], list[int]]]:
        """Random halves, the other halves, and the columns that matter on the first."""
        rng = np.random.default_rng(self.plan.seed)
        n = len(self.share)
        cuts = [np.split(rng.permutation(n), [n // 2]) for _ in range(N_HALVES)]
        return [
            (half, other, [column for column, *_ in rank_columns(self.x[half], self.share[half])])
            for half, other in cuts
        ]

    def list_tested(self) -> list[Tested]:
        """Return the inputs that boxes may limit."""
        return [
            Tested(input_id=self.factors[column].id, name=self.factors[column].name,
                   correlation=r, chance=chance)
            for column, r, chance in self.strong
        ]  # fmt: skip

    def find(self, kind: Literal["carries", "fails"], tell: Progress) -> Conditions:
        """Return the boxes of one kind of states, with what becomes of them on other draws."""
        x = self.x
        y = self.share >= self.plan.share if kind == "carries" else self.share < self.plan.share
        boxes, way = discover(x, y, [column for column, *_ in self.strong])
        together = measure_held(_holds_any(boxes, x), y)
        coverages, densities, sides = self._try_halves(kind, y, tell)
        return Conditions(
            kind=kind,
            base_rate=float(y.mean()),
            boxes=[self._tell(kind, box, y, sides) for box in boxes],
            coverage=together.coverage,
            density=together.density if boxes else None,
            held_out_coverage=float(np.mean(coverages)) if coverages else None,
            held_out_density=float(np.mean(densities)) if densities else None,
            peels=[
                Peel(
                    coverage=hold.coverage, density=hold.density, mass=hold.mass,
                    n_limited=len(box.columns),
                )
                for box in way
                for hold in (box.measure(x, y),)
            ],
        )  # fmt: skip

    def _try_halves(
        self, kind: str, y: BoolArray, tell: Progress
    ) -> tuple[list[float], list[float], list[set[tuple[int, int]]]]:
        """Return coverage and density on the half held out, and limited sides, by random half."""
        coverages, densities, sides = [], [], []
        stage = f"halves, where it {kind}"
        tell(stage, 0, N_HALVES)
        for i, (half, other, columns) in enumerate(self.halves):
            boxes, _ = discover(self.x[half], y[half], columns)
            hold = measure_held(_holds_any(boxes, self.x[other]), y[other])
            sides.append({side for box in boxes for side in box.sides})
            if y[other].any():
                coverages.append(hold.coverage)
            if hold.mass > 0.0:
                densities.append(hold.density)
            tell(stage, i + 1, N_HALVES)
        return coverages, densities, sides

    def _tell(
        self, kind: str, box: Box, y: BoolArray, sides: Sequence[set[tuple[int, int]]]
    ) -> StateBox:
        hold, chances = box.measure(self.x, y), quasi_p(box, self.x, y)
        columns = sorted(
            {column for column, _ in chances},
            key=lambda c: (min(p for (one, _), p in chances.items() if one == c), c),
        )
        limits = [
            self._limit(column, box, [p for (one, _), p in chances.items() if one == column], sides)
            for column in columns
        ]
        found = StateBox(limits=limits, coverage=hold.coverage, density=hold.density,
                         mass=hold.mass, sentence="")  # fmt: skip
        sentence = say_state_box(kind, self.plan.russia, self.plan.share, found)
        return found.model_copy(update={"sentence": sentence})

    def _limit(
        self, column: int, box: Box, chances: Sequence[float], sides: Sequence[set[tuple[int, int]]]
    ) -> Limit:
        factor = self.factors[column]
        low, high = (
            float(limit) if np.isfinite(limit) else None for limit in box.limits[:, column]
        )
        mine = [(column, end) for end, at in ((LOW, low), (HIGH, high)) if at is not None]
        if factor.is_decision:
            low, high = (None if at is None else float(end) for end, at in ((1, low), (0, high)))
        return Limit(
            input_id=factor.id, name=factor.name, unit=factor.unit,
            low=None if low is None else factor.read(low),
            high=None if high is None else factor.read(high),
            low_place=low, high_place=high,
            range_low=factor.ends[0], range_high=factor.ends[1],
            chance=max(chances),
            support=float(np.mean([all(side in half for side in mine) for half in sides])),
            words=say_limit(factor, low, high),
        )  # fmt: skip


def _holds_any(boxes: Sequence[Box], x: FloatArray) -> BoolArray:
    held = np.zeros(len(x), np.bool_)
    for box in boxes:
        held |= box.holds(x)
    return held
