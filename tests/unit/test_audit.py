"""The audit of the evidence: counts are those of the tables, shares those of a slow sum."""

import numpy as np
import pytest

from serai.data.formulas import derive
from serai.data.load import PACK
from serai.data.tables import read_tables
from serai.domain.routes import CORRIDORS
from serai.domain.scenario import Scenario
from serai.run import run_scenario
from serai.studies import audit
from serai.studies.audit import audit_evidence
from tests.command import serai, write_sound
from tests.toy import toy_world


def test_counts_are_those_of_the_tables() -> None:
    found = audit_evidence(toy_world(), folder=PACK).audit
    assert found is not None
    assert found.faults == []
    tables = read_tables(PACK)
    demand = next(t for t in found.tables if t.table == "demand")
    assert demand.assumed >= tables["demand"].grade.value_counts()["assumed"]
    assert {t.table for t in found.tables}.isdisjoint({"facts", "events", "ties", "sources"})
    total = sum(t.observed + t.derived + t.assumed for t in found.tables)
    assert found.assumed_share == pytest.approx(sum(t.assumed for t in found.tables) / total)
    assert 0 < found.n_cited < found.n_sources
    assert found.n_derived == sum(t.derived for t in found.tables)
    assert found.n_reproduced == len(derive(tables))


def test_shares_of_a_corridor_are_those_of_a_slow_sum() -> None:
    world = toy_world()
    told = {c.corridor: c for c in audit._corridors(world)}
    run = run_scenario(world, Scenario())
    zones, links = world.zones, world.network.links
    whole, guessed = 0.0, 0.0
    for option, route in enumerate(run.problem.option_route.tolist()):
        cell = int(run.problem.group_cell[run.problem.option_group[option]])
        a, b = run.setting.cells.origin[cell], run.setting.cells.dest[cell]
        k = int(run.setting.cells.class_ix[cell])
        ends = {zones.regions[a], zones.regions[b]}
        far = "CHN" in ends and any(region.startswith("EU_") for region in ends)
        if route < 0 or not far or not world.classes.is_box[k]:
            continue
        if run.routes.corridor[route] != CORRIDORS.index("north"):
            continue
        way = 0 if zones.lon[b] < zones.lon[a] else 1
        path = run.routes.link_ix[run.routes.link_start[route] : run.routes.link_start[route + 1]]
        usd = run.setting.graph.usd_teu[way][path]
        flow = float(run.solution.flow[option])
        whole += flow * float(usd.sum())
        guessed += flow * float(usd[links.grade[path] == "assumed"].sum())
    assert whole > 0
    assert told["north"].usd_share == pytest.approx(guessed / whole, abs=1e-9)
    assert all(0.0 <= c.hours_share <= 1.0 for c in told.values())
    assert np.isfinite([c.usd_share for c in told.values()]).all()


def test_the_audit_is_a_question_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    sound = write_sound(tmp_path_factory.mktemp("sound"))
    found = serai("evidence", "--audit", "--data", sound, "--json")
    assert found.code == 0, found.err
    assert found.document()["audit"]["tables"]
    told = serai("evidence", "--audit", "--data", sound)
    assert "Numbers that a run may use" in told.out
    both = serai("evidence", "--audit", "Aktau", "--data", sound)
    assert (both.code, both.out) == (2, "")
