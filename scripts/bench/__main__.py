"""
Measure every row and write the page: `make bench`, or `python -m scripts.bench`.

The larger networks are not part of the project: SERAI_TNTP names the folder of the published test
networks, SERAI_GRAPHS that of the road graph. Rows without theirs are left out, with a line; so
are programs that are not installed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from scripts.bench.growth import draw_growth
from scripts.bench.page import write_page
from scripts.bench.results import Measured, Run
from scripts.bench.rows import ROWS, Row
from scripts.bench.run_side import read_source
from scripts.bench.verdict import judge_found

__all__ = ["main", "measure_row"]

ROOT: Final = Path(__file__).resolve().parents[2]
MODULES: Final = {"AequilibraE": "aequilibrae", "pytraf": "pytraf", "NetworkX": "networkx",
                  "igraph": "igraph", "SciPy": "scipy", "Serai": "serai"}  # fmt: skip
THREADS: Final = ("NUMBA", "OMP", "OPENBLAS", "MKL", "RAYON")
"""Libraries that read *_NUM_THREADS."""


def main() -> None:
    """Measure what is asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each side")
    parser.add_argument("--rows", nargs="*", default=[row.name for row in ROWS])
    parser.add_argument("--corridor", action=argparse.BooleanOptionalAction, default=True,
                        help="measure the corridor model itself")  # fmt: skip
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    asked = parser.parse_args()
    measured = []
    for row in ROWS:
        if row.name in asked.rows:
            for n_cores in row.cores:
                found = measure_row(row, n_cores, asked.runs)
                measured += [found] if found else []
    if not measured:
        sys.exit("nothing was measured")
    corridor = None
    if asked.corridor:
        corridor = {n: _measure_corridor(n, asked.runs) for n in (1, 2)}
        draw_growth(corridor[2]["sizes"], asked.out.parent / "pictures" / "growth.svg")
    asked.out.write_text(write_page(measured, corridor), "utf-8")
    print(f"wrote {asked.out}")


def measure_row(row: Row, n_cores: int, n_runs: int) -> Measured | None:
    """
    Run all sides of a row in turns.

    Parameters
    ----------
    row
        The row.
    n_cores
        [-]. Cores that each side is held to.
    n_runs
        [-]. Runs of each side.

    Returns
    -------
    measured
        None where the row's data are not here.
    """
    variable = "SERAI_GRAPHS" if row.source.endswith(".npz") else "SERAI_TNTP"
    folder = os.environ.get(variable)
    if folder is None or not Path(folder, row.source).exists():
        print(f"{row.name}: skipped, {variable} names no folder with {row.source}")
        return None
    sides = []
    for side in row.sides:
        if find_spec(MODULES[side.partition(",")[0]]) is None:
            print(f"{row.name}: {side} is left out, it is not installed")
        else:
            sides.append(side)
    runs: dict[str, list[Run]] = {side: [] for side in sides}
    found: dict[str, np.ndarray] = {}
    with tempfile.TemporaryDirectory() as place:
        _run_side(row, "Serai", n_cores, Path(place, "found.npy"))  # compiles; does not count
        for turn in range(n_runs):
            for side in sides:
                run, found[side] = _run_side(row, side, n_cores, Path(place, "found.npy"))
                runs[side].append(run)
                print(f"{row.name}, {n_cores} core(s), run {turn + 1} of {n_runs}, {side}: "
                      f"{run.seconds:.3f} s, process {run.wall_s:.2f} s", flush=True)  # fmt: skip
    verdicts = judge_found(read_source(row), row, found)
    return Measured(row=row, n_cores=n_cores, runs=runs, verdicts=verdicts)


def _run_side(row: Row, side: str, n_cores: int, place: Path) -> tuple[Run, np.ndarray]:
    """Run one side once, held to the first cores where the system can do so."""
    command = [sys.executable, "-m", "scripts.bench.run_side", row.name, side,
               "--cores", str(n_cores), "--found", str(place)]  # fmt: skip
    told, wall = _run_held(command, n_cores)
    return Run(wall_s=wall, **told), np.load(place)


def _measure_corridor(n_cores: int, n_runs: int) -> dict[str, Any]:
    print(f"the corridor model, {n_cores} core(s): some minutes", flush=True)
    command = [sys.executable, "-m", "scripts.bench.corridor", "--runs", str(n_runs)]
    return _run_held(command, n_cores)[0]


def _run_held(command: Sequence[str], n_cores: int) -> tuple[dict[str, Any], float]:
    """Run a command held to some cores; return the JSON of its last line, and its seconds."""
    environment = {
        **os.environ,
        **{f"{library}_NUM_THREADS": str(n_cores) for library in THREADS},
        "OMP_WAIT_POLICY": "PASSIVE",
        "AEQ_SHOW_PROGRESS": "FALSE",
    }
    hold, mine = getattr(os, "sched_setaffinity", None), set[int]()
    if hold:
        mine = os.sched_getaffinity(0)
        hold(0, sorted(mine)[-n_cores:])  # handed down to the process
    try:
        start = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        wall = time.perf_counter() - start
    finally:
        if hold:
            hold(0, mine)
    if done.returncode:
        sys.exit(f"{' '.join(command)}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1]), wall


if __name__ == "__main__":
    main()
