"""Whether what projects, measures and closures change is there and can be changed so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from serai.data.check_rows import find_rows
from serai.data.findings import Finding
from serai.data.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Tables = Mapping[str, pd.DataFrame]
    Mask = NDArray[np.bool_]

EXCUSE: Final = "no effect:"
"""What the note of a project, measure or closure says that changes nothing, before the reason."""

UNITS_OF: Final = {
    "free_time_h": "h",
    "dwell_h": "h",
    "feared_h": "h",
    "cost_usd_teu": "USD/TEU",
    "cost_usd_t": "USD/t",
    "capacity_t_yr": "t/yr",
    "capacity_teu_yr": "TEU/yr",
}
"""Unit of a value that sets or adds; a factor has the unit `-`."""

SELECTORS: Final = {
    "link_ids": "link_id",
    "kinds": "kind",
    "transfer_types": "transfer_type",
    "passages": "passage",
    "operators": "operator",
}
"""Selector columns that hold words of one column of the link table."""


def match_links(tables: Tables, effect: Mapping[str, object]) -> Mask:
    """
    Return which links an effect selects.

    Parameters
    ----------
    tables
        By name.
    effect
        Row of `effects`: selector columns joined by AND, the items of a list by OR.

    Returns
    -------
    selected
        Shape (n_links,). All false if no selector is filled.
    """
    links = tables["links"]
    picked = np.ones(len(links), dtype=bool)
    wanted = {name: set(split_list(str(effect[name]))) for name in (*SELECTORS, *_LISTS)}
    if not any(wanted.values()):
        return ~picked
    for name, column in SELECTORS.items():
        if wanted[name]:
            picked &= links[column].isin(wanted[name]).to_numpy(dtype=bool)
    for name, read in _LISTS.items():
        if wanted[name]:
            picked &= np.array([bool(wanted[name] & set(items)) for items in read(tables)])
    return picked


def _read_borders(tables: Tables) -> list[tuple[str, ...]]:
    """Return the two names, either way round, of the pair of countries each link joins."""
    links = tables["links"]
    country = tables["places"].set_index("place_id")["country_iso3"]
    ends = zip(links["from_place"].map(country), links["to_place"].map(country), strict=True)
    return [(f"{a}-{b}", f"{b}-{a}") if a != b else () for a, b in ends]


def _read_places(tables: Tables) -> list[tuple[str, ...]]:
    """Return the two places of each link."""
    links = tables["links"]
    return list(zip(links["from_place"], links["to_place"], strict=True))


def _read_countries(tables: Tables) -> list[tuple[str, ...]]:
    """Return the territories of each link."""
    return [split_list(cell) for cell in tables["links"]["countries_iso3"]]


def _read_resources(tables: Tables) -> list[tuple[str, ...]]:
    """Return the resources each link draws on."""
    return [split_list(cell) for cell in tables["links"]["resource_ids"]]


_LISTS: Final[Mapping[str, Callable[[Tables], list[tuple[str, ...]]]]] = {
    "countries": _read_countries,
    "between": _read_borders,
    "places": _read_places,
    "resources": _read_resources,
}


def check_effects(tables: Tables) -> list[Finding]:
    """
    Return effects that select nothing or ask for what cannot be done, and planned links left shut.

    Parameters
    ----------
    tables
        By name; `effects` may be missing.

    Returns
    -------
    findings
        Empty if all is well.
    """
    links = tables["links"]
    opened = np.zeros(len(links), dtype=bool)
    found: list[Finding] = []
    if "effects" in tables:
        effects = tables["effects"]
        found += _check_words(effects)
        is_capacity = effects["quantity"].str.startswith("capacity")
        is_project = effects["owner_id"].isin(_owners(tables, "projects"))
        matches = [match_links(tables, dict(row)) for _, row in effects.iterrows()]
        found += find_rows(
            "effects select something",
            effects,
            ~np.array([mask.any() for mask in matches], dtype=bool),
            column="effect_id",
            wanted="selector columns that fit at least one link",
            then="correct the selectors, all of which must fit the same link",
        )
        found += _check_capacities(tables, effects[is_capacity])
        for operation, owned, mask in zip(effects["operation"], is_project, matches, strict=True):
            if operation == "open" and owned:
                opened |= mask
    return found + find_rows(
        "planned links are opened by a project",
        links,
        (links["status"] == "planned").to_numpy(dtype=bool) & ~opened,
        column="status",
        wanted="an effect of a project that opens it",
        then="add the effect, or remove the link",
    )


def _owners(tables: Tables, name: str) -> set[str]:
    """Return the ids of one table of owners."""
    return set(tables[name].iloc[:, 0]) if name in tables else set()


def _check_words(effects: pd.DataFrame) -> list[Finding]:
    """Return effects whose quantity, operation, value and unit do not go together."""
    check = "effects can be applied"
    shuts = effects["operation"].isin(("open", "close"))
    factor = effects["operation"] == "multiply"
    unit = effects["quantity"].map(UNITS_OF).where(~factor, "-").where(~shuts, "")
    found = find_rows(
        check,
        effects,
        shuts != (effects["quantity"] == "status"),
        column="operation",
        wanted="open or close for the status; set, add or multiply for a quantity",
        then="correct quantity or operation",
    )
    found += find_rows(
        check,
        effects,
        shuts != effects["value"].isna(),
        column="value",
        wanted="a value to set, add or multiply; none to open or close",
        then="fill it in or empty it",
    )
    found += find_rows(
        check,
        effects,
        (factor | (effects["operation"] == "set")) & (effects["low"] < 0),
        column="low",
        wanted="a number >= 0, as times, prices and capacities are",
        then="correct the band",
    )
    return found + find_rows(
        check,
        effects,
        effects["unit"] != unit,
        column="unit",
        wanted="the quantity's unit; - for a factor; nothing to open or close",
        then="convert the value, or correct the unit",
    )


def _check_capacities(tables: Tables, effects: pd.DataFrame) -> list[Finding]:
    """Return capacity effects that name no resource, or none that has such a limit."""
    check = "effects on capacity"
    found = find_rows(
        check,
        effects,
        effects["resources"] == "",
        column="resources",
        wanted="the resources whose capacity changes",
        then="name them",
    )
    limited = {
        quantity: set(tables["resources"].loc[tables["resources"][quantity].notna(), "resource_id"])
        for quantity in ("capacity_t_yr", "capacity_teu_yr")
    }
    cells = zip(effects["resources"], effects["quantity"], effects["operation"], strict=True)
    lost = [
        operation in ("add", "multiply") and not set(split_list(names)) <= limited[quantity]
        for names, quantity, operation in cells
    ]
    return found + find_rows(
        check,
        effects,
        np.array(lost, dtype=bool),
        column="resources",
        wanted="resources that have this limit, to add to or multiply",
        then="use set, or the other limit",
    )


def check_owners(tables: Tables) -> list[Finding]:
    """
    Return projects, measures and closures that change nothing.

    Parameters
    ----------
    tables
        By name.

    Returns
    -------
    findings
        Warnings: a case with these in it equals the case without.
    """
    owners = set(tables["effects"]["owner_id"]) if "effects" in tables else set()
    return [
        finding
        for name in ("projects", "measures", "closures")
        if name in tables
        for finding in find_rows(
            "projects, measures and closures have an effect",
            tables[name],
            ~tables[name].iloc[:, 0].isin(owners) & ~tables[name]["note"].str.contains(EXCUSE),
            column=str(tables[name].columns[0]),
            wanted=f"a row of effects.csv that it owns, or a note that says `{EXCUSE} …`",
            then="add the effect, or say why there is none",
            severity="warning",
        )
    ]
