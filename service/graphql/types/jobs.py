"""Jobs as GraphQL types."""

import datetime as dt
from typing import Self

import strawberry

from graph_schema.job_states import JobState, JobStatus
from service.graphql.types.node import Node

JOB = "job:"
"""How the id of a job begins."""


@strawberry.type(description="A load on a schedule, as far as the graph knows it: it has begun at least once.")
class Job(Node):
    """See `JobState`."""

    name: str = strawberry.field(description="Its name; `loadRuns(job: …)` lists what it loaded.")
    status: JobStatus = strawberry.field(description="How its last run stands.")
    last_run: dt.datetime | None = strawberry.field(description="When its last run began; null: it never ran.")
    next_run: dt.datetime | None = strawberry.field(description="When it is due again, as reckoned when it last ended.")
    failures: int = strawberry.field(description="Runs in a row that failed.")
    error: str | None = strawberry.field(description="Why the last run that ended failed; null: it did not.")
    seconds: float | None = strawberry.field(description="How long the last run that ended took.")

    @classmethod
    def from_state(cls, job: JobState) -> Self:
        return cls(
            id=strawberry.ID(f"{JOB}{job.name}"),
            name=job.name,
            status=job.status,
            last_run=job.last_run,
            next_run=job.next_run,
            failures=job.failures,
            error=job.error,
            seconds=job.seconds,
        )
