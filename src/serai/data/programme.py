"""Bare problems from JSON files: read, and every fault named at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from serai.domain.programme import GroupRow, NestRow, PathRow, Programme, ResourceRow
from serai.errors import DataError, state_fault

__all__ = ["read_programme"]

ROWS: Final[dict[str, type[BaseModel]]] = {
    "groups": GroupRow, "paths": PathRow, "resources": ResourceRow, "nests": NestRow,
}  # fmt: skip

POINTERS: Final = (
    ("nests", "group", "groups"), ("paths", "group", "groups"), ("paths", "nest", "nests"),
)  # fmt: skip
"""Table, key, and the table that the key is an index of."""


def read_programme(path: Path) -> Programme:
    """
    Return the problem that a JSON file holds.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    programme
        Every index in it points to something.

    Raises
    ------
    DataError
        The file cannot be read or has faults; all of them are named.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        got = f"a file that cannot be read ({error.strerror or error})"
        raise DataError(
            state_fault(str(path), got, "a problem file", "check the path and its rights")
        ) from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        got = f"a text that is no JSON ({error})"
        raise DataError(state_fault(path.name, got, "JSON in UTF-8", "mend that place")) from error
    faults: list[str] = []
    try:
        programme = Programme.model_validate(document)
    except ValidationError as error:
        faults += [_say(dict(one)) for one in error.errors(include_url=False)]
    faults += _find_faults(_Rows(document))
    if faults:
        raise DataError([f"{path.name}: {fault}" for fault in faults])
    return programme


def _say(error: dict[str, object]) -> str:
    location = error["loc"] if isinstance(error["loc"], tuple) else ()
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    where = "".join(parts).lstrip(".") or "the file"
    if error["type"] == "missing":
        return state_fault(where, "no such key", "a value", "add it")
    if error["type"] == "extra_forbidden":
        known = ROWS.get(str(location[0]), Programme) if len(location) > 1 else Programme
        keys = ", ".join(known.model_fields)
        return state_fault(where, "an unknown key", f"one of {keys}", "remove it")
    got = repr(error["input"])
    got = got if len(got) <= 60 else f"{got[:59]}…"  # noqa: PLR2004
    wanted = str(error["msg"]).removeprefix("Input should be ")
    return state_fault(where, got, wanted, "correct it")


class _Rows:
    """The rows of a document that may be anything."""

    def __init__(self, document: object) -> None:
        self.document = document if isinstance(document, dict) else {}

    def all(self, table: str) -> list[object]:
        rows = self.document.get(table, [])
        return rows if isinstance(rows, list) else []

    def get(self, table: str, index: object, key: str) -> object:
        """Return a cell, None where there is none."""
        rows = self.all(table)
        row = rows[index] if isinstance(index, int) and 0 <= index < len(rows) else None
        return row.get(key) if isinstance(row, dict) else None


def _find_faults(rows: _Rows) -> Iterator[str]:
    """Yield every index that points nowhere and every nest that does not fit its group."""
    pointers = [(f"{table}[{i}].{key}", to, rows.get(table, i, key))
                for table, key, to in POINTERS for i in range(len(rows.all(table)))]  # fmt: skip
    for u, use in enumerate(rows.all("use")):
        if isinstance(use, list) and len(use) == 3:  # noqa: PLR2004
            pointers += [(f"use[{u}][0]", "resources", use[0]), (f"use[{u}][1]", "paths", use[1])]
    for where, to, index in pointers:
        many = len(rows.all(to))
        if isinstance(index, int) and index >= many:
            yield state_fault(where, str(index), f"an index of {to} (there are {many})",
                              "correct it")  # fmt: skip
    yield from _find_nest_faults(rows)


def _find_nest_faults(rows: _Rows) -> Iterator[str]:
    for n in range(len(rows.all("nests"))):
        theta, upper = (rows.get("nests", n, "theta"),
                        rows.get("groups", rows.get("nests", n, "group"), "theta"))  # fmt: skip
        if isinstance(theta, float | int) and isinstance(upper, float | int) and theta < upper:
            yield state_fault(f"nests[{n}].theta", f"{theta:g}",
                              f"at least its group's {upper:g}", "correct one")  # fmt: skip
    for p in range(len(rows.all("paths"))):
        nest, group = rows.get("paths", p, "nest"), rows.get("paths", p, "group")
        theirs = rows.get("nests", nest, "group")
        if theirs is not None and theirs != group:
            yield state_fault(f"paths[{p}].nest", f"a nest of group {theirs}",
                              f"one of group {group}", "correct it")  # fmt: skip
