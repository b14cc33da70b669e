"""The server's addresses: each parses, calls what the command line calls, and answers in JSON."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import tomli_w
from fastapi import FastAPI, Query
from fastapi import Path as Path_
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

import serai
from serai.data.evidence import Search
from serai.data.scenarios import say_faults, say_wanted
from serai.data.vectors import read_events
from serai.domain.levers import compose
from serai.domain.quotes import QuoteResult
from serai.domain.results import Result
from serai.domain.scenario import Scenario
from serai.domain.world import World
from serai.errors import SeraiError, state_fault
from serai.studies.events import list_events
from serai.studies.lookup import Known, ask_evidence, read_known
from serai.web.answers import Answers
from serai.web.engine import Engine
from serai.web.files import PRINTED, policy_of, quote_as
from serai.web.guard import Guard
from serai.web.jobs import BusyError, Job, JobBook
from serai.web.payloads import basemap_payload, meta_payload, network_payload
from serai.web.studies import Studies
from serai.web.tables import levers_of, scenarios_of
from serai.web.wire import (
    Compose,
    Envelope,
    Pair,
    QuoteAsked,
    Refusal,
    StudyAsked,
    good,
    refusal,
    tell_job,
)

__all__ = ["STATIC", "Server", "create_app"]

STATIC: Final = Path(str(files("serai").joinpath("web", "static")))
"""The page itself: files in the package."""

LOOK_S: Final = 0.03
"""[s] How often a job is looked at for somebody who waits."""

MOST_WAIT_S: Final = 20.0
MOST_SHOWN: Final = 60
"""Characters of what was sent that a refusal repeats."""

UNPROCESSABLE: Final = 422
NOT_FOUND: Final = 404
TOO_MANY: Final = 429
ACCEPTED: Final = 202

Found = TypeVar("Found")
Lang = Annotated[Literal["en", "ru", "kk"], Query()]

REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Refusal} for code in (401, 403, 404, 411, 413, 415, 421, 422, 429)
}


class NotStoredError(SeraiError):
    """A result that takes minutes does not lie beside the tables."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Server:
    """What the addresses share."""

    world: World
    scenarios: tuple[Scenario, ...]
    """What a page offers; today first."""
    engine: Engine
    answers: Answers
    studies: Studies
    jobs: JobBook

    @cached_property
    def known(self) -> Known:
        """What is known of every number, read when somebody first asks."""
        return read_known(self.world.folder)


def create_app(world: World, *, hosts: tuple[str, ...] = (), token: str = "") -> FastAPI:
    """
    Return the server as an ASGI application.

    Parameters
    ----------
    world
        The tables.
    hosts
        Names, besides this machine's own, under which it may be asked.
    token
        What everybody must know; empty where only this machine is served.
    """
    server = Server(
        world=world, scenarios=scenarios_of(world), engine=Engine(world),
        answers=Answers(world=world), studies=Studies(world), jobs=JobBook(),
    )  # fmt: skip

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        # Everybody looks at today first.
        server.engine.run(server.jobs.open("run"), server.scenarios[0])
        yield
        server.jobs.call_off_all()
        server.engine.close()
        server.studies.close()

    app = FastAPI(
        title="Serai", version=serai.__version__, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", lifespan=live, responses=REFUSALS,
    )  # fmt: skip
    app.middleware("http")(Guard(hosts, token))
    app.exception_handler(SeraiError)(_tell_error)
    app.exception_handler(RequestValidationError)(_tell_invalid)
    app.exception_handler(HTTPException)(_tell_http)
    _add_tables(app, server)
    _add_work(app, server)
    _add_jobs(app, server)
    _add_questions(app, server)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/", include_in_schema=False)
    def index() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    return app


# ---------------------------------------------------------------- refusals


async def _tell_error(_request: Request, error: Exception) -> Response:
    faults = error.faults if isinstance(error, SeraiError) else (str(error),)
    statuses: dict[type[Exception], int] = {BusyError: TOO_MANY, NotStoredError: NOT_FOUND}
    status = statuses.get(type(error), UNPROCESSABLE)
    return refusal([(type(error).__name__, fault) for fault in faults], status=status)


async def _tell_invalid(_request: Request, error: Exception) -> Response:
    told: list[str] = []
    if isinstance(error, RequestValidationError):
        inner = [
            {**one, "loc": one["loc"][1:]} for one in error.errors() if one["loc"][0] == "body"
        ]
        told += say_faults(error.body, inner)
        told += [
            state_fault(str(one["loc"][-1]), repr(one["input"])[:MOST_SHOWN], say_wanted(one),
                        "correct it")
            for one in error.errors() if one["loc"][0] != "body"
        ]  # fmt: skip
    return refusal([("RequestError", fault) for fault in told], status=UNPROCESSABLE)


async def _tell_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else NOT_FOUND
    text = state_fault(
        f"{request.method} {request.url.path}", "an unknown address or way to ask",
        "one of /api/openapi.json", "look there",
    )  # fmt: skip
    return refusal([("RequestError", text)], status=status)


# ---------------------------------------------------------------- tables


def _add_tables(app: FastAPI, server: Server) -> None:
    """Add what does not change while the server runs."""
    levers = levers_of(server.world, server.scenarios[0])
    fixed: dict[str, Callable[[], bytes]] = {
        "meta": lambda: meta_payload(server.world, server.scenarios, levers),
        "network": lambda: network_payload(server.world),
        "basemap": lambda: basemap_payload(server.world),
    }
    made: dict[str, bytes] = {}

    def serve(name: str) -> Response:
        if name not in made:
            made[name] = fixed[name]()
        return good(made[name])

    @app.get("/api/meta", response_model=Envelope)
    def meta() -> Response:
        """Versions, scenarios, levers, projects, measures, classes, countries."""
        return serve("meta")

    @app.get("/api/network", response_model=Envelope)
    def network() -> Response:
        """Places, links with their lines, resources and classes, by their place in the tables."""
        return serve("network")

    @app.get("/api/basemap", response_model=Envelope)
    def basemap() -> Response:
        """Land and borders as GeoJSON."""
        return serve("basemap")

    @app.post("/api/scenario", response_model=Envelope)
    def scenario(asked: Compose) -> Response:
        """Return a scenario with what levers add, also as the TOML file that `serai run` reads."""
        made = compose(levers, asked.levers, asked.scenario)
        told = made.model_dump(mode="json")
        short = made.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        toml = tomli_w.dumps({"name": made.name, **short}, multiline_strings=True)
        return good(json.dumps({"scenario": told, "toml": toml}).encode())


# ---------------------------------------------------------------- work


def _add_work(app: FastAPI, server: Server) -> None:
    """Add what takes more than a moment."""

    @app.post("/api/runs", response_model=Envelope, status_code=ACCEPTED)
    def runs(scenario: Scenario) -> Response:
        """Solve a scenario; returns a job."""
        return _open(server, "run", lambda job: server.engine.run(job, scenario))

    @app.post("/api/comparisons", response_model=Envelope, status_code=ACCEPTED)
    def comparisons(pair: Pair) -> Response:
        """Solve two scenarios on the same routes; returns a job."""
        return _open(
            server, "compare", lambda job: server.engine.compare(job, pair.before, pair.after)
        )

    @app.post("/api/quotes", response_model=Envelope, status_code=ACCEPTED)
    def quotes(asked: QuoteAsked) -> Response:
        """Quote truly different routes between two places; returns a job."""
        return _open(
            server, "quote",
            lambda job: server.engine.quote(
                job, asked.scenario or server.scenarios[0], asked.inquiry
            ),
        )  # fmt: skip

    @app.post("/api/studies", response_model=Envelope, status_code=ACCEPTED)
    def studies(asked: StudyAsked) -> Response:
        """Run a study of the command line; returns a job."""
        return _open(server, asked.study, lambda job: server.studies.start(job, asked))


def _add_jobs(app: FastAPI, server: Server) -> None:
    """Add what is asked of work under way."""

    @app.get("/api/jobs/{job_id}", response_model=Envelope)
    async def look(
        job_id: str,
        after: Annotated[int, Query(ge=-1, le=10**9)] = -1,
        wait_s: Annotated[float, Query(ge=0, le=MOST_WAIT_S, allow_inf_nan=False)] = 0.0,
    ) -> Response:
        """Say how far a job is, as soon as it is past a version, or after a while."""
        job = _find(server, job_id)
        until = time.monotonic() + wait_s
        while job.version <= after and not job.is_over and time.monotonic() < until:  # noqa: ASYNC110
            # Threads move a job on, which no event of this loop hears.
            await asyncio.sleep(LOOK_S)
        return good(json.dumps(tell_job(job)).encode())

    @app.get("/api/jobs/{job_id}/result", response_model=Envelope)
    def result(job_id: str) -> Response:
        """Return what a job has found so far."""
        job = _find(server, job_id)
        if job.result is None:
            raise HTTPException(NOT_FOUND)
        return good(job.result)

    @app.get("/api/quotes/{job_id}/{form}")
    def quote_file(job_id: str, form: Literal["csv", "xlsx", "html", "days", "usd"]) -> Response:
        """Return a quote sheet as a file, or one of its diagrams."""
        job = _find(server, job_id)
        if job.kind != "quote" or job.result is None:
            raise HTTPException(NOT_FOUND)
        return quote_as(QuoteResult.model_validate_json(job.result), form)

    @app.delete("/api/jobs/{job_id}", response_model=Envelope)
    def call_off(job_id: str) -> Response:
        """Call a job off."""
        job = _find(server, job_id)
        job.call_off()
        return good(json.dumps(tell_job(job)).encode())


def _open(server: Server, kind: str, start: Callable[[Job], None]) -> Response:
    job = server.jobs.open(kind)
    start(job)
    return good(json.dumps(tell_job(job)).encode(), status=ACCEPTED)


def _find(server: Server, job_id: str) -> Job:
    job = server.jobs.get(job_id)
    if job is None:
        raise HTTPException(NOT_FOUND)
    return job


# ---------------------------------------------------------------- questions


def _add_questions(app: FastAPI, server: Server) -> None:
    """Add what is answered at once."""

    @app.get("/api/evidence", response_model=Envelope)
    def evidence(
        text: Annotated[str | None, Query(max_length=200)] = None,
        place: Annotated[str | None, Query(max_length=80)] = None,
        link: Annotated[str | None, Query(max_length=80)] = None,
        topic: Annotated[str | None, Query(max_length=80)] = None,
        source: Annotated[str | None, Query(max_length=80)] = None,
        grade: Annotated[str | None, Query(max_length=20)] = None,
    ) -> Response:
        """Say where numbers come from."""
        search = Search(text=text, place=place, link=link, topic=topic, source=source, grade=grade)
        return _tell(ask_evidence(search, server.known))

    @app.get("/api/events", response_model=Envelope)
    def events(
        party: Annotated[str | None, Query(max_length=10)] = None,
        sector: Annotated[str | None, Query(max_length=40)] = None,
        since: Annotated[str | None, Query(max_length=10)] = None,
        status: Annotated[str | None, Query(max_length=20)] = None,
    ) -> Response:
        """List dated visits, agreements, projects and closures."""
        return _tell(list_events(
            read_events(server.world.folder), party=party, sector=sector, since=since, status=status
        ))  # fmt: skip

    @app.get("/api/vectors", response_model=Envelope)
    def vectors() -> Response:
        """Tell how Kazakhstan stands between the powers, as stored beside the tables."""
        return _tell(_stored(server.answers.stored.vectors))

    @app.get("/api/answer", response_model=Envelope)
    def answer(lang: Lang = "en") -> Response:
        """Tell the stored answer: sentences, shares, tables and names of charts."""
        return good(_stored(server.answers.tell(lang)))

    @app.get("/api/charts/{name}")
    def chart(
        name: Annotated[str, Path_(pattern="^[a-z]{1,20}$")],
        lang: Lang = "en",
        width: Annotated[Literal["wide", "narrow"], Query()] = "wide",
    ) -> Response:
        """Draw a chart of the stored answer as SVG."""
        drawn = _stored(server.answers.chart(name, lang, is_narrow=width == "narrow"))
        return Response(drawn, media_type="image/svg+xml",
                        headers={"Content-Security-Policy": PRINTED})  # fmt: skip

    @app.get("/report")
    def report(lang: Lang = "en") -> Response:
        """Return the whole report as one page."""
        page = _stored(server.answers.report(lang))
        return Response(page, media_type="text/html",
                        headers={"Content-Security-Policy": policy_of(page)})  # fmt: skip


def _stored(found: Found | None) -> Found:
    """Refuse to answer with what is not there."""
    if found is None:
        raise NotStoredError(
            state_fault("stored results", "none beside these tables", "the result of a command",
                        "make it: serai answer --json > answer.json, or vectors.json, there")
        )  # fmt: skip
    return found


def _tell(result: Result) -> Response:
    """Return a result in its envelope."""
    record = getattr(result, "record", None)
    return good(
        result.model_dump_json(by_alias=True).encode(),
        record.model_dump_json().encode() if record is not None else b"",
    )
