"""The envelope that every answer of the server comes in, and what may be asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

import serai
from serai.domain.scenario import Scenario
from serai.studies.quote import Inquiry
from serai.web.jobs import Job

__all__ = [
    "Asked", "Compose", "Envelope", "Fault", "Pair", "QuoteAsked", "Refusal", "StudyAsked", "good",
    "refusal", "tell_job",
]  # fmt: skip

MAX_LEVERS: Final = 100


class Asked(BaseModel):
    """Base of what a browser sends: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


class Compose(Asked):
    """A scenario, and levers that add to it."""

    scenario: Scenario = Scenario()
    """What is added to."""
    levers: dict[str, float] = Field(default_factory=dict, max_length=MAX_LEVERS)
    """Where levers stand, by id."""


class Pair(Asked):
    """Two scenarios."""

    before: Scenario
    """The first."""
    after: Scenario
    """The second."""


class QuoteAsked(Asked):
    """What a shipper asks, and in which world."""

    inquiry: Inquiry
    """From where to where, with what, and what to avoid."""
    scenario: Scenario | None = None
    """What is built and what happens; today if left out."""


class StudyAsked(Asked):
    """A study of the command line, by its name and its options."""

    study: Literal[
        "answer", "frontier", "invest", "conditions", "tariff", "frictions", "storage", "vectors",
        "brief", "backcast",
    ]  # fmt: skip
    """Its command."""
    options: dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,30}$")],
        Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9_,.:-]*$")],
    ] = Field(default_factory=dict, max_length=8)
    """Long options by name, without dashes; a page offers few of them."""
    subject: Annotated[str, Field(pattern=r"^[A-Z]{0,3}$")] = ""
    """Country of `vectors`."""


class Fault(BaseModel):
    """One thing that is wrong."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    kind: str
    """Name of the error, such as ScenarioError."""
    message: str
    """Where, what was got, what was wanted, what to do next."""


class Envelope(BaseModel):
    """What was asked for."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    ok: Literal[True]
    """It could be done."""
    data: Any
    """The same document that the command line prints with `--json`, or the like."""
    record: dict[str, Any]
    """How it came about: versions, and for a run its scenario, hashes and gap."""


class Refusal(BaseModel):
    """What is wrong with what was asked."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    ok: Literal[False]
    """It could not be done."""
    errors: list[Fault]
    """Every fault that was found."""
    record: dict[str, Any]
    """Versions."""


def good(data: bytes, record: bytes = b"", *, status: int = 200) -> Response:
    """
    Return data in their envelope.

    Parameters
    ----------
    data
        JSON.
    record
        JSON of the record; the versions alone if left out.
    status
        HTTP status.
    """
    body = b'{"ok":true,"data":%b,"record":%b}' % (data, record or _versions())
    return Response(body, status, media_type="application/json")


def refusal(
    faults: Iterable[tuple[str, str]], *, status: int, headers: dict[str, str] | None = None
) -> Response:
    """
    Return faults in their envelope.

    Parameters
    ----------
    faults
        Kind and words of each.
    status
        HTTP status.
    headers
        Further headers.
    """
    told = Refusal(
        ok=False, errors=[Fault(kind=k, message=m) for k, m in faults],
        record={"version": serai.__version__, "data_version": serai.DATA_VERSION},
    )  # fmt: skip
    return Response(told.model_dump_json(), status, headers, media_type="application/json")


def tell_job(job: Job) -> dict[str, Any]:
    """
    Return how far a job is.

    Parameters
    ----------
    job
        The job.
    """
    with job.lock:
        return {
            "id": job.id,
            "kind": job.kind,
            "state": job.state,
            "stage": job.stage,
            "done": job.done,
            "total": job.total,
            "version": job.version,
            "has_result": job.result is not None,
            "is_final": job.is_final,
            "seconds": round(job.seconds, 2),
            "errors": [{"kind": kind, "message": text} for kind, text in job.faults],
        }


def _versions() -> bytes:
    return b'{"version":"%b","data_version":"%b"}' % (
        serai.__version__.encode(), serai.DATA_VERSION.encode(),
    )  # fmt: skip
