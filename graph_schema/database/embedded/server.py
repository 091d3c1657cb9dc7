"""The embedded Neo4j: one real server per home, started on demand, kept between commands, stopped cleanly."""

import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from pydantic import SecretStr
from rich.console import Console

from graph_schema.database.embedded.configuration import admin_command, environment, server_command, write_configuration
from graph_schema.database.embedded.disk import LEAST_FREE, is_full, ran_full
from graph_schema.database.embedded.distribution import Distribution, default_distribution
from graph_schema.database.embedded.layout import Layout, write_secret
from graph_schema.database.embedded.locking import exclusive
from graph_schema.database.embedded.ports import choose_port, is_free
from graph_schema.database.embedded.process import State, end, find, find_orphan, spawn
from graph_schema.database.embedded.readiness import await_answer, complaint
from graph_schema.database.embedded.resources import check_disk, check_memory, size_of
from graph_schema.errors import EmbeddedError, ServerFailed
from graph_schema.settings import EmbeddedSettings, GraphSettings

USER = "neo4j"
DATABASE = "neo4j"
USUAL_BOLT_PORT = 7687
USUAL_HTTP_PORT = 7474
LONGEST_PASSWORD = 1024
START_ATTEMPTS = 3
"""Starts before giving up when another program takes a port between our look and the server's."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of an embedded Neo4j. The fields about the process are None when none runs."""

    running: bool
    version: str
    """Version of the running server or, when none runs, of the one that would start."""
    home: Path
    data_bytes: int
    """Disk taken by data and logs."""
    server_bytes: int
    """Disk taken by the downloaded server, shared by all homes."""
    user: str = USER
    uri: str | None = None
    """Bolt address."""
    browser: str | None = None
    """Address of Neo4j Browser."""
    pid: int | None = None
    started: datetime | None = None
    """When the process started, in UTC."""


class EmbeddedNeo4j:
    """A Neo4j server of our own: its files in `settings.home`, its process detached, reachable from this machine only."""

    def __init__(
        self, settings: EmbeddedSettings, distribution: Distribution | None = None, *, console: Console | None = None
    ) -> None:
        """Nothing happens yet.

        `distribution`: another server than the one shipped; `console`: where progress is shown, standard error when empty.
        """
        self.settings = settings
        self.distribution = distribution or default_distribution()
        self.layout = Layout(settings.home.expanduser().resolve())
        self._console = console or Console(stderr=True)

    @property
    def path(self) -> Path:
        """Folder of the database."""
        return self.layout.home

    @property
    def cache(self) -> Path:
        """Folder of the downloaded server."""
        return self.settings.cache.expanduser().resolve()

    @property
    def password(self) -> SecretStr:
        """Password of the user `neo4j`. Raises EmbeddedError when its file is missing or holds no password."""
        try:
            password = self.layout.password.read_text("utf-8").strip()
        except OSError as error:
            raise EmbeddedError(f"cannot read the password file {self.layout.password}: {error.strerror}") from error
        except UnicodeDecodeError:
            password = ""
        if not password.isprintable() or not 0 < len(password) <= LONGEST_PASSWORD:
            raise EmbeddedError(
                f"the password file {self.layout.password} holds no password: put it back, or delete the database with "
                "chokepoint db reset"
            )
        return SecretStr(password)

    def connection(self, base: GraphSettings | None = None) -> GraphSettings:
        """How to reach the running server: `base` (the environment's when empty) with its address, user and password.

        Raises EmbeddedError when it is not running.
        """
        state, process = self._running()
        if process is None or state is None:
            raise EmbeddedError("the embedded Neo4j is not running: chokepoint db start")
        return (base or GraphSettings()).model_copy(
            update={"uri": state.uri, "user": USER, "password": self.password, "database": DATABASE}
        )

    def start(self) -> Status:
        """Bring the server up and wait until it answers a query; finds the running one.

        Downloads it first when this machine has not got it. Data and password are those of the last time.

        Raises ArtifactUnavailable, ArtifactCorrupt, NotEnoughMemory, NotEnoughDisk, PortTaken, ServerFailed; EmbeddedError when
        the home cannot be written.
        """
        with (
            self._alone(),
            self._console.status(f"starting {self.distribution.product} {self.distribution.version}") as display,
        ):
            state, process = self._running()
            if state is not None and process is not None:
                self._await_answer(process, state)
                self._tell_other_ports(state)
            else:
                display.stop()
                # Here, as its libraries take a quarter of a second that a command on a running server need not pay.
                from graph_schema.database.embedded.download import fetch

                repository = self.settings.maven_repository
                jars = fetch(self.distribution, self.cache, repository=repository, console=self._console)
                display.start()
                self._launch(jars, state)
            return self.status()

    def stop(self) -> bool:
        """Stop the server and wait until its data is on disk. False when none was running."""
        if not self.layout.home.exists():
            return False
        with self._alone():
            return self._stop()

    def recover(self) -> bool:
        """Start the server anew if it ran out of disk, and there is room again. False when nothing was to be done.

        Raises ServerFailed, EmbeddedError.
        """
        if not self.layout.initialised or is_full(self.layout.home) or not ran_full(self.layout):
            return False
        with self._alone():
            self._stop()
        self.start()
        return True

    def reset(self) -> None:
        """Stop the server and delete its database, logs and password; the downloaded server stays."""
        if not self.layout.home.exists():
            return
        with self._alone():
            self._stop()
            for folder in self.layout.folders:
                if folder.exists():
                    shutil.rmtree(folder)
            for file in (self.layout.password, self.layout.state):
                file.unlink(missing_ok=True)

    def status(self) -> Status:
        """What runs, where, since when."""
        state, process = self._running()
        status = Status(
            running=False,
            version=self.distribution.version,
            home=self.layout.home,
            data_bytes=size_of(self.layout.home),
            server_bytes=size_of(self.cache),
        )
        if state is None or process is None:
            return status
        try:
            started = datetime.fromtimestamp(process.create_time(), UTC)
        except psutil.NoSuchProcess:
            return status
        return replace(
            status,
            running=True,
            version=state.version,
            uri=state.uri,
            browser=state.browser,
            pid=state.pid,
            started=started,
        )

    def _running(self) -> tuple[State | None, psutil.Process | None]:
        """What the last start noted, and the process if it lives."""
        state = State.read(self.layout.state)
        return state, find(self.layout, state)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Create the home and keep other commands off it."""
        try:
            self.layout.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            with exclusive(self.layout.lock, "waiting for another command on the embedded Neo4j", self._console):
                yield
        except OSError as error:
            raise EmbeddedError(
                f"cannot write to {error.filename or self.layout.home}: {error.strerror}; CHOKEPOINT_HOME can name another folder"
            ) from error

    def _launch(self, jars: Sequence[Path], last: State | None) -> None:
        if (orphan := find_orphan(self.layout)) is not None:
            end(orphan)
        check_memory(self.settings)
        # One that exists has its files already, and must be up for room to be made in it.
        check_disk(self.layout.home, LEAST_FREE if self.layout.initialised else self.distribution.disk_to_start)
        if self.layout.initialised:
            if not self.layout.password.exists():
                raise EmbeddedError(
                    f"the password file {self.layout.password} is gone: put it back, or delete the database with chokepoint "
                    "db reset"
                )
            _ = self.password  # one that is garbage is told before the server starts
        for folder in self.layout.folders:
            folder.mkdir(exist_ok=True)
        for left in reversed(range(START_ATTEMPTS)):
            bolt_port, http_port = self._choose_ports(last)
            write_configuration(
                self.layout, self.settings, self.distribution, jars, bolt_port=bolt_port, http_port=http_port
            )
            if not self.layout.initialised:
                self._set_password()
            try:
                self._run(bolt_port, http_port)
            except ServerFailed:
                if left and not (is_free(bolt_port) and is_free(http_port)):
                    continue  # another program was quicker than our server
                raise
            return

    def _tell_other_ports(self, state: State) -> None:
        """Say so when the running server is not where the settings want it."""
        asked = {"Bolt": (self.settings.bolt_port, state.bolt_port), "HTTP": (self.settings.http_port, state.http_port)}
        for name, (wanted, used) in asked.items():
            if wanted and wanted != used:
                self._console.print(
                    f"{name} stays on port {used} instead of {wanted}: chokepoint db stop, then start, moves it",
                    soft_wrap=True,
                )

    def _choose_ports(self, last: State | None) -> tuple[int, int]:
        bolt = choose_port(
            self.settings.bolt_port,
            last=None if last is None else last.bolt_port,
            usual=USUAL_BOLT_PORT,
            setting="CHOKEPOINT_BOLT_PORT",
        )
        http = choose_port(
            self.settings.http_port,
            last=None if last is None else last.http_port,
            usual=USUAL_HTTP_PORT,
            setting="CHOKEPOINT_HTTP_PORT",
        )
        return bolt, http

    def _set_password(self) -> None:
        """Give the database, which no server has opened yet, a random password."""
        write_secret(self.layout.password, secrets.token_hex(16))
        arguments = self.layout.conf / "password.args"
        # As a file, since a command line can be read by every user of the machine.
        write_secret(arguments, self.password.get_secret_value())
        command = admin_command(self.layout, self.distribution, "dbms", "set-initial-password", f"@{arguments}")
        log = self.layout.console_log
        try:
            with log.open("wb") as output:
                subprocess.run(  # noqa: S603
                    command,
                    env=environment(self.layout),
                    cwd=self.layout.home,
                    stdout=output,
                    stderr=output,
                    check=True,
                )
        except subprocess.CalledProcessError as error:
            raise ServerFailed(f"neo4j-admin could not set the password: {complaint(log)}", log) from error
        finally:
            arguments.unlink()

    def _run(self, bolt_port: int, http_port: int) -> None:
        """Start the process and wait for its first answer; ends it when that fails or is interrupted."""
        for log in (self.layout.server_log, self.layout.debug_log, self.layout.console_log):
            if log.exists():
                log.replace(log.with_suffix(".previous.log"))
        command = server_command(self.layout, self.distribution)
        process = spawn(command, environment(self.layout), folder=self.layout.home, log=self.layout.console_log)
        try:
            state = State(process.pid, self.distribution.version, bolt_port, http_port)
            state.write(self.layout.state)
            self._await_answer(process, state)
        except BaseException:
            end(process)
            raise

    def _await_answer(self, process: psutil.Process, state: State) -> None:
        auth = (USER, self.password.get_secret_value())
        await_answer(process, state, self.layout, auth, timeout_s=self.settings.start_timeout_s)

    def _stop(self) -> bool:
        _, process = self._running()
        process = process or find_orphan(self.layout)
        if process is None:
            return False
        with self._console.status("stopping Neo4j"):
            end(process)
        return True
