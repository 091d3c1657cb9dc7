"""Changes that authorised writers may make: load statements and articles, take documents and runs back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

import strawberry

from graph_schema.errors import LimitExceeded
from graph_schema.ids import DocumentId, RunId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from graph_schema.writing import Submission
from service.graphql.context import Info
from service.graphql.types.runs import Count, LoadRun

MOST_TRIPLES = 1_000


@strawberry.input(description="One statement: who is tied to whom, how, in which words.")
class TripleInput:
    """A record of a triples file."""

    subject: str = strawberry.field(description="Who, by name.")
    predicate: str = strawberry.field(description="The source's own words, or a relation type.")
    object: str = strawberry.field(description="Whom or what, by name.")
    subject_type: EntityType | None = strawberry.field(default=None, description="Inferred when not given.")
    object_type: EntityType | None = strawberry.field(default=None, description="Inferred when not given.")
    relation: RelationType | None = strawberry.field(default=None, description="Mapped from the words when not given.")
    sentence: str | None = strawberry.field(default=None, description="The words of the document.")
    modality: Modality | None = strawberry.field(default=None, description="How it is put; asserted when not given.")
    confidence: float | None = strawberry.field(default=None, description="In [0, 1]; 1 when not given.")
    attribution: str | None = strawberry.field(default=None, description="Who is said to state it, by name.")
    date: dt.date | None = strawberry.field(default=None, description="When it happened.")
    valid_from: dt.date | None = strawberry.field(default=None, description="Since when it holds.")
    valid_to: dt.date | None = strawberry.field(default=None, description="Until when it held.")
    url: str | None = strawberry.field(default=None, description="Address of the document.")
    title: str | None = strawberry.field(default=None, description="Title of the document.")
    publisher: str | None = strawberry.field(default=None, description="Who published the document.")
    published: dt.date | None = strawberry.field(default=None, description="When the document was published.")


@strawberry.input(description="A text whose statements are extracted.")
class ArticleInput:
    """A record of a news file."""

    text: str = strawberry.field(description="The text.")
    id: str | None = strawberry.field(default=None, description="Name of the article at its source.")
    url: str | None = strawberry.field(default=None, description="Its address.")
    title: str | None = strawberry.field(default=None, description="Its headline.")
    publisher: str | None = strawberry.field(default=None, description="Who published it.")
    published: dt.date | None = strawberry.field(default=None, description="When.")


@strawberry.type(description="What became of records that were handed in.")
class SubmissionResult:
    """See `Submission`."""

    counts: list[Count] = strawberry.field(description="Records and changes by outcome; what is 0 is left out.")
    refused: list[str] = strawberry.field(description="One line for each record that was refused.")
    run_id: strawberry.ID | None = strawberry.field(description="The run that wrote them; null: it was a dry run.")

    @classmethod
    def from_domain(cls, done: Submission) -> Self:
        run = None if done.run is None else strawberry.ID(done.run)
        return cls(counts=counts(done.counts), refused=list(done.refused), run_id=run)

    @strawberry.field(description="The run that wrote them.")
    async def run(self, info: Info) -> LoadRun | None:
        found = None if self.run_id is None else await info.context.load.run_by_id.load(RunId(self.run_id))
        return None if found is None else LoadRun.from_record(found)


@strawberry.type(description="What was taken back.")
class RetractionResult:
    """Counts of a retraction."""

    counts: list[Count] = strawberry.field(description="Changes by outcome; what is 0 is left out.")


@strawberry.type(description="What authorised writers may change. All of it may be sent twice without harm.")
class Mutation:
    """Needs the header `Authorization: Bearer …` with the service's write token."""

    @strawberry.mutation(description="Load up to 1,000 statements. Sending the same again changes nothing.")
    async def load_triples(
        self, info: Info, triples: list[TripleInput], source: str, dry_run: bool = False
    ) -> SubmissionResult:
        writer = info.context.writer_for()
        if len(triples) > MOST_TRIPLES:
            raise LimitExceeded("the number of triples", len(triples), MOST_TRIPLES)
        done = await writer.load_triples([record(triple) for triple in triples], source=source, dry_run=dry_run)
        return SubmissionResult.from_domain(done)

    @strawberry.mutation(
        description="Extract the statements of a text and load them. Sending it again changes nothing."
    )
    async def load_article(self, info: Info, article: ArticleInput, dry_run: bool = False) -> SubmissionResult:
        writer = info.context.writer_for()
        return SubmissionResult.from_domain(await writer.load_article(record(article), dry_run=dry_run))

    @strawberry.mutation(description="Take a document back: what only it stated goes, what others state too stays.")
    async def retract_document(self, info: Info, id: strawberry.ID) -> RetractionResult:
        return RetractionResult(counts=counts(await info.context.writer_for().retract_document(DocumentId(id))))

    @strawberry.mutation(description="Take back what a run brought, save what other sources state too.")
    async def retract_run(self, info: Info, id: strawberry.ID) -> RetractionResult:
        return RetractionResult(counts=counts(await info.context.writer_for().retract_run(RunId(id))))


def record(given: TripleInput | ArticleInput) -> dict[str, Any]:
    """The input as a record of a file; what was not given is left out."""
    values = {name: value for name, value in vars(given).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}


def counts(numbers: Mapping[str, int]) -> list[Count]:
    """Counts other than 0, by name."""
    return [Count(name=name, count=number) for name, number in sorted(numbers.items()) if number]
