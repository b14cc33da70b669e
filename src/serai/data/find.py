"""Finding a place by its id, its name, or something close to either."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator

from serai.domain.network import Places
from serai.errors import ScenarioError, state_fault

__all__ = ["find_place", "suggest_places"]

CLOSE = 0.84
"""Likeness [0, 1] from which a name may be meant beside one that holds all words of the text."""

SUGGESTED = 0.6
"""Likeness from which a name is suggested."""

N_SUGGESTED = 5

LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that do not come apart into a base and a mark."""


def find_place(places: Places, text: str) -> int:
    """
    Return the place that a text means.

    Case, diacritics, blanks and punctuation do not count. Tried in turn: the id (a UN/LOCODE
    where there is one), the full name, the name without what stands in brackets, any of its
    parts between slashes, brackets and commas, and its words. A name that is only like the text
    is suggested, never taken: Tomsk is not Omsk.
    An airport is meant only by its full name or id where a town is called the same.

    Parameters
    ----------
    places
        Where to look.
    text
        What was typed.

    Returns
    -------
    index
        Index into the places.

    Raises
    ------
    ScenarioError
        No place, or several, are called so; the nearest are named.
    """
    found = next((meant for meant in _meant(places, text) if meant), [])
    found = [i for i in found if places.kinds[i] != "airport"] or found
    if len(found) == 1:
        return found[0]
    raise ScenarioError(_say_unclear(places, text, found))


def suggest_places(places: Places, text: str) -> list[int]:
    """
    Return the places whose name or id is most like a text.

    Parameters
    ----------
    places
        Where to look.
    text
        What was typed.

    Returns
    -------
    indices
        Most alike first, at most five.
    """
    likeness = _likeness(places, text)
    order = sorted(range(len(likeness)), key=lambda i: (-likeness[i], places.ids[i]))
    return [i for i in order if likeness[i] >= SUGGESTED][:N_SUGGESTED]


def _meant(places: Places, text: str) -> Iterator[list[int]]:
    """Yield the places that each rule finds, the strictest rule first."""
    wanted = _plain(text)
    if not wanted:
        return
    yield [i for i, place in enumerate(places.ids) if _plain(place) == wanted]
    names = [_forms(name) for name in places.names]
    yield [i for i, forms in enumerate(names) if forms[0] == wanted]
    yield [i for i, forms in enumerate(names) if forms[1] == wanted]
    yield [i for i, forms in enumerate(names) if wanted in forms]
    words = set(_words(text))
    found = {i for i, name in enumerate(places.names) if words <= {*_words(name)}}
    # A name that is nearly the text may be meant as well as one that holds it.
    alike = _likeness(places, text) if found else []
    yield sorted(found | {i for i, likeness in enumerate(alike) if likeness >= CLOSE})


def _likeness(places: Places, text: str) -> list[float]:
    """Return [0, 1] per place: how like a text is to its name, a part of it, or its id."""
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(_plain(text))
    out = []
    for place, name in zip(places.ids, places.names, strict=True):
        ratios = []
        for form in {*_forms(name), _plain(place)} - {""}:
            matcher.set_seq1(form)
            ratios.append(matcher.ratio())
        out.append(max(ratios, default=0.0))
    return out


def _say_unclear(places: Places, text: str, found: list[int]) -> str:
    near = found[: 2 * N_SUGGESTED] or suggest_places(places, text)
    shown = ", ".join(f"{places.names[i]} ({places.ids[i]})" for i in near)
    got = repr(text) + (" (several places)" if found else "")
    then = f"one of these? {shown}" if shown else "see places.csv for all of them"
    return state_fault("place", got, "the name or id of one place", then)


def _forms(name: str) -> tuple[str, ...]:
    """Return the name in full, without brackets, and in parts; all plain."""
    parts = [_plain(part) for part in re.split(r"[/(),]", name)]
    return (_plain(name), _plain(re.sub(r"\(.*?\)", "", name)), *parts)


def _plain(text: str) -> str:
    """Return the letters and digits, lower case, without marks."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    bare = (
        "".join(c for c in bare if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    )
    return re.findall(r"[^\W_]+", bare)
