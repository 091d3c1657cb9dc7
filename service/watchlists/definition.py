"""What a watch list watches and where its notices go; `watch.yaml` holds several."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graph_schema.errors import SettingsError
from graph_schema.vocabulary import RelationType
from graph_schema.yaml_files import YamlFile
from service.searches.exposure import MOST_SUMMARISED
from service.watchlists.news import NewsKind


class Watched(StrEnum):
    """What of the entities is watched."""

    EXPOSURE = "exposure"
    RELATIONS = "relations"


class Channel(StrEnum):
    """A way in which notices go out; the feed and the API hold them anyway."""

    WEBHOOK = "webhook"
    EMAIL = "email"


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class WatchList(BaseModel):
    """One watch list: of entities, or of a question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    """Unique; lower case, digits, hyphens."""
    entities: Annotated[tuple[Words, ...], Field(max_length=MOST_SUMMARISED)] = ()
    """Ids, names or aliases of what is watched."""
    question: Words | None = None
    """A question in words whose answer is watched, in place of entities."""
    watched: Annotated[tuple[Watched, ...], Field(min_length=1)] = tuple(Watched)
    """Their ties to listed entities, their relations, or both."""
    lists: Annotated[tuple[Words, ...], Field(max_length=MOST_SUMMARISED)] = ()
    """Who lists: countries, bodies or policies; none given: any."""
    relations: tuple[RelationType, ...] = ()
    """Only relations of these types count; none given: all."""
    news: tuple[NewsKind, ...] = ()
    """Only news of these kinds is told; none given: of all."""
    webhook: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2_000)] | None = None
    """Address to which each notice is posted."""
    secret: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = None
    """Name of the environment variable with which what is posted is signed."""
    email: Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$")] | None = None
    """To whom each notice is sent."""

    @model_validator(mode="after")
    def _entities_or_question(self) -> Self:
        if (self.question is None) != bool(self.entities):
            raise ValueError("a watch list has either entities or a question")
        if self.question is not None and (self.watched, self.lists, self.relations) != (tuple(Watched), (), ()):
            raise ValueError("a question is watched as it is: watched, lists and relations are of entities")
        return self

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if (self.webhook is None) != (self.secret is None):
            raise ValueError(
                "webhook and secret go together: secret names the environment variable that signs what is posted"
            )
        return self

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways in which its notices go out."""
        ways = ((Channel.WEBHOOK, self.webhook), (Channel.EMAIL, self.email))
        return tuple(channel for channel, where in ways if where is not None)

    @property
    def subject(self) -> str:
        """What is watched, without where it is told: where this changes, there is no news against before."""
        return self.model_dump_json(include={"entities", "question", "watched", "lists", "relations"})


def read_watch_lists(path: Path) -> list[WatchList]:
    """The watch lists of a file in its order. Raises SettingsError naming the line and field of every mistake."""
    file = YamlFile.read(path)
    problems: list[str] = []
    found: dict[str, WatchList] = {}
    for number, row in enumerate(file.rows("watch")):
        try:
            one = WatchList.model_validate(row)
        except ValidationError as error:
            problems += file.problems(error, "watch", number)
            continue
        if one.name in found:
            problems.append(f"{file.place('watch', number, 'name')}: name {one.name!r} is given to two watch lists")
        found[one.name] = one
    if problems:
        raise SettingsError("\n       ".join(problems))
    return list(found.values())
