"""
Take pictures of pages at two widths of a window, for the gallery.

``python -m scripts.make_screens`` takes those of the printable documents and of every view of the
page that `serai serve` shows. Needs Chromium. Then ``python -m scripts.make_gallery`` shows them.
"""

import tempfile
from pathlib import Path
from typing import Final

from scripts.browsing import VIEWS, browsing, serving, settle
from scripts.make_documents import DOCUMENTS, PAGES
from scripts.make_gallery import GALLERY
from scripts.make_pictures import STORED, read_answer
from serai.data.load import read_world
from serai.outputs.page import write_answer_page
from serai.studies.report import assemble_page

__all__ = ["take_screens"]

SIZES: Final = ((1280, 900), (390, 844))
"""[px]. Width and height of a desk's and of a phone's window."""
SCREENS: Final = GALLERY / "screens"


def take_screens(files: dict[str, str], address: str) -> None:
    """
    Write one picture of each file and view for each size of the window.

    Parameters
    ----------
    files
        Address by name.
    address
        Where the page is served.
    """
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES:
        with browsing(width=width, height=height) as page:
            for name, at in files.items():
                page.goto(at, wait_until="networkidle")
                page.screenshot(path=SCREENS / f"{name}-{width}.png")
            for view, hash_ in VIEWS.items():
                page.goto("about:blank")
                page.goto(address + hash_)
                settle(page, view)
                page.screenshot(path=SCREENS / f"view-{view}-{width}.png")


def main() -> int:
    """Take all pictures."""
    files = {f"{name}-document": (DOCUMENTS / f"{name}.html").as_uri() for name in PAGES}
    with tempfile.TemporaryDirectory() as folder, serving() as address:
        page = Path(folder) / "answer.html"
        answer = read_answer(STORED.read_text("utf-8"))
        write_answer_page(page, assemble_page(read_world(), answer))
        files["page-of-the-answer"] = page.as_uri()
        take_screens(files, address)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
