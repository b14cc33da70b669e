"""What a check finds: how grave, where, got, wanted and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from serai.errors import state_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "note", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a check found."""

    check: str
    """Name of the check, e.g. `both directions`."""
    where: str
    got: str
    wanted: str
    then: str
    """What to do next."""
    severity: Severity = "error"
    """`error`: the answer would be wrong or missing; `warning`: look at it; `note`: know it."""

    def __str__(self) -> str:
        """Return the finding in one line."""
        fault = state_fault(self.where, self.got, self.wanted, self.then)
        return f"{self.severity} ({self.check}) {fault}"


def list_some(names: Iterable[str], shown: int = 5) -> str:
    """
    Return names for a message, the first few in full and the rest as a count.

    Parameters
    ----------
    names
        Names, in the order to print.
    shown
        [-], >= 1. How many to print.

    Returns
    -------
    text
        E.g. `A, B and 3 more`.
    """
    every = list(names)
    more = f" and {len(every) - shown} more" if len(every) > shown else ""
    return ", ".join(every[:shown]) + more
