"""States and draws of an ensemble as tables, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from serai.domain.disruptions import DAYS, EnsembleSpec
from serai.domain.ranged import FloatArray
from serai.run import Start
from serai.studies.disruptions import CALM, State, Year, name_state
from serai.studies.ensemble_cases import Found, Layout, cases_of
from serai.units import HOURS_PER_DAY, USD_PER_MUSD

__all__ = ["read_states", "tabulate_draws", "tabulate_states"]

N_ROUTES: Final = b"n_routes"


def tabulate_states(
    known: Mapping[State, list[Found]], spec: EnsembleSpec, n_routes: int
) -> pa.Table:
    """
    Return solved states, a row per state and case.

    Parameters
    ----------
    known
        What was found, by state.
    spec
        The disruptions.
    n_routes
        [-], >= 0. Routes in the choice sets.
    """
    names = [case.name for case in cases_of(spec)]
    rows = [
        {
            "state": name_state(spec, state),
            "key": json.dumps(state),
            "case": name,
            "values": one.row,
            "price": one.end.price,
            "wait_h": one.end.wait_h,
        }
        for state, found in known.items()
        for name, one in zip(names, found, strict=True)
    ]
    columns: dict[str, list[object]] = {key: [row[key] for row in rows] for key in rows[0]}
    return pa.table(columns).replace_schema_metadata({N_ROUTES: str(n_routes)})


def read_states(table: pa.Table, spec: EnsembleSpec) -> tuple[dict[State, list[Found]], int]:
    """
    Return the states of a table, and how many routes there were.

    Parameters
    ----------
    table
        From `tabulate_states`.
    spec
        The disruptions.
    """
    n_cases = len(cases_of(spec))
    keys = table.column("key").to_pylist()
    columns = [table.column(name) for name in ("values", "price", "wait_h")]
    known: dict[State, list[Found]] = {}
    for i in range(0, len(keys), n_cases):
        state = tuple((int(at), float(size)) for at, size in json.loads(keys[i]))
        found = []
        for j in range(i, i + n_cases):
            row, price, wait = (np.asarray(column[j].values) for column in columns)
            found.append(Found(row=row, end=Start(price=price, wait_h=wait)))
        known[state] = found
    return known, int(table.schema.metadata[N_ROUTES])


def tabulate_draws(
    first: int,
    drawn: Sequence[Year],
    row_of: Callable[[State], FloatArray],
    spec: EnsembleSpec,
    layout: Layout,
) -> pa.Table:
    """
    Return draws, a row per draw and case: the days of each state times what a year of it is.

    Parameters
    ----------
    first
        [-], >= 0. Number of the first draw.
    drawn
        The draws.
    row_of
        Returns what a state comes to, shape (n_cases, n_values).
    spec
        The disruptions.
    layout
        Where each number stands.
    """
    names, ids = [case.name for case in cases_of(spec)], [one.id for one in spec.disruptions]
    at, calm = layout.slices, row_of(CALM)
    totals = np.stack(
        [sum(row_of(state) * (days / DAYS) for state, days in year.days.items()) for year in drawn]
    )  # (n_draws, n_cases, n_values)
    flat = totals.reshape(-1, layout.length)
    lost = (totals - calm).reshape(-1, layout.length)
    n = len(names)
    columns: dict[str, object] = {
        "draw": np.repeat(np.arange(first, first + len(drawn)), n),
        "case": names * len(drawn),
        "happened": [
            text for year in drawn for text in [" ".join(ids[i] for i in year.happened)] * n
        ],
        "days": [
            text
            for year in drawn
            for text in [
                json.dumps({name_state(spec, s): days for s, days in year.days.items()})
            ] * n
        ],
        "cost_musd": flat[:, at["cost_usd"]][:, 0] / USD_PER_MUSD,
        "loss_musd": lost[:, at["cost_usd"]][:, 0] / USD_PER_MUSD,
    }  # fmt: skip
    served = flat[:, at["class_served_t"]]
    with np.errstate(invalid="ignore", divide="ignore"):
        cost = flat[:, at["class_usd"]] / served
        days = flat[:, at["class_tonne_h"]] / served / HOURS_PER_DAY
    unserved = flat[:, at["class_unserved_t"]]
    for i, name in enumerate(layout.classes):
        columns[f"cost_usd_t.{name}"] = cost[:, i]
        columns[f"days.{name}"] = days[:, i]
        columns[f"unserved_t.{name}"] = unserved[:, i]
    for i, country in enumerate(layout.countries):
        columns[f"loss_musd.{country}"] = lost[:, at["country_usd"]][:, i] / USD_PER_MUSD
        columns[f"transit_lost_t.{country}"] = -lost[:, at["country_transit_t"]][:, i]
    return pa.table(columns)
