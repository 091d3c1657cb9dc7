"""Ids: what is the same gets the same id, on any machine, in any order."""

import hashlib
import json
import re
import unicodedata
from functools import cache
from typing import NewType

from graph_schema.vocabulary import EntityType, RelationType, vocabulary

EntityId = NewType("EntityId", str)
DocumentId = NewType("DocumentId", str)
ClaimId = NewType("ClaimId", str)
RelationId = NewType("RelationId", str)
RunId = NewType("RunId", str)

_encode = json.JSONEncoder(ensure_ascii=False).encode
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")


def content_id(*parts: str | int | None) -> str:
    """Hash of the parts, 20 hexadecimal digits (80 bits); of a JSON list, so ("a.b", "c") and ("a", "b.c") differ."""
    return hashlib.sha256(_encode(parts).encode()).hexdigest()[:20]


def slug(name: str) -> str:
    """`name` as the readable half of an id: lower case, words joined by hyphens, letters of any script kept.

    A name without a letter or digit gives a hash of itself, so that no name gives nothing.
    """
    plain = name.replace("&", " and ").replace("+", " plus ")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = unicodedata.normalize("NFKC", "".join(c for c in plain if not unicodedata.combining(c)))
    plain = plain.casefold().replace("'", "").replace("’", "")
    return _NOT_WORD.sub("-", plain).strip("-") or content_id(name)


@cache
def type_prefix(type: EntityType) -> str:
    """First half of the id of an entity of this type: `government-body` for GovernmentBody."""
    return _WORD_START.sub("-", type.value).lower()


def entity_id(type: EntityType, name: str) -> EntityId:
    """Id of the entity with this canonical name, as `company:acm-research`."""
    return EntityId(f"{type_prefix(type)}:{slug(name)}")


def document_id(*, url: str | None = None, text: str | None = None, source: str | None = None) -> DocumentId:
    """Id of a document: by its address where it has one, else by its text, else by the name of its source.

    Raises ValueError when all three are missing.
    """
    for kind, value in (("url", url), ("text", text), ("source", source)):
        if value is not None:
            return DocumentId(f"doc:{content_id(kind, value)}")
    raise ValueError("a document needs a url, a text or a source")


def relation_id(subject: EntityId, type: RelationType, object: EntityId) -> RelationId:
    """Id of the edge; both orders of a symmetric relation are one edge."""
    if vocabulary().relations[type].symmetric and object < subject:
        subject, object = object, subject
    return RelationId(f"rel:{content_id(subject, type, object)}")
