"""Under which conditions: a share that is known, a study cut short, and what is said of a box."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serai.data.answers import read_answer, read_stored
from serai.data.journal import Journal
from serai.data.load import PACK, read_world
from serai.domain.conditions import ConditionsResult
from serai.domain.results import RunCertificate
from serai.domain.scenario import SetYearInput
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.model.apply import draw_world
from serai.outputs.conditions import draw_conditions, say_bounds
from serai.outputs.drawing import WIDE_IN
from serai.run import assign, prepare
from serai.studies import conditions as module
from serai.studies import states
from serai.studies.cases import case_scenario
from serai.studies.conditions import ConditionsPlan, conditions, rank_columns
from serai.studies.draws import group_inputs
from serai.studies.factors import list_factors, say_limit
from serai.studies.shares import measure, settle_cases
from serai.studies.states import (
    BLOCK,
    OCEAN,
    PACKAGES,
    State,
    StateWork,
    draw_states,
    list_packages,
    ocean_span,
    price_between,
    split_inputs,
)
from tests.command import serai, write_sound
from tests.invented import CERTIFICATE

SMALL = ConditionsPlan(draws=24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def world(folder: Path) -> World:
    return read_world(folder)


@pytest.fixture(scope="module")
def pack() -> World:
    return read_world()


def stand_in(monkeypatch: pytest.MonkeyPatch, share: Callable[[State], float]) -> list[State]:
    """Put a known function of the state in the model's place; return what it is asked."""
    asked: list[State] = []

    def do(_: StateWork, task: State) -> tuple[float, RunCertificate]:
        asked.append(task)
        return share(task), CERTIFICATE

    monkeypatch.setattr(states.StateWork, "do", do)
    return asked


def told(result: ConditionsResult) -> dict[str, Any]:
    return result.model_dump(exclude={"record"})


# ------------------------------------------------------------------------------ boxes


def test_a_known_box_is_found_told_and_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share is 0.5 with all projects and little fear of the Caspian, else 0.1."""
    row = int(split_inputs(world)["params.caspian_h"][0])
    stand_in(monkeypatch, lambda s: 0.5 if s.projects == "full" and s.z[row] < 0.0 else 0.1)
    result = conditions(world, plan=ConditionsPlan(share=0.3, draws=200), workers=1)
    assert {one.input_id for one in result.tested[:2]} == {"decisions.projects", "params.caspian_h"}
    (box,) = result.carries.boxes
    assert {limit.input_id for limit in box.limits} == {"decisions.projects", "params.caspian_h"}
    assert result.carries.base_rate == pytest.approx(0.25, abs=0.05)
    assert box.coverage > 0.9
    assert box.density > 0.9
    assert box.mass == pytest.approx(box.coverage * result.carries.base_rate / box.density)
    assert result.carries.held_out_density is not None
    assert 0.75 < result.carries.held_out_density <= 1.0
    by_id = {limit.input_id: limit for limit in box.limits}
    fear, built = by_id["params.caspian_h"], by_id["decisions.projects"]
    median = world.params["caspian_h"]
    assert fear.low is None
    assert fear.high == pytest.approx(median, rel=0.05)
    assert (fear.range_low, fear.range_high) == pytest.approx((0.8 * median, 1.2 * median), rel=0.6)
    assert (built.low, built.high) == (1.0, None)
    assert min(fear.support, built.support) > 0.8
    assert max(fear.chance, built.chance) < 0.01
    for part in ("With Russia closed the corridor carries at least 30 %", "have both; ",
                 "everything planned or proposed is built", "is at most "):  # fmt: skip
        assert part in box.sentence
    # The states that fail are those of two boxes: no projects, or much fear.
    sides = {tuple(limit.input_id for limit in box.limits) for box in result.fails.boxes}
    assert sides <= {("decisions.projects",), ("params.caspian_h",)}
    assert result.fails.coverage > 0.6
    peels = result.carries.peels
    assert [p.mass for p in peels] == sorted((p.mass for p in peels), reverse=True)
    assert peels[0].coverage == 1.0
    assert peels[0].density == result.carries.base_rate


def test_a_share_that_nothing_moves_has_no_box(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, lambda _: 0.1)
    result = conditions(world, plan=SMALL, workers=1)
    for found, rate in ((result.carries, 0.0), (result.fails, 1.0)):
        assert (found.boxes, found.peels, found.density) == ([], [], None)
        assert found.base_rate == rate
    assert result.tested == []


def test_ranks_tell_the_columns_that_matter_and_no_others() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((300, 40))
    y = np.exp(3.0 * x[:, 3]) - 2.0 * x[:, 7] + 0.2 * rng.standard_normal(300)
    found = rank_columns(x, y)
    assert [column for column, *_ in found] == [3, 7]
    assert found[0][1] > 0.8
    assert found[1][1] < -0.5
    noise = [rank_columns(rng.random((60, 40)), rng.random(60)) for _ in range(40)]
    assert sum(map(len, noise)) <= 2  # 0.4 expected
    decision = np.repeat([0.0, 1.0], 150)[:, None]
    assert rank_columns(np.hstack([decision, np.ones((300, 1))]), decision[:, 0])[0][0] == 0


# ------------------------------------------------------------------------------ states


def test_states_are_solved_as_cases_are(world: World) -> None:
    routes, runs = settle_cases(world, lambda *_: None)
    start = {key: run.end for key, run in runs.items()}
    draws = draw_states(world, n=4, seed=3, case="full")
    for russia in ("open", "closed"):
        work = StateWork(world=world, routes=routes, start=start, russia=russia)
        share, certificate = work.do(draws.states[0])
        assert certificate.holds()
        drawn = draw_world(world, draws.states[0].z)
        ocean = tuple(
            SetYearInput(kind="year_input", input_id=name,
                         value=price_between(span, draws.states[0].ocean))
            for name in OCEAN
            for span in (ocean_span(world, name),)
            if span is not None
        )  # fmt: skip
        slow = {}
        for key in (("today", "open"), ("full", russia)):
            plain = case_scenario(*key)
            scenario = plain.model_copy(update={"shocks": (*plain.shocks, *ocean)})
            slow[key] = assign(drawn, prepare(drawn, scenario), routes)
        assert share == pytest.approx(measure(slow).cases["full", russia].share, abs=1e-5)


def test_more_draws_begin_with_the_same_ones_and_inputs_move_together(world: World) -> None:
    few = draw_states(world, n=7, seed=1, case=None)
    many = draw_states(world, n=BLOCK + 3, seed=1, case=None)
    for a, b in zip(few.states, many.states, strict=False):
        assert np.array_equal(a.z, b.z)
        assert (a.ocean, a.projects, a.measures) == (b.ocean, b.projects, b.measures)
    assert not np.array_equal(draw_states(world, n=7, seed=2, case=None).place, few.place)
    for state in many.states:
        for rows in many.inputs.values():
            assert np.ptp(state.z[rows]) == 0.0
    assert sum(state.projects == "full" for state in many.states[:BLOCK]) == BLOCK // 2
    assert all(s.projects == "today" and s.measures == () for s in
               draw_states(world, n=3, seed=1, case="today").states)  # fmt: skip


def test_every_measure_with_an_effect_is_in_one_package(pack: World) -> None:
    packages = list_packages(pack)
    drawn = [m for ids in packages.values() for m in ids]
    assert sorted(drawn) == sorted(set(drawn) & set(pack.measures.ids))
    assert set(drawn) == set(pack.measures.ids) & set(pack.effects.owners)
    assert packages["trust"] == ("MS09", "MS10", "MS15")
    assert {"MS07", "MS19", "MS20"} <= set(packages["tariffs"])
    assert set(packages) == set(PACKAGES)


def test_the_ocean_goes_from_the_cheapest_to_the_dearest_year(pack: World) -> None:
    for name in OCEAN:
        span = ocean_span(pack, name)
        assert span is not None
        row = pack.year_inputs.table.value[pack.year_inputs.ids.index(name)]
        assert span == (np.nanmin(row), np.nanmax(row))
        assert price_between(span, 0.0) == pytest.approx(span[0])
        assert price_between(span, 1.0) == pytest.approx(span[1])
        assert price_between(span, 0.5) == pytest.approx(np.sqrt(span[0] * span[1]))


def test_inputs_are_those_of_the_other_studies(pack: World) -> None:
    mine, others = split_inputs(pack), group_inputs(pack)
    assert {d for rows in mine.values() for d in rows.tolist()} == {
        d for rows in others.values() for d in rows.tolist()
    }


def test_limits_are_said_in_the_inputs_own_units(pack: World) -> None:
    draws = draw_states(pack, n=2, seed=1, case=None)
    factors, x = list_factors(pack, draws, has_decisions=True)
    assert x.shape == (2, len(factors))
    by_id = {factor.id: factor for factor in factors}
    fear = by_id["params.caspian_h"]
    at = pack.params.ids.index("caspian_h")
    assert fear.read(0.5) == pytest.approx(pack.params["caspian_h"])
    assert fear.ends == pytest.approx((pack.params.table.low[at], pack.params.table.high[at]))
    said = {
        say_limit(fear, None, 0.5),
        say_limit(by_id["year_inputs.avoidance_share"], 0.5, None),
        say_limit(by_id["links.cost_usd_teu sea"], 0.25, None),
        say_limit(by_id["links.cost_usd_teu sea"], 0.25, 0.5),
        say_limit(by_id["ocean"], 0.0, 1.0),
        say_limit(by_id["decisions.tariffs"], None, 0.0),
        say_limit(by_id["classes.value_of_time_usd_per_t_day C_OM"], None, 0.5),
    }
    vot = pack.classes.value_of_time_usd_per_t_day.value[pack.classes.ids.index("C_OM")]
    assert said == {
        f"“Hours feared at the Caspian” is at most {pack.params['caspian_h']:.3g} h",
        "“Share of European shippers and insurers that avoid Russia and Belarus” is at least 55 %",
        "“Price per TEU, sea” lies in the upper 75 % of its range",
        "“Price per TEU, sea” lies between 25 % and 50 % of its range",
        "“Price of the ocean, China–North Europe” lies between 1,550 USD/FEU and 8,300 USD/FEU",
        "the tariff, subsidy and insurance measures are not in force",
        f"“Value of time: Containers, ordinary manufactures” is at most {vot:.3g} USD/t/day",
    }


# ------------------------------------------------------------------------------ the study


def test_any_number_of_workers_gives_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "N_HALVES", 5)
    results = [told(conditions(world, plan=SMALL, workers=n)) for n in (1, 2)]
    assert results[0] == results[1]
    assert results[0]["certificate"]["relative_gap"] < 1e-4


def test_a_study_cut_short_goes_on_and_serves_another_share(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = stand_in(monkeypatch, lambda s: float(0.3 + 0.1 * np.tanh(s.z.sum() / 40.0)))

    def study(name: str, plan: ConditionsPlan) -> ConditionsResult:
        journal = Journal(tmp_path / name, plan.name_study(world))
        return conditions(world, plan=plan, workers=1, journal=journal)

    whole = told(study("whole", ConditionsPlan(draws=60)))
    study("parts", ConditionsPlan(draws=25))
    asked.clear()
    assert told(study("parts", ConditionsPlan(draws=60))) == whole
    assert len(asked) == 35
    asked.clear()
    other = study("whole", ConditionsPlan(draws=60, share=0.3))
    assert asked == []
    assert other.carries.base_rate + other.fails.base_rate == pytest.approx(1.0)
    with pytest.raises(ScenarioError, match="steps of another study"):
        study("whole", ConditionsPlan(draws=60, russia="open"))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (ConditionsPlan(share=40.0), ("--share: got 40.0", "such as 0.25")),
        (ConditionsPlan(share=0.0), ("--share: got 0.0",)),
        (ConditionsPlan(case="all"), ("--case: got all", "today, funded, full")),
        (ConditionsPlan(russia="shut"), ("--russia: got shut", "open or closed")),
        (ConditionsPlan(draws=19), ("--draws: got 19", "20 or more")),
        (ConditionsPlan(seed=-1, draws=0), ("--seed: got -1", "--draws: got 0")),
    ],
)
def test_a_plan_that_cannot_be_followed_names_all_its_faults(
    plan: ConditionsPlan, words: tuple[str, ...]
) -> None:
    with pytest.raises(ScenarioError) as fault:
        plan.require()
    assert all(word in str(fault.value) for word in words)


def test_the_command_refuses_before_it_works_and_leaves_nothing(tmp_path: Path) -> None:
    outcome = serai("conditions", "--share", "2", "--chart", tmp_path / "chart.svg")
    assert outcome.code == 2
    assert "--share: got 2.0" in outcome.err
    outcome = serai("conditions", "--chart", tmp_path / "no" / "such" / "\0")
    assert outcome.code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_draws_and_goes_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    stand_in(monkeypatch, lambda s: 0.5 if "MS1" in s.measures else 0.1)
    chart = tmp_path / "chart.svg"
    outcome = serai("conditions", "--draws", "60", "--workers", "1", "--data", folder,
                    "--chart", chart, "--resume", tmp_path / "kept")  # fmt: skip
    assert outcome.code == 0, outcome.err
    told = " ".join(outcome.out.split())
    assert "Where the corridor carries at least 25 %, Russia closed: 50 % of 60 states" in told
    assert "measures are in force: 100 % of such states have this" in told
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert "at least 25 %" in chart.read_text("utf-8")
    assert len((tmp_path / "kept").read_text("utf-8").splitlines()) == 61


def test_the_stored_conditions_are_of_this_model(root: Path, pack: World) -> None:
    stored = read_stored(PACK).conditions
    assert stored is not None
    assert stored.certificate.holds()
    assert stored.n_draws >= 1000
    assert (stored.case, stored.russia) == (None, "closed")
    assert stored.packages == {name: list(ids) for name, ids in list_packages(pack).items()}
    answer = read_answer(root / "src/serai/data/pack/answer.json")
    central = {(case.case, case.russia): case.share.central for case in answer.cases}
    assert stored.drawn.central == pytest.approx(central["full", "closed"], abs=0.01)
    for found in (stored.carries, stored.fails):
        for box in found.boxes:
            assert box.density > found.base_rate
            assert all(say_bounds(limit) for limit in box.limits)
            assert len(box.limits) <= module.MOST_LIMITS
    chart = (root / "docs/pictures/conditions.svg").read_text("utf-8").rstrip("\n")
    assert chart == draw_conditions(stored, width_in=WIDE_IN)
