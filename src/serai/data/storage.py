"""The tables of stores on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from serai.data.find import find_place
from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.ranged import Ranged
from serai.domain.storage import StorageInputs
from serai.domain.world import World
from serai.errors import DataError, ScenarioError, state_fault

__all__ = ["read_storage"]

DIVISORS: Final = ("buyers_pooled", "fill", "m2_per_teu", "module_m2", "train_teu_week")
"""Inputs that must be above zero."""

NEEDED: Final = (
    *DIVISORS, "buyer_rent_usd_m2_yr", "capital_pct_yr", "consolidation_discount", "demand_cv_day",
    "direct_interval_d", "hub_interval_d", "in_out_usd_t", "lifts_usd_teu", "opening_musd_yr",
    "reach", "rent_usd_m2_yr", "restock_interval_d", "running_usd_m2_yr", "safety_factor",
    "small_lot_surcharge", "urgency",
)  # fmt: skip
"""Inputs of the table of behaviour."""

BEHAVIOUR: Final = ("storage", "storage_classes")
"""Tables that are taken from the pack where a folder has none."""


def read_storage(
    world: World, folder: Path = PACK, *, hubs: Sequence[str] = (), rivals: bool = True
) -> StorageInputs:
    """
    Return what holding goods on the way takes.

    Parameters
    ----------
    world
        The tables of the same folder.
    folder
        The pack, or a user's tables; what it has no table for is taken from the pack, of hubs
        those whose place is known.
    hubs
        Ids or names of candidates; all of the table if left out. One that the table lacks pays the
        rent of the table of behaviour.
    rivals
        Whether stores abroad that stand already are in the choice.

    Raises
    ------
    DataError
        The table of behaviour lacks an input.
    ScenarioError
        A hub is not known, or there is none.
    """
    own = read_folder(folder)
    names = [name for name in (*BEHAVIOUR, "storage_hubs") if name not in own]
    # A table of the pack cites evidence of the pack, so it is read without its keys.
    schema = read_schema()
    found = own | (read_tables(PACK, schema={n: schema[n] for n in names}) if names else {})
    general, classes, places = (found[n] for n in (*BEHAVIOUR, "storage_hubs"))
    _require(general)
    classes = classes[np.isin(classes["class_id"], world.classes.ids)]
    places = places[np.isin(places["place_id"], world.network.places.ids)]
    places = _choose(world, places, general, hubs)
    if not rivals:
        places = places[places["role"] != "rival"]
    dimensions = _Dimensions()
    return StorageInputs(
        ids=tuple(general["storage_id"]),
        values=dimensions.range(general, "value", "low", "high"),
        class_ids=tuple(classes["class_id"]),
        stockable_share=dimensions.range(
            classes, "stockable_share", "stockable_share_low", "stockable_share_high"
        ),
        ageing_pct_day=dimensions.range(
            classes, "ageing_pct_day", "ageing_low_pct_day", "ageing_high_pct_day"
        ),
        place_ids=tuple(places["place_id"]),
        place_names=tuple(_names(world, places)),
        is_rival=(places["role"] == "rival").to_numpy(np.bool_),
        rent_usd_m2_yr=dimensions.range(
            places, "rent_usd_m2_yr", "rent_low_usd_m2_yr", "rent_high_usd_m2_yr"
        ),
        n_dimensions=dimensions.n,
    )


def _names(world: World, table: pd.DataFrame) -> Iterator[str]:
    """Yield the table's names of hubs, those of the places where it has none."""
    known = dict(zip(world.network.places.ids, world.network.places.names, strict=True))
    for place, name in zip(table["place_id"], table["name"], strict=True):
        yield name or known[place]


def _require(table: pd.DataFrame) -> None:
    """Refuse a table of behaviour that lacks an input, or divides by nothing."""
    value = dict(zip(table["storage_id"], table["value"], strict=True))
    faults = [
        state_fault("storage.csv", f"no {name}", "a row for it", "add it, as the package has it")
        for name in sorted(set(NEEDED) - set(value))
    ]
    faults += [
        state_fault(f"storage.csv, {name}", "0", "a number above 0", "correct it")
        for name in DIVISORS
        if value.get(name) == 0
    ]
    if faults:
        raise DataError(faults)


def _choose(
    world: World, table: pd.DataFrame, general: pd.DataFrame, hubs: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of the candidates, then those of the rivals."""
    rivals = table[table["role"] == "rival"]
    if not hubs:
        candidates = table[table["role"] == "candidate"]
        if not len(candidates):
            wanted = "ids of places, or candidates in storage_hubs.csv that are in places.csv"
            raise ScenarioError(state_fault("--hubs", "none", wanted, "name places"))
        return pd.concat([candidates, rivals], ignore_index=True)
    faults, chosen = [], []
    ours = dict(zip(table["name"].str.casefold(), table["place_id"], strict=True))
    ours |= {name.partition(" (")[0]: place for name, place in ours.items()}
    for hub in hubs:
        if known_as := ours.get(hub.casefold()):
            chosen.append(known_as)
            continue
        try:
            chosen.append(world.network.places.ids[find_place(world.network.places, hub)])
        except ScenarioError as error:
            faults += [f"--hubs {fault}" for fault in error.faults]
    if faults:
        raise ScenarioError(faults)
    rent = general.set_index("storage_id").loc["rent_usd_m2_yr"]
    columns = ("rent_usd_m2_yr", "rent_low_usd_m2_yr", "rent_high_usd_m2_yr")
    plain = dict(zip(columns, (rent["value"], rent["low"], rent["high"]), strict=True))
    known = table.set_index("place_id")
    rows = [
        {"place_id": p, "name": "", **plain, **(known.loc[p].to_dict() if p in known.index else {}),
         "role": "candidate"}
        for p in dict.fromkeys(chosen)
    ]  # fmt: skip
    others = rivals[~np.isin(rivals["place_id"], chosen)]
    return pd.concat([pd.DataFrame(rows), others], ignore_index=True)


class _Dimensions:
    """Hands out one dimension of the draw per ranged cell."""

    def __init__(self) -> None:
        self.n = 0

    def range(self, table: pd.DataFrame, value: str, low: str, high: str) -> Ranged:
        """Return a ranged column."""
        group = np.arange(self.n, self.n + len(table), dtype=np.int32)
        self.n += len(table)
        return Ranged(
            **{
                end: table[name].to_numpy(np.float64)
                for end, name in (("value", value), ("low", low), ("high", high))
            },
            group=group,
        )
