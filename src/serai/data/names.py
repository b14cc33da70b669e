"""Names and texts of the tables in other languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from serai.data.load import PACK
from serai.data.schema import read_schema
from serai.data.tables import read_tables

__all__ = ["read_names"]


def read_names(folder: Path, language: str) -> Mapping[str, Mapping[str, str]]:
    """
    Return what the texts of tables are called in a language.

    Parameters
    ----------
    folder
        The tables; what their own `names.csv` lacks is looked up in the pack's.
    language
        Code of a language that the table `names` has a column for.

    Returns
    -------
    names
        By table, then by the English text.

    Raises
    ------
    DataError
        A table of names has faults.
    """
    schema = {"names": read_schema()["names"]}
    names: dict[str, dict[str, str]] = {}
    for place in dict.fromkeys((PACK, folder)):
        found = read_tables(place, schema=schema).get("names")
        if found is not None:
            for subject, text, told in zip(
                found["subject"], found["en"], found[language], strict=True
            ):
                names.setdefault(str(subject), {})[str(text)] = str(told)
    return names
