"""The desk on an engine of its own: what becomes of a question whose time runs out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from graph_schema.errors import DeadlineExceeded, LimitExceeded, QuestionError
from service.engines.interface import GraphView, NothingToRead
from service.errors import ServiceBusy
from service.filters.walk import RelationFilter
from service.paths.budget import Budget, Meter, OutOfBudget
from service.paths.report import Bound, PathStatus, SearchReport
from service.paths.search import SearchOutcome
from service.searches.desk import Answering, Searches
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class View(NothingToRead):
    """A view that can be lost."""

    lost = False


@dataclass
class Engine:
    """Opens views, the number of which is counted; all but the first may come too late."""

    late: bool = False
    views: list[View] = field(default_factory=list)

    async def run(self, _seconds: float, work: Callable[[GraphView], Awaitable[T]]) -> T:
        if self.late and self.views:
            raise DeadlineExceeded("the database is busy")
        view: Any = View()
        self.views.append(view)
        return await work(view)

    def at(self, _version: int) -> "Engine":
        return self


@dataclass(frozen=True)
class Lasting:
    """A question that takes a while, and loses its view when it is out of time."""

    loses: bool = False
    lasts_s: float = 0.0
    budget: Budget = field(default_factory=lambda: Budget(timeout_s=0.2))

    def check(self, settings: ServiceSettings) -> None:
        """Always right."""

    async def explore(self, view: GraphView, meter: Meter) -> SearchOutcome:
        await asyncio.sleep(self.lasts_s)
        try:
            meter.check()
        except OutOfBudget as stop:
            return SearchOutcome(PathStatus.BUDGET_EXHAUSTED, limited_by=stop.bound)
        if self.loses:
            assert isinstance(view, View)
            view.lost = True
        return SearchOutcome(PathStatus.FOUND)

    async def answer(self, answering: Answering, found: SearchOutcome) -> tuple[SearchReport, object]:
        return answering.report(found, (), RelationFilter()), answering.reader


async def test_a_question_is_explored_and_answered_on_one_view() -> None:
    engine = Engine()
    report, reader = await Searches(engine, ServiceSettings()).run(Lasting())
    assert (report.status, [reader]) == (PathStatus.FOUND, engine.views)


async def test_what_was_found_on_a_lost_view_is_answered_on_a_second_one() -> None:
    engine = Engine()
    report, reader = await Searches(engine, ServiceSettings()).run(Lasting(loses=True))
    assert report.status is PathStatus.FOUND
    assert (len(engine.views), reader is engine.views[1]) == (2, True)


async def test_when_the_second_view_comes_too_late_the_answer_shows_nothing_but_its_report() -> None:
    report, reader = await Searches(Engine(late=True), ServiceSettings()).run(Lasting(loses=True))
    assert report.status is PathStatus.FOUND
    assert type(reader) is NothingToRead


async def test_who_gets_no_turn_in_time_is_told_that_time_ran_out() -> None:
    searches = Searches(Engine(), ServiceSettings(path_concurrency=1))
    answers = await asyncio.gather(searches.run(Lasting(lasts_s=0.5)), searches.run(Lasting()))
    assert [(report.status, report.limited_by) for report, _ in answers] == [
        (PathStatus.BUDGET_EXHAUSTED, Bound.TIME)
    ] * 2


@pytest.mark.parametrize(
    ("budget", "error"),
    [
        pytest.param(Budget(max_depth=1_000), LimitExceeded, id="too-deep"),
        pytest.param(Budget(max_expansions=0), QuestionError, id="nothing-granted"),
        pytest.param(Budget(timeout_s=1e9), LimitExceeded, id="too-long"),
    ],
)
async def test_a_budget_beyond_the_limits_opens_no_view(budget: Budget, error: type[Exception]) -> None:
    engine = Engine()
    with pytest.raises(error):
        await Searches(engine, ServiceSettings()).run(Lasting(budget=budget))
    assert engine.views == []


async def test_when_too_many_wait_already_the_next_is_refused_at_once() -> None:
    searches = Searches(Engine(), ServiceSettings(path_concurrency=1, path_queue=1))
    answers = await asyncio.gather(*(searches.run(Lasting(lasts_s=0.2)) for _ in range(3)), return_exceptions=True)
    assert [isinstance(answer, ServiceBusy) for answer in answers] == [False, False, True]
