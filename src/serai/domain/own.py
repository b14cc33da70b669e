"""What making and extending networks leaves behind."""

from __future__ import annotations

from serai.domain.results import Result

__all__ = ["ExtendResult", "NewResult", "SnapRow"]


class NewResult(Result):
    """A folder to begin with."""

    folder: str
    """Where it is."""
    source: str
    """example, pack, or the file it was made from."""
    files: list[str]
    """What is in it."""
    next: list[str]
    """What to type next."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the tables in it."""


class SnapRow(Result):
    """The place of the base that is nearest to a new one."""

    place_id: str
    """The new place."""
    nearest: str
    """Id of the nearest place of the base."""
    name: str
    """Its name."""
    km: float
    """[km] On the great circle."""
    is_joined: bool
    """True where a new link joins the two."""


class ExtendResult(Result):
    """A set of tables with places and links added."""

    folder: str
    """Where it is."""
    added: dict[str, int]
    """Rows by table."""
    snaps: list[SnapRow]
    """One per new place."""
    warnings: list[str]
    """What to look at."""
    next: list[str]
    """What to type next."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the tables in it."""
