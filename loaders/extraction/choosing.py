"""Which extractor reads: by name, so that a command, a worker process and a cluster make the same one."""

from enum import StrEnum

from graph_schema.errors import SettingsError
from graph_schema.settings import read_settings
from loaders.extraction.extractor import Extractor


class ExtractorKind(StrEnum):
    """What reads the text."""

    SPACY = "spacy"
    """Rules over spaCy's parse; offline."""
    READER = "reader"
    """A trained network together with the rules; offline. docs/reader.md says what it is worth."""
    LLM = "llm"
    """A language model behind an OpenAI-compatible endpoint, named by CHOKEPOINT_LLM_BASE_URL and _MODEL."""
    READER_AND_LLM = "reader+llm"
    """The offline reader, and the language model where that one is unsure."""


ASKS_A_MODEL = frozenset({ExtractorKind.LLM, ExtractorKind.READER_AND_LLM})
"""Kinds whose text goes to an endpoint; the others stay on this machine."""
_OFFLINE = ExtractorKind.SPACY
"""The best that needs no network."""


def make_extractor(kind: ExtractorKind, *, open_triples: bool = False, processes: int = 1) -> Extractor:
    """The extractor of this kind, with its settings from the environment, in this process or in several.

    `open_triples`: phrases of the text, without a vocabulary; the rules alone give them. What each kind needs is imported
    here: a language model's client or spaCy takes long to import, and the other is not needed. Raises SettingsError.
    """
    if open_triples and kind is not ExtractorKind.SPACY:
        raise SettingsError(f"--open is read by the rules: leave out --extractor {kind}")
    if kind in ASKS_A_MODEL:
        from loaders.extraction.llm import LlmExtractor, LlmSettings, SecondOpinion

        settings = read_settings(LlmSettings)
        if kind is ExtractorKind.READER_AND_LLM:
            return SecondOpinion(make_extractor(_OFFLINE, processes=processes), settings)
        if processes > 1:
            raise SettingsError(
                "--processes is for the offline readers; for a language model set CHOKEPOINT_LLM_CONCURRENCY"
            )
        return LlmExtractor(settings)
    if processes > 1:
        from loaders.extraction.parallel import ParallelExtractor

        return ParallelExtractor(kind, open_triples=open_triples, processes=processes)
    if kind is ExtractorKind.READER:
        from loaders.extraction.reader.extractor import reader_extractor

        return reader_extractor()
    from loaders.extraction.spacy_rules import open_extractor, spacy_extractor

    return open_extractor() if open_triples else spacy_extractor()
