"""Can I run, can I trust it: the structure checks of a network and its demand, in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serai.data.check_corridors import check_corridors
from serai.data.check_effects import check_effects, check_owners
from serai.data.check_graph import (
    build_link_graph,
    check_box_terminals,
    check_demand_paths,
    check_modes,
)
from serai.data.check_rows import (
    check_bounds,
    check_demand,
    check_directions,
    check_ends,
    check_places,
    check_resources,
    check_weights,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from serai.data.findings import Finding


def check_network(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """
    Return what the structure checks find on any network.

    Parameters
    ----------
    tables
        As `read_tables` returns them: ids, keys and bounds are checked there.

    Returns
    -------
    findings
        Errors first, each kind in the order of the tables; empty if all is well.
    """
    graph = build_link_graph(tables["links"])
    found = [
        *check_bounds(tables),
        *check_ends(tables),
        *check_directions(tables),
        *check_places(tables),
        *check_weights(tables),
        *check_demand(tables),
        *check_resources(tables),
        *check_effects(tables),
        *check_owners(tables),
        *check_modes(graph),
        *check_box_terminals(graph),
        *check_demand_paths(tables, graph),
    ]
    return sorted(found, key=lambda finding: finding.severity)


def check_pack(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """
    Return what the structure checks find on the pack, what-ifs on its own places included.

    Parameters
    ----------
    tables
        Of the pack.

    Returns
    -------
    findings
        Errors first; empty if all is well.
    """
    found = [*check_network(tables), *check_corridors(tables)]
    return sorted(found, key=lambda finding: finding.severity)
