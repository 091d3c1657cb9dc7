"""Submissions: what came in over the API, brought into the graph as if it stood in a file or was told to a command."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.database.locks import graph_lock, writer_lock
from graph_schema.domain import Judgement, Verdict
from graph_schema.errors import IdempotencyKeyReused
from graph_schema.ids import DocumentId, EntityId, RunId, content_id, slug
from graph_schema.job_states import JobState
from graph_schema.settings import read_settings
from graph_schema.writing import Judged, Likeness, Submission
from loaders.gazetteer import gazetteer
from loaders.jobs.starting import JobStarter
from loaders.judgements.candidates import candidates_for
from loaders.judgements.folding import judge, read_folds
from loaders.loading import runs
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input, make_input
from loaders.loading.pipeline import Finishing, Guard, check, load
from loaders.settings import JobSettings, LoadSettings
from loaders.writing.counts import Counts
from loaders.writing.retraction import retract_document, retract_run

JOB = "api"
_PATIENCE_S = 10.0
"""Longest that a judgement waits for a loader that writes, in seconds: somebody waits for the answer."""
_AGAIN_S = 0.1
"""How often a submission looks, in seconds, whether another of the same key is done."""


class SubmissionWriter:
    """The `Writer` of the loaders."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._settings = graph, read_settings(LoadSettings)
        self._jobs = JobStarter(graph, read_settings(JobSettings).file, self._settings)

    async def load_triples(
        self, records: Sequence[Mapping[str, object]], *, source: str, dry_run: bool, key: str | None = None
    ) -> Submission:
        """See `Writer`. Records without an address belong to the document named by `source`."""
        lines = b"".join(_line(record) for record in records)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{slug(source)}.jsonl"
            file.write_bytes(lines)
            known = _known_as(key, "triples", source, lines)
            input = make_input("triples", {"paths": [str(file)]}, self._settings)
            return await self._bring(input, Path(folder), known, dry_run=dry_run)

    async def load_article(self, article: Mapping[str, object], *, dry_run: bool, key: str | None = None) -> Submission:
        """See `Writer`."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "article.jsonl"
            file.write_bytes(_line(article))
            known = _known_as(key, "article", "", _line(article))
            input = await asyncio.to_thread(make_input, "news", {"paths": [str(file)]}, self._settings)
            return await self._bring(input, Path(folder), known, dry_run=dry_run)

    async def retract_document(self, document: DocumentId) -> Mapping[str, int]:
        """See `Writer`."""
        return (await retract_document(self._graph, document)).as_dict()

    async def retract_run(self, run: RunId) -> Mapping[str, int]:
        """See `Writer`. Raises NothingToRetract."""
        return (await retract_run(self._graph, run)).as_dict()

    async def judge(self, judgement: Judgement) -> Judged:
        """See `Writer`."""
        wait_s = min(_PATIENCE_S, self._settings.writer_wait_s)
        async with writer_lock(self._graph, "api judge", wait_s=wait_s):
            counts, one = await self._graph.write(_judge, judgement)
        return Judged(one, counts.as_dict())

    async def likenesses(self, entity: EntityId, *, limit: int) -> Sequence[Likeness]:
        """See `Resolver`."""
        await asyncio.to_thread(gazetteer)  # read from its files the first time
        return [
            Likeness(pair.second if pair.first == entity else pair.first, pair.score, pair.why)
            for pair in await candidates_for(self._graph, entity, limit=limit)
        ]

    async def start_job(self, name: str) -> JobState:
        """See `Writer`. The file of the jobs is that of `JobSettings`."""
        return await self._jobs.start(name)

    async def close(self) -> None:
        """See `Writer`."""
        await self._jobs.close()

    async def _bring(self, input: Input, folder: Path, key: runs.SubmissionKey | None, *, dry_run: bool) -> Submission:
        if dry_run:
            counts, _, refusals = await asyncio.to_thread(check, input)
            return Submission(None, counts.as_dict(), [_without(folder, str(one)) for one in refusals])
        if key is None:
            return await self._load(input, folder, None, None)
        # Keys share 256 locks, whose nodes stay: the graph must not grow by one for each key.
        lock, wait_s = f"lock:submission:{content_id(key.key)[:2]}", self._settings.writer_wait_s
        async with graph_lock(self._graph, lock, "api submission", wait_s=wait_s, retry_s=_AGAIN_S) as held:
            before = await self._graph.read(runs.find_submitted, key.key)
            if before is not None and before.content != key.content:
                raise IdempotencyKeyReused(key.key, before.run)
            if before is not None and before.finished:
                return Submission(before.run, before.counts, before.refused, repeated=True)
            return await self._load(input, folder, key, held.guard)

    async def _load(
        self, input: Input, folder: Path, key: runs.SubmissionKey | None, guard: Guard | None
    ) -> Submission:
        letters = DeadLetterFile(folder / "refused.jsonl")

        async def keep(run: RunId) -> Counts:
            await self._graph.write(runs.save_refused, run, _lines(folder, letters))
            return Counts()

        finishing: Finishing | None = None if key is None else keep
        outcome = await load(
            self._graph,
            input,
            job=JOB,
            settings=self._settings,
            dead_letters=letters,
            guard=guard,
            finishing=finishing,
            key=key,
        )
        return Submission(outcome.run.id, outcome.counts.as_dict(), _lines(folder, letters))


async def _judge(tx: AsyncManagedTransaction, judgement: Judgement) -> tuple[Counts, EntityId | None]:
    """What changed, and the entity that stands for both where they are one."""
    counts = await judge(tx, judgement)
    if judgement.verdict is not Verdict.SAME:
        return counts, None
    into = {fold.alias: fold.canonical for fold in await read_folds(tx)}
    return counts, into.get(judgement.first, judgement.first)


def _known_as(key: str | None, kind: str, source: str, lines: bytes) -> runs.SubmissionKey | None:
    return None if key is None else runs.SubmissionKey(key, content_id(kind, source, lines.decode()))


def _line(record: Mapping[str, object]) -> bytes:
    return orjson.dumps(dict(record), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)


def _lines(folder: Path, letters: DeadLetterFile) -> list[str]:
    return [_without(folder, str(one)) for one in letters.first]


def _without(folder: Path, line: str) -> str:
    """A message without the folder that nobody else knows."""
    return line.replace(f"{folder}/", "")
