"""Equilibria that can be worked out on paper."""

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.model.assign import Solution, solve
from tests.kernels import naive
from tests.kernels.naive import Cell, Nest, Route

TIGHT = 1e-13


def outside(cost: float, theta: float) -> Nest:
    return Nest(theta, 0.0, [Route(cost, 0.0, {})])


def solved(cells: list[Cell], n_limits: int, max_gap: float = TIGHT) -> Solution:
    return solve(naive.pack_cells(cells, n_chunks=2), n_limits, max_gap=max_gap)


def one_gate(capacity: float, *, demand: float = 1000.0, theta: float = 0.01) -> list[Cell]:
    """Route a (100 USD) has a gate, route b (200 USD) has none; not served costs 600 USD."""
    routes = [Route(100.0, 0.0, {0: 1.0 / capacity}), Route(200.0, 0.0, {})]
    return [Cell(demand, theta, [Nest(theta, 0.0, routes), outside(600.0, theta)])]


def test_the_price_of_one_gate_is_what_the_logit_says() -> None:
    # One scale: f_a / f_b = exp(-theta (100 + p - 200)), and with f_a = C the others share the
    # rest: C / (D - C) = exp(-theta (100 + p)) / (exp(-theta 200) + exp(-theta 600)).
    capacity, demand, theta = 300.0, 1000.0, 0.01
    others = math.exp(-theta * 200.0) + math.exp(-theta * 600.0)
    price = -math.log(capacity / (demand - capacity) * others) / theta - 100.0
    solution = solved(one_gate(capacity), 1)
    assert price > 0
    assert_allclose(solution.price[0] / capacity, price, rtol=1e-6)
    share_b = math.exp(-theta * 200.0) / others
    expected = [capacity, 700.0 * share_b, 700.0 * (1 - share_b)]
    assert_allclose(solution.flow, expected, rtol=1e-7)
    assert_allclose(solution.load, [1.0], rtol=1e-9)


def test_two_levels_share_as_the_nested_logit() -> None:
    # Nest 1: two routes at 100 and 150 USD, scale 0.04; nest 2: one at 180 USD with a constant
    # of -20; outside 400. Above, the scale is 0.01.
    inner = -math.log(math.exp(-0.04 * 100) + math.exp(-0.04 * 150)) / 0.04
    weight = [math.exp(-0.01 * c) for c in (inner, 160.0, 400.0)]
    share = [w / sum(weight) for w in weight]
    first = 1 / (1 + math.exp(-0.04 * 50))
    expected = [50 * share[0] * first, 50 * share[0] * (1 - first), 50 * share[1], 50 * share[2]]
    nests = [
        Nest(0.04, 0.0, [Route(100.0, 0.0, {}), Route(150.0, 0.0, {})]),
        Nest(0.03, -20.0, [Route(180.0, 0.0, {})]),
        outside(400.0, 0.01),
    ]
    solution = solved([Cell(50.0, 0.01, nests)], 0)
    assert_allclose(solution.flow, expected, rtol=1e-12)
    assert solution.n_iterations == 0
    assert solution.certificate.holds(1e-12)


def test_two_classes_at_one_gate_pay_the_same_price_per_tonne() -> None:
    # Both would rather pass; the gate's price is one, in USD per unit of the limit.
    cells = [
        Cell(
            100.0, 0.02, [Nest(0.02, 0.0, [Route(50.0, 0.0, {0: 8.0 / 500})]), outside(300.0, 0.02)]
        ),
        Cell(
            900.0, 0.02, [Nest(0.02, 0.0, [Route(40.0, 0.0, {0: 1.0 / 500})]), outside(90.0, 0.02)]
        ),
    ]
    solution = solved(cells, 1)
    price = solution.price[0] / 500
    for cell, base, per_unit, other in ((0, 50.0, 8.0, 300.0), (1, 40.0, 1.0, 90.0)):
        passing, not_served = solution.flow[2 * cell : 2 * cell + 2]
        log_ratio = math.log(passing / not_served)
        assert_allclose(log_ratio, -0.02 * (base + per_unit * price - other), atol=1e-6)
    assert_allclose(8 * solution.flow[0] + solution.flow[2], 500.0, rtol=1e-8)


def test_room_for_all_costs_nothing() -> None:
    solution = solved(one_gate(1e12), 1)
    assert solution.price.tolist() == [0.0]
    assert solution.n_iterations == 0
    assert_allclose(solution.flow, naive.choose(one_gate(1e12), [0.0])[0], rtol=1e-12)


def test_who_asks_for_more_than_rounding_allows_gets_the_best_there_is() -> None:
    for width in (300.0, 1e12):
        solution = solved(one_gate(width), 1, max_gap=0.0)
        assert solution.certificate.holds(1e-12)


def test_a_gate_that_is_just_wide_enough_is_free() -> None:
    free, _ = naive.choose(one_gate(1.0), [0.0])
    assert solved(one_gate(free[0] * (1 + 1e-9)), 1).price.tolist() == [0.0]
    assert solved(one_gate(free[0] * (1 - 1e-6)), 1).price[0] > 0


def test_a_gate_that_is_all_but_shut_lets_all_but_nobody_pass() -> None:
    solution = solved(one_gate(1e-6), 1, max_gap=1e-9)
    assert solution.certificate.holds(1e-9)
    assert 0 <= solution.flow[0] <= 1e-6 * (1 + 1e-9)
    assert_allclose(solution.flow[1:].sum(), 1000.0, rtol=1e-8)


def test_who_has_no_other_way_stays_behind() -> None:
    nests = [Nest(0.01, 0.0, [Route(100.0, 0.0, {0: 1.0 / 10.0})]), outside(600.0, 0.01)]
    solution = solved([Cell(1000.0, 0.01, nests)], 1)
    assert solution.certificate.holds(TIGHT)
    assert_allclose(solution.flow, [10.0, 990.0], rtol=1e-7)
    # exp(-theta (100 + p - 600)) = 10 / 990
    assert_allclose(solution.price[0] / 10.0, 500.0 + math.log(99.0) / 0.01, rtol=1e-6)


def test_nobody_wants_anything() -> None:
    solution = solved(one_gate(10.0, demand=0.0), 1)
    assert solution.flow.tolist() == [0.0, 0.0, 0.0]
    assert solution.price.tolist() == [0.0]
    assert solution.certificate.holds(1e-12)


def test_equal_routes_share_equally_and_pay_for_the_same_gate_alike() -> None:
    routes = [Route(100.0, 0.0, {0: 0.002}), Route(100.0, 0.0, {0: 0.002})]
    cells = [Cell(1000.0, 0.01, [Nest(0.02, 0.0, routes), outside(400.0, 0.01)])]
    solution = solved(cells, 1)
    assert solution.flow[0] == solution.flow[1]
    assert_allclose(solution.flow[:2], [250.0, 250.0], rtol=1e-8)


def test_two_limits_that_say_the_same_are_one() -> None:
    # The prices of twins are not unique, their sum is; a singular curvature must not stop us.
    routes = [Route(100.0, 0.0, {0: 1 / 300, 1: 1 / 300}), Route(200.0, 0.0, {})]
    theta = 0.01
    cells = [Cell(1000.0, theta, [Nest(theta, 0.0, routes), outside(600.0, theta)])]
    solution = solved(cells, 2, max_gap=1e-10)
    assert solution.certificate.holds(1e-10)
    single = solved(one_gate(300.0), 1)
    assert_allclose(solution.flow, single.flow, rtol=1e-5)
    assert_allclose(solution.price.sum(), single.price[0], rtol=1e-4)


def test_a_world_whose_only_routes_are_outside_needs_no_limit() -> None:
    solution = solved([Cell(12.0, 0.01, [outside(500.0, 0.01)])], 0)
    assert solution.flow.tolist() == [12.0]
    assert solution.certificate.holds(1e-12)


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
def test_the_currency_is_of_no_account(unit: float) -> None:
    """Costs and inverse scales in another unit: the same flows, prices in that unit."""

    def in_units(by: float) -> list[Cell]:
        theta = 0.01 / by
        routes = [Route(100.0 * by, 0.0, {0: 1 / 300}), Route(200.0 * by, 0.0, {})]
        return [Cell(1000.0, theta, [Nest(theta, 0.0, routes), outside(600.0 * by, theta)])]

    base, other = solved(in_units(1.0), 1), solved(in_units(unit), 1)
    assert_allclose(other.flow, base.flow, rtol=1e-6)
    assert_allclose(other.price, base.price * unit, rtol=1e-6)


def test_wider_gates_are_never_dearer_nor_carry_less() -> None:
    cells = naive.make_cells(np.random.default_rng(3), n_cells=20, n_limits=3)
    carried, price = [], []
    for width in (0.3, 0.6, 0.9, 1.2, 2.0, 4.0):
        wider = [
            Cell(c.demand, c.theta, [
                Nest(n.theta, n.constant, [
                    Route(r.cost, r.log_size,
                          {i: a / width if i == 0 else a for i, a in r.use.items()})
                    for r in n.routes
                ])
                for n in c.nests
            ])
            for c in cells
        ]  # fmt: skip
        solution = solved(wider, 3, max_gap=1e-12)
        carried.append(solution.load[0] * width)
        price.append(solution.price[0] / width)
    assert all(a <= b * (1 + 1e-6) for a, b in pairwise(carried))
    assert all(a >= b * (1 - 1e-6) for a, b in pairwise(price))
    assert carried[0] < carried[-1]
