"""Quote sheets: different routes, itemised, and never through territory to avoid."""

import csv
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from serai.data.load import PACK, read_world
from serai.domain.emissions import EmissionFactors
from serai.domain.quotes import QuoteResult, QuoteRoute
from serai.domain.ranged import Ranged
from serai.domain.scenario import CloseLinks, CloseTransit, Scenario
from serai.domain.world import World
from serai.errors import DataError, NoPathError, ScenarioError
from serai.model.apply import apply_scenario
from serai.model.graph import build_graph
from serai.model.itinerary import Pricing, price_path
from serai.model.quote import SAME_SHARE, WORTHWHILE, cheapest_path, ends_of
from serai.model.sheet import Trip, figures_of
from serai.studies.quote import Inquiry, quote
from tests.toy import change_row, read_toy, toy_tables, toy_world

YEAR = Scenario(year=2023)
LINE_HAUL = {"rail", "road", "sea", "ferry", "air", "river", "pipeline"}


@pytest.fixture(scope="module")
def pack() -> World:
    return read_world()


def ask(
    world: World, origin: str, dest: str, scenario: Scenario = YEAR, **more: object
) -> QuoteResult:
    return quote(world, scenario, Inquiry.model_validate({"origin": origin, "dest": dest, **more}))


def km_of(world: World, route: QuoteRoute) -> dict[str, float]:
    km = dict(zip(world.network.links.ids, world.network.links.length_km.tolist(), strict=True))
    return {i: km[i] for leg in route.legs for i in leg.link_ids}


def link_ids(route: QuoteRoute) -> list[str]:
    return [i for leg in route.legs for i in leg.link_ids]


# ------------------------------------------------------------------------ the toy, by hand


def test_the_toy_offers_north_middle_and_sea() -> None:
    sheet = ask(toy_world(), "CNINL", "EUINL", top=6)
    assert {"north", "middle", "sea"} <= {r.corridor for r in sheet.routes}
    assert (sheet.origin, sheet.dest, sheet.class_id) == ("CNINL", "EUINL", "C_OM")


def test_the_northern_route_sums_up_by_hand() -> None:
    route = next(r for r in ask(toy_world(), "CNINL", "EUINL").routes if r.corridor == "north")
    # load, 3000, gauge change, 1300, 1000, border, 1600, 1100, gauge change of 1100 km, unload;
    # every transfer dwells 6 h beside its handling.
    hours = (8 + 6) + 70 + (30 + 6) + 40 + 30 + (8 + 6) + 45 + 30 + (60 + 6) + (8 + 6)
    usd_teu = 60 + 900 + 250 + 450 + 350 + 60 + 550 + 400 + 700 + 60
    assert_allclose(route.days, hours / 24)
    assert_allclose(route.price, 2 * usd_teu)
    assert_allclose(route.km, 3000 + 1300 + 1000 + 1600 + 1100 + 1100)
    assert 0.8 * hours / 24 < route.days < route.days_p90 < 1.25 * hours / 24
    assert route.countries == ["CHN", "KAZ", "RUS", "BLR", "DEU"]
    assert (route.borders, route.gauge_changes) == (4, 2)
    assert (route.grade, route.assumed_share) == ("assumed", 1.0)
    modes = ["transfer", "rail", "transfer", "rail", "transfer", "rail", "transfer", "transfer"]
    assert [leg.mode for leg in route.legs] == modes


def test_emissions_are_carried_and_handled_tonnes() -> None:
    route = next(r for r in ask(toy_world(), "CNINL", "EUINL").routes if r.corridor == "north")
    factors = toy_world().emission_factors
    g = dict(zip(factors.ids, factors.table.value.tolist(), strict=True))
    # 16 t in an FEU of C_OM; the last gauge change of the toy covers 1,100 km of rail.
    carried = g["rail"] * 9100 / 1000
    handled = g["load"] + g["unload"] + 2 * g["gauge_change_and_border"] + g["border"]
    assert_allclose(route.kg_co2e, 16 * (carried + handled))


def test_a_class_in_tonnes_is_priced_per_feu_of_forty_tonnes() -> None:
    world = toy_world()
    route = ask(world, "KZCIT", "RUMOW", class_id="ORES").routes[0]
    rail = [3, 13, 2, 20, 3]
    assert_allclose(route.price, 40 * sum(rail))


def test_the_sea_route_meets_no_border_at_suez() -> None:
    route = next(r for r in ask(toy_world(), "CNPRT", "EUPRT").routes if r.corridor == "sea")
    assert [c for c in route.countries if c != "EGY"] == ["CHN", "DEU"]
    assert (route.borders, route.gauge_changes) == (1, 0)
    assert [leg.mode for leg in route.legs] == ["transfer", "sea", "transfer"]


def test_prices_differ_by_direction_and_year() -> None:
    world = toy_world()
    there = {r.corridor: r.price for r in ask(world, "CNINL", "EUINL").routes}
    then = {
        r.corridor: r.price
        for r in ask(world, "CNINL", "EUINL", Scenario(year=2021, closures=False)).routes
    }
    back = {
        r.corridor: r.price
        for r in ask(world, "EUINL", "CNINL", Scenario(year=2021, closures=False)).routes
    }
    assert then["sea"] > there["sea"]
    assert then["north"] < there["north"]
    assert back["sea"] < then["sea"]


def test_a_place_without_doors_begins_at_its_terminals() -> None:
    sheet = ask(toy_world(), "KZCAS", "GEPRT")
    assert all(r.legs[0].from_ == "Kzcas" for r in sheet.routes)
    assert all("load" not in i for r in sheet.routes for i in link_ids(r))
    assert all(r.countries[0] == "KAZ" for r in sheet.routes)


def test_a_missing_emission_factor_is_named() -> None:
    empty = EmissionFactors(ids=(), table=Ranged.fixed(np.empty(0)))
    world = replace(toy_world(), emission_factors=empty)
    with pytest.raises(DataError, match=r"emission_factors\.csv: no row for border, feeder, ferry"):
        quote(world, YEAR, Inquiry(origin="CNINL", dest="EUINL"))


# ------------------------------------------------------------------------------ guarantees


def test_no_route_touches_what_is_avoided(pack: World) -> None:
    network = pack.network
    country = dict(zip(network.places.ids, network.places.countries, strict=True))
    for avoid in (("RUS", "BLR"), ("KAZ",), ("CHN", "RUS"), ("TUR",), ("IRN", "RUS", "EGY")):
        sheet = ask(pack, "Tashkent", "Duisburg", avoid=avoid, top=6)
        for route in sheet.routes:
            assert not set(route.countries) & set(avoid)
            for i in link_ids(route):
                at = network.links.ids.index(i)
                inside = {
                    network.country_ids[c] for c in np.flatnonzero(network.links.in_country[at])
                }
                ends = {network.places.ids[p] for p in (network.links.from_place[at],
                                                        network.links.to_place[at])}  # fmt: skip
                assert not (inside | {country[p] for p in ends}) & set(avoid)


def test_a_route_through_territory_to_avoid_is_never_priced() -> None:
    world = toy_world()
    graph = build_graph(world, apply_scenario(world, YEAR))
    ids = world.network.places.ids
    trip = Trip(origin=ids.index("CNINL"), dest=ids.index("RUMOW"), class_ix=1)
    figures = figures_of(graph, world.classes, world.emission_factors, trip, reliability_scale=0.5)
    ends = [ends_of(world.network, place, leaves=leaves)
            for place, leaves in ((trip.origin, True), (trip.dest, False))]  # fmt: skip
    path = cheapest_path(graph, figures.generalized, ends[0], ends[1])
    assert path is not None
    strict = Trip(origin=trip.origin, dest=trip.dest, class_ix=1, avoid=("RUS",))
    with pytest.raises(NoPathError, match="territory to avoid"):
        price_path(Pricing(graph=graph, classes=world.classes, figures=figures, trip=strict), path)


def test_routes_are_different_ordered_and_worth_it(pack: World) -> None:
    for origin, dest, class_id in (
        ("Xi'an", "Duisburg", "C_OM"),
        ("Almaty", "Moscow", "C_TS"),
        ("Astana", "Mumbai", "C_OM"),
        ("Aktobe", "Constanta", "GRAIN"),
        ("Almaty airport", "Delhi airport", "AIRHV"),
    ):
        routes = ask(pack, origin, dest, class_id=class_id, top=6).routes
        costs = [r.generalized for r in routes]
        assert costs == sorted(costs)
        assert costs[-1] <= WORTHWHILE * costs[0]
        for i, route in enumerate(routes):
            for better in routes[:i]:
                a, b = km_of(pack, route), km_of(pack, better)
                shared = sum(a[link] for link in a.keys() & b.keys())
                assert shared <= SAME_SHARE * min(sum(a.values()), sum(b.values())) + 1e-6


def test_more_routes_begin_with_the_fewer(pack: World) -> None:
    few = ask(pack, "Xi'an", "Duisburg", top=2).routes
    many = ask(pack, "Xi'an", "Duisburg", top=5).routes
    assert many[0] == few[0]
    assert len(many) == 5
    assert len({r.corridor for r in many}) > 1


def test_legs_add_up_and_join(pack: World) -> None:
    for route in ask(pack, "Xi'an", "Duisburg", class_id="C_TS", top=8).routes:
        for field, total in (("km", route.km), ("price", route.price), ("kg_co2e", route.kg_co2e)):
            assert_allclose(sum(getattr(leg, field) for leg in route.legs), total, rtol=1e-12)
        assert_allclose(sum(leg.hours for leg in route.legs) / 24, route.days, rtol=1e-12)
        assert all(a.to == b.from_ for a, b in pairwise(route.legs))
        assert {leg.mode for leg in route.legs} <= LINE_HAUL | {"transfer"}
        assert (
            list(dict.fromkeys(c for leg in route.legs for c in leg.countries)) == route.countries
        )
        assert route.legs[0].hours <= 24 * route.days_p50 < 24 * route.days_p90
        assert 0 <= route.assumed_share <= 1
        assert max(Counter(link_ids(route)).values()) == 1


def test_a_sheet_survives_json(pack: World) -> None:
    sheet = ask(pack, "Xi'an", "Duisburg", top=2)
    text = sheet.model_dump_json()
    assert '"from":"Xi\'an"' in text
    assert QuoteResult.model_validate_json(text) == sheet


def test_the_same_question_has_the_same_answer(pack: World) -> None:
    first, second = (ask(pack, "Almaty", "Moscow", top=5).routes for _ in range(2))
    assert first == second


def test_a_quote_takes_less_than_three_seconds(pack: World) -> None:
    ask(pack, "Xi'an", "Duisburg", top=1)
    began = time.perf_counter()
    ask(pack, "Shanghai", "Minsk", top=5)
    assert time.perf_counter() - began < 3


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_random_pairs_are_quoted_or_explained(pack: World, seed: int) -> None:
    rng = np.random.default_rng(seed)
    origin, dest = (str(p) for p in rng.choice(pack.network.places.ids, 2, replace=False))
    avoid = tuple(str(c) for c in rng.choice(pack.network.country_ids, 2, replace=False))
    class_id = str(rng.choice(pack.classes.ids))
    try:
        sheet = ask(pack, origin, dest, class_id=class_id, avoid=avoid, top=2)
    except (NoPathError, ScenarioError):
        return
    assert all(not set(r.countries) & set(avoid) for r in sheet.routes)
    assert all(np.isfinite(r.price) and r.days > 0 and r.km > 0 for r in sheet.routes)


# ------------------------------------------------------------------------------ scenarios


def test_a_closed_link_is_not_used_and_no_route_gets_cheaper() -> None:
    world = toy_world()
    open_sheet = ask(world, "CNINL", "EUINL", top=6)
    shut = Scenario(shocks=(CloseLinks(kind="close", passages=("Suez",)),))
    shut_sheet = ask(world, "CNINL", "EUINL", shut, top=6)
    suez = {i for i, p in zip(world.network.links.ids, world.network.links.passage, strict=True)
            if p == "Suez"}  # fmt: skip
    assert all(not suez & set(link_ids(r)) for r in shut_sheet.routes)
    best = [sheet.routes[0].generalized for sheet in (open_sheet, shut_sheet)]
    assert best[0] <= best[1]


def test_territory_closed_to_transit_still_ends_trips_there() -> None:
    world = toy_world()
    shut = Scenario(shocks=(CloseTransit(kind="close_transit", countries=("RUS", "BLR")),))
    through = ask(world, "CNINL", "EUINL", shut, top=6).routes
    assert all(not {"RUS", "BLR"} & set(r.countries) for r in through)
    assert "RUS" in ask(world, "CNINL", "RUMOW", shut).routes[0].countries


# ------------------------------------------------------------------------------- bad input


def test_all_faults_of_an_inquiry_are_named_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        ask(toy_world(), "CNINX", "Nowhere at all", class_id="C_OX", avoid=("RUX", "BLR"))
    text = str(caught.value)
    assert caught.value.exit_code == 2
    assert len(caught.value.faults) >= 3
    assert "did you mean C_OM" in text
    assert "did you mean RUS" in text
    assert "'Nowhere at all'" in text


def test_one_place_is_no_trip() -> None:
    with pytest.raises(ScenarioError, match="the origin itself"):
        ask(toy_world(), "CNINL", "cninl")


def test_nothing_is_loaded_in_a_strait(pack: World) -> None:
    with pytest.raises(ScenarioError, match=r"Bab-el-Mandeb \(passage\)"):
        ask(pack, "Bab-el-Mandeb", "Duisburg")


def test_a_blocked_trip_says_who_blocks() -> None:
    world = toy_world()
    with pytest.raises(NoPathError, match=r"it ends in RUS") as caught:
        ask(world, "CNINL", "RUMOW", avoid=("RUS",))
    assert caught.value.exit_code == 4
    with pytest.raises(NoPathError, match=r"Kzcit–Geprt for C_OM without CHN, RUS, AZE: got none"):
        ask(world, "KZCIT", "GEPRT", avoid=("CHN", "RUS", "AZE"))
    with pytest.raises(NoPathError, match=r"leaving .*AZE out of the list to avoid opens a route"):
        ask(world, "KZCIT", "GEPRT", avoid=("CHN", "RUS", "AZE"))


def test_countries_that_block_together_are_named() -> None:
    dry = Scenario(shocks=(CloseLinks(kind="close", kinds=("sea", "ferry", "feeder")),))
    with pytest.raises(NoPathError, match=r"crosses .*: RUS, BLR block together"):
        ask(toy_world(), "KZCIT", "EUINL", dry, avoid=("RUS", "BLR"))


def test_a_class_that_may_not_go_there_is_told_so() -> None:
    tables = toy_tables()
    change_row(tables["classes"], "GRAIN", allowed_modes="air")
    with pytest.raises(NoPathError, match="no open links connect them for goods of this class"):
        ask(read_toy(tables), "KZCIT", "RUMOW", class_id="GRAIN")


def test_a_closed_world_is_no_route_of_length_zero() -> None:
    every = CloseLinks(kind="close", kinds=("rail_1435", "rail_1520", "sea", "ferry", "feeder"))
    with pytest.raises(NoPathError, match="the scenario closes every way"):
        ask(toy_world(), "CNINL", "EUINL", Scenario(shocks=(every,)))


def test_a_folder_with_emission_factors_of_its_own_is_quoted_by_them() -> None:
    tables = toy_tables()
    pack = (PACK / "emission_factors.csv").read_text("utf-8").splitlines()
    tables["emission_factors"] = [
        row | {name: str(10 * float(row[name])) for name in ("value", "low", "high")}
        | {"source_ids": "S1"}
        for row in csv.DictReader(pack)
    ]  # fmt: skip
    mine, theirs = (ask(w, "CNINL", "EUINL").routes[0] for w in (read_toy(tables), toy_world()))
    assert_allclose(mine.kg_co2e, 10 * theirs.kg_co2e)
