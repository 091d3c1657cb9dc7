"""What can be subscribed to: the progress of a load run, changes of relations, changes of exposure."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from graph_schema.domain import RunStatus
from graph_schema.errors import LimitExceeded
from graph_schema.ids import RunId
from service.errors import RunNotFound
from service.graphql.context import Info
from service.graphql.reach_query import Kinds, Lists, Ties
from service.graphql.types.changes import ExposureChange, RelationChange
from service.graphql.types.runs import LoadRun
from service.queries.records import LoadRunRecord
from service.queries.state import load_runs_by_id
from service.searches.changes import exposure_changes, relation_changes

Names = Annotated[
    list[strawberry.ID], strawberry.argument(description="Ids, names or aliases of the entities that are watched.")
]


@strawberry.type
class GraphSubscription:
    """Each subscription is told what the graph's next version brought; changes of one batch come together."""

    @strawberry.subscription(
        description="A load run as it is now and at every change; ends when the run has ended or was taken back."
    )
    async def load_run_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the load run, as `LoadRun.id` gives it.")],
    ) -> AsyncGenerator[LoadRun, None]:
        context, run_id = info.context, RunId(id)
        async with context.watch.subscription(run_id):
            run = (await context.graph.read(load_runs_by_id, [run_id])).get(run_id)
            if run is None:
                raise RunNotFound(f"no load run has the id {id!r}: loadRuns lists them")
            told: LoadRunRecord | None = None
            while run is not None:
                if run != told:
                    told = run
                    context.renew()
                    yield LoadRun.from_record(run)
                if run.status is not RunStatus.RUNNING:
                    return
                run = (await context.watch.pulse()).runs.get(run_id)

    @strawberry.subscription(description="Relations of entities that are added, changed or removed.")
    async def relation_changes(
        self,
        info: Info,
        entity_ids: Names,
        since_version: Annotated[
            int | None,
            strawberry.argument(
                description="First tell what changed after this `graphVersion`, all as CHANGED, removals apart: "
                "so a client that lost its connection goes on."
            ),
        ] = None,
    ) -> AsyncGenerator[RelationChange, None]:
        context = info.context
        _check(len(entity_ids), context.settings.max_ids)
        async with (
            context.watch.subscription(),
            aclosing(
                relation_changes(
                    context.graph,
                    context.watch,
                    entity_ids,
                    since=since_version,
                    most=context.settings.max_watched_relations,
                )
            ) as changes,
        ):
            async for change in changes:
                context.renew()
                context.know([change.watched.subject, change.watched.object])
                yield RelationChange.from_answer(change)

    @strawberry.subscription(
        description="Ties of up to 20 entities to entities that someone has listed, as they appear, change or vanish."
    )
    async def exposure_changes(
        self,
        info: Info,
        ids: Names,
        kinds: Kinds = None,
        lists: Lists = None,
        current: Annotated[
            bool, strawberry.argument(description="First tell the ties that there are, as ADDED.")
        ] = False,
    ) -> AsyncGenerator[ExposureChange, None]:
        context = info.context
        request = Ties(kinds=kinds, lists=lists).request(info)
        async with (
            context.watch.subscription(),
            aclosing(exposure_changes(context.searches, context.watch, ids, request, current=current)) as changes,
        ):
            async for change in changes:
                context.renew()
                path = change.exposure.path
                context.know([change.entity, change.exposure.entity], () if path is None else path.entities)
                yield ExposureChange.from_answer(change)


def _check(asked: int, most: int) -> None:
    if asked > most:
        raise LimitExceeded("the number of ids", asked, most)
