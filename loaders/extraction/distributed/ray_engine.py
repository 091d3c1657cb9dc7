"""Ray Data runs the same extractor over blocks, on one machine or a cluster. Needs the extra `chokepoint[ray]`."""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import orjson

from graph_schema.errors import ChokepointError, MalformedRecord, SettingsError
from loaders.extraction.choosing import ASKS_A_MODEL, Choice, make_extractor
from loaders.extraction.distributed.blocks import Block, plan, read_block
from loaders.extraction.distributed.output import Output
from loaders.extraction.lemmas import pipeline_name
from loaders.extraction.rows import open_row, typed_row
from loaders.triple import Article

BLOCK_BYTES = 8 * 1024 * 1024
"""Bytes of JSON lines in one block: minutes of work, so that little is lost when a machine goes."""


@dataclass(frozen=True, slots=True)
class BlockDone:
    """What one block gave."""

    block: str
    counts: Counter[str]
    """articles, triples, refused, rejected.<reason>."""
    problem: str | None = None
    """Why the block could not be read or written; it is tried again by the next run."""


class BlockReader:
    """Reads block after block with one extractor; Ray makes one per worker."""

    def __init__(self, choice: Choice, output: Output) -> None:
        self._extractor = make_extractor(choice)
        self._reader = _reader(choice)
        self._output = output

    def __call__(self, item: dict[str, Any]) -> dict[str, Any]:
        """One block, from its fields to its counts; an error becomes its `problem`, so that the other blocks go on."""
        block = Block(**item)
        try:
            done = BlockDone(block.name, self.read(block))
        except (ChokepointError, OSError) as error:
            done = BlockDone(block.name, Counter(), str(error))
        except Exception as error:  # noqa: BLE001  the edge of a worker: one block must not end the run of all
            done = BlockDone(block.name, Counter(), f"{type(error).__name__}: {error}")
        return {"block": done.block, "counts": orjson.dumps(done.counts).decode(), "problem": done.problem}

    def read(self, block: Block) -> Counter[str]:
        """Extract one block and write it."""
        counts: Counter[str] = Counter()
        refused: list[MalformedRecord] = []
        self._output.write(block.id(self._reader), self._rows(block, counts, refused), refused)
        counts["refused"] = len(refused)
        return counts

    def _rows(self, block: Block, counts: Counter[str], refused: list[MalformedRecord]) -> Iterator[dict[str, Any]]:
        to_row = open_row if self._output.open_triples else typed_row
        for extraction in self._extractor.extract(_readable(block, refused)):
            counts["articles"] += 1
            if extraction.problem is not None:
                refused.append(MalformedRecord(extraction.article.key, 1, None, extraction.problem))
            for reason, count in extraction.rejected.items():
                counts[f"rejected.{reason}"] += count
            for triple in extraction.triples:
                counts["triples"] += 1
                yield to_row(extraction.article, triple)


def extract_blocks(
    paths: list[str],
    output: Output,
    choice: Choice,
    *,
    workers: int | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[BlockDone]:
    """Extract what is not finished yet, yielding each block as it is done, in no order.

    `workers`: processes over the whole cluster; as many as it has CPUs when None. Ray starts on this machine unless RAY_ADDRESS
    names a cluster, whose machines must have the same version of chokepoint and see the same store. Raises SettingsError,
    SourceUnavailable, SourceError.
    """
    if choice.kind in ASKS_A_MODEL:
        raise SettingsError("--engine ray runs the offline extractors; a language model is as fast as its endpoint")
    finished = output.finished()
    left = [block for block in plan(paths, block_bytes) if block.id(_reader(choice)) not in finished]
    if not left:
        return
    ray = _started_ray()
    actors = min(len(left), workers or int(ray.cluster_resources().get("CPU", 1)))
    dataset = ray.data.from_items([asdict(block) for block in left], override_num_blocks=len(left)).map(
        BlockReader,
        fn_constructor_args=(choice, output),
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
        num_cpus=1,
    )
    for row in dataset.iter_rows():
        yield BlockDone(row["block"], Counter(orjson.loads(row["counts"])), row["problem"])


def _reader(choice: Choice) -> str:
    """What must be the same for a finished block to stay valid."""
    least = "" if choice.least_confidence is None else f"/{choice.least_confidence}"
    return f"{'open' if choice.open_triples else choice.kind}/{version('chokepoint')}/{pipeline_name()}{least}"


def _readable(block: Block, refused: list[MalformedRecord]) -> Iterator[Article]:
    for article in read_block(block):
        if isinstance(article, MalformedRecord):
            refused.append(article)
        else:
            yield article


def _started_ray() -> Any:
    """Ray, connected or started, quiet, and without the reports that it sends home."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise SettingsError("--engine ray needs `pip install 'chokepoint[ray]'`") from error
    if not ray.is_initialized():
        try:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise SettingsError(f"Ray does not start: {next(iter(str(error).splitlines()), '')}") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    return ray
