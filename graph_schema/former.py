"""Former states: how claims, entities, documents, folds and weights were until a version changed them or took them away.

The writer notes them with the tombstones of that version; who tells the graph as it was at version V reads all later ones.
A thing was at V as the earliest of its later states says, and as it is now where there is none. It was there at all where its
`since` is V or earlier: of an entity the first later state that has one tells it, for it stays the same while the entity lives.

Of a claim that was taken back they keep ids, dates and numbers, but no word of its source.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeAlias

from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.shares import ShareBasis, ToldShare
from graph_schema.vocabulary import EntityType, Modality, RelationType


@dataclass(frozen=True, slots=True)
class FormerClaim:
    """What answers follow from of a claim; its words are not among it."""

    kind: ClassVar[str] = "claim"
    id: ClaimId
    since: int
    """Version that brought it; 0 where that was not kept."""
    edge: RelationId | None
    """None: both its ends were one entity."""
    subject: EntityId
    """Of the edge, as `object`."""
    relation: RelationType
    object: EntityId
    modality: Modality
    confidence: float
    document: DocumentId
    run: RunId | None = None
    share: float | None = None
    told: ToldShare | None = None
    """What it says of the size of a holding; None for relations that are none."""
    date: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class FormerEntity:
    """How an entity was called."""

    kind: ClassVar[str] = "entity"
    id: EntityId
    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    since: int | None = None
    """Version that brought it; known of one that went."""


@dataclass(frozen=True, slots=True)
class FormerDocument:
    """What claims take from their document."""

    kind: ClassVar[str] = "document"
    id: DocumentId
    publisher: str | None = None
    published: dt.date | None = None


@dataclass(frozen=True, slots=True)
class FormerFold:
    """Whom an entity was judged to be; None: itself."""

    kind: ClassVar[str] = "fold"
    id: EntityId
    whole: EntityId | None = None


@dataclass(frozen=True, slots=True)
class FormerWeights:
    """Reliabilities of publishers, by name."""

    kind: ClassVar[str] = "weights"
    id: str = "publishers"
    reliabilities: Mapping[str, float] | None = None


FormerState: TypeAlias = FormerClaim | FormerEntity | FormerDocument | FormerFold | FormerWeights


def written(state: FormerState) -> str:
    """A state as it is stored."""
    values = {name: value for name, value in asdict(state).items() if value not in (None, ())}
    return json.dumps({"kind": state.kind, **values}, ensure_ascii=False, default=dt.date.isoformat)


def read(text: str) -> FormerState:
    """A stored state."""
    values: dict[str, Any] = json.loads(text)
    match values.pop("kind"):
        case "claim":
            for name in ("date", "valid_from", "valid_to"):
                values[name] = _day(values.get(name))
            told = values.pop("told", None)
            terms = {"relation": RelationType(values["relation"]), "modality": Modality(values["modality"])}
            return FormerClaim(**{"edge": None, **values, **terms, "told": None if told is None else _told(*told)})
        case "entity":
            aliases = tuple(values.pop("aliases", ()))
            return FormerEntity(**{**values, "type": EntityType(values["type"]), "aliases": aliases})
        case "document":
            return FormerDocument(**{**values, "published": _day(values.get("published"))})
        case "fold":
            return FormerFold(**values)
        case _:
            return FormerWeights(**values)


def _told(bounds: list[float] | None, basis: str) -> ToldShare:
    return (None if bounds is None else (bounds[0], bounds[1])), ShareBasis(basis)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
