"""A language model as the reader of questions, stood in for by an endpoint that answers what it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from graph_schema.vocabulary import EntityType, RelationType
from service.asking.model import ModelUnusable, model_readings
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio

NOTHING: dict[str, Any] = {"names": {}, "kinds": [], "country": None, "relations": [], "direction": None, "since": None}


@contextmanager
def model(content: str, status: int = 200) -> Iterator[tuple[ServiceSettings, list[dict[str, Any]]]]:
    """Settings of an endpoint whose model always says this, and what it was sent."""
    sent: list[dict[str, Any]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/v1"
            yield ServiceSettings(ask_model_url=address, ask_model="any"), sent
        finally:
            server.shutdown()
            thread.join()


async def test_its_choice_becomes_a_reading() -> None:
    chosen = NOTHING | {
        "operation": "neighbors",
        "names": {"id": "TSMC", "from": None},
        "kinds": ["COMPANY"],
        "relations": ["SUPPLIES"],
        "direction": "IN",
    }
    with model(json.dumps(chosen)) as (settings, sent):
        (reading,) = await model_readings("Whose wares end up at TSMC?", settings)
    assert (reading.form.operation, dict(reading.names), reading.direction) == ("neighbors", {"id": "TSMC"}, "IN")
    assert (reading.kinds, reading.relations) == ((EntityType.COMPANY,), (RelationType.SUPPLIES,))
    (request,) = sent
    assert request["messages"][-1] == {"role": "user", "content": "Whose wares end up at TSMC?"}
    assert request["response_format"]["json_schema"]["strict"]
    assert "cypher" not in json.dumps(request["response_format"]).lower()


@pytest.mark.parametrize(
    "chosen", [{"operation": "none"}, {"operation": "upstream"}, {"operation": "MATCH (n) DELETE n"}]
)
async def test_no_operation_or_one_without_its_names_is_no_reading(chosen: dict[str, Any]) -> None:
    with model(json.dumps(NOTHING | chosen)) as (settings, _):
        assert await model_readings("Which company will win?", settings) == []


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        ("I think …", 200, "in the form"),
        ("{}", 200, "in the form"),
        ("{}", 500, "does not answer: .*500"),
        (json.dumps(NOTHING | {"operation": "upstream", "names": {"id": "TSMC"}, "kinds": ["UFO"]}), 200, "UFO"),
    ],
)
async def test_an_endpoint_that_answers_otherwise_is_told_in_one_line(content: str, status: int, told: str) -> None:
    with model(content, status) as (settings, _), pytest.raises(ModelUnusable, match=told):
        await model_readings("Which company will win?", settings)


async def test_without_one_nothing_is_asked() -> None:
    assert await model_readings("Which company will win?", ServiceSettings()) == []
