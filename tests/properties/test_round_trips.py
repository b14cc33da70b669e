"""What goes out to a file of another program and comes back is what went, to the last bit."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serai.data.exchange import encode_csv
from serai.data.folders import PACK
from serai.data.geometry import encode_line, read_geometry
from serai.data.load import read_world
from serai.data.matrices import read_matrices
from serai.data.own import read_folder
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.layers import GIS_SUFFIXES, Matrices
from serai.outputs.matrices import encode_matrices
from serai.studies.front import export, import_file, read_scenario, to_networkx
from tests.toy import Row, Tables, toy_tables, write_tables

FEW: Final = settings(max_examples=8, suppress_health_check=list(HealthCheck))
MANY: Final = settings(max_examples=60, suppress_health_check=list(HealthCheck))

TRAPS: Final = (
    "",
    "nan",
    "None",
    "NULL",
    "0",
    "007",
    "1e5",
    "true",
    " x ",
    'a "b", c;d',
    "Ağaş",
    "\U0001f682",
)
TEXTS: Final = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12),
)
AMOUNTS: Final = st.one_of(
    st.sampled_from((0.0, 0.1 + 0.2, 1e-300, 5e-324, 1 / 3, 123456789.123456789)),
    st.floats(0.0, 1e12),
)
BANDS: Final = (
    ("free_time_low_h", "free_time_h", "free_time_high_h"),
    ("dwell_low_h", "dwell_h", "dwell_high_h"),
    ("cost_low_usd_teu", "cost_usd_teu", "cost_high_usd_teu"),
    ("cost_low_usd_t", "cost_usd_t", "cost_high_usd_t"),
)


def change_places(rows: Sequence[Row], data: st.DataObject) -> None:
    for row in rows:
        row["lat"] = repr(data.draw(st.floats(-90.0, 90.0)))
        row["lon"] = repr(data.draw(st.floats(-180.0, 180.0)))
        row["name"] = data.draw(TEXTS.filter(bool))
        row["note"] = data.draw(TEXTS)


def change_links(rows: Sequence[Row], data: st.DataObject) -> None:
    for row in rows:
        for band in BANDS:
            if data.draw(st.booleans()):
                row.update(dict.fromkeys(band, "") if band[1].startswith("cost") else {})
            else:
                values = sorted(data.draw(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS)))
                row.update({n: repr(value) for n, value in zip(band, values, strict=True)})
        row["length_km"] = repr(data.draw(AMOUNTS))
        row["note"] = data.draw(TEXTS)
        row["gauge_mm"] = data.draw(st.sampled_from(("", "1435", "1520", "1435>1520")))
        row["opens_year"] = data.draw(st.sampled_from(("", "2024", "1999")))


def write_lines(folder: Path, rows: Sequence[Row], data: st.DataObject) -> None:
    """Draw lines for some links, one of them along another backwards."""
    told = [row["link_id"] for row in rows if row["from_place"] != row["to_place"]]
    drawn = data.draw(st.lists(st.sampled_from(told), unique=True, min_size=2, max_size=6))
    units = st.tuples(st.integers(-180_000, 180_000), st.integers(-90_000, 90_000))
    lines = [
        ["", "", basis, "assumed", "S1", "", encode_line(np.array(points) / 1000.0)]
        for basis, points in data.draw(
            st.lists(
                st.tuples(
                    st.sampled_from(("graph", "inferred")), st.lists(units, min_size=2, max_size=5)
                ),
                min_size=len(drawn) - 1,
                max_size=len(drawn) - 1,
            )
        )
    ]
    for line, link_id in zip(lines, drawn, strict=False):
        line[0] = link_id
    lines[0][1] = drawn[-1]
    heading = ["forward_link_ids", "reverse_link_ids", "basis", "grade", "source_ids", "note"]
    (folder / "odbl").mkdir()
    (folder / "odbl/link_geometry.csv").write_bytes(encode_csv([*heading, "line"], lines))
    (folder / "sea_geometry.csv").write_bytes(encode_csv([*heading, "line"], []))


def write_changed(folder: Path, data: st.DataObject) -> Tables:
    """Write the toy world with other numbers, names and lines."""
    tables = toy_tables()
    change_places(tables["places"], data)
    change_links(tables["links"], data)
    write_tables(folder, tables)
    write_lines(folder, tables["links"], data)
    return tables


def read_both(folder: Path) -> dict[str, pd.DataFrame]:
    schema = {name: read_schema()[name] for name in ("places", "links")}
    found = read_tables(folder, schema=schema)
    return {name: table.reset_index(drop=True) for name, table in found.items()}


def assert_same_tables(before: Path, after: Path) -> None:
    theirs = read_both(after)
    for name, table in read_both(before).items():
        pd.testing.assert_frame_equal(table, theirs[name], check_exact=True, obj=name)


@pytest.mark.parametrize("suffix", GIS_SUFFIXES)
@FEW
@given(data=st.data())
def test_a_network_comes_back_from_a_map_program_s_file_as_it_went(
    suffix: str, data: st.DataObject
) -> None:
    with TemporaryDirectory() as home:
        folder, back, file = Path(home) / "own", Path(home) / "back", Path(home) / f"net{suffix}"
        folder.mkdir()
        write_changed(folder, data)
        export(read_world(folder), file, "network")
        import_file(file, back)
        assert_same_tables(folder, back)
        before, after = read_geometry(folder), read_geometry(back)
        assert before.lines.keys() == after.lines.keys()
        for link_id, line in before.lines.items():
            np.testing.assert_array_equal(line, after.lines[link_id])


@pytest.mark.parametrize("suffix", GIS_SUFFIXES)
def test_the_package_s_network_comes_back_with_every_line_and_its_evidence(
    suffix: str, tmp_path: Path
) -> None:
    file, back = tmp_path / f"net{suffix}", tmp_path / "back"
    export(read_world(), file, "network")
    import_file(file, back)
    assert_same_tables(PACK, back)
    for name in ("sea_geometry.csv", "odbl/link_geometry.csv"):
        assert (back / name).read_bytes() == (PACK / name).read_bytes()
    ours, theirs = read_world(), read_world(back)
    assert ours.network.links.ids == theirs.network.links.ids
    np.testing.assert_array_equal(ours.flows.amount.value, theirs.flows.amount.value)


def test_the_package_written_in_gmns_and_read_again_is_the_same_world(tmp_path: Path) -> None:
    export(read_world(), tmp_path / "gmns", "network")
    before, after = read_folder(PACK), read_folder(tmp_path / "gmns")
    for name in ("places", "links", "zones", "access", "resources", "demand"):
        key = list(read_schema()[name].key)
        one, other = (t[name].sort_values(key, ignore_index=True) for t in (before, after))
        pd.testing.assert_frame_equal(one, other[one.columns], check_exact=True, obj=name)


IDS: Final = st.one_of(
    st.integers(0, 9999).map(str), st.text("ABCé0", min_size=1, max_size=5), st.just("007")
)


@MANY
@given(data=st.data(), n=st.integers(1, 6))
def test_matrices_come_back_as_they_went(data: st.DataObject, n: int) -> None:
    floats = st.floats(allow_nan=True, allow_infinity=True)
    names = data.draw(st.lists(st.from_regex(r"[A-Z]{1,4}_[a-z]{1,4}", fullmatch=True),
                               min_size=1, max_size=3, unique=True))  # fmt: skip
    given_ = Matrices(
        values={
            name: np.array(data.draw(st.lists(floats, min_size=n * n, max_size=n * n))).reshape(
                n, n
            )
            for name in names
        },
        lookups={"zone_id": tuple(data.draw(st.lists(IDS, min_size=n, max_size=n, unique=True)))},
        units=dict.fromkeys(names, "TEU/yr"),
        notes={"scenario": data.draw(TEXTS), "year": "2023"},
    )
    with TemporaryDirectory() as home:
        file = Path(home) / "some.omx"
        file.write_bytes(encode_matrices(file, given_))
        found = read_matrices(file)
    assert set(found.values) == set(names)
    for name, held in given_.values.items():  # noqa: PD011 - a mapping of ours
        np.testing.assert_array_equal(dict(found.values)[name], held)
    assert (found.lookups, found.units) == (given_.lookups, given_.units)
    assert given_.notes.items() <= found.notes.items()


def test_a_graph_has_every_open_link_once(tmp_path: Path) -> None:
    world = read_world()
    graph = to_networkx(world, read_scenario("base"))
    keys = [key for _, _, key in graph.edges(keys=True)]
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(world.network.links.ids)
    assert set(graph.nodes) == set(world.network.node_ids)
    assert not list(tmp_path.iterdir())
