"""The web application: the explorer at /, /graphql over HTTP, event streams and WebSockets, /healthz, /readyz."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from graph_schema.database.connection import embedded_behind, open_graph
from graph_schema.database.graph import Graph
from graph_schema.settings import read_settings
from graph_schema.writing import Writer
from service import browser_files
from service.access import sign_in
from service.access.allowance import RATE_HEADERS
from service.access.audit import open_audit
from service.access.control import AccessControl
from service.access.export import AuditExport
from service.access.gate import Gate
from service.access.settings import AccessSettings
from service.access.trail import Trail
from service.engines.cypher import CypherEngine
from service.engines.interface import PathEngine
from service.engines.lookups import Lookups
from service.graphql.context import Context
from service.graphql.schema import build_schema
from service.heartbeat import watch_database
from service.http import explorer, graphiql
from service.http.answered import Answered
from service.http.documents import list_documents, show_document
from service.http.endpoint import COST_HEADER, GraphQLEndpoint
from service.http.events import EventStreams, wants_events
from service.http.headers import SecurityHeaders
from service.http.health import healthz, readyz
from service.http.operations import Operations
from service.http.origin import PREFLIGHT_HEADERS, AllowedHosts
from service.http.sockets import Sockets
from service.http.watch_feed import PATH as WATCH_FEED
from service.http.watch_feed import watch_feed
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper
from service.observability import request_ids
from service.observability.metrics import ServiceMetrics
from service.observability.middleware import Observed
from service.observability.recorder import Recorder
from service.searches.desk import Searches
from service.searches.watching import Watch
from service.settings import ServiceSettings
from service.warmup import warm_up
from service.watchlists.keeper import WatchKeeper
from service.watchlists.observing import AskSaved
from service.watchlists.settings import WatchSettings

log = structlog.get_logger(__name__)


MakeWriter = Callable[[Graph], Writer]


def create_app(
    settings: ServiceSettings,
    graph: Graph | None = None,
    *,
    make_writer: MakeWriter | None = None,
    ask: AskSaved | None = None,
    access: AccessSettings | None = None,
) -> FastAPI:
    """The application over `graph`, or over the graph that the environment names, opened when it starts.

    `make_writer` makes what mutations write with; without it they are refused. `ask` answers the saved questions of watch
    lists. `access` tells who may ask; without it the environment does.
    Raises SettingsError.
    """
    schema = build_schema(settings)
    access = access or read_settings(AccessSettings)
    gate, trail = Gate(settings, access), Trail(open_audit(access))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if graph is None:
                _attach(app, await stack.enter_async_context(open_graph()), settings, make_writer)
            try:
                async with _in_background(app, settings, ask):
                    yield
            finally:
                await _close(app)

    app = FastAPI(
        title="Chokepoint", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, redirect_slashes=False
    )
    app.state.gate, app.state.trail, app.state.metrics = gate, trail, ServiceMetrics()
    recorder = Recorder(app.state.metrics, access_log=settings.access_log)
    if graph is not None:
        _attach(app, graph, settings, make_writer)
    _protect(app, settings, recorder, open_metrics=access.open_metrics)
    make_context = partial(_context, app, settings)
    endpoint = GraphQLEndpoint(schema, settings, trail, make_context)
    operations = Operations(schema, endpoint.documents, trail, make_context)
    heartbeat_s = settings.heartbeat_seconds
    events = EventStreams(operations, gate, most_bytes=settings.max_request_bytes, heartbeat_s=heartbeat_s)
    sockets = Sockets(operations, gate, recorder, origins=settings.cors_origins, heartbeat_s=heartbeat_s)

    async def graphql(request: Request) -> Response:
        if settings.graphiql and graphiql.wants_page(request):
            return graphiql.page()
        if wants_events(request):
            return await events(request)
        return await endpoint(request)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    async def socket(connection: WebSocket) -> None:
        await sockets(connection)

    app.router.routes.append(Route("/graphql", Answered(graphql), methods=methods))
    app.router.routes.append(WebSocketRoute("/graphql", socket))
    if settings.metrics:
        app.add_route("/metrics", app.state.metrics.answer)
    _add_access(app, access)
    _add_pages(app, settings)
    return app


def _add_pages(app: FastAPI, settings: ServiceSettings) -> None:
    async def home(_: Request) -> Response:
        return explorer.page() if settings.explorer else RedirectResponse("/graphql")

    app.add_route("/documents.json", list_documents)
    app.add_route("/documents/{name}.graphql", show_document)
    app.add_route(WATCH_FEED, watch_feed)
    app.add_route("/healthz", healthz)
    app.add_route("/readyz", readyz)
    app.add_route("/", home)
    app.include_router(browser_files.router)
    if settings.graphiql:
        app.mount("/graphiql", graphiql.static_files())
    if settings.explorer:
        app.add_route(explorer.SCRIPT, explorer.script_answer)
        app.mount("/explorer", explorer.static_files())


@asynccontextmanager
async def _in_background(app: FastAPI, settings: ServiceSettings, ask: AskSaved | None) -> AsyncIterator[None]:
    """Plans are made, the database is watched and the index is kept while inside."""
    tasks = [
        asyncio.create_task(warm_up(app.state.graph, hub_degree=settings.hub_degree)),
        asyncio.create_task(watch_database(app.state.graph, app.state.embedded)),
    ]
    if app.state.index is not None:
        tasks.append(asyncio.create_task(app.state.index.run()))
    if (watching := read_settings(WatchSettings)).serving:
        keeper = WatchKeeper(app.state.graph, app.state.searches, watching, settings, ask)
        tasks.append(asyncio.create_task(keeper.run()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _close(app: FastAPI) -> None:
    if app.state.writer is not None:
        await app.state.writer.close()
    if app.state.trail.audit is not None:
        await asyncio.to_thread(app.state.trail.audit.flush)


def _add_access(app: FastAPI, access: AccessSettings) -> None:
    """What has to do with who asks."""
    signing_in = sign_in.SignIn(app.state.gate, app.state.trail, seconds=access.session_seconds)
    app.add_route(sign_in.PATH, signing_in.answer, methods=["GET", "POST", "DELETE"])
    app.add_route("/audit", AuditExport(app.state.trail).answer)


def _protect(app: FastAPI, settings: ServiceSettings, recorder: Recorder, *, open_metrics: bool) -> None:
    """Put around the application what every request passes; the last one added is passed first."""
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(AccessControl, gate=app.state.gate, trail=app.state.trail, open_metrics=open_metrics)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", request_ids.HEADER, *PREFLIGHT_HEADERS],
            expose_headers=["etag", "retry-after", *RATE_HEADERS, COST_HEADER, request_ids.HEADER],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(AllowedHosts, names=settings.allowed_hosts)
    app.add_middleware(Observed, recorder=recorder)


def _attach(app: FastAPI, graph: Graph, settings: ServiceSettings, make_writer: MakeWriter | None) -> None:
    graph = graph.telling_slow_queries()
    app.state.writer = None if make_writer is None else make_writer(graph)
    app.state.graph = graph = graph.guarded()
    app.state.embedded = embedded_behind(graph.settings)
    app.state.searches = Searches(_engine(app, graph, settings), settings)
    told_of = None if app.state.index is None else app.state.index.told_of
    app.state.watch = Watch(graph, interval_s=settings.poll_seconds, most=settings.max_subscribers, told_of=told_of)
    app.state.metrics.attach(app.state)


def _engine(app: FastAPI, graph: Graph, settings: ServiceSettings) -> PathEngine:
    """The index over the database; it is kept while the application runs."""
    cypher = CypherEngine(graph, hub_degree=settings.hub_degree)
    app.state.index = app.state.past = None
    if not settings.index:
        return cypher
    executor = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="index")
    app.state.index = IndexKeeper(
        graph,
        executor,
        most_megabytes=settings.index_megabytes,
        poll_s=settings.index_poll_seconds,
        stale_s=settings.index_stale_seconds,
    )
    engine = IndexEngine(graph, app.state.index, cypher, executor, settings)
    app.state.past = engine.past
    return engine


def _context(app: FastAPI, settings: ServiceSettings) -> Context:
    state = app.state
    writer = state.writer if state.gate.takes_writes else None
    lookups = Lookups(state.graph, state.index, state.past)
    return Context(state.graph, lookups, settings, state.searches, state.watch, writer=writer, resolver=state.writer)
