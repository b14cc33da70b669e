"""Looking up a number, a table row, a source or a place in the evidence register."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from serai.data.register import SOURCE_TABLES
from serai.errors import ScenarioError, state_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serai.data.register import EvidenceRow, Register, Source


def find_evidence(register: Register, text: str) -> tuple[EvidenceRow, ...]:
    """
    Return the numbers that an id, the id of a table row, or words stand for.

    Parameters
    ----------
    register
        Where to look.
    text
        Id of a number (`links.X.free_time_h`), of a table row with or without its table
        (`links.X`, `X`), of a source (`F0123`: its own figures, then all that cite it), or words
        that a row's texts all contain.

    Returns
    -------
    rows
        At least one.

    Raises
    ------
    ScenarioError
        Nothing is called so; names what is near.
    """
    if text in register.rows:
        return (register.rows[text],)
    ids = _find_ids(register, text)
    if not ids and "." in text:
        stem, _, column = text.rpartition(".")
        ids = [key for key in _find_ids(register, stem) if register.rows[key].column == column]
    if text in register.sources:
        ids += [row.id for row in register.rows.values() if text in row.source_ids]
    if not ids:
        words = text.casefold().split()
        keys = (
            key for key, found in register.texts.items() if all(word in found for word in words)
        )
        ids = [row for key in keys for row in register.groups.get(key, ())] if words else []
    if not ids:
        raise ScenarioError(_say_unknown("evidence", text, suggest_ids(register, text)))
    return tuple(register.rows[key] for key in dict.fromkeys(ids))


def _find_ids(register: Register, text: str) -> list[str]:
    """Return the ids of the numbers of one table row, of any table if none is named."""
    tables = (
        "",
        *(f"{name}." for name in dict.fromkeys(key.split(".")[0] for key in register.texts)),
    )
    return [key for table in tables for key in register.groups.get(table + text, ())]


def suggest_ids(register: Register, text: str) -> tuple[str, ...]:
    """
    Return the ids of table rows that look most like a text.

    Parameters
    ----------
    register
        Where to look.
    text
        What was typed.

    Returns
    -------
    ids
        At most five, best first.
    """
    short = {key.partition(".")[2].casefold(): key for key in register.groups}
    full = {key.casefold(): key for key in register.groups}
    known = short | full
    near = difflib.get_close_matches(text.casefold(), known, n=5, cutoff=0.6)
    return tuple(dict.fromkeys(known[key] for key in near))


def find_places(register: Register, text: str) -> tuple[str, ...]:
    """
    Return the ids of the places that an id or a name stands for.

    Parameters
    ----------
    register
        Where to look.
    text
        Id, whole name, or words of the name; case does not count.

    Returns
    -------
    ids
        At least one; several where the words fit several names.

    Raises
    ------
    ScenarioError
        No place is called so; names what is near.
    """
    wanted = text.strip().casefold()
    names = {key: name.casefold() for key, name in register.names.items()}
    found = [key for key, name in names.items() if wanted in (key.casefold(), name)]
    if not found and wanted:
        word = re.compile(rf"\b{re.escape(wanted)}\b")
        found = [key for key, name in names.items() if word.search(name)]
    if found:
        return tuple(found)
    known = {name: key for key, name in names.items()} | {key.casefold(): key for key in names}
    near = difflib.get_close_matches(wanted, known, n=5, cutoff=0.6)
    shown = dict.fromkeys(f"{register.names[known[key]]} ({known[key]})" for key in near)
    raise ScenarioError(_say_unknown("place", text, tuple(shown)))


def find_at_place(register: Register, text: str) -> tuple[EvidenceRow, ...]:
    """
    Return all that is known about a place.

    Parameters
    ----------
    register
        Where to look.
    text
        Id or name of the place.

    Returns
    -------
    rows
        The place's own numbers, its links, resources, zones, projects and effects, in the order of
        the tables; then published figures whose words name it.

    Raises
    ------
    ScenarioError
        No place is called so; names what is near.
    """
    places = find_places(register, text)
    ids = [key for place in places for key in register.at_place.get(place, ())]
    stems = {re.split(r"[(,/]", register.names[place])[0].strip().casefold() for place in places}
    word = re.compile(r"\b(" + "|".join(map(re.escape, sorted(stems))) + r")\b")
    order = {key: at for at, key in enumerate(register.rows)}
    told = (
        row
        for key, found in register.texts.items()
        if key.partition(".")[0] in SOURCE_TABLES and word.search(found)
        for row in register.groups.get(key, ())
    )
    unique = dict.fromkeys((*sorted(ids, key=order.__getitem__), *told))
    return tuple(register.rows[key] for key in unique)


def find_sources(register: Register, row: EvidenceRow) -> tuple[Source, ...]:
    """
    Return the sources a number cites.

    Parameters
    ----------
    register
        Where to look.
    row
        The number.

    Returns
    -------
    sources
        In the order of its cell; ids that nothing resolves are left out.
    """
    return tuple(register.sources[key] for key in row.source_ids if key in register.sources)


def _say_unknown(what: str, text: str, near: Sequence[str]) -> str:
    """Return the message for a name that nothing has."""
    then = f"did you mean {', '.join(near)}?" if near else "look it up in the tables"
    return state_fault(what, repr(text), f"the name or id of known {what}", then)
