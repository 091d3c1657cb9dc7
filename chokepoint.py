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
from importlib.metadata import version as installed_version
from typing import Annotated

import typer
from typer.main import get_command

from graph_schema.cli import backup as backup_cli
from graph_schema.cli import db as db_cli
from graph_schema.cli import schema as schema_cli
from graph_schema.errors import ChokepointError
from graph_schema.exit_codes import ExitCode, exit_codes_line
from graph_schema.spelling import one_line
from loaders.cli import check as check_cli
from loaders.cli import extract as extract_cli
from loaders.cli import jobs as jobs_cli
from loaders.cli import load as load_cli
from loaders.cli import resolve as resolve_cli
from loaders.cli import retract as retract_cli
from loaders.cli import weigh as weigh_cli
from loaders.submissions import SubmissionWriter
from service import cli as service_cli

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Through which chain of relationships is one actor tied to another, and who says so?",
    epilog=exit_codes_line(),
)
for command in (backup_cli.dump, backup_cli.restore, backup_cli.verify):
    db_cli.app.command()(command)
app.add_typer(db_cli.app, name="db")
app.add_typer(schema_cli.app, name="schema")
app.add_typer(load_cli.app, name="load")
app.add_typer(retract_cli.app, name="retract")
app.add_typer(resolve_cli.app, name="resolve")
app.add_typer(jobs_cli.app, name="jobs")
app.add_typer(service_cli.keys, name="keys")
app.command()(service_cli.audit)
app.command()(check_cli.check)
app.command()(weigh_cli.weigh)
app.command()(extract_cli.extract)
app.command()(service_cli.serve_with(SubmissionWriter))
app.command()(service_cli.path)
app.command()(service_cli.ask)
app.command()(service_cli.ownership)
app.command()(service_cli.export)
app.command()(service_cli.browse)
app.command()(service_cli.mcp)


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
