"""How inputs could be known better, as the tables say it."""

from __future__ import annotations

from pathlib import Path

from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.tables import split_list
from serai.domain.sensitivity import Learning

__all__ = ["read_learning"]


def read_learning(folder: Path = PACK) -> tuple[Learning, ...]:
    """
    Return the ways to know inputs better.

    Parameters
    ----------
    folder
        The tables.

    Returns
    -------
    ways
        In the order of the table; nothing where a folder has none.
    """
    tables = read_folder(folder)
    if "learning" not in tables:
        return ()
    return tuple(
        Learning(
            id=str(row["learning_id"]),
            inputs=split_list(str(row["inputs"])),
            way=str(row["name"]),
            cost_usd=float(row["cost_usd"]),
            low_usd=float(row["cost_low_usd"]),
            high_usd=float(row["cost_high_usd"]),
        )
        for row in tables["learning"].to_dict("records")
    )
