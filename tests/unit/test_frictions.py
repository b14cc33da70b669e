"""Frictions: what a border costs by hand, and whom, against whole runs."""

from pathlib import Path

import pytest

from serai.data.frictions import read_frictions
from serai.data.load import read_world
from serai.domain.scenario import CloseTransit, Scenario
from serai.errors import ScenarioError
from serai.model.routes import merge_routes
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.outputs.frictions import describe_frictions, draw_frictions
from serai.run import assign, run_scenario
from serai.studies.frictions import felt_by_country, frictions
from serai.studies.welfare import welfare
from tests.command import write_sound


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("frictions"))


def test_a_shut_territory_costs_what_two_whole_runs_say(folder: Path) -> None:
    world = read_world(folder)
    shut, built = frictions(world, read_frictions(folder)).rows
    shock = CloseTransit(kind="close_transit", countries=("RUS",))
    runs = [
        run_scenario(world, Scenario(year=2023, built_by=2026, shocks=shocks))
        for shocks in ((), (shock,))
    ]
    routes = merge_routes([run.routes for run in runs])
    felt = [welfare(assign(world, run.setting, routes, start=run.end)).felt_musd for run in runs]
    assert shut.shippers_musd == pytest.approx(felt[0] - felt[1], rel=1e-3)
    assert shut.shippers_musd < 0.0 <= built.shippers_musd
    assert shut.middle.teu > 0
    assert sum(shut.by_country.values()) == pytest.approx(shut.shippers_musd, abs=0.3)


def test_what_countries_feel_adds_up_to_what_shippers_feel(folder: Path) -> None:
    run = run_scenario(read_world(folder), Scenario(year=2023, built_by=2026))
    assert sum(felt_by_country(run).values()) == pytest.approx(welfare(run).felt_musd, rel=1e-9)


def test_the_pack_has_the_frictions_of_the_region_with_their_measures() -> None:
    asked = {one.id: one.scenario for one in read_frictions()}
    assert asked["FR01"].lifted == ("X11",)
    (shut,) = asked["FR02"].shocks
    assert isinstance(shut, CloseTransit)
    assert shut.countries == ("AFG",)
    assert asked["FR04"].measures == ("MS01",)
    assert asked["FR05"].measures == ("MS05",)


def test_a_chart_names_every_friction(folder: Path) -> None:
    result = frictions(read_world(folder), read_frictions(folder, ("FR2",)))
    for width_in in (WIDE_IN, NARROW_IN):
        assert "First project" in draw_frictions(result, width_in=width_in)
    assert "First project" in describe_frictions(result)


def test_what_is_not_in_the_table_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="--only: got FR9"):
        read_frictions(folder, ("FR9",))
    write_sound(tmp_path)
    (tmp_path / "frictions.csv").unlink()
    with pytest.raises(ScenarioError, match="a table of frictions"):
        read_frictions(tmp_path)
