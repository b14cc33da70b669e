"""What the printable documents say, from stored results; and what has to hold for their words."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from scripts.backcast_page import BLIND, ESTIMATE
from scripts.make_gallery import read_result
from scripts.make_pictures import STORED, read_answer
from serai.data.answers import read_stored
from serai.data.load import PACK, read_world
from serai.data.register import build_register
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.backcast import BackcastResult
from serai.domain.conditions import Conditions, ConditionsResult
from serai.domain.ensemble import EnsembleResult
from serai.domain.frontier import FrontierPoint, FrontierResult
from serai.domain.invest import InvestResult
from serai.domain.results import AnswerResult, CaseResult, Record
from serai.domain.sensitivity import SensitivityResult
from serai.domain.storage import StorageResult
from serai.domain.tariff import TariffResult
from serai.domain.world import World
from serai.outputs.backcast import LARGE
from serai.outputs.numbers import say_days, say_share, say_usd
from serai.outputs.page import READ_BY_MODEL
from serai.outputs.words import list_cases, name_case, pick_case

__all__ = ["Studies", "check_words", "tell_method", "tell_minister"]

TOLD_LIMITS: Final = 2
TOLD_STEPS: Final = 8
TOLD_UNKNOWNS: Final = 4
TOLD_INPUTS: Final = 7
TOLD_MISSES: Final = 8
WORTH_TELLING: Final = 0.03
"""[-] Rise of the forced share from which on a point of the frontier gets a line."""
SURE: Final = 0.8
"""[-] Density on states held out from which on conditions settle the matter."""
ENOUGH: Final = 0.8
"""[-] Of what all capital brings."""
TRUST: Final = "trust"
FEARED: Final = "feared_h"
ESTIMATED: Final = {
    "contestable": "the odds that a shipper between sea ports asks for a land quote",
    "scale_upper": "the sharpness of choice between land, sea and air",
    "caspian_h": "the hours feared at the Caspian",
    "avoidance_landlocked": "the part of those who shun Russia in trade without a sea port",
}
"""What the estimated numbers are, by their key in the stored estimate."""


@dataclass(frozen=True, kw_only=True)
class Studies:
    """All stored results that the documents tell."""

    answer: AnswerResult
    frontier: FrontierResult
    invest: InvestResult
    conditions: ConditionsResult
    sensitivity: SensitivityResult
    backcast: BackcastResult
    tariff: TariffResult
    storage: StorageResult
    ensemble: EnsembleResult
    estimate: Mapping[str, Any]

    @classmethod
    def read(cls) -> "Studies":
        """Return what is stored beside the pictures and the tables."""
        stored = read_stored(PACK)
        found = {
            name: getattr(stored, name)
            for name in ("frontier", "invest", "conditions", "sensitivity", "backcast")
        }
        missing = [name for name, study in found.items() if study is None]
        if missing:
            raise ValueError(
                f"not stored beside the tables: {', '.join(missing)}; see CONTRIBUTING.md"
            )
        return cls(
            answer=read_answer(STORED.read_text("utf-8")),
            tariff=read_result("tariff", TariffResult),
            storage=read_result("storage", StorageResult),
            ensemble=read_result("ensemble", EnsembleResult),
            estimate=json.loads(ESTIMATE.read_text("utf-8")),
            **found,
        )

    def case(self, name: str, russia: str = "closed") -> CaseResult:
        """Return a case of the answer."""
        found = pick_case(self.answer, name, russia)
        if found is None:
            raise ValueError(f"the stored answer has no case {name} with Russia {russia}")
        return found

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the pack."""
        return read_tables(PACK)

    @cached_property
    def world(self) -> World:
        """The world that they make."""
        return read_world()

    @property
    def points(self) -> list[FrontierPoint]:
        """Points of the frontier worth a line: the ends, and those that bring much more."""
        ends = [self.frontier.points[0], self.frontier.points[-1]]
        kept = ends[:1]
        for point in self.frontier.points[1:-1]:
            if point.forced_share.value >= kept[-1].forced_share.value + WORTH_TELLING:
                kept.append(point)
        return [*kept, ends[1]]

    @property
    def enough(self) -> FrontierPoint:
        """The first point that brings most of what all capital brings."""
        most = self.frontier.points[-1].forced_share.value
        return next(p for p in self.frontier.points if p.forced_share.value >= ENOUGH * most)

    def name_measures(self, package: str) -> list[str]:
        """Return the names of a package of soft measures."""
        rows = self.tables["measures"].set_index("measure_id")
        return [_shorten(str(rows.loc[key, "name"])) for key in self.conditions.packages[package]]

    def name_projects(self) -> dict[str, str]:
        """Return the names of the projects by id."""
        return {one.project: _shorten(one.name) for one in self.invest.projects}

    def list_best(self) -> list[str]:
        """Return the names of the projects of the best set, in the order of the study."""
        names = self.name_projects()
        best = set(self.invest.best.projects)
        return [names[step.project] for step in self.invest.order if step.project in best]

    def list_stale(self) -> list[str]:
        """Return the studies that were made with other tables than the answer."""
        now = self.answer.record.inputs

        def is_stale(record: Record) -> bool:
            return any(record.inputs.get(name) != now.get(name) for name in READ_BY_MODEL)

        names = (
            "frontier",
            "invest",
            "conditions",
            "sensitivity",
            "backcast",
            "tariff",
            "storage",
            "ensemble",
        )
        return [name for name in names if is_stale(getattr(self, name).record)]


def _shorten(name: str) -> str:
    """Return a name without what stands in brackets or after a colon's detail."""
    return re.sub(r"\s*\([^)]*\)", "", name).strip()


# ---------------------------------------------------------------- words that numbers bear out


def check_words(studies: Studies) -> list[str]:
    """
    Return what the documents say in words and the numbers no longer bear out.

    Parameters
    ----------
    studies
        All stored results.

    Returns
    -------
    faults
        Sentences; empty if all hold.
    """
    return [words for words, holds in _list_claims(studies) if not holds]


def _list_claims(s: Studies) -> Iterator[tuple[str, bool]]:
    today, full, opened = s.case("today"), s.case("full"), s.case("full", "open")
    rest = 1.0 - today.share.central
    yield "of the rest most would take a ship", today.sea_share > rest / 2.0
    yield "much would leave through China's ports", today.east_share > rest / 8.0
    yield "hardly any box would stay behind", today.unserved_share < 0.005  # noqa: PLR2004
    carried = today.sea_share + today.east_share
    yield "sea and China carry most of the boxes in a closure", carried > 0.5  # noqa: PLR2004
    yield (
        "with the full programme too, most of what leaves takes a ship",
        full.sea_share > full.south_share,
    )
    yield "the corridor stays dearer than the sea", opened.usd_feu > opened.sea_usd_feu
    yield "and slower than the line through Russia", opened.days > (opened.north_days or 0.0)
    yield "the voluntary share is below the forced", opened.share.value < full.share.value
    yield (
        "medians lie below the central run",
        all(
            c.share.value <= c.share.central
            for c in s.answer.cases
            if c.case in ("today", "funded", "full")
        ),
    )
    forced = {(row.year, row.demand): row.forced_share for row in s.answer.outlook}
    yield "demand grows faster than room", all(
        forced[year, "high"] < forced[year, "reference"] < forced[year, "low"]
        for year in {row.year for row in s.answer.outlook}
    )  # fmt: skip
    yield (
        "the money does not work evenly",
        s.enough.capex_musd < s.frontier.points[-1].capex_musd / 4.0,
    )
    yield (
        "agreements alone bring more than what is funded",
        (s.frontier.points[0].forced_share.value > s.case("funded").share.value),
    )
    regimes = {one.name: one for one in s.tariff.regimes}
    yield "each for itself, shippers lose", regimes["each"].shippers_musd < 0.0
    yield (
        "together the corridor carries more",
        regimes["together"].middle_teu > regimes["each"].middle_teu,
    )
    partner = [
        sum(getattr(row, key) for row in s.tariff.split) for key in ("together_musd", "each_musd")
    ]
    yield "together the partners share more", partner[0] > partner[1]
    risk = s.ensemble.cases[0]
    ocean = sum(d.share_musd for d in risk.disruptions[:2])
    yield (
        "nearly all of the loss is the ocean",
        (
            ocean > 0.9 * risk.loss_musd.mean
            and {d.disruption for d in risk.disruptions[:2]} == {"ocean-rates", "red-sea"}
        ),
    )
    option = next(one for one in s.ensemble.options if one.corridor == "middle")
    yield "the corridor pays in rare years", option.value_musd.tail > 2.0 * option.value_musd.p95
    yield "decisions can rule success out", _held_out(s.conditions.fails) > SURE
    yield "no few conditions make sure of it", _held_out(s.conditions.carries) < SURE
    seen = _count_near(s.backcast, "seen")
    yield "it misses more than it meets outside the fit", 2 * seen["within"] < seen["n"]
    yield (
        "there is no single number to measure",
        all(one.forced.total < s.sensitivity.rest.forced_total for one in s.sensitivity.inputs),
    )
    yield (
        "stores abroad do most of what a hub could",
        all(
            hub.alone_musd_yr.value < hub.unrivalled_musd_yr.value / 4.0
            for hub in s.storage.hubs
            if hub.is_chosen
        ),
    )
    yield "every certificate holds", s.answer.certificate.holds()


# ---------------------------------------------------------------- what is told


def _held_out(found: Conditions) -> float:
    """Return the density on states held out; nothing where none were."""
    return found.held_out_density or 0.0


def _count_near(result: BackcastResult, status: str) -> dict[str, int]:
    mine = [row for row in result.rows if row.status == status and row.observed is not None]
    near = sum(row.error is not None and abs(row.error) <= LARGE for row in mine)
    return {"n": len(mine), "within": near}


def _tell_both(s: Studies) -> dict[str, Any]:
    return {
        "answer": s.answer,
        "now": s.case("today", "open"),
        "today": s.case("today"),
        "funded": s.case("funded"),
        "full": s.case("full"),
        "full_open": s.case("full", "open"),
        "best": s.invest.best,
        "best_names": s.list_best(),
        "enough": s.enough,
        "first": s.frontier.points[0],
        "last": s.frontier.points[-1],
        "trust_names": [_lower(name) for name in s.name_measures(TRUST)],
        "fitted": _count_near(s.backcast, "fitted"),
        "seen": _count_near(s.backcast, "seen"),
        "large": LARGE,
    }


def tell_minister(s: Studies) -> dict[str, Any]:
    """Return what the note tells."""
    measures = s.tables["measures"].set_index("measure_id")
    trust = s.conditions.packages[TRUST]
    return _tell_both(s) | {
        "verdict": s.answer.headline[0].partition(":")[0],
        "limits": list(_list_limits(s)),
        "points": s.points,
        "unknowns": _list_unknowns(s.sensitivity),
        "trust_musd_yr": float(measures.loc[trust, "cost_musd_yr"].astype(float).sum()),
    }


def _list_limits(s: Studies) -> Iterator[dict[str, str]]:
    for name in list_cases(s.answer):
        for at, limit in enumerate(s.case(name).binding[:TOLD_LIMITS]):
            yield {
                "case": "" if at else name_case(name),
                "name": limit.name,
                "price": say_usd(limit.price_usd_teu),
                "wait": say_days(None if limit.wait_h is None else limit.wait_h / 24.0),
            }


def _list_unknowns(result: SensitivityResult) -> list[dict[str, Any]]:
    """Return the strongest inputs, those that one survey would tell together."""
    rows: dict[str, dict[str, Any]] = {}
    for one in sorted(result.inputs, key=lambda i: -i.forced.total):
        if one.learn_usd is None:
            continue
        row = rows.setdefault(
            one.learn_id, {"names": [], "learn": one.learn, "learn_usd": one.learn_usd}
        )
        row["names"].append(_shorten(one.name))
    return [
        row | {"name": _join_names(row["names"])} for row in list(rows.values())[:TOLD_UNKNOWNS]
    ]


def _join_names(names: Sequence[str]) -> str:
    """Return names of one beginning with that beginning once."""
    heads = {name.partition(":")[0] for name in names}
    if len(names) > 1 and len(heads) == 1:
        return f"{heads.pop()}: {'; '.join(name.partition(': ')[2] for name in names)}"
    return "; ".join(names)


def tell_method(s: Studies) -> dict[str, Any]:
    """Return what the paper tells."""
    regimes = {one.name: one for one in s.tariff.regimes}
    strongest = sorted(s.sensitivity.inputs, key=lambda i: -i.forced.total)[:TOLD_INPUTS]
    shares = [row.forced_share for row in s.answer.outlook]
    return _tell_both(s) | {
        "frontier": s.frontier, "invest": s.invest, "conditions": s.conditions,
        "sensitivity": s.sensitivity, "tariff": s.tariff, "storage": s.storage,
        "ensemble": s.ensemble, "estimate": s.estimate,
        "n": _count(s),
        "assumed_numbers": _share_judged(s),
        "assumed_links": _share_assumed(s.tables["links"]),
        "assumed_resources": _share_assumed(s.tables["resources"]),
        "caspian_h": s.world.params["caspian_h"],
        "parameters": [ESTIMATED[key] for key in s.estimate["parameters"]],
        "fit_years": _span(t.year for t in s.world.targets if t.use == "fitted"),
        "omitted": s.answer.certificate.omitted,
        "told": _tell_backcast(s),
        "misses": list(_list_misses(s.backcast)),
        "cases": [
            {"name": name_case(name), "closed": s.case(name), "opened": s.case(name, "open")}
            for name in list_cases(s.answer)
        ],
        "outlook_span": f"{say_share(min(shares))} to {say_share(max(shares))}",
        "influences": [{"name": _shorten(one.name), "forced": one.forced} for one in strongest],
        "fails_told": s.conditions.fails.boxes[0].sentence,
        "carries_told": s.conditions.carries.boxes[0].sentence,
        "each": regimes["each"], "together": regimes["together"],
        "partners": _name_countries(s, s.tariff.partners),
        "partner_sum": sum(row.together_musd for row in s.tariff.split),
        "each_sum": sum(row.each_musd for row in s.tariff.split),
        "starts_told": _tell_starts(s.tariff),
        "least": 0.005,
        "steps": [
            step.model_dump() | {"name": s.name_projects()[step.project]}
            for step in s.invest.order[:TOLD_STEPS]
        ],
        "hub_names": [hub.name for hub in s.storage.hubs if hub.is_chosen],
        "risk": s.ensemble.cases[0],
        "worst": [_lower(d.title) for d in s.ensemble.cases[0].disruptions[:2]],
        "option": next(one for one in s.ensemble.options if one.corridor == "middle"),
        "feared_left": _leave_feared(s),
        "staleness": _tell_stale(s),
    }  # fmt: skip


def _count(s: Studies) -> dict[str, Any]:
    tables, world = s.tables, s.world
    rates = tables["year_inputs"].query("input_id == 'avoidance_share'")
    shunned = rates[rates["value"].astype(float) > 0.0]["year"].astype(int)
    facts = tables["facts"].set_index("id")
    return {
        "zones": len(world.zones.ids),
        "classes": len(world.classes.ids),
        "places": len(tables["places"]),
        "links": len(tables["links"]),
        "limits": tables["resources"].resource_id.nunique(),
        "projects": len(world.projects.ids),
        "measures": len(world.measures.ids),
        "demand": len(tables["demand"]),
        "war_year": int(shunned.min()),
        "forecast_year": int(str(facts.loc["F0037", "year"]).split(".", maxsplit=1)[0]),
        "blind_year": min(BLIND),
    }


def _share_judged(s: Studies) -> float:
    """Return how many of the numbers that a run may use are judged."""
    schema = read_schema()
    grades = [
        row.grade
        for row in build_register(s.tables).rows.values()
        if not schema[row.table].is_evidence and row.role == "value" and row.grade
    ]
    return grades.count("assumed") / len(grades)


def _share_assumed(table: pd.DataFrame) -> float:
    return float((table.grade == "assumed").mean())


def _name_countries(s: Studies, ids: Sequence[str]) -> list[str]:
    names = s.tables["countries"].set_index("iso3")["name"]
    return [str(names[key]) for key in ids]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _span(years: Iterator[int]) -> str:
    found = sorted(set(years))
    return f"{found[0]} to {found[-1]}"


def _tell_backcast(s: Studies) -> str:
    """Return how often the model comes near what was published, in one sentence."""
    parts = []
    for status, words in (("fitted", "figures fitted to"), ("seen", "figures not fitted to")):
        near = _count_near(s.backcast, status)
        parts.append(f"{near['within']} of {near['n']} {words}")
    return f"Within {say_share(LARGE)} come {' and '.join(parts)}."


def _list_misses(result: BackcastResult) -> Iterator[dict[str, str]]:
    """Return the largest misses that nothing is fitted to, one for each reason."""
    rows = [
        row for row in result.rows if row.status == "seen" and row.reason and row.error is not None
    ]
    told: set[str] = set()
    for row in sorted(rows, key=lambda r: -abs(r.error or 0.0)):
        if row.reason not in told and len(told) < TOLD_MISSES:
            told.add(row.reason)
            yield {
                "name": f"{row.name}, {row.year}",
                "miss": f"{100.0 * (row.error or 0.0):+.0f} %".replace("-", "\N{MINUS SIGN}"),
                "why": re.sub(r"`([^`]*)`", r"\1", row.reason),
            }


def _tell_starts(result: TariffResult) -> str:
    found = result.found
    return (
        f"{found.n_settled} of {found.n_starts} starts of the game come to rest, within "
        f"{say_share(found.spread)} of each other."
    )


def _leave_feared(s: Studies) -> float:
    """Return which part of the feared hours the measures of trust leave."""
    effects = s.tables["effects"]
    mine = effects[
        effects["owner_id"].isin(s.conditions.packages[TRUST])
        & (effects["quantity"] == FEARED) & (effects["operation"] == "multiply")
    ]  # fmt: skip
    return math.prod(map(float, mine["value"]))


def _tell_stale(s: Studies) -> str:
    stale = s.list_stale()
    if not stale:
        return "All studies were made with the tables of the answer."
    return f"Made with earlier tables than the answer: {', '.join(stale)}."
