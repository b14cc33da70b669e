"""The commands of planners: what to build, charge, store and agree on, and when that does it."""

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
    Named,
    Projects,
    Seed,
    SoftMeasures,
    Workers,
    split_commas,
)
from serai.cli.rim import conclude, emit, track, write_drawing
from serai.data.appraisal import read_appraisal
from serai.data.ensembles import read_ensemble
from serai.data.frictions import read_frictions
from serai.data.journal import Journal
from serai.data.load import PACK
from serai.data.scenarios import read_scenario
from serai.data.storage import read_storage
from serai.domain.invest import Aim
from serai.errors import NotConvergedError, state_fault
from serai.outputs.conditions import draw_conditions, print_conditions
from serai.outputs.drawing import WIDE_IN
from serai.outputs.ensemble import draw_ensemble, print_ensemble
from serai.outputs.frictions import draw_frictions, print_frictions
from serai.outputs.frontier import draw_frontier, print_frontier
from serai.outputs.invest import draw_invest, print_invest
from serai.outputs.storage import draw_storage, print_storage
from serai.outputs.tariff import draw_tariff, print_tariff
from serai.outputs.whole import require_writable
from serai.studies.conditions import ConditionsPlan, conditions
from serai.studies.ensemble import Plan as EnsemblePlan
from serai.studies.ensemble import ensemble
from serai.studies.frictions import frictions
from serai.studies.frontier import frontier
from serai.studies.invest import Budgeted, invest
from serai.studies.lookup import read_checked_world
from serai.studies.sets import find_candidates
from serai.studies.storage import Question as StorageQuestion
from serai.studies.storage import storage
from serai.studies.tariff import COUNTRIES, Bargain, tariff

__all__ = ["PLANNING"]


def _frontier(
    projects: Projects = None,
    measures: SoftMeasures = True,
    draws: Draws = 10,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell how much of the routes through Russia capital can replace.

    Forced and voluntary share of the divertible flow, price and days against what is spent on
    projects of the Middle Corridor: the upper envelope over the sets of projects that were solved.
    """
    require_writable(chart, "--chart")
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = frontier(
            world, candidates=find_candidates(world, split_commas(projects)),
            measures="all" if measures else "none", draws=draws, seed=seed, workers=workers,
            progress=tell,
        )  # fmt: skip
    conclude(result, print_frontier, draw_frontier, is_json=as_json, chart=chart)


def _invest(
    budget: Annotated[
        float | None, typer.Option(help="Capital there is, million USD; no limit if left out.")
    ] = None,
    projects: Projects = None,
    aim: Annotated[
        Aim, typer.Option(help="What is made as large as can be: net benefit, or a share.")
    ] = "net",
    measures: SoftMeasures = True,
    draws: Draws = 0,
    seed: Seed = 1,
    workers: Workers = 2,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell which projects pay, and in which order to build them.

    Each project's benefit and cost a year in its turn, present values to 2040, the cost of each
    further box and tonne on the corridor, which projects compete, other sets nearly as good, and
    how much better any set could be.
    """
    require_writable(chart, "--chart")
    appraisal = read_appraisal(data or PACK)
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        question = Budgeted.of(
            world, named=split_commas(projects), budget_musd=budget, aim=aim,
            measures="all" if measures else "none", draws=draws, seed=seed,
        )  # fmt: skip
        result = invest(world, question, appraisal, workers=workers, progress=tell)
    conclude(result, print_invest, draw_invest, is_json=as_json, chart=chart)


def _conditions(
    share: Annotated[
        float, typer.Option(help="Share of the divertible boxes, between 0 and 1.")
    ] = ConditionsPlan.share,
    case: Annotated[
        str | None,
        typer.Option(help="Hold what today, funded or full builds and agrees; drawn if left out."),
    ] = ConditionsPlan.case,
    russia: Annotated[str, typer.Option(help="closed or open to transit.")] = ConditionsPlan.russia,
    draws: Annotated[int, typer.Option(help="States solved, 20 or more.")] = ConditionsPlan.draws,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = ConditionsPlan.seed,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    resume: Annotated[
        Path | None,
        typer.Option(help="File that keeps solved states: for more draws, or another share."),
    ] = None,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell under which conditions the corridor carries a share, and under which it fails to.

    All ranged inputs, the ocean's price, projects and soft measures are drawn at once; limits on
    the inputs that matter are peeled off (PRIM). Five minutes on two cores; what it prints as JSON,
    stored beside the tables as conditions.json, is on the page.
    """
    plan = ConditionsPlan(share=share, case=case, russia=russia, draws=draws, seed=seed)
    plan.require()
    require_writable(chart, "--chart")
    require_writable(resume, "--resume")
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = conditions(
            world, plan=plan, workers=workers, journal=Journal(resume, plan.name_study(world)),
            progress=tell,
        )  # fmt: skip
    conclude(result, print_conditions, draw_conditions, is_json=as_json, chart=chart)


def _tariff(
    scenario: Named = "base",
    countries: Annotated[
        str | None,
        typer.Option(
            help=f"Who charges for transit, joined by commas; of {', '.join(COUNTRIES)} those that "
            "the tables know."
        ),
    ] = None,
    starts: Annotated[int, typer.Option(help="Starts of the game of each for itself.")] = 20,
    seed: Seed = 1,
    workers: Workers = 2,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell what transit costs by section, and what each country would charge.

    Tariffs of every railway, port and ferry on the Middle Corridor; the through rate at which it
    breaks even; equal discounts; charges when each country acts for itself and when the partners
    act together; and a split of what that brings.
    """
    require_writable(chart, "--chart")
    read = read_scenario(scenario)
    margin = read_appraisal(data or PACK).transit_margin
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        bargain = Bargain.of(world, split_commas(countries), starts=starts, seed=seed)
        result = tariff(world, read, bargain, margin=margin, workers=workers, progress=tell)
    conclude(result, print_tariff, draw_tariff, is_json=as_json, chart=chart)


def _frictions(
    only: Annotated[
        str | None, typer.Option(help="Ids of the table joined by commas; all if left out.")
    ] = None,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell what frictions of regional relations cost, and whom.

    A border shut or open, Afghan transit, drivers' visas, customs windows, permits: each against
    the base of its year, with its evidence.
    """
    require_writable(chart, "--chart")
    asked = read_frictions(data or PACK, tuple(split_commas(only)))
    with track("Reading tables") as tell:
        result = frictions(read_checked_world(data), asked, progress=tell)
    conclude(result, print_frictions, draw_frictions, is_json=as_json, chart=chart)


def _storage(
    name: Named = "base",
    hubs: Annotated[
        str | None,
        typer.Option(help="Places that may be hubs, ids or names joined by commas; the table's."),
    ] = None,
    max_hubs: Annotated[
        int | None, typer.Option(min=1, help="Hubs that may be opened; any number.")
    ] = None,
    rivals: Annotated[
        bool, typer.Option("--rivals/--no-rivals", help="Stores abroad that stand already.")
    ] = True,
    draws: Draws = 24,
    seed: Seed = 1,
    workers: Workers = 2,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell which stores on the way pay: hubs, goods, markets, size.

    Transit goods of a scenario shipped straight, or held in a hub and sent on as buyers order: the
    plan of hubs with the highest gain, the fee and the days at which storing stops to pay.
    """
    require_writable(chart, "--chart")
    scenario = read_scenario(name)
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        inputs = read_storage(world, data or PACK, hubs=split_commas(hubs), rivals=rivals)
        n_hubs = int((~inputs.is_rival).sum())
        question = StorageQuestion(
            scenario=scenario, max_hubs=min(max_hubs or n_hubs, n_hubs), draws=draws, seed=seed,
            workers=workers,
        )  # fmt: skip
        result = storage(world, inputs, question=question, progress=tell)
    conclude(result, print_storage, draw_storage, is_json=as_json, chart=chart)


def _ensemble(
    spec: Annotated[
        str, typer.Argument(help="A list of disruptions that ships, or path of a TOML file.")
    ] = "corridor-risks",
    n: Annotated[int, typer.Option("-n", "--draws", min=1, help="Years to draw.")] = 1000,
    out: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Folder or address for the draws (Parquet)."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what --out holds.")] = False,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running dask scheduler.")
    ] = None,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes, without --dask.")] = 2,
    chart: Chart = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """
    Tell what a year's disruptions cost.

    Years drawn from what may go wrong, how likely and for how long: losses by case, class and
    country, what is critical, and what each corridor is worth as an option.
    """
    require_writable(chart, "--chart")
    plan = EnsemblePlan(n=n, seed=seed, out=out, resume=resume, workers=workers, dask=dask)
    asked = read_ensemble(spec)
    with track("Reading tables") as tell:
        world = read_checked_world(data)
        result = ensemble(world, asked, plan, progress=tell)
    emit(result, print_ensemble, is_json=as_json)
    write_drawing(chart, lambda: draw_ensemble(result, width_in=WIDE_IN), "chart")
    if not result.holds():
        told = result.certificate
        raise NotConvergedError(
            state_fault("ensemble", f"a state with relative gap {told.relative_gap:.1e} and waits "
                        f"{told.wait_residual:.1e} h off", f"{result.max_gap:.0e} and "
                        f"{result.max_residual_h:g} h", "do not quote"),
            gap=told.relative_gap,
        )  # fmt: skip


PLANNING: Final[dict[str, Callable[..., None]]] = {
    "frontier": _frontier,
    "invest": _invest,
    "conditions": _conditions,
    "tariff": _tariff,
    "frictions": _frictions,
    "storage": _storage,
    "ensemble": _ensemble,
}
"""By the name that each is called by."""
