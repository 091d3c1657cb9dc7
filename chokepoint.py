"""The command line: mounts the sub-commands of graph_schema, loaders and service, and turns errors into one line."""

import errno
import os
import signal
import sys
from pathlib import Path
from types import FrameType


def _stop_at_once(_signal: int, _frame: FrameType | None) -> None:
    os.write(2, b"interrupted\n")
    os._exit(130)


if Path(sys.argv[0]).stem == "chokepoint":  # as a command: until all is imported there is nothing to put in order
    signal.signal(signal.SIGINT, _stop_at_once)
    signal.signal(signal.SIGTERM, _stop_at_once)

import asyncio
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version as installed_version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from graph_schema.errors import ChokepointError
from graph_schema.exit_codes import ExitCode, exit_codes_line
from graph_schema.spelling import one_line


def _db() -> typer.Typer:
    from graph_schema.cli import backup, db

    for command in (backup.dump, backup.restore, backup.verify):
        db.app.command()(command)
    return db.app


def _serve() -> Callable[..., None]:
    from loaders.submissions import SubmissionWriter
    from service.cli.serve import serve_with

    return serve_with(SubmissionWriter)


def _screen() -> Callable[..., None]:
    from loaders.screened_names import NamesIntake
    from service.cli.screen import screen_with

    return screen_with(NamesIntake)


_COMMANDS: Final[dict[str, str | Callable[[], typer.Typer | Callable[..., None]]]] = {
    "db": _db,
    "schema": "graph_schema.cli.schema:app",
    "load": "loaders.cli.load:app",
    "retract": "loaders.cli.retract:app",
    "resolve": "loaders.cli.resolve:app",
    "jobs": "loaders.cli.jobs:app",
    "keys": "service.cli.keys:app",
    "audit": "service.cli.audit:audit",
    "check": "loaders.cli.check:check",
    "weigh": "loaders.cli.weigh:weigh",
    "extract": "loaders.cli.extract:extract",
    "serve": _serve,
    "path": "service.cli.path:path",
    "ask": "service.cli.ask:ask",
    "ownership": "service.cli.ownership:ownership",
    "screen": _screen,
    "pack": "service.cli.pack:pack",
    "export": "service.cli.export:export",
    "browse": "service.cli.browse:browse",
    "watch": "service.cli.watch:app",
    "mcp": "service.cli.mcp:mcp",
}
"""Where each command is: a Typer or a function, or what makes one."""


class _Commands(TyperGroup):
    """Imports a command only when it is called: the driver, GraphQL and numba take seconds that `extract` need not wait for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if (place := _COMMANDS.get(cmd_name)) is not None and cmd_name not in self.commands:
            self.commands[cmd_name] = _command(cmd_name, place)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.list_commands(ctx):
            for name in _COMMANDS:  # what is close to the misspelt one is sought among the commands that are there
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


def _command(name: str, place: str | Callable[[], typer.Typer | Callable[..., None]]) -> Any:
    if isinstance(place, str):
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
    else:
        found = place()
    if isinstance(found, typer.Typer):
        command = get_command(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command()(found)
        command = get_command(alone)
    command.name = name
    return command


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Through which chain of relationships is one actor tied to another, and who says so?",
    epilog=exit_codes_line(),
)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(installed_version("chokepoint"))


def _print_version(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    pass


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main() -> None:
    """Run the command line; errors of ours become one line on stderr and their exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _interrupt_when_terminated()
    try:
        try:
            get_command(app)()
        except SystemExit:
            sys.stdout.flush()
            raise
    except ChokepointError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        typer.echo(f"error: cannot write {one_line(str(error.filename or 'the output'))}: {error.strerror}", err=True)
        _drop_stdout()
        sys.exit(ExitCode.UNUSABLE)
    except BaseException as error:
        if not _is_interruption(error):
            raise
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # one more must not break the way out
        typer.echo("interrupted", err=True)
        sys.exit(ExitCode.INTERRUPTED)


def _interrupt_when_terminated() -> None:
    """Let SIGTERM unwind a command as Ctrl-C does; processes that it forks die of it as usual."""
    command = os.getpid()

    def terminated(number: int, _frame: FrameType | None) -> None:
        if os.getpid() == command:
            signal.raise_signal(signal.SIGINT)
        else:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    signal.signal(signal.SIGTERM, terminated)


def _drop_stdout() -> None:
    """What is left in the buffer has no place to go; the interpreter must not try again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _is_interruption(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error; a second one leaves what the first had cancelled."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    main()
