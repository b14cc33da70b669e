"""
Print the reference page of what moves the answer most, from what is stored of it.

Run it from a checkout: ``serai sensitivity --json --resume FILE --chart
docs/pictures/sensitivity.svg`` into ``src/serai/data/pack/sensitivity.json`` computes it in about
an hour, and ``python -m scripts.make_pictures --pages`` writes the page.
"""

import sys
from collections.abc import Iterator
from typing import Final

from serai.data.answers import read_stored
from serai.data.load import PACK
from serai.domain.sensitivity import Effect, SensitivityResult
from serai.outputs.numbers import say_band, say_share
from serai.outputs.sensitivity import say_cost
from serai.studies.sensitivity import N_LEVELS

N_SCREENED: Final = 40
"""Screened inputs told on the page."""

INTRO: Final = """\
# What moves the answer most

Made by `python -m scripts.make_pictures --pages`; tests keep it in step with data and code.

`serai sensitivity` asks which inputs the doubt about the forced and the voluntary share of the full
programme comes from, and what it would cost to know them better. It works in two steps, with the
library SALib (`iwanaga2022`):

1. **Screening** (`morris1991`, `campolongo2007`). An input is what a reader can name: a parameter,
   a resource, a project or measure, a yearly input, a class, a price or a time of all links of a
   kind, all demand. All {n_inputs} are moved one after another along {n_trajectories} random
   trajectories over {n_levels} levels from P10 to P90; rows of an input move together. The mean
   absolute change of a share ranks it.
2. **Parts of the variance** (`sobol2001`, `saltelli2010`). The strongest {n_told}, and all other
   ranged values together, are drawn from their ranges, every independent value by itself, as for
   the bands of the answer: {n_base} base samples, cut at two standard deviations. The
   *first-order* index is the part of the variance that goes when the input is known; the *total*
   index the part that stays when all else is known. They differ where inputs work together.

{n_solved:,} states of the inputs were solved, three cases each. `--resume FILE` keeps each as it is
done: the same command with the same file goes on where it was cut short, with the same numbers.
Stored as `sensitivity.json` beside the tables the result is shown on the answer's page.

Over these draws the forced share is {forced}, the voluntary {voluntary} (median, P10–P90); the
central run has {forced_central} and {voluntary_central}.

![Swing of the forced share and part of the doubt, by input](../pictures/sensitivity.svg)
"""

SCREENING: Final = (
    "Mean absolute change of a share from P10 to P90 over the trajectories, and its standard "
    "deviation."
)

LIMITS: Final = """\
## How to read it

- Ranges decide: an input with a range that is too narrow looks harmless. Most ranges are judged.
- What the model leaves out (contracts, politics, how trade reacts) is in no part of the variance.
- In the screening and at the ends of a range all rows of an input move together, in the parts of
  the variance each by itself: prices of all links of a kind that are wrong together weigh more in
  the first than in the second.
- Intervals of the parts are bootstrapped, 95 %; a part below nothing is sampling error.
- *Band if known* takes the first-order part off the variance and supposes what remains has the
  same shape. What surveys and records cost is judged (`learning.csv`), nobody published it for
  these corridors; who knows one input learns about others too, so costs do not add up.
"""


def describe(result: SensitivityResult) -> str:
    """Return the page."""
    forced, voluntary = result.forced, result.voluntary
    return "\n".join(
        [
            INTRO.format(
                n_inputs=result.n_inputs,
                n_trajectories=result.n_trajectories,
                n_levels=N_LEVELS,
                n_told=len(result.inputs),
                n_base=result.n_base,
                n_solved=result.n_solved,
                forced=f"{say_share(forced.value)} ({say_band(forced.low, forced.high)})",
                voluntary=f"{say_share(voluntary.value)} "
                f"({say_band(voluntary.low, voluntary.high)})",
                forced_central=say_share(forced.central),
                voluntary_central=say_share(voluntary.central),
            ),
            "## The strongest inputs",
            "",
            *_strongest(result),
            "",
            "## What it would take to be surer",
            "",
            *_surer(result),
            "",
            f"## The screening, first {N_SCREENED}",
            "",
            SCREENING,
            "",
            *_screened(result),
            "",
            LIMITS,
        ]
    )


def _strongest(result: SensitivityResult) -> Iterator[str]:
    yield (
        "| input | id | values | forced at P10 | at P90 | first-order, forced | total, forced | "
        "voluntary at P10 | at P90 | first-order, voluntary | total, voluntary |"
    )
    yield "|---" * 11 + "|"
    for one in result.inputs:
        cells = [one.name, f"`{one.input_id}`", str(one.n_values)]
        for effect in (one.forced, one.voluntary):
            cells += [say_share(effect.at_low), say_share(effect.at_high), *_indices(effect)]
        yield "| " + " | ".join(cells) + " |"
    rest = result.rest
    forced = _part(rest.forced_total, rest.forced_error)
    voluntary = _part(rest.voluntary_total, rest.voluntary_error)
    yield (
        f"| all others | | {rest.n_values:,} | | | | {forced} | | | | {voluntary} |"
    )  # fmt: skip


def _indices(effect: Effect) -> tuple[str, str]:
    return _part(effect.first, effect.first_error), _part(effect.total, effect.total_error)


def _part(part: float, error: float) -> str:
    return f"{100 * part:.0f} % ± {100 * error:.0f}".replace("-", "−")


def _surer(result: SensitivityResult) -> Iterator[str]:
    widths = [band.high - band.low for band in (result.forced, result.voluntary)]
    now = [f"{100 * width:.1f}" for width in widths]
    yield (
        f"| input | how | USD thousand | forced band if known, points ({now[0]} today) | "
        f"voluntary band if known ({now[1]} today) | evidence |"
    )
    yield "|---" * 6 + "|"
    for one in result.inputs:
        left = (one.forced.band_left * widths[0], one.voluntary.band_left * widths[1])
        yield (
            f"| {one.name} | {one.learn} | {say_cost(one)} | {100 * left[0]:.1f} | "
            f"{100 * left[1]:.1f} | `{one.learn_id}` |"
        )


def _screened(result: SensitivityResult) -> Iterator[str]:
    yield "| input | id | forced, points | sd | voluntary, points | sd |"
    yield "|---" * 6 + "|"
    for one in result.screened[:N_SCREENED]:
        points = (one.forced, one.forced_sd, one.voluntary, one.voluntary_sd)
        told = " | ".join(f"{100 * p:.2f}" for p in points)
        yield f"| {one.name} | `{one.input_id}` | {told} |"


def main() -> int:
    """Print the page."""
    result = read_stored(PACK).sensitivity
    if result is None:
        sys.stderr.write("there is no sensitivity.json beside the tables\n")
        return 1
    sys.stdout.write(describe(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
