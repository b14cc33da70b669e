"""The structure checks find what would make an answer wrong, and name it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from serai.data.check import check_network
from serai.data.check_corridors import WhatIf, check_what_if, find_quickest
from serai.data.check_effects import match_links
from serai.data.check_graph import build_link_graph
from serai.data.check_rows import check_demand
from serai.data.findings import Finding, list_some
from serai.data.tables import read_tables
from tests.tiny_tables import change_cells, change_text, write_tiny


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


def find(folder: Path, check: str) -> list[Finding]:
    """Return the findings of one check."""
    return [found for found in check_network(read_tables(folder)) if found.check == check]


def drop_rows(folder: Path, file: str, *keys: str) -> None:
    """Remove the rows whose first cell is one of `keys`."""
    lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.split(",")[0] not in keys]
    assert len(kept) < len(lines)
    (folder / file).write_text("".join(kept), "utf-8")


def test_a_sound_network_has_no_findings(folder: Path) -> None:
    assert check_network(read_tables(folder)) == []


def test_a_finding_says_where_got_wanted_next() -> None:
    finding = Finding(check="ends", where="links.csv row 2", got="1", wanted="2", then="mend it")
    assert str(finding) == "error (ends) links.csv row 2: got 1; wanted 2; mend it"


def test_long_lists_of_names_are_cut() -> None:
    assert list_some("abc", 3) == "a, b, c"
    assert list_some("abcde", 3) == "a, b, c and 2 more"


ROW_CASES = [
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"transfer_type": "port"}, "ends of links",
        "row 10 (WEST-EAST.sea), column transfer_type", "'port'", id="transfer type on line-haul",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"to_place": "WEST"}, "ends of links",
        "column transfer_type", "an empty cell", id="loop that is no storage",
    ),
    pytest.param(
        "links.csv", "WEST.sea.load", {"from_mode": "rail_1520"}, "ends of links",
        "column from_mode", "'rail_1520'", id="load that does not start at a door",
    ),
    pytest.param(
        "links.csv", "WEST.sea.unload", {"to_mode": "rail_1520"}, "ends of links",
        "column to_mode", "'rail_1520'", id="unload that does not end at a door",
    ),
    pytest.param(
        "links.csv", "WEST-EAST.sea", {"from_mode": "rail_1520"}, "ends of links",
        "column from_mode", "'rail_1520'", id="line-haul that leaves its mode",
    ),
    pytest.param(
        "places.csv", "WEST", {"modes": "rail_1520"}, "ends of links",
        "(WEST.sea.unload), column from_mode", "'sea'", id="terminal the place does not have",
    ),
    pytest.param(
        "links.csv", "EAST-WEST.sea", {"status": "closed"}, "both directions",
        "row 10 (WEST-EAST.sea)", "'WEST-EAST.sea'", id="no way back",
    ),
    pytest.param(
        "links.csv", "EAST-WEST.sea", {"status": "closed"}, "each mode leads in and out",
        "links.csv, sea", "no way both in and out", id="a dead end",
    ),
    pytest.param(
        "links.csv", "EAST-WEST.sea", {"status": "closed"}, "demand has a path",
        "demand.csv row 3 (ORE, E to W)", "no path between zones ZE–ZW", id="disconnected origin",
    ),
    pytest.param(
        "classes.csv", "BOX", {"allowed_modes": "rail"}, "demand has a path",
        "demand.csv row 2 (BOX, W to E)", "no path between zones ZW–ZE", id="mode not allowed",
    ),
    pytest.param(
        "access.csv", "ZW",
        {"cost_usd_teu": "", "cost_low_usd_teu": "", "cost_high_usd_teu": ""},
        "demand has a path", "demand.csv row 2 (BOX, W to E)", "no path", id="no drayage of boxes",
    ),
    pytest.param(
        "links.csv", "EAST-WEST.sea",
        {"cost_usd_teu": "", "cost_low_usd_teu": "", "cost_high_usd_teu": ""},
        "container terminals are connected", "container terminals", "cut off: ",
        id="boxes cannot come back",
    ),
    pytest.param(
        "demand.csv", "E", {"unit": "TEU"}, "demand is in its class's unit",
        "demand.csv row 3 (E), column unit", "'TEU'", id="wrong unit of demand",
    ),
    pytest.param(
        "zones.csv", "ZW", {"export_weight_box": "0.7", "export_weight_box_low": "0.6"},
        "weights sum to 1", "zones.csv, column export_weight_box, W", "0.7000", id="weights",
    ),
    pytest.param(
        "resources.csv", "R_FERRY",
        {"capacity_t_yr": "", "capacity_low_t_yr": "", "capacity_high_t_yr": ""},
        "resources have a limit", "resources.csv row 2 (R_FERRY)", "an empty cell", id="no limit",
    ),
    pytest.param(
        "demand.csv", "E", {"year": "2018"},
        "resources exist when they are drawn on", "links.csv row 10", "'R_FERRY'",
        id="resource of a later year",
    ),
    pytest.param(
        "effects.csv", "P1.1", {"between": "AAA-AAA"}, "effects select something",
        "effects.csv row 2 (P1.1)", "'P1.1'", id="effect on nothing",
    ),
    pytest.param(
        "effects.csv", "P1.1", {"between": "AAA-AAA"}, "planned links are opened by a project",
        "links.csv row 11 (WEST-EAST.rail), column status", "'planned'", id="planned for ever",
    ),
    pytest.param(
        "effects.csv", "P1.1", {"operation": "set"}, "effects can be applied",
        "effects.csv row 2 (P1.1), column operation", "'set'", id="status that is set",
    ),
    pytest.param(
        "effects.csv", "X1.1", {"value": "", "low": "", "high": ""}, "effects can be applied",
        "effects.csv row 3 (X1.1), column value", "an empty cell", id="factor without a value",
    ),
    pytest.param(
        "effects.csv", "X1.1", {"low": "-1"}, "effects can be applied",
        "effects.csv row 3 (X1.1), column low", "-1.0", id="negative factor",
    ),
    pytest.param(
        "effects.csv", "X1.1", {"unit": "t/yr"}, "effects can be applied",
        "effects.csv row 3 (X1.1), column unit", "'t/yr'", id="wrong unit of an effect",
    ),
    pytest.param(
        "effects.csv", "X1.1", {"resources": "", "kinds": "sea"}, "effects on capacity",
        "effects.csv row 3 (X1.1), column resources", "an empty cell", id="capacity of nothing",
    ),
    pytest.param(
        "effects.csv", "X1.1", {"owner_id": "P1"}, "projects, measures and closures have an effect",
        "closures.csv row 2 (X1)", "'X1'", id="closure that shuts nothing",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "key", "cells", "told"), [
    pytest.param(*case.values[:3], case.values[3:], id=case.id) for case in ROW_CASES
])  # fmt: skip
def test_a_fault_in_the_structure_is_found(
    folder: Path, file: str, key: str, cells: dict[str, str], told: Sequence[str]
) -> None:
    change_cells(folder, file, key, **cells)
    check, where, got = told
    found = find(folder, check)
    assert found, f"{check} found nothing"
    assert where in found[0].where
    assert got in found[0].got
    assert found[0].wanted
    assert found[0].then


def test_demand_that_is_all_zero_is_empty(folder: Path) -> None:
    change_cells(folder, "demand.csv", "W", value="0", low="0")
    change_cells(folder, "demand.csv", "E", value="0", low="0")
    assert [found.where for found in find(folder, "demand is not empty")] == ["demand.csv"]


def test_the_id_of_empty_boxes_is_taken(folder: Path) -> None:
    tables = dict(read_tables(folder))
    renamed = {"BOX": "EMPTY"}
    for name in ("classes", "demand"):
        tables[name] = tables[name].replace({"class_id": renamed})
    (found,) = (f for f in check_demand(tables) if f.check == "class ids are free")
    assert found.where.startswith("classes.csv")
    assert "'EMPTY'" in found.got


def test_a_zone_without_drayage_is_found(folder: Path) -> None:
    drop_rows(folder, "access.csv", "ZW")
    assert "zones.csv row 2 (ZW)" in find(folder, "zones have access")[0].where
    assert find(folder, "demand has a path")


def test_a_place_without_links_is_found(folder: Path) -> None:
    change_text(folder, "places.csv", "WEST,", "FAR,Farport,city,AAA,1,1,,derived,S1,\nWEST,")
    (found,) = find(folder, "places are linked")
    assert (found.severity, found.got) == ("warning", "'FAR'")


def test_a_resource_nobody_uses_is_found(folder: Path) -> None:
    change_text(folder, "links.csv", "open,R_FERRY,", "open,,")
    assert {found.severity for found in find(folder, "resources are used")} == {"warning"}


def test_a_capacity_that_is_not_there_cannot_be_multiplied(folder: Path) -> None:
    change_text(folder, "resources.csv", "20000,15000,25000", ",,")
    assert not find(folder, "effects on capacity")
    change_cells(folder, "effects.csv", "X1.1", quantity="capacity_teu_yr")
    (found,) = find(folder, "effects on capacity")
    assert found.got == "'R_FERRY'"


def test_a_closure_may_say_why_it_changes_nothing(folder: Path) -> None:
    change_cells(folder, "effects.csv", "X1.1", owner_id="P1")
    change_text(folder, "closures.csv", "source_ids\n", "source_ids,note\n")
    change_text(folder, "closures.csv", "observed,F1", "observed,F1,no effect: nobody noticed")
    assert check_network(read_tables(folder)) == []


def test_a_path_never_passes_through_a_door(folder: Path) -> None:
    tables = read_tables(folder)
    graph = build_link_graph(tables["links"])
    reached = graph.reach(graph.is_open, ["WEST.sea"])
    assert "WEST.door in" in reached
    assert "WEST.door out" not in reached
    assert "WEST.rail_1520" not in reached


def test_a_terminal_whose_line_is_planned_only_waits(folder: Path) -> None:
    assert "planned" in (folder / "links.csv").read_text("utf-8")
    assert not find(folder, "container terminals are connected")


def test_optional_tables_are_not_needed(folder: Path) -> None:
    for name in ("countries", "projects", "closures", "effects", "sources", "facts"):
        (folder / f"{name}.csv").unlink()
    rails = [
        f"{place}.rail_1520.{what}" for place in ("WEST", "EAST") for what in ("load", "unload")
    ]
    drop_rows(folder, "links.csv", "WEST-EAST.rail", "EAST-WEST.rail", *rails)
    assert check_network(read_tables(folder)) == []


# ---------------------------------------------------------------- selectors and what-ifs


@pytest.mark.parametrize(
    ("selector", "n_links"),
    [
        ({}, 0),
        ({"link_ids": "WEST-EAST.sea"}, 1),
        ({"kinds": "sea;rail_1520"}, 4),
        ({"transfer_types": "load"}, 4),
        ({"countries": "BBB"}, 8),
        ({"countries": "AAA;BBB"}, 12),
        ({"between": "BBB-AAA"}, 4),
        ({"places": "WEST"}, 8),
        ({"resources": "R_FERRY"}, 2),
        ({"kinds": "sea", "places": "WEST"}, 2),
        ({"kinds": "sea", "transfer_types": "load"}, 0),
        ({"operators": "B"}, 0),
        ({"operators": "A/B"}, 1),
        ({"passages": "The Narrows"}, 1),
    ],
)
def test_selectors_join_by_and_and_lists_by_or(
    folder: Path, selector: dict[str, str], n_links: int
) -> None:
    change_text(folder, "links.csv", "status,", "operator,passage,status,")
    change_text(folder, "links.csv", ",open,", ",,,open,")
    change_text(folder, "links.csv", ",planned,", ",,,planned,")
    change_cells(folder, "links.csv", "WEST-EAST.sea", operator="A/B", passage="The Narrows")
    tables = read_tables(folder)
    empty = dict.fromkeys(tables["effects"].columns, "")
    assert match_links(tables, empty | selector).sum() == n_links


SEA_TRIP = WhatIf(name="by sea", start="WEST.sea", end="EAST.sea", modes=("sea",))


@pytest.mark.parametrize(
    ("case", "is_right"),
    [
        (SEA_TRIP, True),
        (replace(SEA_TRIP, has_path=False), False),
        (replace(SEA_TRIP, uses="AAA-BBB"), True),
        (replace(SEA_TRIP, uses="Suez"), False),
        (replace(SEA_TRIP, countries=("BBB",)), False),
        (replace(SEA_TRIP, countries=("BBB",), has_path=False), True),
        (replace(SEA_TRIP, borders=("AAA-BBB",)), False),
        (replace(SEA_TRIP, modes=("rail_1520",)), False),
        (replace(SEA_TRIP, start="NORTH.sea"), False),
    ],
)
def test_a_what_if_is_right_or_found(folder: Path, case: WhatIf, *, is_right: bool) -> None:
    graph = build_link_graph(read_tables(folder)["links"])
    borders = np.array(["AAA-BBB" if "-" in link else "" for link in graph.links["link_id"]])
    found = check_what_if(graph, borders, case)
    assert bool(found) != is_right
    if found:
        assert "WEST.sea to EAST.sea" in found[0].where or case.start == "NORTH.sea"


def test_the_quickest_of_two_parallel_links_is_taken(folder: Path) -> None:
    text = (folder / "links.csv").read_text("utf-8")
    slow = next(line for line in text.splitlines() if line.startswith("WEST-EAST.sea"))
    quick = slow.replace("WEST-EAST.sea", "WEST-EAST.fast").replace(",12,10,15,", ",6,5,7,")
    (folder / "links.csv").write_text(text + quick + "\n", "utf-8")
    graph = build_link_graph(read_tables(folder)["links"])
    path = find_quickest(graph, graph.is_open, "WEST.door out", "EAST.door in")
    assert path is not None
    names = graph.links["link_id"].to_numpy()[path].tolist()
    assert names == ["WEST.sea.load", "WEST-EAST.fast", "EAST.sea.unload"]
