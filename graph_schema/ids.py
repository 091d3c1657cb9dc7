"""Ids: what is the same gets the same id, on any machine, in any order."""

import hashlib
import json
import re
from functools import cache
from typing import NewType

from graph_schema.spelling import is_written, without_accents, without_invisible
from graph_schema.vocabulary import EntityType, RelationType, vocabulary

EntityId = NewType("EntityId", str)
DocumentId = NewType("DocumentId", str)
ClaimId = NewType("ClaimId", str)
RelationId = NewType("RelationId", str)
RunId = NewType("RunId", str)

_encode = json.JSONEncoder(ensure_ascii=False).encode
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIVIDERS = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")


def content_id(*parts: str | int | None) -> str:
    """Hash of the parts, 20 hexadecimal digits (80 bits); of a JSON list, so ("a.b", "c") and ("a", "b.c") differ."""
    return hashlib.sha256(_encode(parts).encode()).hexdigest()[:20]


def slug(name: str) -> str:
    """`name` as the readable half of an id: lower case, words joined by hyphens, letters and signs of any script kept.

    What is not seen does not count (zero-width characters, soft hyphens, the Arabic tatweel), nor do accents where they
    only help to read: on Latin, Greek, Arabic and Hebrew letters. Everywhere else a mark makes another letter: が is not か.
    A name without a letter or digit gives a hash of itself, so that no name gives nothing.
    """
    plain = name.replace("&", " and ").replace("+", " plus ").replace("#", " sharp ")
    if not plain.isascii():
        plain = without_accents(without_invisible(plain))
    plain = plain.casefold().replace("'", "").replace("’", "")
    if not plain.isascii():
        plain = "".join(char if is_written(char) else "-" for char in plain)
    return _DIVIDERS.sub("-", plain).strip("-") or content_id(name)


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
