"""The page of measurements."""

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any, Final

from scripts.bench.growth import exponent_of
from scripts.bench.results import Measured

__all__ = ["write_page"]

PACKAGES: Final = ("serai", "aequilibrae", "pytraf", "scipy", "igraph", "networkx", "numba",
                   "numpy")  # fmt: skip

HEADING: Final = """\
# Benchmarks

`make bench` makes an environment of its own with Serai and the programs below, measures, and
writes this page. Everything on it was measured in one session on {date}:
{processor}, Python {python};
{packages}.

Each side of a row is a process of its own; the sides take turns, {n_runs} run(s) each, held to one
core or to two. *Work* is the time inside the process, inputs in memory and compiled code loaded
from the cache: the median, and the least and most in brackets. *Process* is the median wall time
from the start of the process to its end, reading the files included. *Memory* is the process's
peak. *Serai is faster* is the ratio of the medians of work. *Check* is no program's own word:
gaps are 1 − SPTT/TSTT of the link flows that each side gave back, with SciPy's shortest paths;
routes are counted and their sizes averaged; costs of paths and sums of distances are compared.
"""

NOTES: Final = """\
## What each side does

- User equilibrium: Serai and pytraf shift flow between the paths of a pair until none is
  quicker; AequilibraE runs biconjugate Frank–Wolfe. Times of zero are 1e-6 for AequilibraE, which
  wants more than zero. At 1e-10 only the two that know paths are run.
- Different routes: Serai and AequilibraE multiply the cost of every link used by {penalty:g}
  until ten routes are found, at most {max_searches} searches (`delabarra1993`), and give logit
  shares with path sizes by link cost (`benakiva1999`). AequilibraE also loads the links. BFS-LE,
  its other method, takes links out instead; its routes have more in common. Pairs: {n_pairs:,} of
  those with demand, at free-flow times.
- Shortest loopless paths: everybody the algorithm of Yen (`yen1971`); Serai searches a part of
  the paths only when its turn has come and is led by the exact cost left to go.
- Distances from one node: Serai keeps its tree of paths too, SciPy's Dijkstra distances alone.

The test networks may not be copied into the project and are read from the folder that
`SERAI_TNTP` names, the road graph from that of `SERAI_GRAPHS`; rows without theirs are skipped.
"""


CORRIDOR: Final = """\
## The corridor model itself

No other program solves this, so there is nobody to be compared with. {options:,} routes on offer
to {groups:,} groups of shippers under {limits:,} limits; seconds in one process that has run once,
the median of {n_runs} run(s), least and most in brackets; its peak memory is {peak_mb:,.0f} MB.

| work | one core | two cores |
|---|---|---|
{rows}

A sampled scenario is a draw of every ranged input, built and solved from the base's routes and
prices to its certificate: {sampled:.2f} s on one core in the median, so a thousand take
{thousand:,.0f} s on two.

![Time over size](pictures/growth.svg)

A hundredth of the groups, put side by side so many times, each copy with limits of its own:

| times | groups | routes on offer | limits | seconds | relative gap |
|---|---|---|---|---|---|
{sizes}

Time grows with the {exponent:.2f}th power of the size. The matrix of the limits is dense, and its
cost takes over as limits grow.
"""


def write_page(
    measured: Sequence[Measured], corridor: Mapping[int, Mapping[str, Any]] | None = None
) -> str:
    """
    Write the page.

    Parameters
    ----------
    measured
        At least one row.
    corridor
        What `scripts.bench.corridor` told, by number of cores.

    Returns
    -------
    page
        Markdown.
    """
    n_runs = min(len(runs) for found in measured for runs in found.runs.values())
    parts = [
        HEADING.format(
            date=datetime.now(UTC).date().isoformat(),
            processor=_name_processor(),
            python=platform.python_version(),
            packages=", ".join(filter(None, map(_name_package, PACKAGES))),
            n_runs=n_runs,
        )
    ]
    for title in dict.fromkeys(found.row.title for found in measured):
        rows = [found for found in measured if found.row.title == title]
        parts.append(f"## {title}\n\n{_write_table(rows)}")
    if corridor:
        parts.append(_write_corridor(corridor))
    options = next((f.row.options for f in measured if f.row.unit == "paths/s"), None)
    if options:
        parts.append(NOTES.format(**options))
    return "\n".join(parts)


def _write_corridor(corridor: Mapping[int, Mapping[str, Any]]) -> str:
    one, two = corridor[1], corridor[2]
    rows = [f"| {work} | {_say_all(one['work'][work])} | {_say_all(two['work'][work])} |"
            for work in one["work"]]  # fmt: skip
    sizes = [
        f"| {row['times']} | {row['groups']:,} | {row['options']:,} | {row['limits']:,} "
        f"| {row['seconds']:.3g} | {row['relative_gap']:.0e} |"
        for row in two["sizes"]
    ]
    sampled = median(one["sampled"])
    return CORRIDOR.format(
        **one["base"], n_runs=len(next(iter(one["work"].values()))), peak_mb=one["peak_mb"],
        rows="\n".join(rows), sampled=sampled, thousand=1000 * sampled / 2,
        sizes="\n".join(sizes), exponent=exponent_of(two["sizes"]),
    )  # fmt: skip


def _say_all(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.3g} s ({min(seconds):.3g}–{max(seconds):.3g})"


def _write_table(rows: Sequence[Measured]) -> str:
    unit = rows[0].row.unit
    lines = [
        f"| cores | program | work, {unit} | process, s | memory, MB | Serai is faster | check |",
        "|---|---|---|---|---|---|---|",
    ]
    for found in rows:
        for side, runs in found.runs.items():
            told = sorted(run.tell(unit) for run in runs)
            ratio = "" if side == "Serai" else f"{found.compare(side):.3g}×"
            lines.append(
                f"| {found.n_cores} | {side} | {_say(median(told))} "
                f"({_say(told[0])}–{_say(told[-1])}) | {median(r.wall_s for r in runs):.2f} "
                f"| {median(r.peak_mb for r in runs):.0f} | {ratio} | {found.verdicts[side]} |"
            )
    return "\n".join(lines) + "\n"


def _say(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000.0 else f"{value:.3g}"  # noqa: PLR2004 - four digits


def _name_processor() -> str:
    """Return the processor's name and how many cores there are."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(": ")[2] for line in told.splitlines() if line.startswith("model name")]
    return f"{names[0]}, {len(names)} cores" if names else platform.machine()


def _name_package(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""
