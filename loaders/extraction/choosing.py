"""Which extractor reads: by name, so that a command, a worker process and a cluster make the same one."""

from enum import StrEnum

from graph_schema.settings import read_settings
from loaders.extraction.extractor import Extractor


class ExtractorKind(StrEnum):
    """What reads the text."""

    SPACY = "spacy"
    """Rules over spaCy's parse; offline."""
    LLM = "llm"
    """A language model behind an OpenAI-compatible endpoint, named by CHOKEPOINT_LLM_BASE_URL and _MODEL."""
    READER_AND_LLM = "reader+llm"
    """The offline reader, and the language model where that one is unsure."""
    OPEN = "open"
    """Open triples over spaCy's parse: phrases, no vocabulary; offline."""


ASKS_A_MODEL = frozenset({ExtractorKind.LLM, ExtractorKind.READER_AND_LLM})
"""Kinds whose text goes to an endpoint; the others stay on this machine."""


def make_extractor(kind: ExtractorKind) -> Extractor:
    """The extractor of this kind, with its settings from the environment. Raises SettingsError.

    What each needs is imported here: a language model's client or spaCy takes long to import, and the other is not needed.
    """
    if kind in ASKS_A_MODEL:
        from loaders.extraction.llm import LlmExtractor, LlmSettings, SecondOpinion

        settings = read_settings(LlmSettings)
        return LlmExtractor(settings) if kind is ExtractorKind.LLM else SecondOpinion(_offline(), settings)
    from loaders.extraction.spacy_rules import open_extractor, spacy_extractor

    return open_extractor() if kind is ExtractorKind.OPEN else spacy_extractor()


def _offline() -> Extractor:
    """The best reader of typed triples that needs no network."""
    from loaders.extraction.spacy_rules import spacy_extractor

    return spacy_extractor()
