"""Results as tidy tables: a row per observation, units in the names of the columns."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from serai.domain.comparison import CompareResult
from serai.domain.listings import EvidenceResult
from serai.domain.quotes import QuoteResult
from serai.domain.results import AnswerResult, RunResult

__all__ = ["COLUMNS", "cases_of", "changes_of", "corridors_of", "countries_of", "legs_of",
           "numbers_of", "quote_of"]  # fmt: skip

COLUMNS: Final = MappingProxyType({
    "box_usd_unit": "[USD/TEU or USD/t] what a box is worth more at the start than at the end",
    "capacity_t_yr": "[t/yr] limit on tonnes of everything; missing on a limit in boxes",
    "capacity_teu_yr": "[TEU/yr] limit on boxes alone; missing on a limit in tonnes",
    "after": "in the second scenario",
    "before": "in the first scenario",
    "binds_first": "the dearest limit on the Middle Corridor; empty where nothing binds",
    "borders": "[-] changes of territory",
    "capex_musd": "[million USD] projects of the case that are not built today",
    "case": "today, funded, full or unlimited",
    "change": "after less before",
    "class_id": "commodity class",
    "corridor": "north, middle, south, east, sea, air, pipeline, direct or unserved; on a link "
                "the corridor with the most tonnes",
    "country_iso3": "territory, ISO 3166 alpha-3",
    "countries": "territories in the order of the route, joined by `;`",
    "days": "[days] door to door; of a quote free-flow, of a case queues included",
    "days_p50": "[days] half of the trips take no longer",
    "days_p90": "[days] nine trips of ten take no longer",
    "demand_unit_yr": "[TEU/yr or t/yr] what wants to move, in `unit`",
    "dest": "zone where it ends",
    "from_name": "name of the place where it starts",
    "from_place": "id of the place where it starts",
    "from": "place where it starts",
    "gauge_changes": "[-] changes of track gauge",
    "generalized_usd_feu": "[USD/FEU] price with the value of time and unreliability",
    "grade": "weakest evidence grade: observed, derived or assumed",
    "high": "highest defensible value, in `unit`",
    "id": "id of the number",
    "kg_co2e_feu": "[kg CO2e/FEU] well-to-wheel",
    "kg_co2e_unit": "[kg CO2e/TEU or kg CO2e/t] well-to-wheel",
    "kind": "line-haul by mode: rail_1520, road, sea, feeder, ferry, air, pipeline …",
    "length_km": "[km] length of the way",
    "leg": "[-] place in the order of the route, from 1",
    "link_id": "link",
    "link_ids": "links from first to last, joined by `;`",
    "low": "lowest defensible value, in `unit`",
    "meaning": "what the number says",
    "mode": "rail, road, sea, ferry, air, pipeline, river, transfer or drayage",
    "name": "what it is",
    "of": "corridor, territory, class or bottleneck",
    "origin": "zone where it starts",
    "price_usd_unit": "[USD/TEU or USD/t] prices of the links, without scarcity prices",
    "paid_to": "kind of firm and territory that the leg is paid to",
    "resource_id": "resource; on a link the one that is used most of those it draws on",
    "route": "[-] rank of the route, from 1",
    "russia": "open or closed",
    "scarcity_usd_t": "[USD/t] scarcity price for a tonne that is not in a box",
    "scarcity_usd_teu": "[USD/TEU] scarcity price for a box of average payload",
    "scarcity_usd_unit": "[USD/TEU or USD/t] scarcity prices along the way",
    "served_unit_yr": "[TEU/yr or t/yr] what moves, in `unit`",
    "share": "[-] boxes: voluntary share where open, forced share where closed; median of draws",
    "share_high": "[-] P90 of the draws",
    "share_low": "[-] P10 of the draws",
    "share_t": "[-] the same for tonnes of all goods",
    "source_ids": "what its numbers cite, joined by `;`: see `serai evidence`",
    "t_yr": "[t/yr] all goods, boxes included",
    "teu_yr": "[TEU/yr] boxes",
    "time_h": "[h] under way, handled and waiting, queues included",
    "to": "place where it ends",
    "to_name": "name of the place where it ends",
    "to_place": "id of the place where it ends",
    "transfer_type": "border, gauge_change_and_border …; empty on line-haul",
    "unit": "unit of the class (TEU or t), or of the number",
    "usd_feu": "[USD/FEU] price; of a case with scarcity prices",
    "use_share": "[-] use as a share of capacity; missing where nothing limits",
    "value": "the number, in `unit`",
    "wait_h": "[h] queues, beyond what is always waited; on a link those of all its limits, as a "
        "box waits; missing where nobody queues",
    "what": "what the number belongs to",
    "year": "year of the number",
})  # fmt: skip
"""What the columns of all tables mean, with their unit."""


def corridors_of(result: RunResult) -> pd.DataFrame:
    """
    Return what each corridor carries, unserved last.

    Parameters
    ----------
    result
        A solved scenario.
    """
    rows = result.corridors
    return pd.DataFrame({
        "corridor": [row.corridor for row in rows],
        "teu_yr": [row.teu for row in rows],
        "t_yr": [row.t for row in rows],
    })  # fmt: skip


def countries_of(result: RunResult) -> pd.DataFrame:
    """
    Return what uses each territory; a box counts once in every territory it crosses.

    Parameters
    ----------
    result
        A solved scenario.
    """
    rows = result.countries
    return pd.DataFrame({
        "country_iso3": list(rows),
        "teu_yr": [row.teu for row in rows.values()],
        "t_yr": [row.t for row in rows.values()],
    })  # fmt: skip


def changes_of(result: CompareResult) -> pd.DataFrame:
    """
    Return what changes from one scenario to another, by corridor, territory, class and limit.

    Parameters
    ----------
    result
        The comparison.
    """
    parts = {"corridor": result.corridors, "territory": result.countries,
             "class": result.classes, "bottleneck": result.bottlenecks}  # fmt: skip
    rows = [(of, row) for of, changes in parts.items() for row in changes]
    names = ("name", "unit", "before", "after", "change")
    return pd.DataFrame({
        "of": [of for of, _ in rows],
        **{name: [getattr(row, name) for _, row in rows] for name in names},
    })  # fmt: skip


def quote_of(result: QuoteResult) -> pd.DataFrame:
    """
    Return a row per route of a quote sheet, best first.

    Parameters
    ----------
    result
        The quote sheet.
    """
    names = {"corridor": "corridor", "days": "days", "days_p50": "days_p50",
             "days_p90": "days_p90", "usd_feu": "price",
             "generalized_usd_feu": "generalized", "kg_co2e_feu": "kg_co2e",
             "length_km": "km", "borders": "borders", "gauge_changes": "gauge_changes",
             "grade": "grade"}  # fmt: skip
    told = {ours: [getattr(one, theirs) for one in result.routes] for ours, theirs in names.items()}
    ranks = range(1, len(result.routes) + 1)
    countries = [";".join(one.countries) for one in result.routes]
    return pd.DataFrame({"route": ranks, **told, "countries": countries})


def legs_of(result: QuoteResult) -> pd.DataFrame:
    """
    Return a row per leg of every route of a quote sheet.

    Parameters
    ----------
    result
        The quote sheet.
    """
    rows = [(rank, at, leg) for rank, one in enumerate(result.routes, 1)
            for at, leg in enumerate(one.legs, 1)]  # fmt: skip
    names = {"from": "from_", "to": "to", "mode": "mode", "length_km": "km", "time_h": "hours",
             "usd_feu": "price", "kg_co2e_feu": "kg_co2e", "paid_to": "paid_to",
             "grade": "grade"}  # fmt: skip
    return pd.DataFrame({
        "route": [rank for rank, _, _ in rows],
        "leg": [at for _, at, _ in rows],
        **{ours: [getattr(leg, theirs) for _, _, leg in rows] for ours, theirs in names.items()},
        "countries": [";".join(leg.countries) for _, _, leg in rows],
        "link_ids": [";".join(leg.link_ids) for _, _, leg in rows],
    })  # fmt: skip


def cases_of(result: AnswerResult) -> pd.DataFrame:
    """
    Return a row per case of the answer, with Russia open and closed.

    Parameters
    ----------
    result
        The answer.
    """
    cases = result.cases
    return pd.DataFrame({
        "case": [one.case for one in cases],
        "russia": [one.russia for one in cases],
        "share": [one.share.value for one in cases],
        "share_low": [one.share.low for one in cases],
        "share_high": [one.share.high for one in cases],
        "share_t": [one.share_t.value for one in cases],
        "teu_yr": [one.teu for one in cases],
        "t_yr": [one.t for one in cases],
        "days": [one.days for one in cases],
        "usd_feu": [one.usd_feu for one in cases],
        "capex_musd": [one.capex_musd for one in cases],
        "binds_first": [one.binding[0].resource if one.binding else "" for one in cases],
    })  # fmt: skip


def numbers_of(result: EvidenceResult) -> pd.DataFrame:
    """
    Return a row per number with its range, grade and sources.

    Parameters
    ----------
    result
        What was asked.
    """
    rows = result.numbers
    return pd.DataFrame({
        **{name: [getattr(row, name) for row in rows] for name in ("id", "what", "meaning")},
        "value": [row.value for row in rows],
        "low": [np.nan if row.low is None else row.low for row in rows],
        "high": [np.nan if row.high is None else row.high for row in rows],
        **{name: [getattr(row, name) for row in rows] for name in ("unit", "year", "grade")},
        "source_ids": [";".join(row.source_ids) for row in rows],
    })  # fmt: skip
