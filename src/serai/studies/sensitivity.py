"""What moves the answer most: every input screened, the strongest weighed by variance."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

import serai
from serai.data.journal import Journal
from serai.domain.ranged import Z_P90, FloatArray
from serai.domain.results import Band, RunCertificate
from serai.domain.sensitivity import (
    Effect,
    Influence,
    Learning,
    Rest,
    Screened,
    SensitivityResult,
)
from serai.domain.world import World
from serai.errors import ScenarioError, require_options, state_fault
from serai.run import describe, worst
from serai.studies.cases import case_scenario
from serai.studies.draws import (
    FURTHEST,
    DrawTask,
    DrawWork,
    band_of,
    group_inputs,
    name_input,
)
from serai.studies.shares import Key, Progress, measure, settle_cases
from serai.studies.spread import spread

__all__ = ["Plan", "sensitivity"]

FORCED: Key = ("full", "closed")
VOLUNTARY: Key = ("full", "open")
KEYS: tuple[Key, ...] = (("today", "open"), FORCED, VOLUNTARY)
SHARES: Final = (FORCED, VOLUNTARY)

N_LEVELS: Final = 4
"""Levels of the screening, from P10 to P90."""

REST: Final = "all others"

Groups = Mapping[str, NDArray[np.int64]]
"""Dimensions of the draw by input."""

Indices = dict[str, list[float]]
"""First-order and total indices with their errors, by input, all others last."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is solved."""

    trajectories: int = 4
    """Trajectories of the screening, 2 or more."""
    base: int = 128
    """Base samples of the variance shares, a power of two."""
    inputs: int = 10
    """How many inputs are weighed one by one, 1 or more."""
    seed: int = 1
    """Seed of both samples, 0 or more."""

    def require(self) -> None:
        """
        Refuse a plan that no sample can be made with.

        Raises
        ------
        ScenarioError
            Something is out of bounds; all that is, is named.
        """
        n, powers = self.base, "a power of two from 2 on: 64, 128, 256 …"
        require_options(
            (self.trajectories > 1, "--trajectories", self.trajectories, "2 or more"),
            (n > 1 and not n & (n - 1), "--base", n, powers),
            (self.inputs > 0, "--inputs", self.inputs, "1 or more"),
            (self.seed >= 0, "--seed", self.seed, "0 or more"),
            then="choose another number",
        )

    def name_study(self, world: World) -> dict[str, Any]:
        """
        Return what makes two studies the same, for a journal.

        Parameters
        ----------
        world
            The tables.
        """
        return {
            "study": "sensitivity",
            "version": serai.__version__,
            "tables": dict(world.hashes),
            **asdict(self),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Solver:
    """Solves states of the inputs, and remembers those it has solved before."""

    work: DrawWork
    journal: Journal
    workers: int
    tell: Progress
    certificates: list[RunCertificate]

    def solve(self, stage: str, z: FloatArray) -> FloatArray:
        """Return both shares at every row of deviates: [-], shape (len(z), 2)."""
        missing = [i for i in range(len(z)) if self.journal.find(stage, i) is None]
        tasks = [DrawTask(z=z[i], keys=KEYS) for i in missing]
        done = len(z) - len(missing)

        def tell(what: str, at: int, _of: int) -> None:
            self.tell(what, done + at, len(z))

        found = spread(self.work, tasks, workers=self.workers, tell=tell, stage=stage)
        for i, drawn in zip(missing, found, strict=True):
            shares = [drawn.cases[key].share for key in SHARES]
            kept = {"shares": shares, "certificate": drawn.certificate.model_dump(mode="json")}
            self.journal.keep(stage, i, kept)
        steps = [self.journal.find(stage, i) for i in range(len(z))]
        self.certificates.extend(RunCertificate.model_validate(s["certificate"]) for s in steps)
        return np.array([s["shares"] for s in steps]).reshape(len(z), len(SHARES))


def sensitivity(
    world: World,
    *,
    plan: Plan | None = None,
    learning: Sequence[Learning] = (),
    workers: int = 2,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> SensitivityResult:
    """
    Screen every ranged input, then weigh the strongest by their part of the variance.

    Parameters
    ----------
    world
        The tables with their ranges.
    plan
        How much is solved; the usual if left out.
    learning
        How inputs could be known better.
    workers
        [-], >= 1. Processes; any number gives the same result.
    journal
        Keeps what is done, so that it can go on later.
    progress
        Told how far the work is.

    Returns
    -------
    result
        On the forced and the voluntary share of the full programme.

    Raises
    ------
    ScenarioError
        The plan is out of bounds, or no input has a range.

    References
    ----------
    morris1991, campolongo2007, sobol2001, saltelli2010. Computed with SALib (iwanaga2022).
    """
    began = time.perf_counter()
    plan = plan or Plan()
    plan.require()
    tell = progress or (lambda _stage, _done, _total: None)
    groups = group_inputs(world)
    if not groups:
        raise ScenarioError(state_fault("tables", "no input with a range", "at least one",
                                        "fill in low and high"))  # fmt: skip
    routes, runs = settle_cases(world, tell, keys=KEYS)
    start = {key: run.end for key, run in runs.items()}
    solver = _Solver(
        work=DrawWork(world=world, routes=routes, start=start),
        journal=journal or Journal(None, {}),
        workers=workers,
        tell=tell,
        certificates=[],
    )
    screened = _screen(solver, world, groups, plan)
    chosen = [one.input_id for one in screened[: plan.inputs]]
    ends = _ends(solver, groups, chosen, world.n_dimensions)
    shares, indices = _weigh(solver, groups, chosen, world.n_dimensions, plan)
    inputs = [
        _influence(world, groups, (name, ends[i], indices, i), learning)
        for i, name in enumerate(chosen)
    ]
    central = measure(runs)
    certificate = worst([central.certificate, *solver.certificates])
    return SensitivityResult(
        inputs=sorted(
            inputs, key=lambda one: (-max(one.forced.total, one.voluntary.total), one.input_id)
        ),
        rest=_rest(groups, chosen, world.n_dimensions, indices),
        screened=[one for one in screened if max(one.forced, one.voluntary) > 0],
        forced=band_of(shares[:, 0], central.cases[FORCED].share),
        voluntary=band_of(shares[:, 1], central.cases[VOLUNTARY].share),
        n_inputs=len(groups),
        n_trajectories=plan.trajectories,
        n_base=plan.base,
        n_solved=len(solver.certificates),
        certificate=certificate,
        record=describe(
            world, case_scenario("full", "open"), seed=plan.seed, gap=certificate.relative_gap,
            n_routes=len(routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _screen(solver: _Solver, world: World, groups: Groups, plan: Plan) -> list[Screened]:
    """Return every input with its effects on both shares, the strongest on either first."""
    from SALib.analyze import morris as morris_indices  # noqa: PLC0415 - half a second that few commands need
    from SALib.sample import morris as morris_points  # noqa: PLC0415

    problem = {
        "num_vars": len(groups), "names": list(groups),
        "bounds": [[ndtr(-Z_P90), ndtr(Z_P90)]] * len(groups),
    }  # fmt: skip
    u = morris_points.sample(problem, plan.trajectories, num_levels=N_LEVELS, seed=plan.seed)
    z = np.zeros((len(u), world.n_dimensions))
    for i, rows in enumerate(groups.values()):
        z[:, rows] = ndtri(u[:, i])[:, None]
    shares = solver.solve("screening", z)
    found = [
        morris_indices.analyze(problem, u, shares[:, s], num_levels=N_LEVELS, seed=plan.seed + 1)
        for s in range(len(SHARES))
    ]
    moved, spreads = (
        np.column_stack([np.asarray(one[key], float) for one in found])
        for key in ("mu_star", "sigma")
    )
    strength = np.max(moved / np.maximum(moved.max(axis=0), 1e-300), axis=1)
    names = list(groups)
    return [
        Screened(
            input_id=names[i], name=name_input(world, names[i]),
            forced=moved[i, 0], forced_sd=spreads[i, 0],
            voluntary=moved[i, 1], voluntary_sd=spreads[i, 1],
        )
        for i in sorted(range(len(names)), key=lambda i: (-strength[i], names[i]))
    ]  # fmt: skip


def _ends(solver: _Solver, groups: Groups, chosen: Sequence[str], n_dimensions: int) -> FloatArray:
    """Return both shares with each input alone at its P10 and at its P90: [-], shape (n, 2, 2)."""
    z = np.zeros((2 * len(chosen), n_dimensions))
    for i, name in enumerate(chosen):
        z[2 * i, groups[name]], z[2 * i + 1, groups[name]] = -Z_P90, Z_P90
    return solver.solve("ends of the ranges", z).reshape(len(chosen), 2, len(SHARES))


def _weigh(
    solver: _Solver,
    groups: Groups,
    chosen: Sequence[str],
    n_dimensions: int,
    plan: Plan,
) -> tuple[FloatArray, list[Indices]]:
    """Return the shares over independent draws, and the indices by share, all others last."""
    from SALib.analyze import sobol as sobol_indices  # noqa: PLC0415 - half a second that few commands need
    from SALib.sample import sobol as sobol_points  # noqa: PLC0415

    owner = np.full(n_dimensions, REST, dtype=object)
    for name in chosen:
        owner[groups[name]] = name
    problem = {
        "num_vars": n_dimensions, "names": [f"z{i}" for i in range(n_dimensions)],
        "bounds": [[0.0, 1.0]] * n_dimensions, "groups": owner.tolist(),
    }  # fmt: skip
    u = sobol_points.sample(problem, plan.base, calc_second_order=False, seed=plan.seed)
    z = np.clip(ndtri(u), -FURTHEST, FURTHEST)
    shares = solver.solve("variance shares", z)
    told = list(dict.fromkeys(owner.tolist()))
    order = [told.index(name) for name in (*chosen, REST) if name in told]
    indices = []
    for s in range(len(SHARES)):
        y = shares[:, s]
        if np.ptp(y) == 0.0:
            found = {key: np.zeros(len(told)) for key in ("S1", "S1_conf", "ST", "ST_conf")}
        else:
            found = sobol_indices.analyze(problem, y, calc_second_order=False, seed=plan.seed + 1)
        mine = {key: [float(np.asarray(found[key])[i]) for i in order]
                for key in ("S1", "S1_conf", "ST", "ST_conf")}  # fmt: skip
        if REST not in told:
            mine = {key: [*values, 0.0] for key, values in mine.items()}
        indices.append(mine)
    step = len(told) + 2
    independent = np.concatenate([shares[::step], shares[step - 1 :: step]])
    return independent, indices


def _rest(
    groups: Groups, chosen: Sequence[str], n_dimensions: int, indices: Sequence[Indices]
) -> Rest:
    """Return the part of all inputs that are not told one by one."""
    known = {int(d) for name in chosen for d in groups[name]}
    forced, voluntary = indices
    return Rest(
        n_values=n_dimensions - len(known),
        forced_total=forced["ST"][-1],
        forced_error=forced["ST_conf"][-1],
        voluntary_total=voluntary["ST"][-1],
        voluntary_error=voluntary["ST_conf"][-1],
    )


def _influence(
    world: World,
    groups: Groups,
    found: tuple[str, FloatArray, list[Indices], int],
    learning: Sequence[Learning],
) -> Influence:
    name, ends, indices, i = found
    effects = [
        Effect(
            at_low=ends[0, s], at_high=ends[1, s],
            first=of["S1"][i], first_error=of["S1_conf"][i],
            total=of["ST"][i], total_error=of["ST_conf"][i],
            band_left=float(np.sqrt(1.0 - min(max(of["S1"][i], 0.0), 1.0))),
        )
        for s, of in enumerate(indices)
    ]  # fmt: skip
    way = _find_way(name, learning)
    return Influence(
        input_id=name,
        name=name_input(world, name),
        n_values=len(groups[name]),
        forced=effects[0],
        voluntary=effects[1],
        learn=way.way if way else "",
        learn_usd=Band(value=way.cost_usd, low=way.low_usd, high=way.high_usd,
                       central=way.cost_usd) if way else None,
        learn_id=f"learning.{way.id}" if way else "",
    )  # fmt: skip


def _find_way(name: str, learning: Sequence[Learning]) -> Learning | None:
    """Return the way whose beginning of the id is the longest that fits."""
    fits = [(len(head), way) for way in learning for head in way.inputs if name.startswith(head)]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None
