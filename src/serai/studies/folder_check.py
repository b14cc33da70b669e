"""Whether a folder of tables can be run and trusted, and what would improve it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pandas as pd

import serai
from serai.data.check import check_network
from serai.data.check_evidence import audit_register, audit_uses
from serai.data.check_trust import check_trust
from serai.data.findings import Finding, list_some
from serai.data.folders import is_network
from serai.data.formulas import check_formulas
from serai.data.load import read_world
from serai.data.own import read_mirror, read_own
from serai.data.register import build_register
from serai.data.tables import read_tables
from serai.domain.listings import CheckFinding, CheckResult, Trial
from serai.errors import DataError, ScenarioError, SeraiError
from serai.studies.lookup import require_params, version_of
from serai.studies.trial import find_scenario, try_out

__all__ = ["check_folder"]

EVIDENCE: Final = "evidence of numbers"
FORMULAS: Final = "formulas"
SOURCING: Final = frozenset({EVIDENCE, FORMULAS})
"""Names of the checks that find numbers without evidence, with which a run is possible."""

ORDER: Final = ("error", "warning", "note")


def check_folder(folder: Path) -> CheckResult:
    """
    Return whether a folder of tables can be run and trusted, and what would improve it.

    Parameters
    ----------
    folder
        With `places.csv`, `links.csv` and the others, or with `node.csv` and `link.csv`.

    Returns
    -------
    result
        Everything that is wrong with the files; where they can be read, what the structure checks,
        the audit of the evidence and the checks against geography find; where they can be run,
        what a run carries, and which numbers move it most.
    """
    borrowed: tuple[str, ...] = ()
    found: list[Finding] = []
    mirror: pd.DataFrame | None = None
    try:
        if is_network(folder):
            own = read_own(folder)
            tables, borrowed, mirror = own.tables, own.borrowed, read_mirror(folder)
            found += own.findings
        else:
            tables = read_tables(folder)
    except DataError as error:
        return _conclude(folder, _tell_faults("tables", error), {})
    try:
        audited = [*audit_register(build_register(tables)), *audit_uses(tables),
                   *check_formulas(tables)]  # fmt: skip
    except DataError as error:
        return _conclude(folder, _tell_faults(FORMULAS, error), {})
    structure = check_network(tables)
    found += _in_short(audited) if is_network(folder) else audited
    told = [_tell(one, "run") for one in structure] + [_tell(one, "trust") for one in found]
    trial = None
    if not any(one.severity == "error" and one.check not in SOURCING for one in told):
        told += [_tell(one, "trust") for one in check_trust(tables, mirror)]
        try:
            world = read_world(folder)
            require_params(world)
            trial = try_out(world, find_scenario(folder, world))
        except SeraiError as error:
            what = "scenario" if isinstance(error, ScenarioError) else "model"
            told += _tell_faults(what, error)
    told += _tell_trial(trial)
    rows = {name: len(table) for name, table in tables.items()}
    return _conclude(folder, told, rows, borrowed, trial)


def _in_short(audited: Iterable[Finding]) -> list[Finding]:
    """
    Return one warning for each kind of gap in the evidence of a network.

    Somebody's first network has a source for few numbers: that is worth one line a gap, and stops
    nobody.
    """
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in audited:
        got = one.got.partition(" (")[0]
        where = one.where.partition(" ")[0]
        groups.setdefault((one.check, f"{where}: {got}", one.wanted), []).append(one.where)
    return [
        Finding(
            check=check, where=got.partition(": ")[0],
            got=f"{got.partition(': ')[2]}, {len(rows)} times: {list_some(rows, 2)}",
            wanted=wanted, then="fill in source_ids, evidence and range_pct", severity="warning",
        )
        for (check, got, wanted), rows in groups.items()
    ]  # fmt: skip


def _tell_faults(check: str, error: SeraiError) -> list[CheckFinding]:
    return [
        CheckFinding(severity="error", question="run", check=check, message=message)
        for message in error.faults
    ]


def _tell(finding: Finding, question: str) -> CheckFinding:
    message = str(finding).removeprefix(f"{finding.severity} ({finding.check}) ")
    return CheckFinding(
        severity=finding.severity, question=question, check=finding.check, message=message
    )


def _tell_trial(trial: Trial | None) -> list[CheckFinding]:
    """Return what of a trial run is wrong."""
    if trial is None:
        return []
    where = f"run of {trial.scenario}, {trial.year}"
    told = []
    if trial.why_nothing:
        message = f"{where}: nothing is carried: {trial.why_nothing}"
        told.append(("error", "run", "all zero", message))
    if not trial.holds:
        message = f"{where}: its certificate does not hold; `serai run` tells where"
        told.append(("warning", "trust", "certificate", message))
    return [
        CheckFinding(severity=severity, question=question, check=check, message=message)
        for severity, question, check, message in told
    ]


def _conclude(
    folder: Path,
    findings: list[CheckFinding],
    rows: dict[str, int],
    borrowed: tuple[str, ...] = (),
    trial: Trial | None = None,
) -> CheckResult:
    count = Counter(one.severity for one in findings)
    wrong = {one.check for one in findings if one.severity == "error"}
    unsourced = {one.check for one in findings if one.severity != "note"} & SOURCING
    return CheckResult(
        folder=str(folder),
        is_runnable=wrong <= SOURCING,
        is_sourced=bool(rows) and not unsourced,
        n_errors=count["error"],
        n_warnings=count["warning"],
        findings=sorted(findings, key=lambda one: ORDER.index(one.severity)),
        rows=rows,
        borrowed=list(borrowed),
        trial=trial,
        version=serai.__version__,
        data_version=version_of(folder),
    )
