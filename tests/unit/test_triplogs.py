"""Trip logs: the indicators by hand, and border times that count no hour twice."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from serai.data.load import read_world
from serai.data.scenarios import read_scenario
from serai.domain.scenario import Scenario
from serai.domain.triplogs import BorderTime, Indicator
from serai.errors import DataError
from serai.model.apply import apply_scenario
from serai.model.graph import build_graph
from serai.outputs.networks import write_scenario
from serai.studies.triplogs import read_borders
from tests.own import write_lines, write_pair

HEADING = "trip_id,step,mode,event,place,to_place,activity,hours,usd,km,cargo_t"
TRIPS = (
    "T1,1,rail,move,,,,2,100,100,20",
    "T1,2,rail,border,CNALASH,,customs,30,90,,",
    "T1,3,rail,move,,,,0.5,,14,",
    "T1,4,rail,border,Dostyk,,queue,5,10,,",
    "T1,5,rail,border,Dostyk,,gauge_change,15,100,,",
    "T1,6,rail,move,,,,8,200,386,",
    "T2,1,rail,border,CNALASH,KZDOS,,40,150,,25",
    "T2,2,rail,move,,,,5,200,250,",
    "T3,1,rail,border,CNALASH,,,10,,,",
    "T3,2,rail,stop,Almaty,,rest,3,,,",
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    write_lines(tmp_path, "log.csv", HEADING, *TRIPS)
    return tmp_path / "log.csv"


def tell(found: list[Indicator], name: str, where: str = "all") -> Indicator:
    return next(one for one in found if (one.indicator, one.where) == (name, where))


def test_the_indicators_are_those_of_the_definition(log: Path) -> None:
    """Border time per crossing point; cost per 500 km and 20 t; speed with and without delay."""
    found = read_borders(log).indicators
    # 30 and 20 hours, 40, and 10: a trip's stops at one place are one crossing.
    border = tell(found, "TFI1")
    assert (border.n, border.mean, border.median, border.low, border.high) == (4, 25, 25, 10, 40)
    assert border.cv == pytest.approx((500 / 3) ** 0.5 / 25)
    paid = tell(found, "TFI2")
    assert paid.n == 3
    assert paid.mean == pytest.approx((90 + 110 + 150) / 3)
    section = tell(found, "TFI3")
    # 500 USD for 500 km and 20 t; 350 USD for 250 km and 25 t: 350 * 2 * 0.8.
    assert section.n == 2
    assert section.mean == pytest.approx((500 + 560) / 2)
    assert tell(found, "TFI4").mean == pytest.approx((500 / 60.5 + 250 / 45) / 2)
    assert tell(found, "SWOD").mean == pytest.approx((500 / 10.5 + 250 / 5) / 2)
    assert tell(found, "TFI1", "KZDOS").n == 1
    assert tell(found, "TFI1", "KZDOS").cv is None


def test_two_samples_and_one_long_wait_are_shown_as_such(tmp_path: Path) -> None:
    """In 2020 one shipment of two at Farap waited 120 h: the mean alone would hide it."""
    write_lines(tmp_path, "log.csv", HEADING, "A,1,rail,border,Farap,,,120,,,",
                "B,1,rail,border,Farap,,,6,,,", "B,2,rail,border,CNALASH,KZDOS,,9,,,")  # fmt: skip
    result = read_borders(tmp_path / "log.csv")
    farap = next(one for one in result.indicators if one.where not in ("all", "CNALASH"))
    assert (farap.n, farap.low, farap.high) == (2, 6, 120)
    assert farap.cv is not None
    assert farap.cv > 1


def test_dwell_is_what_the_link_has_not_already(log: Path) -> None:
    (border,) = read_borders(log).borders
    # 50 h and 40 h; the link's own handling of 2.32 h is in them.
    assert (border.link_id, border.n, border.logged_h) == ("CNALASH.r14-KZDOS.r15.gau", 2, 45)
    assert border.dwell_h == pytest.approx(45 - 2.32)
    assert (border.dwell_low_h, border.dwell_high_h) == pytest.approx((37.68, 47.68))
    assert (border.dwell_now_h, border.grade) == (40, "observed")
    assert "the log's hours have the gauge change in them, as this link has" in border.warning


def split_border(folder: Path, *, gauge_h: str) -> BorderTime:
    """Return the proposal for a border whose gauge change is a link of its own."""
    write_pair(folder)
    write_lines(
        folder, "node.csv", "node_id,name,x_coord,y_coord,zone_id,place_id,mode",
        "A,East post,50,40,ZA,,rail_1435", "B1,West yard,50.1,40,,B,rail_1435",
        "B,West post,50.1,40,ZB,,rail_1520",
    )  # fmt: skip
    write_lines(
        folder, "link.csv", "link_id,from_node_id,to_node_id,directed,facility_type,length,"
        "free_time_h,dwell_h,cost_usd_teu,cost_usd_t", "A-B,A,B1,0,border,9,1,3,10,1",
        f"G,B1,B,0,gauge_change,0,{gauge_h},4,10,1",
    )  # fmt: skip
    write_lines(folder, "log.csv", HEADING, "T,1,rail,border,East post,West post,,30,,,",
                "U,1,rail,border,A,B,,20,,,")  # fmt: skip
    (border,) = read_borders(folder / "log.csv", folder=folder).borders
    return border


def test_gauge_change_on_a_link_of_its_own_is_not_counted_twice(tmp_path: Path) -> None:
    border = split_border(tmp_path, gauge_h="6")
    # 25 h in the log; 1 h of the border's handling, 6 + 4 h of the gauge change behind it.
    assert border.elsewhere_h == 11
    assert border.dwell_h == 14
    assert "G has 10 h for it, which were taken off: make one transfer link of the two" in (
        border.warning
    )
    # Border and gauge change together take what was logged.
    assert border.dwell_h + border.elsewhere_h == border.logged_h


def test_a_log_shorter_than_the_handling_proposes_nothing_below_zero(tmp_path: Path) -> None:
    border = split_border(tmp_path, gauge_h="40")
    assert (border.dwell_h, border.dwell_low_h) == (0, 0)
    assert "logged 25 h are less than 45 h of handling" in border.warning


def test_from_ten_trips_on_the_range_is_told_by_tenths(tmp_path: Path) -> None:
    rows = [f"T{i},1,rail,border,CNALASH,KZDOS,,{10 + i},,," for i in range(11)]
    write_lines(tmp_path, "log.csv", HEADING, *rows)
    (border,) = read_borders(tmp_path / "log.csv").borders
    assert (border.logged_low_h, border.logged_h, border.logged_high_h) == (11, 15, 19)


def test_what_is_not_used_is_said(log: Path) -> None:
    with log.open("a") as file:
        file.write("T4,1,road,border,KZAAU,KZDOS,,5,,,\nT5,1,road,border,Nowhere,KZDOS,,5,,,\n")
    unused = "\n".join(read_borders(log).unused)
    assert "CNALASH: 1 crossings with one side of the border logged" in unused
    assert "KZAAU to KZDOS, road: no link at this border" in unused
    assert "Nowhere: no such place in the tables" in unused


def test_the_proposal_is_a_scenario_that_sets_the_dwell(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "borders.toml"
    path.write_bytes(write_scenario("log.csv", read_borders(log)))
    assert "# observed: n = 2, logged 45 h" in path.read_text()
    world, scenario = read_world(), read_scenario(str(path))
    at = world.network.links.ids.index("CNALASH.r14-KZDOS.r15.gau")
    hours = [build_graph(world, apply_scenario(world, one)).hours[at]
             for one in (Scenario(), scenario)]  # fmt: skip
    np.testing.assert_allclose(hours[1], hours[0] - 40 + 42.68)


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "no file": (lambda p: p.unlink(), "log.csv: got no file"),
    "hours below zero": (
        lambda p: p.write_text(p.read_text().replace(",10,,,", ",-10,,,")),
        "column hours: got '-10'",
    ),
    "an odd event": (
        lambda p: p.write_text(p.read_text().replace("T3,2,rail,stop", "T3,2,rail,nap")),
        "column event: got 'nap'",
    ),
    "a step twice": (
        lambda p: p.write_text(p.read_text().replace("T3,2,", "T3,1,")),
        "a key that row 10 already has",
    ),
    "a border without a place": (
        lambda p: p.write_text(p.read_text().replace("T3,1,rail,border,CNALASH",
                                                     "T3,1,rail,border,")),
        "(T3/1), column place: got an empty cell; wanted the border crossing point",
    ),
    "a move without a distance": (
        lambda p: p.write_text(p.read_text().replace(",5,200,250,", ",5,200,,")),
        "(T2/2), column km: got an empty cell",
    ),
    "two modes of a trip": (
        lambda p: p.write_text(p.read_text().replace("T3,2,rail", "T3,2,road")),
        "(T3), column mode: got rail and road; wanted one for the whole trip",
    ),
    "no place at all": (
        lambda p: p.write_text(p.read_text().replace("CNALASH", "X").replace("Dostyk", "Y")),
        "column place: got X, Y; wanted ids or names of places",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_log_is_told_where_it_stands(log: Path, name: str) -> None:
    spoil, hint = SPOILT[name]
    spoil(log)
    with pytest.raises(DataError) as caught:
        read_borders(log)
    assert hint in str(caught.value)
