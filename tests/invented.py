"""An invented answer for tests of outputs. Every value here is made up and means nothing."""

import itertools

from serai.domain.conditions import (
    Conditions,
    ConditionsResult,
    Limit,
    Peel,
    StateBox,
    Tested,
)
from serai.domain.frontier import FrontierPoint, FrontierResult
from serai.domain.invest import (
    Alternative,
    Gain,
    InvestResult,
    Pair,
    Programme,
    ProjectRow,
    Step,
    SupplyPoint,
    YearRow,
)
from serai.domain.quotes import Leg, Payee, QuoteRoute, Term
from serai.domain.results import (
    Amounts,
    AnswerMap,
    AnswerResult,
    Band,
    BaseYear,
    Bottleneck,
    CaseResult,
    Draws,
    OutlookRow,
    Record,
    RunCertificate,
)
from serai.domain.sensitivity import Effect, Influence, Rest, Screened, SensitivityResult

CERTIFICATE = RunCertificate(
    relative_gap=3.1e-9, complementarity=2.2e-9, conservation=1.1e-12, overload=4.4e-9,
    worst_class_gap=5.5e-9, wait_residual=6.6e-6,
)  # fmt: skip

RECORD = Record(
    version="0.0.0",
    data_version="0.0",
    inputs={"links": "0" * 64, "demand": "1" * 64},
    scenario={"name": "invented"},
    seed=1,
    relative_gap=3.1e-9,
    n_routes=123456,
    seconds=123.4,
)

HEADLINE = (
    (
        "Invented: with what is built today the Middle Corridor could take 4.1 % (2.5–6.2 %) of "
        "the boxes that cross Russia by rail, were Russia closed."
    ),
    (
        "Invented: with every planned project and soft measure it could take 17 %, for about "
        "8.6 billion USD; a feeder fleet and one single-track section bind first."
    ),
    (
        "Invented: most of the rest goes to sea or is not served, and at the demand of 2040 the "
        "share is smaller still."
    ),
)

CASES = ("today", "funded", "full", "unlimited")
TITLES = (
    "Today: what is built",
    "And what is under construction or funded",
    "And what is planned or proposed, with the soft measures",
    "No capacity limit anywhere on the corridor",
)


def make_band(value: float, *, is_drawn: bool) -> Band:
    """Return a band that is lopsided, so that a swap of its ends shows."""
    if not is_drawn:
        return Band(value=value, low=value, high=value, central=value)
    return Band(value=value, low=0.6 * value, high=1.5 * value, central=1.1 * value)


def make_bottlenecks(ix: int) -> list[Bottleneck]:
    names = (
        ("R_ONE", "Invented feeder fleet between two ports", "TEU", 61000.0, 912.0, 0.0),
        ("R_TWO", "Invented single-track section with a rather long name", "t", 14.2e6, 188.0, 9.4),
        ("R_THREE", "Invented port, container berth", "TEU", 140000.0, 41.0, 0.0),
    )
    return [
        Bottleneck(
            resource=key,
            name=name,
            limit=limit,
            capacity=capacity * (1 + ix),
            load=1.0,
            wait_h=None,
            price_usd_teu=teu / (1 + ix),
            price_usd_t=t / (1 + ix),
        )
        for key, name, limit, capacity, teu, t in names[: max(0, 3 - ix)]
    ]


def make_case(ix: int, russia: str, *, is_drawn: bool) -> CaseResult:
    closed = russia == "closed"
    share = (0.041, 0.083, 0.172, 0.265)[ix] if closed else (0.0, 0.011, 0.034, 0.062)[ix]
    north = 0.021 if closed else 0.86
    rest = 1.0 - share - north
    built = ix in (1, 2)
    return CaseResult(
        case=CASES[ix],
        title=TITLES[ix],
        russia=russia,
        share=make_band(share, is_drawn=is_drawn),
        share_t=make_band(0.8 * share, is_drawn=is_drawn),
        teu=61234.0 * (1 + ix),
        t=2.61e6 * (1 + ix),
        unserved_share=0.32 * rest,
        sea_share=0.5 * rest + (0.0 if not is_drawn else -0.1 * share),
        south_share=0.13 * rest,
        east_share=0.03 * rest,
        other_share=0.02 * rest,
        north_share=north,
        by_class={"C_TS": 1.4 * share, "C_OM": 0.7 * share, "GRAIN": 0.05, "METAL": 0.0},
        capex_musd=4321.0 * ix if built else 0.0,
        capex_band=make_band(4321.0 * ix if built else 0.0, is_drawn=is_drawn),
        capex_middle_musd=2100.0 * ix if built else 0.0,
        usd_per_teu=51234.0 / ix if built else None,
        usd_per_t=1234.0 / ix if built else None,
        days=24.3 - ix,
        usd_feu=7843.0 - 300 * ix,
        north_days=None if closed else 16.2,
        north_usd_feu=None if closed else 6120.0,
        sea_days=41.2,
        sea_usd_feu=2310.0,
        binding=make_bottlenecks(ix),
        projects=["PX01", "PX02"][: ix if built else 0],
        measures=["MX01"] if ix == 2 else [],
    )


def make_sensitivity() -> SensitivityResult:
    """Return an invented study: inputs that help, that harm, and that only harm."""
    rows = (
        ("Capacity of the invented feeder fleet across a sea, boxes a year", 0.121, 0.243, 0.41),
        ("Scale of the choice between land and sea", 0.216, 0.151, 0.22),
        ("Ocean price in the base year", 0.171, 0.211, 0.11),
        ("Dwell at the invented port, eastbound and westbound together", 0.162, 0.149, 0.05),
        ("Trains a day on the invented section", 0.183, 0.194, -0.02),
    )
    band = make_band(0.18, is_drawn=True)

    def effect(low: float, high: float, part: float) -> Effect:
        return Effect(
            at_low=low, at_high=high, first=0.9 * part, first_error=0.04,
            total=part, total_error=0.05, band_left=0.8,
        )  # fmt: skip

    return SensitivityResult(
        inputs=[
            Influence(
                input_id=f"invented.{ix}", name=name, n_values=1 + ix,
                forced=effect(low, high, part), voluntary=effect(low / 2, high / 2, part / 2),
                learn="Ask forty invented shippers" if ix else "",
                learn_usd=make_band(90e3, is_drawn=True) if ix else None,
                learn_id=f"learning.LX0{ix}" if ix else "",
            )
            for ix, (name, low, high, part) in enumerate(rows)
        ],
        rest=Rest(
            n_values=1234, forced_total=0.3, forced_error=0.06, voluntary_total=0.25,
            voluntary_error=0.05,
        ),
        screened=[
            Screened(
                input_id=f"invented.{ix}", name=name, forced=high - low, forced_sd=0.01,
                voluntary=0.02, voluntary_sd=0.01,
            )
            for ix, (name, low, high, _) in enumerate(rows)
        ],
        forced=band,
        voluntary=make_band(0.06, is_drawn=True),
        n_inputs=321,
        n_trajectories=4,
        n_base=128,
        n_solved=2345,
        certificate=CERTIFICATE,
        record=RECORD,
    )  # fmt: skip


def make_frontier(n_draws: int = 12) -> FrontierResult:
    """Return an invented frontier: a project that is added, one that is swapped."""
    rows: tuple[tuple[float, float, list[str], list[str], list[str]], ...] = (
        (0.0, 0.10, [], [], []),
        (120.0, 0.14, ["PX01"], ["PX01"], []),
        (2400.0, 0.21, ["PX02", "PX03"], ["PX02", "PX03"], ["PX01"]),
    )
    return FrontierResult(
        points=[
            FrontierPoint(
                capex_musd=capex, forced_share=make_band(share, is_drawn=n_draws > 0),
                voluntary_share=make_band(share / 3, is_drawn=n_draws > 0),
                usd_feu=9000.0 - capex, days=30.0 - share, projects=projects, added=added,
                dropped=dropped,
            )
            for capex, share, projects, added, dropped in rows
        ],
        measures="all",
        divertible=Amounts(teu=612345.0, t=31.2e6),
        candidates=["PX01", "PX02", "PX03", *(f"PX{i}" for i in range(10, 20))],
        n_sets=234,
        is_exact=False,
        n_draws=n_draws,
        certificate=CERTIFICATE,
        record=RECORD,
    )  # fmt: skip


def make_limit(input_id: str, name: str, unit: str, *ends: float | None) -> Limit:
    """Return an invented limit: least and greatest value, and their places."""
    low, high, low_place, high_place = ends
    return Limit(
        input_id=input_id, name=name, unit=unit, low=low, high=high, low_place=low_place,
        high_place=high_place, range_low=1000.0 * bool(unit), range_high=9000.0 if unit else 1.0,
        chance=1e-7 if unit else 0.021, support=0.84, words=f"invented {name} is limited",
    )  # fmt: skip


def make_gain(benefit: float) -> Gain:
    """Return an invented gain."""
    return Gain(
        benefit_musd=benefit, shippers_musd=benefit + 3.0, rents_musd=-2.0, subsidies_musd=1.0,
        paid_musd=0.5 * benefit, benefit_closed_musd=2.0 * benefit,
        forced_share=benefit / 1e3, voluntary_share=benefit / 2e3,
        middle=Amounts(teu=10.0 * benefit, t=1e3 * benefit),
        middle_closed=Amounts(teu=100.0 * benefit, t=1e4 * benefit),
    )  # fmt: skip


def make_invest(n_draws: int = 6) -> InvestResult:
    """Return invented projects: two that pay and one that does not."""
    worth = {"PX01": (40.0, 10.0), "PX02": (25.0, 20.0), "PX03": (2.0, 60.0)}
    capex = {"PX01": 120.0, "PX02": 260.0, "PX03": 700.0}
    so_far = list(itertools.accumulate(capex.values()))
    return InvestResult(
        aim="net", budget_musd=None, measures="all", value=35.0, bound=35.2,
        relative_gap=0.006, is_exact=False, n_sets=57, n_draws=n_draws, grown_year=2030,
        discount_rate=0.05, last_year=2040, certificate=CERTIFICATE, record=RECORD,
        best=Programme(
            projects=["PX01", "PX02"], capex_musd=380.0, annual_cost_musd=30.0,
            gain=make_gain(65.0), net_musd=make_band(35.0, is_drawn=n_draws > 0),
            npv_musd=410.0, benefit_cost_ratio=2.1, residual_musd=90.0,
            years=[YearRow(year=2026, opened=["PX01"], capital_musd=120.0, upkeep_musd=2.0,
                           benefit_musd=40.0)],
        ),
        order=[
            Step(project=p, capex_musd=total, gain=make_gain(benefit), annual_cost_musd=cost,
                 npv_musd=10.0 * (benefit - cost), benefit_cost_ratio=benefit / cost,
                 usd_teu=1e4 * cost / benefit, usd_t=None)
            for (p, (benefit, cost)), total in zip(worth.items(), so_far, strict=True)
        ],
        projects=[
            ProjectRow(
                project=p, name=f"Invented hub {p} & quay",
                capex_musd=make_band(capex[p], is_drawn=True),
                open_year=2028, annual_cost_musd=cost, alone=make_gain(benefit),
                at_best=make_gain(benefit), is_best=p != "PX03", in_draws=0.5 if n_draws else None,
            )
            for p, (benefit, cost) in worth.items()
        ],
        supply_teu=[
            SupplyPoint(amount=4e3 * (i + 1), annual_cost_musd=10.0 * 3**i, capex_musd=total,
                        marginal_usd=2500.0 * 3**i, added=[p], dropped=[])
            for i, (p, total) in enumerate(zip(worth, so_far, strict=True))
        ],
        supply_t=[],
        pairs=[Pair(first="PX01", second="PX02", together_musd=-4.0)],
        alternatives=[Alternative(projects=["PX01"], value=34.0, capex_musd=120.0, added=[],
                                  dropped=["PX02"])],
    )  # fmt: skip


def make_conditions() -> ConditionsResult:
    """Return invented conditions: two boxes of one kind, none of the other."""
    boxes = [
        StateBox(
            limits=limits, coverage=0.55 - 0.2 * ix, density=0.81, mass=0.2,
            sentence=f"Invented: the corridor carries it under condition {ix}.",
        )
        for ix, limits in enumerate((
            [
                make_limit("decisions.invented", "Invented agreement", "", 1.0, None, 1.0, None),
                make_limit("ocean", "Invented price (of the sea)", "USD/FEU", None, 4567.0, None,
                           0.62),
            ],
            [make_limit("links.invented", "Invented hours of many rows", "", 0.2, 0.7, 0.2, 0.7)],
        ))
    ]  # fmt: skip
    peels = [
        Peel(coverage=1.0 - 0.1 * ix, density=0.3 + 0.1 * ix, mass=1.0 - 0.14 * ix, n_limited=ix)
        for ix in range(6)
    ]
    return ConditionsResult(
        share=0.25, case=None, russia="closed",
        carries=Conditions(
            kind="carries", base_rate=0.3, boxes=boxes, coverage=0.7, density=0.78,
            held_out_coverage=0.6, held_out_density=0.71, peels=peels,
        ),
        fails=Conditions(
            kind="fails", base_rate=0.7, boxes=[], coverage=0.0, density=None,
            held_out_coverage=None, held_out_density=None, peels=[],
        ),
        drawn=make_band(0.2, is_drawn=True),
        tested=[Tested(input_id="ocean", name="Invented price", correlation=-0.4, chance=1e-5)],
        packages={"invented": ["MX01", "MX02"]},
        n_inputs=123, n_draws=1234, n_halves=50,
        certificate=CERTIFICATE, record=RECORD,
    )  # fmt: skip


def make_answer(n_draws: int = 64) -> AnswerResult:
    """Return an invented answer, with or without draws."""
    drawn = n_draws > 0
    return AnswerResult(
        base_year=2023,
        built_by=2026,
        headline=list(HEADLINE),
        maps=[AnswerMap(russia=russia, links=[]) for russia in ("open", "closed")],
        divertible=Amounts(teu=612345.0, t=31.2e6),
        divertible_by_class={"C_TS": 201234.0, "C_OM": 304321.0, "GRAIN": 1.9e6, "METAL": 2.2e6},
        cases=[
            make_case(ix, russia, is_drawn=drawn)
            for ix in range(4)
            for russia in ("open", "closed")
        ],
        other_years=[
            BaseYear(
                year=2021,
                divertible=Amounts(teu=712345.0, t=29.9e6),
                cases={
                    f"{case}/{russia}": 0.03 * (1 + ix) * (russia == "closed")
                    for ix, case in enumerate(CASES)
                    for russia in ("open", "closed")
                },
            )
        ],
        outlook=[
            OutlookRow(
                year=year,
                demand=demand,
                case="full",
                divertible=Amounts(teu=factor * 600e3, t=factor * 30e6),
                forced_share=0.17 / factor,
                voluntary_share=0.03 / factor,
            )
            for year, growth in ((2030, 1.2), (2040, 1.5))
            for demand, factor in (
                ("low", 0.8 * growth),
                ("reference", growth),
                ("high", 1.3 * growth),
            )
        ],
        draws=Draws(n=n_draws, inputs_varied=4321 if drawn else 0, dimensions=321 if drawn else 0),
        certificate=CERTIFICATE,
        assumed_share=0.37,
        evidence=["links.A-B.r15", "resources.R_ONE@2024"],
        record=RECORD,
    )


def make_leg(start: str, end: str, mode: str, km: float, hours: float, usd: float) -> Leg:
    """Return a leg; only what a diagram reads differs between legs."""
    return Leg(
        from_=start,
        to=end,
        mode=mode,
        km=km,
        hours=hours,
        hours_p50=hours,
        hours_p90=1.4 * hours,
        price=usd,
        paid_to="railway of AAA",
        kg_co2e=0.1 * km,
        tkm=16.0 * km,
        tce="TOC rail, mean traction",
        factor="rail",
        countries=["AAA"],
        grade="derived",
        link_ids=[f"{start}-{end}"],
        touches=[["AAA"]],
    )


NORTHERN_LEGS = (
    ("Xi'an", "Xi'an", "transfer", 0, 27, 120),
    ("Xi'an", "Alashankou", "rail", 3500, 96, 1900),
    ("Alashankou", "Dostyk", "transfer", 14, 42, 260),
    ("Dostyk", "Petropavl", "rail", 1900, 55, 900),
    ("Petropavl", "Petukhovo", "transfer", 20, 4, 30),
    ("Petukhovo", "Krasnoye", "rail", 2900, 80, 1100),
    ("Krasnoye", "Brest", "rail", 600, 20, 300),
    ("Brest", "Małaszewicze", "transfer", 12, 38, 280),
    ("Małaszewicze", "Frankfurt (Oder)", "rail", 700, 22, 600),
    ("Frankfurt (Oder)", "Duisburg", "rail", 600, 20, 500),
    ("Duisburg", "Duisburg", "transfer", 0, 14, 140),
)

MIDDLE_LEGS = (
    ("Xi'an", "Xi'an", "transfer", 0, 27, 120),
    ("Xi'an", "Khorgos", "rail", 3300, 92, 1800),
    ("Khorgos", "Altynkol", "transfer", 17, 36, 260),
    ("Altynkol", "Aktau", "rail", 3300, 105, 1500),
    ("Aktau", "Aktau", "transfer", 0, 102, 220),
    ("Aktau", "Alat", "ferry", 470, 24, 480),
    ("Alat", "Alat", "transfer", 0, 40, 200),
    ("Alat", "Böyük Kəsik", "rail", 500, 20, 420),
    ("Böyük Kəsik", "Gardabani", "transfer", 8, 11, 60),
    ("Gardabani", "Poti", "rail", 370, 16, 380),
    ("Poti", "Poti", "transfer", 0, 74, 260),
    ("Poti", "Constanța", "sea", 1150, 50, 600),
    ("Constanța", "Constanța", "transfer", 0, 48, 280),
    ("Constanța", "Curtici", "rail", 850, 30, 500),
    ("Curtici", "Lőkösháza", "transfer", 5, 6, 40),
    ("Lőkösháza", "Duisburg", "rail", 1500, 48, 1200),
    ("Duisburg", "Duisburg", "transfer", 0, 14, 140),
)


def make_route(corridor: str) -> QuoteRoute:
    """Return an invented route of the Middle or the Northern corridor."""
    rows = MIDDLE_LEGS if corridor == "middle" else NORTHERN_LEGS
    legs = [make_leg(*row) for row in rows]
    days = sum(leg.hours for leg in legs) / 24.0
    usd = sum(leg.price for leg in legs)
    return QuoteRoute(
        corridor=corridor,
        legs=legs,
        km=sum(leg.km for leg in legs),
        days=days,
        days_p50=1.05 * days,
        days_p90=1.4 * days,
        price=usd,
        price_p10=0.8 * usd,
        price_p90=1.3 * usd,
        payees=[Payee(paid_to="railway of AAA", countries=["AAA"], price=usd)],
        generalized=1.3 * usd,
        terms=[Term(term="Rail", cost=usd), Term(term="Time", amount=24.0 * days, cost=0.3 * usd)],
        kg_co2e=sum(leg.kg_co2e for leg in legs),
        countries=["CHN", "KAZ", "AZE", "GEO", "ROU", "HUN", "AUT", "DEU"],
        borders=7,
        gauge_changes=2,
        grade="assumed",
        assumed_share=0.31,
    )
