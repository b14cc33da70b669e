"""A scenario applied: what is selected, what changes, in which order, and what is refused."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from serai.domain.effects import Selector
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.model.apply import State, apply_scenario, measures_of, projects_of, select_links
from tests.toy import Tables, change_row, read_toy, toy_tables, toy_world


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


def selected(world: World, **words: tuple[str, ...]) -> set[str]:
    mask = select_links(world.network, Selector(**words))
    return {world.network.links.ids[i] for i in np.flatnonzero(mask)}


def applied(world: World, **words: object) -> State:
    return apply_scenario(world, Scenario.model_validate({"year": 2023, "closures": False} | words))


def link(world: World, link_id: str) -> int:
    return world.network.links.ids.index(link_id)


def resource(world: World, resource_id: str) -> int:
    return world.network.resources.ids.index(resource_id)


def change(quantity: str, operation: str, value: float, **words: object) -> dict[str, object]:
    return {"kind": "change", "quantity": quantity, "operation": operation, "value": value} | words


# ------------------------------------------------------------------------------ selectors


def test_nothing_selected_is_nothing(world: World) -> None:
    assert selected(world) == set()


def test_words_of_one_list_are_alternatives(world: World) -> None:
    ferry, feeder = selected(world, kinds=("ferry",)), selected(world, kinds=("feeder",))
    assert selected(world, kinds=("ferry", "feeder")) == ferry | feeder
    assert len(ferry) == len(feeder) == 2


def test_lists_beside_each_other_must_all_hold(world: World) -> None:
    rail, russian = selected(world, kinds=("rail_1520",)), selected(world, countries=("RUS",))
    both = selected(world, kinds=("rail_1520",), countries=("RUS",))
    assert both == rail & russian
    assert both < rail
    assert both < russian


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"links": ("KZRUS-RUKAZ.transfer",)}, {"KZRUS-RUKAZ.transfer"}),
        ({"passages": ("Suez",)}, {"XXSUZ-EUPRT.sea", "EUPRT-XXSUZ.sea"}),
        ({"passages": ("Cape of Good Hope",)}, {"XXCAP-EUPRT.sea", "EUPRT-XXCAP.sea"}),
        ({"operators": ("of ferry",)}, {"KZCAS-AZCAS.ferry", "AZCAS-KZCAS.ferry"}),
        ({"resources": ("R_GEO",)}, {"AZCAS-GEPRT.rail_1520", "GEPRT-AZCAS.rail_1520"}),
        ({"resources": ("R_GEO", "R_FEEDER"), "kinds": ("feeder",)},
         {"KZCAS-AZCAS.feeder", "AZCAS-KZCAS.feeder"}),
        ({"between": ("KAZ-RUS",), "kinds": ("transfer",)},
         {"KZRUS-RUKAZ.transfer", "RUKAZ-KZRUS.transfer"}),
        ({"between": ("RUS-KAZ",), "kinds": ("transfer",)},
         {"KZRUS-RUKAZ.transfer", "RUKAZ-KZRUS.transfer"}),
        ({"transfer_types": ("ferry_board",), "places": ("AZCAS",)},
         {"AZCAS-AZCAS.rail_1520>ferry", "AZCAS-AZCAS.ferry>rail_1520"}),
        ({"places": ("GEPRT",), "kinds": ("rail_1520",)},
         {"AZCAS-GEPRT.rail_1520", "GEPRT-AZCAS.rail_1520"}),
        ({"kinds": ("pipeline",)}, set()),
        ({"countries": ("XYZ",)}, set()),
    ],
)  # fmt: skip
def test_selectors_mean_these_links(
    world: World, words: dict[str, tuple[str, ...]], expected: set[str]
) -> None:
    assert selected(world, **words) == expected


def test_between_two_countries_is_not_inside_one_nor_at_a_zone(world: World) -> None:
    links = selected(world, between=("KAZ-KAZ",)) | selected(world, between=("CHN-DEU",))
    assert not any(name.startswith("access:") for name in links)
    assert "CNBRD-KZBRD.rail_1435>rail_1520" in selected(world, between=("CHN-KAZ",))


# ------------------------------------------------------------------------------ changes


@pytest.mark.parametrize("word", ["shocks", "changes"])
@pytest.mark.parametrize(
    ("operation", "expected"), [("set", 7.0), ("add", 62.0), ("multiply", 385.0)]
)
def test_a_change_sets_adds_or_multiplies(
    world: World, word: str, operation: str, expected: float
) -> None:
    here = "KZCIT-KZCAS.rail_1520"  # 55 h in the table
    state = applied(world, **{word: [change("free_time_h", operation, 7.0, links=[here])]})
    assert state.free_time_h[link(world, here)] == expected
    others = np.arange(len(world.network.links.ids)) != link(world, here)
    before = world.network.links.free_time_h.value
    np.testing.assert_array_equal(state.free_time_h[others], before[others])


def test_changes_are_laid_on_in_the_order_they_stand(world: World) -> None:
    here = {"links": ["KZCIT-KZCAS.rail_1520"]}
    up = [change("dwell_h", "set", 10.0, **here), change("dwell_h", "multiply", 3.0, **here)]
    assert applied(world, changes=up).dwell_h[link(world, here["links"][0])] == 30.0
    assert applied(world, changes=up[::-1]).dwell_h[link(world, here["links"][0])] == 10.0


def test_hours_are_feared_at_the_caspian_alone_and_a_change_takes_them_off(world: World) -> None:
    crossing = selected(world, kinds=("ferry", "feeder"))
    feared = applied(world).feared_h
    assert {world.network.links.ids[i] for i in np.flatnonzero(feared)} == crossing
    assert (feared[feared > 0] == world.params["caspian_h"]).all()
    half = applied(world, changes=[change("feared_h", "multiply", 0.5, between=["KAZ-AZE"])])
    np.testing.assert_array_equal(half.feared_h, feared / 2)


def test_no_time_and_no_price_falls_below_nothing(world: World) -> None:
    state = applied(
        world,
        shocks=[
            change("dwell_h", "add", -1e6, kinds=["transfer"]),
            change("cost_usd_teu", "add", -1e6, kinds=["rail_1520"]),
        ],
    )
    assert state.dwell_h.min() == 0.0
    assert np.nanmin(state.cost_usd_teu) >= 0.0


def test_a_price_that_is_not_there_is_not_made_by_adding() -> None:
    tables = toy_tables()
    change_row(tables["links"], "CNINL-CNPRT.rail_1435", cost_usd_t="", cost_low_usd_t="",
               cost_high_usd_t="")  # fmt: skip
    world = read_toy(tables)
    state = applied(world, shocks=[change("cost_usd_t", "add", 5.0, kinds=["rail_1435"])])
    assert np.isnan(state.cost_usd_t[link(world, "CNINL-CNPRT.rail_1435")])


def test_the_world_is_left_as_it_was(world: World) -> None:
    def arrays(value: object) -> Iterator[bytes]:
        if isinstance(value, np.ndarray):
            yield value.tobytes()
        elif is_dataclass(value):
            for field in fields(value):
                yield from arrays(getattr(value, field.name))

    def digest() -> str:
        return hashlib.sha256(b"".join(arrays(world))).hexdigest()

    before = digest()
    applied(
        world, projects="all", measures="all", closures=True, capacity_limits=False,
        shocks=[change("free_time_h", "multiply", 2.0, kinds=["sea"]),
                {"kind": "close", "kinds": ["ferry"]}],
    )  # fmt: skip
    assert digest() == before


# ------------------------------------------------------------------------------ capacity


def test_a_capacity_is_what_weather_leaves_of_the_version_in_force(world: World) -> None:
    at = resource(world, "R_FEEDER")
    assert applied(world, year=2021).capacity_teu_yr[at] == pytest.approx(0.9 * 8000)
    assert applied(world).capacity_teu_yr[at] == pytest.approx(0.9 * 10000)
    assert applied(world, built_by=2021).capacity_teu_yr[at] == pytest.approx(0.9 * 8000)
    assert np.isnan(applied(world).capacity_t_yr[at])


def test_before_its_first_version_a_resource_has_that_versions_capacity() -> None:
    tables = toy_tables()
    for row in tables["resources"]:
        row["valid_from_year"] = str(int(row["valid_from_year"]) + 3)
    tables["resources"].reverse()
    world = read_toy(tables)
    at = resource(world, "R_FEEDER")
    assert applied(world, year=2021).capacity_teu_yr[at] == pytest.approx(0.9 * 8000)


def test_a_project_lifts_a_capacity_and_never_lowers_it() -> None:
    tables = toy_tables()
    change_row(tables["effects"], "PJ1.1", value="100", low="50", high="200")
    world = read_toy(tables)
    at = resource(world, "R_FEEDER")
    assert applied(world, projects=["PJ1"]).capacity_teu_yr[at] == pytest.approx(9000)
    lifted = applied(toy_world(), projects=["PJ1"])
    assert lifted.capacity_teu_yr[at] == pytest.approx(0.9 * 30000)


def test_a_person_may_set_a_capacity_lower(world: World) -> None:
    shock = change("capacity_teu_yr", "set", 1000.0, resources=["R_FEEDER"])
    state = applied(world, shocks=[shock])
    assert state.capacity_teu_yr[resource(world, "R_FEEDER")] == pytest.approx(900.0)


def test_capacities_are_added_after_they_are_set_and_before_they_are_multiplied() -> None:
    tables = toy_tables()
    extra = next(r for r in tables["effects"] if r["effect_id"] == "PJ1.1")
    band = {"low": "1", "high": "9000"}
    tables["effects"] += [
        extra | band | {"effect_id": "PJ1.0", "operation": "multiply", "value": "2"},
        extra | band | {"effect_id": "PJ1.2", "operation": "add", "value": "5000"},
    ]
    world = read_toy(tables)
    state = applied(world, projects=["PJ1"])
    expected = (0.9 * 30000 + 0.9 * 5000) * 2
    assert state.capacity_teu_yr[resource(world, "R_FEEDER")] == pytest.approx(expected)


def test_limits_can_be_lifted_all_or_one_by_one(world: World) -> None:
    free = applied(world, capacity_limits=False)
    assert np.isnan(free.capacity_t_yr).all()
    assert np.isnan(free.capacity_teu_yr).all()
    one = applied(world, unlimited=["R_FERRY"])
    lifted = np.isnan(one.capacity_t_yr) & ~np.isnan(applied(world).capacity_t_yr)
    assert np.flatnonzero(lifted).tolist() == [resource(world, "R_FERRY")]


# ------------------------------------------------------------------------------ projects


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, ("PJ3",)),
        ({"built_by": 2021}, ()),
        ({"projects": "funded"}, ("PJ1", "PJ3")),
        ({"projects": "all"}, ("PJ1", "PJ2", "PJ3")),
        ({"projects": ["PJ2"]}, ("PJ2", "PJ3")),
    ],
)
def test_projects_are_finished_as_the_scenario_says(
    world: World, words: dict[str, object], expected: tuple[str, ...]
) -> None:
    assert projects_of(world, Scenario.model_validate({"year": 2023} | words)) == expected


def test_measures_are_in_force_as_the_scenario_says(world: World) -> None:
    assert measures_of(world, Scenario()) == ()
    assert measures_of(world, Scenario(measures="all")) == ("MS1",)
    assert measures_of(world, Scenario(measures=("MS1",))) == ("MS1",)
    here = link(world, "AZCAS-GEPRT.rail_1520")
    assert applied(world, measures="all").free_time_h[here] == pytest.approx(0.8 * 35)
    assert applied(world).free_time_h[here] == 35
    port = link(world, "KZCAS-KZCAS.rail_1520>sea")
    assert applied(world, measures=["MS1"]).dwell_h[port] == pytest.approx(1.0)


def test_a_planned_link_waits_for_its_project(world: World) -> None:
    here = link(world, "KZCAS-AZCAS.rail_1520")
    assert not applied(world).is_open[here]
    assert applied(world, projects=["PJ2"]).is_open[here]
    assert not applied(world, projects="funded").is_open[here]


def dated(**cells: str) -> World:
    tables: Tables = toy_tables()
    for row in tables["links"]:
        row |= {"opens_year": "", "closed_from_year": ""}
    change_row(tables["links"], "KZCAS-AZCAS.feeder", **cells)
    return read_toy(tables)


def test_a_link_stands_from_the_year_it_opened() -> None:
    world = dated(opens_year="2022")
    here = link(world, "KZCAS-AZCAS.feeder")
    assert not applied(world, year=2021).is_open[here]
    assert not applied(world, built_by=2021).is_open[here]
    assert applied(world).is_open[here]


def test_a_link_that_closed_for_good_stood_before() -> None:
    world = dated(status="closed", closed_from_year="2022")
    here = link(world, "KZCAS-AZCAS.feeder")
    assert applied(world, year=2021).is_open[here]
    assert not applied(world).is_open[here]


# ------------------------------------------------------------------------------ closing


def test_dated_closures_happen_in_their_year_unless_left_out(world: World) -> None:
    suez, ferry = link(world, "XXSUZ-EUPRT.sea"), resource(world, "R_FERRY")
    assert applied(world, year=2021, closures=True).is_closed[suez]
    assert not applied(world, year=2021).is_closed[suez]
    assert not applied(world, closures=True).is_closed[suez]
    whole = applied(world).capacity_t_yr[ferry]
    assert applied(world, closures=True).capacity_t_yr[ferry] == pytest.approx(0.9 * whole)
    assert applied(world, year=2021, closures=True).capacity_t_yr[ferry] == whole


def test_a_shock_shuts_what_stands_and_a_change_takes_it_away(world: World) -> None:
    here = link(world, "KZCAS-AZCAS.ferry")
    close = {"kind": "close", "kinds": ["ferry"]}
    shocked, changed = applied(world, shocks=[close]), applied(world, changes=[close])
    assert (shocked.is_open[here], shocked.is_closed[here]) == (True, True)
    assert (changed.is_open[here], changed.is_closed[here]) == (False, False)


def test_a_territory_closed_to_transit_closes_no_link(world: World) -> None:
    state = applied(world, shocks=[{"kind": "close_transit", "countries": ["RUS", "BLR"]}])
    assert state.closed_transit == ("RUS", "BLR")
    assert not state.is_closed.any()


def test_a_yearly_input_can_be_set_by_hand(world: World) -> None:
    shock = {"kind": "year_input", "input_id": "avoidance_share", "value": 0.7}
    assert applied(world, shocks=[shock]).year_overrides == {"avoidance_share": 0.7}


# ------------------------------------------------------------------------------ refusals


def test_all_that_is_not_known_is_told_at_once_with_what_comes_near(world: World) -> None:
    with pytest.raises(ScenarioError) as caught:
        applied(
            world, projects=["PJ11"], measures=["MS2"], unlimited=["R_FERY"],
            shocks=[
                {"kind": "close_transit", "countries": ["RUZ"]},
                {"kind": "close", "kinds": ["fery"], "passages": ["Sues"]},
                {"kind": "year_input", "input_id": "avoidance_shares", "value": 1.0},
            ],
            changes=[change("dwell_h", "set", 1.0, links=["KZCAS-AZCAS.fery"])],
        )  # fmt: skip
    told = str(caught.value)
    assert len(caught.value.faults) == 8
    for got, near in (
        ("PJ11", "PJ1"), ("MS2", "MS1"), ("R_FERY", "R_FERRY"), ("RUZ", "RUS"), ("fery", "ferry"),
        ("Sues", "Suez"), ("avoidance_shares", "avoidance_share"),
        ("KZCAS-AZCAS.fery", "KZCAS-AZCAS.ferry"),
    ):  # fmt: skip
        fault = next(f for f in caught.value.faults if f"'{got}'" in f)
        assert near in fault.split("did you mean")[1], fault
    assert "shocks.1.kinds" in told
    assert "changes.0.links" in told


@pytest.mark.parametrize(
    ("shock", "told"),
    [
        ({"kind": "close"}, "means no link"),
        ({"kind": "close", "kinds": ["sea"], "countries": ["RUS"]}, "means no link"),
        ({"kind": "close", "between": ["KAZ"]}, "want two countries"),
        (change("capacity_t_yr", "set", 1.0), "a capacity belongs to resources"),
        (change("dwell_h", "set", 1.0), "means no link"),
    ],
)
def test_a_selection_that_means_nothing_is_refused(
    world: World, shock: dict[str, object], told: str
) -> None:
    with pytest.raises(ScenarioError, match=told) as caught:
        applied(world, shocks=[shock])
    assert caught.value.exit_code == 2


def test_a_closure_is_known_by_its_table_whatever_its_id() -> None:
    tables = toy_tables()
    change_row(tables["closures"], "X01", closure_id="STUCK")
    for row in tables["effects"]:
        row["owner_id"] = {"X01": "STUCK"}.get(row["owner_id"], row["owner_id"])
    world = read_toy(tables)
    shut = applied(world, year=2021, closures=True).is_closed
    assert shut.any()
    np.testing.assert_array_equal(shut, applied(toy_world(), year=2021, closures=True).is_closed)
