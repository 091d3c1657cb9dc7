"""The command as its users meet it: lines, exit codes, signals. Each test runs the real program against the real server."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest

from graph_schema.settings import GraphSettings

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(neo4j_settings: GraphSettings, neo4j_session: neo4j.Session, tmp_path: Path) -> dict[str, str]:
    """Environment of the program: the test server, emptied, and folders of its own."""
    neo4j_session.run("MATCH (n) DETACH DELETE n").consume()
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    return {
        **os.environ,
        "CHOKEPOINT_NEO4J_URI": neo4j_settings.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": neo4j_settings.password.get_secret_value(),
        "CHOKEPOINT_LOAD_DEAD_LETTERS": str(tmp_path / "dead-letters"),
    }


@pytest.fixture
def command(environment: dict[str, str]) -> Command:
    def run(*arguments: str, stdin: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "chokepoint", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env=environment | settings,
            check=False,
        )

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four thousand statements."""
    path = tmp_path / "table.csv"
    with path.open("w") as file:
        file.write("subject,subject_type,predicate,object\n")
        file.writelines(f"Firm {number},Company,supplies,Intel\n" for number in range(4_000))
    return path


def test_a_malformed_row_is_named_kept_and_the_rest_is_loaded(command: Command) -> None:
    done = command("load", "triples", "-", stdin="subject,predicate,object\nIntel,tested tools from,ACM Research\n,,\n")
    assert done.returncode == 3
    assert "1 new" in done.stdout
    lines = done.stderr.splitlines()
    assert lines[0] == "stdin:3: subject is empty"
    (path,) = re.findall(r"1 records were refused; kept in (\S+)", done.stderr)
    assert json.loads(Path(path).read_text())["line"] == 3


def test_the_counts_are_json_for_a_machine(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"subject":"Intel","predicate":"frobs","object":"Wumpus Inc","colour":"red"}\n')
    done = command("load", "triples", str(tmp_path / "a.jsonl"), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["status"], report["counts"]["claims_new"], report["dead_letter"]) == ("finished", 1, None)
    assert (report["unmapped_predicates"], report["ignored_columns"]) == ({"frobs": 1}, ["colour"])


def test_news_is_read_and_read_again_without_a_change(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bulletin.txt").write_text("Intel has tested tools from ACM Research.\nPhoto: EPA\n")
    counts: list[dict[str, Any]] = []
    for _ in range(2):
        done = command("load", "news", str(tmp_path), "--json")
        assert done.returncode == 0, done.stderr
        counts.append(json.loads(done.stdout)["counts"])
    found = counts[0]["claims_new"]
    assert found > 0
    assert (counts[1]["claims_new"], counts[1]["claims_unchanged"]) == (0, found)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(None, "error: .*table.csv: no such file or directory", id="no such file"),
        pytest.param("a,b\n1,2\n", "error: table.csv:1: the header lacks object, predicate, subject", id="no header"),
        pytest.param("", "error: table.csv: is empty", id="empty file"),
    ],
)
def test_an_input_that_cannot_be_read_is_one_line(
    command: Command, tmp_path: Path, content: str | None, line: str
) -> None:
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_text(content)
    done = command("load", "triples", str(path))
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    assert re.match(line, done.stderr)


def test_a_dry_run_needs_no_database_and_writes_nothing(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("subject,predicate,object\nIntel,makes,Xeon\n,,\n")
    done = command("load", "triples", str(tmp_path / "a.csv"), "--dry-run", CHOKEPOINT_NEO4J_URI="bolt://127.0.0.1:1")
    assert (done.returncode, "nothing was written" in done.stdout) == (3, True)
    assert not (tmp_path / "dead-letters").exists()


def test_an_unreachable_database_is_said_at_once_before_the_input_ends(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"bolt://127.0.0.1:{taken.getsockname()[1]}"
        program = subprocess.Popen(
            [sys.executable, "-m", "chokepoint", "load", "triples", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"CHOKEPOINT_NEO4J_URI": nowhere},
        )
        with program:
            assert program.wait(60) == 5
            assert program.stderr is not None
            assert program.stderr.read() == f"error: no Neo4j answers at {nowhere}: Couldn't connect to " + (
                nowhere.removeprefix("bolt://") + f" (resolved to ('{nowhere.removeprefix('bolt://')}',)):\n"
            )


@pytest.fixture
def loading(environment: dict[str, str], table: Path, neo4j_session: neo4j.Session) -> Iterator[subprocess.Popen[str]]:
    """A load that has written at least one of its many small batches, and goes on."""
    program = subprocess.Popen(
        [sys.executable, "-m", "chokepoint", "load", "triples", str(table), "--batch-size", "10"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with program:
        try:
            deadline = time.monotonic() + 60
            while _checkpoint(neo4j_session) == 0 and time.monotonic() < deadline:
                assert program.poll() is None
                time.sleep(0.05)
            yield program
        finally:
            program.kill()


def _checkpoint(session: neo4j.Session) -> int:
    record = session.run("MATCH (r:LoadRun) RETURN max(r.checkpoint) AS records").single()
    return 0 if record is None else record["records"] or 0


def test_ctrl_c_stops_cleanly_and_the_next_load_goes_on(
    loading: subprocess.Popen[str], command: Command, table: Path, neo4j_session: neo4j.Session
) -> None:
    loading.send_signal(signal.SIGINT)
    _, stderr = loading.communicate(timeout=60)
    assert loading.returncode == 130
    (at,) = re.findall(r"interrupted after record ([\d,]+); start the same load again to go on there", stderr)
    assert "Traceback" not in stderr
    done = command("load", "triples", str(table), "--json")
    assert json.loads(done.stdout)["resumed_at"] == int(at.replace(",", ""))
    assert _graph(neo4j_session) == (4_001, 4_000, 4_000)


def test_a_killed_load_goes_on_from_its_last_batch(
    loading: subprocess.Popen[str], command: Command, table: Path, neo4j_session: neo4j.Session
) -> None:
    loading.kill()
    loading.wait(60)
    done = command("load", "triples", str(table), "--json")
    report = json.loads(done.stdout)
    assert report["resumed_at"] >= 10
    assert report["counts"]["records_read"] == 4_000 - report["resumed_at"]
    assert _graph(neo4j_session) == (4_001, 4_000, 4_000)
    statuses = neo4j_session.run("MATCH (r:LoadRun) RETURN r.status AS status ORDER BY r.started").value("status")
    assert statuses == ["interrupted", "finished"]


def _graph(session: neo4j.Session) -> tuple[int, ...]:
    record = session.run(
        "RETURN COUNT { (:Entity) } AS entities, COUNT { (:Claim) } AS claims, COUNT { ()-[:SUPPLIES]->() } AS edges"
    ).single(strict=True)
    return tuple(record.values())


def test_ctrl_c_while_waiting_for_standard_input_ends_at_once(
    environment: dict[str, str], neo4j_session: neo4j.Session
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "chokepoint", "load", "triples", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with program:
        deadline = time.monotonic() + 60
        while not _runs(neo4j_session) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        program.send_signal(signal.SIGINT)
        assert program.wait(20) == 130
        assert program.stderr is not None
        assert program.stderr.read() == "interrupted after record 0; start it again; it can only begin anew\n"


def _runs(session: neo4j.Session) -> int:
    return int(session.run("MATCH (r:LoadRun) RETURN count(r) AS runs").single(strict=True)["runs"])
