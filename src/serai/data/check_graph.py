"""Can goods get through? Checks of a network's connections, on the nodes (place, mode)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from serai.data.check_lost import why_lost
from serai.data.findings import Finding, list_some
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Tables = Mapping[str, pd.DataFrame]
    Mask = NDArray[np.bool_]

UNIT_COST: Final = {"TEU": "cost_usd_teu", "t": "cost_usd_t"}
"""Column whose empty cell shuts a link to goods counted in this unit."""

_ADD_LINK: Final = "add the missing link, or open one that is closed"


@dataclass(frozen=True, slots=True, eq=False)
class LinkGraph:
    """
    Directed links between terminals. A path never passes through a door.

    The door of a place is two nodes, `KZAAU.door out` where goods start and `KZAAU.door in` where
    they end, so that no path can unload and load again. Loops (`storage`) are left out.
    """

    links: pd.DataFrame
    """Rows of the link table, without loops; shape (n_links,)."""
    nodes: Mapping[str, int]
    """Index of each label."""
    tail: NDArray[np.intp]
    """Index of the node, shape (n_links,)."""
    head: NDArray[np.intp]

    @property
    def is_open(self) -> Mask:
        """Return which links are in service, shape (n_links,)."""
        return (self.links["status"] == "open").to_numpy(dtype=bool)

    def is_kind(self, *kinds: str) -> Mask:
        """
        Return which links are of some kinds.

        Parameters
        ----------
        *kinds
            Words of the column `kind`.

        Returns
        -------
        found
            Shape (n_links,).
        """
        return self.links["kind"].isin(kinds).to_numpy(dtype=bool)

    def matrix(self, usable: Mask) -> csr_array:
        """
        Return how many usable links lead from node to node.

        Parameters
        ----------
        usable
            Shape (n_links,).

        Returns
        -------
        matrix
            Shape (n_nodes, n_nodes).
        """
        n = len(self.nodes)
        ends = (self.tail[usable], self.head[usable])
        return csr_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n, n))

    def reach(self, usable: Mask, starts: Sequence[str]) -> set[str]:
        """
        Return the labels of all nodes that goods can get to.

        Parameters
        ----------
        usable
            Shape (n_links,). Links they may use.
        starts
            Labels of the nodes they may start from; unknown ones are passed over.

        Returns
        -------
        labels
            Starts included.
        """
        matrix = self.matrix(usable)
        labels = tuple(self.nodes)
        found: set[str] = set()
        for start in starts:
            if start in self.nodes and start not in found:
                at = self.nodes[start]
                order = breadth_first_order(matrix, at, return_predecessors=False)
                found.update(labels[ix] for ix in order.tolist())
        return found


def _label_nodes(places: pd.Series[str], modes: pd.Series[str], side: str) -> pd.Series[str]:
    """Return the labels of one end of each link; `side` is `out` for tails and `in` for heads."""
    return places + "." + modes.where(modes != "door", f"door {side}")


def build_link_graph(links: pd.DataFrame) -> LinkGraph:
    """
    Return the links as a graph of terminals.

    Parameters
    ----------
    links
        The link table.

    Returns
    -------
    graph
        Without loops.
    """
    links = links[links["transfer_type"] != "storage"]
    tails = _label_nodes(links["from_place"], links["from_mode"], "out")
    heads = _label_nodes(links["to_place"], links["to_mode"], "in")
    codes, labels = pd.factorize(pd.concat([tails, heads]), sort=True)
    nodes = {str(label): ix for ix, label in enumerate(labels)}
    n = len(links)
    return LinkGraph(links, nodes, codes[:n], codes[n:])


def check_modes(graph: LinkGraph) -> list[Finding]:
    """
    Return where goods could get into a part of one mode's lines and not back.

    Parameters
    ----------
    graph
        The links.

    Returns
    -------
    findings
        One per mode that has such a part. Pipelines may run one way.
    """
    findings = []
    modes = graph.links["from_mode"]
    hauls = graph.is_open & ~graph.is_kind("transfer", "pipeline")
    for mode in sorted(set(modes[hauls])):
        usable = hauls & (modes == mode).to_numpy(dtype=bool)
        matrix = graph.matrix(usable)
        _, weak = connected_components(matrix, connection="weak")
        _, strong = connected_components(matrix, connection="strong")
        parts = pd.DataFrame({"weak": weak, "strong": strong, "node": list(graph.nodes)})
        parts = parts[parts.groupby("weak")["strong"].transform("nunique") > 1]
        main = parts.groupby("weak")["strong"].transform(lambda part: part.value_counts().index[0])
        lost = parts.loc[parts["strong"] != main, "node"]
        if len(lost):
            findings.append(
                Finding(
                    check="each mode leads in and out",
                    where=f"links.csv, {mode}",
                    got=f"no way both in and out at {list_some(lost)}",
                    wanted="every part of a mode's lines strongly connected",
                    then=_ADD_LINK,
                )
            )
    return findings


def check_box_terminals(graph: LinkGraph) -> list[Finding]:
    """
    Return container terminals that the others cannot reach, or that cannot reach the others.

    Parameters
    ----------
    graph
        The links.

    Returns
    -------
    findings
        One, or none. A terminal whose every line is planned or closed only waits for it.
    """
    usable = graph.is_open & graph.links["cost_usd_teu"].notna().to_numpy(dtype=bool)
    kinds = graph.links["transfer_type"].to_numpy()
    terminals = sorted(_ends(graph.head, usable & (kinds == "load")))
    hauls = ~np.isin(kinds, ("load", "unload"))
    waiting = _ends(graph.tail, hauls & ~graph.is_open) - _ends(graph.tail, hauls & usable)
    unloads = _ends(graph.tail, usable & (kinds == "unload"))
    terminals = [node for node in terminals if node in unloads and node not in waiting]
    if not terminals:
        return []
    _, strong = connected_components(graph.matrix(usable), connection="strong")
    parts = pd.Series(strong[terminals])
    labels, main = list(graph.nodes), parts.value_counts().index[0]
    lost = [labels[node] for node, part in zip(terminals, parts, strict=True) if part != main]
    if not lost:
        return []
    return [
        Finding(
            check="container terminals are connected",
            where=f"links.csv, {len(lost)} of {len(terminals)} container terminals",
            got=f"cut off: {list_some(lost)}",
            wanted="a way for boxes between any two container terminals",
            then=_ADD_LINK + ", or give cost_usd_teu to a link that boxes may use",
        )
    ]


def _ends(nodes: NDArray[np.intp], which: Mask) -> set[int]:
    """Return the nodes at one end of some of the links."""
    return set(nodes[which].tolist())


def find_usable(graph: LinkGraph, unit: str, allowed_modes: str) -> Mask:
    """
    Return the open links that a class of goods may use.

    Parameters
    ----------
    graph
        The links.
    unit
        `TEU` or `t`: a link without a price for it is shut to the class.
    allowed_modes
        List cell; `rail` is every gauge.

    Returns
    -------
    usable
        Shape (n_links,).
    """
    allowed = {*split_list(allowed_modes), "door"}
    usable = graph.is_open & graph.links[UNIT_COST[unit]].notna().to_numpy(dtype=bool)
    for end in ("from_mode", "to_mode"):
        modes = graph.links[end].str.replace(r"^rail_\d+$", "rail", regex=True)
        usable &= modes.isin(allowed).to_numpy(dtype=bool)
    return usable


def check_demand_paths(tables: Tables, graph: LinkGraph) -> list[Finding]:
    """
    Return the flows that no path can carry.

    Parameters
    ----------
    tables
        By name.
    graph
        The links of `tables`.

    Returns
    -------
    findings
        One per class and pair of regions; the zones are named.
    """
    findings = []
    demand, classes = tables["demand"], tables["classes"].set_index("class_id")
    flows = demand[demand["value"] > 0].drop_duplicates(
        ["origin_region", "dest_region", "class_id"]
    )
    for class_id, rows in flows.groupby("class_id"):
        goods = classes.loc[str(class_id)]
        usable = find_usable(graph, str(goods["unit"]), str(goods["allowed_modes"]))
        doors = _find_doors(tables, str(goods["unit"]))
        zones = _find_zones(tables, str(class_id), str(goods["unit"]))
        reached = {
            zone: graph.reach(usable, [f"{place}.door out" for place in doors.get(zone, ())])
            for region in set(rows["origin_region"])
            for zone in zones.get((region, "export"), ())
        }
        for line, origin, dest in zip(
            rows.index, rows["origin_region"], rows["dest_region"], strict=True
        ):
            lost = [
                f"{start}–{end}"
                for start in zones.get((origin, "export"), ())
                for end in zones.get((dest, "import"), ())
                if start != end
                and not any(f"{place}.door in" in reached[start] for place in doors.get(end, ()))
            ]
            if lost:
                where = f"demand.csv row {line} ({class_id}, {origin} to {dest})"
                start, _, end = lost[0].partition("–")
                reason = why_lost(
                    graph,
                    (UNIT_COST[str(goods["unit"])], str(goods["allowed_modes"])),
                    [f"{place}.door out" for place in doors.get(start, ())],
                    [f"{place}.door in" for place in doors.get(end, ())],
                    tables["places"],
                )
                findings.append(
                    Finding(
                        check="demand has a path",
                        where=where,
                        got=f"no path between zones {list_some(lost)}: {reason}",
                        wanted=f"an open path for {goods['unit']} by {goods['allowed_modes']}",
                        then="connect the places of these zones (links.csv, access.csv)",
                    )
                )
    return findings


def _find_doors(tables: Tables, unit: str) -> dict[str, list[str]]:
    """Return the places each zone ships through, for goods counted in `unit`."""
    access = tables["access"]
    access = access[access[UNIT_COST[unit]].notna()]
    return {str(zone): list(rows) for zone, rows in access.groupby("zone_id")["place_id"]}


def _find_zones(tables: Tables, class_id: str, unit: str) -> dict[tuple[str, str], list[str]]:
    """Return the zones with a weight above zero, by region and direction."""
    found: dict[tuple[str, str], list[str]] = {}
    zones = tables["zones"]
    for direction in ("export", "import"):
        weight = zones[f"{direction}_weight_{'box' if unit == 'TEU' else 'bulk'}"]
        for zone, region in zones.loc[weight > 0, ["zone_id", "region"]].itertuples(index=False):
            found.setdefault((region, direction), []).append(zone)
    special = tables.get("zone_class_weights")
    if special is not None:
        special = special[(special["class_id"] == class_id) & (special["weight"] > 0)]
        for key, rows in special.groupby(["region", "direction"])["zone_id"]:
            found[str(key[0]), str(key[1])] = list(rows)
    return found
