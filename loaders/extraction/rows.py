"""A triple as one flat record: a line of JSON, a row of a table. `chokepoint load triples` reads what stands in it."""

from typing import Any

from graph_schema.domain import Span
from loaders.triple import Article, Triple


def typed_row(article: Article, triple: Triple) -> dict[str, Any]:
    """All that is known of a triple; keys of what is unknown of the document or not stated are left out."""
    row: dict[str, Any] = {
        "doc": article.key,
        "subject": triple.subject.name,
        "subject_type": triple.subject.type,
        "relation": triple.relation,
        "object": triple.object.name,
        "object_type": triple.object.type,
        "modality": triple.modality,
        "attribution": None if triple.attribution is None else triple.attribution.name,
        "predicate": triple.predicate,
        "sentence": triple.sentence,
        "start": triple.span.start,
        "end": triple.span.end,
        "confidence": triple.confidence,
    }
    optional = {
        "role": triple.role,
        "share": triple.share,
        "date": triple.date,
        "valid_from": triple.valid_from,
        "valid_to": triple.valid_to,
        "aliases": {
            mention.name: list(mention.aliases) for mention in (triple.subject, triple.object) if mention.aliases
        },
        "url": article.url,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        **_mention("subject_mention", article.text, triple.subject_mention),
        **_mention("object_mention", article.text, triple.object_mention),
    }
    return row | {name: value for name, value in optional.items() if value is not None and value != {}}


def _mention(key: str, text: str, span: Span | None) -> dict[str, Any]:
    """The words of an end and where they stand."""
    if span is None:
        return {}
    return {key: text[span.start : span.end], f"{key}_start": span.start, f"{key}_end": span.end}


def open_row(article: Article, triple: Triple) -> dict[str, Any]:
    """An open triple: its ends are phrases."""
    return {
        "doc": article.key,
        "sentence": triple.sentence,
        "start": triple.span.start,
        "end": triple.span.end,
        "subject": triple.subject.name,
        "predicate": triple.predicate,
        "object": triple.object.name,
        "confidence": triple.confidence,
    }
