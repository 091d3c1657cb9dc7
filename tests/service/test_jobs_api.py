"""Jobs over the API: how they stand, starting them, and that none runs twice at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.job_states import JobStatus
from loaders.jobs.runner import begin_job
from loaders.jobs.state import end
from tests.service.conftest import Ask, asker
from tests.service.serving import writing

pytestmark = pytest.mark.anyio

START = "mutation ($name: String!) { startJob(name: $name) { id name status lastRun error } }"
JOBS = "{ jobs { id name status lastRun nextRun failures error seconds } }"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a table, and a file of jobs that read it."""
    (tmp_path / "table.csv").write_text("subject,predicate,object\nIntel,supplies,Zorg Inc\n")
    jobs = tmp_path / "jobs.yaml"
    jobs.write_text(
        f"""jobs:
  - {{name: tables, source: triples, arguments: {{paths: [{tmp_path}/table.csv]}}, schedule: PT6H}}
  - {{name: missing, source: triples, arguments: {{paths: [{tmp_path}/none.csv]}}, schedule: "15 4 * * *", retries: 0}}
"""
    )
    monkeypatch.setenv("CHOKEPOINT_JOBS_FILE", str(jobs))
    monkeypatch.setenv("CHOKEPOINT_LOAD_DEAD_LETTERS", str(tmp_path / "dead"))
    return tmp_path


@pytest.fixture
async def ready(graph: Graph) -> Graph:
    await schema.apply(graph)
    return graph


@pytest.fixture
async def http(inbox: Path, ready: Graph) -> AsyncIterator[httpx.AsyncClient]:
    async with writing(ready) as client:
        yield client


@pytest.fixture
def write(http: httpx.AsyncClient) -> Ask:
    return asker(http)


async def job(ask: Ask, name: str, *, but: str = "RUNNING") -> dict[str, Any]:
    """The job once it stands otherwise."""
    async with asyncio.timeout(60):
        while True:
            found = [one for one in (await ask(JOBS))["data"]["jobs"] if one["name"] == name]
            if found and found[0]["status"] != but:
                return dict(found[0])
            await asyncio.sleep(0.05)


async def test_a_job_is_started_at_once_and_its_outcome_is_told(write: Ask) -> None:
    assert (await write(JOBS))["data"]["jobs"] == []
    started = (await write(START, name="tables"))["data"]["startJob"]
    assert (started["id"], started["name"], started["status"], started["error"]) == (
        "job:tables",
        "tables",
        "RUNNING",
        None,
    )
    done = await job(write, "tables")
    assert (done["status"], done["failures"], done["error"], done["lastRun"]) == (
        "FINISHED",
        0,
        None,
        started["lastRun"],
    )
    assert done["nextRun"] > done["lastRun"]
    assert done["seconds"] > 0
    runs = (await write('{ loadRuns(job: "tables") { nodes { status counts { name count } } } }'))["data"]["loadRuns"]
    assert [run["status"] for run in runs["nodes"]] == ["FINISHED"]
    node = await write(
        '{ node(id: "job:tables") { __typename ... on Job { status } } other: node(id: "job:none") { id } }'
    )
    assert node["data"] == {"node": {"__typename": "Job", "status": "FINISHED"}, "other": None}
    assert (await write('{ entity(name: "Zorg Inc") { id } }'))["data"]["entity"]["id"] == "company:zorg"


async def test_a_job_that_fails_says_why_and_counts_its_failures(write: Ask) -> None:
    for failures in (1, 2):
        assert (await write(START, name="missing"))["data"]["startJob"]["status"] == "RUNNING"
        failed = await job(write, "missing")
        assert (failed["status"], failed["failures"]) == ("FAILED", failures)
        assert "none.csv" in failed["error"]
    only = await write("{ failed: jobs(status: FAILED) { name } finished: jobs(status: FINISHED) { name } }")
    assert only["data"] == {"failed": [{"name": "missing"}], "finished": []}


async def test_a_job_at_work_is_not_started_again(write: Ask, ready: Graph) -> None:
    at_work = await begin_job("tables", lambda: contextlib.nullcontext(ready))
    error = (await write(START, name="tables"))["errors"][0]
    assert error["extensions"].items() >= {"code": "JOB_RUNNING", "retryable": True}.items()
    assert error["extensions"]["hint"] == "jobs tells how it stands"
    assert (await job(write, "tables", but="FINISHED"))["status"] == "RUNNING"
    await at_work.leave()
    assert (await job(write, "tables"))["status"] == "INTERRUPTED"
    assert "errors" not in await write(START, name="tables")
    assert (await job(write, "tables"))["status"] == "FINISHED"


async def test_of_many_starts_at_once_on_two_services_one_job_runs(inbox: Path, ready: Graph) -> None:
    with (inbox / "table.csv").open("a") as table:
        table.writelines(f"Firm {number} Inc,supplies,Zorg Inc\n" for number in range(2_000))
    async with writing(ready) as one, writing(ready) as other:
        answers = await asyncio.gather(*(asker(client)(START, name="tables") for client in (one, other) * 3))
        codes = sorted(a["errors"][0]["extensions"]["code"] if "errors" in a else "started" for a in answers)
        assert codes == ["JOB_RUNNING"] * 5 + ["started"]
        assert (await job(asker(other), "tables"))["status"] == "FINISHED"
        runs = (await asker(one)("{ loadRuns { nodes { job } } }"))["data"]["loadRuns"]["nodes"]
        assert runs == [{"job": "tables"}]


async def test_an_unknown_job_is_named_with_close_ones(write: Ask, ready: Graph) -> None:
    error = (await write(START, name="table"))["errors"][0]
    assert error["message"] == "no job 'table'; close: tables"
    assert error["extensions"] == {
        "code": "JOB_NOT_FOUND",
        "retryable": False,
        "wanted": "table",
        "close": ["tables"],
        "hint": "did you mean tables?",
        "requestId": error["extensions"]["requestId"],
    }
    assert (await write(JOBS))["data"]["jobs"] == []


async def test_a_file_of_jobs_that_cannot_be_used_is_told(write: Ask, inbox: Path) -> None:
    (inbox / "jobs.yaml").write_text("jobs: [{name: tables, source: nowhere, schedule: PT6H}]\n")
    error = (await write(START, name="tables"))["errors"][0]
    assert error["extensions"]["code"] == "SETTINGS_ERROR"
    assert "jobs.yaml:1" in error["message"]


async def test_a_service_that_ends_interrupts_its_jobs_after_the_batch(inbox: Path, ready: Graph) -> None:
    (inbox / "table.jsonl").write_bytes(
        b"".join(
            orjson.dumps({"subject": f"Firm {number} Inc", "predicate": "supplies", "object": "Zorg Inc"}) + b"\n"
            for number in range(60_000)
        )
    )
    jobs = inbox / "jobs.yaml"
    jobs.write_text(jobs.read_text().replace("table.csv", "table.jsonl"))
    async with writing(ready) as client:
        assert (await asker(client)(START, name="tables"))["data"]["startJob"]["status"] == "RUNNING"
    async with writing(ready) as client:
        assert (await job(asker(client), "tables"))["status"] == "INTERRUPTED"


async def test_how_jobs_stand_is_never_cached(http: httpx.AsyncClient, ready: Graph) -> None:
    await ready.write(end, "tables", status=JobStatus.FINISHED, error=None, seconds=1.0, next_run=None)
    for query in (JOBS, "{ loadRuns { nodes { id } } }", '{ node(id: "job:tables") { id } }'):
        assert (await http.get("/graphql", params={"query": query})).headers["cache-control"] == "no-store"


async def test_without_the_token_no_job_is_started(http: httpx.AsyncClient, write: Ask) -> None:
    body = {"query": START, "variables": {"name": "tables"}}
    for authorization in ("Bearer wrong", ""):
        answer = (await http.post("/graphql", json=body, headers={"authorization": authorization})).json()
        assert answer["errors"][0]["extensions"]["code"] == "NOT_AUTHORIZED"
    assert (await write(JOBS))["data"]["jobs"] == []
