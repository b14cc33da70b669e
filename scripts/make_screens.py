"""
Take pictures of pages at two widths of a window, for the gallery.

``python -m scripts.make_screens`` takes those of the printable documents; ``--answer`` also that of
the page that `serai answer` writes, with the stored answer in it (two minutes: its maps want two
solved states). ``NAME=ADDRESS`` takes any other view, a file or the address of a running server:
``python -m scripts.make_screens map=http://127.0.0.1:8000/``. Needs Chromium. Then
``python -m scripts.make_gallery`` shows them.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from scripts.make_documents import DOCUMENTS, PAGES, find_browser
from scripts.make_gallery import GALLERY
from scripts.make_pictures import STORED, read_answer
from serai.data.load import read_world
from serai.outputs.page import write_answer_page
from serai.studies.answer import answer_question
from serai.studies.report import assemble_page

__all__ = ["take_screens"]

SIZES: Final = ((1280, 900), (390, 844))
"""[px]. Width and height of a desk's and of a phone's window."""
SCREENS: Final = GALLERY / "screens"


def take_screens(views: Mapping[str, str], browser: str) -> None:
    """
    Write one picture of each view for each size of the window.

    Parameters
    ----------
    views
        Address by name.
    browser
        Path of a Chromium.
    """
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser)
        for width, height in SIZES:
            page = opened.new_page(viewport={"width": width, "height": height})
            for name, address in views.items():
                page.goto(address, wait_until="networkidle")
                page.screenshot(path=SCREENS / f"{name}-{width}.png")
        opened.close()


def _write_answer(path: Path) -> None:
    """Write the page of the stored answer; the states of its maps are solved."""
    world = read_world()
    fresh = answer_question(world, draws=0)
    stored = read_answer(STORED.read_text("utf-8"))
    write_answer_page(path, assemble_page(world, replace(fresh, result=stored)))


def main() -> int:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer", action="store_true")
    parser.add_argument("views", nargs="*", metavar="NAME=ADDRESS")
    asked = parser.parse_args()
    browser = find_browser()
    if browser is None:
        sys.exit("no Chromium found; install one (Debian: apt install chromium)")
    views = {f"{name}-document": (DOCUMENTS / f"{name}.html").as_uri() for name in PAGES}
    with tempfile.TemporaryDirectory() as folder:
        if asked.answer:
            page = Path(folder) / "answer.html"
            _write_answer(page)
            views["page-of-the-answer"] = page.as_uri()
        for view in asked.views:
            name, _, address = view.partition("=")
            views[name] = address if "://" in address else Path(address).resolve().as_uri()
        take_screens(views, browser)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
