"""Bare problems against a general convex solver, and against what theory says of them."""

import copy
import functools
import itertools
import json
import math
import re
import warnings
from pathlib import Path
from typing import Any

import cvxpy
import numba
import numpy as np
import pytest
from cvxpy.atoms.elementwise.rel_entr import rel_entr
from numpy.testing import assert_allclose

from serai.domain.results import Certificate
from serai.errors import InfeasibleError
from serai.model.assign import solve
from tests.command import serai
from tests.programmes import Document, make_document, solved

SEEDS = range(12)


def solve_by_cones(document: Document) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """
    Minimise costs and entropies with CVXPY and Clarabel; return shares of the groups' demand.

    In shares, uses in parts of the capacity and all over the scale of the costs: in numbers of the
    size of one the solver comes to its last digits.
    """
    groups, nests, paths = document["groups"], document["nests"], document["paths"]
    demand, scale = demand_of(document), sum(row["demand"] / row["theta"] for row in groups)
    share = cvxpy.Variable(len(paths), nonneg=True)
    members: dict[tuple[int, int | None], list[int]] = {}
    for p, path in enumerate(paths):
        members.setdefault((path["group"], path.get("nest")), []).append(p)
    terms = [share @ (np.array([path["cost"] for path in paths]) * demand / scale)]
    whole = {}
    for (g, n), mine in members.items():
        theta0, weight = groups[g]["theta"], groups[g]["demand"] / scale
        theta = theta0 if n is None else nests[n]["theta"]
        whole[g, n] = sum(share[p] for p in mine)
        terms += [rel_entr(share[p], paths[p].get("size", 1.0) * whole[g, n]) * (weight / theta)
                  for p in mine]  # fmt: skip
        terms.append(rel_entr(whole[g, n], 1.0) * (weight / theta0))
        if n is not None:
            terms.append(whole[g, n] * (weight * nests[n]["constant"]))
    constraints: list[Any] = [
        sum(w for (h, _), w in whole.items() if h == g) == 1.0 for g in range(len(groups))
    ]
    for r, row in enumerate(document["resources"]):
        used = [(p, a) for s, p, a in document["use"] if s == r]
        if used and math.isfinite(row["capacity"]):
            load = sum(a * demand[p] / row["capacity"] * share[p] for p, a in used)
            constraints.append(load <= 1.0)
    problem = cvxpy.Problem(cvxpy.Minimize(sum(terms)), constraints)
    with warnings.catch_warnings():
        # It may stop a digit short of what is asked, which is more than what is compared.
        warnings.filterwarnings("ignore", "Solution may be inaccurate", UserWarning)
        problem.solve(  # type: ignore[no-untyped-call]  # the library has no types here
            solver=cvxpy.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12
        )
    return np.asarray(share.value)


def demand_of(document: Document) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([document["groups"][path["group"]]["demand"] for path in document["paths"]])


def load_of(document: Document, flows: list[float], resource: int) -> float:
    return math.fsum(a * flows[p] for r, p, a in document["use"] if r == resource)


def expected_cost(document: Document, prices: list[float], group: int) -> float:
    """Return the expected cost of a group by the textbook's formula, [cost per unit]."""
    theta0 = float(document["groups"][group]["theta"])
    inside: dict[int | None, list[tuple[float, float]]] = {}
    for p, path in enumerate(document["paths"]):
        if path["group"] == group:
            dues = math.fsum(a * prices[r] for r, q, a in document["use"] if q == p)
            inside.setdefault(path.get("nest"), []).append((path["cost"] + dues, path["size"]))
    total = 0.0
    for n, members in inside.items():
        theta = theta0 if n is None else document["nests"][n]["theta"]
        value = -math.log(sum(s * math.exp(-theta * c) for c, s in members)) / theta
        value += 0.0 if n is None else document["nests"][n]["constant"]
        total += math.exp(-theta0 * value)
    return -math.log(total) / theta0


# ---------------------------------------------------------------- somebody else's solver


@pytest.mark.parametrize("with_nests", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_flows_are_those_of_a_general_convex_solver(seed: int, *, with_nests: bool) -> None:
    rng = np.random.default_rng([seed, with_nests])
    document = make_document(rng, with_nests=with_nests)
    ours = solved(document)
    assert ours.certificate.holds()
    theirs = solve_by_cones(document)
    assert_allclose(ours.flows / demand_of(document), theirs, atol=1e-6)


def test_the_problems_have_prices() -> None:
    many = [solved(make_document(np.random.default_rng([seed, 1]))) for seed in SEEDS]
    assert sum(any(price > 0 for price in one.prices) for one in many) >= len(many) / 2


def test_the_certificate_is_true() -> None:
    for seed in SEEDS:
        document = make_document(np.random.default_rng([seed, 1]))
        found = solved(document)
        for g, row in enumerate(document["groups"]):
            mine = [f for f, p in zip(found.flows, document["paths"], strict=True)
                    if p["group"] == g]  # fmt: skip
            assert math.isclose(math.fsum(mine), row["demand"], rel_tol=1e-9)
        for r, row in enumerate(document["resources"]):
            load = load_of(document, found.flows, r)
            assert load <= row["capacity"] * (1 + 1e-6)
            assert found.prices[r] >= 0.0
            assert found.prices[r] == 0.0 or math.isclose(load, row["capacity"], rel_tol=1e-5)


# ---------------------------------------------------------------- what theory says


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clone_that_shares_its_size_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng([seed, 2])
    document = make_document(rng)
    before = solved(document)
    chosen = int(rng.integers(len(document["paths"])))
    cloned = copy.deepcopy(document)
    cloned["paths"][chosen]["size"] /= 2
    cloned["paths"].append(dict(cloned["paths"][chosen]))
    new = len(document["paths"])
    cloned["use"] += [[r, new, a] for r, p, a in document["use"] if p == chosen]
    after = solved(cloned)
    joined = np.array(after.flows[:new])
    joined[chosen] += after.flows[new]
    assert_allclose(joined, before.flows, rtol=1e-6, atol=1e-6)
    assert_allclose(after.prices, before.prices, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_groups_paths_and_resources_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng([seed, 3])
    document = make_document(rng)
    before = solved(document)
    order = {key: rng.permutation(len(document[key])) for key in document}
    place = {key: np.argsort(rows) for key, rows in order.items()}
    mixed = {key: [copy.deepcopy(document[key][i]) for i in rows] for key, rows in order.items()}
    for row in (*mixed["paths"], *mixed["nests"]):
        row["group"] = int(place["groups"][row["group"]])
        if "nest" in row:
            row["nest"] = int(place["nests"][row["nest"]])
    mixed["use"] = [[int(place["resources"][r]), int(place["paths"][p]), a]
                    for r, p, a in mixed["use"]]  # fmt: skip
    after = solved(mixed)
    assert_allclose(np.array(after.flows)[place["paths"]], before.flows, rtol=1e-5, atol=1e-6)
    assert_allclose(np.array(after.prices)[place["resources"]], before.prices, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-3, 100.0, 1e6])
def test_cents_or_dollars_give_the_same_flows(unit: float) -> None:
    for seed in SEEDS:
        one = make_document(np.random.default_rng([seed, 4]))
        other = make_document(np.random.default_rng([seed, 4]), cost_unit=unit)
        before, after = solved(one), solved(other)
        assert_allclose(after.flows, before.flows, rtol=1e-6, atol=1e-6)
        assert_allclose(np.array(after.prices) / unit, before.prices, rtol=1e-4, atol=1e-6)


def test_one_thread_and_two_agree_to_the_bit() -> None:
    document = make_document(np.random.default_rng(5), n_groups=60)
    most = numba.get_num_threads()
    found = []
    try:
        for threads in {1, most}:
            numba.set_num_threads(threads)
            found.append(solved(document))
    finally:
        numba.set_num_threads(most)
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_group_that_grows_never_pays_less(seed: int) -> None:
    document = make_document(np.random.default_rng([seed, 6]), room=1.5)
    costs = []
    for factor in (0.25, 0.5, 0.75, 1.0):
        grown = copy.deepcopy(document)
        grown["groups"][0]["demand"] *= factor
        costs.append(expected_cost(grown, solved(grown).prices, 0))
    assert all(b >= a - 1e-7 for a, b in itertools.pairwise(costs))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tighter_limit_never_carries_more_and_none_is_free(seed: int) -> None:
    document = make_document(np.random.default_rng([seed, 7]), room=1.5)
    loads = []
    for factor in (1e9, 1.5, 1.2, 1.0, 0.9, 0.8):
        tight = copy.deepcopy(document)
        tight["resources"][0]["capacity"] *= factor
        try:
            found = solved(tight)
        except InfeasibleError:
            break
        loads.append(load_of(tight, found.flows, 0))
        assert loads[-1] <= tight["resources"][0]["capacity"] * (1 + 1e-6)
    assert all(b <= a * (1 + 1e-6) for a, b in itertools.pairwise(loads))
    document["resources"][0]["capacity"] = math.inf
    assert solved(document).prices[0] == 0.0


# ---------------------------------------------------------------- hard cases


def base() -> Document:
    return {
        "groups": [{"demand": 10.0, "theta": 1.0}],
        "paths": [{"group": 0, "cost": 1.0, "size": 1.0}, {"group": 0, "cost": 2.0, "size": 1.0}],
        "resources": [{"capacity": 4.0}],
        "use": [[0, 0, 1.0]],
        "nests": [],
    }


def test_a_full_resource_costs_what_it_takes_to_send_the_rest_away() -> None:
    found = solved(base())
    assert_allclose(found.flows, [4.0, 6.0])
    assert_allclose(found.prices, [1.0 + math.log(6.0 / 4.0)])


def test_costs_of_nine_orders_of_magnitude_stand_side_by_side() -> None:
    document = base()
    document["paths"] = [{"group": 0, "cost": c} for c in (1e-3, 1.0, 1e3, 1e6)]
    found = solved(document)
    assert found.certificate.holds()
    rest = 1.0 + math.exp(-999.0)
    assert_allclose(found.flows, [4.0, 6.0 / rest, 0.0, 0.0], atol=1e-9)


@pytest.mark.parametrize("theta", [1e-6, 1e-3, 1e3, 1e6])
def test_any_scale_is_solved(theta: float) -> None:
    document = base()
    document["groups"][0]["theta"] = theta
    found = solved(document)
    assert found.certificate.holds()
    assert_allclose(found.flows, [4.0, 6.0], rtol=1e-6)


def test_what_nobody_wants_or_uses_is_zero() -> None:
    document = base()
    document["groups"].append({"demand": 0.0, "theta": 1.0})
    document["groups"].append({"demand": 0.0, "theta": 1.0})
    document["paths"].append({"group": 1, "cost": 1.0})
    document["resources"].append({"capacity": 0.0})
    document["resources"].append({"capacity": 5.0})
    document["use"].append([1, 2, 1.0])
    found = solved(document)
    assert found.flows[2] == 0.0
    assert found.prices[1:] == [0.0, 0.0]
    empty: Document = {"groups": [], "paths": []}
    assert solved(empty).flows == []


def test_a_resource_without_capacity_shuts_its_paths() -> None:
    document = base()
    document["resources"][0]["capacity"] = 0.0
    found = solved(document)
    assert found.flows == [0.0, 10.0]
    assert found.prices == [0.0]


def test_uses_given_twice_add_up() -> None:
    twice, once = base(), base()
    twice["use"] = [[0, 0, 0.5], [0, 0, 0.5]]
    assert solved(twice) == solved(once)


@pytest.mark.parametrize("capacity", [0.0, 1.0, 9.99])
def test_what_cannot_be_carried_names_the_resource(capacity: float) -> None:
    document = base()
    document["use"].append([0, 1, 1.0])
    document["resources"][0]["capacity"] = capacity
    document["resources"].append({"capacity": 1e3})
    document["use"].append([1, 1, 1.0])
    with pytest.raises(InfeasibleError, match=r"resources\[0\]") as raised:
        solved(document)
    assert raised.value.resources == (0,)
    document["resources"][0]["capacity"] = 10.01
    assert solved(document).certificate.holds()


def test_a_group_without_any_path_is_named() -> None:
    document = base()
    document["groups"].append({"demand": 1.0, "theta": 1.0})
    with pytest.raises(InfeasibleError, match=r"groups\[1\] \(1 of 1\)"):
        solved(document)


# ---------------------------------------------------------------- the command


def test_the_command_prints_flows_prices_and_certificate(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(make_document(np.random.default_rng(9))), encoding="utf-8")
    done = serai("solve", file, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert set(told) == {"flows", "prices", "certificate"}
    assert Certificate.model_validate(told["certificate"]).holds()
    assert "Certificate: relative_gap" in serai("solve", file).out


def test_the_command_says_what_is_wrong_all_at_once(tmp_path: Path) -> None:
    document = base()
    document["paths"][0] |= {"group": 7, "cost": math.nan}
    document["paths"][1]["size"] = 0.0
    document["groups"][0] = {"demand": -1.0, "theta": 1.0, "colour": "red"}
    document["nests"] = [{"group": 0, "theta": 0.5}]
    document["use"].append([3, 0, 1.0])
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    done = serai("solve", file)
    assert done.code == 3
    assert done.out == ""
    for where in ("paths[0].group", "paths[0].cost", "paths[1].size", "groups[0].demand",
                  "groups[0].colour", "nests[0].theta", "use[1][0]"):  # fmt: skip
        assert where in done.err, where


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", "null", '{"groups": 3}'])
def test_a_file_that_is_no_problem_ends_as_a_message(text: str, tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(text, encoding="utf-8")
    done = serai("solve", file, "--json")
    assert done.code == 3
    assert done.err.startswith("serai: ")


def test_an_infeasible_file_has_its_own_exit_code(tmp_path: Path) -> None:
    document = base()
    document["use"].append([0, 1, 1.0])
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    done = serai("solve", file, "--json")
    assert done.code == 6
    assert done.out == ""
    assert "resources[0] (capacity 4)" in done.err


def test_the_example_of_the_manual_is_the_file_beside_it(root: Path) -> None:
    page = (root / "docs/explain/equilibrium.md").read_text("utf-8")
    block = page.split("```json\n", 1)[1].split("```", 1)[0]
    document = json.loads(block)
    assert document == json.loads((root / "docs/examples/problem.json").read_text("utf-8"))
    for path in document["paths"]:
        path.setdefault("size", 1.0)
    found = solved(document)
    assert_allclose(found.flows / demand_of(document), solve_by_cones(document), atol=1e-6)
    assert found.prices[0] > 0.0


def test_a_problem_given_up_says_where_what_is_left_sits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(np.random.default_rng([3, 1]))
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(document), "utf-8")
    brief = functools.partial(solve, max_steps=1)
    monkeypatch.setattr("serai.model.programme.solve", brief)
    monkeypatch.setattr("serai.model.assign._polish", lambda _dual, _price: None)
    found = serai("solve", file, "--json")
    assert found.code == 5
    assert not Certificate.model_validate(found.document()["certificate"]).holds()
    told = re.search(
        r"most of it at resources\[(\d+)\] \(used ([\d.e+-]+) of ([\d.e+-]+)\)", found.err
    )
    assert told
    flows = found.document()["flows"]
    assert float(told[2]) == pytest.approx(load_of(document, flows, int(told[1])), rel=1e-5)
    assert float(told[3]) == pytest.approx(
        document["resources"][int(told[1])]["capacity"], rel=1e-5
    )
