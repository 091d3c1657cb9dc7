"""What a source should hold, in plain words: `200..5000 companies`. A source that shrank is stopped before it ends anything."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_schema.errors import SettingsError, UnexpectedCounts
from graph_schema.vocabulary import EntityType

_FORM = re.compile(r"(\d[\d_]*)?\s*\.\.\s*(\d[\d_]*)?\s+([A-Za-z ]+?)\s*")


def _plural(type: EntityType) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type.value).lower()
    irregular = {"person": "people", "country": "countries", "company": "companies", "technology": "technologies"}
    irregular |= {"facility": "facilities", "policy": "policies", "government body": "government bodies"}
    return irregular.get(words, f"{words}s")


TYPES: Mapping[str, EntityType] = {_plural(type): type for type in EntityType}
COUNTED = ("records", "statements", *TYPES)
"""What may be counted: records read, statements, and different entities of a type."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many of something a source should hold; None: no bound on that side."""

    least: int | None
    most: int | None
    what: str

    @classmethod
    def parse(cls, words: str) -> "Expectation":
        """From `200..5000 companies`, `1000.. records` or `..10 people`. Raises SettingsError."""
        match = _FORM.fullmatch(words)
        if match is None or (match[1] is None and match[2] is None):
            raise SettingsError(f"cannot read the expectation {words!r}: write it as 200..5000 companies")
        least, most = (None if part is None else int(part) for part in match.groups()[:2])
        what = " ".join(match[3].lower().split())
        if what not in COUNTED:
            raise SettingsError(f"the expectation {words!r} counts {what!r}; expected one of {', '.join(COUNTED)}")
        if least is not None and most is not None and most < least:
            raise SettingsError(f"the expectation {words!r} has its bounds the wrong way round")
        return cls(least, most, what)

    def admits(self, count: int) -> bool:
        """Whether the count lies within the bounds, both included."""
        return (self.least is None or count >= self.least) and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        bounds = ("" if bound is None else str(bound) for bound in (self.least, self.most))
        return f"{'..'.join(bounds)} {self.what}"


def check(source: str, expectations: Iterable[Expectation], counts: Counter[str]) -> None:
    """Raises UnexpectedCounts naming every expectation that `counts` fails."""
    failed = [f"{e}, found {counts[e.what]}" for e in expectations if not e.admits(counts[e.what])]
    if failed:
        raise UnexpectedCounts(f"{source}: expected {'; expected '.join(failed)}")
