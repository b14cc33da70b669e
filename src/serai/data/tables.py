"""From a folder of files to typed tables, or to the full list of what is wrong with them."""

from __future__ import annotations

import difflib
import re
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

_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_KEY_TEXT: Final = re.compile(r"[^\s;/]+")


def read_tables(
    folder: Path, *, schema: Mapping[str, Table] | None = None
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
        _check_links(file, tables, torn)
        faults += file.faults
    if faults:
        raise DataError(faults)
    return tables


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
    typed = {}
    for column in file.table.columns.values():
        if column.name in file.cells.columns:
            texts = file.cells[column.name]
            is_empty = (texts == "").to_numpy(dtype=bool)
            if column.required == "yes":
                then = f"fill it in: {column.meaning}"
                file.refuse_cells(column.name, is_empty, _describe_wanted(column), then)
        else:
            texts = pd.Series("", index=file.cells.index, dtype=object)
            is_empty = np.ones(len(texts), dtype=bool)
        typed[column.name] = _type_column(file, column, texts, is_empty)
    table = pd.DataFrame(typed, index=file.cells.index)
    table.attrs["file"] = file.shown
    return table


def _type_column(
    file: File, column: Column, texts: pd.Series[Any], is_empty: Mask
) -> pd.Series[Any]:
    """Return one column with its type and add what is wrong with its cells."""
    if column.is_number:
        return _type_numbers(file, column, texts, is_empty)
    if column.dtype == "list":
        _check_words(file, column, lambda text: set(text.split(";")) <= set(column.allowed))
        if not is_empty.all():
            good = {text for text in set(texts) if not text or _is_list(text.split(";"))}
            bad = (~texts.isin(good)).to_numpy(dtype=bool)
            wanted = "words joined by ';', none empty, none twice"
            file.refuse_cells(column.name, bad, wanted, "correct the list")
        return texts
    if column.dtype == "date":
        bad = ~is_empty & ~texts.map(lambda text: bool(_DATE.fullmatch(text))).to_numpy(dtype=bool)
        file.refuse_cells(column.name, bad, "a date, YYYY-MM-DD or its beginning", "correct it")
    _check_words(file, column, lambda text: text in column.allowed)
    return texts


def _type_numbers(
    file: File, column: Column, texts: pd.Series[Any], is_empty: Mask
) -> pd.Series[Any]:
    """Return a column of numbers and add cells that are none, or lie out of bounds."""
    numbers = pd.to_numeric(texts.where(~is_empty, "nan"), errors="coerce").astype(np.float64)
    values = np.asarray(numbers, dtype=np.float64)
    wanted = _describe_wanted(column)
    bad = ~is_empty & ~np.isfinite(values)
    if column.dtype == "int":
        bad |= ~is_empty & (values != np.trunc(values))
    if bad.any():
        then = f"write the number alone, {column.unit}, point as decimal sign; empty means unknown"
        file.refuse_cells(column.name, bad, wanted, then)
    if column.bounds is not None:
        outside = ~is_empty & ~bad & _is_outside(values, column.bounds)
        if outside.any():
            file.refuse_cells(column.name, outside, wanted, f"correct it: {column.meaning}")
    is_whole = column.dtype == "int" and column.required == "yes" and not (is_empty | bad).any()
    return numbers.astype(np.int64) if is_whole else numbers


def _is_list(items: list[str]) -> bool:
    """Return whether the items are neither empty nor doubled nor padded with blanks."""
    return len(set(items)) == len(items) and all(item and item == item.strip() for item in items)


def _is_outside(values: NDArray[np.float64], bounds: Bounds) -> Mask:
    """Return where the numbers lie outside the interval."""
    too_low = values <= bounds.low if bounds.is_low_open else values < bounds.low
    too_high = values >= bounds.high if bounds.is_high_open else values > bounds.high
    return too_low | too_high


def _check_words(file: File, column: Column, is_good: Callable[[str], bool]) -> None:
    """Add cells whose words the dictionary does not know, and ids that could not be cited."""
    if column.name not in file.cells.columns:
        return
    texts = file.cells[column.name]
    if column.allowed:
        good = {text for text in set(texts) if not text or is_good(text)}
        bad = (~texts.isin(good)).to_numpy(dtype=bool)
        file.refuse_cells(column.name, bad, _describe_wanted(column), "use one of these words")
    elif column.role == "id" and column.dtype == "text":
        good = {text for text in set(texts) if not text or _KEY_TEXT.fullmatch(text)}
        bad = (~texts.isin(good)).to_numpy(dtype=bool)
        file.refuse_cells(column.name, bad, "an id without blanks, ';' or '/'", "rename it")


def _describe_wanted(column: Column) -> str:
    """Return what a cell of the column may hold."""
    if column.is_number:
        kind = "a whole number" if column.dtype == "int" else "a number"
        unit = f" [{column.unit}]" if column.unit not in ("", "-") else ""
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
            typed[name].to_numpy(dtype=np.float64, na_value=np.nan)
            for name in (column.name, column.low, column.high)
        )
        for bound, name in ((low, column.low), (high, column.high)):
            if file.table.columns[name].required != "band":
                continue
            wanted = f"a number filled together with {column.name}"
            bad = np.isnan(bound) & ~np.isnan(value)
            file.refuse_cells(name, bad & _is_blank(file, name), wanted, "fill in the band")
        bad = ~(np.isnan(low) & np.isnan(high)) & _is_blank(file, column.name)
        wanted = f"a number filled together with {column.low} and {column.high}"
        file.refuse_cells(column.name, bad, wanted, "fill it in")
        for line in file.cells.index[(low > value) | (value > high) | (low > high)]:
            texts = [file.cells.loc[line].get(name) or "-" for name in (column.low, column.name)]
            texts.append(file.cells.loc[line].get(column.high) or "-")
            got = " / ".join(texts)
            wanted = f"{column.low} <= {column.name} <= {column.high}"
            file.refuse(int(line), column.name, got, wanted, "put the three in order")


def _is_blank(file: File, name: str) -> Mask:
    """Return where a column of the file has no text."""
    return (file.cells[name] == "").to_numpy(dtype=bool)


def _check_links(file: File, tables: Mapping[str, pd.DataFrame], torn: Collection[str]) -> None:
    """Add cells that name a row which no table has."""
    for column in file.table.columns.values():
        targets = [target for target in column.key if target[0] in tables]
        is_torn = any(table in torn for table, _ in column.key)
        if not targets or is_torn or column.name not in file.cells.columns:
            continue
        known = _find_known(tables, targets)
        lines: dict[str, list[int]] = {}
        texts = file.cells[column.name]
        items = texts.str.split(";").explode() if column.dtype == "list" else texts
        lost = items[~items.str.strip().isin({*known, ""})]
        for line, item in lost.items():
            lines.setdefault(item, []).append(int(str(line)))
        wanted = "an id of " + " or ".join(f"{table}.{name}" for table, name in targets)
        for item, found in lines.items():
            then = _suggest(item, known) + f"add it to {targets[0][0]}.csv or correct it"
            file.refuse(found[0], column.name, repr(item) + _name_rows(found[1:]), wanted, then)


def _name_rows(lines: list[int]) -> str:
    """Return which further rows have the same fault, the first five by number."""
    if not lines:
        return ""
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""  # noqa: PLR2004
    return f" (also in row {', '.join(map(str, lines[:5]))}{more})"


def _find_known(
    tables: Mapping[str, pd.DataFrame], targets: Sequence[tuple[str, str]]
) -> Collection[str]:
    """Return the ids that stand in any of the columns."""
    return {str(item) for table, name in targets for item in tables[table][name].unique() if item}


def _suggest(item: str, known: Collection[str]) -> str:
    """Return a question with the nearest known id, empty if none is near."""
    near = difflib.get_close_matches(item, known, n=1, cutoff=0.75)
    return f"did you mean {near[0]}? Otherwise " if near else ""
