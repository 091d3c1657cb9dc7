"""`chokepoint db`: start, stop, inspect and reset the embedded Neo4j."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.filesize import decimal

from graph_schema.database.embedded import EmbeddedNeo4j, Status
from graph_schema.exit_codes import ExitCode
from graph_schema.settings import EmbeddedSettings, read_settings

app = typer.Typer(
    no_args_is_help=True,
    help="The embedded Neo4j of this machine. Commands start it when they need it; "
    "CHOKEPOINT_NEO4J_URI names another instead.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ShowPassword = Annotated[bool, typer.Option("--show-password", help="Print the password too.")]


@app.command()
def start(as_json: AsJson = False, show_password: ShowPassword = False) -> None:
    """Start the server, or find it running; the first time it is downloaded."""
    server = _server()
    _print(server, server.start(), as_json=as_json, show_password=show_password)


@app.command()
def stop(as_json: AsJson = False) -> None:
    """Stop the server once its data is on disk; no error when none runs."""
    stopped = _server().stop()
    if as_json:
        typer.echo(json.dumps({"stopped": stopped}))
    else:
        typer.echo("stopped" if stopped else "it was not running")


@app.command()
def status(as_json: AsJson = False, show_password: ShowPassword = False) -> None:
    """Show version, addresses, process and disk; exits 1 when the server is not running."""
    server = _server()
    now = server.status()
    _print(server, now, as_json=as_json, show_password=show_password)
    if not now.running:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def reset(
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Stop the server and delete its whole database, with logs and password."""
    server = _server()
    if not yes:
        size = decimal(server.status().data_bytes)
        typer.confirm(f"Delete the database in {server.path} ({size})?", abort=True, err=True)
    server.reset()
    typer.echo(json.dumps({"reset": str(server.path)}) if as_json else f"{server.path} is empty now")


@app.command()
def path(as_json: AsJson = False) -> None:
    """Print the folder of the database."""
    server = _server()
    layout = server.layout
    paths = {
        "home": layout.home,
        "data": layout.data,
        "logs": layout.logs,
        "password": layout.password,
        "cache": server.cache,
    }
    typer.echo(json.dumps({name: str(place) for name, place in paths.items()}) if as_json else str(server.path))


def _server() -> EmbeddedNeo4j:
    return EmbeddedNeo4j(read_settings(EmbeddedSettings))


def _print(server: EmbeddedNeo4j, now: Status, *, as_json: bool, show_password: bool) -> None:
    password = server.password.get_secret_value() if show_password else None
    uptime = None if now.started is None else (datetime.now(UTC) - now.started).total_seconds()
    if as_json:
        typer.echo(json.dumps(_as_record(server, now, uptime, password)))
        return
    rows = {"Neo4j": f"{now.version} Community, {'running' if now.running else 'not running'}"}
    if now.running:
        hint = f"password in {server.layout.password} (--show-password prints it)"
        rows |= {
            "Bolt": f"{now.uri}",
            "Browser": f"{now.browser}",
            "Login": f"{now.user}, {hint}" if password is None else f"{now.user} / {password}",
            "Process": f"{now.pid}, up {timedelta(seconds=round(uptime or 0))}",
        }
    rows |= {
        "Database": f"{now.home} ({decimal(now.data_bytes)})",
        "Logs": f"{server.layout.logs}",
        "Server": f"{server.cache} ({decimal(now.server_bytes)}, shared by all databases)",
    }
    for name, value in rows.items():
        typer.echo(f"{name:<10}{value}")


def _as_record(server: EmbeddedNeo4j, now: Status, uptime: float | None, password: str | None) -> dict[str, Any]:
    """What `--json` prints; the password only where it was asked for."""
    record = {
        "running": now.running,
        "version": now.version,
        "uri": now.uri,
        "browser": now.browser,
        "user": now.user,
        "password_file": str(server.layout.password),
        "pid": now.pid,
        "started": None if now.started is None else now.started.isoformat(),
        "uptime_s": None if uptime is None else round(uptime),
        "home": str(now.home),
        "logs": str(server.layout.logs),
        "data_bytes": now.data_bytes,
        "cache": str(server.cache),
        "server_bytes": now.server_bytes,
    }
    return record if password is None else {**record, "password": password}
