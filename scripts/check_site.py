"""
Follow every link of the built site: files and headings must be there, nothing may come from afar.

``python -m scripts.check_site site`` prints what is wrong and ends with 1. It needs no network: of
links to other sites only the form is checked.
"""

import argparse
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

__all__ = ["check_site"]

FETCHED: Final = {
    ("audio", "src"), ("embed", "src"), ("iframe", "src"), ("image", "href"), ("img", "src"),
    ("img", "srcset"), ("input", "src"), ("object", "data"), ("script", "src"),
    ("source", "src"), ("source", "srcset"), ("use", "href"), ("use", "xlink:href"),
    ("video", "poster"), ("video", "src"),
}  # fmt: skip
"""What a browser fetches by itself."""
FETCHED_RELS: Final = {"icon", "manifest", "modulepreload", "preconnect", "prefetch", "preload",
                       "dns-prefetch", "stylesheet"}  # fmt: skip
STYLE_URL: Final = re.compile(r"url\(\s*['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)")
HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collect the ids and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if found.get(name)}
        self.is_style = tag == "style"
        self.fetched += _list_style_urls(found.get("style", ""))
        for name, value in found.items():
            if (tag, name) in FETCHED:
                urls = value.split(",") if name == "srcset" else [value]
                self.fetched += [url.split()[0] for url in urls if url.strip()]
            elif name == "href":
                rels = set(found.get("rel", "").split())
                (self.fetched if tag == "link" and rels & FETCHED_RELS else self.links).append(
                    value
                )

    def handle_data(self, data: str) -> None:
        if self.is_style:
            self.fetched += _list_style_urls(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_style = self.is_style and tag != "style"


def _list_style_urls(text: str) -> list[str]:
    return [first or second for first, second in STYLE_URL.findall(text)]


def check_site(folder: Path) -> list[str]:
    """
    Return what is wrong with the links of a built site.

    Parameters
    ----------
    folder
        The site.

    Returns
    -------
    faults
        `page: link: what is wrong`, in order; empty if all is well.
    """
    root = folder.resolve()
    pages: dict[Path, _Reader] = {}
    for path in sorted(root.rglob("*.html")):
        pages[path] = _Reader()
        pages[path].feed(path.read_text("utf-8"))
    faults = [
        f"{path.relative_to(root).as_posix()}: {url}: {fault}"
        for path in pages
        for url, fault in _check_page(root, path, pages)
    ]
    for path in sorted(root.rglob("*.css")):
        for url in _list_style_urls(path.read_text("utf-8")):
            fault = _check_link(root, path, urlsplit(url.strip()), pages, is_fetched=True)
            faults += [f"{path.relative_to(root).as_posix()}: {url}: {fault}"] if fault else []
    return faults


def _check_page(root: Path, path: Path, pages: dict[Path, _Reader]) -> Iterator[tuple[str, str]]:
    reader = pages[path]
    for urls, is_fetched in ((reader.links, False), (reader.fetched, True)):
        for url in dict.fromkeys(urls):
            try:
                parts = urlsplit(url.strip())
            except ValueError as fault:
                yield url, str(fault)
                continue
            if fault_found := _check_link(root, path, parts, pages, is_fetched=is_fetched):
                yield url, fault_found


def _check_link(
    root: Path, page: Path, url: SplitResult, pages: dict[Path, _Reader], *, is_fetched: bool
) -> str:
    """Return what is wrong with a link; nothing if all is well."""
    if url.scheme in ("data", "mailto"):
        return ""
    if url.scheme or url.netloc:
        return _check_abroad(url, is_fetched=is_fetched)
    if url.path.startswith("/"):
        # The page of what is not found may be shown anywhere: its links begin at the top.
        there = root / unquote(url.path).lstrip("/") if page.name == "404.html" else None
    else:
        there = (page.parent / unquote(url.path)).resolve() if url.path else page
    if there is None:
        return "begins at the top of a server; write it relative to the page"
    if there.is_dir():
        there /= "index.html"
    if not there.is_file() or not there.is_relative_to(root):
        return "no such file on the site"
    anchor = unquote(url.fragment)
    if anchor and there in pages and anchor not in pages[there].ids:
        return "no such heading on that page"
    return ""


def _check_abroad(url: SplitResult, *, is_fetched: bool) -> str:
    if is_fetched:
        return "would be fetched from a network; the site has to do without"
    if url.scheme not in ("http", "https"):
        return f"scheme {url.scheme!r}; known are http, https, mailto and data"
    if not HOST.fullmatch(url.netloc):
        return f"{url.netloc!r} is no host"
    return "has a space in it" if re.search(r"\s", url.geturl()) else ""


def main() -> int:
    """Check, tell, and end with 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    if not (folder / "index.html").is_file():
        print(f"{folder}: no index.html in it; build the site first (make docs)")
        return 1
    faults = check_site(folder)
    for fault in faults:
        print(fault)
    n_pages = sum(1 for _ in folder.rglob("*.html"))
    print(
        f"{n_pages} pages, "
        + (f"{len(faults)} links are wrong" if faults else "all links lead somewhere")
    )
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
