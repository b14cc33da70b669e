"""Requests made up from the server's own description: none may break it or leave the envelope."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serai.data.load import read_world
from serai.web import guard
from serai.web.app import create_app
from tests.command import sound_tables
from tests.toy import write_tables

CHECKS = (not_a_server_error, response_schema_conformance, status_code_conformance,
          content_type_conformance)  # fmt: skip


N_REQUESTS = 25
"""Made up for each address and way to ask."""


def test_no_request_breaks_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As many requests as the fuzzer likes; how many are too many is told by another test.
    monkeypatch.setattr(guard, "BURST", 1e9)
    folder = write_tables(tmp_path, sound_tables())
    app = create_app(read_world(folder), hosts=("testserver",))
    described = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    tried = []
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        # A study starts a process, which no made-up request should do a hundred times.
        if operation.path == "/api/studies":
            continue

        @given(case=operation.as_strategy())
        @settings(max_examples=N_REQUESTS, suppress_health_check=list(HealthCheck))
        def ask(case: Case[Any]) -> None:
            case.call_and_validate(checks=list(CHECKS), headers={"host": "localhost"})

        ask()
        tried.append(operation.label)
    assert len(tried) >= 15
