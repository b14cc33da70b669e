"""The tightrope: shares of the powers in each rope, their balance, and its doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from serai.domain.ranged import FloatArray
from serai.domain.vectors import POWERS, PowerShare, RopeResult, RopeSet, Tie

__all__ = ["DIMENSIONS", "N_SAMPLES", "balance_of", "change_by_power", "no_data", "pick_set",
           "rope_of", "score_of"]  # fmt: skip

DIMENSIONS: Final = (
    "trade", "investment", "debt", "energy", "transit", "critical minerals", "people", "security",
    "technology", "media", "currency",
)  # fmt: skip

N_SAMPLES: Final = 2000
"""Samples of what sources leave open."""

OLDEST: Final = 3
"""[years] Figures older than this are not taken for a year."""


def balance_of(concentration: FloatArray | float) -> FloatArray | float:
    """
    Return how even shares among the powers are: 1 even, 0 one holder.

    Parameters
    ----------
    concentration
        [-]. Herfindahl-Hirschman index.

    References
    ----------
    hirschman1945.
    """
    n = len(POWERS)
    return 1.0 - (concentration - 1.0 / n) / (1.0 - 1.0 / n)


def pick_set(sets: Sequence[RopeSet], country: str, dimension: str, year: int) -> RopeSet | None:
    """
    Return the measure that stands for a dimension in a year.

    Parameters
    ----------
    sets
        All sets.
    country
        ISO 3166 alpha-3.
    dimension
        One of `DIMENSIONS`.
    year
        Calendar year.

    Returns
    -------
    found
        The newest that is of the year or up to `OLDEST` years before it; figures of one holder
        alone only where there are no others.
    """
    mine = [
        s for s in sets
        if s.country == country and s.dimension == dimension and s.since <= year <= s.year + OLDEST
    ]  # fmt: skip

    def rank(one: RopeSet) -> tuple[bool, int, bool, str]:
        holders = {t.power for t in one.ties if t.power in POWERS}
        return len(holders) > 1, one.year, one.is_headline, one.id

    return max(mine, key=rank, default=None)


def no_data(dimension: str) -> RopeResult:
    """
    Return the rope of a dimension of which nothing is known.

    Parameters
    ----------
    dimension
        One of `DIMENSIONS`.
    """
    return RopeResult(
        dimension=dimension, year=None, measure="", has_data=False, is_modelled=False, shares=[],
        others=0.0, rest=1.0, concentration=None, balance=None, balance_low=None,
        balance_high=None, n_effective=None, note="no data",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sampled:
    """Shares as the sources have them, and as they may be."""

    central: Mapping[str, float]
    samples: Mapping[str, FloatArray]
    evidence: Mapping[str, list[str]]
    rest: FloatArray


def rope_of(found: RopeSet, seed: int = 0) -> tuple[RopeResult, FloatArray]:
    """
    Return a rope and samples of its balance.

    Parameters
    ----------
    found
        The figures.
    seed
        Seed of the samples.

    Returns
    -------
    rope
        Shares, what is not allocated, balance with its band.
    balance
        [-], shape (N_SAMPLES,). Over what sources leave open: values between their low and high or
        between sources, the rest spread thinly or as one block.
    """
    rng = np.random.default_rng(seed)
    sampled = _sample(found, rng)
    powers = [p for p in sampled.central if p in POWERS]
    others = sum(v for p, v in sampled.central.items() if p not in POWERS)
    rest = max(0.0, 1.0 - sum(sampled.central.values()))
    squares = sum(sampled.central[p] ** 2 for p in powers)
    outside = others + rest
    concentration = squares + outside**2 / 2
    block = rng.random(N_SAMPLES)
    all_outside = sampled.rest + sum(
        (v for p, v in sampled.samples.items() if p not in POWERS), np.zeros(N_SAMPLES)
    )
    held = sum((sampled.samples[p] ** 2 for p in powers), np.zeros(N_SAMPLES))
    balance = np.minimum(balance_of(held + block * all_outside**2), 1.0)
    low, high = np.quantile(balance, (0.1, 0.9)).tolist()
    shares = [
        PowerShare(
            power=p, share=sampled.central[p], evidence=sampled.evidence[p],
            low=min(float(np.quantile(sampled.samples[p], 0.1)), sampled.central[p]),
            high=max(float(np.quantile(sampled.samples[p], 0.9)), sampled.central[p]),
        )
        for p in sorted(powers, key=lambda p: -sampled.central[p])
    ]  # fmt: skip
    rope = RopeResult(
        dimension=found.dimension, year=found.year, measure=f"{found.measure}, {found.unit}",
        has_data=True, is_modelled=False, shares=shares, others=others, rest=rest,
        concentration=concentration, balance=float(balance_of(concentration)), balance_low=low,
        balance_high=high, n_effective=1.0 / concentration, note=found.note,
    )  # fmt: skip
    return rope, balance


def _sample(found: RopeSet, rng: np.random.Generator) -> _Sampled:
    whole = next((t for t in found.ties if t.use == "total"), None)
    total = np.full(N_SAMPLES, np.nan) if whole is None else _draw([whole], rng)
    main = [t for t in found.ties if t.use in ("amount", "share", "other")]
    # What no power holds is told in the form of the set: percent of the whole, or an amount of it.
    is_share = found.unit.strip().startswith("%")
    central: dict[str, float] = {}
    samples: dict[str, FloatArray] = {}
    evidence: dict[str, list[str]] = {}
    for tie in main:
        rivals = [t for t in found.ties if t.use == "alternative" and t.power == tie.power]
        values = _draw([tie, *rivals], rng)
        per_cent = tie.use == "share" or (tie.use == "other" and is_share)
        middle = tie.value / 100.0 if per_cent else tie.value
        values = values / 100.0 if per_cent else values
        if not per_cent and whole is not None:
            middle, values = middle / whole.value, values / total
        central[tie.power] = central.get(tie.power, 0.0) + middle
        samples[tie.power] = samples.get(tie.power, np.zeros(N_SAMPLES)) + values
        evidence.setdefault(tie.power, []).extend(t.id for t in (tie, *rivals))
    if whole is None and not is_share and not any(t.use == "share" for t in main):
        scale, spread = sum(central.values()), sum(samples.values(), np.zeros(N_SAMPLES))
        central = {p: v / scale for p, v in central.items()}
        samples = {p: v / spread for p, v in samples.items()}
    # Sources that together exceed the whole are brought back to it.
    over = np.maximum(sum(samples.values(), np.zeros(N_SAMPLES)), 1.0)
    samples = {p: v / over for p, v in samples.items()}
    excess = max(sum(central.values()), 1.0)
    central = {p: v / excess for p, v in central.items()}
    rest = np.maximum(0.0, 1.0 - sum(samples.values(), np.zeros(N_SAMPLES)))
    return _Sampled(central=central, samples=samples, evidence=evidence, rest=rest)


def _draw(ties: Sequence[Tie], rng: np.random.Generator) -> FloatArray:
    """Sample between the lowest and the highest that sources say, evenly."""
    low = min(min(t.low, t.value) for t in ties)
    high = max(max(t.high, t.value) for t in ties)
    return rng.uniform(low, high, N_SAMPLES) if high > low else np.full(N_SAMPLES, low)


def score_of(
    ropes: Sequence[RopeResult], balances: Mapping[str, FloatArray], seed: int = 0
) -> dict[str, object]:
    """
    Return the score of ropes, its band, its weakest rope and what each rope does to it.

    Parameters
    ----------
    ropes
        All ropes, with and without data.
    balances
        [-]. Samples of the balance by dimension.
    seed
        Seed of the weights.

    Returns
    -------
    fields
        Of `VectorsResult`: score, its P10 and P90 over sources and over weights drawn evenly from
        all weights (Dirichlet), the weakest rope, the lean, the score without each rope.
    """
    known = [r for r in ropes if r.has_data and r.balance is not None]
    if not known:
        return {
            "score": None, "score_low": None, "score_high": None, "weakest": None,
            "weakest_balance": None, "lean": {}, "without": {},
        }  # fmt: skip
    values = {r.dimension: float(r.balance or 0.0) for r in known}
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(known)), N_SAMPLES)
    drawn = 100.0 * sum(
        weights[:, i] * balances[r.dimension] for i, r in enumerate(known)
    )  # fmt: skip
    low, high = np.quantile(drawn, (0.1, 0.9)).tolist()
    weakest = min(values, key=lambda name: values[name])
    lean = {
        p: sum(s.share for r in known for s in r.shares if s.power == p) / len(known)
        for p in POWERS
    }
    without = {
        name: 100.0 * float(np.mean([v for other, v in values.items() if other != name]))
        for name in values
        if len(values) > 1
    }
    return {
        "score": 100.0 * float(np.mean(list(values.values()))), "score_low": low,
        "score_high": high, "weakest": weakest, "weakest_balance": values[weakest],
        "lean": {p: v for p, v in sorted(lean.items(), key=lambda i: -i[1]) if v > 0},
        "without": without,
    }  # fmt: skip


def change_by_power(before: RopeResult, after: RopeResult) -> dict[str, float]:
    """
    Return what each power adds to the change of a rope's balance; the parts sum to it exactly.

    Parameters
    ----------
    before
        The rope at first.
    after
        The rope of the same dimension later.

    Returns
    -------
    parts
        [-] By power, and `rest` for what is not a power's.
    """
    n = len(POWERS)
    old, new = ({s.power: s.share for s in r.shares} for r in (before, after))
    parts = {
        p: -(new.get(p, 0.0) ** 2 - old.get(p, 0.0) ** 2) / (1.0 - 1.0 / n)
        for p in sorted(old.keys() | new.keys())
    }
    outside = [(r.others + r.rest) ** 2 / 2 for r in (before, after)]
    parts["rest"] = -(outside[1] - outside[0]) / (1.0 - 1.0 / n)
    return parts
