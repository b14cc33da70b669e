"""How money of different years is compared, as the tables say it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.tables import read_tables
from serai.domain.invest import Appraisal
from serai.domain.ranged import Ranged
from serai.errors import DataError

__all__ = ["read_appraisal"]


def read_appraisal(folder: Path = PACK) -> Appraisal:
    """
    Return discount rate, upkeep and years of spending.

    Parameters
    ----------
    folder
        The tables; where they have no such table, the pack's is read.

    Raises
    ------
    DataError
        A row is missing.
    """
    tables = read_folder(folder)
    table = (tables if "appraisal" in tables else read_tables(PACK))["appraisal"].set_index("name")
    missing = [name for name in Appraisal.names if name not in table.index]
    if missing:
        raise DataError(
            f"{folder / 'appraisal.csv'}: got no row {', '.join(missing)}; want one for each of "
            f"{', '.join(Appraisal.names)}; add it"
        )
    value, low, high = (
        table.loc[list(Appraisal.names), end].to_numpy(dtype=np.float64)
        for end in ("value", "low", "high")
    )
    group = np.arange(len(Appraisal.names), dtype=np.int32)
    return Appraisal(table=Ranged(value=value, low=low, high=high, group=group))
