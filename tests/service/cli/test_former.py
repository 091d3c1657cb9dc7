"""Commands that ask of former versions."""

import asyncio
import json
from collections.abc import Callable

import typer
from typer.testing import CliRunner, Result

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from graph_schema.settings import GraphSettings
from service.cli.ownership import ownership
from service.cli.path import path
from tests.service.build import GraphBuilder
from tests.service.test_former_versions import write

commands = typer.Typer()
commands.command()(path)
commands.command()(ownership)


def test_commands_tell_former_versions(
    neo4j_settings: GraphSettings, given_graph: Callable[[GraphBuilder], None]
) -> None:
    given_graph(GraphBuilder())

    async def begin() -> int:
        async with Graph.connect(neo4j_settings) as graph:
            return await write(graph)

    version = str(asyncio.run(begin()))
    told = run("path", "Arm Works", "Cog Works", "--at-version", version, "--json")
    answer = json.loads(told.stdout)
    assert (answer["report"]["status"], answer["report"]["graphVersion"]) == ("FOUND", int(version))
    claims = [len(one["claims"]) for hop in answer["paths"][0]["hops"] for one in hop["relations"]]
    assert claims == [0, 1]
    held = run("ownership", "Bolt Works", "--at-version", version, "--json")
    assert json.loads(held.stdout)[0]["verdict"] == "YES"
    refused = run("path", "Arm Works", "Cog Works", "--at-version", "1000")
    assert isinstance(refused.exception, QuestionError)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, list(arguments), env={"COLUMNS": "160"})
