"""What a service that takes records in hands on to the loaders, without either knowing the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph_schema.domain import Judgement
from graph_schema.ids import DocumentId, EntityId, RunId
from graph_schema.job_states import JobState


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of records that were handed in."""

    run: RunId | None
    """None: nothing was written, because it was only tried."""
    counts: Mapping[str, int]
    """Records and changes by outcome."""
    refused: Sequence[str] = field(default=())
    """One line for each record that was refused: which one, which field, why."""
    repeated: bool = False
    """It was sent before under the same key: nothing was loaded, and this is what came of it then."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judgement on two entities did."""

    stands_for_both: EntityId | None
    """The entity under which their relations are joined; None unless they are one."""
    counts: Mapping[str, int]
    """Changes by outcome."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """An entity that may be one with another, which nobody has judged."""

    entity: EntityId
    score: float
    """In [0, 1]; not a probability, but higher is likelier."""
    why: Sequence[str]
    """What speaks for it and against it, in words."""


class Resolver(Protocol):
    """Tells which entities may be one."""

    async def likenesses(self, entity: EntityId, *, limit: int) -> Sequence[Likeness]:
        """Those that may be one with `entity` and that nobody has judged, likeliest first. Raises GraphError."""
        ...


class Writer(Resolver, Protocol):
    """Writes facts to the graph. Handing the same in twice changes nothing."""

    async def load_triples(
        self, records: Sequence[Mapping[str, object]], *, source: str, dry_run: bool, key: str | None = None
    ) -> Submission:
        """Load statements; each record has the columns of a triples file. `dry_run` only reads and checks them.

        What was loaded under `key` before is not loaded again: the first outcome is given, after a restart too. A load that
        failed is no outcome. A dry run takes no notice of the key.
        Raises SourceError, IdempotencyKeyReused for a key that came with other content, GraphError.
        """
        ...

    async def load_article(self, article: Mapping[str, object], *, dry_run: bool, key: str | None = None) -> Submission:
        """Extract the statements of a text and load them, once for each `key`, as `load_triples` does.

        Raises SourceError, IdempotencyKeyReused, GraphError.
        """
        ...

    async def retract_document(self, document: DocumentId) -> Mapping[str, int]:
        """Take a document back: what only it stated goes. Raises GraphError."""
        ...

    async def retract_run(self, run: RunId) -> Mapping[str, int]:
        """Take back what a run brought, save what others state too. Raises GraphError."""
        ...

    async def judge(self, judgement: Judgement) -> Judged:
        """Store whether two entities are one, in the place of an earlier judgement, and join or part their relations.

        Raises EntityNotFound, JudgementContradicts, QuestionError, GraphBusy while a loader writes, GraphError.
        """
        ...

    async def start_job(self, name: str) -> JobState:
        """Start a job of the schedule in the background, and say how it stands.

        Raises JobNotFound, JobRunning, SettingsError, GraphError.
        """
        ...

    async def close(self) -> None:
        """End what was started in the background, each job after the batch at hand."""
        ...
