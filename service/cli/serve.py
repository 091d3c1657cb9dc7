"""`chokepoint serve`: the web service, and on wish one path as the running service answers it."""

import asyncio
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import httpx
import typer
import uvicorn
from rich.console import Console
from uvicorn.loops.auto import auto_loop_factory

from graph_schema.database import schema
from graph_schema.database.connection import open_graph
from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.graph import Graph
from graph_schema.errors import ChokepointError, QuestionError
from graph_schema.settings import EmbeddedSettings, GraphSettings, read_settings
from graph_schema.tracing import start_tracing
from service.access.connections import ConnectionSettings, PatientConfig
from service.cli.present import SHOWN, PathLines, print_paths
from service.errors import ServicePortTaken, ServiceUnreachable
from service.logs import configure_logs
from service.settings import ServiceSettings

if TYPE_CHECKING:
    from service.app import MakeWriter

_ASK_TIMEOUT_S = 60.0
"""The first question to a fresh database waits for its plans to be made."""

_SWITCH_S = 0.001
_GRACE_S = 3
"""How long requests may go on once the service is to stop; event streams would never end by themselves."""


@dataclass(frozen=True, slots=True)
class Showing:
    """What to print once the service answers."""

    path: tuple[str, str] | None
    once: bool


def serve_with(make_writer: "MakeWriter | None") -> Callable[..., None]:
    """The command, with what mutations write with."""

    def serve(
        host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
        port: Annotated[int | None, typer.Option(help="Port; 0: any free one.", show_default="8000")] = None,
        show_path: Annotated[
            tuple[str, str] | None,
            typer.Option(metavar="FROM TO", help="Once ready, ask the running service for this path and print it."),
        ] = None,
        once: Annotated[bool, typer.Option("--once", help="Stop once everything is printed.")] = False,
    ) -> None:
        """Serve GraphQL at /graphql until Ctrl-C."""
        settings = read_settings(ServiceSettings)
        changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
        configure_logs()
        start_tracing("chokepoint")
        try:
            with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
                runner.run(run_server(settings.model_copy(update=changes), Showing(show_path, once), make_writer))
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)

    return serve


serve = serve_with(None)
"""The command of a service that only reads."""


async def run_server(settings: ServiceSettings, showing: Showing, make_writer: "MakeWriter | None" = None) -> None:
    """Serve until interrupted, or with `once` until what is to be shown was shown.

    Raises ServicePortTaken, SettingsError, GraphUnavailable, EmbeddedError.
    """
    # What other commands do not need and would wait for.
    from service.app import create_app
    from service.asking.saved import SavedQuestions

    # Long documents are read in threads of their own; the event loop must not wait long for its turn beside them.
    sys.setswitchinterval(_SWITCH_S)
    listener = listen(settings.host, settings.port)
    try:
        async with open_graph() as graph:
            await _check_schema(graph)
            if showing.path is not None:  # a first look is not to be buried under lines about itself
                settings = settings.model_copy(update={"access_log": False})
            config = PatientConfig(
                create_app(settings, graph, make_writer=make_writer, ask=SavedQuestions(graph, settings)),
                read_settings(ConnectionSettings),
                log_config=None,
                access_log=False,
                ws_max_size=settings.max_request_bytes,
                timeout_graceful_shutdown=_GRACE_S,
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                await _started(server, serving)
                host, bound = listener.getsockname()[:2]
                base = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
                console = Console()
                if showing.path is not None:
                    await show_path_over_http(console, base, *showing.path)
                await asyncio.to_thread(print_addresses, console, base)
                if not showing.once:
                    await serving
            finally:
                server.should_exit = True
                await serving
    finally:
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket on this address. Raises ServicePortTaken, which names a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # asyncio leaves this off on sockets it did not make; without it each answer waits some 40 ms for the client's ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        free = _free_port(host, family)
        offer = "" if free is None else f"; port {free} is free: --port {free}"
        raise ServicePortTaken(f"cannot listen on {host}:{port}: {error.strerror}{offer}") from error
    return listener


def _free_port(host: str, family: socket.AddressFamily) -> int | None:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return None
        return int(probe.getsockname()[1])


async def _check_schema(graph: Graph) -> None:
    """An embedded database gets the indexes it lacks; another is left alone, and its owner told."""
    if not (lacking := await schema.differences(graph)):
        return
    if read_settings(GraphSettings).uri is None:
        await schema.apply(graph)
    else:
        typer.echo(f"warning: the database lacks {len(lacking)} schema items: run `chokepoint schema apply`", err=True)


async def _started(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    while not server.started:
        if serving.done():
            serving.result()
            raise ServiceUnreachable("the service ended before it answered")
        await asyncio.sleep(0.02)


async def show_path_over_http(console: Console, base: str, source: str, target: str) -> None:
    """Print the path as the running service answers it. Raises ServiceUnreachable, QuestionError."""
    async with httpx.AsyncClient(timeout=_ASK_TIMEOUT_S, trust_env=False) as client:
        try:
            response = await client.post(
                f"{base}/graphql", json={"query": SHOWN, "variables": {"from": source, "to": target}}
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceUnreachable(f"no answer from {base}/graphql: {error}") from error
    if errors := answer.get("errors"):
        raise QuestionError(errors[0]["message"])
    found = answer["data"]["shortestPath"]
    if found["paths"]:
        print_paths(console, [PathLines.from_graphql(path) for path in found["paths"]])
    else:
        report = found["report"]
        console.print(f"{source} → {target}: {report['status']}: {report['hint']}")


def print_addresses(console: Console, base: str) -> None:
    """Where to go from here."""
    if read_settings(ServiceSettings).explorer:
        console.print(f"Explorer           {base}/", highlight=False)
    console.print(f"GraphQL, GraphiQL  {base}/graphql", highlight=False)
    settings = read_settings(GraphSettings)
    if settings.uri is not None:
        console.print(f"Neo4j              {settings.uri}  user {settings.user}", highlight=False)
        return
    embedded = EmbeddedNeo4j(read_settings(EmbeddedSettings))
    try:
        status = embedded.status()
    except ChokepointError:
        return
    console.print(
        f"Neo4j Browser      {status.browser}  connect to {status.uri}, user {status.user}\n"
        "                   password: chokepoint db status --show-password",
        highlight=False,
        soft_wrap=True,
    )
