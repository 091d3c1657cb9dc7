"""`chokepoint schema`: apply, check and show the constraints, indexes and migrations."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from graph_schema.database import schema
from graph_schema.database.connection import open_graph
from graph_schema.errors import SchemaDrift

app = typer.Typer(no_args_is_help=True, help="Constraints, indexes and migrations of the graph.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def apply(as_json: AsJson = False) -> None:
    """Create what is missing and run new migrations; running it again changes nothing."""

    async def work() -> list[str]:
        async with open_graph() as graph:
            return await schema.apply(graph)

    done = asyncio.run(work())
    if as_json:
        typer.echo(json.dumps({"done": done}))
    else:
        typer.echo("\n".join(done) or "nothing to do")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Compare the database with what this version needs; exits 1 when they differ."""

    async def work() -> list[str]:
        async with open_graph() as graph:
            return await schema.differences(graph)

    lines = asyncio.run(work())
    if as_json:
        typer.echo(json.dumps({"differences": lines}))
    elif not lines:
        typer.echo("the schema is as it should be")
    else:
        typer.echo("\n".join(lines))
    if lines:
        raise typer.Exit(SchemaDrift.exit_code)


@app.command()
def show(as_json: AsJson = False) -> None:
    """List the constraints, indexes and migrations of this version; needs no database."""
    items = list(schema.wanted_items())
    if as_json:
        rows = [
            {"name": item.name, "kind": item.kind, "on": item.label, "properties": item.properties} for item in items
        ]
        steps = [{"number": step.number, "name": step.name} for step in schema.migrations()]
        typer.echo(json.dumps({"items": rows, "migrations": steps}))
        return
    table = Table("name", "kind", "on", "properties")
    for item in items:
        table.add_row(item.name, item.kind.lower(), item.label, ", ".join(item.properties))
    console = Console()
    console.print(table)
    for step in schema.migrations():
        console.print(f"migration {step.number}: {step.name}")
