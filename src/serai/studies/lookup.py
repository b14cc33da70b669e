"""What the data hold, for people: evidence, ready scenarios, and whether a folder can be run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import serai
from serai.data.check import check_network
from serai.data.evidence import Search, find_sources, search_evidence
from serai.data.formulas import Derivation, derive
from serai.data.load import PACK, read_world
from serai.data.own import read_folder
from serai.data.register import EvidenceRow, Register, Source, build_register
from serai.data.scenarios import list_shipped, read_scenario
from serai.domain.listings import (
    EvidenceNumber,
    EvidenceResult,
    EvidenceSource,
    EvidenceStep,
    ScenarioEntry,
    ScenariosResult,
)
from serai.domain.world import World
from serai.errors import DataError, NoPathError, state_fault

__all__ = [
    "Known",
    "ask_evidence",
    "read_checked_world",
    "read_known",
    "require_params",
    "scenarios",
    "version_of",
]

NO_PATH: Final = "demand has a path"
"""Name of the check that finds places which nothing connects."""


def scenarios(name: str | None = None) -> ScenariosResult:
    """
    Return the scenarios that ship with the data, or one scenario.

    Parameters
    ----------
    name
        Name of one, or path of its file.

    Returns
    -------
    result
        The base first.

    Raises
    ------
    ScenarioError
        There is no such scenario, or its file has faults.
    """
    return ScenariosResult(
        scenarios=[
            ScenarioEntry(
                name=one.name,
                title=one.title,
                note=" ".join(one.note.split()),
                scenario=one.model_dump(mode="json"),
            )
            for one in (list_shipped() if name is None else (read_scenario(name),))
        ],
        version=serai.__version__,
        data_version=serai.DATA_VERSION,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known of the numbers of some tables."""

    register: Register
    derivations: Mapping[str, Derivation]
    data_version: str


def read_known(folder: Path = PACK) -> Known:
    """
    Return what is known of the numbers of some tables.

    Parameters
    ----------
    folder
        The tables.

    Raises
    ------
    DataError
        The tables have faults.
    """
    tables = read_folder(folder)
    return Known(
        register=build_register(tables), derivations=derive(tables),
        data_version=version_of(folder),
    )  # fmt: skip


def ask_evidence(search: Search, known: Known) -> EvidenceResult:
    """
    Return where numbers come from.

    Parameters
    ----------
    search
        What is asked.
    known
        From `read_known`.

    Returns
    -------
    result
        The numbers, the steps by which they are derived, and what they rest on.

    Raises
    ------
    ScenarioError
        Nothing is called so, or nothing was asked.
    """
    register = known.register
    rows = search_evidence(register, search)
    chains = {row.id: list(_chain(row.id, known.derivations)) for row in rows}
    inputs = [register.rows[key] for steps in chains.values() for one in steps
              for key in one.input_ids if key in register.rows]  # fmt: skip
    return EvidenceResult(
        query=str(search),
        numbers=[_tell_number(row, chains[row.id]) for row in rows],
        sources=_tell_sources(register, [*rows, *inputs]),
        version=serai.__version__,
        data_version=known.data_version,
    )


def _chain(number: str, derivations: Mapping[str, Derivation]) -> Iterator[EvidenceStep]:
    """Yield the steps by which a number is derived, then those of what it follows from."""
    step = derivations.get(number)
    if step is None:
        return
    yield EvidenceStep(
        id=number,
        formula_id=step.formula_id,
        formula=step.formula,
        value=step.value,
        inputs=dict(step.inputs),
        input_ids=list(step.input_ids),
        note=step.note,
    )
    for key in step.input_ids:
        yield from _chain(key, derivations)


def _tell_number(row: EvidenceRow, chain: list[EvidenceStep]) -> EvidenceNumber:
    return EvidenceNumber(
        id=row.id,
        what=row.what,
        meaning=row.meaning,
        value=row.value,
        low=None if math.isnan(row.low) else row.low,
        high=None if math.isnan(row.high) else row.high,
        unit=row.unit,
        year=row.year,
        grade=row.grade,
        source_ids=list(row.source_ids),
        note=row.note,
        row=row.row,
        chain=chain,
    )


def _tell_sources(register: Register, rows: Iterable[EvidenceRow]) -> list[EvidenceSource]:
    found: dict[str, Source] = {}
    for row in rows:
        found |= {source.id: source for source in find_sources(register, row)}
    return [
        EvidenceSource(
            id=one.id,
            title=one.title,
            publisher=one.publisher,
            date=one.date,
            url=one.url,
            note=one.note,
        )
        for one in found.values()
    ]


def version_of(folder: Path) -> str:
    """
    Return the version of a folder's tables.

    Parameters
    ----------
    folder
        The tables.

    Returns
    -------
    version
        ``own tables`` where they carry none.
    """
    path = folder / "VERSION"
    return path.read_text("utf-8").strip() if path.is_file() else "own tables"


def read_checked_world(folder: Path | None) -> World:
    """
    Return the world of a folder, if it can be run.

    Parameters
    ----------
    folder
        Somebody's own tables; the pack, which tests have checked, if left out.

    Returns
    -------
    world
        Everything a run starts from.

    Raises
    ------
    DataError
        The tables have faults; all of them are named.
    NoPathError
        Nothing else is wrong, but nothing connects places that trade.
    """
    if folder is None:
        return read_world()
    found = [one for one in check_network(read_folder(folder)) if one.severity == "error"]
    if found:
        told = [str(one).removeprefix("error ") for one in found]
        raise (NoPathError if {one.check for one in found} == {NO_PATH} else DataError)(told)
    world = read_world(folder)
    require_params(world)
    return world


def require_params(world: World) -> None:
    """
    Refuse tables without a parameter that the model, or a class of boxes of theirs, needs.

    Parameters
    ----------
    world
        The tables.

    Raises
    ------
    DataError
        Names every parameter that is missing or in another unit.
    """
    classes = world.classes
    wanted = {f"contestable_{c.lower()}": f"one, as class {c} counts boxes"
              for c, is_box in zip(classes.ids, classes.is_box, strict=True) if is_box}  # fmt: skip
    pack = read_world().params
    wanted |= {name: "one, as the model needs it" for name in pack.ids
               if not name.startswith("contestable_")}  # fmt: skip
    lost = [
        state_fault("params.toml", f"no entry {name}", want,
                    "copy the package's params.toml into the folder and add what is your own")
        for name, want in wanted.items()
        if name not in world.params.ids
    ]  # fmt: skip
    theirs = dict(zip(pack.ids, pack.units, strict=True))
    lost += [
        state_fault(f"params.toml ({name}), column unit", unit, theirs[name], "convert the value")
        for name, unit in zip(world.params.ids, world.params.units, strict=True)
        if unit != theirs.get(name, unit)
    ]
    if lost:
        raise DataError(lost)
