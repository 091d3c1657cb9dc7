"""The frames of `relations.yaml`: which words tie a subject to an object in each relation, as data that code can match."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from graph_schema.vocabulary import Modality, RelationType

PREPOSITIONS = frozenset(
    [
        "about",
        "across",
        "against",
        "among",
        "as",
        "at",
        "behind",
        "between",
        "by",
        "during",
        "for",
        "from",
        "in",
        "inside",
        "into",
        "near",
        "of",
        "off",
        "on",
        "onto",
        "out",
        "over",
        "over",
        "since",
        "through",
        "throughout",
        "to",
        "toward",
        "towards",
        "under",
        "upon",
        "via",
        "with",
        "within",
    ]
)
BETWEEN = frozenset({"between", "with", "among"})
"""What `~` stands for."""


class Slot(StrEnum):
    """What stands in a place of a frame."""

    SUBJECT = "S"
    OBJECT = "O"
    ANY = "*"


class FrameKind(StrEnum):
    """Which part of speech carries the relation."""

    VERB = "verbs"
    EVENT = "events"
    NOUN = "nouns"


@dataclass(frozen=True, slots=True)
class Element:
    """One place after the head: the prepositions that introduce it (none: the direct object) and what may stand there."""

    prepositions: frozenset[str]
    slot: Slot | None
    words: frozenset[str]
    """Lemmas that must stand there, when it is no slot."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of `relations.yaml`."""

    relation: RelationType
    kind: FrameKind
    first: Slot
    """Whose place is before the head: the subject of a verb, the one whose act an event is, the thing so called."""
    heads: frozenset[str]
    elements: tuple[Element, ...]
    text: str
    """The line itself, to be named in explanations."""
    modality: Modality = Modality.ASSERTED
    """What the words themselves say: "leave" ends a membership."""

    @property
    def literals(self) -> int:
        """How many words the frame asks for beyond its head: the more, the surer."""
        return sum(bool(element.words) for element in self.elements)


class FrameSyntaxError(ValueError):
    """A line of the data is no frame."""


def parse_frame(relation: RelationType, kind: FrameKind, line: str) -> Frame:
    """One line as a frame. Raises FrameSyntaxError."""
    tokens = line.split()
    modality = Modality.ASSERTED
    if tokens[-1].startswith("="):
        modality = Modality(tokens.pop()[1:])
    if len(tokens) < 2 or tokens[0] not in set(Slot):
        raise FrameSyntaxError(f"{relation}: {line!r} needs a first slot (S, O or *) and a head")
    elements: list[Element] = []
    pending: frozenset[str] = frozenset()
    for token in tokens[2:]:
        choices = frozenset(token.split("|"))
        if "~" in choices:
            choices = (choices - {"~"}) | BETWEEN
        if choices <= PREPOSITIONS and not pending:
            pending = choices
            continue
        if choices <= set(Slot):
            elements.append(Element(pending, Slot(token), frozenset()))
        else:
            elements.append(Element(pending, None, frozenset(word.replace("_", " ") for word in choices)))
        pending = frozenset()
    if pending:
        raise FrameSyntaxError(f"{relation}: {line!r} ends in a preposition")
    heads = frozenset(word.replace("_", " ") for word in tokens[1].split("|"))
    return Frame(relation, kind, Slot(tokens[0]), heads, tuple(elements), line, modality)


class Frames:
    """All frames, found by the lemma of their head."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self.all: tuple[Frame, ...] = tuple(frames)
        self._by_head: dict[FrameKind, defaultdict[str, list[Frame]]] = {kind: defaultdict(list) for kind in FrameKind}
        for frame in self.all:
            for head in frame.heads:
                self._by_head[frame.kind][head].append(frame)

    def of(self, kind: FrameKind, head: str) -> list[Frame]:
        """Frames of one kind with this head, in the order of the data."""
        return self._by_head[kind].get(head, [])

    def heads(self, kind: FrameKind) -> frozenset[str]:
        """All heads of one kind."""
        return frozenset(self._by_head[kind])


def parse_frames(data: Mapping[str, Mapping[str, list[str]]]) -> Frames:
    """Frames of a parsed `relations.yaml`. Raises FrameSyntaxError, ValueError for an unknown relation or kind."""
    return Frames(
        parse_frame(RelationType(relation), FrameKind(kind), line)
        for relation, kinds in data.items()
        for kind, lines in kinds.items()
        for line in lines
    )


def read_yaml(name: str) -> Any:
    """A data file of this package."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files("loaders.extraction").joinpath(name).read_text("utf-8"), Loader=loader)  # noqa: S506 - safe


@cache
def frames() -> Frames:
    """The frames shipped with this version."""
    return parse_frames(read_yaml("relations.yaml"))
