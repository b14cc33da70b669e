"""What can be moved on a page: levers that add shocks or changes to a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError, model_validator

from serai.domain.scenario import Scenario, Written
from serai.errors import ScenarioError, state_fault

__all__ = ["ON", "Lever", "compose"]

ON = 1.0
"""Where a switch that is on stands."""

DIGITS = 9
"""Digits after the point that a value is rounded to: what a person moved has no more."""


class Lever(Written):
    """A slider, or a switch where it has no unit."""

    id: str
    """Short name."""
    group: str
    """World: what happens; Corridor: what somebody decides."""
    label: str
    """For people."""
    unit: str = ""
    """What its places count; empty for a switch."""
    low: float = 0.0
    """Lowest place."""
    high: float = ON
    """Highest place."""
    step: float = Field(default=ON, gt=0)
    """From one place to the next."""
    neutral: float = 0.0
    """Where it says nothing."""
    note: str = ""
    """What to know about it."""
    shocks: tuple[dict[str, Any], ...] = ()
    """As in a scenario, `value_at = [a, b]` standing for the value a + b * place."""
    changes: tuple[dict[str, Any], ...] = ()
    """The same for decisions."""

    @model_validator(mode="after")
    def _stands_between_its_ends(self) -> Lever:
        if not self.low <= self.neutral <= self.high:
            raise ValueError(f"neutral is {self.neutral}; must be {self.low} to {self.high}")
        if not (self.shocks or self.changes):
            raise ValueError("moves nothing; give it shocks or changes")
        for one in (*self.shocks, *self.changes):
            at = one.get("value_at", (0.0, 0.0))
            if not (isinstance(at, list | tuple) and len(at) == 2 and  # noqa: PLR2004
                    all(isinstance(number, int | float) for number in at)):  # fmt: skip
                raise ValueError(f"value_at is {at}; must be two numbers, [a, b] for a + b * place")
        for place in {self.low, self.high} - {self.neutral}:
            # What is no shock or change is told here, not when somebody moves it.
            try:
                Scenario.model_validate(self.at(place))
            except ValidationError as error:
                told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
                        for one in error.errors(include_url=False)]  # fmt: skip
                raise ValueError(f"at {place:g}: {'; '.join(told)}") from error
        return self

    def at(self, place: float) -> dict[str, list[dict[str, Any]]]:
        """
        Return the shocks and changes that the lever adds at a place.

        Parameters
        ----------
        place
            Within its ends; nothing is added at the neutral one.
        """
        if place == self.neutral:
            return {"shocks": [], "changes": []}
        return {
            "shocks": [_set(one, place) for one in self.shocks],
            "changes": [_set(one, place) for one in self.changes],
        }


def _set(template: Mapping[str, Any], place: float) -> dict[str, Any]:
    out = dict(template)
    at = out.pop("value_at", None)
    if at is not None:
        out["value"] = round(at[0] + at[1] * place, DIGITS)
    return out


def compose(levers: Sequence[Lever], places: Mapping[str, float], scenario: Scenario) -> Scenario:
    """
    Return a scenario with what some levers add.

    Parameters
    ----------
    levers
        All there are.
    places
        Where some stand, by id; the others stand at their neutral places.
    scenario
        What is added to.

    Returns
    -------
    scenario
        Shocks and changes of the levers come last, in the levers' order.

    Raises
    ------
    ScenarioError
        There is no such lever, or it does not reach so far; all faults are named.
    """
    known = {lever.id: lever for lever in levers}
    faults = [
        state_fault(f"levers.{name}", "an unknown lever", f"one of {', '.join(known)}", "remove it")
        for name in places if name not in known
    ]  # fmt: skip
    faults += [
        state_fault(f"levers.{one.id}", f"{places[one.id]:g}", f"{one.low:g} to {one.high:g}",
                    "correct it")
        for one in levers if one.id in places and not one.low <= places[one.id] <= one.high
    ]  # fmt: skip
    if faults:
        raise ScenarioError(faults)
    added = [lever.at(places[lever.id]) for lever in levers if lever.id in places]
    told = scenario.model_dump(mode="json")
    for what in ("shocks", "changes"):
        told[what] += [one for part in added for one in part[what]]
    return Scenario.model_validate(told)
