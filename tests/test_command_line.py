"""The command line as a user meets it: one line for what went wrong, an exit code of its own, never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import neo4j
import pytest

from graph_schema.database.schema import ENTITY_NAMES
from graph_schema.settings import GraphSettings
from tests.conftest import EMPTY

CHOKEPOINT = [sys.executable, "-m", "chokepoint"]


def chokepoint(*arguments: str, input: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a program of its own."""
    return subprocess.run(
        [*CHOKEPOINT, *arguments],
        input=input,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


@pytest.fixture
def database(neo4j_settings: GraphSettings, neo4j_session: neo4j.Session) -> dict[str, str]:
    """The environment that points the command line at the test server, whose graph is empty."""
    neo4j_session.run(EMPTY).consume()
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    return {
        "CHOKEPOINT_NEO4J_URI": neo4j_settings.uri,
        "CHOKEPOINT_NEO4J_USER": neo4j_settings.user,
        "CHOKEPOINT_NEO4J_PASSWORD": neo4j_settings.password.get_secret_value(),
    }


@pytest.fixture
def nowhere() -> dict[str, str]:
    """The environment of a database that is not there."""
    return {"CHOKEPOINT_NEO4J_URI": "bolt://127.0.0.1:1", "CHOKEPOINT_NEO4J_PASSWORD": "x"}


def test_help_names_every_command_and_the_exit_codes() -> None:
    done = chokepoint("--help")
    assert done.returncode == 0
    for word in ("db", "schema", "load", "extract", "serve", "path", "Exit codes"):
        assert word in done.stdout


def test_a_misspelt_command_is_told_with_a_close_one() -> None:
    done = chokepoint("extrat")
    assert done.returncode == 2
    assert "Did you mean 'extract'" in " ".join(done.stderr.replace("│", " ").split())


def test_a_command_waits_for_no_library_that_only_others_need() -> None:
    heavy = ("neo4j", "strawberry", "numba", "fastapi", "spacy", "onnxruntime", "ray")
    code = (
        "import sys, chokepoint\nsys.argv = ['chokepoint', 'extract', '--help']\ntry: chokepoint.main()\n"
        f"except SystemExit: print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "[]"


def test_loading_starts_without_the_libraries_that_only_some_loads_need() -> None:
    heavy = ("trafilatura", "feedparser", "spacy", "ray", "fastapi")
    code = f"import sys, loaders.cli.load; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["path", "Intel", "United States"], id="path"),
        pytest.param(["load", "triples", "-"], id="load"),
        pytest.param(["schema", "check"], id="schema"),
    ],
)
def test_a_database_that_does_not_answer_is_one_line_and_exit_code_5(
    arguments: list[str], nowhere: dict[str, str]
) -> None:
    done = chokepoint(*arguments, input="subject,predicate,object\nIntel,tested tools from,ACM Research\n", **nowhere)
    assert done.returncode == 5
    assert done.stderr.startswith("error: no Neo4j answers at bolt://127.0.0.1:1")
    assert done.stderr.count("\n") == 1


def test_a_malformed_setting_is_named() -> None:
    done = chokepoint("schema", "check", CHOKEPOINT_NEO4J_URI="http://127.0.0.1", CHOKEPOINT_NEO4J_PASSWORD="x")
    assert done.returncode == 2
    assert "CHOKEPOINT_NEO4J_URI" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_record_is_told_and_the_rest_is_loaded(database: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "bulletin.csv"
    file.write_text("subject,predicate,object\nIntel,tested tools from,ACM Research\n,,\n")
    refused = tmp_path / "refused.jsonl"
    done = chokepoint("load", "triples", str(file), "--dead-letter", str(refused), **database)
    assert done.returncode == 3
    assert "bulletin.csv:3: subject is empty" in done.stderr
    assert "Traceback" not in done.stderr
    (letter,) = map(json.loads, refused.read_text().splitlines())
    assert letter["line"] == 3
    found = chokepoint("path", "Intel", "ACM Research", "--json", **database)
    assert found.returncode == 0
    assert json.loads(found.stdout)["report"]["status"] == "FOUND"


def test_a_file_that_is_not_there_is_one_line_and_exit_code_4(database: dict[str, str]) -> None:
    done = chokepoint("load", "triples", "no-such-file.csv", **database)
    assert done.returncode == 4
    assert "no-such-file.csv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_entity_is_told_with_close_names(database: dict[str, str]) -> None:
    chokepoint(
        "load", "triples", "-", input="subject,predicate,object\nIntel,tested tools from,ACM Research\n", **database
    )
    done = chokepoint("path", "Intle", "ACM Research", **database)
    assert done.returncode == 4
    assert "no entity 'Intle'" in done.stderr
    assert "Intel" in done.stderr


def test_schema_check_exits_1_on_drift_and_0_after_apply(
    database: dict[str, str], neo4j_session: neo4j.Session
) -> None:
    assert chokepoint("schema", "apply", **database).returncode == 0
    neo4j_session.run(f"DROP INDEX {ENTITY_NAMES}").consume()
    drifted = chokepoint("schema", "check", **database)
    assert drifted.returncode == 1
    assert ENTITY_NAMES in drifted.stdout + drifted.stderr
    assert chokepoint("schema", "apply", **database).returncode == 0
    assert chokepoint("schema", "check", **database).returncode == 0


def test_ctrl_c_while_it_starts_is_one_line() -> None:
    program = "import sys; sys.argv = ['chokepoint', 'version']; print('up', flush=True); import chokepoint; chokepoint.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) in ((130, "interrupted\n"), (0, ""))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("version",), ("--help",), ("db", "path", "--json")])
def test_output_that_a_full_disk_does_not_take_is_one_line_and_exit_code_4(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*CHOKEPOINT, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "CHOKEPOINT_HOME": str(tmp_path)},
        )
    assert (done.returncode, done.stderr) == (4, "error: cannot write the output: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a program can answer")
def test_a_command_that_is_terminated_says_so_in_one_line(tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    os.mkfifo(article)
    process = subprocess.Popen([*CHOKEPOINT, "extract", str(article)], stderr=subprocess.PIPE, text=True)
    with article.open("w"):  # returns once the command reads
        process.terminate()
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "interrupted\n")
