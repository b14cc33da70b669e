"""Investment: sums by hand, welfare term by term, the best set against all sets."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from serai.data.appraisal import read_appraisal
from serai.domain.results import Amounts
from serai.domain.world import World
from serai.errors import DataError, ScenarioError
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.outputs.invest import describe_invest, draw_invest
from serai.run import Run, assign, prepare
from serai.studies.appraise import LAST_YEAR, Works, annuity, flows_of, ratio_of
from serai.studies.bounds import Master
from serai.studies.cases import case_scenario
from serai.studies.invest import Budgeted, invest
from serai.studies.invest_search import NOTHING, Ledger, Search
from serai.studies.sets import Built, Chosen, SetTask, Way, find_candidates, set_scenario
from serai.studies.shares import Progress, settle_cases
from serai.studies.tally import scarcity_usd
from serai.studies.welfare import Welfare, welfare
from tests.invented import CERTIFICATE
from tests.toy import toy_tables, toy_world, write_tables


@pytest.fixture(scope="module")
def world() -> World:
    return toy_world()


# ------------------------------------------------------------------------------ money by hand


def test_a_programme_by_hand() -> None:
    """90 million over 2026-2028 for 20 years: 30 a year, open 2029, 12 of 20 years used by 2040."""
    works = Works(project="A", capex_musd=90.0, open_year=2029, lifetime_yr=20.0, upkeep_musd=2.0)
    rows, residual = flows_of([works], dict.fromkeys(range(2026, 2041), 10.0), spend_years=3)
    assert [row.capital_musd for row in rows] == [30.0, 30.0, 30.0, *[0.0] * 12]
    assert [row.upkeep_musd for row in rows] == [0.0, 0.0, 0.0, *[2.0] * 12]
    assert [row.opened for row in rows] == [[], [], [], ["A"], *[[]] * 11]
    assert residual == pytest.approx(90.0 * 8 / 20)
    npv, ratio = ratio_of(rows, residual, 0.0)
    assert npv == pytest.approx(150.0 - (90.0 + 24.0 - 36.0))
    assert ratio == pytest.approx(150.0 / 78.0)
    npv, _ = ratio_of(rows, residual, 0.10)
    by_year = sum((row.benefit_musd - row.capital_musd - row.upkeep_musd) / 1.1**i
                  for i, row in enumerate(rows))  # fmt: skip
    assert npv == pytest.approx(by_year + 36.0 / 1.1**15)


def test_capital_of_the_past_is_spent_in_the_first_year() -> None:
    works = Works(project="A", capex_musd=30.0, open_year=2027, lifetime_yr=30.0, upkeep_musd=0.0)
    rows, _ = flows_of([works], dict.fromkeys(range(2026, 2041), 0.0), spend_years=3)
    assert [row.capital_musd for row in rows][:2] == [30.0, 0.0]


def test_an_annuity_pays_the_loan_back() -> None:
    debt, paid = 1.0, annuity(0.07, 25)
    for _ in range(25):
        debt = debt * 1.07 - paid
    assert debt == pytest.approx(0.0, abs=1e-12)


# ------------------------------------------------------------------------------ welfare


def solved(world: World, chosen: Chosen, *, russia: str = "open") -> Run:
    routes, _ = settle_cases(world, lambda *_: None)
    return assign(world, prepare(world, set_scenario(chosen, russia, "all", 2023)), routes)


def slow_felt(run: Run) -> float:
    """Demand times the expected least cost of every group, one after the other."""
    arrays, dues = run.queued.arrays, scarcity_usd(run)
    cost = (
        arrays.cost
        + dues
        - arrays.log_size / np.repeat(arrays.nest_theta, np.diff(arrays.nest_start))
    )
    total = 0.0
    for k, demand in enumerate(arrays.cell_demand):
        nests = []
        for n in range(arrays.cell_start[k], arrays.cell_start[k + 1]):
            mine, theta = (
                cost[arrays.nest_start[n] : arrays.nest_start[n + 1]],
                arrays.nest_theta[n],
            )
            inner = -np.log(np.exp(-theta * (mine - mine.min())).sum()) / theta + mine.min()
            nests.append(inner + arrays.nest_constant[n])
        theta0, of = arrays.cell_theta[k], np.array(nests)
        total += demand * (of.min() - np.log(np.exp(-theta0 * (of - of.min())).sum()) / theta0)
    return total / 1e6


@pytest.mark.parametrize("russia", ["open", "closed"])
def test_felt_cost_is_demand_times_the_expected_least_cost(world: World, russia: str) -> None:
    run = solved(world, NOTHING, russia=russia)
    mine = welfare(run)
    assert mine.felt_musd == pytest.approx(slow_felt(run), rel=1e-6)
    price, load = run.limit_price, run.limit_load * run.setting.graph.limits.capacity
    assert mine.rent_musd == pytest.approx(float((price * load).sum()) / 1e6)


def test_the_rule_of_half_on_routes_comes_near_the_logsum(world: World) -> None:
    """A small change of one price: half the sum of flows times the fall of every route's cost."""
    routes, _ = settle_cases(world, lambda *_: None)
    runs = []
    for rise in (0.0, 6.0):
        change = {"kind": "change", "kinds": ["sea"], "quantity": "cost_usd_teu",
                  "operation": "add", "value": -rise}  # fmt: skip
        plain = case_scenario("today", "open").model_dump()
        scenario = type(case_scenario("today", "open")).model_validate(
            plain | {"changes": [change]}
        )
        runs.append(assign(world, prepare(world, scenario), routes))
    costs = [run.queued.arrays.cost + scarcity_usd(run) for run in runs]
    flows = [run.solution.flow for run in runs]
    half = float((0.5 * (flows[0] + flows[1]) * (costs[0] - costs[1])).sum()) / 1e6
    exact = welfare(runs[0]).felt_musd - welfare(runs[1]).felt_musd
    assert exact > 0
    assert half == pytest.approx(exact, rel=0.01)


# ------------------------------------------------------------------------------ the search

COST = {f"P{i}": 10.0 + 7.0 * i for i in range(7)} | {
    "port": 30.0, "track": 50.0, "berth": 8.0, "pier": 9.0,
}  # fmt: skip


def port_and_track(chosen: Chosen) -> float:
    """A port is worth nothing without its track, two berths share one sea, others add up."""
    worth = {f"P{i}": 9.0 + 8.0 * (i % 3) for i in range(7)}
    total = sum(worth.get(p, 0.0) for p in chosen)
    total += 120.0 * ("port" in chosen and "track" in chosen)
    return total + 15.0 * ("berth" in chosen or "pier" in chosen)


def built(benefit: float) -> Built:
    way = Way(
        share=benefit / 1e3, middle=Amounts(teu=benefit, t=benefit),
        welfare=Welfare(felt_musd=-benefit, rent_musd=0.0, paid_musd=0.0, subsidy_musd=0.0),
    )  # fmt: skip
    return Built(open=way, closed=way, usd_feu=1.0, days=1.0, certificate=CERTIFICATE)


class Invented:
    """A pool that solves nothing: benefits are given."""

    def do(self, tasks: Sequence[SetTask], *, tell: Progress, stage: str) -> Iterator[list[Built]]:
        tell(stage, 0, len(tasks))
        yield from ([built(port_and_track(one)) for one in task.sets] for task in tasks)


def search(budget: float | None, aim: str = "net") -> tuple[Ledger, list[str], float]:
    ledger = Ledger(
        pool=Invented(), tell=lambda *_: None, aim=aim, capex_musd=COST,  # type: ignore[arg-type]
        annual_cost_musd=COST, budget_musd=budget,
    )  # fmt: skip
    order, bound = Search(ledger=ledger, projects=tuple(COST)).run()
    return ledger, order, bound


def best_of_all(budget: float, value: Callable[[Chosen], float]) -> float:
    sets = (frozenset(one) for n in range(len(COST) + 1) for one in itertools.combinations(COST, n))
    return max(value(one) for one in sets if sum(COST[p] for p in one) <= budget)


@pytest.mark.parametrize("budget", [60.0, 100.0, 150.0, 1e9])
def test_the_best_of_2048_sets_is_found_and_bounded(budget: float) -> None:
    ledger, order, bound = search(None if budget == 1e9 else budget)
    best = best_of_all(budget, lambda s: port_and_track(s) - sum(COST[p] for p in s))
    found = ledger.ranked()[0]
    assert ledger.value(found) == pytest.approx(best)
    assert best - 1e-6 <= bound <= best * 1.01 + 1e-6
    assert len(ledger.found) < 200
    assert sum(COST[p] for p in order) <= budget


def test_a_share_is_made_as_large_as_a_budget_allows() -> None:
    ledger, _, bound = search(150.0, "forced")
    best = best_of_all(150.0, lambda s: port_and_track(s) / 1e3)
    assert ledger.value(ledger.ranked()[0]) == pytest.approx(best)
    assert bound >= best - 1e-9


def test_the_master_sees_what_every_solved_set_leaves_possible() -> None:
    a, b = frozenset("a"), frozenset("b")
    master = Master(
        projects=("a", "b"), cost=np.array([0.5, 2.5]), capex_musd=np.ones(2), budget_musd=None
    )
    known = {NOTHING: 0.0, a: 1.0, b: 2.0, a | b: 4.0}
    bound, chosen = master.solve(known)
    assert chosen == a | b
    assert bound == pytest.approx(1.0)


# ------------------------------------------------------------------------------ on the toy


def test_two_projects_on_the_toy(world: World) -> None:
    names = find_candidates(world, world.projects.ids[:2])
    results = [
        invest(
            world, Budgeted.of(world, named=names, draws=2), read_appraisal(), workers=n
        ).model_dump(exclude={"record"})
        for n in (1, 2)
    ]
    assert results[0] == results[1]
    result = results[0]
    assert result["is_exact"]
    assert result["relative_gap"] == 0.0
    base = welfare(solved(world, NOTHING))
    slow = {}
    for chosen in (frozenset(c) for n in range(3) for c in itertools.combinations(names, n)):
        now = welfare(solved(world, chosen))
        cost = sum(
            row["annual_cost_musd"] for row in result["projects"] if row["project"] in chosen
        )
        slow[chosen] = now.net_musd - base.net_musd - cost
    assert result["value"] == pytest.approx(max(slow.values()), abs=1e-3)
    for key in ("supply_teu", "supply_t"):
        steps = [point["marginal_usd"] for point in result[key]]
        assert steps == sorted(steps)
    chart = invest(world, Budgeted.of(world, named=names, draws=0), read_appraisal(), workers=1)
    for width_in in (WIDE_IN, NARROW_IN):
        assert draw_invest(chart, width_in=width_in).startswith("<svg")
    assert names[0] in describe_invest(chart)
    assert chart.last_year == LAST_YEAR


def test_every_fault_of_a_question_is_named(world: World) -> None:
    with pytest.raises(ScenarioError) as caught:
        Budgeted.of(world, named=["NONE"], budget_musd=-5.0)
    assert "NONE" in str(caught.value)
    assert "--budget: got -5" in str(caught.value)


def test_a_table_without_a_row_is_refused(tmp_path: Path) -> None:
    write_tables(tmp_path, toy_tables())
    assert read_appraisal(tmp_path).spend_years == read_appraisal().spend_years
    (tmp_path / "appraisal.csv").write_text(
        "name,value,low,high,unit,grade,source_ids,note\n"
        "discount_rate,0.05,0.03,0.09,share,assumed,S1,\n"
    )
    with pytest.raises(DataError, match="spend_years"):
        read_appraisal(tmp_path)
