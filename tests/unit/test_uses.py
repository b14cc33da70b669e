"""Who uses what (select link), and what trips take (skims), on a world that one can survey."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.scenario import Scenario
from serai.domain.uses import SkimRow
from serai.errors import DataError, ScenarioError
from serai.outputs.whole import write_csv
from serai.run import Run, run_scenario
from serai.studies.runs import link_amounts
from serai.studies.tally import tally
from serai.studies.uses import select_users, skim
from tests.toy import toy_world


@pytest.fixture(scope="module")
def run() -> Run:
    return run_scenario(toy_world(), Scenario(year=2023))


def test_all_users_of_a_link_together_are_its_flow(run: Run) -> None:
    flows = tally(run)
    teu, t = link_amounts(run, flows.teu, flows), link_amounts(run, flows.t, flows)
    busy = np.flatnonzero(t > 0)
    assert len(busy) > 5
    for i in busy:
        found = select_users(run, run.world.network.links.ids[i])
        assert_allclose([found.total.teu, found.total.t], [teu[i], t[i]], rtol=1e-9)
        listed = math.fsum(user.t for user in found.users)
        assert listed == pytest.approx(found.total.t, rel=1e-3)
        assert [user.t for user in found.users] == sorted((u.t for u in found.users), reverse=True)


def test_all_users_of_a_resource_together_are_its_load(run: Run) -> None:
    limits, resources = run.setting.graph.limits, run.world.network.resources
    seen = 0
    for r, name in enumerate(resources.ids):
        mine = np.flatnonzero(limits.resource == r)
        for is_box in (False, True):
            some = mine[limits.is_box[mine] == is_box]
            if not len(some):
                continue
            total = select_users(run, name).total
            load = float((run.limit_load[some] * limits.capacity[some]).sum())
            assert (total.teu if is_box else total.t) == pytest.approx(load, rel=1e-6, abs=1e-6)
            seen += load > 0
    assert seen >= 3


def test_what_is_not_there_is_refused_with_a_suggestion(run: Run) -> None:
    name = run.world.network.resources.ids[0]
    with pytest.raises(ScenarioError, match=f"did you mean {name}"):
        select_users(run, f"{name}X")


def test_skims_are_averages_over_what_moves(run: Run, tmp_path: Path) -> None:
    result = skim(run)
    flows = tally(run)
    served = flows.route >= 0
    assert math.fsum(row.served for row in result.rows) == pytest.approx(flows.flow[served].sum())
    assert math.fsum(row.demand for row in result.rows) == pytest.approx(flows.flow.sum())
    moved = [row for row in result.rows if row.hours is not None]
    assert moved
    # All tonne-kilometres of money: the same sum over rows as over links.
    graph, classes = run.setting.graph, run.world.classes
    west = run.setting.cells.direction[flows.cell] == 0
    paid = 0.0
    for d, mask in ((0, west), (1, ~west)):
        for per_unit, amount in ((graph.usd_teu, flows.teu),
                                 (graph.usd_t, np.where(flows.teu > 0, 0.0, flows.t))):  # fmt: skip
            on_links = link_amounts(run, np.where(mask, amount, 0.0), flows)
            paid += float(np.nansum(on_links * per_unit[d]))
    told = math.fsum((row.usd or 0.0) * row.served for row in moved)
    assert classes.is_box.any()
    assert told == pytest.approx(paid, rel=1e-6)
    for row in moved:
        assert row.wait_h is not None
        assert row.hours is not None
        assert 0.0 <= row.wait_h <= row.hours
    path = tmp_path / "skims.csv"
    write_csv(path, SkimRow.model_fields, [list(r.model_dump().values()) for r in result.rows])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(result.rows)
    assert float(rows[0]["demand"]) == result.rows[0].demand
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="a file that can be written"):
        write_csv(tmp_path / "file" / "skims.csv", ["a"], [[1]])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "skims.csv"]


def test_a_run_says_where_what_is_left_sits(run: Run) -> None:
    told = run.certificate.worst_at
    assert told.startswith("class ")
    assert told.split(", ")[0].removeprefix("class ") in run.world.classes.ids
