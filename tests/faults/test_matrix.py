"""Whatever happens to an operation: it comes to its end, the graph is that of an undisturbed one, and nobody was told a lie.

CHOKEPOINT_TEST_FAULTS_PAGE names the page that the results are written into: docs/reliability.md.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph_schema.database import backup, schema
from graph_schema.database.graph import Graph
from graph_schema.exit_codes import ExitCode
from tests.faults.comparing import content, difference
from tests.faults.matrix import CELLS, FEW, READING, Cell, Fault, Operation
from tests.faults.page import Outcome, here_and_now, note
from tests.faults.readers import Asked, Told, answer_now, ask, subscribe
from tests.faults.rig import Rig, Service, service
from tests.faults.tasks import WAYS, Ended, Task, base_rows, run_disturbed, tasks, version_of, write_table
from tests.whole_graph import WholeGraph

pytestmark = [pytest.mark.anyio, pytest.mark.faults, pytest.mark.timeout(600, func_only=True)]


@dataclass(frozen=True)
class Undisturbed:
    """The operations, and the graph that each makes."""

    tasks: Mapping[Operation, Task]
    after: Mapping[Operation, WholeGraph]
    answer: str
    """To the question about paths, once all is loaded."""


def test_the_matrix_has_each_operation_with_each_fault_that_concerns_it() -> None:
    assert len(CELLS) >= 40
    assert {cell.operation for cell in FEW} == set(Operation) - {Operation.LOAD}
    assert len({cell.fault for cell in FEW}) == len(FEW)
    assert set(CELLS) >= FEW


def succeed(rig: Rig, *command: str) -> str:
    code, output = rig.run(*command)
    assert code == ExitCode.DONE, output
    return output


async def begin_with(rig: Rig, dump: Path) -> None:
    async with Graph.connect(rig.direct) as graph:
        await backup.restore(graph, dump, replace=True)


async def found(rig: Rig) -> WholeGraph:
    async with Graph.connect(rig.direct) as graph:
        return await content(graph)


@pytest.fixture(scope="module")
def undisturbed(rig: Rig) -> Undisturbed:
    """Runs each operation once without disturbance."""

    async def apply() -> None:
        async with Graph.connect(rig.direct) as graph:
            await schema.apply(graph)

    base, whole = rig.folder / "base.jsonl.gz", rig.folder / "whole.jsonl.gz"
    table = write_table(rig.folder / "base.csv", base_rows())
    asyncio.run(apply())
    succeed(rig, "load", "triples", str(table), "--name", "base")
    succeed(rig, "db", "dump", str(base))
    all_tasks = tasks(rig, base, whole)
    after = {}
    succeed(rig, *all_tasks[Operation.LOAD].command)
    succeed(rig, "db", "dump", str(whole))
    loaded = asyncio.run(found(rig))
    for operation in (Operation.LOAD, Operation.RESTORE, *READING):
        after[operation] = loaded
    with service(rig) as serving:
        answer = asyncio.run(answer_now(serving.address))
    for operation in (Operation.RETRACT, Operation.JUDGE):
        asyncio.run(begin_with(rig, all_tasks[operation].before))
        succeed(rig, *all_tasks[operation].command)
        after[operation] = asyncio.run(found(rig))
        assert difference(loaded, after[operation])
    return Undisturbed(all_tasks, after, answer)


async def test_a_disturbed_operation_ends_as_if_it_had_not_been(rig: Rig, undisturbed: Undisturbed, cell: Cell) -> None:
    rig.heal()
    task = undisturbed.tasks[cell.operation]
    await begin_with(rig, task.before)
    if cell.operation in READING:
        with service(rig) as serving:
            if cell.operation is Operation.QUERY:
                told, seconds, wrong = await read_paths(rig, task, cell.fault, serving, undisturbed.answer)
            else:
                told, seconds, wrong = await hear_changes(rig, task, cell.fault, serving)
    else:
        ended, _ = await asyncio.to_thread(run_disturbed, rig, task, cell.fault)
        told, seconds, wrong = _told(ended), ended.seconds, tuple(f"exit {code}" for code in ended.wrong_codes)
    _, output = await asyncio.to_thread(rig.run, "check", "--json")
    findings = json.loads(output)["findings"]
    differs = difference(undisturbed.after[cell.operation], await found(rig))
    outcome = Outcome(cell, told, seconds, differs, len(findings), wrong, **here_and_now())
    if (page := os.environ.get("CHOKEPOINT_TEST_FAULTS_PAGE")) is not None:
        note(Path(page), outcome)
    assert outcome.whole, (outcome, findings[:5], rig.log.read_text("utf-8", errors="replace")[-4_000:])


def _told(ended: Ended) -> str:
    return "went on" if ended.tries == 1 else f"was run again ({', '.join(str(code) for code in ended.codes)})"


async def read_paths(
    rig: Rig, task: Task, fault: Fault, serving: Service, expected: str
) -> tuple[str, float, tuple[str, ...]]:
    asked, stop = Asked(), asyncio.Event()
    clients = [asyncio.create_task(ask(serving.address, asked, stop)) for _ in range(2)]
    try:
        ended, over = await asyncio.to_thread(run_disturbed, rig, task, fault, serving)
        async with asyncio.timeout(60):
            while asked.last != expected:  # noqa: ASYNC110  what is looked at sets no event
                await asyncio.sleep(0.1)
    finally:
        stop.set()
        await asyncio.gather(*clients)
    asked.check()
    back = max(0.0, asked.first_right_after - over) if asked.last_outage else 0.0
    wrong = (
        *(f"{what}, {times} times" for what, times in asked.wrong.items()),
        *(f"exit {code}" for code in ended.wrong_codes),
    )
    if back > 15:
        wrong = (*wrong, f"answers came {back:.0f} s after the disturbance")
    return f"gave {asked.right} right answers, {asked.outages} of outage; the load {_told(ended)}", back, wrong


async def hear_changes(rig: Rig, task: Task, fault: Fault, serving: Service) -> tuple[str, float, tuple[str, ...]]:
    told, stop = Told(since=await asyncio.to_thread(version_of, rig)), asyncio.Event()
    client = asyncio.create_task(subscribe(serving.address, told, stop))
    try:
        ended, over = await asyncio.to_thread(run_disturbed, rig, task, fault, serving)
        async with asyncio.timeout(60):
            while len(told.relations) < WAYS:  # noqa: ASYNC110  what is looked at sets no event
                await asyncio.sleep(0.1)
        seconds = asyncio.get_running_loop().time() - over
    finally:
        stop.set()
        client.cancel()
        await asyncio.gather(client, return_exceptions=True)
    wrong = (*told.wrong, *(f"exit {code}" for code in ended.wrong_codes))
    if len(told.relations) != WAYS or set(told.relations.values()) != {1}:
        wrong = (*wrong, "not told what the graph holds")
    return (
        f"told {WAYS} changes in {told.events} events over {told.connections} streams; the load {_told(ended)}",
        seconds,
        wrong,
    )
