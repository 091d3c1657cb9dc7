"""From words to an operation: the one reading of a question whose names are all known, or none at all. Nothing is guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from neo4j import AsyncManagedTransaction
from rapidfuzz import fuzz

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from service.asking.forms import QuestionReading, forms, readings
from service.asking.operations import OperationCall, call_of
from service.queries.entities import EntityMatch, MatchKind, entities_called, entities_like
from service.queries.entities_meant import close_names
from service.queries.records import EntityRecord

_NEAREST = 3


class AskedBy(StrEnum):
    """What read a question."""

    FORMS = "forms"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question was taken for: a call, or why there is none."""

    call: OperationCall | None
    meant: tuple[EntityRecord, ...] = ()
    """The entities of the call."""
    reason: str | None = None
    """Why there is no call."""
    nearest: tuple[str, ...] = ()
    """Questions like this one that can be answered."""
    by: AskedBy = AskedBy.FORMS


async def understand(
    graph: Graph, text: str, found: Iterable[QuestionReading] | None = None, *, by: AskedBy = AskedBy.FORMS
) -> Understanding:
    """The operation that a question asks for; `found`: its readings, where not the forms are to find them.

    Raises GraphUnavailable, GraphError.
    """
    read = list(readings(text) if found is None else found)
    if not read:
        return _cannot("no form of question fits", text)
    names = dict.fromkeys(name for one in read for name in _names(one))
    matches = await graph.read(_candidates, list(names))
    meant = {name: best[0].entity for name, best in matches.items() if best and best[0].kind < MatchKind.FUZZY}
    ids = {name: entity.id for name, entity in meant.items()}
    calls = {
        call.text: (call, one)
        for one in read
        if all(name in ids for name in _names(one)) and (call := call_of(one, ids))
    }
    if not calls:
        return _cannot(_unknown(read, ids, matches), text)
    if len(calls) > 1:
        return _cannot("it may mean " + " or ".join(sorted(calls)), text)
    ((call, one),) = calls.values()
    return Understanding(call, tuple(dict.fromkeys(meant[name] for name in _names(one))), by=by)


def _names(reading: QuestionReading) -> Sequence[str]:
    return [*reading.names.values(), *([] if reading.country is None else [reading.country])]


async def _candidates(tx: AsyncManagedTransaction, names: Sequence[str]) -> Mapping[str, list[EntityMatch]]:
    """Entities that have each name, else those whose names are like it, best first."""
    called = await entities_called(tx, names)
    others = [name for name in names if name not in called]
    return called | (await entities_like(tx, others) if others else {})


def _unknown(
    read: Sequence[QuestionReading], ids: Mapping[str, EntityId], matches: Mapping[str, list[EntityMatch]]
) -> str:
    """What the reading with the fewest unknown words lacks."""

    def lacking(reading: QuestionReading) -> list[str]:
        return [name for name in _names(reading) if name not in ids]

    name = lacking(min(read, key=lambda one: sum(map(len, lacking(one)))))[0]
    close = close_names(matches.get(name, ()))
    return f"no entity {name!r}" + (f"; close: {', '.join(close)}" if close else "")


def _cannot(reason: str, text: str) -> Understanding:
    says = dict.fromkeys(form.says for form in forms())
    by_likeness = sorted(says, key=lambda one: -fuzz.token_set_ratio(text, one))
    return Understanding(None, reason=reason, nearest=tuple(by_likeness[:_NEAREST]))
