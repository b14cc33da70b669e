"""Exchange rates and prices by year, as the tables say them."""

from __future__ import annotations

from pathlib import Path

from serai.data.load import PACK
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.money import Rates

__all__ = ["read_rates"]


def read_rates(folder: Path = PACK) -> dict[int, Rates]:
    """
    Return rates by year.

    Parameters
    ----------
    folder
        The tables; where they have no such table, the pack's is read.

    Raises
    ------
    DataError
        The table has faults; all of them are named.
    """
    home = folder if (folder / "money.csv").exists() else PACK
    table = read_tables(home, schema={"money": read_schema()["money"]})["money"]
    return {
        int(row["year"]): Rates(usd_per_eur=float(row["usd_per_eur"]), us_cpi=float(row["us_cpi"]))
        for row in table.to_dict("records")
    }
