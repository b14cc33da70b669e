"""Serai answers how far one Eurasian trade corridor can stand in for another, and what it takes."""

from importlib.metadata import version
from importlib.resources import files
from typing import Final

__all__ = ["DATA_VERSION", "__version__"]

__version__: Final = version("serai")
"""Version of the code."""

DATA_VERSION: Final = files("serai").joinpath("data", "pack", "VERSION").read_text("utf-8").strip()
"""Version of the data pack that ships with the code."""
