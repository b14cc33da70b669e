"""What the examples in docstrings stand on: a folder of small tables, and a place to write."""

from pathlib import Path
from typing import Any

import pytest

from tests.command import write_sound


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of small tables that are in order; not to be written to."""
    return write_sound(tmp_path_factory.mktemp("example"))


@pytest.fixture(autouse=True)
def _examples(request: pytest.FixtureRequest) -> None:
    """Give examples in docstrings their `folder` and `scratch`."""
    if type(request.node).__name__ == "DoctestItem":
        names: dict[str, Any] = request.getfixturevalue("doctest_namespace")
        names["folder"] = request.getfixturevalue("example_folder")
        names["scratch"] = request.getfixturevalue("tmp_path")
