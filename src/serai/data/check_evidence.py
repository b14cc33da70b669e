"""Whether every number has a grade, a source that resolves and an honest band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serai.data.findings import Finding, list_some
from serai.data.register import SOURCE_TABLES
from serai.data.schema import read_schema
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from serai.data.register import EvidenceRow, Register, Source
    from serai.data.schema import Column, Table

    Tables = Mapping[str, pd.DataFrame]


def audit_register(
    register: Register, *, schema: Mapping[str, Table] | None = None
) -> list[Finding]:
    """
    Return the numbers whose evidence is not in order.

    Parameters
    ----------
    register
        Of the pack, or of any tables.
    schema
        The data dictionary; the package's own if not given.

    Returns
    -------
    findings
        Numbers without a grade, without a source or with one that nothing resolves, values without
        a band, outside it, or assumed and yet exact.
    """
    schema = read_schema() if schema is None else schema
    found = []
    for row in register.rows.values():
        table = schema[row.table]
        for got, wanted, then in _audit_row(
            row, table, table.columns[row.column], register.sources
        ):
            where = f"{row.table} row {row.row} ({row.key}), column {row.column}"
            found.append(
                Finding(check="evidence of numbers", where=where, got=got, wanted=wanted, then=then)
            )
    return found


def find_uses(tables: Tables, *, schema: Mapping[str, Table] | None = None) -> set[str]:
    """
    Return the ids of evidence that some table cites, and of events that stand for something.

    Parameters
    ----------
    tables
        As `read_tables` returns them.
    schema
        The data dictionary; the package's own if not given.
    """
    schema = read_schema() if schema is None else schema
    used: set[str] = set()
    for name, frame in tables.items():
        for column in () if schema[name].is_evidence else schema[name].columns.values():
            if any(table in SOURCE_TABLES for table, _ in column.key):
                used |= {key for cell in frame[column.name] for key in split_list(cell)}
    if "events" in tables:
        events = tables["events"]
        used |= set(events["id"][events["model_ids"] != ""])
    return used


def audit_uses(tables: Tables) -> list[Finding]:
    """
    Return evidence that is neither used nor marked as context, or is both.

    Parameters
    ----------
    tables
        As `read_tables` returns them.

    Returns
    -------
    findings
        Warnings: no number is wrong for it. An event that stands for nothing in the model says
        why in `reason`.
    """
    used, found = find_uses(tables), []
    for name in filter(tables.__contains__, SOURCE_TABLES):
        frame = tables[name]
        told = frame["reason"] if name == "events" else frame["use"]
        key = frame.columns[0]
        for line, one, mark in zip(frame.index, frame[key], told, strict=True):
            if (one in used) != bool(mark) or (name == "events" and mark):
                continue
            where = f"{name} row {line} ({one})"
            got = "marked as context, and used" if mark else "neither used nor marked as context"
            found.append(Finding(check="evidence in use", where=where, got=got,
                                 wanted="one of the two", then="mark it, or cite it",
                                 severity="warning"))  # fmt: skip
    return found


def _audit_row(
    row: EvidenceRow, table: Table, column: Column, sources: Mapping[str, Source]
) -> Iterator[tuple[str, str, str]]:
    """Yield got, wanted and next for each thing that is wrong with one number's evidence."""
    if not row.grade:
        yield "no grade", "observed, derived or assumed", "grade the row"
    lost = [key for key in row.source_ids if key not in sources]
    if not row.source_ids:
        yield "no source", f"an id in {column.sources}", "cite where the number comes from"
    elif lost:
        wanted = f"ids of {', '.join(SOURCE_TABLES)}"
        yield f"source {list_some(lost)}", wanted, "add the source or correct the id"
    if row.role != "value" or table.is_evidence:
        return
    if column.sources == "source_ids" and not row.low <= row.value <= row.high:
        got = f"{row.low} / {row.value} / {row.high}"
        yield got, "low <= value <= high", "fill in the band or correct it"
    elif row.grade == "assumed" and row.low == row.high and row.value not in column.exact:
        yield f"assumed and exact ({row.value})", "low < high", "say how far it may be off"
