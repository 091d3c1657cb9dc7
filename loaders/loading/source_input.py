"""A source of records as the input of a load."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from graph_schema.errors import MalformedRecord
from loaders.loading.inputs import Taken
from loaders.resolution.linking import state
from loaders.sources.lines import fingerprint, source_name
from loaders.sources.records import Source, SourceRecord


@dataclass(frozen=True, slots=True)
class SourceInput:
    """The records of `records_of`, each with the claims that it makes."""

    records_of: Source
    name: str | None = None
    """Name of the source in the graph, where the files' names change from one delivery to the next."""

    @property
    def source(self) -> str:
        """The name given, else the files' names."""
        return self.name or ", ".join(dict.fromkeys(map(source_name, self.records_of.paths)))

    @property
    def ignored(self) -> set[str]:
        """Columns or keys that nothing reads."""
        return self.records_of.ignored

    def fingerprint(self) -> str | None:
        """Of the contents of all files and of the mapping's version."""
        return fingerprint(list(self.records_of.paths), self.records_of.kind, self.source)

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """Each record with its statements, without the first `skip`."""
        for record in itertools.islice(self.records_of.records(), skip, None):
            yield record if isinstance(record, MalformedRecord) else self._taken(record)

    def _taken(self, record: SourceRecord) -> Taken | MalformedRecord:
        statements = [state(triple, record.document) for triple in record.triples]
        kept = tuple(statement for statement in statements if statement is not None)
        if statements and not kept:
            return record.malformed("object", "is one and the same entity as the subject")
        rejected = Counter({"same_entity": len(statements) - len(kept)} if len(kept) < len(statements) else {})
        if record.passed_over is not None:
            rejected[record.passed_over] += 1
        reading = self.records_of.kind if self.records_of.rereads else None
        return Taken(record.document, kept, reading, dict(rejected), record.withdrawn, silent=not kept)
