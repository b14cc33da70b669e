"""The reference page of the base years: published totals beside the model's, fitted or not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.data.load import read_world
from serai.domain.network import WATER_KINDS
from serai.domain.params import Params
from serai.domain.scenario import Scenario
from serai.model.choice import any_link
from serai.run import Run, run_scenario
from serai.studies.base_years import PUBLISHED, Target, outcomes
from serai.studies.tally import tally

__all__ = ["FACTOR", "FITTED", "FURTHER", "LARGE", "REASONS", "YEARS", "Compared", "compare_year",
           "describe_base_years"]  # fmt: skip

YEARS: Final = (2019, 2020, 2021, 2022, 2023)

FITTED: Final = (
    "contestable_c_ts",
    "contestable_c_om",
    "contestable_c_lv",
    "contestable_veh",
    "scale_upper",
    "caspian_h",
)
"""Parameters that the totals of `PUBLISHED` set; the four shares move together."""

LARGE: Final = 0.3
"""[-] A miss beyond this is explained on the page."""

FACTOR: Final = 2.5
"""[-] Within this factor a total has the right order of magnitude."""

FURTHER: Final = (
    Target(quantity="northern_west_kteu", year=2021, value=439.5, source_ids=("F0416",),
           note="nearly fixed by the fitted total and eastbound count"),
    Target(quantity="kars_kt", year=2020, value=396.8, source_ids=("F0238",)),
    Target(quantity="kars_kt", year=2022, value=432.3, source_ids=("F0239",),
           note="another source has 540 in ten months (F0240)"),
    Target(quantity="alat_kt", year=2021, value=5600.0, source_ids=("F0230",)),
    Target(quantity="alat_kt", year=2022, value=6300.0, source_ids=("F0231",)),
    Target(quantity="alat_kt", year=2023, value=7300.0, source_ids=("F0232",)),
    Target(quantity="aktau_oil_kt", year=2022, value=2500.0, source_ids=("F0207",)),
    Target(quantity="aktau_grain_kt", year=2022, value=447.0, source_ids=("F0208",)),
    Target(quantity="aktau_metal_kt", year=2022, value=119.0, source_ids=("F0209",)),
    Target(quantity="cpc_percent", year=2022, value=80.0, source_ids=("F0359",)),
    Target(quantity="kazakh_transit_kt", year=2023, value=27000.0, source_ids=("F0293",)),
)  # fmt: skip
"""Published totals that nothing was fitted to, chosen before the model's were known."""

WORDS: Final = {
    "northern_kteu": ("China–Europe boxes by rail over Kazakhstan, Russia and Belarus", "k TEU"),
    "northern_east_kteu": ("Those of them bound for China", "k TEU"),
    "northern_west_kteu": ("Those of them bound for Europe", "k TEU"),
    "middle_kteu": ("Boxes by the Middle Corridor over the Caspian", "k TEU"),
    "middle_kt": ("Tonnes by the Middle Corridor over the Caspian, but crude", "kt"),
    "kars_kt": ("Rail between Georgia and Türkiye (Baku–Tbilisi–Kars)", "kt"),
    "alat_kt": ("Port of Baku (Alat), all but oil", "kt"),
    "aktau_oil_kt": ("Oil and oil products by ship from or to Aktau", "kt"),
    "aktau_grain_kt": ("Grain by ship from or to Aktau", "kt"),
    "aktau_metal_kt": ("Metal by ship from or to Aktau", "kt"),
    "cpc_percent": ("Share of Kazakh crude exports in the Caspian Pipeline (CPC)", "%"),
    "kazakh_transit_kt": ("Transit by rail over Kazakhstan", "kt"),
}  # fmt: skip
"""What each quantity is, and its unit."""

INTRO: Final = """\
# Base years against published totals

Made by `python -m serai.studies.base_years_page`; tests keep it in step with data and code.

Each year is run as it was: demand, prices, infrastructure and dated closures of that year, no
project or measure beyond what stood (`serai run base --year 2021` has today's infrastructure
and so differs a little). The table puts the model's totals beside published ones.

- **fitted** says whether the figure was one of the {n_fitted} that set the fitted parameters.
  Agreement with such a figure is no validation. A figure that is not fitted was chosen before
  the model's value was known, and stays in the table however it misses.
- **miss** is the model's value over the published one, less one.
- Totals that the demand tables do not claim to hold are left out: Russia's own trade in bulk
  with China and Iran, and what countries move within their borders.
- Years after 2023 are not looked up: they are kept blind for a back-cast.
- Published totals have errors of their own. Counts of the same year and route differ by a tenth
  to a third (`serai evidence F0071`, `serai evidence F0471`).
"""

NUMBERS: Final = """\
## What was fitted

`scripts/fit_parameters.py` moves three numbers so that the logarithms of the {n_fitted} fitted
totals miss least (soft L1 loss): a factor on the shares of shippers who ask for a land quote (its
four shares move together, at most to 1), the scale between families of routes, and the hours that
shippers expect to lose at a Caspian crossing. What was judged of the shares, and the twenty days
that published deliveries of 2022 and 2023 leave for hours and queues, count as two more totals.
Nothing is tuned link by link or year by year. All other parameters are assumed, with the ranges of
`params.toml`.
"""

REASONS: Final = {
    "northern_kteu 2019": (
        "Published are one operator's own trains; a count with all operators has 725 (F0065). "
        "The model's lies between."
    ),
    "northern_kteu 2020": (
        "Ships were late and full in the second half of the year; the model has the rates of the "
        "whole year and ships that keep to their days."
    ),
    "northern_east_kteu 2021": (
        "Likely: wagons must go back, so eastbound trains are filled at whatever rate fills "
        "them. Wagons do not go back in the model, and the rates of a year do not depend on "
        "the other direction."
    ),
    "northern_west_kteu 2021": (
        "The other side of the eastbound miss: the total of both directions is met."
    ),
    "middle_kteu 2021": (
        "Likely: the count holds empties on their way back and trial trains that states paid "
        "for; the model has neither. The figure itself is computed back from a growth rate. The "
        "hours feared at the Caspian serve all years and are a compromise with 2023."
    ),
    "middle_kteu 2022": (
        "The model is an equilibrium: every shipper who shuns Russia has settled by the end of "
        "the same year. In truth it took contracts, ships and wagons that were not there."
    ),
    "middle_kteu 2023": (
        "Boxes turned back from Aktau and Kuryk after deliveries of 38–53 days in 2022 (F0465), "
        "and trust returns slowly. In the model every year stands by itself."
    ),
    "middle_kt 2020": (
        "The hours feared at the Caspian serve all years: they lower the calm years to stay near "
        "2022."
    ),
    "middle_kt 2021": (
        "The model counts lorries on ferries, and Russian metal and grain for the Caucasus by "
        "Aktau, which the operators of the corridor do not."
    ),
    "middle_kt 2022": (
        "Two fifths of the model's tonnage are Kazakh coal for Europe, of which the demand table "
        "has 9.2 Mt in that year, most of it from shippers who shun Russia. Trade does not shrink "
        "in the model, and it shifts within the year."
    ),
    "kars_kt 2020": (
        "The line has 2.5 Mt in the tables (0.75–6). Likely: what kept traffic off it until the "
        "works (trial trains, few wagons, no timetable) is neither in price nor in free-flow time."
    ),
    "kars_kt 2022": "As in 2020.",
    "alat_kt 2021": (
        "Likely: the port counts moves over its quays, so that a tonne from ship to wagon may "
        "count twice, and the demand table holds little of the trade of Central Asia with the "
        "Caucasus and Türkiye that goes by lorry and wagon ferry."
    ),
    "alat_kt 2022": "As in 2021; too much Kazakh coal makes up for part of it.",
    "alat_kt 2023": "As in 2022.",
    "aktau_oil_kt 2022": (
        "Crude that owns room in the pipeline through Russia does not look for a tanker; in the "
        "model some does (see `cpc_percent`). Crude is left out of the answer, but it fills the "
        "oil berths of Aktau, which oil products need too."
    ),
    "cpc_percent 2022": (
        "Producers own the pipeline and its room. The model knows price and time alone and "
        "spreads crude over all ways out, which cost 34 to 60 USD/t."
    ),
    "aktau_grain_kt 2022": (
        "The demand table has 100 kt of Kazakh grain for Iran and 50 kt for Azerbaijan, less "
        "than the port loaded; the model sends what goes to Iran by rail."
    ),
    "aktau_metal_kt 2022": "As tonnes by the Middle Corridor of 2022: all shift within the year.",
}  # fmt: skip
"""Why a large miss happens, by quantity and year; where nothing proves it, the text says likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A published total beside the model's."""

    quantity: str
    year: int
    published: float
    model: float
    is_fitted: bool
    source_ids: tuple[str, ...]
    note: str

    @property
    def miss(self) -> float:
        """[-] The model over the published total, less one."""
        return self.model / self.published - 1.0


# ------------------------------------------------------------------------------- comparing


def compare_year(run: Run) -> tuple[Compared, ...]:
    """
    Return the published totals of a run's year beside its own.

    Parameters
    ----------
    run
        A solved base year.

    Returns
    -------
    rows
        Fitted ones first, in the order of their tables.
    """
    year = run.setting.scenario.year
    totals = {**outcomes(run), **_further(run)}
    return tuple(
        Compared(
            quantity=one.quantity, year=year, published=one.value, model=totals[one.quantity],
            is_fitted=is_fitted, source_ids=one.source_ids, note=one.note,
        )
        for table, is_fitted in ((PUBLISHED, True), (FURTHER, False))
        for one in table
        if one.year == year
    )  # fmt: skip


def _further(run: Run) -> dict[str, float]:
    """Return the totals that nothing is fitted to."""
    world, network = run.world, run.world.network
    links, flows = network.links, tally(run)
    country, place = _end_names(network.places.countries), _end_names(network.places.ids)
    ends = [(country[e], place[e]) for e in (links.from_place, links.to_place)]
    rail = np.char.startswith(links.from_mode, "rail")
    water = np.isin(links.kind, WATER_KINDS)
    kars = rail & _joins(ends[0][0], ends[1][0], "GEO", "TUR")
    alat, aktau = (
        water & ((ends[0][1] == port) | (ends[1][1] == port)) for port in ("AZALA", "KZAAU")
    )
    of_class = np.array(world.classes.ids)[flows.class_ix]
    oil, crude = np.isin(of_class, ("CRUDE", "OILP")), of_class == "CRUDE"
    zone_country = np.array(world.zones.countries)
    cells = run.setting.cells
    kazakh = [zone_country[side[flows.cell]] == "KAZ" for side in (cells.origin, cells.dest)]
    over = rail & links.in_country[:, network.country_ids.index("KAZ")]

    def kt(links_used: NDArray[np.bool_], options: NDArray[np.bool_]) -> float:
        uses = any_link(run.routes, links_used)[np.maximum(flows.route, 0)] & (flows.route >= 0)
        return float(flows.t[uses & options].sum() / 1e3)

    every = np.ones(len(flows.t), np.bool_)
    out_of = crude & kazakh[0] & (flows.route >= 0)
    return {
        "kars_kt": kt(kars, every),
        "alat_kt": kt(alat, ~oil),
        "aktau_oil_kt": kt(aktau, oil),
        "aktau_grain_kt": kt(aktau, of_class == "GRAIN"),
        "aktau_metal_kt": kt(aktau, of_class == "METAL"),
        "cpc_percent": 1e5 * kt(_drawing_on(run, "R_CPC"), out_of)
        / max(float(flows.t[out_of].sum()), 1e-300),
        "kazakh_transit_kt": kt(over, ~(kazakh[0] | kazakh[1])),
    }  # fmt: skip


def _end_names(names: Sequence[str]) -> NDArray[np.str_]:
    """Return the names with one more, empty, for an end that is a zone (index -1)."""
    return np.array([*names, ""])


def _joins(start: NDArray[np.str_], end: NDArray[np.str_], a: str, b: str) -> NDArray[np.bool_]:
    return np.asarray(((start == a) & (end == b)) | ((start == b) & (end == a)))


def _drawing_on(run: Run, resource: str) -> NDArray[np.bool_]:
    links, resources = run.world.network.links, run.world.network.resources
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    mask = np.zeros(len(links.ids), np.bool_)
    mask[owner[links.resource_ix == resources.ids.index(resource)]] = True
    return mask


# ------------------------------------------------------------------------------- the page


def describe_base_years(rows: Sequence[Compared], params: Params) -> str:
    """
    Return the reference page.

    Parameters
    ----------
    rows
        From `compare_year`, of every year.
    params
        Behavioural parameters, of which the fitted ones are shown.

    Returns
    -------
    page
        Markdown.
    """
    order = {quantity: i for i, quantity in enumerate(WORDS)}
    # Misses are of the numbers as printed, so that the page can be made again from itself.
    printed = [replace(r, model=round(r.model, _places(r.model))) for r in rows]
    ordered = sorted(printed, key=lambda r: (not r.is_fitted, order[r.quantity], r.year))
    n_fitted = len(PUBLISHED)
    return "\n".join(
        [
            INTRO.format(n_fitted=n_fitted),
            *_summary(ordered),
            "",
            "## Totals",
            "",
            *_totals(ordered),
            "",
            f"## Why misses of more than {LARGE:.0%} happen".replace("%", " %"),
            "",
            *_reasons(ordered),
            "",
            NUMBERS.format(n_fitted=n_fitted),
            *_params(params),
            "",
        ]
    )


def _summary(rows: Iterable[Compared]) -> Iterator[str]:
    yield f"| | figures | within 30 % | within a factor of {FACTOR} | worst |"
    yield "|---|---|---|---|---|"
    for name, is_fitted in (("fitted", True), ("not fitted", False)):
        mine = [r for r in rows if r.is_fitted == is_fitted]
        factors = [max(r.model / r.published, r.published / r.model) for r in mine]
        worst = mine[int(np.argmax(factors))]
        yield (
            f"| {name} | {len(mine)} | {sum(abs(r.miss) <= LARGE for r in mine)} | "
            f"{sum(f <= FACTOR for f in factors)} | `{worst.quantity}` {worst.year}, "
            f"{_percent(worst)} |"
        )


def _totals(rows: Iterable[Compared]) -> Iterator[str]:
    yield "| what | id | year | unit | published | model | miss | fitted | sources | note |"
    yield "|---" * 10 + "|"
    for r in rows:
        words, unit = WORDS[r.quantity]
        cells = (
            words, f"`{r.quantity}`", str(r.year), unit, _number(r.published), _number(r.model),
            _percent(r), "yes" if r.is_fitted else "no", ", ".join(r.source_ids), r.note,
        )  # fmt: skip
        yield "| " + " | ".join(cells) + " |"


def _reasons(rows: Iterable[Compared]) -> Iterator[str]:
    yield "| what | year | miss | why |"
    yield "|---|---|---|---|"
    for r in rows:
        if abs(r.miss) > LARGE:
            reason = REASONS.get(f"{r.quantity} {r.year}", "not explained")
            yield f"| `{r.quantity}` | {r.year} | {_percent(r)} | {reason} |"


def _params(params: Params) -> Iterator[str]:
    yield "| parameter | value | low | high |"
    yield "|---|---|---|---|"
    for name in FITTED:
        i = params.ids.index(name)
        ends = (params.table.value[i], params.table.low[i], params.table.high[i])
        yield f"| `{name}` | " + " | ".join(f"{end:.4g}" for end in ends) + " |"


def _places(value: float) -> int:
    return 0 if value >= 1000 else 1  # noqa: PLR2004


def _number(value: float) -> str:
    return f"{value:,.{_places(value)}f}"


def _percent(row: Compared) -> str:
    return f"{100 * row.miss:+.0f} %"


def _solve(years: Iterable[int]) -> Mapping[int, Run]:
    world = read_world()
    return {year: run_scenario(world, Scenario(year=year)) for year in years}


if __name__ == "__main__":
    solved = _solve(YEARS)
    compared = [row for run in solved.values() for row in compare_year(run)]
    sys.stdout.write(describe_base_years(compared, solved[YEARS[0]].world.params))
