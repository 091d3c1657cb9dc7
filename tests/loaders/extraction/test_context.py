"""What other words of a sentence make of a statement: never asserted where they deny it, and as it was where they do not."""

import pytest

from graph_schema.vocabulary import LIVE_MODALITIES, Modality, RelationType
from loaders.extraction.context import context_modality
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article


def modalities(text: str, relation: RelationType) -> set[Modality]:
    (extraction,) = spacy_extractor().extract([Article("x", text)])
    return {triple.modality for triple in extraction.triples if triple.relation is relation}


@pytest.mark.parametrize(
    "text",
    [
        "Neither Marlin Semiconductor nor Tarn Semiconductor acquired Veld Semiconductor.",
        "Marlin Semiconductor ruled out acquiring Veld Semiconductor.",
        "Marlin Semiconductor walked away from acquiring Veld Semiconductor.",
        "Marlin Semiconductor stopped short of acquiring Veld Semiconductor.",
        "Marlin Semiconductor failed to acquire Veld Semiconductor.",
        "Marlin Semiconductor was unable to acquire Veld Semiconductor.",
        "Marlin Semiconductor never agreed to acquire Veld Semiconductor.",
        "Marlin Semiconductor does not intend to acquire Veld Semiconductor.",
        "It is false that Marlin Semiconductor acquired Veld Semiconductor.",
        "There is no sign that Marlin Semiconductor acquired Veld Semiconductor.",
        "Rumours that Marlin Semiconductor acquired Veld Semiconductor are baseless.",
        "Instead of acquiring Veld Semiconductor, Marlin Semiconductor hired its staff.",
        "Marlin Semiconductor was blocked from acquiring Veld Semiconductor.",
        "An earlier version of this report said Marlin Semiconductor acquired Veld Semiconductor; it did not.",
        "The post wrongly claimed that Marlin Semiconductor acquired Veld Semiconductor.",
    ],
)
def test_what_is_denied_is_never_live(text: str) -> None:
    assert modalities(text, RelationType.ACQUIRES) <= {Modality.DENIED}


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        pytest.param(
            "Marlin Semiconductor supplies nothing to Veld Semiconductor.", RelationType.SUPPLIES, id="nothing"
        ),
        pytest.param(
            "Marlin Semiconductor sells no wafers to Veld Semiconductor.", RelationType.SUPPLIES, id="no wafers"
        ),
        pytest.param(
            "Marlin Semiconductor scarcely supplies Veld Semiconductor.", RelationType.SUPPLIES, id="scarcely"
        ),
        pytest.param(
            "Marlin Semiconductor is no supplier of Veld Semiconductor.", RelationType.SUPPLIES, id="no supplier"
        ),
    ],
)
def test_what_hardly_is_is_denied(text: str, relation: RelationType) -> None:
    assert modalities(text, relation) == {Modality.DENIED}


@pytest.mark.parametrize(
    "text",
    [
        "Marlin Semiconductor is unlikely to acquire Veld Semiconductor.",
        "It is doubtful that Marlin Semiconductor acquired Veld Semiconductor.",
        "Marlin Semiconductor has yet to acquire Veld Semiconductor.",
        "Marlin Semiconductor did not say whether it acquired Veld Semiconductor.",
        "Neither side said whether Marlin Semiconductor acquired Veld Semiconductor.",
        "Has Marlin Semiconductor acquired Veld Semiconductor?",
    ],
)
def test_what_is_doubted_is_possible_at_most(text: str) -> None:
    assert modalities(text, RelationType.ACQUIRES) <= {Modality.POSSIBLE}


@pytest.mark.parametrize(
    "text",
    [
        "Marlin Semiconductor ruled out layoffs when it acquired Veld Semiconductor.",
        "Tarn Semiconductor failed to win the order, and Marlin Semiconductor acquired Veld Semiconductor.",
        "Marlin Semiconductor, which walked away from Tarn Semiconductor, acquired Veld Semiconductor.",
        "Marlin Semiconductor did not only sue Tarn Semiconductor but acquired Veld Semiconductor.",
        "Marlin Semiconductor acquired Veld Semiconductor without consulting anybody.",
    ],
)
def test_a_denial_reaches_its_clause_and_no_further(text: str) -> None:
    assert Modality.ASSERTED in modalities(text, RelationType.ACQUIRES)


def test_what_did_not_end_goes_on() -> None:
    assert modalities("Marlin Semiconductor never stopped supplying Veld Semiconductor.", RelationType.SUPPLIES) == {
        Modality.ASSERTED
    }


def test_what_used_to_be_has_ended() -> None:
    assert modalities("Marlin Semiconductor used to own Veld Semiconductor.", RelationType.OWNS) == {Modality.ENDED}


def test_context_needs_no_parse() -> None:
    text = "Marlin denied it, but it is untrue that Veld supplies Tarn."
    at = text.index("supplies")
    assert context_modality(text, at, at + 8) is Modality.DENIED
    assert context_modality(text, 0, 6) is None
    assert Modality.DENIED not in LIVE_MODALITIES


@pytest.mark.parametrize(
    ("sentence", "words", "put"),
    [
        ("China produces almost all of the world's gallium.", "gallium", None),
        ("Marlin supplies nearly half of the wafers of Veld.", "Veld", None),
        ("Marlin nearly doubled its stake in Veld.", "Veld", None),
        ("Barely a month later Marlin bought Veld.", "Veld", None),
        ("Marlin almost acquired Veld.", "Veld", Modality.DENIED),
        ("Hardly any of the wafers go to Veld.", "Veld", Modality.DENIED),
    ],
)
def test_words_of_measure_deny_nothing(sentence: str, words: str, put: Modality | None) -> None:
    start = sentence.index(words)
    assert context_modality(sentence, start, start + len(words)) is put


def test_a_cue_may_be_asked_for_what_stands_behind_it_alone() -> None:
    sentence = "Marlin sells no wafers to Veld."
    assert context_modality(sentence, 0, 6) is Modality.DENIED
    assert context_modality(sentence, 0, 6, back=False) is None
