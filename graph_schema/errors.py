"""Everything that can go wrong, as one tree; each class knows its code for GraphQL and its exit code for the shell.

ChokepointError             exit 1
├── SettingsError           exit 2   a setting is missing or wrong
├── JobTimedOut             exit 1   (retryable) a job took longer than it may; the next run goes on where it stopped
├── SourceError             exit 4   what was handed in cannot be read
│   ├── SourceUnavailable            (retryable) the file, folder or address does not answer
│   │   └── AddressRefused           the address lies inside a private network
│   ├── MalformedRecord              one record is wrong: source, line, field, what was expected
│   ├── UnexpectedCounts    exit 1   a source holds less or more than it should
│   └── BackupUnusable               a backup is damaged, cut short, too new, or cannot be written
├── QuestionError           exit 4   the asker can mend it
│   ├── NothingToRetract             no run or source of that name was loaded
│   ├── EntityNotFound               no entity has this id or name; close ones are named
│   ├── UnknownTerm                  the vocabulary lacks this relation, type or modality
│   ├── JudgementContradicts         two entities would be judged to be and not to be one
│   ├── JobNotFound                  no job has this name; close ones are named
│   ├── JobRunning          exit 1   (retryable) the job is at work already
│   ├── IdempotencyKeyReused         the key was sent before with other content
│   └── LimitExceeded                more was asked for than the service allows
├── GraphError              exit 5   the database could not answer
│   ├── GraphUnavailable             (retryable) nothing answers at the address
│   ├── GraphUnauthorized            user or password refused
│   ├── DeadlineExceeded             (retryable) a transaction took longer than it may
│   ├── MissingEndpoint              a write found fewer rows than it was given
│   ├── GraphBusy                    (retryable) another loader is writing to the graph
│   ├── GraphChanged                 (retryable) the graph changed while a dump read it
│   ├── RestoreIncomplete            a restore stopped half-way: the database holds a part of the backup
│   ├── DatabaseNotEmpty    exit 1   a restore would mix two graphs
│   └── SchemaDrift         exit 1   constraints or indexes differ from what this version needs
└── EmbeddedError           exit 6   the embedded Neo4j could not be brought up
    ├── ArtifactUnavailable          (retryable) a part of the server could not be downloaded
    ├── ArtifactCorrupt              a downloaded part is not what the lock says
    ├── NotEnoughMemory, NotEnoughDisk, PortTaken
    └── ServerFailed                 the server ended or stayed silent; its log is named
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from graph_schema.exit_codes import ExitCode
from graph_schema.spelling import one_line


class ChokepointError(Exception):
    """Base of all errors that a user may see: the message is one line and says how to mend it."""

    code: ClassVar[str] = "CHOKEPOINT_ERROR"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    retryable: ClassVar[bool] = False

    def __str__(self) -> str:
        return one_line(super().__str__())


class SettingsError(ChokepointError):
    """A setting is missing, malformed or contradicts another."""

    code = "SETTINGS_ERROR"
    exit_code = ExitCode.USAGE


class JobTimedOut(ChokepointError):
    """A job took longer than it may; what it wrote stays, and its next run goes on there."""

    code = "JOB_TIMED_OUT"
    retryable = True


class SourceError(ChokepointError):
    """What was handed in cannot be read."""

    code = "SOURCE_ERROR"
    exit_code = ExitCode.UNUSABLE


class SourceUnavailable(SourceError):
    """The file, folder or address does not answer."""

    code = "SOURCE_UNAVAILABLE"
    retryable = True


class AddressRefused(SourceUnavailable):
    """The name leads to an address inside a private network."""

    code = "ADDRESS_REFUSED"
    retryable = False


class MalformedRecord(SourceError):
    """One record is wrong; the rest of its batch goes on.

    Printed as `bulletin.csv:3: subject is empty`.
    """

    code = "MALFORMED_RECORD"

    def __init__(
        self,
        source: str,
        line: int,
        field: str | None,
        problem: str,
        *,
        raw: str | None = None,
        header: str | None = None,
    ) -> None:
        super().__init__(f"{source}:{line}: {problem if field is None else f'{field} {problem}'}")
        self.source, self.line, self.field, self.problem, self.raw = source, line, field, problem, raw
        self.header = header
        """Of the table that the record is a row of."""


class UnexpectedCounts(SourceError):
    """A source holds less or more than it should, so that nothing was ended."""

    code = "UNEXPECTED_COUNTS"
    exit_code = ExitCode.FAILED


class BackupUnusable(SourceError):
    """A backup is damaged, cut short, of a newer version, or its file cannot be read or written."""

    code = "BACKUP_UNUSABLE"


class QuestionError(ChokepointError):
    """The question cannot be answered as it was put."""

    code = "BAD_QUESTION"
    exit_code = ExitCode.UNUSABLE


class EntityNotFound(QuestionError):
    """No entity has this id, name or alias."""

    code = "ENTITY_NOT_FOUND"

    def __init__(self, wanted: str, *, close: Sequence[str] = (), graph_is_empty: bool = False) -> None:
        near = f"; close: {', '.join(close)}" if close else ""
        empty = ": the graph is empty; fill it with chokepoint load" if graph_is_empty else ""
        super().__init__(f"no entity {wanted!r}{near}{empty}")
        self.wanted, self.close = wanted, tuple(close)


class NothingToRetract(QuestionError):
    """No run, or no source, of that name was loaded."""

    code = "NOTHING_TO_RETRACT"


class UnknownTerm(QuestionError):
    """The vocabulary has no such term."""

    code = "UNKNOWN_TERM"

    def __init__(self, kind: str, wanted: str, valid: Sequence[str]) -> None:
        super().__init__(f"no {kind} {wanted!r}; valid: {', '.join(valid)}")
        self.kind, self.wanted, self.valid = kind, wanted, tuple(valid)


class JudgementContradicts(QuestionError):
    """A judgement, with those already made, would say that two entities are and are not one."""

    code = "JUDGEMENT_CONTRADICTS"


class JobNotFound(QuestionError):
    """The schedule has no job of this name."""

    code = "JOB_NOT_FOUND"

    def __init__(self, wanted: str, *, close: Sequence[str] = ()) -> None:
        super().__init__(f"no job {wanted!r}" + (f"; close: {', '.join(close)}" if close else ""))
        self.wanted, self.close = wanted, tuple(close)


class JobRunning(QuestionError):
    """A job is at work, here or in another process, so that it was not started once more."""

    code = "JOB_RUNNING"
    exit_code = ExitCode.FAILED
    retryable = True

    def __init__(self, job: str) -> None:
        super().__init__(f"job {job!r} is running; start it again once it has ended")
        self.job = job


class IdempotencyKeyReused(QuestionError):
    """An idempotency key was sent before with other content; nothing was loaded."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self, key: str, run: str) -> None:
        super().__init__(f"idempotency key {key!r} belongs to other content, loaded by {run}: send a new key")
        self.key, self.run = key, run


class LimitExceeded(QuestionError):
    """More was asked for than the service allows."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, what: str, asked: int, most: int) -> None:
        super().__init__(f"{what} is {asked}, at most {most} is allowed")
        self.what, self.asked, self.most = what, asked, most


class GraphError(ChokepointError):
    """The database could not answer."""

    code = "GRAPH_ERROR"
    exit_code = ExitCode.DATABASE


class GraphUnavailable(GraphError):
    """Nothing answers at the address."""

    code = "GRAPH_UNAVAILABLE"
    retryable = True

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class GraphUnauthorized(GraphError):
    """The database refuses the user or the password."""

    code = "GRAPH_UNAUTHORIZED"


class DeadlineExceeded(GraphError):
    """A transaction took longer than it may."""

    code = "DEADLINE_EXCEEDED"
    retryable = True


class MissingEndpoint(GraphError):
    """A write found fewer rows than it was given: an entity or document it names is not in the graph."""

    code = "MISSING_ENDPOINT"


class GraphBusy(GraphError):
    """Another loader is writing to the graph, or has taken over from this one."""

    code = "GRAPH_BUSY"
    retryable = True


class GraphChanged(GraphError):
    """The graph changed while it was read, so that a dump or an answer would mix two states."""

    code = "GRAPH_CHANGED"
    retryable = True


class RestoreIncomplete(GraphError):
    """A restore stopped after its first write: the database holds a part of the backup."""

    code = "RESTORE_INCOMPLETE"


class DatabaseNotEmpty(GraphError):
    """The database holds nodes with which a restored graph would mix."""

    code = "DATABASE_NOT_EMPTY"
    exit_code = ExitCode.FAILED


class SchemaDrift(GraphError):
    """Constraints or indexes of the database differ from what this version needs."""

    code = "SCHEMA_DRIFT"
    exit_code = ExitCode.FAILED


class EmbeddedError(ChokepointError):
    """The embedded Neo4j could not be brought up."""

    code = "EMBEDDED_ERROR"
    exit_code = ExitCode.SERVER


class ArtifactUnavailable(EmbeddedError):
    """A part of the server could not be downloaded."""

    code = "ARTIFACT_UNAVAILABLE"
    retryable = True


class ArtifactCorrupt(EmbeddedError):
    """A downloaded part is not what the lock says."""

    code = "ARTIFACT_CORRUPT"


class NotEnoughMemory(EmbeddedError):
    """The machine has less free memory than the server needs."""

    code = "NOT_ENOUGH_MEMORY"


class NotEnoughDisk(EmbeddedError):
    """The disk has less free space than the server or its download needs."""

    code = "NOT_ENOUGH_DISK"


class PortTaken(EmbeddedError):
    """A port that was asked for by setting belongs to another program."""

    code = "PORT_TAKEN"


class ServerFailed(EmbeddedError):
    """The server ended before it answered, or stayed silent for too long."""

    code = "SERVER_FAILED"

    def __init__(self, problem: str, log: Path) -> None:
        super().__init__(f"{problem}; its log: {log}")
        self.log = log
