"""Readiness: the server counts as up when it has answered a Cypher query over Bolt and serves Neo4j Browser."""

import socket
import time
from pathlib import Path

import neo4j
import psutil
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from graph_schema.database.embedded.layout import Layout
from graph_schema.database.embedded.ports import LOOPBACK
from graph_schema.database.embedded.process import State, exit_code, is_alive
from graph_schema.errors import ServerFailed

POLL_S = 0.1


def await_answer(
    process: psutil.Process, state: State, layout: Layout, auth: tuple[str, str], *, timeout_s: float
) -> None:
    """Wait until the server answers; at most `timeout_s` seconds.

    Raises ServerFailed, naming the log, when the process ends, stays silent, or refuses the password.
    """
    deadline = time.monotonic() + timeout_s
    while not (_listens(state.http_port) and _listens(state.bolt_port) and _answers(state, layout, auth)):
        if not is_alive(process):
            raise ServerFailed(f"Neo4j ended while it started{_why(process, layout)}", layout.console_log)
        if time.monotonic() > deadline:
            raise ServerFailed(
                f"Neo4j did not answer within {timeout_s:g} s (CHOKEPOINT_START_TIMEOUT_S sets how long to wait)",
                layout.server_log,
            )
        time.sleep(POLL_S)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def _answers(state: State, layout: Layout, auth: tuple[str, str]) -> bool:
    try:
        with neo4j.GraphDatabase.driver(state.uri, auth=auth) as driver, driver.session() as session:
            session.run("RETURN 1").consume()
    except AuthError as error:
        raise ServerFailed(
            f"Neo4j refuses the password in {layout.password}: if it was changed elsewhere, write the present one into that file",
            layout.server_log,
        ) from error
    except (DriverError, Neo4jError):
        return False
    return True


def complaint(log: Path) -> str | None:
    """The last error in `log`, one line; None when it has none."""
    try:
        lines = log.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return None
    errors = [line for line in lines if " ERROR " in line or line.startswith(("Error", "Exception", "Failed", "java."))]
    return errors[-1].strip() if errors else None


def _why(process: psutil.Process, layout: Layout) -> str:
    """What the server complained of last, or how it ended."""
    if (said := complaint(layout.server_log) or complaint(layout.console_log)) is not None:
        return f": {said}"
    code = exit_code(process)
    if code == -9:  # SIGKILL, which Windows' signal module lacks
        return " (killed, as a system short of memory does)"
    return "" if code is None else f" (exit status {code})"
