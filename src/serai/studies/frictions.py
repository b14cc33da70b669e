"""Frictions of regional relations, each against the base of its year."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from serai.domain.frictions import Friction, FrictionRow, FrictionsResult
from serai.domain.ranged import FloatArray
from serai.domain.results import Amounts
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.kernels.choice import fill_objective
from serai.model.routes import merge_routes
from serai.run import Run, assign, describe, run_scenario, worst
from serai.studies.cases import BUILT_BY
from serai.studies.shares import Progress
from serai.studies.tally import NAMES, scarcity_usd, tally
from serai.studies.welfare import welfare
from serai.units import USD_PER_MUSD

__all__ = ["felt_by_country", "frictions"]

LEAST_MUSD = 0.05
"""[million USD per year] Countries that gain or lose less are not told."""


def felt_by_country(run: Run) -> dict[str, float]:
    """
    Return what shippers feel by country, half at either end, [million USD per year].

    Parameters
    ----------
    run
        A solved scenario.
    """
    felt = _felt_by_cell(run) / (2.0 * USD_PER_MUSD)
    cells, countries = run.setting.cells, np.array(run.world.zones.countries)
    names = sorted(set(countries.tolist()))
    of = {name: i for i, name in enumerate(names)}
    total = np.zeros(len(names))
    for end in (cells.origin, cells.dest):
        np.add.at(total, [of[c] for c in countries[end]], felt)
    return dict(zip(names, total.tolist(), strict=True))


def _felt_by_cell(run: Run) -> FloatArray:
    """[USD per year], shape (n_cells,). Costs, entropies and what scarcity adds."""
    arrays, problem = run.queued.arrays, run.problem
    value = np.empty(len(arrays.cell_demand))
    fill_objective(arrays, run.solution.flow, value)
    n_groups = len(problem.group_cell)
    due = np.bincount(problem.option_group, run.solution.flow * scarcity_usd(run), n_groups)
    felt = np.bincount(problem.group_cell, value + due, len(run.setting.cells.demand))
    return felt.astype(np.float64)


def frictions(
    world: World, asked: Sequence[Friction], *, progress: Progress | None = None
) -> FrictionsResult:
    """
    Solve frictions and the bases of their years on the same routes.

    Parameters
    ----------
    world
        The tables.
    asked
        The frictions.
    progress
        Told how far the work is.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    years = tuple(dict.fromkeys(one.scenario.year for one in asked))
    plain = [Scenario(name="base", year=year, built_by=BUILT_BY) for year in years]
    built = [one.scenario.model_copy(update={"built_by": BUILT_BY}) for one in asked]
    scenarios = [*plain, *built]
    found: list[Run] = []
    for i, scenario in enumerate(scenarios):
        tell("frictions", i, len(scenarios))
        base = found[years.index(scenario.year)] if i >= len(years) else None
        found.append(run_scenario(world, scenario, base=base))
    # Sizes of paths rest on the whole set: all are solved again on the union.
    routes = merge_routes([run.routes for run in found])
    runs = [assign(run.world, run.setting, routes, start=run.end) for run in found]
    tell("frictions", len(scenarios), len(scenarios))
    bases = dict(zip(years, runs[: len(years)], strict=True))
    certificate = worst([run.certificate for run in runs])
    return FrictionsResult(
        rows=[
            _row(one, bases[one.scenario.year], run)
            for one, run in zip(asked, runs[len(years) :], strict=True)
        ],
        certificate=certificate,
        record=describe(
            world, plain[0], seed=0, gap=certificate.relative_gap,
            n_routes=len(routes.mark), seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _row(friction: Friction, before: Run, after: Run) -> FrictionRow:
    then, now = welfare(before), welfare(after)
    felt = felt_by_country(before), felt_by_country(after)
    gains = {c: felt[0][c] - felt[1][c] for c in felt[0]}
    told = sorted((c for c in gains if abs(gains[c]) >= LEAST_MUSD), key=lambda c: -abs(gains[c]))
    served, middle = (
        _more(before, after, names) for names in (tuple(NAMES[:-1]), ("middle",))
    )  # fmt: skip
    return FrictionRow(
        friction=friction.id, name=friction.name,
        shippers_musd=then.felt_musd - now.felt_musd,
        rents_musd=now.rent_musd - then.rent_musd,
        by_country={c: gains[c] for c in told}, served=served, middle=middle,
        grade=friction.grade, evidence=list(friction.source_ids), note=friction.note,
    )  # fmt: skip


def _more(before: Run, after: Run, corridors: tuple[str, ...]) -> Amounts:
    """Return how much more the corridors carry."""
    at = [NAMES.index(name) for name in corridors]
    sums = []
    for run in (before, after):
        flows = tally(run)
        sums.append((flows.by_corridor(flows.teu)[at].sum(), flows.by_corridor(flows.t)[at].sum()))
    return Amounts(teu=float(sums[1][0] - sums[0][0]), t=float(sums[1][1] - sums[0][1]))
