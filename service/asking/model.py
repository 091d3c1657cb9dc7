"""A language model as the reader of questions that no form fits: it chooses an operation and names, never Cypher.

Its choice goes the way of every reading: names must be known, and the call is shown before it is answered.
"""

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from graph_schema.errors import ChokepointError
from graph_schema.exit_codes import ExitCode
from graph_schema.vocabulary import EntityType, RelationType, vocabulary
from service.asking.forms import MOST_CHARACTERS, QuestionReading, forms
from service.settings import ServiceSettings

_NONE = "none"
_ANSWER_TOKENS = 400


class ModelUnusable(ChokepointError):
    """The language model that is to read questions does not answer as it should."""

    code = "MODEL_UNUSABLE"
    exit_code = ExitCode.UNUSABLE
    retryable = True


class ModelChoice(BaseModel):
    """What the model answers: one operation, and of its arguments those that the question gives."""

    model_config = ConfigDict(extra="forbid")

    operation: str
    names: dict[str, str] = {}
    kinds: list[str] = []
    country: str | None = None
    relations: list[str] = []
    direction: str | None = None
    since: dt.date | None = None


async def model_readings(text: str, settings: ServiceSettings) -> list[QuestionReading]:
    """The reading that the configured model chooses; none where it finds none or none is configured. Raises ModelUnusable."""
    if settings.ask_model_url is None or settings.ask_model is None or len(text) > MOST_CHARACTERS:
        return []
    headers = {}
    if settings.ask_model_key is not None:
        headers["authorization"] = f"Bearer {settings.ask_model_key.get_secret_value()}"
    body = {
        "model": settings.ask_model,
        "messages": [{"role": "system", "content": _instructions()}, {"role": "user", "content": text}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "question", "strict": True, "schema": _schema()},
        },
        "temperature": 0,
        "max_tokens": _ANSWER_TOKENS,
    }
    address = settings.ask_model_url.rstrip("/") + "/chat/completions"
    try:
        async with httpx.AsyncClient(timeout=settings.ask_model_seconds, headers=headers) as http:
            response = (await http.post(address, json=body)).raise_for_status()
        content = response.json()["choices"][0]["message"]["content"]
        given: dict[str, Any] = json.loads(content)
        choice = ModelChoice.model_validate(_without_nulls(given))
    except httpx.HTTPError as error:
        raise ModelUnusable(f"the language model does not answer: {error}") from error
    except (ValueError, KeyError, IndexError, TypeError, ValidationError) as error:
        raise ModelUnusable("the language model does not answer in the form that it was asked for") from error
    return _readings(choice)


def _readings(choice: ModelChoice) -> list[QuestionReading]:
    form = next((one for one in forms() if one.operation == choice.operation), None)
    if form is None or not choice.names.keys() >= set(_NEEDED[choice.operation]):
        return []
    try:
        return [
            QuestionReading(
                form=form,
                names=choice.names,
                kinds=tuple(EntityType[name] for name in choice.kinds),
                country=choice.country,
                relations=tuple(RelationType[name] for name in choice.relations),
                direction=choice.direction,
                since=choice.since,
            )
        ]
    except KeyError as error:
        raise ModelUnusable(f"the language model names a term that the vocabulary lacks: {error}") from error


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "shortestPaths": ("from", "to"),
    "exposure": ("id",),
    "upstream": ("id",),
    "downstream": ("id",),
    "chokePoints": ("id",),
    "timeline": ("id",),
    "neighbors": ("id",),
    "ownership": ("id",),
    "contradictions": ("id",),
    "entity": ("name",),
}
"""Names that each operation cannot do without."""
_NAMES = ("id", "from", "to", "avoid", "lists", "owners", "without", "name")
_DIRECTIONS = ("IN", "OUT", "UPSTREAM", "DOWNSTREAM")


@cache
def _schema() -> dict[str, Any]:
    """Of the answer. Every property is required, as strict schemas want it; what the question does not give is null."""
    text, nothing = {"type": "string"}, {"type": "null"}
    names = {name: {"anyOf": [text, nothing]} for name in _NAMES}
    fields: dict[str, Any] = {
        "operation": {"enum": [*_NEEDED, _NONE]},
        "names": _object(names),
        "kinds": {"type": "array", "items": {"enum": [kind.name for kind in EntityType]}},
        "country": {"anyOf": [text, nothing]},
        "relations": {"type": "array", "items": {"enum": [type.name for type in RelationType]}},
        "direction": {"enum": [*_DIRECTIONS, None]},
        "since": {"anyOf": [{"type": "string", "format": "date"}, nothing]},
    }
    return _object(fields)


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


@cache
def _instructions() -> str:
    examples = "\n".join(f"- {form.operation}: {form.says}" for form in forms())
    meanings = "\n".join(f"- {type.name}: {one.meaning}" for type, one in vocabulary().relations.items())
    return (
        "Choose the one operation of a knowledge graph that answers the question exactly, and copy the names of entities from "
        f"the question. Where none does, choose {_NONE}: never guess. neighbors needs relations, and direction IN where the "
        "named entity is their object, OUT where it is their subject; chokePoints takes UPSTREAM or DOWNSTREAM. kinds and "
        f"country say which entities are asked for.\nOperations:\n{examples}\nRelations, from subject to object:\n{meanings}"
    )


def _without_nulls(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in given.items()
        if value is not None
    }
