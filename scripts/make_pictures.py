"""
Make the README's numbers and pictures anew, from a fresh answer or from the stored one.

Run it from a checkout: ``python -m scripts.make_pictures --readme`` solves the answer with 64
draws (some minutes), stores it beside the tables, draws the pictures and rewrites what the README
shows: the answer, and what the commands of its tour print; and what commands print in the tutorial
and the how-to pages. ``--stored``
takes the stored answer, ``--answer FILE`` one that ``serai answer --json`` printed. ``--pages``
makes the reference pages anew instead.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import serai
from scripts.excerpts import refresh_blocks
from serai.domain.results import AnswerResult, Band
from serai.outputs.charts import draw_destinations, draw_shares
from serai.outputs.drawing import WIDE_IN
from serai.outputs.numbers import say_amount, say_band, say_days, say_share, say_usd
from serai.outputs.words import list_cases, name_case, pick_case

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = ROOT / "docs" / "pictures"
STORED: Final = ROOT / "src/serai/data/pack/answer.json"
BEGIN: Final = "<!-- answer: made by `python -m scripts.make_pictures --readme` -->\n"
END: Final = "<!-- end of the answer -->\n"
MADE: Final = {
    "backcast.md": "scripts.backcast_page",
    "corridor-checks.md": "serai.studies.corridor_page",
    "data-dictionary.md": "serai.data.schema",
    "gmns.md": "serai.data.schema gmns",
    "json.md": "scripts.json_page",
    "scenario.md": "scripts.scenario_page",
    "sensitivity.md": "scripts.sensitivity_page",
    "works.md": "scripts.works",
}
"""Reference pages and the modules that print them."""
VERSIONS: Final = 2
"""Names that the package always exports; with more it is an interface, and has a page."""
COLUMNS: Final = (
    "case", "forced share, TEU", "voluntary share, TEU", "forced share, t", "days", "USD/FEU",
    "capital", "binds first",
)  # fmt: skip
ANSWER: Final = """\
{headline}

![Share of the divertible boxes that the Middle Corridor takes, by case](docs/pictures/answer.svg)

{cases}

*Forced share*: what the Middle Corridor takes over if Russia closes; *voluntary share*: what it
wins if nobody must; both of the divertible flow of {year}, {teu} TEU and {t} t a year
([definitions](docs/explain/answer.md)). Days, prices and what binds are those of the corridor with
Russia closed, boxes from China to Europe door to door, queues included; capital is that of all
projects of the case. By sea the same boxes pay {sea}, by the Northern route today {north}.

Where they go when Russia closes:

![Where the divertible boxes go when Russia closes, by case](docs/pictures/destinations.svg)

{versions}: {drawn}; solved in {minutes} min on two cores. All of it is in
[answer.json](src/serai/data/pack/answer.json).
"""
DRAWN: Final = "{n} draws of {varied:,} ranged values, shares are medians and bands P10 to P90"
UNDRAWN: Final = "the central run alone, without bands"
SHOWING: Final = ("tutorial", "how-to")
"""Folders of docs/ whose pages show what commands print."""
PLAIN: Final = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUTF8": "1"}


def run_command(words: Sequence[str], scratch: Path | None = None) -> str:
    """Run a command of a page, once however often pages show it, and return what it prints."""
    return _run_once(tuple(words), scratch)


@cache
def _run_once(words: tuple[str, ...], scratch: Path | None) -> str:
    # Tables of the checkout are found; what is written, and what reads it again, goes to `scratch`.
    is_own = {"answer", "export", "new"} & set(words) or any(w.startswith("mine") for w in words)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", *words], cwd=(scratch or Path(folder)) if is_own else ROOT,
            env=os.environ | PLAIN, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def read_answer(text: str) -> AnswerResult:
    """Return an answer that was printed as JSON, where not-a-number is null."""
    return AnswerResult.model_validate_json(text)


def draw_pictures(answer: AnswerResult) -> dict[str, str]:
    """Return the pictures of an answer by file name."""
    return {
        "answer.svg": draw_shares(answer, width_in=WIDE_IN) + "\n",
        "destinations.svg": draw_destinations(answer, width_in=WIDE_IN) + "\n",
    }


def describe_answer(answer: AnswerResult) -> str:
    """Return the README's part that holds an answer's numbers."""
    flow, draws, record = answer.divertible, answer.draws, answer.record
    today = answer.cases[0]
    return ANSWER.format(
        headline="\n>\n".join(f"> {line}" for line in answer.headline),
        cases="\n".join(_list_cases(answer)),
        year=answer.base_year,
        teu=say_amount(flow.teu),
        t=say_amount(flow.t),
        sea=f"{say_usd(today.sea_usd_feu)} USD/FEU and take {say_days(today.sea_days)} days",
        north=f"{say_usd(today.north_usd_feu)} USD/FEU and {say_days(today.north_days)} days",
        versions=f"Serai {record.version}, data {record.data_version}",
        drawn=DRAWN.format(n=draws.n, varied=draws.inputs_varied) if draws.n else UNDRAWN,
        minutes=max(1, round(record.seconds / 60)),
    )


def _list_cases(answer: AnswerResult) -> list[str]:
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for name in list_cases(answer):
        closed, opened = (pick_case(answer, name, state) for state in ("closed", "open"))
        if closed is None or opened is None:
            continue
        cells = (
            name_case(name),
            _say(closed.share),
            _say(opened.share) if name != "today" else "0 % by definition",
            _say(closed.share_t),
            say_days(closed.days),
            say_usd(closed.usd_feu),
            f"{closed.capex_musd / 1e3:.1f} bn USD" if closed.capex_musd else "–",
            closed.binding[0].name if closed.binding else "nothing",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _say(band: Band) -> str:
    if band.low == band.high:
        return say_share(band.value)
    return f"{say_share(band.value)} ({say_band(band.low, band.high)})"


def replace_answer(readme: str, answer: AnswerResult) -> str:
    """Return the README with its answer made anew."""
    before, rest = readme.split(BEGIN)
    return before + BEGIN + describe_answer(answer) + END + rest.split(END)[1]


def make_pages() -> int:
    """Write the reference pages that modules print."""
    made = dict(MADE)
    if len(serai.__all__) > VERSIONS:
        made["python.md"] = "scripts.python_page"
    for name, module in made.items():
        page = run_command(module.split())
        (ROOT / "docs" / "reference" / name).write_text(page, "utf-8", newline="\n")
    return 0


def main() -> int:
    """Solve or read the answer, store it, draw, rewrite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="rewrite README.md too")
    parser.add_argument("--stored", action="store_true", help="take the stored answer")
    parser.add_argument("--answer", type=Path, help="take what `serai answer --json` printed")
    parser.add_argument("--draws", type=int, default=64, help="draws of a fresh answer")
    parser.add_argument("--pages", action="store_true", help="make docs/reference anew, no more")
    asked = parser.parse_args()
    if asked.pages:
        return make_pages()
    path = STORED if asked.stored else asked.answer
    if path is not None:
        text = path.read_text("utf-8")
    else:
        with tempfile.TemporaryDirectory() as folder:
            words = ["serai", "answer", "--json", "--draws", str(asked.draws)]
            text = run_command(words, Path(folder))
    answer = read_answer(text)
    PICTURES.mkdir(exist_ok=True)
    STORED.write_text(text.rstrip("\n") + "\n", "utf-8", newline="\n")
    for name, svg in draw_pictures(answer).items():
        (PICTURES / name).write_text(svg, "utf-8", newline="\n")
    if asked.readme:
        readme = ROOT / "README.md"
        told = replace_answer(readme.read_text("utf-8"), answer)
        with tempfile.TemporaryDirectory() as scratch:
            pages = [
                readme,
                *(p for f in SHOWING for p in sorted((ROOT / "docs" / f).glob("*.md"))),
            ]
            for page in pages:
                text = told if page == readme else page.read_text("utf-8")
                shown = refresh_blocks(text, lambda words: run_command(words, Path(scratch)))
                page.write_text(shown, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
