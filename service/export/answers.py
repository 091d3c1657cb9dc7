"""A part of the graph that answers a question, as the rows of an export: paths, exposure or neighbours."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from graph_schema.database.backup.dumping import Sizes, sizes
from graph_schema.database.graph import Graph
from graph_schema.errors import GraphChanged
from graph_schema.ids import EntityId
from graph_schema.vocabulary import vocabulary
from service.export.reading import Batch, told_relations, with_bounded_evidence
from service.export.tables import CLAIMS, DOCUMENTS, ENTITIES, RELATIONS, TOLD_RELATIONS, Table
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.exported import Row, claims_of_edges, documents_among
from service.queries.neighbours import neighbours
from service.queries.records import EntityRecord, RelationRecord
from service.searches.hops import Path

_AT_ONCE = 500
"""Neighbours, or documents, that are read in one query."""


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """Entities and the relations between them."""

    entities: tuple[EntityRecord, ...]
    relations: tuple[RelationRecord, ...]

    @classmethod
    def of(cls, entities: Iterable[EntityRecord], relations: Iterable[RelationRecord]) -> "AnswerPart":
        """Each once, in the order of an export: by id, relations by type first."""
        once = {one.id: one for one in entities}
        tied = {one.id: one for one in relations}
        order = {type: number for number, type in enumerate(vocabulary().relations)}
        return cls(
            tuple(once[id] for id in sorted(once)),
            tuple(sorted(tied.values(), key=lambda one: (order[one.type], one.id))),
        )

    @classmethod
    def of_paths(cls, paths: Iterable[Path], also: Iterable[EntityRecord] = ()) -> "AnswerPart":
        """All that the paths pass."""
        paths = list(paths)
        entities = [entity for path in paths for entity in path.entities]
        return cls.of([*entities, *also], (one for path in paths for hop in path.hops for one in hop.relations))


async def neighbourhood(graph: Graph, entity: EntityRecord, via: RelationFilter) -> AnswerPart:
    """An entity with all entities one step away and what ties them to it."""
    entities, relations = [entity], list[RelationRecord]()
    skip = 0
    while page := await graph.read(neighbours, EntityId(entity.id), via, EntityFilter(), skip=skip, limit=_AT_ONCE):
        entities += [one for one, _ in page]
        relations += [relation for _, tied in page for relation in tied]
        skip += len(page)
    return AnswerPart.of(entities, relations)


async def read_part(graph: Graph, tables: Sequence[Table], part: AnswerPart, before: Sizes) -> AsyncIterator[Batch]:
    """The rows of the tables that belong to a part, one table after the other.

    Raises GraphChanged at the end when the graph is no longer in the state `before`; GraphUnavailable.
    """
    documents: set[str] = set()
    for table in tables:
        yield table, []
        match table.name:
            case ENTITIES.name:
                yield table, [_entity(one) for one in part.entities]
            case RELATIONS.name:
                rows = [_relation(one) for one in part.relations]
                if table is TOLD_RELATIONS:
                    async for told in told_relations(graph, rows):
                        yield table, told
                else:
                    yield table, rows
            case CLAIMS.name:
                at = table.names.index("document")
                for some in with_bounded_evidence([_relation(one) for one in part.relations]):
                    claims = await graph.read(claims_of_edges, [row[0] for row in some])
                    documents |= {row[at] for row in claims if row[at] is not None}
                    yield table, claims
            case DOCUMENTS.name:
                for ids in _chunks(sorted(documents)):
                    yield table, await graph.read(documents_among, ids)
    if await graph.read(sizes) != before:
        raise GraphChanged("the graph changed while the answer was read: run the export again when no load is writing")


def _entity(one: EntityRecord) -> Row:
    return [one.id, one.name, one.type.value, list(one.aliases)]


def _relation(one: RelationRecord) -> Row:
    meaning = vocabulary().relations[one.type]
    days = (one.first_seen, one.last_seen, one.valid_from, one.valid_to)
    return [
        *(one.id, one.subject, one.object, one.type.value, one.status.value, one.confidence, one.claims, one.sources),
        *(None if day is None else day.isoformat() for day in days),
        *(meaning.category, meaning.symmetric),
    ]


def _chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
