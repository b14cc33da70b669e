"""A place is found by id and name, whatever its spelling; what is unclear is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.data.find import find_place, suggest_places
from serai.data.load import PACK
from serai.data.schema import read_schema
from serai.data.tables import read_tables
from serai.domain.network import Places
from serai.errors import ScenarioError


@pytest.fixture(scope="module")
def places() -> Places:
    schema = {"places": read_schema()["places"]}
    table = read_tables(PACK, schema=schema)["places"]
    return Places(
        ids=tuple(table.place_id),
        names=tuple(table.name),
        countries=tuple(table.country_iso3),
        kinds=tuple(table.kind),
        lat=table.lat.to_numpy().copy(),
        lon=table.lon.to_numpy().copy(),
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("CNSIA", "CNSIA"),
        ("cn sia", "CNSIA"),
        ("XIAN", "CNSIA"),
        ("Xi’an", "CNSIA"),
        ("duisburg", "DEDUI"),
        ("Małaszewicze", "PLMAA"),
        ("Constanța", "ROCND"),
        ("Ürümqi", "CNURC"),
        ("İstanbul", "TRIST"),
        ("Łódź", "PLLOD"),
        ("Poznań", "PLPOZ"),
        ("Tashkent", "UZTAS"),
        ("Tashkent airport", "UZTASAP"),
        ("Sergeli", "UZTAS"),
        ("Mumbai", "INNSA"),
        ("St. Petersburg", "RULED"),
        ("Ho Chi Minh", "VNSGN"),
        ("Frankfurt (Oder)", "DEFFO"),
        ("frankfurt main", "DEFRA"),
        ("Astara IR", "IRASR"),
        ("Liège", "BELGGAP"),
        ("Aktau", "KZAAU"),
        ("Aktobe", "KZABE"),
    ],
)
def test_a_place_is_found_however_it_is_written(places: Places, text: str, place: str) -> None:
    assert places.ids[find_place(places, text)] == place


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Frankfurt", ("DEFFO", "DEFRA")),
        ("Astara", ("AZAST", "IRASR")),
        ("Khorgos", ("CNHRS", "KZHOR")),
        ("Duisberry", ("DEDUI",)),
        ("Duisbourg", ("DEDUI",)),
        ("MALASZEVICE", ("PLMAA",)),
        ("Turkmenbashy", ("TMKRW",)),
        ("Tomsk", ("RUOMS",)),
    ],
)
def test_what_is_unclear_names_what_it_may_be(
    places: Places, text: str, named: tuple[str, ...]
) -> None:
    with pytest.raises(ScenarioError) as caught:
        find_place(places, text)
    assert caught.value.exit_code == 2
    assert all(f"({place})" in str(caught.value) for place in named)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["", "   ", "!?", "zzzzzz"])
def test_nonsense_is_refused(places: Places, text: str) -> None:
    with pytest.raises(ScenarioError, match=r"wanted the name or id of one place"):
        find_place(places, text)


def test_every_place_is_found_by_its_id_and_its_name(places: Places) -> None:
    for i, (place, name) in enumerate(zip(places.ids, places.names, strict=True)):
        assert find_place(places, place) == i
        if i % 4 == 0:
            assert find_place(places, name.upper()) == i


def test_suggestions_begin_with_the_nearest(places: Places) -> None:
    assert places.ids[suggest_places(places, "Rotterdan")[0]] == "NLRTM"
    assert len(suggest_places(places, "Karas")) <= 5


@settings(max_examples=40)
@given(st.text(max_size=12))
def test_any_text_finds_a_place_or_is_refused(places: Places, text: str) -> None:
    try:
        found = find_place(places, text)
    except ScenarioError:
        return
    assert 0 <= found < len(places.ids)
