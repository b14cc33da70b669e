"""A scenario applied to the world: the network with its projects, measures and shocks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from serai.domain.effects import Selector
from serai.domain.network import WATER_KINDS, Links, Network
from serai.domain.ranged import FloatArray, Ranged
from serai.domain.scenario import ChangeLinks, CloseLinks, CloseTransit, Scenario, SetYearInput
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.units import can_be, say_bounds

__all__ = ["State", "apply_scenario", "caspian_links", "draw_world", "projects_of", "select_links"]

FUNDED = ("built", "under construction", "funded")
LINK_QUANTITIES = ("free_time_h", "dwell_h", "cost_usd_teu", "cost_usd_t")
CAPACITIES = ("capacity_t_yr", "capacity_teu_yr")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """
    The network of one scenario. Link arrays have shape (n_links,), resource arrays (n_resources,).

    `is_open` is what the infrastructure offers; `is_closed` what shocks shut on top of it. They
    are kept apart because path sizes are held when something closes.
    """

    is_open: NDArray[np.bool_]
    is_closed: NDArray[np.bool_]
    free_time_h: FloatArray
    dwell_h: FloatArray
    feared_h: FloatArray
    """[h] What shippers expect to lose beyond free-flow time; in no quote or count of days."""
    cost_usd_teu: FloatArray
    cost_usd_t: FloatArray
    capacity_t_yr: FloatArray
    capacity_teu_yr: FloatArray
    closed_transit: tuple[str, ...]
    year: int
    year_overrides: dict[str, float]
    has_mean_rates: bool
    """Prices of the two directions are taken at their mean."""


def draw_world(world: World, z: FloatArray) -> World:
    """
    Return the world at one draw of all its ranges.

    Parameters
    ----------
    world
        The world with its ranges.
    z
        [-], shape (n_dimensions,). Standard normal deviates.

    Returns
    -------
    drawn
        The same world with every ranged value replaced; the ranges stay beside them.
    """
    network = world.network
    links = replace(
        network.links,
        **{q: getattr(network.links, q).drawn(z) for q in LINK_QUANTITIES},
    )
    resources = replace(
        network.resources,
        **{q: getattr(network.resources, q).drawn(z) for q in (*CAPACITIES, "availability")},
    )
    classes = replace(
        world.classes,
        **{
            q: getattr(world.classes, q).drawn(z)
            for q in (
                "payload_t_per_teu",
                "value_usd_per_t",
                "value_of_time_usd_per_t_day",
                "reliability_ratio",
            )
        },
    )
    return replace(
        world,
        network=replace(network, links=links, resources=resources),
        classes=classes,
        flows=replace(world.flows, amount=world.flows.amount.drawn(z)),
        zones=replace(world.zones, weight=world.zones.weight.drawn(z)),
        effects=replace(world.effects, value=world.effects.value.drawn(z)),
        projects=replace(world.projects, capex_musd=world.projects.capex_musd.drawn(z)),
        measures=replace(world.measures, cost_musd_yr=world.measures.cost_musd_yr.drawn(z)),
        year_inputs=replace(world.year_inputs, table=world.year_inputs.table.drawn(z)),
        params=replace(world.params, table=world.params.table.drawn(z)),
    )


def select_links(network: Network, selector: Selector) -> NDArray[np.bool_]:
    """
    Return which links a selector means.

    Parameters
    ----------
    network
        The network.
    selector
        AND between its fields, OR inside one.

    Returns
    -------
    mask
        [-], shape (n_links,). False everywhere for an empty selector.
    """
    links = network.links
    if selector == Selector():
        return np.zeros(len(links.ids), dtype=np.bool_)
    mask = np.ones(len(links.ids), dtype=np.bool_)
    if selector.links:
        wanted = set(selector.links)
        mask &= np.array([i in wanted for i in links.ids], dtype=np.bool_)
    for values, column in (
        (selector.kinds, links.kind),
        (selector.transfer_types, links.transfer_type),
        (selector.passages, links.passage),
        (selector.operators, links.operator),
    ):
        if values:
            mask &= np.isin(column, values)
    if selector.countries:
        columns = [network.country_ids.index(c) for c in selector.countries
                   if c in network.country_ids]  # fmt: skip
        mask &= links.in_country[:, columns].any(axis=1)
    if selector.places:
        wanted_places = [i for i, p in enumerate(network.places.ids) if p in selector.places]
        mask &= np.isin(links.from_place, wanted_places) | np.isin(links.to_place, wanted_places)
    if selector.between:
        mask &= _between(network, selector.between)
    if selector.resources:
        mask &= _draws_on(network, selector.resources)
    return mask


def caspian_links(
    network: Network, countries: tuple[str, ...] = ("KAZ", "TKM")
) -> NDArray[np.bool_]:
    """
    Return the water links between these countries and Azerbaijan, shape (n_links,).

    Parameters
    ----------
    network
        The network.
    countries
        ISO 3166 alpha-3.
    """
    links = network.links
    country = np.array([*network.places.countries, ""])
    start, end = country[links.from_place], country[links.to_place]
    over = (np.isin(start, countries) & (end == "AZE")) | (
        (start == "AZE") & np.isin(end, countries)
    )
    return np.asarray(over & np.isin(links.kind, WATER_KINDS))


def _between(network: Network, pairs: tuple[str, ...]) -> NDArray[np.bool_]:
    country = np.array([*network.places.countries, "zone"])
    start, end = country[network.links.from_place], country[network.links.to_place]
    mask = np.zeros(len(start), dtype=np.bool_)
    for pair in pairs:
        a, b = pair.split("-")
        mask |= ((start == a) & (end == b)) | ((start == b) & (end == a))
    return mask


def _draws_on(network: Network, resource_ids: tuple[str, ...]) -> NDArray[np.bool_]:
    links = network.links
    meant = np.isin(links.resource_ix, [network.resources.ids.index(r) for r in resource_ids
                                        if r in network.resources.ids])  # fmt: skip
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    return np.isin(np.arange(len(links.ids)), owner[meant])


def projects_of(world: World, scenario: Scenario) -> tuple[str, ...]:
    """
    Return the ids of the projects that are finished in a scenario.

    Parameters
    ----------
    world
        The tables.
    scenario
        The scenario.
    """
    projects, year = world.projects, scenario.infrastructure_year
    named = scenario.projects if isinstance(scenario.projects, tuple) else ()
    return tuple(
        p
        for p, status, opens in zip(projects.ids, projects.status, projects.open_year, strict=True)
        if (status == "built" and opens <= year)
        or p in named
        or (scenario.projects == "funded" and status in FUNDED)
        or scenario.projects == "all"
    )


def measures_of(world: World, scenario: Scenario) -> tuple[str, ...]:
    """
    Return the ids of the soft measures that a scenario adds.

    Parameters
    ----------
    world
        The tables.
    scenario
        The scenario.
    """
    if isinstance(scenario.measures, tuple):
        return scenario.measures
    return world.measures.ids if scenario.measures == "all" else ()


def apply_scenario(world: World, scenario: Scenario) -> State:
    """
    Return the network as a scenario has it.

    Parameters
    ----------
    world
        The tables; untouched.
    scenario
        What is built, decided and happens.

    Returns
    -------
    state
        Times, prices, capacities, and what is open. The year's prices are not in it yet:
        they differ by direction and are laid on by `build_graph`.

    Raises
    ------
    ScenarioError
        A project, measure, input, place, country, resource or link is not known, or a
        selector means no link; all faults are named.
    """
    faults = list(_faults(world, scenario))
    if faults:
        raise ScenarioError(faults)
    owners = (*projects_of(world, scenario), *measures_of(world, scenario))
    links, resources = world.network.links, world.network.resources
    values = {q: getattr(links, q).value.copy() for q in LINK_QUANTITIES}
    values["feared_h"] = np.where(caspian_links(world.network), world.params["caspian_h"], 0.0)
    values |= _capacities_in(world, scenario.infrastructure_year)
    is_open = _open_in(world.network, scenario.infrastructure_year)
    is_closed = np.zeros(len(links.ids), dtype=np.bool_)
    effects = world.effects
    rows = [i for i, owner in enumerate(effects.owners) if owner in owners]
    _apply_rows(world, rows, values, is_open, is_closed)
    if scenario.closures:
        in_year = (effects.year_from <= scenario.year) & (scenario.year <= effects.year_to)
        happens = effects.is_dated & in_year & ~np.isin(effects.owners, scenario.lifted)
        dated = np.flatnonzero(happens).tolist()
        _apply_rows(world, dated, values, is_open, is_closed)
    # Effects of the tables may add up to more than there is; what a person writes holds as it is.
    _keep_sensible(links, values, least_price=0.1)
    for change in scenario.changes:
        _apply_one(world.network, change, values, is_open)
    transit, overrides = _apply_shocks(world, scenario, values, is_open, is_closed)
    _keep_sensible(links, values, least_price=0.0)
    lifted = np.isin(resources.ids, scenario.unlimited) | (not scenario.capacity_limits)
    for quantity in CAPACITIES:
        values[quantity] = np.where(lifted, np.nan, values[quantity])
    return State(
        is_open=is_open, is_closed=is_closed, closed_transit=transit,
        year=scenario.year, year_overrides=overrides, has_mean_rates=scenario.empties, **values,
    )  # fmt: skip


def _apply_shocks(
    world: World,
    scenario: Scenario,
    values: dict[str, FloatArray],
    is_open: NDArray[np.bool_],
    is_closed: NDArray[np.bool_],
) -> tuple[tuple[str, ...], dict[str, float]]:
    """Lay the shocks on; return territories closed to transit and yearly inputs set by hand."""
    transit: tuple[str, ...] = ()
    overrides: dict[str, float] = {}
    for shock in scenario.shocks:
        if isinstance(shock, CloseTransit):
            transit = (*transit, *shock.countries)
        elif isinstance(shock, SetYearInput):
            overrides[shock.input_id] = shock.value
        elif isinstance(shock, CloseLinks):
            is_closed |= select_links(world.network, shock.selector())
        else:
            _apply_one(world.network, shock, values, is_open)
    return transit, overrides


def _keep_sensible(links: Links, values: dict[str, FloatArray], *, least_price: float) -> None:
    """Keep times at zero or more, and prices at a share of the table's: nobody is paid to ship."""
    for quantity in ("free_time_h", "dwell_h", "feared_h"):
        np.maximum(values[quantity], 0.0, out=values[quantity])
    for quantity in ("cost_usd_teu", "cost_usd_t"):
        floor = least_price * getattr(links, quantity).value
        values[quantity] = np.where(np.isnan(floor), np.nan, np.maximum(values[quantity], floor))


def _open_in(network: Network, year: int) -> NDArray[np.bool_]:
    """Say which links stand in a year; planned ones wait for their project."""
    links = network.links
    opened = (links.status == "open") & (links.opens_year <= year)
    return np.asarray(opened | ((links.status == "closed") & (year < links.closed_from_year)))


def _capacities_in(world: World, year: int) -> dict[str, FloatArray]:
    """Pick each resource's version in force and take off what the weather takes."""
    resources = world.network.resources
    n = len(resources.ids)
    out = {q: np.full(n, np.nan) for q in CAPACITIES}
    best = np.full(n, -1)
    for version, (resource, since) in enumerate(
        zip(resources.version_resource, resources.valid_from_year, strict=True)
    ):
        held = best[resource]
        if since <= year and (held < 0 or since >= resources.valid_from_year[held]):
            best[resource] = version
    # Before its first version a resource has that version's capacity: its links say if it exists.
    first = np.argsort(-resources.valid_from_year, kind="stable")
    earliest = np.zeros(n, np.int64)
    earliest[resources.version_resource[first]] = first
    best = np.where(best < 0, earliest, best)
    for quantity in CAPACITIES:
        column: Ranged = getattr(resources, quantity)
        out[quantity] = column.value[best] * np.minimum(resources.availability.value[best], 1.0)
    return out


def _apply_rows(
    world: World,
    rows: Iterable[int],
    values: dict[str, FloatArray],
    is_open: NDArray[np.bool_],
    is_closed: NDArray[np.bool_],
) -> None:
    """Lay table rows on: what opens and what is set first, then sums, then factors."""
    effects = world.effects
    order = {"open": 0, "close": 0, "set": 1, "add": 2, "multiply": 3}
    for i in sorted(rows, key=lambda i: (order[effects.operation[i]], effects.year_from[i], i)):
        quantity, operation = effects.quantity[i], effects.operation[i]
        if quantity == "status":
            mask = select_links(world.network, effects.selectors[i])
            (is_open if operation == "open" else is_closed)[mask] = True
        else:
            # A project may lift a capacity, never lower it below what stands.
            lifts = operation == "set" and quantity in CAPACITIES
            _lay_on(world.network, effects.selectors[i], quantity, "lift" if lifts else operation,
                    float(effects.value.value[i]), values)  # fmt: skip


def _apply_one(
    network: Network,
    change: CloseLinks | ChangeLinks,
    values: dict[str, FloatArray],
    is_open: NDArray[np.bool_],
) -> None:
    if isinstance(change, CloseLinks):
        is_open &= ~select_links(network, change.selector())
    else:
        _lay_on(network, change.selector(), change.quantity, change.operation, change.value, values)


def _lay_on(
    network: Network,
    selector: Selector,
    quantity: str,
    operation: str,
    value: float,
    values: dict[str, FloatArray],
) -> None:
    target = values[quantity]
    if quantity in CAPACITIES:
        mask = np.isin(network.resources.ids, selector.resources)
        share = _availability(network)[mask] if operation != "multiply" else 1.0
    else:
        mask = select_links(network, selector)
        share = 1.0
    if operation == "set":
        target[mask] = value * share
    elif operation == "lift":
        target[mask] = np.fmax(target[mask], value * share)
    elif operation == "add":
        target[mask] += value * share
    else:
        target[mask] *= value


def _availability(network: Network) -> FloatArray:
    resources = network.resources
    out = np.ones(len(resources.ids))
    out[resources.version_resource] = np.minimum(resources.availability.value, 1.0)
    return out


def _faults(world: World, scenario: Scenario) -> Iterable[str]:
    """Everything a scenario names that the tables do not have."""
    where = f"scenario {scenario.name}"
    known = {
        "projects": world.projects.ids,
        "measures": world.measures.ids,
        "unlimited": world.network.resources.ids,
        "lifted": tuple(dict.fromkeys(compress(world.effects.owners, world.effects.is_dated))),
    }
    for word, ids in known.items():
        named = getattr(scenario, word)
        for one in named if isinstance(named, tuple) else ():
            if one not in ids:
                yield _unknown(f"{where}: {word}", one, ids)
    for word in ("shocks", "changes"):
        for i, item in enumerate(getattr(scenario, word)):
            yield from _item_faults(world, f"{where}: {word}.{i}", item)


def _item_faults(
    world: World, where: str, item: CloseLinks | ChangeLinks | CloseTransit | SetYearInput
) -> Iterable[str]:
    network = world.network
    if isinstance(item, SetYearInput):
        if item.input_id not in world.year_inputs.ids:
            yield _unknown(f"{where}.input_id", item.input_id, world.year_inputs.ids)
            return
        unit = world.year_inputs.units[world.year_inputs.ids.index(item.input_id)]
        if not can_be(item.value, unit):
            yield f"{where}.value: got {item.value:g}; want {say_bounds(unit)}"
        return
    known = {"countries": network.country_ids}
    if not isinstance(item, CloseTransit):
        known |= _known_words(network)
    faults = [
        _unknown(f"{where}.{word}", one, ids)
        for word, ids in known.items()
        for one in getattr(item, word)
        if one not in ids
    ]
    yield from faults
    if not isinstance(item, CloseTransit) and not faults:
        yield from _empty_faults(network, where, item)


def _empty_faults(network: Network, where: str, item: CloseLinks | ChangeLinks) -> Iterable[str]:
    """Name a selection that cannot be meant or means nothing."""
    odd = [pair for pair in item.between if len(pair.split("-")) != 2]  # noqa: PLR2004
    if odd:
        yield f"{where}.between: got {odd[0]!r}; want two countries, such as KGZ-TJK"
    elif isinstance(item, ChangeLinks) and item.quantity in CAPACITIES:
        if not item.resources:
            yield f"{where}.resources: empty; a capacity belongs to resources: name at least one"
    elif not select_links(network, item.selector()).any():
        yield f"{where}: means no link; want at least one: widen the selection"


def _known_words(network: Network) -> dict[str, tuple[str, ...]]:
    links = network.links
    return {
        "links": links.ids,
        "kinds": tuple(sorted(set(links.kind.tolist()))),
        "transfer_types": tuple(sorted(set(links.transfer_type.tolist()) - {""})),
        "places": network.places.ids,
        "passages": tuple(sorted(set(links.passage.tolist()) - {""})),
        "operators": tuple(sorted(set(links.operator.tolist()) - {""})),
        "resources": network.resources.ids,
    }


def _unknown(where: str, got: str, ids: Iterable[str]) -> str:
    close = difflib.get_close_matches(got, list(ids), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(close)}?" if close else "see the tables of the pack"
    return f"{where}: {got!r} is not known; {hint}"
