"""Somebody's own network: what it borrows, what it is refused for, and its result by hand."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from serai.data.check import check_network
from serai.data.folders import find_data, is_network
from serai.data.load import PACK, read_world
from serai.data.own import read_folder, read_own
from serai.domain.scenario import Scenario
from serai.errors import DataError, ScenarioError
from serai.run import Run, run_scenario
from serai.studies.runs import summarize
from tests.own import change, write_example, write_lines, write_pair


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return write_example(tmp_path)


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    return write_pair(tmp_path)


# ------------------------------------------------------------------ the example, by hand

USD_PER_H = 8.0 * 6.0 / 24.0
"""A box of C_OM: 8 t, 6 USD a tonne and day."""
RAIL = 1000 + 450 + (62 + 24 + 20 + 24) * USD_PER_H
SHIP = 900 + 100 + 400 + (60 + 24 + 23 + 12) * USD_PER_H
SCALE = 16.0


def flows(run: Run, class_id: str) -> dict[str, float]:
    return next(c.by_corridor for c in summarize(run).classes if c.class_id == class_id)


def test_the_example_without_a_limit_is_a_logit_of_two(example: Path) -> None:
    run = run_scenario(read_world(example), Scenario(capacity_limits=False))
    share = 1 / (1 + math.exp(-SCALE * (RAIL - SHIP) / SHIP))
    found = flows(run, "C_OM")
    assert (RAIL, SHIP) == (1710.0, 1638.0)
    # 50,000 boxes want to move; a handful of millionths stays at home (the outside route).
    assert found["middle"] == pytest.approx(50_000 * share, rel=1e-6)
    assert found["north"] == pytest.approx(50_000 * (1 - share), rel=1e-6)
    assert "= 67 %" in (example / "README.md").read_text()
    assert round(share, 2) == 0.67


def test_the_examples_bottleneck_is_full_and_its_price_explains_the_split(example: Path) -> None:
    run = run_scenario(read_world(example), Scenario())
    boxes, grain = flows(run, "C_OM"), flows(run, "GRAIN")
    assert run.certificate.holds()
    assert boxes["middle"] * 8 + grain["middle"] == pytest.approx(700_000, rel=1e-6)
    limit = summarize(run).bottlenecks[0]
    assert (limit.name, limit.limit) == ("Ships Aktau to Alat", "t")
    assert limit.wait_h is not None
    dearer = SHIP + limit.price_usd_teu + limit.wait_h * USD_PER_H
    # What shippers weigh is the whole difference; what scales is the cost without queues.
    ratio = math.exp(SCALE * (RAIL - dearer) / SHIP)
    assert boxes["middle"] / boxes["north"] == pytest.approx(ratio, rel=1e-5)
    grain_h = 0.095 / 24
    by_rail, by_ship = 36 + 16 + 130 * grain_h, 30 + 5 + 10 + 119 * grain_h
    by_ship_now = by_ship + limit.price_usd_t + limit.wait_h * grain_h
    ratio = math.exp(SCALE * (by_rail - by_ship_now) / by_ship)
    assert grain["middle"] / grain["north"] == pytest.approx(ratio, rel=1e-5)


def test_the_example_names_what_it_borrows(example: Path) -> None:
    own = read_own(example)
    assert own.borrowed == ("classes", "countries", "emission_factors", "route_searches")
    assert own.findings == ()
    assert check_network(own.tables) == []
    assert set(own.tables["classes"]["class_id"]) == {"C_OM", "GRAIN"}
    assert set(own.tables["countries"]["iso3"]) == {"KAZ", "AZE", "RUS"}


# ------------------------------------------------------------------ which folder is meant


def test_data_lie_beside_a_scenario_unless_they_are_named(example: Path, tmp_path: Path) -> None:
    scenario = str(example / "scenario.toml")
    assert find_data(None, scenario) == example
    assert find_data(PACK, scenario) == PACK
    assert find_data(None, "base") is None
    alone = tmp_path / "elsewhere"
    write_lines(alone, "one.toml", 'title = "x"')
    assert find_data(None, str(alone / "one.toml")) is None
    other = write_pair(tmp_path / "other")
    write_lines(other, "b.toml", 'title = "b"')
    with pytest.raises(ScenarioError, match="beside 2 networks"):
        find_data(None, scenario, str(other / "b.toml"))


def test_a_folder_is_a_network_by_its_files(example: Path) -> None:
    assert is_network(example)
    assert not is_network(PACK)
    assert set(read_folder(PACK)) >= {"places", "links"}


# ------------------------------------------------------------------ rows


def test_own_parameters_go_over_the_packages(pair: Path) -> None:
    write_lines(pair, "params.toml", "[caspian_h]", "value = 12.0", "high = 20.0")
    params = read_world(pair).params
    at = params.ids.index("caspian_h")
    assert (params["caspian_h"], params.table.low[at], params.table.high[at]) == (12.0, 12.0, 20.0)
    assert params["scale_lower"] == read_world().params["scale_lower"]


def test_own_classes_want_their_own_parameter(pair: Path) -> None:
    header, *rows = (PACK / "classes.csv").read_text("utf-8").splitlines()
    mine = next(r for r in rows if r.startswith("C_OM,")).replace("C_OM,", "MINE,", 1)
    write_lines(pair, "classes.csv", header, mine)
    text = (pair / "demand.csv").read_text().replace("C_OM", "MINE")
    (pair / "demand.csv").write_text(text)
    write_lines(pair, "params.toml", "[contestable_mine]", "value = 0.5")
    assert read_world(pair).params["contestable_mine"] == 0.5
    assert "classes" not in read_own(pair).borrowed


def test_a_range_in_per_cent_is_the_range_of_every_number_of_the_row(pair: Path) -> None:
    change(pair, "link.csv", "L", range_pct="25", cost_low_usd_t="4")
    row = read_own(pair).tables["links"].set_index("link_id").loc["L.back"]
    assert (row["cost_low_usd_teu"], row["cost_high_usd_teu"]) == (75.0, 125.0)
    assert (row["cost_low_usd_t"], row["cost_high_usd_t"]) == (4.0, 12.5)
    assert (row["free_time_low_h"], row["free_time_high_h"]) == (1.5, 2.5)


def test_a_capacity_in_a_links_row_is_one_limit_for_both_directions(pair: Path) -> None:
    change(pair, "link.csv", "L", capacity_teu_yr="1200", capacity_basis="both")
    world = read_world(pair)
    resources = world.network.resources
    assert resources.ids == ("R_L",)
    assert resources.capacity_teu_yr.value.tolist() == [1200.0]
    run = run_scenario(world, Scenario())
    assert summarize(run).served.teu == pytest.approx(1200.0, rel=1e-6)


def test_vehicles_per_hour_are_no_limit_and_that_is_said(pair: Path) -> None:
    change(pair, "link.csv", "L", capacity="1", lanes="2")
    own = read_own(pair)
    assert own.tables["resources"].empty
    assert [f.check for f in own.findings] == ["capacity basis"]
    assert "it is not used as a limit" in str(own.findings[0])


def test_goods_never_pass_a_centroid(pair: Path) -> None:
    write_lines(
        pair, "node.csv", "node_id,x_coord,y_coord,zone_id,node_type",
        "A,50,40,ZA,", "C,50.5,40,ZC,centroid", "B,51,40,ZB,", "D,50.5,40.4,,",
    )  # fmt: skip
    write_lines(
        pair, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
        "free_speed,cost_usd_teu,cost_usd_t", "AC,A,C,0,connector,45,45,1,1",
        "CB,C,B,0,connector,45,45,1,1", "AD,A,D,0,road,70,45,100,10", "DB,D,B,0,road,70,45,100,10",
    )  # fmt: skip
    world = read_world(pair)
    run = run_scenario(world, Scenario())
    links = [link.link_id for link in summarize(run).links]
    assert links == ["AD", "AD.back", "DB", "DB.back"]


def test_several_zones_of_a_region_share_its_demand_equally(pair: Path) -> None:
    write_lines(pair, "node.csv", "node_id,x_coord,y_coord,zone_id", "A,50,40,ZA", "B,51,40,ZB",
                "C,52,40,ZC")  # fmt: skip
    write_lines(pair, "zone.csv", "zone_id,super_zone", "ZA,W", "ZB,E", "ZC,E")
    write_lines(pair, "demand.csv", "origin_region,dest_region,class_id,year,value",
                "W,E,C_OM,2023,1000")  # fmt: skip
    with (pair / "link.csv").open("a") as file:
        file.write("M,B,C,0,road,90,45,100,10\n")
    world = read_world(pair)
    np.testing.assert_allclose(world.zones.weight.value[1:, 0, 1], 0.5)
    assert check_network(read_own(pair).tables) == []


# ------------------------------------------------------------------ every wrong input


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "both kinds": (
        lambda d: write_lines(d, "places.csv", "place_id"), "got node.csv or link.csv and places",
    ),
    "no links": (lambda d: (d / "link.csv").unlink(), "link.csv: got no file"),
    "no nodes": (lambda d: (d / "node.csv").unlink(), "node.csv: got no file"),
    "no demand": (lambda d: (d / "demand.csv").unlink(), "demand.csv: got no file or no rows"),
    "misspelt column": (
        lambda d: (d / "link.csv").write_text(
            (d / "link.csv").read_text().replace("length", "lenght")),
        "column lenght: got an unknown column; wanted a known one; did you mean length?",
    ),
    "unknown end": (
        lambda d: change(d, "link.csv", "L", to_node_id="BB"),
        "link.csv row 2 (L), column to_node_id: got 'BB'",
    ),
    "no direction": (
        lambda d: change(d, "link.csv", "L", directed=""), "column directed: got an empty cell",
    ),
    "odd direction": (
        lambda d: change(d, "link.csv", "L", directed="both"), "column directed: got 'both'",
    ),
    "odd type": (
        lambda d: change(d, "link.csv", "L", facility_type="hyperloop"),
        "column facility_type: got 'hyperloop'",
    ),
    "odd gauge": (
        lambda d: change(d, "link.csv", "L", facility_type="rail", gauge_mm="1067"),
        "gauge_mm 1067",
    ),
    "no length": (
        lambda d: change(d, "link.csv", "L", length="", free_time_h="2"),
        "column length: got an empty cell",
    ),
    "negative length": (
        lambda d: change(d, "link.csv", "L", length="-1"), "column length: got '-1'",
    ),
    "capacity without basis": (
        lambda d: change(d, "link.csv", "L", capacity_t_yr="1000"),
        "column capacity_basis: got an empty cell; wanted both or one direction",
    ),
    "terminal of another mode": (
        lambda d: change(d, "node.csv", "A", mode="sea"),
        "column from_node_id: got A, a terminal of sea; wanted a terminal of road",
    ),
    "transfer where two modes meet": (
        lambda d: write_lines(
            d, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
            "free_speed,cost_usd_teu", "L,A,B,0,road,90,45,1", "S,A,B,0,sea,90,45,1",
            "T,A,B,0,port,0,,1"),
        "got A, where road and sea meet; wanted a terminal of one mode",
    ),
    "two zones at a place": (
        lambda d: (change(d, "node.csv", "A", place_id="P", mode="road"),
                   change(d, "node.csv", "B", place_id="P", mode="road")),
        "column zone_id: got ZB, though P has ZA",
    ),
    "two centroids": (
        lambda d: (change(d, "node.csv", "A", node_type="centroid"),
                   change(d, "node.csv", "B", node_type="centroid")),
        "got a link between two centroids",
    ),
    "access from no zone": (
        lambda d: change(d, "link.csv", "L", facility_type="access"),
        "wanted a node of node_type zone with its zone_id",
    ),
    "access one way": (
        lambda d: (change(d, "node.csv", "A", node_type="zone"),
                   change(d, "link.csv", "L", facility_type="access", directed="1")),
        "access stands for both directions",
    ),
    "no zone": (
        lambda d: (change(d, "node.csv", "A", zone_id=""), change(d, "node.csv", "B", zone_id="")),
        "node.csv, column zone_id: got no zone at any node",
    ),
    "zone without a node": (
        lambda d: write_lines(d, "zone.csv", "zone_id", "ZA", "ZB", "ZC"),
        "zone.csv row 4 (ZC): got no node with this zone_id",
    ),
    "node of an unknown zone": (
        lambda d: write_lines(d, "zone.csv", "zone_id", "ZA"),
        "node.csv row 3 (B), column zone_id: got 'ZB'",
    ),
    "unknown country": (
        lambda d: change(d, "node.csv", "A", country_iso3="KZA"),
        "column country_iso3: got 'KZA'; wanted an id of countries.iso3",
    ),
    "unknown class": (
        lambda d: (d / "demand.csv").write_text(
            (d / "demand.csv").read_text().replace("C_OM", "C_ON")),
        "got 'C_ON' (also in row 3); wanted an id of classes.class_id; did you mean C_OM?",
    ),
    "unknown region": (
        lambda d: (d / "demand.csv").write_text(
            (d / "demand.csv").read_text().replace("ZA,ZB", "ZX,ZB")),
        "demand.csv row 2, column origin_region: got 'ZX'; wanted one of ZA, ZB",
    ),
    "odd unit": (
        lambda d: write_lines(d, "config.csv", "dataset_name,long_length", "x,league"),
        "config.csv, column long_length: got 'league'",
    ),
    "other coordinates": (
        lambda d: write_lines(d, "config.csv", "dataset_name,crs", "x,EPSG:32642"),
        "convert x_coord and y_coord to longitude and latitude",
    ),
    "other money": (
        lambda d: write_lines(d, "config.csv", "dataset_name,currency", "x,EUR"),
        "convert toll and prices to dollars",
    ),
    "coordinates in metres": (
        lambda d: change(d, "node.csv", "A", x_coord="500000"), "column x_coord: got '500000'",
    ),
    "parameter nobody knows": (
        lambda d: write_lines(d, "params.toml", "[caspian]", "value = 1.0"),
        "got an unknown parameter; wanted one of the package's; did you mean caspian_h?",
    ),
    "parameter without a number": (
        lambda d: write_lines(d, "params.toml", "[caspian_h]", 'value = "much"'),
        "params.toml (caspian_h): got value 'much'",
    ),
    "parameter out of order": (
        lambda d: write_lines(d, "params.toml", "[caspian_h]", "value = 3.0", "high = 2.0"),
        "got 3.0 / 3.0 / 2.0; wanted low <= value <= high",
    ),
    "parameter that is a number": (
        lambda d: write_lines(d, "params.toml", "caspian_h = 3.0"),
        "wanted an entry with value, low, high",
    ),
    "key of a parameter": (
        lambda d: write_lines(d, "params.toml", "[caspian_h]", "value = 3.0", "hihg = 4.0"),
        "params.toml (caspian_h), key hihg: got an unknown key",
    ),
    "parameters that are no TOML": (
        lambda d: write_lines(d, "params.toml", "[caspian_h"), "params.toml: got a text that is",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_input_is_told_where_it_stands(pair: Path, name: str) -> None:
    spoil, hint = SPOILT[name]
    spoil(pair)
    with pytest.raises(DataError) as caught:
        read_own(pair)
    assert hint in str(caught.value)


def test_speed_and_time_that_disagree_are_told(pair: Path) -> None:
    change(pair, "link.csv", "L", free_time_h="3")
    (found,) = read_own(pair).findings
    assert "free_speed that makes 2 h and free_time_h 3" in str(found)


def test_a_toll_is_not_taken_for_a_price(pair: Path) -> None:
    change(pair, "link.csv", "L", toll="15")
    own = read_own(pair)
    assert own.tables["links"]["cost_usd_teu"].tolist()[:2] == [100.0, 100.0]
    assert "a toll of a vehicle is not one of a box or a tonne" in str(own.findings[0])


def test_footpaths_are_left_out_and_that_is_said(pair: Path) -> None:
    with (pair / "link.csv").open("a") as file:
        file.write("F,A,B,0,footway,90,5,,\n")
    own = read_own(pair)
    assert "F" not in set(own.tables["links"]["link_id"])
    assert "1 links without a use for freight: F" in str(own.findings[0])
