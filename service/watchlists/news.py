"""What is news: what is seen of a watch list in one state of the graph, and how it differs from what was seen before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph_schema.ids import content_id
from service.searches.changes import ChangeKind

Seen = dict[str, dict[str, Any]]
"""What is seen, by a key that stays and begins with `exposure|`, `relation|` or `answer|`: `mark` is what makes it another one,
`text` says it, `type` and `sources` are of relations. It is stored as JSON."""


class NewsKind(StrEnum):
    """What kind of news a notice is."""

    NEW_EXPOSURE = "new_exposure"
    CHANGED_EXPOSURE = "changed_exposure"
    ENDED_EXPOSURE = "ended_exposure"
    NEW_RELATION = "new_relation"
    NEW_RELATION_TYPE = "new_relation_type"
    CHANGED_STATUS = "changed_status"
    LOST_EVIDENCE = "lost_evidence"
    ENDED_RELATION = "ended_relation"
    NEW_ANSWER = "new_answer"
    CHANGED_ANSWER = "changed_answer"
    ENDED_ANSWER = "ended_answer"

    @property
    def change(self) -> ChangeKind:
        """Whether something came, changed or went."""
        named = {"new": ChangeKind.ADDED, "ended": ChangeKind.REMOVED}
        return named.get(self.value.partition("_")[0], ChangeKind.CHANGED)


NEWS_MEANINGS = {
    NewsKind.NEW_EXPOSURE: "A tie to a listed entity that there was not.",
    NewsKind.CHANGED_EXPOSURE: "A tie to a listed entity leads another way.",
    NewsKind.ENDED_EXPOSURE: "A tie to a listed entity is no more.",
    NewsKind.NEW_RELATION: "A relation that there was not, of a type that the entity has already.",
    NewsKind.NEW_RELATION_TYPE: "The first relation of its type that the entity has.",
    NewsKind.CHANGED_STATUS: "A relation stands otherwise, as planned and now asserted.",
    NewsKind.LOST_EVIDENCE: "A relation has fewer publishers behind it than before.",
    NewsKind.ENDED_RELATION: "A relation is no more: nothing states it now.",
    NewsKind.NEW_ANSWER: "The answer to the question names what it did not.",
    NewsKind.CHANGED_ANSWER: "The verdict of the answer is another, or something in it stands otherwise.",
    NewsKind.ENDED_ANSWER: "The answer names something no more.",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is seen of a watch list."""

    version: int
    """The graph was at least of this version."""
    seen: Seen


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, before anybody was told."""

    id: str
    """The same for the same difference from the same state, whoever finds it."""
    kind: NewsKind
    about: str
    """Id of the entity that is watched, or that the question is about."""
    text: str
    details: Mapping[str, Any]
    """What came or changed; what there was, where it went."""


def news_between(name: str, version: int, before: Seen, after: Seen) -> list[Difference]:
    """The differences of what is seen of a watch list since `version`, by key."""
    found = []
    for key, kind, one in sorted(_differences(before, after)):
        id = content_id("notice", name, str(version), kind, key, str(one["mark"]))
        details = {name: value for name, value in one.items() if name not in ("about", "mark", "text")}
        found.append(Difference(id, kind, one["about"], f"{_WORDS[kind]}: {one['text']}", details))
    return found


def _differences(before: Seen, after: Seen) -> Iterator[tuple[str, NewsKind, dict[str, Any]]]:
    types = {(one["about"], one["type"]) for key, one in before.items() if _what(key) == "relation"}
    for key, one in after.items():
        was, what = before.get(key), _what(key)
        if was is None and what == "relation":
            again = (one["about"], one["type"]) in types
            types.add((one["about"], one["type"]))
            yield key, NewsKind.NEW_RELATION if again else NewsKind.NEW_RELATION_TYPE, one
        elif was is None:
            yield key, NewsKind(f"new_{what}"), one
        elif was["mark"] != one["mark"]:
            yield key, NewsKind.CHANGED_STATUS if what == "relation" else NewsKind(f"changed_{what}"), one
        elif what == "relation" and one["sources"] < was["sources"]:
            yield key, NewsKind.LOST_EVIDENCE, one
    for key in before.keys() - after.keys():
        yield key, NewsKind(f"ended_{_what(key)}"), before[key]


def _what(key: str) -> str:
    """Whether an exposure, a relation or a part of an answer is seen under a key."""
    return key.partition("|")[0]


_WORDS = {
    NewsKind.NEW_EXPOSURE: "new exposure",
    NewsKind.CHANGED_EXPOSURE: "exposure changed",
    NewsKind.ENDED_EXPOSURE: "exposure ended",
    NewsKind.NEW_RELATION: "new relation",
    NewsKind.NEW_RELATION_TYPE: "first relation of its type",
    NewsKind.CHANGED_STATUS: "status changed",
    NewsKind.LOST_EVIDENCE: "evidence lost",
    NewsKind.ENDED_RELATION: "relation ended",
    NewsKind.NEW_ANSWER: "new in the answer",
    NewsKind.CHANGED_ANSWER: "changed in the answer",
    NewsKind.ENDED_ANSWER: "no more in the answer",
}
