"""Frictions of regional relations, as the tables say them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

from serai.data.load import PACK
from serai.data.own import read_folder
from serai.data.tables import split_list
from serai.domain.frictions import Friction
from serai.domain.scenario import CloseLinks, CloseTransit, Scenario
from serai.errors import ScenarioError, state_fault

__all__ = ["read_frictions"]


def read_frictions(folder: Path = PACK, named: tuple[str, ...] = ()) -> tuple[Friction, ...]:
    """
    Return frictions as changes of the base of their year.

    Parameters
    ----------
    folder
        The tables.
    named
        Ids; all, if left out.

    Raises
    ------
    ScenarioError
        There is no such table, or an id is not in it.
    """
    tables = read_folder(folder)
    if "frictions" not in tables:
        raise ScenarioError(
            state_fault(str(folder / "frictions.csv"), "no file", "a table of frictions",
                        "write one, as in the package's tables")
        )  # fmt: skip
    rows = {str(row["friction_id"]): row for row in tables["frictions"].to_dict("records")}
    unknown = [one for one in named if one not in rows]
    if unknown:
        raise ScenarioError(
            "\n".join(
                state_fault("--only", one, f"one of {', '.join(rows)}", "correct it")
                for one in unknown
            )
        )
    return tuple(_friction(row) for id_, row in rows.items() if not named or id_ in named)


def _friction(row: Mapping[Hashable, object]) -> Friction:
    def names(column: str) -> tuple[str, ...]:
        return split_list(str(row.get(column) or ""))

    shocks: list[CloseTransit | CloseLinks] = []
    if names("closed_transit"):
        shocks.append(CloseTransit(kind="close_transit", countries=names("closed_transit")))
    if names("closed_between"):
        shocks.append(CloseLinks(kind="close", between=names("closed_between")))
    return Friction(
        id=str(row["friction_id"]),
        name=str(row["name"]),
        scenario=Scenario(
            name=str(row["friction_id"]).lower(), title=str(row["name"]),
            year=int(str(row["year"])), measures=names("measures") or "none",
            projects=names("projects") or "built", lifted=names("lifted"), shocks=tuple(shocks),
        ),
        grade=str(row["grade"]),
        source_ids=names("source_ids"),
        note=str(row.get("note") or ""),
    )  # fmt: skip
