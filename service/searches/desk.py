"""The desk where all searches are run: turns, time, limits and the report are its business, and none of the questions'.

A question says what to explore and how to answer from what was found. It does both on one view of the graph. When time
runs out in the middle of a look-up that view is lost, but not what was found: the answer is then made on a second view.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from graph_schema.errors import DeadlineExceeded, LimitExceeded, QuestionError
from service.engines.interface import GraphReader, GraphView, NothingToRead, PathEngine
from service.errors import ServiceBusy
from service.filters.walk import RelationFilter
from service.observability.observation import note_engine
from service.paths.budget import Budget, Meter
from service.paths.report import EngineName, SearchFinding, SearchReport, hint_for
from service.queries.records import EntityRecord
from service.searches.hops import Hop, drawing, flagged
from service.settings import ServiceSettings

SEARCH_SHARE = 0.9
"""Part of the time that goes into the search; the rest is for the relations of what was found."""
RESOLVE_S = 1.0
"""Seconds on top of the budget that the engine grants a question, for names to be looked up."""
LAST_S = 0.5
"""Seconds to make the answer out of what was found when time ran out."""
_LOOKUP_S = 10.0

F = TypeVar("F")
A = TypeVar("A", covariant=True)


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer is made with: records to read, and the report on the work that was done."""

    reader: GraphReader
    meter: Meter
    most_depth: int
    """Depth that this service grants."""

    def report(self, finding: SearchFinding, hops: Collection[Hop], via: RelationFilter) -> SearchReport:
        """What the answer that shows these hops means."""
        note_engine(self.reader.engine)
        status, limited_by = finding.status, finding.limited_by
        depth = self.meter.budget.max_depth
        return SearchReport(
            status=status,
            limited_by=limited_by,
            expanded=self.meter.expanded,
            elapsed_ms=self.meter.elapsed_s * 1000,
            hubs_skipped=tuple(sorted(finding.hubs)),
            undated=flagged(hops, via),
            hint=hint_for(status, limited_by, depth=depth, most_depth=self.most_depth, hubs=len(finding.hubs)),
            cypher=drawing(hops) if hops and self.reader.engine is not EngineName.PAST else None,
            engine=self.reader.engine,
            version=self.reader.version,
        )


class Question(Protocol[F, A]):
    """What a search is to find (an `F`), and the answer (an `A`) made of it."""

    @property
    def budget(self) -> Budget:
        """What the search may cost."""
        ...

    def check(self, settings: ServiceSettings) -> None:
        """Raise LimitExceeded or QuestionError when more is asked than is granted, the budget apart, or nonsense."""
        ...

    async def explore(self, view: GraphView, meter: Meter) -> F:
        """Resolve names and search. Want of budget is part of what is found. Raises EntityNotFound."""
        ...

    async def answer(self, answering: Answering, found: F) -> A:
        """The answer, with what it shows."""
        ...


class _CutShort(Exception):
    """Time ran out in the middle of a look-up: the view is lost, what was found before is not."""

    def __init__(self, found: Any, version: int | None) -> None:
        super().__init__()
        self.found, self.version = found, version


class Searches:
    """Runs searches on one engine, a limited number at a time."""

    def __init__(self, engine: PathEngine, settings: ServiceSettings) -> None:
        self._engine, self._settings = engine, settings
        self._turns = asyncio.Semaphore(settings.path_concurrency)
        self._waiting = 0

    async def run(self, question: Question[F, A], *, at: int | None = None) -> A:
        """The answer to a question, `at` an earlier version as it would have been given then; want of budget is reported
        in it, not raised.

        Raises EntityNotFound, LimitExceeded, QuestionError, ServiceBusy, GraphUnavailable, GraphError.
        """
        budget = question.budget
        for what, asked, most in (
            ("maxDepth", budget.max_depth, self._settings.max_depth),
            ("maxExpansions", budget.max_expansions, self._settings.max_expansions),
            ("timeoutMs", round(budget.timeout_s * 1000), self._settings.max_timeout_ms),
        ):
            check_range(what, asked, 1, most)
        question.check(self._settings)
        engine = self._engine if at is None else self._engine.at(at)
        meter = Meter(replace(budget, timeout_s=budget.timeout_s * SEARCH_SHARE))
        async with self._turn(budget.timeout_s):
            try:
                return await engine.run(budget.timeout_s + RESOLVE_S, partial(self._work, question, meter))
            except _CutShort as cut:
                found: F = cut.found
                version = cut.version
            try:
                return await engine.run(LAST_S, partial(self._rest, question, found, meter, version))
            except DeadlineExceeded:
                return await self._answer(question, found, meter, NothingToRead())

    async def lookup(self, names: Sequence[str]) -> Mapping[str, EntityRecord]:
        """The entity that each id, name or alias means. Raises EntityNotFound, GraphUnavailable, GraphError."""
        return await self._engine.run(_LOOKUP_S, lambda view: view.entities_meant(names))

    async def _work(self, question: Question[F, A], meter: Meter, view: GraphView) -> A:
        found = await question.explore(view, meter)
        if view.lost:
            raise _CutShort(found, view.version)
        return await self._answer(question, found, meter, view)

    async def _rest(self, question: Question[F, A], found: F, meter: Meter, version: int | None, view: GraphView) -> A:
        """The answer on another view; where the graph is no longer of the version that was searched, nothing is read."""
        reader = view if view.version == version else NothingToRead()
        return await self._answer(question, found, meter, reader)

    async def _answer(self, question: Question[F, A], found: F, meter: Meter, reader: GraphReader) -> A:
        return await question.answer(Answering(reader, meter, self._settings.max_depth), found)

    @asynccontextmanager
    async def _turn(self, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn. Who gets none within `seconds` goes on without: there is no time left to search in.

        Raises ServiceBusy when too many wait already.
        """
        if self._waiting >= self._settings.path_queue and self._turns.locked():
            raise ServiceBusy(f"{self._waiting} searches wait for their turn already")
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._turns.acquire()
        except TimeoutError:
            yield
            return
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()


def check_range(what: str, asked: int, least: int, most: int) -> None:
    """Raise LimitExceeded when `asked` is more than `most`, QuestionError when it is less than `least`."""
    if asked > most:
        raise LimitExceeded(what, asked, most)
    if asked < least:
        raise QuestionError(f"{what} is {asked}, it must be at least {least}")
