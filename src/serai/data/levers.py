"""The levers of the page, read from a file of the pack or of somebody's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from serai.data.load import PACK
from serai.data.scenarios import read_scenario
from serai.data.searches import read_toml
from serai.domain.levers import Lever
from serai.errors import DataError, state_fault

__all__ = ["LEVERS", "read_levers"]

LEVERS: Final = "levers.toml"
"""File of levers beside tables."""


def read_levers(path: Path = PACK / LEVERS) -> tuple[Lever, ...]:
    """
    Return the levers in the order of their file.

    Parameters
    ----------
    path
        A table for each lever; `scenario` names one that ships with the package and stands for all
        its shocks and changes.

    Raises
    ------
    DataError
        The file cannot be read, or a lever in it is none; all faults are named.
    ScenarioError
        A lever names a scenario that there is not.
    """
    faults: list[str] = []
    out: list[Lever] = []
    for name, row in read_toml(path).items():
        try:
            out.append(Lever.model_validate({"id": name, **_spelt_out(row)}))
        except ValidationError as error:
            faults += [
                state_fault(f"{path.name} {'.'.join(map(str, (name, *one['loc'])))}", "a fault",
                            one["msg"], "mend it")
                for one in error.errors(include_url=False)
            ]  # fmt: skip
    if faults:
        raise DataError(faults)
    return tuple(out)


def _spelt_out(row: dict[str, Any]) -> dict[str, Any]:
    """Put the shocks and changes of a ready scenario where its name stands."""
    out = dict(row)
    name = out.pop("scenario", None)
    if name is not None:
        told = read_scenario(name).model_dump(mode="json", exclude_unset=True)
        out |= {what: told.get(what, []) for what in ("shocks", "changes")}
        out.setdefault("note", told.get("note", ""))
    return out
