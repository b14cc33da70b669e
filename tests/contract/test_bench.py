"""A smoke test of the measurements: a tiny network in the places of the large ones."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scripts.bench.checks import measure_gap
from scripts.bench.growth import draw_growth, exponent_of
from scripts.bench.page import write_page
from scripts.bench.results import Measured, Run
from scripts.bench.rows import ROWS, find_row
from serai.data.tntp import read_tntp
from serai.model.wardrop import solve_user_equilibrium
from tests.networks import write_braess, write_network, write_sioux_falls


def test_every_row_has_serai_first_and_a_name_of_its_own() -> None:
    assert all(next(iter(row.sides)) == "Serai" for row in ROWS)
    assert len({row.name for row in ROWS}) == len(ROWS)
    with pytest.raises(LookupError, match="there are chicago-sketch-1e-6, "):
        find_row("nothing")


@pytest.mark.skipif(os.name != "posix", reason="memory is asked for in the way of Unix")
def test_rows_are_measured_and_written_and_the_others_skipped_with_a_line(
    root: Path, tmp_path: Path
) -> None:
    for name in ("Winnipeg", "Chicago-Sketch"):
        (tmp_path / name).mkdir()
        write_sioux_falls(tmp_path / name)
    page = tmp_path / "page.md"
    environment = {**os.environ, "SERAI_TNTP": str(tmp_path)}
    environment.pop("SERAI_GRAPHS", None)
    rows = ["winnipeg-1e-6", "route-sets", "k-shortest", "one-to-all"]
    words = ["--runs", "1", "--no-corridor", "--out", str(page), "--rows", *rows]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench", *words],
        cwd=root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "one-to-all: skipped, SERAI_GRAPHS names no folder" in done.stdout
    text = page.read_text("utf-8")
    assert "## User equilibrium, Winnipeg, relative gap 1e-06" in text
    assert "| 1 | Serai |" in text
    assert "other costs" not in text


def test_what_the_corridor_model_took_is_told(tmp_path: Path) -> None:
    sizes = [
        {"times": t, "groups": 3 * t, "options": 30 * t, "limits": t, "seconds": 0.1 * t**1.5,
         "relative_gap": 1e-12} for t in (1, 10, 100)
    ]  # fmt: skip
    assert exponent_of(sizes) == pytest.approx(1.5)
    told = {
        "work": {"base year": [2.0, 1.0, 4.0]},
        "base": {"options": 9, "groups": 3, "limits": 1},
        "peak_mb": 5.0,
        "sampled": [0.5, 0.25, 0.75],
        "sizes": sizes,
    }
    row = next(row for row in ROWS if row.name == "k-shortest")
    run = Run(seconds=1.0, n_done=1, wall_s=2.0, peak_mb=3.0)
    one = Measured(row=row, n_cores=1, runs={"Serai": [run]}, verdicts={"Serai": "same costs"})
    page = write_page([one], {1: told, 2: told})
    assert "| base year | 2 s (1–4) | 2 s (1–4) |" in page
    assert "0.50 s on one core in the median, so a thousand take\n250 s on two" in page
    assert "Time grows with the 1.50th power" in page
    draw_growth(sizes, tmp_path / "growth.svg")
    assert "<svg" in (tmp_path / "growth.svg").read_text("utf-8")


def test_the_gap_is_that_of_the_solver_and_zero_flow_is_judged_too(tmp_path: Path) -> None:
    problem = read_tntp(*write_sioux_falls(tmp_path))
    found = solve_user_equilibrium(problem, max_gap=1e-5)
    assert measure_gap(problem, found.flow) == pytest.approx(found.relative_gap, rel=1e-6)
    problem = read_tntp(*write_braess(tmp_path, with_shortcut=True))
    flow = np.array([6.0, 0.0, 0.0, 6.0, 6.0])  # 3 x 10 x 6 + 16 against 50 + 10 x 6 or less
    assert measure_gap(problem, flow) == pytest.approx(1.0 - 110.0 / 136.0, rel=1e-6)


def test_the_gap_counts_no_path_through_a_zone_that_is_shut(tmp_path: Path) -> None:
    links = ["1 2 1 0 1 0 0 0 0 1;", "2 3 1 0 1 0 0 0 0 1;", "1 4 1 0 5 0 0 0 0 1;",
             "4 3 1 0 5 0 0 0 0 1;"]  # fmt: skip
    files = write_network(tmp_path, links, ["Origin 1", "3 : 2.0;"], nodes=4, zones=3, first_thru=4)
    assert measure_gap(read_tntp(*files), np.array([0.0, 0.0, 2.0, 2.0])) == pytest.approx(0.0)
