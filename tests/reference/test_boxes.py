"""Boxes in balance on the pack: what follows for rates, against those that were paid."""

import re
from pathlib import Path

import pytest

from serai.data.load import read_world
from serai.domain.scenario import Scenario
from serai.run import run_scenario
from serai.studies.runs import summarize

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "equilibrium.md"


def read_row(name: str) -> list[float]:
    """Return the numbers of a row of the page's table of rates."""
    found = re.search(rf"^\| {name} \|(.+)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found, name
    return [float(cell.replace(",", "")) for cell in found[1].split("|")]


def test_rates_by_direction_follow_from_the_balance_of_boxes() -> None:
    world = read_world()
    run = run_scenario(world, Scenario(year=2023, empties=True))
    assert run.certificate.holds()
    follows = -2.0 * run.box_price["EU_NW"]
    west, east = (world.year_inputs.get(name, 2023)
                  for name in ("ocean_paid_cn_neur_west", "ocean_spot_cn_neur_east"))  # fmt: skip
    paid = (west - east) / 2.0  # a FEU is two TEU
    assert follows == pytest.approx(read_row("follows from balance")[-1], rel=0.01)
    assert paid == pytest.approx(read_row("paid rates of the tables")[-1])
    assert paid / 2.0 < follows < paid * 2.0
    boxes = {row.region: row for row in summarize(run).boxes}
    whole = sum(row.laden_out for row in boxes.values())
    for row in boxes.values():
        assert row.laden_out + row.empty_out == pytest.approx(
            row.laden_in + row.empty_in, abs=1e-6 * whole
        )
    assert boxes["CHN"].empty_in > 5e6
    assert boxes["CHN"].empty_out < 1e-3 * boxes["CHN"].empty_in


def test_the_page_tells_what_was_paid_in_every_year() -> None:
    inputs = read_world().year_inputs
    paid = [
        (inputs.get("ocean_paid_cn_neur_west", year) - inputs.get("ocean_spot_cn_neur_east", year))
        / 2.0
        for year in range(2019, 2024)
    ]
    assert read_row("paid rates of the tables") == pytest.approx(paid)
