"""What a command or a job does: hold the writer's lock, load one input after the other, check what was expected, sweep."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass

from graph_schema.database.graph import Graph
from graph_schema.database.locks import Holder, writer_lock
from graph_schema.domain import RunStatus
from graph_schema.ids import RunId
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.expectations import Expectation
from loaders.loading.inputs import Input
from loaders.loading.pipeline import Finishing, Outcome, Progress, load
from loaders.loading.sweep import survey_of, sweep
from loaders.settings import LoadSettings
from loaders.writing.counts import Counts


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be loaded, and how."""

    inputs: Sequence[Input]
    job: str
    settings: LoadSettings
    full: bool = False
    """Each input is all that its source states: what it stated before and no longer does has ended."""
    expectations: Sequence[Expectation] = ()


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whom to tell how it goes."""

    watching: Callable[[Input], AbstractContextManager[Progress]] = lambda _: nullcontext(lambda _: None)
    finished: Callable[[Outcome, Input], None] = lambda _outcome, _input: None
    waiting: Callable[[Holder], None] | None = None


async def execute(
    graph: Graph, plan: Plan, dead_letters: DeadLetterFile, *, stop: asyncio.Event, watcher: Watcher | None = None
) -> list[Outcome]:
    """Load all inputs of `plan`; the outcomes of those that were begun, the last one interrupted once `stop` is set.

    Raises GraphBusy, UnexpectedCounts, SourceUnavailable, SourceError, GraphError, SettingsError.
    """
    watcher = watcher or Watcher()
    outcomes = []
    wait_s = plan.settings.writer_wait_s
    async with writer_lock(graph, f"load {plan.job}", wait_s=wait_s, waiting=watcher.waiting) as lock:
        for input in plan.inputs:
            with watcher.watching(input) as progress:
                outcome = await load(
                    graph,
                    input,
                    job=plan.job,
                    settings=plan.settings,
                    dead_letters=dead_letters,
                    stop=stop,
                    progress=progress,
                    guard=lock.guard,
                    finishing=_finishing(graph, input, plan),
                )
            outcomes.append(outcome)
            watcher.finished(outcome, input)
            if outcome.status is RunStatus.INTERRUPTED:
                return outcomes
    for input in plan.inputs:
        input.loaded()
    return outcomes


def _finishing(graph: Graph, input: Input, plan: Plan) -> Finishing | None:
    if not plan.full and not plan.expectations:
        return None

    async def finish(run: RunId) -> Counts:
        survey = await asyncio.to_thread(survey_of, input, plan.expectations)
        with closing(survey):
            return await sweep(graph, run, survey) if plan.full else Counts()

    return finish
