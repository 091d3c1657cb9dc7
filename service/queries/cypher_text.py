"""Cypher for people: what to paste into Neo4j Browser to see an answer drawn."""

from collections.abc import Iterable, Sequence

from graph_schema.ids import EntityId
from service.queries.conditions import type_expression
from service.queries.records import RelationRecord


def draw_hops(hops: Iterable[tuple[EntityId, EntityId, Sequence[RelationRecord]]]) -> str:
    """A query that returns exactly these relations as paths; values are quoted, so it needs no parameters."""
    rows = list(hops)
    types = sorted({relation.type for *_, relations in rows for relation in relations})
    pairs = ", ".join(f"[{quoted(a)}, {quoted(b)}]" for a, b in dict.fromkeys((a, b) for a, b, _ in rows))
    ids = ", ".join(quoted(id) for id in sorted({relation.id for *_, relations in rows for relation in relations}))
    return (
        f"UNWIND [{pairs}] AS hop\n"
        f"MATCH drawn = (:Entity {{id: hop[0]}})-[r:{type_expression(types)}]-(:Entity {{id: hop[1]}})\n"
        f"WHERE r.id IN [{ids}]\nRETURN drawn"
    )


def quoted(text: str) -> str:
    """Text as a Cypher string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
