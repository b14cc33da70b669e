"""
Measure the corridor model itself: `python -m scripts.bench.corridor`, in a process of its own.

Prints one JSON document: seconds of a base year without and with routes and prices to start from,
of sampled scenarios, and of problems of growing size.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from serai.data.load import read_world
from serai.data.scenarios import read_scenario
from serai.domain.ranged import FloatArray
from serai.kernels.choice import ChoiceArrays
from serai.model.apply import draw_world
from serai.model.parts import cut_cells
from serai.model.queues import Queues, build_queues, solve_queued
from serai.run import Run, assign, offers_of, prepare, run_scenario, search_routes
from serai.studies.draws import deviates

__all__ = ["main"]

BASE, NEIGHBOUR = "base", "russia-closed"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scenarios", type=int, default=20)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 3, 10])
    asked = parser.parse_args()
    world = read_world()
    base, neighbour = read_scenario(BASE), read_scenario(NEIGHBOUR)
    run = run_scenario(world, base)  # compiles; does not count
    setting, other = prepare(world, base), prepare(world, neighbour)
    offers, closed = (offers_of(world, one, run.routes) for one in (setting, other))
    work = {
        "base year, nothing to start from": _time(lambda: run_scenario(world, base), asked.runs),
        "of it, the first search for routes": _time(
            lambda: search_routes(world, setting), asked.runs
        ),
        "base year, routes known": _time(
            lambda: assign(world, setting, run.routes, offers=offers), asked.runs
        ),
        "neighbouring scenario, from the base's prices": _time(
            lambda: assign(world, other, run.routes, offers=closed, start=run.end), asked.runs
        ),
        "the same scenario again": _time(
            lambda: assign(world, setting, run.routes, offers=offers, start=run.end), asked.runs
        ),
    }
    arrays = run.problem.arrays
    told: dict[str, object] = {
        "work": work,
        "base": {"options": len(arrays.cost), "groups": len(arrays.cell_demand),
                 "limits": len(run.problem.limit)},
    }  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told["peak_mb"] = peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    told["sampled"] = _sampled(run, asked.scenarios)
    told["sizes"] = _sizes(run, asked.sizes)
    print(json.dumps(told))


def _time(work: Callable[[], object], n_runs: int) -> list[float]:
    seconds = []
    for _ in range(n_runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def _sampled(run: Run, n: int) -> list[float]:
    """Solve draws of every ranged input, from the base's routes and prices."""
    seconds = []
    for z in deviates(n, run.world.n_dimensions, 1):
        start = time.perf_counter()
        drawn = draw_world(run.world, z)
        found = assign(drawn, prepare(drawn, run.setting.scenario), run.routes, start=run.end)
        seconds.append(time.perf_counter() - start)
        if not found.certificate.holds():
            sys.exit(f"a draw did not converge: {found.certificate}")
    return seconds


def _sizes(run: Run, factors: list[int]) -> list[dict[str, float]]:
    """Solve a hundredth of the base year, put side by side so many times."""
    arrays, per_hour = run.problem.arrays, run.problem.group_usd_per_h
    some = np.arange(0, len(arrays.cell_demand), 100)
    part, _ = cut_cells(arrays, some)
    # The limits shrink with the demand, so that they bind as before.
    whole = float(arrays.cell_demand.sum() / part.cell_demand.sum())
    part = part._replace(use_amount=part.use_amount * whole)
    queues = build_queues(run.world, run.setting.graph).at(run.problem.limit)
    queues = replace(queues, rate_per_h=queues.rate_per_h / whole)
    told = []
    for factor in factors:
        problem = _side_by_side(part, len(queues.rate_per_h), factor)
        hours = np.tile(per_hour[some], factor)
        before = _tiled(queues, factor)
        start = time.perf_counter()
        found = solve_queued(problem, hours, before)
        seconds = time.perf_counter() - start
        told.append({
            "times": factor, "groups": len(problem.cell_demand), "options": len(problem.cost),
            "limits": len(before.rate_per_h), "seconds": seconds,
            "relative_gap": found.solution.certificate.relative_gap,
        })  # fmt: skip
    return told


def _side_by_side(part: ChoiceArrays, n_limits: int, factor: int) -> ChoiceArrays:
    """Repeat a problem, each copy with limits of its own."""

    def starts(start: np.ndarray) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(np.tile(np.diff(start), factor))]).astype(np.int64)

    def shift(many: int, by: int) -> np.ndarray:
        return np.repeat(np.arange(factor) * by, many).astype(np.int32)

    n_bundles = len(part.use_start) - 1
    n_cells = len(part.cell_demand) * factor
    return ChoiceArrays(
        chunk_start=np.linspace(0, n_cells, len(part.chunk_start)).astype(np.int64),
        cell_start=starts(part.cell_start),
        cell_demand=np.tile(part.cell_demand, factor),
        cell_theta=np.tile(part.cell_theta, factor),
        nest_start=starts(part.nest_start),
        nest_theta=np.tile(part.nest_theta, factor),
        nest_constant=np.tile(part.nest_constant, factor),
        cost=np.tile(part.cost, factor) * _unlike(len(part.cost), factor),
        log_size=np.tile(part.log_size, factor),
        bundle=np.tile(part.bundle, factor) + shift(len(part.bundle), n_bundles),
        use_start=starts(part.use_start),
        use_limit=np.tile(part.use_limit, factor) + shift(len(part.use_limit), n_limits),
        use_amount=np.tile(part.use_amount, factor),
    )


def _unlike(n: int, factor: int) -> FloatArray:
    """Return factors within a hundredth of one: no copy is quite like another."""
    return np.asarray(1.0 + 0.01 * np.random.default_rng(1).random(n * factor))


def _tiled(queues: Queues, factor: int) -> Queues:
    n = int(queues.resource.max()) + 1
    shift = np.repeat(np.arange(factor) * n, len(queues.resource)).astype(np.int32)
    return replace(
        queues,
        resource=np.tile(queues.resource, factor) + shift,
        rate_per_h=np.tile(queues.rate_per_h, factor),
    )


if __name__ == "__main__":
    main()
