"""From one file of a folder to cells of text, or to what is wrong with the file as such."""

from __future__ import annotations

import csv
import difflib
import io
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from serai.errors import state_fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from serai.data.schema import Table

    Mask = NDArray[np.bool_]

_REWRITE: Final = "the file may be half-written or not a table: write it again"


@dataclass(frozen=True, slots=True)
class File:
    """One table as text, beside the list of faults it adds to."""

    table: Table
    shown: str
    """Path inside the folder, for messages."""
    cells: pd.DataFrame
    """Texts; the index is the line of each row in the file, the heading being line 1."""
    is_whole: bool
    """Whether every row could be read, so that other tables may be held against this one."""
    faults: list[str] = field(default_factory=list)

    def texts(self, column: str) -> NDArray[np.object_]:
        """
        Return the cells of one column.

        Parameters
        ----------
        column
            Name of the column.

        Returns
        -------
        texts
            Shape (n_rows,).
        """
        return self.cells[column].to_numpy(dtype=object)

    def refuse(self, line: int, column: str, got: str, wanted: str, then: str) -> None:
        """
        Add a fault of one cell.

        Parameters
        ----------
        line
            [-], >= 2. Line of the row in the file.
        column
            Name of the column.
        got
            What stands there.
        wanted
            What would be accepted.
        then
            What to do next.
        """
        row = self.cells.loc[line]
        key = "/".join(str(row[name]) for name in self.table.key if name in row.index)
        where = f"{self.shown} row {line} ({key}), column {column}"
        self.faults.append(state_fault(where, got, wanted, then))

    def refuse_cells(self, column: str, bad: Mask, wanted: str, then: str) -> None:
        """
        Add a fault for each bad cell of one column.

        Parameters
        ----------
        column
            Name of the column.
        bad
            Shape (n_rows,). Which cells are bad.
        wanted
            What would be accepted.
        then
            What to do next.
        """
        if not bad.any():
            return
        for line, text in self.cells.loc[bad, column].items():
            got = repr(text) if text else "an empty cell"
            self.refuse(int(str(line)), column, got, wanted, then)


def open_file(folder: Path, table: Table, strays: Sequence[str], faults: list[str]) -> File | None:
    """
    Return the cells of one table of a folder.

    Parameters
    ----------
    folder
        Holds `<table>.csv`, `odbl/<table>.csv` or `<table>.toml`.
    table
        Its description.
    strays
        Names of the files that belong to no table: one of them may be this table, misspelt.
    faults
        What is wrong with the file is added here.

    Returns
    -------
    file
        None if there is no such file, or if its cells cannot be told apart.
    """
    name = table.name
    shown = next(
        (
            path
            for path in (f"{name}.csv", f"odbl/{name}.csv", f"{name}.toml")
            if (folder / path).exists()
        ),
        "",
    )
    if not shown:
        near = difflib.get_close_matches(f"{name}.csv", strays, n=1, cutoff=0.85)
        if table.is_required or near:
            then = f"rename {near[0]}?" if near else f"add it to {folder.name}"
            faults.append(state_fault(f"{name}.csv", "no file", "the table", then))
        return None
    text = _read_text(folder, shown, faults)
    if text is None:
        return None
    cells, is_whole = (_split_toml if shown.endswith(".toml") else _split_csv)(shown, text, faults)
    if cells is None or not _check_heading(table, shown, list(cells.columns), faults):
        return None
    if table.needs_rows and is_whole and not len(cells):
        faults.append(state_fault(shown, "no rows", "at least one", f"fill it in: {table.meaning}"))
    known = [column for column in table.columns if column in cells.columns]
    others = [column for column in cells.columns if column not in table.columns]
    return File(table, shown, cells[known + others * table.is_open], is_whole)


def _read_text(folder: Path, shown: str, faults: list[str]) -> str | None:
    """Return the text of a file; None if it has none."""
    try:
        text = (folder / shown).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at position {error.start}"
        faults.append(state_fault(shown, got, "UTF-8 text", "save the file as UTF-8"))
        return None
    except OSError as error:
        got = f"a file that cannot be read ({error.strerror})"
        faults.append(state_fault(shown, got, "a readable file", "check the path and its rights"))
        return None
    if not text.strip():
        faults.append(state_fault(shown, "an empty file", "a heading and rows", _REWRITE))
        return None
    return text


def _build_cells(heading: list[str], rows: list[list[str]], lines: list[int]) -> pd.DataFrame:
    """Return texts as a table whose index is the line of each row."""
    return pd.DataFrame(
        rows,
        columns=pd.Index(heading, dtype=object),
        index=pd.Index(lines, dtype=np.int64, name="row"),
        dtype=object,
    )


def _split_toml(shown: str, text: str, faults: list[str]) -> tuple[pd.DataFrame | None, bool]:
    """Return the entries `[name]` of a TOML text as rows, and whether it could be read."""
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(state_fault(shown, f"a text that breaks off ({error})", "TOML", _REWRITE))
        return None, False
    rows, lines = [], []
    for name, entry in entries.items():
        head = re.search(rf"^\s*(\[\s*)?[\"']?{re.escape(name)}\b", text, re.MULTILINE)
        line = text.count("\n", 0, head.end()) + 1 if head else 1
        if isinstance(entry, dict):
            rows.append({"name": name} | {key: str(value) for key, value in entry.items()})
            lines.append(line)
        else:
            where = f"{shown} row {line} ({name})"
            faults.append(
                state_fault(where, repr(entry), "an entry with value, low, high", "fill it in")
            )
    heading = list(dict.fromkeys(key for row in rows for key in row))
    return _build_cells(
        heading, [[row.get(key, "") for key in heading] for row in rows], lines
    ), True


def _split_csv(shown: str, text: str, faults: list[str]) -> tuple[pd.DataFrame, bool]:
    """Return the rows of a CSV text, and whether all of them could be read."""
    rows, lines, is_whole = _split_rows(shown, text, faults)
    heading = rows[0] if rows else []
    good = [ix for ix, row in enumerate(rows) if ix and len(row) == len(heading)]
    for ix, row in enumerate(rows):
        if len(row) != len(heading):
            where = f"{shown} row {lines[ix]} ({row[0]})"
            got, wanted = f"{len(row)} cells", f"{len(heading)}, as in the heading"
            faults.append(state_fault(where, got, wanted, _REWRITE))
            is_whole = False
    return _build_cells(heading, [rows[ix] for ix in good], [lines[ix] for ix in good]), is_whole


def _split_rows(
    shown: str, text: str, faults: list[str]
) -> tuple[list[list[str]], list[int], bool]:
    """Return the rows of a text, the line each starts at, and whether it was read to its end."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        where = f"{shown} row {start}"
        faults.append(state_fault(where, f"cells that end badly ({error})", "CSV", _REWRITE))
        return rows, lines, False
    if text[-1] not in "\r\n":
        where = f"{shown} row {lines[-1]}"
        wanted = "a line end after the last row"
        faults.append(state_fault(where, "a last line without its end", wanted, _REWRITE))
        return rows[:-1], lines[:-1], False
    return rows, lines, True


def _check_heading(table: Table, shown: str, heading: list[str], faults: list[str]) -> bool:
    """Add what is wrong with a heading; return whether the rows below it can be told apart."""
    n_before = len(faults)
    for name in heading:
        if name not in table.columns:
            # A column of another program is none of ours misspelt unless ours is not there.
            lost = [
                c.name for c in table.columns.values()
                if c.name not in heading and (c.is_number or c.key or c.allowed or c.role == "id")
            ]  # fmt: skip
            near = difflib.get_close_matches(
                name, lost if table.is_open else table.columns, n=1,
                cutoff=0.8 if table.is_open else 0.6,
            )  # fmt: skip
            if table.is_open and not near:
                continue
            then = f"did you mean {near[0]}?" if near else "remove it, or name it as in the manual"
            where = f"{shown} row 1, column {name}"
            faults.append(state_fault(where, "an unknown column", "a known one", then))
    # Columns nobody asked for hide nothing of the others.
    n_unknown = len(faults) - n_before
    for name in sorted({name for name in heading if heading.count(name) > 1}):
        where = f"{shown} row 1, column {name}"
        faults.append(state_fault(where, "the column twice", "it once", "remove one"))
    values = {band: c.name for c in table.columns.values() for band in (c.low, c.high)}
    for name, column in table.columns.items():
        if name in heading or column.required == "no":
            continue
        if column.required == "yes" or values[name] in heading:
            where = f"{shown} row 1, column {name}"
            unit = f" in {column.unit}" if column.unit else ""
            wanted = f"the column ({column.meaning}{unit})"
            faults.append(state_fault(where, "no such column", wanted, "add it"))
    return len(faults) == n_before + n_unknown
