"""The learned reader: its pieces by themselves, and what it finds in text with the weights that the package carries."""

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from loaders.extraction.extractor import Extraction
from loaders.extraction.reader.calibration import Calibration, Signs
from loaders.extraction.reader.clustering import Cluster, Linking, TextMention, features, links
from loaders.extraction.reader.context import contexts
from loaders.extraction.reader.extractor import LEAST_CONFIDENCE, ReaderExtractor, reader_extractor
from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.naming import entity_name, tidy
from loaders.extraction.reader.network import WEIGHTS
from loaders.extraction.reader.relations import StatedRelation, pairs_of
from loaders.extraction.reader.spans import spans
from loaders.extraction.reader.windows import Window, case, sentence_ends, windows
from loaders.triple import Article

NEWS = (
    "Veltrian Semiconductor, a chipmaker based in Dresden, Germany, has agreed to buy Oreno Photonics. "
    "The company makes power chips. Marta Klein, chief executive of Veltrian, met the Japanese trade minister on Monday."
)
MARKUP = [
    "<p>",
    "</p>",
    "<div class='a'>",
    "<",
    ">",
    "<!--",
    "&nbsp;",
    "&#8217;",
    "英特爾",
    "測試",
    "。",
    "（",
    "\u200b",
    "\ud800",
]
LEFTOVERS = st.lists(
    st.one_of(st.sampled_from([*MARKUP, NEWS, "\n", "\r\n", "\t"]), st.text(max_size=12)), max_size=20
).map("".join)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))


@pytest.fixture(scope="module")
def reader() -> ReaderExtractor:
    return reader_extractor()


def read(reader: ReaderExtractor, text: str) -> Extraction:
    [extraction] = reader.extract([Article("a", text)])
    return extraction


def sure(extraction: Extraction) -> None:
    """It yields or says why not; each sentence stands where the triple says, and each triple is one the vocabulary admits."""
    assert extraction.problem is None
    for triple in extraction.triples:
        assert extraction.article.text[triple.span.start : triple.span.end] == triple.sentence
        assert LEAST_CONFIDENCE <= triple.confidence <= 1.0
        assert triple.relation is not None
        assert triple.subject.name != triple.object.name


# -- windows


def test_a_piece_knows_its_place_and_how_its_word_is_written(tokenizer: Tokenizer) -> None:
    text = "TSMC's fab in Phoenix opened. It makes iPhone chips in 2025."
    [window] = windows(text, tokenizer)
    place = window.pieces(text.index("Phoenix"), text.index("Phoenix") + len("Phoenix"))
    assert place is not None
    assert text[window.starts[place[0]] : window.ends[place[1]]] == "Phoenix"
    assert window.cases[place[0]] == 1
    assert window.cases[1] == 2
    assert set(window.sentences.tolist()) == {-1, 0, 1}
    assert window.pieces(len(text) + 1, len(text) + 3) is None


@pytest.mark.parametrize(
    ("word", "expected"), [("fab", 0), ("Intel", 1), ("A", 1), ("TSMC", 2), ("iPhone", 3), ("2025", 4), ("英特爾", 0)]
)
def test_the_case_of_a_word(word: str, expected: int) -> None:
    assert case(word) == expected


def test_abbreviations_end_no_sentence() -> None:
    text = "Nvidia Inc. sells chips to the U.S. Army. Mr. Huang said so.\nNext line"
    assert [text[start:end].strip() for start, end in sentence_ends(text)] == [
        "Nvidia Inc. sells chips to the U.S. Army.",
        "Mr. Huang said so.",
        "Next line",
    ]


def test_every_two_neighbouring_sentences_stand_in_one_window(tokenizer: Tokenizer) -> None:
    text = " ".join(
        f"Firm number {number} sells wafers and photoresist to its neighbour in the valley." for number in range(60)
    )
    found = list(windows(text, tokenizer, longest=80))
    assert len(found) > 5
    assert max(map(len, found)) <= 82
    together = [set(window.sentences.tolist()) for window in found]
    assert all(any({number, number + 1} <= seen for seen in together) for number in range(59))


def test_a_sentence_longer_than_a_window_is_cut_and_none_of_it_lost(tokenizer: Tokenizer) -> None:
    text = "steel " * 500
    found = list(windows(text, tokenizer, longest=100))
    assert {int(start) for window in found for start in window.starts if start >= 0} == set(range(0, 3000, 6))


# -- mentions


def test_of_crossing_spans_the_surer_stays_and_nested_ones_both_do(tokenizer: Tokenizer) -> None:
    [window] = windows("the Gumi line of Saeron", tokenizer)
    scores = np.zeros((len(window), len(window), 3), dtype=np.float32)
    scores[..., 0] = 10.0
    scores[1, 4, 1], scores[2, 3, 2], scores[3, 5, 1] = 16.0, 15.0, 12.0
    assert [(one.first, one.last, one.type) for one in spans(scores, window, 0.5)] == [(1, 4, 0), (2, 3, 1)]


def mention(text: str, start: int = 0, type: str = "Company", sentence: int = 0) -> TextMention:
    return TextMention(start, start + len(text), text, type, sentence)


def test_what_two_mentions_have_in_common() -> None:
    names = ("same", "proper", "last", "first", "within", "within_proper", "acronym")
    told = dict(zip(names, features(mention("World Trade Organization"), mention("WTO", 40), 1), strict=False))
    assert (told["same"], told["acronym"]) == (0.0, 1.0)
    told = dict(
        zip(
            names, features(mention("Jensen Huang", type="Person"), mention("Mr. Huang", 40, "Person"), 1), strict=False
        )
    )
    assert (told["same"], told["last"], told["within_proper"]) == (0.0, 1.0, 1.0)
    told = dict(zip(names, features(mention("Intel Corp."), mention("Intel’s", 40), 1), strict=False))
    assert (told["same"], told["proper"]) == (1.0, 1.0)


def test_mentions_tied_in_a_window_or_named_alike_are_one_entity() -> None:
    linking = Linking()
    intel, it, again, other = mention("Intel"), mention("it", 20), mention("Intel", 900, sentence=9), mention("AMD", 50)
    for one in (intel, it, again, other):
        linking.add(one)
    for earlier, later in links(np.array([[0, 1], [0, 2], [1, 2]]), np.array([2.0, -1.0, -3.0], dtype=np.float32), 0.0):
        linking.link((intel, it, other)[earlier], (intel, it, other)[later])
    clusters = linking.clusters()
    assert clusters[0, 5] is clusters[20, 22] is clusters[900, 905]
    assert clusters[50, 53] is not clusters[0, 5]


def test_two_that_are_known_as_different_are_never_one() -> None:
    linking = Linking()
    intel, firm, nvidia = mention("Intel"), mention("the firm", 20), mention("Nvidia", 50)
    for one in (intel, firm, nvidia):
        linking.add(one)
    linking.link(intel, firm)
    linking.link(firm, nvidia)
    clusters = linking.clusters()
    assert clusters[0, 5] is clusters[20, 28]
    assert clusters[50, 56] is not clusters[0, 5]


def test_pairs_are_of_neighbouring_sentences() -> None:
    found = pairs_of([mention("A", 0, sentence=0), mention("B", 10, sentence=1), mention("C", 20, sentence=2)])
    assert found.tolist() == [[0, 1], [1, 2]]


# -- names


@pytest.mark.parametrize(
    ("text", "type", "expected"),
    [
        ("the Serbian refiner Naftna Industrija Srbije (NIS)", "Company", "Naftna Industrija Srbije"),
        ("Taiwan's ASE Technology Holding Co.", "Company", "ASE Technology Holding Co."),
        ("Bank of China", "Company", "Bank of China"),
        ("SK hynix Wuxi", "Company", "SK hynix Wuxi"),
        ("Google's China branch", "Company", "Google's China branch"),
        ("the chipmaker", "Company", "chipmaker"),
        ("advanced AI chips", "Product", "advanced AI chips"),
        ("Ludwig van Beethoven", "Person", "Ludwig van Beethoven"),
    ],
)
def test_a_name_is_freed_of_what_stands_around_it(text: str, type: str, expected: str) -> None:
    assert tidy(text, type) == expected


def test_an_entity_bears_its_known_name_and_pronouns_name_nothing() -> None:
    name = entity_name(
        [mention("it", 0), mention("US", 10, "Country"), mention("the United States", 20, "Country")], "Country"
    )
    assert name is not None
    assert (name.name, name.known) == ("United States", True)
    assert entity_name([mention("it"), mention("which", 10)], "Company") is None


# -- labels and calibration


def test_the_weights_were_trained_for_the_vocabulary_of_today() -> None:
    labels = Labels.read(WEIGHTS / "labels.json")
    assert labels.types == tuple(map(str, EntityType))
    assert labels.modalities == tuple(map(str, Modality))
    assert {relation for relation, _ in labels.relations} == set(map(str, RelationType))
    known = {(one, relation, other) for one, relation, other in labels.admitted if relation != RelationType.RELATED_TO}
    assert known == {
        (str(one), str(relation), str(other))
        for one in EntityType
        for relation in RelationType
        for other in EntityType
        if relation is not RelationType.RELATED_TO and vocabulary().admits(one, relation, other)
    }


def test_a_label_is_allowed_where_its_signature_admits_the_types() -> None:
    labels = Labels.read(WEIGHTS / "labels.json")
    person, company = labels.types.index("Person"), labels.types.index("Company")
    forward, back = labels.relations.index(("HOLDS_ROLE_AT", False)), labels.relations.index(("HOLDS_ROLE_AT", True))
    assert labels.allowed[person, company, forward]
    assert not labels.allowed[person, company, back]
    assert labels.allowed[company, person, back]


def test_confidence_grows_with_what_speaks_for_a_statement(tmp_path: Path) -> None:
    calibration = Calibration.read(WEIGHTS / "calibration.json")
    weak, strong = (calibration.confidence(Signs("SUPPLIES", network=score, seen=1)) for score in (0.1, 0.95))
    both = calibration.confidence(Signs("SUPPLIES", network=0.95, seen=1, rules=0.9))
    assert 0.0 < weak < strong < both < 1.0
    (tmp_path / "c.json").write_text(json.dumps({"one": 100.0}), "utf-8")
    assert Calibration.read(tmp_path / "c.json").confidence(Signs("OWNS")) <= 1.0


def stated(subject: Cluster, relation: str, object: Cluster, score: float) -> StatedRelation:
    return StatedRelation(
        subject, relation, object, score, "asserted", 0.9, subject.mentions[0], object.mentions[-1], seen=1
    )


def test_a_statement_knows_its_rivals_and_where_its_ends_are() -> None:
    maker, plant, town = (
        Cluster(0, [mention("Olveth", 0)]),
        Cluster(1, [mention("the plant", 20, "Facility"), mention("Gumi line", 40, "Facility")]),
        Cluster(2, [mention("Gumi", 40, "Location")]),
    )
    alone, first, second = contexts(
        [
            stated(maker, "OPERATES", plant, 0.9),
            stated(plant, "LOCATED_IN", town, 0.8),
            stated(maker, "LOCATED_IN", town, 0.2),
        ]
    )
    assert alone["object.rivals"] == 0.0
    assert first["object.rival"] < 0.0 < second["object.rival"]
    assert alone["object.wordings"] == 2.0
    assert alone["object.names"] == 1.0
    assert alone["place.between"] > first["place.between"] == 0.0
    assert alone["place.subject_first"] == 1.0
    assert first["subject.description"] == 1.0


def test_the_calibration_weighs_nothing_that_is_not_told() -> None:
    known = set(json.loads((WEIGHTS / "calibration.json").read_text("utf-8")))
    one, other = Cluster(0, [mention("Olveth", 0)]), Cluster(1, [mention("Gumi", 20)])
    context = contexts([stated(one, "SUPPLIES", other, 0.5)])[0]
    told = Signs("SUPPLIES", network=0.5, rules=0.5, context=context).features().keys()
    relations = {f"{who}.{relation}" for who in ("network", "rules") for relation in RelationType}
    assert known - relations == told - relations


# -- the reader


def test_it_reads_what_it_has_never_seen(reader: ReaderExtractor) -> None:
    extraction = read(reader, NEWS)
    sure(extraction)
    found = {(triple.subject.name, str(triple.relation), triple.object.name) for triple in extraction.triples}
    assert ("Veltrian Semiconductor", "ACQUIRES", "Oreno Photonics") in found
    assert ("Veltrian Semiconductor", "LOCATED_IN", "Dresden") in found
    assert ("Dresden", "LOCATED_IN", "Germany") in found
    [bought] = [triple for triple in extraction.triples if triple.relation is RelationType.ACQUIRES]
    assert bought.modality is Modality.PLANNED


def test_the_same_text_gives_the_same_triples_alone_and_among_others(reader: ReaderExtractor) -> None:
    alone = read(reader, NEWS).triples
    among = [
        one.triples for one in reader.extract([Article("x", "Nothing."), Article("a", NEWS), Article("b", NEWS * 2)])
    ]
    assert among[1] == alone
    assert read(reader, NEWS).triples == alone


def test_a_text_without_statements_gives_none(reader: ReaderExtractor) -> None:
    for text in ("", " ", "\n\n", "Rain is expected on Sunday.", "?!"):
        assert read(reader, text).triples == ()


@pytest.mark.parametrize(
    ("text", "put"),
    [
        ("Hardly any of Veltrian Semiconductor's chips go to Huawei.", Modality.DENIED),
        ("Neither Veltrian Semiconductor nor Oreno Photonics supplies Norvik Tools.", Modality.DENIED),
        ("Veltrian Semiconductor used to supply wafers to Huawei.", Modality.ENDED),
    ],
)
def test_what_a_cue_denies_or_ends_is_not_asserted(reader: ReaderExtractor, text: str, put: Modality) -> None:
    (extraction,) = reader.extract([Article(key="a", text=text)])
    assert {triple.modality for triple in extraction.triples} == {put}


def test_a_cue_does_not_reach_what_is_told_in_passing(reader: ReaderExtractor) -> None:
    text = "Veltrian Semiconductor refused to sell chips to Oreno Photonics, a firm in Dresden."
    (extraction,) = reader.extract([Article(key="a", text=text)])
    places = [triple for triple in extraction.triples if triple.relation is RelationType.LOCATED_IN]
    assert [(one.subject.name, one.modality) for one in places] == [("Oreno Photonics", Modality.ASSERTED)]


def test_a_firm_named_like_goods_is_not_produced(reader: ReaderExtractor) -> None:
    for text in ("Veltrian Semiconductor used to own Oreno Chips.", "Veltrian Semiconductor supplies Oreno Chips."):
        (extraction,) = reader.extract([Article(key="a", text=text)])
        assert RelationType.PRODUCES not in {triple.relation for triple in extraction.triples}


def test_another_relation_of_the_rules_between_the_same_ends_speaks_against_one(reader: ReaderExtractor) -> None:
    alone = Signs("PRODUCES", network=0.9, seen=1)
    weights = Calibration.read(WEIGHTS / "calibration.json")
    assert weights.confidence(replace(alone, rules_differ=True)) < weights.confidence(alone)


def test_what_is_too_doubtful_is_counted(reader: ReaderExtractor) -> None:
    assert read(reader, NEWS).rejected.get("low_confidence", 0) > 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(LEFTOVERS)
def test_nothing_in_a_text_breaks_it(text: str) -> None:
    sure(read(reader_extractor(), text))


def test_a_line_of_a_megabyte_is_read_to_its_end(reader: ReaderExtractor) -> None:
    filler = "0123456789abcdef" * 40 + " "
    text = filler * (1_005_000 // len(filler)) + NEWS
    extraction = read(reader, text)
    sure(extraction)
    assert any(triple.relation is RelationType.ACQUIRES for triple in extraction.triples)


def test_memory_does_not_grow_with_the_number_of_articles(reader: ReaderExtractor) -> None:
    def articles(count: int) -> Iterator[Article]:
        return (Article(f"a{number}", NEWS) for number in range(count))

    for _ in reader.extract(articles(20)):
        pass
    tracemalloc.start()
    try:
        for _ in reader.extract(articles(20)):
            pass
        before, _ = tracemalloc.get_traced_memory()
        for _ in reader.extract(articles(40)):
            pass
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1_000_000


def test_a_window_has_as_many_pieces_as_numbers(tokenizer: Tokenizer) -> None:
    window: Window = next(windows(NEWS, tokenizer))
    assert len(window) == len(window.ids) == len(window.cases) == len(window.starts) == len(window.sentences)
