"""Feeds and pages of the web as the input of a load."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from graph_schema.errors import MalformedRecord
from loaders.extraction.extractor import Extractor
from loaders.loading.inputs import Taken, extracted
from loaders.sources.feed import FeedReader


@dataclass(frozen=True, slots=True)
class FeedInput:
    """What `reader` finds new, read by `extractor`. It can be read once: the web may say something else the next time."""

    reader: FeedReader
    extractor: Extractor
    ignored: set[str] = field(default_factory=set)

    @property
    def source(self) -> str:
        """The addresses."""
        return ", ".join(self.reader.urls)

    def fingerprint(self) -> str | None:
        """None: there is nothing to go back to."""
        return None

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """Each article with all statements found in it."""
        yield from extracted(itertools.islice(self.reader.articles(), skip, None), self.extractor)
