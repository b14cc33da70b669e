"""Test networks of the field in the TNTP format."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from serai.domain.roads import RoadProblem
from serai.errors import DataError, state_fault

__all__ = ["read_coordinates", "read_lengths", "read_tntp"]

END = "<END OF METADATA>"
N_CELLS = 7
"""Cells of a link that count: from, to, capacity, length, free-flow time, b, power."""


def read_tntp(net: Path, trips: Path) -> RoadProblem:
    """
    Read a network and its trips, pure travel time: tolls and lengths do not count.

    Parameters
    ----------
    net
        File of links, with `FIRST THRU NODE` in its heading.
    trips
        File of trips.

    Returns
    -------
    problem
        Pairs in the order of the file; pairs without demand are left out.

    Raises
    ------
    DataError
        A file cannot be read, or rows make no sense; all of them are named.
    """
    faults: list[str] = []
    head, body = _split(net, faults)
    _, demand_text = _split(trips, faults)
    if faults:
        raise DataError(faults)
    n_nodes = _count(net, head, "NUMBER OF NODES", faults)
    n_zones = _count(net, head, "NUMBER OF ZONES", faults)
    first_thru = _count(net, head, "FIRST THRU NODE", faults)
    n_links = _count(net, head, "NUMBER OF LINKS", faults)
    if faults:
        raise DataError(faults)
    links = _read_links(net, body, n_nodes, faults)
    if not faults and len(links) != n_links:
        got, wanted = f"{len(links)} links", f"{n_links}, as the heading says"
        faults.append(state_fault(net.name, got, wanted, "get the whole file"))
    pairs = _read_trips(trips, demand_text, n_zones, faults)
    if faults:
        raise DataError(faults)
    cells = np.array(links, float).reshape(-1, N_CELLS)
    table = np.array(pairs, float).reshape(-1, 3)
    return RoadProblem(
        n_nodes=n_nodes, first_thru=first_thru - 1,
        tail=cells[:, 0].astype(np.int32) - 1, head=cells[:, 1].astype(np.int32) - 1,
        capacity=cells[:, 2].copy(), free_time=cells[:, 4].copy(),
        b=cells[:, 5].copy(), power=cells[:, 6].copy(),
        origin=table[:, 0].astype(np.int32) - 1, dest=table[:, 1].astype(np.int32) - 1,
        demand=table[:, 2].copy(),
    )  # fmt: skip


def read_lengths(net: Path) -> list[float]:
    """
    Return the lengths of the links of a network that `read_tntp` reads.

    Parameters
    ----------
    net
        File of links.

    Returns
    -------
    lengths
        [unit of the file] In the order of the file.
    """
    head, body = _split(net, [])
    links = _read_links(net, body, _count(net, head, "NUMBER OF NODES", []), [])
    return [row[3] for row in links]


def read_coordinates(path: Path, n_nodes: int) -> list[tuple[float, float]]:
    """
    Return longitude and latitude of the nodes.

    Parameters
    ----------
    path
        File of nodes: node, x, y.
    n_nodes
        Nodes of the network.

    Returns
    -------
    points
        [deg] In the order of their numbers.

    Raises
    ------
    DataError
        The file cannot be read, leaves a node out, or has coordinates that are no degrees.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        got = f"a file that cannot be read ({getattr(error, 'strerror', None) or error})"
        then = "name a file of nodes by --nodes: a network on a map needs coordinates"
        raise DataError(state_fault(path.name, got, "node, x and y of every node", then)) from error
    number = r"([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
    rows = re.findall(rf"^\s*(\d+)\s+{number}\s+{number}", text, re.MULTILINE)
    points = {int(node): (float(x), float(y)) for node, x, y in rows}
    faults = [
        state_fault(f"{path.name}, node {node}", "no row", "x and y", "add it")
        for node in range(1, n_nodes + 1) if node not in points
    ]  # fmt: skip
    faults += [
        state_fault(f"{path.name}, node {node}", f"{x:g}, {y:g}", "longitude and latitude (WGS 84)",
                    "convert the coordinates")
        for node, (x, y) in points.items() if not (-180 <= x <= 180 and -90 <= y <= 90)  # noqa: PLR2004
    ]  # fmt: skip
    if faults:
        raise DataError(faults)
    return [points[node] for node in range(1, n_nodes + 1)]


def _split(path: Path, faults: list[str]) -> tuple[str, str]:
    """Return heading and rows; the heading's lines stay counted in front of the rows."""
    try:
        head, end, body = path.read_text("utf-8").partition(END)
    except (OSError, UnicodeDecodeError) as error:
        got = f"a file that cannot be read ({getattr(error, 'strerror', None) or error})"
        faults.append(state_fault(path.name, got, "a readable text", "check the path"))
        return "", ""
    if not end:
        faults.append(state_fault(path.name, f"no {END}", "a TNTP file", "check the file"))
    return head, "\n" * head.count("\n") + body


def _count(path: Path, head: str, word: str, faults: list[str]) -> int:
    found = re.search(rf"<{word}>\s*(\d+)", head)
    if found is None:
        faults.append(state_fault(path.name, f"no <{word}>", "a whole number", "add it on top"))
        return 0
    return int(found[1])


def _read_links(path: Path, body: str, n_nodes: int, faults: list[str]) -> list[list[float]]:
    links = []
    for line, text in enumerate(body.splitlines(), 1):
        cells = text.partition("~")[0].replace(";", " ").split()
        if not cells:
            continue
        where = f"{path.name} row {line}"
        try:
            row = [float(cell) for cell in cells[:N_CELLS]]
        except ValueError:
            row = []
        if len(row) < N_CELLS or not all(map(math.isfinite, row)):
            wanted = "from, to, capacity, length, free-flow time, b, power"
            faults.append(state_fault(where, text.strip(), wanted, "correct it"))
            continue
        for what, node in (("from", row[0]), ("to", row[1])):
            if not (node.is_integer() and 1 <= node <= n_nodes):
                wanted = f"a node from 1 to {n_nodes}"
                faults.append(state_fault(f"{where}, {what}", f"{node:g}", wanted, "correct it"))
        if min(row[4:]) < 0.0:
            faults.append(
                state_fault(where, "a time, b or power below 0", "0 or more", "correct it")
            )
        if row[2] <= 0.0 and row[5] > 0.0 and row[6] > 0.0:
            faults.append(state_fault(f"{where}, capacity", f"{row[2]:g}", "more than 0, as b and "
                                      "power are", "remove the link, or set b to 0"))  # fmt: skip
        links.append(row)
    return links


def _read_trips(
    path: Path, body: str, n_zones: int, faults: list[str]
) -> list[tuple[float, float, float]]:
    pairs = []
    origin = 0
    for line, text in enumerate(body.splitlines(), 1):
        words = text.partition("~")[0].strip()
        where = f"{path.name} row {line}"
        if found := re.fullmatch(r"Origin\s+(\d+)", words, re.IGNORECASE):
            origin = int(found[1])
            if not 1 <= origin <= n_zones:
                faults.append(
                    state_fault(where, f"origin {origin}", f"1 to {n_zones}", "correct it")
                )
            continue
        for entry in filter(None, map(str.strip, words.split(";"))):
            found = re.fullmatch(r"(\d+)\s*:\s*(\S+)", entry)
            try:
                dest, demand = (int(found[1]), float(found[2])) if found else (0, math.nan)
            except ValueError:
                dest, demand = 0, math.nan
            if not (origin and 1 <= dest <= n_zones and 0.0 <= demand < math.inf):
                wanted = f"`zone : trips` below an origin, zones 1 to {n_zones}, trips 0 or more"
                faults.append(state_fault(where, entry, wanted, "correct it"))
            elif demand > 0.0:
                pairs.append((float(origin), float(dest), demand))
    return pairs
