"""Dead letters as inputs again: their records, mended by hand, go back into files named as their sources were.

The file's name is part of what identifies a record without an address, so a record that is loaded at last becomes what it
would have been in the first place.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from graph_schema.errors import SourceError
from loaders.loading.inputs import Input, retried_inputs
from loaders.settings import LoadSettings
from loaders.sources.definition import RefusedFile, definitions
from loaders.sources.lines import Lines, opened, source_name


class DeadLetter(BaseModel):
    """A line of a dead-letter file, as far as it is read again."""

    model_config = ConfigDict(frozen=True)

    kind: str
    """Name of the source's definition."""
    input: str
    """What was loaded."""
    source: str
    """File that held the record."""
    header: str | None = None
    """Of the table that it is a row of."""
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class _File:
    kind: str
    input: str
    source: str
    header: str | None


@contextmanager
def retried(path: str, *, base: Sequence[str], settings: LoadSettings) -> Iterator[list[Input]]:
    """Inputs that hold the refused records of `path`, one or more per load that refused them; their files go at the end.

    `base`: files, or a folder, that tell what the records refer to. Raises SourceError when a line is no dead letter,
    SettingsError when records refer to others and come without them.
    """
    with tempfile.TemporaryDirectory(prefix="chokepoint-retry-") as folder:
        loads: dict[tuple[str, str], list[RefusedFile]] = defaultdict(list)
        for number, (file, records) in enumerate(_sorted(path).items()):
            name = Path(folder) / str(number) / source_name(file.source)
            name.parent.mkdir()
            lines = records if file.header is None else [file.header, *records]
            name.write_text("".join(f"{line}\n" for line in lines), "utf-8")
            loads[file.kind, file.input].append(RefusedFile(str(name), file.header))
        yield [
            input
            for (kind, name), files in loads.items()
            for input in retried_inputs(kind, files, base, name, settings)
        ]


def _sorted(path: str) -> dict[_File, list[str]]:
    """The records by the file that held them, in the order in which they were refused."""
    files: dict[_File, list[str]] = defaultdict(list)
    with opened(path) as stream:
        for line in Lines(stream, source_name(path)):
            if line.text.strip():
                letter = _letter(line.text, f"{source_name(path)}:{line.number}")
                assert letter.raw is not None
                files[_File(letter.kind, letter.input, letter.source, letter.header)].append(letter.raw)
    return files


def _letter(text: str, where: str) -> DeadLetter:
    try:
        letter = DeadLetter.model_validate(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise SourceError(f"{where}: is not JSON: {error.msg}") from None
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False))
        raise SourceError(f"{where}: is no dead letter: {'; '.join(problems)}") from None
    if letter.kind not in definitions():
        raise SourceError(f"{where}: is of the source {letter.kind!r}; expected one of {', '.join(definitions())}")
    if letter.raw is None or not letter.raw.strip():
        raise SourceError(f"{where}: the record itself was not kept; load {letter.source} again")
    return letter
