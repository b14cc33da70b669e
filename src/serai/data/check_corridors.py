"""Whether the pack's network does what the map does when a strait or a country is shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from serai.data.check_graph import build_link_graph
from serai.data.findings import Finding, list_some
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from serai.data.check_graph import LinkGraph

    Mask = NDArray[np.bool_]

WATER_MODES: Final = ("sea", "ferry", "river")
RAIL_MODES: Final = ("rail_1435", "rail_1520")
LAND_BRIDGE_MODES: Final = (*RAIL_MODES, *WATER_MODES)
LINE_KINDS: Final = ("feeder", *LAND_BRIDGE_MODES)

OCEAN: Final = ("Suez", "Bab-el-Mandeb", "Cape of Good Hope")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """With these things shut, is there a way, and by where: a question with a known answer."""

    name: str
    start: str
    """Terminal, as place and mode."""
    end: str
    modes: tuple[str, ...]
    """Terminals a path may use."""
    countries: tuple[str, ...] = ()
    """Territories that are shut."""
    passages: tuple[str, ...] = ()
    """Passages that are shut."""
    borders: tuple[str, ...] = ()
    """Pairs of countries, e.g. `CHN-RUS`, whose links are shut."""
    uses: str = ""
    """Passage or pair of countries the quickest path must use; empty for any path."""
    has_path: bool = True


WHAT_IFS: Final = (
    WhatIf(
        name="Middle remains without RUS and BLR",
        start="CNSIA.rail_1435",
        end="DEDUI.rail_1435",
        modes=LAND_BRIDGE_MODES,
        countries=("RUS", "BLR", "IRN", "TKM"),
        passages=OCEAN,
        uses="AZE-KAZ",
    ),
    WhatIf(
        name="ocean remains without RUS and BLR",
        start="CNSHA.sea",
        end="NLRTM.sea",
        modes=WATER_MODES,
        countries=("RUS", "BLR"),
        uses="Suez",
    ),
    WhatIf(
        name="Northern by Zabaikalsk remains without KAZ",
        start="CNSIA.rail_1435",
        end="DEDUI.rail_1435",
        modes=RAIL_MODES,
        countries=("KAZ", "MNG", "IRN"),
        uses="CHN-RUS",
    ),
    WhatIf(
        name="Northern by Naushki remains without KAZ",
        start="CNSIA.rail_1435",
        end="DEDUI.rail_1435",
        modes=RAIL_MODES,
        countries=("KAZ", "IRN"),
        borders=("CHN-RUS",),
        uses="MNG-RUS",
    ),
    *(
        WhatIf(
            name=f"{passage} closed gives the Cape",
            start="CNSHA.sea",
            end="NLRTM.sea",
            modes=WATER_MODES,
            passages=(passage,),
            uses="Cape of Good Hope",
        )
        for passage in ("Suez", "Bab-el-Mandeb")
    ),
    WhatIf(
        name="Malacca closed gives Sunda",
        start="CNSHA.sea",
        end="NLRTM.sea",
        modes=WATER_MODES,
        passages=("Malacca",),
        uses="Sunda",
    ),
    WhatIf(
        name="Bosphorus closed leaves the Black Sea without sea access",
        start="GEPTI.sea",
        end="NLRTM.sea",
        modes=WATER_MODES,
        passages=("Bosphorus",),
        has_path=False,
    ),
    WhatIf(
        name="Bosphorus closed leaves the Black Sea whole",
        start="GEPTI.sea",
        end="ROCND.sea",
        modes=WATER_MODES,
        passages=("Bosphorus",),
    ),
    WhatIf(
        name="Hormuz closed cuts Bandar Abbas off",
        start="IRBND.sea",
        end="INMUN.sea",
        modes=WATER_MODES,
        passages=("Hormuz",),
        has_path=False,
    ),
    WhatIf(
        name="Hormuz open serves Bandar Abbas",
        start="IRBND.sea",
        end="INMUN.sea",
        modes=WATER_MODES,
        uses="Hormuz",
    ),
    WhatIf(
        name="no water way out of the Caspian but the Volga-Don",
        start="KZAAU.sea",
        end="GEPTI.sea",
        modes=WATER_MODES,
        passages=("Volga-Don",),
        has_path=False,
    ),
    WhatIf(
        name="the Volga-Don leads out of the Caspian",
        start="KZAAU.sea",
        end="GEPTI.sea",
        modes=WATER_MODES,
        uses="Volga-Don",
    ),
    WhatIf(
        name="the Volga-Don is Russian",
        start="KZAAU.sea",
        end="GEPTI.sea",
        modes=WATER_MODES,
        countries=("RUS",),
        has_path=False,
    ),
)
"""What must hold on the pack's own network."""


def check_corridors(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """
    Return the what-ifs whose answer is not the known one.

    Parameters
    ----------
    tables
        Of the pack: the questions name its places.

    Returns
    -------
    findings
        One per question that fails.
    """
    graph = build_link_graph(tables["links"])
    country = tables["places"].set_index("place_id")["country_iso3"]
    ends = zip(
        graph.links["from_place"].map(country), graph.links["to_place"].map(country), strict=True
    )
    borders = np.array(["-".join(sorted(pair)) for pair in ends])
    return [found for case in WHAT_IFS for found in check_what_if(graph, borders, case)]


def check_what_if(graph: LinkGraph, borders: NDArray[np.str_], case: WhatIf) -> list[Finding]:
    """
    Return what is wrong with one question's answer.

    Parameters
    ----------
    graph
        The links.
    borders
        The two countries of each link's ends, in order of the alphabet; shape (n_links,).
    case
        The question.

    Returns
    -------
    findings
        One, or none.
    """
    usable = _find_usable(graph, borders, case)
    path = find_quickest(graph, usable, case.start, case.end)
    shut = [*case.countries, *case.passages, *case.borders]
    where = f"{case.start} to {case.end}" + (f" with {list_some(shut, 9)} closed" if shut else "")
    if path is None:
        got, is_right = "no path", not case.has_path
    else:
        passed = {*graph.links["passage"].to_numpy()[path], *borders[path]}
        names = [str(name) for name in graph.links["link_id"].to_numpy()[path]]
        got = f"a path by {list_some(names, 40)}"
        is_right = case.has_path and (not case.uses or case.uses in passed)
    if is_right:
        return []
    wanted = f"a path by {case.uses}" if case.uses else "a path" if case.has_path else "no path"
    then = "correct the links, their passages and territories"
    return [Finding(check=case.name, where=where, got=got, wanted=wanted, then=then)]


def _find_usable(graph: LinkGraph, borders: NDArray[np.str_], case: WhatIf) -> Mask:
    """Return the open links that the question leaves usable."""
    links = graph.links
    usable = graph.is_open & graph.is_kind("transfer", *LINE_KINDS)
    for end in ("from_mode", "to_mode"):
        usable &= links[end].isin(case.modes).to_numpy(dtype=bool)
    usable &= ~links["passage"].isin(case.passages).to_numpy(dtype=bool)
    usable &= ~np.isin(borders, case.borders)
    if case.countries:
        shut = set(case.countries)
        crosses = links["countries_iso3"].map(lambda cell: bool(shut & set(split_list(cell))))
        usable &= ~crosses.to_numpy(dtype=bool)
    return usable


def find_quickest(graph: LinkGraph, usable: Mask, start: str, end: str) -> NDArray[np.intp] | None:
    """
    Return the quickest path without queues, as rows of the graph's links.

    Parameters
    ----------
    graph
        The links.
    usable
        Shape (n_links,). Links a path may use.
    start
        Label of a node.
    end
        Label of a node.

    Returns
    -------
    path
        Rows in order; None if there is no path or no such node.
    """
    if start not in graph.nodes or end not in graph.nodes:
        return None
    tail, head = graph.nodes[start], graph.nodes[end]
    hours = graph.links["free_time_h"].to_numpy() + graph.links["dwell_h"].to_numpy() + 1e-6
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(hours[rows], kind="stable")]
    pairs = pd.DataFrame({"tail": graph.tail[rows], "head": graph.head[rows]})
    rows = rows[~pairs.duplicated().to_numpy()]
    best = {(int(graph.tail[row]), int(graph.head[row])): int(row) for row in rows}
    n = len(graph.nodes)
    matrix = csr_array((hours[rows], (graph.tail[rows], graph.head[rows])), shape=(n, n))
    _, before = dijkstra(matrix, indices=[tail], return_predecessors=True)
    path: list[int] = []
    while head != tail:
        previous = int(before[0, head])
        if previous < 0:
            return None
        path.append(best[previous, head])
        head = previous
    return np.array(path[::-1], dtype=np.intp)
