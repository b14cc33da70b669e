"""Regional trade shared out to cells."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.domain.ranged import Ranged
from serai.domain.world import World
from serai.errors import DataError, ScenarioError
from serai.model.demand import Cells, build_cells
from serai.model.graph import EAST, WEST
from tests.toy import change_row, read_toy, toy_tables, toy_world


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


def total(world: World, cells: Cells, origin: str, dest: str, class_id: str) -> float:
    region = np.array(world.zones.regions)
    mine = (region[cells.origin] == origin) & (region[cells.dest] == dest)
    mine &= cells.class_ix == world.classes.ids.index(class_id)
    return float(cells.demand[mine].sum())


@pytest.mark.parametrize("year", [2021, 2023])
@pytest.mark.parametrize("demand", ["reference", "low", "high"])
def test_the_total_of_every_row_is_kept(world: World, year: int, demand: str) -> None:
    cells = build_cells(world, year, demand=demand)
    flows = world.flows
    column = {"reference": "value", "low": "low", "high": "high"}[demand]
    for i in np.flatnonzero(flows.year == year):
        class_id = world.classes.ids[flows.class_ix[i]]
        held = total(world, cells, flows.origin[i], flows.dest[i], class_id)
        # A handful of shares that sum to one.
        assert_allclose(held, getattr(flows.amount, column)[i], rtol=1e-13)
    assert_allclose(cells.demand.sum(), getattr(flows.amount, column)[flows.year == year].sum())


def test_a_row_is_shared_by_the_product_of_the_weights(world: World) -> None:
    cells = build_cells(world, 2023)
    at = {name: i for i, name in enumerate(world.zones.ids)}
    k = world.classes.ids.index("C_TS")
    for origin, dest, share in (
        ("ZCN1", "ZEU1", 0.4 * 0.7), ("ZCN1", "ZEU2", 0.4 * 0.3), ("ZCN2", "ZEU1", 0.6 * 0.7),
    ):  # fmt: skip
        mine = (cells.class_ix == k) & (cells.origin == at[origin]) & (cells.dest == at[dest])
        assert_allclose(cells.demand[mine], [200000 * share], rtol=1e-12)


def test_trade_inside_a_region_never_stays_in_its_zone() -> None:
    tables = toy_tables()
    tables["demand"].append(tables["demand"][0] | {"origin_region": "EU_W", "value": "900",
                                                   "low": "800", "high": "1000"})  # fmt: skip
    world = read_toy(tables)
    cells = build_cells(world, 2023)
    assert (cells.origin != cells.dest).all()
    assert_allclose(total(world, cells, "EU_W", "EU_W", "C_TS"), 900.0, rtol=1e-12)


def test_who_goes_west_goes_west(world: World) -> None:
    cells = build_cells(world, 2023)
    lon = world.zones.lon
    for a, b, direction in zip(cells.origin, cells.dest, cells.direction, strict=True):
        assert direction == (WEST if lon[b] < lon[a] else EAST)
    assert set(cells.direction.tolist()) == {WEST, EAST}


def test_time_is_worth_what_the_class_says_unless_the_row_says_otherwise(world: World) -> None:
    tables = toy_tables()
    for row in tables["demand"]:
        row["unit_value_usd_per_t"] = ""
    change_row(tables["demand"], "CHN", unit_value_usd_per_t="36000")  # the class: 18000
    plain, dear = build_cells(world, 2023), build_cells(read_toy(tables), 2023)
    k = world.classes.ids.index("C_TS")
    # 45 USD/t/day, 7 t in a TEU, 24 hours.
    assert_allclose(plain.usd_per_h[plain.class_ix == k], 45 * 7 / 24)
    assert_allclose(dear.usd_per_h[dear.class_ix == k], 2 * 45 * 7 / 24)
    ores = world.classes.ids.index("ORES")
    assert_allclose(plain.usd_per_h[plain.class_ix == ores], 0.1 / 24)
    assert_allclose(plain.reliability[plain.class_ix == k], 1.0)


def test_a_year_without_demand_is_refused_with_the_years_there_are(world: World) -> None:
    with pytest.raises(ScenarioError, match=r"2030.*2021, 2023"):
        build_cells(world, 2030)


def test_demand_that_no_zone_can_start_is_named_and_never_dropped() -> None:
    world = toy_world()
    weight = world.zones.weight.value.copy()
    weight[[region == world.flows.origin[0] for region in world.zones.regions]] = 0.0
    bare = replace(world, zones=replace(world.zones, weight=Ranged.fixed(weight)))
    with pytest.raises(DataError, match=f"{world.flows.origin[0]}-.*want a zone with an export"):
        build_cells(bare, int(world.flows.year[0]))
