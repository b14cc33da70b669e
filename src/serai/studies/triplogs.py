"""
Trip logs turned into indicators, and into dwell of the links at borders.

The four indicators are those of CAREC's corridor performance measurement (cpmm2020): border time
counts from the exit of one country to the entry of the next and has gauge change, queues, loading
and papers in it. A link's hours therefore come off it before the rest becomes dwell, and so do
those of another link that stands for the gauge change of the same crossing: one event, one time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

import serai
from serai.data.folders import PACK
from serai.data.own import read_folder
from serai.data.triplogs import read_trip_log
from serai.domain.triplogs import BorderTime, Indicator, TripLogResult
from serai.errors import DataError, state_fault
from serai.studies.lookup import version_of

__all__ = ["read_borders"]

CORRIDOR_KM: Final = 500.0
"""[km] Section that TFI3 is told for (cpmm2020)."""
CARGO_T: Final = 20.0
"""[t] Cargo that TFI3 is told for (cpmm2020)."""
MANY: Final = 10
"""From so many trips on a range is told by tenths, not by the outermost."""
AT_BORDER: Final = ("border", "gauge_change", "gauge_change_and_border", "interchange")
GAUGE: Final = ("gauge_change", "gauge_change_and_border")


def read_borders(path: Path, *, folder: Path = PACK) -> TripLogResult:
    """
    Return the indicators of a trip log, and the dwell that it proposes for links.

    Parameters
    ----------
    path
        The log.
    folder
        The tables whose links are meant.

    Returns
    -------
    result
        Indicators, proposals, and what was not used.

    Raises
    ------
    DataError
        The log or the tables have faults.

    References
    ----------
    cpmm2020, appendix on methodology.
    """
    log = read_trip_log(path)
    tables = read_folder(folder)
    known = _known_places(tables["places"])
    stops = log[log["event"] == "border"]
    named = {str(p) for column in ("place", "to_place") for p in stops[column] if p}
    lost = sorted(named - set(known))
    if lost and not set(stops["place"]) - set(lost):
        raise DataError(
            state_fault(f"{path.name}, column place", ", ".join(lost[:5]),
                        "ids or names of places", "see places.csv, or name the folder by --data")
        )  # fmt: skip
    unused = [f"{place}: no such place in the tables; its stops make indicators and no proposal"
              for place in lost]  # fmt: skip
    crossings, notes = _crossings(log, known)
    borders, more = _propose(crossings, tables)
    return TripLogResult(
        trips=int(log["trip_id"].nunique()),
        indicators=list(_indicators(log, known)),
        borders=borders,
        unused=[*unused, *notes, *more],
        settings=[f"links.{one.link_id}.dwell_h={one.dwell_h:g}" for one in borders],
        version=serai.__version__,
        data_version=version_of(folder),
    )


def _known_places(places: pd.DataFrame) -> dict[str, str]:
    """Return the id of each place by its id and its name; a name that two have is none."""
    names = places["name"].value_counts()
    by_name = {
        str(n): str(p)
        for n, p in zip(places["name"], places["place_id"], strict=True)
        if names[n] == 1
    }
    return by_name | {str(p): str(p) for p in places["place_id"]}


# ------------------------------------------------------------------------------ indicators


def _indicators(log: pd.DataFrame, known: dict[str, str]) -> Iterator[Indicator]:
    for mode, rows in log.groupby("mode"):
        border = rows[rows["event"] == "border"]
        stops = border.groupby(["trip_id", "place"], sort=True)
        hours = stops["hours"].sum()
        paid = stops["usd"].sum(min_count=1).dropna()
        per_section, swd, swod = _trips(rows)
        yield from _tell("TFI1", str(mode), "all", "h", hours.to_numpy())
        yield from _tell("TFI2", str(mode), "all", "USD", paid.to_numpy())
        yield from _tell("TFI3", str(mode), "all", "USD/500 km/20 t", per_section)
        yield from _tell("TFI4", str(mode), "all", "km/h", swd)
        yield from _tell("SWOD", str(mode), "all", "km/h", swod)
        for name, unit, values in (("TFI1", "h", hours), ("TFI2", "USD", paid)):
            for place, some in values.groupby(level="place"):
                yield from _tell(name, str(mode), known.get(str(place), str(place)), unit,
                                 some.to_numpy())  # fmt: skip


def _trips(rows: pd.DataFrame) -> tuple[Any, Any, Any]:
    """Return USD per section, speed with and without delay of each trip that says enough."""
    per_section, swd, swod = [], [], []
    for _, trip in rows.groupby("trip_id"):
        km = float(trip["km"].sum())
        moving = float(trip.loc[trip["event"] == "move", "hours"].sum())
        cargo = trip["cargo_t"].dropna()
        if km > 0 and trip["usd"].notna().any() and len(cargo):
            usd = float(trip["usd"].sum())
            per_section.append(usd / km * CORRIDOR_KM * CARGO_T / float(cargo.iloc[0]))
        if km > 0 and moving > 0:
            swd.append(km / float(trip["hours"].sum()))
            swod.append(km / moving)
    return np.array(per_section), np.array(swd), np.array(swod)


def _tell(indicator: str, mode: str, where: str, unit: str, values: Any) -> Iterator[Indicator]:  # noqa: ANN401 - any array
    if not len(values):
        return
    mean = float(np.mean(values))
    spread = float(np.std(values, ddof=1)) / mean if len(values) > 1 and mean > 0 else None
    yield Indicator(
        indicator=indicator, mode=mode, where=where, unit=unit, n=len(values), mean=mean,
        median=float(np.median(values)), low=float(np.min(values)), high=float(np.max(values)),
        cv=spread,
    )  # fmt: skip


# ------------------------------------------------------------------------------ proposals


def _crossings(
    log: pd.DataFrame, known: dict[str, str]
) -> tuple[dict[tuple[str, str, str], list[float]], list[str]]:
    """Return the hours of each crossing by mode and places; one side alone is none."""
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    halves: dict[str, int] = defaultdict(int)
    for _, rows in log.groupby("trip_id", sort=False):
        stops: list[tuple[str, float]] = []
        mode = str(rows["mode"].iloc[0])
        for row in [*rows.itertuples(), None]:
            at_border = row is not None and row.event == "border"
            if at_border and row is not None:
                place = known.get(str(row.place), "")
                other = known.get(str(row.to_place), "")
                if place and other:
                    found[mode, place, other].append(float(row.hours))  # type: ignore[arg-type]
                elif place:
                    stops = _add(stops, place, float(row.hours))  # type: ignore[arg-type]
                continue
            # A short run between the two posts is part of the crossing's link.
            if row is not None and row.event == "move" and len(stops) == 1:
                continue
            if len(stops) > 1:
                found[mode, stops[0][0], stops[-1][0]].append(sum(h for _, h in stops))
            elif stops:
                halves[stops[0][0]] += 1
            stops = []
    notes = [f"{place}: {n} crossings with one side of the border logged; both are wanted for a "
             "proposal" for place, n in sorted(halves.items())]  # fmt: skip
    return found, notes


def _add(stops: list[tuple[str, float]], place: str, hours: float) -> list[tuple[str, float]]:
    if stops and stops[-1][0] == place:
        return [*stops[:-1], (place, stops[-1][1] + hours)]
    return [*stops, (place, hours)]


def _propose(
    crossings: dict[tuple[str, str, str], list[float]], tables: dict[str, pd.DataFrame]
) -> tuple[list[BorderTime], list[str]]:
    links = tables["links"]
    borders, notes = [], []
    for (mode, start, end), hours in sorted(crossings.items()):
        mine = links[
            (links["from_place"] == start) & (links["to_place"] == end)
            & links["transfer_type"].isin(AT_BORDER)
            & links["from_mode"].str.startswith(mode)
        ]  # fmt: skip
        if len(mine) != 1:
            got = "no link" if mine.empty else f"{len(mine)} links ({', '.join(mine['link_id'])})"
            notes.append(f"{start} to {end}, {mode}: {got} at this border; one is wanted")
            continue
        borders.append(_border(mine.iloc[0], hours, links))
    return borders, notes


def _border(link: Any, hours: list[float], links: pd.DataFrame) -> BorderTime:  # noqa: ANN401 - a row
    """Return the dwell of a link, less what the network counts already."""
    ends = (0, 100) if len(hours) < MANY else (10, 90)
    low, high = (float(np.percentile(hours, p)) for p in ends)
    middle = float(np.median(hours))
    # Gauge change on a link of its own, in the place before the border or in the one behind it.
    inside = links[links["transfer_type"].isin(GAUGE) & (links["from_place"] == links["to_place"])]
    before = (inside["from_place"] == link["from_place"]) & (inside["to_mode"] == link["from_mode"])
    behind = (inside["from_place"] == link["to_place"]) & (inside["from_mode"] == link["to_mode"])
    twins = inside[before | behind]
    twice = float((twins["free_time_h"] + twins["dwell_h"]).sum())
    elsewhere = float(link["free_time_h"]) + twice
    warning = ""
    if twice > 0:
        warning = (
            f"the log's hours have the gauge change in them; {', '.join(twins['link_id'])} has "
            f"{twice:g} h for it, which were taken off: make one transfer link of the two"
        )
    elif link["transfer_type"] in GAUGE:
        warning = (
            f"the log's hours have the gauge change in them, as this link has: its handling of "
            f"{link['free_time_h']:g} h was taken off; add no link for the gauge change"
        )
    if middle < elsewhere:
        warning += ("; " if warning else "") + (
            f"logged {middle:g} h are less than {elsewhere:g} h of handling: correct free_time_h"
        )
    return BorderTime(
        link_id=str(link["link_id"]), n=len(hours), logged_h=middle, logged_low_h=low,
        logged_high_h=high, elsewhere_h=elsewhere,
        dwell_h=round(max(middle - elsewhere, 0.0), 6),
        dwell_low_h=round(max(low - elsewhere, 0.0), 6),
        dwell_high_h=round(max(high - elsewhere, 0.0), 6),
        dwell_now_h=float(link["dwell_h"]), grade="observed", warning=warning,
    )  # fmt: skip
