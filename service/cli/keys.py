"""`chokepoint keys`: make, list and revoke the API keys of the service."""

import datetime as dt
import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph_schema.settings import read_settings
from service.access.keys import ApiKey, KeyFile, KeyScope
from service.access.settings import AccessSettings

app = typer.Typer(
    no_args_is_help=True,
    help="API keys of the service, in the file that CHOKEPOINT_ACCESS_KEYS names. A running service heeds changes at once.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it; the audit log and judgements call them so.")],
    scope: Annotated[
        KeyScope,
        typer.Option(help="read: ask and watch; write: also change the graph; admin: also read the audit log."),
    ] = KeyScope.READ,
    days: Annotated[
        float | None, typer.Option(min=0, help="Days until it ends.", show_default="it does not end")
    ] = None,
    requests_per_minute: Annotated[
        int | None,
        typer.Option(min=0, help="Most requests in a minute; 0: no limit.", show_default="as the settings say"),
    ] = None,
    points_per_minute: Annotated[
        int | None, typer.Option(min=0, help="Most points of cost in a minute.", show_default="as the settings say")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    expires = None if days is None else _in_days(days)
    key, text = _file().create(
        name, scope, expires=expires, requests_per_minute=requests_per_minute, points_per_minute=points_per_minute
    )
    typer.echo(json.dumps({**_told(key), "key": text}) if as_json else text)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, those that have ended too; never what they are."""
    keys = _file().keys()
    if as_json:
        typer.echo(json.dumps([_told(key) for key in keys]))
        return
    table = Table("id", "name", "scope", "created", "ends", "in force", box=None, header_style="bold")
    for key in keys:
        told = _told(key)
        table.add_row(
            key.id,
            escape(key.name),
            key.scope.value,
            f"{key.created:%Y-%m-%d}",
            "" if told["expires"] is None else f"{key.expires:%Y-%m-%d %H:%M}",
            "yes" if told["inForce"] else "revoked" if key.revoked else "ended",
        )
    Console().print(table if keys else "no keys: chokepoint keys create NAME")


@app.command()
def revoke(
    which: Annotated[str, typer.Argument(metavar="KEY", help="Its id, or its name.")], as_json: AsJson = False
) -> None:
    """End a key at once; revoking it again changes nothing."""
    key = _file().revoke(which)
    typer.echo(json.dumps(_told(key)) if as_json else f"{key.name} ({key.id}) is revoked")


def _file() -> KeyFile:
    return KeyFile(read_settings(AccessSettings).key_file())


def _in_days(days: float) -> dt.datetime:
    try:
        return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    except OverflowError as error:
        raise typer.BadParameter("that is beyond the calendar", param_hint="--days") from error


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scope": key.scope.value,
        "created": key.created.isoformat(),
        "expires": key.expires and key.expires.isoformat(),
        "revoked": key.revoked and key.revoked.isoformat(),
        "requestsPerMinute": key.requests_per_minute,
        "pointsPerMinute": key.points_per_minute,
        "inForce": key.holds(dt.datetime.now(dt.UTC)),
    }
