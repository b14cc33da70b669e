"""The deterministic limit on networks whose equilibrium is published, and on hard ones."""

import os
from pathlib import Path

import numba
import numpy as np
import pytest
from numpy.testing import assert_allclose

from serai.data.tntp import read_tntp
from serai.domain.roads import RoadProblem
from serai.errors import DataError
from serai.kernels.wardrop import fill_link_times
from serai.model import wardrop
from serai.model.wardrop import UserEquilibrium, solve_user_equilibrium
from tests.networks import (
    SIOUX_FALLS_OBJECTIVE,
    write_braess,
    write_network,
    write_sioux_falls,
)

LARGE = {
    "Anaheim": 1286032.171096,
    "Winnipeg": 827911.494630,
    "Chicago-Sketch": 16748440.87514,
}
"""Best known objectives of networks that may not be copied."""

TNTP = os.environ.get("SERAI_TNTP")
"""Folder of the published test networks."""

ZERO_TIME = 1e-6
"""Free-flow time that the published value of Chicago Sketch gives to links without any."""


def solve(files: tuple[Path, Path], max_gap: float = 1e-10) -> tuple[RoadProblem, UserEquilibrium]:
    problem = read_tntp(*files)
    return problem, solve_user_equilibrium(problem, max_gap=max_gap)


def test_sioux_falls_has_its_published_objective(tmp_path: Path) -> None:
    _, found = solve(write_sioux_falls(tmp_path))
    assert found.relative_gap <= 1e-10
    assert_allclose(found.objective, SIOUX_FALLS_OBJECTIVE, rtol=1e-8)


def test_a_new_road_makes_everybody_slower_in_braess_network(tmp_path: Path) -> None:
    _, before = solve(write_braess(tmp_path, with_shortcut=False))
    _, after = solve(write_braess(tmp_path, with_shortcut=True))
    assert_allclose(before.tstt / 6, 83.0, rtol=1e-6)
    assert_allclose(after.tstt / 6, 92.0, rtol=1e-6)
    assert_allclose(after.flow, [4.0, 2.0, 2.0, 4.0, 2.0], atol=1e-5)


@pytest.mark.parametrize("name", LARGE)
def test_large_networks_have_their_published_objectives(name: str) -> None:
    if TNTP is None:
        pytest.skip("SERAI_TNTP names no folder with the published test networks")
    net = next(Path(TNTP, name).glob("*_net.tntp"))
    problem, found = solve((net, net.with_name(net.name.replace("_net", "_trips"))))
    assert found.relative_gap <= 1e-10
    added = ZERO_TIME * found.flow[problem.free_time == 0.0].sum()
    assert_allclose(found.objective + added, LARGE[name], rtol=1e-8)


def test_flow_is_conserved_at_every_node(tmp_path: Path) -> None:
    problem, found = solve(write_sioux_falls(tmp_path), 1e-6)
    balance = np.zeros(problem.n_nodes)
    np.add.at(balance, problem.head, found.flow)
    np.add.at(balance, problem.tail, -found.flow)
    np.add.at(balance, problem.origin, problem.demand)
    np.add.at(balance, problem.dest, -problem.demand)
    assert_allclose(balance, 0.0, atol=1e-9 * problem.demand.sum())


def test_the_number_of_threads_changes_no_bit(tmp_path: Path) -> None:
    files = write_sioux_falls(tmp_path)
    n_threads = numba.get_num_threads()
    _, many = solve(files)
    numba.set_num_threads(1)
    try:
        _, one = solve(files)
    finally:
        numba.set_num_threads(n_threads)
    np.testing.assert_array_equal(one.flow, many.flow)


def test_the_order_of_pairs_and_links_changes_no_flow(tmp_path: Path) -> None:
    problem, found = solve(write_sioux_falls(tmp_path))
    rng = np.random.default_rng(3)
    links, pairs = rng.permutation(len(problem.tail)), rng.permutation(len(problem.demand))
    other = RoadProblem(
        n_nodes=problem.n_nodes, first_thru=problem.first_thru,
        **{n: getattr(problem, n)[links]
           for n in ("tail", "head", "capacity", "free_time", "b", "power")},
        **{n: getattr(problem, n)[pairs] for n in ("origin", "dest", "demand")},
    )  # fmt: skip
    again = solve_user_equilibrium(other, max_gap=1e-10)
    assert_allclose(again.flow, found.flow[links], rtol=1e-4)
    assert_allclose(again.objective, found.objective, rtol=1e-9)


def test_no_trip_passes_through_a_zone_that_is_closed_to_it(tmp_path: Path) -> None:
    links = ["1 2 1 0 1 0 0 0 0 1;", "2 3 1 0 1 0 0 0 0 1;", "1 4 1 0 5 0 0 0 0 1;",
             "4 3 1 0 5 0 0 0 0 1;"]  # fmt: skip
    trips = ["Origin 1", "3 : 2.0; 2 : 1.0;", "Origin 2", "3 : 4.0;"]
    open_ = solve(write_network(tmp_path, links, trips, nodes=4, zones=3))[1]
    shut = solve(write_network(tmp_path, links, trips, nodes=4, zones=3, first_thru=4))[1]
    assert open_.flow.tolist() == [3.0, 6.0, 0.0, 0.0]
    assert shut.flow.tolist() == [1.0, 4.0, 2.0, 2.0]


def test_times_of_zero_and_power_zero_and_pairs_without_a_path(tmp_path: Path) -> None:
    links = ["1 2 10 0 0 0.15 4 0 0 1;", "2 1 10 0 3 0.5 0 0 0 1;"]
    trips = ["Origin 1", "1 : 7; 2 : 5; 3 : 2;", "Origin 2", "1 : 4;"]
    problem, found = solve(write_network(tmp_path, links, trips, nodes=3, zones=3))
    assert found.flow.tolist() == [5.0, 4.0]
    assert found.time.tolist() == [0.0, 4.5]
    assert found.objective == pytest.approx(18.0)
    assert [(problem.origin[w] + 1, problem.dest[w] + 1) for w in found.unreachable] == [(1, 3)]


def test_nothing_to_carry_is_no_gap(tmp_path: Path) -> None:
    found = solve(write_network(tmp_path, ["1 2 1 0 1 0 0;"], ["Origin 1"], nodes=2, zones=2))[1]
    assert (found.relative_gap, found.tstt, found.flow.tolist()) == (0.0, 0.0, [0.0])


def test_all_faults_of_two_files_come_at_once(tmp_path: Path) -> None:
    links = ["1 9 1 0 1 0 0;", "1 2 0 0 1 0.15 4;", "1 2 x;", "1 2 1 0 -1 0 0;"]
    files = write_network(tmp_path, links, ["Origin 1", "5 : 3; 2 : -1;"], nodes=2, zones=2)
    with pytest.raises(DataError) as caught:
        read_tntp(*files)
    told = str(caught.value)
    for words in ("row 8, to: got 9", "row 9, capacity: got 0", "row 10: got", "row 11: got a time",
                  "got 5 : 3", "got 2 : -1"):  # fmt: skip
        assert words in told


def test_a_file_that_is_cut_or_another_is_one_fault(tmp_path: Path) -> None:
    net, trips = write_sioux_falls(tmp_path)
    with pytest.raises(DataError, match=r"own_trips\.tntp: got no <NUMBER OF NODES>"):
        read_tntp(trips, net)
    whole = net.read_text("utf-8").splitlines(keepends=True)
    net.write_text("".join(whole[:-2]), "utf-8")
    with pytest.raises(DataError, match="got 74 links; wanted 76, as the heading says"):
        read_tntp(net, trips)


def test_the_conical_law_is_that_of_the_paper_and_its_objective_the_integral() -> None:
    free, capacity, steepness = 3.0, 50.0, 4.0
    law = np.array([[free], [0.15], [capacity], [4.0], [steepness]])
    flows = np.linspace(0.0, 150.0, 3001)
    times = np.empty_like(flows)
    for i, flow in enumerate(flows):
        time, slope = np.empty(1), np.empty(1)
        fill_link_times(np.array([flow]), law, time, slope)
        bend, spare = (2 * 4 - 1) / (2 * 4 - 2), 4 * (1 - flow / 50)
        assert_allclose(time, free * (2 + np.sqrt(spare**2 + bend**2) - spare - bend))
        above, _ = np.empty(1), None
        fill_link_times(np.array([flow + 1e-5]), law, above, np.empty(1))
        assert_allclose(slope, (above - time) / 1e-5, rtol=1e-3, atol=1e-7)
        times[i] = time[0]
    assert_allclose(times[0], free)
    assert_allclose(times[np.searchsorted(flows, 50.0)], 2 * free)
    area = np.trapezoid(times, flows)
    assert_allclose(wardrop._beckmann(flows[-1:], law), area, rtol=1e-6)


def test_with_conical_times_everybody_is_as_quick_as_he_can_be(tmp_path: Path) -> None:
    problem = read_tntp(*write_sioux_falls(tmp_path))
    found = solve_user_equilibrium(problem, max_gap=1e-10, law="conical")
    assert found.relative_gap <= 1e-10
    bend, x = 7.0 / 6.0, found.flow / problem.capacity
    root = np.sqrt(16.0 * (1.0 - x) ** 2 + bend**2)
    assert_allclose(found.time, problem.free_time * (2.0 + root - 4.0 * (1.0 - x) - bend))
    assert found.objective < found.tstt
