"""Results in the language of a page: what they name is named anew, every number stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from serai.domain.backcast import BackcastResult
from serai.domain.conditions import Conditions, ConditionsResult, Limit
from serai.domain.invest import InvestResult
from serai.domain.quotes import QuoteRoute
from serai.domain.results import AnswerResult, Result
from serai.domain.sensitivity import SensitivityResult
from serai.domain.stored import Stored
from serai.domain.world import World
from serai.outputs.conditions import say_clause, say_state_box
from serai.outputs.language import ENGLISH
from serai.studies.draws import name_input
from serai.studies.factors import name_factor
from serai.studies.naming import Namer
from serai.studies.words import headline

__all__ = ["translate_answer", "translate_route", "translate_stored"]

Kind = TypeVar("Kind", bound=Result)


def translate_answer(answer: AnswerResult, namer: Namer) -> AnswerResult:
    """
    Return an answer with its sentences and names in a language.

    Parameters
    ----------
    answer
        The answer in English.
    namer
        The language.
    """
    if namer.lang.code == ENGLISH.code:
        return answer
    cases = [
        _change(
            case,
            title=namer.lang.say(case.title),
            binding=[_change(b, name=namer.name("resources", b.name)) for b in case.binding],
        )
        for case in answer.cases
    ]
    told = headline(cases, answer.divertible.teu, answer.outlook, namer.lang)
    return _change(answer, cases=cases, headline=told)


def translate_route(route: QuoteRoute | None, namer: Namer) -> QuoteRoute | None:
    """
    Return a route with its places named in a language.

    Parameters
    ----------
    route
        The route in English; none where there is none.
    namer
        The language.
    """
    if route is None or namer.lang.code == ENGLISH.code:
        return route
    legs = [
        _change(leg, from_=namer.name("places", leg.from_), to=namer.name("places", leg.to))
        for leg in route.legs
    ]
    return _change(route, legs=legs)


def translate_stored(stored: Stored, world: World, namer: Namer) -> Stored:
    """
    Return stored studies with their names and sentences in a language.

    Parameters
    ----------
    stored
        The studies in English.
    world
        The tables whose rows they name.
    namer
        The language.
    """
    if namer.lang.code == ENGLISH.code:
        return stored
    found = stored
    if (when := stored.conditions) is not None:
        found = replace(found, conditions=_translate_conditions(when, world, namer))
    if (study := stored.sensitivity) is not None:
        found = replace(found, sensitivity=_translate_sensitivity(study, world, namer))
    if (past := stored.backcast) is not None:
        found = replace(found, backcast=_translate_backcast(past, namer))
    if (works := stored.invest) is not None:
        found = replace(found, invest=_translate_invest(works, namer))
    return found


def _change(result: Kind, **changes: object) -> Kind:
    return result.model_copy(update=changes)


def _translate_conditions(when: ConditionsResult, world: World, namer: Namer) -> ConditionsResult:
    def limit(one: Limit) -> Limit:
        name = name_factor(world, one.input_id, namer)
        ends = (one.low, one.high)
        words = say_clause(one.input_id, name, one.unit, ends, namer.lang)
        return _change(one, name=name, words=words)

    def told(found: Conditions) -> Conditions:
        boxes = [_change(box, limits=[limit(one) for one in box.limits]) for box in found.boxes]
        return _change(
            found,
            boxes=[
                _change(
                    box,
                    sentence=say_state_box(found.kind, when.russia, when.share, box, namer.lang),
                )
                for box in boxes
            ],
        )

    return _change(when, carries=told(when.carries), fails=told(when.fails))


def _translate_sensitivity(
    study: SensitivityResult, world: World, namer: Namer
) -> SensitivityResult:
    inputs = [
        _change(
            one,
            name=name_input(world, one.input_id, namer),
            learn=namer.name("learning", one.learn),
        )
        for one in study.inputs
    ]
    return _change(study, inputs=inputs)


def _translate_backcast(past: BackcastResult, namer: Namer) -> BackcastResult:
    rows = [
        _change(row, name=namer.lang.say(row.name), reason=namer.name("targets", row.reason))
        for row in past.rows
    ]
    return _change(past, rows=rows)


def _translate_invest(works: InvestResult, namer: Namer) -> InvestResult:
    rows = [_change(row, name=namer.name("projects", row.name)) for row in works.projects]
    return _change(works, projects=rows)
