"""How derived numbers follow from others: formulas, and whether they reproduce the tables."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from serai.data.findings import Finding, list_some
from serai.data.schema import Table, read_schema
from serai.data.tables import split_list
from serai.errors import DataError, state_fault

__all__ = ["Derivation", "check_formulas", "derive"]

Tables = Mapping[str, pd.DataFrame]

YEARLY: Final = re.compile(r"\bvalue_(\d{4})\b")
"""The value of the same row in another year."""

NAME: Final = re.compile(r"\b[a-z_][a-z_0-9]*\b")

HALF: Final = 0.5 + 1e-6
"""Rounding to a step moves a number by up to half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How one number follows from others."""

    formula_id: str
    formula: str
    """Arithmetic over the names of `inputs`."""
    value: float
    """What it gives, before rounding."""
    inputs: Mapping[str, float]
    """The numbers it follows from, by name."""
    input_ids: tuple[str, ...]
    """Their ids in the register."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selected:
    """The derived rows that a formula is for, with what it gives."""

    at: NDArray[np.int64]
    """Positions in the table."""
    keys: tuple[str, ...]
    got: NDArray[np.float64]
    held: NDArray[np.float64]
    inputs: Mapping[str, NDArray[np.float64]]
    input_ids: Mapping[str, tuple[str, ...]]
    fits: NDArray[np.bool_]
    """Whether it reproduces what the table holds, within rounding."""


def derive(tables: Tables) -> dict[str, Derivation]:
    """
    Return how each number with a formula follows from others.

    Parameters
    ----------
    tables
        As `read_tables` returns them.

    Returns
    -------
    derivations
        By id of the number; numbers that no formula reproduces are left out.

    Raises
    ------
    DataError
        A formula cannot be read.
    """
    found: dict[str, Derivation] = {}
    for row, selected in _evaluate(tables):
        for i in np.flatnonzero(selected.fits):
            number = f"{row['table']}.{selected.keys[i]}.{row['column']}"
            found.setdefault(
                number,
                Derivation(
                    formula_id=str(row["formula_id"]),
                    formula=str(row["formula"]),
                    value=float(selected.got[i]),
                    inputs={name: float(x[i]) for name, x in selected.inputs.items()},
                    input_ids=tuple(ids[i] for ids in selected.input_ids.values()),
                    note=str(row["note"]),
                ),
            )
    return found


def check_formulas(tables: Tables) -> list[Finding]:
    """
    Return the derived numbers that their formulas do not reproduce, and formulas for nothing.

    Parameters
    ----------
    tables
        As `read_tables` returns them.

    Returns
    -------
    findings
        Empty if every number follows from its formula.

    Raises
    ------
    DataError
        A formula cannot be read.
    """
    open_: dict[str, tuple[float, list[str]]] = {}
    done: set[str] = set()
    idle = []
    for row, selected in _evaluate(tables):
        mine = [f"{row['table']}.{key}.{row['column']}" for key in selected.keys]
        fits = {n for n, fit in zip(mine, selected.fits, strict=True) if fit}
        if not fits - done:
            idle.append(str(row["formula_id"]))
        done |= fits
        for number, got, held in zip(mine, selected.got, selected.held, strict=True):
            open_.setdefault(number, (held, []))[1].append(f"{row['formula']} = {got:.6g}")
    check = "formulas"
    lost = [
        Finding(check=check, where=number, got=f"{held:.6g}", wanted=" or ".join(tried),
                then="correct the number, its formula or its grade")
        for number, (held, tried) in open_.items()
        if number not in done
    ]  # fmt: skip
    if idle:
        got = f"{list_some(idle)} reproduce no number that no other does"
        lost.append(Finding(check=check, where="formulas", got=got, wanted="one or more each",
                            then="correct their rows, or drop them"))  # fmt: skip
    return lost


def _evaluate(tables: Tables) -> list[tuple[dict[Hashable, Any], _Selected]]:
    """Return each formula's row with what it selects and gives."""
    if "formulas" not in tables:
        return []
    schema, keys = read_schema(), _Keys(tables)
    faults, found = [], []
    for line, row in zip(
        tables["formulas"].index, tables["formulas"].to_dict("records"), strict=True
    ):
        try:
            found.append((row, _select(tables, schema, row, keys)))
        except (KeyError, ValueError, SyntaxError, TypeError, NameError, AttributeError) as fault:
            where = f"formulas.csv row {line} ({row['formula_id']})"
            wanted = "a table, a column, rows and arithmetic over its columns"
            then = f"correct the row: {fault}"
            faults.append(state_fault(where, str(row["formula"]), wanted, then))
    if faults:
        raise DataError(faults)
    return found


class _Keys(dict[str, list[tuple[str, ...]]]):
    """The keys of each table's rows, made when they are first wanted."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def of(self, table: Table) -> list[tuple[str, ...]]:
        """Return the parts of the key of every row."""
        if table.name not in self:
            parts = [self._tables[table.name][name].astype(str) for name in table.key]
            self[table.name] = list(zip(*parts, strict=True))
        return self[table.name]


def _select(
    tables: Tables, schema: Mapping[str, Table], row: Mapping[Hashable, Any], known_keys: _Keys
) -> _Selected:
    table = schema[str(row["table"])]
    frame = tables[table.name]
    column = str(row["column"])
    chosen = (frame["grade"] == "derived") & frame[column].notna()
    for condition in split_list(str(row["rows"])):
        name, _, words = condition.partition("=")
        cells = frame[name].astype(str).str.replace(";", "/")
        chosen &= cells.isin(words.split("|"))
    at = np.flatnonzero(chosen.to_numpy())
    names = [n for n in dict.fromkeys(NAME.findall(str(row["formula"]))) if n != "sqrt"]
    keys = known_keys.of(table)
    columns = {name: _find_input(frame, table, keys, name) for name in names}
    inputs = {name: values[at] for name, (values, _) in columns.items()}
    known = np.logical_and.reduce([np.isfinite(x) for x in inputs.values()])
    at = at[known]
    inputs = {name: values[known] for name, values in inputs.items()}
    got = _compute(str(row["formula"]), inputs)
    held = frame[column].to_numpy(np.float64)[at]
    slack = _round_by(held, row["step"], row["digits"])
    for name, values in inputs.items():
        moved = values + _round_by(values, row["input_step"], row["digits"])
        slack = slack + np.abs(_compute(str(row["formula"]), inputs | {name: moved}) - got)
    ids = {
        name: tuple(
            f"{table.name}.{'/'.join(of[i])}.{name if name in frame else column}" for i in at
        )
        for name, (_, of) in columns.items()
    }
    return _Selected(
        at=at, keys=tuple("/".join(keys[i]) for i in at), got=got, held=held, inputs=inputs,
        input_ids=ids, fits=np.abs(got - held) <= slack,
    )  # fmt: skip


def _find_input(
    frame: pd.DataFrame, table: Table, keys: list[tuple[str, ...]], name: str
) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Return a number of every row, and the key of the row that it stands in."""
    if name in frame:
        return frame[name].to_numpy(np.float64), keys
    year = YEARLY.fullmatch(name)
    if year is None or "year" not in table.key:
        raise ValueError(f"{table.name} has no column {name}")
    at = list(table.key).index("year")
    there = [(*key[:at], year[1], *key[at + 1 :]) for key in keys]
    values = dict(zip(keys, frame["value"], strict=True))
    return np.array([values.get(key, np.nan) for key in there], np.float64), there


def _compute(formula: str, inputs: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    found = pd.DataFrame(dict(inputs)).eval(formula, engine="python")
    return np.asarray(found, np.float64)


def _round_by(values: NDArray[np.float64], step: float, digits: float) -> NDArray[np.float64]:
    """Return how far rounding may have moved numbers."""
    by = np.zeros(len(values)) if np.isnan(step) else np.full(len(values), HALF * step)
    if np.isnan(digits):
        return by
    size = np.floor(np.log10(np.maximum(np.abs(values), 1e-300)))
    rounded: NDArray[np.float64] = np.maximum(by, HALF * 10.0 ** (size - digits + 1))
    return rounded
