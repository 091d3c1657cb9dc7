"""Submissions: records that came in over the API, brought into the graph as if they stood in a file."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from graph_schema.graph import Graph
from graph_schema.ids import DocumentId, RunId, slug
from graph_schema.settings import read_settings
from graph_schema.writing import Submission
from loaders.dead_letter import DeadLetterFile
from loaders.inputs import Input, NewsInput, TripleInput
from loaders.pipeline import check, load
from loaders.retraction import retract_document, retract_run
from loaders.settings import LoadSettings

JOB = "api"


class SubmissionWriter:
    """The `Writer` of the loaders."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._settings = graph, read_settings(LoadSettings)

    async def load_triples(self, records: Sequence[Mapping[str, object]], *, source: str, dry_run: bool) -> Submission:
        """See `Writer`. Records without an address belong to the document named by `source`."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{slug(source)}.jsonl"
            file.write_bytes(b"".join(orjson.dumps(dict(record)) + b"\n" for record in records))
            return await self._bring(TripleInput([str(file)]), Path(folder), dry_run=dry_run)

    async def load_article(self, article: Mapping[str, object], *, dry_run: bool) -> Submission:
        """See `Writer`."""
        # The extractor's language model takes seconds to load, and most services never need it.
        from loaders.extraction.spacy_rules import spacy_extractor

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "article.jsonl"
            file.write_bytes(orjson.dumps(dict(article)) + b"\n")
            return await self._bring(NewsInput([str(file)], spacy_extractor()), Path(folder), dry_run=dry_run)

    async def retract_document(self, document: DocumentId) -> Mapping[str, int]:
        """See `Writer`."""
        return (await retract_document(self._graph, document)).as_dict()

    async def retract_run(self, run: RunId) -> Mapping[str, int]:
        """See `Writer`. Raises NothingToRetract."""
        return (await retract_run(self._graph, run)).as_dict()

    async def _bring(self, input: Input, folder: Path, *, dry_run: bool) -> Submission:
        if dry_run:
            counts, _, refusals = check(input)
            return Submission(None, counts.as_dict(), [_without(folder, str(one)) for one in refusals])
        refused = DeadLetterFile(folder / "refused.jsonl")
        outcome = await load(self._graph, input, job=JOB, settings=self._settings, dead_letters=refused)
        return Submission(
            outcome.run.id, outcome.counts.as_dict(), [_without(folder, str(one)) for one in refused.first]
        )


def _without(folder: Path, line: str) -> str:
    """A message without the folder that nobody else knows."""
    return line.replace(f"{folder}/", "")
