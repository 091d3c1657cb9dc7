"""The question of the API on whether entities are one."""

import strawberry

from graph_schema.ids import EntityId
from service.graphql.context import Info
from service.graphql.reach_query import Whose
from service.graphql.types.judgements import Judgement, SameAs
from service.graphql.types.records import Entity
from service.queries.judgements import judgements_on


@strawberry.type
class SameAsQuery:
    """What was judged."""

    @strawberry.field(
        description="Which entities were judged to be one with an entity, by whom and why, which not, and which may be."
    )
    async def same_as(self, info: Info, id: Whose) -> SameAs:
        one = (await info.context.lookups.meant([id]))[id]
        judged = await info.context.graph.read(judgements_on, EntityId(one.id), limit=info.context.settings.max_page)
        info.context.know([end for each in judged for end in each.ends], [one])
        return SameAs(
            entity=Entity.from_record(one), judgements=[Judgement.from_domain(each.judgement) for each in judged]
        )
