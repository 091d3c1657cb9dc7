"""Parquet files as rows, in bounded memory. Needs the extra `chokepoint[parquet]`."""

from collections.abc import Iterator
from typing import Any

from graph_schema.errors import SourceError, SourceUnavailable
from loaders.sources.lines import STDIN

SUFFIX = ".parquet"
_ROWS = 1_024


def read_parquet(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a file with their numbers, from 1. Raises SourceUnavailable, SourceError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise SourceError(f"{path}: Parquet needs `pip install 'chokepoint[parquet]'`") from error
    if path == STDIN:
        raise SourceError("Parquet comes from files, not from standard input")
    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except FileNotFoundError as error:
        raise SourceUnavailable(f"{path}: no such file or directory") from error
    except (pyarrow.ArrowException, OSError) as error:
        raise SourceError(
            f"{path}: cannot be read as Parquet after row {number}: {str(error).splitlines()[0]}"
        ) from error
