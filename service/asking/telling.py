"""An answer of the API in words: whatever was asked, the relations and claims in it with the sentences behind them."""

from collections.abc import Iterator, Mapping
from typing import Any

from graph_schema.vocabulary import Modality
from service.agents.answers import AgentAnswer, AnswerDraft
from service.agents.tools import Tools
from service.cli.present import arrow_text
from service.http.client import ApiClient, Reply
from service.searches.supply import SupplyDirection


class ToldAnswer(AgentAnswer):
    """What was found, by name, and the statements that say so."""

    entities: list[str]
    """Entities that the answer lists, in its order."""
    entity_ids: list[str]
    """Their ids."""
    verdict: str | None = None
    """Of a question for ownership."""


async def answer_to(api: ApiClient, asked: Mapping[str, Any]) -> ToldAnswer:
    """The answer to a question as the API's `ask` understood it. Raises QuestionRefused, ServiceUnreachable."""
    if asked["operation"] == "chokePoints":
        return await _choke_points(api, asked["variables"])
    return _told(await api.send(asked["document"], asked["variables"]))


async def _choke_points(api: ApiClient, variables: Mapping[str, Any]) -> ToldAnswer:
    """With the chains that it rests on, which the operation alone does not tell."""
    found = await Tools(api).choke_points(
        variables["id"],
        SupplyDirection[variables["direction"]],
        variables["tiers"],
        variables.get("without"),
        variables["first"],
    )
    listed = [(one.entity, f"cuts off {one.cut_off_in_all}") for one in found.choke_points]
    listed += [(one.entity, f"from {one.country.name} alone") for one in found.single_country_inputs]
    listed += [(one.entity, "lost") for one in found.lost_without]
    entities = [f"{entity.name} ({how})" for entity, how in listed]
    common = {name: getattr(found, name) for name in AgentAnswer.model_fields}
    return ToldAnswer(entities=entities, entity_ids=[entity.id for entity, _ in listed], **common)


def _told(reply: Reply) -> ToldAnswer:
    draft = AnswerDraft(reply)
    data = {name: value for name, value in reply.data.items() if name not in ("freshness", "graphVersion")}
    _gather(draft, data)
    listed = dict(_listed(data))
    (found,) = data.values()
    verdict = found.get("verdict") if isinstance(found, dict) else None
    found_any = draft.tells or bool(listed) or verdict is not None
    return ToldAnswer(
        entities=list(listed.values()), entity_ids=list(listed), verdict=verdict, **draft.common(found=found_any)
    )


def lines_of(answer: ToldAnswer) -> Iterator[str]:
    """The answer as lines of text: its status, what it lists, each statement with its sentences, and what it lacks."""
    yield answer.status if answer.verdict is None else f"{answer.status}: {answer.verdict}"
    if answer.entities:
        yield ", ".join(answer.entities)
    citations = {one.number: one for one in answer.citations}
    for statement in answer.statements:
        status = Modality[statement.status]
        yield ""
        yield arrow_text(statement.subject.name, statement.relation, statement.object.name, forward=True, status=status)
        for number in statement.citations:
            one = citations[number]
            source = ", ".join(filter(None, (one.document.publisher or one.document.title, one.document.published)))
            yield f"  “{one.quotation}” ({source})"
    if answer.missing:
        yield ""
    for missing in answer.missing:
        yield f"partial: {missing}"


def _gather(draft: AnswerDraft, value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            _gather(draft, one)
    elif isinstance(value, Mapping):
        if "hubsSkipped" in value:
            draft.report(value)
        elif "hasNextPage" in value:
            draft.page(value, "of it")
        elif "basis" in value:  # of a holding the claims that give the share, else those that tell of it at all
            _gather(draft, value["claims"] or value["relations"])
        elif "claims" in value and "subject" in value:
            draft.relation(value)
        elif "sentence" in value and "subject" in value:
            draft.claim(value)
        else:
            for one in value.values():
                _gather(draft, one)


def _listed(value: Any) -> Iterator[tuple[str, str]]:
    """Ids and names of the entities that lists in an answer are of."""
    if isinstance(value, list):
        for one in value:
            if isinstance(one, Mapping) and "entity" in one:
                yield one["entity"]["id"], one["entity"]["name"]
            yield from _listed(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _listed(one)
