"""What must hold in any world, held on the pack's network with part of its trade."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numba
import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.data.load import PACK, read_world
from serai.domain.demand import Flows
from serai.domain.ranged import Ranged
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import apply_scenario
from serai.model.demand import build_cells
from serai.model.graph import build_graph
from serai.run import Run, assign, prepare, run_scenario, search_routes
from tests.properties import readings

YEAR = 2023
CLASSES = ("C_TS", "GRAIN", "CRUDE")
SEARCHES = ("cheapest", "no_russia", "land", "caspian", "caspian_aktau", "iran", "ocean_by_cape")

BASE = Scenario(year=YEAR)
RUSSIA_CLOSED = Scenario.model_validate(
    {"year": YEAR, "shocks": [{"kind": "close_transit", "countries": ["RUS", "BLR"]}]}
)


def some_of(flows: Flows, rows: np.ndarray) -> Flows:
    """Return these rows of the trade."""
    amount = flows.amount
    return Flows(
        origin=tuple(flows.origin[i] for i in rows),
        dest=tuple(flows.dest[i] for i in rows),
        class_ix=flows.class_ix[rows],
        year=flows.year[rows],
        amount=Ranged(
            value=amount.value[rows], low=amount.low[rows], high=amount.high[rows],
            group=amount.group[rows],
        ),
        unit_value_usd_per_t=flows.unit_value_usd_per_t[rows],
    )  # fmt: skip


def thinned(world: World) -> World:
    """Return the world with a few classes and searches: the network is whole, the work is not."""
    kept = [world.classes.ids.index(name) for name in CLASSES]
    rows = np.flatnonzero(np.isin(world.flows.class_ix, kept) & (world.flows.year == YEAR))
    searches = tuple(s for s in world.searches if s.name in SEARCHES)
    return replace(world, flows=some_of(world.flows, rows), searches=searches)


@pytest.fixture(scope="session")
def pack() -> World:
    return read_world()


@pytest.fixture(scope="session")
def world(pack: World) -> World:
    return thinned(pack)


@pytest.fixture(scope="session")
def base(world: World) -> Run:
    return run_scenario(world, BASE)


def arrays_of(value: object, name: str = "world") -> Iterator[tuple[str, bytes]]:
    """List everything a world is made of but the hashes of its files."""
    if isinstance(value, np.ndarray):
        yield name, value.tobytes()
    elif is_dataclass(value):
        for field in fields(value):
            if field.name != "hashes":
                yield from arrays_of(getattr(value, field.name), f"{name}.{field.name}")
    else:
        yield name, repr(value).encode()


# ------------------------------------------------------------------------------ tables


def test_the_trade_of_every_year_is_kept_to_the_last_tonne(pack: World) -> None:
    for year in sorted(set(pack.flows.year.tolist())):
        cells = build_cells(pack, year)
        rows = pack.flows.year == year
        held = np.bincount(cells.class_ix, cells.demand, len(pack.classes.ids))
        told = np.bincount(
            pack.flows.class_ix[rows], pack.flows.amount.value[rows], len(pack.classes.ids)
        )
        assert_allclose(held, told, rtol=1e-10)


def test_the_order_of_rows_changes_nothing(pack: World, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    folder = tmp_path / "pack"
    shutil.copytree(PACK, folder)
    shuffled = 0
    for name in (
        "demand.csv", "odbl/links.csv", "access.csv", "zones.csv", "resources.csv", "places.csv",
        "year_inputs.csv", "effects.csv", "projects.csv", "classes.csv", "zone_class_weights.csv",
    ):  # fmt: skip
        path = folder / name
        with path.open(encoding="utf-8", newline="") as file:
            heading, *rows = list(csv.reader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heading)
            writer.writerows(rows[i] for i in rng.permutation(len(rows)))
        shuffled += len(rows)
    assert shuffled > 5000
    mine, other = dict(arrays_of(pack)), dict(arrays_of(read_world(folder)))
    # Places are shown in the order of their file: nothing is computed from it.
    assert set(mine) == set(other)
    differing = [name for name, told in mine.items() if other[name] != told]
    assert differing == ["world.folder"]


# ------------------------------------------------------------------------------ runs


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_made(base: Run, world: World) -> None:
    readings.assert_sound(base)
    totals = readings.corridor_totals(base)
    assert (totals[:, :2].sum(axis=0) > 0).all(), "north and middle carry something"
    readings.assert_sound(run_scenario(world, RUSSIA_CLOSED))


@pytest.mark.slow
def test_an_empty_scenario_is_the_base_to_the_last_bit(base: Run, world: World) -> None:
    readings.assert_same_bits(run_scenario(world, Scenario(name="nothing", year=YEAR)), base)


@pytest.mark.slow
@pytest.mark.skipif(numba.get_num_threads() < 2, reason="this machine has one core")
def test_one_thread_and_two_give_the_same_bits(base: Run, world: World) -> None:
    before = numba.get_num_threads()
    try:
        runs = []
        for n_threads in (1, 2):
            numba.set_num_threads(n_threads)
            runs.append(run_scenario(world, BASE))
    finally:
        numba.set_num_threads(before)
    readings.assert_same_bits(*runs)
    readings.assert_same_bits(runs[0], base)


@pytest.mark.slow
def test_a_territory_closed_to_transit_keeps_the_trade_of_its_own(world: World) -> None:
    run = run_scenario(world, RUSSIA_CLOSED)
    cells, country = run.setting.cells, np.array(world.zones.countries)
    own = np.isin(country[cells.origin], ("RUS", "BLR")) | np.isin(
        country[cells.dest], ("RUS", "BLR")
    )
    russia = [world.network.country_ids.index(c) for c in ("RUS", "BLR")]
    through = run.routes.crosses[run.problem.option_route][:, russia].any(axis=1)
    through &= run.problem.option_route >= 0
    mine = own[readings.option_cells(run)]
    assert not (through & ~mine).any()
    assert run.solution.flow[through & mine].sum() > 0


@pytest.mark.slow
def test_a_tighter_limit_never_carries_more(base: Run, world: World) -> None:
    setting, limits = base.setting, base.setting.graph.limits
    scarce = np.argsort(-base.limit_price * limits.capacity)[:4]
    loose = readings.assign_tightly(world, setting, base.routes)
    for i in scarce.tolist():
        capacity = limits.capacity.copy()
        capacity[i] *= 0.6
        graph = replace(setting.graph, limits=replace(limits, capacity=capacity))
        tight = readings.assign_tightly(world, replace(setting, graph=graph), base.routes)
        assert tight.solution.certificate.holds()
        before = loose.limit_load[i] * limits.capacity[i]
        assert tight.limit_load[i] * capacity[i] <= before * (1 + 1e-6)
        assert tight.limit_price[i] >= loose.limit_price[i] - 1e-6


@pytest.mark.slow
def test_a_world_without_access_leaves_everything_where_it_is(world: World) -> None:
    scenario = Scenario.model_validate(
        {"year": YEAR, "shocks": [{"kind": "close", "kinds": ["access"]}]}
    )
    setting = prepare(world, scenario)
    run = assign(world, setting, search_routes(world, setting))
    served, left = readings.served_by_cell(run)
    assert served.sum() == 0.0
    assert_allclose(left, setting.cells.demand, rtol=1e-12)


@pytest.mark.slow
def test_closing_lowers_no_cost(pack: World) -> None:
    some = [pack.classes.ids.index(name) for name in CLASSES]
    classes = pack.classes
    kept = replace(
        classes,
        ids=tuple(classes.ids[k] for k in some),
        names=tuple(classes.names[k] for k in some),
        is_box=classes.is_box[some],
        price_share=classes.price_share[some],
        modes=tuple(classes.modes[k] for k in some),
        **{
            name: Ranged(value=c.value[some], low=c.low[some], high=c.high[some],
                         group=c.group[some])
            for name in ("payload_t_per_teu", "value_usd_per_t", "value_of_time_usd_per_t_day",
                         "reliability_ratio")
            for c in [getattr(classes, name)]
        },
    )  # fmt: skip
    world = replace(pack, classes=kept)
    before = readings.distances(world, build_graph(world, apply_scenario(world, BASE)))
    haul = np.flatnonzero(~np.isin(pack.network.links.kind, ("transfer", "access")))
    links = [
        pack.network.links.ids[i] for i in np.random.default_rng(3).choice(haul, 6, replace=False)
    ]
    closings = [
        *({"links": [i]} for i in links),
        {"passages": ["Suez"]}, {"countries": ["RUS"]}, {"kinds": ["ferry", "feeder"]},
        {"transfer_types": ["gauge_change_and_border"]},
    ]  # fmt: skip
    n_dearer = 0
    for words in closings:
        scenario = Scenario.model_validate(
            {"year": YEAR, "shocks": [{"kind": "close"} | words]}
        )  # fmt: skip
        after = readings.distances(world, build_graph(world, apply_scenario(world, scenario)))
        assert (after >= before).all(), words
        n_dearer += int((after > before).any())
    assert n_dearer >= 4


@pytest.mark.slow
def test_a_clone_of_a_busy_link_changes_no_corridor(
    base: Run, world: World, tmp_path: Path
) -> None:
    links = world.network.links
    on_link = readings.class_link_flows(base).sum(axis=0)
    on_land = np.char.startswith(links.kind, "rail")
    busiest = links.ids[int(np.argmax(np.where(on_land, on_link, 0.0)))]
    clone = f"~{busiest}"
    shutil.copytree(PACK, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "odbl" / "links.csv"
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = list(csv.reader(file))
    twin = next([clone, *row[1:]] for row in rows if row[0] == busiest)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([heading, *rows, twin])
    alone = readings.solve_with_bans(world, BASE, busiest)
    both = readings.solve_with_bans(thinned(read_world(tmp_path)), BASE, busiest, clone)
    used = {both.world.network.links.ids[i] for i in both.routes.link_ix}
    assert {busiest, clone} <= used
    totals = readings.corridor_totals(alone)
    change = (readings.corridor_totals(both) - totals) / totals.sum(axis=1).clip(1.0)[:, None]
    assert np.abs(change).max() <= 1e-6
