"""The word classes of `words.yaml` and `modality.yaml`, ready to ask."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from graph_schema.vocabulary import EntityType, Modality
from loaders.extraction.frames import read_yaml

_FORWARD = frozenset({Modality.PLANNED, Modality.POSSIBLE, Modality.THREATENED, Modality.ALLEGED})


@dataclass(frozen=True, slots=True)
class Words:
    """`words.yaml`: each field is one class of lemmas, documented there."""

    type_by_word: dict[str, EntityType]
    company_nouns: frozenset[str]
    sure_firm_nouns: frozenset[str]
    firm_goods: frozenset[str]
    firm_parts: frozenset[str]
    blaming_verbs: frozenset[str]
    penalty_nouns: frozenset[str]
    idle_facilities: frozenset[str]
    maker_nouns: frozenset[str]
    strong_maker_nouns: frozenset[str]
    maker_words: dict[str, str]
    unit_nouns: frozenset[str]
    facility_nouns: frozenset[str]
    facility_names: dict[str, str]
    goods_nouns: frozenset[str]
    firm_nouns: frozenset[str]
    government_nouns: frozenset[str]
    people_nouns: frozenset[str]
    transparent_nouns: frozenset[str]
    product_heads: frozenset[str]
    material_heads: frozenset[str]
    technology_heads: frozenset[str]
    empty_adjectives: frozenset[str]
    title_heads: frozenset[str]
    title_modifiers: frozenset[str]
    former_words: frozenset[str]
    national_titles: frozenset[str]
    company_descriptions: frozenset[str]
    body_descriptions: frozenset[str]
    country_descriptions: frozenset[str]
    bloc_descriptions: frozenset[str]
    person_descriptions: frozenset[str]
    policy_descriptions: frozenset[str]
    facility_descriptions: frozenset[str]
    organization_descriptions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ModalityWords:
    """`modality.yaml`: what each lemma says about what it governs."""

    verbs: dict[str, Modality]
    act_verbs: dict[str, Modality]
    frame_verbs: dict[str, Modality]
    """Those of act_verbs that also colour an act of the verb's own frame: "announce tariffs", not "block exports"."""
    auxiliaries: dict[str, Modality]
    nouns: dict[str, Modality]
    adjectives: dict[str, Modality]
    conditional_marks: frozenset[str]
    reporting: frozenset[str]


@cache
def words() -> Words:
    """The word classes shipped with this version."""
    data: dict[str, Any] = read_yaml("words.yaml")
    types = {word: EntityType(label) for label, listed in data.pop("type_by_word").items() for word in map(str, listed)}
    classes: dict[str, Any] = {
        name: value if isinstance(value, dict) else frozenset(map(str, value)) for name, value in data.items()
    }
    return Words(type_by_word=types, **classes)


@cache
def modality_words() -> ModalityWords:
    """The modality words shipped with this version."""
    data: dict[str, Any] = read_yaml("modality.yaml")

    def by_lemma(prefix: str) -> dict[str, Modality]:
        found: dict[str, Modality] = {}
        for modality in Modality:
            for lemma in data.get(f"{prefix}{modality.value}", ()):
                found.setdefault(str(lemma).replace("_", " "), modality)
        return found

    verbs = by_lemma("")
    return ModalityWords(
        verbs=verbs,
        act_verbs=verbs | by_lemma("act_"),
        frame_verbs={lemma: modality for lemma, modality in (verbs | by_lemma("act_")).items() if modality in _FORWARD},
        auxiliaries={word: Modality(name) for name, listed in data["auxiliaries"].items() for word in listed},
        nouns=by_lemma("nouns_"),
        adjectives=by_lemma("adjectives_"),
        conditional_marks=frozenset(data["conditional_marks"]),
        reporting=frozenset(data["reporting"]),
    )
