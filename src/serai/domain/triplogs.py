"""What trip logs say of borders, and what they propose for the links of a network."""

from __future__ import annotations

from serai.domain.results import Result

__all__ = ["BorderTime", "Indicator", "TripLogResult"]


class Indicator(Result):
    """A trade facilitation indicator (TFI) of CAREC's corridor performance measurement."""

    indicator: str
    """TFI1, TFI2, TFI3, TFI4 (speed with delay, SWD) or SWOD (speed without delay)."""
    mode: str
    """rail or road."""
    where: str
    """Place of a border crossing point; `all` for the mean of the log."""
    unit: str
    """h, USD, USD per 500 km and 20 t, or km/h."""
    n: int
    """Crossings or trips behind it."""
    mean: float
    """Mean: the indicator itself."""
    median: float
    """Median."""
    low: float
    """Least."""
    high: float
    """Most."""
    cv: float | None
    """[-] Coefficient of variation, how unreliable it is; null for one observation."""


class BorderTime(Result):
    """What trips took on one transfer link, and the dwell that follows."""

    link_id: str
    """The link."""
    n: int
    """Trips that crossed with both sides logged."""
    logged_h: float
    """[h] Median from exit of one country to entry of the other, gauge change included."""
    logged_low_h: float
    """[h] Least; from ten trips on the tenth percentile."""
    logged_high_h: float
    """[h] Most; from ten trips on the ninetieth percentile."""
    elsewhere_h: float
    """[h] Of it what the network has already: handling on this link, and gauge change on another
    link of the same crossing."""
    dwell_h: float
    """[h] Proposed dwell: logged less elsewhere."""
    dwell_low_h: float
    """[h] Low end."""
    dwell_high_h: float
    """[h] High end."""
    dwell_now_h: float
    """[h] Dwell in the tables."""
    grade: str
    """observed."""
    warning: str
    """Where the same hours stand twice, or nearly so; else empty."""


class TripLogResult(Result):
    """What a trip log says."""

    trips: int
    """Trips read."""
    indicators: list[Indicator]
    """By mode: the log's, then by border crossing point."""
    borders: list[BorderTime]
    """By link."""
    unused: list[str]
    """What of the log could not be used, and why."""
    settings: list[str]
    """The proposals as words for `serai run --set`."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the tables."""
