"""A writer that keeps what it was asked to change and what came of it, for the audit log."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph_schema.domain import Judgement
from graph_schema.ids import DocumentId, EntityId, RunId
from graph_schema.job_states import JobState
from graph_schema.writing import Judged, Likeness, Submission, Writer


class RecordedWriter:
    """Writes as `writer` does; each change that was made is added to `changes`."""

    def __init__(self, writer: Writer, changes: list[dict[str, Any]]) -> None:
        self._writer, self._changes = writer, changes

    async def load_triples(
        self, records: Sequence[Mapping[str, object]], *, source: str, dry_run: bool, key: str | None = None
    ) -> Submission:
        """As the writer."""
        done = await self._writer.load_triples(records, source=source, dry_run=dry_run, key=key)
        self._loaded("loadTriples", done, source=source, records=len(records))
        return done

    async def load_article(self, article: Mapping[str, object], *, dry_run: bool, key: str | None = None) -> Submission:
        """As the writer."""
        done = await self._writer.load_article(article, dry_run=dry_run, key=key)
        self._loaded("loadArticle", done, records=1)
        return done

    async def retract_document(self, document: DocumentId) -> Mapping[str, int]:
        """As the writer."""
        counts = await self._writer.retract_document(document)
        self._note("retractDocument", document=document, counts=dict(counts))
        return counts

    async def retract_run(self, run: RunId) -> Mapping[str, int]:
        """As the writer."""
        counts = await self._writer.retract_run(run)
        self._note("retractRun", run=run, counts=dict(counts))
        return counts

    async def judge(self, judgement: Judgement) -> Judged:
        """As the writer."""
        done = await self._writer.judge(judgement)
        self._note(
            "judgeSameAs", a=judgement.first, b=judgement.second, verdict=judgement.verdict, counts=dict(done.counts)
        )
        return done

    async def likenesses(self, entity: EntityId, *, limit: int) -> Sequence[Likeness]:
        """As the writer."""
        return await self._writer.likenesses(entity, limit=limit)

    async def start_job(self, name: str) -> JobState:
        """As the writer."""
        state = await self._writer.start_job(name)
        self._note("startJob", job=name)
        return state

    async def close(self) -> None:
        """As the writer."""
        await self._writer.close()

    def _loaded(self, what: str, done: Submission, **more: Any) -> None:
        if done.run is not None:  # else it was only tried
            self._note(what, run=done.run, **more, counts=dict(done.counts), repeated=done.repeated)

    def _note(self, what: str, **more: Any) -> None:
        self._changes.append({"change": what, **more})
