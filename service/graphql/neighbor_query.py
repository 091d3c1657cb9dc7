"""The question for what is one step away."""

from typing import Annotated, Self

import strawberry

from graph_schema.vocabulary import EntityType
from service.graphql.arguments import Spread
from service.graphql.connections import Connection, Page, connection_of
from service.graphql.context import Info
from service.graphql.inputs import EntityFilter, RelationFilter
from service.graphql.types.lists import Neighbor
from service.queries.neighbours import (
    NeighbourGroup,
    NeighbourGrouping,
    neighbours_grouped,
)


@strawberry.type(description="Neighbours that have one thing in common.")
class NeighborGroup:
    """See `NeighbourGroup`."""

    by: NeighbourGrouping = strawberry.field(description="What they have in common.")
    key: str | None = strawberry.field(
        description="Type or relation as the enums of this API name it, id of the country; null: no country is known."
    )
    name: str | None = strawberry.field(description="The key as people read it.")
    neighbors: int = strawberry.field(description="Number of neighbours in this group.")
    relations: int = strawberry.field(description="How many relations to them.")

    @classmethod
    def from_domain(cls, group: NeighbourGroup) -> Self:
        key = group.key
        if key is not None and group.by is NeighbourGrouping.TYPE:
            key = EntityType(key).name
        return cls(by=group.by, key=key, name=group.name, neighbors=group.neighbours, relations=group.relations)


@strawberry.type(description="A page of neighbours, and counts over all of them.")
class NeighborConnection(Connection[Neighbor]):
    """See the Relay specification."""

    groups: list[NeighborGroup] = strawberry.field(
        description="Of each grouping that `groupBy` asks for, the largest first."
    )


@strawberry.type
class NeighborQuery:
    """What is one step away."""

    @strawberry.field(
        description="Entities one step away with all relations to them, surest first.", extensions=[Spread()]
    )
    async def neighbors(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID,
            strawberry.argument(description="Id, name or alias of the entity whose neighbours are asked for."),
        ],
        where: Annotated[
            RelationFilter | None,
            strawberry.argument(
                description="Conditions on the relations; not given: all that are neither denied nor ended."
            ),
        ] = None,
        object: Annotated[
            EntityFilter | None, strawberry.argument(description="Conditions on the neighbour; not given: any.")
        ] = None,
        group_by: Annotated[
            list[NeighbourGrouping] | None, strawberry.argument(description="Count all neighbours by these, too.")
        ] = None,
        *,
        page: Page,
    ) -> NeighborConnection:
        window = page.window(info)
        rule = (object or EntityFilter()).to_domain()
        lookups = info.context.lookups
        known = await lookups.meant([id, *sorted(rule.named)])
        info.context.know(known.values())
        admitted = rule.resolved({name: entity.id for name, entity in known.items()})
        via = (where or RelationFilter()).to_domain()
        graph, of = info.context.graph, known[id].id
        rows = await lookups.neighbours(of, via, admitted, skip=window.skip, limit=window.limit + 1)
        info.context.know([entity for entity, _ in rows])
        groupings = dict.fromkeys(group_by or ())
        groups = await graph.read(neighbours_grouped, of, via, admitted, groupings) if groupings else []
        shown = connection_of(rows, window, lambda row: Neighbor.from_records(*row))
        return NeighborConnection(
            edges=shown.edges,
            page_info=shown.page_info,
            count=lambda: lookups.neighbours_counted(of, via, admitted),
            groups=[NeighborGroup.from_domain(group) for group in groups],
        )
