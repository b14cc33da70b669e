"""The page in Russian and Kazakh: all of it, with the same numbers, and no English left over."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any, Final, NamedTuple

import pandas as pd
import pytest

from scripts.make_catalogues import list_texts, read_catalogue
from serai.data.answers import read_answer, read_stored
from serai.data.load import PACK, read_world
from serai.data.names import read_names
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.results import AnswerResult
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.outputs.conditions import say_clause, say_state_box
from serai.outputs.language import LANGUAGES, read_language
from serai.outputs.numbers import say_amount, say_band, say_share, say_usd
from serai.outputs.page import render_answer_page
from serai.outputs.words import DEMANDS, STATUSES
from serai.studies.report import assemble_page
from serai.studies.words import headline
from tests.command import serai
from tests.once import find_shared

OTHERS: Final = tuple(code for code in LANGUAGES if code != "en")
TAG: Final = re.compile(r"</?\w+>")
NAMED: Final = {
    "places": "name", "resources": "name", "projects": "name", "measures": "name",
    "classes": "name", "countries": "name", "params": "label", "year_inputs": "name",
    "learning": "name", "targets": "miss",
}  # fmt: skip
"""Column of each table whose texts a page may show."""

PROPER: Final = (
    "Middle Corridor Multimodal", "China Railway Container", "China Railway", "OpenStreetMap",
    "ODbL", "SHA", "Serai", "Wabtec", "Zhongyun", "TRIPP", "APM", "PTC", "e-permit", "e-",
    "caspian_h",
)  # fmt: skip
"""Names, licences and ids that are the same in every language."""

IDS: Final = re.compile(
    r"\b(?:P10|P90|PJ\d\d|MS\d\d|F\d{4})\b|\b[\w-]+\.(?:csv|toml) [0-9a-f]{10}|\de[-+]\d\d"
    r"|[A-Z]+…| Middle( Corridor)?$|^(Corridor )?Multimodal"
)
"""Ids, files with their hashes, powers of ten, and a name that charts cut or break."""

CUT: Final = re.compile(r"PJ\d\d\*? ")
"""How names begin that a table cuts short, not at the same place in every language."""

VOID: Final = {"col", "meta", "br", "hr", "img", "link", "input"}
NBSP: Final = "\N{NO-BREAK SPACE}"


class Words(HTMLParser):
    """Texts of a page: those in its language, in drawings or not, and those marked as English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.language = ""
        self.own: list[str] = []
        self.drawn: list[str] = []
        self.english: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language = found.get("lang") or ""
        is_english = tag != "html" and found.get("lang") == "en"
        if tag not in VOID:
            self.open.append((tag, is_english))
        self.keep(found.get("aria-label") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] not in {"style", "script", "code"}:
            self.keep(data)

    def keep(self, text: str) -> None:
        plain = " ".join(text.replace("\N{WORD JOINER}", "").split(" ")).strip()
        if plain:
            is_english = any(english for _, english in self.open)
            is_drawn = any(tag == "text" for tag, _ in self.open)
            (self.english if is_english else self.drawn if is_drawn else self.own).append(plain)


def list_numbers(texts: list[str]) -> Counter[str]:
    """Count the figures of texts, whatever stands between thousands and before decimals."""
    joint = "\n".join(text for text in texts if not CUT.match(text))
    return Counter(
        re.sub(r"\D", "", found)
        for found in re.findall(rf"\d+(?:[.,]\d+|{NBSP}\d{{3}}(?!\d))*", joint)
    )


# ------------------------------------------------------------------ catalogues


class Said(NamedTuple):
    """A text with its translation, in every form."""

    ids: tuple[str, ...]
    forms: tuple[str, ...]


def list_said(code: str) -> list[Said]:
    """Return the catalogue of a language, its head left out."""
    return [
        Said(
            ids=(message.id,) if isinstance(message.id, str) else tuple(message.id),
            forms=tuple(message.string)
            if isinstance(message.string, tuple | list)
            else (message.string or "",),
        )
        for message in read_catalogue(code)
        if message.id
    ]


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_of_the_page_is_translated_and_no_other(code: str) -> None:
    said = {(text.id,) if isinstance(text.id, str) else text.id for text in list_texts()}
    catalogue = list_said(code)
    assert len(said) > 500
    assert {one.ids for one in catalogue} == said, "run `python -m scripts.make_catalogues`"
    assert [message.id for message in read_catalogue(code) if message.id and message.fuzzy] == []
    for one in catalogue:
        assert all(one.forms), f"{code}: {one.ids[0]!r} is not translated"


def list_fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_the_same_values_marks_and_figures(code: str) -> None:
    for ids, forms in list_said(code):
        for form in forms:
            assert list_fields(form) == list_fields(ids[0]), ids[0]
            assert TAG.findall(form) == TAG.findall(ids[0]), ids[0]
            assert list_numbers([form]) == list_numbers([ids[0]]), ids[0]
            assert form.count("\n") == ids[0].count("\n"), ids[0]


@pytest.mark.parametrize("code", OTHERS)
def test_the_compiled_catalogue_is_that_of_the_text(code: str) -> None:
    catalogue = read_language(code).catalogue
    for ids, forms in list_said(code):
        if len(ids) == 1:
            found = {catalogue.gettext(ids[0])}
        else:
            found = {catalogue.ngettext(ids[0], ids[1], n) for n in range(30)}
        assert found == set(forms), "run `python -m scripts.make_catalogues`"


def test_words_of_the_tables_are_said_too() -> None:
    schema = read_schema()
    allowed = {*schema["projects"].columns["status"].allowed}
    allowed |= {*schema["measures"].columns["status"].allowed}
    assert allowed == set(STATUSES)
    for code in OTHERS:
        told = [read_language(code).say(word) for word in (*STATUSES, *DEMANDS)]
        assert len(set(told)) == len(STATUSES) + len(DEMANDS)


# ------------------------------------------------------------------ figures


def test_plural_forms_follow_the_number() -> None:
    russian, kazakh = read_language("ru"), read_language("kk")
    one, many = "P10–P90 of {n} draw", "P10–P90 of {n} draws"
    forms = {n: russian.say_count(one, many, n).split()[-1] for n in (1, 2, 5, 11, 21, 22, 112)}
    assert forms[1] == forms[21] == "розыгрышу"
    assert forms[2] == forms[5] == forms[11] == forms[22] == forms[112] == "розыгрышам"
    one, many = "Missing routes, {n} cell searched", "Missing routes, {n} cells searched"
    forms = {n: russian.say_count(one, many, n).split()[-1] for n in (1, 3, 5, 11, 21, 24)}
    assert forms == {
        1: "ячейка", 3: "ячейки", 5: "ячеек", 11: "ячеек", 21: "ячейка", 24: "ячейки",
    }  # fmt: skip
    told = {kazakh.say_count(one, many, n).replace(str(n), "#") for n in (1, 2, 5, 21)}
    assert len(told) == 1


@pytest.mark.parametrize("code", OTHERS)
def test_figures_have_a_comma_and_spaces_that_do_not_break(code: str) -> None:
    lang = read_language(code)
    assert say_share(0.0344, lang) == "3,4 %"
    assert say_share(0.00001, lang) == "< 0,1 %"
    assert say_amount(12345, lang=lang) == f"12{NBSP}300"
    assert say_amount(1234567, lang=lang) == "1,23 млн"
    assert say_usd(5234.2, lang) == f"5{NBSP}230"
    assert say_band(0.021, 0.05, lang) == "2,1–5,0 %"
    assert say_band(-0.02, 0.05, lang) == "−2,0 … 5,0 %"


# ------------------------------------------------------------------ names


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return read_tables(PACK)


def test_every_name_is_translated_and_no_other(
    tables: dict[str, pd.DataFrame], world: World
) -> None:
    wanted = {
        (subject, str(text))
        for subject, column in NAMED.items()
        if subject != "params"
        for text in tables[subject][column]
        if text
    } | {("params", label) for label in world.params.labels}
    names = tables["names"]
    assert set(zip(names["subject"], names["en"], strict=True)) == wanted
    ids = {subject: set(tables[subject].iloc[:, 0]) for subject in NAMED if subject != "params"}
    ids["params"] = set(world.params.ids)
    assert [row for row in names.itertuples() if row.id not in ids[str(row.subject)]] == []


def test_names_have_the_figures_of_the_english_ones(tables: dict[str, pd.DataFrame]) -> None:
    for row in tables["names"].to_dict("records"):
        for code in OTHERS:
            assert list_numbers([row[code]]) == list_numbers([row["en"]]), row["en"]
            assert re.search(r"[\u0400-\u04ff]", row[code]), row["en"]


def test_names_of_an_own_folder_come_before_those_of_the_pack(tmp_path: Path) -> None:
    assert read_names(PACK, "kk")["places"]["Aktau"] == "Ақтау"
    assert read_names(tmp_path, "kk") == read_names(PACK, "kk")
    (tmp_path / "names.csv").write_text(
        "subject,id,en,ru,kk,origin\nplaces,X,Aktau,Порт,Порт,own\nplaces,Y,Home,Дом,Үй,own\n",
        "utf-8",
    )
    names = read_names(tmp_path, "ru")["places"]
    assert (names["Aktau"], names["Home"], names["Baku"]) == ("Порт", "Дом", "Баку")


# ------------------------------------------------------------------ the page


@pytest.fixture(scope="module")
def world() -> World:
    return read_world(PACK)


@pytest.fixture(scope="module")
def stored(root: Path) -> AnswerResult:
    return read_answer(root / "src/serai/data/pack/answer.json")


class Pages(dict[str, Words]):
    """The page of the stored answer by language: made when first asked for, by one process."""

    def __init__(self, world: World, stored: AnswerResult, folder: Path, shared: Path) -> None:
        super().__init__()
        self.world, self.stored, self.folder, self.shared = world, stored, folder, shared

    def __missing__(self, code: str) -> Words:
        kept = self.shared / f"page-{code}.html"
        if not kept.exists():
            page = assemble_page(self.world, self.stored, lang=read_language(code))
            draft = self.folder / kept.name
            draft.write_text(render_answer_page(page), "utf-8")
            draft.replace(kept)
        self[code] = Words(kept.read_text("utf-8"))
        return self[code]


@pytest.fixture(scope="module")
def pages(
    world: World, stored: AnswerResult, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Words]:
    return Pages(world, stored, tmp_path_factory.mktemp("pages"), find_shared(tmp_path_factory))


@pytest.mark.slow
@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_on_a_page_in_another_language(
    pages: dict[str, Words], code: str
) -> None:
    page = pages[code]
    assert page.language == code
    assert len(page.own) + len(page.drawn) > 1000
    for text in (*page.own, *page.drawn):
        bare = IDS.sub("", text)
        for name in PROPER:
            bare = bare.replace(name, "")
        assert not re.search(r"[A-Za-z]", bare), text
    assert not re.search(
        r"\d\.\d", re.sub(r"\d+\.\d+\.\d+", "", "\n".join([*page.own, *page.drawn]))
    )


@pytest.mark.slow
@pytest.mark.parametrize("code", OTHERS)
def test_every_number_is_the_same_in_every_language(pages: dict[str, Words], code: str) -> None:
    english = list_numbers([*pages["en"].own, *pages["en"].english])
    other = list_numbers([*pages[code].own, *pages[code].english])
    assert english.total() > 5000
    assert other - english == Counter()
    assert english - other == Counter()
    # A drawing leaves out words that find no room; what it says in full stands beside it.
    drawn = list_numbers(pages[code].drawn)
    assert drawn.total() > 500
    assert set(drawn) <= set(english) | set(list_numbers(pages["en"].drawn))


@pytest.mark.slow
def test_what_stays_english_is_the_evidence_alone(pages: dict[str, Words]) -> None:
    assert pages["en"].english == []
    assert pages["ru"].english == pages["kk"].english
    assert set(pages["ru"].english) <= set(pages["en"].own)


def test_the_sentences_said_anew_are_those_that_were_stored(stored: AnswerResult) -> None:
    assert headline(stored.cases, stored.divertible.teu, stored.outlook) == stored.headline
    when = read_stored(PACK).conditions
    assert when is not None
    for found in (when.carries, when.fails):
        for box in found.boxes:
            assert say_state_box(found.kind, when.russia, when.share, box) == box.sentence
            for limit in box.limits:
                words = say_clause(limit.input_id, limit.name, limit.unit, (limit.low, limit.high))
                assert words == limit.words


# ------------------------------------------------------------------ the command


def test_a_language_that_there_is_not_is_refused_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="--lang"):
        read_language("fr")
    found: Any = serai("answer", "--lang", "fr", "--page", tmp_path / "page.html")
    assert (found.code, found.out) == (2, "")
    assert found.err.count("\n") == 1
    for part in ("--lang", "'fr'", "en (English)", "ru (русский)", "kk (қазақша)"):
        assert part in found.err
    assert list(tmp_path.iterdir()) == []
