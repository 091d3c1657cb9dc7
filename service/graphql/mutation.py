"""Changes that authorised writers may make: load, take back, judge, start jobs."""

import datetime as dt
from typing import Annotated

import strawberry

from graph_schema import domain
from graph_schema.errors import LimitExceeded, QuestionError
from graph_schema.ids import DocumentId, RunId
from service.graphql.context import Info
from service.graphql.types.jobs import Job
from service.graphql.types.submissions import (
    ArticleInput,
    JudgementResult,
    RetractionResult,
    SubmissionResult,
    TripleInput,
    counts,
    record,
)
from service.searches.endpoints import lookup_as_stored

MOST_TRIPLES = 1_000
LONGEST_KEY = 255

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="Made up by the client, one for each submission, at most 255 characters: what was loaded under it is "
        "not loaded again, and the first outcome is given. A dry run takes no notice of it."
    ),
]
Named = Annotated[
    strawberry.ID, strawberry.argument(description="Id, name or alias; ids tell entities of one name apart.")
]


@strawberry.type
class GraphMutation:
    """Needs the header `Authorization: Bearer …` with a key of scope write, or the service's write token."""

    @strawberry.mutation(description="Load up to 1,000 statements. Sending the same again changes nothing.")
    async def load_triples(
        self,
        info: Info,
        triples: Annotated[
            list[TripleInput], strawberry.argument(description="The statements to load, at most 1,000 in one call.")
        ],
        source: Annotated[
            str, strawberry.argument(description="Name of where they come from; load runs are listed under it.")
        ],
        dry_run: Annotated[
            bool, strawberry.argument(description="Check the records and count what would change, without writing.")
        ] = False,
        idempotency_key: IdempotencyKey = None,
    ) -> SubmissionResult:
        writer, key = info.context.writer_for(), _checked(idempotency_key)
        if len(triples) > MOST_TRIPLES:
            raise LimitExceeded("the number of triples", len(triples), MOST_TRIPLES)
        records = [record(triple) for triple in triples]
        done = await writer.load_triples(records, source=source, dry_run=dry_run, key=key)
        return SubmissionResult.from_domain(done)

    @strawberry.mutation(
        description="Extract the statements of a text and load them. Sending it again changes nothing."
    )
    async def load_article(
        self,
        info: Info,
        article: Annotated[
            ArticleInput, strawberry.argument(description="The article whose statements are extracted and loaded.")
        ],
        dry_run: Annotated[
            bool, strawberry.argument(description="Extract and count what would change, without writing.")
        ] = False,
        idempotency_key: IdempotencyKey = None,
    ) -> SubmissionResult:
        writer, key = info.context.writer_for(), _checked(idempotency_key)
        return SubmissionResult.from_domain(await writer.load_article(record(article), dry_run=dry_run, key=key))

    @strawberry.mutation(description="Take a document back: what only it stated goes, what others state too stays.")
    async def retract_document(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the document, as `Document.id` gives it.")],
    ) -> RetractionResult:
        return RetractionResult(counts=counts(await info.context.writer_for().retract_document(DocumentId(id))))

    @strawberry.mutation(description="Take back what a run brought, save what other sources state too.")
    async def retract_run(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the load run, as `LoadRun.id` gives it.")],
    ) -> RetractionResult:
        return RetractionResult(counts=counts(await info.context.writer_for().retract_run(RunId(id))))

    @strawberry.mutation(
        description="Store whether two entities are one. SAME joins their relations under one of the two, which then "
        "answers to both names; a later judgement on the pair takes the place of the earlier one, and undoes it."
    )
    async def judge_same_as(
        self,
        info: Info,
        a: Named,
        b: Named,
        verdict: Annotated[
            domain.Verdict, strawberry.argument(description="Whether the two are the same, different, or undecided.")
        ],
        reason: Annotated[
            str | None, strawberry.argument(description="Why it is judged so, for those who come after.")
        ] = None,
    ) -> JudgementResult:
        writer = info.context.writer_for()
        known = await lookup_as_stored(info.context.graph, [a, b])
        judgement = domain.Judgement(
            known[a].id, known[b].id, verdict, info.context.caller.name, dt.datetime.now(dt.UTC), reason
        )
        done = await writer.judge(judgement)
        info.context.renew()
        return JudgementResult.from_domain(judgement, done)

    @strawberry.mutation(
        description="Start a job of the schedule now, in the background. How it ends is told by `jobs` and `loadRuns`."
    )
    async def start_job(
        self, info: Info, name: Annotated[str, strawberry.argument(description="Its name in the file of the jobs.")]
    ) -> Job:
        return Job.from_state(await info.context.writer_for().start_job(name))


def _checked(key: str | None) -> str | None:
    """The key. Raises QuestionError, LimitExceeded."""
    if key is not None and not key.strip():
        raise QuestionError("idempotencyKey is empty")
    if key is not None and len(key) > LONGEST_KEY:
        raise LimitExceeded("the length of idempotencyKey", len(key), LONGEST_KEY)
    return key
