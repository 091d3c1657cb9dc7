"""What a source says of itself, once: its command, the arguments of its jobs, their defaults and its dead letters follow.

A module of `loaders.sources` that has a SOURCE is a source; nothing else need know of it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from graph_schema.errors import MalformedRecord, SettingsError
from loaders import sources
from loaders.settings import LoadSettings
from loaders.sources.records import RecordSource
from loaders.triple import Article


@dataclass(frozen=True, slots=True)
class Shown:
    """How help shows an argument, where its name and default do not say it."""

    metavar: str | None = None
    default: str | None = None


class SourceArguments(BaseModel):
    """What a source may be told: fields without a default are the command's arguments, the others its options."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class NamedArguments(SourceArguments):
    """Of a source whose files are not named alike from one delivery to the next."""

    name: Annotated[str | None, Shown(default="the files' names")] = None
    """Name of the source in the graph."""


class TextSource(Protocol):
    """Texts that an extractor reads."""

    @property
    def name(self) -> str:
        """What is loaded, for messages and the run's record."""
        ...

    @property
    def ignored(self) -> set[str]:
        """Keys met so far that nothing reads."""
        ...

    def fingerprint(self, *salt: str) -> str | None:
        """Hash of the content and of `salt`; None when it can be read only once. Raises SourceUnavailable."""
        ...

    def articles(self) -> Iterator[Article | MalformedRecord]:
        """All texts, lazily. Raises SourceUnavailable, SourceError."""
        ...

    def loaded(self) -> None:
        """Called once everything is in the graph."""
        ...


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """Mended records of one file, in a file of its name."""

    path: str
    header: str | None
    """First line of the table that they are rows of."""


A = TypeVar("A", bound=SourceArguments)
S = TypeVar("S", RecordSource, TextSource)


@dataclass(frozen=True, slots=True)
class SourceDefinition(Generic[A, S]):
    """A source by its name."""

    name: str
    """Of its command, in jobs.yaml, and in the dead letters of its records."""
    about: str
    """What it is; the command's help. The first line stands in lists."""
    arguments: type[A]
    make: Callable[[A, LoadSettings], S]
    """Raises SourceUnavailable where a file is not there."""
    retry: Callable[[Sequence[RefusedFile], Sequence[str], LoadSettings], Sequence[S]]
    """Sources of mended records; the names are those of files that tell what the records refer to. Raises SettingsError."""
    full_by_default: bool | None = None
    """Whether a delivery is taken for all that the source states; None: it never is."""
    of_text: bool = False
    """Whether an extractor reads it."""


M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], values: Mapping[str, Any]) -> M:
    """The values as the model wants them. Raises SettingsError naming what is wrong."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors(include_url=False))
        raise SettingsError("; ".join(problems)) from error


@cache
def definitions() -> Mapping[str, SourceDefinition[Any, Any]]:
    """All sources by name, in the order of their modules."""
    modules = (
        importlib.import_module(f"{sources.__name__}.{info.name}") for info in pkgutil.iter_modules(sources.__path__)
    )
    found = (getattr(module, "SOURCE", None) for module in modules)
    return {source.name: source for source in found if isinstance(source, SourceDefinition)}
