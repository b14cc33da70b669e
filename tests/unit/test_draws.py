"""Every number with a range must vary when the world is drawn, and stay what it can be."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, is_dataclass
from typing import cast

import numpy as np
import pytest

from serai.data.load import read_world
from serai.domain.emissions import EmissionFactors
from serai.domain.ranged import Ranged
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import apply_scenario, draw_world
from serai.model.demand import build_cells
from serai.model.graph import build_graph
from serai.studies import spread
from serai.studies.draws import group_inputs, name_input
from tests.toy import toy_world

N_DRAWS = 16


def list_ranged(value: object, name: str = "world") -> Iterator[tuple[str, Ranged]]:
    """Find every ranged column, however deep: a new one cannot be forgotten."""
    # Emissions are told in quotes and enter no choice.
    if isinstance(value, EmissionFactors):
        return
    if isinstance(value, Ranged):
        yield name, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from list_ranged(getattr(value, field.name), f"{name}.{field.name}")


@pytest.fixture(scope="module", params=["toy", "pack"])
def world(request: pytest.FixtureRequest) -> World:
    return toy_world() if request.param == "toy" else read_world()


def deviates(world: World) -> np.ndarray:
    return np.random.default_rng(20231121).standard_normal((N_DRAWS, world.n_dimensions))


def test_every_ranged_number_varies(world: World) -> None:
    drawn = [dict(list_ranged(draw_world(world, z))) for z in deviates(world)]
    seen = 0
    for name, column in list_ranged(world):
        varied = column.has_range
        assert (column.group[varied] >= 0).all(), name
        spread = np.std([d[name].value for d in drawn], axis=0)
        assert (spread[varied] > 0).all(), f"{name}: {(spread[varied] == 0).sum()} rows never vary"
        assert not spread[~varied & ~np.isnan(column.value)].any(), name
        seen += int(varied.sum())
    assert seen > 400


def test_every_dimension_is_a_number_that_varies(world: World) -> None:
    used = {
        int(group)
        for _, column in list_ranged(world)
        for group in column.group[column.has_range & ~np.isnan(column.value)].ravel()
    }
    assert used <= set(range(world.n_dimensions))


def test_a_draw_of_zeros_is_the_world_itself(world: World) -> None:
    same = dict(list_ranged(draw_world(world, np.zeros(world.n_dimensions))))
    for name, column in list_ranged(world):
        np.testing.assert_array_equal(same[name].value, column.value, err_msg=name)


def test_draws_however_far_leave_nothing_impossible(world: World) -> None:
    for z in (np.full(world.n_dimensions, -4.0), np.full(world.n_dimensions, 4.0)):
        drawn = draw_world(world, z)
        year = max(set(drawn.flows.year.tolist()) & {2021, 2023})
        state = apply_scenario(drawn, Scenario(year=year))
        for array in (state.free_time_h, state.dwell_h, state.cost_usd_teu, state.cost_usd_t):
            assert not (array < 0).any()
        graph = build_graph(drawn, state)
        assert not (graph.limits.capacity < 0).any()
        assert not (graph.hours < 0).any()
        assert not (graph.usd_teu < 0).any()
        cells = build_cells(drawn, year)
        assert (cells.demand >= 0).all()
        assert (cells.usd_per_h >= 0).all()
        # Weather takes from a capacity and never adds to it.
        resources = drawn.network.resources
        touched = {name for selector in drawn.effects.selectors for name in selector.resources}
        for quantity in ("capacity_t_yr", "capacity_teu_yr"):
            for r, name in enumerate(resources.ids):
                versions = getattr(resources, quantity).value[resources.version_resource == r]
                held = getattr(state, quantity)[r]
                assert name in touched or not held > np.nanmax(versions, initial=0.0) * (1 + 1e-12)


def test_every_input_has_a_name_of_its_own() -> None:
    pack = read_world()
    names = {input_id: name_input(pack, input_id) for input_id in group_inputs(pack)}
    assert names["params.caspian_h"] == "Hours feared at the Caspian"
    assert names["effects.MS09"].startswith("Effect: Joint operator")
    twice = [name for name, n in Counter(names.values()).items() if n > 1]
    assert not twice


def test_a_termination_waits_until_the_workers_are_born() -> None:
    """Between the birth of a worker and its entry in the pool nothing may be cut short."""
    told: list[str] = []

    class Pool:
        def map(self, *_: object) -> Iterator[object]:
            os.kill(os.getpid(), signal.SIGTERM)
            told.append("all are born")
            return iter(())

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            spread._start(cast("ProcessPoolExecutor", Pool()), [])
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == ["all are born"]
