"""The choice problem of a state: who chooses among what, at what cost, with what size."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.ranged import FloatArray
from serai.domain.routes import FAMILIES, Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.choice import (
    OUTSIDE,
    SEGMENTS,
    Problem,
    build_offers,
    build_problem,
)
from serai.model.ragged import find_rows
from serai.model.uses import draws_of_classes
from serai.run import Setting, prepare, search_routes
from tests.toy import change_row, read_toy, toy_tables, toy_world

CLOSE_FERRY = {"kind": "close", "kinds": ["ferry"]}


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


def setting_of(world: World, **words: object) -> Setting:
    return prepare(world, Scenario.model_validate({"year": 2023, "closures": False} | words))


@pytest.fixture(scope="module")
def setting(world: World) -> Setting:
    return setting_of(world)


@pytest.fixture(scope="module")
def routes(world: World, setting: Setting) -> Routes:
    return search_routes(world, setting)


def problem_of(world: World, setting: Setting, routes: Routes) -> Problem:
    offers = build_offers(world, setting.base, setting.graph, setting.cells, routes)
    return build_problem(offers, setting.graph)


@pytest.fixture(scope="module")
def problem(world: World, setting: Setting, routes: Routes) -> Problem:
    return problem_of(world, setting, routes)


def ids_of(world: World, routes: Routes, route: int) -> list[str]:
    links = routes.link_ix[routes.link_start[route] : routes.link_start[route + 1]]
    return [world.network.links.ids[i] for i in links]


def sum_over(world: World, ids: list[str], values: FloatArray) -> float:
    return float(sum(values[world.network.links.ids.index(i)] for i in ids))


# ------------------------------------------------------------------------------ shape


def test_the_arrays_nest_as_they_say(problem: Problem) -> None:
    arrays, n = problem.arrays, len(problem.option_group)
    assert arrays.nest_start[-1] == len(arrays.cost) == n
    assert arrays.cell_start[-1] == len(arrays.nest_theta) == len(arrays.nest_start) - 1
    assert len(arrays.cell_demand) == len(problem.group_cell) == arrays.chunk_start[-1]
    assert (np.diff(arrays.nest_start) > 0).all()
    assert (np.diff(problem.option_group) >= 0).all()
    nest = np.repeat(np.arange(len(arrays.nest_theta)), np.diff(arrays.nest_start))
    for k in range(len(arrays.nest_theta)):
        assert len(set(problem.option_family[nest == k].tolist())) == 1
    assert len(arrays.use_limit) == len(arrays.use_amount) == arrays.use_start[-1]
    assert set(arrays.use_limit.tolist()) == set(range(len(problem.limit)))
    assert (arrays.use_amount > 0).all()


def test_every_group_may_stay_behind_and_that_comes_last(problem: Problem) -> None:
    last = problem.arrays.nest_start[problem.arrays.cell_start[1:]] - 1
    assert (problem.option_route[last] == -1).all()
    assert (problem.option_family[last] == OUTSIDE).all()
    assert (problem.option_route == -1).sum() == len(last)
    uses = np.diff(problem.arrays.use_start)
    assert (uses[problem.arrays.bundle[last]] == 0).all()


def test_scales_fall_with_the_cost_of_the_trip_and_are_larger_below(
    world: World, problem: Problem
) -> None:
    arrays = problem.arrays
    cell = np.repeat(np.arange(len(arrays.cell_theta)), np.diff(arrays.cell_start))
    ratio = world.params["scale_lower"] / world.params["scale_upper"]
    assert_allclose(arrays.nest_theta, ratio * arrays.cell_theta[cell], rtol=1e-12)
    last = arrays.nest_start[arrays.cell_start[1:]] - 1
    reference = arrays.cost[last] / world.params["outside_cost_ratio"]
    assert_allclose(arrays.cell_theta * reference, world.params["scale_upper"], rtol=1e-12)


def test_a_lower_scale_below_than_above_is_not_possible() -> None:
    tables = toy_tables()
    change_row(tables["params"], "scale_lower", value="2.0", low="1.0", high="3.0")
    world = read_toy(tables)
    setting = setting_of(world)
    arrays = problem_of(world, setting, search_routes(world, setting)).arrays
    cell = np.repeat(np.arange(len(arrays.cell_theta)), np.diff(arrays.cell_start))
    assert (arrays.nest_theta >= arrays.cell_theta[cell]).all()


# ------------------------------------------------------------------------------ shippers


def test_the_kinds_of_shippers_make_up_the_cell(setting: Setting, problem: Problem) -> None:
    whole = np.bincount(problem.group_cell, problem.group_demand)
    assert_allclose(whole, setting.cells.demand, rtol=1e-14)


@pytest.mark.parametrize(
    ("trip", "captive", "avoiding"),
    [
        ("C_TS ZCN1 ZEU1", 0.5, 0.3),  # half ask for a land quote; 30 % shun Russia
        ("C_OM ZCN2 ZEU2", 0.85, 0.3),
        ("C_OM ZCN1 ZRUS", 0.0, 0.0),  # no sea, and no way to shun it
        ("ORES ZKAZ ZEU1", 0.0, 0.3 * 0.3),  # landlocked: less of it
        ("ORES ZKAZ ZCN1", 0.0, 0.0),
    ],
)
def test_shippers_are_captive_open_or_avoiding(
    world: World, setting: Setting, problem: Problem, trip: str, captive: float, avoiding: float
) -> None:
    expected = {"captive": captive, "open": (1 - captive) * (1 - avoiding),
                "avoiding": (1 - captive) * avoiding}  # fmt: skip
    assert segments_of(world, setting, problem, trip) == pytest.approx(expected)


def segments_of(world: World, setting: Setting, problem: Problem, trip: str) -> dict[str, float]:
    """Share of each segment in the cell of a class, an origin and a destination."""
    class_id, origin, dest = trip.split()
    cells, zones = setting.cells, world.zones.ids
    cell = np.flatnonzero(
        (cells.class_ix == world.classes.ids.index(class_id))
        & (cells.origin == zones.index(origin)) & (cells.dest == zones.index(dest))
    )[0]  # fmt: skip
    share = dict.fromkeys(SEGMENTS, 0.0)
    for group in np.flatnonzero(problem.group_cell == cell):
        word = SEGMENTS[problem.group_segment[group]]
        share[word] = problem.group_demand[group] / cells.demand[cell]
    return share


def test_a_port_on_a_closed_sea_makes_no_country_maritime() -> None:
    tables = toy_tables()
    for link in ("KZCAS-AZCAS.feeder", "AZCAS-KZCAS.feeder"):
        change_row(tables["links"], link, kind="sea")
    world = read_toy(tables)
    setting = setting_of(world)
    problem = problem_of(world, setting, search_routes(world, setting))
    share = segments_of(world, setting, problem, "ORES ZKAZ ZEU1")
    assert share == pytest.approx({"captive": 0.0, "open": 1 - 0.09, "avoiding": 0.09})


def test_captive_shippers_take_ships_and_avoiding_ones_keep_out_of_russia(
    world: World, routes: Routes, problem: Problem
) -> None:
    segment = problem.group_segment[problem.option_group]
    served = problem.option_route >= 0
    captive = served & (segment == SEGMENTS.index("captive"))
    assert captive.any()
    assert (problem.option_family[captive] == FAMILIES.index("sea")).all()
    avoiding = served & (segment == SEGMENTS.index("avoiding"))
    russia = [world.network.country_ids.index(c) for c in ("RUS", "BLR")]
    assert avoiding.any()
    assert not routes.crosses[problem.option_route[avoiding]][:, russia].any()
    open_ones = served & (segment == SEGMENTS.index("open"))
    assert routes.crosses[problem.option_route[open_ones]][:, russia].any()


@pytest.mark.parametrize(
    ("table", "name"), [("params", "contestable_c_ts"), ("year_inputs", "avoidance_share")]
)
def test_a_share_drawn_above_one_makes_no_demand(table: str, name: str) -> None:
    tables = toy_tables()
    for row in tables[table]:
        if name in row.values():
            row |= {"value": "1.4", "low": "1.3", "high": "1.5"}
    world = read_toy(tables)
    setting = setting_of(world)
    problem = problem_of(world, setting, search_routes(world, setting))
    assert (problem.group_demand > 0).all()
    whole = np.bincount(problem.group_cell, problem.group_demand)
    assert_allclose(whole, setting.cells.demand, rtol=1e-14)


# ------------------------------------------------------------------------------ cost


@pytest.mark.parametrize(
    ("trip", "via", "terms"),
    [
        # Half of the risk premium of 800 USD/FEU, less half of the subsidy of 600 westbound.
        ("C_TS ZCN1 ZEU1", "RUKAZ-RUMOW.rail_1520", 400.0 - 300.0),
        ("C_TS ZCN1 ZEU1", "KZCAS-AZCAS.ferry", -300.0),
        ("C_OM ZCN2 ZEU2", "XXSUZ-EUPRT.sea", 0.0),
        ("C_OM ZEU1 ZCN1", "RUMOW-RUKAZ.rail_1520", 400.0 - 100.0),
        # A premium per TEU is spread over 20 t of goods in bulk.
        ("ORES ZKAZ ZEU1", "RUKAZ-RUMOW.rail_1520", 400.0 / 20),
        ("ORES ZKAZ ZEU1", "KZCAS-AZCAS.ferry", 0.0),
        ("ORES ZKAZ ZRUS", "RUKAZ-RUMOW.rail_1520", 0.0),
    ],
)
def test_the_cost_of_a_route_adds_up(
    world: World, setting: Setting, routes: Routes, problem: Problem, trip: str, via: str,
    terms: float,
) -> None:  # fmt: skip
    class_id, origin, dest = trip.split()
    cells, k = setting.cells, world.classes.ids.index(class_id)
    cell_of = problem.group_cell[problem.option_group]
    option = next(
        o for o in np.flatnonzero(problem.option_route >= 0)
        if cells.class_ix[cell_of[o]] == k
        and world.zones.ids[cells.origin[cell_of[o]]] == origin
        and world.zones.ids[cells.dest[cell_of[o]]] == dest
        and via in ids_of(world, routes, problem.option_route[o])
    )  # fmt: skip
    cell, ids = cell_of[option], ids_of(world, routes, problem.option_route[option])
    graph, direction = setting.graph, cells.direction[cell]
    money = (graph.usd_teu if world.classes.is_box[k] else graph.usd_t)[direction]
    ratio = world.params["reliability_scale"] * cells.reliability[cell]
    hours = sum_over(world, ids, graph.hours) + ratio * sum_over(world, ids, graph.spread_h)
    hours += world.params["caspian_h"] * any("KZCAS-AZCAS" in link for link in ids)
    expected = sum_over(world, ids, money) + cells.usd_per_h[cell] * hours + terms
    assert_allclose(problem.arrays.cost[option], expected, rtol=1e-12)


def test_nobody_is_paid_to_ship(world: World, routes: Routes) -> None:
    generous = {"kind": "year_input", "input_id": "cn_subsidy_west", "value": 1e7}
    setting = setting_of(world, shocks=[generous])
    problem = problem_of(world, setting, routes)
    cell = problem.group_cell[problem.option_group]
    subsidised = (problem.option_route >= 0) & (problem.arrays.cost < 1000.0)
    subsidised &= setting.cells.class_ix[cell] == world.classes.ids.index("C_TS")
    assert subsidised.any()
    for option in np.flatnonzero(subsidised):
        ids = ids_of(world, routes, problem.option_route[option])
        direction = setting.cells.direction[cell[option]]
        money = sum_over(world, ids, setting.graph.usd_teu[direction])
        assert_allclose(problem.arrays.cost[option], 0.05 * money)


def test_sizes_are_at_most_one(problem: Problem) -> None:
    assert (problem.arrays.log_size <= 1e-12).all()
    assert problem.arrays.log_size.min() < -0.1
    assert (problem.arrays.log_size[problem.option_route == -1] == 0).all()


# ------------------------------------------------------------------------------ states


def by_option(problem: Problem, values: FloatArray) -> dict[tuple[int, int, int], float]:
    cell = problem.group_cell[problem.option_group]
    segment = problem.group_segment[problem.option_group]
    keys = zip(cell.tolist(), segment.tolist(), problem.option_route.tolist(), strict=True)
    return dict(zip(keys, values.tolist(), strict=True))


def test_what_a_shock_shuts_is_gone_and_the_sizes_of_the_rest_are_held(
    world: World, routes: Routes, problem: Problem
) -> None:
    shocked = problem_of(world, setting_of(world, shocks=[CLOSE_FERRY]), routes)
    ferry = world.network.links.kind == "ferry"
    of_link = np.repeat(np.arange(len(routes.mark)), np.diff(routes.link_start))
    over = set(of_link[ferry[routes.link_ix]].tolist())
    assert over & set(problem.option_route.tolist())
    assert not over & set(shocked.option_route.tolist())
    for name in ("log_size", "cost"):
        before = by_option(problem, getattr(problem.arrays, name))
        after = by_option(shocked, getattr(shocked.arrays, name))
        assert after == {key: before[key] for key in after}
        assert set(before) - set(after) == {key for key in before if key[2] in over}
    assert_allclose(shocked.arrays.cell_theta, problem.arrays.cell_theta, rtol=0)


def test_scales_and_outside_costs_are_held_when_times_change(
    world: World, routes: Routes, problem: Problem
) -> None:
    slower = {"kind": "change", "kinds": ["rail_1520"], "quantity": "free_time_h",
              "operation": "multiply", "value": 1.3}  # fmt: skip
    shocked = problem_of(world, setting_of(world, shocks=[slower]), routes)
    for name in ("cell_theta", "nest_theta", "nest_constant", "log_size"):
        np.testing.assert_array_equal(getattr(shocked.arrays, name), getattr(problem.arrays, name))
    assert (shocked.arrays.cost >= problem.arrays.cost).all()
    assert (shocked.arrays.cost > problem.arrays.cost).any()


def test_what_may_be_chosen_is_built_once_for_a_case_open_and_closed(
    world: World, setting: Setting, routes: Routes
) -> None:
    closed = setting_of(world, shocks=[{"kind": "close_transit", "countries": ["RUS"]}])
    offers = build_offers(world, setting.base, setting.graph, setting.cells, routes)
    again, afresh = build_problem(offers, closed.graph), problem_of(world, closed, routes)
    for name in again.arrays._fields:
        np.testing.assert_array_equal(getattr(again.arrays, name), getattr(afresh.arrays, name))
    assert again.option_route.tolist() == afresh.option_route.tolist()
    opened = build_problem(offers, setting.graph)
    assert len(opened.option_route) > len(again.option_route)


def test_what_only_a_project_opens_is_offered_only_with_it(world: World) -> None:
    built = setting_of(world, projects=["PJ2"])
    found = search_routes(world, built)
    tunnel = [
        world.network.links.ids.index(f"{a}.rail_1520") for a in ("KZCAS-AZCAS", "AZCAS-KZCAS")
    ]
    of_link = np.repeat(np.arange(len(found.mark)), np.diff(found.link_start))
    through = set(of_link[np.isin(found.link_ix, tunnel)].tolist())
    assert through & set(problem_of(world, built, found).option_route.tolist())
    assert not through & set(problem_of(world, setting_of(world), found).option_route.tolist())


def test_far_dearer_variants_are_not_considered(world: World) -> None:
    tables = toy_tables()
    change_row(tables["params"], "dominated_ratio", value="1.0", low="1.0", high="1.0")
    strict = read_toy(tables)
    setting = setting_of(strict)
    found = search_routes(strict, setting)
    problem = problem_of(strict, setting, found)
    served = problem.option_route >= 0
    key = list(zip(problem.option_group[served].tolist(),
                   problem.option_family[served].tolist(),
                   found.corridor[problem.option_route[served]].tolist(), strict=True))  # fmt: skip
    assert len(key) == len(set(key)), "one route per group, family and corridor is left"
    wide = problem_of(world, setting_of(world), search_routes(world, setting_of(world)))
    assert len(wide.option_route) > len(problem.option_route)


# ------------------------------------------------------------------------------ resources


@pytest.mark.parametrize(
    ("resource", "draws"),
    [
        ("R_NORTH", {"C_TS": "wt", "C_OM": "wt", "ORES": "wt", "GRAIN": "wt"}),
        ("R_FEEDER", {"C_TS": "wt", "C_OM": "wt", "ORES": "", "GRAIN": ""}),
        ("R_FERRY", {"C_TS": "wt", "C_OM": "wt", "ORES": "wt", "GRAIN": "wt"}),
        ("R_TRUCKS", {"C_TS": "t", "C_OM": "t", "ORES": "t", "GRAIN": "t"}),
    ],
)
def test_classes_draw_on_what_is_meant_for_them(
    world: World, resource: str, draws: dict[str, str]
) -> None:
    table = draws_of_classes(world.classes, world.network.resources)[
        world.network.resources.ids.index(resource)
    ]
    for class_id, carriages in draws.items():
        wagon, truck = table[world.classes.ids.index(class_id)]
        assert (wagon, truck) == ("w" in carriages, "t" in carriages), class_id


def test_boxes_count_against_tonnes_and_boxes_bulk_against_tonnes_alone(
    world: World, setting: Setting, problem: Problem
) -> None:
    arrays, limits = problem.arrays, setting.graph.limits
    start, use = find_rows(arrays.use_start, arrays.bundle)
    option = np.repeat(np.arange(len(arrays.cost)), np.diff(start))
    limit = problem.limit[arrays.use_limit[use]]
    k = setting.cells.class_ix[problem.group_cell[problem.option_group[option]]]
    is_box = world.classes.is_box[k]
    assert not (limits.is_box[limit] & ~is_box).any()
    amount = arrays.use_amount[use] * limits.capacity[limit]
    payload = world.classes.payload_t_per_teu.value[k]
    expected = np.where(limits.is_box[limit], 1.0, np.where(is_box, payload, 1.0))
    assert_allclose(amount, expected, rtol=1e-12)


def test_what_needs_a_limit_of_nothing_is_not_offered(world: World, routes: Routes) -> None:
    none = {"kind": "change", "resources": ["R_GEO"], "quantity": "capacity_teu_yr",
            "operation": "multiply", "value": 0.0}  # fmt: skip
    setting = setting_of(world, shocks=[none])
    problem = problem_of(world, setting, routes)
    served = problem.option_route >= 0
    cell = problem.group_cell[problem.option_group[served]]
    is_box = world.classes.is_box[setting.cells.class_ix[cell]]
    georgia = world.network.country_ids.index("GEO")
    by_rail = np.isin(
        np.arange(len(routes.mark)),
        np.repeat(np.arange(len(routes.mark)), np.diff(routes.link_start))[
            np.char.startswith(world.network.links.kind[routes.link_ix], "rail")
            & world.network.links.in_country[routes.link_ix, georgia]
        ],
    )[problem.option_route[served]]
    assert not (is_box & by_rail).any()
    assert (~is_box & by_rail).any(), "tonnes that are not in boxes still pass"
