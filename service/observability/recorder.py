"""Tells of each request once it is over: one line of the log, figures for Prometheus.

A line holds no text of a client but its address and the name of a valid operation: paths and query strings may hold anything,
so that the route is told instead; documents, variables and headers are never told.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import structlog

from graph_schema.correlation import working_for
from graph_schema.tracing import span
from service.observability.metrics import ServiceMetrics
from service.observability.observation import Observation, observation, tell_operation
from service.observability.request_ids import request_id

log = structlog.get_logger(__name__)
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(frozen=True, slots=True)
class RequestEnd:
    """How an HTTP request, or a WebSocket, ended."""

    method: str
    route: str
    client: str | None
    """Its address."""
    status: int
    seconds: float
    bytes: int
    """Of the answer's body, as it was sent."""


class Recorder:
    """Records what was observed."""

    def __init__(self, metrics: ServiceMetrics, *, access_log: bool) -> None:
        self._metrics, self._access_log = metrics, access_log

    def under_way(self, kind: str) -> AbstractContextManager[object]:
        """Counts a request as being answered, or a WebSocket as open, while inside."""
        gauge = self._metrics.requests_in_progress if kind == "http" else self._metrics.websockets_open
        return gauge.track_inprogress()

    def request(self, seen: Observation, end: RequestEnd) -> None:
        """An HTTP request was answered, or a WebSocket has ended."""
        self._metrics.count_response(end.route, end.status, end.bytes)
        if seen.asked:
            self._metrics.count_operation(seen, end.seconds)
        if self._access_log and end.route not in _PROBES:
            log.info(
                "request",
                method=end.method,
                route=end.route,
                status=end.status,
                bytes=end.bytes,
                client=end.client,
                **_told(seen, end.seconds),
            )

    @contextmanager
    def operation(self) -> Iterator[None]:
        """One operation of a WebSocket, which may have many at the same time."""
        connection = observation()
        seen = Observation(request_id(None) if connection is None else connection.id)
        began = time.perf_counter()
        with working_for(seen), span("operation") as traced:
            try:
                yield
            finally:
                tell_operation(traced)
                seconds = time.perf_counter() - began
                self._metrics.count_operation(seen, seconds)
                if self._access_log:
                    log.info("operation", **_told(seen, seconds))


def _told(seen: Observation, seconds: float) -> dict[str, object]:
    told: dict[str, object] = {"ms": round(seconds * 1000, 1)}
    if seen.asked:
        told["operation"] = seen.operation
    if seen.operation_name is not None:
        told["name"] = seen.operation_name
    if seen.points is not None:
        told["cost"] = seen.points
    if seen.engines:
        told["engine"] = ",".join(sorted(seen.engines))
    if seen.queries:
        told |= {"queries": seen.queries, "database_ms": round(seen.database_s * 1000, 1)}
    if seen.codes:
        told["codes"] = sorted(set(seen.codes))
    return told
