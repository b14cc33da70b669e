"""Files of other programs: what stands in them, and what is said of those that are wrong."""

import importlib
import json
import sqlite3
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from xml.etree import ElementTree as ET

import geopandas
import networkx as nx
import numpy as np
import openmatrix
import pandas as pd
import pyogrio
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from serai.data.load import read_world
from serai.data.tables import read_tables
from serai.domain.layers import Layer, files_of_layers
from serai.domain.world import World
from serai.errors import DataError, ScenarioError, SeraiError, require_library
from serai.model.apply import apply_scenario
from serai.model.graph import build_graph
from serai.outputs.layers import encode_layers
from serai.outputs.styles import style_bottlenecks, style_flows, style_links, style_nodes
from serai.outputs.whole import write_together
from serai.studies.exchange import choose_what
from serai.studies.front import (
    Run,
    export,
    import_file,
    read_omx,
    read_scenario,
    run_scenario,
    to_networkx,
)
from tests.command import serai, sound_tables, write_sound
from tests.toy import write_tables

FIXTURE: Final = Path(__file__).parents[1] / "formats" / "aequilibrae.omx"
"""Written by AequilibraE 1.7.2: see scripts/make_aequilibrae_matrix.py."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def world(sound: Path) -> World:
    return read_world(sound)


@pytest.fixture(scope="module")
def run(world: World) -> Run:
    return run_scenario(world, "russia-closed")


def read_xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - written by this package


def refuse(kind: type[SeraiError], act: Callable[[], object]) -> str:
    """Return what is said when something is refused."""
    with pytest.raises(kind) as caught:
        act()
    return str(caught.value)


# ------------------------------------------------------------------ what is written


def test_flows_are_a_feature_per_link_with_the_numbers_of_the_run(run: Run, tmp_path: Path) -> None:
    export(run, tmp_path / "flows.gpkg")
    flows = geopandas.read_file(tmp_path / "flows.gpkg", layer="flows").set_index("link_id")
    assert {"t_yr", "teu_yr", "corridor", "use_share", "scarcity_usd_teu", "wait_h", "grade",
            "source_ids"} <= set(flows.columns)  # fmt: skip
    assert flows.crs == "EPSG:4326"
    for link in run.result.links:
        row = flows.loc[link.link_id]
        assert (row.t_yr, row.teu_yr, row.corridor) == (link.t, link.teu, link.corridor)
    assert flows.geometry.notna().all()


def test_the_price_and_the_wait_on_a_link_are_those_of_its_bottleneck(run: Run) -> None:
    limits = run.bottlenecks.table().set_index("resource_id")
    flows = run.flows.table()
    # A limit by direction binds in one of them.
    bound = flows[flows.resource_id.isin(limits.index) & (flows.use_share > 0.999)]
    assert len(bound) >= 2
    for row in bound.to_dict("records"):
        limit = limits.loc[row["resource_id"]]
        assert row["use_share"] == pytest.approx(limit.use_share)
        assert row["scarcity_usd_teu"] == pytest.approx(limit.scarcity_usd_teu)
        assert row["wait_h"] >= limit.wait_h - 1e-9, "a box waits for its own limit too"
    one = flows[flows.resource_id == "R_FERRY"].wait_h
    assert one.tolist() == pytest.approx([limits.loc["R_FERRY"].wait_h] * len(one))
    free = flows[flows.resource_id == ""]
    assert free.use_share.isna().all()
    assert (free.scarcity_usd_teu == 0.0).all()


def test_a_line_runs_from_the_place_where_its_link_starts_to_where_it_ends(
    run: Run, world: World, tmp_path: Path
) -> None:
    export(run, tmp_path / "flows.geojson")
    places = world.network.places
    at = {p: (places.lon[i], places.lat[i]) for i, p in enumerate(places.ids)}
    for feature in json.loads((tmp_path / "flows.geojson").read_text("utf-8"))["features"]:
        told, points = feature["properties"], feature["geometry"]["coordinates"]
        assert points[0] == pytest.approx(at[told["from_place"]])
        assert points[-1] == pytest.approx(at[told["to_place"]])


def test_a_package_opens_in_qgis_with_its_styles(run: Run, tmp_path: Path) -> None:
    export(run, tmp_path / "flows.gpkg")
    with sqlite3.connect(tmp_path / "flows.gpkg") as database:
        rows = database.execute(
            "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
            "useAsDefault, update_time, styleQML FROM layer_styles"
        ).fetchall()
        columns = {row[0]: row[1] for row in database.execute(
            "SELECT table_name, column_name FROM gpkg_geometry_columns")}  # fmt: skip
    database.close()
    assert [row[2] for row in rows] == ["flows", "bottlenecks"]
    for catalog, schema, name, geometry, default, time, _ in rows:
        assert (catalog, schema, default) == ("", "", 1)
        assert geometry == columns[name]
        assert time
    style = read_xml(rows[0][6])
    renderer = style.find("renderer-v2")
    assert renderer is not None
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "corridor")
    told = {one.get("value") for one in renderer.iter("category")}
    assert told == set(run.flows.table().corridor)
    widths = [one.get("value") for one in style.iter("Option")
              if one.get("name") == "expression"]  # fmt: skip
    assert all('"t_yr"' in str(one) for one in widths)
    assert len(widths) == 2 * len(told - {"sea"}), "the sea has one width, as on the maps"


@pytest.mark.parametrize(
    "qml", [style_flows(("north", "middle", "direct")), style_links(), style_nodes(),
            style_bottlenecks()], ids=["flows", "links", "nodes", "bottlenecks"]
)  # fmt: skip
def test_a_style_is_sound_xml_and_every_category_has_its_symbol(qml: str) -> None:
    style = read_xml(qml)
    assert style.tag == "qgis"
    symbols = {one.get("name") for one in style.iter("symbol")}
    assert {one.get("symbol") for one in style.iter("category")} <= symbols
    assert symbols
    colours = [one.get("value") for one in style.iter("Option")
               if one.get("name") in ("line_color", "color")]  # fmt: skip
    assert all(0 <= int(part) <= 255 for one in colours for part in str(one).split(","))


def test_a_geojson_has_its_style_and_its_other_layers_beside_it(run: Run, tmp_path: Path) -> None:
    export(run, tmp_path / "f.geojson")
    assert {path.name for path in tmp_path.iterdir()} == {
        "f.geojson", "f.qml", "f.bottlenecks.geojson", "f.bottlenecks.qml"
    }  # fmt: skip
    document = json.loads((tmp_path / "f.geojson").read_text("utf-8"))
    assert "crs" not in document, "RFC 7946 has one reference system"
    assert "OpenStreetMap" in document["serai"]["attribution"]
    assert document["serai"]["scenario"] == "russia-closed"
    assert read_xml((tmp_path / "f.qml").read_text("utf-8")).tag == "qgis"


def test_a_geoparquet_says_where_it_comes_from(run: Run, tmp_path: Path) -> None:
    export(run, tmp_path / "f.parquet")
    frame = geopandas.read_parquet(tmp_path / "f.parquet")
    pd.testing.assert_series_equal(frame.t_yr, run.flows.table().t_yr, check_exact=True)
    parquet: Any = importlib.import_module("pyarrow.parquet")
    notes = json.loads(parquet.read_schema(tmp_path / "f.parquet").metadata[b"serai"])
    assert notes["version"] == run.record.version


def test_routes_have_the_lines_of_their_links_and_what_is_left_out_is_told(
    run: Run, tmp_path: Path
) -> None:
    told = export(run, tmp_path / "routes.gpkg", "routes")
    routes, held = run.routes.table(), geopandas.read_file(tmp_path / "routes.gpkg", layer="routes")
    assert len(held) == (routes.t_yr >= 10_000.0).sum()
    assert (told.left_out == "") == (len(held) == len(routes))
    ways = held.link_ids.str.split(";")
    places = run.flows.table().set_index("link_id")
    for links, shape in zip(ways, held.geometry, strict=True):
        assert len(shape.geoms) == sum(link in places.index for link in links)


def test_skims_are_matrices_per_class_with_zones_and_units(run: Run, tmp_path: Path) -> None:
    export(run, tmp_path / "skims.omx")
    found, table = read_omx(tmp_path / "skims.omx"), run.skims.table()
    zones = found.lookups["zone_id"]
    assert zones == run.solved.world.zones.ids
    assert found.lookups["zone_number"] == tuple(str(i + 1) for i in range(len(zones)))
    for row in table.to_dict("records"):
        at = zones.index(row["origin"]), zones.index(row["dest"])
        name = f"{row['class_id']}_usd_{row['unit'].lower()}"
        np.testing.assert_equal(dict(found.values)[name][at], row["price_usd_unit"])
        assert found.units[name] == f"USD/{row['unit']}"
    assert {"scenario", "year", "version", "data_version", "inputs_sha256"} <= set(found.notes)
    raw = openmatrix.open_file(str(tmp_path / "skims.omx"))
    assert all(raw[name].dtype == np.float64 for name in raw.list_matrices())
    raw.close()


def test_demand_in_matrices_is_that_of_the_run(run: Run, tmp_path: Path) -> None:
    export(run, tmp_path / "demand.omx", "demand")
    found = read_omx(tmp_path / "demand.omx")
    held = dict(found.values)
    teu = sum(matrix.sum() for name, matrix in held.items() if name.endswith("_teu_yr"))
    assert teu == pytest.approx(run.result.demand.teu)


def test_exports_of_a_run_and_of_its_scenario_are_the_same(
    run: Run, world: World, tmp_path: Path
) -> None:
    export(run, tmp_path / "a.geojson")
    export(world, tmp_path / "b.geojson", scenario="russia-closed")
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()


# ------------------------------------------------------------------ graphs


def test_shortest_paths_of_networkx_are_those_of_the_model_s_own_graph(world: World) -> None:
    assert_same_paths(world)


@pytest.mark.slow
def test_shortest_paths_of_the_package_are_the_same_too() -> None:
    assert_same_paths(read_world())


def assert_same_paths(world: World) -> None:
    """Hold networkx on the graph against scipy on the arrays that the search runs on."""
    base = read_scenario("base")
    graph, ours = to_networkx(world, base), build_graph(world, apply_scenario(world, base))
    links, n_nodes = world.network.links, len(world.network.node_ids)
    is_open = ours.is_open & ~ours.is_closed
    least: dict[tuple[int, int], float] = {}
    for i in np.flatnonzero(is_open):
        pair = int(links.tail[i]), int(links.head[i])
        # An edge of no time at all is no edge of a sparse array.
        least[pair] = min(least.get(pair, np.inf), max(float(ours.hours[i]), 1e-12))
    rows, columns = np.array(list(least), np.int32).T
    array = csr_array((list(least.values()), (rows, columns)), shape=(n_nodes, n_nodes))
    starts = world.network.zone_out[:5]
    hours = dijkstra(array, indices=starts)
    reached = 0
    for start, row in zip(starts, hours, strict=True):
        found = nx.single_source_dijkstra_path_length(
            graph, world.network.node_ids[start], weight="time_h"
        )
        for node, name in enumerate(world.network.node_ids):
            assert found.get(name, np.inf) == pytest.approx(row[node], abs=1e-6)
        reached += len(found)
    assert reached > 5 * len(world.zones.ids)


@pytest.mark.parametrize("name", ["g.graphml", "g.json"])
def test_a_graph_that_is_written_can_be_read_by_networkx(
    world: World, tmp_path: Path, name: str
) -> None:
    export(world, tmp_path / name)
    if name.endswith("json"):
        text = (tmp_path / name).read_text("utf-8")
        held = nx.node_link_graph(json.loads(text), edges="edges")
    else:
        held = nx.read_graphml(tmp_path / name, force_multigraph=True)
    graph = to_networkx(world)
    assert set(held.edges(keys=True)) == set(graph.edges(keys=True))
    for tail, head, key, told in graph.edges(keys=True, data=True):
        theirs = held.edges[tail, head, key]
        for column, value in told.items():
            is_null = name.endswith("json") and value == np.inf
            assert theirs[column] == (None if is_null else value), column


def test_a_price_that_does_not_exist_is_infinite_so_that_no_path_takes_it(world: World) -> None:
    graph = to_networkx(world)
    links = world.network.links
    for _, _, key, told in graph.edges(keys=True, data=True):
        i = links.ids.index(key)
        assert np.isinf(told["cost_usd_teu_west"]) == np.isnan(links.cost_usd_teu.value[i])


# ------------------------------------------------------------------ matrices of other programs


def test_a_matrix_file_of_aequilibrae_is_read_as_it_is() -> None:
    found = read_omx(FIXTURE)
    assert dict(found.lookups) == {"taz": ("101", "102", "103")}
    assert set(found.values) == {"C_OM", "GRAIN"}
    np.testing.assert_array_equal(
        dict(found.values)["C_OM"], [[0.0, 1200.5, 300.25], [900.0, 0.0, 0.1], [40.0, 1e-3, 0.0]]
    )


@pytest.fixture
def numbered(tmp_path: Path) -> Path:
    """Return tables three of whose zones are called as AequilibraE calls them."""
    tables = sound_tables()
    ids = {"ZCN1": "101", "ZKAZ": "102", "ZEU1": "103"}
    for rows in tables.values():
        for row in rows:
            if "zone_id" in row:
                row["zone_id"] = ids.get(row["zone_id"], row["zone_id"])
    folder = tmp_path / "numbered"
    folder.mkdir()
    return write_tables(folder, tables)


def test_demand_of_aequilibrae_replaces_that_of_its_classes_and_year(numbered: Path) -> None:
    before = read_tables(numbered)["demand"]
    told = import_file(FIXTURE, numbered, year=2023)
    after = read_tables(numbered)["demand"]
    mine = after[after.note == "imported from aequilibrae.omx"]
    assert told.rows == {"demand": len(mine)}
    assert "lookup taz names zones" in told.notes[0]
    assert set(mine.class_id) == {"C_OM", "GRAIN"}
    assert mine.value[mine.class_id == "GRAIN"].sum() == 5_250_000.0
    assert (mine.grade == "assumed").all()
    kept = ~(before.class_id.isin({"C_OM", "GRAIN"}) & (before.year == 2023))
    assert len(after) == kept.sum() + len(mine)
    assert run_scenario(read_world(numbered)).certificate.holds()


def write_omx(
    path: Path,
    matrices: dict[str, Any],
    lookups: dict[str, list[Any]] | None = None,
    **attributes: Any,  # noqa: ANN401 - any attribute
) -> Path:
    """Write matrices with the library alone; a matrix may be of any shape."""
    file = openmatrix.open_file(str(path), "w")
    for name, cells in matrices.items():
        if not name.startswith("/"):
            file.create_carray("/data", name, obj=np.array(cells), createparents=True)
    for name, ids in (lookups or {}).items():
        file.create_array("/lookup", name, obj=np.array(ids), createparents=True)
    for name, value in attributes.items():
        file.root._v_attrs[name] = value
    file.close()
    return path


SQUARE: Final = [[1.0, 2.0, 3.0]] * 3


@pytest.mark.parametrize(
    ("matrices", "lookups", "told"),
    [
        ({"C_OM": [[1.0, 2.0]]}, {}, "matrix C_OM: got 1 x 2 cells; wanted a square matrix"),
        ({"C_OM": [1.0, 2.0]}, {}, "matrix C_OM: got 2 cells; wanted a square matrix"),
        ({"C_OM": [[b"a"]]}, {}, "matrix C_OM: got cells of type |S1; wanted numbers"),
        ({"C_OM": [[1.0]], "GRAIN": SQUARE}, {}, "got matrices of 1, 3 zones; wanted one size"),
        ({"C_OM": SQUARE}, {"taz": [1, 2]}, "lookup taz: got 2 entries; wanted 3, one for each"),
        ({}, {}, "got no matrices; wanted matrices in the group /data"),
    ],
)
def test_matrices_that_are_none_are_refused(
    tmp_path: Path, matrices: dict[str, Any], lookups: dict[str, list[Any]], told: str
) -> None:
    file = write_omx(tmp_path / "bad.omx", matrices, lookups)
    assert told in refuse(DataError, lambda: read_omx(file))


def test_a_file_that_is_no_matrix_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.omx").write_text("no", "utf-8")
    assert "got a file that is no HDF5" in refuse(DataError, lambda: read_omx(tmp_path / "x.omx"))
    assert "got no such file" in refuse(DataError, lambda: read_omx(tmp_path / "y.omx"))


@pytest.mark.parametrize(
    ("matrices", "lookups", "year", "kind", "told"),
    [
        ({"C_OM": SQUARE}, {}, 2023, DataError, "got no lookup; wanted a lookup of ids of zones"),
        ({"C_OM": SQUARE}, {"taz": [101, 102, 109]}, 2023, DataError,
         "lookup taz: got unknown zones: 109; wanted a lookup of ids of zones.csv"),
        ({"C_OM": SQUARE}, {"taz": [101, 102, 102]}, 2023, DataError, "got 102 twice"),
        ({"cars": SQUARE}, {"taz": [101, 102, 103]}, 2023, DataError,
         "matrix cars: got no class of that name; wanted the id of a class"),
        ({"C_OM_t_yr": SQUARE}, {"taz": [101, 102, 103]}, 2023, DataError,
         "matrix C_OM_t_yr: got unit t; wanted C_OM_teu_yr"),
        ({"C_OM": [[-1.0] * 3] * 3}, {"taz": [101, 102, 103]}, 2023, DataError,
         "matrix C_OM: got cells below 0, or infinite; wanted 0 or more"),
        ({"C_OM": [[np.inf] * 3] * 3}, {"taz": [101, 102, 103]}, 2023, DataError, "or infinite"),
        ({"C_OM": SQUARE}, {"taz": [101, 102, 103]}, None, ScenarioError,
         "got no year; wanted the year of the demand, 2019 to 2040; say it: --year YEAR"),
        ({"C_OM": SQUARE}, {"taz": [101, 102, 103]}, 1999, ScenarioError, "got year 1999"),
    ],
)  # fmt: skip
def test_demand_that_makes_no_sense_is_refused_and_the_folder_is_as_it_was(
    tmp_path: Path,
    numbered: Path,
    matrices: dict[str, Any],
    lookups: dict[str, list[Any]],
    year: int | None,
    kind: type[SeraiError],
    told: str,
) -> None:
    file = write_omx(tmp_path / "own.omx", matrices, lookups)
    before = {path: path.read_bytes() for path in numbered.iterdir()}
    assert told in refuse(kind, lambda: import_file(file, numbered, year=year))
    assert {path: path.read_bytes() for path in numbered.iterdir()} == before


def test_the_year_of_a_matrix_file_is_its_own_if_it_has_one(tmp_path: Path, numbered: Path) -> None:
    lookups = {"taz": [101, 102, 103]}
    file = write_omx(tmp_path / "own.omx", {"C_OM": SQUARE}, lookups, year="2030")
    import_file(file, numbered)
    demand = read_tables(numbered)["demand"]
    assert set(demand.year[demand.note == "imported from own.omx"]) == {2030}


# ------------------------------------------------------------------ layers that are wrong


@pytest.fixture
def network(world: World, tmp_path: Path) -> Path:
    """Return a package of the network's layers."""
    export(world, tmp_path / "net.gpkg", "network")
    return tmp_path / "net.gpkg"


def rewrite(
    file: Path, layer: str, change: Callable[[geopandas.GeoDataFrame], geopandas.GeoDataFrame]
) -> Path:
    """Write a package whose layer is changed as another program would."""
    out = file.with_name("changed.gpkg")
    out.unlink(missing_ok=True)
    for name in ("nodes", "links"):
        frame = geopandas.read_file(file, layer=name)
        pyogrio.write_dataframe(change(frame) if name == layer else frame, out, layer=name)
    return out


def assert_refused(file: Path, told: str, kind: type[SeraiError] = DataError) -> None:
    """Expect a message, and nothing written."""
    folder = file.parent / "none"
    message = refuse(kind, lambda: import_file(file, folder))
    assert told in message, message
    assert not folder.exists()


def test_layers_in_another_reference_system_are_brought_to_wgs_84(
    network: Path, tmp_path: Path
) -> None:
    file = rewrite(network, "nodes", lambda frame: frame.to_crs("EPSG:3857"))
    told = import_file(file, tmp_path / "mine")
    assert "brought from WGS 84 / Pseudo-Mercator to EPSG:4326" in told.notes[0]
    import_file(network, tmp_path / "plain")
    ours, theirs = (read_tables_of(tmp_path / name) for name in ("mine", "plain"))
    np.testing.assert_allclose(ours.lat, theirs.lat, atol=1e-9)
    np.testing.assert_allclose(ours.lon, theirs.lon, atol=1e-9)


def read_tables_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "places.csv")


def test_a_moved_node_and_a_redrawn_line_arrive(network: Path, tmp_path: Path) -> None:
    line = shapely.LineString([(51.2, 43.6), (50.123, 42.5), (49.4, 40.0)])

    def redraw(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
        frame.loc[frame.link_id == "KZCAS-AZCAS.fe", "geometry"] = line
        frame.loc[frame.link_id == "KZCAS-AZCAS.fe", "line_basis"] = "drawn"
        return frame

    links = geopandas.read_file(network, layer="links").link_id
    wanted = next(one for one in links if one.startswith("KZCAS") and "AZCAS" in one)
    file = rewrite(network, "links", lambda frame: redraw(
        frame.assign(link_id=frame.link_id.replace({wanted: "KZCAS-AZCAS.fe"}))))  # fmt: skip
    import_file(file, tmp_path / "mine")
    text = (tmp_path / "mine/odbl/link_geometry.csv").read_text("utf-8")
    assert "KZCAS-AZCAS.fe,,waypoints,assumed" in text
    assert "51200 43600 -1077 -1100 -723 -2500" in text
    assert "imported from changed.gpkg" in text


def test_a_layer_without_a_reference_system_is_refused(network: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        file = rewrite(network, "nodes", lambda frame: frame.set_crs(None, allow_override=True))
    assert_refused(file, "layer nodes: got no reference system; wanted EPSG:4326")


def test_a_missing_layer_is_named_with_those_that_are_there(network: Path) -> None:
    only = network.with_name("only.gpkg")
    pyogrio.write_dataframe(geopandas.read_file(network, layer="links"), only, layer="roads")
    assert_refused(only, "got layers roads; wanted a layer nodes")
    assert_refused(only, "got layers roads; wanted a layer links")


def test_a_missing_column_an_unknown_one_and_a_bad_cell_are_named(network: Path) -> None:
    file = rewrite(network, "links", lambda frame: frame.drop(columns="from_place"))
    assert_refused(file, "changed.gpkg, as links.csv row 1, column from_place: got no such column")
    file = rewrite(network, "nodes", lambda frame: frame.assign(colour="red"))
    assert_refused(file, "as places.csv row 1, column colour: got an unknown column")
    file = rewrite(network, "links", lambda frame: frame.assign(length_km=-1.0))
    assert_refused(file, "column length_km: got '-1.0'; wanted a number [km]")


def test_shapes_of_the_wrong_kind_are_named(network: Path) -> None:
    def spoil(shape: Any) -> Callable[[geopandas.GeoDataFrame], geopandas.GeoDataFrame]:  # noqa: ANN401
        def change(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
            frame.loc[0, "geometry"] = shape
            return frame

        return change

    parts = shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 6)]])
    assert_refused(rewrite(network, "links", spoil(parts)), "row 1: got 2 lines; wanted one line")
    assert_refused(rewrite(network, "links", spoil(shapely.Point(1, 1))), "row 1: got a point")
    assert_refused(rewrite(network, "nodes", spoil(None)), "row 1: got no point; wanted one point")
    far = shapely.Point(500_000.0, 4_000_000.0)
    assert_refused(rewrite(network, "nodes", spoil(far)), "row 1: got a point off the globe")


def test_a_file_of_another_kind_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gpkg"
    bad.write_text("no", "utf-8")
    assert_refused(bad, "bad.gpkg: got a file that cannot be read")
    for suffix in (".parquet", ".geojson"):
        for name in (f"bad{suffix}", f"bad.nodes{suffix}"):
            (tmp_path / name).write_text("no", "utf-8")
        assert_refused(tmp_path / f"bad{suffix}", "got a file that cannot be read")
    assert_refused(tmp_path / "x.shp", "got '.shp'; wanted a file that ends in", ScenarioError)
    assert_refused(tmp_path / "y.gpkg", "y.gpkg: got no such file; wanted the file of the layer")
    assert_refused(tmp_path / "y.geojson", "y.nodes.geojson: got no such file")


def test_a_plain_parquet_is_no_layer(tmp_path: Path) -> None:
    for name in ("t.parquet", "t.nodes.parquet"):
        pd.DataFrame({"link_id": ["a"]}).to_parquet(tmp_path / name)
    assert_refused(tmp_path / "t.parquet", "t.parquet: got a file that cannot be read")


def test_a_geojson_in_another_reference_system_is_refused(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "n.geojson", "network")
    document = json.loads((tmp_path / "n.geojson").read_text("utf-8"))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    (tmp_path / "n.geojson").write_text(json.dumps(document), "utf-8")
    assert_refused(tmp_path / "n.geojson", "got reference system urn:ogc:def:crs:EPSG::3857")
    document["crs"]["properties"]["name"] = "urn:ogc:def:crs:OGC:1.3:CRS84"
    (tmp_path / "n.geojson").write_text(json.dumps(document), "utf-8")
    assert import_file(tmp_path / "n.geojson", tmp_path / "mine").rows["links"] == 70


def test_a_folder_that_cannot_take_an_import_is_refused(network: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    told = refuse(ScenarioError, lambda: import_file(network, tmp_path / "taken"))
    assert "got a file; wanted a folder of tables" in told
    (tmp_path / "gmns").mkdir()
    (tmp_path / "gmns/node.csv").write_text("", "utf-8")
    told = refuse(ScenarioError, lambda: import_file(network, tmp_path / "gmns"))
    assert "got a network in GMNS" in told


def test_what_a_folder_has_already_stays_and_what_it_lacks_comes_from_the_package(
    network: Path, sound: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "zones.csv").write_bytes((sound / "zones.csv").read_bytes())
    told = import_file(network, mine)
    assert "zones.csv" not in told.from_package
    assert "demand.csv" in told.from_package
    assert (mine / "zones.csv").read_bytes() == (sound / "zones.csv").read_bytes()


# ------------------------------------------------------------------ exports that are refused


@pytest.mark.parametrize(
    ("name", "what", "told"),
    [
        ("x.shp", None, "got suffix '.shp'; wanted a file that ends in .gpkg, .parquet"),
        ("x.gpkg", "skims", "got skims; wanted one of flows, network, routes; skims go to .omx"),
        ("x.omx", "flows", "flows go to .gpkg, .parquet or .geojson"),
        ("x.graphml", "routes", "got routes; wanted one of network"),
        ("x.gpkg", "everything", "there are network, flows, routes, skims, demand"),
        ("folder", "flows", "got flows; wanted one of network"),
    ],
)
def test_a_format_that_cannot_hold_it_is_refused(name: str, what: str | None, told: str) -> None:
    assert told in refuse(ScenarioError, lambda: choose_what(Path(name), what))


def test_a_folder_with_something_in_it_takes_no_network(world: World, tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    told = refuse(ScenarioError, lambda: export(world, tmp_path))
    assert "got a folder with something in it; wanted a new folder, or an empty one" in told


def test_tables_that_changed_since_they_were_read_are_refused(tmp_path: Path) -> None:
    folder = write_sound(tmp_path)
    world = read_world(folder)
    text = (folder / "links.csv").read_text("utf-8")
    (folder / "links.csv").write_text(text.replace("assumed", "derived"), "utf-8")
    told = refuse(DataError, lambda: export(world, tmp_path / "n.geojson", "network"))
    assert "links.csv: got another content than was read" in told
    assert not (tmp_path / "n.geojson").exists()


@pytest.mark.parametrize(
    ("library", "name"),
    [("geopandas", "x.parquet"), ("pyogrio", "x.gpkg"), ("openmatrix", "x.omx"),
     ("networkx", "x.graphml")],
)  # fmt: skip
def test_a_missing_library_is_named_with_how_to_get_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # what the import system takes for missing
    told = refuse(ScenarioError, lambda: export(run, tmp_path / name))
    assert f"got a missing library ({library})" in told
    assert "pip install 'serai[formats]'" in told
    assert not list(tmp_path.iterdir())


def test_a_library_that_is_there_is_returned() -> None:
    assert isinstance(require_library("json", "nowhere", "formats"), ModuleType)


def test_files_are_all_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_text("old", "utf-8")
    files = {tmp_path / "c/d/new": b"1", tmp_path / "a/no": b"2"}
    told = refuse(DataError, lambda: write_together(files))
    assert "wanted files that can be written" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    write_together({tmp_path / "c/d/new": b"1", tmp_path / "a": b"2"})
    assert (tmp_path / "a").read_bytes() == b"2"
    assert sorted(path.name for path in (tmp_path / "c/d").iterdir()) == ["new"]


def test_whole_numbers_with_gaps_stay_whole(tmp_path: Path) -> None:
    layer = Layer(
        name="links", kind="line", shapes=((), ()),
        columns={"year": (2024, None), "text": ("", None), "x": (0.1 + 0.2, None)},
    )  # fmt: skip
    files = encode_layers(tmp_path / "x.gpkg", [layer], styles={}, notes={})
    (tmp_path / "x.gpkg").write_bytes(files[tmp_path / "x.gpkg"])
    table = pyogrio.read_arrow(tmp_path / "x.gpkg")[1]
    assert table["year"].to_pylist() == [2024, None]
    assert table["x"].to_pylist() == [0.1 + 0.2, None]
    assert files_of_layers(tmp_path / "x.gpkg", ["a", "b"])["b"] == tmp_path / "x.gpkg"


# ------------------------------------------------------------------ the commands


def test_a_network_goes_out_and_comes_back_by_the_commands(sound: Path, tmp_path: Path) -> None:
    found = serai("export", tmp_path / "n.gpkg", "--what", "network", "--data", sound)
    assert (found.code, found.err) == (0, "")
    assert "70 links, 16 nodes" in found.out
    assert "OpenStreetMap" in found.out
    found = serai("import", tmp_path / "n.gpkg", tmp_path / "mine")
    assert (found.code, found.err) == (0, "")
    assert "70 rows of links" in found.out
    assert "Next: serai check" in found.out


def test_an_export_that_is_refused_ends_with_code_2_before_any_work(tmp_path: Path) -> None:
    found = serai("export", tmp_path / "n.xlsx")
    assert (found.code, found.out) == (2, "")
    found = serai("export", tmp_path / "n.gpkg", "--what", "skims")
    assert (found.code, found.out) == (2, "")
    (tmp_path / "d.gpkg").mkdir()
    found = serai("export", tmp_path / "d.gpkg")
    assert (found.code, found.out) == (2, "")
    assert "got a folder; wanted a file name" in found.err


def test_an_import_that_is_refused_ends_with_code_3(tmp_path: Path) -> None:
    found = serai("import", tmp_path / "n.gpkg", tmp_path / "mine")
    assert (found.code, found.out) == (3, "")
    assert not (tmp_path / "mine").exists()
