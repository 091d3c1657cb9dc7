"""Clients of the service during a disturbance: what they were told, and whether all of it is true of one version of the graph."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.tasks import GOAL, START

PATHS = {
    "query": """query ($from: [ID!]!, $to: [ID!]!) {
  shortestPaths(from: $from, to: $to, k: 60, hubs: {mode: NONE}) {
    report { status graphVersion } paths { hops { relations { id claimCount status } } } } }""",
    "variables": {"from": [START], "to": [GOAL]},
}
CHANGES = """subscription ($ids: [ID!]!, $since: Int) { relationChanges(entityIds: $ids, sinceVersion: $since) {
  kind graphVersion relation { subject { id } object { id } claimCount } } }"""
OUTAGE = frozenset({"GRAPH_UNAVAILABLE", "SERVICE_BUSY"})
"""Codes of errors that tell of an outage, and whose status is 503."""
PAUSE_S = 0.05


@dataclass
class Asked:
    """What a client that asks again and again was told."""

    right: int = 0
    outages: int = 0
    """Answers that told of an outage, and connections that were refused or broken."""
    wrong: Counter[str] = field(default_factory=Counter)
    last_outage: float = 0.0
    """By a clock that only goes on; 0: there was none."""
    first_right_after: float = 0.0
    """The first right answer after the last outage."""
    by_version: dict[int, str] = field(default_factory=dict)
    paths_by_version: dict[int, int] = field(default_factory=dict)

    def take(self, status: int, body: Mapping[str, Any]) -> None:
        """One answer."""
        if "errors" in body:
            codes = {error["extensions"]["code"] for error in body["errors"]}
            if status == httpx.codes.SERVICE_UNAVAILABLE and codes <= OUTAGE:
                self.outage()
            else:
                self.wrong[f"{status} {sorted(codes)}"] += 1
            return
        told = body["data"]["shortestPaths"]
        version = told["report"]["graphVersion"]
        paths = json.dumps(sorted(json.dumps(path, sort_keys=True) for path in told["paths"]))
        if told["report"]["status"] != "FOUND":
            self.wrong[told["report"]["status"]] += 1
        elif self.by_version.setdefault(version, paths) != paths:
            self.wrong[f"two answers at version {version}"] += 1
        else:
            self.right += 1
            self.first_right_after = self.first_right_after or time.monotonic()
        self.paths_by_version[version] = len(told["paths"])

    def outage(self) -> None:
        """One answer that did not come."""
        self.outages += 1
        self.last_outage, self.first_right_after = time.monotonic(), 0.0

    @property
    def last(self) -> str:
        """The answer at the latest version."""
        return self.by_version.get(max(self.by_version, default=0), "")

    def check(self) -> None:
        """Look at the answers together: the loads only add."""
        numbers = [self.paths_by_version[version] for version in sorted(self.paths_by_version)]
        if numbers != sorted(numbers):
            self.wrong["a later version has fewer paths"] += 1


async def ask(address: str, asked: Asked, stop: asyncio.Event) -> None:
    """Ask until told to stop."""
    async with httpx.AsyncClient(timeout=40, trust_env=False) as http:
        while not stop.is_set():
            try:
                answer = await http.post(f"{address}/graphql", json=PATHS)
                asked.take(answer.status_code, answer.json())
            except (httpx.TransportError, ValueError):
                asked.outage()
            await asyncio.sleep(PAUSE_S)


async def answer_now(address: str) -> str:
    """The answer, as `Asked` keeps it."""
    asked = Asked()
    async with httpx.AsyncClient(timeout=40, trust_env=False) as http:
        answer = await http.post(f"{address}/graphql", json=PATHS)
    asked.take(answer.status_code, answer.json())
    assert asked.last, answer.text
    return asked.last


@dataclass
class Told:
    """What a subscriber was told: the relations of one entity, with the number of their claims."""

    since: int
    """Version after which the next connection goes on."""
    relations: dict[tuple[str, str], int] = field(default_factory=dict)
    events: int = 0
    connections: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> list[str]:
        """Errors that do not tell of an outage."""
        return [code for code in self.errors if code not in OUTAGE]


async def subscribe(address: str, told: Told, stop: asyncio.Event) -> None:
    """Listen until told to stop; a stream that breaks is opened again from the last version."""
    while not stop.is_set():
        told.connections += 1
        try:
            async with aclosing(_events(address, told.since)) as events:
                await _listen(events, told, stop)
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)


async def _listen(events: AsyncGenerator[dict[str, Any] | None, None], told: Told, stop: asyncio.Event) -> None:
    async for payload in events:
        if stop.is_set():
            return
        if payload is None:
            continue
        for error in payload.get("errors", ()):
            told.errors[error["extensions"]["code"]] += 1
        if (data := payload.get("data")) is not None:
            change = data["relationChanges"]
            ends = change["relation"]["subject"]["id"], change["relation"]["object"]["id"]
            told.events += 1
            if change["kind"] == "REMOVED":
                told.relations.pop(ends, None)
            else:
                told.relations[ends] = change["relation"]["claimCount"]
            # A stream may break within a version: the next one tells all of it again.
            told.since = max(told.since, change["graphVersion"] - 1)


async def _events(address: str, since: int) -> AsyncGenerator[dict[str, Any] | None, None]:
    """Payloads of a stream; None for its heartbeats."""
    asked = {"query": CHANGES, "variables": {"ids": [START], "since": since}}
    headers = {"accept": "text/event-stream"}
    timeout = httpx.Timeout(20, read=30)
    async with (
        httpx.AsyncClient(timeout=timeout, trust_env=False) as http,
        http.stream("POST", f"{address}/graphql", json=asked, headers=headers) as stream,
    ):
        name = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "next":
                yield json.loads(line.removeprefix("data: "))
            elif not line:
                yield None
