"""
Estimate the few behavioural parameters that published totals of 2019-2023 can tell.

Four numbers are free: how many shippers ask for a land quote at all (the shares of all classes,
moved together), the scale between families of routes, the hours that shippers expect to lose at the
Caspian, and how far trade without a sea port of its own avoids Russia. Each is estimated in
logarithms by least squares with a soft L1 loss on the logarithms of the fitted totals of
`targets.csv`, over their standard errors; what was judged of each number before any fit (its range
as a tenth and nine tenths of a log-normal) is one more residual. Standard errors are those of the
Gauss-Newton Hessian at the optimum. Nothing is tuned link by link or year by year.

Run it from a checkout: ``python -m scripts.estimate [--write] [--checks]``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, least_squares

from serai.data.load import PACK, read_world
from serai.domain.backcast import Target
from serai.domain.ranged import Z_P90
from serai.domain.routes import Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.run import Start, assign, prepare, run_scenario
from serai.studies.outcomes import outcomes

Floats = NDArray[np.float64]

REPORT: Final = Path("docs/reference/estimate.json")

SHARES: Final = {"contestable_c_ts": 0.9, "contestable_c_om": 0.2, "contestable_c_lv": 0.06,
                 "contestable_veh": 0.15}  # fmt: skip
"""Shares as judged, at a factor of 1; the factor is what is estimated."""

JUDGED: Final = {
    "contestable": (0.6, 1.67),
    "scale_upper": (4.0, 10.0),
    "caspian_h": (300.0, 1000.0),
    "avoidance_landlocked": (0.1, 0.6),
}
"""What was judged of each number before any fit: P10 and P90."""

PERTURBED: Final = (0.7, 1.4, 1.5, 0.7)
"""Factors on the starting point of a second search, which must end where the first did."""

STEP: Final = 0.05
"""[-] Step of the differences, in logarithms."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """The years to be met, on choice sets found once."""

    world: World
    targets: tuple[Target, ...]
    routes: Mapping[int, Routes]
    start: dict[int, Start] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Problem:
        """Return the problem of a world's fitted targets."""
        targets = tuple(t for t in world.targets if t.use == "fitted")
        runs = {y: run_scenario(world, Scenario(year=y)) for y in sorted({t.year for t in targets})}
        return cls(
            world=world, targets=targets, routes={y: run.routes for y, run in runs.items()},
            start={y: run.end for y, run in runs.items()},
        )  # fmt: skip

    def totals(self, x: Floats) -> dict[int, dict[str, float]]:
        """Return every year's totals at a point."""
        tried, out = with_values(self.world, values_of(x)), {}
        for year, routes in self.routes.items():
            setting = prepare(tried, Scenario(year=year))
            run = assign(tried, setting, routes, start=self.start[year])
            self.start[year] = run.end
            out[year] = outcomes(run)
        return out

    def misses(self, x: Floats) -> Floats:
        """Return the logarithms of model over published."""
        totals = self.totals(x)
        return np.array(
            [np.log(max(totals[t.year][t.quantity], 1e-3) / t.value) for t in self.targets]
        )

    def without(self, year: int) -> Problem:
        """Return the problem that does not know a year."""
        return replace(
            self, targets=tuple(t for t in self.targets if t.year != year),
            routes={y: routes for y, routes in self.routes.items() if y != year},
            start=dict(self.start),
        )  # fmt: skip


def judged() -> tuple[Floats, Floats]:
    """Return centre and standard deviation of the logarithms, as judged."""
    low, high = np.log(np.array(list(JUDGED.values()))).T
    return (low + high) / 2, (high - low) / (2 * Z_P90)


def values_of(x: Floats) -> dict[str, float]:
    """Return the parameters that a point stands for."""
    factor, scale, caspian, landlocked = np.exp(x).tolist()
    shares = {name: min(share * factor, 1.0) for name, share in SHARES.items()}
    return shares | {
        "scale_upper": scale, "caspian_h": caspian, "avoidance_landlocked": landlocked
    }  # fmt: skip


def with_values(world: World, values: Mapping[str, float]) -> World:
    """Return the world with other parameters."""
    table = world.params.table.value.copy()
    for name, value in values.items():
        table[world.params.ids.index(name)] = value
    params = replace(world.params, table=replace(world.params.table, value=table))
    return replace(world, params=params)


def fit(problem: Problem, start: Floats, *, max_nfev: int = 14) -> OptimizeResult:
    """Search for the parameters from a starting point."""
    centre, spread = judged()
    errors = np.array([t.relative_error for t in problem.targets])

    @lru_cache(maxsize=1)
    def solved(point: tuple[float, ...]) -> Floats:
        x = np.array(point)
        misses = problem.misses(x)
        print(" ".join(f"{v:8.3f}" for v in np.exp(x)), " ".join(f"{m:+.2f}" for m in misses),
              file=sys.stderr, flush=True)  # fmt: skip
        return np.concatenate([misses / errors, (x - centre) / spread])

    def residuals(x: Floats) -> Floats:
        return solved(tuple(x.tolist()))

    def slopes(x: Floats) -> Floats:
        at = residuals(x)
        return np.stack([(residuals(x + e) - at) / STEP for e in STEP * np.eye(len(x))], axis=1)

    return least_squares(
        residuals, start, jac=slopes, max_nfev=max_nfev, loss="soft_l1", xtol=1e-3, ftol=1e-4
    )


def errors_of(found: OptimizeResult) -> Floats:
    """Return the standard errors of the logarithms."""
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac))))


def check(problem: Problem, found: OptimizeResult) -> dict[str, object]:
    """Leave every year out in turn, and start from elsewhere."""
    left_out = {}
    for year in problem.routes:
        poorer = fit(problem.without(year), found.x, max_nfev=5)
        misses = replace(problem, start=dict(problem.start)).misses(poorer.x)
        left_out[str(year)] = {
            t.id: round(float(np.expm1(m)), 4)
            for t, m in zip(problem.targets, misses, strict=True) if t.year == year
        }  # fmt: skip
    again = fit(problem, found.x + np.log(PERTURBED))
    return {
        "left_out": left_out,
        "perturbed_start": ((again.x - found.x) / errors_of(found)).round(4).tolist(),
    }


def report(problem: Problem, found: OptimizeResult) -> dict[str, object]:
    """Return what was found, for people and tests."""
    errors, misses = errors_of(found), problem.misses(found.x)
    return {
        "n_targets": len(problem.targets),
        "parameters": {
            name: {
                "value": float(f"{np.exp(x):.4g}"), "standard_error_log": float(f"{e:.3g}"),
                "judged": list(JUDGED[name]),
            }
            for name, x, e in zip(JUDGED, found.x, errors, strict=True)
        },
        "misses": {
            t.id: round(float(np.expm1(m)), 4)
            for t, m in zip(problem.targets, misses, strict=True)
        },
    }  # fmt: skip


def ranges(found: OptimizeResult) -> dict[str, tuple[float, float, float]]:
    """Return value, P10 and P90 of every parameter."""
    reach = Z_P90 * errors_of(found)
    value, low, high = (values_of(found.x + sign * reach) for sign in (0, -1, 1))
    return {name: (value[name], low[name], high[name]) for name in value}


def rewritten(text: str, name: str, numbers: Sequence[float]) -> str:
    """Return the file of parameters with a value and its range replaced."""
    section = re.search(rf"(\[{name}\]\nlabel = .*\n)value = \S+\nlow = \S+\nhigh = \S+\n", text)
    if section is None:
        sys.exit(f"params.toml: no section [{name}] with value, low and high")
    value, low, high = (f"{number:.4g}" for number in numbers)
    new = f"{section[1]}value = {value}\nlow = {low}\nhigh = {high}\n"
    return text.replace(section.group(0), new)


def main() -> int:
    """Estimate, print, and write on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write params.toml and the report")
    parser.add_argument("--checks", action="store_true", help="leave years out; start elsewhere")
    arguments = parser.parse_args()
    problem = Problem.of(read_world())
    found = fit(problem, judged()[0])
    told = report(problem, found)
    if arguments.checks:
        told |= check(problem, found)
    print(json.dumps(told, indent=1))
    if arguments.write:
        text = (PACK / "params.toml").read_text("utf-8")
        for name, numbers in ranges(found).items():
            text = rewritten(text, name, numbers)
        (PACK / "params.toml").write_text(text, "utf-8", newline="\n")
        REPORT.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
