"""What a map of flows is made of: values and looks, no drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from serai.outputs.language import ENGLISH, Language, mark
from serai.outputs.projection import Sheet

__all__ = [
    "CORRIDORS",
    "LETTERING",
    "PAIR_VIEW",
    "PHONE_VIEW",
    "WIDE_VIEW",
    "BasemapShapes",
    "Bottleneck",
    "CountryRings",
    "FlowLine",
    "FlowPanel",
    "FlowScale",
    "Lettering",
    "MapCorridor",
    "MapView",
    "PlaceLabel",
    "label_main_places",
]

Line = NDArray[np.float64]


class CountryRings(Protocol):
    """Land of a country, as the data pack's base map holds it."""

    @property
    def iso3(self) -> str:
        """Country code."""

    @property
    def rings(self) -> Sequence[Line]:
        """[deg]. Closed rings of longitude and latitude."""


class BasemapShapes(Protocol):
    """Land and borders, as the data pack's base map holds them."""

    @property
    def countries(self) -> Sequence[CountryRings]:
        """Land by country."""

    @property
    def borders(self) -> Sequence[Line]:
        """[deg]. Lines between countries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCorridor:
    """How the flow of one corridor looks."""

    label: str
    colour: str
    fixed_width_pt: float | None = None
    """[pt], > 0, or None for a width that grows with the flow."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlowLine:
    """The flows on one link; links that share a line are added up when drawn."""

    points: Line
    """[deg], shape (n_points, 2). Longitude and latitude."""

    flows: Mapping[str, float]
    """[unit of the scale], >= 0. Flow by corridor key."""

    is_inferred: bool = False
    """Whether the line is a straight stand-in; drawn dashed where it is long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """A limit that binds, with what a place on it costs."""

    name: str
    lon: float
    lat: float
    price_usd_teu: float
    wait_h: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLabel:
    """A name on the map."""

    name: str
    lon: float
    lat: float
    side: str = "right"
    """Where the name stands: right, left, above or below."""

    is_main: bool = True
    """Whether it stays when the map is small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPanel:
    """One map: its title, flows and bottlenecks."""

    title: str
    lines: Sequence[FlowLine]
    bottlenecks: Sequence[Bottleneck] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowScale:
    """Which flow has which width; shared by maps that are compared."""

    unit: str
    full_flow: float
    """[unit], > 0. Flow drawn at the view's full width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """What part of the world is shown, how large, and how finely lettered."""

    name: str
    sheet: Sheet
    font_pt: float
    full_width_pt: float
    has_all_labels: bool
    n_legend_columns: int


WIDE_VIEW: Final = MapView(
    name="wide",
    sheet=Sheet(-4000.0, -2700.0, 5500.0, 2700.0, 1080.0),
    font_pt=10.5,
    full_width_pt=9.0,
    has_all_labels=True,
    n_legend_columns=3,
)
"""One map over the full width of the page."""

PAIR_VIEW: Final = MapView(
    name="pair",
    sheet=Sheet(-3900.0, -2300.0, 4950.0, 2700.0, 534.0),
    font_pt=9.5,
    full_width_pt=6.5,
    has_all_labels=False,
    n_legend_columns=3,
)
"""Each of two maps side by side."""

PHONE_VIEW: Final = MapView(
    name="phone",
    sheet=Sheet(-3900.0, -2000.0, 4700.0, 2700.0, 370.0),
    font_pt=9.0,
    full_width_pt=5.0,
    has_all_labels=False,
    n_legend_columns=2,
)
"""One map on a telephone; put two below each other to compare."""

CORRIDORS: Final[Mapping[str, MapCorridor]] = {
    "north": MapCorridor(label=mark("Northern (through Russia)"), colour="#0072b2"),
    "middle": MapCorridor(label=mark("Middle Corridor"), colour="#d55e00"),
    "south": MapCorridor(label=mark("South (Iran, Türkiye)"), colour="#009e73"),
    "sea": MapCorridor(
        label=mark("Ocean (width not to scale)"), colour="#8fb8d6", fixed_width_pt=1.8
    ),
    "other": MapCorridor(label=mark("Air, pipeline, other"), colour="#8c8c8c"),
}
"""Corridors from north to south, in colours that colour-blind readers tell apart (Okabe-Ito)."""

MAIN_PLACES: Final[Mapping[str, tuple[str, str, bool]]] = {
    "CNSIA": (mark("Xi'an"), "right", True),
    "KZALA": (mark("Almaty"), "below", True),
    "KZALTYN": (mark("Khorgos"), "above", True),
    "KZAAU": (mark("Aktau"), "above", True),
    "AZBAK": (mark("Baku"), "below", True),
    "GEPTI": (mark("Poti"), "above", True),
    "RUMOW": (mark("Moscow"), "above", True),
    "BYBQT": (mark("Brest"), "below", True),
    "DEDUI": (mark("Duisburg"), "above", True),
    "TRIST": (mark("Istanbul"), "below", True),
    "IRBND": (mark("Bandar Abbas"), "left", True),
    "INNSA": (mark("Mumbai"), "right", True),
    "EGSUZ": (mark("Suez"), "left", True),
    "KZDOS": (mark("Dostyk"), "right", False),
    "ROCND": (mark("Constanța"), "above", False),
    "TRMER": (mark("Mersin"), "below", False),
    "TMKRW": (mark("Turkmenbashi"), "right", False),
    "UZTAS": (mark("Tashkent"), "right", False),
    "IRTHR": (mark("Tehran"), "right", False),
    "RUYEK": (mark("Yekaterinburg"), "above", False),
    "RUOVB": (mark("Novosibirsk"), "above", False),
    "RUZBK": (mark("Zabaikalsk"), "above", False),
    "CNURC": (mark("Urumqi"), "right", False),
    "CNSHA": (mark("Shanghai"), "left", False),
}
"""Place id to the name on the map, its side, and whether small maps keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """A name of a country or a sea, part of the base map."""

    text: str
    lon: float
    lat: float
    is_sea: bool = False


LETTERING: Final = (
    Lettering(text=mark("RUSSIA"), lon=88.0, lat=60.5),
    Lettering(text=mark("KAZAKHSTAN"), lon=67.0, lat=50.4),
    Lettering(text=mark("CHINA"), lon=98.0, lat=36.0),
    Lettering(text=mark("INDIA"), lon=78.5, lat=22.5),
    Lettering(text=mark("IRAN"), lon=54.5, lat=33.0),
    Lettering(text=mark("TÜRKIYE"), lon=32.7, lat=37.9),
    Lettering(text=mark("MONGOLIA"), lon=103.0, lat=46.3),
    Lettering(text=mark("Caspian\nSea"), lon=51.5, lat=38.3, is_sea=True),
    Lettering(text=mark("Black Sea"), lon=32.6, lat=42.4, is_sea=True),
    Lettering(text=mark("Arabian Sea"), lon=64.0, lat=18.5, is_sea=True),
)


def label_main_places(
    points: Mapping[str, tuple[float, float]], lang: Language = ENGLISH
) -> tuple[PlaceLabel, ...]:
    """
    Return the names that every map carries, for the places that are known.

    Parameters
    ----------
    points
        [deg]. Longitude and latitude by place id.
    lang
        Language of the names.

    Returns
    -------
    labels
        One per main place found in `points`.
    """
    return tuple(
        PlaceLabel(
            name=lang.say(name),
            lon=points[key][0],
            lat=points[key][1],
            side=side,
            is_main=is_main,
        )
        for key, (name, side, is_main) in MAIN_PLACES.items()
        if key in points
    )
