"""Extraction by a language model behind any OpenAI-compatible endpoint."""

from loaders.extraction.llm.extractor import LlmExtractor
from loaders.extraction.llm.second_opinion import SecondOpinion
from loaders.extraction.llm.settings import LlmSettings, StructuredOutput

__all__ = ["LlmExtractor", "LlmSettings", "SecondOpinion", "StructuredOutput"]
