"""Which entities names mean: ids, names and aliases, in any script, to stored entities."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.errors import EntityNotFound
from graph_schema.vocabulary import EntityType
from service.filters.walk import EntityFilter
from service.queries.entities import EntityMatch, MatchKind, entities_called, entities_like
from service.queries.records import EntityRecord

_CLOSE = 5
"""Close names that are offered when nothing has the name asked for."""


async def entities_meant(tx: AsyncManagedTransaction, names: Iterable[str]) -> dict[str, EntityRecord]:
    """The entity that each id, name or alias means; of several with one name the one with most relations.

    Raises EntityNotFound with close names.
    """
    return {name: found[0].entity for name, found in (await matches(tx, names)).items()}


async def matches(
    tx: AsyncManagedTransaction, names: Iterable[str], *, type: EntityType | None = None
) -> dict[str, list[EntityMatch]]:
    """All entities, of one type where given, that have each id, name or alias, best first. Raises EntityNotFound."""
    names = list(dict.fromkeys(names))
    found, like = await _sought(tx, names, type)
    for name in names:
        if name not in found:
            raise EntityNotFound(name, close=close_names(like.get(name, ())), graph_is_empty=not await _any_entity(tx))
    return found


async def entities_known(tx: AsyncManagedTransaction, names: Iterable[str]) -> dict[str, EntityRecord]:
    """`entities_meant`, without the names that nothing has."""
    found, _ = await _sought(tx, list(dict.fromkeys(names)), None)
    return {name: found[name][0].entity for name in found}


async def _sought(
    tx: AsyncManagedTransaction, names: list[str], type: EntityType | None
) -> tuple[dict[str, list[EntityMatch]], dict[str, list[EntityMatch]]]:
    """What has each name, and for names that are not exactly those of an entity what is like them."""
    called = await entities_called(tx, names)
    found = {
        name: kept for name, all in called.items() if (kept := [one for one in all if type in (None, one.entity.type)])
    }
    missing = [name for name in names if name not in found]
    if not missing:
        return found, {}
    like = await entities_like(tx, missing, where=None if type is None else EntityFilter(types=(type,)))
    for name in missing:
        if named := [one for one in like.get(name, ()) if one.kind < MatchKind.FUZZY]:
            found[name] = named
    return found, like


ANY_ENTITY: LiteralString = """
MATCH (entity:Entity) WHERE entity.id >= '' WITH entity LIMIT 1 RETURN count(entity) AS any
"""


async def _any_entity(tx: AsyncManagedTransaction) -> bool:
    return bool((await (await tx.run(ANY_ENTITY)).single(strict=True))["any"])


def close_names(candidates: Sequence[EntityMatch]) -> list[str]:
    """Names to offer, the most alike first."""
    by_likeness = sorted(candidates, key=lambda one: (-one.similarity, -one.degree, one.entity.id))
    return [one.entity.name for one in by_likeness[:_CLOSE]]
