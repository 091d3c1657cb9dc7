"""`chokepoint watch`: lists of what is watched, and the notices of what is new."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph_schema.database.connection import open_graph
from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from graph_schema.exit_codes import ExitCode
from graph_schema.settings import read_settings
from service.asking.watchable import must_be_watchable
from service.engines.cypher import CypherEngine
from service.logs import configure_logs
from service.searches.desk import Searches
from service.settings import ServiceSettings
from service.watchlists import store
from service.watchlists.definition import read_watch_lists
from service.watchlists.delivery import notice_json
from service.watchlists.keeper import WatchKeeper
from service.watchlists.settings import WatchSettings

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    help="Watch lists: new, changed and ended exposures and relations of some entities, or answers to a question, as notices. "
    "`chokepoint serve` looks for them and delivers them; without it `chokepoint watch run` does.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="Name of the watch list.")]
_MOST = 1_000


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="YAML file with a list under `watch`.")] = Path("watch.yaml"),
) -> None:
    """Store the watch lists of a file, each in place of one of its name. Others stay as they are."""
    found = read_watch_lists(file)

    async def put(graph: Graph) -> None:
        for watch in found:
            await must_be_watchable(graph, watch)
        for watch in found:
            await graph.write(store.put_watch, watch)

    _on_graph(put)
    typer.echo(f"{len(found)} watch lists stored: {', '.join(watch.name for watch in found)}")


@app.command("list")
def list_watches(as_json: AsJson = False) -> None:
    """List the watch lists and how far they have seen."""
    found = _on_graph(lambda graph: graph.read(store.watches))
    if as_json:
        typer.echo(json.dumps([_told(one) for one in found], ensure_ascii=False))
        return
    table = Table("name", "watched", "of", "goes to", "seen", "trouble", box=None, header_style="bold")
    for one in found:
        watch = one.watch
        table.add_row(
            watch.name,
            "answer" if watch.question else ", ".join(watch.watched),
            escape(watch.question or ", ".join(watch.entities)),
            escape(", ".join(where for where in (watch.webhook, watch.email) if where)),
            "not yet" if one.version is None else f"version {one.version}",
            escape(one.error or ""),
        )
    Console().print(table if found else "no watch lists: chokepoint watch apply watch.yaml")


@app.command()
def remove(name: Name) -> None:
    """Remove a watch list with all its notices."""
    if not _on_graph(lambda graph: graph.write(store.remove_watch, name)):
        raise QuestionError(f"no watch list is called {name!r}: chokepoint watch list shows them")
    typer.echo(f"{name} is removed")


@app.command()
def notices(
    name: Name,
    after: Annotated[int, typer.Option(help="Only those after the one of this number.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Print the notices of a watch list, a thousand at most, the oldest first."""

    async def read(graph: Graph) -> list[store.Notice]:
        if not await graph.read(store.watches, [name]):
            raise QuestionError(f"no watch list is called {name!r}: chokepoint watch list shows them")
        return await graph.read(store.notices_after, name, after, limit=_MOST)

    for notice in _on_graph(read):
        shown = f"{notice.number}  {notice.at:%Y-%m-%d %H:%M}  {notice.text}"
        typer.echo(json.dumps(notice_json(notice), ensure_ascii=False) if as_json else shown)


@app.command()
def run(once: Annotated[bool, typer.Option("--once", help="Look and deliver once, then end.")] = False) -> None:
    """Look for news and deliver notices until Ctrl-C. With `--once`: exits 1 when a delivery failed."""
    # What other commands do not need and would wait for.
    from service.asking.saved import SavedQuestions

    settings, watching = read_settings(ServiceSettings), read_settings(WatchSettings)
    configure_logs()

    async def keep(graph: Graph) -> int:
        searches = Searches(CypherEngine(graph, hub_degree=settings.hub_degree), settings)
        keeper = WatchKeeper(graph, searches, watching, settings, SavedQuestions(graph, settings))
        if not once:
            await keeper.run()
        told = await keeper.look()
        done, failed = await keeper.send()
        typer.echo(f"{told} new notices, {done} delivered, {failed} not delivered")
        return failed

    if _on_graph(keep):
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def dead(as_json: AsJson = False) -> None:
    """List deliveries that were given up, and why."""
    for one in _on_graph(lambda graph: graph.read(store.dead_deliveries, limit=_MOST)):
        shown = f"{one['watch']} {one['number']} by {one['channel']}: {one['error']} ({one['attempts']} attempts)"
        typer.echo(json.dumps(one, ensure_ascii=False) if as_json else shown)


@app.command()
def retry() -> None:
    """Have deliveries that were given up tried again."""
    typer.echo(f"{_on_graph(lambda graph: graph.write(store.retry_dead))} deliveries are due again")


def _on_graph(work: Callable[[Graph], Awaitable[T]]) -> T:
    async def do() -> T:
        async with open_graph() as graph:
            return await work(graph)

    return asyncio.run(do())


def _told(one: store.StoredWatch) -> dict[str, Any]:
    observed = None if one.observed is None else one.observed.isoformat()
    return {**one.watch.model_dump(mode="json"), "graphVersion": one.version, "observed": observed, "error": one.error}
