"""Lists for a terminal: ready scenarios, evidence, and what a check found."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from serai.domain.listings import (
    AuditedTable,
    CheckResult,
    EvidenceNumber,
    EvidenceResult,
    EvidenceSource,
    EvidenceStep,
    ScenarioEntry,
    ScenariosResult,
    Trial,
)
from serai.domain.programme import SolveResult
from serai.domain.roads import AssignResult
from serai.outputs.columns import Column, print_table
from serai.outputs.numbers import say_plain, say_share

__all__ = [
    "print_assign",
    "print_audit",
    "print_check",
    "print_evidence",
    "print_scenarios",
    "print_solution",
]

INDENT = 2
MANY_PAIRS = 10
MOST_LOST = 5
MANY_ROWS = 20
MAX_IN_FULL = 40
"""Numbers that are told with all that is known about each."""
MAX_IN_SHORT = 200


def print_assign(console: Console, result: AssignResult) -> None:
    """
    Print the figures of a test network.

    Parameters
    ----------
    console
        Where to print.
    result
        Its equilibrium.
    """
    lines = {
        "links": f"{result.n_links:,}",
        "pairs with trips": f"{result.n_pairs:,}",
        "trips": f"{result.demand:,.2f}",
        "relative gap": f"{result.relative_gap:.2e} (asked for {result.max_gap:.0e})",
        "Beckmann objective": f"{result.objective:.6f}",
        "total travel time": f"{result.tstt:.6f}",
        "searches for paths": f"{result.n_sweeps}",
        "seconds": f"{result.seconds:.3f}",
    }
    console.print(Text(f"\n{result.network}: deterministic user equilibrium\n", style="bold"))
    for name, words in lines.items():
        console.print(Text(f"  {name:20}{words}"))
    lost = result.unreachable
    if lost:
        total = sum(pair.demand for pair in lost)
        named = ", ".join(f"{pair.origin}-{pair.dest}" for pair in lost[:MANY_PAIRS])
        more = ", …" if len(lost) > MANY_PAIRS else ""
        console.print(Text(f"\n  No path joins {len(lost)} pairs ({total:g} trips, in no figure "
                           f"above): {named}{more}"))  # fmt: skip


def print_solution(console: Console, result: SolveResult) -> None:
    """
    Print the largest flows, the highest prices and the certificate of a bare problem.

    Parameters
    ----------
    console
        Where to print.
    result
        Its solution.
    """
    for title, row, values in (
        ("Flows", "paths", result.flows),
        ("Prices", "resources", result.prices),
    ):
        order = sorted(range(len(values)), key=lambda i: -values[i])
        shown = [i for i in order[:MANY_ROWS] if values[i] > 0]
        head = f"\n{title}, largest first" if shown else f"\n{title}: none above zero"
        console.print(Text(head, style="bold"))
        for i in shown:
            console.print(Text(f"  {f'{row}[{i}]':16}{values[i]:>20,.6f}"))
        if len(shown) < sum(value > 0 for value in values):
            console.print(Text(f"  … of {len(values):,}; --json has all"))
    figures = ", ".join(f"{k} {v:.1e}" for k, v in result.certificate.model_dump().items())
    console.print(Text(f"\nCertificate: {figures}.", style="dim"), soft_wrap=True)


def print_scenarios(console: Console, result: ScenariosResult) -> None:
    """
    Print the scenarios by name and title.

    Parameters
    ----------
    console
        Where to print.
    result
        The scenarios.
    """
    if len(result.scenarios) == 1:
        _print_scenario(console, result.scenarios[0])
        return
    console.print()
    width = max(len(one.name) for one in result.scenarios)
    for one in result.scenarios:
        line = Text(f"{one.name:{width}}  ", style="bold")
        line.append(one.title, style="not bold")
        console.print(line, soft_wrap=True)
    console.print(
        Text(
            "\nWhy the numbers of one are what they are: serai scenarios NAME. A file of your own "
            "may stand for a name: serai run mine.toml.",
            style="dim",
        )
    )


def _print_scenario(console: Console, one: ScenarioEntry) -> None:
    """Print one scenario in full."""
    console.print(Text(f"\n{one.name}: {one.title}\n", style="bold"))
    console.print(Text(one.note))
    console.print()
    for key, value in one.scenario.items():
        if key in ("name", "title", "note"):
            continue
        items: list[object] = [value]
        if isinstance(value, list) and key in ("shocks", "changes"):
            items = value
        for item in items:
            _print_lines(console, [f"{key}: {_join(item)}"])


def _join(value: object) -> str:
    """Say a list or a table of a scenario in words; what is empty is left out."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_join(item)}" for key, item in value.items() if item != [])
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def print_evidence(console: Console, result: EvidenceResult) -> None:
    """
    Print numbers with their ranges, and what they rest on.

    Parameters
    ----------
    console
        Where to print.
    result
        What the register has.
    """
    n = len(result.numbers)
    console.print()
    console.print(Text(f"{result.query}: {n:,} number{'s' if n > 1 else ''}", style="bold"))
    if n > MAX_IN_FULL:
        _print_in_short(console, result)
        return
    what = note = ""
    for number in result.numbers:
        console.print(Text(f"\n{number.id}", style="bold"), soft_wrap=True)
        is_new = (number.what, number.note) != (what, note)
        _print_lines(console, _tell_number(number, is_new=is_new))
        what, note = number.what, number.note
    if result.sources:
        console.print(Text("\nSources", style="bold"))
        for one in result.sources:
            # Not wrapped, so that an address can be followed.
            console.print(Text(f"{' ' * INDENT}{_tell_source(one)}"), soft_wrap=True)
    _print_version(console, result.version, result.data_version)


def _print_in_short(console: Console, result: EvidenceResult) -> None:
    """Print a line per number where there are too many to tell all about each."""
    rows = [
        [one.id, f"{one.value:,.5g}", one.unit.strip("-"), one.year, one.grade,
         ", ".join(one.source_ids)]
        for one in result.numbers
    ]  # fmt: skip
    columns = [
        Column("Number", "names"), Column("value"), Column("unit", "words", 12), Column("year"),
        Column("grade", "words"), Column("sources", "words", 14),
    ]  # fmt: skip
    print_table(console, "Ask for one by its id to see all about it", columns, rows,
                max_rows=MAX_IN_SHORT)  # fmt: skip
    if len(rows) > MAX_IN_SHORT:
        console.print(Text("  --json has them all", style="dim"))
    _print_version(console, result.version, result.data_version)


def print_audit(console: Console, result: EvidenceResult) -> None:
    """
    Print whether the evidence is in order, and how much of it is assumed.

    Parameters
    ----------
    console
        Where to print.
    result
        With its audit.
    """
    audit = result.audit
    if audit is None:
        return
    n = len(audit.faults)
    state = "in order" if not n else f"{_count(n, 'fault')}"
    console.print(Text(f"\nEvidence of every number: {state}", style="bold"))
    _print_lines(console, audit.faults[:MANY_ROWS])
    rows = [
        [t.table, f"{t.observed:,}", f"{t.derived:,}", f"{t.assumed:,}", _part(t)]
        for t in audit.tables
    ]
    columns = [
        Column("Table", "words"), Column("observed"), Column("derived"), Column("assumed"),
        Column("share"),
    ]  # fmt: skip
    print_table(
        console, f"Numbers that a run may use: {audit.assumed_share:.0%} assumed", columns, rows
    )
    rows = [[c.corridor, f"{c.usd_share:.0%}", f"{c.hours_share:.0%}"] for c in audit.corridors]
    columns = [Column("Corridor", "words"), Column("of USD"), Column("of hours")]
    print_table(
        console, "Assumed links under boxes between China and Europe, base year", columns, rows
    )
    console.print(
        Text(
            f"\n{audit.n_cited:,} of {audit.n_sources:,} sources, figures, events and ties are "
            "used; the others are marked as context. Of "
            f"{audit.n_derived:,} derived numbers {audit.n_reproduced:,} are reproduced by a "
            "formula; of the others the row's note tells the step."
        )
    )
    _print_version(console, result.version, result.data_version)


def _part(table: AuditedTable) -> str:
    total = table.observed + table.derived + table.assumed
    return f"{table.assumed / total:.0%}" if total else "–"


def _tell_number(number: EvidenceNumber, *, is_new: bool) -> list[str]:
    """Return the lines of one number; what its row is about is told once per row."""
    value = f"{number.value:,.8g} {number.unit}".rstrip(" -")
    if number.low is not None and number.high is not None and number.low != number.high:
        value += f" ({number.low:,.8g} to {number.high:,.8g})"
    parts = [value, number.grade, f"year {number.year}" if number.year else ""]
    if number.source_ids:
        parts.append(f"source {', '.join(number.source_ids)}")
    lines = [number.what] if is_new else []
    lines += [f"{number.meaning}: " + "; ".join(filter(None, parts))]
    lines += [_tell_step(step) for step in number.chain]
    return [*lines, number.note] if number.note and is_new else lines


def _tell_step(step: EvidenceStep) -> str:
    given = ", ".join(f"{name} = {value:,.8g}" for name, value in step.inputs.items())
    said = f"{step.id} = {step.formula} = {step.value:,.5g} with {given}"
    return f"{said}: {step.note}" if step.note else said


def _tell_source(source: EvidenceSource) -> str:
    parts = [source.title, source.publisher, source.date, source.url]
    return f"{source.id}: " + ". ".join(filter(None, parts))


def print_check(console: Console, result: CheckResult) -> None:
    """
    Print whether a folder of tables can be run and trusted, and what would improve it.

    Parameters
    ----------
    console
        Where to print.
    result
        What the check found.
    """
    _print_heading(console, "Can I run?")
    if result.trial is not None:
        _print_trial(console, result.trial)
    _print_findings(console, result, "run")
    if result.borrowed:
        names = ", ".join(result.borrowed)
        _print_lines(console, [f"From the package, as the folder has none: {names}."])
    if any(one.question == "trust" for one in result.findings):
        _print_heading(console, "Can I trust it?")
        _print_findings(console, result, "trust")
    if result.trial is not None and result.trial.improve:
        rows = [
            [one.id, f"{one.value:,.5g}", f"{one.low:,.4g}–{one.high:,.4g}", one.grade,
             say_plain(one.moves_usd_yr)]
            for one in result.trial.improve
        ]  # fmt: skip
        columns = [Column("Number", "names"), Column("value"), Column("range"),
                   Column("grade", "words"), Column("USD/yr")]  # fmt: skip
        print_table(
            console, "What to improve? What moves this run most, by its range", columns, rows
        )
    console.print()
    if result.rows:
        rows_read = ", ".join(f"{name} {n:,}" for name, n in result.rows.items())
        console.print(Text(f"Rows read: {rows_read}.", style="dim"))
    told = _count(result.n_errors, "error"), _count(result.n_warnings, "warning")
    verdict = "can be run" if result.is_runnable else "cannot be run"
    if result.is_runnable and not result.is_sourced:
        verdict += ", but not every number has its evidence"
    console.print(Text(f"{result.folder} {verdict}: {' and '.join(told)}.", style="bold"))
    _print_version(console, result.version, result.data_version)


def _print_heading(console: Console, text: str) -> None:
    console.print(Text(f"\n{text}", style="bold"))


def _print_findings(console: Console, result: CheckResult, question: str) -> None:
    for finding in result.findings:
        if finding.question == question:
            line = Text(f"{finding.severity} ({finding.check}) ", style="bold")
            line.append(finding.message, style="not bold")
            console.print(line, soft_wrap=True)


def _print_trial(console: Console, trial: Trial) -> None:
    """Print what a run carries, and what it does not and why."""
    share = trial.served.t / trial.demand.t if trial.demand.t > 0 else 0.0
    carried = f"{say_plain(trial.served.teu)} TEU and {say_plain(trial.served.t)} t"
    _print_lines(console, [f"A run of {trial.scenario}, {trial.year}, carries {carried}: "
                           + say_share(share) + " of the tonnes."])  # fmt: skip
    _print_lines(console, [
        f"Not carried: {one.origin} to {one.dest}, {one.class_id}: {say_plain(one.unserved)} "
        f"{one.unit}, {say_share(one.unserved / one.demand)}: {one.why}."
        for one in trial.not_carried[:MOST_LOST]
    ])  # fmt: skip


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n or 'no'} {what}s"


def _print_lines(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False))


def _print_version(console: Console, version: str, data_version: str) -> None:
    console.print(Text(f"\nSerai {version}, data {data_version}.", style="dim"))
