"""Spans go from the request to its operation and its queries, from the job to its batches; without being asked for, nowhere."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from graph_schema import tracing
from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.errors import SettingsError
from loaders.jobs.definition import JobDefinition
from loaders.jobs.runner import run_job
from loaders.settings import LoadSettings
from tests.service.serving import serving

pytestmark = pytest.mark.anyio
TRACE, SENDER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
QUERY = 'query Who { searchEntities(q: "Intel") { nodes { entity { name } } } }'


@pytest.fixture
def sent() -> Iterator[InMemorySpanExporter]:
    """The spans of this test, once they ended."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.send_to(provider)
    yield exporter
    tracing.send_to(None)
    provider.shutdown()


def under(parent: ReadableSpan, spans: tuple[ReadableSpan, ...]) -> list[ReadableSpan]:
    assert parent.context is not None
    id = parent.context.span_id
    return [span for span in spans if span.parent is not None and span.parent.span_id == id]


async def test_a_request_leads_to_its_operation_and_its_queries(graph: Graph, sent: InMemorySpanExporter) -> None:
    await schema.apply(graph)
    async with serving(graph, index=False) as served, httpx.AsyncClient() as http:
        sent.clear()
        headers = {"traceparent": f"00-{TRACE}-{SENDER}-01", "x-request-id": "mine"}
        answer = await http.post(served.http, json={"query": QUERY}, headers=headers)
        assert "errors" not in answer.json()
    spans = sent.get_finished_spans()
    request = next(span for span in spans if (span.attributes or {}).get("chokepoint.request") == "mine")
    assert request.context is not None
    assert request.parent is not None
    assert (f"{request.context.trace_id:032x}", f"{request.parent.span_id:016x}") == (TRACE, SENDER)
    assert request.attributes is not None
    assert request.attributes["http.route"] == "/graphql"
    assert request.attributes["http.response.status_code"] == 200
    (operation,) = under(request, spans)
    assert operation.attributes is not None
    assert (operation.name, operation.attributes["graphql.operation.name"]) == ("operation", "Who")
    queries = under(operation, spans)
    assert queries
    assert all(query.name.startswith("service.queries.") for query in queries)
    assert "Intel" not in str([(span.name, span.attributes) for span in spans]), "no text of a client"


async def test_a_job_leads_to_its_batches_and_their_queries(
    graph: Graph, sent: InMemorySpanExporter, tmp_path: Path
) -> None:
    (table := tmp_path / "table.csv").write_text("subject,predicate,object\nIntel,supplies,Zorg Inc\n")
    job = JobDefinition.model_validate(
        {"name": "tables", "source": "triples", "arguments": {"paths": [str(table)]}, "schedule": "PT6H"}
    )

    @asynccontextmanager
    async def connect() -> AsyncIterator[Graph]:
        await schema.apply(graph)
        yield graph

    await run_job(job, LoadSettings(dead_letters=tmp_path / "dead"), stop=asyncio.Event(), connect=connect)
    spans = sent.get_finished_spans()
    (root,) = (span for span in spans if span.name == "job")
    assert root.attributes is not None
    assert str(root.attributes["chokepoint.job"]).startswith("tables/")
    (batch,) = (span for span in under(root, spans) if span.name == "batch")
    assert batch.attributes is not None
    assert batch.attributes["chokepoint.records"] == 1
    assert any(query.name.startswith("loaders.writing.") for query in under(batch, spans))


async def test_what_fails_is_marked_by_its_type_alone(sent: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="secret"), tracing.span("work"):
        raise ValueError("secret")
    (span,) = sent.get_finished_spans()
    assert not span.status.is_ok
    assert "secret" not in span.to_json()


def test_traces_that_nobody_asks_for_import_nothing() -> None:
    code = (
        "import sys, graph_schema.tracing as t; assert not t.start_tracing('x'); print('opentelemetry' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"OTEL_TRACES_EXPORTER": "zipkin"}, id="another-exporter"),
        pytest.param({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, id="another-protocol"),
    ],
)
def test_what_cannot_be_sent_is_one_line(asked: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="traces are sent by otlp over http/protobuf"):
        tracing.start_tracing("chokepoint")
