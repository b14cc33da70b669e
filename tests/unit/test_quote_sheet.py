"""What a forwarder reads on a sheet: sums, queues, days of departure, money, reasons and files."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from rich.console import Console

from serai.data.calendar import read_calendar
from serai.data.load import PACK, read_world
from serai.data.tables import read_tables
from serai.domain.calendar import Spell
from serai.domain.quotes import QuoteResult, QuoteRoute
from serai.domain.ranged import Ranged
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import DataError, NoPathError, ScenarioError
from serai.model.calendar import FARTHEST_DAYS, SHUT_FROM
from serai.model.quote import SAME_SHARE, WORTHWHILE
from serai.model.sheet import TONNES_PER_TEU
from serai.model.spread import N_CELLS
from serai.outputs.quote import print_quote, say_proof
from serai.outputs.quote_files import (
    tabulate_legs,
    tabulate_routes,
    tabulate_terms,
    write_quote_csv,
    write_quote_xlsx,
)
from serai.outputs.quote_page import render_quote_page
from serai.run import run_scenario
from serai.studies.quote import Inquiry, quote
from tests.toy import Row, read_toy, toy_tables, toy_world, write_tables

YEAR = Scenario(year=2023)
EVIDENCE = {"grade": "assumed", "source_ids": "S1", "note": ""}


@pytest.fixture(scope="module")
def pack() -> World:
    return read_world()


@pytest.fixture(scope="module")
def full(pack: World) -> QuoteResult:
    """Return a sheet with everything on it but queues."""
    inquiry = Inquiry(
        origin="Xi'an", dest="Duisburg", avoid=("RUS", "BLR"), date="2025-12-20", why="1,4",
        unit="TEU", currency="EUR", price_year=2021,
    )  # fmt: skip
    return quote(pack, YEAR, inquiry)


def ask(world: World, *ends: str, **more: object) -> QuoteResult:
    """Quote on a toy world."""
    origin, dest = ends or ("CNINL", "EUINL")
    told = {"origin": origin, "dest": dest, "top": 6} | more
    return quote(world, YEAR, Inquiry.model_validate(told))


def pick(sheet: QuoteResult, corridor: str) -> QuoteRoute:
    return next(route for route in sheet.routes if route.corridor == corridor)


def links_of(route: QuoteRoute) -> list[str]:
    return [link for leg in route.legs for link in leg.link_ids]


# ------------------------------------------------------------------ sums


def require_sums(sheet: QuoteResult) -> None:
    """Hold what must add up on every sheet."""
    for route in sheet.routes:
        legs = route.legs
        for name in ("km", "price", "kg_co2e", "scarcity"):
            total = sum(getattr(leg, name) for leg in legs)
            assert_allclose(total, getattr(route, name), rtol=1e-9, atol=1e-9)
        assert_allclose(sum(leg.hours for leg in legs) / 24, route.days, rtol=1e-9)
        assert_allclose(sum(leg.queue_h for leg in legs) / 24, route.queue_days, atol=1e-9)
        assert_allclose(sum(payee.price for payee in route.payees), route.price, rtol=1e-9)
        assert_allclose(sum(term.cost for term in route.terms), route.generalized, rtol=1e-9)
        assert route.days_p50 <= route.days_p90
        assert route.price_p10 <= route.price <= route.price_p90 * (1 + 1e-9)
        for leg in legs:
            assert leg.hours_p50 <= leg.hours_p90
            assert len(leg.touches) == len(leg.link_ids)
            assert_allclose(leg.tkm, leg.km * sheet.basis.tonnes, rtol=1e-9)
            assert leg.tce.startswith("HOC" if leg.mode == "transfer" else "TOC")


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_everything_adds_up_on_random_sheets(pack: World, seed: int) -> None:
    rng = np.random.default_rng(seed)
    origin, dest = (str(p) for p in rng.choice(pack.network.places.ids, 2, replace=False))
    inquiry = Inquiry(
        origin=origin, dest=dest, class_id=str(rng.choice(pack.classes.ids)), top=3,
        unit=str(rng.choice(["FEU", "TEU", "t"])), currency=str(rng.choice(["USD", "EUR"])),
        price_year=int(rng.integers(2019, 2026)),
    )  # fmt: skip
    try:
        require_sums(quote(pack, YEAR, inquiry))
    except (NoPathError, ScenarioError):
        return


def test_days_are_quantiles_of_the_draws_of_their_links() -> None:
    world = toy_world()
    route = pick(ask(world), "north")
    links = world.network.links
    path = np.array([links.ids.index(i) for i in links_of(route)])
    rng, n = np.random.default_rng(1), 4000
    z = rng.standard_normal((n, world.n_dimensions))
    times = [links.free_time_h, links.dwell_h]
    of_path = [
        Ranged(value=t.value[path], low=t.low[path], high=t.high[path], group=t.group[path])
        for t in times
    ]
    sums = [sum(float(t.drawn(row).value.sum()) for t in of_path) / 24 for row in z]
    # Four thousand draws: a standard error of a fiftieth of the spread at P90.
    found = [route.days_p50, route.days_p90]
    assert_allclose(found, np.quantile(sums, (0.5, 0.9)), atol=0.06 * float(np.std(sums)))


def test_the_terms_of_the_northern_route_by_hand() -> None:
    world = toy_world()
    route = pick(ask(world), "north")
    k = world.classes.ids.index("C_OM")
    per_h = float(world.classes.value_of_time_usd_per_t_day.value[k]) * 16 / 24
    terms = {term.term: term for term in route.terms}
    assert_allclose(terms["Rail"].cost, 2 * (900 + 450 + 350 + 550 + 400))
    assert_allclose(terms["Borders and gauge changes"].cost, 2 * (250 + 60 + 700))
    assert_allclose(terms["Terminals and ports"].cost, 2 * (60 + 60))
    hours = 14 + 70 + 36 + 40 + 30 + 14 + 45 + 30 + 66 + 14
    assert_allclose(terms["Time"].cost, hours * per_h)
    # The ranges of the toy run from 0.8 to 1.25 of the moving times; half of a spread counts.
    moving = hours - 6 * 5
    spread = moving * (1.25 - 0.8) / (2 * 1.2815515655446004)
    ratio = float(world.classes.reliability_ratio.value[k])
    assert terms["Unreliability"].amount == pytest.approx(0.5 * ratio * spread)
    assert "Queues" not in terms


def test_legs_name_payee_operation_and_what_is_inferred(pack: World) -> None:
    route = pick(quote(pack, YEAR, Inquiry(origin="Xi'an", dest="Duisburg", top=6)), "north")
    paid = {leg.paid_to for leg in route.legs}
    assert {"China Railway", "KTZ", "terminal (CHN)"} <= paid
    assert any(name.startswith("transshipment yard, border and customs (") for name in paid)
    grades = dict(zip(pack.network.links.ids, pack.network.links.grade, strict=True))
    for leg in route.legs:
        is_judged = any(grades[link] == "assumed" for link in leg.link_ids)
        assert ("numbers judged" in leg.inferred) == is_judged
    assert route.subsidy > 0
    assert pick(quote(pack, YEAR, Inquiry(origin="Xi'an", dest="Duisburg")), "sea").subsidy == 0


def test_a_length_by_rule_is_marked_but_a_flight_is_a_great_circle(pack: World) -> None:
    flown = quote(pack, YEAR, Inquiry(origin="Almaty airport", dest="Delhi airport",
                                      class_id="AIRHV", top=1)).routes[0]  # fmt: skip
    air = next(leg for leg in flown.legs if leg.mode == "air")
    assert "length by rule" not in air.inferred
    ids, how = pack.network.links.ids, pack.network.links.length_source
    kinds = pack.network.links.kind
    ruled = [i for i, h, k in zip(ids, how, kinds, strict=True)
             if h == "great_circle_factor" and k == "road"]  # fmt: skip
    assert ruled, "the tables have roads of a length by rule"


# ------------------------------------------------------------------ the proof


def test_the_proof_of_each_leg_is_what_its_links_touch(full: QuoteResult) -> None:
    for route in full.routes:
        n = len(links_of(route))
        assert say_proof(route, full.avoid) == f"Proof: none of its {n} links touches RUS or BLR."
        for leg in route.legs:
            assert not {c for touched in leg.touches for c in touched} & {"RUS", "BLR"}
            assert set(leg.countries) <= {c for touched in leg.touches for c in touched}


def test_a_proof_that_fails_says_so(full: QuoteResult) -> None:
    route = full.routes[0]
    leg = route.legs[0].model_copy(update={"touches": [["RUS"]]})
    broken = route.model_copy(update={"legs": [leg, *route.legs[1:]]})
    assert say_proof(broken, full.avoid) == "NOT PROVED: links touch RUS."


# ------------------------------------------------------------------ queues


def test_queues_are_those_of_the_equilibrium_each_limit_once() -> None:
    world = toy_world()
    free, busy = ask(world), ask(world, waits=True)
    run = run_scenario(world, YEAR)
    limits, resources = run.setting.graph.limits, world.network.resources
    route = pick(busy, "north")
    along = [resources.ids.index(name) for name in ("R_GAUGE", "R_NORTH")]
    known = [(r, m, int(limits.of_resource[r, 0, m])) for r in along for m in (0, 1)]
    waits = [float(run.limit_wait_h[limit]) for _, _, limit in known if limit >= 0]
    assert len(waits) == 4
    assert sum(waits) > 1
    assert_allclose(24 * route.queue_days, sum(waits), rtol=1e-6)
    assert_allclose(route.days, pick(free, "north").days + sum(waits) / 24, rtol=1e-6)
    # Tonnes of a box count at the limit in tonnes, the box at the limit in boxes.
    paid = sum(float(run.limit_price[limit]) * (8 if m == 0 else 1) for _, m, limit in known)
    assert_allclose(route.scarcity, 2 * paid, rtol=1e-6)
    assert busy.waits_year == 2023
    assert busy.certificate is not None
    assert busy.certificate.holds()
    assert (free.waits_year, free.certificate) == (None, None)
    costs = [r.generalized for r in busy.routes]
    assert costs == sorted(costs)
    require_sums(busy)


def test_a_year_without_demand_takes_the_queues_of_the_nearest(pack: World) -> None:
    years = np.unique(toy_world().flows.year)
    sheet = quote(
        toy_world(), Scenario(year=2026, built_by=2026),
        Inquiry(origin="CNINL", dest="EUINL", waits=True),
    )  # fmt: skip
    assert sheet.year == 2026
    assert sheet.waits_year in years
    assert f"demand of {sheet.waits_year}" in " ".join(sheet.notes)
    assert len(pack.flows.year)


# ------------------------------------------------------------------ dates


def make_season(**cells: str) -> Row:
    row = {"spell_id": "ICE", "closure_id": "", "resource_ids": "R_FERRY;R_FEEDER",
           "what": "ice", "day_from": "12-01", "day_to": "03-31", "share": "1", "low": "0.9",
           "high": "1"}  # fmt: skip
    return row | EVIDENCE | cells


def calendar_world(tmp_path: Path, *rows: Row) -> World:
    tables = toy_tables()
    tables["calendar"] = list(rows)
    folder = write_tables(tmp_path, tables)
    return read_world(folder)


def test_a_season_shuts_the_leg_on_the_day_the_goods_get_there(tmp_path: Path) -> None:
    world = calendar_world(tmp_path, make_season())
    # To the ferry: load, 70 h, gauge change, 40 h, 55 h, on board or to the ship: eleven days.
    told = {"keeps_year": True}
    early = pick(ask(world, date="2023-11-15", **told), "middle").departure
    late = pick(ask(world, date="2023-11-28", **told), "middle").departure
    assert early is not None
    assert late is not None
    assert (early.is_open, early.earliest, early.hindrances) == (True, "2023-11-15", [])
    assert not late.is_open
    first = late.hindrances[0]
    assert first.is_shut
    assert (first.kind, first.id, first.until) == ("season", "ICE", "2024-03-31")
    # The first day after the ice, less the whole days on the way there.
    assert late.earliest is not None
    on_the_way = date.fromisoformat(first.reached) - date(2023, 11, 28)
    assert date.fromisoformat(late.earliest) == date(2024, 4, 1) - on_the_way
    north = pick(ask(world, date="2023-11-28", **told), "north").departure
    assert north is not None
    assert north.is_open
    assert north.hindrances == []


def test_a_closure_with_dates_holds_where_its_effects_say(tmp_path: Path) -> None:
    row = make_season(spell_id="X02.C", closure_id="X02", resource_ids="", what="", day_from="",
                      day_to="", share="0.3", low="0.2")  # fmt: skip
    world = calendar_world(tmp_path, row)
    met = []
    for day in range(1, 32):
        when = f"2022-12-{day:02}"
        sheet = ask(world, "KZCIT", "GEPRT", date=when, keeps_year=True)
        met += [(when, h) for r in sheet.routes if r.departure for h in r.departure.hindrances]
    reached = {hindrance.reached for _, hindrance in met}
    assert reached <= {"2023-01-01"}
    for _, hindrance in met:
        assert (hindrance.id, hindrance.share, hindrance.is_shut) == ("X02.C", 0.3, False)
    assert all(h.share < SHUT_FROM for _, h in met)


def test_no_day_is_found_where_a_leg_is_always_shut(tmp_path: Path) -> None:
    rows = [make_season(), make_season(spell_id="SUN", day_from="04-01", day_to="11-30")]
    world = calendar_world(tmp_path, *rows)
    found = pick(ask(world, date="2023-06-01"), "middle").departure
    assert found is not None
    assert (found.is_open, found.earliest) == (False, None)
    assert FARTHEST_DAYS == 730


def test_tables_without_dates_know_of_none() -> None:
    sheet = ask(toy_world(), date="2023-06-01")
    assert all(r.departure is not None for r in sheet.routes)
    assert all(r.departure is None for r in ask(toy_world()).routes)
    assert "no season is said" in " ".join(ask(toy_world()).notes)


def test_a_spell_knows_its_days() -> None:
    winter = Spell(id="A", what="ice", resources=("R",), first=date(2001, 12, 1),
                   last=date(2002, 3, 31), share=1, grade="assumed", source_ids=())  # fmt: skip
    for day in (date(2023, 12, 1), date(2024, 2, 29), date(2024, 3, 31)):
        assert winter.ends(day) == date(2024, 3, 31)
    assert winter.ends(date(2024, 4, 1)) is None
    assert winter.ends(date(2024, 11, 30)) is None
    days = [winter.ends(date(2023, 1, 1) + timedelta(days=n)) is not None for n in range(365)]
    assert sum(days) == 121


def test_shares_of_closures_are_those_of_their_yearly_effects(pack: World) -> None:
    table = read_tables(PACK)["effects"]
    spells = {s.closure_id: s for s in read_calendar().spells if s.closure_id}
    checked = 0
    for row in table.to_dict("records"):
        spell = spells.get(str(row["owner_id"]))
        of_capacity = str(row["quantity"]).startswith("capacity")
        if spell is None or not of_capacity or row["operation"] != "multiply":
            continue
        year = int(row["year_from"])
        days = sum(spell.first <= date(year, 1, 1) + timedelta(days=n) < spell.last
                   for n in range(365))  # fmt: skip
        assert 1 - float(row["value"]) == pytest.approx(spell.share * days / 365, abs=0.012)
        checked += 1
    assert checked >= 10
    assert {s.closure_id for s in read_calendar().spells} - {""} <= set(pack.effects.owners)


def test_seasons_are_no_worse_than_the_year_they_are_part_of(pack: World) -> None:
    resources = pack.network.resources
    lost: dict[str, float] = {}
    for spell in read_calendar().spells:
        days = sum(spell.ends(date(2023, 1, 1) + timedelta(days=n)) is not None
                   for n in range(365))  # fmt: skip
        for name in spell.resources:
            lost[name] = lost.get(name, 0.0) + spell.share * days / 365
    for name, share in lost.items():
        at = [i for i, r in enumerate(resources.version_resource) if resources.ids[r] == name]
        most = max(1 - float(resources.availability.low[i]) for i in at)
        assert share <= most + 0.02, name


def test_faults_of_the_calendar_are_named_all_at_once(tmp_path: Path) -> None:
    rows = [make_season(closure_id="X01"), make_season(spell_id="B", resource_ids=""),
            make_season(spell_id="C", day_from="13-01"),
            make_season(spell_id="D", day_to="")]  # fmt: skip
    tables = toy_tables() | {"calendar": rows}
    with pytest.raises(DataError) as caught:
        read_calendar(write_tables(tmp_path, tables))
    text = str(caught.value)
    assert "row 2 (ICE): got both of closure_id and resource_ids; wanted one of them" in text
    assert "row 3 (B): got neither" in text
    assert "row 4 (C): got 13-01 to 03-31; wanted two days, MM-DD" in text
    assert "row 5 (D): got 12-01 to nothing" in text


def test_the_year_of_the_rates_follows_the_day_unless_it_is_kept() -> None:
    world = toy_world()
    told = {"date": "2021-06-01"}
    assert ask(world, **told).year == 2021
    assert ask(world, **told, keeps_year=True).year == 2023
    assert pick(ask(world, **told), "north").price < pick(ask(world), "north").price


# ------------------------------------------------------------------ money and units


def test_the_same_sheet_in_other_units_and_money() -> None:
    world = toy_world()
    plain = pick(ask(world), "north")
    for unit, per_feu, tonnes in (("FEU", 1, 16), ("TEU", 0.5, 8), ("t", 1 / 16, 1)):
        for currency, year, usd in (("USD", None, 1), ("EUR", 2023, 1 / 1.0813),
                                    ("USD", 2021, 270.970 / 304.702)):  # fmt: skip
            sheet = ask(world, unit=unit.lower(), currency=currency.lower(), price_year=year)
            route = pick(sheet, "north")
            for name in ("price", "price_p10", "price_p90", "generalized"):
                want = getattr(plain, name) * per_feu * usd
                assert_allclose(getattr(route, name), want, rtol=1e-9)
            assert_allclose(route.kg_co2e, plain.kg_co2e * per_feu)
            assert (route.days_p50, route.km) == (plain.days_p50, plain.km)
            assert sheet.basis.money == f"{currency}/{unit}"
            assert_allclose(sheet.basis.tonnes, tonnes)
            require_sums(sheet)


def test_rates_of_a_year_without_money_are_those_of_the_nearest(pack: World) -> None:
    inquiry = Inquiry(origin="Xi'an", dest="Duisburg", top=1, currency="EUR")
    sheet = quote(pack, Scenario(year=2030), inquiry)
    assert (sheet.year, sheet.basis.rate_year, sheet.basis.price_year) == (2030, 2025, 2025)
    assert "taken as money of 2025" in sheet.validity


def test_a_sheet_says_how_far_its_prices_hold(pack: World) -> None:
    sheet = quote(pack, Scenario(year=2026), Inquiry(origin="Xi'an", dest="Duisburg", top=1))
    assert sheet.validity.startswith("Mean rates of 2026 (yearly inputs of 2025, the nearest)")
    assert "held to no day" in sheet.validity


# ------------------------------------------------------------------ why


def test_the_terms_add_up_to_the_difference(full: QuoteResult) -> None:
    why = full.why
    assert why is not None
    first, second = full.routes[why.first - 1], full.routes[why.second - 1]
    total = second.generalized - first.generalized
    assert_allclose(sum(term.difference for term in why.terms), total, rtol=1e-9)
    assert_allclose(why.generalized.difference, total, rtol=1e-12)
    assert why.sentence.startswith("Route 1 comes before route 4 by ")
    facts = {fact.what: fact for fact in why.facts}
    assert facts["Distance"].difference == second.km - first.km
    assert facts["Price"].unit == "EUR/TEU"


def test_why_can_be_asked_the_other_way_round() -> None:
    there, back = (ask(toy_world(), why=words).why for words in ("1,3", "3, 1"))
    assert there is not None
    assert back is not None
    assert there.generalized.difference == -back.generalized.difference
    assert back.sentence == there.sentence


# ------------------------------------------------------------------ files


def test_a_workbook_read_back_is_the_sheet(full: QuoteResult, tmp_path: Path) -> None:
    write_quote_xlsx(tmp_path / "sheet.xlsx", full)
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    assert book.sheetnames == ["Routes", "Legs", "Terms", "Notes"]
    for name, (heads, rows) in (
        ("Routes", tabulate_routes(full)), ("Legs", tabulate_legs(full)),
        ("Terms", tabulate_terms(full)),
    ):  # fmt: skip
        sheet = book[name]
        got = [[cell if cell is not None else "" for cell in row]
               for row in sheet.iter_rows(values_only=True)]  # fmt: skip
        assert got[0] == [head.name for head in heads]
        assert len(got) == len(rows) + 1
        for mine, theirs in zip(rows, got[1:], strict=True):
            for a, b in zip(mine, theirs, strict=True):
                assert a == b if isinstance(a, str) else a == pytest.approx(b, rel=1e-12)
        assert sheet.freeze_panes == "B2"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
    legs = book["Legs"]
    names = [cell.value for cell in legs[1]]
    at = names.index("price_eur_teu")
    total = sum(row[at] for row in legs.iter_rows(min_row=2, values_only=True) if row[0] == 1)
    assert total == pytest.approx(full.routes[0].price)
    notes = {row[0] for row in book["Notes"].iter_rows(values_only=True)}
    assert {f"Source {one.id}" for one in full.sources} <= notes


def test_a_csv_has_a_row_for_every_leg(full: QuoteResult, tmp_path: Path) -> None:
    write_quote_csv(tmp_path / "sheet.csv", full)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sheet.csv").read_text("utf-8"))))
    legs = [(ix, leg) for ix, route in enumerate(full.routes, 1) for leg in route.legs]
    assert len(rows) == len(legs)
    for row, (ix, leg) in zip(rows, legs, strict=True):
        assert (int(row["route"]), row["from"], row["paid_to"]) == (ix, leg.from_, leg.paid_to)
        assert float(row["price_eur_teu"]) == leg.price
        assert float(row["kg_co2e_teu"]) == leg.kg_co2e
        assert row["link_ids"].split(";") == leg.link_ids


def test_no_half_file_is_left(full: QuoteResult, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    for write in (write_quote_csv, write_quote_xlsx):
        with pytest.raises(DataError, match="wanted a file that can be written"):
            write(taken, full)
    assert list(taken.iterdir()) == []
    assert list(tmp_path.iterdir()) == [taken]


def test_a_page_stands_alone_and_says_what_the_sheet_does(full: QuoteResult) -> None:
    page = render_quote_page(full)
    assert page == render_quote_page(full)
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|https?://)[^"]', page)
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", page)
    assert page.count('class="card"') == len(full.routes)
    assert page.count("Proof: none of its") == 2 * len(full.routes)
    for route in full.routes:
        assert all(link in page for link in links_of(route))
    assert "Time-distance diagram" in page
    assert "EUR/TEU, summed" in page
    assert "Why 1, not 4?" in page
    assert "@page" in page


def show(sheet: QuoteResult, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_quote(console, sheet)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_of_eighty_columns_shows_all_of_it(full: QuoteResult) -> None:
    text = show(full)
    assert max(map(len, text.splitlines())) <= 80
    for part in ("EUR/TEU", "Why 1, not 4?", "Paid to ", "Proof: none of its", "Departure 2025",
                 "(P10–P90)", "Mean rates of 2025", "* inferred"):  # fmt: skip
        assert part in text


def test_sources_are_those_of_the_links_and_rates(full: QuoteResult) -> None:
    found = {one.id for one in full.sources}
    assert {"S-ECB", "S-BLS"} <= found
    table = read_tables(PACK)["links"].set_index("link_id").source_ids
    cited = {s for route in full.routes for i in links_of(route) for s in table[i].split(";")}
    assert cited <= found


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"unit": "box"}, "unit: got 'box'; wanted one of FEU, TEU, t"),
        ({"unit": "TUE"}, "did you mean TEU"),
        ({"currency": "GBP"}, "currency: got 'GBP'; wanted one of USD, EUR"),
        ({"price_year": 1999}, "price year: got '1999'; wanted one of 2019, 2020"),
        ({"date": "2026-02-30"}, "date: got '2026-02-30'; wanted a day from 2019-01-01 to"),
        ({"date": "soon"}, "YYYY-MM-DD; write it so"),
        ({"date": "1999-01-01"}, "wanted a day from 2019-01-01 to 2040-12-31"),
        ({"why": "1"}, "why: got '1'; wanted two routes of the sheet, such as 1,2"),
        ({"why": "2,2"}, "why: got '2,2'"),
        ({"why": "a,b"}, "name them by their numbers"),
        ({"why": "1,9"}, "why: got 1,9; wanted two routes of the sheet, 1 to "),
    ],
    ids=str,
)
def test_a_wrong_word_is_told_what_would_be_right(words: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(said)):
        ask(toy_world(), **words)


def test_all_that_is_wrong_is_told_at_once() -> None:
    words: dict[str, object] = {"unit": "box", "currency": "GBP", "price_year": 1999,
                                "date": "soon", "why": "x", "avoid": ("RUX",),
                                "class_id": "C_OX"}  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        ask(toy_world(), "NOWHERE", "EUINL", **words)
    assert len(caught.value.faults) >= 8


def names_of(rows: Sequence[Row]) -> set[str]:
    return {row["spell_id"] for row in rows}


def test_the_calendar_of_a_folder_is_its_own(tmp_path: Path) -> None:
    rows = [make_season()]
    tables = toy_tables() | {"calendar": rows}
    folder = write_tables(tmp_path, tables)
    assert {spell.id for spell in read_calendar(folder).spells} == names_of(rows)
    assert read_toy(tables).hashes["calendar.csv"]
    (folder / "calendar.csv").unlink()
    assert read_calendar(folder).spells == ()


def test_the_explanation_says_what_the_code_does(root: Path) -> None:
    text = " ".join((root / "docs/explain/quote.md").read_text("utf-8").split())
    for words, told in (
        ("at most 0.8 of the kilometres", SAME_SHARE == 0.8),
        ("costs at most three times the best", WORTHWHILE == 3.0),
        ("convolved on a grid of 8,192 cells", N_CELLS == 8192),
        ("From half on the link counts as shut", SHUT_FROM == 0.5),
        ("the first day within two years", FARTHEST_DAYS == 730),
        ("20 t a TEU for goods that never go in boxes", TONNES_PER_TEU == 20.0),
        ("Four seasons of storms on the Caspian and five winters or monsoons",
         len([s for s in read_calendar().spells if s.kind == "season"]) == 9),
    ):  # fmt: skip
        assert words in text
        assert told, words
