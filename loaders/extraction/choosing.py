"""Which extractor reads: by name, so that a command, a worker process and a cluster make the same one."""

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.errors import SettingsError
from graph_schema.settings import read_settings
from loaders.extraction.extractor import Extractor, SureOf


class ExtractorKind(StrEnum):
    """What reads the text."""

    READER = "reader"
    """A trained network together with the rules; offline. docs/reader.md says what it is worth."""
    RULES = "rules"
    """Rules over spaCy's parse alone; offline, and three times as fast."""
    LLM = "llm"
    """A language model behind an OpenAI-compatible endpoint, named by CHOKEPOINT_LLM_BASE_URL and _MODEL."""
    READER_AND_LLM = "reader+llm"
    """The offline reader, and the language model where that one is unsure."""


DEFAULT = ExtractorKind.READER
"""The best measured of those that need no network."""
ASKS_A_MODEL = frozenset({ExtractorKind.LLM, ExtractorKind.READER_AND_LLM})
"""Kinds whose text goes to an endpoint; the others stay on this machine."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which extractor is wanted."""

    kind: ExtractorKind = DEFAULT
    open_triples: bool = False
    """Phrases of the text, without a vocabulary; the rules alone give them."""
    least_confidence: float | None = None
    """Statements that are less sure are left out; None: the extractor's own limit."""


def make_extractor(choice: Choice, *, processes: int = 1) -> Extractor:
    """The extractor of this choice, with its settings from the environment, in this process or in several.

    What each kind needs is imported here: a language model's client or spaCy takes long to import, and the other is not needed.
    Raises SettingsError.
    """
    kind = choice.kind
    if choice.open_triples and kind is not ExtractorKind.RULES:
        raise SettingsError(f"--open is read by the rules: leave out --extractor {kind}")
    if kind in ASKS_A_MODEL:
        return _asking(choice, processes)
    if processes > 1:
        from loaders.extraction.parallel import ParallelExtractor

        return ParallelExtractor(choice, processes)
    if kind is ExtractorKind.READER:
        from loaders.extraction.reader.extractor import LEAST_CONFIDENCE, reader_extractor

        least = choice.least_confidence
        return reader_extractor(LEAST_CONFIDENCE if least is None else least)
    from loaders.extraction.spacy_rules import open_extractor, spacy_extractor

    return _sure(open_extractor() if choice.open_triples else spacy_extractor(), choice)


def _asking(choice: Choice, processes: int) -> Extractor:
    from loaders.extraction.llm import LlmExtractor, LlmSettings, SecondOpinion

    settings = read_settings(LlmSettings)
    if choice.kind is ExtractorKind.READER_AND_LLM:
        return _sure(SecondOpinion(make_extractor(Choice(), processes=processes), settings), choice)
    if processes > 1:
        raise SettingsError(
            "--processes is for the offline readers; for a language model set CHOKEPOINT_LLM_CONCURRENCY"
        )
    return _sure(LlmExtractor(settings), choice)


def _sure(extractor: Extractor, choice: Choice) -> Extractor:
    return extractor if choice.least_confidence is None else SureOf(extractor, choice.least_confidence)
