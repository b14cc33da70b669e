"""The check tells what casts doubt on a network, why goods are lost, and what to know better."""

from pathlib import Path

import pytest

from serai.data.check import check_network
from serai.data.check_trust import check_trust
from serai.data.load import read_world
from serai.data.own import read_mirror, read_own
from serai.domain.listings import CheckResult
from serai.domain.scenario import Scenario
from serai.run import run_scenario
from serai.studies.folder_check import check_folder
from serai.studies.runs import summarize
from serai.studies.trial import try_out
from tests.own import change, write_example, write_lines, write_pair


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return write_example(tmp_path)


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    return write_pair(tmp_path)


def told(folder: Path, severity: str = "warning") -> str:
    """Return what the trust checks say of a network, one finding a line."""
    found = check_trust(read_own(folder).tables, read_mirror(folder))
    return "\n".join(str(one) for one in found if one.severity == severity)


def found(result: CheckResult, check: str) -> str:
    return "\n".join(one.message for one in result.findings if one.check == check)


# ------------------------------------------------------------------ can I trust it?


def test_a_sound_network_has_notes_alone(example: Path) -> None:
    assert told(example) == ""
    assert "assumed: links 100%" in told(example, "note")
    assert "1 limits (1 for both directions together, 0 for each)" in told(example, "note")


@pytest.mark.parametrize("km", ["60", "300"])
def test_a_length_against_the_map_is_told(pair: Path, km: str) -> None:
    change(pair, "link.csv", "L", length=km)
    assert f"row 2 (L), column length_km: got {km} km for 85 km on the great circle" in told(pair)


def test_a_transfer_across_a_country_is_told(example: Path) -> None:
    change(example, "node.csv", "AKQ", x_coord="60")
    assert "got a transfer between ends 704 km apart" in told(example)


@pytest.mark.parametrize(
    ("column", "cell"), [("cost_usd_teu", "900000"), ("cost_usd_t", "0.03"), ("free_speed", "0.05")]
)
def test_a_unit_that_slipped_by_a_thousand_is_told(example: Path, column: str, cell: str) -> None:
    change(example, "link.csv", "ALA-AKT", **{column: cell})
    shown = "free_time_h" if column == "free_speed" else column
    assert f"row 2 (ALA-AKT), column {shown}" in told(example)
    assert "times the middle of its kind" in told(example)


def test_a_flow_that_leaps_by_a_thousand_is_told(pair: Path) -> None:
    with (pair / "demand.csv").open("a") as file:
        file.write("ZA,ZB,C_OM,2030,1000000\n")
    assert "demand.csv row 4 (ZA/ZB/C_OM), column value: got 1e+06 in 2030" in told(pair)


def test_two_counts_of_one_flow_are_held_against_each_other(pair: Path) -> None:
    write_lines(pair, "demand.csv", "origin_region,dest_region,class_id,year,value,mirror_value",
                "ZA,ZB,C_OM,2023,1000,400", "ZB,ZA,C_OM,2023,500,600")  # fmt: skip
    assert "row 2 (ZA to ZB, C_OM), column mirror_value: got 400 against 1,000" in told(pair)
    assert "row 3" not in told(pair)


def test_trade_one_way_is_noted(pair: Path) -> None:
    write_lines(pair, "demand.csv", "origin_region,dest_region,class_id,year,value",
                "ZA,ZB,C_OM,2023,1000")  # fmt: skip
    assert "got 1 of 1 pairs without goods the other way: ZA to ZB" in told(pair, "note")


def test_missing_evidence_is_one_warning_a_gap_and_stops_nobody(pair: Path) -> None:
    result = check_folder(pair)
    assert (result.n_errors, result.is_runnable, result.is_sourced) == (0, True, False)
    assert "got no source, 4 times: places row 2 (A), column lat" in found(
        result, "evidence of numbers"
    )


# ------------------------------------------------------------------ can I run?


def why(folder: Path) -> str:
    """Return the findings on demand without a path."""
    tables = read_own(folder).tables
    return "\n".join(str(one) for one in check_network(tables) if one.check == "demand has a path")


def test_the_pair_that_nothing_joins_is_named(pair: Path) -> None:
    with (pair / "node.csv").open("a") as file:
        file.write("C,50.4,40,\nD,50.6,40,\n")
    write_lines(
        pair, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
        "free_speed,cost_usd_teu", "AC,A,C,0,road,40,45,1", "DB,D,B,0,road,40,45,1",
    )  # fmt: skip
    assert (
        "no path between zones ZA–ZB: no way at all: nearest are C.road and D.road, 17 km apart, "
        "which no link joins" in why(pair)
    )


def test_a_missing_price_is_named(pair: Path) -> None:
    change(pair, "link.csv", "L", cost_usd_teu="")
    assert "a way but for links with no price: L;" in why(pair)


def test_a_mode_that_the_class_may_not_use_is_named(pair: Path) -> None:
    change(pair, "link.csv", "L", facility_type="pipeline")
    assert "a way but for links with another mode: A.pipeline.load, L, B.pipeline" in why(pair)


def test_a_closed_link_is_named(pair: Path) -> None:
    change(pair, "link.csv", "L", status="closed")
    assert "a way but for links with not open: L;" in why(pair)


def test_several_things_in_the_way_are_all_named(pair: Path) -> None:
    change(pair, "link.csv", "L", status="closed", cost_usd_teu="")
    assert "a way but for links with no price: L; not open: L" in why(pair)


def test_a_zone_without_a_door_is_named(pair: Path) -> None:
    with (pair / "node.csv").open("a") as file:
        file.write("C,50.4,40,ZC\n")
    write_lines(pair, "demand.csv", "origin_region,dest_region,class_id,year,value",
                "ZC,ZB,C_OM,2023,1000")  # fmt: skip
    assert "no door where it starts" in why(pair)


def test_demand_that_a_limit_turns_away_is_told_with_the_limit(pair: Path) -> None:
    change(pair, "link.csv", "L", capacity_teu_yr="600", capacity_basis="both", name="The bridge")
    trial = try_out(read_world(pair), Scenario())
    assert trial.served.teu == pytest.approx(600, rel=1e-6)
    assert {(o.origin, o.dest) for o in trial.not_carried} == {("ZA", "ZB"), ("ZB", "ZA")}
    assert {o.why for o in trial.not_carried} == {"limits that bind: The bridge"}
    assert sum(o.unserved for o in trial.not_carried) == pytest.approx(900, rel=1e-6)


def test_a_run_of_zeros_is_an_error_that_says_why(pair: Path) -> None:
    write_lines(pair, "scenario.toml", "[[shocks]]", 'kind = "close"', 'links = ["L", "L.back"]')
    result = check_folder(pair)
    assert not result.is_runnable
    assert "nothing is carried: shut by the scenario" in found(result, "all zero")
    change(pair, "demand.csv", "ZA", value="0")
    change(pair, "demand.csv", "ZB", value="0")
    assert "no flow above zero" in found(check_folder(pair), "demand is not empty")


def test_a_scenario_of_a_year_without_demand_is_told(pair: Path) -> None:
    write_lines(pair, "scenario.toml", "year = 2030")
    result = check_folder(pair)
    assert "scenario.toml, year: got 2030; wanted a year with demand: 2023" in found(
        result, "scenario"
    )
    assert result.trial is None


# ------------------------------------------------------------------ what to improve?


def test_what_moves_most_comes_first_and_by_hand(example: Path) -> None:
    """A range of 800 to 1,200 USD on the way through Russia, times the boxes that take it."""
    run = run_scenario(read_world(example), Scenario())
    trial = try_out(read_world(example), Scenario())
    moves = [one.moves_usd_yr for one in trial.improve]
    assert moves == sorted(moves, reverse=True)
    assert len(moves) == 5
    first = trial.improve[0]
    assert (first.id, first.grade) == ("links.ALA-AST.cost_usd_teu", "assumed")
    assert (first.low, first.value, first.high) == (800, 1000, 1200)
    north = next(c.teu for c in summarize(run).corridors if c.corridor == "north")
    assert first.moves_usd_yr == pytest.approx(400 * north, rel=1e-9)
