"""Answers to path questions as GraphQL types."""

from collections.abc import Iterable
from typing import Annotated, Self

import strawberry

from graph_schema.ids import EntityId
from service.graphql.context import Info
from service.graphql.dataloaders import ClaimsOfEdge
from service.graphql.types.node import Node
from service.graphql.types.records import Claim, Entity, Relation
from service.paths.report import Bound, EngineName, PathStatus
from service.paths.report import SearchReport as Report
from service.paths.specificity import PARTS, StepCost
from service.queries.records import EntityRecord, RelationRecord
from service.searches import hops as answers
from service.searches.paths import PathAnswer


@strawberry.type(description="What makes a hop dear under the weight SPECIFICITY, in hops, beside the hop itself.")
class HopCost:
    """See `specificity.StepCost`."""

    type: float = strawberry.field(description="Weakness of the type of its cheapest relation.")
    status: float = strawberry.field(description="That the relation is not asserted.")
    confidence: float = strawberry.field(description="What is added for lack of confidence in the relation.")
    single_source: float = strawberry.field(description="That one publisher alone stands behind it.")
    crowd: float = strawberry.field(description="How many such relations its ends have, as far as they are in between.")
    entity: float = strawberry.field(description="What the entity is to which it leads: a place, a common noun.")

    @classmethod
    def from_cost(cls, cost: StepCost) -> Self:
        return cls(**{name: getattr(cost, name) for name in PARTS})


@strawberry.type(description="One step of a path: two entities and every relation between them that was admitted.")
class Hop:
    """See `hops.Hop`."""

    index: int = strawberry.field(description="Place in the path, from 0.")
    from_: Entity = strawberry.field(name="from", description="The entity at which the step starts.")
    to: Entity = strawberry.field(description="The entity to which the step leads.")
    relations: list[Relation] = strawberry.field(description="Relations between the two, surest first.")
    cost: HopCost | None = strawberry.field(description="What makes it dear; only under the weight SPECIFICITY.")
    records: strawberry.Private[tuple[RelationRecord, ...]]

    @classmethod
    def from_answer(cls, hop: answers.Hop) -> Self:
        return cls(
            index=hop.index,
            from_=Entity.from_record(hop.source),
            to=Entity.from_record(hop.target),
            relations=[Relation.from_record(relation) for relation in hop.relations],
            cost=None if hop.cost is None else HopCost.from_cost(hop.cost),
            records=hop.relations,
        )

    @strawberry.field(description="The surest claims of the step, over all its relations.")
    async def top_evidence(
        self,
        info: Info,
        n: Annotated[int, strawberry.argument(description="Most claims that are given; 1 when not given.")] = 1,
    ) -> list[Claim]:
        most = min(max(n, 0), info.context.settings.max_page)
        keys = [ClaimsOfEdge(relation.id, 0, most, relation.at_version) for relation in self.records]
        found = [claim for claims in await info.context.load.claims_by_edge.load_many(keys) for claim in claims]
        found.sort(key=lambda claim: (-claim.confidence, claim.id))
        return [Claim.from_record(claim) for claim in found[:most]]


@strawberry.type(description="A way from one entity to another.")
class Path(Node):
    """See `hops.Path`."""

    length: int = strawberry.field(description="Number of hops from start to end.")
    cost: float = strawberry.field(description="What it was ranked by: hops, or the weight that was asked for.")
    confidence: float = strawberry.field(description="Product of the surest relation of each hop, in [0, 1].")
    hops: list[Hop] = strawberry.field(description="The steps from start to end, in order.")
    entities: list[Entity] = strawberry.field(description="The entities from start to end, in order.")
    cypher: str = strawberry.field(
        description="Draws this path in Neo4j Browser; of a path with `atVersion` what of it is still there."
    )

    @classmethod
    def from_answer(cls, path: answers.Path) -> Self:
        return cls(
            id=strawberry.ID(path.id),
            length=len(path.hops),
            cost=path.cost,
            confidence=path.confidence,
            hops=[Hop.from_answer(hop) for hop in path.hops],
            entities=[Entity.from_record(entity) for entity in path.entities],
            cypher=path.cypher,
        )


@strawberry.type(description="How a question was answered.")
class SearchReport:
    """See `paths.report.SearchReport`."""

    status: PathStatus = strawberry.field(
        description="What the answer means: found, proven absent, or stopped by a limit."
    )
    limited_by: Bound | None = strawberry.field(description="The limit that shaped the answer.")
    expanded: int = strawberry.field(description="Relations looked at and steps taken.")
    elapsed_ms: float = strawberry.field(description="Milliseconds that the search took.")
    undated: int = strawberry.field(description="Relations of the answer without any date of validity.")
    hint: str | None = strawberry.field(description="The smallest change that may widen the answer.")
    cypher: str | None = strawberry.field(
        description="Draws the answer in Neo4j Browser, which knows the graph as it is now; null with `atVersion`."
    )
    engine: EngineName = strawberry.field(description="What searched: the graph in memory, the database, or the past.")
    hub_ids: strawberry.Private[tuple[EntityId, ...]]
    version: strawberry.Private[int | None]

    @classmethod
    def from_report(cls, report: Report) -> Self:
        return cls(
            status=report.status,
            limited_by=report.limited_by,
            expanded=report.expanded,
            elapsed_ms=report.elapsed_ms,
            undated=report.undated,
            hint=report.hint,
            cypher=report.cypher,
            engine=report.engine,
            hub_ids=report.hubs_skipped,
            version=report.version,
        )

    @strawberry.field(description="Hubs through which no path was sought; at most `limits.maxPage` of them.")
    async def hubs_skipped(self, info: Info) -> list[Entity]:
        ids = self.hub_ids[: info.context.settings.max_page]
        if self.engine is EngineName.PAST and self.version is not None:
            then = (await info.context.lookups.then(self.version)).entities(ids)
            return [Entity.from_record(then[id]) for id in ids if id in then]
        found = await info.context.load.entity_by_id.load_many(list(ids))
        return [Entity.from_record(entity) for entity in found if entity is not None]

    @strawberry.field(description="Version of the graph that was asked; it rises with every batch written.")
    async def graph_version(self, info: Info) -> int:
        return await info.context.graph_version() if self.version is None else self.version


@strawberry.type(description="Paths between two groups of entities, best first, and what they mean.")
class PathResult:
    """See `paths.PathAnswer`."""

    sources: list[Entity] = strawberry.field(description="The entities that `from` means.")
    targets: list[Entity] = strawberry.field(description="The entities that `to` means.")
    paths: list[Path] = strawberry.field(description="The paths that were found, best first.")
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: PathAnswer, info: Info) -> Self:
        info.context.know(answer.sources, answer.targets, *(path.entities for path in answer.paths))
        info.context.note(answer.report)
        return cls(
            sources=entities(answer.sources),
            targets=entities(answer.targets),
            paths=[Path.from_answer(path) for path in answer.paths],
            report=SearchReport.from_report(answer.report),
        )

    @strawberry.field(description="The one entity that `from` means, or the first of them.")
    def source(self) -> Entity:
        return self.sources[0]

    @strawberry.field(description="The one entity that `to` means, or the first of them.")
    def target(self) -> Entity:
        return self.targets[0]

    @strawberry.field(description="The best of the paths; null: none was found.")
    def path(self) -> Path | None:
        return self.paths[0] if self.paths else None


@strawberry.type(description="Whether a path exists between two entities.")
class PathExists:
    """A yes or no, and how far it can be trusted."""

    exists: bool = strawberry.field(
        description="Whether a path was found. False proves absence only with the status NO_PATH or "
        "IMPOSSIBLE_BY_SCHEMA."
    )
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: PathAnswer, info: Info) -> Self:
        info.context.note(answer.report)
        same = answer.report.status is PathStatus.SAME_ENTITY
        return cls(exists=same or bool(answer.paths), report=SearchReport.from_report(answer.report))


def entities(records: Iterable[EntityRecord]) -> list[Entity]:
    """Entities as GraphQL types."""
    return [Entity.from_record(record) for record in records]
