"""The page: a server on this machine that says what the command line says, to a browser."""

from typing import Final

__all__ = ["PROGRESS"]

PROGRESS: Final = "SERAI_PROGRESS"
"""Name of the setting that makes the command line tell its progress in JSON, for the server."""
