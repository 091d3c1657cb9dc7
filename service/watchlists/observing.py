"""Looks at the graph for a watch list: the ties of its entities to listed ones, and their relations."""

from collections.abc import Awaitable, Callable

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import ChokepointError, LimitExceeded, QuestionError
from service.paths.budget import Budget
from service.paths.report import Bound, PathStatus
from service.queries.changes import WatchedRelation, relations_since
from service.queries.entities_meant import entities_known
from service.queries.records import EntityRecord
from service.searches.desk import Searches
from service.searches.exposure import Exposure, ExposureRequest
from service.settings import ServiceSettings
from service.watchlists.definition import Watched, WatchList
from service.watchlists.news import Seen, Sighting

_EXACT = (None, Bound.DEPTH)
"""Bounds under which all is seen that a question asks for."""
_DEPTH = 4
"""Most hops of a tie, as in the API where a question does not say."""


AskSaved = Callable[[str], Awaitable[Seen]]
"""What there is to see of the answer to a saved question. Raises as `observe` does, and QuestionError."""


class SeenInPart(ChokepointError):
    """Not all that is watched could be seen in time."""

    code = "SEEN_IN_PART"
    retryable = True


async def observe(
    graph: Graph, searches: Searches, watch: WatchList, settings: ServiceSettings, ask: AskSaved | None = None
) -> Sighting:
    """What there is to see of a watch list now. What has left the graph is seen no more.

    Raises LimitExceeded where its entities have too many relations, SeenInPart where time did not let all be seen (what is
    missing would look as if it had ended), ServiceBusy, GraphUnavailable, GraphError.
    """
    version = await graph.read(graph_version)
    if watch.question is not None:
        if ask is None:
            raise QuestionError(
                "nothing here answers saved questions: `chokepoint serve` and `chokepoint watch run` do"
            )
        return Sighting(version, await ask(watch.question))
    known = await graph.read(entities_known, [*watch.entities, *watch.lists])
    entities = list({known[name].id: known[name] for name in watch.entities if name in known}.values())
    lists = tuple(known[name].id for name in watch.lists if name in known)
    seen: Seen = {}
    budget = Budget(max_depth=_DEPTH, max_expansions=settings.max_expansions, timeout_s=settings.max_timeout_ms / 1000)
    if Watched.EXPOSURE in watch.watched and (lists or not watch.lists):
        for entity in entities:
            answer = await searches.run(ExposureRequest(entity.id, lists=lists, budget=budget))
            seen |= {f"exposure|{entity.id}|{tie.kind}|{tie.entity.id}": _tie(entity, tie) for tie in answer.exposures}
            if answer.report.status is PathStatus.BUDGET_EXHAUSTED or answer.report.limited_by not in _EXACT:
                raise SeenInPart(
                    f"not all ties of {entity.name} were found in time: watch fewer entities, or raise the limits"
                )
    if Watched.RELATIONS in watch.watched:
        ids, most = [entity.id for entity in entities], settings.max_watched_relations
        now = await graph.read(relations_since, ids, [], since=-1, limit=most + 1)
        if len(now.known) > most:
            raise LimitExceeded("the number of relations to watch", len(now.known), most)
        seen |= {
            f"relation|{one.relation.id}": _relation(one, set(ids))
            for one in now.fresh
            if not watch.relations or one.relation.type in watch.relations
        }
    return Sighting(version, seen)


def _tie(entity: EntityRecord, tie: Exposure) -> dict[str, object]:
    """A tie has changed when it leads another way, not when one of its relations got surer."""
    way = [entity] if tie.path is None else list(tie.path.entities)
    through = " · ".join(one.name for one in way)
    text = f"{entity.name} is listed itself" if tie.path is None else f"{through} ({tie.kind}, {tie.distance} hops)"
    return {
        "about": entity.id,
        "mark": [tie.distance, *(one.id for one in way)],
        "text": text,
        "kind": tie.kind,
        "listed": tie.entity.id,
        "path": [one.id for one in way],
    }


def _relation(one: WatchedRelation, watched: set[str]) -> dict[str, object]:
    relation = one.relation
    return {
        "about": relation.subject if relation.subject in watched else relation.object,
        "mark": relation.status,
        "text": f"{one.subject.name} {relation.type} {one.object.name} ({relation.status}, {relation.sources} sources)",
        "type": relation.type,
        "relation": relation.id,
        "subject": relation.subject,
        "object": relation.object,
        "status": relation.status,
        "sources": relation.sources,
    }
