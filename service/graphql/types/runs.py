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
    count: int = strawberry.field(description="Number of records.")


@strawberry.type(description="One run of a loader over one source.")
class LoadRun(Node):
    """See `LoadRunRecord`."""

    job: str = strawberry.field(description="The job that ran.")
    source: str = strawberry.field(description="What it read.")
    started: dt.datetime = strawberry.field(description="When it began.")
    finished: dt.datetime | None = strawberry.field(description="When it ended; null while it runs.")
    status: RunStatus = strawberry.field(description="How it stands.")
    counts: list[Count] = strawberry.field(description="Records by outcome.")
    error: str | None = strawberry.field(description="Why it failed.")

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
