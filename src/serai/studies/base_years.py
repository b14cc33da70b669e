"""The base years against published totals: right order of magnitude, misses in plain sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from serai.model.apply import caspian_links
from serai.model.choice import AVOIDING_REGIONS, any_link, crosses_any
from serai.run import Run

__all__ = ["PUBLISHED", "Target", "outcomes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A published total of a base year."""

    quantity: str
    year: int
    value: float
    source_ids: tuple[str, ...]
    note: str = ""


PUBLISHED = (
    Target(quantity="northern_kteu", year=2019, value=333.0, source_ids=("F0063",)),
    Target(quantity="northern_kteu", year=2020, value=546.9, source_ids=("F0064",)),
    Target(
        quantity="northern_kteu",
        year=2021,
        value=655.0,
        source_ids=("F0071", "F0415"),
        note="618.2 by one count, 692.5 by another: the middle of the two",
    ),
    Target(quantity="northern_east_kteu", year=2021, value=253.0, source_ids=("F0417",)),
    Target(quantity="northern_kteu", year=2022, value=410.5, source_ids=("F0070",)),
    Target(quantity="northern_kteu", year=2023, value=211.1, source_ids=("F0075",)),
    Target(quantity="middle_kteu", year=2021, value=25.2, source_ids=("F0011",)),
    Target(quantity="middle_kteu", year=2022, value=33.6, source_ids=("F0010",)),
    Target(quantity="middle_kteu", year=2023, value=20.5, source_ids=("F0187",)),
    Target(quantity="middle_kt", year=2019, value=759.0, source_ids=("F0001",)),
    Target(quantity="middle_kt", year=2020, value=783.0, source_ids=("F0002",)),
    Target(quantity="middle_kt", year=2021, value=586.0, source_ids=("F0003",)),
    Target(quantity="middle_kt", year=2022, value=1485.0, source_ids=("F0004",)),
    Target(quantity="middle_kt", year=2023, value=2764.0, source_ids=("F0005",)),
)
"""Published totals of 2019-2023. Later years are not looked up."""


def outcomes(run: Run) -> Mapping[str, float]:
    """
    Return a run's totals in the definitions of the published ones.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    totals
        Empty boxes are counted too where boxes balance. ``northern_kteu``: boxes between
        China and Europe by rail over Kazakhstan, Russia and Belarus, with
        ``northern_west_kteu`` and ``northern_east_kteu``; ``middle_kteu``: boxes over the Caspian
        between Kazakhstan or Turkmenistan and Azerbaijan; ``middle_kt``: tonnes of everything but
        crude between Kazakhstan and Azerbaijan over it.
    """
    world, routes, problem = run.world, run.routes, run.problem
    network, cells = world.network, run.setting.cells
    options = np.flatnonzero(problem.option_route >= 0)
    route = problem.option_route[options]
    cell = problem.group_cell[problem.option_group[options]]
    flow = run.solution.flow[options]
    class_ix = cells.class_ix[cell]
    region = np.array(world.zones.regions)
    start, end = region[cells.origin[cell]], region[cells.dest[cell]]
    is_box = world.classes.is_box[class_ix]
    west = (start == "CHN") & np.char.startswith(end, AVOIDING_REGIONS)
    east = (end == "CHN") & np.char.startswith(start, AVOIDING_REGIONS)
    through = routes.uses_russian_rail & np.all(
        [crosses_any(network, routes, (c,)) for c in ("KAZ", "BLR")], axis=0
    )
    by_north = through[route] & is_box
    caspian = any_link(routes, caspian_links(network))[route]
    kazakh = any_link(routes, caspian_links(network, ("KAZ",)))[route]
    crude = np.array(world.classes.ids)[class_ix] == "CRUDE"
    tonnes = flow * world.classes.tonnes_per_unit[class_ix]
    return {
        "northern_kteu": float(flow[by_north & (west | east)].sum() / 1e3),
        "northern_west_kteu": float(flow[by_north & west].sum() / 1e3),
        "northern_east_kteu": float(flow[by_north & east].sum() / 1e3),
        "middle_kteu": float(flow[caspian & is_box].sum() / 1e3),
        "middle_china_europe_kteu": float(flow[caspian & is_box & (west | east)].sum() / 1e3),
        "middle_kt": float(tonnes[kazakh & ~crude].sum() / 1e3),
    }
