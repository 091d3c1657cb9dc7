"""`chokepoint resolve candidates|judge|explode`: decide whether two entities are one, and take it back."""

import asyncio
import datetime as dt
import getpass
from typing import Annotated

import orjson
import typer

from graph_schema.database.connection import open_graph
from graph_schema.database.locks import writer_lock
from graph_schema.domain import Judgement, Verdict
from graph_schema.exit_codes import ExitCode, exit_codes_line
from graph_schema.ids import EntityId
from graph_schema.settings import read_settings
from loaders.judgements.candidates import CandidatePair, find_candidates
from loaders.judgements.folding import explode as explode_entity
from loaders.judgements.folding import judge as judge_pair
from loaders.settings import LoadSettings
from loaders.writing.counts import Counts

app = typer.Typer(
    no_args_is_help=True,
    help="Decide whether two entities are one. Nothing is lost: claims keep what they name, and `explode` takes it back.",
    epilog=exit_codes_line({ExitCode.UNUSABLE: "no such entity, or it contradicts another judgement"}),
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def candidates(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most pairs.")] = 20,
    at_least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Lowest score.")] = 0.6,
    as_json: AsJson = False,
) -> None:
    """List the pairs that are likeliest one entity and that nobody has judged, with the reasons."""

    async def find() -> list[CandidatePair]:
        async with open_graph() as graph:
            return await find_candidates(graph, limit=limit, at_least=at_least)

    for candidate in asyncio.run(find()):
        if as_json:
            typer.echo(orjson.dumps(candidate).decode())
        else:
            typer.echo(f"{candidate.score:.2f}  {candidate.first}  {candidate.second}  ({'; '.join(candidate.why)})")


@app.command()
def judge(
    first: Annotated[str, typer.Argument(metavar="ID", help="An entity's id, as company:intel.")],
    second: Annotated[str, typer.Argument(metavar="ID", help="The other's.")],
    verdict: Annotated[Verdict, typer.Argument(case_sensitive=False, help="Whether they are one.")],
    why: Annotated[str | None, typer.Option(help="Reason, for those who come after.")] = None,
    by: Annotated[str | None, typer.Option(help="Who judges.", show_default="the user's name")] = None,
    as_json: AsJson = False,
) -> None:
    """Store a judgement, in the place of an earlier one on the same pair; SAME joins their relations under one of the two."""
    judgement = Judgement(
        EntityId(first), EntityId(second), verdict, by or getpass.getuser(), dt.datetime.now(dt.UTC), why
    )

    async def work() -> Counts:
        async with open_graph(apply_schema=True) as graph:
            wait_s = read_settings(LoadSettings).writer_wait_s
            async with writer_lock(graph, "resolve judge", wait_s=wait_s):
                return await graph.write(judge_pair, judgement)

    _print(f"{first} and {second}: {verdict}", asyncio.run(work()), as_json=as_json)


@app.command()
def explode(
    id: Annotated[str, typer.Argument(metavar="ID", help="An entity's id.")],
    as_json: AsJson = False,
) -> None:
    """Take back all SAME judgements on an entity: each gets back what names it."""

    async def work() -> tuple[int, Counts]:
        async with open_graph(apply_schema=True) as graph:
            wait_s = read_settings(LoadSettings).writer_wait_s
            async with writer_lock(graph, "resolve explode", wait_s=wait_s):
                return await graph.write(explode_entity, EntityId(id))

    taken_back, counts = asyncio.run(work())
    _print(f"{id}: {taken_back} judgements taken back", counts, as_json=as_json)


def _print(line: str, counts: Counts, *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps({"done": line, "counts": counts.as_dict()}).decode())
        return
    changed = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in counts.as_dict().items() if value)
    typer.echo(f"{line}{f' ({changed})' if changed else ''}")
