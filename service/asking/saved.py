"""Answers to the saved questions of watch lists: what there is to see of each."""

from collections.abc import Iterator
from functools import cached_property

from fastapi import FastAPI

from graph_schema.database.graph import Graph
from graph_schema.settings import read_settings
from service.access.settings import AccessSettings, Anonymous
from service.app import create_app
from service.asking.telling import ToldAnswer, answer_to
from service.asking.watchable import saved_call
from service.http.client import api_of
from service.http.documents import packaged_documents
from service.settings import ServiceSettings
from service.watchlists.news import Seen
from service.watchlists.observing import SeenInPart

_MOST = 100
"""Most parts of an answer that is watched."""
_DEARER = 5
"""How many times what a client's question may cost one of these may: it asks for all parts at once."""


class SavedQuestions:
    """Asks an API of its own over `graph`, in this process: without an index, outside the audit log."""

    def __init__(self, graph: Graph, settings: ServiceSettings) -> None:
        self._graph = graph
        self._most = min(_MOST, settings.max_page)
        patient = {"max_query_cost": _DEARER * settings.max_query_cost, "timeout_ms": settings.max_timeout_ms}
        self._settings = settings.model_copy(update={"index": False, "access_log": False, **patient})

    @cached_property
    def _app(self) -> FastAPI:
        access = read_settings(AccessSettings).model_copy(update={"anonymous": Anonymous.ALWAYS, "audit": False})
        return create_app(self._settings, self._graph, access=access)

    async def __call__(self, question: str) -> Seen:
        """What the answer lists, else what it states, and its verdict, by keys that stay.

        Raises QuestionError where the question is not understood, SeenInPart where the answer is partial, ServiceUnreachable.
        """
        call, meant = await saved_call(self._graph, question)
        variables = dict(call.variables)
        if "first" in variables:
            variables["first"] = self._most
        asked = {"operation": call.operation, "document": packaged_documents()[call.document], "variables": variables}
        async with api_of(self._app) as api:
            answer = await answer_to(api, asked)
        if not answer.complete:
            raise SeenInPart(f"the answer to {question!r} is partial: {'; '.join(answer.missing)}")
        about = {"about": meant[0].id if meant else ""}
        return {f"answer|{key}": about | part for key, part in _parts(answer)}


def _parts(answer: ToldAnswer) -> Iterator[tuple[str, dict[str, object]]]:
    if answer.verdict is not None:
        yield "verdict", {"mark": answer.verdict, "text": answer.verdict, "verdict": answer.verdict}
    listed: dict[str, list[str]] = {}
    for id, shown in zip(answer.entity_ids, answer.entities, strict=True):
        listed.setdefault(id, []).append(shown)
    for id, ways in listed.items():
        yield id, {"mark": ways, "text": ", ".join(ways), "entity": id}
    for one in () if listed else answer.statements:
        what = {"relation": one.relation_id} if one.claim_id is None else {"claim": one.claim_id}
        text = f"{one.subject.name} {one.relation} {one.object.name} ({one.status.lower()})"
        ends = {"type": one.relation, "subject": one.subject.id, "object": one.object.id, "status": one.status.lower()}
        yield f"{one.claim_id or one.relation_id}", {"mark": one.status, "text": text, **what, **ends}
