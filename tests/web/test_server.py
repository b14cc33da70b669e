"""What the server answers, on the toy world."""

import base64
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from numpy.testing import assert_allclose

from serai.data.levers import read_levers
from serai.data.load import read_world
from serai.data.scenarios import list_shipped
from serai.domain.scenario import Scenario
from serai.errors import DataError
from serai.run import run_scenario
from serai.studies.flows import flows_by_link
from serai.studies.runs import summarize
from serai.web import guard
from serai.web.app import create_app
from serai.web.guard import BURST, MAX_BODY_BYTES
from serai.web.jobs import MAX_OPEN, BusyError, JobBook
from serai.web.tables import levers_of, scenarios_of
from tests.command import serai, sound_tables
from tests.toy import write_tables

FERRY_DEARER = {
    "name": "dearer",
    "changes": [{"kind": "change", "kinds": ["ferry"], "quantity": "cost_usd_teu",
                 "operation": "multiply", "value": 1.5}],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tmp_path_factory.mktemp("tables"), sound_tables())


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    app = create_app(read_world(folder))
    with TestClient(app, base_url="http://localhost") as found:
        yield found


def done(client: TestClient, path: str, body: object) -> Any:  # noqa: ANN401 - any JSON
    """Ask for a job and return what it found."""
    asked = client.post(path, json=body)
    assert asked.status_code == 202, asked.text
    job = asked.json()["data"]
    deadline = time.monotonic() + 60
    while job["state"] not in ("done", "failed") and time.monotonic() < deadline:
        job = client.get(f"/api/jobs/{job['id']}?after={job['version']}&wait_s=5").json()["data"]
    assert job["state"] == "done", job
    assert job["is_final"]
    return client.get(f"/api/jobs/{job['id']}/result").json()["data"]


def faults(response: Response) -> list[str]:
    envelope = response.json()
    assert envelope["ok"] is False
    return [one["message"] for one in envelope["errors"]]


# ---------------------------------------------------------------- the same numbers everywhere


def test_page_python_and_command_line_tell_the_same_numbers(
    client: TestClient, folder: Path, tmp_path: Path
) -> None:
    composed = client.post("/api/scenario", json={"scenario": FERRY_DEARER}).json()["data"]
    path = tmp_path / "own.toml"
    path.write_text(composed["toml"], "utf-8")
    by_command = serai("run", path, "--data", folder, "--json").document()
    by_page = done(client, "/api/runs", composed["scenario"])["run"]
    by_python = json.loads(
        summarize(
            run_scenario(read_world(folder), Scenario.model_validate(FERRY_DEARER))
        ).model_dump_json()
    )
    for found in (by_command, by_page, by_python):
        found["record"].pop("seconds")
    assert by_page == by_command == by_python


def test_flows_of_a_map_are_those_of_the_run_to_the_last_bit(
    client: TestClient, folder: Path
) -> None:
    packed = done(client, "/api/runs", FERRY_DEARER)["flows"]
    flows = flows_by_link(run_scenario(read_world(folder), Scenario.model_validate(FERRY_DEARER)))
    for name, kind, values in (
        ("link", "<u4", flows.link), ("class", "<u1", flows.class_ix),
        ("corridor", "<u1", flows.corridor), ("amount", "<f8", flows.amount),
    ):  # fmt: skip
        found = np.frombuffer(base64.b64decode(packed[name]), kind)
        assert found.tolist() == values.tolist()


def test_a_comparison_is_that_of_the_command_line(
    client: TestClient, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "dearer.toml"
    toml = client.post("/api/scenario", json={"scenario": FERRY_DEARER}).json()["data"]["toml"]
    path.write_text(toml, "utf-8")
    by_command = serai("compare", "base", path, "--data", folder, "--json").document()
    base = serai("scenarios", "base", "--json").document()["scenarios"][0]["scenario"]
    by_page = done(client, "/api/comparisons", {"before": base, "after": FERRY_DEARER})["compare"]
    for group in ("corridors", "countries", "classes"):
        pairs = zip(by_page[group], by_command[group], strict=True)
        for mine, other in pairs:
            assert mine["name"] == other["name"]
            assert_allclose(mine["change"], other["change"], rtol=1e-9, atol=1e-6)


def test_what_a_lever_adds_is_in_the_downloaded_file(client: TestClient, tmp_path: Path) -> None:
    asked = {"scenario": {"name": "own"}, "levers": {"suez": 1.0, "ocean_price": 2.0}}
    made = client.post("/api/scenario", json=asked).json()["data"]
    path = tmp_path / "own.toml"
    path.write_text(made["toml"], "utf-8")
    read = serai("scenarios", path, "--json").document()["scenarios"][0]["scenario"]
    assert read == made["scenario"]
    assert [one["kind"] for one in read["shocks"]] == ["close", "change"]


# ---------------------------------------------------------------- envelope and refusals


def test_every_answer_comes_in_the_one_envelope(client: TestClient) -> None:
    for path in ("/api/meta", "/api/network", "/api/basemap", "/api/evidence?text=ferry",
                 "/api/openapi.json"):  # fmt: skip
        response = client.get(path)
        assert response.status_code == 200, path
        if path != "/api/openapi.json":
            assert set(response.json()) == {"ok", "data", "record"}
            assert response.json()["record"]["version"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/api/runs", {"yaer": 2023}, 422, "did you mean year?"),
        ("POST", "/api/runs", {"year": 1900, "demand": "vast"}, 422, "got 1900; wanted 2019"),
        ("POST", "/api/runs", [1], 422, "wanted"),
        ("POST", "/api/scenario", {"levers": {"nix": 1}}, 422, "an unknown lever"),
        ("POST", "/api/studies", {"study": "rm"}, 422, "study"),
        ("POST", "/api/studies", {"study": "brief", "options": {"page": "../x"}}, 422, "options"),
        ("GET", "/api/jobs/none", None, 404, "unknown address"),
        ("GET", "/api/jobs/none/result", None, 404, "unknown address"),
        ("DELETE", "/api/jobs/none", None, 404, "unknown address"),
        ("GET", "/api/jobs/none?wait_s=99", None, 422, "wait_s"),
        ("GET", "/nowhere", None, 404, "unknown address"),
        ("PUT", "/api/meta", {}, 405, "unknown address or way to ask"),
        ("GET", "/api/evidence", None, 422, "wanted"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    client: TestClient, method: str, path: str, body: object, status: int, words: str
) -> None:
    response = client.request(method, path, json=body) if body is not None else client.request(
        method, path)  # fmt: skip
    assert response.status_code == status, response.text
    assert any(words in fault for fault in faults(response)), faults(response)


def test_all_faults_of_a_scenario_are_named_at_once(client: TestClient) -> None:
    told = faults(client.post("/api/runs", json={"year": 1900, "demand": "vast", "nmae": "x"}))
    assert len(told) == 3


def test_a_scenario_that_names_what_there_is_not_fails_as_a_job(client: TestClient) -> None:
    asked = {"changes": [{"kind": "change", "links": ["nix"], "quantity": "dwell_h",
                          "operation": "set", "value": 1}]}  # fmt: skip
    job = client.post("/api/runs", json=asked).json()["data"]
    while job["state"] in ("waiting", "running"):
        job = client.get(f"/api/jobs/{job['id']}?after={job['version']}&wait_s=5").json()["data"]
    assert job["state"] == "failed"
    assert "nix" in job["errors"][0]["message"]
    assert job["errors"][0]["kind"] == "ScenarioError"


# ---------------------------------------------------------------- guard


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/api/meta", "/static/page.css", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("headers", "content", "status", "words"),
    [
        ({"host": "evil.example"}, None, 421, "host: got 'evil.example'"),
        ({"origin": "https://evil.example"}, None, 403, "origin: got 'https://evil.example'"),
        ({"content-type": "text/plain"}, b"{}", 415, "wanted application/json"),
        ({"content-type": "application/json"}, b" " * (MAX_BODY_BYTES + 1), 413, "65,537 bytes"),
        ({"content-type": "application/json", "content-length": "many"}, b"{}", 411, "length"),
        ({"content-type": "application/json"}, b"{", 422, "wanted"),
    ],
)
def test_a_request_that_no_page_of_ours_sends_is_refused(
    client: TestClient, headers: dict[str, str], content: bytes | None, status: int, words: str
) -> None:
    response = client.post("/api/runs", headers=headers, content=content) if content is not None \
        else client.get("/api/meta", headers=headers)  # fmt: skip
    assert response.status_code == status, response.text
    assert any(words in fault for fault in faults(response)), faults(response)


def test_too_many_requests_are_told_to_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PER_SECOND", 1e-3)
    with TestClient(create_app(read_world(folder)),
                    base_url="http://localhost") as client:  # fmt: skip
        found = [client.get("/api/jobs/none") for _ in range(int(BURST) + 40)]
    late = [one for one in found if one.status_code == 429]
    assert late
    assert int(late[0].headers["retry-after"]) >= 1
    assert "too many at once" in faults(late[0])[0]


def test_a_server_for_others_asks_for_its_token(folder: Path) -> None:
    app = create_app(read_world(folder), hosts=("serai.test",), token="secret")  # noqa: S106
    with TestClient(app, base_url="http://serai.test", follow_redirects=False) as client:
        assert client.get("/").status_code == 401
        assert client.get("/?token=wrong").status_code == 401
        bearer = {"authorization": "Bearer secret"}
        assert client.get("/api/meta", headers=bearer).status_code == 200
        there = client.get("/?token=secret")
        assert there.status_code == 303
        assert "httponly" in there.headers["set-cookie"].lower()
        assert "secret" not in there.headers["location"]
        assert client.get("/api/meta").status_code == 200


# ---------------------------------------------------------------- jobs


def test_a_job_called_off_ends_and_gives_no_result(client: TestClient) -> None:
    job = client.post("/api/runs", json={"name": "off", "year": 2021}).json()["data"]
    told = client.delete(f"/api/jobs/{job['id']}").json()["data"]
    assert told["state"] in ("cancelled", "done")
    time.sleep(1.0)
    again = client.get(f"/api/jobs/{job['id']}").json()["data"]
    assert again["state"] == told["state"]


def test_a_job_called_off_amid_its_work_stays_so_and_makes_room() -> None:
    book = JobBook()
    for _ in range(2 * MAX_OPEN):
        job = book.open("run")
        job.tell("solving", 0, 0)
        job.call_off()
        # Whoever works on it looks up only after this.
        job.show(b"{}", is_final=False)
        job.tell("looking for routes", 1, 0)
        job.fail((("Fault", "late"),))
        assert (job.state, job.result, job.faults) == ("cancelled", None, ())


def test_two_people_at_once_get_their_own_results(client: TestClient) -> None:
    asked = [{"name": f"p{i}", "changes": [{"kind": "change", "kinds": ["ferry"],
              "quantity": "cost_usd_teu", "operation": "multiply", "value": 1.0 + i / 10}]}
             for i in range(4)]  # fmt: skip
    jobs = [client.post("/api/runs", json=one).json()["data"]["id"] for one in asked]
    found = []
    for job_id in jobs:
        job = {"state": "waiting", "version": -1}
        while job["state"] in ("waiting", "running"):
            job = client.get(f"/api/jobs/{job_id}?after={job['version']}&wait_s=5").json()["data"]
        found.append(client.get(f"/api/jobs/{job_id}/result").json()["data"]["run"])
    assert [one["scenario"] for one in found] == ["p0", "p1", "p2", "p3"]
    ferry = [sum(c["teu"] for c in one["corridors"] if c["corridor"] == "middle") for one in found]
    assert ferry == sorted(ferry, reverse=True)
    assert ferry[0] > ferry[-1]


def test_too_many_open_jobs_are_refused() -> None:
    book = JobBook()
    jobs = [book.open("run") for _ in range(MAX_OPEN)]
    with pytest.raises(BusyError, match=f"wanted at most {MAX_OPEN} at once"):
        book.open("run")
    jobs[0].call_off()
    assert book.open("run").state == "waiting"


def test_a_study_runs_as_the_command_does_and_can_be_called_off(
    client: TestClient, folder: Path
) -> None:
    by_command = serai("frictions", "--data", folder, "--json").document()
    by_page = done(client, "/api/studies", {"study": "frictions"})
    assert by_page["rows"] == by_command["rows"]
    wrong = client.post(
        "/api/studies", json={"study": "frictions", "options": {"drwas": "0"}}
    ).json()["data"]
    while wrong["state"] in ("waiting", "running"):
        wrong = client.get(f"/api/jobs/{wrong['id']}?after={wrong['version']}&wait_s=5").json()[
            "data"
        ]
    assert wrong["state"] == "failed"
    assert "drwas" in wrong["errors"][0]["message"]
    job_id = client.post("/api/studies", json={"study": "frictions"}).json()["data"]["id"]
    assert client.delete(f"/api/jobs/{job_id}").json()["data"]["state"] == "cancelled"


# ---------------------------------------------------------------- quotes and stored answers


def test_a_quote_is_that_of_the_command_line_and_comes_as_files(
    client: TestClient, folder: Path
) -> None:
    asked = {"inquiry": {"origin": "CNINL", "dest": "EUINL", "avoid": ["RUS"]}}
    job = client.post("/api/quotes", json=asked).json()["data"]
    while job["state"] in ("waiting", "running"):
        job = client.get(f"/api/jobs/{job['id']}?after={job['version']}&wait_s=5").json()["data"]
    by_page = client.get(f"/api/jobs/{job['id']}/result").json()["data"]
    words = ("routes", "CNINL", "EUINL", "--avoid", "RUS", "--data", folder, "--json")
    by_command = serai(*words).document()
    assert by_page["routes"] == by_command["routes"]
    for form, begins in (("csv", b"route"), ("xlsx", b"PK"), ("html", b"<!DOCTYPE html>"),
                         ("days", b"<svg"), ("usd", b"<svg")):  # fmt: skip
        found = client.get(f"/api/quotes/{job['id']}/{form}")
        assert found.status_code == 200
        assert found.content.lower().startswith(begins.lower()), found.content[:80]
        if form in ("html", "days", "usd"):
            assert "script-src" not in found.headers["content-security-policy"]
    assert client.get("/api/quotes/none/csv").status_code == 404
    assert client.get(f"/api/quotes/{job['id']}/exe").status_code == 422


def test_every_fault_of_a_quote_is_told(client: TestClient) -> None:
    asked = {"inquiry": {"origin": "Atlantis", "dest": "EUINL", "avoid": ["XX"], "unit": "barrel"}}
    job = client.post("/api/quotes", json=asked).json()["data"]
    while job["state"] in ("waiting", "running"):
        job = client.get(f"/api/jobs/{job['id']}?after={job['version']}&wait_s=5").json()["data"]
    told = " ".join(one["message"] for one in job["errors"])
    assert all(word in told for word in ("Atlantis", "'XX'", "'barrel'"))


@pytest.mark.parametrize("path", ["/api/answer", "/api/charts/shares", "/report", "/api/vectors"])
def test_tables_without_a_stored_answer_say_so(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "none beside these tables" in faults(response)[0]
    assert client.get(f"{path}?lang=xx").status_code in (404, 422)


def test_a_port_that_is_taken_is_told_before_anything_starts(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = serai("serve", "--port", port, "--data", folder)
    assert outcome.code == 2
    assert f"--port {port}: got Address already in use" in outcome.err
    assert "--port 0 for any" in outcome.err
    outcome = serai("serve", "--host", "203.0.113.7", "--port", 0, "--data", folder)
    assert outcome.code == 2
    assert "--host 203.0.113.7" in outcome.err


def test_a_server_behind_another_is_asked_by_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[FastAPI] = []

    class Once:
        """Stands for the server, which never ends by itself."""

        def __init__(self, config: uvicorn.Config) -> None:
            assert isinstance(config.app, FastAPI)
            served.append(config.app)

        def run(self, sockets: list[socket.socket]) -> None:
            sockets[0].close()

    monkeypatch.setattr(uvicorn, "Server", Once)
    told = serai("serve", "--port", 0, "--name", "serai.example.org", "--data", folder)
    assert told.code == 0, told.err
    (token,) = re.findall(r"\?token=(\S+)", told.err)
    origin = {"origin": "https://serai.example.org", "authorization": f"Bearer {token}"}
    with TestClient(served[0], base_url="https://serai.example.org") as client:
        assert client.get("/api/meta").status_code == 401
        asked = {"scenario": {"name": "own"}, "levers": {}}
        assert client.post("/api/scenario", json=asked, headers=origin).status_code == 200
    with TestClient(served[0], base_url="https://other.example.org") as client:
        assert client.get("/api/meta", headers=origin).status_code == 421


def test_a_page_offers_what_means_something_on_the_tables_it_is_of(tmp_path: Path) -> None:
    pack = read_world()
    offered = [lever.id for lever in levers_of(pack, scenarios_of(pack)[0])]
    assert offered == [lever.id for lever in read_levers()]
    assert [one.name for one in scenarios_of(pack)] == [one.name for one in list_shipped()]
    assert serai("new", tmp_path / "mine").code == 0
    mine = read_world(tmp_path / "mine")
    assert [one.name for one in scenarios_of(mine)] == ["base", "scenario"]
    assert [lever.id for lever in levers_of(mine, scenarios_of(mine)[0])] == [
        "russia_transit", "ships"
    ]  # fmt: skip
    own = tmp_path / "mine" / "levers.toml"
    text = own.read_text("utf-8")
    own.write_text(text.replace('resources = ["', 'resources = ["NOT_'), "utf-8")
    with pytest.raises(DataError, match=r"levers\.toml ships: .*NOT_"):
        levers_of(mine, scenarios_of(mine)[0])
    own.unlink()
    assert levers_of(mine, scenarios_of(mine)[0]) == (), "the package's name what is not there"


def test_the_page_works_on_a_network_of_ones_own(tmp_path: Path) -> None:
    assert serai("new", tmp_path / "mine").code == 0
    with TestClient(create_app(read_world(tmp_path / "mine")),
                    base_url="http://localhost") as client:  # fmt: skip
        for name in ("meta", "network", "basemap"):
            assert client.get(f"/api/{name}").json()["ok"]
        scenario = client.get("/api/meta").json()["data"]["scenarios"][1]["scenario"]
        by_page = done(client, "/api/runs", scenario)["run"]
        by_command = serai("run", tmp_path / "mine" / "scenario.toml", "--json").document()
        assert by_page["corridors"] == by_command["corridors"]
        assert client.get("/api/evidence?place=Aktau").json()["ok"]
        assert client.get("/api/events").json()["data"]["events"] == []
        assert client.get("/api/answer").status_code == 404
