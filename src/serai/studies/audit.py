"""How much of the answer rests on assumed numbers, and whether all evidence is in order."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

import serai
from serai.data.check_evidence import audit_register, audit_uses, find_uses
from serai.data.formulas import check_formulas, derive
from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.register import build_register
from serai.data.schema import read_schema
from serai.domain.listings import AuditedCorridor, AuditedTable, EvidenceAudit, EvidenceResult
from serai.domain.routes import CORRIDORS
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.model.choice import AVOIDING_REGIONS, route_sums
from serai.model.graph import direction_of
from serai.run import run_scenario
from serai.studies.tally import tally

__all__ = ["audit_evidence"]

AUDITED: Final = ("north", "middle", "sea")


def audit_evidence(world: World, *, folder: Path = PACK) -> EvidenceResult:
    """
    Return the audit of the tables and of what the base year's corridors rest on.

    Parameters
    ----------
    world
        The tables, read.
    folder
        Where they are.

    Returns
    -------
    result
        No numbers, but the audit: every number of the register is looked at; the base year is
        solved to weigh links by what boxes between China and Europe pay and wait on them.
    """
    tables = read_folder(folder)
    register, schema = build_register(tables), read_schema()
    reproduced, n_reproduced = derive(tables).keys(), 0
    counts: dict[str, dict[str, int]] = {}
    for row in register.rows.values():
        if schema[row.table].is_evidence or row.role != "value" or not row.grade:
            continue
        table = counts.setdefault(row.table, {"observed": 0, "derived": 0, "assumed": 0})
        table[row.grade] += 1
        n_reproduced += row.grade == "derived" and row.id in reproduced
    total = sum(sum(table.values()) for table in counts.values())
    assumed = sum(table["assumed"] for table in counts.values())
    found = [*audit_register(register), *check_formulas(tables), *audit_uses(tables)]
    audit = EvidenceAudit(
        faults=[str(finding) for finding in found],
        tables=[AuditedTable(table=name, **graded) for name, graded in counts.items()],
        assumed_share=assumed / total if total else 0.0,
        corridors=_corridors(world),
        n_sources=len(register.sources),
        n_cited=len(find_uses(tables) & register.sources.keys()),
        n_derived=sum(table["derived"] for table in counts.values()),
        n_reproduced=n_reproduced,
    )
    return EvidenceResult(
        query="audit", numbers=[], sources=[], audit=audit, version=serai.__version__,
        data_version=world.data_version,
    )  # fmt: skip


def _corridors(world: World) -> list[AuditedCorridor]:
    run = run_scenario(world, Scenario())
    graph, routes, flows = run.setting.graph, run.routes, tally(run)
    lon, links = world.zones.lon, world.network.links
    guessed = links.grade == "assumed"
    direction = direction_of(lon[routes.origin], lon[routes.dest])
    usd, sure_usd, hours, sure_hours = route_sums(
        routes, direction, graph.usd_teu, np.where(guessed, 0.0, graph.usd_teu),
        graph.hours, np.where(guessed, 0.0, graph.hours),
    )  # fmt: skip
    region = np.array(world.zones.regions)
    start, end = (
        region[side[flows.cell]] for side in (run.setting.cells.origin, run.setting.cells.dest)
    )
    far = (start == "CHN") & np.char.startswith(end, AVOIDING_REGIONS)
    far |= (end == "CHN") & np.char.startswith(start, AVOIDING_REGIONS)
    out = []
    for word in AUDITED:
        mine = far & (flows.teu > 0) & (flows.route >= 0)
        mine &= flows.corridor == CORRIDORS.index(word)
        route, weight = flows.route[mine], flows.teu[mine]
        if not len(route):
            continue
        out.append(
            AuditedCorridor(
                corridor=word,
                usd_share=1.0 - float(weight @ sure_usd[route]) / float(weight @ usd[route]),
                hours_share=1.0 - float(weight @ sure_hours[route]) / float(weight @ hours[route]),
            )
        )
    return out
