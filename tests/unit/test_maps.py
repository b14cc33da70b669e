"""Maps of flows: the projection, the widths, the lettering and the SVG itself."""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from serai.outputs import map_legend
from serai.outputs.language import ENGLISH
from serai.outputs.map_legend import measure_radius_pt, measure_width_pt, number_bottlenecks
from serai.outputs.map_lettering import Box, Name, place_names, spread_discs
from serai.outputs.map_parts import CORRIDORS, PAIR_VIEW, PHONE_VIEW, WIDE_VIEW, MapView
from serai.outputs.maps import (
    Bottleneck,
    FlowLine,
    FlowPanel,
    FlowScale,
    choose_scale,
    draw_flow_map,
    draw_flow_maps_pair,
    label_main_places,
    merge_lines,
)
from serai.outputs.projection import Sheet, drop_near_points, offset_line, project, to_sheet

Line = NDArray[np.float64]

ACROSS = np.array([[51.2, 43.6], [50.8, 42.0], [49.4, 40.0]])
SCALE = FlowScale(unit="TEU a year", full_flow=400_000.0)


@dataclass(frozen=True)
class Land:
    iso3: str
    rings: tuple[Line, ...]


@dataclass(frozen=True)
class Ground:
    countries: tuple[Land, ...] = field(
        default_factory=lambda: (
            Land("KAZ", (np.array([[52.0, 44.0], [75.0, 44.0], [75.0, 52.0], [52.0, 44.0]]),)),
            Land(
                "FJI", (np.array([[178.0, -18.0], [179.0, -18.0], [179.0, -17.0], [178.0, -18.0]]),)
            ),
        )
    )
    borders: tuple[Line, ...] = field(
        default_factory=lambda: (np.array([[52.0, 44.0], [75.0, 44.0]]),)
    )


def make_panel(title: str = "Today", *, flow: float = 100_000.0, price: float = 100.0) -> FlowPanel:
    return FlowPanel(
        title=title,
        lines=(
            FlowLine(points=ACROSS, flows={"middle": flow}),
            FlowLine(points=ACROSS[::-1], flows={"middle": flow, "sea": 5e6}),
            FlowLine(points=ACROSS + 8.0, flows={"north": 3.0 * flow}, is_inferred=True),
        ),
        bottlenecks=(
            Bottleneck(
                name="Ferries & berths", lon=50.8, lat=42.0, price_usd_teu=price, wait_h=30.0
            ),
        ),
    )


# ---------------------------------------------------------------- projection


def test_the_centre_is_nought_and_north_is_up() -> None:
    assert_allclose(project(np.array([[62.0, 42.0]])), [[0.0, 0.0]], atol=1e-9)
    east, north = project(np.array([[63.0, 42.0], [62.0, 43.0]]))
    assert east[0] > 0.0
    assert abs(east[1]) < 1.0
    assert_allclose(north, [0.0, 111.2], atol=0.1)


def test_distance_from_the_centre_follows_the_formula() -> None:
    pole = project(np.array([[0.0, 90.0]]))[0]
    # rho = 2 R sin(c / 2), c = 48 degrees; Snyder 1987, equation 24-1
    assert_allclose(np.hypot(*pole), 2.0 * 6371.0 * np.sin(np.radians(24.0)), rtol=1e-12)


@given(st.floats(-20.0, 140.0), st.floats(-35.0, 72.0))
def test_areas_are_true_everywhere(lon: float, lat: float) -> None:
    half = 0.01
    corners = np.array(
        [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half],
         [lon - half, lat + half]]
    )  # fmt: skip
    x, y = project(corners).T
    area = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2.0
    edges = np.sin(np.radians([lat + half, lat - half]))
    true = 6371.0**2 * np.radians(2.0 * half) * (edges[0] - edges[1])
    # 1e-3: the cell's edges are drawn straight
    assert_allclose(area, true, rtol=1e-3)


def test_the_sheet_keeps_the_scale_in_both_directions() -> None:
    sheet = Sheet(-1000.0, -500.0, 1000.0, 500.0, 400.0)
    assert sheet.height_pt == 200.0
    assert_allclose(to_sheet(np.array([[62.0, 42.0]]), sheet), [[200.0, 100.0]], atol=1e-9)


@pytest.mark.parametrize("view", [WIDE_VIEW, PAIR_VIEW, PHONE_VIEW])
@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [("Duisburg", 6.75, 51.43), ("Xi'an", 108.98, 34.38), ("Suez", 32.55, 29.92),
     ("Bandar Abbas", 56.2, 27.15), ("Moscow", 37.65, 55.75)],
)  # fmt: skip
def test_every_view_shows_the_main_places(view: MapView, name: str, lon: float, lat: float) -> None:
    x, y = to_sheet(np.array([[lon, lat]]), view.sheet)[0]
    assert 0.0 < x < view.sheet.width_pt, name
    assert 0.0 < y < view.sheet.height_pt, name


# ---------------------------------------------------------------- lines


def test_a_line_beside_another_keeps_its_distance() -> None:
    straight = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
    assert_allclose(offset_line(straight, 2.0), straight + np.array([0.0, 2.0]))
    bend = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
    assert_allclose(offset_line(bend, 1.0), [[0.0, 1.0], [9.0, 1.0], [9.0, 10.0]], atol=1e-9)


def test_a_line_that_turns_back_does_not_fly_off() -> None:
    hairpin = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 0.01]])
    assert np.abs(offset_line(hairpin, 3.0) - hairpin).max() < 5.0


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=2, max_size=30))
def test_dropping_points_keeps_both_ends(spots: list[tuple[float, float]]) -> None:
    line = np.array(spots)
    fewer = drop_near_points(line, 1.0)
    assert_array_equal(fewer[[0, -1]], line[[0, -1]])
    gaps = np.hypot(*np.diff(fewer[:-1], axis=0).T)
    assert np.all(gaps >= 1.0)


def test_links_of_one_course_are_added_up_whatever_their_direction() -> None:
    merged = merge_lines(make_panel().lines)
    assert len(merged) == 2
    assert merged[0].flows == {"middle": 200_000.0, "sea": 5e6}
    assert merged[0].points[0, 0] < merged[0].points[-1, 0]


# ---------------------------------------------------------------- widths


def test_width_grows_with_the_root_of_the_flow() -> None:
    north = CORRIDORS["north"]
    assert measure_width_pt(400_000.0, SCALE, north, 8.0) == 8.0
    assert measure_width_pt(100_000.0, SCALE, north, 8.0) == 4.0
    assert measure_width_pt(0.0, SCALE, north, 8.0) == 0.0
    assert measure_width_pt(9e9, SCALE, CORRIDORS["sea"], 8.0) == CORRIDORS["sea"].fixed_width_pt


def test_the_scale_fits_the_largest_flow_of_all_maps_but_the_oceans() -> None:
    panels = (make_panel(flow=10_000.0), make_panel(flow=140_000.0))
    assert choose_scale(panels, "TEU").full_flow == 500_000.0
    assert choose_scale((make_panel(flow=0.0),), "TEU").full_flow == 1.0
    assert choose_scale((), "TEU").full_flow == 1.0


def test_discs_grow_with_the_price() -> None:
    radii = [measure_radius_pt(price, 100.0, 10.0) for price in (0.0, 50.0, 100.0)]
    assert radii == sorted(radii)
    assert measure_radius_pt(0.0, 0.0, 10.0) == radii[0]


def test_bottlenecks_are_numbered_dearest_first_and_once() -> None:
    def one(name: str, price: float) -> Bottleneck:
        return Bottleneck(name=name, lon=50.0, lat=42.0, price_usd_teu=price)

    before = FlowPanel(title="a", lines=(), bottlenecks=(one("Poti", 50.0), one("Aktau", 20.0)))
    after = FlowPanel(title="b", lines=(), bottlenecks=(one("Aktau", 90.0),))
    assert number_bottlenecks((before, after)) == {"Aktau": 1, "Poti": 2}


# ---------------------------------------------------------------- lettering


def test_names_step_aside() -> None:
    frame = Box(0.0, 0.0, 200.0, 100.0)
    names = [Name("Aktau", 100.0, 50.0, "right", 10.0), Name("Kuryk", 103.0, 50.0, "right", 10.0)]
    placed = place_names(names, [], frame)
    assert placed[0].side == "right"
    assert not placed[0].box().meets(placed[1].box())
    (edge,) = place_names([Name("Xi'an", 195.0, 50.0, "right", 10.0)], [], frame)
    assert edge.side == "left"
    assert place_names([Name("far too long for it", 5.0, 5.0, "right", 60.0)], [], frame) == []


def test_a_name_moves_off_a_disc_that_covers_its_place() -> None:
    frame, disc = Box(0.0, 0.0, 200.0, 100.0), Box(92.0, 42.0, 108.0, 58.0)
    (placed,) = place_names([Name("Poti", 100.0, 50.0, "above", 10.0)], [disc], frame)
    assert not placed.box().meets(disc)
    assert placed.side == "above"


def test_a_name_that_fits_nowhere_keeps_its_side() -> None:
    frame = Box(0.0, 0.0, 200.0, 100.0)
    (placed,) = place_names([Name("Poti", 100.0, 50.0, "above", 10.0)], [frame], frame)
    assert placed.side == "above"


@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60), st.floats(3, 9)), min_size=1, max_size=6)
)
def test_discs_are_moved_apart(discs: list[tuple[float, float, float]]) -> None:
    homes, radii = np.array(discs)[:, :2], np.array(discs)[:, 2]
    spots = spread_discs(homes, radii)
    for one in range(len(discs)):
        for other in range(one):
            # 0.5 pt: pushing stops after a fixed number of rounds
            assert np.hypot(*(spots[one] - spots[other])) > radii[one] + radii[other] - 0.5


# ---------------------------------------------------------------- the SVG


def test_a_map_is_one_well_formed_element_with_words_in_it() -> None:
    svg = draw_flow_map(Ground(), make_panel("Today & <open>"), SCALE, labels=label_main_places(
        {"KZAAU": (51.22, 43.6), "CNSIA": (108.98, 34.38), "nowhere": (0.0, 0.0)}
    ))  # fmt: skip
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    words = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Map of flows: Today & <open>"
    assert {"Today & <open>", "Aktau", "Xi'an", "KAZAKHSTAN", "Middle Corridor", "400,000"} <= words
    assert "Ferries & berths: 100; wait 30 h" in words
    assert "South (Iran, Türkiye)" not in words


def test_ids_point_somewhere_and_no_date_or_style_is_left() -> None:
    svg = draw_flow_map(Ground(), make_panel(), SCALE)
    ids = re.findall(r' id="([^"]+)"', svg)
    used = set(re.findall(r"url\(#([\w-]+)\)", svg))
    assert used <= set(ids)
    assert len(ids) == len(set(ids))
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert svg.startswith("<svg ")


def test_the_same_input_gives_the_same_bytes() -> None:
    pair = (make_panel("Before"), make_panel("After", flow=5_000.0, price=20.0))
    first = draw_flow_maps_pair(Ground(), pair, SCALE)
    again = draw_flow_maps_pair(Ground(), pair, SCALE)
    assert first == again
    assert "100 → 20" in first


def test_maps_on_one_page_share_no_ids() -> None:
    wide = draw_flow_map(Ground(), make_panel(), SCALE)
    phone = draw_flow_map(Ground(), make_panel(), SCALE, view=PHONE_VIEW)
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (wide, phone)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_an_empty_map_is_drawn_all_the_same() -> None:
    panel = FlowPanel(title="Closed world", lines=())
    svg = draw_flow_map(Ground(), panel, choose_scale((panel,), "TEU"))
    assert "Closed world" in svg
    assert "Bottlenecks" not in svg


def test_a_long_name_leaves_room_for_its_price_and_wait() -> None:
    one = Bottleneck(
        name="Alashankou-Dostyk rail border and gauge change", lon=82.0, lat=45.0,
        price_usd_teu=203.0, wait_h=32.0,
    )  # fmt: skip
    panel = FlowPanel(title="", lines=(), bottlenecks=(one,))
    (row,) = map_legend._list_bottlenecks([panel], WIDE_VIEW, ENGLISH)
    assert row.words.startswith("Alashankou-Dostyk rail")
    assert row.words.endswith("…: 203; wait 32 h")
    assert len(row.words) <= map_legend.ROW_LETTERS + 2
