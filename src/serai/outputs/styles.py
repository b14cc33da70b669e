"""How flows, links and limits look in QGIS: styles as QML, in the colours of the maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from serai.outputs.words import COLOURS, name_corridor

__all__ = ["style_bottlenecks", "style_flows", "style_links", "style_nodes"]

HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
QGIS: Final = "3.28.0"
"""Version of QGIS whose form of the file this is; later ones read it."""

GREY: Final = "#6b7683"
LEAST_MM: Final = 0.15
MOST_MM: Final = 5.0
SEA_MM: Final = 1.2
"""Width of flows by sea: in scale they would leave nothing of the others, on a map as here."""

WIDTH: Final = "coalesce(scale_linear({value}, 0, {largest}, {least}, {most}), {least})"
"""[mm] Expression for a width that grows with a column."""

Options = Mapping[str, str]


def style_flows(corridors: Iterable[str]) -> str:
    """
    Return the style of flows: width by t/yr, colour by corridor, each direction on its right.

    Flows by sea have one width, as on the maps.

    Parameters
    ----------
    corridors
        Those to tell apart, in the order of the legend.
    """
    largest = 'maximum("t_yr", filter:="corridor" <> \'sea\')'
    width = WIDTH.format(value='"t_yr"', largest=largest, least=LEAST_MM, most=MOST_MM)
    moves = {"outlineWidth": width, "offset": f"{width} / 2"}
    symbols = {
        name: _line_symbol(
            COLOURS.get(name, COLOURS["other"]),
            SEA_MM if name == "sea" else LEAST_MM,
            {} if name == "sea" else moves,
            {"offset": str(SEA_MM / 2)} if name == "sea" else None,
        )
        for name in corridors
    }
    not_to_scale = {"sea": f"{name_corridor('sea')} (width not to scale)"}
    labels = {name: name_corridor(name) for name in symbols} | not_to_scale
    return _write(_categorized("corridor", symbols, labels))


def style_links() -> str:
    """Return the style of links: thin lines, dashed where the line is a guess."""
    dashes = {"customDash": "if(\"line_basis\" = 'drawn', '1000;0', '2;2')"}
    look = _line_symbol(GREY, 0.3, dashes, {"use_custom_dash": "1", "customdash": "1000;0"})
    return _write(_single("line", look))


def style_nodes() -> str:
    """Return the style of nodes: small dots."""
    return _write(_single("marker", _dot_symbol(GREY, 1.2, {})))


def style_bottlenecks() -> str:
    """Return the style of limits: dots that grow with the scarcity price of a box."""
    value = '"scarcity_usd_teu"'
    size = WIDTH.format(value=value, largest=f"maximum({value})", least=2.0, most=8.0)
    return _write(_single("marker", _dot_symbol("#c0392b", 2.0, {"size": size})))


# ---------------------------------------------------------------- symbols


def _line_symbol(
    colour: str, width_mm: float, moves: Options, more: Options | None = None
) -> ET.Element:
    look = {"line_color": _rgba(colour), "line_width": str(width_mm), "line_width_unit": "MM",
            "line_style": "solid", "capstyle": "round", "joinstyle": "round", "offset": "0",
            "offset_unit": "MM", **(more or {})}  # fmt: skip
    return _layer("SimpleLine", look, moves)


def _dot_symbol(colour: str, size_mm: float, moves: Options) -> ET.Element:
    look = {"name": "circle", "color": _rgba(colour), "size": str(size_mm), "size_unit": "MM",
            "outline_color": "255,255,255,255", "outline_width": "0.2", "outline_style": "solid",
            "outline_width_unit": "MM"}  # fmt: skip
    return _layer("SimpleMarker", look, moves)


def _layer(kind: str, look: Options, moves: Options) -> ET.Element:
    layer = ET.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    _add_map(layer, look)
    by_data = _add_map(ET.SubElement(layer, "data_defined_properties"), {"name": ""})
    found = ET.SubElement(by_data, "Option", {"name": "properties", "type": "Map"})
    for name, expression in moves.items():
        _add_property(found, name, expression)
    _add_option(by_data, "type", "collection")
    return layer


def _add_map(parent: ET.Element, values: Options) -> ET.Element:
    options = ET.SubElement(parent, "Option", {"type": "Map"})
    for name, value in values.items():
        _add_option(options, name, value)
    return options


def _add_option(parent: ET.Element, name: str, value: str, kind: str = "QString") -> None:
    ET.SubElement(parent, "Option", {"name": name, "value": value, "type": kind})


def _add_property(parent: ET.Element, name: str, expression: str) -> None:
    """Add a property that an expression sets; 3 is QGIS's number for those."""
    one = ET.SubElement(parent, "Option", {"name": name, "type": "Map"})
    _add_option(one, "active", "true", "bool")
    _add_option(one, "expression", expression)
    _add_option(one, "type", "3", "int")


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


# ---------------------------------------------------------------- renderers


def _single(kind: str, layer: ET.Element) -> ET.Element:
    renderer = ET.Element("renderer-v2", {"type": "singleSymbol", "symbollevels": "0"})
    _add_symbol(ET.SubElement(renderer, "symbols"), "0", kind, layer)
    return renderer


def _categorized(
    column: str, symbols: Mapping[str, ET.Element], labels: Mapping[str, str]
) -> ET.Element:
    attributes = {"type": "categorizedSymbol", "attr": column, "symbollevels": "0"}
    renderer = ET.Element("renderer-v2", attributes)
    categories = ET.SubElement(renderer, "categories")
    drawn = ET.SubElement(renderer, "symbols")
    for at, (value, layer) in enumerate(symbols.items()):
        told = {"value": value, "label": labels[value], "symbol": str(at), "render": "true",
                "type": "string"}  # fmt: skip
        ET.SubElement(categories, "category", told)
        _add_symbol(drawn, str(at), "line", layer)
    return renderer


def _add_symbol(parent: ET.Element, name: str, kind: str, layer: ET.Element) -> None:
    attributes = {"name": name, "type": kind, "alpha": "0.85", "clip_to_extent": "1"}
    ET.SubElement(parent, "symbol", attributes).append(layer)


def _write(renderer: ET.Element) -> str:
    root = ET.Element("qgis", {"version": QGIS, "styleCategories": "Symbology"})
    root.append(renderer)
    ET.indent(root)
    return HEAD + ET.tostring(root, encoding="unicode") + "\n"
