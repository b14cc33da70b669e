"""The claims and open questions of two articles about Kazakhstan's corridors, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import serai
from serai.domain.brief import BriefEntry, BriefResult
from serai.domain.results import AnswerResult, Band, CaseResult
from serai.domain.vectors import Ties, VectorsResult
from serai.domain.world import World
from serai.run import Bases
from serai.studies.brief_draws import brief_numbers
from serai.studies.shares import Progress
from serai.studies.tightrope import Question, tightrope

__all__ = ["brief"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Facts:
    """What the entries are told from."""

    answer: AnswerResult
    ropes: VectorsResult
    numbers: dict[str, Band]
    """What scenarios shift, totals of the base year, what crosses Russia."""
    published: dict[str, float]
    """Published totals by id of the target."""
    shares: dict[str, float]
    """Published shares by id of the tie, in percent."""

    def case(self, case: str, russia: str) -> CaseResult:
        """Return a case of the answer."""
        return next(c for c in self.answer.cases if (c.case, c.russia) == (case, russia))

    def territory(self, goods: str, code: str) -> dict[str, float]:
        """Return what a territory means to goods, in percent; zero where it is not told."""
        row = next(
            (r for r in self.ropes.territories if (r.goods, r.territory) == (goods, code)), None
        )
        if row is None:
            return {"crosses": 0.0, "loss": 0.0, "kept": 100.0}
        return {
            "crosses": 100 * row.crossing_share, "loss": 100 * (row.loss or 0.0),
            "kept": 100 * (1.0 if row.kept is None else row.kept),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An answer's words and numbers."""

    words: str
    band: Band | None = None
    value: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A question, how it is answered, and on what."""

    id: str
    question: str
    say: Callable[[_Facts], _Said] | str
    """The answer; or, where the model cannot say, why not."""
    basis: str = ""
    evidence: tuple[str, ...] = field(default=())


def brief(
    world: World,
    answer: AnswerResult,
    ties: Ties,
    *,
    draws: int = 12,
    workers: int = 2,
    tell: Progress,
) -> BriefResult:
    """
    Return every claim and question with the model's number, or why there is none.

    Parameters
    ----------
    world
        The tables.
    answer
        What `serai answer` found.
    ties
        The ropes' figures.
    draws
        [-], >= 0. Draws of all ranged inputs, for the bands of what is not in the answer.
    workers
        [-], >= 1. Processes for the draws.
    tell
        Told how far the work is.
    """
    bases = Bases(world)
    ropes = tightrope(bases, ties, "KAZ", 2023, question=Question(lose=("RUS",)), tell=tell)
    numbers = brief_numbers(bases, draws=draws, seed=1, workers=workers, tell=tell)
    facts = _Facts(
        answer=answer, ropes=ropes, numbers=numbers,
        published={target.id: target.value for target in world.targets},
        shares={tie.id: tie.value for found in ties.sets for tie in found.ties},
    )  # fmt: skip
    return BriefResult(
        entries=[_entry(claim, facts) for claim in CLAIMS],
        version=serai.__version__,
        data_version=world.data_version,
    )


def _entry(claim: _Claim, facts: _Facts) -> BriefEntry:
    cannot = isinstance(claim.say, str)
    said = _Said(words=claim.say) if isinstance(claim.say, str) else claim.say(facts)
    band = said.band
    has_band = band is not None and band.low < band.high
    return BriefEntry(
        id=claim.id, question=claim.question, is_answered=not cannot, answer=said.words,
        value=band.value if band is not None else said.value,
        low=band.low if band is not None and has_band else None,
        high=band.high if band is not None and has_band else None,
        unit=said.unit, basis=claim.basis, evidence=list(claim.evidence),
    )  # fmt: skip


# ------------------------------------------------------------------------------- in words


def _percent(band: Band) -> str:
    if band.low == band.high:
        return f"{100 * band.value:.0f} %"
    return f"{100 * band.value:.0f} % ({100 * band.low:.0f} to {100 * band.high:.0f} %)"


def _scaled(band: Band, scale: float) -> Band:
    ends = sorted((band.low * scale, band.high * scale))
    return Band(value=band.value * scale, low=ends[0], high=ends[1], central=band.central * scale)


def _span(band: Band, form: str) -> str:
    """Return a number with its band in brackets, if it has one."""
    value, low, high = (
        form.format(number).replace("-", "−") for number in (band.value, band.low, band.high)
    )
    return value if band.low == band.high else f"{value} ({low} to {high})"


def _mt(band: Band) -> str:
    """Return tonnes with their band, in the unit that fits the larger end."""
    if max(abs(band.low), abs(band.high)) >= 1e6:  # noqa: PLR2004
        return f"{_span(_scaled(band, 1e-6), '{:+.2f}')} Mt"
    return f"{_span(_scaled(band, 1e-3), '{:+,.0f}')} kt"


def _beside(f: _Facts, target: str, words: str, scale: float) -> str:
    """Return what was published of it, in brackets; nothing where nothing is known."""
    known = f.published.get(target)
    return "" if known is None else f" ({words.format(known * scale)})"


def _replace(f: _Facts) -> _Said:
    today, full, free = (f.case(c, "closed") for c in ("today", "full", "unlimited"))
    whole = next(
        (word for word, case in (("Yes", today), ("With all that is planned", full))
         if case.share.value >= 1.0),
        "No",
    )  # fmt: skip
    return _Said(
        words=(
            f"{whole}: if Russia closed, the Middle Corridor could take over "
            f"{_percent(today.share)} of the divertible boxes as it stands and "
            f"{_percent(full.share)} with every project and measure on the table; without any "
            f"limit on capacity {_percent(free.share)}."
        ),
        band=full.share, unit="share of divertible TEU, full programme, Russia closed",
    )  # fmt: skip


def _effort(f: _Facts) -> _Said:
    full = f.case("full", "closed")
    # The sum that the answer tells, with the band of the draws.
    capital = _scaled(full.capex_band.model_copy(update={"value": full.capex_musd}), 1e-3)
    return _Said(
        words=(
            f"All projects of the full programme cost {_span(capital, '{:.1f}')} bn USD. A box "
            f"from China to Europe then pays {full.usd_feu:,.0f} USD/FEU in {full.days:.0f} days, "
            f"by sea {full.sea_usd_feu:,.0f} in {full.sea_days:.0f}."
        ),
        band=capital, unit="bn USD",
    )  # fmt: skip


def _free(f: _Facts) -> _Said:
    full = f.case("full", "open")
    return _Said(
        words=f"With Russia open and the full programme built {_percent(full.share)} would move.",
        band=full.share, unit="share of divertible TEU, full programme, Russia open",
    )  # fmt: skip


def _binds(f: _Facts) -> _Said:
    named = [b.name for b in f.case("today", "closed").binding[:3]]
    later = [b.name for b in f.case("full", "closed").binding[:2]]
    return _Said(
        words=f"Today {', '.join(named)}; with the full programme {', '.join(later)}.",
        value=f.case("today", "closed").binding[0].price_usd_teu if named else None,
        unit="USD/TEU, scarcity price of the first",
    )


def _visa(f: _Facts) -> _Said:
    at = "visa-free-and-single-window"
    boxes, cost = f.numbers[f"{at} middle TEU"], _scaled(f.numbers[f"{at} cost"], 1e-6)
    return _Said(
        words=(
            "Visa-free drivers and a single customs window, with nothing built, move "
            f"{_span(boxes, '{:+,.0f}')} TEU a year (2023) to the Middle Corridor and "
            f"{_mt(f.numbers[f'{at} direct t'])} of direct trade; shippers' felt cost changes by "
            f"{_span(cost, '{:+,.0f}')} m USD a year."
        ),
        band=boxes, unit="TEU a year",
    )  # fmt: skip


def _storage(f: _Facts) -> _Said:
    known = _beside(f, "kazakh_transit_kt-2023", "{:,.0f} Mt published", 1e-3)
    transit = _scaled(f.numbers["kazakh_transit_kt"], 1e-3)
    return _Said(
        words=(
            f"Transit: {_span(transit, '{:.0f}')} Mt a year cross Kazakhstan by rail in the "
            f"model{known}. Storage: the model cannot say; it has no stocks, only ways."
        ),
        band=transit, unit="Mt, 2023",
    )  # fmt: skip


def _region(f: _Facts) -> _Said:
    at = "kyrgyz-tajik-border-closed"
    cost = _scaled(f.numbers[f"{at} cost"], 1e-6)
    return _Said(
        words=(
            "The Kyrgyz–Tajik border shut again, in 2030, changes what shippers feel by "
            f"{_span(cost, '{:+,.1f}')} m USD a year and the corridor by "
            f"{_span(f.numbers[f'{at} middle TEU'], '{:+,.0f}')} TEU. Small trade over the hills "
            "is not in the tables."
        ),
        band=cost, unit="m USD a year",
    )  # fmt: skip


def _uranium(f: _Facts) -> _Said:
    t, west = f.territory("uranium", "RUS"), f.numbers["uranium_percent"].value
    crosses = f.numbers["uranium RUS"]
    known = _beside(f, "uranium_percent-2023", "{:.0f} % published", 1.0)
    west_words = (
        f" Of what went to Europe and America in 2023 the model sends {west:.0f} % over the "
        f"Caspian{known}."
        if west == west  # noqa: PLR0124 - not a number where nothing goes
        else ""
    )
    return _Said(
        words=(
            f"{_span(crosses, '{:.0f}')} % of uranium by value cross Russia in the model; without "
            f"it {t['kept']:.0f} % of the tonnes find another way, and costs rise by "
            f"{t['loss']:.0f} % on average.{west_words}"
        ),
        band=crosses, unit="% of value across Russia",
    )  # fmt: skip


def _minerals(f: _Facts) -> _Said:
    rope = next(r for r in f.ropes.ropes if r.dimension == "critical minerals")
    if not rope.has_data:
        return _Said(words="No figures.")
    held = ", ".join(f"{s.power} up to {100 * s.share:.0f} %" for s in rope.shares)
    return _Said(
        words=(
            f"{rope.measure} ({rope.year}): {held}; regions stand for powers, Asia for China. Rare "
            "earths have no figures here."
        ),
        band=Band(
            value=100 * (rope.balance or 0.0), central=100 * (rope.balance or 0.0),
            low=100 * (rope.balance_low or 0.0), high=100 * (rope.balance_high or 0.0),
        ),
        unit="balance of the rope, 0 to 100",
    )  # fmt: skip


def _india(f: _Facts) -> _Said:
    at = "corridor-to-indian-ports-complete"
    south = f.numbers[f"{at} south t"]
    return _Said(
        words=(
            "With the railways and ports of the corridor complete, the routes over Iran change by "
            f"{_mt(south)} a year, of it {_span(f.numbers[f'{at} south TEU'], '{:+,.0f}')} TEU in "
            f"boxes, and those through Russia by {_mt(f.numbers[f'{at} north t'])}."
        ),
        band=_scaled(south, 1e-6), unit="Mt a year by Iran",
    )  # fmt: skip


def _oil(f: _Facts) -> _Said:
    t, known = f.territory("oil", "RUS"), f.shares.get("T0104")
    crosses = f.numbers["oil RUS"]
    beside = "" if known is None else f" ({known:.0f} % of tonnes exported, published for 2022)"
    return _Said(
        words=(
            f"{_span(crosses, '{:.0f}')} % of Kazakh trade in crude and products, by value, cross "
            f"Russia in the model of 2023{beside}. Without Russia {t['kept']:.0f} % of those "
            "tonnes find another way."
        ),
        band=crosses, unit="% of value across Russia",
    )  # fmt: skip


def _rope(f: _Facts) -> _Said:
    r = f.ropes
    if r.score is None or r.score_low is None or r.score_high is None:
        return _Said(words="No figures.")
    n = sum(rope.has_data for rope in r.ropes)
    lean = ", ".join(f"{p} {100 * v:.0f} %" for p, v in list(r.lean.items())[:3])
    return _Said(
        words=(
            f"Balance {r.score:.0f} of 100 ({r.score_low:.0f} to {r.score_high:.0f}) in {r.year} "
            f"over the {n} of {len(r.ropes)} ropes with data; the weakest is {r.weakest} "
            f"({100 * (r.weakest_balance or 0):.0f}). It leans toward {lean}."
        ),
        band=Band(value=r.score, low=r.score_low, high=r.score_high, central=r.score),
        unit="of 100",
    )  # fmt: skip


CLAIMS: Final[Sequence[_Claim]] = (
    _Claim(
        id="replace", question="Will the Middle Corridor ever be able to replace the routes "
        "through "
        "Russia?", say=_replace, basis="serai answer",
    ),
    _Claim(
        id="effort", question="Competing with them takes much effort and investment: how much?",
        say=_effort, basis="serai answer",
    ),
    _Claim(
        id="choice", question="Would shippers move if nobody forced them?", say=_free,
        basis="serai answer",
    ),
    _Claim(id="limits", question="What stands in the way first?", say=_binds, basis="serai answer"),
    _Claim(
        id="visa-free", question="What does the visa-free agreement with China change?", say=_visa,
        basis="serai run visa-free-and-single-window", evidence=("E0065", "MS01", "MS05"),
    ),
    _Claim(
        id="storage", question="Kazakhstan as a place of transit and storage?", say=_storage,
        basis="serai backcast --year 2023", evidence=("F0293",),
    ),
    _Claim(
        id="old-agreements", question="Trade agreements signed before the pandemic come into "
        "effect: "
        "what do they move?", say="The model cannot say: the article does not name them, and no "
        "line, port or charge of the model is known to change by them.",
        basis="serai events --party CHN", evidence=("E0209",),
    ),
    _Claim(
        id="region", question="Regional cooperation has limits, such as between the Kyrgyz "
        "Republic "
        "and Tajikistan: what do they cost?", say=_region,
        basis="serai run kyrgyz-tajik-border-closed", evidence=("X11", "F0344", "F0345"),
    ),
    _Claim(
        id="oil", question="How far does oil hang on pipelines through Russia?", say=_oil,
        basis="serai vectors KAZ", evidence=("T0104",),
    ),
    _Claim(
        id="uranium", question="And uranium?", say=_uranium, basis="serai vectors KAZ",
        evidence=("F0366",),
    ),
    _Claim(
        id="rare-earths", question="Who holds the rope of uranium, rare earths and other critical "
        "minerals?", say=_minerals, basis="serai vectors KAZ", evidence=("E0212",),
    ),
    _Claim(
        id="nuclear", question="Two nuclear plants, one by China and one by Russia: what does it "
        "shift?", say="The model cannot say: a plant is no corridor. The events are in the "
        "register; "
        "its fuel would be a few tonnes a year.", basis="serai events --sector nuclear",
    ),
    _Claim(
        id="indian-ports", question="What would the corridor to Indian ports through "
        "Turkmenistan and "
        "Iran carry?", say=_india,
        basis="serai run corridor-to-indian-ports-complete", evidence=("E0147",),
    ),
    _Claim(
        id="flights", question="Direct flights to Delhi?", say="The model cannot say: it carries "
        "freight, and the flights of the article carry people.",
        basis="serai events --party IND", evidence=("E0146",),
    ),
    _Claim(
        id="tightrope", question="Does Kazakhstan walk the tightrope between the powers in "
        "balance?",
        say=_rope, basis="serai vectors KAZ",
    ),
)  # fmt: skip
"""In the order of the two articles."""
