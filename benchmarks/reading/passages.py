"""Annotated passages: JSON lines in, `Passage` out. docs/benchmark.md says what the annotation means."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph_schema.errors import MalformedRecord, SourceUnavailable
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.triple import Article

GOLD = Path(__file__).parent.parent / "gold"
"""The passages that come with the project."""


class GoldEntity(BaseModel):
    """Something that a passage names."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    """Canonical name."""
    type: EntityType
    mentions: tuple[str, ...] = ()
    """Every way in which the text calls it, pronouns aside."""
    spans: tuple[tuple[int, int], ...] = ()
    """[start, end) of each mention in the text, pronouns too; empty where they were not marked."""


class GoldTriple(BaseModel):
    """What a passage states of two of its entities."""

    model_config = ConfigDict(frozen=True)

    subject: str
    relation: RelationType
    object: str
    modality: Modality = Modality.ASSERTED
    attribution: str | None = None
    """Name of the entity that is said to state it; None: the passage itself."""
    evidence: str
    """The words that state it, as they stand in the text."""
    date: str | None = None
    role: str | None = None
    predicate: str | None = None


class Passage(BaseModel):
    """One annotated text."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1)
    source: str = ""
    publisher: str = ""
    """Passages of one publisher share habits of wording: they never stand on both sides of a split."""
    published: dt.date | None = None
    licence: str = ""
    invented: bool = False
    """The actors or their dealings are made up: nothing in it is a fact to load."""
    text: str
    entities: tuple[GoldEntity, ...]
    triples: tuple[GoldTriple, ...]

    @property
    def article(self) -> Article:
        """The passage as an extractor gets it."""
        return Article(self.id, self.text, publisher=self.publisher or None, published=self.published)


def gold_files(folder: Path = GOLD) -> list[Path]:
    """The files of annotated passages in `folder`, in the order of their names."""
    return sorted(folder.glob("*.jsonl"))


def read_passages(paths: Iterable[Path]) -> list[Passage]:
    """All passages of the files. Raises MalformedRecord, also where an id stands twice; SourceUnavailable."""
    passages: dict[str, Passage] = {}
    for path in paths:
        try:
            lines = path.read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceUnavailable(f"{path}: cannot be read: {error}") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                passage = Passage.model_validate_json(line)
            except ValidationError as error:
                problem = error.errors(include_url=False)[0]
                field = ".".join(map(str, problem["loc"])) or None
                raise MalformedRecord(str(path), number, field, str(problem["msg"]).lower()) from None
            if passage.id in passages:
                raise MalformedRecord(str(path), number, "id", f"{passage.id} stands twice")
            passages[passage.id] = passage
    return list(passages.values())
