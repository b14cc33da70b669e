"""What the page says of itself: what its words mean, what it cannot tell, how it came about."""

from collections.abc import Mapping
from typing import Final

from serai.domain.conditions import ConditionsResult
from serai.domain.results import AnswerResult
from serai.outputs.language import Language, mark
from serai.outputs.numbers import say_amount, say_plain, say_share
from serai.outputs.words import say_omitted

__all__ = ["DEFINITIONS", "LIMITS", "list_facts", "say_states"]

DEFINITIONS: Final[Mapping[str, str]] = {
    mark("Divertible flow"): mark(
        "what uses Russian territory by rail between places outside Russia and Belarus, today and "
        "with Russia open; crude oil is left out. Every share on this page is a share of it."
    ),
    mark("Forced share"): mark(
        "how much more the Middle Corridor carries of the same origins, destinations and classes "
        "once Russian and Belarusian territory is closed, compared with today and Russia open."
    ),
    mark("Voluntary share"): mark(
        "the same with Russian territory open: what changes over by choice. Zero for today by "
        "construction."
    ),
    mark("Middle Corridor"): mark(
        "every route that crosses the Caspian between Kazakhstan or Turkmenistan and Azerbaijan."
    ),
}
"""What the words of the answer mean."""

LIMITS: Final = (
    mark(
        "Single storms and missing ships. Queues are those of random arrivals in a busy month, "
        "from judged sizes of ships and trains; storms, ice and holidays count as a share of the "
        "year lost."
    ),
    mark(
        "How soon shippers trust the corridor. The hours that they fear to lose at the Caspian are "
        "fitted to 2019–2023; how many of them a joint operator and fixed sailings take off is "
        "judged, and the full programme rests on it."
    ),
    mark(
        "How trade itself would react. Demand and prices of the base year are held across cases; "
        "a closed route makes nobody buy less, and no carrier cuts its price to keep its cargo."
    ),
    mark(
        "Empty boxes and wagons as flows of their own; what their return costs is in the prices "
        "as far as published prices hold it."
    ),
    mark(
        "Politics. Closed means closed to transit, all year, and nothing else changes: no "
        "sanctions, insurance or credit beyond what prices already hold, and no doubt whether a "
        "planned project gets built."
    ),
    mark(
        "Single contracts and single trains. The model is made for shares of yearly flows; "
        "differences much smaller than the bands mean nothing."
    ),
)
"""What the page says it cannot tell."""


def list_facts(answer: AnswerResult, lang: Language) -> list[tuple[str, str]]:
    """
    Say how the answer came about, line by line.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    facts
        What is told, and how it is.
    """
    certificate, record = answer.certificate, answer.record
    divertible, omitted = answer.divertible, certificate.omitted
    teu, t = say_amount(divertible.teu, lang=lang), say_amount(divertible.t, lang=lang)
    holds = mark("holds") if certificate.holds() else mark("DOES NOT HOLD: do not quote")
    inputs = ", ".join(f"{name} {digest[:10]}" for name, digest in sorted(record.inputs.items()))

    def small(value: float) -> str:
        return lang.figures(f"{value:.1e}")

    wait = lang.say("{hours} h", hours=small(certificate.wait_residual))
    seconds = lang.say("{n} s", n=say_plain(record.seconds, lang=lang))
    version = lang.say(
        "Serai {version}, data {data}", version=record.version, data=record.data_version
    )
    facts = [
        (mark("Version"), version),
        (mark("Base year; built by"), f"{answer.base_year}; {answer.built_by}"),
        (mark("Divertible flow"), lang.say("{teu} TEU and {t} t a year", teu=teu, t=t)),
        (mark("Draws"), _say_draws(answer, lang)),
        (mark("Routes in the choice sets"), say_plain(record.n_routes, digits=7, lang=lang)),
        (mark("Relative gap, worst run"), small(certificate.relative_gap)),
        (mark("Complementarity"), small(certificate.complementarity)),
        (mark("Conservation"), small(certificate.conservation)),
        (mark("Overload"), small(certificate.overload)),
        (mark("Relative gap, worst class"), small(certificate.worst_class_gap)),
        (mark("Waits, furthest from those of the flows"), wait),
        (mark("Certificate"), lang.say(holds)),
        (mark("Time taken"), seconds),
        (mark("Inputs, SHA-256"), inputs or lang.say("none recorded")),
    ]
    told = [(lang.say(name), fact) for name, fact in facts]
    if omitted is not None:
        searched = lang.say_count(
            "Missing routes, {n} cell searched",
            "Missing routes, {n} cells searched",
            omitted.n_cells,
        )
        told.insert(-3, (searched, say_omitted(omitted, lang)))
    return told


def _say_draws(answer: AnswerResult, lang: Language) -> str:
    """Say how many draws were made, over what."""
    draws, seed = answer.draws, answer.record.seed
    if not draws.n:
        return lang.say("none; seed {seed}", seed=seed)
    return lang.say(
        "{n}, over {varied} ranged values in {dimensions} independent dimensions; seed {seed}",
        n=draws.n,
        varied=say_plain(draws.inputs_varied, digits=6, lang=lang),
        dimensions=say_plain(draws.dimensions, digits=6, lang=lang),
        seed=seed,
    )


def say_states(when: ConditionsResult, lang: Language) -> str:
    """
    Say how many states were drawn and in how many the corridor carries the share.

    Parameters
    ----------
    when
        The study of conditions.
    lang
        Language of the words.
    """
    n, share = lang.figures(f"{when.n_draws:,}"), say_share(when.share, lang)
    rate = say_share(when.carries.base_rate, lang)
    drawn = (
        mark(
            "{n} states of the world were drawn, with projects and packages of soft measures "
            "built or agreed at random."
        )
        if when.case is None
        else mark("{n} states of the world were drawn.")
    )
    found = (
        mark(
            "In {rate} of them the corridor carries at least {share} of what uses Russian rail "
            "today, with Russia closed."
        )
        if when.russia == "closed"
        else mark(
            "In {rate} of them the corridor carries at least {share} of what uses Russian rail "
            "today, with Russia open."
        )
    )
    return f"{lang.say(drawn, n=n)} {lang.say(found, rate=rate, share=share)}"
