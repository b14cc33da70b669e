import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.routes import CORRIDORS
from serai.domain.scenario import Scenario
from serai.run import Run, run_scenario
from serai.studies.flows import LEAST_T, flows_by_link, limits_in_use
from serai.studies.runs import NO_HAUL, summarize
from serai.studies.tally import tally
from tests.toy import toy_world


@pytest.fixture(scope="module")
def run() -> Run:
    return run_scenario(toy_world(), Scenario(year=2023))


def test_flows_are_those_of_a_plain_loop(run: Run) -> None:
    flows, routes, world = tally(run), run.routes, run.world
    told: dict[tuple[int, int, int], float] = {}
    for route, klass, amount in zip(flows.route, flows.class_ix, flows.flow, strict=True):
        if route < 0:
            continue
        for link in routes.link_ix[routes.link_start[route] : routes.link_start[route + 1]]:
            key = int(link), int(klass), int(routes.corridor[route])
            told[key] = told.get(key, 0.0) + float(amount)
    kept = {
        key: amount for key, amount in told.items()
        if amount * world.classes.tonnes_per_unit[key[1]] >= LEAST_T
        and world.network.links.kind[key[0]] not in NO_HAUL
    }  # fmt: skip
    found = flows_by_link(run)
    keys = list(zip(*(a.tolist() for a in (found.link, found.class_ix, found.corridor)),
                    strict=True))  # fmt: skip
    assert keys == sorted(kept)
    assert_allclose(found.amount, [kept[key] for key in keys], rtol=1e-12)


def test_flows_add_up_to_what_the_run_tells_of_each_link(run: Run) -> None:
    found, world = flows_by_link(run), run.world
    tonnes = np.bincount(
        found.link, found.amount * world.classes.tonnes_per_unit[found.class_ix],
        minlength=len(world.network.links.ids),
    )  # fmt: skip
    slivers = LEAST_T * len(world.classes.ids) * len(CORRIDORS)
    for row in summarize(run).links:
        assert abs(tonnes[world.network.links.ids.index(row.link_id)] - row.t) <= slivers


def test_limits_are_those_that_something_draws_on(run: Run) -> None:
    used = limits_in_use(run)
    assert len(used) == np.count_nonzero(run.limit_load)
    waits = {(b.resource, b.wait_h) for b in summarize(run).bottlenecks if b.wait_h is not None}
    assert waits <= {(one.resource, one.wait_h) for one in used}
    assert all(0.0 < one.load <= 1.0 + 1e-8 for one in used)
    ways = {(one.resource, one.way) for one in used if one.way}
    assert any((resource, "–".join(reversed(way.split("–")))) in ways for resource, way in ways)
