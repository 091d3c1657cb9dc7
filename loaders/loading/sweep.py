"""The end of a load of a whole source: it holds what it should, and what it no longer states has ended.

The input is read once more, which is cheap beside writing it and needs no memory of the load: so it also works for a load
that was resumed. What it states and what the graph has of it meet in a temporary file on disk.
"""

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import MalformedRecord
from graph_schema.ids import ClaimId, RunId, content_id
from loaders.loading.expectations import TYPES, Expectation, check
from loaders.loading.inputs import Input
from loaders.writing.change import CLAIMS_PER_CHANGE, change
from loaders.writing.counts import Counts
from loaders.writing.ending import SWEEP, end_claims
from loaders.writing.retraction import remove_claims

_LONGEST_READ_S = 600.0
_TYPE_OF = {type: plural for plural, type in TYPES.items()}


UNSTATED: LiteralString = """
SELECT id FROM held
WHERE NOT swept AND id NOT IN (SELECT id FROM stated) AND said NOT IN (SELECT id FROM said)
ORDER BY edge, id
"""
STATED_AGAIN: LiteralString = "SELECT id FROM held WHERE swept AND edge IN (SELECT id FROM edge) ORDER BY id"
UNDERSTOOD_OTHERWISE: LiteralString = """
SELECT id FROM held
WHERE NOT swept AND id NOT IN (SELECT id FROM stated) AND said IN (SELECT id FROM said)
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A claim that the graph has."""

    id: ClaimId
    edge: str
    document: str
    sentence: str
    extractor: str


class Survey:
    """What an input states, as ids on disk; use it with `closing`."""

    def __init__(self, input: Input) -> None:
        """Read all of `input`. Raises SourceUnavailable, SourceError."""
        self.counts: Counter[str] = Counter()
        self._rows = sqlite3.connect("", check_same_thread=False)
        for table in ("stated", "edge", "entity", "said"):
            self._rows.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._rows.execute("CREATE TABLE held (id TEXT PRIMARY KEY, edge TEXT, said TEXT, swept INTEGER) WITHOUT ROWID")
        for record in input.records():
            self.counts["records"] += 1
            if isinstance(record, MalformedRecord):
                continue
            for statement in record.statements:
                self.counts["statements"] += 1
                self._rows.execute("INSERT OR IGNORE INTO stated VALUES (?)", (statement.claim.id,))
                self._rows.execute("INSERT OR IGNORE INTO edge VALUES (?)", (statement.claim.relation_id,))
                said = _said(statement.claim.document, statement.claim.sentence, statement.claim.id)
                self._rows.execute("INSERT OR IGNORE INTO said VALUES (?)", (said,))
                for resolved in statement.entities:
                    new = self._rows.execute("INSERT OR IGNORE INTO entity VALUES (?)", (resolved.id,)).rowcount
                    self.counts[_TYPE_OF[resolved.entity.type]] += new

    def hold(self, claims: Iterable[Held]) -> None:
        """Note what the graph has of the source."""
        rows = (
            (claim.id, claim.edge, _said(claim.document, claim.sentence, claim.id), int(claim.extractor == SWEEP))
            for claim in claims
        )
        self._rows.executemany("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?)", rows)

    def unstated(self) -> Iterator[ClaimId]:
        """Claims of the graph that the input does not make any more."""
        return self._ids(UNSTATED)

    def outdated(self) -> Iterator[ClaimId]:
        """Ends of what the input states again, and claims whose very words it now understands otherwise."""
        return itertools.chain(self._ids(STATED_AGAIN), self._ids(UNDERSTOOD_OTHERWISE))

    def close(self) -> None:
        """Give the disk back."""
        self._rows.close()

    def _ids(self, query: LiteralString) -> Iterator[ClaimId]:
        return (row[0] for row in self._rows.execute(query))


async def sweep(graph: Graph, run: RunId, survey: Survey) -> Counts:
    """End what the source of `run` stated in earlier runs and, by `survey`, no longer does. Raises GraphError."""
    await graph.read_within(_LONGEST_READ_S, _hold_all, run, survey)
    counts = Counts()
    for ids in _batched(survey.outdated()):
        counts.add(await graph.write(remove_claims, ids))
    for ids in _batched(survey.unstated()):
        counts.add(await graph.write(_end, ids, run))
    return counts


def _said(document: str, sentence: str, claim: ClaimId) -> str:
    """What tells that the same words are understood otherwise now; a claim without words is only itself."""
    return content_id(document, sentence) if sentence else claim


def survey_of(input: Input, expectations: Sequence[Expectation]) -> Survey:
    """A survey of `input` that holds what it should. Raises UnexpectedCounts, SourceUnavailable, SourceError."""
    survey = Survey(input)
    try:
        check(input.source, expectations, survey.counts)
    except BaseException:
        survey.close()
        raise
    return survey


HELD: LiteralString = """
MATCH (mine:LoadRun {id: $run})
MATCH (of_source:LoadRun {source: mine.source})
MATCH (c:Claim {run: of_source.id})-[:STATED_IN]->(d:Document)
USING INDEX SEEK c:Claim(run)
RETURN c.id AS id, c.edge AS edge, d.id AS document, c.sentence AS sentence, c.extractor AS extractor
"""


async def _hold_all(tx: AsyncManagedTransaction, run: RunId, survey: Survey) -> None:
    result = await tx.run(HELD, run=run)
    batch: list[Held] = []
    async for record in result:
        batch.append(Held(**record.data()))
        if len(batch) == CLAIMS_PER_CHANGE:
            survey.hold(batch)
            batch.clear()
    survey.hold(batch)


async def _end(tx: AsyncManagedTransaction, ids: Sequence[ClaimId], run: RunId) -> Counts:
    async with change(tx) as graph:
        await end_claims(graph, ids, run)
    return graph.counts


def _batched(ids: Iterator[ClaimId]) -> Iterator[Sequence[ClaimId]]:
    """In batches; all of them are known first, for writing must not wait on an open cursor of the survey."""
    known = list(ids)
    for start in range(0, len(known), CLAIMS_PER_CHANGE):
        yield known[start : start + CLAIMS_PER_CHANGE]
