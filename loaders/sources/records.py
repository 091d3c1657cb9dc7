"""One record of a source that is read whole: its document and what that states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from graph_schema.domain import Document
from graph_schema.errors import MalformedRecord
from loaders.sources.lines import shown
from loaders.triple import Triple


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record, where it stands, and its statements; without any it only describes, or says nothing of the vocabulary."""

    source: str
    """Name of the file."""
    line: int
    document: Document
    triples: tuple[Triple, ...] = ()
    passed_over: str | None = None
    """Why a record states nothing, as a reason code."""
    withdrawn: bool = False
    """The source takes back all that it stated in this document."""
    raw: str = ""
    """The record as it was read."""
    header: str | None = None
    """Of the table that it is a row of."""

    def malformed(self, field: str, problem: str) -> MalformedRecord:
        """The error that this record, though readable, cannot be taken."""
        return MalformedRecord(self.source, self.line, field, problem, raw=shown(self.raw), header=self.header)


class RecordSource(Protocol):
    """Files of one kind. The same files give the same records in the same order, as often as they are asked for."""

    @property
    def kind(self) -> str:
        """Name of the source and version of its mapping: both make up the checkpoint's fingerprint."""
        ...

    @property
    def paths(self) -> Sequence[str]:
        """Every file that is read."""
        ...

    @property
    def rereads(self) -> bool:
        """Whether a document of this source is one record, so that what it states now replaces what it stated before."""
        ...

    @property
    def ignored(self) -> set[str]:
        """Columns or keys met so far that nothing reads."""
        ...

    def records(self) -> Iterator[SourceRecord | MalformedRecord]:
        """All records, lazily. Raises SourceUnavailable, SourceError."""
        ...
