"""The page that answers the question: one HTML file that needs nothing else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from serai.domain.quotes import QuoteRoute
from serai.domain.results import AnswerResult, Record
from serai.domain.stored import Stored
from serai.errors import ScenarioError, state_fault
from serai.outputs.backcast import (
    draw_backcast,
    list_misses,
    say_backcast,
    tabulate_backcast,
)
from serai.outputs.charts import draw_destinations, draw_outlook, draw_shares
from serai.outputs.conditions import draw_conditions, say_held_out, tabulate_conditions
from serai.outputs.distance import draw_distance
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.outputs.frontier import draw_frontier, tabulate_frontier
from serai.outputs.invest import (
    draw_invest,
    say_best,
    tabulate_order,
    tabulate_payback,
    tabulate_supply,
)
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import say_plain, say_share
from serai.outputs.page_facts import DEFINITIONS, LIMITS, list_facts, say_states
from serai.outputs.page_tables import (
    ClassNote,
    MeasureNote,
    ProjectNote,
    Table,
    tabulate_bottlenecks,
    tabulate_classes,
    tabulate_costs,
    tabulate_effort,
    tabulate_outlook,
    tabulate_programme,
    tabulate_shares,
    tabulate_years,
)
from serai.outputs.sensitivity import draw_sensitivity, tabulate_sensitivity
from serai.outputs.whole import write_whole
from serai.outputs.words import list_cases, name_case, split_route

__all__ = [
    "READ_BY_MODEL",
    "AnswerPage",
    "Footnote",
    "is_stale",
    "open_template",
    "render_answer_page",
    "write_answer_page",
]

GRADES: Final = (mark("observed"), mark("derived"), mark("assumed"))
"""How good a number is, as the tables have it."""

BOUND: Final = (
    r"%|USD|TEU|FEU|million|billion|thousand|days|km|Mt|t\b|h\b"
    r"|долл|ДФЭ|СФЭ|ЖФЭ|ҚФЭ|млн|млрд|тыс|мың|сут|тәул|км|т\b|ч\b|сағ"
)
"""Units that stay with their figures."""

LEAST_LESS: Final = -5e-4
"""[-]. Share of divertible boxes below which a loss is drawn and explained."""

READ_BY_MODEL: Final = (
    *("places.csv", "links.csv", "resources.csv", "access.csv", "classes.csv", "zones.csv"),
    *("zone_class_weights.csv", "demand.csv", "projects.csv", "measures.csv", "effects.csv"),
    *("closures.csv", "year_inputs.csv", "params.toml", "route_searches.toml"),
)
"""Files that an answer is computed from."""

CHARTS: Final = (
    "shares",
    "destinations",
    "days",
    "usd",
    "outlook",
    "frontier",
    "invest",
    "conditions",
    "sensitivity",
    "backcast",
)
TABLES: Final = (
    *("shares", "closed", "open", "effort", "costs", "programme"),
    *("classes", "outlook", "years", "frontier", "invest", "payback", "supply"),
    *("conditions", "sensitivity", "backcast"),
)

Chart = tuple[str, str]
"""The wide drawing and the narrow one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    """A value the answer rests on, with one of its sources."""

    id: str
    """Id of the value in the evidence register; several sources make several footnotes."""
    what: str
    value: float | str
    unit: str
    source_title: str
    publisher: str
    date: str
    url: str
    grade: str
    """observed, derived or assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPage:
    """All that the page shows; what is empty is left out."""

    answer: AnswerResult
    """The answer; what it names is named in the language of the page."""
    lang: Language = ENGLISH
    """Language of everything else on the page."""
    map_svg_before: str = ""
    """Map of flows, today with Russia open, for a screen; one SVG element."""
    map_svg_after: str = ""
    """Map of flows with Russia closed."""
    phone_svg_before: str = ""
    """The same for phones and paper; the map for a screen where it is empty."""
    phone_svg_after: str = ""
    map_note: str = ""
    """A sentence below the maps."""
    middle: QuoteRoute | None = None
    """Middle Corridor route of the diagrams."""
    northern: QuoteRoute | None = None
    """Northern route of the diagrams."""
    trip: str = "Xi'an–Duisburg"
    """Ends of the two routes."""
    classes: Mapping[str, ClassNote] = field(default_factory=dict)
    """Names and units of commodity classes by id."""
    projects: Mapping[str, ProjectNote] = field(default_factory=dict)
    """Projects by id."""
    measures: Mapping[str, MeasureNote] = field(default_factory=dict)
    """Soft measures by id."""
    footnotes: Sequence[Footnote] = ()
    """Evidence rows used, the weightiest first."""
    n_evidence: int = 0
    """How many values the answer rests on, told in footnotes or not."""
    definitions: Mapping[str, str] = field(default_factory=lambda: DEFINITIONS)
    """Words and their meanings."""
    limits: Sequence[str] = LIMITS
    """What this cannot tell."""
    stored: Stored = field(default_factory=Stored)
    """Long studies whose results lie beside the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the footnotes: the values of one row of a table, and the numbers of its sources."""

    id: str
    what: str
    values: str
    grade: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A source, once, however many values rest on it."""

    number: int
    title: str
    publisher: str
    date: str
    url: str


def write_answer_page(path: Path, page: AnswerPage) -> None:
    """
    Write the page to a file, whole or not at all.

    Parameters
    ----------
    path
        File to write; its folder is made if need be, an old file is replaced.
    page
        What it shows.

    Raises
    ------
    ScenarioError
        The file cannot be written; nothing is left behind.
    """
    data = render_answer_page(page).encode("utf-8")
    try:
        write_whole(path, data)
    except OSError as error:
        got = f"a path that cannot be written ({error.strerror or error})"
        raise ScenarioError(
            state_fault(str(path), got, "a writable file", "choose another path")
        ) from error


def render_answer_page(page: AnswerPage) -> str:
    """
    Return the page as HTML.

    Parameters
    ----------
    page
        What it shows.

    Returns
    -------
    html
        A whole document; the same text for the same input.
    """
    answer, stored, lang = page.answer, page.stored, page.lang
    lines, sources = _list_footnotes(page.footnotes, lang)
    n_values = len({note.id for note in page.footnotes})
    return open_template("answer.html", lang).render(
        page=page,
        answer=answer,
        charts=_draw_charts(page),
        maps=_list_maps(page),
        tables=_list_tables(page),
        cases=[(name_case(case, lang=lang), title) for case, title in _list_titles(answer)],
        definitions={lang.say(word): lang.say(told) for word, told in page.definitions.items()},
        limits=[lang.say(limit) for limit in page.limits],
        facts=list_facts(answer, lang),
        lines=lines,
        n_values=say_plain(n_values, digits=6, lang=lang),
        n_rows=say_plain(len(lines), digits=6, lang=lang),
        n_evidence=say_plain(page.n_evidence, digits=6, lang=lang),
        is_cut=page.n_evidence > n_values,
        sources=sources,
        has_less=_has_less(answer),
        assumed=say_share(answer.assumed_share, lang),
        is_stale={
            name: is_stale(study.record, answer.record.inputs)
            for name, study in (
                ("sensitivity", stored.sensitivity),
                ("frontier", stored.frontier),
                ("invest", stored.invest),
                ("conditions", stored.conditions),
            )
            if study is not None
        },
        backcast_told=say_backcast(stored.backcast, lang) if stored.backcast else "",
        misses=list_misses(stored.backcast, lang) if stored.backcast else [],
        invest_told=_tell_invest(stored, lang),
        conditions_told=_tell_conditions(stored, lang),
        outlook_case=name_case(answer.outlook[0].case, lang=lang) if answer.outlook else "",
    )


def open_template(name: str, lang: Language = ENGLISH) -> Template:
    """
    Return a template of the package.

    Parameters
    ----------
    name
        Its file.
    lang
        Language of `say` and `say_count` in it, whose texts may hold marks of HTML.
    """
    environment = Environment(
        loader=PackageLoader("serai.outputs", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bound"] = bind_units
    environment.globals |= {
        "lang": lang.code,
        "say": lambda text, **values: _fill(lang.say(text), values),
        "say_count": lambda one, many, n, **values: _fill(
            lang.catalogue.ngettext(one, many, n), {"n": lang.figures(f"{n:,}")} | values
        ),
    }
    return environment.get_template(name)


def _fill(text: str, values: Mapping[str, object]) -> Markup:
    """Put values into a text of the catalogues; a value is never taken for marks of HTML."""
    return Markup(text).format(**values)  # noqa: S704 - the text is our own


def bind_units(text: str) -> str:
    """
    Return a text whose figures are not parted from their units at the end of a line.

    Parameters
    ----------
    text
        Words and figures.

    Returns
    -------
    bound
        The same with no-break spaces, and ranges that stay together.

    Examples
    --------
    >>> bind_units("4.1 % of 612,000 TEU").count("\N{NO-BREAK SPACE}")
    2
    """
    text = re.sub(r"(?<=\d)–(?=\d)|(?<=долл\.)/", "\\g<0>\N{WORD JOINER}", str(text))
    return re.sub(
        rf"(?<=\d) (?={BOUND})",
        "\N{NO-BREAK SPACE}",
        str(text),
    )


def _list_titles(answer: AnswerResult) -> list[tuple[str, str]]:
    titles = {case.case: case.title for case in reversed(answer.cases)}
    return [(case, titles[case]) for case in list_cases(answer)]


def _tell_invest(stored: Stored, lang: Language) -> list[str]:
    """Say which projects are best, by their names."""
    if stored.invest is None:
        return []
    return say_best(stored.invest, {row.project: row.name for row in stored.invest.projects}, lang)


def _tell_conditions(stored: Stored, lang: Language) -> dict[str, object]:
    """Say of both kinds of states how common they are and how well the boxes do."""
    when = stored.conditions
    if when is None:
        return {}
    both: dict[str, object] = {
        found.kind: {
            "rate": say_share(found.base_rate, lang),
            "held": say_held_out(found, lang),
        }
        for found in (when.carries, when.fails)
    }
    return {"said": say_states(when, lang), **both}


def is_stale(record: Record, inputs: Mapping[str, str]) -> bool:
    """
    Say whether a table that the model reads is another one than a study had.

    Parameters
    ----------
    record
        Of the study.
    inputs
        Content hash of each table now.
    """
    return any(record.inputs.get(name) != inputs.get(name) for name in READ_BY_MODEL)


def _has_less(answer: AnswerResult) -> bool:
    """Say whether some route carries less with Russia closed than today with it open."""
    closed = [case for case in answer.cases if case.russia == "closed"]
    return any(share <= LEAST_LESS for case in closed for share in split_route(case).values())


def _draw_charts(page: AnswerPage) -> dict[str, Chart | None]:
    """Draw every chart that there is something for; None for the others."""
    answer, lang = page.answer, page.lang
    routes = [route for route in (page.middle, page.northern) if route is not None]
    charts: dict[str, Chart | None] = dict.fromkeys(CHARTS)
    if answer.cases:
        charts["shares"] = _twice(
            lambda width_in: draw_shares(answer, width_in=width_in, lang=lang)
        )
    if any(case.russia == "closed" for case in answer.cases):
        charts["destinations"] = _twice(
            lambda width_in: draw_destinations(answer, width_in=width_in, lang=lang)
        )
    if routes:
        charts |= {
            "days": _twice(lambda wide: draw_distance(routes, "days", width_in=wide, lang=lang)),
            "usd": _twice(lambda wide: draw_distance(routes, "usd", width_in=wide, lang=lang)),
        }
    if answer.outlook:
        case = answer.outlook[0].case
        rows = [row for row in answer.outlook if row.case == case]
        charts["outlook"] = _twice(lambda wide: draw_outlook(rows, width_in=wide, lang=lang))
    if (capital := page.stored.frontier) is not None:
        charts["frontier"] = _twice(lambda wide: draw_frontier(capital, width_in=wide, lang=lang))
    if (works := page.stored.invest) is not None:
        charts["invest"] = _twice(lambda wide: draw_invest(works, width_in=wide, lang=lang))
    if (when := page.stored.conditions) is not None:
        charts["conditions"] = _twice(lambda wide: draw_conditions(when, width_in=wide, lang=lang))
    if (study := page.stored.sensitivity) is not None:
        charts["sensitivity"] = _twice(
            lambda wide: draw_sensitivity(study, width_in=wide, lang=lang)
        )
    if (past := page.stored.backcast) is not None:
        charts["backcast"] = _twice(lambda wide: draw_backcast(past, width_in=wide, lang=lang))
    return charts


def _twice(draw: Callable[[float], str]) -> Chart:
    """Draw for a screen or paper, and for a phone."""
    return draw(WIDE_IN), draw(NARROW_IN)


def _list_maps(page: AnswerPage) -> list[Chart]:
    """Return the maps that there are, each for a screen and for a phone."""
    pairs = (
        (page.map_svg_before, page.phone_svg_before),
        (page.map_svg_after, page.phone_svg_after),
    )
    return [(wide or phone, phone or wide) for wide, phone in pairs if wide or phone]


def _list_tables(page: AnswerPage) -> dict[str, Table | None]:
    """Fill every table that there is something for; None for the others."""
    answer, lang = page.answer, page.lang
    tables: dict[str, Table | None] = dict.fromkeys(TABLES)
    if answer.cases:
        tables |= {
            "shares": tabulate_shares(answer, lang),
            "closed": tabulate_bottlenecks(answer, "closed", lang),
            "open": tabulate_bottlenecks(answer, "open", lang),
            "effort": tabulate_effort(answer, lang),
            "costs": tabulate_costs(answer, lang),
            "programme": tabulate_programme(answer, page.projects, page.measures, lang),
        }
    if answer.divertible_by_class:
        tables["classes"] = tabulate_classes(answer, page.classes, lang)
    if answer.outlook:
        tables["outlook"] = tabulate_outlook(answer.outlook, lang)
    if answer.other_years:
        tables["years"] = tabulate_years(answer, lang)
    stored = page.stored
    if stored.frontier is not None:
        names = {key: project.name for key, project in page.projects.items()}
        tables["frontier"] = tabulate_frontier(stored.frontier, names, lang)
    if stored.invest is not None:
        names = {row.project: row.name for row in stored.invest.projects}
        tables["invest"] = tabulate_order(stored.invest, names, lang)
        tables["payback"] = tabulate_payback(stored.invest, lang)
        tables["supply"] = tabulate_supply(stored.invest, names, lang)
    if stored.conditions is not None:
        tables["conditions"] = tabulate_conditions(stored.conditions, lang)
    if stored.backcast is not None:
        tables["backcast"] = tabulate_backcast(stored.backcast, lang)
    if stored.sensitivity is not None:
        tables["sensitivity"] = tabulate_sensitivity(stored.sensitivity, lang)
    return tables


def _list_footnotes(
    footnotes: Sequence[Footnote], lang: Language
) -> tuple[list[_Line], list[_Source]]:
    """Return each row of a table once and each source once, with the numbers that join them."""
    sources: dict[tuple[str, str, str, str], _Source] = {}
    rows: dict[tuple[str, str], list[Footnote]] = {}
    for note in footnotes:
        rows.setdefault((note.id.rpartition(".")[0] or note.id, note.what), []).append(note)
        key = _source_key(note)
        if any(key) and key not in sources:
            sources[key] = _Source(
                number=len(sources) + 1,
                title=note.source_title or note.publisher or note.url,
                publisher=note.publisher,
                date=note.date,
                url=note.url if re.match(r"https?://", note.url) else "",
            )
    lines = [
        _Line(
            id=row,
            what=what,
            values="; ".join(dict.fromkeys(_say_value(note) for note in notes)),
            grade=", ".join(dict.fromkeys(lang.say(note.grade) for note in notes)),
            sources=tuple(
                dict.fromkeys(
                    sources[key].number for key in map(_source_key, notes) if key in sources
                )
            ),
        )
        for (row, what), notes in rows.items()
    ]
    return lines, list(sources.values())


def _source_key(note: Footnote) -> tuple[str, str, str, str]:
    return (note.source_title, note.publisher, note.date, note.url)


def _say_value(note: Footnote) -> str:
    """Say a value after its column's name, whose last words are its unit: `dwell 72 h`."""
    unit = note.unit.lower().replace("million usd", "musd").replace("/", "_")
    name = note.id.rpartition(".")[2].removesuffix(f"_{unit}").replace("_", " ")
    value = note.value if isinstance(note.value, str) else f"{note.value:,.8g}"
    return f"{name} {value} {'' if note.unit == '-' else note.unit}".rstrip()
