"""Who is paid on a leg, and what kind of transport or hub operation it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from serai.domain.network import Network
from serai.domain.ranged import IntArray

__all__ = ["name_operation", "name_payee"]

FIRMS: Final = {
    "road": "haulier",
    "access": "haulier",
    "sea": "shipping line",
    "feeder": "feeder line",
    "ferry": "ferry line",
    "river": "river line",
    "air": "airline",
    "pipeline": "pipeline",
}
"""Who carries, where the tables name nobody."""

HUBS: Final = {
    "load": "terminal",
    "unload": "terminal",
    "port": "port",
    "ferry_board": "ferry port",
    "interchange": "terminal",
    "border": "border and customs",
    "gauge_change": "transshipment yard",
    "gauge_change_and_border": "transshipment yard, border and customs",
}
"""Who handles, by kind of transfer."""

OPERATIONS: Final = {
    "rail": "TOC rail, mean traction",
    "road": "TOC road, mean truck",
    "sea": "TOC sea, deep-sea box ships",
    "feeder": "TOC sea, feeder ships",
    "ferry": "TOC sea, RoPax ferries",
    "river": "TOC inland waterway",
    "air": "TOC air, freighters",
    "pipeline": "TOC pipeline",
    "load": "HOC terminal, loading",
    "unload": "HOC terminal, unloading",
    "port": "HOC port terminal",
    "ferry_board": "HOC ferry port",
    "interchange": "HOC terminal, change of vehicle",
    "border": "HOC border station",
    "gauge_change": "HOC gauge change",
    "gauge_change_and_border": "HOC gauge change and border",
}
"""Transport and hub operation categories of ISO 14083, by emission factor."""

NO_FIRM: Final = frozenset({"", "liner/tramp", "drayage"})
"""Operators of the tables that name nobody."""


def name_payee(network: Network, part: IntArray, countries: Sequence[str]) -> str:
    """
    Return who is paid for links of one leg, as far as the tables tell.

    Parameters
    ----------
    network
        The network.
    part
        Links of one kind and operator.
    countries
        Their territories.
    """
    links = network.links
    kind, operator = str(links.kind[part[0]]), str(links.operator[part[0]])
    if kind == "transfer":
        firm = HUBS.get(str(links.transfer_type[part[0]]), "terminal")
        return f"{firm} ({', '.join(countries)})" if countries else firm
    if operator in NO_FIRM:
        firm = FIRMS.get(kind, "railways")
        return f"{firm} ({', '.join(countries)})" if kind.startswith("rail") and countries else firm
    if kind.startswith("rail"):
        named = [f"railway of {o}" if o in network.country_ids else o for o in operator.split("/")]
        return " and ".join(named)
    return f"{FIRMS.get(kind, kind)} {operator}"


def name_operation(factor: str) -> str:
    """
    Return the transport or hub operation category of an emission factor.

    Parameters
    ----------
    factor
        Its name: kind of line-haul or type of transfer.
    """
    return OPERATIONS.get(factor, f"HOC {factor}")
