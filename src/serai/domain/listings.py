"""What the package lists and checks: scenarios, evidence, tables; results."""

from __future__ import annotations

from serai.domain.results import Amounts, Result

__all__ = [
    "AuditedCorridor",
    "AuditedTable",
    "CheckFinding",
    "CheckResult",
    "EvidenceAudit",
    "EvidenceNumber",
    "EvidenceResult",
    "EvidenceSource",
    "EvidenceStep",
    "Improvement",
    "NotCarried",
    "ScenarioEntry",
    "ScenariosResult",
    "Trial",
]


class ScenarioEntry(Result):
    """A scenario that ships with the data."""

    name: str
    """What to call it by."""
    title: str
    """One line for people."""
    note: str
    """Why these numbers, with the ids of their evidence."""
    scenario: dict[str, object]
    """The scenario itself, every field filled in."""


class ScenariosResult(Result):
    """The scenarios that are ready to run."""

    scenarios: list[ScenarioEntry]
    """By name, the base first."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the data."""


class EvidenceSource(Result):
    """Where a number comes from."""

    id: str
    """Id in the tables of sources, facts, events and ties."""
    title: str
    """What it is called."""
    publisher: str
    """Who published it; empty where nobody did."""
    date: str
    """When."""
    url: str
    """Where it was found."""
    note: str
    """Remark."""


class EvidenceStep(Result):
    """How a derived number follows from others."""

    id: str
    """The number."""
    formula_id: str
    """Row of the table of formulas."""
    formula: str
    """Arithmetic over the names of `inputs`."""
    value: float
    """What it gives, before rounding."""
    inputs: dict[str, float]
    """The numbers that it follows from, by name."""
    input_ids: list[str]
    """Their ids, in the same order."""
    note: str
    """The step in words."""


class EvidenceNumber(Result):
    """A number with all that is known about it."""

    id: str
    """Table, key and column."""
    what: str
    """What its row is about."""
    meaning: str
    """What its column means."""
    value: float
    """The number."""
    low: float | None
    """Low end of its range; null where it has none."""
    high: float | None
    """High end of its range."""
    unit: str
    """Unit."""
    year: str
    """Year it is for; empty where it is for any."""
    grade: str
    """observed, derived or assumed; empty where nothing is claimed, as for a coordinate."""
    source_ids: list[str]
    """What it rests on."""
    note: str
    """Remark."""
    row: int
    """Line in the table's file."""
    chain: list[EvidenceStep]
    """The steps by which it is derived, itself first; empty where no formula tells them."""


class AuditedTable(Result):
    """How the numbers of a table that a run may use are graded."""

    table: str
    """Name of the table."""
    observed: int
    """Read from a source."""
    derived: int
    """Derived from sources by a stated step."""
    assumed: int
    """Judged; nobody published them."""


class AuditedCorridor(Result):
    """What of a corridor's price and time rests on assumed links."""

    corridor: str
    """north, middle or sea: boxes between China and Europe that take it in the base year."""
    usd_share: float
    """[-] Of what they pay."""
    hours_share: float
    """[-] Of the hours under way, handling and dwell; queues are not in it."""


class EvidenceAudit(Result):
    """Whether the evidence is in order, and how much of the answer rests on assumed numbers."""

    faults: list[str]
    """Numbers without a grade, a source that resolves or an honest band, derived numbers that
    their formulas do not reproduce, evidence neither cited nor marked; empty if in order."""
    tables: list[AuditedTable]
    """In the order of the data dictionary."""
    assumed_share: float
    """[-] Of all numbers that a run may use."""
    corridors: list[AuditedCorridor]
    """Where boxes of the base year go."""
    n_sources: int
    """Figures, events, ties and sources in the register."""
    n_cited: int
    """Of them, those that a table cites or that stand for something in the model; the others are
    context, and marked so."""
    n_derived: int
    """Derived numbers that a run may use."""
    n_reproduced: int
    """Of them, those that a formula reproduces; of the others the row's note tells the step."""


class EvidenceResult(Result):
    """What the evidence register has on a question."""

    query: str
    """What was asked."""
    numbers: list[EvidenceNumber]
    """In the order of the tables."""
    sources: list[EvidenceSource]
    """What they rest on, each once."""
    audit: EvidenceAudit | None = None
    """Of the whole register, where it was asked for."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the data."""


class CheckFinding(Result):
    """One thing that a check found."""

    severity: str
    """error: the answer would be wrong or missing; warning: look at it; note: know it."""
    question: str
    """run, trust or improve: which question it is an answer to."""
    check: str
    """Name of the check."""
    message: str
    """Where, got, wanted, next."""


class NotCarried(Result):
    """Demand of a trial run that is not carried, and why."""

    origin: str
    """Zone."""
    dest: str
    """Zone."""
    class_id: str
    """Commodity class."""
    unit: str
    """TEU or t."""
    demand: float
    """[TEU/yr or t/yr] All of it."""
    unserved: float
    """[TEU/yr or t/yr] What is not carried."""
    why: str
    """no route, a shock, a limit that binds, or dearer than not being served."""


class Improvement(Result):
    """A number that would be worth knowing better."""

    id: str
    """Table, key and column, as in the evidence register."""
    value: float
    """What it is."""
    low: float
    """Low end of its range."""
    high: float
    """High end of its range."""
    grade: str
    """observed, derived or assumed."""
    moves_usd_yr: float
    """[USD/yr] What the users of the trial run would pay more or less between its ends."""


class Trial(Result):
    """What a run of the folder's scenario gives."""

    scenario: str
    """Its name."""
    year: int
    """Year of demand and prices."""
    demand: Amounts
    """All that wants to move."""
    served: Amounts
    """What moves."""
    not_carried: list[NotCarried]
    """Where more than a hundredth is not carried, most tonnes first; twenty at most."""
    holds: bool
    """True where the certificate of the run holds."""
    why_nothing: str
    """Where nothing at all is carried, why; else empty."""
    improve: list[Improvement]
    """Numbers whose range moves most money, first ones first."""


class CheckResult(Result):
    """Whether a folder of tables can be run and trusted."""

    folder: str
    """The folder."""
    is_runnable: bool
    """True where the tables and the network they make have no error."""
    is_sourced: bool
    """True where every number has its grade, its sources and an honest range."""
    n_errors: int
    """Findings that are errors."""
    n_warnings: int
    """Findings that are warnings."""
    findings: list[CheckFinding]
    """Errors first, notes last."""
    rows: dict[str, int]
    """Rows by table; empty where the tables cannot be read."""
    borrowed: list[str]
    """Tables of the package that a network in GMNS uses, as it has none of its own."""
    trial: Trial | None
    """A run of scenario.toml of the folder, or of its latest year up to 2023; null where the
    folder cannot be run."""
    version: str
    """Version of the code."""
    data_version: str
    """Version of the tables; own tables where they carry none."""
