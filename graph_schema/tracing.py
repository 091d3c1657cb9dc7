"""Spans of OpenTelemetry: from a request to its operation and queries, from a job to its batches and queries.

Until `start_tracing` found that the environment asks for traces, nothing of OpenTelemetry is imported and a span costs nothing.
Spans hold names, numbers and ids: no document, no variable, no text of a source.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graph_schema.errors import SettingsError

_ASKED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HTTP = "http/protobuf"

Value = str | int | float | bool | None


class TracedWork:
    """A piece of work under way. This one is told to nobody."""

    def tell(self, **attributes: Value) -> None:
        """Say something about it, by attribute, `__` for a dot; None says nothing."""

    def end(self) -> None:
        """It is over."""


class _Told(TracedWork):
    """One that is sent."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def tell(self, **attributes: Value) -> None:
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name.replace("__", "."), value)

    def end(self) -> None:
        self._span.end()


_NOBODY = TracedWork()
_tracer: Any = None


def start_tracing(service: str) -> bool:
    """Send spans as the variables OTEL_… say, under the name `service` unless they give one; whether any are sent.

    Raises SettingsError when they ask for what is not installed or not known here.
    """
    asked = [os.environ.get(name, "") for name in _ASKED]
    exporter = asked[2].lower() or "otlp"
    if not any(asked) or exporter == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    protocol = next((os.environ[name] for name in _PROTOCOLS if os.environ.get(name)), _HTTP)
    if exporter != "otlp" or protocol != _HTTP:
        raise SettingsError(f"traces are sent by otlp over {_HTTP}, not by {exporter} over {protocol}")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise SettingsError("OTEL_… asks for traces, which needs pip install 'chokepoint[otel]'") from error
    named = "OTEL_SERVICE_NAME" in os.environ or SERVICE_NAME in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    provider = TracerProvider(resource=Resource.create({} if named else {SERVICE_NAME: service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    send_to(provider)
    return True


def send_to(provider: Any) -> None:
    """Make spans with a TracerProvider of OpenTelemetry; None: no more."""
    global _tracer
    _tracer = None if provider is None else provider.get_tracer("chokepoint")


def tracing() -> bool:
    """Whether spans are made."""
    return _tracer is not None


def begin(name: str, **attributes: Value) -> TracedWork:
    """A span under the one at hand, which is not at hand itself; `end` it."""
    if _tracer is None:
        return _NOBODY
    (span := _Told(_tracer.start_span(name))).tell(**attributes)
    return span


@contextmanager
def span(
    name: str, *, server: bool = False, headers: Mapping[str, str] | None = None, **attributes: Value
) -> Iterator[TracedWork]:
    """A span at hand while inside, under that of the sender where `headers` name one (W3C Trace Context).

    An exception that leaves it marks it as an error, by its type alone.
    """
    if _tracer is None:
        yield _NOBODY
        return
    from opentelemetry import propagate, trace

    with _tracer.start_as_current_span(
        name,
        context=None if headers is None else propagate.extract(headers),
        kind=trace.SpanKind.SERVER if server else trace.SpanKind.INTERNAL,
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        (told := _Told(made)).tell(**attributes)
        try:
            yield told
        except BaseException as error:
            made.set_status(trace.StatusCode.ERROR)
            told.tell(error__type=type(error).__name__)
            raise
