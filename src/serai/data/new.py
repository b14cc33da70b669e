"""A folder to begin with: the worked example, a copy of the package's tables, or a TNTP network."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from serai.data.folders import PACK
from serai.data.tntp import read_coordinates, read_lengths, read_tntp
from serai.errors import ScenarioError, state_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["EXAMPLE", "files_of"]

EXAMPLE: Final = Path(__file__).parent / "example"
"""The worked example."""

YEAR: Final = 2023
"""Year that the trips of a TNTP network are put in."""
CLASS: Final = "C_OM"
"""Class that they are put in."""


def files_of(source: str, *, trips: Path | None = None, nodes: Path | None = None) -> dict[
    str, bytes
]:  # fmt: skip
    """
    Return the files of a folder to begin with.

    Parameters
    ----------
    source
        `example`, `pack`, or the path of a TNTP file of links, `*_net.tntp`.
    trips
        Its file of trips; the one beside it if left out.
    nodes
        Its file of nodes, with longitude and latitude; the one beside it if left out.

    Returns
    -------
    files
        Contents by path inside the folder.

    Raises
    ------
    ScenarioError
        There is no such source.
    DataError
        A TNTP file has faults.
    """
    if source in ("example", "pack"):
        home = EXAMPLE if source == "example" else PACK
        # Answers of the package are of its own tables, and would not be of these.
        return {
            str(path.relative_to(home)): path.read_bytes()
            for path in sorted(home.rglob("*"))
            if path.is_file() and path.suffix != ".json"
        }
    path = Path(source)
    if path.suffix.lower() != ".tntp":
        raise ScenarioError(
            state_fault(
                "--from", repr(source), "example, pack, or a file *_net.tntp", "name one of them"
            )
        )
    return _files_of_tntp(path, trips or _beside(path, "trips"), nodes or _beside(path, "node"))


def _beside(net: Path, word: str) -> Path:
    return net.with_name(re.sub("net", word, net.name, flags=re.IGNORECASE))


def _files_of_tntp(net: Path, trips: Path, nodes: Path) -> dict[str, bytes]:
    """Return a TNTP network as GMNS tables: travel time alone, no prices, no limits."""
    problem = read_tntp(net, trips)
    places = read_coordinates(nodes, problem.n_nodes)
    n_zones = max(problem.first_thru, int(max(problem.origin.max(), problem.dest.max())) + 1)
    rows = zip(
        problem.tail + 1, problem.head + 1, read_lengths(net), problem.free_time, problem.capacity,
        strict=True,
    )  # fmt: skip
    note = f"from {net.name}"
    return {
        "node.csv": _csv(
            ("node_id", "x_coord", "y_coord", "node_type", "zone_id", "evidence", "note"),
            (
                (i + 1, x, y, "centroid" if i < problem.first_thru else "",
                 i + 1 if i < n_zones else "", "assumed", note)
                for i, (x, y) in enumerate(places)
            ),
        ),
        "link.csv": _csv(
            ("link_id", "from_node_id", "to_node_id", "directed", "facility_type", "length",
             "free_time_h", "capacity", "cost_usd_teu", "cost_usd_t", "evidence", "note"),
            (
                (i + 1, a, b, 1, "road", length, time, capacity, 0, 0, "assumed", note)
                for i, (a, b, length, time, capacity) in enumerate(rows)
            ),
        ),
        "zone.csv": _csv(("zone_id", "evidence"), ((i + 1, "assumed") for i in range(n_zones))),
        "demand.csv": _csv(
            ("origin_region", "dest_region", "class_id", "year", "value", "grade", "note"),
            (
                (a + 1, b + 1, CLASS, YEAR, amount, "assumed", f"trips of {trips.name}")
                for a, b, amount in zip(problem.origin, problem.dest, problem.demand, strict=True)
                if a != b
            ),
        ),
        "README.md": _README.format(net=net.name, trips=trips.name, year=YEAR,
                                    class_id=CLASS).encode(),
    }  # fmt: skip


def _csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode()


_README: Final = """\
# {net} as a GMNS network

Made from {net} and {trips}. A TNTP file names no units; what was assumed, and is marked so:

- length is in km, free-flow time in hours;
- a trip is one TEU a year of class {class_id} in {year};
- links are roads without a price, so that routes are chosen by time alone;
- capacity is vehicles, and no limit of freight: it is kept in `capacity` and not used.

`serai assign --net {net} --trips {trips}` solves the file as what it is: a road network with
congestion. Next: `serai check DIR`, then put prices and limits of your own into link.csv.
"""
