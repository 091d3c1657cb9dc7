"""Which labels and edge types have unique ids, and so can be read in pages and found again: those that the schema constrains."""

from functools import cache

from graph_schema.database.schema import ItemKind, wanted_items


@cache
def node_labels() -> tuple[str, ...]:
    """Labels whose nodes have a unique id."""
    return tuple(item.label for item in wanted_items() if _unique_id(item.kind, item.properties) and not item.on_edges)


@cache
def edge_types() -> tuple[str, ...]:
    """Types whose edges have a unique id."""
    return tuple(item.label for item in wanted_items() if _unique_id(item.kind, item.properties) and item.on_edges)


def _unique_id(kind: ItemKind, properties: tuple[str, ...]) -> bool:
    return kind is ItemKind.UNIQUE and properties == ("id",)
