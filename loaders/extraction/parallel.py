"""Extraction in several processes: batches go out, extractions come back in order, and only a few batches wait at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from loaders.extraction.choosing import Choice, make_extractor
from loaders.extraction.extractor import Extraction
from loaders.extraction.spacy_rules import batches
from loaders.triple import Article

_WAITING_PER_PROCESS = 2


@dataclass(frozen=True, slots=True)
class ParallelExtractor:
    """One extractor in each of several processes; it finds what one alone finds."""

    choice: Choice
    processes: int

    @property
    def name(self) -> str:
        """That of the one extractor. Raises SettingsError when its pipeline is not installed."""
        return make_extractor(self.choice).name

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily. Raises SettingsError when the pipeline is not installed."""
        with ProcessPoolExecutor(self.processes, mp_context=get_context("spawn")) as pool:
            waiting: deque[Future[list[Extraction]]] = deque()
            try:
                for batch in batches(articles):
                    waiting.append(pool.submit(_work, batch, self.choice))
                    if len(waiting) >= self.processes * _WAITING_PER_PROCESS:
                        yield from waiting.popleft().result()
                while waiting:
                    yield from waiting.popleft().result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def _work(batch: list[Article], choice: Choice) -> list[Extraction]:
    return list(make_extractor(choice).extract(batch))
