"""What `import serai` offers: the same calls as the commands, with tables as data frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from serai import run as running
from serai.data import matrices, scenarios
from serai.data.evidence import Search
from serai.data.load import PACK
from serai.domain.comparison import CompareResult
from serai.domain.layers import ExportResult, ImportResult, Matrices
from serai.domain.listings import EvidenceResult
from serai.domain.quotes import QuoteResult
from serai.domain.results import AnswerResult, Record, RunCertificate, RunResult
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import SeraiError
from serai.outputs import frames as tables
from serai.studies import exchange, frames
from serai.studies import quote as quotes
from serai.studies.answer import answer_question
from serai.studies.comparison import run_pair
from serai.studies.graphs import build_networkx
from serai.studies.lookup import ask_evidence, read_checked_world, read_known
from serai.studies.runs import compare_runs, summarize

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Answer", "Comparison", "Evidence", "Matrices", "Quote", "Rows", "Run", "Scenario",
           "SeraiError", "World", "answer", "compare", "evidence", "export", "import_file",
           "read_omx", "read_scenario", "read_world", "routes", "run_scenario",
           "to_networkx"]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a result: made when they are asked for, a new table each time."""

    name: str
    """What the rows are."""
    make: Callable[[], pd.DataFrame]
    """Makes the table."""

    def table(self) -> pd.DataFrame:
        """Return one row per observation, units in the names of the columns."""
        return self.make()

    @property
    def columns(self) -> dict[str, str]:
        """What each column means, with its unit."""
        return {name: tables.COLUMNS[name] for name in self.make().columns}

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.make())

    def __repr__(self) -> str:
        """Say what the rows are and how to see them."""
        return f"<{len(self):,} rows of {self.name}: .table() returns them>"

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        return str(self.make().to_html(max_rows=20, notebook=True))


@dataclass(frozen=True, eq=False)
class Run:
    """
    One scenario, solved: what it carries, what binds, and how good the equilibrium is.

    Examples
    --------
    >>> run = run_scenario(read_world(folder), "base")
    >>> run.corridors.table().columns.tolist()
    ['corridor', 'teu_yr', 't_yr']
    >>> run.certificate.holds()
    True
    """

    solved: running.Run
    """The equilibrium itself, as arrays."""

    @cached_property
    def result(self) -> RunResult:
        """All of it as `serai run --json` prints it."""
        return summarize(self.solved)

    @property
    def scenario(self) -> Scenario:
        """The scenario as applied."""
        return self.solved.setting.scenario

    @property
    def certificate(self) -> RunCertificate:
        """How good the equilibrium is; `holds()` says whether it may be quoted."""
        return self.result.certificate

    @property
    def record(self) -> Record:
        """How it came about: versions, hashes of the tables, scenario, seed."""
        return self.result.record

    @property
    def corridors(self) -> Rows:
        """What each corridor carries, unserved last."""
        return Rows("corridors", lambda: tables.corridors_of(self.result))

    @property
    def classes(self) -> Rows:
        """What becomes of each commodity class, by corridor."""
        return Rows("classes by corridor", lambda: frames.classes_of(self.solved))

    @property
    def countries(self) -> Rows:
        """What uses each territory."""
        return Rows("territories", lambda: tables.countries_of(self.result))

    @property
    def flows(self) -> Rows:
        """What each link between two places carries, with use, price and wait."""
        return Rows("links with flow", lambda: frames.flows_of(self.solved))

    @property
    def bottlenecks(self) -> Rows:
        """The limits that bind, dearest first."""
        return Rows("limits that bind", lambda: frames.bottlenecks_of(self.solved))

    @property
    def routes(self) -> Rows:
        """The routes that are used, by origin, destination and class."""
        return Rows("routes in use", lambda: frames.routes_of(self.solved))

    @property
    def skims(self) -> Rows:
        """Times, prices and emissions between zones, averaged over the routes used."""
        return Rows("pairs of zones and class", lambda: frames.skims_of(self.solved))

    @property
    def demand(self) -> Rows:
        """What wants to move between zones."""
        setting = self.solved.setting
        return Rows("cells of demand", lambda: frames.demand_of(self.solved.world, setting.cells))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two scenarios on one set of routes: both runs, and what changes from one to the other."""

    before: Run
    after: Run
    result: CompareResult
    """All of it as `serai compare --json` prints it."""

    def table(self) -> pd.DataFrame:
        """Return a row per corridor, territory, class or bottleneck that changes, and its unit."""
        return tables.changes_of(self.result)


@dataclass(frozen=True, eq=False)
class Quote:
    """A forwarder's quote sheet."""

    result: QuoteResult
    """All of it as `serai routes --json` prints it."""

    def table(self) -> pd.DataFrame:
        """Return a row per route, best first by generalized cost."""
        return tables.quote_of(self.result)

    @property
    def legs(self) -> Rows:
        """The legs of all routes."""
        return Rows("legs", lambda: tables.legs_of(self.result))


@dataclass(frozen=True, eq=False)
class Answer:
    """How far the Middle Corridor can replace Russia."""

    result: AnswerResult
    """All of it as `serai answer --json` prints it."""

    def table(self) -> pd.DataFrame:
        """Return a row per case, with Russia open and closed."""
        return tables.cases_of(self.result)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Where numbers come from."""

    result: EvidenceResult
    """All of it as `serai evidence --json` prints it."""

    def table(self) -> pd.DataFrame:
        """Return a row per number."""
        return tables.numbers_of(self.result)


# ---------------------------------------------------------------- reading


def read_world(folder: str | Path | None = None) -> World:
    """
    Return everything a run starts from.

    Parameters
    ----------
    folder
        Tables of your own; those of the package if left out.

    Returns
    -------
    world
        Frozen; a run does not change it.

    Raises
    ------
    DataError
        The tables have faults; all of them are named.
    NoPathError
        Nothing else is wrong, but nothing connects places that trade.

    Examples
    --------
    >>> world = read_world(folder)
    >>> len(world.zones.ids)
    6
    """
    return read_checked_world(None if folder is None else Path(folder))


def read_scenario(name: str | Path) -> Scenario:
    """
    Return a scenario.

    Parameters
    ----------
    name
        Name of one that ships with the package, or path of a TOML file.

    Returns
    -------
    scenario
        Frozen; `model_copy(update={...})` gives a changed one.

    Raises
    ------
    ScenarioError
        There is no such scenario, or its file has faults; all of them are named.

    Examples
    --------
    >>> read_scenario("suez-closed").title
    'The Suez Canal is closed all year'
    """
    return scenarios.read_scenario(str(name))


def _scenario(given: str | Path | Scenario) -> Scenario:
    return given if isinstance(given, Scenario) else read_scenario(given)


# ---------------------------------------------------------------- asking


def run_scenario(world: World, scenario: str | Path | Scenario = "base") -> Run:
    """
    Solve one scenario, as `serai run` does.

    Parameters
    ----------
    world
        From `read_world`.
    scenario
        A scenario, the name of one that ships, or the path of a TOML file.

    Returns
    -------
    run
        Look at `run.certificate.holds()` before you quote it.

    Raises
    ------
    ScenarioError
        The scenario is not known, or names what the tables do not have.

    Examples
    --------
    >>> run = run_scenario(read_world(folder))
    >>> run.flows.table()[["link_id", "corridor", "t_yr"]].shape[1]
    3
    """
    return Run(running.run_scenario(world, _scenario(scenario)))


def compare(
    world: World, before: str | Path | Scenario, after: str | Path | Scenario
) -> Comparison:
    """
    Solve two scenarios on one set of routes, as `serai compare` does.

    Parameters
    ----------
    world
        From `read_world`.
    before
        The first scenario.
    after
        The second.

    Returns
    -------
    comparison
        Both runs and what changes.

    Raises
    ------
    ScenarioError
        A scenario is not known, or names what the tables do not have.

    Examples
    --------
    >>> compared = compare(read_world(folder), "base", "russia-closed")
    >>> compared.table().columns.tolist()
    ['of', 'name', 'unit', 'before', 'after', 'change']
    """
    runs = run_pair(running.Bases(world), _scenario(before), _scenario(after))
    return Comparison(Run(runs[0]), Run(runs[1]), compare_runs(*runs))


def routes(
    world: World,
    origin: str,
    dest: str,
    *,
    class_id: str = "C_OM",
    avoid: Iterable[str] = (),
    top: int = 5,
    scenario: str | Path | Scenario = "base",
) -> Quote:
    """
    Quote truly different routes between two places, as `serai routes` does.

    Parameters
    ----------
    world
        From `read_world`.
    origin
        Name or UN/LOCODE of a place.
    dest
        Name or UN/LOCODE of a place.
    class_id
        Commodity class.
    avoid
        Territories that no route may touch, ISO 3166 alpha-3.
    top
        [-], >= 1. How many routes at most.
    scenario
        What is built and what happens.

    Returns
    -------
    quote
        Routes, best first by generalized cost.

    Raises
    ------
    ScenarioError
        A place, the class or a territory is not known.
    NoPathError
        Nothing connects them; says what blocks.

    Examples
    --------
    >>> routes(read_world(folder), "CNINL", "EUINL", avoid=["RUS"]).table().corridor[0]
    'sea'
    """
    inquiry = quotes.Inquiry(
        origin=origin, dest=dest, class_id=class_id, top=top, avoid=tuple(avoid)
    )
    return Quote(quotes.quote(world, _scenario(scenario), inquiry))


def answer(world: World, *, draws: int = 64, seed: int = 1, workers: int = 2) -> Answer:
    """
    Say how far the Middle Corridor can replace Russia, as `serai answer` does.

    Parameters
    ----------
    world
        From `read_world`.
    draws
        [-], >= 0. Draws of all ranged inputs, for bands; minutes on the package's tables.
    seed
        [-], >= 0. Seed of the draws.
    workers
        [-], >= 1. Processes for the draws.

    Returns
    -------
    answer
        Four cases, today to no capacity limit, each with Russia open and closed.

    Examples
    --------
    >>> found = answer(read_world(folder), draws=0)
    >>> found.table().columns.tolist()[:4]
    ['case', 'russia', 'share', 'share_low']
    """
    return Answer(answer_question(world, draws=draws, seed=seed, workers=workers))


def evidence(text: str, world: World | None = None) -> Evidence:
    """
    Say where a number comes from, as `serai evidence` does.

    Parameters
    ----------
    text
        Id of a number, of a row or of a source; or words.
    world
        Whose tables are searched; the package's if left out.

    Returns
    -------
    evidence
        Numbers with value, range, unit, grade and sources.

    Raises
    ------
    ScenarioError
        Nothing is called so.

    Examples
    --------
    >>> evidence("R_CASP_FEEDER").table().unit[0]
    'TEU/yr'
    """
    folder = PACK if world is None else world.folder
    return Evidence(ask_evidence(Search(text=text), read_known(folder)))


# ---------------------------------------------------------------- files of other programs


def export(
    given: Run | World,
    path: str | Path,
    what: exchange.What | None = None,
    *,
    scenario: str | Path | Scenario = "base",
) -> ExportResult:
    """
    Write a file for another program, as `serai export` does; its suffix is the format.

    Parameters
    ----------
    given
        A run; or a world, for its network or the demand of a scenario.
    path
        A file that ends in .gpkg, .parquet, .geojson, .omx, .graphml or .json; without a suffix
        a folder of GMNS tables.
    what
        What is written: network, flows, routes, skims or demand; what the format is for if
        left out.
    scenario
        Whose demand or graph is wanted, where a world is given; a run has its own.

    Returns
    -------
    result
        What was written.

    Raises
    ------
    ScenarioError
        No format has that suffix or holds that, or a library is missing.
    DataError
        The file cannot be written.

    Examples
    --------
    >>> export(read_world(folder), scratch / "network.geojson", "network").contents
    {'links': 70, 'nodes': 16}
    """
    target = Path(path)
    chosen = exchange.choose_what(target, what)
    if isinstance(given, Run):
        solved = given.solved
        return exchange.export_file(target, chosen, solved.world, given.scenario, run=solved)
    return exchange.export_file(target, chosen, given, _scenario(scenario))


def import_file(path: str | Path, folder: str | Path, *, year: int | None = None) -> ImportResult:
    """
    Bring a file of another program into a folder of tables, as `serai import` does.

    Parameters
    ----------
    path
        Layers of nodes and links, or matrices of demand (OMX).
    folder
        The folder; tables that nobody has are copied from the package.
    year
        Year of the demand of matrices that do not say theirs.

    Returns
    -------
    result
        What went where.

    Raises
    ------
    ScenarioError
        The format is not known, or a library is missing.
    DataError
        The file, or the tables it would make, have faults; nothing is written.

    Examples
    --------
    >>> _ = export(read_world(folder), scratch / "net.geojson", "network")
    >>> import_file(scratch / "net.geojson", scratch / "mine").rows
    {'links': 70, 'places': 16}
    """
    return exchange.import_file(Path(path), Path(folder), year=year)


def read_omx(path: str | Path) -> Matrices:
    """
    Read matrices in the open matrix format, whatever program wrote them.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    matrices
        Values, lookups, units and what else the file says.

    Raises
    ------
    DataError
        The file is none, or matrices and lookups do not fit.

    Examples
    --------
    >>> _ = export(read_world(folder), scratch / "demand.omx", "demand")
    >>> sorted(read_omx(scratch / "demand.omx").lookups)
    ['zone_id', 'zone_number']
    """
    return matrices.read_matrices(Path(path))


def to_networkx(world: World, scenario: str | Path | Scenario = "base") -> nx.MultiDiGraph[str]:
    """
    Return the links that are open in a scenario as a graph of networkx.

    Parameters
    ----------
    world
        From `read_world`.
    scenario
        What is built, decided and happens.

    Returns
    -------
    graph
        Nodes are terminals, doors and zones; edges have the names of GMNS beside `length_km`,
        `time_h`, `cost_usd_teu_west` and their like. An infinite price: may not be used.

    Raises
    ------
    ScenarioError
        networkx is not installed, or the scenario is not known.

    Examples
    --------
    >>> graph = to_networkx(read_world(folder))
    >>> graph.nodes["KZCAS:ferry"]["country_iso3"]
    'KAZ'
    """
    return build_networkx(world, _scenario(scenario))
