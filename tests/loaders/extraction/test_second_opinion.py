"""The offline reader first, a language model where it is unsure: over HTTP, against a server that speaks the protocol."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.domain import Span
from graph_schema.vocabulary import EntityType, RelationType
from loaders.extraction.extractor import Extraction
from loaders.extraction.llm import LlmSettings, SecondOpinion
from loaders.extraction.llm.pieces import windows
from loaders.triple import Article, NamedEntity, Triple
from tests.loaders.extraction.chat_server import ChatServer, completion, error

SURE = "Intel owns Altera outright."
FILLER = "Nothing happened on the next day."
UNSURE = "Intel tested tools from ACM Research."
TEXT = f"{SURE} {FILLER} {FILLER} {FILLER} {UNSURE} {FILLER} {FILLER} {FILLER}"


def triple(sentence: str, relation: RelationType, object: str, confidence: float) -> Triple:
    start = TEXT.index(sentence)
    return Triple(
        NamedEntity("Intel", EntityType.COMPANY),
        "did",
        NamedEntity(object, EntityType.COMPANY),
        sentence,
        Span(start, start + len(sentence)),
        relation=relation,
        confidence=confidence,
        extractor="offline/1",
    )


OWNS = triple(SURE, RelationType.OWNS, "Altera", 0.9)
BUYS = triple(UNSURE, RelationType.ACQUIRES, "ACM Research", 0.4)
TESTED = triple(UNSURE, RelationType.TESTED, "ACM Research", 0.45)


@dataclass
class Offline:
    """Finds what it is told to."""

    triples: tuple[Triple, ...] = (OWNS, BUYS, TESTED)
    unsure: tuple[Span, ...] = ()
    taken: list[str] = field(default_factory=list)
    name: str = "offline/1"

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        for article in articles:
            self.taken.append(article.key)
            yield Extraction(article, self.triples, {"signature": 2}, self.unsure)


def told(relation: str = "TESTED", sentence: str = UNSURE, object: str = "ACM Research") -> dict[str, Any]:
    company = {"name": "Intel", "mention": "Intel", "type": "Company"}
    return {
        "evidence": sentence,
        "subject": company,
        "predicate": "tested",
        "relation": relation,
        "object": {**company, "name": object, "mention": object},
        "modality": "asserted",
        "attribution": None,
        "role": None,
        "date": None,
        "confidence": 0.95,
    }


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def read(server: ChatServer, offline: Offline, count: int = 1, **settings: Any) -> list[Extraction]:
    reader = SecondOpinion(offline, LlmSettings(base_url=server.address, model="tiny", attempts=1, **settings))
    return list(reader.extract(Article(str(number), TEXT) for number in range(count)))


def asked(server: ChatServer) -> list[str]:
    contents = [request["messages"][-1]["content"] for request in server.requests]
    return [content.partition("<text>\n")[2].rpartition("\n</text>")[0].strip() for content in contents]


def test_the_model_reads_only_what_is_unsure_with_a_sentence_on_either_side(server: ChatServer) -> None:
    read(server, Offline())
    assert asked(server) == [f"{FILLER} {UNSURE} {FILLER}"]


def test_what_it_confirms_it_states_itself_and_what_it_does_not_is_dropped_and_counted(server: ChatServer) -> None:
    server.script.append(completion([told()]))
    [extraction] = read(server, Offline())
    assert [(each.relation, each.confidence, each.extractor) for each in extraction.triples] == [
        (RelationType.OWNS, 0.9, "offline/1"),
        (RelationType.TESTED, 0.95, "llm/1:tiny"),
    ]
    [_, tested] = extraction.triples
    assert TEXT[tested.span.start : tested.span.end] == UNSURE
    assert extraction.rejected == {"signature": 2, "not_confirmed": 1}


def test_a_text_of_which_all_is_sure_costs_no_request(server: ChatServer) -> None:
    [extraction] = read(server, Offline((OWNS,)))
    assert (extraction.triples, server.requests) == ((OWNS,), [])


def test_places_where_the_first_reader_found_nothing_but_is_unsure_are_asked_about(server: ChatServer) -> None:
    start = TEXT.index(UNSURE)
    server.script.append(completion([told()]))
    [extraction] = read(server, Offline((OWNS,), (Span(start, start + len(UNSURE)),)))
    assert [each.relation for each in extraction.triples] == [RelationType.OWNS, RelationType.TESTED]


def test_how_sure_is_sure_is_a_setting(server: ChatServer) -> None:
    read(server, Offline(), unsure_below=0.95)
    assert asked(server) == [f"{SURE} {FILLER}", f"{FILLER} {UNSURE} {FILLER}"]


def test_what_both_state_stands_once_under_the_name_of_the_first(server: ChatServer) -> None:
    server.script.append(completion([told("OWNS", SURE, "Altera"), told()]))
    [extraction] = read(server, Offline(unsure=(OWNS.span,)), chunk_characters=10_000)
    assert [each.extractor for each in extraction.triples] == ["offline/1"]


def test_beyond_the_budget_the_first_reader_stands_and_the_count_says_so(server: ChatServer) -> None:
    server.answer = lambda _: completion([told()])
    first, second, third = read(server, Offline(), 3, request_budget=1, concurrency=1)
    assert len(server.requests) == 1
    assert first.rejected == {"signature": 2, "not_confirmed": 1}
    for left in (second, third):
        assert (left.triples, left.problem) == ((OWNS, BUYS, TESTED), None)
        assert left.rejected == {"signature": 2, "not_asked": 1}


def test_a_text_that_the_model_refuses_keeps_what_the_first_reader_found(server: ChatServer) -> None:
    server.script.append(error(400, "context too long"))
    [extraction] = read(server, Offline())
    assert (extraction.triples, extraction.problem) == ((OWNS, BUYS, TESTED), None)


@given(st.text("ab. \n", max_size=120), st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40)), max_size=5))
def test_windows_hold_their_places_and_never_overlap(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(min(at, len(text)), min(at + length, len(text))) for at, length in places]
    found = list(windows(text, spans, 10_000))
    assert all(text[piece.offset : piece.offset + len(piece.text)] == piece.text for piece in found)
    assert all(one.offset + len(one.text) <= other.offset for one, other in pairwise(found))
    for span in spans:
        if text[span.start : span.end].strip():
            assert any(piece.offset <= span.start and span.end <= piece.offset + len(piece.text) for piece in found)
