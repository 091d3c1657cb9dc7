"""Clients of the soak: they ask at a steady pace, and note when each answer came, how long it took and whether it was right."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.readers import OUTAGE
from tests.faults.tasks import GOAL, START

RIGHT, CONNECTION = "right", "connection"
PARTIAL = "partial"
"""It came to a limit and says so: what it lacks is no untruth."""
MOST_PATHS = 100
"""As many as the service gives in one answer."""
PAUSE_S = 0.3


@dataclass(frozen=True)
class Question:
    """What a client asks again and again."""

    name: str
    document: str
    variables: Mapping[str, Any]
    read: Callable[[Mapping[str, Any]], tuple[int | None, Any]]
    """The version that an answer is of, None where it tells none, and what it says. Raises AssertionError, _Partial."""


class _Partial(Exception):
    """An answer that came to a limit."""


def _checked(report: Mapping[str, Any]) -> None:
    if report["status"] == "BUDGET_EXHAUSTED":
        raise _Partial
    assert report["status"] == "FOUND", report["status"]


def _paths(data: Mapping[str, Any]) -> tuple[int, list[str]]:
    told = data["shortestPaths"]
    _checked(told["report"])
    return told["report"]["graphVersion"], sorted(json.dumps(path, sort_keys=True) for path in told["paths"])


def _exposure(data: Mapping[str, Any]) -> tuple[int, list[str]]:
    told = data["exposure"]
    _checked(told["report"])
    return told["report"]["graphVersion"], [json.dumps(node, sort_keys=True) for node in told["nodes"]]


def _search(data: Mapping[str, Any]) -> tuple[None, str]:
    first = data["searchEntities"]["nodes"][0]["entity"]["name"]
    assert first == GOAL, f"the search finds {first}"
    return None, first


PATHS = Question(
    "paths",
    """query ($from: [ID!]!, $to: [ID!]!, $k: Int!) { shortestPaths(from: $from, to: $to, k: $k, hubs: {mode: NONE}) {
  report { status graphVersion } paths { hops { relations { id claimCount status } } } } }""",
    {"from": [START], "to": [GOAL], "k": MOST_PATHS},
    _paths,
)
EXPOSURE = Question(
    "exposure",
    """query ($id: ID!) { exposure(id: $id, first: 50) {
  report { status graphVersion } nodes { kind distance entity { id } } } }""",
    {"id": START},
    _exposure,
)
SEARCH = Question(
    "search",
    "query ($q: String!) { searchEntities(q: $q, first: 3) { nodes { kind entity { id name } } } }",
    {"q": GOAL},
    _search,
)
ASKED = (*[PATHS] * 6, *[EXPOSURE] * 4, *[SEARCH] * 4)
"""One client for each; the others of the sixteen subscribe."""
SUBSCRIBERS = 2


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer."""

    at: float
    """When it had come, by a clock that only goes on."""
    seconds: float
    question: str
    kind: str
    """`right`; `partial`; `connection`, where it was refused or broke; status and codes of an error; or what is wrong."""


@dataclass
class Answers:
    """Of all clients together."""

    all: list[Answered] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    said: dict[tuple[str, int], str] = field(default_factory=dict)
    """What was answered to a question at a version."""
    ways: dict[int, int] = field(default_factory=dict)
    """Number of paths at each version."""

    def take(self, question: Question, began: float, answer: httpx.Response | None) -> None:
        """One answer; None: the connection was refused or broke."""
        kind = CONNECTION if answer is None else self._judge(question, answer)
        now = time.monotonic()
        self.all.append(Answered(now, now - began, question.name, kind))

    def _judge(self, question: Question, answer: httpx.Response) -> str:
        body = answer.json()
        if "errors" in body:
            codes = sorted({error["extensions"]["code"] for error in body["errors"]})
            return f"{answer.status_code} {', '.join(codes)}"
        try:
            version, said = question.read(body["data"])
        except _Partial:
            return PARTIAL
        except AssertionError as error:
            self.wrong.append(f"{question.name}: {error}")
            return self.wrong[-1]
        if version is not None and self.said.setdefault((question.name, version), repr(said)) != repr(said):
            self.wrong.append(f"{question.name}: two answers at version {version}")
            return self.wrong[-1]
        if version is not None and question is PATHS:
            self.ways[version] = len(said)
        return RIGHT

    @property
    def latest_ways(self) -> int:
        """Number of paths at the latest version that was told."""
        return self.ways.get(max(self.ways, default=0), 0)

    def check(self) -> None:
        """Look at the answers together: ways are only added."""
        numbers = [self.ways[version] for version in sorted(self.ways)]
        if numbers != sorted(numbers):
            self.wrong.append("paths: a later version has fewer")


def tells_of_outage(kind: str) -> bool:
    """Whether an error says that the service cannot answer now."""
    status, _, codes = kind.partition(" ")
    return status == str(int(httpx.codes.SERVICE_UNAVAILABLE)) and set(codes.split(", ")) <= OUTAGE


async def ask(address: str, question: Question, answers: Answers, stop: asyncio.Event) -> None:
    """Ask until told to stop."""
    asked = {"query": question.document, "variables": dict(question.variables)}
    async with httpx.AsyncClient(timeout=40, trust_env=False) as http:
        while not stop.is_set():
            began = time.monotonic()
            try:
                answer = await http.post(f"{address}/graphql", json=asked)
                answers.take(question, began, answer)
            except (httpx.TransportError, ValueError):
                answers.take(question, began, None)
            await asyncio.sleep(PAUSE_S)
