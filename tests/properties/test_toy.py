"""What must hold in any world, held on the toy one."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from serai.domain.scenario import (
    ChangeLinks,
    CloseLinks,
    CloseTransit,
    Scenario,
    SetYearInput,
)
from serai.domain.world import World
from serai.model.apply import apply_scenario, draw_world
from serai.model.graph import build_graph
from serai.run import (
    Bases,
    Run,
    base_of,
    planned_routes,
    prepare,
    run_rounds,
    run_scenario,
    search_routes,
)
from tests.properties import readings
from tests.toy import Tables, change_row, read_toy, shuffled, toy_tables, toy_world

Shock = CloseLinks | ChangeLinks | CloseTransit | SetYearInput

PLAIN = Scenario(year=2023, closures=False)


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


@pytest.fixture(scope="module")
def base(world: World) -> Run:
    return readings.solve_tightly(world, PLAIN)


# ------------------------------------------------------------------------------ conservation


def test_the_toy_world_shows_something(base: Run) -> None:
    totals = readings.corridor_totals(base).sum(axis=0)
    assert (totals[:2] > 0).all(), "north and middle"
    assert totals[4] > 0, "sea"
    assert (base.limit_price > 0).sum() >= 3
    assert len(base.routes.mark) > 40


def test_nothing_is_lost_and_nothing_is_made(base: Run) -> None:
    readings.assert_sound(base)


def shocks() -> st.SearchStrategy[Shock]:
    countries = st.lists(st.sampled_from(["RUS", "KAZ", "AZE", "GEO", "CHN"]), min_size=1,
                         max_size=2, unique=True).map(tuple)  # fmt: skip
    kinds = st.sampled_from([("sea",), ("ferry", "feeder"), ("road",), ("rail_1520",)])
    links = st.lists(st.sampled_from(toy_world().network.links.ids), min_size=1, max_size=4)
    resources = st.sampled_from(toy_world().network.resources.ids).map(lambda r: (r,))
    factor = st.just(0.0) | st.floats(1e-6, 3.0)
    return st.one_of(
        countries.map(lambda c: CloseTransit(kind="close_transit", countries=c)),
        kinds.map(lambda k: CloseLinks(kind="close", kinds=k)),
        links.map(lambda i: CloseLinks(kind="close", links=tuple(i))),
        st.builds(
            ChangeLinks, kind=st.just("change"), resources=resources, operation=st.just("multiply"),
            quantity=st.sampled_from(["capacity_t_yr", "capacity_teu_yr"]), value=factor,
        ),
        st.builds(
            ChangeLinks, kind=st.just("change"), kinds=kinds, operation=st.just("multiply"),
            quantity=st.sampled_from(["free_time_h", "cost_usd_teu", "cost_usd_t"]), value=factor,
        ),
        st.builds(
            SetYearInput, kind=st.just("year_input"), input_id=st.just("avoidance_share"),
            value=st.floats(0.0, 1.0),
        ),
    )  # fmt: skip


@given(
    st.lists(shocks(), max_size=3),
    st.sampled_from(["built", "funded", "all"]),
    st.sampled_from([2021, 2023]),
)
@settings(max_examples=40)
def test_no_scenario_loses_or_makes_anything(shocks: list[Shock], projects: str, year: int) -> None:
    scenario = Scenario.model_validate({
        "year": year, "projects": projects, "shocks": shocks,
        "measures": "all" if projects == "all" else "none",
    })  # fmt: skip
    readings.assert_sound(run_scenario(toy_world(), scenario))


def test_the_cells_hold_the_whole_of_the_table(world: World, base: Run) -> None:
    for k in range(len(world.classes.ids)):
        mine = (world.flows.class_ix == k) & (world.flows.year == 2023)
        held = base.setting.cells.demand[base.setting.cells.class_ix == k].sum()
        assert_allclose(held, world.flows.amount.value[mine].sum(), rtol=1e-12)


# ------------------------------------------------------------------------------ sameness


def test_the_same_question_has_the_same_answer_to_the_last_bit(world: World) -> None:
    readings.assert_same_bits(run_scenario(world, PLAIN), run_scenario(world, PLAIN))
    readings.assert_same_bits(
        run_scenario(world, PLAIN), run_scenario(read_toy(toy_tables()), PLAIN)
    )


def test_a_scenario_that_says_nothing_is_the_base_to_the_last_bit(world: World) -> None:
    empty = Scenario(name="nothing", title="Nothing happens", closures=False)
    readings.assert_same_bits(run_scenario(world, PLAIN), run_scenario(world, empty))
    setting = prepare(world, empty)
    for name in ("hours", "usd_teu", "usd_t", "is_open", "is_closed", "spread_h"):
        mine, other = getattr(setting.base, name), getattr(setting.graph, name)
        assert mine.tobytes() == other.tobytes(), name
    assert setting.base.limits.capacity.tobytes() == setting.graph.limits.capacity.tobytes()


@given(
    shocks=st.lists(shocks(), max_size=2),
    projects=st.sampled_from(["built", "all"]),
    empties=st.booleans(),
    limits=st.booleans(),
)
@settings(max_examples=15)
def test_a_base_at_hand_saves_time_and_changes_no_bit(
    *, shocks: list[Shock], projects: str, empties: bool, limits: bool
) -> None:
    world = toy_world()
    scenario = Scenario.model_validate({
        "year": 2023, "projects": projects, "shocks": shocks, "empties": empties,
        "capacity_limits": limits,
    })  # fmt: skip
    plain = base_of(scenario)
    before = run_scenario(world, plain)
    planned = planned_routes(before.world, plain)
    found = run_scenario(world, scenario, base=before, planned=lambda: planned)
    readings.assert_same_bits(run_scenario(world, scenario), found)
    *_, last = run_rounds(world, scenario, base=before)
    readings.assert_same_bits(last, found)
    bases = Bases(world)
    assert not bases.has(scenario)
    readings.assert_same_bits(bases.run(scenario), found)
    assert bases.has(scenario)
    assert bases.of(scenario) is bases.of(plain)


@pytest.fixture
def _threads_as_before() -> Iterator[None]:
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


@pytest.mark.skipif(numba.get_num_threads() < 2, reason="this machine has one core")
@pytest.mark.usefixtures("_threads_as_before")
def test_one_thread_and_two_give_the_same_bits(world: World) -> None:
    numba.set_num_threads(1)
    alone = run_scenario(world, PLAIN)
    numba.set_num_threads(2)
    readings.assert_same_bits(alone, run_scenario(world, PLAIN))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(base: Run, seed: int) -> None:
    rng = np.random.default_rng(seed)
    other = readings.solve_tightly(read_toy(shuffled(toy_tables(), rng)), PLAIN)
    assert readings.flows_by_name(other) == readings.flows_by_name(base)
    assert readings.prices_by_name(other) == readings.prices_by_name(base)


def test_the_order_of_rows_changes_no_draw(world: World) -> None:
    other = read_toy(shuffled(toy_tables(), np.random.default_rng(4)))
    assert other.n_dimensions == world.n_dimensions
    z = np.random.default_rng(5).standard_normal(world.n_dimensions)
    mine, theirs = (
        readings.flows_by_name(readings.solve_tightly(draw_world(w, z), PLAIN))
        for w in (world, other)
    )
    assert mine == theirs


@pytest.mark.parametrize("seed", range(6))
def test_the_numbers_that_mark_links_are_of_no_account(
    base: Run, world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_links = len(world.network.links.ids)
    marks = np.random.default_rng(seed).integers(0, 2**64, n_links, np.uint64)
    for room in ("routes", "search"):
        monkeypatch.setattr(f"serai.model.{room}.link_marks", lambda _: marks)
    other = readings.solve_tightly(world, PLAIN)
    assert not set(other.routes.mark.tolist()) & set(base.routes.mark.tolist())
    mine, theirs = readings.flows_by_name(base), readings.flows_by_name(other)
    # Routes stand in another order, so that sums are rounded otherwise.
    scale = base.setting.cells.demand.max()
    assert_allclose([theirs[key] for key in mine], list(mine.values()), atol=1e-6 * scale)


CLONED = (
    "KZCIT-KZCAS.rail_1520",
    "KZCAS-AZCAS.feeder",
    "KZCAS-AZCAS.ferry",
    "GEPRT-EUPRT.sea",
    "CNPRT-XXSUZ.sea",
    "KZRUS-RUKAZ.transfer",
    "EUPRT.sea.unload",
)


@pytest.mark.parametrize("link", CLONED)
@pytest.mark.parametrize("name", ["A", "~"], ids=["sorts first", "sorts last"])
def test_a_clone_of_a_link_changes_no_corridor(world: World, link: str, name: str) -> None:
    tables = toy_tables()
    row = next(row for row in tables["links"] if row["link_id"] == link)
    clone = name + link
    tables["links"].append(row | {"link_id": clone})
    base = readings.solve_with_bans(world, PLAIN, link)
    cloned = readings.solve_with_bans(read_toy(tables), PLAIN, link, clone)
    used = [
        i for route in range(len(cloned.routes.mark)) for i in readings.route_ids(cloned, route)
    ]
    assert {link, clone} <= set(used), "the clone was not even found"
    totals = readings.corridor_totals(base)
    assert_allclose(
        readings.corridor_totals(cloned), totals, rtol=1e-6, atol=1e-6 * totals.sum(axis=1).min()
    )


# ------------------------------------------------------------------------------ units


USD_INPUTS = ("avoidance_penalty", "cn_subsidy_west", "cn_subsidy_east")
USD_PARAMS = ("siberia_usd_teu",)


def in_cents(tables: Tables) -> Tables:
    def times_100(cell: str) -> str:
        return f"{100 * float(cell):.15g}" if cell else ""

    for name in ("links", "access", "classes", "demand"):
        for row in tables[name]:
            row.update({c: times_100(cell) for c, cell in row.items() if "usd" in c})
    for row in tables["year_inputs"] + tables["params"]:
        if {*row.values()} & {*USD_INPUTS, *USD_PARAMS}:
            row.update({c: times_100(row[c]) for c in ("value", "low", "high")})
    return tables


def test_cents_for_dollars_move_no_flow(base: Run) -> None:
    cents = readings.solve_tightly(read_toy(in_cents(toy_tables())), PLAIN)
    scale = base.setting.cells.demand.max()
    mine, other = readings.flows_by_name(base), readings.flows_by_name(cents)
    # The gap leaves 1e-6 of a share; costs differ by rounding alone.
    assert_allclose([other[key] for key in mine], list(mine.values()), atol=1e-6 * scale)
    price, in_cent = readings.prices_by_name(base), readings.prices_by_name(cents)
    for key, usd in price.items():
        assert_allclose(in_cent[key], 100 * usd, rtol=1e-4, atol=1e-3)


# ------------------------------------------------------------------------------ capacity


def test_a_tighter_limit_never_carries_more(world: World) -> None:
    # One limit at a time: two that are tightened together may relieve each other.
    setting = prepare(world, PLAIN)
    routes = search_routes(world, setting)
    limits = setting.graph.limits
    for i, capacity in enumerate(limits.capacity.tolist()):
        carried = []
        for factor in (2.0, 1.0, 0.5, 0.1, 0.01):
            scaled = limits.capacity.copy()
            scaled[i] = capacity * factor
            graph = replace(setting.graph, limits=replace(limits, capacity=scaled))
            run = readings.assign_tightly(world, replace(setting, graph=graph), routes)
            assert run.solution.certificate.holds(1e-9)
            carried.append(run.limit_load[i] * scaled[i])
        # The gap leaves 1e-6 of a share.
        assert all(b <= a + 1e-6 * capacity for a, b in pairwise(carried)), i


def test_a_limit_of_nothing_lets_nothing_pass(world: World) -> None:
    shut = ChangeLinks(
        kind="change", resources=("R_NORTH",), quantity="capacity_t_yr",
        operation="multiply", value=0.0,
    )  # fmt: skip
    run = readings.solve_tightly(world, PLAIN.model_copy(update={"shocks": (shut,)}))
    flows = readings.flows_by_name(run)
    for k in world.classes.ids:
        assert flows[k, "RUKAZ-RUMOW.rail_1520"] == 0.0
    readings.assert_sound(run)


def test_without_limits_nothing_is_scarce(world: World) -> None:
    free = readings.solve_tightly(world, Scenario(year=2023, closures=False, capacity_limits=False))
    assert len(free.setting.graph.limits.capacity) == 0
    assert free.solution.n_iterations == 0
    readings.assert_sound(free)


# ------------------------------------------------------------------------------ closing


def test_closing_a_link_lowers_no_cost(world: World) -> None:
    before = readings.distances(world, build_graph(world, apply_scenario(world, PLAIN)))
    n_dearer = 0
    for link in world.network.links.ids:
        shut = CloseLinks(kind="close", links=(link,))
        for words in ({"shocks": (shut,)}, {"changes": (shut,)}):
            scenario = PLAIN.model_copy(update=words)
            after = readings.distances(world, build_graph(world, apply_scenario(world, scenario)))
            assert (after >= before).all(), link
        n_dearer += int((after > before).any())
    assert n_dearer > 30, "closing links does nothing at all"


def test_a_new_link_raises_no_cost(world: World) -> None:
    before = readings.distances(world, build_graph(world, apply_scenario(world, PLAIN)))
    built = PLAIN.model_copy(update={"projects": ("PJ2",)})
    after = readings.distances(world, build_graph(world, apply_scenario(world, built)))
    assert (after <= before).all()
    assert (after < before).any()


EVERYTHING = (
    {"shocks": ({"kind": "close", "kinds": ("access",)},)},
    {"shocks": ({"kind": "close", "transfer_types": ("load",)},)},
    {"changes": ({"kind": "close", "kinds": ("access",)},)},
    {"changes": ({"kind": "close", "transfer_types": ("load",)},)},
)


@pytest.mark.parametrize("words", EVERYTHING)
def test_a_closed_world_leaves_everything_where_it_is(
    world: World, words: dict[str, object]
) -> None:
    run = run_scenario(world, Scenario.model_validate({"year": 2023, **words}))
    served, left = readings.served_by_cell(run)
    assert served.sum() == 0.0
    assert_allclose(left, run.setting.cells.demand, rtol=1e-12)
    readings.assert_sound(run)


def test_a_world_whose_tables_have_nothing_open_leaves_everything_where_it_is() -> None:
    tables = toy_tables()
    for row in tables["links"]:
        change_row(tables["links"], row["link_id"], status="closed")
    run = run_scenario(read_toy(tables), PLAIN)
    assert len(run.routes.mark) == 0
    served, left = readings.served_by_cell(run)
    assert served.sum() == 0.0
    assert_allclose(left, run.setting.cells.demand, rtol=1e-12)


def test_a_territory_closed_to_transit_keeps_the_trade_of_its_own(world: World, base: Run) -> None:
    shut = PLAIN.model_copy(
        update={"shocks": (CloseTransit(kind="close_transit", countries=("RUS", "BLR")),)}
    )
    run = readings.solve_tightly(world, shut)
    cells, country = run.setting.cells, np.array(world.zones.countries)
    own = (country[cells.origin] == "RUS") | (country[cells.dest] == "RUS")
    russia = [world.network.country_ids.index(c) for c in ("RUS", "BLR")]
    through = run.routes.crosses[run.problem.option_route][:, russia].any(axis=1)
    through &= run.problem.option_route >= 0
    flow, cell = run.solution.flow, readings.option_cells(run)
    assert not through[~own[cell]].any()
    assert flow[through & own[cell]].sum() > 0
    served, _ = readings.served_by_cell(run)
    before, _ = readings.served_by_cell(base)
    assert (served[own] > 0.99 * before[own]).all()
    assert served[own].sum() > 0


def test_closed_to_transit_is_not_closed_for_who_lives_there(world: World) -> None:
    """Who closes links by country stops its own trade too; who closes transit does not."""
    hard = PLAIN.model_copy(update={"shocks": (CloseLinks(kind="close", countries=("RUS",)),)})
    run = readings.solve_tightly(world, hard)
    cells, country = run.setting.cells, np.array(world.zones.countries)
    own = (country[cells.origin] == "RUS") | (country[cells.dest] == "RUS")
    served, left = readings.served_by_cell(run)
    assert served[own].sum() == 0.0
    assert left[own].sum() > 0
    assert served[~own].sum() > 0
