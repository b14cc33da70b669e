"""Published outcomes and forecasts, as the table has them."""

from __future__ import annotations

import math

import pandas as pd

from serai.data.tables import split_list
from serai.domain.backcast import Target

__all__ = ["read_targets"]


def read_targets(table: pd.DataFrame | None) -> tuple[Target, ...]:
    """
    Return the rows of the table of targets.

    Parameters
    ----------
    table
        The table `targets`; nothing, if a folder has none.
    """
    if table is None:
        return ()
    return tuple(
        Target(
            id=str(row["target_id"]),
            quantity=str(row["quantity"]),
            year=int(row["year"]),
            value=float(row["value"]),
            low=_or_none(row["low"]),
            high=_or_none(row["high"]),
            use=str(row["use"]),
            relative_error=_or_none(row["relative_error"]),
            source_ids=tuple(split_list(row["source_ids"])),
            miss="" if pd.isna(row["miss"]) else str(row["miss"]),
            note="" if pd.isna(row["note"]) else str(row["note"]),
        )
        for row in table.to_dict("records")
    )


def _or_none(cell: float) -> float | None:
    return None if math.isnan(cell) else float(cell)
