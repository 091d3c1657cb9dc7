"""From the model's answer to triples: every part is checked, and what fails is counted by reason, never passed on."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph_schema.domain import Span
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from loaders.extraction.llm.quotes import Quotable
from loaders.triple import NamedEntity, Triple

_MOST_STATEMENTS = 500
"""Statements read of one answer."""

Words = Annotated[str, Field(min_length=1, max_length=300)]


class AnswerUnusable(Exception):
    """The answer as a whole is not what was asked for; the message says in which way."""


class _Entity(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    name: Words
    mention: Words
    type: EntityType


class _Statement(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    evidence: str
    subject: _Entity
    predicate: Words
    relation: RelationType
    object: _Entity
    modality: Modality
    attribution: _Entity | None = None
    role: str | None = None
    date: str | None = None
    confidence: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)


@dataclass(slots=True)
class ArticleTriples:
    """What the answers to one article gave so far."""

    triples: dict[tuple[Any, ...], Triple] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    """Statements not made into triples, by reason code."""


def read_answer(content: str, text: str, offset: int, extractor: str, reading: ArticleTriples) -> None:
    """Add to `reading` the statements of one answer about `text`, which begins at `offset` of the article.

    Reasons in `rejected`: `malformed`, `unknown_relation`, `unknown_type`, `unknown_modality`; `no_such_quote`, the evidence is
    not in the text; `no_such_mention`, an end is not; `same_entity`; `repeated`; `too_many`. Raises AnswerUnusable.
    """
    statements = _statements(content)
    quotable = Quotable(text)
    if len(statements) > _MOST_STATEMENTS:
        reading.rejected["too_many"] += len(statements) - _MOST_STATEMENTS
    for raw in statements[:_MOST_STATEMENTS]:
        try:
            statement = _Statement.model_validate(raw)
        except ValidationError as error:
            reading.rejected[_reason(error)] += 1
            continue
        triple = _triple(statement, text, quotable, offset, extractor)
        if isinstance(triple, str):
            reading.rejected[triple] += 1
            continue
        key = (triple.subject.name, triple.relation, triple.object.name, triple.modality, triple.span)
        if key in reading.triples:
            reading.rejected["repeated"] += 1
        else:
            reading.triples[key] = triple


def _statements(content: str) -> list[Any]:
    try:
        answer = orjson.loads(_unfenced(content))
    except orjson.JSONDecodeError:
        raise AnswerUnusable("the model's answer is not JSON") from None
    statements = answer.get("statements") if isinstance(answer, dict) else None
    if not isinstance(statements, list):
        raise AnswerUnusable("the model's answer has no list of statements")
    return statements


def _unfenced(content: str) -> str:
    """Without the code fence that models put around JSON where no schema holds them."""
    content = content.strip()
    if content.startswith("```") and content.endswith("```"):
        content = content.removeprefix("```").removesuffix("```").removeprefix("json")
    return content


def _triple(statement: _Statement, text: str, quotable: Quotable, offset: int, extractor: str) -> Triple | str:
    """The triple, or the reason why it is none."""
    if (span := quotable.find(statement.evidence)) is None:
        return "no_such_quote"
    if not all(quotable.mentions(end.mention) for end in (statement.subject, statement.object)):
        return "no_such_mention"
    subject, object = statement.subject, statement.object
    if (subject.name.casefold(), subject.type) == (object.name.casefold(), object.type):
        return "same_entity"
    relation = statement.relation
    if not vocabulary().admits(subject.type, relation, object.type):
        if vocabulary().admits(object.type, relation, subject.type):
            subject, object = object, subject
        else:
            relation = RelationType.RELATED_TO
    speaker = statement.attribution
    mentions = [quotable.mention(end.mention, span) for end in (subject, object)]
    return Triple(
        subject=NamedEntity(subject.name, subject.type),
        predicate=statement.predicate,
        object=NamedEntity(object.name, object.type),
        sentence=text[span.start : span.end],
        span=Span(offset + span.start, offset + span.end),
        relation=relation,
        modality=statement.modality,
        attribution=None
        if speaker is None or not quotable.mentions(speaker.mention)
        else NamedEntity(speaker.name, speaker.type),
        confidence=statement.confidence,
        role=statement.role or None,
        date=_day(statement.date),
        extractor=extractor,
        subject_mention=_moved(mentions[0], offset),
        object_mention=_moved(mentions[1], offset),
    )


def _moved(span: Span | None, offset: int) -> Span | None:
    return None if span is None else Span(offset + span.start, offset + span.end)


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        return None


def _reason(error: ValidationError) -> str:
    """The reason code of the first thing that is wrong."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if problem["type"] != "enum":
        return "malformed"
    return {"relation": "unknown_relation", "modality": "unknown_modality"}.get(str(problem["loc"][-1]), "unknown_type")
