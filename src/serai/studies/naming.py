"""What the texts of the tables are called in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from serai.data.load import PACK
from serai.data.names import read_names
from serai.outputs.language import ENGLISH, Language

__all__ = ["PLAIN", "Namer", "read_namer"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Namer:
    """A language with what the texts of the tables are called in it."""

    lang: Language
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By table, then by the English text."""

    def name(self, table: str, text: str) -> str:
        """
        Return a text of a table in this language; as it is where the language has none.

        Parameters
        ----------
        table
            Where the text stands.
        text
            As it stands there.
        """
        return self.names.get(table, {}).get(text, text)


PLAIN: Final = Namer(lang=ENGLISH)
"""Everything is called what the tables call it."""


def read_namer(lang: Language, folder: Path = PACK) -> Namer:
    """
    Return a language with the names that the tables have in it.

    Parameters
    ----------
    lang
        The language.
    folder
        The tables.

    Raises
    ------
    DataError
        A table of names has faults.
    """
    if lang.code == ENGLISH.code:
        return PLAIN
    return Namer(lang=lang, names=read_names(folder, lang.code))
