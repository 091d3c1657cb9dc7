"""Entities, relations and claims for programs, in the field names of the API."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from service.queries.records import ClaimRecord, EntityRecord, RelationRecord


def entity_json(entity: EntityRecord) -> dict[str, Any]:
    """An entity, in the field names of the API."""
    return {"id": entity.id, "name": entity.name, "type": entity.type.name}


def relation_json(relation: RelationRecord, claims: Sequence[ClaimRecord]) -> dict[str, Any]:
    """A relation with its claims, in the field names of the API."""
    return {
        "id": relation.id,
        "type": relation.type.name,
        "subject": relation.subject,
        "object": relation.object,
        "status": relation.status.name,
        "confidence": relation.confidence,
        "claimCount": relation.claims,
        "sourceCount": relation.sources,
        "firstSeen": _iso(relation.first_seen),
        "lastSeen": _iso(relation.last_seen),
        "validFrom": _iso(relation.valid_from),
        "validTo": _iso(relation.valid_to),
        "claims": [claim_json(claim) for claim in claims],
    }


def claim_json(claim: ClaimRecord) -> dict[str, Any]:
    """A claim with its document, in the field names of the API."""
    document = asdict(claim.document)
    return {
        "id": claim.id,
        "sentence": claim.sentence,
        "start": claim.start,
        "end": claim.end,
        "predicate": claim.predicate,
        "modality": claim.modality.name,
        "confidence": claim.confidence,
        "attributedTo": claim.attributed_to,
        "role": claim.role,
        "share": claim.share,
        "date": _iso(claim.date),
        "validFrom": _iso(claim.valid_from),
        "validTo": _iso(claim.valid_to),
        "extractor": claim.extractor,
        "subjectMention": None if claim.subject_mention is None else asdict(claim.subject_mention),
        "objectMention": None if claim.object_mention is None else asdict(claim.object_mention),
        "document": document | {"published": _iso(claim.document.published)},
    }


def _iso(date: Any) -> str | None:
    return None if date is None else date.isoformat()
