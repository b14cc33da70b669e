"""What states are told by: the inputs and decisions drawn, and limits on them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from serai.domain.ranged import Z_P90, FloatArray, Ranged
from serai.domain.world import World
from serai.outputs.conditions import DECISIONS, PREFIX, say_clause
from serai.outputs.language import mark
from serai.studies.cases import BASE_YEAR
from serai.studies.draws import name_input, ranged_tables
from serai.studies.naming import PLAIN, Namer
from serai.studies.states import OCEAN, Draws, ocean_span, price_between

__all__ = ["Factor", "list_factors", "name_factor", "say_limit"]

UNITS: Final = {
    "free_time_h": "h",
    "dwell_h": "h",
    "feared_h": "h",
    "cost_usd_teu": "USD/TEU",
    "cost_usd_t": "USD/t",
    "capacity_t_yr": "t/yr",
    "capacity_teu_yr": "TEU/yr",
    "payload_t_per_teu": "t/TEU",
    "value_usd_per_t": "USD/t",
    "value_of_time_usd_per_t_day": "USD/t/day",
    "reliability_ratio": "-",
}
"""Of the columns whose tables do not tell it row by row."""

QUANTITIES: Final = {
    "payload_t_per_teu": mark("Payload: {name}"),
    "value_usd_per_t": mark("Value: {name}"),
    "value_of_time_usd_per_t_day": mark("Value of time: {name}"),
    "reliability_ratio": mark("Weight of unreliable hours: {name}"),
}
"""What the columns of a class are called."""

Reader = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A column of the states."""

    id: str
    name: str
    unit: str
    """Empty for a place in the range and for a decision."""
    read: Reader
    """Turns a place, 0 to 1, into a value of the unit."""
    ends: tuple[float, float]
    """Values that its range is told by."""
    is_decision: bool = False


def list_factors(world: World, draws: Draws, *, has_decisions: bool
                 ) -> tuple[list[Factor], FloatArray]:  # fmt: skip
    """
    Return what the states are told by, and where each state stands.

    Parameters
    ----------
    world
        The tables.
    draws
        The states.
    has_decisions
        Whether projects and measures were drawn.

    Returns
    -------
    factors
        Inputs, the ocean, then decisions.
    x
        [-], shape (n_draws, n_factors), 0 to 1. Places in the ranges; decisions are 0 or 1.
    """
    cells = _find_cells(world)
    factors = [_input_factor(world, key, rows, cells) for key, rows in draws.inputs.items()]
    columns = [draws.place[:, : len(factors)]]
    span = ocean_span(world, OCEAN[0])
    if span is not None:
        name = name_factor(world, "ocean")
        factors.append(Factor(id="ocean", name=name, unit="USD/FEU", ends=span,
                              read=lambda place: price_between(span, place)))  # fmt: skip
        columns.append(draws.place[:, -1:])
    if has_decisions:
        factors.extend(
            Factor(id=f"{PREFIX}{key}", name=name_factor(world, f"{PREFIX}{key}"), unit="",
                   read=float, ends=(0.0, 1.0), is_decision=True)
            for key in DECISIONS
        )  # fmt: skip
        columns.append(np.column_stack([draws.is_full, draws.in_force]).astype(float))
    return factors, np.concatenate(columns, axis=1)


def _find_cells(world: World) -> dict[int, list[tuple[str, int, Ranged]]]:
    """Return by dimension its values of the base year: their table, row, and themselves."""
    cells: dict[int, list[tuple[str, int, Ranged]]] = {}
    for table, ranged in ranged_tables(world).items():
        of_year = _of_base_year(world, ranged) if table == "year_inputs.value" else ranged
        if of_year.value.ndim > 1:
            continue  # weights of zones, which belong to no input
        for row in np.flatnonzero(of_year.has_range & (of_year.group >= 0)).tolist():
            one = Ranged(
                value=of_year.value[[row]], low=of_year.low[[row]], high=of_year.high[[row]],
                group=np.zeros(1, np.int32),
            )  # fmt: skip
            cells.setdefault(int(of_year.group[row]), []).append((table, row, one))
    return cells


def _of_base_year(world: World, ranged: Ranged) -> Ranged:
    at = world.year_inputs.years.index(BASE_YEAR)
    return Ranged(
        value=ranged.value[:, at].copy(), low=ranged.low[:, at].copy(),
        high=ranged.high[:, at].copy(), group=ranged.group[:, at].copy(),
    )  # fmt: skip


def _input_factor(
    world: World,
    key: str,
    rows: NDArray[np.int64],
    cells: Mapping[int, list[tuple[str, int, Ranged]]],
) -> Factor:
    mine = [cell for row in rows.tolist() for cell in cells.get(row, [])]
    name = name_factor(world, key)
    if len(mine) != 1:
        return Factor(id=key, name=name, unit="", read=float, ends=(0.0, 1.0))
    table, row, cell = mine[0]

    def read(place: float) -> float:
        return float(cell.drawn(np.array([ndtri(place)])).value[0])

    return Factor(id=key, name=name, unit=_unit_of(world, table, row), read=read,
                  ends=(read(ndtr(-Z_P90)), read(ndtr(Z_P90))))  # fmt: skip


def _unit_of(world: World, table: str, row: int) -> str:
    if table == "params":
        return world.params.units[row]
    if table == "year_inputs.value":
        return world.year_inputs.units[row]
    if table == "effects.value":
        quantity, operation = world.effects.quantity[row], world.effects.operation[row]
        words = quantity.split("_")[0]
        return f"times the {words} before" if operation == "multiply" else UNITS[quantity]
    return UNITS.get(table.split(".")[1], "share" if "availability" in table else "-")


def name_factor(world: World, key: str, namer: Namer = PLAIN) -> str:
    """
    Name a column of the states.

    Parameters
    ----------
    world
        The tables.
    key
        Id of the factor.
    namer
        Language of the name.
    """
    if key == "ocean":
        return namer.lang.say("Price of the ocean, China–North Europe")
    if key.startswith(PREFIX):
        return namer.lang.say(DECISIONS[key.removeprefix(PREFIX)][0])
    quantity, _, k = key.removeprefix("classes.").partition(" ")
    if not key.startswith("classes.") or quantity not in QUANTITIES:
        return name_input(world, key, namer)
    name = namer.name("classes", world.classes.names[world.classes.ids.index(k)])
    return namer.lang.say(QUANTITIES[quantity], name=name.split(" (")[0])


def say_limit(factor: Factor, low: float | None, high: float | None) -> str:
    """
    Say a limit as a clause that follows "where".

    Parameters
    ----------
    factor
        What is limited.
    low
        [-] 0 to 1. Least place in the range; None where there is no such limit.
    high
        [-] 0 to 1. Greatest place.
    """
    ends = (None if low is None else factor.read(low), None if high is None else factor.read(high))
    return say_clause(factor.id, factor.name, factor.unit, ends)
