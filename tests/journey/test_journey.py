"""A person's story at the terminal: a first look, a question, the whole pack."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import serai
from tests.once import solved_once

pytestmark = pytest.mark.journey


def type_in(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "serai", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


# ------------------------------------------------------------------ a quarter of an hour


def test_somebody_looks_around(tmp_path: Path) -> None:
    assert type_in("--version", cwd=tmp_path).stdout.startswith("serai ")
    listed = type_in("scenarios", cwd=tmp_path)
    assert "russia-closed" in listed.stdout
    told = serai("scenarios", "russia-closed")
    (fact,) = re.findall(r"\bF0070\b", told.out)
    found = serai("evidence", fact)
    assert "ERAI" in found.out
    assert list(tmp_path.iterdir()) == []


def test_a_forwarder_asks_for_routes_that_keep_clear_of_russia() -> None:
    words = ("routes", "XIAN", "DUISBURG", "--class", "C_OM", "--top", "5")
    everywhere = serai(*words, "--json").document()["routes"]
    elsewhere = serai(*words, "--avoid", "RUS,BLR", "--json").document()["routes"]
    assert "north" in {route["corridor"] for route in everywhere}
    assert {"middle", "sea"} <= {route["corridor"] for route in elsewhere}
    assert all("RUS" not in route["countries"] for route in elsewhere)
    fastest = min(elsewhere, key=lambda route: float(route["days"]))
    (link_id, *_) = fastest["legs"][1]["link_ids"]
    proof = serai("evidence", f"links.{link_id}")
    assert proof.code == 0
    assert "Sources" in proof.out


# ------------------------------------------------------------------ the whole pack


@pytest.fixture(scope="module")
def closed() -> dict[str, Any]:
    """Return the run of the pack with Russia closed."""
    with solved_once():
        document: dict[str, Any] = serai("run", "russia-closed", "--json").document()
    return document


@pytest.mark.slow
def test_a_run_of_the_pack_converges_and_adds_up(closed: dict[str, Any]) -> None:
    assert closed["certificate"]["relative_gap"] <= 1e-6
    for unit in ("teu", "t"):
        total = sum(row[unit] for row in closed["corridors"])
        assert total == pytest.approx(closed["demand"][unit], rel=1e-9)
    Draft202012Validator(serai("schema", "run").document()).validate(closed)


@pytest.mark.slow
def test_every_flow_and_limit_of_a_run_can_be_traced(closed: dict[str, Any]) -> None:
    assert closed["bottlenecks"]
    for limit in closed["bottlenecks"][:2]:
        assert serai("evidence", f"resources.{limit['resource']}").code == 0
    assert serai("evidence", f"links.{closed['links'][0]['link_id']}").code == 0
