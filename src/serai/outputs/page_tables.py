"""Tables of the answer's page: what stands in which row, already said in words and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from serai.domain.results import AnswerResult, Bottleneck, CaseResult, OutlookRow
from serai.outputs.numbers import (
    NOTHING,
    say_amount,
    say_band,
    say_days,
    say_plain,
    say_share,
    say_usd,
)
from serai.outputs.words import list_cases, name_case, pick_case

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
STATES: Final[Mapping[str, str]] = {"closed": "Russia closed", "open": "Russia open"}


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


def tabulate_shares(answer: AnswerResult) -> Table:
    """
    Return the shares in boxes and in tonnes, with their bands, and the flows behind them.

    Parameters
    ----------
    answer
        The answer.

    Returns
    -------
    table
        One row per case, for each state of Russia.
    """
    drawn = bool(answer.draws.n)
    groups = [
        Group(
            title=f"{title}: {'forced' if state == 'closed' else 'voluntary'} share",
            rows=tuple(
                _list_shares(case, has_bands=drawn) for case in answer.cases if case.russia == state
            ),
        )
        for state, title in STATES.items()
    ]
    band = ("P10–P90",) if drawn else ()
    share = f"Share: median of {answer.draws.n} draws" if drawn else "Share: central run, no draws"
    return Table(
        caption="Shares and flows of the Middle Corridor, boxes and all goods",
        heads=("Case", "share", *band, "TEU a year", "share", *band, "t a year"),
        spans=(("", 1), ("Boxes", 2 + len(band)), ("All goods", 2 + len(band))),
        groups=tuple(group for group in groups if group.rows),
        note=f"{share}. Flows: central run, of the origins, destinations and classes that make up "
        "the divertible flow.",
    )


def _list_shares(case: CaseResult, *, has_bands: bool) -> tuple[str, ...]:
    cells = [name_case(case.case, case.title)]
    for band, amount in ((case.share, case.teu), (case.share_t, case.t)):
        cells.append(say_share(band.value))
        if has_bands:
            differs = band.low != band.high
            cells.append(say_band(band.low, band.high) if differs else NOTHING)
        cells.append(say_amount(amount))
    return tuple(cells)


def tabulate_bottlenecks(answer: AnswerResult, state: str) -> Table:
    """
    Return what binds on the Middle Corridor, case by case, dearest first.

    Parameters
    ----------
    answer
        The answer.
    state
        State of Russian and Belarusian territory: open or closed.

    Returns
    -------
    table
        One group per case.
    """
    cases = [case for case in answer.cases if case.russia == state]
    has_waits = any(limit.wait_h is not None for case in cases for limit in case.binding)
    groups = []
    for case in cases:
        rows = [_list_limit(limit, has_waits=has_waits) for limit in case.binding]
        hidden = len(rows) - MAX_BOTTLENECKS
        rows = rows[:MAX_BOTTLENECKS]
        if hidden > 0:
            rows.append((f"and {hidden} more, cheaper",))
        groups.append(
            Group(
                title=name_case(case.case, case.title),
                rows=tuple(rows) or (("Nothing binds on the Middle Corridor.",),),
            )
        )
    waits = ("wait, h",) if has_waits else ()
    return Table(
        caption=f"What binds on the Middle Corridor, {STATES[state]}, dearest first",
        heads=("Limit", "USD per TEU", "USD per t", "a year", "load", *waits),
        spans=(("", 1), ("Scarcity price", 2), ("Capacity", 2 + len(waits))),
        groups=tuple(groups),
        note="The scarcity price is what one more box, or one more tonne outside boxes, would pay "
        "for room" + ("; the wait is the queue before it." if has_waits else "."),
    )


def _list_limit(limit: Bottleneck, *, has_waits: bool) -> tuple[str, ...]:
    waits = (say_plain(limit.wait_h),) if has_waits else ()
    return (
        limit.name,
        say_usd(limit.price_usd_teu or None),
        say_usd(limit.price_usd_t or None),
        f"{say_amount(limit.capacity)} {limit.limit}",
        say_share(limit.load),
        *waits,
    )


def tabulate_effort(answer: AnswerResult) -> Table:
    """
    Return the capital that each case takes, in all and per extra box and tonne.

    Parameters
    ----------
    answer
        The answer.

    Returns
    -------
    table
        One row per case.
    """
    rows = tuple(_list_effort(answer, name) for name in list_cases(answer))
    return Table(
        caption="What the cases take",
        heads=(
            "Case",
            "projects",
            "measures",
            "all corridors",
            "range",
            "Middle",
            *("closed", "open"),
            *("closed", "open"),
        ),
        spans=(
            ("", 1),
            ("Beyond today", 2),
            ("Capital, million USD", 3),
            ("USD per extra TEU a year", 2),
            ("USD per extra t a year", 2),
        ),
        groups=(Group(title="", rows=rows),),
        note="Per extra TEU and t: capital of the Middle Corridor's projects over what the "
        "corridor carries more each year than today, with Russia closed and with Russia open. "
        "Not discounted; running costs are in the prices of transport.",
    )


def _list_effort(answer: AnswerResult, name: str) -> tuple[str, ...]:
    states = [pick_case(answer, name, state) for state in STATES]
    case = next(case for case in states if case is not None)
    band = case.capex_band
    built = case.capex_musd or name == "today"
    return (
        name_case(name, case.title),
        str(len(case.projects)),
        str(len(case.measures)),
        say_usd(case.capex_musd) if built else NOTHING,
        f"{say_usd(band.low)}–{say_usd(band.high)}" if band.low != band.high else NOTHING,
        say_usd(case.capex_middle_musd) if built else NOTHING,
        *(say_usd(each.usd_per_teu if each else None) for each in states),
        *(say_usd(each.usd_per_t if each else None) for each in states),
    )


def tabulate_costs(answer: AnswerResult) -> Table:
    """
    Return days and prices door to door by the Middle Corridor, the Northern route and the sea.

    Parameters
    ----------
    answer
        The answer.

    Returns
    -------
    table
        One row per case, for each state of Russia.
    """
    groups = [
        Group(
            title=title,
            rows=tuple(
                (
                    name_case(case.case, case.title),
                    say_days(case.days),
                    say_usd(case.usd_feu),
                    say_days(case.north_days),
                    say_usd(case.north_usd_feu),
                    say_days(case.sea_days),
                    say_usd(case.sea_usd_feu),
                )
                for case in answer.cases
                if case.russia == state
            ),
        )
        for state, title in STATES.items()
    ]
    return Table(
        caption="Door to door, boxes between China and Europe",
        heads=("Case", "days", "USD/FEU", "days", "USD/FEU", "days", "USD/FEU"),
        spans=(("", 1), ("Middle Corridor", 2), ("Northern", 2), ("Sea", 2)),
        groups=tuple(group for group in groups if group.rows),
        note="Days hold the usual dwell and the queues of the case, prices the scarcity prices of "
        "the limits that bind.",
    )


def tabulate_programme(
    answer: AnswerResult,
    projects: Mapping[str, ProjectNote],
    measures: Mapping[str, MeasureNote],
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
            rows = tuple(
                _list_project(key, projects.get(key))
                if kind == "projects"
                else _list_measure(key, measures.get(key))
                for key in new
            )
            if rows:
                groups.append(Group(title=f"{name_case(case.case, case.title)}: {kind}", rows=rows))
    if not groups:
        return None
    return Table(
        caption="Projects and measures of the programme",
        heads=("Project or measure", "where", "status", "opens", "million USD", "range"),
        n_text=3,
        groups=tuple(groups),
        note="* serves the Middle Corridor. Soft measures: million USD a year.",
    )


def _list_once(answer: AnswerResult) -> list[CaseResult]:
    found = [
        pick_case(answer, name, "closed") or pick_case(answer, name, "open")
        for name in list_cases(answer)
    ]
    return [case for case in found if case is not None and case.case != "unlimited"]


def _list_project(key: str, project: ProjectNote | None) -> tuple[str, ...]:
    if project is None:
        return (key, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    ranged = project.capex_low_musd != project.capex_high_musd
    return (
        f"{project.name}{' *' if project.serves_middle else ''}",
        project.country.replace(";", ", "),
        project.status,
        NOTHING if project.open_year is None else str(project.open_year),
        say_usd(project.capex_musd),
        f"{say_usd(project.capex_low_musd)}–{say_usd(project.capex_high_musd)}"
        if ranged
        else NOTHING,
    )


def _list_measure(key: str, measure: MeasureNote | None) -> tuple[str, ...]:
    if measure is None:
        return (key, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    cost = say_usd(measure.cost_musd_yr)
    return (measure.name, NOTHING, measure.status, NOTHING, cost, NOTHING)


def tabulate_classes(answer: AnswerResult, classes: Mapping[str, ClassNote]) -> Table:
    """
    Return the shares of each commodity class, in the class's own unit.

    Parameters
    ----------
    answer
        The answer.
    classes
        Names and units by id; one that is missing is shown by its id.

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
    spans = [(STATES[state], sum(case.russia == state for case in cases)) for state in STATES]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for key, amount in sorted(answer.divertible_by_class.items(), key=lambda item: -item[1]):
        note = classes.get(key, ClassNote(name=key, unit=""))
        cells = [say_share(case.by_class.get(key)) for case in cases]
        row = (note.name.split(" (")[0], say_amount(amount), *cells)
        rows.setdefault(note.unit, []).append(row)
    titles = {"TEU": "Boxes, TEU a year", "t": "Outside boxes, t a year", "": "Other"}
    return Table(
        caption="Share of the Middle Corridor by class of goods, central run",
        heads=("Class", "a year", *(name_case(case.case, case.title) for case in cases)),
        spans=(("", 1), ("Divertible", 1), *(span for span in spans if span[1])),
        groups=tuple(
            Group(title=title, rows=tuple(rows[unit]))
            for unit, title in titles.items()
            if unit in rows
        ),
    )


def tabulate_outlook(rows: Sequence[OutlookRow]) -> Table:
    """
    Return the shares at the demand of later years.

    Parameters
    ----------
    rows
        Outlook.

    Returns
    -------
    table
        One group per case and year.
    """
    keys = dict.fromkeys((row.case, row.year) for row in rows)
    groups = [
        Group(
            title=f"{name_case(case)}, {year}",
            rows=tuple(
                (
                    row.demand,
                    say_amount(row.divertible.teu),
                    say_amount(row.divertible.t),
                    say_share(row.forced_share),
                    say_share(row.voluntary_share),
                )
                for row in rows
                if (row.case, row.year) == (case, year)
            ),
        )
        for case, year in keys
    ]
    return Table(
        caption="Shares at the demand of later years, central run",
        heads=("Demand", "TEU a year", "t a year", "forced", "voluntary"),
        spans=(("", 1), ("Divertible flow", 2), ("Share of boxes", 2)),
        groups=tuple(groups),
    )


def tabulate_years(answer: AnswerResult) -> Table:
    """
    Return the box shares of other base years beside this one's, central run.

    Parameters
    ----------
    answer
        The answer.

    Returns
    -------
    table
        One row per case and state of Russia, after the divertible flow.
    """
    years = [str(answer.base_year), *(str(other.year) for other in answer.other_years)]
    flows = [answer.divertible, *(other.divertible for other in answer.other_years)]
    groups = [
        Group(
            title="Divertible flow",
            rows=(
                ("Boxes, TEU a year", *(say_amount(flow.teu) for flow in flows)),
                ("All goods, t a year", *(say_amount(flow.t) for flow in flows)),
            ),
        )
    ]
    for state, title in STATES.items():
        rows = tuple(
            (
                name_case(case.case, case.title),
                say_share(case.share.central),
                *(
                    say_share(other.cases.get(f"{case.case}/{state}"))
                    for other in answer.other_years
                ),
            )
            for case in answer.cases
            if case.russia == state
        )
        if rows:
            share = "forced" if state == "closed" else "voluntary"
            groups.append(Group(title=f"{title}: {share} share of boxes", rows=rows))
    return Table(
        caption="The same questions in another base year, central run",
        heads=("", *years),
        groups=tuple(groups),
    )
