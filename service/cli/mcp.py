"""`chokepoint mcp`: the tools of agents, over standard input and output or over HTTP."""

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn

from graph_schema.errors import SettingsError
from graph_schema.settings import read_settings
from service.access.connections import ConnectionSettings, PatientConfig
from service.cli.serve import listen
from service.logs import configure_logs
from service.settings import ServiceSettings

if TYPE_CHECKING:
    from mcp.server import MCPServer

_PORT = 8001
"""Beside the service, not in its place."""


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve streamable HTTP at /mcp, not standard input.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int, typer.Option(help="Port; 0: any free one.")] = _PORT,
    api: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Ask this running service, as http://127.0.0.1:8000, not the database."),
    ] = None,
) -> None:
    """Give agents tools to ask the graph, by the Model Context Protocol; none of them writes."""
    settings = read_settings(ServiceSettings)
    if host is not None:
        settings = settings.model_copy(update={"host": host})
    configure_logs()
    try:
        asyncio.run(_serve(settings, api, port if http else None))
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)


async def _serve(settings: ServiceSettings, api: str | None, port: int | None) -> None:
    """Over HTTP where a port is given, until interrupted; else until standard input ends.

    Raises SettingsError without the package `mcp`; ServicePortTaken, GraphUnavailable, EmbeddedError.
    """
    try:
        from service.agents.server import build_server
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("mcp"):
            raise
        raise SettingsError("agents need the package mcp: pip install 'chokepoint[agents]'") from error
    from service.http.client import api_at, api_here

    async with api_here(settings) if api is None else api_at(api, settings) as client:
        server = build_server(client)
        if port is None:
            await server.run_stdio_async()
        else:
            await _serve_http(server, settings, port)


async def _serve_http(server: "MCPServer", settings: ServiceSettings, port: int) -> None:
    from service.agents.server import PATH, build_app

    with closing(listen(settings.host, port)) as listener:
        host, bound = listener.getsockname()[:2]
        typer.echo(f"http://{f'[{host}]' if ':' in host else host}:{bound}{PATH}")
        limits = read_settings(ConnectionSettings)
        config = PatientConfig(build_app(server, settings), limits, log_config=None, access_log=False)
        await uvicorn.Server(config).serve(sockets=[listener])
