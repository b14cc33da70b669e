"""What is measured: each row is one piece of work that Serai and other programs do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from scripts.bench import peers, serai_side
from scripts.bench.work import Side

__all__ = ["ROWS", "Row", "find_row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of work."""

    name: str
    """Key on the command line."""
    title: str
    """What the page calls it."""
    source: str
    """Folder of a test network below SERAI_TNTP, or a file below SERAI_GRAPHS."""
    unit: str
    """What is told: `s`, `ms each` or `paths/s`."""
    sides: dict[str, Callable[..., Side]]
    """Serai first. What each program is called, and how it does the work."""
    options: dict[str, Any] = field(default_factory=dict)
    cores: tuple[int, ...] = (1, 2)
    """Numbers of cores to measure on."""


def _equilibrium(network: str, max_gap: float, **others: Callable[..., Side]) -> Row:
    return Row(
        name=f"{network.lower()}-{max_gap:.0e}".replace("e-0", "e-"),
        title=f"User equilibrium, {network.replace('-', ' ')}, relative gap {max_gap:.0e}",
        source=network,
        unit="s",
        sides={
            "Serai": serai_side.solve_equilibrium,
            "pytraf": peers.solve_with_pytraf,
            **others,
        },
        options={"max_gap": max_gap},
    )


ROWS: Final = (
    _equilibrium("Chicago-Sketch", 1e-6, AequilibraE=peers.solve_with_aequilibrae),
    _equilibrium("Chicago-Sketch", 1e-10),
    _equilibrium("Winnipeg", 1e-6, AequilibraE=peers.solve_with_aequilibrae),
    _equilibrium("Winnipeg", 1e-10),
    Row(
        name="route-sets",
        title="Ten different routes per pair and their path-size-logit shares, Chicago Sketch",
        source="Chicago-Sketch",
        unit="paths/s",
        sides={
            "Serai": serai_side.share_routes,
            "AequilibraE, link penalty": peers.share_routes_by_penalty,
            "AequilibraE, BFS-LE": peers.share_routes_by_elimination,
        },
        options={"n_pairs": 2000, "n_paths": 10, "penalty": 1.1, "max_searches": 110},
    ),
    Row(
        name="k-shortest",
        title="Ten shortest loopless paths, Chicago Sketch",
        source="Chicago-Sketch",
        unit="ms each",
        sides={
            "Serai": serai_side.find_shortest_paths,
            "SciPy": peers.find_paths_with_scipy,
            "igraph": peers.find_paths_with_igraph,
            "NetworkX": peers.find_paths_with_networkx,
        },
        options={"n_pairs": 300, "n_paths": 10},
        cores=(1,),
    ),
    Row(
        name="one-to-all",
        title="Distances from one node to all, trunk roads of Eurasia",
        source="highways_eurasia.npz",
        unit="ms each",
        sides={"Serai": serai_side.grow_large_trees, "SciPy": peers.grow_trees_with_scipy},
        options={"n_origins": 20},
        cores=(1,),
    ),
)


def find_row(name: str) -> Row:
    """
    Return the row of this name.

    Parameters
    ----------
    name
        Key.

    Returns
    -------
    row
        The row.

    Raises
    ------
    LookupError
        There is none.
    """
    for row in ROWS:
        if row.name == name:
            return row
    known = ", ".join(row.name for row in ROWS)
    raise LookupError(f"no row is called {name}; there are {known}")
