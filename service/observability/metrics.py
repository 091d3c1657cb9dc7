"""What Prometheus can ask of the service at /metrics. Each application counts for itself, from zero.

No label takes a text of a client: operations are fields of the schema, codes those of our errors.
"""

from collections.abc import Iterable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response

from service.index.keeper import IndexKeeper, IndexState
from service.observability.observation import Observation

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_POINTS = (10, 100, 1_000, 10_000, 100_000)


class ServiceMetrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        info = Gauge("chokepoint_build_info", "The version that runs; always 1.", ["version"], registry=registry)
        info.labels(version("chokepoint")).set(1)
        self._seconds = Histogram(
            "chokepoint_operation_duration_seconds",
            "How long a GraphQL operation took, by the field it asks for, refused ones too.",
            ["operation"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._points = Histogram(
            "chokepoint_operation_cost_points",
            "What a GraphQL operation cost, by the field it asks for.",
            ["operation"],
            buckets=_POINTS,
            registry=registry,
        )
        self._responses = Counter(
            "chokepoint_http_responses", "Answers by HTTP status and route.", ["route", "status"], registry=registry
        )
        self._bytes = Counter("chokepoint_http_response_bytes", "Bytes of the bodies of answers.", registry=registry)
        self.requests_in_progress = Gauge(
            "chokepoint_http_requests_in_progress", "Requests being answered.", registry=registry
        )
        self.websockets_open = Gauge("chokepoint_websockets_open", "WebSockets that are open.", registry=registry)
        self._rejected = Counter(
            "chokepoint_rejected_requests", "Requests that never ran, by the code of why.", ["code"], registry=registry
        )
        self._errors = Counter("chokepoint_errors", "Errors told, by code.", ["code"], registry=registry)
        self._searches = Counter(
            "chokepoint_searches", "Searches by what answered them.", ["engine"], registry=registry
        )
        self._lookups = Counter(
            "chokepoint_cache_lookups",
            "Look-ups by cache (document: made ready before; client: its copy by ETag) and whether they hit.",
            ["cache", "outcome"],
            registry=registry,
        )
        self._queries = Counter("chokepoint_database_queries", "Queries sent for operations.", registry=registry)
        self._database_s = Counter(
            "chokepoint_database_seconds", "Seconds that queries for operations took.", registry=registry
        )

    def attach(self, state: State) -> None:
        """Tell of the application's own state too: its database, index and subscriptions."""
        self.registry.register(_StateCollector(state))

    def count_response(self, route: str, status: int, size: int) -> None:
        """An HTTP answer was sent."""
        self._responses.labels(route, str(status)).inc()
        self._bytes.inc(size)

    def count_operation(self, seen: Observation, seconds: float) -> None:
        """A GraphQL operation, over whatever transport, is over."""
        if not seen.stream:
            self._seconds.labels(seen.operation).observe(seconds)
        if seen.points is not None:
            self._points.labels(seen.operation).observe(seen.points)
        for engine in seen.engines:
            self._searches.labels(engine).inc()
        for code in seen.codes:
            self._errors.labels(code).inc()
        if seen.refused:
            self._rejected.labels(seen.codes[-1] if seen.codes else "NONE").inc()
        if seen.document_known is not None:
            self._lookups.labels("document", "hit" if seen.document_known else "miss").inc()
        if seen.unchanged is not None:
            self._lookups.labels("client", "hit" if seen.unchanged else "miss").inc()
        if seen.queries:
            self._queries.inc(seen.queries)
            self._database_s.inc(seen.database_s)

    async def answer(self, _: Request) -> Response:
        """The figures as text."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})


class _StateCollector(Collector):
    """Read when Prometheus asks, so that nothing has to be kept up to date."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterable[Metric]:
        state = self._state
        up = GaugeMetricFamily("chokepoint_database_up", "1 while the database answers.", float(state.graph.answers))
        yield up
        yield GaugeMetricFamily(
            "chokepoint_subscriptions_open", "Subscriptions that are open.", state.watch.subscribers
        )
        slow = state.graph.slow_queries
        yield CounterMetricFamily("chokepoint_slow_queries", "Queries that were logged as slow.", slow.told)
        if state.index is not None:
            yield from _of_index(state.index)


def _of_index(keeper: IndexKeeper) -> Iterable[Metric]:
    status = keeper.status
    states = GaugeMetricFamily("chokepoint_index_state", "1 for the state the index is in.", labels=["state"])
    for state in IndexState:
        states.add_metric([state.value], float(status.state is state))
    yield states
    yield GaugeMetricFamily("chokepoint_index_relations", "Relations in the index.", status.relations)
    if (age := keeper.age_s) is not None:
        yield GaugeMetricFamily(
            "chokepoint_index_age_seconds", "Seconds since the index was last seen to be of the graph's version.", age
        )
    if status.graph_version is not None:
        yield GaugeMetricFamily("chokepoint_index_graph_version", "Version of the graph in it.", status.graph_version)
