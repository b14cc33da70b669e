"""A derived number follows from its formula within rounding, or is found out."""

import pandas as pd
import pytest

from serai.data.formulas import check_formulas, derive
from serai.data.load import PACK
from serai.data.tables import read_tables
from serai.errors import DataError

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def pack() -> Tables:
    return read_tables(PACK)


@pytest.fixture
def tables(pack: Tables) -> Tables:
    """Return the pack's tables, the ones that tests change as copies."""
    return pack | {name: pack[name].copy() for name in ("formulas", "links", "demand")}


def test_every_formula_of_the_pack_reproduces_its_numbers(pack: Tables) -> None:
    assert list(map(str, check_formulas(pack))) == []


def test_numbers_are_what_a_slow_sum_makes_of_them(pack: Tables) -> None:
    """Formulas are worked out row by row with Python's own arithmetic."""
    found = derive(pack)
    assert len(found) > 4000
    formulas = pack["formulas"].set_index("formula_id")
    tables = {
        name: pack[name].set_index(pack[name][key].astype(str).agg("/".join, axis=1))
        for name, key in (
            ("links", ["link_id"]), ("classes", ["class_id"]),
            ("demand", ["origin_region", "dest_region", "class_id", "year"]),
        )
    }  # fmt: skip
    for number, one in found.items():
        table, rest = number.split(".", 1)
        key, column = rest.rsplit(".", 1)
        row = tables[table].loc[key]
        assert row["grade"] == "derived", number
        names = dict(one.inputs)
        assert one.value == pytest.approx(eval(one.formula, {}, names), rel=1e-12)  # noqa: S307
        for name, value in names.items():
            if name in row:
                assert row[name] == value, number
            else:
                year = name.removeprefix("value_")
                other = "/".join((*key.split("/")[:-1], year))
                assert tables[table].loc[other]["value"] == value, number
        rule = formulas.loc[one.formula_id]
        off = abs(one.value - row[column])
        if rule["rows"].startswith("kind=sea"):
            # Half a kilometre of the length and half a step of the price.
            assert off <= 0.5 * max(0.041, 1 / 20, 0.9) + 0.5 * rule["step"] + 1e-6, number
        assert off <= 0.06 * max(abs(row[column]), 1.0), number


def test_a_number_that_its_formula_does_not_reproduce_is_found(tables: Tables) -> None:
    links = tables["links"]
    at = links.index[links["link_id"] == "KZKGF-KZAST.r15"][0]
    links.loc[at, "free_time_h"] *= 1.05
    (found,) = check_formulas(tables)
    assert found.where == "links.KZKGF-KZAST.r15.free_time_h"
    assert "length_km / 29 = 8.17241" in found.wanted
    assert "links.KZKGF-KZAST.r15.free_time_h" not in derive(tables)


def test_a_length_that_was_mended_without_its_price_is_found(tables: Tables) -> None:
    links = tables["links"]
    at = links.index[links["link_id"] == "KZKGF-KZAST.r15"][0]
    links.loc[at, "length_km"] += 20
    columns = {str(f.where).rsplit(".", 1)[1] for f in check_formulas(tables)}
    assert columns == {"free_time_h", "cost_usd_teu", "cost_usd_t"}


def test_growth_runs_from_the_row_of_the_earlier_year(tables: Tables) -> None:
    step = derive(tables)["demand.CHN/KAZ/C_OM/2040.value"]
    assert step.input_ids == ("demand.CHN/KAZ/C_OM/2030.value",)
    assert step.value == pytest.approx(step.inputs["value_2030"] * 1.03**10)
    demand = tables["demand"]
    row = demand.index[
        (demand["origin_region"] == "CHN") & (demand["dest_region"] == "KAZ")
        & (demand["class_id"] == "C_OM") & (demand["year"] == 2030)
    ]  # fmt: skip
    tables["demand"] = demand.drop(row)
    assert "demand.CHN/KAZ/C_OM/2040.value" not in derive(tables)


def test_a_formula_for_nothing_is_found(tables: Tables) -> None:
    twin = tables["formulas"].iloc[[0]].assign(formula_id="twin")
    tables["formulas"] = pd.concat([tables["formulas"], twin], ignore_index=True)
    (found,) = check_formulas(tables)
    assert "twin" in found.got


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("table", "lincks", "lincks"),
        ("column", "free_time", "free_time"),
        ("rows", "knd=sea", "knd"),
        ("formula", "lenght_km / 29", "lenght_km"),
        ("formula", "length_km /", "length_km /"),
        ("formula", "value_2025 * 2", "value_2025"),
        ("formula", "length_km.sum()", "sum"),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused(
    tables: Tables, column: str, cell: str, told: str
) -> None:
    formulas = tables["formulas"]
    formulas.loc[formulas.index[3], column] = cell
    with pytest.raises(DataError) as found:
        check_formulas(tables)
    assert "formulas.csv row" in str(found.value)
    assert told in str(found.value)


def test_without_the_table_nothing_is_derived(pack: Tables) -> None:
    assert derive({k: v for k, v in pack.items() if k != "formulas"}) == {}


def test_slack_is_rounding_and_no_more(tables: Tables) -> None:
    """Of 237 km at 29 km/h, 8.17 h: half a kilometre and half a hundredth are let pass."""
    links = tables["links"]
    at = links.index[links["link_id"] == "KZKGF-KZAST.r15"][0]
    reach = (0.5 / 29 + 0.005) * (1 + 1e-6)
    for off, n in ((0.98 * reach, 0), (1.02 * reach, 1)):
        links.loc[at, "free_time_h"] = 237 / 29 + off
        assert len(check_formulas(tables)) == n, off
