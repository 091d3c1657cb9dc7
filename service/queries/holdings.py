"""Who holds what: the owners of firms with what the claims say of each holding, and who is listed by whom."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, all_of, cypher, native_date, rows
from graph_schema.ids import ClaimId, EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters.walk import RelationFilter
from service.ownership.shares import HOLDS, HoldingClaim
from service.queries.conditions import LISTING, relation_conditions
from service.queries.records import ENTITY, RELATION, EntityRecord, RelationRecord

MOST_CLAIMS = 200
"""Claims of one relation that are read, newest first."""
_MODALITIES = (*HOLDS, Modality.ENDED)
NO_PARTIES = (EntityType.COUNTRY, EntityType.BLOC)
"""Against a country or bloc there are measures, but nobody puts it on a list of parties."""


@dataclass(frozen=True, slots=True)
class StoredHolding:
    """A relation that tells of a holding, and its claims, newest first."""

    owner: EntityRecord
    owned: EntityId
    relation: RelationRecord
    claims: tuple[HoldingClaim, ...]


def holders_query(as_of: dt.date | None) -> Cypher:
    """The Cypher that finds the owners of firms on a day; None: as things are stated now."""
    standing = (*HOLDS, Modality.ENDED) if as_of is not None else HOLDS
    admitted = all_of(relation_conditions(RelationFilter(modalities=standing, valid_at=as_of)))
    return (
        """
UNWIND $ids AS id
MATCH (owned:Entity {id: id})
CALL (owned) {
  MATCH (owned)<-[r:OWNS|ACQUIRES|INVESTS_IN]-(owner:Entity) RETURN r, owner
  UNION
  MATCH (owned)-[r:SUBSIDIARY_OF]->(owner:Entity) RETURN r, owner
}
WITH owned, owner, r WHERE """
        + admitted
        + f"""
WITH owned, owner, r LIMIT $room
CALL (r) {{
  MATCH (claim:Claim {{edge: r.id}})-[:STATED_IN]->(document:Document)
  WHERE claim.modality IN $said
  WITH claim, document, coalesce(claim.date, claim.valid_from, document.published) AS day
  ORDER BY day IS NULL, day DESC, claim.id LIMIT $most
  RETURN collect(claim {{.id, .relation, .modality, .predicate, .share, .valid_from, .valid_to, day: day}}) AS claims
}}
RETURN collect({{owner: owner {{{ENTITY}}}, owned: owned.id, relation: {RELATION}, claims: claims}}) AS rows
"""
    )


async def holders(
    tx: AsyncManagedTransaction, ids: Iterable[EntityId], *, as_of: dt.date | None, room: int
) -> list[StoredHolding]:
    """Up to `room` holdings in these firms."""
    said = [modality.value for modality in _MODALITIES]
    found = await rows(tx, holders_query(as_of), ids=list(ids), room=room, most=MOST_CLAIMS, said=said)
    return [
        StoredHolding(
            EntityRecord.from_node(row["owner"]),
            EntityId(row["owned"]),
            RelationRecord.from_map(row["relation"]),
            tuple(map(_claim, row["claims"])),
        )
        for row in found
    ]


def _claim(row: Mapping[str, Any]) -> HoldingClaim:
    return HoldingClaim(
        id=ClaimId(row["id"]),
        relation=RelationType(row["relation"]),
        modality=Modality(row["modality"]),
        predicate=row["predicate"],
        share=row.get("share"),
        day=native_date(row.get("day")),
        valid_from=native_date(row.get("valid_from")),
        valid_to=native_date(row.get("valid_to")),
    )


def listings_query(as_of: dt.date | None, listers: Sequence[EntityId]) -> Cypher:
    """The Cypher that tells who of some is listed by these, by anyone where none are named, on a day or now."""
    asserted = RelationFilter(modalities=(Modality.ASSERTED,))
    on_day = replace(asserted, modalities=(Modality.ASSERTED, Modality.ENDED), valid_at=as_of)
    conditions = [*relation_conditions(asserted if as_of is None else on_day)]
    if listers:
        conditions.append(cypher("lister.id IN $listers", listers=list(listers)))
    return (
        cypher(
            f"""
UNWIND $ids AS id
MATCH (party:Entity {{id: id}}) WHERE NOT party.type IN $no_parties
MATCH (party)<-[r:{LISTING}]-(lister:Entity) WHERE """,
            no_parties=[type.value for type in NO_PARTIES],
        )
        + all_of(conditions)
        + f"\nWITH r ORDER BY r.id\nRETURN collect({RELATION}) AS rows"
    )


async def listings(
    tx: AsyncManagedTransaction,
    ids: Iterable[EntityId],
    *,
    as_of: dt.date | None,
    listers: Sequence[EntityId],
) -> dict[EntityId, list[RelationRecord]]:
    """By whom each of these is put on a list; who is on none is missing. Countries and blocs are parties to no list."""
    found: dict[EntityId, list[RelationRecord]] = {}
    for row in await rows(tx, listings_query(as_of, listers), ids=list(ids)):
        relation = RelationRecord.from_map(row)
        found.setdefault(relation.object, []).append(relation)
    return found
