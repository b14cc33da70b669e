"""The graph of a state: the year's prices by direction, and the limits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from serai.domain.ranged import Z_P90
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import apply_scenario
from serai.model.graph import EAST, WEST, Graph, build_graph, direction_of
from tests.toy import read_toy, toy_tables, toy_world


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


def graph_of(world: World, **words: object) -> Graph:
    scenario = Scenario.model_validate({"year": 2023, "closures": False} | words)
    return build_graph(world, apply_scenario(world, scenario))


def link(world: World, link_id: str) -> int:
    return world.network.links.ids.index(link_id)


def test_links_are_found_under_the_node_they_leave(world: World) -> None:
    graph, links = graph_of(world), world.network.links
    assert graph.first_out[0] == 0
    assert graph.first_out[-1] == len(links.ids)
    for node in range(len(world.network.node_ids)):
        slots = slice(graph.first_out[node], graph.first_out[node + 1])
        assert (links.tail[graph.slot_link[slots]] == node).all()
    assert_array_equal(graph.slot_head, links.head[graph.slot_link])
    assert sorted(graph.slot_link.tolist()) == list(range(len(links.ids)))


# ------------------------------------------------------------------------------ prices


@pytest.mark.parametrize(
    ("link_id", "west", "east"),
    [
        # 2021 against 2023: ocean west 3.0 and 2.0, east 1.2 and 1.4, mean of the two.
        ("CNPRT-XXSUZ.sea", 2.5, 1.3),
        # Russian tariffs 80 and 110 where 2023 has 100; Kazakh ones 90.
        ("RUKAZ-RUMOW.rail_1520", 0.8, 1.1),
        ("KZCIT-KZCAS.rail_1520", 0.9, 0.9),
        # The through discount of 10 % in 2023 is not there in 2021.
        ("AZCAS-GEPRT.rail_1520", 1 / 0.9, 1 / 0.9),
        ("KZCAS-AZCAS.ferry", 1 / 0.9, 1 / 0.9),
        ("KZCAS-AZCAS.feeder", 1 / 0.9, 1 / 0.9),
        ("CNINL-CNBRD.rail_1435", 1.0, 1.0),
        ("KZCIT-RUMOW.road", 1.0, 1.0),
    ],
)
def test_box_prices_follow_the_year_and_the_direction(
    world: World, link_id: str, west: float, east: float
) -> None:
    now, then = graph_of(world), graph_of(world, year=2021)
    at = link(world, link_id)
    assert_allclose(then.usd_teu[WEST, at] / now.usd_teu[WEST, at], west, rtol=1e-12)
    assert_allclose(then.usd_teu[EAST, at] / now.usd_teu[EAST, at], east, rtol=1e-12)


def test_in_the_year_of_the_tables_prices_are_the_tables(world: World) -> None:
    graph, cost = graph_of(world), world.network.links.cost_usd_teu.value
    at = link(world, "CNPRT-XXSUZ.sea")
    assert graph.usd_teu[:, at].tolist() == [cost[at], cost[at]]
    discounted = link(world, "AZCAS-GEPRT.rail_1520")
    assert_allclose(graph.usd_teu[:, discounted], 0.9 * cost[discounted])


def test_tonnes_pay_the_tables_prices_in_every_year(world: World) -> None:
    assert_array_equal(graph_of(world, year=2021).usd_t, graph_of(world).usd_t)


def test_an_input_set_by_hand_moves_what_it_means_and_no_more(world: World) -> None:
    shock = {"kind": "year_input", "input_id": "north_1520_tariff_west", "value": 150.0}
    before, after = graph_of(world), graph_of(world, shocks=[shock])
    changed = after.usd_teu != before.usd_teu
    assert not changed[EAST].any()
    rail = world.network.links.kind == "rail_1520"
    columns = [world.network.country_ids.index(c) for c in ("RUS", "BLR")]
    inside = world.network.links.in_country[:, columns].any(axis=1)
    assert_array_equal(changed[WEST], rail & inside)
    assert_allclose(after.usd_teu[WEST, changed[WEST]], 1.5 * before.usd_teu[WEST, changed[WEST]])
    assert after.inputs == before.inputs


def test_hours_are_moving_and_waiting_and_what_the_year_adds_at_the_gates(world: World) -> None:
    links, now, then = world.network.links, graph_of(world), graph_of(world, year=2021)
    assert_allclose(now.hours, links.free_time_h.value + links.dwell_h.value)
    later = then.hours - now.hours
    gates = {links.ids[i] for i in np.flatnonzero(later)}
    # Policy at the Chinese gates: 48 h in 2021, none in 2023; gates by rail alone.
    assert gates == {"CNBRD-KZBRD.rail_1435>rail_1520", "KZBRD-CNBRD.rail_1520>rail_1435"}
    assert_allclose(later[later > 0], 48.0)


def test_the_spread_is_read_from_the_range(world: World) -> None:
    at = link(world, "KZCIT-KZCAS.rail_1520")
    expected = 55 * (1.25 - 0.8) / (2 * Z_P90)
    assert_allclose(graph_of(world).spread_h[at], expected)


def test_inputs_for_whole_routes_are_the_years(world: World) -> None:
    assert graph_of(world).inputs == {
        "avoidance_share": 0.3, "avoidance_penalty": 800.0,
        "cn_subsidy_west": 600.0, "cn_subsidy_east": 200.0,
    }  # fmt: skip
    assert graph_of(world, year=2021).inputs["cn_subsidy_west"] == 1500.0


def test_a_world_without_yearly_inputs_has_the_tables_prices() -> None:
    tables = toy_tables()
    del tables["year_inputs"]
    world = read_toy(tables)
    graph = graph_of(world, year=2021)
    assert_array_equal(graph.usd_teu[WEST], world.network.links.cost_usd_teu.value)
    assert set(graph.inputs.values()) == {0.0}


# ------------------------------------------------------------------------------ limits


def test_a_limit_for_each_direction_or_one_for_both(world: World) -> None:
    limits, resources = graph_of(world).limits, world.network.resources
    for r, is_per_direction in enumerate(resources.is_per_direction):
        for measure in (0, 1):
            there, back = limits.of_resource[r, :, measure]
            if there >= 0:
                assert (there != back) == is_per_direction
                assert limits.resource[there] == limits.resource[back] == r
                assert limits.is_box[there] == limits.is_box[back] == (measure == 1)
                assert limits.capacity[there] == limits.capacity[back]
    # Gauge, north and Georgia: t and TEU, each way; port, ferry, feeder and trucks: one.
    assert len(limits.capacity) == 3 * 4 + 4
    assert len(graph_of(world, capacity_limits=False).limits.capacity) == 0


@pytest.mark.parametrize(
    ("link_id", "direction"),
    [
        ("KZRUS-RUKAZ.transfer", 0), ("RUKAZ-KZRUS.transfer", 1),
        ("RUKAZ-RUMOW.rail_1520", 0), ("RUMOW-RUKAZ.rail_1520", 1),
        ("CNBRD-KZBRD.rail_1435>rail_1520", 0), ("KZBRD-CNBRD.rail_1520>rail_1435", 1),
        ("AZCAS-GEPRT.rail_1520", 0), ("GEPRT-AZCAS.rail_1520", 1),
        ("KZCAS-KZCAS.rail_1520>ferry", 0), ("KZCAS-KZCAS.ferry>rail_1520", 1),
    ],
)  # fmt: skip
def test_links_know_which_way_along_their_resource_they_run(
    world: World, link_id: str, direction: int
) -> None:
    assert graph_of(world).link_direction[link(world, link_id)] == direction


def test_direction_is_by_longitude() -> None:
    lon = np.array([100.0, 10.0, 10.0])
    assert direction_of(lon, np.array([10.0, 100.0, 10.0])).tolist() == [WEST, EAST, EAST]


def test_an_input_is_that_of_the_nearest_year_that_has_it(world: World) -> None:
    inputs = world.year_inputs
    assert inputs.get("cn_subsidy_west", 2030) == inputs.get("cn_subsidy_west", 2023) == 600.0
    assert inputs.get("cn_subsidy_west", 2019) == 1500.0
    with pytest.raises(KeyError, match="no_such_input"):
        inputs.get("no_such_input", 2023)
