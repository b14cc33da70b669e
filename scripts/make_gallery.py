"""
Draw the pictures of the documents anew from stored results, and the page that shows them all.

``python -m scripts.make_gallery`` draws what stored results and tables give in some seconds, and
writes the page. ``--solve NAME`` first makes a stored result anew: ``tariff`` (a minute),
``storage``, ``ropes``, ``maps`` (two each) or ``ensemble`` (ten).
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import unescape
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from pydantic import TypeAdapter

from scripts.house import draw_house
from scripts.make_pictures import PICTURES, ROOT, read_answer
from scripts.make_pictures import STORED as ANSWER
from scripts.make_pictures import draw_pictures as draw_answer
from serai.data.answers import read_stored
from serai.data.load import PACK, read_world
from serai.data.vectors import read_events, read_ties
from serai.domain.ensemble import EnsembleResult
from serai.domain.quotes import QuoteRoute
from serai.domain.results import Result
from serai.domain.storage import StorageResult
from serai.domain.tariff import TariffResult
from serai.domain.vectors import VectorsResult
from serai.outputs.backcast import draw_backcast
from serai.outputs.charts import draw_outlook
from serai.outputs.conditions import draw_conditions
from serai.outputs.distance import draw_distance
from serai.outputs.drawing import WIDE_IN
from serai.outputs.ensemble import draw_ensemble
from serai.outputs.frontier import draw_frontier
from serai.outputs.invest import draw_invest
from serai.outputs.sensitivity import draw_sensitivity
from serai.outputs.storage import draw_storage
from serai.outputs.tariff import draw_tariff
from serai.outputs.vectors import draw_ropes
from serai.run import Bases
from serai.studies.cases import case_scenario
from serai.studies.events import list_events
from serai.studies.quote import Inquiry, quote
from serai.studies.report import MOST_SEA_KM
from serai.studies.tightrope import tightropes

__all__ = ["CAPTIONS", "cut_maps", "draw_pictures", "find_screens", "read_result", "render_page"]

GALLERY: Final = ROOT / "docs" / "gallery"
PAGE: Final = GALLERY / "index.md"
COUNTRY: Final = "KAZ"
ENDS: Final = ("Xi'an", "Duisburg")
MAPS: Final = ("map-open.svg", "map-closed.svg")
"""Cut from the page that `serai answer` writes."""
COMMANDS: Final = {
    "tariff": ("tariff", "--json"),
    "storage": ("storage", "--json"),
    "ensemble": ("ensemble", "corridor-risks", "-n", "1000", "--json"),
}
SCREEN: Final = re.compile(r"(?P<view>.+)-(?P<width>\d+)\.png")
"""Name of a screenshot: the view and the width of the window [px]."""
Kind = TypeVar("Kind", bound=Result)


class Caption(NamedTuple):
    """What the gallery says of a picture."""

    title: str
    made_by: str
    page: str
    """From the folder of documents."""


CAPTIONS: Final = {
    "answer.svg": Caption(
        "What the Middle Corridor takes, by case", "serai answer", "explain/answer.md"
    ),
    "destinations.svg": Caption(
        "Where the boxes go when Russia closes", "serai answer", "explain/answer.md"
    ),
    "outlook.svg": Caption("The demand of later years", "serai answer", "explain/answer.md"),
    "map-open.svg": Caption("Today, Russia open", "serai answer", "explain/answer.md"),
    "map-closed.svg": Caption("Today, Russia closed", "serai answer", "explain/answer.md"),
    "trip-days.svg": Caption(
        "Days along the way, Xi'an to Duisburg", "serai routes", "how-to/avoid-a-territory.md"
    ),
    "trip-usd.svg": Caption(
        "Dollars along the way, Xi'an to Duisburg", "serai routes", "how-to/avoid-a-territory.md"
    ),
    "backcast.svg": Caption(
        "Past years, modelled and published", "serai backcast", "reference/backcast.md"
    ),
    "sensitivity.svg": Caption(
        "What moves the answer most", "serai sensitivity", "reference/sensitivity.md"
    ),
    "frontier.svg": Caption("What capital buys", "serai frontier", "explain/frontier.md"),
    "invest.svg": Caption(
        "Which projects pay, in which order", "serai invest", "explain/invest.md"
    ),
    "conditions.svg": Caption(
        "Under which conditions", "serai conditions", "explain/conditions.md"
    ),
    "tariff.svg": Caption(
        "What transit costs, and who would charge what", "serai tariff", "explain/tariff.md"
    ),
    "storage.svg": Caption("Stores on the way", "serai storage", "explain/storage.md"),
    "ensemble.svg": Caption("Bad years", "serai ensemble", "explain/ensemble.md"),
    "ropes.svg": Caption(
        "Who holds which rope of Kazakhstan", "serai vectors", "explain/tightrope.md"
    ),
    "growth.svg": Caption("Time against size of the network", "", "benchmarks.md"),
    "house.svg": Caption("The rooms of the code", "", "explain/model.md"),
}
"""By file of docs/pictures; the page shows any other picture too, by its own words."""

HEAD: Final = """\
# Gallery

Made by `python -m scripts.make_gallery`. Every chart is drawn by the command named below it, from
stored results of the tables that ship; tests draw them again and compare.
"""


def read_result(name: str, kind: type[Kind]) -> Kind:
    """Return a result that is stored beside the pictures."""
    return kind.model_validate_json((PICTURES / f"{name}.json").read_text("utf-8"))


def draw_pictures() -> dict[str, str]:
    """
    Draw everything that needs no equilibrium.

    Returns
    -------
    pictures
        SVG by file of docs/pictures.
    """
    answer, stored = read_answer(ANSWER.read_text("utf-8")), read_stored(PACK)
    drawn = draw_answer(answer)
    case = answer.outlook[0].case
    rows = [row for row in answer.outlook if row.case == case]
    drawn["outlook.svg"] = draw_outlook(rows, width_in=WIDE_IN)
    if stored.backcast is not None:
        drawn["backcast.svg"] = draw_backcast(stored.backcast, width_in=WIDE_IN)
    if stored.sensitivity is not None:
        drawn["sensitivity.svg"] = draw_sensitivity(stored.sensitivity, width_in=WIDE_IN)
    if stored.frontier is not None:
        drawn["frontier.svg"] = draw_frontier(stored.frontier, width_in=WIDE_IN)
    if stored.conditions is not None:
        drawn["conditions.svg"] = draw_conditions(stored.conditions, width_in=WIDE_IN)
    if stored.invest is not None:
        drawn["invest.svg"] = draw_invest(stored.invest, width_in=WIDE_IN)
    drawn["tariff.svg"] = draw_tariff(read_result("tariff", TariffResult), width_in=WIDE_IN)
    drawn["storage.svg"] = draw_storage(read_result("storage", StorageResult), width_in=WIDE_IN)
    drawn["ensemble.svg"] = draw_ensemble(read_result("ensemble", EnsembleResult), width_in=WIDE_IN)
    drawn["ropes.svg"] = _draw_ropes()
    drawn["house.svg"] = draw_house(width_in=WIDE_IN)
    return {name: svg.rstrip("\n") + "\n" for name, svg in (drawn | _draw_trip()).items()}


def _draw_ropes() -> str:
    years = TypeAdapter(list[VectorsResult]).validate_json(
        (PICTURES / "ropes.json").read_text("utf-8")
    )
    return draw_ropes(years, list_events(read_events(PACK)).events, width_in=WIDE_IN)


def _draw_trip() -> dict[str, str]:
    """Draw the best route of three corridors: through Russia, around it, by sea."""
    world, scenario = read_world(), case_scenario("today", "open")
    asked = (("north", ()), ("middle", ("RUS", "BLR", "IRN")), ("sea", ()))
    routes: list[QuoteRoute] = []
    for corridor, avoid in asked:
        inquiry = Inquiry(origin=ENDS[0], dest=ENDS[1], top=8, avoid=avoid)
        found = quote(world, scenario, inquiry).routes
        routes += [r for r in found if r.corridor == corridor and _is_told(r)][:1]
    return {
        "trip-days.svg": draw_distance(routes, "days", width_in=WIDE_IN),
        "trip-usd.svg": draw_distance(routes, "usd", width_in=WIDE_IN),
    }


def _is_told(route: QuoteRoute) -> bool:
    """Say whether a route is by sea, or overland all the way: none that goes on by ocean ship."""
    at_sea_km = max((leg.km for leg in route.legs if leg.mode == "sea"), default=0.0)
    return route.corridor == "sea" or at_sea_km <= MOST_SEA_KM


def cut_maps(page: str) -> dict[str, str]:
    """
    Cut the maps out of the page of an answer.

    Parameters
    ----------
    page
        What `serai answer` wrote.

    Returns
    -------
    maps
        SVG by file of docs/pictures, Russia open and closed.
    """
    parts = page.split('<figure class="map">')[1:]
    svgs = [re.search(r"<svg\b.*?</svg>", part, flags=re.DOTALL) for part in parts]
    return {name: found[0] + "\n" for name, found in zip(MAPS, svgs, strict=True) if found}


# ---------------------------------------------------------------- the page


def render_page() -> str:
    """Return the page: pictures in the order of the captions, others after them, then screens."""
    files = {path.name for path in PICTURES.glob("*.svg")}
    names = [name for name in CAPTIONS if name in files]
    names += sorted(files - set(names))
    return "\n".join([HEAD, *(line for name in names for line in _show(name)), *_show_screens()])


def _show(name: str) -> Iterator[str]:
    said = describe_picture((PICTURES / name).read_text("utf-8"))
    caption = CAPTIONS.get(name, Caption(said.partition(".")[0] or name, "", ""))
    links = [f"`{caption.made_by}`"] if caption.made_by else []
    links += [f"[more](../{caption.page})"] if caption.page else []
    yield f"## {caption.title}\n"
    yield f"![{said}](../pictures/{name})\n"
    if links:
        yield " · ".join(links) + "\n"


def describe_picture(svg: str) -> str:
    """Return what a picture says of itself, fit for the brackets of Markdown."""
    found = re.search(r'aria-label="([^"]*)"', svg)
    return re.sub(r"[\[\]]", "", unescape(found[1])) if found else ""


def find_screens() -> dict[str, list[tuple[int, str]]]:
    """Return the screenshots by view: widths and files, the widest first."""
    views: dict[str, list[tuple[int, str]]] = {}
    for path in sorted((GALLERY / "screens").glob("*.png")):
        if found := SCREEN.fullmatch(path.name):
            views.setdefault(found["view"], []).append((int(found["width"]), path.name))
    return {view: sorted(files, reverse=True) for view, files in views.items()}


def _show_screens() -> Iterator[str]:
    for view, files in find_screens().items():
        yield f"## {view.replace('-', ' ').capitalize()}\n"
        for width, name in files:
            yield f"![{view.replace('-', ' ')}, {width} pixels wide](screens/{name})\n"


# ---------------------------------------------------------------- results made anew


def _run(words: Sequence[str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "serai", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _solve_command(name: str) -> None:
    _write(f"{name}.json", _run(COMMANDS[name], ROOT))


def _solve_ropes() -> None:
    years = tightropes(
        Bases(read_world(), most=1), read_ties(PACK), COUNTRY, tell=lambda _s, _d, _t: None
    )
    _write(
        "ropes.json", TypeAdapter(list[VectorsResult]).dump_json(years, indent=1).decode() + "\n"
    )


def _solve_maps() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run(("answer", "--draws", "0"), Path(folder))
        page = next(Path(folder).glob("*.html")).read_text("utf-8")
    for name, svg in cut_maps(page).items():
        _write(name, svg)


def _write(name: str, text: str) -> None:
    (PICTURES / name).write_text(text, "utf-8", newline="\n")


SOLVED: Final[dict[str, Callable[[], None]]] = {
    **{name: partial(_solve_command, name) for name in COMMANDS},
    "ropes": _solve_ropes,
    "maps": _solve_maps,
}


def main() -> int:
    """Solve what was asked for, draw, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solve", action="append", choices=sorted(SOLVED), default=[])
    for name in parser.parse_args().solve:
        SOLVED[name]()
    for name, svg in draw_pictures().items():
        _write(name, svg)
    GALLERY.mkdir(exist_ok=True)
    PAGE.write_text(render_page(), "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
