"""Bases that many commands start from, solved once in a process of tests."""

import hashlib
import os
import pickle
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.run import Run, bases, rounds

MOST: Final = 2
KNOWN: Final[OrderedDict[tuple[str, str], Run]] = OrderedDict()
SOLVE: Final = rounds.run_scenario


def remember(world: World, scenario: Scenario, *, seed: int = 0) -> Run:
    """Return the run of a base: to the bit the same, as the properties of scenarios say."""
    # All of the world is in the key: tables, draws and settings.
    key = hashlib.blake2b(pickle.dumps((world, seed))).hexdigest(), scenario.model_dump_json()
    if key not in KNOWN:
        KNOWN[key] = SOLVE(world, scenario, seed=seed)
        if len(KNOWN) > MOST:
            KNOWN.popitem(last=False)
    KNOWN.move_to_end(key)
    return KNOWN[key]


def find_shared(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of a test run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def solved_once() -> Iterator[None]:
    """Let scenarios start from a base that another test has solved."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (rounds, bases):
            patch.setattr(module, "run_scenario", remember)
        yield
