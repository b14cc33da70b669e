"""What moves the answer most: indices of a known function, and a study that can be cut short."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts import sensitivity_page
from serai.data.answers import read_answer, read_stored
from serai.data.journal import Journal
from serai.data.learning import read_learning
from serai.data.load import PACK, read_world
from serai.domain.sensitivity import Learning, SensitivityResult
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.outputs.drawing import WIDE_IN
from serai.outputs.sensitivity import draw_sensitivity
from serai.studies import draws
from serai.studies import sensitivity as module
from serai.studies.draws import Drawn, DrawTask, DrawWork, group_inputs
from serai.studies.sensitivity import FORCED, VOLUNTARY, Plan, sensitivity
from serai.studies.shares import CaseShares, settle_cases
from tests.command import write_sound
from tests.invented import CERTIFICATE

SMALL = Plan(trajectories=2, base=4, inputs=2)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("sound")
    write_sound(folder)
    return read_world(folder)


def shares(share: float) -> CaseShares:
    return CaseShares(
        share=share, share_t=share, teu=0.0, t=0.0, moved=np.zeros(0), left_north=0.0,
        by_class=np.zeros(0),
    )  # fmt: skip


def stand_in(monkeypatch: pytest.MonkeyPatch, forced: Callable[[Any], float]) -> list[DrawTask]:
    """Put a known function of the deviates in the model's place; return what it is asked."""
    asked: list[DrawTask] = []

    def do(_: DrawWork, task: DrawTask) -> Drawn:
        asked.append(task)
        cases = {FORCED: shares(forced(task.z)), VOLUNTARY: shares(0.25)}
        return Drawn(cases=cases, capex_musd={}, certificate=CERTIFICATE)

    monkeypatch.setattr(draws.DrawWork, "do", do)
    return asked


def test_the_parts_of_a_sum_are_the_squares_of_its_weights(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of independent inputs, y = sum(a z) has S = T = a² / sum(a²) for each (sobol2001)."""
    groups = group_inputs(world)
    single = [name for name, rows in groups.items() if len(rows) == 1][:4]
    weights = dict(zip(single, (4.0, 3.0, 2.0, 1.0), strict=True))
    rows = {name: int(groups[name][0]) for name in single}
    stand_in(monkeypatch, lambda z: 0.01 * sum(w * z[rows[n]] for n, w in weights.items()))
    result = sensitivity(world, plan=Plan(trajectories=2, base=1024, inputs=3), workers=1)
    assert [one.input_id for one in result.inputs] == single[:3]
    for one in result.inputs:
        part = weights[one.input_id] ** 2 / 30.0
        assert one.forced.total == pytest.approx(part, abs=0.03)
        assert one.forced.first == pytest.approx(part, abs=0.06)
        assert one.forced.band_left == pytest.approx(np.sqrt(1.0 - part), abs=0.06)
        swing = 0.02 * 1.2815515655446004 * weights[one.input_id]
        assert one.forced.at_high - one.forced.at_low == pytest.approx(swing)
        # A share that nothing moves has no doubt to share out.
        assert one.voluntary.total == one.voluntary.first == 0.0
    assert result.rest.forced_total == pytest.approx(1.0 / 30.0, abs=0.02)
    assert result.rest.n_values == world.n_dimensions - 3
    # The screening goes from P10 to P90 in steps of two thirds, so a straight line has no spread
    # but that of normal quantiles against even steps.
    told = {one.input_id: one for one in result.screened}
    assert set(told) == set(single)
    ratios = [told[n].forced / weights[n] for n in single]
    assert max(ratios) == pytest.approx(min(ratios), rel=0.5)


def test_inputs_that_work_together_have_more_total_than_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of y = z1 z2 all variance is of both together: S = 0, T = 1 for each."""
    groups = group_inputs(world)
    first, second = (int(groups[n][0]) for n in list(groups)[:2])
    stand_in(monkeypatch, lambda z: float(z[first] * z[second]))
    result = sensitivity(world, plan=Plan(trajectories=8, base=1024, inputs=2), workers=1)
    for one in result.inputs:
        if one.n_values == 1:
            assert one.forced.first == pytest.approx(0.0, abs=0.12)
            assert one.forced.total == pytest.approx(1.0, abs=0.12)


def test_the_ends_are_those_of_the_model_itself(world: World) -> None:
    result = sensitivity(world, plan=SMALL, workers=1)
    assert result.certificate.holds()
    groups = group_inputs(world)
    assert result.n_inputs == len(groups)
    assert result.n_solved == 2 * (len(groups) + 1) + 2 * 2 + 4 * (3 + 2)
    routes, runs = settle_cases(world, lambda *_: None, keys=module.KEYS)
    start = {key: run.end for key, run in runs.items()}
    work = DrawWork(world=world, routes=routes, start=start)
    for one in result.inputs:
        for end, forced, voluntary in (
            (-1.2815515655446004, one.forced.at_low, one.voluntary.at_low),
            (1.2815515655446004, one.forced.at_high, one.voluntary.at_high),
        ):
            z = np.zeros(world.n_dimensions)
            z[groups[one.input_id]] = end
            cases = work.do(DrawTask(z=z, keys=module.KEYS)).cases
            assert cases[FORCED].share == forced
            assert cases[VOLUNTARY].share == voluntary


def test_a_study_cut_short_goes_on_and_repeats_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def forced(z: Any) -> float:  # noqa: ANN401 - an array
        return float(np.sin(z).sum() / 100.0)

    def study(name: str) -> SensitivityResult:
        journal = Journal(tmp_path / name, SMALL.name_study(world))
        return sensitivity(world, plan=SMALL, workers=1, journal=journal)

    asked = stand_in(monkeypatch, forced)
    whole = study("whole").model_dump(exclude={"record"})
    n_all = len(asked)
    for n_before in (1, n_all // 3, n_all - 1):
        done = iter(range(n_before))

        def stop(z: Any, done: Iterator[int] = done) -> float:  # noqa: ANN401
            if next(done, None) is None:
                raise KeyboardInterrupt
            return forced(z)

        stand_in(monkeypatch, stop)
        with pytest.raises(KeyboardInterrupt):
            study(f"cut after {n_before}")
        asked = stand_in(monkeypatch, forced)
        again = study(f"cut after {n_before}").model_dump(exclude={"record"})
        assert again == whole
        assert len(asked) == n_all - n_before


def test_an_unsound_plan_is_refused_with_all_its_faults() -> None:
    with pytest.raises(ScenarioError) as found:
        Plan(trajectories=1, base=100, inputs=0, seed=-1).require()
    for option in ("--trajectories", "--base", "--inputs", "--seed"):
        assert option in str(found.value)
    for base in (2, 64, 128):
        Plan(base=base).require()


def test_the_longest_beginning_says_how_an_input_could_be_known_better() -> None:
    ways = [
        Learning(id=i, inputs=heads, way=i, cost_usd=1.0, low_usd=1.0, high_usd=1.0)
        for i, heads in (("a", ("params.", "links.")), ("b", ("params.caspian",)))
    ]
    found = {
        name: way.id if (way := module._find_way(name, ways)) else None
        for name in ("params.scale", "params.caspian_h", "demand.value")
    }
    assert found == {"params.scale": "a", "params.caspian_h": "b", "demand.value": None}


def test_every_input_of_the_pack_could_be_known_better() -> None:
    ways = read_learning()
    assert not [n for n in group_inputs(read_world()) if module._find_way(n, ways) is None]
    assert all(way.low_usd < way.cost_usd < way.high_usd for way in ways)


def test_the_stored_study_is_of_this_model(root: Path) -> None:
    """Central shares of the stored study are those of the stored answer, within a point."""
    stored = read_stored(PACK).sensitivity
    assert stored is not None
    answer = read_answer(root / "src/serai/data/pack/answer.json")
    told = {(case.case, case.russia): case.share.central for case in answer.cases}
    assert stored.forced.central == pytest.approx(told[FORCED], abs=0.01)
    assert stored.voluntary.central == pytest.approx(told[VOLUNTARY], abs=0.01)
    assert len(stored.inputs) == Plan.inputs
    assert (stored.n_trajectories, stored.n_base) == (Plan.trajectories, Plan.base)
    assert stored.certificate.holds()
    assert {one.input_id for one in stored.inputs} <= set(group_inputs(read_world()))
    assert all(one.learn_usd for one in stored.inputs)
    parts = [one.forced.total for one in stored.inputs] + [stored.rest.forced_total]
    assert sum(parts) > 0.8, "the parts of the doubt make up the whole"


def test_the_page_and_the_chart_are_made_of_what_is_stored(root: Path) -> None:
    stored = read_stored(PACK).sensitivity
    assert stored is not None
    page = (root / "docs/reference/sensitivity.md").read_text("utf-8")
    assert page == sensitivity_page.describe(stored)
    chart = (root / "docs/pictures/sensitivity.svg").read_text("utf-8").rstrip("\n")
    assert chart == draw_sensitivity(stored, width_in=WIDE_IN)
