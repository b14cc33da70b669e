"""The register of dated events, by party, sector and time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import serai
from serai.domain.vectors import Event, EventEntry, EventsResult
from serai.errors import ScenarioError, state_fault

__all__ = ["find_event", "list_events"]

ALIASES = {"EU": "EUU"}
"""Codes of powers that the register writes otherwise."""


def list_events(
    events: Sequence[Event],
    *,
    party: str | None = None,
    sector: str | None = None,
    since: str | None = None,
    status: str | None = None,
) -> EventsResult:
    """
    Return the events that are asked for.

    Parameters
    ----------
    events
        The register, oldest first.
    party
        ISO 3166 alpha-3 of who took part, or EU.
    sector
        Word of the sector.
    since
        Date, as much of it as wanted: events of that day or later.
    status
        How far they got.

    Returns
    -------
    result
        Oldest first; empty where nothing is all that is asked for.

    Raises
    ------
    ScenarioError
        A party, sector or status that no event has; names what there is.
    """
    known: list[tuple[str, str | None, Callable[[Event], tuple[str, ...]]]] = [
        ("--party", party and ALIASES.get(party, party), lambda e: e.parties),
        ("--sector", sector, lambda e: e.sectors),
        ("--status", status, lambda e: (e.status,)),
    ]
    faults, kept = [], list(events)
    for option, wanted, of in known:
        if wanted is None:
            continue
        there = sorted({word for e in events for word in of(e)})
        if wanted not in there:
            faults.append(
                state_fault(
                    option, wanted, f"one of {', '.join(there)}", "leave it out for all of them"
                )
            )
        kept = [e for e in kept if wanted in of(e)]
    if since is not None and not re.fullmatch(r"\d{4}(-\d\d){0,2}", since):
        faults.append(
            state_fault("--since", since, "a date such as 2023 or 2023-05", "correct the date")
        )
    if faults:
        raise ScenarioError("\n".join(faults))
    if since is not None:
        # A date that is less precise than asked for may be of that day or later.
        kept = [e for e in kept if e.date >= since[: len(e.date)]]
    return EventsResult(
        events=[_entry(e) for e in kept], n_all=len(events), version=serai.__version__,
        data_version=serai.DATA_VERSION,
    )  # fmt: skip


def find_event(events: Sequence[Event], event_id: str) -> Event:
    """
    Return one event.

    Parameters
    ----------
    events
        The register.
    event_id
        Its id.

    Raises
    ------
    ScenarioError
        There is none of that id.
    """
    found = next((e for e in events if e.id == event_id), None)
    if found is None:
        ids = sorted(e.id for e in events)
        raise ScenarioError(
            state_fault(
                "event", event_id,
                f"one of {ids[0]} to {ids[-1]}" if ids else "a register of events",
                "see `serai events`",
            )
        )  # fmt: skip
    return found


def _entry(event: Event) -> EventEntry:
    source = (event.source_title, event.source_publisher, event.source_date, event.source_url)
    return EventEntry(
        id=event.id, date=event.date, title=event.title, parties=list(event.parties),
        kind=event.kind, sectors=list(event.sectors), status=event.status,
        value_musd=event.value_musd, model_ids=list(event.model_ids), reason=event.reason,
        source=", ".join(part for part in source if part), note=event.note,
    )  # fmt: skip
