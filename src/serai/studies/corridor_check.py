"""Route sums of named corridors against published days and prices: what fits, what misses."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from serai.data.load import PACK
from serai.data.tables import read_tables, split_list
from serai.domain.network import Network
from serai.domain.ranged import IntArray
from serai.domain.results import Result
from serai.domain.scenario import Scenario, SetYearInput
from serai.domain.world import World
from serai.errors import DataError
from serai.model.apply import apply_scenario
from serai.model.forced import forced_path
from serai.model.graph import Graph, build_graph
from serai.model.quote import ends_of
from serai.model.sheet import Figures, Trip, figures_of, tonnes_of_feu
from serai.units import HOURS_PER_DAY, KG_PER_T, TEU_PER_FEU

__all__ = ["CorridorCheck", "Published", "check_corridors", "read_published"]

TOLERANCE = 0.1
"""A single published figure counts as met within this share of it."""

FIRST_YEAR = 2019
"""Figures of earlier years are compared with this one's prices, the earliest in the tables."""

AIR_CLASS, BOX_CLASS = "AIRHV", "C_OM"

KINDS = {"yes": "independent", "partly": "partly a fit", "no": "fit"}
"""Whether links were set without sight of a figure, and what agreement with it is then."""

DAYS, USD_TEU, USD_KG = "days", "USD/TEU", "USD/kg"

MORE = (
    ("XIAN_ALAT", "Xi'an–Alat by Aktau", "CNSIA;KZALTYN;KZAAU;AZALA", "terminal", DAYS,
     "F0158.value;G0188.low;G0188.high;G0189.low;G0189.high", "partly"),
    ("ALTYNKOL_POTI", "Altynkol–Poti", "KZALTYN;KZAAU;AZALA;GEPTI", "terminal", DAYS,
     "F0155.value;F0470.low;F0470.high", "partly"),
    ("ALTYNKOL_CONSTANTA", "Altynkol–Constanța", "KZALTYN;KZAAU;AZALA;GEPTI;ROCND", "terminal",
     DAYS, "F0156.low;F0156.high", "partly"),
    ("XIAN_MALASZEWICZE", "Xi'an–Małaszewicze, cheapest way", "CNSIA;RULNX;PLMAA", "terminal", DAYS,
     "F0149.low;F0149.high", "partly"),
    ("XIAN_TEHRAN", "Xi'an–Tehran by Etrek", "CNSIA;TMETREK;IRTHR", "terminal", DAYS,
     "G0266.value", "partly"),
    ("SHANGHAI_ROTTERDAM", "Shanghai–Rotterdam by Suez", "CNSHA;EGSUZ;NLRTM", "port_to_port",
     DAYS, "G0283.high", "no"),
    ("ALTYNKOL_BREST", "Altynkol–Brest, cheapest way", "KZALTYN;RULNX;BYBQT", "leg", DAYS,
     "F0440.value", "no"),
    ("ALTYNKOL_BREST", "Altynkol–Brest, cheapest way", "KZALTYN;RULNX;BYBQT", "leg", USD_TEU,
     "F0438.low;F0438.value;F0438.high", "no"),
    ("DOSTYK_BREST", "Dostyk–Brest, cheapest way", "KZDOS;RULNX;BYBQT", "leg", DAYS,
     "F0440.value", "no"),
    ("DOSTYK_BREST", "Dostyk–Brest, cheapest way", "KZDOS;RULNX;BYBQT", "leg", USD_TEU,
     "F0438.low;F0438.value;F0438.high", "no"),
)  # fmt: skip
"""
Checks beside the table of corridors: id, name, places, scope, unit, figures (fact and column),
whether the links were set without sight of them. Prices of facts are per FEU.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published figure, or a corridor that has none."""

    id: str
    name: str
    is_planned: bool
    places: tuple[str, ...]
    scope: str
    unit: str
    low: float
    value: float
    """NaN where nothing is published."""
    high: float
    year: int
    kind: str
    sources: tuple[str, ...]


class CorridorCheck(Result):
    """One published figure beside the sum over the model's links."""

    id: str
    """Corridor."""
    name: str
    """In words."""
    scope: str
    """terminal, door, port_to_port or leg: what the sum covers."""
    unit: str
    """days, USD/TEU or USD/kg."""
    year: int
    """Year of the figure, and of the prices it is compared with."""
    published_low: float | None
    """Low end; null where nothing is published."""
    published: float | None
    """Published figure or middle of its range."""
    published_high: float | None
    """High end."""
    model_low: float
    """Every link at its low end."""
    model: float
    """Every link at its value."""
    model_high: float
    """Every link at its high end."""
    miss: float | None
    """[-] Model over published figure, less one."""
    is_inside: bool | None
    """Within the published range; within a tenth of a single published figure."""
    kind: str
    """fit, partly a fit, or independent."""
    sources: list[str]
    """Facts the figure is from."""
    km: float
    """[km] Length of the route."""
    link_ids: list[str]
    """The route."""


# --------------------------------------------------------------------------------- reading


def read_published(folder: Path = PACK) -> tuple[Published, ...]:
    """
    Return the published figures of a folder of tables.

    Parameters
    ----------
    folder
        Holds `corridors.csv` and `facts.csv`.

    Returns
    -------
    figures
        Every corridor's days and price, one row without a value for a corridor that has
        neither, then the checks of `MORE`. A figure that any link cites is a fit, whatever the
        table says.

    Raises
    ------
    DataError
        A table has faults, or there is no such fact.
    """
    tables = read_tables(folder)
    facts = tables["facts"].set_index("id")
    found = [row for c in tables["corridors"].itertuples() for row in _of_corridor(c, facts)]
    places = set(tables["places"].place_id)
    found += [_of_facts(one, facts) for one in MORE if set(one[2].split(";")) <= places]
    cited = {i for cell in tables["links"].source_ids for i in split_list(cell)}
    return tuple(
        replace(one, kind=KINDS["partly"])
        if one.kind == KINDS["yes"] and cited & set(one.sources)
        else one
        for one in found
    )


def _of_corridor(row: object, facts: pd.DataFrame) -> Iterator[Published]:
    cell = row._asdict()  # type: ignore[attr-defined]
    prices = {"usd_teu": USD_TEU, "usd_kg": USD_KG}
    n_given = 0
    for stem, unit, sources in (
        ("expected_days", DAYS, cell["days_source_ids"]),
        ("expected_cost", prices.get(cell["cost_unit"], USD_TEU), cell["cost_source_ids"]),
    ):
        value = cell[stem]
        is_last = stem == "expected_cost"
        if np.isnan(value) and not (is_last and n_given == 0):
            continue
        n_given += 1
        ids = split_list(sources)
        yield Published(
            id=cell["corridor_id"], name=cell["name"], is_planned=cell["status"] == "planned",
            places=split_list(cell["places"]), scope=cell["scope"] or "terminal",
            unit=unit if ids else DAYS, low=_or(cell[f"{stem}_low"], value), value=value,
            high=_or(cell[f"{stem}_high"], value), year=_year_of(ids, facts),
            kind=KINDS.get(cell["independent_of_links"], "independent"), sources=ids,
        )  # fmt: skip


def _of_facts(row: tuple[str, ...], facts: pd.DataFrame) -> Published:
    check_id, name, places, scope, unit, figures, independent = row
    ids, columns = zip(*(figure.split(".") for figure in figures.split(";")), strict=True)
    if lost := sorted(set(ids) - set(facts.index)):
        raise DataError(f"facts.csv: no row {', '.join(lost)}, which {check_id} is checked against")
    per = TEU_PER_FEU if unit == USD_TEU else 1.0
    values = [float(facts.loc[i, c]) / per for i, c in zip(ids, columns, strict=True)]
    return Published(
        id=check_id, name=name, is_planned=False, places=tuple(places.split(";")), scope=scope,
        unit=unit, low=min(values), value=statistics.median(values), high=max(values),
        year=_year_of(ids, facts), kind=KINDS[independent], sources=tuple(dict.fromkeys(ids)),
    )  # fmt: skip


def _or(value: float, other: float) -> float:
    return other if np.isnan(value) else float(value)


def _year_of(ids: Sequence[str], facts: pd.DataFrame) -> int:
    """Return the latest year of the facts that has prices here; the table's price year else."""
    years = [str(facts.loc[i, "year"]) for i in ids if i in facts.index]
    known = [int(y) for y in years if y.isdigit()]
    return max(FIRST_YEAR, max(known, default=2023))


# -------------------------------------------------------------------------------- checking


def check_corridors(world: World, published: Sequence[Published]) -> tuple[CorridorCheck, ...]:
    """
    Return the sums over links beside the published figures.

    The route of a corridor is the cheapest for ordinary boxes (air cargo for a price per kg) by
    generalized cost that passes its places in their order. Times are free-flow: no queue, no
    weather. Infrastructure and prices are those of the figure's year; dated closures are left
    out, planned corridors are taken as built, and ships that would avoid Suez are not counted
    in, since the corridor says which way it goes.

    Parameters
    ----------
    world
        The tables.
    published
        From `read_published`.

    Returns
    -------
    checks
        One per figure, in their order.

    Raises
    ------
    DataError
        No route passes the places of a corridor; all such corridors are named.
    """
    graphs: dict[tuple[int, bool], Graph] = {}
    found: list[CorridorCheck] = []
    faults: list[str] = []
    for one in published:
        key = (one.year, one.is_planned)
        if key not in graphs:
            graphs[key] = build_graph(world, apply_scenario(world, _scenario(world, *key)))
        check = _check(world, graphs[key], one)
        if check is None:
            faults.append(
                f"corridors.csv {one.id}: no open route passes {', '.join(one.places)} in this "
                f"order in {one.year}; want one; correct the places or the links"
            )
        else:
            found.append(check)
    if faults:
        raise DataError(faults)
    return tuple(found)


def _scenario(world: World, year: int, is_planned: bool) -> Scenario:  # noqa: FBT001 - a key
    by_suez = SetYearInput(kind="year_input", input_id="ocean_share_cape", value=0.0)
    return Scenario(
        year=year,
        closures=False,
        projects="all" if is_planned else "built",
        shocks=(by_suez,) if by_suez.input_id in world.year_inputs.ids else (),
    )


def _check(world: World, graph: Graph, one: Published) -> CorridorCheck | None:
    network = world.network
    at = [network.places.ids.index(p) for p in one.places]
    class_id = AIR_CLASS if one.unit == USD_KG else BOX_CLASS
    trip = Trip(origin=at[0], dest=at[-1], class_ix=world.classes.ids.index(class_id))
    figures = figures_of(
        graph,
        world.classes,
        world.emission_factors,
        trip,
        reliability_scale=world.params["reliability_scale"],
    )
    starts, ends = (_ends(network, at[i], one.scope, leaves=i == 0) for i in (0, -1))
    path = forced_path(graph, figures.generalized, at, starts, ends)
    if path is None:
        return None
    low, value, high = _sums(figures, path, one.unit, world, trip.class_ix)
    given = not np.isnan(one.value)
    slack = TOLERANCE * one.value if one.low == one.high else 0.0
    return CorridorCheck(
        id=one.id, name=one.name, scope=one.scope, unit=one.unit, year=one.year,
        published_low=one.low if given else None, published=one.value if given else None,
        published_high=one.high if given else None, model_low=low, model=value, model_high=high,
        miss=value / one.value - 1 if given else None,
        is_inside=one.low - slack <= value <= one.high + slack if given else None,
        kind=one.kind, sources=list(one.sources),
        km=float(network.links.length_km[path].sum()),
        link_ids=[network.links.ids[i] for i in path],
    )  # fmt: skip


def _ends(network: Network, place: int, scope: str, *, leaves: bool) -> IntArray:
    """Return where a sum begins or ends: zones, doors, or terminals."""
    links = network.links
    if scope == "door":
        here = links.to_place if leaves else links.from_place
        mode = links.to_mode if leaves else links.from_mode
        drayage = (links.kind == "access") & (here == place) & (mode == "door")
        if drayage.any():
            return np.unique((links.tail if leaves else links.head)[drayage])
    return ends_of(network, place, leaves=leaves, at_door=scope == "door")


def _sums(
    figures: Figures, path: IntArray, unit: str, world: World, class_ix: int
) -> tuple[float, float, float]:
    if unit == DAYS:
        rows, per = (figures.low_h, figures.hours, figures.high_h), HOURS_PER_DAY
    else:
        rows = (figures.low_usd, figures.usd, figures.high_usd)
        kg = tonnes_of_feu(world.classes, class_ix) * KG_PER_T
        per = TEU_PER_FEU if unit == USD_TEU else kg
    low, value, high = (float(row[path].sum()) / per for row in rows)
    return low, value, high
