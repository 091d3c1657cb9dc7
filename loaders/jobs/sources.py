"""Sources that a job may name, each with its arguments and the inputs that they make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph_schema.errors import SettingsError
from loaders.loading.inputs import Input, NewsInput, TripleInput
from loaders.loading.source_input import SourceInput
from loaders.settings import LoadSettings
from loaders.sources.eto import SupplyChain
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.gdelt import Gdelt
from loaders.sources.triples import TripleFormat

A = TypeVar("A", bound=BaseModel)


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TripleArguments(_Arguments):
    """Of `triples`."""

    paths: list[str] = Field(min_length=1)
    format: TripleFormat | None = None


class NewsArguments(_Arguments):
    """Of `news`."""

    paths: list[str] = Field(min_length=1)


class FollowTheMoneyArguments(_Arguments):
    """Of `ftm`."""

    paths: list[str] = Field(min_length=1)
    base: list[str] = []
    name: str | None = None


class SupplyChainArguments(_Arguments):
    """Of `eto`."""

    folder: str
    name: str = "eto"


class GdeltArguments(_Arguments):
    """Of `gdelt`."""

    exports: list[str] = Field(min_length=1)
    mentions: list[str] = []
    name: str | None = None


class FeedArguments(_Arguments):
    """Of `feed`."""

    urls: list[str] = Field(min_length=1)
    follow: bool = True
    allow_private: bool = False
    pause: float = Field(default=1.0, ge=0)
    timeout: float = Field(default=20.0, gt=0)
    most_kib: int = Field(default=10_240, gt=0)


@dataclass(frozen=True, slots=True)
class Work:
    """What a job loads, and what to do once it is in."""

    inputs: Sequence[Input]
    succeeded: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class JobSource(Generic[A]):
    """A source by name."""

    arguments: type[A]
    work: Callable[[A, LoadSettings], Work]

    def check(self, arguments: Mapping[str, Any]) -> A:
        """The arguments as this source wants them. Raises SettingsError naming what is wrong."""
        try:
            return self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            problems = (f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors(include_url=False))
            raise SettingsError("; ".join(problems)) from error

    def make(self, arguments: Mapping[str, Any], settings: LoadSettings) -> Work:
        """Fresh inputs. Raises SettingsError."""
        return self.work(self.check(arguments), settings)


def _feed(arguments: FeedArguments, settings: LoadSettings) -> Work:
    from loaders.extraction.spacy_rules import spacy_extractor
    from loaders.loading.feed_input import FeedInput
    from loaders.sources.feed import FeedReader, FeedState
    from loaders.sources.fetching import Limits

    state = FeedState.read(settings.feed_state)
    limits = Limits(arguments.allow_private, arguments.timeout, arguments.most_kib * 1024, arguments.pause)
    reader = FeedReader(arguments.urls, state, limits, arguments.follow)
    return Work([FeedInput(reader, spacy_extractor())], state.save)


def _news(arguments: NewsArguments, settings: LoadSettings) -> Work:  # noqa: ARG001  all sources are made alike
    from loaders.extraction.spacy_rules import spacy_extractor

    return Work([NewsInput(arguments.paths, spacy_extractor())])


SOURCES: Mapping[str, JobSource[Any]] = {
    "triples": JobSource(TripleArguments, lambda a, _: Work([TripleInput(a.paths, a.format)])),
    "news": JobSource(NewsArguments, _news),
    "ftm": JobSource(
        FollowTheMoneyArguments, lambda a, _: Work([SourceInput(FollowTheMoney(a.paths, a.base), a.name)])
    ),
    "eto": JobSource(SupplyChainArguments, lambda a, _: Work([SourceInput(SupplyChain(a.folder), a.name)])),
    "gdelt": JobSource(GdeltArguments, lambda a, _: Work([SourceInput(Gdelt(a.exports, a.mentions), a.name)])),
    "feed": JobSource(FeedArguments, _feed),
}
