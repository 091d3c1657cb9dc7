"""What mutations take in and tell: statements, articles, what became of them, judgements."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

import strawberry

from graph_schema import domain
from graph_schema.ids import EntityId, RunId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from graph_schema.writing import Judged, Submission
from service.graphql.context import Info
from service.graphql.types.judgements import Judgement
from service.graphql.types.records import Entity, entity
from service.graphql.types.runs import Count, LoadRun


@strawberry.input(description="One statement: who is tied to whom, how, in which words.")
class TripleInput:
    """A record of a triples file."""

    subject: str = strawberry.field(description="Name of the entity that is tied.")
    predicate: str = strawberry.field(description="The source's own words, or a relation type.")
    object: str = strawberry.field(description="Name of the entity that it is tied to.")
    subject_type: EntityType | None = strawberry.field(
        default=None, description="Type of the subject; inferred when not given."
    )
    object_type: EntityType | None = strawberry.field(
        default=None, description="Type of the object; inferred when not given."
    )
    relation: RelationType | None = strawberry.field(default=None, description="Mapped from the words when not given.")
    sentence: str | None = strawberry.field(default=None, description="The words of the document.")
    modality: Modality | None = strawberry.field(default=None, description="How it is put; asserted when not given.")
    confidence: float | None = strawberry.field(default=None, description="In [0, 1]; 1 when not given.")
    attribution: str | None = strawberry.field(default=None, description="Who is said to state it, by name.")
    date: dt.date | None = strawberry.field(
        default=None, description="Day on which it happened, where the source says so."
    )
    valid_from: dt.date | None = strawberry.field(
        default=None, description="First day on which it held, where the source says so."
    )
    valid_to: dt.date | None = strawberry.field(
        default=None, description="Last day on which it held, where the source says so."
    )
    url: str | None = strawberry.field(default=None, description="Address under which the document stands on the web.")
    title: str | None = strawberry.field(default=None, description="Title or headline of the document.")
    publisher: str | None = strawberry.field(default=None, description="Name of who published the document.")
    published: dt.date | None = strawberry.field(default=None, description="When the document was published.")


@strawberry.input(description="A text whose statements are extracted.")
class ArticleInput:
    """A record of a news file."""

    text: str = strawberry.field(description="Full text of the article, from which statements are extracted.")
    id: str | None = strawberry.field(default=None, description="Name of the article at its source.")
    url: str | None = strawberry.field(default=None, description="Address under which the article stands on the web.")
    title: str | None = strawberry.field(default=None, description="Headline of the article, without its publisher.")
    publisher: str | None = strawberry.field(
        default=None, description="Name of who published it; independent sources are told apart by it."
    )
    published: dt.date | None = strawberry.field(
        default=None,
        description='Day on which it was published; relative dates such as "last year" are reckoned from it.',
    )


@strawberry.type(description="What became of records that were handed in.")
class SubmissionResult:
    """See `Submission`."""

    counts: list[Count] = strawberry.field(description="Records and changes by outcome; what is 0 is left out.")
    refused: list[str] = strawberry.field(description="One line for each record that was refused.")
    run_id: strawberry.ID | None = strawberry.field(description="The run that wrote them; null: it was a dry run.")
    repeated: bool = strawberry.field(
        description="Whether they were sent before under the same idempotency key: this is what became of them then."
    )

    @classmethod
    def from_domain(cls, done: Submission) -> Self:
        run = None if done.run is None else strawberry.ID(done.run)
        return cls(counts=counts(done.counts), refused=list(done.refused), run_id=run, repeated=done.repeated)

    @strawberry.field(description="The run that wrote them.")
    async def run(self, info: Info) -> LoadRun | None:
        found = None if self.run_id is None else await info.context.load.run_by_id.load(RunId(self.run_id))
        return None if found is None else LoadRun.from_record(found)


@strawberry.type(description="What the retraction took out of the graph.")
class RetractionResult:
    """Counts of a retraction."""

    counts: list[Count] = strawberry.field(description="Changes by outcome; what is 0 is left out.")


@strawberry.type(description="A judgement and what it did to the graph.")
class JudgementResult:
    """See `Judged`."""

    judgement: Judgement = strawberry.field(
        description="What is stored, in the place of an earlier one on the same pair."
    )
    counts: list[Count] = strawberry.field(description="Changes by outcome; what is 0 is left out.")
    joined: strawberry.Private[EntityId | None]

    @classmethod
    def from_domain(cls, one: domain.Judgement, done: Judged) -> Self:
        return cls(judgement=Judgement.from_domain(one), counts=counts(done.counts), joined=done.stands_for_both)

    @strawberry.field(description="The entity under which the relations of both are joined; null: they are not one.")
    async def stands_for_both(self, info: Info) -> Entity | None:
        return None if self.joined is None else await entity(info.context, self.joined)


def record(given: TripleInput | ArticleInput) -> dict[str, Any]:
    """The input as a record of a file; what was not given is left out."""
    values = {name: value for name, value in vars(given).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}


def counts(numbers: Mapping[str, int]) -> list[Count]:
    """Counts other than 0, by name."""
    return [Count(name=name, count=number) for name, number in sorted(numbers.items()) if number]
