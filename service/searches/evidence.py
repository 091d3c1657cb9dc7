"""The statements behind relations and paths."""

from collections.abc import Sequence
from itertools import pairwise

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from graph_schema.ids import EntityId, RelationId
from service.filters.walk import Walk
from service.queries.claims import claims_by_edge
from service.queries.paths_expand import relations_of_hops
from service.queries.records import ClaimRecord


async def claims_of_relations(
    graph: Graph, relations: Sequence[RelationId], *, skip: int, limit: int
) -> list[ClaimRecord]:
    """A page of their claims: relation by relation in the order given, surest first."""
    found = await graph.read(claims_by_edge, relations, limit=skip + limit)
    claims = [claim for relation in relations for claim in found.get(relation, ())]
    return claims[skip : skip + limit]


async def relations_on_path(graph: Graph, path_id: str) -> list[RelationId]:
    """Live relations between the neighbouring entities of a path, hop by hop. Raises QuestionError on another id."""
    pairs = list(pairwise(entities_of_path(path_id)))
    hops = await graph.read(relations_of_hops, pairs, Walk())
    return list(dict.fromkeys(relation.id for pair in pairs for relation in hops.relations.get(pair, ())))


def entities_of_path(path_id: str) -> list[EntityId]:
    """The entities that a path of this id passes, in order, at least two. Raises QuestionError."""
    kind, _, rest = path_id.partition(":")
    entities = [EntityId(part) for part in rest.split(">")]
    if kind != "path" or len(entities) < 2:
        raise QuestionError(f"{path_id!r} is not the id of a path")
    return entities
