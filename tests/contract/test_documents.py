"""The printable documents say what is stored, nothing typed, on as many pages as they promise."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from jinja2 import Environment

from scripts.check_site import check_site
from scripts.document_facts import Studies, check_words
from scripts.formulas import convert_formula
from scripts.make_documents import (
    DOCUMENTS,
    PAGES,
    TEMPLATES,
    count_pages,
    find_browser,
    print_pdf,
    render_documents,
)
from scripts.site_hooks import locate, place_on_site, redirect_links
from scripts.works import read_works
from tests.contract.test_docs import read_keys

NAMES: Final = ("minister", "method")
KEYED: Final = {"m", "formula", "cite", "cite_source", "source", "name", "picture"}
"""Calls whose texts are formulas or keys."""


@pytest.fixture(scope="module")
def studies() -> Studies:
    return Studies.read()


@pytest.fixture(scope="module")
def rendered(studies: Studies) -> dict[str, str]:
    return render_documents(studies)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_made_of_what_is_stored(rendered: dict[str, str], name: str) -> None:
    kept = (DOCUMENTS / f"{name}.html").read_text("utf-8")
    bare = [
        re.sub(r"<svg\b.*?</svg>", "", text, flags=re.DOTALL) for text in (kept, rendered[name])
    ]
    assert bare[0] == bare[1], "python -m scripts.make_documents"


@pytest.mark.parametrize("name", NAMES)
def test_no_number_is_typed(name: str) -> None:
    template = (TEMPLATES / f"{name}.html").read_text("utf-8").partition("<body>")[2]
    called = before = text = ""
    for _, kind, value in Environment(autoescape=True).lex(template):
        text += value if kind == "data" else " "
        called = value if kind == "name" else called
        if kind in ("integer", "float"):
            assert before == "[", f"{value} stands in an expression"
        if kind == "string" and called not in KEYED:
            assert not re.search(r"\d", value), f"{value} stands in an expression"
        before = value
    assert re.findall(r"\S*\d\S*", re.sub(r"<[^>]*>|&\w+;", " ", text)) == []


def test_the_shares_are_those_of_the_stored_answer(root: Path) -> None:
    answer: dict[str, Any] = json.loads(
        (root / "src/serai/data/pack/answer.json").read_text("utf-8")
    )

    def say(share: float) -> str:
        return f"{100 * share:.1f}" if share < 0.0995 else f"{100 * share:.0f}"

    for name in NAMES:
        page = (DOCUMENTS / f"{name}.html").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
        page = page.replace("\N{WORD JOINER}", "")
        for case in answer["cases"]:
            if case["case"] in ("today", "full") and case["share"]["high"]:
                value, low, high = (say(case["share"][key]) for key in ("value", "low", "high"))
                assert f"{value} % ({low}–{high} %)" in page, (name, case["case"], case["russia"])


def test_words_that_numbers_do_not_bear_out_are_refused(studies: Studies) -> None:
    assert check_words(studies) == []
    cases = [
        case.model_copy(update={"sea_share": 0.01}) if case.case == "today" else case
        for case in studies.answer.cases
    ]
    other = replace(studies, answer=studies.answer.model_copy(update={"cases": cases}))
    assert "of the rest most would take a ship" in check_words(other)
    with pytest.raises(ValueError, match="no longer bear out"):
        render_documents(other)


@pytest.mark.skipif(find_browser() is None, reason="no Chromium to print with")
@pytest.mark.parametrize("name", NAMES)
def test_a_document_has_the_pages_it_promises(tmp_path: Path, name: str) -> None:
    browser = find_browser()
    assert browser is not None
    print_pdf(DOCUMENTS / f"{name}.html", tmp_path / "printed.pdf", browser)
    least, most = PAGES[name]
    assert least <= count_pages((tmp_path / "printed.pdf").read_bytes()) <= most


@pytest.mark.parametrize("name", NAMES)
def test_a_document_wants_no_network(tmp_path: Path, name: str) -> None:
    page = (DOCUMENTS / f"{name}.html").read_text("utf-8")
    (tmp_path / "index.html").write_text(page, "utf-8")
    assert check_site(tmp_path) == []


# ------------------------------------------------------------------ the tools of the site


def test_wrong_links_of_a_site_are_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="there.html#yes">a</a><a href="there.html#no">b</a><a href="lost.html">c</a>'
        '<a href="/top.html">d</a><a href="https://example.org/x">e</a><a href="https://nowhere">f</a>'
        '<img src="https://example.org/x.png"><script src="https://example.org/x.js"></script>'
        '<style>@import "https://example.org/x.css"; p { background: url(data:,) }</style>',
        "utf-8",
    )
    (tmp_path / "there.html").write_text(
        '<h1 id="yes">there</h1><a href="../out.html">g</a>', "utf-8"
    )
    (tmp_path / "site.css").write_text(
        "@font-face { src: url(https://example.org/f.woff2) }", "utf-8"
    )
    found = check_site(tmp_path)
    assert [fault.partition(": ")[2].partition(": ")[0] for fault in found] == [
        "there.html#no", "lost.html", "/top.html", "https://nowhere", "https://example.org/x.png",
        "https://example.org/x.js", "https://example.org/x.css", "../out.html",
        "https://example.org/f.woff2",
    ]  # fmt: skip


def test_links_of_the_repository_lead_to_where_files_stand_on_the_site() -> None:
    page = (
        "[a](../README.md#x) `[b](../README.md)` [c](explain/model.md) [d](https://x.org) [e](#f)"
    )
    moved = redirect_links(page, "docs/glossary.md", lambda there: f"<{place_on_site(there)}>")
    assert moved == (
        "[a](<index.md>#x) `[b](../README.md)` [c](<explain/model.md>) [d](https://x.org) [e](#f)"
    )
    assert locate("docs/explain/model.md", "../../LICENSE") == "LICENSE"
    assert locate("docs/explain/model.md", "../nowhere.md") == ""


def test_a_formula_that_cannot_be_set_is_refused() -> None:
    assert "<mfrac>" in convert_formula(r"\frac{a}{b}")
    with pytest.raises(ValueError, match="no MathML for"):
        convert_formula(r"\begin{aligned} a &= b \end{aligned}")


def test_every_work_is_put_into_words(root: Path) -> None:
    works = read_works()
    assert set(works) == read_keys(root)
    assert works["fisk1980"].short == "Fisk 1980"
    assert works["hoogendoornlanser2005"].short == "Hoogendoorn-Lanser et al. 2005"
    assert works["akcelik1991"].full.startswith("Akçelik R. (1991). Travel time functions")
    assert not [work.full for work in works.values() if re.search(r"[\\{}$]", work.full)]
