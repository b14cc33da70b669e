"""
Serai answers how far one Eurasian trade corridor can stand in for another, and what it takes.

Everything that is listed in `__all__` is stable between versions; what lies below may change.
Names are loaded when they are first used, so that `import serai` costs next to nothing.
"""

import importlib
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from serai.studies.front import (
        Run,
        Scenario,
        SeraiError,
        World,
        answer,
        compare,
        evidence,
        export,
        import_file,
        read_omx,
        read_scenario,
        read_world,
        routes,
        run_scenario,
        to_networkx,
    )

__all__ = [
    "DATA_VERSION",
    "Run",
    "Scenario",
    "SeraiError",
    "World",
    "__version__",
    "answer",
    "compare",
    "evidence",
    "export",
    "import_file",
    "read_omx",
    "read_scenario",
    "read_world",
    "routes",
    "run_scenario",
    "to_networkx",
]

__version__: Final = version("serai")
"""Version of the code."""

DATA_VERSION: Final = files("serai").joinpath("data", "pack", "VERSION").read_text("utf-8").strip()
"""Version of the data pack that ships with the code."""

if not TYPE_CHECKING:  # so that a checker knows the names above and no others

    def __getattr__(name: str) -> object:
        """Load what is asked for."""
        if name not in __all__:
            raise AttributeError(f"module 'serai' has no attribute {name!r}")
        return getattr(importlib.import_module("serai.studies.front"), name)

    def __dir__() -> list[str]:
        """List what is stable."""
        return sorted(__all__)
