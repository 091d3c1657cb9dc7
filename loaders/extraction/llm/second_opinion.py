"""Two readers: an offline one reads everything, a language model only where that one is unsure."""

from collections import deque
from collections.abc import Iterable, Iterator

from loaders.extraction.extractor import Extraction, Extractor
from loaders.extraction.llm.extractor import LlmExtractor
from loaders.extraction.llm.pieces import Piece, windows
from loaders.extraction.llm.settings import LlmSettings
from loaders.triple import Article, Triple

NOT_CONFIRMED = "not_confirmed"
"""Reason code: an unsure statement about which the model was asked, and which it did not make."""
NOT_ASKED = "not_asked"
"""An article whose unsure places the model did not read (budget, refusal): what the offline reader found stands."""


class SecondOpinion:
    """Typed triples of `first`; where it is unsure, what the language model reads there instead.

    Unsure are the sentences of triples below `CHOKEPOINT_LLM_UNSURE_BELOW` and the places that `first` itself calls so. A triple
    keeps the name of the reader that found it: two readers are two witnesses.
    """

    def __init__(self, first: Extractor, settings: LlmSettings) -> None:
        self._first, self._settings = first, settings
        self._second = LlmExtractor(settings)

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self._first.name}+{self._second.name}"

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily. Raises what LlmExtractor raises."""
        waiting: deque[Extraction] = deque()

        def texts() -> Iterator[tuple[Article, list[Piece]]]:
            for extraction in self._first.extract(articles):
                waiting.append(extraction)
                yield extraction.article, self._unsure(extraction)

        for answer in self._second.read(texts()):
            yield self._both(waiting.popleft(), answer)

    def _unsure(self, extraction: Extraction) -> list[Piece]:
        places = {triple.span for triple in extraction.triples if not self._sure(triple)}
        return list(windows(extraction.article.text, places.union(extraction.unsure), self._settings.chunk_characters))

    def _sure(self, triple: Triple) -> bool:
        return triple.confidence >= self._settings.unsure_below

    def _both(self, first: Extraction, answer: Extraction) -> Extraction:
        rejected = {**first.rejected}
        if answer.problem is not None:
            rejected[NOT_ASKED] = 1
            return Extraction(first.article, first.triples, rejected, first.unsure, first.problem)
        sure = [triple for triple in first.triples if self._sure(triple)]
        known = {_statement(triple) for triple in sure}
        told = [triple for triple in answer.triples if _statement(triple) not in known]
        confirmed = {_statement(triple) for triple in answer.triples}
        doubted = sum(not self._sure(triple) and _statement(triple) not in confirmed for triple in first.triples)
        for reason, count in {**answer.rejected, NOT_CONFIRMED: doubted}.items():
            if count:
                rejected[reason] = rejected.get(reason, 0) + count
        triples = sorted([*sure, *told], key=lambda triple: triple.span)
        return Extraction(first.article, tuple(triples), rejected, problem=first.problem)


def _statement(triple: Triple) -> tuple[str, str | None, str, str]:
    return triple.subject.name.casefold(), triple.relation, triple.object.name.casefold(), triple.modality
