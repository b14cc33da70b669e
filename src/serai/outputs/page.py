"""The page that answers the question: one HTML file that needs nothing else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

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
from serai.outputs.numbers import say_amount, say_plain, say_share
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
from serai.outputs.words import list_cases, name_case, say_omitted, split_route

__all__ = [
    "DEFINITIONS",
    "LIMITS",
    "AnswerPage",
    "Footnote",
    "open_template",
    "render_answer_page",
    "write_answer_page",
]

DEFINITIONS: Final[Mapping[str, str]] = {
    "Divertible flow": "what uses Russian territory by rail between places outside Russia and "
    "Belarus, today and with Russia open; crude oil is left out. Every share on this page is a "
    "share of it.",
    "Forced share": "how much more the Middle Corridor carries of the same origins, destinations "
    "and classes once Russian and Belarusian territory is closed, compared with today and Russia "
    "open.",
    "Voluntary share": "the same with Russian territory open: what changes over by choice. Zero "
    "for today by construction.",
    "Middle Corridor": "every route that crosses the Caspian between Kazakhstan or Turkmenistan "
    "and Azerbaijan.",
}
"""What the words of the answer mean."""

LIMITS: Final = (
    (
        "Single storms and missing ships. Queues are those of random arrivals in a busy month, "
        "from judged sizes of ships and trains; storms, ice and holidays count as a share of the "
        "year lost."
    ),
    (
        "How soon shippers trust the corridor. The hours that they fear to lose at the Caspian are "
        "fitted to 2019–2023; how many of them a joint operator and fixed sailings take off is "
        "judged, and the full programme rests on it."
    ),
    (
        "How trade itself would react. Demand and prices of the base year are held across cases; "
        "a closed route makes nobody buy less, and no carrier cuts its price to keep its cargo."
    ),
    (
        "Empty boxes and wagons as flows of their own; what their return costs is in the prices "
        "as far as published prices hold it."
    ),
    (
        "Politics. Closed means closed to transit, all year, and nothing else changes: no "
        "sanctions, insurance or credit beyond what prices already hold, and no doubt whether a "
        "planned project gets built."
    ),
    (
        "Single contracts and single trains. The model is made for shares of yearly flows; "
        "differences much smaller than the bands mean nothing."
    ),
)
"""What the page says it cannot tell."""

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
    answer, stored = page.answer, page.stored
    lines, sources = _list_footnotes(page.footnotes)
    return open_template("answer.html").render(
        page=page,
        answer=answer,
        charts=_draw_charts(page),
        maps=_list_maps(page),
        tables=_list_tables(page),
        cases=[(name_case(case, ""), title) for case, title in _list_titles(answer)],
        facts=_list_facts(answer),
        lines=lines,
        n_values=say_plain(len({note.id for note in page.footnotes}), digits=6),
        n_rows=say_plain(len(lines), digits=6),
        n_evidence=say_plain(page.n_evidence, digits=6),
        is_cut=page.n_evidence > len({note.id for note in page.footnotes}),
        sources=sources,
        has_less=_has_less(answer),
        assumed=say_share(answer.assumed_share),
        is_stale={
            name: _is_stale(study.record, answer)
            for name, study in (
                ("sensitivity", stored.sensitivity),
                ("frontier", stored.frontier),
                ("invest", stored.invest),
                ("conditions", stored.conditions),
            )
            if study is not None
        },
        backcast_told=say_backcast(stored.backcast) if stored.backcast else "",
        misses=list_misses(stored.backcast) if stored.backcast else [],
        invest_told=_tell_invest(stored),
        conditions_told=_tell_conditions(stored),
        n_varied=say_plain(answer.draws.inputs_varied, digits=6),
        outlook_case=name_case(answer.outlook[0].case) if answer.outlook else "",
    )


def open_template(name: str) -> Template:
    """
    Return a template of the package.

    Parameters
    ----------
    name
        Its file.
    """
    environment = Environment(
        loader=PackageLoader("serai.outputs", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bound"] = bind_units
    return environment.get_template(name)


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
    text = re.sub(r"(?<=\d)–(?=\d)", "–\N{WORD JOINER}", text)
    return re.sub(
        r"(?<=\d) (?=%|USD|TEU|FEU|million|billion|thousand|days|km|Mt|t\b|h\b)",
        "\N{NO-BREAK SPACE}",
        text,
    )


def _list_titles(answer: AnswerResult) -> list[tuple[str, str]]:
    titles = {case.case: case.title for case in reversed(answer.cases)}
    return [(case, titles[case]) for case in list_cases(answer)]


def _tell_invest(stored: Stored) -> list[str]:
    """Say which projects are best, by their names."""
    if stored.invest is None:
        return []
    return say_best(stored.invest, {row.project: row.name for row in stored.invest.projects})


def _tell_conditions(stored: Stored) -> dict[str, object]:
    """Say of both kinds of states how common they are and how well the boxes do."""
    when = stored.conditions
    if when is None:
        return {}
    both: dict[str, object] = {
        found.kind: {"rate": say_share(found.base_rate), "held": say_held_out(found)}
        for found in (when.carries, when.fails)
    }
    return {"share": say_share(when.share), "n": f"{when.n_draws:,}", **both}


def _is_stale(record: Record, answer: AnswerResult) -> bool:
    """Say whether a table that the model reads is another one than a study had."""
    then, now = record.inputs, answer.record.inputs
    return any(then.get(name) != now.get(name) for name in READ_BY_MODEL)


def _has_less(answer: AnswerResult) -> bool:
    """Say whether some route carries less with Russia closed than today with it open."""
    closed = [case for case in answer.cases if case.russia == "closed"]
    return any(share <= LEAST_LESS for case in closed for share in split_route(case).values())


def _draw_charts(page: AnswerPage) -> dict[str, Chart | None]:
    """Draw every chart that there is something for; None for the others."""
    answer = page.answer
    routes = [route for route in (page.middle, page.northern) if route is not None]
    charts: dict[str, Chart | None] = dict.fromkeys(CHARTS)
    if answer.cases:
        charts["shares"] = _twice(lambda width_in: draw_shares(answer, width_in=width_in))
    if any(case.russia == "closed" for case in answer.cases):
        charts["destinations"] = _twice(
            lambda width_in: draw_destinations(answer, width_in=width_in)
        )
    if routes:
        charts["days"] = _twice(lambda width_in: draw_distance(routes, "days", width_in=width_in))
        charts["usd"] = _twice(lambda width_in: draw_distance(routes, "usd", width_in=width_in))
    if answer.outlook:
        case = answer.outlook[0].case
        rows = [row for row in answer.outlook if row.case == case]
        charts["outlook"] = _twice(lambda width_in: draw_outlook(rows, width_in=width_in))
    if (capital := page.stored.frontier) is not None:
        charts["frontier"] = _twice(lambda width_in: draw_frontier(capital, width_in=width_in))
    if (works := page.stored.invest) is not None:
        charts["invest"] = _twice(lambda width_in: draw_invest(works, width_in=width_in))
    if (when := page.stored.conditions) is not None:
        charts["conditions"] = _twice(lambda width_in: draw_conditions(when, width_in=width_in))
    if (study := page.stored.sensitivity) is not None:
        charts["sensitivity"] = _twice(lambda width_in: draw_sensitivity(study, width_in=width_in))
    if (past := page.stored.backcast) is not None:
        charts["backcast"] = _twice(lambda width_in: draw_backcast(past, width_in=width_in))
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
    answer = page.answer
    tables: dict[str, Table | None] = dict.fromkeys(TABLES)
    if answer.cases:
        tables |= {
            "shares": tabulate_shares(answer),
            "closed": tabulate_bottlenecks(answer, "closed"),
            "open": tabulate_bottlenecks(answer, "open"),
            "effort": tabulate_effort(answer),
            "costs": tabulate_costs(answer),
            "programme": tabulate_programme(answer, page.projects, page.measures),
        }
    if answer.divertible_by_class:
        tables["classes"] = tabulate_classes(answer, page.classes)
    if answer.outlook:
        tables["outlook"] = tabulate_outlook(answer.outlook)
    if answer.other_years:
        tables["years"] = tabulate_years(answer)
    stored = page.stored
    if stored.frontier is not None:
        names = {key: project.name for key, project in page.projects.items()}
        tables["frontier"] = tabulate_frontier(stored.frontier, names)
    if stored.invest is not None:
        names = {row.project: row.name for row in stored.invest.projects}
        tables["invest"] = tabulate_order(stored.invest, names)
        tables["payback"] = tabulate_payback(stored.invest)
        tables["supply"] = tabulate_supply(stored.invest, names)
    if stored.conditions is not None:
        tables["conditions"] = tabulate_conditions(stored.conditions)
    if stored.backcast is not None:
        tables["backcast"] = tabulate_backcast(stored.backcast)
    if stored.sensitivity is not None:
        tables["sensitivity"] = tabulate_sensitivity(stored.sensitivity)
    return tables


def _list_facts(answer: AnswerResult) -> list[tuple[str, str]]:
    """Say how the answer came about, line by line."""
    certificate, record, draws = answer.certificate, answer.record, answer.draws
    divertible = answer.divertible
    flow = f"{say_amount(divertible.teu)} TEU and {say_amount(divertible.t)} t a year"
    drawn = (
        f"{draws.n}, over {say_plain(draws.inputs_varied, digits=6)} ranged values in "
        f"{say_plain(draws.dimensions, digits=6)} independent dimensions; seed {record.seed}"
        if draws.n
        else f"none; seed {record.seed}"
    )
    omitted = certificate.omitted
    return [
        ("Version", f"Serai {record.version}, data {record.data_version}"),
        ("Base year; built by", f"{answer.base_year}; {answer.built_by}"),
        ("Divertible flow", flow),
        ("Draws", drawn),
        ("Routes in the choice sets", say_plain(record.n_routes, digits=7)),
        ("Relative gap, worst run", f"{certificate.relative_gap:.1e}"),
        ("Complementarity", f"{certificate.complementarity:.1e}"),
        ("Conservation", f"{certificate.conservation:.1e}"),
        ("Overload", f"{certificate.overload:.1e}"),
        ("Relative gap, worst class", f"{certificate.worst_class_gap:.1e}"),
        ("Waits, furthest from those of the flows", f"{certificate.wait_residual:.1e} h"),
        *(
            [(f"Missing routes, {omitted.n_cells} cells searched", say_omitted(omitted))]
            if omitted is not None
            else []
        ),
        ("Certificate", "holds" if certificate.holds() else "DOES NOT HOLD: do not quote"),
        ("Time taken", f"{say_plain(record.seconds)} s"),
        (
            "Inputs, SHA-256",
            ", ".join(f"{name} {digest[:10]}" for name, digest in sorted(record.inputs.items()))
            or "none recorded",
        ),
    ]


def _list_footnotes(footnotes: Sequence[Footnote]) -> tuple[list[_Line], list[_Source]]:
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
            grade=", ".join(dict.fromkeys(note.grade for note in notes)),
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
