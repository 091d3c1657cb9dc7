"""Lists in pages, as the Relay cursor connections specification has them."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Self, TypeVar

import strawberry

from graph_schema.errors import LimitExceeded, QuestionError
from service.graphql.arguments import Arguments
from service.graphql.context import Info

T = TypeVar("T")
R = TypeVar("R")
DEFAULT_PAGE = 20
Count = Callable[[], Awaitable[int]]
"""Counts a whole list."""

_First = Annotated[int | None, strawberry.argument(description="Items from the front; 20 when nothing is given.")]
_After = Annotated[str | None, strawberry.argument(description="Cursor after which the page starts.")]
_Last = Annotated[int | None, strawberry.argument(description="Items before the cursor `before`.")]
_Before = Annotated[str | None, strawberry.argument(description="Cursor before which the page ends.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """See the Relay specification."""

    has_next_page: bool = strawberry.field(description="Whether more items follow after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are items before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item.")


@strawberry.type(description="An item and its place.")
class Edge(Generic[T]):
    """See the Relay specification."""

    cursor: str = strawberry.field(description="Opaque place of the item.")
    node: T = strawberry.field(description="The item that stands at this cursor.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """See the Relay specification."""

    edges: list[Edge[T]] = strawberry.field(description="The items with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the whole list.")
    count: strawberry.Private[Count | None] = None

    @strawberry.field(description="The items of this page in order, without cursors.")
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]

    @strawberry.field(description="Items over all pages, counted only when asked for; null: this list is not counted.")
    async def total_count(self) -> int | None:
        return None if self.count is None else await self.count()


@dataclass(frozen=True, slots=True)
class Window:
    """A page as positions: `limit` items from `skip` on."""

    skip: int
    limit: int

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None, before: str | None, *, most: int) -> Self:
        """Raises QuestionError on arguments that contradict or do not parse, LimitExceeded on too large a page."""
        if (first is not None or after is not None) and (last is not None or before is not None):
            raise QuestionError("give first and after, or last and before, not both")
        size = last if last is not None else DEFAULT_PAGE if first is None else first
        if size < 0:
            raise QuestionError(f"{'last' if last is not None else 'first'} is {size}, it must not be negative")
        if size > most:
            raise LimitExceeded("last" if last is not None else "first", size, most)
        if last is not None or before is not None:
            if before is None:
                raise QuestionError("last needs the cursor before")
            end = position(before)
            return cls(max(0, end - size), min(size, end))
        return cls(0 if after is None else position(after) + 1, size)

    def cut(self, items: Sequence[R]) -> tuple[Sequence[R], bool]:
        """The page out of up to `limit + 1` items from `skip` on, and whether more follow."""
        return items[: self.limit], len(items) > self.limit


@dataclass(frozen=True, kw_only=True)
class Page(Arguments):
    """Which page of a list is asked for."""

    first: _First = None
    after: _After = None
    last: _Last = None
    before: _Before = None

    def window(self, info: Info, *, most: int | None = None) -> Window:
        """The page as positions; at most `most` items, else as many as the service grants. Raises what `Window.of` does."""
        most = info.context.settings.max_page if most is None else most
        return Window.of(self.first, self.after, self.last, self.before, most=most)


def connection(items: Sequence[T], window: Window, *, more: bool, count: Count | None = None) -> Connection[T]:
    """A page of `items`, the first of which stands at `window.skip`; `count` counts the whole list."""
    edges, info = page(items, window, more=more)
    return Connection(edges=edges, page_info=info, count=count)


def connection_of(
    rows: Sequence[R], window: Window, wrap: Callable[[R], T], *, count: Count | None = None
) -> Connection[T]:
    """A page out of up to `window.limit + 1` rows, the first of which stands at `window.skip`."""
    shown, more = window.cut(rows)
    return connection([wrap(row) for row in shown], window, more=more, count=count)


def page(items: Sequence[T], window: Window, *, more: bool) -> tuple[list[Edge[T]], PageInfo]:
    """Edges of `items`, the first of which stands at `window.skip`, and where they stand."""
    edges = [Edge(cursor=cursor(window.skip + i), node=item) for i, item in enumerate(items)]
    info = PageInfo(
        has_next_page=more,
        has_previous_page=window.skip > 0,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return edges, info


_MOST_DIGITS = 12
"""Of a position: the database knows no number of any length."""


def cursor(place: int) -> str:
    """Opaque form of a position."""
    return base64.urlsafe_b64encode(f"at:{place}".encode()).decode()


def position(text: str) -> int:
    """Position of a cursor. Raises QuestionError when it is not one of ours."""
    try:
        kind, _, place = base64.urlsafe_b64decode(text.encode()).decode().partition(":")
        if kind == "at" and place.isdecimal() and len(place) <= _MOST_DIGITS:
            return int(place)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise QuestionError(f"{text!r} is not a cursor of this API")
