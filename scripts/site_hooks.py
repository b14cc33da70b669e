"""
What the site needs beyond the Markdown of the repository.

The front page is the README; whatever else of the repository the pages link to is taken along;
the navigation follows the folders. Called by MkDocs (`mkdocs.yml`), by `make docs`.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from scripts.works import read_works

__all__ = ["on_config", "on_files", "on_page_markdown"]

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = "docs/"
HOME: Final = "README.md"
TAKEN: Final = "repository/"
"""Where files from outside of docs/ stand on the site."""

SECTIONS: Final = {
    "tutorial": "Tutorial",
    "how-to": "How to",
    "explain": "Explain",
    "reference": "Reference",
    "gallery": "Gallery",
    "decisions": "Decisions",
}
FIRST: Final = {
    "tutorial": ("first-answer", "python"),
    "how-to": (
        "avoid-a-territory", "close-a-border", "add-a-project", "compare-scenarios",
        "trace-a-number", "several-machines", "read-json",
    ),
    "explain": (
        "model", "answer", "equilibrium", "data", "geometry", "limits", "tightrope",
        "frontier", "invest",
    ),
    "reference": ("cli", "scenario", "json", "python", "data-dictionary"),
}  # fmt: skip
"""Pages of a section in the order of reading; all others follow by name."""
WORKS: Final = "reference/works.md"
LAST: Final = ("glossary", "benchmarks")
"""Pages beside the folders that close the reference."""

LINK: Final = re.compile(r"(?P<open>\]\()(?P<target>[^)\s]+)(?P<close>\))")
FENCE: Final = re.compile(r"(```.*?```)", re.DOTALL)
KEY: Final = re.compile(r"`([a-z]+(?:18|19|20)\d\d)`|(?<![\w#/])([a-z]+(?:18|19|20)\d\d)\b")
"""Key of a work, as code or as a word."""
INDEX: Final = re.compile(
    r"(?<![\w`/.*])([A-Za-z\u0370-\u03ff])_(?:\{([^}]+)\}|([a-z0-9]{1,2}))(?![\w_])"
)
"""Letter with an index, such as λ_i."""
CODE: Final = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Lay out the navigation by folder: named pages first, the others after them."""
    nav: list[Any] = [{"Serai": "index.md"}]
    for folder, title in SECTIONS.items():
        pages = _list_pages(ROOT / DOCS / folder, FIRST.get(folder, ()))
        names = [f"{folder}/{name}.md" for name in pages]
        if folder == "reference":
            names += [f"{name}.md" for name in LAST]
        if names:
            nav.append({title: names})
    config.nav = nav
    return config


def _list_pages(folder: Path, first: tuple[str, ...]) -> list[str]:
    found = {path.stem for path in folder.glob("*.md")} - {"template"}
    index = [name for name in ("index", "README") if name in found]
    named = [name for name in first if name in found]
    return [*index, *named, *sorted(found - set(index) - set(named))]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the front page, and what pages link to outside of docs/."""
    waiting = [HOME, *(DOCS + file.src_uri for file in files.documentation_pages())]
    seen = set(waiting)
    while waiting:
        source = waiting.pop()
        if not source.startswith(DOCS):
            _add(files, config, source)
        if not source.endswith(".md"):
            continue
        text = (ROOT / source).read_text("utf-8")
        for there in _list_outside(source, text):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return files


def _add(files: Files, config: MkDocsConfig, source: str) -> None:
    content = (ROOT / source).read_text("utf-8")
    files.append(File.generated(config, place_on_site(source), content=content))


def _list_outside(source: str, text: str) -> Iterator[str]:
    for part in CODE.split(text)[::2]:
        for link in LINK.finditer(part):
            there = locate(source, link["target"].partition("#")[0])
            if there and not there.startswith(DOCS):
                yield there


def locate(source: str, target: str) -> str:
    """
    Return which file of the repository a link leads to.

    Parameters
    ----------
    source
        Page that holds the link, from the root of the repository.
    target
        The link without its anchor.

    Returns
    -------
    there
        From the root of the repository; empty if it leads to none.
    """
    if not target or re.match(r"[a-z]+:", target):
        return ""
    there = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    return there if (ROOT / there).is_file() else ""


def place_on_site(source: str) -> str:
    """
    Return where a file of the repository stands among the sources of the site.

    Parameters
    ----------
    source
        From the root of the repository.

    Examples
    --------
    >>> place_on_site("README.md"), place_on_site("docs/glossary.md"), place_on_site("LICENSE")
    ('index.md', 'glossary.md', 'repository/LICENSE.txt')
    """
    if source == HOME:
        return "index.md"
    if source.startswith(DOCS):
        return source.removeprefix(DOCS)
    return TAKEN + (source if posixpath.splitext(source)[1] else f"{source}.txt")


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links at where their files stand on the site."""
    del config, files
    if page.file.src_uri == "index.md":
        page.meta["hide"] = ["navigation"]
    here = page.file.src_uri
    source = next(
        (s for s in (HOME, here.removeprefix(TAKEN)) if place_on_site(s) == here), DOCS + here
    )
    moved = redirect_links(markdown, source, lambda there: relate(place_on_site(there), here))
    return moved if here == WORKS else _set_prose(moved, relate(WORKS, here))


def _set_prose(text: str, works: str) -> str:
    """Return a page with works named in place of keys, and indices below their letters."""
    known = read_works()

    def name(found: re.Match[str]) -> str:
        work = known.get(found[1] or found[2])
        return f"[{work.short}]({works}#{work.key})" if work else found[0]

    fences = FENCE.split(text)
    fences[::2] = [KEY.sub(name, part) for part in fences[::2]]
    parts = CODE.split("".join(fences))
    parts[::2] = [INDEX.sub(r"*\1*<sub>\2\3</sub>", part) for part in parts[::2]]
    return "".join(parts)


def relate(there: str, here: str) -> str:
    """Return the way from one file to another."""
    return posixpath.relpath(there, posixpath.dirname(here) or ".")


def redirect_links(text: str, source: str, find: Callable[[str], str]) -> str:
    """
    Return a page with links to files of the repository replaced.

    Parameters
    ----------
    text
        Markdown.
    source
        The page, from the root of the repository.
    find
        Takes a file from the root of the repository, returns the link to stand for it.

    Returns
    -------
    text
        Links in code, to other sites and to headings of the page itself are left as they are.
    """

    def replace(link: re.Match[str]) -> str:
        target, mark, anchor = link["target"].partition("#")
        there = locate(source, target)
        return f"{link['open']}{find(there)}{mark}{anchor}{link['close']}" if there else link[0]

    parts = CODE.split(text)
    parts[::2] = [LINK.sub(replace, part) for part in parts[::2]]
    return "".join(parts)
