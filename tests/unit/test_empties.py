"""Empty boxes on a world that one can survey: what comes in goes out, and rates follow."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.demand import EMPTY
from serai.domain.results import BoxBalance
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.model.empties import REFERENCE, with_empties
from serai.model.graph import EAST, WEST
from serai.run import Run, assign, prepare, run_scenario
from serai.studies.runs import summarize
from serai.studies.tally import tally
from serai.studies.uses import select_users, skim
from tests.toy import toy_world

BALANCED = Scenario(year=2023, empties=True)


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


@pytest.fixture(scope="module")
def run(world: World) -> Run:
    return run_scenario(world, BALANCED)


def with_param(world: World, name: str, value: float) -> World:
    params = world.params
    values = params.table.value.copy()
    values[params.ids.index(name)] = value
    return replace(world, params=replace(params, table=replace(params.table, value=values)))


def by_region(run: Run) -> dict[str, BoxBalance]:
    return {row.region: row for row in summarize(run).boxes}


def test_what_comes_to_a_region_leaves_it(run: Run) -> None:
    boxes = by_region(run)
    assert len(boxes) > 2
    whole = sum(row.laden_out for row in boxes.values())
    for row in boxes.values():
        out, into = row.laden_out + row.empty_out, row.laden_in + row.empty_in
        assert out == pytest.approx(into, abs=1e-6 * whole)
    assert sum(row.empty_out for row in boxes.values()) > 0.01 * whole
    assert run.certificate.holds()


def test_boxes_by_hand(run: Run) -> None:
    """Sum laden and empty boxes over the options one by one."""
    problem, cells, zones = run.problem, run.setting.cells, run.world.zones
    out = dict.fromkeys(zones.regions, 0.0)
    for option, route in enumerate(problem.option_route.tolist()):
        cell = problem.group_cell[problem.option_group[option]]
        start, end = (zones.regions[z[cell]] for z in (cells.origin, cells.dest))
        is_empty = run.world.classes.ids[cells.class_ix[cell]] == EMPTY
        if route >= 0 and start != end and is_empty:
            out[start] += run.solution.flow[option]
    for region, row in by_region(run).items():
        assert row.empty_out == pytest.approx(out[region], rel=1e-9, abs=1e-9)


def test_no_more_empties_go_back_than_came_laden(world: World) -> None:
    more = with_empties(world, 2023)
    k = more.classes.ids.index(EMPTY)
    flows, classes = world.flows, world.classes
    back = {
        (o, d): float(a)
        for o, d, c, a in zip(more.flows.origin, more.flows.dest, more.flows.class_ix,
                              more.flows.amount.value, strict=True) if c == k
    }  # fmt: skip
    came: dict[tuple[str, str], float] = {}
    for o, d, c, y, a in zip(flows.origin, flows.dest, flows.class_ix, flows.year,
                             flows.amount.value, strict=True):  # fmt: skip
        if classes.is_box[c] and y == 2023:
            came[d, o] = came.get((d, o), 0.0) + float(a)
    assert back == pytest.approx(came)
    assert EMPTY not in world.classes.ids  # the world itself is as it was


def test_who_takes_a_box_from_where_it_is_short_pays_more(run: Run) -> None:
    boxes, prices = by_region(run), run.box_price
    assert REFERENCE not in prices
    flooded = [r for r, row in boxes.items() if row.laden_in > 1.5 * row.laden_out]
    assert boxes[REFERENCE].laden_out > 1.5 * boxes[REFERENCE].laden_in
    assert flooded
    assert all(prices[r] < 0 for r in flooded)


def test_a_trip_and_the_trip_back_cost_the_same_before_boxes_balance(world: World) -> None:
    graph, plain = (prepare(world, Scenario(year=2023, empties=e)).graph for e in (True, False))
    links = world.network.links
    ends = list(zip(links.tail, links.head, links.kind, strict=True))
    seen = 0
    for i, (tail, head, kind) in enumerate(ends):
        if (head, tail, kind) in ends and np.isfinite(graph.usd_teu[0, i]):
            j = ends.index((head, tail, kind))
            assert_allclose(graph.usd_teu[WEST, i], graph.usd_teu[EAST, j], rtol=1e-12)
            mean = (plain.usd_teu[WEST, i] + plain.usd_teu[EAST, j]) / 2
            assert_allclose(graph.usd_teu[WEST, i], mean, rtol=1e-12)
            seen += 1
    assert seen > 4
    assert_allclose(graph.usd_t, plain.usd_t)


def test_dearer_empties_part_the_rates_further(world: World, run: Run) -> None:
    found = run_scenario(with_param(world, "empty_price_share", 0.8), BALANCED).box_price
    region = min(run.box_price, key=lambda r: run.box_price[r])
    assert found[region] < run.box_price[region] < 0


def test_empties_are_no_freight(run: Run) -> None:
    flows, result = tally(run), summarize(run)
    k = run.world.classes.ids.index(EMPTY)
    assert (flows.class_ix == k).any()
    assert flows.teu[flows.class_ix == k].sum() == 0.0
    assert EMPTY not in {row.class_id for row in result.classes}
    assert EMPTY not in {row.class_id for row in skim(run).rows}
    laden = prepare(run.world, BALANCED).cells
    box = run.world.classes.is_box[laden.class_ix] & (laden.class_ix != k)
    assert result.demand.teu == pytest.approx(laden.demand[box].sum())


def test_without_balances_nothing_is_told_of_boxes(world: World) -> None:
    plain = run_scenario(world, Scenario(year=2023))
    assert summarize(plain).boxes == []
    assert plain.box_price == {}


def test_a_run_starts_again_where_it_ended(run: Run) -> None:
    cold = assign(run.world, run.setting, run.routes)
    again = assign(run.world, run.setting, run.routes, start=run.end)
    assert again.box_price == pytest.approx(run.box_price, abs=1e-3)
    assert cold.box_price == pytest.approx(run.box_price, abs=1e-3)
    assert again.queued.n_rounds < cold.queued.n_rounds
    assert again.queued.solution.n_iterations <= 1


def test_who_uses_a_limit_counts_the_empties(run: Run) -> None:
    limits, resources = run.setting.graph.limits, run.world.network.resources
    seen = 0
    for r, name in enumerate(resources.ids):
        some = np.flatnonzero((limits.resource == r) & limits.is_box)
        if len(some):
            load = float((run.limit_load[some] * limits.capacity[some]).sum())
            found = select_users(run, name)
            assert found.total.teu == pytest.approx(load, rel=1e-6, abs=1e-6)
            seen += any(user.class_id == EMPTY for user in found.users)
    assert seen


def test_skims_tell_the_worth_of_boxes_apart_from_scarcity(run: Run) -> None:
    rows = [row for row in skim(run).rows if row.scarcity_usd is not None]
    assert min(row.scarcity_usd or 0.0 for row in rows) >= 0.0
    zones = dict(zip(run.world.zones.ids, run.world.zones.regions, strict=True))
    prices = {**dict.fromkeys(zones.values(), 0.0), **run.box_price}
    for row in rows:
        worth = prices[zones[row.origin]] - prices[zones[row.dest]] if row.unit == "TEU" else 0.0
        assert row.box_usd == pytest.approx(worth, abs=1e-6)


def test_what_an_empty_box_weighs_must_be_something(world: World) -> None:
    with pytest.raises(ScenarioError, match="empty_t_per_teu: got 0"):
        with_empties(with_param(world, "empty_t_per_teu", 0.0), 2023)
