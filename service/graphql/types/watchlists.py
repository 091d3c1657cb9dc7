"""Watch lists and their notices as GraphQL types."""

import datetime as dt
from typing import Self

import strawberry
from pydantic import ValidationError
from strawberry.scalars import JSON

from graph_schema.errors import QuestionError
from graph_schema.vocabulary import RelationType
from service.searches.changes import ChangeKind
from service.watchlists import definition, store
from service.watchlists.definition import Watched
from service.watchlists.news import NewsKind


@strawberry.type(description="What is watched: exposures and relations of some entities, or the answer to a question.")
class WatchList:
    """See `definition.WatchList`."""

    name: str = strawberry.field(description="Unique name; its notices are a feed at /watch/NAME.atom.")
    entities: list[str] = strawberry.field(description="Ids, names or aliases of what is watched.")
    question: str | None = strawberry.field(
        description="The question in words whose answer is watched; null: entities are."
    )
    watched: list[Watched] = strawberry.field(description="What of them is watched.")
    lists: list[str] = strawberry.field(
        description="Who lists: only ties to what these list; empty: to whatever is listed."
    )
    relations: list[RelationType] = strawberry.field(description="Only relations of these types; empty: of any.")
    news: list[NewsKind] = strawberry.field(description="Only news of these kinds is told; empty: of all.")
    webhook: str | None = strawberry.field(description="Address to which each notice is posted.")
    email: str | None = strawberry.field(description="To whom each notice is sent.")
    graph_version: int | None = strawberry.field(
        description="Version of the graph that it has seen; null: it has not looked yet."
    )
    observed: dt.datetime | None = strawberry.field(description="Time at which it last saw a new version.")
    error: str | None = strawberry.field(description="Why it could not look, in one line; null: it could.")

    @classmethod
    def from_stored(cls, stored: store.StoredWatch) -> Self:
        watch = stored.watch
        return cls(
            name=watch.name,
            entities=list(watch.entities),
            question=watch.question,
            watched=list(watch.watched),
            lists=list(watch.lists),
            relations=list(watch.relations),
            news=list(watch.news),
            webhook=watch.webhook,
            email=watch.email,
            graph_version=stored.version,
            observed=stored.observed,
            error=stored.error,
        )


@strawberry.type(
    description="One piece of news of a watch list. Each difference is one notice, however often it is loaded."
)
class Notice:
    """See `store.Notice`."""

    id: strawberry.ID = strawberry.field(description="The same on every way out, so that receivers know it again.")
    number: int = strawberry.field(description="Its place among the notices of the list, from 1.")
    graph_version: int = strawberry.field(description="Version of the graph in which it was seen.")
    kind: NewsKind = strawberry.field(description="What kind of news it is.")
    change: ChangeKind = strawberry.field(description="Whether something came, changed or ended.")
    entity: strawberry.ID = strawberry.field(
        description="Id of the watched entity, or of the one that the question is about."
    )
    text: str = strawberry.field(description="The news in one line.")
    details: JSON = strawberry.field(
        description="The relation, the tie (kind, listed, path) or the part of the answer, by ids."
    )
    at: dt.datetime = strawberry.field(description="Time at which it was noticed.")

    @classmethod
    def from_stored(cls, notice: store.Notice) -> Self:
        return cls(
            id=strawberry.ID(notice.id),
            number=notice.number,
            graph_version=notice.version,
            kind=notice.kind,
            change=notice.kind.change,
            entity=strawberry.ID(notice.about),
            text=notice.text,
            details=JSON(notice.details),
            at=notice.at,
        )


@strawberry.input(description="A watch list as it shall be.")
class WatchListInput:
    """See `definition.WatchList`."""

    name: str = strawberry.field(description="Lower case, digits, hyphens; a list of this name is replaced.")
    entities: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids, names or aliases of 1 to 20 entities; not given: `question` is."
    )
    question: str | None = strawberry.field(
        default=None,
        description="A question in words, as `ask` reads it, whose answer is watched in place of entities.",
    )
    watched: list[Watched] | None = strawberry.field(default=None, description="What of them; not given: everything.")
    lists: list[strawberry.ID] | None = strawberry.field(default=None, description="Who lists; not given: anyone.")
    relations: list[RelationType] | None = strawberry.field(
        default=None, description="Only relations of these types; not given: of any."
    )
    news: list[NewsKind] | None = strawberry.field(
        default=None, description="Only news of these kinds is told; not given: of all."
    )
    webhook: str | None = strawberry.field(
        default=None, description="Address for notices, on a host that CHOKEPOINT_WATCH_WEBHOOK_HOSTS names."
    )
    secret: str | None = strawberry.field(
        default=None, description="Name of the service's environment variable with which what is posted is signed."
    )
    email: str | None = strawberry.field(default=None, description="Address to which notices are sent.")

    def to_domain(self) -> definition.WatchList:
        """Raises QuestionError naming what is wrong."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        try:
            return definition.WatchList.model_validate(given)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = ".".join(map(str, problem["loc"])) or "list"
            raise QuestionError(f"{where}: {problem['msg'].removeprefix('Value error, ')}") from error
