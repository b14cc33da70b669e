"""
The works that documents and docstrings cite: read from `docs/references.bib`, put into words.

``python -m scripts.works`` prints the reference page of them.
"""

import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["Work", "read_works", "render"]

BIB: Final = Path(__file__).resolve().parents[1] / "docs" / "references.bib"
ENTRY: Final = re.compile(r"@(\w+)\{(\w+),\n(.*?)\n\}", re.DOTALL)
FIELD: Final = re.compile(r"^  (\w+) *= \{(.*)\},?$", re.MULTILINE)
ACCENT: Final = re.compile(r"\\([\'`\"^~c])\s*\{?(\w)\}?")
ACCENTS: Final = {
    "'": "\u0301",
    "`": "\u0300",
    '"': "\u0308",
    "^": "\u0302",
    "~": "\u0303",
    "c": "\u0327",
}
MANY: Final = 3
"""Authors from which on only the first is named in a short citation."""

HEAD: Final = """\
# Works cited

Made by `python -m scripts.make_pictures --pages` from [references.bib](../references.bib); a test
keeps it in step. Pages and docstrings cite these works by their key.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A work that is cited."""

    key: str
    authors: tuple[str, ...]
    """Family name first."""
    year: str
    title: str
    place: str
    """Journal or book, publisher, volume and pages."""
    doi: str

    @property
    def short(self) -> str:
        """Who and when, as a text cites it."""
        names = [author.partition(",")[0] for author in self.authors]
        said = f"{names[0]} et al." if len(names) >= MANY else " and ".join(names)
        return f"{said} {self.year}"

    @property
    def full(self) -> str:
        """The whole entry of a list."""
        names = ", ".join(_say_author(author) for author in self.authors)
        title = self.title if self.title.endswith(("?", "!")) else f"{self.title}."
        return f"{names} ({self.year}). {title} {self.place}."


@cache
def read_works() -> Mapping[str, Work]:
    """Return the works by key, in the order of authors and years."""
    found = [_read_entry(*entry) for entry in ENTRY.findall(BIB.read_text("utf-8"))]
    return {
        work.key: work for work in sorted(found, key=lambda w: (w.authors[0].casefold(), w.year))
    }


def _read_entry(kind: str, key: str, body: str) -> Work:
    fields = {name: _plain(value) for name, value in FIELD.findall(body)}
    return Work(
        key=key,
        authors=tuple(fields["author"].split(" and ")),
        year=fields["year"],
        title=fields["title"],
        place=_say_place(kind, fields),
        doi=fields.get("doi", ""),
    )


def _plain(text: str) -> str:
    """Return a field without the marks of LaTeX."""
    bare = re.sub(r"\{(\\[^{}]*(?:\{\w\})?)\}", r"\1", text)
    said = ACCENT.sub(lambda m: unicodedata.normalize("NFC", m[2] + ACCENTS[m[1]]), bare)
    said = said.replace(r"\&", "&").replace("--", "–").replace("{", "").replace("}", "")
    said = said.replace("``", "“").replace("''", "”")
    if "\\" in said:
        raise ValueError(f"{BIB.name}: a command that is not known: {text}")
    return said


def _say_author(author: str) -> str:
    family, _, given = author.partition(", ")
    initials = " ".join(f"{name[0]}." for name in re.split(r"[ -]", given) if name)
    return f"{family} {initials}".strip()


def _say_place(kind: str, fields: Mapping[str, str]) -> str:
    volume = fields.get("volume", "")
    number = f"({fields['number']})" if "number" in fields and volume else fields.get("number", "")
    pages = fields.get("pages", "")
    if kind == "article":
        return ", ".join(filter(None, (fields["journal"], volume + number, pages)))
    book = fields.get("booktitle", "")
    editor = f"{_say_author(fields['editor'])} (ed.)" if "editor" in fields else ""
    held = ", ".join(filter(None, (editor, book)))
    report = " ".join(filter(None, (fields.get("type", ""), number)))
    makers = [fields.get(name, "") for name in ("institution", "publisher", "address")]
    return ", ".join(filter(None, (f"In: {held}" if held else "", report, *makers, pages)))


def render() -> str:
    """Return the page."""
    rows = (
        f"### {key}\n\n{work.full}"
        + (f" [doi:{work.doi}](https://doi.org/{work.doi})" if work.doi else "")
        for key, work in read_works().items()
    )
    return HEAD + "\n\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(render())
