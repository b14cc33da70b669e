"""Charges in series and side by side, against closed forms and a general solver."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import lambertw

from serai.kernels.choice import ChoiceArrays
from serai.studies.game import Game, play

THETA = 0.01


def market(routes: list[tuple[float, list[int]]], n_charges: int, **limits: float) -> Game:
    """One group of 1,000 TEU with some routes of one nest, and not going: cost zero."""
    cost = np.array([c for c, _ in routes] + [0.0])
    charged = np.zeros((len(cost), n_charges), np.bool_)
    for i, (_, paid) in enumerate(routes):
        charged[i, paid] = True
    capacity = limits.get("capacity", np.inf)
    has_limit = np.isfinite(capacity)
    problem = ChoiceArrays(
        chunk_start=np.array([0, 1]), cell_start=np.array([0, 1]),
        cell_demand=np.array([1000.0]), cell_theta=np.array([THETA]),
        nest_start=np.array([0, len(cost)]), nest_theta=np.array([THETA]),
        nest_constant=np.zeros(1), cost=cost, log_size=np.zeros(len(cost)),
        bundle=np.array([0] * len(routes) + [1], np.int32),
        use_start=np.array([0, int(has_limit), int(has_limit)]),
        use_limit=np.zeros(int(has_limit), np.int32),
        use_amount=np.full(int(has_limit), 1.0 / capacity),
    )  # fmt: skip
    n = int(has_limit)
    return Game(
        problem=problem, room=np.ones(n), charged=charged, first=np.zeros(n),
        cap_usd=np.full(n_charges, 1e4),
    )  # fmt: skip


def closed_form(n: int, value: float) -> float:
    """n monopolies in series: theta t = 1 + W(n exp(theta v - n)) / n."""
    return float((1.0 + lambertw(n * np.exp(THETA * value - n)).real / n) / THETA)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_a_serial_monopoly_is_marginalised_as_often_as_it_has_owners(n: int) -> None:
    game = market([(-150.0, list(range(n)))], n)
    settled = play(game, range(n), first_usd=np.full(n, 10.0))
    assert settled.has_settled
    assert settled.outcome.charge_usd == pytest.approx(closed_form(n, 150.0), rel=2e-3)


def test_acting_together_charges_less_and_brings_more() -> None:
    """Cournot 1838: two in series who agree charge the sum of one; shippers gain as well."""
    game = market([(-150.0, [0, 1])], 2)
    alone = play(game, [0, 1], first_usd=np.full(2, 10.0)).outcome
    agreed = play(game, [0, 0], first_usd=np.full(2, 10.0)).outcome
    assert agreed.charge_usd.sum() == pytest.approx(closed_form(1, 150.0), rel=2e-3)
    assert agreed.charge_usd.sum() < alone.charge_usd.sum()
    assert agreed.revenue_usd.sum() > alone.revenue_usd.sum()
    assert agreed.felt_usd < alone.felt_usd


def test_rivals_side_by_side_answer_each_other() -> None:
    """Each charge is the best answer that a general solver finds to the others."""
    game = market([(-150.0, [0, 1]), (-120.0, [2])], 3)
    found = play(game, [0, 1, 2], first_usd=np.array([5.0, 80.0, 300.0])).outcome.charge_usd
    for i in range(3):

        def lost(charge: float, at: int = i) -> float:
            tried = found.copy()
            tried[at] = charge
            return -float(game.solve(tried).revenue_usd[at])

        best = minimize_scalar(lost, bounds=(0.0, 2000.0), method="bounded").x
        assert found[i] == pytest.approx(best, rel=5e-3)


def test_slopes_are_those_of_small_changes_also_at_a_full_limit() -> None:
    for capacity in (np.inf, 300.0):
        game = market([(-150.0, [0, 1]), (-120.0, [2])], 3, capacity=capacity)
        if np.isfinite(capacity):
            game = Game(
                problem=game.problem._replace(
                    bundle=np.array([0, 1, 1], np.int32)
                ),
                room=game.room, charged=game.charged, first=game.first, cap_usd=game.cap_usd,
            )  # fmt: skip
        at = np.array([10.0, 20.0, 30.0])
        mine = game.slopes(game.solve(at))
        for j in range(3):
            ends = [game.solve(at + s * np.eye(3)[j] * 0.01).taken for s in (-1, 1)]
            assert mine[:, j] == pytest.approx((ends[1] - ends[0]) / 0.02, rel=1e-4, abs=1e-4)


def test_a_full_limit_lets_its_charge_take_the_rent() -> None:
    """A gate for 300 of 1,000: who charges there takes what scarcity would."""
    game = market([(-300.0, [0])], 1, capacity=300.0)
    settled = play(game, [0], first_usd=np.array([10.0]))
    full = np.log(700.0 / 300.0) / THETA
    assert settled.outcome.charge_usd[0] >= 300.0 - full - 1.0
    assert settled.outcome.taken[0] <= 300.0 + 1e-6
