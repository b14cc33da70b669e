"""States of the world and of what is decided, drawn at once, for scenario discovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from serai.domain.ranged import FloatArray
from serai.domain.results import RunCertificate
from serai.domain.routes import Routes
from serai.domain.scenario import Scenario, SetYearInput
from serai.domain.world import World
from serai.model.apply import draw_world
from serai.run import Run, Start, assign, offers_of, prepare, with_transit_closed
from serai.studies.cases import case_scenario
from serai.studies.draws import deviates, group_inputs
from serai.studies.shares import TODAY, Key, measure

__all__ = ["OCEAN", "PROJECTS", "Case", "State", "StateWork", "draw_states", "ocean_span"]

Case = Literal["today", "funded", "full"]

BLOCK: Final = 50
"""Draws of one Latin hypercube: more draws are more blocks, and the first ones stay."""

PROJECTS: Final[tuple[Case, ...]] = ("funded", "full")
"""Cases whose projects are drawn where no case is held."""

PACKAGES: Final = {
    "trust": ("feared_h",),
    "tariffs": ("cost_usd_teu", "cost_usd_t"),
    "borders": ("free_time_h", "dwell_h", "capacity_t_yr", "capacity_teu_yr"),
}
"""Packages of soft measures, drawn in force or not: each measure belongs to the first that holds a
quantity it changes."""

OCEAN: Final = (
    *("ocean_paid_cn_neur_west", "ocean_paid_cn_med_west"),
    *("ocean_spot_cn_neur_east", "ocean_spot_cn_med_east"),
)
"""Yearly inputs that the price of the ocean is made of; the first one names it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """One state: what the world is like, and what is decided."""

    z: FloatArray
    """[-], shape (n_dimensions,). Standard normal deviates."""
    ocean: float
    """[-] 0 to 1. Price of the ocean, from that of the cheapest year to that of the dearest."""
    projects: Case
    """Whose projects are built."""
    measures: tuple[str, ...]
    """Soft measures in force."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draws:
    """States, and what they are told by."""

    states: Sequence[State]
    inputs: Mapping[str, NDArray[np.int64]]
    """Dimensions by input; those of an input move together."""
    place: FloatArray
    """[-], shape (n_draws, n_inputs). Of each input in its range: its quantile, 0 to 1."""
    is_full: NDArray[np.bool_]
    """Whether all projects are built, shape (n_draws,)."""
    in_force: NDArray[np.bool_]
    """Whether each of `PACKAGES` is in force, shape (n_draws, n_packages)."""


def split_inputs(world: World) -> dict[str, NDArray[np.int64]]:
    """
    Group the draw's dimensions into inputs whose values a reader can name.

    Parameters
    ----------
    world
        The tables.

    Returns
    -------
    inputs
        As `group_inputs`, but payload, value, value of time and reliability ratio of a class
        each by itself, such as `classes.value_of_time_usd_per_t_day C_OM`.
    """
    classes = world.classes
    of_class = {
        f"classes.{name} {k}": np.array([column.group[i]], np.int64)
        for name in ("payload_t_per_teu", "reliability_ratio", "value_of_time_usd_per_t_day",
                     "value_usd_per_t")
        for column in (getattr(classes, name),)
        for i, k in enumerate(classes.ids)
        if column.has_range[i] and column.group[i] >= 0
    }  # fmt: skip
    others = {k: rows for k, rows in group_inputs(world).items() if not k.startswith("classes.")}
    return dict(sorted((others | of_class).items()))


def list_packages(world: World) -> dict[str, tuple[str, ...]]:
    """
    Return the soft measures that have an effect, by package.

    Parameters
    ----------
    world
        The tables.
    """
    effects = world.effects
    changes = {
        m: {q for q, owner in zip(effects.quantity, effects.owners, strict=True) if owner == m}
        for m in world.measures.ids
    }
    package = {
        m: next((name for name, wanted in PACKAGES.items() if mine.intersection(wanted)), None)
        for m, mine in changes.items()
    }
    return {name: tuple(m for m in changes if package[m] == name) for name in PACKAGES}


def draw_states(world: World, *, n: int, seed: int, case: Case | None) -> Draws:
    """
    Draw states of the world, and of what is decided unless a case is held.

    Parameters
    ----------
    world
        The tables with their ranges.
    n
        [-], >= 1. Draws.
    seed
        Seed. The first draws are the same whatever `n` is.
    case
        Whose projects and measures hold; drawn if left out: projects of one of `PROJECTS`, each
        of `PACKAGES` in force or not.
    """
    inputs, packages = split_inputs(world), list_packages(world)
    widths = (world.n_dimensions, len(inputs), 1, 1, len(packages))
    blocks = [
        deviates(BLOCK, sum(widths), int(np.random.SeedSequence((seed, b)).generate_state(1)[0]))
        for b in range(-(-n // BLOCK))
    ]
    z, together, ocean, projects, force = np.split(
        np.concatenate(blocks)[:n], np.cumsum(widths)[:-1], axis=1
    )
    z = z.copy()
    for i, rows in enumerate(inputs.values()):
        z[:, rows] = together[:, i, None]
    place = ndtr(np.column_stack([together, ocean]))
    is_full, in_force = projects[:, 0] > 0.0, force > 0.0
    if case is not None:
        is_full[:], in_force[:] = case == "full", case == "full"
    states = [
        State(
            z=z[d],
            ocean=float(place[d, -1]),
            projects=case or PROJECTS[int(is_full[d])],
            measures=tuple(
                m
                for owned, on in zip(packages.values(), in_force[d], strict=True)
                for m in owned
                if on
            ),
        )
        for d in range(n)
    ]
    return Draws(states=states, inputs=inputs, place=place, is_full=is_full, in_force=in_force)


def ocean_span(world: World, name: str) -> tuple[float, float] | None:
    """
    Return the lowest and the highest value of an ocean rate over the years of the tables.

    Parameters
    ----------
    world
        The tables.
    name
        One of `OCEAN`.

    Returns
    -------
    span
        [USD/FEU]. None where the tables do not have it.
    """
    if name not in world.year_inputs.ids:
        return None
    row = world.year_inputs.table.value[world.year_inputs.ids.index(name)]
    return float(np.nanmin(row)), float(np.nanmax(row))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateWork:
    """Solves states; shared by every task of a process."""

    world: World
    routes: Routes
    start: Mapping[Key, Start]
    russia: Literal["open", "closed"]

    def do(self, task: State) -> tuple[float, RunCertificate]:
        """
        Return the share of the divertible boxes in a state, and the worst of both runs.

        Parameters
        ----------
        task
            The state.
        """
        shocks = self._price_the_ocean(task.ocean)
        today = case_scenario("today", "open").model_copy(update={"shocks": shocks})
        after, closed = (
            _with_decisions(case_scenario(task.projects, russia), task, shocks)
            for russia in ("open", "closed")
        )
        world = draw_world(self.world, task.z)
        at_first = prepare(world, today)
        opened = prepare(world, after, like=at_first)
        setting = opened if self.russia == "open" else with_transit_closed(opened, closed)
        start = self.start["today" if task.projects == "today" else "full", self.russia]
        offers = offers_of(world, opened, self.routes)
        runs: dict[Key, Run] = {
            TODAY: assign(world, at_first, self.routes, start=self.start[TODAY]),
            ("state", self.russia): assign(world, setting, self.routes, offers=offers, start=start),
        }
        shares = measure(runs)
        return shares.cases["state", self.russia].share, shares.certificate

    def _price_the_ocean(self, place: float) -> tuple[SetYearInput, ...]:
        spans = {name: ocean_span(self.world, name) for name in OCEAN}
        return tuple(
            SetYearInput(kind="year_input", input_id=name, value=price_between(span, place))
            for name, span in spans.items()
            if span is not None
        )


def price_between(span: tuple[float, float], place: float) -> float:
    """
    Return the price at a place between two, even in its logarithm.

    Parameters
    ----------
    span
        [USD/FEU], > 0. Lowest and highest.
    place
        [-] 0 to 1.
    """
    low, high = span
    return float(low * (high / low) ** place)


def _with_decisions(scenario: Scenario, task: State, shocks: Sequence[SetYearInput]) -> Scenario:
    update = {
        "name": f"state-{scenario.name}",
        "measures": task.measures,
        "shocks": (*scenario.shocks, *shocks),
    }
    return scenario.model_copy(update=update)
