import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from serai.domain.comparison import Change, CompareResult
from serai.domain.quotes import Basis, QuoteResult
from serai.domain.results import (
    Amounts,
    AnswerResult,
    ClassFlow,
    CorridorFlow,
    RunResult,
)
from serai.outputs.quote import print_quote
from serai.outputs.terminal import print_answer, print_compare, print_run
from tests.invented import CERTIFICATE, RECORD, make_answer, make_bottlenecks, make_route

Printed = AnswerResult | RunResult | CompareResult | QuoteResult
CORRIDORS = ("north", "middle", "south", "east", "sea", "air", "pipeline", "direct", "unserved")


def show(result: Printed, width: int = 80) -> list[str]:
    """Return the lines that a terminal of this width shows."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    match result:
        case AnswerResult():
            print_answer(console, result)
        case RunResult():
            print_run(console, result)
        case CompareResult():
            print_compare(console, result)
        case QuoteResult():
            print_quote(console, result)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def make_run(*, n_countries: int = 40) -> RunResult:
    flows = {name: 1e5 * ix for ix, name in enumerate(CORRIDORS)}
    return RunResult(
        scenario="invented",
        title="An invented scenario",
        year=2023,
        demand=Amounts(teu=3.6e6, t=3.6e7),
        served=Amounts(teu=2.8e6, t=2.8e7),
        unserved=Amounts(teu=8e5, t=8e6),
        corridors=[
            CorridorFlow(corridor=name, teu=flow, t=10 * flow) for name, flow in flows.items()
        ],
        classes=[
            ClassFlow(class_id="C_TS", unit="TEU", by_corridor=flows),
            ClassFlow(class_id="NONE", unit="t", by_corridor={}),
        ],
        bottlenecks=make_bottlenecks(0),
        links=[],
        countries={f"A{ix:02}": Amounts(teu=1e5 * ix, t=1e6 * ix) for ix in range(n_countries)},
        boxes=[],
        unconnected=[f"A-B-{ix}" for ix in range(12)],
        certificate=CERTIFICATE,
        record=RECORD,
    )


def make_compare() -> CompareResult:
    changes = [
        Change(
            name=f"invented thing {ix}", unit="t/yr", before=1e6, after=after, change=after - 1e6
        )
        for ix, after in enumerate((2e6, 1e6, 0.4e6, *(1e6 + 1e3 * ix for ix in range(20))))
    ]
    return CompareResult(
        before="base",
        after="russia-closed",
        corridors=changes[:3],
        countries=changes,
        classes=[],
        bottlenecks=[Change(name="R_ONE", unit="USD/TEU", before=0, after=912.3, change=912.3)],
        certificate=CERTIFICATE,
        records=[RECORD, RECORD],
    )


def make_quote() -> QuoteResult:
    return QuoteResult(
        origin="AAAAA",
        origin_name="Aaa",
        dest="BBBBB",
        dest_name="Bbb",
        class_id="C_OM",
        class_name="Ordinary boxes",
        avoid=["RUS", "BLR"],
        year=2023,
        basis=Basis(tonnes=16.0),
        waits_year=None,
        validity="Mean rates of 2023.",
        notes=["Invented."],
        sources=[],
        routes=[make_route("middle"), make_route("north")],
        record=RECORD,
    )


RESULTS: dict[str, Printed] = {
    "answer": make_answer(64),
    "answer without draws": make_answer(0),
    "run": make_run(),
    "compare": make_compare(),
    "quote": make_quote(),
}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", RESULTS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert max(cell_len(line) for line in show(RESULTS[name], width)) <= width


@pytest.mark.parametrize("name", RESULTS)
def test_a_wider_terminal_wraps_no_row_that_a_narrow_one_kept_whole(name: str) -> None:
    narrow, wide = (
        [line for line in show(RESULTS[name], width) if line.startswith("  ")]
        for width in (80, 160)
    )
    assert len(narrow) == len(wide)


def test_an_answer_says_shares_limits_capital_and_times() -> None:
    text = "\n".join(show(RESULTS["answer"]))
    for part in (
        "Invented: with what is built today",
        "8.3 %   5.0–12 %",
        "Invented feeder fleet between two ports",
        "nothing binds",
        "2,590–6,480",
        "24.3    7,840",
        "Certificate holds",
        "Serai 0.0.0, data 0.0",
    ):
        assert part in text


def test_figures_are_never_cut() -> None:
    for result in RESULTS.values():
        for line in show(result):
            cut = [word for word in line.split() if word.endswith("…") and word[0].isdigit()]
            assert cut == []


def test_without_draws_an_answer_says_so_and_has_no_bands() -> None:
    text = "\n".join(show(RESULTS["answer without draws"]))
    assert "No draws were made" in text
    assert "P10" not in text


def test_waits_have_a_column_only_where_the_model_has_queues() -> None:
    answer = make_answer(0)
    assert "wait h" not in "\n".join(show(answer))
    queued = [limit.model_copy(update={"wait_h": 31.4}) for limit in make_bottlenecks(0)]
    cases = [case.model_copy(update={"binding": queued}) for case in answer.cases]
    text = "\n".join(show(answer.model_copy(update={"cases": cases})))
    assert "wait h" in text
    assert "31.4" in text


def test_a_certificate_that_does_not_hold_is_said_aloud() -> None:
    bad = CERTIFICATE.model_copy(update={"relative_gap": 0.1})
    text = "\n".join(show(make_answer(0).model_copy(update={"certificate": bad})))
    assert "DOES NOT HOLD" in text


def test_an_empty_answer_is_printed_without_empty_tables() -> None:
    empty: dict[str, list[object]] = {
        "headline": [],
        "cases": [],
        "other_years": [],
        "outlook": [],
    }
    text = "\n".join(show(make_answer(0).model_copy(update=empty)))
    assert "What binds" not in text
    assert "Certificate holds" in text


def test_long_lists_are_cut_and_counted() -> None:
    lines = show(make_run())
    assert "  and 10 more" in lines
    assert any(line.startswith("12 without any route: A-B-0") for line in lines)


def test_a_comparison_leaves_out_what_did_not_change_and_signs_what_did() -> None:
    text = "\n".join(show(make_compare()))
    assert "invented thing 1 " not in text
    assert "+1.00 million" in text
    assert "−600,000" in text
    assert "nothing changed" in text
    assert "and 11 more" in text


def test_a_quote_lists_routes_and_every_leg_with_its_territory() -> None:
    text = "\n".join(show(make_quote()))
    assert "avoiding RUS, BLR" in text
    assert "1. middle: CHN KAZ AZE" in text
    assert "Aktau – Alat" in text
    assert text.count("transfer") == 14


def test_square_brackets_in_a_name_are_not_markup() -> None:
    odd = make_bottlenecks(0)[0].model_copy(update={"name": "[bold]Fleet[/] [x]"})
    run = make_run().model_copy(update={"bottlenecks": [odd], "title": "[red]"})
    text = "\n".join(show(run))
    assert "[bold]Fleet[/] [x]" in text
    assert "invented: [red]" in text
