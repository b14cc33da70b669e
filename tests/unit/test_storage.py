"""Stores on the way: costs by hand, plans by listing all of them, ways that never get cheaper."""

import csv
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import cvxpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from serai.data.load import PACK, read_world
from serai.data.storage import read_storage
from serai.domain.ranged import FloatArray, Ranged
from serai.domain.scenario import Scenario
from serai.domain.storage import StorageInputs, StorageResult
from serai.domain.world import World
from serai.errors import DataError, ScenarioError
from serai.outputs.drawing import WIDE_IN
from serai.outputs.storage import draw_storage
from serai.run import Run, run_scenario
from serai.studies.inventory import count_markets, stock_days, weigh
from serai.studies.legs import Leg, Legs, Parts, find_legs, find_parts, sum_along
from serai.studies.location import HubCost, locate
from serai.studies.storage import Question, look_at, storage
from tests.command import write_sound
from tests.toy import toy_world

BASE = Scenario(year=2023, built_by=2023)
HUBS = ("KZCIT", "KZRUS")
cp: Any = cvxpy  # it has no types


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


@pytest.fixture(scope="module")
def run(world: World) -> Run:
    return run_scenario(world, BASE)


@pytest.fixture(scope="module")
def inputs(world: World) -> StorageInputs:
    return read_storage(world, hubs=HUBS, rivals=False)


def places_of(world: World, ids: tuple[str, ...]) -> np.ndarray:
    return np.array([world.network.places.ids.index(p) for p in ids], np.int32)


# ------------------------------------------------------------------------------ by hand


def test_a_stock_is_half_an_interval_and_what_doubt_asks_for() -> None:
    """Lead 9 days and an interval of 7: 16 days of doubt, variance 16 + 9, so 3.5 + 2 * 5."""
    days = stock_days(np.array([9.0]), np.array([3.0]), 7.0, cv_day=1.0, safety_factor=2.0)
    assert days.tolist() == [13.5]
    pooled = stock_days(
        np.array([9.0]), np.array([0.0]), 7.0, cv_day=1.0, safety_factor=2.0, pooled=4.0
    )
    # Four buyers on one stock halve its safety part: Maister's square-root law.
    assert pooled.tolist() == [3.5 + 2.0 * 4.0 / 2.0]


def test_the_gain_of_a_box_is_that_worked_out_by_hand(run: Run, inputs: StorageInputs) -> None:
    """One pair of zones, one hub: every term of the two logistics costs on paper."""
    simple = {
        "safety_factor": 2.0, "demand_cv_day": 1.0, "direct_interval_d": 16.0,
        "hub_interval_d": 7.0, "restock_interval_d": 7.0, "buyers_pooled": 4.0, "reach": 0.2,
        "capital_pct_yr": 36.5, "urgency": 0.5, "lifts_usd_teu": 90.0, "in_out_usd_t": 5.0,
        "m2_per_teu": 12.0, "fill": 0.6, "train_teu_week": 1e9, "consolidation_discount": 0.1,
        "small_lot_surcharge": 0.05, "buyer_rent_usd_m2_yr": 36.5,
    }  # fmt: skip
    told = [simple.get(name, inputs[name]) for name in inputs.ids]
    alone = replace(
        inputs, values=Ranged.fixed(np.array(told)), place_ids=("KZCIT",), place_names=("City",),
        is_rival=np.array([False]), rent_usd_m2_yr=Ranged.fixed(np.array([73.0])),
        ageing_pct_day=Ranged.fixed(np.zeros(len(inputs.class_ids))),
        stockable_share=Ranged.fixed(np.full(len(inputs.class_ids), 0.25)),
    )  # fmt: skip
    cells, classes = run.setting.cells, run.world.classes
    k = classes.ids.index("C_OM")
    cell = int(np.flatnonzero(cells.class_ix == k)[0])
    parts = Parts(
        cell=np.array([cell], np.int32), crosses_avoided=np.array([True]),
        flow=np.array([1000.0]), may_use=np.array([[True]]),
    )  # fmt: skip

    def leg(*figures: float) -> Leg:
        return Leg(*(np.array([[figure]]) for figure in figures))

    legs = Legs(
        direct_cost=np.array([4000.0]), via_cost=np.array([[4100.0]]),
        direct=Leg(*(figure[:, 0] for figure in leg(3000.0, 2000.0, 20.0, 8.0))),
        inward=leg(1600.0, 1000.0, 9.0, 3.0), outward=leg(1500.0, 800.0, 9.0, 3.0),
    )  # fmt: skip
    gains = weigh(run, parts, legs, alone)
    # 8 t of 6,000 USD bear 0.1 % a day: 48 USD. Time is worth 6 USD a tonne: 48, so no urgency.
    # Straight: 8 days of cycle and 2 * sqrt(36 + 64) = 20 of safety: 28 days at the buyer.
    # By the hub: 3.5 + 2 * sqrt(16 + 9) = 13.5 at the buyer; the way is 2 days shorter. The
    # buyer's room is 12 / 0.6 * 36.5 / 365 = 2 USD a day.
    # Carriage: 1,600 less a tenth of 1,000 by rail, 1,500 and a twentieth, less 3,000: 75.
    # Handling: 90 and 5 by 8 t.
    before = 48.0 * (28.0 - 13.5 + 2.0) + 2.0 * (28.0 - 13.5) - 75.0 - (90.0 + 40.0)
    assert gains.before_store[0, 0] == pytest.approx(before, abs=1e-3)
    # In the hub one stock serves four buyers in one country: 3.5 + 2 * sqrt(16 / 4 + 9).
    in_store = 3.5 + 2.0 * np.sqrt(13.0)
    assert gains.store_days[0, 0] == pytest.approx(in_store)
    assert gains.fee_usd_teu_day[0] == pytest.approx(4.0)
    assert gains.over_direct[0, 0] == pytest.approx(before - 52.0 * in_store, abs=1e-3)
    assert gains.over_rivals[0, 0] == gains.over_direct[0, 0]
    assert (gains.saved_days[0, 0], gains.stockable[0]) == (11.0, 250.0)
    assert count_markets(run, parts, legs, 0.2).tolist() == [[1.0]]


def test_a_plan_worked_out_by_hand() -> None:
    """
    Two hubs, three goods, halls of 10 m2 at 3 USD, opening 2 USD.

    Hub A alone: 10 + 9 + 1 of worth in 20 m2, two halls: 20 - 2 - 6 = 12. Hub B alone: 8 + 8 + 6 in
    15 m2, two halls: 22 - 2 - 6 = 14; with one hall 16 - 2 - 3 = 11. Both, one hall each: the
    first goods in A, 10 in 10 m2, the others in B, 8 + 6 in 10 m2: 24 less 2 by 5 is 14.
    """
    worth = np.array([[10.0, 8.0], [9.0, 8.0], [1.0, 6.0]])
    room = np.array([[10.0, 5.0], [9.0, 5.0], [1.0, 5.0]])
    cost = HubCost(opening_usd_yr=2.0, module_usd_yr=3.0, module_m2=10.0)
    both = locate(worth, room, cost, max_hubs=2)
    assert both.gain_usd_yr == pytest.approx(14.0)
    assert both.modules.tolist() == [1, 1]
    # In one hub alone: B with two halls, 22 - 2 - 6; it beats A's 12.
    one = locate(worth, room, cost, max_hubs=1)
    assert one.gain_usd_yr == pytest.approx(14.0)
    assert one.modules.tolist() == [0, 2]
    held = locate(worth, room, cost, max_hubs=2, modules=np.array([2, 0], np.int32))
    assert held.gain_usd_yr == pytest.approx(12.0)
    none = locate(worth, room, replace(cost, opening_usd_yr=50.0), max_hubs=2)
    assert (none.gain_usd_yr, none.modules.tolist(), none.share.sum()) == (0.0, [0, 0], 0.0)


# ------------------------------------------------------------------------------ the plan


def list_all(worth: FloatArray, room: FloatArray, cost: HubCost, max_hubs: int) -> float:
    """Try every number of halls in every hub; share goods out by a linear programme."""
    n_parts, n_hubs = worth.shape
    most = np.ceil(room.sum(axis=0) / cost.module_m2).astype(int)
    best = 0.0
    for halls in itertools.product(*(range(m + 1) for m in most)):
        modules = np.array(halls)
        if (modules > 0).sum() > max_hubs:
            continue
        in_hub = np.zeros((n_hubs, n_parts, n_hubs))
        once = np.zeros((n_parts, n_parts, n_hubs))
        for h in range(n_hubs):
            in_hub[h, :, h] = room[:, h]
        for k in range(n_parts):
            once[k, k] = 1.0
        rows = np.concatenate([in_hub, once]).reshape(n_hubs + n_parts, -1)
        upper = np.concatenate([modules * cost.module_m2, np.ones(n_parts)])
        found = linprog(-worth.ravel(), A_ub=rows, b_ub=upper, bounds=(0.0, 1.0))
        own = (modules > 0).sum() * cost.opening_usd_yr + modules.sum() * cost.module_usd_yr
        best = max(best, -float(found.fun or 0.0) - own)
    return best


def solve_otherwise(worth: FloatArray, room: FloatArray, cost: HubCost, max_hubs: int) -> float:
    """Solve the weak form: halls alone let goods in, in a modelling language of its own."""
    n_parts, n_hubs = worth.shape
    share = cp.Variable((n_parts, n_hubs), nonneg=True)
    halls = cp.Variable(n_hubs, integer=True)
    is_open = cp.Variable(n_hubs, boolean=True)
    gain = cp.sum(cp.multiply(worth, share))
    gain -= cost.opening_usd_yr * cp.sum(is_open) + cost.module_usd_yr * cp.sum(halls)
    problem = cp.Problem(
        cp.Maximize(gain),
        [
            cp.sum(share, axis=1) <= 1,
            cp.sum(cp.multiply(room, share), axis=0) <= cost.module_m2 * halls,
            halls <= 50 * is_open, halls >= 0, cp.sum(is_open) <= max_hubs,
        ],
    )  # fmt: skip
    return float(problem.solve(solver=cp.SCIPY))


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_is_the_best_of_all_and_that_of_another_formulation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth, room = rng.uniform(-3.0, 10.0, (6, 3)), rng.uniform(1.0, 6.0, (6, 3))
    cost = HubCost(opening_usd_yr=3.0, module_usd_yr=2.0, module_m2=7.0)
    for max_hubs in (1, 3):
        plan = locate(worth, room, cost, max_hubs=max_hubs)
        assert plan.gain_usd_yr == pytest.approx(list_all(worth, room, cost, max_hubs), abs=1e-6)
        other = solve_otherwise(worth, room, cost, max_hubs)
        assert plan.gain_usd_yr == pytest.approx(other, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(-5.0, 20.0)] * 2, *[st.floats(0.5, 9.0)] * 2), min_size=1,
             max_size=6),
)  # fmt: skip
def test_a_plan_keeps_its_room_and_more_choice_never_hurts(
    goods: list[tuple[float, float, float, float]],
) -> None:
    figures = np.array(goods)
    worth, room = figures[:, :2], figures[:, 2:]
    cost = HubCost(opening_usd_yr=1.0, module_usd_yr=2.0, module_m2=5.0)
    plans = [locate(worth, room, cost, max_hubs=n) for n in (0, 1, 2)]
    gains = [plan.gain_usd_yr for plan in plans]
    assert gains[0] == pytest.approx(0.0)
    assert all(b >= a - 1e-6 for a, b in itertools.pairwise(gains))
    for plan in plans:
        assert ((plan.share * room).sum(axis=0) <= 5.0 * plan.modules + 1e-5).all()
        assert (plan.share.sum(axis=1) <= 1.0 + 1e-6).all()
        own = (plan.modules > 0).sum() + 2.0 * plan.modules.sum()
        assert plan.gain_usd_yr == pytest.approx((plan.share * worth).sum() - own, abs=1e-4)


# ------------------------------------------------------------------------------ the ways


def test_sums_along_a_tree_are_those_of_a_walk() -> None:
    """A line of four nodes, and one that nothing leads to."""
    tail = np.array([0, 1, 2], np.int32)
    last = np.array([[-1, 0, 1, 2, -1]], np.int32)
    sums = sum_along(last, tail, np.array([[1.0, 10.0, 100.0]]))
    assert sums.tolist() == [[[0.0, 1.0, 11.0, 111.0, 0.0]]]


def test_a_call_at_a_hub_on_the_way_changes_nothing_and_elsewhere_it_costs(
    run: Run, inputs: StorageInputs
) -> None:
    world = run.world
    places = places_of(world, inputs.place_ids)
    parts = find_parts(run, inputs.class_ids, places, inputs.is_rival)
    legs = find_legs(run, parts, places)
    assert (legs.via_cost >= legs.direct_cost[:, None] - 1e-6).all()
    cells, zones = run.setting.cells, world.zones.ids
    origin, dest = (np.array(zones)[ends[parts.cell]] for ends in (cells.origin, cells.dest))
    mine = (origin == "ZCN1") & (dest == "ZEU1") & parts.crosses_avoided
    is_om = cells.class_ix[parts.cell] == world.classes.ids.index("C_OM")
    (one,) = np.flatnonzero(mine & is_om)
    city = inputs.place_ids.index("KZCIT")
    assert legs.via_cost[one, city] == pytest.approx(legs.direct_cost[one])
    for figure in Leg._fields:
        both = getattr(legs.inward, figure)[one, city] + getattr(legs.outward, figure)[one, city]
        assert both == pytest.approx(getattr(legs.direct, figure)[one])
    # From the table: China to the border and on to the city; on to Russia, Moscow and Brest.
    assert legs.inward.rail_usd[one, city] == pytest.approx(900.0 + 450.0)
    assert legs.outward.rail_usd[one, city] == pytest.approx(350.0 + 550.0 + 400.0)
    # Who keeps off Russia goes by the Caspian: the northern post is a detour for them.
    (other,) = np.flatnonzero(
        (origin == "ZCN1") & (dest == "ZEU1") & ~parts.crosses_avoided
        & is_om
    )  # fmt: skip
    post = inputs.place_ids.index("KZRUS")
    assert legs.via_cost[other, city] == pytest.approx(legs.direct_cost[other])
    assert legs.via_cost[other, post] > legs.direct_cost[other] + 2 * 350.0


def test_only_transit_by_land_is_weighed(run: Run, inputs: StorageInputs) -> None:
    places = places_of(run.world, inputs.place_ids)
    parts = find_parts(run, inputs.class_ids, places, inputs.is_rival)
    countries = np.array(run.world.zones.countries)
    cells = run.setting.cells
    for ends in (cells.origin, cells.dest):
        assert "KAZ" not in countries[ends[parts.cell]]
    assert (parts.flow <= cells.demand[parts.cell]).all()


# ------------------------------------------------------------------------------ the study


@pytest.fixture(scope="module")
def results(world: World, inputs: StorageInputs) -> list[StorageResult]:
    """Return the study on one process and on two."""
    return [
        storage(
            world, inputs,
            question=Question(scenario=BASE, max_hubs=2, draws=2, seed=3, workers=n),
        )
        for n in (1, 2)
    ]  # fmt: skip


def test_any_number_of_workers_gives_the_same(results: list[StorageResult]) -> None:
    one, two = (result.model_dump(exclude={"record"}) for result in results)
    assert one == two


def test_the_tables_of_a_study_agree(results: list[StorageResult]) -> None:
    result = results[0]
    chosen = [hub for hub in result.hubs if hub.is_chosen]
    assert chosen
    for hub in chosen:
        gain = hub.users_gain_musd_yr - hub.cost_musd_yr
        assert hub.gain_musd_yr.central == pytest.approx(gain)
        assert hub.fee_usd_teu_day is not None
        assert hub.break_even_fee_usd_teu_day is not None
        assert (hub.fee_usd_teu_day < hub.break_even_fee_usd_teu_day) == (gain > 0)
        assert hub.room_m2 > 0
    total = sum(hub.gain_musd_yr.central for hub in result.hubs)
    assert result.gain_musd_yr.central == pytest.approx(total)
    assert result.best_gain_musd_yr.central == pytest.approx(total)
    assert total >= max(hub.alone_musd_yr.central for hub in result.hubs) - 0.002 * total
    stored = sum(one.stored for one in result.classes if one.unit == "TEU")
    assert stored == pytest.approx(sum(hub.teu for hub in result.hubs))
    assert stored == pytest.approx(sum(one.stored for one in result.markets))
    assert draw_storage(result, width_in=WIDE_IN) == draw_storage(results[1], width_in=WIDE_IN)


def test_at_the_break_even_fee_nothing_is_gained(run: Run, inputs: StorageInputs) -> None:
    """The fee is a mean, so each pair of zones and class is taken by itself."""
    case = look_at(run, inputs)
    gains = case.gains
    own = gains.before_store / gains.store_days - gains.holding_usd_day[:, None]
    fee = own / gains.slots[:, None]
    for h in range(fee.shape[1]):
        at = int(np.argmax(case.parts.flow * (fee[:, h] > 0)))
        rent = fee[at, h] * 365.0 * inputs["fill"] / inputs["m2_per_teu"]
        dear = replace(inputs, rent_usd_m2_yr=Ranged.fixed(np.full(2, rent)))
        assert look_at(run, dear).gains.over_direct[at, h] == pytest.approx(0.0, abs=1e-6)


def test_a_store_abroad_takes_what_it_offers_off_the_gain(run: Run, inputs: StorageInputs) -> None:
    rival = replace(inputs, is_rival=np.array([False, True]))
    alone = look_at(run, inputs).gains
    beside = look_at(run, rival).gains
    assert beside.over_direct[:, 0] == pytest.approx(alone.over_direct[:, 0])
    offered = np.maximum(beside.rival_usd[:, 0], 0.0)
    assert beside.over_rivals[:, 0] == pytest.approx(beside.over_direct[:, 0] - offered)
    assert (offered > 0).any()


def test_nothing_in_transit_is_an_answer(world: World) -> None:
    """Every flow of the toy world that crosses China begins or ends there."""
    inputs = read_storage(world, hubs=("CNBRD",))
    question = Question(scenario=BASE, max_hubs=1, draws=0)
    result = storage(world, inputs, question=question)
    assert (result.n_parts, result.classes, result.markets) == (0, [], [])
    assert not result.hubs[0].is_chosen
    assert "<svg" in draw_storage(result, width_in=WIDE_IN)


# ------------------------------------------------------------------------------ the tables


def test_hubs_that_cannot_be_are_all_named(world: World) -> None:
    with pytest.raises(ScenarioError) as fault:
        read_storage(world, hubs=("ATLANTIS", "KZCIT", "UTOPIA"))
    assert "ATLANTIS" in str(fault.value)
    assert "UTOPIA" in str(fault.value)
    with pytest.raises(ScenarioError, match=r"--hubs: got none; wanted ids of places"):
        read_storage(world)
    sea = read_storage(world, hubs=("XXSUZ", "KZCIT"))
    with pytest.raises(ScenarioError, match="XXSUZ; wanted a place with a terminal of rail"):
        storage(world, sea, question=Question(scenario=BASE, max_hubs=1, draws=0))


def test_a_table_that_lacks_an_input_is_refused(world: World, sound_copy: Path) -> None:
    lines = (PACK / "storage.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    kept = [row | ({"source_ids": "S1"}) for row in rows if row["storage_id"] != "urgency"]
    for row in kept:
        if row["storage_id"] == "module_m2":
            row |= {"value": "0", "low": "0", "high": "0"}
    with (sound_copy / "storage.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    with pytest.raises(DataError) as fault:
        read_storage(world, sound_copy, hubs=HUBS)
    assert "no urgency" in str(fault.value)
    assert "module_m2" in str(fault.value)


@pytest.fixture
def sound_copy(tmp_path: Path) -> Path:
    """Return a folder of the toy tables that may be spoilt."""

    return write_sound(tmp_path)


def test_the_tables_of_the_pack_name_places_classes_and_both_kinds_of_hubs() -> None:
    world = read_world()
    inputs = read_storage(world)
    assert (~inputs.is_rival).sum() == 8
    assert inputs.is_rival.sum() == 7
    assert read_storage(world, rivals=False).place_ids == inputs.place_ids[:8]
    named = read_storage(world, hubs=("Aktau", "Karaganda"))
    assert named.place_ids[:2] == ("KZAAU", "KZKGF")
    # A place that the table lacks pays the general rent.
    assert named.rent_usd_m2_yr.value[1] == inputs["rent_usd_m2_yr"]
    drawn = inputs.drawn(np.ones(inputs.n_dimensions))
    assert drawn["capital_pct_yr"] > inputs["capital_pct_yr"]
