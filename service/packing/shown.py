"""Paths and claims as an evidence pack writes them: in the field names of the API, and the same each time they are asked for."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from graph_schema.ids import DocumentId, RelationId
from service.queries.records import ClaimRecord
from service.records_shown import claim_json, entity_json, relation_json
from service.searches.hops import Path


def path_fields(path: Path, claims: Mapping[RelationId, Sequence[ClaimRecord]]) -> dict[str, Any]:
    """A path with its relations; of their claims only how many the pack holds."""
    return {
        "id": path.id,
        "length": len(path.hops),
        "confidence": path.confidence,
        "cypher": path.cypher,
        "hops": [
            {
                "index": hop.index,
                "from": entity_json(hop.source),
                "to": entity_json(hop.target),
                "relations": [
                    {name: value for name, value in relation_json(relation, ()).items() if name != "claims"}
                    | {"claimsInPack": len(claims.get(relation.id, ()))}
                    for relation in hop.relations
                ],
            }
            for hop in path.hops
        ],
    }


def claim_line(relation: RelationId, claim: ClaimRecord, hashes: Mapping[DocumentId, str]) -> dict[str, Any]:
    """A claim with its relation, its document and the hashes of both texts."""
    told = claim_json(claim)
    told["document"] = told["document"] | {"hash": hashes.get(claim.document.id)}
    sentence = hashlib.sha256(claim.sentence.encode()).hexdigest()
    ends = {"subject": claim.subject, "type": claim.relation.name, "object": claim.object}
    return told | ends | {"relation": relation, "sentenceSha256": sentence}
