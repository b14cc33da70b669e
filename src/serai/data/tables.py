"""From a folder of files to typed tables, or to the full list of what is wrong with them."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from serai.data.files import open_file
from serai.data.schema import read_schema
from serai.errors import DataError, state_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from serai.data.files import File
    from serai.data.schema import Bounds, Column, Table

    Mask = NDArray[np.bool_]
    Texts = NDArray[np.object_]

_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_KEY_TEXT: Final = re.compile(r"[^\s;/]+")


def read_tables(
    folder: Path,
    *,
    schema: Mapping[str, Table] | None = None,
    beside: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, pd.DataFrame]:
    """
    Return the tables of a folder, typed as the data dictionary says.

    The index of each table is the line of the row in its file, the heading being line 1. Texts
    and lists are `str`, empty where the cell is (`split_list` takes a list apart). Numbers are
    `float64`, NaN where the cell is empty; `int64` in an `int` column whose every cell must be
    filled. Columns that the file leaves out are there, empty. `attrs["file"]` is the path of the
    file inside the folder.

    Parameters
    ----------
    folder
        The pack, or a folder with files of the same names; a file may also lie in `odbl`.
    schema
        The data dictionary; the package's own if not given.
    beside
        Tables from elsewhere whose ids may be named too.

    Returns
    -------
    tables
        By name, in the order of the dictionary. Optional tables whose file is missing are left out.

    Raises
    ------
    DataError
        Anything is wrong with any file; lists all that is.
    """
    schema = read_schema() if schema is None else schema
    if not folder.is_dir():
        where, wanted = str(folder), "a folder of tables such as places.csv"
        raise DataError(state_fault(where, "no folder", wanted, "check the path"))
    faults: list[str] = []
    opened: dict[str, File] = {}
    torn: set[str] = set()
    strays = sorted(path.name for path in folder.glob("*.csv") if path.stem not in schema)
    for table in schema.values():
        n_faults = len(faults)
        if (file := open_file(folder, table, strays, faults)) is not None:
            opened[table.name] = file
        if len(faults) > n_faults:
            torn.add(table.name)
    tables = {name: _type_table(file) for name, file in opened.items()}
    for name, file in opened.items():
        _check_key(file)
        _check_bands(file, tables[name])
        _check_links(file, tables, torn, beside or {})
        faults += file.faults
    if faults:
        raise DataError(faults)
    return tables


def read_table(path: Path, table: Table) -> pd.DataFrame:
    """
    Return one table of any file name.

    Parameters
    ----------
    path
        CSV file.
    table
        Its description.

    Returns
    -------
    frame
        As one of `read_tables`.

    Raises
    ------
    DataError
        Anything is wrong with the file; lists all that is.
    """
    if not path.is_file():
        raise DataError(state_fault(str(path), "no file", "a CSV file", "check the path"))
    if path.suffix.lower() != ".csv":
        wanted = "a name that ends in .csv"
        raise DataError(state_fault(str(path), path.suffix or "no suffix", wanted, "rename it"))
    faults: list[str] = []
    named = replace(table, name=path.stem)
    file = open_file(path.parent, named, (), faults)
    if file is None:
        raise DataError(faults)
    frame = _type_table(file)
    _check_key(file)
    _check_bands(file, frame)
    if faults + file.faults:
        raise DataError(faults + file.faults)
    return frame


def split_list(cell: str) -> tuple[str, ...]:
    """
    Return the items of a list cell.

    Parameters
    ----------
    cell
        Items joined by `;`.

    Returns
    -------
    items
        Empty for an empty cell.
    """
    return tuple(cell.split(";")) if cell else ()


# ---------------------------------------------------------------- types


def _type_table(file: File) -> pd.DataFrame:
    """Return the table with typed columns and add what is wrong with single cells."""
    typed: dict[str, NDArray[Any]] = {}
    blank = np.full(len(file.cells), "", dtype=object)
    for column in file.table.columns.values():
        if column.name not in file.cells.columns:
            is_number = column.is_number
            typed[column.name] = np.full(len(blank), np.nan) if is_number else blank.copy()
            continue
        texts = file.texts(column.name)
        if column.required == "yes":
            then = f"fill it in: {column.meaning}"
            file.refuse_cells(column.name, _is_blank(texts), _describe_wanted(column), then)
        if column.is_number:
            typed[column.name] = _type_numbers(file, column, texts)
        else:
            _check_words(file, column, texts)
            typed[column.name] = texts
    others = [name for name in file.cells.columns if name not in file.table.columns]
    typed |= {name: file.texts(name) for name in others}
    table = pd.DataFrame(typed, index=file.cells.index)
    table.attrs["file"] = file.shown
    return table


def _type_numbers(file: File, column: Column, texts: Texts) -> NDArray[Any]:
    """Return a column of numbers and add cells that are none, or lie out of bounds."""
    is_blank = _is_blank(texts)
    values: NDArray[np.float64] = pd.to_numeric(texts, errors="coerce").astype(np.float64)
    bad = ~is_blank & ~np.isfinite(values)
    if column.dtype == "int":
        bad |= ~is_blank & (values != np.trunc(values))
    wanted = _describe_wanted(column)
    then = f"write the number alone, {column.unit}, point as decimal sign; empty means unknown"
    file.refuse_cells(column.name, bad, wanted, then)
    if column.bounds is not None:
        outside = ~is_blank & ~bad & _is_outside(values, column.bounds)
        file.refuse_cells(column.name, outside, wanted, f"correct it: {column.meaning}")
    is_whole = column.dtype == "int" and column.required == "yes" and not (is_blank | bad).any()
    return values.astype(np.int64) if is_whole else values


def _check_words(file: File, column: Column, texts: Texts) -> None:
    """Add cells that are no list or date, hold unknown words, or ids that could not be cited."""
    name, wanted = column.name, _describe_wanted(column)
    if column.dtype == "list":
        bad = _is_bad(texts, lambda text: _is_list(text.split(";")))
        file.refuse_cells(
            name, bad, "words joined by ';', none empty, none twice", "correct the list"
        )
    elif column.dtype == "date":
        bad = _is_bad(texts, lambda text: _DATE.fullmatch(text) is not None)
        file.refuse_cells(name, bad, "a date, YYYY-MM-DD or its beginning", "correct it")
    elif column.role == "id":
        bad = _is_bad(texts, lambda text: _KEY_TEXT.fullmatch(text) is not None)
        file.refuse_cells(name, bad, "an id without blanks, ';' or '/'", "rename it")
    if column.allowed:
        allowed = set(column.allowed)
        split = column.dtype == "list"
        bad = _is_bad(texts, lambda text: (set(text.split(";")) if split else {text}) <= allowed)
        file.refuse_cells(name, bad, wanted, "use one of these words")


def _is_blank(texts: Texts) -> Mask:
    """Return where there is no text."""
    return np.array([not text for text in texts], dtype=bool)


def _is_bad(texts: Texts, accepts: Callable[[str], bool]) -> Mask:
    """Return where there is a text that is not accepted."""
    bad = {text for text in set(texts) if text and not accepts(text)}
    return np.array([text in bad for text in texts], dtype=bool)


def _is_list(items: list[str]) -> bool:
    """Return whether the items are neither empty nor doubled nor padded with blanks."""
    return len(set(items)) == len(items) and all(item and item == item.strip() for item in items)


def _is_outside(values: NDArray[np.float64], bounds: Bounds) -> Mask:
    """Return where the numbers lie outside the interval."""
    too_low = values <= bounds.low if bounds.is_low_open else values < bounds.low
    too_high = values >= bounds.high if bounds.is_high_open else values > bounds.high
    return too_low | too_high


def _describe_wanted(column: Column) -> str:
    """Return what a cell of the column may hold."""
    if column.is_number:
        kind = "a whole number" if column.dtype == "int" else "a number"
        unit = f" [{column.unit}]" if column.unit not in ("", "-", "@unit", "@cost_unit") else ""
        return f"{kind}{unit}" + (f" in {column.bounds.text}" if column.bounds else "")
    what = "a list of" if column.dtype == "list" else "one of"
    if column.allowed:
        return f"{what} {', '.join(column.allowed)}"
    return "a text" if column.dtype != "list" else "a list joined by ';'"


# ---------------------------------------------------------------- rows against rows


def _check_key(file: File) -> None:
    """Add rows whose key another row already has."""
    names = [name for name in file.table.key if name in file.cells.columns]
    twice = file.cells.duplicated(names)
    if not twice.any():
        return
    first = file.cells[~twice].reset_index().set_index(names)["row"]
    for line, key in file.cells.loc[twice, names].iterrows():
        earlier = first.loc[tuple(key) if len(names) > 1 else key.iloc[0]]
        got = f"a key that row {earlier} already has"
        file.refuse(int(str(line)), names[-1], got, "a key of its own", "rename or remove one")


def _check_bands(file: File, typed: pd.DataFrame) -> None:
    """Add values outside their own band, and bands that are not filled with their value."""
    for column in file.table.columns.values():
        if column.role != "value" or column.name not in file.cells.columns:
            continue
        value, low, high = (
            typed[name].to_numpy(dtype=np.float64)
            for name in (column.name, column.low, column.high)
        )
        for bound, name in ((low, column.low), (high, column.high)):
            if file.table.columns[name].required == "band":
                bad = np.isnan(bound) & ~np.isnan(value) & _is_blank(file.texts(name))
                wanted = f"a number filled together with {column.name}"
                file.refuse_cells(name, bad, wanted, "fill in the band")
        bad = ~(np.isnan(low) & np.isnan(high)) & _is_blank(file.texts(column.name))
        wanted = f"a number filled together with {column.low} and {column.high}"
        file.refuse_cells(column.name, bad, wanted, "fill it in")
        for line in file.cells.index[(low > value) | (value > high) | (low > high)]:
            texts = [file.cells.loc[line].get(name) or "-" for name in (column.low, column.name)]
            texts.append(file.cells.loc[line].get(column.high) or "-")
            got = " / ".join(texts)
            wanted = f"{column.low} <= {column.name} <= {column.high}"
            file.refuse(int(line), column.name, got, wanted, "put the three in order")


def _check_links(
    file: File,
    tables: Mapping[str, pd.DataFrame],
    torn: Collection[str],
    beside: Mapping[str, pd.DataFrame],
) -> None:
    """Add cells that name a row which no table has."""
    for column in file.table.columns.values():
        targets = [target for target in column.key if target[0] in tables or target[0] in beside]
        is_torn = any(table in torn for table, _ in column.key)
        if not targets or is_torn or column.name not in file.cells.columns:
            continue
        known = _find_known(tables, targets) | _find_known(beside, targets)
        texts = file.texts(column.name)
        missing = {text: [i for i in _split(text) if i not in known] for text in set(texts)}
        lost: dict[str, list[int]] = {}
        for line, text in zip(file.cells.index.tolist(), texts, strict=True):
            for item in missing[text]:
                lost.setdefault(item, []).append(line)
        wanted = "an id of " + " or ".join(f"{table}.{name}" for table, name in targets)
        for item, found in lost.items():
            then = _suggest(item, known) + f"add it to {targets[0][0]}.csv or correct it"
            file.refuse(found[0], column.name, repr(item) + _name_rows(found[1:]), wanted, then)


def _split(text: str) -> list[str]:
    """Return the ids of a cell, blanks around them left out: those are another fault."""
    return [item for part in text.split(";") if (item := part.strip())]


def _name_rows(lines: list[int]) -> str:
    """Return which further rows have the same fault, the first five by number."""
    if not lines:
        return ""
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""  # noqa: PLR2004
    return f" (also in row {', '.join(map(str, lines[:5]))}{more})"


def _find_known(tables: Mapping[str, pd.DataFrame], targets: Sequence[tuple[str, str]]) -> set[str]:
    """Return the ids that stand in any of the columns."""
    return {
        item
        for table, name in targets
        if table in tables
        for item in set(tables[table][name])
        if item
    }


def _suggest(item: str, known: Collection[str]) -> str:
    """Return a question with the nearest known id, empty if none is near."""
    near = difflib.get_close_matches(item, known, n=1, cutoff=0.75)
    return f"did you mean {near[0]}? Otherwise " if near else ""
