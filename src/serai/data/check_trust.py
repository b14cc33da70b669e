"""Can it be trusted? A network's numbers against geography, their like, and each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from serai.data.findings import Finding, list_some
from serai.data.gmns_parts import great_circle_km

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Tables = Mapping[str, pd.DataFrame]

__all__ = ["check_trust", "straight_km"]

LEAST_DETOUR: Final = 0.93
"""[-] A way this much of the great circle is told; coordinates of a place are good to some km."""
MOST_DETOUR: Final = 3.0
"""[-] A way so many times the great circle is told."""
NEAR_KM: Final = 10.0
"""[km] Ends nearer than this say nothing about the length between them."""
TRANSFER_KM: Final = 250.0
"""[km] A transfer between ends further apart than this is told: it is a journey."""
SLIP: Final = 100.0
"""[-] A number so many times the middle of its like is told: a unit slips by 1,000."""
LEAST_LIKE: Final = 3
"""So many links of a kind are needed to say what is usual."""
MIRROR: Final = 1.5
"""[-] Two counts of one flow that differ by more are told."""
VALUE_COLUMNS: Final = {
    "links": ("free_time_h", "dwell_h", "cost_usd_teu", "cost_usd_t"),
    "resources": ("capacity_t_yr", "capacity_teu_yr"),
    "access": ("time_h", "cost_usd_teu", "cost_usd_t"),
    "demand": ("value",),
}


def straight_km(tables: Tables) -> NDArray[np.float64]:
    """
    Return the great circle between the ends of every link.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    length
        [km], shape (n_links,).
    """
    at = tables["places"].set_index("place_id")[["lon", "lat"]]
    links = tables["links"]
    ends = [at.loc[links[side]].to_numpy() for side in ("from_place", "to_place")]
    pairs = zip(*ends, strict=True)
    return np.array([great_circle_km(tuple(a), tuple(b)) for a, b in pairs], dtype=np.float64)


def check_trust(tables: Tables, mirror: pd.DataFrame | None = None) -> list[Finding]:
    """
    Return what casts doubt on the numbers of a network that can be run.

    Parameters
    ----------
    tables
        By name.
    mirror
        Demand as it was given, with `mirror_value` where the other side counts it too.

    Returns
    -------
    findings
        Warnings, and notes that every reader should know.
    """
    return [
        *_lengths(tables),
        *_slips(tables),
        *_leaps(tables),
        *_mirrors(mirror),
        *_one_way(tables),
        *_limits(tables),
        *_assumed(tables),
    ]


def _warn(check: str, table: pd.DataFrame, line: object, key: object, **told: str) -> Finding:
    column = told.pop("column")
    where = f"{table.attrs['file']} row {line} ({key}), column {column}"
    return Finding(check=check, where=where, severity="warning", **told)


def _lengths(tables: Tables) -> Iterator[Finding]:
    """Yield lengths that the coordinates of the ends belie."""
    links, straight = tables["links"], straight_km(tables)
    is_haul = (links["kind"] != "transfer").to_numpy()
    lengths = links["length_km"].to_numpy(np.float64)
    for i in np.flatnonzero(is_haul & (straight > NEAR_KM)).tolist():
        ratio = lengths[i] / straight[i]
        if LEAST_DETOUR <= ratio <= MOST_DETOUR:
            continue
        yield _warn(
            "lengths fit coordinates", links, links.index[i], links["link_id"].iloc[i],
            column="length_km",
            got=f"{lengths[i]:,.0f} km for {straight[i]:,.0f} km on the great circle",
            wanted=f"{LEAST_DETOUR:g} to {MOST_DETOUR:g} times as much",
            then="correct the length, its unit, or the coordinates of an end",
        )  # fmt: skip
    for i in np.flatnonzero(~is_haul & (straight > TRANSFER_KM)).tolist():
        yield _warn(
            "lengths fit coordinates", links, links.index[i], links["link_id"].iloc[i],
            column="transfer_type", got=f"a transfer between ends {straight[i]:,.0f} km apart",
            wanted=f"one place, or two within {TRANSFER_KM:g} km",
            then="make the way between them line-haul",
        )  # fmt: skip


def _slips(tables: Tables) -> Iterator[Finding]:
    """Yield prices and speeds of line-haul that are far off the middle of their kind."""
    links = tables["links"]
    hauls = links[(links["kind"] != "transfer") & (links["length_km"] > 0)]
    per_km = {
        "cost_usd_teu": hauls["cost_usd_teu"] / hauls["length_km"],
        "cost_usd_t": hauls["cost_usd_t"] / hauls["length_km"],
        "free_time_h": hauls["free_time_h"] / hauls["length_km"],
    }
    for column, values in per_km.items():
        is_known = (values > 0).to_numpy()
        known = pd.DataFrame({"kind": hauls["kind"], "value": values})[is_known]
        groups = known.groupby("kind")["value"]
        off = (known["value"] / groups.transform("median")).to_numpy()
        many = (groups.transform("count") >= LEAST_LIKE).to_numpy()
        bad = ((off > SLIP) | (off < 1 / SLIP)) & many
        rows = hauls[is_known][bad]
        for line, key, cell, times in zip(
            rows.index, rows["link_id"], rows[column], off[bad], strict=True
        ):
            yield _warn(
                "units", links, line, key, column=column,
                got=f"{cell:g}, per km {times:,.3g} times the middle of its kind",
                wanted=f"within {SLIP:g} times", then="check the unit: thousands, or miles?",
            )  # fmt: skip


def _leaps(tables: Tables) -> Iterator[Finding]:
    """Yield flows and capacities that leap from one year to the next."""
    for name, keys, column, columns in (
        ("demand", ["origin_region", "dest_region", "class_id"], "year", ("value",)),
        ("resources", ["resource_id"], "valid_from_year", ("capacity_t_yr", "capacity_teu_yr")),
    ):
        table = tables[name].sort_values([*keys, column], kind="stable")
        same = (table[keys] == table[keys].shift()).all(axis=1)
        for one in columns:
            ratio = (table[one] / table[one].shift()).where(same).to_numpy()
            bad = (ratio > SLIP) | ((ratio < 1 / SLIP) & (table[one] > 0).to_numpy())
            for i in np.flatnonzero(bad).tolist():
                row = table.iloc[i]
                yield _warn(
                    "units", tables[name], table.index[i], "/".join(str(row[k]) for k in keys),
                    column=one, got=f"{row[one]:,.6g} in {row[column]}, {ratio[i]:,.3g} times the "
                    "row before", wanted=f"within {SLIP:g} times",
                    then="check the unit: thousands?",
                )  # fmt: skip


def _mirrors(demand: pd.DataFrame | None) -> Iterator[Finding]:
    """Yield flows that the two sides count very differently."""
    if demand is None or "mirror_value" not in demand:
        return
    for line, row in demand[demand["mirror_value"].notna()].iterrows():
        more, less = sorted((row["value"], row["mirror_value"]), reverse=True)
        if more > MIRROR * less:
            yield _warn(
                "mirror flows", demand, line,
                f"{row['origin_region']} to {row['dest_region']}, {row['class_id']}",
                column="mirror_value",
                got=f"{row['mirror_value']:,.6g} against {row['value']:,.6g}",
                wanted=f"two counts of one flow within {MIRROR:g} times",
                then="find out which side counts transit or another year, and widen the range",
            )  # fmt: skip


def _one_way(tables: Tables) -> Iterator[Finding]:
    """Yield one note on pairs of regions that trade one way only."""
    demand = tables["demand"]
    demand = demand[(demand["value"] > 0) & (demand["origin_region"] != demand["dest_region"])]
    latest = demand[demand["year"] == demand["year"].max()]
    pairs = set(zip(latest["origin_region"], latest["dest_region"], strict=True))
    alone = sorted(f"{a} to {b}" for a, b in pairs if (b, a) not in pairs)
    if alone:
        yield Finding(
            check="mirror flows", where=f"demand.csv, {int(latest['year'].iloc[0])}",
            got=f"{len(alone)} of {len(pairs)} pairs without goods the other way: "
            f"{list_some(alone, 3)}",
            wanted="goods both ways between regions that trade",
            then="add them, if they are missing and not none", severity="note",
        )  # fmt: skip


def _limits(tables: Tables) -> Iterator[Finding]:
    """Yield one note on how much of the line-haul has no limit."""
    links = tables["links"]
    hauls = links[links["kind"] != "transfer"]
    free = hauls["resource_ids"] == ""
    resources = tables["resources"]
    both = int((resources["basis"] == "both").sum())
    yield Finding(
        check="capacity basis", where=f"{resources.attrs['file']}",
        got=f"{resources['resource_id'].nunique()} limits ({both} for both directions together, "
        f"{len(resources) - both} for each), in tonnes or boxes a year; {free.mean():.0%} of the "
        f"{len(hauls)} line-haul links have none",
        wanted="a limit where one may bind", then="add those that are missing", severity="note",
    )  # fmt: skip


def _assumed(tables: Tables) -> Iterator[Finding]:
    """Yield one note on how many numbers nobody published, by table."""
    told = []
    for name, columns in VALUE_COLUMNS.items():
        table = tables[name]
        n = int(table[list(columns)].gt(0).sum().sum())
        mine = table[table["grade"] == "assumed"]
        assumed = int(mine[list(columns)].gt(0).sum().sum())
        if n:
            told.append(f"{name} {assumed / n:.0%} of {n:,}")
    yield Finding(
        check="assumed numbers", where="all tables", got=f"assumed: {', '.join(told)}",
        wanted="as few as can be", then="see what to improve first", severity="note",
    )  # fmt: skip
