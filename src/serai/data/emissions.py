"""From the table of emission factors to the values that quote sheets use."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from serai.data.load import PACK
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.emissions import EmissionFactors
from serai.domain.ranged import Ranged

__all__ = ["read_emission_factors"]

TABLE = "emission_factors"


def read_emission_factors(folder: Path = PACK) -> EmissionFactors:
    """
    Read the emission factors of a folder of tables.

    Parameters
    ----------
    folder
        The pack's own folder, or a user's: without the table there, the pack's is taken.

    Returns
    -------
    factors
        One row per kind of link and type of transfer.

    Raises
    ------
    DataError
        The table has faults; all of them are named.
    """
    schema = {TABLE: read_schema()[TABLE]}
    tables = read_tables(folder, schema=schema)
    table = tables[TABLE] if TABLE in tables else read_tables(PACK, schema=schema)[TABLE]
    value, low, high = (table[name].to_numpy(np.float64) for name in ("value", "low", "high"))
    return EmissionFactors(
        ids=tuple(table.what),
        units=tuple(table.unit),
        table=Ranged(value=value, low=low, high=high, group=np.full(len(table), -1, np.int32)),
    )
