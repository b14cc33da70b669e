"""The commands: each parses, calls, prints and leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

import serai
from serai.cli.rim import Rim, emit, require_certificate, say, track
from serai.data.answers import read_answer
from serai.data.evidence import Search
from serai.data.journal import Journal
from serai.data.learning import read_learning
from serai.data.load import PACK
from serai.data.programme import read_programme
from serai.data.scenarios import adjust, read_scenario, with_year
from serai.data.vectors import read_events, read_ties
from serai.domain.backcast import BackcastResult
from serai.domain.brief import BriefResult
from serai.domain.comparison import CompareResult
from serai.domain.frontier import FrontierResult
from serai.domain.listings import CheckResult, EvidenceResult, ScenariosResult
from serai.domain.programme import SolveResult
from serai.domain.results import AnswerResult, QuoteResult, Result, RunResult
from serai.domain.roads import AssignResult
from serai.domain.sensitivity import SensitivityResult
from serai.domain.uses import SelectResult, SkimResult, SkimRow
from serai.domain.vectors import EventsResult, VectorsResult
from serai.errors import DataError, NotConvergedError, ScenarioError, state_fault
from serai.model.programme import name_worst, solve_programme
from serai.model.wardrop import Law
from serai.outputs.backcast import draw_backcast, print_backcast
from serai.outputs.brief import print_brief, write_brief
from serai.outputs.drawing import WIDE_IN
from serai.outputs.frontier import draw_frontier, print_frontier
from serai.outputs.listing import (
    print_assign,
    print_audit,
    print_check,
    print_evidence,
    print_scenarios,
    print_solution,
)
from serai.outputs.page import write_answer_page
from serai.outputs.sensitivity import draw_sensitivity, print_sensitivity
from serai.outputs.terminal import print_answer, print_compare, print_quote, print_run
from serai.outputs.uses import print_selection, print_skims
from serai.outputs.vectors import draw_ropes, print_events, print_vectors
from serai.outputs.whole import require_writable, write_csv, write_whole
from serai.run import run_scenario
from serai.studies.answer import answer_question
from serai.studies.audit import audit_evidence
from serai.studies.backcast import FORECAST_YEAR, YEARS, backcast
from serai.studies.brief import brief
from serai.studies.comparison import N_STEPS, run_pair
from serai.studies.events import find_event, list_events
from serai.studies.frontier import find_candidates, frontier
from serai.studies.lookup import ask_evidence, check_folder, read_checked_world, scenarios
from serai.studies.omitted import find_omitted
from serai.studies.quote import Inquiry, quote
from serai.studies.report import assemble_page
from serai.studies.roads import assign_network
from serai.studies.runs import compare_runs, summarize
from serai.studies.sensitivity import Plan, sensitivity
from serai.studies.tightrope import Question, check_country, scenario_after, tightrope, tightropes
from serai.studies.uses import check_selection, select_users, skim

__all__ = ["RESULTS", "app"]

RESULTS: Final[dict[str, type[Result]]] = {
    "answer": AnswerResult,
    "run": RunResult,
    "compare": CompareResult,
    "routes": QuoteResult,
    "scenarios": ScenariosResult,
    "evidence": EvidenceResult,
    "check": CheckResult,
    "assign": AssignResult,
    "solve": SolveResult,
    "select": SelectResult,
    "skim": SkimResult,
    "backcast": BackcastResult,
    "sensitivity": SensitivityResult,
    "frontier": FrontierResult,
    "vectors": VectorsResult,
    "events": EventsResult,
    "brief": BriefResult,
}
"""What each command answers with `--json`."""

EPILOG = (
    "Data go to standard output, talk to standard error. Exit codes: 0 done, 2 what was typed or "
    "a scenario is wrong, 3 a table is wrong, 4 nothing connects the places, 5 the equilibrium "
    "was not reached, 6 a bare problem has no solution, 130 interrupted."
)

app = typer.Typer(
    name="serai",
    cls=Rim,
    help="How far one Eurasian trade corridor can stand in for another, and what it takes.",
    epilog=EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document (see `schema`).")]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Own tables in place of the package's."),
]
Year = Annotated[
    int | None, typer.Option("--year", help="Year of demand and prices, in place of its own.")
]
Named = Annotated[
    str, typer.Argument(help="Name of a scenario (see `scenarios`), or path of a TOML file.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"serai {serai.__version__}, data {serai.DATA_VERSION}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Versions of code and data."
        ),
    ] = False,
) -> None:
    pass


@app.command("answer")
def _answer(
    draws: Annotated[int, typer.Option(min=0, help="Draws of all ranged inputs, for bands.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the draws.")] = 2,
    page: Annotated[Path, typer.Option(help="File for the page.")] = Path("serai-answer.html"),
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Say how far the Middle Corridor can replace Russia.

    Four cases, today to no capacity limit, each with Russia open and closed: shares with bands,
    what binds, what it takes. Prints tables and writes a page that needs nothing else.
    """
    require_writable(page, "--page")
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        found = answer_question(world, draws=draws, seed=seed, workers=workers, progress=tell)
    emit(found.result, print_answer, is_json=as_json)
    with track("Drawing the page"):
        write_answer_page(page, assemble_page(world, found, folder=data or PACK))
    say(f"The page is at {page.resolve()}")
    require_certificate(found.result.certificate)


@app.command("run")
def _run(
    scenario: Named = "base",
    year: Year = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=NUMBER",
            help="Set a value: links.ID.cost_usd_teu, links.ID.dwell_h, resources.ID."
            "capacity_teu_yr, year_inputs.ID, params.NAME; may be given again.",
        ),
    ] = None,
    exact: Annotated[
        int,
        typer.Option(
            min=0, metavar="CELLS", help="Search so many random cells for routes that are missing."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the cells for --exact.")] = 0,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Run one scenario.

    Flows by corridor, class and territory, what binds at which price, and the certificate.
    """
    read = with_year(read_scenario(scenario), year)
    with track(f"Running {read.name}"):
        adjusted = adjust(read_checked_world(data), read, settings or [])
        run = run_scenario(adjusted.world, adjusted.scenario)
        result = summarize(run)
    if exact:
        with track("Searching for missing routes") as tell:
            omitted = find_omitted(run, n_cells=exact, seed=seed, tell=tell)
        certificate = result.certificate.model_copy(update={"omitted": omitted})
        result = result.model_copy(update={"certificate": certificate})
    if adjusted.params:
        told = {**result.record.scenario, "params": dict(adjusted.params)}
        record = result.record.model_copy(update={"scenario": told})
        result = result.model_copy(update={"record": record})
    emit(result, print_run, is_json=as_json)
    require_certificate(result.certificate)


@app.command("backcast")
def _backcast(
    year: Annotated[
        int | None,
        typer.Option("--year", help=f"One of {YEARS[0]} to {YEARS[-1]}, or {FORECAST_YEAR}; all."),
    ] = None,
    draws: Annotated[int, typer.Option(min=0, help="Draws of all ranged inputs, for bands.")] = 32,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the draws.")] = 2,
    chart: Annotated[Path | None, typer.Option(help="File for a chart (SVG).")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Hold past years against what was published.

    Each year from its own inputs: totals, days and prices with bands, what is published, and
    whether parameters were fitted to it. 2024 and 2025 are blind; 2030 is beside others' forecasts.
    """
    known = (*YEARS, FORECAST_YEAR)
    if year is not None and year not in known:
        raise ScenarioError(
            state_fault(
                "--year",
                str(year),
                f"one of {', '.join(map(str, known))}",
                "leave it out for all of them",
            )
        )
    require_writable(chart, "--chart")
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = backcast(
            world, years=known if year is None else (year,), draws=draws, seed=seed,
            workers=workers, tell=tell,
        )  # fmt: skip
    emit(result, print_backcast, is_json=as_json)
    if chart is not None:
        write_whole(chart, draw_backcast(result, width_in=WIDE_IN).encode())
        say(f"The chart is at {chart.resolve()}")
    require_certificate(result.certificate)


@app.command("sensitivity")
def _sensitivity(
    trajectories: Annotated[
        int, typer.Option(help="Trajectories of the screening, 2 or more.")
    ] = Plan.trajectories,
    base: Annotated[
        int, typer.Option(help="Base samples of the variance shares, a power of two.")
    ] = Plan.base,
    inputs: Annotated[
        int, typer.Option(help="How many inputs are weighed one by one.")
    ] = Plan.inputs,
    seed: Annotated[int, typer.Option(help="Seed of both samples.")] = Plan.seed,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    resume: Annotated[
        Path | None,
        typer.Option(help="File that keeps what is done: give it again to go on from there."),
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="File for a chart (SVG).")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell what moves the answer most, and what knowing it better would cost.

    Every ranged input is screened (Morris); the strongest and all others together are weighed by
    their part of the variance of the forced and the voluntary share (Sobol). About an hour on two
    cores; what it prints as JSON, stored beside the tables as sensitivity.json, is on the page.
    """
    plan = Plan(trajectories=trajectories, base=base, inputs=inputs, seed=seed)
    plan.require()
    require_writable(chart, "--chart")
    require_writable(resume, "--resume")
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = sensitivity(
            world, plan=plan, learning=read_learning(data or PACK), workers=workers,
            journal=Journal(resume, plan.name_study(world)), progress=tell,
        )  # fmt: skip
    emit(result, print_sensitivity, is_json=as_json)
    if chart is not None:
        write_whole(chart, draw_sensitivity(result, width_in=WIDE_IN).encode())
        say(f"The chart is at {chart.resolve()}")
    require_certificate(result.certificate)


@app.command("frontier")
def _frontier(
    projects: Annotated[
        str | None,
        typer.Option(help="Ids joined by commas; all that serve the corridor if left out."),
    ] = None,
    measures: Annotated[
        bool, typer.Option("--measures/--no-measures", help="Soft measures at every point.")
    ] = True,
    draws: Annotated[int, typer.Option(min=0, help="Draws of all ranged inputs, for bands.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    chart: Annotated[Path | None, typer.Option(help="File for a chart (SVG).")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell how much of the routes through Russia capital can replace.

    Forced and voluntary share of the divertible flow, price and days against what is spent on
    projects of the Middle Corridor: the upper envelope over the sets of projects that were solved.
    """
    require_writable(chart, "--chart")
    named = [one.strip() for one in (projects or "").split(",") if one.strip()]
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = frontier(
            world, candidates=find_candidates(world, named),
            measures="all" if measures else "none", draws=draws, seed=seed, workers=workers,
            progress=tell,
        )  # fmt: skip
    emit(result, print_frontier, is_json=as_json)
    if chart is not None:
        write_whole(chart, draw_frontier(result, width_in=WIDE_IN).encode())
        say(f"The chart is at {chart.resolve()}")
    require_certificate(result.certificate)


@app.command("vectors")
def _vectors(
    country: Annotated[str, typer.Argument(help="ISO 3166 alpha-3, such as KAZ.")] = "KAZ",
    year: Annotated[int, typer.Option("--year", help="2019 to 2025.")] = 2023,
    with_scenario: Annotated[
        str | None, typer.Option("--with", metavar="SCENARIO", help="What a scenario shifts.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="EVENT", help="What an event shifts.")
    ] = None,
    since: Annotated[
        int | None, typer.Option("--since", help="An earlier year to compare with.")
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of all ranged inputs, for the transit rope's band.")
    ] = 16,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the draws.")] = 2,
    chart: Annotated[
        Path | None, typer.Option(help="File for a picture of all years (SVG).")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Show how a country stands between the powers.

    One rope per dimension with its balance and band, the transit rope from the corridor model, what
    losing a territory would cost, and, the arrow turned, what the country means to the powers. A
    rope without data says so.
    """
    folder = data or PACK
    ties, events = read_ties(folder), read_events(folder)
    check_country(ties, country, year)
    if with_scenario is not None and after is not None:
        raise ScenarioError(
            state_fault("--with, --after", "both", "one of them", "ask for them in turn")
        )
    if since is not None:
        check_country(ties, country, since)
    asked = None if with_scenario is None else with_year(read_scenario(with_scenario), year)
    event = None if after is None else find_event(events, after)
    require_writable(chart, "--chart")
    told, before = "", None
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        if event is not None:
            before, asked, told = scenario_after(world, event, year)
        question = Question(
            scenario=asked, before=before, since=since, draws=draws, seed=seed, workers=workers
        )
        result = tightrope(world, ties, country, year, question=question, tell=tell)
        result = result.model_copy(update={"told": told})
        years = tightropes(world, ties, country, tell=tell) if chart is not None else []
    emit(result, print_vectors, is_json=as_json)
    if chart is not None:
        svg = draw_ropes(years, list_events(events).events, width_in=WIDE_IN)
        write_whole(chart, svg.encode())
        say(f"The picture is at {chart.resolve()}")


@app.command("events")
def _events(
    party: Annotated[
        str | None, typer.Option(help="Who took part: ISO 3166 alpha-3, or EU.")
    ] = None,
    sector: Annotated[str | None, typer.Option(help="What it is about, such as transport.")] = None,
    since: Annotated[str | None, typer.Option(help="That day or later: 2023, 2023-05 …")] = None,
    status: Annotated[
        str | None,
        typer.Option(help="announced, signed, in-force, built, held or cancelled."),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    List dated visits, agreements, projects and closures.

    Each with how far it got, and with what stands for it in the model or why nothing does.
    """
    found = list_events(
        read_events(data or PACK), party=party, sector=sector, since=since, status=status
    )
    emit(found, print_events, is_json=as_json)


@app.command("brief")
def _brief(
    answer: Annotated[
        Path | None,
        typer.Option(help="What `serai answer --json` printed; solved anew if left out."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws for bands; the answer's own come with --answer.")
    ] = 12,
    workers: Annotated[int, typer.Option(min=1, help="Processes for the draws.")] = 2,
    page: Annotated[Path, typer.Option(help="File for the page.")] = Path("serai-brief.html"),
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Answer the articles' claims and questions one by one.

    Each with the model's number, its band and what it rests on, or plainly that the model cannot
    say. Prints them and writes a page.
    """
    require_writable(page, "--page")
    known = None if answer is None else read_answer(answer)
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        if known is None:
            found = answer_question(world, draws=draws, seed=1, workers=workers, progress=tell)
            known = found.result
        ties = read_ties(data or PACK)
        result = brief(world, known, ties, draws=draws, workers=workers, tell=tell)
    emit(result, print_brief, is_json=as_json)
    write_brief(page, result)
    say(f"The page is at {page.resolve()}")


@app.command("compare")
def _compare(
    before: Named, after: Named, year: Year = None, data: Data = None, as_json: AsJson = False
) -> None:
    """
    Compare two scenarios.

    What changes by corridor, territory, class and bottleneck. Both choose from the same routes.
    """
    pair = with_year(read_scenario(before), year), with_year(read_scenario(after), year)
    if pair[0].year != pair[1].year:
        say(
            f"serai: {pair[0].name} is of {pair[0].year}, {pair[1].name} of {pair[1].year}: "
            "differences mix years; --year sets one for both"
        )
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        step = f"Running {pair[0].name} and {pair[1].name}"
        tell(step, 0, N_STEPS)
        runs = run_pair(world, *pair, tell=lambda done: tell(step, done, N_STEPS))
        result = compare_runs(*runs)
    emit(result, print_compare, is_json=as_json)
    require_certificate(result.certificate)


@app.command("scenarios")
def _scenarios(
    name: Annotated[str | None, typer.Argument(help="Name or file of one to tell in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the scenarios that ship with the data."""
    emit(scenarios(name), print_scenarios, is_json=as_json)


@app.command("routes")
def _routes(
    origin: Annotated[str, typer.Argument(help="Name or UN/LOCODE of a place.")],
    dest: Annotated[str, typer.Argument(help="Name or UN/LOCODE of a place.")],
    class_id: Annotated[str, typer.Option("--class", help="Commodity class.")] = "C_OM",
    top: Annotated[int, typer.Option(min=1, help="How many routes at most.")] = 5,
    avoid: Annotated[
        str, typer.Option(help="Territories no route may touch, such as RUS,BLR.")
    ] = "",
    year: Year = None,
    scenario: Annotated[str, typer.Option(help="What is built and what happens.")] = "base",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Quote truly different routes between two places.

    From door to door with days, prices leg by leg, emissions, borders, territories and grade of
    evidence, best first by generalized cost.
    """
    read = with_year(read_scenario(scenario), year)
    inquiry = Inquiry(
        origin=origin, dest=dest, class_id=class_id, top=top, avoid=tuple(avoid.split(","))
    )
    with track("Looking for routes"):
        result = quote(read_checked_world(data), read, inquiry)
    emit(result, print_quote, is_json=as_json)


@app.command("evidence")
def _evidence(
    text: Annotated[
        str | None,
        typer.Argument(metavar="[ID|WORDS]", help="Id of a number, row or source; or words."),
    ] = None,
    place: Annotated[str | None, typer.Option(help="All that is known about a place.")] = None,
    link: Annotated[
        str | None, typer.Option(help="Id of a link, or its two places: KZAAU-AZALA.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic of a figure, or dimension of a tie.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Id of what numbers cite.")] = None,
    grade: Annotated[str | None, typer.Option(help="observed, derived or assumed.")] = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Whether all is in order, and what is assumed.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Say where a number comes from.

    Value, range, unit, grade, sources and, where it is derived by a formula, the steps: of a
    number, of all numbers of a table row, of rows with certain words, of a place, a link, a topic,
    a source or a grade, or of what answers to several of these; or an audit of them all.
    """
    search = Search(text=text, place=place, link=link, topic=topic, source=source, grade=grade)
    if audit:
        if str(search):
            raise ScenarioError("evidence: got --audit and a question; wanted one of them")
        with track("Auditing evidence"):
            found = audit_evidence(read_checked_world(data), folder=data or PACK)
        emit(found, print_audit, is_json=as_json)
        return
    with track("Reading tables"):
        result = ask_evidence(search, folder=data or PACK)
    emit(result, print_evidence, is_json=as_json)


@app.command("check")
def _check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with own tables.")],
    as_json: AsJson = False,
) -> None:
    """
    Check whether a folder of tables can be run.

    Units, bounds, ids and keys of every cell, the connections of the network, and whether every
    number has a source. Leaves with exit code 3 if anything is wrong.
    """
    with track("Checking tables"):
        result = check_folder(folder)
    emit(result, print_check, is_json=as_json)
    if result.n_errors:
        raise typer.Exit(DataError.exit_code)


@app.command("assign")
def _assign(
    net: Annotated[Path, typer.Option(help="TNTP file of links.")],
    trips: Annotated[Path, typer.Option(help="TNTP file of trips.")],
    gap: Annotated[float, typer.Option(min=1e-14, max=1.0, help="Relative gap to reach.")] = 1e-6,
    law: Annotated[
        Law, typer.Option(help="How link times rise with flow: bpr, as in the file, or conical.")
    ] = "bpr",
    flows: Annotated[
        Path | None, typer.Option(help="File to write: from,to,flow,cost of every link.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """
    Solve a published test network.

    Deterministic user equilibrium (Wardrop) of travel time alone, on a network in the TNTP format.
    """
    require_writable(flows, "--flows")
    with track(f"Solving {net.name}"):
        result = assign_network(net, trips, max_gap=gap, law=law, flows=flows)
    emit(result, print_assign, is_json=as_json)
    if result.relative_gap > gap:
        raise NotConvergedError(
            f"equilibrium: got relative_gap {result.relative_gap:.1e}; wanted {gap:.1e}; what was "
            "printed is the best point found: ask for a larger gap",
            result.relative_gap,
        )


@app.command("solve")
def _solve(
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="The bare problem.")],
    as_json: AsJson = False,
) -> None:
    """
    Solve a bare problem of choice under limits.

    Groups choose among paths by path-size logit, nested if they have nests, and no resource is
    used beyond its capacity: flows, prices and the certificate. Leaves with exit code 6 if the
    resources cannot carry the demand.
    """
    with track(f"Solving {problem.name}"):
        programme = read_programme(problem)
        result = solve_programme(programme)
    emit(result, print_solution, is_json=as_json)
    require_certificate(result.certificate, worst_at=name_worst(programme, result))


@app.command("select")
def _select(
    what: Annotated[str, typer.Argument(metavar="ID", help="Id of a link or a resource.")],
    scenario: Named = "base",
    year: Year = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Say who uses a link or a resource (select link).

    Flows by regions, class and corridor that pass it in a scenario, most tonnes first.
    """
    read = with_year(read_scenario(scenario), year)
    with track(f"Running {read.name}"):
        world = read_checked_world(data)
        check_selection(world, what)
        result = select_users(run_scenario(world, read), what)
    emit(result, print_selection, is_json=as_json)
    require_certificate(result.certificate)


@app.command("skim")
def _skim(
    scenario: Named = "base",
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write: a row for every flow.")
    ] = None,
    year: Year = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell times, prices and emissions between all zones (skims).

    Averages over the routes that each origin, destination and class uses in a scenario.
    """
    require_writable(out, "--out")
    read = with_year(read_scenario(scenario), year)
    with track(f"Running {read.name}"):
        result = skim(run_scenario(read_checked_world(data), read))
        if out is not None:
            rows = (list(row.model_dump().values()) for row in result.rows)
            write_csv(out, SkimRow.model_fields, rows)
    emit(result, print_skims, is_json=as_json)
    require_certificate(result.certificate)


@app.command("schema")
def _schema(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(RESULTS)}.")],
) -> None:
    """Print the JSON Schema of what a command prints with --json."""
    if name not in RESULTS:
        raise ScenarioError(
            state_fault("schema", repr(name), f"one of {', '.join(RESULTS)}", "name one of them")
        )
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **RESULTS[name].model_json_schema(mode="serialization"),
    }
    typer.echo(json.dumps(described, indent=2))
