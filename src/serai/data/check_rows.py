"""Checks of single rows against the meaning of their columns: links, weights, demand, resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from serai.data.findings import Finding, Severity, list_some
from serai.data.tables import split_list
from serai.domain.demand import EMPTY
from serai.units import BOUNDS, say_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Tables = Mapping[str, pd.DataFrame]
    Mask = NDArray[np.bool_]

WEIGHT_TOLERANCE: Final = 0.005
"""[-] How far weights that should sum to 1 may be off: printed shares are rounded."""

LINK_MODES: Final = {"feeder": "sea"}
"""Terminals of line-haul kinds that are not called like their mode."""


def find_rows(
    check: str,
    table: pd.DataFrame,
    bad: Mask | pd.Series[bool],
    *,
    column: str,
    wanted: str,
    then: str,
    severity: Severity = "error",
) -> list[Finding]:
    """
    Return a finding for each bad row of a table.

    Parameters
    ----------
    check
        Name of the check.
    table
        As read; its first column names the row.
    bad
        Shape (n_rows,). Which rows are bad.
    column
        Column to name, whose cell is what was got.
    wanted
        What would be accepted.
    then
        What to do next.
    severity
        How grave it is.

    Returns
    -------
    findings
        In the order of the rows.
    """
    name = str(table.attrs["file"])
    rows = table[np.asarray(bad, dtype=bool)]
    return [
        Finding(
            check=check,
            where=f"{name} row {line} ({key}), column {column}",
            got="an empty cell" if pd.isna(cell) or cell == "" else repr(cell),
            wanted=wanted,
            then=then,
            severity=severity,
        )
        for line, key, cell in zip(rows.index, rows.iloc[:, 0], rows[column], strict=True)
    ]


def check_bounds(tables: Tables) -> list[Finding]:
    """
    Return parameters and yearly inputs that are not what their unit can be.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    found = []
    for name in ("params", "year_inputs"):
        for unit, (least, most) in BOUNDS.items():
            if name not in tables:
                continue
            table = tables[name]
            for column in ("value", "low", "high"):
                cell = pd.to_numeric(table[column])
                found += find_rows(
                    "bounds of inputs",
                    table,
                    (table["unit"] == unit) & ((cell < least) | (cell > most)),
                    column=column,
                    wanted=say_bounds(unit),
                    then="correct it",
                )
    return found


def check_ends(tables: Tables) -> list[Finding]:
    """
    Return links whose kind, transfer type, modes and ends contradict each other.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    links = tables["links"]
    check = "ends of links"
    loop = (links["from_place"] == links["to_place"]) & (links["from_mode"] == links["to_mode"])
    kind, transfer = links["kind"], links["transfer_type"]
    haul = kind != "transfer"
    modes = tables["places"].set_index("place_id")["modes"].map(split_list).to_dict()
    found = find_rows(
        check,
        links,
        haul == (transfer != ""),
        column="transfer_type",
        wanted="a transfer type on every transfer, none on line-haul",
        then="correct kind or transfer_type",
    )
    found += find_rows(
        check,
        links,
        loop != (transfer == "storage"),
        column="transfer_type",
        wanted="storage where a link ends at the terminal it starts from, and nowhere else",
        then="correct the ends, or remove the loop",
    )
    for side, word in (("from", "load"), ("to", "unload")):
        mode, place = links[f"{side}_mode"], links[f"{side}_place"]
        found += find_rows(
            check,
            links,
            (mode == "door") != (transfer == word),
            column=f"{side}_mode",
            wanted=f"door on every {word} link, and on no other",
            then="correct the mode or the transfer type",
        )
        found += find_rows(
            check,
            links,
            haul & (mode != kind.replace(LINK_MODES)),
            column=f"{side}_mode",
            wanted="the mode of the link's kind",
            then="correct the mode or the kind",
        )
        known = [m == "door" or m in modes.get(p, ()) for p, m in zip(place, mode, strict=True)]
        found += find_rows(
            check,
            links,
            ~np.array(known, dtype=bool),
            column=f"{side}_mode",
            wanted="a mode that places.csv lists for the place",
            then="add the mode to the place, or correct the link",
        )
    return found


def check_directions(tables: Tables) -> list[Finding]:
    """
    Return links without a way back of the same kind. Pipelines may run one way.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    links = tables["links"]
    ends = ["from_place", "to_place", "from_mode", "to_mode"]
    back = ["to_place", "from_place", "to_mode", "from_mode"]
    same = ["kind", "status"]
    there = pd.MultiIndex.from_frame(links[[*ends, *same]])
    again = pd.MultiIndex.from_frame(links[[*back, *same]])
    piped = (links["from_mode"] == "pipeline") | (links["to_mode"] == "pipeline")
    return find_rows(
        "both directions",
        links,
        ~again.isin(there) & ~piped.to_numpy(dtype=bool),
        column="link_id",
        wanted="a link of the same kind and status the other way",
        then="add it, or keep it if traffic truly runs one way",
        severity="warning",
    )


def check_places(tables: Tables) -> list[Finding]:
    """
    Return places without a link and zones without drayage.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    places, zones = tables["places"], tables["zones"]
    linked = {*tables["links"]["from_place"], *tables["links"]["to_place"]}
    found = find_rows(
        "places are linked",
        places,
        ~places["place_id"].isin(linked),
        column="place_id",
        wanted="a link that starts or ends there",
        then="link it or remove it",
        severity="warning",
    )
    return found + find_rows(
        "zones have access",
        zones,
        ~zones["zone_id"].isin(tables["access"]["zone_id"]),
        column="zone_id",
        wanted="a row of access.csv",
        then="say through which place the zone ships",
    )


def check_weights(tables: Tables) -> list[Finding]:
    """
    Return regions whose zone weights do not sum to 1.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    groups = [
        ("zones.csv", tables["zones"].groupby("region")[column].sum())
        for column in tables["zones"].columns
        if column.startswith(("export_weight", "import_weight"))
        and not column.endswith(("_low", "_high"))
    ]
    if "zone_class_weights" in tables:
        special = tables["zone_class_weights"].groupby(["region", "class_id", "direction"])
        groups.append(("zone_class_weights.csv", special["weight"].sum()))
    return [
        Finding(
            check="weights sum to 1",
            where=f"{file}, column {totals.name}, {'/'.join(key)}",
            got=f"{total:.4f}",
            wanted="1 over all zones of the region",
            then="correct the weights",
        )
        for file, totals in groups
        for *key, total in totals.reset_index().itertuples(index=False, name=None)
        if abs(total - 1.0) > WEIGHT_TOLERANCE
    ]


def check_demand(tables: Tables) -> list[Finding]:
    """
    Return an empty demand, flows that are not in their class's unit, and a class with a taken id.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    demand = tables["demand"]
    if not (demand["value"] > 0).any():
        return [
            Finding(
                check="demand is not empty",
                where="demand.csv",
                got="no flow above zero",
                wanted="at least one",
                then="add rows: without demand there is nothing to carry",
            )
        ]
    unit = demand["class_id"].map(tables["classes"].set_index("class_id")["unit"])
    found = find_rows(
        "class ids are free",
        tables["classes"],
        tables["classes"]["class_id"] == EMPTY,
        column="class_id",
        wanted=f"another id: {EMPTY} is the class of empty boxes that is made where boxes balance",
        then="rename the class",
    )
    return found + find_rows(
        "demand is in its class's unit",
        demand,
        demand["unit"] != unit,
        column="unit",
        wanted="the unit that classes.csv gives the class",
        then="convert the flow, or correct the unit",
    )


def check_resources(tables: Tables) -> list[Finding]:
    """
    Return resources without a limit or a user, or that are drawn on before they are there.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Empty if all is well.
    """
    resources, links, demand = tables["resources"], tables["links"], tables["demand"]
    drawn = links["resource_ids"].map(split_list)
    users = {name for names in drawn for name in names}
    limits = resources[["capacity_t_yr", "capacity_teu_yr"]]
    found = find_rows(
        "resources have a limit",
        resources,
        limits.isna().all(axis=1),
        column="capacity_t_yr",
        wanted="capacity_t_yr or capacity_teu_yr",
        then="fill in one of them, or remove the resource",
    )
    found += find_rows(
        "resources are used",
        resources,
        ~resources["resource_id"].isin(users),
        column="resource_id",
        wanted="a link that draws on it",
        then="name it in links.resource_ids, or remove it",
        severity="warning",
    )
    first = resources.groupby("resource_id")["valid_from_year"].min()
    start = int(demand["year"].min()) if len(demand) else 0
    late = set(first.index[first > start])
    opens = links["opens_year"].fillna(start)
    early = [
        bool(late & set(names)) and max(first[name] for name in names) > opens_year
        for names, opens_year in zip(drawn, opens, strict=True)
    ]
    return found + find_rows(
        "resources exist when they are drawn on",
        links,
        np.array(early, dtype=bool) & (links["status"] == "open").to_numpy(dtype=bool),
        column="resource_ids",
        wanted=f"a version valid from the first year of use ({start}, or the link's opens_year)",
        then=f"add an earlier version of {list_some(sorted(late))}",
    )
