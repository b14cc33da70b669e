"""From longitude and latitude to the sheet: an equal-area projection, and shaping of lines."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sheet", "drop_near_points", "offset_line", "project", "to_sheet"]

EARTH_RADIUS_KM: Final = 6371.0
CENTRE_LON_DEG: Final = 62.0
CENTRE_LAT_DEG: Final = 42.0
SHARPEST_MITRE: Final = 0.35

Line = NDArray[np.float64]


class Sheet(NamedTuple):
    """A window of the projected world and the size at which it is drawn."""

    west_km: float
    south_km: float
    east_km: float
    north_km: float
    width_pt: float

    @property
    def height_pt(self) -> float:
        """[pt]. Height of the window at the same scale as its width."""
        return self.width_pt * (self.north_km - self.south_km) / (self.east_km - self.west_km)


def project(points: Line) -> Line:
    """
    Return points on Lambert's azimuthal equal-area projection about Kazakhstan.

    Parameters
    ----------
    points
        [deg], shape (n_points, 2). Longitude and latitude, none opposite to the centre.

    Returns
    -------
    places
        [km], shape (n_points, 2). East and north of 62° E, 42° N; areas are true everywhere.

    References
    ----------
    snyder1987, pages 182-190.

    Examples
    --------
    >>> project(np.array([[62.0, 42.0]])).tolist()
    [[0.0, 0.0]]
    """
    lon, lat = np.radians(np.asarray(points, dtype=np.float64)).T
    lon = lon - np.radians(CENTRE_LON_DEG)
    middle = np.radians(CENTRE_LAT_DEG)
    cos_angle = np.sin(middle) * np.sin(lat) + np.cos(middle) * np.cos(lat) * np.cos(lon)
    scale = EARTH_RADIUS_KM * np.sqrt(2.0 / np.maximum(1.0 + cos_angle, 1e-9))
    east = scale * np.cos(lat) * np.sin(lon)
    north = scale * (np.cos(middle) * np.sin(lat) - np.sin(middle) * np.cos(lat) * np.cos(lon))
    return np.column_stack([east, north])


def to_sheet(points: Line, sheet: Sheet) -> Line:
    """
    Return where points fall on the sheet.

    Parameters
    ----------
    points
        [deg], shape (n_points, 2). Longitude and latitude.
    sheet
        The window and its width.

    Returns
    -------
    spots
        [pt], shape (n_points, 2). Right of and above the window's lower left corner.
    """
    scale = sheet.width_pt / (sheet.east_km - sheet.west_km)
    return (project(points) - (sheet.west_km, sheet.south_km)) * scale


def drop_near_points(spots: Line, distance_pt: float) -> Line:
    """
    Return a line without the points that follow too closely on the last one kept.

    Parameters
    ----------
    spots
        [pt], shape (n_points, 2), n_points >= 2.
    distance_pt
        [pt], >= 0. Points nearer than this add nothing to the picture.

    Returns
    -------
    fewer
        [pt], shape (n_kept, 2). First and last points are kept.
    """
    kept = [0]
    for ix in range(1, len(spots) - 1):
        step = spots[ix] - spots[kept[-1]]
        if step[0] * step[0] + step[1] * step[1] >= distance_pt * distance_pt:
            kept.append(ix)
    kept.append(len(spots) - 1)
    return np.asarray(spots[kept])


def offset_line(spots: Line, offset_pt: float) -> Line:
    """
    Return a line that runs beside another, so that two flows on one track are both seen.

    Parameters
    ----------
    spots
        [pt], shape (n_points, 2), n_points >= 2.
    offset_pt
        [pt]. How far to the left of the line's direction; below zero to the right.

    Returns
    -------
    beside
        [pt], shape (n_points, 2). At sharp bends nearer than `offset_pt`, not farther out.
    """
    steps = np.diff(spots, axis=0)
    lengths = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)
    left = np.column_stack([-steps[:, 1], steps[:, 0]]) / lengths[:, None]
    before, after = np.vstack([left[:1], left]), np.vstack([left, left[-1:]])
    middle = before + after
    norm = np.maximum(np.hypot(middle[:, 0], middle[:, 1]), 1e-9)
    middle = middle / norm[:, None]
    mitre = np.maximum(np.sum(middle * after, axis=1), SHARPEST_MITRE)
    reach = np.minimum(1.0 / mitre, 1.5)
    return np.asarray(spots + middle * (offset_pt * reach)[:, None])
