"""What the fault matrix runs on: a database of its own on a small disk, behind a proxy, by a clock that can be set."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import httpx
import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.disk import LEAST_FREE, free_bytes, ran_full
from graph_schema.settings import GraphSettings
from tests.faults.clock import Clock
from tests.faults.proxy import Proxy

OUTAGE_S = 3.0
FREEZE_S = 6.0
"""Longer than the service waits for an answer to its heartbeat."""
READY_S = 300.0
"""The first service on a machine compiles its searches."""
HOUR_S = 3_600
LEFT = LEAST_FREE // 4
"""Bytes that are left at first: the server writes the last of them itself."""
ONE: LiteralString = "RETURN 1 AS one"
FILL: LiteralString = "CREATE (:Filler {text: reduce(text = 'x', _ IN range(1, 20) | text + text)})"
EMPTY: LiteralString = "MATCH (filler:Filler) DELETE filler"


@dataclass(frozen=True)
class Rig:
    """Database, proxy, clock; starts the processes that are disturbed."""

    server: EmbeddedNeo4j
    proxy: Proxy
    clock: Clock | None
    """None where it cannot be set."""
    folder: Path
    log: Path
    """What the processes print."""

    @property
    def direct(self) -> GraphSettings:
        """How to reach the database past the proxy."""
        return self.server.connection()

    def environment(self) -> dict[str, str]:
        """Of a process that reaches the database through the proxy."""
        password = self.server.password.get_secret_value()
        return os.environ | {
            "CHOKEPOINT_NEO4J_URI": f"bolt://127.0.0.1:{self.proxy.port}",
            "CHOKEPOINT_NEO4J_PASSWORD": password,
            "CHOKEPOINT_LOAD_DEAD_LETTERS": str(self.folder / "dead-letters"),
            "CHOKEPOINT_SERVICE_POLL_SECONDS": "0.2",
        }

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A `chokepoint` command."""
        with self.log.open("ab") as log:
            log.write(f"\n$ chokepoint {' '.join(arguments)}\n".encode())
            log.flush()
            command = [sys.executable, "-m", "chokepoint", *arguments]
            return subprocess.Popen(
                command, env=self.environment(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit status and output of an undisturbed `chokepoint` command."""
        command = [sys.executable, "-m", "chokepoint", *arguments]
        done = subprocess.run(
            command, env=self.environment(), cwd=self.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    def ask(self, query: LiteralString) -> int:
        """The number that a query gives, past the proxy; -1 while the database does not answer."""
        try:
            return int(next(iter(self._query(query)[0].values())))
        except (DriverError, Neo4jError):
            return -1

    def _query(self, query: LiteralString) -> list[neo4j.Record]:
        direct = self.direct
        assert direct.uri is not None
        auth = (direct.user, self.server.password.get_secret_value())
        with neo4j.GraphDatabase.driver(
            direct.uri, auth=auth, connection_timeout=2, max_transaction_retry_time=0, notifications_min_severity="OFF"
        ) as driver:
            return driver.execute_query(query).records

    def heal(self) -> None:
        """Start the database anew if it does not answer."""
        if self.ask(ONE) != 1:
            self.restart()

    # What is done to them.

    def kill_database(self) -> None:
        """SIGKILL, and a start."""
        os.kill(self._pid(), signal.SIGKILL)
        time.sleep(OUTAGE_S)
        self.server.start()

    def restart(self) -> None:
        """A clean stop, and a start."""
        self.server.stop()
        self.server.start()

    def freeze(self) -> None:
        """SIGSTOP, and SIGCONT a while later."""
        pid = self._pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(FREEZE_S)
        finally:
            os.kill(pid, signal.SIGCONT)

    def cut(self) -> None:
        """All connections to the database end, and none is made for a while."""
        self.proxy.cut()
        time.sleep(OUTAGE_S)
        self.proxy.mend()

    def fill_disk(self) -> None:
        """Something fills the disk until the server has complained; then there is room, and the server recovers."""
        filler = self.server.path.parent / "filler"
        try:
            with filler.open("wb") as file:
                while (free := free_bytes(filler.parent)) > LEFT:
                    file.write(bytes(min(2**22, free - LEFT)))
                    file.flush()
            with contextlib.suppress(DriverError, Neo4jError):
                while not ran_full(self.server.layout):
                    self._query(FILL)
        finally:
            filler.unlink()
        wait_for(self.server.recover)
        self._query(EMPTY)

    def jump(self) -> None:
        """The clock of all processes goes an hour on, and later back."""
        assert self.clock is not None
        self.clock.set(HOUR_S)
        try:
            time.sleep(OUTAGE_S)
        finally:
            self.clock.set(0)

    def _pid(self) -> int:
        pid = self.server.status().pid
        assert pid is not None
        return pid


class Service:
    """`chokepoint serve` on a port of its own, which may be killed and started again."""

    def __init__(self, rig: Rig, port: int) -> None:
        """Starts it; see `ready`."""
        self._rig, self._port = rig, port
        self.address = f"http://127.0.0.1:{port}"
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return self._rig.spawn("serve", "--port", str(self._port))

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL, and a start."""
        self._process.kill()
        self._process.wait()
        self._process = self._start()
        self.ready()

    def ready(self) -> None:
        """Wait until it answers with its index."""

        told: dict[str, Any] = {}

        def answers() -> bool:
            nonlocal told
            try:
                told = httpx.get(f"{self.address}/readyz", timeout=5, trust_env=False).json()
            except (httpx.HTTPError, ValueError):
                return False
            return bool(told["status"] == "ready" and told["index"]["state"] == "ready")

        try:
            wait_for(answers, READY_S)
        except TimeoutError as error:
            raise TimeoutError(f"the service is not ready: {told}") from error

    def stop(self) -> None:
        """End it; a service that cannot be ended is killed."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def service(rig: Rig) -> Iterator[Service]:
    """A service that answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    serving = Service(rig, port)
    try:
        serving.ready()
        yield serving
    finally:
        serving.stop()


def wait_for(true: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until it is true. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def end_all(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Kill what still runs."""
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.wait()
