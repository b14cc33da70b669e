"""The answer under doubt: all ranges drawn at once, and the inputs that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from serai.domain.ranged import FloatArray, Ranged
from serai.domain.results import Band, RunCertificate
from serai.domain.routes import Routes
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.apply import draw_world
from serai.outputs.language import ENGLISH, Language, mark
from serai.run import Run, Start, assign, prepare
from serai.studies.cases import all_cases
from serai.studies.naming import PLAIN, Namer
from serai.studies.shares import CaseShares, Key, Progress, measure, solve_cases
from serai.studies.spread import spread

__all__ = ["DrawTask", "DrawWork", "Drawn", "Known", "band_of", "count_varied", "deviates",
           "draw_shares", "group_inputs", "name_input", "ranged_tables", "span_of"]  # fmt: skip

FURTHEST = 2.0
"""[standard deviations] Draws beyond are cut: a range is P10 to P90, not a tail."""

LINK_WORDS = {
    "free_time_h": mark("Hours under way"),
    "dwell_h": mark("Dwell"),
    "cost_usd_teu": mark("Price per TEU"),
    "cost_usd_t": mark("Price per tonne"),
}
"""What the quantities of a link are called."""

KIND_WORDS = {
    "access": mark("ways to and from the door"),
    "air": mark("air"),
    "feeder": mark("feeders"),
    "ferry": mark("ferries"),
    "pipeline": mark("pipelines"),
    "river": mark("rivers"),
    "road": mark("roads"),
    "sea": mark("sea"),
    "transfer": mark("handling and borders"),
}
"""What links of a kind are called; railways are called by their gauge."""

INPUT_WORDS = {
    "classes": mark("Payload and value of time: {name}"),
    "resources": mark("Capacity: {name}"),
    "effects": mark("Effect: {name}"),
}
"""What inputs of a table are called."""

NOT_USED = "params.empty_"
"""Behaviour that no case of the answer has in it: boxes do not balance there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """The cases at one draw."""

    cases: Mapping[Key, CaseShares]
    capex_musd: Mapping[str, float]
    certificate: RunCertificate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """A scenario solved at the tables' values, to be solved again in drawn worlds."""

    scenario: Scenario
    routes: Routes
    """Its choice sets, held over the draws."""
    start: Start
    """Its prices and waits: every draw starts from them."""

    @classmethod
    def of(cls, run: Run) -> Known:
        """
        Return what is known of a solved scenario.

        Parameters
        ----------
        run
            The run.
        """
        return cls(scenario=run.setting.scenario, routes=run.routes, start=run.end)

    def solve(self, world: World) -> Run:
        """
        Solve the scenario in another world.

        Parameters
        ----------
        world
            A draw of the tables.
        """
        return assign(world, prepare(world, self.scenario), self.routes, start=self.start)


def band_of(drawn: Sequence[float] | FloatArray, central: float) -> Band:
    """
    Return median, P10 and P90 of draws; the central run where there are none.

    Parameters
    ----------
    drawn
        [any], shape (n_draws,).
    central
        [any]. At the tables' values.
    """
    if not len(drawn):
        return Band(value=central, low=central, high=central, central=central)
    low, value, high = np.quantile(drawn, (0.1, 0.5, 0.9)).tolist()
    return Band(value=value, low=low, high=high, central=central)


def span_of(drawn: Sequence[float] | FloatArray, central: float) -> tuple[float, float]:
    """
    Return P10 and P90 of draws, widened to the central run: for numbers that stand for it.

    Parameters
    ----------
    drawn
        [any], shape (n_draws,).
    central
        [any]. At the tables' values.

    Returns
    -------
    low
        [any]. The central run itself without draws.
    high
        [any].
    """
    band = band_of(drawn, central)
    return min(band.low, central), max(band.high, central)


def ranged_tables(world: World) -> dict[str, Ranged]:
    """
    Return every ranged column of the tables that a run uses.

    Parameters
    ----------
    world
        The tables.
    """
    links, resources = world.network.links, world.network.resources
    classes = world.classes
    return {
        "links.free_time_h": links.free_time_h,
        "links.dwell_h": links.dwell_h,
        "links.cost_usd_teu": links.cost_usd_teu,
        "links.cost_usd_t": links.cost_usd_t,
        "resources.capacity_t_yr": resources.capacity_t_yr,
        "resources.capacity_teu_yr": resources.capacity_teu_yr,
        "resources.availability_factor": resources.availability,
        "classes.payload_t_per_teu": classes.payload_t_per_teu,
        "classes.value_usd_per_t": classes.value_usd_per_t,
        "classes.value_of_time_usd_per_t_day": classes.value_of_time_usd_per_t_day,
        "classes.reliability_ratio": classes.reliability_ratio,
        "zones.weight": world.zones.weight,
        "demand.value": world.flows.amount,
        "effects.value": world.effects.value,
        "projects.capex_musd": world.projects.capex_musd,
        "measures.cost_musd_yr": world.measures.cost_musd_yr,
        "year_inputs.value": world.year_inputs.table,
        "params": world.params.table,
    }


def count_varied(world: World) -> int:
    """
    Return how many ranged values that the answer uses the draws vary.

    Parameters
    ----------
    world
        The tables.
    """
    tables = ranged_tables(world)
    varied = sum(int((t.has_range & (t.group >= 0)).sum()) for t in tables.values())
    params = tables["params"].has_range & (tables["params"].group >= 0)
    unused = [f"params.{name}".startswith(NOT_USED) for name in world.params.ids]
    return varied - int((params & unused).sum())


def deviates(n: int, n_dimensions: int, seed: int) -> FloatArray:
    """
    Return a Latin hypercube of standard normal deviates.

    Parameters
    ----------
    n
        [-], >= 1. Draws.
    n_dimensions
        [-], >= 1. Independent dimensions.
    seed
        Seed.

    Returns
    -------
    z
        [-], shape (n, n_dimensions), cut at `FURTHEST`.

    References
    ----------
    mckay1979.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - half a second that few commands need

    sampler = qmc.LatinHypercube(n_dimensions, rng=np.random.default_rng(seed))
    return np.clip(ndtri(sampler.random(n)), -FURTHEST, FURTHEST)


def draw_shares(
    world: World,
    routes: Routes,
    start: Mapping[Key, Start],
    *,
    n: int,
    seed: int,
    workers: int,
    tell: Progress,
) -> list[Drawn]:
    """
    Solve every case at every draw.

    Parameters
    ----------
    world
        The tables with their ranges.
    routes
        The choice sets, held over the draws.
    start
        Prices and waits by case. Every draw starts from the central prices, so that the
        number of workers changes nothing.
    n
        [-], >= 0. Draws.
    seed
        Seed of the Latin hypercube.
    workers
        [-], >= 1. Processes.
    tell
        Told how far the work is.

    Returns
    -------
    drawn
        In the order of the draws.
    """
    if n == 0:
        return []
    z = deviates(n, world.n_dimensions, seed)
    tasks = [DrawTask(z=row, keys=tuple(all_cases())) for row in z]
    work = DrawWork(world=world, routes=routes, start=start)
    return list(spread(work, tasks, workers=workers, tell=tell, stage="draws"))


def group_inputs(world: World) -> dict[str, NDArray[np.int64]]:
    """
    Group the draw's dimensions into inputs that a reader can name.

    Parameters
    ----------
    world
        The tables.

    Returns
    -------
    inputs
        Dimensions by id of the input, such as `effects.PJ01`.
    """
    groups: dict[str, set[int]] = {}
    links = world.network.links
    for table, ranged in ranged_tables(world).items():
        varied = ranged.has_range & (ranged.group >= 0)
        if table.startswith("links."):
            for kind in sorted(set(links.kind)):
                mine = varied & (links.kind == kind)
                if mine.any():
                    groups.setdefault(f"{table} {kind}", set()).update(ranged.group[mine].tolist())
            continue
        if table in ("demand.value", "zones.weight", "projects.capex_musd",
                     "measures.cost_musd_yr"):  # fmt: skip
            if table == "demand.value":
                groups[table] = set(ranged.group[varied].tolist())
            continue
        for row, name in enumerate(_names(world, table)):
            mine = np.atleast_1d(varied[row])
            if mine.any():
                key = f"{table.split('.')[0]}.{name}"
                groups.setdefault(key, set()).update(
                    np.atleast_1d(ranged.group[row])[mine].tolist()
                )
    return {name: np.array(sorted(rows), np.int64) for name, rows in sorted(groups.items())}


def _names(world: World, table: str) -> Sequence[str]:
    resources = world.network.resources
    if table.startswith("resources."):
        return [resources.ids[r] for r in resources.version_resource]
    return {
        "classes": world.classes.ids,
        "effects": world.effects.owners,
        "year_inputs": world.year_inputs.ids,
        "params": world.params.ids,
    }[table.split(".", maxsplit=1)[0]]


def name_input(world: World, input_id: str, namer: Namer = PLAIN) -> str:
    """
    Name an input as its table does.

    Parameters
    ----------
    world
        The tables.
    input_id
        Key of `group_inputs`.
    namer
        Language of the name.

    Returns
    -------
    name
        What charts and tables call it.
    """
    table, row = input_id.split(".", 1)
    if table == "demand":
        return namer.lang.say("All demand")
    if table == "links":
        quantity, kind = row.split(" ")
        return f"{namer.lang.say(LINK_WORDS[quantity])}, {name_kind(kind, namer.lang)}"
    resources = world.network.resources
    projects, measures = world.projects, world.measures
    by_id = {
        "params": [("params", world.params.ids, world.params.labels)],
        "year_inputs": [("year_inputs", world.year_inputs.ids, world.year_inputs.names)],
        "classes": [("classes", world.classes.ids, world.classes.names)],
        "resources": [("resources", resources.ids, resources.names)],
        "effects": [
            ("projects", projects.ids, projects.names),
            ("measures", measures.ids, measures.names),
        ],
    }[table]
    called = {
        key: namer.name(subject, name)
        for subject, ids, names in by_id
        for key, name in zip(ids, names, strict=True)
    }
    name = called.get(row, row)
    return namer.lang.say(INPUT_WORDS[table], name=name) if table in INPUT_WORDS else name


def name_kind(kind: str, lang: Language = ENGLISH) -> str:
    """
    Name links of a kind as people call them.

    Parameters
    ----------
    kind
        Such as `rail_1520`.
    lang
        Language of the name.

    Examples
    --------
    >>> name_kind("rail_1520")
    'railways of 1,520 mm'
    """
    if kind.startswith("rail_"):
        gauge = lang.figures(f"{int(kind.removeprefix('rail_')):,}")
        return lang.say("railways of {gauge} mm", gauge=gauge)
    return lang.say(KIND_WORDS[kind]) if kind in KIND_WORDS else kind


# ------------------------------------------------------------------------------ many at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawTask:
    """One state of the inputs."""

    z: FloatArray
    """[-], shape (n_dimensions,). Standard normal deviates."""
    keys: tuple[Key, ...]
    """The cases to solve."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawWork:
    """What every task of a process shares."""

    world: World
    routes: Routes
    start: Mapping[Key, Start]

    def do(self, task: DrawTask) -> Drawn:
        """
        Solve the task's cases at its draw.

        Parameters
        ----------
        task
            The draw.
        """
        drawn = draw_world(self.world, task.z)
        shares = measure(solve_cases(drawn, self.routes, start=self.start, keys=task.keys))
        capex = dict(zip(drawn.projects.ids, drawn.projects.capex_musd.value.tolist(), strict=True))
        return Drawn(cases=shares.cases, capex_musd=capex, certificate=shares.certificate)
