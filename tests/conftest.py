"""What every test stands on: no network, a clean environment, fixed seeds."""

import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import settings

SEED: Final = 20231121

# Colour, width and progress depend on these; so would what a command prints.
UNWANTED_NAMES: Final = (
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "LINES",
    "PY_COLORS",
    "TERMINAL_WIDTH",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
)
WANTED: Final = {
    "COLUMNS": "120",
    "MPLBACKEND": "Agg",
    "NO_COLOR": "1",
    "PYTHONUTF8": "1",
    "TERM": "dumb",
    "TZ": "UTC",
}

settings.register_profile("serai", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("serai")


class NetworkUsedError(AssertionError):
    """A test reached for the network."""


def refuse(*args: object, **_: object) -> Any:  # noqa: ANN401 - stands in for several functions
    """Stand in for everything that would leave the process."""
    msg = f"no test may use the network; asked for {args[1:] or args!r}"
    raise NetworkUsedError(msg)


@pytest.fixture(scope="session", autouse=True)
def _closed_sockets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, refuse)
        for name in ("create_connection", "getaddrinfo", "gethostbyname"):
            patch.setattr(socket, name, refuse)
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*UNWANTED_NAMES, *(key for key in os.environ if key.startswith("SERAI_"))]:
        monkeypatch.delenv(name, raising=False)
    for name, value in WANTED.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _fixed_seeds() -> None:
    random.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002 - for libraries; our own code is passed a generator


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator that starts at the same place in every test."""
    return np.random.default_rng(SEED)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]
