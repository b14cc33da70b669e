"""Trip logs in the way of CAREC's corridor performance measurement, read and checked."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING

from serai.data.schema import build_schema
from serai.data.tables import read_table
from serai.errors import DataError, state_fault

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["read_trip_log"]


def read_trip_log(path: Path) -> pd.DataFrame:
    """
    Return a trip log, sorted by trip and step.

    Parameters
    ----------
    path
        CSV file with the columns of `triplogs.csv`.

    Returns
    -------
    log
        Typed; the index is the line in the file.

    Raises
    ------
    DataError
        Anything is wrong with the file; all of it is named.
    """
    text = files("serai.data").joinpath("triplogs.csv").read_text("utf-8")
    table = build_schema(csv.DictReader(text.splitlines()))["trips"]
    log = read_table(path, table)
    faults = [
        state_fault(f"{path.name} row {line} ({row['trip_id']}/{row['step']}), column {column}",
                    "an empty cell", wanted, "fill it in")
        for line, row in log.iterrows()
        for column, wanted in (("place", "the border crossing point"), ("km", "its distance"))
        if {"place": row["event"] == "border" and not row["place"],
            "km": row["event"] == "move" and not row["km"] > 0}[column]
    ]  # fmt: skip
    for trip, rows in log.groupby("trip_id", sort=False):
        faults += [
            state_fault(f"{path.name} ({trip}), column {column}",
                        " and ".join(map(str, sorted(set(known)))), "one for the whole trip",
                        "correct it, or make two trips of it")
            for column in ("mode", "cargo_t")
            if len(set(known := rows[column].dropna().tolist())) > 1
        ]  # fmt: skip
    if faults:
        raise DataError(faults)
    return log.sort_values(["trip_id", "step"], kind="stable")
