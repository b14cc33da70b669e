"""Looking up a number, a table row, a source or a place in the evidence register."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from serai.data.register import SOURCE_TABLES
from serai.errors import ScenarioError, state_fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serai.data.register import EvidenceRow, Register, Source


GRADES: Final = ("observed", "derived", "assumed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked of the register; a number must answer to all that is asked."""

    text: str | None = None
    """Id of a number, a table row or a source, or words."""
    place: str | None = None
    """Id or name of a place."""
    link: str | None = None
    """Id of a link, or the two places of its id."""
    topic: str | None = None
    """Topic of a figure, dimension of a tie, sector of an event."""
    source: str | None = None
    """Id of what is cited."""
    grade: str | None = None
    """observed, derived or assumed."""

    def __str__(self) -> str:
        """Return the question in words."""
        asked = (("place", self.place), ("link", self.link), ("topic", self.topic),
                 ("source", self.source), ("grade", self.grade))  # fmt: skip
        said = [f"{name} {value}" for name, value in asked if value is not None]
        return ", ".join([*([self.text] if self.text else []), *said])


def search_evidence(register: Register, search: Search) -> tuple[EvidenceRow, ...]:
    """
    Return the numbers that answer to all that is asked.

    Parameters
    ----------
    register
        Where to look.
    search
        At least one thing is asked.

    Returns
    -------
    rows
        At least one.

    Raises
    ------
    ScenarioError
        Nothing was asked, one of the things is not known, or nothing answers to all.
    """
    finders = (
        (search.text, find_evidence), (search.place, find_at_place), (search.link, _find_on_link),
        (search.topic, _find_on_topic), (search.source, _find_citing), (search.grade, _find_graded),
    )  # fmt: skip
    answers = [find(register, asked) for asked, find in finders if asked is not None]
    if not answers:
        got, then = "nothing asked", "see serai evidence --help"
        wanted = "an id, words, or one of --place, --link, --topic, --source and --grade"
        raise ScenarioError(state_fault("evidence", got, wanted, then))
    common = set.intersection(*({row.id for row in rows} for rows in answers))
    if not common:
        got = f"no number for {search}, though there are some for each by itself"
        raise ScenarioError(state_fault("evidence", got, "one or more", "ask for less at once"))
    return tuple(row for row in answers[0] if row.id in common)


def _find_on_link(register: Register, text: str) -> tuple[EvidenceRow, ...]:
    """Return the numbers of a link, or of all links between the two places of its id."""
    wanted = text.strip().casefold()
    rows = [row for row in register.rows.values() if row.table == "links"]
    found = [row for row in rows if row.key.casefold() == wanted]
    found = found or [row for row in rows if row.key.casefold().split(".")[0] == wanted]
    if not found:
        known = {row.key.casefold(): row.key for row in rows}
        raise ScenarioError(_say_unknown("link", text, _near(wanted, known)))
    return tuple(found)


def _find_on_topic(register: Register, text: str) -> tuple[EvidenceRow, ...]:
    """Return the numbers of figures, ties and events whose topic has these words."""
    wanted = text.strip().casefold()
    keys = [key for key, topic in register.topics.items() if wanted and wanted in topic]
    ids = [row for key in keys for row in register.groups.get(key, ())]
    if not ids:
        words = {word.strip("0123456789 ") for cell in register.topics.values()
                 for word in cell.split(";")} - {""}  # fmt: skip
        then = f"choose one of: {', '.join(sorted(words))}"
        raise ScenarioError(state_fault("topic", repr(text), "words of a topic", then))
    return tuple(register.rows[key] for key in dict.fromkeys(ids))


def _find_citing(register: Register, text: str) -> tuple[EvidenceRow, ...]:
    """Return the numbers that cite a source, its own figures first."""
    wanted = text.strip().casefold()
    known = {key.casefold(): key for key in register.sources}
    if wanted not in known:
        raise ScenarioError(_say_unknown("source", text, _near(wanted, known)))
    key = known[wanted]
    found = [row for row in register.rows.values() if key in row.source_ids]
    if not found:
        got, then = f"{key}, which no number cites", "see serai events for events"
        raise ScenarioError(state_fault("source", got, "one that is cited", then))
    return tuple(sorted(found, key=lambda row: row.key != key))


def _find_graded(register: Register, text: str) -> tuple[EvidenceRow, ...]:
    """Return the numbers of a grade."""
    wanted = text.strip().casefold()
    found = tuple(row for row in register.rows.values() if row.grade == wanted)
    if not found:
        one_of = f"one of {', '.join(GRADES)}"
        raise ScenarioError(state_fault("grade", repr(text), one_of, "correct it"))
    return found


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
    return _near(text.casefold(), known)


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
    shown = [f"{register.names[key]} ({key})" for key in _near(wanted, known)]
    raise ScenarioError(_say_unknown("place", text, shown))


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


def _near(text: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the keys most like a text stand for, at most five, best first."""
    near = difflib.get_close_matches(text, known, n=5, cutoff=0.6)
    return tuple(dict.fromkeys(known[key] for key in near))


def _say_unknown(what: str, text: str, near: Sequence[str]) -> str:
    """Return the message for a name that nothing has."""
    then = f"did you mean {', '.join(near)}?" if near else "look it up in the tables"
    return state_fault(what, repr(text), f"the name or id of known {what}", then)
