"""The tightrope: shares, balance, its exact decomposition, and what has no data."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serai.data.load import PACK, read_world
from serai.data.tables import read_tables
from serai.data.vectors import read_events, read_ties
from serai.domain.scenario import CloseTransit, Scenario
from serai.domain.vectors import POWERS, RopeSet, TerritoryRow, Tie, Ties
from serai.errors import ScenarioError
from serai.model.apply import apply_scenario
from serai.run import Bases, run_scenario
from serai.studies.events import find_event, list_events
from serai.studies.tightrope import Question, check_country, scenario_after, tightrope
from serai.studies.transit import (
    draw_last,
    find_reverse,
    find_territories,
    solve_without,
    transit_rope,
)
from serai.studies.vectors import (
    DIMENSIONS,
    balance_of,
    change_by_power,
    no_data,
    pick_set,
    rope_of,
    score_of,
)
from tests.toy import toy_world


def tell(_stage: str, _done: int, _total: int) -> None:
    pass


def rope_set(shares: dict[str, float], *, total: float | None = None, year: int = 2023) -> RopeSet:
    ties = [
        Tie(id=f"T{i}", power=p, use="share" if total is None else "amount", value=v, low=v, high=v)
        for i, (p, v) in enumerate(shares.items())
    ]
    if total is not None:
        ties.append(Tie(id="TALL", power="ALL", use="total", value=total, low=total, high=total))
    return RopeSet(
        id="one", country="KAZ", dimension="trade", year=year, since=year, measure="goods",
        unit="%" if total is None else "bn USD", is_headline=True, note="", ties=tuple(ties),
    )  # fmt: skip


# ------------------------------------------------------------------------------ balance


def test_balance_is_one_where_all_hold_alike_and_zero_where_one_holds_all() -> None:
    n = len(POWERS)
    assert balance_of(1.0 / n) == pytest.approx(1.0)
    assert balance_of(1.0) == pytest.approx(0.0)


def test_a_rope_is_what_its_formulas_say() -> None:
    rope, samples = rope_of(rope_set({"EU": 40.0, "CHN": 30.0, "RUS": 20.0}))
    thin, block = 0.4**2 + 0.3**2 + 0.2**2, 0.1**2
    assert rope.rest == pytest.approx(0.1)
    assert rope.concentration == pytest.approx(thin + block / 2)
    assert rope.n_effective == pytest.approx(1 / (thin + block / 2))
    assert rope.balance == pytest.approx(float(balance_of(thin + block / 2)))
    assert balance_of(thin + block) <= samples.min() <= samples.max() <= balance_of(thin)
    assert [s.power for s in rope.shares] == ["EU", "CHN", "RUS"]


def test_amounts_with_a_whole_are_the_same_as_shares() -> None:
    by_share, _ = rope_of(rope_set({"EU": 40.0, "CHN": 30.0}))
    by_amount, _ = rope_of(rope_set({"EU": 80.0, "CHN": 60.0}, total=200.0))
    assert by_amount.balance == pytest.approx(by_share.balance)
    assert by_amount.rest == pytest.approx(by_share.rest)


def test_sources_that_disagree_widen_the_band_and_leave_the_value() -> None:
    plain = rope_set({"EU": 40.0, "CHN": 20.0})
    rival = Tie(id="T9", power="CHN", use="alternative", value=35.0, low=35.0, high=35.0)
    wider, _ = rope_of(replace(plain, ties=(*plain.ties, rival)))
    rope, _ = rope_of(plain)
    assert wider.balance == rope.balance
    one, two = (next(s for s in r.shares if s.power == "CHN") for r in (rope, wider))
    assert one.low == one.high == pytest.approx(0.2)
    assert two.low < 0.25
    assert two.high > 0.3
    assert two.evidence == ["T1", "T9"]


share = st.floats(0.0, 0.3)


@given(st.tuples(share, share, share), st.tuples(share, share, share))
def test_the_change_of_a_rope_is_exactly_that_of_its_powers(
    a: tuple[float, ...], b: tuple[float, ...]
) -> None:
    names = ("EU", "CHN", "RUS")
    before, after = (
        rope_of(rope_set({p: 100 * v for p, v in zip(names, x, strict=True)}))[0] for x in (a, b)
    )
    parts = change_by_power(before, after)
    assert sum(parts.values()) == pytest.approx((after.balance or 0) - (before.balance or 0))


def test_what_has_no_data_is_not_zero_and_moves_no_score() -> None:
    rope, samples = rope_of(rope_set({"EU": 40.0, "CHN": 30.0}))
    alone = score_of([rope], {"trade": samples})
    beside = score_of([rope, no_data("debt")], {"trade": samples})
    assert no_data("debt").balance is None
    assert alone == beside
    assert alone["score"] == pytest.approx(100 * (rope.balance or 0))
    assert score_of([no_data("debt")], {})["score"] is None


def test_a_year_takes_the_newest_figures_that_are_not_too_old() -> None:
    sets = [rope_set({"EU": 1.0}, year=y) for y in (2019, 2021, 2024)]
    found = {y: pick_set(sets, "KAZ", "trade", y) for y in range(2018, 2029)}
    assert {y: s.year for y, s in found.items() if s} == {
        2019: 2019, 2020: 2019, 2021: 2021, 2022: 2021, 2023: 2021, 2024: 2024, 2025: 2024,
        2026: 2024, 2027: 2024,
    }  # fmt: skip
    assert pick_set(sets, "KAZ", "debt", 2024) is None


def test_figures_of_one_holder_stand_only_where_there_are_no_others() -> None:
    alone, fuller = rope_set({"EU": 50.0}, year=2023), rope_set({"EU": 40.0, "CHN": 9.0}, year=2021)
    assert pick_set([alone, fuller], "KAZ", "trade", 2023) is fuller
    assert pick_set([alone, fuller], "KAZ", "trade", 2025) is alone
    years = replace(alone, since=2020)
    assert pick_set([years], "KAZ", "trade", 2020) is years
    assert pick_set([years], "KAZ", "trade", 2019) is None


# ------------------------------------------------------------------------------ the pack


@pytest.fixture(scope="module")
def ties() -> Ties:
    return read_ties()


def test_every_rope_of_the_pack_can_be_computed(ties: Ties) -> None:
    for found in ties.sets:
        rope, samples = rope_of(found)
        assert found.dimension in DIMENSIONS, found.id
        assert {t.power for t in found.ties if t.use in ("amount", "share")} <= set(POWERS), (
            found.id
        )
        assert sum(s.share for s in rope.shares) + rope.others <= 1.0 + 1e-9, found.id
        assert rope.balance is not None
        assert 0.0 <= rope.balance <= 1.0, found.id
        assert np.isfinite(samples).all()


def test_ropes_agree_with_the_worked_example_of_arms(ties: Ties) -> None:
    # Russia 88 % of arms imports 2020-24 makes 0.23-0.25, the rest as one block or spread.
    found = pick_set(ties.sets, "KAZ", "security", 2024)
    assert found is not None
    rope, _ = rope_of(found)
    assert 0.23 <= (rope.balance or 0) <= 0.25


def test_a_whole_that_is_derived_is_what_its_two_ties_make(ties: Ties) -> None:
    rows = {r["id"]: r for r in read_tables(PACK)["ties"].to_dict("records")}
    derived = [t for s in ties.sets for t in s.ties if "/" in t.id]
    assert len(derived) >= 3
    for tie in derived:
        amount, part = tie.id.split("/")
        whole = float(rows[amount]["value"]) / (float(rows[part]["value"]) / 100.0)
        assert tie.value == pytest.approx(whole)


def test_every_event_is_tied_to_the_model_or_says_why_not() -> None:
    events = read_events()
    tables = read_tables(PACK)
    known = {
        *tables["measures"].measure_id, *tables["projects"].project_id,
        *tables["closures"].closure_id, *tables["year_inputs"].input_id,
    }  # fmt: skip
    assert len(events) >= 208
    assert len({e.id for e in events}) == len(events)
    for event in events:
        assert set(event.model_ids) <= known, event.id
        assert event.reason, event.id
        assert event.status in ("announced", "signed", "in-force", "built", "held", "cancelled")
    assert [e.date for e in events] == sorted(e.date for e in events)


def test_events_are_found_by_party_sector_and_time() -> None:
    events = read_events()
    found = list_events(events, party="EU", since="2023").events
    assert found
    assert all("EUU" in e.parties and e.date >= "2023" for e in found)
    assert list_events(events, since="2099").events == []
    with pytest.raises(ScenarioError) as fault:
        list_events(events, party="ATL", sector="magic", since="soon")
    assert str(fault.value).count("got") == 3
    with pytest.raises(ScenarioError, match="E9999"):
        find_event(events, "E9999")


def test_unknown_countries_and_years_are_told_together(ties: Ties) -> None:
    with pytest.raises(ScenarioError) as fault:
        check_country(ties, "ATL", 1999)
    assert "ATL" in str(fault.value)
    assert "1999" in str(fault.value)
    with pytest.raises(ScenarioError, match="tables with ropes"):
        check_country(Ties(sets=(), flags=()), "KAZ", 2023)


def test_after_an_event_its_projects_are_built_and_others_say_why_not() -> None:
    events, world = read_events(), toy_world()
    project, measure = world.projects.ids[0], world.measures.ids[0]
    event = replace(events[0], model_ids=(project, measure, "X01"))
    before, scenario, told = scenario_after(world, event, 2023)
    assert before == Scenario(year=2023)
    assert scenario.projects == (project,)
    assert scenario.measures == (measure,)
    assert "X01" in told
    plain, same, told = scenario_after(world, replace(events[0], model_ids=()), 2023)
    assert plain == same == Scenario(year=2023)
    assert events[0].reason in told


def test_after_a_closure_the_year_is_compared_with_one_without_it() -> None:
    world, event = read_world(), read_events()[0]
    pumping = replace(event, model_ids=("X13",))
    before, after, told = scenario_after(world, pumping, 2025)
    assert before.lifted == ("X13",)
    assert after.lifted == ()
    assert "other years" not in told
    kept, lifted = (apply_scenario(world, s).capacity_t_yr for s in (after, before))
    (cpc,) = np.flatnonzero(np.nan_to_num(lifted - kept) > 0)
    assert world.network.resources.ids[cpc].startswith("R_CPC")
    before, after, told = scenario_after(world, pumping, 2019)
    assert before == after
    assert "other years" in told
    with pytest.raises(ScenarioError, match="X99"):
        apply_scenario(world, Scenario(lifted=("X99",)))


# ------------------------------------------------------------------------------ territory


def test_territories_are_those_that_a_slow_count_finds() -> None:
    world, scenario = toy_world(), Scenario(year=2023)
    solved = solve_without(Bases(world), scenario, ("RUS", "KAZ"), tell=tell)
    rows = find_territories(solved, "KAZ")
    run = run_scenario(world, scenario)
    links, places = world.network.links, [*world.network.places.countries, ""]
    zones = world.zones.countries
    value, crossing = 0.0, 0.0
    for option, route in enumerate(run.problem.option_route.tolist()):
        cell = int(run.problem.group_cell[run.problem.option_group[option]])
        ends = {zones[run.setting.cells.origin[cell]], zones[run.setting.cells.dest[cell]]}
        if "KAZ" not in ends or len(ends) == 1:
            continue
        k = int(run.setting.cells.class_ix[cell])
        worth = float(run.solution.flow[option]) * world.classes.tonnes_per_unit[k]
        worth *= float(world.classes.value_usd_per_t.value[k])
        value += worth
        path = run.routes.link_ix[run.routes.link_start[route] : run.routes.link_start[route + 1]]
        land = [i for i in path if links.kind[i] not in ("sea", "feeder", "ferry", "river")]
        met = {places[links.to_place[i]] for i in land} if route >= 0 else set()
        crossing += worth * ("RUS" in met and "RUS" not in ends)
    found = next(r for r in rows if (r.goods, r.territory) == ("all", "RUS"))
    assert found.crossing_share == pytest.approx(crossing / value, rel=1e-6)
    assert found.loss is not None
    assert 0.0 < found.loss <= 1.0
    assert found.kept is not None
    assert 0.0 <= found.kept <= 1.0
    assert all(r.last_share <= r.crossing_share + 1e-9 for r in rows)
    rope, none = transit_rope(rows, 2023)
    assert sum(s.share for s in rope.shares) == pytest.approx(1.0)
    assert (rope.balance_low, rope.balance_high, len(none)) == (None, None, 0)
    reverse = {(r.power, r.goods): r for r in find_reverse(solved, "KAZ", rows)}
    mine = {(r.territory, r.goods): r for r in find_territories(solved, "CHN")}
    turned = reverse["CHN", "all"]
    assert turned.crossing_share == mine["KAZ", "all"].crossing_share > 0
    assert turned.loss == mine["KAZ", "all"].loss
    assert turned.asymmetry is None, "China was not closed"
    assert reverse["RUS", "all"].asymmetry == pytest.approx(found.loss - reverse["RUS", "all"].loss)


def test_the_band_of_the_transit_rope_is_that_of_its_draws() -> None:
    world = toy_world()
    solved = solve_without(Bases(world), Scenario(year=2023), (), tell=tell)
    drawn = draw_last(world, solved.base, "KAZ", n=6, seed=3, workers=1, tell=tell)
    rope, balances = transit_rope(find_territories(solved, "KAZ"), 2023, drawn)
    assert len(drawn) == len(balances) == 6
    assert all(sum(one.values()) == pytest.approx(1.0) for one in drawn)
    assert rope.balance_low is not None
    assert rope.balance_high is not None
    assert rope.balance_low < rope.balance_high
    assert rope.balance is not None
    assert rope.balance_low <= rope.balance <= rope.balance_high
    low, high = np.quantile(balances, (0.1, 0.9))
    assert (rope.balance_low, rope.balance_high) == (
        min(low, rope.balance), max(high, rope.balance),
    )  # fmt: skip
    n = len(POWERS)
    slow = [1 - (sum(v * v for v in one.values()) - 1 / n) / (1 - 1 / n) for one in drawn]
    assert balances.tolist() == pytest.approx(slow)
    again = draw_last(world, solved.base, "KAZ", n=6, seed=3, workers=2, tell=tell)
    assert again == drawn


def test_the_change_since_a_year_is_the_sum_of_its_ropes_and_powers(ties: Ties) -> None:
    bases, years = Bases(toy_world()), (2021, 2023)
    told = tightrope(bases, ties, "KAZ", 2023, question=Question(lose=(), since=2021), tell=tell)
    ropes = [
        {r.dimension: r for r in tightrope(bases, ties, "KAZ", year, question=Question(lose=()),
                                           tell=tell).ropes if r.has_data}
        for year in years
    ]  # fmt: skip
    both = ropes[0].keys() & ropes[1].keys()
    assert {c.dimension for c in told.changes} == both
    scores = [100 * sum(r[d].balance or 0.0 for d in both) / len(both) for r in ropes]
    assert sum(c.points for c in told.changes) == pytest.approx(scores[1] - scores[0])
    for change in told.changes:
        assert sum(change.by_power.values()) == pytest.approx(change.points)


def test_a_country_stands_with_its_ropes_and_what_a_scenario_shifts(ties: Ties) -> None:
    bases = Bases(toy_world())
    shut = Scenario(
        name="shut", year=2023, shocks=(CloseTransit(kind="close_transit", countries=("RUS",)),)
    )
    plain = tightrope(bases, ties, "KAZ", 2023, question=Question(lose=()), tell=tell)
    shifted = tightrope(
        bases, ties, "KAZ", 2023, question=Question(scenario=shut, lose=()), tell=tell
    )
    assert [r.dimension for r in plain.ropes] == list(DIMENSIONS)
    assert plain.territories_before == []
    assert shifted.territories_before == plain.territories

    def crossing(rows: list[TerritoryRow]) -> float:
        return sum(r.crossing_share for r in rows if (r.goods, r.territory) == ("all", "RUS"))

    ropes = [next(r for r in x.ropes if r.dimension == "transit") for x in (plain, shifted)]
    moved = [r.balance or 0.0 for r in ropes]
    assert sum(shifted.shift.values()) == pytest.approx(moved[1] - moved[0])
    assert plain.shift == {}
    assert crossing(plain.territories) > 0
    assert crossing(shifted.territories) == 0
    assert any(not r.has_data for r in plain.ropes)
    assert plain.score is not None
    assert plain.score_low is not None
    assert plain.score_high is not None
    assert plain.score_low <= plain.score_high
    assert set(plain.without) == {r.dimension for r in plain.ropes if r.has_data}
