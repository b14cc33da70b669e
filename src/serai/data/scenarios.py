"""Scenario files: read, checked as a whole, and changed from the command line."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ValidationError

from serai.data.load import PACK
from serai.domain.params import Params
from serai.domain.ranged import Ranged
from serai.domain.scenario import (
    ChangeLinks,
    CloseLinks,
    CloseTransit,
    Scenario,
    SetYearInput,
)
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.units import can_be, say_bounds

__all__ = ["SHIPPED", "Adjusted", "adjust", "list_shipped", "read_scenario", "say_faults",
           "say_wanted", "with_year"]  # fmt: skip

SHIPPED: Final = PACK / "scenarios"
"""The scenarios that ship with the package."""

BASE: Final = "base"

KINDS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {
        "close": CloseLinks,
        "change": ChangeLinks,
        "close_transit": CloseTransit,
        "year_input": SetYearInput,
    }
)
"""What a shock or a change may be."""

LINK_FIELDS: Final = ("free_time_h", "dwell_h", "cost_usd_teu", "cost_usd_t")
RESOURCE_FIELDS: Final = ("capacity_t_yr", "capacity_teu_yr")

SETTABLE: Final = (
    f"links.ID.<{'|'.join(LINK_FIELDS)}>=NUMBER, "
    f"resources.ID.<{'|'.join(RESOURCE_FIELDS)}>=NUMBER, "
    "year_inputs.ID=NUMBER or params.NAME=NUMBER"
)
"""What can be set from the command line."""

Path_ = tuple[str | int, ...]


# ---------------------------------------------------------------- files


def list_shipped() -> tuple[Scenario, ...]:
    """
    Return the scenarios that ship with the package.

    Returns
    -------
    scenarios
        The base first, the others by name.
    """
    paths = sorted(SHIPPED.glob("*.toml"), key=lambda path: (path.stem != BASE, path.stem))
    return tuple(_read_file(path) for path in paths)


def read_scenario(text: str) -> Scenario:
    """
    Return the scenario that a name or a path means.

    Parameters
    ----------
    text
        Name of one that ships with the package, or path of a TOML file.

    Returns
    -------
    scenario
        Named after its file where it names itself not.

    Raises
    ------
    ScenarioError
        There is no such scenario, or its file has faults; all of them are named.
    """
    path = Path(text)
    names = sorted(file.stem for file in SHIPPED.glob("*.toml"))
    if text in names:
        return _read_file(SHIPPED / f"{text}.toml")
    if path.suffix.lower() == ".toml" or len(path.parts) > 1 or path.is_file():
        return _read_file(path)
    near = difflib.get_close_matches(text, names, n=3, cutoff=0.4)
    then = f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(names)}"
    wanted = "the name of a scenario of `serai scenarios`, or the path of a TOML file"
    raise ScenarioError(state_fault("scenario", repr(text), wanted, then))


def with_year(scenario: Scenario, year: int | None) -> Scenario:
    """
    Return a scenario with the demand and prices of another year.

    Parameters
    ----------
    scenario
        The scenario.
    year
        The year; its own if left out.

    Returns
    -------
    changed
        What is built stays as of `built_by`.

    Raises
    ------
    ScenarioError
        No scenario is of such a year.
    """
    if year is None:
        return scenario
    return _build("--year", scenario.model_dump(exclude_unset=True) | {"year": year})


def _read_file(path: Path) -> Scenario:
    """Read one file; every fault of it is in the one error."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        got = f"a file that cannot be read ({error.strerror or error})"
        raise ScenarioError(
            state_fault(str(path), got, "a scenario file", "check the path and its rights")
        ) from error
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at position {error.start}"
        raise ScenarioError(
            state_fault(str(path), got, "UTF-8 text", "save the file as UTF-8")
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(
            state_fault(path.name, f"a text that is no TOML ({error})", "TOML", "mend that line")
        ) from error
    document.setdefault("name", re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-_"))
    return _build(path.name, document)


def _build(where: str, document: dict[str, Any]) -> Scenario:
    """Return the scenario that a document holds."""
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        told = say_faults(document, error.errors(include_url=False, include_context=True))
        raise ScenarioError([f"{where}: {fault}" for fault in told]) from error


# ---------------------------------------------------------------- faults


def say_faults(document: Any, errors: Sequence[Mapping[str, Any]]) -> list[str]:  # noqa: ANN401
    """
    Return one fault per key, though a union complains once for each of its members.

    Parameters
    ----------
    document
        What a person wrote.
    errors
        What the validator found in it.
    """
    by_path: dict[Path_, list[dict[str, Any]]] = {}
    for one in errors:
        path = _real_path(document, one["loc"])
        if one["type"] == "missing":
            path = (*path, one["loc"][-1])
        by_path.setdefault(path, []).append(dict(one))
    inner = [path for path in by_path if not any(_is_within(other, path) for other in by_path)]
    return [_say_error(document, path, by_path[path]) for path in inner]


def _is_within(path: Path_, outer: Path_) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer


def _real_path(document: Any, loc: Path_) -> Path_:  # noqa: ANN401 - whatever TOML holds
    """Drop from a place in the model what is no key of the file, such as the kind of a shock."""
    path: list[str | int] = []
    at = document
    for part in loc:
        is_key = isinstance(at, dict) and part in at
        is_place = isinstance(at, list) and isinstance(part, int) and part < len(at)
        if is_key or is_place:
            path.append(part)
            at = at[part]
    return tuple(path)


def _say_error(document: Mapping[str, Any], path: Path_, errors: list[dict[str, Any]]) -> str:
    """Return one fault: where, got, wanted, next."""
    first = errors[0]
    kind = first["type"]
    where = _dotted(path)
    value = _value_at(document, path)
    if kind == "extra_forbidden":
        known = _fields_at(document, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.5)
        then = f"did you mean {near[0]}?" if near else "remove it"
        return state_fault(where, "an unknown key", f"one of {', '.join(known)}", then)
    if kind == "missing":
        return state_fault(where, "no such key", "a value", "add it")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = value.get("kind") if isinstance(value, dict) else None
        near = difflib.get_close_matches(str(tag), KINDS, n=1, cutoff=0.5)
        then = f"did you mean {near[0]}?" if near and tag else "name one of them"
        got = "none" if tag is None else repr(tag)
        return state_fault(f"{where}.kind", got, f"one of {', '.join(KINDS)}", then)
    if kind == "value_error":
        return f"{where}: {first['ctx']['error']}; correct it"
    wanted = " or ".join(dict.fromkeys(say_wanted(one) for one in errors))
    return state_fault(where, _shorten(value), wanted, "correct it")


def say_wanted(error: Mapping[str, Any]) -> str:
    """
    Return what would be accepted, in our words where the validator's are odd.

    Parameters
    ----------
    error
        One that the validator found.
    """
    context = error.get("ctx", {})
    ours = {
        "literal_error": "one of {expected}",
        "tuple_type": "a list such as ['A', 'B']",
        "string_pattern_mismatch": "lower-case letters, digits, - and _",
        "greater_than_equal": "{ge:g} or more",
        "less_than_equal": "{le:g} or less",
        "too_short": "at least one",
    }
    if error["type"] in ours:
        return ours[error["type"]].format(**context)
    return str(error["msg"]).removeprefix("Input should be ").partition(",")[0]


def _fields_at(document: Mapping[str, Any], path: Path_) -> list[str]:
    """Return the keys that may stand at a place of the file."""
    value = _value_at(document, path)
    if not path:
        return list(Scenario.model_fields)
    model = KINDS.get(value.get("kind", "")) if isinstance(value, dict) else None
    return list(model.model_fields) if model else []


def _value_at(document: Any, path: Path_) -> Any:  # noqa: ANN401 - whatever TOML holds
    at = document
    for part in path:
        if isinstance(at, dict):
            at = at.get(part)
        elif isinstance(at, list) and isinstance(part, int):
            at = at[part]
    return at


def _dotted(path: Path_) -> str:
    return ".".join(map(str, path)) or "the file"


def _shorten(value: object, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


# ---------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjusted:
    """A world and a scenario after settings from the command line."""

    world: World
    """With the parameters that were set."""
    scenario: Scenario
    """With the other settings as shocks, after its own."""
    params: Mapping[str, float]
    """Parameters that were set, by name."""


def adjust(world: World, scenario: Scenario, settings: Sequence[str]) -> Adjusted:
    """
    Return the world and the scenario with single values set.

    Parameters
    ----------
    world
        The tables.
    scenario
        What else happens.
    settings
        Such as ``links.KZAAU-AZALA.fd.cost_usd_teu=300``; of two for one value the last holds. A
        capacity is the one of a year without storms and ice: weather is taken off it.

    Returns
    -------
    adjusted
        The tables themselves are untouched.

    Raises
    ------
    ScenarioError
        A setting is unreadable, or what it sets is not known; all faults are named.
    """
    faults: list[str] = []
    shocks: list[ChangeLinks | SetYearInput] = []
    params: dict[str, float] = {}
    for text in settings:
        try:
            told = _read_setting(world, text)
        except ScenarioError as error:
            faults += error.faults
            continue
        if isinstance(told, tuple):
            params[told[0]] = told[1]
        else:
            shocks.append(told)
    if faults:
        raise ScenarioError(faults)
    return Adjusted(
        world=replace(world, params=_with_params(world.params, params)) if params else world,
        scenario=scenario.model_copy(update={"shocks": (*scenario.shocks, *shocks)}),
        params=MappingProxyType(params),
    )


def _read_setting(world: World, text: str) -> ChangeLinks | SetYearInput | tuple[str, float]:
    """Return a shock, or a parameter with its value."""
    where = f"--set {text}"
    name, equals, number = text.partition("=")
    table, _, key = name.strip().partition(".")
    if not equals or not key or table not in ("links", "resources", "year_inputs", "params"):
        raise ScenarioError(state_fault(where, "no setting", SETTABLE, "write it so"))
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ScenarioError(
            state_fault(where, repr(number), "a finite number", "write the number alone")
        )
    if table == "params":
        _require_known(where, key, world.params.ids)
        _require_bounds(where, value, world.params.units[world.params.ids.index(key)])
        return (key, value)
    if table == "year_inputs":
        _require_known(where, key, world.year_inputs.ids)
        _require_bounds(where, value, world.year_inputs.units[world.year_inputs.ids.index(key)])
        return SetYearInput(kind="year_input", input_id=key, value=value)
    return _change_item(world, where, table, key.rpartition("."), value)


def _change_item(
    world: World, where: str, table: str, key: tuple[str, str, str], value: float
) -> ChangeLinks:
    """Return the change of one quantity of one link or resource."""
    item, _, field = key
    is_link = table == "links"
    links, resources = world.network.links, world.network.resources
    _require_known(where, field, LINK_FIELDS if is_link else RESOURCE_FIELDS)
    _require_known(where, item, links.ids if is_link else resources.ids)
    if value < 0:
        raise ScenarioError(state_fault(where, f"{value:g}", "a number from 0 on", "correct it"))
    if is_link and np.isnan(getattr(links, field).value[links.ids.index(item)]):
        goods = "boxes" if field == "cost_usd_teu" else "goods counted in tonnes"
        got = f"a link that {goods} may not use"
        raise ScenarioError(
            state_fault(where, got, "a link with a price for them", "choose another")
        )
    return ChangeLinks(
        kind="change",
        links=(item,) if is_link else (),
        resources=() if is_link else (item,),
        quantity=field,  # type: ignore[arg-type] # it is one of the fields above
        operation="set",
        value=value,
    )


def _require_bounds(where: str, value: float, unit: str) -> None:
    """Refuse what a unit cannot be."""
    if not can_be(value, unit):
        raise ScenarioError(state_fault(where, f"{value:g}", say_bounds(unit), "correct it"))


def _require_known(where: str, got: str, known: Iterable[str]) -> None:
    """Refuse a name that nothing has."""
    names = list(known)
    if got in names:
        return
    near = difflib.get_close_matches(got, names, n=3, cutoff=0.5)
    few = 8
    wanted = f"one of {', '.join(names)}" if len(names) <= few else "an id of the table"
    then = f"did you mean {' or '.join(near)}?" if near else "look it up with `serai evidence`"
    raise ScenarioError(state_fault(where, repr(got), wanted, then))


def _with_params(params: Params, values: Mapping[str, float]) -> Params:
    """Return the parameters with some set; one that is set has no range."""
    table = params.table
    value, low, high = table.value.copy(), table.low.copy(), table.high.copy()
    for name, number in values.items():
        at = params.ids.index(name)
        value[at] = low[at] = high[at] = number
    held = Ranged(value=value, low=low, high=high, group=table.group.copy())
    return replace(params, table=held)
