"""Dead letters as inputs again: their records, mended by hand, go back into files named as their sources were.

The file's name is part of what identifies a record without an address, so a record that is loaded at last becomes what it
would have been in the first place.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import orjson

from graph_schema.errors import SettingsError, SourceError
from loaders.extraction.extractor import Extractor
from loaders.loading.inputs import Input, NewsInput, TripleInput
from loaders.loading.source_input import SourceInput
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.lines import Lines, opened, source_name


@contextmanager
def retried(
    path: str, *, header: str | None, base: Sequence[str], extractor: Callable[[], Extractor]
) -> Iterator[list[Input]]:
    """Inputs that hold the refused records of `path`, one per source that they came from; their files go at the end.

    `header`: that of the tables which rows came from. `base`: files that tell names of FollowTheMoney entities.
    Raises SourceError when a line is no dead letter, SettingsError when rows of a table come without their header.
    """
    with tempfile.TemporaryDirectory(prefix="chokepoint-retry-") as folder:
        kinds = _sort(path, Path(folder), header)
        inputs: list[Input] = []
        for file, kind in kinds.items():
            if kind == "news":
                inputs.append(NewsInput([file], extractor()))
            elif kind == "ftm":
                inputs.append(SourceInput(FollowTheMoney([file], base)))
            else:
                inputs.append(TripleInput([file]))
        yield inputs


def _sort(path: str, folder: Path, header: str | None) -> dict[str, str]:
    """Write each record to the file of its source; returns the kind of each file."""
    kinds: dict[str, str] = {}
    files: dict[str, BinaryIO] = {}
    try:
        with opened(path) as stream:
            for line in Lines(stream, source_name(path)):
                if not line.text.strip():
                    continue
                letter = _letter(line.text, f"{source_name(path)}:{line.number}")
                raw, source = letter["raw"], Path(letter["source"]).name
                kind = _kind(raw)
                name = str(
                    folder / (source if kind == "table" or source.endswith(("l", "json")) else f"{source}.jsonl")
                )
                if name not in files:
                    files[name] = Path(name).open("xb")  # noqa: SIM115  closed below
                    kinds[name] = kind
                    if kind == "table":
                        if header is None:
                            raise SettingsError(
                                f"rows of {source} need the header of that table: --header 'subject,predicate,…'"
                            )
                        files[name].write(header.encode() + b"\n")
                files[name].write(raw.encode() + b"\n")
    finally:
        for file in files.values():
            file.close()
    return kinds


def _letter(text: str, where: str) -> dict[str, str]:
    try:
        letter = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SourceError(f"{where}: is not JSON: {error.msg}") from None
    if not isinstance(letter, dict) or not isinstance(letter.get("source"), str):
        raise SourceError(f"{where}: is no dead letter: it has no source")
    if not isinstance(letter.get("raw"), str) or not letter["raw"].strip():
        raise SourceError(f"{where}: the record itself was not kept; load {letter['source']} again")
    return letter


def _kind(raw: str) -> str:
    """What a record is, by what stands in it."""
    if not raw.lstrip().startswith("{"):
        return "table"
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        record = {}
    if "schema" in record or "op" in record:
        return "ftm"
    return "news" if "text" in record and "subject" not in record else "triples"
