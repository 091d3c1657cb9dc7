"""Extraction in several processes: batches go out, extractions come back in order, and only a few batches wait at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from loaders.extraction.extractor import Extraction
from loaders.extraction.spacy_rules import PipelineExtractor, batches, open_extractor, spacy_extractor
from loaders.triple import Article

_WAITING_PER_PROCESS = 2


def extract_with(
    articles: Iterable[Article], *, open_triples: bool = False, processes: int = 1
) -> Iterator[Extraction]:
    """One Extraction per article, in order, lazily; the same whatever the number of processes.

    Raises SettingsError when the pipeline is not installed.
    """
    if processes == 1:
        yield from _extractor(open_triples=open_triples).extract(articles)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[list[Extraction]]] = deque()
        try:
            for batch in batches(articles):
                waiting.append(pool.submit(_work, batch, open_triples=open_triples))
                if len(waiting) >= processes * _WAITING_PER_PROCESS:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _extractor(*, open_triples: bool) -> PipelineExtractor:
    return open_extractor() if open_triples else spacy_extractor()


def _work(batch: list[Article], *, open_triples: bool) -> list[Extraction]:
    return _extractor(open_triples=open_triples).extract_batch(batch)
