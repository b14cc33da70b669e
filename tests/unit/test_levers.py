from pathlib import Path

import pytest

from serai.data.levers import read_levers
from serai.domain.levers import Lever, compose
from serai.domain.scenario import ChangeLinks, Scenario
from serai.errors import DataError, ScenarioError

TARIFF = Lever(
    id="tariff", group="Corridor", label="Tariff", unit="×", low=0.5, high=1.5, step=0.1,
    neutral=1.0,
    changes=(
        {"kind": "change", "kinds": ["ferry"], "quantity": "cost_usd_teu",
         "operation": "multiply", "value_at": [0.0, 1.0]},
        {"kind": "change", "kinds": ["ferry"], "quantity": "cost_usd_teu",
         "operation": "add", "value_at": [-670.0, 670.0]},
    ),
)  # fmt: skip
SUEZ = Lever(
    id="suez", group="World", label="Suez", shocks=({"kind": "close", "passages": ["Suez"]},)
)


def test_levers_at_rest_leave_a_scenario_as_it_is() -> None:
    scenario = Scenario(name="own", year=2021)
    assert compose([TARIFF, SUEZ], {}, scenario) == scenario
    assert compose([TARIFF, SUEZ], {"tariff": 1.0, "suez": 0.0}, scenario) == scenario


def test_a_lever_adds_its_changes_at_the_place_where_it_stands() -> None:
    made = compose([TARIFF, SUEZ], {"tariff": 0.8, "suez": 1.0}, Scenario())
    assert [one.value for one in made.changes if isinstance(one, ChangeLinks)] == [0.8, -134.0]
    assert [one.kind for one in made.shocks] == ["close"]


def test_what_levers_add_comes_after_what_the_scenario_has() -> None:
    first = compose([SUEZ], {"suez": 1.0}, Scenario())
    assert compose([SUEZ], {"suez": 1.0}, first).shocks == (*first.shocks, *first.shocks)


def test_every_wrong_lever_is_named_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        compose([TARIFF, SUEZ], {"tariff": 3.0, "zues": 1.0}, Scenario())
    assert caught.value.faults == (
        "levers.zues: got an unknown lever; wanted one of tariff, suez; remove it",
        "levers.tariff: got 3; wanted 0.5 to 1.5; correct it",
    )


def test_the_levers_of_the_pack_move_something_at_both_ends() -> None:
    levers = read_levers()
    assert len({lever.id for lever in levers}) == len(levers) > 10
    for lever in levers:
        for place in {lever.low, lever.high} - {lever.neutral}:
            made = compose(levers, {lever.id: place}, Scenario())
            assert made.shocks or made.changes, lever.id


def test_a_file_of_levers_with_faults_names_them_all(tmp_path: Path) -> None:
    path = tmp_path / "levers.toml"
    path.write_text('[a]\ngroup = "World"\nlabel = "A"\nlow = 2.0\n[b]\nlabel = "B"\n', "utf-8")
    with pytest.raises(DataError) as caught:
        read_levers(path)
    places = [fault.split(":")[0] for fault in caught.value.faults]
    assert places == ["levers.toml a", "levers.toml b.group"]
    path.write_text("[a", "utf-8")
    with pytest.raises(DataError, match="want a readable TOML file"):
        read_levers(path)


def test_what_is_no_shock_or_change_is_told_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "levers.toml"
    ways = {
        "one": 'changes = [{kind = "change", kinds = ["ferry"], quantity = "cost_usd_teu", '
        'operation = "multiply", value_at = [1.0]}]',
        "key": 'shocks = [{kind = "close_transit", country = ["RUS"]}]',
        "end": 'changes = [{kind = "change", kinds = ["ferry"], quantity = "cost_usd_teu", '
        'operation = "multiply", value_at = [1.0, -2.0]}]',
    }
    path.write_text(
        "".join(f'[{name}]\ngroup = "World"\nlabel = "A"\n{way}\n' for name, way in ways.items()),
        "utf-8",
    )
    with pytest.raises(DataError) as caught:
        read_levers(path)
    told = {fault.split(":")[0].split()[1]: fault for fault in caught.value.faults}
    assert set(told) == set(ways)
    assert "value_at is [1.0]" in told["one"]
    assert "country" in told["key"]
