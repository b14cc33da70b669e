"""
Set the few fitted parameters from the published totals of 2019-2023.

Three numbers are free: how many shippers ask for a land quote at all (the shares of all classes,
moved together), the scale between families of routes, and the hours that shippers expect to lose
at the Caspian. Least squares with a soft L1 loss on the logarithms of fourteen published totals;
nothing is tuned link by link. The totals hardly tell a wide scale from few hours, nor say how large
the shares are: what was known of hours and shares before any fit counts as two more totals. Run it
from a checkout:
``python scripts/fit_parameters.py [--write]``.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from serai.data.load import PACK, read_world
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.run import Run, assign, prepare, run_scenario
from serai.studies.base_years import PUBLISHED, outcomes
from serai.studies.tally import NAMES, tally

YEARS = (2019, 2020, 2021, 2022, 2023)
SHARES = {"contestable_c_ts": 0.9, "contestable_c_om": 0.2, "contestable_c_lv": 0.06,
          "contestable_veh": 0.15}  # fmt: skip
"""Shares as judged, at a factor of 1; the factor is what is fitted."""
HOURS = 480.0
"""
[h] Twenty days: published deliveries from China to the Black Sea took 45.5 days in 2022 and 21 in
2023 (F0465, F0466), the links from the border on add up to 13. Queues are part of them.
"""
HOURS_OF = (2022, 2023)
START = np.array([1.0, 8.0, 300.0])
BOUNDS = (np.array([0.1, 1.0, 0.0]), np.array([6.0, 12.0, 1200.0]))


def values_of(x: NDArray[np.float64]) -> dict[str, float]:
    """Return the parameters that a point of the search stands for."""
    factor, scale, caspian = x
    shares = {name: min(share * factor, 1.0) for name, share in SHARES.items()}
    return shares | {
        "scale_upper": scale,
        "caspian_h": caspian,
    }


def queue_of_middle(run: Run) -> float:
    """Return the queues that an average box on the Middle Corridor stands in, [h]."""
    flows = tally(run)
    boxes = np.where(flows.corridor == NAMES.index("middle"), flows.teu, 0.0)
    return float(np.average(run.queued.option_wait_h, weights=boxes))


def with_values(world: World, values: dict[str, float]) -> World:
    """Return the world with other parameters."""
    table = world.params.table.value.copy()
    for name, value in values.items():
        table[world.params.ids.index(name)] = value
    params = replace(world.params, table=replace(world.params.table, value=table))
    return replace(world, params=params)


def main() -> int:
    """Fit, print, and write on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the values to params.toml")
    arguments = parser.parse_args()
    world = read_world()
    first = {y: run_scenario(world, Scenario(year=y)) for y in YEARS}
    routes = {y: run.routes for y, run in first.items()}
    prices = {y: run.end for y, run in first.items()}

    def residuals(x: NDArray[np.float64]) -> NDArray[np.float64]:
        tried = with_values(world, values_of(x))
        totals, waited = {}, {}
        for year in YEARS:
            setting = prepare(tried, Scenario(year=year))
            run = assign(tried, setting, routes[year], start=prices[year])
            prices[year] = run.end
            totals[year] = outcomes(run)
            waited[year] = queue_of_middle(run)
        misses = [np.log(max(totals[t.year][t.quantity], 1e-3) / t.value) for t in PUBLISHED]
        print(" ".join(f"{v:8.3f}" for v in x), " ".join(f"{m:+.2f}" for m in misses), flush=True)
        lost = np.mean([waited[year] for year in HOURS_OF])
        return np.array([*misses, np.log(x[0]), np.log((x[2] + lost) / HOURS)])

    fit = least_squares(
        residuals, START, bounds=BOUNDS, diff_step=0.05, x_scale=START, max_nfev=8,
        loss="soft_l1",
    )  # fmt: skip
    values = values_of(fit.x)
    print("\n".join(f"{name} = {value:.4g}" for name, value in values.items()))
    if arguments.write:
        text = (PACK / "params.toml").read_text("utf-8")
        for name, value in values.items():
            text = rewritten(text, name, value)
        (PACK / "params.toml").write_text(text, "utf-8", newline="\n")
    return 0


def rewritten(text: str, name: str, value: float) -> str:
    """Return the file with one value replaced; its range is judgement and stays."""
    section = re.search(
        rf"(\[{name}\]\nlabel = .*\n)value = (\S+)\nlow = (\S+)\nhigh = (\S+)\n", text
    )
    if section is None:
        sys.exit(f"params.toml: no section [{name}] with value, low and high")
    low, high = map(float, section.groups()[2:])
    if not low <= value <= high:
        sys.exit(f"params.toml [{name}]: {value:.4g} is outside {low} to {high}: widen its range")
    new = f"{section[1]}value = {value:.4g}\nlow = {low:.4g}\nhigh = {high:.4g}\n"
    return text.replace(section.group(0), new)


if __name__ == "__main__":
    raise SystemExit(main())
