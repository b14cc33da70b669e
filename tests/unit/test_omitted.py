"""Routes outside the choice sets: exact search against enumeration of a world one can survey."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from serai.domain.routes import CORRIDORS
from serai.domain.scenario import Scenario
from serai.model.choice import any_link
from serai.run import Run, assign, run_scenario
from serai.studies import omitted
from serai.studies.omitted import find_omitted
from tests.toy import toy_world


@pytest.fixture(scope="module")
def run() -> Run:
    return run_scenario(toy_world(), Scenario(year=2023))


def without(run: Run, drop: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Run:
    """Solve the same scenario with some routes offered to nobody."""
    routes = run.routes
    kept = ~drop[routes.offer_route]
    fewer = replace(
        routes, offer_class=routes.offer_class[kept], offer_route=routes.offer_route[kept]
    )
    return assign(run.world, run.setting, fewer, start=run.end)


def test_what_all_routes_offer_misses_little_and_what_a_corridor_left_out_offers_misses_it(
    run: Run,
) -> None:
    whole = find_omitted(run, n_cells=10_000)
    assert whole.n_cells == int((run.setting.cells.demand > 0).sum())
    carried = np.zeros(len(run.routes.mark))
    served = run.problem.option_route >= 0
    np.add.at(carried, run.problem.option_route[served], run.solution.flow[served])
    corridors = np.bincount(run.routes.corridor, carried)
    busiest = int(corridors.argmax())
    poorer = find_omitted(without(run, run.routes.corridor == busiest), n_cells=10_000)
    assert poorer.share > whole.share + 0.05
    assert poorer.variant_share >= poorer.share
    assert poorer.moved_share > whole.moved_share + 0.05


def test_the_share_is_that_of_a_choice_with_the_route_added(run: Run) -> None:
    """A group's best missing route, put into its nest by hand, takes what was told."""
    carried = np.zeros(len(run.routes.mark))
    served = run.problem.option_route >= 0
    np.add.at(carried, run.problem.option_route[served], run.solution.flow[served])
    busiest = int(np.bincount(run.routes.corridor, carried).argmax())
    poor = without(run, run.routes.corridor == busiest)
    known = omitted._Priced.of(poor, poor.problem, poor.routes)
    whole_problem = assign(run.world, run.setting, run.routes).problem
    whole = omitted._Priced.of(poor, whole_problem, run.routes)
    found = omitted._best_missing(known, whole, by="corridor")
    arrays, others = poor.problem.arrays, whole_problem.arrays
    keys = list(zip(poor.problem.group_cell.tolist(), poor.problem.group_segment.tolist(),
                    strict=True))  # fmt: skip
    new_keys = list(zip(whole_problem.group_cell.tolist(), whole_problem.group_segment.tolist(),
                        strict=True))  # fmt: skip
    checked = 0
    for g, key in enumerate(keys):
        options = [o for o, at in enumerate(poor.problem.option_group) if at == g]
        seen = {int(known.corridor[o]) for o in options}
        theta0 = float(arrays.cell_theta[g])
        if key not in new_keys:
            continue
        there = new_keys.index(key)
        if others.cell_theta[there] != arrays.cell_theta[g]:
            continue  # the cheapest route itself is missing: costs are measured by another one
        best = 0.0
        for o in np.flatnonzero(whole_problem.option_group == there).tolist():
            if whole_problem.option_route[o] < 0 or int(whole.corridor[o]) in seen:
                continue
            nest = int(whole.nest[o])
            inside: dict[int, list[tuple[float, float, float]]] = {}
            for p in options:
                n = int(known.nest[p])
                family = int(poor.problem.option_family[p])
                inside.setdefault(family, []).append(
                    (known.cost[p] - arrays.log_size[p] / arrays.nest_theta[n],
                     arrays.nest_theta[n], arrays.nest_constant[n])
                )  # fmt: skip
            mine = int(whole_problem.option_family[o])
            entry = (whole.cost[o], others.nest_theta[nest], others.nest_constant[nest])
            inside.setdefault(mine, []).append(entry)
            weight = {}
            for family, members in inside.items():
                theta, constant = members[0][1], members[0][2]
                logsum = -np.log(sum(np.exp(-theta * c) for c, _, _ in members)) / theta
                weight[family] = np.exp(-theta0 * (constant + logsum))
            theta = entry[1]
            within = np.exp(-theta * entry[0]) / sum(np.exp(-theta * c) for c, _, _ in inside[mine])
            best = max(best, within * weight[mine] / sum(weight.values()))
        assert found[g] == pytest.approx(best, rel=1e-6, abs=1e-12)
        checked += best > 1e-3
    assert checked >= 3


def test_a_seed_gives_the_same_and_the_work_is_told(run: Run) -> None:
    told: list[tuple[int, int]] = []
    first = find_omitted(run, n_cells=6, seed=3, tell=lambda _, done, n: told.append((done, n)))
    assert find_omitted(run, n_cells=6, seed=3) == first
    assert told[-1] == (6, 6)
    assert all(a <= b for (a, _), (b, _) in itertools.pairwise(told))


def test_closed_territory_is_not_searched(run: Run) -> None:
    closed = Scenario.model_validate(
        {"year": 2023, "shocks": [{"kind": "close_transit", "countries": ["RUS"]}]}
    )
    shut = run_scenario(run.world, closed)
    cells = shut.setting.cells
    chosen = np.flatnonzero(cells.demand > 0)
    country = np.array(run.world.zones.countries)
    inside = run.world.network.links.in_country[:, run.world.network.country_ids.index("RUS")]
    for found in omitted._search(shut, chosen, lambda *_: None):
        foreign = (country[found.origin] != "RUS") & (country[found.dest] != "RUS")
        assert not (any_link(found, inside) & foreign).any()
    # Routes over the territory are nobody's any more: they do not count as missing.
    assert find_omitted(shut, n_cells=10_000).share < 0.05


def test_flows_at_the_prices_of_boxes_are_those_of_the_run() -> None:
    run = run_scenario(toy_world(), Scenario(year=2023, empties=True))
    priced = omitted._Priced.of(run, run.problem, run.routes)
    cells, classes = run.setting.cells, run.world.classes
    tonnes = classes.tonnes_per_unit[cells.class_ix]
    cell = run.problem.group_cell[run.problem.option_group]
    expected = np.zeros((len(cells.demand), len(CORRIDORS) + 1))
    np.add.at(expected, (cell, priced.corridor), run.solution.flow * tonnes[cell])
    np.testing.assert_allclose(priced.by_corridor(tonnes), expected, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("n_cells", [1, 5])
@pytest.mark.parametrize("seed", range(4))
def test_few_cells_are_searched_where_boxes_balance(n_cells: int, seed: int) -> None:
    run = run_scenario(toy_world(), Scenario(year=2023, empties=True))
    found = find_omitted(run, n_cells=n_cells, seed=seed)
    assert 0.0 <= found.share <= found.variant_share <= 1.0
