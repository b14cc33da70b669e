"""Tariffs on the toy: sums by hand, prices by section, splits, and every fault named."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.outputs.tariff import describe_tariff, draw_tariff
from serai.run import Run, run_scenario
from serai.studies.market import MIDDLE, find_market
from serai.studies.tally import NAMES, tally
from serai.studies.tariff import Bargain, shapley, tariff
from serai.studies.tariff_sheet import find_break_even, find_sections
from tests.toy import toy_world

COUNTRIES = ("KAZ", "RUS", "BLR", "AZE", "GEO")
MARGIN = 0.3


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


@pytest.fixture(scope="module")
def run(world: World) -> Run:
    return run_scenario(world, Scenario(year=2023))


def test_a_market_at_present_tariffs_is_the_run(run: Run) -> None:
    """Costs without charges, and present charges beside them, give the flows of the run."""
    market = find_market(run, COUNTRIES, MARGIN)
    assert MIDDLE in market.kinds
    now = market.at_present().solve(np.zeros(market.game.n_charges), tolerance=1e-9)
    flows = tally(run)
    by_route = np.bincount(flows.route[flows.route >= 0], flows.teu[flows.route >= 0])
    here = np.bincount(market.route[market.route >= 0], now.flow[market.route >= 0])
    # Groups left out carry up to 1 %, options left out next to nothing.
    assert (here <= 1.01 * by_route[: len(here)] + 1.0).all()
    middle = float(flows.teu[flows.corridor == NAMES.index("middle")].sum())
    assert market.middle_teu(now) == pytest.approx(middle, rel=0.02)


def test_a_discount_lowers_what_is_paid_by_its_part(run: Run) -> None:
    market = find_market(run, COUNTRIES, MARGIN)
    partners = ("KAZ", "AZE", "GEO")
    plain, lower = market.at_present(), market.at_present(market.left(0.2, partners))
    off = plain.problem.cost - lower.problem.cost
    tariffs = market.present_usd / MARGIN
    middle = [c in partners and k == MIDDLE
              for c, k in zip(market.countries, market.kinds, strict=True)]  # fmt: skip
    assert off == pytest.approx(0.2 * tariffs[:, middle].sum(axis=1))
    assert off.max() > 0


def test_sections_add_up_to_what_boxes_pay(run: Run) -> None:
    sections = find_sections(run)
    assert sections[-1].name == "all others"
    assert {"CHN", "KAZ"} & {one.country for one in sections}
    rates = [one for one in find_break_even(run) if one.rival == "north"]
    assert rates
    assert all(one.rate_usd_teu > 0 for one in rates)


def test_dearer_rivals_leave_room_for_a_higher_rate(world: World, run: Run) -> None:
    dearer = Scenario.model_validate(
        {"year": 2023, "changes": [
            {"kind": "change", "countries": ["RUS"], "kinds": ["rail_1520"],
             "quantity": "cost_usd_teu", "operation": "add", "value": 50.0}]}
    )  # fmt: skip
    before = {(b.class_id, b.rival): b for b in find_break_even(run)}
    after = {(b.class_id, b.rival): b for b in find_break_even(run_scenario(world, dearer))}
    for key in before.keys() & after.keys():
        if key[1] == "north":
            assert after[key].break_even_usd_teu > before[key].break_even_usd_teu


def test_tariffs_on_the_toy_are_the_same_for_any_number_of_workers(world: World) -> None:
    bargain = Bargain.of(world, COUNTRIES, starts=3)
    results = [
        tariff(world, Scenario(year=2023), bargain, margin=MARGIN, workers=n) for n in (1, 2)
    ]
    first, second = (one.model_dump(exclude={"record"}) for one in results)
    assert first == second
    found = results[0].found
    # Gates of the toy are just full at the charges found: many charges bring nearly the same.
    assert found.n_starts == 3
    assert found.forgone <= 0.05
    present, each, together, discount = results[0].regimes
    assert present.shippers_musd == 0.0
    joint, alone = (
        sum(one.revenue_musd[c] for c in results[0].partners) for one in (together, each)
    )
    assert sum(one.shapley_musd for one in results[0].split) == pytest.approx(joint)
    assert sum(one.transfer_musd for one in results[0].split) == pytest.approx(0.0, abs=1e-6)
    assert joint >= alone * 0.99
    kept = [sum(d.revenue_musd[c] for c in results[0].partners) for d in results[0].discounts]
    best = sum(discount.revenue_musd[c] for c in results[0].partners)
    assert best >= max(kept) - 1e-3 * abs(max(kept))
    for width_in in (WIDE_IN, NARROW_IN):
        assert draw_tariff(results[0], width_in=width_in).startswith("<svg")
    assert "each for itself" in describe_tariff(results[0])


@given(st.lists(st.floats(0.0, 100.0), min_size=8, max_size=8))
def test_a_split_gives_all_away_and_the_same_to_equals(worth: list[float]) -> None:
    players = "abc"
    groups = [frozenset(g) for n in range(4) for g in itertools.combinations(players, n)]
    brings = dict(zip(groups, [0.0, *worth[1:]], strict=True))
    value = shapley(players, brings)
    assert sum(value.values()) == pytest.approx(brings[frozenset(players)], abs=1e-9)
    alike = {g: float(len(g)) ** 2 for g in groups}
    assert shapley(players, alike) == pytest.approx(dict.fromkeys(players, 3.0))


def test_every_fault_of_a_bargain_is_named(world: World) -> None:
    with pytest.raises(ScenarioError) as caught:
        Bargain.of(world, ("XXX",), starts=0)
    for words in ("XXX", "two or more", "--starts: got 0"):
        assert words in str(caught.value)


def test_a_market_nobody_crosses_is_refused(world: World) -> None:
    with pytest.raises(ScenarioError, match="none through which boxes pass"):
        tariff(
            world, Scenario(year=2023), Bargain.of(world, ("RUS", "BLR"), starts=1),
            margin=MARGIN, workers=1,
        )  # fmt: skip
