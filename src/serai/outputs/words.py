"""What cases, corridors and the ends of a case are called, and in which colour they appear."""

from collections.abc import Mapping
from typing import Final

from serai.domain.results import MAX_OMITTED, AnswerResult, CaseResult, Omitted
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.map_parts import CORRIDORS

__all__ = [
    "BINDS",
    "COLOURS",
    "CORRIDOR_NAMES",
    "DEMANDS",
    "DESTINATIONS",
    "FORCED",
    "SHARES",
    "SHARES_OF_BOXES",
    "STATES",
    "STATUSES",
    "UNIT_TITLES",
    "VOLUNTARY",
    "list_cases",
    "name_case",
    "name_corridor",
    "pick_case",
    "say_omitted",
    "split_route",
]

CASE_NAMES: Final[Mapping[str, str]] = {
    "today": mark("Today"),
    "funded": mark("Funded projects"),
    "full": mark("Full programme"),
    "unlimited": mark("No capacity limit"),
}

CORRIDOR_NAMES: Final[Mapping[str, str]] = {
    "north": mark("Northern"),
    "middle": mark("Middle"),
    "south": mark("South (Iran)"),
    "east": mark("East (China)"),
    "sea": mark("Sea"),
    "air": mark("Air"),
    "pipeline": mark("Pipeline"),
    "direct": mark("Direct"),
    "other": mark("Other"),
    "unserved": mark("Not served"),
}

COLOURS: Final[Mapping[str, str]] = {
    **{key: corridor.colour for key, corridor in CORRIDORS.items()},
    "east": "#cc79a7",
    "unserved": "#ffffff",
}
"""Colour by corridor: the maps' own (Okabe-Ito), and two that maps do not need."""

STATES: Final[Mapping[str, str]] = {"closed": mark("Russia closed"), "open": mark("Russia open")}
"""States of Russian and Belarusian territory."""
SHARES: Final[Mapping[str, str]] = {
    "closed": mark("Russia closed: forced share"),
    "open": mark("Russia open: voluntary share"),
}
"""What a share is called, by the state of Russian and Belarusian territory."""
SHARES_OF_BOXES: Final[Mapping[str, str]] = {
    "closed": mark("Russia closed: forced share of boxes"),
    "open": mark("Russia open: voluntary share of boxes"),
}
"""The same where shares of boxes and of tonnes are told apart."""
BINDS: Final[Mapping[str, str]] = {
    "closed": mark("What binds on the Middle Corridor, Russia closed, dearest first"),
    "open": mark("What binds on the Middle Corridor, Russia open, dearest first"),
}
"""What the table of limits is called."""
UNIT_TITLES: Final[Mapping[str, str]] = {
    "TEU": mark("Boxes, TEU a year"),
    "t": mark("Outside boxes, t a year"),
    "": mark("Other"),
}
"""What classes of a unit are called."""
STATUSES: Final = (
    mark("proposed"),
    mark("promised"),
    mark("planned"),
    mark("signed"),
    mark("funded"),
    mark("under construction"),
    mark("built"),
    mark("pilot"),
    mark("partly in force"),
    mark("in force"),
)
"""How far projects and measures are, as the tables have it."""
DEMANDS: Final = (mark("low"), mark("reference"), mark("high"))
"""Demand of later years, as the outlook has it."""

FORCED: Final = COLOURS["middle"]
"""Colour of what happens with Russia closed."""

VOLUNTARY: Final = "#4b5b6b"
"""Colour of what happens with Russia open."""

DESTINATIONS: Final = ("middle", "south", "east", "sea", "other", "unserved", "north")
"""Where divertible flow can go when Russia closes, in the order of a stacked bar."""


def name_case(case: str, title: str = "", lang: Language = ENGLISH) -> str:
    """
    Return the short name of a case.

    Parameters
    ----------
    case
        Id of the case.
    title
        What a case that is not one of the four is called.
    lang
        Language of the words.

    Returns
    -------
    name
        A few words.
    """
    return lang.say(CASE_NAMES[case]) if case in CASE_NAMES else title or case


def name_corridor(corridor: str, lang: Language = ENGLISH) -> str:
    """
    Return the short name of a corridor.

    Parameters
    ----------
    corridor
        Id of the corridor.
    lang
        Language of the words.

    Returns
    -------
    name
        A few words; the id where it has none.
    """
    return lang.say(CORRIDOR_NAMES[corridor]) if corridor in CORRIDOR_NAMES else corridor


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


def say_omitted(omitted: Omitted, lang: Language = ENGLISH) -> str:
    """
    Say what routes outside the choice sets would take.

    Parameters
    ----------
    omitted
        From an exact search.
    lang
        Language of the words.
    """
    share, variant, moved = (
        lang.figures(f"{100 * part:.2g}")
        for part in (omitted.share, omitted.variant_share, omitted.moved_share)
    )
    told = (
        mark(
            "the best by a corridor not on offer would take {share} % of the tonnes (within the "
            "{aim} % aimed at), the best by other ports or stations {variant} %; were all on "
            "offer, {moved} % would change corridor"
        )
        if omitted.share <= MAX_OMITTED
        else mark(
            "the best by a corridor not on offer would take {share} % of the tonnes (more than the "
            "{aim} % aimed at), the best by other ports or stations {variant} %; were all on "
            "offer, {moved} % would change corridor"
        )
    )
    aim = lang.figures(f"{100 * MAX_OMITTED:g}")
    return lang.say(told, share=share, aim=aim, variant=variant, moved=moved)
