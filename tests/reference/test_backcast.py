"""The back-cast: what is stored is what the model says, every published figure is its source's."""

import csv
import json
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from scripts import backcast_page, estimate
from serai.data.load import PACK, read_world
from serai.domain.backcast import BackcastResult, BackcastRow
from serai.domain.world import World
from serai.outputs.backcast import LARGE, draw_backcast
from serai.outputs.drawing import NARROW_IN, WIDE_IN
from serai.studies.backcast import FORECAST, FORECAST_YEAR, YEARS, backcast
from serai.studies.outcomes import QUANTITIES

ROUNDING: Final = 0.01
"""[-] Another machine's arithmetic may end a search for routes one route earlier."""

UNITS: Final = {"k TEU": 1.0, "kt": 1.0, "Mt": 1e3, "%": 1.0, "days": 1.0, "h": 1.0, "USD/FEU": 1.0}

ASKED_FOR: Final = {
    "northern_teu", "northern_west_teu", "northern_east_teu", "middle_teu", "middle_kt",
    "middle_export_kt", "middle_china_europe_teu", "btk_kt", "instc_east_kt", "feeder_teu",
    "china_black_sea_days", "almaty_poti_days", "middle_days", "northern_days", "sea_days",
    "middle_usd_feu", "northern_usd_feu", "sea_usd_feu", "china_border_h",
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return read_world()


@pytest.fixture(scope="module")
def stored() -> BackcastResult:
    return BackcastResult.model_validate_json(backcast_page.STORED.read_text("utf-8"))


@pytest.fixture(scope="module")
def estimated() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(backcast_page.ESTIMATE.read_text("utf-8"))
    return found


def by_key(result: BackcastResult) -> dict[tuple[str, int], BackcastRow]:
    return {(row.id, row.year): row for row in result.rows}


# ------------------------------------------------------------------ published figures


def test_a_published_figure_is_the_one_of_its_sources(world: World) -> None:
    with (PACK / "facts.csv").open(encoding="utf-8", newline="") as lines:
        facts = {row["id"]: row for row in csv.DictReader(lines)}
    for target in world.targets:
        if target.quantity == "diversion_percent":
            continue  # of three figures
        cited = [facts[i] for i in target.source_ids]
        values = [float(row["value"]) * UNITS[row["unit"]] for row in cited]
        # Of two counts the middle is taken; a count is written to the nearest thousandth of it.
        assert target.value == pytest.approx(sum(values) / len(values), rel=1e-3), target.id
        assert {row["year"] for row in cited} == {str(target.year)}, target.id


def test_no_volume_of_a_blind_year_is_in_the_pack(world: World) -> None:
    for target in world.targets:
        assert target.quantity in QUANTITIES, target.id
        if target.year > 2023 and target.use != "forecast":
            assert QUANTITIES[target.quantity].measure in ("time", "price"), target.id
        assert (target.use == "forecast") == (target.year == FORECAST_YEAR), target.id
        assert (target.relative_error is not None) == (target.use == "fitted"), target.id


# ------------------------------------------------------------------ what is stored


def test_every_quantity_has_a_row_for_every_year(stored: BackcastResult) -> None:
    assert set(QUANTITIES) >= ASKED_FOR
    wanted = {(q, y) for q in QUANTITIES for y in YEARS if q != "diversion_percent"}
    wanted |= {(q, FORECAST_YEAR) for q in FORECAST} | {("diversion_percent", 2022)}
    assert set(by_key(stored)) == wanted
    assert len(stored.rows) == len(wanted)


def test_a_row_says_what_is_known_of_it(stored: BackcastResult, world: World) -> None:
    targets = {(t.quantity, t.year): t for t in world.targets}
    assert targets.keys() <= by_key(stored).keys()
    for key, row in by_key(stored).items():
        target = targets.get(key)
        assert row.observed == (None if target is None else target.value), key
        assert row.status == ("blind" if target is None else target.use), key
        assert row.model is not None, key
        assert row.low is not None, key
        assert row.high is not None, key
        assert row.low <= row.high, key
        if row.observed is not None:
            assert row.error == pytest.approx(row.model / row.observed - 1.0), key
    assert stored.n_draws >= 32
    assert stored.certificate.holds()


@pytest.mark.slow
def test_the_years_come_out_as_stored(stored: BackcastResult, world: World) -> None:
    again = backcast(world, draws=0, tell=lambda _stage, _done, _total: None)
    assert again.certificate.holds()
    told = by_key(stored)
    for key, row in by_key(again).items():
        assert row.model == pytest.approx(told[key].model, rel=ROUNDING, abs=0.05), key
        assert row.low == row.model == row.high, key


def test_the_page_and_the_chart_are_made_of_what_is_stored(
    root: Path, stored: BackcastResult, estimated: dict[str, Any]
) -> None:
    page = (root / "docs/reference/backcast.md").read_text("utf-8")
    assert page == backcast_page.describe(stored, estimated)
    chart = (root / "docs/pictures/backcast.svg").read_text("utf-8").rstrip("\n")
    assert chart == draw_backcast(stored, width_in=WIDE_IN)
    assert draw_backcast(stored, width_in=NARROW_IN).startswith("<svg")


def test_every_large_miss_is_explained_and_nothing_else(stored: BackcastResult) -> None:
    for row in stored.rows:
        is_large = row.error is not None and abs(row.error) > LARGE
        assert bool(row.reason) == is_large, (row.id, row.year)


# ------------------------------------------------------------------ the estimate


def test_the_parameters_are_those_estimated(estimated: dict[str, Any]) -> None:
    params = tomllib.loads((PACK / "params.toml").read_text("utf-8"))
    found = estimated["parameters"]
    assert found.keys() == estimate.JUDGED.keys()
    for name, judged in estimate.JUDGED.items():
        assert found[name]["judged"] == list(judged)
        if name == "contestable":
            for share, at_one in estimate.SHARES.items():
                wanted = min(at_one * found[name]["value"], 1.0)
                assert params[share]["value"] == pytest.approx(wanted, rel=1e-3)
            continue
        assert params[name]["value"] == pytest.approx(found[name]["value"], rel=1e-3)
        assert params[name]["low"] < params[name]["value"] < params[name]["high"]


def test_few_parameters_are_free_and_a_second_start_ends_where_the_first_did(
    estimated: dict[str, Any], world: World
) -> None:
    fitted = [t.id for t in world.targets if t.use == "fitted"]
    assert estimated["n_targets"] == len(fitted) == len(estimated["misses"])
    assert 3 * len(estimate.JUDGED) <= len(fitted)
    assert all(abs(z) <= 1.0 for z in estimated["perturbed_start"])
    left_out = {t for year in estimated["left_out"].values() for t in year}
    assert left_out == set(fitted)


def test_the_misses_of_the_estimate_are_those_of_the_back_cast(
    stored: BackcastResult, estimated: dict[str, Any]
) -> None:
    # The estimate holds its choice sets; the back-cast looks for routes at its own prices.
    rows = {f"{row.id}-{row.year}": row for row in stored.rows}
    for target, miss in estimated["misses"].items():
        assert rows[target].error == pytest.approx(miss, abs=0.08), target


def test_the_estimated_parameters_cite_the_totals_they_were_estimated_on(world: World) -> None:
    params = tomllib.loads((PACK / "params.toml").read_text("utf-8"))
    wanted = {source for t in world.targets if t.use == "fitted" for source in t.source_ids}
    for name in (*estimate.SHARES, *(n for n in estimate.JUDGED if n != "contestable")):
        assert set(params[name]["source"].split(";")) >= wanted, name
