"""For what a piece of work is done: the request or the job that logs, errors, traces and the database name alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Work:
    """One request, or one run of a job."""

    id: str
    kind: str = "job"
    """What the id is an id of, as the database is told: `job` or `request`."""
    queries: int = 0
    """Queries that it sent to the database so far."""
    database_s: float = 0.0
    """Seconds that they took, added up where several ran at the same time."""


_current: ContextVar[Work | None] = ContextVar("work", default=None)


def current_work() -> Work | None:
    """What this task works for; None where nobody said."""
    return _current.get()


@contextmanager
def working_for(work: Work) -> Iterator[Work]:
    """Inside, this task and those that it starts work for this."""
    token = _current.set(work)
    try:
        yield work
    finally:
        _current.reset(token)


def transaction_metadata() -> dict[str, str]:
    """What a transaction carries into `SHOW TRANSACTIONS` and the database's query log."""
    work = _current.get()
    return {"app": "chokepoint"} if work is None else {"app": "chokepoint", work.kind: work.id}
