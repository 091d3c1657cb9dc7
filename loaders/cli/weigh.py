"""`chokepoint weigh`: how far publishers are trusted."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
import yaml

from graph_schema.database.connection import open_graph
from graph_schema.database.locks import writer_lock
from graph_schema.errors import SourceError, SourceUnavailable
from graph_schema.publishers import Publisher, parse_publishers
from graph_schema.settings import read_settings
from loaders.settings import LoadSettings
from loaders.writing.weights import weigh as weigh_publishers

SOURCES = Path("sources.yaml")


def weigh(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The weights of publishers.")] = SOURCES,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take weights of publishers from a file, in place of those before, and weigh the relations behind which they stand anew."""
    changed, documents = asyncio.run(_weigh(read_file(file)))
    if as_json:
        typer.echo(json.dumps({"publishers": changed, "documents": documents}, ensure_ascii=False))
    elif changed:
        typer.echo(f"weights of {', '.join(changed)} changed; what {documents} documents state is weighed anew")
    else:
        typer.echo("no reliability changed")


def read_file(file: Path) -> list[Publisher]:
    """The publishers of a file. Raises SourceUnavailable, SourceError."""
    try:
        return parse_publishers(yaml.safe_load(file.read_text("utf-8")))
    except OSError as error:
        raise SourceUnavailable(f"cannot read {file}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourceError(f"{file} is not YAML: {' '.join(str(error).split())}") from error
    except SourceError as error:
        raise SourceError(f"{file}: {error}") from error


async def _weigh(publishers: list[Publisher]) -> tuple[list[str], int]:
    async with open_graph(apply_schema=True) as graph:
        wait_s = read_settings(LoadSettings).writer_wait_s
        async with writer_lock(graph, "chokepoint weigh", wait_s=wait_s):
            return await weigh_publishers(graph, publishers)
