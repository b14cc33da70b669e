"""
Print the reference page of the back-cast from what is stored of it.

Run it from a checkout: ``serai backcast --json --chart docs/pictures/backcast.svg`` into
``src/serai/data/pack/backcast.json`` solves the years, ``python -m scripts.estimate --write
--checks`` the estimate, and ``python -m scripts.make_pictures --pages`` writes the page.
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from serai.data.load import read_world
from serai.domain.backcast import BackcastResult, BackcastRow
from serai.outputs.backcast import LARGE, say_figure

ROOT: Final = Path(__file__).resolve().parents[1]
STORED: Final = ROOT / "src" / "serai" / "data" / "pack" / "backcast.json"
ESTIMATE: Final = ROOT / "docs" / "reference" / "estimate.json"

NEAR: Final = 0.15
FACTOR: Final = 2

BLIND: Final = (2024, 2025)
"""Years of which no volume is known."""

ASKED_OF: Final = (2021, 2022, 2023)

ASKED: Final = {"northern_teu": 0.15, "middle_kt": 0.15, "middle_teu": 0.25}
"""[-] How near the fitted totals of 2021 to 2023 should come."""

INTRO: Final = """\
# The back-cast: would the model have been right?

Made by `python -m scripts.make_pictures --pages`; tests keep it in step with data and code.

Every year from 2019 to 2025 is solved as it was: demand, ocean and air rates, tariffs, subsidies,
fleets, capacities, dated closures and the avoidance of Russian territory of that year, today's
choice model, no outcome. `serai backcast` prints what comes out, with P10 to P90 over {n_draws}
draws of every ranged number (`--json`, `--year`, `--chart`).

- **fitted**: one of the {n_fitted} totals that the estimated parameters are set by. Agreement with
  such a figure is no validation.
- **seen**: published and known to whoever built the model, but nothing is fitted to it. It was
  chosen before the model's value was known and stays however it misses.
- **blind**: no published value is known to this model. Volumes of 2024 and later are not looked up.
- **forecast**: what others published about 2030, beside the full programme; never fitted to.

Totals of the Middle Corridor are those that its operators count: between Kazakhstan and
Azerbaijan over the Caspian, without crude, lorries on ferries, and trade of Russia. Published
counts of one year and route differ by a tenth to a third (`serai evidence F0071`,
`serai evidence F0471`).

![Totals of 2019 to 2025, modelled and published](../pictures/backcast.svg)
"""

METHOD: Final = """\
## How the parameters are estimated

`make estimate` (`scripts/estimate.py`) sets four numbers on the {n_fitted} fitted totals of
2019–2023: a factor on the shares of shippers who ask for a land quote (of all classes, at most to
1), the scale between families of routes, the hours that shippers expect to lose at a Caspian
crossing (the one constant of a corridor), and how far trade without a sea port of its own avoids
Russia. Logarithms of model over published, over the standard error of the figure (`targets.csv`:
15 %, boxes of the Middle Corridor 25 %), are least in a soft L1 loss; what was judged of each
number before any fit is one more residual each. Standard errors are those of the Gauss–Newton
Hessian at the optimum, for figures that are as good as `targets.csv` says; misses are {wider:.1f}
times as large as that, and so should the standard errors be, if the model were all there is to
doubt. Nothing is tuned link by link or year by year. Values and P10 to P90 stand in `params.toml`
and are drawn with everything else, each by itself, the four shares too.
"""


def describe(result: BackcastResult, estimate: Mapping[str, Any]) -> str:
    """Return the page."""
    known = [row for row in result.rows if row.observed is not None]
    fitted = [row for row in known if row.status == "fitted"]
    return "\n".join(
        [
            INTRO.format(n_draws=result.n_draws, n_fitted=len(fitted)),
            *_summary(known),
            "",
            "## Against what was published",
            "",
            *_known(known),
            "",
            f"## Why misses of more than {LARGE:.0%} happen".replace("%", " %"),
            "",
            *_reasons(known),
            "",
            "## Blind: what the model says of 2024 and 2025",
            "",
            *_blind(result.rows),
            "",
            METHOD.format(n_fitted=len(fitted), wider=_wider(estimate, fitted)),
            *_estimate(estimate),
            "",
        ]
    )


def _summary(rows: Sequence[BackcastRow]) -> Iterator[str]:
    heads = ("", "figures", "within 15 %", "within 30 %", f"within a factor of {FACTOR}",
             "published within P10–P90")  # fmt: skip
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * 6 + "|"
    for status in ("fitted", "seen", "forecast"):
        mine = [row for row in rows if row.status == status]
        misses = [abs(row.error) for row in mine if row.error is not None]
        factors = [max(r.model, r.observed) / min(r.model, r.observed) for r in mine
                   if r.model and r.observed]  # fmt: skip
        inside = sum((r.low or 0) <= (r.observed or 0) <= (r.high or 0) for r in mine)
        cells = (
            status, len(mine), sum(m <= NEAR for m in misses), sum(m <= LARGE for m in misses),
            sum(f <= FACTOR for f in factors), inside,
        )  # fmt: skip
        yield "| " + " | ".join(map(str, cells)) + " |"
    yield ""
    asked = [r for r in rows if r.status == "fitted" and r.id in ASKED and r.year in ASKED_OF]
    met = [r for r in asked if r.error is not None and abs(r.error) <= ASKED[r.id]]
    missed = [f"`{r.id}` {r.year} ({_percent(r)})" for r in asked if r not in met]
    yield (
        "Asked of 2021–2023: Northern boxes and Middle tonnage within 15 %, Middle boxes within "
        f"25 %. {len(met)} of {len(asked)} are met; missed are {', '.join(missed) or 'none'}."
    )


def _known(rows: Iterable[BackcastRow]) -> Iterator[str]:
    heads = ("what", "id", "year", "unit", "published", "model", "P10–P90", "miss", "status",
             "sources", "note")  # fmt: skip
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * 11 + "|"
    for row in rows:
        cells = (
            row.name, f"`{row.id}`", str(row.year), row.unit, say_figure(row.observed),
            say_figure(row.model), f"{say_figure(row.low)}–{say_figure(row.high)}", _percent(row),
            row.status, ", ".join(row.source_ids), row.note,
        )  # fmt: skip
        yield "| " + " | ".join(cells) + " |"


def _reasons(rows: Iterable[BackcastRow]) -> Iterator[str]:
    yield "| what | year | miss | why |"
    yield "|---" * 4 + "|"
    for row in rows:
        if row.error is not None and abs(row.error) > LARGE:
            yield f"| `{row.id}` | {row.year} | {_percent(row)} | {row.reason} |"


def _blind(rows: Sequence[BackcastRow]) -> Iterator[str]:
    yield "| what | id | unit | 2023 | 2024 | P10–P90 | 2025 | P10–P90 |"
    yield "|---" * 8 + "|"
    by_key = {(row.id, row.year): row for row in rows}
    for row in rows:
        later = [by_key.get((row.id, year)) for year in BLIND]
        if row.year != BLIND[0] - 1 or not all(later):
            continue
        cells = [row.name, f"`{row.id}`", row.unit, say_figure(row.model)]
        for one in later:
            if one is not None:
                known = "" if one.observed is None else " (seen)"
                band = f"{say_figure(one.low)}–{say_figure(one.high)}"
                cells += [say_figure(one.model) + known, band]
        yield "| " + " | ".join(cells) + " |"


def _estimate(estimate: Mapping[str, Any]) -> Iterator[str]:
    yield "| parameter | estimate | standard error | judged before, P10–P90 |"
    yield "|---" * 4 + "|"
    for name, one in estimate["parameters"].items():
        factor = f"a factor of {math.exp(one['standard_error_log']):.2f}"
        low, high = one["judged"]
        yield f"| `{name}` | {one['value']:g} | {factor} | {low:g}–{high:g} |"
    if "left_out" not in estimate:
        return
    yield ""
    yield "Each year left out in turn and predicted from the others:"
    yield ""
    yield "| figure | miss when fitted, on routes found before | when its year is left out |"
    yield "|---" * 3 + "|"
    for year in estimate["left_out"].values():
        for target, miss in year.items():
            fitted = estimate["misses"][target]
            yield f"| `{target}` | {100 * fitted:+.0f} % | {100 * miss:+.0f} % |"
    ends = ", ".join(f"{z:+.2f}" for z in estimate["perturbed_start"])
    yield ""
    yield (
        "Started elsewhere (0.7, 1.4, 1.5 and 0.7 times the optimum) the search ends so many "
        f"standard errors from it: {ends}."
    )


def _wider(estimate: Mapping[str, Any], fitted: Sequence[BackcastRow]) -> float:
    """Return how much larger the misses are than the errors of the figures: root of mean loss."""
    errors = {t.id: t.relative_error for t in read_world().targets}
    z = [
        math.log1p(estimate["misses"][f"{r.id}-{r.year}"]) / (errors[f"{r.id}-{r.year}"] or 1.0)
        for r in fitted
    ]
    loss = sum(2.0 * (math.sqrt(1.0 + one * one) - 1.0) for one in z)
    return math.sqrt(loss / (len(z) - len(estimate["parameters"])))


def _percent(row: BackcastRow) -> str:
    return "–" if row.error is None else f"{100 * row.error:+.0f} %"


def main() -> int:
    """Print the page."""
    result = BackcastResult.model_validate_json(STORED.read_text("utf-8"))
    sys.stdout.write(describe(result, json.loads(ESTIMATE.read_text("utf-8"))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
