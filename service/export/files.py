"""Where an export goes: one file, standard output or a folder of files, which appear when all of them are whole."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from graph_schema.database.backup.archive import Draft
from graph_schema.database.backup.progress import Progress, silent
from graph_schema.database.graph import Graph
from graph_schema.errors import SourceError
from service.export.answers import AnswerPart, read_part
from service.export.flat import Add, csv_tables, json_lines, parquet_tables
from service.export.graphs import gexf, graphml
from service.export.reading import PAGE, read_tables, state_of
from service.export.tables import CLAIMS, DOCUMENTS, ENTITIES, RELATIONS, TOLD_RELATIONS, Table

Ask = Callable[[Graph], Awaitable[AnswerPart]]
"""Asks a question of the graph; what answers it is written."""


class ExportFormat(StrEnum):
    """What the files are."""

    GRAPHML = "graphml"
    GEXF = "gexf"
    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"

    @property
    def in_folder(self) -> bool:
        """Whether there is a file for each table."""
        return self in (ExportFormat.CSV, ExportFormat.PARQUET)

    def tables(self, *, evidence: bool) -> tuple[Table, ...]:
        """The tables that are written."""
        if self in (ExportFormat.GRAPHML, ExportFormat.GEXF):
            return (ENTITIES, TOLD_RELATIONS if evidence else RELATIONS)
        return (ENTITIES, RELATIONS, CLAIMS, DOCUMENTS) if evidence else (ENTITIES, RELATIONS)


class ExportUnusable(SourceError):
    """An export has nowhere to go: it would replace a file, or its folder cannot be written."""

    code = "EXPORT_UNUSABLE"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    graph_version: int
    rows: dict[str, int]
    """By table."""
    files: tuple[Path, ...]
    """None for a stream."""


async def export_to_path(
    graph: Graph,
    format: ExportFormat,
    target: Path,
    *,
    evidence: bool = False,
    overwrite: bool = False,
    progress: Progress = silent,
    page: int = PAGE,
    ask: Ask | None = None,
) -> Exported:
    """Write the graph to a file, or for CSV and Parquet to files in a folder, which is made when it is missing.

    `ask` finds the part of it that is written; not given: the whole.
    Raises ExportUnusable, GraphChanged, GraphUnavailable, SettingsError for Parquet without pyarrow.
    """
    tables = format.tables(evidence=evidence)
    files = [target / f"{table.name}.{format}" for table in tables] if format.in_folder else [target]
    if not overwrite and (there := next((file for file in files if file.exists()), None)) is not None:
        raise ExportUnusable(f"{there} exists: name another place, or let --overwrite replace it")
    if format.in_folder:
        _make_folder(target)
    with ExitStack() as drafts:
        streams = [drafts.enter_context(Draft(file)) for file in files]
        done = await export_to_streams(graph, format, streams, evidence=evidence, progress=progress, page=page, ask=ask)
    return Exported(done.graph_version, done.rows, tuple(files))


async def export_to_streams(
    graph: Graph,
    format: ExportFormat,
    streams: list[IO[bytes]],
    *,
    evidence: bool = False,
    progress: Progress = silent,
    page: int = PAGE,
    ask: Ask | None = None,
) -> Exported:
    """Write the graph to one stream, or for CSV and Parquet to one for each table."""
    tables = format.tables(evidence=evidence)
    before = await state_of(graph)
    rows = dict.fromkeys((table.name for table in tables), 0)
    with _opened(format, tables, streams, before.graph_version) as add:
        part = None if ask is None else await ask(graph)
        read = read_tables(graph, tables, before, page=page) if part is None else read_part(graph, tables, part, before)
        async for table, batch in read:
            add(table, batch)
            rows[table.name] += len(batch)
            progress(nodes=sum(rows.values()), edges=0)
    return Exported(before.graph_version, rows, ())


def _opened(
    format: ExportFormat, tables: tuple[Table, ...], streams: list[IO[bytes]], version: int
) -> AbstractContextManager[Add]:
    match format:
        case ExportFormat.GRAPHML:
            return graphml(streams[0], tables, version)
        case ExportFormat.GEXF:
            return gexf(streams[0], tables, version)
        case ExportFormat.JSONL:
            return json_lines(streams[0], version)
        case ExportFormat.CSV:
            return csv_tables(dict(zip(tables, streams, strict=True)))
        case ExportFormat.PARQUET:
            return parquet_tables(dict(zip(tables, streams, strict=True)), version)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportUnusable(f"{folder} cannot be a folder for the files: {error.strerror}") from error
