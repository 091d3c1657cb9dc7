"""What every extractor promises, whatever it reads with."""

from collections.abc import Callable, Generator, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.extraction.extractor import Extractor
from loaders.triple import Article
from tests.loaders.extraction.chat_server import ChatServer, Reply, completion

TEXTS = [
    "Intel tested tools from ACM Research (盛美半導體) in Arizona, two people told Reuters on Friday.",
    "China said it would impose export controls on gallium, after the US sanctioned SMIC.",
    "TSMC chairman C.C. Wei met US President Donald Trump in Washington. The chipmaker will build a fab in Phoenix.",
    "Nothing.",
]
PIECES = [
    *(
        "Intel",
        "China",
        "Beijing",
        "said",
        "sanctioned",
        "sold",
        "who",
        "which",
        "it",
        "the",
        "company",
        "by",
        "of",
        "and",
        "'s",
    ),
    *(
        "2024",
        "(",
        ")",
        "“",
        "”",
        "\n\n",
        "<p>",
        "</p>",
        "&nbsp;",
        "\u200b",
        "\u202e",
        "盛美半導體",
        "،",
        "ﷺ",
        "🇹🇼",
        "—",
        "\x07",
    ),
]
HOSTILE = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(exclude_categories=()), max_size=100),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
)


def read_naively(text: str) -> Reply:
    """What a model might answer: the first sentence of the text, tied at random."""
    words = text.split()
    entity = {"name": words[0], "mention": words[0], "type": "Company"} if words else None
    other = {"name": words[-1], "mention": words[-1], "type": "Country"} if words else None
    return completion(
        [
            {
                "evidence": text.strip().partition(". ")[0],
                "subject": entity,
                "predicate": "tied to",
                "relation": relation,
                "object": other,
                "modality": "alleged",
                "attribution": None,
                "role": None,
                "date": None,
                "confidence": 0.5,
            }
            for relation in ("RELATED_TO", "OPERATES_IN", "MEETS", "NONSENSE")
        ]
    )


@pytest.fixture(scope="module", params=["reader", "rules", "open", "llm", "reader+llm"])
def extractor(request: pytest.FixtureRequest) -> Iterator[Extractor]:
    if "llm" not in request.param:
        is_open = request.param == "open"
        yield make_extractor(Choice(ExtractorKind.RULES if is_open else ExtractorKind(request.param), is_open))
        return
    with ChatServer(read_naively) as server, pytest.MonkeyPatch.context() as environment:
        for name, value in {"BASE_URL": server.address, "MODEL": "tiny", "ATTEMPTS": "1", "CONCURRENCY": "2"}.items():
            environment.setenv(f"CHOKEPOINT_LLM_{name}", value)
        yield make_extractor(Choice(ExtractorKind(request.param)))


def hold_true(extractor: Extractor, article: Article) -> None:
    [extraction] = extractor.extract([article])
    assert extraction.article is article
    if extraction.problem is not None:
        assert extraction.triples == ()
    for triple in extraction.triples:
        assert article.text[triple.span.start : triple.span.end] == triple.sentence
        assert triple.sentence.strip()
        for mention in (triple.subject_mention, triple.object_mention):
            if mention is not None:
                assert triple.span.start <= mention.start < mention.end <= triple.span.end
        assert triple.subject.name.strip()
        assert triple.object.name.strip()
        assert triple.predicate.strip()
        assert 0.0 < triple.confidence <= 1.0
        assert triple.extractor in extractor.name
        assert isinstance(triple.modality, Modality)
        if triple.relation is not None:
            assert isinstance(triple.relation, RelationType)
            assert isinstance(triple.subject.type, EntityType)
            assert isinstance(triple.object.type, EntityType)
            assert vocabulary().admits(triple.subject.type, triple.relation, triple.object.type)
    assert all(reason and count > 0 for reason, count in extraction.rejected.items())


def test_it_finds_something_and_all_of_it_holds_true(extractor: Extractor) -> None:
    found = list(extractor.extract([Article(str(number), text) for number, text in enumerate(TEXTS)]))
    assert [extraction.article.key for extraction in found] == ["0", "1", "2", "3"]
    assert sum(len(extraction.triples) for extraction in found) >= 3
    for number, text in enumerate(TEXTS):
        hold_true(extractor, Article(str(number), text))


def test_it_names_itself_with_a_version(extractor: Extractor) -> None:
    assert "/" in extractor.name


def test_it_reads_lazily_and_in_order(extractor: Extractor) -> None:
    taken = 0

    def articles() -> Iterator[Article]:
        nonlocal taken
        for number in range(2_000):
            taken += 1
            yield Article(str(number), "Intel tested tools.")

    extractions = extractor.extract(articles())
    assert isinstance(extractions, Generator)
    assert taken == 0
    assert [next(extractions).article.key for _ in range(5)] == ["0", "1", "2", "3", "4"]
    assert taken < 300
    extractions.close()


def test_no_articles_give_no_extractions(extractor: Extractor) -> None:
    assert list(extractor.extract([])) == []


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: " \n\t ", id="white space"),
        pytest.param(lambda: "Intel " * 4_000, id="one long line without a full stop"),
        pytest.param(lambda: "(" * 20_000, id="brackets that never close"),
        pytest.param(lambda: "<div><p>Intel</p></div>" * 2_000, id="markup"),
        pytest.param(lambda: "a" * 200_000, id="one long word"),
        pytest.param(lambda: "盛美半導體測試了英特爾的設備。" * 2_000, id="Chinese"),
        pytest.param(lambda: "\ud800 Intel tested tools from ACM Research.", id="half a character"),
    ],
)
def test_awkward_texts_are_read_or_reported(extractor: Extractor, make: Callable[[], str]) -> None:
    hold_true(extractor, Article("a", make()))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(HOSTILE)
def test_no_text_breaks_it(extractor: Extractor, text: str) -> None:
    hold_true(extractor, Article("a", text))
