"""Tables of the answer's page: what stands in which row, already said in words and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from serai.domain.results import AnswerResult, Bottleneck, CaseResult, OutlookRow
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import (
    NOTHING,
    say_amount,
    say_band,
    say_days,
    say_plain,
    say_share,
    say_unit,
    say_usd,
)
from serai.outputs.words import (
    BINDS,
    SHARES,
    SHARES_OF_BOXES,
    STATES,
    UNIT_TITLES,
    list_cases,
    name_case,
    pick_case,
)  # fmt: skip

__all__ = [
    "ClassNote",
    "Group",
    "MeasureNote",
    "ProjectNote",
    "Table",
    "tabulate_bottlenecks",
    "tabulate_classes",
    "tabulate_costs",
    "tabulate_effort",
    "tabulate_outlook",
    "tabulate_programme",
    "tabulate_shares",
    "tabulate_years",
]

MAX_BOTTLENECKS: Final = 8
"""Limits shown per case; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNote:
    """How a commodity class is called."""

    name: str
    unit: str
    """TEU or t."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNote:
    """A project as the page names it."""

    name: str
    country: str
    status: str
    open_year: int | None
    capex_musd: float
    """[million USD]."""
    capex_low_musd: float
    """[million USD]."""
    capex_high_musd: float
    """[million USD]."""
    serves_middle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureNote:
    """A soft measure as the page names it."""

    name: str
    status: str
    cost_musd_yr: float
    """[million USD/yr]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under one heading; a row's first cell names it."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table in words and figures."""

    caption: str
    heads: tuple[str, ...]
    groups: tuple[Group, ...]
    spans: tuple[tuple[str, int], ...] = ()
    """Headings above the headings, each with the number of columns below it."""
    n_text: int = 1
    """How many columns from the left are words; the others are figures."""
    note: str = ""


def tabulate_shares(answer: AnswerResult, lang: Language = ENGLISH) -> Table:
    """
    Return the shares in boxes and in tonnes, with their bands, and the flows behind them.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per case, for each state of Russia.
    """
    drawn = bool(answer.draws.n)
    groups = [
        Group(
            title=lang.say(title),
            rows=tuple(
                _list_shares(case, has_bands=drawn, lang=lang)
                for case in answer.cases
                if case.russia == state
            ),
        )
        for state, title in SHARES.items()
    ]
    band = ("P10–P90",) if drawn else ()
    share = lang.say("share")
    return Table(
        caption=lang.say("Shares and flows of the Middle Corridor, boxes and all goods"),
        heads=(
            *(lang.say("Case"), share, *band, lang.say("TEU a year")),
            *(share, *band, lang.say("t a year")),
        ),
        spans=(
            ("", 1),
            (lang.say("Boxes"), 2 + len(band)),
            (lang.say("All goods"), 2 + len(band)),
        ),
        groups=tuple(group for group in groups if group.rows),
        note=_say_flows(answer.draws.n, lang),
    )


def _say_flows(n_draws: int, lang: Language) -> str:
    """Say what shares and flows are of."""
    if not n_draws:
        return lang.say(
            "Share: central run, no draws. Flows: central run, of the origins, destinations and "
            "classes that make up the divertible flow."
        )
    return lang.say_count(
        "Share: median of {n} draw. Flows: central run, of the origins, destinations and "
        "classes that make up the divertible flow.",
        "Share: median of {n} draws. Flows: central run, of the origins, destinations and "
        "classes that make up the divertible flow.",
        n_draws,
    )


def _list_shares(case: CaseResult, *, has_bands: bool, lang: Language) -> tuple[str, ...]:
    cells = [name_case(case.case, case.title, lang)]
    for band, amount in ((case.share, case.teu), (case.share_t, case.t)):
        cells.append(say_share(band.value, lang))
        if has_bands:
            differs = band.low != band.high
            cells.append(say_band(band.low, band.high, lang) if differs else NOTHING)
        cells.append(say_amount(amount, lang=lang))
    return tuple(cells)


def tabulate_bottlenecks(answer: AnswerResult, state: str, lang: Language = ENGLISH) -> Table:
    """
    Return what binds on the Middle Corridor, case by case, dearest first.

    Parameters
    ----------
    answer
        The answer.
    state
        State of Russian and Belarusian territory: open or closed.
    lang
        Language of the words.

    Returns
    -------
    table
        One group per case.
    """
    cases = [case for case in answer.cases if case.russia == state]
    has_waits = any(limit.wait_h is not None for case in cases for limit in case.binding)
    groups = []
    for case in cases:
        rows = [_list_limit(limit, has_waits=has_waits, lang=lang) for limit in case.binding]
        hidden = len(rows) - MAX_BOTTLENECKS
        rows = rows[:MAX_BOTTLENECKS]
        if hidden > 0:
            rows.append((lang.say_count("and {n} more, cheaper", "and {n} more, cheaper", hidden),))
        groups.append(
            Group(
                title=name_case(case.case, case.title, lang),
                rows=tuple(rows) or ((lang.say("Nothing binds on the Middle Corridor."),),),
            )
        )
    waits = (lang.say("wait, h"),) if has_waits else ()
    return Table(
        caption=lang.say(BINDS[state]),
        heads=(
            *(lang.say("Limit"), lang.say("USD per TEU"), lang.say("USD per t")),
            *(lang.say("a year"), lang.say("load"), *waits),
        ),
        spans=(("", 1), (lang.say("Scarcity price"), 2), (lang.say("Capacity"), 2 + len(waits))),
        groups=tuple(groups),
        note=lang.say(
            "The scarcity price is what one more box, or one more tonne outside boxes, would pay "
            "for room; the wait is the queue before it."
        )
        if has_waits
        else lang.say(
            "The scarcity price is what one more box, or one more tonne outside boxes, would pay "
            "for room."
        ),
    )


def _list_limit(limit: Bottleneck, *, has_waits: bool, lang: Language) -> tuple[str, ...]:
    waits = (say_plain(limit.wait_h, lang=lang),) if has_waits else ()
    return (
        limit.name,
        say_usd(limit.price_usd_teu or None, lang),
        say_usd(limit.price_usd_t or None, lang),
        f"{say_amount(limit.capacity, lang=lang)} {say_unit(limit.limit, lang)}",
        say_share(limit.load, lang),
        *waits,
    )


def tabulate_effort(answer: AnswerResult, lang: Language = ENGLISH) -> Table:
    """
    Return the capital that each case takes, in all and per extra box and tonne.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per case.
    """
    rows = tuple(_list_effort(answer, name, lang) for name in list_cases(answer))
    return Table(
        caption=lang.say("What the cases take"),
        heads=(
            *(lang.say("Case"), lang.say("projects"), lang.say("measures")),
            *(lang.say("all corridors"), lang.say("range"), lang.say("Middle")),
            *(lang.say("closed"), lang.say("open")),
            *(lang.say("closed"), lang.say("open")),
        ),
        spans=(
            ("", 1),
            (lang.say("Beyond today"), 2),
            (lang.say("Capital, million USD"), 3),
            (lang.say("USD per extra TEU a year"), 2),
            (lang.say("USD per extra t a year"), 2),
        ),
        groups=(Group(title="", rows=rows),),
        note=lang.say(
            "Per extra TEU and t: capital of the Middle Corridor's projects over what the "
            "corridor carries more each year than today, with Russia closed and with Russia open. "
            "Not discounted; running costs are in the prices of transport."
        ),
    )


def _list_effort(answer: AnswerResult, name: str, lang: Language) -> tuple[str, ...]:
    states = [pick_case(answer, name, state) for state in STATES]
    case = next(case for case in states if case is not None)
    band = case.capex_band
    built = case.capex_musd or name == "today"
    return (
        name_case(name, case.title, lang),
        str(len(case.projects)),
        str(len(case.measures)),
        say_usd(case.capex_musd, lang) if built else NOTHING,
        f"{say_usd(band.low, lang)}–{say_usd(band.high, lang)}"
        if band.low != band.high
        else NOTHING,
        say_usd(case.capex_middle_musd, lang) if built else NOTHING,
        *(say_usd(each.usd_per_teu if each else None, lang) for each in states),
        *(say_usd(each.usd_per_t if each else None, lang) for each in states),
    )


def tabulate_costs(answer: AnswerResult, lang: Language = ENGLISH) -> Table:
    """
    Return days and prices door to door by the Middle Corridor, the Northern route and the sea.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per case, for each state of Russia.
    """
    groups = [
        Group(
            title=lang.say(title),
            rows=tuple(
                (
                    name_case(case.case, case.title, lang),
                    say_days(case.days, lang),
                    say_usd(case.usd_feu, lang),
                    say_days(case.north_days, lang),
                    say_usd(case.north_usd_feu, lang),
                    say_days(case.sea_days, lang),
                    say_usd(case.sea_usd_feu, lang),
                )
                for case in answer.cases
                if case.russia == state
            ),
        )
        for state, title in STATES.items()
    ]
    return Table(
        caption=lang.say("Door to door, boxes between China and Europe"),
        heads=(lang.say("Case"), *3 * (say_unit("days", lang), say_unit("USD/FEU", lang))),
        spans=(
            ("", 1),
            (lang.say("Middle Corridor"), 2),
            (lang.say("Northern"), 2),
            (lang.say("Sea"), 2),
        ),
        groups=tuple(group for group in groups if group.rows),
        note=lang.say(
            "Days hold the usual dwell and the queues of the case, prices the scarcity prices of "
            "the limits that bind."
        ),
    )


def tabulate_programme(
    answer: AnswerResult,
    projects: Mapping[str, ProjectNote],
    measures: Mapping[str, MeasureNote],
    lang: Language = ENGLISH,
) -> Table | None:
    """
    Return the projects and measures by the first case that has them.

    Parameters
    ----------
    answer
        The answer.
    projects
        Projects by id; one that is missing is shown by its id.
    measures
        Measures by id; one that is missing is shown by its id.
    lang
        Language of the words.

    Returns
    -------
    table
        None if no case has any.
    """
    seen: set[str] = set()
    groups = []
    for case in _list_once(answer):
        for kind, ids in (("projects", case.projects), ("soft measures", case.measures)):
            new = [key for key in dict.fromkeys(ids) if key not in seen]
            seen.update(new)
            is_built = kind == "projects"
            rows = tuple(
                _list_project(key, projects.get(key), lang)
                if is_built
                else _list_measure(key, measures.get(key), lang)
                for key in new
            )
            if rows:
                title = mark("{case}: projects") if is_built else mark("{case}: soft measures")
                name = name_case(case.case, case.title, lang)
                groups.append(Group(title=lang.say(title, case=name), rows=rows))
    if not groups:
        return None
    return Table(
        caption=lang.say("Projects and measures of the programme"),
        heads=(
            *(lang.say("Project or measure"), lang.say("where"), lang.say("status")),
            *(lang.say("opens"), lang.say("million USD"), lang.say("range")),
        ),
        n_text=3,
        groups=tuple(groups),
        note=lang.say("* serves the Middle Corridor. Soft measures: million USD a year."),
    )


def _list_once(answer: AnswerResult) -> list[CaseResult]:
    found = [
        pick_case(answer, name, "closed") or pick_case(answer, name, "open")
        for name in list_cases(answer)
    ]
    return [case for case in found if case is not None and case.case != "unlimited"]


def _list_project(key: str, project: ProjectNote | None, lang: Language) -> tuple[str, ...]:
    if project is None:
        return (key, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    ranged = project.capex_low_musd != project.capex_high_musd
    return (
        f"{project.name}{' *' if project.serves_middle else ''}",
        project.country.replace(";", ", "),
        lang.say(project.status),
        NOTHING if project.open_year is None else str(project.open_year),
        say_usd(project.capex_musd, lang),
        f"{say_usd(project.capex_low_musd, lang)}–{say_usd(project.capex_high_musd, lang)}"
        if ranged
        else NOTHING,
    )


def _list_measure(key: str, measure: MeasureNote | None, lang: Language) -> tuple[str, ...]:
    if measure is None:
        return (key, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    cost = say_usd(measure.cost_musd_yr, lang)
    return (measure.name, NOTHING, lang.say(measure.status), NOTHING, cost, NOTHING)


def tabulate_classes(
    answer: AnswerResult, classes: Mapping[str, ClassNote], lang: Language = ENGLISH
) -> Table:
    """
    Return the shares of each commodity class, in the class's own unit.

    Parameters
    ----------
    answer
        The answer.
    classes
        Names and units by id; one that is missing is shown by its id.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per class, largest divertible flow first; boxes before tonnes.
    """
    cases = [
        case
        for state in STATES
        for case in answer.cases
        if case.russia == state and (case.case, state) != ("today", "open")
    ]
    spans = [
        (lang.say(title), sum(case.russia == state for case in cases))
        for state, title in STATES.items()
    ]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for key, amount in sorted(answer.divertible_by_class.items(), key=lambda item: -item[1]):
        note = classes.get(key, ClassNote(name=key, unit=""))
        cells = [say_share(case.by_class.get(key), lang) for case in cases]
        row = (note.name.split(" (")[0], say_amount(amount, lang=lang), *cells)
        rows.setdefault(note.unit, []).append(row)
    return Table(
        caption=lang.say("Share of the Middle Corridor by class of goods, central run"),
        heads=(
            lang.say("Class"),
            lang.say("a year"),
            *(name_case(case.case, case.title, lang) for case in cases),
        ),
        spans=(("", 1), (lang.say("Divertible"), 1), *(span for span in spans if span[1])),
        groups=tuple(
            Group(title=lang.say(title), rows=tuple(rows[unit]))
            for unit, title in UNIT_TITLES.items()
            if unit in rows
        ),
    )


def tabulate_outlook(rows: Sequence[OutlookRow], lang: Language = ENGLISH) -> Table:
    """
    Return the shares at the demand of later years.

    Parameters
    ----------
    rows
        Outlook.
    lang
        Language of the words.

    Returns
    -------
    table
        One group per case and year.
    """
    keys = dict.fromkeys((row.case, row.year) for row in rows)
    groups = [
        Group(
            title=f"{name_case(case, lang=lang)}, {year}",
            rows=tuple(
                (
                    lang.say(row.demand),
                    say_amount(row.divertible.teu, lang=lang),
                    say_amount(row.divertible.t, lang=lang),
                    say_share(row.forced_share, lang),
                    say_share(row.voluntary_share, lang),
                )
                for row in rows
                if (row.case, row.year) == (case, year)
            ),
        )
        for case, year in keys
    ]
    return Table(
        caption=lang.say("Shares at the demand of later years, central run"),
        heads=(
            *(lang.say("Demand"), lang.say("TEU a year"), lang.say("t a year")),
            *(lang.say("forced"), lang.say("voluntary")),
        ),
        spans=(("", 1), (lang.say("Divertible flow"), 2), (lang.say("Share of boxes"), 2)),
        groups=tuple(groups),
    )


def tabulate_years(answer: AnswerResult, lang: Language = ENGLISH) -> Table:
    """
    Return the box shares of other base years beside this one's, central run.

    Parameters
    ----------
    answer
        The answer.
    lang
        Language of the words.

    Returns
    -------
    table
        One row per case and state of Russia, after the divertible flow.
    """
    years = [str(answer.base_year), *(str(other.year) for other in answer.other_years)]
    flows = [answer.divertible, *(other.divertible for other in answer.other_years)]
    groups = [
        Group(
            title=lang.say("Divertible flow"),
            rows=(
                (
                    lang.say("Boxes, TEU a year"),
                    *(say_amount(flow.teu, lang=lang) for flow in flows),
                ),
                (
                    lang.say("All goods, t a year"),
                    *(say_amount(flow.t, lang=lang) for flow in flows),
                ),
            ),
        )
    ]
    for state, title in SHARES_OF_BOXES.items():
        rows = tuple(
            (
                name_case(case.case, case.title, lang),
                say_share(case.share.central, lang),
                *(
                    say_share(other.cases.get(f"{case.case}/{state}"), lang)
                    for other in answer.other_years
                ),
            )
            for case in answer.cases
            if case.russia == state
        )
        if rows:
            groups.append(Group(title=lang.say(title), rows=rows))
    return Table(
        caption=lang.say("The same questions in another base year, central run"),
        heads=("", *years),
        groups=tuple(groups),
    )
