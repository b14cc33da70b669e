"""Where links and limits lie: one line and one spot each, for every map and every file of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from serai.data.geometry import Geometry, great_circle, read_geometry
from serai.data.load import PACK
from serai.domain.network import Network

__all__ = ["LinkLine", "line_of", "read_lines", "spot_of"]


class LinkLine(NamedTuple):
    """The line of a link."""

    points: NDArray[np.float64]
    """[deg], shape (n_points, 2). Longitude and latitude, from start to end."""
    is_inferred: bool
    """Whether it is a great circle because no graph or waypoint gave one."""


def read_lines(folder: Path) -> Geometry:
    """
    Return the lines of links; those of the package for tables that have none of their own.

    Parameters
    ----------
    folder
        The tables.

    Raises
    ------
    DataError
        A file of lines has faults.
    """
    has_lines = (folder / "odbl" / "link_geometry.csv").is_file()
    return read_geometry(folder if has_lines else PACK)


def line_of(network: Network, geometry: Geometry, link: int) -> LinkLine | None:
    """
    Return the line of a link; a great circle where none is known.

    Parameters
    ----------
    network
        The network.
    geometry
        The lines that are known.
    link
        [-], >= 0. Index of the link.

    Returns
    -------
    line
        None for a link inside one place, and for the drayage of a zone.
    """
    places, links = network.places, network.links
    link_id, ends = links.ids[link], (links.from_place[link], links.to_place[link])
    if link_id in geometry.lines:
        return LinkLine(geometry.lines[link_id], link_id in geometry.inferred)
    if min(ends) < 0 or ends[0] == ends[1]:
        return None
    start, end = ((float(places.lon[p]), float(places.lat[p])) for p in ends)
    return LinkLine(great_circle(start, end), is_inferred=True)


def spot_of(network: Network, resource_id: str) -> tuple[float, float] | None:
    """
    Return where a resource lies, [deg] longitude and latitude: halfway between its two ends.

    Parameters
    ----------
    network
        The network.
    resource_id
        Id of the resource.

    Returns
    -------
    spot
        None where its row names no place.
    """
    resources, places = network.resources, network.places
    ends = [p for p in resources.section[resources.ids.index(resource_id)] if p >= 0]
    if not ends:
        return None
    return float(places.lon[ends].mean()), float(places.lat[ends].mean())
