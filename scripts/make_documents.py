"""
Write the printable documents from stored results: the note for a minister and the method paper.

``python -m scripts.make_documents`` writes ``minister.html`` and ``method.html`` in
``docs/documents``. With ``--pdf FOLDER`` it also prints them there with Chromium and tells how many
pages they have.
"""

import argparse
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scripts.document_facts import Studies, check_words, tell_method, tell_minister
from scripts.formulas import convert_formula
from scripts.make_pictures import ROOT
from scripts.works import read_works
from serai.domain.results import Band
from serai.outputs.backcast import draw_backcast
from serai.outputs.charts import draw_destinations, draw_shares
from serai.outputs.frontier import draw_frontier
from serai.outputs.numbers import say_amount, say_band, say_days, say_plain, say_share, say_usd
from serai.outputs.page import bind_units

__all__ = ["DOCUMENTS", "PAGES", "count_pages", "print_pdf", "render_documents"]

TEMPLATES: Final = Path(__file__).parent / "documents"
DOCUMENTS: Final = ROOT / "docs" / "documents"
PAGES: Final = {"minister": (2, 2), "method": (7, 9)}
"""Least and most pages of A4."""
WIDTH_IN: Final = 6.7
"""[in]. Width of the text on A4."""
BILLION: Final = 1e3
"""[million]."""
NEGLIGIBLE: Final = 1e-4
WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
                "eleven", "twelve")  # fmt: skip


# ---------------------------------------------------------------- numbers in words


def _say_share(share: float | None) -> str:
    return bind_units(say_share(share))


def _say_full_band(band: Band) -> str:
    if band.low == band.high:
        return bind_units(say_share(band.value))
    return bind_units(f"{say_share(band.value)} ({say_band(band.low, band.high)})")


def _say_bn(musd: float) -> str:
    return bind_units(
        f"{_say_bare_bn(musd)} billion USD" if musd >= BILLION else f"{say_usd(musd)} million USD"
    )


def _say_bare_bn(musd: float) -> str:
    return f"{musd / 1e3:.1f}"


def _say_bn_range(band: Band) -> str:
    return bind_units(f"{_say_bare_bn(band.low)}–{_say_bare_bn(band.high)}")


def _say_money(musd: float) -> str:
    return say_usd(musd)


def _say_money_band(band: Band) -> str:
    joint = " to " if band.low < 0.0 else "–"
    return bind_units(f"{say_usd(band.value)} ({say_usd(band.low)}{joint}{say_usd(band.high)})")


def _say_tiny(share: float) -> str:
    """Return a share that may be next to nothing."""
    return f"less than {100 * NEGLIGIBLE:g} %" if abs(share) < NEGLIGIBLE else _say_share(share)


def _say_power(value: float) -> Markup:
    """Return a residual as a power of ten."""
    if value == 0.0:
        return Markup("0")
    power = math.floor(math.log10(abs(value)))
    return Markup("{:.0f}·10<sup>{}</sup>").format(
        value / 10.0**power, f"−{-power}" if power < 0 else power
    )


def _say_words(number: int) -> str:
    return WORDS[number] if number < len(WORDS) else str(number)


def _join(parts: Sequence[str]) -> str:
    """Return a list in words, parted by semicolons where its parts have commas."""
    *first, last = parts
    if any("," in part or ":" in part for part in parts):
        return "; ".join(parts)
    return f"{', '.join(first)} and {last}" if first else last


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


SAYING: Final[Mapping[str, Callable[..., object]]] = {
    "amount": lambda value: bind_units(say_amount(value)),
    "band": _say_full_band,
    "bare_bn": _say_bare_bn,
    "bn": _say_bn,
    "bn_range": _say_bn_range,
    "days": say_days,
    "formula": lambda latex: Markup('<div class="formula">{}</div>').format(
        Markup(convert_formula(latex))  # noqa: S704 - a formula of a template
    ),
    "join": _join,
    "m": lambda latex: Markup(convert_formula(latex, is_block=False)),  # noqa: S704 - the same
    "minus": lambda value: -value,
    "money": _say_money,
    "money_band": _say_money_band,
    "plain": lambda value: say_plain(value, digits=7),
    "power": _say_power,
    "share": _say_share,
    "tiny": _say_tiny,
    "tiny_h": lambda value: f"{value:.1g}",
    "usd": say_usd,
    "words": _say_words,
}
"""What templates may call."""


# ---------------------------------------------------------------- citations


@dataclass(frozen=True, slots=True)
class _Reference:
    id: str
    text: Markup


@dataclass(slots=True)
class _Citations:
    """Collects what a text cites, so that the list at its end has just that."""

    facts: Mapping[str, Mapping[Any, Any]]
    cited: dict[str, str] = field(default_factory=dict)
    """Sorted by what stands under a key: text of the list by id."""

    def name(self, key: str) -> Markup:
        """Return a work as part of a sentence."""
        work = read_works()[key]
        self.cite(key)
        who = work.short.removesuffix(f" {work.year}")
        return Markup('<a href="#ref-{}">{} ({})</a>').format(key, who, work.year)

    def cite(self, *keys: str, inside: bool = False) -> Markup:
        """Return works in brackets; without, where the text has set some already."""
        works = [read_works()[key] for key in keys]
        for work in works:
            self.cited[f"ref-{work.key}"] = str(escape(work.full))
        said = Markup("; ").join(
            Markup('<a href="#ref-{}">{}</a>').format(work.key, work.short) for work in works
        )
        return said if inside else Markup("({})").format(said)

    def source(self, key: str, *, inside: bool = False) -> Markup:
        """Return a source of the evidence as part of a sentence, or for the inside of brackets."""
        fact = self.facts[key]
        publisher, year = fact["source_publisher"], str(fact["source_date"])[:4]
        self.cited[f"ref-{key}"] = str(
            Markup("{} ({}). {}. {}").format(
                publisher, year, fact["source_title"], fact["source_url"]
            )
        )
        said = f"{publisher} {year}" if inside else f"{publisher} ({year})"
        return Markup('<a href="#ref-{}">{}</a>').format(key, said)

    def cite_source(self, key: str) -> Markup:
        """Return a source of the evidence in brackets."""
        return Markup("({})").format(self.source(key, inside=True))

    def references(self) -> list[_Reference]:
        """Return the list, by names."""
        rows = sorted(self.cited.items(), key=lambda item: item[1].casefold())
        return [_Reference(key, Markup(text)) for key, text in rows]  # noqa: S704 - escaped above


# ---------------------------------------------------------------- rendering


def render_documents(studies: Studies) -> dict[str, str]:
    """
    Return the documents as HTML.

    Parameters
    ----------
    studies
        All stored results.

    Returns
    -------
    documents
        By name; the same text for the same results.

    Raises
    ------
    ValueError
        The numbers do not bear out what a document says in words.
    """
    faults = check_words(studies)
    if faults:
        said = "; ".join(faults)
        raise ValueError(
            f"the stored numbers no longer bear out: {said}. Rewrite scripts/documents/*.html"
        )
    facts = {str(row["id"]): row for row in studies.tables["facts"].to_dict("records")}
    pictures = {
        "shares": draw_shares(studies.answer, width_in=WIDTH_IN),
        "destinations": draw_destinations(studies.answer, width_in=WIDTH_IN),
        "backcast": draw_backcast(studies.backcast, width_in=WIDTH_IN),
        "frontier": draw_frontier(studies.frontier, width_in=WIDTH_IN),
    }
    told = {"minister": tell_minister(studies), "method": tell_method(studies)}
    return {name: _render(name, facts, pictures, context) for name, context in told.items()}


def _render(
    name: str,
    facts: Mapping[str, Mapping[Any, Any]],
    pictures: Mapping[str, str],
    context: Mapping[str, Any],
) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["capitalise"] = _capitalise
    citations = _Citations(facts)
    html = environment.get_template(f"{name}.html").render(
        **context,
        **SAYING,
        cite=citations.cite,
        name=citations.name,
        source=citations.source,
        cite_source=citations.cite_source,
        references=citations.references,
        picture=lambda key: Markup(pictures[key]),  # noqa: S704 - drawn by us
    )
    # Apostrophes as a printer sets them; quotation marks of style sheets stand beside no letter.
    return re.sub(
        r"(?<=[^\W\d])(?:'|&#39;)(?=[^\W\d])|(?<=s)(?:'|&#39;)(?= [a-z])",
        "\N{RIGHT SINGLE QUOTATION MARK}",
        html,
    )


# ---------------------------------------------------------------- paper


def print_pdf(page: Path, target: Path, browser: str) -> None:
    """Print a page on A4."""
    subprocess.run(  # noqa: S603 - a browser of the user's machine and a page of ours
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--no-pdf-header-footer", f"--print-to-pdf={target}",
         page.resolve().as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip


def count_pages(pdf: bytes) -> int:
    """Return how many pages a PDF of Chromium's has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def find_browser() -> str | None:
    """Return the path of a Chromium, if there is one."""
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


def main() -> int:
    """Write, and print if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pdf", type=Path, metavar="FOLDER")
    folder = parser.parse_args().pdf
    DOCUMENTS.mkdir(exist_ok=True)
    for name, html in render_documents(Studies.read()).items():
        path = DOCUMENTS / f"{name}.html"
        path.write_text(html, "utf-8", newline="\n")
        browser = find_browser()
        if folder is not None and browser is not None:
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{name}.pdf"
            print_pdf(path, target, browser)
            print(f"{target}: {count_pages(target.read_bytes())} pages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
