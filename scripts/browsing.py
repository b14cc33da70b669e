"""A browser, and the server that it looks at: for pictures of the page and for its tests."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Page, sync_playwright

from scripts.make_documents import find_browser

__all__ = ["VIEWS", "browsing", "serving", "settle"]

ARGUMENTS: Final = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
)  # fmt: skip
"""Nothing is asked of the network, and maps are drawn without a graphics card."""

VIEWS: Final = {
    "answer": "#answer",
    "map": '#map?pick={"resource":"R_CASP_FEEDER"}',
    "compare": "#compare?before=base&after=russia-closed",
    "quote": "#quote?origin=Xi'an&dest=Duisburg&avoid=RUS,BLR&route=4&why=1,4",
    "scenario": '#scenario?levers={"russia_transit":1,"feeder_fleet":3}',
    "tightrope": "#tightrope",
    "evidence": "#evidence?text=R_CASP_FEEDER",
}
"""Address of each view with something to see."""

SHOWN: Final = {
    "answer": "[data-test=headline]",
    "map": "[data-test=picked]",
    "compare": "table",
    "quote": "[data-test=why]",
    "scenario": "[data-test=figures]",
    "tightrope": "[data-test=ropes]",
    "evidence": "[data-test=evidence] table",
}
"""What is on each view once it has its results."""

PATIENCE_S: Final = 120.0


@contextmanager
def serving(*words: str) -> Iterator[str]:
    """
    Serve the page in a process of its own, at any free port.

    Parameters
    ----------
    *words
        Further words for `serai serve`.

    Yields
    ------
    address
        Such as ``http://127.0.0.1:40123/``.
    """
    command = [sys.executable, "-m", "serai", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            said = ""
            for line in process.stderr or ():
                said += line
                if line.startswith("Serai is at "):
                    break
            else:
                sys.exit(f"the server did not start:\n{said}")
            yield line.split()[3]
        finally:
            process.terminate()


@contextmanager
def browsing(*, width: int = 1280, height: int = 900, is_dark: bool = False) -> Iterator[Page]:
    """
    Open a window of a browser.

    Parameters
    ----------
    width
        [px].
    height
        [px].
    is_dark
        Whether the person prefers dark pages.

    Yields
    ------
    page
        Empty so far.
    """
    browser = find_browser()
    if browser is None:
        sys.exit("no Chromium found; install one (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=list(ARGUMENTS))
        context = opened.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if is_dark else "light", accept_downloads=True,
            # Without a graphics card every frame of an animation is painted by the solver's cores.
            reduced_motion="reduce",
        )  # fmt: skip
        yield context.new_page()
        opened.close()


def settle(page: Page, view: str, *, gone: Sequence[str] = ("[data-test=progress]",)) -> None:
    """
    Wait until a view has its results.

    Parameters
    ----------
    page
        Where it is open.
    view
        Its name.
    gone
        What is no longer to be seen then.
    """
    page.wait_for_selector("html[data-ready]", state="attached", timeout=1000 * PATIENCE_S)
    page.wait_for_selector(SHOWN[view], timeout=1000 * PATIENCE_S)
    for selector in gone:
        page.wait_for_selector(selector, state="hidden", timeout=1000 * PATIENCE_S)
    page.wait_for_timeout(600)
