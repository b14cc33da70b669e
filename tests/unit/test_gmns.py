"""GMNS and the tables of the model say the same, in both directions, and nothing is lost."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.data.gmns import from_gmns
from serai.data.gmns_out import to_gmns
from serai.data.gmns_parts import great_circle_km
from serai.data.gmns_words import read_kind
from serai.data.load import PACK
from serai.data.own import lent_rates, read_own
from serai.data.schema import read_gmns_schema, read_schema
from serai.data.tables import read_tables
from tests.own import write_example, write_lines, write_pair
from tests.tiny_tables import write_tiny

FOREIGN = Path(__file__).parents[1] / "gmns" / "osm2gmns"
Tables = Mapping[str, pd.DataFrame]


def read_gmns(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the GMNS tables of a folder, typed."""
    return read_tables(folder, schema=read_gmns_schema())


def is_same(one: object, other: object) -> bool:
    """Say whether two cells say the same: numbers to the last digits that units leave."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return one == other


def assert_same_rows(ours: pd.DataFrame, theirs: pd.DataFrame, key: list[str]) -> None:
    """Hold every cell of two tables of the model against each other."""
    columns = [c for c in theirs if c != "gmns"]
    one, two = (t.sort_values(key).reset_index(drop=True)[columns] for t in (ours, theirs))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize("make", [lambda _: PACK, write_tiny], ids=["pack", "tiny"])
def test_tables_come_back_from_gmns_cell_by_cell(tmp_path: Path, make: Any) -> None:  # noqa: ANN401
    tables = read_tables(make(tmp_path))
    back = from_gmns(to_gmns(tables))
    assert [one.check for one in back.findings] == []
    for name, table in tables.items():
        assert_same_rows(back.tables[name], table, list(read_schema()[name].key))


# ------------------------------------------------------------------ random networks

MODES = ("rail_1520", "road", "sea")
IDS = st.text("ABCxyz019._-", min_size=1, max_size=5)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",
                "Cc")), max_size=8)  # fmt: skip
NUMBERS = st.floats(0.0, 1e6).map(lambda x: float(f"{x:.6g}"))
MAYBE = st.one_of(st.just(math.nan), NUMBERS)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Draw node, link and zone as a user or another tool may write them."""
    ids = draw(st.lists(IDS, min_size=2, max_size=6, unique=True))
    zones = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    nodes = [
        {
            "node_id": i, "name": draw(NAMES), "x_coord": draw(st.floats(-180, 180)),
            "y_coord": draw(st.floats(-90, 90)), "z_coord": draw(MAYBE),
            "node_type": draw(st.sampled_from(["", "city", "sea_port", "intersection",
                                               "centroid"])),
            "ctrl_type": draw(st.sampled_from(["", "signal"])),
            "zone_id": zones[0] if n == 0 else draw(st.sampled_from(["", *zones])),
            "country_iso3": draw(st.sampled_from(["", "KAZ"])), "osm_id": draw(NAMES),
            "evidence": draw(st.sampled_from(["", "observed"])),
        }
        for n, i in enumerate(ids)
    ]  # fmt: skip
    nodes[0]["node_type"] = "city"
    doors = {str(n["node_id"]) for n in nodes if n["node_type"] == "centroid"}
    mode = {i: "" if i in doors else draw(st.sampled_from(MODES)) for i in ids}
    links = []
    for n in range(draw(st.integers(1, 8))):
        a, b = draw(st.permutations(ids))[:2]
        if a in doors and b in doors:
            continue
        is_haul = mode[a] == mode[b] and not {a, b} & doors
        kind = mode[a] if is_haul else draw(st.sampled_from(["port", "border"]))
        links.append(
            {
                "link_id": f"{draw(IDS)}{n}", "name": draw(NAMES), "from_node_id": a,
                "to_node_id": b, "directed": draw(st.sampled_from(["0", "1", "true", "False"])),
                "facility_type": kind if not {a, b} & doors else "connector",
                "geometry": draw(NAMES), "length": draw(NUMBERS), "lanes": draw(MAYBE),
                "free_speed": draw(st.floats(1, 100)), "capacity": draw(MAYBE),
                "allowed_uses": draw(st.sampled_from(["", "truck"])), "toll": draw(MAYBE),
                "dwell_h": draw(MAYBE), "cost_usd_teu": draw(MAYBE), "cost_usd_t": draw(MAYBE),
                "capacity_teu_yr": draw(MAYBE), "capacity_basis": "both",
                "range_pct": draw(st.sampled_from([math.nan, 20.0])), "jurisdiction": draw(NAMES),
                "odd_column": draw(NAMES),
            }
        )  # fmt: skip
    # A terminal's mode is said where no line-haul says it, as a user must.
    for node in nodes:
        node["mode"] = mode.get(str(node["node_id"]), "")
    zone_rows = [{"zone_id": z, "name": draw(NAMES), "boundary": draw(NAMES), "x_coord": 1.0,
                  "y_coord": 2.0} for z in zones]  # fmt: skip
    return {"node": typed("node", nodes), "link": typed("link", links),
            "zone": typed("zone", zone_rows)}  # fmt: skip


def typed(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as `read_tables` types them."""
    columns = read_gmns_schema()[name].columns
    others = dict.fromkeys(k for row in rows for k in row if k not in columns)
    frame = pd.DataFrame({
        **{c.name: np.array([row.get(c.name, math.nan if c.is_number else "") for row in rows],
                            dtype=np.float64 if c.is_number else object)
           for c in columns.values()},
        **{k: np.array([row[k] for row in rows], dtype=object) for k in others},
    }, index=pd.RangeIndex(2, len(rows) + 2, name="row"))  # fmt: skip
    frame.attrs["file"] = f"{name}.csv"
    return frame


@settings(max_examples=60)
@given(networks())
def test_gmns_comes_back_from_the_tables_with_every_cell(given_: dict[str, pd.DataFrame]) -> None:
    read = from_gmns(given_)
    back = to_gmns(read.tables)
    unit = next((f for f in read.findings if f.check == "units of GMNS"), None)
    for name, table in given_.items():
        key = f"{name}_id"
        rows = {row[key]: row for row in back[name].to_dict("records")}
        for row in table.to_dict("records"):
            for column, cell in row.items():
                if cell == "" or cell != cell or (unit and column in ("length", "free_speed")):  # noqa: PLR0124
                    continue
                assert is_same(rows[row[key]][column], cell), (name, row[key], column)
    again = from_gmns(back).tables
    for name in ("places", "links", "zones", "access", "resources"):
        assert_alike(again[name], read.tables[name], list(read_schema()[name].key))


def assert_alike(ours: pd.DataFrame, theirs: pd.DataFrame, key: list[str]) -> None:
    """Hold the cells of two tables against each other, numbers to their last digits."""
    one, two = (t.sort_values(key).to_dict("records") for t in (ours, theirs))
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert {c for c in b if c != "gmns" and not is_same(a[c], b[c])} == set(), (a, b)


# ------------------------------------------------------------------ another tool's network


def test_another_tools_network_is_read_as_it_is() -> None:
    """Written by osm2gmns: no units, no zones, other columns; see tests/gmns/README.md."""
    tables = {**read_gmns(FOREIGN), "rates": lent_rates()}
    read = from_gmns(tables, needs_zones=False)
    links = read.tables["links"].set_index("link_id")
    assert list(read.tables["places"]["place_id"]) == ["1", "2", "3", "4", "5"]
    assert dict(links["kind"].value_counts()) == {"road": 11, "rail_1435": 2}
    # 24,180.83 in the file are metres; 90 km/h is read as it stands.
    assert links.loc["1", "length_km"] == pytest.approx(24.18083)
    assert links.loc["1", "free_time_h"] == pytest.approx(24.18083 / 90)
    told = {one.check: str(one) for one in read.findings}
    assert "read as m" in told["units of GMNS"]
    assert "12, 13" in told["gauges"]
    # Some links of the file have no speed, and none has a price: the package's rates stand in.
    rate = lent_rates().set_index("kind")
    speed_km_h = float(rate["speed_km_h"]["road"])
    assert links.loc["7", "free_time_h"] == pytest.approx(53.65805 / speed_km_h)
    assert set(links["grade"]) == {"assumed"}


def test_another_tools_network_keeps_every_cell() -> None:
    tables = read_gmns(FOREIGN)
    back = to_gmns(from_gmns({**tables, "rates": lent_rates()}, needs_zones=False).tables)
    for name in ("node", "link"):
        rows = {row[f"{name}_id"]: row for row in back[name].to_dict("records")}
        for row in tables[name].to_dict("records"):
            for column, cell in row.items():
                if cell == "" or cell != cell:  # noqa: PLR0124
                    continue
                wanted = cell / 1000 if column == "length" else cell
                assert is_same(rows[row[f"{name}_id"]][column], wanted), (name, column)


def test_another_tools_network_runs_with_zones_rates_and_demand(tmp_path: Path) -> None:
    for name in ("node.csv", "link.csv"):
        (tmp_path / name).write_bytes((FOREIGN / name).read_bytes())
    lines = (tmp_path / "node.csv").read_text().splitlines()
    zoned = [
        f"{line[:-1]}Z{line.split(',')[1]}," if line.split(",")[1] in ("1", "4") else line
        for line in lines
    ]
    (tmp_path / "node.csv").write_text("\n".join(zoned) + "\n")
    write_lines(tmp_path, "rates.csv", "kind,cost_usd_teu_km,cost_usd_t_km,speed_km_h,range_pct",
                "road,1,0.1,50,20", "rail_1435,0.4,0.03,30,20")  # fmt: skip
    write_lines(tmp_path, "demand.csv", "origin_region,dest_region,class_id,year,value",
                "Z1,Z4,C_OM,2023,1000")  # fmt: skip
    own = read_own(tmp_path)
    links = own.tables["links"].set_index("link_id")
    assert links.loc["1", "cost_usd_teu"] == pytest.approx(24.18083)
    assert links.loc["7", "free_time_h"] == pytest.approx(53.65805 / 50)
    assert set(links.loc[["1", "7"], "grade"]) == {"assumed"}
    assert "links without any price" not in str(own.findings)
    assert "rates" not in own.borrowed
    (tmp_path / "rates.csv").unlink()
    assert "rates" in read_own(tmp_path).borrowed


# ------------------------------------------------------------------ words and units


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (("rail_1520", "", ""), ("rail_1520", "")),
        (("Motorway_link", "", ""), ("road", "")),
        (("principal arterial", "", ""), ("road", "")),
        (("railway", "", "1520"), ("rail_1520", "")),
        (("", "auto,truck", ""), ("road", "")),
        (("", "ship", ""), ("sea", "")),
        (("cycleway", "", ""), ("", "")),
        (("residential", "bike;walk", ""), ("", "")),
        (("port", "", ""), ("transfer", "port")),
        (("rail", "", "1067"), None),
        (("", "", ""), None),
        (("hyperloop", "", ""), None),
    ],
)
def test_words_of_links_are_understood_or_refused(
    cells: tuple[str, str, str], wanted: tuple[str, str] | None
) -> None:
    assert read_kind(*cells) == wanted


def test_a_degree_of_the_equator_is_a_hundred_and_eleven_km() -> None:
    assert great_circle_km((0.0, 0.0), (1.0, 0.0)) == pytest.approx(111.19, abs=0.01)
    assert great_circle_km((10.0, 90.0), (55.0, 90.0)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("unit", "speed", "km", "hours"),
    [("km", "kph", 90.0, 2.0), ("mi", "mph", 90.0 * 1.609344, 2.0), ("m", "kph", 0.09, 0.002)],
)
def test_units_are_those_of_the_configuration(
    tmp_path: Path, unit: str, speed: str, km: float, hours: float
) -> None:
    write_pair(tmp_path)
    write_lines(tmp_path, "config.csv", "dataset_name,long_length,speed", f"x,{unit},{speed}")
    row = read_own(tmp_path).tables["links"].set_index("link_id").loc["L"]
    assert row["length_km"] == pytest.approx(km)
    assert row["free_time_h"] == pytest.approx(hours)


def test_miles_without_a_word_are_told_by_the_map(tmp_path: Path) -> None:
    write_pair(tmp_path)
    text = (tmp_path / "link.csv").read_text().replace(",90,45,", ",56,45,")
    row = text.splitlines()[1]
    (tmp_path / "link.csv").write_text(text)
    assert read_own(tmp_path).tables["links"]["length_km"].iloc[0] == 56.0, "one says too little"
    (tmp_path / "link.csv").write_text(text + "".join(f"{row.replace('L', n)}\n" for n in "MNOP"))
    own = read_own(tmp_path)
    assert own.tables["links"]["length_km"].iloc[0] == pytest.approx(56 * 1.609344)
    assert "read as mi" in str(own.findings[0])


def test_a_node_per_terminal_is_made_where_goods_change_mode(tmp_path: Path) -> None:
    nodes = to_gmns(read_tables(write_tiny(tmp_path)))["node"].set_index("node_id")
    assert set(nodes.index) == {
        "WEST", "EAST", "WEST.sea", "EAST.sea", "WEST.rail_1520", "EAST.rail_1520", "WEST.door",
        "EAST.door", "ZW.zone", "ZE.zone",
    }  # fmt: skip
    assert nodes.loc["WEST.sea", "parent_node_id"] == "WEST"
    assert nodes.loc["WEST.door", "node_type"] == "centroid"


def test_the_example_folds_back_into_its_own_rows(tmp_path: Path) -> None:
    folder = write_example(tmp_path)
    given_, back = read_gmns(folder), to_gmns(read_own(folder).tables)
    for name in ("node", "link", "zone"):
        assert list(back[name][f"{name}_id"]) == list(given_[name][f"{name}_id"])
    assert list(back["link"]["directed"]) == ["0"] * 5
    assert "resources" not in back


def test_a_changed_price_goes_back_in_place_of_the_old_one(tmp_path: Path) -> None:
    tables = read_own(write_example(tmp_path)).tables
    links = tables["links"].copy()
    here = links["link_id"].isin(["AKQ-ALT", "AKQ-ALT.back"])
    links.loc[here, "cost_usd_teu"] = 410.0
    back = to_gmns({**tables, "links": links})["link"].set_index("link_id")
    assert back.loc["AKQ-ALT", "cost_usd_teu"] == 410.0
    assert json.loads(tables["links"].iloc[4]["gmns"])["cost_usd_teu"] == "400"
