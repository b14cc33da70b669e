"""The command line as a person meets it, in this process; and tables small enough to wait for."""

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from serai.cli.commands import app
from serai.data.load import PACK
from serai.domain.results import AnswerResult
from serai.domain.world import World
from serai.outputs.language import ENGLISH, Language
from serai.outputs.page import AnswerPage
from tests.toy import EVIDENCE, Tables, toy_tables, write_tables

UNITS = {"capacity_teu_yr": "TEU/yr", "capacity_t_yr": "t/yr", "dwell_h": "h"}
LATER_YEARS = ("2030", "2040")
ROPED_EVENT = "E0001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def document(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the one JSON document of standard output; not a number is no JSON."""
        assert self.code in (0, 5), self.err
        return json.loads(self.out, parse_constant=refuse_constant)


def refuse_constant(name: str) -> None:
    """Fail on NaN and Infinity, which JSON does not have."""
    raise AssertionError(name)


def serai(*words: object) -> Outcome:
    """Run a command."""
    found = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert "Traceback" not in found.stderr
    return Outcome(code=found.exit_code, out=found.stdout, err=found.stderr)


def sound_tables() -> Tables:
    """Return the toy world without its faults, with the demand that an answer asks for."""
    tables = toy_tables()
    tables["links"] = [
        row for row in tables["links"] if "road" not in (row["from_mode"], row["to_mode"])
    ]
    tables["resources"] = [row for row in tables["resources"] if row["resource_id"] != "R_TRUCKS"]
    for row in tables["effects"]:
        if row["operation"] in ("set", "add"):
            row["unit"] = UNITS[row["quantity"]]
    for row in tables.get("params", []):
        if float(row["value"]) == 0.0:
            row |= {"low": "-0.1", "high": "0.1"}
    tables["frictions"] = [
        {"friction_id": "FR1", "name": "Russia shut", "year": "2023", "measures": "",
         "projects": "", "lifted": "", "closed_transit": "RUS", "closed_between": "",
         "note": "", **EVIDENCE},
        {"friction_id": "FR2", "name": "First project", "year": "2023", "measures": "",
         "projects": tables["projects"][0]["project_id"], "lifted": "", "closed_transit": "",
         "closed_between": "", "note": "", **EVIDENCE},
    ]  # fmt: skip
    now = [row for row in tables["demand"] if row["year"] == "2023"]
    tables["demand"] += [row | {"year": year} for row in now for year in LATER_YEARS]
    return tables


def write_sound(folder: Path) -> Path:
    """Write the sound toy tables into a folder and return it."""
    return write_tables(folder, sound_tables())


def write_roped(folder: Path) -> Path:
    """Write the sound toy tables with the package's ropes, and one event that built a project."""
    write_sound(folder)
    for name in ("ties", "ropes", "rope_flags"):
        shutil.copy(PACK / f"{name}.csv", folder)
    with (PACK / "events.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    built = first | {"id": ROPED_EVENT, "model_ids": sound_tables()["projects"][0]["project_id"]}
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, list(built))
        rows.writeheader()
        rows.writerow(built)
    return folder


def bare_page(world: World, answer: AnswerResult, *, lang: Language = ENGLISH) -> AnswerPage:
    """Stand in for the assembly of the page where a test is about something else."""
    assert world.folder.is_dir()
    return AnswerPage(answer=answer, lang=lang)
