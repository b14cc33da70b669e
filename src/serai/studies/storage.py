"""Stores on the way: which hubs pay, how large, for which goods and markets, by how much."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.domain.ranged import FloatArray, IntArray
from serai.domain.results import Band, RunCertificate
from serai.domain.scenario import Scenario
from serai.domain.storage import StorageInputs, StorageResult
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.apply import draw_world
from serai.run import Run, describe, run_scenario, worst
from serai.studies.draws import Known, band_of, deviates
from serai.studies.inventory import Gains, weigh
from serai.studies.legs import find_legs, find_parts, hub_nodes
from serai.studies.location import Plan, locate
from serai.studies.shares import Progress
from serai.studies.spread import spread
from serai.studies.store_tables import (
    Case,
    HubBands,
    cost_of_hub,
    list_classes,
    list_hubs,
    list_markets,
)
from serai.units import DAYS_PER_YEAR, USD_PER_MUSD

__all__ = ["Question", "look_at", "storage"]

FINE: Final = 1e-6
COARSE: Final = 1e-3
"""[-] Proven distance at which the solver may stop: at the tables' values, and in a draw."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What one state of the inputs says. Arrays have shape (n_hubs,), [million USD/yr]."""

    best: float
    """Of its own best plan."""
    is_chosen: NDArray[np.bool_]
    """In its own best plan."""
    held: FloatArray
    """By hub, of the plan that is held."""
    alone: FloatArray
    unrivalled: FloatArray
    by_class: FloatArray
    """[USD/unit], shape (2, n_stored). Mean gain over straight shipment, and over rivals."""
    certificate: RunCertificate


@dataclass(frozen=True, kw_only=True, eq=False)
class _Work:
    """What every task of a process shares."""

    world: World
    inputs: StorageInputs
    known: Known
    modules: IntArray
    max_hubs: int

    def do(self, z: FloatArray) -> Found:
        """Weigh everything at a draw of the tables and of what holding takes."""
        n = self.world.n_dimensions
        run = self.known.solve(draw_world(self.world, z[:n]))
        inputs = self.inputs.drawn(z[n:])
        case = look_at(run, inputs)
        best = solve(case, inputs, max_hubs=self.max_hubs, max_gap=COARSE)
        return sum_up(case, inputs, best, self.modules, run.certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the stores on the way."""

    scenario: Scenario
    """Whose flows, prices and waits hold."""
    max_hubs: int
    """[-], >= 1. Hubs that may be opened."""
    draws: int = 12
    """[-], >= 0. Draws of all ranged inputs, those of storage too, for bands."""
    seed: int = 1
    """Seed of the draws."""
    workers: int = 2
    """[-], >= 1. Processes; any number gives the same result."""


def storage(
    world: World,
    inputs: StorageInputs,
    *,
    question: Question,
    progress: Progress | None = None,
) -> StorageResult:
    """
    Return which stores on the way pay.

    Parameters
    ----------
    world
        The tables with their ranges.
    inputs
        What holding takes, and where it may be done.
    question
        What is asked.
    progress
        Told how far the work is.

    Returns
    -------
    result
        The plan of the highest gain over straight shipment and over stores abroad; what each
        hub, class and market gains or loses.

    Raises
    ------
    ScenarioError
        A candidate has no terminal on land.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    _require_land(world, inputs)
    tell("routes and prices", 0, 3)
    run = run_scenario(world, question.scenario, seed=question.seed)
    tell("stocks and hubs", 1, 3)
    case = look_at(run, inputs)
    plan = solve(case, inputs, max_hubs=question.max_hubs, max_gap=FINE)
    tell("stocks and hubs", 2, 3)
    central = sum_up(case, inputs, plan, plan.modules, run.certificate)
    work = _Work(
        world=run.world, inputs=inputs, known=Known.of(run), modules=plan.modules,
        max_hubs=question.max_hubs,
    )  # fmt: skip
    n = run.world.n_dimensions + inputs.n_dimensions
    tasks = list(deviates(question.draws, n, question.seed)) if question.draws else []
    workers = question.workers if tasks else 1
    drawn = list(spread(work, tasks, workers=workers, tell=tell, stage="draws"))
    certificate = worst([run.certificate, *(one.certificate for one in drawn)])
    return StorageResult(
        scenario=question.scenario.name,
        gain_musd_yr=band_of([float(one.held.sum()) for one in drawn], float(central.held.sum())),
        best_gain_musd_yr=band_of([one.best for one in drawn], central.best),
        max_hubs=question.max_hubs,
        hubs=list_hubs(case, plan, inputs, bands_of(central, drawn)),
        rivals=[n for n, r in zip(inputs.place_names, inputs.is_rival, strict=True) if r],
        classes=list_classes(case, plan, inputs, bands_of_classes(central, drawn)),
        markets=list_markets(case, plan, inputs),
        n_parts=len(case.parts.flow),
        mip_gap=plan.gap,
        n_draws=question.draws,
        certificate=certificate,
        record=describe(
            world, question.scenario, seed=question.seed, gap=certificate.relative_gap,
            n_routes=len(run.routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _require_land(world: World, inputs: StorageInputs) -> None:
    """Refuse candidates at which neither a train nor a lorry stops."""
    ids = world.network.places.ids
    _, hub = hub_nodes(world, np.array([ids.index(p) for p in inputs.place_ids], np.int32))
    named = enumerate(zip(inputs.place_ids, inputs.is_rival, strict=True))
    faults = [
        state_fault("--hubs", place, "a place with a terminal of rail or road", "leave it out")
        for h, (place, is_rival) in named
        if not is_rival and h not in hub
    ]
    if faults:
        raise ScenarioError(faults)


def look_at(run: Run, inputs: StorageInputs) -> Case:
    """
    Return what a run's transit goods gain by a stock in each candidate.

    Parameters
    ----------
    run
        A solved scenario.
    inputs
        What holding takes.
    """
    ids = run.world.network.places.ids
    places = np.array([ids.index(p) for p in inputs.place_ids], np.int32)
    parts = find_parts(run, inputs.class_ids, places, inputs.is_rival)
    gains = weigh(run, parts, find_legs(run, parts, places), inputs)
    return Case(run=run, parts=parts, gains=gains, room_m2=_room(gains, inputs))


def _room(gains: Gains, inputs: StorageInputs) -> FloatArray:
    """Return [m2], shape (n_parts, n_hubs): the room of all that could be kept in stock."""
    stock = gains.stockable[:, None] * gains.store_days / DAYS_PER_YEAR
    return stock * gains.slots[:, None] * inputs["m2_per_teu"] / inputs["fill"]


def solve(
    case: Case,
    inputs: StorageInputs,
    *,
    max_hubs: int,
    max_gap: float,
    over_rivals: bool = True,
    hubs: Sequence[int] | None = None,
    modules: IntArray | None = None,
) -> Plan:
    """
    Return the best plan for a case.

    Parameters
    ----------
    case
        From `look_at`.
    inputs
        What holding takes.
    max_hubs
        [-], >= 1. Hubs that may be opened.
    max_gap
        [-], >= 0. Proven distance from the best at which the search may stop.
    over_rivals
        Whether gains are over the best store abroad; over straight shipment alone otherwise.
    hubs
        [-]. Candidates to choose from; all if left out.
    modules
        [-], shape (n_hubs,). Modules that stand; chosen if left out.

    Returns
    -------
    plan
        Shares and modules of the candidates that were to choose from.
    """
    gains = case.gains
    net = gains.over_rivals if over_rivals else gains.over_direct
    worth = np.where(np.isfinite(net), net, -1.0) * gains.stockable[:, None]
    chosen = slice(None) if hubs is None else list(hubs)
    return locate(
        worth[:, chosen],
        case.room_m2[:, chosen],
        cost_of_hub(inputs),
        max_hubs=max_hubs,
        modules=modules,
        max_gap=max_gap,
    )


def sum_up(
    case: Case, inputs: StorageInputs, best: Plan, modules: IntArray, certificate: RunCertificate
) -> Found:
    """
    Return what a case says.

    Parameters
    ----------
    case
        From `look_at`.
    inputs
        What holding takes.
    best
        Its own best plan.
    modules
        [-], shape (n_hubs,). Modules of the plan that is held.
    certificate
        Of its run.
    """
    n_hubs = len(modules)
    held = best
    if best.modules.tolist() != modules.tolist():
        held = solve(case, inputs, max_hubs=n_hubs, max_gap=COARSE, modules=modules)
    alone, unrivalled = (
        [
            solve(case, inputs, max_hubs=1, max_gap=COARSE, over_rivals=over, hubs=[h]).gain_usd_yr
            for h in range(n_hubs)
        ]
        for over in (True, False)
    )
    return Found(
        best=best.gain_usd_yr / USD_PER_MUSD,
        is_chosen=best.modules > 0,
        held=case.gain_by_hub(held, inputs) / USD_PER_MUSD,
        alone=np.array(alone) / USD_PER_MUSD,
        unrivalled=np.array(unrivalled) / USD_PER_MUSD,
        by_class=case.mean_by_class(inputs),
        certificate=certificate,
    )


def bands_of(central: Found, drawn: Sequence[Found]) -> list[HubBands]:
    """
    Return what draws say of each hub.

    Parameters
    ----------
    central
        At the tables' values.
    drawn
        By draw.
    """
    every = drawn or [central]
    return [
        HubBands(
            chosen_share=float(np.mean([one.is_chosen[h] for one in every])),
            **{
                name: band_of(
                    [float(getattr(one, name)[h]) for one in drawn],
                    float(getattr(central, name)[h]),
                )
                for name in ("held", "alone", "unrivalled")
            },
        )
        for h in range(len(central.alone))
    ]


def bands_of_classes(central: Found, drawn: Sequence[Found]) -> list[tuple[Band, Band]]:
    """
    Return mean gains of each class, over straight shipment and over rivals.

    Parameters
    ----------
    central
        At the tables' values.
    drawn
        By draw; where a draw has nothing of a class, it says nothing of it.
    """
    out = []
    for i in range(central.by_class.shape[1]):
        of_draws = [[one.by_class[row, i] for one in drawn] for row in (0, 1)]
        known = [[v for v in values if np.isfinite(v)] for values in of_draws]
        direct, rivals = (band_of(known[row], float(central.by_class[row, i])) for row in (0, 1))
        out.append((direct, rivals))
    return out
