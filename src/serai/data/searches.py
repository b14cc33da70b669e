"""The ways to look for routes, and how any file of tables in TOML is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from serai.domain.effects import Selector
from serai.domain.world import RouteSearch
from serai.errors import DataError

__all__ = ["read_searches", "read_toml"]


def read_searches(path: Path) -> tuple[RouteSearch, ...]:
    """
    Return the ways to look for routes, in the order of their file.

    Parameters
    ----------
    path
        A table for each.

    Raises
    ------
    DataError
        The file cannot be read.
    """

    def read(row: dict[str, Any], key: str) -> tuple[Selector, ...]:
        return tuple(Selector(**{k: tuple(v) for k, v in one.items()}) for one in row.get(key, ()))

    return tuple(
        RouteSearch(name=name, bans=read(row, "ban"), vias=read(row, "via"))
        for name, row in read_toml(path).items()
    )


def read_toml(path: Path) -> dict[str, dict[str, Any]]:
    """
    Return the tables of a file.

    Parameters
    ----------
    path
        TOML, UTF-8.

    Raises
    ------
    DataError
        It cannot be read.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise DataError(f"{path.name}: {fault}; want a readable TOML file; mend it") from fault
