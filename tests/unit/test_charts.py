import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from serai.domain.quotes import QuoteRoute
from serai.domain.results import AnswerResult
from serai.domain.sensitivity import Influence
from serai.outputs.charts import (
    describe_destinations,
    describe_shares,
    draw_destinations,
    draw_outlook,
    draw_shares,
)
from serai.outputs.conditions import describe_conditions, draw_conditions
from serai.outputs.distance import describe_distance, draw_distance, trace_route
from serai.outputs.drawing import NARROW_IN, WIDE_IN, pick_ink
from serai.outputs.frontier import describe_frontier, draw_frontier
from serai.outputs.invest import draw_invest
from serai.outputs.numbers import say_share
from serai.outputs.sensitivity import describe_sensitivity, draw_sensitivity
from tests.invented import (
    make_answer,
    make_band,
    make_conditions,
    make_frontier,
    make_invest,
    make_leg,
    make_route,
    make_sensitivity,
)

SVG = "{http://www.w3.org/2000/svg}"


def draw_all(answer: AnswerResult, width_in: float) -> dict[str, str]:
    routes = [make_route("middle"), make_route("north")]
    drawings = {
        "shares": draw_shares(answer, width_in=width_in),
        "destinations": draw_destinations(answer, width_in=width_in),
        "outlook": draw_outlook(answer.outlook, width_in=width_in),
        "days": draw_distance(routes, "days", width_in=width_in),
        "usd": draw_distance(routes, "usd", width_in=width_in),
    }
    drawings["frontier"] = draw_frontier(make_frontier(), width_in=width_in)
    drawings["invest"] = draw_invest(make_invest(), width_in=width_in)
    drawings["conditions"] = draw_conditions(make_conditions(), width_in=width_in)
    drawings["sensitivity"] = draw_sensitivity(make_sensitivity(), width_in=width_in)
    return drawings


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def read_words(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in parse(svg).iter(f"{SVG}text")]


@pytest.fixture(scope="module", params=[64, 0], ids=["drawn", "undrawn"])
def answer(request: pytest.FixtureRequest) -> AnswerResult:
    return make_answer(request.param)


@pytest.fixture(scope="module", params=[WIDE_IN, NARROW_IN], ids=["wide", "narrow"])
def drawings(request: pytest.FixtureRequest, answer: AnswerResult) -> dict[str, str]:
    return draw_all(answer, request.param)


# ------------------------------------------------------------------ every drawing


def test_every_drawing_is_one_labelled_element_without_a_style_of_its_own(
    drawings: dict[str, str],
) -> None:
    for svg in drawings.values():
        root = parse(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert len(root.get("aria-label", "")) > 30
        assert "<style" not in svg
        assert "<?xml" not in svg
        assert "<metadata" not in svg


def test_letters_stay_letters_in_fonts_that_readers_have(drawings: dict[str, str]) -> None:
    for svg in drawings.values():
        assert "<text" in svg
        assert "DejaVu" not in svg
        assert "sans-serif" in svg


def test_no_two_drawings_share_an_id_and_every_reference_leads_somewhere(
    answer: AnswerResult,
) -> None:
    page = [*draw_all(answer, WIDE_IN).values(), *draw_all(answer, NARROW_IN).values()]
    ids = [name for svg in page for name in re.findall(r' id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))
    for svg in page:
        used = set(re.findall(r'(?:url\(|href=")#([\w-]+)', svg))
        assert used == set(re.findall(r' id="([^"]+)"', svg))


def test_the_same_answer_gives_the_same_bytes(drawings: dict[str, str]) -> None:
    width_in = WIDE_IN if 'id="shares-wide' in drawings["shares"] else NARROW_IN
    drawn = "median" in drawings["shares"]
    assert draw_all(make_answer(64 if drawn else 0), width_in) == drawings


def test_a_drawing_is_light_enough_for_a_page(drawings: dict[str, str]) -> None:
    assert max(len(svg) for svg in drawings.values()) < 60_000


def test_ink_is_black_on_light_and_white_on_dark() -> None:
    assert pick_ink("#ffffff") != "#ffffff"
    assert pick_ink("#1f4e79") == "#ffffff"


# ------------------------------------------------------------------ shares


def test_shares_are_said_with_their_bands() -> None:
    words = read_words(draw_shares(make_answer(64), width_in=WIDE_IN))
    assert {"Today", "Funded projects", "Full programme", "No capacity limit"} <= set(words)
    assert "8.3 % (5.0–12 %)" in words
    assert "0 % by definition" in words
    assert "P10–P90 of 64 draws" in words
    assert "central run" in words


def test_without_draws_there_is_no_band_and_no_second_marker() -> None:
    svg = draw_shares(make_answer(0), width_in=WIDE_IN)
    words = read_words(svg)
    assert "8.3 %" in words
    assert not any("P10" in word or "median" in word for word in words)
    assert "central run" not in words


def test_shares_can_be_negative_or_all_nought() -> None:
    answer = make_answer(64)
    for value in (-0.02, 0.0):
        cases = [
            case.model_copy(update={"share": make_band(value, is_drawn=False)})
            for case in answer.cases
        ]
        changed = answer.model_copy(update={"cases": cases})
        assert say_share(value) in read_words(draw_shares(changed, width_in=WIDE_IN))
        parse(draw_destinations(changed, width_in=NARROW_IN))


def test_a_case_may_lack_a_state_and_an_answer_its_cases() -> None:
    answer = make_answer(64)
    closed = [case for case in answer.cases if case.russia == "closed"]
    assert "voluntary share 3" not in describe_shares(answer.model_copy(update={"cases": closed}))
    for cases in (closed, closed[:1], []):
        changed = answer.model_copy(update={"cases": cases})
        parse(draw_shares(changed, width_in=WIDE_IN))
        parse(draw_destinations(changed, width_in=WIDE_IN))


# ------------------------------------------------------------------ where it goes


def test_the_stack_names_only_what_something_goes_to() -> None:
    answer = make_answer(0)
    none_east = [case.model_copy(update={"east_share": 0.0}) for case in answer.cases]
    changed = answer.model_copy(update={"cases": none_east})
    assert "East (China)" in read_words(draw_destinations(answer, width_in=WIDE_IN))
    assert "East (China)" not in read_words(draw_destinations(changed, width_in=WIDE_IN))
    assert "East" not in describe_destinations(changed)


# ------------------------------------------------------------------ later years, what moves it


def test_an_outlook_without_its_reference_shows_the_middle_of_what_there_is() -> None:
    rows = [row for row in make_answer(0).outlook if row.demand != "reference"]
    words = read_words(draw_outlook(rows, width_in=WIDE_IN))
    assert "Demand of 2030" in words
    assert "Demand of 2040" in words


def test_the_frontier_says_what_each_capital_buys() -> None:
    told = describe_frontier(make_frontier())
    assert "0.12 bn USD: forced 14 %" in told
    assert "with all soft measures" in told
    words = read_words(draw_frontier(make_frontier(0), width_in=NARROW_IN))
    assert "P10 to P90" not in words
    assert "capital of projects, billion USD" in words


def test_conditions_are_bars_in_their_ranges_with_their_ends_said() -> None:
    words = read_words(draw_conditions(make_conditions(), width_in=WIDE_IN))
    assert {"at most 4,570 USD/FEU", "20 % to 70 %", "yes", "Invented agreement"} <= set(words)
    assert "Invented price" in words, "what stands in brackets is left out"
    assert any("(2): 35 % of such states; 81 %" in word for word in words)
    told = describe_conditions(make_conditions())
    assert "Invented: the corridor carries it under condition 1." in told
    bare = make_conditions().carries.model_copy(update={"boxes": []})
    nothing = make_conditions().model_copy(update={"carries": bare})
    assert "coverage" in read_words(draw_conditions(nothing, width_in=NARROW_IN))
    assert describe_conditions(nothing).endswith("–")


def draw_these(inputs: list[Influence]) -> list[str]:
    study = make_sensitivity().model_copy(update={"inputs": inputs})
    return read_words(draw_sensitivity(study, width_in=WIDE_IN))


def test_what_moves_the_answer_says_both_ends_and_all_others() -> None:
    words = draw_these(make_sensitivity().inputs)
    assert {"input at its P10", "input at its P90", "24 %", "12 %"} <= set(words)
    assert "All 1,234 other values" in words
    told = describe_sensitivity(make_sensitivity())
    assert "41 % of the doubt about the forced share" in told
    assert "0 % of the doubt" in told, "an estimate below nothing is nothing"


def test_an_input_that_only_harms_or_does_nothing_is_drawn() -> None:
    harm, idle = make_sensitivity().inputs[3:]
    still = idle.forced.model_copy(update={"at_low": 0.198, "at_high": 0.198})
    words = draw_these([harm, idle.model_copy(update={"forced": still})])
    assert "15 %" in words
    assert "20 %" in words


def test_dollar_signs_are_not_read_as_formulae() -> None:
    one = make_sensitivity().inputs[0].model_copy(update={"name": "Price in $ or $/t"})
    assert "Price in $ or $/t" in draw_these([one])


# ------------------------------------------------------------------ distance


def say_days(route: QuoteRoute) -> float:
    return sum(leg.hours for leg in route.legs) / 24.0


@pytest.mark.parametrize(
    ("quantity", "total"),
    [("days", say_days), ("usd", lambda route: sum(leg.price for leg in route.legs))],
)
def test_a_trace_ends_at_the_sums_of_its_legs(
    quantity: str, total: Callable[[QuoteRoute], float]
) -> None:
    for corridor in ("middle", "north"):
        route = make_route(corridor)
        trace = trace_route(route, "days" if quantity == "days" else "usd")
        assert trace.km[-1] == pytest.approx(route.km)
        assert trace.total[-1] == pytest.approx(total(route))
        assert len(trace.afloat) == len(trace.km) - 1


def test_transfers_are_upright_hauls_slope_and_nothing_falls() -> None:
    route = make_route("middle")
    trace = trace_route(route, "days")
    corners = list(zip(trace.km, trace.total, strict=True))
    for (km, days), (next_km, next_days) in pairwise(corners):
        assert next_km >= km
        assert next_days >= days
    for stop in trace.stops:
        assert stop.after > stop.before
        assert (stop.km, stop.after) in corners
    assert [stop.name for stop in trace.stops][:3] == ["Xi'an", "Khorgos / Altynkol", "Aktau"]


def test_transfers_at_one_place_are_one_stop() -> None:
    legs = [
        make_leg("A", "B", "rail", 100, 5, 10),
        make_leg("B", "B", "transfer", 0, 6, 1),
        make_leg("B", "B", "transfer", 0, 18, 2),
        make_leg("B", "C", "ferry", 50, 5, 10),
    ]
    trace = trace_route(make_route("middle").model_copy(update={"legs": legs}), "days")
    (stop,) = trace.stops
    assert stop.name == "B"
    assert stop.after - stop.before == pytest.approx(1.0)
    assert trace.afloat[-1]


def test_the_diagram_names_the_largest_steps_and_both_sums() -> None:
    words = read_words(
        draw_distance([make_route("middle"), make_route("north")], "days", width_in=WIDE_IN)
    )
    assert "Aktau +4.2 d" in words
    assert "Brest / Małaszewicze +1.6 d" in words
    assert {"Duisburg: 31.0 days", "Duisburg: 17.4 days"} <= set(words)
    assert {"Middle", "Northern", "by water"} <= set(words)


def test_one_route_alone_or_without_legs_can_be_drawn() -> None:
    empty = make_route("south").model_copy(update={"legs": [], "corridor": "south"})
    for routes in ([make_route("middle")], [empty]):
        parse(draw_distance(routes, "usd", width_in=NARROW_IN))
        assert describe_distance(routes, "usd").startswith("Cost-distance diagram.")
