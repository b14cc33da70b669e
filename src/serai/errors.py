"""
What can go wrong, and with which exit code it ends.

::

    SeraiError
    ├── ScenarioError(ValueError)        what a person typed or wrote in a scenario      exit 2
    ├── DataError(ValueError)            a shipped or given table                        exit 3
    ├── NoPathError(LookupError)         an input whose places are not connected         exit 4
    ├── NotConvergedError(RuntimeError)  the equilibrium was not reached                 exit 5
    └── InfeasibleError(ValueError)      a bare problem that cannot be solved by anybody exit 6

A message says where, got, wanted and what to do next. Faults are gathered and raised once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DataError",
    "InfeasibleError",
    "NoPathError",
    "NotConvergedError",
    "ScenarioError",
    "SeraiError",
    "require_library",
    "require_options",
    "state_fault",
]


class SeraiError(Exception):
    """
    Anything Serai refuses, as a list of faults that is printed whole or cut.

    Parameters
    ----------
    faults
        One message, or all that were found.
    """

    exit_code: ClassVar[int] = 1
    max_shown: ClassVar[int] = 50

    faults: tuple[str, ...]
    """Every fault that was found, also those beyond the printed ones."""

    def __init__(self, faults: str | Sequence[str]) -> None:
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return the faults one a line, at most `max_shown` of them."""
        shown = list(self.faults[: self.max_shown])
        hidden = len(self.faults) - len(shown)
        if hidden:
            shown.append(f"… and {hidden} more")
        if len(self.faults) > 1:
            shown.insert(0, f"{len(self.faults)} faults")
        return "\n".join(shown)


class ScenarioError(SeraiError, ValueError):
    """What a person typed, or a scenario or parameter file, is wrong."""

    exit_code = 2


class DataError(SeraiError, ValueError):
    """A shipped or given table is wrong."""

    exit_code = 3


class NoPathError(SeraiError, LookupError):
    """An input asks for a trip between places that nothing connects."""

    exit_code = 4


class NotConvergedError(SeraiError, RuntimeError):
    """
    The equilibrium was not reached within the iterations allowed.

    Parameters
    ----------
    message
        Where, got, wanted, next.
    gap
        [-], >= 0. Relative gap of the best point found.
    iterations
        [-], >= 0. Iterations spent.
    best
        The best point found.
    """

    exit_code = 5

    def __init__(
        self, message: str, gap: float = float("nan"), iterations: int = 0, best: object = None
    ) -> None:
        super().__init__(message)
        self.gap = gap
        self.iterations = iterations
        self.best = best

    def __reduce__(self) -> tuple[type[NotConvergedError], tuple[str, float, int, object]]:
        """Let the error travel between processes with all it carries."""
        return (type(self), ("\n".join(self.faults), self.gap, self.iterations, self.best))


class InfeasibleError(SeraiError, ValueError):
    """
    A bare problem whose demand its resources cannot carry.

    Parameters
    ----------
    message
        Where, got, wanted, next.
    resources
        Indices of the resources that are in the way.
    """

    exit_code = 6

    def __init__(self, message: str, resources: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.resources = resources

    def __reduce__(self) -> tuple[type[InfeasibleError], tuple[str, tuple[int, ...]]]:
        """Let the error travel between processes with all it carries."""
        return (type(self), ("\n".join(self.faults), self.resources))


def state_fault(where: str, got: str, wanted: str, then: str) -> str:
    """
    Return one fault in the house's order: where, got, wanted, what to do next.

    Parameters
    ----------
    where
        File, row, id and column, or the part of the network.
    got
        What stands there.
    wanted
        What would be accepted.
    then
        What the reader does about it.

    Returns
    -------
    fault
        One line.
    """
    return f"{where}: got {got}; wanted {wanted}; {then}"


def require_options(*wanted: tuple[bool, str, object, str], then: str) -> None:
    """
    Refuse options that are out of bounds.

    Parameters
    ----------
    *wanted
        Of each option whether it is sound, its name, what it is and what it should be.
    then
        What the reader does about it.

    Raises
    ------
    ScenarioError
        Names every option that is not sound.
    """
    faults = [
        state_fault(option, str(got), want, then) for is_sound, option, got, want in wanted
        if not is_sound
    ]  # fmt: skip
    if faults:
        raise ScenarioError("\n".join(faults))


def require_library(module: str, where: str, extra: str) -> Any:  # noqa: ANN401 - any library
    """
    Return a library that not every installation has.

    Parameters
    ----------
    module
        Name to import.
    where
        The option or file that wants it.
    extra
        Extra of the package that brings it.

    Returns
    -------
    module
        The library.

    Raises
    ------
    ScenarioError
        It is not installed; says how to get it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as fault:
        got, name = f"a missing library ({fault.name or module})", module.partition(".")[0]
        then = f"install it: pip install 'serai[{extra}]'"
        raise ScenarioError(state_fault(where, got, name, then)) from fault
