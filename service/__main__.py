"""`python -m service`: the service alone, without the rest of the command line."""

import sys

import typer

from graph_schema.errors import ChokepointError
from service.cli.serve import serve

try:
    typer.run(serve)
except ChokepointError as error:
    typer.echo(f"error: {error}", err=True)
    sys.exit(error.exit_code)
