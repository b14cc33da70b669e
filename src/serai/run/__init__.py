"""The one path from inputs to a run: world, scenario, routes, equilibrium, record."""

from serai.run.bases import Bases
from serai.run.rounds import (
    MAX_PRICED_SEARCHES,
    NOTHING_NEW,
    base_of,
    carried_by_new,
    planned_routes,
    priced_routes,
    run_rounds,
    run_scenario,
    search_routes,
    surcharges,
)
from serai.run.solved import (
    Run,
    Setting,
    Start,
    assign,
    describe,
    offers_of,
    prepare,
    with_transit_closed,
    worst,
)

__all__ = [
    "MAX_PRICED_SEARCHES",
    "NOTHING_NEW",
    "Bases",
    "Run",
    "Setting",
    "Start",
    "assign",
    "base_of",
    "carried_by_new",
    "describe",
    "offers_of",
    "planned_routes",
    "prepare",
    "priced_routes",
    "run_rounds",
    "run_scenario",
    "search_routes",
    "surcharges",
    "with_transit_closed",
    "worst",
]
