"""From the tables of a folder to the values the model works on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from serai.data.folders import PACK, is_network
from serai.data.gmns_parts import rows_of
from serai.data.own import read_folder
from serai.data.schema import read_schema
from serai.data.searches import read_searches, read_toml
from serai.data.tables import read_tables
from serai.data.targets import read_targets
from serai.domain.demand import Classes, Flows, Zones
from serai.domain.effects import Effects, Measures, Projects, Selector, YearInputs
from serai.domain.emissions import EmissionFactors
from serai.domain.network import Links, Network, Places, Resources
from serai.domain.params import Params
from serai.domain.ranged import Ranged
from serai.domain.world import World
from serai.errors import DataError

__all__ = ["PACK", "read_world"]

FROM_PACK = ("params.toml", "route_searches.toml", "emission_factors.csv")
"""Files that are taken from the pack where a user's folder has none."""

KEYS = {
    "places": ("place_id",),
    "links": ("link_id",),
    "resources": ("resource_id", "valid_from_year"),
    "zones": ("zone_id",),
    "access": ("zone_id", "place_id"),
    "classes": ("class_id",),
    "zone_class_weights": ("region", "class_id", "direction", "zone_id"),
    "demand": ("origin_region", "dest_region", "class_id", "year", "unit_value_usd_per_t"),
    "year_inputs": ("input_id", "year"),
    "projects": ("project_id",),
    "measures": ("measure_id",),
    "effects": ("effect_id",),
    "targets": ("target_id",),
}
"""Columns by which each table is sorted once it is read."""

SELECTOR_COLUMNS = {
    "links": "link_ids",
    "kinds": "kinds",
    "transfer_types": "transfer_types",
    "countries": "countries",
    "between": "between",
    "places": "places",
    "passages": "passages",
    "operators": "operators",
    "resources": "resources",
}


def read_world(folder: Path = PACK) -> World:
    """
    Read a folder of tables.

    Parameters
    ----------
    folder
        The pack's own folder, a user's with the same tables, or a network in GMNS. A table of
        behaviour (`FROM_PACK`) that is missing there is taken from the pack.

    Returns
    -------
    world
        Everything a run starts from.

    Raises
    ------
    DataError
        The tables have faults; all of them are named.
    """
    # Sorted by key, so that the order of rows in a file changes nothing.
    tables = {name: _by_key(name, table) for name, table in read_folder(folder).items()}
    groups = _Groups()
    places = _places(tables["places"])
    crossed = {c for cell in tables["links"].countries_iso3 for c in _split(cell)}
    country_ids = tuple(sorted((crossed | set(places.countries)) - {""}))
    network = _network(tables, places, country_ids, groups)
    classes = _classes(tables["classes"], groups)
    files = {path.name: path for path in sorted(folder.rglob("*.csv"))}
    files |= {name: _or_pack(folder, name) for name in FROM_PACK}
    version = folder / "VERSION"
    return World(
        network=network,
        classes=classes,
        zones=_zones(tables, classes, groups),
        flows=_flows(tables["demand"], classes, groups),
        effects=_effects(tables.get("effects"), tables.get("closures"), groups),
        projects=_projects(tables.get("projects"), groups),
        measures=_measures(tables.get("measures"), groups),
        year_inputs=_year_inputs(tables.get("year_inputs"), groups),
        params=_params(
            _rows_of(tables["params"]) if is_network(folder) else read_toml(files["params.toml"]),
            groups,
        ),
        searches=read_searches(files["route_searches.toml"]),
        targets=read_targets(tables.get("targets")),
        emission_factors=_emission_factors(tables, files["emission_factors.csv"].parent),
        n_dimensions=len(groups.names),
        data_version=version.read_text("utf-8").strip() if version.exists() else "own tables",
        hashes={n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in files.items()},
        folder=folder.absolute(),
    )


def _by_key(name: str, table: pd.DataFrame) -> pd.DataFrame:
    key = [c for c in KEYS.get(name, ()) if c in table]
    return table.sort_values(key, kind="stable", ignore_index=True) if key else table


class _Groups:
    """Hands out one dimension of the draw per name."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def of(self, names: Sequence[str]) -> NDArray[np.int32]:
        """Return the dimension of each name."""
        return np.array([self.names.setdefault(n, len(self.names)) for n in names], np.int32)


def _or_pack(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).exists() else PACK / name


def _split(cell: object) -> tuple[str, ...]:
    # An empty cell is NaN, which is not itself.
    return tuple(part for part in str(cell).split(";") if part) if cell == cell else ()  # noqa: PLR0124


def _text(column: pd.Series) -> NDArray[np.str_]:
    return np.array(["" if pd.isna(cell) else str(cell) for cell in column], dtype=np.str_)


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    return pd.to_numeric(column).to_numpy(dtype=np.float64)


def _years(column: pd.Series) -> NDArray[np.int32]:
    return pd.to_numeric(column).fillna(0).to_numpy(dtype=np.int32)


def _ranged(
    table: pd.DataFrame, columns: tuple[str, str, str], groups: _Groups, names: Sequence[str]
) -> Ranged:
    value, low, high = (_numbers(table[c]) for c in columns)
    low, high = np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
    keyed = [f"{name}:{columns[0]}" for name in names]
    return Ranged(value=value, low=low, high=high, group=groups.of(keyed))


def _places(table: pd.DataFrame) -> Places:
    return Places(
        ids=tuple(table.place_id),
        names=tuple(table.name),
        countries=tuple(str(c) for c in _text(table.country_iso3)),
        kinds=tuple(table.kind),
        lat=_numbers(table.lat),
        lon=_numbers(table.lon),
    )


# ------------------------------------------------------------------------------ network


def _network(
    tables: dict[str, pd.DataFrame],
    places: Places,
    country_ids: tuple[str, ...],
    groups: _Groups,
) -> Network:
    haul = tables["links"]
    haul = haul[haul.transfer_type.fillna("") != "storage"].reset_index(drop=True)
    access = _access_links(tables["access"], tables["zones"])
    table = pd.concat([haul, access], ignore_index=True)
    table = table.sort_values("link_id", kind="stable", ignore_index=True)
    tails = _node_names(table, "from")
    heads = _node_names(table, "to")
    zone_ids = tuple(sorted(tables["zones"].zone_id))
    zone_nodes = [f"{z}:out" for z in zone_ids] + [f"{z}:in" for z in zone_ids]
    node_ids = tuple(sorted(set(tails) | set(heads) | set(zone_nodes)))
    node_ix = {name: i for i, name in enumerate(node_ids)}
    resources = _resources(tables["resources"], places, groups)
    links = _links(table, places, country_ids, resources.ids, groups)
    return Network(
        places=places,
        country_ids=country_ids,
        node_ids=node_ids,
        links=links(
            np.array([node_ix[n] for n in tails], np.int32),
            np.array([node_ix[n] for n in heads], np.int32),
        ),
        resources=resources,
        zone_ids=zone_ids,
        zone_out=np.array([node_ix[f"{z}:out"] for z in zone_ids], np.int32),
        zone_in=np.array([node_ix[f"{z}:in"] for z in zone_ids], np.int32),
    )


def _node_names(table: pd.DataFrame, end: str) -> list[str]:
    """Name the terminals; a door is two nodes, so that no route passes through one."""
    side = {"from": "door_out", "to": "door_in"}[end]
    names = []
    for place, mode, kind in zip(
        table[f"{end}_place"], table[f"{end}_mode"], table.kind, strict=True
    ):
        if mode == "zone":
            names.append(f"{place}:{'out' if end == 'from' else 'in'}")
        elif mode == "door":
            names.append(f"{place}:{_other(side) if kind == 'access' else side}")
        else:
            names.append(f"{place}:{mode}")
    return names


def _other(side: str) -> str:
    return "door_in" if side == "door_out" else "door_out"


def _access_links(access: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Turn each drayage row into a link out of the zone and one into it."""
    country = dict(zip(zones.zone_id, zones.country_iso3, strict=True))
    shared = pd.DataFrame(
        {
            "kind": "access",
            "transfer_type": "",
            "length_km": access.access_km,
            "dwell_h": 0.0,
            "dwell_low_h": 0.0,
            "dwell_high_h": 0.0,
            "cost_usd_teu": access.cost_usd_teu,
            "cost_low_usd_teu": access.cost_low_usd_teu,
            "cost_high_usd_teu": access.cost_high_usd_teu,
            "cost_usd_t": access.cost_usd_t,
            "cost_low_usd_t": access.cost_low_usd_t,
            "cost_high_usd_t": access.cost_high_usd_t,
            "free_time_h": access.time_h,
            "free_time_low_h": access.time_low_h,
            "free_time_high_h": access.time_high_h,
            "countries_iso3": access.zone_id.map(country),
            "passage": "",
            "operator": "drayage",
            "status": "open",
            "opens_year": 0,
            "closed_from_year": 0,
            "resource_ids": "",
            "grade": access.grade,
            "source_ids": access.source_ids,
        }
    )
    pair = access.zone_id + "-" + access.place_id
    out = shared.assign(
        link_id="access:" + pair + ".out",
        from_place=access.zone_id, to_place=access.place_id, from_mode="zone", to_mode="door",
    )  # fmt: skip
    inward = shared.assign(
        link_id="access:" + pair + ".in",
        from_place=access.place_id, to_place=access.zone_id, from_mode="door", to_mode="zone",
    )  # fmt: skip
    return pd.concat([out, inward], ignore_index=True)


def _links(
    table: pd.DataFrame,
    places: Places,
    country_ids: tuple[str, ...],
    resource_ids: tuple[str, ...],
    groups: _Groups,
) -> Callable[[NDArray[np.int32], NDArray[np.int32]], Links]:
    place_ix = {p: i for i, p in enumerate(places.ids)}
    country_ix = {c: i for i, c in enumerate(country_ids)}
    in_country = np.zeros((len(table), len(country_ids)), dtype=np.bool_)
    for row, cell in enumerate(table.countries_iso3):
        for country in _split(cell):
            in_country[row, country_ix[country]] = True
    resource_ix = {r: i for i, r in enumerate(resource_ids)}
    used = [[resource_ix[r] for r in _split(cell)] for cell in table.resource_ids]
    first_country = [(_split(c) or ("high seas",))[0] for c in table.countries_iso3]
    # Rows made from the same rate are wrong together: one draw per territory and kind of link.
    names = [
        f"links/{country}/{kind}/{'' if pd.isna(transfer) else transfer}"
        for country, kind, transfer in zip(
            first_country, table.kind, table.transfer_type, strict=True
        )
    ]

    def ranged(stem: str, unit: str) -> Ranged:
        columns = (f"{stem}_{unit}", f"{stem}_low_{unit}", f"{stem}_high_{unit}")
        return _ranged(table, columns, groups, names)

    def place_of(end: str) -> NDArray[np.int32]:
        # A zone may have a place's name; it is none.
        pairs = zip(table[f"{end}_place"], table[f"{end}_mode"], strict=True)
        return np.array([-1 if m == "zone" else place_ix[p] for p, m in pairs], np.int32)

    def with_ends(tail: NDArray[np.int32], head: NDArray[np.int32]) -> Links:
        return Links(
            ids=tuple(table.link_id),
            tail=tail,
            head=head,
            from_place=place_of("from"),
            to_place=place_of("to"),
            from_mode=_text(table.from_mode),
            to_mode=_text(table.to_mode),
            kind=_text(table.kind),
            transfer_type=_text(table.transfer_type),
            operator=_text(table.operator),
            passage=_text(table.passage),
            status=_text(table.status),
            opens_year=_years(table.opens_year),
            closed_from_year=_years(table.closed_from_year),
            grade=_text(table.grade),
            source_ids=_text(table.source_ids),
            in_country=in_country,
            length_km=np.nan_to_num(_numbers(table.length_km)),
            length_source=_text(table.length_source),
            free_time_h=ranged("free_time", "h"),
            dwell_h=ranged("dwell", "h"),
            cost_usd_teu=ranged("cost", "usd_teu"),
            cost_usd_t=ranged("cost", "usd_t"),
            resource_start=np.cumsum([0, *map(len, used)], dtype=np.int32),
            resource_ix=np.array([r for row in used for r in row], np.int32),
        )

    return with_ends


def _resources(table: pd.DataFrame, places: Places, groups: _Groups) -> Resources:
    place_ix = {p: i for i, p in enumerate(places.ids)}
    ids = tuple(sorted(set(table.resource_id)))
    first = table.drop_duplicates("resource_id").set_index("resource_id").loc[list(ids)]
    section = [
        [place_ix.get(a, -1), place_ix.get(b, -1)]
        for a, b in zip(first.section_from, first.section_to, strict=True)
    ]
    names = [f"resources/{r}" for r in table.resource_id]
    return Resources(
        ids=ids,
        names=tuple(first.name),
        kinds=tuple(first.kind),
        is_per_direction=(first.basis == "one direction").to_numpy(dtype=np.bool_),
        draws=tuple(frozenset(_split(cell)) for cell in first.draws),
        section=np.array(section, np.int32).reshape(-1, 2),
        version_resource=np.array([ids.index(r) for r in table.resource_id], np.int32),
        valid_from_year=table.valid_from_year.to_numpy(dtype=np.int32),
        capacity_t_yr=_ranged(
            table, ("capacity_t_yr", "capacity_low_t_yr", "capacity_high_t_yr"), groups, names
        ),
        capacity_teu_yr=_ranged(
            table,
            ("capacity_teu_yr", "capacity_low_teu_yr", "capacity_high_teu_yr"),
            groups,
            names,
        ),
        availability=_ranged(
            table, ("availability_factor", "availability_low", "availability_high"), groups, names
        ),
        grade=_text(table.grade),
        source_ids=_text(table.source_ids),
    )


# ------------------------------------------------------------------------------ demand


def _classes(table: pd.DataFrame, groups: _Groups) -> Classes:
    names = [f"classes/{c}" for c in table.class_id]
    payload = _ranged(
        table,
        ("payload_t_per_teu", "payload_low_t_per_teu", "payload_high_t_per_teu"),
        groups,
        names,
    )
    value = ("value_usd_per_t", "value_low_usd_per_t", "value_high_usd_per_t")
    of_time = (
        "value_of_time_usd_per_t_day",
        "value_of_time_low_usd_per_t_day",
        "value_of_time_high_usd_per_t_day",
    )
    ratio = ("reliability_ratio", "reliability_ratio_low", "reliability_ratio_high")
    return Classes(
        ids=tuple(table.class_id),
        names=tuple(table.name),
        is_box=(table.unit == "TEU").to_numpy(dtype=np.bool_),
        modes=tuple(frozenset(_split(cell)) for cell in table.allowed_modes),
        payload_t_per_teu=payload,
        value_usd_per_t=_ranged(table, value, groups, names),
        value_of_time_usd_per_t_day=_ranged(table, of_time, groups, names),
        reliability_ratio=_ranged(table, ratio, groups, names),
        price_share=np.ones(len(table)),
    )


def _zones(tables: dict[str, pd.DataFrame], classes: Classes, groups: _Groups) -> Zones:
    table = tables["zones"]
    zone_ix = {z: i for i, z in enumerate(table.zone_id)}
    shape = (len(table), len(classes.ids), 2)
    value, low, high = np.empty(shape), np.empty(shape), np.empty(shape)
    for s, side in enumerate(("export", "import")):
        for array, end in ((value, ""), (low, "_low"), (high, "_high")):
            box, bulk = (
                _numbers(_or_value(table, f"{side}_weight_{kind}", end)) for kind in ("box", "bulk")
            )
            array[:, :, s] = np.where(classes.is_box[None, :], box[:, None], bulk[:, None])
    special = tables.get("zone_class_weights")
    if special is not None:
        regions = _text(table.region)
        for (region, class_id, way), rows in special.groupby(["region", "class_id", "direction"]):
            k, s = classes.ids.index(str(class_id)), 0 if way == "export" else 1
            at = [zone_ix[z] for z in rows.zone_id]
            for array, end in ((value, ""), (low, "_low"), (high, "_high")):
                array[regions == region, k, s] = 0.0
                array[at, k, s] = _numbers(_or_value(rows, "weight", end))
    group = groups.of([f"zones/{z}" for z in table.zone_id])
    return Zones(
        ids=tuple(table.zone_id),
        names=tuple(table.name),
        regions=tuple(table.region),
        countries=tuple(table.country_iso3),
        lat=_numbers(table.lat),
        lon=_numbers(table.lon),
        weight=Ranged(
            value=value, low=low, high=high,
            group=np.broadcast_to(group[:, None, None], shape).copy(),
        ),
    )  # fmt: skip


def _or_value(table: pd.DataFrame, column: str, end: str) -> pd.Series:
    """Return the column with the ending, or the value itself where there is no range."""
    return table[column + end] if column + end in table else table[column]


def _flows(table: pd.DataFrame, classes: Classes, groups: _Groups) -> Flows:
    unknown = sorted(set(table.class_id) - set(classes.ids))
    if unknown or table.empty:
        raise DataError(
            "demand.csv: no row; want at least one flow; add rows or name another folder"
            if table.empty
            else f"demand.csv: class_id {', '.join(unknown)} not in classes.csv; add the class"
        )
    names = [
        f"demand/{o}-{d}-{c}"
        for o, d, c in zip(table.origin_region, table.dest_region, table.class_id, strict=True)
    ]
    unit_value = table.get("unit_value_usd_per_t")
    return Flows(
        origin=tuple(table.origin_region),
        dest=tuple(table.dest_region),
        class_ix=np.array([classes.ids.index(c) for c in table.class_id], np.int32),
        year=table.year.to_numpy(dtype=np.int32),
        amount=_ranged(table, ("value", "low", "high"), groups, names),
        unit_value_usd_per_t=(
            np.full(len(table), np.nan) if unit_value is None else _numbers(unit_value)
        ),
    )


# ------------------------------------------------------------------------------ what changes


def _effects(table: pd.DataFrame | None, closures: pd.DataFrame | None, groups: _Groups) -> Effects:
    if table is None:
        table = pd.DataFrame(
            columns=["effect_id", "owner_id", *SELECTOR_COLUMNS.values(), "quantity", "operation",
                     "value", "low", "high", "year_from", "year_to"]
        )  # fmt: skip
    closed = () if closures is None else tuple(closures.closure_id)
    selectors = tuple(
        Selector(**{name: _split(row[column]) for name, column in SELECTOR_COLUMNS.items()})
        for row in table.to_dict("records")
    )
    names = [f"effects/{o}/{q}" for o, q in zip(table.owner_id, table.quantity, strict=True)]
    return Effects(
        ids=tuple(table.effect_id),
        owners=tuple(table.owner_id),
        is_dated=table.owner_id.isin(closed).to_numpy(np.bool_),
        selectors=selectors,
        quantity=tuple(table.quantity),
        operation=tuple(table.operation),
        value=_ranged(table, ("value", "low", "high"), groups, names),
        year_from=_numbers(table.year_from.fillna(0)).astype(np.int32),
        year_to=_numbers(table.year_to.fillna(9999)).astype(np.int32),
    )


def _projects(table: pd.DataFrame | None, groups: _Groups) -> Projects:
    if table is None:
        columns = ["project_id", "name", "corridor", "status", "open_year", "capex_musd",
                   "capex_low_musd", "capex_high_musd", "lifetime_yr"]  # fmt: skip
        table = pd.DataFrame(columns=columns)
    names = [f"projects/{p}" for p in table.project_id]
    return Projects(
        ids=tuple(table.project_id),
        names=tuple(table.name),
        corridors=tuple(table.corridor),
        status=tuple(table.status),
        open_year=table.open_year.to_numpy(dtype=np.int32),
        lifetime_yr=table.lifetime_yr.to_numpy(dtype=np.float64),
        capex_musd=_ranged(
            table, ("capex_musd", "capex_low_musd", "capex_high_musd"), groups, names
        ),
    )


def _measures(table: pd.DataFrame | None, groups: _Groups) -> Measures:
    if table is None:
        columns = ["measure_id", "name", "status", "cost_musd_yr", "cost_low_musd_yr",
                   "cost_high_musd_yr"]  # fmt: skip
        table = pd.DataFrame(columns=columns)
    names = [f"measures/{m}" for m in table.measure_id]
    return Measures(
        ids=tuple(table.measure_id),
        names=tuple(table.name),
        status=tuple(table.status),
        cost_musd_yr=_ranged(
            table, ("cost_musd_yr", "cost_low_musd_yr", "cost_high_musd_yr"), groups, names
        ),
    )


def _year_inputs(table: pd.DataFrame | None, groups: _Groups) -> YearInputs:
    if table is None:
        empty = Ranged.fixed(np.empty((0, 0)))
        return YearInputs(ids=(), names=(), units=(), years=(), table=empty)
    ids, years = tuple(dict.fromkeys(table.input_id)), tuple(sorted(set(table.year)))
    shape = (len(ids), len(years))
    value, low, high = (np.full(shape, np.nan) for _ in range(3))
    for row in table.itertuples():
        at = ids.index(str(row.input_id)), years.index(row.year)
        value[at], low[at], high[at] = row.value, row.low, row.high
    group = np.repeat(groups.of([f"year_inputs/{i}" for i in ids])[:, None], len(years), axis=1)
    names = dict(zip(table.input_id, table.name, strict=True))
    units = dict(zip(table.input_id, table.unit, strict=True))
    return YearInputs(
        ids=ids,
        names=tuple(str(names[i]) for i in ids),
        units=tuple(str(units[i]) for i in ids),
        years=years,
        table=Ranged(value=value, low=low, high=high, group=group),
    )


def _rows_of(params: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(row["name"]): row for row in rows_of(params)}


def _params(rows: dict[str, dict[str, Any]], groups: _Groups) -> Params:
    names = tuple(sorted(rows))
    value, low, high = (
        np.array([float(rows[n][key]) for n in names]) for key in ("value", "low", "high")
    )
    group = groups.of([f"params/{n}" for n in names])
    return Params(
        ids=names,
        labels=tuple(str(rows[n]["label"]) for n in names),
        units=tuple(str(rows[n]["unit"]) for n in names),
        table=Ranged(value=value, low=low, high=high, group=group),
    )


def _emission_factors(tables: dict[str, pd.DataFrame], folder: Path) -> EmissionFactors:
    name = "emission_factors"
    if name not in tables:
        tables = read_tables(folder, schema={name: read_schema()[name]})
    table = tables[name]
    value, low, high = (table[c].to_numpy(np.float64) for c in ("value", "low", "high"))
    return EmissionFactors(
        ids=tuple(table.what),
        table=Ranged(value=value, low=low, high=high, group=np.full(len(table), -1, np.int32)),
    )
