"""Which entities a question outside the searches means: names to stored entities, in a transaction of their own."""

from collections.abc import Sequence

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from service.queries.entities import entities_by_id
from service.queries.entities_meant import entities_meant
from service.queries.records import EntityRecord


async def lookup(graph: Graph, names: Sequence[str]) -> dict[str, EntityRecord]:
    """The entity that each id, name or alias means; of several with one name the one with most relations.

    Takes one database query, and one more when a name is not exactly that of an entity. Raises EntityNotFound with
    close names.
    """
    return await graph.read(entities_meant, names)


async def lookup_as_stored(graph: Graph, names: Sequence[str]) -> dict[str, EntityRecord]:
    """`lookup`, but the id of an entity that was judged to be another means that entity itself. Raises EntityNotFound."""
    stored = await graph.read(entities_by_id, list(map(EntityId, names)))
    found = {name: stored[EntityId(name)] for name in names if name in stored}
    others = [name for name in names if name not in found]
    return found | (await lookup(graph, others) if others else {})
