"""Routes that the network offers, and what they are told to be."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from serai.domain.effects import Selector
from serai.domain.routes import CORRIDORS, FAMILIES, Routes
from serai.domain.scenario import Scenario
from serai.domain.world import RouteSearch, World
from serai.model.routes import merge_routes, routes_of_links
from serai.model.search import FARTHEST, Search, class_costs, find_routes, mode_of, searches_of
from serai.run import Setting, prepare, search_routes
from tests.toy import toy_world

NORTH = (
    "access:ZCN1-CNINL.out", "CNINL.rail_1435.load", "CNINL-CNBRD.rail_1435",
    "CNBRD-KZBRD.rail_1435>rail_1520", "KZBRD-KZCIT.rail_1520", "KZCIT-KZRUS.rail_1520",
    "KZRUS-RUKAZ.transfer", "RUKAZ-RUMOW.rail_1520", "RUMOW-BYEUR.rail_1520",
    "BYEUR-EUINL.rail_1520>rail_1435", "EUINL.rail_1435.unload", "access:ZEU1-EUINL.in",
)  # fmt: skip
MIDDLE = (
    "access:ZCN1-CNINL.out", "CNINL.rail_1435.load", "CNINL-CNBRD.rail_1435",
    "CNBRD-KZBRD.rail_1435>rail_1520", "KZBRD-KZCIT.rail_1520", "KZCIT-KZCAS.rail_1520",
    "KZCAS-KZCAS.rail_1520>ferry", "KZCAS-AZCAS.ferry", "AZCAS-AZCAS.ferry>rail_1520",
    "AZCAS-GEPRT.rail_1520", "GEPRT-GEPRT.rail_1520>sea", "GEPRT-EUPRT.sea", "EUPRT.sea.unload",
    "access:ZEU1-EUPRT.in",
)  # fmt: skip
OCEAN = (
    "access:ZCN2-CNPRT.out", "CNPRT.sea.load", "CNPRT-XXSUZ.sea", "XXSUZ-EUPRT.sea",
    "EUPRT.sea.unload", "access:ZEU2-EUPRT.in",
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


@pytest.fixture(scope="module")
def setting(world: World) -> Setting:
    return prepare(world, Scenario(year=2023, closures=False))


@pytest.fixture(scope="module")
def routes(world: World, setting: Setting) -> Routes:
    return search_routes(world, setting)


def ids_of(world: World, routes: Routes, route: int) -> tuple[str, ...]:
    links = routes.link_ix[routes.link_start[route] : routes.link_start[route + 1]]
    return tuple(world.network.links.ids[i] for i in links)


def find(world: World, routes: Routes, ids: tuple[str, ...]) -> int:
    return next(r for r in range(len(routes.mark)) if ids_of(world, routes, r) == ids)


def classes_on(world: World, routes: Routes, route: int) -> set[str]:
    return {world.classes.ids[k] for k in routes.offer_class[routes.offer_route == route]}


def search(
    world: World, setting: Setting, *bans: np.ndarray, through: np.ndarray | None = None
) -> Routes:
    return find_routes(
        setting.graph, setting.cells, world.classes, world.zones,
        [Search(banned=ban, through=through) for ban in bans],
        reliability_scale=world.params["reliability_scale"],
    )  # fmt: skip


# ------------------------------------------------------------------------------ who may go where


def test_what_a_link_costs_is_money_time_and_spread(world: World, setting: Setting) -> None:
    k = world.classes.ids.index("C_TS")
    at = world.network.links.ids.index("KZCIT-KZCAS.rail_1520")
    # 600 USD, 45 USD/t/day for 7 t, 55 h and half the ratio 1.0 times the spread.
    spread = 55 * (1.25 - 0.8) / (2 * 1.2815515655446004)
    expected = 600 + 45 * 7 / 24 * (55 + 0.5 * spread)
    assert_allclose(class_costs(setting.graph, world.classes, k, 0.5)[:, at], expected, rtol=1e-12)
    ores = world.classes.ids.index("ORES")
    expected = 22 + 0.1 / 24 * (55 + 0.5 * 0.3 * spread)
    assert_allclose(class_costs(setting.graph, world.classes, ores, 0.5)[:, at], expected)


def test_a_class_may_use_the_links_of_its_modes_that_are_open(
    world: World, setting: Setting
) -> None:
    links = world.network.links
    for class_id, road in (("C_TS", True), ("C_OM", False), ("ORES", False), ("GRAIN", True)):
        cost = class_costs(setting.graph, world.classes, world.classes.ids.index(class_id), 0.5)
        may = np.isfinite(cost[0])
        assert may[links.ids.index("KZCIT-RUMOW.road")] == road
        assert may[links.ids.index("KZCIT.road.load")] == road
        assert may[links.ids.index("KZCAS-AZCAS.feeder")]
        assert may[links.ids.index("access:ZKAZ-KZCIT.out")]
        assert not may[links.ids.index("KZCAS-AZCAS.rail_1520")], "it is only planned"
    shut = replace(setting.graph, is_closed=links.kind == "ferry")
    assert np.isinf(class_costs(shut, world.classes, 0, 0.5)[:, links.kind == "ferry"]).all()


@pytest.mark.parametrize(
    ("word", "mode"),
    [("rail_1435", "rail"), ("rail_1520", "rail"), ("feeder", "sea"), ("ferry", "ferry"),
     ("road", "road")],
)  # fmt: skip
def test_modes_are_those_that_classes_name(word: str, mode: str) -> None:
    assert mode_of(word) == mode


# ------------------------------------------------------------------------------ search


def test_the_cheapest_route_of_every_cell_is_found(world: World, setting: Setting) -> None:
    free = np.zeros(len(world.network.links.ids), np.bool_)
    found = search(world, setting, free)
    offered = {
        (k, found.origin[r], found.dest[r])
        for k, r in zip(found.offer_class.tolist(), found.offer_route.tolist(), strict=True)
    }
    cells = setting.cells
    assert offered == {
        (k, a, b) for k, a, b in zip(cells.class_ix.tolist(), cells.origin, cells.dest, strict=True)
    }
    assert len(found.offer_class) == len(offered)


def test_a_ban_is_kept(world: World, setting: Setting) -> None:
    links = world.network.links
    banned = (links.kind == "sea") | links.in_country[:, world.network.country_ids.index("RUS")]
    found = search(world, setting, banned)
    assert len(found.mark) > 0
    assert not banned[found.link_ix].any()


def test_more_bans_find_more_and_the_same_ones_nothing(world: World, setting: Setting) -> None:
    free = np.zeros(len(world.network.links.ids), np.bool_)
    once, twice = search(world, setting, free), search(world, setting, free, free)
    assert_array_equal(once.mark, twice.mark)
    assert_array_equal(once.offer_route, twice.offer_route)
    more = search(world, setting, free, world.network.links.kind == "sea")
    assert set(once.mark.tolist()) < set(more.mark.tolist())


def test_searches_ban_what_any_of_their_selectors_means(world: World) -> None:
    searches = (
        RouteSearch(name="all", bans=()),
        RouteSearch(name="two", bans=(Selector(kinds=("sea",)), Selector(countries=("RUS",)))),
    )
    none, two = searches_of(world.network, searches)
    links = world.network.links
    assert not none.banned.any()
    russian = links.in_country[:, world.network.country_ids.index("RUS")]
    assert_array_equal(two.banned, (links.kind == "sea") | russian)
    assert none.through is None
    assert two.through is None


def test_searches_go_through_what_any_of_their_selectors_means(world: World) -> None:
    row = RouteSearch(
        name="by", bans=(Selector(kinds=("road",)),),
        vias=(Selector(kinds=("ferry",)), Selector(countries=("RUS",))),
    )  # fmt: skip
    (found,) = searches_of(world.network, (row,))
    links = world.network.links
    russian = links.in_country[:, world.network.country_ids.index("RUS")]
    assert found.through is not None
    assert_array_equal(found.through, (links.kind == "ferry") | russian)
    assert_array_equal(found.banned, links.kind == "road")


def test_a_route_through_somewhere_is_found_where_it_is_not_too_dear(
    world: World, setting: Setting
) -> None:
    links = world.network.links
    free = np.zeros(len(links.ids), np.bool_)
    russian = links.in_country[:, world.network.country_ids.index("RUS")] & (links.kind != "access")
    cheapest = search(world, setting, free)
    found = search(world, setting, free, through=russian)
    assert len(found.mark) > 0
    cost = class_costs(setting.graph, world.classes, 0, world.params["reliability_scale"])
    cost = cost.mean(axis=0)

    def least(routes: Routes) -> dict[tuple[int, int], float]:
        mine = routes.offer_route[routes.offer_class == 0]
        links_of = [routes.link_ix[routes.link_start[r] : routes.link_start[r + 1]] for r in mine]
        ends = zip(routes.origin[mine].tolist(), routes.dest[mine].tolist(), strict=True)
        return {e: float(cost[i].sum()) for e, i in zip(ends, links_of, strict=True)}

    for route in range(len(found.mark)):
        path = found.link_ix[found.link_start[route] : found.link_start[route + 1]]
        assert russian[path].any()
        met = [links.tail[path[0]], *links.head[path]]
        assert len(set(met)) == len(met)
        assert all(links.head[a] == links.tail[b] for a, b in pairwise(path))
    best, through = least(cheapest), least(found)
    assert through
    assert all(best[e] - 1e-9 <= cost <= FARTHEST * best[e] for e, cost in through.items())
    assert any(cost > best[e] + 1e-9 for e, cost in through.items())
    none = search(world, setting, russian, through=russian)
    assert len(none.mark) == 0


def test_prices_turn_the_search_away_from_what_is_scarce(world: World, setting: Setting) -> None:
    links = world.network.links
    surcharge = np.zeros((len(world.classes.ids), len(links.ids)))
    surcharge[:, links.ids.index("KZCAS-AZCAS.ferry")] = 1e6
    land = ~np.isin(links.passage, ("", "Bosphorus")) | (links.operator == "of road")
    land |= links.in_country[:, world.network.country_ids.index("RUS")]
    free = search(world, setting, land)
    priced = find_routes(
        setting.graph, setting.cells, world.classes, world.zones, [Search(banned=land)],
        reliability_scale=0.5, surcharge=surcharge,
    )  # fmt: skip
    ferry = links.ids.index("KZCAS-AZCAS.ferry")
    assert (free.link_ix == ferry).any()
    assert not (priced.link_ix == ferry).any()


# ------------------------------------------------------------------------------ description


@pytest.mark.parametrize(
    ("ids", "family", "corridor", "crosses", "classes"),
    [
        (NORTH, "land", "north", {"CHN", "KAZ", "RUS", "BLR", "DEU"}, {"C_TS", "C_OM"}),
        (MIDDLE, "land", "middle", {"CHN", "KAZ", "AZE", "GEO", "TUR", "DEU"}, {"C_TS", "C_OM"}),
        (OCEAN, "sea", "sea", {"CHN", "EGY", "DEU"}, {"C_TS", "C_OM"}),
    ],
)
def test_a_route_is_told_by_its_family_corridor_and_territories(
    world: World, routes: Routes, ids: tuple[str, ...], family: str, corridor: str,
    crosses: set[str], classes: set[str],
) -> None:  # fmt: skip
    route = find(world, routes, ids)
    assert FAMILIES[routes.family[route]] == family
    assert CORRIDORS[routes.corridor[route]] == corridor
    countries = np.flatnonzero(routes.crosses[route])
    assert {world.network.country_ids[c] for c in countries} == crosses
    assert routes.uses_russian_rail[route] == ("RUS" in crosses)
    assert classes_on(world, routes, route) == classes


def test_legs_run_from_vehicle_to_vehicle(world: World, setting: Setting, routes: Routes) -> None:
    route = find(world, routes, MIDDLE)
    sequence = routes.sequence[route]
    leg = slice(routes.leg_start[sequence], routes.leg_start[sequence + 1])
    # China by rail, Kazakhstan by rail, the ferry, Georgia by rail, the ship.
    assert leg.stop - leg.start == 5
    hours = [setting.graph.hours[world.network.links.ids.index(MIDDLE[i])] for i in (2, 7, 9, 11)]
    kazakh = setting.graph.hours[[world.network.links.ids.index(MIDDLE[i]) for i in (4, 5)]].sum()
    expected = np.array([hours[0], kazakh, *hours[1:]])
    assert_allclose(routes.leg_share[leg], expected / expected.sum(), rtol=1e-9)


def test_routes_by_the_same_terminals_are_one_sequence(world: World, routes: Routes) -> None:
    by_cape = (*OCEAN[:2], "CNPRT-XXCAP.sea", "XXCAP-EUPRT.sea", *OCEAN[4:])
    suez, cape = find(world, routes, OCEAN), find(world, routes, by_cape)
    assert routes.sequence[suez] == routes.sequence[cape]
    assert routes.sequence[suez] != routes.sequence[find(world, routes, MIDDLE)]


@pytest.mark.parametrize("seed", range(6))
def test_the_quickest_route_of_a_sequence_gives_its_shares(
    world: World, setting: Setting, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Routes stand in the order of their marks: other marks, another order.
    marks = np.random.default_rng(seed).integers(0, 2**64, len(world.network.links.ids), np.uint64)
    for room in ("routes", "search"):
        monkeypatch.setattr(f"serai.model.{room}.link_marks", lambda _: marks)
    routes = search_routes(world, setting)
    hours = np.array([
        setting.graph.hours[routes.link_ix[a:b]].sum() for a, b in pairwise(routes.link_start)
    ])  # fmt: skip
    n_told = 0
    for sequence in range(len(routes.leg_start) - 1):
        mine = np.flatnonzero(routes.sequence == sequence)
        quickest = mine[np.argmin(hours[mine])]
        pair = np.array([[routes.origin[quickest], routes.dest[quickest]]], np.int32)
        start, end = routes.link_start[quickest : quickest + 2]
        links = routes.link_ix[start:end]
        alone = routes_of_links(setting.graph, world.zones, pair, [links], 0)
        legs = slice(routes.leg_start[sequence], routes.leg_start[sequence + 1])
        assert_array_equal(routes.leg_share[legs], alone.leg_share)
        n_told += int(np.ptp(hours[mine]) > 0 and len(alone.leg_share) > 1)
    assert n_told >= 3, "no sequence has a quick and a slow route"


def test_a_route_draws_on_what_it_passes_with_its_direction_and_carriage(
    world: World, routes: Routes
) -> None:
    route = find(world, routes, MIDDLE)
    draws = routes.draw[routes.draw_start[route] : routes.draw_start[route + 1]].tolist()
    names = [(world.network.resources.ids[d // 4], d // 2 % 2, d % 2) for d in draws]
    # Goods that came by rail ride the ferry in wagons (0).
    assert names == [
        ("R_GAUGE", 0, 0), ("R_PORT", 0, 0), ("R_FERRY", 0, 0), ("R_GEO", 0, 0)
    ]  # fmt: skip


# ------------------------------------------------------------------------------ unions


def assert_same_routes(mine: Routes, other: Routes) -> None:
    for name in Routes.__dataclass_fields__:
        assert_array_equal(getattr(mine, name), getattr(other, name), err_msg=name)


def test_a_union_with_itself_is_itself(routes: Routes) -> None:
    for many in ([routes], [routes, routes]):
        assert_same_routes(merge_routes(many), routes)


def test_a_union_does_not_depend_on_the_order(world: World, setting: Setting) -> None:
    links = world.network.links
    free = np.zeros(len(links.ids), np.bool_)
    a = search(world, setting, free)
    b = search(world, setting, links.kind == "sea", links.kind == "ferry")
    one, other = (merge_routes(m) for m in ([a, b], [b, a]))
    assert_same_routes(one, other)
    assert set(one.mark.tolist()) == set(a.mark.tolist()) | set(b.mark.tolist())
    assert_same_routes(
        one, search(world, setting, free, links.kind == "sea", links.kind == "ferry")
    )


def test_a_route_given_by_its_links_is_the_route_that_is_found(
    world: World, setting: Setting, routes: Routes
) -> None:
    route = find(world, routes, NORTH)
    path = np.array([world.network.links.ids.index(i) for i in NORTH], np.int32)
    pair = np.array([[routes.origin[route], routes.dest[route]]], np.int32)
    given = routes_of_links(setting.graph, world.zones, pair, [path], 0)
    assert given.mark.tolist() == [routes.mark[route]]
    assert given.corridor[0] == routes.corridor[route]
    assert given.offer_class.tolist() == [0]
    none = routes_of_links(setting.graph, world.zones, np.empty((0, 2), np.int32), [], 0)
    assert len(none.mark) == 0
