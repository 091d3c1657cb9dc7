"""Sixteen clients ask, a loader writes, and every two minutes loader, service or Neo4j is killed in turn.

    python -m tests.faults.soak [--minutes 30] [--every 120] [--page docs/reliability.md]

On an embedded Neo4j of its own. Ends with `chokepoint check` and a comparison with the graph that the loader's commands make when
nothing disturbs them. Prints what docs/reliability.md shows, and writes it there when asked to. Exits 1 where a bar is not held.
"""

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from graph_schema.database import backup, schema
from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.graph import Graph
from graph_schema.exit_codes import ExitCode
from graph_schema.settings import EmbeddedSettings
from tests.faults.comparing import Difference, content, difference
from tests.faults.page import here_and_now
from tests.faults.proxy import Proxy
from tests.faults.readers import Told, subscribe
from tests.faults.rig import Rig, Service, service, wait_for
from tests.faults.soak_clients import ASKED, MOST_PATHS, SUBSCRIBERS, Answers, ask
from tests.faults.soak_report import Memory, Soak, Strike, text, write
from tests.faults.tasks import FAILED_OUTAGE, GOAL, START, base_rows, version_of, write_table
from tests.whole_graph import WholeGraph

ROWS = 300
PAUSE_S = 5.0
"""The loader rests so long after each command."""
CHURN = 3
"""Every so many loads, a source is loaded that a later turn takes back."""
SAMPLED_EVERY_S = 5.0
MOST_TRIES = 10


@contextmanager
def own_rig() -> Iterator[Rig]:
    """A server and a proxy before it, away from the settings of whoever runs this."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for setting in [one for one in os.environ if one.startswith("CHOKEPOINT_") and one != "CHOKEPOINT_CACHE"]:
            del os.environ[setting]
        os.environ["CHOKEPOINT_HOME"] = str(folder / "home")
        server = EmbeddedNeo4j(EmbeddedSettings(home=folder / "neo4j", bolt_port=0, http_port=0))
        server.start()
        try:
            port = int(str(server.connection().uri).rpartition(":")[2])
            with Proxy(("127.0.0.1", port)) as proxy:
                yield Rig(server, proxy, None, folder, folder / "processes.log")
        finally:
            server.reset()


def commands(folder: Path) -> Iterator[tuple[str, ...]]:
    """What the loader does: each table brings another way from the start to the goal; some are taken back later."""
    for turn in itertools.count(1):
        middle = f"Way {turn} Works"
        ends = ((START, middle), (middle, GOAL)) if turn < MOST_PATHS else ()
        way = [f"{one},supplies,{other},https://e.org/way-{turn}" for one, other in ends]
        rows = (
            f"Firm {(n + turn) % 97} Works,supplies,Buyer {n} Works,https://e.org/{turn}-{n % 9}" for n in range(ROWS)
        )
        yield _load(folder, f"way-{turn}", iter([*way, *rows]))
        if turn % CHURN == 0:
            churn = (
                f"Firm {n % 97} Works,supplies,Churn {turn}-{n} Works,https://e.org/churn-{turn}" for n in range(90)
            )
            yield _load(folder, f"churn-{turn}", churn)
            if turn > CHURN:
                yield ("retract", "source", f"churn-{turn - CHURN}")


def _load(folder: Path, name: str, rows: Iterator[str]) -> tuple[str, ...]:
    table = write_table(folder / f"{name}.csv", rows)
    return ("load", "triples", str(table), "--name", name, "--batch-size", "25")


@dataclass
class Loader:
    """Writes in a thread of its own until it is stopped; a command that was killed or met an outage is run again."""

    rig: Rig
    done: list[tuple[str, ...]] = field(default_factory=list)
    again: int = 0
    wrong: list[str] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End with the command under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(300)

    def kill(self) -> None:
        """SIGKILL, once there is a command that writes."""
        wait_for(lambda: self._process is not None and self._process.poll() is None)
        time.sleep(2)
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        for command in commands(self.rig.folder):
            if self._stop.is_set():
                return
            for _ in range(MOST_TRIES):
                self._process = self.rig.spawn(*command)
                code = self._process.wait()
                if code == ExitCode.DONE:
                    self.done.append(command)
                    break
                self.again += 1
                if code not in FAILED_OUTAGE:
                    self.wrong.append(f"{' '.join(command[:2])} ended with {code}")
                time.sleep(1)
            else:
                self.wrong.append(f"{' '.join(command)} was not carried through")
                return
            self._stop.wait(PAUSE_S)

    @property
    def ways(self) -> int:
        """Ways from the start to the goal that it brought."""
        return sum(command[0] == "load" and command[4].startswith("way-") for command in self.done[: 2 * MOST_PATHS])


def strike(what: str, rig: Rig, serving: Service, loader: Loader) -> Strike:
    """Kill one of the three, and wait until it was started again."""
    at = time.monotonic()
    match what:
        case "loader":
            loader.kill()
            at = time.monotonic()
        case "service":
            serving.kill()
        case _:
            rig.kill_database()
    return Strike(what, at, time.monotonic())


@asynccontextmanager
async def asking(address: str, answers: Answers, told: list[Told]) -> AsyncIterator[None]:
    """All clients, as long as it is open."""
    stop = asyncio.Event()
    asked = [asyncio.create_task(ask(address, question, answers, stop)) for question in ASKED]
    heard = [asyncio.create_task(subscribe(address, one, stop)) for one in told]
    try:
        yield
    finally:
        stop.set()
        for task in heard:
            task.cancel()
        await asyncio.gather(*asked, *heard, return_exceptions=True)


async def sample(serving: Service, memory: list[Memory]) -> None:
    """Note the memory of the service until cancelled."""
    while True:
        pid = serving.pid
        told = await asyncio.to_thread(
            subprocess.run, ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if told.stdout.strip().isdigit():
            memory.append(Memory(pid, time.monotonic(), int(told.stdout) / 1024))
        await asyncio.sleep(SAMPLED_EVERY_S)


async def soak(rig: Rig, serving: Service, minutes: float, every_s: float) -> tuple[Soak, Loader]:
    """Let it happen; the graph is not yet compared."""
    answers, memory, strikes, loader = Answers(), list[Memory](), list[Strike](), Loader(rig)
    told = [Told(since=version_of(rig)) for _ in range(SUBSCRIBERS)]
    wrong: list[str] = []
    began = time.monotonic()
    async with asking(serving.address, answers, told):
        sampling = asyncio.create_task(sample(serving, memory))
        loader.start()
        for turn, what in enumerate(itertools.cycle(("loader", "service", "Neo4j")), 1):
            if turn * every_s >= minutes * 60:
                break
            await asyncio.sleep(max(0.0, began + turn * every_s - time.monotonic()))
            strikes.append(await asyncio.to_thread(strike, what, rig, serving, loader))
            print(f"{time.monotonic() - began:.0f} s: {what} killed; {len(answers.all)} answers", file=sys.stderr)
        await asyncio.sleep(max(0.0, began + minutes * 60 - time.monotonic()))
        ended = time.monotonic()
        await asyncio.to_thread(loader.stop)
        try:
            async with asyncio.timeout(60):
                while answers.latest_ways < min(loader.ways + 1, MOST_PATHS) or any(  # noqa: ASYNC110
                    len(one.relations) < loader.ways for one in told
                ):
                    await asyncio.sleep(0.2)
        except TimeoutError:
            heard = [len(one.relations) for one in told]
            wrong.append(f"of {loader.ways} ways {answers.latest_ways - 1} were answered and {heard} told")
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
    answers.check()
    wrong += [*answers.wrong, *loader.wrong, *(f"subscribers: {code}" for one in told for code in one.wrong)]
    if any(set(one.relations.values()) != {1} for one in told):
        wrong.append("subscribers: not told what the graph holds")
    _, output = await asyncio.to_thread(rig.run, "check", "--json")
    findings = len(json.loads(output)["findings"])
    seen = Soak(
        *(began, ended, len(ASKED) + SUBSCRIBERS, strikes, answers.all, wrong, memory),
        *(len(loader.done), loader.again, sum(one.events for one in told)),
        Difference(0, 0, 0, 0),
        findings,
    )
    return seen, loader


async def found(rig: Rig) -> WholeGraph:
    """What the graph holds."""
    async with Graph.connect(rig.direct) as graph:
        return await content(graph)


async def prepare(rig: Rig, dump: Path) -> None:
    """Make the graph that all begins with, and keep it in a dump."""
    async with Graph.connect(rig.direct) as graph:
        await schema.apply(graph)
    rows = itertools.chain(base_rows(), [f"United States,sanctions,{GOAL},https://e.org/listed"])
    for command in (_load(rig.folder, "base", rows), ("db", "dump", str(dump))):
        code, output = await asyncio.to_thread(rig.run, *command)
        assert code == ExitCode.DONE, output


async def undisturbed(rig: Rig, dump: Path, done: list[tuple[str, ...]]) -> WholeGraph:
    """The graph that the loader's commands make when nothing happens to them."""
    async with Graph.connect(rig.direct) as graph:
        await backup.restore(graph, dump, replace=True)
    for command in done:
        code, output = await asyncio.to_thread(rig.run, *command)
        assert code == ExitCode.DONE, output
    return await found(rig)


def main() -> None:
    """Soak, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long clients ask")
    parser.add_argument("--every", type=float, default=120.0, help="seconds from one kill to the next")
    parser.add_argument("--page", type=Path, help="page to write the figures into")
    options = parser.parse_args()
    with own_rig() as rig:
        dump = rig.folder / "base.jsonl.gz"
        asyncio.run(prepare(rig, dump))
        with service(rig) as serving:
            seen, loader = asyncio.run(soak(rig, serving, options.minutes, options.every))
        after = asyncio.run(found(rig))
        expected = asyncio.run(undisturbed(rig, dump, loader.done))
    seen = replace(seen, difference=difference(expected, after))
    at = here_and_now()
    part = text(seen, f"{at['date']}, `{at['commit']}`, {at['machine']}")
    print(part)
    if options.page is not None:
        write(options.page, part)
    sys.exit(not seen.whole)


if __name__ == "__main__":
    main()
