"""The network of a scenario as a graph of networkx, for whatever that library can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import require_library
from serai.model.apply import apply_scenario
from serai.model.graph import EAST, WEST, Graph, build_graph

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["build_networkx"]


def build_networkx(world: World, scenario: Scenario) -> nx.MultiDiGraph[str]:
    """
    Return the links that are open in a scenario as a directed graph with parallel edges.

    Parameters
    ----------
    world
        The tables.
    scenario
        What is built, decided and happens.

    Returns
    -------
    graph
        Nodes are terminals (place and mode), doors and zones; the key of an edge is its link.
        An infinite price says that such loads may not use the edge.

    Raises
    ------
    ScenarioError
        networkx is not installed, or the scenario names what the tables do not have.
    """
    networkx = require_library("networkx", "to_networkx", "formats")
    graph = build_graph(world, apply_scenario(world, scenario))
    out = networkx.MultiDiGraph(
        name=scenario.name, year=scenario.year, data_version=world.data_version
    )
    out.add_nodes_from(_nodes(world))
    out.add_edges_from(_edges(graph))
    return out


def _nodes(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    network, zones = world.network, world.zones
    places = network.places
    at = {place: i for i, place in enumerate(places.ids)}
    at_zone = {zone: i for i, zone in enumerate(zones.ids)}
    ends = set(network.zone_out.tolist()) | set(network.zone_in.tolist())
    for i, node in enumerate(network.node_ids):
        key, _, mode = node.rpartition(":")
        if i in ends:
            z = at_zone[key]
            told = {"x_coord": float(zones.lon[z]), "y_coord": float(zones.lat[z]),
                    "node_type": "zone", "zone_id": key, "place_id": "",
                    "name": zones.names[z], "country_iso3": zones.countries[z]}  # fmt: skip
        else:
            p = at[key]
            told = {"x_coord": float(places.lon[p]), "y_coord": float(places.lat[p]),
                    "node_type": places.kinds[p], "zone_id": "", "place_id": key,
                    "name": places.names[p], "country_iso3": places.countries[p]}  # fmt: skip
        yield node, {"node_id": node, "mode": mode, **told}


def _edges(graph: Graph) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    network = graph.network
    links, nodes = network.links, network.node_ids
    countries = np.array(network.country_ids)
    prices = {
        f"cost_{unit}_{side}": np.nan_to_num(values, nan=np.inf, posinf=np.inf)
        for unit, both in (("usd_teu", graph.usd_teu), ("usd_t", graph.usd_t))
        for side, values in zip(("west", "east"), np.broadcast_to(
            both, (2, len(links.ids)))[[WEST, EAST]], strict=True)
    }  # fmt: skip
    for i in np.flatnonzero(graph.is_open & ~graph.is_closed):
        used = links.resource_ix[links.resource_start[i] : links.resource_start[i + 1]]
        tail, head = nodes[links.tail[i]], nodes[links.head[i]]
        yield (
            tail,
            head,
            links.ids[i],
            {
                "link_id": links.ids[i],
                "from_node_id": tail,
                "to_node_id": head,
                "directed": True,
                "kind": str(links.kind[i]),
                "transfer_type": str(links.transfer_type[i]),
                "length_km": float(links.length_km[i]),
                "time_h": float(graph.hours[i]),
                **{name: float(values[i]) for name, values in prices.items()},
                "operator": str(links.operator[i]),
                "passage": str(links.passage[i]),
                "countries_iso3": ";".join(countries[links.in_country[i]]),
                "resource_ids": ";".join(network.resources.ids[r] for r in used),
                "grade": str(links.grade[i]),
                "source_ids": str(links.source_ids[i]),
            },
        )
