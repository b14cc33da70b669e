"""Years of disruptions: drawn as stated, solved as by the ordinary way, kept whatever happens."""

import csv
import errno
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from scipy.special import ndtri

from serai.data.ensembles import SHIPPED_ENSEMBLES, read_ensemble
from serai.data.load import PACK, read_world
from serai.data.parts import Parts
from serai.domain.disruptions import DAYS, Correlation, Disruption, EnsembleSpec
from serai.domain.ensemble import EnsembleResult
from serai.domain.routes import CORRIDORS, Routes
from serai.domain.world import World
from serai.errors import ScenarioError, SeraiError
from serai.outputs.drawing import WIDE_IN
from serai.outputs.ensemble import draw_ensemble, print_ensemble
from serai.run import Run, assign, prepare
from serai.studies import ensemble as module
from serai.studies.cases import case_scenario
from serai.studies.disruptions import (
    CALM,
    State,
    Years,
    _overlay,
    check_disruptions,
    correlations_of,
    keep_worst,
    lone_states,
    shocks_of,
)
from serai.studies.ensemble import Plan, ensemble
from serai.studies.ensemble_cases import Cases, Layout, cases_of
from serai.studies.shares import settle_cases
from serai.studies.tally import tally
from tests.command import serai, write_sound
from tests.ensembles import toy_spec, write_toy_spec
from tests.toy import toy_world

N = 120


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> EnsembleSpec:
    return toy_spec(tmp_path_factory.mktemp("spec"))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "years"


@pytest.fixture(scope="module")
def result(world: World, spec: EnsembleSpec, out: Path) -> EnsembleResult:
    return ensemble(world, spec, Plan(n=N, workers=1, out=str(out)))


def told(result: EnsembleResult) -> dict[str, object]:
    """Return all that must not depend on who works and how often."""
    return result.model_dump(exclude={"record", "out"})


def read_part(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file, read by one thread: others may outlive the program."""
    return list(pq.read_table(path, use_threads=False, pre_buffer=False).to_pylist())


def rows_of(folder: Path) -> list[dict[str, object]]:
    parts = sorted((folder / "draws").glob("*.parquet"))
    return [row for part in parts for row in read_part(part)]


# ------------------------------------------------------------------ the draws


def test_a_year_is_cut_where_something_begins_or_ends() -> None:
    """Storms from day 350 for 30 days meet a closure of days 0 to 9 for ten of them."""
    days = _overlay([(0, 1.0, 350, 30), (1, 0.5, 0, 10)])
    storms, both = ((0, 1.0),), ((0, 1.0), (1, 0.5))
    assert days == {both: 10, storms: 20, CALM: 335}


@given(st.lists(st.tuples(st.integers(0, 364), st.integers(1, 365)), max_size=4))
def test_the_states_of_a_year_are_those_of_its_days(spans: list[tuple[int, int]]) -> None:
    events = [(i, 1.0, start, days) for i, (start, days) in enumerate(spans)]
    slow: dict[State, int] = {}
    for day in range(DAYS):
        state = tuple((i, 1.0) for i, (s, d) in enumerate(spans) if (day - s) % DAYS < d)
        slow[state] = slow.get(state, 0) + 1
    assert _overlay(events) == slow


def test_draws_have_the_probabilities_durations_and_correlations_stated(
    spec: EnsembleSpec,
) -> None:
    n = 4096
    years = Years(spec=spec, n=n, seed=3)
    drawn = list(years.draw(0, n))
    for i, one in enumerate(spec.disruptions):
        wanted = sum(outcome.probability for outcome in one.outcomes)
        assert np.mean([i in year.happened for year in drawn]) == pytest.approx(wanted, abs=0.01)
    having = [year for year in drawn if 0 in year.happened]
    days = np.array([sum(d for s, d in year.days.items() if (0, 0.5) in s) for year in having])
    of_mild = days[days > 0]
    assert (of_mild.min(), of_mild.max()) == (20, 60)
    assert of_mild.mean() == pytest.approx(40, abs=1)
    normal = ndtri(years.copula(years.points(0, n)[:, :3]))
    assert np.corrcoef(normal.T) == pytest.approx(correlations_of(spec), abs=0.03)
    assert all(sum(year.days.values()) == DAYS for year in drawn)
    # It begins in November, December or January, and may last into May.
    assert normal.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("sampling", ["sobol", "latin"])
def test_draws_can_be_had_in_parts(spec: EnsembleSpec, sampling: str) -> None:
    years = Years(spec=spec.model_copy(update={"sampling": sampling}), n=50, seed=1)
    parts = [years.draw(first, min(first + 16, 50)) for first in range(0, 50, 16)]
    assert list(years.draw(0, 50)) == [year for part in parts for year in part]


def test_correlation_one_makes_two_disruptions_one(tmp_path: Path) -> None:
    one = toy_spec(
        tmp_path, ("value = 0.5\ngrade", "value = 1.0\ngrade"),
        ("probability = 0.4, days = 100", "probability = 0.5, days = 100"),
    )  # fmt: skip
    years = Years(spec=one, n=256, seed=1)
    assert all((0 in y.happened) == (1 in y.happened) for y in years.draw(0, 256))


def test_the_dearest_disruptions_of_a_state_are_kept() -> None:
    state = ((0, 1.0), (2, 0.5), (3, 1.0))
    cost = {(0, 1.0): 5.0, (2, 0.5): 7.0, (3, 1.0): 6.0}
    assert keep_worst(state, 2, cost) == ((2, 0.5), (3, 1.0))
    assert keep_worst(state, None, cost) == keep_worst(state, 3, cost) == state


# ------------------------------------------------------------------ the states

WRITTEN = """\
kind = "change"
quantity = "capacity_teu_yr"
operation = "multiply"
value = 0.5
resources = ["R_FEEDER"]
"""

DEAR = """\
kind = "change"
quantity = "cost_usd_teu"
operation = "multiply"
value = 1.8
kinds = ["sea"]
"""

SLOW = """\
kind = "change"
quantity = "free_time_h"
operation = "add"
value = 48
countries = ["KAZ"]
"""

AVOIDED = """\
kind = "year_input"
input_id = "avoidance_share"
value = 0.9
"""

WHOLE = ("size = 0.5", "size = 1.0")

SHOCKS: dict[str, list[tuple[str, str]]] = {
    "as written": [],
    "no feeder": [("value = 0.5\nresources", "value = 0.0\nresources"), WHOLE],
    "dear sea": [(WRITTEN, DEAR)],
    "slow rail": [(WRITTEN, SLOW)],
    "avoided": [(WRITTEN, AVOIDED), WHOLE],
}


@pytest.fixture(scope="module")
def settled(world: World) -> tuple[Routes, Run]:
    routes, runs = settle_cases(world, lambda *_: None, keys=(("today", "open"),))
    return routes, runs["today", "open"]


@pytest.mark.parametrize("name", SHOCKS)
def test_a_state_is_what_the_ordinary_way_gives(
    world: World, settled: tuple[Routes, Run], tmp_path: Path, name: str
) -> None:
    """Built anew from the tables, solved to the run's own tolerance, from nothing."""
    spec = toy_spec(tmp_path, *SHOCKS[name])
    routes, base = settled
    start = {case.name: {CALM: base.end} for case in cases_of(spec)}
    cases = Cases(world=world, routes=routes, spec=spec, start=start)
    every = tuple((i, one.outcomes[-1].size) for i, one in enumerate(spec.disruptions))
    layout = Layout.of(world)
    at = layout.slices
    for state in (((0, 1.0),), every):
        scenario = case_scenario("today", "open").model_copy(
            update={"shocks": shocks_of(spec, state)}
        )
        run = assign(world, prepare(world, scenario), routes)
        row = cases.do(state)[0].row
        flows = tally(run)
        outside = flows.route < 0
        unserved = [
            flows.t[outside & (flows.class_ix == k)].sum() for k in range(len(layout.classes))
        ]
        assert row[at["class_unserved_t"]] == pytest.approx(unserved, rel=1e-3, abs=50.0)
        by_corridor = flows.by_corridor(flows.t)[: len(CORRIDORS)]
        assert row[at["corridor_t"]] == pytest.approx(by_corridor, rel=1e-4, abs=50.0)
        price = run.limit_price * run.setting.graph.limits.capacity
        total = float(price.sum())
        assert row[at["resource_usd"]].sum() == pytest.approx(total, rel=1e-3, abs=1e4)
        # What everybody bears: the objective at the optimum, and what is paid for capacity.
        borne = row[at["country_usd"]].sum()
        assert borne == pytest.approx(row[0] + row[at["resource_usd"]].sum(), rel=1e-9)
        money = _money_slow(run)
        assert row[at["class_usd"]].sum() == pytest.approx(money, rel=1e-4)
        passing = _transit_slow(run)
        assert row[at["country_transit_t"]] == pytest.approx(
            [passing.get(c, 0.0) for c in layout.countries], rel=1e-3, abs=50.0
        )


def _money_slow(run: Run) -> float:
    """Sum, route by route and link by link, what is paid; and what capacity costs."""
    graph, routes, classes = run.setting.graph, run.routes, run.world.classes
    flows, lon = tally(run), run.world.zones.lon
    total = float((run.limit_price * run.setting.graph.limits.capacity).sum())
    for route, k, flow in zip(flows.route, flows.class_ix, flows.flow, strict=True):
        if route < 0 or flow <= 0:
            continue
        links = routes.link_ix[routes.link_start[route] : routes.link_start[route + 1]]
        direction = int(not lon[routes.dest[route]] < lon[routes.origin[route]])
        prices = (graph.usd_teu if classes.is_box[k] else graph.usd_t)[direction]
        total += flow * classes.price_share[k] * float(prices[links].sum())
    return total


def _transit_slow(run: Run) -> dict[str, float]:
    """Sum, route by route, what crosses a country without beginning or ending there."""
    flows, routes, zones = tally(run), run.routes, run.world.zones
    out: dict[str, float] = {}
    for route, t in zip(flows.route, flows.t, strict=True):
        if route < 0:
            continue
        ends = {zones.countries[routes.origin[route]], zones.countries[routes.dest[route]]}
        for c, country in enumerate(run.world.network.country_ids):
            if routes.crosses[route, c] and country not in ends:
                out[country] = out.get(country, 0.0) + float(t)
    return out


def test_a_corridor_left_out_carries_nothing_and_the_calm_state_is_the_run(
    world: World, spec: EnsembleSpec, settled: tuple[Routes, Run]
) -> None:
    routes, base = settled
    start = {case.name: {CALM: base.end} for case in cases_of(spec)}
    found = Cases(world=world, routes=routes, spec=spec, start=start).do(CALM)
    at = Layout.of(world).slices
    flows = tally(base)
    whole, without = (one.row[at["corridor_t"]] for one in found)
    assert whole == pytest.approx(flows.by_corridor(flows.t)[: len(CORRIDORS)], rel=1e-5, abs=1.0)
    assert whole[CORRIDORS.index("middle")] > 0
    assert without[CORRIDORS.index("middle")] == 0.0
    assert found[1].row[0] > found[0].row[0]


# ------------------------------------------------------------------ what comes of it


def test_a_draw_is_its_states_weighed_by_their_days(
    result: EnsembleResult, spec: EnsembleSpec, out: Path
) -> None:
    states: dict[tuple[str, str], np.ndarray] = {}
    for part in sorted((out / "states").glob("*.parquet")):
        for row in read_part(part):
            assert (row["state"], row["case"]) not in states
            states[row["state"], row["case"]] = np.array(row["values"])
    rows = rows_of(out)
    assert len(rows) == N * len(cases_of(spec))
    for row in rows:
        days = json.loads(str(row["days"]))
        case = str(row["case"])
        cost = sum(n * states[name, case][0] for name, n in days.items()) / DAYS / 1e6
        assert row["cost_musd"] == pytest.approx(cost, rel=1e-12)
        assert row["loss_musd"] == pytest.approx(cost - states["calm", case][0] / 1e6, abs=1e-6)
    losses = np.array([row["loss_musd"] for row in rows if row["case"] == "today"], np.float64)
    loss = result.cases[0].loss_musd
    assert loss.mean == pytest.approx(losses.mean())
    assert loss.p95 == pytest.approx(np.quantile(losses, 0.95))
    assert loss.tail == pytest.approx(losses[losses >= loss.p95].mean())
    cost = np.array([row["cost_musd"] for row in rows], np.float64)
    assert result.options[0].value_musd.mean == pytest.approx((cost[1::2] - cost[::2]).mean())


def test_parts_sum_up_and_tails_are_in_order(result: EnsembleResult) -> None:
    case = result.cases[0]
    assert result.holds()
    assert result.composed_share == 0.0
    assert sum(one.share_musd for one in case.disruptions) == pytest.approx(case.loss_musd.mean)
    for one in (case.loss_musd, *(c.loss_musd for c in case.countries)):
        assert one.tail >= one.p95 >= one.p50
    assert case.loss_percentiles_musd == sorted(case.loss_percentiles_musd)
    assert result.options[0].insurance_musd == pytest.approx(
        result.options[0].value_musd.mean - result.options[0].value_musd.calm
    )
    assert {one.resource for one in case.resources} >= {"R_NORTH"}


def test_states_put_together_come_near_those_solved(
    world: World, spec: EnsembleSpec, result: EnsembleResult
) -> None:
    near = ensemble(world, spec.model_copy(update={"together": 2}), Plan(n=N, workers=1))
    assert 0.0 < near.composed_share < 0.2
    assert near.n_solved < result.n_solved
    assert near.cases[0].loss_musd.mean == pytest.approx(result.cases[0].loss_musd.mean, rel=0.03)
    alone = ensemble(world, spec.model_copy(update={"together": 1}), Plan(n=N, workers=1))
    by_sum = sum(one.alone_musd for one in result.cases[0].disruptions)
    assert alone.cases[0].loss_musd.mean == pytest.approx(by_sum, rel=1e-6)


def test_it_is_told_within_a_terminal_and_drawn(result: EnsembleResult) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    print_ensemble(console, result)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("Loss of a year", "corridor is worth", "Who bears it", "Every state is solved"):
        assert words in text
    assert draw_ensemble(result, width_in=WIDE_IN).startswith("<svg")


# ------------------------------------------------------------------ kept, killed, gone on with


def test_two_processes_and_any_address_give_the_same_bits(
    world: World, spec: EnsembleSpec, result: EnsembleResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WORTH", 2.5)
    other = ensemble(world, spec, Plan(n=N, workers=2, out="memory://serai-test/years"))
    assert told(other) == told(result)
    again = ensemble(world, spec, Plan(n=N, out="memory://serai-test/years", resume=True))
    assert told(again) == told(result)


def test_a_full_disk_is_told_and_nothing_finished_is_lost(
    world: World, spec: EnsembleSpec, result: EnsembleResult, out: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    target = tmp_path / "years"
    plan = Plan(n=N, workers=1, out=str(target))
    write = Parts._write
    solved: list[State] = []
    take = module._Work._take

    def watch(self: module._Work, state: State, found: object) -> None:
        solved.append(state)
        take(self, state, found)  # type: ignore[arg-type]

    def fill(self: Parts, name: str, data: bytes, folder: str = "") -> None:
        if len(list(target.rglob("part-*.parquet"))) >= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, name, data, folder)

    monkeypatch.setattr(module, "FLUSH_S", 0.0)
    monkeypatch.setattr(module._Work, "_take", watch)
    with monkeypatch.context() as full:
        full.setattr(Parts, "_write", fill)
        with pytest.raises(ScenarioError, match=r"No space left on device.*make room"):
            ensemble(world, spec, plan)
    kept = len(list((target / "states").glob("*.parquet")))
    assert kept == 3
    solved.clear()
    assert told(ensemble(world, spec, replace(plan, resume=True))) == told(result)
    assert len(solved) == result.n_solved - kept
    assert rows_of(target) == rows_of(out)
    solved.clear()
    ensemble(world, spec, replace(plan, resume=True))
    assert not solved


KILLED = """\
import os, random, signal, sys, time
from serai.data.ensembles import read_ensemble
from serai.studies import ensemble as module
from tests.toy import toy_world

module.FLUSH_S, module.BLOCK = 0.0, 20

def begin(out):
    pid = os.fork()  # of a process that has run nothing yet
    if pid:
        return pid
    plan = module.Plan(n=100, workers=1, out=out, resume=True)
    module.ensemble(toy_world(), read_ensemble(spec), plan)
    os._exit(0)

spec, whole, torn = sys.argv[1:]
began = time.monotonic()
assert os.waitpid(begin(whole), 0)[1] == 0
length, chance = time.monotonic() - began, random.Random(1)
for _ in range(10):
    pid = begin(torn)
    time.sleep(chance.uniform(0.3, 1.0) * length)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
assert os.waitpid(begin(torn), 0)[1] == 0
"""


def run_script(folder: Path, script: str, *words: object) -> str:
    """Run a script in a process of its own, where nothing is forbidden."""
    path = folder / "script.py"
    path.write_text(script, "utf-8")
    command = [sys.executable, str(path), str(write_toy_spec(folder)), *map(str, words)]
    root = Path(__file__).parents[2]
    folders = os.pathsep.join([str(root), str(root / "src"), os.environ.get("PYTHONPATH", "")])
    found = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": folders},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.slow
def test_a_driver_killed_at_ten_moments_goes_on_to_the_same_years(tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    run_script(tmp_path, KILLED, whole, torn)
    assert rows_of(torn) == rows_of(whole)
    states = [
        (row["state"], row["case"])
        for part in (torn / "states").glob("*.parquet")
        for row in pq.read_table(
            part, columns=["state", "case"], use_threads=False, pre_buffer=False
        ).to_pylist()
    ]
    assert len(states) == len(set(states))
    assert not list(torn.rglob(".part-*"))


CLUSTER = """\
import os, signal, sys
from distributed import LocalCluster
from serai.data.ensembles import read_ensemble
from serai.studies.ensemble import Plan, ensemble
from tests.toy import toy_world

if __name__ == "__main__":
    spec, out, n = sys.argv[1:]
    killed = []
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(processes=True, **options) as cluster:
        def kill(stage, done, total):
            if not killed and stage.startswith("states") and total > 3 and done == 2:
                killed.append(next(iter(cluster.workers.values())).process.pid)
                os.kill(killed[0], signal.SIGKILL)
        plan = Plan(n=int(n), dask=cluster.scheduler_address, out=out)
        ensemble(toy_world(), read_ensemble(spec), plan, progress=kill)
    print("killed", len(killed))
"""


@pytest.mark.slow
def test_a_scheduler_gives_the_same_bits_though_a_worker_is_killed(
    result: EnsembleResult, out: Path, tmp_path: Path
) -> None:
    assert "killed 1" in run_script(tmp_path, CLUSTER, tmp_path / "years", N)
    assert rows_of(tmp_path / "years") == rows_of(out)
    assert result.n_draws == N


# ------------------------------------------------------------------ refusals

NO_MATRIX = """\
value = 0.9
grade = "assumed"
source_ids = "S1"

[[correlations]]
between = ["suez", "russia"]
value = 0.9
grade = "assumed"
source_ids = "S1"

[[correlations]]
between = ["feeder", "russia"]
value = -0.9
grade"""

REFUSED: dict[str, tuple[list[tuple[str, str]], str]] = {
    "resource": ([("R_FEEDER", "R_FEDER")], "disruption feeder.*R_FEDER.*did you mean R_FEEDER"),
    "place": ([('passages = ["Suez"]', 'places = ["AKTAU"]')], "disruption suez.*'AKTAU'"),
    "country": ([('["RUS", "BLR"]', '["RUS", "BLX"]')], "disruption russia.*'BLX'"),
    "probability": ([("probability = 0.4, days = 100", "probability = 1.4, days = 100")],
                    "suez.outcomes.0.probability: got 1.4; wanted 1 or less"),
    "sum": ([("probability = 0.3", "probability = 0.9")], "probabilities of feeder sum to 1.1"),
    "days": ([("days = 100", "days = 400")], "suez.outcomes.0.days: got 400; wanted 365 or less"),
    "days in order": ([("days_high = 90", "days_high = 9")], "days_high is 9; must be 60"),
    "size": ([("days = 100 }", "days = 100, size = 0.5 }")], "size 0.5 of suez cannot be taken"),
    "months": ([("[11, 12, 1]", "[11, 13]")], "months of feeder"),
    "kind": ([('kind = "weather"', 'kind = "rain"')], "feeder.kind: got 'rain'"),
    "key": ([("months =", "month =")], "feeder.month: got an unknown key"),
    "missing": ([('title = "Suez is shut"\n', "")], "suez.title: got no such key"),
    "pair": ([('["feeder", "suez"]', '["feeder", "sues"]')], "names 'sues', which is none of"),
    "itself": ([('["feeder", "suez"]', '["suez", "suez"]')], "correlation of suez with itself"),
    "twice": ([('id = "suez"', 'id = "feeder"')], "feeder stands there 2 times"),
    "matrix": ([("value = 0.5\ngrade", NO_MATRIX)], "smallest eigenvalue.*positive semidefinite"),
    "no toml": ([("cases = [", "cases = [[")], "no TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_lists_are_refused_with_one_message_and_leave_nothing(
    world: World, tmp_path: Path, name: str
) -> None:
    changes, message = REFUSED[name]
    with pytest.raises(ScenarioError, match=f"(?s){message}"):
        ensemble(world, toy_spec(tmp_path, *changes), Plan(n=5, out=str(tmp_path / "a" / "years")))
    assert [path.name for path in tmp_path.iterdir()] == ["toy.toml"]


def test_wrong_targets_are_refused(
    world: World, spec: EnsembleSpec, result: EnsembleResult, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("mine")
    again = Plan(n=N, out=str(out), resume=True)
    cases: list[tuple[Plan, EnsembleSpec, str]] = [
        (Plan(n=0), spec, "-n: got 0; wanted 1 or more"),
        (Plan(n=5, resume=True), spec, "--resume: got no --out"),
        (Plan(n=5, out=str(tmp_path / "file")), spec, "got a file; wanted a folder"),
        (Plan(n=5, out=str(tmp_path / "file" / "years")), spec, "cannot be used"),
        (Plan(n=5, out=str(full)), spec, "holds something else"),
        (Plan(n=5, out="nowhere://x"), spec, "an address that cannot be used"),
        (Plan(n=N, out=str(out)), spec, "add --resume to go on"),
        (replace(again, seed=2), spec, "an ensemble of another seed"),
        (replace(again, n=N + 1), spec, "an ensemble of another number of draws"),
        (again, spec.model_copy(update={"title": "x"}), "another list of disruptions"),
    ]
    for plan, one, message in cases:
        with pytest.raises(ScenarioError, match=message):
            ensemble(world, one, plan)
    other = replace(world, hashes={**world.hashes, "links": "0" * 64})
    with pytest.raises(ScenarioError, match="another set of tables"):
        ensemble(other, spec, again)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]
    assert result.n_draws == N


def test_a_scheduler_that_does_not_answer_is_told_and_nothing_is_left(
    world: World, spec: EnsembleSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pytest.importorskip("serai.studies.cluster")

    def refuse(*_: object, **__: object) -> None:
        raise OSError("Timed out trying to connect")

    monkeypatch.setattr(cluster, "Client", refuse)
    plan = Plan(n=5, out=str(tmp_path / "years"), dask="tcp://127.0.0.1:9")
    with pytest.raises(ScenarioError, match=r"--dask tcp://127.0.0.1:9: got no answer"):
        ensemble(world, spec, plan)
    assert not list(tmp_path.iterdir())


def test_a_missing_library_is_named(
    world: World, spec: EnsembleSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise ImportError(name=name)

    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(ScenarioError, match=r"serai\[cluster\]"):
        ensemble(world, spec, Plan(n=5, dask="tcp://127.0.0.1:9"))


# ------------------------------------------------------------------ what ships


def test_what_ships_is_of_these_tables_and_names_its_sources() -> None:
    pack = read_world()
    known = {"S-EXPERT"}
    for table, key in (("facts", "id"), ("sources", "source_id"), ("closures", "closure_id"),
                       ("year_inputs", "input_id"), ("events", "id")):  # fmt: skip
        with (PACK / f"{table}.csv").open(encoding="utf-8") as file:
            known |= {row[key] for row in csv.DictReader(file)}
    for path in SHIPPED_ENSEMBLES.glob("*.toml"):
        spec = read_ensemble(path.stem)
        check_disruptions(pack, spec, case_scenario("today", "open"))
        parts: list[Disruption | Correlation] = [*spec.disruptions, *spec.correlations]
        for one in parts:
            assert one.note.strip()
            assert set(one.source_ids.split(";")) <= known, set(one.source_ids.split(";")) - known
        assert len(lone_states(spec)) > len(spec.disruptions)
    with pytest.raises(ScenarioError, match="did you mean corridor-risks"):
        read_ensemble("corridor-risk")


def test_the_command_prints_draws_and_refuses(tmp_path: Path, sound: Path) -> None:
    path, data = write_toy_spec(tmp_path), sound
    words = ["ensemble", path, "-n", 20, "--workers", 1, "--data", data]
    found = serai(*words, "--chart", tmp_path / "c.svg", "--out", tmp_path / "years")
    assert found.code == 0
    assert "Loss of a year" in found.out
    assert (tmp_path / "c.svg").read_text("utf-8").startswith("<svg")
    assert (tmp_path / "years" / "manifest.json").exists()
    refused = serai(*words, "--out", tmp_path / "years")
    assert refused.code == 2
    assert "add --resume" in refused.err
    assert issubclass(ScenarioError, SeraiError)


def test_a_list_is_not_short_because_of_what_is_wrong_inside_it(tmp_path: Path) -> None:
    path = write_toy_spec(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"probability = [0-9.]+", "probability = 1.5", text), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_ensemble(str(path))
    assert "got 1.5; wanted 1 or less" in str(caught.value)
    assert "at least one" not in str(caught.value)
