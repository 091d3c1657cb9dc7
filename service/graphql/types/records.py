"""Entities, relations, claims and documents as GraphQL types, each made from its record in one place."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from graph_schema.domain import Span
from graph_schema.errors import GraphChanged, QuestionError
from graph_schema.ids import EntityId, RelationId, RunId
from graph_schema.publishers import Publisher
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters import walk as filters
from service.graphql.arguments import Spread
from service.graphql.connections import Connection, Page, Window, connection_of
from service.graphql.context import Context, Info
from service.graphql.dataloaders import ClaimsOfEdge, ClaimsOfEntity, RelationsOfEntity
from service.graphql.inputs import EntityFilter, RelationFilter
from service.graphql.types.node import Node
from service.graphql.types.runs import LoadRun
from service.queries.records import ClaimRecord, DocumentRecord, EntityRecord, RelationRecord
from service.searches import because as weighing


@strawberry.type(description="An actor or thing under its canonical name.")
class Entity(Node):
    """See `EntityRecord`."""

    name: str = strawberry.field(description="Canonical name, the one of all its names that answers show.")
    type: EntityType = strawberry.field(description="What kind of thing it is.")
    aliases: list[str] = strawberry.field(description="Other names, in any script.")
    at_version: strawberry.Private[int | None] = None

    @classmethod
    def from_record(cls, entity: EntityRecord) -> Self:
        return cls(
            id=strawberry.ID(entity.id),
            name=entity.name,
            type=entity.type,
            aliases=list(entity.aliases),
            at_version=entity.at_version,
        )

    @strawberry.field(description="What to show: the name.")
    def label(self) -> str:
        return self.name

    @strawberry.field(description="Claims about it, by id.", extensions=[Spread()])
    async def claims(self, info: Info, page: Page) -> "Connection[Claim]":
        return await self.claims_in(info.context, page.window(info))

    async def claims_in(self, context: Context, window: Window) -> "Connection[Claim]":
        if self.at_version is not None:
            raise QuestionError("claims on an entity are told as they are now: ask for them without atVersion")
        key = ClaimsOfEntity(EntityId(self.id), window.skip, window.limit + 1)
        return connection_of(await context.load.claims_by_entity.load(key), window, Claim.from_record)

    @strawberry.field(description="Number of relations that it is an end of.")
    async def degree(self, info: Info) -> int:
        if self.at_version is not None:
            return (await info.context.lookups.then(self.at_version)).degrees([EntityId(self.id)])[EntityId(self.id)]
        return await info.context.load.degree_by_id.load(EntityId(self.id)) or 0

    @strawberry.field(description="Relations that it is an end of, highest confidence first.", extensions=[Spread()])
    async def relations(
        self,
        info: Info,
        where: Annotated[
            RelationFilter | None,
            strawberry.argument(
                description="Conditions on the relations; not given: all that are neither denied nor ended."
            ),
        ] = None,
        other: Annotated[
            EntityFilter | None,
            strawberry.argument(description="Conditions on the entity at the other end; not given: any."),
        ] = None,
        *,
        page: Page,
    ) -> "Connection[Relation]":
        window = page.window(info)
        via = (where or RelationFilter()).to_domain()
        rows = await self._relations(
            info, via, (other or EntityFilter()).to_domain(), skip=window.skip, limit=window.limit + 1
        )
        return connection_of(rows, window, Relation.from_record)

    async def _relations(
        self, info: Info, via: filters.RelationFilter, other: filters.EntityFilter, *, skip: int, limit: int
    ) -> list[RelationRecord]:
        if self.at_version is not None:
            then = await info.context.lookups.then(self.at_version)
            return then.relations_of(EntityId(self.id), via, other, skip=skip, limit=limit)
        admitted = await info.context.resolved(other)
        key = RelationsOfEntity(EntityId(self.id), via, admitted, skip, limit)
        return await info.context.load.relations_by_entity.load(key)

    @strawberry.field(description="Relations of others that put it on a list or bar exports to it, as they stand now.")
    async def listed(self, info: Info) -> list["Relation"]:
        rule = filters.RelationFilter(
            types=(RelationType.SANCTIONS, RelationType.RESTRICTS_EXPORTS_TO),
            direction=filters.Direction.IN,
            modalities=(Modality.ASSERTED,),
        )
        most = info.context.settings.max_page
        found = await self._relations(info, rule, filters.EntityFilter(), skip=0, limit=most)
        return [Relation.from_record(relation) for relation in found]


@strawberry.type(description="What claims say of two entities: one edge for each subject, relation type and object.")
class Relation(Node):
    """See `RelationRecord`."""

    type: RelationType = strawberry.field(description="How the subject is tied to the object.")
    status: Modality = strawberry.field(description="The strongest live modality of its claims, or ended, or denied.")
    confidence: float = strawberry.field(
        description="Probability that at least one of its independent sources is right, in [0, 1]."
    )
    claim_count: int = strawberry.field(description="Number of claims behind it.")
    source_count: int = strawberry.field(
        description="Number of publishers behind it; a document without one counts as its own."
    )
    first_seen: dt.date | None = strawberry.field(description="Earliest date among its claims and documents.")
    last_seen: dt.date | None = strawberry.field(description="Latest date among its claims and documents.")
    valid_from: dt.date | None = strawberry.field(description="Since when it holds, where a source says so.")
    valid_to: dt.date | None = strawberry.field(description="Until when it held, where a source says so.")
    subject_id: strawberry.Private[EntityId]
    object_id: strawberry.Private[EntityId]
    at_version: strawberry.Private[int | None] = None

    @classmethod
    def from_record(cls, relation: RelationRecord) -> Self:
        return cls(
            id=strawberry.ID(relation.id),
            type=relation.type,
            status=relation.status,
            confidence=relation.confidence,
            claim_count=relation.claims,
            source_count=relation.sources,
            first_seen=relation.first_seen,
            last_seen=relation.last_seen,
            valid_from=relation.valid_from,
            valid_to=relation.valid_to,
            subject_id=relation.subject,
            object_id=relation.object,
            at_version=relation.at_version,
        )

    @strawberry.field(description="The entity that is tied, at the relation's start.")
    async def subject(self, info: Info) -> Entity:
        return await entity(info.context, self.subject_id, at=self.at_version)

    @strawberry.field(description="The entity it is tied to, at the relation's end.")
    async def object(self, info: Info) -> Entity:
        return await entity(info.context, self.object_id, at=self.at_version)

    @strawberry.field(description="Whether it held once and has ended.")
    def former(self) -> bool:
        return self.status is Modality.ENDED

    @strawberry.field(description="Whether nothing is known of when it holds.")
    def undated(self) -> bool:
        return self.valid_from is None and self.valid_to is None

    @strawberry.field(
        description="The statements behind it, surest first; with `atVersion` those that were behind it then and are still "
        "there, as they are now.",
        extensions=[Spread()],
    )
    async def claims(self, info: Info, page: Page) -> "Connection[Claim]":
        window = page.window(info)
        key = ClaimsOfEdge(RelationId(self.id), window.skip, window.limit + 1, self.at_version)
        return connection_of(await info.context.load.claims_by_edge.load(key), window, Claim.from_record)

    @strawberry.field(
        description="Why it stands so: the claims that decide its status and confidence, and those that were outvoted."
    )
    async def because(self, info: Info) -> "Because | None":
        if self.at_version is not None:
            raise QuestionError("why a relation stands as it does is told of now alone: ask without atVersion")
        key = ClaimsOfEdge(RelationId(self.id), 0, weighing.MOST_CLAIMS)
        claims = await info.context.load.claims_by_edge.load(key)
        names = list(dict.fromkeys(claim.document.publisher for claim in claims if claim.document.publisher))
        weights = await info.context.load.publisher_by_name.load_many(names)
        known = {one.name: one for one in weights if one is not None}
        weighed = weighing.because(claims, known, of=self.claim_count)
        return None if weighed is None else Because.from_answer(weighed)


@strawberry.type(description="The claims of a relation, weighed: what its status and confidence follow from.")
class Because:
    """See `because.Because`."""

    status: Modality = strawberry.field(description="What the claims together say: as `Relation.status`.")
    deciding: list["Claim"] = strawberry.field(
        description="Of each publisher the surest claim in that status, surest first: the confidence is joined from these."
    )
    superseded_by: "Claim | None" = strawberry.field(
        description="The claim that ended the relation, the one with the latest end; null while it holds."
    )
    publishers: list["PublisherWeight"] = strawberry.field(
        description="Weights that were used: publishers of these claims of which `sources.yaml` tells something."
    )
    complete: bool = strawberry.field(description="Whether all claims were weighed; else the 1,000 surest were.")
    records: strawberry.Private[tuple[weighing.Outvoted, ...]]

    @classmethod
    def from_answer(cls, answer: weighing.Because) -> Self:
        return cls(
            status=answer.status,
            deciding=[Claim.from_record(claim) for claim in answer.deciding],
            superseded_by=None if answer.superseded_by is None else Claim.from_record(answer.superseded_by),
            publishers=[PublisherWeight.from_domain(one) for one in answer.publishers],
            complete=answer.complete,
            records=answer.outvoted,
        )

    @strawberry.field(description="Claims that do not decide, surest first.")
    def outvoted(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="Most claims, up to `limits.maxPage`.")] = 20,
    ) -> list["OutvotedClaim"]:
        most = min(max(first, 0), info.context.settings.max_page)
        return [OutvotedClaim.from_answer(one) for one in self.records[:most]]


@strawberry.type(description="How far a publisher is trusted, as `chokepoint weigh` was told.")
class PublisherWeight:
    """See `publishers.Publisher`."""

    name: str = strawberry.field(description="The publisher, as documents name it.")
    reliability: float = strawberry.field(
        description="Part of its claims' confidence that counts where claims are joined, in [0, 1]."
    )
    state_media: bool = strawberry.field(description="Whether a state runs or steers it.")
    aggregator_of: list[str] = strawberry.field(description="Publishers whose texts it passes on, by name.")

    @classmethod
    def from_domain(cls, one: Publisher) -> Self:
        return cls(
            name=one.name,
            reliability=one.reliability,
            state_media=one.state_media,
            aggregator_of=list(one.aggregator_of),
        )


@strawberry.type(description="A claim that does not decide how its relation stands, and the one to which it gives way.")
class OutvotedClaim:
    """See `because.Outvoted`."""

    claim: "Claim" = strawberry.field(description="The claim that does not decide.")
    why: weighing.OutvotedBecause = strawberry.field(description="Why it does not decide.")
    by: "Claim" = strawberry.field(description="The claim to which it gives way.")

    @classmethod
    def from_answer(cls, one: weighing.Outvoted) -> Self:
        return cls(claim=Claim.from_record(one.claim), why=one.why, by=Claim.from_record(one.by))


@strawberry.type(description="A range of characters (Unicode code points) of a document's text.")
class TextSpan:
    """See `Span`."""

    start: int = strawberry.field(description="Position of the first character, from 0.")
    end: int = strawberry.field(description="Position after the last character.")

    @classmethod
    def from_span(cls, span: Span | None) -> Self | None:
        return None if span is None else cls(start=span.start, end=span.end)


@strawberry.type(description="What one sentence of one document states.")
class Claim(Node):
    """See `ClaimRecord`."""

    sentence: str = strawberry.field(description="The words of the document.")
    start: int = strawberry.field(description="First character of the sentence in the document's text.")
    end: int = strawberry.field(description="Position after the last character of the sentence in the document's text.")
    predicate: str = strawberry.field(description="The source's own words for the relation.")
    type: RelationType = strawberry.field(description="The relation that it states.")
    modality: Modality = strawberry.field(description="How the source puts it.")
    confidence: float = strawberry.field(description="Probability that the source states this, in [0, 1].")
    role: str | None = strawberry.field(
        description='Title held, as "chief executive"; only of claims with HOLDS_ROLE_AT.'
    )
    share: float | None = strawberry.field(
        description="Part of the whole, in [0, 1]: of a firm that is owned, of a market that is supplied."
    )
    date: dt.date | None = strawberry.field(
        description="When it happened, where the source says; of a longer time the first day."
    )
    valid_from: dt.date | None = strawberry.field(description="Since when it holds, where the source says.")
    valid_to: dt.date | None = strawberry.field(
        description="Until when it holds or held, where the source says; of a longer time the last day."
    )
    extractor: str = strawberry.field(description="Name and version of what found it; `given`: loaded as a triple.")
    document: "Document" = strawberry.field(description="The document in which the sentence stands.")
    subject_mention: TextSpan | None = strawberry.field(
        description="The words of the document's text that mean the subject, a name or a pronoun; null: the source does not tell."
    )
    object_mention: TextSpan | None = strawberry.field(
        description="The words of the document's text that mean the object; null: the source does not tell."
    )
    record: strawberry.Private[ClaimRecord]

    @classmethod
    def from_record(cls, claim: ClaimRecord) -> Self:
        return cls(
            id=strawberry.ID(claim.id),
            sentence=claim.sentence,
            start=claim.start,
            end=claim.end,
            predicate=claim.predicate,
            type=claim.relation,
            modality=claim.modality,
            confidence=claim.confidence,
            role=claim.role,
            share=claim.share,
            date=claim.date,
            valid_from=claim.valid_from,
            valid_to=claim.valid_to,
            extractor=claim.extractor,
            document=Document.from_record(claim.document),
            subject_mention=TextSpan.from_span(claim.subject_mention),
            object_mention=TextSpan.from_span(claim.object_mention),
            record=claim,
        )

    @strawberry.field(description="Who the sentence is about.")
    async def subject(self, info: Info) -> Entity:
        return await entity(info.context, self.record.subject)

    @strawberry.field(description="Whom or what it ties the subject to.")
    async def object(self, info: Info) -> Entity:
        return await entity(info.context, self.record.object)

    @strawberry.field(description="The relation that it supports; null: both its ends were judged to be one entity.")
    async def relation(self, info: Info) -> Relation | None:
        id: RelationId | None = self.record.relation_id
        found = None if id is None else await info.context.load.relation_by_id.load(id)
        return None if found is None else Relation.from_record(found)

    @strawberry.field(description="Who is said to state it; null: the document itself.")
    async def attributed_to(self, info: Info) -> Entity | None:
        speaker = self.record.attributed_to
        return None if speaker is None else await entity(info.context, speaker)

    @strawberry.field(description="The run that loaded it.")
    async def run(self, info: Info) -> LoadRun | None:
        id: RunId | None = self.record.run
        found = None if id is None else await info.context.load.run_by_id.load(id)
        return None if found is None else LoadRun.from_record(found)


@strawberry.type(description="A text in which statements were made, as an article or a data set.")
class Document(Node):
    """See `DocumentRecord`."""

    title: str | None = strawberry.field(description="Headline or title; null: none is known.")
    url: str | None = strawberry.field(description="Address on the web; null: none is known.")
    publisher: str | None = strawberry.field(description="Name of who published it; null: none is known.")
    published: dt.date | None = strawberry.field(description="Day on which it was published; null: not known.")
    language: str | None = strawberry.field(description="Language of the text, as an ISO 639 code.")

    @classmethod
    def from_record(cls, document: DocumentRecord) -> Self:
        return cls(
            id=strawberry.ID(document.id),
            title=document.title,
            url=document.url,
            publisher=document.publisher,
            published=document.published,
            language=document.language,
        )


async def entity(context: Context, id: EntityId, *, at: int | None = None) -> Entity:
    """The entity with this id, which the graph's own links name, now or `at` an earlier version."""
    found = await context.entity_by_id(id, at=at)
    if found is None:
        raise GraphChanged(f"{id} was deleted while the question was answered: ask again")
    return Entity.from_record(found)
