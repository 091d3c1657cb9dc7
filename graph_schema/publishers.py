"""Weights of publishers: how far each is to be trusted. They live in the graph, so that every writer and reader has the same.

A publisher's reliability multiplies the confidence of its claims wherever claims are joined. Publishers are named as documents
name them, letter by letter; one without a weight counts in full.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, LiteralString

from neo4j import AsyncManagedTransaction
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graph_schema.errors import SourceError


def weights_found() -> LiteralString:
    """Brings the node of the weights, as `weights`, into a query, for `reliability_of`."""
    return "OPTIONAL MATCH (weights:GraphState {id: 'publishers'})"


def reliability_of(document: LiteralString) -> LiteralString:
    """The reliability of the publisher of the document of this name, in a query that has found `weights`."""
    return f"coalesce(weights['publisher:' + {document}.publisher], 1.0)"


@dataclass(frozen=True, slots=True)
class Publisher:
    """What is held of a publisher."""

    name: str
    reliability: float = 1.0
    """Part of its claims' confidence that counts, in [0, 1]."""
    state_media: bool = False
    """A state runs or steers it: told beside its claims."""
    aggregator_of: tuple[str, ...] = ()
    """Publishers whose texts it passes on: told beside its claims."""


def reliability(publisher: str | None, publishers: Mapping[str, Publisher]) -> float:
    """Part of the confidence of this publisher's claims that counts; all of it where no weight is given."""
    return publishers[publisher].reliability if publisher is not None and publisher in publishers else 1.0


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reliability: float = Field(default=1.0, ge=0, le=1)
    state_media: bool = False
    aggregator_of: list[str] = []


_FILE = TypeAdapter(dict[Annotated[str, Field(min_length=1)], _Entry | None])


def parse_publishers(document: Any) -> list[Publisher]:
    """The publishers of a parsed `sources.yaml`, by name. Raises SourceError, which names the first thing that is wrong."""
    try:
        entries = _FILE.validate_python(document.get("publishers") if isinstance(document, dict) else document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if not str(part).startswith("_"))
        raise SourceError(f"publishers{'.' + where if where else ''}: {first['msg']}") from None
    return [
        Publisher(name, one.reliability, one.state_media, tuple(one.aggregator_of))
        for name, given in sorted(entries.items())
        for one in [given or _Entry()]
    ]


PUBLISHERS: LiteralString = """
MATCH (state:GraphState {id: 'publishers'})
RETURN state.publishers AS publishers
"""


async def read_publishers(tx: AsyncManagedTransaction) -> dict[str, Publisher]:
    """All publishers of which the graph holds a weight, by name."""
    record = await (await tx.run(PUBLISHERS)).single()
    rows: Iterable[dict[str, Any]] = json.loads(record["publishers"]) if record is not None else ()
    return {row["name"]: Publisher(**{**row, "aggregator_of": tuple(row["aggregator_of"])}) for row in rows}


def stored(publishers: Mapping[str, Publisher]) -> dict[str, Any]:
    """Properties of the node that holds them: whole for readers, and the reliabilities one by one for `reliability_of`."""
    rows = [asdict(publishers[name]) for name in sorted(publishers)]
    return {
        "id": "publishers",
        "publishers": json.dumps(rows, ensure_ascii=False),
        **{f"publisher:{one.name}": one.reliability for one in publishers.values()},
    }
