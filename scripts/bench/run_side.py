"""One side of one row, in a process of its own: `python -m scripts.bench.run_side ROW SIDE ...`."""

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

from scripts.bench.rows import Row, find_row
from scripts.bench.work import (
    RoadGraph,
    make_tiny_graph,
    make_tiny_problem,
    read_graph,
    read_problem,
)
from serai.domain.roads import RoadProblem

__all__ = ["main", "read_source"]


def read_source(row: Row) -> RoadProblem | RoadGraph:
    """
    Read what a row works on.

    Parameters
    ----------
    row
        The row.

    Returns
    -------
    source
        A test network or a road graph.
    """
    if row.source.endswith(".npz"):
        return read_graph(Path(os.environ["SERAI_GRAPHS"], row.source))
    return read_problem(Path(os.environ["SERAI_TNTP"], row.source))


def main() -> None:
    """Do the work once and print how long it took; write what was found to a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("row")
    parser.add_argument("side")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--found", type=Path, required=True)
    asked = parser.parse_args()
    row = find_row(asked.row)
    stdout, sys.stdout = sys.stdout, sys.stderr  # programs that talk shall not disturb
    make_tiny = make_tiny_graph if row.source.endswith(".npz") else make_tiny_problem
    row.sides[asked.side](make_tiny(), n_cores=asked.cores, **row.options)()
    work = row.sides[asked.side](read_source(row), n_cores=asked.cores, **row.options)
    start = time.perf_counter()
    outcome = work()
    seconds = time.perf_counter() - start
    np.save(asked.found, outcome.values)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, else kilobytes
    peak_mb = peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    told = {"seconds": seconds, "n_done": outcome.n_done, "peak_mb": peak_mb}
    print(json.dumps(told), file=stdout)


if __name__ == "__main__":
    main()
