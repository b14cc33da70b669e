"""
Make the catalogues of the page's texts anew: `python -m scripts.make_catalogues`.

Collects every text that the page says, keeps the translations of those that are still said, drops
the others, and compiles each `serai.po` into the `serai.mo` beside it. Translations are written
into `serai.po`, by hand or with any editor of such files.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from serai import __version__

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("outputs", "studies")
TEMPLATE: Final = "outputs/templates/answer.html"
LOCALES: Final = ROOT / "src" / "serai" / "outputs" / "locales"
KEYWORDS: Final = {"say": None, "mark": None, "say_count": (1, 2)}
"""Functions whose first text, or first two, are said; `serai.outputs.language` has them."""

OPTIONS: Final = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
BEGAN: Final = datetime(2026, 11, 21, tzinfo=UTC)
WIDTH: Final = 100


class Text(NamedTuple):
    """A text that the page says."""

    id: str | tuple[str, str]
    """In English; for one and for many where it goes with a number."""
    place: str
    """File where it stands."""


def list_texts(source: Path = ROOT / "src" / "serai") -> Iterator[Text]:
    """
    Yield every text that the page says, in the order of files.

    Parameters
    ----------
    source
        Folder of the package.
    """
    files = sorted(path for room in ROOMS for path in (source / room).glob("*.py"))
    for path in (*files, source / TEMPLATE):
        method = "python" if path.suffix == ".py" else "jinja2"
        with path.open("rb") as lines:
            for _, text, _, _ in extract(method, lines, keywords=KEYWORDS, options=OPTIONS):
                told = text if isinstance(text, str) else (text[0], text[1])
                yield Text(told, path.relative_to(source).as_posix())


def read_catalogue(language: str) -> Catalog:
    """
    Return the catalogue of a language; an empty one where there is none yet.

    Parameters
    ----------
    language
        Its code.
    """
    path = find_catalogue(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as lines:
        return read_po(lines, locale=language)


def find_catalogue(language: str) -> Path:
    """
    Return where the catalogue of a language lies.

    Parameters
    ----------
    language
        Its code.
    """
    return LOCALES / language / "LC_MESSAGES" / "serai.po"


def make_catalogue(language: str) -> Catalog:
    """
    Return the catalogue with what is said now, and the translations that there are.

    Parameters
    ----------
    language
        Its code.
    """
    old = read_catalogue(language)
    new = Catalog(
        locale=language, domain="serai", project="Serai", creation_date=BEGAN, revision_date=BEGAN,
        fuzzy=False, header_comment=f"# Texts of Serai's page: {language}.", version=__version__,
        msgid_bugs_address="see CONTRIBUTING.md", last_translator="the Serai maintainers",
        language_team="none yet",
    )  # fmt: skip
    for text in list_texts():
        kept = old.get(text.id)
        string = kept.string if kept is not None else ""
        new.add(text.id, string, locations=[(text.place, 0)])
    return new


def main() -> None:
    """Write both files of each language and say what is not translated yet."""
    for language in sorted(path.name for path in LOCALES.iterdir() if path.is_dir()):
        catalogue = make_catalogue(language)
        path = find_catalogue(language)
        with path.open("wb") as lines:
            write_po(lines, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
        with path.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
        missing = [str(message.id) for message in catalogue if message.id and not is_told(message)]
        print(f"{language}: {len(catalogue)} texts, {len(missing)} not translated")
        sys.stdout.writelines(f"  {text}\n" for text in missing)


def is_told(message: object) -> bool:
    """
    Say whether a message has a translation in every form.

    Parameters
    ----------
    message
        Of a catalogue.
    """
    told = getattr(message, "string", "")
    return all(told) if isinstance(told, tuple) else bool(told)


if __name__ == "__main__":
    main()
