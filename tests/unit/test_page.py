import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from serai.data.answers import read_stored
from serai.data.load import PACK
from serai.domain.results import AnswerResult
from serai.domain.sensitivity import SensitivityResult
from serai.domain.stored import Stored
from serai.errors import ScenarioError, SeraiError
from serai.outputs.page import (
    AnswerPage,
    Footnote,
    bind_units,
    render_answer_page,
    write_answer_page,
)
from serai.outputs.page_tables import ClassNote, MeasureNote, ProjectNote
from tests.invented import (
    make_answer,
    make_bottlenecks,
    make_conditions,
    make_frontier,
    make_route,
    make_sensitivity,
)

MAP = '<svg role="img" aria-label="{}" viewBox="0 0 4 2"><path d="M0 0"/></svg>'
VOID = {"col", "meta", "br", "hr", "img", "link", "input"}


def make_note(ix: int, **changes: Any) -> Footnote:  # noqa: ANN401 - any field of a footnote
    values: dict[str, Any] = {
        "id": f"links.A{ix}.free_time_h",
        "what": f"Invented time {ix}",
        "value": 12.5,
        "unit": "h",
        "source_title": f"Invented report {ix % 2}",
        "publisher": "Invented Ministry",
        "date": "2023-05",
        "url": "https://example.org/r",
        "grade": "derived",
    }
    return Footnote(**(values | changes))


def make_stored(sensitivity: SensitivityResult | None = None) -> Stored:
    """Return invented studies, but for the past, which is as it was."""
    return Stored(
        sensitivity=sensitivity or make_sensitivity(),
        backcast=read_stored(PACK).backcast,
        frontier=make_frontier(),
        conditions=make_conditions(),
    )


def make_page(n_draws: int = 64, **changes: Any) -> AnswerPage:  # noqa: ANN401 - any field
    values: dict[str, Any] = {
        "answer": make_answer(n_draws),
        "map_svg_before": MAP.format("before"),
        "map_svg_after": MAP.format("after"),
        "phone_svg_before": MAP.format("before, small"),
        "phone_svg_after": MAP.format("after, small"),
        "middle": make_route("middle"),
        "northern": make_route("north"),
        "classes": {"C_TS": ClassNote(name="Boxes (quick ones)", unit="TEU")},
        "projects": {
            "PX01": ProjectNote(
                name="Invented hub",
                country="AAA",
                status="planned",
                open_year=2030,
                capex_musd=96.0,
                capex_low_musd=38.0,
                capex_high_musd=120.0,
                serves_middle=True,
            )
        },
        "measures": {
            "MX01": MeasureNote(name="Invented window", status="signed", cost_musd_yr=1.5)
        },
        "footnotes": [make_note(ix) for ix in range(5)],
        "stored": make_stored(),
    }
    return AnswerPage(**(values | changes))


class Outline(HTMLParser):
    """What a page is made of; complains about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.svgs: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        if tag == "svg":
            self.svgs.append(found)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag == "a":
            self.links.append(found.get("href") or "")
        elif tag != "use":
            self.outside += [
                value for name, value in attrs if name in {"src", "href", "srcset"} and value
            ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        plain = " ".join(self.words).replace("\N{NO-BREAK SPACE}", " ")
        return re.sub(r"\s+", " ", plain.replace("\N{WORD JOINER}", ""))


@pytest.fixture(scope="module")
def html() -> str:
    return render_answer_page(make_page())


@pytest.fixture(scope="module")
def outline(html: str) -> Outline:
    return Outline(html)


# ------------------------------------------------------------------ one file, whole and light


def test_the_page_asks_for_nothing_from_outside(html: str, outline: Outline) -> None:
    assert outline.outside == []
    assert not re.search(r"@import|url\((?!#)", html)
    assert {link for link in outline.links if not link.startswith("#")} == {"https://example.org/r"}


def test_ids_are_unique_and_links_within_the_page_lead_somewhere(outline: Outline) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)


def test_every_picture_says_what_it_shows(outline: Outline) -> None:
    assert len(outline.svgs) == 2 * 9 + 4
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in outline.svgs)


def test_headings_go_down_one_step_at_a_time(outline: Outline) -> None:
    assert outline.headings[0] == "h1"
    assert outline.headings.count("h1") == 1
    assert all(
        int(after[1]) <= int(before[1]) + 1
        for before, after in zip(outline.headings, outline.headings[1:], strict=False)
    )


def test_the_page_is_the_same_each_time_and_light(html: str) -> None:
    assert render_answer_page(make_page()) == html
    assert len(html.encode()) < 600_000


def test_the_sections_come_in_the_order_of_the_question(html: str) -> None:
    places = [
        html.index(f'<section id="{name}"')
        for name in (
            *("answer", "maps", "destinations", "distance", "limits", "effort", "frontier"),
            *("classes", "outlook", "conditions", "sensitivity", "backcast", "unknown", "record"),
            "evidence",
        )
    ]
    assert places == sorted(places)


# ------------------------------------------------------------------ what it says


def test_it_says_the_answer_its_words_and_how_it_came_about(outline: Outline) -> None:
    for part in (
        "Invented: with what is built today the Middle Corridor could take 4.1 % (2.5–6.2 %)",
        "Divertible flow",
        "Forced share",
        "Base year 2023",
        "Invented feeder fleet between two ports 912 – 61,000 TEU 100 %",
        "Nothing binds on the Middle Corridor.",
        "Funded projects 1 0 4,320 2,590–6,480 2,100 51,200 51,200 1,230 1,230",
        "Today 24.3 7,840 16.2 6,120 41.2 2,310",
        "Invented hub * AAA planned 2030 96 38–120",
        "Invented window – signed – 1.5 –",
        "Boxes 201,000",
        "37 % of the Middle Corridor's cost rests on values that are assumed",
        "64, over 4,321 ranged values in 321 independent dimensions; seed 1",
        "In another base year",
        "1,234 states of the world were drawn",
        "One or the other of these holds in 70 % of such states; 78 % of the states where one",
        "and tried on the other halves: 60 % and 71 %.",
        "No conditions were found",
        "Certificate holds",
        "123,456",
    ):
        assert part in outline.text


def test_without_draws_it_says_how_to_make_them() -> None:
    page = make_page(0, stored=Stored())
    text = Outline(render_answer_page(page)).text
    assert "No draws were made" in text
    assert "serai answer --draws 64" in text
    assert "P10" not in text


def test_values_and_sources_stand_once_however_often_they_are_used() -> None:
    notes = [
        make_note(0, source_title="First"),
        make_note(0, source_title="Second", url="javascript:alert(1)"),
        make_note(0, id="links.A0.dwell_days", value=3.0, unit="days", source_title="First"),
        make_note(1, source_title="First"),
        make_note(
            2,
            id="links.A2.status",
            value="closed",
            unit="",
            source_title="",
            publisher="",
            date="",
            url="",
        ),
    ]
    html = render_answer_page(make_page(footnotes=notes))
    text = Outline(html).text
    assert html.count("Invented time 0") == 1
    assert html.count("First</a>") == 1
    assert "4 values in 3 rows, from 2 sources" in text
    assert "Invented time 0 links.A0 free time 12.5 h; dwell 3 days derived 1 , 2" in text
    assert "status closed" in text
    assert "javascript" not in html


def test_an_equilibrium_that_was_not_reached_is_said_at_the_top() -> None:
    answer = make_answer(0)
    bad = answer.certificate.model_copy(update={"overload": 0.2})
    text = Outline(
        render_answer_page(AnswerPage(answer=answer.model_copy(update={"certificate": bad})))
    )
    assert "do not quote it" in text.text
    assert "DOES NOT HOLD" in text.text


def test_names_are_escaped_everywhere() -> None:
    answer = make_answer(64)
    evil = '<script>x</script> & "quote"'
    limit = make_bottlenecks(0)[0].model_copy(update={"name": evil})
    cases = [case.model_copy(update={"binding": [limit]}) for case in answer.cases]
    study = make_sensitivity()
    inputs = [study.inputs[0].model_copy(update={"name": evil, "learn": evil})]
    study = study.model_copy(update={"inputs": inputs})
    changed = answer.model_copy(update={"cases": cases, "headline": [evil]})
    notes = [make_note(0, what=evil)]
    html = render_answer_page(make_page(answer=changed, footnotes=notes, stored=make_stored(study)))
    assert "<script>x" not in html
    Outline(html)


def test_stored_studies_say_what_is_doubtful_and_what_was_missed(outline: Outline) -> None:
    assert "Ask forty invented shippers" in outline.text
    assert "Why large misses happen" in outline.text
    assert "Producers own the pipeline and its room" in outline.text
    assert "Tables have changed" not in outline.text


def test_a_study_of_other_tables_says_so() -> None:
    study = make_sensitivity()
    record = study.record.model_copy(update={"inputs": {"links.csv": "2" * 64}})
    changed = study.model_copy(update={"record": record})
    assert (
        "Tables have changed"
        in Outline(render_answer_page(make_page(stored=make_stored(changed)))).text
    )


def test_without_stored_studies_the_page_says_how_to_make_one() -> None:
    outline = Outline(render_answer_page(make_page(stored=Stored())))
    assert "serai sensitivity --json makes it" in outline.text
    assert "backcast" not in outline.ids


def test_many_limits_are_cut_and_counted() -> None:
    answer = make_answer(0)
    cases = [case.model_copy(update={"binding": make_bottlenecks(0) * 4}) for case in answer.cases]
    text = Outline(render_answer_page(make_page(answer=answer.model_copy(update={"cases": cases}))))
    assert "and 4 more, cheaper" in text.text


def test_waits_are_shown_once_the_model_has_queues() -> None:
    answer = make_answer(0)
    queued = [limit.model_copy(update={"wait_h": 31.4}) for limit in make_bottlenecks(0)]
    cases = [case.model_copy(update={"binding": queued}) for case in answer.cases]
    text = Outline(render_answer_page(make_page(answer=answer.model_copy(update={"cases": cases}))))
    assert "wait, h" in text.text
    assert "31.4" in text.text
    assert "has no queues" not in text.text


EMPTY: dict[str, Any] = {
    "headline": [],
    "divertible_by_class": {},
    "cases": [],
    "other_years": [],
    "outlook": [],
    "evidence": [],
}


@pytest.mark.parametrize("changes", [EMPTY, *({key: value} for key, value in EMPTY.items())])
def test_what_is_empty_is_left_out(changes: dict[str, Any]) -> None:
    answer: AnswerResult = make_answer(64).model_copy(update=changes)
    outline = Outline(render_answer_page(AnswerPage(answer=answer)))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert "None" not in outline.text
    assert "Flows before and after" not in outline.text


def test_numbers_stay_with_their_units_and_ranges_together() -> None:
    bound = bind_units("2.5–6.2 % of 612,000 TEU in 3 towns")
    assert bound.count("\N{NO-BREAK SPACE}") == 2
    assert bound.count("\N{WORD JOINER}") == 1


# ------------------------------------------------------------------ the file


def test_it_is_written_whole_into_a_folder_made_for_it(tmp_path: Path, html: str) -> None:
    path = tmp_path / "new" / "deep" / "answer.html"
    write_answer_page(path, make_page())
    assert path.read_bytes() == html.encode()
    assert [each.name for each in path.parent.iterdir()] == ["answer.html"]


def test_it_replaces_an_old_page(tmp_path: Path, html: str) -> None:
    path = tmp_path / "answer.html"
    path.write_text("old", "utf-8")
    write_answer_page(path, make_page())
    assert path.read_text("utf-8") == html


def test_a_folder_that_is_a_file_or_a_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "folder.html").mkdir()
    for path in (tmp_path / "file" / "answer.html", tmp_path / "folder.html"):
        with pytest.raises(ScenarioError, match=r"wanted a writable file") as caught:
            write_answer_page(path, AnswerPage(answer=make_answer(0)))
        assert str(path) in str(caught.value)
        assert isinstance(caught.value, SeraiError)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.html"]
    assert list((tmp_path / "folder.html").iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_breaks_off_leaves_the_old_page_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    old = tmp_path / "answer.html"
    old.write_text("old", "utf-8")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("os.replace", fail)
    for path in (old, tmp_path / "new" / "deep" / "answer.html"):
        with pytest.raises((ScenarioError, KeyboardInterrupt)):
            write_answer_page(path, AnswerPage(answer=make_answer(0)))
    assert [each.name for each in tmp_path.iterdir()] == ["answer.html"]
    assert old.read_text("utf-8") == "old"


def test_readers_may_open_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "answer.html"
    write_answer_page(path, AnswerPage(answer=make_answer(0)))
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode
