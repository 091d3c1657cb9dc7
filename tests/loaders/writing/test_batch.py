"""A batch: each entity, document and claim once, whatever the order in which statements come."""

import datetime as dt
from dataclasses import replace
from itertools import permutations

from graph_schema.domain import Document, Span
from graph_schema.ids import document_id
from loaders.resolution.linking import Statement, state
from loaders.triple import NamedEntity, Triple
from loaders.writing.batch import Batch, merge_claims, merge_documents

NEWS = Document(document_id(url="https://example.org/a"), url="https://example.org/a", hash="one")


def stated(object: str, confidence: float = 0.5, subject: str = "Intel", extractor: str = "rules/1") -> Statement:
    triple = Triple(
        NamedEntity(subject), "makes", NamedEntity(object), "", Span(0, 0), confidence=confidence, extractor=extractor
    )
    statement = state(triple, NEWS)
    assert statement is not None
    return statement


def test_the_same_said_twice_is_one_claim_of_the_surer_under_all_names() -> None:
    said = ((0.4, "Zorg"), (0.9, "ZORG Ltd"), (0.7, "Zorg"))
    claims = [stated("Xeon", confidence, name).claim for confidence, name in said]
    merged = {merge_claims(merge_claims(one, two), three) for one, two, three in permutations(claims)}
    (claim,) = merged
    assert claim.confidence == 0.9
    assert {"Zorg", "ZORG Ltd"} <= set(claim.subject_names)


def test_a_batch_counts_statements_and_keeps_each_thing_once() -> None:
    batch = Batch()
    for confidence in (0.4, 0.9):
        batch.add(NEWS, stated("Xeon", confidence))
    assert (batch.statements, len(batch.claims), len(batch.entities), len(batch.documents)) == (2, 1, 2, 1)


def test_a_text_read_twice_is_as_it_was_read_last_but_what_was_given_stays() -> None:
    batch = Batch()
    batch.add(NEWS, stated("H200", extractor="given"))
    batch.add_reading(NEWS, "rules/1", [stated("Xeon")])
    batch.add_reading(NEWS, "rules/1", [stated("Gaudi")])
    assert {claim.object.rpartition(":")[2] for claim in batch.claims.values()} == {"h200", "gaudi"}


def test_a_document_that_fell_silent_states_nothing_until_it_is_read_again() -> None:
    batch = Batch()
    batch.add_reading(NEWS, "list/1", [stated("Xeon")])
    batch.add_silence(NEWS.id, "list/1")
    assert (batch.claims, batch.read, batch.silent) == ({}, {}, {NEWS.id: "list/1"})
    batch.add_reading(NEWS, "list/1", [stated("Xeon")])
    assert (len(batch.claims), batch.silent) == (1, {})


def test_what_a_later_text_says_of_a_document_counts_and_without_texts_the_order_does_not_show() -> None:
    later = replace(NEWS, hash="two", title="Later")
    assert merge_documents(NEWS, later).title == "Later"
    bare = [
        replace(NEWS, hash=None, title=title, published=day) for title, day in (("B", None), ("A", dt.date(2025, 1, 1)))
    ]
    merged = {merge_documents(one, other) for one, other in permutations(bare)}
    (document,) = merged
    assert (document.title, document.published) == ("A", dt.date(2025, 1, 1))
    assert merge_documents(bare[0], NEWS).hash == "one"
