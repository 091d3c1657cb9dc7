"""Whether a watch list can be watched: its names mean entities, its question asks for one operation."""

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from service.asking.operations import OperationCall
from service.asking.understanding import understand
from service.queries.records import EntityRecord
from service.searches.endpoints import lookup
from service.watchlists.definition import WatchList


async def must_be_watchable(graph: Graph, watch: WatchList) -> None:
    """Raises QuestionError naming what cannot be watched, GraphUnavailable, GraphError."""
    if watch.question is None:
        await lookup(graph, [*watch.entities, *watch.lists])
    else:
        await saved_call(graph, watch.question)


async def saved_call(graph: Graph, question: str) -> tuple[OperationCall, tuple[EntityRecord, ...]]:
    """The operation that a saved question asks for and the entities of it, as the forms read it: a model may read it otherwise
    tomorrow.

    Raises QuestionError, GraphUnavailable, GraphError.
    """
    found = await understand(graph, question)
    if found.call is None:
        raise QuestionError(f"the question {question!r} cannot be watched: {found.reason}")
    return found.call, found.meant
