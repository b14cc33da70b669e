"""Past years from their inputs alone, beside what was published of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from serai.domain.backcast import BackcastResult, BackcastRow, Target
from serai.domain.ranged import FloatArray
from serai.domain.results import RunCertificate
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import draw_world
from serai.run import describe, run_scenario, worst
from serai.studies.cases import case_scenario
from serai.studies.draws import Known, deviates
from serai.studies.outcomes import QUANTITIES, outcomes
from serai.studies.shares import Progress
from serai.studies.spread import spread

__all__ = ["FORECAST_YEAR", "YEARS", "backcast", "scenario_of"]

YEARS: Final = (2019, 2020, 2021, 2022, 2023, 2024, 2025)
"""Years whose inputs are known."""

FORECAST_YEAR: Final = 2030
"""Year that others have forecast: solved with the full programme."""

FORECAST: Final = ("middle_kt", "middle_box_kt", "middle_share_percent")
"""What of that year is told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """The years, to be solved again in drawn worlds."""

    world: World
    years: Mapping[int, Known]

    def do(self, task: tuple[int, FloatArray]) -> tuple[dict[str, float], RunCertificate]:
        """Solve one year in one drawn world."""
        year, z = task
        run = self.years[year].solve(draw_world(self.world, z))
        return outcomes(run), run.certificate


def scenario_of(year: int) -> Scenario:
    """
    Return what a year was, or, for the year of the forecasts, what they suppose.

    Parameters
    ----------
    year
        Calendar year.
    """
    if year == FORECAST_YEAR:
        return case_scenario("full", "open", year=year)
    return Scenario(year=year)


def backcast(
    world: World,
    *,
    years: Sequence[int] = (*YEARS, FORECAST_YEAR),
    draws: int = 32,
    seed: int = 1,
    workers: int = 2,
    tell: Progress,
) -> BackcastResult:
    """
    Solve years as they were and put what comes out beside what was published.

    Parameters
    ----------
    world
        The tables with their ranges.
    years
        Years of `YEARS`, and `FORECAST_YEAR`.
    draws
        [-], >= 0. Draws of all ranged inputs, the same for every year.
    seed
        Seed of the draws.
    workers
        [-], >= 1. Processes.
    tell
        Told how far the work is.

    Returns
    -------
    result
        One row per quantity and year. Nothing of a year is set from its outcome: demand, prices,
        fleets, capacities and dated closures are that year's inputs.
    """
    began = time.perf_counter()
    central, known, certificates = {}, {}, []
    n_routes = 0
    for i, year in enumerate(years):
        tell("years", i, len(years))
        run = run_scenario(world, scenario_of(year))
        central[year] = outcomes(run)
        known[year] = Known.of(run)
        certificates.append(run.certificate)
        n_routes = max(n_routes, len(run.routes.mark))
    tell("years", len(years), len(years))
    _add_diversion(central)
    z = deviates(draws, world.n_dimensions, seed) if draws else np.empty((0, 0))
    tasks = [(year, row) for row in z for year in years]
    drawn: list[dict[int, dict[str, float]]] = [{} for _ in z]
    work = _Work(world=world, years=known)
    done = spread(work, tasks, workers=workers, tell=tell, stage="draws") if tasks else ()
    for i, (found, certificate) in enumerate(done):
        drawn[i // len(years)][years[i % len(years)]] = found
        certificates.append(certificate)
    for years_drawn in drawn:
        _add_diversion(years_drawn)
    certificate = worst(certificates)
    return BackcastResult(
        rows=_rows(world.targets, central, drawn),
        n_draws=draws,
        certificate=certificate,
        record=describe(
            world, scenario_of(max(years)), seed=seed, gap=certificate.relative_gap,
            n_routes=n_routes, seconds=time.perf_counter() - began,
        ),
    )  # fmt: skip


def _add_diversion(found: Mapping[int, dict[str, float]]) -> None:
    """Add to 2022 how many of the boxes that the Northern route lost the Middle Corridor won."""
    if not {2021, 2022} <= found.keys():
        return
    before, after = found[2021], found[2022]
    lost = before["northern_teu"] - after["northern_teu"]
    won = after["middle_teu"] - before["middle_teu"]
    after["diversion_percent"] = 100.0 * won / lost if lost > 0 else float("nan")


def _rows(
    targets: Sequence[Target],
    central: Mapping[int, Mapping[str, float]],
    drawn: Sequence[Mapping[int, Mapping[str, float]]],
) -> list[BackcastRow]:
    published = {(t.quantity, t.year): t for t in targets}
    return [
        _row(
            quantity, year, published.get((quantity, year)), central[year][quantity],
            [found[year][quantity] for found in drawn],
        )
        for quantity in QUANTITIES
        for year in central
        if quantity in central[year] and (year != FORECAST_YEAR or quantity in FORECAST)
    ]  # fmt: skip


def _row(
    quantity: str, year: int, target: Target | None, central: float, drawn: Sequence[float]
) -> BackcastRow:
    meant, model = QUANTITIES[quantity], float(central) if np.isfinite(central) else None
    values = np.array(drawn, np.float64)
    values = values[np.isfinite(values)]
    low, high = np.quantile(values, (0.1, 0.9)).tolist() if len(values) else (model, model)
    return BackcastRow(
        id=quantity, name=meant.name, corridor=meant.corridor, quantity=meant.measure,
        unit=meant.unit, year=year, model=model, low=low, high=high,
        observed=None if target is None else target.value,
        observed_low=None if target is None else target.low,
        observed_high=None if target is None else target.high,
        error=None if model is None or target is None else model / target.value - 1.0,
        status="blind" if target is None else target.use,
        source_ids=[] if target is None else list(target.source_ids),
        reason="" if target is None else target.miss,
        note="" if target is None else target.note,
    )  # fmt: skip
