"""Choice, curvature and path sizes against their naive twins."""

import math
from collections.abc import Iterator, Sequence

import numba
import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from serai.kernels.choice import (
    ChoiceArrays,
    fill_choice,
    fill_curvature,
    fill_delays,
    fill_dues,
    fill_loads,
    fill_objective,
    fill_repaired,
    fill_sizes,
    fill_taken,
)
from tests.kernels import naive
from tests.kernels.naive import Cell, Nest, Route

Floats = NDArray[np.float64]


def fill(problem: ChoiceArrays, price: Floats) -> tuple[Floats, Floats, Floats]:
    """Return flows, values by chunk and loads, from arrays that were full of rubbish."""
    n_chunks = len(problem.chunk_start) - 1
    flow = np.full(len(problem.cost), np.nan)
    value, taken = np.full(n_chunks, np.nan), np.full((n_chunks, n_bundles(problem)), np.nan)
    fill_choice(problem, pay(problem, price), flow, value, taken)
    return flow, value, load(problem, taken, problem.use_amount, len(price))


def n_bundles(problem: ChoiceArrays) -> int:
    return len(problem.use_start) - 1


def pay(problem: ChoiceArrays, price: Floats) -> Floats:
    due = np.full(n_bundles(problem), np.nan)
    fill_dues(problem, price, due)
    return due


def load(problem: ChoiceArrays, taken: Floats, amount: Floats, n_limits: int) -> Floats:
    loads = np.full(n_limits, np.nan)
    fill_loads(problem, taken.sum(axis=0), amount, loads)
    return loads


def bend(
    problem: ChoiceArrays, flow: Floats, n_limits: int, kept: Sequence[int] | None = None
) -> Floats:
    """Return the curvature by the kept limits, all of them if none are named."""
    rows = list(range(n_limits)) if kept is None else list(kept)
    place = np.full(n_limits, -1, np.int32)
    place[rows] = np.arange(len(rows))
    out = np.full((len(problem.chunk_start) - 1, len(rows), len(rows)), np.nan)
    fill_curvature(problem, flow, place, problem.use_amount, np.ones(len(problem.cell_demand)), out)
    return np.asarray(out.sum(axis=0))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("seed", range(4))
def test_flows_values_and_loads_are_the_twins(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=17, n_limits=4, scale=scale)
    # A price of a whole capacity: about what a unit pays, times how many units fit.
    price = rng.exponential(scale, 4) * 100.0 * (rng.random(4) < 0.7)
    flow, value, loads = fill(naive.pack_cells(cells), price)
    flows, values = naive.choose(cells, price.tolist())
    # exp() of the two libraries differs by a unit in the last place, times the exponent (< 1e3).
    assert_allclose(flow, flows, rtol=1e-10, atol=1e-300)
    assert_allclose(value.sum(), sum(values), rtol=1e-12)
    assert_allclose(loads, naive.load_limits(cells, flows, 4), rtol=1e-10)


def test_every_cells_demand_is_shared_out_whole(rng: np.random.Generator) -> None:
    cells = naive.make_cells(rng, n_cells=40, n_limits=3)
    problem = naive.pack_cells(cells)
    flow, _, _ = fill(problem, rng.exponential(1e4, 3))
    served = np.add.reduceat(flow, problem.nest_start[problem.cell_start[:-1]])
    assert_allclose(served, problem.cell_demand, rtol=1e-14)  # a dozen shares that sum to one


def test_loads_are_sums_of_flow_times_amount(rng: np.random.Generator) -> None:
    cells = naive.make_cells(rng, n_cells=15, n_limits=5)
    problem = naive.pack_cells(cells)
    flow = rng.exponential(10.0, len(problem.cost))
    taken = np.full((3, n_bundles(problem)), np.nan)
    fill_taken(problem, flow, taken)
    assert n_bundles(problem) < len(flow)  # some share one
    assert_allclose(taken.sum(axis=0), np.bincount(problem.bundle, flow), rtol=1e-13)
    found = load(problem, taken, problem.use_amount, 5)
    assert_allclose(found, naive.load_limits(cells, flow.tolist(), 5), rtol=1e-13)
    routes = [route for cell in cells for nest in cell.nests for route in nest.routes]
    users = [sum(f for f, r in zip(flow, routes, strict=True) if i in r.use) for i in range(5)]
    found = load(problem, taken, np.ones_like(problem.use_amount), 5)
    assert_allclose(found, users, rtol=1e-13)


def test_the_slope_of_the_value_is_the_load(rng: np.random.Generator) -> None:
    cells = naive.make_cells(rng, n_cells=12, n_limits=4)
    problem = naive.pack_cells(cells)
    price = rng.exponential(3000.0, 4)
    _, _, loads = fill(problem, price)
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-3 * price[i]
        above, below = fill(problem, price + step)[1].sum(), fill(problem, price - step)[1].sum()
        slope = (above - below) / (2 * step[i])
        # A central difference: error of the order of (theta * step)^2 and of rounding.
        assert_allclose(loads[i], slope, rtol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_the_curvature_is_the_twins_and_that_of_the_load(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=15, n_limits=4)
    cells.append(Cell(0.0, 0.01, cells[0].nests))
    problem = naive.pack_cells(cells)
    price = rng.exponential(2000.0, 4)
    flow, _, _ = fill(problem, price)
    curvature = bend(problem, flow, 4)
    expected = naive.compute_curvature(cells, flow.tolist(), 4)
    # Differences of products: cancellation leaves about 1e-12 of the largest entry.
    assert_allclose(curvature, expected, atol=1e-11 * np.abs(expected).max())
    assert_allclose(curvature, curvature.T, atol=1e-13 * np.abs(expected).max())
    assert np.linalg.eigvalsh(curvature).min() > -1e-10 * np.abs(expected).max()
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-3 * price[i]
        above, below = (fill(problem, price + s)[2] for s in (step, -step))
        slope = -(above - below) / (2 * step[i])
        assert_allclose(curvature[:, i], slope, atol=1e-5 * np.abs(expected).max())


def test_the_curvature_by_some_limits_is_a_part_of_the_whole(rng: np.random.Generator) -> None:
    problem = naive.pack_cells(naive.make_cells(rng, n_cells=15, n_limits=6))
    flow, _, _ = fill(problem, rng.exponential(2000.0, 6))
    whole = bend(problem, flow, 6)
    for kept in ([4, 0, 3], [2], []):
        part = bend(problem, flow, 6, kept)
        assert_allclose(part, whole[np.ix_(kept, kept)], atol=1e-12 * np.abs(whole).max())


@pytest.mark.parametrize("seed", range(4))
def test_the_fall_of_loads_by_other_costs_is_the_twins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=12, n_limits=4)
    problem = naive.pack_cells(cells)
    flow, _, _ = fill(problem, rng.exponential(2000.0, 4))
    other = rng.exponential(3.0, len(problem.use_limit))
    worth = rng.exponential(2.0, len(cells))
    parts = np.full((len(problem.chunk_start) - 1, 4, 4), np.nan)
    fill_curvature(problem, flow, np.arange(4, dtype=np.int32), other, worth, parts)
    option_worth = np.repeat(worth, np.diff(problem.nest_start[problem.cell_start]))
    dues: list[dict[int, float]] = [
        {int(problem.use_limit[u]): float(other[u] * option_worth[r])
         for u in range(problem.use_start[b], problem.use_start[b + 1])}
        for r, b in enumerate(problem.bundle)
    ]  # fmt: skip
    expected = naive.compute_curvature(cells, flow.tolist(), 4, dues)
    assert_allclose(parts.sum(axis=0), expected, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("seed", range(4))
def test_the_objective_is_the_twins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=12, n_limits=4)
    problem = naive.pack_cells(cells)
    flow = rng.exponential(10.0, len(problem.cost)) * (rng.random(len(problem.cost)) < 0.8)
    first = problem.nest_start[problem.cell_start]
    flow *= np.repeat(problem.cell_demand / np.add.reduceat(flow, first[:-1]), np.diff(first))
    value = np.full(len(cells), np.nan)
    fill_objective(problem, flow, value)
    assert_allclose(value.sum(), naive.compute_primal(cells, flow.tolist()), rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_what_does_not_fit_goes_to_the_last_route(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = naive.make_cells(rng, n_cells=12, n_limits=4)
    problem = naive.pack_cells(cells)
    price = rng.exponential(1e3, 4)
    flow, _, loads = fill(problem, price * 0.0)
    loads = loads * np.array([1.0, 0.5, 1.5, 3.0])
    repaired, saved = np.full(len(flow), np.nan), np.full(len(cells), np.nan)
    fill_repaired(problem, pay(problem, price), loads, flow, repaired, saved)
    expected, due = [], []
    rest = iter(flow.tolist())
    for cell in cells:
        routes = [route for nest in cell.nests for route in nest.routes]
        mine = [next(rest) for _ in routes]
        kept = [f * min([1.0, *(1.0 / loads[i] for i in r.use if loads[i] > 1)])
                for f, r in zip(mine, routes, strict=True)]  # fmt: skip
        due.append(sum((f - k) * sum(a * price[i] for i, a in r.use.items())
                       for f, k, r in zip(mine, kept, routes, strict=True)))  # fmt: skip
        kept[-1] += sum(mine) - sum(kept)
        expected += kept
    assert_allclose(repaired, expected, rtol=1e-12, atol=1e-12)
    assert_allclose(saved, due, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_waits_on_routes_are_the_twins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    resource = np.array([0, 0, 1, 2, 2, 3], np.int32)
    wait = rng.choice([0.0, 2.5, 7.0, 40.0], 6)
    routes = [
        [int(limit) for r in rng.permutation(4)[: rng.integers(0, 5)]
         for limit in np.flatnonzero(resource == r) if rng.random() < 0.8]
        for _ in range(20)
    ]  # fmt: skip
    nest = Nest(1.0, 0.0, [Route(1.0, 0.0, dict.fromkeys(route, 1.0)) for route in routes])
    problem = naive.pack_cells([Cell(1.0, 1.0, [nest])], 1)
    hours = np.full(n_bundles(problem), np.nan)
    counts = np.full(len(problem.use_limit), np.nan)
    fill_delays(problem, resource, wait, hours, counts)
    for r, route in enumerate(routes):
        expected, waited = naive.wait_for(route, resource.tolist(), wait.tolist())
        bundle = problem.bundle[r]
        assert hours[bundle] == pytest.approx(expected)
        uses = slice(problem.use_start[bundle], problem.use_start[bundle + 1])
        assert counts[uses].tolist() == [float(w) for w in waited]


@pytest.mark.parametrize("dear", [1e2, 7e2, 7.4e2, 1e4])
def test_flows_too_small_to_divide_by_leave_the_curvature_finite(dear: float) -> None:
    # exp(-740) is so small that one divided by it overflows, exp(-1e4) is 0.
    gate = Nest(2.0, 0.0, [Route(dear, 0.0, {0: 1.0}), Route(dear, 0.0, {1: 2.0})])
    problem = naive.pack_cells([Cell(1.0, 1.0, [gate, Nest(1.0, 0.0, [Route(0.0, 0.0, {})])])], 1)
    flow, _, _ = fill(problem, np.zeros(2))
    curvature = bend(problem, flow, 2)
    assert np.isfinite(curvature).all()
    assert (np.diag(curvature) >= 0).all()


def test_a_cell_without_demand_adds_nothing() -> None:
    nests = [
        Nest(0.02, 0.0, [Route(100.0, 0.0, {0: 0.1})]),
        Nest(0.01, 0.0, [Route(300.0, 0.0, {})]),
    ]
    problem = naive.pack_cells([Cell(0.0, 0.01, nests)], n_chunks=1)
    flow, value, loads = fill(problem, np.array([5.0]))
    assert flow.tolist() == [0.0, 0.0]
    assert value.sum() == 0.0
    assert loads.tolist() == [0.0]
    assert bend(problem, flow, 1).tolist() == [[0.0]]


def test_costs_too_far_apart_for_an_exponential_do_no_harm() -> None:
    nests = [
        Nest(1.0, 0.0, [Route(1.0, 0.0, {}), Route(1e6, 0.0, {})]),
        Nest(1.0, 0.0, [Route(1e9, 0.0, {})]),
    ]
    flow, value, _ = fill(naive.pack_cells([Cell(10.0, 1.0, nests)], n_chunks=1), np.zeros(0))
    assert flow.tolist() == [10.0, 0.0, 0.0]
    assert value.tolist() == [10.0]


# ------------------------------------------------------------------------------ sizes


def size_up(
    nests: Sequence[Sequence[tuple[float, int]]],
    theta: Sequence[float],
    legs: Sequence[Sequence[int]],
    shares: Sequence[Sequence[float]],
) -> Floats:
    routes = [route for nest in nests for route in nest]
    log_size = np.full(len(routes), np.nan)
    fill_sizes(
        np.cumsum([0, *map(len, nests)], dtype=np.int64),
        np.array(theta, np.float64),
        np.array([cost for cost, _ in routes], np.float64),
        np.array([sequence for _, sequence in routes], np.int64),
        np.cumsum([0, *map(len, legs)], dtype=np.int64),
        np.array([leg for row in legs for leg in row], np.int32),
        np.array([share for row in shares for share in row], np.float64),
        log_size,
    )
    return log_size


@pytest.mark.parametrize("seed", range(6))
def test_path_sizes_are_the_twins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    legs = [rng.choice(7, int(n), replace=False).tolist() for n in rng.integers(1, 5, 8)]
    legs[3] = []  # a route without a leg
    shares = [rng.dirichlet(np.ones(len(row))).tolist() if row else [] for row in legs]
    nests = [
        [(float(rng.uniform(800, 1200)), int(rng.integers(0, 8))) for _ in range(int(n))]
        for n in rng.integers(1, 9, 12)
    ]
    theta = rng.uniform(1e-3, 3e-2, len(nests)).tolist()
    expected = [
        log
        for nest, scale in zip(nests, theta, strict=True)
        for log in naive.compute_sizes(
            [cost for cost, _ in nest], [number for _, number in nest], legs, shares, scale
        )
    ]
    log_size = size_up(nests, theta, legs, shares)
    assert_allclose(log_size, expected, rtol=1e-12, atol=1e-12)  # sums of up to eight exp()
    assert (log_size <= 1e-15).all()


def test_routes_that_share_no_leg_have_size_one() -> None:
    log_size = size_up([[(100.0, 0), (300.0, 1)]], [0.01], [[0, 1], [2]], [[0.3, 0.7], [1.0]])
    assert log_size.tolist() == [0.0, 0.0]


def test_a_leg_shared_by_two_of_three_routes_counts_half() -> None:
    log_size = size_up(
        [[(100.0, 0), (100.0, 1), (100.0, 2)]],
        [0.01],
        [[0, 1], [0, 2], [3]],
        [[0.6, 0.4], [0.6, 0.4], [1.0]],
    )
    # 0.6 / 2 + 0.4 = 0.7 for the first two.
    assert_allclose(np.exp(log_size), [0.7, 0.7, 1.0], rtol=1e-14)


def test_clones_split_the_size_of_their_sequence_and_leave_the_others_alone() -> None:
    legs, shares = [[0, 1], [0, 2]], [[0.5, 0.5], [0.5, 0.5]]
    alone = np.exp(size_up([[(100.0, 0), (120.0, 1)]], [0.02], legs, shares))
    cloned = np.exp(size_up([[(100.0, 0), (100.0, 0), (120.0, 1)]], [0.02], legs, shares))
    assert_allclose(cloned, [alone[0] / 2, alone[0] / 2, alone[1]], rtol=1e-14)


@pytest.mark.parametrize("costs", [[100.0], [100.0, 130.0], [100.0, 100.0, 130.0, 130.0, 400.0]])
def test_the_variants_of_a_sequence_weigh_together_what_the_best_weighs(costs: list[float]) -> None:
    theta = 0.02
    routes = [(cost, 0) for cost in costs]
    size = np.exp(size_up([[*routes, (150.0, 1)]], [theta], [[0], [1]], [[1.0], [1.0]]))
    weight = size[:-1] * np.exp(-theta * np.array(costs))
    assert_allclose(weight.sum(), math.exp(-theta * 100.0), rtol=1e-13)
    assert size[-1] == 1.0


# ------------------------------------------------------------------------------ threads


@pytest.fixture
def _threads_as_before() -> Iterator[None]:
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


@pytest.mark.skipif(numba.get_num_threads() < 2, reason="this machine has one core")
@pytest.mark.usefixtures("_threads_as_before")
def test_one_thread_and_two_give_the_same_bits() -> None:
    cells = naive.make_cells(np.random.default_rng(5), n_cells=60, n_limits=5)
    problem = naive.pack_cells(cells, n_chunks=16)
    price = np.random.default_rng(6).exponential(2000.0, 5)
    results = []
    for n_threads in (1, 2, 1):
        numba.set_num_threads(n_threads)
        flow, value, load = fill(problem, price)
        results.append((flow, value, load, bend(problem, flow, 5)))
    for others in results[1:]:
        for mine, other in zip(results[0], others, strict=True):
            assert mine.tobytes() == other.tobytes()
