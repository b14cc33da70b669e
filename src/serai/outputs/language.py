"""In which language the page is: its sentences, its plural forms and how its figures look."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from serai.errors import ScenarioError, state_fault

__all__ = ["ENGLISH", "LANGUAGES", "Language", "mark", "read_language"]

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "ru": "русский", "kk": "қазақша"}
"""Languages of the page by code (ISO 639-1), each by its own name."""

DECIMAL_COMMA: Final[Mapping[int, str]] = {ord(","): "\N{NO-BREAK SPACE}", ord("."): ","}
"""From English figures to those of the other languages: 1,234.5 is 1 234,5 (CLDR: ru, kk)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """A language with its catalogue; sentences are looked up by what they are in English."""

    code: str
    """ISO 639-1."""
    catalogue: gettext.NullTranslations
    marks: Mapping[int, str]
    """What stands for the comma and the point of English figures."""

    def say(self, text: str, **values: object) -> str:
        """
        Return a text in this language.

        Parameters
        ----------
        text
            The English text, with names in braces where values go.
        **values
            Values by name; already said in this language.

        Examples
        --------
        >>> read_language("ru").say("Demand of {year}", year=2030)
        'Спрос 2030 года'
        """
        told = self.catalogue.gettext(text) if text else ""
        return told.format(**values) if values else told

    def say_count(self, one: str, many: str, n: int, **values: object) -> str:
        """
        Return a text in the form that goes with a number.

        Parameters
        ----------
        one
            The English text for one.
        many
            The English text for any other number; `{n}` is the number.
        n
            [-], >= 0. How many.
        **values
            Further values by name.

        Examples
        --------
        >>> texts = "Missing routes, {n} cell searched", "Missing routes, {n} cells searched"
        >>> [read_language("ru").say_count(*texts, n).split()[-1] for n in (1, 3, 5)]
        ['ячейка', 'ячейки', 'ячеек']
        """
        told = self.catalogue.ngettext(one, many, n)
        return told.format(**({"n": self.figures(f"{n:,}")} | values))

    def figures(self, text: str) -> str:
        """
        Return figures that Python wrote as this language writes them.

        Parameters
        ----------
        text
            Figures with commas between thousands and a decimal point.

        Examples
        --------
        >>> read_language("en").figures("1,234.5"), read_language("kk").figures("0.25")
        ('1,234.5', '0,25')
        """
        return text.translate(self.marks)


ENGLISH: Final = Language(code="en", catalogue=gettext.NullTranslations(), marks={})
"""The language that everything is written in; it needs no catalogue."""


def read_language(code: str) -> Language:
    """
    Return a language with its catalogue.

    Parameters
    ----------
    code
        One of `LANGUAGES`.

    Raises
    ------
    ScenarioError
        There is no such language.
    """
    if code not in LANGUAGES:
        wanted = ", ".join(f"{key} ({name})" for key, name in LANGUAGES.items())
        raise ScenarioError(
            state_fault("--lang", repr(code), f"one of {wanted}", "choose one, or leave it out")
        )
    if code == ENGLISH.code:
        return ENGLISH
    catalogue = files("serai.outputs").joinpath("locales", code, "LC_MESSAGES", "serai.mo")
    with catalogue.open("rb") as compiled:
        return Language(code=code, catalogue=gettext.GNUTranslations(compiled), marks=DECIMAL_COMMA)


def mark(text: str) -> str:
    """
    Mark a text for the catalogues that is said elsewhere, and return it as it is.

    Parameters
    ----------
    text
        The English text.
    """
    return text
