"""Which folder holds the tables: the package's own, a folder like it, or a network in GMNS."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from serai.errors import ScenarioError, state_fault

__all__ = ["PACK", "find_data", "is_network"]

PACK: Final = Path(__file__).parent / "pack"
"""The tables that ship with the package."""


def is_network(folder: Path) -> bool:
    """
    Say whether a folder holds a network in GMNS, rather than tables like the package's.

    Parameters
    ----------
    folder
        Any folder.
    """
    return any((folder / name).is_file() for name in ("node.csv", "link.csv"))


def _has_tables(folder: Path) -> bool:
    return is_network(folder) or (folder / "places.csv").is_file()


def find_data(data: Path | None, *scenarios: str) -> Path | None:
    """
    Return the folder of tables that a command means.

    Parameters
    ----------
    data
        As it was given; it goes before all else.
    *scenarios
        Names or files of scenarios: a file that lies beside tables means those tables.

    Returns
    -------
    folder
        None for the package's own tables.

    Raises
    ------
    ScenarioError
        Two files lie beside two networks.
    """
    if data is not None:
        return data
    files = [Path(text) for text in scenarios if text.lower().endswith(".toml")]
    folders = {one.parent.resolve(): one.parent for one in files if one.is_file()}
    found = [folder for folder in folders.values() if _has_tables(folder)]
    if len(found) > 1:
        raise ScenarioError(
            state_fault(
                "scenarios",
                f"files beside {len(found)} networks: " + ", ".join(map(str, found)),
                "one network",
                "name the one to use with --data",
            )
        )
    return found[0] if found else None
