"""Which legs of a route are shut when the goods get there, and when it can be begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from serai.domain.calendar import Calendar, Spell
from serai.domain.quotes import Departure, Hindrance, QuoteRoute
from serai.domain.world import World
from serai.model.apply import select_links
from serai.model.uses import draws_of_classes
from serai.units import HOURS_PER_DAY

__all__ = ["FARTHEST_DAYS", "SHUT_FROM", "Watch", "departure", "watch"]

SHUT_FROM: Final = 0.5
"""[-] A leg is shut from this share of traffic or days lost on: more is lost than passes."""

FARTHEST_DAYS: Final = 730
"""[days] How far ahead a day of departure is looked for."""


class Watch(NamedTuple):
    """A spell and where it holds."""

    spell: Spell
    years: tuple[int, int]
    """First and last year in which it holds there."""
    links: frozenset[str]
    """Link ids."""


def watch(world: World, calendar: Calendar, class_ix: int) -> list[Watch]:
    """
    Return where the spells of a calendar hold for goods of a class.

    Parameters
    ----------
    world
        The tables: effects of closures say which links and resources they mean.
    calendar
        Spells.
    class_ix
        Class of the goods: a berth for grain that is shut holds up no box.
    """
    network, effects = world.network, world.effects
    links, resources = network.links, network.resources
    draws = draws_of_classes(world.classes, resources)[:, class_ix].any(axis=1)
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))

    def drawing_on(names: Sequence[str]) -> NDArray[np.bool_]:
        mine = np.isin(resources.ids, names) & draws
        mask = np.zeros(len(links.ids), np.bool_)
        mask[owner[mine[links.resource_ix]]] = True
        return mask

    def ids(mask: NDArray[np.bool_]) -> frozenset[str]:
        return frozenset(links.ids[i] for i in np.flatnonzero(mask))

    found = []
    for spell in calendar.spells:
        if spell.resources:
            found.append(Watch(spell, (0, 9999), ids(drawing_on(spell.resources))))
        for i in (i for i, name in enumerate(effects.owners) if name == spell.closure_id):
            selector = effects.selectors[i]
            mask = select_links(network, selector)
            if selector.resources:
                mask &= drawing_on(selector.resources)
            years = int(effects.year_from[i]), int(effects.year_to[i])
            found.append(Watch(spell, years, ids(mask)))
    return found


def departure(
    route: QuoteRoute,
    watches: Sequence[Watch],
    day: date,
    *,
    link_hours: Mapping[str, float],
    undated: Mapping[str, str],
) -> Departure:
    """
    Return what is met when a route is begun on a day, and the first day on which nothing is shut.

    Parameters
    ----------
    route
        The route.
    watches
        From `watch`.
    day
        Day asked for.
    link_hours
        [h] Time on each link of it: a link is reached after those before it and their queues.
    undated
        Seasons without dates, by resource of this route, in words.
    """
    hits: list[tuple[int, float, Watch]] = []
    hours = 0.0
    for n, leg in enumerate(route.legs):
        hours += leg.queue_h
        for link in leg.link_ids:
            hits += [(n, hours, one) for one in watches if link in one.links]
            hours += link_hours[link]

    def met(start: date) -> Iterator[tuple[int, Spell, date, date]]:
        seen = set()
        for n, after_h, one in hits:
            there = start + timedelta(days=int(after_h / HOURS_PER_DAY))
            ends = one.spell.ends(there)
            if ends is None or not one.years[0] <= there.year <= one.years[1]:
                continue
            if (n, one.spell.id) not in seen:
                seen.add((n, one.spell.id))
                yield n, one.spell, there, ends

    def is_open(start: date) -> bool:
        return all(spell.share < SHUT_FROM for _, spell, _, _ in met(start))

    days = (day + timedelta(days=n) for n in range(FARTHEST_DAYS + 1))
    earliest = next((d for d in days if is_open(d)), None)
    return Departure(
        asked=day.isoformat(),
        is_open=earliest == day,
        earliest=None if earliest is None else earliest.isoformat(),
        hindrances=[
            Hindrance(
                leg=n + 1, kind=spell.kind, id=spell.id, what=spell.what, reached=there.isoformat(),
                until=ends.isoformat(), share=spell.share, is_shut=spell.share >= SHUT_FROM,
                grade=spell.grade, source_ids=list(spell.source_ids),
            )
            for n, spell, there, ends in met(day)
        ],
        unknown=[f"{name}: {note}" for name, note in undated.items()],
    )  # fmt: skip
