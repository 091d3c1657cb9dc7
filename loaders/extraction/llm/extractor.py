"""The extractor that asks a language model. What it answers is believed only as far as the text bears it out."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from loaders.extraction.extractor import Extraction
from loaders.extraction.llm.answers import AnswerUnusable, ArticleTriples, read_answer
from loaders.extraction.llm.budget import BudgetSpent, ModelBudget
from loaders.extraction.llm.client import LlmClient, RequestRefused
from loaders.extraction.llm.pieces import Piece, halves, pieces
from loaders.extraction.llm.settings import LlmSettings
from loaders.triple import Article

_SHORTEST_HALF = 400
"""Characters below which a piece is not halved any more."""


class LlmExtractor:
    """Typed triples from any OpenAI-compatible endpoint; `concurrency` articles are under way at once, and as many are held."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self.budget = ModelBudget(settings.request_budget, settings.token_budget)
        """What was spent so far, over all calls."""

    @property
    def name(self) -> str:
        """The model stands in it, for another model is another witness."""
        return f"llm/1:{self._settings.model}"

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily. No text raises: one that is refused has a `problem`.

        Raises SettingsError (key or model refused) and SourceUnavailable (the endpoint does not answer): both concern all texts.
        """
        longest = self._settings.chunk_characters
        return self.read((article, pieces(article.text, longest)) for article in articles)

    def read(self, texts: Iterable[tuple[Article, Iterable[Piece]]]) -> Iterator[Extraction]:
        """As `extract`, of each article these pieces alone; one without a piece costs no request."""
        waiting: deque[Future[Extraction]] = deque()
        with (
            LlmClient(self._settings, self.budget) as client,
            ThreadPoolExecutor(self._settings.concurrency) as threads,
        ):
            try:
                for article, parts in texts:
                    waiting.append(threads.submit(self._one, client, article, parts))
                    if len(waiting) >= self._settings.concurrency:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                client.stop()
                for future in waiting:
                    future.cancel()

    def _one(self, client: LlmClient, article: Article, parts: Iterable[Piece]) -> Extraction:
        reading = ArticleTriples()
        try:
            for piece in parts:
                self._read(client, article, piece, reading)
        except (BudgetSpent, RequestRefused, AnswerUnusable) as problem:
            return Extraction(article, rejected=dict(reading.rejected), problem=str(problem))
        return Extraction(article, tuple(reading.triples.values()), dict(reading.rejected))

    def _read(self, client: LlmClient, article: Article, piece: Piece, reading: ArticleTriples) -> None:
        answer = client.ask(article, piece.text)
        if answer.complete:
            read_answer(answer.content, piece.text, piece.offset, self.name, reading)
        elif len(piece.text) < _SHORTEST_HALF:
            raise AnswerUnusable("the model's answer is longer than CHOKEPOINT_LLM_ANSWER_TOKENS")
        else:
            for half in halves(piece):
                self._read(client, article, half, reading)
