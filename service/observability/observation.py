"""What is learned of a request while it is answered. Whoever learns something notes it here; who tells it reads it at the end."""

from dataclasses import dataclass, field

from graph_schema.correlation import Work, current_work
from graph_schema.tracing import TracedWork

UNKNOWN = "unknown"


@dataclass(slots=True)
class Observation(Work):
    """One request, or one operation on an open connection."""

    kind: str = "request"
    operation: str = UNKNOWN
    """The question: the field at the top of the operation, `several`, `introspection`; `unchanged` where the client's
    copy was still good, `unknown` where no valid one was read."""
    operation_name: str | None = None
    """What the client calls it, in a document that is valid."""
    points: int | None = None
    """What it costs."""
    engines: set[str] = field(default_factory=set)
    """What searched the graph."""
    codes: list[str] = field(default_factory=list)
    """Codes of the errors that were told."""
    stream: bool = False
    """It is a subscription, which takes as long as its client wishes."""
    refused: bool = False
    """It never ran."""
    document_known: bool | None = None
    """Whether its document was ready from an earlier request."""
    unchanged: bool | None = None
    """Whether the client's copy was still good; None where it brought none."""

    @property
    def asked(self) -> bool:
        """Whether it was a valid operation of GraphQL, or tried to be one."""
        return self.operation != UNKNOWN or bool(self.codes)


def observation() -> Observation | None:
    """Of the request that this task works for; None outside of one."""
    work = current_work()
    return work if isinstance(work, Observation) else None


def note_operation(
    operation: str, name: str | None, points: int, *, document_known: bool, stream: bool = False
) -> None:
    """A valid operation is about to run at this price."""
    if (seen := observation()) is not None:
        seen.operation, seen.operation_name, seen.points = operation, name, points
        seen.document_known, seen.stream = document_known, stream


def note_engine(engine: str) -> None:
    """A search was answered by this engine."""
    if (seen := observation()) is not None:
        seen.engines.add(engine)


def note_unchanged(*, unchanged: bool) -> None:
    """The client asked whether its copy is still good."""
    if (seen := observation()) is not None:
        seen.unchanged = unchanged
        if unchanged:
            seen.operation = "unchanged"


def note_error(code: str) -> str | None:
    """An error with this code is told; returns the id of the request, which belongs into it."""
    if (seen := observation()) is None:
        return None
    seen.codes.append(code)
    return seen.id


def tell_operation(traced: TracedWork) -> None:
    """Tell a trace what is known of the operation at hand."""
    if (seen := observation()) is not None:
        engines = ",".join(sorted(seen.engines)) or None
        traced.tell(chokepoint__operation=seen.operation, graphql__operation__name=seen.operation_name)
        traced.tell(chokepoint__cost=seen.points, chokepoint__engine=engines)
        traced.tell(chokepoint__codes=",".join(sorted(set(seen.codes))) or None)


def note_refused() -> None:
    """The request is answered without having run."""
    if (seen := observation()) is not None:
        seen.refused = True
