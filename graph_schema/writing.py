"""What a service that takes records in hands on to the loaders, without either knowing the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph_schema.ids import DocumentId, RunId


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of records that were handed in."""

    run: RunId | None
    """None: nothing was written, because it was only tried."""
    counts: Mapping[str, int]
    """Records and changes by outcome."""
    refused: Sequence[str] = field(default=())
    """One line for each record that was refused: which one, which field, why."""


class Writer(Protocol):
    """Writes facts to the graph. Handing the same in twice changes nothing."""

    async def load_triples(self, records: Sequence[Mapping[str, object]], *, source: str, dry_run: bool) -> Submission:
        """Load statements; each record has the columns of a triples file. `dry_run` only reads and checks them.

        Raises SourceError, GraphError.
        """
        ...

    async def load_article(self, article: Mapping[str, object], *, dry_run: bool) -> Submission:
        """Extract the statements of a text and load them. Raises SourceError, GraphError."""
        ...

    async def retract_document(self, document: DocumentId) -> Mapping[str, int]:
        """Take a document back: what only it stated goes. Raises GraphError."""
        ...

    async def retract_run(self, run: RunId) -> Mapping[str, int]:
        """Take back what a run brought, save what others state too. Raises GraphError."""
        ...
