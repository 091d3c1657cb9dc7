"""Load runs as GraphQL types."""

import datetime as dt
from typing import Self

import strawberry

from graph_schema.domain import RunStatus
from service.graphql.types.node import Node
from service.queries.records import LoadRunRecord


@strawberry.type(description="How many records had one outcome.")
class Count:
    """One entry of a run's counts."""

    name: str = strawberry.field(description="Outcome, as read, written or refused.")
    count: int = strawberry.field(description="Number of records or changes with this outcome.")


@strawberry.type(description="One run of a loader over one source.")
class LoadRun(Node):
    """See `LoadRunRecord`."""

    job: str = strawberry.field(description="Name of the job or command that ran.")
    source: str = strawberry.field(description="What was read: a file, an address or a name.")
    started: dt.datetime = strawberry.field(description="Time at which the run began.")
    finished: dt.datetime | None = strawberry.field(description="When it ended; null while it runs.")
    status: RunStatus = strawberry.field(description="Whether it runs, has finished, failed or was interrupted.")
    counts: list[Count] = strawberry.field(description="Number of records and changes by outcome.")
    error: str | None = strawberry.field(description="Why the run failed, in one line; null: it did not.")

    @classmethod
    def from_record(cls, run: LoadRunRecord) -> Self:
        return cls(
            id=strawberry.ID(run.id),
            job=run.job,
            source=run.source,
            started=run.started,
            finished=run.finished,
            status=run.status,
            counts=[Count(name=name, count=count) for name, count in sorted(run.counts.items())],
            error=run.error,
        )
