"""The operations of the matrix as commands, on a graph of their own, with how to see that one is half-way."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from graph_schema.exit_codes import ExitCode
from tests.faults.matrix import Fault, Operation
from tests.faults.rig import Rig, Service, end_all, wait_for

BASE_ROWS = 1_200
ROWS = 1_600
CLAIMS: LiteralString = "MATCH (c:Claim) RETURN count(c) AS claims"
HELD: LiteralString = "MATCH (l:GraphState {id: 'writer'}) RETURN count(l.token) AS held"
START, GOAL = "Start Works", "Goal Works"
WAYS = ROWS // 40
"""Ways from the start to the goal that the added rows bring."""
VERSION: LiteralString = "MATCH (s:GraphState {id: 'graph'}) RETURN s.version AS version"
MOST_TRIES = 3
FAILED_OUTAGE = (-9, ExitCode.DATABASE)
"""How a command may end that was disturbed: killed, or with one line that says that the database cannot answer."""


def version_of(rig: Rig) -> int:
    """Of the graph, now."""
    return rig.ask(VERSION)


def base_rows() -> Iterator[str]:
    """Two hubs that may be judged to be one, and one way from the start to the goal."""
    yield f"{START},supplies,Middle A Works,https://e.org/ends"
    yield f"Middle A Works,supplies,{GOAL},https://e.org/ends"
    for n in range(BASE_ROWS - 2):
        yield f"{('Left', 'Right')[n % 2]} Hub Works,supplies,Buyer {n // 3} Works,https://e.org/base-{n % 70}"


def added_rows() -> Iterator[str]:
    """What the loaders bring: every 40 rows another way from the start to the goal, and claims on what is there."""
    for n in range(ROWS):
        if n % 40 == 0:
            yield f"{START},supplies,Middle {n} Works,https://e.org/more-{n}"
        elif n % 40 == 1:
            yield f"Middle {n - 1} Works,supplies,{GOAL},https://e.org/more-{n}"
        else:
            yield f"Firm {n % 97} Works,supplies,Buyer {n % 613} Works,https://e.org/more-{n % 90}"


def write_table(file: Path, rows: Iterator[str]) -> Path:
    """The rows with their header."""
    file.write_text("subject,predicate,object,url\n" + "".join(f"{row}\n" for row in rows), "utf-8")
    return file


@dataclass(frozen=True)
class Task:
    """A command that changes the graph."""

    command: tuple[str, ...]
    before: Path
    """The graph that it begins with, as a dump."""
    half_way: LiteralString
    """A number of the graph that tells how far it is."""
    at_least: int | None = None
    at_most: int | None = None
    """When the number is in here, it is half-way."""

    def is_half_way(self, rig: Rig) -> bool:
        """Whether it has begun to write and not ended."""
        number = rig.ask(self.half_way)
        return number >= 0 and (number >= self.at_least if self.at_least is not None else number <= (self.at_most or 0))


@dataclass
class Ended:
    """How the command ended."""

    tries: int
    codes: list[int]
    seconds: float = 0.0
    """From the end of the disturbance until it was done."""

    @property
    def wrong_codes(self) -> list[int]:
        """Statuses that no disturbance explains."""
        return [code for code in self.codes if code not in (ExitCode.DONE, *FAILED_OUTAGE)]


def strike(rig: Rig, fault: Fault, process: subprocess.Popen[bytes], task: Task, service: Service | None) -> list[int]:
    """Let it happen, and end; the exit statuses of other commands that took part."""
    match fault:
        case Fault.KILL_LOADER:
            process.kill()
        case Fault.KILL_SERVICE:
            assert service is not None
            service.kill()
        case Fault.KILL_DATABASE:
            rig.kill_database()
        case Fault.FREEZE:
            rig.freeze()
        case Fault.FULL_DISK:
            rig.fill_disk()
        case Fault.RESTART:
            rig.restart()
        case Fault.CLOCK:
            rig.jump()
        case Fault.CUT:
            rig.cut()
        case Fault.TWO_WRITERS:
            other = rig.spawn(*task.command)
            return [other.wait(240)]
    return []


def run_disturbed(rig: Rig, task: Task, fault: Fault, service: Service | None = None) -> tuple[Ended, float]:
    """Run the command, disturb it when it is half-way, run it again until it is done; also when the disturbance ended.

    The time is that of a clock that only goes on. Raises TimeoutError, AssertionError when it had ended before.
    """
    process = rig.spawn(*task.command)
    try:
        wait_for(lambda: process.poll() is not None or task.is_half_way(rig))
        assert process.poll() is None, f"{task.command} had ended, with {process.returncode}, before it was disturbed"
        others = strike(rig, fault, process, task, service)
        over = time.monotonic()
        codes = [process.wait(240), *others]
        tries = 1
        while any(code != ExitCode.DONE for code in codes[-1 - len(others) :]) and tries < MOST_TRIES:
            others = []
            tries += 1
            codes.append(rig.spawn(*task.command).wait(240))
        return Ended(tries, codes, time.monotonic() - over), over
    finally:
        end_all([process])


def tasks(rig: Rig, base: Path, whole: Path) -> dict[Operation, Task]:
    """All of them; `base` and `whole` are dumps without and with what is added."""
    added = str(write_table(rig.folder / "added.csv", added_rows()))
    load = ("load", "triples", added, "--name", "added", "--batch-size", "50")
    third = ROWS // 3
    loading = Task(load, base, CLAIMS, at_least=BASE_ROWS + third)
    return {
        **dict.fromkeys((Operation.LOAD, Operation.QUERY, Operation.SUBSCRIBE), loading),
        Operation.RETRACT: Task(("retract", "source", "added"), whole, CLAIMS, at_most=BASE_ROWS + ROWS - 1),
        Operation.JUDGE: Task(
            ("resolve", "judge", "company:left-hub-works", "company:right-hub-works", "same", "--by", "matrix"),
            base,
            HELD,
            at_least=1,
        ),
        Operation.RESTORE: Task(
            ("db", "restore", str(whole), "--replace", "--yes"),
            base,
            CLAIMS,
            at_least=BASE_ROWS + third,
        ),
    }
