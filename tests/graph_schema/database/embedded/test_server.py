"""The embedded server: real processes, real crashes."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import neo4j
import psutil
import pytest
from rich.console import Console

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.distribution import Distribution
from graph_schema.errors import EmbeddedError, NotEnoughDisk, NotEnoughMemory, PortTaken, ServerFailed
from graph_schema.settings import EmbeddedSettings

# A start takes seconds alone and minutes on a machine that does much else.
pytestmark = [pytest.mark.xdist_group("embedded"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def own_server(
    tmp_path_factory: pytest.TempPathFactory, embedded_settings: EmbeddedSettings, distribution: Distribution
) -> Iterator[EmbeddedNeo4j]:
    """A server that the tests of this module start, stop and kill as they like."""
    home = (
        tmp_path_factory.mktemp("own") / "a 'home' in 台灣"
    )  # quotes, spaces and scripts have to survive Java's command line
    server = EmbeddedNeo4j(embedded_settings.model_copy(update={"home": home}), distribution)
    try:
        yield server
    finally:
        server.reset()


@pytest.fixture
def new_server(
    tmp_path: Path, embedded_settings: EmbeddedSettings, distribution: Distribution
) -> Iterator[EmbeddedNeo4j]:
    """A server whose home does not exist yet."""
    server = EmbeddedNeo4j(embedded_settings.model_copy(update={"home": tmp_path / "home"}), distribution)
    try:
        yield server
    finally:
        server.reset()


def command_line(server: EmbeddedNeo4j, *arguments: str) -> subprocess.Popen[bytes]:
    """`chokepoint db` on the home of `server`, as a process of its own."""
    environment = {
        **os.environ,
        "CHOKEPOINT_HOME": str(server.path),
        "CHOKEPOINT_BOLT_PORT": "0",
        "CHOKEPOINT_HTTP_PORT": "0",
        "CHOKEPOINT_HEAP_MB": "256",
    }
    command = [sys.executable, "-c", "from graph_schema.cli.db import app; app()", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts
    )


def heed_interrupts() -> None:
    """A program that a shell started in the background ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def with_settings(server: EmbeddedNeo4j, **changed: object) -> EmbeddedNeo4j:
    return EmbeddedNeo4j(server.settings.model_copy(update=changed), server.distribution)


def run(server: EmbeddedNeo4j, query: str) -> list[dict[str, object]]:
    settings = server.connection()
    assert settings.uri is not None
    assert settings.password is not None
    with neo4j.GraphDatabase.driver(settings.uri, auth=(settings.user, settings.password.get_secret_value())) as driver:
        return [record.data() for record in driver.execute_query(query).records]


def process(server: EmbeddedNeo4j) -> psutil.Process:
    pid = server.status().pid
    assert pid is not None
    return psutil.Process(pid)


def test_a_second_start_finds_the_running_server(embedded_server: EmbeddedNeo4j) -> None:
    before = embedded_server.status()
    assert embedded_server.start().pid == before.pid
    assert EmbeddedNeo4j(embedded_server.settings, embedded_server.distribution).start().uri == before.uri


def test_a_running_server_on_other_ports_than_asked_for_says_so(embedded_server: EmbeddedNeo4j) -> None:
    output = StringIO()
    settings = embedded_server.settings.model_copy(update={"bolt_port": 4242})
    status = EmbeddedNeo4j(settings, embedded_server.distribution, console=Console(file=output)).start()
    assert status.uri == embedded_server.status().uri
    assert "instead of 4242" in output.getvalue()


def test_it_answers_over_bolt_and_serves_neo4j_browser(embedded_server: EmbeddedNeo4j) -> None:
    status = embedded_server.status()
    components = run(embedded_server, "CALL dbms.components() YIELD name, versions, edition")
    assert {"name": "Neo4j Kernel", "versions": [status.version], "edition": "community"} in components
    with urllib.request.urlopen(str(status.browser)) as page:
        assert b"<title>Neo4j Browser</title>" in page.read()


def test_only_this_machine_reaches_it(embedded_server: EmbeddedNeo4j) -> None:
    listening = {
        connection.laddr.ip
        for connection in process(embedded_server).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_it_reports_to_nobody(embedded_server: EmbeddedNeo4j) -> None:
    settings = {row["name"]: row["value"] for row in run(embedded_server, "SHOW SETTINGS YIELD name, value")}
    reporting = ("dbms.usage_report.enabled", "server.fleet_discovery.enabled", "dbms.fleet_manager.enabled")
    assert settings["dbms.usage_report.enabled"] == "false"
    assert {settings[name] for name in reporting if name in settings} == {"false"}


def test_only_its_owner_reads_the_password(embedded_server: EmbeddedNeo4j) -> None:
    assert stat.S_IMODE(embedded_server.layout.password.stat().st_mode) == 0o600
    assert len(embedded_server.password.get_secret_value()) == 32


def test_no_command_line_shows_the_password(embedded_server: EmbeddedNeo4j) -> None:
    secret = embedded_server.password.get_secret_value()
    assert not any(secret in argument for argument in process(embedded_server).cmdline())
    assert not list(embedded_server.layout.conf.glob("password*"))


def test_a_wrong_password_file_is_told_and_leaves_the_server_alone(embedded_server: EmbeddedNeo4j) -> None:
    right = embedded_server.layout.password.read_text()
    embedded_server.layout.password.write_text("something else\n")
    try:
        with pytest.raises(ServerFailed, match="refuses the password in"):
            embedded_server.start()
    finally:
        embedded_server.layout.password.write_text(right)
    assert embedded_server.status().running


def test_a_stopped_server_comes_back_the_same_even_when_two_start_it_at_once(own_server: EmbeddedNeo4j) -> None:
    before = own_server.start()
    password = own_server.password
    run(own_server, "MERGE (:Kept)")
    assert own_server.stop()
    assert not own_server.status().running
    assert not own_server.stop()
    with pytest.raises(EmbeddedError, match="chokepoint db start"):
        own_server.connection()

    starters = [command_line(own_server, "start", "--json") for _ in range(2)]
    answers = [json.loads(starter.communicate()[0]) for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0]
    assert answers[0]["pid"] == answers[1]["pid"]

    after = own_server.status()
    assert after.pid == answers[0]["pid"]
    assert (after.uri, after.browser, own_server.password) == (before.uri, before.browser, password)
    assert run(own_server, "MATCH (n:Kept) RETURN count(n) AS nodes") == [{"nodes": 1}]


def test_a_killed_server_comes_back_with_its_data(own_server: EmbeddedNeo4j) -> None:
    own_server.start()
    run(own_server, "MERGE (:Kept)")
    killed = process(own_server)
    killed.kill()
    killed.wait()
    assert not own_server.status().running
    own_server.start()
    assert run(own_server, "MATCH (n:Kept) RETURN count(n) AS nodes") == [{"nodes": 1}]


def test_a_start_that_is_interrupted_leaves_no_server(new_server: EmbeddedNeo4j) -> None:
    starter = command_line(new_server, "start")
    while not new_server.layout.state.exists():
        assert starter.poll() is None
    starter.send_signal(signal.SIGINT)
    starter.communicate()
    assert starter.returncode != 0
    assert not new_server.status().running


def test_a_server_that_its_starter_left_without_a_state_file_is_stopped_too(new_server: EmbeddedNeo4j) -> None:
    new_server.path.mkdir()
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", new_server.layout.option])
    assert not new_server.status().running
    assert new_server.stop()
    assert not psutil.pid_exists(orphan.pid)
    orphan.wait()


def test_a_stale_pid_is_not_taken_for_the_server(new_server: EmbeddedNeo4j) -> None:
    new_server.path.mkdir()
    state = {"pid": os.getpid(), "version": "2026.08.1", "bolt_port": 7687, "http_port": 7474}
    new_server.layout.state.write_text(json.dumps(state))
    assert not new_server.status().running
    assert not new_server.stop()


def test_a_port_that_was_asked_for_and_is_taken_is_told_with_its_owner(new_server: EmbeddedNeo4j) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} is in use by .*\(pid {os.getpid()}\).*CHOKEPOINT_BOLT_PORT"):
            with_settings(new_server, bolt_port=port).start()


def test_too_little_memory_is_told_with_the_settings_that_help(new_server: EmbeddedNeo4j) -> None:
    with pytest.raises(
        NotEnoughMemory, match=r"^the server needs about \d+ MiB .*CHOKEPOINT_HEAP_MB \(now 100000000\)"
    ):
        with_settings(new_server, heap_mb=100_000_000).start()


def test_too_small_a_disk_is_told_before_the_start(new_server: EmbeddedNeo4j) -> None:
    huge = replace(new_server.distribution, disk_to_start=2**60)
    with pytest.raises(NotEnoughDisk, match="CHOKEPOINT_HOME"):
        EmbeddedNeo4j(new_server.settings, huge).start()
    assert not new_server.layout.data.exists()


def test_a_home_that_cannot_be_written_is_told(new_server: EmbeddedNeo4j, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match=r"cannot write to .*file.*CHOKEPOINT_HOME"):
        with_settings(new_server, home=tmp_path / "file" / "home").start()


def test_a_server_that_ends_at_once_is_told_with_its_log(new_server: EmbeddedNeo4j) -> None:
    broken = replace(new_server.distribution, main_class="no.such.Main")
    with pytest.raises(ServerFailed, match=r"ended while it started: .*no\.such\.Main.*its log: .*\.log") as failure:
        EmbeddedNeo4j(new_server.settings, broken).start()
    assert failure.value.log.exists()


def test_a_configuration_that_neo4j_refuses_is_told_in_its_words(new_server: EmbeddedNeo4j) -> None:
    wrong = replace(new_server.distribution, settings={"server.bolt.enabled": "perhaps"})
    with pytest.raises(ServerFailed, match=r"'perhaps' is not a valid boolean value"):
        EmbeddedNeo4j(new_server.settings, wrong).start()


def test_a_lost_password_file_is_told_before_the_start(new_server: EmbeddedNeo4j) -> None:
    (new_server.layout.data / "databases" / "system").mkdir(parents=True)
    with pytest.raises(EmbeddedError, match=r"password file .* chokepoint db reset"):
        new_server.start()


def test_reset_deletes_what_the_server_wrote_and_nothing_else(new_server: EmbeddedNeo4j) -> None:
    new_server.path.mkdir()
    (new_server.path / "mine.txt").write_text("keep me")
    for folder in new_server.layout.folders:
        folder.mkdir()
    new_server.reset()
    assert {file.name for file in new_server.path.iterdir()} == {"mine.txt", "command.lock"}


def test_a_folder_that_does_not_exist_has_no_server(new_server: EmbeddedNeo4j) -> None:
    assert not new_server.status().running
    assert not new_server.stop()
    assert not new_server.path.exists()
