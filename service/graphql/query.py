"""The questions of the API that are not about paths: records and lists of them."""

import asyncio
import datetime as dt
from typing import Annotated

import strawberry

from graph_schema.domain import RunStatus
from graph_schema.errors import LimitExceeded, QuestionError
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.job_states import JobStatus, job_states
from graph_schema.vocabulary import EntityType, vocabulary
from service.filters.walk import Walk
from service.graphql.arguments import Spread
from service.graphql.connections import Connection, Page, connection_of
from service.graphql.context import Context, Info
from service.graphql.inputs import EntityFilter, RelationFilter
from service.graphql.types.jobs import JOB, Job
from service.graphql.types.lists import EntityMatch
from service.graphql.types.node import Node
from service.graphql.types.records import Claim, Document, Entity, Relation
from service.graphql.types.runs import LoadRun
from service.graphql.types.service import Limits, Ontology
from service.queries.documents import documents, documents_counted
from service.queries.relations_listed import relations_counted, relations_listed
from service.queries.state import load_runs, load_runs_counted, sources_loaded
from service.searches.evidence import claims_of_relations, relations_on_path

Wanted = Annotated[strawberry.ID, strawberry.argument(description="Id, name or alias of the entity.")]


@strawberry.type
class RecordQuery:
    """Entities, relations, claims, documents, runs, and what the service is."""

    @strawberry.field(
        description="The entity, relation, claim, document, run or job with this id; null: there is none."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id as an answer of this API gave it.")],
    ) -> Node | None:
        return await node_by_id(info.context, id)

    @strawberry.field(description="Anything by its id, in the order asked; null where nothing has the id.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="Ids as answers of this API gave them, at most `limits.maxIds`."),
        ],
    ) -> list[Node | None]:
        if len(ids) > info.context.settings.max_ids:
            raise LimitExceeded("the number of ids", len(ids), info.context.settings.max_ids)
        return list(await asyncio.gather(*(node_by_id(info.context, id) for id in ids)))

    @strawberry.field(description="One entity by its id, or by a name or alias in any script.")
    async def entity(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of the entity; give either this or `name`.")
        ] = None,
        name: Annotated[
            str | None, strawberry.argument(description="Name or alias in any script; give either this or `id`.")
        ] = None,
        type: Annotated[
            EntityType | None, strawberry.argument(description="Kind, where a name belongs to several entities.")
        ] = None,
    ) -> Entity | None:
        if (id is None) == (name is None):
            raise QuestionError("give either id or name")
        if id is not None:
            found = await info.context.entity_by_id(EntityId(id))
            return None if found is None else Entity.from_record(found)
        assert name is not None
        named = (await info.context.lookups.matches([name], type=type))[name]
        return Entity.from_record(named[0].entity)

    @strawberry.field(
        description="Entities whose name or alias is or resembles `q`, in any script: exact before alias before "
        "fuzzy, then by number of relations. The 200 closest are ranked.",
        extensions=[Spread()],
    )
    async def search_entities(
        self,
        info: Info,
        q: Annotated[str, strawberry.argument(description="Name or part of a name to search for, in any script.")],
        where: Annotated[
            EntityFilter | None, strawberry.argument(description="Conditions on the entities; not given: all count.")
        ] = None,
        fuzzy: Annotated[bool, strawberry.argument(description="Also names that only resemble it.")] = True,
        *,
        page: Page,
    ) -> Connection[EntityMatch]:
        window = page.window(info)
        admitted = await info.context.resolved((where or EntityFilter()).to_domain())
        rows, found = await info.context.lookups.like(
            q, admitted, fuzzy=fuzzy, skip=window.skip, limit=window.limit + 1
        )
        info.context.know([match.entity for match in rows])

        async def count() -> int:
            return found

        return connection_of(rows, window, EntityMatch.from_match, count=count)

    @strawberry.field(description="Relations by id, under conditions on them and on both ends.", extensions=[Spread()])
    async def relations(
        self,
        info: Info,
        where: Annotated[
            RelationFilter | None,
            strawberry.argument(
                description="Conditions on the relations; not given: all that are neither denied nor ended."
            ),
        ] = None,
        subject: Annotated[
            EntityFilter | None,
            strawberry.argument(description="Conditions on the entity at the start; not given: any."),
        ] = None,
        object: Annotated[
            EntityFilter | None, strawberry.argument(description="Conditions on the entity at the end; not given: any.")
        ] = None,
        *,
        page: Page,
    ) -> Connection[Relation]:
        window = page.window(info)
        ends = [await info.context.resolved((end or EntityFilter()).to_domain()) for end in (subject, object)]
        via = (where or RelationFilter()).to_domain()
        graph = info.context.graph
        rows = await graph.read(relations_listed, via, *ends, skip=window.skip, limit=window.limit + 1)
        return connection_of(
            rows, window, Relation.from_record, count=lambda: graph.read(relations_counted, via, *ends)
        )

    @strawberry.field(description="All relations between two entities, whichever way they point, surest first.")
    async def relation_between(
        self,
        info: Info,
        a: Wanted,
        b: Wanted,
        where: Annotated[
            RelationFilter | None,
            strawberry.argument(
                description="Conditions on the relations; not given: all that are neither denied nor ended."
            ),
        ] = None,
    ) -> list[Relation]:
        known = await info.context.lookups.meant([a, b])
        info.context.know(known.values())
        pair = known[a].id, known[b].id
        walk = Walk(via=(where or RelationFilter()).to_domain())
        hops = await info.context.lookups.hops([pair], walk)
        return [Relation.from_record(relation) for relation in hops.relations.get(pair, ())]

    @strawberry.field(
        description="The statements behind a relation, a path or everything about an entity.", extensions=[Spread()]
    )
    async def evidence(
        self,
        info: Info,
        relation_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of the relation whose claims are asked for.")
        ] = None,
        path_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Id of the path whose claims are asked for, as `Path.id` gives it."),
        ] = None,
        entity_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Id, name or alias of the entity whose claims are asked for."),
        ] = None,
        *,
        page: Page,
    ) -> Connection[Claim]:
        window = page.window(info)
        if sum(one is not None for one in (relation_id, path_id, entity_id)) != 1:
            raise QuestionError("give one of relationId, pathId and entityId")
        if entity_id is not None:
            known = await info.context.lookups.meant([entity_id])
            return await Entity.from_record(known[entity_id]).claims_in(info.context, window)
        relations = (
            [RelationId(relation_id)] if relation_id else await relations_on_path(info.context.graph, path_id or "")
        )
        rows = await claims_of_relations(info.context.graph, relations, skip=window.skip, limit=window.limit + 1)
        return connection_of(rows, window, Claim.from_record)

    @strawberry.field(
        description="Documents, those whose title resembles `q` first, else newest first, undated last.",
        extensions=[Spread()],
    )
    async def documents(
        self,
        info: Info,
        q: Annotated[str | None, strawberry.argument(description="Words that the title should hold.")] = None,
        publishers: Annotated[
            list[str] | None, strawberry.argument(description="Only documents of one of these publishers, by name.")
        ] = None,
        since: Annotated[dt.date | None, strawberry.argument(description="Published on this day or later.")] = None,
        until: Annotated[dt.date | None, strawberry.argument(description="Published on this day or earlier.")] = None,
        *,
        page: Page,
    ) -> Connection[Document]:
        window = page.window(info)
        graph = info.context.graph

        async def count() -> int:
            return await graph.read(documents_counted, title=q, publishers=publishers or [], since=since, until=until)

        rows = await graph.read(
            documents,
            title=q,
            publishers=publishers or [],
            since=since,
            until=until,
            skip=window.skip,
            limit=window.limit + 1,
        )
        return connection_of(rows, window, Document.from_record, count=count)

    @strawberry.field(description="Runs of loaders, the one that began last first.", extensions=[Spread()])
    async def load_runs(
        self,
        info: Info,
        job: Annotated[
            str | None, strawberry.argument(description="Only runs of the job or command of this name.")
        ] = None,
        status: Annotated[RunStatus | None, strawberry.argument(description="Only runs that stand like this.")] = None,
        *,
        page: Page,
    ) -> Connection[LoadRun]:
        window = page.window(info)
        info.context.cacheable = False
        graph = info.context.graph
        rows = await graph.read(load_runs, job=job, status=status, skip=window.skip, limit=window.limit + 1)
        return connection_of(
            rows, window, LoadRun.from_record, count=lambda: graph.read(load_runs_counted, job=job, status=status)
        )

    @strawberry.field(
        description="How fresh the graph is: of each source the run that finished last, the latest first.",
        extensions=[Spread()],
    )
    async def freshness(self, info: Info, *, page: Page) -> Connection[LoadRun]:
        window = page.window(info)
        info.context.cacheable = False
        rows = await info.context.graph.read(sources_loaded, skip=window.skip, limit=window.limit + 1)
        return connection_of(rows, window, LoadRun.from_record)

    @strawberry.field(
        description="Jobs of the schedule that have begun at least once, by name: how their last run ended, and when they "
        "are due again."
    )
    async def jobs(
        self,
        info: Info,
        status: Annotated[JobStatus | None, strawberry.argument(description="Only jobs that stand like this.")] = None,
    ) -> list[Job]:
        info.context.cacheable = False
        states = (await info.context.graph.read(job_states)).values()
        return [Job.from_state(state) for state in states if status in (None, state.status)]

    @strawberry.field(description="The vocabulary: kinds of entities and relations and what they mean.")
    def ontology(self) -> Ontology:
        return Ontology.from_domain(vocabulary())

    @strawberry.field(description="The most that one question may ask for.")
    def limits(self, info: Info) -> Limits:
        return Limits.from_settings(info.context.settings)

    @strawberry.field(description="Version of the graph: it rises with every batch written. 0: nothing was loaded.")
    async def graph_version(self, info: Info) -> int:
        return await info.context.graph_version()


async def node_by_id(context: Context, id: str) -> Node | None:
    """Whatever has this id; its first part tells which kind it is."""
    load = context.load
    match id.partition(":")[0]:
        case "claim":
            claim = await load.claim_by_id.load(ClaimId(id))
            return None if claim is None else Claim.from_record(claim)
        case "doc":
            document = await load.document_by_id.load(DocumentId(id))
            return None if document is None else Document.from_record(document)
        case "rel":
            relation = await load.relation_by_id.load(RelationId(id))
            return None if relation is None else Relation.from_record(relation)
        case "run":
            context.cacheable = False
            run = await load.run_by_id.load(RunId(id))
            return None if run is None else LoadRun.from_record(run)
        case "job":
            context.cacheable = False
            job = await load.job_by_name.load(id.removeprefix(JOB))
            return None if job is None else Job.from_state(job)
    entity = await context.entity_by_id(EntityId(id))
    return None if entity is None else Entity.from_record(entity)
