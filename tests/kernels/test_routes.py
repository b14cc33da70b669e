"""Sums, legs and draws of paths against their naive twins."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from serai.kernels.routes import (
    count_legs,
    count_uses,
    fill_any,
    fill_draws,
    fill_last,
    fill_legs,
    fill_sums,
    fill_traffic,
    fill_uses,
)
from serai.model.routes import links_met
from tests.kernels import naive

N_LINKS = 30


@dataclass(frozen=True)
class Paths:
    """Random runs of links; the kernels do not ask whether they hang together."""

    lists: list[list[int]]
    start: NDArray[np.int64]
    link: NDArray[np.int32]


@pytest.fixture
def paths(rng: np.random.Generator) -> Paths:
    lists = [rng.integers(0, N_LINKS, int(n)).tolist() for n in rng.integers(0, 12, 60)]
    start = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return Paths(lists, start, np.array([i for path in lists for i in path], np.int32))


def test_sums_over_links_are_the_twins(paths: Paths, rng: np.random.Generator) -> None:
    values = rng.normal(0.0, 100.0, (2, N_LINKS))
    values[1, 3] = np.nan
    row = rng.integers(0, 2, len(paths.lists)).astype(np.int32)
    sums = np.full((len(paths.lists), 2), -1.0)
    both = np.stack([values, 2.0 * values], axis=2)
    fill_sums(paths.start, paths.link, row, both, sums)
    expected = np.array(naive.sum_values(paths.lists, row.tolist(), values.tolist()))
    # Same order of additions: equal to the last bit, NaN where a link has no value.
    np.testing.assert_array_equal(sums, np.stack([expected, 2.0 * expected], axis=1))
    assert np.isnan(sums).any()


def test_traffic_is_the_twins(paths: Paths, rng: np.random.Generator) -> None:
    path = rng.integers(-1, len(paths.lists), 200).astype(np.int32)
    column = rng.integers(0, 3, 200).astype(np.int32)
    amount = np.where(rng.random(200) < 0.1, 0.0, rng.normal(0.0, 100.0, 200))
    traffic = np.full((N_LINKS, 3), np.nan)
    fill_traffic(paths.start, paths.link, path, column, amount, traffic)
    expected = naive.add_traffic(
        paths.lists, zip(path.tolist(), column.tolist(), amount.tolist(), strict=True), N_LINKS, 3
    )
    # Same order of additions: equal to the last bit.
    np.testing.assert_array_equal(traffic, np.array(expected))
    assert (traffic != 0.0).any()


def test_the_last_country_is_the_twins(paths: Paths, rng: np.random.Generator) -> None:
    n = 5
    path = rng.integers(-1, len(paths.lists), 300).astype(np.int32)
    is_export = rng.random(300) < 0.5
    other = rng.integers(0, n, 300).astype(np.int32)
    ends = rng.integers(-1, n, (N_LINKS, 2)).astype(np.int32)
    is_sea, is_home = rng.random(N_LINKS) < 0.1, rng.random((n, n)) < 0.3
    last = np.full(300, -9, np.int32)
    fill_last(paths.start, paths.link, path, is_export, other, ends, is_sea, is_home, last)
    expected = [
        -1 if p < 0 else naive.find_last(
            paths.lists[p], out, ends.tolist(), is_sea.tolist(), np.flatnonzero(is_home[o]).tolist()
        )
        for p, out, o in zip(path.tolist(), is_export.tolist(), other.tolist(), strict=True)
    ]  # fmt: skip
    assert last.tolist() == expected
    assert len(set(expected)) == n + 1


def test_legs_are_the_runs_between_breaks(paths: Paths, rng: np.random.Generator) -> None:
    is_break = rng.random(N_LINKS) < 0.4
    hours = np.where(rng.random(N_LINKS) < 0.2, 0.0, rng.exponential(20.0, N_LINKS))
    ends = rng.integers(0, 9, (N_LINKS, 2)).astype(np.int32)
    count = np.full(len(paths.lists), -1, np.int64)
    count_legs(paths.start, paths.link, is_break, count)
    cut = [naive.cut_legs(path, is_break.tolist()) for path in paths.lists]
    assert count.tolist() == [len(legs) for legs in cut]
    leg_start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    leg_ends = np.full((leg_start[-1], 2), -1, np.int32)
    share, whole = np.full(leg_start[-1], np.nan), np.full(len(paths.lists), np.nan)
    fill_legs(paths.start, paths.link, is_break, ends, hours, leg_start, leg_ends, share, whole)
    assert_allclose(whole, [sum(hours[link] for link in path) for path in paths.lists], rtol=1e-14)
    pairs: list[tuple[int, int]] = [(int(a), int(b)) for a, b in ends]
    expected = [
        leg for legs in cut if legs for leg in naive.describe_legs(legs, pairs, hours.tolist())
    ]
    assert leg_ends.tolist() == [[a, b] for a, b, _ in expected]
    # A quotient of two sums of up to a dozen numbers: a few units in the last place.
    assert_allclose(share, [s for _, _, s in expected], rtol=1e-14)
    for path in range(len(paths.lists)):
        mine = share[leg_start[path] : leg_start[path + 1]]
        assert len(mine) == 0 or abs(mine.sum() - 1.0) < 1e-12


def test_legs_without_any_time_share_a_route_equally() -> None:
    start, link = np.array([0, 3], np.int64), np.array([0, 1, 2], np.int32)
    is_break = np.array([False, True, False])
    ends = np.array([[0, 1], [1, 2], [2, 3]], np.int32)
    leg_start = np.array([0, 2], np.int64)
    leg_ends, share = np.empty((2, 2), np.int32), np.empty(2)
    fill_legs(start, link, is_break, ends, np.zeros(3), leg_start, leg_ends, share, np.empty(1))
    assert share.tolist() == [0.5, 0.5]


def test_a_path_draws_on_each_resource_once_in_the_carriage_it_rides_in(
    paths: Paths, rng: np.random.Generator
) -> None:
    carriage = rng.integers(-1, 2, N_LINKS).astype(np.int8)
    direction = rng.integers(0, 2, N_LINKS).astype(np.int32)
    used = [rng.choice(8, int(n), replace=False).tolist() for n in rng.integers(0, 4, N_LINKS)]
    resource_start = np.cumsum([0, *map(len, used)], dtype=np.int32)
    resource_ix = np.array([r for row in used for r in row], np.int32)
    draw_start = np.zeros(len(paths.start), np.int64)
    draw = np.full(int(np.diff(resource_start)[paths.link].sum()), -1, np.int32)
    count = fill_draws(
        paths.start, paths.link, carriage, direction, resource_start, resource_ix, draw_start, draw
    )
    assert draw_start[-1] == count
    for path, links in enumerate(paths.lists):
        mine = draw[draw_start[path] : draw_start[path + 1]].tolist()
        assert mine == naive.list_draws(links, carriage.tolist(), direction.tolist(), used)
        assert len({code // 4 for code in mine}) == len(mine)


def test_a_path_has_a_flag_that_any_of_its_links_has(
    paths: Paths, rng: np.random.Generator
) -> None:
    flags = rng.random((N_LINKS, 70)) < np.linspace(0.0, 1.0, 70)
    words = [[sum(1 << b for b in range(64) if row[64 * w + b : 64 * w + b + 1].any())
              for w in range(2)] for row in flags]  # fmt: skip
    found = rng.integers(0, 9, (len(paths.lists), 2)).astype(np.uint64)  # rubbish to be overwritten
    fill_any(paths.start, paths.link, np.array(words, np.uint64), found)
    expected = [
        [any(flags[link, flag] for link in path) for flag in range(70)] for path in paths.lists
    ]
    assert [[bool(row[f // 64] >> (f % 64) & 1) for f in range(70)] for row in found.tolist()] == (
        expected
    )
    assert links_met(paths.start, paths.link, flags).tolist() == expected


def test_a_class_uses_the_limits_of_what_its_route_draws_on(rng: np.random.Generator) -> None:
    n_resources, n_classes, n_limits, n_routes, n_pairs = 6, 3, 9, 12, 80
    lists = [
        [int(4 * r + rng.integers(0, 4)) for r in rng.choice(n_resources, int(n), replace=False)]
        for n in rng.integers(0, 5, n_routes)
    ]
    draw_start = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    draw = np.array([code for row in lists for code in row], np.int32)
    who = rng.random((n_resources, n_classes, 2)) < 0.7
    limit_of = rng.integers(-1, n_limits, (n_resources, 2, n_classes, 2)).astype(np.int32)
    capacity = np.where(np.arange(n_limits) == 4, 0.0, rng.uniform(1.0, 50.0, n_limits))
    amount = rng.uniform(0.0, 9.0, (n_classes, 2))
    route = rng.integers(0, n_routes, n_pairs).astype(np.int32)
    class_ix = rng.integers(0, n_classes, n_pairs).astype(np.int32)
    count = np.full(n_pairs, -9, np.int64)
    count_uses(route, class_ix, draw_start, draw, who, limit_of, capacity, count)
    uses = [
        naive.list_uses(lists[r], k, who.tolist(), limit_of.tolist())
        for r, k in zip(route.tolist(), class_ix.tolist(), strict=True)
    ]
    dead = [any(limit == 4 for limit, _ in mine) for mine in uses]
    assert count.tolist() == [
        -1 if lost else len(mine) for mine, lost in zip(uses, dead, strict=True)
    ]
    assert any(dead)
    alive = np.flatnonzero(count >= 0)
    # One more that uses nothing: the outside route.
    start = np.cumsum([0, *count[alive], 0], dtype=np.int64)
    limit, share = np.full(start[-1], -9, np.int32), np.full(start[-1], np.nan)
    fill_uses(
        np.append(route[alive], -1).astype(np.int32),
        np.append(class_ix[alive], 0).astype(np.int32),
        draw_start, draw, who, limit_of, amount, capacity, start, limit, share,
    )  # fmt: skip
    expected = [(i, amount[class_ix[a], m] / capacity[i]) for a in alive for i, m in uses[a]]
    assert limit.tolist() == [i for i, _ in expected]
    assert share.tolist() == [s for _, s in expected]
