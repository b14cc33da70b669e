"""The page of an answer, put together: maps, the two routes of its diagrams, names, footnotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pandas as pd

from serai.data.answers import read_stored
from serai.data.geometry import Geometry, read_basemap
from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.register import EvidenceRow, Register, build_register
from serai.domain.quotes import QuoteRoute
from serai.domain.results import AnswerResult, Bottleneck, LinkFlow
from serai.domain.world import World
from serai.errors import NoPathError, ScenarioError
from serai.model.choice import AVOIDED
from serai.outputs import maps
from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.numbers import say_share
from serai.outputs.page import AnswerPage, Footnote
from serai.outputs.page_tables import ClassNote, MeasureNote, ProjectNote
from serai.outputs.words import COLOURS, pick_case
from serai.studies.cases import SERVES_MIDDLE, case_scenario
from serai.studies.lines import line_of, read_lines, spot_of
from serai.studies.naming import Namer, read_namer
from serai.studies.quote import Inquiry, quote
from serai.studies.translate import translate_answer, translate_route, translate_stored

__all__ = ["assemble_page"]

TRIP: Final = ("Xi'an", "Duisburg")
"""Ends of the two routes of the diagrams."""

LEAST_PRICE: Final = 1.0
"""[USD/TEU] Scarcity price from which a limit is marked on a map."""

N_ROUTES: Final = 8
"""Routes to look through for one of each corridor."""

MOST_SEA_KM: Final = 2000.0
"""[km] The Black Sea is part of an overland route; an ocean is not."""

MAX_FOOTNOTES: Final = 1000
"""Values told in the footnotes at most; the page says how many there are."""

LOOKS: Final = {
    **{key: look for key, look in maps.CORRIDORS.items() if key not in ("sea", "other")},
    "east": maps.MapCorridor(label=mark("East (through China)"), colour=COLOURS["east"]),
    "sea": maps.CORRIDORS["sea"],
    "other": maps.CORRIDORS["other"],
}
"""Looks of the corridors, from north to south; those without one of their own are the others."""

LEAST_FLOW: Final = 3e-3
"""[-] Flows below this share of the largest are slivers that the choice model gives every route."""

FLOW_UNIT: Final = mark("TEU a year, both directions")

MAP_NOTE: Final = mark(
    "The boxes that the question is about: trade that uses Russian railways today, where it goes "
    "with Russia open and with Russia closed, on today's network. Air is left out, and so are "
    "slivers below {share} of the largest flow. Numbers mark the limits that bind on the Middle "
    "Corridor."
)

PANELS: Final = {
    "open": mark("Today, Russia open (demand of {year})"),
    "closed": mark("Today, Russia closed (demand of {year})"),
}
"""What the maps are called, by the state of Russian and Belarusian territory."""


def assemble_page(world: World, answer: AnswerResult, *, lang: Language = ENGLISH) -> AnswerPage:
    """
    Return everything that the page shows.

    Parameters
    ----------
    world
        The tables that were answered from.
    answer
        The answer; its maps are drawn.
    lang
        Language of the page.

    Returns
    -------
    page
        Ready to be written.

    Raises
    ------
    DataError
        A table has faults.
    ScenarioError
        A stored study beside the tables is none.
    """
    tables, namer = read_folder(world.folder), read_namer(lang, world.folder)
    result = translate_answer(answer, namer)
    before, after = _draw_maps(world, result, lang)
    middle = _find_route(world, "middle", (*AVOIDED, "IRN"))
    northern = _find_route(world, "north", ())
    footnotes, n_evidence = _list_footnotes(build_register(tables), result, middle, northern)
    start, end = (namer.name("places", place) for place in TRIP)
    return AnswerPage(
        answer=result,
        lang=lang,
        map_svg_before=before[0],
        map_svg_after=after[0],
        phone_svg_before=before[1],
        phone_svg_after=after[1],
        map_note=lang.say(MAP_NOTE, share=say_share(LEAST_FLOW, lang)),
        middle=translate_route(middle, namer),
        northern=translate_route(northern, namer),
        trip=lang.say("{start}–{end} overland", start=start, end=end),
        classes={
            row["class_id"]: ClassNote(name=namer.name("classes", row["name"]), unit=row["unit"])
            for row in tables["classes"].to_dict("records")
        },
        projects=_note_projects(tables, namer),
        measures=_note_measures(tables, namer),
        footnotes=footnotes,
        n_evidence=n_evidence,
        stored=translate_stored(read_stored(world.folder), world, namer),
    )


# ---------------------------------------------------------------- names


def _note_projects(tables: Mapping[str, pd.DataFrame], namer: Namer) -> dict[str, ProjectNote]:
    if "projects" not in tables:
        return {}
    countries = _name_countries(tables, namer)
    return {
        row["project_id"]: ProjectNote(
            name=namer.name("projects", row["name"]),
            country=";".join(countries.get(key, key) for key in row["country"].split(";")),
            status=row["status"],
            open_year=int(row["open_year"]),
            capex_musd=float(row["capex_musd"]),
            capex_low_musd=float(row["capex_low_musd"]),
            capex_high_musd=float(row["capex_high_musd"]),
            serves_middle=row["corridor"] in SERVES_MIDDLE,
        )
        for row in tables["projects"].to_dict("records")
    }


def _name_countries(tables: Mapping[str, pd.DataFrame], namer: Namer) -> dict[str, str]:
    """Return what countries are called; in English they are told by their codes."""
    if "countries" not in tables or namer.lang.code == ENGLISH.code:
        return {}
    rows = tables["countries"].to_dict("records")
    return {row["iso3"]: namer.name("countries", row["name"]) for row in rows}


def _note_measures(tables: Mapping[str, pd.DataFrame], namer: Namer) -> dict[str, MeasureNote]:
    if "measures" not in tables:
        return {}
    return {
        row["measure_id"]: MeasureNote(
            name=namer.name("measures", row["name"]),
            status=row["status"],
            cost_musd_yr=float(row["cost_musd_yr"]),
        )
        for row in tables["measures"].to_dict("records")
    }


# ---------------------------------------------------------------- maps


def _draw_maps(world: World, answer: AnswerResult, lang: Language) -> list[tuple[str, str]]:
    """Draw today, Russia open and closed, each for a screen and for a phone."""
    geometry = read_lines(world.folder)
    basemap = read_basemap(PACK)
    panels = [
        _panel(
            world, geometry, one.links, lang.say(PANELS[one.russia], year=answer.base_year),
            _binding(answer, one.russia),
        )
        for one in answer.maps
    ]  # fmt: skip
    scale = maps.choose_scale(panels, lang.say(FLOW_UNIT), corridors=LOOKS)
    places = world.network.places
    labels = maps.label_main_places(
        {key: (places.lon[i], places.lat[i]) for i, key in enumerate(places.ids)}, lang
    )
    wide, phone = (
        [
            maps.draw_flow_map(
                basemap, panel, scale, labels=labels, view=view, corridors=LOOKS, lang=lang
            )
            for panel in panels
        ]
        for view in (maps.WIDE_VIEW, maps.PHONE_VIEW)
    )
    return list(zip(wide, phone, strict=True))


def _binding(result: AnswerResult, state: str) -> Sequence[Bottleneck]:
    case = pick_case(result, "today", state)
    # The maps show boxes: a limit that costs a box nothing, such as an oil berth, is not on them.
    return [b for b in case.binding if b.price_usd_teu >= LEAST_PRICE] if case else ()


def _panel(
    world: World,
    geometry: Geometry,
    flows: Sequence[LinkFlow],
    title: str,
    binding: Sequence[Bottleneck],
) -> maps.FlowPanel:
    links = world.network.links
    at = {link_id: i for i, link_id in enumerate(links.ids)}
    least = LEAST_FLOW * max((flow.teu for flow in flows), default=0.0)
    lines = []
    for flow in flows:
        i = at[flow.link_id]
        if links.kind[i] == "air" or flow.teu < least:
            continue
        key = flow.corridor if flow.corridor in LOOKS else "other"
        line = line_of(world.network, geometry, i)
        if line is not None:
            lines.append(
                maps.FlowLine(
                    points=line.points, flows={key: flow.teu}, is_inferred=line.is_inferred
                )
            )
    return maps.FlowPanel(title=title, lines=lines, bottlenecks=_spots(world, binding))


def _spots(world: World, binding: Sequence[Bottleneck]) -> list[maps.Bottleneck]:
    """Return where limits lie; each once."""
    spots: dict[str, maps.Bottleneck] = {}
    for limit in binding:
        spot = spot_of(world.network, limit.resource)
        if spot is None or limit.resource in spots:
            continue
        spots[limit.resource] = maps.Bottleneck(
            name=limit.name,
            lon=spot[0],
            lat=spot[1],
            price_usd_teu=limit.price_usd_teu,
            wait_h=limit.wait_h or 0.0,
        )
    return list(spots.values())


# ---------------------------------------------------------------- routes and footnotes


def _find_route(world: World, corridor: str, avoid: tuple[str, ...]) -> QuoteRoute | None:
    """
    Return the best route of a corridor for the diagrams; None where there is none.

    Overland: a route that leaves Poti for Antwerp by ship is no picture of the corridor, though a
    shipper with time may take it.
    """
    inquiry = Inquiry(origin=TRIP[0], dest=TRIP[1], top=N_ROUTES, avoid=avoid)
    try:
        found = quote(world, case_scenario("today", "open"), inquiry).routes
    except (NoPathError, ScenarioError):
        return None
    for route in found:
        by_sea_km = max((leg.km for leg in route.legs if leg.mode == "sea"), default=0.0)
        if route.corridor == corridor and by_sea_km <= MOST_SEA_KM:
            return route
    return None


def _list_footnotes(
    register: Register, result: AnswerResult, *routes: QuoteRoute | None
) -> tuple[tuple[Footnote, ...], int]:
    """Return the values the answer rests on, the weightiest first, and how many there are."""
    seen: dict[str, EvidenceRow] = {}
    for key in _list_keys(register, result, routes):
        for row_id in register.groups.get(key, ()):
            row = register.rows[row_id]
            if row.role == "value" and _holds_in(register, row, result):
                seen.setdefault(row_id, row)
    told = tuple(
        Footnote(
            id=row.id,
            what=f"{row.what}: {row.meaning}",
            value=row.value,
            unit=row.unit,
            source_title=source.title if source else "",
            publisher=source.publisher if source else "",
            date=source.date if source else "",
            url=source.url if source else "",
            grade=row.grade,
        )
        for row in list(seen.values())[:MAX_FOOTNOTES]
        for source in map(register.sources.get, row.source_ids or ("",))
    )
    return told, len(seen)


def _list_keys(
    register: Register, result: AnswerResult, routes: Sequence[QuoteRoute | None]
) -> Iterator[str]:
    """Yield table rows in the order of their weight in the answer."""
    yield from (key for key in result.evidence if key.startswith("resources."))
    yield from (key for key in register.groups if key.startswith("params."))
    full = pick_case(result, "full", "closed")
    if full is not None:
        yield from (f"projects.{key}" for key in full.projects)
        yield from (f"measures.{key}" for key in full.measures)
    for table in ("classes", "year_inputs"):
        yield from (key for key in register.groups if key.startswith(f"{table}."))
    for route in filter(None, routes):
        yield from (f"links.{key}" for leg in route.legs for key in leg.link_ids)
    yield from result.evidence
    yield from (key for key in register.groups if key.startswith("demand."))


def _holds_in(register: Register, row: EvidenceRow, result: AnswerResult) -> bool:
    """Say whether a row is of the base year, or its resource's version that holds in the cases."""
    if row.table in ("year_inputs", "demand"):
        return row.year == str(result.base_year)
    if row.table != "resources":
        return True
    year = result.built_by
    stem = row.key.removesuffix(f"/{row.year}")
    since = {int(register.rows[key].year) for key in register.groups[f"resources.{stem}"]}
    return int(row.year) == max((y for y in since if y <= year), default=min(since))
