"""`chokepoint browse`: Neo4j Browser, connected to our database, with the ties of an entity ready to be drawn."""

import asyncio
import json
import webbrowser
from typing import Annotated, LiteralString
from urllib.parse import quote, urlencode, urlsplit

import typer

from graph_schema.database.connection import find_database
from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.graph import Graph
from graph_schema.errors import SettingsError
from graph_schema.settings import EmbeddedSettings, GraphSettings, read_settings
from service.queries.cypher_text import quoted
from service.searches.endpoints import lookup

DRAW_TIES: LiteralString = "MATCH ties = (:Entity {id: %s})-[]-(:Entity) RETURN ties LIMIT 100"
AURA = ".databases.neo4j.io"


def browse(
    entity: Annotated[
        str | None, typer.Argument(help="Id, name or alias of an entity whose ties are to be drawn.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Address of Neo4j Browser, where it is not that of the database at port 7474.")
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Print the address, open nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, open nothing.")] = False,
) -> None:
    """Open Neo4j Browser on the graph; with ENTITY its ties stand in the editor, to be drawn with Ctrl+Enter."""
    settings, cypher = asyncio.run(_prepare(entity))
    embedded = None if read_settings(GraphSettings).uri else EmbeddedNeo4j(read_settings(EmbeddedSettings))
    base = address or (embedded.status().browser if embedded is not None else None) or browser_address(settings)
    url = browser_url(base, settings, cypher)
    login = settings.user
    if embedded is not None:
        login += f", password in {embedded.layout.password} (chokepoint db status --show-password prints it)"
    if as_json:
        typer.echo(json.dumps({"url": url, "user": settings.user, "cypher": cypher}))
        return
    typer.echo(f"{url}\nlogin: {login}")
    if not print_only and not webbrowser.open(url):
        typer.echo("no web browser was found here: open the address by hand", err=True)


def browser_url(base: str, settings: GraphSettings, cypher: str | None) -> str:
    """Address that opens Neo4j Browser on this database, with `cypher` in its editor."""
    assert settings.uri is not None
    place = urlsplit(settings.uri)
    query = {"dbms": f"{place.scheme}://{settings.user}@{place.netloc}"}
    if cypher is not None:
        query |= {"cmd": "edit", "arg": cypher}
    return f"{base}?{urlencode(query, quote_via=quote)}"


def browser_address(settings: GraphSettings) -> str:
    """Where the Browser of a server usually is. Raises SettingsError for Aura, whose Browser is in its console."""
    assert settings.uri is not None
    place = urlsplit(settings.uri)
    if place.hostname is None or place.hostname.endswith(AURA):
        raise SettingsError(f"{settings.uri} has no Neo4j Browser of its own: name one with --address")
    return f"http://{place.hostname}:7474/browser/"


async def _prepare(entity: str | None) -> tuple[GraphSettings, str | None]:
    """The database, and the Cypher that draws the ties of `entity`. Raises EntityNotFound."""
    settings = await find_database()
    if entity is None:
        return settings, None
    async with Graph.connect(settings) as graph:
        found = (await lookup(graph, [entity]))[entity]
    return settings, DRAW_TIES % quoted(found.id)
