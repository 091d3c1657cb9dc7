"""The engine that searches in the database: one Cypher query for each level of a search, all in one READ transaction.

A READ transaction sees what others commit meanwhile, and parts of it before the rest: the graph's version is read before and
after in transactions of their own, each of which begins when all that the one before could see is there as a whole.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import GraphChanged, QuestionError
from service.engines.hub_degrees import HubDegrees
from service.engines.interface import LEAST_S, GraphView, PathEngine
from service.engines.records_view import RecordsView
from service.paths.budget import Meter
from service.paths.reach import Reach, ReachQuestion, reach
from service.paths.report import EngineName
from service.paths.search import PathQuestion, PathWeight, SearchOutcome, search
from service.queries.paths_expand import (
    GraphExpander,
    ReachedEntities,
    ReachExpander,
    TimedTransaction,
)
from service.queries.paths_expand_telling import TellingExpander

T = TypeVar("T")


class CypherEngine:
    """A `PathEngine` over the database itself."""

    def __init__(self, graph: Graph, *, hub_degree: int) -> None:
        """`hub_degree`: relations above which an entity is a hub, where a question does not say."""
        self._graph, self._hub_degree = graph, hub_degree
        self._hub_degrees = HubDegrees()

    async def run(self, seconds: float, work: Callable[[GraphView], Awaitable[T]]) -> T:
        """See `PathEngine.run`. Raises GraphChanged where writers leave no time for an answer of one version."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds

        def left() -> float:
            return max(deadline - loop.time(), LEAST_S)

        async def on_view(tx: AsyncManagedTransaction, version: int) -> T:
            return await work(CypherView(tx, version, self._hub_degrees, self._hub_degree))

        while loop.time() < deadline:
            version = await self._graph.read_within(left(), graph_version)
            answer = await self._graph.read_within(left(), on_view, version)
            if await self._graph.read_within(left(), graph_version) == version:
                return answer
        raise GraphChanged("the graph changed again and again while the question was answered: ask again")

    def at(self, version: int) -> PathEngine:
        """See `PathEngine.at`."""
        raise QuestionError(
            f"atVersion is {version}, and former versions are told from the index, which is switched off"
        )


class CypherView(RecordsView):
    """A `GraphView` over one transaction."""

    engine = EngineName.CYPHER

    def __init__(self, tx: AsyncManagedTransaction, version: int, hub_degrees: HubDegrees, hub_degree: int) -> None:
        super().__init__(tx)
        self.version = version
        self._timed = TimedTransaction(tx)
        self._hub_degrees, self._hub_degree = hub_degrees, hub_degree

    @property
    def lost(self) -> bool:
        """Whether a query was given up: the transaction is gone with it."""
        return self._timed.broken

    async def paths(self, question: PathQuestion, meter: Meter) -> SearchOutcome:
        """See `GraphView`."""
        walk = await self._hub_degrees.settle(self._tx, question.walk)
        ends = question.sources | question.targets | question.must_pass
        degree = self._hub_degree
        expander = GraphExpander(self._timed, walk, ends, default_degree=degree)
        if question.weight is PathWeight.SPECIFICITY:
            never_between = question.sources | question.targets
            expander = TellingExpander(self._timed, walk, ends, never_between, default_degree=degree)
        return await search(expander, question, meter)

    async def reach(self, question: ReachQuestion, meter: Meter) -> Reach:
        """See `GraphView`."""
        arrivals = ReachedEntities()
        expanders = [
            ReachExpander(
                self._timed,
                await self._hub_degrees.settle(self._tx, walk),
                question,
                arrivals,
                default_degree=self._hub_degree,
            )
            for walk in question.walks
        ]
        return await reach(lambda level: expanders[min(level, len(expanders) - 1)], question, meter)
