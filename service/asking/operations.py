"""Readings of questions as operations of the API: a document of the package with its variables, and the call as one writes it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graph_schema.ids import EntityId
from graph_schema.vocabulary import vocabulary
from service.asking.forms import QuestionReading

_ENUM = re.compile(r"[A-Z][A-Z_]*")


@dataclass(frozen=True, slots=True)
class OperationCall:
    """An operation of the API with its arguments."""

    operation: str
    document: str
    """Name of the document of the package that asks it."""
    variables: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The call as one writes it in GraphQL: `downstream(id: "company:asml", tiers: 4)`."""
        arguments = ", ".join(f"{name}: {_literal(value)}" for name, value in self.variables.items())
        return f"{self.operation}({arguments})"


def call_of(reading: QuestionReading, ids: Mapping[str, EntityId]) -> OperationCall:
    """The operation that a reading asks for; `ids`: the entity that each name of the reading means."""
    operation = reading.form.operation
    document, arguments = _CALLS[operation]
    chosen = {name: ids[said] for name, said in reading.names.items()}
    return OperationCall(operation, document, _given(arguments(reading, chosen, ids)))


_Chosen = Mapping[str, EntityId]


def _paths(_: QuestionReading, chosen: _Chosen, __: _Chosen) -> dict[str, Any]:
    return {"from": [chosen["from"]], "to": [chosen["to"]], "k": 3, "avoid": _listed(chosen.get("avoid"))}


def _exposure(_: QuestionReading, chosen: _Chosen, __: _Chosen) -> dict[str, Any]:
    return {"id": chosen["id"], "lists": _listed(chosen.get("lists")), "first": 10}


def _upstream(reading: QuestionReading, chosen: _Chosen, ids: _Chosen) -> dict[str, Any]:
    return {"id": chosen["id"], "tiers": 4, "supplier": _kinds(reading, ids), "first": 20}


def _downstream(reading: QuestionReading, chosen: _Chosen, ids: _Chosen) -> dict[str, Any]:
    return {"id": chosen["id"], "tiers": 4, "customer": _kinds(reading, ids), "first": 20}


def _choke_points(reading: QuestionReading, chosen: _Chosen, _: _Chosen) -> dict[str, Any]:
    without = _listed(chosen.get("without"))
    return {
        "id": chosen["id"],
        "direction": reading.direction or "UPSTREAM",
        "tiers": 4,
        "without": without,
        "first": 5,
    }


def _timeline(reading: QuestionReading, chosen: _Chosen, _: _Chosen) -> dict[str, Any]:
    since = None if reading.since is None else reading.since.isoformat()
    return {"entityIds": [chosen["id"]], "since": since, "clock": "HAPPENED", "first": 20}


def _neighbors(reading: QuestionReading, chosen: _Chosen, ids: _Chosen) -> dict[str, Any]:
    # A relation that holds both ways is walked both ways, whichever end the question names first.
    both_ways = all(vocabulary().relations[type].symmetric for type in reading.relations)
    where = {
        "types": [type.name for type in reading.relations] or None,
        "direction": None if both_ways else reading.direction,
    }
    return {"id": chosen["id"], "where": _given(where), "object": _kinds(reading, ids), "first": 20}


def _ownership(_: QuestionReading, chosen: _Chosen, __: _Chosen) -> dict[str, Any]:
    by = _given({name: _listed(chosen.get(name)) for name in ("lists", "owners")})
    return {"id": chosen["id"], "by": by or None}


def _contradictions(_: QuestionReading, chosen: _Chosen, __: _Chosen) -> dict[str, Any]:
    return {"entityIds": [chosen["id"]], "first": 10}


def _entity(_: QuestionReading, chosen: _Chosen, __: _Chosen) -> dict[str, Any]:
    return {"id": chosen["name"], "first": 10}


_CALLS: Mapping[str, tuple[str, Callable[[QuestionReading, _Chosen, _Chosen], dict[str, Any]]]] = {
    "shortestPaths": ("agent-find-paths", _paths),
    "exposure": ("agent-exposure", _exposure),
    "upstream": ("agent-upstream", _upstream),
    "downstream": ("agent-downstream", _downstream),
    "chokePoints": ("agent-choke-points", _choke_points),
    "timeline": ("agent-what-changed", _timeline),
    "neighbors": ("agent-neighbors", _neighbors),
    "ownership": ("agent-ownership", _ownership),
    "contradictions": ("agent-contradictions", _contradictions),
    "entity": ("agent-entity", _entity),
}


def _kinds(reading: QuestionReading, ids: _Chosen) -> dict[str, Any] | None:
    wanted = {
        "types": [kind.name for kind in reading.kinds] or None,
        "countries": None if reading.country is None else [ids[reading.country]],
    }
    return _given(wanted) or None


def _listed(id: EntityId | None) -> list[EntityId] | None:
    return None if id is None else [id]


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _literal(value: Any) -> str:
    """A value in GraphQL's own notation; names of enums are the only texts of capitals alone."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {_literal(one)}" for name, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case str() if _ENUM.fullmatch(value):
            return value
    return json.dumps(value, ensure_ascii=False)
