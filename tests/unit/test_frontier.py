"""The replacement frontier: every set where that is feasible, near the best where it is not."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from serai.data.answers import read_answer, read_stored
from serai.data.load import PACK, read_world
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.outputs.drawing import WIDE_IN
from serai.outputs.frontier import draw_frontier
from serai.run import assign, prepare
from serai.studies import frontier as module
from serai.studies.cases import case_scenario
from serai.studies.frontier import (
    LEAST_GAIN,
    Found,
    find_envelope,
    frontier,
    search_sets,
    thin_out,
)
from serai.studies.sets import find_candidates
from serai.studies.shares import measure, settle_cases
from tests.invented import CERTIFICATE
from tests.toy import toy_world

Chosen = frozenset[str]


def found(forced: float, voluntary: float) -> Found:
    return Found(forced=forced, voluntary=voluntary, usd_feu=1.0, days=1.0, certificate=CERTIFICATE)


def subsets(names: list[str]) -> list[Chosen]:
    return [
        frozenset(one) for n in range(len(names) + 1) for one in itertools.combinations(names, n)
    ]


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


def test_points_are_the_best_of_all_sets_solved_one_by_one(world: World) -> None:
    names = list(find_candidates(world, world.projects.ids[:2]))
    result = frontier(world, candidates=names, draws=0, workers=1)
    assert result.is_exact
    assert result.n_sets == 2 ** len(names)
    routes, _ = settle_cases(world, lambda *_: None)
    cost = dict(zip(world.projects.ids, world.projects.capex_musd.value.tolist(), strict=True))
    base = assign(world, prepare(world, case_scenario("today", "open")), routes)
    slow = {}
    for chosen in subsets(names):
        update = {"projects": tuple(sorted(chosen)), "measures": "all"}
        runs = {("today", "open"): base}
        for russia in ("open", "closed"):
            scenario = case_scenario("full", russia).model_copy(update=update)
            runs["set", russia] = assign(world, prepare(world, scenario), routes)
        cases = measure(runs).cases
        capital = sum(cost[p] for p in chosen)
        slow[chosen] = capital, cases["set", "closed"].share, cases["set", "open"].share
    for point in result.points:
        within = [one for one in slow.values() if one[0] <= point.capex_musd + 1e-9]
        best = max(one[1] for one in within), max(one[2] for one in within)
        assert point.forced_share.central == pytest.approx(best[0], abs=1e-4)
        assert point.voluntary_share.central == pytest.approx(best[1], abs=1e-4)
        assert slow[frozenset(point.projects)][0] == pytest.approx(point.capex_musd)
    assert max(one[1] for one in slow.values()) == pytest.approx(
        result.points[-1].forced_share.central, abs=LEAST_GAIN
    )


def test_bands_never_fall_and_any_number_of_workers_gives_the_same(world: World) -> None:
    names = find_candidates(world, world.projects.ids[:2])
    results = [
        frontier(world, candidates=names, draws=4, workers=n).model_dump(exclude={"record"})
        for n in (1, 2)
    ]
    assert results[0] == results[1]
    points = results[0]["points"]
    for share, end in itertools.product(
        ("forced_share", "voluntary_share"), ("low", "value", "high", "central")
    ):
        values = [point[share][end] for point in points]
        assert values == sorted(values), (share, end)


# ------------------------------------------------------------------------------ the search


def port_and_track(chosen: Chosen) -> float:
    """Eleven projects: a port is worth nothing without its track, two berths share one sea."""
    worth = {f"P{i}": 0.01 * (i + 1) for i in range(6)}
    share = sum(worth.get(p, 0.0) for p in chosen)
    share += 0.12 * ("port" in chosen and "track" in chosen)
    share += 0.05 * ("berth" in chosen or "pier" in chosen)
    return share - 0.005 * ("idle" in chosen)


COST = {f"P{i}": 100.0 * (6 - i) for i in range(6)} | {
    "port": 300.0, "track": 500.0, "berth": 80.0, "pier": 90.0, "idle": 10.0,
}  # fmt: skip


def solver(of: Callable[[Chosen], float], counts: list[int]) -> Callable[..., list[Found]]:
    def solve(_stage: str, sets: tuple[Chosen, ...]) -> list[Found]:
        counts.append(len(sets))
        return [found(of(one), 0.5 * of(one)) for one in sets]

    return solve


def test_the_search_comes_near_the_frontier_of_all_sets() -> None:
    """2,048 sets are listed; the search solves a twelfth of them and is never far below."""
    counts: list[int] = []
    searched = search_sets(COST, solver(port_and_track, counts))
    assert sum(counts) == len(searched) < 200
    every = {one: port_and_track(one) for one in subsets(list(COST))}

    def best(sets: dict[Chosen, float], capital: float) -> float:
        return max(v for one, v in sets.items() if sum(COST[p] for p in one) <= capital)

    mine = {one: f.forced for one, f in searched.items()}
    for capital in np.linspace(0.0, sum(COST.values()), 60):
        assert best(mine, capital) >= best(every, capital) - 0.03
    assert max(mine.values()) == pytest.approx(max(every.values()))


def test_few_projects_are_tried_in_every_set() -> None:
    few = dict(list(COST.items())[:5])
    assert set(search_sets(few, solver(port_and_track, []))) == set(subsets(list(few)))


@given(
    st.lists(
        st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=8, max_size=8
    ),
    st.tuples(*[st.floats(1.0, 1000.0)] * 3),
)  # fmt: skip
def test_the_envelope_is_the_running_maximum(
    shares: list[tuple[float, float]], costs: tuple[float, float, float]
) -> None:
    cost = dict(zip("ABC", costs, strict=True))
    # Sets of one price may take turns: the best forced and the best voluntary of it.
    assume(len({sum(cost[p] for p in sorted(one)) for one in subsets(list("ABC"))}) == len(shares))
    sets = {one: found(*pair) for one, pair in zip(subsets(list("ABC")), shares, strict=True)}
    envelope = find_envelope(sets, cost)
    capital = [sum(cost[p] for p in sorted(one)) for one in envelope]
    assert envelope[0] == frozenset()
    assert capital == sorted(capital)
    points = module._points(sets, envelope, cost, ())
    for share in ("forced_share", "voluntary_share"):
        told = [getattr(point, share).central for point in points]
        assert told == sorted(told)
    for point in points:
        for share, of in (("forced_share", "forced"), ("voluntary_share", "voluntary")):
            within = max(
                getattr(one, of) for chosen, one in sets.items()
                if sum(cost[p] for p in sorted(chosen)) <= point.capex_musd
            )  # fmt: skip
            # A rise of LEAST_GAIN itself may round to less.
            assert getattr(point, share).central >= within - LEAST_GAIN - 1e-15
    last = points[-1]
    assert last.forced_share.central == max(one.forced for one in sets.values())
    assert last.voluntary_share.central == max(one.voluntary for one in sets.values())


def test_points_are_thinned_out_by_what_they_hide() -> None:
    """Of thirteen points three go: the smallest rises over the shortest way."""
    cost = {f"P{i:02}": 100.0 for i in range(12)}
    names = sorted(cost)
    small = (3, 6, 9)
    envelope, sets, share = [], {}, 0.0
    for n in range(13):
        share += 0.0 if n == 0 else 0.003 if n in small else 0.05
        envelope.append(frozenset(names[:n]))
        sets[envelope[-1]] = found(share, 0.0)
    kept = thin_out(envelope, sets, cost)
    assert [len(one) for one in kept] == [n for n in range(13) if n not in small]
    assert thin_out(kept, sets, cost) == kept


def test_projects_that_cannot_be_chosen_are_all_named() -> None:
    pack = read_world()
    with pytest.raises(ScenarioError) as fault:
        find_candidates(pack, ("PJ01", "PJ99", "PJ08"))
    assert "PJ99" in str(fault.value)
    assert "PJ08, which is built" in str(fault.value)
    assert find_candidates(pack, ("PJ01", "PJ01")) == ("PJ01",)
    assert len(find_candidates(pack)) == 31


def test_the_stored_frontier_is_of_this_model(root: Path) -> None:
    """With nothing built and no measure it begins below, with all it ends above the answer's."""
    stored = read_stored(PACK).frontier
    assert stored is not None
    assert stored.certificate.holds()
    assert stored.n_draws >= 10
    assert set(stored.candidates) == set(find_candidates(read_world()))
    answer = read_answer(root / "src/serai/data/pack/answer.json")
    told = {(case.case, case.russia): case.share.central for case in answer.cases}
    assert stored.points[0].forced_share.central > told["today", "closed"]
    assert stored.points[-1].forced_share.central > told["full", "closed"]
    assert stored.divertible.teu == pytest.approx(answer.divertible.teu, rel=0.01)
    shares = [point.forced_share.value for point in stored.points]
    assert shares == sorted(shares)
    chart = (root / "docs/pictures/frontier.svg").read_text("utf-8").rstrip("\n")
    assert chart == draw_frontier(stored, width_in=WIDE_IN)
