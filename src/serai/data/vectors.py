"""Ropes, flags and events, as the tables of evidence have them."""

from __future__ import annotations

import math
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd

from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.tables import split_list
from serai.domain.vectors import Event, RopeSet, Tie, Ties
from serai.errors import DataError, state_fault

__all__ = ["read_events", "read_ties"]


def read_ties(folder: Path = PACK) -> Ties:
    """
    Return the sets of ties that ropes are computed from, and ties without a share.

    Parameters
    ----------
    folder
        The tables.

    Returns
    -------
    ties
        In the order of the tables; nothing where a folder has none.

    Raises
    ------
    DataError
        A row names a tie that is not there.
    """
    tables = read_folder(folder)
    if "ropes" not in tables or "ties" not in tables:
        return Ties(sets=(), flags=())
    ties = {str(row["id"]): row for row in tables["ties"].to_dict("records")}
    grouped: dict[str, list[dict[Hashable, Any]]] = {}
    for row in tables["ropes"].to_dict("records"):
        grouped.setdefault(str(row["set_id"]), []).append(row)
    missing = {
        part
        for rows in grouped.values()
        for row in rows
        for part in str(row["tie_id"]).split("/")
        if part not in ties
    }
    if missing:
        raise DataError(
            state_fault(
                "ropes.csv, column tie_id", ", ".join(sorted(missing)), "ids of ties.csv",
                "correct the id, or add the tie",
            )
        )  # fmt: skip
    sets = tuple(
        RopeSet(
            id=set_id,
            country=str(rows[0]["country"]),
            dimension=str(rows[0]["dimension"]),
            year=int(rows[0]["year"]),
            since=int(rows[0]["since"]),
            measure=str(rows[0]["measure"]),
            unit=str(rows[0]["unit"]),
            is_headline=rows[0]["headline"] == "yes",
            note=" ".join(dict.fromkeys(_text(row["note"]) for row in rows)).strip(),
            ties=tuple(_tie(row, ties) for row in rows),
        )
        for set_id, rows in grouped.items()
    )
    flags = tables["rope_flags"].to_dict("records") if "rope_flags" in tables else []
    return Ties(
        sets=sets,
        flags=tuple(
            (str(r["country"]), f"{r['power']}: {r['flag']} ({r['dimension']}, {r['tie_id']})")
            for r in flags
        ),
    )


def _tie(row: dict[Hashable, Any], ties: dict[str, dict[Hashable, Any]]) -> Tie:
    """Return a tie, or the whole that an amount and its share in percent make."""
    first, *share = (ties[part] for part in str(row["tie_id"]).split("/"))
    scale = 100.0 / float(share[0]["value"]) if share else 1.0
    value = float(first["value"]) * scale
    low, high = (
        value if math.isnan(float(first[end])) else float(first[end]) * scale
        for end in ("low", "high")
    )
    return Tie(
        id=str(row["tie_id"]), power=str(row["power"]), use=str(row["use"]), value=value,
        low=min(low, value), high=max(high, value),
    )  # fmt: skip


def read_events(folder: Path = PACK) -> tuple[Event, ...]:
    """
    Return the register of events, oldest first.

    Parameters
    ----------
    folder
        The tables.
    """
    table = read_folder(folder).get("events")
    if table is None:
        return ()
    events = [
        Event(
            id=str(r["id"]), date=_text(r["date"]), title=_text(r["title"]),
            parties=tuple(_text(r["parties"]).split(";")), forum=_text(r["forum"]),
            kind=_text(r["kind"]), sectors=tuple(_text(r["sectors"]).split(";")),
            status=_text(r["status"]),
            value_musd=None if math.isnan(float(r["value_musd"])) else float(r["value_musd"]),
            effect=_text(r["effect_on_corridors"]),
            model_ids=tuple(split_list(_text(r["model_ids"]))),
            reason=_text(r["reason"]), source_title=_text(r["source_title"]),
            source_publisher=_text(r["source_publisher"]), source_url=_text(r["source_url"]),
            source_date=_text(r["source_date"]), note=_text(r["note"]),
        )
        for r in table.to_dict("records")
    ]  # fmt: skip
    return tuple(sorted(events, key=lambda e: (e.date, e.id)))


def _text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]
