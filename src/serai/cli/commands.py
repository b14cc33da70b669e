"""The commands: each parses, calls, prints and leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

import serai
from serai.cli.exchange import EXCHANGE
from serai.cli.networks import NETWORKS
from serai.cli.options import AsJson, Data, Draws, Named, Seed, Workers, Year
from serai.cli.planning import PLANNING
from serai.cli.rim import Rim, emit, require_certificate, say, track
from serai.cli.studies import STUDIES
from serai.data.evidence import Search
from serai.data.folders import find_data
from serai.data.load import PACK
from serai.data.programme import read_programme
from serai.data.scenarios import adjust, read_scenario, with_year
from serai.domain.backcast import BackcastResult
from serai.domain.brief import BriefResult
from serai.domain.comparison import CompareResult
from serai.domain.conditions import ConditionsResult
from serai.domain.ensemble import EnsembleResult
from serai.domain.frictions import FrictionsResult
from serai.domain.frontier import FrontierResult
from serai.domain.invest import InvestResult
from serai.domain.layers import ExportResult, ImportResult
from serai.domain.listings import CheckResult, EvidenceResult, ScenariosResult
from serai.domain.own import ExtendResult, NewResult
from serai.domain.programme import SolveResult
from serai.domain.quotes import QuoteResult
from serai.domain.results import AnswerResult, Result, RunResult
from serai.domain.roads import AssignResult
from serai.domain.sensitivity import SensitivityResult
from serai.domain.storage import StorageResult
from serai.domain.tariff import TariffResult
from serai.domain.triplogs import TripLogResult
from serai.domain.uses import SelectResult, SkimResult, SkimRow
from serai.domain.vectors import EventsResult, VectorsResult
from serai.errors import DataError, NotConvergedError, ScenarioError, state_fault
from serai.model.programme import name_worst, solve_programme
from serai.model.wardrop import Law
from serai.outputs.language import ENGLISH, read_language
from serai.outputs.listing import (
    print_assign,
    print_audit,
    print_check,
    print_evidence,
    print_scenarios,
    print_solution,
)
from serai.outputs.page import write_answer_page
from serai.outputs.quote import print_quote
from serai.outputs.quote_files import write_quote_csv, write_quote_xlsx
from serai.outputs.quote_page import write_quote_page
from serai.outputs.terminal import print_answer, print_compare, print_run
from serai.outputs.uses import print_selection, print_skims
from serai.outputs.whole import require_all_writable, require_writable, write_csv
from serai.run import Bases, run_scenario
from serai.studies.answer import answer_question
from serai.studies.audit import audit_evidence
from serai.studies.comparison import N_STEPS, run_pair
from serai.studies.folder_check import check_folder
from serai.studies.lookup import ask_evidence, read_checked_world, read_known, scenarios
from serai.studies.omitted import find_omitted
from serai.studies.quote import Inquiry, quote
from serai.studies.report import assemble_page
from serai.studies.roads import assign_network
from serai.studies.runs import compare_runs, summarize
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
    "invest": InvestResult,
    "tariff": TariffResult,
    "conditions": ConditionsResult,
    "frictions": FrictionsResult,
    "storage": StorageResult,
    "ensemble": EnsembleResult,
    "vectors": VectorsResult,
    "events": EventsResult,
    "brief": BriefResult,
    "export": ExportResult,
    "import": ImportResult,
    "new": NewResult,
    "extend": ExtendResult,
    "triplogs": TripLogResult,
}
"""What each command answers with `--json`."""

QUOTE_FILES: Final[dict[str, Callable[[Path, QuoteResult], None]]] = {
    "--csv": write_quote_csv,
    "--xlsx": write_quote_xlsx,
    "--page": write_quote_page,
}
"""What writes a quote sheet, by option."""

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
    draws: Draws = 64,
    seed: Seed = 1,
    workers: Workers = 2,
    page: Annotated[Path, typer.Option(help="File for the page.")] = Path("serai-answer.html"),
    lang: Annotated[
        str, typer.Option(help="Language of the page: en, ru or kk; tables and JSON are English.")
    ] = ENGLISH.code,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Say how far the Middle Corridor can replace Russia.

    Four cases, today to no capacity limit, each with Russia open and closed: shares with bands,
    what binds, what it takes. Prints tables and writes a page that needs nothing else.
    """
    require_writable(page, "--page")
    language = read_language(lang)
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = answer_question(world, draws=draws, seed=seed, workers=workers, progress=tell)
    emit(result, print_answer, is_json=as_json)
    with track("Drawing the page"):
        write_answer_page(page, assemble_page(world, result, lang=language))
    say(f"The page is at {page.resolve()}")
    require_certificate(result.certificate)


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
        adjusted = adjust(read_checked_world(find_data(data, scenario)), read, settings or [])
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


for name, command in {**STUDIES, **PLANNING, **EXCHANGE, **NETWORKS}.items():
    app.command(name)(command)


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
        world = read_checked_world(find_data(data, before, after))
        step = f"Running {pair[0].name} and {pair[1].name}"
        tell(step, 0, N_STEPS)
        runs = run_pair(Bases(world), *pair, tell=lambda done: tell(step, done, N_STEPS))
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
    top: Annotated[int, typer.Option(min=1, max=20, help="How many routes at most.")] = 5,
    avoid: Annotated[
        str, typer.Option(help="Territories no route may touch, such as RUS,BLR.")
    ] = "",
    year: Year = None,
    scenario: Annotated[str, typer.Option(help="What is built and what happens.")] = "base",
    waits: Annotated[
        bool, typer.Option("--waits", help="Add queues and scarce slots of the scenario (runs it).")
    ] = False,
    day: Annotated[
        str,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="Day of departure: what is shut, and until when."
        ),
    ] = "",
    why: Annotated[
        str, typer.Option(metavar="A,B", help="Two routes of the sheet, term by term.")
    ] = "",
    unit: Annotated[str, typer.Option(help="Amounts per FEU, TEU or t.")] = "FEU",
    currency: Annotated[str, typer.Option(help="USD or EUR.")] = "USD",
    price_year: Annotated[
        int | None, typer.Option(help="Amounts in constant money of this year.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="CSV file to write: a row for every leg.")
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", help="Excel file to write: routes, legs, notes.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="HTML file to write, made for printing on A4.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Quote truly different routes between two places.

    From door to door with days (P50 and P90), prices leg by leg and whom they are paid to,
    emissions, borders, territories with proof and grade of evidence, best first by generalized
    cost.
    """
    files = {"--csv": csv, "--xlsx": xlsx, "--page": page}
    require_all_writable(files)
    read = with_year(read_scenario(scenario), year)
    inquiry = Inquiry(
        origin=origin, dest=dest, class_id=class_id, top=top, avoid=tuple(avoid.split(",")),
        unit=unit, currency=currency, price_year=price_year, date=day,
        keeps_year=year is not None, waits=waits, why=why,
    )  # fmt: skip
    folder = find_data(data, scenario)
    with track("Looking for routes") as tell:
        world = read_checked_world(folder)
        result = quote(world, read, inquiry, tell=tell)
    emit(result, print_quote, is_json=as_json)
    for option, write in QUOTE_FILES.items():
        path = files[option]
        if path is not None:
            write(path, result)
            say(f"{path.name} is at {path.resolve()}")
    if result.certificate is not None:
        require_certificate(result.certificate)


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
        result = ask_evidence(search, read_known(data or PACK))
    emit(result, print_evidence, is_json=as_json)


@app.command("check")
def _check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with own tables.")],
    as_json: AsJson = False,
) -> None:
    """
    Say whether a folder can be run and trusted, and what to improve.

    Units, bounds, ids and keys of every cell, the connections of the network, sources, lengths
    against coordinates, slips of units; a trial run says what is not carried and why, and which
    numbers move most. Leaves with exit code 3 if anything is wrong.
    """
    with track("Checking tables"):
        result = check_folder(folder)
    emit(result, print_check, is_json=as_json)
    if result.n_errors:
        raise typer.Exit(DataError.exit_code)


@app.command("serve")
def _serve(
    host: Annotated[
        str, typer.Option(help="Address to listen at; another than this machine needs a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0 for any that is free.")
    ] = 8321,
    token: Annotated[
        str, typer.Option(help="What whoever asks must know; made up where it is needed.")
    ] = "",
    name: Annotated[
        str, typer.Option(help="Another name to be asked by, as behind a server that speaks HTTPS.")
    ] = "",
    data: Data = None,
) -> None:
    """
    Serve the page: answer, map, scenarios, quotes, evidence.

    In a browser on this machine, until Ctrl-C. Nothing is loaded from elsewhere.
    """
    with track("Reading tables"):
        from serai.web.serve import serve  # noqa: PLC0415 - no other command needs a server

        world = read_checked_world(data)
    serve(world, host=host, port=port, token=token, name=name, tell=say)


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
        world = read_checked_world(find_data(data, scenario))
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
        result = skim(run_scenario(read_checked_world(find_data(data, scenario)), read))
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
