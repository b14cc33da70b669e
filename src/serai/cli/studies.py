"""The commands of the long studies: each parses, calls, prints, draws and leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from serai.cli.options import (
    AsJson,
    Chart,
    Data,
    Draws,
    Seed,
    Workers,
)
from serai.cli.rim import conclude, emit, say, track, write_drawing
from serai.data.answers import read_answer
from serai.data.journal import Journal
from serai.data.learning import read_learning
from serai.data.load import PACK
from serai.data.scenarios import read_scenario, with_year
from serai.data.vectors import read_events, read_ties
from serai.errors import ScenarioError, state_fault
from serai.outputs.backcast import draw_backcast, print_backcast
from serai.outputs.brief import print_brief, write_brief
from serai.outputs.drawing import WIDE_IN
from serai.outputs.sensitivity import draw_sensitivity, print_sensitivity
from serai.outputs.vectors import draw_ropes, print_events, print_vectors
from serai.outputs.whole import require_writable
from serai.run import Bases
from serai.studies.answer import answer_question
from serai.studies.backcast import FORECAST_YEAR, YEARS, backcast
from serai.studies.brief import brief
from serai.studies.events import find_event, list_events
from serai.studies.lookup import read_checked_world
from serai.studies.sensitivity import Plan, sensitivity
from serai.studies.tightrope import Question, check_country, scenario_after, tightrope, tightropes

__all__ = ["STUDIES"]


def _backcast(
    year: Annotated[
        int | None,
        typer.Option("--year", help=f"One of {YEARS[0]} to {YEARS[-1]}, or {FORECAST_YEAR}; all."),
    ] = None,
    draws: Draws = 32,
    seed: Seed = 1,
    workers: Workers = 2,
    chart: Chart = None,
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
    conclude(result, print_backcast, draw_backcast, is_json=as_json, chart=chart)


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
    chart: Chart = None,
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
    conclude(result, print_sensitivity, draw_sensitivity, is_json=as_json, chart=chart)


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
    seed: Seed = 1,
    workers: Workers = 2,
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
    check_country(ties, country, year, since=since)
    if with_scenario is not None and after is not None:
        raise ScenarioError(
            state_fault("--with, --after", "both", "one of them", "ask for them in turn")
        )
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
        bases = Bases(world, most=2)
        result = tightrope(bases, ties, country, year, question=question, tell=tell)
        result = result.model_copy(update={"told": told})
        years = tightropes(bases, ties, country, tell=tell) if chart is not None else []
    emit(result, print_vectors, is_json=as_json)
    write_drawing(
        chart,
        lambda: draw_ropes(years, list_events(events).events, width_in=WIDE_IN),
        "picture",
    )


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


def _brief(
    answer: Annotated[
        Path | None,
        typer.Option(help="What `serai answer --json` printed; solved anew if left out."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws for bands; the answer's own come with --answer.")
    ] = 12,
    workers: Workers = 2,
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
            known = answer_question(world, draws=draws, seed=1, workers=workers, progress=tell)
        ties = read_ties(data or PACK)
        result = brief(world, known, ties, draws=draws, workers=workers, tell=tell)
    emit(result, print_brief, is_json=as_json)
    write_brief(page, result)
    say(f"The page is at {page.resolve()}")


STUDIES: Final[dict[str, Callable[..., None]]] = {
    "backcast": _backcast,
    "sensitivity": _sensitivity,
    "vectors": _vectors,
    "events": _events,
    "brief": _brief,
}
"""By the name that each is called by."""
