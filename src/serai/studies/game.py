"""A game of transit charges: what each country takes, given what the others take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from serai.domain.ranged import FloatArray
from serai.kernels.choice import ChoiceArrays, fill_curvature
from serai.model.assign import Dual, climb

__all__ = ["Game", "Outcome", "Settled", "best_answer", "play"]

EAGER: Final = 20
"""Rounds in which a charge that keeps its way takes longer steps again."""

MAX_ROUNDS: Final = 100
"""Rounds after which the charges are returned as they are."""

CLOSE: Final = 1e-3
"""Largest way to an answer, as a share of the charge, at which a play has settled."""

N_TRIED: Final = 9
"""Charges tried on either side of one, before the best of them is refined."""

STEP: Final = 0.6
"""Share of the way to its best answer that every charge goes in a round."""

LEAP: Final = 2.0
"""A charge grows or falls in a round by this factor at most, from `FLOOR_USD` on."""

LEAST_TAKEN: Final = 1e-3
"""[units per year] A charge that less than this pays stays where it is."""

FLAT: Final = 1e-6
"""[per USD] Relative fall of what pays a charge below which nobody leaves."""

FLOOR_USD: Final = 20.0
"""[USD per unit] Charges below this may move by as much at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Game:
    """
    Charges on parts of routes, and the choices of shippers who pay them.

    Notes
    -----
    Shippers choose by the model's own equilibrium: nested path-size logit, limits with their
    prices. Waits stay as they are, and so does who is not in the market.
    """

    problem: ChoiceArrays
    """The market, its costs without any of the charges."""
    room: FloatArray
    """[-], shape (n_limits,). Part of each limit that others leave."""
    charged: NDArray[np.bool_]
    """Shape (n_options, n_charges). Which option pays which charge."""
    first: FloatArray
    """[USD per year], shape (n_limits,). Prices to start from."""
    cap_usd: FloatArray
    """[USD per unit], shape (n_charges,). No charge goes above."""

    @property
    def n_charges(self) -> int:
        """Return how many charges there are."""
        return int(self.charged.shape[1])

    def solve(
        self, charge_usd: FloatArray, start: FloatArray | None = None, *, tolerance: float = 1e-6
    ) -> Outcome:
        """
        Let shippers choose at some charges.

        Parameters
        ----------
        charge_usd
            [USD per unit], shape (n_charges,).
        start
            [USD per year], shape (n_limits,). Prices to start from.
        tolerance
            [-], > 0. Overload, and price times unused room over the scale, that are good enough.
        """
        paid = self.problem.cost + self.charged @ charge_usd
        dual = Dual(self.problem._replace(cost=paid), len(self.room))
        dual.hold(1.0 - self.room)
        price, _ = climb(
            dual, dual.clip(self.first if start is None else start), tolerance=tolerance
        )
        misfit = dual.misfit(price, dual.load - dual.room)
        return Outcome(
            charge_usd=charge_usd, flow=dual.flow, price=price, taken=dual.flow @ self.charged,
            felt_usd=dual.value + float(price @ self.room), misfit=misfit,
        )  # fmt: skip

    def slopes(self, outcome: Outcome) -> FloatArray:
        """
        Return how what pays each charge changes with each charge, limits staying full.

        Parameters
        ----------
        outcome
            At some charges.

        Returns
        -------
        slopes
            [units² per USD and year], shape (n_charges, n_charges): row by column's charge.
        """
        wide = self._wide
        n_limits, n = len(self.room), self.n_charges
        price = outcome.price
        held = np.flatnonzero(price > 1e-6 * max(price.max(initial=0.0), 1.0))
        rows = np.concatenate([held, n_limits + np.arange(n)])
        place = np.full(n_limits + n, -1, np.int32)
        place[rows] = np.arange(len(rows))
        parts = np.empty((len(wide.chunk_start) - 1, len(rows), len(rows)))
        worth = np.ones(len(wide.cell_demand))
        fill_curvature(wide, outcome.flow, place, wide.use_amount, worth, parts)
        falls = parts.sum(axis=0)
        k = len(held)
        own = falls[k:, k:]
        if k:
            scale = np.sqrt(np.maximum(np.diag(falls)[:k], 1e-300))
            within = falls[:k, :k] / np.outer(scale, scale)
            across = falls[:k, k:] / scale[:, None]
            own = own - across.T @ np.linalg.pinv(within, 1e-9, hermitian=True) @ across
        return np.asarray(-own, np.float64)

    @cached_property
    def _wide(self) -> ChoiceArrays:
        """Return the problem with the charges as further uses of every option."""
        problem, n_limits = self.problem, len(self.room)
        words = 1 << np.arange(self.n_charges, dtype=np.int64)
        n_words = 1 << self.n_charges
        key, bundle = np.unique(
            problem.bundle.astype(np.int64) * n_words + self.charged @ words, return_inverse=True
        )
        start, limits, amounts = [0], [], []
        for old, word in zip(key // n_words, key % n_words, strict=True):
            uses = slice(problem.use_start[old], problem.use_start[old + 1])
            on = np.flatnonzero(word & words)
            limits.append(np.concatenate([problem.use_limit[uses], n_limits + on]))
            amounts.append(np.concatenate([problem.use_amount[uses], np.ones(len(on))]))
            start.append(start[-1] + len(limits[-1]))
        return problem._replace(
            bundle=bundle.astype(np.int32).ravel(),
            use_start=np.array(start, np.int64),
            use_limit=np.concatenate(limits).astype(np.int32),
            use_amount=np.concatenate(amounts),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What shippers do at some charges."""

    charge_usd: FloatArray
    """[USD per unit], shape (n_charges,)."""
    flow: FloatArray
    """[units per year], shape (n_options,)."""
    price: FloatArray
    """[USD per year], shape (n_limits,). Of each limit's whole capacity."""
    taken: FloatArray
    """[units per year], shape (n_charges,). What pays each charge."""
    felt_usd: float
    """[USD per year] What shippers feel, charges and scarcity prices included."""
    misfit: float
    """[-] Overload, or price times unused room over the scale, whichever is larger."""

    @property
    def revenue_usd(self) -> FloatArray:
        """[USD per year], shape (n_charges,)."""
        return self.charge_usd * self.taken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Charges from which nobody wants to move, or the last ones."""

    outcome: Outcome
    n_rounds: int
    moves: float
    """[-] Largest way from a charge to its owner's next answer, as a share of it."""

    @property
    def has_settled(self) -> bool:
        """Say whether the charges stand."""
        return self.moves <= CLOSE


def play(game: Game, owners: Sequence[int], *, first_usd: FloatArray) -> Settled:
    """
    Let every owner set the charges that bring it most, until none moves.

    Parameters
    ----------
    game
        The game.
    owners
        Shape (n_charges,). Who sets each charge and keeps what it brings; owners who act
        together share a number.
    first_usd
        [USD per unit], shape (n_charges,). Where to start.

    Returns
    -------
    settled
        At a stationary point each charge is where its owner's revenue has no slope:
        ``q_i + sum_k in owner t_k dq_k/dt_i = 0``, or at nothing or the cap.

    Notes
    -----
    All charges go a part of the way to their owner's answer at once (Jacobi with damping): the
    whole of `STEP` at first, half as much each time a charge turns back. The answer is that of
    demand straight in the logarithm, ``t = -q / (dq/dt)``, which is exact where demand is
    exponential. At a full limit the answer is to charge more, until the limit is no longer full:
    the charge takes the rent of scarcity.
    """
    owner = np.asarray(owners)
    charge = np.clip(first_usd, 0.0, game.cap_usd)
    outcome = game.solve(charge)
    step, before = np.full(len(charge), STEP), np.zeros(len(charge))
    moves = np.inf
    for turn in range(1, MAX_ROUNDS + 1):
        wanted = _answers(game, outcome, owner)
        longer = np.minimum(1.2 * step, STEP) if turn <= EAGER else step
        step = np.where((wanted - charge) * before < 0, step / 2.0, longer)
        before = wanted - charge
        moves = float((np.abs(before) / np.maximum(charge, 1.0)).max(initial=0.0))
        if moves <= CLOSE:
            return Settled(outcome=outcome, n_rounds=turn, moves=moves)
        charge = charge + step * before
        outcome = game.solve(charge, outcome.price)
    return Settled(outcome=outcome, n_rounds=MAX_ROUNDS, moves=moves)


def _answers(game: Game, outcome: Outcome, owner: NDArray[np.integer]) -> FloatArray:
    """Return what every owner would charge next, [USD per unit], shape (n_charges,)."""
    charge, taken = outcome.charge_usd, outcome.taken
    slope = game.slopes(outcome)
    most = np.minimum(LEAP * np.maximum(charge, FLOOR_USD), game.cap_usd)
    least = np.where(charge > FLOOR_USD, charge / LEAP, 0.0)
    wanted = charge.copy()
    is_used = taken > LEAST_TAKEN
    # Where a limit stays full nobody leaves: there is only more to be had.
    is_held = is_used & (np.diag(slope) > -FLAT * taken)
    wanted[is_held] = most[is_held]
    for one in np.unique(owner):
        mine = np.flatnonzero((owner == one) & is_used & ~is_held)
        if len(mine):
            own = slope[np.ix_(mine, mine)]
            rise = taken[mine] + own.T @ charge[mine]
            wanted[mine] = charge[mine] - np.linalg.pinv(own.T, rcond=1e-6) @ rise
    return np.clip(wanted, least, most)


def best_answer(
    game: Game, owners: Sequence[int], charge_usd: FloatArray, at: int
) -> tuple[float, float]:
    """
    Return the charge that brings its owner most, and what it gains by it.

    Parameters
    ----------
    game
        The game.
    owners
        Shape (n_charges,).
    charge_usd
        [USD per unit], shape (n_charges,). All charges.
    at
        The charge that moves.

    Returns
    -------
    best
        [USD per unit] Of charges near and far, the best refined.
    gain
        [-] As a share of what the owner has now.
    """
    mine = np.asarray(owners) == owners[at]
    start = game.solve(charge_usd).price

    def revenue(value: float) -> float:
        tried = charge_usd.copy()
        tried[at] = value
        return float(game.solve(tried, start).revenue_usd[mine].sum())

    now = revenue(float(charge_usd[at]))
    middle = max(float(charge_usd[at]), 1.0)
    far = np.unique(
        np.clip(middle * np.geomspace(0.1, 10.0, 2 * N_TRIED + 1), 0.0, game.cap_usd[at])
    )
    worth = [revenue(float(value)) for value in far]
    top = int(np.argmax(worth))
    ends = float(far[max(top - 1, 0)]), float(far[min(top + 1, len(far) - 1)])
    found = minimize_scalar(
        lambda value: -revenue(float(value)), bounds=ends, method="bounded",
        options={"xatol": 1e-3 * middle},
    )  # fmt: skip
    value, most = (float(found.x), -float(found.fun))
    if most <= now * (1.0 + 1e-7):
        return float(charge_usd[at]), 0.0
    return value, (most - now) / max(abs(now), 1.0)
