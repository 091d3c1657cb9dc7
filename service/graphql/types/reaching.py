"""Answers of questions that start from one entity: reach, exposure, supply, choke points."""

from typing import Self

import strawberry

from service.graphql.connections import Connection, Window, connection
from service.graphql.context import Info
from service.graphql.types.paths import Path, SearchReport, entities
from service.graphql.types.records import Entity
from service.searches import exposure, reaching, supply


@strawberry.type(description="An entity that was sought, and the best shortest path to it.")
class ReachedEntity:
    """See `reaching.ReachItem`."""

    entity: Entity = strawberry.field(description="The entity that was sought and reached.")
    distance: int = strawberry.field(description="Number of hops; in supply chains its tier.")
    path: Path = strawberry.field(description="The best shortest path that leads to it.")

    @classmethod
    def from_item(cls, item: reaching.ReachItem) -> Self:
        return cls(entity=Entity.from_record(item.entity), distance=item.distance, path=Path.from_answer(item.path))


@strawberry.type(description="A page of entities that were sought, nearest first.")
class ReachConnection(Connection[ReachedEntity]):
    """See `reaching.ReachAnswer`."""

    source: Entity = strawberry.field(description="The entity from which the search started.")
    found: int = strawberry.field(description="Entities found so far, those of earlier pages too.")
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: reaching.ReachAnswer, window: Window, info: Info) -> Self:
        info.context.know([answer.source], *(item.path.entities for item in answer.items))
        info.context.note(answer.report)
        page = connection([ReachedEntity.from_item(item) for item in answer.items], window, more=answer.more)
        return cls(
            edges=page.edges,
            page_info=page.page_info,
            source=Entity.from_record(answer.source),
            found=answer.found,
            report=SearchReport.from_report(answer.report),
        )


@strawberry.type(description="A tie to an entity that someone has listed.")
class Exposure:
    """See `exposure.Exposure`."""

    kind: exposure.ExposureKind = strawberry.field(description="Kind of the tie between the two.")
    entity: Entity = strawberry.field(description="The listed entity; its field `listed` says who lists it.")
    distance: int = strawberry.field(description="Number of hops; 0 when it is listed itself.")
    path: Path | None = strawberry.field(description="The way to it; null when the entity is listed itself.")

    @classmethod
    def from_answer(cls, one: exposure.Exposure) -> Self:
        path = None if one.path is None else Path.from_answer(one.path)
        return cls(kind=one.kind, entity=Entity.from_record(one.entity), distance=one.distance, path=path)


@strawberry.type(description="Ties to listed entities, nearest first.")
class ExposureConnection(Connection[Exposure]):
    """See `exposure.ExposureAnswer`."""

    entity: Entity = strawberry.field(description="The entity that was asked about.")
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: exposure.ExposureAnswer, window: Window, info: Info) -> Self:
        paths = (one.path.entities for one in answer.exposures if one.path is not None)
        info.context.know([answer.entity], *paths)
        info.context.note(answer.report)
        found, more = window.cut(answer.exposures[window.skip : window.skip + window.limit + 1])
        page = connection([Exposure.from_answer(one) for one in found], window, more=more)
        return cls(
            edges=page.edges,
            page_info=page.page_info,
            entity=Entity.from_record(answer.entity),
            report=SearchReport.from_report(answer.report),
        )


@strawberry.type(description="The nearest listed entity for each kind of tie.")
class ExposureSummary:
    """See `exposure.ExposureSummary`."""

    entity: Entity = strawberry.field(description="The entity that was asked about.")
    nearest: list[Exposure] = strawberry.field(description="One for each kind of tie that leads to a listed entity.")
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, summary: exposure.ExposureSummary, info: Info) -> Self:
        info.context.note(summary.report)
        return cls(
            entity=Entity.from_record(summary.entity),
            nearest=[Exposure.from_answer(one) for one in summary.nearest],
            report=SearchReport.from_report(summary.report),
        )


@strawberry.type(description="An entity that every known chain to some others passes.")
class ChokePoint:
    """See `supply.ChokePoint`."""

    entity: Entity = strawberry.field(description="The entity that all known chains to what it cuts off pass.")
    tier: int = strawberry.field(description="Its distance in the chain.")
    cut_off: list[Entity] = strawberry.field(description="What is reached through it alone.")

    @classmethod
    def from_answer(cls, one: supply.ChokePoint) -> Self:
        return cls(entity=Entity.from_record(one.entity), tier=one.tier, cut_off=entities(one.cut_off))


@strawberry.type(description="A thing whose known producers all sit in one country.")
class SingleCountryInput:
    """See `supply.SingleCountryInput`."""

    entity: Entity = strawberry.field(description="The product, material or technology.")
    country: Entity = strawberry.field(description="The country of all its known producers.")
    producers: int = strawberry.field(description="Number of its known producers.")

    @classmethod
    def from_answer(cls, one: supply.SingleCountryInput) -> Self:
        return cls(
            entity=Entity.from_record(one.entity), country=Entity.from_record(one.country), producers=one.producers
        )


@strawberry.type(description="Where a supply chain hangs on one entity or one country.")
class ChokePoints:
    """See `supply.ChokePointAnswer`."""

    entity: Entity = strawberry.field(description="The entity from which the chain starts.")
    choke_points: list[ChokePoint] = strawberry.field(description="Those that cut off most first.")
    single_country_inputs: list[SingleCountryInput] = strawberry.field(
        description="Things in the chain that come from one country alone, as far as the producers are known."
    )
    cut_off: list[Entity] = strawberry.field(description="What is lost without the entities named in `without`.")
    reached: int = strawberry.field(description="Number of entities in the chain, its start left out.")
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: supply.ChokePointAnswer, info: Info) -> Self:
        info.context.note(answer.report)
        return cls(
            entity=Entity.from_record(answer.entity),
            choke_points=[ChokePoint.from_answer(one) for one in answer.choke_points],
            single_country_inputs=[SingleCountryInput.from_answer(one) for one in answer.single_country],
            cut_off=entities(answer.cut_off),
            reached=answer.reached,
            report=SearchReport.from_report(answer.report),
        )
