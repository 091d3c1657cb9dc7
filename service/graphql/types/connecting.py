"""Answers about several paths at once: pages of paths, subgraphs, what changed."""

from typing import Self

import strawberry

from service.graphql.connections import Connection, Window, connection
from service.graphql.context import Info
from service.graphql.types.paths import Path, SearchReport, entities
from service.graphql.types.records import Entity, Relation
from service.searches import connecting
from service.searches.paths import PathAnswer


@strawberry.type(description="A page of paths, shortest first.")
class PathConnection(Connection[Path]):
    """A page of all simple paths."""

    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: PathAnswer, window: Window, info: Info) -> Self:
        info.context.know(answer.sources, answer.targets, *(path.entities for path in answer.paths))
        info.context.note(answer.report)
        found, more = window.cut(answer.paths)
        page = connection([Path.from_answer(path) for path in found], window, more=more)
        return cls(edges=page.edges, page_info=page.page_info, report=SearchReport.from_report(answer.report))


@strawberry.type(description="Entities and the relations between them that join the entities asked for.")
class Subgraph:
    """See `connecting.Subgraph`."""

    terminals: list[Entity] = strawberry.field(description="The entities that were asked for.")
    entities: list[Entity] = strawberry.field(description="All entities, those asked for included.")
    relations: list[Relation] = strawberry.field(description="The relations that join them.")
    unconnected: list[Entity] = strawberry.field(description="Entities asked for that nothing was found to join.")
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")

    @classmethod
    def from_answer(cls, answer: connecting.Subgraph, info: Info) -> Self:
        info.context.know(answer.terminals, answer.entities)
        info.context.note(answer.report)
        return cls(
            terminals=entities(answer.terminals),
            entities=entities(answer.entities),
            relations=[Relation.from_record(one) for one in answer.relations],
            unconnected=entities(answer.unconnected),
            report=SearchReport.from_report(answer.report),
        )


@strawberry.type(description="Paths known at one time and not at another.")
class PathsDiff:
    """See `connecting.PathsDiff`."""

    appeared: list[Path] = strawberry.field(description="Among the best paths later, not among those earlier.")
    vanished: list[Path] = strawberry.field(description="Among the best paths earlier, not among those later.")
    kept: list[Path] = strawberry.field(description="Among the best paths at both times.")
    before: SearchReport = strawberry.field(description="What the earlier answer means.")
    after: SearchReport = strawberry.field(description="What the later answer means.")

    @classmethod
    def from_answer(cls, diff: connecting.PathsDiff, info: Info) -> Self:
        for report in (diff.before, diff.after):
            info.context.note(report)
        info.context.know(*(path.entities for path in (*diff.appeared, *diff.vanished, *diff.kept)))
        return cls(
            appeared=[Path.from_answer(path) for path in diff.appeared],
            vanished=[Path.from_answer(path) for path in diff.vanished],
            kept=[Path.from_answer(path) for path in diff.kept],
            before=SearchReport.from_report(diff.before),
            after=SearchReport.from_report(diff.after),
        )
