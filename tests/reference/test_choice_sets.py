"""What the choice sets of the pack miss, by exact search."""

import pytest

from serai.data.load import read_world
from serai.data.scenarios import read_scenario
from serai.run import Bases
from serai.studies.omitted import find_omitted

MOST = 1e-3
"""[-] Share of tonnes that the best route by a missing corridor may take."""


@pytest.fixture(scope="module")
def bases() -> Bases:
    return Bases(read_world())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["base", "russia-closed"])
def test_no_corridor_that_would_be_used_is_missing(bases: Bases, name: str) -> None:
    run = bases.run(read_scenario(name))
    assert run.certificate.holds()
    for seed in range(4):
        found = find_omitted(run, n_cells=200, seed=seed)
        assert found.n_cells == 200
        assert found.share <= MOST, seed
