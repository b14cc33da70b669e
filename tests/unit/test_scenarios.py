"""Scenario files: read whole or refused with every fault; values set from the command line."""

import re
from pathlib import Path

import pytest

from serai.data.load import PACK, read_world
from serai.data.scenarios import SHIPPED, adjust, list_shipped, read_scenario
from serai.domain.scenario import ChangeLinks, CloseTransit, Scenario, SetYearInput
from serai.domain.world import World
from serai.errors import ScenarioError
from serai.model.apply import apply_scenario
from tests.toy import toy_world

ASKED_FOR = (
    "aktau-hub",
    "base",
    "boxes-in-balance",
    "brest-closed",
    "caspian-two-metres-lower",
    "corridor-to-indian-ports-complete",
    "hormuz-closed",
    "kyrgyz-tajik-border-closed",
    "russia-closed",
    "second-feeder-fleet",
    "suez-closed",
    "through-tariff-minus-20",
    "tripp-open",
    "visa-free-and-single-window",
)


@pytest.fixture(scope="module")
def pack() -> World:
    return read_world()


def refuse(text: str) -> list[str]:
    """Return the faults of a scenario that must be refused."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text)
    return list(caught.value.faults)


def write(folder: Path, text: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


# ------------------------------------------------------------------ those that ship


def test_all_scenarios_that_were_asked_for_ship_with_the_data() -> None:
    assert [s.name for s in list_shipped()] == ["base", *(n for n in ASKED_FOR if n != "base")]
    assert {path.stem for path in SHIPPED.iterdir()} == set(ASKED_FOR)


@pytest.mark.parametrize("name", ASKED_FOR)
def test_a_shipped_scenario_means_something_and_says_why(pack: World, name: str) -> None:
    scenario = read_scenario(name)
    state = apply_scenario(pack, scenario)
    assert state.year == scenario.year
    assert scenario.built_by == 2026
    assert scenario.title
    assert len(scenario.note) > 150
    assert (name == "base") == (scenario == read_scenario("base"))


def test_every_id_in_a_note_is_in_the_tables() -> None:
    tables = (
        "facts",
        "events",
        "ties",
        "sources",
        "projects",
        "measures",
        "closures",
        "year_inputs",
    )
    text = "\n".join((PACK / f"{name}.csv").read_text("utf-8") for name in tables)
    known = set(re.findall(r"^([^,\n]+),", text, re.MULTILINE))
    for scenario in list_shipped():
        cited = set(re.findall(r"\b(?:[EFGHT]\d{4}|X\d\d|PJ\d\d|MS\d\d)\b", scenario.note))
        assert cited - known == set(), scenario.name
        cited_inputs = set(re.findall(r"year_inputs\.(\w+)=", scenario.note))
        assert cited_inputs - known == set(), scenario.name


def test_russia_closed_is_the_closed_state_of_the_answer() -> None:
    (shock,) = read_scenario("russia-closed").shocks
    assert shock == CloseTransit(kind="close_transit", countries=("RUS", "BLR"))


def test_the_shipped_scenarios_change_what_their_names_say(pack: World) -> None:
    base = apply_scenario(pack, read_scenario("base"))
    links = pack.network.links
    for name in ("suez-closed", "hormuz-closed", "brest-closed"):
        closed = apply_scenario(pack, read_scenario(name)).is_closed & ~base.is_closed
        assert 2 <= closed.sum() <= 4, name
    lower = apply_scenario(pack, read_scenario("caspian-two-metres-lower"))
    at = pack.network.resources.ids.index("R_CASP_TANKER")
    assert lower.capacity_t_yr[at] == pytest.approx(0.62 * base.capacity_t_yr[at])
    tariff = apply_scenario(pack, read_scenario("through-tariff-minus-20"))
    crossing = links.ids.index("KZAAU-AZALA.fd")
    assert tariff.cost_usd_teu[crossing] == pytest.approx(0.8 * base.cost_usd_teu[crossing] - 134)
    tripp = apply_scenario(pack, read_scenario("tripp-open"))
    assert (tripp.is_open & ~base.is_open).sum() == 14


def test_the_border_that_was_shut_in_2023_is_closed_in_a_year_that_has_it_open(
    pack: World,
) -> None:
    scenario = read_scenario("kyrgyz-tajik-border-closed")
    now = apply_scenario(pack, read_scenario("base"))
    then = apply_scenario(pack, read_scenario("base").model_copy(update={"year": scenario.year}))
    crossings = [i for i, x in enumerate(pack.network.links.ids) if x.startswith("KGBATKE.rd-TJ")]
    assert now.is_closed[crossings].all()
    assert not then.is_closed[crossings].any()
    assert apply_scenario(pack, scenario).is_closed[crossings].all()


# ------------------------------------------------------------------ reading


def test_a_file_names_itself_after_its_path(tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, 'title = "T"', "My Case 2.toml")).name == "my-case-2"
    assert read_scenario(write(tmp_path, 'name = "own"', "other.toml")).name == "own"


def test_a_file_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbfyear = 2021\n")
    assert read_scenario(str(path)).year == 2021


def test_an_empty_file_is_the_default_scenario(tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, "")) == Scenario(name="mine")


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    text = """
        year = 2021
        projects = ["PJ1"]
        measures = "all"
        [[shocks]]
        kind = "close_transit"
        countries = ["RUS"]
        [[changes]]
        kind = "change"
        resources = ["R_FEEDER"]
        quantity = "capacity_teu_yr"
        operation = "set"
        value = 5
    """
    scenario = read_scenario(write(tmp_path, text))
    assert scenario.projects == ("PJ1",)
    assert scenario.measures == "all"
    assert scenario.shocks[0] == CloseTransit(kind="close_transit", countries=("RUS",))
    assert isinstance(scenario.changes[0], ChangeLinks)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("rusia-closed", "russia-closed"), ("Suez", "suez-closed"), ("qqq", "aktau-hub, base")],
)
def test_an_unknown_name_gets_suggestions(name: str, hint: str) -> None:
    (fault,) = refuse(name)
    assert hint in fault
    assert "`serai scenarios`" in fault


def test_a_missing_file_a_folder_and_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (missing,) = refuse(str(tmp_path / "no.toml"))
    assert "No such file" in missing
    (folder,) = refuse(str(tmp_path))
    assert "directory" in folder.lower()
    path = tmp_path / "bytes.toml"
    path.write_bytes(b'title = "\xff"')
    (bytes_,) = refuse(str(path))
    assert "byte 0xff at position 9" in bytes_


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (fault,) = refuse(write(tmp_path, "year = 2023\ntitle = \n"))
    assert "mine.toml: got a text that is no TOML" in fault
    assert "line 2" in fault


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("yaer = 2023", "yaer", "did you mean year?"),
        ('year = "soon"', "year", "wanted a valid integer"),
        ("year = 1066", "year", "wanted 2019 or more"),
        ('demand = "huge"', "demand", "'low', 'reference' or 'high'"),
        ('projects = "some"', "projects", "or a list such as"),
        ("projects = [1]", "projects.0", "a valid string"),
        ("closures = 7", "closures", "a valid boolean"),
        ('name = "No Good!"', "name", "lower-case letters"),
        ("shocks = 3", "shocks", "a list"),
        ("[[shocks]]\ncountries = ['RUS']", "shocks.0.kind", "got none"),
        ("[[shocks]]\nkind = 'clsoe'", "shocks.0.kind", "did you mean close?"),
        ("[[shocks]]\nkind = 'close'\ncountreis = ['A']", "shocks.0.countreis", "countries?"),
        ("[[shocks]]\nkind = 'close_transit'\ncountries = []", "shocks.0.countries", "at least"),
        ("[[shocks]]\nkind = 'close'\nlinks = 'A-B'", "shocks.0.links", "a list such as"),
        ("[[changes]]\nkind = 'change'\nquantity = 'price'\noperation = 'set'\nvalue = 1",
         "changes.0.quantity", "'cost_usd_teu'"),
        ("[[changes]]\nkind = 'change'\nquantity = 'dwell_h'\noperation = 'set'",
         "changes.0.value", "no such key"),
        ("[[changes]]\nkind = 'change'\nquantity = 'dwell_h'\noperation = 'set'\nvalue = nan",
         "changes.0.value", "a finite number"),
        ("[[changes]]\nkind = 'change'\nquantity = 'dwell_h'\noperation = 'multiply'\nvalue = -2",
         "changes.0", "must be >= 0 to multiply"),
    ],
)  # fmt: skip
def test_a_fault_names_the_path_of_its_key(
    tmp_path: Path, text: str, where: str, hint: str
) -> None:
    (fault,) = refuse(write(tmp_path, text))
    assert fault.startswith(f"mine.toml: {where}: ")
    assert hint in fault


def test_all_faults_of_a_file_come_in_one_message(tmp_path: Path) -> None:
    text = "yaer = 1\nyear = 'x'\n[[shocks]]\nkind = 'close'\nlinsk = []\n[[shocks]]\nkind = 'q'"
    faults = refuse(write(tmp_path, text))
    assert len(faults) == 4
    assert {fault.split(": ")[1] for fault in faults} == {
        "yaer", "year", "shocks.0.linsk", "shocks.1.kind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "known"),
    [
        ("projects", "['PJ01', 'PJ999']", "PJ"),
        ("measures", "['MS99']", "MS"),
    ],
)
def test_unknown_projects_and_measures_get_suggestions(
    pack: World, tmp_path: Path, key: str, value: str, known: str
) -> None:
    scenario = read_scenario(write(tmp_path, f"{key} = {value}"))
    with pytest.raises(ScenarioError, match=f"{key}: .*did you mean {known}"):
        apply_scenario(pack, scenario)


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("links", "KZAAU-AZALA.fx", "KZAAU-AZALA.f"),
        ("places", "KZAUU", "KZAAU"),
        ("countries", "RUSS", "RUS"),
        ("resources", "R_CASP_FEDER", "R_CASP_FEEDER"),
        ("passages", "Seuz", "Suez"),
        ("kinds", "rail_1521", "rail_1520"),
    ],
)
def test_unknown_ids_in_a_shock_get_suggestions(
    pack: World, tmp_path: Path, key: str, value: str, hint: str
) -> None:
    text = f"[[shocks]]\nkind = 'close'\n{key} = ['{value}']"
    scenario = read_scenario(write(tmp_path, text))
    with pytest.raises(ScenarioError, match=rf"shocks\.0\.{key}.*did you mean .*{hint}"):
        apply_scenario(pack, scenario)


# ------------------------------------------------------------------ settings


def test_settings_become_shocks_after_those_of_the_scenario() -> None:
    world = toy_world()
    link, resource = world.network.links.ids[0], "R_FEEDER"
    first = Scenario(shocks=(SetYearInput(kind="year_input", input_id="avoidance_share", value=1),))
    adjusted = adjust(
        world,
        first,
        [
            f"links.{link}.dwell_h=3",
            f"resources.{resource}.capacity_teu_yr=5e3",
            "year_inputs.avoidance_share=0.5",
        ],
    )
    assert adjusted.world is world
    assert adjusted.params == {}
    assert adjusted.scenario.shocks == (
        *first.shocks,
        ChangeLinks(
            kind="change", links=(link,), quantity="dwell_h", operation="set", value=3.0
        ),
        ChangeLinks(
            kind="change", resources=(resource,), quantity="capacity_teu_yr", operation="set",
            value=5000.0,
        ),
        SetYearInput(kind="year_input", input_id="avoidance_share", value=0.5),
    )  # fmt: skip


def test_a_parameter_is_set_without_a_range_and_the_world_is_left_alone() -> None:
    world = toy_world()
    before = world.params["scale_upper"]
    adjusted = adjust(world, Scenario(), ["params.scale_upper=7", "params.scale_upper=9"])
    at = world.params.ids.index("scale_upper")
    table = adjusted.world.params.table
    assert adjusted.params == {"scale_upper": 9.0}
    assert (table.low[at], table.value[at], table.high[at]) == (9.0, 9.0, 9.0)
    assert world.params["scale_upper"] == before


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("nonsense", "links.ID.<free_time_h|"),
        ("flows.X.t=1", "links.ID.<free_time_h|"),
        ("links.=1", "links.ID.<free_time_h|"),
        ("params.scale_upper", "links.ID.<free_time_h|"),
        ("params.scale_upper=", "write the number alone"),
        ("params.scale_upper=7 USD", "write the number alone"),
        ("params.scale_upper=inf", "write the number alone"),
        ("params.scale_uper=7", "did you mean scale_upper"),
        ("year_inputs.avoidance_shrae=1", "did you mean avoidance_share"),
        ("links.KZCAS-AZCAS.feeedr.dwell_h=1", "did you mean KZCAS-AZCAS.feeder"),
        ("links.KZCAS-AZCAS.ferry.cost=1", "did you mean cost_usd_t"),
        ("links.KZCAS-AZCAS.ferry.dwell_h=-1", "a number from 0 on"),
        ("resources.R_FEDER.capacity_teu_yr=1", "did you mean R_FEEDER"),
        ("resources.R_FEEDER.capacity=1", "one of capacity_t_yr, capacity_teu_yr"),
    ],
)
def test_a_bad_setting_is_refused_with_what_would_do(text: str, hint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        adjust(toy_world(), Scenario(), [text])
    (fault,) = caught.value.faults
    assert fault.startswith(f"--set {text}: got ")
    assert hint in fault


def test_a_price_for_boxes_is_not_set_where_boxes_may_not_go(pack: World) -> None:
    with pytest.raises(ScenarioError, match="a link that boxes may not use"):
        adjust(pack, Scenario(), ["links.KZAAU-AZALA.se.cost_usd_teu=100"])


def test_all_bad_settings_come_in_one_message() -> None:
    with pytest.raises(ScenarioError) as caught:
        adjust(toy_world(), Scenario(), ["a", "params.scale_upper=7", "params.b=1"])
    assert len(caught.value.faults) == 2
