"""Whatever goes wrong, the logs of a service tell no secret."""

import json
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import httpx
import neo4j
import pytest
import websockets
import websockets.sync.client
from websockets.typing import Subprotocol

from graph_schema.settings import GraphSettings
from service.cli.serve import listen
from tests.conftest import EMPTY

TOKEN = "t0ken-of-the-writers"
KEY = "k3y-that-somebody-tried"
TORN = '{ node(id: "doc:torn") { id } }'


@contextmanager
def served(settings: GraphSettings, log: Path, *, terminal: bool) -> Iterator[str]:
    """A service of its own, which writes to the file, or to a terminal that ends up in the file."""
    assert settings.uri is not None
    assert settings.password is not None
    with listen("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "CHOKEPOINT_NEO4J_URI": settings.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": settings.password.get_secret_value(),
        "CHOKEPOINT_SERVICE_WRITE_TOKEN": TOKEN,
        "COLUMNS": "4000",
    }
    command = [sys.executable, "-m", "chokepoint", "serve", "--port", str(port)]
    with log.open("wb") as file:
        ours, theirs = pty.openpty()
        keeping = threading.Thread(target=_keep, args=(ours, file), daemon=True)
        keeping.start()
        errors = theirs if terminal else file.fileno()
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=errors)
        os.close(theirs)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    if httpx.get(f"{address}/readyz").status_code == 200:
                        break
                except httpx.HTTPError:
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(20)
            keeping.join(20)
            os.close(ours)


def _keep(terminal: int, file: BinaryIO) -> None:
    with suppress(OSError):  # what a terminal tells when its last writer has gone
        while chunk := os.read(terminal, 65_536):
            file.write(chunk)
            file.flush()


@pytest.mark.parametrize("terminal", [pytest.param(False, id="file"), pytest.param(True, id="terminal")])
def test_no_error_writes_a_secret_to_the_log(
    neo4j_settings: GraphSettings, neo4j_session: neo4j.Session, tmp_path: Path, terminal: bool
) -> None:
    neo4j_session.run(EMPTY).consume()
    neo4j_session.run("CREATE (:Document {id: 'doc:torn', published: 'hunter2'})").consume()
    neo4j_session.run("CREATE (:LoadRun {id: 'run:torn', counts: 'torn', started: 'torn'})").consume()
    log = tmp_path / "log"
    write = 'mutation { retractRun(id: "run:torn") { counts { name } } }'
    with served(neo4j_settings, log, terminal=terminal) as address, httpx.Client(base_url=address, timeout=60) as http:
        for token in (TOKEN, KEY):
            headers = {"authorization": f"Bearer {token}"}
            for query in (TORN, write, "{ loadRuns { nodes { counts { name } } } }", "{ nonsense }", "{", "{ a" * 900):
                http.post("/graphql", json={"query": query, "variables": {"token": token}}, headers=headers)
                http.post("/graphql", json={"query": query}, headers={**headers, "accept": "text/event-stream"})
            http.post(
                "/graphql", content=b"{" + token.encode(), headers={**headers, "content-type": "application/json"}
            )
            http.get(f"/nowhere/{token}", headers=headers)
            with websockets.sync.client.connect(
                f"{address.replace('http', 'ws')}/graphql",
                subprotocols=[Subprotocol("graphql-transport-ws")],
                proxy=None,
            ) as socket:
                init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
                subscribe = {"type": "subscribe", "id": "1", "payload": {"query": TORN}}
                with suppress(websockets.ConnectionClosed):  # for a token that is not known
                    for message in (init, subscribe):
                        socket.send(json.dumps(message))
                        socket.recv()
    told = log.read_text("utf-8", "replace")
    assert "unexpected error" in told
    assert "Traceback" in told or "frames" in told
    assert neo4j_settings.password is not None
    for secret in (TOKEN, KEY, neo4j_settings.password.get_secret_value()):
        assert secret not in told
