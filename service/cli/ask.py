"""`chokepoint ask`: a question in words; the operation that it asks for is shown first, then its answer with its sentences."""

import asyncio
import json
import logging
from typing import Annotated, Any

import typer

from graph_schema.exit_codes import ExitCode
from graph_schema.settings import read_settings
from service.logs import configure_logs
from service.settings import ServiceSettings

_FOUND = ("FOUND", "SAME_ENTITY")


def ask(
    question: Annotated[str, typer.Argument(help='In English, as "which Chinese firms depend on ASML?".')],
    api: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Ask this running service, as http://127.0.0.1:8000, not the database."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Answer a question in words: one operation of the API, shown first. What none answers is refused, not guessed at.

    Exits 1 when nothing is found, 4 when the question is not understood.
    """
    configure_logs(logging.WARNING)
    asyncio.run(_ask(question, read_settings(ServiceSettings), api, as_json=as_json))


async def _ask(question: str, settings: ServiceSettings, address: str | None, *, as_json: bool) -> None:
    # What other commands do not need and would wait for.
    from service.asking.telling import answer_to, lines_of
    from service.http.client import api_at, api_once

    async with api_once(settings) if address is None else api_at(address, settings) as client:
        asked: dict[str, Any] = dict((await client.ask("agent-ask", text=question)).data["ask"])
        if not asked["understood"]:
            _refuse(asked, as_json=as_json)
        if not as_json:
            typer.echo(asked["call"] + ("" if asked["by"] == "FORMS" else "  (chosen by the language model)"))
        answer = await answer_to(client, asked)
    if as_json:
        shown = {name: asked[name] for name in ("understood", "call", "by", "entities")}
        typer.echo(json.dumps(shown | {"answer": answer.model_dump(mode="json")}, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(lines_of(answer)))
    if answer.status not in _FOUND:
        raise typer.Exit(ExitCode.FAILED)


def _refuse(asked: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({name: asked[name] for name in ("understood", "reason", "nearest")}, ensure_ascii=False))
    else:
        typer.echo(f"I cannot answer that: {asked['reason']}. Questions like it that I can:", err=True)
        for one in asked["nearest"]:
            typer.echo(f"  {one}", err=True)
    raise typer.Exit(ExitCode.UNUSABLE)
