"""What every resolver has at hand during one request."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.writing import Resolver, Writer
from service.access.caller import STRANGER, Caller
from service.access.changing import RecordedWriter
from service.access.keys import KeyScope
from service.engines.lookups import Lookups
from service.errors import NotAuthorized, WritesDisabled
from service.filters.walk import EntityFilter
from service.graphql.dataloaders import DataLoaders
from service.graphql.inputs import DEFAULT_DEPTH, Budget
from service.paths import budget as domain
from service.paths.report import Bound, SearchReport
from service.queries.records import EntityRecord
from service.searches.desk import Searches
from service.searches.watching import Watch
from service.settings import ServiceSettings


@dataclass(slots=True)
class Context:
    """Made anew for each request, so that nothing is remembered from one to the next."""

    graph: Graph
    lookups: Lookups
    settings: ServiceSettings
    searches: Searches
    watch: Watch
    operation_name: str | None = None
    writer: Writer | None = None
    resolver: Resolver | None = None
    """Tells which entities may be one; None where no loaders stand behind the service."""
    caller: Caller = STRANGER
    """Who asks."""
    points: int | None = None
    """What the operation costs, once that is known."""
    price_only: bool = False
    """The client wants to know the price, and no answer."""
    writes: bool = False
    """A mutation is under way: it goes on when its client leaves."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    """What was changed in the graph."""
    payload: dict[str, Any] | None = None
    """The answer, or the last one, once there is one."""
    cacheable: bool = True
    """Whether the answer depends on the graph's version alone: not on the time it took, nor on jobs and load runs, whose
    records change without it."""

    _loaders: DataLoaders | None = None
    _known: dict[EntityId, EntityRecord] = field(default_factory=dict)

    @property
    def load(self) -> DataLoaders:
        """The look-ups that the resolvers of this request share."""
        if self._loaders is None:
            self._loaders = DataLoaders(self.graph, self.lookups)
        return self._loaders

    def renew(self) -> None:
        """Forget what was read: what follows, as the next event of a subscription, is told from the graph as it is then."""
        self.lookups, self._loaders, self._known = self.lookups.renewed(), None, {}

    def know(self, *groups: Iterable[EntityRecord]) -> None:
        """Entities that a query brought along need not be asked for again."""
        known = {entity.id: entity for group in groups for entity in group if entity.at_version is None}
        if self.lookups.indexed:
            self._known.update(known)
        else:
            self.load.entity_by_id.prime_many(known)

    async def entity_by_id(self, id: EntityId, *, at: int | None = None) -> EntityRecord | None:
        """The entity with this id, now or `at` an earlier version."""
        if at is not None:
            return (await self.lookups.then(at)).entities([id]).get(id)
        if self.lookups.indexed:
            return self._known.get(id) or (await self.lookups.entities([id])).get(id)
        return await self.load.entity_by_id.load(id)

    def note(self, report: SearchReport) -> None:
        """An answer cut short by time may be fuller next time, so that it must not be cached."""
        self.cacheable = self.cacheable and report.limited_by is not Bound.TIME

    def charge(self, points: int) -> None:
        """Take what the operation costs from what its caller may ask. Raises RateExceeded."""
        self.points = points
        if not self.price_only:
            self.caller.allowance.charge(points)

    def writer_for(self) -> Writer:
        """The writer, for a client that may write. Raises WritesDisabled, NotAuthorized."""
        if self.writer is None:
            raise WritesDisabled(
                "this service takes nothing in: make a key with chokepoint keys create --scope write, "
                "or set CHOKEPOINT_SERVICE_WRITE_TOKEN"
            )
        if not self.caller.may(KeyScope.WRITE):
            raise NotAuthorized("send a key of scope write as Authorization: Bearer …")
        return RecordedWriter(self.writer, self.changes)

    def budget(self, asked: Budget | None, *, depth: int | None = None) -> domain.Budget:
        """The budget of a question; `depth` holds where none was asked for."""
        return (asked or Budget(max_depth=depth or DEFAULT_DEPTH)).to_domain(self.settings)

    async def graph_version(self) -> int:
        """Version of the graph, the same for the whole request."""
        return await self.lookups.version()

    async def resolved(self, rule: EntityFilter) -> EntityFilter:
        """The filter with an id for each name. Raises EntityNotFound."""
        if not rule.named:
            return rule
        known = await self.lookups.meant(sorted(rule.named))
        return rule.resolved({name: entity.id for name, entity in known.items()})


Info: TypeAlias = strawberry.Info[Context, None]
