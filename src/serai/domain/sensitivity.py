"""Which inputs the doubt about the answer comes from, and what knowing them better would cost."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.results import Band, Record, Result, RunCertificate

__all__ = ["Effect", "Influence", "Learning", "Rest", "Screened", "SensitivityResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """How a kind of input could be known better, and what that would cost."""

    id: str
    inputs: tuple[str, ...]
    """Beginnings of the ids of inputs that it serves."""
    way: str
    """What would be done, in words."""
    cost_usd: float
    low_usd: float
    high_usd: float


class Effect(Result):
    """What an input does to a share."""

    at_low: float
    """[-] The share with the input at its P10, all others at their values."""
    at_high: float
    """[-] The share with the input at its P90."""
    first: float
    """[-] Part of the share's variance that goes when the input is known: first-order index."""
    first_error: float
    """[-] Half the width of its interval of 95 %."""
    total: float
    """[-] Part of the variance that stays when all others are known: total index."""
    total_error: float
    """[-] Half the width of its interval of 95 %."""
    band_left: float
    """[-] Width of the band when the input is known, over its width today."""


class Influence(Result):
    """An input that the doubt comes from."""

    input_id: str
    """Table and name of the input."""
    name: str
    """In words."""
    n_values: int
    """Independent ranged values that it has."""
    forced: Effect
    """On the forced share of the full programme."""
    voluntary: Effect
    """On the voluntary share of the full programme."""
    learn: str
    """How it could be known better; empty where nothing is known."""
    learn_usd: Band | None
    """[USD] What that would cost."""
    learn_id: str
    """Row of the evidence of that cost."""


class Rest(Result):
    """All inputs that are not told one by one."""

    n_values: int
    """Independent ranged values."""
    forced_total: float
    """[-] Their part of the variance of the forced share, total index."""
    forced_error: float
    """[-] Half the width of its interval of 95 %."""
    voluntary_total: float
    """[-] Of the variance of the voluntary share."""
    voluntary_error: float
    """[-] Half the width of its interval of 95 %."""


class Screened(Result):
    """An input in the screening."""

    input_id: str
    """Table and name of the input."""
    name: str
    """In words."""
    forced: float
    """[-] Mean absolute change of the forced share from P10 to P90, over the trajectories."""
    forced_sd: float
    """[-] Standard deviation of that change: large where it depends on the other inputs."""
    voluntary: float
    """[-] Mean absolute change of the voluntary share."""
    voluntary_sd: float
    """[-] Standard deviation of that change."""


class SensitivityResult(Result):
    """What moves the answer most: screening of all inputs, variance shares of the strongest."""

    inputs: list[Influence]
    """The strongest, by their total indices."""
    rest: Rest
    """All others together."""
    screened: list[Screened]
    """Every input that moved a share at all, strongest first."""
    forced: Band
    """[-] Forced share of the full programme over the draws of the variance shares."""
    voluntary: Band
    """[-] Voluntary share of the full programme."""
    n_inputs: int
    """Inputs screened."""
    n_trajectories: int
    """Trajectories of the screening."""
    n_base: int
    """Base samples of the variance shares."""
    n_solved: int
    """States of the inputs that were solved, three cases each."""
    certificate: RunCertificate
    """The worst of all runs."""
    record: Record
    """How the result came about."""
