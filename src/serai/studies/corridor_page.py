"""The reference page of the corridor checks: what fits, what misses, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from serai.data.load import read_world
from serai.studies.corridor_check import DAYS, CorridorCheck, check_corridors, read_published

__all__ = ["REASONS", "describe_checks"]

INTRO = """\
# Route sums against published totals

Made by `python -m serai.studies.corridor_page`; a test keeps it in step with data and code.

Each row adds up the links of one named corridor and puts the sum beside a published figure. The
route is the cheapest for ordinary boxes (money, time and unreliability; air cargo for a price per
kg) that passes the corridor's places in their order. A place followed by one across the water
means that crossing; between all others the route is free.

- **Days are free-flow.** Moving, handling and fixed dwell (cut-offs, papers, half a headway) are
  in them; queues, storms and ice are not. No dwell is added to close a gap: what queues and
  weather make of these days is for the model to say.
- **Scope.** *terminal*, *leg*, *near match* and *port_to_port* run from the departure at the first
  terminal to the arrival at the last, without loading and unloading (a *near match* was published
  for slightly other ends); *door* has drayage, loading and unloading too. A quote
  (`serai routes`) is from door to door without drayage, by rail some two days longer than
  *terminal*.
- **Year.** Infrastructure and yearly inputs (ocean and rail tariffs, rail days, border policy) are
  those of the year of the figure, 2019 for older ones. Dated closures are left out, and so are
  ships that would sail round Suez: the corridor says which way it goes. Planned corridors are
  taken as built.
- **Published** and **model** are low – middle – high. The model's ends take every link at its low
  or high end at once, far wider than the range of a sum. *Inside* means that the model's middle
  lies in the published range, or within a tenth of a single published figure; the *miss* is the
  model's middle over the published one.
- **Kind.** *fit*: links were set with this figure (segment dwells are residuals of official
  totals; Kazakh, Russian and Belarusian speeds and rates were set to the index of the 1520 mm
  leg; ship speed and rate to Shanghai–Rotterdam). *partly a fit*: with an eye on it, or with part
  of it. Agreement in either is no validation. *independent*: without sight of it.
"""

REASONS = {
    "MID_POTI days": "Queues and weather at Aktau, Alat and Poti are not in free-flow days.",
    "MID_CONSTANTA days": (
        "Guidance for the route whose schedule from Altynkol is met (`ALTYNKOL_CONSTANTA`): "
        "left to queues for the feeders of two seas, and to storms."
    ),
    "MID_KURYK days": (
        "From a China whose point is not named, in the spring after queues of 38–53 days "
        "(F0465). What was left of them, and a start farther east, are not in the sum."
    ),
    "TAS_DERINCE_AKTAU USD/TEU": (
        "A through rate of April 2020, guard included; the rate by Turkmenbashi of the same "
        "list is nearer. No separate price of guard and documents is in the links."
    ),
    "NORTH_KZ days": "A tenth of a day over; the gauge changes' dwell is the likeliest reason.",
    "NORTH_KZ_1520 USD/TEU": (
        "The index mixes both directions and both crossings; westbound boxes pay more (the "
        "yearly input `north_1520_tariff_west`), and Altynkol is farther from Brest than "
        "Dostyk."
    ),
    "ALTYNKOL_BREST USD/TEU": "As `NORTH_KZ_1520`.",
    "DOSTYK_BREST USD/TEU": (
        "The index mixes both directions; near the westbound rate alone (the yearly input "
        "`north_1520_tariff_west`)."
    ),
    "NORTH_DUISBURG USD/TEU": (
        "Market quotes after China's subsidy, which the model lays on whole routes and not on "
        "links (`cn_subsidy_west`); the market fell from December to March; European rail "
        "rates are assumed."
    ),
    "NORTH_TSR days": (
        "Door to door in a congested month (June 2024): queues at borders and yards are not "
        "in free-flow days."
    ),
    "INSTC_EAST days": "Published for Chennai, farther than Nhava Sheva.",
    "INSTC_WEST days": (
        "A first run, in 2016. The dwell of the Astara transfers is assumed; nothing "
        "published says what the trial's was."
    ),
    "INSTC_TRANSCASPIAN days": (
        "A quote of 2017 whose dwell in the Caspian ports is not stated; waits for ships are not "
        "in free-flow days."
    ),
    "INSTC_TRANSCASPIAN USD/TEU": (
        "One quote of 2017; whether box hire, agents and drayage are in it is not stated. The "
        "links hold railways' transit rates and port charges alone."
    ),
    "OCEAN_SUEZ days": (
        "A mean over many pairs of ports, of which Shanghai–Rotterdam is a long one; the "
        "typical figure for that lane is met (`SHANGHAI_ROTTERDAM`)."
    ),
    "OCEAN_CAPE USD/TEU": (
        "Spot rates of two weeks in 2024; the model prices a mean of the year, contracts included."
    ),
    "OCEAN_POTI days": (
        "The links sail through; a change of ship on the way and waits before the Bosphorus "
        "are not in them."
    ),
    "ALTYNKOL_POTI days": (
        "A day below the schedule of 12 days; the upper part of the range is of deliveries, "
        "queues included."
    ),
}
"""Why a check misses, by id and unit; every miss has one, nothing else has."""


def describe_checks(checks: Sequence[CorridorCheck]) -> str:
    """
    Return the reference page.

    Parameters
    ----------
    checks
        From `check_corridors`.

    Returns
    -------
    page
        Markdown.
    """
    given = [c for c in checks if c.published is not None]
    days = [c for c in given if c.unit == DAYS]
    prices = [c for c in given if c.unit != DAYS]
    missed = [c for c in given if not c.is_inside]
    lines = [INTRO, *_summary(given), "", "## Days", "", *_table(days)]
    lines += ["", "## Prices", "", *_table(prices)]
    lines += ["", "## Misses", "", "| corridor | miss | why |", "|---|---|---|"]
    for c in missed:
        key = f"{c.id} {c.unit}"
        lines.append(
            f"| `{c.id}`, {c.unit} | {_percent(c)} | {REASONS.get(key, 'not explained')} |"
        )
    lines += ["", "## Corridors without a published total", "", *_unpublished(checks)]
    return "\n".join(lines) + "\n"


def _summary(given: Sequence[CorridorCheck]) -> list[str]:
    lines = ["| kind | figures | inside |", "|---|---|---|"]
    for kind in ("independent", "partly a fit", "fit"):
        of_kind = [c for c in given if c.kind == kind]
        lines.append(f"| {kind} | {len(of_kind)} | {sum(bool(c.is_inside) for c in of_kind)} |")
    return lines


def _table(checks: Iterable[CorridorCheck]) -> list[str]:
    names = ("corridor", "what", "scope", "unit", "year", "published", "model", "miss", "inside",
             "kind", "sources")  # fmt: skip
    lines = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    for c in checks:
        cells = (
            f"`{c.id}`", c.name, c.scope, c.unit, str(c.year),
            _range(c, c.published_low, c.published, c.published_high),
            _range(c, c.model_low, c.model, c.model_high),
            _percent(c), "yes" if c.is_inside else "**no**", c.kind, ", ".join(c.sources),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _unpublished(checks: Iterable[CorridorCheck]) -> list[str]:
    lines = ["| corridor | what | km | days in the model |", "|---|---|---|---|"]
    for c in checks:
        if c.published is None:
            days = _range(c, c.model_low, c.model, c.model_high)
            lines.append(f"| `{c.id}` | {c.name} | {c.km:,.0f} | {days} |")
    return lines


def _range(check: CorridorCheck, *ends: float | None) -> str:
    texts = [_number(check, end) for end in ends if end is not None]
    return texts[1] if texts[0] == texts[-1] else " – ".join(texts)


def _number(check: CorridorCheck, value: float) -> str:
    places = {"USD/TEU": 0, "USD/kg": 2}.get(check.unit, 1)
    return f"{value:,.{places}f}"


def _percent(check: CorridorCheck) -> str:
    miss = 0.0 if check.miss is None else check.miss
    return f"{100 * miss:+.0f} %"


if __name__ == "__main__":
    sys.stdout.write(describe_checks(check_corridors(read_world(), read_published())))
