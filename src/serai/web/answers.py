"""The stored answer, in three languages: its sentences and tables, its charts and the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from serai.data.answers import read_stored
from serai.domain.results import AnswerResult, Record
from serai.domain.stored import Stored
from serai.domain.world import World
from serai.outputs.backcast import draw_backcast
from serai.outputs.charts import draw_destinations, draw_outlook, draw_shares
from serai.outputs.conditions import draw_conditions
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.outputs.frontier import draw_frontier
from serai.outputs.invest import draw_invest
from serai.outputs.language import Language, read_language
from serai.outputs.page import is_stale, render_answer_page
from serai.outputs.page_tables import (
    Table,
    tabulate_bottlenecks,
    tabulate_costs,
    tabulate_effort,
    tabulate_outlook,
    tabulate_shares,
)
from serai.outputs.sensitivity import draw_sensitivity
from serai.outputs.words import list_cases, name_case, pick_case
from serai.studies.naming import read_namer
from serai.studies.report import assemble_page
from serai.studies.translate import translate_answer, translate_stored
from serai.web.files import DRAWING

__all__ = ["Answers"]

SECTIONS: Final = (
    ("The answer", "shares", "shares"),
    ("Where the flow goes when Russia closes", "destinations", None),
    ("What binds", None, "closed"),
    ("What it takes and what it costs", None, "effort"),
    ("What it takes and what it costs", None, "costs"),
    ("How far does capital carry?", "frontier", None),
    ("Which projects pay, and in which order?", "invest", None),
    ("“Ever”: against the demand of later years", "outlook", "outlook"),
    ("Under which conditions?", "conditions", None),
    ("What would change the answer", "sensitivity", None),
    ("Would it have been right in the past?", "backcast", None),
)
"""Heading as in the report, chart and table."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What is stored beside the tables, and what was made of it so far."""

    world: World

    @cached_property
    def stored(self) -> Stored:
        """Everything that is stored."""
        return read_stored(self.world.folder)

    @cached_property
    def _made(self) -> dict[str, str]:
        return {}

    def tell(self, code: str) -> bytes | None:
        """
        Return the answer in a language as JSON: sentences, shares, tables, names of charts.

        Parameters
        ----------
        code
            Language, ISO 639-1.

        Returns
        -------
        json
            None where no answer is stored.
        """
        lang, answer, stored = self._in(code)
        if answer is None:
            return None
        charts, tables = _charts(answer, stored, lang), _tables(answer, lang)
        sections: dict[str, dict[str, list[Any]]] = {}
        for title, chart, table in SECTIONS:
            told = sections.setdefault(lang.say(title), {"charts": [], "tables": []})
            told["charts"] += [chart] if chart in charts else []
            told["tables"] += [asdict(tables[table])] if table in tables else []
        cases = [
            {"id": case, "name": name_case(case, lang=lang),
             **{russia: found.share.model_dump() for russia in ("open", "closed")
                if (found := pick_case(answer, case, russia)) is not None}}
            for case in list_cases(answer)
        ]  # fmt: skip
        return json.dumps({
            "headline": answer.headline,
            "cases": cases,
            "sections": [{"title": title, **told} for title, told in sections.items()
                         if told["charts"] or told["tables"]],
            "is_stale": any(is_stale(one, self.world.hashes) for one in _records(answer, stored)),
            "answer": answer.model_dump(mode="json", exclude={"maps", "evidence"}),
        }).encode()  # fmt: skip

    def chart(self, name: str, code: str, *, is_narrow: bool) -> str | None:
        """
        Return a chart as SVG; None where there is nothing to draw.

        Parameters
        ----------
        name
            Which, as in `tell`.
        code
            Language.
        is_narrow
            For a phone.
        """
        key = f"{name} {code} {is_narrow}"
        with DRAWING:
            if key not in self._made:
                lang, answer, stored = self._in(code)
                draw = {} if answer is None else _charts(answer, stored, lang)
                if name not in draw:
                    return None
                self._made[key] = draw[name](NARROW_IN if is_narrow else WIDE_IN)
        return self._made[key]

    def report(self, code: str) -> str | None:
        """
        Return the whole report as a page of HTML; None where no answer is stored.

        Parameters
        ----------
        code
            Language.
        """
        key = f"report {code}"
        if self.stored.answer is None:
            return None
        with DRAWING:
            if key not in self._made:
                page = assemble_page(self.world, self.stored.answer, lang=read_language(code))
                self._made[key] = render_answer_page(page)
        return self._made[key]

    def _in(self, code: str) -> tuple[Language, AnswerResult | None, Stored]:
        lang, found = read_language(code), self.stored
        if found.answer is None:
            return lang, None, found
        namer = read_namer(lang, self.world.folder)
        stored = translate_stored(found, self.world, namer)
        return lang, translate_answer(found.answer, namer), stored


def _records(answer: AnswerResult, stored: Stored) -> list[Record]:
    """Return the records of all that is shown."""
    studies = (stored.frontier, stored.invest, stored.conditions, stored.sensitivity,
               stored.backcast)  # fmt: skip
    return [answer.record, *(one.record for one in studies if one is not None)]


def _tables(answer: AnswerResult, lang: Language) -> dict[str, Table]:
    return {
        "shares": tabulate_shares(answer, lang),
        "closed": tabulate_bottlenecks(answer, "closed", lang),
        "effort": tabulate_effort(answer, lang),
        "costs": tabulate_costs(answer, lang),
        "outlook": tabulate_outlook(answer.outlook, lang),
    }


def _charts(
    answer: AnswerResult, stored: Stored, lang: Language
) -> dict[str, Callable[[float], str]]:
    """Return what can be drawn, by name; each draws at a width [in]."""
    first = answer.outlook[0].case if answer.outlook else ""
    rows = [row for row in answer.outlook if row.case == first]
    draw: dict[str, Callable[[float], str]] = {
        "shares": lambda wide: draw_shares(answer, width_in=wide, lang=lang),
        "destinations": lambda wide: draw_destinations(answer, width_in=wide, lang=lang),
    }
    if rows:
        draw["outlook"] = lambda wide: draw_outlook(rows, width_in=wide, lang=lang)
    if (capital := stored.frontier) is not None:
        draw["frontier"] = lambda wide: draw_frontier(capital, width_in=wide, lang=lang)
    if (works := stored.invest) is not None:
        draw["invest"] = lambda wide: draw_invest(works, width_in=wide, lang=lang)
    if (when := stored.conditions) is not None:
        draw["conditions"] = lambda wide: draw_conditions(when, width_in=wide, lang=lang)
    if (study := stored.sensitivity) is not None:
        draw["sensitivity"] = lambda wide: draw_sensitivity(study, width_in=wide, lang=lang)
    if (past := stored.backcast) is not None:
        draw["backcast"] = lambda wide: draw_backcast(past, width_in=wide, lang=lang)
    return draw
