"""Boxes in balance on the pack: what follows for rates, against those that are known."""

import re
from pathlib import Path

import numpy as np
import pytest

from serai.data.load import read_world
from serai.domain.routes import FAMILIES
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.choice import route_sums
from serai.model.graph import direction_of
from serai.run import prepare, run_scenario, search_routes
from serai.studies.runs import summarize

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "equilibrium.md"
YEARS = range(2019, 2024)


@pytest.fixture(scope="module")
def world() -> World:
    return read_world()


def read_row(name: str) -> list[float]:
    """Return the numbers of a row of the page's table of rates."""
    found = re.search(rf"^\| {name} \|(.+)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found, name
    cells = found[1].replace(",", "").replace("\u2212", "-").split("|")
    return [float(cell) for cell in cells]


@pytest.mark.parametrize(("year", "least", "most"), [(2021, 0.6, 1.0), (2023, 1.0, 2.0)])
def test_rates_by_direction_follow_from_the_balance_of_boxes(
    world: World, year: int, least: float, most: float
) -> None:
    run = run_scenario(world, Scenario(year=year, empties=True))
    assert run.certificate.holds()
    follows = -2.0 * run.box_price["EU_NW"]
    at = YEARS.index(year)
    assert follows == pytest.approx(read_row("follows from balance")[at], rel=0.02)
    known = read_row("ocean rates of the yearly inputs")[at]
    assert least * known < follows < most * known
    boxes = {row.region: row for row in summarize(run).boxes}
    whole = sum(row.laden_out for row in boxes.values())
    for row in boxes.values():
        assert row.laden_out + row.empty_out == pytest.approx(
            row.laden_in + row.empty_in, abs=1e-6 * whole
        )
    assert boxes["CHN"].empty_in > 5e6
    assert boxes["CHN"].empty_out < 1e-3 * boxes["CHN"].empty_in


def test_the_page_tells_the_rates_of_the_inputs(world: World) -> None:
    inputs = world.year_inputs
    known = [
        (inputs.get("ocean_paid_cn_neur_west", year) - inputs.get("ocean_spot_cn_neur_east", year))
        / 2.0  # a FEU is two TEU
        for year in YEARS
    ]
    assert read_row("ocean rates of the yearly inputs") == pytest.approx(known)


def test_the_page_tells_what_the_base_charges(world: World) -> None:
    ends = [world.zones.ids.index(zone) for zone in ("CNSHA", "NLRTM")]
    routes = search_routes(world, prepare(world, Scenario(year=2023)))
    by_sea = routes.family == FAMILIES.index("sea")
    direction = direction_of(world.zones.lon[routes.origin], world.zones.lon[routes.dest])
    charged = []
    for year in YEARS:
        graph = prepare(world, Scenario(year=year)).graph
        (usd,) = route_sums(routes, direction, graph.usd_teu)
        there, back = (
            float(np.nanmin(usd[by_sea & (routes.origin == a) & (routes.dest == b)]))
            for a, b in (ends, ends[::-1])
        )
        charged.append(there - back)
    assert read_row("what the base charges") == pytest.approx(charged, abs=5.0)


def test_what_costs_the_same_both_ways_keeps_its_price(world: World) -> None:
    """Links side by side are not mistaken for each other's way back."""
    plain, mean = (
        prepare(world, Scenario(year=2023, empties=e)).graph.usd_teu for e in (False, True)
    )
    links = world.network.links
    for id_ in ("RUASF.ri-RUASF.se.int", "TRGEB-TRIST.r14"):
        at = links.ids.index(id_)
        np.testing.assert_allclose(mean[:, at], plain[:, at], rtol=1e-12)
    changed = ~np.isclose(mean, plain, rtol=1e-9, equal_nan=True).all(axis=0)
    # Only sea and broad gauge have rates by direction in the tables.
    assert set(links.kind[changed].tolist()) == {"sea", "rail_1520"}
