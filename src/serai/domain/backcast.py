"""Published outcomes, and what the model makes of the same years."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.results import Record, Result, RunCertificate

__all__ = ["BackcastResult", "BackcastRow", "Target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A published outcome or forecast of a year."""

    id: str
    quantity: str
    year: int
    value: float
    """In the quantity's unit."""
    low: float | None
    high: float | None
    use: str
    """`fitted`, `seen` or `forecast`."""
    relative_error: float | None
    """[-] Standard error of a fitted figure as a share of it."""
    source_ids: tuple[str, ...]
    miss: str
    """Why the model misses it, where it does so by far."""
    note: str


class BackcastRow(Result):
    """One quantity of one year: the model's beside the published one."""

    id: str
    """What is counted."""
    name: str
    """The same in words."""
    corridor: str
    """north, middle, south, sea, pipeline or all."""
    quantity: str
    """What is measured: boxes, tonnes, days, hours, price or share."""
    unit: str
    """k TEU, kt, days, h, USD/FEU or %."""
    year: int
    """Calendar year."""
    model: float | None
    """Modelled value; null where nothing goes that way at all."""
    low: float | None
    """P10 over the draws; the modelled value without draws."""
    high: float | None
    """P90 over the draws; the modelled value without draws."""
    observed: float | None
    """Published value; null where none is known to this model."""
    observed_low: float | None
    """Lowest published value, where sources disagree."""
    observed_high: float | None
    """Highest published value, where sources disagree."""
    error: float | None
    """[-] The model over the published value, less one."""
    status: str
    """`fitted`: estimated on; `seen`: known, not estimated on; `blind`: not known to anybody who
    built the model; `forecast`: published by others for a year to come, never estimated on."""
    source_ids: list[str]
    """Sources of the published value."""
    reason: str
    """Why the model misses it, where it does so by far."""
    note: str
    """Remark on it."""


class BackcastResult(Result):
    """Past years as the model has them, from those years' inputs alone."""

    rows: list[BackcastRow]
    """By quantity, then year."""
    n_draws: int
    """Draws of all ranged inputs that the bands are from."""
    certificate: RunCertificate
    """The worst of all years."""
    record: Record
    """What was run, on which code and data."""
