"""What cases, corridors and the ends of a case are called, and in which colour they appear."""

from collections.abc import Mapping
from typing import Final

from serai.domain.results import MAX_OMITTED, AnswerResult, CaseResult, Omitted
from serai.outputs.map_parts import CORRIDORS

__all__ = [
    "COLOURS",
    "CORRIDOR_NAMES",
    "DESTINATIONS",
    "FORCED",
    "VOLUNTARY",
    "list_cases",
    "name_case",
    "name_corridor",
    "pick_case",
    "say_omitted",
    "split_route",
]

CASE_NAMES: Final[Mapping[str, str]] = {
    "today": "Today",
    "funded": "Funded projects",
    "full": "Full programme",
    "unlimited": "No capacity limit",
}

CORRIDOR_NAMES: Final[Mapping[str, str]] = {
    "north": "Northern",
    "middle": "Middle",
    "south": "South (Iran)",
    "east": "East (China)",
    "sea": "Sea",
    "air": "Air",
    "pipeline": "Pipeline",
    "direct": "Direct",
    "other": "Other",
    "unserved": "Not served",
}

COLOURS: Final[Mapping[str, str]] = {
    **{key: corridor.colour for key, corridor in CORRIDORS.items()},
    "east": "#cc79a7",
    "unserved": "#ffffff",
}
"""Colour by corridor: the maps' own (Okabe-Ito), and two that maps do not need."""

FORCED: Final = COLOURS["middle"]
"""Colour of what happens with Russia closed."""

VOLUNTARY: Final = "#4b5b6b"
"""Colour of what happens with Russia open."""

DESTINATIONS: Final = ("middle", "south", "east", "sea", "other", "unserved", "north")
"""Where divertible flow can go when Russia closes, in the order of a stacked bar."""


def name_case(case: str, title: str = "") -> str:
    """
    Return the short name of a case.

    Parameters
    ----------
    case
        Id of the case.
    title
        What a case that is not one of the four is called.

    Returns
    -------
    name
        A few words.
    """
    return CASE_NAMES.get(case, title or case)


def name_corridor(corridor: str) -> str:
    """
    Return the short name of a corridor.

    Parameters
    ----------
    corridor
        Id of the corridor.

    Returns
    -------
    name
        A few words; the id where it has none.
    """
    return CORRIDOR_NAMES.get(corridor, corridor)


def list_cases(answer: AnswerResult) -> tuple[str, ...]:
    """
    Return the ids of the cases, each once, in the answer's order.

    Parameters
    ----------
    answer
        The answer.

    Returns
    -------
    cases
        Ids.
    """
    return tuple(dict.fromkeys(case.case for case in answer.cases))


def pick_case(answer: AnswerResult, case: str, russia: str) -> CaseResult | None:
    """
    Return one case of an answer.

    Parameters
    ----------
    answer
        The answer.
    case
        Id of the case.
    russia
        State of Russian and Belarusian territory: open or closed.

    Returns
    -------
    found
        None if the answer has no such case.
    """
    return next(
        (row for row in answer.cases if row.case == case and row.russia == russia),
        None,
    )


def split_route(case: CaseResult) -> dict[str, float]:
    """
    Return where the divertible boxes of a case go, by destination.

    Parameters
    ----------
    case
        The case, central run.

    Returns
    -------
    shares
        [-] Share of divertible TEU for each of `DESTINATIONS`.
    """
    return {
        "middle": case.share.central,
        "south": case.south_share,
        "east": case.east_share,
        "sea": case.sea_share,
        "other": case.other_share,
        "unserved": case.unserved_share,
        "north": case.north_share,
    }


def say_omitted(omitted: Omitted) -> str:
    """
    Say what routes outside the choice sets would take.

    Parameters
    ----------
    omitted
        From an exact search.
    """
    aim = "within" if omitted.share <= MAX_OMITTED else "more than"
    return (
        f"the best by a corridor not on offer would take {100 * omitted.share:.2g} % of the tonnes "
        f"({aim} the {100 * MAX_OMITTED:g} % aimed at), the best by other ports or stations "
        f"{100 * omitted.variant_share:.2g} %; were all on offer, "
        f"{100 * omitted.moved_share:.2g} % would change corridor"
    )
