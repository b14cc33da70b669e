"""What a solved year comes to, in the definitions of published totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.domain.effects import Selector
from serai.domain.network import Network
from serai.domain.routes import Routes
from serai.model.apply import caspian_links, select_links
from serai.model.choice import AVOIDED, AVOIDING_REGIONS
from serai.model.graph import WEST
from serai.model.quote import cheapest_path, ends_of
from serai.model.routes import links_met
from serai.model.search import class_costs
from serai.model.uses import draws_of_classes
from serai.outputs.language import mark
from serai.run import Run, surcharges
from serai.studies.cases import divertible, trips
from serai.studies.tally import Tally, tally
from serai.units import HOURS_PER_DAY

__all__ = ["QUANTITIES", "Quantity", "outcomes"]


MEASURES: Final = {
    "k TEU": "boxes",
    "kt": "tonnes",
    "%": "share",
    "days": "time",
    "h": "time",
    "USD/FEU": "price",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What is counted."""

    name: str
    unit: str
    corridor: str

    @property
    def measure(self) -> str:
        """Boxes, tonnes, share, time or price."""
        return MEASURES[self.unit]


def _of(corridor: str, unit: str, name: str) -> Quantity:
    return Quantity(name=name, unit=unit, corridor=corridor)


QUANTITIES: Final[Mapping[str, Quantity]] = {
    "northern_teu": _of(
        "north", "k TEU", mark("China–Europe boxes by rail over Kazakhstan, Russia and Belarus")
    ),
    "northern_west_teu": _of("north", "k TEU", mark("Those of them bound for Europe")),
    "northern_east_teu": _of("north", "k TEU", mark("Those of them bound for China")),
    "middle_teu": _of(
        "middle", "k TEU", mark("Boxes by rail or feeder over the Caspian, Kazakhstan–Azerbaijan")
    ),
    "middle_china_europe_teu": _of(
        "middle", "k TEU", mark("Those of them between China and Europe")
    ),
    "middle_kt": _of(
        "middle",
        "kt",
        mark(
            "Tonnes of everything but crude over the Caspian, Kazakhstan–Azerbaijan, lorries left "
            "out"
        ),
    ),
    "middle_export_kt": _of("middle", "kt", mark("Kazakh exports within them")),
    "middle_box_kt": _of("middle", "kt", mark("Tonnes in boxes within them")),
    "middle_share_percent": _of(
        "middle", "%", mark("Share of the Middle Corridor in China–Europe boxes by rail")
    ),
    "diversion_percent": _of(
        "middle",
        "%",
        mark("Boxes won by the Middle Corridor in 2022, of those the Northern route lost"),
    ),
    "feeder_teu": _of(
        "middle", "k TEU", mark("Boxes on feeders between Kazakhstan and Azerbaijan")
    ),
    "btk_kt": _of("middle", "kt", mark("Rail between Georgia and Türkiye (Baku–Tbilisi–Kars)")),
    "instc_east_kt": _of(
        "south", "kt", mark("Rail from Kazakhstan over Turkmenistan to Iran and back")
    ),
    "alat_kt": _of("middle", "kt", mark("Port of Baku (Alat), all but oil")),
    "aktau_oil_kt": _of("middle", "kt", mark("Oil and oil products by ship from or to Aktau")),
    "aktau_grain_kt": _of("middle", "kt", mark("Grain by ship from or to Aktau")),
    "aktau_metal_kt": _of("middle", "kt", mark("Metal by ship from or to Aktau")),
    "cpc_percent": _of(
        "pipeline", "%", mark("Share of Kazakh crude exports in the Caspian Pipeline (CPC)")
    ),
    "uranium_percent": _of(
        "middle", "%", mark("Share of the Caspian in Kazakh uranium for Europe and America")
    ),
    "kazakh_transit_kt": _of("all", "kt", mark("Transit by rail over Kazakhstan")),
    "china_black_sea_days": _of("middle", "days", mark("Khorgos to Poti, queues included")),
    "almaty_poti_days": _of("middle", "days", mark("Almaty to Poti, queues included")),
    "middle_days": _of("middle", "days", mark("China–Europe door to door by the Middle Corridor")),
    "northern_days": _of("north", "days", mark("China–Europe door to door by the Northern route")),
    "sea_days": _of("sea", "days", mark("China–Europe door to door by sea")),
    "middle_usd_feu": _of(
        "middle", "USD/FEU", mark("China–Europe door to door by the Middle Corridor")
    ),
    "northern_usd_feu": _of(
        "north", "USD/FEU", mark("China–Europe door to door by the Northern route")
    ),
    "sea_usd_feu": _of("sea", "USD/FEU", mark("China–Europe door to door by sea")),
    "china_border_h": _of(
        "all", "h", mark("Rail border and gauge change into Kazakhstan at Dostyk and Altynkol")
    ),
}
"""What a year is told by."""

ATLANTIC = ("EU_CE", "EU_NW", "EU_S", "EU_SE", "NAM")
"""Regions that western deliveries of uranium go to."""

GATES = (("CNALASH", "KZDOS"), ("CNHRS", "KZALTYN"))


def outcomes(run: Run) -> dict[str, float]:
    """
    Return what a solved year comes to.

    Parameters
    ----------
    run
        A solved scenario.

    Returns
    -------
    totals
        By key of `QUANTITIES`, in its unit; NaN where nothing goes that way at all. Empty boxes
        are counted too where boxes balance.
    """
    flows = tally(run)
    return {**_volumes(run, flows), **_times(run)}


# ------------------------------------------------------------------------------------- volumes


def _volumes(run: Run, flows: Tally) -> dict[str, float]:
    world, routes = run.world, run.routes
    is_box = world.classes.is_box[flows.class_ix]
    of_class = np.array(world.classes.ids)[flows.class_ix]
    oil, crude = np.isin(of_class, ("CRUDE", "OILP")), of_class == "CRUDE"
    region, country = np.array(world.zones.regions), np.array(world.zones.countries)
    ends = (run.setting.cells.origin[flows.cell], run.setting.cells.dest[flows.cell])
    start, end = region[ends[0]], region[ends[1]]
    west = (start == "CHN") & np.char.startswith(end, AVOIDING_REGIONS)
    east = (end == "CHN") & np.char.startswith(start, AVOIDING_REGIONS)
    from_kaz, to_kaz = country[ends[0]] == "KAZ", country[ends[1]] == "KAZ"
    served = flows.route >= 0
    met = {
        name: found[np.maximum(flows.route, 0)] & served
        for name, found in _met(world.network, routes).items()
    }
    by_north = routes.uses_russian_rail[np.maximum(flows.route, 0)]
    by_north = by_north & met["kazakh"] & met["belarusian"] & is_box
    russian = np.isin(country[ends[0]], AVOIDED) | np.isin(country[ends[1]], AVOIDED)
    middle = met["caspian"] & ~met["lorry"] & ~russian
    boxes, both = np.where(is_box, flows.flow + flows.empty, 0.0) / 1e3, west | east
    out_of = crude & from_kaz & served
    atlantic = (of_class == "URAN") & from_kaz & served & np.isin(end, ATLANTIC)

    def teu(mask: NDArray[np.bool_]) -> float:
        return float(boxes[mask].sum())

    def kt(mask: NDArray[np.bool_]) -> float:
        return float(flows.t[mask].sum() / 1e3)

    def percent(part: float, whole: float) -> float:
        return 100.0 * part / whole if whole > 0 else float("nan")

    by_middle = teu(middle & is_box & both)
    by_rail = by_middle + teu(by_north & both)
    return {
        "northern_teu": teu(by_north & both),
        "northern_west_teu": teu(by_north & west),
        "northern_east_teu": teu(by_north & east),
        "middle_teu": teu(middle & is_box),
        "middle_china_europe_teu": by_middle,
        "middle_box_kt": kt(middle & is_box),
        "middle_share_percent": percent(by_middle, by_rail),
        "middle_kt": kt(middle & ~crude),
        "middle_export_kt": kt(middle & ~crude & from_kaz),
        "feeder_teu": teu(met["feeder"] & is_box),
        "btk_kt": kt(met["kars"]),
        "instc_east_kt": kt(met["bolashak"] & met["persian"]),
        "alat_kt": kt(met["alat"] & ~oil),
        "aktau_oil_kt": kt(met["aktau"] & oil),
        "aktau_grain_kt": kt(met["aktau"] & (of_class == "GRAIN")),
        "aktau_metal_kt": kt(met["aktau"] & (of_class == "METAL")),
        "cpc_percent": percent(kt(met["cpc"] & out_of), kt(out_of)),
        "uranium_percent": percent(kt(met["caspian"] & atlantic), kt(atlantic)),
        "kazakh_transit_kt": kt(met["kazakh_rail"] & ~(from_kaz | to_kaz)),
    }


def _met(network: Network, routes: Routes) -> dict[str, NDArray[np.bool_]]:
    """Say which routes meet what, by name, shape (n_routes,)."""
    links = network.links
    rail = np.char.startswith(links.from_mode, "rail")
    over = caspian_links(network, ("KAZ",))
    ports = np.unique([links.from_place[over], links.to_place[over]])
    rolls = np.char.add(np.char.add(links.from_mode, ">"), links.to_mode)
    water = select_links(network, Selector(kinds=("sea", "feeder", "ferry", "river")))

    def inside(code: str) -> NDArray[np.bool_]:
        return select_links(network, Selector(countries=(code,)))

    def joins(*pairs: str) -> NDArray[np.bool_]:
        return select_links(network, Selector(between=pairs))

    masks = {
        "caspian": over,
        "lorry": np.isin(rolls, ("road>ferry", "ferry>road")) & np.isin(links.from_place, ports),
        "feeder": over & (links.kind == "feeder"),
        "kazakh": inside("KAZ"),
        "belarusian": inside("BLR"),
        "kazakh_rail": rail & inside("KAZ"),
        "kars": rail & joins("GEO-TUR"),
        "bolashak": rail & joins("KAZ-TKM"),
        "persian": rail & joins("TKM-IRN"),
        "alat": water & select_links(network, Selector(places=("AZALA",))),
        "aktau": water & select_links(network, Selector(places=("KZAAU",))),
        "cpc": select_links(network, Selector(resources=("R_CPC",))),
    }
    found = links_met(routes.link_start, routes.link_ix, np.column_stack(list(masks.values())))
    return dict(zip(masks, found.T, strict=True))


# ---------------------------------------------------------------------------- days and dollars


def _times(run: Run) -> dict[str, float]:
    found = trips(run, divertible(run).teu)
    doors = {
        f"{name}_{what}": float("nan") if trip is None else getattr(trip, what)
        for name, trip in (
            ("middle", found["middle"]), ("northern", found["north"]), ("sea", found["sea"])
        )
        for what in ("days", "usd_feu")
    }  # fmt: skip
    box = run.world.classes.ids.index("C_OM") if "C_OM" in run.world.classes.ids else 0
    return {
        "china_black_sea_days": _days(run, box, "CNHRS", "GEPTI"),
        "almaty_poti_days": _days(run, box, "KZALA", "GEPTI"),
        **doors,
        "china_border_h": _border_h(run, box),
    }


def _days(run: Run, class_ix: int, start: str, end: str) -> float:
    """[days] From terminal to terminal by the way that felt cost prefers over the Caspian."""
    world, graph, places = run.world, run.setting.graph, run.world.network.places.ids
    if start not in places or end not in places:
        return float("nan")
    shunned = select_links(world.network, Selector(countries=("RUS", "BLR", "IRN")))
    shunned |= select_links(world.network, Selector(passages=("Suez", "Cape of Good Hope")))
    cost = class_costs(graph, world.classes, class_ix, world.params["reliability_scale"])[WEST]
    path = cheapest_path(
        graph, np.where(shunned, np.inf, cost + surcharges(run)[class_ix]),
        ends_of(world.network, places.index(start), leaves=True, at_door=False),
        ends_of(world.network, places.index(end), leaves=False, at_door=False),
    )  # fmt: skip
    if path is None:
        return float("nan")
    return _hours_on(run, path, class_ix) / HOURS_PER_DAY


def _hours_on(run: Run, path: NDArray[np.integer], class_ix: int) -> float:
    """[h] Time of the links and one queue before each resource met."""
    graph, links = run.setting.graph, run.world.network.links
    draws = draws_of_classes(run.world.classes, run.world.network.resources)[:, class_ix, 0]
    waits: dict[int, float] = {}
    for link in path:
        for r in links.resource_ix[links.resource_start[link] : links.resource_start[link + 1]]:
            limits = graph.limits.of_resource[r, graph.link_direction[link]]
            if draws[r]:
                waits[int(r)] = max((run.limit_wait_h[i] for i in limits if i >= 0), default=0.0)
    return float(graph.hours[path].sum() + sum(waits.values()))


def _border_h(run: Run, class_ix: int) -> float:
    """[h] Rail border and gauge change from China into Kazakhstan, by what passes each gate."""
    network = run.world.network
    links, ids = network.links, np.array([*network.places.ids, ""])
    flows = tally(run)
    hours, passed = [], []
    for outer, inner in GATES:
        mask = (ids[links.from_place] == outer) & (ids[links.to_place] == inner)
        mask &= np.char.startswith(links.from_mode, "rail")
        for link in np.flatnonzero(mask):
            here = np.zeros(len(mask), np.bool_)
            here[link] = True
            met = links_met(run.routes.link_start, run.routes.link_ix, here[:, None])[:, 0]
            uses = met[np.maximum(flows.route, 0)] & (flows.route >= 0)
            hours.append(_hours_on(run, np.array([link]), class_ix))
            passed.append(float(flows.t[uses].sum()))
    return float(np.average(hours, weights=passed)) if sum(passed) > 0 else float("nan")
