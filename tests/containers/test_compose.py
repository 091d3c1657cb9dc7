"""The compose stack as an operator meets it: up, questions by HTTP, loads, a job, a restart of the database, a backup, down."""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.containers.conftest import IMAGES, need_image

pytestmark = [
    pytest.mark.containers,
    pytest.mark.timeout(1200),
    pytest.mark.usefixtures("engine"),
    pytest.mark.xdist_group("compose"),  # one stack serves all but one of them
]
ROOT = Path(__file__).parents[2]
PATH = """
query ($from: ID!, $to: ID!) {
  shortestPath(from: $from, to: $to) { report { status } paths { hops { from { name } to { name } } } }
}
"""
START = """mutation { startJob(name: "inbox") { status } }"""
JOBS = """{ jobs { name status error } loadRuns(job: "inbox") { nodes { counts { name count } } } }"""


def compose(
    *arguments: str, environment: Mapping[str, str], input: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `docker compose` on the stack of this checkout."""
    done = subprocess.run(
        ["docker", "compose", "--file", str(ROOT / "docker-compose.yml"), *arguments],
        env={**os.environ, **environment},
        input=input,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


@dataclass(frozen=True)
class Stack:
    """A running stack of our own: project, ports, password, inbox."""

    environment: Mapping[str, str]

    def run(self, *arguments: str, input: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        return compose(*arguments, environment=self.environment, input=input, check=check)

    def ask(self, query: str, **variables: str) -> dict[str, Any]:
        """What the API answers over HTTP to a client that may change the graph."""
        address = f"http://127.0.0.1:{self.environment['CHOKEPOINT_PORT']}/graphql"
        token = self.environment["CHOKEPOINT_SERVICE_WRITE_TOKEN"]
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        body = json.dumps({"query": query, "variables": variables}).encode()
        with urlopen(Request(address, body, headers), timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        assert "errors" not in found, found
        return dict(found["data"])

    def path(self, start: str, end: str) -> list[str]:
        """Names along the first path; empty when there is none."""
        for _ in range(3):  # the first question of a cold server on a busy machine may spend its budget on planning
            found = self.ask(PATH, **{"from": start, "to": end})["shortestPath"]
            if found["report"]["status"] != "BUDGET_EXHAUSTED":
                break
        paths = found["paths"]
        return [paths[0]["hops"][0]["from"]["name"], *(hop["to"]["name"] for hop in paths[0]["hops"])] if paths else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def own_environment() -> dict[str, str]:
    """A project name, ports and images that collide with nobody's."""
    return {
        "COMPOSE_PROJECT_NAME": f"chokepoint-test-{secrets.token_hex(3)}",
        "CHOKEPOINT_PORT": str(free_port()),
        "NEO4J_HTTP_PORT": str(free_port()),
        "NEO4J_BOLT_PORT": str(free_port()),
        "NEO4J_IMAGE": IMAGES[0],
        "CHOKEPOINT_IMAGE": "chokepoint:test",
        "CHOKEPOINT_NEO4J_PASSWORD": "",
        "CHOKEPOINT_NEO4J_PASSWORD_FILE": "",
        "CHOKEPOINT_SERVICE_WRITE_TOKEN": secrets.token_hex(12),
    }


@pytest.fixture(scope="module")
def image() -> None:
    """The image of this checkout."""
    need_image(IMAGES[0])
    need_image(os.environ.get("PYTHON_IMAGE", "python:3.12-slim"))
    compose("build", "--quiet", environment={**own_environment(), "CHOKEPOINT_NEO4J_PASSWORD": "x"})


@contextmanager
def up(environment: dict[str, str]) -> Iterator[Stack]:
    """A stack that is up, and gone at the end."""
    stack = Stack(own_environment() | environment)
    try:
        started = stack.run("up", "--wait", "--wait-timeout", "240", check=False)
        assert started.returncode == 0, f"{started.stderr}\n{stack.run('logs', '--tail', '50', check=False).stdout}"
        yield stack
    finally:
        stack.run("down", "--volumes", "--timeout", "60", check=False)


@pytest.fixture(scope="module")
def stack(image: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with its password in the environment."""
    inbox = tmp_path_factory.mktemp("inbox")
    inbox.chmod(0o755)
    with up({"CHOKEPOINT_INBOX": str(inbox), "CHOKEPOINT_NEO4J_PASSWORD": secrets.token_hex(12)}) as stack:
        yield stack


def test_a_missing_password_stops_up_with_one_clear_line() -> None:
    done = compose("up", "--wait", environment=own_environment(), check=False)
    assert done.returncode != 0
    assert "CHOKEPOINT_NEO4J_PASSWORD" in done.stderr
    assert "set it to the password" in done.stderr


def test_the_stack_answers_with_the_sample_loaded(stack: Stack) -> None:
    names = stack.path("Intel", "United States")
    assert names[0] == "Intel"
    assert names[-1] == "United States"


def test_a_load_in_the_container_is_answered_over_http_also_after_a_restart_of_the_database(stack: Stack) -> None:
    statement = "subject,predicate,object\nFirst Example,supplies,Second Example\n"
    stack.run("exec", "-T", "loader", "chokepoint", "load", "triples", "-", input=statement)
    assert stack.path("First Example", "Second Example") == ["First Example", "Second Example"]
    stack.run("restart", "neo4j")
    stack.run("up", "--wait", "--wait-timeout", "240")
    assert stack.path("First Example", "Second Example") == ["First Example", "Second Example"]


def test_a_job_started_over_http_loads_what_lies_in_the_inbox(stack: Stack) -> None:
    article = Path(stack.environment["CHOKEPOINT_INBOX"]) / "article.txt"
    article.write_text("Intel has tested tools from ACM Research.\n")
    assert stack.ask(START)["startJob"]["status"] == "RUNNING"
    while (job := (told := stack.ask(JOBS))["jobs"][0])["status"] == "RUNNING":
        time.sleep(1)
    assert job == {"name": "inbox", "status": "FINISHED", "error": None}
    counts = {count["name"]: count["count"] for run in told["loadRuns"]["nodes"] for count in run["counts"]}
    assert counts["claims_new"] >= 1


def test_up_again_loads_nothing_twice(stack: Stack) -> None:
    dump = ("exec", "-T", "api", "chokepoint", "db", "dump", "/tmp/backup.gz", "--overwrite", "--json")
    before = json.loads(stack.run(*dump).stdout)
    stack.run("up", "--wait", "--wait-timeout", "240", "--force-recreate", "--no-deps", "setup")
    after = json.loads(stack.run(*dump).stdout)
    assert after["edges"] == before["edges"]


def test_our_containers_run_without_root_and_cannot_write_their_file_system(stack: Stack) -> None:
    assert stack.run("exec", "-T", "api", "id", "-u").stdout.strip() == "10001"
    written = stack.run("exec", "-T", "api", "touch", "/opt/chokepoint/x", check=False)
    assert written.returncode != 0
    assert "Read-only" in written.stderr


def test_the_password_shows_in_no_log(stack: Stack) -> None:
    assert stack.environment["CHOKEPOINT_NEO4J_PASSWORD"] not in stack.run("logs").stdout


def test_the_password_may_come_from_a_file(image: None, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{secrets.token_hex(12)}\n")
    file.chmod(0o444)
    with up({"CHOKEPOINT_NEO4J_PASSWORD_FILE": str(file)}) as stack:
        assert stack.path("Intel", "United States")[0] == "Intel"
